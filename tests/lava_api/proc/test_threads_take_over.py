"""Threads that receive before the thread that began a run comes back to it, and that go away in the middle of it."""

import threading
import time
from itertools import pairwise

import pytest
from lava_parts import Relay

from lava_api.magma.core.run_conditions import RunContinuous, RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.magma.runtime.driver import DriverThread

STEPS = 4


class Chain:
    """Three models in a row with pipes at both ends, and a run that was begun."""

    def __init__(self, condition):
        parts = [Relay((1,)) for _ in range(3)]
        for source, target in pairwise(parts):
            source.out.connect(target.inp)
        parts[0].inp.flag_external_pipe()
        parts[2].out.flag_external_pipe()
        self.process, self.got, self.said = parts[0], [], []
        self.process.run(condition, Loihi2SimCfg())
        self.into, self.out = parts[0].inp.external_pipe_csp_send_port, parts[2].out.external_pipe_csp_recv_port

    def receives(self, count):
        """Let a thread receive."""

        def receive():
            try:
                self.got.extend(float(self.out.recv()[0]) for _ in range(count))
            except RuntimeError as error:
                self.said.append(str(error))

        return self._started(receive)

    def sends(self):
        """Let a thread send a number for each step, now and then."""

        def send():
            for number in range(STEPS):
                self.into.send([number])
                time.sleep(0.002)

        return self._started(send)

    @staticmethod
    def _started(target):
        thread = threading.Thread(target=target, daemon=True)
        thread.start()
        time.sleep(0.02)
        return thread


def ended(*threads):
    for thread in threads:
        thread.join(10)
    return not any(thread.is_alive() for thread in threads)


def no_driver():
    end = time.monotonic() + 10
    while any(isinstance(thread, DriverThread) for thread in threading.enumerate()):
        assert time.monotonic() < end
        time.sleep(0.001)
    return True


@pytest.fixture
def chain():
    made = Chain(RunSteps(STEPS, blocking=False))
    yield made
    made.process.stop()
    assert no_driver()


@pytest.mark.parametrize("count", [1, STEPS])
def test_a_thread_may_receive_before_the_program_waits(chain, count):
    receiver = chain.receives(count)
    sender = chain.sends()
    chain.process.wait()
    assert ended(receiver, sender) and not chain.said
    rest = [float(chain.out.recv()[0]) for _ in range(STEPS - count)]
    assert chain.got + rest == [k + 3 for k in range(STEPS)]


def test_the_program_may_wait_for_its_threads_first(chain):
    receiver, sender = chain.receives(STEPS - 1), chain.sends()
    assert ended(receiver, sender) and not chain.said
    chain.process.wait()
    assert chain.got == [3, 4, 5] and chain.out.recv() == 6


def test_a_thread_that_receives_is_told_of_the_end(chain):
    receiver = chain.receives(1)
    chain.process.stop()
    assert ended(receiver) and "stopped" in chain.said[0]


def test_an_endless_run_is_paused_while_models_stand_in_another_thread():
    chain = Chain(RunContinuous())
    receiver, sender = chain.receives(STEPS), chain.sends()
    assert ended(receiver, sender) and chain.got == [3, 4, 5, 6]
    chain.process.pause()
    chain.process.stop()
    assert no_driver()
