"""What a recording is made of, as a run leaves it and files hold it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from numpy.typing import NDArray

from loihi_emu.recording.columns import Column
from loihi_emu.recording.sample_counts import SampleCounts

Accounts: TypeAlias = "tuple[dict[str, dict[str, Any]], dict[str, Any], dict[str, Any]]"
"""populations, stats and info of a Recording."""


@dataclass(frozen=True, eq=False)
class Contents:
    """What a Recording is made with.

    Attributes
    ----------
    start, steps : int
        First recorded step and number of steps.
    arrays : dict
        Name of an array, such as "hidden.v" or "hidden.spikes.index", to its rows.
    index : dict
        Name of what was recorded to its size, neurons, and steps between two rows.
    accounts : Accounts or callable
        Or what makes them when they are asked for.
    sample_steps : int or None
        Steps of a sample.
    counts : SampleCounts, callable or None
        What was counted in each sample, if that is known.
    """

    start: int
    steps: int
    arrays: Mapping[str, NDArray[Any] | Column]
    index: Mapping[str, Mapping[str, Any]]
    accounts: Accounts | Callable[[], Accounts]
    sample_steps: int | None = None
    counts: SampleCounts | Callable[[], SampleCounts] | None = None


def accounts_of_part(whole: Accounts | Callable[[], Accounts], counted: dict[str, int], text: str) -> Accounts:
    """What can be told about some steps of a recording."""
    populations, _, info = whole() if callable(whole) else whole
    kept = {key: value for key, value in info.items() if key not in ("wall_s", "steps_per_s", "file")}
    return populations, {"spikes": counted}, kept | {"part": text}
