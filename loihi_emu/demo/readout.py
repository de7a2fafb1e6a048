"""The network's answer: the digit whose output neuron spiked most."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def decide(counts: ArrayLike, voltages: ArrayLike) -> NDArray[np.int64]:
    """Read digits from spike counts.

    The most spikes win. Among equal counts the neuron with the higher voltage after the last step wins (it is nearest
    to its next spike); among equal voltages too, the smaller digit.

    Parameters
    ----------
    counts : array_like of int, shape (n, classes)
        Spikes of each output neuron over the whole window.
    voltages : array_like, shape (n, classes)
        Voltage v of each output neuron after the last step, in any unit.

    Returns
    -------
    ndarray of int64, shape (n,)
        The digit, 0..classes - 1.

    Examples
    --------
    >>> decide([[0, 3, 3], [5, 1, 0]], [[9, 1, 2], [0, 0, 0]]).tolist()
    [2, 0]
    """
    spikes = np.asarray(counts)
    most = spikes == spikes.max(axis=1, keepdims=True)
    level = np.where(most, np.asarray(voltages, dtype=np.float64), -np.inf)
    return np.asarray(level.argmax(axis=1), dtype=np.int64)
