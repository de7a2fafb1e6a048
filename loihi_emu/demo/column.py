"""A cortical column: the microcircuit of Potjans and Diesmann (2014) in the chip's integers, at any scale.

Eight populations of current-based leaky neurons in four layers below one square millimetre of cortex, 77 169 neurons
and 299 million synapses at full size, steps of 0.1 ms. Numbers of neurons, connection probabilities, synapses from
other areas and rates are those of tables 4 to 6 there. Drive from other areas is a constant current of the same mean
(their "DC input"). A smaller column keeps the connection probabilities; its weights grow by one over the root of the
scale, and a constant current stands for the mean of what is missing, so that rates stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from loihi_emu import numeric
from loihi_emu.decay import decay_from_tau
from loihi_emu.widths import DECAY_UNITY, WEIGHT_UNIT

if TYPE_CHECKING:
    from loihi_emu.network.network import Network

NAMES = ("L2/3e", "L2/3i", "L4e", "L4i", "L5e", "L5i", "L6e", "L6i")
SIZES = np.array([20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948])
OUTSIDE = np.array([1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100])
"""Synapses from other areas on a neuron, each with :data:`BACKGROUND` spikes a second."""
RATES = np.array([0.86, 2.80, 4.45, 5.93, 7.59, 8.63, 1.11, 7.83])
"""Published mean rates in Hz (table 6)."""
COMPENSATED = np.array([0.971, 2.868, 4.746, 5.396, 8.142, 9.078, 0.991, 7.523])
"""Mean rates at full size by which smaller columns are made up for: those of the model's published PyNN program."""
PROBABILITY = np.array([
    [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0, 0.0076, 0.0],
    [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0, 0.0042, 0.0],
    [0.0077, 0.0059, 0.0497, 0.135, 0.0067, 0.0003, 0.0453, 0.0],
    [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0, 0.1057, 0.0],
    [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0],
    [0.0548, 0.0269, 0.0257, 0.0022, 0.06, 0.3158, 0.0086, 0.0],
    [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
    [0.0364, 0.001, 0.0034, 0.0005, 0.0277, 0.008, 0.0658, 0.1443],
])  # fmt: skip
"""That two neurons are connected at least once: from a column's population onto a row's."""

STEP = 0.1  # ms
TAU_M, TAU_SYN, CAPACITANCE, THRESHOLD, REFRACTORY = 10.0, 0.5, 250.0, 15.0, 2.0  # ms, ms, pF, mV above rest, ms
CURRENT = 87.8  # pA, the jump of a synaptic current
INHIBITION, DOUBLED = -4.0, (0, 2)  # how much stronger; the pathway of twice the strength (layer 4 to 2/3)
BACKGROUND = 8.0  # Hz
SPREAD = 0.1  # of weights, relative
DELAYS = ((1.5, 0.75), (0.75, 0.375))  # ms, mean and spread of exciting and inhibiting neurons
START = (7.0, 5.0)  # mV above rest, mean and spread
MANTISSA = 32
"""The mantissa that stands for the mean current: inhibition of four times that with its spread fits in 8 bits."""


@dataclass(frozen=True, eq=False)
class ColumnSizes:
    """What a column of a scale consists of.

    Attributes
    ----------
    sizes : int64 array
        Neurons of each population.
    synapses : int64 array (8, 8)
        Synapses onto the row's population from the column's, drawn with replacement.
    strength : float array (8, 8)
        In units of the mean exciting current.
    drive : float array
        Constant current of each population's neurons in pA.
    vth : int
        Mantissa of the threshold.
    """

    sizes: NDArray[np.int64]
    synapses: NDArray[np.int64]
    strength: NDArray[np.float64]
    drive: NDArray[np.float64]
    vth: int

    @property
    def units_per_mv(self) -> float:
        """Units of v in one mV."""
        return self.vth * WEIGHT_UNIT / THRESHOLD


def _summed(tau: float) -> float:
    """What a jump is multiplied by so that its sum over the chip's steps is its integral over time."""
    return tau / STEP * decay_from_tau(tau, dt=STEP) / DECAY_UNITY


def column(scale: float = 1.0) -> ColumnSizes:
    """The numbers of a column of which so large a part is left: of neurons, and of synapses on each.

    Parameters
    ----------
    scale : float
        Above 0, at most 1.

    Examples
    --------
    >>> whole = column()
    >>> int(whole.sizes.sum()), round(whole.synapses.sum() / 1e6)
    (77169, 299)
    """
    share = float(numeric.ranged("column", "scale", scale, 0.01, 1.0))
    pairs = np.outer(SIZES, SIZES)
    full = np.log(1 - PROBABILITY) / np.log(1 - 1 / pairs)  # so that two are connected at least once that often
    sizes = np.maximum(1, np.rint(SIZES * share)).astype(np.int64)
    synapses = np.rint(full * share**2).astype(np.int64)
    strength = np.where(np.arange(8) % 2, INHIBITION, 1.0) * np.ones((8, 1))
    strength[DOUBLED] *= 2
    charge = TAU_SYN / 1000 * CURRENT  # pA that one spike a second is on average
    stronger = 1 / np.sqrt(share)
    missing = full / SIZES[:, None] - stronger * synapses / sizes[:, None]
    drive = charge * (OUTSIDE * BACKGROUND + (missing * strength) @ COMPENSATED)
    one = stronger * CURRENT * STEP / CAPACITANCE * _summed(TAU_SYN) * _summed(TAU_M)  # mV at first
    return ColumnSizes(sizes, synapses, strength, drive, round(THRESHOLD / one * MANTISSA))


def column_network(scale: float = 1.0, seed: int = 1) -> Network:
    """The network, with a probe of spikes on every population.

    Parameters
    ----------
    scale : float
        Above 0, at most 1.
    seed : int
        Of synapses, weights, delays and the voltages at the start.
    """
    from loihi_emu import Network, PhysicalUnits, fixed_total_number, normal

    numbers = column(scale)
    units = PhysicalUnits(threshold=THRESHOLD, vth=numbers.vth, dt=STEP)
    rng = np.random.default_rng(seed)
    net = Network("column", seed=seed)
    for name, size, current in zip(NAMES, numbers.sizes, numbers.drive, strict=True):
        start = np.minimum(rng.normal(*START, size) * numbers.units_per_mv, numbers.vth * WEIGHT_UNIT)
        each = current * STEP / CAPACITANCE * _summed(TAU_M) * numbers.units_per_mv
        exponent = max(0, int(np.ceil(np.log2(max(abs(each), 1) / 4095))))
        cells = net.population(
            name, int(size), du=units.decay(TAU_SYN), dv=units.decay(TAU_M), vth=units.vth, v=start.astype(np.int64),
            bias=round(each / 2**exponent), bias_exp=exponent,
            refractory=units.steps(REFRACTORY) + 1,  # so many steps of rest, then it integrates
        )  # fmt: skip
        net.probe(cells)
    for k, post in enumerate(NAMES):
        for j, pre in enumerate(NAMES):
            if numbers.synapses[k, j] == 0:
                continue
            mean = MANTISSA * numbers.strength[k, j]
            low, high = (1, 255) if mean > 0 else (-255, -1)
            middle, width = (x / STEP for x in DELAYS[j % 2])
            net.connect(
                pre, post, normal(mean, SPREAD * abs(mean), low=low, high=high),
                synapses=fixed_total_number(int(numbers.synapses[k, j])),
                delays=normal(middle, width, low=1, high=62),  # u and v change in the step of arrival, a step later
            )  # fmt: skip
    return net
