"""The name ``lava`` for this package: a finder that hands out modules of ``lava_api`` under Lava's names.

``lava.proc.lif.process`` is then the same module object as ``lava_api.proc.lif.process``. The top package ``lava`` is
a module of its own without code, as Lava's is; ``lava.lib`` gathers the folders ``lava/lib`` of whatever else is
installed (lava-dnf, lava-optimization, lava-dl), and nothing else of a real Lava beside them is ever imported. Where
lava-dl is not installed, ``lava.lib.dl`` is ``lava_api.lib.dl``, which has its netx.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

from lava_api import _chip
from lava_api._same_module import SameModuleLoader

NAME = "lava"
LIBRARIES = "lava.lib"
OURS = "lava_api"
CHILDREN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "_children")
"""Folder by which new processes find ``lava``: `multiprocessing` hands them ``sys.path``, but no finders."""


class Folders(list[str]):
    """The search path of ``lava``; Lava's is one of a namespace package, where programs look for `_path`.

    Parameters
    ----------
    folders : sequence of str
        The folders.
    """

    def __init__(self, folders: Sequence[str]) -> None:
        super().__init__(folders)
        self._path = list(folders)


class TopLoader(Loader):
    """Makes the module ``lava``, which has a path and nothing else."""

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave the new module to the import system."""

    def exec_module(self, module: ModuleType) -> None:
        """Give the module its doc."""
        module.__doc__ = "Lava's name for lava_api (see lava_api.as_lava)."


class LibraryLoader(TopLoader):
    """Makes the module ``lava.lib``."""

    def exec_module(self, module: ModuleType) -> None:
        """Give the module its doc."""
        module.__doc__ = "Libraries on top of Lava, from other distributions."


class LavaFinder(MetaPathFinder):
    """Finds ``lava`` and everything below it."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of a module of Lava; None for the modules of others."""
        if fullname == NAME:
            spec = ModuleSpec(NAME, TopLoader(), is_package=True)
            spec.submodule_search_locations = Folders(list(importlib.import_module(OURS).__path__))
            return spec
        if not fullname.startswith(f"{NAME}."):
            return None
        if fullname == LIBRARIES:
            spec = ModuleSpec(LIBRARIES, LibraryLoader(), is_package=True)
            spec.submodule_search_locations = library_folders()
            return spec
        real = OURS + fullname.removeprefix(NAME)
        if fullname.startswith(f"{LIBRARIES}."):
            library = self._library(fullname, path)
            if library is None and fullname.count(".") == LIBRARIES.count(".") + 1:
                if importlib.util.find_spec(real) is not None:
                    return self._ours(fullname, real)
                if not _chip.is_looked_for():
                    raise no_library(fullname)
            elif library is None and self._is_ours(fullname.rpartition(".")[0]):
                if importlib.util.find_spec(real) is not None:
                    return self._ours(fullname, real)
                if not _chip.is_looked_for():
                    raise no_part(fullname)
            return library
        found = importlib.util.find_spec(real)
        if found is None and _chip.is_looked_for():
            return None
        if found is None and _chip.short_name(fullname) in _chip.MODULES:
            raise _chip.missing(fullname)
        if found is None:
            raise ModuleNotFoundError(
                f"No module named {fullname!r}: {NAME!r} is {OURS} in this process, and that has no {real!r}",
                name=fullname,
            )
        return self._ours(fullname, real)

    @staticmethod
    def _ours(fullname: str, real: str) -> ModuleSpec:
        """The spec by which a module of lava_api gets a second name."""
        found = importlib.util.find_spec(real)
        assert found is not None
        spec = ModuleSpec(fullname, SameModuleLoader(real), origin=found.origin)
        spec.has_location = found.has_location
        spec.submodule_search_locations = found.submodule_search_locations
        return spec

    @staticmethod
    def _is_ours(fullname: str) -> bool:
        """Whether a module that is imported is one of lava_api under its second name."""
        return fullname in sys.modules and sys.modules[fullname] is sys.modules.get(OURS + fullname.removeprefix(NAME))

    @staticmethod
    def _library(fullname: str, path: Sequence[str] | None) -> ModuleSpec | None:
        if fullname.count(".") > LIBRARIES.count(".") + 1:
            return None  # below a library, the ordinary finders do
        folders = library_folders()
        if LIBRARIES in sys.modules:
            sys.modules[LIBRARIES].__path__ = folders
        return PathFinder.find_spec(fullname, folders)

    @staticmethod
    def invalidate_caches() -> None:
        """Nothing is kept."""


def no_library(name: str) -> ModuleNotFoundError:
    """Build the error for a library on top of Lava that is not installed."""
    return ModuleNotFoundError(
        f"No module named {name!r}: libraries on top of Lava (lava-dl, lava-dnf, lava-optimization, ...) are no part of"
        f" lava_api. They are found where they are installed for this Python, {sys.executable}",
        name=name,
    )


def no_part(name: str) -> ImportError:
    """Build the error for what lava_api does not have of a library of which it has something else."""
    library, _, part = name.rpartition(".")
    return ImportError(
        f"cannot import {part!r}: {OURS} has of lava-dl what runs trained networks, lava.lib.dl.netx, and no {name!r}."
        f" Install lava-dl for this Python, {sys.executable}, and {library} is lava-dl's own, with its netx on {OURS}",
        name=name,
    )


def library_folders() -> list[str]:
    """Return the folders ``lava/lib`` on ``sys.path``."""
    folders = (os.path.join(entry or os.getcwd(), NAME, "lib") for entry in sys.path)
    return list(dict.fromkeys(folder for folder in folders if os.path.isdir(folder)))


def finder() -> LavaFinder | None:
    """Return the finder in use, None where ``lava`` is not lava_api."""
    return next((found for found in sys.meta_path if isinstance(found, LavaFinder)), None)


def install() -> None:
    """Let ``import lava`` mean lava_api from now on, in this process; again does nothing.

    Raises
    ------
    ImportError
        Modules named lava are imported already.
    """
    if finder() is not None:
        return
    loaded = sorted(name for name in sys.modules if name == NAME or name.startswith(f"{NAME}."))
    if loaded:
        module = sys.modules[loaded[-1]]
        where = getattr(module, "__file__", None) or next(iter(getattr(module, "__path__", [])), "an unknown place")
        raise ImportError(
            f"lava_api.as_lava: {len(loaded)} modules of another {NAME!r} are imported already, among them "
            f"{loaded[-1]} from {where}; import lava_api.as_lava first, in a new process or kernel",
            name=NAME,
        )
    sys.meta_path.insert(0, LavaFinder())
    if CHILDREN not in sys.path:
        sys.path.append(CHILDREN)


def uninstall() -> None:
    """Let ``import lava`` mean again what is installed by that name; modules imported so far are forgotten."""
    found = finder()
    if found is None:
        return
    sys.meta_path.remove(found)
    if CHILDREN in sys.path:
        sys.path.remove(CHILDREN)
    for name in [name for name in sys.modules if name == NAME or name.startswith(f"{NAME}.")]:
        del sys.modules[name]
