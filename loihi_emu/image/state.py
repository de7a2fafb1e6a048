"""State read from a file, by the names that it has in the arena, and how its numbers are held against their ranges."""

from __future__ import annotations

from collections.abc import Mapping

from loihi_emu.errors import invalid
from loihi_emu.models.memory import Array


class State:
    """The arrays of a checkpoint's state by the names that they have in the arena; ``fail`` raises about one.

    Attributes
    ----------
    path : str
        The file's.
    arrays : dict
        By ``"state.<name>"``.
    """

    def __init__(self, path: str, arrays: Mapping[str, Array]) -> None:
        self.path, self.arrays = path, arrays

    def __getitem__(self, key: str) -> Array:
        return self.arrays[f"state.{key}"]

    def __contains__(self, key: str) -> bool:
        return f"state.{key}" in self.arrays

    @property
    def clock(self) -> int:
        """The step that runs next."""
        return int(self["clock"][0])

    def fail(self, key: str, given: str, allowed: str) -> None:
        """Raise about one array."""
        raise invalid(self.path, f"array state.{key}", given, allowed)

    def within(self, key: str, low: int, high: int) -> None:
        """Whole numbers in a range."""
        array = self[key]
        if array.size and (array.min() < low or array.max() > high):
            wrong = array.min() if array.min() < low else array.max()
            self.fail(key, str(wrong), f"{low}..{high}")
