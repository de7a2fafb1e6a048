"""Learning beside C: pair STDP at 1-2 % activity, and a rule of two products that visits every synapse."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import ceiling
from benchmarks.race import Contestant, Emulated, race
from benchmarks.rows import Row, ratio
from benchmarks.sizes import Size
from loihi_emu.decay import decay_from_tau
from loihi_emu.errors import SimulationError
from loihi_emu.learning import LearningRule, Trace
from loihi_emu.models.memory import aligned
from loihi_emu.network.network import Network
from loihi_emu.run.emulator import Emulator
from loihi_emu.widths import DECAY_UNITY

Array = NDArray[Any]

LIMIT = 1.4
SOURCE = Path(__file__).with_name("learning.c")
UNIT = 64
ACTIVITY, TAU, IMPULSE = 0.015, 10.0, 16
BIAS, SHIFT, SEED = 4000, 6, 11
STDP = "2^-2*x1*y0 - 2^-2*y1*x0"
SWEEP = "2^-3*u0*x1*y1 - 2^-5*u0*w"
TASKS = (("STDP", 1000), ("sweep", 60))
"""Workloads, and steps of a round of each."""


@dataclass(frozen=True)
class _Parameters:
    seed: int
    stream: int
    keep_x: int
    keep_y: int
    up_x: int
    up_y: int
    bias: int
    vth: int
    shift: int


class _Plastic(ctypes.Structure):
    _fields_ = [(f.name, ctypes.c_int64 if k < 2 else ctypes.c_int32) for k, f in enumerate(fields(_Parameters))]


@lru_cache(maxsize=1)
def library() -> ctypes.CDLL:
    """``learning.c``, built and loaded."""
    loaded = ceiling.built(SOURCE)
    loaded.stdp.restype = loaded.sweep.restype = ctypes.c_int64
    return loaded


@dataclass(frozen=True)
class Task:
    """A workload: n x n synapses, the spikes of the sources, initial weights and voltages."""

    name: str
    rule: str
    function: str
    n: int
    steps: int
    starts: Array
    events: Array
    weights: Array
    v: Array

    @property
    def vth(self) -> int:
        """Threshold that the bias alone reaches once in 1 / ACTIVITY steps."""
        return int(BIAS / ACTIVITY) // UNIT

    def network(self, rules: str = "chip") -> Network:
        """The workload through the public API, under a rule set of integers."""
        net = Network(self.name, rules=rules, seed=SEED)
        times = np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))
        source = net.input("source", self.n, spikes=(times, self.events))
        own = {p.name: p for p in net.rule_set.model("lif").parameters}
        name, most = ("bias" if "bias" in own else "bias_mant"), own["du"].high
        cells = net.population("cells", self.n, du=most, dv=0, vth=self.vth, v=self.v, **{name: BIAS})
        trace = Trace(IMPULSE, TAU)
        rule = LearningRule(dw=self.rule, x1=trace, y1=trace)
        net.connect(
            source, cells, self.weights.T, name="plastic", kind="dense", sign_mode="excitatory", weight_exp=-SHIFT,
            learning=rule,
        )  # fmt: skip
        return net


class Ceiling:
    """A task in C."""

    def __init__(self, task: Task) -> None:
        n = task.n
        self.task, self.spikes, self._step = task, 0, 0
        self.u, self.v = aligned(n, np.int32), aligned(n, np.int32)
        self.v[...] = task.v
        self.weights, self.x, self.y = aligned(n * n, np.uint8), aligned(n, np.int8), aligned(n, np.int8)
        self.weights[...] = task.weights.reshape(-1)
        self._scratch = [
            aligned(n + 1, np.int32), np.zeros(1, np.int64), aligned(n + 4, np.uint32), aligned(2 * n + 8, np.uint16),
            aligned(2 * n + 8, np.uint16), aligned(n, np.int32), aligned(n, np.int16),
        ]  # fmt: skip
        keep = DECAY_UNITY - decay_from_tau(TAU)
        self._parameters = _Plastic(SEED, 0, keep, keep, IMPULSE, IMPULSE, BIAS, task.vth * UNIT, SHIFT)
        self._starts, self._events = task.starts.astype(np.int64), task.events.astype(np.int32)

    def run(self, steps: int) -> None:
        """Run so many steps."""
        spiked, last, random, before, after, q, fall = (ctypes.c_void_p(a.ctypes.data) for a in self._scratch)
        arrays = (ctypes.c_void_p(a.ctypes.data) for a in (self.u, self.v, self.weights, self.x, self.y))
        lists = (ctypes.c_void_p(a.ctypes.data) for a in (self._starts, self._events))
        call = getattr(library(), self.task.function)
        self.spikes += int(
            call(
                ctypes.c_int64(steps), ctypes.c_int64(self._step), ctypes.c_int64(self.task.n), *arrays,
                ctypes.byref(self._parameters), *lists, spiked, last, random, before, after, q, fall,
            )
        )  # fmt: skip
        self._step += steps


def task_of(what: str, n: int, steps: int, rounds: int) -> Task:
    """The workload "STDP" or "sweep" with n x n synapses."""
    rng = np.random.default_rng(8)
    most = steps * (rounds + 1)
    counts = rng.binomial(n, ACTIVITY, most)
    starts = np.concatenate([[0], np.cumsum(counts)])
    events = np.concatenate([np.sort(rng.choice(n, k, replace=False)) for k in counts] or [np.zeros(0, int)])
    weights = rng.integers(60, 120, (n, n))
    v = rng.integers(0, int(BIAS / ACTIVITY), n)
    rule, function = (STDP, "stdp") if what == "STDP" else (SWEEP, "sweep")
    return Task(f"W4 {what}", rule, function, n, steps, starts, events, weights, v)


def measure(size: Size) -> Iterator[Row]:
    """Race both workloads."""
    for what, full in TASKS:
        task = task_of(what, size.layer, size.steps(full), size.rounds)
        emulated = Emulated(Emulator(task.network()))
        contestants: dict[str, Contestant] = {}
        if ceiling.compiler() is not None:
            contestants["C"] = Ceiling(task)
        contestants["emulator"] = emulated
        laps = race(contestants, task.steps, size.rounds)
        if "C" in contestants:
            check_weights(contestants["C"], emulated.emulator)
        rate = emulated.spikes / (task.n * task.steps * (size.rounds + 1))
        note = f"{task.n} x {task.n} plastic synapses, dw = {task.rule}"
        note += f"; {ACTIVITY:.1%} of the sources and {rate:.1%} of the targets a step"
        if "C" in laps:
            yield ratio(task.name, "learning", laps["emulator"], laps["C"], LIMIT, note)
        else:
            yield Row(task.name, "learning", laps["emulator"].us, "us/step", us=laps["emulator"].us, note=note)


def check_weights(one: Any, emulator: Emulator) -> None:
    """Raise unless C and emulator agree in every weight and trace."""
    n = one.task.n
    for name, mine in (("weights", one.weights.reshape(n, n).T), ("x1", one.x), ("y1", one.y)):
        differing = np.count_nonzero(emulator.get("plastic", name) != mine)
        if differing:
            raise SimulationError(f'C and emulator differ in {differing} of {mine.size} "{name}".')
