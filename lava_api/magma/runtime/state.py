"""Variables of models, read and written from outside."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, issparse

from lava_api.magma.core.model.py.base import AbstractPyProcessModel, kernel_of
from lava_api.magma.core.model.py.type import bounded
from lava_api.magma.core.process.variable import Var, var_label
from lava_api.magma.kernels.referable import Exporting
from lava_api.magma.runtime.isolation import visited
from loihi_emu.errors import ValidationError, invalid
from loihi_emu.models.memory import Array


def export(model: AbstractPyProcessModel, name: str) -> None:
    """Let the kernel of a model, if there is one, write a variable back that it keeps elsewhere."""
    kernel = kernel_of(model)
    if isinstance(kernel, Exporting):
        kernel.export(name)


def notify(model: AbstractPyProcessModel, name: str) -> None:
    """Tell the kernel of a model, if there is one, that a variable was set."""
    kernel = kernel_of(model)
    if kernel is not None:
        kernel.set(name)


def put(model: AbstractPyProcessModel, name: str, values: Array) -> None:
    """Replace an array of a model; a kernel's arrays stay where they are and keep their type."""
    old = getattr(model, name)
    # Leaves hold the addresses of a kernel's arrays, so these are written into; a model's own may be replaced.
    if kernel_of(model) is not None and isinstance(old, np.ndarray):
        old[...] = values
    else:
        setattr(model, name, values)
    notify(model, name)


def read(model: AbstractPyProcessModel, name: str, var: Var) -> Any:
    """Return a copy of a variable: float64 (or complex128) in the declared shape, a string, or a sparse matrix."""
    export(model, name)
    value = getattr(model, name)
    if isinstance(value, str):
        return value
    if issparse(value):
        return csr_matrix(value, dtype=np.float64, copy=True)
    array = np.asarray(value, dtype=np.complex128 if np.iscomplexobj(value) else np.float64)
    if array.shape == var.shape:
        return array.copy()
    if array.size == var.size:
        return array.reshape(var.shape).copy()
    if array.size == 1:
        out = np.zeros(var.shape)
        if out.size:
            out.reshape(-1)[0] = array.reshape(-1)[0]
        return out
    given = f"an array of shape {array.shape} in the model {type(model).__name__}"
    advice = "A model keeps the shape that its process declares."
    raise invalid(var_label(var), "", given, f"shape {var.shape}", advice=advice)


def part(value: Any, idx: Any, var: Var) -> Any:
    """Return the elements of a variable's value at an index."""
    try:
        return value[idx]
    except IndexError as error:
        raise IndexError(f"{var_label(var)}: got index {idx!r}, it has shape {var.shape}: {error}") from None


def write(model: AbstractPyProcessModel, name: str, var: Var, value: Any, idx: Any = None) -> None:
    """Set a variable, or the elements at an index, keeping its type; tell the model."""
    export(model, name)
    old = getattr(model, name)
    if isinstance(old, str) or isinstance(value, str):
        if not (isinstance(old, str) and isinstance(value, str)):
            raise invalid(var_label(var), "", repr(value), "a string" if isinstance(old, str) else "numbers")
        setattr(model, name, value)
    elif issparse(old):
        setattr(model, name, _sparse(old, var, value))
    else:
        array, kind = numbers(value, var), np.asarray(old).dtype
        new = _held(bounded(array, kind) if name in model.UNBOUNDED else array, kind, var)
        if idx is not None:
            changed = np.broadcast_to(np.asarray(old), var.shape).copy()
            try:
                changed[idx] = new
            except (IndexError, ValueError) as error:
                given = f"index {idx!r} with {value!r}"
                raise invalid(var_label(var), "", given, f"shape {var.shape}", advice=str(error)) from None
            new = changed
        _replace(model, name, var, old, new)
    notify(model, name)
    with visited(model):
        model.on_var_update()


def numbers(value: Any, var: Var) -> Array:
    """Return a value as an array of numbers."""
    try:
        array = np.asarray(value.toarray() if issparse(value) else value)
    except ValueError:
        array = np.asarray(None)
    if array.dtype.kind not in "biufc":
        raise invalid(var_label(var), "", value, "a number, or an array or list of numbers")
    return array


def _held(array: Array, kind: np.dtype[Any], var: Var) -> Array:
    """Return numbers if a type can hold them; fractions are cut by integers."""
    if array.dtype.kind == "c" and kind.kind != "c":
        raise invalid(var_label(var), "", "complex numbers", "real numbers")
    if kind.kind in "iu":
        limits = np.iinfo(kind)
        whole = np.trunc(array)
        bad = ~((whole >= limits.min) & (whole <= limits.max))
        if bad.any():
            raise invalid(var_label(var), "", str(array[bad].flat[0]), f"{limits.min}..{limits.max}, what {kind} holds")
    return array


def _replace(model: AbstractPyProcessModel, name: str, var: Var, old: Any, array: Array) -> None:
    """Write an array into the variable, or set a scalar variable."""
    if array.size not in (1, var.size):
        given, allowed = (
            f"{array.size} elements (shape {array.shape})",
            f"{var.size} (shape {var.shape}), or one for all",
        )
        raise invalid(var_label(var), "", given, allowed)
    if isinstance(old, np.ndarray):
        old[...] = (array.reshape(old.shape) if array.size == old.size else array.reshape(())).astype(old.dtype)
    elif np.ndim(old) == 0 and (array.size == 1 or (array == array.reshape(-1)[0]).all()):
        setattr(model, name, type(old)(array.reshape(-1)[0]))
    else:
        shaped = array.reshape(var.shape) if array.size == var.size else np.full(var.shape, array)
        setattr(model, name, shaped.astype(np.asarray(old).dtype))


def _sparse(old: Any, var: Var, value: Any) -> Any:
    """Return a sparse matrix with the places of the old one and the values of the new."""
    if not issparse(value):
        raise invalid(var_label(var), "", type(value).__name__, "a sparse matrix with the same places")
    new, kept = csr_matrix(value, copy=True), csr_matrix(old, copy=True)
    for matrix in (new, kept):
        matrix.sort_indices()
    same = new.shape == kept.shape and np.array_equal(new.indptr, kept.indptr)
    if not (same and np.array_equal(new.indices, kept.indices)):
        raise ValidationError(
            f"{var_label(var)}: a sparse variable keeps its places: got shape {new.shape} with {new.nnz} elements,"
            f" allowed are the {kept.nnz} places it has in shape {kept.shape}. Store a zero explicitly where needed."
        )
    return csr_matrix((new.data.astype(kept.dtype), new.indices, new.indptr), new.shape)
