"""Files of this package: one npz with named arrays, a JSON header, and a sum over both."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from errno import EIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import FileError, LoihiEmuError, OutOfMemoryError, ValidationError, invalid
from loihi_emu.files import foreign
from loihi_emu.files.npz import Arrays, Form, Npz, reason
from loihi_emu.files.npz_writing import pieces, write_npz
from loihi_emu.files.writing import replacing
from loihi_emu.memory.room import room_for
from loihi_emu.recording.columns import Column

READERS = {
    "loihi_emu checkpoint": "Emulator(network).restore() reads it.",
    "loihi_emu network": "Network.load() reads it.",
    "loihi_emu recording": "Recording.load() reads it.",
}
"""Kinds of files, and what reads each."""
HEADER_BYTES = 1 << 28
"""Bytes of a header, at most."""
HEADER_PARTS = 1 << 22
"""Lists and tables in a header, at most."""
LONGEST_NAME = 250
"""Bytes of a file's or a folder's name, at most: file systems take 255, and the ending comes to it."""
NAME = "array."

Forms = Mapping[str, Form]


def write_archive(
    path: str | Path, kind: str, schema: int, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any] | Column]
) -> Path:
    """Write an archive; ".npz" is added to the path when it is missing. An old file stays until the new one is whole.

    Parameters
    ----------
    path : str or Path
    kind, schema : str, int
        What it is, and the version of its form.
    header : dict
        Whatever JSON can hold; NumPy numbers and arrays become plain ones.
    arrays : dict

    Returns
    -------
    Path
        Of the file.
    """
    target = path_of(path)
    if target.name == "..":
        raise invalid(str(path), "", "a folder", "the name of a file")
    if target.suffix != ".npz":
        target = target.with_name(target.name + ".npz")
    if not target.parent.is_dir():
        raise invalid(str(path), "", f"no folder {str(target.parent)!r}", "a path in a folder that exists")
    if target.is_dir():
        raise invalid(str(path), "", f"a folder {str(target)!r}", "the name of a file")
    body = json.dumps({"kind": kind, "schema": schema, **header}, default=_plain).encode()
    if len(body) > HEADER_BYTES:
        given = f"a description of {len(body)} bytes beside the arrays"
        raise invalid(str(path), "", given, f"at most {HEADER_BYTES}", advice="Make fewer and larger populations.")
    content: dict[str, NDArray[Any] | Column] = {"header": np.frombuffer(body, np.uint8)}
    content |= {f"{NAME}{k}": a for k, a in arrays.items()}
    content["sum"] = np.frombuffer(_digest(content), np.uint8)
    try:
        with replacing(target) as stream:
            write_npz(stream, content)
    except OSError as problem:
        raise FileError(problem.errno or EIO, problem.strerror or str(problem), str(target)) from problem
    return target


class Archive:
    """An open file of this package: its header, the forms of its arrays, and the arrays themselves.

    Attributes
    ----------
    path : str
        As it was given, for messages.
    header : dict
        Without kind and schema.
    forms : dict
        Name to the form of the array, known before anything is unpacked.
    """

    def __init__(self, path: str, npz: Npz, kind: str, schema: int) -> None:
        self.path, self._npz = path, npz
        self._what = f"a whole file of kind {kind!r}"
        self._content: Arrays = {}
        self._others = foreign.describe(npz.path)[0]
        self.header = self._header(kind, schema)
        others = [name for name in npz.forms if name not in ("header", "sum") and not name.startswith(NAME)]
        if others:
            raise invalid(path, others[0], "an array that no such file has", self._what)
        if npz.forms["sum"].shape != (hashlib.sha256().digest_size,) or npz.forms["sum"].dtype != np.uint8:
            raise invalid(path, "sum", str(npz.forms["sum"]), self._what)
        self.forms: Forms = {name.removeprefix(NAME): f for name, f in npz.forms.items() if name.startswith(NAME)}

    def _header(self, kind: str, schema: int) -> dict[str, Any]:
        for name in ("header", "sum"):
            if name not in self._npz.forms:
                given = self._others if name == "header" else "a file without a sum"
                raise invalid(self.path, "", given, self._what)
        form = self._npz.forms["header"]
        if form.nbytes > HEADER_BYTES or form.dtype != np.uint8 or len(form.shape) != 1:
            raise invalid(self.path, "header", str(form), self._what)
        body = self._read("header").tobytes()
        if body.count(b"[") + body.count(b"{") > HEADER_PARTS:
            raise invalid(self.path, "header", "millions of lists", self._what)
        try:
            header = json.loads(body)
        except (ValueError, RecursionError) as problem:
            raise invalid(self.path, "header", "a text that is not JSON", self._what) from problem
        found = header.pop("kind", None) if isinstance(header, dict) else None
        if found != kind:
            advice = READERS.get(found, "") if isinstance(found, str) else ""
            raise invalid(self.path, "", f"a file of kind {str(found)[:60]!r}", self._what, advice=advice)
        number = header.pop("schema", None)
        if type(number) is not int or number < 1:
            raise invalid(self.path, "schema", repr(number)[:60], f"a number from 1 to {schema}")
        if number > schema:
            raise invalid(self.path, "schema", number, f"at most {schema}", advice="Update loihi_emu to read it.")
        return dict(header)

    def expect(self, name: str, shape: tuple[int, ...] | None, *dtypes: Any) -> Form:
        """Check the form of an array that must be there; a shape of None is any with one axis.

        Raises
        ------
        ValidationError
            Missing, of another type, or of another shape.
        """
        form = self.forms.get(name)
        allowed = " or ".join(str(np.dtype(d)) for d in dtypes)
        allowed += " of one axis" if shape is None else f" of shape {shape}"
        if form is None:
            raise invalid(self.path, f"array {name}", "nothing", allowed)
        fits = len(form.shape) == 1 if shape is None else form.shape == shape
        if not fits or form.dtype.newbyteorder("=") not in [np.dtype(d) for d in dtypes]:
            raise invalid(self.path, f"array {name}", str(form), allowed)
        return form

    def only(self, names: Any) -> None:
        """Check that there are no arrays but these."""
        known = set(names)
        for name in self.forms:
            if name not in known:
                raise invalid(self.path, f"array {name}", "an array that no such file has", self._what)

    def __getitem__(self, name: str) -> NDArray[Any]:
        """An array, unpacked when it is first asked for, in this machine's byte order; not to be changed."""
        array = self._read(NAME + name)
        return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))

    def verify(self) -> None:
        """Unpack what is left and check the sum over all.

        Raises
        ------
        ValidationError
            Something was changed.
        """
        left = {name: form.nbytes for name, form in self._npz.forms.items() if name not in self._content}
        room_for(self.path, {f"array {name}": size for name, size in left.items()})
        for name in left:
            self._read(name)
        given = self._content["sum"].tobytes()
        if given != _digest({name: array for name, array in self._content.items() if name != "sum"}):
            raise invalid(self.path, "", "damaged contents", self._what)

    def _read(self, name: str) -> NDArray[Any]:
        if name not in self._content:
            with _in_words(self.path, self._what):
                self._content[name] = self._npz.read(name)
        return self._content[name]

    def arrays(self) -> Arrays:
        """All arrays, after the sum was checked."""
        self.verify()
        return {name: self[name] for name in self.forms}


@contextmanager
def open_archive(path: str | Path, kind: str, schema: int) -> Iterator[Archive]:
    """Open a file of one kind, undamaged as far as its list of arrays says, and not newer than `schema`.

    Raises
    ------
    ValidationError
        No such file, another kind of file, a damaged one, or one of a newer schema.
    """
    found = path_of(path)
    if foreign.describe(found)[0] == foreign.NONE and found.with_name(found.name + ".npz").is_file():
        found = found.with_name(found.name + ".npz")
    what = f"a whole file of kind {kind!r}"
    described, advice = foreign.describe(found)
    if not described.startswith("an npz file"):
        raise invalid(str(path), "", described, what, advice=advice)
    with _in_words(str(path), what):
        npz = Npz(found)
    with npz:
        yield Archive(str(path), npz, kind, schema)


@contextmanager
def _in_words(path: str, what: str) -> Iterator[None]:
    """Say in words what damaged archives raise: errors of zipfile, zlib, struct and numpy have no common base."""
    try:
        yield
    except OutOfMemoryError:
        raise
    except Exception as problem:
        text = f"{path}: got a file that cannot be read ({reason(problem)}), allowed is {what}."
        raise ValidationError(text, where=path) from problem


@contextmanager
def naming(path: str | Path) -> Iterator[None]:
    """Errors about what a file describes name the file."""
    try:
        yield
    except LoihiEmuError as problem:
        if isinstance(problem, OutOfMemoryError):
            raise
        if isinstance(problem, ValidationError) and str(problem).startswith(str(path)):
            raise
        raise ValidationError(f"{path}: {problem}", where=str(path)) from problem


def path_of(path: object) -> Path:
    """A path from what was given."""
    try:
        found = Path(path)  # type: ignore[arg-type]
    except TypeError:
        raise invalid("path", "", repr(path), "a text or a pathlib.Path") from None
    try:
        length = max((len(os.fsencode(part)) for part in found.parts), default=0)
    except UnicodeEncodeError:
        length = 0
    if not found.name or not length or "\x00" in str(found):
        raise invalid(repr(str(path)), "", "no name of a file", "a path such as run.npz")
    if length > LONGEST_NAME:
        raise invalid(repr(str(path)), "", f"a name of {length} bytes", f"names of at most {LONGEST_NAME}")
    return found


def _digest(content: Mapping[str, NDArray[Any] | Column]) -> bytes:
    """Sum over names, forms and bytes of all members."""
    digest = hashlib.sha256()
    for name in sorted(content):
        digest.update(f"{name} {content[name].dtype.str} {content[name].shape};".encode())
        for piece in pieces(content[name]):
            digest.update(piece)
    return digest.digest()


def _plain(value: Any) -> Any:
    """What json cannot write as it is."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"cannot save {type(value).__name__}")
