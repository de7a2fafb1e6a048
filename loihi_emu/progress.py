"""A progress bar that appears when asked for, or by itself on a terminal when a run takes long."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any

BAR_AFTER_SECONDS = 2.0
"""A bar appears by itself for runs that are expected to take longer."""


class Progress:
    """Counts steps, and shows them if wanted.

    Parameters
    ----------
    total : int
        Steps to come.
    wanted : bool or None
        Whether to show a bar; None: on a terminal, once the rest is expected to take longer than 2 s.
    """

    def __init__(self, total: int, wanted: bool | None) -> None:
        self.total, self.wanted = total, wanted
        self.done = 0
        self._bar: Any = None

    def __enter__(self) -> Progress:
        if self.wanted:
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
            if long and sys.stderr is not None and sys.stderr.isatty():
                self._show()

    def _show(self) -> None:
        from tqdm.auto import tqdm

        stays = bool(self.wanted)
        self._bar = tqdm(total=self.total, initial=self.done, unit="step", unit_scale=True, leave=stays)
