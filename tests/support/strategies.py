"""Hypothesis: random networks of 1 to 60 neurons under every rule set, with values that wrap and saturate.

Hypothesis chooses the structure; the many numbers of arrays come from a generator seeded by one drawn integer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from connections import links
from exact_sums import exact_steps
from hypothesis import assume
from hypothesis import strategies as st
from recipes import Node, Recipe

from loihi_emu import Noise
from loihi_emu.models.specification import NeuronModel, Parameter
from loihi_emu.rules import find, names

MOST_NEURONS = 60
RULES = tuple(names())
ANY_RULES = st.sampled_from(RULES)
PAYLOADS = {"nengo_loihi": 7, "lava": (1 << 23) - 1}
"""Largest payload where it is not 127: sums of weights times payloads stay within 32 bits (Lava's own wrap there)."""
LARGE = 1 << 40
"""Largest magnitude where a parameter may be larger: the kernels' 64 bits hold what a few steps make of it."""
SPECIAL = {
    "du": (1, 2047, 2048),
    "dv": (1, 128),
    "vth": (1, 10, 20, 500, 5000, 60000),
    "vth_hi": (1, 10, 500, -5),
    "vth_lo": (1, -10, 500, -5),
    "bias": (7, 40, -30),
    "bias_mant": (5, -3),
    "bias_exp": (0, 6, 7, -1),
    "refractory": (1, 1, 1, 2, 5),
    "vmin": (-1, -(1 << 12) + 1),
    "vmax": ((1 << 9) - 1,),
    "u": (100, (1 << 20) - 1, 1 << 20, -(1 << 20), -100000),
    "v": (100, (1 << 22) - 1, 1 << 22, -(1 << 22), -100000),
    "i": (100, 1 << 20, -(1 << 20)),
    "r": (100, -100),
    "state_exp": (0, 6),
    "decay_bits": (12,),
    "real": (100, -100000),
    "imag": (-1, -100, 1 << 20),
    "exp": (0, 1, 8),
    "reset_interval": (1, 2, 3, 7),
    "reset_offset": (0, 1, 2, 12),
}
"""Values that are likelier than others, by parameter, beside 0, the default, and the ends of its range."""


@dataclass
class Source:
    """Where choices come from: Hypothesis for structure, a seeded generator for arrays."""

    draw: Any
    rng: np.random.Generator
    rules: str
    plain: bool
    models: tuple[NeuronModel, ...] = ()

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
    model: str | None = None,
) -> Recipe:
    """A random network. ``plain``: no convolutions, slices, noise or Poisson inputs, so that it can be relabelled.

    ``model``: all neurons are of this model; otherwise of any that the rule set has.
    """
    chosen = draw(rules)
    models = tuple(m for m in find(chosen).models if model in (None, m.name))
    s = Source(draw, np.random.default_rng(draw(st.integers(0, 2**32 - 1))), chosen, plain, models)
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
    recipe = Recipe(chosen, seed, tuple(nodes), tuple(made), length)
    if all(find(chosen).model(node.options["model"]).payload != "float64" for node in recipe.populations):
        return recipe
    exact = exact_steps(recipe)  # further on the order of sums shows in their last bits
    assume(exact > 0)
    return replace(recipe, steps=exact)


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
    """A model of the rule set with parameters from all of their ranges, as its table has them."""
    model = find(s.rules).model(s.pick(*(m.name for m in s.models)))
    options: dict[str, Any] = {"model": model.name}
    for p in model.parameters:
        if p.default is None or s.chance(2):
            options[p.name] = _whole(s, p, size) if p.whole else _fraction(s, p, size)
    ranges = {p.name: (int(p.low), int(p.high)) for p in model.parameters if p.whole}
    if {"u", "du", "bias", "bias_exp"} <= set(ranges) and s.chance(5):  # u at its edge, with a bias that pushes over it
        edge = {"u": s.pick(*ranges["u"]), "bias": s.pick(*ranges["bias"]), "bias_exp": ranges["bias_exp"][1]}
        options |= edge | {"du": s.pick(ranges["du"][0], ranges["du"][0] + 1)}
    for low, high in pairwise(model.rising):
        given = [options.get(name, model.parameter(name).default) for name in (low, high)]
        options |= {low: np.minimum(*given), high: np.maximum(*given)}
    if {"vmin", "vmax"} <= set(ranges) and "v" in options:
        limits = [options.get(name, model.parameter(name).default) for name in ("vmin", "vmax")]
        options["v"] = np.clip(options["v"], *limits)
    if model.noise and not s.plain and s.chance(3):
        enabled = True if s.chance(2) else s.rng.random(size) < 0.5
        exp = s.draw(st.integers(0, 23))
        options["noise"] = Noise(s.pick(*model.noise), exp, s.pick(0, 0, 1, -1, 127, -128), enabled)
    return options


def _whole(s: Source, p: Parameter, size: int) -> Any:
    """Integers of a parameter's range."""
    low, high = max(int(p.low), -LARGE), min(int(p.high), LARGE)
    usual = [] if p.default is None else [int(p.default)]
    return s.parameter(low, high, size, *usual, *SPECIAL.get(p.name, ()), low, high, low + 1, high - 1, 0)


def _fraction(s: Source, p: Parameter, size: int) -> Any:
    """Fractions of a parameter's range that float64 adds up exactly for a while."""
    scale = 4096 if p.high <= 1 else 64
    low, high = int(np.ceil(max(p.low, -256) * scale)), int(min(p.high, 256) * scale)
    usual = [] if p.default is None else [int(p.default * scale)]
    return s.parameter(low, high, size, *usual, low, 0, scale // 2, scale, high) / np.float64(scale)


def _input(s: Source, size: int, steps: int, poisson: bool) -> dict[str, Any]:
    kind = s.pick("events", "dense", "poisson") if poisson and not s.plain else s.pick("events", "dense")
    if kind == "poisson":
        return {"rate": s.pick(0.5, 0.0, 1.0, 0.1) if s.chance(2) else s.rng.random(size)}
    graded, most = s.chance(2), PAYLOADS.get(s.rules, 127)
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
        if find(s.rules).weights.floats and s.chance(2):
            options["payloads"] = options["payloads"] / 16
    return options
