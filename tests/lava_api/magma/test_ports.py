"""Connecting ports: what is allowed, what is said otherwise; kinds of ports in models."""

import numpy as np
import pytest
from lava_parts import Probe, PyRelay, PySink, PySource, Relay, Sink, Source

import lava_api.magma.core.process.ports.exceptions as pe
from lava_api.magma.core.model.py.ports import PyInPort, PyOutPort, PyRefPort, PyVarPort, RefVarTypeMapping
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.magma.core.process.ports.connection_config import ConnectionConfig, SpikeIOInterface
from lava_api.magma.core.process.ports.ports import (
    AbstractPort,
    AbstractVirtualPort,
    InPort,
    OutPort,
    RefPort,
    VarPort,
)
from lava_api.magma.core.process.process import AbstractProcess
from lava_api.magma.core.process.variable import Var
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.proc.lif.process import LIF


class Holder(AbstractProcess):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.b_out = OutPort((2, 3))
        self.a_out = OutPort((2, 3))
        self.inp = InPort((2, 3))
        self.ref = RefPort((4,))
        self.state = Var((4,))
        self.hidden = Var((4,), shareable=False)
        self.opened = VarPort(self.state)


def test_members_are_named_and_alphabetical():
    holder = Holder(name="h")
    assert holder.out_ports.member_names == ["a_out", "b_out"]
    assert holder.opened.process is holder and holder.opened.name == "opened"
    assert [p.name for p in holder.out_ports] == ["a_out", "b_out"]
    assert len(holder.in_ports) == 1 and holder.in_ports.has(holder.inp) and holder.procs.is_empty()
    with pytest.raises(AssertionError, match=r"'outs' is not a member of 'OutPort' collection of process 'h::Holder'"):
        holder.out_ports.outs  # noqa: B018
    assert not hasattr(holder.out_ports, "outs")


def test_connections_that_are_refused():
    one, two = Holder(), Holder()
    with pytest.raises(AssertionError, match=r"Shapes \(2, 3\) and \(2,\) are incompatible"):
        one.a_out.connect(Sink((2,)).inp)
    with pytest.raises(AssertionError, match=r'"owner"\.ref and process "cells", Var "v"\.$'):
        Holder(name="owner").ref.connect_var(LIF(shape=(9,), name="cells").v)
    with pytest.raises(AssertionError, match="connects to"):
        one.a_out.connect(two.ref)
    with pytest.raises(AssertionError, match="connects to"):
        one.inp.connect(two.a_out)
    one.a_out.connect(two.inp)
    with pytest.raises(pe.DuplicateConnectionError):
        one.a_out.connect(two.inp)
    with pytest.raises(pe.DuplicateConnectionError):
        two.inp.connect_from(one.a_out)
    assert two.inp.get_src_ports() == [one.a_out] and one.a_out.get_dst_ports() == [two.inp]


def test_references_that_are_refused():
    one, two, three = Holder(), Holder(), Holder()
    with pytest.raises(TypeError, match="connect_var"):
        one.ref.connect(two.inp)
    with pytest.raises(AssertionError, match="same parent process"):
        one.ref.connect_var(one.state)
    with pytest.raises(pe.VarNotSharableError, match="hidden"):
        one.ref.connect_var(two.hidden)
    with pytest.raises(AssertionError, match="must be a Var"):
        one.ref.connect_var(3)
    with pytest.raises(AssertionError, match="Shapes"):
        RefPort((3,)).connect_var(two.state)
    one.ref.connect_var(two.state)
    assert one.ref.get_dst_vars() == [two.state]
    assert "_state_implicit_port" in two.var_ports.member_names
    with pytest.raises(AssertionError, match="1:1"):
        one.ref.connect(three.opened)
    with pytest.raises(AssertionError, match="1:1"):
        one.ref.connect_var(three.state)
    three.ref.connect_var(two.state)
    assert "_state_implicit_port_1" in two.var_ports.member_names
    with pytest.raises(TypeError):
        two.opened.connect(three.ref)
    with pytest.raises(AssertionError, match="of type Var"):
        VarPort(3)


def test_virtual_ports_that_are_refused():
    port = Holder().a_out
    with pytest.raises(pe.ReshapeError):
        port.reshape((5,))
    with pytest.raises(pe.TransposeShapeError):
        port.transpose((0,))
    with pytest.raises(pe.TransposeIndexError):
        port.transpose((0, 2))
    with pytest.raises(pe.ConcatIndexError):
        port.concat_with(Holder().a_out, 2)
    with pytest.raises(pe.ConcatShapeError):
        port.concat_with(OutPort((3, 3)), 1)
    with pytest.raises(AssertionError):
        port.concat_with(RefPort((2, 3)), 0)
    with pytest.raises(AssertionError, match="connects to"):
        port.flatten().connect(RefPort((6,)))
    with pytest.raises(AssertionError, match="one kind"):
        port.concat_with(Holder().inp, 0)
    assert port.transpose().shape == (3, 2) and port.concat_with([Holder().a_out], 1).shape == (2, 6)


class Rolled(AbstractVirtualPort):
    """A virtual port of a user's own; `shift` 1/2 spoils the elements."""

    def __init__(self, shape, shift):
        super().__init__(shape)
        self.shift = shift

    def get_transform_func_fwd(self):
        return lambda data: np.roll(data, self.shift) if isinstance(self.shift, int) else data + self.shift

    def get_transform_func_bwd(self):
        return lambda data: np.roll(data, -self.shift)


def test_virtual_ports_of_ones_own():
    source, sink, rolled = Source([1.0, 2.0, 3.0]), Sink((3,)), Rolled((3,), 1)
    source.out._connect_forward([rolled], AbstractPort, [None], assert_same_shape=False)
    rolled.connect(sink.inp)
    sink.run(RunSteps(1), Loihi2SimCfg())
    assert sink.last.get().tolist() == [3, 1, 2]


def test_a_virtual_port_only_reorders():
    source, sink, spoiling = Source([1.0, 2.0]), Sink((2,)), Rolled((2,), 0.5)
    spoiling._connect_backward([source.out], AbstractPort)
    spoiling.connect(sink.inp)
    with pytest.raises(AssertionError, match="must put the elements"):
        sink.run(RunSteps(1), Loihi2SimCfg())


def test_concatenation_tells_its_functions():
    first, second = Holder().a_out, Holder().b_out
    joined = first.concat_with(second.reshape((2, 3)), 1)
    parts = [np.zeros((2, 3)), np.ones((2, 3))]
    whole = joined.get_transform_func_fwd()(parts)
    assert whole.shape == joined.shape == (2, 6) and whole[:, 3:].all()
    assert np.array_equal(joined.get_transform_func_bwd()(whole), parts)


def test_configurations_of_connections_are_kept():
    one, two = Holder(), Holder()
    config = ConnectionConfig(interface=SpikeIOInterface.PIO)
    one.a_out.connect([two.inp], [config])
    assert one.a_out.connection_configs[two.inp] is config is two.inp.connection_configs[one.a_out]
    one.b_out.flag_external_pipe(buffer_size=3)
    assert one.b_out.external_pipe_flag and one.b_out.external_pipe_buffer_size == 3


def models(**chosen):
    """A configuration with models for the processes by the names of their classes."""
    kinds = {"Source": Source, "Sink": Sink, "Relay": Relay, "Probe": Probe}
    return Loihi2SimCfg(exception_proc_model_map={kinds[name]: model for name, model in chosen.items()})


def test_types_of_messages():
    class Narrow(PySource):
        out: PyOutPort = LavaPyType(PyOutPort.VEC_DENSE, np.int8)

    class Seen(PySink):
        inp: PyInPort = LavaPyType(PyInPort.VEC_DENSE, bool)

        def run_spk(self):
            assert self.inp.probe()
            assert np.array_equal(self.inp.peek(), self.inp.peek())
            self.last = self.inp.recv()
            assert not self.inp.probe() and self.last.dtype == np.int8

    source, sink = Source([2.75, -2.75]), Sink((2,))
    source.out.connect(sink.inp)
    sink.run(RunSteps(1), models(Source=Narrow, Sink=Seen))
    assert sink.last.get().tolist() == [2, -2]


def test_a_receiver_does_not_see_later_changes_of_what_was_sent():
    class Reusing(PySource):
        def run_spk(self):
            self.out.send(self.value)
            self.value += 100

    source, sink = Source([1.0]), Sink((1,))
    source.out.connect(sink.inp)
    sink.run(RunSteps(1), models(Source=Reusing))
    assert sink.last.get() == 1


class PairSource(PySource):
    out: PyOutPort = LavaPyType(PyOutPort.VEC_SPARSE, int)

    def run_spk(self):
        (index,) = np.nonzero(self.value.ravel())
        self.out.send(self.value.ravel()[index], index)


def test_sparse_messages():
    class PairSink(PySink):
        inp: PyInPort = LavaPyType(PyInPort.VEC_SPARSE, int)

        def run_spk(self):
            data, index = self.inp.recv()
            self.last[...] = 0
            self.last.ravel()[index] = data

    value = [[0.0, 3.0], [0.0, -4.0]]
    for kind in (PairSink, PySink):
        source, sink = Source(value), Sink((2, 2))
        source.out.connect(sink.inp)
        sink.run(RunSteps(2), models(Source=PairSource, Sink=kind))
        assert sink.last.get().tolist() == value


def test_scalar_messages():
    class ScalarRelay(PyRelay):
        inp: PyInPort = LavaPyType(PyInPort.SCALAR_DENSE, float)
        out: PyOutPort = LavaPyType(PyOutPort.SCALAR_DENSE, float)

        def run_spk(self):
            self.out.send(self.inp.recv() * 2)

    source, relay, sink = Source([3.0]), Relay((1,)), Sink((1,))
    source.out.connect(relay.inp)
    relay.out.connect(sink.inp)
    sink.run(RunSteps(2), models(Relay=ScalarRelay))
    assert sink.last.get() == 12


def test_sparse_references_write_elements():
    from lava_parts import PyProbe

    class Setting(PyProbe):
        ref: PyRefPort = LavaPyType(PyRefPort.VEC_SPARSE, float)

        def run_post_mgmt(self):
            values, index = self.ref.read()
            self.ref.write(values * 2, index)
            self.ref.wait()

    source, probe = Source([0.0, 1.0, 5.0]), Probe((3,))
    probe.ref.connect_var(source.value)
    probe.run(RunSteps(3), models(Probe=Setting))
    assert source.value.get().tolist() == [0, 8, 40]


def test_names_of_kinds():
    assert PyInPort.VEC_DENSE.__name__ == "PyInPortVectorDense"
    assert RefVarTypeMapping.get(PyRefPort.VEC_DENSE) is PyVarPort.VEC_DENSE
