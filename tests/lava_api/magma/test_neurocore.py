"""Models that allocate compartments, axons and synapses."""

import numpy as np
import pytest
from messages import UNHEEDED
from scipy.sparse import csr_matrix

from lava_api.magma.core.decorator import implements, requires
from lava_api.magma.core.model.nc.model import AbstractNcProcessModel
from lava_api.magma.core.model.nc.net import NetL1, NetL2
from lava_api.magma.core.model.nc.ports import NcInPort, NcOutPort
from lava_api.magma.core.model.nc.type import LavaNcType
from lava_api.magma.core.model.nc.var import NcVar
from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.magma.core.model.py.ports import PyInPort, PyOutPort
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.magma.core.process.ports.ports import InPort, OutPort
from lava_api.magma.core.process.process import AbstractProcess
from lava_api.magma.core.process.variable import Var
from lava_api.magma.core.resources import CPU, Loihi1NeuroCore, Loihi2NeuroCore
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi1HwCfg, Loihi2HwCfg, Loihi2SimCfg
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava_api.magma.runtime.kernel_service import KernelService
from lava_api.proc.dense.ncmodels import NcModelDelayDense, NcModelDense
from lava_api.proc.dense.process import DelayDense, Dense
from lava_api.proc.io.sink import RingBuffer as Sink
from lava_api.proc.io.source import RingBuffer as Source
from lava_api.proc.lif.ncmodels import NcLif
from lava_api.proc.lif.process import LIF
from lava_api.proc.sparse.ncmodel import NcModelDelaySparse, NcModelSparse
from lava_api.proc.sparse.process import DelaySparse, Sparse
from lava_api.utils.serialization import load, save
from loihi_emu.errors import SimulationError, UnknownNameError, UnsupportedError, ValidationError

STEPS = 30
FIXED = Loihi2SimCfg(select_tag="fixed_pt")


class Cells(AbstractProcess):
    """Neurons whose variables have names of their own."""

    def __init__(self, shape, drive=0, speed=0):
        super().__init__(shape=shape)
        self.inp, self.out = InPort(shape=shape), OutPort(shape=shape)
        self.voltage, self.drive, self.speed = Var(shape, 0), Var(shape, drive), Var((1,), speed)
        self.unused, self.label = Var((2,), 5), Var((4,), "x0*y")


class NcCells(AbstractNcProcessModel):
    """Allocates compartments as programs for Loihi 2 do."""

    def allocate(self, net):
        assert isinstance(net, NetL2)
        size = int(np.prod(self.proc_params["shape"]))
        config = net.neurons_cfg.allocate(shape=(1,), du=4095, dv=self.speed, vth=3)
        neurons = net.neurons.allocate(shape=size, v=self.voltage, bias=self.drive)
        axons = net.ax_out.allocate(shape=size, num_message_bits=0)
        self.inp.connect(neurons)
        neurons.connect(config)
        neurons.connect(axons)
        axons.connect(self.out)


def declare(model, proc, *needs):
    """A model of a process, as the decorators make it; the process is a class of its own."""
    kind = type(proc.__name__, (proc,), {})
    return kind, implements(proc=kind, protocol=LoihiProtocol)(
        requires(*(needs or (Loihi2NeuroCore,)))(type(model.__name__, (model,), {}))
    )


def spikes(shape, seed=0):
    return (np.random.default_rng(seed).random((*shape, STEPS)) < 0.4).astype(int)


def outputs(process, data, shape, config=None, inp="inp", out="out"):
    """What a process sends for an input."""
    source, sink = Source(data=data), Sink(shape=shape, buffer=data.shape[-1])
    source.s_out.connect(getattr(process, inp))
    getattr(process, out).connect(sink.a_in)
    with process:
        process.run(RunSteps(data.shape[-1]), run_cfg=config or Loihi2HwCfg())
        return sink.data.get().astype(int)


def test_compartments_compute_as_lif_does():
    kind, _ = declare(NcCells, Cells)
    data = spikes((2, 3)) * 200
    cells = kind((2, 3), drive=np.arange(6).reshape(2, 3), speed=100)
    lif = LIF(shape=(2, 3), du=4095, dv=100, vth=3, bias_mant=np.arange(6).reshape(2, 3))
    found = outputs(cells, data, (2, 3))
    assert found.any()
    assert np.array_equal(found, outputs(lif, data, (2, 3), FIXED, "a_in", "s_out"))


def test_variables_that_were_given_to_nodes_are_read_and_set():
    kind, _ = declare(NcCells, Cells)
    cells = kind((3,), drive=[1, 2, 3])
    with cells:
        cells.run(RunSteps(4), run_cfg=Loihi2HwCfg())
        assert cells.voltage.get().tolist() == [4, 8, 12]
        cells.voltage.set(np.array([0, 0, -5]))
        cells.drive.set(np.array([7, 0, 0]))
        cells.run(RunSteps(2))
        assert cells.voltage.get().tolist() == [14, 0, -5]
        assert cells.unused.get().tolist() == [5, 5]
        with pytest.raises(SimulationError, match=r"gave no nodes the variable .*unused"):
            cells.unused.set(np.array([1, 1]))
        assert cells.label.get() == "x0*y"
        assert isinstance(cells.runtime._assembly.services[0], KernelService)


def test_the_older_spelling():
    class Older(AbstractNcProcessModel):
        inp: NcInPort = LavaNcType(NcInPort, precision=16)
        out: NcOutPort = LavaNcType(NcOutPort, precision=1)
        voltage: NcVar = LavaNcType(NcVar, precision=24)

        def allocate(self, net):
            assert isinstance(net, NetL1)
            size = self.in_args["shape"][0]
            axons = net.out_ax.alloc(size=size)
            net.connect(self.out, axons)
            config = net.cx_cfg.alloc(size=1, du=4095, dv=self.speed, vth=3)
            cells = net.cx.alloc(size=size, v=self.voltage, b_mant=self.drive, cfg=config)
            cells.connect(axons)
            accumulators = net.da.alloc(size=size)
            accumulators.connect(cells)
            net.connect(self.inp, accumulators)

    data = spikes((4,)) * 100
    older, newer = declare(Older, Cells, Loihi1NeuroCore)[0], declare(NcCells, Cells)[0]
    expected = outputs(newer((4,), drive=9), data, (4,))
    assert expected.any()
    assert np.array_equal(outputs(older((4,), drive=9), data, (4,), Loihi1HwCfg()), expected)


class Saved(Cells):
    """Cells of this module, which a file can name."""


@implements(proc=Saved, protocol=LoihiProtocol)
@requires(Loihi2NeuroCore)
class NcSaved(NcCells):
    pass


def test_compiled_cells_are_saved_and_loaded(tmp_path):
    cells = Saved((3,), drive=[1, 2, 3])
    save(cells, str(tmp_path / "cells"), cells.compile(Loihi2HwCfg()))
    again, executable = load(str(tmp_path / "cells.pickle"))
    again.create_runtime(executable=executable)
    with again:
        again.run(RunSteps(4))
        assert again.voltage.get().tolist() == [4, 8, 12]
        assert again.unused.get().tolist() == [5, 5]


class Layer(AbstractProcess):
    """Synapses and neurons in one process, with a loop among the neurons."""

    def __init__(self, weights, loop):
        super().__init__(weights=weights, loop=loop)
        self.inp, self.out = InPort(shape=weights.shape[1:]), OutPort(shape=weights.shape[:1])
        self.v = Var(weights.shape[:1], 0)


class NcLayer(AbstractNcProcessModel):
    def allocate(self, net):
        def synapses(axons, weights):
            targets, sources = np.nonzero(weights)
            syn = net.syn.allocate(shape=len(targets), weights=weights[targets, sources] // 2)
            syn.connect(net.syn_cfg.allocate(is_signed=1, weights_exp=1))
            accumulators = net.dend_acc.allocate(shape=len(weights))
            axons[sources].connect(syn)
            syn.connect(accumulators[targets])
            accumulators.connect(neurons)

        weights, loop = self.proc_params["weights"], self.proc_params["loop"]
        neurons = net.neurons.allocate(shape=len(weights), v=self.v)
        neurons.connect(net.neurons_cfg.allocate(du=1000, dv=50, vth=400))
        out = net.ax_out.allocate(shape=len(weights))
        neurons.connect(out)
        out.connect(self.out)
        first, again = net.ax_in.allocate(shape=weights.shape[1]), net.ax_in.allocate(shape=len(weights))
        self.inp.connect(first)
        out.connect(again)
        synapses(first, weights)
        synapses(again, loop)


def test_axons_synapses_and_neurons_in_one_model():
    rng = np.random.default_rng(1)
    weights, loop = rng.integers(-60, 127, (5, 4)) * 2, rng.integers(-50, 50, (5, 5)) * 2
    kind, _ = declare(NcLayer, Layer)
    data = spikes((4,))
    first, again, lif = (
        Sparse(weights=csr_matrix(weights), weight_exp=1),
        None,
        LIF(shape=(5,), du=1000, dv=50, vth=400),
    )
    again = Sparse(weights=csr_matrix(loop), weight_exp=1)
    first.a_out.connect(lif.a_in)
    lif.s_out.connect(again.s_in)
    again.a_out.connect(lif.a_in)
    source, sink = Source(data=data), Sink(shape=(5,), buffer=STEPS)
    source.s_out.connect(first.s_in)
    lif.s_out.connect(sink.a_in)
    with lif:
        lif.run(RunSteps(STEPS), run_cfg=FIXED)
        expected = sink.data.get().astype(int)
    assert expected.any()
    assert np.array_equal(outputs(kind(weights, loop), data, (5,)), expected)


@UNHEEDED
@pytest.mark.parametrize("mixed", [True, False])
@pytest.mark.parametrize(
    ("proc", "model", "options"),
    [
        (Dense, NcModelDense, {}),
        (Dense, NcModelDense, {"num_weight_bits": 6, "weight_exp": -2, "num_message_bits": 8}),
        (DelayDense, NcModelDelayDense, {"delays": np.arange(12).reshape(3, 4) % 5}),
        (Sparse, NcModelSparse, {"weight_exp": 3}),
        (
            DelaySparse,
            NcModelDelaySparse,
            {"delays": csr_matrix(np.arange(1, 13).reshape(3, 4) % 5 + 1), "max_delay": 9},
        ),
    ],
)
def test_connections_of_the_library_compute_the_same_when_allocated(proc, model, options, mixed):
    weights = np.random.default_rng(2).integers(-120 if mixed else 1, 127, (3, 4)) * 2
    given = csr_matrix(weights) if "Sparse" in proc.__name__ else weights
    data = spikes((4,)) * (3 if "num_message_bits" in options else 1)
    allocated = type("Derived", (model,), {})
    config = Loihi2HwCfg(exception_proc_model_map={proc: allocated})
    found = outputs(proc(weights=given, **options), data, (3,), config, "s_in", "a_out")
    assert np.array_equal(found, outputs(proc(weights=given, **options), data, (3,), FIXED, "s_in", "a_out"))
    assert found.any()


def test_neurons_of_the_library_compute_the_same_when_allocated():
    derived, _ = declare(NcLif, LIF)
    options = {"du": 800, "dv": 90, "bias_mant": 10, "bias_exp": 2, "vth": 5, "v": 3}
    data = spikes((3,)) * 100
    found = outputs(derived(shape=(3,), **options), data, (3,), None, "a_in", "s_out")
    assert found.any()
    assert np.array_equal(found, outputs(LIF(shape=(3,), **options), data, (3,), FIXED, "a_in", "s_out"))


def leaky(cell, a_in):
    """A neuron of two registers that sends its voltage."""
    cell.v = (cell.v * cell.keep >> 12) + a_in
    cell.n[cell.v > cell.vth] += 1
    sent = np.where(cell.v > cell.vth, cell.v, 0)
    cell.v[cell.v > cell.vth] = 0
    return sent


def test_programs_of_neurons():
    class Programmed(AbstractNcProcessModel):
        def allocate(self, net):
            config = net.neurons_cfg.allocate_ucode(shape=(1,), ucode=leaky, vth=10, keep=4096 - self.speed.var.get())
            neurons = net.neurons.allocate_ucode(shape=2, v=self.voltage, n=self.drive)
            axons = net.ax_out.allocate(shape=2, num_message_bits=24)
            self.inp.connect(neurons)
            neurons.connect(config)
            neurons.connect(axons)
            axons.connect(self.out)

    kind, _ = declare(Programmed, Cells)
    cells = kind((2,), speed=2048)
    source, sink = Source(data=np.array([[6, 6, 6, 6], [1 << 23, 1, 1, 1]])), Sink(shape=(2,), buffer=4)
    source.s_out.connect(cells.inp)
    cells.out.connect(sink.a_in)
    with cells:
        cells.run(RunSteps(4), run_cfg=Loihi2HwCfg())
        assert sink.data.get().tolist() == [[0, 0, 0, 11], [-(1 << 23), 0, 0, 0]]
        assert cells.voltage.get().tolist() == [0, 1]
        assert cells.drive.get().tolist() == [1, 1]


def allocated(allocate, **options):
    """Run a model of cells for one step."""
    kind, _ = declare(type("Nc", (AbstractNcProcessModel,), {"allocate": allocate}), Cells)
    with kind((2,), **options) as cells:
        cells.run(RunSteps(1), run_cfg=Loihi2HwCfg())


@pytest.mark.parametrize(
    ("allocate", "error", "text"),
    [
        (lambda self, net: None, ValidationError, r"NcX?.*allocate\): nothing is connected to the port 'inp'"),
        (lambda self, net: net.neurons.allocate(shape=2, vth=3), UnknownNameError, r'net.neurons: unknown col'),
        (lambda self, net: net.neurons.allocate(shape=0), ValidationError, r"net.neurons, shape: got 0"),
        (lambda self, net: net.neurons.allocate(3, u=[1, 2]), ValidationError, r"u: got 2 values, allowed is 1 or 3"),
        (lambda self, net: net.neurons_cfg.allocate_ucode(ucode="lif.dasm"), UnsupportedError, r"Microcode .* cannot"),
        (lambda self, net: self.inp.connect(net.syn.allocate(2)), ValidationError, r"in port -> neurons, dend"),
        (lambda self, net: self.inp.connect(net.neurons.allocate(3)), ValidationError, r"as many on both sides"),
        (lambda self, net: net.neurons.allocate(1, u=self.drive), ValidationError, r"got 2 values, allowed is 1 or 1"),
        (lambda self, net: net.neurons.allocate(2, u=self.speed), ValidationError, r"speed: .*\(1,\) .*\(2,\)"),
        (lambda self, net: net.neurons.allocate(2, bias=5000, u=1 << 25), ValidationError, r"u: .*33554432"),
        (lambda self, net: net.cx.alloc(2, cfg=net.cx_cfg.alloc(1, du=4096)), ValidationError, r"du: .*4096"),
        (lambda self, net: net.syn.allocate(2), ValidationError, r"2 nodes of syn: got 0 connections with ax_in"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(allocate, error, text):
    with pytest.raises(error, match=text):
        allocated(allocate)


def test_weights_outside_the_bits_of_a_synapse():
    def allocate(self, net):
        axons, syn, accumulators = (
            net.ax_in.allocate(2),
            net.syn.allocate(2, weights=[40, -3]),
            net.dend_acc.allocate(2),
        )
        syn.connect(net.syn_cfg.allocate(num_weight_bits=bits, is_signed=signed))
        self.inp.connect(axons)
        axons.connect(syn)
        syn.connect(accumulators)
        accumulators.connect(self.out)

    bits, signed = 5, 1
    with pytest.raises(ValidationError, match=r"weights of 5 bits \(scaled by 16\)"):
        allocated(allocate)
    bits, signed = 8, 0
    with pytest.raises(ValidationError, match=r"is_signed: got 0 for weights of both signs"):
        allocated(allocate)
    signed = 1
    allocated(allocate)


def test_a_python_process_beside_cores():
    """Messages pass between both kinds within a step, in either direction."""

    class Double(AbstractProcess):
        def __init__(self):
            super().__init__()
            self.inp, self.out = InPort((2,)), OutPort((2,))

    @implements(proc=Double, protocol=LoihiProtocol)
    @requires(CPU)
    class PyDouble(PyLoihiProcessModel):
        inp: PyInPort = LavaPyType(PyInPort.VEC_DENSE, int)
        out: PyOutPort = LavaPyType(PyOutPort.VEC_DENSE, int)

        def run_spk(self):
            self.out.send(2 * self.inp.recv())

    kind, _ = declare(NcCells, Cells)
    cells, double, sink = kind((2,), drive=[100, 60]), Double(), Sink(shape=(2,), buffer=6)
    cells.out.connect(double.inp)
    double.out.connect(sink.a_in)
    with cells:
        cells.run(RunSteps(6), run_cfg=Loihi2HwCfg())
        assert sink.data.get().astype(int).tolist() == [[0, 2, 0, 2, 0, 2], [0, 0, 0, 2, 0, 0]]
