"""Figures of what a network did: spike rasters, traces of u and v, weight matrices, confusion matrices, learning.

And of where it is on virtual chips: maps of cores, matrices of messages.

Every function takes a recording or plain arrays and an ``ax=``, draws into it, and returns the axes. Without ``ax``
it opens a new figure with ``matplotlib.pyplot``; with ``ax`` it never touches pyplot, so it works on a bare
``matplotlib.figure.Figure`` too. Nothing here shows a window or changes a setting: colours, fonts and sizes are those
of ``matplotlib.rcParams``. matplotlib itself is imported when the first plot is made, not with this package.
"""

from loihi_emu.plots._confusion import confusion
from loihi_emu.plots._core_map import core_map
from loihi_emu.plots._precision import precision
from loihi_emu.plots._raster import raster
from loihi_emu.plots._traces import traces
from loihi_emu.plots._traffic import traffic
from loihi_emu.plots._weights import weights
from loihi_emu.plots.learned import learning_window, weight_change, weight_history

__all__ = [
    "confusion",
    "core_map",
    "learning_window",
    "precision",
    "raster",
    "traces",
    "traffic",
    "weight_change",
    "weight_history",
    "weights",
]
