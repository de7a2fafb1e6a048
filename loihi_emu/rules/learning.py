"""How connections learn under a rule set: the interface, and what holds where a rule set says nothing else."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np

from loihi_emu.errors import UnsupportedError
from loihi_emu.lazy import imported
from loihi_emu.learning.rule import LearningRule
from loihi_emu.models.plasticity.learning_layout import TAG
from loihi_emu.network.elements import Connection
from loihi_emu.numeric import ranged, whole
from loihi_emu.rules.weights import Array, Sums, WeightRule
from loihi_emu.widths import TRACE_MAX

Driven = tuple[tuple[str, str], ...]
"""Traces and the nodes that drive them."""


class LearningRules(ABC):
    """How connections learn under one rule set.

    Attributes
    ----------
    learner : str
        ``"module:function"``: from a connection to its memory and leaves (:mod:`loihi_emu.image.learners`); imported
        when first used.
    synapse_bytes, tag_bytes : int
        Bytes of a synapse's weight and of its tag in memory.
    tag_type : dtype
        In which files hold tags.
    shares_epoch : bool
        Whether connections onto the same neurons must agree in t_epoch.
    third_factors : bool
        Whether rules have third factors at all.
    values : (int, int) or None
        Range to which values that a trace takes over are cut; None: nothing is cut.
    cut_where : str
        When they are cut, if not always.
    of_events : str
        What becomes of a trace that takes over values where its node sends none.
    counts_events : bool
        Whether a third factor's events add the impulse of a rule's trace.
    can_be_cut : bool
        Whether several shares can have the targets of one connection: its learner takes ``targets``.
    """

    learner: ClassVar[str]
    synapse_bytes: ClassVar[int] = 8
    tag_bytes: ClassVar[int] = 2
    tag_type: ClassVar[Any] = np.int16
    shares_epoch: ClassVar[bool] = False
    third_factors: ClassVar[bool] = True
    values: ClassVar[tuple[int, int] | None] = None
    cut_where: ClassVar[str] = ""
    of_events: ClassVar[str] = "becomes 1 at the first event and stays"
    counts_events: ClassVar[bool] = True
    can_be_cut: ClassVar[bool] = False

    @abstractmethod
    def check(self, rule: LearningRule, driven: Driven, made: Connection) -> None:
        """Raise where a connection cannot learn by this rule."""

    def check_convolution(self, rule: LearningRule, where: str, rules: str) -> None:
        """Raise where a convolution cannot learn by this rule."""
        raise UnsupportedError(
            f'{where}: rules "{rules}" replay a peer that learns no convolutions. '
            'Use rules "chip", or expand the kernel into a sparse matrix.'
        )

    def unused(self, rule: LearningRule, driven: dict[str, str], where: str) -> Iterator[str]:
        """What to warn of: parts of a rule that do not act under this rule set alone."""
        yield from ()

    def checked(self, made: Connection) -> Connection:
        """The same connection, or an error for weights that only connections which do not learn may have."""
        return made

    def state(self, where: str, variable: str, value: Any, *, driven: bool) -> Array:
        """Tags, or a trace (`driven`: by a third factor's values), as they can be set, or an error."""
        values = whole(where, variable, value)
        if variable == "tags":
            return ranged(where, variable, values, *TAG)
        return ranged(where, variable, values, -TRACE_MAX - 1 if driven else 0, TRACE_MAX, "Traces hold 7 bits.")

    def sums(self, c: Connection, weights: WeightRule) -> Sums:
        """What is done to the sums of a connection's weights before they are added to its target's."""
        return Sums()

    def make(self, *parts: Any) -> Any:
        """The learner of a connection, from the parts that :class:`loihi_emu.image.learner.Learner` lists."""
        return imported(self.learner)(*parts)
