"""What an object tells cannot be set, for nothing would follow, or something would break: the error says what to do.

All public classes are walked over, and all arrays that their objects hand out and keep.
"""

import copy
import dataclasses
import inspect
import pickle

import numpy as np
import pytest

import loihi_emu
from loihi_emu import (
    LOIHI1,
    Conv2D,
    Emulator,
    LearningRule,
    Network,
    Noise,
    PhysicalUnits,
    Recording,
    Trace,
    calibrate,
    learning,
    mapping,
    plots,
    rules,
    search_precision,
    sweep,
)
from loihi_emu.chips.boards import board
from loihi_emu.errors import ReadOnlyError


def network():
    net = Network("n", seed=3)
    events = net.input("events", 4, spikes=([1, 1, 5], [0, 2, 3]), payloads=[1, 2, 3])
    poisson = net.input("poisson", 3, rate=[0.5, 0.1, 0.2])
    cells = net.population("cells", 5, vth=[10, 20, 30, 40, 50], bias=9, noise=Noise("v", 3))
    maps = net.population("maps", (2, 2, 1), vth=10)
    image = net.input("image", (2, 2, 1), rate=0.3)
    net.connect(events, cells, np.ones((5, 4), int) * 70, name="dense", delays=np.ones((5, 4), int), graded=True)
    net.connect(poisson, cells, ([2, 0, 1], [0, 4, 1], [9, 8, 7]), name="list", delays=[1, 2, 3])
    net.connect(image, maps, Conv2D(np.full((1, 1, 1, 1), 90)), name="conv")
    rule = LearningRule(dw="2^-2*x1*y0", x1=Trace(10, 5))
    net.connect(poisson, cells[1:3], [[5, 6, 7], [8, 9, 10]], name="learns", learning=rule, sign_mode="excitatory")
    net.probe(cells, ["spikes", "v"], neurons=[1, 3])
    net.probe(events)
    return net


def floats():
    """A network of floats, and samples of its input, to choose integers for."""
    net = Network(rules="float")
    source, out = net.input("source", 3), net.population("out", 2, vth=1.0)
    net.connect(source, out, np.arange(6).reshape(2, 3) / 4)
    return net, (np.random.default_rng(0).random((3, 8, 3)) < 0.5).astype(int)


CALIBRATED = calibrate(*floats())
NET = network()
EMULATOR = Emulator(NET)
RECORDING = EMULATOR.run(12)
PLACEMENT = NET.place()
OBJECTS = [
    NET, EMULATOR, EMULATOR.step(), RECORDING, sweep(int, [1]),
    PLACEMENT, PLACEMENT.assignment, PLACEMENT.layout, PLACEMENT.problem, *NET.nodes.values(),
    *NET.connections.values(), *NET.probes, NET["cells"][1:3], NET["cells"].noise, NET.connections["conv"].conv,
    NET.connections["learns"].learning.rule, NET.connections["learns"].learning.rule.x1, RECORDING.spikes("events"),
    PLACEMENT.estimate(RECORDING), PLACEMENT.where("cells", 0), LOIHI1, board("Nahuku"), NET.rule_set,
    NET.rule_set.weights, NET.rule_set.learning, PhysicalUnits(20.0, 1000),
    CALIBRATED, CALIBRATED.report, CALIBRATED.report.agreement, search_precision(*floats(), bits=[8, 4]),
]  # fmt: skip
NOT_HELD = {"Strategy", "LearningRules", "WeightRule", "Effective", "Sums", "Proposal"}
"""Forms that users write themselves, and values that kernels' builders pass on."""


def public_attributes(thing):
    """Names of all that is read of an object without parentheses."""
    kind = type(thing)
    members = {name for name in dir(kind) if isinstance(inspect.getattr_static(kind, name), property)}
    members |= set(getattr(thing, "__dict__", ())) | set(getattr(thing, "_fields", ()))
    refused = {"pre_indices", "post_indices"} if getattr(thing, "kind", "sparse") != "sparse" else set()
    return sorted(name for name in members - refused if not name.startswith("_"))


def test_there_is_an_object_of_every_public_class():
    classes = {
        name
        for package in (loihi_emu, learning, mapping, plots, rules)
        for name in package.__all__
        if inspect.isclass(thing := getattr(package, name)) and not issubclass(thing, BaseException)
    }
    assert classes - {type(thing).__name__ for thing in OBJECTS} == NOT_HELD


@pytest.mark.parametrize("thing", OBJECTS, ids=lambda thing: type(thing).__name__)
def test_no_attribute_can_be_set_or_deleted(thing):
    names = public_attributes(thing)
    assert names or isinstance(thing, (rules.LearningRules, rules.WeightRule))
    for name in names:
        before = getattr(thing, name, None)
        with pytest.raises(AttributeError) as caught:
            setattr(thing, name, "zzz")
        with pytest.raises(AttributeError):
            delattr(thing, name)
        if "." in str(caught.value):  # not that of a named tuple
            assert isinstance(caught.value, ReadOnlyError)
            assert str(caught.value).startswith(f"{type(thing).__name__}.{name} cannot be set. ")
        assert getattr(thing, name, None) is before or isinstance(getattr(type(thing), name), property)


@pytest.mark.parametrize(
    ("thing", "name", "said"),
    [
        (NET, "rules", "Network(name, chip=..., rules=..., seed=...)"),
        (NET, "populations", "population() adds one"),
        (NET, "connections", "connect() adds one"),
        (NET, "rule", "there is no such attribute, did you mean rules"),
        (EMULATOR, "overflow", 'Emulator(network, overflow="warn")'),
        (EMULATOR, "step", "reset() goes back to 0"),
        (EMULATOR, "seed", "set(name, variable, value)"),
        (NET["cells"], "vth", 'cannot be set: there is no such attribute. Network.population(name, shape, vth=...)'),
        (NET["events"], "times", "Emulator.set_input(name, ...)"),
        (NET.connections["dense"], "values", "Emulator.set(name, variable, value)"),
        (NET.connections["learns"].learning.rule, "dw", 'Emulator.set(connection, "dw", ...)'),
        (RECORDING, "steps", 'recording["cells.v"].copy()'),
        (PLACEMENT, "strategy", "Network.place("),
        (LOIHI1, "cores", "dataclasses.replace(it, name=value)"),
    ],
)  # fmt: skip
def test_the_error_says_what_to_do(thing, name, said):
    with pytest.raises(ReadOnlyError) as caught:
        setattr(thing, name, 1)
    assert said in str(caught.value)


def test_a_class_of_the_users_has_attributes_of_its_own():
    class Column(Network):
        def __init__(self):
            super().__init__("column")
            self.cells = self.population("cells", 3, vth=1)

    net = Column()
    net.more = 5
    assert (net.cells.size, net.more) == (3, 5)
    del net.more
    with pytest.raises(ReadOnlyError):
        net.rules = "lava"


@pytest.mark.parametrize(
    ("table", "error"),
    [(lambda: NET.populations, TypeError), (lambda: NET.inputs, TypeError), (lambda: NET.connections, TypeError),
     (lambda: NET.nodes, TypeError), (lambda: NET["cells"].parameters, TypeError),
     (lambda: PLACEMENT.budgets, TypeError), (lambda: PLACEMENT.limits, TypeError)],
)  # fmt: skip
def test_tables_cannot_be_changed(table, error):
    key = next(iter(table()))
    with pytest.raises(error):
        table()[key] = None
    with pytest.raises(error):
        del table()[key]


def arrays_of(thing):
    """All arrays that an object keeps, by name."""
    found = {}
    for name in public_attributes(thing):
        value = getattr(thing, name, None)
        if isinstance(value, np.ndarray):
            found[name] = value
        elif isinstance(value, (dict, type(NET.populations))):
            found |= {f"{name}.{key}": part for key, part in value.items() if isinstance(part, np.ndarray)}
    return found


ELEMENTS = [*NET.nodes.values(), *NET.connections.values(), *NET.probes, NET.connections["conv"].conv]


@pytest.mark.parametrize("element", ELEMENTS, ids=lambda element: type(element).__name__)
def test_arrays_of_a_network_cannot_be_written_to(element):
    found = arrays_of(element)
    derived = {"pre_indices", "post_indices"}  # made anew where they are not kept
    for name, array in found.items():
        if name not in derived:
            assert not array.flags.writeable, name
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0


def test_arrays_of_recordings_and_placements_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        RECORDING["cells.v"][0] = 1
    for part in RECORDING.spikes("events"):
        with pytest.raises(ValueError, match="read-only"):
            part[:] = 0
    with pytest.raises(ValueError, match="read-only"):
        PLACEMENT.budgets["compartments"][0] = 0
    core = PLACEMENT.core_of("cells")
    core[:] = 77  # a copy
    assert PLACEMENT.where("cells", 0).core == 0


def test_what_is_given_is_copied():
    """An array that the user changes later changes nothing."""
    for rules_ in ("chip", "float"):
        weights, delays, vth = np.ones((2, 2)), np.ones((2, 2), np.int64), np.ones(2)
        times, indices, payloads = np.arange(3), np.array([0, 1, 0]), np.arange(1, 4)
        pre, post, values = np.array([0, 1]), np.array([1, 0]), np.ones(2)
        kernel, rate, chosen = np.ones((1, 1, 1, 1)), np.ones(2) / 2, np.array([0, 1])
        if rules_ == "chip":
            weights, vth, values, kernel = (a.astype(np.int64) for a in (weights, vth, values, kernel))
        net = Network(rules=rules_)
        cells = net.population("cells", 2, vth=vth, v=vth - 1)
        events = net.input("events", 2, spikes=(times, indices), payloads=payloads)
        poisson = net.input("poisson", 2, rate=rate)
        net.connect(events, cells, weights, delays=delays, name="dense", kind="dense", graded=True)
        net.connect(poisson, cells, (pre, post, values), delays=delays[0], name="sparse")
        image, maps = net.input("image", (1, 1, 1)), net.population("maps", (1, 1, 1), vth=1)
        net.connect(image, maps, Conv2D(kernel), name="conv")
        net.probe(cells, "v", neurons=chosen)
        given = [weights, delays, vth, times, indices, payloads, pre, post, values, kernel, rate, chosen]
        kept = [array for thing in [*net.nodes.values(), *net.connections.values(), *net.probes,
                                    net.connections["conv"].conv] for array in arrays_of(thing).values()]  # fmt: skip
        shared = [(k, i) for k, a in enumerate(given) for i, b in enumerate(kept) if np.shares_memory(a, b)]
        assert shared == []
        assert all(a.flags.writeable for a in given)


def test_copies_and_pickles_are_read_only_too(tmp_path):
    for made in (pickle.loads(pickle.dumps(NET)), copy.deepcopy(NET), Network.load(NET.save(tmp_path / "n.npz"))):
        assert repr(made) == repr(NET)
        assert Emulator(made).run(12)["cells.v"].tolist() == RECORDING["cells.v"].tolist()
        with pytest.raises(ReadOnlyError):
            made.rules = "lava"
        for element in [*made.nodes.values(), *made.connections.values(), *made.probes]:
            for name, array in arrays_of(element).items():
                assert name in ("pre_indices", "post_indices") or not array.flags.writeable, (element, name)
    read = Recording.load(RECORDING.save(tmp_path / "r.npz"))
    assert not read["cells.v"].flags.writeable
    assert dataclasses.replace(NET["cells"], name="other").name == "other"
