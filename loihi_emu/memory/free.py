"""How much memory this process may still take: the least of the machine's, its limits and those of its control groups.

What cannot be found out on a system counts as no limit.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PROC, GROUPS = Path("/proc"), Path("/sys/fs/cgroup")
UNLIMITED = 1 << 60
"""Control groups of the first kind write a number about so large for no limit."""


class Free(NamedTuple):
    """Bytes that can be had, and by what they are limited."""

    bytes: int
    by: str


def free_memory() -> Free | None:
    """The least of all that is known, or None.

    Examples
    --------
    >>> found = free_memory()
    >>> found is None or found.bytes >= 0
    True
    """
    known = [*_by_limits(), *_by_groups(), *_by_machine()]
    if not known:
        return None
    least = min(known)
    return Free(max(least.bytes, 0), least.by)


# ------------------------------------------------------------ limits of the process
def _by_limits() -> Iterator[Free]:
    try:
        import resource
    except ImportError:
        return
    used = _numbers(PROC / "self" / "status")
    for name, taken, text in (
        ("RLIMIT_AS", "VmSize", "the limit of the address space (ulimit -v)"),
        ("RLIMIT_DATA", "VmData", "the limit of data (ulimit -d)"),
    ):
        if hasattr(resource, name) and taken in used:
            soft, _ = resource.getrlimit(getattr(resource, name))
            if soft != resource.RLIM_INFINITY:
                yield Free(soft - used[taken], text)


# ------------------------------------------------------------ control groups
def _by_groups() -> Iterator[Free]:
    for line in _lines(PROC / "self" / "cgroup"):
        _, controllers, path = [*line.split(":", 2), "", ""][:3]
        if not controllers:
            yield from _group(GROUPS, path, "memory.max", "memory.current", "inactive_file")
        elif "memory" in controllers.split(","):
            top = GROUPS / "memory"
            yield from _group(top, path, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")


def _group(top: Path, path: str, limit: str, taken: str, cached: str) -> Iterator[Free]:
    """The group and those that it lies in; in a container the path may be that of the host, and only `top` is there."""
    parts = [part for part in path.split("/") if part not in ("", "..")]
    for depth in range(len(parts), -1, -1):
        folder = top.joinpath(*parts[:depth])
        most, now = _number(folder / limit), _number(folder / taken)
        if most is not None and now is not None and most < UNLIMITED:
            given_back = _numbers(folder / "memory.stat", 1).get(cached, 0)
            yield Free(most - now + given_back, "the limit of its control group")


# ------------------------------------------------------------ the machine
def _by_machine() -> Iterator[Free]:
    if sys.platform == "win32":
        yield from _windows()
    elif sys.platform == "darwin":
        yield from _mac()
    else:
        known = _numbers(PROC / "meminfo")
        if "MemAvailable" in known:
            yield Free(known["MemAvailable"] + known.get("SwapFree", 0), "the machine")
        if _number(PROC / "sys" / "vm" / "overcommit_memory") == 2 and "CommitLimit" in known:
            yield Free(known["CommitLimit"] - known.get("Committed_AS", 0), "what the system promises")


def _windows() -> Iterator[Free]:
    names = ("total", "free", "total_page", "free_page", "total_virtual", "free_virtual", "extended")

    class Status(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ulong), ("load", ctypes.c_ulong), *((name, ctypes.c_uint64) for name in names)]

    status = Status()
    status.length = ctypes.sizeof(Status)
    windows = getattr(ctypes, "windll", None)
    if windows is not None and windows.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
        yield Free(status.free_page, "the machine")


def _mac() -> Iterator[Free]:
    """All memory of the machine, since macOS compresses and swaps what is not in use."""
    size, length = ctypes.c_uint64(0), ctypes.c_size_t(8)
    library = ctypes.CDLL(None)
    ask = getattr(library, "sysctlbyname", None)
    if ask is not None and ask(b"hw.memsize", ctypes.byref(size), ctypes.byref(length), None, ctypes.c_size_t(0)) == 0:
        yield Free(size.value, "the machine")


# ------------------------------------------------------------ files of the system
def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except (OSError, UnicodeDecodeError):
        return []


def _number(path: Path) -> int | None:
    """The number that a file consists of; None for "max"."""
    text = "".join(_lines(path)).strip()
    return int(text) if text.isdecimal() else None


def _numbers(path: Path, unit: int = 1024) -> dict[str, int]:
    """Bytes by name, of a file of lines "name: number kB"; other lines are left out."""
    found: dict[str, int] = {}
    for line in _lines(path):
        words = line.split()
        if len(words) >= 2 and words[1].isdecimal():
            found[words[0].rstrip(":")] = int(words[1]) * unit
    return found
