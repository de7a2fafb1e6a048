"""External pipes: ports that the program around a network sends to and receives from."""

import threading

import numpy as np
import pytest

from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.proc.lif.process import LIF


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
