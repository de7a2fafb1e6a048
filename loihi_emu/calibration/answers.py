"""What a network answers to a sample: the class of the output that spiked most, or whose voltage was highest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu import numeric
from loihi_emu.calibration.activity import SILENT
from loihi_emu.calibration.layers import ends
from loihi_emu.errors import invalid, is_known, unknown
from loihi_emu.network.network import Network
from loihi_emu.recording.recording import Recording
from loihi_emu.widths import WEIGHT_UNIT

Answers = NDArray[np.int64]
ANSWERS = ("spikes", "last v", "mean v", "max v")


@dataclass(frozen=True)
class SampleReadout:
    """Which population answers, and how; `own` is a function of a recording of samples."""

    population: str
    answer: str
    own: Callable[[Recording], Any] | None = None

    def probe(self, network: Network) -> None:
        """Add what it needs: spikes are recorded anyway."""
        network.probe(self.population, "v")

    def of(self, recording: Recording, scale: float | None) -> Answers:
        """The answer to each sample; `scale` is that of the population in integers."""
        if self.own is not None:
            found = numeric.whole("calibrate", "what answer= returns", self.own(recording))
            if found.shape != (recording.samples,):
                raise invalid("calibrate", "what answer= returns", f"shape {found.shape}", f"({recording.samples},)")
            return found
        v = np.asarray(recording[f"{self.population}.v"], np.float64)
        v = v.reshape(recording.samples, -1, v.shape[-1]) / (1.0 if scale is None else scale * WEIGHT_UNIT)
        if self.answer == "spikes":
            counts = recording.spike_counts(self.population)
            most = counts == counts.max(axis=1, keepdims=True)
            scores = np.where(most, v[:, -1], -np.inf)
        else:
            scores = {"last v": v[:, -1], "mean v": v.mean(axis=1), "max v": v.max(axis=1)}[self.answer]
        return np.asarray(scores.argmax(axis=1), np.int64)


def readout_of(where: str, network: Network, output: Any, answer: Any) -> SampleReadout:
    """Check which population answers and how, or find the one at the end."""
    if output is None:
        found = ends(network)
        if len(found) != 1:
            shown = ", ".join(f'"{k}"' for k in found) or "none"
            raise invalid(where, "output", f"nothing; at the end are {shown}", "the population that answers")
        output = found[0]
    name = getattr(output, "name", output)
    if not is_known(name, network.populations):
        raise unknown("population", name, network.populations, where=where)
    silent = network.populations[name].model == SILENT
    if callable(answer):
        return SampleReadout(name, "function", answer)
    known = ANSWERS[1:] if silent else ANSWERS
    answer = ("mean v" if silent else "spikes") if answer is None else answer
    if not is_known(answer, known):
        raise unknown("answer", answer, known, where=where)
    return SampleReadout(name, answer)


def labels_of(where: str, labels: Any, count: int, readout: SampleReadout, network: Network) -> Answers | None:
    """The class of each sample: the number of the neuron that is to answer, unless a function answers."""
    if labels is None:
        return None
    found = numeric.whole(where, "labels", labels)
    if found.shape != (count,):
        raise invalid(where, "labels", f"shape {found.shape}", f"one for each of the {count} samples")
    if readout.own is None:
        last = network.populations[readout.population].size - 1
        numeric.ranged(where, "labels", found, 0, last, f'They are numbers of neurons of "{readout.population}".')
    return found
