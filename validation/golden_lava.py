"""Golden cases of Lava 0.10.0's LIF processes and connections, with learning, as networks under ``rules="lava"``."""

from __future__ import annotations

from typing import Any

import numpy as np

from loihi_emu import Conv2D, Network
from loihi_emu.learning.rule import LearningRule, Trace
from loihi_emu.user_warnings import heard
from loihi_emu.validation.golden import Arrays, Case, Replay, as_spikes

MODELS = {"LIF": "lif", "LIFReset": "lif_reset", "TernaryLIF": "ternary_lif"}
SIGN_MODES = (None, "mixed", "excitatory", "inhibitory")


@heard()  # formats in which weights lose bits are tried on purpose
def lava_network(case: Case, arrays: Arrays) -> Replay:
    """Rebuild a case.

    Parameters
    ----------
    case, arrays : dict
        As :func:`loihi_emu.validation.golden.load` gives them.

    Returns
    -------
    Replay
        The network and what was recorded; spikes of a TernaryLIF are compared with their times, not their signs, which
        the connections that read them as messages show.

    Notes
    -----
    What a RingBuffer holds in its column c is sent in Lava's time step c + 1 and leaves the connection one step later,
    as step c + 1 here. Lava's Conv flips the kernel, a :class:`loihi_emu.Conv2D` does not. A LearningDense becomes a
    list of synapses, source by source; what it learned up to Lava's step k is that up to step k here.
    """
    net = Network(case["case"], rules="lava", seed=case.get("seed", 0))
    nodes: dict[str, Any] = {}
    for source in case["sources"]:
        data = arrays[f"data_{source['name']}"].astype(np.int64)
        index, column = np.nonzero(data)
        events: dict[str, Any] = {"spikes": (column + 1, index)}
        if source["graded"]:
            events["payloads"] = data[index, column]
        nodes[source["name"]] = net.input(source["name"], source["shape"], **events)
    for neurons in case["neurons"]:
        parameters: dict[str, Any] = {key: np.array(value, np.int64) for key, value in neurons["parameters"].items()}
        name, model = neurons["name"], MODELS[neurons["class"]]
        nodes[name] = net.population(name, neurons["shape"], model=model, **parameters)
    for connection in case["connections"]:
        _connect(net, nodes, connection, arrays)
    for neurons in case["neurons"]:
        net.probe(nodes[neurons["name"]], ["spikes", "u", "v"])
    return Replay(case["case"], net, case["duration"], _expected(case, arrays))


def _connect(net: Network, nodes: dict[str, Any], item: Case, arrays: Arrays) -> None:
    name, weights = item["name"], arrays[f"weights_{item['name']}"].astype(np.int64)
    pre, post = nodes[item["source"]], nodes[item["target"]]
    form: dict[str, Any] = {"graded": item["num_message_bits"] > 0, "name": name}
    if item["class"] == "Conv":
        geometry = {key: item[key] for key in ("stride", "padding", "dilation", "groups")}
        net.connect(pre, post, Conv2D(weights[:, ::-1, ::-1], **geometry), **form)
        return
    form |= {"weight_exp": item["weight_exp"], "weight_bits": item["num_weight_bits"]}
    form["sign_mode"] = SIGN_MODES[item["sign_mode"]] or "auto"
    if item["class"] == "LearningDense":
        learning, factors = _rule(item["rule"])
        column, row = (part.ravel() for part in np.indices(weights.T.shape))
        synapses = (column, row, weights[row, column])
        driven = {trace: nodes[node] for trace, node in factors.items()}
        made = net.connect(pre, post, synapses, learning=learning, factors=driven or None, **form)
        tags = ["tags"] if learning.dt is not None else []
        net.probe(made, ["weights", *tags, *learning.traces, *factors])
        return
    delays = arrays[f"delays_{name}"].astype(np.int64) if f"delays_{name}" in arrays else np.zeros_like(weights)
    if item["class"].endswith("Sparse"):
        row, column = np.nonzero(weights)
        net.connect(pre, post, (column, row, weights[row, column]), delays=delays[row, column], kind="sparse", **form)
    else:
        net.connect(pre, post, weights, delays=delays, kind="dense", **form)


def _rule(item: Case) -> tuple[LearningRule, dict[str, str]]:
    """A rule of Lava's, and the nodes of its third factors."""
    traces: dict[str, Any] = {name: Trace(*values) for name, values in item["traces"].items()}
    return LearningRule(dw=item["dw"], dt=item.get("dt"), t_epoch=item["t_epoch"], **traces), item["factors"]


def _expected(case: Case, arrays: Arrays) -> Arrays:
    expected: Arrays = {}
    for neurons in case["neurons"]:
        name = neurons["name"]
        expected[f"{name}.u"] = arrays[f"u_{name}"].astype(np.int64)
        expected[f"{name}.v"] = arrays[f"v_{name}"].astype(np.int64)
        expected[f"{name}.spikes"] = as_spikes(*np.nonzero(arrays[f"s_{name}"]))
    for key, values in arrays.items():
        variable, after, name = key.partition("_after_")
        if after:
            by_source = values.swapaxes(1, 2).reshape(len(values), -1) if values.ndim == 3 else values
            expected[f"{name}.{variable}"] = by_source.astype(np.int64)
    return expected
