"""The synapses that are placed are those that compute: each source alone, and what arrives at each neuron."""

from itertools import product

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from lava_api.magma.compiler.place import place_process
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.proc.conv.process import Conv
from lava_api.proc.dense.process import Dense
from lava_api.proc.io.source import RingBuffer
from lava_api.proc.lif.process import LIF
from lava_api.proc.sparse.process import Sparse

CONFIG = Loihi2SimCfg(select_tag="fixed_pt")


def stored(connection):
    """The synapses of a connection, those of shared weights one by one, as a matrix of neurons by sources."""
    if connection.kind == "dense":
        return np.asarray(connection.values)
    if connection.kind == "sparse":
        found = np.zeros((connection.post.size, connection.pre.size), int)
        for source in range(connection.pre.size):
            part = slice(connection.indptr[source], connection.indptr[source + 1])
            found[connection.indices[part], source] += connection.values[part]
        return found
    conv, before, behind = connection.conv, connection.pre.target.shape, connection.post.target.shape
    found = np.zeros((*behind, *before), int)
    outputs, rows, columns, inputs = conv.kernel.shape
    for y, x, out, row, column, channel in product(*map(range, (*behind, rows, columns, inputs))):
        from_y = y * conv.stride[0] + row * conv.dilation[0] - conv.padding[0]
        from_x = x * conv.stride[1] + column * conv.dilation[1] - conv.padding[1]
        if 0 <= from_y < before[0] and 0 <= from_x < before[1]:
            source = out // (outputs // conv.groups) * inputs + channel
            found[y, x, out, from_y, from_x, source] += conv.kernel[out, row, column, channel]
    return found.reshape(connection.post.size, connection.pre.size)


def weights(rng, *shape):
    """Even numbers, which no sign mode rounds, and some zeros."""
    return 2 * rng.integers(-40, 40, shape) * (rng.random(shape) < 0.7)


def shuffled(rng, port, size):
    """A port, its elements in another order or not, flat."""
    if rng.random() < 0.3 and size % 2 == 0:
        return port.reshape((2, size // 2)).transpose((1, 0)).flatten()
    return port.flatten() if len(port.shape) > 1 else port


def program(rng):
    """Sources, one or two ways of synapses, and neurons; returns all parts and the sources."""
    cells = LIF(shape=tuple(rng.permutation([2, 3, 2])), du=4095, vth=100_000, name="cells")
    sources = []
    for _ in range(rng.integers(1, 3)):
        parts = [tuple(rng.permutation([2, 3])) for _ in range(rng.integers(1, 3))]
        made = [RingBuffer(data=np.zeros((*shape, 1), int)) for shape in parts]
        sources += made
        flat = [shuffled(rng, source.s_out, 6) for source in made]
        port = flat[0] if len(flat) == 1 else flat[0].concat_with(flat[1:], axis=0)
        size = 6 * len(made)
        kind = Dense if rng.random() < 0.5 else Sparse
        values = weights(rng, 12, size)
        synapses = kind(weights=values if kind is Dense else csr_matrix(values))
        port.connect(synapses.s_in)
        shuffled(rng, synapses.a_out, 12).reshape(cells.a_in.shape).connect(cells.a_in)
    return cells, sources


def convolution(rng):
    """A source, a convolution, and neurons of its shape, flat, or in another order."""
    stride, padding, dilation = ([int(k) for k in rng.integers(low, 3, 2)] for low in (1, 0, 1))
    groups = int(rng.integers(1, 3))
    conv = Conv(
        weight=weights(rng, 4, 2, 3, 2 // groups), input_shape=(5, 6, 2), stride=stride, padding=padding,
        dilation=dilation, groups=groups, num_message_bits=8,
    )  # fmt: skip
    source = RingBuffer(data=np.zeros((5, 6, 2, 1), int))
    source.s_out.connect(conv.s_in)
    port = conv.a_out
    way = rng.integers(0, 3)
    if way:
        port = port.flatten() if way == 1 else port.transpose((1, 2, 0))
    cells = LIF(shape=port.shape, du=4095, vth=100_000, name="cells")
    port.connect(cells.a_in)
    return cells, [source]


@pytest.mark.parametrize("build", [program, convolution])
@pytest.mark.parametrize("seed", range(12))
def test_every_source_reaches_what_is_placed(build, seed):
    cells, sources = build(np.random.default_rng(seed))
    sizes = [source.s_out.size for source in sources]
    steps, first = sum(sizes), 0
    network = place_process(cells).problem
    expected = np.zeros((cells.a_in.size, steps), int)
    for source, size in zip(sources, sizes, strict=True):
        of_source = [c for c in network.connections.values() if c.pre.target.name == source.name]
        expected[:, first : first + size] += sum(stored(c) for c in of_source)
        data = np.zeros((size, steps + 1), int)
        data[np.arange(size), first + np.arange(size)] = 1
        source.data.init = data.reshape((*source.s_out.shape, steps + 1))
        source.data.shape = source.data.init.shape
        first += size
    arrived = []
    for _ in range(steps + 1):
        cells.run(RunSteps(1), CONFIG)
        arrived.append(cells.u.get().reshape(-1) / 64)
    cells.stop()
    assert expected.any()
    assert np.array_equal(np.stack(arrived[1:], axis=1), expected)
