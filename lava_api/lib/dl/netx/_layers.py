"""Blocks of the layers of a .net file: what :mod:`loihi_emu.exchange.net` plans, as processes."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from lava_api.lib.dl.netx.blocks.process import (
    AbstractBlock,
    Average,
    ComplexDense,
    ComplexInput,
    Conv,
    Dense,
    Input,
    Matrix,
    RecurrentDense,
)
from lava_api.lib.dl.netx.utils import optimize_weight_bits
from lava_api.proc.atrlif.process import ATRLIF
from lava_api.proc.lif.process import LIF, LIFReset
from lava_api.proc.rf.process import RF
from lava_api.proc.rf_iz.process import RF_IZ
from lava_api.proc.sdn.process import Delta, Sigma, SigmaDelta
from loihi_emu.errors import UnsupportedError
from loihi_emu.exchange.net.kernels import ConvKernel
from loihi_emu.exchange.net.neurons import BIAS_EXP, Neurons
from loihi_emu.exchange.net.plan import NeuronLayer

PROCESSES: Mapping[str, Any] = {
    "lif": LIF, "alif": ATRLIF, "delta": Delta, "sigma": Sigma, "sigma_delta": SigmaDelta, "rf": RF, "rf_iz": RF_IZ,
}  # fmt: skip
WITH_BIAS_EXP = ("lif", "alif")
TITLES = {"input": "Input", "conv": "Conv", "convT": "ConvT", "pool": "Pool", "unpool": "Unpool", "average": "Average"}
COLUMNS = "|   Type   |  W  |  H  |  C  | ker | str | pad | dil | grp |delay|"


def parameters_of(neurons: Neurons, reset_interval: int | None, reset_offset: int) -> dict[str, Any]:
    """What a block's ``neuron_params`` are: the class of the process, and what it is given."""
    made: dict[str, Any] = {"neuron_proc": PROCESSES[neurons.kind]}
    if neurons.kind in WITH_BIAS_EXP:
        made |= {"bias_key": "bias_mant", "bias_exp": BIAS_EXP}
    made |= {**neurons.values, "num_message_bits": neurons.message_bits}
    if reset_interval is not None and neurons.kind == "lif":
        made |= {"neuron_proc": LIFReset, "reset_interval": reset_interval, "reset_offset": reset_offset}
    elif reset_interval is not None and neurons.kind in ("alif", "rf", "rf_iz"):
        raise UnsupportedError(f"netx: got reset_interval for {neurons.kind} neurons, allowed are CUBA and LOIHI.")
    return made


def here(shape: tuple[int, ...]) -> tuple[int, ...]:
    """(channels, rows, columns) of a file as (x, y, channels)."""
    return shape[::-1]


def order_of(shape: tuple[int, ...]) -> Any:
    """For each value in the file's order its number in Lava's."""
    return np.arange(prod(shape)).reshape(shape[::-1]).transpose().reshape(-1)


def block_of(stage: NeuronLayer, parameters: dict[str, Any], bits: int, sparse: bool) -> AbstractBlock:
    """The block of a layer."""
    shape, kind = here(stage.shape), stage.layer.kind
    resonates = stage.neurons.kind in ("rf", "rf_iz")
    parameters = {name: _by_neuron(stage, value) for name, value in parameters.items()}
    common: dict[str, Any] = {"shape": shape, "neuron_params": parameters, "input_message_bits": bits}
    if kind == "input":
        transform = {k: _one(stage.layer.sets.get(k, d)) for k, d in (("weight", 64), ("bias", 0))}
        block = ComplexInput if resonates else Input
        return block(**common | {"input_message_bits": 0}, transform=transform)
    if kind == "average":
        return Average(shape=shape, inputs=stage.before.shape[0], input_message_bits=bits)
    common |= {} if stage.bias is None else {"bias": _by_neuron(stage, stage.bias)}
    weights = next(iter(stage.weights.values()))
    if isinstance(weights, ConvKernel):
        return _kernel(stage, common)
    delay = stage.delays
    if delay is not None and delay.ndim == 1:
        delay = delay[:, None]
    common |= {"delay": delay, "sparse_synapse": sparse}
    if resonates:
        forms = {port: optimize_weight_bits(w) for port, w in stage.weights.items()}
        for port, (weight, number, exponent, _) in forms.items():
            common |= {f"weight_{port}": weight, f"num_weight_bits_{port}": number, f"weight_exponent_{port}": exponent}
        return ComplexDense(**common)
    together = np.hstack(list(stage.weights.values()))
    weight, number, exponent, _ = optimize_weight_bits(together)
    common |= {"num_weight_bits": number, "weight_exponent": exponent}
    if kind == "dense_rec":
        inputs = weights.shape[1]
        return RecurrentDense(weight=weight[:, :inputs], weight_rec=weight[:, inputs:], **common)
    return Dense(weight=weight, **common)


def _one(value: Any) -> int:
    return int(np.asarray(value).reshape(-1)[0])


def _by_neuron(stage: NeuronLayer, value: Any) -> Any:
    """One value, or one for each neuron in Lava's order, of what has one for each channel or neuron."""
    if not isinstance(value, np.ndarray) or value.size == 1:
        return value
    made = np.empty(stage.size, value.dtype)
    made[order_of(stage.shape)] = np.repeat(value, stage.size // value.size)
    return made.reshape(here(stage.shape))


def _kernel(stage: NeuronLayer, common: dict[str, Any]) -> AbstractBlock:
    source = stage.before.shape
    k: ConvKernel = next(iter(stage.weights.values()))
    plain = not k.transposed and k.output_shape(source) == stage.shape and stage.delays is None
    if plain and len(stage.weights) == 1:
        # Lava's convolution turns its kernel by 180 degrees
        weight = k.weight[:, :, ::-1, ::-1].transpose(0, 3, 2, 1)
        placed: dict[str, Any] = {"stride": k.stride[::-1], "padding": k.padding[::-1], "dilation": k.dilation[::-1]}
        return Conv(input_shape=here(source), weight=weight, groups=k.groups, **placed, **common)
    pre, post = order_of(source), order_of(stage.shape)
    matrices, exponents = {}, {}
    for name, kernel in stage.weights.items():
        found = kernel.matrix(source, stage.shape, stage.layer.place).tocoo()
        weight, number, exponent, _ = optimize_weight_bits(found.data)
        port = {"": "a_in", "real": "a_real_in", "imag": "a_imag_in"}[name]
        matrices[port] = csr_matrix((weight, (post[found.row], pre[found.col])), shape=found.shape)
        exponents[port] = (number, exponent)
    delays = None
    if stage.delays is not None:
        delays = np.empty_like(stage.delays)
        delays[post] = stage.delays
    return Matrix(input_shape=here(source), weights=matrices, exponents=exponents, delays=delays, **common)


def row_of(stage: NeuronLayer) -> str:
    """A line of the table that ``print(net)`` shows."""
    size = {1: (1, 1, *stage.shape), 3: here(stage.shape)}[len(stage.shape)]
    line = f"|{TITLES.get(stage.layer.kind, 'Dense'):10s}|" + "".join(f"{n:5d}|" for n in size)
    k = next(iter(stage.weights.values()), None)
    if isinstance(k, ConvKernel):
        pairs = (k.weight.shape[:1:-1], k.stride[::-1], k.padding[::-1], k.dilation[::-1])
        line += "".join(f"{x:2d},{y:2d}|" for x, y in pairs) + f"{k.groups:5d}|"
    else:
        line += "     |" * 5
    return line + f"{stage.delays is not None!s:5s}|"
