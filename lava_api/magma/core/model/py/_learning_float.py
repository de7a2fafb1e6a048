"""Learning in floating point."""

from __future__ import annotations

from typing import Any

from lava_api.magma.core.learning.constants import GradedSpikeCfg
from lava_api.magma.core.learning.learning_rule_applier import AbstractLearningRuleApplier, LearningRuleApplierFloat
from lava_api.magma.core.learning.product_series import ProductSeries
from lava_api.magma.core.learning.synapses import signed
from lava_api.magma.core.learning.traces import float_course
from lava_api.magma.core.model.py._learning import PyLearningConnection
from lava_api.magma.core.model.py.declare import array, in_port
from lava_api.magma.core.model.py.type import LavaPyType
from loihi_emu.models.memory import Array


class LearningConnectionModelFloat(PyLearningConnection):
    """Learning in float64: nothing is rounded or saturated, signs of weights and ``tag_2`` are kept.

    Both ways to add payloads to x1 are one here: half of the payload is added, and every spike counts.
    """

    s_in_bap = in_port(bool)
    s_in_y1 = s_in_y2 = s_in_y3 = in_port(float)
    x0 = y0 = array(bool)
    tx = ty = array(int, 6)
    x1 = x2 = y1 = y2 = y3 = tag_2 = tag_1 = x1_tau = x2_tau = y1_tau = y2_tau = y3_tau = x1_impulse = array(float)
    x2_impulse = y1_impulse = y2_impulse = y3_impulse = array(float)
    dw = dd = dt = LavaPyType(str, str)

    def _store_impulses(self, x_impulses: Array, y_impulses: Array) -> None:
        self.x_impulses = x_impulses
        self.y_impulses = y_impulses

    def _create_learning_rule_applier(self, product_series: ProductSeries) -> AbstractLearningRuleApplier:
        return LearningRuleApplierFloat(product_series)

    def _process_pre_spikes(self, s_in: Array) -> None:
        spiked = s_in.astype(bool)
        again = spiked & (self.tx > 0)
        if self._graded_spike_cfg is GradedSpikeCfg.USE_REGULAR_IMPULSE:
            self.x1[again] += self.x_impulses[0]
        elif self._graded_spike_cfg is GradedSpikeCfg.OVERWRITE:
            self.x1[spiked] = s_in[spiked] / 2
        else:
            self.x1[:] += s_in / 2
        self.x2[again] += self.x_impulses[1]
        self.tx[spiked] = self._within_epoch_time_step()

    def _with_y_impulses(self) -> Array:
        return self._y_traces + self.y_impulses[:, None]

    def _compute_trace_histories(self) -> tuple[Array, Array]:
        steps = int(self._learning_rule.t_epoch)
        return (
            float_course(self._x_traces, self.tx, steps, self.x_decay, self.x_impulses),
            float_course(self._y_traces, self.ty, steps, self.y_decay, self.y_impulses),
        )

    def _learned(self, name: str, values: Array, applier: AbstractLearningRuleApplier, args: dict[str, Any]) -> Array:
        return signed(name, applier.apply(values, **args), self.sign_mode)
