"""docs/api.md lists what is public: all of it, with the texts of the code, and nothing else."""

import inspect
import pkgutil
import re
from importlib import import_module
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parent.parent / "docs" / "api.md"
SECTIONS = re.findall(r"^## .*: `([\w.]+)`\n\n((?:\|.*\n)+)", PAGE.read_text(), re.MULTILINE)
PACKAGES = [
    "loihi_emu", "loihi_emu.exchange", "loihi_emu.learning", "loihi_emu.mapping", "loihi_emu.plots", "loihi_emu.rules",
]  # fmt: skip
NEEDING_TORCH = ["loihi_emu.training"]


def test_every_public_package_has_its_section():
    assert [name for name, _ in SECTIONS] == PACKAGES + NEEDING_TORCH


@pytest.mark.parametrize(("name", "table"), SECTIONS[: len(PACKAGES)], ids=PACKAGES)
def test_a_section_lists_what_its_package_hands_on(name, table):
    package = import_module(name)
    listed = re.findall(r"^\| `(\w+)` \| (.*) \|$", table, re.MULTILINE)
    assert sorted(row[0] for row in listed) == sorted(package.__all__)
    for public, text in listed:
        thing = getattr(package, public)
        if inspect.isclass(thing) or inspect.isfunction(thing):
            first = re.sub(r":\w+:`~?(?:loihi_emu\.)?([\w.]+)`", r"`\1`", inspect.getdoc(thing).split("\n")[0])
            assert text == first.replace("``", "`"), public


@pytest.mark.parametrize("name", PACKAGES)
def test_no_module_has_the_name_of_what_its_package_hands_on(name):
    """Whether the name is a module or what the module holds would depend on what was imported before."""
    package = import_module(name)
    modules = {module.name for module in pkgutil.iter_modules(package.__path__)}
    assert modules & set(package.__all__) == set()


def test_the_reference_has_every_name():
    """Each has a page of its own but the version, and the chips that have no text of their own."""
    text = (PAGE.parent / "reference" / "loihi_emu.rst").read_text()
    package, listed = "", []
    for module, name in re.findall(r"^\.\. currentmodule:: ([\w.]+)$|^   (\w+)$", text, re.MULTILINE):
        package = module or package
        listed += [f"{package}.{name}"] if name else []
    names = {f"{name}.{public}" for name in PACKAGES for public in import_module(name).__all__}
    without = {f"loihi_emu.{name}" for name in ("__version__", "LOIHI1", "LOIHI2")}
    twice = {f"loihi_emu.{name}" for name in ("LearningRule", "Trace")}  # on the pages of loihi_emu.learning
    assert names - set(listed) == without | twice and set(listed) <= names
