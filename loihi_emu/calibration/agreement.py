"""A network in floats and in integers on the same samples: answers, spikes, and where they part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.calibration.activity import AT_ONCE, spiking
from loihi_emu.calibration.answers import Answers, SampleReadout
from loihi_emu.calibration.samples import Samples
from loihi_emu.keywords import known_keywords_of
from loihi_emu.network.network import Network
from loihi_emu.recording.recording import Recording
from loihi_emu.run.emulator import Emulator
from loihi_emu.text_tables import aligned


@dataclass(frozen=True)
class Parting:
    """One population over all samples.

    Attributes
    ----------
    name : str
    floats, integers, same : int
        Spikes in floats, in integers, and of both at the same step.
    first : (int, int) or None
        Sample and step of the first spike that one has and the other has not: in the sample in which that is earliest.
    overflow : dict
        How often q, u and x wrapped and v saturated in integers.
    """

    name: str
    floats: int
    integers: int
    same: int
    first: tuple[int, int] | None
    overflow: Mapping[str, int]

    @property
    def differing(self) -> int:
        """Spikes that one has and the other has not."""
        return self.floats + self.integers - 2 * self.same


@known_keywords_of
@dataclass(frozen=True)
class Agreement:
    """Floats and integers on the same samples; prints as a table.

    Attributes
    ----------
    rows : dict of Parting
        By population that spikes.
    float_answers, answers : int64 array (samples,)
        Of the network of floats, and of that of integers.
    labels : int64 array (samples,) or None
    """

    rows: Mapping[str, Parting]
    float_answers: Answers
    answers: Answers
    labels: Answers | None

    @property
    def float_accuracy(self) -> float | None:
        """Share of right answers in floats, 0..1; None without labels."""
        return None if self.labels is None else float((self.float_answers == self.labels).mean())

    @property
    def accuracy(self) -> float | None:
        """Share of right answers in integers, 0..1; None without labels."""
        return None if self.labels is None else float((self.answers == self.labels).mean())

    @property
    def same_answers(self) -> float:
        """Share of samples with the same answer, 0..1."""
        return float((self.float_answers == self.answers).mean())

    @property
    def parts_in(self) -> str | None:
        """The population in which spikes part first; None where none does."""
        apart = {name: row.first for name, row in self.rows.items() if row.first is not None}
        return min(apart, key=lambda name: apart[name][1]) if apart else None

    def __str__(self) -> str:
        head = ("population", "spikes float", "integers", "the same", "first difference", "overflow")
        table = [head]
        for row in self.rows.values():
            first = "none" if row.first is None else f"step {row.first[1]} of sample {row.first[0]}"
            lost = ", ".join(f"{key} {count}" for key, count in row.overflow.items() if count) or "none"
            table.append((row.name, str(row.floats), str(row.integers), str(row.same), first, lost))
        head_line = f"{len(self.answers)} samples; the same answer to {100 * self.same_answers:.2f} %"
        if self.labels is not None:
            right = [100 * float((found == self.labels).mean()) for found in (self.float_answers, self.answers)]
            head_line += f"; right are {right[0]:.2f} % float, {right[1]:.2f} % integers"
        return "\n".join([head_line, *aligned(table)])

    __repr__ = __str__


class FloatRun:
    """The floats of samples, run once and kept, to compare integers with."""

    def __init__(self, network: Network, samples: Samples, readout: SampleReadout, labels: Answers | None) -> None:
        self.samples, self.readout, self.labels = samples, readout, labels
        self.names = spiking(network)
        each = samples.steps * sum(p.size for p in network.populations.values())
        self.at_once = max(1, AT_ONCE // each)
        self.keys, self.answers, _ = self._run(network, None)

    def with_integers(self, network: Network, scale: float) -> Agreement:
        """Run the integers, and say where they part."""
        keys, answers, lost = self._run(network, scale)
        rows = {}
        for name in self.names:
            size, steps = network[name].size, self.samples.steps
            apart = np.setxor1d(self.keys[name], keys[name], assume_unique=True)
            first = None
            if apart.size:
                sample, step = np.divmod(apart // size, steps)
                at = int(np.lexsort((sample, step))[0])
                first = (int(sample[at]), int(step[at]))
            mine, its = len(self.keys[name]), len(keys[name])
            rows[name] = Parting(name, mine, its, (mine + its - apart.size) // 2, first, lost[name])
        return Agreement(rows, self.answers, answers, self.labels)

    def _run(
        self, network: Network, scale: float | None
    ) -> tuple[dict[str, NDArray[np.int64]], Answers, dict[str, dict[str, int]]]:
        """Every spike as one number, the answers, and the counters of overflow."""
        probed = network.copy()
        for name in self.names:
            probed.probe(name, "spikes")
        self.readout.probe(probed)
        emulator = Emulator(probed)
        keys: dict[str, list[NDArray[np.int64]]] = {name: [] for name in self.names}
        answers: list[Any] = []
        lost: dict[str, dict[str, int]] = {name: {} for name in network.populations}
        for first in range(0, self.samples.count, self.at_once):
            end = min(first + self.at_once, self.samples.count)
            recording = emulator.run_samples(self.samples.steps, self.samples.part(first, end), progress=False)
            answers.append(self.readout.of(recording, scale))
            for name in self.names:
                keys[name].append(self._keys(recording, name, first))
            for name, counts in recording.stats["overflow"].items():
                lost[name] = {key: lost[name].get(key, 0) + count for key, count in counts.items()}
        return {k: np.concatenate(x) for k, x in keys.items()}, np.concatenate(answers), lost

    def _keys(self, recording: Recording, name: str, first: int) -> NDArray[np.int64]:
        found = recording.spikes(name)
        return np.asarray((found.times + first * self.samples.steps) * found.size + found.indices, np.int64)
