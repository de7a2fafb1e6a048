"""Parameters that a process hands to its process model."""

from __future__ import annotations

from typing import Any


class ProcessParameters:
    """The keyword arguments of a process: a mapping in which a value is set once, or overwritten on purpose.

    Examples
    --------
    >>> params = ProcessParameters({"weight": 3})
    >>> params["shape"] = (2,)
    >>> params.overwrite("weight", 4)
    >>> params["weight"], params.get("bias", 0)
    (4, 0)
    """

    def __init__(self, initial_parameters: dict[str, Any]) -> None:
        self._parameters = initial_parameters

    def __setitem__(self, key: str, value: Any) -> None:
        if key in self._parameters:
            raise KeyError(f"the process parameter {key!r} is set already; overwrite({key!r}, value) replaces it")
        self._parameters[key] = value

    def __getitem__(self, key: str) -> Any:
        if key not in self._parameters:
            raise KeyError(f"no process parameter {key!r}; known: {', '.join(map(repr, self._parameters)) or 'none'}")
        return self._parameters[key]

    def __contains__(self, key: object) -> bool:
        return key in self._parameters

    def __copy__(self) -> ProcessParameters:
        return ProcessParameters(dict(self._parameters))

    def __repr__(self) -> str:
        return f"ProcessParameters({self._parameters!r})"

    def overwrite(self, key: str, value: Any) -> None:
        """Set a value whether or not there is one."""
        self._parameters[key] = value

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value, or `default` where there is none."""
        return self._parameters.get(key, default)

    def values(self) -> list[Any]:
        """Return all values."""
        return list(self._parameters.values())
