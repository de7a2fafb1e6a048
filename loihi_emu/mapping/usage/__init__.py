"""What an assignment takes of every core, counted exactly, and whether that is within all limits."""

from loihi_emu.mapping.usage.all_cores import add_fanout, measure_all
from loihi_emu.mapping.usage.cores import CoreUsage, core_usage
from loihi_emu.mapping.usage.within import (
    chips_suffice,
    chips_there,
    conflict_of,
    excess_of,
    synapses_by_chip,
    within_limits,
)

__all__ = [
    "CoreUsage", "add_fanout", "chips_suffice", "chips_there", "conflict_of", "core_usage", "excess_of", "measure_all",
    "synapses_by_chip", "within_limits",
]  # fmt: skip
