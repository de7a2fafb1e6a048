"""What integer weights lose when a fixed-point connection brings them into the form that the chip stores: told."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import issparse

from lava_api.magma.core.process.variable import var_label
from lava_api.utils.weightutils import MAX_WEIGHT_BITS, SignMode
from loihi_emu.user_warnings import warn


def may_lose(weights: Any, mode: SignMode | None, bits: int) -> bool:
    """Return whether weights may lose something where so many bits are kept, without bringing all into their form."""
    values = weights.data if issparse(weights) else weights
    if not values.size:
        return False
    if values.dtype.kind not in "iu" or not isinstance(bits, int | np.integer):
        return True
    low, high = int(values.min()), int(values.max())
    most = (1 << MAX_WEIGHT_BITS) - 1
    is_mixed = mode is SignMode.MIXED or (mode is None and low < 0 < high)
    fits = -most <= low and high <= most
    if mode is SignMode.EXCITATORY or mode is SignMode.INHIBITORY:
        fits = fits and (low >= 0 if mode is SignMode.EXCITATORY else high <= 0)
    dropped = (1 << max(MAX_WEIGHT_BITS + is_mixed - bits, 0)) - 1
    return not fits or bool(dropped and (values & dropped).any())


def tell_lost_weights(var: Any, weights: Any, stored: Any, mode: SignMode, bits: int) -> None:
    """Warn where weights act as they are `stored`, not as the model got them."""
    weights = weights.astype(np.int64)  # a sparse matrix has its fractions still, of which others tell
    change = weights - stored
    changes = change.data if issparse(change) else change
    count = int(np.count_nonzero(changes))
    if not count:
        return
    values = weights.data if issparse(weights) else weights
    left = stored.data if issparse(stored) else stored
    zeroed = int(np.count_nonzero(values)) - int(np.count_nonzero(left))
    zeros = f", {zeroed} act as 0" if zeroed else ""
    most = int(np.abs(changes).max())
    warn(
        f"{var_label(var)}: {count} of {values.size} weights change by up to {most}{zeros}, as in Lava."
        f" {_reason(values, left, mode, bits)}"
    )


def _reason(values: Any, left: Any, mode: SignMode, bits: int) -> str:
    """Say which numbers act, and what to do."""
    name, is_mixed = mode.name.lower(), mode is SignMode.MIXED
    most = (1 << MAX_WEIGHT_BITS) - 1
    low, high = (-most - 1 if is_mixed else 0, most) if mode is not SignMode.INHIBITORY else (-most, 0)
    if (int(values.min()) < low or int(values.max()) > high) and low <= left.min(initial=0) <= left.max(initial=0):
        return f"{name.capitalize()} weights are clipped to {low}..{high}: scale weights and thresholds down" + (
            ", or leave sign_mode out." if not is_mixed and values.min() < 0 < values.max() else "."
        )
    signs = " of mixed signs" if is_mixed else ""
    grid = 1 << (MAX_WEIGHT_BITS + is_mixed - bits)
    text = f"Weights{signs} with num_weight_bits={bits} are multiples of {grid}"
    if is_mixed and (values.min() >= 0 or values.max() <= 0):
        return f"{text}: sign_mode=SignMode.{'EXCITATORY' if values.min() >= 0 else 'INHIBITORY'} keeps a bit more."
    return f"{text}: scale weights and thresholds up{', or connect each sign apart' if is_mixed else ''}."
