"""Images as spikes: a pixel of value p sends p spikes, spread evenly over the steps.

The pixel's value is added up from step to step and a spike is sent whenever the running sum passes the next whole
spike (error diffusion in time). With n(t) = floor((2 t p + T) / (2 T)), the spikes due before step t of T, pixel p
spikes in step t when n(t + 1) > n(t). The half in the numerator centres the spikes in the window: a pixel of value 1
spikes in its middle.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from loihi_emu.demo.digits import PIXEL_MAX
from loihi_emu.errors import invalid


def encode_dense(images: ArrayLike, steps: int) -> NDArray[np.bool_]:
    """Encode images as dense spike trains, one per sample.

    Parameters
    ----------
    images : array_like of int, shape (n, ...)
        Grey values 0..16. The axes after the first are flattened in C order.
    steps : int
        Length of the spike trains, at least 16 (one spike per step at most).

    Returns
    -------
    ndarray of bool, shape (n, steps, pixels)
        True where the pixel spikes. Each train holds as many spikes as the pixel's value.

    Raises
    ------
    ValidationError
        If a grey value is outside 0..16 or not a whole number, or `steps` is below 16.

    Examples
    --------
    >>> encode_dense([[0, 1, 8, 16]], steps=16)[0].sum(axis=0).tolist()
    [0, 1, 8, 16]
    """
    grey = np.asarray(images)
    if grey.ndim < 2 or grey.dtype.kind not in "iub":
        raise invalid("images", "", f"{grey.dtype} of shape {grey.shape}", "whole numbers of shape (n, ...)")
    if grey.size and (grey.min() < 0 or grey.max() > PIXEL_MAX):
        raise invalid(
            "images", "", f"grey values {grey.min()}..{grey.max()}", f"0..{PIXEL_MAX}", advice="Scale the images."
        )
    if steps < PIXEL_MAX:
        raise invalid(
            "encoding", "steps", steps, f"{PIXEL_MAX} or more", advice="A pixel sends at most one spike per step."
        )
    flat = grey.reshape(grey.shape[0], -1).astype(np.int64)
    edges = np.arange(steps + 1, dtype=np.int64)[:, None]
    # Spikes due before each step, for every grey level: (steps + 1, 17).
    due = (2 * edges * np.arange(PIXEL_MAX + 1) + steps) // (2 * steps)
    trains = np.diff(due, axis=0) > 0
    return np.ascontiguousarray(trains[:, flat].swapaxes(0, 1))


def encode(images: ArrayLike, steps: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Encode images as spike events, shown one after the other.

    Parameters
    ----------
    images : array_like of int, shape (8, 8) or (n, 8, 8)
        Grey values 0..16. Image i is shown in steps i * steps to (i + 1) * steps - 1.
    steps : int
        Steps per image, at least 16.

    Returns
    -------
    times : ndarray of int64, shape (k,)
        Step of each spike, ascending.
    indices : ndarray of int64, shape (k,)
        Pixel of each spike, row by row from the top left; ascending within a step.

    Raises
    ------
    ValidationError
        As `encode_dense`, and for images of another shape.

    Examples
    --------
    >>> import numpy as np
    >>> image = np.zeros((8, 8), dtype=int)
    >>> image[0, 2] = 2
    >>> times, indices = encode(image, steps=16)
    >>> times.tolist(), indices.tolist()
    ([3, 11], [2, 2])
    """
    grey = np.asarray(images)
    if grey.ndim == 2:
        grey = grey[None]
    if grey.ndim != 3:
        raise invalid("images", "", f"shape {grey.shape}", "(height, width) or (n, height, width)")
    dense = encode_dense(grey, steps)
    times, indices = np.nonzero(dense.reshape(-1, dense.shape[2]))
    return times.astype(np.int64), indices.astype(np.int64)
