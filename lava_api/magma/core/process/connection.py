"""LearningConnectionProcess: ports and variables of connections that learn."""

from __future__ import annotations

from typing import Any

from lava_api.magma.core.learning.constants import GradedSpikeCfg
from lava_api.magma.core.learning.learning_rule import TRACE_PARAMETERS, LoihiLearningRule
from lava_api.magma.core.process.ports.ports import InPort
from lava_api.magma.core.process.process import AbstractProcess
from lava_api.magma.core.process.variable import Var
from loihi_emu.errors import invalid

RULE_LENGTH = 256
"""Characters that the variable of a rule's text is declared with."""


class LearningConnectionProcess(AbstractProcess):
    """Base of connections that learn; stands before the connection's class among the bases.

    Spikes of the target come back through ``s_in_bap``, its traces of a three-factor rule through ``s_in_y1``,
    ``s_in_y2`` and ``s_in_y3``. Variables: dependencies x0, y0; steps of the last spikes tx, ty; traces x1, x2, y1, y2,
    y3; tags tag_1, tag_2; the texts dw, dd, dt of the rules, "" for none; impulse and tau of each trace. All may be set
    between runs.

    Parameters
    ----------
    shape : tuple of int
        Targets by sources.
    learning_rule : LoihiLearningRule
        What is learned; a ValidationError without.
    **kwargs
        Go on to the next base; `tag_1` and `tag_2` are initial values.
    """

    OPTIONS = ("shape",)
    """Keyword arguments that this class adds for the next base."""

    def __init__(self, shape: tuple[int, ...], learning_rule: LoihiLearningRule | None, **kwargs: Any) -> None:
        rule = checked_rule(self, learning_rule)
        kwargs["learning_rule"] = rule
        kwargs["shape"] = shape
        targets, sources = (shape[0],), (shape[-1],)
        self._learning_rule = rule
        self.s_in_bap = InPort(shape=targets)
        self.s_in_y1 = InPort(shape=targets)
        self.s_in_y2 = InPort(shape=targets)
        self.s_in_y3 = InPort(shape=targets)
        for name in ("x0", "tx", "x1", "x2"):
            setattr(self, name, Var(shape=sources, init=0))
        for name in ("y0", "ty", "y1", "y2", "y3"):
            setattr(self, name, Var(shape=targets, init=0))
        self.tag_1 = Var(shape=shape, init=kwargs.get("tag_1", 0))
        self.tag_2 = Var(shape=shape, init=kwargs.get("tag_2", 0))
        self.dw = Var(shape=(RULE_LENGTH,), init=rule.dw_str or "")
        self.dd = Var(shape=(RULE_LENGTH,), init=rule.dd_str or "")
        self.dt = Var(shape=(RULE_LENGTH,), init=rule.dt_str or "")
        for name in TRACE_PARAMETERS:
            setattr(self, name, Var(shape=(1,), init=getattr(rule, name)))
        super().__init__(**kwargs)


def checked_learning(process: object, rule: Any, use: Any) -> tuple[LoihiLearningRule, GradedSpikeCfg]:
    """Return a learning rule, and what payloads do; the rule has no impulse of x1 where they take its place."""
    rule = checked_rule(process, rule)
    if use not in tuple(GradedSpikeCfg):
        allowed = ", ".join(f"GradedSpikeCfg.{member.name}" for member in GradedSpikeCfg)
        raise invalid(type(process).__name__, "graded_spike_cfg", use, allowed)
    if use != GradedSpikeCfg.USE_REGULAR_IMPULSE:
        rule.x1_impulse = 0  # of the rule that was given, as in Lava, where other connections may use it too
    return rule, GradedSpikeCfg(use)


def checked_rule(process: object, rule: Any) -> LoihiLearningRule:
    """Return a learning rule, or raise if it is none."""
    if isinstance(rule, LoihiLearningRule):
        return rule
    raise invalid(type(process).__name__, "learning_rule", rule, "a LoihiLearningRule: Loihi2FLearningRule(...)")
