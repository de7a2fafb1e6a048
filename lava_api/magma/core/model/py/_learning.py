"""What floating-point and fixed-point learning have in common: order of events, variables, rules."""

from __future__ import annotations

import copy
from abc import abstractmethod
from collections.abc import Iterable
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, issparse

from lava_api.magma.core.learning.constants import GradedSpikeCfg
from lava_api.magma.core.learning.learning_rule import TRACE_PARAMETERS, Loihi3FLearningRule
from lava_api.magma.core.learning.learning_rule_applier import AbstractLearningRuleApplier
from lava_api.magma.core.learning.product_series import ProductSeries
from lava_api.magma.core.learning.string_symbols import SYNAPTIC_VARIABLE_VAR_MAPPING
from lava_api.magma.core.learning.traces import at_dependencies
from lava_api.magma.core.model.py.declare import ABSTRACT
from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.magma.core.model.py.type import bounded
from lava_api.magma.core.process.parameters import ProcessParameters
from lava_api.utils.weightutils import SignMode, checked_sign_mode
from loihi_emu.errors import ValidationError, invalid
from loihi_emu.learning.lava_table import decay_factors
from loihi_emu.models.memory import Array

RULES = ("dw", "dd", "dt")


class AbstractLearningConnection(PyLoihiProcessModel):
    """Ports and variables of a learning connection."""

    s_in_bap = s_in_y1 = s_in_y2 = s_in_y3 = x0 = tx = x1 = x2 = y0 = ty = y1 = y2 = y3 = tag_2 = tag_1 = ABSTRACT
    dw = dt = dd = x1_tau = x1_impulse = x2_tau = x2_impulse = y1_tau = y1_impulse = y2_tau = y2_impulse = ABSTRACT
    y3_tau = y3_impulse = ABSTRACT


class PyLearningConnection(AbstractLearningConnection):
    """A connection that learns; stands before the connection's model among the bases.

    In each step the model calls :meth:`recv_traces` with its input. In the last step of an epoch the traces of the
    whole epoch are computed, the rules applied to weights and tags as they were before, and spike times cleared. The
    learned delay ``tag_2`` does not delay spikes. Of the process's `learning_rule` it takes a copy; the `sign_mode` is
    mixed by default.
    """

    SHOWN = tuple(TRACE_PARAMETERS)
    UNBOUNDED = tuple(name for name in TRACE_PARAMETERS if name.endswith("_tau"))

    weights: Any

    def __init__(self, proc_params: ProcessParameters) -> None:
        super().__init__(proc_params)
        self._learning_rule = copy.copy(proc_params["learning_rule"])
        self._shape: tuple[int, ...] = proc_params["shape"]
        self._graded_spike_cfg = GradedSpikeCfg(proc_params["graded_spike_cfg"])
        self.sign_mode = checked_sign_mode(proc_params) or SignMode.MIXED
        if self.sign_mode is SignMode.NULL:
            allowed = "SignMode.MIXED, EXCITATORY or INHIBITORY"
            raise invalid("learning connection", "sign_mode", self.sign_mode, allowed)
        self._store_parameters()
        self._store_rules()
        self._init_randoms()

    def on_var_update(self) -> None:
        """Take rules and trace parameters from the variables, which may have been set."""
        rule = copy.copy(self._learning_rule)
        texts = {name: getattr(self, name) or None for name in RULES}
        try:
            for name in TRACE_PARAMETERS:
                setattr(rule, name, self._parameter(name))
            renewed = texts != rule.texts()
            if renewed:
                rule.read_texts(texts)
        except ValidationError:
            self._restore_variables()
            raise
        self._learning_rule = rule
        self._store_parameters()
        if renewed:
            self._store_rules()

    def _parameter(self, name: str) -> Any:
        value = getattr(self, name)[0]
        is_whole = name in self.UNBOUNDED and value.dtype.kind == "i"
        return np.inf if is_whole and value == np.iinfo(value.dtype).max else value

    def _restore_variables(self) -> None:
        """Set the variables back to the rule that holds."""
        for name in TRACE_PARAMETERS:
            variable = getattr(self, name)
            variable[:] = bounded(np.asarray(getattr(self._learning_rule, name)), variable.dtype)
        for name, text in self._learning_rule.texts().items():
            setattr(self, name, text or "")

    def _store_parameters(self) -> None:
        """Compute what traces need from impulses and time constants."""
        rule = self._learning_rule
        self.x_decay = decay_factors([rule.x1_tau, rule.x2_tau])
        self.y_decay = decay_factors([rule.y1_tau, rule.y2_tau, rule.y3_tau])
        self._store_impulses(
            np.array([rule.x1_impulse, rule.x2_impulse], dtype=float),
            np.array([rule.y1_impulse, rule.y2_impulse, rule.y3_impulse], dtype=float),
        )

    def _store_rules(self) -> None:
        self.appliers = {
            SYNAPTIC_VARIABLE_VAR_MAPPING[target[1:]]: self._create_learning_rule_applier(series)
            for target, series in self._learning_rule.active_product_series.items()
        }

    @abstractmethod
    def _store_impulses(self, x_impulses: Array, y_impulses: Array) -> None:
        """Keep the impulses in the form in which they are added."""

    @abstractmethod
    def _create_learning_rule_applier(self, product_series: ProductSeries) -> AbstractLearningRuleApplier:
        """Return what applies a rule."""

    def _init_randoms(self) -> None:
        """Make the random generators."""

    def _update_trace_randoms(self) -> None:
        """Draw the random numbers of traces."""

    def _update_synaptic_variable_random(self) -> None:
        """Draw the random number of synaptic variables."""

    @abstractmethod
    def _process_pre_spikes(self, s_in: Array) -> None:
        """Note when sources spiked, and add impulses of those that did before in this epoch."""

    def _process_post_spikes(self, s_in_bap: Array) -> None:
        """Note when targets spiked, and add impulses of those that did before in this epoch."""
        self.y0[s_in_bap] = True
        again = s_in_bap & (self.ty > 0)
        self._set_y_traces(np.where(again, self._with_y_impulses(), self._y_traces))
        self.ty[s_in_bap] = self._within_epoch_time_step()

    @abstractmethod
    def _with_y_impulses(self) -> Array:
        """Return the traces of all targets with an impulse more."""

    @abstractmethod
    def _compute_trace_histories(self) -> tuple[Array, Array]:
        """Return the courses of the traces of both sides in this epoch."""

    @abstractmethod
    def _learned(self, name: str, values: Array, applier: AbstractLearningRuleApplier, args: dict[str, Any]) -> Array:
        """Return the values of a synaptic variable after its rule was applied."""

    @property
    def _x_traces(self) -> Array:
        return np.stack([self.x1, self.x2])

    @property
    def _y_traces(self) -> Array:
        return np.stack([self.y1, self.y2, self.y3])

    def _set_x_traces(self, traces: Iterable[Array]) -> None:
        self.x1[:], self.x2[:] = traces

    def _set_y_traces(self, traces: Iterable[Array]) -> None:
        self.y1[:], self.y2[:], self.y3[:] = traces

    def _within_epoch_time_step(self) -> int:
        """Return the number of the present step in its epoch, 1..T."""
        return (self.time_step - 1) % int(self._learning_rule.t_epoch) + 1

    def recv_traces(self, s_in: Array) -> None:
        """Take in this step's spikes of both sides, those of sources perhaps graded, and traces of a third factor."""
        self._process_pre_spikes(s_in)
        self._update_trace_randoms()  # after each side, as Lava: two numbers of each kind a step
        s_in_bap = self.s_in_bap.recv().astype(bool)
        if isinstance(self._learning_rule, Loihi3FLearningRule):
            received = [port.recv() for port in (self.s_in_y1, self.s_in_y2, self.s_in_y3)]
            self._process_post_spikes(s_in_bap)
            self._set_y_traces(received)
        else:
            self._process_post_spikes(s_in_bap)
        self._update_trace_randoms()

    def lrn_guard(self) -> bool:
        return bool(self.time_step % self._learning_rule.t_epoch == 0)

    def run_lrn(self) -> None:
        """Update traces, apply the rules, and begin a new epoch."""
        self._update_synaptic_variable_random()
        self.x0[:] = self.tx > 0
        self.y0[:] = self.ty > 0
        courses = self._compute_trace_histories()
        self._set_x_traces(courses[0][-1])
        if not isinstance(self._learning_rule, Loihi3FLearningRule):
            self._set_y_traces(courses[1][-1])
        self._apply_learning_rules(courses)
        for array in (self.x0, self.y0, self.tx, self.ty):
            array[:] = 0

    def _apply_learning_rules(self, courses: tuple[Array, Array]) -> None:
        """Apply every rule to the synaptic variables as they are now, then replace them."""
        after = {}
        for name, applier in self.appliers.items():
            variable = getattr(self, name)
            if issparse(variable):
                entries = variable.tocoo()
                rows, columns, values = entries.row, entries.col, variable.data
            else:
                rows, columns = np.ogrid[: variable.shape[0], : variable.shape[1]]
                values = variable
            args = self._arguments(applier, courses, rows, columns)
            after[name] = self._learned(name, values, applier, args)
        for name, values in after.items():
            variable = getattr(self, name)
            if issparse(variable):
                parts = values.astype(variable.dtype), variable.indices, variable.indptr
                setattr(self, name, csr_matrix(parts, shape=variable.shape))
            else:
                variable[:] = values

    def _arguments(
        self, applier: AbstractLearningRuleApplier, courses: tuple[Array, Array], rows: Array, columns: Array
    ) -> dict[str, Any]:
        """Return what a rule reads, for synapses from `columns` to `rows`."""
        args: dict[str, Any] = at_dependencies(applier.evaluated_traces, courses, (self.tx, self.ty), rows, columns)
        args.update(x0=self.x0[columns], y0=self.y0[rows], u=self._epoch_counts())
        for name in SYNAPTIC_VARIABLE_VAR_MAPPING.values():
            args[name] = _entries(getattr(self, name), rows, columns)
        return args

    def _epoch_counts(self) -> int:
        k = self._learning_rule.decimate_exponent
        epoch = self.time_step // self._learning_rule.t_epoch
        return int(k is not None and epoch % (1 << k) == 0)


def _entries(variable: Any, rows: Array, columns: Array) -> Any:
    """Return the entries of a synaptic variable; 0 where a sparse one stores none."""
    if not issparse(variable):
        return variable if rows.ndim == 2 else variable[rows, columns]
    if rows.ndim == 2:
        return variable.toarray()
    return np.asarray(variable[rows, columns]).ravel() if len(rows) else np.zeros(0, variable.dtype)
