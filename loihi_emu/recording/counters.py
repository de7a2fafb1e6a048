"""Counters of a run at one moment, and what was counted between two."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from loihi_emu._version import __version__
from loihi_emu.models import layout as at
from loihi_emu.models.memory import Array
from loihi_emu.recording.contents import Accounts
from loihi_emu.recording.sample_counts import SampleCounts

Entries = dict[str, Any]
LOST = {"q": at.Q_OVERFLOW, "u": at.U_OVERFLOW, "x": at.X_OVERFLOW, "v": at.V_SATURATION}
"""Names of the overflow counters: q, u and x = u + bias wrapped; v saturated."""
ABOUT_WEIGHTS = ("weights", "lost_weights")
"""Entries of stats that are no counters but tell of the weights as they are."""
LOST_WORDS = {"q": "q wrapped", "u": "u wrapped", "x": "u + bias wrapped", "v": "v saturated"}


@dataclass(frozen=True, eq=False)
class CounterFields:
    """What the numbers in :attr:`Snapshot.values` are, in order: two for the clock, then these.

    Attributes
    ----------
    populations : tuple of str
        In the order of their rows of counters.
    inputs : tuple of str
        Their events.
    events, wraps : int
        How many counters of synaptic events and of convolutions that wrapped follow; and what came before them.
    events_before, wraps_before : int
    """

    populations: tuple[str, ...]
    inputs: tuple[str, ...]
    events: int
    events_before: int
    wraps_before: int


class Snapshot(NamedTuple):
    """Where counters and recorders stand at one moment."""

    values: Array
    filled: list[int]
    fields: CounterFields

    @property
    def step(self) -> int:
        """The step that runs next."""
        return int(self.values.item(0))

    @property
    def total(self) -> int:
        """Steps run so far, whatever the clock was set to."""
        return int(self.values.item(1))

    def summed(self) -> Snapshot:
        """The same numbers whatever the image: one of synaptic events and one of wraps."""
        start = 2 + len(self.fields.populations) * at.COUNTERS + len(self.fields.inputs)
        values = np.concatenate([self.values[:start], np.array(self.events_and_wraps(), np.int64)])
        return Snapshot(values, self.filled, CounterFields(self.fields.populations, self.fields.inputs, 1, 0, 0))

    def fields_values(self) -> list[Any]:
        """The fields, as JSON can hold it."""
        return [list(x) if isinstance(x, tuple) else x for x in vars(self.fields).values()]

    def counters(self) -> Array:
        """Counters of populations, one row each."""
        n = len(self.fields.populations)
        return self.values[2 : 2 + n * at.COUNTERS].reshape(n, at.COUNTERS)

    def input_events(self) -> dict[str, int]:
        """Events of inputs."""
        start = 2 + len(self.fields.populations) * at.COUNTERS
        return dict(zip(self.fields.inputs, self.values[start:].tolist(), strict=False))

    def events_and_wraps(self) -> tuple[int, int]:
        """Synaptic events, and sums of convolutions that wrapped."""
        start = 2 + len(self.fields.populations) * at.COUNTERS + len(self.fields.inputs)
        middle = start + self.fields.events
        events, wraps = int(self.values[start:middle].sum()), int(self.values[middle:].sum())
        return self.fields.events_before + events, self.fields.wraps_before + wraps


def overflow(since: Snapshot, now: Snapshot) -> dict[str, dict[str, int]]:
    """Per population: how often q, u and x wrapped and v saturated."""
    rows = (now.counters() - since.counters()).tolist()
    return {
        name: {key: row[column] for key, column in LOST.items()}
        for name, row in zip(now.fields.populations, rows, strict=True)
    }


def copied(tables: dict[str, dict[str, dict[str, Any]]]) -> dict[str, Any]:
    """Tables of rows of numbers, for their reader to change: thousands of connections have a row each."""
    return {key: {name: row.copy() for name, row in table.items()} for key, table in tables.items()}


def accounts_of(
    populations: Entries, weights: dict[str, Entries], about: Entries, since: Snapshot, now: Snapshot, wall: float
) -> Accounts:
    """Populations, stats and info of a recording."""
    fired = (now.counters() - since.counters())[:, at.SPIKES].tolist()
    spikes = dict(zip(now.fields.populations, fired, strict=True))
    before = since.input_events()
    spikes |= {name: n - before[name] for name, n in now.input_events().items()}
    events, wraps = (b - a for a, b in zip(since.events_and_wraps(), now.events_and_wraps(), strict=True))
    stats = {
        "spikes": {name: spikes[name] for name in populations},
        "synaptic_events": events,
        "overflow": overflow(since, now),
        "convolution_wraps": wraps,
        **copied(weights),
    }
    steps = now.total - since.total
    info = {
        **about,
        "wall_s": wall, "steps_per_s": steps / wall if wall > 0 else 0.0,
        "neurons": sum(populations[name]["size"] for name in now.fields.populations), **_versions(),
    }  # fmt: skip
    return {name: dict(row) for name, row in populations.items()}, stats, info


def added(earlier: Accounts, later: Accounts) -> Accounts:
    """The accounts of two stretches that follow each other; what is no counter is that of the later one."""
    (_, before, told), (populations, stats, info) = earlier, later
    wall = told["wall_s"] + info["wall_s"]
    steps = told["wall_s"] * told["steps_per_s"] + info["wall_s"] * info["steps_per_s"]
    speed = steps / wall if wall > 0 else 0.0
    sums = {key: _sums(before[key], stats[key]) for key in stats if key not in ABOUT_WEIGHTS}
    return populations, stats | sums, info | {"wall_s": wall, "steps_per_s": speed}


def _sums(a: Any, b: Any) -> Any:
    """Sums of numbers in tables of the same form."""
    return {key: _sums(a[key], b[key]) for key in b} if isinstance(b, dict) else a + b


def sample_counts(fields: CounterFields, nodes: list[str], rows: list[tuple[Array, float]]) -> SampleCounts:
    """What was counted between every two rows."""
    n, inputs = len(fields.populations), len(fields.inputs)
    values = np.array([row for row, _ in rows])
    counted = values[1:] - values[:-1]
    counters = counted[:, 2 : 2 + n * at.COUNTERS].reshape(len(counted), n, at.COUNTERS)
    rest = counted[:, 2 + n * at.COUNTERS :]
    spikes = dict(zip(fields.populations, counters[:, :, at.SPIKES].T, strict=True))
    spikes |= dict(zip(fields.inputs, rest[:, :inputs].T, strict=True))
    return SampleCounts(
        nodes=nodes, neurons=fields.populations,
        spikes=np.stack([spikes[name] for name in nodes], axis=1),
        overflow=np.ascontiguousarray(counters[:, :, list(LOST.values())]),
        events=rest[:, inputs : inputs + fields.events].sum(axis=1),
        wraps=rest[:, inputs + fields.events :].sum(axis=1),
        wall_s=np.diff([wall for _, wall in rows]),
    )  # fmt: skip


@cache
def _versions() -> dict[str, str]:
    import numba

    return {
        "loihi_emu": __version__,
        "numpy": np.__version__,
        "numba": numba.__version__,
        "python": platform.python_version(),
        "machine": platform.machine(),
    }
