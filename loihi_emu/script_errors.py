"""Errors of a script that a command runs: shown with the script's own lines, without those of the command around."""

from __future__ import annotations

import sys
import traceback
from types import TracebackType

PACKAGES = ("loihi_emu", "lava_api")
RUNNERS = ("runpy", "importlib._bootstrap", "importlib._bootstrap_external")
"""Modules of Python that run scripts and imports."""
FAULTS = (AttributeError, NameError, IndexError, ZeroDivisionError, RecursionError)
"""Errors that this project never raises on purpose: where they come from inside it, its lines say how."""


def clear(error: BaseException) -> BaseException:
    """Take the lines of this project and of what runs scripts from the tracebacks of an error; return the error.

    Its type, its text, its causes and their order stay. Of an error in this project itself, the lines behind the
    script's last one stay; of one that has no other lines, all.
    """
    waiting: list[BaseException | None] = [error]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        waiting += [one.__cause__, one.__context__, *getattr(one, "exceptions", ())]
        one.__traceback__ = _theirs(one)
    return error


def has_lines(error: BaseException) -> bool:
    """Return whether an error comes from lines outside this project, or is about the text of a program."""
    steps = _steps(error.__traceback__)
    return isinstance(error, SyntaxError) or not all(_is_ours(step) for step in steps)


def show_clearly() -> None:
    """Let Python show uncaught errors so from now on."""
    before = sys.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        error.__traceback__ = trace
        clear(error)
        before(kind, error, error.__traceback__)

    sys.excepthook = hook


def show(error: BaseException) -> None:
    """Write an error to stderr as Python does, without the lines of this project."""
    traceback.print_exception(clear(error), file=sys.stderr)


def _theirs(error: BaseException) -> TracebackType | None:
    """Return the traceback without our lines."""
    steps = _steps(error.__traceback__)
    theirs = [number for number, step in enumerate(steps) if not _is_ours(step)]
    if not theirs:
        return None if isinstance(error, SyntaxError) else error.__traceback__
    kept = [steps[number] for number in theirs]
    if isinstance(error, FAULTS):
        kept += steps[theirs[-1] + 1 :]
    trace: TracebackType | None = None
    for step in reversed(kept):
        trace = TracebackType(trace, step.tb_frame, step.tb_lasti, step.tb_lineno)
    return trace


def _steps(trace: TracebackType | None) -> list[TracebackType]:
    """Return the steps of a traceback, the outermost first."""
    steps = []
    while trace is not None:
        steps.append(trace)
        trace = trace.tb_next
    return steps


def _is_ours(step: TracebackType) -> bool:
    """Return whether a step lies in this project, or in Python's modules that run scripts."""
    names = step.tb_frame.f_globals
    module = names.get("__name__") or ""
    package = names.get("__package__") or module  # what is run by python -m is called __main__
    return module in RUNNERS or package.partition(".")[0] in PACKAGES
