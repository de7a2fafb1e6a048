"""Watch a variable for overflow."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.proc._process import Named, Referring, RefPort, Var, extends, replace_member, variables, warn_unknown

MAX_BITS = 31
WATCHED = ("layerid", "debug", "bits", "_overflowed")


class BitCheck(Referring, Named):
    """Check after each step whether a variable still fits into a number of bits, sign included.

    Parameters
    ----------
    layerid : int, optional
        Number of the layer in messages.
    debug : int
        1: log every overflow.
    bits : int
        Bits, 1 to 31.
    name, log_config : optional
        As for every :class:`~lava_api.magma.core.process.process.AbstractProcess`.
    """

    @extends(Named, before="name")
    def __init__(self, *, layerid: int | None = None, debug: int = 0, bits: int = 24, **given: Any) -> None:
        warn_unknown(self, given)
        super().__init__(layerid=layerid, debug=debug, bits=bits, **given)
        if not 1 <= bits <= MAX_BITS:
            raise ValueError(f"bits: got {bits}, must be from 1 to {MAX_BITS}")
        self.state = RefPort((1,))
        self.layerid, self.debug, self.bits, self._overflowed = variables((1,), layerid, debug, bits, 0)

    def connect_var(self, var: Var) -> None:
        for name in WATCHED:
            replace_member(self, name, Var(shape=var.shape, init=getattr(self, name).init, name=name))
        super().connect_var(var)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the variable that is watched."""
        return tuple(self.state.shape)

    @property
    def overflowed(self) -> int:
        """1 once the variable overflowed, and from then on."""
        return int(np.ravel(self._overflowed.get())[0])
