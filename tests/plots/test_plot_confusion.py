"""Confusion matrices: counts in the cells, shares as colours, the accuracy in the corner."""

from __future__ import annotations

import numpy as np
import pytest

from loihi_emu.errors import ValidationError
from loihi_emu.plots import confusion

COUNTS = [[9, 1], [20, 180]]


def test_cells_show_counts_and_colours_the_share_of_the_row(ax):
    assert confusion(COUNTS, ax=ax) is ax
    assert {text.get_position(): text.get_text() for text in ax.texts} == {
        (0, 0): "9",
        (1, 0): "1",
        (0, 1): "20",
        (1, 1): "180",
    }
    assert ax.images[0].get_array().tolist() == [[0.9, 0.1], [0.1, 0.9]]
    assert ax.get_title(loc="right") == "90.0 % of 210 right"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("answered class", "true class")


def test_text_is_legible_on_its_cell(ax):
    confusion(COUNTS, ax=ax)
    colours = {text.get_position(): text.get_color() for text in ax.texts}
    assert colours[(0, 0)] == "white"
    assert colours[(1, 0)] == "black"


def test_classes_have_their_names(ax):
    confusion(COUNTS, ["cat", "dog"], ax=ax)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["cat", "dog"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["cat", "dog"]


def test_classes_without_a_name_are_numbers(ax):
    confusion(np.eye(3, dtype=int), ax=ax)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["0", "1", "2"]


def test_too_many_classes_for_text_get_a_colour_bar(ax):
    confusion(np.eye(100, dtype=int) * 12345, ax=ax)
    assert not ax.texts
    assert ax.figure.axes[1].get_ylabel() == "share of the true class"
    assert len(ax.get_yticks()) < 40


def test_a_class_that_never_occurred_is_blank(ax):
    confusion([[0, 0], [1, 3]], ax=ax)
    assert ax.images[0].get_array().tolist() == [[0, 0], [0.25, 0.75]]


def test_no_answers_at_all(ax):
    confusion([[0]], ax=ax)
    assert ax.get_title(loc="right") == "no answers"
    ax.figure.draw_without_rendering()


@pytest.mark.parametrize(
    ("matrix", "labels", "message"),
    [
        ([[1, 2]], None, "square"),
        ([1, 2], None, "square"),
        (np.zeros((0, 0)), None, "square"),
        ([[0.5]], None, "whole numbers"),
        ([[-1]], None, "0 or greater"),
        (COUNTS, ["cat"], "one for each of the 2 classes"),
    ],
)
def test_wrong_matrices_say_what_is_allowed(matrix, labels, message, ax):
    with pytest.raises(ValidationError, match=message):
        confusion(matrix, labels, ax=ax)
