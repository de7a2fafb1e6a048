"""Messages: what spikes send from core to core, per step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loihi_emu.mapping.arrays import Integers, Numbers
from loihi_emu.mapping.model import Assignment, Layout, Problem, tiles
from loihi_emu.mapping.traffic.rates import Rates
from loihi_emu.network.elements import Connection


@dataclass(frozen=True, eq=False)
class Traffic:
    """Messages per step. A spike sends one to every core on which a connection of its neuron has synapses.

    Attributes
    ----------
    within_cores, between_cores, between_chips : float
        Messages that stay on their core; that go to another; and of the latter, those that go to another chip.
    host : float
        Messages from inputs.
    sent, received : arrays
        Messages between cores by core, sent and received; messages from inputs are received too.
    chips : array (chips, chips)
        Messages from chip to chip; the diagonal has those between cores of a chip.
    host_by_chip : array
        Messages from inputs to each chip.
    hops_x, hops_y : float or None
        Tiles that messages within chips pass, east-west and north-south; None where a chip's tiles are unknown.
    """

    within_cores: float
    between_cores: float
    between_chips: float
    host: float
    sent: Numbers
    received: Numbers
    chips: Numbers
    host_by_chip: Numbers
    hops_x: float | None
    hops_y: float | None

    def __repr__(self) -> str:
        return (
            f"<Traffic: {self.between_cores:.6g} messages per step between cores, {self.between_chips:.6g} of them "
            f"between chips; {self.within_cores:.6g} within cores, {self.host:.6g} from inputs>"
        )


def axons_by_core(problem: Problem, assignment: Assignment) -> Iterator[tuple[int, Connection, Integers]]:
    """Core, connection, and the presynaptic neurons, of a population or an input, that have synapses there."""
    for core, name, neurons, slots in assignment.parts():
        incoming = problem.incoming[name]
        if not incoming.connections:
            continue
        _, lists = incoming.measure(neurons, slots)
        for c, sources in zip(incoming.connections, incoming.sources(lists), strict=True):
            if len(sources):
                yield core, c, sources


def messages_by_core(
    problem: Problem, assignment: Assignment, rates: Rates
) -> Iterator[tuple[int, NDArray[np.intp], Numbers]]:
    """Core, the cores that a connection onto it sends from, and the messages of each; -1 stands for an input's."""
    for core, c, sources in axons_by_core(problem, assignment):
        name = c.pre.target.name
        if name in problem.inputs:
            yield core, np.asarray([-1]), np.asarray([rates[name][sources].sum()])
        else:
            cores = assignment.cores[name][sources]
            sums = np.bincount(cores, weights=rates[name][sources])
            home = np.flatnonzero(sums)
            yield core, home, sums[home].astype(np.float64, copy=False)


def traffic_of(problem: Problem, assignment: Assignment, layout: Layout, rates: Rates) -> Traffic:
    """Count the messages of all spikes."""
    n, chips, chip = assignment.count, max(1, layout.chips), layout.chip
    sent, received, host, sums = np.zeros(n), np.zeros(n), np.zeros(chips), np.zeros(3)
    by_chip, place = np.zeros((chips, chips)), tiles(layout.core, problem.chip)
    for core, home, messages in messages_by_core(problem, assignment, rates):
        if len(home) and home[0] < 0:
            host[chip[core]] += messages[0]
            received[core] += messages[0]
            continue
        away = home != core
        sums[0] += messages[~away].sum()
        home, messages = home[away], messages[away]
        sent[home] += messages
        received[core] += messages.sum()
        by_chip[:, chip[core]] += np.bincount(chip[home], weights=messages, minlength=chips)
        near = chip[home] == chip[core]
        for axis, number in zip(place or (), (1, 2), strict=False):
            sums[number] += messages[near] @ np.abs(axis[home[near]] - axis[core])
    between = float(by_chip.sum())
    hops = (float(sums[1]), float(sums[2])) if place is not None else (None, None)
    return Traffic(
        float(sums[0]), between, between - float(np.trace(by_chip)), float(host.sum()), sent, received, by_chip, host,
        *hops,
    )  # fmt: skip
