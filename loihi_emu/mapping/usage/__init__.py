"""What an assignment takes of every core, counted exactly, and whether that is within all limits."""

from loihi_emu.mapping.usage.all_cores import add_fanout, measure_all
from loihi_emu.mapping.usage.cores import CoreUsage, core_usage
from loihi_emu.mapping.usage.within import conflict_of, excess_of, excess_of_chips, within_limits

__all__ = [
    "CoreUsage", "add_fanout", "conflict_of", "core_usage", "excess_of", "excess_of_chips", "measure_all",
    "within_limits",
]  # fmt: skip
