"""The blocks of the README and of the pages run, as do the examples in docstrings; and nothing names a machine."""

import doctest
import importlib
import os
import re
from pathlib import Path

import matplotlib
import pytest
from project_files import needs_torch

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = {"loihi_emu": "loihi_emu", "models": "loihi_emu.models", "plots": "loihi_emu.plots",
           "validation": "loihi_emu.validation", "lava_api": "lava_api", "benchmarks": "benchmarks",
           "examples/train_digits": "examples.train_digits"}  # fmt: skip
PATHS = re.compile(r"(?<![\w.:/])/(?:work|tmp|home|root|Users|mnt|opt|usr)/[\w.-]+|[A-Z]:\\\\Users")
"""Paths that exist on one machine only."""
TEXTS = {".py", ".md", ".toml", ".yml", ".yaml", ".cfg", ".txt", ".c", ".json", ""}
SKIPPED = {"build", "dist", "__pycache__", "demo-output", "shared"}


def modules():
    """Names of all modules with examples but programs."""
    for folder, package in FOLDERS.items():
        for file in sorted((ROOT / folder).rglob("*.py")):
            parts = [package, *file.relative_to(ROOT / folder).with_suffix("").parts]
            name = ".".join(parts).removesuffix(".__init__")
            if file.stem != "__main__" and ">>>" in file.read_text() and not needs_torch(name):
                yield name


def blocks(page):
    """Fenced blocks of Python, as (line, source)."""
    text = page.read_text()
    for found in re.finditer(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        yield text[: found.start()].count("\n") + 2, found.group(1)


PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("**/*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_blocks_of_pages_run_in_order(page, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    matplotlib.use("Agg")
    names = {"__name__": "__main__"}
    for line, source in blocks(page):
        exec(compile("\n" * (line - 1) + source, str(page), "exec"), names)


def test_pages_for_newcomers_have_examples():
    pages = [ROOT / "README.md", *(ROOT / "docs" / "coming").glob("*.md")]
    pages += [ROOT / "docs" / f"{name}.md" for name in ("start", "numbers", "semantics", "reference/files")]
    pages += [ROOT / "docs" / "guides" / f"{name}.md" for name in ("learning", "mapping", "recordings")]
    assert [page.name for page in pages if not list(blocks(page))] == []


LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(#[^)\s]*)?\)")


def test_the_first_page_names_every_guide():
    text = (ROOT / "README.md").read_text()
    guides = [f"docs/guides/{page.name}" for page in sorted((ROOT / "docs" / "guides").glob("*.md"))]
    assert [guide for guide in guides if f"]({guide})" not in text] == []


def prose(page):
    """A page without its blocks."""
    return re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)


def anchors(page):
    """The names under which headings can be reached, as pages and hosts of source make them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    """To files: a folder is no page. Links to gallery pages, which are built, are those of ``make docs`` to check."""
    links = [(page.parent / link if link else page, part[1:]) for link, part in LINK.findall(prose(page))]
    assert [str(file) for file, _ in links if not file.is_file()] == []
    assert [(str(file), part) for file, part in links if part and part not in anchors(file)] == []


@pytest.mark.parametrize("name", list(modules()))
def test_examples_in_docstrings_run(name, tmp_path, monkeypatch, capsys):
    module = importlib.import_module(name)
    monkeypatch.chdir(tmp_path)
    options = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    failed, _ = doctest.testmod(module, optionflags=options)
    assert failed == 0, capsys.readouterr().out


def test_nothing_names_a_machine():
    found = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [f for f in folders if f not in SKIPPED and (f[0] != "." or f == ".github")]
        for file in (Path(folder) / name for name in files):
            if file.suffix in TEXTS and file.name != Path(__file__).name:
                text = file.read_text(errors="ignore")
                found += [f"{file.relative_to(ROOT)}: {match}" for match in PATHS.findall(text)]
    assert not found
