"""Stock connections that learn in float64, as kernels."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.magma.core.learning.scaling import EXPONENT_OFFSET
from lava_api.magma.kernels.base import BOTH, DATA, EVENTS, PythonFallback
from lava_api.magma.kernels.messages import STORED, Feed, Message
from lava_api.magma.kernels.sums import describe_sums
from lava_api.proc._learning_kernels import (
    DEPENDENCIES,
    SYNAPTIC,
    VARIABLES,
    LearningDenseFixed,
    LearningFixed,
    LearningSparseFixed,
)
from loihi_emu.models.lava import dense, messages, sparse
from loihi_emu.models.lava import learning_layout as at
from loihi_emu.models.memory import WordRow as Description


class _LearningFloat(LearningFixed):
    """What differs from integers: types, no rounding, constants as they are."""

    number = np.float64
    leaves = ("learning_float:step", "learning_float:learn")

    def wants(self, port: str, d_type: Any) -> tuple[str, int]:
        """Events of either side; payloads and third factors as float64."""
        if d_type.name not in STORED or (port not in ("s_in", "s_in_bap") and d_type != np.float64):
            raise PythonFallback(f"{port}: {d_type}")
        if port == "s_in_bap" or (port == "s_in" and not self.graded):
            return EVENTS, STORED[d_type.name]
        return (BOTH if port == "s_in" else DATA), messages.F64

    def outputs(self) -> dict[str, Message]:
        """The sums themselves."""
        self.message = Message(self.process.a_out.shape, np.float64, data=self.model.a_buff)
        return {"a_out": self.message}

    def provide(self, done: int) -> int:
        """Nothing is drawn: it lasts."""
        return 1 << 40

    def _table(self) -> None:
        """Write the products of all rules, their factors and constants."""
        d, changed = self.learner, 0
        products: list[tuple[int, ...]] = []
        terms: list[tuple[int, ...]] = []
        scales, consts = [], []
        for name, applier in self.model._appliers.items():
            changed |= 1 << SYNAPTIC.index(name)
            for product in applier.products:
                code = DEPENDENCIES[product.dependency]
                products.append((SYNAPTIC.index(name), code, 0, 0, 0, len(terms), len(product.terms)))
                scales.append(product.mantissa * 2.0 ** (product.exponent - EXPONENT_OFFSET))
                for term in product.terms:
                    variable = term.name.partition("_")[0] if term.name[:1] in ("x", "y") else term.name
                    terms.append((VARIABLES[variable], 0, int(term.is_sign), *(0,) * (at.TERM_WORDS - 3)))
                    consts.append(float(term.const))
        d.point(at.PRODUCTS, np.array(products, np.int64))
        d.point(at.TERMS, np.array(terms or [(0,) * at.TERM_WORDS], np.int64))
        d.point(at.SCALES, np.array(scales))
        d.point(at.CONSTS, np.array(consts or [0.0]))
        d.words[at.COUNT], d.words[at.CHANGED] = len(products), changed
        decimate = self.model._learning_rule.decimate_exponent
        d.words[at.DECIMATE] = -1 if decimate is None else decimate

    def refresh(self) -> None:
        """Take over what was set: weights and tags, rules, impulses and time constants."""
        model, d = self.model, self.learner
        self._check_times()
        self._take_changed()
        self._table()
        for word, impulses, factor in (
            (at.X_WHOLE, model._x_impulses, model._x_decay),
            (at.Y_WHOLE, model._y_impulses, model._y_decay),
        ):
            d.point(word, np.ascontiguousarray(impulses, np.float64))
            d.point(word + 2, np.ascontiguousarray(factor, np.float64))


class LearningDenseFloat(_LearningFloat, LearningDenseFixed):
    """LearningDense in float64."""

    def sums(self, feed: Feed) -> tuple[str, Description]:
        """The leaf of dense connections, on the weights that learn."""
        out = self.message.data
        d = describe_sums(dense, dense.DENSE_WORDS, feed, out, self.events, graded=self.graded)
        d.point(dense.WEIGHTS, self.values[0])
        return "dense:step_float", d


class LearningSparseFloat(_LearningFloat, LearningSparseFixed):
    """LearningSparse in float64."""

    def _parted(self) -> bool:
        """No synapse is lost."""
        return False

    def __init__(self, model: Any, process: Any) -> None:
        super().__init__(model, process)
        if any(getattr(model, name).dtype != np.float64 for name in SYNAPTIC):
            raise PythonFallback("a sparse matrix of integers, which keeps its type")

    def sums(self, feed: Feed) -> tuple[str, Description]:
        """The leaf of sparse connections, on the weights that learn."""
        out = self.message.data
        d = describe_sums(sparse, sparse.SPARSE_WORDS, feed, out, self.events, graded=self.graded)
        d.point(sparse.STARTS, self.starts)
        d.point(sparse.TARGETS, self.targets)
        d.point(sparse.WEIGHTS, self.values[0])
        return "sparse:step_float", d
