"""A flag is True or False (NumPy's too, or 1 and 0): no word is taken for yes. All public calls are walked over."""

import nir
import numpy as np
import pytest
from matplotlib.figure import Figure
from messages import complains
from nir_graphs import DT, chain, lif
from public_calls import CALLS

from loihi_emu import (
    Emulator,
    LearningRule,
    Network,
    Noise,
    Trace,
    all_to_all,
    by_distance,
    calibrate,
    fixed_in_degree,
    fixed_out_degree,
    fixed_probability,
    fixed_total_number,
    plots,
    search_precision,
    sweep,
)

WORDS = ("no", "False", "yes", "", 2, -1, 0.5, [], [True, False], {}, object())
"""Some are false and some true to Python; none is a flag."""


def network():
    net = Network("n")
    cells = net.population("cells", 3, vth=20, bias=[3, 5, 9])
    net.connect(net.input("source", 2, rate=0.5), cells, [[10, 20]] * 3, name="c")
    net.probe(cells, ["spikes", "v"])
    return net


def connected(name):
    def call(value):
        net = network()
        return getattr(net.connect("source", "cells", [[1, 2]] * 3, **{name: value}), name)

    return call


def built(name, builder, *arguments):
    def call(value):
        synapses = builder(*arguments, **{name: value})
        return network().connect("source", "cells", 1, synapses=synapses).synapses >= 0

    return call


def enabled(value):
    net = network()
    rule = LearningRule(dw="2^-2*x1*y0", x1=Trace(10, 5))
    net.connect("source", "cells", [[1, 2]] * 3, name="learns", learning=rule, sign_mode="excitatory")
    emulator = Emulator(net)
    emulator.set("learns", "learning", value)
    return emulator.get("learns", "learning")


def drawn(name, how):
    def call(value):
        net = network()
        return bool(how(net, ax=Figure().subplots(), **{name: value}))

    return call


def recorded(plot, **more):
    return lambda net, **options: plot(Emulator(net).run(9), **more, **options)


def calibrated(how):
    def call(value):
        graph = chain(nir.Linear(np.ones((2, 3))), lif(2))
        return how(graph, np.ones((1, 5, 3)), dt=DT, lists=1, single=value) is not None

    return call


FLAGS = {
    "calibrate single": calibrated(calibrate),
    "search_precision single": calibrated(lambda *given, **more: search_precision(*given, bits=[8], **more)),
    "Network.connect graded": connected("graded"),
    "Network.connect scaled": connected("scaled"),
    "Emulator.run progress": lambda value: Emulator(network()).run(3, progress=value).steps == 3,
    "Emulator.run_samples progress": lambda value: (
        Emulator(network()).run_samples(3, {"source": [[0.1, 0.2]]}, progress=value).steps == 3
    ),
    "sweep progress": lambda value: len(sweep(len, [[1]], progress=value)) == 1,
    "all_to_all self_connections": built("self_connections", all_to_all),
    "by_distance self_connections": built("self_connections", by_distance, lambda d: 1 / (1 + d), [0, 1], [0, 1, 2]),
    "fixed_in_degree self_connections": built("self_connections", fixed_in_degree, 1),
    "fixed_in_degree several": built("several", fixed_in_degree, 1),
    "fixed_out_degree self_connections": built("self_connections", fixed_out_degree, 1),
    "fixed_out_degree several": built("several", fixed_out_degree, 1),
    "fixed_probability self_connections": built("self_connections", fixed_probability, 0.5),
    "fixed_total_number self_connections": built("self_connections", fixed_total_number, 4),
    "Noise enabled": lambda value: Noise("v", 3, enabled=value).enabled,
    "raster rate": drawn("rate", recorded(plots.raster)),
    "traces stacked": drawn("stacked", recorded(plots.traces)),
    "traces threshold": drawn("threshold", recorded(plots.traces)),
    "traces spikes": drawn("spikes", recorded(plots.traces)),
    "core_map colorbar": drawn("colorbar", lambda net, **how: plots.core_map(net.place(), **how)),
    "traffic colorbar": drawn("colorbar", lambda net, **how: plots.traffic(net.place(), **how)),
    "weights colorbar": drawn("colorbar", lambda net, **how: plots.weights(net.connections["c"], **how)),
}
MADE_FOR_THE_USER = {"Connection graded", "Connection ordered", "Connection scaled"}
"""Constructors that Network's methods call."""
TAKES = {
    "Noise enabled": (0.5, 2, -1, "no", "yes", "False", "", {}),
    "traces threshold": ("no", "yes", "False", "", {}),
    "traces spikes": ("no", "yes", "False", ""),
}
"""What takes more than flags: a flag for each neuron, numbers, spikes."""


def test_every_flag_of_a_public_call_is_here():
    found = {
        f"{name} {p.name}"
        for name, (_, signature) in CALLS.items()
        for p in signature.parameters.values()
        if "bool" in str(p.annotation) or isinstance(p.default, bool)
    }
    assert found == set(FLAGS) | MADE_FOR_THE_USER


@pytest.mark.parametrize("name", FLAGS)
def test_words_and_numbers_are_no_flags(name):
    parameter = name.split()[-1]
    for word in TAKES.get(name, WORDS):
        complains(lambda word=word: FLAGS[name](word), [parameter, "allowed is"])


@pytest.mark.parametrize("name", FLAGS)
def test_true_and_false_are_those_of_numpy_too(name):
    for yes, no in ((True, False), (np.True_, np.False_)):
        assert FLAGS[name](yes) is True
        assert FLAGS[name](no) in ((True,) if "." not in name and " enabled" not in name else (True, False))


@pytest.mark.parametrize("name", ["Network.connect graded", "Network.connect scaled", "Noise enabled"])
def test_one_and_zero_are_true_and_false(name):
    for zero, one in ((0, 1), (np.int64(0), np.int8(1))):
        assert (FLAGS[name](zero), FLAGS[name](one)) == (False, True)


def test_learning_is_switched_by_a_flag():
    assert enabled(np.False_) is False and enabled(1) is True
    for word in WORDS:
        complains(lambda word=word: enabled(word), ["learning", "True or False"])


def test_a_wrong_flag_makes_no_file(tmp_path):
    path = tmp_path / "run.rec"
    emulator = Emulator(network())
    complains(
        lambda: emulator.run(3, progress="no", to=path), ["run, progress", "got 'no', allowed is True, False or None"]
    )
    complains(lambda: emulator.run_samples(3, {"source": [[0.1, 0.2]]}, progress="no", to=path), ["run_samples"])
    assert not path.exists() and emulator.step == 0
