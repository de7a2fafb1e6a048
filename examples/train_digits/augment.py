"""Small random changes of the training images: moved, turned, scaled and slanted, as other hands would write them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from loihi_emu.demo.digits import PIXEL_MAX


def augment(
    images: NDArray[np.uint8],
    rng: np.random.Generator,
    *,
    shift: float = 0.75,
    turn: float = 0.2,
    scale: float = 0.12,
    slant: float = 0.2,
) -> NDArray[np.uint8]:
    """Change each image by its own random affine map, with bilinear interpolation and paper outside.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width)
        Grey values 0..16.
    rng : numpy.random.Generator
        Source of the random numbers, uniform in plus or minus each of the amounts below.
    shift : float
        Pixels, in each direction.
    turn : float
        Radians.
    scale : float
        Fraction of the size, for height and width apart.
    slant : float
        Pixels to the side per pixel of height.

    Returns
    -------
    ndarray of uint8, shape (n, height, width)
        Grey values 0..16, rounded.

    Examples
    --------
    >>> images = np.full((3, 8, 8), 16, dtype=np.uint8)
    >>> int(augment(images, np.random.default_rng(0), shift=0, turn=0, scale=0, slant=0).min())
    16
    """
    count, height, width = images.shape
    amounts = np.array([shift, shift, turn, scale, scale, slant])[:, None]
    down, right, angle, tall, wide, lean = rng.uniform(-1, 1, size=(6, count)) * amounts
    y, x = np.indices((height, width)).reshape(2, 1, -1) - np.array([(height - 1) / 2, (width - 1) / 2])[:, None, None]
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    # Where in the old image each pixel of the new one lies.
    x = x + lean[:, None] * y
    old_y = (cos * y + sin * x) * (1 + tall[:, None]) + down[:, None] + (height - 1) / 2
    old_x = (cos * x - sin * y) * (1 + wide[:, None]) + right[:, None] + (width - 1) / 2

    padded = np.zeros((count, height + 2, width + 2))
    padded[:, 1:-1, 1:-1] = images
    old_y, old_x = np.clip(old_y + 1, 0, height + 1 - 1e-9), np.clip(old_x + 1, 0, width + 1 - 1e-9)
    row, column = old_y.astype(np.intp), old_x.astype(np.intp)
    dy, dx = old_y - row, old_x - column
    sample = np.arange(count)[:, None]
    top = padded[sample, row, column] * (1 - dx) + padded[sample, row, column + 1] * dx
    bottom = padded[sample, row + 1, column] * (1 - dx) + padded[sample, row + 1, column + 1] * dx
    grey = np.rint(top * (1 - dy) + bottom * dy)
    return np.asarray(np.clip(grey, 0, PIXEL_MAX), dtype=np.uint8).reshape(images.shape)
