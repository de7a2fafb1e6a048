# mypy: allow-untyped-defs, allow-incomplete-defs
"""One step of a block of the chip's LIF neurons, in loops that LLVM vectorises; ``neurons/lif_chip.py`` calls them.

In Numba a sum, product or shift of 32-bit integers has 64 bits, so each is cast back: else a vector holds half as many.
A shift by a variable is written as a product for the same reason.
"""

from typing import Any

import numpy as np

from loihi_emu.arithmetic import clip, decay, synaptic_current, wrap
from loihi_emu.jit import disjoint, shift_left, wide_vectors
from loihi_emu.widths import STATE_MAX

i32 = np.int32

Q_FITS = i32(1 << 24)
"""Below this magnitude q in units of u, with noise, fits in 32 bits."""
BEYOND_21 = i32(1 << 30)
LOW_22 = i32((1 << 22) - 1)


def _alone(limited: bool) -> Any:
    """:func:`update`, or the same with v between limits."""

    @disjoint
    def update(u, v, rest, keep_u, keep_v, bias, vth, vmin, vmax, mask):
        """One step of a block on the fast path, without inputs; neurons with ``rest`` above 0 are refractory.

        Returns the sum of the largest magnitudes that u and v have after it.
        """
        wide_vectors()
        top_u = top_v = i32(0)
        for i in range(u.shape[0]):
            current = decay(u[i], keep_u[i])
            voltage = i32(i32(decay(v[i], keep_v[i]) + current) + bias[i])
            if limited:
                voltage = clip(voltage, vmin[i], vmax[i])
            voltage = voltage if rest[i] == 0 else i32(0)
            spiked = voltage > vth[i]
            voltage = i32(0) if spiked else voltage
            u[i] = current
            v[i] = voltage
            mask[i] = np.uint8(1) if spiked else np.uint8(0)
            top_u = max(top_u, i32(abs(current)))
            top_v = max(top_v, i32(abs(voltage)))
        return i32(top_u + top_v)

    return update


def _driven(limited: bool) -> Any:
    """:func:`update_driven`, or the same with v between limits."""

    @disjoint
    def update_driven(u, v, rest, q, left, right, keep_u, keep_v, bias, vth, vmin, vmax, mask):
        """The same with inputs, which two shifts turn into currents; also returns the OR of their magnitudes."""
        wide_vectors()
        left, right = i32(left & 31), i32(right & 31)
        top_u = top_v = high_q = i32(0)
        for i in range(u.shape[0]):
            arrived = q[i]
            current = i32(decay(u[i], keep_u[i]) + synaptic_current(arrived, left, right))
            voltage = i32(i32(decay(v[i], keep_v[i]) + current) + bias[i])
            if limited:
                voltage = clip(voltage, vmin[i], vmax[i])
            voltage = voltage if rest[i] == 0 else i32(0)
            spiked = voltage > vth[i]
            voltage = i32(0) if spiked else voltage
            u[i] = current
            v[i] = voltage
            mask[i] = np.uint8(1) if spiked else np.uint8(0)
            top_u = max(top_u, i32(abs(current)))
            top_v = max(top_v, i32(abs(voltage)))
            high_q = i32(high_q | i32(arrived ^ i32(arrived >> 31)))
        return i32(top_u + top_v), high_q

    return update_driven


update, update_limited = _alone(False), _alone(True)
update_driven, update_driven_limited = _driven(False), _driven(True)


@disjoint
def widen(out, given, shift):
    """One block of 16-bit parameters as 32-bit numbers, shifted left."""
    wide_vectors()
    for i in range(out.shape[0]):
        out[i] = shift_left(i32(given[i]), i32(shift & 31))


@disjoint
def count_down(rest):
    """Take one step off every refractory counter above 0."""
    wide_vectors()
    for i in range(rest.shape[0]):
        left = rest[i]
        rest[i] = np.uint8(left - 1) if left > 0 else np.uint8(0)


@disjoint
def update_checked(u, v, rest, keep_u, keep_v, bias, vth, vmin, vmax, u_before, v_before, mask):
    """One step of any block without inputs, as if nothing were counted; u and v from before it are kept.

    Returns the OR of integers that are beyond 23 bits where a field overflowed.
    """
    wide_vectors()
    lost = high = i32(0)
    for i in range(u.shape[0]):
        before_u = u[i]
        before_v = v[i]
        u_before[i] = before_u
        v_before[i] = before_v
        current = decay(before_u, keep_u[i])
        pushed = i32(current + bias[i])
        push = wrap(pushed, i32(23))
        free = i32(decay(before_v, keep_v[i]) + push)
        voltage = clip(free, vmin[i], vmax[i])
        voltage = voltage if rest[i] == 0 else i32(0)
        spiked = voltage > vth[i]
        u[i] = current
        v[i] = i32(0) if spiked else voltage
        mask[i] = np.uint8(1) if spiked else np.uint8(0)
        lost = i32(lost | i32(pushed ^ push))
        high = i32(high | i32(abs(free)))
    return i32(lost | high)


@disjoint
def update_checked_driven(
    u, v, rest, q, unit, keep_u, keep_v, bias, vth, vmin, vmax, u_before, v_before, mask
):  # fmt: skip
    """The same with inputs q in so many units of u; also returns the OR of the magnitudes of q."""
    wide_vectors()
    lost = high = high_q = i32(0)
    scale = i32(unit)
    for i in range(u.shape[0]):
        before_u = u[i]
        before_v = v[i]
        u_before[i] = before_u
        v_before[i] = before_v
        arrived = q[i]
        total = i32(decay(before_u, keep_u[i]) + wrap(i32(arrived * scale), i32(21)))
        current = wrap(total, i32(23))
        pushed = i32(current + bias[i])
        push = wrap(pushed, i32(23))
        free = i32(decay(before_v, keep_v[i]) + push)
        voltage = clip(free, vmin[i], vmax[i])
        voltage = voltage if rest[i] == 0 else i32(0)
        spiked = voltage > vth[i]
        u[i] = current
        v[i] = i32(0) if spiked else voltage
        mask[i] = np.uint8(1) if spiked else np.uint8(0)
        lost = i32(lost | i32(i32(total ^ current) | i32(pushed ^ push)))
        high = i32(high | i32(abs(free)))
        high_q = i32(high_q | i32(arrived ^ i32(arrived >> 31)))
    return i32(lost | high), high_q


@disjoint
def update_counted(u, v, rest, keep_u, keep_v, bias, vth, vmin, vmax, mask):
    """One step of neurons of one population, without inputs; returns how many times x wrapped and v saturated."""
    wide_vectors()
    fit_x = fit_v = i32(0)
    for i in range(u.shape[0]):
        current = decay(u[i], keep_u[i])
        pushed = i32(current + bias[i])
        push = wrap(pushed, i32(23))
        free = i32(decay(v[i], keep_v[i]) + push)
        voltage = clip(free, vmin[i], vmax[i])
        voltage = voltage if rest[i] == 0 else i32(0)
        spiked = voltage > vth[i]
        u[i] = current
        v[i] = i32(0) if spiked else voltage
        mask[i] = np.uint8(1) if spiked else np.uint8(0)
        fit_x = i32(fit_x + (i32(1) if push == pushed else i32(0)))
        fit_v = i32(fit_v + (i32(1) if i32(abs(free)) <= i32(STATE_MAX) else i32(0)))
    n = u.shape[0]
    return n - fit_x, n - fit_v


@disjoint
def update_counted_driven(u, v, rest, q, unit, keep_u, keep_v, bias, vth, vmin, vmax, mask):
    """The same with inputs; returns how many times q, u and x wrapped and v saturated."""
    wide_vectors()
    scale, q_limit = i32(unit), i32((1 << 21) // unit)
    fit_q = fit_u = fit_x = fit_v = i32(0)
    for i in range(u.shape[0]):
        given = q[i]
        total = i32(decay(u[i], keep_u[i]) + wrap(i32(given * scale), i32(21)))
        current = wrap(total, i32(23))
        pushed = i32(current + bias[i])
        push = wrap(pushed, i32(23))
        free = i32(decay(v[i], keep_v[i]) + push)
        voltage = clip(free, vmin[i], vmax[i])
        voltage = voltage if rest[i] == 0 else i32(0)
        spiked = voltage > vth[i]
        u[i] = current
        v[i] = i32(0) if spiked else voltage
        mask[i] = np.uint8(1) if spiked else np.uint8(0)
        fit_q = i32(fit_q + (i32(1) if i32(given ^ i32(given >> 31)) < q_limit else i32(0)))
        fit_u = i32(fit_u + (i32(1) if current == total else i32(0)))
        fit_x = i32(fit_x + (i32(1) if push == pushed else i32(0)))
        fit_v = i32(fit_v + (i32(1) if i32(abs(free)) <= i32(STATE_MAX) else i32(0)))
    n = u.shape[0]
    return n - fit_q, n - fit_u, n - fit_x, n - fit_v


@disjoint
def with_noise(out, q, noise, unit):
    """Inputs with noise, in units of u; a sum of more than 32 bits keeps its low 22 and becomes one beyond 21.

    Returns the OR of the magnitudes of the inputs.
    """
    wide_vectors()
    high = i32(0)
    scale = i32(unit)
    fits = Q_FITS if unit > 1 else i32(STATE_MAX << 8)
    for i in range(out.shape[0]):
        given = q[i]
        arrived = i32(i32(given * scale) + noise[i])
        magnitude = i32(given ^ i32(given >> 31))
        out[i] = arrived if magnitude < fits else i32(i32(arrived & LOW_22) | BEYOND_21)
        high = i32(high | magnitude)
    return high


@disjoint
def largest(x):
    """The largest magnitude of x."""
    wide_vectors()
    top = i32(0)
    for i in range(x.shape[0]):
        top = max(top, i32(abs(x[i])))
    return top
