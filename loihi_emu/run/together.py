"""Who is at an emulator that several ranks run together: its calls are made by all of them, or by none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar

import numpy as np

from loihi_emu._version import __version__
from loihi_emu.errors import invalid
from loihi_emu.network.network import Network
from loihi_emu.network.synapse_order import DRAWN
from loihi_emu.ranks.digests import contents, digest_of, short
from loihi_emu.ranks.ranks import Ranks
from loihi_emu.run.built import Built
from loihi_emu.run.guard import CHANGE, STEP, Guard
from loihi_emu.user_warnings import warn

READ_BY_ALL = ("get()", "save()")
"""What reads the state of all neurons, of which each rank has some: all ranks call it. Others read by themselves."""

P = ParamSpec("P")
R = TypeVar("R")


class RanksGuard(Guard):
    """A guard whose calls all ranks make together.

    Parameters
    ----------
    ranks : Ranks
    """

    def __init__(self, ranks: Ranks) -> None:
        super().__init__()
        self._ranks = ranks

    def hold(self, what: tuple[str, str], action: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        kind, name = what
        if kind in (CHANGE, STEP) or name in READ_BY_ALL:
            return self._together(super().hold, what, name, action, args, kwargs)
        return super().hold(what, action, *args, **kwargs)

    def run(self, name: str, action: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        return self._together(super().run, name, name, action, args, kwargs)

    def part(self, action: Callable[[], R]) -> R:
        return self._ranks.in_step("a chunk of steps", lambda: super(RanksGuard, self).part(action))

    def _together(self, way: Any, what: Any, name: str, action: Callable[..., R], args: Any, kwargs: Any) -> R:
        given = [one for one in args if not isinstance(one, Built)]
        named = {k: v for k, v in kwargs.items() if k != "progress"}
        shown = [short(given), *(f"{k}={short([v])}" for k, v in named.items())]
        told = f"{name[:-1]}{', '.join(filter(None, shown))})"
        made: R = self._ranks.together(told, (given, named), way, what, action, *args, **kwargs)
        return made


def check_same(ranks: Ranks, network: Network, settings: Mapping[str, Any]) -> None:
    """Raise on all ranks if they would not run the same network in the same way.

    Raises
    ------
    SimulationError
        Names what differs.
    """
    about = [network.name, network.chip.name, network.rules, network.seed]
    parts = {"the version of loihi_emu": digest_of(__version__), f'network "{network.name}"': digest_of(about)}
    parts |= {f"{name}=": digest_of(value) for name, value in settings.items()}
    for what, elements in (("population", network.populations), ("input", network.inputs)):
        parts |= {f'{what} "{name}"': digest_of(*contents(one)) for name, one in elements.items()}
    for name, c in network.connections.items():
        parts[f'connection "{name}"'] = digest_of(*contents(c, () if c.recipe is None else DRAWN))
    parts |= {f"probe {k} ({p.target.name})": digest_of(*contents(p)) for k, p in enumerate(network.probes)}
    ranks.same(f'Emulator(network "{network.name}")', parts)


def interval_of(every: Any, comm: Any) -> int | None:
    """The steps after which ranks are to exchange spikes at the latest.

    Raises
    ------
    ValidationError
        No number of steps, or there are no ranks.
    """
    if every is None:
        return None
    if comm is None:
        advice = "Spikes are exchanged among the ranks of a communicator."
        raise invalid("Emulator", "exchange_every", repr(every), "nothing without comm=", advice=advice)
    whole = isinstance(every, int | np.integer) and not isinstance(every, bool)
    if not whole or every < 1:
        raise invalid("Emulator", "exchange_every", repr(every), "a whole number of steps, at least 1")
    return int(every)


def check_cores(ranks: Ranks, threads: int = 1) -> None:
    """Warn, once on each machine, where there are more ranks (with so many threads) than cores."""
    asked = threads * len(ranks.here)
    if asked > ranks.cores and ranks.rank == ranks.here[0]:
        each = "" if threads == 1 else f" of {threads} threads"
        warn(
            f"Emulator, comm: {len(ranks.here)} ranks{each} on a machine that gives them {ranks.cores} "
            f"core{'s' if ranks.cores > 1 else ''}. Ranks that wait for each other keep a core busy, so that an "
            "exchange then takes milliseconds in place of microseconds: start fewer."
        )
