"""In which order the nodes of a graph follow one another, and the shape of what each sends.

Neurons cut loops: what they send depends on the steps before. A loop without one has no order, and is an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from loihi_emu.errors import invalid
from loihi_emu.exchange.nir.flat import Flat
from loihi_emu.exchange.nir.linear import LINEAR, Linear, linear_of
from loihi_emu.exchange.nir.numbers import reals, shape_of
from loihi_emu.exchange.nir.primitives import KINDS, NEURONS, Node

Shape = tuple[int, ...]


@dataclass
class Shapes:
    """Shapes by node, and the linear nodes in an order in which each follows those it depends on."""

    shapes: dict[str, Shape]
    linear: dict[str, Linear]
    order: list[str]


def shapes_of(graph: Flat) -> Shapes:
    """Find the shapes from the inputs on."""
    before = graph.before()
    found = Shapes({}, {}, [])
    waiting, unchecked = [], [name for name, node in graph.nodes.items() if node.kind in NEURONS]
    for name, node in graph.nodes.items():
        own = _own_shape(node)
        if own is not None and (node.kind == "Input" or prod(own) > 1):
            found.shapes[name] = own
        else:
            waiting.append(name)
        if node.kind not in NEURONS and node.kind != "Input" and not before[name]:
            raise invalid(node.place, "edges", f"a {node.kind} to which no edge leads", "at least one edge to it")
    while waiting:
        ready = [name for name in waiting if all(pre in found.shapes for pre in before[name])]
        # Outputs come last, so that an error is of the first node at which shapes do not follow.
        ready = [name for name in ready if graph.nodes[name].kind != "Output"] or ready
        if not ready:  # neurons whose parameters are single numbers are one neuron if a loop leads through them
            ready = [name for name in waiting if graph.nodes[name].kind in NEURONS][:1]
            if not ready:
                raise _loop(graph, waiting)
            found.shapes[ready[0]] = _own_shape(graph.nodes[ready[0]]) or (1,)
        else:
            for name in ready:
                _follow(graph, found, name, before[name])
        done = set(ready)
        waiting = [name for name in waiting if name not in done]
        unchecked = [name for name in unchecked if not _checked(graph, found, name, before[name])]
    return found


def _checked(graph: Flat, found: Shapes, name: str, before: list[str]) -> bool:
    """Whether all that arrives at a neuron is known; then it was checked."""
    if name not in found.shapes or any(pre not in found.shapes for pre in before):
        return False
    _arriving(graph, found, name, before, found.shapes[name])
    return True


def _own_shape(node: Node) -> Shape | None:
    """The shape that a node names itself."""
    if node.kind == "Input":
        return shape_of(node)
    if node.kind not in NEURONS:
        return None
    shapes = {reals(node, name).shape for name in node.values if name in KINDS[node.kind].needed}
    large = {shape for shape in shapes if prod(shape) != 1}
    if len(large) > 1:
        given = " and ".join(str(k) for k in sorted(large))
        raise invalid(node.place, "", f"parameters of shapes {given}", "parameters of one shape, or single numbers")
    return next(iter(large or shapes)) or (1,)


def _follow(graph: Flat, found: Shapes, name: str, before: list[str]) -> None:
    """Set the shape of a node from what leads to it."""
    node = graph.nodes[name]
    if node.kind in NEURONS:
        shape = found.shapes[before[0]] if before else _own_shape(node) or (1,)
        found.shapes[name] = shape
        return
    arriving = _arriving(graph, found, name, before, None)
    assert node.kind in LINEAR
    made = linear_of(node, arriving, graph.notes)
    found.linear[name] = made
    found.shapes[name] = made.shape
    found.order.append(name)


def _arriving(graph: Flat, found: Shapes, name: str, before: list[str], wanted: Shape | None) -> Shape:
    """The shape of what arrives; other shapes of as many values are read in order, and said."""
    wanted = wanted if wanted is not None else found.shapes[before[0]] if before else ()
    node = graph.nodes[name]
    for pre in before:
        shape = found.shapes[pre]
        if prod(shape) != prod(wanted):
            given = f'shape {shape} from "{pre}"'
            raise invalid(node.place, "shape", given, f"shape {wanted}, as {node.kind} and its other edges have it")
        if shape != wanted:
            graph.notes.exact.append(f'{node.place}: shape {shape} from "{pre}" is read as {wanted}, value by value.')
    return wanted


def _loop(graph: Flat, waiting: list[str]) -> Exception:
    """The error of a loop without a neuron, with its nodes in order."""
    before, inside = graph.before(), set(waiting)
    path = [waiting[0]]
    while True:
        following = next(pre for pre in before[path[-1]] if pre in inside)
        if following in path:
            loop = [*path[path.index(following) :]][::-1]
            break
        path.append(following)
    shown = " -> ".join(f'"{k}"' for k in [*loop[:8], loop[0]])
    allowed = "loops through a neuron, whose spikes act one step later"
    advice = "Put a neuron (a Threshold, an LI) into it. A Delay alone does not keep values from one step to the next."
    place = graph.nodes[loop[0]].place
    return invalid(place, "edges", f"the loop {shown}, in which no neuron is", allowed, advice=advice)
