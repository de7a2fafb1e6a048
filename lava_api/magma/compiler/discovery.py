"""Finds the process models that implement a process."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
import warnings
from types import ModuleType
from typing import Any

from lava_api.magma.core.decorator import REGISTRY
from lava_api.magma.core.model.model import AbstractProcessModel


def find_models(process: Any) -> list[Any]:
    """Return the model classes that declare a process' class (not a base of it), in order of definition.

    They are looked for in the module of the process and then in the modules beside it whose names end in ``model``
    or ``models``, which are imported as what they are. When there is none, the models registered by
    ``@implements`` anywhere count.

    Parameters
    ----------
    process : AbstractProcess
        The process.
    """
    kind = type(process)
    found: list[Any] = []
    for module in [sys.modules.get(kind.__module__), *modules_beside(kind.__module__)]:
        for value in list(vars(module).values()) if module is not None else []:
            is_model = isinstance(value, type) and issubclass(value, AbstractProcessModel)
            if is_model and value.implements_process is kind and value not in found:
                found.append(value)
    return found or list(kind.__dict__.get(REGISTRY, ()))


def modules_beside(name: str) -> list[ModuleType]:
    """Return the modules of models beside a module of a package; one that cannot be imported gives a warning."""
    package = name.rpartition(".")[0]
    if not package or package not in sys.modules:
        return []
    paths = getattr(sys.modules[package], "__path__", None)
    beside = []
    for info in pkgutil.iter_modules(paths) if paths is not None else ():
        full = f"{package}.{info.name}"
        if info.ispkg or full == name or not info.name.endswith(("model", "models")):
            continue
        try:
            beside.append(importlib.import_module(full))
        except ImportError as error:
            warnings.warn(f"{full} could not be imported, its process models are not found: {error}", stacklevel=2)
    return sorted(beside, key=lambda module: (module.__name__.rpartition(".")[2] != "models", module.__name__))
