"""What a neuron of the oracle is, what reaches it in a step, and what is counted of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

COUNTERS = ("q_overflow", "u_overflow", "x_overflow", "v_saturation")

Counts = dict[str, int]


@dataclass
class Neuron:
    """State and parameters of one neuron: plain numbers (integers, or floats under ``rules="float"``)."""

    u: Any = 0
    v: Any = 0
    held: int = 0  # refractory counter
    p: dict[str, Any] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)  # state other than u and v, of rules that keep some


@dataclass
class Arrival:
    """What reaches a neuron in one step: the step, the sum of its inputs, and noise for u and v.

    Of a model with several ports `ports` has the sum of each that anything is connected to, and `q` is 0.
    """

    step: int
    q: Any = 0
    noise_u: int = 0
    noise_v: int = 0
    ports: dict[str, Any] = field(default_factory=dict)


NeuronRule = Callable[[Neuron, Arrival, Counts], float]
"""Changes the neuron by what arrived in one step, counts what overflowed, and returns the payload of its spike.

That is 0 when silent, else 1, -1 (ternary), or any number where payloads are sent.
"""


def neurons_of(rules: str) -> dict[str, NeuronRule]:
    """Return the models of a rule set, from all files in ``neurons/``.

    Raises
    ------
    ValueError
        Two files have a model of one name.

    Examples
    --------
    >>> neurons_of("chip")["lif"].__name__
    'chip_lif'
    """
    from loihi_emu.validation import neurons

    found: dict[str, NeuronRule] = {}
    for info in iter_modules(neurons.__path__):
        file = import_module(f"{neurons.__name__}.{info.name}")
        for model, rule in file.MODELS.get(rules, {}).items():
            if model in found:
                raise ValueError(f'{file.__name__}, MODELS["{rules}"]: {found[model].__module__} has "{model}" too')
            found[model] = rule
    return found


def counted(exact: int, kept: int, counts: Counts, name: str) -> int:
    """Return `kept`, counting under `name` when it is not `exact`."""
    if kept != exact:
        counts[name] += 1
    return kept
