"""Checks of a rule set that is registered: each part is what its name says, and the models count as the weights do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from loihi_emu.errors import invalid
from loihi_emu.models.specification import NeuronModel
from loihi_emu.rules.learning import LearningRules
from loihi_emu.rules.rule_set import RuleSet
from loihi_emu.rules.weights import WeightRule

WHERE = "register"


def check_rule_set(rule_set: RuleSet, others: Iterable[RuleSet]) -> None:
    """Raise if a part of a rule set is of another kind than networks need.

    The models of one of the `others` are not looked at where they count as this one does: they load Numba.

    Raises
    ------
    ValidationError
        Names the part, what it is and what is allowed.
    """
    for name, value, good, allowed in _parts(rule_set):
        if not good:
            raise invalid(WHERE, name, repr(value), allowed)
    known = any(rule_set.models is other.models and rule_set.floats == other.floats for other in others)
    if not known or rule_set.unlimited:
        _check_models(rule_set)


def _parts(r: RuleSet) -> Iterator[tuple[str, Any, bool, str]]:
    whole = isinstance(r.max_delay, int) and not isinstance(r.max_delay, bool) and r.max_delay >= 0
    yield "text", r.text, isinstance(r.text, str), "a sentence"
    yield "weights", r.weights, isinstance(r.weights, WeightRule), "an object of a WeightRule"
    learns = r.learning is None or isinstance(r.learning, LearningRules)
    yield "learning", r.learning, learns, "an object of a LearningRules, or None"
    yield "max_delay", r.max_delay, r.max_delay is None or whole, "a whole number of steps, or None"
    yield "generator", r.generator, isinstance(r.generator, str) and ":" in r.generator, '"module:class"'
    for name in ("unlimited", "leaves"):
        value = getattr(r, name)
        names = isinstance(value, tuple) and all(isinstance(each, str) for each in value)
        yield name, value, names, "a tuple of names"
    models = isinstance(r.models, Sequence) and not isinstance(r.models, str)
    yield "models", r.models, models, "a sequence of NeuronModel"


def _check_models(rule_set: RuleSet) -> None:
    seen: set[str] = set()
    kind = "float64" if rule_set.floats else "integers"
    for model in rule_set.models:
        if not isinstance(model, NeuronModel):
            raise invalid(WHERE, "models", repr(model), "a sequence of NeuronModel")
        if model.name in seen:
            raise invalid(WHERE, "models", f'two of the name "{model.name}"', "one of each name")
        if (model.accumulator == "float64") != rule_set.floats:
            given = f'"{model.name}", which adds up {model.accumulator}'
            raise invalid(WHERE, "models", given, f"models that add up {kind}, as the weights are")
        seen.add(model.name)
    state = {name for model in rule_set.models for name, _ in model.state}
    for name in rule_set.unlimited:
        if name not in state:
            raise invalid(WHERE, "unlimited", repr(name), f"names of state: {', '.join(sorted(state))}")
