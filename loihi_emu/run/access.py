"""Reading and setting an emulator's state, parameters, weights and inputs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from loihi_emu.errors import invalid, is_known, unknown
from loihi_emu.image.sources import kept_payloads
from loihi_emu.keywords import unknown_variable
from loihi_emu.network import spike_forms
from loihi_emu.network import synapses as synapse_checks
from loihi_emu.network.checks import check_parameter, check_rising, check_state
from loihi_emu.network.elements import Connection, Input, Population, name_of
from loihi_emu.network.events import event_rate, sorted_events, warn_of_past
from loihi_emu.network.payloads import check_uses, zeros_of
from loihi_emu.network.probing import check_view
from loihi_emu.network.slices import Slice
from loihi_emu.network.synapse_order import unpacked
from loihi_emu.run import plastic
from loihi_emu.run.built import Built

CONNECTED = ("weights", "delays", "given")
"""What there is of a connection that does not learn."""

SPIKES = "Spikes are recorded: network.probe(population), then recording.spikes(population)."


STRUCTURE = ("delays", "weight_exp", "weight_bits", "sign_mode", "graded", "kind", "scaled", "factors", "port")
"""What a connection has from the beginning."""
LEARNT = ("tags", "learning", "rule", "dw", "dd", "dt", "t_epoch", "x1", "x2", "y1", "y2", "y3")
"""What only connections that learn have."""


def of_connection(variable: Any) -> str:
    """What to say to a variable that a connection that does not learn has not, or that cannot be set."""
    if is_known(variable, STRUCTURE):
        return f"{variable} is part of the structure: make another network."
    if is_known(variable, LEARNT):
        return "This connection does not learn: connect(..., learning=LearningRule(...)) makes one that does."
    return ""


def get(emulator: Built, name: str | Population | Connection, variable: str, view: str = "state") -> Any:
    """What ``Emulator.get`` gives."""
    key: str = name_of(name)
    network, image = emulator.network, emulator.image
    if not is_known(view, ("state",)):
        return _chip_view(emulator, key, variable, view)
    connection = network.connections.get(key) if isinstance(key, str) else None
    if connection is not None:
        if connection.learning is not None:
            return plastic.get(image, connection, variable)
        if not is_known(variable, CONNECTED):
            raise unknown_variable(variable, CONNECTED, f'connection "{key}"', advice=of_connection(variable))
        connection = unpacked(connection)
        if variable == "weights":
            values = network.rule_set.weights.acting(connection)
        else:
            values = connection.values if variable == "given" else connection.delays
        values = connection.as_given(values)
        return values.astype(np.int64) if values.dtype.kind in "iu" else np.array(values)
    node, group = _population(emulator, key), image.group(key)
    states = [state for state, _ in group.model.state]
    if is_known(variable, states):
        emulator._refresh_state(f"{group.key}.{variable}")
        return image.state(key, variable).copy()
    if is_known(variable, group.parameters[key]):
        return np.array(group.parameters[key][variable])
    known = dict.fromkeys([*states, *node.parameters])
    advice = SPIKES if is_known(variable, ("spikes",)) else ""
    raise unknown_variable(variable, known, f'population "{key}"', advice=advice)


def _chip_view(emulator: Built, key: str, variable: str, view: str) -> Any:
    """A state as a probe on a chip reads it."""
    node, where = _population(emulator, key), f'population "{key}"'
    check_view(view, node, emulator.network.rule_set, where)
    if not is_known(variable, ("v",)):
        return get(emulator, key, variable)
    found = emulator.image.chip_views.get(key)
    if found is None:
        raise invalid(
            where, "view", '"chip" of a population without such a probe', "one that is probed so",
            advice=f'Before the Emulator is made: net.probe("{key}", "v", view="chip").',
        )  # fmt: skip
    emulator._refresh_state(f"{found.group.key}.v")
    return found.read(emulator.image.arena)


def change(emulator: Built, name: str | Population | Connection, variable: str, value: Any) -> None:
    """What ``Emulator.set`` does."""
    key: str = name_of(name)
    network, image = emulator.network, emulator.image
    connection = network.connections.get(key) if isinstance(key, str) else None
    if connection is not None:
        _change_connection(emulator, connection, variable, value)
        return
    node, group = _population(emulator, key), image.group(key)
    where = f'population "{key}"'
    emulator._refresh_state(f"{group.key}.")
    states = [state for state, _ in group.model.state]
    if is_known(variable, states):
        present = image.state(key, variable)
        present[...] = check_state(group.model, group.parameters[key], variable, value, node.shape, where, present)
        if variable == "rest" and key in image.chip_views:
            image.chip_views[key].rest_changed(image.arena, image.state(key, variable))
        if variable != "rest":
            image.arena[f"{group.key}.paths"][:] = 1  # the next step looks at every neuron
            return
    else:
        parameter = group.model.parameter(variable) if isinstance(variable, str) else None
        if parameter is None:
            raise unknown_variable(variable, dict.fromkeys([*states, *node.parameters]), where)
        checked = check_parameter(parameter, value, node.shape, where)
        check_rising(group.model, {**group.parameters[key], variable: checked}, where)
        group.parameters[key][variable] = checked
    image.refresh(group)
    emulator._parameters_changed()


def change_input(emulator: Built, name: str | Input, spikes: Any, payloads: ArrayLike | None, rate: Any) -> None:
    """What ``Emulator.set_input`` does."""
    key: str = name_of(name)
    network, image = emulator.network, emulator.image
    if not is_known(key, network.inputs):
        raise unknown("input", key, network.inputs)
    node, source = network.inputs[key], image.inputs[key]
    where = f'input "{key}"'
    allowed, other = ("rate", spikes) if source.poisson else ("spikes", rate)
    if other is not None or (source.poisson and payloads is not None):
        kind = "Poisson inputs" if source.poisson else "inputs of listed events"
        raise invalid(where, "", "rate" if other is rate else "spikes or payloads", f"{allowed} for {kind}")
    if source.poisson:
        changed = replace(node, rate=event_rate(rate, node.shape, where))
    else:
        given = spike_forms.read(spikes, where, node.shape, network.rule_set.floats)
        times, indices, values = sorted_events(given, payloads, node.shape, where, floats=network.rule_set.floats)
        values = kept_payloads(values, len(times), source.payload)
        zeros = zeros_of(given, payloads)
        changed = replace(node, times=times, indices=indices, payloads=values, zeros=zeros)
        check_uses(changed, network.connections.values(), network.rule_set)
        warn_of_past(times, image.step, where)
    fits = source.poisson or source.holds(changed)
    if fits:
        network.replace(changed)
        source.node = changed
        source.point_own()
    else:
        emulator._rebuild([changed])
    if not source.poisson:
        emulator.image.arena[f"{source.key}.cursor"][0] = 0


def _population(emulator: Built, name: str) -> Population:
    network = emulator.network
    node = network.nodes.get(name) if isinstance(name, str) else None
    if isinstance(node, Population):
        return node
    if node is not None:
        raise invalid(
            f'input "{name}"', "", "an input", "a population or connection", advice="set_input() is for inputs"
        )
    advice = 'All neurons are read at once: get("cells", "v")[10:20].' if isinstance(name, Slice) else ""
    raise unknown("population or connection", name, [*network.populations, *network.connections], advice=advice)


def _change_connection(emulator: Built, c: Connection, variable: str, value: Any) -> None:
    if c.learning is not None:
        _change_plastic(emulator, c, variable, value)
        return
    if not is_known(variable, ("weights",)):
        where, what = f'connection "{c.name}"', "variable that can be set"
        raise unknown_variable(variable, ("weights",), where, what=what, advice=of_connection(variable))
    emulator._rebuild([synapse_checks.with_values(c, value, emulator.network.rule_set)])


def _change_plastic(emulator: Built, c: Connection, variable: str, value: Any) -> None:
    network, image = emulator.network, emulator.image
    found = plastic.get(image, c, variable)  # raises for unknown names
    if variable == "learning":
        plastic.set_enabled(image, network, c, value)
    elif variable in plastic.parameters(c):
        rules = plastic.changed_rules(network, c, variable, value)
        emulator._rebuild([replace(network.connections[name], learning=new) for name, new in rules.items()])
    elif variable == "delays" and not image.learners[c.name].has_delays:
        where = f'connection "{c.name}"'
        raise invalid(
            where, "delays", value, f"{found}", advice="Delays belong to the structure: make another network."
        )
    else:
        plastic.set_state(image, network, c, variable, value)
