"""Which processes belong together, by Lava's name."""

from __future__ import annotations

from typing import Any

from lava_api.magma.compiler.graph import connected


def find_processes(proc: Any, seen_procs: list[Any] | None = None) -> list[Any]:
    """Return a process and all that are connected to it, in order of creation.

    Processes that are known are returned too, first, and not followed.
    """
    known = list(seen_procs or ())
    return [*known, *connected(proc, set(known))]
