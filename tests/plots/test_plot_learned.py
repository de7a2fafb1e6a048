"""Plots of learning: weights over time, before and after, learning windows."""

import numpy as np
from messages import complains

from loihi_emu import Emulator, Network, plots
from loihi_emu.learning import learning_window, pair_stdp


def recorded():
    net = Network(seed=1)
    source, cells = net.input("source", 6, rate=0.3), net.population("cells", 4, vth=300)
    made = net.connect(source, cells, np.full((4, 6), 90), learning=pair_stdp(), name="stdp")
    net.probe(made, "weights", every=10)
    return Emulator(net).run(100)


def test_weights_over_time(ax):
    recording = recorded()
    rows = recording["stdp.weights"].reshape(10, 24)
    plots.weight_history(recording, synapses=[3, 5], ax=ax)
    *lines, mean = ax.lines
    assert [line.get_ydata().tolist() for line in lines] == [rows[:, 3].tolist(), rows[:, 5].tolist()]
    assert mean.get_ydata().tolist() == rows.mean(axis=1).tolist()
    assert mean.get_xdata().tolist() == list(range(0, 100, 10))
    assert ax.get_title() == "stdp"
    assert rows.min() < 90 < rows.max()


def test_weights_over_time_refuse(ax):
    complains(lambda: plots.weight_history(recorded(), "other", ax=ax), ["other", '"stdp"'])
    complains(lambda: plots.weight_history(recorded(), synapses=[24], ax=ax), ["synapses", "24", "0..23"])
    net = Network()
    net.population("cells", 1, vth=1)
    complains(lambda: plots.weight_history(Emulator(net).run(1), ax=ax), ["net.probe"])


def test_histograms_before_and_after(ax):
    plots.weight_change(np.array([1, 2, 2]), np.array([[4, 4], [4, 4]]), ax=ax)
    before, after = (patch.get_data() for patch in ax.patches)
    assert before.edges.tolist() == [0.5, 1.5, 2.5, 3.5, 4.5]
    assert (before.values.tolist(), after.values.tolist()) == ([1, 2, 0, 0], [0, 0, 0, 4])
    complains(lambda: plots.weight_change([], [1], ax=ax), ["no weights"])


def test_learning_windows(ax):
    rule = pair_stdp(0.5, 0.25)
    plots.learning_window(rule, [-5, 0, 5], repeats=16, ax=ax)
    line = ax.lines[-1]
    assert line.get_xdata().tolist() == [-5, 0, 5]
    assert line.get_ydata().tolist() == learning_window(rule, [-5, 0, 5], repeats=16).tolist()
    assert line.get_ydata()[0] < 0 < line.get_ydata()[2]
