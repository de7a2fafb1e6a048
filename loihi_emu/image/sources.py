"""Inputs and noise in the form that kernels read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.image.groups import Group
from loihi_emu.image.parts import GroupPart, Piece, Pieces
from loihi_emu.image.sent import Sent
from loihi_emu.models import inputs as at
from loihi_emu.models import noise as noise_at
from loihi_emu.models.layout import BLOCK
from loihi_emu.models.memory import Arena, Array, Description, SourceLists, aligned, counter
from loihi_emu.network.elements import Input, Noise, Population
from loihi_emu.network.payloads import Events, with_zeros

TWO32 = 1 << 32


class InputPart:
    """The neurons first..stop - 1 of an input, whose events one share lists, counted from the first."""

    description: Description

    def __init__(self, share: int, first: int, stop: int, most: int, payload: str | None) -> None:
        self.share, self.first, self.n = share, first, stop - first
        self.lists = SourceLists(most, payload)
        self.counter: NDArray[np.int64] = counter()


class InputSource:
    """An input: its lists of this step's spikes and the leaf that fills them; `values`: events of payload 0 count.

    Attributes
    ----------
    left_out : int or None
        How many events of payload 0 were left out of those sent for a step; None after that was looked at.
    """

    def __init__(self, node: Input, seed: int, values: bool = False, pieces: Pieces = ()) -> None:
        self.node, self.seed, self.values = node, seed, values
        self.poisson = node.rate is not None
        times, _, payloads = self.events(node)
        self.most = node.size if self.poisson else max(node.size, most_at_once(times))
        self.payload = payload_type(payloads)
        self.parts = [
            InputPart(*piece, piece.stop - piece.first if self.poisson else self.most, self.payload)
            for piece in pieces or (Piece(0, 0, node.size),)
        ]
        self.size = node.size
        self.sent = Sent(0 if self.poisson else node.size, self.payload is not None, values)
        self.left_out: int | None = 0

    def events(self, node: Input) -> Events:
        """Times, indices and payloads that an input of this name sends."""
        return with_zeros(node) if self.values else (node.times, node.indices, node.payloads)

    def holds(self, node: Input) -> bool:
        """Whether the lists have room for another input's events, and payloads as it has."""
        times, _, payloads = self.events(node)
        return most_at_once(times) <= self.most and payload_type(payloads) == self.payload

    @property
    def key(self) -> str:
        """Prefix of the names of its arrays in the arena."""
        return f"input.{self.node.name}"

    def leaf(self) -> str:
        """Name of the kernel."""
        listed = "valued_events" if self.payload == "float64" else "events"
        return "inputs:poisson" if self.poisson else f"inputs:{listed}"

    def reserve(self, arena: Arena) -> None:
        """Ask for the position of the next event."""
        arena.reserve(f"{self.key}.cursor", 1, np.int64)

    @property
    def description(self) -> Description:
        """The description of listed events."""
        return self.parts[0].description

    def describe(self, arena: Arena) -> None:
        """Make the descriptions of all parts."""
        listed = at.VALUED_EVENTS if self.payload == "float64" else at.EVENTS
        for part in self.parts:
            d = part.description = Description(at.POISSON if self.poisson else listed)
            part.lists.describe(d)
            if self.poisson:
                d.n, d.start, d.draws = part.n, part.first, np.zeros(part.n, np.uint32)
                d.mask = aligned(BLOCK, np.uint8)
                d.seed, d.stream, d.sample = self.seed, self.node.stream, arena["sample"]
            else:
                d.cursor = arena[f"{self.key}.cursor"]
                d.sent = self.sent.table
            d.counter = part.counter
        self.point_own()

    def point_own(self) -> None:
        """Use the rate or the events that the input has."""
        if self.poisson:
            self.point_rate(thresholds(self.node.rate, self.node.size))
        else:
            times, indices, payloads = self.events(self.node)
            values = None if payloads is None else payloads.astype(self.payload)
            self.point_events(times, indices.astype(np.int32), values)

    def point_rate(self, limits: Array) -> None:
        """Use these thresholds."""
        for part in self.parts:
            part.description.limits = limits[part.first :]

    def point_events(self, times: Array, indices: Array, payloads: Array | None) -> None:
        """Use this list of events."""
        d = self.description
        d.times, d.neurons, d.payloads, d.total = times, indices, payloads, len(times)


def payload_type(payloads: Array | None) -> str | None:
    """Dtype in which kernels read the payloads of an input."""
    return None if payloads is None else "float64" if payloads.dtype.kind == "f" else "int32"


def kept_payloads(payloads: Array | None, events: int, old_type: str | None) -> Array | None:
    """Payloads for an input whose payloads had a type before: it keeps them, and fractions, for its recordings.

    Parameters
    ----------
    payloads : array or None
        The new ones.
    events : int
        How many events there are.
    old_type : str or None
        What :func:`payload_type` gave.
    """
    if old_type is None:
        return payloads
    values = np.ones(events, np.int64) if payloads is None else payloads
    return values.astype(np.float64) if old_type == "float64" else values


def most_at_once(times: Array, bounds: Sequence[int] = ()) -> int:
    """The largest number of events in one step; `bounds` says where samples begin in the list."""
    if len(times) == 0:
        return 0
    changes = times[1:] != times[:-1]
    inner = np.asarray(bounds, np.int64)
    changes[inner[(inner > 0) & (inner < len(times))] - 1] = True
    edges = np.flatnonzero(changes) + 1
    return int(np.max(np.diff(np.concatenate([[0], edges, [len(times)]]))))


def thresholds(rate: Any, size: int) -> NDArray[np.uint64]:
    """Probabilities as thresholds for 32-bit random numbers: round(rate * 2^32)."""
    return np.broadcast_to(np.rint(np.asarray(rate, np.float64) * TWO32), size).astype(np.uint64)


class NoiseSource:
    """The noise of a population's neurons in a part of its group: draws, scaled and added to a parameter each step."""

    def __init__(self, population: Population, group: Group, part: GroupPart) -> None:
        self.population, self.group = population, group
        assert population.noise is not None
        self.noise: Noise = population.noise
        place = group.part(population.name)
        low = max(place.start, part.first)
        self.place = slice(low, max(min(place.stop, part.stop), low))
        self.first, self.n = self.place.start - place.start, self.place.stop - self.place.start

    @property
    def parameter(self) -> str:
        """The kernel parameter that the noise is added to."""
        return "noise_u" if self.noise.target == "u" else "bias"

    def describe(self, arena: Arena, seed: int) -> Description:
        """Numbers from Philox, or from elsewhere, added to the parameter."""
        d = Description(noise_at.NOISE)
        d.first, d.n, d.sample = self.first, self.n, arena["sample"]
        d.seed, d.stream = seed, self.population.stream
        d.offset, d.exponent, d.scratch = self.noise.offset, self.noise.exp, aligned(noise_at.SCRATCH, np.uint8)
        enabled = -np.asarray(self.noise.enabled).astype(np.int8).reshape(-1)
        self._point(d, "enabled", enabled if enabled.size == 1 else enabled[self.first : self.first + self.n])
        d.out = self.group.noisy(self.parameter)[self.place]
        self.point_base(d)
        return d

    def point_base(self, d: Description) -> None:
        """Use the values that the parameter has now."""
        self._point(d, "base", self.group.noiseless(self.parameter)[self.place])

    def _point(self, d: Description, name: str, values: Array) -> None:
        varies = bool(np.any(values != values[0]))
        d.parameter(name, values if varies else np.full(min(self.n, BLOCK), values[0]), varies)
