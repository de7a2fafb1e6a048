"""The C ceilings: ``ceiling.c`` built with the compiler on PATH, and one object for each workload that runs it."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import SimulationError
from loihi_emu.models.memory import aligned

Array = NDArray[Any]

SOURCE = Path(__file__).with_name("ceiling.c")
COMPILERS = ("cc", "gcc", "clang")


@dataclass(frozen=True)
class Cell:
    """Parameters of a LIF population in the units of the kernel, as ``Cell`` in ``ceiling.c``."""

    keep_u: int
    keep_v: int
    bias: int
    vth: int
    period: int
    shift: int


class _Cell(ctypes.Structure):
    _fields_ = [(f.name, ctypes.c_int32) for f in fields(Cell)]


def compiler() -> str | None:
    """The C compiler on PATH, or None."""
    return next((found for name in COMPILERS if (found := shutil.which(name))), None)


def compiler_version() -> str:
    """The first line the compiler says about itself; empty without one."""
    name = compiler()
    if name is None:
        return ""
    said = subprocess.run([name, "--version"], capture_output=True, text=True, check=False).stdout
    return said.splitlines()[0] if said else name


def processor() -> str:
    """The processor that Numba compiles for, by the name that LLVM and C compilers share; "native": this one.

    Raises
    ------
    SimulationError
        When Numba would mix another processor's name with the instructions of this one, which C cannot follow.
    """
    name = os.environ.get("NUMBA_CPU_NAME", "")
    if not name:
        return "native"
    if "NUMBA_CPU_FEATURES" not in os.environ:
        raise SimulationError(
            f'NUMBA_CPU_NAME is "{name}", but without NUMBA_CPU_FEATURES Numba goes on using every instruction of this '
            f"machine. Set NUMBA_CPU_FEATURES to nothing, so that emulator and C are both compiled for {name}."
        )
    return {"generic": "x86-64"}.get(name, name)


def flags() -> list[str]:
    """What the compiler is told."""
    return ["-O3", f"-march={processor()}", "-shared", "-fPIC"]


def built(source: Path) -> ctypes.CDLL:
    """Build and load a file of C.

    Raises
    ------
    SimulationError
        When the compiler fails.
    """
    name = compiler()
    assert name is not None, "asked for only when there is a compiler"
    with tempfile.TemporaryDirectory(prefix="loihi_emu-bench-") as folder:
        target = Path(folder) / "built.so"
        command = [name, *flags(), str(source), "-o", str(target)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SimulationError(f"{name} could not build {source.name}: {done.stderr.strip()}")
        return ctypes.CDLL(str(target))


@lru_cache(maxsize=1)
def library() -> ctypes.CDLL:
    """``ceiling.c``, built and loaded."""
    loaded = built(SOURCE)
    for function in (loaded.plain, loaded.recurrent, loaded.delayed, loaded.recurrent_dense, loaded.layers):
        function.restype = ctypes.c_int64
    return loaded


def _at(array: Array) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def _copied(values: Array, dtype: Any) -> Array:
    made = aligned(values.shape, dtype)
    made[...] = values
    return made


class Ceiling:
    """One workload in C: state, and the number of spikes so far.

    Parameters
    ----------
    u, v : int arrays
        Initial state of all neurons.
    cells : tuple of Cell
        One per population.
    """

    def __init__(self, u: Array, v: Array, *cells: Cell) -> None:
        self.u, self.v = _copied(u, np.int32), _copied(v, np.int32)
        self.spikes = 0
        self._cells = (_Cell * len(cells))(*[_Cell(*(getattr(c, f.name) for f in fields(Cell))) for c in cells])
        self._spiked = aligned(u.size, np.int32)

    def run(self, steps: int) -> None:
        """Run so many steps."""
        self.spikes += int(self._call(ctypes.c_int64(steps)))

    def _call(self, steps: ctypes.c_int64) -> int:
        n = ctypes.c_int64(self.u.size)
        done: int = library().plain(steps, n, _at(self.u), _at(self.v), self._cells, _at(self._spiked))
        return done


class Recurrent(Ceiling):
    """A population with synapses onto itself: ``rows`` (n + 1), ``targets`` and ``weights`` by source neuron."""

    def __init__(self, u: Array, v: Array, cell: Cell, rows: Array, targets: Array, weights: Array) -> None:
        super().__init__(u, v, cell)
        self._rows = _copied(rows, np.int64)
        words = aligned(targets.size, np.uint32)
        words[...] = weights.astype(np.int16).view(np.uint16)
        words <<= 16
        words |= targets.astype(np.uint16)
        self._words = words
        self._rest, self._q = aligned(u.size, np.int8), aligned(u.size, np.int32)

    def _call(self, steps: ctypes.c_int64) -> int:
        done: int = library().recurrent(
            steps, ctypes.c_int64(self.u.size), _at(self.u), _at(self.v), _at(self._rest), _at(self._q), self._cells,
            _at(self._rows), _at(self._words), _at(self._spiked),
        )  # fmt: skip
        return done


class Delayed(Ceiling):
    """A population with synapses onto itself and a delay for each.

    `targets`, `weights` and `delays` have a row for each source neuron; packed rows are sorted by delay.
    """

    def __init__(self, u: Array, v: Array, cell: Cell, targets: Array, weights: Array, delays: Array) -> None:
        super().__init__(u, v, cell)
        n, fan = targets.shape
        self._bits, self._lists, self._step = max(int(n - 1).bit_length(), 16), int(delays.max()) + 1, 0
        counts = np.zeros((n, self._lists), np.int64)
        for k in range(n):
            counts[k] = np.bincount(delays[k], minlength=self._lists)
        heads = np.cumsum(counts.reshape(-1) + (counts.reshape(-1) > 0)).reshape(counts.shape)
        words = aligned(int(heads[-1, -1]), np.uint32)
        self._first = aligned(n, np.int64)
        for k in range(n):
            some = np.flatnonzero(counts[k])
            begin = heads[k, some] - counts[k, some] - 1
            words[begin] = counts[k, some] | np.append(np.diff(some), 0) << 24
            self._first[k] = begin[0] | some[0] << 56
            order = np.argsort(delays[k], kind="stable")
            place = np.arange(fan) + begin[0] + 1 + np.repeat(np.arange(some.size), counts[k, some])
            words[place] = (weights[k, order].astype(np.int32) << self._bits | targets[k, order]).view(np.uint32)
        self._words = words
        self._log, self._length = np.zeros(self._lists * n, np.int64), np.zeros(self._lists, np.int64)
        self._rest, self._q = aligned(u.size, np.int8), aligned(u.size, np.int32)

    def _call(self, steps: ctypes.c_int64) -> int:
        done: int = library().delayed(
            steps, ctypes.c_int64(self.u.size), _at(self.u), _at(self.v), _at(self._rest), _at(self._q), self._cells,
            _at(self._first), _at(self._words), ctypes.c_int64(self._bits), ctypes.c_int64(self._lists),
            _at(self._log), _at(self._length), _at(self._spiked), ctypes.c_int64(self._step),
        )  # fmt: skip
        self._step += steps.value
        return done


class RecurrentDense(Ceiling):
    """A population with a weight of one byte from each neuron to each, ``weights`` by source neuron."""

    def __init__(self, u: Array, v: Array, cell: Cell, weights: Array) -> None:
        super().__init__(u, v, cell)
        self._weights, self._q = _copied(weights, np.int8), aligned(u.size, np.int32)

    def _call(self, steps: ctypes.c_int64) -> int:
        done: int = library().recurrent_dense(
            steps, ctypes.c_int64(self.u.size), _at(self.u), _at(self.v), _at(self._q), self._cells,
            _at(self._weights), _at(self._spiked),
        )  # fmt: skip
        return done


class Layers(Ceiling):
    """Two layers of n neurons behind an input of n: ``starts`` and ``events`` list its spikes step by step.

    Weights are bytes, one row per source neuron; ``u`` and ``v`` hold the first layer, then the second.
    """

    def __init__(
        self, u: Array, v: Array, cells: tuple[Cell, Cell], starts: Array, events: Array, first: Array, second: Array
    ) -> None:
        super().__init__(u, v, *cells)
        self._starts, self._events = _copied(starts, np.int64), _copied(events, np.int32)
        self._first, self._second = _copied(first, np.int8), _copied(second, np.int8)
        self._q = aligned(u.size, np.int32)
        self._step = 0

    def _call(self, steps: ctypes.c_int64) -> int:
        done: int = library().layers(
            steps, ctypes.c_int64(self.u.size // 2), _at(self.u), _at(self.v), _at(self._q), self._cells,
            _at(self._starts[self._step :]), _at(self._events), _at(self._first), _at(self._second), _at(self._spiked),
        )  # fmt: skip
        self._step += steps.value
        return done
