"""Whether a connection can learn as it is asked to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from numpy.typing import NDArray

from loihi_emu.errors import UnsupportedError, invalid, unknown
from loihi_emu.learning.grammar import TRACES
from loihi_emu.learning.rule import DRIVEN, Learning, LearningRule
from loihi_emu.network.elements import Connection, name_of
from loihi_emu.network.slices import Slice
from loihi_emu.rules import RuleSet, find, names


def learning_of(
    made: Connection, rule: Any, factors: Any, nodes: Mapping[str, Any], others: Iterable[Connection], rules: RuleSet
) -> Learning:
    """Check everything about the learning of a connection.

    Parameters
    ----------
    made : Connection
    rule : LearningRule
    factors : dict or None
        Trace to the node that drives it.
    nodes : dict
        Populations and inputs of the network.
    others : iterable of Connection
        The connections there are.
    rules : RuleSet
        The network's.
    """
    where = f'connection "{made.name}"'
    if not isinstance(rule, LearningRule):
        raise invalid(where, "learning", repr(rule), "a loihi_emu.LearningRule")
    if rules.learning is None:
        there = ", ".join(name for name in names() if find(name).learning is not None)
        raise UnsupportedError(f'{where}: learning under rules "{rules.name}" is not there; it is under {there}.')
    if made.scaled:
        raise invalid(where, "scaled", True, "False: a synapse that learns has a mantissa of 8 bits")
    driven = _factors(made, rule, factors, nodes, where)
    check_rule(rule, driven, made, rules)
    for other in others:
        if (
            other.learning is not None
            and other.name != made.name
            and rules.learning.shares_epoch
            and share_neurons(made.post, other.post)
        ):
            check_epochs(made.name, rule, other)
    return Learning(rule, driven)


def variables_of(c: Connection) -> list[str]:
    """What can be read and recorded of a connection that learns."""
    assert c.learning is not None
    rule, driven = c.learning.rule, dict(c.learning.factors)
    found = ["weights"]
    if rule.dd is not None or c.varied:
        found.append("delays")
    if rule.dt is not None or "t" in rule.used:
        found.append("tags")
    return found + [name for name in TRACES if name in rule.traces or name in driven]


def checked_tags(c: Connection, tags: NDArray[Any] | None, rules: RuleSet) -> NDArray[Any] | None:
    """Tags at the start as a connection that learns holds them, or an error."""
    if tags is None:
        return None
    where = f'connection "{c.name}"'
    if "tags" not in variables_of(c):
        raise invalid(where, "tags", "tags", "none: its rule neither changes nor reads t")
    how = rules.learning
    assert how is not None
    return how.state(where, "tags", tags, driven=False).astype(how.tag_type)


def check_epochs(name: str, rule: LearningRule, other: Connection) -> None:
    """Whether two connections onto the same neurons share one epoch."""
    assert other.learning is not None
    if other.learning.rule.t_epoch != rule.t_epoch:
        raise invalid(
            f'connection "{name}"', "t_epoch", rule.t_epoch,
            f'{other.learning.rule.t_epoch}, as connection "{other.name}" onto the same neurons has',
            advice="The neurons' traces have one epoch.",
        )  # fmt: skip


def check_rule(rule: LearningRule, driven: tuple[tuple[str, str], ...], made: Connection, rules: RuleSet) -> None:
    """Whether a rule fits a connection's traces and the rule set."""
    where, how = f'connection "{made.name}"', rules.learning
    assert how is not None
    if made.kind == "conv":
        how.check_convolution(rule, where, rules.name)
    driving = [name for name, _ in driven]
    for name in TRACES:
        if name in rule.used and name not in rule.traces and name not in driving:
            ways = f"LearningRule({name}=Trace(impulse, tau))"
            more = f' or connect(factors={{"{name}": node}})' if name in DRIVEN else ""
            raise invalid(where, name, f"no trace {name}, which the rule uses", f"{ways}{more}")
    for name in rule.needs:
        if name not in driving and how.third_factors:
            given, allowed = f"none for {name}, which this rule needs", f'factors={{"{name}": node}}'
            advice = "Without it the neuron's own spikes would take its place." if name in rule.traces else ""
            raise invalid(where, "factors", given, allowed, advice=advice)
    how.check(rule, driven, made)


def _factors(
    made: Connection, rule: LearningRule, factors: Any, nodes: Mapping[str, Any], where: str
) -> tuple[tuple[str, str], ...]:
    if factors is None:
        return ()
    if not isinstance(factors, Mapping):
        raise invalid(where, "factors", repr(factors), 'a dict such as {"y2": reward}')
    found = []
    for trace, node in factors.items():
        if trace not in DRIVEN:
            raise unknown("trace of a third factor", trace, DRIVEN, where=where)
        name = name_of(node)
        if not isinstance(name, str) or name not in nodes:
            raise unknown("population or input", name, nodes, where=f"{where}, factors")
        if nodes[name].size not in (1, made.post.size):
            given = f'"{name}" of {nodes[name].size} neurons'
            allowed = f"1, or {made.post.size}: one for each postsynaptic neuron"
            raise invalid(where, f"third factor {trace}", given, allowed)
        found.append((trace, name))
    return tuple(found)


def share_neurons(one: Slice, other: Slice) -> bool:
    """Whether two slices have a neuron in common."""
    if one.target.name != other.target.name:
        return False
    return bool(set(range(one.start, one.stop, one.step)) & set(range(other.start, other.stop, other.step)))
