"""Runtime: starts, pauses and stops a program, and reads and writes its variables."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from threading import get_ident
from typing import Any

from lava_api.magma.core.callback_fx import call_back
from lava_api.magma.core.run_conditions import RunContinuous, check_condition
from lava_api.magma.runtime import state
from lava_api.magma.runtime.channel import HostChannel
from lava_api.magma.runtime.control import Control
from lava_api.magma.runtime.driver import Driver
from lava_api.magma.runtime.hints import hint
from lava_api.magma.runtime.kernel_service import KernelService
from lava_api.magma.runtime.scheduler import Wait
from lava_api.magma.runtime.stuck import sentence, stuck
from lava_api.magma.runtime.threads import LEAVE, PATIENCE, PAUSE, Company, Turn, patiently
from loihi_emu.errors import SimulationError

ENDLESS = float("inf")

SHOWN = 5
"""So many failures are told."""


class Runtime:
    """Runs the program of an executable in the calling process.

    Parameters
    ----------
    exe : Executable
        Result of a compilation.
    message_infrastructure_type : ActorType, optional
        Kept; there is one kind.
    loglevel : int
        Level of the log.
    """

    def __init__(self, exe: Any, message_infrastructure_type: Any = None, loglevel: int = logging.WARNING) -> None:
        self.log = logging.getLogger("lava_api.runtime")
        self.log.setLevel(loglevel)
        self._executable = exe
        self._messaging_infrastructure_type = message_infrastructure_type
        self._control = Control()
        self._control.scheduler.on_host_wait = self._serve_host
        self._control.scheduler.may_drive = self.may_drive
        self._driver = Driver(self._control.scheduler)
        self._turn = Turn(self._driver)
        self._home = get_ident()
        self._company = Company([])
        self._assembly: Any = None
        self._is_initialized = False
        self._is_started = False
        self._is_running = False
        self._stopped = False
        self._failed = ""
        self._began = 0.0
        self._endless = False
        self.num_steps = 0

    def __enter__(self) -> Runtime:
        self.initialize()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def initialize(self, node_cfg_idx: int = 0) -> None:
        """Build the models; errors of their constructors come out as they are."""
        from lava_api.magma.compiler.assembly import assemble
        from lava_api.magma.compiler.report import tell

        processes = getattr(self._executable, "process_list", ())
        values = [value for process in processes for value in process.proc_params.values()]
        self._company = Company([value for value in values if isinstance(value, HostChannel)])
        self._assembly = assemble(self._executable.program, self._control)
        tell(self._assembly, self.placement)
        self._is_initialized = True

    @property
    def node_cfg(self) -> Any:
        """The machines and their processes: one machine, this one."""
        return self._executable.node_configs[0]

    @property
    def placement(self) -> Any:
        """Where the program is on the chips of a hardware configuration, a ``loihi_emu.mapping.Placement``; or None."""
        return getattr(self._executable, "placement", None)

    def compare_config(self, run_cfg: Any, where: str) -> None:
        """Warn the caller's caller where a run configuration is not like the one that chose the models."""
        if self._executable.used_config is not None:
            self._executable.used_config.compare(run_cfg, where, stacklevel=3)

    def start(self, run_condition: Any) -> None:
        """Begin a run, and end it if it blocks. One that does not block runs when its result is asked for.

        Raises
        ------
        ValueError
            When the condition is not one to run.
        RuntimeError
            When the program is stopped or has failed, a model fails, or all of them wait for each other.
        """
        check_condition(run_condition)
        if not self._is_initialized:
            self.log.info("Runtime not initialized yet.")
            return
        with self._turn.taken():
            self._start(run_condition)

    def _start(self, run_condition: Any) -> None:
        """Begin a run in this thread."""
        self._usable("run")
        if self._is_running:
            self._finish()
            if self._stopped:
                raise self._over("run")
        self._home = get_ident()
        self._control.reset(endless=isinstance(run_condition, RunContinuous))
        self._is_started = self._is_running = True
        self._endless = isinstance(run_condition, RunContinuous)
        call_back(self._executable, "pre_run_callback")
        self._began = time.monotonic()
        self.num_steps = 0 if self._endless else int(run_condition.num_steps)
        for service in self._assembly.services:
            service.begin(ENDLESS if self._endless else self.num_steps)
        if run_condition.blocking:
            self.wait()

    def wait(self) -> None:
        """Run until the present run has ended; one without end runs until a model asks to pause or stop."""
        with self._turn.taken():
            if self._is_running:
                self._go_on()
                self._end()

    def pause(self) -> None:
        """End the present run: one of a number of steps is done, one without end is cut after a time step."""
        self._ask_elsewhere("pause")
        with self._turn.taken():
            if self._is_running:
                self._finish()

    def stop(self) -> None:
        """End the present run as `pause` does, and the program. May be called twice."""
        self._ask_elsewhere("stop")
        with self._turn.taken():
            if self._stopped:
                return
            try:
                if self._is_running and not self._failed and not self._driver.is_out_of_reach():
                    self._finish(ask="stop")
                patiently(self._company.has_taken, self._company.is_there, LEAVE)
            finally:
                self._shut()

    def _ask_elsewhere(self, what: str) -> None:
        """Ask another thread that runs the program to end the run."""
        if self._turn.is_elsewhere():
            self._control.ask_at(0.0, what)

    def join(self) -> None:
        """Do nothing: there is no process to wait for."""

    def get_var(self, var_id: int, idx: Any = None) -> Any:
        """Return a copy of a variable, or of a part of it; the present run is done first."""
        with self._turn.taken():
            model, name, var = self._variable(var_id, "get")
            value = state.read(model, name, var)
        return value if idx is None else state.part(value, idx, var)

    def set_var(self, var_id: int, value: Any, idx: Any = None) -> None:
        """Set a variable, or a part of it; the present run is done first."""
        with self._turn.taken():
            model, name, var = self._variable(var_id, "set")
            state.write(model, name, var, value, idx)

    def counters(self) -> dict[str, dict[str, int]]:
        """Return what the compiled models have counted: by process, then by what is counted.

        Neuron updates, spikes, synaptic events, and sums and states that left their width and wrapped or saturated, as
        far as a model has them, since the program began.
        """
        if self._assembly is None:
            return {}
        kernels = [pair for region in self._assembly.regions for pair in region.kernels.items()]
        return {process.name: kernel.counters() for process, kernel in kernels}

    def _variable(self, var_id: int, action: str) -> Any:
        """Return model, attribute and Var of an id, ready to be used."""
        if self._is_running and not self._control.scheduler.active:
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

    def _usable(self, action: str) -> None:
        """Raise unless the program can go on."""
        if self._stopped:
            raise self._over(action)
        if self._failed:
            raise SimulationError(
                f"cannot {action}: the program has failed before ({self._failed})."
                " Correct it and create the processes anew."
            )

    @staticmethod
    def _over(action: str) -> SimulationError:
        return SimulationError(f"cannot {action}: the program is stopped. Create the processes anew, or use pause().")

    def _finish(self, *, ask: str = "pause") -> None:
        """Do the rest of a run; one without end for as long as the caller let pass since it began."""
        now = time.monotonic()
        self._control.ask_at(now + (now - self._began), ask)
        self._go_on(leave_waiting=True)
        self._end()

    def _go_on(self, *, leave_waiting: bool = False) -> None:
        """Run until nothing can go on, and other threads send or take nothing; raise what went wrong."""
        control = self._control
        while True:
            self._run()
            self._check()
            idle = all(service.idle for service in self._assembly.services)
            if idle or leave_waiting or control.model_asked:
                return
            if not self._others_serve(self._control.overdue):
                break
            if control.overdue():
                if control.stop_asked:
                    self._driver.clear()
                return
        waits = list(control.scheduler.waits.values())
        error = stuck(waits, self._step)
        if not any(isinstance(wait.channel, HostChannel) for wait in waits):
            self._fail(str(error))
        raise error

    def _run(self, enough: Any = None) -> None:
        """Run the scheduler, here or, for other threads than the one that began the run, in the runtime's own."""
        driver = self._driver
        for_others = enough is not None and (get_ident() != self._home or self._company.is_there())
        if driver.is_here() or not (driver.has_them() or (for_others and not self._control.scheduler.is_midway())):
            self._run_here(enough)
        else:
            driver.call(lambda: self._run_here(enough), self._abandon)

    def _run_here(self, enough: Any) -> None:
        """Run the scheduler in this thread.

        What is no failure of a model (Ctrl-C) ends the run; a program with Python models, one of which it stopped
        midway, cannot go on.
        """
        try:
            self._control.scheduler.run(enough)
        except BaseException as error:
            if not self._control.scheduler.active:
                services = self._assembly.services
                if all(isinstance(service, KernelService) and not service.midway for service in services):
                    for service in services:
                        service.interrupted()
                    self._driver.clear()
                    self._is_running = False
                else:
                    self._fail(f"{type(error).__name__} in time step {self._step}")
            raise

    def _abandon(self) -> None:
        """Note that who waited for the runtime's thread was interrupted."""
        self._failed = f"interrupted in time step {self._step}"
        self._is_running = False
        self._control.request(stop=True)

    def _check(self) -> None:
        """Raise the failures of models."""
        failures = self._control.scheduler.failures
        if not failures:
            return
        lines = [f"{self._assembly.where(model)}: {type(error).__name__}: {error}" for model, error in failures]
        text = f"{len(lines)} Exception(s) occurred in time step {self._step}: {'; '.join(lines[:SHOWN])}"
        self._fail(lines[0])
        first = failures[0].error
        failures.clear()
        raise RuntimeError(text + hint(first)) from first

    def _fail(self, why: str) -> None:
        """Note that the program cannot go on."""
        self._failed = why
        self._is_running = False
        self._driver.clear()

    @property
    def _step(self) -> int:
        """Present time step."""
        return max((service.done for service in self._assembly.services), default=0)

    def _end(self) -> None:
        """Note the end of a run, asked for or not."""
        self._is_running = False
        for service in self._assembly.services:
            service.cut()
        call_back(self._executable, "post_run_callback")
        if self._control.model_asked == "stop":
            self._shut()

    def _shut(self) -> None:
        """End the program."""
        self._stopped = True
        self._is_running = self._is_started = False
        self._driver.clear()
        self._driver.end()
        if self._assembly is not None:
            self._assembly.join()
            self._assembly = None

    def _others_serve(self, enough: Callable[[], bool]) -> bool:
        """Wait where models wait for other threads, unless there is `enough`; return whether models can go on."""
        scheduler = self._control.scheduler
        for _ in range(2):
            waits = list(scheduler.waits.values())
            if scheduler.ready or any(isinstance(wait.channel, HostChannel) for wait in waits):
                return patiently(lambda: self._is_served() or enough(), self._company.is_there)
            time.sleep(PAUSE)  # a model that another thread is about to wake is in neither list
        return False

    def _is_served(self) -> bool:
        """Wake the models that other threads have served; return whether there are any, or a request."""
        scheduler = self._control.scheduler
        for wait in list(scheduler.waits.values()):
            if isinstance(wait.channel, HostChannel) and wait.channel.is_ready(reading=wait.reading):
                scheduler.wake(wait.worker)
        return bool(scheduler.ready) or self._control.overdue()

    def may_drive(self) -> bool:
        """Return whether the calling thread can go on with a run."""
        begun = self._is_running and not self._control.overdue()
        return begun and not self._turn.is_elsewhere() and not self._driver.is_out_of_reach()

    def _serve_host(self, channel: Any, reading: bool) -> None:
        """Go on with the run, or wait for another thread, until a channel has a message, or room for one."""

        def there() -> bool:
            return bool(channel.is_ready(reading=reading)) or self._stopped or bool(self._failed)

        while not there():
            at_home = get_ident() in (self._home, self._control.scheduler.thread)
            if self.may_drive() or (at_home and not self._turn.is_elsewhere()):
                with self._turn.tried() as got:  # not waited for: who has it now may wait for the caller
                    if got:
                        self._drive(channel, reading, there)
                if not there():
                    time.sleep(PAUSE)  # for who asked to pause or stop, or has the turn
            elif not patiently(lambda: there() or self.may_drive(), lambda: True):
                raise SimulationError(
                    f"{sentence(Wait(None, channel, not reading))}, and no other thread has run it for {PATIENCE:g} s."
                )
        if not channel.is_ready(reading=reading):
            self._usable("send or receive")

    def _drive(self, channel: Any, reading: bool, there: Callable[[], bool]) -> None:
        """Go on with the run until a channel of the caller has a message, or room for one."""
        if not self._is_running or self._failed:
            raise SimulationError(
                f"{sentence(Wait(None, channel, not reading))}, and no run is in progress:"
                " call run(RunSteps(n, blocking=False)) or run(RunContinuous()) before."
            )
        channel.watched = True
        try:
            while not there():
                self._run(there)
                self._check()
                if there() or not channel.patient or not self._others_serve(there):
                    break
                if self._control.overdue():
                    return
        finally:
            channel.watched = False
        if there():
            return
        if all(service.idle for service in self._assembly.services):
            self._end()
            raise SimulationError(
                f'"{channel.source[0]}".{channel.source[1]}: the run has ended, nothing more comes or goes.'
            )
        raise stuck(self._control.scheduler.waits.values(), self._step)
