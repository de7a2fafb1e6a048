"""What cannot be assigned: attributes whose change would have no effect, or break something without a word.

:func:`read_only` marks a class: assigning to its attributes is an error that says what to do instead. :func:`frozen`
gives an array that cannot be written to, :class:`FrozenArrays` dataclasses of such.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import ReadOnlyError, brief, near_names

C = TypeVar("C", bound=type)
CHANGED_COPY = "dataclasses.replace(it, name=value) makes a changed copy."
"""What to do about descriptions that stand for themselves."""
CHOSEN = "name, chip, rules and seed are chosen when it is made: Network(name, chip=..., rules=..., seed=...)."
WHILE_IT_RUNS = "while it runs, Emulator.set(name, variable, value) changes what can change."
ADVICE: dict[str, tuple[str, dict[str, str]]] = {
    "Network": (
        CHOSEN,
        {
            "nodes": "population() and input() add to it.",
            "populations": "population() adds one.",
            "inputs": "input() adds one.",
            "connections": "connect() adds one.",
            "probes": "probe() adds one.",
        },
    ),
    "Emulator": (
        "set(name, variable, value) and set_input(name, ...) change what runs.",
        {
            "network": "Make another: Emulator(network).",
            "overflow": 'It is chosen when it is made: Emulator(network, overflow="warn").',
            "threads": "They are chosen when it is made: Emulator(network, threads=2).",
            "exchange_every": "It is chosen when it is made: Emulator(network, comm=..., exchange_every=5).",
            "step": "run(steps) goes on, reset() goes back to 0, restore(path) to a checkpoint.",
            "recording": "forget() drops it.",
        },
    ),
    "Population": (f"Network.population(name, shape, vth=...) makes one; {WHILE_IT_RUNS}", {}),
    "Input": ("Network.input(...) makes one; while it runs, Emulator.set_input(name, ...) changes it.", {}),
    "Connection": (f"Network.connect(...) makes one; {WHILE_IT_RUNS}", {}),
    "Probe": ("Network.probe(...) adds one.", {}),
    "Slice": ("Take another: population[10:20].", {}),
    "LearningRule": (f'{CHANGED_COPY} While it runs: Emulator.set(connection, "dw", ...).', {}),
    "Recording": ('It is what happened. Copy what is to be changed: recording["cells.v"].copy().', {}),
    "Seen": ("It is what happened. Copy what is to be changed: dict(seen).", {}),
    "Spikes": ("They are what happened. Take the arrays: times, indices = spikes.", {}),
    "Sweep": ("It is what was found. Copy what is to be changed.", {}),
    "Placement": ("Place again: Network.place(chip=..., boards=..., strategy=..., rates=...).", {}),
    "Problem": ("Place another network, or on another chip: Network.place(chip=...).", {}),
    "Estimate": ("Estimate again: Placement.estimate(recording, ...).", {}),
    "RuleSet": (f"{CHANGED_COPY} loihi_emu.rules.register() makes it known.", {}),
}
"""What to do instead of setting an attribute, by class; and of single ones."""


def read_only(*once: str, advice: str = CHANGED_COPY) -> Callable[[C], C]:
    """Mark a class whose public attributes are only read.

    Attributes that begin with "_" can be set; a class that is derived from it takes attributes of its own.

    Parameters
    ----------
    *once : str
        Attributes that the constructor sets (those of frozen dataclasses are set otherwise).
    advice : str
        What to do instead, where :data:`ADVICE` does not tell.

    Examples
    --------
    >>> @read_only("size", advice="Make another.")
    ... class Block:
    ...     def __init__(self, size: int) -> None:
    ...         self.size = size
    >>> Block(3).size = 4
    Traceback (most recent call last):
        ...
    loihi_emu.errors.ReadOnlyError: Block.size cannot be set. Make another.
    """

    def mark(cls: C) -> C:
        common, told = ADVICE.get(cls.__name__, (advice, {}))

        def refuse(self: Any, name: str) -> None:
            public = [word for word in sorted({*dir(cls), *vars(self)}) if word[0] != "_"]
            what = f"{cls.__name__}.{brief(name)}"
            if name in told or name in public:
                raise ReadOnlyError(f"{what} cannot be set. {told.get(name, common)}")
            near = near_names(name, public)
            meant = f", did you mean {' or '.join(near)}?" if near else "."
            raise ReadOnlyError(f"{what} cannot be set: there is no such attribute{meant} {common}")

        def foreign(self: Any, name: str) -> bool:
            return type(self) is not cls and name not in once and not hasattr(cls, name)

        put = object.__setattr__  # constructors of recordings, of which each run makes one, come this way

        def assign(self: Any, name: str, value: Any) -> None:
            if name.startswith("_") or (name in once and name not in self.__dict__) or foreign(self, name):
                put(self, name, value)
            else:
                refuse(self, name)

        def delete(self: Any, name: str) -> None:
            if name.startswith("_") or foreign(self, name):
                object.__delattr__(self, name)
            else:
                refuse(self, name)

        cls.__setattr__, cls.__delattr__ = assign, delete  # type: ignore[method-assign, assignment]
        return cls

    return mark


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """The same array, which cannot be written to through what is returned.

    Examples
    --------
    >>> frozen(np.arange(3))[0] = 1
    Traceback (most recent call last):
        ...
    ValueError: assignment destination is read-only
    """
    found: NDArray[Any] = array.view()
    found.flags.writeable = False
    return found


class FrozenArrays:
    """Base of frozen dataclasses whose arrays are read only, those of copies and pickles too."""

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if isinstance(value, np.ndarray) and value.flags.writeable:
                object.__setattr__(self, name, frozen(value))

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        FrozenArrays.__post_init__(self)


def writable(array: NDArray[Any]) -> NDArray[Any]:
    """The array behind a frozen one, for kernels that only read it: compiled for one type of array, they take no other.

    Examples
    --------
    >>> writable(frozen(np.arange(3))).flags.writeable
    True
    """
    if array.flags.writeable:
        return array
    found: NDArray[Any] = array.view()
    try:
        found.flags.writeable = True
    except ValueError:  # it was read only before
        return np.array(array)
    return found
