"""Chip LIF networks with whole arrays in NumPy: for networks that are too large for the oracle."""

from __future__ import annotations

from typing import Any

import numpy as np

from loihi_emu import Network
from loihi_emu.validation.oracle_synapses import chip_effective

V = (1 << 23) - 1


def decayed(x: Any, decay: Any) -> Any:
    return np.sign(x) * ((np.abs(x) * (4096 - decay)) >> 12)


def wrapped(x: Any, bits: int) -> Any:
    return ((x + (1 << bits)) & ((2 << bits) - 1)) - (1 << bits)


class Reference:
    """Rules "chip", without noise, Poisson inputs and convolutions."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.t = 0
        self.events = 0
        self.state = {
            name: {key: np.broadcast_to(p.parameters[key], p.size).astype(np.int64) for key in ("u", "v")}
            | {"rest": np.zeros(p.size, np.int64)}
            for name, p in network.populations.items()
        }
        self.arriving: dict[tuple[str, int], Any] = {}
        self.synapses = {name: _synapses(c) for name, c in network.connections.items()}
        self.spikes: dict[str, list[tuple[int, int]]] = {name: [] for name in network.populations}
        self.rows: dict[str, dict[str, list[Any]]] = {name: {"u": [], "v": []} for name in network.populations}

    def run(self, steps: int) -> None:
        for _ in range(steps):
            for name, source in self.network.inputs.items():
                now = source.times == self.t
                payloads = np.ones(int(now.sum()), np.int64) if source.payloads is None else source.payloads[now]
                self._send(name, source.indices[now], payloads, self.t)
            fired = {name: self._advance(name) for name in self.network.populations}
            for name, indices in fired.items():
                self._send(name, indices, np.ones(len(indices), np.int64), self.t + 1)
            self.t += 1

    def _send(self, name: str, indices: Any, payloads: Any, arrival: int) -> None:
        for c in self.network.connections.values():
            if c.pre.target.name != name:
                continue
            pre, post, weights, delays = self.synapses[c.name]
            sent = np.bincount(indices, payloads if c.graded else None, minlength=c.pre.target.size).astype(np.int64)
            number = np.bincount(indices, minlength=c.pre.target.size)
            self.events += int(number[pre].sum())
            factor = sent[pre]
            used = np.flatnonzero(factor)
            for delay in np.unique(delays[used]).tolist():
                these = used[delays[used] == delay]
                key = (c.post.target.name, arrival + delay)
                total = self.arriving.setdefault(key, np.zeros(c.post.target.size, np.int64))
                np.add.at(total, post[these], weights[these] * factor[these])

    def _advance(self, name: str) -> Any:
        p, s = self.network.populations[name].parameters, self.state[name]
        q = wrapped(self.arriving.pop((name, self.t), 0), 21)
        s["u"] = wrapped(decayed(s["u"], p["du"]) + q, 23)
        x = wrapped(s["u"] + (p["bias"] << p["bias_exp"]), 23)
        v = np.clip(decayed(s["v"], p["dv"]) + x, p["vmin"], p["vmax"])
        v[s["rest"] > 0] = 0
        spiked = v > p["vth"] << 6
        v[spiked] = 0
        s["v"] = v
        s["rest"] = np.maximum(np.where(spiked, p["refractory"], s["rest"]) - 1, 0)
        self.rows[name]["u"].append(s["u"])
        self.rows[name]["v"].append(v)
        indices = np.flatnonzero(spiked)
        self.spikes[name] += [(self.t, int(i)) for i in indices]
        return indices


def _synapses(c: Any) -> tuple[Any, Any, Any, Any]:
    """(source, target, weight in units of u, delay) of every synapse, as four arrays."""
    known, back = np.unique(c.values, return_inverse=True)
    table = np.array([chip_effective(c, w) for w in known], np.int64)
    weights = table[back.reshape(-1)] if len(known) else np.zeros(0, np.int64)
    delays = np.broadcast_to(c.delays, c.values.shape).reshape(-1)
    if c.kind == "dense":
        post, pre = (a.reshape(-1) for a in np.indices(c.values.shape))
    else:
        pre, post = np.repeat(np.arange(c.pre.size), np.diff(c.indptr)), c.indices
    return c.pre.start + pre * c.pre.step, c.post.start + post.astype(np.int64) * c.post.step, weights, delays
