"""Callbacks around a run on hardware. The run configurations keep them; the emulator has no board to call them with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


class CallbackFx:
    """Base of callbacks: four hooks for data, which do nothing unless overridden."""

    def get_data_from_runtime(self) -> Any:
        """Return data of the runtime."""

    def send_data_to_runtime(self, data: Any) -> None:
        """Take data for the runtime."""

    def get_data_from_runtime_service(self) -> Any:
        """Return data of the runtime service."""

    def send_data_to_runtime_service(self, data: Any) -> None:
        """Take data for the runtime service."""


class NxSdkCallbackFx(CallbackFx):
    """A callback before and one after a run on a board."""

    def pre_run_callback(self, board: Any = None, var_id_to_var_model_map: dict[int, Any] | None = None) -> None:
        """Do something before the run."""

    def post_run_callback(self, board: Any = None, var_id_to_var_model_map: dict[int, Any] | None = None) -> None:
        """Do something after the run."""


class IterableCallBack(NxSdkCallbackFx):
    """Functions of the board, called in order before and after a run."""

    def __init__(
        self,
        pre_run_fxs: Iterable[Callable[[Any], Any]] | None = None,
        post_run_fxs: Iterable[Callable[[Any], Any]] | None = None,
    ) -> None:
        super().__init__()
        self.pre_run_fxs = [] if pre_run_fxs is None else pre_run_fxs
        self.post_run_fxs = [] if post_run_fxs is None else post_run_fxs

    def pre_run_callback(self, board: Any = None, var_id_to_var_model_map: dict[int, Any] | None = None) -> None:
        """Call the functions for before the run."""
        for function in self.pre_run_fxs:
            function(board)

    def post_run_callback(self, board: Any = None, var_id_to_var_model_map: dict[int, Any] | None = None) -> None:
        """Call the functions for after the run."""
        for function in self.post_run_fxs:
            function(board)
