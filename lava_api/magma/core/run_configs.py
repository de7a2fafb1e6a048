"""Run configurations: which process model is chosen for a process, and which processes run in step."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from lava_api.magma.compiler.boards import boards_named
from lava_api.magma.compiler.subcompilers.constants import EMBEDDED_ALLOCATION_ORDER
from lava_api.magma.core.callback_fx import CallbackFx
from lava_api.magma.core.model.model import AbstractProcessModel
from lava_api.magma.core.model.nc.model import AbstractNcProcessModel
from lava_api.magma.core.model.py.model import AbstractPyProcessModel
from lava_api.magma.core.model.sub.model import AbstractSubProcessModel
from lava_api.magma.core.resources import Loihi1NeuroCore, Loihi2NeuroCore, NeuroCore
from lava_api.magma.core.run_config import RunConfig
from lava_api.magma.core.sync.domain import SyncDomain
from loihi_emu.chips.chip import LOIHI1, LOIHI2, Chip
from loihi_emu.keywords import known_keywords_of

__all__ = [
    "AbstractLoihiHWRunCfg",
    "AbstractLoihiRunCfg",
    "AbstractLoihiSimRunCfg",
    "Loihi1HwCfg",
    "Loihi1SimCfg",
    "Loihi2HwCfg",
    "Loihi2SimCfg",
    "RunConfig",
]

FIXED_TAGS = ("fixed_pt", "bit_accurate_loihi", "bit_approximate_loihi")
"""Tags of models with the integer arithmetic of the chip; what hardware configurations prefer."""


@known_keywords_of
class AbstractLoihiRunCfg(RunConfig):
    """Selects by kind and tag.

    Parameters
    ----------
    custom_sync_domains : list of SyncDomain, optional
        Domains with their processes.
    select_tag : str, optional
        Only models with this tag (a process' single model may also have no tag).
    select_sub_proc_model : bool
        Whether models made of processes are preferred.
    exception_proc_model_map : dict, optional
        Models for process classes or single processes, used without any check.
    loglevel : int
        Level of the log.
    """

    kinds = "Python models and those made of processes"
    """What runs, for errors."""

    def __init__(
        self,
        custom_sync_domains: list[SyncDomain] | None = None,
        select_tag: str | None = None,
        select_sub_proc_model: bool | None = False,
        exception_proc_model_map: dict[Any, type[AbstractProcessModel]] | None = None,
        loglevel: int = logging.WARNING,
    ) -> None:
        super().__init__(custom_sync_domains=custom_sync_domains, loglevel=loglevel)
        self.select_tag = select_tag
        self.select_sub_proc_model = select_sub_proc_model
        self.exception_proc_model_map = exception_proc_model_map or {}

    def select(self, process: Any, proc_models: list[type[AbstractProcessModel]]) -> Any:
        """Return the model for a process.

        Raises
        ------
        AssertionError
            When no model has the tag, or all models are made of processes and those are not selected.
        NotImplementedError
            When the one model is of a kind that cannot run here.
        """
        where = f"[{type(self).__qualname__}]: process {process.name}::{type(process).__qualname__}"
        if not proc_models:
            raise AssertionError(f"{where} has no ProcessModels.")
        if type(process) in self.exception_proc_model_map:
            return self.exception_proc_model_map[type(process)]
        subs = [model for model in proc_models if issubclass(model, AbstractSubProcessModel)]
        leaves = self._ordered(proc_models)
        if len(proc_models) == 1:
            only = proc_models[0]
            if not subs and not leaves:
                raise NotImplementedError(
                    f"{where}: its only ProcessModel {only.__qualname__} is none of those that run here: {self.kinds}."
                )
            return self._tagged(proc_models, where) if only.tags else only
        if self.select_sub_proc_model and subs:
            return subs[0] if len(subs) == 1 else self._tagged(subs, where)
        if not leaves:
            raise AssertionError(
                f"{where}: none of its ProcessModels ({', '.join(m.__qualname__ for m in proc_models)}) is one of"
                f" those that run here: {self.kinds}."
                " Try setting select_sub_proc_model=True."
            )
        return self._tagged(leaves, where)

    def _ordered(self, models: list[type[AbstractProcessModel]]) -> list[type[AbstractProcessModel]]:
        """Return the models that run and are not made of processes, the preferred first."""
        return [model for model in models if issubclass(model, AbstractPyProcessModel)]

    def _tagged(self, models: Sequence[type[AbstractProcessModel]], where: str) -> type[AbstractProcessModel]:
        """Return the first model, or the first with the tag."""
        if self.select_tag is None:
            return models[0]
        for model in models:
            if self.select_tag in model.tags:
                return model
        known = "; ".join(f"{m.__qualname__} {m.tags}" for m in models)
        raise AssertionError(f"{where}: No ProcessModels found with tag '{self.select_tag}'. There are: {known}.")


@known_keywords_of
class AbstractLoihiHWRunCfg(AbstractLoihiRunCfg):
    """Runs a program on the emulated chip.

    Preferred are models for its neuromorphic cores, then Python models with integer arithmetic, then other Python
    models, unless a tag asks for others. Models in C, for embedded processors, are passed over.

    The program is placed on the chip's cores before it runs (``process.runtime.placement``; what goes there:
    :mod:`lava_api.magma.compiler.chip_network`). One that does not fit raises a MappingError that names the process.
    Placing never changes results.

    Parameters
    ----------
    custom_sync_domains, select_tag, select_sub_proc_model, exception_proc_model_map, loglevel
        As for :class:`AbstractLoihiRunCfg`.
    callback_fxs : list of NxSdkCallbackFx, optional
        Called before and after each run.
    embedded_allocation_order : EMBEDDED_ALLOCATION_ORDER
        Kept.
    boards : str, class of lava.magma.core.resources, or list of them, optional
        Boards that the program must fit on, such as ``"Nahuku"`` or ``["Kapoho Bay", "Kapoho Bay"]``. By default the
        board that the environment names (``BOARD``, else ``PARTITION``, unless ``NOSLURM`` is set), else as many chips
        as needed. Not in Lava.

    Examples
    --------
    >>> Loihi2HwCfg(boards="Oheo Gulch").boards
    'Oheo Gulch'
    """

    kinds = "models for this chip's neuromorphic cores, Python models and those made of processes"
    cores: tuple[type[NeuroCore], ...] = (NeuroCore,)
    """Cores that the chip has."""
    chip: Chip = LOIHI2
    """The chip."""

    def __init__(
        self,
        custom_sync_domains: list[SyncDomain] | None = None,
        select_tag: str | None = None,
        select_sub_proc_model: bool | None = False,
        exception_proc_model_map: dict[Any, type[AbstractProcessModel]] | None = None,
        loglevel: int = logging.WARNING,
        callback_fxs: list[CallbackFx] | None = None,
        embedded_allocation_order: Any = EMBEDDED_ALLOCATION_ORDER.NORMAL,
        *,
        boards: Any = None,
    ) -> None:
        super().__init__(custom_sync_domains, select_tag, select_sub_proc_model, exception_proc_model_map, loglevel)
        self.callback_fxs = callback_fxs or []
        self.embedded_allocation_order = embedded_allocation_order
        boards_named(boards, self.chip, type(self).__name__)
        self.boards = boards

    def _ordered(self, models: list[type[AbstractProcessModel]]) -> list[type[AbstractProcessModel]]:
        on_cores = [m for m in models if issubclass(m, AbstractNcProcessModel) and self._has_core(m)]
        in_python = [m for m in models if issubclass(m, AbstractPyProcessModel)]
        in_integers = [m for m in in_python if any(word in m.tags for word in FIXED_TAGS)]
        return [*on_cores, *in_integers, *(m for m in in_python if m not in in_integers)]

    def _has_core(self, model: type[AbstractProcessModel]) -> bool:
        return any(core in model.required_resources for core in self.cores)


class AbstractLoihiSimRunCfg(AbstractLoihiRunCfg):
    """Runs Python models, in order of definition."""


class Loihi1SimCfg(AbstractLoihiSimRunCfg):
    """Simulation of a Loihi 1 program."""


class Loihi2SimCfg(Loihi1SimCfg):
    """Simulation of a Loihi 2 program; selects as :class:`Loihi1SimCfg` does."""


class Loihi1HwCfg(AbstractLoihiHWRunCfg):
    """Runs a program on the emulated Loihi 1, see :class:`AbstractLoihiHWRunCfg`."""

    cores = (NeuroCore, Loihi1NeuroCore)
    chip = LOIHI1


class Loihi2HwCfg(AbstractLoihiHWRunCfg):
    """Runs a program on the emulated Loihi 2, see :class:`AbstractLoihiHWRunCfg`."""

    cores = (NeuroCore, Loihi2NeuroCore)
    chip = LOIHI2
