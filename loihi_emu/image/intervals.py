"""How many steps ranks may run between two exchanges of spikes."""

from __future__ import annotations

from collections.abc import Sequence

from loihi_emu.errors import invalid
from loihi_emu.network.elements import Connection
from loihi_emu.network.network import Network

LONGEST = 64
"""Steps of the longest interval, where no spike is waited for."""
MOST_WORDS = (1 << 31) - (1 << 20)
"""Of the messages of all ranks together: MPI counts in 32 bits, and each has a few words more."""
MOST_ROOM = 1 << 26
"""Bytes that recorders may have to keep free for two intervals."""
WORD = 4
"""Bytes of an index that is recorded, and of most state."""


def longest(network: Network, crossing: Sequence[Connection], wanted: int | None = None) -> int:
    """The longest interval that gives the same results: the same on all ranks.

    A spike arrives one step later, and its delay. What looks at the spikes of the last step, as learning does and what
    a chip's probe reads, has no delay; sums of floats depend on the order in which spikes come.

    Parameters
    ----------
    network : Network
    crossing : sequence of Connection
        Those that lead from one rank to another.
    wanted : int, optional
        At most this.

    Raises
    ------
    ValidationError
        Spikes would come too late in an interval of so many steps.
    """
    least: dict[str, int] = {}
    for c in crossing:
        steps = c.shortest_delay
        least[f'connection "{c.name}" has delays of {steps}'] = steps
    for name, c in network.connections.items():
        if c.learning is not None:
            least[f'connection "{name}" learns from the spikes of the step before'] = 0
    for probe in network.probes:
        if probe.view == "chip":
            least[f'a probe sees "{probe.target.name}" as the chip does'] = 0
    if network.rule_set.floats:
        least["sums of floats depend on their order"] = 0
    most = 1 + min([LONGEST - 1, *least.values()])
    if wanted is None:
        return most
    if wanted > most and least:
        reason = min(least, key=lambda text: least[text])
        advice = f"{reason[0].upper()}{reason[1:]}, and other ranks must have the spikes by then."
        raise invalid("Emulator", "exchange_every", wanted, f"up to {most} steps with this network", advice=advice)
    return min(wanted, most)


def fitting(network: Network, words: int) -> int:
    """The longest interval of whose spikes messages and recorders can hold as many as there may be.

    Parameters
    ----------
    network : Network
    words : int
        Of the messages of all ranks, if every neuron fires in one step.
    """
    recorded = 0
    for probe in network.probes:
        if not isinstance(probe.target, Connection):
            recorded += WORD * probe.target.size * len(probe.variables)
    return max(min(MOST_WORDS // max(words, 1), MOST_ROOM // max(2 * recorded, 1)), 1)
