"""Hypothesis: random networks of 1 to 60 neurons under every rule set, with values that wrap and saturate.

Hypothesis chooses the structure; the many numbers of arrays come from a generator seeded by one drawn integer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from connections import links
from hypothesis import strategies as st
from recipes import Node, Recipe

from loihi_emu import Noise

V = (1 << 23) - 1
MOST_NEURONS = 60
RULES = ("chip", "lava", "brian2_loihi", "nengo_loihi", "float")
ANY_RULES = st.sampled_from(RULES)
PAYLOADS = {"chip": 127, "brian2_loihi": 127, "nengo_loihi": 7, "lava": (1 << 23) - 1, "float": 127}
"""Largest payload: sums of weights times payloads stay within 32 bits (Lava's own sums wrap there too)."""


@dataclass
class Source:
    """Where choices come from: Hypothesis for structure, a seeded generator for arrays."""

    draw: Any
    rng: np.random.Generator
    rules: str
    plain: bool

    def pick(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def chance(self, one_in: int) -> bool:
        """True once in so many; shrinks to False."""
        return self.draw(st.integers(0, one_in - 1)) == one_in - 1

    def parameter(self, low: int, high: int, size: int, *special: int) -> Any:
        """A scalar or one value per neuron: anything in the range, or near the special values."""
        usual = [x for x in special if low <= x <= high] or [low]
        how = self.pick("usual", "range", "usual per neuron", "range per neuron")
        if how == "usual":
            return self.pick(*usual)
        if how == "range":
            return self.draw(st.integers(low, high))
        if how == "usual per neuron":
            return self.rng.choice(np.array(usual, np.int64), size)
        return self.rng.integers(low, high, size, endpoint=True)


@st.composite
def recipes(
    draw: Any,
    rules: Any = ANY_RULES,
    plain: bool = False,
    poisson: bool = True,
    most: int = MOST_NEURONS,
    steps: int = 24,
) -> Recipe:
    """A random network. ``plain``: no convolutions, slices, noise or Poisson inputs, so that it can be relabelled."""
    chosen = draw(rules)
    s = Source(draw, np.random.default_rng(draw(st.integers(0, 2**32 - 1))), chosen, plain)
    nodes: list[Node] = []
    length = draw(st.integers(1, steps))
    left = draw(st.integers(1, most))
    for k in range(draw(st.integers(1, 5))):
        shape = _shape(s, left)
        left -= int(np.prod(shape))
        nodes.append(Node(f"p{k}", shape, False, _population(s, int(np.prod(shape)))))
        if left <= 0:
            break
    for k in range(draw(st.integers(0, 3))):
        shape = _shape(s, 20)
        place = draw(st.integers(0, len(nodes)))
        nodes.insert(place, Node(f"i{k}", shape, True, _input(s, int(np.prod(shape)), length, poisson)))
    made: list[Any] = []
    for _ in range(draw(st.integers(0, 7))):
        pre = s.pick(*nodes)
        posts = [n for n in nodes if not n.is_input]
        extra, link = links(s, pre, posts, lambda shape: _target(s, nodes, shape))
        if extra is not None:
            nodes.append(extra)
        if link is not None:
            made.append(link)
    seed = draw(st.sampled_from([0, 1, 12345, (1 << 32) - 1 if chosen == "nengo_loihi" else (1 << 63) - 1]))
    return Recipe(chosen, seed, tuple(nodes), tuple(made), length)


def _shape(s: Source, most: int) -> Any:
    """Flat, or an image of at most so many neurons."""
    if not s.plain and s.chance(3):
        shape = (s.draw(st.integers(1, 5)), s.draw(st.integers(1, 4)), s.pick(1, 2, 4))
        if int(np.prod(shape)) <= max(most, 1):
            return shape
    return s.draw(st.integers(1, max(1, min(most, 30))))


def _target(s: Source, nodes: list[Node], shape: tuple[int, ...]) -> Node | None:
    """A new population for a convolution's output, while there is room."""
    total = sum(n.size for n in nodes if not n.is_input)
    if total + int(np.prod(shape)) > MOST_NEURONS:
        return None
    return Node(f"c{len(nodes)}", shape, False, _population(s, int(np.prod(shape))))


def _population(s: Source, size: int) -> dict[str, Any]:
    if s.rules == "float":
        return _float(s, size)
    if s.rules == "lava":
        return _lava(s, size)
    options: dict[str, Any] = {
        "du": s.parameter(0, 4096, size, 4096, 0, 1, 2048, 4095),
        "dv": s.parameter(0, 4096, size, 0, 4096, 1, 128, 4095),
        "vth": s.parameter(0, (1 << 17) - 1, size, 1, 0, 20, 500, 60000, (1 << 17) - 1),
        "refractory": s.parameter(1, 63, size, 1, 1, 2, 5, 63),
    }
    if s.rules == "brian2_loihi":
        if s.chance(2):
            options["u"] = s.parameter(-(1 << 40), 1 << 40, size, 0, 100, -100000)
            options["v"] = s.parameter(-(1 << 40), 1 << 40, size, 0, 100, -100000)
        return options
    if s.chance(2):
        options["bias"] = s.parameter(-4095, 4095, size, 0, 7, 40, -30, 4095, -4095)
        options["bias_exp"] = s.parameter(0, 7, size, 0, 7)
    low, high = -V, V
    if s.chance(3):
        options["vmin"] = s.parameter(-V, 0, size, -V, 0, -1, -V + 1, -(1 << 12) + 1)
        options["vmax"] = s.parameter(0, V, size, V, 0, V - 1, (1 << 9) - 1)
        low, high = options["vmin"], options["vmax"]
    if s.chance(2):
        options["u"] = s.parameter(-V - 1, V, size, 0, V, -V - 1, (1 << 20) - 1, 1 << 20, -(1 << 20))
        options["v"] = np.clip(s.parameter(-V, V, size, 0, V, -V, (1 << 22) - 1, 1 << 22, -(1 << 22)), low, high)
    if s.chance(5):  # at the edge of u, with a bias that pushes x over it
        options |= {"u": s.pick(V, -V - 1), "du": s.pick(0, 1), "bias": s.pick(4095, -4095), "bias_exp": 7}
    if not s.plain and s.chance(3):
        enabled = True if s.chance(2) else s.rng.random(size) < 0.5
        exp = s.draw(st.integers(0, 23))
        options["noise"] = Noise(s.pick("u", "v"), exp, s.pick(0, 0, 1, -1, 127, -128), enabled)
    if s.rules == "nengo_loihi":
        _nengo(s, size, options)
    return options


def _nengo(s: Source, size: int, options: dict[str, Any]) -> None:
    """What nengo_loihi's rules allow beyond the chip's."""
    if s.chance(2):
        options["vth_exp"] = s.parameter(0, 6, size, 0, 6)
        options["vth"] = s.parameter(0, V, size, 0, 100, 5000, V)
    if s.chance(3):
        options["refractory"] = s.parameter(0, 63, size, 0, 1)
    if s.chance(3):
        options["bias"], options["bias_exp"] = s.parameter(-4095 * 128, 4095 * 128, size, 0, 77), 0
    if s.chance(3):
        options["vmin"] = -V - 1


def _lava(s: Source, size: int) -> dict[str, Any]:
    model = s.pick("lif", "lif", "lif_reset", "ternary_lif")
    options: dict[str, Any] = {
        "model": model,
        "du": s.parameter(-1, 4095, size, 4095, 0, -1, 2047),
        "dv": s.parameter(0, 4096, size, 0, 4096, 1, 128),
    }
    if s.chance(2):
        options["bias_mant"] = s.parameter(-(1 << 15), (1 << 15) - 1, size, 0, 5, -3, (1 << 15) - 1, -(1 << 15))
        options["bias_exp"] = s.parameter(-15, 15, size, 0, 6, -1, -15, 15)
    if s.chance(2):
        options["u"] = s.parameter(-V, V + 1, size, 0, V, V + 1, -V)
        options["v"] = s.parameter(-V, V, size, 0, V, -V)
    thresholds = (0, 1, 10, 500, -5, 1 << 24, -(1 << 24))
    for name in ("vth_hi", "vth_lo") if model == "ternary_lif" else ("vth",):
        options[name] = s.parameter(-(1 << 24), 1 << 24, size, *thresholds)
    if model == "lif_reset":
        options["reset_interval"] = s.parameter(1, (1 << 31) - 1, size, 1, 2, 3, 7)
        options["reset_offset"] = s.parameter(0, (1 << 31) - 1, size, 0, 1, 2, 12)
    return options


def _float(s: Source, size: int) -> dict[str, Any]:
    def fraction(low: int, high: int, scale: int) -> Any:
        return s.parameter(low, high, size, low, 0, scale, scale // 2, high) / np.float64(scale)

    options = {
        "du": fraction(0, 4096, 4096),
        "dv": fraction(0, 4096, 4096),
        "vth": fraction(0, 1 << 10, 64),
        "bias": fraction(-256, 256, 64),
        "refractory": s.parameter(1, 63, size, 1, 1, 2, 127),
    }
    if s.chance(2):
        options["u"], options["v"] = fraction(-4096, 4096, 16), fraction(-4096, 4096, 16)
    return options


def _input(s: Source, size: int, steps: int, poisson: bool) -> dict[str, Any]:
    kind = s.pick("events", "dense", "poisson") if poisson and not s.plain else s.pick("events", "dense")
    if kind == "poisson":
        return {"rate": s.pick(0.5, 0.0, 1.0, 0.1) if s.chance(2) else s.rng.random(size)}
    graded, most = s.chance(2), PAYLOADS[s.rules]
    scale = s.pick(3, most)
    if kind == "dense":
        array = (s.rng.random((steps, size)) < s.pick(0.1, 0.5, 1.0)).astype(np.int64)
        if graded and 2 not in array.shape:  # two rows or columns of numbers are refused: a table of events?
            array *= s.rng.integers(-scale, scale, array.shape, endpoint=True)
        return {"spikes": array}
    count = s.draw(st.integers(0, 3 * steps))
    times, indices = s.rng.integers(0, steps + 3, count), s.rng.integers(0, size, count)
    if s.chance(3):
        times, indices = np.repeat(times, 2), np.repeat(indices, 2)
    options = {"spikes": (times, indices)}
    if graded:
        options["payloads"] = s.rng.integers(-scale, scale, len(times), endpoint=True)
    return options
