"""Channels and shared memory of programs that start threads or processes themselves."""

import multiprocessing
import os
import subprocess
import sys
import threading
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

import numpy as np
import pytest

from lava_api.magma.compiler.channels.interfaces import ChannelType
from lava_api.magma.compiler.channels.pypychannel import PyPyChannel
from lava_api.magma.core.model.py.ports import PyInPortVectorDense, PyOutPortVectorDense
from lava_api.magma.runtime.message_infrastructure.multiprocessing import MultiProcessing
from lava_api.magma.runtime.message_infrastructure.shared_memory_manager import SharedMemoryManager


def channel(shape=(2,), dtype=np.int32, size=2):
    return PyPyChannel(None, "from", "to", shape, dtype, size)


def test_messages_come_in_order_as_copies():
    way = channel()
    data = np.array([1, 2])
    way.src_port.send(data)
    data[:] = 9
    way.src_port.send(data)
    assert not way.src_port.probe()
    assert way.dst_port.probe() and way.dst_port.peek().tolist() == [1, 2]
    first = way.dst_port.recv()
    assert way.src_port.probe()
    way.src_port.send(data + 1)
    assert first.tolist() == [1, 2], "the place is used again, the message is not"
    assert [way.dst_port.recv().tolist() for _ in range(2)] == [[9, 9], [10, 10]]
    assert not way.dst_port.probe()


def test_ends_tell_what_they_take():
    way = channel((2, 3), float, 5)
    for end, name in ((way.src_port, "from"), (way.dst_port, "to")):
        assert (end.name, end.shape, end.d_type, end.size) == (name, (2, 3), np.float64, 5)
        assert end.is_msg_size_static()
    with pytest.raises(AssertionError, match=r"shape \(3,\), it takes \(2, 3\)"):
        way.src_port.send(np.ones(3))


def test_a_full_channel_makes_the_sender_wait():
    way = channel(size=1)
    sender = threading.Thread(target=lambda: [way.src_port.send([step, step]) for step in range(20)])
    sender.start()
    assert [way.dst_port.recv()[0] for _ in range(20)] == list(range(20))
    sender.join()


PROGRAM = """
import multiprocessing
import sys
from lava_api.magma.compiler.channels.pypychannel import PyPyChannel

def double(source, target):
    for _ in range(3):
        target.send(2 * source.recv())

if __name__ == "__main__":
    there, back = (PyPyChannel(None, "from", "to", (2,), int, 2) for _ in range(2))
    worker = multiprocessing.get_context(sys.argv[1]).Process(target=double, args=(there.dst_port, back.src_port))
    worker.start()
    for step in range(3):
        there.src_port.send([step, 1])
        print(*back.dst_port.recv())
    worker.join()
"""


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_processes_of_the_operating_system_can_use_it(tmp_path, method):
    (tmp_path / "program.py").write_text(PROGRAM)
    env = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[3])}
    done = subprocess.run(
        [sys.executable, "program.py", method],
        cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("0 2\n2 2\n4 2\n", "")


def test_ports_of_models_work_with_it():
    first, second = channel(), channel()
    port = PyInPortVectorDense([first.dst_port, second.dst_port], None, (2,), np.int32)
    for way in (first, second):
        assert not port.probe()
        PyOutPortVectorDense([way.src_port], None, (2,), np.int32).send(np.array([3, 4]))
    assert port.probe() and port.recv().tolist() == [6, 8] and not port.probe()


def test_shared_memory_ends_together():
    system = MultiProcessing()
    system.start()
    block = system.smm.create_shared_memory(10)
    block.buf[:2] = b"ab"
    assert bytes(block.buf[:2]) == b"ab" and system.channel_class(ChannelType.PyPy) is PyPyChannel
    system.stop()
    system.stop()
    with pytest.raises(FileNotFoundError):
        SharedMemory(block.name)
    with pytest.raises(ValueError, match="all models are Python"):
        system.channel_class(ChannelType.NcPy)


def test_a_manager_needs_no_start():
    manager = SharedMemoryManager()
    assert len(manager.create_shared_memory(3).buf) >= 3
    manager.shutdown()
