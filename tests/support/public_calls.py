"""All public functions, constructors and methods."""

import inspect
from functools import cached_property

import loihi_emu
from loihi_emu import learning, mapping, plots
from loihi_emu.chips import boards

PACKAGES = (loihi_emu, learning, plots, mapping)


def _public(owner):
    names = getattr(owner, "__all__", None) or [name for name in vars(owner) if not name.startswith("_")]
    for name in names:
        found = getattr(owner, name)
        if getattr(found, "__module__", "").startswith(("loihi_emu", "plots")) and not name.startswith("_"):
            yield name, found


def _is_protocol(thing):
    """Whether users write classes of this form, whose calls are their own."""
    return getattr(thing, "_is_protocol", False)


def calls():
    """All of them, by name: the function (with self as its first argument) or class, and its signature."""
    found = {"board": (boards.board, inspect.signature(boards.board))}
    for package in PACKAGES:
        for name, thing in _public(package):
            if inspect.isfunction(thing):
                found[name] = (thing, inspect.signature(thing))
            elif inspect.isclass(thing) and not issubclass(thing, BaseException) and not _is_protocol(thing):
                if callable(getattr(thing, "__init__", None)) and "__init__" in vars(thing):
                    found[name] = (thing, inspect.signature(thing))
                members = {key: member for base in reversed(thing.__mro__[:-1]) for key, member in vars(base).items()}
                for key, member in members.items():
                    if key.startswith("_") or isinstance(member, (property, cached_property)):
                        continue
                    plain = member.__func__ if isinstance(member, (classmethod, staticmethod)) else member
                    if inspect.isfunction(plain):
                        found[f"{name}.{key}"] = (plain, inspect.signature(plain))
    return found


CALLS = calls()
