"""Decorators that say what a process model implements, needs and is called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from lava_api.magma.core.model.model import AbstractProcessModel
from lava_api.magma.core.process.process import AbstractProcess
from lava_api.magma.core.resources import AbstractResource
from lava_api.magma.core.sync.protocol import AbstractSyncProtocol
from loihi_emu.keywords import known_keywords

Model = TypeVar("Model", bound=type)

REGISTRY = "_process_models"
"""Attribute of a process class with the models that name it."""


@known_keywords
def implements(
    proc: type[AbstractProcess] | None = None, protocol: type[AbstractSyncProtocol] | None = None
) -> Callable[[Model], Model]:
    """Declare the process that a model implements, by which it is found, and the protocol by which it runs.

    Raises
    ------
    TypeError
        When one is no class.
    AssertionError
        When one is of another kind, or a base class declared another one.
    """
    if proc is not None:
        _check_class("@implements(proc=...) needs a Process class", proc, AbstractProcess)
    if protocol is not None:
        _check_class("@implements(protocol=...) needs a SyncProtocol class", protocol, AbstractSyncProtocol)

    def decorate(cls: Any) -> Any:
        _check_model("implements", cls)
        for attribute, value in (("implements_process", proc), ("implements_protocol", protocol)):
            if value is None:
                continue
            known = getattr(cls, attribute)
            if known not in (None, value):
                raise AssertionError(
                    f"ProcessModel '{cls.__name__}' already implements {known.__name__} (from a base class),"
                    f" it cannot implement {value.__name__} too."
                )
            setattr(cls, attribute, value)
        if proc is not None:
            _register(proc, cls)
        return cls

    return decorate


def requires(*args: type | list[type] | tuple[type, ...]) -> Callable[[Model], Model]:
    """Declare the resources a model runs on; those in a list are alternatives. Added to those of base classes.

    A TypeError when an argument is no class, an AssertionError when it is no resource.
    """
    for need in args:
        for resource in need if isinstance(need, list | tuple) else [need]:
            _check_class("@requires(...) takes resource classes or lists of them", resource, AbstractResource)

    def decorate(cls: Any) -> Any:
        _check_model("requires", cls)
        cls.required_resources = [*cls.required_resources, *args]
        return cls

    return decorate


def tag(*args: str) -> Callable[[Model], Model]:
    """Give a model keywords, strings, by which a run configuration selects it. Added to those of base classes."""
    for word in args:
        if not isinstance(word, str):
            raise AssertionError(f"@tag(...) takes strings. Got {word!r}.")

    def decorate(cls: Any) -> Any:
        _check_model("tag", cls)
        cls.tags = [*cls.tags, *args]
        return cls

    return decorate


def _check_class(rule: str, found: object, base: type) -> None:
    if not isinstance(found, type):
        raise TypeError(f"{rule}. Got {found!r}, which is no class.")
    if not issubclass(found, base):
        raise AssertionError(f"{rule}. Got {found!r}.")


def _check_model(decorator: str, cls: object) -> None:
    if not (isinstance(cls, type) and issubclass(cls, AbstractProcessModel)):
        raise AssertionError(f"@{decorator} decorates subclasses of AbstractProcessModel. Got {cls!r}.")


def _register(proc: type, cls: type) -> None:
    """Note a model at its process; one of the same module and name (a cell run again) is replaced."""
    known = [
        m
        for m in proc.__dict__.get(REGISTRY, ())
        if (m.__module__, m.__qualname__) != (cls.__module__, cls.__qualname__)
    ]
    setattr(proc, REGISTRY, [*known, cls])
