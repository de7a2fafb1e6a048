"""Exchange with the program around as part of the compiled network: equal to the Python models, step by step."""

import warnings

import numpy as np
import pytest
from exchange_programs import FLOAT, chain, service, with_models
from hypothesis import given
from hypothesis import strategies as st
from lava_kernels import is_compiled, kernels_run
from profiles import at_most

from lava_api.magma.core.decorator import implements, requires
from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.magma.core.model.py.ports import PyInPort, PyOutPort
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.magma.core.process.ports.ports import InPort, OutPort
from lava_api.magma.core.process.process import AbstractProcess
from lava_api.magma.core.resources import CPU
from lava_api.magma.core.run_conditions import RunContinuous, RunSteps
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava_api.magma.runtime.kernel_service import KernelService
from lava_api.proc.dense.process import Dense
from lava_api.proc.io.extractor import Extractor, VarWire
from lava_api.proc.io.injector import Injector
from lava_api.proc.io.utils import ChannelConfig, ReceiveEmpty, ReceiveNotEmpty, SendFull
from lava_api.proc.lif.process import LIF
from lava_api.proc.monitor.process import Monitor
from lava_api.proc.sdn.process import Sigma


class Twice(AbstractProcess):
    """A user's own process: sends what arrives, doubled."""

    def __init__(self, shape):
        super().__init__(shape=shape)
        self.a_in, self.s_out = InPort(shape), OutPort(shape)


@implements(proc=Twice, protocol=LoihiProtocol)
@requires(CPU)
class PyTwice(PyLoihiProcessModel):
    a_in = LavaPyType(PyInPort.VEC_DENSE, float)
    s_out = LavaPyType(PyOutPort.VEC_DENSE, float)

    def run_spk(self):
        self.s_out.send(2 * self.a_in.recv())


class Pipe:
    """An external pipe of a port, with the names of an injector or extractor."""

    def __init__(self, port, size):
        port.flag_external_pipe(buffer_size=size)
        self.port, self.proc_params = port, {"channel_config": ChannelConfig()}

    @property
    def _model(self):
        return self.port.process._model

    @property
    def _channel(self):
        ends = ("external_pipe_csp_send_port", "external_pipe_csp_recv_port")
        return next(getattr(self.port, end) for end in ends if hasattr(self.port, end))._channel

    def send(self, data):
        self.port.external_pipe_csp_send_port.send(data)

    def receive(self):
        return self.port.external_pipe_csp_recv_port.recv()


class Program:
    """A random network with ways in and out."""

    def __init__(self, rng, calm):
        self.calm = calm
        self.ways_in, self.ways_out, self.n = [], [], int(rng.integers(1, 4))
        layers = [self.layer(rng, k) for k in range(rng.integers(1, 4))]
        self.core = layers[0]
        for _ in range(rng.integers(1, 3)):
            self.enter(rng, layers[rng.integers(len(layers))])
        for k, source in enumerate(layers):
            for j, target in enumerate(layers):
                if j == k + 1 or (j != k and rng.random() < 0.3):
                    self.join(rng, source, target)
        for layer in layers:
            if rng.random() < 0.2:
                self.ways_out.append(Pipe(layer.s_out, int(rng.integers(1, 5))))
        for layer in layers[1:]:
            self.core.s_out.connect(self.way_out(rng, Extractor).in_port)
            layer.s_out.connect(self.way_out(rng, Extractor).in_port)
        for _ in range(rng.integers(0, 3)):
            wire = self.way_out(rng, VarWire)
            layer = layers[rng.integers(len(layers))]
            wire.connect_var(layer.sigma if isinstance(layer, Sigma) else layer.v)

    def layer(self, rng, number):
        shape = (self.n,)
        return Sigma(shape=shape) if rng.random() < 0.5 else LIF(shape=shape, vth=3, dv=0.1, bias_mant=number)

    def enter(self, rng, layer):
        if rng.random() < 0.3 and not layer.a_in.external_pipe_flag:
            self.ways_in.append(Pipe(layer.a_in, int(rng.integers(1, 5))))
            return
        injector = Injector(shape=(self.n,), **self.options(rng))
        self.ways_in.append(injector)
        self.join(rng, injector, layer, injector.out_port)

    def join(self, rng, source, target, port=None):
        """Connect directly (forward only), by synapses, or by a Python model before synapses."""
        port, kind = port or source.s_out, rng.integers(4)
        if kind == 0 and (isinstance(source, Injector) or source.id < target.id):
            port.connect(target.a_in)
            return
        if kind == 1:
            twice = Twice((self.n,))
            port.connect(twice.a_in)
            port = twice.s_out
        dense = Dense(weights=rng.integers(-2, 3, (self.n, self.n)), num_message_bits=8)
        port.connect(dense.s_in)
        dense.a_out.connect(target.a_in)

    def options(self, rng, *, way_out=False):
        """A buffer; in programs that go on in turn with the network, what does not depend on who is faster."""
        kinds = (SendFull, ReceiveEmpty, ReceiveNotEmpty)
        drawn = [list(kind)[int(rng.random() < 0.3)] for kind in kinds]
        if not self.calm:
            drawn = [SendFull.BLOCKING, drawn[1] if way_out else ReceiveEmpty.BLOCKING, ReceiveNotEmpty.FIFO]
        return {"buffer_size": int(rng.integers(1, 5)), "channel_config": ChannelConfig(*drawn)}

    def way_out(self, rng, kind):
        shape = {"shape": (self.n,)} if kind is Extractor else {}
        self.ways_out.append(kind(**shape, **self.options(rng, way_out=True)))
        return self.ways_out[-1]


TEXTS = ("has ended", "no run is in progress", "from the program around")


def act(rng, program):
    """Do something with the network; what was seen."""
    action, number = rng.integers(6), int(rng.integers(1, 5))
    if action == 0:
        program.core.run(RunSteps(number, blocking=program.calm or bool(rng.random() < 0.3)))
    elif action == 1 and rng.random() < 0.3:
        program.core.wait()
    elif action == 2 and program.ways_out:
        way_out = program.ways_out[rng.integers(len(program.ways_out))]
        ready = len(way_out._channel.queue) if program.calm else number
        return [way_out.receive().tolist() for _ in range(min(number, ready))]
    else:
        way_in = program.ways_in[rng.integers(len(program.ways_in))]
        room = way_in.proc_params["channel_config"].send_full is SendFull.NON_BLOCKING_DROP
        room = number if room or not program.calm else way_in._channel.capacity - len(way_in._channel.queue)
        for _ in range(min(number, room)):
            way_in.send(rng.integers(-3, 4, program.n))
    return []


def talk(seed, calm):
    """Everything that a random program around a random network sees."""
    rng = np.random.default_rng(seed)
    program = Program(rng, calm)
    program.core.run(RunSteps(0), FLOAT)
    if kernels_run():
        assert all(is_compiled(process) for process in (*program.ways_in, *program.ways_out))
    seen = []
    for _ in range(12):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                seen.append(act(rng, program))
            except RuntimeError as error:
                seen.append([text for text in TEXTS if text in str(error)])
                if calm:
                    break
        seen.append(len([warning for warning in caught if "full" in str(warning.message)]))
    try:
        seen.append([var.get().tolist() for var in program.core.vars])
    except RuntimeError:
        seen.append("stuck")
    program.core.stop()
    return seen


@pytest.mark.parametrize("calm", [True, False])
@at_most(60)
@given(seed=st.integers(0, 1 << 30))
def test_whatever_a_program_does_it_sees_what_python_models_show(seed, calm):
    assert with_models(True, talk, seed, calm) == with_models(False, talk, seed, calm)


def test_data_that_wait_are_used_up_in_one_go():
    injector, extractor, wire = chain()
    assert isinstance(service(injector), KernelService)
    subgraph, calls = service(injector).subgraph, []
    steps = subgraph.steps
    subgraph.steps = lambda most: calls.append(steps(most)) or calls[-1]
    for value in range(1, 41):
        injector.send(np.array([value]))
    injector.run(RunSteps(40))
    assert sum(calls) == 40 and len(calls) < 10
    sums = np.cumsum(np.arange(40)).tolist()
    assert [extractor.receive().item() for _ in range(40)] == [wire.receive().item() for _ in range(40)] == sums
    injector.stop()


def test_what_is_received_stays_as_it_is():
    injector, extractor, wire = chain()
    given = np.ones(1)
    for _ in range(6):
        injector.send(given)
        given += 1
    injector.run(RunSteps(3))
    first, value = extractor.receive(), wire.receive()
    injector.run(RunSteps(3))
    assert first.tolist() == value.tolist() == [0]
    assert [extractor.receive().item() for _ in range(5)] == [1, 3, 6, 10, 15]
    injector.stop()


def test_a_buffer_keeps_what_the_run_has_not_used():
    drops = ChannelConfig(send_full=SendFull.NON_BLOCKING_DROP)
    injector, _, _ = chain(buffer_size=5, channel_config=drops)
    for _ in range(5):
        injector.send(np.ones(1))
    injector.run(RunSteps(2))
    for _ in range(2):
        injector.send(np.ones(1))
    with pytest.warns(UserWarning, match="dropped"):
        injector.send(np.ones(1))
    injector.stop()


def test_the_program_may_answer_what_the_network_sends():
    """Synapses send what came a step before: what arrives at the program in a step does not wait for its answer."""
    injector, extractor, wire = chain()
    injector.run(RunSteps(5, blocking=False))
    sums = []
    for _ in range(5):
        sums.append(extractor.receive().item())
        injector.send(np.array([sums[-1] + 1]))
        assert wire.receive().item() == sums[-1]
    injector.wait()
    assert sums == [0, 1, 3, 7, 15]
    injector.stop()


def test_ways_that_do_not_depend_on_each_other_do_not_wait_for_each_other():
    pairs = [(Injector(shape=(1,)), Extractor(shape=(1,))) for _ in range(2)]
    monitor = Monitor()
    for injector, extractor in pairs:
        sigma = Sigma(shape=(1,))
        injector.out_port.connect(sigma.a_in)
        sigma.s_out.connect(extractor.in_port)
        monitor.probe(sigma.sigma, 2)
    monitor.run(RunSteps(2, blocking=False), FLOAT)
    for order in (pairs, pairs[::-1]):
        for injector, extractor in order:
            injector.send(np.ones(1))
            extractor.receive()
    monitor.wait()
    assert [data["sigma"].ravel().tolist() for data in monitor.get_data().values()] == [[1, 2], [1, 2]]
    monitor.stop()


def test_a_full_buffer_holds_up_no_other():
    injector, extractor, wire = chain(buffer_size=1)
    injector.run(RunSteps(4, blocking=False))
    for _ in range(2):
        injector.send(np.ones(1))
        assert extractor.receive() in (0, 1)
    with pytest.raises(RuntimeError, match=r"wire_tap waits for room from the program around.*blocking=False"):
        extractor.receive()
    assert [wire.receive().item() for _ in range(2)] == [0, 1]
    injector.stop()


@pytest.mark.parametrize("kernels", [True, False])
def test_a_run_that_waits_is_paused_and_goes_on(kernels):
    injector, extractor, _ = with_models(kernels, chain)
    injector.run(RunContinuous())
    injector.pause()
    assert service(injector).done == 1 and not injector.runtime._is_running
    injector.run(RunSteps(1, blocking=False))
    for _ in range(2):
        injector.send(np.ones(1))
    injector.wait()
    assert service(injector).done == 2
    assert [extractor.receive().item() for _ in range(2)] == [0, 1]
    injector.stop()
