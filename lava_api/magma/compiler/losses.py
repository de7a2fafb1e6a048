"""Numbers that a fixed-point model loses when it takes its initial values: told, since all goes on without them."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, issparse

from loihi_emu.errors import LoihiInputWarning
from loihi_emu.user_warnings import warn

SIZE = 127
"""Numbers are proposed to be scaled to at most this magnitude."""


def tell_lost(var: Any, lava_type: Any) -> None:
    """Warn where numbers of a variable become 0 because its model holds integers.

    Parameters
    ----------
    var : Var
        The variable.
    lava_type : LavaPyType
        Its implementation.
    """
    holds_arrays = isinstance(lava_type.cls, type) and issubclass(lava_type.cls, np.ndarray | csr_matrix)
    if not holds_arrays or np.dtype(lava_type.d_type).kind not in "iu":
        return
    given = np.asarray(var.init.data if issparse(var.init) else var.init)
    if given.dtype.kind != "f":
        return
    sizes = np.abs(given)
    lost = (sizes > 0) & (sizes < 1)
    if not lost.any():
        return
    largest = float(sizes.max())
    scale = 2.0 ** np.floor(np.log2(SIZE / largest)) if np.isfinite(largest) else 1.0
    advice = f"Scale them, as by np.round({var.name} * {scale:g}), or" if scale > 1 else "Scale them, or"
    warn(
        f"{var._where()}: {np.count_nonzero(lost)} of {given.size} numbers become 0, as the model holds integers; the"
        f" largest of these is {float(sizes[lost].max()):.3g}. {advice} select the floating-point model:"
        " select_tag='floating_pt'.",
        LoihiInputWarning,
    )
