"""Programs on virtual chips: what goes where, what does not fit, and that results stay what they are."""

import numpy as np
import pytest
from lava_chain import chain
from scipy.sparse import csr_matrix

from lava_api.magma.compiler.place import place_process
from lava_api.magma.core.decorator import implements, requires
from lava_api.magma.core.learning.learning_rule import Loihi2FLearningRule
from lava_api.magma.core.model.nc.model import AbstractNcProcessModel
from lava_api.magma.core.model.nc.ports import NcInPort, NcOutPort
from lava_api.magma.core.model.nc.type import LavaNcType
from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.magma.core.model.py.ports import PyInPort, PyOutPort
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.magma.core.model.sub.model import AbstractSubProcessModel
from lava_api.magma.core.process.ports.ports import InPort, OutPort
from lava_api.magma.core.process.process import AbstractProcess
from lava_api.magma.core.resources import CPU, Loihi2NeuroCore
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi1HwCfg, Loihi1SimCfg, Loihi2HwCfg, Loihi2SimCfg
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava_api.proc.conv.process import Conv
from lava_api.proc.conv_in_time.process import ConvInTime
from lava_api.proc.dense.process import DelayDense, Dense, LearningDense
from lava_api.proc.io.sink import RingBuffer as Sink
from lava_api.proc.io.source import RingBuffer as Source
from lava_api.proc.lif.models import PyLifModelBitAcc
from lava_api.proc.lif.process import LIF, LearningLIF, TernaryLIF
from lava_api.proc.monitor.process import Monitor
from lava_api.proc.sdn.process import SigmaDelta
from lava_api.proc.sparse.process import DelaySparse, Sparse
from lava_api.utils import loihi
from loihi_emu import LOIHI1, LOIHI2
from loihi_emu.errors import MappingError

RNG = np.random.default_rng(5)


def needs(placement, name):
    return placement.budgets[name].tolist()


# ------------------------------------------------------------ what goes where
def test_a_dense_program_by_hand():
    cells = chain(10, 4)
    loop = Dense(weights=np.array([[0, 5, 0, 0], [0, 0, 5, 0], [0, 0, 0, 5], [5, 0, 0, 0]]), name="loop")
    cells.s_out.connect(loop.s_in)
    loop.a_out.connect(cells.a_in)
    placement = place_process(cells, chip=LOIHI1)
    assert placement.where("cells", 3) == (0, 0, 3)
    assert needs(placement, "compartments") == [4]
    assert needs(placement, "axons_in") == [14]  # 10 from the source, 4 from the neurons
    assert needs(placement, "axons_out") == [4]
    # each list: 10 bits of header; 4 dense weights of 8 bits, or one sparse one with 6 bits of index: a word each
    assert needs(placement, "synaptic_bits") == [14 * 64]
    assert placement.formats("synapses")[0].formats == {"dense": 10}
    assert placement.formats("loop")[0].synapses == 4
    assert needs(placement, "compartment_profiles") == needs(placement, "threshold_profiles") == [1]


def test_few_weight_bits_take_less_memory():
    wide = place_process(chain(1, 128), chip=LOIHI1)
    weights = RNG.integers(1, 100, (128, 1))
    few = place_process(chain(1, 128, connection=Dense(weights=weights, num_weight_bits=4)), chip=LOIHI1)
    assert needs(wide, "synaptic_bits") == [2 * 576]  # two blocks of 64: 10 + 64 * 8 = 522 bits -> 9 words
    assert needs(few, "synaptic_bits") == [2 * 320]  # 10 + 64 * 4 = 266 bits -> 5 words


@pytest.mark.parametrize("kind", [DelayDense, DelaySparse])
def test_delays_take_bits_and_accumulators(kind):
    weights = np.ones((3, 5), int)
    cells = chain(5, 3, connection=kind(weights=weights, delays=np.full((3, 5), 9), name="late"))
    placement = place_process(cells, chip=LOIHI1)
    assert placement.formats("late")[0].synapses == 15
    assert placement.problem.fields["late"].delay == 4
    assert needs(placement, "accumulators") == [3 * 11]


def test_sparse_synapses_are_those_that_are_stored_and_not_zero():
    weights = csr_matrix(([3, 0, -2], ([0, 1, 2], [1, 1, 0])), shape=(3, 2))
    placement = place_process(chain(2, 3, connection=Sparse(weights=weights, name="few")), chip=LOIHI1)
    assert placement.formats("few")[0].synapses == 2
    assert placement.problem.connections["few"].sign_mode == "mixed"
    assert needs(placement, "axons_in") == [2]


def test_ways_that_reorder_and_leave_out():
    source, cells = Source(data=np.ones((2, 3, 4), int)), LIF(shape=(2, 2), name="cells")
    dense = Dense(weights=np.array([[1, 2, 0, 0, 0, 0], [0, 0, 3, 0, 0, 0], [0, 0, 0, 4, 0, 0], [0, 0, 0, 0, 0, 5]]))
    dense.name = "synapses"
    source.s_out.transpose((1, 0)).flatten().connect(dense.s_in)
    dense.a_out.reshape((2, 2)).connect(cells.a_in)
    made = place_process(cells).problem.connections["synapses"]
    # input i of the matrix is element (i % 2, i // 2) of the source: 0, 3, 1, 4, 2, 5 in its order
    assert made.kind == "sparse"
    pairs = {(s, int(t)) for s in range(6) for t in made.indices[made.indptr[s] : made.indptr[s + 1]]}
    assert pairs == {(0, 0), (3, 0), (1, 1), (4, 2), (5, 3)}


def test_parts_of_several_sources_side_by_side():
    one, two, cells = Source(data=np.ones((1, 4))), LIF(shape=(2,), name="two"), LIF(shape=(3,), name="cells")
    dense = Dense(weights=np.ones((3, 3), int), name="synapses")
    one.name = "one"
    one.s_out.concat_with([two.s_out], axis=0).connect(dense.s_in)
    dense.a_out.connect(cells.a_in)
    placement = place_process(cells, chip=LOIHI1)
    assert {c.name: c.pre.name for c in placement.problem.connections.values()} == {
        "synapses": "one",
        "synapses from two to cells": "two",
    }
    assert needs(placement, "axons_in") == [3]
    assert needs(placement, "compartments") == [5]


def test_what_arrives_without_synapses_takes_one_each():
    source, cells = Source(data=np.ones((5, 4))), LIF(shape=(5,), name="cells")
    after = LIF(shape=(5,), name="after")
    source.s_out.connect(cells.a_in)
    cells.s_out.connect(after.a_in)
    placement = place_process(cells, chip=LOIHI1)
    assert needs(placement, "axons_in") == [10]
    assert needs(placement, "axons_out") == [5]
    assert sum(row.synapses for row in placement.lists) == 10


@pytest.mark.parametrize("shape", [(6, 6, 3), (108,)])
def test_convolutions_share_their_weights(shape):
    source = Source(data=np.ones((6, 6, 2, 4), int))
    conv = Conv(weight=np.ones((3, 3, 3, 2), int), input_shape=(6, 6, 2), padding=(1, 1), name="conv")
    cells = LIF(shape=shape, name="cells")
    source.s_out.connect(conv.s_in)
    (conv.a_out if len(shape) == 3 else conv.a_out.flatten()).connect(cells.a_in)
    placement = place_process(cells, chip=LOIHI1)
    made = placement.problem.connections["conv"]
    assert made.kind == "conv"
    assert needs(placement, "compartments") == [108]
    inside = 6 * 3 - 2  # pairs of a row and a tap within the image
    assert placement.problem.synapses == inside**2 * 3  # for each output channel; the input's 2 channels share them
    assert made.synapses == 3 * 3 * 3 * 2
    assert needs(placement, "axons_in")[0] <= 72


def test_a_reordered_convolution_is_listed():
    source = Source(data=np.ones((4, 4, 1, 4), int))
    conv = Conv(weight=np.arange(1, 10).reshape(1, 3, 3, 1), input_shape=(4, 4, 1), name="conv")
    cells = LIF(shape=(2, 2), name="cells")
    source.s_out.connect(conv.s_in)
    conv.a_out.reshape((2, 2)).transpose((1, 0)).connect(cells.a_in)
    made = place_process(cells).problem.connections["conv"]
    assert made.kind == "sparse"
    assert made.synapses == 4 * 9


def test_a_kernel_in_time_has_delays():
    conv = ConvInTime(weights=np.ones((3, 2, 4), int), name="in time")
    placement = place_process(chain(4, 2, connection=conv), chip=LOIHI1)
    delays = {name: int(c.delays) for name, c in placement.problem.connections.items()}
    assert delays == {"in time, delay 0": 0, "in time, delay 1": 1, "in time, delay 2": 2}
    assert needs(placement, "axons_in") == [12]


def test_learning_takes_two_axons_and_a_trace_profile():
    rule = Loihi2FLearningRule(dw="x1 * y0", x1_impulse=16, x1_tau=10, y1_impulse=16, y1_tau=10)
    before, after = LIF(shape=(3,), name="before"), LIF(shape=(2,), name="after")
    plastic = LearningDense(weights=np.zeros((2, 3)), learning_rule=rule, name="plastic")
    before.s_out.connect(plastic.s_in)
    plastic.a_out.connect(after.a_in)
    after.s_out.connect(plastic.s_in_bap)
    placement = place_process(after, chip=LOIHI1)
    assert needs(placement, "axons_in") == [6]
    assert needs(placement, "trace_profiles") == [1]
    assert placement.formats("plastic")[0].synapses == 6  # those of weight 0 learn too


def test_tags_of_learning_synapses_take_bits():
    def fields(**rules):
        rule = Loihi2FLearningRule(x1_impulse=16, x1_tau=10, **rules)
        cells = chain(3, 2, connection=LearningDense(weights=np.ones((2, 3)), learning_rule=rule, name="plastic"))
        return place_process(cells, chip=LOIHI1).problem.fields["plastic"]

    assert fields(dw="x1 * y0").tag == 0
    assert fields(dw="x1 * y0", dt="x0 * y0").tag == LOIHI1.tag_bits
    assert fields(dw="u0 * t").tag == LOIHI1.tag_bits


def test_two_rules_with_other_traces_are_two_profiles():
    cells = LearningLIF(shape=(2,), name="cells")
    for tau in (10, 20):
        rule = Loihi2FLearningRule(dw="x1 * y0", x1_impulse=16, x1_tau=tau)
        plastic = LearningDense(weights=np.ones((2, 3)), learning_rule=rule)
        Source(data=np.ones((3, 4), int)).s_out.connect(plastic.s_in)
        plastic.a_out.connect(cells.a_in)
    assert needs(place_process(cells, chip=LOIHI1), "trace_profiles") == [2]


def test_profiles_of_neurons():
    first, second, third = LIF(shape=(2,), vth=5), LIF(shape=(2,), vth=6), TernaryLIF(shape=(2,), dv=7)
    first.s_out.connect(second.a_in)
    second.s_out.connect(third.a_in)
    placement = place_process(first, chip=LOIHI1)
    assert needs(placement, "compartments") == [6]
    assert needs(placement, "compartment_profiles") == [2]
    assert needs(placement, "threshold_profiles") == [3]


def test_programmed_neurons_are_compartments():
    layers = [SigmaDelta(shape=(100, 5), vth=10) for _ in range(2)]
    layers[0].s_out.connect(layers[1].a_in)
    placement = place_process(layers[0])
    assert (placement.chip.name, needs(placement, "compartments")) == ("Loihi 2", [1000])


def test_processes_of_one_name():
    first, second = LIF(shape=(2,), name="cells"), LIF(shape=(3,), name="cells")
    dense = Dense(weights=np.ones((3, 2), int))
    first.s_out.connect(dense.s_in)
    dense.a_out.connect(second.a_in)
    assert list(place_process(first).problem.populations) == ["cells", "cells (2)"]


# ------------------------------------------------------------ beside the chip
class Doubling(AbstractProcess):
    def __init__(self):
        super().__init__(name="doubling")
        self.inp, self.out = InPort((4,)), OutPort((4,))


@implements(proc=Doubling, protocol=LoihiProtocol)
@requires(CPU)
class PyDoubling(PyLoihiProcessModel):
    inp: PyInPort = LavaPyType(PyInPort.VEC_DENSE, int)
    out: PyOutPort = LavaPyType(PyOutPort.VEC_DENSE, int)

    def run_spk(self):
        self.out.send(2 * self.inp.recv())


class OwnLif(PyLifModelBitAcc):
    pass


def test_models_of_users_are_beside_the_chip():
    cells, doubling, others = chain(3, 4), Doubling(), LIF(shape=(4,), name="others")
    cells.s_out.connect(doubling.inp)
    doubling.out.connect(others.a_in)
    monitor = Monitor()
    monitor.probe(cells.s_out, 4)
    placement = place_process(cells, chip=LOIHI1)
    assert list(placement.problem.populations) == ["cells", "others"]
    assert "doubling" in placement.problem.inputs
    assert needs(placement, "axons_in") == [7]
    assert needs(placement, "axons_out") == [0]
    own = place_process(cells, run_cfg=Loihi1HwCfg(exception_proc_model_map={cells: OwnLif}))
    assert list(own.problem.populations) == ["others"]


def test_a_program_without_neurons_is_not_placed():
    source, sink = Source(data=np.ones((2, 3))), Sink(shape=(2,), buffer=3)
    source.s_out.connect(sink.a_in)
    with pytest.raises(MappingError, match="nothing to place"):
        place_process(sink)
    sink.run(RunSteps(3), Loihi2HwCfg())
    assert sink.runtime.placement is None
    sink.stop()


# ------------------------------------------------------------ neurocore models and processes made of others
class Cells(AbstractProcess):
    def __init__(self):
        super().__init__(name="outer")
        self.inp, self.out = InPort((6,)), OutPort((4,))


@implements(proc=Cells, protocol=LoihiProtocol)
@requires(Loihi2NeuroCore)
class NcCells(AbstractNcProcessModel):
    inp: NcInPort = LavaNcType(NcInPort, np.int16, precision=16)
    out: NcOutPort = LavaNcType(NcOutPort, np.int32, precision=24)

    def allocate(self, net):
        axons, synapses = net.ax_in.allocate(shape=6), net.syn.allocate(shape=8, weights=np.arange(1, 9))
        config, sums = net.syn_cfg.allocate(shape=1, num_weight_bits=5, is_signed=0), net.dend_acc.allocate(shape=4)
        neurons, shared = net.neurons.allocate(shape=4), net.neurons_cfg.allocate(shape=1, du=100, dv=100, vth=3)
        out = net.ax_out.allocate(shape=4)
        self.inp.connect(axons)
        axons[np.array([0, 0, 1, 1, 2, 2, 3, 3])].connect(synapses)
        synapses.connect(config)
        synapses.connect(sums[np.array([0, 1, 1, 2, 2, 3, 3, 0])])
        sums.connect(neurons)
        neurons.connect(shared)
        neurons.connect(out)
        out.connect(self.out)


class Pair(AbstractProcess):
    def __init__(self):
        super().__init__(name="pair")
        self.inp, self.out = InPort((6,)), OutPort((3,))


@implements(proc=Pair, protocol=LoihiProtocol)
class PairModel(AbstractSubProcessModel):
    def __init__(self, process):
        process.proc_params["parts"] = 3  # may be set once
        self.first, self.second = Cells(), LIF(shape=(3,), vth=1, name="inner")
        self.dense = Dense(weights=np.full((3, 4), 50), name="between")
        process.inp.connect(self.first.inp)
        self.first.out.connect(self.dense.s_in)
        self.dense.a_out.connect(self.second.a_in)
        self.second.s_out.connect(process.out)


def test_nodes_are_placed_as_they_are_allocated():
    source, cells = Source(data=np.ones((6, 4), int)), Cells()
    source.s_out.connect(cells.inp)
    placement = place_process(cells)
    (population,) = placement.problem.populations.values()
    (connection,) = placement.problem.connections.values()
    assert (population.size, connection.synapses, connection.weight_bits) == (4, 8, 5)
    assert needs(placement, "axons_in") == [4]  # of 6, the others reach nothing


def test_placing_leaves_a_program_as_it_was():
    def outputs(place):
        source, pair = Source(data=np.eye(6, dtype=int)), Pair()
        sink = Sink(shape=(3,), buffer=6)
        source.s_out.connect(pair.inp)
        pair.out.connect(sink.a_in)
        config = Loihi2HwCfg(select_sub_proc_model=True)
        if place:
            placement = place_process(pair, run_cfg=config)
            assert placement.problem.neurons == 7
            assert len(pair.inp.out_connections) == len(pair.procs) == 0
            assert pair.model_class is None
            assert place_process(pair, run_cfg=config).cores == placement.cores
        pair.run(RunSteps(6), config)
        assert loihi.placement(pair).problem.neurons == 7
        data = sink.data.get()
        pair.stop()
        return data

    assert outputs(False).any()
    assert np.array_equal(outputs(False), outputs(True))


# ------------------------------------------------------------ results
@pytest.mark.parametrize(("hardware", "simulation"), [(Loihi1HwCfg, Loihi1SimCfg), (Loihi2HwCfg, Loihi2SimCfg)])
def test_results_are_those_of_the_simulation(hardware, simulation):
    spikes, weights = RNG.integers(0, 2, (20, 30)), 2 * RNG.integers(-60, 60, (1500, 20))
    rule = {"dw": "2^-2 * x1 * y0 - 2^-2 * y1 * x0", "x1_impulse": 16, "x1_tau": 10, "y1_impulse": 16, "y1_tau": 10}

    def run(config):
        source, dense = Source(data=spikes), Dense(weights=weights)
        cells, after = LIF(shape=(1500,), vth=40, dv=200, du=1000, bias_mant=3, bias_exp=4), LIF(shape=(4,), vth=2)
        learning = Loihi2FLearningRule(t_epoch=2, rng_seed=3, **rule)
        plastic = LearningDense(weights=np.full((4, 1500), 10), learning_rule=learning)
        source.s_out.connect(dense.s_in)
        dense.a_out.connect(cells.a_in)
        cells.s_out.connect(plastic.s_in)
        plastic.a_out.connect(after.a_in)
        after.s_out.connect(plastic.s_in_bap)
        after.run(RunSteps(30), config)
        cores = None if after.runtime.placement is None else after.runtime.placement.cores
        found = [cells.v.get(), cells.u.get(), after.v.get(), plastic.weights.get()]
        after.stop()
        return cores, found

    (cores, on_chip), (none, simulated) = run(hardware()), run(simulation(select_tag="fixed_pt"))
    assert (cores >= 1, none) == (True, None)
    assert np.any(on_chip[3] != 10)
    assert all(np.array_equal(a, b) for a, b in zip(on_chip, simulated, strict=True))


def test_a_placement_is_there_while_the_program_runs_and_afterwards():
    cells = chain(3, 5)
    cells.run(RunSteps(2), Loihi1HwCfg())
    placement = cells.runtime.placement
    assert placement is loihi.placement(cells)
    assert placement.chip.name == "Loihi 1"
    assert place_process(cells, chip=LOIHI2).chip.name == "Loihi 2"  # of a running program too
    assert placement.traffic({"cells": 0.5}).between_cores == 0
    cells.stop()
    assert cells.runtime.placement is placement
