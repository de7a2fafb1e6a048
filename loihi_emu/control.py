"""How a run is driven: chunks short enough for Ctrl-C, room for recorders, and a progress bar."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from loihi_emu.image.build import Image
from loihi_emu.models.loop import run as run_steps

CHUNK_SECONDS = 0.05
"""A chunk of steps between two looks at Python takes about so long: Ctrl-C is heard within 0.2 s."""
BAR_AFTER_SECONDS = 2.0
"""A progress bar appears for runs that are expected to take longer."""
FIRST_STEPS = 16


class Pacer:
    """Runs steps in chunks of about :data:`CHUNK_SECONDS`, learning from each how long a step takes."""

    def __init__(self, image: Image) -> None:
        self.image = image
        memory = image.memory()
        work = 2e-9 * memory["neurons"] + 1e-9 * memory["stored synapses"]
        self._seconds_per_step = max(work, CHUNK_SECONDS / FIRST_STEPS)
        self._measured = False

    def run(self, steps: int, progress: bool | None, after_chunk: Callable[[], None]) -> None:
        """Run so many steps; ``after_chunk`` may raise to stop."""
        image = self.image
        clock, fills = image.arena["clock"], image.fills
        bar: Any = None
        done = 0
        try:
            while done < steps:
                limit = max(1, min(int(CHUNK_SECONDS / self._seconds_per_step), steps - done))
                begin = time.perf_counter()
                ran = int(
                    run_steps(
                        image.leaves,
                        image.descriptions,
                        fills.filled,
                        fills.capacity,
                        fills.needed,
                        clock,
                        fills.total,
                        limit,
                    )
                )
                took = time.perf_counter() - begin
                done += ran
                if ran:
                    self._learn(took / ran)
                if ran < limit:
                    for recorded in image.recorded:
                        recorded.recorder.make_room()
                after_chunk()
                if bar is None and done < steps and self._wants_bar(progress, steps - done):
                    bar = _bar(steps, done)
                elif bar is not None:
                    bar.update(ran)
        finally:
            if bar is not None:
                bar.close()

    def _learn(self, seconds: float) -> None:
        """Take over the first measurement, and follow later ones (up at once, down by halves)."""
        if not self._measured:
            self._seconds_per_step, self._measured = max(seconds, 1e-8), True
        else:
            self._seconds_per_step = max(seconds, (self._seconds_per_step + seconds) / 2, 1e-8)

    def _wants_bar(self, progress: bool | None, left: int) -> bool:
        if progress is not None:
            return progress
        return left * self._seconds_per_step > BAR_AFTER_SECONDS and sys.stderr.isatty()


def _bar(steps: int, done: int) -> Any:
    from tqdm.auto import tqdm

    return tqdm(total=steps, initial=done, unit="step", unit_scale=True, leave=False)
