"""The public function that makes a network of a .net file, and what it returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from loihi_emu.chips.chip import LOIHI2, Chip
from loihi_emu.errors import invalid
from loihi_emu.exchange.net.importing import build, transformed
from loihi_emu.exchange.net.plan import NeuronLayer
from loihi_emu.exchange.net.report import NetReport
from loihi_emu.keywords import known_keywords
from loihi_emu.network.network import Network


@dataclass(frozen=True)
class ImportedNet:
    """A network made of a .net file, and what became of it.

    Attributes
    ----------
    network : Network
        An input "input", and a population for each layer with neurons, named by type and number: "conv1".
    report : NetReport
    """

    network: Network
    report: NetReport
    _first: NeuronLayer | None = None

    def __repr__(self) -> str:
        return f"{self.network!r}\n{self.report}"

    def transform(self, image: Any) -> Any:
        """What the input layer makes of an image: ``weight * (2 * image - 1) + bias``, cut to integers.

        Parameters
        ----------
        image : array, shape (rows, columns, channels)
            Values 0 to 1.

        Returns
        -------
        array of int
            Of the same shape: a bias of the input layer's population, or payloads for the input.
        """
        if self._first is None:
            raise invalid("transform", "image", "a file without an input layer", "a file whose first layer is an input")
        return np.asarray(transformed(self._first, image))


@known_keywords
def import_net(
    file: Any,
    *,
    rules: str = "lava",
    num_layers: int | None = None,
    skip_layers: int = 0,
    input_shape: Sequence[int] | None = None,
    input_message_bits: int = 0,
    reset_interval: int | None = None,
    reset_offset: int = 0,
    spike_exp: int = 6,
    image: Any = None,
    chip: Chip = LOIHI2,
    name: str = "net",
) -> ImportedNet:
    """Make a network of a .net file of lava-dl, with a report of what is not exact.

    Parameters
    ----------
    file : str, Path, or list of Layer
        A file (h5py reads it: ``pip install "loihi_emu[netx]"``), or its layers.
    rules : {"lava", "chip"}
        The integers of Lava's processes, which lava-dl's netx makes of a file, or those of the chip, which has LIF
        neurons alone.
    num_layers, skip_layers : int, optional
        Read so many layers of the file, and leave out the first of them, whose output then comes from outside.
    input_shape : (channels, rows, columns) or (neurons,), optional
        Of what comes from outside, where the file has no input layer.
    input_message_bits : int
        0: what comes from outside counts 1; otherwise its payloads count.
    reset_interval, reset_offset : int, optional
        u and v of LIF neurons become 0 every so many steps, of each layer a step later than of the one before; the
        first is reset where Lava's time step (ours plus 1) is `reset_offset` + 1, modulo the interval.
    spike_exp : int
        Payloads of sigma-delta neurons are scaled by 2**spike_exp.
    image : array, shape (rows, columns, channels), optional
        Values 0 to 1 that become the bias of an input layer of LIF neurons. Without it, payloads of the input "input"
        are what the input layer receives.
    chip : Chip
        That of the network.
    name : str
        Of the network.

    Returns
    -------
    ImportedNet
        ``network``, ``report`` and ``transform``.

    Raises
    ------
    ValidationError
        A file that is damaged; a layer or neuron that is unknown or lacks something, shapes that do not follow,
        numbers out of range: with the place in the file, before anything is built.
    UnsupportedError
        What these rules cannot do, with what can.

    Warns
    -----
    LoihiInputWarning
        Of what is approximated; the report has it too.

    Examples
    --------
    >>> from loihi_emu.exchange import Layer
    >>> cuba = {"type": "CUBA", "iDecay": 4096, "vDecay": 410, "vThMant": 10}
    >>> import_net([Layer("dense", cuba, weight=[[20, -4], [6, 8]])]).network
    <Network "net": Loihi 2, rules "lava", 1 populations (2 neurons), 1 inputs, 1 connections (4 weights)>
    """
    network, report, plan = build(
        Network, file, rules=rules, num_layers=num_layers, skip_layers=skip_layers, input_shape=input_shape,
        input_message_bits=input_message_bits, reset_interval=reset_interval, reset_offset=reset_offset,
        spike_exp=spike_exp, image=image, chip=chip, name=name,
    )  # fmt: skip
    first = plan.stages[0]
    return ImportedNet(network, report, first if first.layer.kind == "input" else None)
