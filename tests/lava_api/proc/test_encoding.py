import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lava_api.magma.core.decorator import implements, requires
from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.magma.core.model.py.ports import PyInPort
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.magma.core.process.ports.ports import InPort
from lava_api.magma.core.process.process import AbstractProcess
from lava_api.magma.core.resources import CPU
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import RunConfig
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava_api.proc.io import encoding
from lava_api.proc.io.encoder import Compression, DeltaEncoder
from lava_api.proc.io.source import RingBuffer


class Listen(AbstractProcess):
    """Keeps the pairs that it receives."""

    def __init__(self, shape):
        super().__init__(shape=shape)
        self.a_in = InPort(shape)


@implements(proc=Listen, protocol=LoihiProtocol)
@requires(CPU)
class PyListen(PyLoihiProcessModel):
    a_in: PyInPort = LavaPyType(PyInPort.VEC_SPARSE, np.int32)

    def __init__(self, proc_params):
        super().__init__(proc_params)
        self.kept = []

    def run_spk(self):
        self.kept.append([part.tolist() for part in self.a_in.recv()])


class Tagged(RunConfig):
    """Takes the models of a tag, the first ones of other processes."""

    def __init__(self, tag):
        super().__init__()
        self.tag = tag

    def select(self, process, proc_models):
        return next((model for model in proc_models if self.tag in model.tags), proc_models[0])


def played(compression, tag="sparse_out"):
    data = np.zeros((600, 3))
    data[[2, 500], [0, 1]] = [5, -3]
    source, encoder = RingBuffer(data=data), DeltaEncoder(shape=(600,), vth=1, compression=compression)
    listen = Listen((600,))
    source.s_out.connect(encoder.a_in)
    encoder.s_out.connect(listen.a_in)
    source.run(RunSteps(3), Tagged(tag))
    kept = listen.model.kept
    source.stop()
    return kept


def test_sparse_pairs_come_a_step_later():
    assert played(Compression.SPARSE) == [[[0], [0]], [[5], [2]], [[-5, -3], [2, 500]]]


def test_packed_pairs():
    kept = played(Compression.DELTA_SPARSE_8)
    values, places = encoding.unpacked(*(np.array(part, np.int32) for part in kept[2]))
    assert (values.tolist(), places.tolist()) == ([251, 253], [2, 500])
    even, odd = played(Compression.PACKED_4)[1]
    assert (even[0] >> 16 & 0xFF, any(even[1:]), any(odd)) == (5, False, False)


def test_the_format_belongs_to_the_model():
    with pytest.raises(RuntimeError, match=r"sends DENSE, the process asks for SPARSE.*'sparse_out'"):
        played(Compression.SPARSE, "dense_out")


@given(st.dictionaries(st.integers(0, 70_000), st.integers(1, 255), max_size=6))
def test_delta_sparse_8_can_be_read_back(entries):
    changes = np.zeros(70_001, np.int64)
    for place, value in entries.items():
        changes[place] = value
    values, places = encoding.unpacked(*encoding.delta_sparse_8(changes))
    np.testing.assert_array_equal(places, np.flatnonzero(changes))
    np.testing.assert_array_equal(values, changes[changes != 0])
