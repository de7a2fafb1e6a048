"""Which kind of learner a connection gets under the chip's rules."""

from __future__ import annotations

from loihi_emu.image.learner import Learner
from loihi_emu.image.plasticity import Plastic
from loihi_emu.image.plasticity_conv import PlasticConv
from loihi_emu.image.projections import SourceView
from loihi_emu.image.target_rings import TargetRing
from loihi_emu.network.elements import Connection
from loihi_emu.network.network import Network


def chip_learner(
    c: Connection, number: int, source: SourceView, first: int, ring: TargetRing, target: int, network: Network,
    targets: slice | None = None,
) -> Learner:  # fmt: skip
    """The learner of a connection; parameters as of :class:`loihi_emu.image.learner.Learner`."""
    made = PlasticConv if c.kind == "conv" else Plastic
    return made(c, number, source, first, ring, target, network, targets)
