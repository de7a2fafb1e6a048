"""Samples from the first to the last: here, one after the other, or elsewhere, part by part."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from loihi_emu.errors import invalid
from loihi_emu.recording.counters import Snapshot
from loihi_emu.recording.recording import Recording
from loihi_emu.recording.steps import steps_of
from loihi_emu.run.executors import Executor, check_executor
from loihi_emu.run.progress import Progress
from loihi_emu.run.running import Running
from loihi_emu.run.sample_parts import begin_sample, parts, take_in
from loihi_emu.run.samples import Samples, prepare_samples, with_payloads
from loihi_emu.run.stream_writer import check_new, path_to
from loihi_emu.run.workers import workers_of

WHERE = "run_samples"
APART = "For samples on several processes make the emulator without comm."


def run_samples(
    emulator: Running,
    steps: int,
    inputs: Mapping[Any, Any],
    progress: bool | None,
    to: str | Path | None,
    workers: int | str,
    executor: Executor | None,
) -> Recording:
    """What ``Emulator.run_samples`` does."""
    setup = emulator._guard.setup
    count, progress, crew = steps_of(WHERE, steps, 1), emulator._wanted(WHERE, progress), workers_of(WHERE, workers)
    if executor is not None:
        check_executor(WHERE, executor)
    ranks = emulator._ranks
    if ranks is not None and (crew > 1 or executor is not None):
        given = "an executor" if executor is not None else str(crew)
        raise invalid(WHERE, "workers", given, "1 for an emulator that several ranks run (comm=)", advice=APART)
    number, samples, graded = prepare_samples(emulator.image, inputs, count)
    if graded:
        setup(partial(emulator._rebuild, with_payloads(emulator.network, graded)))
        number, samples, _ = prepare_samples(emulator.image, inputs, count)
    if to is not None and (ranks is None or ranks.rank == 0):
        check_new(path_to(to))
    before = setup(partial(_begin, emulator, count))
    begin = time.perf_counter()
    file = None if to is None else setup(partial(emulator._file, to, before))

    def recorded() -> None:
        emulator._wall = time.perf_counter() - begin
        if file is not None:
            setup(file.after_chunk)

    try:
        with Progress(count * number, progress) as shown:
            if executor is None and min(crew, number) == 1:
                _here(emulator, count, number, samples, shown, recorded, before, begin)
            else:
                with closing(parts(emulator, count, samples, number, crew, executor)) as found:
                    for part in found:
                        try:
                            setup(partial(take_in, emulator, part))
                        finally:
                            recorded()
                        shown.advance(part.steps, emulator._wall / (shown.done + part.steps))
    finally:
        emulator._wall = time.perf_counter() - begin
        setup(partial(_end, emulator))
        if file is not None:
            setup(file.finish)
    emulator._warn_overflow(before)
    return emulator._counters.recording(before, emulator._wall, count, emulator._sample_ends)


def _here(
    emulator: Running, steps: int, number: int, samples: Samples, shown: Progress, recorded: Any, before: Snapshot,
    begin: float,
) -> None:  # fmt: skip
    """Run all of them in this process."""
    guard, inputs = emulator._guard, emulator.image.inputs

    def after_chunk() -> None:
        recorded()
        emulator._check_overflow(before, f"sample {k}, ")

    chosen = guard.setup(lambda: [given.start(inputs[name]) for name, given in samples.items()])
    for k in range(number):
        guard.setup(partial(begin_sample, emulator, k, k, chosen))
        emulator._pacer.run(steps, shown, after_chunk, guard.part)
        emulator._sample_ends.append((emulator._counters.values(), time.perf_counter() - begin))


def _begin(emulator: Running, steps: int) -> Snapshot:
    """Go to the initial state; recordings are of samples from now on."""
    emulator.image.arena.reset()
    emulator._forget()
    emulator._sample_steps = steps
    return emulator._counters.snapshot()


def _end(emulator: Running) -> None:
    """Go back to the emulator's own inputs and the initial state."""
    for source in emulator.image.inputs.values():
        source.point_own()
    emulator.image.arena.reset()
