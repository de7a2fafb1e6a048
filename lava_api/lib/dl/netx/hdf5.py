"""A network of a .net file as one process, whose blocks are its layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lava_api.lib.dl.netx import _layers
from lava_api.lib.dl.netx.blocks.models import AbstractPyBlockModel
from lava_api.lib.dl.netx.blocks.process import AbstractBlock
from lava_api.lib.dl.netx.utils import NetDict
from lava_api.magma.core.decorator import implements
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava_api.proc._process import AbstractProcess, InPort, OutPort
from loihi_emu.exchange.net.layers import layer_of
from loihi_emu.exchange.net.neurons import described
from loihi_emu.exchange.net.plan import OUTSIDE, NeuronLayer, Plan, plan_of
from loihi_emu.exchange.net.reading import FORM, layers_of
from loihi_emu.exchange.notes import Notes

NO_RESET = "Sigma-delta neurons are not reset: reset_interval does not act on them."


class Network(AbstractProcess):
    """A network of a .net file.

    Parameters
    ----------
    net_config : str
        The file.
    num_layers, skip_layers : int, optional
        Read so many layers of the file, and leave out the first of them, whose output then comes from outside.
    input_message_bits : int
        0: what comes from outside counts 1; otherwise its payloads count.
    input_shape : (x, y, channels), optional
        Of what comes from outside, where the file has no input layer.
    reset_interval, reset_offset : int, optional
        u and v of LIF neurons become 0 every so many steps, of each layer a step later than of the one before.
    spike_exp : int
        Payloads of sigma-delta neurons are scaled by 2**spike_exp.
    sparse_fc_layer : bool
        Dense layers store only weights other than 0.

    Attributes
    ----------
    layers : list of AbstractBlock
        ``in_layer`` and ``out_layer`` are the first and the last.
    inp, out : InPort, OutPort
    output_message_bits : int
    net_config : NetDict
    net_str : str
        The table that ``print`` shows.
    """

    def __init__(
        self,
        net_config: str,
        num_layers: int | None = None,
        skip_layers: int = 0,
        input_message_bits: int | None = 0,
        input_shape: Sequence[int] | None = None,
        reset_interval: int | None = None,
        reset_offset: int = 0,
        spike_exp: int = 6,
        sparse_fc_layer: bool = False,
    ) -> None:
        super().__init__(net_config=net_config, num_layers=num_layers, input_message_bits=input_message_bits)
        self.filename = net_config
        self.net_config = NetDict(net_config)
        self.num_layers, self.skip_layers = num_layers, skip_layers
        self.reset_interval, self.reset_offset = reset_interval, reset_offset
        self.spike_exp, self.sparse_fc_layer = spike_exp, sparse_fc_layer
        plan = plan_of(
            layers_of(self.net_config.f, FORM.where(net_config)), num_layers=num_layers, skip_layers=skip_layers,
            input_shape=None if input_shape is None else tuple(input_shape)[::-1],
            input_message_bits=input_message_bits or 0, spike_exp=spike_exp,
        )  # fmt: skip
        _warn_inexact(plan, reset_interval)
        self.input_message_bits: int = plan.message_bits
        self.input_shape = _layers.here(plan.outside)
        self.net_str = "\n".join([_layers.COLUMNS, *map(_layers.row_of, plan.stages)])
        self._by_number: dict[int, AbstractBlock] = {}
        self.layers: list[AbstractBlock] = []
        for stage in plan.stages:
            block = self._block(stage, len(self.layers))
            self._by_number[stage.number] = block
            self.layers.append(block)
        self.in_layer, self.out_layer = self.layers[0], self.layers[-1]
        outside = [part for stage in plan.stages for part in stage.before.parts if part.source == OUTSIDE]
        alone = len(outside) == 1 and len(plan.stages[0].before.parts) == 1
        self.inp = InPort(shape=self.in_layer.inp.shape if alone else self.input_shape)
        for k, (stage, block) in enumerate(zip(plan.stages, self.layers, strict=True)):
            if alone and not k:
                self.inp.connect(block.inp)
            else:
                self._arrive(stage, block)
        self.out = OutPort(shape=self.out_layer.out.shape)
        self.out_layer.out.connect(self.out)
        self.output_message_bits: int = self.out_layer.output_message_bits

    def __str__(self) -> str:
        return self.net_str

    def __len__(self) -> int:
        return len(self.layers)

    def _block(self, stage: NeuronLayer, position: int) -> AbstractBlock:
        """The block of a layer, whose reset comes a step later than that of the one before."""
        bits = {self._bits(part.source) for part in stage.before.parts}
        if stage.layer.kind == "average":
            return _layers.block_of(stage, {}, max(bits), False)
        offset = self.reset_offset + 1 + position  # Lava's steps begin with 1
        parameters = _layers.parameters_of(stage.neurons, self.reset_interval, offset)
        return _layers.block_of(stage, parameters, max(bits), self.sparse_fc_layer)

    def _bits(self, number: int) -> int:
        return self.input_message_bits if number == OUTSIDE else self._by_number[number].output_message_bits

    def _arrive(self, stage: NeuronLayer, block: AbstractBlock) -> None:
        """Connect all that leads to a block."""
        flat = len(stage.before.shape) == 1
        ports: list[Any] = []
        for part in stage.before.parts:
            port: Any = self.inp if part.source == OUTSIDE else self._by_number[part.source].out
            if flat and len(part.shape) == 3:
                port = port.transpose([2, 1, 0]).flatten()
            ports.append(port)
        joined = ports[0] if len(ports) == 1 else ports[0].concat_with(ports[1:], axis=0 if flat else 2)
        joined.connect(block.inp)

    @staticmethod
    def get_neuron_params(
        neuron_config: Any,
        input: bool = False,
        reset_interval: int | None = None,
        reset_offset: int = 0,
        spike_exp: int = 6,
    ) -> dict[str, Any]:
        """What a block's ``neuron_params`` are for a group ``neuron`` of a file."""
        notes = Notes()
        given = {name: neuron_config[name] for name in neuron_config}
        neurons = described(given, "neuron", input, spike_exp, notes)
        notes.warn("netx")
        return _layers.parameters_of(neurons, reset_interval, reset_offset)

    @staticmethod
    def create_input(
        layer_config: Any, reset_interval: int | None = None, reset_offset: int = 0, spike_exp: int = 6
    ) -> tuple[AbstractBlock, str]:
        """The block of an input layer, and its line in the table."""
        return _single(layer_config, "input", None, 0, reset_interval, reset_offset, spike_exp)

    @staticmethod
    def create_dense(
        layer_config: Any,
        input_message_bits: int = 0,
        reset_interval: int | None = None,
        reset_offset: int = 0,
        spike_exp: int = 6,
        sparse_synapse: bool = False,
        rec: bool = False,
    ) -> tuple[AbstractBlock, str]:
        """The block of a dense layer, and its line in the table."""
        kind = "dense_rec" if rec else "dense"
        bits = input_message_bits
        return _single(layer_config, kind, None, bits, reset_interval, reset_offset, spike_exp, sparse_synapse)

    @staticmethod
    def create_complex_dense(
        layer_config: Any, input_message_bits: int = 0, sparse_synapse: bool = False
    ) -> tuple[AbstractBlock, str]:
        """The block of a dense layer of resonators, and its line in the table."""
        return _single(layer_config, "dense_comp", None, input_message_bits, None, 0, 6, sparse_synapse)

    @staticmethod
    def create_conv(
        layer_config: Any,
        input_shape: Sequence[int],
        input_message_bits: int = 0,
        reset_interval: int | None = None,
        reset_offset: int = 0,
        spike_exp: int = 6,
    ) -> tuple[AbstractBlock, str]:
        """The block of a convolution onto (x, y, channels), and its line in the table."""
        bits = input_message_bits
        return _single(layer_config, "conv", input_shape, bits, reset_interval, reset_offset, spike_exp)

    @staticmethod
    def create_pool(layer_config: Any, input_shape: Sequence[int], **options: Any) -> tuple[AbstractBlock, str]:
        """The block of a pool, as :meth:`create_conv`; lava-dl's has no arguments and does nothing."""
        return _of_kind("pool", layer_config, input_shape, **options)

    @staticmethod
    def create_convT(layer_config: Any, input_shape: Sequence[int], **options: Any) -> tuple[AbstractBlock, str]:
        """The block of a transposed convolution, as :meth:`create_conv`."""
        return _of_kind("convT", layer_config, input_shape, **options)

    @staticmethod
    def create_unpool(layer_config: Any, input_shape: Sequence[int], **options: Any) -> tuple[AbstractBlock, str]:
        """The block of an unpool, as :meth:`create_conv`."""
        return _of_kind("unpool", layer_config, input_shape, **options)


def _of_kind(
    kind: str, layer_config: Any, input_shape: Sequence[int], input_message_bits: int = 0,
    reset_interval: int | None = None, reset_offset: int = 0, spike_exp: int = 6,
) -> tuple[AbstractBlock, str]:  # fmt: skip
    return _single(layer_config, kind, input_shape, input_message_bits, reset_interval, reset_offset, spike_exp)


def _single(
    config: Any, kind: str, input_shape: Sequence[int] | None, bits: int, reset_interval: int | None,
    reset_offset: int, spike_exp: int, sparse: bool = False,
) -> tuple[AbstractBlock, str]:  # fmt: skip
    """One layer alone."""
    entry = _plain(config) | {"type": kind}
    shape = None if input_shape is None else tuple(input_shape)[::-1]
    plan = plan_of([layer_of(entry, "layer")], input_shape=shape, input_message_bits=bits, spike_exp=spike_exp)
    _warn_inexact(plan, reset_interval)
    stage = plan.stages[0]
    parameters = _layers.parameters_of(stage.neurons, reset_interval, reset_offset)
    return _layers.block_of(stage, parameters, bits, sparse), _layers.row_of(stage)


def _plain(config: Any) -> dict[str, Any]:
    """A group of a file as dicts."""
    return {name: _plain(value) if isinstance(value := config[name], NetDict) else value for name in config}


def _warn_inexact(plan: Plan, reset_interval: int | None) -> None:
    notes = Notes(inexact=list(plan.notes.inexact))
    kinds = {stage.neurons.kind for stage in plan.stages}
    if reset_interval is not None and kinds & {"delta", "sigma", "sigma_delta"}:
        notes.inexact.append(NO_RESET)
    notes.warn("netx")


@implements(proc=Network, protocol=LoihiProtocol)
class PyNetworkModel(AbstractPyBlockModel):
    """A network as its blocks."""
