"""What to do about errors of models whose cause is not in the program."""

from __future__ import annotations

import numpy as np

OLD_NUMPY = (
    "only 0-dimensional arrays can be converted to Python scalars",
    "setting an array element with a sequence.",
    "out of bounds for",
    "module 'numpy' has no attribute",
    "`np.",
)
"""Texts of errors that NumPy 2 raises where NumPy 1, for which Lava 0.10 is written, does not."""


def advice(error: Exception) -> str:
    """Return advice to append to the text about an error that a model raised, empty if there is none."""
    is_old = isinstance(error, TypeError | ValueError | OverflowError | AttributeError)
    if is_old and any(text in str(error) for text in OLD_NUMPY) and int(np.__version__.partition(".")[0]) >= 2:
        return (
            f" NumPy {np.__version__} refuses here what NumPy 1 did; programs written for Lava 0.10 may need it:"
            " pip install 'numpy<2'."
        )
    return ""
