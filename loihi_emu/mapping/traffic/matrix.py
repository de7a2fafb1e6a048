"""Who sends to whom: messages per step as a matrix of cores, chips or populations."""

from __future__ import annotations

from typing import Any

import numpy as np

from loihi_emu.errors import unknown
from loihi_emu.mapping.model import Assignment, Layout, Problem
from loihi_emu.mapping.traffic.messages import axons_by_core, messages_by_core
from loihi_emu.mapping.traffic.rates import Rates

BY = ("core", "chip", "population")
DENSE = 2048
"""A matrix of up to so many rows is an array, a larger one is sparse."""


def matrix_of(problem: Problem, assignment: Assignment, layout: Layout, rates: Rates, by: str) -> Any:
    """Messages per step from row to column. See :meth:`loihi_emu.mapping.Placement.traffic_matrix`."""
    if by not in BY:
        raise unknown("kind of traffic matrix", by, BY)
    if by == "population":
        return _populations(problem, assignment, rates)
    place = np.arange(assignment.count) if by == "core" else layout.chip.astype(np.int64)
    n = assignment.count if by == "core" else layout.chips
    rows, columns, values = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0)]
    for core, home, messages in messages_by_core(problem, assignment, rates):
        if len(home) and home[0] >= 0:
            rows.append(place[home])
            columns.append(np.full(len(home), place[core]))
            values.append(messages)
    row, column, value = np.concatenate(rows), np.concatenate(columns), np.concatenate(values)
    if n <= DENSE:
        return np.bincount(row * n + column, weights=value, minlength=n * n).reshape(n, n)
    from scipy.sparse import coo_array

    return coo_array((value, (row, column)), shape=(n, n)).tocsr()


def _populations(problem: Problem, assignment: Assignment, rates: Rates) -> Any:
    """From inputs and populations to populations."""
    row = {name: k for k, name in enumerate([*problem.inputs, *problem.populations])}
    column = {name: k for k, name in enumerate(problem.populations)}
    matrix = np.zeros((len(row), len(column)))
    for _, c, sources in axons_by_core(problem, assignment):
        name = c.pre.target.name
        matrix[row[name], column[c.post.target.name]] += rates[name][sources].sum()
    return matrix
