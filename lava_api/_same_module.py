"""A second name of a module: importing it gives the module itself."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType
from typing import Any


class SameModuleLoader(Loader):
    """Puts the module of lava_api in the place of the new one.

    Parameters
    ----------
    real : str
        Full name in lava_api.
    """

    def __init__(self, real: str) -> None:
        self.real = real

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave the new module, which is dropped at once, to the import system."""

    def exec_module(self, module: ModuleType) -> None:
        """Import the real module and register it under both names."""
        sys.modules[module.__name__] = importlib.import_module(self.real)

    def get_code(self, name: str) -> CodeType | None:
        """Return the real module's code (``python -m lava...`` asks for it)."""
        code: CodeType | None = self._loader().get_code(self.real)
        return code

    def get_source(self, name: str) -> str | None:
        """Return the real module's source."""
        source: str | None = self._loader().get_source(self.real)
        return source

    def get_filename(self, name: str) -> str:
        """Return the real module's file."""
        return str(self._loader().get_filename(self.real))

    def is_package(self, name: str) -> bool:
        """Whether the real module is a package."""
        return bool(self._loader().is_package(self.real))

    def _loader(self) -> Any:
        spec = importlib.util.find_spec(self.real)
        if spec is None or spec.loader is None:
            raise ModuleNotFoundError(f"No module named {self.real!r}", name=self.real)
        return spec.loader
