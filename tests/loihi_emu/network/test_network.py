"""Networks as users describe them: what is kept, and one clear error for each mistake."""

import copy
import pickle

import numpy as np
import pytest
from messages import complains

from loihi_emu import LOIHI1, LOIHI2, Conv2D, Emulator, LoihiEmuError, Network, Noise, UnknownNameError, ValidationError


@pytest.fixture
def net():
    made = Network("n")
    made.input("source", 3)
    made.population("cells", 4, vth=10)
    return made


# ---------------------------------------------------------------- populations
@pytest.mark.parametrize(
    ("parameters", "texts"),
    [
        ({}, ["vth", "must be given", "0..131071", "Threshold mantissa"]),
        ({"vth": 1 << 17}, ["vth", "got 131072", "0..131071", "17 bits"]),
        ({"vth": -1}, ["vth", "got -1", "0..131071"]),
        ({"vth": 1.5}, ["vth", "got 1.5", "whole numbers", "quantize()"]),
        ({"vth": np.nan}, ["vth", "got nan", "finite"]),
        ({"vth": "10"}, ["vth", "got '10'", "a number"]),
        ({"vth": None}, ["vth", "got None", "a number"]),
        ({"vth": [1, 2]}, ["vth", "got shape (2,)", "a scalar or 4 values, one per neuron"]),
        ({"vth": [1, 2, 3, 1 << 17]}, ["vth", "got 131072 at index 3", "0..131071"]),
        ({"vth": 1, "du": 0.5}, ["du", "got 0.5", "whole numbers", "decay_from_tau()"]),
        ({"vth": 1, "dv": 4097}, ["dv", "got 4097", "0..4096"]),
        ({"vth": 1, "bias": 4096}, ["bias", "got 4096", "-4095..4095"]),
        ({"vth": 1, "refractory": 0}, ["refractory", "got 0", "1..63"]),
        ({"vth": 1, "vmin": 5}, ["vmin", "got 5", "-8388607..0"]),
        ({"vth": 1, "v": 100, "vmax": 10}, ["v", "outside vmin..vmax"]),
    ],
)
def test_parameters_out_of_range(net, parameters, texts):
    complains(lambda: net.population("p", 4, **parameters), ['population "p"', *texts])
    assert "p" not in net.populations


def test_values_are_laid_out_as_the_neurons_are(net):
    vth = np.arange(1, 7)
    for k, given in enumerate((vth, vth.reshape(2, 3), vth.reshape(1, 2, 3), vth[:, None])):
        made = net.population(f"p{k}", (2, 3), vth=given, noise=Noise("v", 3, enabled=given > 3))
        assert made.parameters["vth"].tolist() == vth.tolist()
        assert made.noise.enabled == (False, False, False, True, True, True)
    for given in (vth.reshape(3, 2), vth.reshape(3, 1, 2)):
        texts = ['population "p", vth', f"shape {given.shape}", "6 values, one per neuron, flat or as (2, 3)"]
        complains(lambda given=given: net.population("p", (2, 3), vth=given), texts)
    crossed = Noise("v", 3, enabled=np.ones((3, 2), bool))
    texts = ["noise.enabled", "shape (3, 2)", "a boolean or 6 values", "flat or as (2, 3)"]
    complains(lambda: net.population("p", (2, 3), vth=1, noise=crossed), texts)


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("vht", ['did you mean "vth"']),
        ("DV", ['did you mean "dv"']),
        ("tau", ['Known are "du", "dv"', "decay_from_tau"]),
    ],
)
def test_unknown_parameters(net, name, texts):
    given = {"vth": 1, name: 3}
    complains(lambda: net.population("p", 4, **given), ['population "p", model "lif"', f'"{name}"', *texts], KeyError)


def test_models_belong_to_rules(net):
    complains(lambda: net.population("p", 1, model="lfi"), ['unknown model "lfi"', 'mean "lif"'], UnknownNameError)
    texts = ['rules "chip"', 'unknown model "ternary_lif"', 'Rules "lava", "float" have it.']
    complains(lambda: net.population("p", 1, model="ternary_lif"), texts, UnknownNameError)
    texts = ['unknown model "RF"', 'Rules "lava", "float" have "rf".']
    complains(lambda: net.population("p", 1, model="RF"), texts, UnknownNameError)


@pytest.mark.parametrize("rules", ["lava", "float"])
def test_thresholds_the_wrong_way_round(rules):
    net = Network(rules=rules)
    texts = ['population "p", vth_lo', "got 5", "at most vth_hi"]
    complains(lambda: net.population("p", 2, model="ternary_lif", vth_hi=[9, 4], vth_lo=5), texts)
    net.population("p", 2, model="ternary_lif", vth_hi=5, vth_lo=5)
    emulator = Emulator(net)
    complains(lambda: emulator.set("p", "vth_hi", [5, 4]), texts)
    emulator.set("p", "vth_lo", [5, 4])
    emulator.set("p", "vth_hi", [5, 4])


@pytest.mark.parametrize("name", [3, "", None])
def test_names_are_texts(net, name):
    complains(lambda: net.population(name, 1, vth=1), ["population, name", repr(name), "a text"])
    complains(lambda: net.input(name, 1), ["input, name", repr(name), "a text"])


@pytest.mark.parametrize("name", ["source", "cells", "c"])
def test_names_are_taken_once(net, name):
    net.connect("source", "cells", np.ones((4, 3), int), name="c")
    complains(lambda: net.population(name, 1, vth=1), [f'population "{name}"', "taken", "a new name"])
    complains(lambda: net.input(name, 1), [f'input "{name}"', "taken"])
    complains(lambda: net.connect("source", "cells", 1, name=name), [f'connection "{name}"', "taken"])


@pytest.mark.parametrize(
    ("shape", "texts"),
    [
        (0, ["got 0", "1..2147483647"]),
        (-1, ["got -1"]),
        (1.5, ["got 1.5", "whole numbers"]),
        (None, ["got None", "a number"]),
        ("3", ["got '3'"]),
        ((), ["got ()", "(height, width, channels)"]),
        ([[2, 3]], ["[[2, 3]]", "(height, width, channels)"]),
        ((1 << 20, 1 << 20), ["fewer than 2^31 neurons"]),
        ((4, 0), ["got 0 at index 1"]),
    ],
)
def test_shapes(net, shape, texts):
    complains(lambda: net.population("p", shape, vth=1), ['population "p", shape', *texts])
    complains(lambda: net.input("i", shape), ['input "i", shape', *texts])


# ---------------------------------------------------------------- noise
@pytest.mark.parametrize(
    ("make", "texts"),
    [
        (lambda: Noise("w", 3), ['unknown noise target "w"', '"u", "v"']),
        (lambda: Noise("v", 99), ["Noise, exp", "got 99", "0..23"]),
        (lambda: Noise("v", 1.5), ["Noise, exp", "got 1.5", "whole"]),
        (lambda: Noise("v", 1, offset=200), ["Noise, offset", "got 200", "-128..127"]),
        (lambda: Noise("v", 1, offset=0.5), ["Noise, offset", "got 0.5", "whole"]),
        (lambda: Noise("v", 1, enabled="no"), ["Noise, enabled", "'no'"]),
        (lambda: Noise("v", 1, enabled=[0, 2]), ["Noise, enabled", "got 2 at index 1"]),
    ],
)
def test_noise(make, texts):
    complains(make, texts)


def test_noise_of_a_population(net):
    complains(lambda: net.population("p", 3, vth=1, noise="v"), ["noise", "got 'v'", 'Noise("v", exp=10)'])
    wrong = Noise("v", 1, enabled=[True, False])
    complains(lambda: net.population("p", 3, vth=1, noise=wrong), ["noise.enabled", "shape (2,)", "a boolean or 3"])
    floating = Network(rules="float")
    texts = ['population "p", noise', "'v'", 'none under rules "float"']
    complains(lambda: floating.population("p", 3, vth=1, noise=Noise("v", 1)), texts)


def test_noise_compares_and_shows_every_switch():
    many = Noise("v", 3, enabled=np.arange(2000) % 7 > 0)
    assert many == Noise("v", 3, enabled=np.arange(2000) % 7 > 0) != Noise("v", 3)
    assert repr(many).count("False") == 286 and len({many, many}) == 1


# ---------------------------------------------------------------- the network itself
@pytest.mark.parametrize(
    ("options", "texts"),
    [
        ({"rules": "chp"}, ['unknown rule set "chp"', 'did you mean "chip"']),
        ({"rules": None}, ["unknown rule set None"]),
        ({"chip": "loihi1"}, ["chip", "'loihi1'", "loihi_emu.LOIHI1 or LOIHI2"]),
        ({"seed": -1}, ["seed", "got -1", "0 or more"]),
        ({"seed": 1.5}, ["seed", "got 1.5", "whole"]),
        ({"seed": None}, ["seed", "got None"]),
        ({"seed": [1, 2]}, ["seed", "shape (2,)", "one whole number"]),
        ({"name": 5}, ["network, name", "got 5", "a text"]),
    ],
)
def test_options(options, texts):
    complains(lambda: Network(**options), texts)


def test_a_network_shows_what_it_has(net):
    net.population("image", (4, 4, 2), vth=1)
    net.connect("source", "cells", np.ones((4, 3), int))
    net.probe("cells", ["spikes", "v"], every=5, neurons=[0, 2])
    lines = net.describe().splitlines()
    assert lines[0] == repr(net) and '"n"' in lines[0] and "Loihi 1" in lines[0] and 'rules "chip"' in lines[0]
    assert lines[1:] == [
        '  <Input "source": 3, 0 events>',
        '  <Population "cells": 4 x lif>',
        '  <Population "image": 32 (4, 4, 2) x lif>',
        '  <Connection "source->cells": source -> cells, dense, 12 weights, excitatory, exponent 0>',
        '  <Probe on "cells": spikes, v of 2 neurons, state every 5 steps>',
    ]
    assert "cells" in net and "cell" not in net and len(net["image"]) == 32
    assert repr(Conv2D(np.ones((8, 3, 3, 2)), padding=1)).startswith("<Conv2D: kernel (8, 3, 3, 2), stride=(1, 1)")
    complains(lambda: net["cels"], ['unknown population or input "cels"', 'did you mean "cells"'], KeyError)


def test_pickled_and_copied_networks_run_the_same(net):
    net.input("noise", 3, rate=0.5)
    net.connect("noise", "cells", np.full((4, 3), 50), delays=2)
    net.probe("cells", "v")
    want = Emulator(net).run(20)["cells.v"]
    for other in (pickle.loads(pickle.dumps(net)), copy.deepcopy(net), copy.copy(net), net.copy()):
        assert np.array_equal(Emulator(other).run(20)["cells.v"], want)
        with pytest.raises(TypeError):
            other["cells"].parameters["vth"] = 3


def test_copies_grow_apart(net):
    other = net.copy()
    other.population("more", 2, vth=1)
    assert "more" in other and "more" not in net


def test_errors_survive_pickling(net):
    with pytest.raises(ValidationError) as caught:
        net.population("p", 4, vth=-1)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.where, again.name) == (str(caught.value), 'population "p"', "vth")
    assert isinstance(again, (LoihiEmuError, ValueError))


def test_delays_end_with_the_chip_or_with_lava():
    assert Network(chip=LOIHI1).max_delay == LOIHI1.max_delay == 62
    assert Network(chip=LOIHI2).max_delay == LOIHI2.max_delay
    assert Network(rules="lava").max_delay == 63


# ---------------------------------------------------------------- slices
@pytest.mark.parametrize(
    ("key", "texts"),
    [
        (4, ["index", "got 4", "-4..3"]),
        ("x", ["index", "'x'", "population[10:20]"]),
        (slice(None, None, -1), ["slice", "a positive step"]),
        (slice(0.5, 2), ["slice", "0.5", "integers"]),
    ],
)
def test_slices(net, key, texts):
    complains(lambda: net["cells"][key], ['"cells"', *texts])


def test_slices_name_their_part(net):
    cells = net["cells"]
    assert [cells[k].name for k in (slice(None), slice(1, 3), -1)] == ["cells", "cells[1:3]", "cells[3:4]"]
    assert cells[1::2].indices.tolist() == [1, 3]
    complains(lambda: net.connect("source", cells[2:2], 1), ["cells[2:2]", "no neurons", "at least one"])


# ---------------------------------------------------------------- probes
@pytest.mark.parametrize(
    ("arguments", "texts"),
    [
        ({"variables": "voltage"}, ['unknown variable "voltage"', '"spikes", "u", "v"']),
        ({"variables": ["v", "spike"]}, ['unknown variable "spike"', 'did you mean "spikes"']),
        ({"variables": None}, ["variables", "None", 'such as ["spikes", "v"]']),
        ({"variables": 3}, ["variables", "got 3"]),
        ({"variables": []}, ["variables", "got none", "spikes, u, v"]),
        ({"every": 0}, ["every", "got 0", "1 or more"]),
        ({"every": 0.5}, ["every", "got 0.5"]),
        ({"every": [1, 2]}, ["every", "shape (2,)"]),
        ({"neurons": [4]}, ["neurons", "got 4", "0..3"]),
        ({"neurons": [-1]}, ["neurons", "got -1", "0..3"]),
        ({"neurons": []}, ["neurons", "got none", "0..3"]),
        ({"neurons": slice(9, 12)}, ["neurons", "got none", "0..3"]),
        ({"neurons": slice("a", 3)}, ["neurons", "a slice of integers"]),
        ({"neurons": [True, False]}, ["neurons", "2 booleans", "one for each of the 4"]),
        ({"neurons": 0.5}, ["neurons", "got 0.5", "whole"]),
    ],
)
def test_probes(net, arguments, texts):
    complains(lambda: net.probe("cells", **arguments), ['probe on "cells"', *texts])
    assert net.probes == ()


def test_probe_targets(net):
    complains(lambda: net.probe("cels"), ['"cels"', 'mean "cells"'], UnknownNameError)
    complains(lambda: net.probe("source", "v"), ['probe on "source"', 'unknown variable "v"', 'known are "spikes"'])
    complains(lambda: net.probe(3), ["probe", "got 3", "a population, an input, their name or a slice"])
    net.probe("cells", ["v", "v"])
    complains(lambda: net.probe("cells", ["u", "v"]), ['probe on "cells"', "['v'] for a second time", "one probe"])


@pytest.mark.parametrize(
    ("part", "neurons", "want"),
    [
        (slice(None), None, None),
        (slice(None), [2, 0, 2], [0, 2]),
        (slice(None), [True, False, True, False], [0, 2]),
        (slice(None), slice(1, 3), [1, 2]),
        (slice(None), 3, [3]),
        (slice(1, 4), [0, 2], [1, 3]),
        (slice(1, 4), None, [1, 2, 3]),
    ],
)
def test_probed_neurons(net, part, neurons, want):
    probe = net.probe(net["cells"][part], neurons=neurons)
    assert (probe.neurons if want is None else probe.neurons.tolist()) == want
