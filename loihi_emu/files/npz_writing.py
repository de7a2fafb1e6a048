"""Arrays into a compressed npz, piece by piece: what lies in pieces is not joined for it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from loihi_emu.recording.columns import Column

PIECE_BYTES = 1 << 22


def write_npz(stream: BinaryIO, content: Mapping[str, NDArray[Any] | Column]) -> None:
    """Write arrays and columns as ``numpy.savez_compressed`` writes arrays."""
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        for name, values in content.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                descr = np.lib.format.dtype_to_descr(values.dtype)
                header = {"descr": descr, "fortran_order": False, "shape": values.shape}
                np.lib.format.write_array_header_1_0(member, header)
                for piece in pieces(values):
                    member.write(piece)


def pieces(values: NDArray[Any] | Column) -> Iterator[memoryview]:
    """The bytes of an array or a column in C order."""
    for array in values.arrays() if isinstance(values, Column) else (values,):
        flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
        for start in range(0, len(flat), PIECE_BYTES):
            yield flat[start : start + PIECE_BYTES].data
