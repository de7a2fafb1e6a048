"""The twin's forward pass has the emulator's integers, and the network made of it has the twin's."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import recipes

from loihi_emu import Conv2D, Emulator, Network
from loihi_emu.training import Twin

pytestmark = pytest.mark.filterwarnings("ignore::loihi_emu.errors.LoihiInputWarning")
CHIP = recipes(rules=st.just("chip"), poisson=False)


def with_events(recipe, rng):
    """The recipe without noise, and an array (steps, size) of at most one event a step for each input."""
    events, nodes = {}, []
    for node in recipe.nodes:
        options = {k: v for k, v in node.options.items() if k != "noise"}
        if node.is_input:
            frames = rng.integers(-3, 4, (recipe.steps, node.size)) * (rng.random((recipe.steps, node.size)) < 0.4)
            times, indices = np.nonzero(frames)
            options = {"spikes": (times, indices), "payloads": frames[times, indices]}
            events[node.name] = frames
        nodes.append(replace(node, options=options))
    return replace(recipe, nodes=tuple(nodes)), events


def assert_same(found, recording, network, sample=0):
    """All of spikes, u and v."""
    steps = recording.steps
    for name, population in network.populations.items():
        spikes = np.zeros((steps, population.size), int)
        listed = recording.spikes(name)
        spikes[listed.times - recording.start, listed.indices] = 1
        np.testing.assert_array_equal(found[f"{name}.spikes"][sample].detach().numpy(), spikes, err_msg=name)
        for variable in ("u", "v"):
            key = f"{name}.{variable}"
            np.testing.assert_array_equal(found[key][sample].detach().numpy(), recording[key], err_msg=key)


@given(CHIP, st.integers(0, 1 << 32))
def test_random_networks(recipe, seed):
    recipe, events = with_events(recipe, np.random.default_rng(seed))
    assume(events)
    network = recipe.network()
    twin = Twin(network)
    found = twin({name: frames[None] for name, frames in events.items()})
    assert_same(found, Emulator(network).run(recipe.steps), network)
    same = twin.to_network()
    for name, c in network.connections.items():
        rules = network.rule_set.weights
        np.testing.assert_array_equal(rules.stored(same.connections[name]).values, rules.stored(c).values)


@given(CHIP, st.integers(0, 1 << 32))
def test_what_was_trained_is_exported(recipe, seed):
    """Parameters that went anywhere: the emulator has the twin's numbers, and loses nothing of the weights."""
    recipe, events = with_events(recipe, np.random.default_rng(seed))
    assume(events)
    network = recipe.network()
    twin = Twin(network, train=("weights", "bias", "vth", "du", "dv"))
    torch.manual_seed(seed)
    with torch.no_grad():
        for parameter in twin.parameters():
            parameter += 0.5 * torch.randn_like(parameter)
    trained = twin.to_network()
    found = twin({name: frames[None] for name, frames in events.items()})
    assert_same(found, Emulator(trained).run(recipe.steps), trained)
    for name, c in trained.connections.items():
        np.testing.assert_array_equal(trained.rule_set.weights.acting(c), c.values)
        np.testing.assert_array_equal(twin.mantissas(name).numpy(), c.values)


def large(seed=3):
    """Layers of every kind with delays, driven hard enough that sums wrap and neurons rest: 4250 neurons."""
    rng = np.random.default_rng(seed)
    net = Network("large", seed=seed)
    images = net.input("images", (16, 16, 2))
    n = 16 * 16 * 8
    first = net.population(
        "first", (16, 16, 8), du=rng.integers(0, 4096, n), dv=rng.integers(0, 4096, n), vth=rng.integers(1, 2000, n),
        bias=rng.integers(-100, 100, n), bias_exp=3, refractory=rng.integers(1, 5, n),
    )  # fmt: skip
    second = net.population("second", 2000, du=1000, dv=rng.integers(0, 300, 2000), vth=3000, vmin=-4095)
    third = net.population("third", 200, model="lif_subtract", du=200, dv=60, vth=5000)
    net.connect(
        images, first, Conv2D(rng.integers(-256, 255, (8, 3, 3, 2)), padding=1), sign_mode="mixed", weight_exp=1
    )
    dense = rng.integers(-128, 128, (2000, n)) * (rng.random((2000, n)) < 0.02)
    net.connect(first, second, dense, delays=rng.integers(0, 8, dense.shape), kind="sparse", sign_mode="mixed")
    loop = rng.integers(-255, 1, (2000, 2000)) * (rng.random((2000, 2000)) < 0.02)
    net.connect(second, second, loop, delays=rng.integers(0, 4, loop.shape), weight_exp=-1)
    net.connect(second, third, rng.integers(-100, 100, (200, 2000)), weight_exp=2, weight_bits=6, sign_mode="mixed")
    net.connect(third, second[:100], rng.integers(0, 255, (100, 200)), delays=3, weight_exp=-3)
    net.connect(third, third, rng.integers(-256, 255, (200, 200)), weight_exp=7, sign_mode="mixed")
    for population in (first, second, third):
        net.probe(population, ["spikes", "u", "v"])
    return net


def test_a_million_neuron_steps():
    net, steps, samples = large(), 80, 3
    rng = np.random.default_rng(0)
    events = (rng.random((samples, steps, 512)) < rng.choice([0.05, 0.5], (samples, 1, 1))).astype(np.int64)
    with torch.no_grad():
        found = Twin(net)({"images": events})
    recording = Emulator(net).run_samples(steps, {"images": events})
    assert sum(p.size for p in net.populations.values()) * steps * samples > 1_000_000
    assert all(recording.spike_counts(name).sum() > 1000 for name in net.populations)
    assert recording.stats["overflow"]["third"]["q"] > 0 and recording.stats["overflow"]["third"]["u"] > 0
    for sample in range(samples):
        assert_same(found, recording.sample(sample), net, sample)


def small():
    net = Network("small")
    source = net.input("source", 3)
    cells = net.population("cells", 2, du=1000, dv=100, vth=100)
    net.connect(source, cells, [[60, 50, -20], [20, 10, 30]], sign_mode="mixed")
    net.connect(cells, cells, [[0, -30], [20, 0]], sign_mode="mixed", kind="dense", delays=1)
    net.probe(cells, "spikes")
    return net


def test_gradients_reach_all_that_is_trained():
    twin = Twin(small(), train=("weights", "bias", "vth", "du", "dv"))
    events = torch.ones(4, 12, 3, requires_grad=True)
    out = twin({"source": events})
    (out["cells.spikes"].sum() + 1e-4 * out["cells.v"].sum()).backward()
    for name, parameter in twin.named_parameters():
        assert parameter.grad is not None and bool((parameter.grad != 0).any()), name
    assert bool((events.grad != 0).any())


def test_the_gradient_is_that_of_a_network_without_steps():
    """Where nothing spikes or is cut off, rounding aside v is a smooth function, whose differences are known."""
    net = Network()
    source = net.input("source", 1)
    cells = net.population("cells", 1, du=800, dv=300, vth=100_000, bias=40, bias_exp=4)
    net.connect(source, cells, [[100]], sign_mode="mixed", weight_exp=3)
    twin = Twin(net, train=("weights", "bias", "du", "dv"))
    events = {"source": np.ones((1, 20, 1))}
    twin(events)["cells.v"][0, -1, 0].backward()
    for parameter, unit in (
        (twin.weights("source->cells"), 8 / 256),
        *((twin.parameter("cells", k), 8 / 4096) for k in ("bias", "du", "dv")),
    ):
        ends = []
        for sign in (1, -1):
            with torch.no_grad():
                parameter += sign * unit
                ends.append(twin(events)["cells.v"][0, -1, 0].item())
                parameter -= sign * unit
        assert parameter.grad.item() == pytest.approx((ends[0] - ends[1]) / (2 * unit), rel=0.01)


def test_training_lowers_a_loss():
    twin = Twin(small())
    optimizer = torch.optim.Adam(twin.parameters(), lr=0.01)
    events, wanted, losses = torch.ones(1, 30, 3), torch.tensor([3.0, 12.0]), []
    for _ in range(60):
        loss = (twin({"source": events})["cells.spikes"].sum(1) - wanted).square().sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert min(losses) < losses[0] / 50


def test_sample_of_images_and_copies():
    net = large()
    twin = Twin(net)
    frames = np.random.default_rng(1).random((1, 5, 16, 16, 2)) < 0.3
    found = twin({net["images"]: frames})["first.v"]
    assert torch.equal(found, twin({"images": frames.reshape(1, 5, 512)})["first.v"])
    again = Twin(net)
    again.load_state_dict(twin.state_dict())
    assert torch.equal(found, again({"images": frames})["first.v"])
