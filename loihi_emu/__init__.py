"""Spiking networks with the integer semantics of Intel's Loihi chips, bit for bit, on a CPU.

    from loihi_emu import Network, Emulator

Describe a :class:`Network`, run it with an :class:`Emulator`, read the :class:`Recording`. Importing this package
loads neither Numba nor matplotlib; they come with the first emulator and the first plot.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from loihi_emu import _checkout  # noqa: F401 (first: it makes a checkout importable)
from loihi_emu._version import __version__
from loihi_emu.chips.boards import Board
from loihi_emu.chips.chip import LOIHI1, LOIHI2, Chip
from loihi_emu.decay import decay_from_tau, tau_from_decay
from loihi_emu.errors import (
    ArgumentsError,
    FileError,
    LoihiEmuError,
    LoihiInputWarning,
    LoihiOverflowWarning,
    MappingError,
    MissingExtraError,
    OutOfMemoryError,
    SimulationError,
    UnknownArgumentError,
    UnknownNameError,
    UnsupportedError,
    ValidationError,
)
from loihi_emu.learning.rule import LearningRule, Trace
from loihi_emu.network.builders.all_to_all import all_to_all
from loihi_emu.network.builders.by_distance import by_distance
from loihi_emu.network.builders.distributions import lognormal, normal, uniform
from loihi_emu.network.builders.fixed_degree import fixed_in_degree, fixed_out_degree, fixed_total_number
from loihi_emu.network.builders.fixed_probability import fixed_probability
from loihi_emu.network.builders.one_to_one import one_to_one
from loihi_emu.network.conv2d import Conv2D
from loihi_emu.network.elements import Connection, Input, Noise, Population, Probe
from loihi_emu.network.network import Network
from loihi_emu.quantization.integers import quantize
from loihi_emu.quantization.physical import PhysicalUnits
from loihi_emu.recording.recording import Recording
from loihi_emu.recording.spikes import Spikes

if TYPE_CHECKING:
    from loihi_emu.calibration.agreement import Agreement
    from loihi_emu.calibration.calibrate import Calibrated, calibrate
    from loihi_emu.calibration.precision import Precision, search_precision
    from loihi_emu.calibration.report import CalibrationReport
    from loihi_emu.run.closed_loop import Seen
    from loihi_emu.run.emulator import Emulator
    from loihi_emu.run.sweeps import Sweep, sweep

__all__ = [
    "LOIHI1",
    "LOIHI2",
    "Agreement",
    "ArgumentsError",
    "Board",
    "Calibrated",
    "CalibrationReport",
    "Chip",
    "Connection",
    "Conv2D",
    "Emulator",
    "FileError",
    "Input",
    "LearningRule",
    "LoihiEmuError",
    "LoihiInputWarning",
    "LoihiOverflowWarning",
    "MappingError",
    "MissingExtraError",
    "Network",
    "Noise",
    "OutOfMemoryError",
    "PhysicalUnits",
    "Population",
    "Precision",
    "Probe",
    "Recording",
    "Seen",
    "SimulationError",
    "Spikes",
    "Sweep",
    "Trace",
    "UnknownArgumentError",
    "UnknownNameError",
    "UnsupportedError",
    "ValidationError",
    "__version__",
    "all_to_all",
    "by_distance",
    "calibrate",
    "decay_from_tau",
    "fixed_in_degree",
    "fixed_out_degree",
    "fixed_probability",
    "fixed_total_number",
    "lognormal",
    "normal",
    "one_to_one",
    "quantize",
    "search_precision",
    "sweep",
    "tau_from_decay",
    "uniform",
]


_LATER = {
    "Agreement": "loihi_emu.calibration.agreement",
    "Calibrated": "loihi_emu.calibration.calibrate",
    "CalibrationReport": "loihi_emu.calibration.report",
    "Emulator": "loihi_emu.run.emulator",
    "Precision": "loihi_emu.calibration.precision",
    "Seen": "loihi_emu.run.closed_loop",
    "Sweep": "loihi_emu.run.sweeps",
    "calibrate": "loihi_emu.calibration.calibrate",
    "search_precision": "loihi_emu.calibration.precision",
    "sweep": "loihi_emu.run.sweeps",
}
"""What is of the emulator, and where it is."""


def __getattr__(name: str) -> Any:
    """Import what needs Numba when it is first asked for."""
    if name in _LATER:
        return getattr(import_module(_LATER[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
