"""From a network to a placement."""

from __future__ import annotations

from typing import Any

from loihi_emu.chips.chip import LOIHI1, LOIHI2, Chip
from loihi_emu.errors import invalid, shown_of
from loihi_emu.mapping.checks import check_chips, check_cores, check_fields, check_proposal
from loihi_emu.mapping.model import Problem, boards_of, in_order
from loihi_emu.mapping.placement import Placement
from loihi_emu.mapping.strategies import STRATEGIES, strategy_of
from loihi_emu.mapping.traffic import rates_of
from loihi_emu.mapping.usage import core_usage
from loihi_emu.memory.room import room_for
from loihi_emu.network.members import Members

PLACED_BYTES = 24
"""Bytes that placing takes for each neuron, at least."""


def place(
    network: Members, *, chip: Chip | None = None, boards: Any = None, strategy: Any = "greedy", rates: Any = None
) -> Placement:
    """Place a network on chips. See :meth:`loihi_emu.Network.place`."""
    sizes = {f'population "{p.name}": places': PLACED_BYTES * p.size for p in network.populations.values()}
    room_for(f'network "{network.name}", place', sizes)
    given_boards = boards_of(boards)
    if chip is None:
        chip = given_boards[0].chip if given_boards else network.chip
    if not isinstance(chip, Chip):
        raise invalid("place", "chip", shown_of(chip), "a loihi_emu.Chip, such as LOIHI1 or LOIHI2")
    if given_boards and chip.name in (LOIHI1.name, LOIHI2.name) and chip.name != given_boards[0].chip.name:
        allowed = f"boards of {chip.name}"
        raise invalid("place", "boards", f"{given_boards[0].name}, which carries {given_boards[0].chip.name}", allowed)
    problem = Problem(network, chip)
    check_fields(network, chip)
    given = rates_of(problem, rates)
    chosen = strategy_of(strategy)
    proposal = chosen.propose(problem, given, given_boards)
    ours = chosen in STRATEGIES.values()
    if not ours:
        check_proposal(problem, proposal, chosen.name)
    assignment, usage, layout = proposal
    if usage is None or not ours:
        usage = core_usage(problem, assignment)
    layout = layout or in_order(assignment.count, chip)
    check_cores(problem, assignment, usage, layout)
    check_chips(problem, usage, layout, given_boards)
    known = None if rates is None else given
    return Placement(problem, assignment, usage, layout, boards=given_boards, strategy=chosen.name, rates=known)
