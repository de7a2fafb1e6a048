"""Measurements on the chip, by the name under which programs import them; there is no chip here to measure."""

from __future__ import annotations

from typing import Any

from lava_api.magma.core.run_configs import RunConfig


class Profiler:
    """Time and energy of a run on Loihi; Lava has it for boards alone, so :meth:`init` refuses every configuration."""

    @staticmethod
    def init(run_cfg: RunConfig) -> Any:
        """Refuse, as Lava does for every configuration but those of a board.

        Raises
        ------
        TypeError
            When `run_cfg` is no run configuration.
        NotImplementedError
            Otherwise: the emulator takes other times than the chip, and no energy of its own.
        """
        if not isinstance(run_cfg, RunConfig):
            raise TypeError(f"Profiler.init: got {run_cfg!r}, allowed is an instance of RunConfig.")
        raise NotImplementedError(
            f"There is no Profiler for {type(run_cfg).__name__}: times and energies are those of a board, and none is"
            " used. The counters of a loihi_emu.Recording estimate what a chip would do; time.perf_counter() measures"
            " this computer."
        )
