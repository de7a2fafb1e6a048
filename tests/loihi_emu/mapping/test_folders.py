"""The mapper's folders import each other in one order, and only through what their doors hand on."""

import ast
from pathlib import Path

import pytest

MAPPING = Path(__file__).parents[3] / "loihi_emu" / "mapping"
ORDER = ("lists", "model", "usage", "traffic", "partition", "strategies", "checks", "report", "estimate")
PREFIX = "loihi_emu.mapping."


def imported(file):
    """What a file imports of the mapper, also inside functions and for type checking."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PREFIX):
            yield (node.module or "").removeprefix(PREFIX).split(".")


def test_all_folders_are_in_the_order():
    folders = {folder.name for folder in MAPPING.iterdir() if folder.is_dir()} - {"__pycache__"}
    assert folders == set(ORDER)


@pytest.mark.parametrize("folder", ORDER)
def test_a_folder_imports_those_before_it_through_their_doors(folder):
    files = list((MAPPING / folder).glob("*.py"))
    assert files
    for file in files:
        for target in imported(file):
            if target[0] in ORDER and target[0] != folder:
                assert ORDER.index(target[0]) < ORDER.index(folder), f"{file}: {target}"
                assert len(target) == 1, f"{file}: {'.'.join(target)} is behind a door"


def test_kernel_files_hold_kernels_only():
    for file in MAPPING.rglob("*_kernels.py"):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            assert not isinstance(node, ast.ClassDef), file
            if isinstance(node, ast.FunctionDef):
                assert [d.id for d in node.decorator_list] in (["kernel"], ["disjoint"], ["entry"]), (
                    f"{file}: {node.name}"
                )
