"""Public methods say what they do, but for those that do what the method they override says."""

import ast
import importlib
import inspect
import textwrap
from pathlib import Path

import pytest
from project_files import needs_torch

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = {"loihi_emu": "loihi_emu", "models": "loihi_emu.models", "plots": "loihi_emu.plots",
           "validation": "loihi_emu.validation", "lava_api": "lava_api"}  # fmt: skip
RUNNING = ("__main__.py", "as_lava.py")
"""Modules that do something when they are imported."""


def undocumented():
    """Public methods of public classes in public modules that have no docstring, with their class."""
    for folder, package in FOLDERS.items():
        for file in sorted((ROOT / folder).rglob("*.py")):
            classes = [node for node in ast.parse(file.read_text()).body if isinstance(node, ast.ClassDef)]
            silent = [(node.name, inner.name) for node in classes for inner in silent_methods(node)]
            parts = file.relative_to(ROOT / folder).with_suffix("").parts
            if silent and file.name not in RUNNING and not any(part.startswith("_") for part in parts):
                name = ".".join([package, *parts])
                if needs_torch(name):
                    continue
                module = importlib.import_module(name)
                yield from ((getattr(module, kind), method) for kind, method in silent)


def silent_methods(node):
    """Public methods of a class that have no docstring; none of a private class, and no signatures of overloads."""
    if node.name.startswith("_"):
        return []
    functions = [f for f in node.body if isinstance(f, ast.FunctionDef) and not f.name.startswith("_")]
    parts = [f for f in functions if any(is_part(d) for d in f.decorator_list)]
    return [f for f in functions if f not in parts and not ast.get_docstring(f)]


def is_part(decorator):
    """Whether a decorated function is the setter of a property or one signature of an overloaded method."""
    return getattr(decorator, "attr", "") == "setter" or getattr(decorator, "id", "") == "overload"


def is_told_above(kind, name):
    """Whether a base class of ours documents a method."""
    ours = [base for base in kind.__mro__[1:] if base.__module__.startswith(("loihi_emu", "lava_api"))]
    found = [vars(base)[name] for base in ours if name in vars(base)]
    return any(inspect.getdoc(getattr(method, "__func__", method)) for method in found)


@pytest.fixture(scope="module")
def silent():
    return list(undocumented())


def test_methods_without_a_docstring_override_one_that_has_one(silent):
    untold = [
        f"{kind.__module__}.{kind.__name__}.{method}" for kind, method in silent if not is_told_above(kind, method)
    ]
    assert untold == []


def test_what_nothing_above_tells_is_found():
    class Base:
        def told(self):
            """Do it."""

    class Derived(Base):
        def told(self): ...

        def untold(self): ...

    Base.__module__ = "lava_api.base"
    assert is_told_above(Derived, "told")
    assert not is_told_above(Derived, "untold")
    assert [f.name for f in silent_methods(ast.parse(textwrap.dedent(inspect.getsource(Derived))).body[0])] == [
        "told",
        "untold",
    ]
