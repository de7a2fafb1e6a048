"""Who does what when a network runs in several shares: which neurons of each group, and of each input, are whose.

A share owns neurons, and with them their state, what arrives at them and the synapses onto them. The cut depends on the
network and on the number of shares alone, so that everybody who asks finds the same. No result depends on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from loihi_emu.image.groups import Group, learned
from loihi_emu.image.parts import Piece, Pieces
from loihi_emu.lazy import imported
from loihi_emu.models.layout import BLOCK, CHUNK
from loihi_emu.network.elements import Connection
from loihi_emu.network.network import Network

SYNAPSE, VISIT = 1 / 256, 1 / 4
"""Work of a synapse in a step, in updates of a neuron: about one of three hundred spikes; of a visit by learning."""
LEAST_STEPS = 2
"""Populations are cut one by one where a share gets so many of the pieces between two edges, on average."""
FINEST = 3
"""Groups are cut at multiples of a block at the coarsest, halved so often at the finest: 128 neurons."""


def cut_groups(network: Network, groups: Sequence[Group], count: int, ranks: int = 1) -> list[Pieces]:
    """Cut the groups of a network into so many shares.

    A group is cut at multiples of ``BLOCK`` neurons, or of fewer that have as much to do as so many without synapses.
    Shares have as much to do as far as that can be said from the numbers of neurons and synapses; where they can be,
    all populations are cut (:func:`_spread`), of which some may be more active than others. What cannot be cut is
    whole, in the share that has least: small groups, and populations whose connections learn in one piece
    (:func:`_bound`). What draws from a generator that has a state is in the first share.

    Parameters
    ----------
    network : Network
    groups : sequence of Group
        Its groups (``groups.make_groups``).
    count : int
        Number of shares.
    ranks : int
        Ranks that have them.

    Returns
    -------
    list of tuple of Piece
        One entry a group.
    """
    if count == 1:
        return [(Piece(0, 0, group.n),) for group in groups]
    work = _work(network)
    loads = np.zeros(count)
    pieces: list[Pieces] = [()] * len(groups)
    totals = [sum(work[p.name] * p.size for p in group.populations) for group in groups]
    order = sorted(range(len(groups)), key=lambda k: -totals[k])  # of equal ones the first comes first
    first_share, whole = _bound(network)
    edges = [_edges(group, whole, total) for group, total in zip(groups, totals, strict=True)]
    for k in order:
        is_first = bool(first_share.intersection(p.name for p in groups[k].populations))
        if is_first or len(edges[k]) == 2:
            share = 0 if is_first else int(np.argmin(loads))
            pieces[k] = (Piece(share, 0, groups[k].n),)
            loads[share] += totals[k]
    spread = _spread(network, groups, ranks, count)
    for k in order:
        if not pieces[k]:
            line = _Line(groups[k], edges[k], work)
            pieces[k] = line.cut_by_populations(loads, ranks) if k in spread else line.cut(loads)
    return pieces


def cut_inputs(network: Network, count: int) -> dict[str, Pieces]:
    """Cut the inputs: large Poisson inputs into pieces of equal size, others whole, in the share that has least."""
    pieces: dict[str, Pieces] = {}
    loads = [0] * count
    for name, node in network.inputs.items():
        if node.rate is not None and node.size >= 2 * BLOCK:
            edges = [min(-(-node.size * k // (count * BLOCK)) * BLOCK, node.size) for k in range(count + 1)]
            cut = (Piece(k, *edges[k : k + 2]) for k in range(count))
            pieces[name] = tuple(piece for piece in cut if piece.first < piece.stop)
        else:
            share = loads.index(min(loads))
            pieces[name] = (Piece(share, 0, node.size),)
            loads[share] += node.size if node.rate is not None else 1
    return pieces


def pieces_of(network: Network, groups: Sequence[Group]) -> int:
    """How many pieces of groups and inputs there can be at most: more shares have nothing to do."""
    _, whole = _bound(network)
    of_inputs = [1 if node.rate is None else max(node.size // BLOCK, 1) for node in network.inputs.values()]
    work = _work(network)
    totals = [sum(work[p.name] * p.size for p in group.populations) for group in groups]
    of_groups = [len(_edges(group, whole, total)) - 1 for group, total in zip(groups, totals, strict=True)]
    return max(sum(of_groups), sum(of_inputs))


def work_of(network: Network) -> float:
    """Work of a step, in updates of a neuron."""
    work = _work(network)
    drawn = sum(node.size for node in network.inputs.values() if node.rate is not None)
    return drawn + sum(work[p.name] * p.size for p in network.populations.values())


def _work(network: Network) -> dict[str, float]:
    """Work of a neuron of every population in a step."""
    work = dict.fromkeys(network.populations, 1.0)
    for c in network.connections.values():
        positions = 1.0 if c.conv is None else c.pre.size / max(c.conv.kernel.shape[3] * c.conv.groups, 1)
        work[c.post.target.name] += _each(c) * c.synapses * positions / max(c.post.target.size, 1)
    return work


def _each(c: Connection) -> float:
    """Work of each synapse of a connection in a step; more where a rule visits all, in epochs of its own."""
    if c.learning is None:
        return SYNAPSE
    rule = c.learning.rule
    gates = [product.gate for products in rule.products.values() for product in products]
    visits: float = max((0.5 ** int(gate[1:]) for gate in gates if gate.startswith("u")), default=0.0)
    each: float = SYNAPSE + VISIT * visits / rule.t_epoch
    return each


def _bound(network: Network) -> tuple[set[str], set[str]]:
    """Populations that the first share owns, and all that are not cut.

    Not cut are those onto which connections learn in one piece, by rules of peers whose learners have no parts.
    """
    first: set[str] = set()
    if imported(network.rule_set.generator).has_state:
        first = learned(network) | {p.name for p in network.populations.values() if p.noise is not None}
    how = network.rule_set.learning
    if how is None or not how.can_be_cut:
        return first, learned(network) | first
    return first, first


def _edges(group: Group, whole: set[str], work: float) -> NDArray[np.int64]:
    """Where a group that has so much to do may be cut, its ends included."""
    halvings = int(np.log2(max(work / max(group.n, 1), 1)))
    step = max(BLOCK >> min(halvings, FINEST), 1)
    edges = np.append(np.arange(0, group.n, step) if group.n >= 2 * step else 0, group.n)
    for part in (group.part(p.name) for p in group.populations if p.name in whole):
        edges = edges[(edges <= part.start) | (edges >= part.stop)]
    return edges


def _spread(network: Network, groups: Sequence[Group], ranks: int, count: int) -> set[int]:
    """The numbers of groups of which a share has some neurons of every population, so that rates do not matter.

    Only where nothing but sparse integer synapses arrives; and where a row of them remains one row, as it does for
    65 536 neurons, or more where delays come to them.
    """
    if network.rule_set.floats or ranks == count:
        return set()
    connections, sums = network.connections.values(), network.rule_set.weights.sums
    others = {c.post.target.name for c in connections if c.kind != "sparse" or c.learning is not None or sums(c).apart}
    delayed = {c.post.target.name for c in connections if c.varied}
    numbers = set()
    for k, group in enumerate(groups):
        names = {p.name for p in group.populations}
        one_row = group.n <= CHUNK or bool(names & delayed)
        if len(names) > 1 and not names & others and len(group.model.ports) == 1 and one_row:
            numbers.add(k)
    return numbers


class _Line:
    """The neurons of a group in a line, which may be cut at some edges; work is that of a neuron of each population."""

    def __init__(self, group: Group, edges: NDArray[np.int64], work: Mapping[str, float]) -> None:
        self.n, self.edges, self.bounds = group.n, edges, group.bounds
        each = np.array([work[p.name] for p in group.populations])
        self.work_up_to = np.concatenate([[0.0], np.cumsum(each * np.diff(group.bounds))])  # each population

    def cut(self, loads: NDArray[np.float64]) -> Pieces:
        """Give every share so many neurons that all have as much to do, and add that to the loads."""
        return tuple(self._divide(0, self.n, loads, range(len(loads))))

    def cut_by_populations(self, loads: NDArray[np.float64], ranks: int) -> Pieces:
        """The same for each rank's part of the line, population by population; small ones are taken together."""
        threads = len(loads) // ranks
        pieces: list[Piece] = []
        for rank, first, stop in self._divide(0, self.n, loads.reshape(ranks, threads).sum(axis=1), range(ranks)):
            mine = loads[rank * threads : (rank + 1) * threads]
            ends = self._sections(first, stop, threads)
            for number, (begin, end) in enumerate(pairwise([first, *ends])):
                order = range(threads)[:: -1 if number % 2 else 1]  # so that pieces of one share meet
                for share, low, high in self._divide(begin, end, mine, order):
                    piece = Piece(rank * threads + share, low, high)
                    if pieces and pieces[-1].share == piece.share:
                        piece = piece._replace(first=pieces.pop().first)
                    pieces.append(piece)
        return tuple(pieces)

    def _sections(self, first: int, stop: int, shares: int) -> list[int]:
        """Where sections of one or more populations end, each of some neurons for every share."""
        least = LEAST_STEPS * shares * int(np.diff(self.edges).max())
        ends = [first]
        for bound in self.bounds:
            end = int(self.edges[np.argmin(np.abs(self.edges - bound))])
            if end - ends[-1] >= least and stop - end >= least:
                ends.append(end)
        return [*ends[1:], stop]

    def _divide(self, first: int, stop: int, loads: NDArray[np.float64], order: Sequence[int]) -> Iterator[Piece]:
        """Pieces of a part of the line for shares in some order."""
        due, end = np.interp((first, stop), self.bounds, self.work_up_to)
        needed = _filled(loads, float(end - due))
        for share in order:
            due += needed[share]
            place = float(np.interp(due, self.work_up_to, self.bounds)) if share != order[-1] else stop
            cut = min(int(self.edges[np.argmin(np.abs(self.edges - place))]), stop)
            if cut > first:
                yield Piece(share, first, cut)
                loads[share] += np.subtract(*np.interp((cut, first), self.bounds, self.work_up_to))
                first = cut


def _filled(loads: NDArray[np.float64], work: float) -> NDArray[np.float64]:
    """How much of some work each share gets so that the lowest loads rise to one level."""
    order = np.sort(loads)
    level = order[0]
    for k in range(1, len(order) + 1):
        level = (order[:k].sum() + work) / k
        if k == len(order) or level <= order[k]:
            break
    needed: NDArray[np.float64] = np.maximum(level - loads, 0.0)
    return needed
