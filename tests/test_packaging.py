"""Every folder with modules is a package that is installed; its page has no dead link; all agree on the version."""

import re
from pathlib import Path

import pytest

from loihi_emu import __version__

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("top", ["loihi_emu", "models", "plots", "validation", "lava_api"])
def test_every_folder_is_a_package(top):
    folders = {file.parent for file in (ROOT / top).rglob("*.py")}
    assert ROOT / top in folders
    assert not [str(folder.relative_to(ROOT)) for folder in folders if not (folder / "__init__.py").is_file()]


def test_the_page_of_a_package_index_has_no_link_into_the_source(monkeypatch):
    given = {}
    monkeypatch.setattr("setuptools.setup", lambda **keywords: given.update(keywords))
    monkeypatch.chdir(ROOT)
    source = (ROOT / "setup.py").read_text()
    exec(compile(source, str(ROOT / "setup.py"), "exec"), {"__file__": str(ROOT / "setup.py"), "__name__": "__main__"})
    text = given["long_description"]
    assert "# loihi_emu" in text and "Getting started (`docs/start.md` in the source)" in text
    assert re.findall(r"\]\((?!https?:)[^)]*\)", text) == []


def test_the_change_log_and_the_citation_have_the_version():
    """A version that is not released yet ends in .dev0; the citation is that of the last one released."""
    headings = re.findall(r"^## (\S+) \((.+)\)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    newest, date = headings[0]
    assert __version__ == (f"{newest}.dev0" if date == "not released" else newest)
    released, date = next((version, date) for version, date in headings if date != "not released")
    citation = (ROOT / "CITATION.cff").read_text()
    assert f"\nversion: {released}\n" in citation and f"\ndate-released: {date}\n" in citation
    pages = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "pyproject.toml", "setup.py")]
    assert [page.name for page in [*pages, *(ROOT / "docs").rglob("*.md")] if newest in page.read_text()] == []


def test_extras_that_texts_and_errors_name_are_real():
    """``pip install "loihi_emu[nir]"``, and what ``errors.extra`` says of a module that is missing."""
    table = (ROOT / "pyproject.toml").read_text().partition("[project.optional-dependencies]\n")[2].partition("\n\n")[0]
    extras = {line.split(" = ")[0] for line in table.splitlines()}
    sources = [
        f for top in ("loihi_emu", "models", "plots", "validation", "lava_api") for f in (ROOT / top).rglob("*.py")
    ]
    texts = [file.read_text() for file in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *sources]]
    named = {name for text in texts for name in re.findall(r'loihi_emu\[(\w+)\]|extra\("[\w.]+", "(\w+)"\)', text)}
    assert extras >= {"mapping", "nir"}
    assert {a or b for a, b in named} == extras
