"""The fast set (``make test FAST=1``) has tests of every folder."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def is_slow(file):
    """Whether all tests of a file are left out."""
    body = ast.parse(file.read_text()).body
    marks = [node for node in body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"]
    return any("mark.slow" in ast.unparse(mark) for mark in marks)


def test_every_folder_has_a_file_that_is_in_it():
    files = sorted(ROOT.rglob("test_*.py"))
    folders = {file.parent for file in files}
    assert len(folders) > 30 and any(map(is_slow, files))
    assert folders - {file.parent for file in files if not is_slow(file)} == set()
