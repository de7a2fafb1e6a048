"""Layers of torch.nn as NIR's primitives: what is linear, and what does nothing when a network is used."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from loihi_emu.errors import UnsupportedError
from loihi_emu.exchange.nir.primitives import Node, made

NOTHING = (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d, nn.AlphaDropout, nn.Identity)
NEAREST = {
    "MaxPool1d": "AvgPool2d", "MaxPool2d": "AvgPool2d", "AdaptiveAvgPool2d": "AvgPool2d with a kernel_size",
    "AdaptiveMaxPool2d": "AvgPool2d", "ConvTranspose2d": "Conv2d", "Conv3d": "Conv2d", "LayerNorm": "BatchNorm1d",
    "GroupNorm": "BatchNorm2d", "InstanceNorm2d": "BatchNorm2d", "RNN": "snntorch.RLeaky", "LSTM": "snntorch.RSynaptic",
    "GRU": "snntorch.RSynaptic", "Embedding": "Linear", "Bilinear": "Linear",
}  # fmt: skip
"""What works in place of what does not."""
ACTIVATIONS = (
    "Sigmoid", "Tanh", "LeakyReLU", "PReLU", "ELU", "SELU", "GELU", "SiLU", "Softplus", "ReLU6", "Hardtanh", "Mish",
)  # fmt: skip


def array(given: Any) -> NDArray[np.float64]:
    """A tensor or number as float64."""
    return np.asarray(given.detach().cpu().numpy() if isinstance(given, Tensor) else given, np.float64)


def unsupported(path: str, module: nn.Module, given: str, nearest: str) -> UnsupportedError:
    """The error that names a module, what was given and the nearest thing that works."""
    name = f"{type(module).__module__.partition('.')[0]}'s {type(module).__name__}"
    return UnsupportedError(f'from_torch, module "{path}" ({name}): got {given}. Nearest that works: {nearest}.')


def layer_of(path: str, module: nn.Module, shape: tuple[int, ...]) -> Node | None:
    """The primitive of a layer without state, whose input has a shape; None where it does nothing."""
    place = f'module "{path}"'
    if isinstance(module, NOTHING):
        return None
    if isinstance(module, nn.Linear):
        return _linear(place, array(module.weight), module.bias)
    if isinstance(module, (nn.Conv1d, nn.Conv2d)) and not module.transposed:
        return _convolution(path, module)
    if isinstance(module, nn.AvgPool2d):
        padded = np.any(np.asarray(module.padding)) and not module.count_include_pad
        if module.ceil_mode or padded or module.divisor_override is not None:
            given = "ceil_mode, divisor_override, or padding that does not count"
            raise unsupported(path, module, given, "AvgPool2d(kernel_size, stride) without them")
        stride = module.kernel_size if module.stride is None else module.stride
        fields = {"kernel_size": _two(module.kernel_size), "stride": _two(stride), "padding": _two(module.padding)}
        return made("AvgPool2d", place, fields)
    if isinstance(module, nn.Flatten):
        if module.start_dim < 1 or module.end_dim != -1:
            raise unsupported(
                path, module, f"axes {module.start_dim} to {module.end_dim}", "Flatten() of all but samples"
            )
        return made("Flatten", place, {"start_dim": 0, "end_dim": -1})
    if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
        return _normalised(path, module, shape)
    kind = type(module).__name__
    nearest = NEAREST.get(
        kind, "ReLU" if kind in ACTIVATIONS else "Linear, Conv2d, AvgPool2d, Flatten, BatchNorm or ReLU"
    )
    raise unsupported(path, module, "a layer without a counterpart", nearest)


def _linear(place: str, weight: NDArray[Any], bias: Any) -> Node:
    if bias is None:
        return made("Linear", place, {"weight": weight})
    return made("Affine", place, {"weight": weight, "bias": array(bias)})


def _convolution(path: str, module: Any) -> Node:
    if module.padding_mode != "zeros":
        raise unsupported(path, module, f'padding_mode="{module.padding_mode}"', 'padding_mode="zeros"')
    fields: dict[str, Any] = {
        "weight": array(module.weight), "stride": module.stride, "padding": module.padding,
        "dilation": module.dilation, "groups": module.groups,
        "bias": np.zeros(module.out_channels) if module.bias is None else array(module.bias),
    }  # fmt: skip
    if isinstance(module, nn.Conv1d):
        for name in ("stride", "padding", "dilation"):
            if not isinstance(fields[name], str):
                fields[name] = fields[name][0]
        return made("Conv1d", f'module "{path}"', fields)
    return made("Conv2d", f'module "{path}"', fields)


def _normalised(path: str, module: Any, shape: tuple[int, ...]) -> Node:
    """A batch normalisation with its running statistics: a factor and a constant for each channel."""
    if module.running_mean is None or module.running_var is None:
        raise unsupported(path, module, "track_running_stats=False", "running statistics, which training fills")
    mean, variance = array(module.running_mean), array(module.running_var)
    factor = 1 / np.sqrt(variance + module.eps)
    if module.affine:
        factor = factor * array(module.weight)
    constant = -mean * factor
    if module.affine:
        constant = constant + array(module.bias)
    place = f'module "{path}"'
    if isinstance(module, nn.BatchNorm2d):
        fields = {
            "weight": factor[:, None, None, None], "bias": constant, "stride": (1, 1), "padding": (0, 0),
            "dilation": (1, 1), "groups": factor.size,
        }  # fmt: skip
        return made("Conv2d", place, fields)
    if len(shape) != 1:
        raise unsupported(path, module, f"inputs of shape {shape}", "BatchNorm1d of flat features")
    return made("Affine", place, {"weight": np.diag(factor), "bias": constant})


def _two(given: Any) -> tuple[int, int]:
    pair = np.broadcast_to(np.asarray(given), (2,))
    return int(pair[0]), int(pair[1])
