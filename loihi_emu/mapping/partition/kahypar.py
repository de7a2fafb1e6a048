"""Partitions by Mt-KaHyPar (MIT licence), where it is installed: ``pip install "loihi_emu[mapping]"``.

It takes one weight of a vertex: the largest share of a core's compartments or synaptic memory that a neuron takes. What
it finds is measured like every other candidate, and refined within all limits.

It cannot be interrupted, so it runs in a process of its own, which ends with an interrupt of this one, or when its time
is over: a partition of a million pins into 40 blocks takes it half a minute.

Gottesbüren, Heuer, Maas, Sanders and Schlag, "Scalable High-Quality Hypergraph Partitioning", 2024.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np

from loihi_emu.mapping.arrays import Integers, Numbers
from loihi_emu.mapping.partition.hypergraph import Hypergraph
from loihi_emu.user_warnings import warn

PROGRAM = Path(__file__).with_name("kahypar_program.py")
VERTEX, EDGE = 1 << 14, 1 << 30
"""A full core in weights of vertices, and all messages in weights of hyperedges."""
LONGEST = 120
"""Seconds that it may take for one placement."""
LATE = (
    "place: Mt-KaHyPar took longer than {} s, the last time with {} cores, and was ended. Placed without more of it; "
    "strategy=LowTraffic(partitioner=False) does not ask it."
)


def installed() -> bool:
    """Whether Mt-KaHyPar is installed, and there is a Python to run it."""
    return find_spec("mtkahypar") is not None and bool(sys.executable)


def partitioned(nets: Hypergraph, size: Numbers, count: int, seconds: float) -> Integers | None:
    """The core of each neuron, with few messages between so many cores; None if they cannot hold the neurons.

    A warning tells if it fails or takes longer than allowed.

    Parameters
    ----------
    nets : Hypergraph
    size : float64 array
        Share of a core that each neuron takes.
    count : int
        Cores.
    seconds : float
        Time after which it is ended.
    """
    starts, pins, weights = _edges(nets)
    if len(weights) == 0 or count < 2:
        return None
    vertices = np.maximum(1, np.round(size * VERTEX)).astype(np.int64)
    # what is found there is found here too, however this process came by it
    paths = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONSAFEPATH": "1"}
    with TemporaryFile() as given, TemporaryFile() as answer, TemporaryFile() as errors:
        np.savez(given, starts=starts, pins=pins, weights=weights, vertices=vertices, blocks=np.full(count, VERTEX))
        given.seek(0)
        arguments = [sys.executable, str(PROGRAM)]
        try:
            ended = subprocess.run(
                arguments, stdin=given, stdout=answer, stderr=errors, env=paths, timeout=seconds, check=False
            )
        except subprocess.TimeoutExpired:
            warn(LATE.format(LONGEST, count), UserWarning)
            return None
        if ended.returncode:
            errors.seek(0)
            last = errors.read().decode(errors="replace").strip().rpartition("\n")[2]
            warn(f"place: Mt-KaHyPar failed ({last}). Placed without it.", UserWarning)
            return None
        answer.seek(0)
        core = np.load(answer)
    return np.asarray(core, np.int64) if len(core) else None


def _edges(nets: Hypergraph) -> tuple[Integers, Integers, Integers]:
    """A hyperedge for each list that sends something: source and targets, and its messages as a weight.

    Where each begins, the neurons of all of them, and their weights.
    """
    sends = (nets.source >= 0) & (nets.weight > 0)
    targets = np.repeat(np.arange(nets.neurons), np.diff(nets.starts))
    lists, pins = (np.concatenate(pair) for pair in ((nets.nets, np.flatnonzero(sends)), (targets, nets.source[sends])))
    pairs = np.unique(lists[sends[lists]].astype(np.int64) * nets.neurons + pins[sends[lists]])
    of, pin = np.divmod(pairs, nets.neurons)
    several = np.bincount(of, minlength=len(sends)) > 1  # others stay where they are
    of, pin = of[several[of]], pin[several[of]]
    first = np.flatnonzero(np.diff(of, prepend=-1))
    weight = nets.weight[of[first]] * (EDGE / max(nets.weight[sends].sum(), 1e-300))
    return np.append(first, len(of)), pin, np.maximum(1, np.round(weight)).astype(np.int64)
