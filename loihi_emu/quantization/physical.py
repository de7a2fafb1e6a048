"""From ms, mV and Hz to the chip's integers, and back: what a step, a unit of v and a weight stand for.

Two choices fix everything else: the length of a step, and how many mantissa units the distance from rest to threshold
has. The finer the second, the less a rounded weight is off, until weights exceed their 8 bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from loihi_emu import decay, numeric
from loihi_emu.errors import invalid
from loihi_emu.keywords import known_keywords_of
from loihi_emu.read_only import read_only
from loihi_emu.widths import DECAY_BITS, DECAY_UNITY, STATE_MAX, VTH_MAX, WEIGHT_SHIFT

WEIGHT_MAX = 255
"""The largest magnitude of a weight's mantissa."""
BIAS_MAX, EXPONENT_MAX = 4095, 7
"""The largest magnitude of a bias' mantissa, and its largest exponent."""
_LONGEST = 1 << 53
"""Steps beyond it are no whole numbers of float64."""


@known_keywords_of
@read_only()
@dataclass(frozen=True)
class PhysicalUnits:
    """What the integers of a network mean in ms, mV and Hz.

    Rest is 0 mV, as on the chip v rests at 0: give potentials as distances from rest.

    Parameters
    ----------
    threshold : float
        The threshold in mV above rest.
    vth : int
        The same threshold as mantissa, 1 .. 131071, which acts as ``vth * 64``: one mV is
        ``vth * 64 / threshold`` units of v.
    dt : float
        A step in ms.

    Raises
    ------
    ValidationError
        If a number is not above 0, or vth is no mantissa.

    Examples
    --------
    A neuron with 20 ms, 5 ms synapses, a threshold 15 mV above rest, and synapses of 0.5 mV:

    >>> units = PhysicalUnits(threshold=15, vth=1000, dt=1)
    >>> units.decay(20), units.decay(5), units.steps(2), units.rate(20)
    (200, 742, 2, 0.02)
    >>> w = units.weight(0.5, du=742, dv=200)
    >>> int(w), round(float(units.peak(w, du=742, dv=200)), 3)
    (9, 0.478)
    """

    threshold: float
    vth: int
    dt: float = 1.0

    def __post_init__(self) -> None:
        for name in ("threshold", "dt"):
            value = numeric.finite("PhysicalUnits", name, getattr(self, name))
            if value.ndim or value <= 0:
                raise invalid("PhysicalUnits", name, getattr(self, name), "one number above 0")
            object.__setattr__(self, name, float(value))
        advice = "It is the mantissa: v is compared to vth * 64."
        object.__setattr__(self, "vth", numeric.integer("PhysicalUnits", "vth", self.vth, 1, VTH_MAX, advice))

    @property
    def units_per_mv(self) -> float:
        """Units of v in one mV."""
        return (self.vth << WEIGHT_SHIFT) / self.threshold

    def decay(self, tau: float) -> int:
        """The decay ``du`` or ``dv`` of a time constant in ms (:func:`loihi_emu.decay_from_tau`)."""
        return decay.decay_from_tau(tau, dt=self.dt)

    @overload
    def steps(self, ms: float) -> int: ...

    @overload
    def steps(self, ms: Sequence[float] | NDArray[Any]) -> NDArray[np.int64]: ...

    def steps(self, ms: ArrayLike) -> int | NDArray[np.int64]:
        """The nearest number of steps of times, delays or refractory periods in ms.

        Parameters
        ----------
        ms : array_like of float
            Not negative. Of one number one int is returned, else an array of its shape.
        """
        found = np.rint(numeric.ranged("PhysicalUnits.steps", "ms", ms, 0, _LONGEST * self.dt) / self.dt)
        return int(found) if found.ndim == 0 else found.astype(np.int64)

    def rate(self, hz: ArrayLike) -> float | NDArray[np.float64]:
        """The probability of a spike in a step, for ``Network.input(rate=...)``, of a rate in Hz.

        Raises
        ------
        ValidationError
            If the rate is negative, or above one spike a step.
        """
        most = 1000 / self.dt
        advice = "A source spikes at most once a step: take shorter steps (dt), or several sources."
        given = numeric.ranged("PhysicalUnits.rate", "hz", hz, 0, most, advice)
        found = given * (self.dt / 1000)
        return float(found) if found.ndim == 0 else found

    def weight(self, mv: ArrayLike, *, du: int, dv: int) -> NDArray[np.int64]:
        """The weight mantissas (exponent 0) whose spike moves v by nearest to so many mV at its peak.

        Parameters
        ----------
        mv : array_like of float
            Peaks of the responses; negative ones inhibit.
        du, dv : int
            Decays of the neuron that receives them.

        Returns
        -------
        ndarray of int64
            In the shape of `mv`. In a connection of mixed signs an odd one loses its low bit: round to even numbers.

        Raises
        ------
        ValidationError
            If a weight would be beyond -255..255: `vth` is too fine for it, and what would fit is said.
        """
        given = numeric.finite("PhysicalUnits.weight", "mv", mv)
        peaks = _peaks(np.arange(WEIGHT_MAX + 1), du, dv) / self.units_per_mv
        size = np.abs(given)
        if given.size and size.max() > peaks[-1] + (peaks[-1] - peaks[-2]) / 2:
            fits = int(self.vth * peaks[-1] / size.max())
            worst = float(given.flat[size.argmax()])
            coarser = f"Take vth={fits} or less" if fits else "It is far above the threshold: look at its unit"
            advice = f"{coarser}, or take a weight exponent (quantize() chooses one)."
            allowed = f"up to {peaks[-1]:.4g}, with weights up to {WEIGHT_MAX} and vth={self.vth}"
            raise invalid("PhysicalUnits.weight", "mv", worst, allowed, advice=advice)
        nearest = np.searchsorted((peaks[1:] + peaks[:-1]) / 2, size)
        return np.asarray(np.sign(given) * nearest).astype(np.int64)

    def peak(self, weight: ArrayLike, *, du: int, dv: int) -> NDArray[np.float64]:
        """How far one spike through a weight moves v at its peak, in mV, by the chip's integers.

        Parameters
        ----------
        weight : array_like of int
            Weights as they act: mantissa times 2^exponent.
        du, dv : int
            Decays of the neuron that receives them.
        """
        whole = numeric.whole(
            "PhysicalUnits.peak", "weight", weight, "weight() gives the whole number nearest to so many mV."
        )
        given = numeric.ranged("PhysicalUnits.peak", "weight", whole, -(1 << 15), 1 << 15)
        return np.asarray(np.sign(given) * _peaks(np.abs(given), du, dv) / self.units_per_mv)

    def bias(self, mv: ArrayLike, *, dv: int) -> dict[str, Any]:
        """The bias with which v settles at so many mV, as ``dict(bias=..., bias_exp=...)`` for ``Network.population``.

        v settles at ``bias * 2^bias_exp * 4096 / dv``; the mantissa has 12 bits and a sign, the exponent is the least.

        Raises
        ------
        ValidationError
            If dv is 0: without a leak v does not settle. If no exponent is large enough.
        """
        advice = "With dv=0 nothing leaks, and v does not settle: a bias is then mV per step, times units_per_mv."
        leak = numeric.integer("PhysicalUnits.bias", "dv", dv, 1, DECAY_UNITY, advice)
        most = (BIAS_MAX << EXPONENT_MAX) * DECAY_UNITY / (leak * self.units_per_mv)
        given = numeric.ranged("PhysicalUnits.bias", "mv", mv, -most, most, "Take a smaller vth.")
        exact = given * self.units_per_mv * leak / DECAY_UNITY
        exponent = next(e for e in range(EXPONENT_MAX + 1) if not (np.abs(np.rint(exact / 2**e)) > BIAS_MAX).any())
        return {"bias": np.rint(exact / 2**exponent).astype(np.int64), "bias_exp": exponent}

    def millivolts(self, v: ArrayLike) -> NDArray[np.float64]:
        """Voltages as recorded, in mV above rest."""
        return np.asarray(numeric.finite("PhysicalUnits.millivolts", "v", v) / self.units_per_mv)

    def milliseconds(self, steps: ArrayLike) -> NDArray[np.float64]:
        """Times of steps, in ms."""
        return np.asarray(numeric.finite("PhysicalUnits.milliseconds", "steps", steps) * self.dt)

    def hertz(self, count: ArrayLike, steps: int) -> NDArray[np.float64]:
        """Rates in Hz of so many spikes in so many steps."""
        over = numeric.integer("PhysicalUnits.hertz", "steps", steps, 1, numeric.MAX_STEPS)
        return np.asarray(numeric.finite("PhysicalUnits.hertz", "count", count) * (1000 / (over * self.dt)))


def _peaks(weights: NDArray[np.int64], du: int, dv: int) -> NDArray[np.int64]:
    """The largest v after one arrival of each weight (0 or more) at u = v = 0, by the rules of the chip."""
    keep_u, keep_v = (
        DECAY_UNITY - numeric.integer("PhysicalUnits", name, d, 0, DECAY_UNITY) for name, d in (("du", du), ("dv", dv))
    )
    if keep_u == keep_v == DECAY_UNITY:
        advice = "Without any decay one spike drives v without end."
        raise invalid("PhysicalUnits", "du and dv", "0 and 0", "at least one above 0", advice=advice)
    u: NDArray[np.int64] = np.asarray(weights, np.int64) << WEIGHT_SHIFT
    v = u.copy()
    highest: NDArray[np.int64] = np.zeros_like(v)
    while (v > highest).any():
        highest = np.maximum(highest, v)
        u = u * keep_u >> DECAY_BITS
        v = np.minimum((v * keep_v >> DECAY_BITS) + u, STATE_MAX)
    return highest
