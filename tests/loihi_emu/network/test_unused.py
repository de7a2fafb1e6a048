"""Whatever is given acts, is refused, or is told: payloads, parameters, noise, probes, formats, traces."""

import numpy as np
import pytest
from messages import complains

from loihi_emu import LOIHI2, Emulator, LearningRule, LoihiInputWarning, Network, Noise, Trace, fixed_probability
from loihi_emu.network import input_sums

pytestmark = pytest.mark.filterwarnings("error")


def told(action, text):
    """The one warning of an action; it points here."""
    with pytest.warns(LoihiInputWarning) as caught:
        action()
    assert len(caught) == 1 and caught[0].filename == __file__
    assert text in str(caught[0].message), str(caught[0].message)


def joined(payloads=None, rules="chip", **options):
    net = Network(rules=rules)
    source = net.input("i", 3, spikes=([1, 2, 3], [0, 1, 2]), payloads=payloads)
    cells = net.population("c", 2, vth=10)
    net.connect(source, cells, np.ones((2, 3), int), sign_mode="excitatory", name="s", **options)
    return net


@pytest.mark.parametrize("rules", ["chip", "lava", "float", "brian2_loihi", "nengo_loihi"])
def test_payloads_that_a_connection_does_not_take(rules):
    told(lambda: joined([2, 1, -3], rules), 'payloads of 2 of 3 events of input "i" do not act')
    joined([2, 1, -3], rules, graded=True)
    joined([1, 1, 1], rules)


def test_payloads_that_act_elsewhere_are_taken_as_meant():
    net = joined([2, 1, -3], graded=True)
    net.connect("i", "c", np.ones((2, 3), int), name="counts")
    Emulator(net).set_input("i", spikes=([1], [0]), payloads=[5])


@pytest.mark.parametrize(("rules", "limit"), [("chip", 1 << 31), ("lava", 1 << 25)])
@pytest.mark.parametrize("kind", ["dense", "sparse", "drawn", "long"])
def test_payloads_whose_sums_wrap_uncounted(rules, limit, kind, monkeypatch):
    monkeypatch.setattr(input_sums, "FEW", 0 if kind == "long" else 100)

    def connected(payload):
        net = Network(rules=rules, chip=LOIHI2, seed=1)
        source = net.input("i", 2, spikes=([1, 1], [0, 1]), payloads=[payload, payload])
        cells = net.population("c", 2, vth=10)
        if kind in ("drawn", "long"):
            net.connect(source, cells, 64, synapses=fixed_probability(1), graded=True)
        else:
            given = ([0, 0, 1], [0, 1, 1], [32, 64, 64]) if kind == "sparse" else [[32, 0], [64, 64]]
            net.connect(source, cells, given, graded=True)
        return net

    connected(limit // 128 - 1)
    wrapping = 2 if kind in ("drawn", "long") else 1
    told(lambda: connected(limit // 128), f"({wrapping} of 2 neurons), and sums wrap from {limit} on")


def test_payloads_that_come_later_and_make_sums_that_wrap():
    net = Network(rules="lava", chip=LOIHI2)
    net.connect(net.input("i", 3), net.population("c", 1), [[1, 0, 2]], graded=True, sign_mode="excitatory")
    emulator = Emulator(net)
    emulator.step({"i": ([1], [1 << 26])})
    told(lambda: emulator.step({"i": ([0], [-(1 << 27)])}), "sums of up to 1.342e+08 in neuron 0 of c")
    emulator.step({"i": ([0], [-(1 << 27)])})  # it was said
    told(lambda: emulator.set_input("i", spikes=([9], [2]), payloads=[1 << 24]), "sums wrap from 33554432 on")
    another = Emulator(net)
    told(lambda: another.step({"i": ([0], [-(1 << 27)])}), "sums of up to 1.342e+08 in neuron 0 of c")
    another.step({"i": ([0], [-(1 << 27)])})  # there was no room for values before, and it was said


def test_payloads_that_come_later():
    emulator = Emulator(joined())
    told(lambda: emulator.set_input("i", spikes=([1], [0]), payloads=[5]), "payloads of 1 of 1 events")
    told(lambda: emulator.run_samples(3, {"i": np.full((2, 3, 3), 4)}), "payloads of 18 of 18 events")
    emulator.set_input("i", spikes=([1], [0]))
    emulator.run_samples(3, {"i": np.ones((2, 3, 3), int)})


def test_counts_of_a_dense_array():
    net = Network()
    frames, cells = net.input("a", 2, spikes=np.array([[2, 0], [0, 3], [1, 0]])), net.population("p", 1, vth=4)
    told(lambda: net.connect(frames, cells, [[1, 1]]), "graded=True multiplies")


def test_signs_of_ternary_neurons():
    net = Network(rules="lava")
    cells, others = net.population("a", 2, model="ternary_lif"), net.population("p", 1)
    told(lambda: net.connect(cells, others, [[1, 1]]), "have payloads, which do not act")
    net.connect(cells, others, [[1, 1]], graded=True, name="whole")


@pytest.mark.parametrize(
    ("rules", "given", "text"),
    [
        ("chip", {"bias_exp": 3, "vth": 1}, "bias_exp has no effect while bias is 0"),
        ("lava", {"bias_exp": 3}, "bias_exp has no effect while bias_mant is 0"),
        ("chip", {"u": 30, "vth": 1}, "initial u of 3 of 3 neurons has no effect, since du=4096"),
        ("chip", {"v": [30, 0, 3], "dv": 4096, "vth": 1}, "initial v of 2 of 3 neurons has no effect, since dv=4096"),
        ("float", {"u": 0.5, "vth": 1}, "initial u of 3 of 3 neurons has no effect, since du=1"),
        ("lava", {"u": 5, "du": 4095}, "initial u of 3 of 3 neurons has no effect, since du=4095"),
        ("chip", {"noise": Noise("v", exp=0), "vth": 1}, "the noise adds 0"),
        ("nengo_loihi", {"noise": Noise("u", exp=0), "vth": 1}, "the noise adds 0"),
    ],
)  # fmt: skip
def test_parameters_without_effect(rules, given, text):
    told(lambda: Network(rules=rules).population("c", 3, **given), text)


@pytest.mark.parametrize(
    "given",
    [
        {"bias_exp": 3, "bias": 1}, {"u": 30, "du": 100}, {"v": 30}, {"u": 0}, {"noise": Noise("v", exp=1)},
        {"noise": Noise("v", exp=0, offset=1)}, {"noise": Noise("v", exp=0, enabled=False)},
    ],
)  # fmt: skip
def test_parameters_with_effect_are_not_remarked(given):
    assert Emulator(_population(given)).run(3).steps == 3


def _population(given):
    net = Network()
    net.population("c", 3, vth=9, **given)
    return net


def test_the_initial_current_that_is_forgotten_changes_nothing():
    """What the warning says is so."""
    runs = []
    for u in (0, 5000):
        net = _population({"du": 4095, "u": u, "dv": 9})
        net.probe("c", "v")
        runs.append(Emulator(net).run(4)["c.v"].tolist())
    assert runs[0] != runs[1]
    for u in (0, 5000):
        net = _population({"dv": 9})
        net.probe("c", "v")
        emulator = Emulator(net)
        emulator.set("c", "u", u)
        runs.append(emulator.run(4)["c.v"].tolist())
    assert runs[2] == runs[3]


def test_intervals_of_spikes():
    net = Network()
    cells = net.population("c", 2, vth=3)
    told(lambda: net.probe(cells, every=5), "every=5 has no effect on spikes")
    other = net.population("d", 2, vth=3)
    net.probe(other, ["spikes", "v"], every=5)


def test_formats_of_effective_weights():
    net = Network()
    source, cells = net.input("a", 2), net.population("p", 1, vth=4)
    told(lambda: net.connect(source, cells, [[1, 1]], scaled=True, weight_exp=2), "weight_exp=2 have no effect")
    told(lambda: net.connect(source, cells, [[1, 1]], scaled=True, weight_bits=5), "weight_bits=5")
    complains(
        lambda: net.connect(source, cells, [[-1, 1]], scaled=True, sign_mode="excitatory"), ["scaled", "-1", "0.."]
    )
    complains(
        lambda: net.connect(source, cells, [[-1, 1]], scaled=True, sign_mode="inhibitory"), ["scaled", "1", "..0"]
    )


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ({"dw": "x1*y0", "x1": Trace(1, 2), "x2": Trace(1, 2)}, "does not read the trace x2"),
        ({"dw": "2*y0", "y2": Trace(1, 2)}, "does not read the trace y2"),
        ({"dw": "x1*y0", "x1": Trace(0, 2)}, "x1 has impulse 0 and stays 0, whatever its tau of 2"),
        ({"dw": "x1*y0", "x1": Trace(5, 1e5)}, "never decays"),
    ],
)
def test_traces_without_effect(rule, text):
    told(lambda: joined(learning=LearningRule(**rule)), text)


def test_spikes_that_a_peer_does_not_see():
    text = 'y0 is always 0 under rules "brian2_loihi"'
    told(lambda: joined(rules="brian2_loihi", learning=LearningRule(dw="2*y0", x1=Trace(1, 2))), text)
    told(lambda: joined(rules="brian2_loihi", learning=LearningRule(dw="u0*y0")), text)
    joined(rules="brian2_loihi", learning=LearningRule(dw="2*x0", x1=Trace(1, 2)))
