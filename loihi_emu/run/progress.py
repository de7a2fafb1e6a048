"""A progress bar that appears when asked for, or by itself on a terminal or in a notebook when a run takes long."""

from __future__ import annotations

import sys
import time
from importlib.util import find_spec
from types import TracebackType
from typing import Any

from loihi_emu.numeric import flag

BAR_AFTER_SECONDS = 2.0
"""A bar appears by itself for runs that are expected to take longer."""
SETTLED_SECONDS = 0.5
"""No bar appears by itself earlier: the first steps of a process are slower than those that follow."""
LOG_SECONDS = 10.0
"""Seconds between two lines of a bar that is asked for where stderr is a file."""
COLUMNS = 80
"""Width of a bar in a notebook without widgets."""


def wanted(where: str, progress: object) -> bool | None:
    """Whether a bar was asked for; None if that is left to the run."""
    return None if progress is None else flag(where, "progress", progress, "True, False or None")


class Progress:
    """Counts steps, and shows them if wanted.

    Parameters
    ----------
    total : int
        Steps to come.
    wanted : bool or None
        Whether to show a bar; None: on a terminal or in a notebook, once the rest is expected to take longer than 2 s.
    unit : str
        What is counted.
    """

    def __init__(self, total: int, wanted: bool | None, unit: str = "step") -> None:
        self.total, self.wanted, self.unit = total, wanted, unit
        self.done = 0
        self._begun = time.monotonic()
        self._bar: Any = None

    def __enter__(self) -> Progress:
        if self.wanted and (in_notebook() or sys.stderr is not None):
            self._show()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.close()

    def advance(self, steps: int, seconds_per_step: float) -> None:
        """So many steps were run, at this pace."""
        self.done += steps
        if self._bar is not None:
            self._bar.update(steps)
        elif self.wanted is None and self.done < self.total:
            long = (self.total - self.done) * seconds_per_step > BAR_AFTER_SECONDS
            settled = time.monotonic() - self._begun >= SETTLED_SECONDS
            if long and settled and (in_notebook() or (sys.stderr is not None and sys.stderr.isatty())):
                self._show()

    def _show(self) -> None:
        how: dict[str, Any] = {"total": self.total, "initial": self.done, "unit": self.unit}
        how["unit_scale"] = self.unit == "step"
        self._bar = _bar(bool(self.wanted), how)


def in_notebook() -> bool:
    """Whether this process is the kernel of a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None


def _bar(stays: bool, how: dict[str, Any]) -> Any:
    """A bar for where this runs: widgets or one line in a notebook, a line on a terminal, few lines in a file."""
    if in_notebook():
        if find_spec("ipywidgets") is not None:
            from tqdm.notebook import tqdm as notebook_bar

            return notebook_bar(leave=stays, **how)
        from tqdm.std import tqdm as text_bar

        return text_bar(leave=stays, ncols=COLUMNS, file=OneLine(), **how)
    from tqdm.std import tqdm as text_bar

    terminal = sys.stderr is not None and sys.stderr.isatty()
    return text_bar(leave=stays, mininterval=0.1 if terminal else LOG_SECONDS, **how)


class OneLine:
    """A text file for a bar in a notebook without widgets: each line is shown in the place of the one before.

    Printed bars would pile up in the cell, and in what nbconvert makes of it.
    """

    def __init__(self) -> None:
        from IPython.display import display

        self._line = ""
        self._shown = display(self._data(), raw=True, display_id=True)

    def write(self, text: str) -> None:
        """Take the bar's next state, which begins with a carriage return."""
        line = text.replace("\n", "").rpartition("\r")[2].rstrip()
        if line or "\r" in text:
            self._line = line
            self._shown.update(self._data(), raw=True)

    def flush(self) -> None:
        """Do nothing: each line is shown when it is written."""

    def _data(self) -> dict[str, str]:
        return {"text/plain": self._line}
