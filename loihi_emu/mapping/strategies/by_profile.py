"""Neurons of a population by what they share, where they differ in more than a core can tell apart."""

from __future__ import annotations

import numpy as np

from loihi_emu.mapping.arrays import Index, Integers
from loihi_emu.mapping.model import Problem
from loihi_emu.mapping.strategies.first_fit import Run


def grouped_runs(problem: Problem) -> list[Run] | None:
    """Runs of neurons that a core can hold together: of one vmin and vmax, few thresholds, few other profiles.

    None if all neurons of every population are such a run.
    """
    runs: list[Run] = []
    for name, neurons in problem.every_neuron().items():
        if all(identities.ndim == 0 for identities in problem.profiles.every(name)):
            runs.append(Run(name, neurons))
            continue
        group = _groups(problem, name, len(neurons))
        order = np.argsort(group, kind="stable").astype(np.int32)
        runs += [Run(name, piece) for piece in np.split(order, np.flatnonzero(np.diff(group[order])) + 1)]
    return runs if len(runs) > len(problem.populations) else None


def _groups(problem: Problem, name: str, size: int) -> Integers:
    """The group of each neuron: what a core has once first, then thresholds by their number, then other profiles."""
    group = np.zeros(size, np.int64)
    for identities, most in (
        *((_joined(setting), 1) for setting in problem.profiles.settings[name]),
        (problem.profiles.threshold[name], problem.limits["threshold_profiles"].limit),
        (problem.profiles.compartment[name], problem.limits["compartment_profiles"].limit),
    ):
        if identities.ndim == 0 or most is None:
            continue
        # pairs of group and profile in order; of each group the first `most` profiles make a group, then the next ...
        kinds, number = np.unique(group << 32 | identities, return_inverse=True)
        group_of = kinds >> 32
        first = np.searchsorted(group_of, group_of)
        part = (np.arange(len(kinds)) - first) // most
        _, joined = np.unique(group_of << 32 | part, return_inverse=True)
        group = joined.reshape(-1)[number.reshape(-1)]
    return group


def _joined(setting: Index) -> Index:
    """Numbers of a setting, in which neurons that go with every one go with the first."""
    used = setting[setting != 0]
    return np.where(setting == 0, used.min(), setting) if used.size else np.zeros((), np.int32)
