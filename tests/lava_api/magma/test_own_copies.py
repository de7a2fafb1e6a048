"""Each user's model has parameters and values of its own, and nothing comes back to the script."""

import functools
import multiprocessing
import pickle
import random
import threading

import numpy as np
import pytest

from lava_api.magma.core.decorator import implements, requires
from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.magma.core.model.py.ports import PyOutPort
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.magma.core.process.ports.ports import OutPort
from lava_api.magma.core.process.process import AbstractProcess
from lava_api.magma.core.process.variable import Var
from lava_api.magma.core.resources import CPU
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava_api.proc.io.sink import RingBuffer as Sink
from lava_api.proc.lif.process import LIF


def run(process, steps=3):
    process.run(RunSteps(steps), Loihi2SimCfg(select_tag="floating_pt"))


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
