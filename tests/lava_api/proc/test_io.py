"""Input, output, monitors, data sets and the exchange with a running program."""

import numpy as np
import pytest
from lava_runs import played, recorded, through
from messages import UNHEEDED

from lava_api.magma.core.learning.learning_rule import Loihi2FLearningRule
from lava_api.magma.core.run_conditions import RunContinuous, RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.proc import io
from lava_api.proc.dense.process import LearningDense
from lava_api.proc.io.utils import ChannelConfig, ReceiveEmpty, ReceiveNotEmpty, SendFull
from lava_api.proc.lif.process import LIF, LIFReset
from lava_api.proc.monitor.process import Monitor
from lava_api.proc.sdn.process import Sigma

FIXED = Loihi2SimCfg(select_tag="fixed_pt")


def counter():
    """A sum that grows by one a step."""
    sigma = Sigma(shape=(1,))
    played([1]).s_out.connect(sigma.a_in)
    return sigma


def test_a_short_recording_starts_again_and_a_short_buffer_is_overwritten():
    source, sink = played([1, 2, 3]), io.sink.RingBuffer(shape=(1,), buffer=2)
    source.s_out.connect(sink.a_in)
    source.run(RunSteps(5), FIXED)
    assert sink.data.get().tolist() == [[2, 1]]


@UNHEEDED
def test_fixed_point_sources_cut_fractions():
    assert through(Sigma(shape=(1,)), [[2.75]], into="a_in", out="s_out") == [[2]]
    assert through(Sigma(shape=(1,)), [[2.75]], "floating_pt", into="a_in", out="s_out") == [[2.75]]


def test_read_and_reset_at_regular_times():
    sigma, read = counter(), io.sink.Read(buffer=4, interval=2, offset=1)
    reset = io.reset.Reset(reset_value=100, interval=4, offset=0)
    read.connect_var(sigma.sigma)
    reset.connect_var(sigma.sigma)
    sigma.run(RunSteps(8), FIXED)
    assert read.data.get().tolist() == [[101, 103, 101, 103]]


def test_a_monitor_takes_many_targets_over_several_runs():
    neurons = LIF(shape=(2,), bias_mant=64, du=4095, vth=2, name="cells")
    monitor, more = Monitor(), Monitor()
    for target in (neurons.v, neurons.u, neurons.s_out):
        monitor.probe(target, 4)
    more.probe(neurons.s_out, 6)
    neurons.run(RunSteps(3), FIXED)
    neurons.run(RunSteps(1), FIXED)
    data = monitor.get_data()["cells"]
    assert sorted(data) == ["s_out", "u", "v"]
    assert data["v"].tolist() == [[64, 64], [128, 128], [0, 0], [64, 64]]
    assert data["s_out"][:, 0].tolist() == [0, 0, 1, 0]
    assert more.get_data()["cells"]["s_out"][:, 0].tolist() == [0, 0, 1, 0, 0, 0]


def test_a_monitor_plots():
    plt = pytest.importorskip("matplotlib.figure")
    sigma, monitor = counter(), Monitor()
    monitor.probe(sigma.sigma, 3)
    sigma.run(RunSteps(3), FIXED)
    ax = plt.Figure().subplots()
    monitor.plot(ax, sigma.sigma, "k.")
    assert ax.lines[0].get_ydata().tolist() == [1, 2, 3] and ax.get_ylabel() == "sigma"


def test_a_monitor_says_what_it_cannot_do():
    sigma, monitor = counter(), Monitor()
    with pytest.raises(TypeError, match="a Var or an OutPort"):
        monitor.probe(sigma.a_in, 3)
    monitor.probe(sigma.sigma, 2)
    with pytest.raises(RuntimeError, match="num_steps"):
        sigma.run(RunSteps(3), FIXED)


@pytest.mark.parametrize("num_steps", [-1, 2.5, None])
def test_a_monitor_checks_its_steps(num_steps):
    with pytest.raises(ValueError, match="Monitor, num_steps"):
        Monitor().probe(counter().sigma, num_steps)


def test_a_monitor_tells_processes_apart_by_their_names():
    monitor, one, other = Monitor(), LIF(shape=(1,), name="same"), LIF(shape=(1,), name="same")
    monitor.probe(one.v, 2)
    monitor.probe(one.v, 2)
    monitor.probe(other.u, 2)
    with pytest.raises(ValueError, match='target: got "v" of a second process named "same"'):
        monitor.probe(other.v, 2)


def test_a_monitor_records_no_strings():
    rule = Loihi2FLearningRule(dw="x0*y1")
    with pytest.raises(TypeError, match='records numbers, Var "dw" is a string'):
        Monitor().probe(LearningDense(weights=np.eye(2), learning_rule=rule).dw, 2)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: io.source.RingBuffer(data=np.zeros((2, 0))), r"RingBuffer, data: got shape \(2, 0\)"),
        (lambda: io.source.RingBuffer(data=3), r"RingBuffer, data: got shape \(\)"),
        (lambda: io.sink.RingBuffer(shape=(1,), buffer=0), "RingBuffer, buffer: got 0"),
        (lambda: io.sink.Read(buffer=2.5), "Read, buffer: got 2.5"),
        (lambda: io.sink.Read(buffer=2, interval=0), "Read, interval: got 0"),
        (lambda: io.reset.Reset(interval=-1), "Reset, interval: got -1"),
        (lambda: io.dataloader.SpikeDataloader(dataset=[]), "SpikeDataloader, dataset: got an empty one"),
        (lambda: io.dataloader.StateDataloader(dataset=[]), r"StateDataloader, dataset: .* \(sample, label\)"),
        (lambda: LIFReset(shape=(1,), reset_interval=0), "LIFReset, reset_interval: got 0"),
    ],
)
def test_lengths_and_intervals_are_checked(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def test_samples_are_written_into_a_variable():
    sigma = Sigma(shape=(2,))
    loader = io.dataloader.StateDataloader(dataset=[(np.array([5, 6]), 1), (np.array([7, 8]), 2)], interval=2, offset=1)
    loader.connect_var(sigma.sigma)
    monitor = Monitor()
    monitor.probe(loader.ground_truth, 5)
    assert recorded(sigma.sigma, 5).tolist() == [[0, 0], [5, 6], [5, 6], [7, 8], [7, 8]]


def test_samples_are_played_with_their_labels():
    dataset = [(np.array([[1, 2, 3]]), [4, 5]), (np.array([[6]]), [7, 8])]
    loader = io.dataloader.SpikeDataloader(dataset=dataset, interval=2)
    labels = Monitor()
    labels.probe(loader.ground_truth, 6)
    rows = Monitor()
    rows.probe(loader.s_out, 6)
    loader.run(RunSteps(6), FIXED)
    assert rows.get_data()[loader.name]["s_out"].ravel().tolist() == [0, 1, 2, 6, 0, 1]
    assert labels.get_data()[loader.name]["ground_truth"][:, 0].tolist() == [0, 4, 4, 7, 7, 4]


def test_the_encoder_sends_changes_a_step_later():
    def encoded(**options):
        encoder, sink = io.encoder.DeltaEncoder(shape=(1,), vth=3, **options), io.sink.RingBuffer(shape=(1,), buffer=4)
        played([2, 9, 9, 9]).s_out.connect(encoder.a_in)
        encoder.s_out.connect(sink.a_in)
        models = {io.encoder.DeltaEncoder: io.encoder.PyDeltaEncoderModelDense}
        encoder.run(RunSteps(4), Loihi2SimCfg(select_tag="fixed_pt", exception_proc_model_map=models))
        return sink.data.get().ravel().tolist()

    assert encoded() == [0, 0, 9, 0]
    assert encoded(spike_exp=1, num_bits=3) == [0, 0, 6, 6]


def test_a_program_sends_and_receives_while_the_network_runs():
    injector, extractor = io.injector.Injector(shape=(2,)), io.extractor.Extractor(shape=(2,))
    wire = io.extractor.VarWire()
    sigma = Sigma(shape=(2,))
    injector.out_port.connect(sigma.a_in)
    sigma.s_out.connect(extractor.in_port)
    wire.connect_var(sigma.sigma)
    with pytest.raises(AssertionError, match="run"):
        injector.send(np.ones(2))
    injector.run(RunSteps(3, blocking=False), Loihi2SimCfg())
    got = []
    for k in range(3):
        injector.send(np.array([k, 0.5]))
        got.append((extractor.receive().tolist(), wire.receive().tolist()))
    injector.wait()
    injector.stop()
    assert got == [([0, 0.5],) * 2, ([1, 1],) * 2, ([3, 1.5],) * 2]


def test_buffers_that_do_not_wait():
    config = ChannelConfig(SendFull.NON_BLOCKING_DROP, ReceiveEmpty.NON_BLOCKING_ZEROS, ReceiveNotEmpty.ACCUMULATE)
    injector = io.injector.Injector(shape=(1,), buffer_size=2, channel_config=config)
    waits = ChannelConfig(receive_empty=ReceiveEmpty.NON_BLOCKING_ZEROS)
    extractor = io.extractor.Extractor(shape=(1,), channel_config=waits)
    injector.out_port.connect(extractor.in_port)
    injector.run(RunContinuous(), Loihi2SimCfg())
    injector.send(np.array([1]))
    injector.send(np.array([2]))
    with pytest.warns(UserWarning, match="dropped"):
        injector.send(np.array([4]))
    assert [extractor.receive().item() for _ in range(2)] == [3, 0]
    injector.stop()


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"shape": 3}, TypeError),
        ({"shape": (0,)}, ValueError),
        ({"buffer_size": 0}, ValueError),
        ({"buffer_size": 1.5}, TypeError),
        ({"channel_config": 3}, TypeError),
        ({"channel_config": ChannelConfig(send_full=1)}, TypeError),
    ],
)
def test_arguments_are_checked(options, error):
    for process in (io.injector.Injector, io.extractor.Extractor):
        with pytest.raises(error):
            process(**{"shape": (1,), **options})


def test_a_monitor_of_what_was_not_run_says_so():
    ran, other, monitor = counter(), counter(), Monitor()
    monitor.probe(other.sigma, 2)
    ran.run(RunSteps(2), FIXED)
    with pytest.raises(RuntimeError, match=f'has recorded nothing: no program with "{other.name}"'):
        monitor.get_data()
    assert Monitor().get_data() == {}


def test_a_monitor_that_is_too_short_names_the_step():
    sigma, monitor = counter(), Monitor()
    monitor.probe(sigma.sigma, 2)
    with pytest.raises(RuntimeError, match=r"time step 3: .* IndexError: Monitor: step 3 is beyond"):
        sigma.run(RunSteps(4), FIXED)
