"""What the models of dense and sparse connections share: order of a step, preparation of weights, exponent, delays."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np

from lava_api.magma.core.model.py.declare import ProcessParameters, PyLoihiProcessModel, array, in_port, out_port
from lava_api.proc._arithmetic import Array, shift_signed
from lava_api.proc._checks import as_integers
from lava_api.proc._lost_weights import may_lose, tell_lost_weights
from lava_api.utils.weightutils import (
    MAX_WEIGHT_BITS,
    SignMode,
    checked_sign_mode,
    clip_weights,
    determine_sign_mode,
    truncate_weights,
)
from loihi_emu.errors import invalid

MAX_DELAY = 63
"""Largest synaptic delay in steps, 6 bits."""


class FloatConnection(PyLoihiProcessModel):
    """A connection in float64. It sends what it computed in the step before, so loops may run through it."""

    s_in = in_port(bool, 1)
    a_out = out_port(float)
    a_buff = array(float)
    num_message_bits = array(int, 5)
    weights: Any = None

    @property
    def is_graded(self) -> bool:
        """Whether spikes carry values; otherwise every non-zero one counts as 1."""
        return bool(np.asarray(self.num_message_bits).item() > 0)

    @abstractmethod
    def accumulate(self, s_in: Any) -> Any:
        """Sum up the weights of this step's spikes."""

    def scale(self, sums: Any) -> Any:
        """Apply the weight exponent: floating-point models ignore it."""
        return sums

    def run_spk(self) -> None:
        self.a_out.send(self.a_buff)
        self.a_buff[:] = self.scale(self.accumulate(self.s_in.recv()))


class FixedConnection(FloatConnection):
    """A connection in integers.

    Weights are clipped and truncated before the first step, not again when they are set later. The exponent shifts the
    sums.
    """

    a_out = out_port(np.int32, 16)
    a_buff = array(np.int32, 16)

    def __init__(self, proc_params: ProcessParameters) -> None:
        super().__init__(proc_params)
        self.weights_set = False
        self.weight_exp = checked_exponent(proc_params)
        self.num_weight_bits = proc_params.get("num_weight_bits", MAX_WEIGHT_BITS)
        self.sign_mode = checked_sign_mode(proc_params)

    def prepare(self) -> None:
        """Bring the weights into the form that the chip stores; an array stays where it is, others may look at it.

        A sign mode that is not given is that of the weights as they are now: integers in an array, and perhaps set.
        """
        prepared, _ = self.stored()
        if isinstance(self.weights, np.ndarray):
            self.weights[...] = prepared
        else:
            self.weights = prepared

    def prepare_once(self) -> None:
        """Prepare the weights if this is the first step."""
        if not self.weights_set:
            self.prepare()
            self.weights_set = True

    def stored(self) -> tuple[Any, SignMode]:
        """Return the weights in the form that the chip stores, and their sign mode."""
        mode = self.sign_mode or determine_sign_mode(self.weights)
        return truncate_weights(clip_weights(self.weights, mode, MAX_WEIGHT_BITS), mode, self.num_weight_bits), mode

    def tell_lost(self, process: Any) -> None:
        """Warn of what the weights are going to lose in the first step."""
        if type(self).run_spk.__module__.startswith("lava_api."):  # else a user's class decides
            if not may_lose(self.weights, self.sign_mode, self.num_weight_bits):
                return
            stored, mode = self.stored()
            tell_lost_weights(process.weights, self.weights, stored, mode, self.num_weight_bits)

    def scale(self, sums: Any) -> Any:
        """Shift sums by the weight exponent, rounding down."""
        return shift_signed(sums, self.weight_exp)

    def run_spk(self) -> None:
        self.prepare_once()
        FloatConnection.run_spk(self)


def checked_exponent(proc_params: Any) -> Any:
    """Return the weight exponent that a connection was given, 0 if it was given none; raise if it is no integer."""
    exponent = proc_params.get("weight_exp", 0)
    if np.size(exponent) == 1 and np.asarray(exponent).dtype.kind in "iu":
        return exponent
    name, way = proc_params.get("name"), as_integers("weight_exp", exponent)
    advice = f"Write {way}." if way else ""
    raise invalid(f'process "{name}"' if name else "connection", "weight_exp", exponent, "an integer", advice=advice)


class DelayMixin(PyLoihiProcessModel):
    """Delays in steps per synapse: column k of ``a_buff`` is due k steps after the next one."""

    a_out: Any
    a_buff: Any
    s_in: Any
    delays: Any

    def run_spk(self) -> None:
        self.a_out.send(self.a_buff[:, 0])
        sums = self.scale(self.accumulate(self.s_in.recv()))  # type: ignore[attr-defined]
        self.a_buff[:, :-1] = self.a_buff[:, 1:]
        self.a_buff[:, -1] = 0
        self.a_buff += sums.astype(self.a_buff.dtype)

    def scatter(self, rows: Any, delays: Any, products: Any) -> Array:
        """Sum products by target and delay, in 64 bits; delays beyond the buffer are dropped."""
        kept = delays < self.a_buff.shape[1]
        sums = np.zeros(self.a_buff.shape, dtype=np.result_type(products.dtype, np.int64))
        np.add.at(sums, (rows[kept], delays[kept]), products[kept])
        return sums


class FixedDelayMixin(DelayMixin, FixedConnection):
    """Delays of a fixed-point connection, at most 63."""

    def prepare_once(self) -> None:
        if not self.weights_set and (largest := self.delays.max()) > MAX_DELAY:
            raise ValueError(f"delays: found {largest}, the largest delay is {MAX_DELAY}")
        super().prepare_once()

    def run_spk(self) -> None:
        self.prepare_once()
        DelayMixin.run_spk(self)
