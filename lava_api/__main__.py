"""``python -m lava_api program.py``: runs a program written for Lava, with ``lava`` meaning lava_api."""

from __future__ import annotations

import os
import runpy
import sys
import tokenize
import zipfile
from importlib.machinery import SourceFileLoader
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from lava_api._alias import install

MAIN = ("__main__.py", "__main__.pyc")
TEXTS = ("a Python script", "a text file", "a JSON text", "an empty file")
"""What may be a program, by its first bytes."""

USAGE = """\
usage: python -m lava_api PROGRAM.py [ARGUMENT ...]
       python -m lava_api -m MODULE [ARGUMENT ...]
       python -m lava_api -c CODE [ARGUMENT ...]

Runs a Python program as `python` would, except that `import lava` gives lava_api."""


def main(arguments: list[str]) -> int:
    """Run the program that the arguments name; returns the exit status where it did not start.

    Parameters
    ----------
    arguments : list of str
        ``[program, ...]``, ``["-m", module, ...]`` or ``["-c", code, ...]``.
    """
    if arguments[:1] in (["-h"], ["--help"]):
        print(USAGE)
        return 0
    kind, rest = (arguments[0], arguments[1:]) if arguments[:1] in (["-m"], ["-c"]) else ("", arguments)
    if not rest or (not kind and rest[0].startswith("-")):
        print(USAGE, file=sys.stderr)
        return 2
    from loihi_emu.script_errors import show_clearly  # found now: in a checkout, its folder leaves the path below

    install()
    show_clearly()
    target, safe = rest[0], getattr(sys.flags, "safe_path", False)
    if kind == "-c":
        sys.argv[:] = ["-c", *rest[1:]]
        if not safe:
            sys.path[0] = ""
        _execute(compile(target, "<string>", "exec", dont_inherit=True), {})
    elif kind == "-m":
        sys.argv[:] = rest
        runpy.run_module(target, run_name="__main__", alter_sys=True)
    elif other := _no_program(target):
        print(f"python -m lava_api: {other}", file=sys.stderr)
        return 2
    elif _is_packed(target):
        sys.argv[:] = rest
        if not safe:
            del sys.path[0]
        runpy.run_path(target, run_name="__main__")
    else:
        sys.argv[:] = rest
        file = os.path.abspath(target)
        if not safe:
            sys.path[0] = os.path.dirname(os.path.realpath(target))
        loader = SourceFileLoader("__main__", file)
        code = compile(loader.get_data(file), file, "exec", dont_inherit=True)
        _execute(code, {"__file__": file, "__loader__": loader})
    return 0


def _is_packed(target: str) -> bool:
    """Return whether a path is a folder, an archive or compiled code, which Python runs in ways of its own."""
    if os.path.isdir(target) or zipfile.is_zipfile(target):
        return True
    with open(target, "rb") as file:
        return file.read(len(MAGIC_NUMBER)) == MAGIC_NUMBER


def _no_program(target: str) -> str:
    """Return why a path is no Python program; empty where it is one."""
    from loihi_emu.files.foreign import describe

    what, advice = describe(Path(target))
    if what == "no file":
        return f"there is no file {target!r}"
    if os.path.isdir(target):
        inside = any(os.path.isfile(os.path.join(target, name)) for name in MAIN)
        return "" if inside else f"{target!r} is not a Python program but a folder without __main__.py."
    if zipfile.is_zipfile(target):
        with zipfile.ZipFile(target) as archive:
            if set(MAIN) & set(archive.namelist()):
                return ""
    elif what in TEXTS or _is_packed(target) or (what == "a file of unknown form" and _declares_encoding(target)):
        return ""
    if what.startswith("an npz file"):
        advice = "Files of loihi_emu are read with Network.load(), Recording.load() and Emulator.restore()."
    return f"{target!r} is not a Python program but {what}. {advice}".rstrip()


def _declares_encoding(target: str) -> bool:
    """Return whether a file can be read as a program in the encoding that its first lines name."""
    try:
        with tokenize.open(target) as file:
            return "\x00" not in file.read()
    except (SyntaxError, UnicodeDecodeError, LookupError):
        return False


def _execute(code: CodeType, names: dict[str, Any]) -> None:
    """Run code as the module ``__main__``, which stays there: exit handlers and pickles look for it."""
    module = ModuleType("__main__")
    vars(module).update(names)
    sys.modules["__main__"] = module
    exec(code, vars(module))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
