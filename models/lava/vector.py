"""Kernels that treat every element of a process alike: inputs, outputs, variables, all of one length."""

from collections.abc import Callable
from typing import Any

from loihi_emu.jit import Leaf, leaf, whole
from loihi_emu.models.by_name import call_by_name, plain
from loihi_emu.models.records import NUMBER, Record, array

FORMS = {"array": "whole(d.{}, d.n)", "number": "d.{}"}


def vector(name: str, same: str, kind: str = "int32", numbers: str = "", **others: str) -> Record:
    """A record of elements.

    Parameters
    ----------
    name : str
    same : str
        Names of ports, variables and parameters whose elements are of one kind, with spaces between.
    kind : str
        Their dtype.
    numbers : str
        Names of numbers that are the same for all elements.
    **others : str
        Further arrays and their dtypes.
    """
    arrays = dict.fromkeys(same.split(), kind) | others
    return Record(name, n=NUMBER, **{k: array(v) for k, v in arrays.items()}, **dict.fromkeys(numbers.split(), NUMBER))


def elements(record: Record, named: str = "", **views: Any) -> Callable[[Callable[..., Any]], Leaf]:
    """Make a leaf of a kernel whose arguments are fields of a record by their names, or ``d``, the record.

    Arrays are whole; `views` are of fields whose elements may be of several kinds. The leaf has the kernel's name
    unless it is `named`.
    """
    known = {name: FORMS[field.form].format(name) for name, field in record.fields.items()} | {"d": "d"}
    known |= {name: f"view_{name}(d.{name}, d.n)" for name in views}
    names = {"whole": whole, **{f"view_{name}": view for name, view in views.items()}}

    def made(function: Callable[..., Any]) -> Leaf:
        update = call_by_name(function, "d", known, names)

        def step(address: int, time: int) -> None:
            update(record(address))

        step.__module__, step.__doc__ = plain(function).__module__, function.__doc__
        step.__name__ = step.__qualname__ = named or plain(function).__name__
        return leaf(step)

    return made
