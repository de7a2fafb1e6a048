"""Accuracy over bits: a line for all layers and one for each, rings at what was chosen, lines of floats and target."""

from types import SimpleNamespace

import pytest

from loihi_emu.errors import ValidationError
from loihi_emu.plots import precision

FOUND = SimpleNamespace(
    uniform={8: 0.99, 4: 0.95, 2: 0.4},
    layers={"hidden": {8: 0.99, 4: 0.96, 2: 0.5}, "out": {8: 0.99, 4: 0.99, 2: 0.98}},
    bits={"hidden": 8, "out": 4}, target=0.985, float_accuracy=0.99,
)  # fmt: skip


def test_lines_have_the_accuracy(ax):
    assert precision(FOUND, ax=ax) is ax
    lines = {line.get_label(): line.get_xydata().tolist() for line in ax.lines}
    assert lines["all layers"] == [[8, 99], [4, 95], [2, 40]]
    assert lines["out"] == [[8, 99], [4, 99], [2, 98]]
    assert {row[1] for row in lines["to keep"]} == {98.5} and {row[1] for row in lines["floats"]} == {99}
    rings = [line.get_xydata().tolist() for line in ax.lines if line.get_label().startswith("_")]
    assert rings == [[[8, 99]], [[4, 99]]]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("bits of a weight", "accuracy (%)")


def test_something_else_is_refused():
    with pytest.raises(ValidationError, match="precision, found: got a dict, allowed is what search_precision returns"):
        precision({})
