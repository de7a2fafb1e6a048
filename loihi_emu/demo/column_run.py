"""The demo of a cortical column: build it as large as fits the machine, run it, print rates and times, draw."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from loihi_emu import numeric
from loihi_emu.demo.column import NAMES, RATES, STEP, column, column_network
from loihi_emu.demo.figures import new_figure, print_report, save
from loihi_emu.memory.free import free_memory
from loihi_emu.recording.recording import Recording

SETTLING, SHOWN = 100.0, 100.0  # ms that do not count; ms of the raster
SYNAPSE_BYTES = 16
"""Upper bound of what a synapse takes while a column is built."""
SCALES = (0.1, 0.2, 0.3, 0.5)
"""What a column is scaled to unless it is said."""
MOST = 50_000_000
"""Synapses at most, of which so many are built in seconds."""


@dataclass(frozen=True, eq=False)
class ColumnRun:
    """What was measured.

    Attributes
    ----------
    recording : Recording
        Of the steps after the first 100 ms.
    rates : float array
        Hz, by population.
    neurons, synapses : int
    built, seconds, simulated : float
        Seconds for building, for running, and of biological time.
    held : int
        Bytes that the emulator holds.
    threads : int
    """

    recording: Recording
    rates: NDArray[np.float64]
    neurons: int
    synapses: int
    built: float
    seconds: float
    simulated: float
    held: int
    threads: int


def scale_of_machine() -> float:
    """The largest of the usual scales that is built in seconds and fits in half of the free memory.

    Examples
    --------
    >>> scale_of_machine() in SCALES
    True
    """
    free = free_memory()
    room = float("inf") if free is None else free.bytes / 2 / SYNAPSE_BYTES
    fitting = [scale for scale in SCALES if column(scale).synapses.sum() <= min(MOST, room)]
    return fitting[-1] if fitting else SCALES[0]


def simulate(scale: float, milliseconds: float, threads: int | str = "auto", seed: int = 1) -> ColumnRun:
    """Build and run a column.

    Parameters
    ----------
    scale : float
        Part of the neurons, and of the synapses on each.
    milliseconds : float
        Biological time after the first 100 ms.
    threads : int or "auto"
    seed : int
    """
    from loihi_emu.run.emulator import Emulator

    begin = time.perf_counter()
    network = column_network(scale, seed)
    emulator = Emulator(network, threads=threads)
    built = time.perf_counter() - begin
    emulator.run(round(SETTLING / STEP))
    emulator.forget()
    begin = time.perf_counter()
    recording = emulator.run(round(milliseconds / STEP))
    seconds = time.perf_counter() - begin
    simulated = recording.steps * STEP / 1000
    rates = np.array([recording.spike_counts(name).mean() / simulated for name in NAMES])
    memory = emulator.memory()
    held = sum(size for name, size in memory.items() if name not in ("neurons", "stored synapses"))
    return ColumnRun(
        recording, rates, memory["neurons"], memory["stored synapses"], built, seconds, simulated, held,
        emulator.threads,
    )  # fmt: skip


def draw(run: ColumnRun, folder: Path) -> Path:
    """Write column.png: a raster of the last 100 ms, layer 2/3 at the top, and rates beside the published ones."""
    from loihi_emu import plots

    figure = new_figure(11, 6)
    left, right = figure.subplots(1, 2, width_ratios=[2, 1])
    end = run.recording.start + run.recording.steps
    shown = min(run.recording.steps, round(SHOWN / STEP))
    plots.raster(run.recording, NAMES[::-1], window=(end - shown, end), rate=False, ax=left)
    left.set_title(f"{run.neurons:,} neurons, {run.synapses:,} synapses; a step is {STEP} ms")
    rows = np.arange(len(NAMES))
    right.barh(rows - 0.2, run.rates, 0.4, label="here")
    right.barh(rows + 0.2, RATES, 0.4, label="published")
    right.set(yticks=rows, yticklabels=NAMES, xlabel="rate (Hz)")
    right.invert_yaxis()
    right.legend()
    return save(figure, folder / "column.png")


def run_column(
    folder: Path, scale: float | None = None, milliseconds: float = 1000.0, threads: int | str = "auto"
) -> ColumnRun:
    """Build, run, print a report, draw.

    Parameters
    ----------
    folder : Path
        Where the picture goes.
    scale : float, optional
        Part of the neurons, and of the synapses on each; by default what fits the machine.
    milliseconds : float
        Biological time, after 100 ms that do not count.
    threads : int or "auto"
    """
    milliseconds = float(numeric.ranged("demo column", "ms", milliseconds, STEP, 1e6))
    size = scale_of_machine() if scale is None else scale
    print("The cortical microcircuit of Potjans and Diesmann (2014), eight populations, steps of 0.1 ms, chip integers")
    run = simulate(size, milliseconds, threads)
    path = draw(run, folder)
    report = [
        ("scale", f"{size:g} of the neurons, and of the synapses on each"),
        ("neurons, synapses", f"{run.neurons:,}, {run.synapses:,}, with a weight and a delay each"),
        ("built", f"in {run.built:.1f} s; {run.held / 1e6:,.0f} MB are held"),
        ("run", f"{run.simulated:g} s in {run.seconds:.2f} s with {run.threads} threads"),
        ("times real time", f"{run.seconds / run.simulated:.2f}"),
        ("picture", str(path)),
    ]
    print_report(report, 20)
    print(f"  {'rates in Hz':20s} {'here':>6s} {'published':>10s}")
    for name, here, published in zip(NAMES, run.rates, RATES, strict=True):
        print(f"  {name:20s} {here:6.2f} {published:10.2f}")
    return run
