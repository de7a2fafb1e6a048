"""What a .net file says, as lava-dl's programs ask for it; and weights as synapses of the chip hold them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import IntEnum, unique
from pathlib import Path
from typing import Any

import numpy as np

from loihi_emu.errors import UnsupportedError, invalid, unknown
from loihi_emu.exchange.net.reading import read_tree
from loihi_emu.exchange.net.sets import LONGEST_DELAY, fitting, shift_of
from loihi_emu.exchange.notes import Notes
from loihi_emu.user_warnings import warn

INTEGERS = ("weight", "weight_rec", "bias", "real", "imag")
"""Sets that are handed out as integers, as lava-dl does."""


@unique
class SYNAPSE_SIGN_MODE(IntEnum):
    """Signs of weights: both, none negative, all negative."""

    MIXED = 1
    EXCITATORY = 2
    INHIBITORY = 3


class NetDict(Mapping[Any, Any]):
    """A .net file, or a group of it, like a dict; layers have whole numbers as keys.

    Parameters
    ----------
    filename : str, optional
        The file.
    mode : str
        "r": files are only read.
    f : mapping, optional
        A group that was read already, instead of a file.

    Examples
    --------
    >>> layer = NetDict(f={"type": "dense", "weight": np.ones((2, 3))})
    >>> layer["type"], layer["weight"].dtype
    ('dense', dtype('int64'))
    """

    def __init__(self, filename: str | Path | None = None, mode: str = "r", f: Any = None) -> None:
        if mode != "r":
            raise invalid(
                "NetDict", "mode", repr(mode), '"r"', advice="loihi_emu.exchange.write_net writes .net files."
            )
        if f is None and filename is None:
            raise invalid("NetDict", "filename", "neither a file nor a group", "one of them")
        self.f: Any = read_tree(filename) if f is None and filename is not None else f

    def __len__(self) -> int:
        return len(self.f)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.f)

    def __contains__(self, key: object) -> bool:
        try:
            self[key]
        except KeyError:
            return False
        return True

    def __getitem__(self, key: Any) -> Any:
        found = self.f
        parts = str(key).split("/")
        for part in parts:
            if not isinstance(found, Mapping) or part not in found:
                raise unknown("entry", key, [str(k) for k in self.f], where="NetDict")
            found = found[part]
        if isinstance(found, Mapping):
            return NetDict(f=found)
        value = found[()] if hasattr(found, "shape") else found  # of h5py's data sets the array
        if isinstance(value, np.ndarray) and value.dtype.kind in "OSU" and value.size == 1:
            value = value.reshape(-1)[0]
        if isinstance(value, bytes):
            return value.decode("ascii", "replace")
        return np.array(value).astype(int) if parts[-1] in INTEGERS else value

    def __setitem__(self, key: Any, value: Any) -> None:
        raise UnsupportedError("NetDict: files are only read. loihi_emu.exchange.write_net writes .net files.")


def optimize_weight_bits(weight: Any) -> tuple[Any, int, int, SYNAPSE_SIGN_MODE]:
    """Weights as large mantissas as they can be, with an exponent that makes up for it.

    Parameters
    ----------
    weight : array of int
        Weights of -256 to 254; those beyond are cut, with a warning.

    Returns
    -------
    weight : array of int
        Shifted to the left by ``-weight_exponent``.
    num_weight_bits, weight_exponent : int
    sign_mode : SYNAPSE_SIGN_MODE

    Examples
    --------
    >>> import numpy as np
    >>> optimize_weight_bits(np.array([[6, -2]]))[:3]
    (array([[192, -64]]), 3, -5)
    """
    notes = Notes()
    w = fitting(np.asarray(weight).astype(np.int64), "optimize_weight_bits", notes)
    for note in notes.inexact:
        warn(note, UserWarning)
    low, high = int(w.min()), int(w.max())
    mode = SYNAPSE_SIGN_MODE.EXCITATORY
    if high < 0:
        mode = SYNAPSE_SIGN_MODE.INHIBITORY
    elif low < 0:
        mode = SYNAPSE_SIGN_MODE.MIXED
    mixed = int(mode is SYNAPSE_SIGN_MODE.MIXED)
    shift = shift_of(w)
    common = int(np.bitwise_or.reduce(np.abs(w), axis=None))
    zeros = min(((common & -common).bit_length() - 1) if common else 8, 8)
    return w << shift, 8 - shift - (zeros - mixed), -shift, mode


def num_delay_bits(delays: Any) -> int:
    """Bits of the largest of some delays, 0 to 62."""
    low, high = int(np.min(delays)), int(np.max(delays))
    if low < 0 or high > LONGEST_DELAY:
        raise invalid("num_delay_bits", "delays", low if low < 0 else high, f"0 to {LONGEST_DELAY}")
    return int(np.ceil(np.log2(high))) if high else 0
