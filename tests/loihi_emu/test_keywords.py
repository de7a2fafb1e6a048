"""Unknown arguments and attributes: the error names the right one, in the words of the tool that the code came from."""

import inspect
import pickle

import pytest

import loihi_emu
from loihi_emu import LoihiEmuError, Network, Noise, plots, quantize
from loihi_emu.errors import MissingAttributeError, UnknownArgumentError
from loihi_emu.keywords import known_keywords
from loihi_emu.keywords_elsewhere import ARGUMENTS, ATTRIBUTES
from loihi_emu.rules import find, names


def network():
    net = Network("n")
    return net, net.input("a", 3), net.population("c", 3, vth=9)


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ({"delay": 2}, '"delays"'),
        ({"p": 0.1}, "lists \\(pre indices"),
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


def test_lists_of_neurons_lead_to_lists_of_synapses():
    with pytest.raises(loihi_emu.ValidationError, match=r"got \[0, 2\], allowed is an integer or.*connect\(pre"):
        network()[1][[0, 2]]


def test_a_recording_without_weights_says_how_to_probe_them():
    net, _, c = network()
    net.probe(c, "v")
    with pytest.raises(loihi_emu.ValidationError, match=r"a recording without weights.*net\.probe\(connection"):
        plots.weight_history(loihi_emu.Emulator(net).run(2))
