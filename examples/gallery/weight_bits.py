"""
How many bits does a weight need?
=================================

``quantize`` chooses scale and exponent for a matrix of floats, and reports the error. Here for 1 to 8 bits, of
weights drawn from a bell curve and from one with a long tail, where a few large weights make the steps coarse.
"""

import numpy as np
from matplotlib import pyplot as plt

from loihi_emu import quantize

rng = np.random.default_rng(9)
matrices = {"bell curve": rng.normal(0, 1, (100, 100)), "long tail": rng.standard_t(3, (100, 100))}
bits = np.arange(2, 9)

left, right = plt.figure(figsize=(9, 4), layout="constrained").subplots(1, 2)
for name, matrix in matrices.items():
    errors = []
    for b in bits:
        q = quantize(matrix, vth=20.0, weight_bits=int(b))
        acts = q.weights * 2.0**q.weight_exp / q.scale
        errors.append(np.sqrt(((acts - matrix) ** 2).mean()) / matrix.std())
    left.semilogy(bits, errors, "o-", label=name)
q = quantize(matrices["long tail"], vth=20.0, weight_bits=4)
right.plot(matrices["long tail"].ravel(), (q.weights * 2.0**q.weight_exp / q.scale).ravel(), ".", markersize=2)
left.set(xlabel="bits of a weight", ylabel="root mean square error / spread")
left.legend()
right.set(xlabel="weight", ylabel="what acts, with 4 bits", title="long tail")
print(q.report)
