"""What neurons receive: the linear nodes between two neurons multiplied to one sparse matrix for each delay."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from scipy import sparse

from loihi_emu.errors import invalid
from loihi_emu.exchange.nir.flat import Flat
from loihi_emu.exchange.nir.linear import MOST_ENTRIES
from loihi_emu.exchange.nir.primitives import NEURONS, Node
from loihi_emu.exchange.nir.shapes import Shapes

CONSTANT = ""
"""Source of what is always 1; no node has an empty name."""
Paths = dict[tuple[str, int], Any]
"""From a source and a delay in steps to a sparse matrix (targets, sources)."""


def paths_of(graph: Flat, shapes: Shapes, dt: float, most_delay: int) -> dict[str, Paths]:
    """What arrives at each neuron and at each Output."""
    before = graph.before()
    sent: dict[str, Paths] = {}
    for name, node in graph.nodes.items():
        if node.kind in (*NEURONS, "Input"):
            sent[name] = {(name, 0): sparse.identity(prod(shapes.shapes[name]), format="csr")}
    for name in shapes.order:
        node, made = graph.nodes[name], shapes.linear[name]
        arriving = _sum([sent[pre] for pre in before[name]])
        if made.matrix is not None:
            arriving = {key: _times(node, made.matrix, m) for key, m in arriving.items()}
        if made.constant is not None:
            column = sparse.csr_matrix(made.constant[:, None])
            arriving = _sum([arriving, {(CONSTANT, 0): column}])
        if made.delay is not None:
            arriving = _delayed(graph, node, arriving, made.delay, dt, most_delay)
        sent[name] = arriving
    ends = {name for name, node in graph.nodes.items() if node.kind in NEURONS}
    found = {name: _sum([sent[pre] for pre in before[name]]) for name in ends}
    found.update({name: sent[name] for name, node in graph.nodes.items() if node.kind == "Output"})
    return {name: _without_zeros(found[name]) for name in graph.nodes if name in found}


def _without_zeros(paths: Paths) -> Paths:
    for matrix in paths.values():
        matrix.eliminate_zeros()
    return {key: matrix for key, matrix in paths.items() if matrix.nnz}


def _sum(given: list[Paths]) -> Paths:
    found: Paths = {}
    for paths in given:
        for key, matrix in paths.items():
            found[key] = found[key] + matrix if key in found else matrix.copy()
    return found


def _times(node: Node, left: Any, right: Any) -> Any:
    """A product, if it is not larger than what is written out at most."""
    of_columns = np.bincount(left.indices, minlength=left.shape[1]).astype(np.int64)
    entries = int(of_columns @ np.diff(right.indptr).astype(np.int64))
    if entries > 8 * MOST_ENTRIES:
        allowed = f"at most {8 * MOST_ENTRIES:,}"
        raise invalid(
            node.place, "shape", f"{entries:,} products with the nodes before it", allowed, advice="Split the node."
        )
    return (left @ right).tocsr()


def _delayed(graph: Flat, node: Node, arriving: Paths, delay: Any, dt: float, most_delay: int) -> Paths:
    """The same later; delays become whole numbers of steps."""
    exact = delay / dt
    if exact.max(initial=0.0) > most_delay + 0.5:
        allowed = f"at most {most_delay} steps ({most_delay * dt:g})"
        advice = "Take a larger dt, or chip=LOIHI2 where that has longer delays."
        raise invalid(node.place, "delay", f"{delay.max():g}, which is {exact.max():g} steps", allowed, advice=advice)
    steps = np.rint(exact).astype(np.int64)
    off = np.abs(steps - exact).max(initial=0.0)
    if off > 1e-6:
        graph.notes.inexact.append(f"{node.place}: delays are rounded to steps of dt, by up to {off:.3g} steps.")
    found: Paths = {}
    for (source, before), matrix in arriving.items():
        for step in np.unique(steps):
            part = sparse.diags((steps == step).astype(np.float64), format="csr") @ matrix
            key = (source, before + int(step))
            found[key] = found[key] + part if key in found else part.tocsr()
    return found
