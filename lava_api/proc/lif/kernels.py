"""Stock LIF models as kernels."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any

import numpy as np

from lava_api.magma.kernels.base import DATA, Kernel, Parameters, PythonFallback, neuron_description
from lava_api.magma.kernels.messages import STORED, Feed, Message
from lava_api.magma.kernels.neuron_parts import NeuronParts
from lava_api.proc.lif.models import THRESHOLD_SHIFT
from loihi_emu.models import layout
from loihi_emu.models.lava import messages as at
from loihi_emu.models.memory import Description
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


class LifKernel(Kernel, ABC):
    """What all have in common: one input, one output, u and v."""

    sends: Any = np.int32
    in_place = ("u", "v", "refractory_period_end")

    def outputs(self) -> dict[str, Message]:
        self.spikes = Message(self.process.s_out.shape, self.sends, listed=True)
        return {"s_out": self.spikes}

    def clears(self, port: str, kind: int) -> bool:
        return port == "a_in" and kind != at.I64

    def states(self) -> dict[str, Any]:
        """Return the state arrays by their names in the record."""
        return {"u": self.model.u, "v": self.model.v}

    def calls(self, feeds: dict[str, Feed]) -> Iterable[tuple[str, Description]]:
        n, arrived = self.model.u.size, feeds["a_in"]
        assert self.spikes.lists is not None
        leaf, record = self.leaf(arrived.kind)
        sent = self.spikes.data if self.spikes.wanted else None
        self.d = neuron_description(record, n, self.spikes.lists, self.states(), arrived.data, sent)
        self.shared = self.d.flags = 0 if arrived.cleared else layout.MESSAGE
        self.hot, self.parameters = self.d.hot, Parameters(self.d, n)
        self.parts = NeuronParts(self.d, self.spikes.lists, self.threads)
        return self.parts.calls(leaf)

    def share_out(self) -> None:
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


def whole(values: Any, name: str) -> Any:
    """Return integers, scalars or arrays, as int64; others are left to the Python model, which says what is wrong."""
    array = np.asarray(values)
    if array.dtype.kind not in "bi" or array.size == 0 or np.abs(array.astype(np.int64)).max() > 1 << 30:
        raise PythonFallback(f"{name}: {values!r}")
    return array.astype(np.int64)


class LifFixed(LifKernel):
    """LIF in integers."""

    name = "step"
    int16_bits = SHORT
    thresholds: tuple[tuple[str, str, str], ...] = (("vth", "vth", "effective_vth"),)

    def bind(self) -> None:
        super().bind()
        for name in ("du", "dv"):
            _fits(whole(getattr(self.model, name), name), self.model.u.size, name)
        for _, name, _ in self.thresholds:
            _fits(whole(getattr(self.model, name), name), self.model.u.size, name)
        if np.abs(self.model.bias_exp).max(initial=0) > 31:
            raise PythonFallback("bias_exp")

    def set(self, name: str) -> None:
        """Note that a variable was set; a threshold stays as it was, as in Lava."""
        super().set(name)
        if self.model.isthrscaled and name in [threshold for _, threshold, _ in self.thresholds]:
            warn(
                f'process "{self.process.name}", Var "{name}": integer models of Lava take thresholds over before the'
                " first step; setting one later has no effect. Set it after run(RunSteps(0)), or make another process.",
                UserWarning,
            )

    def wants(self, port: str, d_type: np.dtype[Any]) -> tuple[str, int]:
        if d_type.name == "int16":
            return DATA, at.I32
        if d_type.name not in ("int32", "int64"):
            raise PythonFallback(f"{port}: {d_type}")
        return DATA, STORED[d_type.name]

    def leaf(self, kind: int) -> tuple[str, Record]:
        wide = kind == at.I64
        return f"{fixed.__name__}:{self.name}{'_wide' if wide else ''}", fixed.LIF_WIDE if wide else fixed.LIF

    def refresh(self) -> None:
        """Scale thresholds once, bias and decays whenever something was set."""
        model, put = self.model, self.parameters.put
        model.scale_bias()
        if not model.isthrscaled:
            model.check_integers()
            model.scale_threshold()
            for parameter, _, scaled in self.thresholds:
                put(parameter, np.clip(getattr(model, scaled), -FAR, FAR))
            if len(self.thresholds) == 1:
                put("vth_low", -2 * FAR)
        unity = model.decay_unity
        keep_u = unity - (np.asarray(model.du, np.int64) + model.ds_offset)
        keep_v = unity - (np.asarray(model.dv, np.int64) + model.dm_offset)
        put("keep_u", keep_u)
        put("keep_v", keep_v)
        put("bias", np.clip(model.effective_bias, -STRONG, STRONG))
        odd = any(keep.min() < 0 or keep.max() > unity for keep in (keep_u, keep_v))
        self.d.flags = self.shared | (layout.EXACT if odd else 0)
        self.d.hot[:] = 1


def _fits(array: Any, n: int, name: str) -> None:
    """Leave parameters that are neither one nor one per neuron to the Python model."""
    if array.size not in (1, n):
        raise PythonFallback(f"{name}: {array.shape}")


class _Reset(LifKernel):
    """Regular clearing of the state."""

    def bind(self) -> None:
        super().bind()
        self.interval, self.offset = reset_times(self.model)

    def refresh(self) -> None:
        super().refresh()
        self.parameters.put("interval", self.interval)
        self.parameters.put("offset", self.offset)
        self.d.flags |= layout.RESETS


class ResetFixed(_Reset, LifFixed):
    """LIFReset in integers."""


def reset_times(model: Any) -> tuple[int, int]:
    """Return interval and offset of a LIFReset."""
    interval, offset = (model.proc_params.get(name, default) for name, default in RESET_TIMES)
    if not all(isinstance(x, int | np.integer) for x in (interval, offset)) or interval < 1:
        raise PythonFallback("reset_interval, reset_offset")
    return int(interval), int(offset) % int(interval)


RESET_TIMES = (("reset_interval", 1), ("reset_offset", 0))


class TernaryFixed(LifFixed):
    """TernaryLIF in integers, which sends 64 bits."""

    name = "step_ternary"
    sends = np.int64
    thresholds = (("vth", "vth_hi", "effective_vth_hi"), ("vth_low", "vth_lo", "effective_vth_lo"))


class LifFloat(LifKernel):
    """LIF in float64."""

    sends = np.float64
    name = "step"
    thresholds: tuple[tuple[str, str], ...] = (("vth", "vth"),)
    module, record = floating.__name__, floating.LIF

    def bind(self) -> None:
        super().bind()
        for name in ("du", "dv", *(name for _, name in self.thresholds)):
            array = np.asarray(getattr(self.model, name))
            if array.dtype.kind not in "bif":
                raise PythonFallback(name)
            _fits(array, self.model.u.size, name)

    def wants(self, port: str, d_type: np.dtype[Any]) -> tuple[str, int]:
        if d_type != np.float64:
            raise PythonFallback(f"{port}: {d_type}")
        return DATA, at.F64

    def leaf(self, kind: int) -> tuple[str, Record]:
        return f"{self.module}:{self.name}", self.record

    def states(self) -> dict[str, Any]:
        found = super().states()
        if self.record is floating.LIF:  # neurons of a Network may rest
            found["rest"] = np.zeros(self.model.u.size, np.int8)
        return found

    def refresh(self) -> None:
        model, put = self.model, self.parameters.put
        put("keep_u", 1 - np.asarray(model.du))
        put("keep_v", 1 - np.asarray(model.dv))
        put("bias", model.bias_mant)
        for parameter, name in self.thresholds:
            put(parameter, getattr(model, name))
        if self.record is floating.LIF:
            put("refractory", 1)


class ResetFloat(_Reset, LifFloat):
    """LIFReset in float64."""


class TernaryFloat(LifFloat):
    """TernaryLIF in float64."""

    name = "step_ternary"
    thresholds = (("vth", "vth_hi"), ("vth_low", "vth_lo"))
    record = floating.TERNARY


class RefractoryFloat(LifFloat):
    """LIFRefractory in float64."""

    module, record = lif_refractory.__name__, lif_refractory.REFRACTORY

    def bind(self) -> None:
        super().bind()
        _fits(whole(self.model.refractory_period, "refractory_period"), self.model.u.size, "refractory_period")

    def states(self) -> dict[str, Any]:
        return super().states() | {"refractory_period_end": self.model.refractory_period_end}

    def refresh(self) -> None:
        super().refresh()
        self.parameters.put("refractory_period", self.model.refractory_period)
