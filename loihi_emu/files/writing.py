"""Files are written whole or not at all: under a name of their own beside the target, to the disk, then renamed."""

from __future__ import annotations

import hashlib
import itertools
import os
import platform
import re
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

OLD = 7 * 24 * 3600.0
"""Seconds after which a temporary file that nobody has written to belongs to nobody."""
KEPT = 120
"""Bytes of the target's name in the temporary one: names have 255 at most."""

_TEMPORARY = re.compile(r"\..*\.loihi-(?P<place>[0-9a-f]{12})-(?P<process>[0-9]{1,10})-[0-9]+\.part")
_numbers = itertools.count()


@contextmanager
def replacing(path: str | Path) -> Iterator[BinaryIO]:
    """A stream whose contents become the file `path` when the block ends; until then, and if it fails, the old stays.

    Every call has a temporary file of its own in the target's folder, so that threads, processes and hosts that write
    the same name each write a whole file, and the last one stays. Contents are on the disk before the name changes.
    What killed processes of this machine left in the folder is removed. A link is followed: the file behind it changes.

    Parameters
    ----------
    path : str or Path
        Of the file; its folder must exist. Something that is no file, such as /dev/stdout, is written to directly.

    Raises
    ------
    OSError
        The file cannot be written: no such folder, no permission, no room.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with replacing(Path(folder) / "a.txt") as stream:
    ...         _ = stream.write(b"all of it")
    ...     [p.name for p in Path(folder).iterdir()]
    ['a.txt']
    """
    target = Path(os.path.realpath(path))
    mode = _mode(target)
    if mode is not None and not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        with target.open("wb") as stream:
            yield stream
        return
    if mode is not None and stat.S_ISDIR(mode):
        raise IsADirectoryError(21, "a folder, not a file", str(path))
    clean(target.parent)
    part, opened = _opened(target, path)
    try:
        with opened as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        if mode is not None:
            with suppress(OSError):  # a file of somebody else's
                part.chmod(stat.S_IMODE(mode))
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    _flush_folder(target.parent)


def clean(folder: Path) -> None:
    """Remove temporary files that killed processes left: of this machine at once, of others when they are old."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            found = _TEMPORARY.fullmatch(entry.name)
            if found is None:
                continue
            here = found["place"] == _place()
            with suppress(OSError):
                if (here and not _alive(int(found["process"]))) or time.time() - entry.stat().st_mtime > OLD:
                    os.unlink(entry.path)


def write_figure(figure: Any, path: str | Path, **options: Any) -> Path:
    """Write a matplotlib figure in the format of the path's ending; ".png" is added where there is none."""
    target = Path(path)
    if not target.suffix:
        target = target.with_name(target.name + ".png")
    with replacing(target) as stream:
        figure.savefig(stream, format=target.suffix[1:], **options)
    return target


def _opened(target: Path, path: str | Path) -> tuple[Path, BinaryIO]:
    """A new hidden file beside the target; its name tells the machine and the process that writes."""
    short = os.fsdecode(os.fsencode(target.name)[:KEPT])
    while True:
        part = target.with_name(f".{short}.loihi-{_place()}-{os.getpid()}-{next(_numbers)}.part")
        try:
            return part, part.open("xb")
        except FileExistsError:  # of an earlier process with the same number
            continue
        except OSError as problem:
            raise OSError(problem.errno, problem.strerror, str(path)) from problem


@cache
def _place() -> str:
    """Where numbers of processes mean the same: this machine since it was started, and this container."""
    parts = [platform.node()]
    with suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text())
    with suppress(OSError):
        parts.append(os.readlink("/proc/self/ns/pid"))
    return hashlib.sha256("\n".join(parts).encode(errors="surrogateescape")).hexdigest()[:12]


def _alive(process: int) -> bool:
    """Whether a process may be running on this machine."""
    if os.name != "posix":  # there, asking would end it
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _mode(target: Path) -> int | None:
    try:
        return target.stat().st_mode
    except OSError:
        return None


def _flush_folder(folder: Path) -> None:
    """Bring the new name to the disk; where folders cannot be opened, the system does it."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
