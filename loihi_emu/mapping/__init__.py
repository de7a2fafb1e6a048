"""Virtual chips and cores: where a network goes, whether it fits, and what it sends."""

from loihi_emu.mapping.estimate import Estimate
from loihi_emu.mapping.placement import Location, Placement

__all__ = ["Estimate", "Location", "Placement"]
