"""``python -m benchmarks.simulators.columns --nest PYTHON``: a cortical column here and in NEST, seed by seed.

PYTHON names an interpreter that has NEST. For every population: the mean over seeds of rate, variation of intervals and
correlation, and how far the two means are apart in units of the spread between seeds of NEST and of here together.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from loihi_emu.demo.column import NAMES

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = Path(__file__).resolve().parent / "column.py"
WHAT = ("rates", "variation", "correlation")
APART = 3.0
"""Means further apart than so many of their standard errors are marked."""


def main(argv: list[str] | None = None) -> dict[str, list[dict[str, Any]]]:
    """Measure and print; what each simulator found with each seed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.simulators.columns", description=__doc__.split("\n")[0])
    parser.add_argument("--nest", metavar="PYTHON", required=True)
    parser.add_argument("--scale", type=float, default=0.1)
    parser.add_argument("--ms", type=float, default=2000.0)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args(argv)
    found: dict[str, list[dict[str, Any]]] = {"loihi_emu": [], "nest": []}
    for seed in range(1, given.seeds + 1):
        for name, python in (("loihi_emu", sys.executable), ("nest", given.nest)):
            found[name].append(measure_one(python, name, given.scale, given.ms, seed, given.threads))
    for name, runs in found.items():
        slow, built = (np.median([run[what] for run in runs]) for what in ("times_real_time", "built"))
        most = max(run["peak_gb"] for run in runs)
        print(f"{name:10} {slow:8.2f} times real time, built in {built:.1f} s, at most {most:.2f} GB")
    for what in WHAT:
        here, there = (np.array([run[what] for run in found[name]]) for name in found)
        error = np.sqrt(here.var(axis=0, ddof=1) / len(here) + there.var(axis=0, ddof=1) / len(there))
        apart = (here.mean(axis=0) - there.mean(axis=0)) / error
        print(f"\n{what:12} {'here':>18} {'NEST':>18} {'apart':>6}")
        for k, name in enumerate(NAMES):
            cells = (f"{x[:, k].mean():9.4f} +- {x[:, k].std(ddof=1):6.4f}" for x in (here, there))
            print(f"{name:12} {'  '.join(cells)} {apart[k]:6.1f}{' *' if abs(apart[k]) > APART else ''}")
    return found


def measure_one(python: str, name: str, scale: float, ms: float, seed: int, threads: int) -> dict[str, Any]:
    """One run in an interpreter of its own."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": str(threads)}
    command = [python, str(PROGRAM), name, str(scale), str(ms), str(seed), str(threads)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment, check=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    return dict(json.loads(lines[-1]))


if __name__ == "__main__":
    main()
