"""Accounts of a run: where recorders and counters stood, and the Recording of what came after."""

from __future__ import annotations

import platform
from functools import cache
from typing import Any

import numpy as np

from loihi_emu._version import __version__
from loihi_emu.image.build import Image
from loihi_emu.image.memory import Array
from loihi_emu.models import layout as at
from loihi_emu.recording import Recording

LOST = {"q": at.Q_OVERFLOW, "u": at.U_OVERFLOW, "x": at.X_OVERFLOW, "v": at.V_SATURATION}
"""Names of the overflow counters: q, u and x = u + bias wrapped; v saturated."""


class Marks:
    """Where recorders and counters of an image stand at one moment."""

    def __init__(self, image: Image) -> None:
        self.step = int(image.arena["clock"][0])
        self.positions: list[Any] = [r.recorder.position for r in image.recorded]
        self.counters: Array = image.counters()
        self.input_events = {name: int(s.counter[0]) for name, s in image.inputs.items()}
        self.events = image.events
        self.convolution_wraps = image.convolution_wraps
        self.total = int(image.fills.total[0])


def population_order(image: Image) -> list[str]:
    """Names of populations in the order of the counters."""
    return [p.name for g in image.groups for p in g.populations]


def overflow(image: Image, since: Marks) -> dict[str, dict[str, int]]:
    """Per population: how often q, u and x wrapped and v saturated."""
    difference = image.counters() - since.counters
    return {
        name: {key: int(row[column]) for key, column in LOST.items()}
        for name, row in zip(population_order(image), difference, strict=True)
    }


def lost_text(image: Image, since: Marks) -> str:
    """What overflowed since, as text; empty when nothing did."""
    if not np.any((image.counters() - since.counters)[:, at.Q_OVERFLOW :]):
        return ""
    words = {"q": "q wrapped", "u": "u wrapped", "x": "u + bias wrapped", "v": "v saturated"}
    lost = overflow(image, since)
    return "; ".join(
        f'population "{name}": ' + ", ".join(f"{words[k]} {n} times" for k, n in row.items() if n)
        for name, row in lost.items()
        if any(row.values())
    )


def make_recording(image: Image, since: Marks, wall: float, samples: int = 1) -> Recording:
    """The Recording of everything after `since`."""
    arrays: dict[str, Array] = {}
    index: dict[str, dict[str, Any]] = {}
    for recorded, position in zip(image.recorded, since.positions, strict=True):
        found = recorded.recorder.since(position)
        if recorded.variable == "spikes":
            arrays.update({f"{recorded.name}.{part}": array for part, array in found.items()})
        else:
            arrays[recorded.name] = found
        chosen = None if recorded.neurons is None else recorded.neurons.tolist()
        index[recorded.name] = {"size": recorded.size, "neurons": chosen, "every": recorded.every}
    steps = int(image.fills.total[0]) - since.total
    return Recording(
        start=since.step, steps=steps, arrays=arrays, index=index, populations=_populations(image),
        stats=_stats(image, since), info=_info(image, wall, steps), samples=samples,
    )  # fmt: skip


def _populations(image: Image) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for group in image.groups:
        for p in group.populations:
            vth = group.threshold(p.name)
            found[p.name] = {"size": p.size, "shape": list(p.shape), "model": p.model, "vth": vth}
    for name, source in image.inputs.items():
        found[name] = {"size": source.node.size, "shape": list(source.node.shape), "model": "input", "vth": None}
    return {name: found[name] for name in [*image.network.inputs, *image.network.populations]}


def _stats(image: Image, since: Marks) -> dict[str, Any]:
    fired = (image.counters() - since.counters)[:, at.SPIKES]
    spikes = {name: int(n) for name, n in zip(population_order(image), fired, strict=True)}
    for name, source in image.inputs.items():
        spikes[name] = int(source.counter[0]) - since.input_events[name]
    weights = {
        name: {"truncated": image.truncated.get(name, 0), "clipped": image.clipped.get(name, 0)}
        for name in image.network.connections
    }
    return {
        "spikes": {name: spikes[name] for name in [*image.network.inputs, *image.network.populations]},
        "synaptic_events": image.events - since.events,
        "overflow": overflow(image, since),
        "convolution_wraps": image.convolution_wraps - since.convolution_wraps,
        "weights": weights,
    }


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


def _info(image: Image, wall: float, steps: int) -> dict[str, Any]:
    network = image.network
    return {
        "network": network.name, "chip": network.chip.name, "rules": network.rules, "seed": network.seed,
        "wall_s": wall, "steps_per_s": steps / wall if wall > 0 else 0.0,
        "neurons": sum(g.n for g in image.groups), **_versions(),
    }  # fmt: skip
