"""The trained weights that come with the package: chip integers, and the floats they were made from."""

from __future__ import annotations

from dataclasses import dataclass, fields
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.files.npz import read_npz
from loihi_emu.files.writing import replacing


@dataclass(frozen=True)
class DigitsLayer:
    """A layer of LIF neurons and the connection into it, as chip integers and as floats.

    Attributes
    ----------
    mantissas : ndarray of int16, shape (n_post, n_pre)
        Weight mantissas of a mixed-sign 8-bit connection: even, -256..254.
    weight_exp : int
        Exponent of the weights, -8..7.
    du, dv : int
        Decay of current and voltage: d / 4096 is lost in each step, 0..4096.
    vth : int
        Threshold mantissa, 0..131071, in units of 64.
    bias : ndarray of int16, shape (n_post,)
        Bias mantissas, -4095..4095.
    bias_exp : int
        Exponent of the bias, 0..7.
    float_weights : ndarray of float32, shape (n_post, n_pre)
        Weights in units of the threshold.
    float_bias : ndarray of float32, shape (n_post,)
        Biases in units of the threshold.
    """

    mantissas: NDArray[np.int16]
    weight_exp: int
    du: int
    dv: int
    vth: int
    bias: NDArray[np.int16]
    bias_exp: int
    float_weights: NDArray[np.float32]
    float_bias: NDArray[np.float32]


@dataclass(frozen=True)
class DigitsWeights:
    """The demo network's two layers and how they were trained.

    Attributes
    ----------
    hidden, output : DigitsLayer
        From 64 pixels to the hidden neurons, and from these to the 10 output neurons.
    steps : int
        Time steps for which an image is shown, and of the read-out.
    float_accuracy : float
        Fraction of the test images that the float network read when it was trained, 0..1.
    seed : int
        Seed of the training.
    epochs : int
        Passes over the training images.
    recipe : int
        Version of the training recipe, ``RECIPE`` in ``examples/train_digits/train.py``.
    """

    hidden: DigitsLayer
    output: DigitsLayer
    steps: int
    float_accuracy: float
    seed: int
    epochs: int
    recipe: int

    def save(self, path: str | Path) -> None:
        """Write the weights as a compressed npz file of plain arrays, such as "hidden.vth"."""
        arrays: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, DigitsLayer):
                arrays.update({f"{field.name}.{part.name}": getattr(value, part.name) for part in fields(value)})
            else:
                arrays[field.name] = value
        with replacing(path) as stream:
            np.savez_compressed(stream, **arrays)


def _names() -> list[str]:
    """Names of all arrays."""
    layers = [f"{name}.{part.name}" for name in ("hidden", "output") for part in fields(DigitsLayer)]
    return layers + [field.name for field in fields(DigitsWeights) if field.name not in ("hidden", "output")]


def load_weights(path: str | Path | None = None) -> DigitsWeights:
    """Read trained weights.

    Parameters
    ----------
    path : str or Path, optional
        A file written by ``python -m examples.train_digits.train``; default: the package's own weights.

    Returns
    -------
    DigitsWeights
        The weights; arrays are read-only.

    Examples
    --------
    >>> weights = load_weights()
    >>> weights.hidden.mantissas.shape, weights.output.mantissas.shape, weights.steps
    ((128, 64), (10, 128), 24)
    """
    if path is None:
        with as_file(files(__package__).joinpath("digits_weights.npz")) as shipped:
            return load_weights(shipped)
    arrays = read_npz(path, "trained weights written by examples/train_digits", _names())

    def value(name: str) -> Any:
        array = arrays[name]
        array.setflags(write=False)
        return array if array.ndim else array.item()

    layers: dict[str, Any] = {
        name: DigitsLayer(**{part.name: value(f"{name}.{part.name}") for part in fields(DigitsLayer)})
        for name in ("hidden", "output")
    }
    plain = {field.name: value(field.name) for field in fields(DigitsWeights) if field.name not in layers}
    return DigitsWeights(**layers, **plain)
