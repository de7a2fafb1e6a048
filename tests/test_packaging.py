"""Every folder with modules is a package that ``setup.py`` finds, and so is installed."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("top", ["loihi_emu", "models", "plots", "validation", "lava_api"])
def test_every_folder_is_a_package(top):
    folders = {file.parent for file in (ROOT / top).rglob("*.py")}
    assert ROOT / top in folders
    assert not [str(folder.relative_to(ROOT)) for folder in folders if not (folder / "__init__.py").is_file()]
