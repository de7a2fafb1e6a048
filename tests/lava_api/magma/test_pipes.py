"""External pipes: ports that the program around a network sends to and receives from."""

import threading

import numpy as np
import pytest
from lava_kernels import is_compiled, kernels_run

from lava_api.magma.compiler.compiler import KERNELS, OPTIONS
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.proc.dense.process import Dense
from lava_api.proc.io.sink import RingBuffer as Sink
from lava_api.proc.lif.process import LIF
from lava_api.proc.sdn.process import Sigma


@pytest.fixture(autouse=True, params=["kernels", "Python models"])
def kind(request, monkeypatch):
    """Each test with kernels and with Python models."""
    monkeypatch.setitem(OPTIONS, KERNELS, request.param == "kernels")


def piped(**sizes):
    cells = LIF(shape=(2,), du=1, dv=1, vth=2, name="cells")
    cells.a_in.flag_external_pipe(**sizes)
    cells.s_out.flag_external_pipe()
    return cells


def test_the_program_around_sends_and_receives():
    cells = piped()
    cells.run(RunSteps(3, blocking=False), Loihi2SimCfg())
    for value in (1, 3, 5):
        assert cells.a_in.external_pipe_csp_send_port.probe()
        cells.a_in.external_pipe_csp_send_port.send(np.array([value, 0]))
    cells.wait()
    out = cells.s_out.external_pipe_csp_recv_port
    assert [out.recv().tolist() for _ in range(3)] == [[0, 0], [1, 0], [1, 0]]
    assert not out.probe()
    assert is_compiled(cells) is kernels_run()
    cells.stop()


def test_what_the_program_around_receives_is_its_own():
    cells, sink = piped(), Sink(shape=(2,), buffer=3)
    cells.s_out.connect(sink.a_in)
    cells.run(RunSteps(3, blocking=False), Loihi2SimCfg())
    for value in (1, 3, 5):
        cells.a_in.external_pipe_csp_send_port.send(np.array([value, 0]))
    for _ in range(3):
        cells.s_out.external_pipe_csp_recv_port.recv()[:] = 9
    cells.wait()
    assert sink.data.get().tolist() == [[0, 1, 1], [0, 0, 0]]
    cells.stop()


def test_threads_feed_a_running_network():
    cells, seen = piped(buffer_size=1), []
    cells.run(RunSteps(20, blocking=False), Loihi2SimCfg())

    def feed():
        for k in range(20):
            cells.a_in.external_pipe_csp_send_port.send([k, 0])

    def drain():
        seen.extend(cells.s_out.external_pipe_csp_recv_port.recv()[0] for _ in range(20))

    threads = [threading.Thread(target=target, daemon=True) for target in (feed, drain)]
    for thread in threads:
        thread.start()
    cells.wait()
    for thread in threads:
        thread.join(10)
    assert seen == [0] * 3 + [1] * 17
    cells.stop()


def test_a_wrong_shape_is_an_error_in_the_sender():
    cells = piped()
    cells.run(RunSteps(1, blocking=False), Loihi2SimCfg())
    with pytest.raises(AssertionError, match=r"\(3,\), the port has shape \(2,\)"):
        cells.a_in.external_pipe_csp_send_port.send(np.zeros(3))
    cells.stop()


def test_what_comes_through_pipes_adds_to_messages_and_goes_to_others_too():
    first, second, sink = (Sigma(shape=(2,)) for _ in range(3))
    synapses = Dense(weights=np.array([[1, 2], [3, 4]]), num_message_bits=8)
    first.s_out.connect(synapses.s_in)
    synapses.a_out.connect(second.a_in)
    second.s_out.connect(sink.a_in)
    for port in (first.a_in, second.a_in, synapses.a_out, second.s_out):
        port.flag_external_pipe(buffer_size=2)
    second.run(RunSteps(4, blocking=False), Loihi2SimCfg())
    sums, sent = [], []
    for step in range(4):
        first.a_in.external_pipe_csp_send_port.send([1, 0])
        sent.append(synapses.a_out.external_pipe_csp_recv_port.recv().tolist())
        second.a_in.external_pipe_csp_send_port.send([step, 0.5])
        sums.append(second.s_out.external_pipe_csp_recv_port.recv().tolist())
    second.wait()
    assert sent == [[0, 0], [1, 3], [2, 6], [3, 9]]
    assert sums == [[0, 0.5], [2, 4], [6, 10.5], [12, 20]]
    assert sink.sigma.get().tolist() == [20, 35]
    second.stop()


def test_integers_of_16_bits_wrap_as_in_numpy(kind):
    """The only input of an integer LIF is a pipe of its port's type; Lava shifts it by 6 bits in 16."""
    cells = LIF(shape=(1,), du=4095, dv=0, vth=1 << 20)
    cells.a_in.flag_external_pipe()
    cells.run(RunSteps(2, blocking=False), Loihi2SimCfg(select_tag="fixed_pt"))
    for value in (3, 1000):
        cells.a_in.external_pipe_csp_send_port.send([value])
    cells.wait()
    assert is_compiled(cells) is kernels_run()
    assert cells.v.get() == (3 << 6) + (1000 << 6) - (1 << 16)
    cells.stop()
