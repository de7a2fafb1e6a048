"""Blocks of pages, examples and docstrings that need PyTorch run; its names stand in docs/api.md."""

import doctest
import inspect
import os
import re
import subprocess
import sys
from importlib import import_module

import pytest
from project_files import MODULES, ROOT, needs_torch

from loihi_emu import training

PAGES = [page for page in sorted((ROOT / "docs").glob("**/*.md")) if "\n```py torch\n" in page.read_text()]
GALLERY = sorted((ROOT / "examples" / "gallery").glob("torch_*.py"))


def test_there_are_pages_and_examples():
    assert ROOT / "docs" / "guides" / "training.md" in PAGES
    assert GALLERY


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_blocks_of_pages_run_in_order(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text, names = page.read_text(), {"__name__": "__main__"}
    for found in re.finditer(r"^```py torch\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        line = text[: found.start()].count("\n") + 1
        exec(compile("\n" * line + found.group(1), str(page), "exec"), names)


@pytest.mark.parametrize("file", GALLERY, ids=lambda file: file.stem)
def test_an_example_of_the_gallery(file, tmp_path):
    run = "import runpy, sys, matplotlib; matplotlib.use('Agg'); runpy.run_path(sys.argv[1], run_name='__main__')\n"
    run += "from matplotlib import pyplot; assert pyplot.get_fignums(); pyplot.gcf().draw_without_rendering()"
    command = [sys.executable, "-c", run, str(file)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", [name for name in MODULES if needs_torch(name)])
def test_examples_in_docstrings_run(name, capsys):
    failed, _ = doctest.testmod(import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    assert failed == 0, capsys.readouterr().out


def test_the_page_of_names_lists_them():
    section = (ROOT / "docs" / "api.md").read_text().partition("`loihi_emu.training`\n")[2]
    listed = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", section, re.MULTILINE))
    assert sorted(listed) == sorted(training.__all__)
    for name, text in listed.items():
        assert inspect.getdoc(getattr(training, name)).split("\n")[0].replace("``", "`") == text


@pytest.mark.parametrize("name", [name for name in MODULES if needs_torch(name)])
def test_what_is_public_says_what_it_is(name):
    for thing, value in vars(import_module(name)).items():
        if getattr(value, "__module__", None) == name and not thing.startswith("_"):
            assert inspect.getdoc(value), thing
            methods = vars(value).items() if inspect.isclass(value) else ()
            assert [k for k, f in methods if inspect.isfunction(f) and k[0] != "_" and not f.__doc__] == []
