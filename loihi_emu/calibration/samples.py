"""Samples of the inputs of a network: how many, how long, and some of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from loihi_emu import numeric
from loihi_emu.errors import invalid, is_known, unknown
from loihi_emu.network.network import Network


@dataclass(frozen=True)
class Samples:
    """What inputs get, by name; an entry for each sample."""

    given: Mapping[str, Any]
    count: int
    steps: int

    def part(self, first: int, end: int) -> dict[str, Any]:
        """Samples first..end - 1, as ``Emulator.run_samples`` takes them."""
        return {name: entries[first:end] for name, entries in self.given.items()}


def samples_of(where: str, network: Network, samples: Any, steps: int | None) -> Samples:
    """Check what was given: arrays (samples, steps, size), or lists of spikes, by input or of the one there is."""
    known = {name: x for name, x in network.inputs.items() if x.rate is None}
    if not isinstance(samples, Mapping):
        if len(known) != 1:
            raise invalid(where, "samples", f"a {type(samples).__name__}", f"a dict of samples of {', '.join(known)}")
        samples = {next(iter(known)): samples}
    found: dict[str, Any] = {}
    lengths: set[int] = set()
    for key, entries in samples.items():
        name = getattr(key, "name", key)
        if not is_known(name, network.inputs):
            raise unknown("input", name, known, where=where)
        place = f'{where}, samples of "{name}"'
        if isinstance(entries, (list, tuple)):
            found[name] = list(entries)
            continue
        array = numeric.numbers(place, "", entries)
        size = network.inputs[name].size
        if network.inputs[name].rate is None:
            if array.ndim < 3 or int(np.prod(array.shape[2:])) != size:
                given = f"shape {array.shape}"
                advice = "One sample is an array [spikes]: its first axis has length 1."
                raise invalid(place, "", given, f"(samples, steps, {size})", advice=advice)
            array = numeric.finite(place, "", array).reshape(*array.shape[:2], size)
            lengths.add(array.shape[1])
        found[name] = array
    counts = {name: len(entries) for name, entries in found.items()}
    if not counts or min(counts.values()) == 0 or len(set(counts.values())) > 1:
        shown = ", ".join(f'{count} of "{name}"' for name, count in counts.items()) or "none"
        raise invalid(where, "samples", shown, "at least one sample, and as many of each input")
    if steps is None:
        if len(lengths) != 1 or lengths == {0}:
            given = "none" if not lengths else f"samples of {sorted(lengths)} steps"
            raise invalid(where, "steps", given, "how many steps a sample takes", advice="Give steps=.")
        steps = lengths.pop()
    return Samples(found, next(iter(counts.values())), numeric.integer(where, "steps", steps, 1, 1 << 40))
