"""Blocks: each a layer of synapses and neurons. Shapes are (x, y, channels), as Lava's convolutions have them."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, issparse

from lava_api.proc._process import AbstractProcess, InPort, OutPort, extends, warn_unknown
from lava_api.proc.conv.process import Conv as ConvSynapse
from lava_api.proc.dense.process import DelayDense as DelayDenseSynapse
from lava_api.proc.dense.process import Dense as DenseSynapse
from lava_api.proc.graded.process import GradedVec
from lava_api.proc.sparse.process import DelaySparse as DelaySparseSynapse
from lava_api.proc.sparse.process import Sparse as SparseSynapse
from loihi_emu.errors import UnsupportedError, invalid
from loihi_emu.exchange.net.sets import LONGEST_DELAY

READ = ("sign_mode", "sign_mode_real", "sign_mode_imag", "has_graded_input")
"""Options that programs of lava-dl give and that do nothing there."""


class AbstractBlock(AbstractProcess):
    """What all blocks have.

    Parameters
    ----------
    shape : tuple of int
        Of what the block sends.
    neuron_params : dict
        ``neuron_proc``, the class of its neurons, and what that class is given; ``bias_key`` is the name by which it
        takes a bias (default "bias"), ``num_message_bits`` what its messages have.
    input_message_bits : int
        0: what arrives counts 1; otherwise its payloads count.

    Attributes
    ----------
    neuron : AbstractProcess
    inp, out : InPort, OutPort
    output_message_bits : int
    """

    OPTIONS = READ

    def __init__(
        self, *, shape: Any, neuron_params: dict[str, Any] | None = None, input_message_bits: int = 0, **kwargs: Any
    ) -> None:
        warn_unknown(self, kwargs)
        super().__init__(shape=shape, neuron_params=neuron_params, input_message_bits=input_message_bits, **kwargs)
        self.shape: tuple[int, ...] = tuple(int(k) for k in np.atleast_1d(shape))
        given = dict(neuron_params or {})
        self._process = given.pop("neuron_proc", None)
        if self._process is None:
            advice = "{'neuron_proc': LIF, 'vth': 10}"
            raise invalid(
                self.block, "neuron_params", "no class of neurons", "neuron_params with neuron_proc", advice=advice
            )
        self.bias_key: str = given.pop("bias_key", "bias")
        self.output_message_bits: int = int(given.pop("num_message_bits", 0))
        self.input_message_bits: int = int(input_message_bits)
        self._parameters = given
        self.neuron: Any = None

    @property
    def block(self) -> str:
        """The name of the kind of block."""
        return type(self).__name__

    def export_hdf5(self, handle: Any) -> None:
        """Not done by blocks, as in lava-dl."""
        raise UnsupportedError("Blocks do not write files. loihi_emu.exchange.write_net writes .net files.")

    def _neurons(self, bias: Any = None) -> Any:
        """The neurons, with a bias for each of them or for each channel."""
        if bias is None:
            return self._process(shape=self.shape, **self._parameters)
        values = np.asarray(bias)
        channels = len(self.shape) == 3 and values.shape == self.shape[-1:]
        if len(self.shape) > 1 and not channels and values.shape != self.shape:
            allowed = f"{self.shape}, or {self.shape[-1:]}: one for each channel"
            raise invalid(self.block, "bias", f"shape {values.shape}", allowed)
        full = np.broadcast_to(values, self.shape).astype(np.int32)
        return self._process(shape=self.shape, **self._parameters, **{self.bias_key: full})

    def _wire(self, source: Any, targets: tuple[Any, ...]) -> None:
        """Ports from `source` shape through `targets` to the neurons, and out of them."""
        self.inp = InPort(shape=source)
        for target in targets:
            self.inp.connect(target)
        self.out = OutPort(shape=self.neuron.s_out.shape)
        self.neuron.s_out.connect(self.out)

    def _check(self, found: tuple[int, ...]) -> None:
        if tuple(found) != self.shape:
            raise invalid(self.block, "shape", str(self.shape), f"{tuple(found)}, which its weights make")

    def _form(self, bits: int, exponent: int) -> dict[str, Any]:
        message_bits = self.input_message_bits
        return {"weight_exp": exponent, "num_weight_bits": bits, "num_message_bits": message_bits}

    def _synapses(self, weight: Any, delay: Any, sparse: bool, bits: int, exponent: int) -> Any:
        """Dense or sparse synapses, with delays or without."""
        form = self._form(bits, exponent)
        weight = np.asarray(weight)
        if delay is None:
            return SparseSynapse(weights=csr_matrix(weight), **form) if sparse else DenseSynapse(weights=weight, **form)
        delay = np.array(np.broadcast_to(delay, weight.shape)).astype(int)
        form["max_delay"] = LONGEST_DELAY
        if sparse:
            delay[weight == 0] = 0
            return DelaySparseSynapse(weights=csr_matrix(weight), delays=csr_matrix(delay), **form)
        return DelayDenseSynapse(weights=weight, delays=delay, **form)


class Input(AbstractBlock):
    """Neurons that stand at the beginning.

    Parameters
    ----------
    transform : dict or function
        What the trainer did to the input, for the program: ``{"weight": ..., "bias": ...}``.
    bias : array, optional
    """

    @extends(AbstractBlock, before="neuron_params")
    def __init__(self, *, transform: Any = None, bias: Any = None, **given: Any) -> None:
        super().__init__(**given)
        self.transform: Any = (lambda x: x) if transform is None else transform
        self.neuron = self._neurons(bias)
        self._wire(self.neuron.a_in.shape, (self.neuron.a_in,))


class ComplexInput(AbstractBlock):
    """Resonators that stand at the beginning: what arrives goes to their real and their imaginary part."""

    @extends(AbstractBlock, before="neuron_params")
    def __init__(self, *, transform: Any = None, **given: Any) -> None:
        super().__init__(**given)
        self.transform: Any = (lambda x: x) if transform is None else transform
        self.neuron = self._neurons()
        self._wire(self.neuron.a_real_in.shape, (self.neuron.a_real_in, self.neuron.a_imag_in))


class Dense(AbstractBlock):
    """Every input to every neuron.

    Parameters
    ----------
    weight : array, shape (neurons, inputs)
    delay : array, optional
        Steps, 0 to 62, broadcast to the weights.
    bias : array, optional
    num_weight_bits, weight_exponent : int
    sparse_synapse : bool
        Only weights other than 0 are stored.
    """

    @extends(AbstractBlock, before="neuron_params")
    def __init__(
        self, *, weight: Any, delay: Any = None, bias: Any = None, num_weight_bits: int = 8, weight_exponent: int = 0,
        sparse_synapse: bool = False, **given: Any,
    ) -> None:  # fmt: skip
        super().__init__(**given)
        self.synapse = self._synapses(weight, delay, sparse_synapse, num_weight_bits, weight_exponent)
        self._check(self.synapse.a_out.shape)
        self.neuron = self._neurons(bias)
        self.synapse.a_out.connect(self.neuron.a_in)
        self._wire(self.synapse.s_in.shape, (self.synapse.s_in,))


class RecurrentDense(AbstractBlock):
    """Every input, and every neuron of the block, to every neuron.

    Parameters
    ----------
    weight_rec : array, shape (neurons, neurons)
        From the block to itself.
    delay : array, optional
        Of the synapses from the input.
    weight, bias, num_weight_bits, weight_exponent, sparse_synapse
        As of :class:`Dense`.
    """

    @extends(AbstractBlock, before="neuron_params")
    def __init__(
        self, *, weight: Any, weight_rec: Any, delay: Any = None, bias: Any = None, num_weight_bits: int = 8,
        weight_exponent: int = 0, sparse_synapse: bool = False, **given: Any,
    ) -> None:  # fmt: skip
        super().__init__(**given)
        self.synapse = self._synapses(weight, delay, sparse_synapse, num_weight_bits, weight_exponent)
        self._check(self.synapse.a_out.shape)
        outer, self.input_message_bits = self.input_message_bits, self.output_message_bits
        self.synapse_rec = self._synapses(weight_rec, None, sparse_synapse, num_weight_bits, weight_exponent)
        self.input_message_bits = outer
        self._check(self.synapse_rec.a_out.shape)
        self.neuron = self._neurons(bias)
        self.synapse.a_out.connect(self.neuron.a_in)
        self.neuron.s_out.connect(self.synapse_rec.s_in)
        self.synapse_rec.a_out.connect(self.neuron.a_in)
        self._wire(self.synapse.s_in.shape, (self.synapse.s_in,))


class ComplexDense(AbstractBlock):
    """Every input to the real and the imaginary part of every resonator.

    Parameters
    ----------
    weight_real, weight_imag : array, shape (neurons, inputs)
    num_weight_bits_real, num_weight_bits_imag, weight_exponent_real, weight_exponent_imag : int
    delay, sparse_synapse
        As of :class:`Dense`.
    """

    @extends(AbstractBlock, before="neuron_params")
    def __init__(
        self, *, weight_real: Any, weight_imag: Any, delay: Any = None, num_weight_bits_real: int = 8,
        num_weight_bits_imag: int = 8, weight_exponent_real: int = 0, weight_exponent_imag: int = 0,
        sparse_synapse: bool = False, **given: Any,
    ) -> None:  # fmt: skip
        super().__init__(**given)
        self.real_synapse = self._synapses(
            weight_real, delay, sparse_synapse, num_weight_bits_real, weight_exponent_real
        )
        self.imag_synapse = self._synapses(
            weight_imag, delay, sparse_synapse, num_weight_bits_imag, weight_exponent_imag
        )
        self._check(self.real_synapse.a_out.shape)
        self._check(self.imag_synapse.a_out.shape)
        self.neuron = self._neurons()
        self.real_synapse.a_out.connect(self.neuron.a_real_in)
        self.imag_synapse.a_out.connect(self.neuron.a_imag_in)
        self._wire(self.real_synapse.s_in.shape, (self.real_synapse.s_in, self.imag_synapse.s_in))


class Conv(AbstractBlock):
    """A convolution.

    Parameters
    ----------
    input_shape : (x, y, channels)
    weight : array, shape (outputs, KX, KY, inputs / groups)
        As Lava's convolution has it.
    bias : array, optional
        One for each channel or neuron.
    stride, padding, dilation : int or (int, int)
    groups : int
    """

    @extends(AbstractBlock, before="neuron_params")
    def __init__(
        self, *, input_shape: Any, weight: Any, bias: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1,
        groups: int = 1, **given: Any,
    ) -> None:  # fmt: skip
        super().__init__(**given)
        source = tuple(int(k) for k in input_shape)
        assert len(source) == 3 or not source
        self.synapse = ConvSynapse(
            input_shape=source, weight=weight, stride=stride, padding=padding, dilation=dilation,  # type: ignore[arg-type]
            groups=int(groups), num_message_bits=self.input_message_bits,
        )  # fmt: skip
        self._check(self.synapse.output_shape)
        self.neuron = self._neurons(bias)
        self.synapse.a_out.connect(self.neuron.a_in)
        self._wire(self.synapse.s_in.shape, (self.synapse.s_in,))


class Matrix(AbstractBlock):
    """Synapses that are written out: transposed convolutions, pools that reach beyond the image, delays of channels.

    Parameters
    ----------
    input_shape : tuple of int
    weights : dict
        Sparse matrices by port of the neurons ("a_in", "a_real_in", ...): (neurons, inputs), both flattened.
    delays : array, optional
        One for each neuron, flattened.
    exponents : dict
        Bits and exponent of the weights by port.
    bias : array, optional
    """

    @extends(AbstractBlock, before="neuron_params")
    def __init__(
        self, *, input_shape: Any, weights: dict[str, Any], exponents: dict[str, tuple[int, int]], delays: Any = None,
        bias: Any = None, **given: Any,
    ) -> None:  # fmt: skip
        super().__init__(**given)
        self.neuron = self._neurons(bias)
        self.synapses = []
        for port, weight in weights.items():
            assert issparse(weight)
            form = self._form(*exponents[port])
            if delays is None:
                synapse: Any = SparseSynapse(weights=weight, **form)
            else:
                rows = np.repeat(np.asarray(delays), np.diff(weight.indptr))
                table = csr_matrix((rows, weight.indices.copy(), weight.indptr.copy()), shape=weight.shape)
                synapse = DelaySparseSynapse(weights=weight, delays=table, max_delay=LONGEST_DELAY, **form)
            synapse.a_out.reshape(self.shape).connect(getattr(self.neuron, port))
            self.synapses.append(synapse)
        self.synapse = self.synapses[0]
        source = tuple(int(k) for k in input_shape)
        self.inp = InPort(shape=source)
        for synapse in self.synapses:
            self.inp.flatten().connect(synapse.s_in)
        self.out = OutPort(shape=self.neuron.s_out.shape)
        self.neuron.s_out.connect(self.out)


class Average(AbstractBlock):
    """Sums of neighbours, sent as payloads: divided by how many they are, they are means.

    Parameters
    ----------
    inputs : int
        How many arrive; a multiple of the neurons.
    """

    def __init__(self, *, shape: Any, inputs: int, input_message_bits: int = 0, **kwargs: Any) -> None:
        neurons = {"neuron_proc": GradedVec, "vth": 0, "num_message_bits": 16}
        super().__init__(shape=shape, neuron_params=neurons, input_message_bits=input_message_bits, **kwargs)
        n = self.shape[0]
        if inputs % n:
            raise invalid("Average", "inputs", inputs, f"a multiple of the {n} neurons")
        groups = np.arange(inputs) // (inputs // n)
        weight = csr_matrix((np.ones(inputs, np.int64), (groups, np.arange(inputs))))
        self.synapse = SparseSynapse(weights=weight, num_message_bits=self.input_message_bits)
        self.neuron = self._neurons()
        self.synapse.a_out.connect(self.neuron.a_in)
        self._wire(self.synapse.s_in.shape, (self.synapse.s_in,))
