"""What a step of a closed loop costs beside its kernels: events in, one step, spikes out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.rows import Row
from benchmarks.sizes import Size
from loihi_emu.network.network import Network
from loihi_emu.run.emulator import Emulator

LIMIT_US = 10.0
SENSORS, CELLS, MOTORS, EVENTS = 100, 100, 10, 5
BATCH, LAPS = 500, 4


def measure(size: Size) -> Iterator[Row]:
    """Sensors, cells and motors, of which all but the sensors are probed; also the shortest other calls."""
    rng = np.random.default_rng(9)
    events = [np.sort(rng.permutation(SENSORS)[:EVENTS]) for _ in range(BATCH)]
    lists, masks = [e.tolist() for e in events], [np.isin(np.arange(SENSORS), e) for e in events]
    values = [(e, e + 1) for e in events]
    batches = 1 + LAPS * size.repeats
    times, indices = np.repeat(np.arange(batches * BATCH), EVENTS), np.tile(np.concatenate(events), batches)
    listed, emulator = Emulator(_network((times, indices))), Emulator(_network())
    kernels = _us(lambda: listed.run(BATCH), size.repeats, listed)
    for what, given in (("array", events), ("list", lists), ("booleans", masks), ("payloads", values)):

        def loop(given: Any = given) -> None:
            for one in given:
                emulator.step({"sensors": one})["motors"]

        taken = _us(loop, size.repeats, emulator)
        note = f"step() with {EVENTS} events and two probes, less {kernels[0]:.2f} us of kernels; best of {len(taken)}"
        yield Row("closed loop", f"events as {what}", taken[0] - kernels[0], "us", LIMIT_US, note=note)
    calls: dict[str, Callable[[], object]] = {
        "run(1)": lambda: emulator.run(1), "step": lambda: emulator.step, "get": lambda: emulator.get("motors", "v")
    }  # fmt: skip
    for what, call in calls.items():
        taken = _us(lambda call=call: [call() for _ in range(BATCH)], size.repeats, emulator)  # type: ignore[misc]
        yield Row("short calls", what, taken[0], "us", note=f"best of {len(taken)}")


def _network(spikes: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None) -> Network:
    rng = np.random.default_rng(8)
    net = Network("closed loop")
    sensors = net.input("sensors", SENSORS, spikes=([], []) if spikes is None else spikes)
    cells = net.population("cells", CELLS, du=2000, dv=400, vth=100)
    motors = net.population("motors", MOTORS, du=2000, dv=400, vth=100)
    net.connect(sensors, cells, rng.integers(0, 100, (CELLS, SENSORS)), graded=True)
    net.connect(cells, motors, rng.integers(-40, 40, (MOTORS, CELLS)) * 2)
    net.probe(cells)
    net.probe(motors)
    return net


def _us(action: Callable[[], object], repeats: int, emulator: Emulator) -> list[float]:
    """CPU microseconds of each of a batch's calls, the least first, after one batch that does not count."""
    action()
    taken = []
    for _ in range(LAPS * repeats):
        emulator.forget()
        begin = time.process_time()
        action()
        taken.append(1e6 * (time.process_time() - begin) / BATCH)
    return sorted(taken)
