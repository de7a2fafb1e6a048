"""The global generators of random numbers of NumPy and of Python's `random`: their state, seen and replaced at once.

NumPy's own functions for that take 50 us each, too long for something done several times in a time step. So the
state is read and written where it lies in memory, which takes 0.1 us: the words of NumPy's bit generator at the address
that it publishes, what a draw of normal numbers has left over and the words of `random` at their place in the object,
which is looked for with known values. Where that fails the slow functions are used.
"""

from __future__ import annotations

import ctypes
import pickle
import random
import struct
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

TWISTER_BYTES = 4 * 625
"""Bytes of a Mersenne twister's state: 624 words and a position."""

LEFT_OVER_BYTES = 16
"""Bytes of a flag, padded, and the number it stands for."""


class _Memory:
    """A piece of an object's memory: address, size in bytes, and places of numbers there (with their ctypes type).

    Of these numbers, the marks, at least one changes whenever the state does.
    """

    def __init__(self, address: int, size: int, *marks: tuple[int, Any]) -> None:
        self._bytes = (ctypes.c_char * size).from_address(address)
        self.marks = [kind.from_address(address + place) for place, kind in marks]

    @property
    def raw(self) -> bytes:
        """The bytes."""
        return self._bytes.raw

    @raw.setter
    def raw(self, value: bytes) -> None:
        self._bytes.raw = value


class _Functions:
    """State that is got and set by functions, and is its own mark, as often as marks are asked for."""

    def __init__(self, get: Callable[[], Any], put: Callable[[Any], object], marks: int = 1) -> None:
        self._get, self._put = get, put
        self.marks = [self] * marks

    @property
    def raw(self) -> bytes:
        """The state, pickled."""
        return pickle.dumps(self._get())

    @raw.setter
    def raw(self, value: bytes) -> None:
        self._put(pickle.loads(value))  # bytes that this class made

    @property
    def value(self) -> bytes:
        """All of it, as its own mark."""
        return self.raw


class State(NamedTuple):
    """State of both generators; `mark` tells it from others."""

    mark: tuple[Any, ...]
    words: bytes
    left_over: bytes
    python: bytes


class Generators:
    """Sees and replaces the state of both generators; ``mark()`` returns the mark of the present state."""

    mark: Callable[[], tuple[Any, ...]]

    def __init__(self) -> None:
        self._numpy: Any = np.random.mtrand._rand
        self._python: Any = vars(random)["_inst"]
        self._python_words = _words_of_python(self._python)
        self._left_over = _left_over_of(self._numpy)
        self._bind()

    def look(self) -> State:
        """Return the present state."""
        if self._numpy._bit_generator is not self._source:
            self._bind()
        return State(self.mark(), self._words.raw, self._left_over.raw, self._python_words.raw)

    def put(self, state: State) -> None:
        """Make a state the present one."""
        source = state.mark[0]
        if self._numpy._bit_generator is not source:
            vars(np.random)["set_bit_generator"](source)  # no name for type checkers
        if self._source is not source:
            self._bind()
        self._words.raw = state.words
        self._left_over.raw = state.left_over
        self._python_words.raw = state.python
        self._python.gauss_next = state.mark[-1]

    def _bind(self) -> None:
        """Take note of NumPy's present bit generator."""
        self._source = source = self._numpy._bit_generator
        if isinstance(source, np.random.MT19937):
            last = (TWISTER_BYTES - 8, ctypes.c_uint64)  # a word and the position
            self._words: Any = _Memory(source.ctypes.state_address, TWISTER_BYTES, last)
        else:
            self._words = _Functions(lambda: source.state, lambda state: setattr(source, "state", state))
        parts = (self._words, self._left_over, self._python_words)
        self.mark = _marker(self._numpy, self._python, *(mark for part in parts for mark in part.marks))


def _marker(numpy: Any, python: Any, one: Any, two: Any, three: Any, four: Any) -> Callable[[], tuple[Any, ...]]:
    """Return the function that reads all marks; it runs whenever another model begins to work."""

    def mark() -> tuple[Any, ...]:
        return numpy._bit_generator, one.value, two.value, three.value, four.value, python.gauss_next

    return mark


def _left_over_of(generator: Any) -> Any:
    """Return the normal number that a RandomState has left over, as memory if its place is found."""
    example, number = np.random.RandomState(0), 0.123456789
    given = example.get_state(legacy=False)
    size = type(example).__basicsize__
    example.set_state({**given, "has_gauss": 1, "gauss": number})
    found = ctypes.string_at(id(example), size)
    place = found.find(struct.pack("d", number)) - struct.calcsize("d")
    example.set_state({**given, "has_gauss": 0, "gauss": number})
    empty = ctypes.string_at(id(example), size)
    if place > 0 and [struct.unpack_from("i", memory, place)[0] for memory in (found, empty)] == [1, 0]:
        return _Memory(id(generator) + place, LEFT_OVER_BYTES, (0, ctypes.c_int))
    return _Functions(lambda: generator.get_state(legacy=False), generator.set_state)


def _words_of_python(generator: Any) -> Any:
    """Return the words of a generator of `random`, as memory if they lie where they are expected."""
    base: Any = random.Random.__mro__[1]
    if base.__basicsize__ - object.__basicsize__ >= TWISTER_BYTES:
        marks = (0, ctypes.c_int), (TWISTER_BYTES - 8, ctypes.c_uint64)  # the position and the last words
        memory = _Memory(id(generator) + object.__basicsize__, TWISTER_BYTES, *marks)
        *words, position = generator.getstate()[1]
        if memory.raw == struct.pack("I624I", position, *words):
            return memory
    return _Functions(generator.getstate, generator.setstate, 2)
