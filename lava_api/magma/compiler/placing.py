"""Where programs are on virtual chips: at compilation, on request, and for all programs of a script."""

from __future__ import annotations

import os
import runpy
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from lava_api.magma.compiler.boards import boards_in_environment, boards_named
from lava_api.magma.compiler.program import Program
from lava_api.magma.core.run_configs import (
    AbstractLoihiHWRunCfg,
    Loihi1HwCfg,
    Loihi1SimCfg,
    Loihi2HwCfg,
    Loihi2SimCfg,
)
from loihi_emu.chip import LOIHI1, LOIHI2, Chip
from loihi_emu.errors import MappingError, SimulationError, invalid

if TYPE_CHECKING:
    from loihi_emu.mapping import Placement

WORDS = (("population ", "process "), ("connection ", "process "), ("network ", "the program of process "))
"""What the mapper calls its parts, and what they are in a program."""


class _Enough(BaseException):
    """Ends a script behind its first program."""


class _Watch:
    """Collects the placements of all programs that are compiled."""

    def __init__(self, chip: Chip | None, boards: Any, strategy: Any, *, first: bool) -> None:
        self.chip, self.boards, self.strategy, self.first = chip, boards, strategy, first
        self.found: list[tuple[str, Placement]] = []
        self.programs = 0

    def take(self, process: Any, program: Program, run_cfg: Any) -> Placement | None:
        """Place a program."""
        self.programs += 1
        boards = self.boards
        if boards is None and self.chip is None:
            boards = getattr(run_cfg, "boards", None)
        placement = _placed(process, program, _chip(self.chip, boards, run_cfg), boards, self.strategy)
        if placement is not None:
            label = f"program {self.programs} ({process.name}, {type(run_cfg).__name__})"
            self.found.append((label, placement))
        if self.first and placement is not None:
            raise _Enough
        return placement


_watches: list[_Watch] = []


def at_compilation(process: Any, program: Program, run_cfg: Any) -> Placement | None:
    """Place a program that is compiled, if its configuration is one of hardware; else None.

    Parameters
    ----------
    process : AbstractProcess
        The process whose program it is.
    program : Program
        The program.
    run_cfg : RunConfig
        Its configuration, which has the boards.

    Raises
    ------
    MappingError
        When it does not fit.
    """
    if _watches:
        return _watches[-1].take(process, program, run_cfg)
    if not isinstance(run_cfg, AbstractLoihiHWRunCfg):
        return None
    boards = getattr(run_cfg, "boards", None)
    try:
        return _placed(process, program, run_cfg.chip, boards or boards_in_environment(run_cfg.chip), "greedy")
    except MappingError as error:
        simulation = "Loihi1SimCfg" if run_cfg.chip is LOIHI1 else "Loihi2SimCfg"
        more = f'{simulation}(select_tag="fixed_pt") runs it without the limits of a chip.'
        raise error.reworded(f"{error} {more}") from None


def place_process(
    process: Any, *, run_cfg: Any = None, chip: Chip | None = None, boards: Any = None, strategy: Any = "greedy"
) -> Placement:
    """Place the program of a process, with all that are connected to it, without running it.

    Parameters
    ----------
    process : AbstractProcess
        Any of the connected processes. They are left as they are, and can be run afterwards.
    run_cfg : RunConfig, optional
        Chooses the models of a program that is not compiled yet. Default: ``Loihi1HwCfg`` or ``Loihi2HwCfg``, by chip.
    chip : Chip, optional
        ``loihi_emu.LOIHI1``, ``LOIHI2``, or one of your own. Default: that of the boards, else of `run_cfg`, else
        Loihi 2.
    boards : str, Board, class of lava.magma.core.resources, or list of them, optional
        Boards to fit on. Default: as many chips as needed.
    strategy : str, dict or function
        As for :meth:`loihi_emu.Network.place`, with processes' names for those of populations.

    Returns
    -------
    loihi_emu.mapping.Placement
        ``placement.where("name of the process", neuron)`` and all else that it tells.

    Raises
    ------
    MappingError
        When it does not fit, or no process of it is neurons on a chip.

    Examples
    --------
    >>> from lava_api.proc.lif.process import LIF
    >>> place_process(LIF(shape=(300,), name="cells"), boards="Kapoho Bay").where("cells", 299)
    Location(chip=0, core=0, compartment=299)
    """
    from lava_api.magma.compiler.compiler import Compiler

    found = _chip(chip, boards, run_cfg)
    if process.runtime is not None:
        program = process.runtime._executable.program
        placement = _placed(process, program, found, boards, strategy)
    else:
        with _untouched(process, run_cfg):
            chosen = run_cfg or (Loihi1HwCfg() if found.name == LOIHI1.name else Loihi2HwCfg())
            _, program = Compiler().lay_out(process, chosen)
            placement = _placed(process, program, found, boards, strategy)
    if placement is None:
        raise MappingError(
            f'process "{process.name}": none of the processes connected to it is neurons on a chip, with a model of the'
            " library or for neuromorphic cores. There is nothing to place."
        )
    return placement


def place_script(
    path: Any, *, chip: Chip | None = None, boards: Any = None, strategy: Any = "greedy", first: bool = False
) -> list[tuple[str, Placement]]:
    """Run a Lava script and place every program that it compiles.

    The script runs as ``python -m lava_api`` runs it, to its end, since what it does between its programs may depend
    on their results; its output appears, its errors come out as they are, with their traceback.

    Parameters
    ----------
    path : str or path
        A Python file.
    chip : Chip, optional
        Default: the chip of the boards, else of each program's configuration: Loihi 1 for ``Loihi1HwCfg`` and
        ``Loihi1SimCfg``, else Loihi 2.
    boards, strategy
        As for :func:`place_process`.
    first : bool
        Stop the script behind its first program with neurons, before that runs.

    Returns
    -------
    list of (label, Placement)
        In order of compilation; programs without neurons on a chip are left out.

    Raises
    ------
    MappingError
        When a program does not fit.
    FileNotFoundError
        When there is no such file.
    SimulationError
        When the script ends itself with another exit status than 0.
    """
    from lava_api._alias import install

    file = os.path.abspath(path)
    if not os.path.isfile(file):
        raise FileNotFoundError(f"there is no file {os.fspath(path)!r}")
    _chip(chip, boards, None)
    install()
    watch = _Watch(chip, boards, strategy, first=first)
    arguments, folders = list(sys.argv), list(sys.path)
    sys.argv[:] = [os.fspath(path)]
    sys.path.insert(0, os.path.dirname(os.path.realpath(file)))
    _watches.append(watch)
    try:
        runpy.run_path(file, run_name="__main__")
    except _Enough:
        pass
    except SystemExit as ended:
        if ended.code:
            text = f"{os.fspath(path)}: the script ended itself with exit status {ended.code}."
            raise SimulationError(text) from ended
    finally:
        _watches.remove(watch)
        sys.argv[:], sys.path[:] = arguments, folders
    return watch.found


def _chip(chip: Chip | None, boards: Any, run_cfg: Any) -> Chip:
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


def _placed(process: Any, program: Program, chip: Chip, boards: Any, strategy: Any) -> Placement | None:
    """Place a program; None if no process of it is neurons on a chip."""
    from lava_api.magma.compiler.chip_network import ChipNetwork
    from loihi_emu.mapping.place import place

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


@contextmanager
def _untouched(process: Any, run_cfg: Any) -> Iterator[None]:
    """Undo afterwards what laying out a program does to its processes."""
    from lava_api.magma.compiler.graph import connected
    from lava_api.magma.compiler.wiring import Wiring

    kept = []
    for one in connected(process, wiring=Wiring(run_cfg)):
        ports = [port for group in (one.in_ports, one.out_ports, one.ref_ports, one.var_ports) for port in group]
        lists = [edges for port in ports for edges in (port.in_connections, port.out_connections)]
        members, parameters = dict(one.procs._members), dict(one.proc_params._parameters)
        aliases = [(var, var.aliased_var) for var in one.vars]
        before = [(edges, list(edges)) for edges in lists]
        kept.append((one, before, members, parameters, aliases, (one.parent_proc, one._model_class)))
    try:
        yield
    finally:
        for one, before, members, parameters, aliases, (parent, model) in kept:
            for edges, those in before:
                edges[:] = those
            one.procs._members, one.proc_params._parameters = members, parameters
            one.parent_proc, one._model_class = parent, model
            for var, aliased in aliases:
                var.aliased_var = aliased
