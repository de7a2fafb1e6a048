"""Stock connections that learn in integers, as kernels."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, issparse

from lava_api.magma.core.learning.learning_rule import Loihi3FLearningRule
from lava_api.magma.kernels.later_phases import LearningPhase
from lava_api.magma.kernels.leaf_calls import Call, Calls, PartCall
from lava_api.magma.kernels.messages import Feed
from lava_api.magma.kernels.referable import Exporting
from lava_api.magma.kernels.sums import ConnectionSums, clear
from lava_api.magma.kernels.wanted import DATA, EVENTS, Feeds, PythonFallback, held
from lava_api.proc._connection_kernels import Synaptic, shifted_by
from lava_api.proc._learning import TAGS, same_places
from lava_api.proc._learning_parts import LearningPart, parts_of
from lava_api.utils.weightutils import SignMode
from loihi_emu.errors import invalid
from loihi_emu.models.lava import learning_layout as at
from loihi_emu.models.lava import messages
from loihi_emu.models.memory import Array, Description, Table, aligned
from loihi_emu.models.records import Record

SYNAPTIC = ("weights", *TAGS)
"""Variables of a synapse in the order of the kernel."""
TIMES = ("tx", "ty")
"""Variables with the step of the last spike in this epoch: places in the tables of traces."""
X_TRACES, Y_TRACES = ("x1", "x2"), ("y1", "y2", "y3")
DEPENDENCIES = {"x0": at.BY_X0, "y0": at.BY_Y0, "u": at.BY_U}
VARIABLES = {
    "": at.V_CONST, "x0": at.V_X0, "y0": at.V_Y0, "x1": at.V_X1, "x2": at.V_X2, "y1": at.V_Y1, "y2": at.V_Y2,
    "y3": at.V_Y3, "weights": at.V_WEIGHT, "tag_2": at.V_TAG_2, "tag_1": at.V_TAG_1,
}  # fmt: skip
SIGNS = {SignMode.MIXED: at.MIXED, SignMode.EXCITATORY: at.EXCITATORY, SignMode.INHIBITORY: at.INHIBITORY}
FORGET = "epoch:forget"
FINEST = 40
"""Most bits of a constant, all together and behind the point."""


def table(record: Record, rows: list[tuple[int, ...]]) -> Table:
    """Return records whose fields are numbers, given in order."""
    made = Table(record, len(rows))
    made.words[...] = np.array(rows, np.int64).reshape(made.words.shape)
    return made


def fixed_point(const: Any) -> tuple[int, int] | None:
    """Return a constant as a whole number and how many of its bits are behind the point; None if it has too many."""
    numerator, denominator = float(const).as_integer_ratio()
    bits = denominator.bit_length() - 1
    return (numerator, bits) if bits <= FINEST and abs(numerator) < 1 << FINEST else None


class LearningFixed(Synaptic, LearningPhase, Exporting):
    """What dense and sparse connections have in common.

    Attributes
    ----------
    parts : list of Part
        One a thread; made with the calls.
    """

    parts: list[LearningPart]
    number: Any = np.int32
    leaves = ("traces:step", "learning:learn")

    def bind(self) -> None:
        super().bind()
        self.rule = self.model._learning_rule
        self.three = isinstance(self.rule, Loihi3FLearningRule)
        self.steps = int(self.rule.t_epoch)
        self.exponent = shifted_by(getattr(self.model, "weight_exp", 0))
        if self.number == np.int32 and any(fixed_point(term.const) is None for term in self._terms()):
            raise PythonFallback("a constant with too many bits")
        self.mirrored = False
        self.changed.update(SYNAPTIC)

    def _terms(self) -> Iterable[Any]:
        appliers = self.model.appliers.values()
        return (term for applier in appliers for product in applier.products for term in product.factors)

    # ------------------------------------------------------------ ports
    def wants(self, port: str, d_type: np.dtype[Any]) -> tuple[str, int]:
        if port == "s_in":
            return super().wants(port, d_type)
        if port == "s_in_bap":
            return EVENTS, held(port, d_type)
        return DATA, held(port, d_type, (np.dtype(self.number).name,))

    def calls(self, feeds: Feeds) -> Calls:
        n_post, n_pre = self.process.a_out.shape[0], self.process.s_in.shape[0]
        self.parts = parts_of(n_pre, n_post, self.threads)
        self.lay_out()
        course = aligned((self.steps + 1) * len(X_TRACES) * n_pre, self.number)
        made: list[list[Call]] = []
        for part in self.parts:
            sums = self.sums(part, feeds["s_in"])
            self._describe(part, feeds, course)
            made.append([*clear(self.message, part.targets), *sums, (self.leaves[0], part.traces)])
        if len(self.parts) == 1:
            return made[0]
        return [PartCall(call, k) for k, calls in enumerate(made) for call in calls]

    def learning(self) -> Calls:
        """Parts learn; then, when nobody reads the traces of the sources any more, another epoch may begin."""
        calls: list[Call] = [(self.leaves[1], part.learning) for part in self.parts]
        if len(self.parts) == 1:
            return calls
        ends: list[Call] = [(FORGET, part.traces) for part in self.parts]
        return [*(PartCall(call, k) for k, call in enumerate(calls)), *ends]

    # ------------------------------------------------------------ for subclasses
    @abstractmethod
    def lay_out(self) -> None:
        """Make the values of all parts, arrays for the synaptic variables row by row of their source, and the rows."""

    def adding(self, part: LearningPart, feed: Feed) -> ConnectionSums:
        """Return what is added up."""
        return ConnectionSums(feed, self.ring[part.targets], part.width, part.events, self.graded)

    @abstractmethod
    def sums(self, part: LearningPart, feed: Feed) -> list[Call]:
        """Return the calls that sum up weights."""

    @abstractmethod
    def take(self, part: LearningPart, number: int, variable: Any) -> None:
        """Fill a part's array of a synaptic variable."""

    @abstractmethod
    def give(self, number: int) -> Any:
        """Return a synaptic variable in the form of the model."""

    # ------------------------------------------------------------ description
    def _describe(self, part: LearningPart, feeds: Feeds, course: Array) -> None:
        """Write what does not change of a part; `course` is room for what the traces of all sources will be."""
        n_pre, divided = self.process.s_in.shape[0], len(self.parts) > 1
        after = aligned((self.steps + 1) * len(Y_TRACES) * part.width, self.number)
        for d in part.descriptions:
            sources = part.sources if d is part.traces else slice(0, n_pre)
            self._side(d.pre, feeds["s_in"], sources, X_TRACES, ("tx", "x0"))
            self._side(d.post, feeds["s_in_bap"], part.targets, Y_TRACES, ("ty", "y0"))
            d.pre.size, d.pre.course, d.post.size, d.post.course = n_pre, course[sources.start :], part.width, after
            if self.three:
                for trace, variable in zip(d.post.traces, Y_TRACES, strict=True):
                    trace.received = feeds[f"s_in_{variable}"].data[part.targets]
            feed = feeds["s_in"]
            d.payloads = feed.data[sources.start :] if self.graded else None
            d.wide, d.graded = int(feed.kind == messages.I64), int(self.model._graded_spike_cfg)
            d.epoch, d.divided = self.steps, int(divided)
            self._describe_randoms(d)
        d = part.learning
        for memory, values in zip(d.variables, part.values, strict=True):
            memory.values = values
        at.lay_out(d, *part.rows)
        d.stride = part.width
        d.every, d.sign, d.enabled = part.every, SIGNS[self.model.sign_mode], 1

    def _side(
        self, side: Description, feed: Feed, some: slice, traces: tuple[str, ...], spiked: tuple[str, str]
    ) -> None:
        """Write one side, of some of its neurons."""
        lists, model = feed.lists, self.model
        assert lists is not None
        side.count, side.index, side.step = lists.count, lists.index, 1
        side.first, side.low, side.n = some.start, some.start, some.stop - some.start
        side.drawn = np.zeros(2)
        for trace, variable in zip(side.traces, traces, strict=False):
            trace.now = getattr(model, variable)[some]
        side.spiked_at, side.spiked = (getattr(model, name)[some] for name in spiked)

    def _describe_randoms(self, d: Description) -> None:
        """Hand over the generators of the model as they are: with the first numbers of each drawn."""
        x, y = self.model._x_random, self.model._y_random
        for record, generator in (
            (d.pre.decays, x.decay_generator), (d.pre.impulses, x.impulse_generator),
            (d.post.decays, y.decay_generator), (d.post.impulses, y.impulse_generator),
            (d.roundings, self.model._conn_var_random.generator),
        ):  # fmt: skip
            state = generator.bit_generator.state["state"]
            record.state, record.increment = at.words(state["state"]), at.words(state["inc"])

    def _table(self) -> None:
        """Write the products of all rules and their factors."""
        changed = 0
        products: list[tuple[int, ...]] = []
        terms: list[tuple[int, ...]] = []
        for name, applier in self.model.appliers.items():
            target = SYNAPTIC.index(name)
            changed |= 1 << target
            for product in applier.products:
                size = (len(terms), len(product.factors))
                products.append((target, DEPENDENCIES[product.dependency], *self._scale(product), *size))
                terms += [(self._variable(term), *self._term(term)) for term in product.factors]
        decimate = self.model._learning_rule.decimate_exponent
        made, factors = table(at.PRODUCT, products), table(at.TERM, terms)
        for d in (part.learning for part in self.parts):
            d.products, d.product_count, d.terms, d.changed = made, len(products), factors, changed
            d.decimate = -1 if decimate is None else decimate

    def _scale(self, product: Any) -> tuple[int, ...]:
        return product.mantissa, product.exponent, product.shift

    def _variable(self, term: Any) -> int:
        return VARIABLES[term.name.partition("_")[0] if term.name[:1] in ("x", "y") else term.name]

    def _term(self, term: Any) -> tuple[int, ...]:
        const = fixed_point(term.const)
        if const is None:
            where = f'process "{self.process.name}", learning rule'
            allowed = f"{FINEST} bits before and behind the point in a rule that is set while a program exists"
            raise invalid(where, "constant", term.const, allowed)
        return const[0], int(term.is_sign), term.low, term.high, const[1]

    # ------------------------------------------------------------ running
    def _check_times(self) -> None:
        """Raise where a step of a spike is beyond the epoch: it is a place in the tables of traces."""
        for name in TIMES:
            if name in self.changed and np.max(getattr(self.model, name), initial=0) > self.steps:
                allowed = f"0..{self.steps}"
                advice = "It is a step within the epoch; t_epoch is its length."
                raise invalid(self.process.name, name, int(getattr(self.model, name).max()), allowed, advice=advice)

    def _take_changed(self) -> None:
        """Take over weights and tags that were set."""
        for number, name in enumerate(SYNAPTIC):
            for part in self.parts if name in self.changed else ():
                self.take(part, number, getattr(self.model, name))
                part.every[0] = 1
        for part in self.parts:
            part.learning.mirror = self.model.weights[part.targets] if self.mirrored else None

    def refresh(self) -> None:
        model = self.model
        self._check_times()
        if not getattr(model, "weights_set", True):
            self.prepare()
            self.changed.update(SYNAPTIC)
        self._take_changed()
        self._table()
        for d in (d for part in self.parts for d in part.descriptions):
            for side, impulses, factor in (
                (d.pre, model.x_impulses, model.x_decay),
                (d.post, model.y_impulses, model.y_decay),
            ):
                self._write_impulses(side, impulses)
                side.factor = np.ascontiguousarray(factor, np.float64)

    def _write_impulses(self, side: Description, impulses: Any) -> None:
        side.whole, side.fraction = (np.ascontiguousarray(part, np.int64) for part in impulses)

    def prepare(self) -> None:
        """Bring weights and tags into the form of the chip, before the first step."""
        self.model.prepare_once()

    def counters(self) -> dict[str, int]:
        return {"synaptic events": sum(int(part.events[0]) for part in self.parts)}

    def export(self, name: str) -> None:
        """Write weights or tags back, unless they were set and not yet taken over."""
        if name in SYNAPTIC and name not in self.changed:
            values = self.give(SYNAPTIC.index(name))
            kept = getattr(self.model, name)
            if issparse(kept):
                setattr(self.model, name, values)
            else:
                kept[...] = values


class LearningDenseFixed(LearningFixed):
    """LearningDense in integers."""

    def variable(self, name: str) -> Array | None:
        """Weights are mirrored once somebody follows them; tags have no array that stays."""
        if name in SYNAPTIC[1:]:
            return None
        self.mirrored |= name == "weights"
        return super().variable(name)

    def lay_out(self) -> None:
        n_pre = self.process.s_in.shape[0]
        for part in self.parts:
            part.values = [aligned((n_pre, part.width), self.number) for _ in SYNAPTIC]

    def take(self, part: LearningPart, number: int, variable: Any) -> None:
        part.values[number][...] = variable[part.targets].T

    def give(self, number: int) -> Any:
        return np.concatenate([part.values[number].T for part in self.parts])

    def sums(self, part: LearningPart, feed: Feed) -> list[Call]:
        d = self.adding(part, feed).rows()
        d.exponent, d.sums, d.weights = self.exponent, aligned(part.width, np.int64), part.values[0]
        return [("sums:step", d)]


class LearningSparseFixed(LearningFixed):
    """LearningSparse in integers; tags are stored where weights are."""

    def bind(self) -> None:
        super().bind()
        weights = self.model.weights
        same = all(same_places(getattr(self.model, name), weights) for name in TAGS)
        if not same or not weights.has_canonical_format or self._parted():
            raise PythonFallback("places of weights and tags")

    def _parted(self) -> bool:
        """Return whether tags stay where synapses are lost."""
        lost = self.model.lost_synapses()
        return any(getattr(self.model, name).data[lost].any() for name in TAGS)

    def variable(self, name: str) -> Array | None:
        return None if name in SYNAPTIC else super().variable(name)

    def lay_out(self) -> None:
        weights = self.model.weights
        columns, targets = weights.indices, np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr))
        order = np.argsort(columns, kind="stable")
        for part in self.parts:
            few = part.targets
            mine = part.order = order[(targets[order] >= few.start) & (targets[order] < few.stop)]
            counts = np.bincount(columns[mine], minlength=weights.shape[1])
            starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
            part.rows = starts, (targets[mine] - few.start).astype(np.int32)
            part.values = [aligned(max(len(mine), 1), self.number) for _ in SYNAPTIC]

    def _show_places(self, part: LearningPart) -> None:
        """Tell the sums where the synapses are."""
        d = part.adding
        assert d is not None
        (d.starts, d.targets), d.weights = part.rows, part.values[0]

    def prepare(self) -> None:
        super().prepare()
        if sum(len(part.order) for part in self.parts) == self.model.weights.nnz:
            return
        self.lay_out()
        for part in self.parts:
            self._show_places(part)
            at.lay_out(part.learning, *part.rows)
            for variable, values in zip(part.learning.variables, part.values, strict=True):
                variable.values = values

    def take(self, part: LearningPart, number: int, variable: Any) -> None:
        part.values[number][: len(part.order)] = variable.data[part.order]

    def give(self, number: int) -> Any:
        old = getattr(self.model, SYNAPTIC[number])
        data = np.empty_like(old.data)
        for part in self.parts:
            data[part.order] = part.values[number][: len(part.order)]
        return csr_matrix((data, old.indices, old.indptr), shape=old.shape)

    def sums(self, part: LearningPart, feed: Feed) -> list[Call]:
        d = part.adding = self.adding(part, feed).rows()
        d.exponent, d.sums = self.exponent, aligned(part.width, np.int64)
        self._show_places(part)
        d.narrow &= int(self.model.weights.dtype.itemsize <= 4)
        return [("sums:step", d)]
