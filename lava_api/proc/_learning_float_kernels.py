"""Stock connections that learn in float64, as kernels."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.core.learning.product_series import EXPONENT_OFFSET
from lava_api.magma.kernels.base import BOTH, DATA, EVENTS, Call, PythonFallback
from lava_api.magma.kernels.messages import STORED, Feed
from lava_api.proc._learning_kernels import (
    DEPENDENCIES,
    SYNAPTIC,
    VARIABLES,
    LearningDenseFixed,
    LearningFixed,
    LearningSparseFixed,
)
from lava_api.proc.dense import kernels as dense
from lava_api.proc.sparse import kernels as sparse
from loihi_emu.models.lava import messages
from loihi_emu.models.memory import Description


class _LearningFloat(LearningFixed):
    """What differs from integers: types, no rounding, constants as they are."""

    number = np.float64
    leaves = ("learning_float:step", "learning_float:learn")

    def wants(self, port: str, d_type: np.dtype[Any]) -> tuple[str, int]:
        if d_type.name not in STORED or (port not in ("s_in", "s_in_bap") and d_type != np.float64):
            raise PythonFallback(f"{port}: {d_type}")
        if port == "s_in_bap" or (port == "s_in" and not self.graded):
            return EVENTS, STORED[d_type.name]
        return (BOTH if port == "s_in" else DATA), messages.F64

    def _describe_randoms(self, d: Description) -> None:
        """Nothing is drawn."""

    def _table(self) -> None:
        d, changed = self.learner, 0
        products: list[tuple[int, ...]] = []
        terms: list[tuple[int, ...]] = []
        scales, consts = [], []
        for name, applier in self.model.appliers.items():
            changed |= 1 << SYNAPTIC.index(name)
            for product in applier.products:
                code = DEPENDENCIES[product.dependency]
                products.append((SYNAPTIC.index(name), code, 0, 0, 0, len(terms), len(product.terms)))
                scales.append(product.mantissa * 2.0 ** (product.exponent - EXPONENT_OFFSET))
                for term in product.terms:
                    variable = term.name.partition("_")[0] if term.name[:1] in ("x", "y") else term.name
                    terms.append((VARIABLES[variable], 0, int(term.is_sign), 0, 0, 0))
                    consts.append(float(term.const))
        self._write_table(products, terms)
        d.scales, d.consts, d.changed = np.array(scales, np.float64), np.array(consts, np.float64), changed

    def refresh(self) -> None:
        model, d = self.model, self.learner
        self._check_times()
        self._take_changed()
        self._table()
        for side, impulses, factor in (
            (d.pre, model.x_impulses, model.x_decay),
            (d.post, model.y_impulses, model.y_decay),
        ):
            side.whole = np.ascontiguousarray(impulses, np.float64)
            side.factor = np.ascontiguousarray(factor, np.float64)


class LearningDenseFloat(_LearningFloat, LearningDenseFixed):
    """LearningDense in float64."""

    def sums(self, feed: Feed) -> list[Call]:
        adding, (leaf, record) = self.adding(feed), dense.float_leaf(self.graded)
        d = adding.packed(record)
        dense.put_matrix(d, self.values[0], self.message.size)
        return [*adding.payloads(d), (leaf, d)]


class LearningSparseFloat(_LearningFloat, LearningSparseFixed):
    """LearningSparse in float64."""

    def _parted(self) -> bool:
        return False

    def bind(self) -> None:
        super().bind()
        if any(getattr(self.model, name).dtype != np.float64 for name in SYNAPTIC):
            raise PythonFallback("a sparse matrix of integers, which keeps its type")

    def sums(self, feed: Feed) -> list[Call]:
        adding, (leaf, record) = self.adding(feed), sparse.float_leaf(self.graded)
        d = adding.packed(record)
        sparse.put_synapses(d, self.starts, self.targets, self.values[0])
        return [*adding.payloads(d), (leaf, d)]
