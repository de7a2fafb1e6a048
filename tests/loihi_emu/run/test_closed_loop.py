"""Steps one by one, with events that come just before each: a closed loop."""

import pickle
import signal
import sys
import threading
import warnings

import numpy as np
import pytest
from closed_loops import SIZE, network, refused
from hypothesis import given, settings
from hypothesis import strategies as st

from loihi_emu import Emulator, LoihiInputWarning, LoihiOverflowWarning, Network, Recording, SimulationError
from loihi_emu.errors import UnknownNameError
from loihi_emu.learning import signed_reward_stdp

BIG = (1 << 17) - 1


def same(one, other):
    assert one.names == other.names and one.stats == other.stats
    for name in one.names:
        if name.endswith(".spikes"):
            a, b = one.spikes(name[:-7]), other.spikes(name[:-7])
            assert a.times.tolist() == b.times.tolist() and a.indices.tolist() == b.indices.tolist()
            assert (a.payloads is None) == (b.payloads is None) or b.payloads is None or a.payloads is None
            assert np.array_equal(1 if a.payloads is None else a.payloads, 1 if b.payloads is None else b.payloads)
        else:
            assert np.array_equal(one[name], other[name])


EVENTS = st.lists(
    st.dictionaries(st.integers(0, SIZE - 1), st.integers(-3, 300).filter(bool), max_size=SIZE), min_size=1, max_size=25
)
FORMS = ("list", "array", "booleans", "uint8", "shuffled", "numbers of floats")


@settings(deadline=None)
@given(steps=EVENTS, form=st.sampled_from(FORMS), cut=st.integers(0, 24))
def test_events_sent_step_by_step_are_events_listed_beforehand(tmp_path_factory, steps, form, cut):
    listed = [(t, i) for t, events in enumerate(steps) for i in sorted(events)]
    times, indices = ([e[k] for e in listed] for k in (0, 1))
    whole = Emulator(network(spikes=(times, indices))).run(len(steps))
    emulator = Emulator(network())
    for t, events in enumerate(steps):
        if t == cut:  # a checkpoint in the middle, in another emulator
            path = emulator.save(tmp_path_factory.mktemp("cut") / "state.npz")
            before, emulator = emulator.recording, Emulator(network())
            emulator.restore(path)
            same(before, whole.part(0, t)) if t and not before.stats else None
        mask = np.isin(np.arange(SIZE), list(events))
        rising = np.flatnonzero(mask)
        made = {
            "list": rising.tolist(), "array": rising, "booleans": mask, "uint8": rising.astype(np.uint8),
            "shuffled": rising[::-1].tolist(), "numbers of floats": rising.astype(float),
        }  # fmt: skip
        seen = emulator.step({"source": made[form]})
        here = whole.part(t, t + 1)
        assert seen["cells"].tolist() == here.spikes("cells").indices.tolist()
        assert seen["source"].tolist() == rising.tolist()
        assert np.array_equal(seen["cells.v"], here["cells.v"][0])
    if cut >= len(steps):
        same(emulator.recording, whole)


@settings(deadline=None)
@given(steps=EVENTS)
def test_payloads_sent_step_by_step(steps):
    listed = [(t, i, p) for t, events in enumerate(steps) for i, p in sorted(events.items())]
    times, indices, payloads = ([e[k] for e in listed] for k in (0, 1, 2))
    net = network(graded=True)
    emulator, whole = Emulator(net), Emulator(net)
    whole.set_input("source", spikes=(times, indices), payloads=payloads)
    whole.run(len(steps))
    for events in steps:
        seen = emulator.step({"source": (list(events), list(events.values()))})
        if seen.payloads:
            assert seen.payloads["source"].tolist() == [p for _, p in sorted(events.items())]
    same(emulator.recording, whole.recording)


def learns():
    net = Network(seed=2)
    cue, action = net.input("cue", 4), net.population("action", 3, vth=60, du=900, dv=300)
    reward = net.input("reward", 1, spikes=([0], [0]), payloads=[0])
    rule = signed_reward_stdp(0.25, 0, rate=2**-7, forget=2**-5)
    net.connect(
        cue, action, np.full((3, 4), 60), learning=rule, factors={"y3": reward}, sign_mode="excitatory", name="w"
    )
    return net


@pytest.mark.filterwarnings("ignore::loihi_emu.LoihiInputWarning")  # listed rewards that are all 1
@settings(deadline=None)
@given(st.lists(st.tuples(st.sets(st.integers(0, 3)), st.none() | st.integers(-20, 20)), min_size=1, max_size=40))
def test_rewards_sent_step_by_step_teach_as_listed_ones(steps):
    """A value stays until another takes its place, a 0 among them."""
    cues = [(t, i) for t, (cue, _) in enumerate(steps) for i in sorted(cue)]
    rewards = [(0, 0)] * (steps[0][1] is None) + [(t, r) for t, (_, r) in enumerate(steps) if r is not None]
    listed, stepped = Emulator(learns()), Emulator(learns())
    listed.set_input("cue", spikes=([t for t, _ in cues], [i for _, i in cues]))
    listed.set_input("reward", spikes=([t for t, _ in rewards], [0] * len(rewards)), payloads=[r for _, r in rewards])
    listed.run(len(steps))
    for cue, reward in steps:
        events = {"cue": sorted(cue)} | ({} if reward is None else {"reward": ([0], [reward])})
        stepped.step(events)
    for variable in ("weights", "tags", "y3"):
        assert np.array_equal(listed.get("w", variable), stepped.get("w", variable)), variable


def test_what_is_listed_for_a_step_gives_way_to_what_is_sent_in_it():
    emulator = Emulator(network(spikes=([1, 2, 3], [1, 2, 3])))
    seen = [emulator.step(events)["source"].tolist() for events in (None, {}, {"source": [5, 0]}, {}, {"source": []})]
    assert seen == [[], [1], [0, 5], [3], []]
    emulator.reset()  # what was sent is gone, what is listed is not
    assert emulator.run(5).spikes("source").indices.tolist() == [1, 2, 3]


def test_steps_runs_and_samples_mix():
    emulator = Emulator(network(spikes=([4, 9], [4, 5])))
    emulator.run(2)
    emulator.step({"source": 3})
    emulator.run(7)
    spikes = emulator.recording.spikes("source")
    assert (spikes.times.tolist(), spikes.indices.tolist()) == ([2, 4, 9], [3, 4, 5])
    emulator.run_samples(3, {"source": [([0], [1]), ([1], [2])]})
    emulator.step({"source": [0]})
    assert emulator.recording.steps == emulator.step == 1  # recordings of samples do not go on in those of a run


def test_the_names_of_what_is_seen():
    net = network()
    cells = net["cells"]
    emulator = Emulator(net)
    seen = emulator.step({net["source"]: [1]})
    assert list(seen) == ["cells", "source", "cells.v"] and seen[cells] is seen["cells"] and not seen.payloads
    with pytest.raises(UnknownNameError, match=r'"cell".*did you mean "cells".*network\.probe'):
        seen["cell"]
    assert dict(seen).keys() == seen.keys() and emulator.recording.steps == 1


def test_state_is_seen_in_steps_in_which_it_is_recorded():
    net = Network()
    net.probe(net.population("cells", 2, vth=BIG, bias=[1, 2]), "v", every=2)
    emulator = Emulator(net)
    assert [list(map(list, emulator.step().values())) for _ in range(3)] == [[[1, 2]], [], [[3, 6]]]


def test_inputs_without_a_plain_axis_and_neurons_of_a_probe():
    net = Network()
    camera = net.input("camera", (2, 3))
    net.probe(camera, neurons=[1, 4])
    emulator = Emulator(net)
    frame = np.zeros((2, 3), bool)
    frame[0, 1] = frame[1, 1] = frame[1, 2] = True
    assert emulator.step({"camera": frame})["camera"].tolist() == [1, 4]
    assert emulator.step({"camera": frame.ravel()})["camera"].tolist() == [1, 4]
    refused({"camera": frame.T}, "booleans of shape (3, 2)", "booleans of shape (2, 3)", emulator=Emulator(net))


def test_what_was_sent_for_a_step_is_gone_however_that_step_comes_again(tmp_path):
    emulator = Emulator(network(spikes=([0, 1], [4, 5])))
    start = emulator.save(tmp_path / "start.npz")
    for back in (
        emulator.reset,
        lambda: emulator.restore(start),
        lambda: emulator.run_samples(1, {"noise": [[0] * 4]}),
    ):
        assert [emulator.step({"source": [k]})["source"].tolist() for k in (1, 2)] == [[1], [2]]
        emulator.set("cells", "vth", 70)
        back()
        assert [emulator.step()["source"].tolist() for _ in range(2)] == [[4], [5]]
        emulator.reset()


@pytest.mark.parametrize("threads", [1, 2])
def test_threads_that_step_one_emulator_lose_nothing(threads):
    emulator = Emulator(network(), threads=threads)

    def act(neuron):
        for _ in range(100):
            seen = emulator.step({"source": [neuron]})
            assert seen["source"].tolist() == [neuron]

    both = [threading.Thread(target=act, args=(k,)) for k in (1, 2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert emulator.step == 200
    counts = np.bincount(emulator.recording.spikes("source").indices, minlength=SIZE)
    assert counts.tolist() == [0, 100, 100, 0, 0, 0]


def test_an_input_by_name_and_as_an_object():
    net = network()
    refused({"source": [1], net["source"]: [2]}, "twice", emulator=Emulator(net))


def test_payloads_that_nothing_reads_are_told_once():
    emulator = Emulator(network())
    with pytest.warns(LoihiInputWarning, match="payloads"):
        emulator.step({"source": ([0, 2], [7, 7])})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert emulator.step({"source": ([3, 1], 9)}).payloads["source"].tolist() == [9, 9]
        assert emulator.step({"source": [3]}).payloads["source"].tolist() == [1]
    assert emulator.recording.spikes("source").payloads.tolist() == [7, 7, 9, 9, 1]


def test_events_of_payload_0_that_do_not_count_are_told_once():
    emulator = Emulator(network())
    with pytest.warns(LoihiInputWarning, match='1 events of input "source" with payload 0 do not act'):
        assert emulator.step({"source": ([0, 2], [1, 0])})["source"].tolist() == [0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert emulator.step({"source": ([3, 1], [0, 1])})["source"].tolist() == [1]


def several(emulator):
    for _ in range(20):
        emulator.step()


def test_overflow_in_a_step():
    net = Network()
    net.population("cell", 1, vth=BIG, du=0, u=(1 << 23) - 10, bias=1000)
    warns, raises = Emulator(net, overflow="warn"), Emulator(net, overflow="raise")
    with pytest.warns(LoihiOverflowWarning):
        several(warns)
    with pytest.raises(SimulationError, match="left their fields"):
        several(raises)


def test_the_number_of_a_step():
    emulator = Emulator(network())
    assert emulator.step == 0 and isinstance(emulator.step, int) and emulator.step + 1 == 1
    run = emulator.step
    run()
    run({"source": [1]})
    assert emulator.step == 2 and run == 0 and pickle.loads(pickle.dumps(emulator.step)) == 2
    assert Emulator(network()).step()["cells"].tolist() == []  # the step keeps its emulator


def test_a_full_block_is_followed_by_another():
    net = Network()
    net.probe(net.population("cells", 3, vth=1, bias=100), ["spikes", "v"])
    emulator = Emulator(net)
    for _ in range(3000):
        assert emulator.step()["cells"].tolist() == [0, 1, 2]
    assert len(emulator.recording.spikes("cells")) == 9000 and emulator.recording["cells.v"].shape == (3000, 3)
    emulator.forget()
    emulator.step()
    assert emulator.recording.steps == 1 and emulator.recording.start == 3000


def test_recordings_of_steps_are_saved(tmp_path):
    emulator = Emulator(network())
    for k in range(5):
        emulator.step({"source": [k]})
    again = Recording.load(emulator.recording.save(tmp_path / "r"))
    assert again.spikes("source").indices.tolist() == [0, 1, 2, 3, 4] and again.info["wall_s"] > 0


def test_a_step_during_a_run_is_refused():
    emulator, told = Emulator(network()), []

    def beside(*_):
        try:
            emulator.step({"source": [1]})
        except SimulationError as error:
            told.append(str(error))

    emulator._check_overflow = beside
    thread = threading.Thread(target=lambda: emulator.run(10))
    thread.start()
    thread.join()
    assert told and "step(): called from inside run()" in told[0]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such timer")
def test_interrupts_at_any_moment_send_nothing_later():
    emulator, armed = Emulator(network()), []

    def handler(*_):
        if armed:
            armed.clear()
            raise KeyboardInterrupt

    def act():
        while armed:  # a function, since CPython 3.13 leaves the jump of a loop out of the "try" around it
            emulator.step({"source": [1]})

    before = signal.signal(signal.SIGALRM, handler)
    try:
        for k in range(60):
            try:
                armed.append(1)
                signal.setitimer(signal.ITIMER_REAL, 0.0002 + 0.000007 * k)
                act()
            except KeyboardInterrupt:
                pass
            emulator.forget()
            now = emulator.step
            emulator.run(1)  # the step that was interrupted may be this one, but for what was to be sent
            assert emulator.step == now + 1 and emulator.run(2).spikes("source").indices.tolist() == []
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
