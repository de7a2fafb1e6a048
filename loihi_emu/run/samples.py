"""Many samples through one image: all events are sorted and checked first, then chosen sample by sample."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import invalid, is_known, unknown
from loihi_emu.image.build import Image
from loihi_emu.image.sources import InputSource, kept_payloads, most_at_once, payload_type, thresholds
from loihi_emu.memory.room import count_nonzero, room_for
from loihi_emu.models.inputs import EVENTS
from loihi_emu.network import spike_forms, spike_words
from loihi_emu.network.elements import Input, name_of
from loihi_emu.network.events import PAYLOAD_ADVICE, PAYLOAD_MAX, event_rate, sorted_events
from loihi_emu.network.payloads import check_uses, merged, without_zeros, zeros_of
from loihi_emu.network.shapes import Shape, fits
from loihi_emu.network.spike_axes import samples_first
from loihi_emu.network.spike_forms import EVENT_BYTES
from loihi_emu.numeric import MAX_STEPS, ranged, whole
from loihi_emu.units import unit_of
from loihi_emu.user_warnings import warn

if TYPE_CHECKING:
    from loihi_emu.network.network import Network

Choose = Callable[[int], None]
EVENT_FIELDS = np.array([EVENTS.starts[name] for name in ("times", "neurons", "payloads")])


class RateSamples:
    """Samples of a Poisson input: thresholds of each."""

    def __init__(self, limits: list[Any]) -> None:
        self.limits = limits

    def part(self, first: int, end: int) -> RateSamples:
        """Samples first..end - 1."""
        return RateSamples(self.limits[first:end])

    def start(self, source: InputSource) -> Choose:
        """Return what makes sample k the current one."""
        return lambda k: source.point_rate(self.limits[k])


class ListedSamples:
    """Samples of an input of listed events: all events, one sample after the other, and where each begins."""

    def __init__(self, times: Any, indices: Any, values: Any, bounds: list[int]) -> None:
        self.times, self.indices, self.values, self.bounds = times, indices, values, bounds

    def part(self, first: int, end: int) -> ListedSamples:
        """Samples first..end - 1."""
        begin, stop = self.bounds[first], self.bounds[end]
        values = None if self.values is None else self.values[begin:stop]
        bounds = [k - begin for k in self.bounds[first : end + 1]]
        return ListedSamples(self.times[begin:stop], self.indices[begin:stop], values, bounds)

    def start(self, source: InputSource) -> Choose:
        """Return what makes sample k the current one."""
        values, bounds = self.values, self.bounds
        source.point_events(self.times, self.indices, values)
        description, words = source.description, source.description.words
        starts = words[EVENT_FIELDS].copy()  # addresses of all samples' events; a sample is a part of them
        widths = np.array([8, 4, 0 if values is None else values.itemsize])

        def choose(k: int) -> None:
            words[EVENT_FIELDS] = starts + widths * bounds[k]
            description.total = bounds[k + 1] - bounds[k]

        return choose


Samples = dict[str, "RateSamples | ListedSamples"]


def prepare_samples(image: Image, inputs: Mapping[str, Any], steps: int) -> tuple[int, Samples, dict[str, str]]:
    """Check all samples.

    Returns their number and, per input, the samples; also the names of inputs whose samples have payloads though the
    image has none of their type, with the type.
    """
    if not isinstance(inputs, Mapping) or not inputs:
        given = "none" if isinstance(inputs, Mapping) else f"a {type(inputs).__name__}"
        raise invalid("run_samples", "inputs", given, 'a dict such as {"pixels": samples}')
    counts: dict[str, int] = {}
    chosen: Samples = {}
    graded: dict[str, str] = {}
    for key, samples in inputs.items():
        name = name_of(key)
        if not is_known(name, image.inputs):
            raise unknown("input", name, image.inputs)
        if name in counts:
            raise invalid(f'input "{name}"', "samples", "samples twice, by its name and as an object", "one of them")
        where, source = f'input "{name}", samples', image.inputs[name]
        samples = samples_first(samples, not source.poisson, spike_words.refusing(where, source.node.shape))
        samples = spike_forms.unwrapped(samples, where, source.node.shape)
        if not isinstance(samples, (list, tuple, np.ndarray)) or getattr(samples, "ndim", 1) == 0:
            given = repr(samples) if np.isscalar(samples) else f"a {type(samples).__name__}"
            each = "a rate each" if source.poisson else spike_words.ways(source.node.shape)
            raise invalid(f'input "{name}"', "samples", given, f"an array or a list, one entry per sample: {each}")
        counts[name] = len(samples)
        if not counts[name]:
            break
        chosen[name], payload = _choose(source, samples, steps, image.network)
        if payload != source.payload:
            assert payload is not None
            graded[name] = payload
    number = next(iter(counts.values()))
    if number == 0 or any(n != number for n in counts.values()):
        raise invalid("run_samples", "inputs", str(counts), "the same number of samples, at least one, for every input")
    return number, chosen, graded


def with_payloads(network: Network, types: Mapping[str, str]) -> list[Input]:
    """Inputs whose listed events have payloads of a type, 1 each where they had none."""
    nodes = [network.inputs[name] for name in types]
    kept = [kept_payloads(node.payloads, len(node.times), types[node.name]) for node in nodes]
    return [replace(node, payloads=payloads) for node, payloads in zip(nodes, kept, strict=True)]


def _choose(
    source: InputSource, samples: Any, steps: int, network: Network
) -> tuple[RateSamples | ListedSamples, str | None]:
    """Check the samples of one input. Also the type of payloads."""
    node = source.node
    where = f'input "{node.name}"'
    if source.poisson:
        each = 2 * sys.getsizeof(np.zeros(0)) + 16 * node.size
        room_for(where, {f"rates of {len(samples):,} samples": each * len(samples)})
        rates = [event_rate(rate, node.shape, f"{where}, sample {k}") for k, rate in enumerate(samples)]
        return RateSamples([thresholds(rate, node.size) for rate in rates]), None
    times, indices, given, bounds = _joined(samples, node.shape, where, source.values, network.rule_set.floats)
    payloads = kept_payloads(given, len(times), source.payload)
    payload = payload_type(payloads)
    if given is not None and payload == source.payload:  # without room for them all is prepared again
        sent = replace(node, **without_zeros(times, indices, payloads))
        check_uses(sent, network.connections.values(), network.rule_set)
    most = most_at_once(times, bounds)
    if most > source.most:
        raise invalid(
            where, "samples", f"{most} events in one step", f"at most {source.most}", advice="List each event once."
        )

    late = int(np.count_nonzero(times >= steps))
    if late:
        text = f"{where}: {late} events of the samples come in step {steps} or later, which no sample reaches."
        warn(text)

    values = None if payloads is None else np.ascontiguousarray(payloads, payload)
    return ListedSamples(times, indices, values, bounds), payload


def _joined(
    samples: Any, shape: Shape, where: str, ending: bool, floats: bool
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any] | None, list[int]]:
    """All samples' events one after the other, and where each begins; `ending`: with the zeros that end values."""
    if not ending and isinstance(samples, np.ndarray) and samples.ndim >= 3 and samples.dtype.kind in "biu":
        if not fits(samples.shape[2:], shape):
            allowed = spike_words.per_step(shape, "samples, ")
            raise invalid(where, "samples", f"shape {samples.shape}", allowed)
        flat = samples.reshape(*samples.shape[:2], prod(shape))
        events = count_nonzero(flat)
        room_for(where, {f"{events:,} events of samples": EVENT_BYTES * events})
        spike_forms.check_frames(flat, f"{where}, samples", shape)
        which, times, indices = np.nonzero(flat)
        values = flat[which, times, indices]
        ranged(where, "samples", values, -PAYLOAD_MAX - 1, PAYLOAD_MAX, PAYLOAD_ADVICE)
        bounds = np.searchsorted(which, np.arange(len(samples) + 1)).tolist()
        payloads = None if values.dtype == bool or np.all(values == 1) else values.astype(np.int32)
        return times.astype(np.int64), indices.astype(np.int32), payloads, bounds
    if not ending and all(isinstance(sample, tuple) and len(sample) == 2 for sample in samples):
        return _joined_lists(samples, shape, where)
    read = [spike_forms.read(sample, f"{where}, sample {k}", shape, floats) for k, sample in enumerate(samples)]
    parts = [sorted_events(s, None, shape, f"{where}, sample {k}", floats=floats) for k, s in enumerate(read)]
    if ending:
        parts = [merged(*part, zeros_of(sample, None)) for part, sample in zip(parts, read, strict=True)]
    bounds = np.cumsum([0] + [len(t) for t, _, _ in parts]).tolist()
    graded = any(p is not None for _, _, p in parts)
    given = [np.ones(len(t), np.int64) if p is None else p for t, _, p in parts]
    return (
        np.concatenate([t for t, _, _ in parts]),
        np.concatenate([i for _, i, _ in parts]).astype(np.int32),
        np.concatenate(given) if graded else None,
        bounds,
    )


def _joined_lists(samples: Any, shape: Shape, where: str) -> tuple[NDArray[Any], NDArray[Any], None, list[int]]:
    """The same for samples that are all (times, indices): checked and sorted in one go, as of one long run."""
    pairs = [_flat(sample, shape, f"{where}, sample {k}") for k, sample in enumerate(samples)]
    lengths = [len(times) for times, _ in pairs]
    times = whole(where, "spike times of samples", np.concatenate([t for t, _ in pairs]), spike_words.STEPS)
    indices = whole(where, "spike indices of samples", np.concatenate([i for _, i in pairs]))
    bounds = np.cumsum([0, *lengths])
    for name, values, most in (("spike times", times, MAX_STEPS), ("spike indices", indices, prod(shape) - 1)):
        if values.size and (values.min() < 0 or values.max() > most):
            bad = int(np.flatnonzero((values < 0) | (values > most))[0])
            k = int(np.searchsorted(bounds, bad, side="right")) - 1
            with spike_words.naming_ways(shape):
                ranged(f"{where}, sample {k}", name, values[bounds[k] : bounds[k + 1]], 0, most)
    which = np.repeat(np.arange(len(lengths)), lengths)
    order = np.lexsort((indices, times, which))
    return times[order], indices[order].astype(np.int32), None, bounds.tolist()


def _flat(sample: tuple[Any, Any], shape: Shape, where: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """Times and indices of a sample as arrays of numbers; whatever is not plainly that is read with all care."""
    found = []
    for part in sample:
        if type(part) not in (list, np.ndarray) or unit_of(part) is not None:
            break
        try:
            array = np.asarray(part)
        except ValueError:
            break
        if array.ndim != 1 or array.dtype.kind not in "iuf" or (array.dtype.kind == "f" and np.any(array % 1)):
            break
        found.append(array)
    if len(found) == 2 and len(found[0]) == len(found[1]):
        return found[0], found[1]
    events = spike_forms.read(sample, where, shape)
    return events.times, events.indices
