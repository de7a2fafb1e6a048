"""Ways to assign neurons to cores: "greedy", "traffic", the user's own cores, or an object of the user's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loihi_emu.errors import invalid, shown_of, unknown
from loihi_emu.mapping.strategies.greedy import Greedy, assign_greedily
from loihi_emu.mapping.strategies.low_traffic import LowTraffic
from loihi_emu.mapping.strategies.manual import Manual
from loihi_emu.mapping.strategies.strategy import Proposal, Strategy

__all__ = ["STRATEGIES", "Greedy", "LowTraffic", "Manual", "Proposal", "Strategy", "assign_greedily", "strategy_of"]

STRATEGIES: dict[str, Strategy] = {each.name: each for each in (Greedy(), LowTraffic())}
"""Strategies by name."""


def strategy_of(given: Any) -> Strategy:
    """A strategy from its name, a dict of cores by population, a function that returns one, or an object that is one.

    Raises
    ------
    ValidationError, UnknownNameError
        Something else; a name that no strategy has.
    """
    if isinstance(given, str):
        if given not in STRATEGIES:
            raise unknown("strategy", given, STRATEGIES)
        return STRATEGIES[given]
    if isinstance(given, Mapping):
        return Manual(given)
    if isinstance(given, Strategy) and not isinstance(given, type):
        return given
    if callable(given):
        return Manual(given)
    allowed = f"one of {', '.join(map(repr, STRATEGIES))}, a dict of cores by population, a function, or a Strategy"
    raise invalid("place", "strategy", shown_of(given), allowed)
