"""NumPy model that watches a variable for overflow."""

from __future__ import annotations

import numpy as np

from lava_api.magma.core.model.py.declare import ABSTRACT, PyLoihiProcessModel, model_of, number, ref_port
from lava_api.proc.bit_check.process import BitCheck

WORD_BITS = 32


class AbstractBitCheckModel(PyLoihiProcessModel):
    """Models of :class:`BitCheck`."""

    state = bits = layerid = debug = _overflowed = ABSTRACT

    def post_guard(self) -> bool:
        return True

    def run_post_mgmt(self) -> None:
        """Remember whether a value does not survive being cut to the bits."""
        values = self.state.read().astype(np.int32)
        unused = WORD_BITS - self.bits
        if np.any(np.right_shift(np.left_shift(values, unused), unused) != values):
            self._overflowed = 1
            if self.debug:
                self.log.warning("layer %s, step %d: overflow of %d bits", self.layerid, self.time_step, self.bits)


@model_of(BitCheck, kernel="lava_api.proc.bit_check.kernels:BitCheckKernel")
class LoihiBitCheckModel(AbstractBitCheckModel):
    """:class:`BitCheck` in int32."""

    state = ref_port(int)
    bits = layerid = debug = _overflowed = number(int)
