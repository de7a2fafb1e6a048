"""Numbered tasks for other processes: how a function gets there, and what comes back."""

from __future__ import annotations

import pickle
import sys
import traceback
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

from loihi_emu.errors import SimulationError, UnsupportedError, brief, shown_of

Function = Callable[[Any], Any]
BY_VALUE = "With cloudpickle (pip install cloudpickle) functions of notebooks and lambdas can; or put it into a module."


class Answer(NamedTuple):
    """What a task gave: a value, or the error that it raised."""

    value: Any
    error: BaseException | None = None


class Failure(Exception):
    """A task failed: its number, and the error."""

    def __init__(self, number: int, error: BaseException) -> None:
        super().__init__(number, error)
        self.number, self.error = number, error


class Elsewhere(Exception):
    """The traceback of another process, as the cause of an error that came from there."""

    def __str__(self) -> str:
        return f"\n{self.args[0]}"


def packed(function: Function, where: str, elsewhere: bool = False) -> bytes:
    """A function as bytes, for processes that do not have it; `elsewhere`: nor the script that runs here.

    Raises
    ------
    UnsupportedError
        It cannot be sent: the text says what makes it possible.
    """
    inner = getattr(function, "__wrapped__", function)
    from_script = getattr(inner, "__module__", None) == "__main__"
    if not from_script or not _has_cloudpickle():
        try:
            if from_script and elsewhere:
                raise pickle.PicklingError("it is of no module and no script in a file")
            return pickle.dumps(function)
        except Exception as problem:
            if not _has_cloudpickle():
                raise UnsupportedError(
                    f"{where}, function: {brief(shown_of(inner))} cannot be sent to other processes "
                    f"({brief(str(problem))}). {BY_VALUE}"
                ) from problem
    made: bytes = import_module("cloudpickle").dumps(function)
    return made


def _has_cloudpickle() -> bool:
    return "cloudpickle" in sys.modules or find_spec("cloudpickle") is not None


@lru_cache(maxsize=1)
def unpacked(function: bytes) -> Function:
    """The function of :func:`packed`; of the last one, the same object each time."""
    made: Function = pickle.loads(function)
    return made


def answer(function: bytes | Function, task: Any) -> Answer:
    """Do a task; an error comes back as one that can be sent."""
    try:
        made = unpacked(function) if isinstance(function, bytes) else function
        return Answer(made(task))
    except (Exception, SystemExit) as error:
        return Answer(None, sendable(error))


def as_bytes(found: Answer) -> bytes:
    """An answer as bytes; one that cannot be sent becomes an error that says so."""
    try:
        return pickle.dumps(found)
    except Exception as problem:
        text = f"the result cannot be sent back from another process: {problem}"
        return pickle.dumps(Answer(None, UnsupportedError(text)))


def sendable(error: BaseException) -> BaseException:
    """The same error, or one with its text where it cannot be sent, with the traceback of here as its cause."""
    told = "".join(traceback.format_exception(error))
    try:
        again = pickle.loads(pickle.dumps(error))
        kept = error if type(again) is type(error) and str(again) == str(error) else None
    except Exception:
        kept = None
    found = kept or SimulationError(f"{type(error).__name__}: {error}")
    found.__dict__["_told"] = told  # errors lose their cause when they are sent
    return found


def with_cause(error: BaseException) -> BaseException:
    """An error that came from another process, with the traceback of there as its cause."""
    told = error.__dict__.pop("_told", None)
    if told is not None:
        error.__cause__ = Elsewhere(told)
    return error
