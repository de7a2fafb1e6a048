"""Connections from builders: recipes that are kept, or synapses that are drawn at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import ValidationError, invalid, shown_of
from loihi_emu.network.builders.all_to_all import AllToAll
from loihi_emu.network.builders.builder import Builder
from loihi_emu.network.builders.distributions import Distribution, table_of
from loihi_emu.network.builders.known import BUILDERS
from loihi_emu.network.builders.pairing import pairing
from loihi_emu.network.elements import Connection
from loihi_emu.network.listed import LATE
from loihi_emu.network.recipe import Recipe
from loihi_emu.network.slices import Slice
from loihi_emu.numeric import numbers, ranged
from loihi_emu.rules import RuleSet
from loihi_emu.rules.weights import EFFECTIVE_MAX, sign_mode_of
from loihi_emu.units import IN_STEPS

Array = NDArray[Any]
WITHOUT = "A distribution is drawn for the synapses of a builder: connect(..., synapses=fixed_probability(0.1))."


def no_distributions(where: str, **given: Any) -> None:
    """Raise for a distribution where there is no builder whose synapses it could be drawn for."""
    for name, value in given.items():
        parts = value if isinstance(value, tuple) else (value,)
        if any(isinstance(part, Distribution) for part in parts):
            raise invalid(where, name, shown_of(value), "numbers", advice=WITHOUT)


def recipe_of(
    where: str, pre: Slice, post: Slice, builder: Any, weights: Any, delays: Any, *,
    rules: RuleSet, max_delay: int, seed: int, stream: int,
) -> tuple[Recipe, Any]:  # fmt: skip
    """The recipe, and arrays of weights and delays that were given for its synapses instead of numbers (or None)."""
    if not isinstance(builder, Builder):
        name = getattr(builder, "__name__", "") if callable(builder) else ""
        advice = f"Call it: synapses={name}(...)." if name else ""
        raise invalid(where, "synapses", shown_of(builder), "a builder such as fixed_probability(0.1)", advice=advice)
    sides = pairing(pre, post, seed, stream)
    builder.check(where, sides)
    listed: dict[str, Any] = {}
    given: dict[str, Any] = {"weights": weights, "delays": delays}
    for name, value in given.items():
        if not isinstance(value, Distribution):
            if isinstance(value, tuple) or hasattr(value, "tocoo"):
                raise invalid(where, name, shown_of(value), "a number, one for each synapse, or a distribution")
            found = numbers(where, name, value, IN_STEPS if name == "delays" else "")
            if found.ndim:
                listed[name], given[name] = found, 0
    if rules.weights.floats and not isinstance(given["weights"], Distribution):
        listed.setdefault("weights", numbers(where, "weights", given["weights"]))
    one: Any = 0 if "weights" in listed or rules.weights.floats else given["weights"]
    limit = EFFECTIVE_MAX
    made = table_of(where, "weights", one, -limit - 1, limit)
    steps = table_of(where, "delays", given["delays"], 0, max_delay, LATE)
    kept = {name: value if isinstance(value, Distribution) else int(value) for name, value in given.items()}
    return Recipe(builder, sides, kept, made, steps, stream), listed or None


def is_kept(recipe: Recipe, listed: Any, rules: RuleSet, learns: bool, kind: str) -> bool:
    """Whether a recipe is all that is kept of its synapses."""
    known = kind in ("auto", "sparse") and recipe.builder.name in BUILDERS
    return known and not (listed or rules.weights.floats or learns)


def drawn(name: str, pre: Slice, post: Slice, recipe: Recipe, common: dict[str, Any]) -> Connection:
    """A connection of which the recipe alone is kept."""
    nothing: Any = None
    return Connection(name, pre, post, "sparse", nothing, nothing, recipe=recipe, **common)


def check_range(where: str, values: Array, mode: str, kind: str, scaled: bool, rules: RuleSet) -> tuple[int, int]:
    """Raise where weights leave their range, which is returned as far as their sign mode sets it."""
    if scaled:
        low, high = (0 if mode == "excitatory" else -EFFECTIVE_MAX - 1), (0 if mode == "inhibitory" else EFFECTIVE_MAX)
        ranged(where, "weights (scaled)", values, low, high)
        return low, high
    rules.weights.check(where, values, mode, kind)
    return rules.weights.ranges.get(mode, (-EFFECTIVE_MAX - 1, EFFECTIVE_MAX))


def check_outcomes(c: Connection, given: Any, rules: RuleSet, sign_mode: str, where: str) -> str:
    """The sign mode of drawn weights; raise where some can leave their range."""
    outcomes = c.outcomes().values.astype(np.int64)
    mode = sign_mode_of(outcomes, sign_mode, where)
    try:
        check_range(where, outcomes, mode, "sparse", c.scaled, rules)
    except ValidationError:
        if not isinstance(given, Distribution):
            raise
        reach = f"{given}, which draws {outcomes[0]}..{outcomes[-1]}"
        low, high = check_range(where, outcomes[:0], mode, "sparse", c.scaled, rules)
        advice = f"Give limits, such as {given.name}(..., low={low}, high={high})."
        raise invalid(where, f"weights ({mode})", reach, f"{low}..{high}", advice=advice) from None
    return mode


def lists_of(where: str, recipe: Recipe, listed: Any, rules: RuleSet) -> tuple[Any, ...]:
    """Pre indices, post indices, values and delays of all synapses, by source, then target."""
    arrays = recipe.arrays(where)
    count = len(arrays["indices"])
    before = np.repeat(np.arange(recipe.pairing.sources, dtype=np.int32), np.diff(arrays["indptr"]))
    values, steps = arrays["values"], arrays["delays"]
    weights = recipe.given["weights"]
    if rules.weights.floats and isinstance(weights, Distribution):
        values = weights.floats(where, recipe.uniforms())
    for name, value in (listed or {}).items():
        if value.ndim and value.shape != (count,):
            allowed = f"a number, a distribution, or {count} values"
            advice = "One for each synapse, by source, then target."
            raise invalid(where, name, f"shape {value.shape}", allowed, advice=advice)
        values, steps = (value, steps) if name == "weights" else (values, value)
    return before, arrays["indices"], values, steps


def is_matrix(recipe: Recipe, kind: str) -> bool:
    """Whether synapses fill a matrix."""
    return isinstance(recipe.builder, AllToAll) and kind in ("auto", "dense")
