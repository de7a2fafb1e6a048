"""Frames whose axes have names (xarray, data frames, named tensors): the names say which axis is time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

TIMES = {
    "time", "times", "t", "step", "steps", "timestep", "timesteps", "time_step", "time_steps", "timebin", "time_bin",
    "bin", "bins",
}  # fmt: skip
"""Names of an axis of time."""
SAMPLES = {"sample", "samples", "trial", "trials", "batch", "n", "example", "examples"}
"""Names of an axis of samples."""
LABELS = "Rows are steps, columns neurons: without labels, or with 0, 1, 2 ... for both."


def axis_names(values: Any) -> tuple[str, ...]:
    """Names of the axes of an array or a data frame that somebody gave; nothing where they have none of their own."""
    dims = getattr(values, "dims", None)
    if isinstance(dims, tuple):  # xarray
        given: list[Any] = [None if str(name) == f"dim_{k}" else name for k, name in enumerate(dims)]
    elif hasattr(values, "columns") and hasattr(values, "index"):  # a data frame
        given = [getattr(axis, "name", None) for axis in (values.index, values.columns)]
    else:  # a tensor
        given = list(names) if isinstance(names := getattr(values, "names", None), tuple) else []
    return tuple("" if name is None else str(name) for name in given) if any(name is not None for name in given) else ()


def time_first(values: Any, refuse: Callable[..., Exception]) -> Any:
    """The same frames with the axis of time first; as they are where axes have no names, or only the second has one.

    Raises
    ------
    ValidationError
        No axis, or several, named like time; an axis of an xarray whose labels are not 0, 1, 2 ...
    """
    names = axis_names(values)
    if len(names) < 2:
        return values
    timed, shown = _named(names, TIMES), _shown(names)
    if len(timed) > 1 or (not timed and names[0]):
        advice = 'One axis is named "time"; .to_numpy() or .rename(None) drop the names of (steps, neurons).'
        raise refuse(f"an array with axes ({shown})", advice)
    coords = getattr(values, "coords", {})
    for name in (name for name in names if name in coords):
        labels = np.asarray(coords[name])
        if labels.shape != (values.shape[names.index(name)],) or not np.array_equal(labels, np.arange(len(labels))):
            raise refuse(f"an array whose axis {name} has other labels than 0, 1, 2 ...", LABELS)
    if not timed or timed == [0]:
        return values
    if hasattr(values, "columns"):
        return values.T
    return _turned(values, [timed[0], *(k for k in range(len(names)) if k != timed[0])])


def samples_first(values: Any, has_time: bool, refuse: Callable[..., Exception]) -> Any:
    """The same samples with their axis first, then that of time (rates have none), as :func:`time_first`."""
    names = axis_names(values)
    if len(names) < 2 or (has_time and not names[0] and names[1].casefold() in TIMES):
        return values
    leading = [_named(names, words) for words in ((SAMPLES, TIMES) if has_time else (SAMPLES,))]
    if any(len(found) != 1 for found in leading):
        wanted = 'Name one "sample" and one "time"' if has_time else 'Name one "sample"'
        raise refuse(f"samples with axes ({_shown(names)})", f"{wanted}; .to_numpy() or .rename(None) drop the names.")
    first = [found[0] for found in leading]
    order = [*first, *(k for k in range(len(names)) if k not in first)]
    return values if order == list(range(len(names))) else _turned(values, order)


def _named(names: tuple[str, ...], words: set[str]) -> list[int]:
    return [k for k, name in enumerate(names) if name.casefold() in words]


def _shown(names: tuple[str, ...]) -> str:
    return ", ".join(name or "no name" for name in names)


def _turned(values: Any, order: list[int]) -> Any:
    """The axes of an xarray or a named tensor in another order."""
    if isinstance(getattr(values, "dims", None), tuple):
        return values.transpose(*(values.dims[k] for k in order))
    return values.rename(None).permute(*order)
