"""Golden cases: networks that other emulators recorded, rebuilt with the public API and compared value by value.

A case is ``NAME.json`` and ``NAME.npz`` in ``golden/brian2_loihi``, ``golden/nengo_loihi`` or ``golden/lava_lif``
beside this file. :func:`loihi_emu.validation.golden_brian2.brian2_network`,
:func:`loihi_emu.validation.golden_nengo.nengo_network` and :func:`loihi_emu.validation.golden_lava.lava_network` turn
one into a :class:`Replay`; :func:`compare` holds any run of it against the recording.

Examples
--------
>>> from loihi_emu.validation.golden import compare, from_oracle, load
>>> from loihi_emu.validation.golden_brian2 import brian2_network
>>> from loihi_emu.validation.oracle import Oracle
>>> replay = brian2_network(*load("brian2_loihi", "sn_readme"))
>>> oracle = Oracle(replay.network)
>>> oracle.run(replay.steps)
>>> print(compare(replay, from_oracle(oracle)))
sn_readme: 201 values compared, 0 differ
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from loihi_emu.errors import invalid
from loihi_emu.files.npz import read_npz

GOLDEN = Path(__file__).parent / "golden"

Case = dict[str, Any]
Arrays = dict[str, npt.NDArray[Any]]
Values = Callable[[str], npt.NDArray[np.int64]]


@dataclass(frozen=True)
class Replay:
    """A golden case as a network, with what the reference recorded.

    Attributes
    ----------
    name : str
        Name of the case.
    network : Network
        Built with the public API, with a probe of spikes, u and v on every population.
    steps : int
        How long to run it.
    expected : mapping of str to int64 array
        "population.u" and "population.v": one row per step, one column per neuron. "population.spikes": one row
        (time, neuron index) per spike, in order of time, then index.
    """

    name: str
    network: Any
    steps: int
    expected: Mapping[str, npt.NDArray[np.int64]]


@dataclass(frozen=True)
class Comparison:
    """How many values of a case were compared, how many differ, and where the first difference is."""

    name: str
    compared: int
    different: int
    first: str = ""

    def __str__(self) -> str:
        tail = f"; first: {self.first}" if self.first else ""
        return f"{self.name}: {self.compared} values compared, {self.different} differ{tail}"


def names(folder: str) -> list[str]:
    """Return the names of the cases in `folder` ("brian2_loihi", "nengo_loihi" or "lava_lif"), sorted.

    Examples
    --------
    >>> names("nengo_loihi")[:2]
    ['axon_atoms', 'axon_map']
    """
    return sorted(path.stem for path in (GOLDEN / folder).glob("*.json"))


def load(folder: str, name: str) -> tuple[Case, Arrays]:
    """Read a case: the description and the recorded arrays.

    Examples
    --------
    >>> case, arrays = load("brian2_loihi", "sn_readme")
    >>> case["duration"], arrays["v_n"].shape
    (100, (1, 100))
    """
    path = GOLDEN / folder / name
    text = path.with_suffix(".json")
    try:
        case: Any = json.loads(text.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as problem:
        given = f"a file that cannot be read ({problem})"
        raise invalid(str(text), "", given, "the description of a case") from problem
    if not isinstance(case, dict):
        raise invalid(str(text), "", f"a {type(case).__name__}", "the description of a case, a table")
    return case, read_npz(path.with_suffix(".npz"), "the recorded arrays of a case")


def as_spikes(times: Any, indices: Any) -> npt.NDArray[np.int64]:
    """Return spikes as rows (time, index) in order of time, then index."""
    rows = np.stack([np.asarray(times, np.int64).ravel(), np.asarray(indices, np.int64).ravel()], axis=1)
    return rows[np.lexsort((rows[:, 1], rows[:, 0]))]


def from_oracle(oracle: Any) -> Values:
    """Read "population.variable" from an oracle that has run."""

    def values(key: str) -> npt.NDArray[np.int64]:
        name, var = key.rsplit(".", 1)
        if var == "spikes":
            events = oracle.spikes(name)
            return as_spikes([event[0] for event in events], [event[1] for event in events])
        if name in oracle.learned:
            return np.array(oracle.learned[name][{"weights": "w", "tags": "t"}.get(var, var)], np.int64)
        return np.array(oracle.trace(name, var), np.int64)

    return values


def from_recording(recording: Any) -> Values:
    """Read "population.variable" from a :class:`loihi_emu.Recording`."""

    def values(key: str) -> npt.NDArray[np.int64]:
        name, var = key.rsplit(".", 1)
        if var == "spikes":
            spikes = recording.spikes(name)
            return as_spikes(spikes.times, spikes.indices)
        return np.asarray(recording[key], np.int64)

    return values


def compare(replay: Replay, values: Values) -> Comparison:
    """Compare a run of `replay` with what the reference recorded.

    Parameters
    ----------
    replay : Replay
        The case.
    values : callable
        Gives the array of a key of ``replay.expected``: :func:`from_oracle` or :func:`from_recording`.

    Returns
    -------
    Comparison
        Each state of each neuron in each step counts as one value, each spike as one value; a spike that only one
        side has differs.
    """
    compared = different = 0
    first = ""
    for key, expected in replay.expected.items():
        got = values(key)
        if key.endswith(".spikes"):
            mine = {(int(t), int(i)) for t, i in got}
            theirs = {(int(t), int(i)) for t, i in expected}
            wrong = sorted(mine ^ theirs)
            count, extra = len(wrong), abs(len(got) - len(mine))
            where = f"{key} {'only in the run' if wrong[0] in mine else 'missing'} at {wrong[0]}" if wrong else key
            compared += len(mine | theirs)
            count += extra
        else:
            count, where = _array_differences(key, got, expected)
            compared += expected.size
        different += count
        if count and not first:
            first = where
    return Comparison(replay.name, compared, different, first)


def _array_differences(key: str, got: npt.NDArray[np.int64], expected: npt.NDArray[np.int64]) -> tuple[int, str]:
    if got.shape != expected.shape:
        return expected.size, f"{key} has shape {got.shape}, expected {expected.shape}"
    wrong = np.argwhere(got != expected)
    if not len(wrong):
        return 0, ""
    place = tuple(int(k) for k in wrong[0])
    return len(wrong), f"{key} at {place}: got {got[place]}, expected {expected[place]}"
