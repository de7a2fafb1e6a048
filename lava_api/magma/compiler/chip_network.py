"""From a Lava program to what a chip has to hold of it."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lava_api.magma.compiler.chip_neurons import is_neuron, population, shape_of
from lava_api.magma.compiler.chip_synapses import Way, connections, conv_output, direct, is_synapses
from lava_api.magma.compiler.process_graph import LeafProcess, Link, ProcessGraph
from loihi_emu.chips.chip import Chip
from loihi_emu.network.elements import Input, Population
from loihi_emu.network.network import Network

if TYPE_CHECKING:
    from lava_api.magma.core.process.ports.ports import InPort, OutPort
    from lava_api.magma.core.process.process import AbstractProcess


class ChipNetwork(Network):
    """Neurons, synapses and inputs of a program, to be placed; what they compute is up to their process models.

    On the chip are processes of neurons and synapses of the library that run by the library's models (neurocore models
    are made of such). Each element of what a process of neurons sends is a compartment. A connection is a process of
    synapses between its presynaptic neurons (or input) and its postsynaptic ones; what arrives at neurons without
    synapses in between takes one synapse of weight 1 each. All else is beside the chip: ring buffers, monitors, data
    loaders, injectors, encoders, processes with a model of the user's own. What they send to neurons comes from an
    input, which takes input axons of the cores that it reaches; so do synapses that follow on synapses. Synapses with
    no neurons behind them are not on the chip. A value that the chip's fields cannot hold is a MappingError.
    """

    def __init__(self, program: ProcessGraph, chip: Chip, name: str) -> None:
        super().__init__(name, chip=chip, rules="lava")
        self._arriving: dict[InPort, list[Link]] = {}
        for link in program.links:
            self._arriving.setdefault(link.target, []).append(link)
        self._leaves = {leaf.process: leaf for leaf in program.leaves}
        self._homes: dict[AbstractProcess, Population] = {}
        self._outside: dict[OutPort, Input] = {}
        kinds: dict[type, int] = {}
        neurons = [leaf for leaf in program.leaves if is_neuron(leaf)]
        for leaf in neurons:
            made = population(leaf, self._free(leaf.process.name, self._nodes), len(self._nodes), chip, kinds)
            made = replace(made, shape=self._shape(leaf))
            self._nodes[made.name] = self._homes[leaf.process] = made
        for leaf in neurons:
            for port in leaf.process.in_ports:
                if port.size == self._homes[leaf.process].size:
                    self._connect(leaf, port)
        del self._arriving, self._leaves, self._homes, self._outside

    @staticmethod
    def _free(name: str, taken: Container[str]) -> str:
        """Return a name that is not taken: this one, or with a number."""
        found, number = name, 2
        while found in taken:
            found, number = f"{name} ({number})", number + 1
        return found

    def _shape(self, leaf: LeafProcess) -> tuple[int, ...]:
        """Return the shape of neurons; after a convolution in other words that of what it sends."""
        shape = shape_of(leaf.process)
        for port in leaf.process.in_ports:
            for link in self._arriving.get(port, ()):
                sent = conv_output(self._leaves[link.source.process])
                if sent is not None and _order(link.index, port.size, link.source.size) is None:
                    return sent
        return shape

    def _connect(self, leaf: LeafProcess, port: InPort) -> None:
        post = self._homes[leaf.process]
        for link in self._arriving.get(port, ()):
            source = self._leaves[link.source.process]
            leaving = _order(link.index, port.size, link.source.size)
            if not is_synapses(source):
                way = Way(self._pre(link.source), post, leaving, None)
                name = f"{link.source.process.name}.{link.source.name} to {leaf.process.name}.{port.name}"
                self._connections |= {c.name: c for c in direct(self._free(name, self._connections), way)}
                continue
            for first in self._arriving.get(source.process.in_ports.s_in, ()):
                arriving = _order(first.index, source.process.in_ports.s_in.size, first.source.size)
                way = Way(self._pre(first.source), post, arriving, leaving)
                name = source.process.name
                if name in self._connections:
                    name = f"{name} from {way.pre.name} to {post.name}"
                made = connections(source, self._free(name, self._connections), way, self.chip)
                self._connections |= {c.name: c for c in made}

    def _pre(self, port: OutPort) -> Population | Input:
        """Return the population that sends through a port, or an input that stands for what does."""
        home = self._homes.get(port.process)
        if home is not None and home.size == port.size:
            return home
        if port not in self._outside:
            several = len(port.process.out_ports) > 1
            name = self._free(f"{port.process.name}.{port.name}" if several else port.process.name, self._nodes)
            made = Input(name, tuple(port.shape), len(self._nodes))
            self._nodes[name] = self._outside[port] = made
        return self._outside[port]


def _order(index: NDArray[np.int64] | None, size: int, source: int) -> NDArray[np.int64] | None:
    """Return the index of a link flat, or None if all elements arrive in order."""
    if index is None:
        return None
    flat = np.asarray(index).reshape(-1)
    return None if size == source and np.array_equal(flat, np.arange(source)) else flat
