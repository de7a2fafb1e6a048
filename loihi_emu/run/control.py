"""How a run is driven: chunks short enough for Ctrl-C, and room for recorders."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any

from loihi_emu.image.build import Image
from loihi_emu.image.full import make_room
from loihi_emu.image.watch import SURGE_SECONDS, busiest_step
from loihi_emu.jit import directly
from loihi_emu.models.loop import LOOP
from loihi_emu.models.loop import run as run_steps
from loihi_emu.models.memory import Description
from loihi_emu.run.progress import Progress
from loihi_emu.run.team import Team

CHUNK_SECONDS = 0.05
"""A chunk of steps between two looks at Python takes about so long: Ctrl-C is heard within 0.2 s."""
FIRST_STEPS = 16
SURGE_NANOSECONDS = round(1e9 * SURGE_SECONDS)
SHORTEST_SECONDS = 1e-4
"""Where the work of spikes is not added up (``image/watch.py``), a chunk takes no longer than a surge may, should every
neuron begin to fire in it; except that it need not be shorter than this at the present pace."""
WORTH_WAKING = 1e-4
"""Shorter runs are done by one thread, share by share: the others would wake for longer than that."""


class Pacer:
    """Runs steps in chunks of about :data:`CHUNK_SECONDS`, learning from each how long a step takes."""

    def __init__(self, image: Image, team: Team | None = None) -> None:
        self.image, self._team, self._exchange = image, team, image.exchange
        busiest = busiest_step(image.network)
        self._careful = SURGE_SECONDS / busiest
        self._seconds_per_step = max(busiest, CHUNK_SECONDS / FIRST_STEPS)
        self._measured = False
        levels, program = image.levels, image.program
        self.clock: Any = image.arena["clock"].data  # quicker to read than an array
        self._loop = Description(LOOP)
        program.describe(self._loop, levels.filled, levels.capacity, levels.needed, image.arena["clock"], levels.total)
        self._address, self._run = self._loop.address, directly(run_steps)

    def run(
        self, steps: int, progress: Progress, after_chunk: Callable[[], None], alone: Callable[[Callable[[], int]], int]
    ) -> None:
        """Run so many steps; ``after_chunk`` may raise to stop. ``alone`` calls what no other thread may meet."""
        done = 0
        while done < steps:
            left = steps - done
            limit = 1 if left == 1 else min(self._agreed(self._length()), left)
            ran = alone(partial(self._chunk, limit))
            done += ran
            after_chunk()
            progress.advance(ran, self._seconds_per_step)

    def _chunk(self, limit: int) -> int:
        """Run at most so many steps, and make room where a recorder has none; the number of steps run."""
        begin = perf_counter()
        ran = self._steps(limit)
        took = perf_counter() - begin
        if ran:
            self._learn(took / ran)
        if ran < limit:
            self._make_room()
        return ran

    def one(self) -> None:
        """Run one step, without learning how long it takes."""
        exchange = self._exchange
        while not (self._loops(1) if exchange is None else exchange.ranks.in_step("a step", partial(self._steps, 1))):
            self._make_room()

    @property
    def step(self) -> int:
        """The step that runs next."""
        step: int = self.clock[0]
        return step

    def _steps(self, limit: int) -> int:
        """Run steps until one may lack room; the number of steps run."""
        image = self.image
        if image.exchange is None:
            return self._loops(limit)
        self._make_room()
        image.levels.filled[image.levels.stop] = 0
        image.exchange.until(self.step + limit)
        before = image.counted()
        ran = self._loops(limit)
        image.count_others(before)
        return ran

    def _loops(self, limit: int) -> int:
        """Run the loops of all threads, or one that does what all do, until too much work of spikes comes together."""
        levels = self.image.levels
        if levels.watched:
            levels.capacity[levels.work] = levels.filled[levels.work] + SURGE_NANOSECONDS
        if self._team is not None and limit * self._seconds_per_step >= WORTH_WAKING:
            return self._team.run(self.image, limit)
        ran: int = self._run(self._address, limit)
        return ran

    def _make_room(self) -> None:
        make_room(self.image.recorded, self.step)

    def _length(self) -> int:
        """Number of steps to run before the next look."""
        pace = self._seconds_per_step
        if self.image.levels.watched:
            return max(1, int(CHUNK_SECONDS / pace))
        return max(1, int(min(CHUNK_SECONDS / pace, max(self._careful, SHORTEST_SECONDS / pace))))

    def _agreed(self, length: int) -> int:
        """The number of steps that all ranks run: that of the first."""
        exchange = self.image.exchange
        return length if exchange is None else exchange.ranks.meet("a chunk of steps", number=length)[0]

    def _learn(self, seconds: float) -> None:
        """Take over the first measurement, and follow later ones (up at once, down by halves)."""
        if not self._measured:
            self._seconds_per_step, self._measured = max(seconds, 1e-8), True
        else:
            self._seconds_per_step = max(seconds, (self._seconds_per_step + seconds) / 2, 1e-8)
