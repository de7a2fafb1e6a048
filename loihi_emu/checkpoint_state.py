"""State read from a checkpoint, held against the image that it is for: every number that a kernel may use is checked.

By these numbers kernels address memory: positions in lists of events and spikes, numbers of neurons, slots of rings
(the clock, delays), rows of histories (in which step of its epoch a neuron spiked). Others must be within their fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import invalid
from loihi_emu.image.build import Image
from loihi_emu.image.chip_views import view_key
from loihi_emu.image.groups import Group
from loihi_emu.image.learners import Learner
from loihi_emu.image.plasticity import MOST, Plastic
from loihi_emu.image.plasticity_brian2 import LEAST as LEAST_BRIAN2
from loihi_emu.image.plasticity_brian2 import MOST as MOST_BRIAN2
from loihi_emu.image.plasticity_brian2 import PlasticBrian2
from loihi_emu.image.plasticity_nengo import PlasticNengo
from loihi_emu.models import learning_layout as to
from loihi_emu.models import learning_nengo
from loihi_emu.models.noise import STATE_WORDS
from loihi_emu.weights import EFFECTIVE_MAX, effective

Array = NDArray[Any]
CLOCK = 1 << 62
TRACE = 127
WIDTHLESS = ("brian2_loihi", "float")
"""Rules under which u and v have no limits: what a run made of them goes on."""


class State:
    """The arrays of a checkpoint's state by the names that they have in the arena; ``fail`` raises about one."""

    def __init__(self, path: str, arrays: Mapping[str, Array]) -> None:
        self.path, self.arrays = path, arrays

    def __getitem__(self, key: str) -> Array:
        return self.arrays[f"state.{key}"]

    def fail(self, key: str, given: str, allowed: str) -> None:
        """Raise about one array."""
        raise invalid(self.path, f"array state.{key}", given, allowed)

    def within(self, key: str, low: int, high: int) -> None:
        """Whole numbers in a range."""
        array = self[key]
        if array.size and (array.min() < low or array.max() > high):
            wrong = array.min() if array.min() < low else array.max()
            self.fail(key, str(wrong), f"{low}..{high}")


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
    state.within("clock", 0, CLOCK)
    state.within("sample", 0, CLOCK)
    clock = int(state["clock"][0])
    if "twister" in image.arena.names:
        _check_twister(state)
    for group in image.groups:
        _check_group(group, image.network.rules, state)
    for source in image.inputs.values():
        if source.poisson:
            state.within(f"{source.key}.cursor", 0, 0)
        else:
            passed = int(np.searchsorted(source.events(source.node)[0], clock))
            state.within(f"{source.key}.cursor", 0, passed)
    for learner in image.learners.values():
        _check_learner(learner, clock, state)


def _check_twister(state: State) -> None:
    words = state["twister"]
    if words[-1] >= STATE_WORDS:
        state.fail("twister", f"position {words[-1]}", f"0..{STATE_WORDS - 1}")
    if words[0] < 1 << 31 and not words[1:-1].any():
        state.fail("twister", "a generator that gives zeros only", "a state of the generator")


def _check_group(group: Group, rules: str, state: State) -> None:
    limits = dict(group.model.limits or {})
    for name, dtype in group.model.state:
        if np.dtype(dtype).kind != "f" and not (rules in WIDTHLESS and name != "rest"):
            low, high = limits.get(name, (0, 127))
            state.within(f"{group.key}.{name}", int(low), int(high))
    state.within(f"{group.key}.hot", 0, 1)
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
    if f"state.{key}" not in state.arrays:
        return
    left, rest = state[key], np.zeros(1, np.uint8)
    if "rest" in dict(group.model.state):
        rest = state[f"{group.key}.rest"][group.part(population)]
    if np.any(np.where(rest > 0, left != rest + 1, left > 1)):
        state.fail(key, "counters of other neurons than those that rest", "0, 1, or rest + 1")


# ------------------------------------------------------------ connections that learn
def _check_learner(learner: Learner, clock: int, state: State) -> None:
    if isinstance(learner, PlasticBrian2):
        _check_brian2(learner, state)
    elif isinstance(learner, PlasticNengo):
        _check_nengo(learner, clock, state)
    else:
        _check_chip(learner, clock, state)


def _check_chip(learner: Plastic, clock: int, state: State) -> None:
    key, rule, sign = learner.key, learner.rule, learner.connection.sign_mode
    codes = state[f"{key}.codes"].reshape(-1)
    values = (codes[: learner.stored].astype(np.int64) << learner.unit) + learner.low
    step = 1 << learner.dropped
    if np.any(values % step) or np.any(values < -(-learner.low // step * step)) or np.any(values > MOST[sign]):
        state.fail(f"{key}.codes", "weights that are none", f"multiples of {step} in the range of the sign mode")
    if learner.has_delays:
        state.within(f"{key}.delays", 0, learner.longest)
    if learner.has_tags:
        state.within(f"{key}.tags", *to.TAG)
    driven = dict(learner.connection.learning.factors)
    for name in learner.traces:
        low = -TRACE - 1 if name in driven and name not in rule.traces else 0
        for part in (name, *([f"{name}.history"] if rule.t_epoch > 1 else [])):
            state.within(f"{key}.{part}", low, TRACE)
    for stamp in ("x0", "y0"):  # 1 + the step of the epoch in which a neuron spiked: a row of the history
        state.within(f"{key}.{stamp}", 0, clock % rule.t_epoch)
    if f"state.{key}.taps" in state.arrays:
        delivered = learner.start(learner.user_order(values))["taps"]
        if not np.array_equal(state[f"{key}.taps"], delivered):
            state.fail(f"{key}.taps", "other weights than those that are stored", "the effective ones")


def _check_brian2(learner: PlasticBrian2, state: State) -> None:
    key, c = learner.key, learner.connection
    state.within(f"{key}.w", LEAST_BRIAN2[c.sign_mode], MOST_BRIAN2[c.sign_mode])
    for name in learner.traces:
        for part in (name, f"{name}.seen"):
            state.within(f"{key}.{part}", 0, TRACE)
    stored = state[f"{key}.w"].astype(np.int64)
    exponent = c.weight_exp
    learned = np.clip(stored << exponent if exponent >= 0 else stored >> -exponent, -EFFECTIVE_MAX, EFFECTIVE_MAX)
    given = effective(stored, "brian2_loihi", c.sign_mode, c.weight_bits, exponent).values
    active = state[f"{key}.active"]
    if learner.stored and np.any((active != learned) & (active != given)):
        state.fail(f"{key}.active", "other weights than those that are stored", "the effective ones")


def _check_nengo(learner: PlasticNengo, clock: int, state: State) -> None:
    key = learner.key
    state.within(f"{key}.active", -(256 << learner.unit), 256 << learner.unit)
    if learner.stored and np.any(state[f"{key}.active"] & ((1 << learner.unit) - 1)):
        state.fail(f"{key}.active", "weights that are none", f"multiples of {1 << learner.unit}")
    state.within(f"{key}.x1", 0, TRACE)
    state.within(f"{key}.x0", 0, min(clock % learning_nengo.EPOCH, 1))
