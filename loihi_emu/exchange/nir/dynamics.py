"""Primitives with state as numbers per step: decays, gain, leak, threshold and reset.

A step of the primitives is

    i = (1 - a_syn) i + w_in b_syn s                            CubaLI, CubaLIF; else i = s
    v = (1 - a) v + a v_leak + b r i                            I and IF: v = v + r dt i

where a and b are both dt / tau (method "euler"), both 1 - exp(-dt / tau) ("exponential"), or a is the second and b the
first ("exponential_decay").

i is updated before v, as trainers do it. Here u is i times a r, so that it is added to v as it is; w, which is
v - v_reset, stands for v, so that a spike resets to 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from loihi_emu.errors import invalid
from loihi_emu.exchange.nir.numbers import Floats, reals
from loihi_emu.exchange.nir.primitives import VOLTAGE, Node
from loihi_emu.exchange.notes import Notes

METHODS = ("euler", "exponential", "exponential_decay")
RESETS = ("v_reset", "subtract")
OWN = "loihi_emu"
"""The entry of metadata that to_nir writes and from_nir reads."""
SAME = 8 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Dynamics:
    """A population's numbers, one for each neuron.

    Attributes
    ----------
    spikes, subtracts, filters : bool
        Whether it sends spikes; whether they take the threshold off; whether it has synapses with a time constant.
    a_syn, a_mem, gain : array
        Decay of u and v per step, as fractions; what an input of 1 adds to u.
    leak : array
        What the leak toward v_leak adds to v in a step.
    vth, shift, bias : array
        Threshold of w; v_reset, which is v - w; what is added to w in each step, but for `leak`.
    start : array, optional
        w at the start.
    """

    spikes: bool
    subtracts: bool
    filters: bool
    a_syn: Floats
    a_mem: Floats
    gain: Floats
    leak: Floats
    vth: Floats
    shift: Floats
    bias: Floats
    start: Floats | None = None

    @property
    def v(self) -> Floats:
        """Of w at the start: v is 0 then, if nothing else is said."""
        return -self.shift if self.start is None else self.start


def dynamics_of(node: Node, n: int, dt: float, method: str, reset: str, notes: Notes, single: bool = False) -> Dynamics:
    """The numbers of a primitive with state, for n neurons."""

    def each(name: str, default: float) -> Floats:
        given = reals(node, name) if name in node.values else np.asarray(default)
        if given.size not in (1, n):
            raise invalid(node.place, name, f"shape {given.shape}", f"one value, or {n}")
        return np.broadcast_to(given.reshape(-1), (n,)).astype(np.float64)

    zeros, ones = np.zeros(n), np.ones(n)
    if node.kind == "Threshold":
        vth = _threshold(node, each("threshold", 0.0), "threshold")
        return Dynamics(True, False, False, ones, ones, ones, zeros, vth, zeros, zeros)
    resistance = each("r", 1.0)
    a_syn, w_in = ones, ones
    if node.kind in ("I", "IF"):
        a_mem, gain = zeros, _exactly_one(resistance * dt)
    else:
        cuba = node.kind.startswith("Cuba")
        name = "tau_mem" if cuba else "tau"
        a_mem, b_mem = _fractions(node, name, each(name, 0.0), dt, method)
        gain = _exactly_one(resistance * b_mem)
        if cuba:
            a_syn, b_syn = _fractions(node, "tau_syn", each("tau_syn", 0.0), dt, method)
            w_in = _exactly_one(each("w_in", 1.0) * b_syn)
    if single:
        a_mem, a_syn = (1.0 - _single(1.0 - _single(a)) for a in (a_mem, a_syn))
        gain, w_in = _single(gain), _single(w_in)
    gain = gain * w_in
    leak = a_mem * each("v_leak", 0.0)
    if node.kind in VOLTAGE:
        return Dynamics(False, False, node.kind == "CubaLI", a_syn, a_mem, gain, leak, zeros, zeros, zeros)
    shift, subtracts = each("v_reset", 0.0), reset == "subtract"
    if subtracts and shift.any():
        notes.inexact.append(
            f'{node.place}: v_reset ({shift.min():g}..{shift.max():g}) is not used with reset="subtract".'
        )
        shift = zeros
    vth = _threshold(node, each("v_threshold", 1.0) - shift, "v_threshold")
    return Dynamics(True, subtracts, node.kind == "CubaLIF", a_syn, a_mem, gain, leak, vth, shift, -a_mem * shift)


def exactly(d: Dynamics, own: Mapping[str, Any]) -> Dynamics:
    """The numbers with the digits that to_nir put beside them, where both say the same; and its voltages."""
    digits: dict[str, Any] = {}
    for name in ("a_syn", "a_mem", "leak"):
        given = np.asarray(own.get(name, np.nan))
        if given.dtype.kind in "iuf" and given.size == d.gain.size:
            near = np.isclose(getattr(d, name), given.ravel(), rtol=1e-12, atol=1e-14)
            digits[name] = np.where(near, given.ravel(), getattr(d, name))
    start = np.asarray(own.get("v", np.nan))
    if start.dtype.kind in "iuf" and start.size == d.gain.size and np.isfinite(start).all():
        digits["start"] = start.ravel().astype(np.float64)
    return replace(d, **digits)


def _fractions(node: Node, name: str, tau: Floats, dt: float, method: str) -> tuple[Floats, Floats]:
    """What decays in a step, and what an input counts in it."""
    if (tau <= 0).any():
        raise invalid(node.place, name, f"{tau.min():g}", "time constants above 0")
    euler = _exactly_one(dt / tau)
    if method == "euler" and (euler > 1).any():
        advice = 'Take a smaller dt, or method="exponential".'
        raise invalid(node.place, name, f"{tau.min():g}", f"dt ({dt:g}) and more with Euler steps", advice=advice)
    decayed = euler if method == "euler" else -np.expm1(-dt / tau)
    return decayed, decayed if method == "exponential" else euler


def _single(values: Floats) -> Floats:
    """The values as 32 bits hold them."""
    return values.astype(np.float32).astype(np.float64)


def _exactly_one(values: Any) -> Floats:
    """The values, of which those that are 1 but for rounding are 1: files have r = tau / dt for a gain of 1."""
    return np.where(np.abs(values - 1.0) <= SAME, 1.0, values)


def _threshold(node: Node, vth: Floats, name: str) -> Floats:
    if (vth < 0).any():
        allowed = "thresholds at or above v_reset" if "v_reset" in node.values else "0 and more"
        advice = "Such a neuron spikes without input: shift it, and add the shift to the bias before it."
        raise invalid(node.place, name, f"{vth.min():g} above the reset", allowed, advice=advice)
    return vth
