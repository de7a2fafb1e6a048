"""Every example of the gallery runs without a warning and draws something."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
FILES = [f for f in sorted((ROOT / "examples" / "gallery").glob("*.py")) if not f.name.startswith("torch_")]
"""Those that need PyTorch are run by ``make test-torch``."""
RUN = """
import runpy, sys
import matplotlib
matplotlib.use("Agg")
from matplotlib import pyplot
runpy.run_path(sys.argv[1], run_name="__main__")
figures = [pyplot.figure(k) for k in pyplot.get_fignums()]
assert figures and all(figure.axes for figure in figures), "no picture"
assert all(len(axes.get_children()) > 10 for figure in figures for axes in figure.axes if axes.axison), "an empty panel"
for figure in figures:
    figure.draw_without_rendering()
    figure.savefig(f"{figure.number}.png", dpi=60)
"""


def test_there_are_as_many_as_promised():
    assert len(FILES) >= 24


def test_nothing_that_examples_wrote_lies_beside_them():
    assert {file.suffix for file in FILES[0].parent.iterdir() if file.is_file()} == {".py", ".rst"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_example_of_the_gallery(file, tmp_path):
    command = [sys.executable, "-W", "error", "-c", RUN, str(file)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
