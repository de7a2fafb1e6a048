"""Runtime: starts, pauses and stops a program, and reads and writes its variables."""

from __future__ import annotations

import logging
import time
from threading import get_ident
from typing import TYPE_CHECKING, Any

from lava_api.magma.core.callback_fx import call_back
from lava_api.magma.core.run_conditions import RunContinuous, RunSteps, check_condition
from lava_api.magma.kernels.outcome import Counting
from lava_api.magma.runtime import state
from lava_api.magma.runtime.channel import HostChannel
from lava_api.magma.runtime.engine import Engine
from lava_api.magma.runtime.threads import LEAVE, OtherThreads, wait_until
from loihi_emu.errors import SimulationError

if TYPE_CHECKING:
    from lava_api.magma.compiler.executable import Executable
    from lava_api.magma.compiler.node import NodeConfig
    from lava_api.magma.core.run_conditions import AbstractRunCondition
    from lava_api.magma.core.run_config import RunConfig
    from loihi_emu.mapping import Placement

ENDLESS = float("inf")


class Runtime(Engine):
    """Runs the program of an executable in the calling process; the type of message infrastructure is kept, unused."""

    def __init__(
        self, exe: Executable, message_infrastructure_type: Any = None, loglevel: int = logging.WARNING
    ) -> None:
        self.log = logging.getLogger("lava_api.runtime")
        self.log.setLevel(loglevel)
        super().__init__(exe)
        self._messaging_infrastructure_type = message_infrastructure_type
        self._is_initialized = False
        self.num_steps = 0

    def __enter__(self) -> Runtime:
        self.initialize()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def initialize(self, node_cfg_idx: int = 0) -> None:
        """Build the models; errors of their constructors come out as they are."""
        from lava_api.magma.compiler.assembly import assemble
        from lava_api.magma.compiler.report import print_reports

        processes = getattr(self.executable, "process_list", ())
        values = [value for process in processes for value in process.proc_params.values()]
        self._others = OtherThreads([value for value in values if isinstance(value, HostChannel)])
        try:
            self._assembly = assemble(self.executable.program, self._control)
        except Exception as error:
            self._failed = f"building its models: {type(error).__name__}: {error}"
            raise
        self._control.services = self._assembly.services
        print_reports(self._assembly, self.placement)
        self._is_initialized = True

    @property
    def node_cfg(self) -> NodeConfig:
        """The machines and their processes: one machine, this one."""
        return self.executable.node_configs[0]

    @property
    def placement(self) -> Placement | None:
        """Where the program is on the chips of a hardware configuration, a ``loihi_emu.mapping.Placement``; or None."""
        return getattr(self.executable, "placement", None)

    def compare_config(self, run_cfg: RunConfig, where: str) -> None:
        """Warn where a run configuration is not like the one that chose the models."""
        if self.executable.used_config is not None:
            self.executable.used_config.compare(run_cfg, where)

    def start(self, run_condition: AbstractRunCondition) -> None:
        """Begin a run, and end it if it blocks. One that does not block runs when its result is asked for.

        Raises
        ------
        ValueError
            When the condition is not one to run.
        RuntimeError
            When the program is stopped or has failed, a model fails, or all of them wait for each other.
        """
        check_condition(run_condition)
        self._outside("run")
        if not self._is_initialized and not self._failed:
            self.log.info("Runtime not initialized yet.")
            return
        with self._lock.held():
            self._start(run_condition)

    def _start(self, run_condition: AbstractRunCondition) -> None:
        self._usable("run")
        if self._is_running:
            self._finish(cuts=False)
            if self._stopped:
                raise self._over("run")
        self._home = get_ident()
        self._control.reset(endless=isinstance(run_condition, RunContinuous))
        self._is_started = self._is_running = True
        self._endless = isinstance(run_condition, RunContinuous)
        call_back(self.executable, "pre_run_callback")
        self._began = time.monotonic()
        self.num_steps = int(run_condition.num_steps) if isinstance(run_condition, RunSteps) else 0
        for service in self._assembly.services:
            service.begin(ENDLESS if self._endless else self.num_steps)
        if run_condition.blocking:
            self.wait()

    def wait(self) -> None:
        """Run until the present run has ended.

        One without end runs until a model or another thread asks to pause or stop, and so does one of async models that
        go on until then: waiting for them has no end but Ctrl-C.
        """
        self._outside("wait")
        with self._lock.held():
            if self._is_running:
                self._go_on()
                self._end()

    def pause(self) -> None:
        """End the present run after the time step under way, whichever thread is at it.

        A run that does not block and that nobody has waited for has not begun; then it is done first, one of a number
        of steps as far as 0.15 s suffice, one without end for as long as the caller let pass since.
        """
        self._outside("pause")
        with self._lock.claimed(lambda: self._control.ask_at(0.0, "pause")):
            if self._is_running:
                self._finish()

    def stop(self) -> None:
        """End the present run as `pause` does, and the program. May be called twice."""
        self._outside("stop")
        with self._lock.claimed(lambda: self._control.ask_at(0.0, "stop")):
            if self._stopped:
                return
            try:
                if self._is_running and not self._failed and not self._driver.is_out_of_reach():
                    self._finish(ask="stop")
                wait_until(self._others.have_taken, self._others.are_there, LEAVE)
            finally:
                self._shut()

    def join(self) -> None:
        """Do nothing: there is no process to wait for."""

    def get_var(self, var_id: int, idx: Any = None) -> Any:
        """Return a copy of a variable, or of a part of it; the present run is done first."""
        self._outside("get")
        with self._lock.held():
            model, name, var = self._variable(var_id, "get")
            value = state.read(model, name, var)
        return value if idx is None else state.part(value, idx, var)

    def set_var(self, var_id: int, value: Any, idx: Any = None) -> None:
        """Set a variable, or a part of it; the present run is done first."""
        self._outside("set")
        with self._lock.held():
            model, name, var = self._variable(var_id, "set")
            state.write(model, name, var, value, idx)

    def counters(self) -> dict[str, dict[str, int]]:
        """Return what the compiled models have counted: by process, then by what is counted.

        Neuron updates, spikes, synaptic events, and sums and states that left their width and wrapped or saturated, as
        far as a model has them, since the program began.
        """
        if self._assembly is None:
            return {}
        kernels = [pair for subgraph in self._assembly.subgraphs for pair in subgraph.kernels.items()]
        return {process.name: kernel.counters() if isinstance(kernel, Counting) else {} for process, kernel in kernels}

    def _variable(self, var_id: int, action: str) -> Any:
        """Return model, attribute and Var of an id, ready to be used."""
        if self._is_running:
            if self._endless:
                raise SimulationError(f"{action}() while the program runs without end: call pause() first.")
            self.wait()
        if self._stopped or self._assembly is None:
            raise SimulationError(
                f"Runtime has not started: {action}() works between the first run and stop()."
                + (" The program is stopped." if self._stopped else "")
            )
        if var_id not in self._assembly.variables:
            raise AssertionError(
                f"The Var with id <{var_id}> was not associated in the ProcModel: no process model holds it."
                " A Var of a process that is made of processes needs alias(var of a sub process)."
            )
        return self._assembly.variables[var_id]

    def _outside(self, action: str) -> None:
        """Raise where the caller is the code of a model of this program."""
        if self._control.scheduler.is_inside():
            raise SimulationError(
                f"{action}() was called from inside a process model, whose program is running: models cannot run, end"
                " or wait for it, nor reach variables by their processes. A model ends a run by self._req_pause = True"
                " or self._req_stop = True, and reaches variables of other processes by a RefPort."
            )
