"""An emulator that other threads use while it runs."""

import os
import threading
import time

import numpy as np
import pytest
from emulator_calls import CHANGES, READS, network

from loihi_emu import Emulator, SimulationError

LIMIT = 60
"""Seconds after which a test that waits is a failure; a quiet machine needs a fraction of one."""
plain = os.environ.get("NUMBA_DISABLE_JIT") == "1"
FOREVER = 10**12

OTHER_CHANGES = {
    "a state": lambda e: e.set("cells", "v", 3),
    "a parameter": lambda e: e.set("cells", "vth", 3),
    "an input that is built anew": lambda e: e.set_input("list", spikes=([1 << 40] * 9, [0] * 9)),
}
PLAIN = {"network", "image", "overflow", "threads", "exchange_every"}
"""Attributes that are not methods: what the emulator was made with, and its insides."""


class Running:
    """An emulator that runs in a thread until the block ends."""

    def __init__(self, emulator, run=lambda e: e.run(FOREVER)):
        self.emulator, self.result, self.stop, self.inside = emulator, None, threading.Event(), threading.Event()
        emulator._check_overflow = self._between_chunks
        self.thread = threading.Thread(target=self._run, args=(run,), daemon=True)

    def _between_chunks(self, *_):
        self.inside.set()
        if self.stop.is_set():
            raise TimeoutError

    def _run(self, run):
        try:
            self.result = run(self.emulator)
        except TimeoutError:
            self.result = "stopped"
        except Exception as error:
            self.result = error

    def __enter__(self):
        self.thread.start()
        assert self.inside.wait(LIMIT)
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join(LIMIT)
        assert not self.thread.is_alive()
        del self.emulator._check_overflow


def test_every_public_name_has_its_place():
    """A method that is added must be marked, and tried below."""
    kinds = {}
    for name in dir(Emulator):
        if not name.startswith("_"):
            member = getattr(Emulator, name)
            function = member.fget if isinstance(member, property) else member
            kinds[name] = getattr(function, "guarded_as", "not marked with reads, changes or runs")
    want = dict.fromkeys(READS, "read") | dict.fromkeys(CHANGES, "change")
    assert kinds == want | {"run": "run", "run_samples": "run"}
    assert {name for name in vars(Emulator(network())) if not name.startswith("_")} == PLAIN


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_reading_waits_for_the_end_of_a_chunk(emulator, tmp_path, read):
    with Running(emulator) as running:
        for _ in range(3):
            read(emulator, tmp_path)
        assert running.thread.is_alive()
    assert running.result == "stopped"


@pytest.mark.parametrize("change", [*CHANGES.values(), *OTHER_CHANGES.values()], ids=[*CHANGES, *OTHER_CHANGES])
@pytest.mark.parametrize("run", ["run", "run_samples"])
def test_changing_is_an_error_at_once(emulator, tmp_path, change, run):
    ways = {"run": lambda e: e.run(FOREVER), "run_samples": lambda e: e.run_samples(FOREVER, {"drive": [0.1]})}
    with Running(emulator, ways[run]) as running:
        for _ in range(3):
            with pytest.raises(SimulationError, match=rf"{run}\(\) of this emulator is under way in another thread"):
                change(emulator, tmp_path) if change in CHANGES.values() else change(emulator)
        assert running.thread.is_alive()
    assert running.result == "stopped"
    change(emulator, tmp_path) if change in CHANGES.values() else change(emulator)


def test_a_run_beside_readers_and_refused_changes_gives_what_it_gives_alone(emulator, tmp_path):
    alone = Emulator(network())
    alone.run(10)
    steps = 2000 if plain else 200_000
    want = alone.run(steps)
    got, stop, troubles = [], threading.Event(), []

    def beside(action):
        while not stop.is_set():
            try:
                action(emulator, tmp_path)
            except SimulationError:
                time.sleep(1e-3)
            except Exception as error:
                troubles.append(error)
                return

    actions = [*READS.values(), CHANGES["set"], CHANGES["restore"], CHANGES["reset"]]
    runner = threading.Thread(target=lambda: got.append(emulator.run(steps)))
    others = [threading.Thread(target=beside, args=(action,), daemon=True) for action in actions]
    with Running(emulator) as holding:  # so that none of the changes comes before the run
        for thread in others:
            thread.start()
    assert holding.result == "stopped"
    stop.set()
    for thread in others:
        thread.join(LIMIT)
    emulator.restore(tmp_path / "good.npz")
    stop.clear()
    runner.start()
    others = [threading.Thread(target=beside, args=(action,), daemon=True) for action in READS.values()]
    for thread in others:
        thread.start()
    runner.join(LIMIT)
    stop.set()
    for thread in others:
        thread.join(LIMIT)
    assert not troubles and not any(thread.is_alive() for thread in [runner, *others])
    assert got[0].steps == steps and got[0].stats == want.stats
    assert np.array_equal(emulator.get("cells", "v"), alone.get("cells", "v"))


def test_what_is_saved_during_a_run_is_the_state_of_one_step(emulator, tmp_path):
    path, taken = tmp_path / "during.npz", []
    with Running(emulator) as running:
        for k in range(5):
            emulator.save(path)
            fresh = Emulator(network())
            fresh.restore(path)
            taken.append((fresh.step, {name: fresh.image.arena[name].copy() for name in fresh.image.arena.names}))
            assert k == 0 or fresh.step > taken[-2][0]
    assert running.result == "stopped"
    straight = Emulator(network())
    for step, state in taken[: 1 if plain else 5]:
        straight.run(step - straight.step)
        for name, values in state.items():
            if not name.endswith(".paths"):
                assert np.array_equal(straight.image.arena[name], values), (step, name)


def test_samples_cannot_be_saved_half_way(emulator, tmp_path):
    before = (tmp_path / "good.npz").read_bytes()
    with Running(emulator, lambda e: e.run_samples(FOREVER, {"drive": [0.1, 0.9]})):
        with pytest.raises(SimulationError, match="a checkpoint holds no samples"):
            emulator.save(tmp_path / "good.npz")
        assert emulator.recording.sample_steps == FOREVER and emulator.recording.steps > 0
    assert (tmp_path / "good.npz").read_bytes() == before


def test_a_recording_taken_during_a_run_says_how_long_it_took_so_far():
    emulator = Emulator(network())
    with Running(emulator):
        seen = emulator.recording
    assert seen.steps > 0 and seen.info["wall_s"] > 0 and seen.info["steps_per_s"] > 0


def test_threads_that_only_read_do_not_keep_a_run_from_going_on(emulator):
    stop = threading.Event()

    def poll():
        while not stop.is_set():
            emulator.step  # noqa: B018

    threads = [threading.Thread(target=poll, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    done = threading.Thread(target=lambda: [emulator.run(1) for _ in range(20)], daemon=True)
    done.start()
    done.join(LIMIT)
    stop.set()
    for thread in threads:
        thread.join(LIMIT)
    assert not done.is_alive() and emulator.step == 30


def test_changes_of_several_threads_wait_for_each_other(emulator):
    values = [np.full((40, 10), 2 * k) for k in range(1, 9)]
    threads = [threading.Thread(target=emulator.set, args=("w", "weights", v), daemon=True) for v in values]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)
    assert not any(thread.is_alive() for thread in threads)
    left = emulator.get("w", "weights")
    assert any(np.array_equal(left, v) for v in values)
    other = Emulator(network())
    other.run(10)
    other.set("w", "weights", left)
    emulator.run(50), other.run(50)
    assert np.array_equal(emulator.get("cells", "v"), other.get("cells", "v"))
