"""What a rule must be under rules="brian2_loihi", and which of its spikes are never seen there."""

from __future__ import annotations

from collections.abc import Iterator

from loihi_emu.errors import UnsupportedError, invalid
from loihi_emu.learning.grammar import place
from loihi_emu.learning.rule import LearningRule
from loihi_emu.models.plasticity.learning_layout import FACTOR_LIMIT
from loihi_emu.network.elements import Connection
from loihi_emu.rules.learning import Driven, LearningRules

LARGEST = 1 << 31
"""Magnitude of a constant beside a variable, at most."""


class Brian2Learning(LearningRules):
    """Traces and weights of every synapse by itself, in epochs of one step, without third factors."""

    learner = "loihi_emu.validation.peers.brian2_loihi.plasticity:PlasticBrian2"
    third_factors = False

    def check(self, rule: LearningRule, driven: Driven, made: Connection) -> None:
        """Whether a connection learns as brian2-loihi can.

        Raises
        ------
        UnsupportedError
            If the rule changes delays or tags, or the connection has third factors, several delays, or payloads with
            one.
        ValidationError
            For parameters beyond what that peer holds.
        """
        where = f'connection "{made.name}"'
        if rule.t_epoch != 1:
            raise invalid(where, "t_epoch", rule.t_epoch, '1 under rules "brian2_loihi"')
        varied = made.delays.size > 0 and made.delays.min() != made.delays.max()
        third = driven or rule.needs
        if rule.dd is not None or rule.dt is not None or third or varied or (made.graded and made.delays.any()):
            raise UnsupportedError(
                f'{where}: rules "brian2_loihi" replay a peer that has dw alone, no third factors, one delay for all '
                'synapses of a connection that learns, and with a delay no payloads. Use rules "chip".'
            )
        for product in rule.products.get("dw", ()):
            at = place("dw", rule.dw or "", product.start)
            if len(product.factors) > FACTOR_LIMIT:
                raise invalid(at, "factors", f"{len(product.factors)} in one product", f"at most {FACTOR_LIMIT}")
            for factor in product.factors:
                if abs(factor.constant) > LARGEST:
                    name = f"constant beside {factor.variable}"
                    raise invalid(at, name, str(factor.constant), f"-{LARGEST}..{LARGEST}")
        for name, trace in rule.traces.items():
            if trace.impulse != int(trace.impulse) or trace.tau < 1:
                raise invalid(where, name, trace, 'a whole impulse and tau of 1 or more under rules "brian2_loihi"')

    def unused(self, rule: LearningRule, driven: dict[str, str], where: str) -> Iterator[str]:
        gates = {p.gate for p in rule.products.get("dw", ())} | rule.used
        for name in sorted(unset_spikes(rule) & gates):
            yield (
                f'{where}: {name} is always 0 under rules "brian2_loihi": that peer sets it beside an impulse of '
                f"{name[0]}1 or {name[0]}2, and the rule has none."
            )


def unset_spikes(rule: LearningRule) -> set[str]:
    """Which of x0 and y0 are always 0: that peer sets them where it adds an impulse to a trace of that side.

    Examples
    --------
    >>> sorted(unset_spikes(LearningRule(dw="2*x0 + 3*y0")))
    ['x0', 'y0']
    """
    sides = {name[0] for name, trace in rule.traces.items() if trace.impulse}
    return {f"{side}0" for side in "xy" if side not in sides}
