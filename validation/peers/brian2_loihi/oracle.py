"""brian2-loihi 0.5.2 for the oracle: neurons without limits, and learning of one synapse with its own traces at a time.

Sources: ``loihi1-arithmetic`` section 1, and the conventions in the golden cases' JSON (step order, trace and weight
update, rounding flags).
"""

from __future__ import annotations

from math import ceil
from typing import Any

from loihi_emu.validation.neurons.lif import fire_and_hold
from loihi_emu.validation.oracle_arithmetic import VTH_EXP, clip, decay
from loihi_emu.validation.oracle_learning import KEY_FACTOR, WORD64, first_neuron
from loihi_emu.validation.oracle_neuron import Arrival, Counts, Neuron
from loihi_emu.validation.oracle_random import random_word
from loihi_emu.validation.oracle_rules import OracleRules
from loihi_emu.validation.oracle_synapses import (
    Synapse,
    as_given,
    chip_effective,
    chip_weight,
    delay_of,
    dropped_bits,
    indices,
    pairs,
)

TRACES = ("x1", "x2", "y1", "y2", "y3")
RANGES = {"excitatory": (0, 255), "inhibitory": (-256, 0), "mixed": (-256, 254)}
KEY = 64


def brian2_lif(n: Neuron, a: Arrival, counts: Counts) -> int:
    """Advance a neuron as brian2-loihi does: no bias, no noise, no limits, integers of any size.

    Examples
    --------
    >>> n = Neuron(u=-3, p={"du": 1, "dv": 1, "vth": 1})
    >>> brian2_lif(n, Arrival(step=0, q=128), {}), n.u, n.v
    (1, 126, 0)
    """
    p = n.p
    n.u = decay(n.u, p["du"]) + a.q
    n.v = decay(n.v, p["dv"]) + n.u
    return fire_and_hold(n, p["vth"] << p.get("vth_exp", VTH_EXP))


class Brian2Learner:
    """A connection that learns under rules="brian2_loihi"; parameters as of ``ChipLearner``."""

    def __init__(self, connection: Any, number: int, seed: int) -> None:
        self.c, self.number, self.seed = connection, number, seed
        self.rule, self.enabled = connection.learning.rule, connection.learning.enabled
        self.precision = 1 << dropped_bits(connection.weight_bits, connection.sign_mode)
        rule = (connection.weight_bits, connection.weight_exp, connection.sign_mode)
        self.synapses: list[dict[str, Any]] = [
            {"pre": j, "post": i, "w": int(value), "active": chip_weight(int(value), *rule)}
            | dict.fromkeys(self.rule.traces, 0)
            for j, i, _, value in pairs(connection)
        ]
        self.synapses.sort(key=lambda s: int(s["pre"]))
        sides = {name[0] for name, trace in self.rule.traces.items() if trace.impulse}
        self.noticed = {side: int(side in sides) for side in "xy"}
        self.delay = delay_of(connection, (0,) * getattr(connection.delays, "ndim", 0)) if self.synapses else 0
        self.under_way: dict[int, list[int]] = {}
        self.seen: list[dict[str, int]] = [dict.fromkeys(self.rule.traces, 0) for _ in self.synapses]

    def outgoing(self, neuron: int) -> list[Synapse]:
        """The synapses of one neuron of the source, with their weights of now."""
        if self.delay:
            return []  # see delivered()
        j = first_neuron(neuron, self.c.pre.size, self.c.pre.start, self.c.pre.step)
        targets = indices(self.c.post)
        return [Synapse(targets[s["post"]], 0, s["active"]) for s in self.synapses if s["pre"] == j]

    def delivered(self, t: int, arrived: list[int]) -> list[tuple[int, int]]:
        """With a delay: (target, weight) of every synapse whose spike arrives in step t, with its weight of then."""
        if not self.delay:
            return []
        self.under_way[t + self.delay] = list(arrived)
        targets = indices(self.c.post)
        pre = [first_neuron(n, self.c.pre.size, self.c.pre.start, self.c.pre.step) for n in self.under_way.get(t, [])]
        return [(targets[s["post"]], s["active"]) for j in pre for s in self.synapses if s["pre"] == j]

    def step(self, t: int, arrived: list[int], spiked: list[int], nodes: Any) -> None:
        """Advance one step."""
        if self.delay:
            arrived = self.under_way.pop(t, [])
        pre = [first_neuron(n, self.c.pre.size, self.c.pre.start, self.c.pre.step) for n in arrived]
        post = [first_neuron(n, self.c.post.size, self.c.post.start, self.c.post.step) for n in spiked]
        for number, s in enumerate(self.synapses):
            self._synapse(t, number, s, pre.count(s["pre"]), post.count(s["post"]))

    def finish(self, t: int) -> None:
        """Nothing: synapses change by themselves."""

    def _synapse(self, t: int, number: int, s: dict[str, Any], x0: int, y0: int) -> None:
        up = {}
        for k, name in enumerate(TRACES):
            if name in self.rule.traces:
                decayed = s[name] * (1 - 1.0 / float(self.rule.traces[name].tau))
                up[name] = int(decayed % 1 > self._random(t, k, number))
        before = away(self._change(t, s, 0, 0, flags=True))
        up["w"] = (before > 0) - (before < 0)
        up["w"] *= int((abs(before) % self.precision) / self.precision > self._random(t, len(TRACES), number))
        for name, trace in self.rule.traces.items():
            if name[0] == "y":
                self.seen[number][name] = s[name]
            s[name] = int(clip(s[name] + int(trace.impulse) * (x0 if name[0] == "x" else y0), 0, 127))
            if name[0] == "x":
                self.seen[number][name] = s[name]
        if self.enabled:
            dw = self._change(t, s, x0, y0, flags=False)
            moved = s["w"] + (int(away(dw) / self.precision) + up["w"]) * self.precision
            s["w"] = clip(moved, *RANGES[self.c.sign_mode])
            e = self.c.weight_exp
            w = s["w"] << e if e >= 0 else s["w"] >> -e
            s["active"] = 64 * clip(w, -32767, 32767)
        for name, trace in self.rule.traces.items():
            printed = float(f"{1 - 1.0 / float(trace.tau):.15g}")
            s[name] = int(printed * s[name]) + up[name]

    def _change(self, t: int, s: dict[str, Any], x0: int, y0: int, *, flags: bool) -> float:
        total = 0.0
        for product in self.rule.products["dw"]:
            value = 0.0 if flags and product.halves else float(product.scale)
            factors = [(product.gate, 0, False), *((f.variable, f.constant, f.sign) for f in product.factors)]
            for name, constant, sign in factors:
                if name[0] == "u":
                    state = int(name == "u0" or t * 0.001 / 0.001 % 2 ** int(name[1:]) == 0)
                else:
                    spikes = {"x0": int(x0 > 0) * self.noticed["x"], "y0": int(y0 > 0) * self.noticed["y"]}
                    state = spikes.get(name, s.get(name, 0)) + constant
                value *= (state > 0) - (state < 0) if sign else state
            total += value
        return total

    def _random(self, t: int, purpose: int, synapse: int) -> float:
        if self.rule.random is not None:
            return float(self.rule.random)
        key = self.seed ^ ((KEY + purpose) * KEY_FACTOR & WORD64)
        return random_word(key, self.number, t, synapse) / 2**32

    def values(self, name: str) -> list[int]:
        """Weights "w" by source, of a list in its own order, or a trace of every synapse as monitors see it."""
        found = [int(s["w"]) for s in self.synapses] if name == "w" else [seen[name] for seen in self.seen]
        return as_given(self.c, found)


def away(x: float) -> int:
    """Round away from 0.

    Examples
    --------
    >>> away(0.25), away(-0.25), away(2.0)
    (1, -1, 2)
    """
    return ceil(x) if x > 0 else -ceil(-x)


BRIAN2 = OracleRules(
    "brian2_loihi",
    {"lif": brian2_lif},
    chip_effective,
    learner=lambda connection, number, oracle: Brian2Learner(connection, number, oracle.seed),
)
