"""Engine: goes on with a run of a program, for the thread that began it and for others that send, receive or end it."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import get_ident
from typing import TYPE_CHECKING, Any

from lava_api.magma.core.callback_fx import call_back
from lava_api.magma.runtime.channel import HostChannel
from lava_api.magma.runtime.control import Control
from lava_api.magma.runtime.deadlock import deadlock, sentence
from lava_api.magma.runtime.driver import Driver
from lava_api.magma.runtime.kernel_service import KernelService
from lava_api.magma.runtime.numpy_advice import advice
from lava_api.magma.runtime.polling import Rounds
from lava_api.magma.runtime.scheduler import Wait
from lava_api.magma.runtime.threads import PATIENCE, PAUSE, OtherThreads, RunLock, wait_until
from loihi_emu.errors import SimulationError

if TYPE_CHECKING:
    from lava_api.magma.compiler.executable import Executable

BRIEF = 0.15
"""Seconds that pause() and stop() leave to a number of time steps that nobody has waited for: few are done in full."""

SHOWN = 5
"""So many failures are told."""


class Engine:
    """What runs the models of a program, and knows how far they are."""

    def __init__(self, exe: Executable) -> None:
        self.executable = exe
        self._control = Control()
        self._control.scheduler.on_host_wait = self._serve_host
        self._control.scheduler.may_drive = self.may_drive
        self._driver = Driver(self._control.scheduler)
        self._lock = RunLock(self._driver)
        self._home = get_ident()  # the thread that began the run: its models stand midway there
        self._others = OtherThreads([])
        self._rounds = Rounds(self._control, lambda: self._others.are_there(), self._is_served)
        self._control.scheduler.on_round = self._rounds.leave
        self._control.scheduler.moment = self._moment
        self._assembly: Any = None
        self._is_running = self._is_started = False
        self._stopped = False
        self._failed = ""
        self._began = 0.0
        self._endless = False

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

    def _finish(self, *, ask: str = "pause", cuts: bool = True) -> None:
        """Do the rest of a run in the time that :meth:`Runtime.pause` names; all of its steps unless it `cuts`."""
        now = time.monotonic()
        passed = now - self._began if self._endless or not cuts else BRIEF
        self._control.ask_at(now + passed, ask, cuts=cuts)
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
            # Who polls would see no other thread's message before its next look: Rounds waits for those.
            going = not control.scheduler.polls and self._others_serve(control.overdue)
            if control.overdue():
                if control.stop_asked:
                    self._driver.clear()
                return
            if not going:
                break
        waits = self._waits()
        error = deadlock(waits, self._step)
        if not any(isinstance(wait.channel, HostChannel) for wait in waits):
            self._fail(str(error))
        raise error

    def _run(self, enough: Callable[[], bool] | None = None) -> None:
        """Run the scheduler, here or, for other threads than the one that began the run, in the runtime's own."""
        driver = self._driver
        # Models cannot change their thread: those that run for one that may never come again begin in the driver's.
        for_others = enough is not None and (get_ident() != self._home or self._others.are_there())
        if driver.is_here() or not (driver.has_them() or (for_others and not self._control.scheduler.is_midway())):
            self._run_here(enough)
        else:
            driver.call(lambda: self._run_here(enough), self._abandon)

    def _run_here(self, enough: Callable[[], bool] | None) -> None:
        """Run the scheduler in this thread.

        What is no failure of a model (Ctrl-C) ends the run; a program with Python models, one of which it stopped
        midway, cannot go on.
        """
        self._rounds.forget()
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

    def _waits(self) -> list[Wait]:
        """Return what the models wait for, or ask for again and again."""
        scheduler = self._control.scheduler
        return [*scheduler.waits.values(), *scheduler.polls.values()]

    def _moment(self) -> int:
        """Return the time steps of all domains."""
        return sum(service.done for service in self._control.services)

    def _abandon(self) -> None:
        """Note that who waited for the runtime's thread was interrupted."""
        self._failed = f"interrupted in time step {self._step}"
        self._is_running = False
        self._control.request(stop=True)

    def _check(self) -> None:
        failures = self._control.scheduler.failures
        if not failures:
            return
        lines = [f"{self._assembly.where(model)}: {type(error).__name__}: {error}" for model, error in failures]
        text = f"{len(lines)} Exception(s) occurred in time step {self._step}: {'; '.join(lines[:SHOWN])}"
        self._fail(lines[0])
        first = failures[0].error
        failures.clear()
        raise RuntimeError(text + advice(first)) from first

    def _fail(self, why: str) -> None:
        """Note that the program cannot go on."""
        self._failed = why
        self._is_running = False
        self._driver.clear()

    @property
    def _step(self) -> int:
        return max((service.done for service in self._assembly.services), default=0)

    def _end(self) -> None:
        """Note the end of a run, asked for or not."""
        self._is_running = False
        for service in self._assembly.services:
            service.cut()
        call_back(self.executable, "post_run_callback")
        if self._control.model_asked == "stop":
            self._shut()

    def _shut(self) -> None:
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
                return wait_until(lambda: self._is_served() or enough(), self._others.are_there)
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
        return begun and not self._lock.is_elsewhere() and not self._driver.is_out_of_reach()

    def _serve_host(self, channel: Any, reading: bool) -> None:
        """Go on with the run, or wait for another thread, until a channel has a message, or room for one."""

        def there() -> bool:
            return bool(channel.is_ready(reading=reading)) or self._stopped or bool(self._failed)

        while not there():
            at_home = get_ident() in (self._home, self._control.scheduler.thread)
            if self.may_drive() or (at_home and not self._lock.is_elsewhere()):
                with self._lock.tried() as got:  # not waited for: who has it now may wait for the caller
                    if got:
                        self._drive(channel, reading, there)
                if not there():
                    time.sleep(PAUSE)  # for who asked to pause or stop, or has the turn
            elif not wait_until(lambda: there() or self.may_drive(), lambda: True):
                raise SimulationError(
                    f"{sentence(Wait(None, channel, not reading))}, and no other thread has run it for {PATIENCE:g} s."
                )
        if not channel.is_ready(reading=reading):
            self._usable("send or receive")

    def _drive(self, channel: HostChannel, reading: bool, there: Callable[[], bool]) -> None:
        """Go on with the run until a channel of the caller has a message, or room for one."""
        if not self._is_running or self._failed:
            raise SimulationError(
                f"{sentence(Wait(None, channel, not reading))}, and no run is in progress:"
                " call run(RunSteps(n, blocking=False)) or run(RunContinuous()) before."
            )
        channel.watched = True
        self._rounds.is_hurried = not channel.patient
        try:
            while not there():
                self._run(there)
                self._check()
                if there() or not channel.patient or self._control.scheduler.polls or not self._others_serve(there):
                    break
                if self._control.overdue():
                    return
        finally:
            channel.watched = self._rounds.is_hurried = False
        if there():
            return
        if all(service.idle for service in self._assembly.services):
            self._end()
            raise SimulationError(
                f'"{channel.source[0]}".{channel.source[1]}: the run has ended, nothing more comes or goes.'
            )
        raise deadlock(self._waits(), self._step)
