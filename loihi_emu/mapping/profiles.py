"""What the neurons of a core share: profiles, of which a core has few, and fields that all of it has in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.elements import Population

THRESHOLD = ("vth", "vth_exp", "vth_hi", "vth_lo")
"""Parameters that a threshold profile holds."""
WHOLE_CORE = ("vmin", "vmax")
"""Parameters that all compartments of a core share (nengo-loihi, ``hardware/builder.py``)."""
OWN = ("bias", "bias_exp", "bias_mant", "u", "v")
"""Parameters that each compartment has for itself; all others are held by a compartment profile."""

Identities = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Profiles:
    """Profiles of the neurons of all populations, as numbers: equal numbers, equal profiles.

    Attributes
    ----------
    compartment, threshold, core : dict
        Population name to an int32 array of shape () (one for all) or (neurons,).
    noise : dict
        Population name to the number of its noise settings, 0 without noise; a core has one that is not 0.
    """

    compartment: dict[str, Identities]
    threshold: dict[str, Identities]
    core: dict[str, Identities]
    noise: dict[str, int]


def profiles_of(populations: dict[str, Population]) -> Profiles:
    """Number the profiles of all neurons."""
    known: tuple[dict[Any, int], ...] = ({}, {}, {})
    found: tuple[dict[str, Identities], ...] = ({}, {}, {})
    settings: dict[Any, int] = {}
    noise = {}
    for name, p in populations.items():
        keys: tuple[list[str], ...] = ([], [], [])
        for parameter in p.parameters:
            if parameter not in OWN:
                keys[1 if parameter in THRESHOLD else 2 if parameter in WHOLE_CORE else 0].append(parameter)
        noise[name] = 0
        extra: Any = False
        if p.noise is not None and np.any(p.noise.enabled):
            key = (p.noise.target, p.noise.exp, p.noise.offset)
            noise[name] = settings.setdefault(key, len(settings) + 1)
            extra = np.asarray(p.noise.enabled)
        for number, names in enumerate(keys):
            columns = [(name, np.asarray(p.parameters[name])) for name in sorted(names)]
            if number == 0:
                columns.append(("noise", np.asarray(extra)))
            found[number][name] = _numbered(columns, p.size, known[number])
    return Profiles(found[0], found[1], found[2], noise)


def _numbered(columns: list[tuple[str, NDArray[Any]]], size: int, known: dict[Any, int]) -> Identities:
    """Number the rows of several columns; equal rows of all calls have equal numbers."""
    names = tuple(name for name, _ in columns)
    if all(array.ndim == 0 or np.all(array == array.flat[0]) for _, array in columns):
        key = (names, tuple(array.flat[0].item() for _, array in columns))
        return np.asarray(known.setdefault(key, len(known)), np.int32)
    rows = np.stack([np.broadcast_to(array.reshape(-1) if array.ndim else array, size) for _, array in columns], 1)
    different, inverse = np.unique(rows, axis=0, return_inverse=True)
    numbers = [known.setdefault((names, tuple(row.tolist())), len(known)) for row in different]
    return np.asarray(numbers, np.int32)[inverse.reshape(-1)]


def part_of(identities: Identities, neurons: Any) -> Identities:
    """The numbers of some neurons: one each, or one for all."""
    return identities if identities.ndim == 0 else identities[neurons]


def values_of(identities: Identities, neurons: Any) -> list[int]:
    """The different numbers among some neurons."""
    return [int(identities)] if identities.ndim == 0 else np.unique(identities[neurons]).tolist()


def few_enough(identities: Identities, present: set[int], most: int | None) -> int | None:
    """How many of these neurons come before one more profile than `most` would be on a core that has `present`.

    None: all of them.
    """
    if most is None:
        return None
    if identities.ndim == 0:
        fits = int(identities) in present or len(present) < most
        return None if fits else 0
    values, first = np.unique(identities, return_index=True)
    new = np.sort(first[~np.isin(values, list(present))])
    free = most - len(present)
    return None if len(new) <= free else int(new[free])
