"""What is calibrated: a network of floats, or a graph of NIR that becomes one; with samples, labels and who answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from loihi_emu import numeric
from loihi_emu.calibration.activity import Activity, activity_of
from loihi_emu.calibration.agreement import FloatRun
from loihi_emu.calibration.answers import Answers, SampleReadout, labels_of, readout_of
from loihi_emu.calibration.choosing import Chosen, chosen_of
from loihi_emu.calibration.layers import FloatLayer, layers_of
from loihi_emu.calibration.lists import LISTS
from loihi_emu.calibration.samples import Samples, samples_of
from loihi_emu.chips.chip import Chip
from loihi_emu.errors import ArgumentsError, invalid, is_known, unknown
from loihi_emu.exchange.nir.imported import Imported, import_nir
from loihi_emu.exchange.nir.primitives import Graph
from loihi_emu.network.network import Network
from loihi_emu.rules.weights import MANTISSA_BITS


@dataclass(eq=False)
class Given:
    """A network of floats with its samples, and the layers in integers that were found so far."""

    where: str
    network: Network
    chip: Chip
    layers: dict[str, FloatLayer]
    readout: SampleReadout
    lists: int
    headroom: float
    lag: int
    notes: tuple[str, ...]
    samples: Samples
    labels: Answers | None
    activity: Activity
    floats: FloatRun
    graded: frozenset[str]
    found: dict[tuple[str, int], Chosen]

    def chosen(self, name: str, bits: int) -> Chosen:
        """A layer in integers with so many bits of weight."""
        key = (name, bits)
        if key not in self.found:
            layer = self.layers[name]
            self.found[key] = chosen_of(self.where, layer, self.activity, self.chip, bits, self.lists, self.headroom)
        return self.found[key]

    def built(self, bits: Mapping[str, int]) -> Network:
        """The network in integers."""
        floats = self.network
        made = Network(floats.name, chip=self.chip, seed=floats.seed)
        chosen = {name: self.chosen(name, bits[name]) for name in self.layers}
        for name, node in floats.nodes.items():  # in this order: it decides what Poisson inputs draw
            if name in self.layers:
                chosen[name].made.add(made)
            elif node in floats.inputs.values():
                x = floats.inputs[name]
                if x.rate is not None:
                    made.input(name, x.shape, rate=x.rate)
                else:
                    made.input(name, x.shape, spikes=(x.times, x.indices), payloads=x.payloads)
        for each in chosen.values():
            each.made.connect(made, self.graded)
        return made

    def scale(self, bits: Mapping[str, int]) -> float:
        """Of the population that answers."""
        return self.chosen(self.readout.population, bits[self.readout.population]).made.choice.scale


def given_of(
    where: str, network: Any, samples: Any, labels: Any, *, steps: Any, output: Any, answer: Any, dt: Any, lists: Any,
    headroom: Any, chip: Any, **options: Any,
) -> Given:  # fmt: skip
    """Check everything, make a network of a graph, and run the floats."""
    single = numeric.flag(where, "single", options.pop("single"))
    options = {name: value for name, value in options.items() if value is not None} | (
        {"single": True} if single else {}
    )
    lag = 0
    notes: tuple[str, ...] = ()
    if isinstance(network, (str, Path, Graph)) or type(network).__name__ == "NIRGraph":
        network = import_nir(network, dt=dt, **({} if chip is None else {"chip": chip}), **options)
    elif dt is not None or options:
        name = "dt" if dt is not None else next(iter(options))
        raise ArgumentsError(f"{where}: got {name}=, which is about graphs of NIR, with a {type(network).__name__}.")
    if isinstance(network, Imported):
        network, report = network.network, network.report
        lag, notes = max((out.lag for out in report.outputs.values()), default=0), report.approximations
        read = {out.population for out in report.outputs.values()}
        if output is None and len(read) == 1:
            output = next(iter(read))
    layers = layers_of(where, network)
    network = without_probes(network)
    if numeric.integer(where, "lists", lists, LISTS[0], LISTS[-1]) not in LISTS:
        raise invalid(
            where, "lists", repr(lists), "1 (one list), 2 (one for each sign), 4 or 8 (two or four for each sign)"
        )
    room = numeric.finite(where, "headroom", headroom)
    if room.ndim or not 1 <= room <= 1024:
        raise invalid(where, "headroom", repr(headroom), "one number, 1..1024")
    if chip is not None and not isinstance(chip, Chip):
        raise invalid(where, "chip", repr(chip), "loihi_emu.LOIHI1 or LOIHI2")
    readout = readout_of(where, network, output, answer)
    given = samples_of(where, network, samples, steps)
    given = replace(given, steps=given.steps + lag)
    right = labels_of(where, labels, given.count, readout, network)
    activity = activity_of(network, given)
    graded = _graded(where, activity, network)
    floats = FloatRun(network, given, readout, right)
    return Given(
        where, network, network.chip if chip is None else chip, layers, readout, lists, float(room), lag, notes, given,
        right, activity, floats, graded, {},
    )  # fmt: skip


def without_probes(network: Network) -> Network:
    """The same network, of which nothing is recorded."""
    bare = network.copy()
    bare._probes.clear()
    return bare


def _graded(where: str, activity: Activity, network: Network) -> frozenset[str]:
    """Inputs whose events have values, which must be whole for integers."""
    found = set()
    for name in network.inputs:
        payloads = activity.events[name].payloads
        if payloads is None or (payloads == 1).all():
            continue
        if (payloads != np.rint(payloads)).any():
            worst = float(payloads[payloads != np.rint(payloads)][0])
            advice = "Send spikes (by rate or in time), or scale the values to whole numbers and the weights with them."
            raise invalid(
                where, f'samples of "{name}"', worst, "0, 1 or whole numbers: chips have no others", advice=advice
            )
        found.add(name)
    return frozenset(found)


def bits_of(where: str, layers: Mapping[str, FloatLayer], given: Any) -> dict[str, int]:
    """Bits of the weights of each layer."""
    if not isinstance(given, Mapping):
        return dict.fromkeys(layers, numeric.integer(where, "weight_bits", given, 1, MANTISSA_BITS))
    for name in given:
        if not is_known(name, layers):
            raise unknown("population", name, layers, where=f"{where}, weight_bits")
    found = {name: numeric.integer(where, f'weight_bits["{name}"]', k, 1, MANTISSA_BITS) for name, k in given.items()}
    return dict.fromkeys(layers, MANTISSA_BITS) | found
