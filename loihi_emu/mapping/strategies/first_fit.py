"""Filling cores one after the other, each as far as it goes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from loihi_emu.chips.chip import DELAY_SLOTS_LOST
from loihi_emu.errors import MappingError
from loihi_emu.mapping.arrays import Index, Integers
from loihi_emu.mapping.lists import WEIGHT_BITS, IncomingLists, learns_delays
from loihi_emu.mapping.model import KINDS, SETTINGS, Assignment, Problem, assigned, few_enough, part_of, values_of


class Run(NamedTuple):
    """Neurons of a population that are to be placed one after the other.

    Attributes
    ----------
    name : str
        Of the population.
    neurons : int32 array
    alone : (int, int), optional
        Memory bits and input axons that all of them take on a core of their own.
    """

    name: str
    neurons: Index
    alone: tuple[int, int] | None = None


LOOK = 256
"""Neurons that are looked at first to estimate how many go on a core."""


class _OpenBin:
    """A core that is being filled: what it holds."""

    def __init__(self, problem: Problem, number: int, one_index: bool = False) -> None:
        self.problem, self.number, self.one_index = problem, number, one_index
        self.compartments = self.bits = self.axons_in = self.axons_out = self.delay = 0
        self.accumulators = 0  # of a delay slot
        settings = () if problem.profiles.alike else SETTINGS
        limits = (problem.limits[name].limit for name in ("threshold_profiles", "compartment_profiles"))
        self.profiles: list[tuple[set[int], int | None]] = [({0}, 2) for _ in settings]
        self.profiles += [(set(), n) for n in limits]
        self.kinds: dict[str, set[Any]] = {resource: set() for resource in KINDS}

    # ------------------------------------------------------------ room
    def room(self, name: str, neurons: Index, fanout: Integers, guess: int) -> tuple[int, int, int]:
        """How many of the first neurons of a run fit, and the memory bits and input axons that they take."""
        n = self.most(name, neurons, fanout)
        if n == 0:
            return 0, 0, 0
        return self.incoming(name).longest(neurons[:n], self._slots(n), min(guess, n), *self._left())

    def whole(self, run: Run, fanout: Integers) -> tuple[int, int, int]:
        """The same if all of a run fits; else zeros."""
        name, neurons, alone = run
        if self.most(name, neurons, fanout) < len(neurons):
            return 0, 0, 0
        if alone is not None and not self.compartments and not self.one_index:
            bits, axons = alone
        else:
            bits, axons = self.incoming(name).need(neurons, self._slots(len(neurons)))
        left = self._left()
        return (len(neurons), bits, axons) if bits <= left[0] and axons <= left[1] else (0, 0, 0)

    def most(self, name: str, neurons: Index, fanout: Integers) -> int:
        """How many of the first neurons of a run fit as far as everything but their lists goes."""
        n = len(neurons)
        for limit in self._simple(name, neurons, fanout):
            n = n if limit is None else max(0, min(n, limit))
            if n == 0:
                break
        return n

    def incoming(self, name: str) -> IncomingLists:
        """The lists into a population, as they are counted."""
        incoming = self.problem.incoming[name]
        return incoming.with_one_index if self.one_index else incoming

    def _slots(self, n: int) -> Index:
        return np.arange(self.compartments, self.compartments + n, dtype=np.int32)

    def _left(self) -> tuple[int, int]:
        """Memory bits and input axons that are free."""
        return self.problem.limit("synaptic_bits") - self.bits, self.problem.limit("axons_in") - self.axons_in

    def _simple(self, name: str, neurons: Index, fanout: Integers) -> Iterable[int | None]:
        """Limits of everything but lists, cheap ones first."""
        problem = self.problem
        left = problem.limit("compartments") - self.compartments
        yield left
        head = neurons[:left]
        for (present, most), identities in self._shared(name):
            yield few_enough(part_of(identities, head), present, most)
        yield self._delayed(name, head)
        for resource, kinds in self.kinds_onto(name).items():
            yield self._few_kinds(self.kinds[resource], kinds, problem.limit(resource), name, head)
        axons = np.cumsum(fanout[head])
        yield int(np.searchsorted(axons, problem.limit("axons_out") - self.axons_out, "right"))

    def _shared(self, name: str) -> Iterable[tuple[tuple[set[int], int | None], Index]]:
        """What the core has of each profile, how many it can have, and those of a population's neurons."""
        return zip(self.profiles, self.problem.profiles.every(name)[-len(self.profiles) :], strict=True)

    def _delayed(self, name: str, neurons: Index) -> int | None:
        """Neurons until a core of so many would have too few slots for the longest delay among them."""
        limit, ports = self.problem.limit("accumulators"), self.problem.ports[name]
        delays = self.problem.neuron_delays[name]
        if delays is None:
            return (limit // (self.delay + DELAY_SLOTS_LOST) - self.accumulators) // ports
        slots = np.maximum.accumulate(np.maximum(delays[neurons], self.delay)) + DELAY_SLOTS_LOST
        needs = slots * (self.accumulators + ports * np.arange(1, len(neurons) + 1))
        return int(np.searchsorted(needs, limit, "right"))

    def _few_kinds(self, present: set[Any], kinds: list[Any], most: int, name: str, neurons: Index) -> int | None:
        """Neurons before the one whose connections, each of a kind or -1, would make too many kinds of a core's."""
        if len(present.union(kinds) - {-1}) <= most:
            return None
        first: dict[Any, int] = {}
        for kind, onto in zip(kinds, self.problem.onto(name, neurons), strict=True):
            if kind != -1 and kind not in present and onto.any():
                first[kind] = min(first.get(kind, len(neurons)), int(onto.argmax()))
        free = most - len(present)
        return None if len(first) <= free else sorted(first.values())[free]

    def kinds_onto(self, name: str) -> dict[str, list[Any]]:
        """What connections onto a population take, by resource: of formats one at least, exactly one with one index."""
        kinds = self.problem.kinds_onto[name]
        if not self.one_index:
            return kinds
        each = zip(self.problem.incoming[name].connections, kinds["synapse_formats"], strict=True)
        return kinds | {"synapse_formats": [kind if c.conv is None else c.name for c, kind in each]}

    def fresh(self) -> _OpenBin:
        """The next core, empty."""
        return _OpenBin(self.problem, self.number + 1, self.one_index)

    # ------------------------------------------------------------ filling
    def add(self, name: str, neurons: Index, fanout: Integers, bits: int, axons: int) -> None:
        """Put neurons that fit into the core."""
        problem = self.problem
        self.bits, self.axons_in = self.bits + bits, self.axons_in + axons
        self.compartments += len(neurons)
        self.accumulators += len(neurons) * problem.ports[name]
        self.axons_out += int(fanout[neurons].sum())
        delays = problem.neuron_delays[name]
        if delays is not None:
            self.delay = max(self.delay, int(delays[neurons].max()))
        here = np.any(problem.onto(name, neurons), axis=1)
        for resource, kinds in self.kinds_onto(name).items():
            self.kinds[resource].update({kind for kind, onto in zip(kinds, here, strict=True) if onto} - {-1})
        for (present, _), identities in self._shared(name):
            present.update(values_of(identities, neurons))


def fill(
    problem: Problem,
    runs: Iterable[Run],
    fanout: dict[str, Integers],
    *,
    whole: bool = False,
    most: int | None = None,
    one_index: bool = False,
) -> Assignment | None:
    """Put runs of neurons on cores in order; a core is closed when the next neuron does not fit.

    On a core the neurons of a population are in the order of their runs.

    Parameters
    ----------
    problem : Problem
    runs : iterable of (population name, neurons)
    fanout : dict
        Output axon slots of each neuron, as far as known.
    whole : bool
        Begin a new core for a run that does not fit into the rest of the open one but would fit into an empty one.
    most : int, optional
        Give up, and return None, when more cores than these are needed.
    one_index : bool
        Count memory and formats as if all lists but those of convolutions were sparse, with indices of one width.

    Raises
    ------
    MappingError
        A single neuron does not fit on an empty core.
    """
    cores = {name: np.zeros(p.size, np.int32) for name, p in problem.populations.items()}
    places, passed = {name: np.zeros(p.size, np.int32) for name, p in problem.populations.items()}, 0
    core = _OpenBin(problem, 0, one_index)
    guesses: dict[str, int] = {}
    for run in runs:
        (name, neurons, _), at = run, 0
        places[name][neurons] = np.arange(passed, passed + len(neurons))
        passed += len(neurons)
        while at < len(neurons):
            rest = neurons[at : at + problem.limit("compartments")]
            taken = (0, 0, 0)
            if whole and len(rest) == len(neurons) - at:
                end = Run(name, rest) if at else run
                taken = core.whole(end, fanout[name])
                if not taken[0] and core.compartments:
                    fresh = core.fresh()
                    taken = fresh.whole(end, fanout[name])
                    core = fresh if taken[0] else core
            guess = guesses.get(name, len(rest))
            n, bits, axons = taken if taken[0] else core.room(name, rest, fanout[name], guess)
            if n == 0 and core.compartments:
                core = core.fresh()
                continue
            if n == 0:
                raise _single(problem, name, int(neurons[at]), fanout[name], one_index)
            core.add(name, rest[:n], fanout[name], bits, axons)
            guesses[name] = n
            cores[name][rest[:n]] = core.number
            at += n
            if at < len(neurons):
                core = core.fresh()
            if most is not None and core.number >= most:
                return None
    return assigned(cores, core.number + 1, places)


def most_neurons(problem: Problem, name: str) -> int:
    """How many first neurons of a population fit on a core as far as everything but their lists goes; 1 or more."""
    neurons = np.arange(problem.populations[name].size, dtype=np.int32)
    return max(1, _OpenBin(problem, 0).most(name, neurons, np.zeros(len(neurons), np.int64)))


def per_core(problem: Problem, name: str) -> int:
    """About how many neurons of a population go on a core of its own, as its first neurons suggest; 1 or more."""
    incoming = problem.incoming[name]
    neurons = np.arange(problem.populations[name].size, dtype=np.int32)
    most = most_neurons(problem, name)
    n = min(most, LOOK)
    for _ in range(2 if incoming.connections else 0):
        bits, axons = incoming.need(neurons[:n], np.arange(n, dtype=np.int32))
        share = max(bits / problem.limit("synaptic_bits"), axons / problem.limit("axons_in"), 1e-9)
        n = max(1, min(most, int(n / share)))
    return n if incoming.connections else most


def _single(problem: Problem, name: str, neuron: int, fanout: Integers, one_index: bool) -> MappingError:
    """The error for a neuron that no core can take."""
    place = np.array([neuron], np.int32)
    core = _OpenBin(problem, 0, one_index)
    incoming = core.incoming(name)
    bits, axons = incoming.need(place, np.zeros(1, np.int32)) if incoming.connections else (0, 0)
    delays = problem.neuron_delays[name]
    longest = 0 if delays is None else int(delays[neuron])
    onto = problem.onto(name, place)[:, 0].tolist()
    few = {
        resource: len({kind for kind, to in zip(kinds, onto, strict=True) if to} - {-1})
        for resource, kinds in core.kinds_onto(name).items()
    }
    kinds = "Fewer kinds of connections onto it: equal weight_bits, exponents, sign modes, longest delays and rules."
    needs = {
        "axons_in": (axons, "Fewer sources onto it, or populations in between that gather them."),
        "synaptic_bits": (bits, "Fewer sources onto it, or shorter delays."),
        "axons_out": (
            int(fanout[neuron]),
            "Fewer target cores: fewer targets, or populations in between that pass its spikes on.",
        ),
        "accumulators": (
            (longest + DELAY_SLOTS_LOST) * problem.ports[name],
            "Learning rules without dd, for which all delays need room."
            if any(to and learns_delays(c) for c, to in zip(incoming.connections, onto, strict=True))
            else f"Delays of at most {problem.limit('accumulators') // problem.ports[name] - DELAY_SLOTS_LOST}.",
        ),
        "synapse_formats": (few["synapse_formats"], kinds),
        "trace_profiles": (few["trace_profiles"], "Fewer different pre-traces (x1, x2) of the connections onto it."),
        "learning_rules": (few["learning_rules"], "Fewer different learning rules of the connections onto it."),
    }
    resource = next(r for r, (need, _) in needs.items() if need > problem.limit(r))
    need, advice = needs[resource]
    if resource == "synaptic_bits" and (most := _weight_bits_that_fit(problem, incoming, place)):
        advice = f"Use weight_bits={most}, shorter delays, or fewer sources onto it."
    return MappingError(
        f'population "{name}", neuron {neuron}: needs {need} {problem.limits[resource].text} alone, a core of '
        f"{problem.chip.name} has {problem.limit(resource)}. {advice}",
        resource=resource, need=need, have=problem.limit(resource),
    )  # fmt: skip


def _weight_bits_that_fit(problem: Problem, incoming: IncomingLists, neuron: Index) -> int | None:
    """Most weight bits with which the lists of a neuron fit into a core's memory; None if not even one bit does."""
    widths = np.array([problem.fields[c.name].weight for c in incoming.connections])
    for most in reversed(WEIGHT_BITS):
        narrower = incoming.lists.descriptions.copy()
        narrower["synapse_bits"] -= np.maximum(0, widths - most)
        lists = incoming.lists._replace(descriptions=narrower)
        bits, _ = replace(incoming, lists=lists).need(neuron, np.zeros(1, np.int32))
        if bits <= problem.limit("synaptic_bits"):
            return most
    return None
