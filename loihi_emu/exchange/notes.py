"""What is noted while a file, a graph or a module is read."""

from __future__ import annotations

from dataclasses import dataclass, field

from loihi_emu.user_warnings import warn


@dataclass
class Notes:
    """What is read differently from how it is written.

    Attributes
    ----------
    exact, inexact : list of str
        What gives the same results all the same, and what changes them.
    """

    exact: list[str] = field(default_factory=list)
    inexact: list[str] = field(default_factory=list)

    def warn(self, about: str) -> None:
        """Warn of what is not exact, if anything is; `about` stands before it."""
        if self.inexact:
            warn(f"{about}: {' '.join(self.inexact)}")
