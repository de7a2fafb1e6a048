"""Time constants to the chip's decay integers, and back.

A compartment loses the fraction ``d / 4096`` of its current (``du``) or voltage (``dv``) in every step, where ``d`` is
the *effective* decay, a whole number in 0..4096 (:attr:`loihi_emu.Chip.decay_max`). After ``k`` steps there is
``(1 - d / 4096)^k`` left; an exponential with time constant ``tau`` has ``exp(-k * dt / tau)`` left. The two are equal
at every step for

    d = 4096 * (1 - exp(-dt / tau))

which is what these functions use. The first-order form ``4096 * dt / tau`` (forward Euler) is too fast by a factor of
about ``1 + dt / (2 * tau)``: 0.5 % for ``tau = 100 dt``, 5 % for ``tau = 10 dt``; for
``tau < dt`` it has no meaning.

What remains is the rounding of ``d`` to a whole number, at most half a unit: a relative error of ``tau`` of about
``0.5 / d``, or ``tau / (8192 dt)``; 1 % at ``tau = 82 dt``, 10 % at ``tau = 820 dt``. The slowest decay there is,
``d = 1``, is ``tau = 4095.5 dt``, and from ``tau = 8191.5 dt`` on the nearest whole number is 0: no decay at all.
(The chip also rounds the state away from slow decay: every step loses at least 1 unit as long as the state is not 0.)

Registers: Lava and nengo-loihi write ``du`` one lower, because the chip adds 1 to the current's decay; the effective
value here is theirs plus 1. For ``dv`` there is no offset.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from loihi_emu import errors, numeric
from loihi_emu.keywords import known_keywords
from loihi_emu.user_warnings import warn
from loihi_emu.widths import DECAY_UNITY

Floats = float | Sequence[float] | NDArray[np.floating] | NDArray[np.integer]
Integers = int | Sequence[int] | NDArray[np.integer]


@overload
def decay_from_tau(tau: float, dt: float = ...) -> int: ...
@overload
def decay_from_tau(
    tau: Sequence[float] | NDArray[np.floating] | NDArray[np.integer], dt: float = ...
) -> NDArray[np.int64]: ...
@known_keywords
def decay_from_tau(tau: Floats, dt: float = 1.0) -> int | NDArray[np.int64]:
    """Return the effective decay whose time constant is nearest `tau`.

    ``d = round(4096 * (1 - exp(-dt / tau)))``, halves to even; see the module's text for why and how exact.

    Parameters
    ----------
    tau : float or array_like
        Time constant in the unit of `dt`, 0 or more. 0 gives 4096 (nothing is kept), infinity gives 0 (no decay).
    dt : float
        Length of one step, above 0. The default 1 means that `tau` counts steps; with `tau` in seconds and steps of
        1 ms give 0.001.

    Returns
    -------
    int or ndarray of int64
        Effective decay in 0..4096, in the shape of `tau`.

    Raises
    ------
    ValidationError
        If `tau` is negative or NaN, or `dt` is not a finite number above 0.

    Warns
    -----
    LoihiInputWarning
        If all of `tau` is below one step (seconds?), or rounds to no decay at all.

    Examples
    --------
    >>> decay_from_tau(10.0)
    390
    >>> decay_from_tau([0.005, 0.02], dt=0.001).tolist()
    [742, 200]
    """
    step = _step("decay_from_tau", dt)
    array = numeric.ranged("decay_from_tau", "tau", tau, 0, np.inf, "A time constant is 0 or more.").astype(np.float64)
    decay = nearest_decay(array, step)
    _warn_of_unit(array, decay, step)
    return int(decay) if decay.ndim == 0 else decay


def nearest_decay(tau: NDArray[np.float64], step: float = 1.0) -> NDArray[np.int64]:
    """The same for checked values, without a word on their size."""
    with np.errstate(divide="ignore", over="ignore"):
        return np.asarray(np.rint(-DECAY_UNITY * np.expm1(-step / np.asarray(tau)))).astype(np.int64)


def _warn_of_unit(tau: NDArray[np.float64], decay: NDArray[np.int64], step: float) -> None:
    """Warn of time constants that are all shorter than a step, or all too long to decay."""
    given = (tau > 0) & np.isfinite(tau)
    if not given.any():
        return
    some, first = tau[given], float(tau[given].flat[0])
    if step == 1 and some.max() < 1:
        text = (
            f"decay_from_tau: tau={first:.6g} counts steps, so that less than e^-1 is left after one. If it is in "
            f"seconds, give the seconds of a step: decay_from_tau({first:.6g}, dt=0.001)."
        )
        warn(text)
    elif not decay[given].any():
        text = (
            f"decay_from_tau: tau={first:.6g} is beyond the slowest decay (tau={4095.5 * step:.6g}, as of "
            "tau_from_decay(1)): nothing decays. Tau and dt have one unit; infinity means no decay."
        )
        warn(text)


@overload
def tau_from_decay(decay: int, dt: float = ...) -> float: ...
@overload
def tau_from_decay(decay: Sequence[int] | NDArray[np.integer], dt: float = ...) -> NDArray[np.float64]: ...
@known_keywords
def tau_from_decay(decay: Integers, dt: float = 1.0) -> float | NDArray[np.float64]:
    """Return the time constant of an effective decay: the inverse of :func:`decay_from_tau`.

    ``tau = -dt / ln(1 - d / 4096)``.

    Parameters
    ----------
    decay : int or array_like of int
        Effective decay, 0..4096.
    dt : float
        Length of one step, above 0; the result is in its unit.

    Returns
    -------
    float or ndarray of float64
        Time constant in the shape of `decay`: infinity for 0, and 0 for 4096.

    Raises
    ------
    ValidationError
        If `decay` is not whole or outside 0..4096, or `dt` is not a finite number above 0.

    Examples
    --------
    >>> round(tau_from_decay(390), 3)
    9.994
    >>> tau_from_decay([0, 4096]).tolist()
    [inf, 0.0]
    """
    step = _step("tau_from_decay", dt)
    array = numeric.whole("tau_from_decay", "decay", decay, "decay_from_tau gives whole decays.")
    numeric.ranged("tau_from_decay", "decay", array, 0, DECAY_UNITY, "Give the effective decay (Lava's du plus 1).")
    with np.errstate(divide="ignore"):
        # The sign is taken inside so that decay 0 gives +infinity and decay 4096 gives +0.
        tau = np.asarray(step / -np.log1p(-array / DECAY_UNITY))
    tau = np.where(array == 0, np.inf, tau)
    return float(tau) if tau.ndim == 0 else tau


def _step(where: str, dt: float) -> float:
    """Return `dt` as float after checking that it is one finite number above 0."""
    array = numeric.finite(where, "dt", dt)
    if array.ndim != 0 or not array > 0:
        raise errors.invalid(
            where, "dt", dt, "one number above 0", advice="It is the length of a step in the unit of tau."
        )
    return float(array)
