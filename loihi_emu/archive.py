"""Files of this package: one npz with named arrays, a JSON header, and a sum over both."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import ValidationError, invalid
from loihi_emu.writing import replacing

Arrays = dict[str, NDArray[Any]]


def write_archive(
    path: str | Path, kind: str, schema: int, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
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
    target = Path(path)
    if target.suffix != ".npz":
        target = target.with_name(target.name + ".npz")
    if not target.parent.is_dir():
        raise invalid(str(path), "", f"no folder {str(target.parent)!r}", "a path in a folder that exists")
    body = json.dumps({"kind": kind, "schema": schema, **header}, default=_plain).encode()
    content = {"header": np.frombuffer(body, np.uint8), **{f"array.{k}": a for k, a in arrays.items()}}
    content["sum"] = np.frombuffer(_digest(content), np.uint8)
    with replacing(target) as stream:
        np.savez_compressed(stream, **content)  # type: ignore[arg-type]
    return target


def read_archive(path: str | Path, kind: str, schema: int) -> tuple[dict[str, Any], Arrays]:
    """Read an archive whole and check that it is of the kind, undamaged, and not newer than `schema`.

    Raises
    ------
    ValidationError
        No such file, another kind of file, a damaged one, or one of a newer schema.
    """
    found = Path(path)
    if not found.exists() and found.with_name(found.name + ".npz").exists():
        found = found.with_name(found.name + ".npz")
    what = f"a whole file of kind {kind!r}"
    if not found.is_file():
        raise invalid(str(path), "", "no file" if not found.exists() else "a folder", what)
    try:
        with found.open("rb") as stream:
            if not zipfile.is_zipfile(stream):
                raise ValueError("not an npz file, or cut off")
            stream.seek(0)
            with np.load(stream, allow_pickle=False) as archive:
                content = {name: archive[name] for name in archive.files}
        header = json.loads(content["header"].tobytes())
    except Exception as problem:  # damaged archives raise errors of zipfile, zlib, struct, numpy: no common base
        reason = "no header" if isinstance(problem, KeyError) else problem
        text = f"{path}: got a file that cannot be read ({reason}), allowed is {what}."
        raise ValidationError(text, where=str(path)) from problem
    if not isinstance(header, dict) or header.get("kind") != kind:
        other = header.get("kind") if isinstance(header, dict) else None
        raise invalid(str(path), "", f"a file of kind {other!r}", what)
    if isinstance(header.get("schema"), int) and header["schema"] > schema:
        raise invalid(str(path), "schema", header["schema"], f"at most {schema}", "Update loihi_emu to read it.")
    given = content.pop("sum", np.zeros(0, np.uint8))
    if given.tobytes() != _digest(content):
        raise invalid(str(path), "", "damaged contents", what)
    del header["kind"], header["schema"], content["header"]
    return header, {name.removeprefix("array."): array for name, array in content.items()}


def _digest(content: Mapping[str, NDArray[Any]]) -> bytes:
    """Sum over names, forms and bytes of all members."""
    digest = hashlib.sha256()
    for name in sorted(content):
        array = np.ascontiguousarray(content[name])
        digest.update(f"{name} {array.dtype.str} {content[name].shape};".encode())
        digest.update(array.tobytes())
    return digest.digest()


def _plain(value: Any) -> Any:
    """What json cannot write as it is."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"cannot save {type(value).__name__}")
