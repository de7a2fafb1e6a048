"""The tutorial's notebook is the page "Getting started", and runs."""

import importlib.util
import json
from pathlib import Path

import matplotlib
import pytest

pytestmark = pytest.mark.slow

DOCS = Path(__file__).resolve().parent.parent / "docs"
NOTEBOOK = DOCS / "tutorial.ipynb"


def maker():
    spec = importlib.util.spec_from_file_location("docs_notebook", DOCS / "notebook.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_notebook_is_the_page():
    assert NOTEBOOK.read_text() == maker().tutorial()


def test_all_cells_run_in_order(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    matplotlib.use("Agg")
    cells = [cell for cell in json.loads(NOTEBOOK.read_text())["cells"] if cell["cell_type"] == "code"]
    names = {"__name__": "__main__"}
    for cell in cells:
        exec(compile("".join(cell["source"]), "tutorial.ipynb", "exec"), names)
    assert len(cells) > 8
