"""Payloads of inputs: who takes them, what is said where nobody does, and the zeros that end a value.

A connection multiplies its weights by payloads if it is graded; a third factor takes them over as values if the rule
has no trace of that name, and counts events if it has. An event of payload 0 is no event, but for such values, which
it sets to 0; so does the end of a stretch of values in a dense array. Inputs keep these zeros apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import invalid
from loihi_emu.learning.rule import Learning
from loihi_emu.network import spike_forms
from loihi_emu.network.elements import Connection, Input, Population, Source
from loihi_emu.network.events import check_sorted
from loihi_emu.network.input_sums import warn_of_wraps
from loihi_emu.rules import RuleSet
from loihi_emu.user_warnings import warn

Integers = NDArray[np.int64]
Events = tuple[Integers, Integers, "Integers | None"]


# ------------------------------------------------------------ who takes payloads
def values_of(learning: Learning | None) -> dict[str, str]:
    """Traces that take over the payloads of their third factor: name to the factor's node."""
    if learning is None:
        return {}
    return {trace: node for trace, node in learning.factors if trace not in learning.rule.traces}


def drives_values(name: str, connections: Iterable[Connection]) -> bool:
    """Whether some rule takes over the payloads of a node."""
    return any(name in values_of(c.learning).values() for c in connections)


def is_multiplied(name: str, connections: Iterable[Connection]) -> bool:
    """Whether some connection multiplies its weights by the payloads of a node."""
    return any(c.graded and c.pre.target.name == name for c in connections)


def check_sources(c: Connection, nodes: Mapping[str, Source], others: Iterable[Connection], rules: RuleSet) -> None:
    """Do :func:`check_uses` for everything that sends events to a connection; `others` are there already."""
    driving = () if c.learning is None else c.learning.factors
    before = list(others)
    for name in dict.fromkeys([c.pre.target.name, *(node for _, node in driving)]):
        check_uses(nodes[name], [c], rules, before)


def check_uses(
    node: Source, connections: Iterable[Connection], rules: RuleSet, others: Iterable[Connection] = ()
) -> None:
    """Raise or warn where payloads of an input do not act as given.

    Where some connection takes them, others that count events are taken as meant.

    Parameters
    ----------
    node : Input or Population
    connections : iterable of Connection
        To check: those that start at the node or are driven by it.
    rules : RuleSet
        The network's.
    others : iterable of Connection
        Further ones, which may take the payloads.

    Raises
    ------
    ValidationError
        For negative payloads of a third factor whose rule counts events: a punishment would teach as a reward.
    """
    payloads = node.payloads if isinstance(node, Input) else None
    checked = list(connections)
    known = [*checked, *others]
    taken = drives_values(node.name, known) or is_multiplied(node.name, known)
    for c in checked:
        if c.pre.target.name == node.name and not c.graded and not taken:
            _uncounted(c, node, payloads, rules)
        if c.graded and isinstance(node, Input) and payloads is not None and c.pre.target.name == node.name:
            warn_of_wraps(c, node, rules)
        for trace, name in () if c.learning is None else c.learning.factors:
            if name == node.name:
                if trace in c.learning.rule.traces:
                    _counted(c, trace, node, payloads)
                else:
                    _valued(c, trace, node, payloads, rules)


def _uncounted(c: Connection, node: Source, payloads: Any, rules: RuleSet) -> None:
    """Payloads of the source of a connection that is not graded."""
    if isinstance(node, Population):
        if rules.model(node.model).graded:
            warn(
                f'connection "{c.name}": spikes of "{node.name}" ({node.model}) have payloads, which do not act: '
                "graded=False counts every spike as 1. Use graded=True."
            )
        return
    if payloads is None and isinstance(node, Input) and node.zeros is not None:  # others are told as payloads
        warn(
            f'connection "{c.name}": {node.zeros.shape[1]} events of input "{node.name}" with payload 0 do not act, '
            "though graded=False counts every other as 1. Leave out payloads= to count them too."
        )
    lost = 0 if payloads is None else int(np.count_nonzero(payloads != 1))
    if lost:
        warn(
            f'connection "{c.name}": payloads of {lost} of {len(payloads)} events of input "{node.name}" do not act: '
            "graded=False counts every event as 1. graded=True multiplies the weights by them."
        )


def _counted(c: Connection, trace: str, node: Source, payloads: Any) -> None:
    """Payloads of a third factor whose spikes add the rule's impulse."""
    lost = 0 if payloads is None else int(np.count_nonzero(payloads != 1))
    if not lost:
        return
    where, given = f'connection "{c.name}"', f"{lost} of {len(payloads)} events"
    advice = (
        f"The rule gives {trace} an impulse, so that events count alike. Leave {trace} out of the rule to take the "
        "payloads as values (signed_reward_stdp does)."
    )
    below = int(np.count_nonzero(payloads < 0))
    if below:
        told = f'{below} negative payloads of "{node.name}"'
        raise invalid(where, f"third factor {trace}", told, "payloads of 1: a sign would be lost", advice=advice)
    warn(f'{where}, third factor {trace}: payloads of {given} of "{node.name}" do not act. {advice}')


def _valued(c: Connection, trace: str, node: Source, payloads: Any, rules: RuleSet) -> None:
    """Payloads of a third factor whose values the trace takes over."""
    where, how = f'connection "{c.name}", third factor {trace}', rules.learning
    assert how is not None
    ones = payloads is None or bool(np.all(payloads == 1))
    if isinstance(node, Population):
        silent = not rules.model(node.model).graded
    else:
        silent = node.rate is not None or bool(ones and len(node.times) and node.zeros is None)
    if silent:
        counting = f"; to count spikes, give the rule {trace}=Trace(impulse, tau)" if how.counts_events else ""
        warn(
            f'{where}: "{node.name}" sends no payloads, so that {trace} {how.of_events}. Values are payloads of an '
            f"input{counting}."
        )
    if payloads is not None and how.values is not None:
        low, high = how.values
        beyond = int(np.count_nonzero((payloads < low) | (payloads > high)))
        if beyond:
            warn(
                f'{where}: {beyond} of {len(payloads)} values of "{node.name}" are cut to {low}..{high}{how.cut_where}.'
            )


def payload_types(floats: bool) -> tuple[Any, ...]:
    """Types of the payloads of an input as files hold them, under rules that count in float64 or in integers."""
    return (np.int64, np.float64) if floats else (np.int64,)


# ------------------------------------------------------------ zeros
def zeros_of(given: spike_forms.Events, payloads: Any) -> Integers | None:
    """Where values end: times and indices of listed payloads of 0, and of entries 0 behind one that is not.

    Takes events that were checked; frames that hold only 0 and 1 have no values and no ends.
    """
    values = given.payloads if payloads is None else np.asarray(payloads)
    if values is None or (given.steps is not None and np.all(values == 1)):
        return None
    if given.steps is None:
        times, indices = (part[values == 0] for part in (given.times, given.indices))
    else:
        size = given.size or 1
        ends = np.setdiff1d((given.times + 1) * size + given.indices, given.times * size + given.indices)
        times, indices = np.divmod(ends[ends < given.steps * size], size)
    order = np.lexsort((indices, times))
    return np.stack([times[order], indices[order]]) if times.size else None


def with_zeros(node: Input) -> Events:
    """Times, indices and payloads of an input, its zeros among them."""
    return merged(node.times, node.indices, node.payloads, node.zeros)


def merged(times: Integers, indices: Integers, payloads: Any, zeros: Integers | None) -> Events:
    """Events with zeros among them, in order of (time, index)."""
    if zeros is None:
        return times, indices, payloads
    values = np.ones(len(times), np.int64) if payloads is None else payloads
    all_times, all_indices = np.concatenate([times, zeros[0]]), np.concatenate([indices, zeros[1]])
    all_values = np.concatenate([values, np.zeros(len(zeros[0]), values.dtype)])
    order = np.lexsort((all_indices, all_times))
    return all_times[order], all_indices[order], all_values[order]


def without_zeros(times: Integers, indices: Integers, payloads: Any) -> dict[str, Any]:
    """The fields of an input for events with zeros among them: the opposite of :func:`with_zeros`."""
    if payloads is None or np.all(payloads != 0):
        return {"times": times, "indices": indices, "payloads": payloads, "zeros": None}
    zero = payloads == 0
    kept = {"times": times[~zero], "indices": indices[~zero], "payloads": payloads[~zero]}
    return kept | {"zeros": np.stack([times[zero], indices[zero]])}


def listed_events(times: Integers, indices: Integers, payloads: Any, size: int, where: str) -> dict[str, Any]:
    """Do :func:`without_zeros` for events of a file; raise unless they are listed as :func:`with_zeros` lists them."""
    found = without_zeros(times, indices, payloads)
    zeros = found["zeros"]
    check_sorted(found["times"], found["indices"], found["payloads"], size, where)
    if zeros is not None:
        check_sorted(zeros[0], zeros[1], None, size, where)
        again: Any = merged(**found)[2]
        if not np.array_equal(again, payloads):
            raise invalid(where, "payloads", "events out of order", "0 behind the others of its step and neuron")
    return found
