"""Synapses of a connection as a module: weights that are trained, and what arrives by them."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from loihi_emu.errors import UnsupportedError
from loihi_emu.memory.room import room_for
from loihi_emu.network.elements import Connection, Input
from loihi_emu.network.slices import Slice
from loihi_emu.network.synapses import with_values
from loihi_emu.rules import RuleSet
from loihi_emu.rules.weights import EFFECTIVE_MAX, dropped_bits
from loihi_emu.training.rounding import Word, rounded

UNIT = 256
"""The mantissa that a parameter of 1.0 is: so those of 8 bits lie between -1 and 1."""
SIGNS = {"mixed": (-1, 1), "excitatory": (0, 1), "inhibitory": (-1, 0)}


def word_of(c: Connection, rules: RuleSet) -> Word:
    """The effective weights that a connection's mantissas can have."""
    if c.scaled:
        signs = SIGNS[c.sign_mode]
        return Word(UNIT, signs[0] * EFFECTIVE_MAX, signs[1] * EFFECTIVE_MAX)
    ends = np.array(rules.weights.ranges[c.sign_mode])
    low, high = rules.weights.effective(ends, c.sign_mode, c.weight_bits, c.weight_exp).values.tolist()
    exponent = dropped_bits(c.sign_mode, c.weight_bits) + c.weight_exp
    return Word(UNIT * 2.0**c.weight_exp, low, high, 2.0 ** max(exponent, 0))


def mantissas_of(c: Connection, effective: NDArray[np.int64], rules: RuleSet) -> NDArray[np.int64]:
    """Mantissas whose effective weights are these."""
    if c.scaled:
        return effective
    if c.weight_exp >= 0:
        return effective >> c.weight_exp
    return np.clip(effective << -c.weight_exp, *rules.weights.ranges[c.sign_mode])


class Synapses(nn.Module):
    """The synapses of a connection.

    Attributes
    ----------
    weights : Parameter
        Of the shape of ``Connection.values``; 1.0 is a mantissa of 256.
    late : int
        Steps from an event to its arrival, without delay: 1 from a population, 0 from an input.
    """

    def __init__(self, c: Connection, rules: RuleSet, trained: bool) -> None:
        super().__init__()
        self.connection, self.rules, self.word = c, rules, word_of(c, rules)
        self.late = 0 if isinstance(c.pre.target, Input) else 1
        effective = rules.weights.stored(c).values
        self.weights = nn.Parameter(torch.tensor(effective / self.word.unit, dtype=torch.float32), trained)
        self._index("_before", _part(c.pre))
        self._index("_after", _part(c.post))
        if c.kind == "conv":
            self.delays = [int(c.delays)]
        else:
            self._delayed(c)

    def _index(self, name: str, index: Any) -> None:
        self.register_buffer(name, None if index is None else torch.tensor(index), persistent=False)

    def _delayed(self, c: Connection) -> None:
        """Which weights have which delay, and where a list's stand in a matrix."""
        self.delays = np.unique(c.delays).tolist() if c.values.size else []
        shape = (c.post.size, c.pre.size)
        what = f"{len(self.delays)} matrices of {shape[0]:,} x {shape[1]:,} weights"
        room_for(f'Twin, connection "{c.name}"', {what: 8 * len(self.delays) * shape[0] * shape[1]})
        for k, delay in enumerate(self.delays):
            of_delay = np.broadcast_to(c.delays == delay, c.values.shape)
            self._index(f"_chosen{k}", None if c.kind == "dense" and of_delay.all() else of_delay)
        if c.kind == "sparse":
            assert c.indices is not None and c.indptr is not None
            before = np.repeat(np.arange(c.pre.size), np.diff(c.indptr))
            self._index("_places", c.indices.astype(np.int64) * c.pre.size + before)

    def effective(self) -> Tensor:
        """What a spike adds to the accumulator of its target, in float64: whole numbers, in units of 64."""
        return rounded(self.weights, self.word)

    def matrices(self) -> list[tuple[int, Tensor]]:
        """Each delay, with the effective weights that have it: (n_post, n_pre), or the kernel (C_out, C_in, KH, KW)."""
        weights = self.effective()
        if self.connection.kind == "conv":
            return [(self.delays[0], weights.permute(0, 3, 1, 2))]
        return [(delay, self._matrix(weights, getattr(self, f"_chosen{k}"))) for k, delay in enumerate(self.delays)]

    def _matrix(self, weights: Tensor, chosen: Tensor | None) -> Tensor:
        if self.connection.kind == "dense":
            return weights if chosen is None else torch.where(chosen, weights, 0.0)
        c = self.connection
        assert chosen is not None
        flat = torch.zeros(c.post.size * c.pre.size, dtype=torch.float64, device=weights.device)
        return flat.index_add(0, self._places[chosen], weights[chosen]).reshape(c.post.size, c.pre.size)

    def arriving(self, matrix: Tensor, events: Tensor) -> Tensor:
        """The sums of weights at all neurons of the target, by events (..., neurons of the source), without delay."""
        c = self.connection
        given = events if self._before is None else events[..., self._before]
        if c.kind == "conv":
            return self._convolved(matrix, given)
        sums = given @ matrix.T
        if self._after is None:
            return sums
        all_ = torch.zeros(*sums.shape[:-1], c.post.target.size, dtype=sums.dtype, device=sums.device)
        return all_.index_add(-1, self._after, sums)

    def _convolved(self, kernel: Tensor, events: Tensor) -> Tensor:
        conv = self.connection.conv
        assert conv is not None
        images = events.reshape(-1, *self.connection.pre.target.shape).permute(0, 3, 1, 2)
        found = nn.functional.conv2d(
            images, kernel, stride=conv.stride, padding=conv.padding, dilation=conv.dilation, groups=conv.groups
        )
        # Some devices convolve by transforms: far closer to the whole number than to the next.
        exact = found + (torch.round(found) - found).detach()
        return exact.permute(0, 2, 3, 1).reshape(*events.shape[:-1], -1)

    def trained(self, replaced: Connection) -> Connection:
        """A connection (this one, between the nodes of another network) with the weights that there are now."""
        effective = self.effective().detach().cpu().numpy().astype(np.int64)
        return with_values(replaced, mantissas_of(replaced, effective, self.rules), self.rules, stored=True)


def check(c: Connection) -> None:
    """Raise for a connection that cannot be trained."""
    if c.learning is not None:
        raise UnsupportedError(
            f'Twin, connection "{c.name}": got one with a learning rule. Leave learning out: the twin trains its '
            "weights; give the trained network's connection a rule afterwards."
        )


def shifted(sums: Tensor, steps: int) -> Tensor:
    """Sums over time (the first axis), so many steps later."""
    if not steps:
        return sums
    length = sums.shape[0]
    return torch.cat([torch.zeros_like(sums[: min(steps, length)]), sums[: max(length - steps, 0)]])


def counted(c: Connection, events: Tensor) -> Tensor:
    """Events as the connection counts them: payloads where it is graded, else 1 each; gradients pass."""
    if c.graded or not isinstance(c.pre.target, Input):
        return events
    return events + ((events != 0).to(events.dtype) - events).detach()


def _part(part: Slice) -> NDArray[np.int64] | None:
    """Neurons of a part, None for all in order."""
    found = part.indices
    return None if np.array_equal(found, np.arange(part.target.size)) else found
