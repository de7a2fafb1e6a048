"""Stock connections that learn in float64, as kernels."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.core.learning.product_series import EXPONENT_OFFSET
from lava_api.magma.kernels.leaf_calls import Call
from lava_api.magma.kernels.messages import Feed
from lava_api.magma.kernels.wanted import PythonFallback
from lava_api.proc._learning_kernels import SYNAPTIC, LearningDenseFixed, LearningFixed, LearningSparseFixed
from lava_api.proc._learning_parts import LearningPart
from lava_api.proc.dense import kernels as dense
from lava_api.proc.sparse import kernels as sparse
from loihi_emu.models.memory import Description


class _LearningFloat(LearningFixed):
    """What differs from integers: types, no rounding, constants as they are."""

    is_real = True
    number = np.float64
    leaves = ("learning_float:step", "learning_float:learn")

    def _describe_randoms(self, d: Description) -> None:
        """Nothing is drawn."""

    def _table(self) -> None:
        super()._table()
        products = [product for applier in self.model.appliers.values() for product in applier.products]
        scales = [product.mantissa * 2.0 ** (product.exponent - EXPONENT_OFFSET) for product in products]
        for d in (part.learning for part in self.parts):
            d.scales = np.array(scales, np.float64)
            d.consts = np.array([term.const for term in self._terms()], np.float64)

    def _scale(self, product: Any) -> tuple[int, ...]:
        return 0, 0, 0  # as one number in float64, in a table beside

    def _term(self, term: Any) -> tuple[int, ...]:
        return 0, int(term.is_sign), 0, 0, 0

    def _write_impulses(self, side: Description, impulses: Any) -> None:
        side.whole = np.ascontiguousarray(impulses, np.float64)


class LearningDenseFloat(_LearningFloat, LearningDenseFixed):
    """LearningDense in float64."""

    def sums(self, part: LearningPart, feed: Feed) -> list[Call]:
        adding, (leaf, record) = self.adding(part, feed), dense.float_leaf(self.graded)
        d = adding.packed(record)
        dense.put_matrix(d, part.values[0], part.width)
        return [*adding.payloads(d), (leaf, d)]


class LearningSparseFloat(_LearningFloat, LearningSparseFixed):
    """LearningSparse in float64."""

    def _parted(self) -> bool:
        return False

    def bind(self) -> None:
        super().bind()
        if any(getattr(self.model, name).dtype != np.float64 for name in SYNAPTIC):
            raise PythonFallback("a sparse matrix of integers, which keeps its type")

    def sums(self, part: LearningPart, feed: Feed) -> list[Call]:
        adding, (leaf, record) = self.adding(part, feed), sparse.float_leaf(self.graded)
        d = part.adding = adding.packed(record)
        starts, targets = part.rows
        assert starts is not None and targets is not None
        sparse.put_synapses(d, starts, targets, part.values[0])
        return [*adding.payloads(d), (leaf, d)]
