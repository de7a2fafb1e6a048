"""Each user's model has random numbers, parameters and values of its own, and nothing comes back to the script."""

import functools
import itertools
import multiprocessing
import pickle
import random
import threading

import numpy as np
import pytest

from lava_api.magma.core.decorator import implements, requires
from lava_api.magma.core.model.py.model import PyAsyncProcessModel, PyLoihiProcessModel
from lava_api.magma.core.model.py.ports import PyInPort, PyOutPort
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.magma.core.process.ports.ports import InPort, OutPort
from lava_api.magma.core.process.process import AbstractProcess
from lava_api.magma.core.process.variable import Var
from lava_api.magma.core.resources import CPU
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.magma.core.sync.protocols.async_protocol import AsyncProtocol
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava_api.magma.runtime.generators import Generators, _Functions
from lava_api.proc.io.dataloader import SpikeDataloader
from lava_api.proc.io.sink import RingBuffer as Sink
from lava_api.proc.lif.models import AbstractPyLifModelFloat
from lava_api.proc.lif.process import LIF

DRAWS = {
    "integer": lambda: np.random.randint(0, 1000),
    "normal": np.random.randn,
    "both": lambda: np.random.randn() + np.random.rand(),
    "nothing": lambda: 5,
    "python": random.random,
    "gauss": lambda: random.gauss(0, 1),
    "mixed": lambda: random.randint(0, 99) + np.random.normal(),
}


class Noise(AbstractProcess):
    def __init__(self, draw):
        super().__init__(draw=draw)
        self.seen, self.inp, self.out = Var((40,)), InPort((1,)), OutPort((1,))


@implements(proc=Noise, protocol=LoihiProtocol)
@requires(CPU)
class NoiseModel(PyLoihiProcessModel):
    """Draws when it is built, before and after it waits for others, and in all other phases."""

    seen = LavaPyType(np.ndarray, float)
    inp = LavaPyType(PyInPort.VEC_DENSE, float)
    out = LavaPyType(PyOutPort.VEC_DENSE, float)

    def __init__(self, proc_params):
        super().__init__(proc_params)
        self.drawn = []
        self.draw()

    def start(self):
        self.draw()

    def draw(self):
        self.drawn.append(DRAWS[self.proc_params["draw"]]())
        return True

    def run_spk(self):
        self.draw()
        self.inp.recv()
        self.out.send(np.zeros(1))
        self.draw()
        self.seen[: len(self.drawn)] = self.drawn[:40]

    def lrn_guard(self):
        return self.draw()

    def run_lrn(self):
        self.draw()

    def post_guard(self):
        return self.draw()

    def run_post_mgmt(self):
        self.draw()

    def on_var_update(self):
        self.draw()


def run(process, steps=3, tag="floating_pt", **options):
    process.run(condition=RunSteps(steps, **options), run_cfg=Loihi2SimCfg(select_tag=tag))


def seed(number=7):
    np.random.seed(number)
    random.seed(number)


def expected(draw, count=40):
    """What a process alone draws after the script's seed."""
    seed()
    return [DRAWS[draw]() for _ in range(count)]


def after():
    return np.random.randn(), np.random.rand(), random.gauss(0, 1), random.random()


def row(draws):
    """Models that pass a message round, so that all but the last wait."""
    made = [Noise(draw) for draw in draws]
    for one, following in itertools.pairwise(made):
        one.out.connect(following.inp)
    return made


def drawn(process):
    return np.trim_zeros(process.seen.get(), "b").tolist()


@pytest.mark.parametrize("draw", DRAWS)
def test_a_model_draws_what_it_would_alone_and_the_script_misses_nothing(draw):
    numbers = expected(draw)
    seed()
    untouched = after()
    seed()
    for _ in range(2):
        process = Noise(draw)
        run(process)
        assert drawn(process) == numbers[: len(drawn(process))]
        process.stop()
    assert after() == untouched


@pytest.mark.parametrize(
    "draws",
    [("integer", "integer"), ("normal", "normal", "normal"), ("both", "nothing", "mixed"), ("gauss", "python")],
)
def test_models_that_wait_for_each_other_draw_each_from_its_own(draws):
    numbers = {draw: expected(draw) for draw in set(draws)}
    seed()
    untouched = after()
    seed()
    row_of = row(draws)
    run(row_of[0])
    for process, draw in zip(row_of, draws, strict=True):
        assert drawn(process) == numbers[draw][: len(drawn(process))]
        assert len(drawn(process)) > 10
    assert after() == untouched


def test_what_a_draw_of_normal_numbers_has_left_over_is_kept_apart():
    seed()
    np.random.randn(3)
    random.gauss(0, 1)
    state, python = np.random.get_state(), random.getstate()
    numbers = np.random.randn(40).tolist()
    np.random.set_state(state)
    processes = row(["normal", "nothing", "normal", "integer"])
    run(processes[0])
    assert drawn(processes[0]) == numbers[: len(drawn(processes[0]))]
    assert drawn(processes[2]) == numbers[: len(drawn(processes[2]))]
    assert np.random.randn(40).tolist() == numbers
    assert random.getstate() == python


def test_a_later_run_goes_on_where_the_model_was_whatever_the_script_did_meanwhile():
    numbers = expected("both")
    seed()
    process = Noise("both")
    run(process, 2)
    seed(1)
    meanwhile = after()
    seed(1)
    run(process, 1)
    assert after() == meanwhile
    assert drawn(process) == numbers[: len(drawn(process))]
    process.seen.set(0)
    run(process, 1)
    assert drawn(process) == numbers[: len(drawn(process))]


def test_a_run_that_does_not_block_draws_the_same():
    numbers = expected("mixed")
    seed()
    process = Noise("mixed")
    run(process, 3, blocking=False)
    np.random.rand(), random.random()
    process.wait()
    assert drawn(process) == numbers[: len(drawn(process))]


def test_a_seed_set_in_a_model_stays_there():
    class Seeding(Noise):
        pass

    @implements(proc=Seeding, protocol=LoihiProtocol)
    @requires(CPU)
    class SeedingModel(NoiseModel.__mro__[1]):
        seen, inp, out = NoiseModel.seen, NoiseModel.inp, NoiseModel.out

        def run_spk(self):
            seed(3)
            self.inp.recv()
            self.seen[0], self.seen[1] = np.random.rand(), random.random()
            self.out.send(np.zeros(1))

    seed(3)
    wanted = [np.random.rand(), random.random()]
    numbers = expected("integer")
    seed()
    untouched = after()
    seed()
    first, second = Seeding("nothing"), Noise("integer")
    first.out.connect(second.inp)
    run(first)
    assert drawn(first) == wanted
    assert drawn(second) == numbers[: len(drawn(second))]
    assert after() == untouched


def test_another_bit_generator_is_kept_apart_as_well():
    before = np.random.get_bit_generator()
    try:
        for kind in (np.random.PCG64, np.random.Philox, np.random.SFC64, np.random.MT19937):
            np.random.set_bit_generator(kind(3))
            numbers = np.random.rand(40).tolist()
            np.random.set_bit_generator(kind(3))
            DRAWS["uniform"] = np.random.rand
            processes = row(["uniform", "normal", "uniform"])
            run(processes[0])
            for process in processes[::2]:
                assert drawn(process) == numbers[: len(drawn(process))]
            assert np.random.rand(40).tolist() == numbers
    finally:
        DRAWS.pop("uniform", None)
        np.random.set_bit_generator(before)


def test_a_bit_generator_that_a_model_puts_in_place_stays_there():
    class Swapping(Noise):
        pass

    @implements(proc=Swapping, protocol=LoihiProtocol)
    @requires(CPU)
    class SwappingModel(PyLoihiProcessModel):
        seen, inp, out = NoiseModel.seen, NoiseModel.inp, NoiseModel.out

        def run_spk(self):
            if self.time_step == 1:
                np.random.set_bit_generator(np.random.PCG64(5))
            self.inp.recv()
            self.seen[self.time_step] = np.random.randn()
            self.out.send(np.zeros(1))

    before = np.random.get_bit_generator()
    wanted = np.random.RandomState(np.random.PCG64(5)).randn(3).tolist()
    numbers = expected("normal")
    seed()
    untouched = after()
    seed()
    first, second = Swapping("nothing"), Noise("normal")
    second.out.connect(first.inp)
    run(first)
    assert first.seen.get()[1:4].tolist() == wanted
    assert drawn(second) == numbers[: len(drawn(second))]
    assert np.random.get_bit_generator() is before and after() == untouched


def test_asynchronous_models_and_models_derived_from_the_library_draw_from_their_own():
    class Alone(AbstractProcess):
        def __init__(self):
            super().__init__()
            self.seen = Var((3,))

    @implements(proc=Alone, protocol=AsyncProtocol)
    @requires(CPU)
    class AloneModel(PyAsyncProcessModel):
        seen = LavaPyType(np.ndarray, float)

        def run_async(self):
            for place in range(3):
                self.seen[place] = np.random.rand()

    class Noisy(LIF):
        pass

    @implements(proc=Noisy, protocol=LoihiProtocol)
    @requires(CPU)
    class NoisyModel(AbstractPyLifModelFloat):
        s_out = LavaPyType(PyOutPort.VEC_DENSE, float)
        vth = LavaPyType(float, float)

        def spiking_activation(self):
            self.v[:] = np.random.rand(3)
            return self.v > 2

    seed()
    numbers = np.random.rand(3).tolist()
    seed()
    alone, noisy = Alone(), Noisy(shape=(3,))
    alone.run(RunSteps(1), Loihi2SimCfg())
    noisy.run(RunSteps(1), Loihi2SimCfg())
    assert alone.seen.get().tolist() == noisy.v.get().tolist() == np.random.rand(3).tolist() == numbers


class Samples:
    """A data set that draws, and counts how often it was asked."""

    def __init__(self):
        self.asked = 0

    def __len__(self):
        return 4

    def __getitem__(self, number):
        self.asked += 1
        return np.random.randint(0, 2, (2, 3)) + 10 * self.asked, number


def test_a_data_set_runs_with_its_loader_and_not_with_the_script():
    samples, sink = Samples(), Sink(shape=(2,), buffer=9)
    seed()
    loader = SpikeDataloader(dataset=samples, interval=3)
    asked, number = samples.asked, np.random.get_state()[2]
    drawn_sets = [np.random.randint(0, 2, (2, 3)) for _ in range(3)]
    seed()
    np.random.randint(0, 2, (2, 3))
    assert np.random.get_state()[2] == number
    loader.s_out.connect(sink.a_in)
    run(sink, 9)
    assert (samples.asked, np.random.get_state()[2]) == (asked, number)
    wanted = np.concatenate([data + 10 * (asked + 1 + k) for k, data in enumerate(drawn_sets)], axis=1)[:, :8]
    assert np.array_equal(sink.data.get()[:, 1:], wanted)


def test_an_error_or_ctrl_c_in_a_model_leaves_the_script_its_numbers():
    class Failing(Noise):
        pass

    @implements(proc=Failing, protocol=LoihiProtocol)
    @requires(CPU)
    class FailingModel(PyLoihiProcessModel):
        seen, inp, out = NoiseModel.seen, NoiseModel.inp, NoiseModel.out

        def run_spk(self):
            np.random.rand(), random.random()
            raise self.proc_params["draw"]

    for error, told in ((ValueError("no"), RuntimeError), (KeyboardInterrupt(), KeyboardInterrupt)):
        seed()
        untouched = after()
        seed()
        with pytest.raises(told):
            run(Failing(error))
        assert after() == untouched


def test_where_memory_is_not_as_expected_the_functions_of_the_generators_do():
    found = Generators()
    for name, get, put, marks in (
        ("_left_over", found._numpy.get_state, found._numpy.set_state, 1),
        ("_python_words", random.getstate, random.setstate, 2),
    ):
        assert not isinstance(getattr(found, name), _Functions)
        setattr(found, name, _Functions(get, put, marks))
    found._bind()
    seed()
    np.random.randn()
    state, mark, numbers = found.look(), found.mark(), after()
    assert found.mark() != mark
    found.put(state)
    assert found.mark() == mark and after() == numbers


class Holder(AbstractProcess):
    def __init__(self, init=0, shape=(2,), **params):
        super().__init__(**params)
        self.value, self.seen = Var(shape=shape, init=init), Var(shape=(3,))


@implements(proc=Holder, protocol=LoihiProtocol)
@requires(CPU)
class HolderModel(PyLoihiProcessModel):
    value = LavaPyType(float, float)
    seen = LavaPyType(np.ndarray, float)

    def run_spk(self):
        for name in self.proc_params._parameters:
            used = USES[name](self.proc_params[name])
            self.seen[: len(used)] = used
        if isinstance(self.value, (np.ndarray, list)):
            self.value[0] += 1


class Counter:
    def __init__(self):
        self.count, self.lock, self.numbers = 0, threading.Lock(), np.zeros(2)

    def add(self):
        with self.lock:
            self.count += 1
            self.numbers += 1
        return self.count


class Slotted:
    __slots__ = ("count",)

    def __init__(self):
        self.count = 0


def counting():
    count, numbers = 0, [0]

    def add():
        nonlocal count
        count += 1
        numbers[0] += 1
        return count + numbers[0]

    return add


def appended(values):
    values.append(1)
    return [len(values)]


def counted(mapping):
    mapping["n"] = mapping.get("n", 0) + 1
    return [mapping["n"]]


def increased(array):
    array += 1
    return [array[0]]


def added(holder):
    holder.add()
    return [holder.count, holder.numbers[0]]


def slotted(holder):
    holder.count += 1
    return [holder.count]


def nested(params):
    params["list"][0]["array"] += 1
    return [params["list"][0]["array"][0], params["list"][0]["array"] is params["same"]]


def listed(objects):
    objects[0][0] += 1
    return objects[0][:1]


def joined(values):
    values.add(len(values))
    return [len(values)]


USES = {
    "array": increased,
    "list": appended,
    "dict": counted,
    "set": joined,
    "object": added,
    "slotted": slotted,
    "nested": nested,
    "function": lambda add: [add()],
    "method": lambda add: [add()],
    "partial": lambda add: [add()],
    "iterator": lambda values: [next(values)],
    "generator": lambda draw: [draw.random()],
    "random": lambda draw: [draw.random()],
    "bound": lambda draw: [draw()],
    "objects": listed,
    "default": lambda add: [add()],
}


def _default(values=[0]):  # noqa: B006
    values[0] += 1
    return values[0]


def given():
    """Return, by kind, something that a model can change."""
    array = np.zeros(2)
    objects = np.empty(2, object)
    objects[:] = [[0], [0]]
    return {
        "array": array,
        "list": [],
        "dict": {},
        "set": set(),
        "object": Counter(),
        "slotted": Slotted(),
        "nested": {"list": [{"array": array}], "same": array},
        "function": counting(),
        "method": Counter().add,
        "partial": functools.partial(Counter().add),
        "iterator": iter(list(range(9))),
        "generator": np.random.default_rng(1),
        "random": random.Random(1),
        "bound": np.random.default_rng(1).random,
        "objects": objects,
        "default": _default,
    }


@pytest.mark.parametrize("kind", USES)
def test_what_a_process_hands_to_its_model_is_copied_for_each_model(kind):
    value, alone = given()[kind], given()[kind]
    use = USES[kind]
    shared = [Holder(**{kind: value}) for _ in range(2)]
    seen = []
    for process in shared:
        run(process)
        seen.append(process.seen.get().tolist())
    wanted = [use(value) for _ in range(3)][-1]  # the script's own has not been touched before
    if kind != "default":
        assert [use(alone) for _ in range(3)][-1] == wanted
    for numbers in seen:
        assert numbers[: len(wanted)] == wanted


def test_what_cannot_be_copied_or_connects_processes_is_shared_and_the_rest_is_copied(tmp_path):
    array = multiprocessing.Array("d", 2)
    memory = np.memmap(tmp_path / "file", dtype=float, mode="w+", shape=(2,))
    raw = multiprocessing.RawArray("d", 2)
    view = np.frombuffer(raw)
    lock, plain = threading.Lock(), np.zeros(2)

    class Writes(AbstractProcess):
        pass

    @implements(proc=Writes, protocol=LoihiProtocol)
    @requires(CPU)
    class WritesModel(PyLoihiProcessModel):
        def run_spk(self):
            everything = self.proc_params["everything"]
            with everything["lock"]:
                for name in ("array", "memory", "raw", "view", "plain"):
                    everything[name][0] += 1

    everything = {"array": array, "memory": memory, "raw": raw, "view": view, "plain": plain, "lock": lock}
    run(Writes(everything=everything), 1)
    assert (array[0], memory[0], raw[0], view[0], plain[0]) == (1, 1, 2, 2, 0)


def test_a_model_may_be_given_its_process_and_changes_its_copy_only():
    class Aware(AbstractProcess):
        def __init__(self):
            super().__init__(note=self.note)
            self.seen, self.out, self.notes = Var((1,)), OutPort((1,)), []

        def note(self, step):
            self.notes.append(step)
            return len(self.notes)

    @implements(proc=Aware, protocol=LoihiProtocol)
    @requires(CPU)
    class AwareModel(PyLoihiProcessModel):
        seen = LavaPyType(np.ndarray, float)
        out = LavaPyType(PyOutPort.VEC_DENSE, float)

        def run_spk(self):
            self.seen[0] = self.proc_params["note"](self.time_step)
            self.out.send(np.zeros(1))

    process = Aware()
    process.out.connect(Sink(shape=(1,), buffer=3).a_in)
    run(process)
    assert process.seen.get().tolist() == [3] and process.notes == []


@pytest.mark.parametrize("kind", [float, int, np.ndarray])
@pytest.mark.parametrize("given_value", [np.zeros(2), np.zeros(2, int), [0, 0], (0, 0)])
def test_an_initial_value_is_the_models_own_whatever_the_type_of_its_variable(kind, given_value):
    class Own(AbstractProcess):
        def __init__(self):
            super().__init__()
            self.value = Var(shape=(2,), init=given_value)

    @implements(proc=Own, protocol=LoihiProtocol)
    @requires(CPU)
    class OwnModel(PyLoihiProcessModel):
        value = LavaPyType(kind, float)

        def run_spk(self):
            if not isinstance(self.value, tuple):
                self.value[0] += 1

    before = pickle.dumps(given_value)
    processes = [Own(), Own()]
    for process in processes:
        run(process)
        process.value.set(np.array([5, 6]))
        run(process, 1)
    assert [process.value.get().tolist() for process in processes] == [[6, 6]] * 2
    processes[0].value.set(3)
    assert [process.value.get().tolist() for process in processes] == [[3, 3], [6, 6]]
    assert pickle.dumps(given_value) == before and processes[0].value.init is given_value


def test_values_of_other_types_are_the_models_own():
    class Odd(AbstractProcess):
        def __init__(self, value):
            super().__init__()
            self.value, self.seen = Var(shape=(1,), init=value), Var((1,))

    @implements(proc=Odd, protocol=LoihiProtocol)
    @requires(CPU)
    class OddModel(PyLoihiProcessModel):
        value = LavaPyType(int, int)
        seen = LavaPyType(np.ndarray, float)

        def run_spk(self):
            self.value["n"] += 1
            self.seen[0] = self.value["n"]

    value = {"n": 0}
    for _ in range(2):
        process = Odd(value)
        run(process)
        assert process.seen.get() == 3
    assert value == {"n": 0}


def test_values_that_are_got_and_set_are_copies():
    process = Holder(init=np.zeros(2), list=[])
    run(process, 1)
    got = process.value.get()
    got[:] = 9
    new = np.array([3.0, 4.0])
    assert process.value.get().tolist() == [1, 0]
    process.value.set(new)
    new[:] = 9
    run(process, 1)
    assert process.value.get().tolist() == [4, 4] and new.tolist() == [9, 9]


def test_an_array_of_a_library_process_stays_the_users():
    decay = np.array([0.5])
    first, second = (LIF(shape=(1,), dv=decay) for _ in range(2))
    for process in (first, second):
        run(process, 1)
    first.dv.set(np.array([0.25]))
    assert (first.dv.get(), second.dv.get(), decay, first.dv.init) == ([0.25], [0.5], [0.5], [0.5])
