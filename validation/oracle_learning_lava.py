"""Learning of the oracle by Lava's rules, one synapse at a time: plain integers for "lava", floats for "float".

Written from what Lava 0.10's process models do, sharing neither tables nor arithmetic with the kernels; only the parsed
text of a rule is the same, and NumPy's generators are asked for the random numbers. A step t of a connection:

1. a neuron that spikes again in an epoch gets the impulse of the spike that it had before; the step is kept;
2. a third factor's trace becomes what its node sends, 0 if it sends nothing;
3. in steps that are multiples of the epoch's length, the traces of all steps of the epoch are worked out one after the
   other, and every synapse adds up its products.
"""

from __future__ import annotations

from fractions import Fraction
from math import exp, floor
from typing import Any

import numpy as np

from loihi_emu.validation.oracle_arithmetic import clip, wrap
from loihi_emu.validation.oracle_learning import TRACE_MOST, X_TRACES, Y_TRACES, first_neuron
from loihi_emu.validation.oracle_synapses import Synapse, as_given, indices, lava_weight, pairs

BITS = {"x0": 1, "y0": 1, "w": 9, "t": 9} | dict.fromkeys((*X_TRACES, *Y_TRACES), 7)
RANGES = {"excitatory": (0, 255), "inhibitory": (-255, 0), "mixed": (-256, 255)}
TAG_RANGE = (-257, 255)
SUM_RANGE = (-32769, 32767)
MANTISSA_MOST, EXPONENT_MOST = 7, 8
DRIVEN_TAU = 65535


class Numbers:
    """The random numbers of one side: Lava draws them once before its first step and twice in every step."""

    def __init__(self, seed: int) -> None:
        self.decays, self.impulses = np.random.default_rng(seed), np.random.default_rng(seed + 1)

    def draw(self) -> tuple[float, int]:
        """The next of each."""
        return float(self.decays.random()), int(self.impulses.integers(0, 128))


class LavaFloatLearner:
    """A connection that learns by Lava's rules in floats.

    Parameters
    ----------
    connection : Connection
        With ``learning``.
    seed : int
    """

    def __init__(self, connection: Any, seed: int) -> None:
        self.c, self.seed = connection, seed
        self.rule, self.factors = connection.learning.rule, dict(connection.learning.factors)
        self.sizes = {"x": connection.pre.size, "y": connection.post.size}
        self.traces = {
            name: [self.number(0)] * self.sizes[name[0]]
            for name in (*X_TRACES, *Y_TRACES)
            if name in self.rule.traces or name in self.factors
        }
        self.last = {side: [0] * size for side, size in self.sizes.items()}
        self.synapses = [
            {"pre": j, "post": i, "w": self.stored(value), "t": self.number(0)} for j, i, _, value in pairs(connection)
        ]

    number: Any = float

    def stored(self, value: Any) -> Any:
        """A weight as it is at the start."""
        return float(value)

    # ------------------------------------------------------------ what spikes do
    def outgoing(self, neuron: int) -> list[Synapse]:
        """The synapses of one neuron of the source, with their weights of now."""
        j = first_neuron(neuron, self.c.pre.size, self.c.pre.start, self.c.pre.step)
        targets = indices(self.c.post)
        return [Synapse(targets[s["post"]], 0, s["w"]) for s in self.synapses if s["pre"] == j]

    def delivered(self, t: int, arrived: list[int]) -> list[tuple[int, int]]:
        """Nothing: there are no delays."""
        return []

    # ------------------------------------------------------------ one step
    def step(self, t: int, arrived: list[int], spiked: list[int], nodes: dict[str, list[tuple[int, int]]]) -> None:
        """Take in the spikes of one step."""
        place = (t - 1) % self.rule.t_epoch + 1
        self.draw(t)
        for side, part, events in (("x", self.c.pre, arrived), ("y", self.c.post, spiked)):
            for neuron in events:
                i = first_neuron(neuron, part.size, part.start, part.step)
                if i is None:
                    continue
                if self.last[side][i]:
                    for name in self.traces:
                        if name[0] == side and name not in self.factors:
                            self.traces[name][i] = self.added(name, self.traces[name][i], again=True)
                self.last[side][i] = place
        for name, node in self.factors.items():
            values = [self.number(0)] * self.sizes["y"]
            for neuron, payload in nodes[node]:
                for i in range(self.sizes["y"]) if nodes[f"{node}.size"][0][0] == 1 else [neuron]:
                    values[i] += payload
            self.traces[name] = values

    def finish(self, t: int) -> None:
        """Learn at the end of an epoch."""
        if t % self.rule.t_epoch:
            return
        courses = {name: [self.course(name, i) for i in range(len(v))] for name, v in self.traces.items()}
        self.begin_rounding()
        if self.c.learning.enabled:
            for s in self.synapses:
                before = dict(s)
                for name in ("w", "t"):
                    if f"d{name}" in self.rule.products:
                        s[name] = self.changed(name, before, t, courses)
        for name, course in courses.items():
            if name not in self.factors:
                self.traces[name] = [values[-1] for values in course]
        self.last = {side: [0] * size for side, size in self.sizes.items()}

    def course(self, name: str, i: int) -> list[Any]:
        """A trace of one neuron from the beginning of the epoch to its end."""
        values = [self.traces[name][i]]
        for step in range(1, self.rule.t_epoch + 1):
            value = self.decayed(name, values[-1])
            if self.last[name[0]][i] == step:
                value = self.added(name, value, again=False)
            values.append(value)
        return values

    def decay_factor(self, name: str) -> float:
        """What a trace keeps in a step."""
        tau = DRIVEN_TAU if name in self.factors else float(self.rule.traces[name].tau)
        return exp(-1 / tau) if tau else 0.0

    def variable(self, name: str, s: dict[str, Any], when: int, courses: Any) -> Any:
        """A variable as a product reads it."""
        if name in ("w", "t"):
            return s[name]
        neuron = s["pre"] if name[0] == "x" else s["post"]
        return int(self.last[name[0]][neuron] > 0) if name[1] == "0" else courses[name][neuron][when]

    def gate(self, product: Any, s: dict[str, Any], t: int) -> int:
        """The step of the epoch in which a product reads its traces; 0: it does not act."""
        if product.gate[0] == "u":
            epoch = t // self.rule.t_epoch
            return self.rule.t_epoch if epoch and epoch % 2 ** int(product.gate[1:]) == 0 else 0
        step: int = self.last[product.gate[0]][s["pre"] if product.gate[0] == "x" else s["post"]]
        return step

    # ------------------------------------------------------------ arithmetic
    def draw(self, t: int) -> None:
        """Nothing is drawn."""

    def begin_rounding(self) -> None:
        """Nothing is drawn."""

    def added(self, name: str, value: Any, again: bool) -> Any:
        """A trace after an impulse, of 0 where a third factor drives it."""
        return value + float(0 if name in self.factors else self.rule.traces[name].impulse)

    def decayed(self, name: str, value: Any) -> Any:
        """A trace a step later."""
        return self.decay_factor(name) * value

    def changed(self, name: str, s: dict[str, Any], t: int, courses: Any) -> Any:
        """The new value of one synapse's variable."""
        total = 0.0
        for product in self.rule.products[f"d{name}"]:
            when = self.gate(product, s, t)
            if not when:
                continue
            value = float(product.scale)
            for factor in product.factors:
                if factor.variable[0] == "u":
                    continue
                found = self.variable(factor.variable, s, when, courses) + factor.constant
                value *= (found > 0) - (found < 0) if factor.sign else found
            total += value
        return self.signed(name, s[name] + total)

    def signed(self, name: str, value: Any) -> Any:
        """A value without what may not have the other sign."""
        if name == "w" and self.c.sign_mode != "mixed":
            return max(0, value) if self.c.sign_mode == "excitatory" else min(0, value)
        return value

    # ------------------------------------------------------------ reading
    def values(self, name: str) -> list[Any]:
        """Weights "w" or tags "t" by source, of a list in its own order; or a trace."""
        if name in ("w", "t"):
            return as_given(self.c, [s[name] for s in sorted(self.synapses, key=lambda s: s["pre"])])
        return list(self.traces[name])


class LavaLearner(LavaFloatLearner):
    """A connection that learns by Lava's rules in integers."""

    number: Any = int

    def __init__(self, connection: Any, seed: int) -> None:
        super().__init__(connection, seed)
        self.sides = {"x": Numbers(seed), "y": Numbers(seed + 2)}
        self.roundings = np.random.default_rng(2)
        self.rounding = 0.0

    def stored(self, value: Any) -> int:
        """A weight as it is at the start: clipped, without low bits."""
        return lava_weight(int(value), self.c.weight_bits, self.c.sign_mode)

    def draw(self, t: int) -> None:
        """Draw the numbers of this step: for later spikes of an epoch, and for its end."""
        self.early = {side: numbers.draw() if t else (0.0, 0) for side, numbers in self.sides.items()}
        self.late = {side: numbers.draw() for side, numbers in self.sides.items()}

    def begin_rounding(self) -> None:
        """Draw the number of this epoch."""
        self.rounding = float(self.roundings.random())

    def added(self, name: str, value: Any, again: bool) -> int:
        """A trace after an impulse, whose fraction is rounded up by chance; always at sources that spike again."""
        impulse = Fraction(0 if name in self.factors else self.rule.traces[name].impulse)
        whole = floor(impulse)
        chance = (0 if name[0] == "x" else self.early["y"][1]) if again else self.late[name[0]][1]
        return clip(int(value) + whole + (chance < (impulse - whole) * 256), 0, TRACE_MOST)

    def decayed(self, name: str, value: Any) -> int:
        """A trace a step later, rounded by chance."""
        exact = self.decay_factor(name) * int(value)
        return floor(exact) + (self.late[name[0]][0] < exact - floor(exact))

    def changed(self, name: str, s: dict[str, Any], t: int, courses: Any) -> int:
        """The new value of one synapse's variable."""
        total = s[name] << 7
        for product in self.rule.products[f"d{name}"]:
            when = self.gate(product, s, t)
            value, bits = int(when > 0), 4
            for factor in product.factors:
                if factor.variable[0] == "u":
                    continue
                width = BITS[factor.variable]
                bits += width
                if when:
                    found = self.variable(factor.variable, s, when, courses) + factor.constant
                    found = (found > 0) - (found < 0) if factor.sign else found
                    value = wrap(value * clip(found, -(1 << width), (1 << width) - 1), 31)
            mantissa, exponent = held(product)
            value = wrap(value * mantissa, 31) >> max(0, bits - 15)
            total = clip(total + clip(wrap(value << (exponent + 7), 31), *SUM_RANGE), *SUM_RANGE)
        total = self.signed(name, total)
        return clip(
            (total >> 7) + (self.rounding < total % 128 / 128),
            *(RANGES[self.c.sign_mode] if name == "w" else TAG_RANGE),
        )


def held(product: Any) -> tuple[int, int]:
    """Mantissa and exponent of a constant: as written, but for a mantissa that is too large.

    Examples
    --------
    >>> from loihi_emu.learning.grammar import parse
    >>> [held(parse("dw", text)[0]) for text in ("2^2*x0", "4*x0", "24*2^-1*x0", "0.25*x0")]
    [(1, 2), (4, 0), (6, 1), (1, -2)]
    """
    mantissa, exponent = product.scale / Fraction(2) ** product.exponent, product.exponent
    while mantissa.denominator > 1:
        mantissa, exponent = mantissa * 2, exponent - 1
    while abs(mantissa) > MANTISSA_MOST and mantissa % 2 == 0 and exponent < EXPONENT_MOST:
        mantissa, exponent = mantissa / 2, exponent + 1
    return int(mantissa), exponent
