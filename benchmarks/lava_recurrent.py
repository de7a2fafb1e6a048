"""Recurrent LIF and Sparse as a Lava program, beside hand-written C of the same integers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.sparse import csc_matrix

from benchmarks import ceiling
from benchmarks.ceiling import Recurrent
from benchmarks.lava import Program
from benchmarks.lava_programs import FIXED, Lava
from benchmarks.race import race
from benchmarks.rows import Row, ratio
from benchmarks.sizes import TAU_5, TAU_20, Size
from benchmarks.workloads import EXCITATORY, INHIBITORY, UNIT, Lif

LIMIT = 1.25
SMALL = Lif(TAU_5, TAU_20, vth=1000, bias=2150, bias_exp=1)
LARGE = Lif(TAU_5, TAU_20, vth=4000, bias=2800, bias_exp=4)


def measure(size: Size) -> Iterator[Row]:
    """The sizes of W1 and W1b."""
    for (neurons, fan_out), cell, steps in ((size.recurrent, SMALL, 3000), (size.large, LARGE, 120)):
        yield _measure(neurons, fan_out, cell, size.steps(steps), size.rounds)


def _measure(neurons: int, fan_out: int, cell: Lif, steps: int, rounds: int) -> Row:
    rng = np.random.default_rng(1)
    targets = np.stack([np.sort(rng.choice(neurons, fan_out, replace=False)) for _ in range(neurons)]).astype(np.int32)
    weights = np.full(targets.size, INHIBITORY, np.int16)
    weights[: neurons * 4 // 5 * fan_out] = EXCITATORY
    rows = np.arange(neurons + 1) * fan_out
    v = rng.integers(0, cell.vth * UNIT, neurons)
    program = _program(cell, v, csc_matrix((weights, targets.reshape(-1), rows), shape=(neurons, neurons)))
    contestants: dict[str, Any] = {}
    if ceiling.compiler() is not None:
        contestants["C"] = Recurrent(np.zeros(neurons, np.int64), v, cell.cell(), rows, targets.reshape(-1), weights)
    contestants["lava_api"] = program
    laps = race(contestants, steps, rounds)
    rate = program.spikes / (neurons * steps * (rounds + 1))
    program.lead.stop()
    note = f"{neurons} LIF, {targets.size / 1e6:.3g}M synapses in Sparse; {rate:.2%} of the neurons spike a step"
    what = f"Sparse, recurrent, {neurons}"
    if "C" not in laps:
        return Row("Lava program beside C", what, laps["lava_api"].us, "us/step", note=note)
    return ratio("Lava program beside C", what, laps["lava_api"], laps["C"], LIMIT, note)


def _program(cell: Lif, v: Any, weights: Any) -> Program:
    """The program, begun."""
    lava = Lava("lava_api")
    cells = lava.LIF(
        shape=(v.size,), du=cell.du - 1, dv=cell.dv, vth=cell.vth, bias_mant=cell.bias, bias_exp=cell.bias_exp, v=v
    )
    sparse = lava.Sparse(weights=weights)
    cells.s_out.connect(sparse.s_in)
    sparse.a_out.connect(cells.a_in)
    cells.run(lava.RunSteps(num_steps=0), lava.Config(select_tag=FIXED))
    return Program(cells, [cells])
