"""What the neurons of a core share: profiles, of which a core has few, and fields that all of it has in common."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.chips.chip import Chip
from loihi_emu.mapping.arrays import Index
from loihi_emu.models.specification import NeuronModel
from loihi_emu.network.elements import Population
from loihi_emu.network.members import Members
from loihi_emu.widths import DECAY_UNITY

THRESHOLD = ("vth", "vth_exp", "vth_hi", "vth_lo", "uth")
"""Parameters that a threshold profile holds."""
WHOLE_CORE = ("vmin", "vmax")
"""Parameters that all compartments of a core share (nengo-loihi, ``hardware/builder.py``)."""
SETTINGS = ("vmin, vmax", "noise", "decay_u", "decay_v", "epoch")
"""What a core has once for those of its neurons that use it: limits of v; noise settings; whether decays of u, and of
v, count one more (a decay of 0 needs that they do not, one of 4096 that they do, all others go with either; Fugu's
Loihi backend); the length of a learning epoch (nengo-loihi, ``hardware/builder.py``)."""
OWN = ("bias", "bias_exp", "bias_mant", "u", "v")
"""Parameters that each compartment has for itself, beside its state at the start; all others are in a profile."""

Identities = Index


@dataclass(frozen=True, eq=False)
class Profiles:
    """Profiles of the neurons of all populations, as numbers: equal numbers, equal profiles.

    Attributes
    ----------
    compartment, threshold : dict
        Population name to an int32 array of shape () (one for all) or (neurons,).
    settings : dict
        Population name to a tuple of such arrays, one for each of SETTINGS; 0 goes with everything, and a core has one
        number that is not 0.
    """

    compartment: dict[str, Identities]
    threshold: dict[str, Identities]
    settings: dict[str, tuple[Identities, ...]]

    @cached_property
    def alike(self) -> bool:
        """Whether all neurons have the same of all that a core has once, so that nothing is to be looked up."""
        each = zip(*self.settings.values(), strict=True)
        return all(len(set().union(*(values_of(i, slice(None)) for i in setting)) - {0}) <= 1 for setting in each)

    def every(self, name: str) -> tuple[Identities, ...]:
        """Of a population what a core has once, then thresholds, then other profiles."""
        return *self.settings[name], self.threshold[name], self.compartment[name]

    def counted(self, name: str) -> dict[str, Identities]:
        """Of a population those that a core has several of, by the resource that each takes."""
        return {"compartment_profiles": self.compartment[name], "threshold_profiles": self.threshold[name]}


def profiles_of(network: Members, chip: Chip) -> Profiles:
    """Number the profiles of all neurons."""
    populations = network.populations
    known: tuple[dict[Any, int], ...] = ({}, {}, {})
    profiles: tuple[dict[str, Identities], ...] = ({}, {}, {})
    noises: dict[Any, int] = {}
    settings: dict[str, tuple[Identities, ...]] = {}
    epochs = _epochs(network) if chip.epochs_per_core else {}
    for name, p in populations.items():
        keys: tuple[list[str], ...] = ([], [], [])
        model = network.rule_set.model(p.model)
        individual = {*OWN, *dict(model.state)}
        for parameter in p.parameters:
            if parameter not in individual:
                keys[1 if parameter in THRESHOLD else 2 if parameter in WHOLE_CORE else 0].append(parameter)
        noise = 0
        extra: Any = False
        if p.noise is not None and np.any(p.noise.enabled):
            key = (p.noise.target, p.noise.exp, p.noise.offset)
            noise = noises.setdefault(key, len(noises) + 1)
            extra = np.asarray(p.noise.enabled)
        for number, names in enumerate(keys):
            columns = [(name, np.asarray(p.parameters[name])) for name in sorted(names)]
            if number == 0:
                columns.append(("noise", np.asarray(extra)))
            profiles[number][name] = _numbered(columns, p.size, known[number])
        decays = _decay_offsets(p, model, chip)
        limits = np.asarray(profiles[2][name] + 1, np.int32)  # every neuron has some: 0 is no number of theirs
        settings[name] = (limits, np.asarray(noise, np.int32), *decays, epochs.get(name, np.asarray(0, np.int32)))
    return Profiles(profiles[0], profiles[1], settings)


def _decay_offsets(p: Population, model: NeuronModel, chip: Chip) -> tuple[Identities, Identities]:
    """What the decays of u and v ask for: 1 that decays count as they are (0), 2 that they count one more (4096)."""
    offsets = []
    for name in ("du", "dv"):
        parameter = model.parameter(name)
        low = 0 if parameter is None else int(parameter.low)  # no decay; Lava's du is the decay less 1
        decay = np.asarray(p.parameters.get(name, low + 1))
        if not chip.decay_offsets_per_core or decay.dtype.kind not in "iu":
            decay = np.asarray(low + 1)
        asked = np.where(decay == low, 1, np.where(decay == low + DECAY_UNITY, 2, 0)).astype(np.int32)
        offsets.append(_once(asked))
    return offsets[0], offsets[1]


def _epochs(network: Members) -> dict[str, Identities]:
    """Lengths of the epochs of the connections that learn, by population and neuron they go to; 0 where none does."""
    epochs: dict[str, Identities] = {}
    for c in network.connections.values():
        if c.learning is not None:
            target = c.post.target
            epochs.setdefault(target.name, np.zeros(target.size, np.int32))[c.post.indices] = c.learning.rule.t_epoch
    return {name: _once(each) for name, each in epochs.items()}


def _once(identities: Identities) -> Identities:
    """One number for all if they are equal."""
    flat = identities.reshape(-1)
    return identities if np.any(flat != flat[0]) else flat[0].reshape(())


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
