"""A program that does not fit into memory is one error with its own figures, before its models are built."""

import numpy as np
import pytest

from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.proc.dense.process import Dense
from lava_api.proc.io.source import RingBuffer
from lava_api.proc.lif.process import LIF
from lava_api.proc.monitor.process import Monitor
from loihi_emu.errors import OutOfMemoryError
from loihi_emu.memory.free import Free


def monitored():
    cells, monitor = LIF(shape=(1000,), name="big"), Monitor()
    monitor.probe(cells.v, 10**8)
    return cells


@pytest.mark.parametrize(
    ("make", "texts"),
    [
        (lambda: LIF(shape=(2**31,), name="big"), ['process "big": variable u 8.59 GB', "port s_out"]),
        (lambda: LIF(shape=(5 * 10**8,), name="big"), ['process "big": variable v 2 GB']),
        (lambda: Dense(weights=np.broadcast_to(np.int8(1), (10**5, 10**5)), name="big"), ["variable weights 40 GB"]),
        (lambda: RingBuffer(data=np.broadcast_to(1, (10**6, 10**4))), ["variable data 40 GB"]),
        (monitored, ["variable var_read_0 800 GB"]),
    ],
    ids=["LIF", "half", "Dense", "RingBuffer", "Monitor"],
)
def test_programs_that_do_not_fit(monkeypatch, make, texts):
    monkeypatch.setattr("loihi_emu.memory.room.free_memory", lambda: Free(8_000_000_000, "a test's limit"))
    process = make()
    with pytest.raises(OutOfMemoryError) as caught:
        process.run(condition=RunSteps(2), run_cfg=Loihi2SimCfg(select_tag="fixed_pt"))
    for text in (*texts, "program: needs", "8 GB are free (a test's limit)"):
        assert text in str(caught.value)
