"""Checks that a process and its model have the same ports and variables."""

from __future__ import annotations

from inspect import isabstract
from typing import TYPE_CHECKING, Any

from lava_api.magma.core.model.py.ports import PyInPort, PyOutPort, PyRefPort, PyVarPort
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.magma.core.process.ports.ports import ImplicitVarPort

if TYPE_CHECKING:
    from lava_api.magma.core.process.process import AbstractProcess

KINDS = (("in_ports", "InPort", PyInPort), ("out_ports", "OutPort", PyOutPort), ("ref_ports", "RefPort", PyRefPort))


def implementation(model_class: type, name: str) -> Any:
    """Return the LavaPyType of a name, or None."""
    found = getattr(model_class, name, None)
    return found if isinstance(found, LavaPyType) else None


def check_members(process: AbstractProcess, model_class: type) -> None:
    """Raise an AssertionError where a process and its model differ."""
    both = f"Both Process '{process.name}::{type(process).__name__}' and ProcessModel '{model_class.__name__}'"
    for var in process.vars:
        if implementation(model_class, var.name) is None:
            raise AssertionError(
                f"{both} are expected to have Var named '{var.name}': the model needs"
                f" {var.name}: ... = LavaPyType(np.ndarray, <type>)."
            )
    for collection, kind, port_class in KINDS:
        for port in getattr(process, collection):
            found = implementation(model_class, port.name)
            if found is None:
                raise AssertionError(
                    f"{both} are expected to have {kind} named '{port.name}': the model needs"
                    f" {port.name}: ... = LavaPyType({port_class.__name__}.VEC_DENSE, <type>)."
                )
            if not (isinstance(found.cls, type) and issubclass(found.cls, port_class)) or isabstract(found.cls):
                raise AssertionError(
                    f"{both}: '{port.name}' is {kind} in the process and {getattr(found.cls, '__name__', found.cls)} in"
                    f" the model; expected a kind of {port_class.__name__}, such as {port_class.__name__}.VEC_DENSE."
                )
    _check_surplus(process, model_class, both)


def _check_surplus(process: AbstractProcess, model_class: type, both: str) -> None:
    """Raise where a model implements what the process does not have."""
    collections = (process.vars, process.in_ports, process.out_ports, process.ref_ports, process.var_ports)
    names = {member.name for members in collections for member in members if not isinstance(member, ImplicitVarPort)}
    for name in dir(model_class):
        if implementation(model_class, name) is None or name in names:
            continue
        kind = getattr(model_class, name).cls
        if isinstance(kind, type) and issubclass(kind, PyVarPort):
            continue
        raise AssertionError(
            f"{both} must agree: the model has a LavaPyType '{name}' and the process has no such port or Var."
            f" The process has: {', '.join(sorted(names)) or 'none'}."
        )
