"""v as a chip's probe reads it: 128 for each refractory step that is left, the step of the spike included."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from profiles import at_most

from loihi_emu import Conv2D, Emulator, Network, ValidationError


def driven(rules="chip", view="chip", refractory=1, size=6, seed=0, **probing):
    net = Network("n", rules=rules, seed=seed)
    drive = net.input("drive", 4, rate=0.4)
    own = {} if rules == "lava" else {"refractory": refractory}
    other = net.population("other", 3, vth=5, du=2048)
    cells = net.population("cells", size, vth=20, du=1000, dv=300, **own)
    rng = np.random.default_rng(seed)
    for post in (other, cells):
        net.connect(drive, post, rng.integers(1, 40, (post.size, 4)), name=f"to {post.name}")
    net.probe(cells, ["spikes", "u", "v"], view=view, **probing)
    net.probe(other)
    return net


def seen(spikes, v, refractory):
    """Plain Python: what the documentation says, from spikes and the state v."""
    steps, size = v.shape
    period = np.broadcast_to(refractory, size)
    found = v.copy()
    for time, index in zip(spikes.times.tolist(), spikes.indices.tolist(), strict=True):
        for k in range(int(period[index])):
            if time + k < steps:
                found[time + k, index] = 128 * (int(period[index]) - k)
    return found


def both(rules="chip", steps=60, **options):
    plain = Emulator(driven(rules, "state", **options)).run(steps)
    chip = Emulator(driven(rules, "chip", **options)).run(steps)
    return plain, chip


@at_most(30)
@given(st.data())
def test_the_counter_follows_every_spike(data):
    rules = data.draw(st.sampled_from(["chip", "lava", "nengo_loihi", "brian2_loihi"]))
    size = data.draw(st.integers(1, 8))
    refractory = data.draw(st.one_of(st.integers(1, 63), st.lists(st.integers(1, 9), min_size=size, max_size=size)))
    refractory = 1 if rules == "lava" else refractory
    plain, chip = both(rules, refractory=refractory, size=size, seed=data.draw(st.integers(0, 99)))
    assert chip["cells.v"].tolist() == seen(plain.spikes("cells"), plain["cells.v"], refractory).tolist()
    assert chip["cells.u"].tolist() == plain["cells.u"].tolist()
    for name in ("cells", "other"):
        assert chip.spikes(name).times.tolist() == plain.spikes(name).times.tolist()
    assert chip["cells.v"].dtype == plain["cells.v"].dtype


def test_there_were_spikes_to_see():
    plain, chip = both(refractory=3)
    assert len(plain.spikes("cells")) > 10
    assert {128, 256, 384} <= set(chip["cells.v"].ravel().tolist())


def test_subsets_intervals_and_slices():
    plain, chip = both(refractory=4, neurons=[1, 4], every=3)
    whole = both(refractory=4)[1]
    assert plain["cells.v"].shape == chip["cells.v"].shape
    assert chip["cells.v"].tolist() == whole["cells.v"][::3, [1, 4]].tolist()


@pytest.mark.parametrize("cut", [1, 7, 23])
def test_runs_may_be_cut_saved_and_rebuilt(tmp_path, cut):
    whole = Emulator(driven(refractory=5)).run(40)["cells.v"]
    emulator = Emulator(driven(refractory=5))
    first = emulator.run(cut)["cells.v"]
    assert emulator.get("cells", "v", view="chip").tolist() == whole[cut - 1].tolist()
    path = emulator.save(tmp_path / "cut.npz")
    emulator.set("to cells", "weights", emulator.get("to cells", "weights"))  # makes the image anew
    assert np.concatenate([first, emulator.run(40 - cut)["cells.v"]]).tolist() == whole.tolist()
    other = Emulator(driven(refractory=5))
    other.restore(path)
    assert other.get("cells", "v", view="chip").tolist() == whole[cut - 1].tolist()
    assert other.run(40 - cut)["cells.v"].tolist() == whole[cut:].tolist()


def test_samples_begin_without_counters():
    emulator = Emulator(driven(refractory=9))
    rates = np.array([[0.9] * 4, [0.0] * 4])
    recording = emulator.run_samples(30, {"drive": rates})
    assert (recording.sample(0)["cells.v"] >= 128).any()
    assert not recording.sample(1)["cells.v"].any()


def test_a_counter_that_is_set_is_seen():
    net = Network()
    net.population("cells", 2, vth=9)
    net.probe("cells", "v", view="chip")
    emulator = Emulator(net)
    emulator.set("cells", "rest", [3, 0])
    assert emulator.get("cells", "v", view="chip").tolist() == [512, 0]
    assert emulator.run(5)["cells.v"][:, 0].tolist() == [384, 256, 128, 0, 0]
    assert emulator.get("cells", "v").tolist() == [0, 0]


def test_files_keep_the_view(tmp_path):
    net = driven()
    net.save(tmp_path / "n.npz")
    again = Network.load(tmp_path / "n.npz")
    assert [p.view for p in again.probes] == ["chip", "state"]
    assert Emulator(again).run(20)["cells.v"].tolist() == Emulator(net).run(20)["cells.v"].tolist()
    assert "v as read on a chip" in repr(net.probes[0])


@pytest.mark.parametrize(
    ("probe", "said"),
    [
        (lambda net: net.probe("cells", "v", view="silicon"), 'unknown view "silicon"'),
        (lambda net: net.probe("cells", ["u", "spikes"], view="chip"), '"chip" without v'),
        (lambda net: net.probe("drive", view="chip"), "an input"),
        (lambda net: net.probe("ternary", "v", view="chip"), "ternary_lif"),
        (lambda net: net.probe("cells", "v", chip=True), 'did you mean "view"'),
    ],
)
def test_views_that_do_not_exist_are_errors(probe, said):
    net = Network(rules="lava")
    net.input("drive", 2)
    net.population("cells", 2)
    net.population("ternary", 2, model="ternary_lif")
    with pytest.raises(ValidationError, match=said):
        probe(net)


def test_floats_and_connections_have_none():
    net = Network(rules="float")
    net.population("cells", 2, vth=1)
    with pytest.raises(ValidationError, match="rules with integers"):
        net.probe("cells", "v", view="chip")
    net = driven(view="state")
    with pytest.raises(ValidationError, match='only "state" for connections'):
        net.probe("to cells", "weights", view="chip")


def test_get_says_what_it_needs():
    emulator = Emulator(driven(view="state"))
    with pytest.raises(ValidationError, match=r'net\.probe\("cells", "v", view="chip"\)'):
        emulator.get("cells", "v", view="chip")
    emulator = Emulator(driven())
    assert emulator.get("cells", "u", view="chip").tolist() == emulator.get("cells", "u").tolist()


def test_convolutions_and_large_groups_are_seen_alike():
    """Populations side by side in one group, and one that stands alone."""
    net = Network(seed=3)
    image = net.input("image", (6, 6, 1), rate=0.3)
    layer = net.population("layer", (5, 5, 2), vth=3, refractory=2)
    net.connect(image, layer, Conv2D(np.arange(8).reshape(2, 2, 2, 1)))
    net.probe(layer, ["spikes", "v"], view="chip")
    recording = Emulator(net).run(30)
    spikes = recording.spikes("layer")
    assert len(spikes)
    assert (recording["layer.v"][spikes.times, spikes.indices] == 256).all()
