"""Programs whose stock models run compiled, and the same as Python."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from lava_api.magma.compiler.compiler import KERNELS, OPTIONS
from lava_api.magma.core.model.py.base import kernel_of


@contextmanager
def models_run(kernels: bool) -> Iterator[None]:
    """Compile the programs of the block so that stock models run by kernels, or as Python."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(OPTIONS, KERNELS, kernels)
        yield


def kernels_run() -> bool:
    """Whether stock models of programs that are compiled now run by kernels."""
    return bool(OPTIONS[KERNELS])


def is_compiled(process: Any) -> bool:
    """Whether the model of a process runs by a kernel."""
    return kernel_of(process._model) is not None
