"""Energy and time that a recorded run would take on the chips: numbers, bounds, and what they rest on."""

from loihi_emu.mapping.estimate.estimator import estimate_of
from loihi_emu.mapping.estimate.result import Estimate

__all__ = ["Estimate", "estimate_of"]
