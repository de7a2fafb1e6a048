"""Callbacks around a run on the chip: a hardware configuration takes them as ``callback_fxs``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from lava_api.magma.core.process.process import AbstractProcess
from lava_api.magma.core.process.runner import CompiledProgram
from lava_api.magma.core.process.variable import Var
from loihi_emu.errors import UnsupportedError


class CallbackFx:
    """Base of callbacks: hooks that do nothing unless overridden."""

    def prepare(self, processes: list[AbstractProcess]) -> None:
        """Called with all connected processes before they are compiled; more may be connected to them here."""

    def get_data_from_runtime(self) -> Any:
        """Return data of the runtime."""

    def send_data_to_runtime(self, data: object) -> None:
        """Take data for the runtime."""

    def get_data_from_runtime_service(self) -> Any:
        """Return data of the runtime service."""

    def send_data_to_runtime_service(self, data: object) -> None:
        """Take data for the runtime service."""


class NxSdkCallbackFx(CallbackFx):
    """A callback before and one after a run on a board."""

    def pre_run_callback(
        self, board: Board | None = None, var_id_to_var_model_map: dict[int, Var] | None = None
    ) -> None:
        """Do something before the run."""

    def post_run_callback(
        self, board: Board | None = None, var_id_to_var_model_map: dict[int, Var] | None = None
    ) -> None:
        """Do something after the run."""


class IterableCallBack(NxSdkCallbackFx):
    """Functions of the board, called in order before and after a run."""

    def __init__(
        self,
        pre_run_fxs: Iterable[Callable[[Any], object]] | None = None,
        post_run_fxs: Iterable[Callable[[Any], object]] | None = None,
    ) -> None:
        super().__init__()
        self.pre_run_fxs = [] if pre_run_fxs is None else pre_run_fxs
        self.post_run_fxs = [] if post_run_fxs is None else post_run_fxs

    def pre_run_callback(
        self, board: Board | None = None, var_id_to_var_model_map: dict[int, Var] | None = None
    ) -> None:
        for function in self.pre_run_fxs:
            function(board)

    def post_run_callback(
        self, board: Board | None = None, var_id_to_var_model_map: dict[int, Var] | None = None
    ) -> None:
        for function in self.post_run_fxs:
            function(board)


class Board:
    """What callbacks get as board: the emulated chip, which has no registers to probe."""

    def __init__(self, executable: CompiledProgram) -> None:
        self.executable = executable

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise UnsupportedError(
            f"board.{name}: there is no board behind the emulated chip. A Monitor or a StateProbe (lava.utils."
            "loihi2_state_probes) records variables, a Profiler (lava.utils.profiler) counts spikes."
        )


def call_back(executable: CompiledProgram, method: str) -> None:
    """Call a method of all callbacks of a program: ``pre_run_callback`` or ``post_run_callback``."""
    callbacks = executable.callbacks
    if callbacks:
        variables = {var.id: var for process in executable.process_list for var in process.vars}
        for callback in callbacks:
            getattr(callback, method)(Board(executable), variables)
