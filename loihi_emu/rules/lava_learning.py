"""How connections learn as Lava's process models do, under the rule sets "lava" and "float"."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from loihi_emu.errors import UnsupportedError, invalid
from loihi_emu.learning.lava_table import tables_of
from loihi_emu.learning.rule import LearningRule
from loihi_emu.network.elements import Connection
from loihi_emu.numeric import finite
from loihi_emu.rules.learning import Driven, LearningRules
from loihi_emu.rules.weights import Array, Sums, WeightRule
from loihi_emu.widths import TRACE_MAX


class LavaLearning(LearningRules):
    """Lava 0.10's learning in integers, as the process models of LearningDense and LearningSparse compute it.

    Traces have 7 bits, weights 8 and sign, tags 8 and sign; products of factors are brought to 15 bits. An epoch ends
    in the steps that are multiples of t_epoch, as Lava counts (step 0, which Lava does not have, ends one of its own).
    Within it a trace stands still, but for the impulse of a neuron's second spike and those behind; at its end it goes
    through the steps of the epoch, with the impulse of the neuron's last spike in the step of that.

    All neurons of a side share the random numbers of a step, and all synapses of a connection the one of an epoch. They
    are Lava's: NumPy's PCG64 with the network's seed in the place of a rule's ``rng_seed`` (decay and impulses of x:
    seed and seed + 1; of y: seed + 2 and + 3; synapses: 2), the same for every connection and every sample.

    A third factor replaces its trace in every step by what its node sends, 0 where it sends nothing. Within an epoch
    such a trace decays as a Loihi3FLearningRule's does, and where the target spikes it is cut to 0..127, as traces with
    an impulse are: a punishment does not reach a neuron that spikes in its step. The other traces are made of the
    neuron's own spikes (in Lava the target's process would have to send them).
    """

    learner = "loihi_emu.image.plasticity_lava:PlasticLava"
    synapse_bytes = 4
    tag_bytes = 4
    values: ClassVar[tuple[int, int] | None] = (0, TRACE_MAX)
    cut_where = " at neurons that spike in the same epoch, from the step of the last spike on, as Lava cuts them"
    of_events = "is 1 in steps with an event"
    counts_events = False
    can_be_cut = True
    floats: ClassVar[bool] = False

    def check(self, rule: LearningRule, driven: Driven, made: Connection) -> None:
        """Raise for what Lava's learning does not have."""
        where = f'connection "{made.name}"'
        tables_of(rule, floats=self.floats)
        if rule.random is not None:
            raise invalid(where, "random", rule.random, 'None, but under rules "brian2_loihi"')
        if np.any(made.delays):
            raise invalid(
                where, "delays", f"up to {made.delays.max()}", "0 on a connection that learns",
                advice='Lava\'s learning connections have none. Under rules "chip" they may have delays.',
            )  # fmt: skip
        for name, node in driven:
            if name in rule.traces:
                advice = (
                    f"A third factor of Lava's replaces its trace in every step, without impulses: leave {name} out of "
                    'the rule (signed_reward_stdp does), or take rules "chip".'
                )
                given = f'"{node}" and a trace {name} in the rule'
                raise invalid(where, f"third factor {name}", given, "one of both", advice=advice)

    def check_convolution(self, rule: LearningRule, where: str, rules: str) -> None:
        """Lava has none."""
        raise UnsupportedError(
            f'{where}: Lava\'s convolutions do not learn, and so do none under rules "{rules}". '
            'Use rules "chip", or expand the kernel into a sparse matrix.'
        )

    def sums(self, c: Connection, weights: WeightRule) -> Sums:
        """As of connections that do not learn."""
        return weights.sums(c)


class FloatLearning(LavaLearning):
    """Lava 0.10's learning in float64: epochs, traces and third factors as in integers, nothing rounded or limited.

    Constants of a rule may be any. Weights keep their sign if their sign mode is not mixed.
    """

    learner = "loihi_emu.image.plasticity_lava:PlasticFloat"
    synapse_bytes = 8
    tag_bytes = 8
    tag_type = np.float64
    values = None
    floats = True

    def check(self, rule: LearningRule, driven: Driven, made: Connection) -> None:
        """Raise for what Lava's learning does not have."""
        super().check(rule, driven, made)
        self.checked(made)

    def checked(self, made: Connection) -> Connection:
        """The same connection, or an error for weights of the other sign, which the first epoch would take away."""
        mode = made.sign_mode
        above, below = made.values.max(initial=0), made.values.min(initial=0)
        if (mode == "excitatory" and below < 0) or (mode == "inhibitory" and above > 0):
            wrong, allowed = (below, "0 or more") if mode == "excitatory" else (above, "0 or less")
            advice = 'connect(..., sign_mode="mixed") allows both signs.'
            raise invalid(f'connection "{made.name}"', f"weights ({mode})", wrong, allowed, advice=advice)
        return made

    def state(self, where: str, variable: str, value: Any, *, driven: bool) -> Array:
        """Any finite numbers."""
        return finite(where, variable, value).astype(np.float64)
