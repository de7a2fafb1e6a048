"""The report of a deadlock: who waits for whom when no model can go on."""

from __future__ import annotations

from collections.abc import Iterable

from lava_api.magma.runtime.channel import HostChannel
from lava_api.magma.runtime.scheduler import Wait
from loihi_emu.errors import SimulationError

SHOWN = 8
"""So many waits are listed."""


def deadlock(waits: Iterable[Wait], step: int) -> SimulationError:
    """Build the error that names who waits for whom in a time step, the cycle first if there is one."""
    listed = list(waits)
    cycle = find_cycle(listed)
    chain = cycle or listed
    text = ", ".join(sentence(wait) for wait in chain[:SHOWN])
    if len(chain) > SHOWN:
        text += f", and {len(chain) - SHOWN} more"
    if all(wait.polls for wait in chain):
        advice = (
            "They ask for messages that nothing will send: in a loop, one process has to send before it asks;"
            " a model that may get nothing asks once in a time step and goes on."
        )
    elif any(isinstance(wait.channel, HostChannel) for wait in chain):
        advice = "Call run(RunSteps(n, blocking=False)), then send or receive, then wait()."
    elif cycle:
        advice = "In a loop, one process has to send before it receives, as Dense does."
    elif all(wait.reading for wait in chain):
        advice = "The sender finished its phase without sending: send once for every recv()."
    else:
        advice = "A channel is full: receive once for every send(), or raise compile_config={'pypy_channel_size': ...}."
    kind = "deadlock" if cycle else "no process can go on"
    return SimulationError(f"{kind} in time step {step}: {text}. {advice}")


def sentence(wait: Wait) -> str:
    """Say who waits for whom."""
    (source, out), (target, inp) = wait.channel.source, wait.channel.target
    if wait.polls:
        asked = "the program around" if isinstance(wait.channel, HostChannel) else f'"{source}".{out}'
        return f'"{target}".{inp} asks again and again for a message of {asked}'
    if isinstance(wait.channel, HostChannel):
        what = "data" if wait.reading else "room"
        return f'"{source}".{out} waits for {what} from the program around'
    if wait.reading:
        return f'"{target}".{inp} waits for "{source}".{out}'
    return f'"{source}".{out} waits for room at "{target}".{inp}'


def find_cycle(waits: list[Wait]) -> list[Wait]:
    """Return the waits of one cycle in order; empty when there is none."""
    needs = {}
    for wait in waits:
        if not isinstance(wait.channel, HostChannel):
            ends = wait.channel.target[0], wait.channel.source[0]
            waiter, other = ends if wait.reading else ends[::-1]
            needs[waiter] = other, wait
    for start in needs:
        seen: list[str] = []
        here = start
        while here in needs and here not in seen:
            seen.append(here)
            here = needs[here][0]
        if here in seen:
            return [needs[name][1] for name in seen[seen.index(here) :]]
    return []
