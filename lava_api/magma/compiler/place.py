"""Places programs on virtual chips on request, without running them, and all programs of a script."""

from __future__ import annotations

import os
import runpy
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from copy import copy
from typing import TYPE_CHECKING, Any

from lava_api._alias import install
from lava_api._runner import LocalRunner
from lava_api.magma.compiler.compiler import Compiler
from lava_api.magma.compiler.graph import connected
from lava_api.magma.compiler.placing import chip_of, placed
from lava_api.magma.compiler.wiring import Wiring
from lava_api.magma.core.process.runner import registered_for
from lava_api.magma.core.run_configs import Loihi1HwCfg, Loihi2HwCfg
from loihi_emu.chips.chip import LOIHI1, Chip
from loihi_emu.errors import MappingError, SimulationError
from loihi_emu.keywords import known_keywords

if TYPE_CHECKING:
    from lava_api.magma.compiler.process_graph import ProcessGraph
    from lava_api.magma.core.process.process import AbstractProcess
    from lava_api.magma.core.run_config import RunConfig
    from loihi_emu.mapping import Placement


@known_keywords
def place_process(
    process: AbstractProcess,
    *,
    run_cfg: RunConfig | None = None,
    chip: Chip | None = None,
    boards: Any = None,
    strategy: Any = "greedy",
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
    found = chip_of(chip, boards, run_cfg)
    if process.runtime is not None:
        program = process.runtime.executable.program
        placement = placed(process, program, found, boards, strategy)
    else:
        with _untouched(process, run_cfg):
            chosen = run_cfg or (Loihi1HwCfg() if found.name == LOIHI1.name else Loihi2HwCfg())
            _, program = Compiler().lay_out(process, chosen)
            placement = placed(process, program, found, boards, strategy)
    if placement is None:
        raise MappingError(
            f'process "{process.name}": none of the processes connected to it is neurons on a chip, with a model of the'
            " library or for neuromorphic cores. There is nothing to place."
        )
    return placement


class Enough(BaseException):
    """Ends a script behind its first program."""


class PlacingRunner(LocalRunner):
    """Compiles and runs in the calling process, and collects the placements of all programs.

    With `first`, Enough ends the script behind the first one.
    """

    def __init__(self, chip: Chip | None, boards: Any, strategy: Any, *, first: bool) -> None:
        self.chip, self.boards, self.strategy, self.first = chip, boards, strategy, first
        self.found: list[tuple[str, Placement]] = []
        self.programs = 0

    def place(self, process: AbstractProcess, program: ProcessGraph, run_cfg: RunConfig) -> Placement | None:
        """Place a program."""
        self.programs += 1
        boards = self.boards
        if boards is None and self.chip is None:
            boards = getattr(run_cfg, "boards", None)
        placement = placed(process, program, chip_of(self.chip, boards, run_cfg), boards, self.strategy)
        if placement is not None:
            label = f"program {self.programs} ({process.name}, {type(run_cfg).__name__})"
            self.found.append((label, placement))
        if self.first and placement is not None:
            raise Enough
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
    file = os.path.abspath(path)
    if not os.path.isfile(file):
        raise FileNotFoundError(f"there is no file {os.fspath(path)!r}")
    chip_of(chip, boards, None)
    install()
    runner = PlacingRunner(chip, boards, strategy, first=first)
    arguments, folders = list(sys.argv), list(sys.path)
    sys.argv[:] = [os.fspath(path)]
    sys.path.insert(0, os.path.dirname(os.path.realpath(file)))
    try:
        with suppress(Enough), registered_for(runner):
            runpy.run_path(file, run_name="__main__")
    except SystemExit as ended:
        if ended.code:
            text = f"{os.fspath(path)}: the script ended itself with exit status {ended.code}."
            raise SimulationError(text) from ended
    finally:
        sys.argv[:], sys.path[:] = arguments, folders
    return runner.found


@contextmanager
def _untouched(process: AbstractProcess, run_cfg: RunConfig | None) -> Iterator[None]:
    """Undo afterwards what laying out a program does to its processes."""
    kept = []
    for one in connected(process, wiring=Wiring(run_cfg)):
        ports = [port for group in (one.in_ports, one.out_ports, one.ref_ports, one.var_ports) for port in group]
        lists = [edges for port in ports for edges in (port.in_connections, port.out_connections)]
        aliases = [(var, var.aliased_var) for var in one.vars]
        before = [(edges, list(edges)) for edges in lists]
        kept.append((one, before, aliases, copy(one.procs), copy(one.proc_params), one.parent_proc, one.model_class))
    try:
        yield
    finally:
        for one, before, aliases, *parts in kept:
            for edges, those in before:
                edges[:] = those
            one.procs, one.proc_params, one.parent_proc, one.model_class = parts
            for var, aliased in aliases:
                var.aliased_var = aliased
