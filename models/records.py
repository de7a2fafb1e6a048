"""Kinds of descriptions: what a leaf is told, field by field, for Python and for kernels alike.

A leaf is called as ``leaf(address of its description, step)``. A description is a record of 64-bit words, declared
once beside the kernel that reads it::

    SPARSE = PROJECTION.extended("Sparse", rows=array("int64"), packed=array("uint32"), chunks=NUMBER)

A kernel reads the record at an address, ``d = SPARSE(address)``, and its fields by name: numbers as ``d.chunks``,
elements of arrays as ``d.rows[k]``, parts of them as ``part(d.packed, first, length)``. The image writes them by the
same names (:class:`loihi_emu.models.memory.Description`). A record that extends another begins with its fields, so that
kernels for the shorter one read the longer one too.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from loihi_emu.errors import unknown

WORD = 8
"""Bytes of a word."""


@dataclass(frozen=True)
class Field:
    """What one field holds.

    Attributes
    ----------
    form : str
        "number", "array" (its address), "blocks" (address and elements from block to block of a parameter), "records"
        (so many records in place).
    of : str or Record
        dtype of the elements; of "records" and of an array of records their kind.
    count : int
        Of "records"; 0: one that is not indexed.
    """

    form: str
    of: Any = "int64"
    count: int = 0

    @property
    def words(self) -> int:
        """How many 64-bit words it takes."""
        if self.form == "records":
            return max(self.count, 1) * int(self.of.words)
        return 2 if self.form == "blocks" else 1

    @property
    def declaration(self) -> tuple[Any, ...]:
        """All of it as plain values."""
        return self.form, getattr(self.of, "declaration", self.of), self.count


NUMBER = Field("number")
"""An integer of 64 bits, or the address of something whose type a kernel decides."""


def array(of: str | Record) -> Field:
    """The address of an array of numbers (dtype) or of records; 0: there is none."""
    return Field("array", of)


def parameter(of: str) -> Field:
    """A parameter of neurons, in blocks: a value each, or one block of equal values that is read again and again."""
    return Field("blocks", of)


def within(of: Record, count: int = 0) -> Field:
    """Another record in place, or so many."""
    return Field("records", of, count)


class Record:
    """A kind of description.

    Parameters
    ----------
    name : str
        For errors and for the names of machine code.
    fields : Field
        In order.
    """

    def __init__(self, name: str, **fields: Field) -> None:
        self.name = name
        self.fields: Mapping[str, Field] = fields
        self.starts: dict[str, int] = {}
        words = 0
        for field, what in fields.items():
            self.starts[field] = words
            words += what.words
        self.words = words
        self._typed: Any = None
        self._reader: Any = None

    def extended(self, name: str, **fields: Field) -> Record:
        """A longer record that begins with the fields of this one."""
        return Record(name, **self.fields, **fields)

    def field(self, name: str) -> Field:
        """A field by its name.

        Raises
        ------
        UnknownNameError
        """
        found = self.fields.get(name)
        if found is None:
            raise unknown("field", name, self.fields, where=f'record "{self.name}"')
        return found

    @property
    def dtype(self) -> np.dtype[Any]:
        """The record as NumPy sees it: words, and what takes several of them in a record or row of its own."""

        def form(field: Field) -> Any:
            if field.form == "records":
                return (field.of.dtype, (field.count,)) if field.count else field.of.dtype
            return np.dtype([("address", np.int64), ("step", np.int64)]) if field.form == "blocks" else np.int64

        return np.dtype([(name, form(field)) for name, field in self.fields.items()])

    @property
    def declaration(self) -> tuple[Any, ...]:
        """All of it as plain values: machine code that reads such records is made from these."""
        return self.name, tuple((name, field.declaration) for name, field in self.fields.items())

    def __repr__(self) -> str:
        return f"<Record {self.name}: {', '.join(self.fields)}>"

    # ------------------------------------------------------------ for kernels
    def __call__(self, address: int) -> Any:
        """The record at an address, in plain Python."""
        return _View(self, int(address))

    @property
    def typed(self) -> Any:
        """Its type in kernels."""
        if self._typed is None:
            from loihi_emu.jit.records import RecordType

            self._typed = RecordType(self)
        return self._typed

    @property
    def _numba_type_(self) -> Any:
        if self._reader is None:
            from loihi_emu.jit.records import reader

            self._reader = reader(self)
        return self._reader


def _word(address: int) -> ctypes.c_int64:
    return ctypes.c_int64.from_address(address)


class _View:
    """A record at an address."""

    __slots__ = ("_address", "_record")
    _address: int
    _record: Record

    def __init__(self, record: Record, address: int) -> None:
        object.__setattr__(self, "_record", record)
        object.__setattr__(self, "_address", address)

    def __getattr__(self, name: str) -> Any:
        field, place = self._record.fields[name], self._address + WORD * self._record.starts[name]
        if field.form == "records":
            return Pointer(place, field.of) if field.count else _View(field.of, place)
        word = np.int64(_word(place).value)
        if field.form == "array":
            return Pointer(int(word), field.of)
        if field.form == "blocks":
            return ParameterBlocks(Pointer(int(word), field.of), _word(place + WORD).value)
        return word

    def __setattr__(self, name: str, value: Any) -> None:
        assert self._record.fields[name].form == "number"
        _word(self._address + WORD * self._record.starts[name]).value = int(value)


@dataclass(frozen=True)
class Pointer:
    """An array whose length nobody tells, in plain Python."""

    address: int
    of: Any

    @property
    def size(self) -> int:
        """Bytes of an element."""
        return WORD * int(self.of.words) if isinstance(self.of, Record) else np.dtype(self.of).itemsize

    def part(self, first: Any, length: Any) -> Any:
        """A view of a part."""
        if not length:
            return np.zeros(0, self.of)
        memory: Any = (ctypes.c_uint8 * (int(length) * self.size)).from_address(self.address + int(first) * self.size)
        return np.frombuffer(memory, dtype=self.of)

    def __getitem__(self, k: Any) -> Any:
        return self.of(self.address + int(k) * self.size) if isinstance(self.of, Record) else self.part(k, 1)[0]

    def __setitem__(self, k: Any, value: Any) -> None:
        self.part(k, 1)[0] = value

    def __bool__(self) -> bool:
        return self.address != 0


@dataclass(frozen=True)
class ParameterBlocks:
    """A parameter of neurons, in plain Python."""

    array: Pointer
    step: int

    def block(self, number: Any, length: Any) -> Any:
        """A view of one block."""
        return Pointer(self.array.address + int(number) * self.step, self.array.of).part(0, length)
