"""How long a fresh process takes: import, first result with warm and with empty caches, files compiled."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.rows import Row
from benchmarks.sizes import Size
from loihi_emu.errors import SimulationError

IMPORT_S, WARM_S, COLD_S = 0.6, 1.2, 15.0

_IMPORT = "import time; begin = time.process_time(); import loihi_emu; print(time.process_time() - begin)"
_DEMO = """
from loihi_emu.demo.network import digits_network
from loihi_emu import Emulator
print(Emulator(digits_network(spikes=([0, 1, 2], [3, 30, 33]))).run(16).steps)
"""
_TEN_LINES = """
import numpy as np
from loihi_emu import Emulator, Network, decay_from_tau
net = Network("hello", seed=1)
drive = net.input("drive", 100, rate=0.05)
cells = net.population("cells", 200, du=decay_from_tau(5), dv=decay_from_tau(20), vth=120, refractory=2)
rng = np.random.default_rng(0)
net.connect(drive, cells, rng.integers(0, 64, (200, 100)))
net.connect(cells, cells, rng.integers(-3, 3, (200, 200)) * 2, delays=3, sign_mode="mixed")
net.probe(cells, ["spikes", "v"])
print(Emulator(net).run(1000).steps)
"""
_LAVA = """
import lava_api.as_lava
import numpy as np
from lava.magma.core.run_conditions import RunSteps
from lava.magma.core.run_configs import Loihi2SimCfg
from lava.proc.dense.process import Dense
from lava.proc.lif.process import LIF
pre, dense, post = LIF(shape=(3,), bias_mant=4, vth=5), Dense(weights=np.full((2, 3), 20)), LIF(shape=(2,), vth=5)
pre.s_out.connect(dense.s_in)
dense.a_out.connect(post.a_in)
post.run(condition=RunSteps(10), run_cfg=Loihi2SimCfg(select_tag="fixed_pt"))
print(post.v.get())
post.stop()
"""
_OTHER = """
import numpy
from loihi_emu import Emulator, Network
net = Network("another")
source = net.input("source", 7, spikes=([0, 2], [1, 3]))
for name, size in (("a", 33), ("b", 2000), ("c", 5)):
    cells = net.population(name, size, du=300, dv=40, vth=numpy.arange(size) + 50)
    net.connect(source, cells, numpy.full((size, source.size), 20), weight_exp=1)
    net.probe(cells, ["spikes", "v"])
    source = cells
print(Emulator(net).run(10).steps)
"""


def measure(size: Size) -> Iterator[Row]:
    """Measure in fresh processes; the best of some repetitions counts, since other work only ever adds."""
    taken = [float(_child(_IMPORT)[1]) for _ in range(size.repeats)]
    note = f"import loihi_emu in a fresh process, best of {size.repeats}"
    yield Row("start-up", "import, CPU time", min(taken), "s", IMPORT_S, min(taken), max(taken), note=note)
    if not size.cold:
        _child(_DEMO)
        yield _warm(size, None)
        return
    for label, code in (("README's ten lines", _TEN_LINES), ("a Lava program", _LAVA)):
        with tempfile.TemporaryDirectory(prefix="loihi_emu-cold-") as folder:
            cold, busy = _timed(code, folder)
            note = f"{label}, from the process's start to its end; CPU time {busy:.1f} s"
            yield Row("start-up", f"empty cache: {label}", cold, "s", None, note=note)
    with tempfile.TemporaryDirectory(prefix="loihi_emu-cold-") as folder:
        cold, busy = _timed(_DEMO, folder)
        note = f"the demo network, wall time from the process's start to its end; CPU time {busy:.1f} s"
        yield Row("start-up", "first result, empty cache", cold, "s", COLD_S, note=note)
        yield _warm(size, folder)
        before = _files(folder)
        _child(_OTHER, folder)
        files = len(_files(folder) - before)
        note = f"beside {len(before)} of the demo network; another network of dense synapses and the same neuron model"
        yield Row("start-up", "files compiled for a new network", files, "files", 0, note=note)


def _timed(code: str, folder: str | None) -> tuple[float, float]:
    """Wall and CPU seconds of a fresh Python and the processes that help it."""
    before = os.times()
    took = _child(code, folder)[0]
    after = os.times()
    return took, after.children_user + after.children_system - before.children_user - before.children_system


def _warm(size: Size, folder: str | None) -> Row:
    taken, busy = zip(*(_timed(_DEMO, folder) for _ in range(size.repeats)), strict=True)
    note = f"the demo network, wall time, best of {size.repeats}; CPU time {sum(busy) / size.repeats:.2f} s on average"
    return Row("start-up", "first result, warm cache", min(taken), "s", WARM_S, min(taken), max(taken), note=note)


def _child(code: str, cache: str | None = None) -> tuple[float, str]:
    """Wall seconds and output of a fresh Python."""
    environment = dict(os.environ) | ({} if cache is None else {"LOIHI_EMU_CACHE_DIR": cache})
    begin = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    took = time.perf_counter() - begin
    if done.returncode != 0:
        raise SimulationError(f"a fresh process failed: {done.stderr.strip()}")
    return took, done.stdout.strip()


def _files(folder: str) -> set[Path]:
    return {path for path in Path(folder).rglob("*") if path.is_file()}
