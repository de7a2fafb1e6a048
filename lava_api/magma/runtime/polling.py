"""Models that ask for messages again and again: whether anything can ever arrive for them."""

from __future__ import annotations

import dis
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lava_api.magma.runtime.control import Control
from lava_api.magma.runtime.threads import PATIENCE, PAUSE

SURE = 1.0
"""Seconds that nothing has to happen where loops do nothing but ask."""

UNSURE = 10.0
"""Seconds that nothing has to happen where a loop does more: it may end by itself, after some turns or time."""

LOOK = 0.001
"""Seconds between two looks, so that asking stays quick."""

SHORT = 0.02
"""Seconds without any progress after which a request to end the run is granted, and other threads get time."""

OURS = str(Path(__file__).resolve().parents[2])


class Rounds:
    """Watches the rounds in which models that gave way go on, and leaves the run where only polling is left.

    A round that leaves the time steps, the messages waited for and the ports polled as they were has brought nothing.
    Where it stays so for some time, nothing can arrive any more. What gives way without polling (an async model that
    looks for a stop) may do anything later: then there is no end to the rounds.

    `others` returns whether other threads of the program may send still, `serve` wakes the models that they have
    served.
    """

    def __init__(self, control: Control, others: Callable[[], bool], serve: Callable[[], Any]) -> None:
        self._control = control
        self._others = others
        self._serve = serve
        self._seen: tuple[Any, ...] = ()
        self._since = 0.0
        self._next = 0.0
        self.is_hurried = False
        """Whether the caller waits for nothing but what can come at once."""

    def leave(self) -> bool:
        """Return whether to leave the run before the next round."""
        scheduler = self._control.scheduler
        if len(scheduler.polls) < len(scheduler.later):
            self._seen = ()
            return False
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + LOOK
        services = [(service.done, service.pending, service.idle) for service in self._control.services]
        polls = [(wait.worker, wait.channel) for wait in scheduler.polls.values()]
        seen = services, list(scheduler.waits.values()), polls
        if seen != self._seen:
            self._seen, self._since = seen, now
            return False
        quiet = now - self._since
        if quiet < SHORT:
            return False
        self._serve()
        if self.is_hurried or self._control.overdue():
            return True
        if self._others():
            time.sleep(PAUSE)
            return quiet > PATIENCE
        return quiet > SURE and (quiet > UNSURE or self._is_sure())

    def forget(self) -> None:
        """Begin anew: something may have changed since."""
        self._seen = ()
        self._next = 0.0

    def _is_sure(self) -> bool:
        """Return whether the loops of all models end by a message alone."""
        return all(only_asks(worker.gr_frame) for worker in self._control.scheduler.polls)


def only_asks(frame: Any) -> bool:
    """Return whether the innermost loop in which a model asks does nothing else, so that it ends by a message alone."""
    while frame is not None and frame.f_code.co_filename.startswith(OURS):
        frame = frame.f_back
    if frame is None:
        return False
    code, here = list(dis.get_instructions(frame.f_code)), frame.f_lasti
    backward = [op for op in code if "JUMP" in op.opname and isinstance(op.argval, int) and op.argval <= op.offset]
    loops = [(op.argval, op.offset) for op in backward if op.argval <= here <= op.offset]
    if not loops:
        return False
    first, last = min(loops, key=lambda ends: ends[1] - ends[0])
    inside = [op for op in code if first <= op.offset <= last]
    asks = [op for op in inside if op.opname in ("LOAD_ATTR", "LOAD_METHOD") and op.argval == "probe"]
    calls = [op for op in inside if op.opname.startswith("CALL")]
    other = ("STORE", "DELETE", "FOR_ITER", "YIELD", "SEND", "IMPORT")
    return len(calls) == len(asks) and not any(op.opname.startswith(other) for op in inside)
