"""PyTorch is needed where it is used alone: ``make test`` has none, and ``make test-torch`` tests what needs it."""

import ast
import sys

import pytest
from project_files import MODULES, ROOT, needs_torch

from loihi_emu import MissingExtraError, Network, training
from loihi_emu.exchange import import_torch

FOLDER = ROOT / "tests" / "torch"


def test_what_needs_torch_is_collected_by_its_own_target_alone(request):
    conftest = (ROOT / "tests" / "conftest.py").read_text()
    assert f'\ncollect_ignore = ["{FOLDER.name}"]\n' in conftest and list(FOLDER.glob("test_*.py"))
    assert [item for item in request.session.items if FOLDER in item.path.parents] == []
    makefile = (ROOT / "Makefile").read_text()
    assert "pytest tests/torch\n" in makefile and "make test-torch\n" in (ROOT / ".ci" / "run").read_text()


def at_the_top(file):
    """Packages that a module imports as it is imported itself."""
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


def test_no_other_module_imports_it():
    importers = [name for name, file in MODULES.items() if "torch" in at_the_top(file)]
    assert importers and [name for name in importers if not needs_torch(name)] == []


@pytest.mark.parametrize("name", training.__all__)
def test_without_it_an_error_says_what_to_install(name, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtraError, match=r'torch is not installed.*pip install "loihi_emu\[torch\]"'):
        getattr(training, name)


@pytest.mark.parametrize("call", [import_torch, Network.from_torch])
def test_modules_cannot_be_imported_then(call, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtraError, match=r'torch is not installed.*pip install "loihi_emu\[torch\]"'):
        call(None, None)


def test_other_names_are_not_there():
    with pytest.raises(AttributeError, match="twins"):
        _ = training.twins
