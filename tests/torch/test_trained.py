"""Networks that trainers made of the digits, in 8-bit integers: at most half a percent below the trainer's accuracy."""

import norse.torch as norse
import numpy as np
import pytest
import snntorch
import torch
from norse.torch.utils.export_nir import to_nir
from snntorch import surrogate, utils
from snntorch.export_nir import export_to_nir
from torch import nn
from trained_digits import DIGITS, LABELS, TEST, TRAIN, accuracy, counts_here, trained

from loihi_emu import Emulator, calibrate
from loihi_emu.exchange import import_nir, import_torch

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]


def of_snntorch(module, frames):
    utils.reset(module)
    return sum(module(frames[:, t]) for t in range(frames.shape[1]))


def of_norse(module, frames):
    state, total = None, 0
    for t in range(frames.shape[1]):
        spikes, state = module(frames[:, t], state)
        total = total + spikes
    return total


def snntorch_module():
    torch.manual_seed(1)
    options = {"init_hidden": True, "spike_grad": surrogate.fast_sigmoid()}
    first, second = (
        snntorch.Leaky(torch.full((n,), 0.9), threshold=torch.ones(n), reset_mechanism=kind, **options)
        for n, kind in ((64, "subtract"), (10, "zero"))
    )
    return nn.Sequential(nn.Linear(64, 64), first, nn.Linear(64, 10), second)


def norse_module():
    torch.manual_seed(1)
    p = norse.LIFParameters(v_th=torch.tensor(0.3), alpha=torch.tensor(10.0))
    return norse.SequentialState(nn.Linear(64, 64), norse.LIFCell(p=p), nn.Linear(64, 10), norse.LIFCell(p=p))


@pytest.fixture(scope="module")
def of_leaky():
    return trained(snntorch_module(), of_snntorch, 8)


@pytest.fixture(scope="module")
def of_lif_cells():
    return trained(norse_module(), of_norse, 8)


@pytest.mark.timeout(600)
def test_snntorch(of_leaky):
    compare(of_leaky, of_snntorch)


@pytest.mark.timeout(600)
def test_norse(of_lif_cells):
    compare(of_lif_cells, of_norse)


def compare(module, counts_of):
    with torch.no_grad():
        theirs = counts_of(module, TEST).numpy()
    assert accuracy(theirs) > 0.9
    floats, chip = (import_torch(module, TEST[:1, 0], rules=rules) for rules in ("float", "chip"))
    assert np.mean(counts_here(floats) != theirs) < 0.001  # 32 bits there, 64 here: where v meets the threshold
    assert accuracy(counts_here(chip)) >= accuracy(theirs) - 0.005


@pytest.mark.timeout(600)
def test_calibrated(of_leaky):
    """Integers chosen by samples, of floats that are the trainer's."""
    frames, held_out = (x.numpy().astype(int) for x in (TRAIN[:100], TEST))
    found = calibrate(import_torch(of_leaky, TEST[:1, 0]), {"input": frames}, DIGITS.train_labels[:100])
    agreement = found.compare({"input": held_out}, DIGITS.test_labels)
    assert agreement.accuracy >= agreement.float_accuracy - 0.005 > 0.9


@pytest.mark.timeout(600)
def test_a_graph_that_snntorch_exports(of_leaky):
    """Its exporter says neither the step nor how neurons reset: they are given."""
    graph = export_to_nir(of_leaky, TEST[:1, 0], ignore_dims=[0])
    with torch.no_grad():
        theirs = of_snntorch(of_leaky, TEST).numpy()
    given = {"dt": 1e-4, "reset": {"1": "subtract"}}
    # The module takes the threshold off in the next step, undecayed, which no graph says: so some counts differ.
    here = counts_here(import_nir(graph, **given))
    assert np.mean(np.abs(here - theirs)) < 0.3
    assert accuracy(counts_here(import_nir(graph, rules="chip", **given))) >= accuracy(here) - 0.005


@pytest.mark.timeout(600)
def test_a_graph_that_norse_exports(of_lif_cells):
    """Its exporter multiplies time constants by a step, keeps the samples' axis and leaves out the gain of synapses."""
    graph = to_nir(of_lif_cells, TEST[:1, 0], dt=1)
    graph.nodes["input"].input_type = {"input": np.array([64])}
    for node in graph.nodes.values():
        if type(node).__name__ == "CubaLIF":
            node.w_in = node.tau_syn / 1e-3
    with torch.no_grad():
        theirs = of_norse(of_lif_cells, TEST).numpy()
    assert np.mean(counts_here(import_nir(graph, dt=1e-3)) != theirs) < 0.001
    assert accuracy(counts_here(import_nir(graph, dt=1e-3, rules="chip"))) >= accuracy(theirs) - 0.005


# ---------------------------------------------------------------- without spikes
def rates(module, images):
    return module(images)


def rate_module(kind):
    torch.manual_seed(2)
    if kind == "dense":
        return nn.Sequential(nn.Linear(64, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(0.1), nn.Linear(64, 10))
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.AvgPool2d(2), nn.Flatten(),
        nn.Linear(128, 10),
    )  # fmt: skip


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", ["dense", "convolutional"])
def test_a_network_of_relu_by_rates(kind):
    shape = (64,) if kind == "dense" else (1, 8, 8)
    train, test = (
        torch.tensor(x, dtype=torch.float32).reshape(-1, *shape) / 16 for x in (DIGITS.train_images, DIGITS.test_images)
    )
    module = rate_module(kind)
    optimizer = torch.optim.Adam(module.parameters(), lr=5e-3)
    for _ in range(15):
        for chosen in torch.randperm(len(LABELS)).split(64):
            optimizer.zero_grad()
            nn.functional.cross_entropy(module(train[chosen]), LABELS[chosen]).backward()
            optimizer.step()
    module.eval()
    with torch.no_grad():
        theirs = accuracy(module(test).numpy())
    assert theirs > 0.95
    steps, images = 96, test.numpy().reshape(len(test), -1)
    # A rate of x as spikes spread evenly: one whenever the sum of x passes the next whole number.
    sums = np.floor(np.arange(steps + 1)[None, :, None] * images[:, None] + 0.5)
    frames = np.diff(sums, axis=1).astype(int)
    for rules, below in (("float", 0.005), ("chip", 0.005)):
        imported = import_torch(module, train[:400], rules=rules)
        out = imported.report.outputs["output"]
        assert out.variable == "v"
        imported.network.probe(out.population, "v")
        recording = Emulator(imported.network).run_samples(steps, {"input": frames})
        v = recording[f"{out.population}.v"].reshape(len(test), steps, 10)
        assert accuracy(v.sum(1)) >= theirs - below, rules
