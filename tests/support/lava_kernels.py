"""Programs whose stock models run compiled, and the same as Python."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from lava_api.magma.compiler.compiler import KERNELS, OPTIONS, THREADS
from lava_api.magma.core.model.py.base import kernel_of
from lava_api.proc import _connection_kernels, _learning_parts
from loihi_emu.run import control, threads
from loihi_emu.user_warnings import heard


@contextmanager
def models_run(kernels: bool) -> Iterator[None]:
    """Compile the programs of the block so that stock models run by kernels, or as Python."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(OPTIONS, KERNELS, kernels)
        yield


@contextmanager
def threads_run(number: int) -> Iterator[None]:
    """Let so many threads run the programs of the block, the smallest and the shortest too, where they can."""
    with pytest.MonkeyPatch.context() as patch, heard():
        patch.setitem(OPTIONS, THREADS, number)
        patch.setattr(_connection_kernels, "GRAIN", 1)
        patch.setattr(_learning_parts, "GRAIN", 1)
        patch.setattr(_learning_parts, "APART", 1)
        patch.setattr(control, "WORTH_WAKING", 0.0)
        patch.setattr(threads, "cores", lambda: 64)
        yield


def kernels_run() -> bool:
    """Whether stock models of programs that are compiled now run by kernels."""
    return bool(OPTIONS[KERNELS])


def is_compiled(process: Any) -> bool:
    """Whether the model of a process runs by a kernel."""
    return kernel_of(process._model) is not None
