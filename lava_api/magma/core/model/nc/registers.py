"""Registers: the variables of a process that its neurocore model gave to no node."""

from __future__ import annotations

from abc import ABCMeta
from typing import Any

from lava_api.magma.core.model.py.declare import array
from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.magma.core.process.process import AbstractProcess
from lava_api.magma.core.process.variable import Var
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from loihi_emu.errors import SimulationError


class Registers(AbstractProcess):
    """Keeps variables of another process at their initial values."""

    def __init__(self, variables: list[Var], name: str) -> None:
        super().__init__(names=tuple(var.name for var in variables), name=name)
        for var in variables:
            setattr(self, var.name, Var(shape=var.shape, init=var.init))


class AnyVariable(ABCMeta):
    """Gives a model class a type for whatever variable its process has."""

    TYPE = array(float)

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return type(cls).TYPE


class AnyText(AnyVariable):
    """The same for variables that are strings."""

    TYPE = LavaPyType(str, str)


class AbstractRegistersModel(PyLoihiProcessModel):
    """Refuses to change them."""

    implements_process = Registers
    implements_protocol = LoihiProtocol

    def on_var_update(self) -> None:
        names = ", ".join(self.proc_params["names"])
        raise SimulationError(
            f"set(): the neurocore model gave no nodes the variable (it is one of: {names}), so setting it changes"
            " nothing. Give it to nodes in allocate(), as in net.neurons.allocate(..., bias=self.bias)."
        )


class RegistersModel(AbstractRegistersModel, metaclass=AnyVariable):
    """Variables that are numbers."""

    KERNEL = "lava_api.magma.kernels.base:Kernel"


class TextRegistersModel(AbstractRegistersModel, metaclass=AnyText):
    """Variables that are strings."""

    KERNEL = "lava_api.magma.kernels.base:Kernel"
