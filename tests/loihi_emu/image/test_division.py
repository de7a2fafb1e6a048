"""The synapses of a connection that learns, divided by targets."""

import numpy as np
import pytest

from loihi_emu import Network
from loihi_emu.image.division import Division
from loihi_emu.image.parts import Piece

SOURCES, TARGETS = 20, 9


def connection(kind):
    """A connection of a few synapses, of which some sources have none, with weights that are all different."""
    rng = np.random.default_rng(4)
    net = Network(rules="float")
    pre, post = net.input("pre", SOURCES, rate=0.1), net.population("post", TARGETS, vth=1.0)
    if kind == "dense":
        return net.connect(pre, post, np.arange(SOURCES * TARGETS).reshape(TARGETS, SOURCES) + 0.5)
    has = rng.random((SOURCES - 3, TARGETS)) < 0.3
    return net.connect(pre, post, (*np.nonzero(has), np.arange(has.sum()) + 0.5))


@pytest.mark.parametrize("kind", ["dense", "sparse"])
@pytest.mark.parametrize("bounds", [[0, 9], [0, 4, 9], [0, 1, 2, 8, 9], [0, 3, 6, 9]])
def test_each_synapse_is_in_one_block(kind, bounds):
    c = connection(kind)
    assert c.kind == kind
    division = Division(c, [Piece(k, *bounds[k : k + 2]) for k in range(len(bounds) - 1)], len(bounds) - 1)
    by_source = (c.values.T if kind == "dense" else c.values).reshape(-1)
    source, target = np.divmod(np.arange(by_source.size), TARGETS)
    if kind == "sparse":
        source, target = np.repeat(np.arange(SOURCES), np.diff(c.indptr)), np.asarray(c.indices)
    memory = division.divided(by_source, division.all)
    assert np.array_equal(division.joined(memory), by_source)
    assert np.array_equal(division.joined(np.stack([memory, 2 * memory])), [by_source, 2 * by_source])
    assert division.joined(memory[None][:0]).shape == (0, by_source.size)
    for k in division.all:
        mine = (bounds[k] <= target) & (target < bounds[k + 1])
        first = division.places(range(k))
        block = memory[first : first + division.places(range(k, k + 1))]
        assert np.array_equal(block, by_source[mine]), "by source, then target"
        if kind == "sparse":
            rows = division.rows(k)
            assert np.array_equal(rows.targets + bounds[k], target[mine])
            assert np.array_equal(np.repeat(np.arange(SOURCES), np.diff(rows.starts)), source[mine])


@pytest.mark.parametrize("kind", ["dense", "sparse"])
def test_each_rank_has_what_its_shares_have(kind):
    c = connection(kind)
    pieces = [(0, 0, 2), (1, 2, 3), (3, 3, 8), (6, 8, 9)]
    of_ranks = [Division(c, [Piece(share - 2 * rank, *ends) for share, *ends in pieces], 2, rank) for rank in range(4)]
    by_source = (c.values.T if kind == "dense" else c.values).reshape(-1)
    assert [list(one.here) for one in of_ranks] == [[0, 1], [2], [], [3]]
    memory = np.concatenate([one.divided(by_source, one.here) for one in of_ranks])
    assert np.array_equal(memory, of_ranks[0].divided(by_source, range(4)))
    for one in of_ranks:
        assert one.ranks == [0, 0, 1, 3]
        assert one.spans(4, of_synapses=False) == [(0, 3), (3, 8), (0, 0), (8, 9)]
        spans = one.spans(4, of_synapses=True)
        assert [stop - first for first, stop in spans] == [one.places(other.here) for other in of_ranks]


def test_rows_do_not_begin_at_the_same_places_of_a_cache():
    net = Network(rules="float")
    c = net.connect(net.input("pre", 3, rate=0.1), net.population("post", 256, vth=1.0), np.arange(768).reshape(256, 3))
    division = Division(c, [Piece(0, 0, 128), Piece(1, 128, 256)], 2)
    assert division.stride(0) > 128 and division.places(range(2)) > division.synapses(range(2)) == 768
    by_source = c.values.T.reshape(-1)
    memory = division.divided(by_source, division.all)
    assert memory.size == division.places(division.all) and np.array_equal(division.joined(memory), by_source)


def test_a_single_block_copies_nothing():
    c = connection("sparse")
    division = Division(c)
    assert np.shares_memory(division.rows(0).starts, c.indptr)
    assert np.shares_memory(division.divided(c.values, range(1)), c.values)
    assert division.joined(c.values) is c.values
