"""
A classifier from float weights
===============================

Two layers of float weights, trained elsewhere, become chip integers by ``quantize``; 599 handwritten digits run as
samples. How many bits of weight does it take, and which digits are taken for which?
"""

import numpy as np
from matplotlib import pyplot as plt

from loihi_emu import Emulator, Network, plots, quantize
from loihi_emu.demo.digits import load_digits
from loihi_emu.demo.encode import encode_dense
from loihi_emu.demo.weights import load_weights

STEPS = 24
digits, trained = load_digits(), load_weights()
events = encode_dense(digits.test_images, STEPS)  # (images, steps, pixels)


def answers(bits: int) -> np.ndarray:
    """The class of each image, with weights of so many bits."""
    net = Network("digits")
    layer = net.input("pixels", 64)
    for name, floats in (("hidden", trained.hidden), ("output", trained.output)):
        q = quantize(floats.float_weights, vth=1.0, bias=floats.float_bias, weight_bits=bits)
        cells = net.population(
            name, len(floats.float_bias), du=floats.du, dv=floats.dv, vth=q.vth, bias=q.bias, bias_exp=q.bias_exp
        )
        net.connect(layer, cells, q.weights, weight_exp=q.weight_exp, weight_bits=bits, sign_mode=q.sign_mode)
        layer = cells
    net.probe(layer)
    return Emulator(net).run_samples(STEPS, {"pixels": events}).spike_counts("output").argmax(axis=1)


bits = [2, 3, 4, 5, 6, 8]
found = {b: answers(b) for b in bits}
accuracy = [100 * (found[b] == digits.test_labels).mean() for b in bits]
matrix = np.zeros((10, 10), int)
np.add.at(matrix, (digits.test_labels, found[8]), 1)

left, right = plt.figure(figsize=(9, 4), layout="constrained").subplots(1, 2)
left.plot(bits, accuracy, "o-")
left.axhline(100 * trained.float_accuracy, color="gray", linestyle=":", label="float")
left.set(xlabel="bits of a weight", ylabel="accuracy (%)")
left.legend()
plots.confusion(matrix, ax=right)
