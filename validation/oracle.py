"""The oracle: a network run with plain Python integers, one neuron and one synapse at a time.

It is slow on purpose and shares no arithmetic with the emulator, so that the two can check each other. It reads the
same description, a :class:`loihi_emu.Network` (or anything with the same attributes).

One step t has three parts, in this order:

1. the inputs' events of time t are sent: a synapse of delay d brings them to u in step t + d;
2. every neuron adds up what arrived for step t and advances;
3. the spikes of step t are sent: a synapse of delay d brings them to u in step t + 1 + d.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from loihi_emu.validation.oracle_neuron import COUNTERS, Arrival, Counts, Neuron
from loihi_emu.validation.oracle_random import poisson_event, random_word, scaled_noise
from loihi_emu.validation.oracle_rules import CHIP, FLOAT, LAVA, Learner, OracleRules
from loihi_emu.validation.oracle_synapses import Synapse, outgoing
from loihi_emu.validation.peers.brian2_loihi.oracle import BRIAN2
from loihi_emu.validation.peers.nengo_loihi.oracle import NENGO

Event = tuple[int, int, float]  # time, neuron index, payload
ONLY_PORT = "a_in"
"""Where everything arrives in models that have one port."""
RULES = {rules.name: rules for rules in (CHIP, LAVA, FLOAT, BRIAN2, NENGO)}
"""Rule sets by name; :func:`register` adds to them."""


def register(rules: OracleRules) -> None:
    """Make a rule set known to the oracle, for networks whose ``rules`` is its name."""
    RULES[rules.name] = rules


def per_neuron(value: Any, size: int) -> list[Any]:
    """Spread a scalar, or an array with one entry per neuron, to a list of plain numbers.

    Examples
    --------
    >>> per_neuron(3, 2), per_neuron([1, 2], 2)
    ([3, 3], [1, 2])
    """
    plain = value.tolist() if hasattr(value, "tolist") else value
    return list(plain) if isinstance(plain, (list, tuple)) else [plain] * size


def port_of(connection: Any) -> str:
    """The port of the target's neurons that a connection reaches."""
    return str(getattr(connection, "port", ONLY_PORT))


def listed_events(source: Any, values: bool = False) -> dict[int, list[Event]]:
    """Sort the events of an input by their time; a payload of 0 is no event, but where a rule takes values over."""
    zeros = getattr(source, "zeros", None) if values else None
    payloads = [1] * len(source.times) if source.payloads is None else per_neuron(source.payloads, len(source.times))
    events: dict[int, list[Event]] = defaultdict(list)
    for time, index, payload in zip(source.times, source.indices, payloads, strict=True):
        if payload != 0:
            events[int(time)].append((int(time), int(index), payload))
    for time, index in () if zeros is None else zip(*zeros, strict=True):
        events[int(time)].append((int(time), int(index), 0))
    return {time: sorted(found, key=lambda event: event[1]) for time, found in events.items()}


class Oracle:
    """Run a network slowly and obviously.

    Parameters
    ----------
    network : Network
        Read, never changed: ``rules``, ``seed``, ``populations``, ``inputs`` and ``connections``.

    Attributes
    ----------
    t : int
        The next step to run.
    synaptic_events : int
        Pairs (event, synapse) that have reached their target: those counted in the steps in which they arrive.
    learned : dict
        Connection that learns to variable ("w", "d", "t", traces) to one row per step, after its learning.
    pending_events : int
        Pairs that were sent and are still under way.

    Raises
    ------
    ValueError
        If the rule set has no such neuron model, or offers no noise.

    Notes
    -----
    Overflow counters hold at most one per neuron and step, and count while a neuron is refractory too.
    Floating-point sums are made as Lava makes them: over the sources of one connection first, in order of index, then
    over connections in order of arrival.

    Examples
    --------
    >>> from types import SimpleNamespace as Stub
    >>> neuron = Stub(name="n", size=1, model="lif", parameters={"du": 4096, "dv": 0, "vth": 10}, noise=None, stream=0)
    >>> pulse = Stub(name="p", size=1, times=[1], indices=[0], payloads=None, rate=None, stream=1)
    >>> weights = Stub(name="w", kind="dense", values=[[7]], delays=0, weight_bits=8, weight_exp=0,
    ...                sign_mode="excitatory", graded=False, pre=Stub(target=pulse, start=0, stop=1, step=1, size=1),
    ...                post=Stub(target=neuron, start=0, stop=1, step=1, size=1))
    >>> network = Stub(rules="chip", seed=0, populations={"n": neuron}, inputs={"p": pulse}, connections={"w": weights})
    >>> oracle = Oracle(network)
    >>> oracle.run(3)
    >>> oracle.trace("n", "v"), oracle.synaptic_events
    ([[0], [448], [448]], 1)
    """

    def __init__(self, network: Any) -> None:
        self.network = network
        if network.rules not in RULES:
            raise ValueError(f"rules {network.rules!r}: the oracle has {', '.join(RULES)}")
        self.rules = RULES[network.rules]
        self.seed = int(network.seed)
        self.t = 0
        self.synaptic_events = 0
        self.neurons: dict[str, list[Neuron]] = {}
        for name, population in network.populations.items():
            self._check(population)
            self.neurons[name] = self._neurons(population)
        self.levels = None if self.rules.levels is None else self.rules.levels(network)
        self.learners: dict[str, Learner] = {}
        self.learned: dict[str, dict[str, list[list[int]]]] = {}
        for number, (name, connection) in enumerate(network.connections.items()):
            if getattr(connection, "learning", None) is not None:
                self.learners[name] = self._learner(name, connection, number)
                self.learned[name] = {}
        self.synapses: dict[str, dict[int, list[Synapse]]] = {
            name: outgoing(connection, self.rules.weight)
            for name, connection in network.connections.items()
            if name not in self.learners
        }
        self._events: dict[str, list[Event]] = {name: [] for name in [*network.populations, *network.inputs]}
        self._traces: dict[str, dict[str, list[list[Any]]]] = {name: {"u": [], "v": []} for name in network.populations}
        listed = {name: source for name, source in network.inputs.items() if source.rate is None}
        self._listed = {name: listed_events(source, name in self._valued()) for name, source in listed.items()}
        self._counts: dict[str, Counts] = {
            name: dict.fromkeys((*COUNTERS, "synaptic_events"), 0) for name in network.populations
        }
        self._ports: dict[str, set[str]] = {name: set() for name in network.populations}
        for connection in network.connections.values():
            self._ports[connection.post.target.name].add(port_of(connection))
        # what is under way: (step of arrival, population, neuron, port) -> sums, and (step, population) -> pairs
        self._sums: dict[tuple[int, str, int, str], list[Any]] = defaultdict(list)
        self._pairs: dict[tuple[int, str], int] = defaultdict(int)

    @property
    def pending_events(self) -> int:
        """Pairs (event, synapse) sent but not yet arrived."""
        return sum(self._pairs.values())

    def run(self, steps: int) -> None:
        """Run `steps` more steps."""
        for _ in range(steps):
            self._step()
            self.t += 1

    def spikes(self, name: str) -> list[Event]:
        """Return (time, index, payload) of every spike of a population, or event of an input, run so far."""
        return list(self._events[name])

    def trace(self, name: str, var: str) -> list[list[Any]]:
        """Return one row per step of a population's state ("v", ...), after the step's update and reset."""
        return [list(row) for row in self._traces[name][var]]

    def counters(self, name: str) -> dict[str, int]:
        """Return a population's counts.

        Returns
        -------
        dict
            "q_overflow" (the sum of weights wrapped at 21 bits), "u_overflow", "x_overflow" (u + bias + noise wrapped),
            "v_saturation" (v left -(2^23-1)..2^23-1 before it was clipped) and "synaptic_events" (arrived there).
        """
        return dict(self._counts[name])

    def _valued(self) -> set[str]:
        """Nodes whose payloads a rule takes over, since it has no trace of that name."""
        learns = [c.learning for c in self.network.connections.values() if getattr(c, "learning", None) is not None]
        return {node for how in learns for trace, node in how.factors if trace not in how.rule.traces}

    def _check(self, population: Any) -> None:
        if population.model not in self.rules.neurons:
            asked = f"model {population.model!r} under rules {self.rules.name!r}"
            raise ValueError(f"population {population.name!r}: no {asked}, have {', '.join(self.rules.neurons)}")
        if population.noise is not None and self.rules.levels is None:
            raise ValueError(f"population {population.name!r}: rules {self.rules.name!r} have no noise")

    def _learner(self, name: str, connection: Any, number: int) -> Learner:
        if self.rules.learner is None:
            raise ValueError(f"connection {name!r}: nothing learns under rules {self.rules.name!r}")
        return self.rules.learner(connection, number, self)

    def _neurons(self, population: Any) -> list[Neuron]:
        size = population.size
        columns = {key: per_neuron(value, size) for key, value in population.parameters.items()}
        zero = self.rules.zero
        neurons = []
        for i in range(size):
            parameters = {key: column[i] for key, column in columns.items()}
            neurons.append(Neuron(u=parameters.pop("u", zero), v=parameters.pop("v", zero), p=parameters))
        return neurons

    def _step(self) -> None:
        for name, source in self.network.inputs.items():
            self._send(name, self._input_events(source), arrival=self.t)
        for name, learner in self.learners.items():
            self._learn(name, learner)
        for learner in self.learners.values():
            learner.finish(self.t)
        for name, learner in self.learners.items():
            self._note(name, learner)
        fired = {name: self._advance(name, population) for name, population in self.network.populations.items()}
        for name, events in fired.items():
            self._send(name, events, arrival=self.t + 1)

    def _learn(self, name: str, learner: Learner) -> None:
        """Show a connection that learns the spikes that arrive now, and the targets' spikes of the step before."""
        c = learner.c
        nodes: dict[str, list[tuple[int, float]]] = {}
        for _, node in c.learning.factors:
            size = (self.network.populations.get(node) or self.network.inputs[node]).size
            nodes[node] = [(i, payload) for _, i, payload in self._arriving(node)]
            nodes[f"{node}.size"] = [(size, 0)]
        arrived = [i for _, i, _ in self._arriving(c.pre.target.name)]
        for target, weight in learner.delivered(self.t, arrived):
            self._sums[self.t, c.post.target.name, target, port_of(c)].append(weight)
            self._pairs[self.t, c.post.target.name] += 1
        learner.step(self.t, arrived, [i for _, i, _ in self._arriving(c.post.target.name)], nodes)

    def _note(self, name: str, learner: Learner) -> None:
        """Keep what a connection has learned up to this step."""
        c = learner.c
        wanted = ["w", *learner.rule.traces, *(trace for trace, _ in c.learning.factors)]
        wanted += [target[1] for target in ("dd", "dt") if target in learner.rule.products]
        for variable in dict.fromkeys(wanted):
            self.learned[name].setdefault(variable, []).append(learner.values(variable))

    def _arriving(self, node: str) -> list[Event]:
        """Events of a node that arrive in this step: an input's of now, a population's of the step before."""
        when = self.t if node in self.network.inputs else self.t - 1
        return [event for event in self._events[node] if event[0] == when]

    def _input_events(self, source: Any) -> list[Event]:
        t = self.t
        if source.rate is not None:
            rates = per_neuron(source.rate, source.size)
            words = [random_word(self.seed, source.stream, t, i) for i in range(source.size)]
            return [(t, i, 1) for i in range(source.size) if poisson_event(words[i], rates[i])]
        return self._listed[source.name].get(t, [])

    def _advance(self, name: str, population: Any) -> list[Event]:
        update = self.rules.neurons[population.model]
        counts = self._counts[name]
        counts["synaptic_events"] += self._pairs.get((self.t, name), 0)
        self.synaptic_events += self._pairs.pop((self.t, name), 0)
        noise = self._noise(population)
        events = []
        for i, neuron in enumerate(self.neurons[name]):
            sums = {port: sum(self._sums.pop((self.t, name, i, port), [])) for port in self._ports[name]}
            payload = update(neuron, Arrival(self.t, sums.pop(ONLY_PORT, 0), *noise[i], ports=sums), counts)
            if payload:
                events.append((self.t, i, payload))
        neurons, traces = self.neurons[name], self._traces[name]
        traces["u"].append([neuron.u for neuron in neurons])
        traces["v"].append([neuron.v for neuron in neurons])
        for variable in neurons[0].more:
            traces.setdefault(variable, []).append([neuron.more[variable] for neuron in neurons])
        return events

    def _noise(self, population: Any) -> list[tuple[int, int]]:
        """Return (noise on u, noise on v) of every neuron in this step."""
        levels = [] if self.levels is None else self.levels.draw(population, self.t)
        noise = population.noise
        if noise is None:
            return [(0, 0)] * population.size
        enabled = per_neuron(getattr(noise, "enabled", True), population.size)
        values = [scaled_noise(levels[i], noise.exp, noise.offset) if enabled[i] else 0 for i in range(population.size)]
        return [(value, 0) if noise.target == "u" else (0, value) for value in values]

    def _send(self, name: str, events: list[Event], arrival: int) -> None:
        """Record the events of a source and put them on their way through each of its connections."""
        self._events[name].extend(events)
        for connection in self.network.connections.values():
            if connection.pre.target.name != name:
                continue
            sums: dict[tuple[int, int], list[Any]] = defaultdict(list)
            post = connection.post.target.name
            for _, i, payload in events:
                learner = self.learners.get(connection.name)
                known = self.synapses[connection.name].get(i, []) if learner is None else learner.outgoing(i)
                for synapse in known:
                    count = payload if connection.graded else 1
                    sums[synapse.delay, synapse.target].append(synapse.weight * count)
                    self._pairs[arrival + synapse.delay, post] += 1
            for (delay, target), terms in sums.items():
                self._accumulate((arrival + delay, post, target, port_of(connection)), connection, terms)

    def _accumulate(self, key: tuple[int, str, int, str], connection: Any, terms: list[Any]) -> None:
        """Add what one step's events of a connection make at one target with one delay."""
        self._sums[key].append(self.rules.accumulated(connection, sum(terms)))
