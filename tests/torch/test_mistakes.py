"""What the twin does not have is an error that says what it has."""

import numpy as np
import pytest
import torch

from loihi_emu import LoihiEmuError, Network, Noise, learning
from loihi_emu.training import Twin


def net(rules="chip", **options):
    made = Network(rules=rules)
    made.input("in", 2)
    made.population("cells", 2, vth=100, **options)
    return made


def learner():
    made = net()
    made.connect("in", "cells", [[2, 4], [6, 8]], sign_mode="mixed", learning=learning.pair_stdp())
    return made


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Twin("net"), "loihi_emu.Network"),
        (lambda: Twin(net("float")), 'rules "float".*"chip"'),
        (lambda: Twin(net("lava")), 'rules "lava".*"chip"'),
        (lambda: Twin(net(noise=Noise("v", 3))), '"cells".*noise'),
        (lambda: Twin(Network()), "an input and a population"),
        (lambda: Twin(learner()), "in->cells.*learning"),
        (lambda: Twin(net(), train="wieghts"), '"weights"'),
        (lambda: Twin(net(), trian="weights"), '"train"'),
        (lambda: Twin(net()).weights("in->cells"), "in->cells"),
        (lambda: Twin(net()).parameter("cells", "tau"), "du"),
        (lambda: Twin(net())([1]), "dict"),
        (lambda: Twin(net())({}), 'none for "in"'),
        (lambda: Twin(net())({"inn": torch.zeros(1, 2, 2)}), '"in"'),
        (lambda: Twin(net())({"in": torch.zeros(2, 2)}), r"\(samples, steps, 2\)"),
        (lambda: Twin(net())({"in": torch.zeros(1, 0, 2)}), r"\(samples, steps, 2\)"),
        (lambda: Twin(net())({"in": np.full((1, 2, 2), 0.5)}), "fractions"),
        (lambda: Twin(net())({"in": np.full((1, 2, 2), np.nan)}), "no number"),
    ],
)
def test_mistakes(make, says):
    with pytest.raises(LoihiEmuError, match=says):
        make()


def test_arrays_that_cannot_be_written_to_are_read():
    frames = np.ones((1, 3, 2), int)
    frames.setflags(write=False)
    assert Twin(net())({"in": frames})["cells.v"].shape == (1, 3, 2)
