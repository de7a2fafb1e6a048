"""A thousand networks come and go: memory, file descriptors and threads stay as they were."""

import ctypes
import gc
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from loihi_emu import Conv2D, Emulator, Network, Noise

pytestmark = [pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc"), pytest.mark.slow]

WARM_UP, ROUNDS = 150, 1000
GROWTH = 4 << 20
"""A leaked network would add far more: each holds about 1 MB of recorders, weights and rings."""


def resident():
    """Bytes in memory; what the allocator holds free goes back to the system first."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's
    if trim is not None:
        trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def descriptors():
    return len(list(Path("/proc/self/fd").iterdir()))


def live_and_die(k, folder):
    rng = np.random.default_rng(k)
    net = Network(f"net {k}", seed=k)
    image = net.input("image", (6, 6, 1), spikes=rng.integers(0, 3, (5, 36)))
    noise = net.input("noise", 20, rate=0.2)
    maps = net.population("maps", (4, 4, 2), vth=30, noise=Noise("v", 6))
    cells = net.population("cells", 1100, vth=20, dv=100, refractory=2)
    net.connect(image, maps, Conv2D(rng.integers(-9, 99, (2, 3, 3, 1))), graded=True)
    net.connect(noise, cells, rng.integers(0, 255, (1100, 20)))
    lists = rng.integers(0, 1100, 3000), rng.integers(0, 1100, 3000), rng.integers(-99, 99, 3000)
    net.connect(cells, cells, lists, delays=rng.integers(0, 9, 3000))
    net.probe(cells, ["spikes", "u", "v"])
    net.probe(maps)
    emulator = Emulator(net)
    recording = emulator.run(5)
    if k % 10 == 0:
        emulator.set("cells->cells", "weights", 3 * np.ones(3000, int))
        emulator.reset()
        emulator.run_samples(5, {"image": rng.integers(0, 2, (2, 5, 36))})
        emulator.restore(emulator.save(folder / "state.npz"))
        recording.load(recording.save(folder / "recording.npz"))


def test_networks_leave_nothing_behind(tmp_path):
    # in a process of its own: what other tests left in this one's memory and threads may come and go meanwhile
    done = subprocess.run([sys.executable, __file__, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def main(folder):
    for k in range(WARM_UP):
        live_and_die(k, folder)
    memory, files, threads = resident(), descriptors(), threading.active_count()
    for k in range(ROUNDS):
        live_and_die(k, folder)
    gc.collect()
    assert descriptors() == files
    assert threading.active_count() == threads
    grown = resident() - memory
    assert grown < GROWTH, grown


def test_a_dropped_emulator_frees_its_image():
    import weakref

    net = Network()
    net.probe(net.population("cells", 5, vth=1, bias=9))
    emulator = Emulator(net)
    emulator.run(3)
    image = weakref.ref(emulator.image)
    del emulator
    gc.collect()
    assert image() is None


if __name__ == "__main__":
    main(Path(sys.argv[1]))
