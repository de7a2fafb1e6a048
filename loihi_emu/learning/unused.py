"""Parts of a rule that have no effect on a connection, told when it is made."""

from __future__ import annotations

from loihi_emu.learning.rule import Learning
from loihi_emu.network.elements import Connection
from loihi_emu.rules import RuleSet
from loihi_emu.user_warnings import warn


def warn_of_unused(made: Connection, learning: Learning, rules: RuleSet) -> None:
    """Warn of traces that the rule does not read or that stay 0, of factors, and of time constants that act otherwise.

    Parameters
    ----------
    made : Connection
    learning : Learning
        Checked already.
    rules : RuleSet
        The network's.
    """
    rule, where = learning.rule, f'connection "{made.name}"'
    driven = dict(learning.factors)
    for name, node in driven.items():
        if name not in rule.used:
            warn(f'{where}: the rule does not read {name}, so that its third factor "{node}" changes no synapse.')
    for name, trace in rule.traces.items():
        if name in rule.used and not trace.impulse:
            more = " Leave it out of the rule to take the values of its third factor." if name in driven else ""
            warn(f"{where}: trace {name} has impulse 0 and stays 0, whatever its tau of {trace.tau}.{more}")
    if rules.learning is not None:
        for text in rules.learning.unused(rule, driven, where):
            warn(text)
