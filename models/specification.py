"""What a neuron model is made of: its parameters, the record its kernel reads, and how the one becomes the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from loihi_emu.models.layout import GROUP, NeuronRecord

if TYPE_CHECKING:
    from loihi_emu.jit import Leaf

Arrays = dict[str, "np.ndarray[Any, np.dtype[Any]]"]
Lowering = Callable[[Mapping[str, Any], Mapping[str, Any]], tuple[Arrays, int]]
"""From a user's parameters, and what else a group is told, to arrays for a kernel and flags."""


def as_given(*names: str, left: Mapping[str, str] | None = None, **others: str) -> Lowering:
    """Lower parameters that a kernel reads as a user gives them.

    Parameters
    ----------
    *names : str
        What has one name for both.
    left : dict
        Of what a step leaves of a state, the decay that takes the rest: 1 - du.
    **others : str
        Further names of the kernel, with the user's.
    """
    of = dict(zip(names, names, strict=True)) | others

    def lower(p: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Arrays, int]:
        kept = {name: 1.0 - p[decay] for name, decay in (left or {}).items()}
        return kept | {name: p[given] for name, given in of.items()}, 0

    return lower


FLOAT_LIMITS = {"u": (-float(1 << 50), float(1 << 50)), "v": (-float(1 << 50), float(1 << 50)), "rest": (0, 126)}
"""Ranges of state where a model gives none."""


@dataclass(frozen=True)
class Parameter:
    """One parameter of a neuron model, as a user gives it.

    Attributes
    ----------
    name : str
    default : float or None
        None: it must be given.
    low, high : float
        The allowed range, both ends included.
    text : str
        One sentence: meaning, unit or bit width, source.
    whole : bool
        Integers only.
    """

    name: str
    default: float | None
    low: float
    high: float
    text: str
    whole: bool = True


@dataclass(frozen=True)
class NeuronModel:
    """One neuron model of a rule set.

    Attributes
    ----------
    name : str
        ``population(model=...)`` chooses it by this, under the rule sets that have it.
    leaf : Leaf
        Its kernel; compiled when first used.
    record : NeuronRecord
        What the kernel reads, made by :func:`loihi_emu.models.layout.neurons`. A state with the name of a parameter
        starts from it.
    parameters : tuple of Parameter
        What a user sets; each a scalar or one value per neuron.
    lower : callable
        From a dict of parameters (scalars or arrays) to a dict of the record's parameters and the group's flags.
    graded : bool
        Whether its spikes carry payloads.
    noise : tuple of str
        Where noise can be added ("u", "v").
    start : callable, optional
        From a dict of parameters to the state at the start that is not a parameter itself; all other begins at 0.
    lost : dict, optional
        What the counters of overflow count, as a warning says it ("u": "sigma wrapped"); those that count what LIF's do
        are left out.
    rising : tuple of str
        Parameters of which none may be above the next.
    limits : dict
        Range of each state that :meth:`loihi_emu.Emulator.set` accepts; float64 that a run led to stays as it is.
    sum_bits : int
        Sums of weights times payloads that need more bits, sign included, wrap without being counted.
    text : str
        What it is, in a sentence, with its source.
    """

    name: str
    leaf: Leaf
    record: NeuronRecord
    parameters: tuple[Parameter, ...]
    lower: Callable[[Mapping[str, Any], Mapping[str, Any]], tuple[Arrays, int]]
    text: str
    graded: bool = False
    noise: tuple[str, ...] = ()
    limits: Mapping[str, tuple[float, float]] | None = None
    start: Callable[[Mapping[str, Any]], Arrays] | None = None
    lost: Mapping[str, str] | None = None
    rising: tuple[str, ...] = ()
    sum_bits: int = 32

    def __post_init__(self) -> None:
        """Check that what is declared belongs together.

        Raises
        ------
        TypeError
            All that does not, in words.
        """
        if found := list(_faults(self)):
            raise TypeError(f'neuron model "{self.name}": {"; ".join(found)}')

    def lowered(self, p: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[Arrays, int]:
        """Arrays for the kernel, by the names of the record, and flags: what `lower` makes of parameters.

        Raises
        ------
        TypeError
            `lower` leaves out what the record has, or gives what it has not.
        """
        arrays, flags = self.lower(p, context)
        if arrays.keys() != self._read.keys():
            raise TypeError(
                f'neuron model "{self.name}", lower: got {_listed(arrays)}; the parameters of its record '
                f'"{self.record.name}" are {_listed(self._read)}'
            )
        return arrays, flags

    def starts(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Numbers that state begins with, by its names, from parameters; all other begins at 0.

        Raises
        ------
        TypeError
            `start` gives what is no state.
        """
        derived = self.start(p) if self.start else {}
        if wrong := derived.keys() - dict(self.state):
            raise TypeError(
                f'neuron model "{self.name}", start: got {_listed(wrong)}; its state is {_listed(dict(self.state))}'
            )
        return {**p, **derived}

    @cached_property
    def _read(self) -> dict[str, str]:
        return dict(self.arrays)

    @cached_property
    def state(self) -> tuple[tuple[str, str], ...]:
        """State variables and their dtypes."""
        return self._fields("array")

    @cached_property
    def arrays(self) -> tuple[tuple[str, str], ...]:
        """Parameters as the kernel reads them, and their dtypes."""
        return self._fields("blocks")

    @property
    def ports(self) -> tuple[str, ...]:
        """Where synapses can arrive, the first unless ``connect(port=...)`` names another."""
        return self.record.ports

    @property
    def accumulator(self) -> str:
        """Dtype of the sums of arriving weights."""
        return str(self.record.fields["ring"].of)

    @property
    def payload(self) -> str | None:
        """Dtype of the payloads of its spikes; None where they carry none."""
        return str(self.record.fields["payload"].of) if self.graded else None

    def _fields(self, form: str) -> tuple[tuple[str, str], ...]:
        apart = (*GROUP.fields, *self.ports)
        found = {k: v for k, v in self.record.fields.items() if k not in apart and v.form == form}
        return tuple((name, str(field.of)) for name, field in found.items())

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of that name, or None."""
        return next((p for p in self.parameters if p.name == name), None)

    def with_parameters(self, *changed: Parameter) -> NeuronModel:
        """The model with some parameters exchanged for others of the same name, and new ones at the end."""
        names = {p.name: p for p in changed}
        kept = tuple(names.pop(p.name, p) for p in self.parameters)
        return replace(self, parameters=kept + tuple(names.values()))


RESERVED = ("self", "name", "shape", "model", "noise")
"""What ``Network.population`` calls its own arguments."""
COUNTED = ("q", "u", "x", "v")
"""Names of the counters of overflow."""
NOISY = {"u": "noise_u", "v": "bias"}
"""The parameter of the record that noise on a state is added to."""


def _listed(names: Any) -> str:
    return ", ".join(map(str, names)) or "none"


def _faults(model: NeuronModel) -> Iterator[str]:
    """What of a model does not belong together, a sentence each."""
    given, state = [p.name for p in model.parameters], dict(model.state)
    made_for = getattr(model.leaf, "record", None)  # a leaf that reads addresses by itself does not say
    if not hasattr(model.leaf, "full_name"):
        yield "its kernel is no leaf: decorate it with spiking(record) or graded(record)"
    if made_for is not None and made_for is not model.record:
        yield f'its leaf reads the record "{made_for.name}", not "{model.record.name}"'
    if made_for is not None and model.leaf.graded != model.graded:  # type: ignore[attr-defined]
        yield f"graded is {model.graded}, but its leaf is made by {'spiking' if model.graded else 'graded'}"
    yield from (f"parameter {name} is declared twice" for name, times in Counter(given).items() if times > 1)
    yield from (f"parameter {name} cannot be given: population() has an argument of that name" for name in given
                if name in RESERVED)  # fmt: skip
    for p in model.parameters:
        if not p.low <= (p.low if p.default is None else p.default) <= p.high:
            yield f"parameter {p.name}: its default {p.default} is outside {p.low}..{p.high}"
    known = {
        "limits": (model.limits or {}, state),
        "rising": (model.rising, given),
        "lost": (model.lost or {}, COUNTED),
    }
    known |= {"noise": (model.noise, [k for k, name in NOISY.items() if name in dict(model.arrays)])}
    for field, (names, allowed) in known.items():
        yield from (f"{field} names {name}; known are {_listed(allowed)}" for name in names if name not in allowed)
    for name, dtype in state.items():
        if dtype != "float64" and name not in (model.limits or FLOAT_LIMITS):
            yield f"limits say nothing of the state {name}, which is an integer"
