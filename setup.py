"""Which folders become which packages, and the page of a package index; all else is in pyproject.toml.

``models``, ``plots`` and ``validation`` stand at the top of the source, and within ``loihi_emu`` when installed.
"""

import re
from pathlib import Path

from setuptools import find_packages, setup

INSIDE = ("models", "plots", "validation")


def found(folder):
    """A folder with all its packages below."""
    return [folder, *(f"{folder}.{name}" for name in find_packages(folder))]


def description():
    """README without what a package index cannot show: pictures and links into the source become their words."""
    text = (Path(__file__).parent / "README.md").read_text(encoding="utf-8")
    text = re.sub(r"!\[[^]]*\]\((?!https?:)[^)]*\)\n*", "", text)
    return re.sub(r"\[([^]]+)\]\((?!https?:|#)([^)]+)\)", r"\1 (`\2` in the source)", text)


setup(
    long_description=description(),
    long_description_content_type="text/markdown",
    packages=[*found("loihi_emu"), *found("lava_api"), *(f"loihi_emu.{name}" for top in INSIDE for name in found(top))],
    package_dir={f"loihi_emu.{name}": name for name in INSIDE},
)
