"""Errors of the compiler."""

from __future__ import annotations

from typing import Any


class NoProcessModelFound(Exception):
    """No model implements a process."""

    def __init__(self, proc: Any, *, is_wiring: bool = False) -> None:
        advice = (
            "A model is declared with @implements(proc=...), in the module of the process or in models.py beside it; a"
            " class derived from a Process does not inherit its models."
        )
        if is_wiring:
            advice = "It only connects others, which need no model for that: call run() on a process that has one."
        super().__init__(
            f"No ProcessModels found that implement Process '{proc}' of class {type(proc).__qualname__}. {advice}"
        )


class ProcessAlreadyCompiled(Exception):
    """A process is part of a program already."""

    def __init__(self, proc: Any) -> None:
        super().__init__(
            f"Process '{proc.name}::{type(proc).__name__}' has been compiled already."
            " Processes can't be compiled more than once."
        )
