"""Every public function and method with fixed arguments answers a misspelt keyword with the one that is meant."""

import inspect
from functools import cached_property

import pytest

import loihi_emu
from loihi_emu import Emulator, LoihiEmuError, Network, learning, mapping, plots
from loihi_emu.chips import boards

PACKAGES = (loihi_emu, learning, plots, mapping)


def _public(owner):
    names = getattr(owner, "__all__", None) or [name for name in vars(owner) if not name.startswith("_")]
    for name in names:
        found = getattr(owner, name)
        if getattr(found, "__module__", "").startswith(("loihi_emu", "plots")) and not name.startswith("_"):
            yield name, found


def _is_protocol(thing):
    """Whether users write classes of this form, whose calls are their own."""
    return getattr(thing, "_is_protocol", False)


def calls():
    """All of them, by name: the function (with self as its first argument) or class, and its signature."""
    found = {"board": (boards.board, inspect.signature(boards.board))}
    for package in PACKAGES:
        for name, thing in _public(package):
            if inspect.isfunction(thing):
                found[name] = (thing, inspect.signature(thing))
            elif inspect.isclass(thing) and not issubclass(thing, BaseException) and not _is_protocol(thing):
                if callable(getattr(thing, "__init__", None)) and "__init__" in vars(thing):
                    found[name] = (thing, inspect.signature(thing))
                members = {key: member for base in reversed(thing.__mro__[:-1]) for key, member in vars(base).items()}
                for key, member in members.items():
                    if key.startswith("_") or isinstance(member, (property, cached_property)):
                        continue
                    plain = member.__func__ if isinstance(member, (classmethod, staticmethod)) else member
                    if inspect.isfunction(plain):
                        found[f"{name}.{key}"] = (plain, inspect.signature(plain))
    return found


CALLS = calls()
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
    assert len(CALLS) > 60 and {"Network.population"} == OPEN


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
