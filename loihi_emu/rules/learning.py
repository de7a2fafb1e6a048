"""How connections learn under a rule set: the interface, and what holds where a rule set says nothing else."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar

from loihi_emu.errors import UnsupportedError
from loihi_emu.lazy import imported
from loihi_emu.learning.rule import LearningRule
from loihi_emu.network.elements import Connection

Driven = tuple[tuple[str, str], ...]
"""Traces and the nodes that drive them."""


class LearningRules(ABC):
    """How connections learn under one rule set.

    Attributes
    ----------
    learner : str
        ``"module:function"``: from a connection to its memory and leaves (:mod:`loihi_emu.image.learners`); imported
        when first used.
    synapse_bytes : int
        Bytes of a synapse's weight in memory.
    shares_epoch : bool
        Whether connections onto the same neurons must agree in t_epoch.
    third_factors : bool
        Whether rules have third factors at all.
    values : (int, int) or None
        Range to which values that a trace takes over are cut; None: nothing is cut.
    of_events : str
        What becomes of a trace that takes over values where its node sends none.
    """

    learner: ClassVar[str]
    synapse_bytes: ClassVar[int] = 8
    shares_epoch: ClassVar[bool] = False
    third_factors: ClassVar[bool] = True
    values: ClassVar[tuple[int, int] | None] = None
    of_events: ClassVar[str] = "becomes 1 at the first event and stays"

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

    def make(self, *parts: Any) -> Any:
        """The learner of a connection, from the parts that :class:`loihi_emu.image.learner.Learner` lists."""
        return imported(self.learner)(*parts)
