"""Placing can be interrupted: long kernels end at a flag, and large connections are gone through in pieces."""

import threading
import time

import numpy as np
import pytest

from loihi_emu import Network
from loihi_emu.mapping.lists import transpose as lists
from loihi_emu.mapping.lists.transpose_kernels import transpose
from loihi_emu.mapping.partition import annealing_kernels as partition_kernels
from loihi_emu.mapping.partition import cluster_kernels
from loihi_emu.mapping.stopping import stoppable
from loihi_emu.mapping.usage import all_cores


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


def test_large_connections_are_sorted_in_a_thread_that_ends_at_the_flag():
    starts, synapses, targets = np.zeros(4, np.int64), np.full(3, -1, np.int32), np.array([2, 0, 2], np.int32)
    transpose(np.array([0, 1, 3]), targets, starts, synapses, np.ones(1, np.uint8))
    assert synapses.tolist() == [-1] * 3
    starts[:] = 0
    stoppable(transpose, np.array([0, 1, 3]), targets, starts, synapses)
    assert (starts.tolist(), synapses.tolist()) == ([0, 1, 1, 3], [1, 0, 1])


def test_what_is_counted_in_pieces_needs_the_same(monkeypatch):
    rng = np.random.default_rng(0)
    net = Network()
    cells = net.population("cells", 300, vth=100)
    net.connect(cells, cells, (*rng.integers(0, 300, (2, 30_000)), 9))
    before = net.place()
    monkeypatch.setattr(all_cores, "PIECE", 1000)
    monkeypatch.setattr(lists, "PIECE", 1000)
    after = net.place()
    assert all(np.array_equal(before.budgets[name], after.budgets[name]) for name in before.budgets)
    assert before.lists == after.lists
