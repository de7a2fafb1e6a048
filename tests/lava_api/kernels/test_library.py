"""Every other stock model as a kernel against its Python model: random parameters and inputs, equal to the bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lava_kernels import is_compiled, models_run
from messages import UNHEEDED
from profiles import at_most

from lava_api.magma.core.decorator import implements, requires
from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.magma.core.model.py.ports import PyOutPort
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.magma.core.process.ports.ports import OutPort
from lava_api.magma.core.process.process import AbstractProcess
from lava_api.magma.core.resources import CPU
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava_api.proc.atrlif.process import ATRLIF
from lava_api.proc.bit_check.process import BitCheck
from lava_api.proc.clp.id_broadcast.process import IdBroadcast
from lava_api.proc.clp.novelty_detector.process import NoveltyDetector
from lava_api.proc.clp.nsm.process import Allocator, Readout
from lava_api.proc.clp.prototype_lif.process import PrototypeLIF
from lava_api.proc.conv_in_time.process import ConvInTime
from lava_api.proc.dense.process import Dense, LearningDense
from lava_api.proc.graded.process import GradedReluVec, GradedVec, InvSqrt, NormVecDelay
from lava_api.proc.io.dataloader import SpikeDataloader, StateDataloader
from lava_api.proc.io.encoder import DeltaEncoder
from lava_api.proc.io.reset import Reset
from lava_api.proc.io.sink import RingBuffer as Sink
from lava_api.proc.io.source import RingBuffer as Source
from lava_api.proc.learning_rules.stdp_learning_rule import STDPLoihi
from lava_api.proc.lif.process import LIF, LearningLIF, TernaryLIF
from lava_api.proc.monitor.process import Monitor
from lava_api.proc.prodneuron.process import ProdNeuron
from lava_api.proc.receiver.process import Receiver
from lava_api.proc.resfire.process import RFZero
from lava_api.proc.rf.process import RF
from lava_api.proc.rf_iz.process import RF_IZ
from lava_api.proc.s4d.process import S4d
from lava_api.proc.sdn.models import PySigmaDeltaModelFixedCorrected
from lava_api.proc.sdn.process import ActivationMode, Delta, Sigma, SigmaDelta
from lava_api.proc.spiker.process import Spiker

pytestmark = UNHEEDED

STEPS = 20
FIXED, FLOAT = "fixed_pt", "floating_pt"
BOTH = (FIXED, FLOAT)


def fed(process, rng, ports, low, high, tag, binary=False):
    """Connect sources of random numbers to ports, sometimes two of them."""
    parts = [process]
    for port in ports:
        for _ in range(1 + (rng.random() < 0.3)):
            data = rng.integers(low, high, (*port.shape, 7)) * (rng.random((*port.shape, 7)) < 0.6)
            source = Source(data=data if tag == FIXED else data / 8)
            source.s_out.connect(port)
            parts.append(source)
    return parts


def sigma(rng, tag, shape):
    process = Sigma(shape=shape)
    return fed(process, rng, [process.a_in], -50, 50, tag)


def exponents(rng, tag):
    return {"spike_exp": int(rng.integers(0, 4)), "state_exp": int(rng.integers(0, 4))} if tag == FIXED else {}


def delta(rng, tag, shape):
    process = Delta(
        shape=shape, vth=int(rng.integers(1, 20)), cum_error=bool(rng.random() < 0.5), **exponents(rng, tag)
    )
    return fed(process, rng, [process.a_in], -50, 50, tag)


def sigma_delta(rng, tag, shape):
    process = SigmaDelta(
        shape=shape, vth=int(rng.integers(1, 20)), bias=rng.integers(-9, 9, shape), cum_error=bool(rng.random() < 0.5),
        act_mode=(ActivationMode.RELU, ActivationMode.UNIT)[rng.integers(2)], **exponents(rng, tag),
    )  # fmt: skip
    return fed(process, rng, [process.a_in], -50, 50, tag)


def atrlif(rng, tag, shape):
    deltas = {f"delta_{name}": float(rng.integers(0, 64)) / 64 for name in ("i", "v", "theta", "r")}
    process = ATRLIF(
        shape=shape, **deltas, theta_0=int(rng.integers(1, 9)), theta_step=float(rng.integers(1, 40)) / 8,
        bias_mant=rng.integers(0, 300, shape), bias_exp=int(rng.integers(0, 3)) if tag == FIXED else 0,
    )  # fmt: skip
    return fed(process, rng, [process.a_in], -20, 50, tag)


def resonator(kind):
    def make(rng, tag, shape):
        more = {"state_exp": int(rng.integers(0, 7)), "decay_bits": 12} if tag == FIXED else {}
        process = kind(shape=shape, period=float(rng.integers(3, 20)), alpha=float(rng.integers(0, 8)) / 16, **more)
        return fed(process, rng, [process.a_real_in, process.a_imag_in], -6, 7, tag)

    return make


def rf_zero(rng, tag, shape):
    process = RFZero(
        shape=shape, freqs=rng.uniform(5, 50, shape), decay_tau=rng.uniform(0.05, 1, shape), dt=0.01, uth=2
    )
    return fed(process, rng, [process.u_in, process.v_in], -40000, 40000, tag)


def graded(kind):
    def make(rng, tag, shape):
        process = kind(shape=shape, vth=int(rng.integers(0, 30)))
        return fed(process, rng, [process.a_in], -50, 50, tag)

    return make


def product(rng, tag, shape):
    process = ProdNeuron(shape=shape, vth=int(rng.integers(0, 30)), exp=int(rng.integers(0, 9)))
    return fed(process, rng, [process.a_in1, process.a_in2], -70000, 70000, tag)


def norm(rng, tag, shape):
    process = NormVecDelay(shape=shape, vth=int(rng.integers(0, 30)))
    return fed(process, rng, [process.a_in1, process.a_in2], -70000, 70000, tag)


def inverse_root(rng, tag, shape):
    process = InvSqrt(shape=(1,))
    return fed(process, rng, [process.a_in], 0, int(rng.choice([500, 1 << 24, 1 << 28])), tag)


def spiker(rng, tag, shape):
    process = Spiker(shape=shape, period=int(rng.integers(1, 6)), payload=int(rng.integers(1, 99)))
    receiver = Receiver(shape=shape)
    process.s_out.connect(receiver.a_in)
    return [process, receiver]


def conv_in_time(rng, tag, shape):
    weights = rng.integers(-8, 9, (int(rng.integers(1, 5)), int(rng.integers(1, 4)), shape[0]))
    process = ConvInTime(weights=weights, num_message_bits=int(rng.choice([0, 8])))
    return fed(process, rng, [process.s_in], -3, 4, tag)


def encoder(rng, tag, shape):
    bits = None if rng.random() < 0.5 else int(rng.integers(3, 8))
    process = DeltaEncoder(shape=shape, vth=int(rng.integers(1, 9)), spike_exp=int(rng.integers(0, 4)), num_bits=bits)
    return fed(process, rng, [process.a_in], -50, 50, tag)


def lif(rng, tag, shape):
    high = 1 << int(rng.integers(4, 29))  # state and input from small to far beyond their fields
    kind = TernaryLIF if rng.random() < 0.3 else LIF
    limits = {"vth_hi": 3, "vth_lo": -3} if kind is TernaryLIF else {"vth": int(rng.integers(0, 1 << 17))}
    process = kind(
        shape=shape, u=rng.integers(-high, high, shape), v=rng.integers(-high, high, shape),
        du=int(rng.integers(-3, 4099)), dv=int(rng.integers(-2, 4099)), bias_mant=rng.integers(-50, 50, shape),
        bias_exp=int(rng.integers(0, 14)), **limits,
    )  # fmt: skip
    return fed(process, rng, [process.a_in], -high >> 4, high >> 4, tag)


def reset(rng, tag, shape):
    cells = LIF(shape=shape, vth=500, bias_mant=rng.integers(1, 40, shape))
    high = 9 if tag == FLOAT or rng.random() < 0.6 else 1 << 29
    process = Reset(
        reset_value=int(rng.integers(-high, high)), interval=int(rng.integers(1, 6)), offset=int(rng.integers(0, 6))
    )
    process.connect_var(cells.v if rng.random() < 0.5 else cells.u)
    return [process, *fed(cells, rng, [cells.a_in], -3, 9, tag)]


def bit_check(rng, tag, shape):
    cells = LIF(shape=shape, vth=100_000, bias_mant=rng.integers(1, 40, shape))
    process = BitCheck(bits=int(rng.integers(4, 12)))
    process.connect_var(cells.v)
    return [process, *fed(cells, rng, [cells.a_in], 0, 9, tag)]


def state_loader(rng, tag, shape):
    cells = LIF(shape=shape, vth=100, bias_mant=rng.integers(1, 40, shape))
    data = [(rng.integers(-9, 9, shape), int(rng.integers(0, 9))) for _ in range(3)]
    process = StateDataloader(dataset=data, interval=int(rng.integers(1, 6)), offset=int(rng.integers(0, 5)))
    process.connect_var(cells.v)
    return [process, *fed(cells, rng, [cells.a_in], 0, 9, tag)]


def spike_loader(rng, tag, shape):
    interval = int(rng.integers(2, 7))
    data = [(rng.integers(0, 2, (*shape, int(rng.integers(1, 9)))), int(rng.integers(0, 9))) for _ in range(1)]
    data += [(rng.integers(0, 2, data[0][0].shape), int(rng.integers(0, 9))) for _ in range(2)]
    process = SpikeDataloader(dataset=data, interval=interval, offset=int(rng.integers(0, interval)))
    dense, cells = Dense(weights=rng.integers(-9, 9, (2, shape[0])) * 2), LIF(shape=(2,), vth=2)
    process.s_out.connect(dense.s_in)
    dense.a_out.connect(cells.a_in)
    return [process, dense, cells]


def learning_lif(rng, tag, shape):
    rule = STDPLoihi(learning_rate=1, A_plus=1, A_minus=-1, tau_plus=5, tau_minus=5, t_epoch=2, rng_seed=3)
    cells = LearningLIF(shape=shape, vth=2, du=4095 if tag == FIXED else 1, learning_rule=rule)
    dense = LearningDense(weights=rng.integers(1, 60, (shape[0], 3)), learning_rule=rule)
    dense.a_out.connect(cells.a_in)
    cells.s_out_bap.connect(dense.s_in_bap)
    sink = Sink(shape=shape, buffer=STEPS)
    cells.s_out_y1.connect(sink.a_in)
    return [cells, sink, *fed(dense, rng, [dense.s_in], 0, 2, tag)]


def state_space(rng, tag, shape):
    a, b, c = (rng.uniform(-0.7, 0.7, shape) + 1j * rng.uniform(-0.7, 0.7, shape) for _ in range(3))
    process = S4d(shape=shape, a=a, b=b, c=c)
    return fed(process, rng, [process.a_in], -50, 50, tag)


def readout(rng, tag, shape):
    process = Readout(n_protos=shape[0], proto_labels=rng.integers(-2, 3, shape))
    return fed(process, rng, [process.inference_in, process.label_in], 0, 3, tag)


def allocator(rng, tag, shape):
    process = Allocator(n_protos=5)
    return fed(process, rng, [process.trigger_in], 0, 2, tag)


def novelty(rng, tag, shape):
    process = NoveltyDetector(t_wait=int(rng.integers(0, 5)))
    return fed(process, rng, [process.input_aval_in, process.output_aval_in], 0, 2, tag)


def broadcast(rng, tag, shape):
    process, spiker = IdBroadcast(shape=shape), Spiker(shape=shape, period=int(rng.integers(1, 4)), payload=7)
    spiker.s_out.connect(process.a_in)
    return [process, spiker]


def prototype(rng, tag, shape):
    rule = STDPLoihi(learning_rate=1, A_plus=1, A_minus=-1, tau_plus=5, tau_minus=5, t_epoch=2, rng_seed=3)
    process = PrototypeLIF(
        shape=shape, du=int(rng.integers(-1, 4096)), dv=int(rng.integers(0, 4097)), vth=int(rng.integers(0, 9)),
        bias_mant=rng.integers(-50, 99, shape), bias_exp=int(rng.integers(0, 6)), learning_rule=rule,
    )  # fmt: skip
    parts = fed(process, rng, [process.a_in], -3, 9, tag) + fed(process, rng, [process.reset_in], 0, 2, tag)[1:]
    picked = Source(data=rng.integers(0, shape[0] + 1, (*shape, 9)) * (rng.random((*shape, 9)) < 0.4))
    picked.s_out.connect(process.a_third_factor_in)
    return [*parts, picked]


LIBRARY = {
    "sigma": (sigma, BOTH), "delta": (delta, BOTH), "sigma_delta": (sigma_delta, BOTH), "atrlif": (atrlif, BOTH),
    "rf": (resonator(RF), BOTH), "rf_iz": (resonator(RF_IZ), BOTH), "rf_zero": (rf_zero, (FIXED,)),
    "graded": (graded(GradedVec), (FIXED,)), "graded_relu": (graded(GradedReluVec), (FIXED,)),
    "product": (product, (FIXED,)), "norm": (norm, (FIXED,)), "inverse_root": (inverse_root, (FLOAT,)),
    "spiker": (spiker, (FIXED,)), "conv_in_time": (conv_in_time, BOTH), "encoder": (encoder, ("dense_out",)),
    "reset": (reset, BOTH), "bit_check": (bit_check, (FIXED,)), "state_loader": (state_loader, BOTH),
    "lif": (lif, (FIXED,)), "spike_loader": (spike_loader, BOTH), "learning_lif": (learning_lif, (FIXED,)),
    "readout": (readout, (FIXED,)),
    "allocator": (allocator, (FIXED,)), "novelty": (novelty, (FIXED,)), "broadcast": (broadcast, (FIXED,)),
    "prototype": (prototype, (FIXED,)), "state_space": (state_space, (FLOAT,)),
    "inverse_root_int": (inverse_root, (FIXED,)),
}  # fmt: skip
CASES = [(name, tag) for name, (_, tags) in LIBRARY.items() for tag in tags]


class Config(Loihi2SimCfg):
    """Models of a tag where a process has such, else its first one."""

    def select(self, process, proc_models):
        if type(process) in self.exception_proc_model_map:
            return self.exception_proc_model_map[type(process)]
        fit = [model for model in proc_models if self.select_tag in model.tags or "dense_out" in model.tags]
        return (fit or proc_models)[0]


def outcome(name, tag, seed, kernels, exceptions=None):
    """Run a small program in pieces; all variables, messages and records of the process."""
    with models_run(kernels):
        rng = np.random.default_rng(seed)
        make, _ = LIBRARY[name]
        parts = make(rng, FIXED if tag == "dense_out" else tag, (int(rng.integers(1, 6)),))
        process, taps = parts[0], []
        for port in process.out_ports:
            sink = Sink(shape=port.shape, buffer=STEPS)
            port.connect(sink.a_in)
            taps.append(sink.data)
        states = [var for part in parts for var in part.vars if var.name in ("v", "act", "real", "sigma", "theta")]
        if states and rng.random() < 0.7:
            monitor = Monitor()
            monitor.probe(states[0], STEPS)
            taps.append(next(iter(monitor.vars)))
        for steps in (1, 6, STEPS - 7):
            config = Config(select_tag=FIXED if tag == "dense_out" else tag, exception_proc_model_map=exceptions or {})
            process.run(RunSteps(steps), config)
            for var in states:
                var.set(rng.integers(-9, 9, var.shape))
        seen = [var.get() for var in taps]
        seen += [var.get() for part in parts for var in part.vars if var.name not in ("du", "dv", "vth")]
        if kernels:
            assert [part for part in parts if not is_compiled(part)] == []
        process.stop()
        return seen


@pytest.mark.parametrize(("name", "tag"), CASES, ids=[f"{name}-{tag}" for name, tag in CASES])
@at_most(12)
@given(seed=st.integers(0, 1 << 30))
def test_kernels_equal_python_models(name, tag, seed):
    for a, b in zip(outcome(name, tag, seed, True), outcome(name, tag, seed, False), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("make", "values", "text"),
    [
        (lambda: InvSqrt(shape=(1,)), [[4, 9, -1, 4]], r"time step 3.*inverse square root: got -1"),
        (lambda: PrototypeLIF(shape=(2,), learning_rule=STDPLoihi(1, 1, -1, 5, 5)), [[0, 2, 0, 3], [0, 0, 0, 0]],
         r"time step 4.*a_third_factor_in: got 3, allowed is 0\.\.2"),
    ],
)  # fmt: skip
def test_what_a_kernel_cannot_compute_is_an_error_at_that_step(make, values, text):
    process, source = make(), Source(data=np.array(values))
    source.s_out.connect(getattr(process, "a_third_factor_in", process.in_ports.members[0]))
    with pytest.raises(RuntimeError, match=text):
        process.run(RunSteps(50), Config(select_tag=FIXED))
    process.stop()


class Short(AbstractProcess):
    """A user's process that sends random integers of 16 bits."""

    def __init__(self, shape, data):
        super().__init__(data=data)
        self.s_out = OutPort(shape)


@implements(proc=Short, protocol=LoihiProtocol)
@requires(CPU)
class PyShort(PyLoihiProcessModel):
    s_out: PyOutPort = LavaPyType(PyOutPort.VEC_DENSE, np.int16)

    def run_spk(self):
        self.s_out.send(self.proc_params["data"][self.time_step % len(self.proc_params["data"])])


def sixteen(kind, seed, kernels):
    """Neurons that receive 16 bits, alone or from two sides."""
    with models_run(kernels):
        rng = np.random.default_rng(seed)
        high = 1 << int(rng.integers(1, 15))
        more = {"learning_rule": STDPLoihi(1, 1, -1, 5, 5)} if kind is PrototypeLIF else {}
        cells = kind(shape=(3,), **more)
        for _ in range(rng.integers(1, 3)):
            Short((3,), rng.integers(-high, high, (7, 3))).s_out.connect(cells.a_in)
        cells.run(RunSteps(STEPS), Loihi2SimCfg(select_tag=FIXED))
        assert is_compiled(cells) is kernels
        found = cells.v.get().tolist()
        cells.stop()
        return found


@pytest.mark.parametrize("kind", [LIF, TernaryLIF, ATRLIF, PrototypeLIF])
@at_most(10)
@given(seed=st.integers(0, 1 << 30))
def test_inputs_of_16_bits(kind, seed):
    assert sixteen(kind, seed, True) == sixteen(kind, seed, False)


@at_most(12)
@given(seed=st.integers(0, 1 << 30))
def test_the_corrected_sigma_delta(seed):
    chosen = {SigmaDelta: PySigmaDeltaModelFixedCorrected}
    runs = [outcome("sigma_delta", FIXED, seed, kernels, chosen) for kernels in (True, False)]
    for a, b in zip(*runs, strict=True):
        np.testing.assert_array_equal(a, b)
