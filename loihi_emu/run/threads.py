"""How many threads run a network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from loihi_emu.errors import invalid
from loihi_emu.image.groups import make_groups
from loihi_emu.image.shares import pieces_of, work_of
from loihi_emu.jit.together import cores
from loihi_emu.network.network import Network
from loihi_emu.user_warnings import warn

AUTO = "auto"
MOST = 1024
WORTH_A_THREAD = 4000.0
"""Neurons' updates in a step, about 4 microseconds: two threads with as much to do wait for each other for less."""


def threads_of(threads: Any, network: Network) -> int:
    """The number of threads, at least 1; no more than there are pieces into which the network can be cut.

    Parameters
    ----------
    threads : int or "auto"
    network : Network

    Raises
    ------
    ValidationError
        Another word, or a number below 1.
    """
    asked = checked("Emulator", threads)
    if asked == 1:
        return 1
    count = number_of("Emulator", asked, lambda: work_of(network))
    return max(1, min(count, pieces_of(network, make_groups(network))))


def checked(where: str, threads: Any) -> int | str:
    """A number of threads, or "auto"; an error for anything else."""
    whole = isinstance(threads, int | np.integer) and not isinstance(threads, bool) and 1 <= threads <= MOST
    if not whole and not (isinstance(threads, str) and threads == AUTO):
        raise invalid(where, "threads", repr(threads), f'1 to {MOST} threads, or "{AUTO}"')
    return int(threads) if whole else AUTO


def number_of(where: str, asked: int | str, work: Callable[[], float]) -> int:
    """The number of threads for so much work in a step, in updates of a neuron; a warning where cores are too few."""
    if isinstance(asked, str):
        return max(1, min(cores(), int(work() / WORTH_A_THREAD)))
    if asked > cores():
        warn(
            f"{where}: {asked} threads on {cores()} {'core' if cores() == 1 else 'cores'} take turns, and wait for "
            f'each other most of the time. threads="{AUTO}" takes as many as are faster than fewer.',
            UserWarning,
        )
    return asked
