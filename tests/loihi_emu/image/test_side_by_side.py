"""Shares whose synapses are packed at the same time have the rows that they have one after the other."""

import threading

import numpy as np
import pytest
from messages import UNHEEDED

from loihi_emu import Emulator, Network, fixed_in_degree, fixed_total_number, uniform
from loihi_emu.image import rows, side_by_side
from loihi_emu.image.drawn import DrawnPart
from loihi_emu.image.stores import DUE, RING, chosen

pytestmark = [UNHEEDED, pytest.mark.filterwarnings("ignore:Emulator. . threads on")]


@pytest.fixture(autouse=True)
def kernels_pack(monkeypatch):
    monkeypatch.setattr(rows, "FEW", -1)
    monkeypatch.setattr(side_by_side, "COMPILED", True)


def network():
    rng = np.random.default_rng(1)
    net = Network(seed=2)
    a, b = net.population("a", 3000, vth=90, bias=80), net.population("b", 2000, vth=90)
    net.connect(a, b, uniform(1, 9), synapses=fixed_total_number(900), delays=uniform(0, 12))
    net.connect(b, a, uniform(1, 9), synapses=fixed_in_degree(1))
    net.connect(a, a, (rng.integers(0, 3000, 500), rng.integers(0, 3000, 500), rng.integers(0, 9, 500)))
    return net


def packed(emulator):
    """Words of all rows, by share."""
    return [p.packed.rows for share in emulator.image.shares for p in share.projections.all]


@pytest.mark.parametrize("store", [RING, DUE])
def test_the_rows_are_the_same(store, monkeypatch):
    with chosen(store):
        many = packed(Emulator(network(), threads=3))
        monkeypatch.setattr(side_by_side, "pack", lambda shares: None)
        one = packed(Emulator(network(), threads=3))
    assert len(many) == len(one) and sum(found.words.size > 0 for found in many) > 1
    for mine, its in zip(many, one, strict=True):
        assert np.array_equal(mine.words, its.words) and np.array_equal(mine.starts, its.starts)


def test_an_error_of_a_thread_is_that_of_the_emulator_and_ends_the_others(monkeypatch):
    before, drawn, asked = threading.active_count(), DrawnPart.blocks, []

    def fails(self, first, stop, *, weights):
        asked.append(first)
        if first and weights:
            raise MemoryError("no room")
        yield from drawn(self, first, stop, weights=weights)

    monkeypatch.setattr(DrawnPart, "blocks", fails)
    with pytest.raises(MemoryError, match="no room"):
        Emulator(network(), threads=2)
    assert {0} < set(asked) and threading.active_count() == before


def test_an_interrupt_ends_all_threads(monkeypatch):
    before, net = threading.active_count(), network()
    drawn, begun, given = DrawnPart.blocks, threading.Event(), []

    def endless(self, first, stop, *, weights):
        blocks = list(drawn(self, first, stop, weights=weights))
        while blocks:
            for block in blocks:
                begun.set()
                given.append(first)
                yield block

    def interrupted(done, **how):
        assert begun.wait(60)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(DrawnPart, "blocks", endless)
        patch.setattr(side_by_side, "wait", interrupted)
        with pytest.raises(KeyboardInterrupt):
            Emulator(net, threads=2)
    assert given and threading.active_count() == before
    assert Emulator(net, threads=2).run(3).steps == 3
