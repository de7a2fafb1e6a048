"""Every public function and method with fixed arguments answers a misspelt keyword with the one that is meant."""

import pytest
from public_calls import CALLS

from loihi_emu import Emulator, LoihiEmuError, Network

OPEN = {name for name, (_, s) in CALLS.items() if any(p.kind is p.VAR_KEYWORD for p in s.parameters.values())}


def _self(name):
    """Something to call a method of, where its checks come before its body."""
    if not name.startswith("Emulator."):
        return object()
    net = Network()
    net.population("c", 1, vth=1)
    return Emulator(net)


def test_the_walk_finds_what_there_is():
    some = {"Network.connect", "Emulator.run", "Recording.part", "Spikes", "Placement.where", "raster", "pair_stdp"}
    assert some | {"quantize", "board", "Conv2D.output_shape", "LearningRule"} <= set(CALLS)
    assert len(CALLS) > 60
    assert {"Network.population", "Network.from_net", "Network.from_nir", "Network.from_torch"} == OPEN


@pytest.mark.parametrize("name", sorted(set(CALLS) - OPEN))
def test_a_misspelt_keyword_is_answered_with_the_right_one(name):
    call, signature = CALLS[name]
    of_object = "." in name
    known = [word for word in signature.parameters if word not in ("self", "cls")]
    for word in known or [""]:
        wrong = f"{word}_" if word else "anything"
        arguments = (_self(name),) if of_object else ()
        with pytest.raises(TypeError) as caught:
            call(*arguments, **{wrong: 1})
        assert isinstance(caught.value, LoihiEmuError), f"{name}({wrong}=): {caught.value}"
        assert wrong in str(caught.value) and (not word or f'"{word}"' in str(caught.value))
