"""Stock state-space neurons as kernels."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np

from lava_api.magma.kernels.base import PythonFallback
from lava_api.magma.kernels.messages import Feed
from lava_api.magma.kernels.vector import Vector
from lava_api.proc.sdn.kernels import DeltaFloat
from loihi_emu.models.lava import sigma_delta, state_space
from loihi_emu.models.lava import vector as at
from loihi_emu.models.memory import WordRow as Description

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

    leaf = "state_space:step"
    takes = "float64"
    states = ("s4_state",)

    def __init__(self, model: Any, process: Any) -> None:
        super().__init__(model, process)
        for name in DIAGONALS:
            self.fits(name, "c")
        if numpy_fuses() is None:
            raise PythonFallback("complex products")

    def writes(self, name: str) -> bool:
        """Complex states are not written by other kernels."""
        return False

    def variable(self, name: str) -> Any:
        """Complex variables have no kind that others read."""
        return None

    def put(self, number: int, values: Any, dtype: Any) -> None:
        """Write a complex parameter."""
        full = np.empty(self.n, complex)
        full[:] = np.asarray(values).reshape(-1)
        self.d.point(at.PARAMETER + number, full)

    def refresh(self) -> None:
        for k, name in enumerate(DIAGONALS):
            self.put(state_space.A - at.PARAMETER + k, getattr(self.model, name), complex)
        self.d.words[state_space.FUSES] = int(bool(numpy_fuses()))


class SigmaS4dDeltaFloat(DeltaFloat):
    """SigmaS4dDelta with real or complex parameters; the model makes its states complex when it starts."""

    leaf = "state_space:sigma_s4d_delta"

    def __init__(self, model: Any, process: Any) -> None:
        super().__init__(model, process)
        given = [np.asarray(model.proc_params[name]) for name in DIAGONALS]
        self.complex = any(np.iscomplexobj(value) for value in given)
        if any(value.size not in (1, self.n) for value in given) or (self.complex and numpy_fuses() is None):
            raise PythonFallback("a, b, c")
        if self.complex:
            self.leaf = "state_space:sigma_s4d_delta_complex"
        for name in () if self.complex else DIAGONALS:
            self.fits(name, "f")
        if not isinstance(model.s4_state, np.ndarray) or model.s4_state.dtype != np.float64:
            raise PythonFallback("s4_state")

    def writes(self, name: str) -> bool:
        """States are read as they are, complex ones by nobody else."""
        return not self.complex and (name == "s4_state" or super().writes(name))

    def variable(self, name: str) -> Any:
        """Complex variables have no kind that others read."""
        return None if self.complex and name != "sigma" else super().variable(name)

    def calls(self, feeds: dict[str, Feed]) -> Iterable[tuple[str, Description]]:
        """One leaf, with room for the outputs of this step, and the state."""
        found = list(super().calls(feeds))
        self.d.point(state_space.X, self.model.s4_state)
        return found

    def refresh(self) -> None:
        """Take over all parameters; the diagonals stand behind those of Delta."""
        model = self.model
        self.put(sigma_delta.VTH - at.PARAMETER, model.vth, np.float64)
        if self.complex:
            for k, name in enumerate(DIAGONALS):
                full = np.empty(self.n, complex)
                full[:] = np.asarray(getattr(model, name)).reshape(-1)
                self.d.point(state_space.A + k, full)
            states = {"act": sigma_delta.ACT, "residue": sigma_delta.RESIDUE, "error": sigma_delta.ERROR}
            for name, word in (states | {"s4_state": state_space.X}).items():
                self.d.point(word, getattr(model, name))
            self.d.words[state_space.FUSES_TOO] = int(bool(numpy_fuses()))
        else:
            for k, name in enumerate(DIAGONALS):
                self.put(state_space.A - at.PARAMETER + k, getattr(model, name), np.float64)
        self.d.words[sigma_delta.CUMULATES] = int(self.model.cum_error.item())
