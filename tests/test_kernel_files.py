"""Kernels are typed by Numba, from the arrays they are called with; their files say so to the type checker."""

import ast

from project_files import MODULES

LINE = "# mypy: allow-untyped-defs, allow-incomplete-defs"
"""First line of a file with kernels that have no annotations: no list of such files stands anywhere."""
DECORATORS = {"kernel", "leaf", "entry", "disjoint"}
"""What makes a function a kernel, of loihi_emu.jit."""


def kernels(tree):
    """The functions of a module that are compiled."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "loihi_emu.jit"]
    known = {alias.asname or alias.name for node in imports for alias in node.names if alias.name in DECORATORS}
    for node in ast.walk(tree):
        marks = node.decorator_list if isinstance(node, ast.FunctionDef) else []
        if any(getattr(mark.func if isinstance(mark, ast.Call) else mark, "id", "") in known for mark in marks):
            yield node


def is_annotated(function):
    """Whether a function says the types of all that it takes and gives."""
    arguments = function.args
    return bool(function.returns) and all(a.annotation for a in (*arguments.args, *arguments.kwonlyargs))


def needs_the_line(name):
    return any(not is_annotated(function) for function in kernels(ast.parse(MODULES[name].read_text())))


def test_there_are_kernels_without_annotations():
    assert all(map(needs_the_line, ("loihi_emu.models.synapses.sparse", "loihi_emu.models.lava.conv")))
    assert not any(map(needs_the_line, ("loihi_emu.arithmetic", "loihi_emu.network.network")))


def test_their_files_and_no_others_begin_with_the_line():
    texts = {name: file.read_text() for name, file in MODULES.items()}
    marked = [name for name, text in texts.items() if text.startswith(f"{LINE}\n")]
    assert marked == [name for name, text in texts.items() if "loihi_emu.jit" in text and needs_the_line(name)]
    assert [name for name, text in texts.items() if "# mypy:" in text.removeprefix(LINE)] == []
