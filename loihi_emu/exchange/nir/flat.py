"""Nested graphs made flat: the nodes of a graph in a graph get its name before theirs, its inputs and outputs pass."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from loihi_emu.errors import invalid, unknown
from loihi_emu.exchange.nir.primitives import Graph, Node
from loihi_emu.exchange.notes import Notes

PASS = "Pass"
"""Kind of what the inputs and outputs of an inner graph become: what comes in goes out."""


@dataclass
class Flat:
    """Nodes by full name, edges, and what was read differently from how it is written."""

    place: str
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[tuple[str, str]] = field(default_factory=list)
    notes: Notes = field(default_factory=Notes)

    def before(self) -> dict[str, list[str]]:
        """From a node to those with an edge to it."""
        found: dict[str, list[str]] = {name: [] for name in self.nodes}
        for pre, post in self.edges:
            found[post].append(pre)
        return found

    def after(self) -> dict[str, list[str]]:
        """From a node to those that its edges lead to."""
        found: dict[str, list[str]] = {name: [] for name in self.nodes}
        for pre, post in self.edges:
            found[pre].append(post)
        return found


def flat(graph: Graph) -> Flat:
    """All nodes of a graph and of those in it."""
    made = Flat(graph.place)
    _add(made, graph, "")
    if not any(node.kind == "Input" for node in made.nodes.values()):
        advice = "nir.NIRGraph.from_list(...) puts an Input before the first node."
        raise invalid(graph.place, "nodes", "no Input node", "a graph with one", advice=advice)
    if not any(node.kind == "Output" for node in made.nodes.values()):
        raise invalid(graph.place, "nodes", "no Output node", "a graph with one")
    for pre, post in made.edges:
        if made.nodes[post].kind == "Input":
            allowed = "edges from it alone: what it sends comes from outside"
            raise invalid(made.nodes[post].place, "edges", f'("{pre}", "{post}"), which leads to an Input', allowed)
    return made


def _add(made: Flat, graph: Graph, prefix: str) -> tuple[list[str], list[str]]:
    """Add the nodes of a graph; the full names of its inputs and outputs."""
    edges = _edges(made, graph)
    entries: dict[str, list[str]] = {}
    exits: dict[str, list[str]] = {}
    for name, node in graph.nodes.items():
        if not name:
            raise invalid(graph.place, "nodes", "a node without a name", "a name of one letter and more")
        full = f"{prefix}{name}"
        if isinstance(node, Graph):
            entries[name], exits[name] = _add(made, node, f"{full}.")
            continue
        if full in made.nodes:
            raise invalid(
                node.place, "", f'a second node of the full name "{full}"', "names of their own", advice="Rename one."
            )
        inner = prefix and node.kind in ("Input", "Output")
        made.nodes[full] = Node(PASS, node.place, node.values) if inner else node
        entries[name] = exits[name] = [full]
    for pre, post in edges:
        for ends, side, what in ((exits[pre], pre, "Output"), (entries[post], post, "Input")):
            if len(ends) != 1:
                given = f"{len(ends)} {what} nodes in it"
                place = graph.nodes[side].place
                raise invalid(place, "nodes", given, f"one {what} in a graph that an edge joins")
        made.edges.append((exits[pre][0], entries[post][0]))
    kinds = {name: node.kind for name, node in graph.nodes.items() if isinstance(node, Node)}
    outer = [[f"{prefix}{name}" for name, kind in kinds.items() if kind == what] for what in ("Input", "Output")]
    return outer[0], outer[1]


def _edges(made: Flat, graph: Graph) -> tuple[tuple[str, str], ...]:
    """The edges, whose names are all there.

    Of one unknown name and one node that no edge names it is clear what is meant: the one is the other.
    """
    named = {name for edge in graph.edges for name in edge}
    lost, unused = sorted(named - set(graph.nodes)), sorted(set(graph.nodes) - named)
    edges = graph.edges
    if len(lost) == len(unused) == 1:
        edges = tuple((unused[0] if a == lost[0] else a, unused[0] if b == lost[0] else b) for a, b in edges)
        made.notes.exact.append(
            f'{graph.place}: edges name "{lost[0]}", no node; read as "{unused[0]}", the only one without edges.'
        )
    elif lost:
        a, b = next(edge for edge in edges if lost[0] in edge)
        raise unknown("node", lost[0], graph.nodes, where=f'{graph.place}, edge ("{a}", "{b}")')
    for (a, b), count in Counter(edges).items():
        if count > 1:
            raise invalid(graph.place, "edges", f'("{a}", "{b}") {count} times', "each edge once")
    return edges
