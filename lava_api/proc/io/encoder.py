"""Encode a changing input as graded spikes."""

from __future__ import annotations

from enum import Enum, unique
from typing import Any

import numpy as np

from lava_api.magma.core.model.py.declare import PyLoihiProcessModel, array, in_port, model_of, out_port
from lava_api.magma.core.model.py.ports import PyOutPort
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.proc._process import InPort, OutPort, Shaped, Var, variables
from lava_api.proc.io import encoding

UNLIMITED = -1
"""Value of ``a_min`` and ``a_max`` without ``num_bits``."""


@unique
class Compression(Enum):
    """How messages are packed on the way to the chip."""

    DENSE = 0
    SPARSE = 1
    PACKED_4 = 2
    DELTA_SPARSE_8 = 3


class DeltaEncoder(Shaped):
    """Send changes of the input that reach a threshold, one step later; what is not sent is kept for later.

    Parameters
    ----------
    shape : tuple of int
        Shape of the input.
    vth : int
        Threshold, in units of the input.
    spike_exp : int
        Inputs are multiplied with 2^spike_exp.
    num_bits : int, optional
        Messages are limited to this many bits, sign included.
    compression : Compression
        ``DENSE`` sends an array. The others send pairs of values and places, as spike receivers on a chip
        read: ``SPARSE``, ``PACKED_4`` and ``DELTA_SPARSE_8``, see :mod:`lava_api.proc.io.encoding`. A run configuration
        selects their model by the tag ``sparse_out``.
    """

    def __init__(
        self,
        *,
        shape: tuple[int, ...],
        vth: Any,
        spike_exp: int = 0,
        num_bits: int | None = None,
        compression: Compression = Compression.DENSE,
    ) -> None:
        super().__init__(shape=shape, vth=vth, spike_exp=spike_exp, num_bits=num_bits, compression=compression)
        a_min = a_max = UNLIMITED
        if num_bits is not None:
            half = 1 << (num_bits - 1)
            a_min, a_max = -half << spike_exp, (half - 1) << spike_exp
        self.a_in = InPort(shape=shape)
        self.s_out = OutPort(shape=shape)
        self.vth = Var(shape=(1,), init=vth * (1 << spike_exp))
        self.act, self.residue = variables(shape, 0, 0)
        self.spike_exp, self.a_min, self.a_max = variables((1,), spike_exp, a_min, a_max)


FORMATS = {
    Compression.SPARSE: encoding.sparse,
    Compression.PACKED_4: encoding.packed_4,
    Compression.DELTA_SPARSE_8: encoding.delta_sparse_8,
}
"""What makes values and places of changes."""


def _expect(proc_params: Any, *allowed: Compression) -> None:
    """Raise a RuntimeError unless a model can send in the format of its process."""
    found = proc_params["compression"]
    if found not in allowed:
        raise RuntimeError(
            f"DeltaEncoder: this model sends {', '.join(f.name for f in allowed)}, the process asks for {found.name}."
            " Select the model with the tag 'dense_out' for DENSE, and 'sparse_out' for the others."
        )


class AbstractPyDeltaEncoderModel(PyLoihiProcessModel):
    """Models of :class:`DeltaEncoder`."""

    a_in = in_port(np.int32, 24)
    s_out: Any = None
    vth = act = residue = a_min = a_max = array(np.int32, 24)
    spike_exp = array(np.int32, 3)

    def encode_delta(self, act_new: Any) -> Any:
        """Return what is sent for a new, scaled input, and keep the rest."""
        delta = act_new - self.act + self.residue
        sent = np.where(np.abs(delta) >= self.vth, delta, 0)
        if self.a_max.item() > 0:
            sent = np.clip(sent, self.a_min, self.a_max)
        self.residue[:] = delta - sent
        self.act[:] = act_new
        return sent


@model_of(DeltaEncoder, "dense_out", kernel="lava_api.proc.io.encoder_kernels:DeltaEncoderDense")
class PyDeltaEncoderModelDense(AbstractPyDeltaEncoderModel):
    """:class:`DeltaEncoder` with one number for each element."""

    s_out = out_port(np.int32, 24)

    def __init__(self, proc_params: Any = None) -> None:
        super().__init__(proc_params)
        _expect(proc_params, Compression.DENSE)
        self.data: Any = 0

    def run_spk(self) -> None:
        self.s_out.send(np.broadcast_to(self.data, self.s_out.shape))
        self.data = self.encode_delta(np.left_shift(np.int64(self.a_in.recv()), self.spike_exp))


@model_of(DeltaEncoder, "sparse_out", kernel="lava_api.proc.io.encoder_kernels:DeltaEncoderSparse")
class PyDeltaEncoderModelSparse(AbstractPyDeltaEncoderModel):
    """:class:`DeltaEncoder` with values and places."""

    s_out: Any = LavaPyType(PyOutPort.VEC_SPARSE, np.int32, precision=24)

    def __init__(self, proc_params: Any = None) -> None:
        super().__init__(proc_params)
        _expect(proc_params, *FORMATS)
        self.compression = proc_params["compression"]
        self.data: Any = np.zeros(1, np.int64)
        self.idx: Any = np.zeros(1, np.int64)

    def run_spk(self) -> None:
        self.s_out.send(self.data, self.idx)
        changes = self.encode_delta(np.left_shift(np.int64(self.a_in.recv()), self.spike_exp))
        self.data, self.idx = FORMATS[self.compression](changes)

    def encode_sparse(self, s_out: Any) -> tuple[Any, Any]:
        """See :func:`~lava_api.proc.io.encoding.sparse`."""
        return encoding.sparse(s_out)

    def encode_packed_4(self, s_out: Any) -> tuple[Any, Any]:
        """See :func:`~lava_api.proc.io.encoding.packed_4`."""
        return encoding.packed_4(s_out)

    def encode_delta_sparse_8(self, s_out: Any) -> tuple[Any, Any]:
        """See :func:`~lava_api.proc.io.encoding.delta_sparse_8`."""
        return encoding.delta_sparse_8(s_out)

    def decode_encode_delta_sparse_8(self, packed_data: Any, packed_idx: Any) -> tuple[Any, Any]:
        """See :func:`~lava_api.proc.io.encoding.unpacked`."""
        return encoding.unpacked(packed_data, packed_idx)
