"""Every neuron to every neuron."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from loihi_emu.keywords import known_keywords
from loihi_emu.network.builders.builder import Builder, Drawn
from loihi_emu.network.builders.pairing import Integers, Pairing
from loihi_emu.numeric import flag
from loihi_emu.read_only import read_only


@read_only(advice="Make another.")
@dataclass(frozen=True)
class AllToAll(Builder):
    """See :func:`all_to_all`."""

    name: ClassVar[str] = "all_to_all"
    self_connections: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "self_connections", flag(self.name, "self_connections", self.self_connections))

    def number_known(self, pairing: Pairing) -> int:
        return pairing.sources * pairing.targets - int(np.count_nonzero(self.own_targets(pairing) >= 0))

    def counts(self, pairing: Pairing, ready: Any) -> Integers:
        return pairing.targets - (self.own_targets(pairing) >= 0).astype(np.int64)

    def rows(
        self, pairing: Pairing, ready: Any, sources: tuple[int, int], targets: tuple[int, int], room: int
    ) -> Drawn:
        own = self.own_targets(pairing)[sources[0] : sources[1]]
        low, high = targets
        found = np.tile(np.arange(low, high, dtype=np.int32), len(own)).reshape(len(own), -1)
        kept = found != own[:, None]
        return Drawn(sources[0], np.append(0, np.cumsum(kept.sum(axis=1))), found[kept])


@known_keywords
def all_to_all(*, self_connections: bool = True) -> Builder:
    """Connect every neuron of `pre` to every neuron of `post`.

    Parameters
    ----------
    self_connections : bool
        Whether a neuron is connected to itself (NEST's "allow_autapses").

    Examples
    --------
    >>> all_to_all(self_connections=False)
    AllToAll(self_connections=False)
    """
    return AllToAll(self_connections)
