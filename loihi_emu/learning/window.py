"""The learning window of a rule: the change of a weight for one pair of spikes, measured by running the emulator."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from loihi_emu.errors import invalid
from loihi_emu.keywords import known_keywords
from loihi_emu.learning.rule import LearningRule
from loihi_emu.numeric import integer, ranged, whole
from loihi_emu.units import IN_STEPS

FARTHEST = 10_000
STRONG = 255
SETTLE = 4
"""Steps after the pair, and epochs, until everything has been learned."""


@known_keywords
def learning_window(
    rule: LearningRule,
    distances: ArrayLike,
    *,
    weight: int = 100,
    sign_mode: str = "excitatory",
    repeats: int = 64,
    seed: int = 0,
) -> NDArray[np.float64]:
    """Measure the mean change of a weight when one presynaptic and one postsynaptic spike meet.

    Parameters
    ----------
    rule : LearningRule
        Without third factors.
    distances : array of int
        Step of the postsynaptic spike minus the step in which the presynaptic one arrives; 0: the neuron spikes in the
        step of the arrival.
    weight : int
        Weight before.
    sign_mode : str
    repeats : int
        Synapses a distance, each with random numbers of its own.
    seed : int

    Returns
    -------
    array of float, one per distance

    Examples
    --------
    >>> from loihi_emu.learning import pair_stdp
    >>> window = learning_window(pair_stdp(0.25, 0.25), [-3, 3])
    >>> bool(window[0] < 0 < window[1])
    True
    """
    from loihi_emu.network.network import Network
    from loihi_emu.run.emulator import Emulator

    where = "learning_window"
    if not isinstance(rule, LearningRule):
        raise invalid(where, "rule", repr(rule), "a LearningRule")
    if rule.needs:
        given = f"a rule that needs a third factor for {', '.join(rule.needs)}"
        raise invalid(where, "rule", given, "one of two spikes alone")
    steps = np.atleast_1d(whole(where, "distances", distances, IN_STEPS)).reshape(-1)
    ranged(where, "distances", steps, -FARTHEST, FARTHEST)
    repeats = integer(where, "repeats", repeats, 1, 1 << 20)
    every = np.repeat(steps, repeats)
    n = len(every)
    begin = 1 + max(0, -int(steps.min(initial=0)))
    each = np.arange(n)
    net: Any = Network("window", seed=seed)
    source = net.input("source", n, spikes=(np.full(n, begin), each))
    drive = net.input("drive", n, spikes=(begin + every, each))
    cells = net.population("cells", n, du=4096, dv=4096, vth=1)
    net.connect(drive, cells, (each, each, STRONG))
    start = np.full(n, -weight if sign_mode == "inhibitory" else weight)
    synapses = net.connect(
        source, cells, (each, each, start), name="pair", sign_mode=sign_mode, weight_exp=-8, learning=rule
    )
    emulator = Emulator(net)
    before = emulator.get(synapses.name, "weights")
    emulator.run(begin + int(steps.max(initial=0)) + SETTLE + 2 * rule.t_epoch, progress=False)
    change = emulator.get(synapses.name, "weights") - before
    return np.asarray(change.reshape(len(steps), repeats).mean(axis=1), np.float64)
