"""What to change so that a network fits: the smallest change of each kind that was tried and would do."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from loihi_emu.chips.boards import BOARDS
from loihi_emu.chips.chip import DELAY_SLOTS_LOST
from loihi_emu.errors import MappingError
from loihi_emu.mapping.lists import learns_delays
from loihi_emu.mapping.model import Assignment, Problem, assigned
from loihi_emu.mapping.strategies import assign_greedily
from loihi_emu.mapping.usage import CoreUsage, core_usage
from loihi_emu.network.elements import Connection

TRIED_SYNAPSES = 2_000_000
"""Changes are tried on networks of at most so many synapses, which takes a second or two at most."""
BITS_TIGHT = 0.8
"""A resource limits a core if so much of it is used."""


# ------------------------------------------------------------ one core
def core_advice(
    problem: Problem, assignment: Assignment, usage: CoreUsage, core: int, resource: str
) -> tuple[str, str]:
    """What needs most of a resource on a core, and what would fit there."""
    parts = {name: neurons for c, name, neurons, _ in assignment.parts() if c == core}
    rows = [row for row in usage.lists if row.core == core]
    sizes = {name: len(neurons) for name, neurons in parts.items()}
    if resource == "axons_out":
        sizes = {name: int(usage.fanout[name][neurons].sum()) for name, neurons in parts.items()}
    if resource in ("synaptic_bits", "axons_in") and rows:
        field = "bits" if resource == "synaptic_bits" else "axons"
        row = max(rows, key=lambda r: int(getattr(r, field)))
        most, population = f', connection "{row.connection}"', problem.connections[row.connection].post.target.name
    else:
        population = max(parts, key=lambda name: sizes[name])
        most = f', population "{population}"'
    order = sorted(parts, key=lambda name: (name != population, -sizes[name]))
    changes = [*_moved(problem, assignment, core, resource, {name: parts[name] for name in order})]
    changes += _core_changes(problem, assignment, core, resource)
    nowhere = ""
    try:
        if problem.synapses <= TRIED_SYNAPSES:
            assign_greedily(problem)
        changes.append('use strategy="greedy", which splits by itself')
    except MappingError as error:
        nowhere = f'Not even strategy="greedy" finds room: {error}'
    return most, " ".join([*([_alternatives(changes)] if changes else []), nowhere]).rstrip()


def _moved(problem: Problem, assignment: Assignment, core: int, resource: str, parts: dict[str, Any]) -> Iterator[str]:
    """Which neurons to move to other cores so that the resource suffices for those that stay; none if none can."""
    cores = dict(assignment.cores)
    spare, texts = assignment.count, []
    for population, neurons in parts.items():
        fits = _neurons_that_fit(problem, cores, core, resource, population, neurons)
        cores[population] = cores[population].copy()
        cores[population][neurons[max(0, fits) :]] = spare
        if fits < len(neurons):
            texts.append(f'{len(neurons) - max(0, fits)} of the {len(neurons)} neurons of "{population}"')
        if fits >= 0:
            break
    if any(np.any(a == core) for a in cores.values()):
        enough = _needs(problem, cores, resource)[spare] <= problem.limit(resource)
        yield f"move {' and '.join(texts)} to {'another core' if enough else 'other cores'}"


def _neurons_that_fit(
    problem: Problem, cores: dict[str, Any], core: int, resource: str, population: str, neurons: Any
) -> int:
    """How many of the first neurons of a population may stay on a core; -1 if the others need too much already."""
    spare = max(int(a.max()) for a in cores.values()) + 1

    def too_many(staying: int) -> bool:
        changed = cores | {population: cores[population].copy()}
        changed[population][neurons[staying:]] = spare
        return bool(_needs(problem, changed, resource)[core] > problem.limit(resource))

    return bisect_left(range(len(neurons)), True, key=too_many) - 1


def _needs(problem: Problem, cores: Any, resource: str) -> Any:
    return core_usage(problem, assigned(cores)).budgets[resource]


def _core_changes(problem: Problem, assignment: Assignment, core: int, resource: str) -> Iterator[str]:
    """Changes of connections onto a core that make a resource suffice."""
    if resource == "synaptic_bits":
        for text, changed in _fewer_weight_bits(problem):
            if core_usage(changed, assignment).budgets[resource][core] <= problem.limit(resource):
                yield text
                return
    if resource == "accumulators":
        held = sum(int(np.count_nonzero(a == core)) * problem.ports[name] for name, a in assignment.cores.items())
        longest = problem.limit(resource) // held - DELAY_SLOTS_LOST
        if longest >= 0 and not any(map(learns_delays, problem.connections.values())):
            yield f"use delays of at most {longest}"


# ------------------------------------------------------------ all chips
def chip_advice(problem: Problem, usage: CoreUsage, chips: int, have: int) -> str:
    """What would bring a network down to so many chips, or where it fits as it is."""
    changes = []
    tight = tight_resource(problem, usage)
    if tight == "synaptic_bits":
        texts = (text for text, changed in _fewer_weight_bits(problem) if _takes(changed, have))
        changes += [text for text in [next(texts, None)] if text]
    if tight == "accumulators" and problem.synapses <= TRIED_SYNAPSES:
        longest = max(problem.delay(c) for c in problem.connections.values())
        fits = bisect_left(range(longest), True, key=lambda n: not _takes(_with_delays_of(problem, n), have)) - 1
        changes += [f"use delays of at most {fits}"] * (fits >= 0)
    enough = [b for b in BOARDS if b.chip.name == problem.chip.name and b.most >= chips]
    if enough:
        best = min(enough, key=lambda b: (b.fewest < chips, b.most))  # rather one of which all sizes suffice
        changes.append(f'use boards="{best.name}"')
    limited = f"Most cores are limited by {problem.limits[tight].text}. " if tight else ""
    return limited + (_alternatives(changes) if changes else "Use a smaller network.")


def _takes(problem: Problem, chips: int) -> bool:
    """Whether the network fits on so many chips."""
    try:
        assignment, _ = assign_greedily(problem)
    except MappingError:
        return False
    return -(-assignment.count // problem.chip.usable_cores) <= chips


def tight_resource(problem: Problem, usage: CoreUsage) -> str | None:
    """The resource that is nearly used up on most cores; None if none is on any."""
    counts = {
        name: int(np.count_nonzero(usage.budgets[name] >= BITS_TIGHT * resource.limit))
        for name, resource in problem.limits.items()
        if resource.limit
    }
    most = max(counts, key=lambda name: counts[name])
    return most if counts[most] else None


# ------------------------------------------------------------ changes
def _changed(problem: Problem, change: Callable[[Connection], Connection]) -> Problem:
    network = problem.network.copy()
    for c in problem.connections.values():
        network.replace(change(c))
    return Problem(network, problem.chip)


def _fewer_weight_bits(problem: Problem) -> Iterator[tuple[str, Problem]]:
    """The network with ever fewer weight bits."""
    if problem.synapses > TRIED_SYNAPSES or not problem.connections:
        return
    for bits in range(max(c.weight_bits for c in problem.connections.values()) - 1, 0, -1):
        yield (
            f"use weight_bits={bits}",
            _changed(problem, lambda c, bits=bits: replace(c, weight_bits=min(c.weight_bits, bits))),  # type: ignore[misc]
        )


def _with_delays_of(problem: Problem, most: int) -> Problem:
    """The network with delays of at most so many steps."""
    return _changed(problem, lambda c: replace(c, delays=np.minimum(c.delays, most)))


def _alternatives(changes: list[str]) -> str:
    """Changes as one sentence."""
    text = changes[0] if len(changes) == 1 else f"{', '.join(changes[:-1])}, or {changes[-1]}"
    return f"{text[0].upper()}{text[1:]}."
