"""Where programs are on virtual chips: at compilation, as their configuration or a script that is placed asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lava_api.magma.compiler.boards import boards_in_environment, boards_named
from lava_api.magma.compiler.process_graph import ProcessGraph
from lava_api.magma.core.run_configs import (
    AbstractLoihiHWRunCfg,
    Loihi1SimCfg,
    Loihi2SimCfg,
)
from loihi_emu.chips.chip import LOIHI1, LOIHI2, Chip
from loihi_emu.errors import MappingError, invalid

if TYPE_CHECKING:
    from lava_api.magma.core.process.process import AbstractProcess
    from lava_api.magma.core.run_config import RunConfig
    from loihi_emu.mapping import Placement

WORDS = (("population ", "process "), ("connection ", "process "), ("network ", "the program of process "))
"""What the mapper calls its parts, and what they are in a program."""


def at_compilation(process: AbstractProcess, program: ProcessGraph, run_cfg: RunConfig) -> Placement | None:
    """Place a program that is compiled, if its configuration is one of hardware; else None."""
    if not isinstance(run_cfg, AbstractLoihiHWRunCfg):
        return None
    boards = getattr(run_cfg, "boards", None)
    try:
        return placed(process, program, run_cfg.chip, boards or boards_in_environment(run_cfg.chip), "greedy")
    except MappingError as error:
        simulation = "Loihi1SimCfg" if run_cfg.chip is LOIHI1 else "Loihi2SimCfg"
        more = f'{simulation}(select_tag="fixed_pt") runs it without the limits of a chip.'
        raise error.reworded(f"{error} {more}") from None


def chip_of(chip: Chip | None, boards: Any, run_cfg: RunConfig | None) -> Chip:
    """Return the chip that is asked for: itself, by boards, or by a configuration."""
    if chip is not None and not isinstance(chip, Chip):
        raise invalid("place", "chip", repr(chip), "a loihi_emu.Chip, such as LOIHI1 or LOIHI2")
    by_config = LOIHI2
    if isinstance(run_cfg, AbstractLoihiHWRunCfg):
        by_config = run_cfg.chip
    elif isinstance(run_cfg, Loihi1SimCfg) and not isinstance(run_cfg, Loihi2SimCfg):
        by_config = LOIHI1
    if boards is None:
        return chip or by_config
    for candidate in (chip,) if chip is not None else (LOIHI1, LOIHI2):
        try:
            boards_named(boards, candidate, "place")
        except ValueError:
            if candidate in (chip, LOIHI2):
                raise
        else:
            return candidate
    return by_config


def placed(process: AbstractProcess, program: ProcessGraph, chip: Chip, boards: Any, strategy: Any) -> Placement | None:
    """Place a program; None if no process of it is neurons on a chip."""
    from lava_api.magma.compiler.chip_network import ChipNetwork
    from loihi_emu.mapping.placing import place

    try:
        network = ChipNetwork(program, chip, process.name)
        if not network.populations:
            return None
        placement = place(network, chip=chip, boards=boards_named(boards, chip, "place"), strategy=strategy)
    except MappingError as error:
        text = str(error)
        for word, ours in WORDS:
            text = text.replace(f'{word}"', f'{ours}"')
        raise error.reworded(text) from None
    placement.problem.__dict__.pop("fanins", None)  # as large as the synapses; made again when it is asked for
    return placement
