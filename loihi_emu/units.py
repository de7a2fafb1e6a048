"""Physical units, of which there are none on a chip: values that carry one are found, whatever package made them.

Also what is said to numbers in another tool's unit, which only their size gives away.
"""

from __future__ import annotations

from typing import Any

import numpy as np

IN_STEPS = "Time counts in whole steps: round(seconds / dt), with dt the seconds of a step."
NO_UNITS = "There are no units here: quantize() makes integers of floats, weights and thresholds together."
PLAIN = (int, float, bool, list, tuple, str, bytes, type(None))


def unit_of(values: Any) -> str | None:
    """The unit that a value, an array or the first entry of a list carries; None where there is none.

    Known by their attributes: quantities and neo, pint, astropy, Brian 2; and NumPy's and pandas' spans of time.

    Examples
    --------
    >>> unit_of([1, 2]), unit_of(np.timedelta64(5, "ms"))
    (None, 'ms')
    """
    if type(values) in (list, tuple):
        return unit_of(values[0]) if len(values) and type(values[0]) not in PLAIN else None
    if type(values) in PLAIN:
        return None
    dtype = getattr(values, "dtype", None)
    if isinstance(dtype, np.dtype) and dtype.kind in "mM":
        return "dates" if dtype.kind == "M" else np.datetime_data(dtype)[0]
    if type(values) is np.ndarray or isinstance(values, np.number):
        return None
    return _named(values)


def is_fraction(given: Any) -> bool:
    """Whether numbers are floats of at most 1, not all 0: whole by chance, such as 1.0 (volts), if whole at all.

    Examples
    --------
    >>> is_fraction(1.0), is_fraction(1), is_fraction([0.0, 20.0])
    (True, False, False)
    """
    if type(given) is int:
        return False
    array = np.asarray(given)
    return array.dtype.kind == "f" and array.size > 0 and 0 < float(np.abs(array).max()) <= 1


def _named(values: Any) -> str | None:
    """The unit of an object of a package for physical quantities."""
    if hasattr(values, "magnitude") or hasattr(values, "dimensionality"):  # quantities, neo, pint
        unit = getattr(values, "units", None)
        if getattr(values, "dimensionless", False):
            return None
        text = str(getattr(values, "dimensionality", unit)) if hasattr(values, "rescale") else str(unit)
    elif hasattr(values, "to_value") and hasattr(values, "unit"):  # astropy
        text = str(values.unit)
    elif hasattr(values, "has_same_dimensions") or hasattr(values, "get_best_unit"):  # Brian 2
        dimension = getattr(values, "dim", getattr(values, "dimensions", None))
        if getattr(dimension, "is_dimensionless", False):
            return None
        text = str(dimension)
    else:
        return None
    return None if text in ("dimensionless", "", "1", "1 dimensionless", "1.0 dimensionless") else text
