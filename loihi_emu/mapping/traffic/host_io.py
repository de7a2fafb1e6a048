"""Messages from inputs: how many per step a host would have to send to each chip."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from loihi_emu.mapping.arrays import Integers
from loihi_emu.mapping.model import Assignment, Layout, Problem
from loihi_emu.mapping.traffic.messages import axons_by_core


@dataclass(frozen=True)
class HostBudget:
    """What inputs send to one chip. An event is one message for every core and connection that it reaches.

    Attributes
    ----------
    chip : int
    mean : float
        Messages per step of Poisson inputs, on average.
    busiest : int
        Messages of listed events in the step that has most of them.
    step : int or None
        That step, the first if there are several; None without listed events.
    most : int
        Messages of the busiest step if every Poisson neuron spikes in it.
    unlisted : int
        Messages of inputs with neither events nor a rate, if each of their neurons has an event; not in the others.
    """

    chip: int
    mean: float
    busiest: int
    step: int | None
    most: int
    unlisted: int


def host_budgets(problem: Problem, assignment: Assignment, layout: Layout) -> list[HostBudget]:
    """What inputs send to each chip that gets something from them, exactly for listed events."""
    if not problem.inputs:
        return []
    reached: dict[int, dict[str, Integers]] = {}
    for core, c, sources in axons_by_core(problem, assignment):
        name = c.pre.target.name
        if name not in problem.inputs:
            continue
        by_input = reached.setdefault(int(layout.chip[core]), {})
        if name not in by_input:
            by_input[name] = np.zeros(problem.inputs[name].size, np.int64)
        by_input[name][sources] += 1
    return [_budget(problem, chip, reached[chip]) for chip in sorted(reached)]


def _budget(problem: Problem, chip: int, reached: dict[str, Integers]) -> HostBudget:
    mean, most, unlisted = 0.0, 0, 0
    times, messages = [], []
    for name, cores in reached.items():
        node = problem.inputs[name]
        if node.rate is not None:
            rate = np.broadcast_to(node.rate, cores.shape)
            mean += float(rate @ cores)
            most += int(cores[rate > 0].sum())
        elif not len(node.times):
            unlisted += int(cores.sum())
        else:
            times.append(node.times)
            messages.append(cores[node.indices])
    step, busiest = None, 0
    if times:
        steps, number = np.unique(np.concatenate(times), return_inverse=True)
        sums = np.bincount(number, weights=np.concatenate(messages))
        step, busiest = int(steps[sums.argmax()]), int(sums.max())
    return HostBudget(chip, mean, busiest, step, most + busiest, unlisted)
