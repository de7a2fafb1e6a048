"""Unknown arguments and attributes: the error names the right one, in the words of the tool that the code came from."""

import copy
import inspect
import pickle

import numpy as np
import pytest

import loihi_emu
from loihi_emu import LoihiEmuError, Network, Noise, plots, quantize
from loihi_emu.errors import MissingAttributeError, UnknownArgumentError
from loihi_emu.keywords import known_keywords
from loihi_emu.keywords_elsewhere import ARGUMENTS, ATTRIBUTES
from loihi_emu.learning import pair_stdp
from loihi_emu.rules import find, names


def network():
    net = Network("n")
    return net, net.input("a", 3), net.population("c", 3, vth=9)


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ({"delay": 2}, '"delays"'),
        ({"p": 0.1}, "synapses=fixed_probability\\(0.1\\)"),
        ({"weight_exponent": 1}, '"weight_exp"'),
        ({"sign": "mixed"}, '"sign_mode"'),
        ({"stdp": True}, '"learning"'),
        ({"grade": True}, '"graded"'),
    ],
)
def test_connect_names_the_argument_that_is_meant(wrong, meant):
    net, a, c = network()
    with pytest.raises(UnknownArgumentError, match=f"Network.connect: unknown argument.*{meant}"):
        net.connect(a, c, [[1] * 3] * 3, **wrong)
    assert not net.connections


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ({"threshold": 20}, '"vth"'),
        ({"v_th": 20}, '"vth"'),
        ({"tau": 20}, '"du" or "dv".*decay_from_tau'),
        ({"tau_mem": 20}, '"dv".*decay_from_tau'),
        ({"reset": "subtract"}, "sets v to 0"),
        ({"refrac": 2}, '"refractory"'),
        ({"i_offset": 2}, '"bias"'),
    ],
)
def test_population_names_the_parameter_that_is_meant_and_all_there_are(wrong, meant):
    net, _, _ = network()
    with pytest.raises(UnknownArgumentError, match=f'"d", model "lif": unknown parameter.*{meant}') as caught:
        net.population("d", 3, **wrong)
    assert all(f'"{name}"' in str(caught.value) for name in ("du", "dv", "vth", "bias", "refractory", "vmin", "vmax"))


@pytest.mark.parametrize(
    ("call", "meant"),
    [
        (lambda net: Network(dt=0.1), "A step is the unit of time"),
        (lambda net: net.input("b", 2, rates=0.1), '"rate"'),
        (lambda net: net.probe("c", var="v"), '"variables"'),
        (lambda net: net.place(board="Kapoho Bay"), '"boards"'),
        (lambda net: Noise("v", sigma=3), '"exp"'),
        (lambda net: quantize([[0.5]], threshold=1), '"vth"'),
        (lambda net: loihi_emu.decay_from_tau(5, timestep=1), '"dt"'),
        (lambda net: plots.raster(([0], [0]), neuron=0), '"neurons"'),
        (lambda net: loihi_emu.Conv2D([[[[1]]]], strides=2), '"stride"'),
    ],
)
def test_other_functions_answer_alike(call, meant):
    with pytest.raises(UnknownArgumentError, match=f"unknown argument.*{meant}"):
        call(network()[0])


def test_the_error_is_also_the_type_error_that_python_raises():
    assert issubclass(UnknownArgumentError, TypeError)
    assert issubclass(UnknownArgumentError, LoihiEmuError)


def test_signatures_and_docstrings_stay():
    assert list(inspect.signature(Network.connect).parameters)[:4] == ["self", "pre", "post", "weights"]
    assert "Add synapses" in Network.connect.__doc__
    assert inspect.signature(quantize).parameters["vth"].default == 1.0


def test_a_function_that_takes_any_keyword_is_left_alone():
    def free(**keywords):
        return keywords

    assert known_keywords(free) is free


@pytest.mark.parametrize(
    ("name", "said"),
    [("run", r"Emulator\(network\)\.run\(steps\)"), ("set_input", "emulator.set_input"), ("plot", "plots.raster"),
     ("conect", "Did you mean connect"), ("wibble", "It has chip, connect, connections")],
)  # fmt: skip
def test_an_attribute_that_a_network_lacks_says_where_the_thing_is(name, said):
    with pytest.raises(MissingAttributeError, match=said):
        getattr(network()[0], name)


def test_protocols_still_find_what_is_missing():
    net, _, _ = network()
    assert not hasattr(net, "_repr_html_")
    assert not hasattr(net, "run")
    assert pickle.loads(pickle.dumps(net)).populations["c"].size == 3


def test_names_say_by_what_they_are_taken():
    net, a, c = network()
    with pytest.raises(ValueError, match=r'connection "a", name: .* taken by an input.*share one space'):
        net.connect(a, c, [[1] * 3] * 3, name="a")
    net.connect(a, c, [[1] * 3] * 3, name="x")
    with pytest.raises(ValueError, match='population "x", name: got a name that is taken by a connection'):
        net.population("x", 3, vth=1)
    with pytest.raises(ValueError, match='input "c", name: got a name that is taken by a population'):
        net.input("c", 3)


def test_words_of_other_tools_lead_to_arguments_that_exist():
    """A table that has fallen behind the signatures would advise names that do not exist."""
    rows = {**ARGUMENTS}
    parameters = {p.name for rules in names() for m in find(rules).models for p in m.parameters} | {"name", "du", "dv"}
    for topic, words in rows.items():
        if topic == "population":
            known = parameters
        elif topic in ("variable", "rules"):
            known = {"u", "v", "rest", "spikes", "weights", "delays", *names()}
        else:
            owner = loihi_emu if hasattr(loihi_emu, topic.partition(".")[0]) else loihi_emu.learning
            for part in topic.split("."):
                owner = getattr(owner, part)
            known = set(inspect.signature(owner).parameters)
        for before, meant, advice in words:
            assert set(meant.split()) <= known, (topic, before)
            assert meant or advice, (topic, before)
            assert before == before.lower()
            assert not set(before.split()) & known or topic == "population", (topic, before)
    for kind, advice in ATTRIBUTES.items():
        assert not set(advice) & set(dir(getattr(loihi_emu, kind)))


@pytest.mark.parametrize(
    ("value", "said"),
    [("10*mV", "no units here. Threshold mantissa"), ("10", "without quotes: 10"), (None, "It is missing"),
     ("high", "Threshold mantissa")],
)  # fmt: skip
def test_advice_fits_what_was_given_in_place_of_a_number(value, said):
    with pytest.raises(loihi_emu.ValidationError, match=f"vth: got .*allowed is a number, 0..131071.*{said}") as caught:
        network()[0].population("d", 3, vth=value)
    assert "quantize" not in str(caught.value)
    with pytest.raises(loihi_emu.ValidationError, match=r"no units here.*decay_from_tau"):
        network()[0].population("d", 3, vth=1, du="20 ms")


def test_missing_weights_are_said_to_be_missing():
    with pytest.raises(loihi_emu.ValidationError, match=r"quantize, weights: got None.*It is missing\.$"):
        quantize(None, vth=1)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda net: net.probe("c", "voltage"), 'did you mean "v"'),
        (lambda net: net.probe("c", "current"), 'did you mean "u"'),
        (lambda net: Network(rules="loihi"), 'did you mean "chip"'),
        (lambda net: Network(rules="fixed_pt"), 'did you mean "lava"'),
    ],
)
def test_values_of_other_tools_are_known_too(call, said):
    with pytest.raises(loihi_emu.UnknownNameError, match=said):
        call(network()[0])


def test_a_recording_without_weights_says_how_to_probe_them():
    net, _, c = network()
    net.probe(c, "v")
    with pytest.raises(loihi_emu.ValidationError, match=r"a recording without weights.*net\.probe\(connection"):
        plots.weight_history(loihi_emu.Emulator(net).run(2))


NO_NAMES = [["c"], {"c": 1}, {"c"}, np.array([1, 2]), None, 3, b"c", float("nan")]


def takes_names():
    """What takes a name, each as a function of it."""
    net, a, c = network()
    net.connect(a, c, [[1] * 3] * 3, name="w", learning=pair_stdp(), sign_mode="excitatory")
    net.probe(c, ["spikes", "v"])
    e = loihi_emu.Emulator(net)
    r, place = e.run(2), net.place()
    other = net.copy()
    return [
        lambda n: net[n], lambda n: other.connect(n, "c", 1), lambda n: other.connect("a", n, 1),
        lambda n: other.probe("c", [n]), lambda n: other.probe("c", "u", view=n), lambda n: Network(rules=n),
        lambda n: other.population("z", 3, vth=1, model=n), lambda n: other.connect("a", "c", 1, kind=n),
        lambda n: other.connect("a", "c", 1, sign_mode=n), lambda n: loihi_emu.Emulator(net, overflow=n),
        lambda n: other.connect("a", "c", 1, sign_mode="excitatory", learning=pair_stdp(), factors={"y1": n}),
        lambda n: e.get(n, "v"), lambda n: e.get("c", n), lambda n: e.get("w", n), lambda n: e.get("c", "v", view=n),
        lambda n: e.set(n, "v", 1), lambda n: e.set("c", n, 1), lambda n: e.set("w", n, 1),
        lambda n: e.set_input(n, spikes=[]), lambda n: r[n], lambda n: r.spikes(n), lambda n: r.spike_counts(n),
        lambda n: r.times(n), lambda n: r.neurons(n), lambda n: Noise(n, 3), lambda n: place.where(n, 0),
        lambda n: place.formats(n), lambda n: quantize([[0.5]], sign_mode=[n]),
        lambda n: other.replace(n), lambda n: plots.weight_history(n),
    ]  # fmt: skip


@pytest.mark.parametrize("which", range(30))
def test_what_is_no_text_is_no_name(which):
    """Lists, arrays, sets: an error in words, whatever a dict or a comparison of arrays would say."""
    call = takes_names()[which]
    for given in NO_NAMES:
        with pytest.raises(loihi_emu.ValidationError):
            call(given)


def test_all_that_takes_names_is_asked():
    assert len(takes_names()) == 30
    assert ["c"] not in network()[0]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda net, e: net.population("d", 3, 100), r"Network\.population: got 3 arguments, .* 2 .*model=.*names\.$"),
        (lambda net, e: net.population("d", 3, shape=3), "shape was given twice, by place and by name"),
        (lambda net, e: net.input("d", 3, ([1], [0])), "Network.input: got 3 arguments.*spikes="),
        (lambda net, e: net.connect("a", "c"), "nothing was given for weights"),
        (lambda net, e: net.connect("a", "c", 1, "name"), "got 4 arguments, allowed is 3.*name="),
        (lambda net, e: net.probe(), "nothing was given for target"),
        (lambda net, e: e.run(), "Emulator.run: nothing was given for steps"),
        (lambda net, e: e.run(3, True), r"got 2 arguments, allowed is 1.*\(steps, progress=\.\.\., to=\.\.\.\)"),
        (lambda net, e: e.get("c"), "nothing was given for variable"),
        (lambda net, e: e.reset(1), "Emulator.reset: got 1 arguments, allowed is 0"),
        (lambda net, e: loihi_emu.Trace(1), "Trace: nothing was given for tau"),
        (lambda net, e: quantize(), "nothing was given for weights"),
    ],
)  # fmt: skip
def test_too_many_and_too_few_arguments_are_told_with_their_names(call, said):
    net = network()[0]
    with pytest.raises(TypeError, match=said) as caught:
        call(net, loihi_emu.Emulator(net))
    assert isinstance(caught.value, LoihiEmuError)


@pytest.mark.parametrize(
    ("name", "variable", "said"),
    [
        ("c", "voltage", 'did you mean "v"'),
        ("c", "threshold_voltage", '"refractory", "vmin", "vmax"'),
        ("w", "learning", "does not learn"),
        ("w", "weight_exp", "weight_exp is part of the structure"),
        ("w", "weight", 'did you mean "weights"'),
    ],
)
def test_variables_that_there_are_not_are_told_in_words_that_fit(name, variable, said):
    net, a, c = network()
    net.connect(a, c, [[1] * 3] * 3, name="w")
    emulator = loihi_emu.Emulator(net)
    for call in (lambda: emulator.get(name, variable), lambda: emulator.set(name, variable, 1)):
        with pytest.raises(loihi_emu.UnknownNameError, match=said) as caught:
            call()
        assert "more." not in str(caught.value)
        assert not ("structure" in said and "did you mean" in str(caught.value))


@pytest.mark.parametrize("steps", [True, None, "10", b"10", np.bool_(True)])
def test_steps_are_a_number(steps):
    emulator = loihi_emu.Emulator(network()[0])
    for call in (lambda: emulator.run(steps), lambda: emulator.run_samples(steps, {"a": [([0], [0])]})):
        with pytest.raises(loihi_emu.ValidationError, match=r"steps: got .*allowed is a whole number, \d or more"):
            call()
    assert emulator.step == 0


def test_advice_is_about_what_was_given():
    net, a, c = network()
    for weights in ([[1], [1, 2]], np.ma.masked_array(np.ones((3, 3), int), np.eye(3)), np.full((3, 3), np.nan)):
        with pytest.raises(loihi_emu.ValidationError, match="weights: got") as caught:
            net.connect(a, c, weights)
        assert "quantize" not in str(caught.value)
    with pytest.raises(loihi_emu.ValidationError, match=r"no units here\.$"):
        quantize(np.array([[5]], "m8[ms]"))
    with pytest.raises(loihi_emu.ValidationError, match="vth: got 1e\\+300, allowed is at most"):
        quantize([[0.5]], vth=1e300)


def test_synapses_can_be_set_from_ragged_lists_only_in_words():
    net, a, c = network()
    net.connect(a, c, ([0, 1], [0, 1], [1, 2]), name="s")
    with pytest.raises(loihi_emu.ValidationError, match="lists of different lengths"):
        loihi_emu.Emulator(net).set("s", "weights", [[1], [1, 2]])


def test_samples_of_one_input_come_once():
    net, a, _ = network()
    with pytest.raises(loihi_emu.ValidationError, match="samples twice"):
        loihi_emu.Emulator(net).run_samples(2, {"a": [([0], [0])], a: [([0], [0])]})


@pytest.mark.parametrize(
    ("element", "name", "said"),
    [
        (0, "spikes", "are .times, .indices"), (1, "v", "network.probe.. asked for is in the recording"),
        (1, "vth", "in .parameters"), (1, "neurons", "is .size"), (1, "shap", "Did you mean shape"),
        (2, "weights", "given are .values"), (2, "source", "is .pre"), (2, "delay", "Did you mean delays"),
        (3, "data", "recording that run"), (4, "v", "has no attribute"),
    ],
)  # fmt: skip
def test_an_attribute_that_an_element_lacks_says_where_the_thing_is(element, name, said):
    net, a, c = network()
    w = net.connect(a, c, [[1] * 3] * 3)
    of = (a, c, w, net.probe(c), c[0:2])[element]
    with pytest.raises(MissingAttributeError, match=said):
        getattr(of, name)
    assert not hasattr(of, name)
    again = pickle.loads(pickle.dumps(net))
    assert again.populations["c"].size == 3 and copy.deepcopy(of) is not None
