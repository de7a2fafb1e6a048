"""A neuron model whose parts do not belong together is refused where it is declared."""

from dataclasses import replace

import numpy as np
import pytest

from loihi_emu import Emulator, Network
from loihi_emu.models import layout as at
from loihi_emu.models.neurons import li, lif_subtract
from loihi_emu.models.registry import Models
from loihi_emu.models.specification import Parameter
from loihi_emu.rules import find, table

CHIP = find("chip")
MODEL = CHIP.model("lif_subtract")
RISE = Parameter("rise", 1, 0, 9, "Something.")


def more(**changed):
    return {"parameters": (*MODEL.parameters, replace(RISE, **changed))}


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"leaf": lif_subtract.lower}, "its kernel is no leaf"),
        ({"record": lif_subtract.FLOATING}, 'its leaf reads the record "lif_subtract", not "lif_subtract_float"'),
        ({"graded": True}, "graded is True, but its leaf is made by spiking"),
        (more(name="vth"), "parameter vth is declared twice"),
        (more(name="noise"), "parameter noise cannot be given"),
        (more(default=10), "parameter rise: its default 10 is outside 0..9"),
        (more(default=None, low=10), "outside 10..9"),
        ({"limits": {**MODEL.limits, "w": (0, 1)}}, "limits names w; known are u, v"),
        ({"limits": {"u": (0, 1)}}, "limits say nothing of the state v"),
        ({"rising": ("vth", "vht")}, "rising names vht"),
        ({"lost": {"w": "w wrapped"}}, "lost names w; known are q, u, x, v"),
        ({"noise": ("u", "v")}, "noise names u; known are v"),
    ],
)
def test_what_does_not_belong_together(changed, text):
    with pytest.raises(TypeError, match='neuron model "lif_subtract": .*' + text):
        replace(MODEL, **changed)


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"lower": lambda p, context: ({"keep_u": p["du"]}, 0)}, "lower: got keep_u; .* are keep_u, keep_v, bias, vth"),
        ({"lower": lambda p, context: ({**MODEL.lower(p, context)[0], "w": p["du"]}, 0)}, "lower: got .*w; "),
        ({"start": lambda p: {"w": p["vth"]}}, "start: got w; its state is u, v"),
    ],
)
def test_functions_of_parameters_keep_to_the_names_of_the_record(changed, text, monkeypatch):
    mistaken = replace(CHIP, name="mistaken", models=(replace(MODEL, **changed),))
    monkeypatch.setitem(table._known, "mistaken", mistaken)
    net = Network(rules="mistaken")
    net.population("cells", 3, model="lif_subtract", vth=10)
    with pytest.raises(TypeError, match=text):
        Emulator(net)


def test_a_name_is_state_or_parameter():
    with pytest.raises(AssertionError, match="theta"):
        at.neurons("twice", {"theta": "int32"}, {"theta": "int32"})


@pytest.mark.parametrize(
    ("models", "text"),
    [
        ({"chpi": ()}, "no rule set 'chpi'; there are .*'chip', 'lava', 'float'"),
        ({"chip": (MODEL,)}, '"lif_subtract" is a model of .*li'),
    ],
)
def test_files_name_rule_sets_and_models_that_are_new(models, text, monkeypatch):
    monkeypatch.setattr(li, "MODELS", models)
    with pytest.raises(TypeError, match=text):
        list(Models("chip"))


@pytest.mark.parametrize("rules", ["chip", "lava", "float", "brian2_loihi", "nengo_loihi"])
def test_integers_that_kernels_read_fit_their_types(rules):
    for model in find(rules).models:
        for pick in ("low", "high", "default"):
            values = {p.name: p.low if getattr(p, pick) is None else getattr(p, pick) for p in model.parameters}
            arrays = {p.name: np.asarray(values[p.name], np.int64 if p.whole else float) for p in model.parameters}
            lowered, _ = model.lowered(arrays, {"noise": None})
            for name, dtype in model.arrays:
                kept = np.asarray(lowered[name]).astype(dtype)
                if kept.dtype.kind != "f":
                    assert np.array_equal(kept, lowered[name]), (model.name, name, pick)
