"""What a file is, by its first bytes, so that an error can name it and say what reads it."""

from __future__ import annotations

import codecs
import os
import stat
import zipfile
from contextlib import suppress
from pathlib import Path

LOOKED_AT = 4096
NONE = "no file"
HDF5 = b"\x89HDF\r\n\x1a\n"
HDF5_STARTS = (0, 512, 1024, 2048)
STREAM = b"\x89loihi_emu rec"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\x93NUMPY", "a single NumPy array (npy)"),
    (b"\x1f\x8b", "a gzip file"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ\x00", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"RIFF", "a RIFF file (sound or picture)"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x7fELF", "a program"),
    (b"MATLAB 5.0", "a MATLAB file"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"version https://git-lfs", "a Git LFS pointer, not the file that it stands for"),
)
ADVICE = {
    ".net": "A network of lava-dl: Network.from_net reads it, netx.hdf5.Network in Lava programs.",
    ".nir": "It looks like a NIR graph: Network.from_nir reads .nir files.",
}
PROGRAMS = (
    "a Python script", "a text file", "a JSON text", "a zip archive", "an empty file", "a file of unknown form",
)  # fmt: skip
"""Kinds of files that may be programs for Python: archives with a ``__main__``, and texts in any encoding."""
PICKLE = "Pickles are never opened: they can run any code."


def describe(path: Path) -> tuple[str, str]:
    """Say what a file is, and what to do with it.

    Returns
    -------
    what, advice : str
        Such as ``"an empty file"``; the advice is empty where there is none.

    Examples
    --------
    >>> describe(Path("/nowhere/x.npz"))
    ('no file', '')
    """
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return NONE, ""
    except (OSError, ValueError) as problem:
        return f"a path that cannot be used ({_reason(problem)})", ""
    if stat.S_ISDIR(mode):
        return "a folder", ""
    if not stat.S_ISREG(mode):
        return "something that is no file", ""
    try:
        with path.open("rb") as stream:
            start = stream.read(LOOKED_AT)
    except OSError as problem:
        return f"a file that cannot be opened ({_reason(problem)})", ""
    return _by_start(path, start)


def _by_start(path: Path, start: bytes) -> tuple[str, str]:
    """The same from the first bytes."""
    if not start:
        return "an empty file", ""
    if any(start[at : at + len(HDF5)] == HDF5 for at in HDF5_STARTS):
        return "an HDF5 file", ADVICE.get(path.suffix.lower(), "HDF5 files cannot be read.")
    if start.startswith(ZIP):
        return _zip(path)
    if start.startswith(STREAM):
        return "a recording that run(to=...) wrote", "Recording.load() reads it."
    for beginning, what in STARTS:
        if start.startswith(beginning):
            return what, ""
    if start[257:262] == b"ustar":
        return "a tar archive", ""
    if start[0] == 0x80 and start[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return "a pickle", PICKLE
    if not start.strip(b"\x00"):
        return "a file of zeros", ""
    return _text(path, start), ""


def _zip(path: Path) -> tuple[str, str]:
    """What a zip archive is."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return "the beginning of an archive (npz), cut off or damaged", "Copy the file again."
    if any(name.endswith("data.pkl") for name in names):
        return "a PyTorch file", PICKLE
    if names and (all(name.endswith(".npy") for name in names) or "header.npy" in names):
        shown = ", ".join(name.removesuffix(".npy")[:40] for name in names[:3])
        return f"an npz file of other arrays ({shown}{', ...' if len(names) > 3 else ''})", ""
    return "a zip archive", ""


def _text(path: Path, start: bytes) -> str:
    """Whether it is a text, and which."""
    with suppress(UnicodeDecodeError):
        text = codecs.getincrementaldecoder("utf-8")().decode(start, final=len(start) < LOOKED_AT)
        if "\x00" not in text:
            if path.suffix == ".py":
                return "a Python script"
            return "a JSON text" if text.lstrip()[:1] in ("{", "[") else "a text file"
    return "a file of unknown form"


def _reason(problem: Exception) -> str:
    return str(getattr(problem, "strerror", None) or problem)
