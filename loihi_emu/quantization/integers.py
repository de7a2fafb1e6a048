"""From float weights, thresholds and biases to the chip's integers, with a report of what was lost.

One common scale ``S`` links them all, because weights, biases and thresholds meet in ``v``:

    W = w * S,    vth = vth_float * S,    bias = bias_float * 64 * S

``W`` is the effective weight, ``floor(trunc(mantissa / 2^s) * 2^s * 2^exp)``, that a spike adds to ``u`` as ``64 * W``;
the threshold is compared as ``64 * vth``; the bias is ``mantissa * 2^exp`` and is added to ``v`` as it is. Any ``S``
gives the same dynamics but for rounding (decays have no scale), so the one with the least error is searched;
:mod:`loihi_emu.quantization.search` explains how.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu import errors, numeric
from loihi_emu.chips.chip import LOIHI1
from loihi_emu.keywords import known_keywords
from loihi_emu.quantization.parts import WHERE, is_sparse, like, option_of, split, stored, together
from loihi_emu.quantization.report import QuantizeReport, WeightReport
from loihi_emu.quantization.search import BIAS_TOP, EXACT, Matrix, bias_exponents, choose, grid, largest_scale, matrix
from loihi_emu.rules.weights import MANTISSA_BITS, check_precision, sign_mode_of

SANE = (1e-100, 1e100)
"""Weights whose squares float64 still holds; the unit of the weights is free, so nobody needs others."""


@dataclass(frozen=True, eq=False, repr=False)
class Quantized:
    """Integers ready to pass on, and the report.

    For a list or dict of matrices `weights`, `weight_exp`, `weight_bits` and `sign_mode` are lists or dicts alike.

    Attributes
    ----------
    weights : int32 array or scipy.sparse matrix
        Mantissas on the grid of the format, in the shape of the float weights.
    weight_exp, weight_bits : int
        Exponent (-8..7) and bits (1..8).
    sign_mode : str
        "mixed", "excitatory" or "inhibitory".
    vth : int or int64 array
        Threshold mantissas, 0..131071.
    bias, bias_exp : int or int64 array
        Bias mantissas (-4095..4095) and exponents (0..7); 0 and 0 if no bias was given.
    scale : float
        Effective weight per float unit. A float state is ``64 * scale`` times as large in u and v.
    report : QuantizeReport
        Errors and counts; prints as a table.
    """

    weights: Any
    weight_exp: Any
    weight_bits: Any
    sign_mode: Any
    vth: Any
    bias: Any
    bias_exp: Any
    scale: float
    report: QuantizeReport

    def __repr__(self) -> str:
        """Return the report under a headline; the arrays are left out."""
        return f"<Quantized>\n{self.report}"

    def restored(self) -> Any:
        """Return the float weights that the integers stand for, in the form of `weights`."""
        if isinstance(self.weights, Mapping):
            return {k: self._restored(w, self.weight_exp[k]) for k, w in self.weights.items()}
        if isinstance(self.weights, list):
            return [self._restored(w, e) for w, e in zip(self.weights, self.weight_exp, strict=True)]
        return self._restored(self.weights, self.weight_exp)

    def _restored(self, weights: Any, weight_exp: int) -> Any:
        # Mantissas lie on the grid, so the exponent can be applied without truncation or floor.
        return weights * (2.0**weight_exp / self.scale)


@known_keywords
def quantize(
    weights: Any,
    *,
    vth: Any = 1.0,
    bias: Any = None,
    weight_bits: Any = MANTISSA_BITS,
    sign_mode: Any = "auto",
    weight_exp: Any = "auto",
    scale: float | None = None,
    clip_percentile: float | None = None,
) -> Quantized:
    """Turn float weights, thresholds and biases into the chip's mantissas and exponents.

    Parameters
    ----------
    weights : array_like, scipy.sparse matrix, or a list or dict of those
        Float weights, of any shape (a plain list of numbers is one matrix; lists of arrays and dicts are several that
        drive the same neurons). Each matrix gets its own exponent; all share the scale.
    vth : float or array_like
        Threshold, 0 or more, for all neurons or one each, in the units of the weights.
    bias : float or array_like, optional
        Bias added to v in each step, in the units of the weights.
    weight_bits : int, or a list or dict alike
        Bits of a weight, 1..8.
    sign_mode : str, or a list or dict alike
        "auto", "mixed", "excitatory" or "inhibitory". "auto" looks at the signs. Mixed weights spend a bit on the sign.
    weight_exp : "auto" or int, or a list or dict alike
        Fixes the exponent, -8..7.
    scale : float, optional
        Fixes the scale, for instance to that of another layer. Weights that do not fit are then clipped and counted.
    clip_percentile : float, optional
        Above 0, at most 100: weights larger than this percentile of the nonzero magnitudes of their matrix may be
        clipped, so that a few outliers do not cost all others their precision; with 4 bits and fewer this is often
        worth it. Clipped weights are counted.

    Returns
    -------
    Quantized
        ``q.weights``, ``q.weight_exp``, ..., ``q.vth``, ``q.bias``, ``q.bias_exp``, ``q.report``.

    Raises
    ------
    ValidationError
        For NaN or infinite numbers, a negative threshold, signs against the sign mode, weights that are all zero (no
        scale follows from them: give one), and thresholds or biases so large that all weights would vanish beside them.

    Notes
    -----
    Without `scale` and `clip_percentile` nothing is clipped: the error of a weight is at most half a step of its grid.
    Among scales of about the least error the smallest is taken that gives thresholds of 1024 and more: small integers
    leave room before sums wrap, but the chip's decays lose up to one unit of u and v per step, which needs that much
    resolution. Whatever does not fit 17 bits of threshold or the bias's 20 bits lowers the scale.

    Examples
    --------
    >>> q = quantize([[0.5, -0.25], [0.125, 1.0]], vth=1.0)
    >>> q.weights.tolist(), q.weight_exp, q.vth
    ([[64, -32], [16, 128]], 3, 1024)
    >>> q.report.exact
    True
    """
    keys, parts = split(weights)
    names = ["weights" if k is None else f'weights["{k}"]' if isinstance(k, str) else f"weights[{k}]" for k in keys]
    data = [stored(part, name) for part, name in zip(parts, names, strict=True)]
    modes, bits, exps = [], [], []
    for i, (key, values, name) in enumerate(zip(keys, data, names, strict=True)):
        mode = sign_mode_of(values, option_of(sign_mode, key, i, len(keys), "sign_mode"), f"{WHERE}, {name}")
        _check_signs(values, mode, name)
        exp = option_of(weight_exp, key, i, len(keys), "weight_exp")
        chosen_exp = 0 if errors.is_known(exp, ("auto",)) else exp
        bit, fixed = check_precision(
            option_of(weight_bits, key, i, len(keys), "weight_bits"), chosen_exp, f"{WHERE}, {name}"
        )
        modes.append(mode)
        bits.append(bit)
        exps.append(None if errors.is_known(exp, ("auto",)) else fixed)
    advice = "A neuron with a threshold below 0 would spike without input; shift v instead."
    vth_f = np.asarray(numeric.ranged(WHERE, "vth", numeric.finite(WHERE, "vth", vth), 0, np.inf, advice), np.float64)
    bias_f = np.asarray(numeric.finite(WHERE, "bias", 0.0 if bias is None else bias), dtype=np.float64)
    for name, given in (("vth", vth_f), ("bias", bias_f)):
        if np.any(np.abs(given) > SANE[1]):
            allowed = f"at most {SANE[1]:g} in size"
            raise errors.invalid(WHERE, name, f"{np.abs(given).max():g}", allowed, advice="Use another unit for all.")
        if given.size == 0:
            raise errors.invalid(WHERE, name, "an empty array", "a number or one per neuron")

    limits = [_limits(v, clip_percentile) for v in data]
    matrices = [matrix(v, m, b, e, *lim) for v, m, b, e, lim in zip(data, modes, bits, exps, limits, strict=True)]
    for name, found in zip(names, matrices, strict=True):
        _check_levels(name, found)
    if scale is None:
        scale, chosen = _search(matrices, vth_f, bias_f)
    else:
        scale = _given_scale(scale, vth_f, bias_f)
        # What no exponent holds is clipped at the largest.
        chosen = [e if (e := m.fitting(scale)) is not None else m.exponents[-1] for m in matrices]

    mantissas, effective, reports = [], [], []
    for name, values, mode, bit, exp in zip(names, data, modes, bits, chosen, strict=True):
        man, eff, lost = _apply(name, values, mode, bit, exp, scale)
        mantissas.append(man)
        effective.append(eff)
        reports.append(lost)
    vth_i = np.rint(vth_f * scale).astype(np.int64)
    unit = scale * (1 << LOIHI1.vth_shift)
    bias_man, bias_exp = bias_mantissa_exponent(bias_f * unit)
    vth_err = _measured(vth_i / scale - vth_f, vth_f)
    bias_err = _measured(bias_man * 2.0**bias_exp / unit - bias_f, bias_f)
    report = QuantizeReport(
        scale, unit, tuple(reports), int(vth_i.min()), int(vth_i.max()), *vth_err, *bias_err, _peak(parts, effective)
    )
    shaped = [like(part, man) for part, man in zip(parts, mantissas, strict=True)]
    weights_i, exponents, bits_used, modes_used = (together(weights, keys, x) for x in (shaped, chosen, bits, modes))
    return Quantized(
        weights_i, exponents, bits_used, modes_used, _scalar(vth_i), bias_man, bias_exp, scale, report
    )  # fmt: skip


@known_keywords
def bias_mantissa_exponent(bias: Any) -> tuple[Any, Any]:
    """Return bias mantissas and exponents: ``bias ~ mantissa * 2^exponent``.

    The exponent is the least in 0..7 with ``|bias| <= 4095 * 2^exponent``, for each neuron; the mantissa is rounded,
    halves to even.

    Parameters
    ----------
    bias : float or array_like
        Bias in the units of v, at most 4095 * 2^7 = 524160 in size.

    Returns
    -------
    mantissa, exponent : int or int64 array
        -4095..4095 and 0..7, in the shape of `bias`.

    Raises
    ------
    ValidationError
        If a bias is NaN or too large.

    Notes
    -----
    Source: nengo-loihi 1.1.0 (golden table ``nengo_loihi/tables``).

    Examples
    --------
    >>> bias_mantissa_exponent(100000)
    (3125, 5)
    """
    array = numeric.finite("bias_mantissa_exponent", "bias", bias)
    numeric.ranged("bias_mantissa_exponent", "bias", array, -BIAS_TOP, BIAS_TOP, "Scale the network down.")
    exponent = bias_exponents(array)
    mantissa = np.rint(array / 2.0**exponent).astype(np.int64)
    return _scalar(mantissa), _scalar(exponent)


def _check_signs(values: NDArray[np.float64], mode: str, name: str) -> None:
    """Raise if a weight has a sign that its mode does not allow."""
    low, high = {"excitatory": (0.0, np.inf), "inhibitory": (-np.inf, 0.0)}.get(mode, (-np.inf, np.inf))
    advice = 'Use sign_mode="mixed" or split the matrix by sign.'
    numeric.ranged(WHERE, f"{name} ({mode})", values, low, high, advice)


def _check_levels(name: str, found: Matrix) -> None:
    """Raise if the format has no level but 0 on a side where there are weights."""
    grids = [grid(found.sign_mode, found.weight_bits, e) for e in found.exponents]
    if (found.high > 0 and not any(g.high for g in grids)) or (found.low < 0 and not any(g.low for g in grids)):
        given = f"{found.sign_mode} weights of {found.weight_bits} bits, exponents from {found.exponents[0]}"
        advice = "Use more weight_bits or a larger weight_exp, or split the matrix by sign."
        raise errors.invalid(
            WHERE, name, given, "a format with a level other than 0 for each sign in use", advice=advice
        )


def _limits(values: NDArray[np.float64], percentile: float | None) -> tuple[float, float]:
    """Return the range of weights that must be kept."""
    low, high = (min(values.min(), 0.0), max(values.max(), 0.0)) if values.size else (0.0, 0.0)
    if percentile is not None:
        number = numeric.finite(WHERE, "clip_percentile", percentile)
        if number.ndim or not 0 < number <= 100:
            advice = "99.9 clips one in a thousand."
            raise errors.invalid(WHERE, "clip_percentile", percentile, "one number above 0, at most 100", advice=advice)
        size = np.abs(values[values != 0])
        if size.size:
            top = np.percentile(size, percentile)
            low, high = max(low, -top), min(high, top)
    return float(low), float(high)


def _search(matrices: list[Matrix], vth: NDArray[np.float64], bias: NDArray[np.float64]) -> tuple[float, list[int]]:
    """Return the best scale and exponents, or raise with what to do."""
    if not any(m.sample.size for m in matrices):
        advice = "No scale follows from zeros: give scale=."
        raise errors.invalid(WHERE, "weights", "only zeros", "at least one weight other than 0", advice=advice)
    largest = max(max(m.high, -m.low) for m in matrices)
    if not SANE[0] <= largest <= SANE[1]:
        allowed = f"a largest weight of {SANE[0]:g}..{SANE[1]:g} in size"
        raise errors.invalid(
            WHERE, "weights", f"{largest:g}", allowed, advice="Use another unit for weights and thresholds."
        )
    found = choose(matrices, vth, bias)
    if found is None:
        given = str([m.exponents[0] for m in matrices])
        advice = 'Let weight_exp="auto" choose, or use more weight_bits.'
        raise errors.invalid(WHERE, "weight_exp", given, "exponents that some common scale fits", advice=advice)
    if found.weight_error >= 1.0:
        cap = largest_scale(vth, bias)
        given = f"threshold up to {vth.max():g}, bias up to {np.abs(bias).max():g}"
        allowed = f"a scale of at most {cap:g}, at which every weight rounds to 0"
        advice = "Lower the threshold and bias, or enlarge the weights (several synapses instead of one)."
        raise errors.invalid(WHERE, "vth" if vth.max() > 0 else "bias", given, allowed, advice=advice)
    return found.scale, list(found.exponents)


def _given_scale(scale: float, vth: NDArray[np.float64], bias: NDArray[np.float64]) -> float:
    """Check a scale that the user fixed."""
    number = numeric.finite(WHERE, "scale", scale)
    cap = largest_scale(vth, bias)
    if number.ndim or not 0 < number <= cap:
        advice = "Beyond it a threshold exceeds 131071 or a bias 524160."
        raise errors.invalid(WHERE, "scale", scale, f"one number above 0, at most {cap:g} here", advice=advice)
    return float(number)


def _apply(
    name: str, values: NDArray[np.float64], mode: str, bits: int, exp: int, scale: float
) -> tuple[NDArray[np.int32], NDArray[np.int64], WeightReport]:
    """Return mantissas, effective weights and the report of one matrix."""
    g = grid(mode, bits, exp)
    wanted = np.rint(values * (scale / g.step))
    levels = np.clip(wanted, g.low, g.high).astype(np.int64)
    effective = levels * g.step
    difference = effective / scale - values
    largest = float(np.abs(values).max(initial=0.0))
    inexact = np.abs(difference) > EXACT * np.maximum(np.abs(values), g.step / scale)
    report = WeightReport(
        name, mode, bits, exp, values.size, int(np.count_nonzero(wanted != levels)),
        int(np.count_nonzero((levels == 0) & (values != 0))), int(np.count_nonzero(inexact)), g.step / scale, largest,
        *_measured(difference, values),
    )  # fmt: skip
    return (levels * g.spacing).astype(np.int32), effective, report


def _measured(difference: NDArray[np.float64], wanted: NDArray[np.float64]) -> tuple[float, float]:
    """Return the largest and the rms difference; what is only float64 rounding counts as 0."""
    difference = np.abs(difference)
    if not difference.size:
        return 0.0, 0.0
    difference = np.where(difference <= EXACT * np.abs(wanted), 0.0, difference)
    return float(difference.max()), float(np.sqrt(np.mean(difference**2)))


def _peak(parts: list[Any], effective: list[NDArray[np.int64]]) -> int | None:
    """Return the largest sum of a row's effective weights of one sign, over all matrices; None if rows differ."""
    if any(np.ndim(p) != 2 and not is_sparse(p) for p in parts) or len({np.shape(p)[0] for p in parts}) != 1:
        return None
    sums = np.zeros((2, np.shape(parts[0])[0]), dtype=np.int64)
    for part, eff in zip(parts, effective, strict=True):
        for i, sign in enumerate((1, -1)):
            sums[i] += np.asarray(like(part, np.maximum(sign * eff, 0)).sum(axis=1)).ravel()
    return int(sums.max(initial=0))


def _scalar(array: NDArray[np.int64]) -> int | NDArray[np.int64]:
    """Return an int for an array without dimensions."""
    return int(array) if np.ndim(array) == 0 else array
