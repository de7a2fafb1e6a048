"""What the compiler tells about a program when it is asked to."""

import numpy as np
import pytest
from lava_parts import Sink

from lava_api.magma.compiler.options import CompilerOptions
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2HwCfg, Loihi2SimCfg
from lava_api.proc.dense.process import Dense
from lava_api.proc.lif.process import LIF


@pytest.fixture
def told(monkeypatch, capsys):
    """Return a function that runs a program with some options and returns what was printed."""

    def run(config, **options):
        for name, value in options.items():
            monkeypatch.setattr(CompilerOptions, name, value)
        neurons, weights, sink = LIF(shape=(4,), name="cells"), Dense(weights=np.ones((8, 4))), Sink((8,))
        neurons.s_out.connect(weights.s_in)
        weights.a_out.connect(sink.inp)
        sink.run(RunSteps(1), config)
        sink.stop()
        return capsys.readouterr().out.splitlines()

    return run


def test_nothing_is_told_unless_asked_for(told):
    assert told(Loihi2SimCfg()) == []


def test_a_table_names_the_model_of_each_process_and_how_it_runs(told):
    head, *rows = [line.split() for line in told(Loihi2SimCfg(), verbose=True)]
    assert head == ["process", "class", "model", "runs", "values", "memory"]
    assert [row[3] for row in rows] == ["compiled", "compiled", "Python"]
    assert rows[0][:3] == ["cells", "LIF", "PyLifModelFloat"]
    assert sum(float(row[5]) for row in rows) == pytest.approx(100, abs=0.2)


def test_resources_are_counted_in_bytes_and_added_up(told):
    *rows, total = [
        line.split() for line in told(Loihi2SimCfg(), verbose=True, show_resource_count=True, log_memory_info=True)
    ]
    assert int(rows[2][5]) >= 8 * 4 * 8
    assert total == ["3", "processes,", str(sum(int(row[4]) for row in rows[1:])), "values", "in", *total[5:]]
    assert int(total[5]) == sum(int(row[5]) for row in rows[1:])


def test_with_a_chip_it_is_told_what_its_cores_hold(told):
    lines = told(Loihi2HwCfg(), verbose=True)
    table = next(k for k, line in enumerate(lines) if line.startswith("process "))
    assert table > 0 and any("core" in line for line in lines[:table])
