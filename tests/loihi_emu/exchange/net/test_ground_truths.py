"""The recordings that lava-dl's own tests compare with: every value, without torch and without lava-dl."""

import numpy as np
from net_files import frames, golden, sent, written

from loihi_emu import Emulator
from loihi_emu.exchange import Layer, import_net

LOIHI = {"type": "LOIHI", "iDecay": 4096, "vDecay": 1024, "vThMant": 25}


def runs(imported, steps, **inputs):
    """The spikes of all populations; of "input" frames are given (steps, ...), of others a bias."""
    net = imported.network
    for p in net.populations.values():
        net.probe(p, "spikes")
    emulator = Emulator(net)
    for name, value in inputs.items():
        if name == "input":
            emulator.set_input("input", spikes=value.reshape(len(value), -1))
        else:
            emulator.set(name, "bias_mant", value.reshape(-1))
    return emulator.run(steps)


def test_the_spiking_network_spikes_as_recorded(tmp_path):
    data = golden("tinynet")
    made = import_net(written(tmp_path, data["net_file"]), reset_interval=17)
    found = runs(made, 20, input0=data["input_bias"].transpose(1, 0, 2))
    first = frames(data["input"][0].transpose(2, 1, 0, 3))[1:].reshape(15, -1)
    assert np.array_equal(sent(found, "input0")[:15], first)
    last = data["output"][0].reshape(36, 16).T[1:]
    assert np.array_equal(sent(found, "conv2")[2:17], last)
    assert last.any()


def test_a_convolution_has_the_recorded_currents_and_spikes(tmp_path):
    data = golden("tinynet")
    made = import_net(written(tmp_path, data["net_file"]), skip_layers=1, num_layers=2)
    source = frames(data["input"][0].transpose(2, 1, 0, 3))[1:]

    net = made.network
    net.probe("conv1", ["spikes", "u"])
    emulator = Emulator(net)
    # the spike of step t of a Lava process acts one step later; the recording clears the state after the first step
    times, indices = np.nonzero(source.reshape(15, -1))
    emulator.set_input("input", spikes=(times + 1, indices))
    parts = [emulator.run(1)]
    emulator.set("conv1", "u", np.zeros(24 * 36))
    emulator.set("conv1", "v", np.zeros(24 * 36))
    parts.append(emulator.run(15))
    current = frames(data["current"][0].transpose(2, 1, 0, 3)).reshape(16, -1) * 64
    spikes = frames(data["layer1"][0].transpose(2, 1, 0, 3)).reshape(16, -1)
    assert np.array_equal(parts[1]["conv1.u"], current[1:])
    assert np.array_equal(sent(parts[1], "conv1"), spikes[1:])
    assert spikes.any()


def test_the_kernel_is_the_recorded_one_turned(tmp_path):
    data = golden("tinynet")
    made = import_net(written(tmp_path, data["net_file"]), num_layers=2)
    kernel = made.network.connections["input0->conv1"].conv.kernel
    assert np.array_equal(kernel[:, ::-1, ::-1].transpose(0, 2, 1, 3), data["layer1_kernel"])


def test_delta_neurons_send_the_recorded_changes():
    data = golden("tinynet_sdnn")
    steps = np.arange(15)
    values = (data["input_bias"][..., None] * np.sin(2 * np.pi * steps / 15)).astype(int)
    made = import_net([Layer("input", {"type": "SDNN", "vThMant": 20}, shape=(3, 16, 16))])
    found = runs(made, 15, input=frames(values))
    assert np.array_equal(sent(found, "input0"), frames(data["input"]).reshape(15, -1))


def test_sigma_delta_neurons_send_the_recorded_bias():
    data = golden("tinynet_sdnn")
    kernel = data["layer1_kernel"][:, ::-1, ::-1].transpose(0, 3, 2, 1)
    sdnn = {"type": "SDNN", "activation": "relu", "vThMant": 20}
    layer = Layer("conv", sdnn, weight=kernel, bias=data["layer1_bias"], stride=2, shape=(24, 6, 6))
    made = import_net([layer], input_shape=(3, 16, 16), input_message_bits=16)
    found = runs(made, 1)
    recorded = frames(data["layer1"])[:1].reshape(1, -1)
    assert np.array_equal(sent(found, "conv0"), recorded)
    assert recorded.any()


def test_sigma_neurons_send_the_recorded_sums():
    data = golden("tinynet_sdnn")
    weights = data["layer2_weight"].reshape(100, 6, 6, 24)  # by x, y, channel, as Lava has it
    flat = weights.transpose(0, 3, 2, 1).reshape(100, -1)
    layers = [Layer("flatten"), Layer("dense", {"type": "SDNN", "sigma_output": True}, weight=flat)]
    made = import_net(layers, input_shape=(24, 6, 6))
    source = frames(data["layer1"]) != 0
    times, indices = np.nonzero(source.reshape(16, -1))
    net = made.network
    net.probe("dense1", "spikes")
    emulator = Emulator(net)
    emulator.set_input("input", spikes=(times + 1, indices))
    assert np.array_equal(sent(emulator.run(16), "dense1"), data["layer2"].T)
    assert data["layer2"].any()


def test_resonators_behind_complex_weights_spike_as_recorded():
    data = golden("complex_dense")
    # the smallest integers whose size and angle are those of alpha 0.05 and a period of 11 steps
    size, angle = 0.95 * 4096, 2 * np.pi / 11
    decays = {"sinDecay": int(size * np.sin(angle)), "cosDecay": int(size * np.cos(angle))}
    neuron = {"type": "RF_PHASE", "vThMant": 25, **decays}
    weights = {"real": data["weight_r"], "imag": data["weight_img"]}
    made = import_net([Layer("dense_comp", neuron, weight=weights)])
    net = made.network
    net.probe("dense_comp0", "spikes")
    emulator = Emulator(net)
    times, indices = np.nonzero(data["input"].T)
    emulator.set_input("input", spikes=(times + 1, indices))
    assert np.array_equal(sent(emulator.run(2000), "dense_comp0"), data["out"].T)
    assert not made.report.approximations
