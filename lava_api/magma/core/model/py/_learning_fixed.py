"""Learning in integers."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.core.learning.constants import GradedSpikeCfg
from lava_api.magma.core.learning.learning_rule_applier import AbstractLearningRuleApplier, LearningRuleApplierBitApprox
from lava_api.magma.core.learning.product_series import ProductSeries
from lava_api.magma.core.learning.random import ConnVarRandom, TraceRandom
from lava_api.magma.core.learning.synapses import SHIFT, rounded
from lava_api.magma.core.learning.traces import add_impulse, integer_course
from lava_api.magma.core.model.py._learning import PyLearningConnection
from lava_api.magma.core.model.py.declare import array, in_port
from lava_api.magma.core.model.py.type import LavaPyType
from loihi_emu.learning.lava_table import split_impulses
from loihi_emu.models.memory import Array
from loihi_emu.widths import TRACE_MAX


class LearningConnectionModelBitApproximate(PyLearningConnection):
    """Learning with traces of 7 bits, weights and tags of 8 bits, and rounding by chance.

    All neurons, and all synapses, of a connection share the random numbers of a step.
    """

    s_in_bap = in_port(bool, 1)
    s_in_y1 = s_in_y2 = s_in_y3 = in_port(np.int32, 7)
    x0 = y0 = array(bool)
    tx = ty = tag_2 = array(int, 6)
    x1 = x2 = y1 = y2 = y3 = array(int, 7)
    tag_1 = x1_tau = x2_tau = y1_tau = y2_tau = y3_tau = x1_impulse = x2_impulse = y1_impulse = array(int, 8)
    y2_impulse = y3_impulse = array(int, 8)
    dw = dd = dt = LavaPyType(str, str)

    def _store_impulses(self, x_impulses: Array, y_impulses: Array) -> None:
        self.x_impulses = split_impulses(x_impulses)
        self.y_impulses = split_impulses(y_impulses)

    def _create_learning_rule_applier(self, product_series: ProductSeries) -> AbstractLearningRuleApplier:
        return LearningRuleApplierBitApprox(product_series)

    def _init_randoms(self) -> None:
        seed = self._learning_rule.rng_seed
        self._x_random = TraceRandom(seed_trace_decay=seed, seed_impulse_addition=seed + 1)
        self._y_random = TraceRandom(seed_trace_decay=seed + 2, seed_impulse_addition=seed + 3)
        self._conn_var_random = ConnVarRandom()  # in Lava not by the rule's seed: all connections round alike

    def _update_trace_randoms(self) -> None:
        self._x_random.advance()
        self._y_random.advance()

    def _update_synaptic_variable_random(self) -> None:
        self._conn_var_random.advance()

    def _process_pre_spikes(self, s_in: Array) -> None:
        spiked = s_in.astype(bool)
        again = spiked & (self.tx > 0)
        counted = spiked
        whole, fraction = self.x_impulses
        if self._graded_spike_cfg is GradedSpikeCfg.USE_REGULAR_IMPULSE:
            # Lava's random number of x impulses is 0 here: a fraction is always rounded up, unlike those of y
            self.x1[again] = add_impulse(self.x1[again], 0, whole[0], fraction[0])
        else:
            payload = _byte(np.round(s_in / 2))
            sums = _byte(self.x1 + payload)
            if self._graded_spike_cfg is GradedSpikeCfg.OVERWRITE:
                self.x1[spiked] = payload[spiked]
            elif self._graded_spike_cfg is GradedSpikeCfg.ADD_WITH_SATURATION:
                self.x1[:] = np.minimum(sums, TRACE_MAX)
            else:
                overflows = sums > TRACE_MAX
                counted, again = spiked & overflows, again & overflows
                self.x1[:] = sums - TRACE_MAX * overflows
        self.x2[again] = add_impulse(self.x2[again], 0, whole[1], fraction[1])
        self.tx[counted] = self._within_epoch_time_step()

    def _with_y_impulses(self) -> Array:
        whole, fraction = (part[:, None] for part in self.y_impulses)
        return add_impulse(self._y_traces, self._y_random.random_impulse_addition, whole, fraction)

    def _compute_trace_histories(self) -> tuple[Array, Array]:
        steps = int(self._learning_rule.t_epoch)
        x_randoms, y_randoms = (
            (source.random_trace_decay, source.random_impulse_addition) for source in (self._x_random, self._y_random)
        )
        return (
            integer_course(self._x_traces, self.tx, steps, self.x_decay, self.x_impulses, x_randoms),
            integer_course(self._y_traces, self.ty, steps, self.y_decay, self.y_impulses, y_randoms),
        )

    def _learned(self, name: str, values: Array, applier: AbstractLearningRuleApplier, args: dict[str, Any]) -> Array:
        accumulator = applier.apply(values << SHIFT[name], **args)
        return rounded(name, accumulator, self.sign_mode, self._conn_var_random.random_stochastic_round)


def _byte(numbers: Array) -> Array:
    return numbers.astype(np.int64) & 0xFF
