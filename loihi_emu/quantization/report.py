"""What :func:`loihi_emu.quantize` did to the numbers, as frozen records that print as a table."""

from __future__ import annotations

from dataclasses import dataclass

from loihi_emu.rules.weights import EFFECTIVE_MAX
from loihi_emu.text_tables import aligned


@dataclass(frozen=True)
class WeightReport:
    """What happened to one matrix. Errors are in the units of the float weights.

    Attributes
    ----------
    name : str
        ``weights``, ``weights[1]`` or ``weights["name"]``.
    sign_mode : str
        Resolved sign mode.
    weight_bits, weight_exp : int
        The synapse format.
    count : int
        Number of weights, zeros included (of a sparse matrix: the stored ones).
    clipped : int
        Weights beyond the range, set to its end.
    zeroed : int
        Weights that were not zero and now are.
    inexact : int
        Weights that are not met exactly; the clipped and zeroed ones are among them.
    step : float
        Distance of two levels; an error of an unclipped weight is at most half of it.
    largest : float
        Largest magnitude of the float weights.
    max_error, rms_error : float
        Largest and root mean square difference.
    """

    name: str
    sign_mode: str
    weight_bits: int
    weight_exp: int
    count: int
    clipped: int
    zeroed: int
    inexact: int
    step: float
    largest: float
    max_error: float
    rms_error: float


@dataclass(frozen=True)
class QuantizeReport:
    """What happened to weights, thresholds and biases.

    Attributes
    ----------
    scale : float
        One float unit is so many units of the effective weight and of the threshold's mantissa.
    unit : float
        One float unit in the integers of u and v: ``64 * scale``.
    weights : tuple of WeightReport
        One for each matrix.
    vth_min, vth_max : int
        Least and largest threshold mantissa.
    vth_max_error, vth_rms_error, bias_max_error, bias_rms_error : float
        Largest and root mean square difference, in float units.
    peak_input : int or None
        Largest effective weight that a neuron receives if all its excitatory (or all its inhibitory) synapses get one
        spike in the same step. The chip's sum wraps beyond 32767. None where the matrices do not share their rows.
    """

    scale: float
    unit: float
    weights: tuple[WeightReport, ...]
    vth_min: int
    vth_max: int
    vth_max_error: float
    vth_rms_error: float
    bias_max_error: float
    bias_rms_error: float
    peak_input: int | None

    @property
    def exact(self) -> bool:
        """Whether every weight, threshold and bias is met (to the precision of float64)."""
        return not any(w.inexact for w in self.weights) and self.vth_max_error == self.bias_max_error == 0.0

    @property
    def clipped(self) -> int:
        """Clipped weights of all matrices."""
        return sum(w.clipped for w in self.weights)

    @property
    def may_wrap(self) -> bool | None:
        """Whether one spike on each synapse can wrap the sum of a neuron's input; None if not known."""
        return None if self.peak_input is None else self.peak_input > EFFECTIVE_MAX

    def __str__(self) -> str:
        head = ("", "sign mode", "bits", "exp", "weights", "clipped", "zeroed", "inexact", "step", "max err", "rms err")
        rows: list[tuple[str, ...]] = [head]
        for w in self.weights:
            counts = (w.weight_bits, w.weight_exp, w.count, w.clipped, w.zeroed, w.inexact)
            errors = (w.step, w.max_error, w.rms_error)
            rows.append((w.name, w.sign_mode, *map(str, counts), *(f"{e:.3g}" for e in errors)))
        lines = [f"scale {self.scale:.6g}: 1.0 is {self.unit:.6g} in u and v", *aligned(rows, "ll" + 9 * "r")]
        span = str(self.vth_min) if self.vth_min == self.vth_max else f"{self.vth_min}..{self.vth_max}"
        lines.append(f"vth   {span}, max err {self.vth_max_error:.3g}, rms err {self.vth_rms_error:.3g}")
        lines.append(f"bias  max err {self.bias_max_error:.3g}, rms err {self.bias_rms_error:.3g}")
        if self.peak_input is not None:
            verdict = "can wrap" if self.may_wrap else "cannot wrap"
            lines.append(f"peak  {self.peak_input} of {EFFECTIVE_MAX} if all synapses fire at once: {verdict}")
        return "\n".join(lines)

    __repr__ = __str__
