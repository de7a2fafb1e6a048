"""The command ``run``: a saved network, in one process or on all ranks that mpiexec starts."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from loihi_emu.errors import invalid
from loihi_emu.files import foreign
from loihi_emu.numeric import MAX_STEPS, integer
from loihi_emu.ranks.world import WORLD, launched, mpi

if TYPE_CHECKING:
    from loihi_emu.run.emulator import Emulator


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("file", type=Path, help="a network written by Network.save")
    parser.add_argument("--steps", type=int, required=True, help="how many steps to run")
    parser.add_argument("--to", type=Path, metavar="FILE", help="write recordings to this file while running")
    parser.add_argument("--threads", default="1", help='threads of each process: a number, or "auto" (default 1)')
    parser.add_argument("--restore", type=Path, metavar="FILE", help="begin with this checkpoint")
    parser.add_argument("--checkpoint", type=Path, metavar="FILE", help="write a checkpoint at the end")
    parser.add_argument("--every", type=int, metavar="STEPS", help="with --checkpoint: also write it every so often")
    parser.add_argument("--progress", action="store_true", help="show a progress bar")


def run(options: argparse.Namespace) -> int:
    """Run the network, and tell what was counted; returns the exit status.

    Raises
    ------
    ValidationError
        No such file, or one of another kind; a number of steps that is none.
    MissingExtraError
        mpiexec started several processes, and mpi4py is not installed.
    """
    from loihi_emu.network.network import Network
    from loihi_emu.run.emulator import Emulator

    saved = options.file.parent / f"{options.file.name}.npz"
    if not options.file.is_file() and not saved.is_file():
        raise invalid(str(options.file), "", foreign.describe(options.file)[0], "a network written by Network.save")
    steps = integer("run", "--steps", options.steps, 0, MAX_STEPS)
    every = steps if options.every is None else integer("run", "--every", options.every, 1, MAX_STEPS)
    if options.every is not None and options.checkpoint is None:
        raise invalid("run", "--every", every, "a number of steps with --checkpoint FILE")
    threads = int(options.threads) if options.threads.isdecimal() else options.threads
    several = launched() > 1
    emulator = Emulator(Network.load(options.file), threads=threads, comm=WORLD if several else None)
    if options.restore is not None:
        emulator.restore(options.restore)
    begin, done = time.perf_counter(), 0
    while done < steps:
        part = min(every, steps - done)
        emulator.run(part, to=options.to, progress=options.progress or None)
        done += part
        if options.checkpoint is not None:
            emulator.save(options.checkpoint)
    if not several or mpi().COMM_WORLD.rank == 0:
        _print_summary(emulator, done, time.perf_counter() - begin)
    return 0


def _print_summary(emulator: Emulator, steps: int, seconds: float) -> None:
    stats = emulator.recording.stats
    print(f'network "{emulator.network.name}", {steps} steps in {seconds:.3g} s, up to step {emulator.step + 0}')
    for name, count in stats["spikes"].items():
        print(f"  {name}: {count:,} spikes")
    print(f"  {stats['synaptic_events']:,} synaptic events")
