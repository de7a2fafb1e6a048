"""Frames whose axes have names are read by the names, or refused; never by position against them."""

import numpy as np
import pytest
from messages import complains

from loihi_emu import Emulator, Network

SQUARE = np.array([[0, 1, 1], [0, 0, 0], [1, 0, 0]])
"""Steps x neurons: which way it is turned cannot be seen from its shape."""


class Labelled:
    """What xarray's arrays have."""

    def __init__(self, array, dims, **coords):
        self.array, self.dims, self.coords = array, dims, coords

    shape = property(lambda self: self.array.shape)
    values = property(lambda self: self.array)

    def __array__(self, dtype=None, copy=None):
        return self.array

    def __len__(self):
        return len(self.array)

    def __iter__(self):
        return (Labelled(part, self.dims[1:]) for part in self.array)

    def __getitem__(self, key):
        raise AssertionError

    def transpose(self, *dims):
        order = [self.dims.index(name) for name in dims]
        return Labelled(self.array.transpose(order), dims, **self.coords)


class Tensor:
    """What tensors with named axes have."""

    def __init__(self, array, names):
        self.array, self.names = array, names

    def rename(self, names):
        assert names is None
        return Tensor(self.array, (None,) * self.array.ndim)

    def permute(self, *order):
        return Tensor(self.array.transpose(order), tuple(self.names[k] for k in order))

    def numpy(self):
        return self.array


class Axis(list):
    def __init__(self, labels, name=None):
        super().__init__(labels)
        self.name = name


class Table:
    """What a data frame of frames has."""

    def __init__(self, array, rows=None, columns=None):
        self.array = array
        self.index, self.columns = Axis(range(len(array)), rows), Axis(range(array.shape[1]), columns)

    T = property(lambda self: Table(self.array.T, self.columns.name, self.index.name))

    def __len__(self):
        return len(self.array)

    def to_numpy(self):
        return self.array


def read(spikes, shape=3):
    made = Network().input("i", shape, spikes=spikes)
    return made.times.tolist(), made.indices.tolist()


@pytest.mark.parametrize(
    "spikes",
    [
        Labelled(SQUARE, ("time", "neuron")),
        Labelled(SQUARE.T, ("neuron", "time")),
        Labelled(SQUARE.T, ("unit", "Step")),
        Labelled(SQUARE.T, ("neuron", "time"), time=np.arange(3), neuron=np.arange(3)),
        Labelled(SQUARE, ("dim_0", "dim_1")),
        Tensor(SQUARE, (None, None)),
        Tensor(SQUARE, ("T", "N")),
        Tensor(SQUARE.T, ("N", "T")),
        Table(SQUARE),
        Table(SQUARE, "step", "neuron"),
        Table(SQUARE, None, "neuron"),
        Table(SQUARE.T, "neuron", "step"),
        Table(SQUARE.T, None, "time"),
    ],
)
def test_the_axis_named_time_is_time(spikes):
    assert read(spikes) == read(SQUARE)


def test_more_axes_than_two_keep_their_order():
    frames = np.arange(12).reshape(2, 2, 3) % 5 == 1
    assert read(Labelled(np.moveaxis(frames, 0, 2), ("y", "x", "time")), (2, 3)) == read(frames, (2, 3))


@pytest.mark.parametrize(
    ("spikes", "texts"),
    [
        (Labelled(SQUARE, ("neuron", "trial")), ["axes (neuron, trial)", 'named "time"']),
        (Labelled(SQUARE, ("time", "step")), ["axes (time, step)"]),
        (Labelled(SQUARE, ("time", "neuron"), time=[0.0, 0.001, 0.002]), ["axis time has other labels"]),
        (Labelled(SQUARE, ("time", "neuron"), neuron=[7, 8, 9]), ["axis neuron has other labels"]),
        (Tensor(SQUARE, ("N", "C")), ["axes (N, C)"]),
        (Table(SQUARE, "neuron"), ["axes (neuron, no name)"]),
    ],
)
def test_names_that_do_not_tell_are_refused(spikes, texts):
    complains(lambda: read(spikes), ['input "i", spikes', *texts, "{neuron: times}"])


def test_samples_of_arrays_with_names():
    net = Network()
    net.probe(net.input("i", 3, spikes=([0], [0])))
    emulator = Emulator(net)
    turned = Labelled(np.stack([SQUARE.T, SQUARE.T]), ("trial", "neuron", "time"))
    found = emulator.run_samples(3, {"i": turned})
    assert found.sample(1).spikes("i").indices.tolist() == read(SQUARE)[1]
    other = Labelled(np.moveaxis(turned.array, 2, 0), ("time", "trial", "neuron"))
    assert emulator.run_samples(3, {"i": other}).sample(1).spikes("i").indices.tolist() == read(SQUARE)[1]
    wrong = Labelled(turned.array, ("session", "neuron", "time"))
    complains(lambda: emulator.run_samples(3, {"i": wrong}), ["axes (session, neuron, time)", 'Name one "sample"'])


def test_three_lists_that_could_be_events_are_refused():
    for spikes in ([[1, 5, 9], [0, 1, 2], [3, 4, 5]], [[4], [0], [7]], [np.array([3, 4]), np.array([1, 2]), [8, 9]]):
        complains(lambda spikes=spikes: read(spikes), ["times, indices and payloads", "times of three neurons"])
    assert read([[1, 5, 9], [2, 6, 10], [3, 7, 11]])[0] == [1, 2, 3, 5, 6, 7, 9, 10, 11]  # 6 is no index
    assert read([[1, 5], [0, 1], [3, 4], [2, 8]], 4)[0] == [0, 1, 1, 2, 3, 4, 5, 8]
    assert read({0: [4], 1: [0], 2: [7]}) == ([0, 4, 7], [1, 0, 2])
