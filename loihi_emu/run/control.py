"""How a run is driven: chunks short enough for Ctrl-C, and room for recorders."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from loihi_emu.image.build import Image
from loihi_emu.image.full import make_room
from loihi_emu.models.loop import run as run_steps
from loihi_emu.run.progress import Progress
from loihi_emu.run.team import Team

CHUNK_SECONDS = 0.05
"""A chunk of steps between two looks at Python takes about so long: Ctrl-C is heard within 0.2 s."""
FIRST_STEPS = 16
SURGE_SECONDS = 0.15
"""A chunk is short enough to take no longer than so should every neuron begin to fire in it."""
SHORTEST_SECONDS = 1e-4
"""Except that it need not be shorter than this at the present pace, or looking would cost more than running."""
WORTH_WAKING = 1e-4
"""Shorter runs are done by one thread, share by share: the others would wake for longer than that."""
EVENT_SECONDS = {"dense": 2e-10, "sparse": 1e-9, "conv": 1e-9}
NEURON_SECONDS = 3e-9
"""Rough times of a synaptic event and of a neuron's update."""


class Pacer:
    """Runs steps in chunks of about :data:`CHUNK_SECONDS`, learning from each how long a step takes."""

    def __init__(self, image: Image, team: Team | None = None) -> None:
        self.image, self._team = image, team
        busiest = _busiest_step(image)
        self._careful = SURGE_SECONDS / busiest
        self._seconds_per_step = max(busiest, CHUNK_SECONDS / FIRST_STEPS)
        self._measured = False
        fills, program = image.fills, image.program
        self._clock = image.arena["clock"]
        self._loop = (
            program.leaves, program.descriptions, fills.filled, fills.capacity, fills.needed, self._clock, fills.total,
        )  # fmt: skip

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
        begin = time.perf_counter()
        ran = self._steps(limit)
        took = time.perf_counter() - begin
        if ran:
            self._learn(took / ran)
        if ran < limit:
            self._make_room()
        return ran

    def one(self) -> None:
        """Run one step, without learning how long it takes."""
        exchange = self.image.exchange
        while not (self._steps(1) if exchange is None else exchange.ranks.in_step("a step", partial(self._steps, 1))):
            self._make_room()

    @property
    def step(self) -> int:
        """The step that runs next."""
        step: int = self._clock.item()
        return step

    def _steps(self, limit: int) -> int:
        """Run steps until one may lack room; the number of steps run."""
        image = self.image
        if image.exchange is None:
            return self._loops(limit)
        self._make_room()
        image.fills.filled[image.fills.stop] = 0
        image.exchange.until(self.step + limit)
        before = image.counted()
        ran = self._loops(limit)
        image.count_others(before)
        return ran

    def _loops(self, limit: int) -> int:
        """Run the loops of all threads, or one that does what all do."""
        if self._team is not None and limit * self._seconds_per_step >= WORTH_WAKING:
            return self._team.run(self.image, limit)
        ran: int = run_steps(*self._loop, limit)
        return ran

    def _make_room(self) -> None:
        make_room(self.image.recorded, self.step)

    def _length(self) -> int:
        """Number of steps to run before the next look."""
        pace = self._seconds_per_step
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


def _busiest_step(image: Image) -> float:
    """About how many seconds a step takes in which every neuron and every input fires."""
    events = {"dense": 0, "sparse": 0, "conv": 0}
    for c in image.network.connections.values():
        positions = 1 if c.conv is None else c.pre.size / c.conv.kernel.shape[3] / c.conv.groups
        events[c.kind] += int(c.synapses * positions)
    neurons = sum(node.size for node in [*image.network.populations.values(), *image.network.inputs.values()])
    return NEURON_SECONDS * neurons + sum(EVENT_SECONDS[kind] * n for kind, n in events.items())
