"""What a rule set is to the oracle: its neurons, weights, learning and noise, written apart from the emulator's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from loihi_emu.validation.oracle_learning import ChipLearner
from loihi_emu.validation.oracle_learning_lava import LavaFloatLearner, LavaLearner
from loihi_emu.validation.oracle_learning_shared import SharedLearner
from loihi_emu.validation.oracle_neuron import NeuronRule, neurons_of
from loihi_emu.validation.oracle_random import noise_level, noise_number
from loihi_emu.validation.oracle_synapses import (
    Synapse,
    as_it_is,
    chip_effective,
    float_effective,
    lava_accumulated,
    lava_effective,
)


class Learner(Protocol):
    """A connection that learns."""

    c: Any
    rule: Any

    def outgoing(self, neuron: int) -> list[Synapse]:
        """The synapses of one neuron of the source, with their weights of now."""

    def delivered(self, t: int, arrived: list[int]) -> list[tuple[int, int]]:
        """Target and weight of synapses whose spikes were held back until step t."""

    def step(self, t: int, arrived: list[int], spiked: list[int], nodes: Any) -> None:
        """Advance one step."""

    def finish(self, t: int) -> None:
        """Do what comes when all connections have advanced."""

    def values(self, name: str) -> list[int]:
        """Weights, delays, tags or a trace."""


class Levels(Protocol):
    """Where levels of noise come from."""

    def draw(self, population: Any, t: int) -> list[int]:
        """Return the levels of a population in step t; asked of every population, in order."""


class PhiloxLevels:
    """A level for every neuron with noise, whatever else is drawn."""

    def __init__(self, network: Any) -> None:
        self.seed = int(network.seed)

    def draw(self, population: Any, t: int) -> list[int]:
        """Return the levels of a population in step t."""
        if population.noise is None:
            return []
        return [noise_level(noise_number(self.seed, population.stream, t, i)) for i in range(population.size)]


@dataclass(frozen=True)
class OracleRules:
    """One rule set of the oracle.

    Attributes
    ----------
    name : str
    neurons : dict
        Model to what advances one neuron.
    weight : callable
        Of a connection and a weight as given: what a spike adds per unit of payload.
    accumulated : callable
        Of a connection and the sum of one step's events at one target with one delay: what reaches the neuron.
    learner : callable or None
        Of a connection, its number and the oracle: the :class:`Learner`.
    levels : callable or None
        Of a network: where noise comes from; None: there is none.
    zero : int or float
        State at the start.
    """

    name: str
    neurons: Mapping[str, NeuronRule]
    weight: Callable[[Any, Any], Any]
    accumulated: Callable[[Any, Any], Any] = as_it_is
    learner: Callable[[Any, int, Any], Learner] | None = None
    levels: Callable[[Any], Levels] | None = None
    zero: float = 0


def chip_learner(connection: Any, number: int, oracle: Any) -> Learner:
    """Return what learns by the chip's rules."""
    made = SharedLearner if connection.kind == "conv" else ChipLearner
    return made(connection, number, oracle.seed, oracle.network.max_delay)


CHIP = OracleRules("chip", neurons_of("chip"), chip_effective, learner=chip_learner, levels=PhiloxLevels)
LAVA = OracleRules(
    "lava", neurons_of("lava"), lava_effective, lava_accumulated,
    learner=lambda connection, number, oracle: LavaLearner(connection, oracle.seed),
)  # fmt: skip
FLOAT = OracleRules(
    "float", neurons_of("float"), float_effective, zero=0.0,
    learner=lambda connection, number, oracle: LavaFloatLearner(connection, oracle.seed),
)  # fmt: skip
