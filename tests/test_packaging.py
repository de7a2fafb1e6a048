"""Every folder with modules is a package that ``setup.py`` finds, and so is installed; its page has no dead link."""

import re
from pathlib import Path

import pytest

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
