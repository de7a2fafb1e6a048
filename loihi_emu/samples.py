"""Many samples through one image: all events are sorted and checked first, then chosen sample by sample."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import invalid, unknown
from loihi_emu.events import event_rate, sorted_events
from loihi_emu.image.build import Image
from loihi_emu.image.sources import InputSource, most_at_once, thresholds

Choose = Callable[[int], None]


def prepare_samples(image: Image, inputs: Mapping[str, Any]) -> tuple[int, list[Choose]]:
    """Check all samples; returns their number and, per input, a function that makes sample k the current one."""
    if not inputs:
        raise invalid("run_samples", "inputs", "none", "samples for at least one input")
    counts: dict[str, int] = {}
    chosen: list[Choose] = []
    for name, samples in inputs.items():
        if name not in image.inputs:
            raise unknown("input", name, image.inputs)
        counts[name] = len(samples)
        chosen.append(_choose(image.inputs[name], samples))
    number = next(iter(counts.values()))
    if number == 0 or any(n != number for n in counts.values()):
        raise invalid("run_samples", "inputs", str(counts), "the same number of samples, at least one, for every input")
    return number, chosen


def _choose(source: InputSource, samples: Any) -> Choose:
    node = source.node
    where = f'input "{node.name}"'
    if source.poisson:
        limits = [thresholds(event_rate(rate, node.size, where), node.size) for rate in samples]
        return lambda k: source.point_rate(limits[k])
    times, indices, payloads, bounds = _joined(samples, node.size, where)
    if payloads is not None and source.lists.payload is None:
        raise invalid(where, "samples", "graded events", "0 and 1: the input was made without payloads")
    if source.lists.payload is not None and payloads is None:
        payloads = np.ones(len(times), np.int32)
    most = max((most_at_once(times[a:b]) for a, b in pairwise(bounds)), default=0)
    if most > source.most:
        raise invalid(where, "samples", f"{most} events in one step", f"at most {source.most}", "List each event once.")

    def choose(k: int) -> None:
        a, b = bounds[k], bounds[k + 1]
        source.point_events(times[a:b], indices[a:b], None if payloads is None else payloads[a:b])

    return choose


def _joined(samples: Any, size: int, where: str) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any] | None, list[int]]:
    """All samples' events one after the other, and where each begins."""
    if isinstance(samples, np.ndarray) and samples.ndim >= 3 and samples.dtype.kind in "biu":
        if int(np.prod(samples.shape[2:])) != size:
            raise invalid(where, "samples", f"shape {samples.shape}", f"(samples, steps, {size})")
        flat = samples.reshape(*samples.shape[:2], size)
        which, times, indices = np.nonzero(flat)
        values = flat[which, times, indices]
        bounds = np.searchsorted(which, np.arange(len(samples) + 1)).tolist()
        payloads = None if values.dtype == bool or np.all(values == 1) else values.astype(np.int32)
        return times.astype(np.int64), indices.astype(np.int32), payloads, bounds
    parts = [sorted_events(sample, None, size, f"{where}, sample {k}") for k, sample in enumerate(samples)]
    bounds = np.cumsum([0] + [len(t) for t, _, _ in parts]).tolist()
    graded = any(p is not None for _, _, p in parts)
    given = [np.ones(len(t), np.int32) if p is None else p.astype(np.int32) for t, _, p in parts]
    return (
        np.concatenate([t for t, _, _ in parts]),
        np.concatenate([i for _, i, _ in parts]).astype(np.int32),
        np.concatenate(given) if graded else None,
        bounds,
    )
