"""Handwritten digits (MNIST), from files that are there already or from the network."""

from __future__ import annotations

import gzip
import os
import zlib
from math import prod
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from lava_api.utils.dataloader import pickled_arrays
from lava_api.utils.dataloader.download import fetch
from loihi_emu.errors import ValidationError, invalid
from loihi_emu.files.writing import replacing

HERE = os.path.dirname(__file__)
SIDE = 28
IMAGES_OFFSET, LABELS_OFFSET = 16, 8
"""Bytes before the data of IDX files."""

EXPECTED = "an object array [[train images, train labels], [test images, test labels]], as Lava writes it"
MOST = 10_000_000
"""Images of a file, at most."""

HOW = (
    "Put the four files into a folder, packed or unpacked, and give it as data_path, or give the mnist.npy that Lava"
    " wrote."
)


class MnistDataset:
    """Images and labels of the training and the test part.

    Parameters
    ----------
    data_path : str
        A file ``mnist.npy`` with an object array ``[[train images, train labels], [test images, test labels]]``, as
        Lava writes it; or a folder with the four files in IDX format, ``.gz`` or unpacked; or a path to a file that
        does not exist yet: it is then written, from a folder ``temp`` beside it with those four, where what is
        missing is downloaded.

    Raises
    ------
    FileNotFoundError
        When the data is neither there nor to be had; the text says what is expected.
    ValidationError
        When a file is not what it should be.

    Notes
    -----
    A file of ``.npy`` with objects is a pickle; only arrays of integers are taken from it, nothing in it is run.
    """

    mirrors: ClassVar[list[str]] = [
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "http://yann.lecun.com/exdb/mnist/",
    ]
    """Where the files are looked for, in this order."""

    files: ClassVar[list[str]] = [
        "train-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte.gz",
        "t10k-images-idx3-ubyte.gz",
        "t10k-labels-idx1-ubyte.gz",
    ]

    def __init__(self, data_path: str = os.path.join(HERE, "mnist.npy")) -> None:
        path = Path(data_path)
        if path.is_dir():
            self.data: Any = _nested(_read_folder(path))
            return
        if not path.exists():
            folder = path.parent / "temp"
            MnistDataset.download_mnist(str(folder))
            MnistDataset.decompress_convert_save(str(folder), str(path))
        self.data = _checked(path, pickled_arrays.read(path, EXPECTED))

    @staticmethod
    def download_mnist(path: str = os.path.join(HERE, "temp")) -> None:
        """Get the four IDX files, but for those that are in the folder already.

        Parameters
        ----------
        path : str
            The folder.

        Raises
        ------
        FileNotFoundError
            When no mirror has one of them.
        """
        folder = Path(path)
        for name in _missing(folder):
            failures = fetch(name, MnistDataset.mirrors, folder)
            if failures:
                raise FileNotFoundError(f"MnistDataset: {name} could not be downloaded ({'; '.join(failures)}). {HOW}")

    @staticmethod
    def decompress_convert_save(download_path: str = os.path.join(HERE, "temp"), save_path: str = HERE) -> None:
        """Write the four IDX files of a folder into one file for NumPy.

        Parameters
        ----------
        download_path : str
            Folder with the four files.
        save_path : str
            File to write, or a folder for ``mnist.npy``.
        """
        target, data = Path(save_path), _nested(_read_folder(Path(download_path)))
        target = target / "mnist.npy" if target.is_dir() else target
        with replacing(target if target.suffix == ".npy" else target.with_name(target.name + ".npy")) as file:
            np.save(file, data)

    @property
    def train_images(self) -> Any:
        """Training images, uint8, shape (60000, 784)."""
        return self._flat(self.data[0][0])

    @property
    def test_images(self) -> Any:
        """Test images, uint8, shape (10000, 784)."""
        return self._flat(self.data[1][0])

    @property
    def images(self) -> Any:
        """All images, those for training first."""
        return np.vstack((self.train_images, self.test_images))

    @property
    def train_labels(self) -> Any:
        """Labels for training."""
        return self.data[0][1]

    @property
    def test_labels(self) -> Any:
        """Labels for testing."""
        return self.data[1][1]

    @property
    def labels(self) -> Any:
        """All labels, those for training first."""
        return np.hstack((self.train_labels, self.test_labels))

    @staticmethod
    def _flat(images: Any) -> Any:
        return images.reshape(len(images), SIDE * SIDE)


def _file(folder: Path, name: str) -> Path | None:
    """Return the packed or unpacked file of a name, None when there is none."""
    both = (folder / name, folder / name.removesuffix(".gz"))
    return next((path for path in both if path.is_file()), None)


def _missing(folder: Path) -> list[str]:
    """Return the names of the files that are not in a folder."""
    return [name for name in MnistDataset.files if _file(folder, name) is None]


def _read_folder(folder: Path) -> list[Any]:
    """Return the arrays of the four files."""
    missing = _missing(folder)
    if missing:
        raise FileNotFoundError(f"MnistDataset: {', '.join(missing)} not found in {folder}. {HOW}")
    return [_read(_file(folder, name), "images" in name) for name in MnistDataset.files]


def _read(path: Any, images: bool) -> Any:
    """Return the array of an IDX file."""
    offset, each = (IMAGES_OFFSET, SIDE * SIDE) if images else (LABELS_OFFSET, 1)
    what = f"an IDX file of {'images of 28 x 28' if images else 'labels'}"
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            head = stream.read(offset)
            count = int.from_bytes(head[4:8], "big")
            expected = min(count, MOST) * each
            content = stream.read(expected + 1)  # one byte more tells that there are more
    except (OSError, EOFError, zlib.error) as problem:
        raise invalid(f"MnistDataset: {path}", "", f"a file that cannot be read ({problem})", what) from problem
    values = np.frombuffer(content, np.uint8)
    if not 0 < count <= MOST or values.size != expected or len(head) != offset:
        raise ValidationError(
            f"MnistDataset: {path} is not {what}: it has {values.size}{' or more' if values.size > expected else ''}"
            f" bytes of data, its header says {count * each}. Get the file again."
        )
    return values.reshape(-1, SIDE, SIDE) if images else values


def _checked(path: Path, parts: Any) -> Any:
    """Images and labels of a file, if they are those."""
    where = f"MnistDataset, data_path: {path}"
    if not isinstance(parts, list) or [len(part) if isinstance(part, list) else 0 for part in parts] != [2, 2]:
        raise invalid(where, "", "an array of other parts", EXPECTED)
    for images, labels in parts:
        shapes: list[tuple[int, ...]] = [getattr(array, "shape", ()) for array in (images, labels)]
        if len(shapes[1]) != 1 or not shapes[0] or shapes[0][0] != shapes[1][0] or prod(shapes[0][1:]) != SIDE * SIDE:
            raise invalid(where, "", f"images of shape {shapes[0]} and labels of shape {shapes[1]}", EXPECTED)
    return _nested([array for part in parts for array in part])


def _nested(arrays: list[Any]) -> Any:
    """Return the arrays as an object array [[images, labels], [images, labels]]."""
    data = np.empty((2, 2), dtype=object)
    for k, array in enumerate(arrays):
        data[k // 2, k % 2] = array
    return data
