"""One step of LIF neurons: forward the chip's integers, backward what surrogate gradients make of them.

Backward, wraps and roundings count as if they were not there, a clipped or refractory voltage passes nothing on, and
the reset is taken as a constant (as Zenke and Ganguli 2018 do it).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from loihi_emu.training.arithmetic import STATE_BITS, decay, synaptic_current, wrap
from loihi_emu.widths import WEIGHT_UNIT

Surrogate = Callable[[Tensor], Tensor]


class State(NamedTuple):
    """State of a population, shape (samples, neurons): u, v, and the steps that each neuron still rests (None: 0)."""

    u: Tensor
    v: Tensor
    rest: Tensor | None


class Cells(NamedTuple):
    """Parameters of a population, each of shape () or (neurons,): fractions kept of u and v, the rest in units of v."""

    kept_u: Tensor
    kept_v: Tensor
    bias: Tensor
    vth: Tensor
    vmin: Tensor
    vmax: Tensor
    refractory: Tensor
    subtracts: bool


class _Step(torch.autograd.Function):
    """From u, v and what arrived to u, v and spikes."""

    @staticmethod
    def forward(
        ctx: Any, u: Tensor, v: Tensor, arrived: Tensor, kept_u: Tensor, kept_v: Tensor, bias: Tensor, vth: Tensor,
        cells: Cells, rest: Tensor | None, surrogate: Surrogate,
    ) -> Any:  # fmt: skip
        current = wrap(decay(u, kept_u) + synaptic_current(arrived), STATE_BITS)
        free = decay(v, kept_v) + wrap(current + bias, STATE_BITS)
        voltage = torch.clamp(free, cells.vmin, cells.vmax)
        passes = voltage == free
        awake = None if rest is None else rest == 0
        if awake is not None:
            voltage, passes = voltage * awake, passes & awake
        above = voltage - vth
        spikes = (above > 0).to(torch.float64)
        after = voltage - spikes * (vth if cells.subtracts else voltage)
        if any(ctx.needs_input_grad):
            scale = torch.clamp(vth, min=WEIGHT_UNIT)
            slope = surrogate(above / scale) / scale
            ctx.subtracts = cells.subtracts
            ctx.save_for_backward(u, v, kept_u, kept_v, bias, vth, passes, spikes, slope)
        return current, after, spikes

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        by_current, by_after, by_spikes = gradients
        u, v, kept_u, kept_v, bias, vth, passes, spikes, slope = ctx.saved_tensors
        by_above = by_spikes * slope * passes
        stays = by_after if ctx.subtracts else by_after * (1 - spikes)
        by_free = torch.addcmul(by_above, stays, passes)
        total = by_current + by_free
        needs = ctx.needs_input_grad

        def summed(wanted: bool, gradient: Callable[[], Tensor], like: Tensor) -> Tensor | None:
            return gradient().sum_to_size(like.shape) if wanted else None

        return (
            total * kept_u if needs[0] else None,
            by_free * kept_v if needs[1] else None,
            total * WEIGHT_UNIT if needs[2] else None,
            summed(needs[3], lambda: total * u, kept_u),
            summed(needs[4], lambda: by_free * v, kept_v),
            summed(needs[5], lambda: by_free, bias),
            summed(needs[6], lambda: -by_above - by_after * spikes * ctx.subtracts, vth),
            None, None, None,
        )  # fmt: skip


def step(state: State, arrived: Tensor, cells: Cells, surrogate: Surrogate) -> tuple[State, Tensor]:
    """The state after a step in which weights of the sum `arrived` came, and spikes (0 or 1)."""
    u, v, spikes = _Step.apply(
        state.u, state.v, arrived, cells.kept_u, cells.kept_v, cells.bias, cells.vth, cells, state.rest, surrogate
    )
    rest = state.rest
    if rest is not None:
        rest = torch.where(spikes.detach() > 0, cells.refractory - 1, torch.clamp(rest - 1, min=0))
    return State(u, v, rest), spikes
