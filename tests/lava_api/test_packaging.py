"""Every folder of lava_api is shipped."""

import sys
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # pytest needs it there

ROOT = Path(__file__).resolve().parents[2]


def test_every_package_is_listed():
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    folders = {".".join(file.parent.relative_to(ROOT).parts) for file in (ROOT / "lava_api").rglob("*.py")}
    assert sorted(folders) == sorted(name for name in listed if name.split(".")[0] == "lava_api")
