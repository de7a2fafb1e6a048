"""Adapters between a host's processes and those on a chip: on one machine, ways for the same numbers.

Lava's own adapters belong to Intel's extension for hardware, which is not public; the names and arguments here are
those that public programs use.
"""

from lava_api.proc.embedded_io import spike, state

__all__ = ["spike", "state"]
