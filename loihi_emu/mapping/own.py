"""The user's own assignment of neurons to cores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from loihi_emu.errors import MappingError, invalid, unknown
from loihi_emu.mapping.assignment import Assignment, assigned
from loihi_emu.mapping.problem import Problem
from loihi_emu.numeric import ranged, whole

FAR = 1 << 22
"""Cores are numbered below this: 16 384 chips (all that a mesh addresses) of 256."""


def own(problem: Problem, given: Mapping[Any, Any]) -> Assignment:
    """Take cores from a dict of population (or its name) to one core or one for each neuron.

    Core ``c`` is core ``c % n`` of chip ``c // n``, with the n cores that software can place on.

    Raises
    ------
    MappingError
        A population that is not named.
    ValidationError, UnknownNameError
        Cores that are no whole numbers, a wrong number of them, an unknown population, one that is named twice.
    """
    cores = {}
    for key, value in given.items():
        name = getattr(key, "name", key)
        if name not in problem.populations:
            raise unknown("population", name, problem.populations, where="strategy")
        where, size = f'strategy, population "{name}"', problem.populations[name].size
        if name in cores:
            raise invalid(where, "cores", "two entries, by name and by population", "one")
        array = ranged(where, "cores", whole(where, "cores", value), 0, FAR - 1)
        if array.ndim and array.size != size:
            raise invalid(where, "cores", f"shape {array.shape}", f"one core, or one for each of {size} neurons")
        cores[name] = np.broadcast_to(array.reshape(-1) if array.ndim else array, size).astype(np.int32)
    missing = [name for name in problem.populations if name not in cores]
    if missing:
        raise MappingError(
            f"strategy: got no cores for {', '.join(map(repr, missing))}, each population needs them. "
            f'Name {"it" if len(missing) == 1 else "them"} too, or use strategy="greedy".'
        )
    return assigned({name: cores[name] for name in problem.populations})
