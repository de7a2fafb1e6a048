"""Processes that only connect others need no model: they are passed through, as Lava does."""

import numpy as np
import pytest
from messages import UNHEEDED

from lava_api.magma.compiler.exceptions import NoProcessModelFound
from lava_api.magma.core.decorator import implements, requires
from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.magma.core.model.py.ports import PyRefPort
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.magma.core.model.sub.model import AbstractSubProcessModel
from lava_api.magma.core.process.ports.ports import InPort, OutPort, RefPort, VarPort
from lava_api.magma.core.process.process import AbstractProcess
from lava_api.magma.core.process.variable import Var
from lava_api.magma.core.resources import CPU
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava_api.proc import io
from lava_api.proc.dense.process import Dense
from lava_api.proc.lif.process import LIF
from lava_api.proc.monitor.process import Monitor
from lava_api.utils.loihi import place_process

pytestmark = UNHEEDED

WEIGHTS = np.array([[3, 4], [5, 6], [-2, 9]])
SPIKES = [[5, 9], [4, 7, 10], [5, 9]]
"""Steps in which the neurons of a Block spike that receives ones, as recorded with Lava 0.10."""


class Block(AbstractProcess):
    def __init__(self, weights=WEIGHTS):
        super().__init__()
        count, inputs = weights.shape
        self.inp, self.out = InPort(shape=(inputs,)), OutPort(shape=(count,))
        synapses, self.cells = Dense(weights=weights), LIF(shape=(count,), vth=20, du=4095, dv=0)
        self.v, self.kept = Var(shape=(count,), init=7), Var(shape=(1,), init=5)
        self.v.alias(self.cells.v)
        self.inp.connect(synapses.s_in)
        synapses.a_out.connect(self.cells.a_in)
        self.cells.s_out.connect(self.out)


class Recurrent(Block):
    def __init__(self):
        super().__init__()
        back = Dense(weights=np.array([[0, 4, 0], [3, 0, 0], [0, -5, 2]]))
        self.cells.s_out.connect(back.s_in)
        back.a_out.connect(self.cells.a_in)


class Nest(AbstractProcess):
    def __init__(self, depth):
        super().__init__()
        self.inp, self.out = InPort(shape=(2,)), OutPort(shape=(2,))
        inner = Nest(depth - 1) if depth else Block(np.array([[9, 2], [3, 8]]))
        self.inp.connect(inner.inp)
        inner.out.connect(self.out)


class TwoWays(AbstractProcess):
    """Two ways through one block that have nothing to do with each other, both through ports of other shapes."""

    def __init__(self):
        super().__init__()
        self.a, self.b = InPort(shape=(2,)), InPort(shape=(2, 1))
        self.c, self.d = OutPort(shape=(2, 2)), OutPort(shape=(2,))
        first, second = Dense(weights=np.eye(4, 2)[::-1] * 30), Dense(weights=np.eye(2) * 16)
        four, two = LIF(shape=(4,), vth=20, du=4095), LIF(shape=(2,), vth=20, du=4095)
        self.a.connect(first.s_in)
        first.a_out.connect(four.a_in)
        four.s_out.reshape((2, 2)).connect(self.c)
        self.b.flatten().connect(second.s_in)
        second.a_out.connect(two.a_in)
        two.s_out.connect(self.d)


class Reader(AbstractProcess):
    def __init__(self):
        super().__init__()
        self.ref, self.seen = RefPort((3,)), Var(shape=(3,), init=0)


@implements(proc=Reader, protocol=LoihiProtocol)
@requires(CPU)
class ReaderModel(PyLoihiProcessModel):
    ref = LavaPyType(PyRefPort.VEC_DENSE, float)
    seen = LavaPyType(np.ndarray, float)

    def post_guard(self):
        return True

    def run_post_mgmt(self):
        self.seen[:] = self.ref.read()


class ReaderBlock(AbstractProcess):
    def __init__(self):
        super().__init__()
        self.ref, self.reader = RefPort((3,)), Reader()
        self.reader.ref.connect(self.ref)


class VarBlock(AbstractProcess):
    def __init__(self):
        super().__init__()
        self.cells = LIF(shape=(3,), bias_mant=3, vth=50)
        self.out, self.v = OutPort((3,)), Var(shape=(3,))
        self.v.alias(self.cells.v)
        self.opened = VarPort(self.v)
        self.cells.opened = VarPort(self.cells.v)
        self.cells._post_init()
        self.opened.connect(self.cells.opened)
        self.cells.s_out.connect(self.out)


class Made(AbstractProcess):
    def __init__(self):
        super().__init__()
        self.inp, self.out = InPort((2,)), OutPort((3,))


@implements(proc=Made, protocol=LoihiProtocol)
class MadeModel(AbstractSubProcessModel):
    def __init__(self, proc):
        self.block = Block()
        proc.inp.connect(self.block.inp)
        self.block.out.connect(proc.out)


class AroundMade(AbstractProcess):
    def __init__(self):
        super().__init__()
        self.inp, self.out = InPort((2,)), OutPort((3,))
        made = Made()
        self.inp.connect(made.inp)
        made.out.connect(self.out)


def run(process, steps=10, **options):
    config = Loihi2SimCfg(select_tag="fixed_pt", **options)
    process.run(condition=RunSteps(num_steps=steps), run_cfg=config)


def around(block, count):
    """Return a source of ones and a sink, connected to a block."""
    source = io.source.RingBuffer(data=np.ones((*block.inp.shape, 10), int))
    sink = io.sink.RingBuffer(shape=(count,), buffer=10)
    source.s_out.connect(block.inp)
    block.out.connect(sink.a_in)
    return source, sink


def spikes(sink):
    return [(np.flatnonzero(row) + 1).tolist() for row in sink.data.get()]


def test_a_block_between_a_source_and_a_sink_runs_from_either_end():
    for end in (0, 1):
        block = Block()
        ends = around(block, 3)
        run(ends[end])
        assert spikes(ends[1]) == SPIKES
        ends[0].stop()


def test_a_recurrent_block_runs():
    _, sink = around(Recurrent(), 3)
    run(sink)
    assert spikes(sink) == [[5, 8], [4, 6, 9], [6]]


@pytest.mark.parametrize("depth", [0, 1, 3])
def test_blocks_of_blocks_run_at_any_depth(depth):
    _, sink = around(Nest(depth), 2)
    run(sink)
    assert spikes(sink) == [[3, 5, 7, 9], [3, 5, 7, 9]]


def test_blocks_follow_each_other():
    first, second, sink = Nest(1), Block(), io.sink.RingBuffer(shape=(3,), buffer=10)
    source = io.source.RingBuffer(data=np.ones((2, 10), int))
    source.s_out.connect(first.inp)
    first.out.connect(second.inp)
    second.out.connect(sink.a_in)
    run(source)
    assert spikes(sink) == [[10], [8], [10]]


def test_several_sources_are_summed_at_a_block_and_several_sinks_get_the_same():
    block, sinks = Block(), [io.sink.RingBuffer(shape=(3,), buffer=10) for _ in range(2)]
    early = np.arange(10) < 4
    for sent in (early, ~early):
        source = io.source.RingBuffer(data=np.tile(sent, (2, 1)).astype(int))
        source.s_out.connect(block.inp)
    block.out.connect([sink.a_in for sink in sinks])
    run(sinks[1])
    assert [spikes(sink) for sink in sinks] == [SPIKES, SPIKES]


def test_what_has_nothing_to_do_with_a_program_stays_out_of_it_although_the_block_is_the_same():
    block, sinks = TwoWays(), [io.sink.RingBuffer(shape=(count,), buffer=10) for count in (4, 2)]
    sources = [io.source.RingBuffer(data=np.ones((*shape, 10), int)) for shape in ((2,), (1, 2))]
    sources[0].s_out.connect(block.a)
    sources[1].s_out.transpose([1, 0]).connect(block.b)
    block.c.flatten().connect(sinks[0].a_in)
    block.d.connect(sinks[1].a_in)
    run(sinks[0])
    assert [process.is_compiled for process in (*sources, *sinks)] == [True, False, True, False]
    assert spikes(sinks[0]) == [[], [], list(range(2, 11)), list(range(2, 11))]
    run(sinks[1])
    assert spikes(sinks[1]) == [[3, 5, 7, 9], [3, 5, 7, 9]]


def test_a_monitor_records_the_output_of_a_block_and_what_is_inside():
    block, monitors = Block(), [Monitor() for _ in range(3)]
    _, sink = around(block, 3)
    for monitor, target in zip(monitors, (block.out, block.cells.v, block.v), strict=True):
        monitor.probe(target, 10)
    run(sink)
    out, inner, alias = (monitor.get_data() for monitor in monitors)
    assert np.array_equal(out[block.name]["out"].T, sink.data.get())
    assert inner["cells"]["v"][:4, 1].tolist() == [0, 640, 1280, 0]
    assert np.array_equal(alias[block.name]["v"], inner["cells"]["v"])


def test_a_monitor_made_inside_a_block_records():
    class Watched(Block):
        def __init__(self):
            super().__init__()
            self.monitor = Monitor()
            self.monitor.probe(self.cells.v, 10)

    block = Watched()
    _, sink = around(block, 3)
    run(sink)
    ((_, data),) = block.monitor.get_data().items()
    assert data["v"][:4, 1].tolist() == [0, 640, 1280, 0]


def test_a_variable_of_a_block_that_stands_for_an_inner_one_is_read_and_set():
    block = Block()
    _, sink = around(block, 3)
    run(sink)
    assert block.v.get().tolist() == [384, 0, 384]
    block.v.set([1, 2, 3])
    assert block.cells.v.get().tolist() == [1, 2, 3]
    assert block.kept.get() == 5


def test_a_block_itself_is_no_part_of_the_program_as_in_lava():
    block = Block()
    _, sink = around(block, 3)
    run(sink, 4)
    assert (block.is_compiled, block.runtime, block.model_class) == (False, None, None)
    block.stop()
    run(sink, 6)
    assert spikes(sink) == SPIKES


def test_reference_ports_lead_out_of_a_block():
    cells, block = LIF(shape=(3,), bias_mant=3, vth=50), ReaderBlock()
    block.ref.connect_var(cells.v)
    run(cells, 3)
    assert block.reader.seen.get().tolist() == [9, 9, 9]


def test_reference_ports_lead_into_a_block_by_its_variable_port():
    block, reader = VarBlock(), Reader()
    reader.ref.connect(block.opened)
    run(reader, 3)
    assert reader.seen.get().tolist() == [9, 9, 9]


def test_a_block_may_leave_ports_unconnected():
    block, source = Block(), io.source.RingBuffer(data=np.ones((2, 10), int))
    source.s_out.connect(block.inp)
    run(source)
    assert block.cells.v.get().tolist() == [384, 0, 384]
    block, sink = Block(), io.sink.RingBuffer(shape=(3,), buffer=10)
    block.out.connect(sink.a_in)
    run(sink)
    assert spikes(sink) == [[], [], []]


def test_blocks_around_and_inside_sub_process_models_run():
    _, sink = around(AroundMade(), 3)
    run(sink, select_sub_proc_model=True)
    assert spikes(sink) == SPIKES


def test_a_block_with_a_model_from_the_run_configuration_is_no_wiring():
    class Doubled(AbstractSubProcessModel):
        def __init__(self, proc):
            self.cells = LIF(shape=(3,), bias_mant=9, vth=0)
            self.cells.s_out.connect(proc.out)

    class Given(AbstractProcess):
        def __init__(self):
            super().__init__()
            self.inp, self.out, self.unused = InPort((2,)), OutPort((3,)), Dense(weights=WEIGHTS)
            self.inp.connect(self.unused.s_in)

    _, sink = around(Given(), 3)
    run(sink, exception_proc_model_map={Given: Doubled})
    assert spikes(sink) == [list(range(1, 11))] * 3


def test_a_block_is_placed_by_what_is_in_it():
    block = Nest(2)
    _, sink = around(block, 2)
    assert place_process(sink).cores == 1
    run(sink)
    assert spikes(sink) == [[3, 5, 7, 9], [3, 5, 7, 9]]


def test_run_of_a_block_itself_is_refused_with_what_to_do():
    block = Block()
    around(block, 3)
    with pytest.raises(NoProcessModelFound, match=r"only connects others.*call run"):
        run(block)


def test_a_process_without_a_model_that_receives_or_sends_itself_is_refused():
    class Ends(AbstractProcess):
        def __init__(self):
            super().__init__()
            self.inp, self.out, self.cells = InPort((2,)), OutPort((3,)), LIF(shape=(3,))
            self.cells.s_out.connect(self.out)

    source, _ = around(Ends(), 3)
    with pytest.raises(NoProcessModelFound, match=r"@implements\(proc"):
        run(source)
