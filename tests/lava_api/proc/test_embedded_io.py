"""Adapters to and from the chip."""

import numpy as np
import pytest

from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2HwCfg, Loihi2SimCfg
from lava_api.proc import embedded_io as eio
from lava_api.proc.io.encoder import Compression, DeltaEncoder, PyDeltaEncoderModelDense, PyDeltaEncoderModelSparse
from lava_api.proc.io.sink import RingBuffer as Sink
from lava_api.proc.io.source import RingBuffer as Source
from lava_api.proc.lif.process import LIF
from lava_api.proc.sdn.process import Sigma
from loihi_emu.errors import ValidationError

FIXED = Loihi2SimCfg(select_tag="fixed_pt")


def through(adapter, data, config=FIXED):
    """What comes out of an adapter."""
    data = np.atleast_2d(data)
    source, sink = Source(data=data), Sink(shape=data.shape[:1], buffer=data.shape[1])
    source.s_out.connect(adapter.inp)
    adapter.out.connect(sink.a_in)
    with sink:
        sink.run(RunSteps(data.shape[1]), run_cfg=config)
        return sink.data.get().astype(int).tolist()


@pytest.mark.parametrize("config", [FIXED, Loihi2SimCfg(), Loihi2HwCfg()])
@pytest.mark.parametrize("adapter", [eio.spike.PyToNxAdapter, eio.spike.NxToPyAdapter])
def test_spikes_go_through_within_the_step(adapter, config):
    data = [[0, 1, 0], [5, 0, -2]]
    assert through(adapter(shape=(2,)), data, config) == [[0, 1, 0], [1, 0, 1]]
    assert through(adapter(shape=(2,), num_message_bits=24), data, config) == data


def test_values_wrap_at_the_bits_of_a_message():
    values = [127, 128, -128, -129, 300]
    assert through(eio.spike.NxToPyAdapter((1,), num_message_bits=8), values) == [[127, -128, -128, 127, 44]]


def test_fractions_are_no_spikes():
    with pytest.raises(RuntimeError, match=r"PyToNxAdapter: got fractions such as 0.5"):
        through(eio.spike.PyToNxAdapter((1,), 8), [0.5], Loihi2SimCfg())


def test_encoded_input_is_scaled_on_arrival():
    assert through(eio.spike.PyToN3ConvAdapter(shape=(1,), spike_exp=6), [3, -2]) == [[192, -128]]


@pytest.mark.parametrize("compression", Compression)
@pytest.mark.parametrize("config", [FIXED, Loihi2HwCfg()])
def test_encoded_input_is_unpacked(compression, config):
    shape = (20, 30, 1)
    data = np.zeros((*shape, 3), int)
    data[:, :, 0, 0] = np.random.default_rng(0).integers(-128, 128, (20, 30))
    data[3, 4, 0, 1] = data[19, 29, 0, 2] = 7
    encoder = DeltaEncoder(shape=shape, vth=1, num_bits=8, compression=compression)
    model = PyDeltaEncoderModelDense if compression is Compression.DENSE else PyDeltaEncoderModelSparse
    config.exception_proc_model_map = {DeltaEncoder: model}
    adapter = eio.spike.PyToN3ConvAdapter(shape, num_message_bits=16, spike_exp=2, compression=compression)
    source, sigma, sink = Source(data=data), Sigma(shape=shape), Sink(shape=shape, buffer=4)
    source.s_out.connect(encoder.a_in)
    encoder.s_out.connect(adapter.inp)
    adapter.out.connect(sigma.a_in)
    sigma.s_out.connect(sink.a_in)
    with sink:
        sink.run(RunSteps(2), run_cfg=config)
        assert np.array_equal(sink.data.get()[..., 1], 4 * data[..., 0])
        assert not sink.data.get()[..., 0].any()


def test_adapters_refuse():
    with pytest.raises(ValidationError, match=r"num_message_bits: got 25"):
        eio.spike.PyToNxAdapter(shape=(1,), num_message_bits=25)
    with pytest.raises(ValidationError, match=r"interval: got 0"):
        eio.state.Read(shape=(1,), interval=0)
    with pytest.raises(ValidationError, match=r"v of shape \(2,\), allowed is shape \(1,\)"):
        eio.state.Read(shape=(1,)).connect_var(LIF(shape=(2,)).v)


@pytest.mark.parametrize("reader", [eio.state.Read, eio.state.ReadConv])
@pytest.mark.parametrize(("interval", "expected"), [(1, [7, 8, 9, 10, 11]), (2, [7, 8, 8, 10, 10])])
def test_state_is_sent_a_step_later(reader, interval, expected):
    lif, read, sink = LIF(shape=(1,), v=7, bias_mant=1), reader((1,), interval), Sink(shape=(1,), buffer=5)
    read.connect_var(lif.v)
    read.out.connect(sink.a_in)
    with lif:
        lif.run(RunSteps(5), run_cfg=FIXED)
        assert sink.data.get().astype(int).tolist() == [expected]
