"""Var: a variable of a process."""

from __future__ import annotations

from typing import Any

from lava_api.magma.core.process.interfaces import AbstractProcessMember, IdGeneratorSingleton, kept_as
from loihi_emu.keywords import known_keywords_of


@known_keywords_of
class Var(AbstractProcessMember):
    """State or parameter of a process, readable and writable whenever the process does not run.

    Parameters
    ----------
    shape : tuple of int
        Shape.
    init : bool, int, float, str, list, tuple, array or sparse matrix, default 0
        Value at the start; broadcast to `shape` in array variables.
    shareable : bool, default True
        Whether ports of other processes may refer to it.
    name : str
        Name until a process holds it.

    Examples
    --------
    >>> Var(shape=(3,), init=2).get()
    2
    """

    model: Any = kept_as("_model", "Unused; there for programs that set it.")

    def __init__(
        self, shape: tuple[int, ...], init: Any = 0, shareable: bool = True, name: str = "Unnamed variable"
    ) -> None:
        super().__init__(shape)
        self.init = init
        self.shareable = shareable
        self.name = name
        self.id: int = VarServer().register(self)
        self.aliased_var: Var | None = None
        self._model: Any = None

    @property
    def resolved(self) -> Var:
        """The variable that this one stands for, itself where it is no alias."""
        return self if self.aliased_var is None else self.aliased_var.resolved

    def alias(self, other_var: Var) -> None:
        """Make this variable of a parent stand for one of a sub process.

        An AssertionError when it is no variable, or differs in shape or `shareable`.
        """
        if not isinstance(other_var, Var):
            raise AssertionError(f"'other_var' must be a Var instance. Got {other_var!r}.")
        if self.shape != other_var.shape:
            raise AssertionError(
                f"Shapes of this and 'other_var' must be the same. {var_label(self)} has {self.shape},"
                f" {var_label(other_var)} has {other_var.shape}."
            )
        if self.shareable != other_var.shareable:
            raise AssertionError(
                f"'shareable' attribute of this and 'other_var' must be the same: {var_label(self)} has"
                f" {self.shareable}, {var_label(other_var)} has {other_var.shareable}."
            )
        self.aliased_var = other_var

    def validate_alias(self) -> None:
        """Check that an alias points into a sub process of this variable's process."""
        other = self.aliased_var
        if other is None:
            return
        if other.process is None or other.process is self.process or not other.process.is_sub_proc_of(self.process):
            raise AssertionError(
                f"{var_label(self)} is an alias of {var_label(other)}, which is not in a sub process of it."
                " Alias a variable of a process made in the sub process model."
            )

    def set(self, value: Any, idx: Any = None) -> None:
        """Set the value, or with `idx` a part of it; takes effect in the next time step.

        Parameters
        ----------
        value : scalar, array, str or sparse matrix
            As many elements as the variable has, in C order, or one for all; cast to the model's type.
        idx : index, optional
            Any NumPy index of the variable: only these elements are set.

        Raises
        ------
        ValueError
            When there is no runtime yet, sizes differ, or a sparse matrix has other places.
        RuntimeError
            When the program is stopped, or runs without end.
        """
        if self.aliased_var is not None:
            self.aliased_var.set(value, idx)
        elif self.process is not None and self.process.runtime is not None:
            self.process.runtime.set_var(self.id, value, idx)
        else:
            raise ValueError(
                f"No Runtime available yet. Cannot set new 'Var' without Runtime: {var_label(self)}."
                " Give the value to the constructor, or run RunSteps(0) first."
            )

    def get(self, idx: Any = None) -> Any:
        """Return the value, or with `idx`, any NumPy index of the variable, a part of it.

        Returns
        -------
        ndarray of float64, str or csr_matrix
            A copy of the present value; before there is a runtime, `init` as it was given.
        """
        if self.aliased_var is not None:
            return self.aliased_var.get(idx)
        if self.process is not None and self.process.runtime is not None:
            return self.process.runtime.get_var(self.id, idx)
        return self.init if idx is None or isinstance(self.init, int | float | complex) else self.init[idx]

    def __repr__(self) -> str:
        lines = [f"Variable: {self.name}"]
        lines += [f"    {name}: {getattr(self, name)}" for name in ("shape", "init", "shareable")]
        try:
            value = self.get()
        except RuntimeError as error:  # stopped, or running without end
            value = f"none now ({error})"
        return "\n".join([*lines, f"    value: {value}"])


def var_label(var: Var) -> str:
    """``process "cells", Var "v"`` for errors."""
    owner = f'process "{var.process.name}", ' if var.process is not None else ""
    return f'{owner}Var "{var.name}"'


class VarServer(IdGeneratorSingleton):
    """Gives out the ids of variables and counts them; it keeps no variable alive."""

    @property
    def num_vars(self) -> int:
        """How many were registered."""
        return self._next_id

    def register(self, var: Var) -> int:
        """Return a new id for a variable."""
        if not isinstance(var, Var):
            raise AssertionError(f"'var' must be a Var. Got {var!r}.")
        return self.get_next_id()

    def reset_server(self) -> None:
        """Count from 0 again."""
        self._next_id = 0
        type(self).reset_singleton()
