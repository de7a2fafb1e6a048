"""Recordings of lava-dl and what runs them: files, ground truths, arrays of what was sent."""

from pathlib import Path

import numpy as np
from project_files import ROOT

GOLDEN = Path(ROOT) / "validation" / "golden" / "lava_dl"
CUBA = {"type": "CUBA", "iDecay": 1024, "vDecay": 128, "vThMant": 40, "refDelay": 1, "gradedSpike": False}


def golden(name):
    """The arrays of a recording."""
    with np.load(GOLDEN / f"{name}.npz") as archive:
        return {name: a if name == "net_file" else a.astype(np.int64) for name, a in archive.items()}


def written(folder, array, name="x.net"):
    """The file whose bytes a recording has."""
    path = folder / name
    path.write_bytes(array.tobytes())
    return path


def sent(recording, population, steps=None):
    """What was sent, (steps, neurons): 1 or the payload of each spike."""
    spikes = recording.spikes(population)
    made = np.zeros((recording.steps if steps is None else steps, spikes.size), np.int64)
    made[spikes.times - recording.start, spikes.indices] = 1 if spikes.payloads is None else spikes.payloads
    return made


def frames(array):
    """Frames (x, y, channel, time) as (time, row, column, channel)."""
    return array.transpose(3, 1, 0, 2)
