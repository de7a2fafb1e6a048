"""Members of one kind of a process, by name."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any


class UnknownMemberError(AssertionError, AttributeError):
    """A collection has no member of that name."""


class Collection:
    """Ports of a kind, variables or sub processes of one process, as attributes and in alphabetical order."""

    def __init__(self, process: Any, name: str) -> None:
        self.process = process
        self.name = name
        self._members: dict[str, Any] = {}

    @property
    def member_names(self) -> list[str]:
        """Names in order."""
        return list(self._members)

    @property
    def members(self) -> list[Any]:
        """Members in order."""
        return list(self._members.values())

    def add_members(self, members: dict[str, Any]) -> None:
        """Add members by name; one of a known name is replaced."""
        self._members.update(members)

    def is_empty(self) -> bool:
        """Return whether there is no member."""
        return not self._members

    def has(self, obj: Any) -> bool:
        """Return whether there is a member of the name of `obj`."""
        if not hasattr(obj, "name"):
            raise AssertionError(f"expected a port, a variable or a process, which have names; got {obj!r}")
        return obj.name in self._members

    def __getattr__(self, item: str) -> Any:
        members = self.__dict__.get("_members", {})
        if item in members:
            return members[item]
        if item.startswith("__"):
            raise AttributeError(item)
        owner = self.__dict__.get("process")
        near = difflib.get_close_matches(item, members, 3) or list(members)[:8]
        raise UnknownMemberError(
            f"'{item}' is not a member of '{self.__dict__.get('name')}' collection of process"
            f" '{getattr(owner, 'name', '')}::{type(owner).__name__}'. Members: {', '.join(near) or 'none'}."
        )

    def __copy__(self) -> Collection:
        other = Collection(self.process, self.name)
        other.add_members(self._members)
        return other

    def __iter__(self) -> Iterator[Any]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self._members)

    def __repr__(self) -> str:
        return f"{self.name}({', '.join(self._members)})"
