"""Parts of a rule that have no effect on a connection, told when it is made."""

from __future__ import annotations

import numpy as np

from loihi_emu.decay import nearest_decay
from loihi_emu.elements import Connection
from loihi_emu.errors import LoihiInputWarning
from loihi_emu.learning.checks_brian2 import unset_spikes
from loihi_emu.learning.rule import Learning
from loihi_emu.user_warnings import warn


def warn_of_unused(made: Connection, learning: Learning, rules: str) -> None:
    """Warn of traces that the rule does not read or that stay 0, of factors, and of time constants that act otherwise.

    Parameters
    ----------
    made : Connection
    learning : Learning
        Checked already.
    rules : str
        The network's rule set.
    """
    rule, where = learning.rule, f'connection "{made.name}"'
    driven = dict(learning.factors)
    for name, node in driven.items():
        if name not in rule.used:
            _told(f'{where}: the rule does not read {name}, so that its third factor "{node}" changes no synapse.')
    for name, trace in rule.traces.items():
        if name not in rule.used:
            if name not in driven and rules == "chip":  # what a peer's script gives is given to replay it
                _told(f"{where}: the rule does not read the trace {name}, which can be recorded but changes nothing.")
        elif not trace.impulse:
            more = " Leave it out of the rule to take the values of its third factor." if name in driven else ""
            _told(f"{where}: trace {name} has impulse 0 and stays 0, whatever its tau of {trace.tau}.{more}")
        if rules == "chip" and np.isfinite(float(trace.tau)) and nearest_decay(np.float64(trace.tau)) == 0:
            _told(
                f"{where}: trace {name} with tau={trace.tau} never decays: a step keeps a multiple of 1/4096, the "
                "longest time constant is 4095.5. tau=numpy.inf says that it is meant."
            )
    if rules == "brian2_loihi":
        gates = {p.gate for p in rule.products.get("dw", ())} | rule.used
        for name in sorted(unset_spikes(rule) & gates):
            _told(
                f'{where}: {name} is always 0 under rules "brian2_loihi": that peer sets it beside an impulse of '
                f"{name[0]}1 or {name[0]}2, and the rule has none."
            )


def _told(text: str) -> None:
    warn(text, LoihiInputWarning)
