"""What to change so that a network fits."""

from __future__ import annotations

from loihi_emu.mapping.assignment import Assignment
from loihi_emu.mapping.check import smallest_board
from loihi_emu.mapping.layout import Layout
from loihi_emu.mapping.problem import Problem
from loihi_emu.mapping.use import Use


def core_advice(problem: Problem, assignment: Assignment, use: Use, core: int, resource: str) -> tuple[str, str]:
    """What needs most of a resource on a core, and what would fit."""
    parts = [(name, neurons) for c, name, neurons, _ in assignment.parts() if c == core]
    have, need = problem.limit(resource), int(use.budgets[resource][core])
    rows = [row for row in use.lists if row.core == core]
    by_list = {"synaptic_bits": "bits", "axons_in": "axons"}
    if resource in by_list and rows:
        row = max(rows, key=lambda r: getattr(r, by_list[resource]))
        most = f', connection "{row.connection}"'
        population = problem.connections[row.connection].post.target.name
    else:
        population = max(parts, key=lambda part: len(part[1]))[0]
        if resource == "axons_out":
            population = max(parts, key=lambda part: int(use.fanout[part[0]][part[1]].sum()))[0]
        most = f', population "{population}"'
    pieces = -(-need // have)
    held = next(len(neurons) for name, neurons in parts if name == population)
    text = f'Split "{population}" over {pieces} cores or more ({held} of its neurons are on this one), or use '
    return most, text + 'strategy="greedy", which splits by itself.'


def chip_advice(problem: Problem, use: Use, layout: Layout, have: int) -> str:
    """What would bring a network down to so many chips, or where it fits as it is."""
    found = smallest_board(problem.chip, layout.chips)
    return f'It fits on boards="{found.name}".' if found else ""
