"""Finds the process models that implement a process."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import os
import pkgutil
import sys
import tokenize
import warnings
from functools import lru_cache
from types import ModuleType
from typing import TYPE_CHECKING, Any

from lava_api.magma.core.decorator import REGISTRY
from lava_api.magma.core.model.model import AbstractProcessModel

if TYPE_CHECKING:
    from lava_api.magma.core.process.process import AbstractProcess

DEFINING = (ast.Import, ast.ImportFrom, ast.ClassDef, ast.FunctionDef, ast.Assign, ast.AnnAssign, ast.If, ast.Try)
"""Statements of a module that may be imported to look for models."""


def find_models(process: AbstractProcess) -> list[Any]:
    """Return the model classes that declare a process' class (not a base of it), in order of definition.

    They are looked for in the module of the process and then in the modules beside it: those whose names end in
    ``model`` or ``models``, and those that declare a model of it and otherwise only define things. They are imported as
    what they are; no program is run. When there is none, the models registered by ``@implements`` anywhere count.
    """
    kind = type(process)
    found: list[Any] = []
    for module in [sys.modules.get(kind.__module__), *modules_beside(kind)]:
        for value in list(vars(module).values()) if module is not None else []:
            is_class = issubclass(type(value), type)  # dict[str, int] is an instance of type in Python 3.10
            is_model = is_class and issubclass(value, AbstractProcessModel)
            if is_model and value.implements_process is kind and value not in found:
                found.append(value)
    return found or list(kind.__dict__.get(REGISTRY, ()))


def modules_beside(kind: Any) -> list[ModuleType]:
    """Return the modules of models beside that of a process class; one that cannot be imported gives a warning."""
    own = kind.__module__
    package = own.rpartition(".")[0]
    folders = _folders(own, package)
    running = os.path.abspath(getattr(sys.modules.get("__main__"), "__file__", None) or "")
    beside = []
    for info in pkgutil.iter_modules(folders) if folders else ():
        full = f"{package}.{info.name}" if package else info.name
        file = os.path.join(getattr(info.module_finder, "path", ""), f"{info.name}.py")
        if info.ispkg or full == own or os.path.abspath(file) == running:
            continue
        if not info.name.endswith(("model", "models")) and not declares(file, kind.__name__, _changed(file)):
            continue
        if not package and not _is_found_at(info.name, file):
            continue
        try:
            beside.append(importlib.import_module(full))
        except ImportError as error:
            warnings.warn(f"{full} could not be imported, its process models are not found: {error}", stacklevel=2)
    return sorted(beside, key=lambda module: (module.__name__.rpartition(".")[2] != "models", module.__name__))


def _folders(own: str, package: str) -> list[str]:
    """Return the folders of a module's neighbours; none for what runs as a program."""
    if package:
        return list(getattr(sys.modules.get(package), "__path__", ()))
    file = getattr(sys.modules.get(own), "__file__", None)
    return [os.path.dirname(os.path.abspath(file))] if file and own != "__main__" else []


def _is_found_at(name: str, file: str) -> bool:
    """Return whether importing a name gives that file and no other one."""
    spec = importlib.util.find_spec(name)
    return spec is not None and spec.origin is not None and os.path.abspath(spec.origin) == os.path.abspath(file)


def _changed(file: str) -> float:
    """Return when a file was changed, 0 where there is none."""
    try:
        return os.path.getmtime(file)
    except OSError:
        return 0.0


@lru_cache(maxsize=4096)
def declares(file: str, process: str, changed: float) -> bool:
    """Return whether a module declares models of a process, and does nothing but define when it is imported."""
    if not changed:
        return False
    with tokenize.open(file) as source:
        try:
            text = source.read()
            if "implements" not in text or process not in text:
                return False
            body = ast.parse(text).body
        except (SyntaxError, UnicodeDecodeError):
            return False
    defines = all(
        isinstance(node, DEFINING) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for node in body
    )
    return defines and any(
        isinstance(found, ast.Call) and "implements" in ast.unparse(found.func) and process in ast.unparse(found)
        for node in body
        if isinstance(node, ast.ClassDef)
        for found in node.decorator_list
    )
