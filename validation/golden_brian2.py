"""Golden cases of brian2-loihi 0.5.2 as networks under ``rules="brian2_loihi"``."""

from __future__ import annotations

from typing import Any

import numpy as np

from loihi_emu import Network
from loihi_emu.learning import LearningRule, Trace
from loihi_emu.user_warnings import heard
from loihi_emu.validation.golden import Arrays, Case, Replay, as_spikes
from loihi_emu.validation.oracle_synapses import WEIGHT_SHIFT, chip_weight

SIGN_MODES = {1: "mixed", 2: "excitatory", 3: "inhibitory"}
LEAST_BITS = 1


@heard()  # formats in which weights lose bits are tried on purpose
def brian2_network(case: Case, arrays: Arrays) -> Replay:
    """Rebuild a case, with or without learning.

    Parameters
    ----------
    case, arrays : dict
        As :func:`loihi_emu.validation.golden.load` gives them.

    Returns
    -------
    Replay
        The network and what was recorded. "population.u" is brian2-loihi's current I.

    Notes
    -----
    Times need no shift: a generator's spike at s with delay d reaches I in step s + d, a neuron's in step s + 1 + d.
    brian2-loihi accepts formats of 0 weight bits, in which every weight is 0 but for an inhibitory -256; such a group
    is given as effective weights (``scaled=True``), because a :class:`loihi_emu.Network` has no such format.
    """
    net = Network(case["case"], rules="brian2_loihi")
    nodes: dict[str, Any] = {}
    for generator in case["generators"]:
        times = np.array(generator["times"], np.int64)
        if generator.get("same_train_for_every_index"):
            events = (np.repeat(times, generator["N"]), np.tile(np.arange(generator["N"]), len(times)))
        else:
            events = (times, np.array(generator["indices"], np.int64))
        nodes[generator["name"]] = net.input(generator["name"], generator["N"], spikes=events)
    for group in case["groups"]:
        nodes[group["name"]] = net.population(
            group["name"],
            group["N"],
            model="lif",
            du=group["decay_I"],
            dv=group["decay_v"],
            vth=group["threshold_v_mant"],
            refractory=group["refractory"],
        )
    constant = case.get("rand", {}).get("value") if case.get("rand", {}).get("mode") == "const" else None
    for synapses in case["synapses"]:
        connection = _connect(net, nodes, synapses, constant)
        if connection.learning is not None:
            net.probe(connection, ["weights", *connection.learning.rule.traces])
    for group in case["groups"]:
        net.probe(nodes[group["name"]], ["spikes", "u", "v"])
    return Replay(case["case"], net, case["duration"], _expected(case, arrays))


def _rule(synapses: Case, constant: float | None) -> LearningRule | None:
    """The learning rule of a synapse group, if it learns."""
    if not synapses["dw"]:
        return None
    traces: dict[str, Any] = {
        name: Trace(synapses[f"imp_{name}"], synapses[f"tau_{name}"])
        for name in ("x1", "x2", "y1", "y2", "y3")
        if f"tau_{name}" in synapses
    }
    return LearningRule(dw=synapses["dw"], random=constant, **traces)


def _connect(net: Any, nodes: dict[str, Any], synapses: Case, constant: float | None) -> Any:
    pre, post = nodes[synapses["source"]], nodes[synapses["target"]]
    size = pre.size if "w_initial" in synapses else len(synapses["w"])
    weights = np.array(synapses.get("w", [synapses.get("w_initial")] * size), np.int64)
    form: dict[str, Any] = {
        "weight_exp": synapses["w_exp"],
        "weight_bits": synapses["num_weight_bits"],
        "sign_mode": SIGN_MODES[synapses["sign_mode"]],
    }
    if synapses["num_weight_bits"] < LEAST_BITS:
        rule = (synapses["num_weight_bits"], synapses["w_exp"], form["sign_mode"])
        values = [chip_weight(int(weight), *rule) >> WEIGHT_SHIFT for weight in weights]
        weights, form = np.array(values, np.int64), {"scaled": True}
    before = np.array(synapses.get("i", np.arange(size)), np.int64)
    sparse = (before, np.array(synapses.get("j", np.zeros(size)), np.int64), weights)
    form["learning"] = _rule(synapses, constant)
    return net.connect(pre, post, sparse, delays=synapses["delay"], name=synapses["name"], **form)


def _expected(case: Case, arrays: Arrays) -> Arrays:
    expected: Arrays = {}
    for record in case.get("record", ()):
        name, var = record["of"], record["var"]
        if var == "spikes":
            expected[f"{name}.spikes"] = as_spikes(arrays[f"spikes_{name}_t"], arrays[f"spikes_{name}_i"])
        elif var in ("I", "v"):
            expected[f"{name}.{'u' if var == 'I' else 'v'}"] = arrays[f"{var}_{name}"].T.astype(np.int64)
        elif var in ("w", "x1", "x2", "y1", "y2", "y3"):
            expected[f"{name}.{'weights' if var == 'w' else var}"] = arrays[f"{var}_{name}"].T.astype(np.int64)
    return expected
