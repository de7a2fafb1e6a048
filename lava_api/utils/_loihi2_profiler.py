"""Measurements as callbacks of a run (``Loihi2HwCfg(callback_fxs=[...])``), by the names of programs for Loihi 2.

They measure this computer and count what the emulated chip did. What only a chip has (power, cores in use) is refused.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from lava_api.utils.profiler import EmulatorProfiler
from loihi_emu.errors import UnsupportedError

MICROSECONDS = 1e6


class _Logger(EmulatorProfiler):
    """A profiler that is given to the configuration as a callback."""

    def __init__(self) -> None:
        super().__init__(SimpleNamespace(callback_fxs=[]))


class Loihi2ExecutionTime(_Logger):
    """Times of this computer; all steps are covered, whatever the arguments."""

    def __init__(
        self, t_start: int = 1, t_end: int = 0, dt: int = 1, buffer_size: int = 1024, bin_size: int = 1, **other: Any
    ) -> None:
        super().__init__()

    @property
    def execution_time_per_step(self) -> Any:
        """Microseconds of each step: the mean of its run."""
        return self.execution_time * MICROSECONDS

    @property
    def avg_time_per_step(self) -> float:
        """Mean of microseconds per step."""
        times = self.execution_time_per_step
        return float(times.mean()) if times.size else 0.0


class Loihi2Activity(_Logger):
    """Counts of all steps, one value a process that sends (Loihi 2 counts by core)."""

    def __init__(self) -> None:
        super().__init__()
        self.activity_probe()

    @property
    def names(self) -> list[str]:
        """``process.port`` of each value."""
        return list(self.spikes)

    @property
    def axon_out(self) -> Any:
        """Spikes sent."""
        return np.array(list(self.spikes.values()), np.int64)

    @property
    def syn_ops(self) -> Any:
        """Synapses reached by them."""
        return np.array([counter.operations for counter in self._counters.values()], np.int64)


class Loihi2Memory(_Logger):
    """Bytes of variables, one value a process (Loihi 2 counts by core); see ``memory``."""

    def __init__(self) -> None:
        super().__init__()
        self.memory_probe()


class Loihi2Power(_Logger):
    """Refused: power cannot be measured without a chip."""

    def __init__(self, num_steps: int = 0, **other: Any) -> None:
        raise UnsupportedError("Loihi2Power: the power of a chip cannot be measured without one. Leave it out.")
