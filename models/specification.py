"""What a neuron model is made of, as data: parameters, state, and the arrays its kernel reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from loihi_emu.jit import Leaf

Arrays = dict[str, "np.ndarray[Any, np.dtype[Any]]"]


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
    kernel : str or Leaf
        ``"module:leaf"``, a module of :mod:`loihi_emu.models` or a whole dotted name; imported and compiled when first
        used. Or the leaf itself.
    parameters : tuple of Parameter
        What a user sets; each a scalar or one value per neuron.
    state : tuple of (name, dtype)
        State arrays in the order of the kernel's description. A state with the name of a parameter starts from it.
    arrays : tuple of (name, dtype)
        Arrays the kernel reads, in order; made from the parameters by `lower`.
    lower : callable
        From a dict of parameters (scalars or arrays) to a dict of `arrays` and the group's flags.
    accumulator : str
        dtype of the sums of arriving weights.
    graded : bool
        Whether its spikes carry payloads.
    noise : tuple of str
        Where noise can be added ("u", "v").
    limits : dict
        Range of each state that :meth:`loihi_emu.Emulator.set` accepts.
    text : str
        What it is, in a sentence, with its source.
    """

    name: str
    kernel: str | Leaf
    parameters: tuple[Parameter, ...]
    state: tuple[tuple[str, str], ...]
    arrays: tuple[tuple[str, str], ...]
    lower: Callable[[Mapping[str, Any], Mapping[str, Any]], tuple[Arrays, int]]
    text: str
    accumulator: str = "int32"
    graded: bool = False
    noise: tuple[str, ...] = ()
    limits: Mapping[str, tuple[float, float]] | None = None

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of that name, or None."""
        return next((p for p in self.parameters if p.name == name), None)

    def with_parameters(self, *changed: Parameter) -> NeuronModel:
        """The model with some parameters exchanged for others of the same name, and new ones at the end."""
        names = {p.name: p for p in changed}
        kept = tuple(names.pop(p.name, p) for p in self.parameters)
        return replace(self, parameters=kept + tuple(names.values()))
