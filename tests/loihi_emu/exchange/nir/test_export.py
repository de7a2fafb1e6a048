"""A network as a NIR graph, and back: the same bits, through the graph and through a file."""

import warnings

import nir
import numpy as np
import pytest
from drawn_networks import by_hand, drawn
from hypothesis import example, given
from hypothesis import strategies as st
from nir_graphs import DT, GRAPHS, recurrent

from loihi_emu import Emulator, LoihiEmuError, LoihiInputWarning, Network, Noise, UnsupportedError, ValidationError
from loihi_emu.exchange import import_nir
from loihi_emu.exchange.nir import reading

STEPS = 60


def state_of(network, spikes):
    """v and u of all populations, in all steps."""
    network = network.copy()
    for p in network.populations:
        network.probe(p, ["u", "v"])
    emulator = Emulator(network)
    emulator.set_input(next(iter(network.inputs)), spikes=spikes)
    recording = emulator.run(STEPS)
    return {f"{p}.{x}": recording[f"{p}.{x}"] for p in network.populations for x in "uv"}


def networks(rng, rules):
    """Of graphs, and one made by hand with delays, slices and exponents."""
    for name, make in GRAPHS.items():
        if name == "voltages" and rules != "float":
            continue
        for reset in ("v_reset", "subtract"):
            if reset == "v_reset" or rules != "lava":
                yield import_nir(make(rng), dt=DT, rules=rules, reset=reset).network
    net = Network("by hand", rules=rules)
    source, cells = net.input("in", 6), net.population("cells", 8, **by_hand(rules, rng))
    last = net.population("last", (2, 2), **by_hand(rules, rng) | {"vth": 60})
    weights = rng.integers(-60, 60, (8, 6)) * 2
    options = {} if rules == "float" else {"weight_exp": 1, "weight_bits": 7}
    net.connect(source, cells, weights, delays=rng.integers(0, 4, (8, 6)), **options)
    net.connect(cells[1:7:2], last[:3], rng.integers(0, 90, (3, 3)), delays=2)
    net.connect(last, cells, ([0, 1, 3], [0, 5, 7], [40, -20, 30]), delays=1)
    yield net


SLOW = pytest.mark.slow


@pytest.mark.slow
@pytest.mark.parametrize("rules", [pytest.param("float", marks=SLOW), "chip", pytest.param("lava", marks=SLOW)])
@pytest.mark.filterwarnings("ignore::loihi_emu.LoihiInputWarning")
@pytest.mark.filterwarnings("ignore::loihi_emu.LoihiOverflowWarning")
def test_there_and_back_gives_the_same_bits(rules, tmp_path):
    rng = np.random.default_rng(7)
    for k, network in enumerate(networks(rng, rules)):
        source = network.inputs[next(iter(network.inputs))]
        spikes = (rng.random((STEPS, source.size)) < 0.3).astype(int)
        wanted = state_of(network, spikes)
        assert any(values.any() for values in wanted.values())
        path = tmp_path / f"{k}.nir"
        graph = network.to_nir(path, dt=DT)
        file = path if network.name == "by hand" else reading.read_here(path)  # a process each takes its time
        again = [Network.from_nir(g, dt=DT, rules=rules) for g in (graph, file)]
        again.append(Network.from_nir(again[0].to_nir(dt=DT), dt=DT, rules=rules))
        for other in again:
            found = state_of(other, spikes)
            assert set(found) == set(wanted)
            assert [name for name in wanted if not np.array_equal(found[name], wanted[name])] == []


@example(198590, "chip")  # two connections between the same neurons, whose sums no list of 8 bits holds
@given(st.integers(0, 1 << 30), st.sampled_from(["float", "chip", "lava"]))
def test_networks_drawn_at_random_come_back_with_the_same_bits(seed, rules):
    network = drawn(seed, rules)
    spikes = (np.random.default_rng(seed).random((STEPS, 4)) < 0.4).astype(int)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        again = Network.from_nir(network.to_nir(dt=DT), dt=DT, rules=rules)
        wanted, found = state_of(network, spikes), state_of(again, spikes)
    assert [name for name in wanted if not np.array_equal(found[name], wanted[name])] == []


@pytest.mark.filterwarnings("ignore::loihi_emu.LoihiInputWarning")
def test_nir_itself_reads_what_is_written_and_has_plain_numbers(tmp_path):
    network = import_nir(recurrent(np.random.default_rng(5)), dt=DT, rules="chip").network
    network.to_nir(tmp_path / "x.nir", dt=DT)
    read = nir.read(tmp_path / "x.nir")
    cells, p = read.nodes["lif.1"], network.populations["lif.1"].parameters
    assert np.array_equal(np.rint(4096 * DT / cells.tau_mem), np.broadcast_to(p["dv"], 6))
    assert np.array_equal(cells.v_threshold, np.broadcast_to(p["vth"], 6))
    assert sorted(type(node).__name__ for node in read.nodes.values()).count("CubaLIF") == 2


def test_numbers_that_were_changed_in_a_graph_count():
    net = Network("n", rules="float")
    net.connect(net.input("in", 1), net.population("cells", 1, dv=0.1, vth=1.0), [[0.5]])
    graph = net.to_nir(dt=DT)
    graph.nodes["cells"].tau = np.array([DT / 0.4])
    assert float(Network.from_nir(graph, dt=DT).populations["cells"].parameters["dv"]) == pytest.approx(0.4)


def test_what_nir_has_no_node_for_is_refused_by_name():
    def net(rules="chip", **parameters):
        made = Network("n", rules=rules)
        made.input("in", 2)
        made.population("cells", 2, **{"vth": 10, **parameters})
        return made

    cases = [
        (net(refractory=3), "refractory"), (net(vmin=-100), "vmin"), (net(noise=Noise("v", 7)), "noise"),
        (net(u=4, du=10), "u other"), (net(bias=3, du=10), r"without a leak \(dv=0\)"),
    ]  # fmt: skip
    for network, text in cases:
        with pytest.raises(UnsupportedError, match=f'population "cells".*{text}'):
            network.to_nir(dt=DT)
    other = Network("n", rules="float")
    other.input("in", 2)
    other.population("cells", 2, model="sigma")
    with pytest.raises(UnsupportedError, match='model "sigma", allowed'):
        other.to_nir(dt=DT)
    with pytest.raises(ValidationError, match="dt: got 0"):
        net().to_nir(dt=0)
    with pytest.raises(ValidationError, match="at least one of each"):
        Network("empty").to_nir(dt=DT)


def test_events_of_inputs_are_said_to_be_left_out():
    net = Network("n")
    net.connect(net.input("in", 1, spikes=([1], [0])), net.population("cells", 1, vth=10), [[5]])
    with pytest.warns(LoihiInputWarning, match='input "in": its spikes are not in the graph'):
        net.to_nir(dt=DT)


def test_a_reset_that_nir_cannot_tell_is_warned_about():
    net = Network("n")
    net.connect(net.input("in", 1), net.population("cells", 1, model="lif_subtract", vth=10), [[5]])
    with pytest.warns(LoihiInputWarning, match='"cells" take the threshold off v, for which NIR has no field'):
        graph = net.to_nir(dt=DT)
    assert Network.from_nir(graph, dt=DT, rules="chip").populations["cells"].model == "lif_subtract"


STRANGE = [
    {"subtracts": np.array([1, 0, 7])}, {"subtracts": "yes"}, {"a_syn": "x", "v": np.array([np.nan])},
    {"a_mem": np.array([0.5, 0.5]), "leak": {"deep": 1}}, {"v": np.array([1e300])}, {"v": np.array([], float)},
]  # fmt: skip


@pytest.mark.parametrize("strange", STRANGE, ids=str)
def test_strange_metadata_are_left_alone_or_one_error(strange, tmp_path):
    net = Network("n")
    net.connect(net.input("in", 1), net.population("cells", 1, dv=100, vth=10), [[5]])
    graph = net.to_nir(tmp_path / "x.nir", dt=DT)
    graph.nodes["cells"].metadata = {"loihi_emu": strange}
    nir.write(tmp_path / "x.nir", graph)
    for source in (graph, reading.read_here(tmp_path / "x.nir")):
        try:
            said = Network.from_nir(source, dt=DT, rules="chip").describe()
        except LoihiEmuError as error:
            said = str(error)
        assert "cells" in said


@pytest.mark.parametrize(("scale", "align"), [(np.nan, 0), (-1.0, 0), (np.ones(3), np.ones(3)), ("a", 1)])
def test_strange_metadata_of_a_graph_are_left_alone_or_one_error(scale, align):
    net = Network("n")
    net.connect(net.input("in", 1), net.population("cells", 1, dv=100, vth=10), [[5]])
    graph = net.to_nir(dt=DT)
    graph.metadata["loihi_emu"] |= {"scale": scale, "align": align}
    try:
        said = Network.from_nir(graph, dt=DT, rules="chip").describe()
    except ValidationError as error:
        said = str(error)
    assert "metadata, scale" in said or "cells" in said
