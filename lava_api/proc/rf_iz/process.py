"""Resonate-and-fire neurons with a reset."""

from __future__ import annotations

from lava_api.proc.rf.process import RF


class RF_IZ(RF):
    """Resonators that spike where ``im >= vth`` and are then set to ``re = 0`` and ``im`` just below the threshold.

    Parameters are those of :class:`~lava_api.proc.rf.process.RF`.
    """
