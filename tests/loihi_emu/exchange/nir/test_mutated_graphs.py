"""Graphs of which one field or edge was exchanged: a network, or one error of ours."""

import nir
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nir_graphs import DT, GRAPHS

from loihi_emu import LoihiEmuError
from loihi_emu.exchange import import_nir

NUMBERS = [0.0, -1.0, 1e300, -1e300, 1e-300, 1e20, 3.7, np.nan, np.inf, -np.inf, 2.0**40]
OTHERS = [None, "", "same", "valid", [], [[]], {}, 3, -3, 1 << 70, True, 1j, object(), np.zeros((0, 3)), [[1, 2], [3]]]
FIELDS = {
    k: [f.name for f in node.__dataclass_fields__.values() if f.name not in ("metadata", "nodes", "edges")]
    for k, node in vars(nir).items()
    if isinstance(node, type) and hasattr(node, "__dataclass_fields__")
}


def mutate(data, graph):
    """Exchange a field of a node, a number in it, or an edge."""
    name = data.draw(st.sampled_from(sorted(graph.nodes)))
    node = graph.nodes[name]
    what = data.draw(st.sampled_from(["number", "number", "other", "shape", "edge", "node"]))
    fields = FIELDS[type(node).__name__]
    field = data.draw(st.sampled_from(fields))
    value = getattr(node, field, None)
    if what == "edge":
        nodes = sorted(graph.nodes)
        edges = list(graph.edges)
        at = data.draw(st.integers(0, len(edges) - 1))
        edges[at] = (data.draw(st.sampled_from(nodes)), data.draw(st.sampled_from([*nodes, "nowhere"])))
        graph.edges = edges
    elif what == "node":
        graph.nodes[name] = graph.nodes[data.draw(st.sampled_from(sorted(graph.nodes)))]
    elif what == "number" and isinstance(value, np.ndarray) and value.size:
        changed = value.astype(float)
        changed.flat[data.draw(st.integers(0, value.size - 1))] = data.draw(st.sampled_from(NUMBERS))
        setattr(node, field, changed)
    elif what == "shape" and isinstance(value, np.ndarray):
        setattr(node, field, data.draw(st.sampled_from([value[None], value.ravel()[:1], value.ravel(), value[:-1]])))
    else:
        setattr(node, field, data.draw(st.sampled_from(OTHERS)))


@pytest.mark.parametrize("rules", ["float", "chip", "lava"])
@pytest.mark.filterwarnings("ignore::loihi_emu.LoihiInputWarning")
@settings(deadline=None)
@given(data=st.data())
def test_a_mutated_graph_is_a_network_or_one_error(rules, data):
    graph = GRAPHS[data.draw(st.sampled_from(sorted(GRAPHS)))](np.random.default_rng(3))
    for _ in range(data.draw(st.integers(1, 2))):
        mutate(data, graph)
    reset = data.draw(st.sampled_from([None, "subtract"]))
    try:
        said = import_nir(graph, dt=DT, rules=rules, reset=reset).network.describe()
    except LoihiEmuError as error:
        said = str(error)
    assert said
