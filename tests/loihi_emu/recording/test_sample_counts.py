"""A part of a recording shows its own counters, or shows that it cannot."""

import pickle

import numpy as np
import pytest
from archives import read_archive
from hypothesis import given
from hypothesis import strategies as st
from messages import UNHEEDED, complains
from strategies import recipes

from loihi_emu import Emulator, Network, Recording
from loihi_emu.files.archive import write_archive
from loihi_emu.recording.file import KIND

pytestmark = UNHEEDED


def network(probed=True):
    net = Network("n", seed=1)
    zebra, ant = net.input("zebra", 10), net.input("ant", 3, rate=0.5)
    cells = net.population("cells", 20, vth=300, dv=100, bias=np.arange(20))
    net.population("big", 1, vth=1, u=(1 << 23) - 9, du=0, bias=4000)
    net.connect(zebra, cells, np.full((20, 10), 90), name="w")
    net.connect(ant, cells, np.full((20, 3), 9))
    if probed:
        net.probe(cells, ["spikes", "v"])
        net.probe(zebra)
    return net


def samples(n=4, steps=50):
    return (np.random.default_rng(3).random((n, steps, 10)) < 0.02 * np.arange(1, n + 1)[:, None, None]).astype(int)


@pytest.fixture(scope="module")
def recording():
    return Emulator(network()).run_samples(50, {"zebra": samples()})


def test_each_sample_has_its_own_counters(recording):
    for k, one in enumerate(samples()):
        part, single = recording.sample(k), Emulator(network())
        single.run_samples(1, {"zebra": samples(k + 1, 1)})  # so that the random input draws as in sample k
        single.set_input("zebra", spikes=one)
        single.image.arena["sample"][0] = k
        alone = single.run(50)
        assert part.stats == alone.stats and (part.start, part.steps) == (0, 50)
        assert f"spikes           zebra {one.sum()}, ant {alone.stats['spikes']['ant']}" in repr(part)
        assert part.populations == recording.populations and part.info["seed"] == 1
        assert 0 < part.info["wall_s"] < recording.info["wall_s"]
        assert part.info["steps_per_s"] == pytest.approx(50 / part.info["wall_s"])
    assert len({recording.sample(k).stats["synaptic_events"] for k in range(4)}) == 4
    assert sum(recording.sample(k).info["wall_s"] for k in range(4)) <= recording.info["wall_s"]


@given(recipes(poisson=False), st.integers(1, 4), st.integers(0, 2**16))
def test_counters_of_samples_add_up(recipe, count, seed):
    if not recipe.inputs:
        return
    rng = np.random.default_rng(seed)
    given_ = {n.name: (rng.random((count, recipe.steps, n.size)) < 0.3).astype(int) for n in recipe.inputs}
    whole = Emulator(recipe.network()).run_samples(recipe.steps, given_)
    parts = [whole.sample(k).stats for k in range(count)]
    for name, total in whole.stats["spikes"].items():
        assert sum(part["spikes"][name] for part in parts) == total
    for name, fields in whole.stats["overflow"].items():
        for field, total in fields.items():
            assert sum(part["overflow"][name][field] for part in parts) == total
    for key in ("synaptic_events", "convolution_wraps"):
        assert sum(part[key] for part in parts) == whole.stats[key]
    assert all(part["weights"] == whole.stats["weights"] for part in parts)


@pytest.mark.parametrize("way", ["file", "file of a file", "pickle"])
def test_files_keep_them(recording, tmp_path, way):
    def through(r):
        return pickle.loads(pickle.dumps(r)) if way == "pickle" else Recording.load(r.save(tmp_path / "r"))

    other = through(through(recording)) if way == "file of a file" else through(recording)
    for k in (0, 3, -1):
        assert other.sample(k).stats == recording.sample(k).stats
        assert other.sample(k).info == recording.sample(k).info and repr(other.sample(k)) == repr(recording.sample(k))
        assert through(recording.sample(k)).stats == recording.sample(k).stats
    assert other.names == recording.names


def test_a_file_without_them_says_what_was_not_counted(recording, tmp_path):
    path = recording.save(tmp_path / "new")
    header, arrays = read_archive(path, KIND, 1)
    kept = {name: array for name, array in arrays.items() if not name.startswith("counted.")}
    assert len(kept) < len(arrays)
    old = Recording.load(write_archive(tmp_path / "old", KIND, 1, header, kept))
    assert old.stats == recording.stats
    part = old.sample(2)
    whole = recording.sample(2)
    assert part.stats == {"spikes": {name: whole.stats["spikes"][name] for name in ("cells", "zebra")}}
    assert "wall_s" not in part.info and part.info["part"] == "sample 2 of 4"
    text = repr(part)
    for line in ("synaptic events  not counted", "overflow         not counted", "wall time        not counted"):
        assert line in text
    again = Recording.load(part.save(tmp_path / "part"))
    assert again.stats == part.stats and repr(again) == text


DAMAGES = {
    "one spike more": ("counted.spikes", lambda a: a + np.eye(*a.shape, dtype=a.dtype)),
    "below 0": ("counted.events", lambda a: a * -1),
    "another shape": ("counted.overflow", lambda a: a[:, :1]),
    "a sample less": ("counted.wraps", lambda a: a[1:]),
    "no time": ("counted.wall_s", lambda a: a * np.nan),
    "another type": ("counted.wall_s", lambda a: a.astype(np.float32)),
    "missing": ("counted.spikes", lambda a: None),
}


@pytest.mark.parametrize(("name", "change"), DAMAGES.values(), ids=DAMAGES)
def test_counters_in_files_are_checked(recording, tmp_path, name, change):
    header, arrays = read_archive(recording.save(tmp_path / "r"), KIND, 1)
    arrays[name] = change(arrays[name])
    path = write_archive(tmp_path / "bad", KIND, 1, header, {k: a for k, a in arrays.items() if a is not None})
    complains(lambda: Recording.load(path), [str(path)])


def test_an_interrupted_sample_is_the_last_one():
    emulator = Emulator(network())

    def stop(*_):
        if emulator.image.arena["sample"][0] == 2 and emulator.image.step == 5:
            raise KeyboardInterrupt

    emulator._check_overflow = stop
    emulator._pacer._length = lambda: 5
    with pytest.raises(KeyboardInterrupt):
        emulator.run_samples(50, {"zebra": samples()})
    recording = emulator.recording
    assert (recording.samples, recording.steps) == (3, 105)
    whole = Emulator(network()).run_samples(50, {"zebra": samples()})
    assert recording.sample(1).stats == whole.sample(1).stats
    assert "not counted" in repr(whole.part(50, 100)) and whole.part(50, 100).sample(0).stats.keys() == {"spikes"}
    last = recording.sample(2)
    assert last.steps == 5 and last.stats["spikes"]["zebra"] == samples()[2][:5].sum()
    assert sum(recording.sample(k).stats["synaptic_events"] for k in range(3)) == recording.stats["synaptic_events"]


def test_no_sample_and_a_run(tmp_path):
    emulator = Emulator(network())
    emulator._check_overflow = lambda *_: (_ for _ in ()).throw(KeyboardInterrupt)
    emulator._pacer.run = lambda *_: (_ for _ in ()).throw(KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        emulator.run_samples(50, {"zebra": samples()})
    empty = emulator.recording
    assert empty.samples == 0 and empty.spike_counts("cells").shape == (0, 20)
    complains(lambda: empty.sample(0), ["Recording.sample, k", "no samples"])
    assert Recording.load(empty.save(tmp_path / "empty")).samples == 0
    run = Emulator(network()).run(7)
    assert run.sample(0).stats == run.stats and run.sample(-1).steps == 7
    complains(lambda: run.sample(1), ["got 1", "-1..0"])


def test_samples_after_a_run_after_a_reset_and_twice():
    emulator = Emulator(network())
    want = emulator.run_samples(50, {"zebra": samples()}).sample(3).stats
    emulator.run(13)
    assert emulator.run_samples(50, {"zebra": samples()}).sample(3).stats == want
    emulator.reset()
    emulator.run_samples(20, {"zebra": samples(2, 20)})
    emulator.set("w", "weights", emulator.get("w", "weights"))
    assert emulator.run_samples(50, {"zebra": samples()}).sample(3).stats == want
    assert emulator.recording.sample(3).stats == want
