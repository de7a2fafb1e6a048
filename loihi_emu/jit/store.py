"""Files of machine code: written whole, verified before anything in them is used, and cleared away when unused.

A file begins with a digest of the rest. Whatever fails it (a flipped bit, a file cut short, another program's file) is
thrown away, and what it held is compiled anew. Nothing here is ever needed: a folder that cannot be written, a full
disk, or a file of someone else's means that machine code is not kept, or not used.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import stat
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

MAGIC = b"loihi_emu machine code 1\n"
SUFFIX = ".code"
PARTIAL = ".partial"
KEPT_DAYS = 30
"""So long a file is kept that nothing used."""
KEPT_VERSIONS = 8
"""So many files of one kernel are kept, the last used ones: of other sources, processors, versions of Python."""
_DAY = 86400.0


@cache
def cache_folder() -> Path:
    """The folder of machine code: LOIHI_EMU_CACHE_DIR, else one in the user's cache folder."""
    home = os.environ.get("LOIHI_EMU_CACHE_DIR")
    if home:
        return Path(home)
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "loihi_emu"
    except RuntimeError:  # no home folder
        return private_folder()


@cache
def private_folder() -> Path:
    """A folder of this process alone, for machine code that cannot be kept elsewhere."""
    made = tempfile.TemporaryDirectory(prefix="loihi_emu-")
    atexit.register(made.cleanup)
    return Path(made.name)


@cache
def keeps() -> bool:
    """Whether machine code can be kept for later processes: whether files can be written into the folder."""
    try:
        cache_folder().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=cache_folder()):
            return True
    except OSError:
        return False


def exists(name: str) -> bool:
    """Whether there is a file."""
    return (cache_folder() / f"{name}{SUFFIX}").exists()


def read(name: str, folder: Path | None = None) -> bytes | None:
    """What a file holds; None when there is no such file, or it is not to be trusted.

    Parameters
    ----------
    name : str
        Without folder and suffix.
    folder : Path, optional
        Another folder than the cache.
    """
    path = (folder or cache_folder()) / f"{name}{SUFFIX}"
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if not _ours(status):
                return None
            data = file.read()
    except OSError:
        return None
    found = _checked(data)
    if found is None:
        with suppress(OSError):
            path.unlink()
    elif time.time() - status.st_mtime > _DAY:  # used: not to be cleared away
        with suppress(OSError):
            os.utime(path)
    return found


def write(name: str, contents: bytes, folder: Path | None = None) -> bool:
    """Keep something for later processes, whole or not at all; whether that was possible."""
    folder = folder or cache_folder()
    path, partial = folder / f"{name}{SUFFIX}", folder / f"{name}-{os.getpid()}-{os.urandom(4).hex()}{PARTIAL}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o644)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(MAGIC + hashlib.sha256(contents).digest() + contents)
            os.replace(partial, path)
        except BaseException:
            with suppress(OSError):
                partial.unlink()
            raise
    except OSError:
        return False
    return True


def _checked(data: bytes) -> bytes | None:
    """The contents of a file whose digest is right."""
    start = len(MAGIC) + 32
    contents = data[start:]
    fine = data.startswith(MAGIC) and hashlib.sha256(contents).digest() == data[len(MAGIC) : start]
    return contents if fine else None


def _ours(status: os.stat_result) -> bool:
    """Whether nobody but this user (or the system's administrator) can have written a file."""
    if not hasattr(os, "geteuid"):
        return True
    return status.st_uid in (os.geteuid(), 0) and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


# ---------------------------------------------------------------- clearing away
def clear(processes: Sequence[int], folder: Path | None = None) -> None:
    """Delete what processes that were killed had half written."""
    with suppress(OSError):
        for process in processes:
            for path in (folder or cache_folder()).glob(f"*-{process}-*{PARTIAL}"):
                _delete(path)


@cache
def prune_once() -> None:
    """Clear away, once in a process."""
    prune()


def prune(folder: Path | None = None, now: float | None = None) -> list[Path]:
    """Delete what nothing used for KEPT_DAYS, all but the last used KEPT_VERSIONS of each kernel, and leftovers.

    Files of other versions and installations that share the folder are used, and so kept. Returns what was deleted.
    """
    folder, now = folder or cache_folder(), time.time() if now is None else now
    with suppress(OSError):
        old = _unused(folder, now)
        return [path for path in old if _delete(path)]
    return []


def _unused(folder: Path, now: float) -> list[Path]:
    found: list[Path] = []
    versions: dict[str, list[tuple[float, Path]]] = {}
    for path in folder.iterdir():
        with suppress(OSError):
            status = path.stat()
            age = now - status.st_mtime
            if path.suffix == PARTIAL:  # its writer was killed
                found += [path] if age > _DAY / 24 else []
            elif path.suffix == SUFFIX:
                if age > KEPT_DAYS * _DAY:
                    found.append(path)
                else:
                    versions.setdefault(path.stem.rpartition("-")[0], []).append((status.st_mtime, path))
            elif path.is_dir() and _is_former(path):
                statuses = [within.stat() for within in path.iterdir()]
                last = max(status.st_mtime, *(max(s.st_mtime, s.st_atime) for s in statuses))
                if now - last > KEPT_DAYS * _DAY:
                    found += [*path.iterdir(), path]
    for files in versions.values():
        found += [path for _, path in sorted(files)[:-KEPT_VERSIONS]]
    return found


def _is_former(folder: Path) -> bool:
    """Whether a folder is one that earlier versions kept machine code in, and holds nothing else."""
    name = folder.name
    if len(name) != 16 or set(name) - set("0123456789abcdef"):
        return False
    return all(path.name.partition(".py")[2] and (".nb" in path.name) for path in folder.iterdir())


def _delete(path: Path) -> bool:
    try:
        path.rmdir() if path.is_dir() else path.unlink()
    except OSError:
        return False
    return True
