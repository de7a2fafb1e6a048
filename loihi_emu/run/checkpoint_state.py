"""State read from a checkpoint, held against the image that it is for: every number that a kernel may use is checked.

By these numbers kernels address memory: positions in lists of events and spikes, numbers of neurons, slots of rings
(the clock, delays), rows of histories (in which step of its epoch a neuron spiked). Others must be within their fields.
"""

from __future__ import annotations

import numpy as np

from loihi_emu.image.build import Image
from loihi_emu.image.chip_views import view_key
from loihi_emu.image.groups import Group
from loihi_emu.image.state import State
from loihi_emu.numeric import MAX_STEPS
from loihi_emu.rules import RuleSet


def check_state(image: Image, state: State) -> None:
    """Check all state of an image.

    Parameters
    ----------
    image : Image
        Of the network as the checkpoint has it: with its weights, inputs and rules.
    state : State
        Arrays of the names, types and shapes of the image's arena.

    Raises
    ------
    ValidationError
        Names the file and the array.
    """
    state.within("clock", 0, MAX_STEPS)
    state.within("sample", 0, MAX_STEPS)
    image.generator.check_state(state)
    for group in image.groups:
        _check_group(group, image.network.rule_set, state)
    for source in image.inputs.values():
        if source.poisson:
            state.within(f"{source.key}.cursor", 0, 0)
        else:
            passed = int(np.searchsorted(source.events(source.node)[0], state.clock))
            state.within(f"{source.key}.cursor", 0, passed)
    for learner in image.learners.values():
        learner.check_state(state)


def _check_group(group: Group, rules: RuleSet, state: State) -> None:
    limits = dict(group.model.limits or {})
    for name, dtype in group.model.state:
        if np.dtype(dtype).kind != "f" and name not in rules.unlimited:
            low, high = limits.get(name, (0, 127))
            state.within(f"{group.key}.{name}", int(low), int(high))
    for p in group.populations:
        _check_view(group, p.name, state)
    if group.keeps_spikes:
        state.within(f"{group.key}.spiked", 0, group.n)
        state.within(f"{group.key}.spikes", 0, max(group.n - 1, 0))
        index = state[f"{group.key}.spikes"][: int(state[f"{group.key}.spiked"][0])]
        if np.any(index[1:] <= index[:-1]):
            state.fail(f"{group.key}.spikes", "neurons out of order", "rising neurons")


def _check_view(group: Group, population: str, state: State) -> None:
    """Counters of what a chip's probe reads: 0 or 1, or one more than the steps that a neuron still rests."""
    key = view_key(group, population)
    if key not in state:
        return
    left, rest = state[key], np.zeros(1, np.uint8)
    if "rest" in dict(group.model.state):
        rest = state[f"{group.key}.rest"][group.part(population)]
    if np.any(np.where(rest > 0, left != rest + 1, left > 1)):
        state.fail(key, "counters of other neurons than those that rest", "0, 1, or rest + 1")
