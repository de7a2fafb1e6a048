"""Reordering of messages on their way through reshape, transpose and concatenation."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any


class AbstractTransformer(ABC):
    """Reorders what a channel delivers."""

    @abstractmethod
    def transform(self, data: Any, csp_port: Any) -> Any:
        """Return the data of a channel in the port's order."""


class IdentityTransformer(AbstractTransformer):
    """Leaves data as they are."""

    def transform(self, data: Any, csp_port: Any) -> Any:
        return data


class VirtualPortTransformer(AbstractTransformer):
    """Passes the data of each channel through its functions.

    Parameters
    ----------
    csp_ports : dict of str to Channel
        Channels by the name of the port at their far end.
    transform_funcs : dict of str to list of functions
        Functions by the same names, applied in order; channels without are left as they are.
    """

    def __init__(self, csp_ports: dict[str, Any], transform_funcs: dict[str, list[Callable[[Any], Any]]]) -> None:
        if not csp_ports:
            raise AssertionError("'csp_ports' should not be empty.")
        self._csp_port_to_fp = {port: transform_funcs.get(name, []) for name, port in csp_ports.items()}

    def transform(self, data: Any, csp_port: Any) -> Any:
        if csp_port not in self._csp_port_to_fp:
            raise AssertionError(f"{csp_port!r} is not registered with a transformation function.")
        for function in self._csp_port_to_fp[csp_port]:
            data = function(data)
        return data
