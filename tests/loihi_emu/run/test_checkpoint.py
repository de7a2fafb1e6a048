"""Checkpoints: what follows is bit-identical; and one clear error for each file that does not fit."""

import numpy as np
import pytest
from damage import DAMAGES
from messages import UNHEEDED, complains

from loihi_emu import Conv2D, Emulator, Network, Noise

pytestmark = UNHEEDED


def network(seed=5, **cells):
    net = Network("n", seed=seed)
    noise = net.input("noise", 10, rate=0.2)
    source = net.input("source", 10, spikes=([3, 30, 60], [0, 5, 9]), payloads=[2, 1, 5])
    made = net.population("cells", 20, **({"vth": 90, "dv": 100, "refractory": 3, "noise": Noise("v", 9)} | cells))
    image, out = net.input("image", (4, 4, 1), rate=0.1), net.population("out", (4, 4, 2), vth=50, dv=200)
    rng = np.random.default_rng(1)
    net.connect(noise, made, rng.integers(0, 80, (20, 10)), delays=rng.integers(0, 9, (20, 10)), name="c")
    net.connect(source, made, rng.integers(0, 80, (20, 10)), graded=True)
    net.connect(made, made, np.eye(20, dtype=int) * 9, delays=20, name="rec")
    net.connect(image, out, Conv2D(rng.integers(0, 99, (2, 3, 3, 1)), padding=1), delays=2, name="conv")
    net.probe(made, ["spikes", "u", "v"])
    net.probe(out)
    return net


def same(a, b):
    assert np.array_equal(a["cells.v"], b["cells.v"]) and np.array_equal(a["cells.u"], b["cells.u"])
    for name in ("cells", "out"):
        assert np.array_equal(a.spikes(name).times, b.spikes(name).times)
        assert np.array_equal(a.spikes(name).indices, b.spikes(name).indices)
    assert a.stats == b.stats and len(a.spikes("cells")) and len(a.spikes("out"))


def test_what_follows_is_the_same(tmp_path):
    emulator = Emulator(network())
    emulator.run(25)
    path = emulator.save(tmp_path / "here")
    want = emulator.run(60)
    assert path.name == "here.npz" and emulator.step == 85
    for other in (emulator, Emulator(network())):
        other.restore(path)
        assert other.step == 25 and other.recording.steps == 0
        same(other.run(60), want)
        other.restore(tmp_path / "here")
        first = other.run(13)
        assert first.start == 25 and other.run(47).start == 38
        same(other.recording, want)


def test_what_was_set_comes_back(tmp_path):
    emulator = Emulator(network())
    emulator.run(10)
    emulator.set("cells", "vth", np.arange(20) + 60)
    emulator.set("cells", "v", 3)
    emulator.set("c", "weights", np.full((20, 10), 30))
    emulator.set("conv", "weights", np.full((2, 3, 3, 1), 70))
    emulator.set_input("noise", rate=np.linspace(0, 0.5, 10))
    emulator.set_input("source", spikes=([12, 20], [0, 3]), payloads=[3, 4])
    path = emulator.save(tmp_path / "set")
    want = emulator.run(60)
    other = Emulator(network())
    other.restore(path)
    assert other.get("cells", "vth").tolist() == (np.arange(20) + 60).tolist()
    assert other.get("c", "weights").tolist() == [[30] * 10] * 20
    same(other.run(60), want)
    assert other.recording.populations["cells"]["vth"].tolist() == ((np.arange(20) + 60) * 64).tolist()
    other.reset()
    assert other.step == 0


def test_names_may_hold_anything(tmp_path):
    net = Network()
    for name in ("p", "p.v", "a/b", "..", "x.times"):
        net.population(name, 2, vth=9, bias=3)
        net.connect(net.input(f"{name}.times", 1, spikes=([4], [0])), name, 5)
    net.input("p.times.times", 3)
    emulator = Emulator(net)
    emulator.run(3)
    path = emulator.save(tmp_path / "names")
    emulator.run(5)
    want = {name: emulator.get(name, "v").tolist() for name in net.populations}
    other = Emulator(net)
    other.restore(path)
    other.run(5)
    assert {name: other.get(name, "v").tolist() for name in net.populations} == want
    assert [p.name for p in tmp_path.iterdir()] == ["names.npz"]


@pytest.mark.parametrize(("damage", "texts"), DAMAGES.values(), ids=DAMAGES)
def test_damaged_files_change_nothing(tmp_path, damage, texts):
    emulator = Emulator(network())
    emulator.run(7)
    path = emulator.save(tmp_path / "c")
    damage(path)
    emulator.run(5)
    before = emulator.get("cells", "v").tolist()
    complains(lambda: emulator.restore(path), [str(path), *texts])
    assert emulator.step == 12 and emulator.get("cells", "v").tolist() == before
    assert emulator.recording.steps == 12


def more(net):
    net.population("more", 1, vth=1)
    return net


OTHERS = {
    "seed": lambda: network(seed=6),
    "population": lambda: more(network()),
    "noise": lambda: network(noise=Noise("v", 9, enabled=np.arange(20) > 3)),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_checkpoints_of_another_network(tmp_path, other):
    path = Emulator(network()).save(tmp_path / "c")
    texts = ["a checkpoint of another network", '"n"', "Seed, populations, connections and delays"]
    complains(lambda: Emulator(other()).restore(path), [str(path), *texts])


def test_files_that_are_no_checkpoint(tmp_path):
    emulator = Emulator(network())
    recording = emulator.run(2).save(tmp_path / "rec")
    complains(lambda: emulator.restore(recording), ["'loihi_emu recording'", "'loihi_emu checkpoint'"])
    complains(lambda: emulator.restore(tmp_path / "none"), ["none", "no file"])
    complains(lambda: emulator.save(tmp_path / "none" / "c"), ["no folder", "none"])


def test_an_old_checkpoint_stays_when_writing_fails(tmp_path, monkeypatch):
    emulator = Emulator(network())
    path = emulator.save(tmp_path / "c")

    def full(stream, content):
        stream.write(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr("loihi_emu.files.archive.write_npz", full)
    with pytest.raises(OSError, match="No space left"):
        emulator.save(path)
    assert [p.name for p in tmp_path.iterdir()] == ["c.npz"]
    emulator.restore(path)


def test_probes_of_a_chips_view_may_be_others(tmp_path):
    def made(view):
        net = Network()
        net.population("c", 3, vth=9, bias=[50, 90, 200], dv=0, refractory=[1, 4, 9])
        net.probe("c", "v", view=view)
        return Emulator(net)

    for saved, asked in (("state", "chip"), ("chip", "state"), ("chip", "chip")):
        one, other, straight = made(saved), made(asked), made(asked)
        one.run(13)
        straight.run(13)
        other.restore(one.save(tmp_path / "c"))
        assert other.run(20)["c.v"].tolist() == straight.run(20)["c.v"].tolist()
