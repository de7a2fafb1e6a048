"""Learning of one synapse after another in plain Python integers, to compare lava_api's learning connections with.

A rule is data here: for each target a list of products (dependency, mantissa, exponent, factors), a factor being
(variable, constant, is sign); `text` writes it as Lava does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

TOP = 127
WIDTH = {"x": 7, "y": 7, "w": 9, "d": 9, "t": 9, "x0": 1, "y0": 1}
LIMITS = {"mixed": (-256, 255), "excitatory": (0, 255), "inhibitory": (-255, 0)}


def text(products: list[Any], k: int) -> str:
    """A rule as Lava writes it."""
    written = []
    for dependency, mantissa, exponent, factors in products:
        parts = [f"({mantissa})*2^{exponent}", f"u{k}" if dependency == "u" else dependency]
        for variable, const, sign in factors:
            inner = variable if const is None else f"{variable}{const:+d}"
            parts.append(f"sgn({inner})" if sign else inner if const is None else f"({inner})")
        written.append(" * ".join(parts))
    return " + ".join(written)


def int32(number: int) -> int:
    """What 32 bits keep of a number."""
    return (number + 2**31) % 2**32 - 2**31


def clip(number: Any, low: int, high: int) -> Any:
    return max(low, min(number, high))


@dataclass
class Oracle:
    """A learning connection with binary spikes."""

    rules: dict[str, list[Any]]
    k: int
    epoch: int
    seed: int
    impulse: dict[str, float]
    tau: dict[str, float]
    weights: list[list[int]]
    tag_1: list[list[int]]
    tag_2: list[list[int]]
    mode: str = "mixed"
    traces: dict[str, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.targets, self.sources = len(self.weights), len(self.weights[0])
        self.draws = [np.random.default_rng(self.seed + offset) for offset in range(4)]
        self.rounding = np.random.default_rng(2)
        self.rounding.random()
        self.draw()
        for name in ("x1", "x2", "y1", "y2", "y3"):
            self.traces[name] = [0] * (self.sources if name[0] == "x" else self.targets)
        self.times = {"x": [0] * self.sources, "y": [0] * self.targets}
        if self.mode == "mixed":
            self.weights = [[w >> 1 << 1 for w in row] for row in self.weights]
        self.now = 0
        self.due = [0] * self.targets

    def draw(self) -> None:
        x_decay, x_impulse, y_decay, y_impulse = self.draws
        self.chance = {"x": (x_decay.random(), int(x_impulse.integers(0, 128)))}
        self.chance["y"] = (y_decay.random(), int(y_impulse.integers(0, 128)))

    def added(self, name: str, value: int, chance: int) -> int:
        whole = math.floor(self.impulse[name])
        fraction = round((self.impulse[name] - whole) * 256)
        return clip(value + whole + (chance < fraction), 0, TOP)

    def step(self, pre: list[int], bap: list[int]) -> list[int]:
        """One step; the sums that are sent."""
        sent, self.now = self.due, self.now + 1
        self.due = [sum(w for w, spike in zip(row, pre, strict=True) if spike) for row in self.weights]
        place = (self.now - 1) % self.epoch + 1
        self.spikes("x", pre, place, always_up=True)
        self.draw()
        self.spikes("y", bap, place, always_up=False)
        self.draw()
        if place == self.epoch:
            self.learn()
        return sent

    def spikes(self, side: str, spikes: list[int], place: int, always_up: bool) -> None:
        for neuron, spike in enumerate(spikes):
            if not spike:
                continue
            if self.times[side][neuron]:
                for name in (n for n in self.traces if n[0] == side):
                    chance = 0 if always_up else self.chance[side][1]
                    self.traces[name][neuron] = self.added(name, self.traces[name][neuron], chance)
            self.times[side][neuron] = place

    def course(self, name: str, neuron: int) -> list[int]:
        """A trace at the steps 0..T of the epoch."""
        values, (chance, impulse_chance) = [self.traces[name][neuron]], self.chance[name[0]]
        for step in range(1, self.epoch + 1):
            tau = self.tau[name]
            exact = float(np.exp(-1 / tau)) * values[-1] if tau else 0.0
            value = math.floor(exact) + (chance < exact - math.floor(exact))
            if self.times[name[0]][neuron] == step:
                value = self.added(name, value, impulse_chance)
            values.append(value)
        return values

    def learn(self) -> None:
        chance = self.rounding.random()
        courses = {name: [self.course(name, n) for n in range(len(v))] for name, v in self.traces.items()}
        for name, course in courses.items():
            self.traces[name] = [values[-1] for values in course]
        before = {"w": self.weights, "t": self.tag_1, "d": self.tag_2}
        after = dict(before)
        for target, products in self.rules.items():
            name = target[1]
            after[name] = [
                [self.changed(name, products, courses, before, i, j, chance) for j in range(self.sources)]
                for i in range(self.targets)
            ]
        self.weights, self.tag_1, self.tag_2 = after["w"], after["t"], after["d"]
        self.times = {"x": [0] * self.sources, "y": [0] * self.targets}

    def changed(self, name: str, products: Any, courses: Any, before: Any, i: int, j: int, chance: float) -> int:
        """The new value of one synapse's variable."""
        gates = {"x0": self.times["x"][j] > 0, "y0": self.times["y"][i] > 0}
        gates["u"] = self.now // self.epoch % 2**self.k == 0
        when = {"x0": self.times["x"][j], "y0": self.times["y"][i], "u": self.epoch}
        total = before[name][i][j] << 7
        for dependency, mantissa, exponent, factors in products:
            value, width = int(gates[dependency]), 4
            for variable, const, sign in factors:
                if variable in before:
                    found = before[variable][i][j]
                elif variable in gates:
                    found = int(gates[variable])
                else:
                    found = courses[variable][j if variable[0] == "x" else i][when[dependency]]
                bits = WIDTH.get(variable, 7)
                found += const or 0
                found = (found > 0) - (found < 0) if sign else found
                value, width = int32(value * clip(found, -(2**bits), 2**bits - 1)), width + bits
            if mantissa == -8 and exponent < 8:  # a mantissa beyond 7 is halved where it can be
                mantissa, exponent = -4, exponent + 1
            value = int32(value * mantissa) >> max(0, width - 15)
            total = clip(total + clip(value << (exponent + 7), -32769, 32767), -32769, 32767)
        if name == "d" or (name == "w" and self.mode == "excitatory"):
            total = max(0, total)
        if name == "w" and self.mode == "inhibitory":
            total = min(0, total)
        value = (total >> 7) + (chance < (total & 127) / 128)
        low, high = {"w": LIMITS[self.mode], "d": (0, 255), "t": (-257, 255)}[name]
        return int(clip(value, low, high))
