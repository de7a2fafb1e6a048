"""Constructors that take what another one takes, and more: their signatures are put together, not written again."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from functools import wraps
from typing import Any, TypeVar

from loihi_emu.errors import ArgumentsError
from loihi_emu.keywords import unknown_argument

Init = TypeVar("Init", bound=Callable[..., None])


def extends(base: type, *, without: Collection[str] = (), before: str = "kwargs") -> Callable[[Init], Init]:
    """Mark a constructor that names its own arguments and takes those of `base`'s in ``**given``.

    Its signature is that of `base`'s with its own in it, and it is called with all of them, defaults filled in. Errors
    are those of a constructor that lists them.

    Parameters
    ----------
    base : type
        Class with the constructor that is extended; need not be a base of the class.
    without : collection of str
        Arguments of `base`'s that it does not take; ``kwargs`` for any other keyword.
    before : str
        Argument of `base`'s before which its own stand, if there is one; those of a name that is there stand there.

    Examples
    --------
    >>> class Plain:
    ...     def __init__(self, *, size: int, scale: int = 2, name: str = "") -> None:
    ...         self.size = size * scale
    >>> class Shifted(Plain):
    ...     @extends(Plain, before="name")
    ...     def __init__(self, *, shift: int = 1, **given: int) -> None:
    ...         super().__init__(**given)
    ...         self.size += shift
    >>> list(inspect.signature(Shifted).parameters), Shifted(size=3).size
    (['size', 'scale', 'shift', 'name'], 7)
    """
    theirs = [p for p in inspect.signature(base.__init__).parameters.values() if p.name not in without]  # type: ignore[misc]

    def decorate(init: Init) -> Init:
        written = inspect.signature(init)
        own = {p.name: p for p in list(written.parameters.values())[1:-1]}
        new = [p for p in own.values() if p.name not in {q.name for q in theirs}]
        place = next((k for k, p in enumerate(theirs) if p.name == before), len(theirs))
        parameters = [own.get(p.name, p) for p in theirs]
        signature = written.replace(parameters=[*parameters[:place], *new, *parameters[place:]])
        names = [p.name for p in signature.parameters.values() if p.name not in ("self", "kwargs")]

        @wraps(init)
        def checked(self: Any, *arguments: Any, **given: Any) -> None:
            try:
                bound = signature.bind(self, *arguments, **given)
            except TypeError as problem:
                wrong = next((name for name in given if name not in names), None)
                if wrong is not None and "kwargs" not in signature.parameters:
                    raise unknown_argument(wrong, names, type(self).__name__) from None
                shown = ", ".join(f"{name}=..." for name in names)
                raise ArgumentsError(f"{type(self).__name__}: {problem}. Arguments are ({shown}).") from None
            bound.apply_defaults()
            values = {name: value for name, value in bound.arguments.items() if name not in ("self", "kwargs")}
            init(self, **values, **bound.arguments.get("kwargs", {}))

        checked.__signature__ = signature  # type: ignore[attr-defined]
        return checked  # type: ignore[return-value]

    return decorate
