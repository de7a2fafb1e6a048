"""What becomes of several inputs of one port. They are summed, with and without `ReduceSum`."""

from abc import ABC


class AbstractReduceOp(ABC):  # noqa: B024
    """Base of reduce operations."""


class ReduceSum(AbstractReduceOp):
    """Inputs are summed."""
