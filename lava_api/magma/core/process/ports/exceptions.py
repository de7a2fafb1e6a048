"""Errors of connecting ports."""

from __future__ import annotations

from collections.abc import Sequence


class ReshapeError(Exception):
    """The number of elements would change."""

    def __init__(self, old_shape: tuple[int, ...], new_shape: tuple[int, ...]) -> None:
        super().__init__(f"cannot reshape a port of shape {old_shape} to {new_shape}: the number of elements differs")


class DuplicateConnectionError(Exception):
    """Two ports are connected already."""

    def __init__(self, detail: str = "") -> None:
        super().__init__("Cannot connect same ports twice" + (f": {detail}" if detail else "."))


class ConcatShapeError(Exception):
    """Shapes differ outside the axis of concatenation."""

    def __init__(self, shapes: Sequence[tuple[int, ...]], axis: int) -> None:
        super().__init__(f"cannot concatenate along axis {axis}: without that axis the shapes are {list(shapes)}")


class ConcatIndexError(Exception):
    """There is no such axis."""

    def __init__(self, shape: tuple[int, ...], axis: int) -> None:
        super().__init__(f"axis {axis} is out of bounds for a port of shape {shape}")


class TransposeShapeError(Exception):
    """As many axes are needed as there are dimensions."""

    def __init__(self, old_shape: tuple[int, ...], axes: Sequence[int]) -> None:
        super().__init__(
            f"cannot transpose a port of shape {old_shape} by axes {axes}: one axis per dimension is needed"
        )


class TransposeIndexError(Exception):
    """An axis does not exist."""

    def __init__(self, old_shape: tuple[int, ...], axes: Sequence[int], wrong_index: int) -> None:
        super().__init__(
            f"cannot transpose a port of shape {old_shape} by axes {axes}: axis {wrong_index} is out of bounds"
        )


class VarNotSharableError(Exception):
    """The variable was made with ``shareable=False``."""

    def __init__(self, var_name: str) -> None:
        super().__init__(f"Var '{var_name}' is not shareable. Cannot connect RefPort or VarPort.")
