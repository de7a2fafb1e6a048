"""
A trained graph in float64 and in integers
==========================================

A recurrent graph in NIR, as trainers export it, runs in float64 and in the chip's integers on the same input, with 8
and with 4 bits of weight. Dots are spikes of float64, circles those of the integers.
"""

import nir
import numpy as np
from matplotlib import pyplot as plt

from loihi_emu.exchange import compare_nir

rng = np.random.default_rng(4)
n, steps = 30, 150
ones = np.ones(n)
nodes = {
    "input": nir.Input(np.array([10])),
    "fc": nir.Affine(rng.normal(0.15, 0.5, (n, 10)), 0.03 * ones),
    "cells": nir.CubaLIF(0.02 * ones, 0.004 * ones, 20 * ones, 0 * ones, ones, w_in=4 * ones),
    "rec": nir.Linear(rng.normal(-0.02, 0.1, (n, n))),
    "out": nir.Linear(rng.normal(0.0, 0.3, (3, n))),
    "readout": nir.LI(tau=np.full(3, 0.03), r=np.ones(3), v_leak=np.zeros(3)),
    "output": nir.Output(np.array([3])),
}
edges = [("input", "fc"), ("fc", "cells"), ("cells", "rec"), ("rec", "cells"), ("cells", "out"), ("out", "readout")]
graph = nir.NIRGraph(nodes, [*edges, ("readout", "output")])
spikes = (rng.random((steps, 10)) < 0.1).astype(int)

figure, axes = plt.subplots(2, 2, figsize=(9, 6), sharex=True, layout="constrained")
for (raster, trace), bits in zip(axes, (8, 4), strict=True):
    found = compare_nir(graph, spikes, steps, dt=1e-3, weight_bits=bits)
    for recording, style in zip(found.recordings, (".", "o"), strict=True):
        s = recording.spikes("cells")
        raster.plot(s.times, s.indices, style, markersize=3 if style == "." else 7, markerfacecolor="none")
    for imported, recording, style in zip((found.floats, found.integers), found.recordings, ("-", "--"), strict=True):
        trace.plot(imported.voltage("readout", recording["readout.v"]), style)
        trace.set_prop_cycle(None)
    same = found.spikes["cells"]
    raster.set(title=f"{bits} bits: {same.same} of {same.floats} spikes the same", ylabel="neuron")
    trace.set(title="readout: float64, and integers (dashed)", ylabel="v")
for bottom in axes[1]:
    bottom.set(xlabel="step")
print(found)
