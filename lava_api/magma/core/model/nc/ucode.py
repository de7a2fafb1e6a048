"""Programmable neurons: the program is a Python function of all neurons.

``ucode(cell, a_in)`` is called once a step. ``cell`` has the state of the neurons and the constants of the program as
attributes: arrays of int64, one value per neuron, to be changed in place or replaced. ``a_in`` is what arrived. The
result is what the neurons send, 0 for no spike. State and messages wrap at 24 bits with sign.

    def leaky(cell, a_in):
        cell.v = (cell.v * cell.keep >> 12) + a_in
        return np.where(cell.v > cell.vth, cell.v, 0)
"""

from __future__ import annotations

from math import prod
from types import SimpleNamespace
from typing import Any

import numpy as np

from lava_api.magma.core.model.nc.registers import AnyVariable
from lava_api.magma.core.model.py.declare import array, in_port, out_port
from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.magma.core.process.ports.ports import InPort, OutPort
from lava_api.magma.core.process.process import AbstractProcess
from lava_api.magma.core.process.variable import Var
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from loihi_emu.errors import invalid
from loihi_emu.widths import STATE_BITS, WORD_BITS


class Programmed(AbstractProcess):
    """Programmable neurons with their program; `values` has initial values of state and constants, and their shapes."""

    def __init__(
        self, shape: tuple[int, ...], program: Any, values: dict[str, tuple[tuple[int, ...], Any]], name: str
    ) -> None:
        super().__init__(shape=shape, program=program, names=tuple(values), name=name)
        self.a_in = InPort(shape=shape)
        self.s_out = OutPort(shape=shape)
        for column, (size, init) in values.items():
            setattr(self, column, Var(shape=size, init=init))


class AnyState(AnyVariable):
    """Gives the class a type for whatever state the program has."""

    TYPE = array(np.int32, WORD_BITS)


class ProgrammedModel(PyLoihiProcessModel, metaclass=AnyState):
    """Calls the program."""

    CALLS = ("program",)

    implements_process = Programmed
    implements_protocol = LoihiProtocol
    a_in = in_port(np.int32, WORD_BITS)
    s_out = out_port(np.int32, WORD_BITS)

    def run_spk(self) -> None:
        arrived = np.asarray(self.a_in.recv()).astype(np.int64)
        names = self.proc_params["names"]
        cell = SimpleNamespace(**{name: getattr(self, name).astype(np.int64) for name in names})
        sent = np.asarray(self.proc_params["program"](cell, arrived))
        for name in names:
            state, value = getattr(self, name), np.asarray(getattr(cell, name))
            if value.dtype.kind not in "biu" or value.size not in (1, prod(state.shape)):
                raise invalid(
                    "ucode", name, f"{value.dtype} of shape {value.shape}", f"integers of shape {state.shape}"
                )
            state[...] = wrap(value)
        if sent.dtype.kind not in "biu":
            raise invalid("ucode", "result", f"{sent.dtype}", "integers")
        self.s_out.send(np.broadcast_to(wrap(sent), self.s_out.shape))


def wrap(values: Any) -> Any:
    """Keep 24 bits with sign."""
    half = 1 << STATE_BITS
    return ((values.astype(np.int64) + half) % (2 * half) - half).astype(np.int32)
