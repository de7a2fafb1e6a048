"""Short runs of library processes, for the tests of lava_api."""

import numpy as np

from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.proc.io.sink import RingBuffer as Sink
from lava_api.proc.io.source import RingBuffer as Source
from lava_api.proc.monitor.process import Monitor


def played(rows):
    """A source that sends one row a step; numbers are rows of one element."""
    rows = np.asarray(rows)
    return Source(data=np.moveaxis(rows[:, None] if rows.ndim == 1 else rows, 0, -1))


def recorded(target, steps, tag="fixed_pt"):
    """Run all that is connected; rows of a variable or port."""
    monitor = Monitor()
    monitor.probe(target, steps)
    target.process.run(RunSteps(steps), Loihi2SimCfg(select_tag=tag))
    rows = monitor.get_data()[target.process.name][target.name]
    target.process.stop()
    return rows


def through(process, rows, tag="fixed_pt", steps=0, into="s_in", out="a_out"):
    """Play rows into a process and record what it sends."""
    steps = steps or len(rows)
    rows = np.concatenate([rows, np.zeros((steps - len(rows), *np.shape(rows)[1:]))]) if steps > len(rows) else rows
    source, sink = played(rows), Sink(shape=getattr(process, out).shape, buffer=steps)
    source.s_out.connect(getattr(process, into))
    getattr(process, out).connect(sink.a_in)
    process.run(RunSteps(steps), Loihi2SimCfg(select_tag=tag))
    sent = np.moveaxis(sink.data.get(), -1, 0)
    process.stop()
    return sent.tolist()
