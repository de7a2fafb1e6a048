"""What processes of the library are made with: ports, variables, and how their constructors take arguments."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from lava_api._signature import extends
from lava_api.magma.core.process.ports.ports import InPort, OutPort, RefPort
from lava_api.magma.core.process.process import AbstractProcess, LogConfig, collect_members
from lava_api.magma.core.process.variable import Var
from loihi_emu.user_warnings import warn

__all__ = [
    "AbstractProcess", "InPort", "LogConfig", "Named", "OutPort", "Receiving", "RefPort", "Referring", "Shaped", "Var",
    "extends", "replace_member", "variables", "warn_unknown",
]  # fmt: skip

PACKAGE = __name__.partition(".")[0]


class Named(AbstractProcess):
    """A process with the arguments that are the same for most; further ones are parameters for its models."""

    def __init__(self, *, name: str | None = None, log_config: LogConfig | None = None, **kwargs: Any) -> None:
        super().__init__(name=name, log_config=log_config, **kwargs)


class Shaped(AbstractProcess):
    """A process with a ``shape`` property."""

    @property
    def shape(self) -> Any:
        """Shape of the population."""
        return self.proc_params["shape"]


class Referring(AbstractProcess):
    """A process that refers to a variable of another one by its port ``state``."""

    state: Any

    def connect_var(self, var: Var) -> None:
        """Choose the variable."""
        replace_member(self, "state", RefPort(var.shape))
        self.state.connect_var(var)


class Receiving(Named):
    """A process with an input of a shape."""

    @extends(Named, without=("kwargs",), before="name")
    def __init__(self, *, shape: tuple[int, ...] = (1,), **given: Any) -> None:
        super().__init__(shape=shape, **given)
        self.a_in = InPort(shape=shape)


def variables(shape: tuple[int, ...], *inits: Any) -> Iterator[Var]:
    """Make variables of one shape, a variable for each initial value."""
    return (Var(shape=shape, init=init) for init in inits)


def replace_member(process: AbstractProcess, name: str, member: Any) -> None:
    """Store a port or variable whose shape is known only now as an attribute of a finished process, a member."""
    setattr(process, name, member)
    collect_members(process)


def warn_unknown(process: object, given: Mapping[str, Any], extra: Iterable[str] = ()) -> None:
    """Warn about keyword arguments that no model of a library process reads; they are kept, as Lava does.

    Processes of users may pass on what they like: only exact library classes are checked. `extra` are names that models
    read from ``proc_params`` beside the named arguments; a class adds its own in ``OPTIONS``.
    """
    cls = type(process)
    if not given or cls.__module__.partition(".")[0] != PACKAGE:
        return
    known = [name for name in inspect.signature(cls.__init__).parameters if name not in ("self", "kwargs")]
    known += [*extra, *getattr(cls, "OPTIONS", ())]
    for name in given:
        if name in known:
            continue
        near = get_close_matches(name, known, n=2, cutoff=0.6)
        hint = f" Did you mean {' or '.join(repr(n) for n in near)}?" if near else f" Known are {', '.join(known)}."
        text = f"{cls.__name__}: no model of the library reads the argument {name!r}; it is only kept in proc_params."
        warn(text + hint, UserWarning)
