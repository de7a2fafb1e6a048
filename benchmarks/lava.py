"""Lava programs on lava_api: time per step, compile and start, reading variables; beside Network and real Lava."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import lava_programs
from benchmarks.lava_programs import FIXED, FLOAT, PROGRAMS, STDP, Lava
from benchmarks.race import Contestant, Emulated, race
from benchmarks.rows import Row, ratio
from benchmarks.sizes import Size
from loihi_emu.errors import SimulationError
from loihi_emu.network.network import Network
from loihi_emu.run.emulator import Emulator

LIMITS_US = {
    "chain of 3": 3.0, "chain of 11": 8.0, "chain of 31": 20.0, "LIF-Dense-LIF, 100": 5.0,
    "LIF-Dense-LIF, 1000": 15.0, "recurrent, 1000": 60.0, "Conv 32x32x3 -> 16, LIF": 120.0,
    STDP: 15.0,
}  # fmt: skip
PYTHON_LIMIT_US = 15.0
START_LIMIT_MS = 50.0
GET_LIMIT_MS = 10.0
NETWORK_LIMIT = 1.15
PEER = "LAVA_PYTHON"
"""Environment variable: a Python in which Lava itself is installed."""
PEER_STEPS, PEER_TIMEOUT = 200, 120


def measure(size: Size) -> Iterator[Row]:
    """All of it but learning."""
    peer = _peer()
    yield from _programs([(name, tag) for name in PROGRAMS if name != STDP for tag in (FIXED, FLOAT)], size, peer)
    yield _python_models(size)
    yield from _mixed(size)
    yield _read(size)
    yield _beside_network(size)


def measure_learning(size: Size) -> Iterator[Row]:
    """Learning in fixed point."""
    yield from _programs([(STDP, FIXED)], size, _peer())


def _programs(cases: list[tuple[str, str]], size: Size, peer: str | None) -> Iterator[Row]:
    """Times per step of programs, then times to start them."""
    starts = []
    for program, tag in cases:
        pace, started = _program(program, tag, size, peer)
        starts.append(started)
        yield pace
    yield from starts


def _steps(lead: Any, steps: int) -> float:
    """Seconds of so many steps."""
    begin = time.perf_counter()
    lead.run(condition=Lava("lava_api").RunSteps(num_steps=steps))
    return time.perf_counter() - begin


def _pace(lead: Any, size: Size) -> tuple[float, float, float]:
    """Microseconds per step: median, least, greatest of the rounds."""
    steps = max(20, size.steps(2000))
    _steps(lead, steps)
    found = sorted(1e6 * _steps(lead, steps) / steps for _ in range(size.rounds))
    return found[len(found) // 2], found[0], found[-1]


def _program(program: str, tag: str, size: Size, peer: str | None) -> tuple[Row, Row]:
    """Time per step, and time to compile and start."""
    lava = Lava("lava_api")
    lava_programs.start(lava, program, tag)[0].stop()  # kernels are loaded now
    lead, started = lava_programs.start(lava, program, tag)
    pace, low, high = _pace(lead, size)
    lead.stop()
    number = "fixed" if tag == FIXED else "float"
    theirs = _run_peer(peer, program, tag) if peer else None
    us = None if theirs is None else 1e6 * theirs[1]
    note = "real Lava in the second column, where it is installed" if peer else f"{PEER} names no Python with Lava"
    what, shown = f"{program}, {number}", "" if theirs is None else f"Lava {1e3 * theirs[0]:.0f} ms"
    return (
        Row("Lava programs", what, pace, "us/step", LIMITS_US[program], low, high, pace, us, note),
        Row("compile and start", what, 1e3 * started, "ms", START_LIMIT_MS, note=shown),
    )


def _peer() -> str | None:
    """A Python that can import Lava."""
    named = os.environ.get(PEER)
    if named:
        return named
    return sys.executable if find_spec("lava") is not None and find_spec("lava.magma") is not None else None


def _run_peer(python: str, program: str, tag: str) -> tuple[float, float]:
    """Seconds to start and per step of real Lava, in a process of its own."""
    command = [python, "-c", Path(lava_programs.__file__).read_text(), "lava", program, tag, str(PEER_STEPS)]
    with tempfile.TemporaryDirectory() as folder:  # Lava runs the files that it finds beside a program
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=PEER_TIMEOUT, cwd=folder, env=_environment(), check=False
        )
    if done.returncode:
        raise SimulationError(f"Lava failed on {program}: {done.stderr.strip()[-500:]}")
    started, pace = (float(word) for word in done.stdout.split()[-2:])
    return started, pace


def _environment() -> dict[str, str]:
    """The environment without folders of ours."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def _python_models(size: Size) -> Row:
    """A chain of a user's own Python process models that do nothing but pass messages on."""
    from benchmarks.lava_model import Pass
    from lava_api.proc.io.sink import RingBuffer as Sink
    from lava_api.proc.io.source import RingBuffer as Source

    count = 20
    lava = Lava("lava_api")
    source, sink = Source(data=np.ones((10, 3))), Sink(shape=(10,), buffer=2)
    port = source.s_out
    for _ in range(count):
        one = Pass(shape=(10,))
        port.connect(one.inp)
        port = one.out
    port.connect(sink.a_in)
    source.run(lava.RunSteps(num_steps=1), lava.Config())
    pace, low, high = (value / count for value in _pace(source, size))
    source.stop()
    note = f"{count} models of 10 elements between a source and a sink"
    return Row("own Python models", "per model and step", pace, "us/step", PYTHON_LIMIT_US, low, high, note=note)


def _mixed(size: Size) -> Iterator[Row]:
    """Python models between compiled ones: what each of the processes costs."""
    from benchmarks.lava_model import Pass

    lava, n, pairs = Lava("lava_api"), 10, 5
    rng = np.random.default_rng(6)
    for tag, number in ((FIXED, "fixed"), (FLOAT, "float")):
        first = last = lava.LIF(shape=(n,), bias_mant=2, vth=10)
        for _ in range(pairs):
            own = Pass(shape=(n,))
            dense, cells = lava.Dense(weights=rng.integers(-10, 11, (n, n)) // 2 * 2), lava.LIF(shape=(n,), vth=10)
            last.s_out.connect(own.inp)
            own.out.connect(dense.s_in)
            dense.a_out.connect(cells.a_in)
            last = cells
        first.run(lava.RunSteps(num_steps=1), lava.Config(select_tag=tag))
        pace, low, high = (value / (3 * pairs + 1) for value in _pace(first, size))
        first.stop()
        note = f"{pairs} times LIF, own model, Dense; per process"
        what = f"mixed with compiled ones, {number}"
        yield Row("own Python models", what, pace, "us/step", PYTHON_LIMIT_US, low, high, note=note)


def _read(size: Size) -> Row:
    """Reading a variable of a million elements."""
    lava = Lava("lava_api")
    lead = lava_programs.layers(lava, FIXED, 1000)
    lead.run(condition=lava.RunSteps(num_steps=1), run_cfg=lava.Config(select_tag=FIXED))
    dense = lead.s_out.get_dst_ports()[0].process
    taken = []
    for _ in range(max(3, size.rounds)):
        begin = time.perf_counter()
        dense.weights.get()
        taken.append(1e3 * (time.perf_counter() - begin))
    lead.stop()
    return Row("variables", "get() of 1000 x 1000", min(taken), "ms", GET_LIMIT_MS, min(taken), max(taken))


class Program:
    """A Lava program as a contestant."""

    def __init__(self, lead: Any, cells: list[Any]) -> None:
        self.lead, self.cells = lead, cells
        self._lava = Lava("lava_api")

    @property
    def u(self) -> Any:
        """Currents of all neurons."""
        return np.concatenate([cell.u.get() for cell in self.cells])

    @property
    def v(self) -> Any:
        """Voltages of all neurons."""
        return np.concatenate([cell.v.get() for cell in self.cells])

    @property
    def spikes(self) -> int:
        """Spikes of all neurons so far."""
        counters = self.lead.runtime.counters()
        return sum(counters[cell.name]["spikes"] for cell in self.cells)

    def run(self, steps: int) -> None:
        """Run so many steps."""
        self.lead.run(self._lava.RunSteps(num_steps=steps), self._lava.Config(select_tag=FIXED))


def _beside_network(size: Size) -> Row:
    """LIF-Dense-LIF in fixed point as a Lava program and as a Network, in turn, states compared."""
    lava, n = Lava("lava_api"), 1000
    first = lava_programs.layers(lava, FIXED, n)
    dense = first.s_out.get_dst_ports()[0].process
    second = dense.a_out.get_dst_ports()[0].process
    net = Network("layers", rules="lava")
    period = round(1 / lava_programs.ACTIVITY)
    a = net.population("a", n, du=4095, dv=0, vth=period - 1, bias_mant=64, v=np.arange(n) % period * 64)
    b = net.population("b", n, du=4095, dv=0, vth=50)
    net.connect(a, b, np.asarray(dense.weights.init), sign_mode="mixed")
    contestants: dict[str, Contestant] = {
        "Network": Emulated(Emulator(net)),
        "lava_api": Program(first, [first, second]),
    }
    laps = race(contestants, size.steps(10_000), size.rounds)
    first.stop()
    note = "LIF-Dense-LIF, N = 1000, fixed point, 2 % of the first layer spiking, beside the same as a Network"
    mine, its = laps["lava_api"], laps["Network"]
    return ratio("Lava program beside Network", "LIF-Dense-LIF, 1000", mine, its, NETWORK_LIMIT, note)
