"""Recorders: whatever their blocks, however a run is cut, what was recorded is the same; none of it is ever lost."""

import gc
import pickle
from itertools import pairwise

import numpy as np
import pytest
from messages import UNHEEDED
from recorded import contents, network, same

from loihi_emu import Emulator, Recording
from loihi_emu.errors import OutOfMemoryError
from loihi_emu.image import blocks, recorders
from loihi_emu.memory.free import Free

pytestmark = UNHEEDED


@pytest.fixture(scope="module")
def whole():
    return Emulator(network()).run(300)


@pytest.fixture
def tiny(monkeypatch):
    """Blocks of a few rows, none of which is copied."""
    monkeypatch.setattr(recorders, "FIRST_ROWS", 3)
    monkeypatch.setattr(recorders, "FIRST_SPIKES", 5)
    monkeypatch.setattr(recorders, "FIRST_VALUES", 60)
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 512)
    monkeypatch.setattr(blocks, "COPIED_BYTES", -1)


# ---------------------------------------------------------------- blocks
def test_small_blocks_hold_what_large_ones_do(tiny, whole):
    emulator = Emulator(network())
    parts = [emulator.run(n) for n in (0, 1, 2, 97, 150, 50)]
    same(emulator.recording, whole)
    assert sum(len(part["cells.v"]) for part in parts) == 300
    assert np.array_equal(parts[3]["cells.v"], whole["cells.v"][3:100])
    same(emulator.recording, whole)


def test_what_is_read_cannot_be_changed(tiny):
    emulator = Emulator(network())
    emulator.run(50)
    recording = emulator.recording
    with pytest.raises(ValueError, match="read-only"):
        recording["cells.v"][:] = 7
    with pytest.raises(ValueError, match="read-only"):
        recording.spikes("cells").indices[:] = 0
    recording.spike_counts("cells")[:] = 7  # what is counted anew is the reader's own
    same(recording, Emulator(network()).run(50))


@pytest.mark.parametrize("tiny_blocks", [False, True])
def test_recordings_stay_when_their_emulator_goes_on(request, tiny_blocks):
    if tiny_blocks:
        request.getfixturevalue("tiny")
    emulator = Emulator(network())
    first = emulator.run(20)
    for change in (emulator.reset, emulator.forget, lambda: emulator.set("c", "weights", 2 * np.ones((30, 5), int))):
        change()
        emulator.run(20)
    same(first, Emulator(network()).run(20))
    same(pickle.loads(pickle.dumps(first)), first)


def test_payloads_that_begin_in_the_middle(tiny):
    emulator = Emulator(network(learns=False))
    emulator.run(10)
    before = emulator.recording.spikes("plain")
    emulator.set_input("plain", spikes=([12, 13], [0, 1]), payloads=[5, -6])
    emulator.run(10)
    spikes = emulator.recording.spikes("plain")
    assert spikes.payloads.tolist() == [1] * len(before) + [5, -6]
    assert spikes.times.tolist() == [*before.times, 12, 13]


# ---------------------------------------------------------------- forgetting
def test_forgetting_changes_nothing_but_recordings(whole):
    emulator = Emulator(network())
    emulator.run(100)
    emulator.forget()
    assert (emulator.step, emulator.recording.steps, emulator.recording.start) == (100, 0, 100)
    assert emulator.recording.stats["spikes"] == {"graded": 0, "plain": 0, "cells": 0}
    rest = emulator.run(200)
    assert np.array_equal(rest["cells.v"], whole["cells.v"][100:])
    assert np.array_equal(emulator.get("c", "weights"), whole["c.weights"][-1]) or rest.steps == 200
    same(emulator.recording, rest)
    first = Emulator(network()).run(100).stats
    total = {name: first["spikes"][name] + n for name, n in rest.stats["spikes"].items()}
    assert total == whole.stats["spikes"]


def test_forgetting_gives_memory_back():
    emulator = Emulator(network(n=2000, learns=False))
    small = emulator.memory()["recorders"]
    for _ in range(3):
        emulator.run(400)
        held = emulator.memory()["recorders"]
        assert held > 2 * 4 * 2000 * 400
        emulator.forget()
        gc.collect()
        assert emulator.memory()["recorders"] <= small


def test_a_reset_uses_its_buffers_again():
    emulator = Emulator(network(learns=False))
    sizes = []
    for _ in range(20):
        emulator.run(600)
        sizes.append(emulator.memory()["recorders"])
        emulator.reset()
    assert sizes[-1] <= 2 * sizes[1]


# ---------------------------------------------------------------- no memory left
@pytest.fixture
def limited(monkeypatch, tiny):
    """Memory for so many blocks; then there is none until the test says so."""
    left = [40]

    def rows_for(shape, dtype):
        if left[0] <= 0:
            raise OutOfMemoryError("no memory", need=100, free=50)
        left[0] -= 1
        return np.empty(shape, dtype)

    monkeypatch.setattr(blocks, "rows_for", rows_for)
    return left


def test_at_the_limit_everything_recorded_can_be_had(limited, whole, tmp_path):
    emulator = Emulator(network())
    with pytest.raises(MemoryError) as caught:
        emulator.run(300)
    done = emulator.step
    assert 0 < done < 300
    for text in (f"before step {done}", "cells.", "emulator.forget()", "to=path", ".part(start, stop)", ".save(path)"):
        assert text in str(caught.value)
    with pytest.raises(OutOfMemoryError):
        emulator.run(1)
    assert emulator.step == done  # and nothing was done
    recording = emulator.recording
    limited[0] = 1000
    expected = Emulator(network())
    expected.run(done)
    same(recording, expected.recording)
    same(Recording.load(recording.save(tmp_path / "r")), expected.recording)
    limited[0] = 0
    emulator.forget()
    limited[0] = 40
    rest = emulator.run(20)
    assert np.array_equal(rest["cells.v"], whole["cells.v"][done : done + 20])


def test_growing_ends_before_the_memory_does(monkeypatch):
    emulator = Emulator(network(n=3000, learns=False))
    emulator.run(10)
    monkeypatch.setattr("loihi_emu.memory.room.free_memory", lambda: Free(70_000_000, "a test's limit"))
    with pytest.raises(OutOfMemoryError, match=r"cells\.. \(70 MB are free, of which 67.1 MB are kept for reading"):
        emulator.run(100_000)
    assert emulator.recording.part(5, 9)["cells.v"].shape == (4, 3000)


# ---------------------------------------------------------------- parts
@pytest.mark.parametrize("tiny_blocks", [False, True])
def test_parts_are_the_whole(request, tiny_blocks, whole, tmp_path):
    if tiny_blocks:
        request.getfixturevalue("tiny")
    emulator = Emulator(network())
    emulator.run(300)
    recording = emulator.recording
    cuts = [0, 1, 1, 50, 131, 299, 300]
    parts = [recording.part(a, b) for a, b in pairwise(cuts)]
    for name in whole.names:
        found = [contents(part)[name] for part in parts]
        for k, expected in enumerate(contents(whole)[name]):
            if expected is not None:
                assert np.array_equal(np.concatenate([f[k] for f in found]), expected), name
    part = recording.part(50, 131)
    assert (part.start, part.steps) == (50, 81) and part.stats["spikes"]["cells"] == len(part.spikes("cells"))
    assert "not counted for a part" in repr(part) and "steps 50 to 130 of 0 to 299" in repr(part)
    same(Recording.load(part.save(tmp_path / "part")), part)
    same(part.part(60, 70), recording.part(60, 70))
    assert np.array_equal(part.spike_counts("cells"), np.bincount(part.spikes("cells").indices, minlength=30))


def test_parts_of_samples_and_wrong_parts():
    emulator = Emulator(network())
    made = emulator.run_samples(10, {"plain": np.random.default_rng(0).integers(0, 2, (6, 10, 5))})
    part = made.part(20, 40)
    assert (part.samples, part.start) == (2, 20)
    assert np.array_equal(part.spike_counts("cells"), made.spike_counts("cells")[2:4])
    assert np.array_equal(part["c.weights"], made["c.weights"][4:8])
    assert part.times("c.weights").tolist() == [20, 27, 30, 37]
    assert np.array_equal(part.sample(1)["cells.v"], made.sample(3)["cells.v"])
    for wrong in ((-1, 5), (5, 2), (0, 61), (3, 9)):
        with pytest.raises(ValueError, match=r"Recording\.part"):
            made.part(*wrong)


def test_one_array_that_does_not_fit_says_how_to_read_it(monkeypatch):
    emulator = Emulator(network(n=5000, learns=False))
    emulator.run(4000)
    recording = emulator.recording
    monkeypatch.setattr("loihi_emu.memory.room.free_memory", lambda: Free(1 << 20, "a test's limit"))
    with pytest.raises(OutOfMemoryError, match=r'recording, "cells.v": needs 80 MB.*recording\.part\(start, stop\)'):
        recording["cells.v"]
    assert recording.part(0, 9)["cells.v"].shape == (9, 5000)
    assert recording.spike_counts("cells").sum() == recording.stats["spikes"]["cells"]
