"""How often each neuron spikes in a step: measured, given, or assumed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from loihi_emu.errors import invalid, shown_of, unknown
from loihi_emu.mapping.arrays import Numbers
from loihi_emu.mapping.model import Problem
from loihi_emu.numeric import ranged
from loihi_emu.recording.recording import Recording
from loihi_emu.user_warnings import warn

Rates = dict[str, Numbers]
PER_STEP = "Rates are spikes per step: divide Hz by the number of steps in a second."
MOST_EVENTS = 10
"""More events of one neuron of an input in one step are told; a neuron of a population has one at most."""
MOST = 1e9
"""Largest rate: a neuron has at most one spike per step, an input may have more events."""


def rates_of(problem: Problem, rates: Any) -> Rates:
    """Spikes per step of every neuron of all populations and inputs.

    Parameters
    ----------
    problem : Problem
    rates : None, Recording or dict
        None: every neuron spikes in every step, so that numbers of messages are those of axons. A recording: counted
        for each neuron where spikes were recorded, else the mean of its population. A dict: name to one number or one
        per neuron; 0 for what it does not name.

    Raises
    ------
    ValidationError
        Negative or endless rates, a wrong shape, a recording without steps.
    UnknownNameError
        A name that is not in the network.
    """
    sizes = {name: node.size for name, node in [*problem.inputs.items(), *problem.populations.items()]}
    if rates is None:
        return {name: np.ones(size) for name, size in sizes.items()}
    if isinstance(rates, Recording):
        return {name: _counted(rates, name, size) for name, size in sizes.items()}
    if not isinstance(rates, Mapping):
        raise invalid("place", "rates", shown_of(rates), "None, a Recording, or a dict of spikes per step by name")
    per_step = {name: np.zeros(size) for name, size in sizes.items()}
    for key, value in rates.items():
        name = getattr(key, "name", key)
        if name not in sizes:
            raise unknown("population or input", name, sizes, where="rates")
        array = ranged(f'rates of "{name}"', "", value, 0, MOST, PER_STEP).astype(np.float64)
        if array.size and array.max() > (1 if name in problem.populations else MOST_EVENTS):
            text = f'rates of "{name}": up to {array.max():.6g} spikes of a neuron per step. {PER_STEP}'
            warn(text)
        if array.ndim and array.size != sizes[name]:
            raise invalid(f'rates of "{name}"', "", f"shape {array.shape}", f"a number or {sizes[name]} of them")
        per_step[name][:] = array.reshape(-1) if array.ndim else array
    return per_step


def _counted(recording: Recording, name: str, size: int) -> Numbers:
    if name not in recording.populations or recording.populations[name]["size"] != size:
        raise invalid("rates", "", f'a recording without "{name}" of {size} neurons', "one of the same network")
    if not recording.steps:
        raise invalid("rates", "", "a recording of 0 steps", "one or more steps")
    if f"{name}.spikes" in recording and len(recording.neurons(f"{name}.spikes")) == size:
        counts = recording.spike_counts(name)
        return np.asarray(counts.sum(axis=0) if counts.ndim > 1 else counts) / recording.steps
    return np.full(size, recording.stats["spikes"].get(name, 0) / size / recording.steps)
