"""Errors and warnings of loihi_emu, and the helpers that word them.

Every error is a :class:`LoihiEmuError` and also the builtin that a caller would expect, so both
``except LoihiEmuError`` and ``except ValueError`` work. A message says four things, in this order: where
(``population "hidden", vth``), what was given, what is allowed, and what to do.

The helpers :func:`invalid`, :func:`unknown` and :func:`extra` build an error for the caller to raise; checks of
numbers, which raise themselves, are in :mod:`loihi_emu.numeric`.
"""

from __future__ import annotations

import difflib
from collections.abc import Container, Iterable, Mapping, Sequence

FEW_NAMES = 8
"""Up to this many known names are listed whole when a name is unknown."""

LONG_REPR = 80
"""A longer repr of what was given is replaced by its type."""

LONGEST_PART, SHOWN_PART = 300, 60
"""A longer part of a message is cut to its first characters."""

NEAR_NAMES = 3
"""So many near names are listed when there are more than `FEW_NAMES`."""


class LoihiEmuError(Exception):
    """Base of all errors of this package."""


class ValidationError(LoihiEmuError, ValueError):
    """A value, a shape or a combination of options is not allowed.

    Parameters
    ----------
    message : str
        The whole text.
    where : str, optional
        The place alone (``population "hidden"``), for callers that handle errors by place.
    name : str, optional
        The parameter alone (``vth``).
    """

    def __init__(self, message: str = "", *, where: str | None = None, name: str | None = None) -> None:
        """Keep the text, and where and what it is about."""
        super().__init__(message)
        self.where = where
        self.name = name


class UnknownNameError(ValidationError, KeyError):
    """A name (population, probe variable, model, ...) does not exist; the text lists near names."""

    def __str__(self) -> str:
        # KeyError would show the repr of the message, quotes and all.
        return str(self.args[0]) if self.args else ""


class UnknownArgumentError(UnknownNameError, TypeError):
    """A function has no argument of that name; the text lists near ones, and what other tools' words are here."""


class ArgumentsError(ValidationError, TypeError):
    """A function got too many arguments without a name, or lacks one; the text lists them."""


class MissingAttributeError(LoihiEmuError, AttributeError):
    """An object has no attribute of that name; the text says where the thing is, or lists near names."""


class ReadOnlyError(LoihiEmuError, AttributeError):
    """An attribute cannot be set; the text says what to do instead."""


class NotAFunctionError(LoihiEmuError, TypeError):
    """A value was called like a function; the text says what to write instead."""


class MappingError(LoihiEmuError, ValueError):
    """A network does not fit on the chips it was placed on, or a placement is contradictory.

    Parameters
    ----------
    message : str
        The whole text.
    resource : str, optional
        What is too small: a key of ``Placement.budgets`` ("compartments", "synaptic_bits", "axons_in", ...), "chips",
        "synapses" (of a chip), a field ("vth", "delays"), or a setting that a core has once ("noise", "epoch").
        None where it is no single one.
    need, have : number, optional
        What is needed of it and what there is, in that resource's unit.
    """

    def __init__(
        self,
        message: str = "",
        *,
        resource: str | None = None,
        need: float | None = None,
        have: float | None = None,
    ) -> None:
        """Keep the text, and the resource with what is needed and what there is."""
        super().__init__(message)
        self.resource, self.need, self.have = resource, need, have

    def reworded(self, message: str) -> MappingError:
        """Return the same error with another text."""
        return MappingError(message, resource=self.resource, need=self.need, have=self.have)


class UnsupportedError(LoihiEmuError, NotImplementedError):
    """The combination is sound but this package, or the chosen backend, does not do it."""


class SimulationError(LoihiEmuError, RuntimeError):
    """A run could not go on, for instance because of the state it had reached."""


class OutOfMemoryError(LoihiEmuError, MemoryError):
    """What was asked for does not fit into the memory that is free; the text says what takes how much.

    Parameters
    ----------
    message : str
    where : str, optional
        The place alone (``network "large"``).
    need, free : int, optional
        Bytes.
    parts : dict, optional
        Bytes by what takes them.
    """

    def __init__(
        self, message: str = "", *, where: str | None = None, need: int = 0, free: int | None = None,
        parts: Mapping[str, int] | None = None,
    ) -> None:  # fmt: skip
        """Keep the text and the figures."""
        super().__init__(message)
        self.where, self.need, self.free, self.parts = where, need, free, dict(parts or {})


class FileError(LoihiEmuError, OSError):
    """A file cannot be written; the text says which and why, and that what was there stays."""

    def __str__(self) -> str:
        # OSError would show its number first.
        return f"{self.filename}: got a file that cannot be written ({self.strerror}). What was there stays as it was."


class MissingExtraError(LoihiEmuError, ImportError):
    """An optional dependency is not installed; the text names the pip command."""


class LoihiOverflowWarning(RuntimeWarning):
    """An integer left its field on the chip: it wrapped or saturated, as the silicon does."""


class LoihiInputWarning(UserWarning):
    """What was given is legal but does not act as it says.

    Events in steps that are not run, payloads that nothing reads, bits that weights lose, numbers in another unit.
    """


def invalid(where: str, name: str, given: object, allowed: str, *, advice: str = "") -> ValidationError:
    """Build a :class:`ValidationError` with the four parts of a good message.

    Parameters
    ----------
    where : str
        The object concerned, such as ``population "hidden"``; may be empty.
    name : str
        The parameter concerned; may be empty.
    given : object
        What was given; a string goes in as it is, anything else as its repr.
    allowed : str
        What is allowed.
    advice : str
        What to do, optional.

    Returns
    -------
    ValidationError
        For the caller to raise.

    Examples
    --------
    >>> print(invalid('population "hidden"', "vth", -3, "0..131071", advice="Scale the weights instead."))
    population "hidden", vth: got -3, allowed is 0..131071. Scale the weights instead.
    """
    shown = brief(given if isinstance(given, str) else shown_of(given))
    text = f"{_place(brief(where), brief(name))}got {shown}, allowed is {allowed}.{_advice(advice)}"
    return ValidationError(text, where=where or None, name=name or None)


def brief(text: str) -> str:
    """A text as part of a message: its beginning and length if it is long, without what cannot be printed.

    Examples
    --------
    >>> brief("vth"), brief("(" * 9999)[-30:]
    ('vth', '(((((((... (9,999 characters)')
    """
    kept = text if len(text) <= LONGEST_PART else text[:SHOWN_PART]
    if not kept.isprintable():
        kept = "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in kept)
    return kept if len(text) <= LONGEST_PART else f"{kept}... ({len(text):,} characters)"


def shown_of(value: object) -> str:
    """The repr of a value; its type where it has none, as a whole number of thousands of digits."""
    try:
        return repr(value)
    except Exception:  # whatever an object of somebody else's raises
        return f"a {type(value).__name__}"


def unknown(
    what: str,
    name: object,
    known: Iterable[str],
    *,
    where: str = "",
    advice: str = "",
    near: Sequence[str] = (),
    few: int = FEW_NAMES,
    kind: type[UnknownNameError] = UnknownNameError,
) -> UnknownNameError:
    """Build the error for a name that does not exist, listing near names, or all of them when few.

    Parameters
    ----------
    what : str
        The kind of thing: ``"population"``, ``"probe variable"``.
    name : object
        What was asked for; normally a str.
    known : iterable of str
        The names that exist.
    where : str
        The object concerned, such as ``population "hidden"``; may be empty.
    advice : str
        What to do, optional.
    near : sequence of str
        The names that are meant, where that is known better than by their letters.
    few : int
        Up to so many known names are listed whole.
    kind : type
        Class of the error.

    Returns
    -------
    UnknownNameError
        For the caller to raise.

    Examples
    --------
    >>> print(unknown("model", "lfi", ["lif", "lif_reset"]))
    unknown model "lfi": did you mean "lif"? Known are "lif", "lif_reset".
    """
    names = [str(k) for k in known]
    asked = f'"{brief(name)}"' if isinstance(name, str) else brief(shown_of(name))
    where = brief(where)
    near = list(near) or near_names(name, names)
    if not names:
        text = f"{_place(where, '')}unknown {what} {asked}: none is known."
        return kind(text + _advice(advice), where=where or None, name=what)
    text = f"{_place(where, '')}unknown {what} {asked}:"
    if near:
        text += f" did you mean {_quoted(near, ' or ')}?"
    if len(names) <= few:
        text += f" Known are {_quoted(names)}." if near else f" known are {_quoted(names)}."
    elif not near:
        text += f" known are {_quoted(names[:few])} and {len(names) - few} more."
    return kind(text + _advice(advice), where=where or None, name=what)


def is_known(name: object, known: Container[str]) -> bool:
    """Whether this is a text and one of the known names; anything else (a list, an array) is not one of them.

    Examples
    --------
    >>> is_known("v", ("u", "v")), is_known(["v"], {"v": 1})
    (True, False)
    """
    return isinstance(name, str) and name in known


def near_names(name: object, known: Iterable[str]) -> list[str]:
    """The known names that are spelt much like `name`, the nearest first, at most three.

    Examples
    --------
    >>> near_names("delay", ["weights", "delays"])
    ['delays']
    """
    by_folded: dict[str, str] = {}
    for k in known:
        by_folded.setdefault(k.casefold(), k)
    found = difflib.get_close_matches(str(name).casefold()[:LONG_REPR], by_folded, n=NEAR_NAMES, cutoff=0.6)
    return [by_folded[k] for k in found]


def extra(name: str, pip: str) -> MissingExtraError:
    """Build the error for an optional dependency that is not installed.

    Parameters
    ----------
    name : str
        The module that is missing, such as ``"h5py"``.
    pip : str
        The extra of this package that brings it, such as ``"nir"``.

    Returns
    -------
    MissingExtraError
        For the caller to raise, best ``from`` the ImportError it met.

    Examples
    --------
    >>> print(extra("h5py", "nir"))
    h5py is not installed. It comes with: pip install "loihi_emu[nir]"
    """
    return MissingExtraError(f'{name} is not installed. It comes with: pip install "loihi_emu[{pip}]"', name=name)


def _place(where: str, name: str) -> str:
    """Join place and parameter, with the colon, or nothing when both are empty."""
    place = ", ".join(part for part in (where, name) if part)
    return f"{place}: " if place else ""


def _advice(advice: str) -> str:
    """Return the advice as a sentence of its own."""
    if not advice:
        return ""
    return " " + advice if advice.endswith((".", "?", "!")) else f" {advice}."


def _quoted(names: Iterable[str], joint: str = ", ") -> str:
    """Join names in double quotes."""
    return joint.join(f'"{brief(n)}"' for n in names)
