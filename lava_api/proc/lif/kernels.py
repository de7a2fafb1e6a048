"""Stock LIF models as kernels."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from lava_api.magma.kernels.base import Kernel
from lava_api.magma.kernels.leaf_calls import Calls
from lava_api.magma.kernels.messages import Message
from lava_api.magma.kernels.neuron_parts import NeuronParts
from lava_api.magma.kernels.neuron_records import Parameters, neuron_description
from lava_api.magma.kernels.outcome import Counting
from lava_api.magma.kernels.scheduled import Clearing
from lava_api.magma.kernels.wanted import DATA, Feeds, PythonFallback, held
from lava_api.proc.lif.models import THRESHOLD_SHIFT
from loihi_emu.models import layout
from loihi_emu.models.lava import messages as at
from loihi_emu.models.memory import Array
from loihi_emu.models.neurons import lif_float as floating
from loihi_emu.models.neurons import lif_lava as fixed
from loihi_emu.models.neurons import lif_refractory
from loihi_emu.models.records import Record
from loihi_emu.user_warnings import warn

FAR = 1 << 24
"""A threshold beyond every voltage, which saturates at 2^23 - 1."""
SHORT = 16 - THRESHOLD_SHIFT
"""Bits that the shift of an input of 16 bits leaves."""
STRONG = 1 << 30
"""A bias that saturates every voltage."""
TRACES = ("y1", "y2", "y3")
RESET_TIMES = (("reset_interval", 1), ("reset_offset", 0))


class LifKernel(Kernel, Clearing, Counting, ABC):
    """What all have in common: one input, one output, u and v.

    Attributes
    ----------
    thresholds : tuple of (str, str)
        Parameters of the leaf with the variables that they are made of.
    """

    sends: Any = np.int32
    name = "step"
    in_place = ("u", "v", "refractory_period_end")
    thresholds: tuple[tuple[str, str], ...] = (("vth", "vth"),)

    def outputs(self) -> dict[str, Message]:
        self.spikes = Message(self.process.s_out.shape, self.sends, listed=True)
        return {"s_out": self.spikes}

    def clears(self, port: str, kind: int) -> bool:
        return port == "a_in" and kind != at.I64

    def states(self) -> dict[str, Array]:
        """Return the state arrays by their names in the record."""
        return {"u": self.model.u, "v": self.model.v}

    def fits(self, array: Array, name: str) -> None:
        """Leave parameters that are neither one nor one per neuron to the Python model."""
        if array.size not in (1, self.model.u.size):
            raise PythonFallback(f"{name}: {array.shape}")

    def calls(self, feeds: Feeds) -> Calls:
        n, arrived = self.model.u.size, feeds["a_in"]
        assert self.spikes.lists is not None
        leaf, record = self.leaf(arrived.kind)
        sent = self.spikes.data if self.spikes.wanted else None
        self.d = neuron_description(record, n, self.spikes.lists, self.states(), arrived.data, sent)
        self.shared = self.d.flags = 0 if arrived.cleared else layout.MESSAGE
        self.paths, self.put = self.d.paths, Parameters(self.d, n).put
        self.parts = NeuronParts(self.d, self.spikes.lists, self.threads)
        return self.parts.calls(leaf)

    def ready(self) -> None:
        """Tell parts, too, what is derived anew."""
        super().ready()
        self.parts.share_out()

    @abstractmethod
    def leaf(self, kind: int) -> tuple[str, Record]:
        """Return the leaf for inputs of a kind, and the record that it reads."""

    def counters(self) -> dict[str, int]:
        return {
            "neuron updates": int(self.model.time_step) * int(self.model.u.size),
            "spikes": self.parts.counted(layout.SPIKES),
            "u overflows": self.parts.counted(layout.U_OVERFLOW),
            "v saturations": self.parts.counted(layout.V_SATURATION),
        }


def whole(values: Any, name: str) -> Array:
    """Return integers, scalars or arrays, as int64; others are left to the Python model, which says what is wrong."""
    array = np.asarray(values)
    if array.dtype.kind not in "bi" or array.size == 0 or np.abs(array.astype(np.int64)).max() > 1 << 30:
        raise PythonFallback(f"{name}: {values!r}")
    return array.astype(np.int64)


def shiftable(model: Any) -> None:
    """Leave exponents of the bias that no leaf shifts by to the Python model."""
    if np.abs(model.bias_exp).max(initial=0) > 31:
        raise PythonFallback("bias_exp")


def within(threshold: Any, far: int = FAR) -> Array:
    """Return a threshold, or a bias, cut where it makes no difference any more."""
    cut: Array = np.clip(threshold, -far, far)
    return cut


def fixed_parameters(model: Any) -> dict[str, Array]:
    """Return what leaves in integers read of bias and decays."""
    model.scale_bias()
    return {
        "keep_u": model.decay_unity - (np.asarray(model.du, np.int64) + model.ds_offset),
        "keep_v": model.decay_unity - (np.asarray(model.dv, np.int64) + model.dm_offset),
        "bias": within(model.effective_bias, STRONG),
    }


def sent_traces(kernel: Kernel) -> dict[str, Message]:
    """Return the messages of traces that go back to learning connections: the variables themselves."""
    found = {}
    for name, trace in ((f"s_out_{name}", getattr(kernel.model, name)) for name in TRACES):
        found[name] = Message(getattr(kernel.process, name).shape, getattr(type(kernel.model), name).d_type, data=trace)
    return found


class LifFixed(LifKernel):
    """LIF in integers."""

    int16_bits = SHORT

    def bind(self) -> None:
        super().bind()
        for name in ("du", "dv", *(name for _, name in self.thresholds)):
            self.fits(whole(getattr(self.model, name), name), name)
        shiftable(self.model)

    def set(self, name: str) -> None:
        """Note that a variable was set; a threshold stays as it was, as in Lava."""
        super().set(name)
        if self.model.isthrscaled and name in [threshold for _, threshold in self.thresholds]:
            warn(
                f'process "{self.process.name}", Var "{name}": integer models of Lava take thresholds over before the'
                " first step; setting one later has no effect. Set it after run(RunSteps(0)), or make another process.",
                UserWarning,
            )

    def wants(self, port: str, d_type: np.dtype[Any]) -> tuple[str, int]:
        return DATA, held(port, d_type, ("int16", "int32", "int64"))

    def leaf(self, kind: int) -> tuple[str, Record]:
        wide = kind == at.I64
        return f"{fixed.__name__}:{self.name}{'_wide' if wide else ''}", fixed.LIF_WIDE if wide else fixed.LIF

    def refresh(self) -> None:
        """Scale thresholds once, bias and decays whenever something was set."""
        model = self.model
        if not model.isthrscaled:
            model.check_integers()
            model.scale_threshold()
            for parameter, name in self.thresholds:
                self.put(parameter, within(getattr(model, f"effective_{name}")))
            if len(self.thresholds) == 1:
                self.put("vth_low", -2 * FAR)
        parameters = fixed_parameters(model)
        for name, values in parameters.items():
            self.put(name, values)
        kept = (parameters["keep_u"], parameters["keep_v"])
        odd = any(keep.min() < 0 or keep.max() > model.decay_unity for keep in kept)
        self.d.flags = self.shared | (layout.CHECKED_ONLY if odd else 0)
        self.d.paths[:] = 1


class _Reset(LifKernel):
    """Regular clearing of the state."""

    def bind(self) -> None:
        super().bind()
        interval, offset = (self.model.proc_params.get(name, default) for name, default in RESET_TIMES)
        if not all(isinstance(x, int | np.integer) for x in (interval, offset)) or interval < 1:
            raise PythonFallback("reset_interval, reset_offset")
        self.times = {"interval": int(interval), "offset": int(offset) % int(interval)}

    def refresh(self) -> None:
        super().refresh()
        for name, steps in self.times.items():
            self.put(name, steps)
        self.d.flags |= layout.RESETS


class ResetFixed(_Reset, LifFixed):
    """LIFReset in integers."""


class _Ternary(LifKernel):
    """Two thresholds."""

    name = "step_ternary"
    thresholds = (("vth", "vth_hi"), ("vth_low", "vth_lo"))


class TernaryFixed(_Ternary, LifFixed):
    """TernaryLIF in integers, which sends 64 bits."""

    sends = np.int64


class LifFloat(LifKernel):
    """LIF in float64."""

    sends = np.float64
    module, record = floating.__name__, floating.LIF

    def bind(self) -> None:
        super().bind()
        for name in ("du", "dv", *(name for _, name in self.thresholds)):
            array = np.asarray(getattr(self.model, name))
            if array.dtype.kind not in "bif":
                raise PythonFallback(name)
            self.fits(array, name)

    def wants(self, port: str, d_type: np.dtype[Any]) -> tuple[str, int]:
        return DATA, held(port, d_type, ("float64",))

    def leaf(self, kind: int) -> tuple[str, Record]:
        return f"{self.module}:{self.name}", self.record

    def states(self) -> dict[str, Array]:
        found = super().states()
        if self.record is floating.LIF:  # neurons of a Network may rest
            found["rest"] = np.zeros(self.model.u.size, np.int8)
        return found

    def refresh(self) -> None:
        self.put("keep_u", 1 - np.asarray(self.model.du))
        self.put("keep_v", 1 - np.asarray(self.model.dv))
        self.put("bias", self.model.bias_mant)
        for parameter, name in self.thresholds:
            self.put(parameter, getattr(self.model, name))
        if self.record is floating.LIF:
            self.put("refractory", 1)


class ResetFloat(_Reset, LifFloat):
    """LIFReset in float64."""


class TernaryFloat(_Ternary, LifFloat):
    """TernaryLIF in float64."""

    record = floating.TERNARY


class RefractoryFloat(LifFloat):
    """LIFRefractory in float64."""

    module, record = lif_refractory.__name__, lif_refractory.REFRACTORY

    def bind(self) -> None:
        super().bind()
        self.fits(whole(self.model.refractory_period, "refractory_period"), "refractory_period")

    def states(self) -> dict[str, Array]:
        return super().states() | {"refractory_period_end": self.model.refractory_period_end}

    def refresh(self) -> None:
        super().refresh()
        self.put("refractory_period", self.model.refractory_period)
