"""Modules of trainers give here what they give there: every spike, in float64."""

import norse.torch as norse
import numpy as np
import pytest
import sinabs.layers as sinabs
import snntorch
import torch
from sinabs.activation import MembraneReset, SingleSpike
from snntorch import utils
from spikingjelly.activation_based import functional, layer, neuron
from torch import nn

from loihi_emu import Emulator, LoihiEmuError, Network, UnsupportedError
from loihi_emu.exchange import import_nir, import_torch

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]
STEPS, SAMPLES = 30, 3


def leaky(**options):
    return snntorch.Leaky(**({"init_hidden": True, "beta": 0.9, "threshold": 0.5} | options))


class Loop(nn.Module):
    """The loop over time within the module, as snnTorch's tutorials write it."""

    def __init__(self):
        super().__init__()
        self.fc1, self.lif1 = nn.Linear(6, 4), snntorch.Leaky(beta=0.9, threshold=0.5)
        self.fc2, self.lif2 = nn.Linear(4, 3), snntorch.Synaptic(alpha=0.5, beta=0.9, threshold=0.4)

    def forward(self, x):
        mem1, (syn2, mem2), spikes, voltages = self.lif1.init_leaky(), self.lif2.init_synaptic(), [], []
        for t in range(x.size(0)):
            spk1, mem1 = self.lif1(self.fc1(x[t].flatten(1)), mem1)
            spk2, syn2, mem2 = self.lif2(self.fc2(spk1), syn2, mem2)
            spikes.append(spk2)
            voltages.append(mem2)
        return torch.stack(spikes), torch.stack(voltages)


class Branches(nn.Module):
    """A path around a layer, which has to wait for the one through it."""

    def __init__(self):
        super().__init__()
        self.fc, self.inner, self.around = nn.Linear(6, 5), nn.Linear(5, 4), nn.Linear(6, 4)
        self.first, self.last = leaky(), leaky(reset_mechanism="zero", threshold=0.3)

    def forward(self, x):
        return self.last(self.inner(self.first(self.fc(x))) + self.around(x))


def snntorch_steps(module, x):
    utils.reset(module)
    found = [module(step) for step in x]
    return torch.stack([y[0] if isinstance(y, tuple) else y for y in found])


def norse_steps(module, x):
    state, found = None, []
    for step in x:
        y, state = module(step, state)
        found.append(y)
    return torch.stack(found)


def sinabs_steps(module, x):
    for m in module.modules():
        if hasattr(m, "reset_states"):
            m.reset_states()
    return module(x.transpose(0, 1)).transpose(0, 1)


def squeezed_steps(module, x):
    for m in module.modules():
        if hasattr(m, "reset_states"):
            m.reset_states()
    return module(x.transpose(0, 1).flatten(0, 1)).unflatten(0, (SAMPLES, STEPS)).transpose(0, 1)


def norse_at_once(module, x):
    return module(x)[0]


def spikingjelly_steps(module, x):
    functional.reset_net(module)
    return torch.stack([module(step) for step in x])


def spikingjelly_at_once(module, x):
    functional.reset_net(module)
    return module(x)


def two(first, second, between=(4, 3), bias=True):
    return nn.Sequential(nn.Linear(6, between[0]), first, nn.Linear(*between, bias=bias), second)


def norse_lif(vth):
    return norse.LIFParameters(v_th=torch.tensor(vth))


IMAGE = (1, 8, 8)
CASES = {
    "Leaky, subtract": (lambda: two(leaky(), leaky(beta=0.7, threshold=0.2, output=True), bias=False), snntorch_steps),
    "Leaky, zero": (lambda: two(leaky(reset_mechanism="zero"), leaky(reset_mechanism="zero")), snntorch_steps),
    "Leaky, zero at once": (lambda: two(leaky(reset_mechanism="zero", reset_delay=False), leaky()), snntorch_steps),
    "Leaky that keeps all": (lambda: two(leaky(beta=1.0), leaky()), snntorch_steps),
    "Leaky, one beta each": (lambda: two(leaky(beta=torch.rand(4), threshold=torch.rand(4)), leaky()), snntorch_steps),
    "Synaptic": (
        lambda: two(
            snntorch.Synaptic(alpha=0.6, beta=0.9, threshold=0.8, init_hidden=True),
            snntorch.Synaptic(alpha=0.5, beta=0.7, init_hidden=True, reset_delay=False, reset_mechanism="zero"),
        ),
        snntorch_steps,
    ),
    "RLeaky": (
        lambda: two(
            snntorch.RLeaky(beta=0.8, linear_features=4, threshold=0.5, init_hidden=True),
            snntorch.RLeaky(beta=0.8, all_to_all=False, V=torch.rand(3), threshold=0.3, init_hidden=True),
        ),
        snntorch_steps,
    ),
    "RSynaptic": (
        lambda: two(snntorch.RSynaptic(alpha=0.3, beta=0.8, linear_features=4, init_hidden=True), leaky()),
        snntorch_steps,
    ),
    "a loop over time": (Loop, lambda module, x: module(x)[0]),
    "branches": (Branches, snntorch_steps),
    "snnTorch, convolutions": (
        lambda: nn.Sequential(
            nn.Conv2d(1, 2, 3, padding=1), nn.BatchNorm2d(2), leaky(threshold=0.1), nn.AvgPool2d(2), nn.Flatten(),
            nn.Dropout(), nn.Linear(32, 3), leaky(threshold=0.05),
        ),
        snntorch_steps, IMAGE,
    ),
    "LIFCell": (
        lambda: norse.SequentialState(
            nn.Linear(6, 4), norse.LIFCell(p=norse_lif(0.1)), nn.Linear(4, 3),
            norse.LIFBoxCell(p=norse.LIFBoxParameters(v_th=torch.tensor(0.02))),
        ),
        norse_steps,
    ),
    "IAFCell, convolutions": (
        lambda: norse.SequentialState(
            nn.Conv2d(1, 2, 3, padding=1), norse.IAFCell(), nn.Flatten(), nn.Linear(128, 3), norse.LICell()
        ),
        norse_steps, IMAGE,
    ),
    "norse, all steps at once": (
        lambda: norse.SequentialState(
            nn.Linear(6, 4), norse.LIF(p=norse_lif(0.1)), nn.Linear(4, 3), norse.LIF(p=norse_lif(0.05))
        ),
        norse_at_once,
    ),
    "ExpLeak": (
        lambda: two(sinabs.LIF(tau_mem=20.0, spike_fn=SingleSpike, spike_threshold=0.05), sinabs.ExpLeak(tau_mem=10.0)),
        sinabs_steps,
    ),
    "sinabs": (
        lambda: two(
            sinabs.LIF(tau_mem=20.0, spike_fn=SingleSpike, spike_threshold=0.05), sinabs.IAF(spike_fn=SingleSpike)
        ),
        sinabs_steps,
    ),
    "sinabs, synapses with time": (
        lambda: two(
            sinabs.LIF(tau_mem=20.0, tau_syn=5.0, norm_input=False, spike_fn=SingleSpike),
            sinabs.LIF(tau_mem=10.0, spike_fn=SingleSpike, spike_threshold=0.1, reset_fn=MembraneReset()),
        ),
        sinabs_steps,
    ),
    "sinabs, convolutions": (
        lambda: nn.Sequential(
            nn.Conv2d(1, 2, 3, padding=1), sinabs.IAFSqueeze(batch_size=SAMPLES, spike_fn=SingleSpike),
            sinabs.SumPool2d(2), nn.Flatten(), nn.Linear(32, 3),
            sinabs.IAFSqueeze(batch_size=SAMPLES, spike_fn=SingleSpike),
        ),
        squeezed_steps, IMAGE,
    ),
    "LIFNode": (lambda: two(neuron.LIFNode(tau=2.0, v_threshold=0.3), neuron.IFNode(v_reset=None)), spikingjelly_steps),
    "CUBALIFNode": (
        lambda: two(neuron.CUBALIFNode(), neuron.ParametricLIFNode(decay_input=False, v_reset=None)),
        spikingjelly_steps,
    ),
    "spikingjelly, all steps at once": (
        lambda: nn.Sequential(
            layer.Conv2d(1, 2, 3, padding=1, step_mode="m"), neuron.IFNode(step_mode="m"),
            layer.AvgPool2d(2, step_mode="m"), layer.Flatten(step_mode="m"), layer.Linear(32, 3, step_mode="m"),
            neuron.LIFNode(step_mode="m", v_threshold=0.2),
        ),
        spikingjelly_at_once, IMAGE,
    ),
}  # fmt: skip


def sample_of(run, x):
    """What the module is shown to be read."""
    if run in (sinabs_steps,):
        return x.transpose(0, 1)
    if run is squeezed_steps:
        return x.transpose(0, 1).flatten(0, 1)
    return x if run in (norse_at_once, spikingjelly_at_once, CASES["a loop over time"][1]) else x[0]


def here(imported, x, given="input"):
    """What the first output gives, (steps, samples, neurons), without the steps that it is late."""
    out, network = imported.report.outputs["output"], imported.network
    network.probe(out.population, out.variable)
    steps, n = STEPS + out.lag, network.populations[out.population].size
    frames = np.zeros((SAMPLES, steps, int(np.prod(x.shape[2:]))), int)
    frames[:, :STEPS] = x.numpy().swapaxes(0, 1).reshape(SAMPLES, STEPS, -1)
    recording = Emulator(network).run_samples(steps, {given: frames})
    if out.variable == "v":
        found = imported.voltage(out.population, recording[f"{out.population}.v"])
    else:
        found = np.zeros((SAMPLES * steps, n))
        spikes = recording.spikes(out.population)
        found[spikes.times, spikes.indices] = 1
    return found.reshape(SAMPLES, steps, n)[:, out.lag :].swapaxes(0, 1)


@pytest.mark.parametrize("name", CASES)
def test_every_spike_is_the_trainers(name):
    make, run, *shape = CASES[name]
    torch.manual_seed(5)
    module = raised(make())
    for m in module.modules():
        if isinstance(m, nn.BatchNorm2d):
            m.running_mean, m.running_var = 0.1 * torch.rand(2), 0.5 + torch.rand(2)
            m.weight.data, m.bias.data = 0.5 + torch.rand(2), 0.1 * torch.rand(2)
    x = (torch.rand(STEPS, SAMPLES, *(shape[0] if shape else (6,))) < 0.5).float()
    module.eval()
    with torch.no_grad():
        theirs = run(module, x).reshape(STEPS, SAMPLES, -1).numpy()
    imported = import_torch(module, sample_of(run, x))
    assert np.abs(theirs).sum() > 5
    np.testing.assert_allclose(here(imported, x), theirs, atol=1e-5)


def test_a_module_is_left_as_it_was():
    module = two(leaky(), leaky(output=True)).train()
    module(torch.rand(2, 6))
    before = module[1].mem
    imported = import_torch(module, torch.zeros(1, 6))
    assert module.training and module[1].training and module[1].mem is before
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in module.modules())
    assert list(imported.network.populations) == ["1", "3"]


def test_the_same_on_the_class_and_in_integers():
    module = two(leaky(), leaky())
    network = Network.from_torch(module, torch.zeros(1, 6), rules="chip", name="small")
    assert (network.rules, network.name, network.inputs["input"].shape) == ("chip", "small", (6,))
    assert network.populations["1"].model == "lif_subtract"


def test_what_is_approximated_is_said():
    module = two(sinabs.LIF(tau_mem=20.0), sinabs.IAF())
    with pytest.warns(UserWarning, match="several spikes in a step"):
        imported = import_torch(module, torch.zeros(1, 5, 6))
    assert len([text for text in imported.report.approximations if "SingleSpike" in text]) == 2


class Strange(nn.Module):
    def __init__(self, between):
        super().__init__()
        self.fc, self.lif, self.last, self.between = nn.Linear(6, 4), leaky(), nn.Linear(4, 2), between

    def forward(self, x):
        return self.last(self.between(self.lif(self.fc(x))))


def sequence(*modules):
    return nn.Sequential(nn.Linear(6, 4), *modules)


ROW, DATA = torch.zeros(1, 6), torch.rand(20, 6)
WRONG = {
    "no module": (lambda: import_torch("net", ROW), "torch.nn.Module"),
    "no sample": (lambda: import_torch(sequence(leaky()), [1, 2]), "sample.*list"),
    "a wrong sample": (lambda: import_torch(sequence(leaky()), torch.zeros(1, 5)), r"shape \(1, 5\)"),
    "two trainers": (lambda: import_torch(sequence(leaky(), neuron.IFNode()), ROW), "snntorch and spikingjelly"),
    "a layer": (lambda: import_torch(sequence(leaky(), nn.LayerNorm(4)), ROW), '"2".*LayerNorm.*BatchNorm1d'),
    "a neuron": (
        lambda: import_torch(sequence(snntorch.Lapicque(R=5.0, C=1.0, init_hidden=True)), ROW), '"1".*Lapicque.*Leaky',
    ),
    "a pool": (
        lambda: import_torch(nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.MaxPool2d(2)), torch.rand(2, 1, 8, 8)),
        '"2".*MaxPool2d.*AvgPool2d',
    ),
    "an activation": (lambda: import_torch(sequence(nn.Tanh()), DATA), '"1".*Tanh.*ReLU'),
    "an activation among spikes": (lambda: import_torch(sequence(leaky(), nn.ReLU()), ROW), '"2".*ReLU.*leave it out'),
    "a function": (lambda: import_torch(Strange(torch.sigmoid), ROW), r'"last".*sigmoid\(\)'),
    "a product": (lambda: import_torch(Strange(lambda x: 2 * x), ROW), '"last".*mul'),
    "no reset": (lambda: import_torch(sequence(leaky(reset_mechanism="none")), ROW), '"1".*none.*"subtract"'),
    "inhibition": (lambda: import_torch(sequence(leaky(inhibition=True)), ROW), '"1".*inhibition'),
    "a leak": (
        lambda: import_torch(
            norse.SequentialState(
                nn.Linear(6, 4), norse.LIFCell(p=norse.LIFParameters(v_leak=torch.tensor(-0.1)))
            ), ROW,
        ),
        '"1".*v_leak',
    ),
    "a reset": (lambda: import_torch(sequence(neuron.IFNode(v_reset=-0.5)), ROW), '"1".*v_reset'),
    "padding": (
        lambda: import_torch(nn.Conv2d(1, 2, 3, padding_mode="circular", padding=1), torch.rand(2, 1, 8, 8)),
        '"module".*circular',
    ),
    "data below 0": (lambda: import_torch(sequence(nn.ReLU()), DATA - 1), "0 and more"),
    "no data": (lambda: import_torch(sequence(nn.ReLU()), ROW), "zeros alone"),
    "a percentile": (lambda: import_torch(sequence(nn.ReLU()), DATA, percentile=101), "percentile"),
    "an option": (lambda: import_torch(sequence(nn.ReLU()), DATA, percentil=99), '"percentile"'),
    "Lava's integers": (lambda: import_torch(sequence(leaky()), ROW, rules="lava"), 'subtract'),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_imported_is_one_error(name):
    call, says = WRONG[name]
    with pytest.raises(LoihiEmuError, match=says) as caught:
        call()
    assert "\n" not in str(caught.value) or len(str(caught.value)) < 600


def test_unsupported_modules_are_refused_by_their_own_error():
    with pytest.raises(UnsupportedError, match=r'module "1" \(torch\'s Tanh\): got .*\. Nearest that works: ReLU\.'):
        import_torch(sequence(nn.Tanh()), DATA)


def raised(module):
    """With weights that make it spike."""
    for m in module.modules():
        if isinstance(m, (nn.Linear, nn.Conv2d)):
            m.weight.data += 0.15
    return module


def test_a_graph_that_spikingjelly_exports():
    from spikingjelly.activation_based.nir_exchange import export_to_nir

    torch.manual_seed(5)
    module = raised(two(neuron.LIFNode(tau=2.0, v_threshold=0.3), neuron.IFNode()))
    graph = export_to_nir(module, torch.zeros(1, 6))
    x = (torch.rand(STEPS, SAMPLES, 6) < 0.5).float()
    with torch.no_grad():
        theirs = spikingjelly_steps(module, x).numpy()
    ((given, _),) = [(name, node) for name, node in graph.nodes.items() if type(node).__name__ == "Input"]
    assert given == "input_1" and theirs.sum() > 5
    np.testing.assert_array_equal(here(import_nir(graph, dt=1e-4), x, given), theirs)


def test_a_graph_that_sinabs_exports():
    from sinabs.nir import to_nir

    torch.manual_seed(5)
    first = sinabs.LIF(tau_mem=20.0, spike_fn=SingleSpike, spike_threshold=0.05, reset_fn=MembraneReset())
    module = raised(two(first, sinabs.LIF(tau_mem=10.0, spike_fn=SingleSpike, spike_threshold=0.02)))
    x = (torch.rand(STEPS, SAMPLES, 6) < 0.5).float()
    with torch.no_grad():
        theirs = sinabs_steps(module, x).numpy()
    graph = to_nir(module, torch.zeros(1, 5, 6))
    graph.nodes["input"].input_type = {"input": np.array([6])}  # they have the steps' axis
    graph.nodes["output"].output_type = {"output": np.array([3])}
    assert theirs.sum() > 5
    given = import_nir(graph, dt=1, method="exponential", reset={"3": "subtract"})
    np.testing.assert_array_equal(here(given, x), theirs)
