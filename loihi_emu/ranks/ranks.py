"""The processes that run one network together, and how they meet: what one does all do, and where one fails all stop.

Before and after whatever needs all ranks, each says in one small message what it is about to do, and how it went
(:meth:`Ranks.meet`). So ranks whose programs differ, of which one has failed, or of which one has ended, hear of it and
raise an error, each of them, where they would otherwise wait for each other for ever.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import SimulationError
from loihi_emu.ranks.digests import digest_of
from loihi_emu.ranks.interrupts import Interrupts
from loihi_emu.ranks.world import mpi

WELL, FAILED, INTERRUPTED, ENDED = range(4)
"""How a rank comes to a meeting."""
WORDS = 4
"""Of a rank's message: two of what it does, how it is, a number."""
SPINS = 2000
"""A rank that waits for others looks so often before it begins to sleep in between."""
NAP_SECONDS = (2e-5, 2e-3)
"""The shortest and the longest sleep between two looks."""
LATE_SECONDS = 3.0
"""A rank that has failed waits so long for the others to hear of it; then it ends all."""

SAME = "All ranks run the same program: make the same calls, with the same values, in the same order."
STOPPED = "All ranks stop there."
MOST_NAMED = 8
READ_SECONDS = 0.5
"""mpiexec, which passes on what is printed, has so long for it before it is told to end all."""

P = ParamSpec("P")
R = TypeVar("R")


class Came(NamedTuple):
    """What one rank said at a meeting that did not go well."""

    state: int
    text: str


class Ranks:
    """The processes of a communicator; one object for each communicator, however many emulators use it.

    Parameters
    ----------
    comm : mpi4py.MPI.Intracomm
        It is duplicated: what a program sends by its own never meets what is sent here.

    Attributes
    ----------
    rank, size : int
        Which of how many this process is.
    comm : mpi4py.MPI.Intracomm
        For leaves and for gathering: used by all ranks in the same order, between two meetings.
    here : list of int
        The ranks on this machine.
    cores : int
        How many cores these ranks may use.
    parted : bool
        Whether a rank has ended; then nobody meets any more.
    busy : bool
        Whether this rank is between the first and the last meeting of a call.
    """

    def __init__(self, comm: Any) -> None:
        MPI = mpi()
        self._given = comm
        self._talk, self.comm = comm.Dup(), comm.Dup()
        for one in (self._talk, self.comm):
            one.Set_errhandler(MPI.ERRORS_ARE_FATAL)
        self.rank, self.size = int(comm.rank), int(comm.size)
        places = comm.allgather((MPI.Get_processor_name(), _own_cores()))
        self.here = [rank for rank, (name, _) in enumerate(places) if name == places[self.rank][0]]
        self.cores = len(set().union(*(places[rank][1] for rank in self.here)))
        self.parted = self.busy = False
        self._interrupts = Interrupts()
        self._mine: NDArray[np.int64] = np.zeros(WORDS, np.int64)
        self._all: NDArray[np.int64] = np.zeros((self.size, WORDS), np.int64)

    # ------------------------------------------------------------ meeting
    def meet(
        self, what: str, *about: Any, number: int = 0, problem: BaseException | None = None, patience: float = 0.0
    ) -> list[int]:
        """Wait until all ranks have come for the same.

        Parameters
        ----------
        what : str
            What it is for, as messages say it: "run(10)".
        about
            What all ranks must have the same of; their digest is compared.
        number : int
            Something to tell all others.
        problem : BaseException, optional
            What has gone wrong on this rank.
        patience : float
            Seconds after which all ranks are ended if others have not come; 0: never.

        Returns
        -------
        list of int
            The numbers of all ranks.

        Raises
        ------
        BaseException
            `problem`, on the rank that brought it.
        SimulationError
            Ranks came for different things, or one has failed or ended: on all others.
        KeyboardInterrupt
            One was interrupted: on all.
        """
        state = WELL
        if problem is not None:
            state = INTERRUPTED if isinstance(problem, KeyboardInterrupt) else FAILED
        with self._interrupts.held_back():
            if self.parted:
                raise problem or SimulationError(f"{what}: other ranks of this program have ended. {SAME}")
            table = self._exchanged(what, about, state, number, patience)
            if not table[:, 2].any() and (table[:, :2] == table[0, :2]).all():
                return [int(one) for one in table[:, 3]]
            text = what if problem is None else _told(problem)
            came = [Came(*one) for one in self._talk.allgather((state, text))]
        trouble = self._trouble(what, came, problem)
        trouble.__dict__["told"] = True
        raise trouble

    def _exchanged(self, what: str, about: Any, state: int, number: int, patience: float = 0.0) -> NDArray[np.int64]:
        """Everybody's messages. Waits politely: others may be at work on the same core."""
        self._mine[:2] = np.frombuffer(digest_of(what, *about), np.int64)
        self._mine[2:] = state, number
        request = self._talk.Iallgather(self._mine, self._all)
        for _ in range(SPINS):
            if request.Test():
                return self._all
        nap, begun = NAP_SECONDS[0], time.monotonic()
        while not request.Test():
            time.sleep(nap)
            nap = min(2 * nap, NAP_SECONDS[1])
            if patience and time.monotonic() - begun > patience:
                self.end_all(f"the other ranks did not hear of it within {patience:.0f} s")
        return self._all

    def _trouble(self, what: str, came: list[Came], problem: BaseException | None) -> BaseException:
        """What this rank is to raise."""
        self.parted = any(one.state == ENDED for one in came)
        if problem is not None:
            return problem
        if any(one.state == INTERRUPTED for one in came):
            return KeyboardInterrupt()
        for state in (FAILED, ENDED):
            for rank, one in enumerate(came):
                if one.state == state:
                    how = "failed" if state == FAILED else "has ended its program"
                    text = f" with {one.text}" if one.text else ""
                    return SimulationError(f"{what}: rank {rank} {how}{text}. {STOPPED}")
        says: dict[str, list[int]] = {}
        for rank, one in enumerate(came):
            says.setdefault(one.text, []).append(rank)
        if len(says) == 1:
            return SimulationError(f"{what}: given other values on some ranks. {SAME}")
        told = "; ".join(f"{_named(ranks)} {text}" for text, ranks in says.items())
        return SimulationError(f"the ranks do different things: {told}. {SAME}")

    # ------------------------------------------------------------ calls
    def together(self, what: str, about: Any, action: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do something on all ranks: all go on behind it, or all raise."""
        if self.busy:
            raise SimulationError(
                f"{what}: called from inside another call, in which the ranks of this program wait for each other."
            )
        self.busy = True
        try:
            with self._interrupts.held():
                self.meet(what, about)
                return self.agreed(what, action, *args, **kwargs)
        finally:
            self.busy = False

    def same(self, what: str, parts: Mapping[str, bytes]) -> None:
        """Check that all ranks have the same of something; to be called within a call of all.

        Parameters
        ----------
        what : str
        parts : dict
            Names of its parts to their digests.

        Raises
        ------
        SimulationError
            Names the parts in which ranks differ.
        """
        with self.at_once(what):
            whole = self.comm.allgather(digest_of(dict(parts)))
            if whole.count(whole[0]) == len(whole):
                return
            theirs = self.comm.allgather(dict(parts))
        other = next(rank for rank, one in enumerate(theirs) if one != theirs[0])
        names = dict.fromkeys([*theirs[0], *theirs[other]])
        differ = [name for name in names if theirs[0].get(name) != theirs[other].get(name)]
        told = ", ".join(differ[:MOST_NAMED]) + (", ..." if len(differ) > MOST_NAMED else "")
        trouble = SimulationError(f"{what}: other on rank {other} than on rank 0: {told or 'the order'}. {SAME}")
        trouble.__dict__["told"] = True
        raise trouble

    @contextmanager
    def at_once(self, what: str) -> Iterator[None]:
        """Within a call of all: come together for messages by :attr:`comm`, which no Ctrl-C comes between."""
        with self._interrupts.held_back():
            self.meet(what)
            yield

    def from_first(self, value: R) -> R:
        """What the first rank has, on all ranks; to be called within a call of all."""
        with self.at_once("a value of the first rank"):
            made: R = self.comm.bcast(value)
            return made

    def by_first(self, what: str, action: Callable[[], R]) -> R:
        """What an action gives that the first rank alone does, within a call of all; if it fails, all raise."""
        made = self.agreed(what, lambda: action() if self.rank == 0 else None)
        return self.from_first(made)  # type: ignore[return-value]

    def agreed(self, what: str, action: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do something within a call, and hear whether it went well on all ranks; if not, all raise."""
        try:
            with self._interrupts.let_through():
                made = action(*args, **kwargs)
        except BaseException as problem:
            if not problem.__dict__.get("told"):  # at a meeting within
                self.meet(what, "done", problem=problem)
            raise
        self._done(what, 0.0)
        return made

    def in_step(self, what: str, action: Callable[[], R]) -> R:
        """The same for something in which leaves of all ranks wait for each other: Ctrl-C is heard behind it."""
        with self._interrupts.held_back():
            try:
                made = action()
            except BaseException as problem:
                self.meet(what, "done", problem=problem, patience=LATE_SECONDS)
                raise
            self._done(what, LATE_SECONDS)
            return made

    def _done(self, what: str, patience: float) -> None:
        problem = KeyboardInterrupt() if self._interrupts.heard() else None
        self.meet(what, "done", problem=problem, patience=patience)

    # ------------------------------------------------------------ the end
    def part(self, problem: str) -> None:
        """Tell the others that this process ends, well ("") or not, and wait until they know."""
        if self.parted:
            return
        self.parted = True
        table = self._exchanged("end", (), ENDED, 0, LATE_SECONDS if problem else 0.0)
        if (table[:, 2] != ENDED).any():
            self._talk.allgather((ENDED, problem))

    def end_all(self, why: str) -> None:
        """End all processes at once."""
        print(f"loihi_emu: rank {self.rank} ends all {self.size} ranks: {why}.", file=sys.stderr, flush=True)
        time.sleep(READ_SECONDS)
        self._given.Abort(1)


def _own_cores() -> set[int]:
    """The cores that this process may use."""
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))


def _told(problem: BaseException) -> str:
    text = str(problem).rstrip(".")
    return f"{type(problem).__name__}: {text}" if text else type(problem).__name__


def _named(ranks: list[int]) -> str:
    """Ranks as text.

    Examples
    --------
    >>> _named([2]), _named([0, 1, 3])
    ('rank 2:', 'ranks 0, 1, 3:')
    """
    shown = ", ".join(map(str, ranks[:MOST_NAMED])) + (", ..." if len(ranks) > MOST_NAMED else "")
    return f"rank{'s' if len(ranks) > 1 else ''} {shown}:"
