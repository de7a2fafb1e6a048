"""Records of messages and variables, and kernels that refer to a variable."""

from __future__ import annotations

from lava_api.magma.compiler.routes import routes
from lava_api.magma.core.model.py.base import kernel_of
from lava_api.magma.core.process.ports.ports import RefPort, VarPort
from lava_api.magma.core.process.variable import Var
from lava_api.magma.kernels.base import Kernel
from lava_api.magma.kernels.later_phases import Managing
from lava_api.magma.kernels.leaf_calls import Call
from lava_api.magma.kernels.referable import Referable
from loihi_emu.models.lava import messages as at
from loihi_emu.models.memory import Array, Description


def record(
    source: Array, kind: int, out: Array, *, stride: int, pitch: int, length: int, counter: Array | None = None
) -> Call:
    """Return the call that writes a record of an array of some kind in every step, to float64 or int32.

    Parameters
    ----------
    stride, pitch : int
        Elements between neighbours of a record, and between records.
    length : int
        Records that there is room for.
    counter : ndarray, optional
        Number of records so far; without it, the number of steps.
    """
    d = Description(at.RECORD)
    d.source, d.kind, d.n, d.counter = source, kind, source.size, counter
    d.out, d.out_kind = out, at.F64 if out.dtype.kind == "f" else at.I32
    d.stride, d.pitch, d.length, d.interval = stride, pitch, length, 1
    return "messages:record", d


def referred(port: RefPort) -> Var | None:
    """Return the variable that a RefPort leads to in its own order of elements; None when there is none."""
    ends = [(end, index) for end, index in routes(port, lambda p: isinstance(p, VarPort)) if isinstance(end, VarPort)]
    return ends[0][0].var.resolved if len(ends) == 1 and ends[0][1] is None else None


def kernel_of_var(var: Var | None) -> Referable:
    """Return the kernel of the process of a variable; that there is one was planned."""
    assert var is not None
    kernel = kernel_of(var.process.model)
    assert kernel is not None
    return kernel


def variable_array(var: Var | None) -> Array:
    """Return the array in which the kernel of its process keeps a variable; that there is one was planned."""
    assert var is not None
    array = kernel_of_var(var).variable(var.name)
    assert array is not None
    return array


class ReferringKernel(Kernel, Managing):
    """A kernel that refers to a variable by one RefPort, in the management phase; PORT is its name."""

    PORT = "state"

    def bind(self) -> None:
        super().bind()
        port = getattr(self.process, self.PORT)
        self.var = referred(port)
        if self.var is None or self.var.shape != port.shape:
            self.post_mgmt_in_python = True

    def array(self) -> Array:
        """Return the array of the variable, unless Python does the management phase."""
        return variable_array(self.var)
