"""VarLink: the way from a RefPort to a variable of another model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import issparse

from lava_api.magma.runtime import state
from loihi_emu.models.memory import Array

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray

    from lava_api.magma.core.model.py.base import AbstractPyProcessModel


class VarLink:
    """Reads and writes an attribute of a model in the order of a RefPort.

    What is read has the type `d_type`, or that of the value. `index` has for each element of the variable the flat
    index at the port, -1 for none; None when both orders are equal.
    """

    def __init__(
        self,
        model: AbstractPyProcessModel,
        name: str,
        d_type: DTypeLike | None,
        var_shape: tuple[int, ...],
        port_shape: tuple[int, ...],
        index: NDArray[np.int64] | None,
    ) -> None:
        self.model = model
        self.name = name
        self.d_type = d_type
        self.var_shape = var_shape
        self.port_shape = port_shape
        flat = None if index is None else index.ravel()
        self._places = None if flat is None else np.flatnonzero(flat >= 0)
        self._index = None if flat is None else flat[self._places]

    def read(self) -> Array:
        """Return a copy of the variable in the port's shape."""
        values = self._values()
        if self._index is None:
            return values
        out = np.zeros(self.port_shape, values.dtype)
        out.reshape(-1)[self._index] = values.ravel()[self._places]
        return out

    def write(self, data: Array) -> None:
        """Replace the variable by `data`, in its own shape; its type becomes that of `data` unless it can hold it."""
        if self._index is None:
            values = data
        else:
            values = np.zeros(self.var_shape, data.dtype)
            if len(self._index) < values.size:
                values[...] = self._values()
            values.reshape(-1)[self._places] = data.ravel()[self._index]
        if self.d_type is not None and np.can_cast(values.dtype, self.d_type, "same_kind"):
            values = values.astype(self.d_type)
        state.put(self.model, self.name, values)

    def _values(self) -> Array:
        """Return the variable as a new array of its shape."""
        state.export(self.model, self.name)
        value = getattr(self.model, self.name)
        array = np.array(value.toarray() if issparse(value) else value, dtype=self.d_type)
        return array if array.shape == self.var_shape else np.broadcast_to(array, self.var_shape).copy()
