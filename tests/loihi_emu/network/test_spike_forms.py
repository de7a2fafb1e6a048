"""Every form in which the field's tools hand over spikes means one thing, or is refused with the ways to write them."""

import collections
import itertools

import numpy as np
import pytest
import scipy.sparse
from messages import complains

from loihi_emu import Emulator, LoihiInputWarning, Network

FORMS = ["(times, indices)", "{neuron: times}", "(steps, "]


SPARSE = ("csr", "csc", "coo", "lil", "dok", "bsr", "dia")
Named = collections.namedtuple("Named", ["indices", "times"])


class Quantity:
    """What quantities, neo and pint have."""

    def __init__(self, values, unit="s"):
        self.magnitude, self.units, self.dimensionality = np.asarray(values), unit, unit

    def __array__(self, dtype=None, copy=None):
        return self.magnitude


class Brian(np.ndarray):
    """What Brian's quantities have: arrays that say their dimension."""

    dim = "second"

    def has_same_dimensions(self, other):
        raise AssertionError


class Tensor:
    """What a tensor with a gradient has."""

    def __init__(self, values):
        self.values = np.asarray(values)

    def detach(self):
        return Held(self.values)

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("it requires grad")


class Held:
    def __init__(self, values):
        self.values = values

    def cpu(self):
        return self

    def numpy(self):
        return self.values


class Frame:
    """What a data frame has."""

    def __init__(self, **columns):
        self.held, self.columns = columns, list(columns)

    def __getitem__(self, name):
        return self.held[name]

    def to_numpy(self):
        return np.array(list(self.held.values())).T


class Series:
    """What a series of a data frame has."""

    dtype = np.dtype(object)

    def __init__(self, values, index):
        self.values, self.index = values, index

    def __len__(self):
        return len(self.values)

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype=object)

    def to_dict(self):
        return dict(zip(self.index, self.values, strict=True))


class Table:
    """What a data frame of frames has."""

    def __init__(self, values, index):
        self.values, self.index, self.columns = values, index, range(values.shape[1])

    def __len__(self):
        return len(self.values)

    def to_numpy(self):
        return self.values


class TrainList:
    """What neo's lists of spike trains have."""

    def __init__(self, held):
        self.held = held

    def __len__(self):
        return len(self.held)

    def __getitem__(self, k):
        return self.held[k]

    def __iter__(self):
        return iter(self.held)


class Packed:
    """What sparse arrays of other packages have."""

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("it is sparse")

    def todense(self):
        raise AssertionError


class Segment:
    spiketrains = (Quantity([0.1]),)


class Monitor:
    t, i = Quantity([0.1]), (0,)

    def spike_trains(self):
        raise AssertionError


def camera(*events, fields=("t", "x", "y", "p")):
    return np.array(list(events), dtype=[(name, int) for name in fields])


def read(shape, spikes):
    made = Network("n").input("i", shape, spikes=spikes)
    return made.times.tolist(), made.indices.tolist()


THREE = ([1, 3, 5], [0, 2, 0])
"""Neuron 0 at 1 and 5, neuron 2 at 3."""


@pytest.mark.parametrize(
    "spikes",
    [
        THREE,
        (np.array([5.0, 3, 1]), (0, 2, 0)),
        (range(1, 6, 2), [0, 2, 0]),
        (Tensor([1, 3, 5]), Tensor([0, 2, 0])),
        [[1, 5], [], [3]],
        [(5, 1), (), (3,)],
        [np.array([1, 5]), np.array([], int), np.array([3])],
        [Tensor([1, 5]), Tensor([]), Tensor([3])],
        np.array([np.array([1, 5]), np.array([]), np.array([3])], dtype=object),
        (train for train in ([1, 5], [], [3])),
        {0: [1, 5], 2: [3]},
        Series([[3], [1, 5]], [2, 0]),
        collections.deque([[1, 5], [], [3]]),
        TrainList([[1, 5], [], [3]]),
        Named(indices=[0, 2, 0], times=[1, 3, 5]),
        (np.array([1, 3, 5], object), np.array([0.0, 2, 0], object)),
        (np.array([1, 3, 5], np.float16), [0, 2, 0]),
        *(scipy.sparse.coo_array(([1, 1, 1], ([1, 3, 5], [0, 2, 0]))).asformat(f) for f in SPARSE),
        {0: [1, 5], 1: [], 2: np.array([3])}.values(),
        {np.int64(2): (3,), np.int64(0): np.array([1, 5])},
        {"t": [1, 3, 5], "i": [0, 2, 0]},
        {"indices": [0, 2, 0], "times": [1, 3, 5]},
        Frame(time=[1, 3, 5], neuron=[0, 2, 0]),
        camera((1, 0), (3, 2), (5, 0), fields=("ts", "x")),
        np.array([(0, 5), (2, 3), (0, 1)], dtype=[("index", "u2"), ("timestamp", "f8")]),
        scipy.sparse.coo_matrix(([1, 1, 1], ([1, 3, 5], [0, 2, 0])), shape=(9, 3)),
        scipy.sparse.csc_array(scipy.sparse.coo_array(([True] * 3, ([1, 3, 5], [0, 2, 0])), shape=(9, 3))),
        Tensor(np.eye(3)[[1, 0, 1, 2, 1, 0]] * np.array([[0], [1], [0], [1], [0], [1]])),
    ],
)
def test_what_tools_hand_over_is_read(spikes):
    assert read(3, spikes) == THREE


def test_times_of_each_neuron_in_lists_of_equal_length():
    assert read(3, [[1, 5, 9], [2, 6, 10], [3, 7, 11]])[1] == [0, 1, 2] * 3
    assert read(1, [[4, 7, 9]]) == ([4, 7, 9], [0, 0, 0])
    assert read(4, [[4], [2], [9], [1]]) == ([1, 2, 4, 9], [3, 1, 0, 2])
    assert read(2, [[1, 5], [2]]) == ([1, 2, 5], [0, 1, 0])
    assert read(3, []) == read(3, [[], [], []]) == read(3, {}) == ([], [])


@pytest.mark.parametrize(
    ("size", "spikes", "texts"),
    [
        (2, np.array([[4, 7], [0, 1]]), ["could be frames or times", "(array[0], array[1])"]),
        (2, np.array([[4, 0], [7, 1], [9, 1]]), ["could be frames or times", "(array[:, 0], array[:, 1])"]),
        (3, np.array([[4, 7, 9, 9], [0, 1, 0, 0]]), ["shape (2, 4)", "(array[0], array[1])"]),
        (2, [[1, 5], [2, 6]], ["a list of two", "(times, indices) for events", "np.array(spikes)", "{0: times"]),
        (3, [[1, 2], [0, 1]], ["a list of two"]),
        (3, [[0, 1, 0], [1, 0, 0], [0, 0, 1]], ["could be times, frames", "np.array(spikes)", "dict(enumerate("]),
        (3, [np.array([0, 1, 0]), np.array([1, 0, 0]), np.array([0, 0, 1])], ["could be times, frames"]),
        (1, [[0]], ["could be times, frames"]),
        (3, [[1, 0], [5, 2], [9, 1]], ["rows of events"]),
        (3, [(1, 0), (5, 2), (9, 1)], ["a list of tuples", "zip(*spikes)"]),
        (3, zip([1, 5, 9], [0, 2, 1], strict=True), ["a list of tuples"]),
        (3, [[0, 1, 0]] * 4, ["a list of 4 for 3 neurons", "np.array(spikes)"]),
        (3, [1, 5, 9], ["a flat list", "[times]"]),
        (3, [[1], [2]], ["a list of two"]),
        (3, ([1], [2], [3]), ["a tuple of three", "Payloads"]),
        (4, ([1], [2], [3], [3]), ["a tuple of 4", "A list"]),
        (3, ([1, 5], [2]), ["2 times and 1 indices", "are a list, not a tuple"]),
        (3, ([True, False, True], [0, 1, 2]), ["True or False", "np.flatnonzero"]),
        (3, [[True, False], [False, True], [True, True]], ["times of neuron 0 that are True or False"]),
        (3, ([0.001, 0.005], [0, 1]), ["got 0.001", "whole steps", "np.round(times / dt)"]),
        (3, [[0.001], [0.002, 0.5], []], ["times of neuron 0", "got 0.001", "whole steps"]),
        (3, ([0, 1], [0.5, 1.5]), ["got 0.5", "Times come first"]),
        (3, ([-1], [0]), ["got -1", "0 or more"]),
        (3, {5: [1]}, ["got 5", "0..2"]),
        (3, {-1: [1]}, ["got -1", "0..2"]),
        (3, {0.5: [1]}, ["the key 0.5"]),
        (3, {0: 5}, ["times of neuron 0 of shape ()"]),
        (3, {"senders": [1], "times": [1.0]}, ["'senders'", "ids of nodes", "global_id"]),
        (3, {"t": [1], "i": [0], "weight": [3]}, ['the unknown field "weight"']),
        (3, {"t": [1], "ts": [1], "i": [0]}, ['the second field "ts"']),
        (3, {"t": [1, 2], "i": [0]}, ["2 t, 1 i"]),
        (3, {"t": [0.5], "i": [0]}, ["got 0.5", "whole steps"]),
        (3, {"t": [1], "i": [0], "p": [1]}, ["events with i and p"]),
        (3, Frame(a=[1], i=[0]), ["a data frame of a, i"]),
        (3, Quantity([1, 2]), ["a Quantity with times in s", "np.round(times / dt)"]),
        (3, (Quantity([1, 2]), [0, 1]), ["times in s"]),
        (3, [Quantity([1]), Quantity([2]), Quantity([])], ["times in s"]),
        (3, {0: np.array([0.1]).view(Brian)}, ["times in second"]),
        (3, (np.array([1, 2], "m8[ms]"), [0, 1]), ["times in ms"]),
        (3, Segment(), ["a Segment", "with dt a quantity"]),
        (3, [Segment()] * 3, ["a Segment"]),
        (3, Monitor(), ["a Monitor", "monitor.t / dt"]),
        (3, scipy.sparse.csr_matrix(np.ones((3, 5))), ["shape (3, 5)", ".T"]),
        (3, scipy.sparse.csr_matrix(np.eye(3) / 2), ["got 0.5", "rate="]),
        (3, (camera((1, 0, 0, 0)), 7), ["times with fields", "without their label"]),
        (8, camera((1, 0, 0, 0)), ["x, y, p for shape (8,)", "(height, width)"]),
        (3, list(camera((1, 0, 0, 0))), ["a list of events", "np.array(events)"]),
        (3, np.zeros((3, 5), int), ["shape (3, 5)", "transpose", ".T"]),
        (3, np.ma.masked_array(np.eye(3), np.eye(3)), ["masked", "filled(0)"]),
        (3, np.full((4, 3), 0.5), ["got 0.5", "rate="]),
        (3, np.full((4, 3), np.nan), ["got nan"]),
        (3, itertools.repeat([1]), ["more than 3"]),
        (3, ((x for x in [1]), [0]), ["a generator", "list(...)"]),
        (3, [[1, [2]], [3], [4]], ["times of neuron 0 as lists of different lengths"]),
        (3, [[[1]], [[2]], [[3]]], ["times of neuron 0 of shape (1, 1)"]),
        (3, [None, [1], [2]], ["times of neuron 0 None"]),
        (3, [{}, {}, {}], ["a list of dicts", "One dict"]),
        (3, {"0": [1]}, ["a dict of '0'", "without quotes"]),
        (3, Series([[1], [2]], ["a", "b"]), ["a dict of 'a'"]),
        (3, Series([[1], [2]], [0, 0]), ["a label twice"]),
        (3, Table(np.eye(3), [2, 0, 1]), ["rows have other labels", "reindex"]),
        (3, TrainList([Quantity([0.1])]), ["times in s"]),
        (3, bytearray(3), ["bytearray"]),
        (3, Packed(), ["no array", "todense"]),
        (3, (["1"], ["0"]), ["no numbers"]),
        (3, (None, [1]), ["times None"]),
        (3, {(1, 0)}, ["{(1, 0)}"]),
        (3, b"abc", ["b'abc'"]),
        (3, 7, ["got 7"]),
        (3, object(), ["a object"]),
        (3, int, ["a type"]),
        (3, np.eye(3) * 1j, ["complex"]),
        (3, np.array(["a"]), ["shape (1,)"]),
        (3, Tensor(object()), ["shape ()"]),
    ],
)
def test_what_could_mean_two_things_or_none_is_refused_with_all_ways(size, spikes, texts):
    complains(lambda: Network("n").input("i", size, spikes=spikes), ['input "i"', *FORMS, *texts])


def test_a_refused_form_can_be_said_in_words():
    assert read(2, {0: [1, 5], 1: [2, 6]}) == ([1, 2, 5, 6], [0, 1, 0, 1])
    assert read(3, dict(enumerate([[0, 1], [1, 2], [0, 2]]))) == ([0, 0, 1, 1, 2, 2], [0, 2, 0, 1, 1, 2])
    assert read(2, np.array([[0, 1], [1, 1]])) == ([0, 1, 1], [1, 0, 1])
    assert read(2, tuple(np.array([[4, 7], [0, 1]]))) == ([4, 7], [0, 1])


@pytest.mark.parametrize(
    ("shape", "spikes", "indices"),
    [
        ((3, 4), camera((5, 1, 2), fields=("t", "x", "y")), [9]),
        ((3, 4), camera((5, 1, 2, 1)), [9]),
        ((3, 4, 1), camera((5, 1, 2), fields=("t", "x", "y")), [9]),
        ((3, 4, 2), camera((5, 1, 2, 1)), [2 * 9 + 1]),
        ((2, 3, 4), camera((5, 1, 2, 1)), [12 + 9]),
        ((2, 2, 2), camera((5, 1, 0, 0)), [2]),
        ((3, 4, 2), camera((5, 1, 2, -1), (6, 1, 2, 1)), [18, 19]),
        ((5, 2), camera((5, 3, 1), fields=("t", "x", "p")), [7]),
        ((3, 4), Frame(ts=[5], x=[1], y=[2]), [9]),
        ((3, 4, 2), {"x": [1], "y": [2], "polarity": np.array([True]), "t": [5]}, [19]),
    ],
)
def test_events_with_places_go_onto_the_shape(shape, spikes, indices):
    assert read(shape, spikes)[1] == indices


@pytest.mark.parametrize(
    ("shape", "spikes", "texts"),
    [
        ((3, 4), camera((5, 1, 2, 0), (5, 1, 2, 1)), ["two polarities", "(3, 4, 2)", "without the field p"]),
        ((3, 4, 2), camera((5, 1, 2), fields=("t", "x", "y")), ["without a polarity"]),
        ((3, 4, 2), camera((5, 1, 2, 7)), ["polarities 7", "0 and 1, or -1 and 1"]),
        ((3, 4), camera((5, 4, 2), fields=("t", "x", "y")), ["field x", "got 4", "0..3", "shape (3, 4)"]),
        ((3, 4), camera((5, 1, -1), fields=("t", "x", "y")), ["field y", "got -1"]),
    ],
)
def test_places_that_do_not_fit_are_refused(shape, spikes, texts):
    complains(lambda: Network("n").input("i", shape, spikes=spikes), ['input "i"', *FORMS, *texts])


def test_microseconds_of_a_camera_are_told():
    with pytest.warns(LoihiInputWarning, match="step 300000.*microseconds") as caught:
        read((3, 4, 2), camera((300_000, 0, 0, 1)))
    assert caught[0].filename == __file__


def test_recorded_spikes_are_spikes():
    net = Network()
    net.probe(net.input("i", 3, spikes=THREE, payloads=[4, 5, 6]))
    found = Emulator(net).run(9).spikes("i")
    again = Network().input("again", 3, spikes=found)
    assert (again.times.tolist(), again.indices.tolist()) == THREE and again.payloads.tolist() == [4, 5, 6]
    texts = ["spikes of 3 neurons", "There are 5 neurons", *FORMS]
    complains(lambda: Network().input("other", 5, spikes=found), texts)


def test_samples_and_inputs_set_later_take_every_form():
    net = Network()
    net.probe(net.input("i", 3))
    emulator = Emulator(net)
    emulator.set_input("i", spikes=[[1, 5], [], [3]])
    assert emulator.run(9).spikes("i").indices.tolist() == [0, 2, 0]
    forms = [[[1, 5], [], [3]], {0: [1, 5], 2: [3]}, THREE, {"t": THREE[0], "i": THREE[1]}]
    counts = emulator.run_samples(9, {"i": forms}).spike_counts("i")
    assert counts.tolist() == [[2, 0, 1]] * 4
    for bad in ([None], [(Quantity([1]), [0])], [[1, 2, 3]], [[[1, 0], [5, 2], [9, 1]]], [(camera((1, 0, 0, 0)), 7)]):
        complains(lambda bad=bad: emulator.run_samples(9, {"i": bad}), ['input "i", sample 0', *FORMS])
    texts = ['input "i", samples', "could be frames or times and indices"]
    complains(lambda: emulator.run_samples(9, {"i": np.array([[[4, 7, 7], [0, 1, 2]]])}), texts)
    for bad in (None, "abc", 5, {0: [1]}, object()):
        complains(lambda bad=bad: emulator.run_samples(9, {"i": bad}), ['input "i"', "one entry per sample", *FORMS])


def test_counts_that_nothing_reads_are_told():
    counts = np.array([[0, 2, 0], [1, 0, 5], [0, 0, 0]])
    net = Network()
    source, cells = net.input("i", 3, spikes=counts), net.population("c", 3, vth=100)
    with pytest.warns(LoihiInputWarning, match='payloads of 2 of 3 events of input "i" do not act') as caught:
        net.connect(source, cells, np.eye(3, dtype=int))
    assert caught[0].filename == __file__
    emulator = Emulator(net)
    with pytest.warns(LoihiInputWarning, match="payloads of 1 of 1 events"):
        emulator.set_input("i", spikes=scipy.sparse.coo_matrix(([-7], ([1], [1])), shape=(3, 3)))
    with pytest.warns(LoihiInputWarning, match="payloads of 1 of 1 events"):
        emulator.run_samples(3, {"i": np.array([[[0, 0, 0], [0, 3, 0], [0, 0, 0]]])})
    with pytest.warns(LoihiInputWarning, match='1 events of input "zeros" with payload 0 do not act'):
        net.connect(net.input("zeros", 3, spikes=THREE, payloads=[1, 0, 1]), cells, np.eye(3, dtype=int))
    graded = Network()
    source, cells = graded.input("i", 3, spikes=counts), graded.population("c", 3, vth=100)
    graded.connect(source, cells, np.eye(3, dtype=int), graded=True)


@pytest.mark.parametrize("form", [np.array, scipy.sparse.csr_matrix, Tensor])
def test_values_of_a_factor_end_where_frames_say_whatever_form_they_have(form):
    values = np.array([[0, 5], [7, 5], [0, 0], [0, 1]])
    node = Network().input("i", 2, spikes=form(values))
    assert node.zeros.tolist() == [[2, 2], [0, 1]]
    assert Network().input("i", 2, spikes=form(values[:2] > 0)).zeros is None


@pytest.mark.parametrize(("dtype", "value"), [(np.uint8, 200), (bool, True), (np.int8, 100)])
def test_entries_of_a_sparse_matrix_at_one_place_add_up(dtype, value):
    twice = scipy.sparse.coo_array((np.array([value, value], dtype), ([1, 1], [2, 2])), shape=(4, 3))
    made = Network("n").input("i", 3, spikes=twice)
    assert (made.times.tolist(), made.indices.tolist(), made.payloads.tolist()) == ([1], [2], [2 * int(value)])


@pytest.mark.parametrize("halves", [np.eye(3, dtype=np.float16), np.ones((2, 3), np.float16)])
def test_half_floats_are_read_without_a_warning(halves):
    assert read(3, halves)[0] == np.nonzero(halves)[0].tolist()
