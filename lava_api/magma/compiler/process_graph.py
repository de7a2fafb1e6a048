"""The graph of a program: which model runs each process, and what is connected to what.

It holds no state and no Python models; :mod:`~lava_api.magma.compiler.assembly` builds what runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lava_api.magma.core.sync.domain import SyncDomain

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lava_api.magma.core.process.ports.ports import InPort, OutPort, RefPort
    from lava_api.magma.core.process.process import AbstractProcess
    from lava_api.magma.core.process.variable import Var


CAPACITY = "pypy_channel_size"
"""Option of Lava's compiler for the messages that a channel holds."""
KERNELS = "kernels"
"""Option for whether stock models run compiled; not in Lava."""
THREADS = "threads"
"""Option for how many threads run what is compiled; not in Lava."""


@dataclass(frozen=True)
class LeafProcess:
    """A process that is not made of others, and the class of the model that runs it."""

    process: AbstractProcess
    model_class: Any


@dataclass(frozen=True, eq=False)
class Link:
    """A way for messages between ports of leaf processes.

    In the shape of `target`, `index` is the flat index of each element in `source`, -1 for none (it belongs to another
    part of a concatenation). None: both orders are equal, and so are the shapes.
    """

    source: OutPort
    target: InPort
    index: NDArray[np.int64] | None = None


@dataclass(frozen=True, eq=False)
class Reference:
    """A way to a variable of a leaf process; `index` is in the shape of `var`, as in :class:`Link`."""

    port: RefPort
    var: Var
    index: NDArray[np.int64] | None = None


@dataclass(frozen=True)
class ProcessGraph:
    """Leaves in order of creation, what connects them, and which of them run in step.

    Links and references are in order of creation of their first process, and of their connection.
    """

    leaves: tuple[LeafProcess, ...]
    links: tuple[Link, ...]
    references: tuple[Reference, ...]
    domains: tuple[SyncDomain, ...]  # every leaf process is in one
    options: dict[str, Any]
