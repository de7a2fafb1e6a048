"""
A saved network on two ranks
============================

A network is saved, and ``mpiexec`` runs the file in two processes that exchange spikes by MPI: on one machine here, on
as many as there are in a cluster. The second half goes on from a checkpoint, in one process. Every spike is that of a
run without all this. (Where no MPI is installed, one process does both halves.)
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt

from loihi_emu import Emulator, Network, Recording, fixed_in_degree, normal, plots, uniform

net = Network("two ranks", seed=4)
bias = np.random.default_rng(4).integers(800, 2000, 3000)
cells = net.population("cells", 3000, du=800, dv=200, vth=400, bias=bias, refractory=3)
inhibiting = net.population("inhibiting", 1500, du=800, dv=200, vth=700)
net.connect(cells, inhibiting, normal(30, 6, low=1, high=60), synapses=fixed_in_degree(60), delays=uniform(2, 20))
net.connect(inhibiting, cells, normal(-60, 9, low=-90, high=-20), synapses=fixed_in_degree(60), delays=uniform(2, 20))
for part in (cells, inhibiting):
    net.probe(part)

mpiexec = shutil.which("mpiexec", path=str(Path(sys.executable).parent)) or shutil.which("mpiexec")
ranks = [mpiexec, "-n", "2"] if mpiexec else []
with tempfile.TemporaryDirectory() as folder:
    file, record, state = (str(Path(folder) / name) for name in ("net.npz", "run.rec", "state.npz"))
    net.save(file)
    run = [sys.executable, "-m", "loihi_emu", "run", file, "--steps", "200", "--to", record]
    subprocess.run([*ranks, *run, "--checkpoint", state], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([*run, "--restore", state], check=True, stdout=subprocess.DEVNULL)
    recording = Recording.load(record)
    axes = plots.raster(recording)

alone = Emulator(net).run(400)
for part in (cells, inhibiting):
    here, there = recording.spikes(part), alone.spikes(part)
    assert np.array_equal(here.times, there.times) and np.array_equal(here.indices, there.indices)
axes.axvline(200, color="black")
axes.annotate("two ranks", (195, 1.01), xycoords=("data", "axes fraction"), ha="right")
axes.annotate("one process", (205, 1.01), xycoords=("data", "axes fraction"))
plt.gcf().set_size_inches(9, 5)
