"""Golden cases of nengo-loihi 1.1.0's emulator as networks under ``rules="nengo_loihi"``."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from loihi_emu import Network, Noise
from loihi_emu.learning import pes
from loihi_emu.user_warnings import heard
from loihi_emu.validation.golden import Arrays, Case, Replay, as_spikes

WEIGHT_SHIFT = 6
WEIGHT_BITS = (0, 1, 2, 3, 4, 5, 6, 8)  # of the register's values
WEIGHT_RANGE = (-32768, 32767)
Q_LIMIT = 1 << 21  # q holds -2^21..2^21 - 1
FINEST = -6  # weight_exp of a scaled weight that counts single units of u

Ints = npt.NDArray[np.int64]


@heard()  # formats in which weights lose bits are tried on purpose
def nengo_network(case: Case, arrays: Arrays) -> Replay:
    """Rebuild a case.

    Parameters
    ----------
    case, arrays : dict
        As :func:`loihi_emu.validation.golden.load` gives them.

    Returns
    -------
    Replay
        The network and what was recorded. "population.u" is nengo-loihi's current, "population.v" its voltage.

    Raises
    ------
    ValueError
        If synapses that learn use what a network of this package cannot say.

    Notes
    -----
    Every connection that does not learn is given with ``scaled=True``. The cases hold effective weights, after
    nengo-loihi has rounded and shifted them, and several were made by hand: many are not the product of an 8-bit
    mantissa and a power of two, so no ``weight_bits`` and ``weight_exp`` would lead to them: see
    :func:`scaled_weights`. Errors of PES become an input, named after the synapses that learn.

    Axons that share a target add up, also where an axon map sends several of them to one row of weights.
    Thresholds and biases are given in full (``vth_exp=0``, ``bias_exp=0``), since not all are multiples of 64.
    The register decay_u is one less than the decay it causes. Recorded column k is step k here, and an input spike
    listed at time s acts in column s, so its time needs no shift.
    """
    net = Network(case["case"], rules="nengo_loihi", seed=case.get("seed", 0))
    nodes: dict[str, Any] = {}
    for source in case["inputs"]:
        events = [(int(time), index) for time, fired in source["spikes"].items() for index in fired]
        spikes = as_spikes([time for time, _ in events], [index for _, index in events])
        nodes[source["name"]] = net.input(source["name"], source["n"], spikes=(spikes[:, 0], spikes[:, 1]))
    for block in case["blocks"]:
        nodes[block["name"]] = _population(net, block)
    synapses = {item["name"]: item for item in case["synapses"]}
    for number, axon in enumerate(case["axons"]):
        group = synapses[axon["target"]]
        if group.get("learning"):
            _learning(net, nodes, axon, group, case["axons"])
            continue
        pre, post, weights = axon_synapses(axon, group, nodes[axon["source"]].size)
        if len(weights):
            for values, exp in scaled_weights(weights):
                name = f"{axon['source']}_{group['name']}_{number}_{-exp}"
                target = nodes[group["block"]]
                form = {"scaled": True, "weight_exp": exp} if exp else {"scaled": True}
                net.connect(nodes[axon["source"]], target, (pre, post, values), name=name, **form)
    for block in case["blocks"]:
        net.probe(nodes[block["name"]], ["spikes", "u", "v"])
    return Replay(case["case"], net, case["duration"], _expected(case, arrays))


def axon_synapses(axon: Case, group: Case, n_sources: int) -> tuple[Ints, Ints, Ints]:
    """List the synapses that an axon group opens, as (source index, target index, effective weight).

    ``compartment_map`` names the input axon each source neuron uses, -1 for none; without it source k uses axon k.
    ``compartment_atoms`` names the row of that axon's weights, 0 without it. A group of synapses may say which weights
    an axon uses (``axon_to_weight_map``) and where its targets begin (``axon_compartment_bases``, -1 for nowhere).
    A target listed twice in one row counts once, with its last weight, as in nengo-loihi.

    Examples
    --------
    >>> rows = {"name": "s", "weights": [[[64, 128]], [[-64]]], "indices": [[[0, 2]], [[1]]]}
    >>> axon = {"compartment_map": [1, -1, 0], "compartment_atoms": None, "n_axons": 2}
    >>> [array.tolist() for array in axon_synapses(axon, rows, 3)]
    [[0, 2, 2], [1, 0, 2], [-64, 64, 128]]
    """
    axons = axon["compartment_map"] or range(n_sources)
    atoms = axon["compartment_atoms"] or [0] * n_sources
    weights_of = group.get("axon_to_weight_map") or range(group.get("n_axons", len(group["weights"])))
    bases = group.get("axon_compartment_bases") or [0] * len(weights_of)
    synapses: list[tuple[int, int, int]] = []
    for source, (row, atom) in enumerate(zip(axons, atoms, strict=True)):
        if row >= 0 and bases[row] >= 0:
            held = weights_of[row]
            last = dict(zip(group["indices"][held][atom], group["weights"][held][atom], strict=True))
            synapses += [(source, bases[row] + target, weight) for target, weight in last.items()]
    pre, post, weights = np.array(synapses, np.int64).reshape(-1, 3).T
    return pre, post, weights


def scaled_weights(weights: Ints) -> list[tuple[Ints, int]]:
    """Write effective weights as 16-bit values in units of ``2^(6 + exp)``, with the largest exp of 0, -1, .. -6.

    Weights that nengo-loihi itself discretised are multiples of 64, and exp is 0. Some cases carry weights made by
    hand that are not: multiples of 32 (net_three_blocks) or 16 (overflow_bias). Weights that fit no single exponent
    are written as two parts whose sum, to the 21 bits and sign that q keeps, is the weight.

    Examples
    --------
    >>> scaled_weights(np.array([-640, 64])), scaled_weights(np.array([32, 96]))
    ([(array([-10,   1]), 0)], [(array([1, 3]), -1)])
    >>> scaled_weights(np.array([1000001, -1]))
    [(array([15625,    -1]), 0), (array([ 1, 63]), -6)]
    """
    exp = 0
    while exp > FINEST and np.any(weights % (1 << (WEIGHT_SHIFT + exp))):
        exp -= 1
    values = weights >> (WEIGHT_SHIFT + exp)
    if values.min() >= WEIGHT_RANGE[0] and values.max() <= WEIGHT_RANGE[1]:
        return [(values, exp)]
    kept = ((weights + Q_LIMIT) & (2 * Q_LIMIT - 1)) - Q_LIMIT
    return [(kept >> WEIGHT_SHIFT, 0), (kept & ((1 << WEIGHT_SHIFT) - 1), FINEST)]


def _learning(net: Any, nodes: dict[str, Any], axon: Case, group: Case, axons: list[Case]) -> None:
    """Connect synapses that learn by PES: one axon a source neuron, the errors as an input beside them."""
    name, learning, exp = group["name"], group["learning"], group["weight_exp"]
    pre, post = nodes[axon["source"]], nodes[group["block"]]
    sources, targets, weights = axon_synapses(axon, group, pre.size)
    alone = sum(other["target"] == name for other in axons) == 1
    if (
        not alone
        or axon["compartment_map"] not in (None, list(range(group["n_axons"])))
        or pre.size != group["n_axons"]
    ):
        raise ValueError(f"synapses {name!r}: learning is replayed with one axon for each neuron of one source")
    mantissas = weights >> (WEIGHT_SHIFT + exp)
    if np.any(mantissas << (WEIGHT_SHIFT + exp) != weights):
        raise ValueError(f"synapses {name!r}: weights that learn are multiples of 2^{WEIGHT_SHIFT + exp}")
    half = np.array(learning["errors"], np.int64)
    errors = np.hstack([half, -half])  # the rule has the other sign: dw = -rate x1 y1
    time, index = np.nonzero(errors)
    error = net.input(f"{name}_error", post.size, spikes=(time, index), payloads=errors[time, index])
    rule = pes(learning["lr_int"] * 2.0 ** learning["lr_exp"], learning["tracing_tau"], impulse=learning["tracing_mag"])
    net.connect(
        pre, post, (sources, targets, mantissas), name=name, learning=rule, factors={"y1": error}, weight_exp=exp,
        weight_bits=WEIGHT_BITS[group["weight_bits"]], sign_mode="mixed",
    )  # fmt: skip
    net.probe(net.connections[name], ["weights", "x1"])


def _population(net: Any, block: Case) -> Any:
    noise = None
    if np.any(block.get("enable_noise", False)):
        noise = Noise(
            "v" if block["noise_at_membrane"] else "u", block["noise_exp"], block["noise_offset"], block["enable_noise"]
        )
    return net.population(
        block["name"],
        block["n"],
        model="lif",
        du=np.array(block["decay_u"], np.int64) + 1,
        dv=np.array(block["decay_v"], np.int64),
        vth=np.array(block["vth"], np.int64),
        vth_exp=0,
        bias=np.array(block["bias"], np.int64),
        bias_exp=0,
        refractory=np.array(block["refract_delay"], np.int64),
        vmin=block["vmin"],
        vmax=block["vmax"],
        noise=noise,
    )


def _expected(case: Case, arrays: Arrays) -> Arrays:
    expected: Arrays = {}
    for block in case["blocks"]:
        name = block["name"]
        expected[f"{name}.u"] = arrays[f"current_{name}"].T.astype(np.int64)
        expected[f"{name}.v"] = arrays[f"voltage_{name}"].T.astype(np.int64)
        index, time = np.nonzero(arrays[f"spiked_{name}"])
        expected[f"{name}.spikes"] = as_spikes(time, index)
    for group in case["synapses"]:
        if group.get("learning"):
            name, shift = group["name"], WEIGHT_SHIFT + group["weight_exp"]
            weights = arrays[f"weights_{name}"].astype(np.int64).transpose(2, 0, 1)
            expected[f"{name}.weights"] = weights.reshape(len(weights), -1) >> shift
            expected[f"{name}.x1"] = arrays[f"trace_{name}"].T.astype(np.int64)
    return expected
