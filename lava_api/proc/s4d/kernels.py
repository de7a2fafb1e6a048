"""Stock state-space neurons as kernels."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from lava_api.magma.kernels.leaf_calls import Calls
from lava_api.magma.kernels.vector import Vector
from lava_api.magma.kernels.wanted import Feeds, PythonFallback
from lava_api.proc.sdn.kernels import EXPONENTS, check_exponents
from loihi_emu.models.lava import state_space as at
from loihi_emu.models.memory import Array, Description

DIAGONALS = ("a", "b", "c")


@lru_cache(maxsize=1)
def numpy_fuses() -> bool | None:
    """Return whether NumPy's complex products on this machine are fused; None when they are neither fused nor plain."""
    from loihi_emu.jit import fused_exact

    x, y = np.random.default_rng(1).normal(size=(2, 67, 2)).view(complex)[..., 0]
    found = [x * y, np.array([(x[k : k + 1] * y[k : k + 1])[0] for k in range(x.size)])]
    numbers = [(p.real, p.imag, q.real, q.imag) for p, q in zip(x.tolist(), y.tolist(), strict=True)]
    plain = [complex(a * c - b * d, a * d + b * c) for a, b, c, d in numbers]
    exact = [complex(fused_exact(a, c, -(b * d)), fused_exact(a, d, b * c)) for a, b, c, d in numbers]
    for answer, expected in ((False, plain), (True, exact)):
        if all(np.array_equal(values, expected) for values in found):
            return answer
    return None


class StateSpace(Vector):
    """S4d."""

    leaf, record = "state_space:step", at.S4D
    takes = "float64"
    states = ("s4_state",)
    parameters = DIAGONALS
    kinds = "c"

    def bind(self) -> None:
        super().bind()
        if numpy_fuses() is None:
            raise PythonFallback("complex products")

    def writes(self, name: str) -> bool:
        """Complex states are not written by other kernels."""
        return False

    def variable(self, name: str) -> Array | None:
        """Complex variables have no kind that others read."""
        return None

    def refresh(self) -> None:
        super().refresh()
        self.d.fuses = int(bool(numpy_fuses()))


class SigmaS4dDeltaFloat(Vector):
    """SigmaS4dDelta with real or complex parameters; the model makes its states complex when it starts."""

    leaf, record = "state_space:sigma_s4d_delta", at.SIGMA_S4D_DELTA
    takes = "float64"
    states = ("sigma", "act", "residue", "error")
    parameters = ("vth", *DIAGONALS)
    kinds = "fc"
    exponents = EXPONENTS

    def bind(self) -> None:
        super().bind()
        check_exponents(self.model)
        given = [np.asarray(self.model.proc_params[name]) for name in DIAGONALS]
        self.complex = any(np.iscomplexobj(value) for value in given)
        if any(value.size not in (1, self.n) for value in given) or (self.complex and numpy_fuses() is None):
            raise PythonFallback("a, b, c")
        if self.complex:
            self.leaf, self.record = "state_space:sigma_s4d_delta_complex", at.SIGMA_S4D_DELTA_COMPLEX
        if not isinstance(self.model.s4_state, np.ndarray) or self.model.s4_state.dtype != np.float64:
            raise PythonFallback("s4_state")

    def writes(self, name: str) -> bool:
        return not self.complex and (name == "s4_state" or super().writes(name))

    def variable(self, name: str) -> Array | None:
        return None if self.complex and name != "sigma" else super().variable(name)

    def describe(self, feeds: Feeds) -> None:
        self.d.s4_state = self.model.s4_state

    def calls(self, feeds: Feeds) -> Calls:
        if not self.complex:
            return super().calls(feeds)
        d = self.d = Description(self.record)
        d.n, d.a_in, d.s_out, d.sigma = self.n, feeds["a_in"].data, self.messages["s_out"].data, self.model.sigma
        return [(self.leaf, d)]

    def refresh(self) -> None:
        super().refresh()
        if self.complex:
            for name in ("act", "residue", "error", "s4_state"):
                self.d.point(name, getattr(self.model, name))
            self.d.fuses = int(bool(numpy_fuses()))
        self.d.cumulates = int(self.model.cum_error.item())
