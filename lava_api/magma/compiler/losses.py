"""Numbers that a fixed-point model loses when it takes its initial values: told, since all goes on without them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix, issparse

from lava_api.magma.core.process.variable import var_label
from loihi_emu.user_warnings import warn

if TYPE_CHECKING:
    from lava_api.magma.core.model.py.type import LavaPyType
    from lava_api.magma.core.process.variable import Var

SIZE = 127
"""Numbers are proposed to be scaled to at most this magnitude."""

NOTHING = 1e-6
"""Fractions below this are what computing with floats leaves behind: of the number itself, or of 1 if it is smaller."""


def tell_lost(var: Var, lava_type: LavaPyType) -> None:
    """Warn where numbers of a variable lose their fractions, or all, because its model holds integers."""
    if not lava_type.is_one_of(np.ndarray, csr_matrix) or np.dtype(lava_type.d_type).kind not in "iu":
        return
    given = np.asarray(var.init.data if issparse(var.init) else var.init)
    if given.dtype.kind != "f":
        return
    sizes = np.abs(given[np.isfinite(given)])
    losses, largest = sizes - np.floor(sizes), float(sizes.max(initial=0))
    lost = losses > NOTHING * np.maximum(sizes, min(largest, 1))
    if not lost.any():
        return
    zeroed = lost & (sizes < 1)
    scale = 2.0 ** np.floor(np.log2(SIZE / largest))
    advice = f"Scale them, as by np.round({var.name} * {scale:g})" if scale > 1 else "Round them"
    if zeroed.sum() == lost.sum():
        what = f"{np.count_nonzero(zeroed)} of {given.size} numbers become 0"
        most = f"the largest of these is {float(sizes[zeroed].max()):.3g}"
    else:
        zeros = f", {np.count_nonzero(zeroed)} become 0" if zeroed.any() else ""
        what = f"{np.count_nonzero(lost)} of {given.size} numbers lose their fractions{zeros}"
        most = f"the largest loss is {float(losses.max()):.3g}"
    warn(
        f"{var_label(var)}: {what}, as the model holds integers; {most}. {advice}, or"
        " select the floating-point model: select_tag='floating_pt'."
    )
