"""``python -m benchmarks.simulators --nest PYTHON --brian2 PYTHON``: a balanced network beside other simulators.

PYTHON names an interpreter that has the simulator. Rounds are interleaved, times are CPU time of one core per step.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = Path(__file__).resolve().parent / "balanced.py"


def main(argv: list[str] | None = None) -> dict[str, dict[str, float]]:
    """Measure and print; the medians of time and rate by simulator."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.simulators", description=__doc__.splitlines()[0])
    parser.add_argument("--nest", metavar="PYTHON")
    parser.add_argument("--brian2", metavar="PYTHON")
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args(argv)
    interpreters = {"loihi_emu": sys.executable, "nest": given.nest, "brian2": given.brian2}
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    running = {
        name: subprocess.Popen(
            [python, str(PROGRAM), name, str(given.steps), str(given.rounds)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
        )
        for name, python in interpreters.items() if python
    }  # fmt: skip
    for process in running.values():
        _answer(process)
    rows: dict[str, list[dict[str, float]]] = {name: [] for name in running}
    for _ in range(given.rounds):
        for name, process in running.items():
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
            rows[name].append(_answer(process))
    found = {name: {key: statistics.median(r[key] for r in rows[name]) for key in ("us", "hz")} for name in rows}
    for name, row in found.items():
        print(f"{name:10} {row['us']:9.1f} us a step {row['us'] / found['loihi_emu']['us']:7.1f} x {row['hz']:6.1f} Hz")
    for process in running.values():
        process.communicate()
    return found


def _answer(process: subprocess.Popen[str]) -> dict[str, float]:
    """The next line of JSON; other simulators print lines of their own before."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("{"):
            return dict(json.loads(line))
    raise SystemExit(f"{process.args} ended with {process.wait()}")


if __name__ == "__main__":
    main()
