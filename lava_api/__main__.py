"""``python -m lava_api program.py``: runs a program written for Lava, with ``lava`` meaning lava_api."""

from __future__ import annotations

import os
import runpy
import sys
import zipfile
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from lava_api._alias import install

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
    import loihi_emu  # noqa: F401  # found now: in a checkout, its folder leaves the path below

    install()
    target, safe = rest[0], getattr(sys.flags, "safe_path", False)
    if kind == "-c":
        sys.argv[:] = ["-c", *rest[1:]]
        if not safe:
            sys.path[0] = ""
        _execute(compile(target, "<string>", "exec", dont_inherit=True), {})
    elif kind == "-m":
        sys.argv[:] = rest
        runpy.run_module(target, run_name="__main__", alter_sys=True)
    elif os.path.isfile(target) and (what := _no_program(target)):
        print(f"python -m lava_api: {target!r} is not a Python program but {what}", file=sys.stderr)
        return 2
    elif os.path.isdir(target) or zipfile.is_zipfile(target):
        sys.argv[:] = rest
        if not safe:
            del sys.path[0]
        runpy.run_path(target, run_name="__main__")
    elif not os.path.isfile(target):
        print(f"python -m lava_api: there is no file {target!r}", file=sys.stderr)
        return 2
    else:
        sys.argv[:] = rest
        file = os.path.abspath(target)
        if not safe:
            sys.path[0] = os.path.dirname(os.path.realpath(target))
        loader = SourceFileLoader("__main__", file)
        code = compile(loader.get_data(file), file, "exec", dont_inherit=True)
        _execute(code, {"__file__": file, "__loader__": loader})
    return 0


def _no_program(target: str) -> str:
    """What a file is, with what reads it, if it is surely no program; else nothing."""
    from loihi_emu import foreign

    described, advice = foreign.describe(Path(target))
    if described in foreign.PROGRAMS:
        return ""
    if described.startswith("an npz file"):
        advice = "Files of loihi_emu are read with Network.load(), Recording.load() and Emulator.restore()."
    return f"{described}. {advice}" if advice else f"{described}."


def _execute(code: CodeType, names: dict[str, Any]) -> None:
    """Run code as the module ``__main__``, which stays there: exit handlers and pickles look for it."""
    module = ModuleType("__main__")
    vars(module).update(names)
    sys.modules["__main__"] = module
    exec(code, vars(module))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
