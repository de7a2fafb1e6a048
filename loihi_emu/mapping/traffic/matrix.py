"""Who sends to whom: messages per step as a matrix of cores, chips or populations."""

from __future__ import annotations

from typing import Any

import numpy as np

from loihi_emu.errors import unknown
from loihi_emu.mapping.model import Assignment, Layout, Problem
from loihi_emu.mapping.traffic.messages import axons_by_core
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
    rows, columns, values = [], [], []
    for core, c, sources in axons_by_core(problem, assignment):
        name = c.pre.target.name
        if name in problem.inputs:
            continue
        cores, number = np.unique(assignment.cores[name][sources], return_inverse=True)
        values.append(np.bincount(number, weights=rates[name][sources]))
        rows.append(place[cores])
        columns.append(np.full(len(cores), place[core]))
    empty = [np.zeros(0, np.int64)]
    row, column = np.concatenate(empty + rows), np.concatenate(empty + columns)
    value = np.concatenate([np.zeros(0), *values])
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
