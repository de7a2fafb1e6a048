"""Types of the mapper's arrays."""

import numpy as np
from numpy.typing import NDArray

Index = NDArray[np.int32]
"""Numbers of neurons, compartments, cores or lists, of which there are many."""
Integers = NDArray[np.int64]
Numbers = NDArray[np.float64]
Records = NDArray[np.record]
"""Rows of one of the records of :mod:`loihi_emu.mapping.lists`."""
