"""Base of synchronisation protocols."""

from __future__ import annotations

from typing import Any


class AbstractSyncProtocol:
    """By which rule the models of a domain take turns.

    A protocol of this package names the service that drives its models through `runtime_service`.
    """

    @property
    def runtime_service(self) -> Any:
        """Map from a resource to the class of the service that drives models on it."""
        raise NotImplementedError(f"{type(self).__name__} names no runtime service")
