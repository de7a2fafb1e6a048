"""Base of process models."""

from __future__ import annotations

import logging
from abc import ABC
from typing import Any, ClassVar


class AbstractProcessModel(ABC):  # noqa: B024
    """What a process does, in one of possibly several ways; it gets the process' parameters."""

    implements_process: Any = None
    implements_protocol: Any = None
    required_resources: ClassVar[list[Any]] = []
    tags: ClassVar[list[str]] = []

    def __init__(self, proc_params: Any, loglevel: int | None = logging.WARNING) -> None:
        self.log = logging.getLogger("lava_api.model")
        if loglevel not in (None, self.log.level):  # setting it clears the caches of all loggers
            self.log.setLevel(loglevel)
        self.proc_params = proc_params

    def __repr__(self) -> str:
        process = getattr(self.implements_process, "__qualname__", "no process")
        needs = " ".join(getattr(need, "__qualname__", str(need)) for need in self.required_resources)
        return f"{type(self).__qualname__} implements {process}, supports {needs}, has tags {', '.join(self.tags)}"
