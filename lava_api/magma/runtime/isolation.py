"""Each user's model has random numbers of its own, as if it ran in a process of its own.

Lava forks a process for each model. So a model finds NumPy's global generator as the script had it when the program
was built, and what it draws nobody else misses. Here all of them share one interpreter: whoever is at work has its own
state of the global generators in place, and the script has its own whenever it is at work. State is exchanged when
another one begins to work, and only where it differs: models that never draw share one state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lava_api.magma.runtime.generators import Generators, State

if TYPE_CHECKING:
    from lava_api.magma.core.process.parameters import ProcessParameters

OURS = "lava_api."
NEUTRAL = ("abc", "builtins", "numpy", "typing")
"""Modules of classes that draw nothing."""


@lru_cache(maxsize=1)
def generators() -> Generators:
    """Return what sees and replaces the state of the global generators."""
    return Generators()


class Party:
    """One of a program's that has a state of the global generators of its own, which begins with the given one."""

    __slots__ = ("isolation", "state")

    def __init__(self, isolation: Isolation, state: State) -> None:
        self.isolation = isolation
        self.state = state

    def enter(self) -> None:
        """Put its state in place, until another party enters, or the script does."""
        if self.isolation.current is not self:
            self.isolation.change(self)


class Isolation:
    """The parties of a program: its users' models, and the script around."""

    def __init__(self) -> None:
        self.current: Party | None = None  # whose state is in place; None: the script's
        self._script: Party | None = None

    def party(self) -> Party:
        """Return a new party that begins with the state of the script, which is at work."""
        known = generators()
        if self._script is None or self._script.state.mark != known.mark():
            self._script = Party(self, known.look())
        return Party(self, self._script.state)

    def change(self, party: Party) -> None:
        """Keep the state in place for whose it is, and put that of another party in place."""
        before = self.current or self._script or party
        known = generators()
        if before.state.mark != known.mark():
            before.state = known.look()
        if party.state is not before.state:
            known.put(party.state)
        self.current = party

    def leave(self) -> None:
        """Put the script's state in place."""
        if self.current is not None and self._script is not None:
            self.change(self._script)
            self.current = None


def is_isolated(model_class: type, parameters: ProcessParameters) -> bool:
    """Return whether a model runs code that is not this package's: of its class, or of objects that it is given."""
    called = (type(parameters[name]) for name in getattr(model_class, "CALLS", ()) if name in parameters)
    return any(_is_users(kind) for kind in (*model_class.__mro__, *called))


def _is_users(kind: type) -> bool:
    """Return whether a class belongs to the program, or to what it imports."""
    return not kind.__module__.startswith(OURS) and kind.__module__ not in NEUTRAL


def keep_party(model: Any, party: Party | None) -> None:
    """Let a model have the state of a party."""
    model._party = party


def party_of(model: Any) -> Party | None:
    """Return the party of a model; None for models of this package, and for subgraphs of kernels."""
    found: Party | None = getattr(model, "_party", None)
    return found


def entered(model: Any, method: Callable[[], None]) -> Callable[[], None]:
    """Return a method of a model that runs with the model's state; it stays in place afterwards."""
    party = party_of(model)
    if party is None:
        return method
    isolation, change = party.isolation, party.isolation.change

    def run() -> None:
        if isolation.current is not party:
            change(party)
        method()

    return run


def visited(model: Any) -> AbstractContextManager[None]:
    """Run code of a model outside of the scheduler, with the model's state in place meanwhile."""
    return at_work(party_of(model))


@contextmanager
def at_work(party: Party | None) -> Iterator[None]:
    """Run code outside of the scheduler, with the state of a party in place meanwhile."""
    if party is None:
        yield
        return
    party.enter()
    try:
        yield
    finally:
        party.isolation.leave()
