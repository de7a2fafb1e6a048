"""AbstractProcess: what users derive their processes from."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from lava_api.magma.core.process.collection import Collection
from lava_api.magma.core.process.interfaces import AbstractProcessMember, IdGeneratorSingleton, MemberOwner, kept_as
from lava_api.magma.core.process.log_config import LogConfig
from lava_api.magma.core.process.parameters import ProcessParameters
from lava_api.magma.core.process.ports.ports import InPort, OutPort, RefPort, VarPort
from lava_api.magma.core.process.runner import CompiledProgram, ProgramRuntime, registered
from lava_api.magma.core.process.variable import Var
from lava_api.magma.core.run_conditions import check_condition
from loihi_emu.keywords import known_keywords_of

if TYPE_CHECKING:
    from lava_api.magma.core.run_conditions import AbstractRunCondition
    from lava_api.magma.core.run_config import RunConfig

__all__ = ["AbstractProcess", "Collection", "LogConfig", "ProcessParameters", "ProcessPostInitCaller", "ProcessServer"]

Proc = TypeVar("Proc", bound="AbstractProcess")


class ProcessPostInitCaller(type):
    """Metaclass that names and collects ports and variables once the last constructor has returned.

    Methods of this package's processes name the right keyword where they are given an unknown one.
    """

    def __init__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> None:
        super().__init__(name, bases, namespace)
        if cls.__module__.partition(".")[0] == __name__.partition(".")[0]:
            known_keywords_of(cls)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """Build the process, then collect its members."""
        built = super().__call__(*args, **kwargs)
        collect_members(built)
        return built


def collect_members(process: AbstractProcess) -> None:
    """Name and collect ports, variables and sub processes that are attributes of a process."""
    process._post_init()


class ProcessServer(IdGeneratorSingleton):
    """Gives out the ids of processes and knows those that are in use; it keeps no process alive."""

    _known: ClassVar[weakref.WeakValueDictionary[int, AbstractProcess]] = weakref.WeakValueDictionary()

    @property
    def processes(self) -> list[AbstractProcess]:
        """The registered processes that exist still, in order."""
        return list(self._known.values())

    @property
    def num_processes(self) -> int:
        """How many were registered."""
        return self._next_id

    def register(self, process: AbstractProcess) -> int:
        """Return a new id for a process."""
        if not isinstance(process, AbstractProcess):
            raise AssertionError(f"'process' must be an AbstractProcess. Got {process!r}.")
        given: int = self.get_next_id()
        self._known[given] = process
        return given

    def reset_server(self) -> None:
        """Count from 0 again."""
        self._next_id = 0
        self._known.clear()
        type(self).reset_singleton()


class AbstractProcess(MemberOwner, metaclass=ProcessPostInitCaller):
    """A unit with ports and variables; what it does is up to the process model chosen when it is compiled.

    Ports (:class:`InPort`, ...), variables (:class:`Var`) and processes that a constructor stores as attributes are
    its members, named after the attribute and listed in `in_ports`, `out_ports`, `ref_ports`, `var_ports`, `vars` and
    `procs`.

    Parameters
    ----------
    **proc_params
        Parameters for the process model; of these `name` (default ``Process_<id>``) and `log_config` are used here.

    Examples
    --------
    >>> class Source(AbstractProcess):
    ...     def __init__(self, shape, **kwargs):
    ...         super().__init__(shape=shape, **kwargs)
    ...         self.out = OutPort(shape)
    >>> Source((2,), name="source").out_ports.member_names
    ['out']
    """

    programs_built: ClassVar[int] = 0
    """Programs that were built to run, since this package was loaded."""
    runtime: ProgramRuntime | None = kept_as("_runtime", "What runs this process; None before it is built.")
    model: Any = kept_as("_model", "The process model that runs; None before it is built.")
    model_class: Any = kept_as("_model_class", "Class of the process model; None before compilation.")
    is_compiled: bool = kept_as("_is_compiled", "Whether the process is part of a compiled program.")
    folded_view: Any = kept_as("_folded_view", "Process of which this one is an instance of a repeated part.")
    folded_view_inst_id: int = kept_as("_folded_view_inst_id", "Number of that instance.")

    def __init__(self, **proc_params: Any) -> None:
        self.proc_params = ProcessParameters(initial_parameters=proc_params)
        self.id: int = ProcessServer().register(self)
        self.name: str = proc_params.get("name") or f"Process_{self.id}"
        self._log_config: LogConfig = proc_params.get("log_config") or LogConfig()
        self.log = self._log_config.attach()
        self.out_ports = Collection(self, "OutPort")
        self.in_ports = Collection(self, "InPort")
        self.ref_ports = Collection(self, "RefPort")
        self.var_ports = Collection(self, "VarPort")
        self.vars = Collection(self, "Var")
        self.procs = Collection(self, "SubProcess")
        self.parent_proc: AbstractProcess | None = None
        self._model: Any = None
        self._model_class: Any = None
        self._is_compiled = False
        self._folded_view: Any = None
        self._folded_view_inst_id = -1
        self._runtime: ProgramRuntime | None = None

    def __enter__(self: Proc) -> Proc:
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}>"

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_runtime": None, "_model": None}

    def _post_init(self) -> None:
        kinds: dict[Any, Collection] = {
            OutPort: self.out_ports,
            InPort: self.in_ports,
            RefPort: self.ref_ports,
            VarPort: self.var_ports,
            Var: self.vars,
            AbstractProcess: self.procs,
        }
        attributes = {name: getattr(self, name) for name in dir(self) if not name.startswith("__")}
        for kind, collection in kinds.items():
            members = {name: value for name, value in attributes.items() if isinstance(value, kind)}
            for name, member in members.items():
                member.name = name
                if isinstance(member, AbstractProcessMember):
                    member.process = self
            collection.add_members(members)

    def register_sub_procs(self, procs: dict[str, AbstractProcess]) -> None:
        """Make processes sub processes of this one."""
        for process in procs.values():
            if not isinstance(process, AbstractProcess):
                raise AssertionError(f"a sub process must be an AbstractProcess. Got {process!r}.")
            process.parent_proc = self
        self.procs.add_members(procs)

    def validate_var_aliases(self) -> None:
        """Check that aliases point to variables of sub processes."""
        for var in self.vars:
            var.validate_alias()

    def is_sub_proc_of(self, proc: AbstractProcess) -> bool:
        """Return whether `proc` is the parent, or a parent of the parent, ..."""
        parent = self.parent_proc
        return parent is not None and (parent is proc or parent.is_sub_proc_of(proc))

    def propagate_folded_views(self) -> None:
        """Hand the folded view down to the sub processes."""
        for process in self.procs:
            process._folded_view = self._folded_view
            process._folded_view_inst_id = self._folded_view_inst_id
            process.propagate_folded_views()

    def run(
        self,
        condition: AbstractRunCondition,
        run_cfg: RunConfig | None = None,
        compile_config: dict[str, Any] | None = None,
    ) -> None:
        """Run this process and all that are connected to it; the first call compiles them.

        Parameters
        ----------
        condition : RunSteps or RunContinuous
            How long. A run that does not block starts when its result is asked for: at ``wait()``, ``pause()``,
            ``stop()``, the next ``run()``, or a ``get()`` or ``set()``.
        run_cfg : RunConfig, optional
            Selects the process models; needed for the first run, without effect after (a warning, if it is not like
            the first).
        compile_config : dict, optional
            Options of the compiler.

        Raises
        ------
        ValueError
            When there is nothing compiled and no `run_cfg`, or the condition is of another type.
        RuntimeError
            When a process model fails (the error is the cause) or all of them wait for each other.
        """
        check_condition(condition)
        runtime = self._runtime
        if runtime is None:
            if run_cfg is None:
                raise ValueError(
                    f'process "{self.name}": run_cfg must not be None when calling Process.run() unless the process'
                    " has already been compiled. Pass e.g. run_cfg=Loihi2SimCfg()."
                )
            runtime = self._built(self.compile(run_cfg, compile_config))
        elif run_cfg is not None:
            runtime.compare_config(run_cfg, self.name)
        runtime.start(condition)

    def create_runtime(
        self,
        run_cfg: RunConfig | None = None,
        executable: CompiledProgram | None = None,
        compile_config: dict[str, Any] | None = None,
    ) -> None:
        """Build the process models of an executable, compiled here unless given."""
        if executable is None:
            if run_cfg is None:
                raise ValueError(f'process "{self.name}": create_runtime() needs a run_cfg or an executable.')
            executable = self.compile(run_cfg, compile_config)
        self._built(executable)

    def _built(self, executable: CompiledProgram) -> ProgramRuntime:
        """Build the process models of an executable, and return what runs them."""
        runtime = registered().build(executable, self._log_config.level)
        executable.assign_runtime_to_all_processes(runtime)
        self._runtime = runtime
        AbstractProcess.programs_built += 1
        runtime.initialize()
        return runtime

    def compile(self, run_cfg: RunConfig, compile_config: dict[str, Any] | None = None) -> CompiledProgram:
        """Select models for this process and all connected to it, and lay out the program."""
        return registered().compile(self, run_cfg, compile_config, self._log_config.level)

    def wait(self) -> None:
        """Return when the current run has ended."""
        if self._runtime is not None:
            self._runtime.wait()

    def pause(self) -> None:
        """End the current run after a time step."""
        if self._runtime is not None:
            self._runtime.pause()

    def stop(self) -> None:
        """End the program; variables cannot be read any more. May be called twice."""
        if self._runtime is not None:
            self._runtime.stop()

    def save(self, path: str) -> None:
        """Raise a NotImplementedError, as Lava does: :func:`lava_api.utils.serialization.save` writes processes."""
        raise NotImplementedError("a process cannot be saved, as in Lava: use utils.serialization.save(process, path)")

    def load(self, path: str) -> None:
        """Raise a NotImplementedError, as Lava does: :func:`lava_api.utils.serialization.load` reads processes."""
        raise NotImplementedError("a process cannot be loaded, as in Lava: use utils.serialization.load(path)")
