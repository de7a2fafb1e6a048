"""A network of floats as layers: each population with the connections that lead to it; and what integers cannot do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.calibration.activity import SILENT
from loihi_emu.calibration.wires import Wires, wires_of
from loihi_emu.errors import UnsupportedError, invalid
from loihi_emu.network.elements import Connection, Population
from loihi_emu.network.network import Network

Floats = NDArray[np.float64]
MODELS = ("lif", "lif_subtract", SILENT)


@dataclass(frozen=True, eq=False)
class FloatLayer:
    """A population of floats and what leads to it."""

    population: Population
    wires: tuple[Wires, ...]

    @property
    def name(self) -> str:
        """That of the population."""
        return self.population.name

    @property
    def spikes(self) -> bool:
        """Whether it spikes."""
        return self.population.model != SILENT

    def each(self, name: str) -> Floats:
        """A parameter for each neuron; of neurons that never spike the threshold is 0."""
        given = self.population.parameters.get(name, np.zeros(()))
        return np.broadcast_to(given, (self.population.size,)).astype(np.float64)

    @property
    def largest(self) -> float:
        """The largest weight."""
        return max((float(np.abs(w.values).max(initial=0.0)) for w in self.wires), default=0.0)


def layers_of(where: str, network: Any) -> dict[str, FloatLayer]:
    """The layers of a network, or an error that names what the chip's integers do not have."""
    if not isinstance(network, Network):
        allowed = 'a Network with rules="float", or a NIR graph or its file'
        raise invalid(where, "network", f"a {type(network).__name__}", allowed)
    if not network.rule_set.floats:
        advice = "It has its integers already: calibrate what they were made of."
        raise invalid(where, "network", f'one of rules "{network.rules}"', 'rules "float"', advice=advice)
    if not network.populations or not network.inputs:
        given = f"{len(network.populations)} populations and {len(network.inputs)} inputs"
        raise invalid(where, "network", given, "at least one of each")
    wires: dict[str, list[Wires]] = {name: [] for name in network.populations}
    for p in network.populations.values():
        if p.model not in MODELS:
            _refuse(where, f'population "{p.name}"', f'model "{p.model}"', f"models {', '.join(MODELS)}")
    for c in network.connections.values():
        _check(where, c)
        wires[c.post.target.name].append(wires_of(c))
    return {name: FloatLayer(p, tuple(wires[name])) for name, p in network.populations.items()}


def _check(where: str, c: Connection) -> None:
    place = f'connection "{c.name}"'
    if c.learning is not None:
        _refuse(where, place, "a rule of learning", "weights that stay as they are")
    if c.has_choice_of_ports:
        _refuse(where, place, f'port "{c.port}"', "models with one port")
    if getattr(c.pre.target, "model", None) == SILENT:
        allowed = "voltages that are read at the end, or a neuron that spikes in its place"
        _refuse(where, place, f'the voltage of "{c.pre.target.name}", which is sent on', allowed)


def _refuse(where: str, place: str, given: str, allowed: str) -> None:
    raise UnsupportedError(f"{where}, {place}: got {given}, allowed are {allowed} (in the chip's integers).")


def ends(network: Network) -> list[str]:
    """Populations from which nothing leads on to another."""
    onward = {c.pre.target.name for c in network.connections.values() if c.pre.target is not c.post.target}
    return [name for name in network.populations if name not in onward]
