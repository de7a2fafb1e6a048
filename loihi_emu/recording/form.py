"""What a file tells about a recording, and whether its parts agree."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from loihi_emu.errors import invalid
from loihi_emu.files import entries
from loihi_emu.network.checks import MAX_NEURONS, OFTEN
from loihi_emu.numeric import MAX_STEPS
from loihi_emu.recording.sample_counts import FIELDS

SPIKES = ".spikes"
STEPS = entries.whole(0, MAX_STEPS)
COUNT = entries.whole(0, (1 << 63) - 1)
ROWS = (np.int8, np.uint8, np.int16, np.int32, np.int64, np.float64)
"""Types of recorded state."""
PAYLOADS = (np.int32, np.float64)
"""Types of the payloads of spikes."""


def _facts(where: str, name: str, value: Any) -> None:
    """Numbers, texts, and tables and lists of them."""
    if isinstance(value, dict):
        for key, entry in value.items():
            _facts(where, f"{name}.{key}", entry)
    elif isinstance(value, list):
        for k, entry in enumerate(value):
            _facts(where, f"{name}[{k}]", entry)
    else:
        entries.perhaps(entries.either(entries.flag, entries.number, entries.text))(where, name, value)


_INDEX = entries.record(
    {
        "size": entries.whole(0, MAX_NEURONS),
        "neurons": entries.perhaps(entries.listed(entries.whole(0, MAX_NEURONS))),
        "every": entries.whole(1, OFTEN),
    }
)
_POPULATION = entries.record(
    {
        "size": entries.whole(1, MAX_NEURONS),
        "shape": entries.listed(entries.whole(1, MAX_NEURONS)),
        "model": entries.text,
        "vth": entries.perhaps(entries.either(entries.listed(entries.number), entries.number)),
    }
)
_STATS = {"spikes": entries.table(COUNT)}
MORE_STATS = {
    "synaptic_events": COUNT,
    "overflow": entries.table(entries.table(COUNT, FIELDS)),
    "convolution_wraps": COUNT,
    "weights": entries.table(entries.table(COUNT)),
}
_LOST = {"lost_weights": entries.table(entries.record(dict.fromkeys(("count", "total", "zeroed", "most"), COUNT)))}
"""Of recordings some of whose weights do not act as given."""
_INFO = {"seed": COUNT, "network": entries.text}
_MORE_INFO = {"wall_s": entries.number, "steps_per_s": entries.number}
"""A part of a recording has only the counters of spikes, and no times of its own."""


def _known(
    required: Mapping[str, entries.Check],
    together: Mapping[str, entries.Check],
    perhaps: Mapping[str, entries.Check] | None = None,
) -> entries.Check:
    """A table with these entries, those all or none of them, perhaps some more, and any other facts beside them."""

    def check(where: str, name: str, value: Any) -> None:
        entries.table(_facts)(where, name, value)
        must = {**required, **together} if any(key in value for key in together) else dict(required)
        optional: dict[str, entries.Check] = {**dict.fromkeys(value, _facts), **(perhaps or {})}
        entries.record(must, optional)(where, name, value)

    return check


_DESCRIBED = {
    "start": STEPS,
    "sample_steps": entries.perhaps(entries.whole(1, MAX_STEPS)),
    "index": entries.table(_INDEX),
}
_COUNTED = {
    "populations": entries.table(_POPULATION),
    "stats": _known(_STATS, MORE_STATS, _LOST),
    "info": _known(_INFO, _MORE_INFO),
}
HEADER = entries.record({"steps": STEPS} | _DESCRIBED | _COUNTED)
_ACCOUNTS = entries.record(_COUNTED)
DESCRIBED = entries.record(_DESCRIBED)
"""What a recording says of itself, whatever file it is in."""


def check_index(path: str, index: Mapping[str, Any], populations: Mapping[str, Any]) -> None:
    """What entries of the index say about each other, and about the sizes of populations."""
    for name, row in index.items():
        node, _, variable = name.rpartition(".")
        known = populations.get(node)
        if known is not None and known["size"] != row["size"]:
            raise invalid(path, f"index.{name}.size", row["size"], f"{known['size']}, the size of {node}")
        if variable == "spikes" and (known is None or row["every"] != 1):
            raise invalid(path, f"index.{name}", "spikes of no population in every step", "spikes of a population")
        chosen = row["neurons"]
        if chosen is not None and (not chosen or chosen[-1] >= row["size"] or any(a >= b for a, b in pairwise(chosen))):
            given = "neurons that do not rise, or are not there"
            raise invalid(path, f"index.{name}.neurons", given, f"some of 0..{row['size'] - 1}, rising")


def check_accounts(path: str, accounts: Mapping[str, Any]) -> None:
    """Whether populations, stats and info are what they should be."""
    _ACCOUNTS(path, "", dict(accounts))


def rows_of(header: Mapping[str, Any], every: int) -> int:
    """How many rows a state has that is recorded at an interval."""
    start, steps, length = header["start"], header["steps"], header["sample_steps"]
    if length is None:
        return int(-(-(start + steps) // every) - -(-start // every))
    return int(steps // length * -(-length // every) + -(-(steps % length) // every))
