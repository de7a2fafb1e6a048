"""The 1797 handwritten digits of the demo, with a fixed split into a training and a test part.

The images are the test set of "Optical Recognition of Handwritten Digits" by E. Alpaydin and C. Kaynak (1998), UCI
Machine Learning Repository, https://doi.org/10.24432/C50P49, licensed under CC BY 4.0. They show digits of 13 writers
as 8 by 8 grids; a pixel counts the black dots (0..16) in a block of 4 by 4 dots of the scanned 32 by 32 bitmap. The
images are unchanged; the split is ours: a random third of each class is the test part. Writers are not kept apart
(the data do not name them).

The file was made once, from the copy in scikit-learn, by

>>> import numpy as np
>>> from sklearn.datasets import load_digits as original                     # doctest: +SKIP
>>> data = original()                                                        # doctest: +SKIP
>>> labels = data.target.astype(np.uint8)                                    # doctest: +SKIP
>>> rng = np.random.default_rng(1998)
>>> test = np.zeros(1797, dtype=bool)
>>> for digit in range(10):                                                  # doctest: +SKIP
...     members = np.flatnonzero(labels == digit)
...     test[rng.permutation(members)[: round(members.size / 3)]] = True
>>> images = data.images.astype(np.uint8)                                    # doctest: +SKIP
>>> np.savez_compressed("digits.npz", images=images, labels=labels, test=test)  # doctest: +SKIP
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from loihi_emu.numeric import ranged

CLASSES = 10
IMAGE_SHAPE = (8, 8)
PIXELS = 64
PIXEL_MAX = 16  # black dots in a block of 4 by 4
SPLIT_SEED = 1998


@dataclass(frozen=True)
class Digits:
    """Images of handwritten digits with their labels.

    Attributes
    ----------
    images : ndarray of uint8, shape (n, 8, 8)
        Grey values 0 (paper) to 16 (ink), row by row from the top left.
    labels : ndarray of uint8, shape (n,)
        The digit shown, 0..9.
    test : ndarray of bool, shape (n,)
        True for the images held out for the test, False for those to train with.

    All three arrays are read-only.

    Examples
    --------
    >>> digits = load_digits()
    >>> digits.train_images.shape, digits.test_images.shape
    ((1198, 8, 8), (599, 8, 8))
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    test: NDArray[np.bool_]

    @property
    def train_images(self) -> NDArray[np.uint8]:
        """Images to train with, uint8 of shape (n_train, 8, 8)."""
        return self.images[~self.test]

    @property
    def train_labels(self) -> NDArray[np.uint8]:
        """Labels of `train_images`, uint8 of shape (n_train,)."""
        return self.labels[~self.test]

    @property
    def test_images(self) -> NDArray[np.uint8]:
        """Images held out for the test, uint8 of shape (n_test, 8, 8)."""
        return self.images[self.test]

    @property
    def test_labels(self) -> NDArray[np.uint8]:
        """Labels of `test_images`, uint8 of shape (n_test,)."""
        return self.labels[self.test]


def load_digits() -> Digits:
    """Read the digits that come with the package.

    Data: E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine Learning Repository,
    https://doi.org/10.24432/C50P49, CC BY 4.0.

    Returns
    -------
    Digits
        1797 images with labels and the fixed split.

    Examples
    --------
    >>> digits = load_digits()
    >>> digits.images.shape, int(digits.images.max()), digits.labels[:5].tolist()
    ((1797, 8, 8), 16, [0, 1, 2, 3, 4])
    """
    with files(__package__).joinpath("digits.npz").open("rb") as stream, np.load(stream, allow_pickle=False) as data:
        images, labels, test = data["images"], data["labels"], data["test"]
    for array in (images, labels, test):
        array.setflags(write=False)
    return Digits(images=images, labels=labels, test=test)


def held_out(digits: Digits, images: int | None) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The held-out images to classify, with their labels: the first `images`, or all.

    Raises
    ------
    ValidationError
        Fewer than 1, or more than there are.

    Examples
    --------
    >>> shown, labels = held_out(load_digits(), 3)
    >>> shown.shape, labels.tolist()
    ((3, 8, 8), [1, 5, 6])
    """
    there = len(digits.test_labels)
    count = there if images is None else int(ranged("demo", "images", images, 1, there))
    return digits.test_images[:count], digits.test_labels[:count]
