"""The primitives of NIR 1.0.8: the fields of each, and a graph of them as plain data, from nir's objects or a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from loihi_emu.errors import ValidationError, invalid, unknown

GRAPH = "NIRGraph"


class Fields(NamedTuple):
    """Names of what a primitive must have, and of what it may have."""

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()


CONVOLUTION = Fields(("weight", "stride", "padding", "dilation", "groups"), ("bias", "input_shape"))
POOL = Fields(("kernel_size", "stride", "padding"))
KINDS: Mapping[str, Fields] = {
    "Input": Fields(("shape",)),
    "Output": Fields((), ("shape",)),
    "Affine": Fields(("weight", "bias")),
    "Linear": Fields(("weight",)),
    "Scale": Fields(("scale",)),
    "Conv1d": CONVOLUTION,
    "Conv2d": CONVOLUTION,
    "SumPool2d": POOL,
    "AvgPool2d": POOL,
    "Flatten": Fields(("start_dim", "end_dim"), ("input_type",)),
    "Delay": Fields(("delay",)),
    "I": Fields(("r",)),
    "IF": Fields(("r", "v_threshold"), ("v_reset",)),
    "LI": Fields(("tau", "r", "v_leak")),
    "LIF": Fields(("tau", "r", "v_leak", "v_threshold"), ("v_reset",)),
    "CubaLI": Fields(("tau_mem", "tau_syn", "r", "v_leak"), ("w_in",)),
    "CubaLIF": Fields(("tau_mem", "tau_syn", "r", "v_leak", "v_threshold"), ("v_reset", "w_in")),
    "Threshold": Fields(("threshold",)),
}
"""Every primitive but the graph itself."""
SPIKING = ("IF", "LIF", "CubaLIF", "Threshold")
VOLTAGE = ("I", "LI", "CubaLI")
"""Neurons that send their voltage."""
NEURONS = SPIKING + VOLTAGE


@dataclass(frozen=True)
class Node:
    """One primitive: its kind, where it stands in the file or graph, and its fields."""

    kind: str
    place: str
    values: Mapping[str, Any]
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Graph:
    """Primitives and graphs by name, and edges between them."""

    nodes: Mapping[str, Any]
    edges: tuple[tuple[str, str], ...]
    place: str
    metadata: Mapping[str, Any] = field(default_factory=dict)


def made(kind: Any, place: str, values: Mapping[str, Any], metadata: Any = None) -> Node:
    """A node whose fields are there, or an error that names the one that is not."""
    if kind not in KINDS:
        raise unknown("primitive of NIR", kind, (*KINDS, GRAPH), where=place, few=len(KINDS) + 1)
    needed, optional = KINDS[kind]
    for name in needed:
        if values.get(name) is None:
            given = f"a {kind} without it"
            raise invalid(place, name, given, f"a {kind} with {', '.join(needed)}", advice="Write the file again.")
    kept = {name: values[name] for name in (*needed, *optional) if values.get(name) is not None}
    return Node(kind, place, kept, dict(metadata) if isinstance(metadata, Mapping) else {})


DEEPEST = 16
"""Graphs within graphs, at most."""


def of_objects(graph: Any, place: str = "NIR graph", depth: int = 0) -> Graph:
    """A graph of nir's objects as plain data."""
    if type(graph).__name__ != GRAPH:
        advice = "nir.NIRGraph.from_list(nodes) makes a graph of a list of nodes."
        raise invalid(
            "from_nir", "graph", f"a {type(graph).__name__}", "a nir.NIRGraph or the path of a file", advice=advice
        )
    if depth > DEEPEST:
        raise invalid(place, "nodes", f"graphs within graphs deeper than {DEEPEST}", f"at most {DEEPEST}")
    nodes: dict[str, Any] = {}
    try:
        given = [(str(name), node) for name, node in graph.nodes.items()]
        edges = tuple((str(pre), str(post)) for pre, post in graph.edges)
    except (AttributeError, TypeError, ValueError) as problem:
        raise ValidationError(f"{place}: nodes and edges cannot be read ({problem}).", where=place) from None
    for name, node in given:
        where = f'{place}, node "{name}"'
        kind = type(node).__name__
        if kind == GRAPH:
            nodes[name] = of_objects(node, where, depth + 1)
            continue
        nodes[name] = made(kind, where, _values(kind, node), getattr(node, "metadata", None))
    return Graph(nodes, edges, place, getattr(graph, "metadata", None) or {})


def _values(kind: str, node: Any) -> dict[str, Any]:
    """The fields of an object; shapes stand in its types."""
    if kind == "Input":
        return {"shape": _shape(getattr(node, "input_type", None))}
    if kind == "Output":
        return {"shape": _shape(getattr(node, "output_type", None))}
    needed, optional = KINDS.get(kind, Fields(()))
    found = {name: getattr(node, name, None) for name in (*needed, *optional)}
    found.pop("input_type", None)
    return found


def _shape(types: Any) -> Any:
    return next(iter(types.values()), None) if isinstance(types, Mapping) else types
