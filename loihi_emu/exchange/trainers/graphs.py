"""A traced module as a graph of NIR's primitives, for :mod:`loihi_emu.exchange.nir.importing`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch import Tensor, nn

from loihi_emu.errors import UnsupportedError, invalid
from loihi_emu.exchange.nir.primitives import NEURONS, Graph, Node, made
from loihi_emu.exchange.trainers.layers import layer_of, unsupported
from loihi_emu.exchange.trainers.neurons import TRAINERS, is_sequence, library, neuron_of
from loihi_emu.exchange.trainers.tracing import INPUT, Traced, TracedLayer, traced


@dataclass
class Read:
    """A graph, how its neurons reset, and what is not exact.

    Attributes
    ----------
    graph : Graph
    resets : dict
        "subtract" by node, of those that take the threshold off.
    notes : list of str
    scales : dict of float
        Of a network without spikes: what a rate of 1 stands for, by node.
    """

    graph: Graph
    resets: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    scales: dict[str, float] = field(default_factory=dict)


def read_module(module: nn.Module, sample: Tensor, percentile: float) -> Read:
    """The graph of a module: of spiking neurons, or of ReLU, whose activations become rates."""
    trainers = sorted({library(m) for m in module.modules()} - {""}) if isinstance(module, nn.Module) else []
    if len(trainers) > 1:
        raise UnsupportedError(
            f"from_torch: got modules of {' and '.join(trainers)}. Take one of {', '.join(TRAINERS)}."
        )
    found = traced(module, sample, lambda m: bool(library(m)) and not _holds_layers(m))
    return _Reading(found, percentile, bool(trainers)).read()


def _holds_layers(module: nn.Module) -> bool:
    """Whether a trainer's module only calls others, such as norse.torch.SequentialState."""
    return isinstance(module, nn.Sequential) or type(module).__name__ in ("SequentialState", "Lift", "Network")


def _each(node: Node, shape: tuple[int, ...]) -> Node:
    """A neuron's node with its numbers for each neuron: so loops know how many there are."""
    if node.kind not in NEURONS:
        return node
    try:
        values = {name: np.broadcast_to(value, shape) for name, value in node.values.items()}
    except ValueError:
        given = ", ".join(f"{name} {np.shape(value)}" for name, value in node.values.items())
        raise invalid(f"from_torch, {node.place}", "", given, f"one value, or of shape {shape}") from None
    return replace(node, values=values)


class _Reading:
    def __init__(self, found: Traced, percentile: float, spiking: bool) -> None:
        self.found, self.percentile, self.spiking = found, percentile, spiking
        self.leading = 2 if any(is_sequence(layer.module) for layer in found.layers.values()) else 1
        self.nodes: dict[str, Node | Graph] = {}
        self.edges: list[tuple[str, str]] = []
        self.out: dict[str, str] = {}
        self.result = Read(Graph({}, (), "module"))

    def read(self) -> Read:
        first = next((layer for layer in self.found.layers.values() if INPUT in layer.sources), None)
        if first is None:
            raise invalid("from_torch", "module", "one that gives its input to no layer", "layers that read the input")
        self.nodes[INPUT] = made("Input", "module, input", {"shape": self._shape(first)})
        self.out[INPUT] = INPUT
        if not self.spiking:
            self._scale(INPUT, self._input_scale(first))
        for layer in self.found.layers.values():
            self._add(layer)
        for layer in self.found.layers.values():
            self._join(layer)
        for k, sources in enumerate(self.found.returned):
            name = "output" if k == 0 else f"output{k + 1}"
            while name in self.nodes:
                name += "_"
            self.nodes[name] = made("Output", "module, output", {})
            self.edges += [(self._last(source), name) for source in sorted(sources)]
        self.result.graph = Graph(self.nodes, tuple(dict.fromkeys(self.edges)), "module")
        return self.result

    def _shape(self, layer: TracedLayer) -> tuple[int, ...]:
        """The shape of one step of one sample of what a layer takes."""
        shape = layer.shape[self.leading :]
        if not shape:
            leading = "samples" if self.leading == 1 else "samples and steps"
            raise invalid("from_torch", "sample", f"shape {layer.shape}", f"{leading}, and at least one axis of values")
        return shape

    def _add(self, layer: TracedLayer) -> None:
        """The node of a layer, and its loops."""
        path, module = layer.path, layer.module
        if library(module):
            shape = self._shape(layer)
            found = neuron_of(path, module, shape)
            self.nodes[path] = _each(found.node, shape)
            self.result.notes += found.notes
            if found.subtracts:
                self.result.resets[path] = "subtract"
            for k, (synapses, steps) in enumerate(found.loops):
                name = f"{path}.back{k}"
                self.nodes[name] = synapses
                start = path
                if steps > 1:
                    start = f"{name}.delay"
                    self.nodes[start] = made("Delay", synapses.place, {"delay": float(steps)})
                    self.edges.append((path, start))
                self.edges += [(start, name), (name, path)]
        elif isinstance(module, nn.ReLU):
            if self.spiking:
                raise unsupported(
                    path, module, "a ReLU among spiking neurons", "leave it out: spikes are never below 0"
                )
            largest = self._largest(layer)
            self.nodes[path] = made("IF", f'module "{path}"', {"r": 1.0, "v_threshold": largest})
            self.result.resets[path] = "subtract"
            self._scale(path, largest)
        else:
            node = layer_of(path, module, self._shape(layer))
            if node is not None:
                self.nodes[path] = node

    def _join(self, layer: TracedLayer) -> None:
        target = layer.path
        if target not in self.nodes:  # it does nothing
            return
        if layer.flattened and len(layer.shape) == self.leading + 1:
            flat = f"{target}.flatten"
            self.nodes[flat] = made("Flatten", f'module "{target}"', {"start_dim": 0, "end_dim": -1})
            self.edges.append((flat, target))
            target = flat
        self.edges += [(self._last(source), target) for source in self._sources(layer)]

    def _sources(self, layer: TracedLayer) -> list[str]:
        """Those whose nodes a layer reads, through layers that do nothing."""
        found: list[str] = []
        for source in sorted(layer.sources):
            before = self.found.layers.get(source)
            if before is not None and source not in self.nodes:
                found += self._sources(before)
            else:
                found.append(source)
        return found

    def _last(self, path: str) -> str:
        """The node that hands on what a layer returns."""
        if path in self.nodes:
            return self.out.get(path, path)
        sources = self._sources(self.found.layers[path])
        if len(sources) != 1:
            raise UnsupportedError(f'from_torch, module "{path}": got a sum at the output. Put a layer behind it.')
        return self._last(sources[0])

    # ------------------------------------------------------------ rates
    def _scale(self, name: str, largest: float) -> None:
        """What a node sends counts as much as a rate of 1 stands for."""
        self.result.scales[name] = largest
        scaled = f"{name}.scale"
        self.nodes[scaled] = made("Scale", f'module "{name}"', {"scale": np.array([largest])})
        self.edges.append((name, scaled))
        self.out[name] = scaled

    def _input_scale(self, first: TracedLayer) -> float:
        sample = self.found.sample
        if bool((sample < 0).any()):
            advice = "Shift the data (x - x.min()) and the first layer's bias, or send both signs as two inputs."
            raise invalid(
                "from_torch", "sample", f"values down to {float(sample.min()):g}", "0 and more", advice=advice
            )
        largest = float(sample.max())
        if not largest > 0:
            raise invalid(
                "from_torch", "sample", "zeros alone", "data as they will be: activations are measured on them"
            )
        return largest

    def _largest(self, layer: TracedLayer) -> float:
        """The percentile of a layer's activations on the sample."""
        values = torch.cat([x.reshape(-1) for x in layer.outputs]).double()
        active = values[values > 0]
        if not len(active):
            advice = "Give more samples, or leave out a layer that never answers."
            raise invalid(
                f'from_torch, module "{layer.path}"',
                "sample",
                "data on which it is 0",
                "data like those trained on",
                advice=advice,
            )
        return float(np.percentile(active.numpy(), self.percentile))
