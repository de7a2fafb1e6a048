"""Learning rules: what changes weights and tags, how traces move, how long an epoch lasts."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

import numpy as np

from lava_api._signature import extends
from lava_api.magma.core.learning import string_symbols as names
from lava_api.magma.core.learning.product_series import ProductSeries
from lava_api.magma.core.learning.symbolic_equation import SymbolicEquation
from loihi_emu.errors import ValidationError, invalid
from loihi_emu.keywords import known_keywords_of
from loihi_emu.numeric import finite, integer, ranged

TRACE_PARAMETERS = tuple(
    f"{trace}_{kind}" for trace in (names.X1, names.X2, names.Y1, names.Y2, names.Y3) for kind in ("impulse", "tau")
)
"""x1_impulse, x1_tau, ... y3_tau."""

SLOWEST_TAU = np.iinfo(np.uint16).max
"""Time constant of y traces that the target's neurons manage themselves."""


def _parameter(name: str, check: Callable[[str, Any], Any], doc: str) -> Any:
    """Return the property of a parameter that is checked when it is set."""

    def setter(self: Any, value: Any) -> None:
        setattr(self, f"_{name}", check(name, value))

    return property(attrgetter(f"_{name}"), setter, doc=doc)


def _whole(least: int, most: int) -> Callable[[str, Any], Any]:
    return lambda name, value: integer("learning rule", name, value, least, most)


def _amount(name: str, value: Any) -> Any:
    """Check an impulse or a time constant; return it as it was given."""
    array = ranged("learning rule", name, value, 0, np.inf)
    if array.ndim:
        raise invalid("learning rule", name, f"an array of shape {array.shape}", "one number")
    if name.endswith("_impulse"):
        finite("learning rule", name, value)
    return value


def _trace_parameter(name: str) -> Any:
    trace, kind = name.split("_")
    what = "Impulse that a spike adds to" if kind == "impulse" else "Time constant in steps of"
    return _parameter(name, _amount, f"{what} the trace {trace}.")


def _rule_text(target: str) -> Any:
    """Return the property of a rule's text; the rule is read when it is set."""

    def setter(self: Any, text: str | None) -> None:
        self.read_texts({**self.texts(), target: text})

    return property(attrgetter(f"_{target}_str"), setter, doc=f"Text of {target}, or None.")


def _rule(target: str) -> Any:
    """Return the property of a rule that was read."""

    def getter(self: Any) -> ProductSeries | None:
        return self.active_product_series.get(target)  # type: ignore[no-any-return]

    return property(getter, doc=f"The rule {target} as products, or None.")


@known_keywords_of
class LoihiLearningRule:
    """Rules for weights and tags, with the traces they read.

    A rule is a sum of products such as ``"2^-2 * y0 * x1 - 2^-2 * x0 * y1 + u0 * 2^-4 * (w - 20)"``. Each product is
    gated by a dependency: x0 (a spike of the source in this epoch), y0 (one of the target) or uk (every 2^k-th epoch).
    Its factors are traces of the source (x1, x2) and of the target (y1, y2, y3), the synapse's weight w and tags t, d,
    sums ``(variable + constant)``, signs ``sgn(w + constant)``, and constants n, 2^e, n*2^e.

    Parameters
    ----------
    dw, dd, dt : str, optional
        Change of weight, of ``tag_2`` and of ``tag_1`` per epoch; at least one is given.
    x1_impulse, x2_impulse, y1_impulse, y2_impulse, y3_impulse : float
        What a spike adds to the trace, not negative.
    x1_tau, x2_tau, y1_tau, y2_tau, y3_tau : float
        Time constant of its exponential decay in steps, not negative; 0 clears it in each step.
    t_epoch : int
        Length of an epoch in steps, at least 1; the rules are applied at its end.
    rng_seed : int, optional
        Seed of the roundings by chance of fixed-point models; drawn from ``numpy.random`` if it is not given.

    Raises
    ------
    ValidationError
        For a rule that cannot be read, with the place in its text; for no rule at all, rules with different uk, and
        numbers out of range.

    Examples
    --------
    >>> rule = LoihiLearningRule(dw="x0 * y1 - u3 * w", y1_impulse=16, y1_tau=10)
    >>> rule.decimate_exponent, sorted(rule.active_traces)
    (3, ['y1'])
    """

    def __init__(
        self,
        dw: str | None = None,
        dd: str | None = None,
        dt: str | None = None,
        x1_impulse: float | None = 0.0,
        x1_tau: float | None = 0.0,
        x2_impulse: float | None = 0.0,
        x2_tau: float | None = 0.0,
        y1_impulse: float | None = 0.0,
        y1_tau: float | None = 0.0,
        y2_impulse: float | None = 0.0,
        y2_tau: float | None = 0.0,
        y3_impulse: float | None = 0.0,
        y3_tau: float | None = 0.0,
        t_epoch: int | None = 1,
        rng_seed: int | None = None,
    ) -> None:
        self.read_texts({names.DW: dw, names.DD: dd, names.DT: dt})
        values = (x1_impulse, x1_tau, x2_impulse, x2_tau, y1_impulse, y1_tau, y2_impulse, y2_tau, y3_impulse, y3_tau)
        for name, value in zip((*TRACE_PARAMETERS, "t_epoch"), (*values, t_epoch), strict=True):
            setattr(self, name, value)
        self.rng_seed = np.random.randint(1, np.iinfo(np.int32).max) if rng_seed is None else rng_seed

    x1_impulse: float = _trace_parameter("x1_impulse")
    x1_tau: float = _trace_parameter("x1_tau")
    x2_impulse: float = _trace_parameter("x2_impulse")
    x2_tau: float = _trace_parameter("x2_tau")
    y1_impulse: float = _trace_parameter("y1_impulse")
    y1_tau: float = _trace_parameter("y1_tau")
    y2_impulse: float = _trace_parameter("y2_impulse")
    y2_tau: float = _trace_parameter("y2_tau")
    y3_impulse: float = _trace_parameter("y3_impulse")
    y3_tau: float = _trace_parameter("y3_tau")

    dw_str: str | None = _rule_text(names.DW)
    dd_str: str | None = _rule_text(names.DD)
    dt_str: str | None = _rule_text(names.DT)

    dw: ProductSeries | None = _rule(names.DW)
    dd: ProductSeries | None = _rule(names.DD)
    dt: ProductSeries | None = _rule(names.DT)

    t_epoch: int = _parameter("t_epoch", _whole(1, 1 << 40), "Length of an epoch in steps.")
    rng_seed: int = _parameter("rng_seed", _whole(0, 1 << 62), "Seed of the roundings by chance.")

    @property
    def active_traces_per_dependency(self) -> dict[str, set[str]]:
        """For each dependency that occurs, the traces that occur with it."""
        active: dict[str, set[str]] = {}
        for series in self.active_product_series.values():
            for dependency, traces in series.active_traces_per_dependency.items():
                active.setdefault(dependency, set()).update(traces)
        return active

    @property
    def active_traces(self) -> set[str]:
        """The traces that occur."""
        return set().union(*self.active_traces_per_dependency.values())

    def texts(self) -> dict[str, str | None]:
        """Return the texts of the rules."""
        return {target: getattr(self, f"_{target}_str") for target in (names.DW, names.DD, names.DT)}

    def read_texts(self, texts: dict[str, str | None]) -> None:
        """Read rules, and keep them if all is well."""
        given = {target: text for target, text in texts.items() if text is not None}
        if not given:
            raise ValidationError(
                "learning rule: no rule is given. Give at least one of dw, dd and dt, such as dw='2^-2*y0*x1'."
            )
        series = {target: ProductSeries(SymbolicEquation(target, text)) for target, text in given.items()}
        used = {target: s.decimate_exponent for target, s in series.items() if s.decimate_exponent is not None}
        if len(set(used.values())) > 1:
            found = ", ".join(f"u{k} in {target}" for target, k in used.items())
            raise ValidationError(f"learning rule: {found}. Use one k of uk in all of dw, dd and dt.")
        self.decimate_exponent = next(iter(used.values()), None)  # the k of uk
        self.active_product_series = series  # the rules that were given, by target
        for target, text in texts.items():
            setattr(self, f"_{target}_str", text)


class Loihi2FLearningRule(LoihiLearningRule):
    """Two factors: the connection makes the traces y1, y2, y3 from the spikes that come back from its target."""


class Loihi3FLearningRule(LoihiLearningRule):
    """Three factors: the target's neurons send y1, y2 and y3 in every step.

    Parameters
    ----------
    dw, dd, dt, x1_impulse, x1_tau, x2_impulse, x2_tau, t_epoch, rng_seed
        As for :class:`LoihiLearningRule`.
    """

    @extends(LoihiLearningRule, without=[name for name in TRACE_PARAMETERS if name[0] == "y"])
    def __init__(self, **given: Any) -> None:
        super().__init__(y1_tau=SLOWEST_TAU, y2_tau=SLOWEST_TAU, y3_tau=SLOWEST_TAU, **given)
