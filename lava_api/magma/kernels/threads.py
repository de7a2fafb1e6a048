"""Threads that run a program of compiled models: what each does in a step, and in which order all do it.

A step is a row of stages. Within a stage no call reads what another thread's writes; behind each all wait for each
other. Processes are in the same stage when none is connected with another one of it; what a kernel has cut into parts
is shared out by them, and all else is done whole, by the thread that has least to do in the stage.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from itertools import groupby
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from lava_api.magma.compiler.process_graph import THREADS
from lava_api.magma.kernels.bound import Bound
from lava_api.magma.kernels.calls import leaf_of
from lava_api.magma.kernels.leaf_calls import Call, PartCall
from loihi_emu.image.schedule import Program, barriers
from loihi_emu.jit import COMPILED
from loihi_emu.models.memory import Array
from loihi_emu.run import control
from loihi_emu.run.team import Team
from loihi_emu.run.threads import checked, number_of
from loihi_emu.user_warnings import warn

if TYPE_CHECKING:
    from lava_api.magma.core.process.process import AbstractProcess
    from lava_api.magma.kernels.schedule import SubgraphSchedule

VARIABLE = "LOIHI_EMU_THREADS"
"""Environment variable: how many threads run programs that do not say it."""
SYNAPSES = 256
"""Weights that cost as much in a step as the update of a neuron."""

SHOWN = 3
"""Processes that a warning names."""

Stages = list[list[list[Call]]]
"""Calls, by stage and thread."""


def asked_for(options: Mapping[str, Any]) -> int | str:
    """Return how many threads a program asks for, or "auto": by an option of the compiler, else by the environment."""
    if THREADS in options:
        return checked("compile_config", options[THREADS])
    word = os.environ.get(VARIABLE, "").strip().lower()
    return checked(f"environment variable {VARIABLE}", int(word) if word.isdecimal() else word or 1)


def threads_for(asked: int | str, kernels: Mapping[AbstractProcess, Bound]) -> int:
    """Return how many threads run these kernels; more than there are cores bring a warning."""
    return 1 if asked == 1 else number_of("compile_config", asked, lambda: sum(map(work_of, kernels.values())))


def warn_of_one(others: Sequence[AbstractProcess]) -> None:
    """Warn that one thread runs a program, since some of its models are Python, or look at every step in Python."""
    reason = "something is exchanged, or done in Python, in every step"
    if others:
        named = ", ".join(f'"{process.name}"' for process in others[:SHOWN])
        more = f" and {len(others) - SHOWN} more" if len(others) > SHOWN else ""
        reason = f"it has models in Python ({named}{more})"
    warn(
        f"compile_config, threads: one thread runs this program, since {reason}. Several run programs of compiled "
        "models alone.",
        UserWarning,
    )


def work_of(kernel: Bound) -> float:
    """Return about how much a kernel has to do in a step, in updates of a neuron."""
    process = kernel.process
    elements = max((port.size for port in (*process.in_ports, *process.out_ports)), default=1)
    weights = getattr(kernel.model, "weights", None)
    stored = getattr(weights, "nnz", getattr(weights, "size", 0))
    return float(elements + stored / SYNAPSES)


def stages_of(
    schedule: SubgraphSchedule, later: Sequence[Call], kernels: Mapping[AbstractProcess, Bound], threads: int
) -> Stages:
    """Return what each thread does in each stage of a step; `later` are the calls of the phases behind the spiking one.

    A process comes after all that come before it in the schedule and are connected with it, whichever of them sends.
    """
    found: Stages = []
    loads: list[Array] = []

    def stage(number: int) -> list[list[Call]]:
        while len(found) <= number:
            found.append([[] for _ in range(threads)])
            loads.append(np.zeros(threads))
        return found[number]

    first = 0
    if schedule.copies:
        stage(0)[0] += schedule.copies
        first = 1
    ends: dict[AbstractProcess, int] = {}
    for process in schedule.order:
        neighbours = schedule.sources[process] + schedule.targets[process]
        place = max((ends[other] for other in neighbours if other in ends), default=first)
        for are_parts, calls in groupby(schedule.calls_of[process], lambda call: isinstance(call, PartCall)):
            mine, work = stage(place), work_of(kernels[process])
            if are_parts:
                parts = [call for call in calls if isinstance(call, PartCall)]
                for call in parts:
                    mine[call.part].append(call)
                loads[place][[*{call.part for call in parts}]] += work / threads
            else:
                least = int(np.argmin(loads[place]))
                mine[least] += calls
                loads[place][least] += work
            place += 1
        ends[process] = place
    for _, calls in groupby(later, lambda call: isinstance(call, PartCall)):
        mine = stage(len(found))
        for one in calls:
            mine[one.part if isinstance(one, PartCall) else 0].append(one)
    return found


class ThreadedCalls:
    """Calls that several threads run, in stages; no step begins while a number of `status` is not 0."""

    def __init__(self, stages: Stages, status: Array, clock: Array) -> None:
        meeting = barriers(len(stages[0]))
        wait = leaf_of("loihi_emu.models.barrier:wait")
        self.programs = [
            Program([
                one
                for stage in stages
                for one in (*((leaf_of(name), d) for name, d in stage[thread]), (wait, mine))
            ])
            for thread, mine in enumerate(meeting)
        ]  # fmt: skip
        fine = np.zeros(len(status), np.int64)
        self.levels = SimpleNamespace(filled=status, capacity=fine, needed=fine, total=np.zeros(1, np.int64))
        self.arena = {"clock": clock}


class Threads:
    """So many threads of one program, and what they run; of one thread, nothing."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._team = Team(count) if count > 1 and COMPILED else None
        self._calls: ThreadedCalls | None = None
        self._pace = 1.0

    def take(self, stages: Stages, status: Array, clock: Array) -> None:
        """Run these stages from now on, if several threads have something to do."""
        busy = max((sum(map(bool, stage)) for stage in stages), default=0)
        self._calls = ThreadedCalls(stages, status, clock) if self._team is not None and busy > 1 else None

    def run(self, steps: int) -> bool:
        """Do steps, unless one thread is as fast; return whether they were done."""
        if self._team is None or self._calls is None or steps * self._pace < control.WORTH_WAKING:
            return False
        self._team.run(self._calls, steps)
        return True

    def learn(self, seconds: float) -> None:
        """Note how long a step takes."""
        self._pace = seconds
