"""Hypothesis: random synapses of every kind between the nodes of a recipe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.sparse
from hypothesis import strategies as st
from recipes import Link, Node

from loihi_emu import (
    LOIHI1,
    Conv2D,
    all_to_all,
    by_distance,
    fixed_in_degree,
    fixed_out_degree,
    fixed_probability,
    fixed_total_number,
    normal,
    one_to_one,
    uniform,
)
from loihi_emu.rules import find


def links(
    s: Any, pre: Node, posts: list[Node], new_target: Callable[[tuple[int, ...]], Node | None]
) -> tuple[Node | None, Link | None]:
    """A connection from `pre`, and the population that was made for it (convolutions need one of the right shape)."""
    if np.ndim(pre.shape) and not s.plain and s.chance(2):
        return _convolution(s, pre, posts, new_target)
    post = s.pick(*posts)
    before, after = _part(s, pre.size), _part(s, post.size)
    n_pre, n_post = len(np.arange(pre.size)[before]), len(np.arange(post.size)[after])
    options = _options(s) | _port(s, post)
    kind = s.pick("dense", "triples", "matrix", "sparse array", *([] if s.plain else ["builder"]))
    if kind == "triples":
        weights = _triples(s, n_pre, n_post, options)
    elif kind == "builder":
        weights = _built(s, n_pre, n_post, options)
    else:
        weights = _values(s, (n_post, n_pre), options)
        if s.chance(2):
            weights = weights * (s.rng.random(weights.shape) < 0.3)
        options["delays"] = _delays(s, weights.shape)
        if kind == "matrix":
            weights = scipy.sparse.csr_matrix(weights)
        else:
            options["kind"] = s.pick("auto", "sparse" if kind == "sparse array" else "auto")
    return None, Link(pre.name, post.name, weights, options, before, after)


def _part(s: Any, size: int) -> Any:
    """All neurons, some with a step, some in any order, or those of a mask."""
    if s.plain or not s.chance(3):
        return slice(None)
    if s.chance(2):
        chosen = s.rng.permutation(size)[: s.draw(st.integers(1, size))]
        return np.isin(np.arange(size), chosen) if s.chance(3) else chosen
    start = s.draw(st.integers(0, size - 1))
    return slice(start, s.draw(st.integers(start + 1, size)), s.pick(1, 2, 3))


def _options(s: Any) -> dict[str, Any]:
    """Exponent, bits, sign mode, graded, scaled."""
    options: dict[str, Any] = {"graded": s.chance(2)}
    weights = find(s.rules).weights
    if weights.floats:
        return options
    if weights.scaled_exponents is not None and s.chance(2):
        return options | {"scaled": True, "weight_exp": s.draw(st.integers(*weights.scaled_exponents))}
    if weights.scaled_exponents is None and s.chance(4):
        return options | {"scaled": True}
    options["weight_exp"] = s.draw(st.integers(-8, 7))
    options["weight_bits"] = s.pick(8, *range(1, 8))
    options["sign_mode"] = s.pick("auto", "mixed", "excitatory", "inhibitory")
    return options


def _port(s: Any, post: Node) -> dict[str, Any]:
    """Where synapses arrive in neurons that have several ports."""
    ports = find(s.rules).model(post.options["model"]).ports
    return {"port": s.pick(*ports)} if len(ports) > 1 else {}


def _values(s: Any, shape: Any, options: dict[str, Any]) -> Any:
    """Weights in the range of their sign mode; beyond it where the rules clip."""
    weights = find(s.rules).weights
    if weights.floats:
        return s.rng.integers(-128, 128, shape, endpoint=True) / 16
    if options.get("scaled"):
        limit = s.pick(60, 32767)
        return s.rng.integers(-limit, limit, shape, endpoint=True)
    mode = options["sign_mode"]
    low, high = weights.ranges[s.pick("mixed", "excitatory", "inhibitory") if mode == "auto" else mode]
    if mode == "auto":
        low = max(low, -255)  # "auto" takes negative weights alone for inhibitory ones
    if s.rules == "lava" and s.chance(3):
        low, high = -1000, 1000
    how = s.pick("range", "small", "extreme")
    if how == "extreme":
        return s.rng.choice(np.array([low, high, high]), shape)
    if how == "small":
        low, high = max(low, -5), min(high, 5)
    return s.rng.integers(low, high, shape, endpoint=True)


def _delays(s: Any, shape: Any) -> Any:
    """0, a number, or one per synapse."""
    longest = _longest(s)
    most = s.pick(min(3, longest), min(8, longest), longest)
    how = s.pick("none", "one", "each")
    if how == "none":
        return 0
    return s.draw(st.integers(0, most)) if how == "one" else s.rng.integers(0, most, shape, endpoint=True)


def _longest(s: Any) -> int:
    own = find(s.rules).max_delay
    return LOIHI1.max_delay if own is None else own


def _triples(s: Any, n_pre: int, n_post: int, options: dict[str, Any]) -> Any:
    """(pre, post, values) in any order, with several synapses between the same two neurons."""
    count = s.draw(st.integers(0, 2 * n_pre * n_post if n_pre * n_post < 60 else 120))
    options["delays"] = _delays(s, count)
    return s.rng.integers(0, n_pre, count), s.rng.integers(0, n_post, count), _values(s, count, options)


def _falling(distance: Any) -> Any:
    """A probability by distance, which can be pickled."""
    return 1 / (1 + distance)


def _built(s: Any, n_pre: int, n_post: int, options: dict[str, Any]) -> Any:
    """Synapses of a builder, with weights and delays that are drawn, or one for all."""
    own = s.chance(2)
    known = [
        fixed_probability(s.pick(0.0, 0.1, 0.8), self_connections=own),
        fixed_in_degree(s.pick(0, 1, 3)), fixed_in_degree(s.draw(st.integers(0, n_pre)), several=False),
        fixed_out_degree(s.pick(0, 1, 3)), fixed_out_degree(s.draw(st.integers(0, n_post)), several=False),
        fixed_total_number(s.pick(0, 1, 70)), all_to_all(self_connections=own),
        by_distance(_falling, np.arange(n_pre), np.arange(n_post)),
        *([one_to_one()] if n_pre == n_post else []),
    ]  # fmt: skip
    options["synapses"] = s.pick(*known)
    longest = min(8, _longest(s))
    options["delays"] = s.pick(0, longest, uniform(0, longest), normal(longest / 2, 2, low=0, high=longest))
    values = _values(s, 2, options)
    if find(s.rules).weights.floats:  # sums of other floats depend on their order
        return float(values.min())
    low, high = int(values.min()), int(values.max())
    return s.pick(low, uniform(low, high), normal((low + high) / 2, 3, low=low, high=high, outside="clip"))


def _convolution(
    s: Any, pre: Node, posts: list[Node], new_target: Callable[[tuple[int, ...]], Node | None]
) -> tuple[Node | None, Link | None]:
    channels = pre.shape[2]
    groups = s.pick(*(g for g in (1, 2, 4) if channels % g == 0))
    sides = [s.draw(st.integers(1, 3)) for _ in range(2)]
    options = _options(s) | {"delays": s.draw(st.integers(0, min(5, _longest(s))))}
    shape = (groups * s.draw(st.integers(1, 2)), *sides, channels // groups)
    limit = 1 << 22 if s.rules == "lava" and not options.get("scaled") and s.chance(2) else 0
    kernel = s.rng.integers(-limit, limit, shape) if limit else _values(s, shape, options)
    pair = st.tuples(st.integers(1, 3), st.integers(1, 3))
    padding = s.draw(st.tuples(st.integers(0, 2), st.integers(0, 2)))
    conv = Conv2D(kernel, stride=s.draw(pair), padding=padding, dilation=s.draw(pair), groups=groups)
    reach = [conv.dilation[k] * (sides[k] - 1) + 1 for k in (0, 1)]
    if any(pre.shape[k] + 2 * padding[k] < reach[k] for k in (0, 1)):
        return None, None
    out = conv.output_shape(pre.shape)
    fitting = [p for p in posts if p.shape == out]
    if fitting and s.chance(2):
        post = s.pick(*fitting)
        return None, Link(pre.name, post.name, conv, options | _port(s, post))
    made = new_target(out)
    return made, None if made is None else Link(pre.name, made.name, conv, options | _port(s, made))
