"""Each user's model has random numbers of its own, and the script's are left alone."""

import itertools
import random

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
