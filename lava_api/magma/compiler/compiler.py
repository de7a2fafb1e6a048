"""Compiler: from connected processes to an executable."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from lava_api.magma.compiler.checks import check_members
from lava_api.magma.compiler.domains import sync_domains
from lava_api.magma.compiler.exceptions import NoProcessModelFound
from lava_api.magma.compiler.executable import Executable
from lava_api.magma.compiler.graph import connected, expand
from lava_api.magma.compiler.node import Node, NodeConfig
from lava_api.magma.compiler.process_graph import CAPACITY, KERNELS, THREADS, LeafProcess, Link, ProcessGraph, Reference
from lava_api.magma.compiler.routes import routes
from lava_api.magma.compiler.sizes import check_room
from lava_api.magma.compiler.wiring import Wiring
from lava_api.magma.core.callback_fx import CallbackFx
from lava_api.magma.core.process.ports.abstract import port_label
from lava_api.magma.core.process.ports.ports import InPort, VarPort
from lava_api.magma.core.process.runner import registered
from lava_api.magma.core.resources import HeadNode
from lava_api.magma.kernels.threads import asked_for
from lava_api.magma.runtime.channel import CHANNEL_MESSAGES
from lava_api.magma.runtime.used_config import UsedConfig
from loihi_emu.errors import invalid
from loihi_emu.numeric import integer

if TYPE_CHECKING:
    from lava_api.magma.core.process.ports.abstract import AbstractPort
    from lava_api.magma.core.process.process import AbstractProcess
    from lava_api.magma.core.run_config import RunConfig

OPTIONS: dict[str, Any] = {CAPACITY: CHANNEL_MESSAGES, KERNELS: True}
"""Options that are used, with their defaults."""


class Compiler:
    """Chooses models and lays out the program.

    Parameters
    ----------
    compile_config : dict, optional
        Options. Of these are used ``pypy_channel_size`` (default 64), the messages that a channel holds, and
        ``kernels`` (default True), whether stock models run compiled; as Python they give the same, slowly, and can be
        stepped through in a debugger; ``threads`` (default: what the environment variable ``LOIHI_EMU_THREADS`` says,
        else 1), the number of threads that run a program of compiled models alone, or "auto". The others are kept with
        the program.
    loglevel : int
        Level of the log.
    """

    def __init__(self, compile_config: dict[str, Any] | None = None, loglevel: int = logging.WARNING) -> None:
        options = self._compile_config = {**OPTIONS, **(compile_config or {})}
        integer("compile_config", CAPACITY, options[CAPACITY], 1, 1 << 40)
        if not isinstance(options[KERNELS], bool):
            raise invalid("compile_config", KERNELS, options[KERNELS], "True or False")
        options[THREADS] = asked_for(options)
        self.log = logging.getLogger("lava_api.compiler")
        self.log.setLevel(loglevel)

    def compile(self, process: AbstractProcess, run_cfg: RunConfig) -> Executable:
        """Compile a process with all that are connected to it; `run_cfg` chooses the models.

        Raises
        ------
        NoProcessModelFound, ProcessAlreadyCompiled
            When a process has no model, or is part of a program already.
        ValueError
            When `run_cfg` is no run configuration.
        AssertionError
            When the choice fails, or ports and variables of a process and its model differ.
        MappingError
            When a hardware configuration is given and the program does not fit on its chips.
        """
        if isinstance(run_cfg, type) or not hasattr(run_cfg, "select"):
            where = f'process "{process.name}"'
            raise invalid(where, "run_cfg", run_cfg, "a RunConfig, such as Loihi2SimCfg(select_tag='fixed_pt')")
        callbacks = list(getattr(run_cfg, "callback_fxs", ()))
        for callback in callbacks:
            if isinstance(callback, CallbackFx):
                callback.prepare(connected(process, wiring=Wiring(run_cfg)))
        processes, program = self.lay_out(process, run_cfg)
        # Placed before processes are marked: of a program that does not fit none is compiled.
        placement = registered().place(process, program, run_cfg)
        for leaf in program.leaves:
            leaf.process.model_class = leaf.model_class
        for part in processes:
            part.is_compiled = True
        here = NodeConfig([Node(HeadNode, [leaf.process for leaf in program.leaves])])
        used = UsedConfig(run_cfg)
        return Executable(processes, program, list(program.domains), callbacks, [here], placement, used)

    def lay_out(self, process: AbstractProcess, run_cfg: RunConfig) -> tuple[list[AbstractProcess], ProcessGraph]:
        """Return all processes, with those that others are made of, and the program; errors as of :meth:`compile`."""
        wiring = Wiring(run_cfg)
        if wiring.is_wiring(process):
            raise NoProcessModelFound(process, is_wiring=True)
        processes, leaves = expand(connected(process, wiring=wiring), run_cfg, wiring)
        for leaf in leaves:
            check_members(leaf.process, leaf.model_class)
        check_room(leaves)
        return processes, self._lay_out(leaves, run_cfg)

    def _lay_out(self, leaves: list[LeafProcess], run_cfg: RunConfig) -> ProcessGraph:
        """Follow all connections."""
        running = {leaf.process for leaf in leaves}
        links, references = [], []

        def is_end(port: AbstractPort) -> bool:
            return port.process in running or (isinstance(port, VarPort) and port.var.resolved.process in running)

        for leaf in leaves:
            for port in leaf.process.out_ports:
                links += [Link(port, end, index) for end, index in routes(port, is_end) if isinstance(end, InPort)]
            for port in leaf.process.ref_ports:
                ends = [(end, index) for end, index in routes(port, is_end) if isinstance(end, VarPort)]
                references += [Reference(port, end.var.resolved, index) for end, index in ends]
                for lost in [] if ends else port.get_dst_ports():
                    raise AssertionError(
                        f"{port_label(port)} leads to {port_label(lost)}, which no process model holds. A Var of a"
                        " process that is made of processes needs alias(var of a sub process)."
                    )
        domains = sync_domains(leaves, run_cfg)
        return ProcessGraph(tuple(leaves), tuple(links), tuple(references), tuple(domains), dict(self._compile_config))
