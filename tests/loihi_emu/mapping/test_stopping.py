"""Placing can be interrupted: long kernels end at a flag, and large connections are gone through in pieces."""

import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loihi_emu import Network
from loihi_emu.mapping import stopping
from loihi_emu.mapping.partition import annealing_kernels as partition_kernels
from loihi_emu.mapping.partition import cluster_kernels
from loihi_emu.mapping.stopping import pieces, stoppable


def test_a_result_and_an_error_come_through():
    assert stoppable(lambda a, b, stop: (a + b, stop.tolist()), 1, 2) == (3, [0])
    with pytest.raises(ZeroDivisionError):
        stoppable(lambda a, stop: a / stop[0].item(), 1)


def test_an_interrupt_sets_the_flag_and_waits_for_the_kernel(monkeypatch):
    seen = []

    def kernel(stop):
        while not stop[0]:
            time.sleep(0.001)
        seen.append(threading.current_thread())

    def interrupted(self, timeout=None):
        raise KeyboardInterrupt

    monkeypatch.setattr("concurrent.futures.Future.result", interrupted)
    with pytest.raises(KeyboardInterrupt):
        stoppable(kernel)
    assert seen and seen[0] is not threading.main_thread()


def test_kernels_end_at_the_flag():
    n = 40
    indptr, indices = np.arange(n + 1), np.roll(np.arange(n, dtype=np.int32), 1)
    weights, sizes, stop = np.ones(n), np.ones(n), np.ones(1, np.uint8)
    labels = np.arange(n)
    cluster_kernels.propagate(indptr, indices, weights, sizes, 9.0, labels, 100, 1, stop)
    assert labels.tolist() == list(range(n))
    part = (np.arange(n) % 4).astype(np.int32)
    arrays = (indptr, indices, weights, np.ones((n, 1)), 4, 10.0, 10)
    partition_kernels.anneal(*arrays, part, 1 << 40, 1.0, 0.1, 1, 10, stop)  # would take days
    place, x = np.arange(n, dtype=np.int32), np.arange(n, dtype=np.int32)
    partition_kernels.arrange(np.ones((n, n)), x, x, place, 1 << 40, 1.0, 0.1, 1, stop)
    assert place.tolist() == list(range(n))


@given(st.lists(st.integers(0, 7), min_size=1, max_size=30), st.integers(1, 12))
def test_pieces_are_all_sources_in_order(counts, piece):
    net = Network()
    pre, post = net.population("pre", len(counts), vth=1), net.population("post", 7, vth=1)
    sources = np.repeat(np.arange(len(counts)), counts)
    c = net.connect(pre, post, (sources, np.arange(len(sources)) % 7, np.full(len(sources), 4)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stopping, "PIECE", piece)
        found = pieces(c)
    assert [k for first, last in found for k in range(first, last)] == list(range(len(counts)))
    assert all(c.indptr[last] - c.indptr[first] <= piece + 7 for first, last in found)


def test_pieces_change_no_budget(monkeypatch):
    rng = np.random.default_rng(0)
    net = Network()
    cells = net.population("cells", 300, vth=100)
    net.connect(cells, cells, (*rng.integers(0, 300, (2, 30_000)), 9))
    before = net.place()
    monkeypatch.setattr(stopping, "PIECE", 1000)
    after = net.place()
    assert all(np.array_equal(before.budgets[name], after.budgets[name]) for name in before.budgets)
    assert before.lists == after.lists
