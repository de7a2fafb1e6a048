"""The project's modules and their files; the folders beside loihi_emu at the top are mapped into it."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDERS = {
    "loihi_emu": "loihi_emu",
    "models": "loihi_emu.models",
    "plots": "loihi_emu.plots",
    "validation": "loihi_emu.validation",
    "lava_api": "lava_api",
}


def modules() -> dict[str, Path]:
    """Every module with its file."""
    found = {}
    for folder, package in FOLDERS.items():
        for file in sorted((ROOT / folder).rglob("*.py")):
            parts = [package, *file.relative_to(ROOT / folder).with_suffix("").parts]
            found[".".join(parts).removesuffix(".__init__")] = file
    return found


MODULES = modules()


def needs_torch(name: str) -> bool:
    """Whether a module imports PyTorch: ``make test-torch`` has the tests of those, ``make test`` never loads one."""
    trainers = {f"loihi_emu.exchange.trainers.{module}" for module in ("graphs", "layers", "neurons", "tracing")}
    return name.startswith("loihi_emu.training.") or name in trainers
