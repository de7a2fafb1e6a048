"""nengo-loihi 1.1.0's emulator for the oracle: weights in units of u, rounding of weights and biases, and PES.

Sources: ``loihi1-arithmetic`` section 2, and the conventions in the golden case's JSON (step order, trace and weight
update, generator).
"""

from __future__ import annotations

from math import exp
from typing import Any

from loihi_emu.validation.neurons.lif import chip_lif
from loihi_emu.validation.oracle_arithmetic import clip, wrap
from loihi_emu.validation.oracle_learning import first_neuron
from loihi_emu.validation.oracle_rules import Learner, OracleRules
from loihi_emu.validation.oracle_synapses import (
    WEIGHT_BITS,
    WEIGHT_SHIFT,
    Synapse,
    as_given,
    chip_effective,
    dropped_bits,
    indices,
    pairs,
)
from loihi_emu.validation.peers.nengo_loihi.oracle_random import LegacyLevels, LegacyMT19937

NENGO_WEIGHT_BITS = (0, 1, 2, 3, 4, 5, 6, 8)  # bits of each value of nengo-loihi's weight_bits register
UNIT = 6
FRACTION = 7
LOST = 2
PRODUCT_BITS = 31  # and sign


def nengo_weight(weight: float, bits_register: int, exp: int, sign_mode: str) -> int:
    """Return the effective weight nengo-loihi makes of a real one, in units of u.

    The weight is rounded (half to even) to the grid of its format. Where the exponent pushes bits out to the right,
    it is rounded to what survives first, because the shift itself floors.

    Parameters
    ----------
    weight : float
        -255..255, in units of the 8-bit mantissa.
    bits_register : int
        1..7; 7 means 8 bits.
    exp : int
        -7..7.
    sign_mode : str
        "mixed" or one of the signs.

    Examples
    --------
    >>> nengo_weight(255.0, 7, 0, "mixed"), nengo_weight(255.0, 7, -7, "mixed"), nengo_weight(-255.0, 7, -7, "mixed")
    (16256, 64, -128)
    """
    s = dropped_bits(NENGO_WEIGHT_BITS[bits_register], sign_mode)
    limit = (1 << (WEIGHT_BITS - s)) - 1
    w = clip(round(weight / 2**s), -limit, limit)
    shift = s + exp
    if shift < 0:
        w = clip(round(w / 2**-shift) << -shift, -limit, limit) >> -shift
        return w << WEIGHT_SHIFT
    return w << (shift + WEIGHT_SHIFT)


def nengo_bias(bias: int) -> tuple[int, int]:
    """Split a bias into mantissa (at most 4095 in size) and the smallest exponent that fits, rounded half to even.

    Examples
    --------
    >>> nengo_bias(4095), nengo_bias(-4097), nengo_bias(8191)
    ((4095, 0), (-2048, 1), (2048, 2))
    """
    exp = 0
    while abs(bias) > 4095 << exp:
        exp += 1
    return round(bias / 2**exp), exp


def nengo_effective(connection: Any, value: Any) -> int:
    """Return the weight, in units of u, that a synapse adds; effective ones have an exponent."""
    if getattr(connection, "scaled", False):
        return int(value) << (WEIGHT_SHIFT + int(connection.weight_exp))
    return chip_effective(connection, value)


class NengoLearner:
    """A connection that learns under rules="nengo_loihi"; `generator` is the network's."""

    def __init__(self, connection: Any, generator: LegacyMT19937) -> None:
        self.c, self.generator = connection, generator
        self.rule, self.enabled = connection.learning.rule, connection.learning.enabled
        self.dropped = dropped_bits(connection.weight_bits, connection.sign_mode)
        self.unit = UNIT + connection.weight_exp
        self.rows: dict[int, list[list[int]]] = {j: [] for j in range(connection.pre.size)}  # target, weight
        for j, i, _, value in pairs(connection):
            size = abs(int(value)) >> self.dropped << self.dropped
            self.rows[j].append([i, (size if value > 0 else -size) << self.unit])
        for row in self.rows.values():
            row.sort()
        self.trace = [0] * connection.pre.size
        self.spiked: set[int] = set()
        self.errors = [0] * connection.post.size
        self.seen_errors = list(self.errors)

    def outgoing(self, neuron: int) -> list[Synapse]:
        """The synapses of one neuron of the source, with their weights of now."""
        targets = indices(self.c.post)
        j = first_neuron(neuron, self.c.pre.size, self.c.pre.start, self.c.pre.step)
        return [Synapse(targets[i], 0, weight) for i, weight in ([] if j is None else self.rows[j])]

    def delivered(self, t: int, arrived: list[int]) -> list[tuple[int, int]]:
        """Nothing: there are no delays."""
        return []

    def step(self, t: int, arrived: list[int], spiked: list[int], nodes: Any) -> None:
        """Take in spikes and errors, and advance the traces in every second step."""
        pre = self.c.pre
        found = [first_neuron(n, pre.size, pre.start, pre.step) for n in arrived]
        self.spiked |= {j for j in found if j is not None}
        (_, node), self.errors = self.c.learning.factors[0], [0] * self.c.post.size
        alone = nodes[f"{node}.size"][0][0] == 1
        for i, payload in nodes[node]:
            for target in range(self.c.post.size) if alone else [i]:
                self.errors[target] += payload
        if t % 2 == 1:
            trace = self.rule.traces["x1"]
            decay = exp(-2 / float(trace.tau))
            for j, value in enumerate(self.trace):
                self.trace[j] = self._rounded(decay * value + (float(trace.impulse) if j in self.spiked else 0.0), 127)
            self.spiked.clear()

    def finish(self, t: int) -> None:
        """Change the weights in every fourth step, when the traces of all connections have advanced."""
        if t % 4 != 3:
            return
        self.seen_errors = self.errors
        if not self.enabled:
            return
        scale = self.rule.products["dw"][0].scale * 2 ** (FRACTION - LOST)
        for j, row in self.rows.items():
            for synapse in row:
                product = wrap(int(scale * self.trace[j] * self.errors[synapse[0]] // 1), PRODUCT_BITS)
                moved = (synapse[1] << FRACTION >> self.unit) + product
                steps = self._rounded(moved / 2 ** (FRACTION + self.dropped), (1 << (8 - self.dropped)) - 1)
                synapse[1] = steps * (1 << (self.unit + self.dropped))

    def _rounded(self, value: float, most: int) -> int:
        size = abs(value)
        up = size - int(size) > self.generator.uniform()
        found = min(int(size) + int(up), most)
        return found if value >= 0 else -found

    def values(self, name: str) -> list[int]:
        """Weights "w" by source, of a list in its own order, the trace, or the errors of the last update."""
        if name == "w":
            return as_given(self.c, [weight >> self.unit for row in self.rows.values() for _, weight in row])
        return list(self.trace if name == "x1" else self.seen_errors)


def learner(connection: Any, number: int, oracle: Any) -> Learner:
    """Return what learns with the network's generator."""
    return NengoLearner(connection, oracle.levels.generator)


NENGO = OracleRules("nengo_loihi", {"lif": chip_lif}, nengo_effective, learner=learner, levels=LegacyLevels)
