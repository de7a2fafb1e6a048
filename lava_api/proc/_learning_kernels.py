"""Stock connections that learn in integers, as kernels."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, issparse

from lava_api.magma.core.learning.learning_rule import Loihi3FLearningRule
from lava_api.magma.kernels.base import BOTH, DATA, EVENTS, LaterPhases, PythonFallback, StepSupply
from lava_api.magma.kernels.messages import STORED, Feed, Message
from lava_api.magma.kernels.sums import describe_sums
from lava_api.proc._learning import TAGS, same_places
from lava_api.utils.weightutils import SignMode
from loihi_emu.errors import invalid
from loihi_emu.models.lava import dense, messages, sparse
from loihi_emu.models.lava import learning_layout as at
from loihi_emu.models.memory import WordRow as Description
from loihi_emu.models.memory import aligned

SYNAPTIC = ("weights", *TAGS)
"""Variables of a synapse in the order of the kernel."""
TIMES = ("tx", "ty")
"""Variables with the step of the last spike in this epoch: places in the tables of traces."""
DEPENDENCIES = {"x0": at.BY_X0, "y0": at.BY_Y0, "u": at.BY_U}
VARIABLES = {
    "": at.V_CONST, "x0": at.V_X0, "y0": at.V_Y0, "x1": at.V_X1, "x2": at.V_X2, "y1": at.V_Y1, "y2": at.V_Y2,
    "y3": at.V_Y3, "weights": at.V_WEIGHT, "tag_2": at.V_TAG_2, "tag_1": at.V_TAG_1,
}  # fmt: skip
SIGNS = {SignMode.MIXED: at.MIXED, SignMode.EXCITATORY: at.EXCITATORY, SignMode.INHIBITORY: at.INHIBITORY}
FINEST = 40
"""Most bits of a constant, all together and behind the point."""
SUPPLY = 2048
"""Steps for which random numbers are drawn at once."""


def fixed_point(const: Any) -> tuple[int, int] | None:
    """Return a constant as a whole number and how many of its bits are behind the point; None if it has too many."""
    numerator, denominator = float(const).as_integer_ratio()
    bits = denominator.bit_length() - 1
    return (numerator, bits) if bits <= FINEST and abs(numerator) < 1 << FINEST else None


class LearningFixed(LaterPhases, StepSupply):
    """What dense and sparse connections have in common."""

    sends_first = True
    values: list[Any]
    number: Any = np.int32
    leaves = ("traces:step", "learning:learn")

    def __init__(self, model: Any, process: Any) -> None:
        super().__init__(model, process)
        self.graded = model.is_graded
        self.rule = model._learning_rule
        self.three = isinstance(self.rule, Loihi3FLearningRule)
        self.steps = int(self.rule.t_epoch)
        exponent = getattr(model, "weight_exp", 0)
        if not isinstance(exponent, int | np.integer) or abs(int(exponent)) > 31:
            raise PythonFallback("weight_exp")
        if self.number == np.int32 and any(fixed_point(term.const) is None for term in self._terms()):
            raise PythonFallback("a constant with too many bits")
        self.exponent = int(exponent)
        self.events = np.zeros(1, np.int64)
        self.every = np.ones(1, np.int64)
        self.mirrored = False
        self.first = -SUPPLY
        self.changed.update(SYNAPTIC)

    def constants(self) -> dict[str, Any]:
        """Whether spikes carry payloads."""
        return {"num_message_bits": "payloads" if self.model.is_graded else "plain spikes"}

    def _terms(self) -> Iterable[Any]:
        """All factors of all rules."""
        appliers = self.model._appliers.values()
        return (term for applier in appliers for product in applier.products for term in product.terms)

    # ------------------------------------------------------------ ports
    def wants(self, port: str, d_type: Any) -> tuple[str, int]:
        """Events of either side; third factors as int32."""
        if port in ("s_in", "s_in_bap"):
            payloads = self.graded and port == "s_in"
            if d_type.name not in STORED or (payloads and d_type.name not in ("int32", "int64", "bool")):
                raise PythonFallback(f"{port}: {d_type}")
            return BOTH if payloads else EVENTS, STORED[d_type.name]
        if d_type.name != "int32":
            raise PythonFallback(f"{port}: {d_type}")
        return DATA, messages.I32

    def outputs(self) -> dict[str, Message]:
        """The sums themselves."""
        self.message = Message(self.process.a_out.shape, np.int32, data=self.model.a_buff)
        return {"a_out": self.message}

    def calls(self, feeds: dict[str, Feed]) -> Iterable[tuple[str, Description]]:
        """Sums, then the spikes of both sides."""
        self.lay_out()
        sums = self.sums(feeds["s_in"])
        self.learner = self._describe(feeds)
        return [sums, (self.leaves[0], self.learner)]

    def learning(self) -> Iterable[tuple[str, Description]]:
        """The end of an epoch."""
        return [(self.leaves[1], self.learner)]

    # ------------------------------------------------------------ for subclasses
    @abstractmethod
    def lay_out(self) -> None:
        """Make ``values``, arrays of int32 for the synaptic variables row by row of their source."""

    @abstractmethod
    def sums(self, feed: Feed) -> tuple[str, Description]:
        """Return the call that sums up weights."""

    @abstractmethod
    def take(self, number: int, variable: Any) -> None:
        """Fill the array of a synaptic variable."""

    @abstractmethod
    def give(self, number: int) -> Any:
        """Return a synaptic variable in the form of the model."""

    @abstractmethod
    def rows(self) -> tuple[Any, Any, int]:
        """Return starts and targets of the rows (None for rows of all targets), and the longest one."""

    # ------------------------------------------------------------ description
    def _describe(self, feeds: dict[str, Feed]) -> Description:
        """Write what does not change."""
        model, d = self.model, Description(at.LEARNING_WORDS)
        n_post, n_pre = self.process.a_out.shape[0], self.process.s_in.shape[0]
        pre, post = feeds["s_in"], feeds["s_in_bap"]
        d.point(at.PRE_COUNT, pre.lists.count)
        d.point(at.PRE_INDEX, pre.lists.index)
        d.point(at.POST_COUNT, post.lists.count)
        d.point(at.POST_INDEX, post.lists.index)
        d.point(at.PAYLOADS, pre.data if self.graded else None)
        for m in range(3 if self.three else 0):
            d.point(at.Y_IN + m, feeds[f"s_in_y{m + 1}"].data)
        arrays = [model.tx, model.x0, model.x1, model.x2]
        for word, array in enumerate((*arrays, model.ty, model.y0, model.y1, model.y2, model.y3), at.TX):
            d.point(word, array)
        starts, targets, width = self.rows()
        d.point(at.STARTS, starts)
        d.point(at.TARGETS, targets)
        for k, values in enumerate(self.values):
            d.point(at.VALUES + k, values)
        d.point(at.SCRATCH, aligned(at.SCRATCH_ROWS * max(width, 1), np.int32))
        d.point(at.X_COURSE, aligned((self.steps + 1) * 2 * n_pre, self.number))
        d.point(at.Y_COURSE, aligned((self.steps + 1) * 3 * n_post, self.number))
        d.point(at.EVERY, self.every)
        numbers = {
            at.WIDE: int(pre.kind == messages.I64), at.N_PRE: n_pre, at.N_POST: n_post, at.EPOCH: self.steps,
            at.GRADED: int(model._graded_spike_cfg), at.SIGN: SIGNS[model.sign_mode], at.WIDTH: width,
        }  # fmt: skip
        for word, number in numbers.items():
            d.words[word] = number
        return d

    def _table(self) -> None:
        """Write the products of all rules and their factors."""
        d, changed = self.learner, 0
        products: list[tuple[int, ...]] = []
        terms: list[tuple[int, ...]] = []
        for name, applier in self.model._appliers.items():
            target = SYNAPTIC.index(name)
            changed |= 1 << target
            for product in applier.products:
                code = DEPENDENCIES[product.dependency]
                numbers = (product.mantissa, product.exponent, product.shift, len(terms), len(product.terms))
                products.append((target, code, *numbers))
                terms += [self._term(term) for term in product.terms]
        d.point(at.PRODUCTS, np.array(products, np.int64))
        d.point(at.TERMS, np.array(terms or [(0,) * at.TERM_WORDS], np.int64))
        d.words[at.COUNT], d.words[at.CHANGED] = len(products), changed
        decimate = self.model._learning_rule.decimate_exponent
        d.words[at.DECIMATE] = -1 if decimate is None else decimate

    def _term(self, term: Any) -> tuple[int, ...]:
        const = fixed_point(term.const)
        if const is None:
            where = f'process "{self.process.name}", learning rule'
            allowed = f"{FINEST} bits before and behind the point in a rule that is set while a program exists"
            raise invalid(where, "constant", term.const, allowed)
        name = term.name.partition("_")[0] if term.name[:1] in ("x", "y") else term.name
        return VARIABLES[name], const[0], int(term.is_sign), term.low, term.high, const[1]

    # ------------------------------------------------------------ running
    def provide(self, done: int) -> int:
        """Draw random numbers if there are none for the next step; return for how many steps there are."""
        if done >= self.first + SUPPLY:
            model, d = self.model, self.learner
            self.first = done
            epochs = (done + SUPPLY) // self.steps - done // self.steps
            for word, side in ((at.X_DECAY, model._x_random), (at.Y_DECAY, model._y_random)):
                d.point(word, side._decay.random(2 * SUPPLY))
                d.point(word + 1, side._impulse.integers(0, 1 << 7, size=2 * SUPPLY, dtype=np.int64))
            d.point(at.SYNAPSE, model._conn_var_random._generator.random(epochs))
            d.words[at.FIRST], d.words[at.FIRST_EPOCH] = done, done // self.steps
        return self.first + SUPPLY - done

    def _check_times(self) -> None:
        """Raise where a step of a spike is beyond the epoch: it is a place in the tables of traces."""
        for name in TIMES:
            if name in self.changed and np.max(getattr(self.model, name), initial=0) > self.steps:
                allowed = f"0..{self.steps}"
                advice = "It is a step within the epoch; t_epoch is its length."
                raise invalid(self.process.name, name, int(getattr(self.model, name).max()), allowed, advice)

    def _take_changed(self) -> None:
        """Take over weights and tags that were set."""
        for number, name in enumerate(SYNAPTIC):
            if name in self.changed:
                self.take(number, getattr(self.model, name))
                self.every[0] = 1
        self.learner.point(at.MIRROR, self.model.weights if self.mirrored else None)

    def refresh(self) -> None:
        """Take over what was set: weights and tags, rules, impulses and time constants."""
        model, d = self.model, self.learner
        self._check_times()
        if not model.weights_set:
            self.prepare()
            model.weights_set = True
            self.changed.update(SYNAPTIC)
        self._take_changed()
        self._table()
        for word, (whole, fraction), factor in (
            (at.X_WHOLE, model._x_impulses, model._x_decay),
            (at.Y_WHOLE, model._y_impulses, model._y_decay),
        ):
            d.point(word, np.ascontiguousarray(whole, np.int64))
            d.point(word + 1, np.ascontiguousarray(fraction, np.int64))
            d.point(word + 2, np.ascontiguousarray(factor, np.float64))

    def prepare(self) -> None:
        """Bring weights and tags into the form of the chip, before the first step."""
        self.model.prepare()

    def export(self, name: str) -> None:
        """Write weights or tags back, unless they were set and not yet taken over."""
        if name in SYNAPTIC and name not in self.changed:
            values = self.give(SYNAPTIC.index(name))
            held = getattr(self.model, name)
            if issparse(held):
                setattr(self.model, name, values)
            else:
                held[...] = values

    def counters(self) -> dict[str, int]:
        """Synaptic events."""
        return {"synaptic events": int(self.events[0])}


class LearningDenseFixed(LearningFixed):
    """LearningDense in integers."""

    def variable(self, name: str) -> Any:
        """Weights are mirrored once somebody follows them; tags have no array that stays."""
        if name in SYNAPTIC[1:]:
            return None
        self.mirrored |= name == "weights"
        return super().variable(name)

    def lay_out(self) -> None:
        """Rows of all targets."""
        n_post, n_pre = self.model.weights.shape
        self.values = [aligned((n_pre, n_post), self.number) for _ in SYNAPTIC]

    def rows(self) -> tuple[Any, Any, int]:
        """Rows of all targets."""
        return None, None, self.model.weights.shape[0]

    def take(self, number: int, variable: Any) -> None:
        """Transposed."""
        self.values[number][...] = variable.T

    def give(self, number: int) -> Any:
        """Transposed."""
        return self.values[number].T

    def sums(self, feed: Feed) -> tuple[str, Description]:
        """The leaf of dense connections, on the weights that learn."""
        out = self.message.data
        d = describe_sums(dense, dense.DENSE_WORDS, feed, out, self.events, graded=self.graded)
        d.words[dense.EXPONENT] = self.exponent
        d.point(dense.SUMS, aligned(self.message.size, np.int64))
        d.point(dense.WEIGHTS, self.values[0])
        graded = dense.GRADED_WIDE if feed.kind == messages.I64 else dense.GRADED
        d.words[dense.MODE] = graded if self.graded else dense.PLAIN
        return "dense:step", d


class LearningSparseFixed(LearningFixed):
    """LearningSparse in integers; tags are stored where weights are."""

    def __init__(self, model: Any, process: Any) -> None:
        super().__init__(model, process)
        weights = model.weights
        same = all(same_places(getattr(model, name), weights) for name in TAGS)
        if not same or not weights.has_canonical_format or self._parted():
            raise PythonFallback("places of weights and tags")

    def _parted(self) -> bool:
        """Return whether tags stay where synapses are lost."""
        lost = self.model._lost()
        return any(getattr(self.model, name).data[lost].any() for name in TAGS)

    def variable(self, name: str) -> Any:
        """Sparse variables have no array that stays."""
        return None if name in SYNAPTIC else super().variable(name)

    def lay_out(self) -> None:
        """Rows of the targets that a source has."""
        weights = self.model.weights
        columns = weights.indices
        self.order = np.argsort(columns, kind="stable")
        self.targets = np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr))[self.order].astype(np.int32)
        counts = np.bincount(columns, minlength=weights.shape[1])
        self.starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        self.longest = int(counts.max(initial=0))
        self.values = [aligned(max(len(self.order), 1), self.number) for _ in SYNAPTIC]

    def rows(self) -> tuple[Any, Any, int]:
        """Starts and targets."""
        return self.starts, self.targets, self.longest

    def _show_places(self) -> None:
        """Tell the sums where the synapses are."""
        for word, array in ((sparse.STARTS, self.starts), (sparse.TARGETS, self.targets)):
            self.adder.point(word, array)
        self.adder.point(sparse.WEIGHTS, self.values[0])

    def prepare(self) -> None:
        """As all; synapses may be lost."""
        super().prepare()
        if len(self.order) == self.model.weights.nnz:
            return
        self.lay_out()
        self._show_places()
        for word, array in ((at.STARTS, self.starts), (at.TARGETS, self.targets)):
            self.learner.point(word, array)
        for k, values in enumerate(self.values):
            self.learner.point(at.VALUES + k, values)

    def take(self, number: int, variable: Any) -> None:
        """In the order of sources."""
        self.values[number][: len(self.order)] = variable.data[self.order]

    def give(self, number: int) -> Any:
        """In the order of targets."""
        old = getattr(self.model, SYNAPTIC[number])
        data = np.empty_like(old.data)
        data[self.order] = self.values[number][: len(self.order)]
        return csr_matrix((data, old.indices, old.indptr), shape=old.shape)

    def sums(self, feed: Feed) -> tuple[str, Description]:
        """The leaf of sparse connections, on the weights that learn."""
        out = self.message.data
        d = describe_sums(sparse, sparse.SPARSE_WORDS, feed, out, self.events, graded=self.graded)
        d.words[sparse.EXPONENT] = self.exponent
        d.point(sparse.SUMS, aligned(self.message.size, np.int64))
        self.adder = d
        self._show_places()
        graded = sparse.GRADED_WIDE if feed.kind == messages.I64 else sparse.GRADED
        d.words[sparse.MODE] = graded if self.graded else sparse.PLAIN
        narrow = self.graded and feed.kind == messages.I32 and self.model.weights.dtype.itemsize <= 4
        d.words[sparse.NARROW] = int(narrow)
        return "sparse:step_learning", d
