"""Which folders become which packages; all else is in pyproject.toml.

``models``, ``plots`` and ``validation`` stand at the top of the source, and within ``loihi_emu`` when installed.
"""

from setuptools import find_packages, setup

INSIDE = ("models", "plots", "validation")


def found(folder):
    """A folder with all its packages below."""
    return [folder, *(f"{folder}.{name}" for name in find_packages(folder))]


setup(
    packages=[*found("loihi_emu"), *found("lava_api"), *(f"loihi_emu.{name}" for top in INSIDE for name in found(top))],
    package_dir={f"loihi_emu.{name}": name for name in INSIDE},
)
