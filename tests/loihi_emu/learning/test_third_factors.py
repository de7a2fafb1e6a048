"""Third factors: what of them acts, what is refused, and what is told."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import complains

from loihi_emu import Emulator, LearningRule, LoihiInputWarning, Network, Trace
from loihi_emu.learning import homeostatic, learning_window, pair_stdp, pes, reward_stdp, signed_reward_stdp
from loihi_emu.validation.oracle import Oracle

pytestmark = pytest.mark.filterwarnings("error")

TIMES = np.arange(20, 500, 20)


def taught(rule, payloads, reward="listed", **options):
    """Ten Poisson inputs onto five neurons; a reward at every 20th step."""
    net = Network("n", seed=1)
    pre, post = net.input("pre", 10, rate=0.05), net.population("post", 5, vth=300, du=1000, dv=300)
    node = {
        "listed": lambda: net.input("reward", 1, spikes=(TIMES, np.zeros(24, int)), payloads=payloads),
        "rate": lambda: net.input("reward", 1, rate=0.1),
        "population": lambda: net.population("reward", 1, vth=9),
        "none": lambda: None,
    }[reward]()
    factors = {} if node is None else {"factors": {"y3": node}}
    net.connect(pre, post, 100, learning=rule, name="x", sign_mode="excitatory", **factors, **options)
    return Emulator(net)


def pulses(value):
    """A value for one step at every 20th: events, and zeros that end them."""
    return {
        "spikes": (np.r_[TIMES, TIMES + 1], np.zeros(48, int)),
        "payloads": np.r_[np.full(24, value), np.zeros(24, int)],
    }


def learned(emulator):
    emulator.run(500)
    return emulator.get("x", "weights").mean()


# ------------------------------------------------------------ signs
def test_reward_and_punishment_teach_the_opposite():
    net = taught(signed_reward_stdp(), np.ones(24, int) * 2)
    found = {}
    for value in (40, 10, 0, -10, -40):
        net.reset()
        net.set("x", "weights", np.full((5, 10), 100))
        net.set_input("reward", **pulses(value))
        found[value] = learned(net)
    assert found[40] > found[10] > found[0] == 100 > found[-10] > found[-40]


def test_a_reward_that_would_lose_its_sign_is_refused():
    texts = ['"x", third factor y3', "negative", "sign", "signed_reward_stdp"]
    complains(lambda: taught(reward_stdp(), np.full(24, -40)), texts)
    complains(
        lambda: taught(LearningRule(dw="u0*x1*y3", x1=Trace(3, 4), y3=Trace(2, 4)), np.r_[-1, np.ones(23)]), texts
    )
    emulator = taught(reward_stdp(), None)
    complains(lambda: emulator.set_input("reward", spikes=([3], [0]), payloads=[-2]), texts)
    complains(lambda: emulator.run_samples(4, {"reward": np.full((2, 4, 1), -1)}), texts)
    signed = taught(signed_reward_stdp(), np.full(24, -4))
    complains(lambda: signed.set("x", "rule", reward_stdp()), texts)
    assert signed.get("x", "rule") == signed_reward_stdp()


def test_amounts_that_are_only_counted_are_told():
    with pytest.warns(LoihiInputWarning, match=r'"x", third factor y3: payloads of 24 of 24 events .* do not act'):
        emulator = taught(reward_stdp(), np.full(24, 40))
    with pytest.warns(LoihiInputWarning, match="payloads of 1 of 2 events"):
        emulator.set_input("reward", spikes=([3, 4], [0, 0]), payloads=[1, 7])
    with pytest.warns(LoihiInputWarning, match="payloads of 8 of 8 events") as caught:
        emulator.run_samples(4, {"reward": np.full((2, 4, 1), 3)})
    assert len(caught) == 1 and caught[0].filename == __file__


def test_what_is_counted_teaches_alike_whatever_it_says_and_without_warning():
    assert learned(taught(reward_stdp(), None)) == learned(taught(reward_stdp(), np.ones(24, int))) > 100


# ------------------------------------------------------------ partners
@pytest.mark.parametrize(
    ("rule", "name"),
    [
        (reward_stdp(), "y3"),
        (signed_reward_stdp(), "y3"),
        (pes(), "y1"),
        (homeostatic(reward_stdp()), "y3"),
        (homeostatic(signed_reward_stdp(), 0.125), "y3"),
        (LearningRule(dw="x1*y0", x1=Trace(1, 5), y2=Trace(3, 4), needs=("y2",)), "y2"),
    ],
)
def test_rules_that_need_a_partner_do_not_start_without(rule, name):
    complains(lambda: taught(rule, None, "none"), ['"x"', name, "factors"])
    complains(lambda: learning_window(rule, [1]), ["learning_window", "third factor", name])
    assert LearningRule.from_settings(rule.settings()) == rule and rule.needs == (name,)


def test_needs_are_names_of_traces():
    complains(lambda: LearningRule(dw="x0", needs=("x1",)), ["needs", "x1", "y3"])
    complains(lambda: LearningRule(dw="x0", needs=3), ["needs", "3"])
    assert LearningRule(dw="x0", needs="y3").needs == ("y3",)


def test_partners_that_change_nothing_are_told():
    with pytest.warns(LoihiInputWarning, match="does not read y3"):
        taught(pair_stdp(), np.arange(24) + 1)
    for node in ("rate", "population"):
        with pytest.warns(LoihiInputWarning, match=r"sends no payloads, so that y3 becomes 1"):
            taught(signed_reward_stdp(), None, node)
    with pytest.warns(LoihiInputWarning, match="sends no payloads"):
        taught(signed_reward_stdp(), None)
    with pytest.warns(LoihiInputWarning, match=r"2 of 24 values .* are cut to -128..127"):
        taught(signed_reward_stdp(), np.r_[200, -129, np.full(22, 5)])


# ------------------------------------------------------------ values and zeros
def test_a_value_of_zero_ends_a_value():
    emulator = taught(signed_reward_stdp(), np.full(24, 2))
    emulator.set_input("reward", spikes=([3, 5, 8, 9], [0] * 4), payloads=[7, 0, -9, 0])
    found = []
    for _ in range(11):
        emulator.run(1)
        found.append(int(emulator.get("x", "y3")[0]))
    assert found == [0, 0, 0, 7, 7, 0, 0, 0, -9, 0, 0]


def test_entries_of_a_dense_array_are_values_step_by_step():
    values = np.array([0, 7, 7, 0, 0, -9, 5, 0, 1, 0])
    net = Network()
    pre, post = net.input("pre", 2, rate=0.1), net.population("post", 2, vth=9)
    error = net.input("error", 2, spikes=np.stack([values, -values], axis=1))
    net.probe(net.connect(pre, post, 0, learning=pes(), factors={"y1": error}, name="x", sign_mode="mixed"), "y1")
    emulator = Emulator(net)
    assert emulator.run(10)["x.y1"].tolist() == np.stack([values, -values], axis=1).tolist()
    samples = emulator.run_samples(10, {"error": np.stack([np.stack([values, values], axis=1)] * 2)})
    assert samples["x.y1"][:, 0].tolist() == [*values, *values]


def test_zeros_are_no_events_elsewhere():
    net = Network()
    events = net.input("events", 2, spikes=([1, 2, 3], [0, 1, 0]), payloads=[3, 0, 0])
    cells = net.population("cells", 1, vth=900, dv=0)
    net.connect(events, cells, [[9, 9]], graded=True)
    net.probe(events)
    recording = Emulator(net).run(5)
    assert len(recording.spikes("events")) == 1 and recording.stats["spikes"]["events"] == 1


def test_zeros_are_in_files_and_checkpoints(tmp_path):
    emulator = taught(signed_reward_stdp(), np.full(24, 2))
    emulator.set_input("reward", **pulses(30))
    emulator.network.save(tmp_path / "net")
    emulator.run(120)
    emulator.save(tmp_path / "at")
    whole = learned(emulator)
    again = Emulator(Network.load(tmp_path / "net.npz"))
    again.restore(tmp_path / "at.npz")
    assert learned(again) == whole
    fresh = taught(signed_reward_stdp(), np.full(24, 2))
    fresh.restore(tmp_path / "at.npz")
    assert learned(fresh) == whole
    cut = Emulator(Network.load(tmp_path / "net.npz"))
    for steps in (19, 2, 1, 98):
        cut.run(steps)
    assert learned(cut) == whole


@pytest.mark.slow
@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 1, 3]), st.booleans())
def test_signed_rewards_agree_with_the_oracle(seed, t_epoch, dense):
    rng = np.random.default_rng(seed)
    net = Network("signed", seed=seed)
    pre, drive = net.input("pre", 4, rate=0.3), net.input("drive", 3, rate=0.3)
    post = net.population("post", 3, vth=60, dv=4096)
    net.connect(drive, post, np.diag([200] * 3))
    size = int(rng.choice([1, 3]))
    values = rng.integers(-128, 128, (40, size)) * (rng.random((40, size)) < 0.4)
    if dense:
        reward = net.input("reward", size, spikes=values)
    else:
        times, indices = np.nonzero(rng.random((40, size)) < 0.5)
        reward = net.input("reward", size, spikes=(times, indices), payloads=values[times, indices])
    rule = signed_reward_stdp(0.5, 0.25, 0.015625, 0.125, impulse=20.5, t_epoch=t_epoch)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LoihiInputWarning)  # nothing but ones may have been drawn
        made = net.connect(
            pre, post, rng.integers(0, 255, (3, 4)), learning=rule, factors={"y3": reward}, name="s", kind="dense",
            sign_mode="excitatory",
        )  # fmt: skip
    net.probe(made, ["weights", "tags", "y3"])
    recording, oracle = Emulator(net).run(40), Oracle(net)
    oracle.run(40)
    for variable, name in (("w", "weights"), ("t", "tags"), ("y3", "y3")):
        rows = np.asarray(recording[f"s.{name}"])
        rows = rows.swapaxes(1, 2).reshape(40, -1) if rows.ndim == 3 else rows
        assert rows.tolist() == oracle.learned["s"][variable], variable
