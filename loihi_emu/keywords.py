"""Unknown arguments and attributes: the error names the near name, or what another tool's word is called here.

:func:`known_keywords` marks a function, :func:`known_keywords_of` all public methods of a class. They look only at the
names of the arguments of a call; how the function sees itself (signature, docstring) stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from inspect import CO_VARKEYWORDS
from types import FunctionType
from typing import Any, TypeVar

from loihi_emu.errors import MissingAttributeError, UnknownArgumentError, near_names, unknown
from loihi_emu.keywords_elsewhere import ARGUMENTS, ATTRIBUTES

MANY_NAMES = 24
"""So many arguments of a function are listed whole: its user does not have to look them up."""

F = TypeVar("F", bound=Callable[..., Any])
C = TypeVar("C", bound=type)


def known_keywords(function: F, name: str = "") -> F:
    """Answer an unknown keyword of a call with an error that names the right one.

    Parameters
    ----------
    function : function
        One that takes ``**keywords`` itself is returned as it is.
    name : str
        How messages call it; default its qualified name.

    Examples
    --------
    >>> @known_keywords
    ... def bend(angle: float, *, delays: int = 0) -> float:
    ...     return angle
    >>> bend(1.0, delay=2)
    Traceback (most recent call last):
        ...
    loihi_emu.errors.UnknownArgumentError: bend: unknown argument "delay": did you mean "delays"? Known are "angle", \
"delays".
    """
    code = function.__code__
    if code.co_flags & CO_VARKEYWORDS:
        return function
    first = code.co_posonlyargcount
    known = code.co_varnames[first : code.co_argcount + code.co_kwonlyargcount]
    allowed = frozenset(known)
    place = name or function.__qualname__

    @wraps(function)
    def checked(*arguments: Any, **keywords: Any) -> Any:
        if keywords and not allowed.issuperset(keywords):
            wrong = next(word for word in keywords if word not in allowed)
            is_made = function.__name__ == "__init__" and arguments
            where = type(arguments[0]).__name__ if is_made else place  # perhaps of a class derived from this one
            raise unknown_argument(wrong, [word for word in known if word not in ("self", "cls")], where, topic=place)
        return function(*arguments, **keywords)

    return checked  # type: ignore[return-value]


def known_keywords_of(cls: C) -> C:
    """Do :func:`known_keywords` for the constructor and all public methods that a class defines itself."""
    for name, member in list(vars(cls).items()):
        if name != "__init__" and name.startswith("_"):
            continue
        place = cls.__name__ if name == "__init__" else f"{cls.__name__}.{name}"
        if isinstance(member, FunctionType):
            setattr(cls, name, known_keywords(member, place))
        elif isinstance(member, (classmethod, staticmethod)):
            setattr(cls, name, type(member)(known_keywords(member.__func__, place)))
    return cls


def unknown_argument(
    name: str, known: Iterable[str], where: str, *, topic: str = "", what: str = "argument"
) -> UnknownArgumentError:
    """Build the error for an argument that does not exist.

    Parameters
    ----------
    name : str
        What was given.
    known : iterable of str
        The arguments there are.
    where : str
        The function ("Network.connect"), or another place.
    topic : str
        Which words of other tools hold; default those of the function that `where` names.
    what : str
        How the message calls it: an argument, a parameter.
    """
    names = list(known)
    near, advice = elsewhere(topic or where, name, names)
    if near and advice and what == "argument":  # the sentence says it all
        names = near
    found = unknown(
        what, name, names, where=where, advice=advice, near=near, few=MANY_NAMES, kind=UnknownArgumentError
    )
    assert isinstance(found, UnknownArgumentError)
    return found


def missing_attribute(owner: object, name: str, advice: Mapping[str, str] | None = None) -> AttributeError:
    """Build the error for an attribute that does not exist: what to write instead, or the near names.

    Parameters
    ----------
    owner : object
        Whose attribute was asked for.
    name : str
        Which.
    advice : dict, optional
        Names to sentences, beside those known for the class.
    """
    kind = type(owner).__name__
    if hasattr(type(owner), name):  # a property that met an error of its own: let it be seen
        object.__getattribute__(owner, name)
    text = f'{kind} has no attribute "{name[:80]}".'
    if name.startswith("_"):  # asked by protocols (copy, pickle, displays), not by a user
        return AttributeError(text)
    said = (advice or {}).get(name) or ATTRIBUTES.get(kind, {}).get(name)
    if said:
        return MissingAttributeError(f"{text} {said}")
    public = [word for word in sorted({*dir(type(owner)), *getattr(owner, "__dict__", ())}) if word[0] != "_"]
    near = near_names(name, public)
    if near:
        return MissingAttributeError(f"{text} Did you mean {' or '.join(near)}?")
    return MissingAttributeError(f"{text} It has {', '.join(public)}.")


def elsewhere(topic: str, name: object, known: Iterable[str]) -> tuple[list[str], str]:
    """The names here that are meant by a word of another tool, and a sentence about it.

    Parameters
    ----------
    topic : str
        Whose words: a function ("Network.connect"), "population", "variable", "rules".
    name : object
        The word.
    known : iterable of str
        The names there are: others are not named.

    Examples
    --------
    >>> elsewhere("variable", "voltage", ["spikes", "u", "v"])
    (['v'], '')
    """
    names = set(known)
    for words, meant, advice in ARGUMENTS.get(topic, ()):
        if str(name).casefold() in words.split():
            return [word for word in meant.split() if word in names], advice
    return [], ""
