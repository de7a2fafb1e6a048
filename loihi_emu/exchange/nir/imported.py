"""The public function that makes a network of a NIR graph, and what it returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loihi_emu.chips.chip import LOIHI2, Chip
from loihi_emu.errors import is_known, unknown
from loihi_emu.exchange.nir.importing import build
from loihi_emu.exchange.nir.report import Report
from loihi_emu.keywords import known_keywords
from loihi_emu.network.network import Network


@dataclass(frozen=True)
class Imported:
    """A network made of a NIR graph, and what became of the graph.

    Attributes
    ----------
    network : Network
        Populations and inputs have the names of the graph's nodes; of a graph in a graph "outer.inner".
    report : Report
    """

    network: Network
    report: Report

    def __repr__(self) -> str:
        return f"{self.network!r}\n{self.report}"

    def voltage(self, population: str, v: Any) -> Any:
        """Recorded v of a population in the units of the graph."""
        if not is_known(population, self.report.rows):
            raise unknown("population", population, self.report.rows)
        return self.report.rows[population].voltage(v)


@known_keywords
def import_nir(
    graph: Any,
    *,
    dt: float,
    rules: str = "float",
    method: str = "euler",
    reset: str | Mapping[str, str] | None = None,
    weight_bits: int = 8,
    scale: float | Mapping[str, float] | None = None,
    decays: str = "nearest",
    lists: int = 2,
    align: bool | None = None,
    single: bool = False,
    chip: Chip = LOIHI2,
    name: str = "nir",
) -> Imported:
    """Make a network of a NIR graph, with a report of what is not exact.

    Parameters
    ----------
    graph : nir.NIRGraph, str or Path
        A graph, or a file of one (h5py reads it: ``pip install "loihi_emu[nir]"``).
    dt : float
        A step, in the unit of the graph's time constants and delays. Files do not say it: most count seconds, and
        1e-4 is usual; sinabs counts steps, which is dt=1.
    rules : {"float", "chip", "lava"}
        float64, or the integers of the chip or of Lava's fixed point.
    method : {"euler", "exponential", "exponential_decay"}
        What decays in a step and what inputs count in it: both dt / tau (snnTorch, Norse, Lava); both
        1 - exp(-dt / tau), which is exact between two inputs (Nengo); or decays by the second and inputs by the first
        (sinabs, Rockpool).
    reset : {"v_reset", "subtract"} or dict
        What a spike does: v becomes v_reset, as NIR says, or the threshold is taken off, as many trainers have it and
        no file tells (but those of ``to_nir``). A dict has it by node. Default: v_reset.
    weight_bits : int
        Bits of the weights in integers, 1..8.
    scale : float or dict, optional
        What 1.0 becomes in effective weights, by node or for all, instead of the scale with the least error.
    decays : {"nearest", "lava"}
        How decays become 12 bits: rounded, or ``int(4095 * a)``, as scripts for Lava do it.
    lists : {1, 2, 4}
        Lists that a matrix becomes in integers, each with an exponent of its own: one; one for each sign, which saves
        the sign's bit; two for each sign, the largest weights apart. A source sends to each list: more axons.
    align : bool, optional
        Whether shorter paths wait for longer ones, so that float64 equals the graph, in which nothing takes a step but
        what a loop hands back. Default: yes, but for graphs of ``to_nir``, whose delays are those of the network.
    single : bool
        Round decays and gains to 32 bits first, as trainers' tensors hold them: a trainer's state then differs by the
        rounding of its state alone.
    chip : Chip
        That of the network; its longest delay is a limit.
    name : str
        Of the network.

    Returns
    -------
    Imported
        ``network`` and ``report``.

    Raises
    ------
    ValidationError
        A file that is damaged; a node that is unknown or lacks something, shapes that do not follow, a loop without a
        neuron, parameters out of range, weights beyond the largest exponent: with node and place, before anything is
        built.
    UnsupportedError
        What these rules cannot do, with what can.

    Warns
    -----
    LoihiInputWarning
        Of what is approximated; the report has it too.

    Examples
    --------
    >>> from loihi_emu.exchange.nir.primitives import Graph, made
    >>> import numpy as np
    >>> nodes = {"in": made("Input", "in", {"shape": [1]}), "out": made("Output", "out", {})}
    >>> nodes["fc"] = made("Linear", "fc", {"weight": np.ones((2, 1))})
    >>> nodes["cells"] = made("LIF", "cells", {"tau": 0.01, "r": np.ones(2), "v_leak": 0.0, "v_threshold": 0.05})
    >>> edges = (("in", "fc"), ("fc", "cells"), ("cells", "out"))
    >>> import_nir(Graph(nodes, edges, "graph"), dt=1e-3, rules="chip").network
    <Network "nir": Loihi 2, rules "chip", 1 populations (2 neurons), 1 inputs, 1 connections (2 weights)>
    """
    network, report = build(
        Network, graph, dt=dt, rules=rules, method=method, reset=reset, weight_bits=weight_bits, scale=scale,
        decays=decays, lists=lists, align=align, single=single, chip=chip, name=name,
    )  # fmt: skip
    return Imported(network, report)
