"""What a rule must be under rules="nengo_loihi", whose peer has PES alone."""

from __future__ import annotations

import numpy as np

from loihi_emu.errors import UnsupportedError, invalid
from loihi_emu.learning.constants import checked
from loihi_emu.learning.grammar import RuleFactor
from loihi_emu.learning.rule import LearningRule
from loihi_emu.network.elements import Connection
from loihi_emu.rules.learning import Driven, LearningRules

PES_EPOCH = 2
LEAST_EXPONENT = -6
"""Effective weights are whole in units of u from this weight_exp on."""


class NengoLearning(LearningRules):
    """PES alone, of the errors of each step."""

    learner = "loihi_emu.validation.peers.nengo_loihi.plasticity:PlasticNengo"
    of_events = "is 1 in steps with an event"

    def check(self, rule: LearningRule, driven: Driven, made: Connection) -> None:
        """Whether a connection learns as nengo-loihi can.

        Raises
        ------
        UnsupportedError
            If the rule is not that of ``pes``, or its connection has delays or payloads.
        ValidationError
            For parameters beyond what that peer holds.
        """
        where = f'connection "{made.name}"'
        products = rule.products.get("dw", ())
        form = [(p.gate, sorted(p.factors, key=lambda f: f.variable)) for p in products]
        if (
            form != [("u1", [RuleFactor("x1"), RuleFactor("y1")])]
            or rule.dd is not None
            or rule.dt is not None
            or set(rule.traces) != {"x1"}
            or [name for name, _ in driven] != ["y1"]
            or made.graded
            or bool(np.any(made.delays))
        ):
            raise UnsupportedError(
                f'{where}: rules "nengo_loihi" replay a peer that has PES alone, without delays and payloads: '
                'connect(learning=pes(...), factors={"y1": error}). Use rules "chip".'
            )
        checked(products[0], "dw", rule.dw or "")
        if rule.t_epoch != PES_EPOCH:
            raise invalid(where, "t_epoch", rule.t_epoch, f'{PES_EPOCH} under rules "nengo_loihi"')
        if rule.random is not None:
            raise invalid(where, "random", rule.random, 'None, but under rules "brian2_loihi"')
        if not rule.traces["x1"].tau > 0:
            raise invalid(where, "x1", rule.traces["x1"], 'a tau above 0 under rules "nengo_loihi"')
        if made.weight_exp < LEAST_EXPONENT:
            allowed = f"{LEAST_EXPONENT} or more for a connection that learns"
            raise invalid(where, "weight_exp", made.weight_exp, allowed)
