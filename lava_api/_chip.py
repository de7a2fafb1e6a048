"""Whether programs find a chip: one switch that everything they ask with looks at.

Lava's extension for hardware is not public. Programs find out whether it is there by importing its modules or looking
for them; those of them that exist here are there only while the virtual chip is asked for. What models for a chip are
written with (``magma.core.model.nc``, ``proc.embedded_io``, ...) can be imported in any case, as ``Loihi1HwCfg`` and
``Loihi2HwCfg`` run such models without any switch.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

from lava_api._same_module import SameModuleLoader

VARIABLE = "LOIHI_EMU_CHIP"
"""Environment variable that asks for the virtual chip."""
NO = ("", "0", "false", "no", "off")
"""Its values that do not."""
OURS, LAVA = "lava_api.", "lava."
MODULES = {
    "magma.compiler.subcompilers.nc": "magma.compiler.subcompilers._nc",
    "magma.compiler.subcompilers.nc.ncproc_compiler": "magma.compiler.subcompilers._nc.ncproc_compiler",
    "magma.compiler.subcompilers.nc.partitionable": "magma.compiler.subcompilers._nc.partitionable",
    "utils.loihi2_profiler": "utils._loihi2_profiler",
    "utils.loihi2_profiler_api": "utils._loihi2_profiler_api",
    "utils.loihi2_state_probes": "utils._loihi2_state_probes",
}
"""Modules that are there with a chip, and where they are."""
_asked: bool | None = None


def is_asked_for() -> bool:
    """Return whether programs are to find a chip."""
    return _asked if _asked is not None else os.environ.get(VARIABLE, "").strip().lower() not in NO


def ask_for(chip: bool) -> None:
    """Let programs find a chip from now on, or none, whatever the environment says."""
    global _asked
    _asked = chip
    if not chip:
        for root, name in ((root, name) for root in (OURS, LAVA) for name in MODULES):
            sys.modules.pop(root + name, None)
            parent, _, child = name.rpartition(".")
            vars(sys.modules.get(root + parent, ModuleType("none"))).pop(child, None)


def short_name(name: str) -> str:
    """Return the name of a module below ``lava`` or ``lava_api``; empty for others."""
    return next((name.removeprefix(root) for root in (OURS, LAVA) if name.startswith(root)), "")


def missing(name: str) -> ModuleNotFoundError:
    """Build the error for a module that is there with a chip alone."""
    return ModuleNotFoundError(
        f"No module named {name!r}: programs find no chip here unless they are to. Set the environment variable"
        f" {VARIABLE}=1, or call lava_api.utils.loihi.use_virtual_chip() before. Loihi1HwCfg and Loihi2HwCfg run"
        " without it.",
        name=name,
    )


def is_looked_for() -> bool:
    """Return whether a finder's ``find_spec`` is called by ``importlib.util.find_spec``, which takes None for no."""
    frame = sys._getframe(2)
    while frame.f_back is not None and frame.f_code.co_filename.startswith("<frozen importlib._bootstrap"):
        frame = frame.f_back
    return frame.f_globals.get("__name__") == "importlib.util"


class ChipFinder(MetaPathFinder):
    """Finds the modules that are there with a chip."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of such a module while the chip is asked for."""
        if not fullname.startswith(OURS) or fullname.removeprefix(OURS) not in MODULES:
            return None
        if not is_asked_for():
            if is_looked_for():
                return None
            raise missing(fullname)
        real = OURS + MODULES[fullname.removeprefix(OURS)]
        found = importlib.util.find_spec(real)
        if found is None:
            return None
        spec = ModuleSpec(fullname, SameModuleLoader(real), origin=found.origin)
        spec.has_location = found.has_location
        spec.submodule_search_locations = found.submodule_search_locations
        return spec


def install() -> None:
    """Let the modules be found; again does nothing."""
    if not any(isinstance(found, ChipFinder) for found in sys.meta_path):
        sys.meta_path.insert(0, ChipFinder())
