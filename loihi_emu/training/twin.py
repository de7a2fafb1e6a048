"""The training twin of a network: a PyTorch module whose forward pass has the emulator's integers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from loihi_emu.errors import UnsupportedError, invalid, is_known, unknown
from loihi_emu.keywords import known_keywords
from loihi_emu.network.elements import Connection, Input, Population, name_of
from loihi_emu.network.network import Network
from loihi_emu.training import cells, synapses
from loihi_emu.training.cells import TRAINED, Neurons
from loihi_emu.training.order import has_loop, stages
from loihi_emu.training.step import State, Surrogate, step
from loihi_emu.training.surrogates import fast_sigmoid
from loihi_emu.training.synapses import Synapses, counted, shifted
from loihi_emu.widths import STATE_MAX

RULES = "chip"
LARGEST_PAYLOAD = STATE_MAX + 1
CHOICES = ("weights", *TRAINED)


class Twin(nn.Module):
    """A network as a PyTorch module: forward the emulator's integers, bit for bit, backward surrogate gradients.

    Parameters of the module stand for integers of the chip and are rounded to them in every forward pass (weights to
    the mantissas that bits, sign mode and exponent leave); their gradients pass through the rounding. 1.0 is a weight
    mantissa of 256, a bias or decay of 4096, so that usual learning rates (0.001 to 0.01) suit them. They are called
    ``synapses.NUMBER.weights`` and ``neurons.NUMBER.bias``, in the order of the network's elements.

    Parameters
    ----------
    network : Network
        Under rules "chip", with populations of model "lif" or "lif_subtract", without noise and learning rules. It is
        not changed. Synapses that are to be trained must be there: ``connect(..., kind="dense")`` keeps zeros.
    train : iterable of {"weights", "bias", "vth", "du", "dv"}
        What is trained; ``requires_grad_()`` of a parameter chooses more closely.
    surrogate : callable
        What stands for the derivative of a spike by ``(v - vth) / vth``: ``fast_sigmoid``, ``arctan``, ``triangle`` or
        any function of a tensor.

    Raises
    ------
    UnsupportedError
        Something in the network that the twin does not have, with what it has.

    Examples
    --------
    >>> import torch
    >>> from loihi_emu import Network
    >>> from loihi_emu.training import Twin
    >>> net = Network("tiny")
    >>> source = net.input("source", 2)
    >>> cells = net.population("cells", 1, du=4096, dv=0, vth=100)
    >>> synapses = net.connect(source, cells, [[60, 50]], sign_mode="mixed")
    >>> twin = Twin(net)
    >>> out = twin({"source": torch.tensor([[[1, 0], [1, 1], [0, 0]]])})  # 1 sample, 3 steps, 2 neurons
    >>> out["cells.v"].detach().flatten().tolist(), out["cells.spikes"].detach().flatten().tolist()
    ([3840.0, 0.0, 0.0], [0.0, 1.0, 0.0])
    >>> out["cells.spikes"].sum().backward()
    >>> twin.to_network().connections["source->cells"].values.tolist()
    [[60, 50]]
    """

    def __init__(
        self, network: Network, *, train: Iterable[str] = ("weights", "bias"), surrogate: Surrogate = fast_sigmoid
    ) -> None:
        super().__init__()
        wanted = _checked(network, train)
        rules = network.rule_set
        self.network, self.surrogate = network, surrogate
        self.populations, self.connections = dict(network.populations), dict(network.connections)
        self.neurons = nn.ModuleList(Neurons(p, wanted) for p in self.populations.values())
        self.synapses = nn.ModuleList(Synapses(c, rules, "weights" in wanted) for c in self.connections.values())
        self.stages = stages(self.populations, self.connections.values())

    def forward(self, inputs: Mapping[Any, Any]) -> dict[str, Tensor]:
        """Run samples from the initial state.

        Parameters
        ----------
        inputs : dict
            Input (or its name) to its events: a tensor or array (samples, steps, size), or (samples, steps, *shape), of
            0 and 1, or of payloads. All inputs of the network; Poisson inputs too.

        Returns
        -------
        dict of Tensor
            "NAME.spikes", "NAME.u" and "NAME.v" of every population, each (samples, steps, size): what probes of the
            emulator record. Spikes are 0 or 1 in PyTorch's default type; u and v whole numbers in float64.
        """
        signals = self._events(inputs)
        length, samples = next(iter(signals.values())).shape[:2]
        found: dict[str, Tensor] = {}
        ways = [(s, s.matrices()) for s in self.synapses]
        for stage in self.stages:
            within = has_loop(stage, self.connections.values())
            outside = {name: self._arriving(name, ways, signals, length, samples) for name in stage}
            inner = [way for way in ways if within and _joins(way[0].connection, stage)]
            for name, (u, v, spikes) in self._run(stage, outside, inner, length, samples).items():
                signals[name] = spikes
                found[f"{name}.spikes"] = spikes.transpose(0, 1).to(torch.get_default_dtype())
                found[f"{name}.u"], found[f"{name}.v"] = u.transpose(0, 1), v.transpose(0, 1)
        return found

    def to_network(self) -> Network:
        """The network with the weights and parameters that there are now; the emulator gives what ``forward`` gives.

        Returns
        -------
        Network
            Another one, with the same inputs, names, delays and probes.
        """
        made = self.network.copy()
        nodes = made._nodes
        for population, neurons in zip(self.populations.values(), self.neurons, strict=True):
            nodes[population.name] = replace(population, parameters=neurons.trained())
        for (name, c), own in zip(self.connections.items(), self.synapses, strict=True):
            pre, post = (replace(part, target=nodes[part.target.name]) for part in (c.pre, c.post))
            made._connections[name] = own.trained(replace(c, pre=pre, post=post))
        made._probes = [replace(p, target=nodes[p.target.name]) for p in made._probes]
        return made

    def mantissas(self, connection: Any) -> Tensor:
        """The weight mantissas of a connection (or its name) as they are now, like ``Connection.values``."""
        number, c = self._number(connection, self.connections, "connection")
        effective = self.synapses[number].effective().detach().cpu().numpy().astype(np.int64)
        return torch.tensor(synapses.mantissas_of(c, effective, self.network.rule_set))

    def weights(self, connection: Any) -> nn.Parameter:
        """The parameter of a connection (or its name): its mantissas before rounding, divided by 256."""
        return self.synapses[self._number(connection, self.connections, "connection")[0]].weights

    def parameter(self, population: Any, name: str) -> nn.Parameter:
        """The parameter "bias", "vth", "du" or "dv" of a population (or its name)."""
        number, _ = self._number(population, self.populations, "population")
        if not is_known(name, TRAINED):
            raise unknown("parameter", name, TRAINED, where="Twin")
        found: nn.Parameter = getattr(self.neurons[number], name)
        return found

    # ------------------------------------------------------------ within
    def _number(self, element: Any, known: Mapping[str, Any], what: str) -> tuple[int, Any]:
        name = name_of(element)
        if not is_known(name, known):
            raise unknown(what, name, known, where="Twin")
        return list(known).index(name), known[name]

    def _events(self, inputs: Mapping[Any, Any]) -> dict[str, Tensor]:
        """Events by input: (steps, samples, size)."""
        known = self.network.inputs
        if not isinstance(inputs, Mapping):
            raise invalid("Twin", "inputs", type(inputs).__name__, "a dict: input to events (samples, steps, size)")
        given = {name_of(key): value for key, value in inputs.items()}
        for name in given:
            if not is_known(name, known):
                raise unknown("input", name, known, where="Twin")
        device = next(self.parameters()).device if len(self.neurons) else None
        found: dict[str, Tensor] = {}
        for name, node in known.items():
            if name not in given:
                raise invalid("Twin", "inputs", f'none for "{name}"', "events of every input of the network")
            found[name] = _events_of(node, given[name], device)
        shapes = {tuple(x.shape[:2]) for x in found.values()}
        if len(shapes) > 1:
            raise invalid("Twin", "inputs", f"(steps, samples) of {sorted(shapes)}", "as many for all inputs")
        return found

    def _arriving(self, name: str, ways: Any, signals: Any, length: int, samples: int) -> Tensor:
        """Sums of the weights that arrive at a population in each step from what is known: (steps, samples, size)."""
        size = self.populations[name].size
        total = torch.zeros(length, samples, size, dtype=torch.float64, device=self.neurons[0]._v.device)
        for own, matrices in ways:
            c = own.connection
            if c.post.target.name == name and c.pre.target.name in signals:
                events = counted(c, signals[c.pre.target.name])
                for delay, matrix in matrices:
                    total = total + shifted(own.arriving(matrix, events), delay + own.late)
        return total

    def _run(self, stage: list[str], outside: Any, inner: Any, length: int, samples: int) -> dict[str, Any]:
        """u, v and spikes of the populations of a stage, each (steps, samples, size)."""
        modules = {name: n for name, n in zip(self.populations, self.neurons, strict=True) if name in stage}
        parameters = {name: n.cells() for name, n in modules.items()}
        states: dict[str, State] = {name: n.start(samples) for name, n in modules.items()}
        given = {name: sums.unbind() for name, sums in outside.items()}
        rows: dict[str, Any] = {name: ([], [], []) for name in stage}
        for t in range(length):
            arrived = {name: steps[t] for name, steps in given.items()}
            for own, matrices in inner:
                pre, post = own.connection.pre.target.name, own.connection.post.target.name
                for delay, matrix in matrices:
                    if t > delay:
                        arrived[post] = arrived[post] + own.arriving(matrix, rows[pre][2][t - 1 - delay])
            for name in stage:
                states[name], spikes = step(states[name], arrived[name], parameters[name], self.surrogate)
                for row, value in zip(rows[name], (states[name].u, states[name].v, spikes), strict=True):
                    row.append(value)
        return {name: tuple(torch.stack(row) for row in three) for name, three in rows.items()}


Twin.__init__ = known_keywords(Twin.__init__, "Twin")  # type: ignore[method-assign]


def _joins(c: Connection, stage: list[str]) -> bool:
    return c.pre.target.name in stage and c.post.target.name in stage


def _checked(network: Network, train: Iterable[str]) -> frozenset[str]:
    """What is to be trained; an error for what the twin does not have."""
    if not isinstance(network, Network):
        raise invalid("Twin", "network", repr(network), "a loihi_emu.Network")
    if network.rules != RULES:
        raise UnsupportedError(f'Twin: got a network under rules "{network.rules}". The twin has those of "{RULES}".')
    if not network.populations or not network.inputs:
        raise invalid("Twin", "network", repr(network), "one with an input and a population")
    for population in network.populations.values():
        cells.check(population)
    for c in network.connections.values():
        synapses.check(c)
    wanted = [train] if isinstance(train, str) else list(train)
    for name in wanted:
        if not is_known(name, CHOICES):
            raise unknown("parameter to train", name, CHOICES, where="Twin")
    return frozenset(wanted)


def _events_of(node: Input | Population, given: Any, device: Any) -> Tensor:
    """Events of an input, checked: (steps, samples, size)."""
    where = f'Twin, input "{node.name}"'
    events = given if isinstance(given, Tensor) else torch.tensor(np.asarray(given))  # a copy: arrays may be read-only
    events = events.to(device=device, dtype=torch.float64)
    flat, shaped = events.shape[2:] == (node.size,), tuple(events.shape[2:]) == node.shape
    if not (flat or shaped) or 0 in events.shape[:2]:
        allowed = f"(samples, steps, {node.size})" + (
            f" or (samples, steps, *{node.shape})" if len(node.shape) > 1 else ""
        )
        raise invalid(where, "events", f"shape {tuple(events.shape)}", allowed)
    values = events.detach()
    if bool((values != torch.round(values)).any()) or bool((values.abs() > LARGEST_PAYLOAD).any()):
        raise invalid(
            where, "events", "fractions, or what is no number or too large", f"0, 1 or payloads up to {LARGEST_PAYLOAD}"
        )
    return events.reshape(*events.shape[:2], -1).transpose(0, 1)
