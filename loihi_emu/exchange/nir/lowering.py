"""From numbers per step to populations and connections: in float64 as they are, in integers by ``quantize``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import sparse

from loihi_emu.errors import UnsupportedError, ValidationError, invalid
from loihi_emu.exchange.nir.divided import in_lists, in_whole_lists
from loihi_emu.exchange.nir.dynamics import Dynamics
from loihi_emu.exchange.nir.paths import CONSTANT, Paths
from loihi_emu.exchange.nir.report import Row
from loihi_emu.exchange.nir.timing import Timing
from loihi_emu.exchange.notes import Notes
from loihi_emu.numeric import scalar
from loihi_emu.quantization.integers import Quantized, quantize
from loihi_emu.rules import RuleSet, model_of
from loihi_emu.widths import DECAY_UNITY, STATE_MAX, VTH_MAX, WEIGHT_SHIFT, WEIGHT_UNIT

SUBTRACTS = "lif_subtract"
RULES = ("float", "chip", "lava")
DECAYS = ("nearest", "lava")
FINE = 1024
"""Threshold mantissa of neurons to which no weights lead, from which a scale could follow."""


@dataclass(frozen=True)
class Settings:
    """How a graph becomes a network."""

    rules: RuleSet
    weight_bits: int
    scale: Any
    decays: str
    lists: int = 2
    whole: bool = False
    """Whether the scale is that of to_nir, at which weights are whole numbers."""

    def scale_of(self, name: str) -> float | None:
        """The scale that is given for a population."""
        found: float | None = self.scale.get(name) if isinstance(self.scale, Mapping) else self.scale
        return found


@dataclass
class LoweredPopulation:
    """A population and what leads to it, ready to be added."""

    name: str
    shape: tuple[int, ...]
    model: str
    parameters: dict[str, Any]
    row: Row
    connections: list[tuple[str, Any, dict[str, Any]]] = field(default_factory=list)


def part_of(
    name: str, kind: str, place: str, shape: tuple[int, ...], d: Dynamics, paths: Paths, timing: Timing,
    settings: Settings, notes: Notes,
) -> LoweredPopulation:  # fmt: skip
    """The population of a node."""
    keys, matrices, bias = _arriving(place, name, d, paths, timing, notes)
    if settings.rules.floats:
        model = SUBTRACTS if d.subtracts else "lif" if d.spikes else "li"
        parameters = {"du": d.a_syn, "dv": d.a_mem, "bias": bias, "v": d.v}
        if d.spikes:
            parameters["vth"] = d.vth
        row = Row(name, kind, d.gain.size, model, d.a_syn, d.a_mem, d.a_syn, d.a_mem, 1.0, d.shift)
        made = LoweredPopulation(name, shape, model, {k: scalar(x) for k, x in parameters.items()}, row)
        options: list[dict[str, Any]] = [{} for _ in keys]
    else:
        parts = [(key, part) for key, m in zip(keys, matrices, strict=True) for part in _divided(m, settings)]
        keys, matrices = [key for key, _ in parts], [part for _, part in parts]
        made, matrices, options = _integers(name, kind, place, shape, d, matrices, bias, settings, notes)
    for (source, steps), matrix, more in zip(keys, matrices, options, strict=True):
        if matrix.nnz:
            delay = timing.delay(source, name, steps)
            made.connections.append((source, _stored(matrix), {"delays": delay, **more}))
    return made


def _divided(matrix: Any, settings: Settings) -> list[Any]:
    """A matrix, or several that add up to it, each with a format of its own."""
    if not settings.whole:
        return in_lists(matrix, settings.lists)
    whole = bool((matrix.data == np.rint(matrix.data)).all())
    return in_whole_lists(matrix, settings.weight_bits) or [matrix] if whole else [matrix]


def _arriving(
    place: str, name: str, d: Dynamics, paths: Paths, timing: Timing, notes: Notes
) -> tuple[list[tuple[str, int]], list[Any], Any]:
    """The matrices with the gain, and the bias; a constant is a bias where that has the same effect from step 0 on."""
    late, bias = timing.depth[name], d.bias.copy()
    scaled = {key: sparse.diags(d.gain, format="csr") @ matrix for key, matrix in paths.items()}
    here = (CONSTANT, 0)
    if d.leak.any():
        if late and not d.filters:
            column = sparse.csr_matrix(d.leak[:, None])
            scaled[here] = scaled[here] + column if here in scaled else column
        else:
            bias += d.leak
            if late:
                notes.inexact.append(f"{place}: its leak begins {late} steps before its input arrives.")
    if not late and not d.filters and here in scaled:
        bias += scaled.pop(here).toarray()[:, 0]
    scaled = {key: matrix.tocsr() for key, matrix in scaled.items()}
    return list(scaled), list(scaled.values()), bias


def _integers(
    name: str, kind: str, place: str, shape: tuple[int, ...], d: Dynamics, matrices: list[Any], bias: Any,
    settings: Settings, notes: Notes,
) -> tuple[LoweredPopulation, list[Any], list[dict[str, Any]]]:  # fmt: skip
    """The same in integers."""
    if d.subtracts and not any(m.name == SUBTRACTS for m in settings.rules.models):
        raise UnsupportedError(
            f'{place}: got reset="subtract" under rules "{settings.rules.name}", whose LIF resets to 0. '
            'Take rules="chip" or "float", or reset="v_reset".'
        )
    q = _quantized(place, name, d, matrices, bias, settings)
    lost = int(((np.broadcast_to(q.vth, d.vth.shape) == 0) & (d.vth > 0)).sum()) if d.spikes else 0
    if lost:
        most = max(w.largest for w in q.report.weights)
        notes.inexact.append(f"{place}: thresholds of {lost} neurons round to 0 beside weights up to {most:g}.")
    du, dv = decay_of(d.a_syn, settings.decays, registers=True), decay_of(d.a_mem, settings.decays)
    start = np.rint(d.v * (q.scale * WEIGHT_UNIT))
    if not (np.abs(start) <= STATE_MAX).all():
        given = f"{np.abs(d.v).max():g}, which is {np.abs(start).max():g} in units of v"
        raise invalid(place, "v_reset", given, f"up to {STATE_MAX}", advice="Give a smaller scale=.")
    v = start.astype(np.int64)
    parameters: dict[str, Any] = {"dv": dv, "v": v, "bias_exp": q.bias_exp}
    registers = {p.name for p in model_of(settings.rules, "lif").parameters}
    if "bias_mant" in registers:  # Lava's, whose du is one less than the decay it causes
        parameters |= {"du": du - 1, "bias_mant": q.bias, "vth": q.vth if d.spikes else VTH_MAX}
    else:
        parameters |= {"du": du, "bias": q.bias, "vth": q.vth if d.spikes else VTH_MAX}
        if not d.spikes:
            parameters["vmax"] = VTH_MAX << WEIGHT_SHIFT
    model = SUBTRACTS if d.subtracts else "lif"
    used = (du / DECAY_UNITY, dv / DECAY_UNITY)
    row = Row(name, kind, d.gain.size, model, d.a_syn, d.a_mem, *used, q.scale, d.shift, q.report)
    made = LoweredPopulation(name, shape, model, {k: scalar(x) for k, x in parameters.items()}, row)
    if not matrices:
        return made, [], []
    options = [
        {"weight_exp": e, "weight_bits": b, "sign_mode": s}
        for e, b, s in zip(q.weight_exp, q.weight_bits, q.sign_mode, strict=True)
    ]
    return made, [sparse.csr_matrix(w) for w in q.weights], options


def _quantized(place: str, name: str, d: Dynamics, matrices: list[Any], bias: Any, settings: Settings) -> Quantized:
    """Mantissas and exponents of all that arrives at a population."""
    scale = settings.scale_of(name)
    vth = d.vth if d.spikes else 0.0
    if scale is None and not any(m.nnz for m in matrices):
        largest = max(float(np.max(vth, initial=0.0)), float(np.abs(bias).max(initial=0.0)))
        scale = FINE / largest if largest > 0 else 1.0
    given: Any = matrices or [np.zeros((d.gain.size, 1))]
    try:
        q = quantize(given, vth=vth, bias=bias, weight_bits=settings.weight_bits, scale=scale)
    except ValidationError as problem:
        raise ValidationError(f"{place}: {problem}", where=place, name=problem.name) from None
    if q.report.clipped:
        most = max(w.largest for w in q.report.weights)
        given_scale = f"scale {scale:g}, at which {q.report.clipped} weights up to {most:g} exceed the largest exponent"
        advice = "Leave scale out, or take a smaller one: it is what 1.0 becomes in effective weights, at most 32767."
        raise invalid(place, "weight", given_scale, "a scale that holds all weights", advice=advice)
    return q


def decay_of(fraction: Any, convention: str, *, registers: bool = False) -> Any:
    """Decays per step as integers of 12 bits.

    "nearest" rounds; "lava" is what scripts for Lava write, ``int(4095 * fraction)``, where the register of u causes
    one more.
    """
    if convention == "lava":
        return (fraction * (DECAY_UNITY - 1)).astype(np.int64) + int(registers)
    return np.maximum(np.rint(fraction * DECAY_UNITY).astype(np.int64), int(registers))


def _stored(matrix: Any) -> Any:
    """A matrix, as an array where a quarter of it and more is not 0."""
    return matrix.toarray() if matrix.nnz * 4 >= matrix.shape[0] * matrix.shape[1] else matrix
