"""What builders draw: the distributions that they stand for, the same for every cut, and for one seed."""

from itertools import pairwise
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from loihi_emu import (
    Network,
    all_to_all,
    by_distance,
    fixed_in_degree,
    fixed_out_degree,
    fixed_probability,
    fixed_total_number,
    normal,
    one_to_one,
    uniform,
)
from loihi_emu.models.drawing.words import CELL
from loihi_emu.network.builders import builder as blocks_of
from loihi_emu.network.builders.pairing import pairing
from loihi_emu.network.recipe import Recipe

CERTAIN = 1e-4
"""With fixed seeds: what is less likely than this was not drawn from the distribution."""
WEIGHTS, DELAYS = normal(32, 9, low=20, high=40), uniform(0, 7)


def recipe(builder, n_pre, n_post, seed=1, same=False, weights=WEIGHTS, delays=DELAYS):
    net = Network()
    pre = net.population("pre", n_pre, vth=1)
    post = pre if same else net.population("post", n_post, vth=1)
    sides = pairing(pre[:], post[:] if not same else post[:n_post], seed, 0)
    builder.check("", sides)
    tables = weights.table("", "", 0, 255), delays.table("", "", 0, 62)
    return Recipe(builder, sides, {"weights": weights, "delays": delays}, *tables, 0)


def listed(made, low, high):
    """(source, target, weight, delay) of all synapses onto some targets, row by row."""
    found = []
    for part in made.parts(low, high):
        sources = np.repeat(part.first + np.arange(len(part.starts) - 1), np.diff(part.starts))
        found.append(np.stack([sources, part.targets, part.weights, np.broadcast_to(part.delays, sources.shape)], 1))
    return np.concatenate(found) if found else np.zeros((0, 4), int)


def matrix(made):
    """How many synapses there are between each two neurons: (sources, targets)."""
    found = np.zeros((made.pairing.sources, made.pairing.targets), int)
    np.add.at(found, tuple(listed(made, 0, made.pairing.targets)[:, :2].T), 1)
    return found


BUILDERS = [
    one_to_one(),
    all_to_all(self_connections=False),
    fixed_probability(0.02),
    fixed_probability(0.9, self_connections=False),
    fixed_in_degree(5),
    fixed_in_degree(3, several=False, self_connections=False),
    fixed_out_degree(5, self_connections=False),
    fixed_out_degree(70, several=False),
    fixed_total_number(700, self_connections=False),
]
NAMES = [repr(builder) for builder in BUILDERS]


@pytest.mark.parametrize("builder", BUILDERS, ids=NAMES)
@pytest.mark.parametrize(("n_pre", "n_post"), [(90, 90), (90, CELL + 90)])
@given(seed=st.integers(0, 99), cuts=st.lists(st.integers(0, CELL + 90), max_size=3), block=st.sampled_from([1, 999]))
def test_any_cut_of_the_targets_gives_the_whole(builder, n_pre, n_post, seed, cuts, block):
    if isinstance(builder, type(one_to_one())) and n_pre != n_post:
        return
    made = recipe(builder, n_pre, n_post, seed, same=n_pre == n_post)
    whole = listed(made, 0, n_post)
    assert len(whole) == made.synapses == sum(made.builder.counts(made.pairing, made.ready))
    assert np.all(np.lexsort((whole[:, 1], whole[:, 0])) == np.arange(len(whole)))
    bounds = [0, *sorted(min(cut, n_post) for cut in cuts), n_post]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks_of, "BLOCK", block)
        parts = np.concatenate([listed(made, low, high) for low, high in pairwise(bounds)])
    order = np.lexsort((np.arange(len(parts)), parts[:, 1], parts[:, 0]))
    assert np.array_equal(parts[order], whole)


@pytest.mark.parametrize("builder", BUILDERS, ids=NAMES)
def test_any_sources_can_be_drawn_alone(builder):
    made = recipe(builder, 90, 90, same=True)
    whole = listed(made, 0, 90)
    for first, end in ((0, 1), (17, 60), (89, 90)):
        found = builder.rows(made.pairing, made.ready, (first, end), (0, 90), 10_000)
        want = whole[(whole[:, 0] >= first) & (whole[:, 0] < end)]
        assert found.first == first and np.array_equal(found.targets, want[:, 1])
        assert np.array_equal(np.diff(found.starts), np.bincount(want[:, 0], minlength=90)[first:end])


@pytest.mark.parametrize("builder", BUILDERS[2:], ids=NAMES[2:])
def test_seeds_and_numbers_of_connections_draw_other_synapses(builder):
    one, again, other = (listed(recipe(builder, 90, 90, seed), 0, 90) for seed in (1, 1, 2))
    assert np.array_equal(one, again) and not np.array_equal(one, other)
    net = Network(seed=1)
    pre = net.population("pre", 90, vth=1)
    made = [net.connect(pre, pre, 1, synapses=builder) for _ in range(2)]
    assert not np.array_equal(made[0].indices, made[1].indices)


# ------------------------------------------------------------ distributions
def counted(counts, probabilities, least=5):
    """Chi-square test of how often values 0, 1, 2, ... were drawn; rare ones are taken together."""
    want = np.asarray(probabilities) * sum(counts)
    have = np.asarray(counts)
    rare = want < least
    if rare.any():
        want, have = np.append(want[~rare], want[rare].sum()), np.append(have[~rare], have[rare].sum())
        if want[-1] < least:
            assert have[-1] <= 5 * least
            want, have = want[:-1], have[:-1]
    return stats.chisquare(have, want * have.sum() / want.sum()).pvalue


@pytest.mark.parametrize("p", [0.003, 0.1, 0.5, 0.97])
@pytest.mark.parametrize("n_post", [40, CELL, CELL + 200])
def test_degrees_of_a_fixed_probability_are_binomial(p, n_post):
    degrees = matrix(recipe(fixed_probability(p), 3000, n_post)).sum(axis=1)
    k = np.arange(n_post + 1)
    with np.errstate(divide="ignore"):  # SciPy 1.10's, of probabilities that are 0
        expected = stats.binom.pmf(k, n_post, p)
    assert counted(np.bincount(degrees, minlength=n_post + 1), expected) > CERTAIN


@pytest.mark.slow
@pytest.mark.parametrize("p", [0.05, 0.8])
def test_each_pair_of_a_fixed_probability_is_as_likely(p):
    way = fixed_probability(p, self_connections=False)
    total = sum(matrix(recipe(way, 60, 60, seed, same=True)) for seed in range(300))
    assert np.all(np.diag(total) == 0)
    pairs = total[~np.eye(60, dtype=bool)]
    assert counted(np.bincount(pairs, minlength=301), stats.binom.pmf(np.arange(301), 300, p)) > CERTAIN


def test_neighbours_within_a_cell_are_independent():
    found = matrix(recipe(fixed_probability(0.3), 20_000, 4))
    words = (found * [1, 2, 4, 8]).sum(axis=1)
    chance = [0.3 ** bin(k).count("1") * 0.7 ** (4 - bin(k).count("1")) for k in range(16)]
    assert counted(np.bincount(words, minlength=16), chance) > CERTAIN


@pytest.mark.parametrize("way", [fixed_in_degree, fixed_out_degree])
def test_choices_without_repeats_are_all_as_likely(way):
    sizes = (6, 20_000) if way is fixed_in_degree else (20_000, 6)
    found = matrix(recipe(way(3, several=False), *sizes))
    found = found.T if way is fixed_in_degree else found
    assert found.max() == 1 and np.all(found.sum(axis=1) == 3)
    words, counts = np.unique((found << np.arange(6)).sum(axis=1), return_counts=True)
    assert len(words) == comb(6, 3) and counted(counts, np.full(20, 1 / 20)) > CERTAIN


@pytest.mark.parametrize("way", [fixed_in_degree, fixed_out_degree])
def test_choices_with_repeats_are_multinomial(way):
    sizes = (4, 20_000) if way is fixed_in_degree else (20_000, 4)
    found = matrix(recipe(way(3), *sizes))
    found = found.T if way is fixed_in_degree else found
    assert np.all(found.sum(axis=1) == 3)
    words = (found * 4 ** np.arange(4)).sum(axis=1)
    kinds = [k for k in np.ndindex(4, 4, 4, 4) if sum(k) == 3]
    chance = [stats.multinomial.pmf(k, 3, [0.25] * 4) for k in kinds]
    counts = [np.count_nonzero(words == np.dot(k, 4 ** np.arange(4))) for k in kinds]
    assert sum(counts) == 20_000 and counted(counts, chance) > CERTAIN


@pytest.mark.parametrize("way", [fixed_in_degree, fixed_out_degree, fixed_total_number])
def test_all_pairs_but_a_neuron_with_itself_are_as_likely(way):
    number = 30 * 400 if way is fixed_total_number else 400
    found = matrix(recipe(way(number, self_connections=False), 30, 30, same=True))
    assert np.all(np.diag(found) == 0) and found.sum() == 30 * 400
    pairs = found[~np.eye(30, dtype=bool)]
    assert stats.chisquare(pairs).pvalue > CERTAIN


def test_a_total_number_with_some_neurons_on_both_sides():
    """Sources that are targets themselves have one pair less."""
    found = matrix(recipe(fixed_total_number(30_000, self_connections=False), 20, 5, same=True))
    allowed = ~np.eye(20, 5, dtype=bool)
    assert np.all(found[~allowed] == 0) and stats.chisquare(found[allowed]).pvalue > CERTAIN


def test_distances():
    x = np.random.default_rng(1).random((80, 2))
    near = by_distance(lambda d: np.clip(1 - d, 0, 1), x, period=1, self_connections=False)
    total = sum(matrix(recipe(near, 80, 80, seed, same=True)) for seed in range(200))
    apart = np.abs(x[:, None] - x)
    p = np.clip(1 - np.sqrt((np.minimum(apart, 1 - apart) ** 2).sum(axis=2)), 0, 1)
    assert np.all(np.diag(total) == 0)
    off = ~np.eye(80, dtype=bool)
    z = (total - 200 * p)[off] / np.sqrt(200 * p * (1 - p))[off]
    assert stats.kstest(z, "norm").statistic < 0.04 and abs(z.mean()) < 0.05


def test_a_space_whose_ends_are_joined_may_begin_anywhere():
    near = [by_distance(lambda d: d < 0.3, np.arange(20) / 2 + k, period=10) for k in (0, 70)]
    far = by_distance(lambda d: d < 0.3, np.arange(20) / 2, np.arange(20) / 2 + 30, period=10)
    assert all(np.array_equal(matrix(recipe(way, 20, 20, same=True)), np.eye(20)) for way in (*near, far))


# ------------------------------------------------------------ weights and delays
def test_weights_and_delays_are_drawn_as_their_tables_say():
    made = recipe(all_to_all(), 300, 300)
    _, _, weights, delays = listed(made, 0, 300).T
    k = np.arange(20, 41)
    chance = stats.norm.cdf(k + 0.5, 32, 9) - stats.norm.cdf(k - 0.5, 32, 9)
    assert counted(np.bincount(weights - 20, minlength=21), chance / chance.sum()) > CERTAIN
    assert counted(np.bincount(delays, minlength=8), np.full(8, 1 / 8)) > CERTAIN
    table = np.histogram2d(weights, delays, bins=(np.arange(19.5, 41), np.arange(-0.5, 8)))[0]
    assert stats.chi2_contingency(table).pvalue > CERTAIN


def test_synapses_between_the_same_two_neurons_have_values_of_their_own():
    made = recipe(fixed_out_degree(500), 200, 2)
    _, _, weights, _ = listed(made, 0, 2).T
    one, other = weights[:-1], weights[1:]
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.02 and len(np.unique(weights)) == 21
