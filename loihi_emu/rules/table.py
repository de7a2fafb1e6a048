"""The table of rule sets: those of the package, and those that a user registers."""

from __future__ import annotations

from importlib import import_module

from loihi_emu.errors import invalid, is_known, near_names, unknown
from loihi_emu.keywords import elsewhere
from loihi_emu.models.specification import NeuronModel
from loihi_emu.rules.checks import check_rule_set
from loihi_emu.rules.chip import CHIP
from loihi_emu.rules.floating import FLOAT
from loihi_emu.rules.lava import LAVA
from loihi_emu.rules.rule_set import RuleSet

_known: dict[str, RuleSet | str] = {
    "chip": CHIP,
    "lava": LAVA,
    "float": FLOAT,
    "brian2_loihi": "loihi_emu.validation.peers.brian2_loihi.rule_set",
    "nengo_loihi": "loihi_emu.validation.peers.nengo_loihi.rule_set",
}
"""Rule sets by name; of those that replay a peer the module whose RULE_SET it is, imported when it is first asked for.

They belong to validation, of which nothing else in the package knows.
"""
_GIVEN = frozenset(_known)


def names() -> list[str]:
    """Names of all rule sets; "chip" is the default.

    Examples
    --------
    >>> names()[:3]
    ['chip', 'lava', 'float']
    """
    return list(_known)


def find(name: str) -> RuleSet:
    """The rule set of a name.

    Raises
    ------
    UnknownNameError
        No such rule set; near names are listed.

    Examples
    --------
    >>> find("lava").max_delay
    63
    """
    if not isinstance(name, str) or name not in _known:
        near, _ = elsewhere("rules", name, names())
        raise unknown("rule set", name, names(), near=near)
    found = _known[name]
    if isinstance(found, str):
        found = _known[name] = import_module(found).RULE_SET
    assert isinstance(found, RuleSet)
    return found


def register(rule_set: RuleSet) -> RuleSet:
    """Make a rule set known, so that ``Network(rules=...)`` finds it by its name.

    One of the same name that was registered before is replaced.

    Parameters
    ----------
    rule_set : RuleSet

    Returns
    -------
    RuleSet
        The same.

    Raises
    ------
    ValidationError
        It is no rule set, has the name of one that comes with the package, or a part that is not what networks need.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from loihi_emu import Network
    >>> short = register(replace(find("chip"), name="short", text="Delays of at most 3 steps.", max_delay=3))
    >>> Network(rules="short").max_delay
    3
    """
    if not isinstance(rule_set, RuleSet):
        raise invalid("register", "", rule_set, "a loihi_emu.rules.RuleSet")
    if not isinstance(rule_set.name, str) or not rule_set.name or rule_set.name in _GIVEN:
        raise invalid("register", "name", repr(rule_set.name), "a new name")
    check_rule_set(rule_set, (CHIP, LAVA, FLOAT))
    _known[rule_set.name] = rule_set
    return rule_set


def model_of(rule_set: RuleSet, model: str) -> NeuronModel:
    """The model of a name under a rule set.

    Raises
    ------
    UnknownNameError
        It has no such model; near names are listed, and the rule sets that have it.
    """
    if is_known(model, [m.name for m in rule_set.models]):
        return rule_set.model(model)
    known, found = [m.name for m in rule_set.models], {name: [m.name for m in find(name).models] for name in names()}
    every = {m for models in found.values() for m in models}
    meant = [model] if is_known(model, every) else [m for m in near_names(model, every)[:1] if m not in known]
    having = [f'"{name}"' for name, models in found.items() if set(meant) & set(models)]
    called = "it" if meant == [model] else "".join(f'"{m}"' for m in meant)
    advice = f"Rules {', '.join(having)} have {called}." if having else ""
    raise unknown("model", model, known, where=f'rules "{rule_set.name}"', advice=advice)
