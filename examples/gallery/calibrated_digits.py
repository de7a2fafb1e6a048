"""
How many bits keep the accuracy?
================================

A network of floats that reads digits becomes integers by what it does on samples. On the left how many spikes of the
hidden layer differ, with one list of weights, one for each sign, and two for each sign. On the right the accuracy by
bits of weight, in all layers and in each alone; rings are the fewest that keep it.
"""

import numpy as np
from matplotlib import pyplot as plt

from loihi_emu import calibrate, plots, search_precision
from loihi_emu.demo.digits import load_digits
from loihi_emu.demo.encode import encode_dense
from loihi_emu.demo.network import digits_network

digits, floats = load_digits(), digits_network(rules="float")
samples, labels = encode_dense(digits.train_images[:100], 24), digits.train_labels[:100]
held_out = encode_dense(digits.test_images, 24)

lists, differ, accuracy = (1, 2, 4), [], []
for most in lists:
    found = calibrate(floats, samples, labels, lists=most)
    agreement = found.compare(held_out, digits.test_labels)
    hidden = agreement.rows["hidden"]
    differ.append(100 * hidden.differing / hidden.floats)
    accuracy.append(100 * agreement.accuracy)
precision = search_precision(floats, samples, labels, bits=(8, 4, 3, 2), lists=1)

left, right = plt.figure(figsize=(9, 4), layout="constrained").subplots(1, 2)
bars = left.bar([str(k) for k in lists], differ)
left.bar_label(bars, [f"{a:.1f} % right" for a in accuracy])
left.set(xlabel="lists of a connection, at most", ylabel="hidden spikes that differ (%)")
left.set_ylim(0, 1.15 * np.max(differ))
plots.precision(precision, ax=right)
print(found.report)
print(precision)
