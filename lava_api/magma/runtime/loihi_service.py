"""LoihiService: drives the models of a domain through the phases of time steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from lava_api.magma.core.model.py.base import take_request
from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.magma.core.sync.phase import Phase
from lava_api.magma.runtime.channel import HostChannel
from lava_api.magma.runtime.isolation import entered
from lava_api.magma.runtime.scheduler import Job
from lava_api.magma.runtime.step_service import StepService

if TYPE_CHECKING:
    from lava_api.magma.kernels.messages import Message
    from lava_api.magma.kernels.subgraph import Subgraph
    from lava_api.magma.runtime.channel import PortChannel
    from lava_api.magma.runtime.control import Control

GUARDS = ("pre_guard", "lrn_guard", "post_guard")


def overrides(model: PyLoihiProcessModel, name: str) -> bool:
    """Return whether a model has a method of its own in place of the base class'."""
    base = getattr(PyLoihiProcessModel, name)
    return name in vars(model) or getattr(type(model), name, base) is not base


class _ModelPhases:
    """The phases of one model, as jobs."""

    def __init__(self, model: PyLoihiProcessModel, service: LoihiService) -> None:
        self.model = model
        self.service = service
        self.guarded = any(overrides(model, guard) for guard in GUARDS)
        self.advances = overrides(model, "advance_to_time_step")

    def spike(self) -> None:
        """Do the spiking phase, and note what the model asks for."""
        model = self.model
        model.time_step += 1
        model.phase = Phase.SPK
        model.run_spk()
        if self.advances:
            model.advance_to_time_step(model.time_step + 1)
        if request := take_request(model):
            self._pass_on(request)
        elif self.guarded:
            if model.lrn_guard() and model.pre_guard():
                self.service.wanted.add(Phase.PRE_MGMT)
            elif model.lrn_guard():  # asked again, as Lava does: a guard may count its calls
                self.service.wanted.add(Phase.LRN)
            elif model.post_guard():
                self.service.wanted.add(Phase.POST_MGMT)

    def pre_mgmt(self) -> None:
        """Do the management phase before learning."""
        model = self.model
        self._do(Phase.PRE_MGMT, model.pre_guard, model.run_pre_mgmt)

    def learn(self) -> None:
        """Do the learning phase."""
        model = self.model
        if self._do(Phase.LRN, model.lrn_guard, model.run_lrn) and model.post_guard():
            self.service.wanted.add(Phase.POST_MGMT)

    def post_mgmt(self) -> None:
        """Do the management phase after learning."""
        model = self.model
        self._do(Phase.POST_MGMT, model.post_guard, model.run_post_mgmt)

    def _do(self, phase: Phase, guard: Callable[[], object], method: Callable[[], object]) -> bool:
        """Do a phase that comes after the spiking one if it is wanted; return whether the model asks for no end."""
        self.model.phase = phase
        if guard():
            method()
        request = take_request(self.model)
        if request:
            self._pass_on(request)
        return not request

    def _pass_on(self, request: str) -> None:
        self.service.control.request(stop=request == "stop")


class _SubgraphPhases:
    """The spiking phase of kernels, as one job."""

    def __init__(self, subgraph: Subgraph, service: LoihiService) -> None:
        self.subgraph = subgraph
        self.model = subgraph
        self.service = service
        self.manages = bool(subgraph.post_mgmt or subgraph.hooked)

    def spike(self) -> None:
        """Do the spiking phase, and ask for the management phase if a kernel needs one."""
        self.subgraph.step(self.service)
        if self.subgraph.learner is not None:
            self.service.wanted.add(Phase.LRN)
        if self.manages:
            self.service.wanted.add(Phase.POST_MGMT)


class LoihiService(StepService):
    """Time steps of a domain, with models in order of their processes' creation.

    `managed` has the same models in the order of the management phases: one whose variables another refers to comes
    before it; of these, models that run as kernels are given as their :class:`ManagementPhase`. Subgraphs come with the
    number of Python models that they wait for in a step.
    """

    def __init__(
        self,
        models: list[PyLoihiProcessModel],
        managed: list[Any],
        control: Control,
        subgraphs: Sequence[tuple[int, Subgraph]] = (),
        *,
        is_alone: bool = True,
    ) -> None:
        super().__init__(control)
        self.models = models
        self.is_eager = not is_alone
        self.subgraphs = [subgraph for _, subgraph in subgraphs]
        self.wanted: set[Phase] = set()
        by_model = {id(model): _ModelPhases(model, self) for model in models}
        ordered = [by_model.get(id(model), model) for model in managed]
        python = [phases for phases in ordered if isinstance(phases, _ModelPhases)]
        kernels = [(waits, _SubgraphPhases(subgraph, self)) for waits, subgraph in subgraphs]
        # Kernels that wait for no Python model go before all of these, the others behind them, when most has arrived.
        first = [phases for waits, phases in kernels if not waits]
        last = [phases for waits, phases in kernels if waits]
        spiking: list[Any] = [*first, *by_model.values(), *last]
        self._jobs = {
            Phase.SPK: [self._job(phases.model, phases.spike) for phases in spiking],
            Phase.PRE_MGMT: [self._job(t.model, t.pre_mgmt) for t in python if overrides(t.model, "pre_guard")],
            Phase.LRN: [
                *(Job(self, t.model, t.subgraph.learn) for _, t in kernels if t.subgraph.learner is not None),
                *(self._job(t.model, t.learn) for t in by_model.values() if t.guarded),
            ],
            Phase.POST_MGMT: [
                self._job(t.model, t.post_mgmt)
                for t in ordered
                if not isinstance(t, _ModelPhases) or overrides(t.model, "post_guard")
            ],
        }
        self._sent_first: list[tuple[Message, PortChannel]] = []
        for subgraph in self.subgraphs if is_alone else ():  # no channel is full when a step begins, but for pipes
            sent = subgraph.boundary.sent_first
            self._sent_first += [one for one in sent if not isinstance(one[1], HostChannel)]
            subgraph.boundary.sent_first = [one for one in sent if isinstance(one[1], HostChannel)]
        self._phases = self._steps()

    def _job(self, model: object, method: Callable[[], None]) -> Job:
        return Job(self, model, entered(model, method))

    def advance(self) -> None:
        """Queue the jobs of the next phase."""
        if self.control.scheduler.failures:
            return
        jobs = next(self._phases)
        if jobs:
            self.pending = len(jobs)
            self.control.scheduler.queue.extend(jobs)
        else:
            self.idle = True

    def _steps(self) -> Iterator[list[Job]]:
        """Yield the jobs of phase after phase, an empty list where the run ends."""
        wanted, jobs, control = self.wanted, self._jobs, self.control
        while True:
            while self.done < self.target and not control.halts(self.done):
                self.done += 1
                for message, channel in self._sent_first:
                    channel.send(message.get())
                yield jobs[Phase.SPK]
                if wanted:
                    if Phase.PRE_MGMT in wanted:
                        wanted.discard(Phase.PRE_MGMT)
                        wanted.add(Phase.LRN)
                        yield jobs[Phase.PRE_MGMT]
                    if Phase.LRN in wanted:
                        wanted.discard(Phase.LRN)
                        yield jobs[Phase.LRN]
                    if Phase.POST_MGMT in wanted:
                        wanted.discard(Phase.POST_MGMT)
                        yield jobs[Phase.POST_MGMT]
            for model in self.models:
                model.phase = Phase.HOST
            for subgraph in self.subgraphs:
                subgraph.sync()
            yield []
