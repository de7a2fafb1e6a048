"""One row of the report: a measured value, its limit, and where it comes from."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.race import Lap


@dataclass(frozen=True)
class Row:
    """What was measured.

    Attributes
    ----------
    group, what : str
        The workload or the subject; the variant.
    value : float
    unit : str
        "x" for ratios.
    limit : float or None
        The value passes when it is at most this; None without a gate.
    low, high : float or None
        Least and greatest of the rounds or repetitions.
    us, reference_us : float or None
        For ratios: microseconds per step of the emulator and of what it is compared with.
    note : str
    """

    group: str
    what: str
    value: float
    unit: str
    limit: float | None = None
    low: float | None = None
    high: float | None = None
    us: float | None = None
    reference_us: float | None = None
    note: str = ""

    @property
    def passed(self) -> bool | None:
        """Whether the gate holds; None without one.

        Examples
        --------
        >>> Row("W1", "no probe", 1.1, "x", limit=1.25).passed
        True
        """
        return None if self.limit is None else self.value <= self.limit

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"passed": self.passed}


def ratio(group: str, what: str, lap: Lap, reference: Lap, limit: float | None, note: str = "") -> Row:
    """The row of a contestant of a race."""
    return Row(group, what, lap.ratio, "x", limit, lap.low, lap.high, lap.us, reference.us, note)
