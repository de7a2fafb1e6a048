"""Recurrent LIF and Sparse or Dense as Lava programs, beside hand-written C of the same integers.

C leaves out what a program may ask for at any step: it wraps and saturates nothing (the workloads stay inside every
field, which equal states show), and lists who spikes for its own synapses alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.sparse import csc_matrix

from benchmarks import ceiling
from benchmarks.ceiling import Ceiling, Recurrent, RecurrentDense
from benchmarks.lava import Program
from benchmarks.lava_programs import FIXED, Lava
from benchmarks.race import race
from benchmarks.rows import Row, ratio
from benchmarks.sizes import TAU_5, TAU_20, Size
from benchmarks.workloads import EXCITATORY, INHIBITORY, UNIT, Lif, balanced

LIMIT = 1.25
SMALL = Lif(TAU_5, TAU_20, vth=1000, bias=2150, bias_exp=1)
LARGE = Lif(TAU_5, TAU_20, vth=4000, bias=2800, bias_exp=5)
FEW = Lif(TAU_5, TAU_20, vth=12_000, bias=2800, bias_exp=4)
MANY = Lif(TAU_5, TAU_20, vth=4000, bias=2800, bias_exp=4)


def measure(size: Size) -> Iterator[Row]:
    """Sparse in the sizes of W1 and W1b; Dense in that of W2, at two activities."""
    for (neurons, fan_out), cell, steps in ((size.recurrent, SMALL, 3000), (size.large, LARGE, 120)):
        yield _sparse(neurons, fan_out, cell, size.steps(steps), size.rounds)
    for cell in (FEW, MANY):
        yield _dense(size.layer, cell, size.steps(5000), size.rounds)


def sparse_program(neurons: int, fan_out: int, cell: Lif, threads: int) -> Program:
    """The program with a Sparse, begun with so many threads."""
    _, v, rows, targets, weights = _sparse_parts(neurons, fan_out, cell)
    matrix = csc_matrix((weights, targets.reshape(-1), rows), shape=(neurons, neurons))
    return _program(cell, v, Lava("lava_api").Sparse(weights=matrix), threads)


def _sparse_parts(neurons: int, fan_out: int, cell: Lif) -> tuple[Any, Any, Any, Any, Any]:
    """State at the start, starts of rows, targets and weights."""
    rng = np.random.default_rng(1)
    targets = np.stack([np.sort(rng.choice(neurons, fan_out, replace=False)) for _ in range(neurons)]).astype(np.int32)
    weights = np.full(targets.size, INHIBITORY, np.int16)
    weights[: neurons * 4 // 5 * fan_out] = EXCITATORY
    rows = np.arange(neurons + 1) * fan_out
    return np.zeros(neurons, np.int64), rng.integers(0, cell.vth * UNIT, neurons), rows, targets, weights


def _sparse(neurons: int, fan_out: int, cell: Lif, steps: int, rounds: int) -> Row:
    u, v, rows, targets, weights = _sparse_parts(neurons, fan_out, cell)
    program = sparse_program(neurons, fan_out, cell, 1)
    c = Recurrent(u, v, cell.cell(), rows, targets.reshape(-1), weights) if ceiling.compiler() else None
    text = f"{neurons} LIF, {targets.size / 1e6:.3g}M synapses in Sparse"
    return _measure(f"Sparse, recurrent, {neurons}", text, program, c, steps, rounds)


def _dense(neurons: int, cell: Lif, steps: int, rounds: int) -> Row:
    rng = np.random.default_rng(2)
    stored = balanced(rng, neurons, 8)
    u, v = np.zeros(neurons, np.int64), rng.integers(0, cell.vth * UNIT, neurons)
    # mixed signs: even mantissas
    program = _program(cell, v, Lava("lava_api").Dense(weights=2 * stored.T.astype(np.int32)))
    c = RecurrentDense(u, v, cell.cell(2), stored) if ceiling.compiler() else None
    text = f"{neurons} LIF, {neurons**2 / 1e6:.3g}M synapses in Dense"
    return _measure(f"Dense, recurrent, {neurons}", text, program, c, steps, rounds)


def _measure(what: str, text: str, program: Program, c: Ceiling | None, steps: int, rounds: int) -> Row:
    contestants: dict[str, Any] = {"lava_api": program} if c is None else {"C": c, "lava_api": program}
    laps = race(contestants, steps, rounds)
    rate = program.spikes / (program.v.size * steps * (rounds + 1))
    program.lead.stop()
    note = f"{text}; {rate:.2%} of the neurons spike a step"
    if c is None:
        return Row("Lava program beside C", what, laps["lava_api"].us, "us/step", note=note)
    return ratio("Lava program beside C", f"{what}, {rate:.0%}", laps["lava_api"], laps["C"], LIMIT, note)


def _program(cell: Lif, v: Any, connection: Any, threads: int = 1) -> Program:
    """The program, begun with so many threads."""
    lava = Lava("lava_api")
    cells = lava.LIF(
        shape=(v.size,), du=cell.du - 1, dv=cell.dv, vth=cell.vth, bias_mant=cell.bias, bias_exp=cell.bias_exp, v=v
    )
    cells.s_out.connect(connection.s_in)
    connection.a_out.connect(cells.a_in)
    cells.run(lava.RunSteps(num_steps=0), lava.Config(select_tag=FIXED), {"threads": threads})
    return Program(cells, [cells])
