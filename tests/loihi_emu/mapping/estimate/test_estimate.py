"""Energy and time of recorded runs, beside arithmetic by hand."""

from dataclasses import replace

import numpy as np
import pytest
from messages import UNHEEDED

from loihi_emu import LOIHI1, LOIHI2, Emulator, LearningRule, Network, Noise, Trace
from loihi_emu.errors import UnknownNameError, ValidationError
from loihi_emu.mapping.estimate.costs import BOARD, CHIP_BARRIERS
from loihi_emu.mapping.estimate.pricing import Davies

pytestmark = UNHEEDED

HIGH = 100_000
"""A threshold that nothing here reaches."""


def relay(cores=(0, 4), state=True):
    """Input events in steps 0 and 3 make both neurons of p spike; each has a synapse onto each of the 3 of q.

    p spikes in the step of the events, q gets 2 events a neuron in the next and never spikes.
    """
    net = Network("relay")
    source = net.input("source", 1, spikes=([0, 3], [0, 0]))
    p, q = net.population("p", 2, dv=4096, vth=1), net.population("q", 3, dv=4096, vth=HIGH)
    net.connect(source, p, [[100], [100]])
    net.connect(p, q, np.full((3, 2), 10))
    net.probe(source)
    net.probe(p, ["spikes", "u", "v"] if state else ["spikes"])
    net.probe(q, ["spikes", "u", "v"] if state else ["spikes"])
    placement = net.place(strategy=dict(zip(("p", "q"), cores, strict=True)))
    return placement, Emulator(net).run(6)


# ------------------------------------------------------------ by hand
def test_counts_of_a_relay():
    placement, recording = relay()
    counts = placement.estimate(recording).counts
    assert counts == {
        "spikes": 4, "host_spikes": 2, "neuron_updates": 30,
        # p: in steps 0 and 3; q: events in 1 and 4, and v decays from what it had in 2 and 5
        "active_updates": 2 * 2 + 3 * 2 + 3 * 2,
        "synaptic_events": 2 * 2 + 4 * 3, "synaptic_events_dense": 16, "synaptic_events_sparse": 0,
        "synaptic_events_conv": 0, "learning_updates": 0,
        "messages": 2 + 4, "host_messages": 2, "messages_between_cores": 4, "messages_between_chips": 0,
        "hops_x": 0, "hops_y": 4, "barriers": 6,
    }  # fmt: skip


def test_energy_and_time_by_davies():
    placement, recording = relay()
    estimate = placement.estimate(recording)
    assert estimate.energy == pytest.approx(
        {"synapse": 16 * 23.6, "neuron": 16 * 81 + 14 * 52, "learning": 0, "spike": 6 * 1.7, "hop": 4 * 4.0}
    )
    # p's core: steps 0, 3 with 2 active and 2 synapses; q's: 1, 4 with 3 active, 2, 5 with 3; its 6 synapses in 0, 3
    busy = max(2 * 8.4 + 2 * 3.5, 3 * 5.3 + 6 * 3.5)
    first = [busy, 3 * 8.4, 3 * 8.4]
    barrier = 113 + (465 - 113) / 31
    assert estimate.time == pytest.approx({"cores": 2 * sum(first), "routers": 0, "barrier": 6 * barrier})
    assert estimate.step_time == pytest.approx(2 * [x + barrier for x in first])
    assert estimate.step_energy.sum() == pytest.approx(estimate.total_energy)
    assert estimate.bounds["time.barrier"] == pytest.approx((6 * 113, 6 * 465))
    assert estimate.static_energy == pytest.approx(104 * estimate.total_time)
    assert "energy" not in estimate.bounds
    assert estimate.slowest_core[:2] == (0, 4)
    assert estimate.slowest_step == pytest.approx((0, busy + barrier))
    assert estimate.energy_per_step == pytest.approx(estimate.total_energy / 6)
    assert estimate.energy_per_inference == estimate.total_energy
    assert estimate.time_per_step == pytest.approx(sum(first) / 3 + barrier)
    assert estimate.time_per_inference == estimate.total_time
    assert estimate.power_mw == pytest.approx(estimate.total_energy / estimate.total_time)


def test_energy_and_time_by_the_board():
    placement, recording = relay()
    estimate = placement.estimate(recording, figures="board")
    assert estimate.energy == pytest.approx({
        "synapse": 16 * 35.5, "soma": 30 * 51.2 + 16 * 21.6 + 4 * 69.3, "network": 4 * 111 + 4 * 4.2,
    })  # fmt: skip
    # steps 0 and 3: p's neurons against q's two messages of 3 events; then q's neurons
    busy = max(2 * (6 + 3.7 + 30 + 5.1), 2 * 16 + 6 * 3.8)
    assert estimate.time == pytest.approx({"cores": 2 * (busy + 2 * 3 * (6 + 3.7)), "barrier": 6 * 1000})
    assert estimate.static_energy is None
    assert "no static power" in estimate.reasons["static_energy"]


def test_on_one_core_nothing_hops_but_messages_go_round():
    placement, recording = relay((3, 3))
    estimate = placement.estimate(recording)
    assert (estimate.counts["messages"], estimate.counts["messages_between_cores"]) == (6, 0)
    assert estimate.energy["hop"] == 0
    assert estimate.time["barrier"] == 6 * 113
    board = placement.estimate(recording, figures="board")
    assert board.energy["network"] == pytest.approx(4 * 111)
    assert board.time["barrier"] == 6 * 600


def test_both_axes_of_the_mesh_and_all_tiles():
    placement, recording = relay((0, 127))
    estimate = placement.estimate(recording)
    assert (estimate.counts["hops_x"], estimate.counts["hops_y"]) == (4 * 7, 4 * 3)
    assert estimate.energy["hop"] == pytest.approx(28 * 3.0 + 12 * 4.0)
    net = Network()
    net.population("all", 128, vth=1)
    everywhere = net.place(strategy={"all": np.arange(128)}).estimate(Emulator(net).run(2))
    assert everywhere.time["barrier"] == 2 * 465
    assert "time.barrier" not in everywhere.bounds


def test_several_chips_have_another_barrier():
    placement, recording = relay((0, 128))
    estimate = placement.estimate(recording)
    assert (estimate.chips, estimate.counts["messages_between_chips"], estimate.counts["hops_y"]) == (2, 4, 0)
    assert estimate.time["barrier"] == 6 * 14_300
    assert estimate.bounds["time.barrier"] == (6 * 465, 6 * 14_300)
    assert estimate.static_energy == pytest.approx(2 * 104 * estimate.total_time)
    board = placement.estimate(recording, figures="board")
    assert (board.total_time, board.time_per_step, board.time_per_inference) == (None, None, None)
    assert "single chip" in board.reasons["time.barrier"]
    assert board.total_energy is not None


@pytest.mark.parametrize(
    ("chips", "barrier"),
    [(256, (14_300, 14_300, 14_300)), (257, (16_200, 14_300, 16_200)), (768, (16_200,) * 3), (769, None)],
)
def test_barriers_of_many_chips(chips, barrier):
    found = Davies(LOIHI1).barrier(32, chips)
    assert (None if found is None else tuple(found)) == barrier
    assert [fact.grade for _, fact in CHIP_BARRIERS] == ["paper", "paper"]


def test_a_router_that_is_too_slow_delays_the_step():
    # 1000 neurons with one synapse on each of 3 far cores: 3000 messages leave the tile, 1000 synapses on each core
    net = Network()
    p, q = net.population("p", 1000, vth=0, bias=1), net.population("q", 3, vth=HIGH)
    net.connect(p, q, np.ones((3, 1000), int))
    net.probe(p)
    placement = net.place(strategy={"p": 0, "q": [4, 8, 12]}, chip=replace(LOIHI1, tile_gspikes=0.1))
    estimate = placement.estimate(Emulator(net).run(2))
    assert estimate.time["routers"] == pytest.approx(2 * (3000 / 0.1 - 1000 * 8.4))
    assert placement.estimate(Emulator(net).run(2), figures="board").time.keys() == {"cores", "barrier"}


def test_steps_may_have_a_least_duration():
    placement, recording = relay()
    estimate = placement.estimate(recording, step_ns=1e6)
    assert estimate.total_time == pytest.approx(6e6)
    assert estimate.time["waiting"] == pytest.approx(6e6 - placement.estimate(recording).total_time)
    assert estimate.total_energy == placement.estimate(recording).total_energy
    assert np.all(estimate.step_time == 1e6)


# ------------------------------------------------------------ inferences
def test_samples_are_inferences():
    net = Network()
    source = net.input("source", 2, spikes=((), ()))
    p = net.population("p", 4, vth=1, dv=4096)
    net.connect(source, p, np.full((4, 2), 100))
    net.probe(source)
    net.probe(p, ["spikes", "u", "v"])
    samples = np.zeros((3, 5, 2), int)
    samples[:, 0, 0] = samples[1, 4, 1] = 1
    recording = Emulator(net).run_samples(5, {"source": samples})
    estimate = net.place().estimate(recording)
    assert (estimate.samples, estimate.steps, estimate.counts["synaptic_events"]) == (3, 15, 16)
    assert estimate.counts["active_updates"] == 16  # nothing goes on from one sample to the next
    assert estimate.energy_per_inference == pytest.approx(estimate.total_energy / 3)
    assert estimate.time_per_inference == pytest.approx(estimate.total_time / 3)
    assert estimate.time_per_step == pytest.approx(estimate.time_per_inference / 5)
    one = net.place().estimate(recording.sample(1))
    assert one.counts["synaptic_events"] == 8


def test_events_of_one_sample_do_not_arrive_in_the_next():
    net = Network()
    p, q = net.population("p", 1, vth=0, bias=1), net.population("q", 1, vth=HIGH)
    source = net.input("source", 1, spikes=((), ()))
    net.connect(p, q, [[1]], delays=3)
    net.connect(source, p, [[1]])
    net.probe(p)
    recording = Emulator(net).run_samples(5, {"source": np.zeros((2, 5, 1), int)})
    # p always; q from step 4 on, when the spike of step 0 arrives
    assert net.place().estimate(recording).counts["active_updates"] == 2 * (5 + 1)


# ------------------------------------------------------------ what is not known
def test_without_probes_of_state_activity_is_bounded():
    placement, recording = relay(state=False)
    known, open_ended = relay()[0].estimate(relay()[1]), placement.estimate(recording)
    low, high = open_ended.bounds["counts.active_updates"]
    # at least the neurons with events, at most all that ever had some
    assert (low, high) == (2 * 2 + 2 * 3, 6 * 2 + 5 * 3)
    assert low <= known.counts["active_updates"] <= high
    assert open_ended.counts["active_updates"] == (low + high) / 2
    assert open_ended.bounds["energy.neuron"] == pytest.approx((30 * 52 + 29 * low, 30 * 52 + 29 * high))
    assert open_ended.bounds["energy"][0] <= known.total_energy <= open_ended.bounds["energy"][1]
    assert open_ended.bounds["time"][0] <= known.total_time <= open_ended.bounds["time"][1]
    assert any('"p", "q"' in note and "u and v" in note for note in open_ended.notes)
    assert not any("u and v" in note for note in known.notes)


def test_neurons_with_bias_or_noise_are_active():
    net = Network()
    net.population("biased", 3, vth=HIGH, bias=[0, 1, 2])
    net.population("noisy", 4, vth=HIGH, noise=Noise("v", 3, enabled=[True, False, False, False]))
    net.population("begun", 2, vth=HIGH, v=[5, 0])
    estimate = net.place().estimate(Emulator(net).run(10))
    assert estimate.bounds["counts.active_updates"] == (30, 40)  # of "begun" one may have had it in every step


@pytest.mark.parametrize(("du", "steps"), [(2048, 2), (4096, 1)])
def test_a_current_that_outlasts_the_step_makes_its_neuron_active(du, steps):
    net = Network()
    p = net.population("p", 1, vth=0, du=du, u=3)
    net.probe(p, ["spikes", "u", "v"])
    recording = Emulator(net).run(5)
    # 3 decays to 1 and makes the neuron spike; in the next step the 1 is lost, and nothing else is there
    assert recording["p.u"].ravel().tolist() == [int(du < 4096), 0, 0, 0, 0]
    assert net.place().estimate(recording).counts["active_updates"] == steps


def test_a_run_that_goes_on_may_begin_with_state():
    net = Network()
    net.population("p", 3, vth=HIGH)
    emulator = Emulator(net)
    emulator.run(5)
    estimate = net.place().estimate(emulator.run(10))
    assert estimate.bounds["counts.active_updates"] == (0, 30)
    net = Network()
    p = net.population("p", 3, vth=HIGH)
    net.probe(p, ["spikes", "u", "v"])
    emulator = Emulator(net)
    emulator.run(5)
    assert net.place().estimate(emulator.run(10)).bounds["counts.active_updates"] == (0, 3)  # the first step


def uneven(probed):
    """One neuron of 4 has all 8 synapses; only it spikes."""
    net = Network()
    p, q = net.population("p", 4, vth=50, bias=[60, 0, 0, 0], bias_exp=6), net.population("q", 8, vth=HIGH)
    net.connect(p, q, (np.zeros(8, int), np.arange(8), 1))
    for node in (p, q):
        if probed:
            net.probe(node)
    return net.place(strategy={"p": 0, "q": 5}).estimate(Emulator(net).run(12))


def test_spikes_without_a_probe_are_spread_evenly_and_bounded():
    exact, mean = uneven(True), uneven(False)
    assert (exact.counts["spikes"], exact.counts["synaptic_events"]) == (12, 96)
    assert (mean.counts["spikes"], mean.counts["synaptic_events"]) == (12, pytest.approx(96 / 4))
    # 12 spikes in 12 steps: all of one neuron, with none or with 8 synapses each
    assert mean.bounds["counts.synaptic_events"] == (0, 96)
    assert "counts.spikes" not in mean.bounds
    for key in ("energy", "energy.synapse", "energy.hop", "time"):
        low, high = mean.bounds[key]
        value = {"energy": exact.total_energy, "time": exact.total_time}.get(key, exact.energy.get(key[7:]))
        assert low <= value <= high, key
    assert mean.step_energy is None and mean.step_time is None and mean.slowest_step is None
    assert any('Spikes of "p" were not recorded' in note for note in mean.notes)


def test_even_spikes_need_no_probe():
    def one(probed):
        net = Network()
        p, q = net.population("p", 6, vth=0, bias=1), net.population("q", 4, vth=HIGH, bias=1)
        net.connect(p, q, np.ones((4, 6), int))
        if probed:
            net.probe(p)
        return net.place(strategy={"p": 0, "q": 9}).estimate(Emulator(net).run(9))

    with_probe, without = one(True), one(False)
    assert without.counts == pytest.approx(with_probe.counts)
    assert without.energy == pytest.approx(with_probe.energy)
    assert without.time == pytest.approx(with_probe.time)
    assert "energy" not in without.bounds


# ------------------------------------------------------------ learning
def test_learning_updates():
    net = Network()
    source = net.input("source", 3, spikes=([0, 1, 5], [0, 0, 1]))
    q = net.population("q", 4, vth=HIGH)
    rule = LearningRule(dw="x1*y0", x1=Trace(16, 10), y1=Trace(16, 10), t_epoch=2)
    net.connect(source, q, np.ones((4, 3), int), sign_mode="mixed", learning=rule)
    net.probe(source)
    estimate = net.place().estimate(Emulator(net).run(7))
    # epochs end in steps 1, 3 and 5: neuron 0 spiked in the first (once counted), neuron 1 in the last
    assert estimate.bounds["counts.learning_updates"] == (2 * 4, 3 * 12)
    assert estimate.energy["learning"] == pytest.approx(120 * (8 + 36) / 2)
    assert any(note.startswith("Learning") for note in estimate.notes)
    assert "learning" not in net.place().estimate(Emulator(net).run(7), figures="board").energy


def test_a_neurons_spike_counts_for_learning_in_the_next_step():
    net = Network()
    p, q = net.population("p", 1, vth=1, bias=100, refractory=63), net.population("q", 5, vth=HIGH)
    rule = LearningRule(dw="x1*y0", x1=Trace(16, 10), y1=Trace(16, 10), t_epoch=4)
    net.connect(p, q, np.ones((5, 1), int), sign_mode="mixed", learning=rule)
    net.probe(p)
    emulator = Emulator(net)
    recording = emulator.run(12)
    assert recording.spikes("p").times.tolist() == [0]
    assert net.place().estimate(recording).bounds["counts.learning_updates"] == (5, 15)


# ------------------------------------------------------------ chips
def test_of_loihi_2_there_are_counts_and_reasons():
    net = Network(chip=LOIHI2)
    p, q = net.population("p", 2, vth=0, bias=1), net.population("q", 3, vth=HIGH)
    net.connect(p, q, np.ones((3, 2), int))
    net.probe(p)
    recording = Emulator(net).run(4)
    estimate = net.place(strategy={"p": 0, "q": 1}).estimate(recording)
    assert (estimate.counts["spikes"], estimate.counts["synaptic_events"], estimate.counts["messages"]) == (8, 24, 8)
    assert estimate.memory["synaptic_bits"] > 0
    assert {k for k, v in estimate.energy.items() if v is None} == {"synapse", "neuron", "spike", "hop"}
    assert (estimate.total_energy, estimate.total_time, estimate.static_energy) == (None, None, None)
    assert estimate.step_energy is None and estimate.step_time is None
    assert "no primary table" in estimate.reasons["energy.synapse"]
    assert "hops_x" not in estimate.counts
    assert "unknown" in repr(estimate)
    board = net.place(strategy={"p": 0, "q": 1}).estimate(recording, figures="board")
    assert board.total_energy is None and "of Loihi 1, not of Loihi 2" in board.reasons["energy.soma"]


def test_a_chip_of_ones_own_with_energies():
    net = Network(chip=LOIHI2)
    net.population("p", 5, vth=0, bias=1)
    mine = replace(LOIHI2, active_pj=10.0, inactive_pj=1.0, synop_pj=2.0, tile_spike_pj=1.0, barrier_pj=7.0)
    estimate = net.place(chip=mine).estimate(Emulator(net).run(3))
    assert estimate.energy == {"synapse": 0, "neuron": 150, "learning": 0, "spike": 0, "hop": 0, "barrier": 21}
    assert estimate.total_energy == 171
    assert estimate.total_time is None


def test_figures_of_the_board_have_sources_and_doubts():
    assert all(fact.grade == "code" and "SANA-FE" in fact.source and fact.doubt for fact in BOARD.values())
    assert BOARD["hop_x_pj"].value == LOIHI1.hop_x_pj
    assert BOARD["axon_out_pj"].shown == "111.0 pJ"


# ------------------------------------------------------------ errors
def test_what_cannot_be_estimated():
    placement, recording = relay()
    with pytest.raises(UnknownNameError, match='did you mean "davies2018"'):
        placement.estimate(recording, figures="davis2018")
    with pytest.raises(UnknownNameError, match="board"):
        placement.estimate(recording, figures=["davies2018", "board"])
    with pytest.raises(ValidationError, match="0 steps"):
        placement.estimate(Emulator(placement.network).run(0))
    with pytest.raises(ValidationError, match="a Recording"):
        placement.estimate(None)
    for step_ns in (-1, np.inf, np.nan, [1.0, 2.0], "1"):
        with pytest.raises(ValidationError, match="estimate, step_ns: got"):
            placement.estimate(recording, step_ns=step_ns)
    other = Network("other")
    other.population("p", 3, vth=1)
    with pytest.raises(ValidationError, match=r'none of "source".*network "relay"'):
        placement.estimate(Emulator(other).run(1))
    more = placement.network.copy()
    more.population("r", 1, vth=1)
    with pytest.raises(ValidationError, match='1 neurons of "r"'):
        placement.estimate(Emulator(more).run(1))


def test_it_shows_itself():
    net = Network("<b>")
    net.population("p", 3, vth=1, bias=100)
    estimate = net.place().estimate(Emulator(net).run(10))
    text, page = repr(estimate), estimate._repr_html_()
    assert 'Estimate of "<b>" on Loihi 1: 10 steps, 1 inference; 1 core on 1 tile of 1 chip' in text
    assert "2.43 nJ" in text and "energy, neuron" in page
    assert "<b>" not in page and "&lt;b&gt;" in page
    assert [len(row) for row in estimate.table()] == [5] * len(estimate.table())


@pytest.mark.parametrize(("figure", "value"), [("synop_pj", -1.0), ("hop_x_ns", "3"), ("static_mw", np.nan)])
def test_figures_of_a_chip_of_ones_own_are_numbers(figure, value):
    net = Network("own")
    net.probe(net.population("cells", 3, vth=1, bias=1))
    placement, recording = net.place(chip=replace(LOIHI1, **{figure: value})), Emulator(net).run(2)
    with pytest.raises(ValidationError, match=f"Loihi 1, {figure}: got"):
        placement.estimate(recording)
