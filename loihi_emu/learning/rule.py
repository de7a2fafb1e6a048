"""Learning rules and traces as descriptions, checked when they are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from loihi_emu.errors import invalid, unknown
from loihi_emu.keywords import known_keywords_of
from loihi_emu.learning.grammar import TRACES, RuleProduct, parse
from loihi_emu.numeric import finite, integer, ranged
from loihi_emu.read_only import read_only
from loihi_emu.units import IN_STEPS
from loihi_emu.user_warnings import warn
from loihi_emu.widths import TRACE_MAX

TARGETS = ("dw", "dd", "dt")
DRIVEN = ("y1", "y2", "y3")
"""Traces that a third factor can drive."""
FRACTION_BITS = 8
"""Bits of an impulse below 1."""
MAX_EPOCH = 63


@known_keywords_of
@read_only()
@dataclass(frozen=True)
class Trace:
    """A trace: every spike adds `impulse`, every step multiplies by ``exp(-1 / tau)``; 0..127, rounded stochastically.

    Every spike of an epoch adds its impulse (Lava; nengo-loihi's emulator takes one spike an epoch). The decay is by
    analogy with that of u and v: brian2-loihi multiplies by ``1 - 1 / tau``, nengo-loihi by ``exp(-2 / tau)`` in every
    second step.

    Parameters
    ----------
    impulse : float
        0..127, in steps of 1/256; the fraction is rounded up with that probability.
    tau : float
        Time constant in steps; 0 forgets at once, ``numpy.inf`` never. A step keeps a multiple of 1/4096, so that
        beyond 8191 nothing is lost either.

    Examples
    --------
    >>> Trace(impulse=16, tau=10)
    Trace(impulse=16, tau=10)
    """

    impulse: float
    tau: float

    def __post_init__(self) -> None:
        impulse = finite("Trace", "impulse", self.impulse)
        if impulse.ndim:
            raise invalid("Trace", "impulse", f"an array of shape {impulse.shape}", "one number")
        ranged("Trace", "impulse", impulse, 0, TRACE_MAX, "Traces hold 7 bits.")
        scaled = float(impulse) * (1 << FRACTION_BITS)
        if scaled != int(scaled):
            low = int(scaled) / (1 << FRACTION_BITS)
            near = f"Near it are {low} and {low + 1 / (1 << FRACTION_BITS)}."
            raise invalid("Trace", "impulse", self.impulse, f"multiples of 1/{1 << FRACTION_BITS}", advice=near)
        tau = ranged("Trace", "tau", self.tau, 0, np.inf, "A time constant is 0 or more, in steps.")
        if tau.ndim:
            raise invalid("Trace", "tau", f"an array of shape {tau.shape}", "one number")
        if 0 < tau < 1:
            text = (
                f"Trace: tau={self.tau} counts steps, so that a trace is all but gone after one. Divide seconds by the "
                f"seconds of a step ({self.tau} / 0.001); 0 forgets at once."
            )
            warn(text)


@known_keywords_of
@read_only()
@dataclass(frozen=True)
class LearningRule:
    """How synapses change: one text each for weight, delay and tag, the traces they read, and how often.

    In the last step of every epoch of `t_epoch` steps, every product adds to the synapses whose dependency holds: x0
    (y0) where the presynaptic (postsynaptic) neuron spiked in the epoch, u_k in every 2^k-th epoch. Traces are read at
    the neuron's last spike in the epoch for x0 and y0, at the end of the epoch for u_k. A presynaptic spike counts in
    the step in which it arrives (its synaptic delay aside), a postsynaptic spike of step t in step t + 1; spikes that
    count in one step see each other's impulses.

    Parameters
    ----------
    dw, dd, dt : str, optional
        Changes of weight, delay and tag; see :mod:`loihi_emu.learning.grammar` for the grammar.
    x1, x2, y1, y2, y3 : Trace, optional
        Those that are used. A y may be left out when a third factor takes its place (``Network.connect(factors=...)``).
    t_epoch : int
        Steps of an epoch, 1..63.
    random : float, optional
        Under ``rules="brian2_loihi"`` only: a constant in 0..1 in place of all random numbers, to replay recordings.
    needs : tuple of str
        Traces among y1, y2 and y3 that a third factor must drive: connecting without it is an error.

    Raises
    ------
    ValidationError
        A text that is no rule (names the character), a trace x1 or x2 that is read and not given, a constant that no
        whole number times a power of 2 gives. What depends on the rule set, on third factors or on the connection
        (4 bits of mantissa, y traces, shapes) is checked by ``Network.connect``.

    Notes
    -----
    How far this is known of silicon: weights saturate at the range of the mantissa (reported of a chip are 128, and an
    overflow near the limit: nengo-loihi's issue 98, open); nengo-loihi's emulator and the chip learn alike, not equally
    (its issues 139, 167). docs/semantics.md has the source of every choice.

    Examples
    --------
    >>> rule = LearningRule(dw="2^-2*x1*y0 - 2^-2*y1*x0", x1=Trace(16, 10), y1=Trace(16, 10), t_epoch=2)
    >>> len(rule.products["dw"])
    2
    """

    dw: str | None = None
    dd: str | None = None
    dt: str | None = None
    x1: Trace | None = None
    x2: Trace | None = None
    y1: Trace | None = None
    y2: Trace | None = None
    y3: Trace | None = None
    t_epoch: int = 1
    random: float | None = None
    needs: tuple[str, ...] = ()
    products: Mapping[str, tuple[RuleProduct, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        given = {target: getattr(self, target) for target in TARGETS}
        if all(text is None for text in given.values()):
            raise invalid("LearningRule", "", "no rule", "at least one of dw, dd and dt")
        parsed = {target: parse(target, text) for target, text in given.items() if text is not None}
        object.__setattr__(self, "products", MappingProxyType(parsed))
        object.__setattr__(self, "t_epoch", integer("LearningRule", "t_epoch", self.t_epoch, 1, MAX_EPOCH, IN_STEPS))
        for name in TRACES:
            value = getattr(self, name)
            if value is not None and not isinstance(value, Trace):
                raise invalid(
                    "LearningRule", name, repr(value), "a loihi_emu.learning.Trace, such as Trace(16, tau=10)"
                )
        if self.random is not None:
            ranged("LearningRule", "random", self.random, 0, 1)
        object.__setattr__(self, "needs", _needed(self.needs))
        for name in TRACES[:2]:
            if name in self.used and getattr(self, name) is None:
                missing = f"no trace {name}, which the rule reads"
                raise invalid("LearningRule", name, missing, f"{name}=Trace(impulse, tau)")

    @property
    def traces(self) -> dict[str, Trace]:
        """The traces that are given, by name."""
        return {name: getattr(self, name) for name in TRACES if getattr(self, name) is not None}

    @property
    def used(self) -> set[str]:
        """Names of the variables that the rules read."""
        return {f.variable for products in self.products.values() for p in products for f in p.factors}

    def settings(self) -> dict[str, Any]:
        """Everything but the parsed products, for files."""
        found: dict[str, Any] = {target: getattr(self, target) for target in TARGETS}
        found |= {
            name: None if (trace := getattr(self, name)) is None else [trace.impulse, trace.tau] for name in TRACES
        }
        return found | {"t_epoch": self.t_epoch, "random": self.random, "needs": list(self.needs)}

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> LearningRule:
        """The rule of :meth:`settings`.

        Examples
        --------
        >>> rule = LearningRule(dw="-2^-1*x0*y2", y2=Trace(3.5, 20))
        >>> LearningRule.from_settings(rule.settings()) == rule
        True
        """
        made = dict(settings)
        for name in TRACES:
            if made[name] is not None:
                made[name] = Trace(*made[name])
        return cls(**made)

    def __getstate__(self) -> dict[str, Any]:
        return self.settings()

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(LearningRule.from_settings(state).__dict__)


def _needed(names: Any) -> tuple[str, ...]:
    given = (names,) if isinstance(names, str) else names
    if not isinstance(given, (tuple, list)):
        raise invalid("LearningRule", "needs", repr(names), 'names of traces, such as ("y3",)')
    for name in given:
        if name not in DRIVEN:
            raise unknown("trace of a third factor", name, DRIVEN, where="LearningRule, needs")
    return tuple(given)


@dataclass(frozen=True)
class Learning:
    """How one connection learns.

    Attributes
    ----------
    rule : LearningRule
    factors : tuple of (str, str)
        Trace and the population or input that drives it in place of the postsynaptic neuron's own spikes.
    enabled : bool
        False: traces go on, synapses stay as they are.
    """

    rule: LearningRule
    factors: tuple[tuple[str, str], ...] = ()
    enabled: bool = True
