"""From what a user gives as ``comm`` to an MPI communicator; and whether this process was started by mpiexec."""

from __future__ import annotations

import os
from typing import Any

from loihi_emu.errors import ValidationError, extra, invalid

LAUNCHED = ("PMI_SIZE", "OMPI_COMM_WORLD_SIZE", "PMIX_SIZE", "MV2_COMM_WORLD_SIZE")
"""Variables in which launchers of MPI tell a process how many there are."""
WORLD = "world"


def launched() -> int:
    """How many processes mpiexec started together with this one, as far as it says so; 1 without it."""
    for name in LAUNCHED:
        if os.environ.get(name, "").isdecimal():
            return max(int(os.environ[name]), 1)
    return 1


def mpi() -> Any:
    """The module ``mpi4py.MPI``; importing it starts MPI.

    Raises
    ------
    MissingExtraError
        mpi4py, or a library of MPI that it can use, is not installed.
    """
    try:
        from mpi4py import MPI
    except ImportError as problem:
        raise extra("mpi4py", "mpi") from problem
    except RuntimeError as problem:  # mpi4py is there, the library of MPI is not
        error = extra("mpi4py", "mpi")
        error.args = (f"mpi4py finds no library of MPI ({problem}). One comes with: pip install mpich",)
        raise error from problem
    return MPI


def communicator(where: str, given: object) -> Any:
    """The communicator that was given, or of all processes for "world".

    Raises
    ------
    ValidationError
        It is something else, or one between two groups of processes.
    """
    if isinstance(given, str) and given == WORLD:
        return mpi().COMM_WORLD
    if not type(given).__module__.startswith("mpi4py"):
        raise _wrong(where, repr(given))
    MPI = mpi()
    if not isinstance(given, MPI.Intracomm) or given == MPI.COMM_NULL:
        raise _wrong(where, f"a {type(given).__name__}")
    return given


def _wrong(where: str, given: str) -> ValidationError:
    allowed = 'a communicator of mpi4py, such as MPI.COMM_WORLD, or "world"'
    return invalid(
        where, "comm", given, allowed, advice="mpiexec -n 4 python program.py starts a program on four ranks."
    )
