"""Unknown arguments and attributes: the error names the near name, or what another tool's word is called here.

:func:`known_keywords` marks a function, :func:`known_keywords_of` all public methods of a class. They look only at the
names of the arguments of a call; how the function sees itself (signature, docstring) stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from functools import lru_cache, wraps
from inspect import CO_VARARGS, CO_VARKEYWORDS
from types import FunctionType
from typing import Any, TypeVar

from loihi_emu.errors import (
    ArgumentsError,
    MissingAttributeError,
    UnknownArgumentError,
    UnknownNameError,
    brief,
    near_names,
    shown_of,
    unknown,
)
from loihi_emu.keywords_elsewhere import ARGUMENTS, ATTRIBUTES

HIDDEN = ("self", "cls")
"""What Python gives."""
MANY_NAMES = 24
"""So many arguments of a function are listed whole: its user does not have to look them up."""

F = TypeVar("F", bound=Callable[..., Any])
C = TypeVar("C", bound=type)


def known_keywords(function: F, name: str = "") -> F:
    """Answer an unknown keyword of a call, or too many or too few arguments, with an error that names the right ones.

    Parameters
    ----------
    function : function
        One that takes any arguments or keywords itself is returned as it is; of one that takes any keywords, and some
        by name alone, the arguments without a name are counted.
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
    code, free = function.__code__, bool(function.__code__.co_flags & CO_VARKEYWORDS)
    if code.co_flags & CO_VARARGS or (free and not code.co_kwonlyargcount):
        return function
    first, most = code.co_posonlyargcount, code.co_argcount
    known = code.co_varnames[first : most + code.co_kwonlyargcount]
    allowed = frozenset(known)
    place = name or function.__qualname__
    needed = code.co_varnames[: most - len(function.__defaults__ or ())]
    named = [word for word in known[most - first :] if word not in (function.__kwdefaults__ or {})]

    @wraps(function)
    def checked(*arguments: Any, **keywords: Any) -> Any:
        try:
            return function(*arguments, **keywords)
        except TypeError as problem:
            if problem.__traceback__ is None or problem.__traceback__.tb_next is not None:  # from inside the function
                raise
            wrong = next((word for word in keywords if not free and word not in allowed), None)
            if wrong is not None:
                is_made = function.__name__ == "__init__" and arguments
                where = type(arguments[0]).__name__ if is_made else place  # perhaps of a class derived from this one
                names = [word for word in known if word not in HIDDEN]
                raise unknown_argument(wrong, names, where, topic=place) from None
            names_in_order = code.co_varnames[:most]
            missing = [word for word in (*needed[len(arguments) :], *named) if word not in keywords]
            raise _miscounted(place, names_in_order, known[most - first :], missing, len(arguments), keywords) from None

    return checked  # type: ignore[return-value]


def _miscounted(
    place: str, names: Sequence[str], named: Sequence[str], missing: Sequence[str], given: int, keywords: Container[str]
) -> ArgumentsError:
    """The error for too many arguments without a name, or for missing ones."""
    hidden = sum(word in HIDDEN for word in names[:1])
    shown = ", ".join([*names[hidden:], *(f"{word}=..." for word in named)])
    if given > len(names):
        got, most = given - hidden, len(names) - hidden
        advice = " Further ones are written with their names." if named else ""
        return ArgumentsError(f"{place}: got {got} arguments, allowed is {most} without names: ({shown}).{advice}")
    twice = [word for word in names[:given] if word in keywords]
    if twice:
        return ArgumentsError(f"{place}: {', '.join(twice)} was given twice, by place and by name, of ({shown}).")
    return ArgumentsError(f"{place}: nothing was given for {', '.join(missing)}. Arguments are ({shown}).")


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
    found = unknown(what, name, names, where=where, advice=advice, near=near, few=MANY_NAMES, kind=UnknownArgumentError)
    assert isinstance(found, UnknownArgumentError)
    return found


def unknown_variable(
    name: object, known: Iterable[str], where: str, *, what: str = "variable", advice: str = ""
) -> UnknownNameError:
    """Build the error for a variable that does not exist: all there are, and the one that another tool's word means.

    Parameters
    ----------
    name : object
        What was given.
    known : iterable of str
        The variables there are.
    where : str
        The population or connection.
    what : str
        How the message calls it.
    advice : str
        What to do, optional; then no near name is guessed.
    """
    names = list(dict.fromkeys(known))
    near, _ = elsewhere("variable", name, names)
    if advice and not near:
        shown = ", ".join(f'"{k}"' for k in names)
        given = f'"{name}"' if isinstance(name, str) else brief(shown_of(name))
        return UnknownNameError(f"{where}: unknown {what} {given}: known are {shown}. {advice}", where=where, name=what)
    return unknown(what, name, names, where=where, near=near, few=MANY_NAMES, advice=advice)


@lru_cache(maxsize=256)
def _near(name: str, known: tuple[str, ...]) -> list[str]:
    """Names like it, kept: code that takes many forms of data asks each object for the same attributes again."""
    return near_names(name, known)


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
    near = _near(name, tuple(public))
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
