"""Recordings: reading, files, showing; and one clear error for each mistake."""

import pickle

import numpy as np
import pytest
from damage import DAMAGES, doctored
from messages import UNHEEDED, complains

from loihi_emu import Emulator, Network, Recording, UnknownNameError

pytestmark = UNHEEDED


@pytest.fixture(scope="module")
def recording():
    net = Network("n")
    source = net.input("source", 3, spikes=([0, 1, 2, 5], [0, 1, 2, 0]), payloads=[3, 1, -2, 1])
    cells = net.population("cells", 4, vth=[5, 10, 15, 20], dv=100)
    net.connect(source, cells, np.full((4, 3), 60), weight_bits=4)
    net.probe(cells, ["spikes", "v"])
    net.probe(cells[1:3], "u", every=3)
    net.probe(source)
    return Emulator(net).run(8)


# ---------------------------------------------------------------- reading
def test_reading(recording):
    assert recording.names == ["cells.spikes", "cells.v", "cells.u", "source.spikes"]
    assert recording["cells.v"].shape == (8, 4) and recording["cells.u"].shape == (3, 2)
    assert recording.times("cells.u").tolist() == [0, 3, 6] and recording.neurons("cells.u").tolist() == [1, 2]
    assert recording.neurons("cells.v").tolist() == [0, 1, 2, 3] and "cells.v" in recording
    spikes = recording.spikes("source")
    assert (spikes.times.tolist(), spikes.indices.tolist()) == ([0, 1, 2, 5], [0, 1, 2, 0])
    assert spikes.payloads.tolist() == [3, 1, -2, 1] and (len(spikes), spikes.size) == (4, 3)
    assert repr(recording["source.spikes"]) == "<Spikes: 4 of 3 neurons>"
    assert recording.spike_counts("source").tolist() == [2, 1, 1]
    assert recording.populations["cells"]["vth"].tolist() == [320, 640, 960, 1280]
    assert recording.stats["weights"] == {"source->cells": {"truncated": 12, "clipped": 0}}


@pytest.mark.parametrize(
    ("read", "texts"),
    [
        (lambda r: r["cells.w"], ['unknown recorded array "cells.w"', 'did you mean "cells.v"']),
        (lambda r: r["cells"], ['unknown recorded array "cells"', '"cells.spikes"', "network.probe()"]),
        (lambda r: r[0], ["unknown recorded array 0"]),
        (lambda r: r.spikes("cels"), ['with a spike probe "cels"', 'did you mean "cells"', "network.probe()"]),
        (lambda r: r.spike_counts("nobody"), ['"nobody"', '"cells", "source"']),
        (lambda r: r.times("cells.spikes"), ['unknown recorded state "cells.spikes"', '"cells.v", "cells.u"']),
        (lambda r: r.neurons("cells.w"), ['unknown recorded array "cells.w"']),
    ],
)
def test_reading_what_is_not_there(recording, read, texts):
    complains(lambda: read(recording), texts, UnknownNameError)


# ---------------------------------------------------------------- files
def same(a, b):
    assert (a.names, a.start, a.steps, a.samples) == (b.names, b.start, b.steps, b.samples)
    assert a.stats == b.stats and a.info == b.info
    for name in a.names:
        if name.endswith(".spikes"):
            a_, b_ = a[name], b[name]
            assert all(np.array_equal(getattr(a_, k), getattr(b_, k)) for k in ("times", "indices", "payloads"))
        else:
            assert np.array_equal(a[name], b[name]) and a[name].dtype == b[name].dtype
        assert np.array_equal(a.neurons(name), b.neurons(name))
    assert {k: v["size"] for k, v in a.populations.items()} == {k: v["size"] for k, v in b.populations.items()}


@pytest.mark.parametrize("name", ["rec", "rec.npz", "my.rec"])
def test_saved_recordings_are_the_same(recording, tmp_path, name):
    path = recording.save(tmp_path / name)
    assert path.name == name.removesuffix(".npz") + ".npz" and [p.name for p in tmp_path.iterdir()] == [path.name]
    same(Recording.load(path), recording)
    same(Recording.load(tmp_path / name), recording)
    same(Recording.load(str(path)), recording)
    same(Recording.load(Recording.load(path).save(path)), recording)


def test_pickled_recordings_are_the_same(recording):
    same(pickle.loads(pickle.dumps(recording)), recording)


@pytest.mark.parametrize(("damage", "texts"), DAMAGES.values(), ids=DAMAGES)
def test_damaged_files(recording, tmp_path, damage, texts):
    path = recording.save(tmp_path / "rec")
    damage(path)
    complains(lambda: Recording.load(path), [str(path), *texts])


def test_files_of_another_kind(recording, tmp_path):
    path = recording.save(tmp_path / "rec")
    complains(lambda: Recording.load(tmp_path / "none.npz"), ["none.npz", "no file", "loihi_emu recording"])
    complains(lambda: Recording.load(tmp_path), ["a folder", "loihi_emu recording"])
    complains(lambda: recording.save(tmp_path / "none" / "rec"), ["no folder", "none", "a folder that exists"])
    net = Network()
    net.population("p", 1, vth=1)
    checkpoint = Emulator(net).save(tmp_path / "checkpoint")
    complains(lambda: Recording.load(checkpoint), ["'loihi_emu checkpoint'", "'loihi_emu recording'"])
    doctored(path, schema=99)
    complains(lambda: Recording.load(path), ["schema", "got 99", "at most 1", "Update loihi_emu"])


# ---------------------------------------------------------------- showing
def test_text(recording):
    text = repr(recording)
    for part in ("8 from 0", "source 4, cells", "overflow         none", "cells.spikes, cells.v", "steps per second"):
        assert part in text


def test_names_are_escaped_in_notebooks():
    net = Network("<script>alert(1)</script>")
    net.population("<b>&", 1, vth=1)
    net.probe("<b>&")
    page = Emulator(net).run(1)._repr_html_()
    assert "<script>" not in page and "<b>" not in page
    assert "&lt;script&gt;" in page and "&lt;b&gt;&amp;.spikes" in page and page.startswith("<table>")


def test_nothing_recorded_says_so():
    net = Network()
    net.population("p", 1, vth=1)
    assert "nothing (add probes)" in repr(Emulator(net).run(1))
