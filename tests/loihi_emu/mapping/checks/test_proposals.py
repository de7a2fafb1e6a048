"""What a strategy of the user's proposes is checked before anything is counted."""

from dataclasses import replace

import numpy as np
import pytest

from loihi_emu import LoihiEmuError, MappingError, Network, ValidationError
from loihi_emu.mapping import Layout, Proposal, assigned

A, B = np.zeros(5, int), np.arange(3)
GOOD = assigned({"a": A, "b": B})


class Own:
    name = "own"

    def __init__(self, make):
        self.make = make

    def propose(self, problem, rates, boards):
        return self.make()


def place(make):
    net = Network()
    net.population("a", 5, vth=1)
    net.population("b", 3, vth=1)
    return net.place(strategy=Own(make))


def test_what_is_good_is_placed():
    layout = Layout(np.array([1, 0, 0]), np.array([7, 7, 8]))
    placement = place(lambda: Proposal(GOOD, layout=layout))
    assert (placement.where("a", 4).chip, placement.where("b", 2).core) == (1, 8)


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: None, ValidationError, 'strategy "own", propose: got None, allowed is a Proposal'),
        (lambda: GOOD, ValidationError, "allowed is a Proposal"),
        (lambda: Proposal({"a": A, "b": B}), ValidationError, "allowed is a Proposal of an Assignment"),
        (lambda: Proposal(assigned({"a": A})), MappingError, "got no cores for 'b'"),
        (lambda: Proposal(assigned({"a": A, "b": B, "c": B})), LoihiEmuError, 'unknown population "c"'),
        (lambda: Proposal(assigned({"a": A[1:], "b": B})), ValidationError, r"shape \(4,\), allowed is shape \(5,\)"),
        (lambda: Proposal(assigned({"a": A + 0.5, "b": B})), ValidationError, "got 0.5 .*whole numbers"),
        (lambda: Proposal(assigned({"a": A - 1, "b": B})), ValidationError, "got -1 .*allowed is 0..4194303"),
        (lambda: Proposal(assigned({"a": A + (1 << 33), "b": B})), ValidationError, "allowed is 0..4194303"),
        (lambda: Proposal(assigned({"a": 0, "b": B})), ValidationError, "one core for each neuron"),
        (lambda: Proposal(replace(GOOD, count=1)), ValidationError, '"b", cores: got 1 .*allowed is 0..0'),
        (lambda: Proposal(replace(GOOD, slots=GOOD.cores)), MappingError, "two neurons in compartment 0 of core 0"),
        (lambda: Proposal(GOOD, layout=3), ValidationError, "layout: got 3, allowed is a Layout"),
        (lambda: Proposal(GOOD, layout=Layout(A[:2], A[:2])), ValidationError, r"shape \(3,\), one for each core"),
        (lambda: Proposal(GOOD, layout=Layout(A[:3], B + 126)), ValidationError, "layout.core: got 128"),
        (lambda: Proposal(GOOD, layout=Layout(A[:3], A[:3])), MappingError, "two cores as core 0 of chip 0"),
    ],
)  # fmt: skip
def test_what_is_not_is_refused(make, error, text):
    with pytest.raises(error, match=text):
        place(make)


class Unprintable:
    def __repr__(self):
        raise RuntimeError("no text")


@pytest.mark.parametrize(
    ("wrong", "shown"),
    [
        ({i: i for i in range(100_000)}, r"{0: 0, 1: 1, .*\.\.\. \(1,377,780 characters\)"),
        ({"cores": A}, r"{'cores': array\(\[0, 0, 0, 0, 0\]\)}"),
        (Unprintable(), "a Unprintable"),
    ],
)  # fmt: skip
def test_something_else_is_shown_in_few_words(wrong, shown):
    for make, what in ((lambda: wrong, "Proposal"), (lambda: Proposal(GOOD, layout=wrong), "Layout")):
        with pytest.raises(ValidationError, match=f"got {shown}, allowed is a {what}") as caught:
            place(make)
        assert len(str(caught.value)) < 250
