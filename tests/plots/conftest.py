"""A small recording as plots see it, and axes that belong to no window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure


@dataclass
class FakeSpikes:
    times: np.ndarray
    indices: np.ndarray
    size: int
    payloads: np.ndarray | None = None


@dataclass
class FakeRecording:
    """The attributes and methods of a Recording, over arrays given by hand."""

    start: int
    steps: int
    populations: dict[str, dict[str, Any]]
    events: dict[str, FakeSpikes] = field(default_factory=dict)
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    probed: dict[str, np.ndarray] = field(default_factory=dict)
    every: int = 1

    @property
    def names(self) -> list[str]:
        return [f"{name}.spikes" for name in self.events] + list(self.arrays)

    def spikes(self, name: str) -> FakeSpikes:
        return self.events[name]

    def __getitem__(self, name: str) -> np.ndarray:
        return self.arrays[name]

    def times(self, name: str) -> np.ndarray:
        return self.start + self.every * np.arange(len(self.arrays[name]))

    def neurons(self, name: str) -> np.ndarray:
        if name not in self.probed and name.endswith(".spikes"):
            return np.arange(self.events[name[: -len(".spikes")]].size)
        return self.probed[name]


@pytest.fixture
def recording() -> FakeRecording:
    """Steps 100..149; "pixels" with 3 neurons and spikes, "hidden" with 5 and also u and v of neurons 0, 2 and 4."""
    v = np.arange(150).reshape(50, 3) % 97
    return FakeRecording(
        start=100,
        steps=50,
        populations={"hidden": {"size": 5, "model": "lif", "vth": [100, 101, 102, 103, 104]}},
        events={
            "pixels": FakeSpikes(np.array([100, 101, 149]), np.array([0, 2, 1], np.int32), 3),
            "hidden": FakeSpikes(np.array([105, 110, 110, 130]), np.array([2, 0, 2, 3], np.int32), 5),
        },
        arrays={"hidden.u": 2 * v, "hidden.v": v},
        probed={"hidden.u": np.array([0, 2, 4]), "hidden.v": np.array([0, 2, 4])},
    )


@pytest.fixture
def ax() -> Axes:
    return Figure().subplots()


@pytest.fixture
def pyplot() -> Iterator[Any]:
    """matplotlib.pyplot without windows, and without figures left open."""
    import matplotlib.pyplot as plt

    plt.switch_backend("Agg")
    yield plt
    plt.close("all")
