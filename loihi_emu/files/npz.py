"""Archives of arrays (npz) from anywhere: what they declare is checked before anything is unpacked.

Nothing in such a file is run or believed: no pickles, no objects, no array of another size than its archive says, no
archive that says more than its bytes can hold.
"""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import ValidationError, brief, invalid
from loihi_emu.files import foreign

Arrays = dict[str, NDArray[Any]]
RATIO = 1032
"""Deflate makes at most so many bytes of one."""
ROOM = 4096
"""Bytes of the head of an array's file, at most."""
PIECE = 1 << 20
LOCAL_HEADER = 30
_MAGIC = b"\x93NUMPY"
_HEAD = re.compile(
    r"\{'descr': '(?P<dtype>[<>|=][biuf](?:1|2|4|8))', 'fortran_order': (?P<fortran>True|False), "
    r"'shape': \((?P<shape>[0-9, ]{0,500})\), ?\} *\n?",
    re.ASCII,
)


class Damaged(ValueError):
    """An archive is not what it says; the text is for a message."""


@dataclass(frozen=True)
class Form:
    """What an array is, before it is unpacked: its type, its shape, and where its numbers begin in its file."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    fortran: bool = False
    start: int = 0

    @property
    def nbytes(self) -> int:
        """Bytes of the numbers."""
        return prod(self.shape) * self.dtype.itemsize

    def __str__(self) -> str:
        return f"{self.dtype} of {f'shape {self.shape}' if len(self.shape) <= 8 else f'{len(self.shape)} axes'}"


class Npz:
    """An open archive: the forms of its arrays, and the arrays one by one.

    Parameters
    ----------
    path : Path
        Of a file that is there.

    Attributes
    ----------
    path : Path
    forms : dict
        Name to :class:`Form`.

    Raises
    ------
    Damaged
        When what the archive declares cannot be true.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._archive = zipfile.ZipFile(path)
        try:
            self._members = _members(self._archive, path.stat().st_size)
            self.forms = {name: self._form(info) for name, info in self._members.items()}
        except BaseException:
            self._archive.close()
            raise

    def __enter__(self) -> Npz:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def read(self, name: str) -> NDArray[Any]:
        """Unpack one array; it has the form that was declared, byte order aside, or an error is raised."""
        form, info = self.forms[name], self._members[name]
        flat = np.empty(prod(form.shape), form.dtype)
        room = flat.view(np.uint8).data if flat.size else memoryview(b"")
        with self._archive.open(info) as stream:
            stream.read(form.start)
            done = 0
            while done < len(room):
                piece = stream.read(min(PIECE, len(room) - done))
                if not piece:
                    raise Damaged(f"array {name!r} is cut off")
                room[done : done + len(piece)] = piece
                done += len(piece)
            if stream.read(1):
                raise Damaged(f"array {name!r} is longer than it says")
        if form.dtype.kind == "b" and flat.size and flat.view(np.uint8).max() > 1:
            raise Damaged(f"array {name!r} has truth values that are none")
        return flat.reshape(form.shape, order="F" if form.fortran else "C")

    def _form(self, info: zipfile.ZipInfo) -> Form:
        """The form that a member's head declares, held against the member's size."""
        name = info.filename.removesuffix(".npy")
        with self._archive.open(info) as stream:
            begin = stream.read(len(_MAGIC) + 2)
            if begin[:-2] != _MAGIC or begin[-2:] not in (b"\x01\x00", b"\x02\x00", b"\x03\x00"):
                raise Damaged(f"{name!r} is no array")
            width = "<H" if begin[-2:] == b"\x01\x00" else "<I"
            counted = stream.read(struct.calcsize(width))
            if len(counted) < struct.calcsize(width):
                raise Damaged(f"array {name!r} is cut off")
            length = struct.unpack(width, counted)[0]
            if length > ROOM:
                raise Damaged(f"array {name!r} has a head of {length} bytes")
            head = _HEAD.fullmatch(stream.read(length).decode("latin1"))
        if head is None:
            raise Damaged(f"array {name!r} is not one of plain numbers")
        dtype = np.dtype(head["dtype"])
        shape = tuple(int(n) for n in head["shape"].replace(" ", "").split(",") if n)
        form = Form(dtype, shape, head["fortran"] == "True", len(begin) + len(counted) + length)
        if len(shape) > 32 or form.start + form.nbytes != info.file_size:
            raise Damaged(f"array {name!r} says {form}, its file has {info.file_size} bytes")
        return form


def _members(archive: zipfile.ZipFile, size: int) -> dict[str, zipfile.ZipInfo]:
    """The members by name, if their list can be true for a file of so many bytes."""
    found: dict[str, zipfile.ZipInfo] = {}
    end = 0
    for info in sorted(archive.infolist(), key=lambda info: info.header_offset):
        name = info.filename.removesuffix(".npy")
        if not info.filename.endswith(".npy") or name in found:
            raise Damaged(f"member {info.filename[:80]!r} {'twice' if name in found else 'is no array'}")
        if info.flag_bits & 1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Damaged(f"array {name!r} is locked, or packed in another way")
        most = info.compress_size * (RATIO if info.compress_type == zipfile.ZIP_DEFLATED else 1)
        if info.file_size > most:
            raise Damaged(
                f"array {name!r} says {info.file_size} bytes, of {info.compress_size} there cannot be as many"
            )
        if info.header_offset < end:
            raise Damaged(f"array {name!r} overlaps another")
        end = info.header_offset + LOCAL_HEADER + info.compress_size
        if end > size:
            raise Damaged(f"array {name!r} goes beyond the end of the file")
        found[name] = info
    return found


def reason(problem: BaseException) -> str:
    """What is wrong, in words; libraries put bytes of the file into theirs."""
    if isinstance(problem, Damaged):
        return str(problem)
    if isinstance(problem, MemoryError):
        return "it needs more memory than there is"
    return brief(str(problem)) or type(problem).__name__


def read_npz(path: str | Path, what: str, names: Iterable[str] = ()) -> Arrays:
    """Read all arrays of an npz file.

    Parameters
    ----------
    path : str or Path
    what : str
        What the file should be, for the message.
    names : iterable of str
        Arrays that must be there.

    Raises
    ------
    ValidationError
        No such file, another kind of file, or a damaged one.
    """
    found = Path(path)
    described, advice = foreign.describe(found)
    if not described.startswith("an npz file"):
        raise invalid(str(path), "", described, what, advice=advice)
    try:
        with Npz(found) as archive:
            arrays = {name: archive.read(name) for name in archive.forms}
    except Exception as problem:  # damaged archives raise errors of zipfile, zlib, struct, numpy: no common base
        text = f"{path}: got a file that cannot be read ({reason(problem)}), allowed is {what}."
        raise ValidationError(text, where=str(path)) from problem
    missing = [name for name in names if name not in arrays]
    if missing:
        raise invalid(str(path), missing[0], "no such array", what)
    return arrays
