"""From a network to a placement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loihi_emu.chip import LOIHI1, LOIHI2, Chip
from loihi_emu.errors import invalid, unknown
from loihi_emu.mapping.check import check_chips, check_cores
from loihi_emu.mapping.fields import check_fields
from loihi_emu.mapping.greedy import greedy
from loihi_emu.mapping.layout import boards_of, in_order
from loihi_emu.mapping.own import own
from loihi_emu.mapping.placement import Placement
from loihi_emu.mapping.problem import Problem
from loihi_emu.mapping.rates import rates_of
from loihi_emu.mapping.use import use_of

STRATEGIES = ("greedy", "traffic")


def place(
    network: Any, *, chip: Chip | None = None, boards: Any = None, strategy: Any = "greedy", rates: Any = None
) -> Placement:
    """Place a network on chips. See :meth:`loihi_emu.Network.place`."""
    found = boards_of(boards)
    if chip is None:
        chip = found[0].chip if found else network.chip
    if not isinstance(chip, Chip):
        raise invalid("place", "chip", repr(chip), "a loihi_emu.Chip, such as LOIHI1 or LOIHI2")
    if found and chip.name in (LOIHI1.name, LOIHI2.name) and chip.name != found[0].chip.name:
        allowed = f"boards of {chip.name}"
        raise invalid("place", "boards", f"{found[0].name}, which carries {found[0].chip.name}", allowed)
    problem = Problem(network, chip)
    check_fields(network, chip)
    given = rates_of(problem, rates)
    known = None if rates is None else given
    name = strategy if isinstance(strategy, str) else "own"
    if isinstance(strategy, str) and strategy not in STRATEGIES:
        raise unknown("strategy", strategy, STRATEGIES)
    if name == "own":
        if callable(strategy):
            strategy = strategy(network)
        if not isinstance(strategy, Mapping):
            allowed = f"one of {', '.join(map(repr, STRATEGIES))}, a dict of cores by population, or a function"
            raise invalid("place", "strategy", repr(strategy), allowed)
        assignment = own(problem, strategy)
        use = use_of(problem, assignment)
        layout = in_order(assignment.count, chip)
    elif name == "greedy":
        assignment, use = greedy(problem)
        layout = in_order(assignment.count, chip)
    else:
        from loihi_emu.mapping.traffic import least_traffic  # and with it scipy.sparse, which takes its time

        assignment, use, layout = least_traffic(problem, given, found)
    check_cores(problem, assignment, use, layout)
    check_chips(problem, use, layout, found)
    return Placement(problem, assignment, use, layout, boards=found, strategy=name, rates=known)
