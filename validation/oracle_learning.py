"""Learning of the oracle: traces and rules with plain integers, one synapse at a time, for rules "chip".

Written from the description of the rule set (see :class:`loihi_emu.learning.LearningRule` and docs/semantics.md),
sharing neither tables nor arithmetic with the kernels; only the parsed text of a rule is the same. A step t of a
connection:

1. every trace decays, rounded stochastically; 2. presynaptic events that arrive in step t (without synaptic delay), and
postsynaptic spikes of step t - 1, add their impulses; 3. in the last step of an epoch, every synapse adds up its
products and is rounded to its precision.
"""

from __future__ import annotations

from fractions import Fraction
from math import exp, isinf
from typing import Any

from loihi_emu.validation.oracle_arithmetic import clip
from loihi_emu.validation.oracle_random import random_word
from loihi_emu.validation.oracle_synapses import Synapse, as_given, chip_weight, dropped_bits, indices, pairs

X_TRACES = ("x1", "x2")
Y_TRACES = ("y1", "y2", "y3")
TRACE_MOST = 127
KEYS = {"x": 1, "y": 2, "y3": 3, "impulse x": 4, "impulse y": 5, "pre": 6, "post": 7, "tap": 8}
KEY_FACTOR = 0x9E3779B97F4A7C15
WORD64 = (1 << 64) - 1
RANGES = {"excitatory": (0, 255), "inhibitory": (-255, 0), "mixed": (-256, 254)}
TAG_RANGE = (-256, 255)
ACCUMULATOR_BITS = 15
FRACTION_BITS = 7


def keyed(seed: int, purpose: int) -> int:
    """Seed of the random numbers for one purpose."""
    return seed ^ (purpose * KEY_FACTOR & WORD64)


def decay_factor(tau: float) -> int:
    """4096 times what a trace keeps in one step.

    Examples
    --------
    >>> decay_factor(10), decay_factor(0), decay_factor(float("inf"))
    (3706, 0, 4096)
    """
    if tau == 0:
        return 0
    return 4096 if isinf(tau) else 4096 - round(4096 * (1 - exp(-1 / tau)))


def first_neuron(number: int, count: int, start: int, step: int) -> int | None:
    """Place within a slice of neuron `number` of the whole, or None."""
    away = number - start
    return away // step if away >= 0 and away % step == 0 and away // step < count else None


class Side:
    """The neurons of one side: traces, their values in each step of the epoch, and the last spike in it."""

    def __init__(self, names: list[str], size: int) -> None:
        self.size = size
        self.now = {name: [0] * size for name in names}
        self.history: list[dict[str, list[int]]] = []
        self.last: list[int | None] = [None] * size


class ChipLearner:
    """A connection that learns by the chip's rules.

    Parameters
    ----------
    connection : Connection
        With ``learning``.
    number : int
        Its place in order of creation.
    seed : int
    longest : int
        Longest delay there is.
    """

    def __init__(self, connection: Any, number: int, seed: int, longest: int) -> None:
        self.c, self.number, self.seed = connection, number, seed
        self.rule, self.factors = connection.learning.rule, dict(connection.learning.factors)
        self.enabled = connection.learning.enabled
        named = [name for name in (*X_TRACES, *Y_TRACES) if name in self.rule.traces or name in self.factors]
        self.pre = Side([name for name in named if name in X_TRACES], connection.pre.size)
        self.post = Side([name for name in named if name in Y_TRACES], connection.post.size)
        self.s = dropped_bits(connection.weight_bits, connection.sign_mode)
        self.synapses = [
            {"pre": j, "post": i, "w": self.truncated(int(value)), "d": delay, "t": 0}
            for j, i, delay, value in pairs(connection)
        ]
        self.longest = longest

    def truncated(self, w: int) -> int:
        """A weight without its low bits, toward zero."""
        size = abs(w) >> self.s << self.s
        return size if w >= 0 else -size

    # ------------------------------------------------------------ what spikes do
    def outgoing(self, neuron: int) -> list[Synapse]:
        """The synapses of one neuron of the source, with their weights of now."""
        j = first_neuron(neuron, self.c.pre.size, self.c.pre.start, self.c.pre.step)
        targets = indices(self.c.post)
        rule = (self.c.weight_bits, self.c.weight_exp, self.c.sign_mode)
        return [Synapse(targets[s["post"]], s["d"], chip_weight(s["w"], *rule)) for s in self.synapses if s["pre"] == j]

    def delivered(self, t: int, arrived: list[int]) -> list[tuple[int, int]]:
        """Nothing: spikes carry the weights of when they were sent."""
        return []

    def finish(self, t: int) -> None:
        """Nothing: weights change with the traces of this connection alone."""

    # ------------------------------------------------------------ one step
    def step(self, t: int, arrived: list[int], spiked: list[int], nodes: dict[str, list[tuple[int, int]]]) -> None:
        """Advance one step.

        Parameters
        ----------
        t : int
        arrived, spiked : list of int
            Neurons of the source whose events arrive now; neurons of the target that spiked in the step before.
        nodes : dict
            Third factors' nodes to their events (neuron, payload) of now.
        """
        self._decay(t)
        phase = t % self.rule.t_epoch
        for side, part, events, key in (
            (self.pre, self.c.pre, arrived, "impulse x"), (self.post, self.c.post, spiked, "impulse y"),
        ):  # fmt: skip
            for neuron in events:
                i = first_neuron(neuron, part.size, part.start, part.step)
                if i is None:
                    continue
                side.last[i] = phase
                for name in side.now:
                    if name not in self.factors:
                        self._impulse(t, side, name, i, key)
        for name, node in self.factors.items():
            self._driven(t, name, nodes[node], nodes[f"{node}.size"][0][0])
        for side in (self.pre, self.post):
            side.history.append({name: list(values) for name, values in side.now.items()})
        if phase == self.rule.t_epoch - 1:
            if self.enabled:
                self._learn(t)
            for side in (self.pre, self.post):
                side.history, side.last = [], [None] * side.size

    def _decay(self, t: int) -> None:
        for side in (self.pre, self.post):
            for name, values in side.now.items():
                if name not in self.rule.traces:
                    continue
                keep = decay_factor(float(self.rule.traces[name].tau))
                purpose = {"x1": "x", "x2": "x", "y1": "y", "y2": "y", "y3": "y3"}[name]
                upper = name in ("x2", "y2")
                for i in range(side.size):
                    word = random_word(keyed(self.seed, KEYS[purpose]), self.number, t, i)
                    r = (word >> 16 if upper else word) % 4096
                    whole, rest = divmod(values[i] * keep, 4096)
                    values[i] = whole + (1 if rest + r >= 4096 else 0)

    def _impulse(self, t: int, side: Side, name: str, i: int, key: str) -> None:
        impulse = Fraction(self.rule.traces[name].impulse)
        whole = impulse.numerator // impulse.denominator
        word = random_word(keyed(self.seed, KEYS[key]), self.number, t, i)
        byte = word >> 8 * {"x1": 0, "x2": 1, "y1": 0, "y2": 1, "y3": 2}[name] & 255
        up = 1 if byte < (impulse - whole) * 256 else 0
        side.now[name][i] = min(TRACE_MOST, side.now[name][i] + whole + up)

    def _driven(self, t: int, name: str, events: list[tuple[int, int]], size: int) -> None:
        for neuron, payload in events:
            for i in range(self.post.size) if size == 1 else [neuron]:
                if name in self.rule.traces:
                    self._impulse(t, self.post, name, i, "impulse y")
                else:
                    self.post.now[name][i] = clip(payload, -TRACE_MOST - 1, TRACE_MOST)

    # ------------------------------------------------------------ the end of an epoch
    def _learn(self, t: int) -> None:
        epoch = (t + 1) // self.rule.t_epoch
        fired = any(k is not None for k in self.pre.last), any(k is not None for k in self.post.last)
        for synapse in self.synapses:
            before = dict(synapse)
            for number, name in enumerate(("w", "d", "t")):
                products = self.rule.products.get(f"d{name}", ())
                if products and (any(fired) or any(p.gate[0] == "u" for p in products)):
                    synapse[name] = self._changed(t, epoch, number, name, before, products)

    def _changed(self, t: int, epoch: int, number: int, name: str, s: dict[str, int], products: Any) -> int:
        r = self._half(t, "pre", number, s["pre"]) + self._half(t, "post", number, s["post"])
        return self._rounded(self._total(epoch, s, name, products), r, name)

    def _total(self, epoch: int, s: dict[str, int], name: str, products: Any) -> int:
        """A variable of a synapse after all products, before rounding."""
        total = s[name] << FRACTION_BITS
        for product in products:
            value = self._product(epoch, s, product) * (1 << FRACTION_BITS)
            if value.denominator != 1:
                raise ValueError(f"{value} has bits below the accumulator's")
            total = clip(total + int(value), -(1 << ACCUMULATOR_BITS), (1 << ACCUMULATOR_BITS) - 1)
        return total

    def _rounded(self, total: int, r: int, name: str) -> int:
        """A new value, rounded by a random number."""
        bits = FRACTION_BITS + (self.s if name == "w" else 0)
        whole, rest = divmod(total, 1 << bits)
        whole += 1 if rest + r % (1 << bits) >= 1 << bits else 0
        if name == "d":
            return clip(whole, 0, self.longest)
        if name == "t":
            return clip(whole, *TAG_RANGE)
        low, high = RANGES[self.c.sign_mode]
        return clip(whole, -(-low >> self.s), high >> self.s) << self.s

    def _half(self, t: int, side: str, number: int, neuron: int) -> int:
        word = random_word(keyed(self.seed, KEYS[side] + 16 * number), self.number, t, neuron // 2)
        return (word >> 16 * (neuron % 2)) & 0xFFFF

    def _product(self, epoch: int, s: dict[str, int], product: Any) -> Fraction:
        """What one product adds to one synapse, before saturation."""
        x_last, y_last = self.pre.last[s["pre"]], self.post.last[s["post"]]
        step: int | None = {"x0": x_last, "y0": y_last}.get(product.gate, self.rule.t_epoch - 1)
        if step is None or (product.gate[0] == "u" and epoch % 2 ** int(product.gate[1:])):
            return Fraction(0)
        value = Fraction(product.scale)
        for factor in product.factors:
            name = factor.variable
            if name[0] == "u":
                value *= 0 if epoch % 2 ** int(name[1:]) else 1
                continue
            if name in ("x0", "y0"):
                state = int((x_last if name == "x0" else y_last) is not None)
            elif name in ("w", "d", "t"):
                state = s[name]
            else:
                side, neuron = (self.pre, s["pre"]) if name[0] == "x" else (self.post, s["post"])
                state = side.history[step][name][neuron]
            state += factor.constant
            value *= (state > 0) - (state < 0) if factor.sign else state
        return value

    # ------------------------------------------------------------ reading
    def values(self, name: str) -> list[int]:
        """Weights "w", delays "d" or tags "t" by source, of a list in its own order; or a trace."""
        if name in ("w", "d", "t"):
            return as_given(self.c, [s[name] for s in sorted(self.synapses, key=lambda s: s["pre"])])
        side = self.pre if name[0] == "x" else self.post
        return list(side.now[name])
