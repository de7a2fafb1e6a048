"""The command ``map``: whether a network or a Lava program fits on chips, and where it goes."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loihi_emu.chips.chip import LOIHI1, LOIHI2
from loihi_emu.errors import LoihiEmuError, MappingError, invalid
from loihi_emu.files import foreign
from loihi_emu.files.writing import write_figure
from loihi_emu.script_errors import has_lines, show

if TYPE_CHECKING:
    from loihi_emu.mapping import Placement

CHIPS = {"loihi1": LOIHI1, "loihi2": LOIHI2}
ROWS = 16
PANEL = (5.5, 4.0)
"""Width and height of a panel of the picture in inches."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("file", type=Path, help="a network written by Network.save, or a Lava script (.py)")
    parser.add_argument("--chip", choices=tuple(CHIPS), help="default: the boards', else the network's")
    parser.add_argument(
        "--boards", nargs="+", metavar="NAME", help='such as "Kapoho Bay"; default: as many chips as it needs'
    )
    parser.add_argument("--strategy", default="greedy", help="greedy (default): fewest cores; traffic: few messages")
    parser.add_argument(
        "--recording", type=Path, help="a recording of the network (Recording.save): messages, energy and time of it"
    )
    parser.add_argument("--picture", type=Path, help="draw cores and messages into this file")
    parser.add_argument("--rows", type=int, default=ROWS, help=f"most rows of a table (default {ROWS})")


def run(options: argparse.Namespace) -> int:
    """Place, print reports, and draw if asked to; returns the exit status.

    Raises
    ------
    MappingError
        It does not fit, or there is nothing to place.
    ValidationError
        No such file, or one of another kind.
    """
    saved = options.file.parent / f"{options.file.name}.npz"
    if not options.file.is_file() and not saved.is_file():
        what, allowed = foreign.describe(options.file)[0], "a network written by Network.save, or a Lava script (.py)"
        raise invalid(str(options.file), "", what, allowed)
    how: dict[str, Any] = {
        "chip": CHIPS[options.chip] if options.chip else None, "boards": options.boards, "strategy": options.strategy,
    }  # fmt: skip
    script = options.file.suffix == ".py"
    placements = _script(options, how) if script else [("", _network(options, how))]
    for label, placement in placements:
        print("\n".join([label, "=" * len(label)] if label else []), end="\n" if label else "")
        print(placement.report(options.rows))
        if options.recording is not None:
            from loihi_emu.recording.recording import Recording

            print(f"\n{placement.estimate(Recording.load(options.recording))}")
    if options.picture is not None:
        _draw(options.picture, placements)
    return 0


def _network(options: argparse.Namespace, how: dict[str, Any]) -> Placement:
    from loihi_emu.network.network import Network
    from loihi_emu.recording.recording import Recording

    recording = None if options.recording is None else Recording.load(options.recording)
    return Network.load(options.file).place(**how, rates=recording)


def _script(options: argparse.Namespace, how: dict[str, Any]) -> list[tuple[str, Placement]]:
    from lava_api.magma.compiler.place import place_script

    if options.recording is not None:
        raise invalid("map", "--recording", "a recording with a Lava script", "one with a network of Network.save")
    described, advice = foreign.describe(options.file)
    if described not in foreign.PROGRAMS:
        raise invalid(str(options.file), "", described, "a Lava script (.py)", advice=advice)
    try:
        placements = place_script(options.file, **how)
    except (MappingError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        if isinstance(error, LoihiEmuError) and not has_lines(error):
            raise
        show(error)
        raise SystemExit(f"loihi_emu map: {options.file} failed, see above.") from None
    if not placements:
        raise MappingError(
            f"{options.file}: got no Lava program with neurons on a chip, allowed is one or more. A network of "
            'loihi_emu.Network is saved first, net.save("network.npz"), and the file is given instead of the script.'
        )
    return placements


def _draw(path: Path, placements: list[tuple[str, Placement]]) -> None:
    """A row for each placement: compartments, the resource that is scarcest, and messages from core to core."""
    from matplotlib.figure import Figure

    from loihi_emu import plots

    rows = len(placements)
    figure = Figure(figsize=(3 * PANEL[0], rows * PANEL[1]), layout="constrained")
    for row, (label, placement) in zip(figure.subplots(rows, 3, squeeze=False), placements, strict=True):
        shares = {
            name: need.max() / limit
            for name, need in placement.budgets.items()
            if (limit := placement.limits[name]) and name != "compartments"
        }
        plots.core_map(placement, ax=row[0])
        plots.core_map(placement, max(shares, key=lambda name: shares[name], default="synaptic_bits"), ax=row[1])
        plots.traffic(placement, ax=row[2])
        row[0].set_title(label or placement.problem.name, loc="left")
    try:
        write_figure(figure, path)
    except (OSError, ValueError) as problem:
        raise invalid(
            "map", "--picture", f"{str(path)!r} ({problem})", "a path such as map.png in a folder"
        ) from problem
