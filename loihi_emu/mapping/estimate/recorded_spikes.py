"""The spikes of a recording by population, and where its steps lie in samples."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from loihi_emu.errors import invalid, shown_of
from loihi_emu.mapping.arrays import Index, Integers
from loihi_emu.recording.recording import Recording


class RecordedSpikes:
    """The spikes of a recording of a network.

    Attributes
    ----------
    recording : Recording
    spikes : dict
        Population or input name to (steps, neurons) of its spikes, where all were recorded or there were none.
    totals : dict
        Name to the number of spikes of those that were not recorded.
    """

    def __init__(self, problem: Any, recording: Recording) -> None:
        check_recording(problem, recording)
        self.recording = recording
        self.spikes: dict[str, tuple[Integers, Index]] = {}
        self.totals: dict[str, int] = {}
        for name in [*problem.inputs, *problem.populations]:
            self._read(name)

    def _read(self, name: str) -> None:
        recording, key = self.recording, f"{name}.spikes"
        size = int(recording.populations[name]["size"])
        total = int(recording.stats["spikes"].get(name, 0))
        if key in recording and np.array_equal(recording.neurons(key), np.arange(size)):
            spikes = recording.spikes(name)
            self.spikes[name] = (spikes.times - recording.start, spikes.indices.astype(np.int32))
        elif total == 0:
            self.spikes[name] = (np.zeros(0, np.int64), np.zeros(0, np.int32))
        else:
            self.totals[name] = total

    @property
    def steps(self) -> int:
        """Recorded steps."""
        return self.recording.steps

    def of_sample(self, rows: Integers) -> Integers:
        """The step within its sample, or of the run, that each row is."""
        length = self.recording.sample_steps
        return rows + self.recording.start if length is None else rows % length

    def left(self, rows: Integers) -> Integers:
        """Steps from each row to the end of its sample; without samples so many that nothing ends."""
        length = self.recording.sample_steps
        return np.full(len(rows), 1 << 60) if length is None else length - rows % length

    def within(self, name: str, first: int, end: int) -> tuple[Integers, Index]:
        """Spikes in some steps; none where they were not recorded."""
        if name not in self.spikes:
            return np.zeros(0, np.int64), np.zeros(0, np.int32)
        times, indices = self.spikes[name]
        a, b = np.searchsorted(times, [first, end])
        return times[a:b], indices[a:b]

    def matrix(self, name: str, size: int) -> Any:
        """Spikes of a population or an input of so many neurons as a csr_matrix (steps, neurons)."""
        times, indices = self.spikes[name]
        return sparse.csr_matrix((np.ones(len(times), np.int64), (times, indices)), (self.steps, size))


def check_recording(problem: Any, recording: Any) -> None:
    """Raise if this is no recording of the network that was placed, or one without steps.

    Raises
    ------
    ValidationError
    """
    if not isinstance(recording, Recording):
        raise invalid("estimate", "recording", shown_of(recording), "a Recording, such as Emulator.run returns")
    wanted = {name: node.size for name, node in [*problem.inputs.items(), *problem.populations.items()]}
    recorded = {name: int(row["size"]) for name, row in recording.populations.items()}
    if wanted != recorded:
        name = next(name for name in [*wanted, *recorded] if wanted.get(name) != recorded.get(name))
        has, needs = (f"{d[name]} neurons" if name in d else "none" for d in (recorded, wanted))
        raise invalid(
            "estimate", "recording", f'one with {has} of "{name}"', f'a recording of network "{problem.name}": {needs}'
        )
    if not recording.steps:
        raise invalid("estimate", "recording", "a recording of 0 steps", "one or more steps")
