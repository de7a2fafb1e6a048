"""Kernel: the variables and ports of one process model, bound to leaves."""

from __future__ import annotations

from lava_api.magma.kernels.derived import Derived
from lava_api.magma.kernels.referable import Referable
from lava_api.magma.kernels.scheduled import Scheduled


class Kernel(Derived, Scheduled, Referable):
    """The spiking phase of one process as leaf calls on the arrays of its model.

    It has three sides: the runtime has it brought up to date (:class:`Derived`), the schedule asks for its messages and
    calls (:class:`Scheduled`), and other kernels refer to its variables (:class:`Referable`). What some kernels do
    besides are classes that these are too: see ``later_phases.py``, ``supply.py`` and ``outcome.py``, and what stands
    beside the three.
    """
