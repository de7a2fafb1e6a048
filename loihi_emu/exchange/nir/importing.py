"""A NIR graph to a network: read, ordered, multiplied out, timed, quantised; only then is anything built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from loihi_emu import numeric
from loihi_emu.chips.chip import LOIHI2, Chip
from loihi_emu.errors import UnsupportedError, invalid, is_known, unknown
from loihi_emu.exchange.nir.divided import LISTS
from loihi_emu.exchange.nir.dynamics import METHODS, OWN, RESETS, Dynamics, dynamics_of, exactly
from loihi_emu.exchange.nir.flat import Flat, flat
from loihi_emu.exchange.nir.lowering import DECAYS, RULES, LoweredPopulation, Settings, part_of
from loihi_emu.exchange.nir.paths import CONSTANT, Paths, paths_of
from loihi_emu.exchange.nir.primitives import NEURONS, SPIKING, Graph, of_objects
from loihi_emu.exchange.nir.reading import read
from loihi_emu.exchange.nir.report import Readout, Report
from loihi_emu.exchange.nir.shapes import Shapes, shapes_of
from loihi_emu.exchange.nir.timing import Timing
from loihi_emu.keywords import known_keywords

WHERE = "from_nir"


def build(
    make: Callable[..., Any],
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
) -> tuple[Any, Report]:
    """The network that `make` (the class Network) makes of a graph, and the report; options are ``import_nir``'s."""
    step = np.asarray(0.0) if dt is None else numeric.finite(WHERE, "dt", dt)
    if step.ndim or step <= 0:
        advice = "Seconds: 1e-4 is usual. Graphs of sinabs count steps: 1."
        raise invalid(
            WHERE, "dt", repr(dt), "one number above 0, in the unit of the graph's time constants", advice=advice
        )
    for what, given, known in (
        ("rules", rules, RULES), ("method", method, METHODS), ("decays", decays, DECAYS),
    ):  # fmt: skip
        if not is_known(given, known):
            raise unknown(what, given, known, where=WHERE)
    numeric.integer(WHERE, "weight_bits", weight_bits, 1, 8)
    numeric.flag(WHERE, "single", single)
    if numeric.integer(WHERE, "lists", lists, LISTS[0], LISTS[-1]) not in LISTS:
        allowed = "1 (one list), 2 (one for each sign) or 4 (two for each sign)"
        raise invalid(WHERE, "lists", repr(lists), allowed)
    found = graph if isinstance(graph, Graph) else read(graph) if isinstance(graph, (str, Path)) else of_objects(graph)
    own = _written_by_us(found, rules)
    whole = scale is None and "scale" in own
    if whole:
        scale = own["scale"]
    if align is None:
        align = bool(own.get("align", True))
    empty = make(name, chip=chip, rules=rules)
    settings = Settings(empty.rule_set, weight_bits, scale, decays, lists, whole)
    return _Import(flat(found), float(step), method, reset, settings, empty, align, bool(own), single).made()


def _written_by_us(graph: Graph, rules: str) -> Mapping[str, Any]:
    """What to_nir wrote of a graph that is read by the rules it was written by; of others nothing."""
    own = graph.metadata.get(OWN)
    if not isinstance(own, Mapping) or own.get("written_by") != rules:
        return {}
    found: dict[str, Any] = {}
    for name, least in (("scale", 1e-100), ("align", 0)):
        if name in own:
            value = numeric.finite(f"{graph.place}, metadata", name, own[name])
            numeric.ranged(f"{graph.place}, metadata", name, value, least, 1e100)
            if value.size == 1:
                found[name] = float(value.reshape(-1)[0])
    return found


class _Import:
    """One graph on its way to a network."""

    def __init__(
        self, graph: Flat, dt: float, method: str, reset: Any, settings: Settings, empty: Any, align: bool, own: bool,
        single: bool,
    ) -> None:  # fmt: skip
        self.align, self.own, self.single = align, own, single
        self.graph, self.dt, self.method, self.settings = graph, dt, method, settings
        self.empty = empty
        self.resets = self._by_node("reset", reset)
        if isinstance(settings.scale, Mapping):
            self._by_node("scale", settings.scale)
        for node, given in self.resets.items():
            if given is not None and not is_known(given, RESETS):
                raise unknown("reset", given, RESETS, where=f'{WHERE}, node "{node}"')
        self.shapes: Shapes = shapes_of(graph)
        self.paths = paths_of(graph, self.shapes, dt, self.empty.max_delay)

    def _by_node(self, name: str, given: Any) -> dict[str, Any]:
        neurons = [k for k, node in self.graph.nodes.items() if node.kind in NEURONS]
        if not isinstance(given, Mapping):
            return dict.fromkeys(neurons, given)
        outputs = [k for k, node in self.graph.nodes.items() if node.kind == "Output"]
        for node in given:
            if node not in neurons and not (name == "scale" and node in outputs):
                raise unknown("node with neurons", node, neurons, where=f"{WHERE}, {name}")
        return dict(given)

    def metadata(self, name: str) -> Mapping[str, Any]:
        """What to_nir wrote of a node, where the graph is read by the rules that it was written by."""
        found = self.graph.nodes[name].metadata.get(OWN) if self.own else None
        return found if isinstance(found, Mapping) else {}

    def made(self) -> tuple[Any, Report]:
        """The network, once everything is known."""
        nodes, notes = self.graph.nodes, self.graph.notes
        neurons = [name for name, node in nodes.items() if node.kind in NEURONS]
        direct, readouts = self._outputs()
        populations = neurons + readouts
        timing = Timing(populations, self.paths, self.align)
        for loop in timing.wide_loops(populations):
            shown = ", ".join(f'"{k}"' for k in loop)
            notes.inexact.append(
                f"the loop through {shown}: each connection in it takes one step, {len(loop)} around it."
            )
        parts = [self._part(name, timing) for name in populations]
        self._check(parts, timing)
        parts.sort(key=lambda part: timing.depth[part.name])
        network = self._built(parts)
        outputs = {
            name: Readout(source, self._variable(source), timing.depth[source]) for name, source in direct.items()
        }
        outputs |= {name: Readout(name, "v", timing.depth[name]) for name in readouts}
        rows = {part.name: part.row for part in parts}
        texts = tuple(notes.exact), tuple(notes.inexact)
        notes.warn(f"{self.graph.place} is approximated")
        return network, Report(self.settings.rules.name, self.method, self.dt, rows, outputs, *texts)

    def _variable(self, population: str) -> str:
        return "spikes" if self.graph.nodes[population].kind in SPIKING else "v"

    def _outputs(self) -> tuple[dict[str, str], list[str]]:
        """Outputs that are a population as it is, and those that become a population which sums up what arrives."""
        direct, readouts = {}, []
        for name, node in self.graph.nodes.items():
            if node.kind != "Output":
                continue
            paths = self.paths[name]
            source = next(iter(paths))[0] if len(paths) == 1 and next(iter(paths))[1] == 0 else CONSTANT
            if source != CONSTANT and self.graph.nodes[source].kind in NEURONS and _is_identity(paths[source, 0]):
                direct[name] = source
            else:
                readouts.append(name)
        return direct, readouts

    def _part(self, name: str, timing: Timing) -> LoweredPopulation:
        node, shape = self.graph.nodes[name], self.shapes.shapes[name]
        n = int(np.prod(shape))
        if node.kind in NEURONS:
            own = self.metadata(name)
            reset = self.resets.get(name) or ("subtract" if np.all(own.get("subtracts", 0) == 1) else "v_reset")
            d = dynamics_of(node, n, self.dt, self.method, reset, self.graph.notes, self.single)
            d = exactly(d, own)
        else:
            ones, zeros = np.ones(n), np.zeros(n)
            d = Dynamics(False, False, False, ones, ones, ones, zeros, zeros, zeros, zeros)
        paths: Paths = self.paths[name]
        if not self.settings.rules.floats:
            for source, _ in paths:
                if source != CONSTANT and self.graph.nodes[source].kind not in (*SPIKING, "Input"):
                    kind = self.graph.nodes[source].kind
                    raise UnsupportedError(
                        f'{self.graph.nodes[source].place}: got a {kind}, whose voltage "{name}" receives, under rules '
                        f'"{self.settings.rules.name}", whose neurons send spikes. Take rules="float", or put a neuron '
                        "that spikes (a LIF, a Threshold) in its place; at an Output a voltage is read as it is."
                    )
        return part_of(name, node.kind, node.place, shape, d, paths, timing, self.settings, self.graph.notes)

    def _check(self, parts: list[LoweredPopulation], timing: Timing) -> None:
        """Raise of delays that are too long."""
        for part in parts:
            for source, _, options in part.connections:
                if options["delays"] > self.empty.max_delay:
                    given = f'{options["delays"]} steps from "{source or "what is constant"}"'
                    advice = (
                        f"It is {timing.depth[part.name]} populations deep; shorter paths to it wait for the longest."
                    )
                    allowed = f"at most {self.empty.max_delay}"
                    raise invalid(self.graph.nodes[part.name].place, "delay", given, allowed, advice=advice)

    def _built(self, parts: list[LoweredPopulation]) -> Any:
        network, floats = self.empty, self.settings.rules.floats
        for name, node in self.graph.nodes.items():
            if node.kind == "Input":
                network.input(name, self.shapes.shapes[name])
        constant = "constant"
        while constant in self.graph.nodes:
            constant += "_"
        for part in parts:
            network.population(part.name, part.shape, model=part.model, **part.parameters)
        if any(source == CONSTANT for part in parts for source, _, _ in part.connections):
            network.input(constant, 1, rate=1.0)
        for part in parts:
            for source, weights, options in part.connections:
                graded = floats and source != CONSTANT and self.graph.nodes[source].kind not in SPIKING
                network.connect(source or constant, part.name, weights, graded=graded, **options)
        return network


def _is_identity(matrix: Any) -> bool:
    """Whether a matrix hands on every value as it is."""
    n = matrix.shape[0]
    return bool(matrix.shape == (n, n) and matrix.nnz == n and (matrix != sparse.identity(n, format="csr")).nnz == 0)


build = known_keywords(build, "Network.from_nir")
