"""Events that are sent to inputs for one step: indices, booleans, or indices with values.

What is plainly one of these is taken as it is (``image/sent.py``), all else is read with care.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
from numpy import ndarray
from numpy.typing import NDArray

from loihi_emu.errors import ValidationError, invalid, is_known, unknown
from loihi_emu.image.sources import InputSource, kept_payloads, payload_type
from loihi_emu.network import spike_forms
from loihi_emu.network.checks import article
from loihi_emu.network.elements import Input, name_of
from loihi_emu.network.events import checked_payloads
from loihi_emu.network.network import Network
from loihi_emu.network.payloads import check_uses, is_multiplied
from loihi_emu.network.shapes import Shape, fits
from loihi_emu.numeric import ranged, whole

Array = NDArray[Any]
WHERE = "Emulator.step"

Valued: TypeAlias = "tuple[InputSource, Array, Array | None]"
"""Events with values that were read with care: neurons, rising, and their values (None: all are 1)."""


def read_events(events: Any, inputs: Mapping[str, InputSource], floats: bool) -> tuple[list[InputSource], list[Valued]]:
    """Check the events of a step, and have them ready to be sent.

    Parameters
    ----------
    events : object
        What was given; a dict of inputs, or their names, to events.
    inputs : dict
        By name.
    floats : bool
        Whether values may have fractions.

    Returns
    -------
    sent : list of InputSource
    valued : list
        Those events for which :func:`with_room` has to find room.

    Raises
    ------
    ValidationError
        An input that is unknown, draws its own events or comes twice; no form of events; neurons out of range or twice.
    """
    if type(events) is not dict and not isinstance(events, Mapping):
        given = article(type(events).__name__)
        advice = f"emulator.run({events}) runs so many steps." if isinstance(events, int) else ""
        raise invalid(WHERE, "events", given, 'a dict such as {"input": [0, 3]}, or nothing', advice=advice)
    sent: list[InputSource] = []
    valued: list[Valued] = []
    for key, given in events.items():
        source = inputs.get(key) if type(key) is str else None
        if source is None:
            source = _source(key, inputs)
        if sent and source in sent:
            raise invalid(_where(source), "events", "events twice, by its name and as an object", "one of them")
        if source.poisson:
            advice = f'It draws its own; set_input("{source.node.name}", rate=...) changes its rate.'
            raise invalid(
                _where(source), "events", "events for a Poisson input", "inputs of listed events", advice=advice
            )
        sent.append(source)
        if type(given) is not tuple:
            neurons = _plain(given, source)
            if neurons is None or not source.sent.take(neurons):
                source.sent.put(_in_order(_carefully(given, source), source)[0])
        elif not _takes_values(source, given):
            neurons, values = _carefully_with_values(source, given, floats)
            source.sent.put(neurons, values)
            valued.append((source, neurons, values))
    return sent, valued


def with_room(valued: Iterable[Valued], network: Network) -> list[Input]:
    """The inputs that need room for values, which they had none for until now; those listed keep theirs, or 1 each.

    Warns where nothing reads the values, once; where they are cut or sums of them wrap, once for each range of values;
    and once of events that were left out because their value is 0.
    """
    found = []
    for source, indices, values in valued:
        if source.left_out:
            dropped = replace(source.node, payloads=None, zeros=np.zeros((2, source.left_out), np.int64))
            check_uses(dropped, network.connections.values(), network.rule_set)
            source.left_out = None
        if values is None or not len(values):
            continue
        needed, node = payload_type(values), source.node
        grows, new = needed != source.payload != "float64", not source.sent.knows(values)
        if grows or (new and (source.values or is_multiplied(node.name, network.connections.values()))):
            times = np.zeros(len(indices), np.int64)
            given = replace(node, times=times, indices=indices.astype(np.int64), payloads=values, zeros=None)
            check_uses(given, network.connections.values(), network.rule_set)
        if new:
            source.sent.know(values)
        if grows:
            found.append(replace(node, payloads=kept_payloads(node.payloads, len(node.times), needed)))
    return found


def _source(key: Any, inputs: Mapping[str, InputSource]) -> InputSource:
    name = name_of(key)
    if not is_known(name, inputs):
        raise unknown("input", name, inputs, where=WHERE)
    return inputs[name]


def _where(source: InputSource) -> str:
    return f'{WHERE}, input "{source.node.name}"'


def _refused(source: InputSource, given: object, advice: str = "") -> ValidationError:
    shape: Shape = source.node.shape
    allowed = (
        f"indices of neurons such as [0, 3], booleans of shape {shape}, or a tuple (indices, payloads); [] for none"
    )
    return invalid(_where(source), "events", given, allowed, advice=advice)


def _plain(given: Any, source: InputSource) -> Array | None:
    """Neurons, given as an array or a list of integers, or as booleans; None where they are read with care."""
    array = given if type(given) is ndarray and given.ndim == 1 else _flat(given)
    if array is None:
        return None
    kind = array.dtype.kind
    if kind == "b":
        return array.nonzero()[0] if len(array) == source.size else None
    return array if kind in "iu" else None


def _flat(given: Any) -> Array | None:
    """An array, or a list of numbers, of one axis."""
    if type(given) is list and given:
        try:
            given = np.array(given)
        except ValueError:  # lists of several lengths
            return None
    return given if type(given) is np.ndarray and given.ndim == 1 else None


def _carefully(given: Any, source: InputSource) -> Array:
    """Neurons in the order given, whatever they are given as."""
    where, shape = _where(source), source.node.shape
    if given is None or isinstance(given, (str, bytes, Mapping, set, frozenset)):
        raise _refused(source, "nothing" if given is None else f"a {type(given).__name__}")
    given = spike_forms.unwrapped(given, where, shape)
    try:
        array = np.asarray(given)
    except ValueError:
        raise _refused(source, f"a {type(given).__name__} that is no array") from None
    if array.dtype.kind == "b":
        if not fits(array.shape, shape):
            raise _refused(source, f"booleans of shape {array.shape}")
        return array.reshape(-1).nonzero()[0]
    if array.dtype.kind not in "iuf" or array.ndim > 1:
        raise _refused(source, f"an array of shape {array.shape} and dtype {array.dtype}")
    indices = whole(where, "events", array.reshape(-1), "They are indices of neurons; spikes > 0 makes booleans.")
    return ranged(where, "events", indices, 0, source.size - 1, f"The input has {source.size} neurons.")


def _in_order(indices: Array, source: InputSource) -> tuple[Array, Array]:
    """The same neurons rising, and in which place each was given."""
    order = np.argsort(indices, kind="stable")
    rising = indices[order]
    twice = np.flatnonzero(rising[1:] == rising[:-1])
    if len(twice):
        advice = "One value for each neuron is given as booleans: values > 0."
        raise invalid(_where(source), "events", f"neuron {rising[twice[0]]} twice", "each neuron once", advice=advice)
    return rising, order


def _takes_values(source: InputSource, given: tuple[Any, ...]) -> bool:
    """Take neurons and integers that are values, if there is room for these, and they need no care: whether so."""
    if len(given) != 2 or source.payload is None:
        return False
    neurons, values = _plain(given[0], source), _flat(given[1])
    if neurons is None or values is None or len(values) != len(neurons) or values.dtype.kind not in "iu":
        return False
    return source.sent.take(neurons, values)


def _carefully_with_values(source: InputSource, given: tuple[Any, ...], floats: bool) -> tuple[Array, Array | None]:
    """Neurons, rising, and their values; None where all are 1 and no other value was ever sent."""
    if len(given) != 2:
        raise _refused(source, f"a tuple of {len(given)}", "Indices alone are a list.")
    indices, values = _with_values(source, given, floats)
    if not source.values and not values.all():  # an event of value 0 is none
        if source.left_out is not None:
            source.left_out = int(np.count_nonzero(values == 0))
        indices, values = indices[values != 0], values[values != 0]
    if source.payload is None and not source.values and bool(np.all(values == 1)):
        return indices, None
    return indices, values


def _with_values(source: InputSource, given: tuple[Any, ...], floats: bool) -> tuple[Array, Array]:
    """Neurons, rising, and a value of each."""
    where = _where(source)
    neurons = _carefully(given[0], source)
    values = checked_payloads(spike_forms.unwrapped(given[1], where, source.node.shape), where, floats)
    if values.shape not in ((), neurons.shape):
        raise invalid(where, "payloads", f"shape {values.shape} for {len(neurons)} events", "one per event, or one")
    indices, order = _in_order(neurons, source)
    return indices, values[order] if values.ndim else np.repeat(values, len(indices))
