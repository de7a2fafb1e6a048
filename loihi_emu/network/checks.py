"""Checks of what a network is asked to add: names, shapes, parameters, noise, neurons to record."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise
from math import prod
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import invalid, is_known, unknown
from loihi_emu.keywords import elsewhere, unknown_argument
from loihi_emu.memory.room import room_for
from loihi_emu.models.specification import FLOAT_LIMITS, NeuronModel, Parameter
from loihi_emu.network.elements import Noise
from loihi_emu.network.shapes import Shape, fits, one_or_each, one_value_each
from loihi_emu.network.slices import Slice
from loihi_emu.numeric import finite, no_number, numbers, ranged, whole
from loihi_emu.units import IN_STEPS, NO_UNITS, is_fraction
from loihi_emu.user_warnings import warn

MEASURED = ("du", "dv", "vth", "vmin", "vmax", "v", "u", "bias", "bias_mant")
"""Parameters that other tools have in units of their own."""
MAX_NEURONS = (1 << 31) - 1
"""Neurons are counted in 32 bits."""
OFTEN = 1 << 40
"""Most steps between two rows of a probe."""
LONGEST_NAME = 1000
"""Characters of a name, at most."""


def new_name(name: Any, what: str, taken: Mapping[str, object]) -> str:
    """A name that is a text and not taken by another element: populations, inputs and connections share their names."""
    if not isinstance(name, str) or not name:
        raise invalid(what, "name", repr(name), "a text that is not empty")
    most = LONGEST_NAME * (4 if what == "connection" else 1)  # which may be made of two others
    if len(name) > most:
        raise invalid(what, "name", f"{len(name)} characters", f"at most {most}")
    if "\x00" in name or any("\ud800" <= c <= "\udfff" for c in name):
        given = f"{name!r}, which no file can hold"
        raise invalid(what, "name", given, "a text without zero bytes and halves of characters")
    if name in taken:
        given = f"a name that is taken by {article(type(taken[name]).__name__.lower())}"
        advice = "Populations, inputs and connections of a network share one space of names."
        raise invalid(f'{what} "{name}"', "name", given, "a new name", advice=advice)
    return name


def article(noun: str) -> str:
    """The noun with "a" or "an" before it.

    Examples
    --------
    >>> article("input"), article("population")
    ('an input', 'a population')
    """
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def shape_of(shape: Any, where: str) -> tuple[int, ...]:
    """A shape from an integer or several."""
    sizes = np.atleast_1d(whole(where, "shape", shape))
    if sizes.ndim != 1 or not sizes.size:
        raise invalid(where, "shape", repr(shape), "a number of neurons, or a tuple (height, width, channels)")
    ranged(where, "shape", sizes if np.ndim(shape) else sizes[0], 1, MAX_NEURONS)
    found = tuple(int(k) for k in sizes)
    if prod(found) > MAX_NEURONS:
        raise invalid(where, "shape", str(found), "fewer than 2^31 neurons")
    return found


def parameters_of(model: NeuronModel, given: Mapping[str, Any], shape: Shape, where: str) -> Mapping[str, NDArray[Any]]:
    """All parameters of a population: those given, checked, and the defaults of the others."""
    known = [p.name for p in model.parameters]
    for name in given:
        if name not in known:
            place = f'{where}, model "{model.name}"'
            raise unknown_argument(name, known, place, topic="population", what="parameter")
    checked: dict[str, NDArray[Any]] = {}
    for p in model.parameters:
        if p.name in given:
            checked[p.name] = check_parameter(p, given[p.name], shape, where)
        elif p.default is None:
            raise invalid(where, p.name, "nothing (it must be given)", f"{p.low:.10g}..{p.high:.10g}", advice=p.text)
        else:
            checked[p.name] = np.asarray(p.default, np.int64 if p.whole else np.float64)
    if "vmin" in checked:
        check_voltage(checked["v"], checked, where, "an initial voltage")
    check_rising(model, checked, where)
    return MappingProxyType(checked)


def check_rising(model: NeuronModel, parameters: Mapping[str, NDArray[Any]], where: str) -> None:
    """Raise if a parameter is above the one that it may not be above."""
    for low, high in pairwise(model.rising):
        lows, highs = np.broadcast_arrays(np.atleast_1d(parameters[low]), parameters[high])
        over = np.flatnonzero(lows > highs)
        if over.size:
            given = f"{lows[over[0]]:.10g}, and {high} {highs[over[0]]:.10g}"
            raise invalid(
                where, low, given, f"at most {high}", advice="Set the one first that makes room for the other."
            )


def check_voltage(v: Any, parameters: Mapping[str, NDArray[Any]], where: str, what: str = "a voltage") -> None:
    """Raise if a voltage is outside the limits vmin and vmax of a population."""
    if np.any((v < parameters["vmin"]) | (v > parameters["vmax"])):
        raise invalid(where, "v", f"{what} outside vmin..vmax", "one within")


def check_state(
    model: NeuronModel,
    parameters: Mapping[str, NDArray[Any]],
    variable: str,
    value: Any,
    shape: Shape,
    where: str,
    present: NDArray[Any] | None = None,
) -> NDArray[Any]:
    """Values of a state variable as an array of shape () or (size,), or an error.

    Float64 numbers that are there already (`present`) may be beyond the limits: a run led to them.
    """
    floating = dict(model.state)[variable] == "float64"
    hint = IN_STEPS if variable == "rest" else NO_UNITS
    array = finite(where, variable, value) if floating else whole(where, variable, value, hint)
    if not floating and variable != "rest":
        _warn_of_unit(variable, value, where, "It is a whole number of 24 bits.")
    limits = dict(model.limits or FLOAT_LIMITS).get(variable)
    if limits is not None:
        new = array
        if floating and present is not None and array.size == present.size:
            new = np.where(array == present.reshape(array.shape), 0.0, array)
        ranged(where, variable, new, *limits)
    array = one_or_each(where, variable, array, shape)
    if variable == "v" and "vmin" in parameters:
        check_voltage(array, parameters, where)
    return array


def check_parameter(p: Parameter, value: Any, shape: Shape, where: str) -> NDArray[Any]:
    """A parameter as an int64 or float64 array of shape () or (size,), or an error."""
    hint = f"{p.text} {NO_UNITS}"
    if p.name == "refractory":
        hint = IN_STEPS
    if p.name in ("du", "dv"):
        hint = "decay_from_tau() makes one of a time constant in steps."
    if isinstance(value, str) or value is None:
        meaning = hint if p.name in ("du", "dv") else p.text
        raise invalid(
            where, p.name, repr(value), f"a number, {p.low:.10g}..{p.high:.10g}", advice=no_number(value, meaning)
        )
    if p.whole:
        array = whole(where, p.name, value, hint)
        if p.name in MEASURED:
            _warn_of_unit(p.name, value, where, p.text)
    else:
        array = ranged(where, p.name, value, p.low, p.high, p.text).astype(np.float64)
    ranged(where, p.name, array, p.low, p.high, p.text)
    return np.array(one_or_each(where, p.name, array, shape))


def _warn_of_unit(name: str, value: Any, where: str, meaning: str) -> None:
    """Warn of floats of at most 1 where integers of many bits are meant."""
    if is_fraction(value):
        given = f"{np.max(np.abs(value))} is the whole number 1 here"
        warn(f"{where}, {name}: {given}. {meaning} {NO_UNITS}")


def check_noise(noise: Any, model: NeuronModel, rules: str, shape: Shape, where: str) -> None:
    """Whether a model takes this noise, with one switch per neuron if there are several."""
    if noise is None:
        return
    if not isinstance(noise, Noise):
        raise invalid(where, "noise", repr(noise), 'a loihi_emu.Noise, such as Noise("v", exp=10)')
    if noise.target not in model.noise:
        allowed = " or ".join(repr(t) for t in model.noise) or f'none under rules "{rules}"'
        raise invalid(where, "noise", repr(noise.target), allowed)
    if np.size(noise.enabled) > 1 and not fits(noise.shape, shape):
        raise invalid(where, "noise.enabled", f"shape {noise.shape}", f"a boolean or {one_value_each(shape)}")


def probed_variables(variables: Any, known: Collection[str], where: str) -> tuple[str, ...]:
    """The names of variables to record, each once."""
    wanted = (variables,) if isinstance(variables, str) else variables
    if not isinstance(wanted, Iterable):
        raise invalid(where, "variables", repr(variables), 'a name or a list of names, such as ["spikes", "v"]')
    found = tuple(wanted)
    for variable in found:
        if not is_known(variable, known):
            near, _ = elsewhere("variable", variable, known)
            raise unknown("variable", variable, known, where=where, near=near)
    if not found:
        raise invalid(where, "variables", "none", f"some of {', '.join(known)}")
    return tuple(dict.fromkeys(found))


def probed_neurons(part: Slice, neurons: Any, where: str) -> NDArray[np.int64] | None:
    """Indices of the neurons to record, sorted; None for all of a population.

    `neurons` counts within the slice: indices, a slice, or a boolean for each.
    """
    if neurons is None and part.size == part.target.size:
        return None
    room_for(where, {f"numbers of {part.size:,} neurons": 8 * part.size})
    pool = part.indices
    if neurons is None:
        return np.sort(pool)
    if isinstance(neurons, slice):
        try:
            chosen = pool[neurons]
        except TypeError:
            raise invalid(where, "neurons", neurons, "a slice of integers") from None
    elif np.asarray(numbers(where, "neurons", neurons)).size and np.asarray(neurons).dtype.kind == "b":
        mask = np.asarray(neurons)
        if mask.shape != (part.size,):
            raise invalid(where, "neurons", f"{mask.size} booleans", f"one for each of the {part.size} neurons")
        chosen = pool[mask]
    else:
        numbered = whole(where, "neurons", neurons).reshape(-1)
        chosen = pool[ranged(where, "neurons", numbered, 0, part.size - 1)]
    if not chosen.size:
        raise invalid(where, "neurons", "none", f"some of 0..{part.size - 1}")
    return np.unique(chosen)
