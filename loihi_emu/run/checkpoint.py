"""Checkpoints of an emulator: everything that decides how it goes on, in one npz file with a JSON header."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import invalid
from loihi_emu.files import entries
from loihi_emu.files.archive import Archive, naming, open_archive, write_archive
from loihi_emu.image.chip_views import view_key
from loihi_emu.image.sources import InputSource, kept_payloads
from loihi_emu.image.state import State
from loihi_emu.learning.checks import check_epochs, checked_tags, share_neurons
from loihi_emu.learning.rule import LearningRule
from loihi_emu.network.checks import check_parameter
from loihi_emu.network.elements import Connection, Input, Population
from loihi_emu.network.events import event_rate
from loihi_emu.network.file_checks import RULE
from loihi_emu.network.payloads import listed_events, payload_types, with_zeros
from loihi_emu.network.synapse_order import unpacked
from loihi_emu.network.synapses import with_stored
from loihi_emu.numeric import MAX_STEPS, ranged
from loihi_emu.rules import RuleSet
from loihi_emu.run.built import Built
from loihi_emu.run.checkpoint_state import check_state
from loihi_emu.run.plastic import check_exchange
from loihi_emu.run.structure import structure

if TYPE_CHECKING:
    from loihi_emu.image.build import Image

SCHEMA = 1
KIND = "loihi_emu checkpoint"
STEP = entries.whole(0, MAX_STEPS)
INPUT_KEYS = ("times", "indices", "payloads", "rate")


def save(emulator: Built, path: str | Path) -> Path:
    """Write a checkpoint."""
    network, image = emulator.network, emulator.image
    rules: dict[str, Any] = {}
    header = {
        "step": image.step, "network": network.name, "structure": structure(emulator.image), "learning": rules,
        "chip_views": [name for name in network.populations if name in image.chip_views],
    }  # fmt: skip
    arrays: dict[str, NDArray[Any]] = {f"state.{k}": array for k, array in image.whole_state().items()}
    for name in network.populations:
        for key, value in image.group(name).parameters[name].items():
            arrays[f"parameter.{name}.{key}"] = value
    for name, c in network.connections.items():
        if c.drawn:
            continue  # its weights are those that the recipe draws
        arrays[f"weights.{name}"] = unpacked(c).values
        if c.learning is not None:
            rules[name] = {"rule": c.learning.rule.settings(), "enabled": c.learning.enabled}
            arrays[f"delays.{name}"] = c.delays
            if c.tags is not None:
                arrays[f"tags.{name}"] = c.tags
    for name, node in network.inputs.items():
        for key, part in zip(INPUT_KEYS, (*with_zeros(node), node.rate), strict=True):
            if part is not None:
                arrays[f"input.{name}.{key}"] = part
    write = partial(write_archive, path, KIND, SCHEMA, header, arrays)
    return write() if image.exchange is None else image.exchange.ranks.by_first("save()", write)


def restore(emulator: Built, path: str | Path) -> None:
    """Check a checkpoint whole, then take it over; whatever is wrong leaves the emulator as it is."""
    network = emulator.network
    with open_archive(path, KIND, SCHEMA) as archive, naming(path):
        _check_header(emulator, archive)
        connections = [_connection(emulator, archive, c) for c in network.connections.values()]
        _check_epochs(network.rule_set, connections)
        inputs = [_input(archive, source, network.rule_set.floats) for source in emulator.image.inputs.values()]
        parameters = {name: _parameters(emulator, archive, p) for name, p in network.populations.items()}
        emulator._rebuild([*connections, *inputs], partial(_fill, archive, parameters))


def _check_header(emulator: Built, archive: Archive) -> None:
    network = emulator.network
    learning = [name for name, c in network.connections.items() if c.learning is not None]
    learned = entries.record({"rule": RULE, "enabled": entries.flag})
    entries.record(
        {
            "step": STEP,
            "network": entries.text,
            "structure": entries.text,
            "learning": entries.table(learned),
            "chip_views": entries.listed(entries.one_of(network.populations)),
        }
    )(archive.path, "", archive.header)
    given = archive.header["structure"]
    if given != structure(emulator.image):
        given = f'a checkpoint of another network (its name is "{archive.header["network"]}")'
        advice = "Seed, populations, connections and delays must be those of the network that was saved."
        raise invalid(archive.path, "", given, f'one of network "{network.name}"', advice=advice)
    entries.table(learned, learning)(archive.path, "learning", archive.header["learning"])


# ------------------------------------------------------------ what was set, as elements of a network
def _one_or_each(archive: Archive, name: str, shape: tuple[int, ...], one: Any, each: Any = None) -> NDArray[Any]:
    """An array of one number, or of a shape, where each may have a type of its own."""
    form = archive.forms.get(name)
    if form is not None and form.shape == ():
        archive.expect(name, (), one)
    else:
        archive.expect(name, shape, each or one)
    return archive[name]


def _connection(emulator: Built, archive: Archive, c: Connection) -> Connection:
    """A connection with the weights, the rule, the delays and the tags of the checkpoint."""
    rules = emulator.network.rule_set
    if c.recipe is not None and f"weights.{c.name}" not in archive.forms:
        return c if c.drawn else c.again()
    shape = (c.synapses,) if c.kind == "sparse" else c.values.shape
    archive.expect(f"weights.{c.name}", shape, *rules.weights.dtypes)
    made = with_stored(c, archive[f"weights.{c.name}"], rules)
    if made.learning is None:
        return made
    learned = archive.header["learning"][c.name]
    rule, learner = LearningRule.from_settings(learned["rule"]), emulator.image.learners[c.name]
    check_exchange(emulator.network, made, rule, "rule", "the rule of the checkpoint")
    made = replace(made, learning=replace(made.learning, rule=rule, enabled=learned["enabled"]))
    delays = _one_or_each(archive, f"delays.{c.name}", c.values.shape, np.int64, np.uint8)
    if learner.has_delays or "d" in rule.used:
        ranged(f'connection "{c.name}"', "delays", delays, 0, emulator.network.max_delay)
    elif not np.array_equal(delays, c.delays):
        raise invalid(f'connection "{c.name}"', "delays", "others", "those of the network")
    tags = None
    if f"tags.{c.name}" in archive.forms:
        how = rules.learning
        assert how is not None
        archive.expect(f"tags.{c.name}", c.values.shape, how.tag_type)
        tags = checked_tags(made, archive[f"tags.{c.name}"], rules)
    return replace(made, delays=delays, tags=tags)


def _check_epochs(rules: RuleSet, changed: list[Connection]) -> None:
    """Whether connections onto the same neurons still have one epoch."""
    if rules.learning is None or not rules.learning.shares_epoch:
        return
    learning = [c for c in changed if c.learning is not None]
    for k, c in enumerate(learning):
        for other in learning[:k]:
            if share_neurons(c.post, other.post):
                check_epochs(c.name, c.learning.rule, other)


def _input(archive: Archive, source: InputSource, floats: bool) -> Input:
    """An input with the events or the rate of the checkpoint."""
    node = source.node
    key, where = f"input.{node.name}", f'input "{node.name}"'
    events = (0,) if node.rate is not None else archive.expect(f"{key}.times", None, np.int64).shape
    for part in ("times", "indices"):
        archive.expect(f"{key}.{part}", events, np.int64)
    times, indices, payloads = archive[f"{key}.times"], archive[f"{key}.indices"], None
    if node.rate is not None:
        rate = _one_or_each(archive, f"{key}.rate", (node.size,), np.float64)
        return replace(node, times=times, indices=indices, rate=event_rate(rate, node.shape, where))
    if f"{key}.payloads" in archive.forms:
        archive.expect(f"{key}.payloads", events, *payload_types(floats))
        payloads = archive[f"{key}.payloads"]
        payloads = kept_payloads(payloads, len(times), source.payload)
    return replace(node, **listed_events(times, indices, payloads, node.size, where))


def _parameters(emulator: Built, archive: Archive, p: Population) -> dict[str, NDArray[Any]]:
    """The parameters of a population."""
    group, found = emulator.image.group(p.name), {}
    for key, old in group.parameters[p.name].items():
        name = f"parameter.{p.name}.{key}"
        parameter = group.model.parameter(key)
        assert parameter is not None
        value = _one_or_each(archive, name, (p.size,), old.dtype)
        found[key] = check_parameter(parameter, value, p.shape, f'population "{p.name}"')
    return found


# ------------------------------------------------------------ state
def _fill(archive: Archive, parameters: dict[str, dict[str, NDArray[Any]]], image: Image) -> None:
    """Check what is left of the file against the image that it is for; then take over parameters and state."""
    arena, views = image.arena, {view.key: view for view in image.chip_views.values()}
    shapes = image.state_shapes()
    for key, (shape, dtype) in shapes.items():
        if key not in views:
            archive.expect(f"state.{key}", shape, dtype)
    archive.only(_names(image) - {f"state.{key}" for key in views} | _views(archive, image))
    arrays = archive.arrays()
    check_state(image, State(archive.path, arrays))
    if archive.header["step"] != int(arrays["state.clock"][0]):
        raise invalid(archive.path, "step", archive.header["step"], f"{arrays['state.clock'][0]}, as the clock says")
    for name in image.network.populations:
        image.group(name).parameters[name] = parameters[name]
    image.take_state({key: arrays[f"state.{key}"] for key in shapes if f"state.{key}" in arrays})
    for view in views.values():
        if f"state.{view.key}" not in arrays:
            view.begin(arena)
    for group in image.groups:
        image.refresh(group)


def _views(archive: Archive, image: Image) -> set[str]:
    """Names of the counters of populations that were read as on a chip; here it may be others that are."""
    found = {}
    for name in archive.header["chip_views"]:
        group, size = image.group(name), image.network.populations[name].size
        found[name] = f"state.{view_key(group, name)}"
        archive.expect(found[name], (size,), np.uint8)
    if archive.header["chip_views"] != [name for name in image.network.populations if name in found]:
        given = "populations out of order"
        raise invalid(archive.path, "chip_views", given, "each once, in order of creation")
    return set(found.values())


def _names(image: Image) -> set[str]:
    """Names of all arrays of a checkpoint."""
    network = image.network
    found = {f"state.{key}" for key in image.state_shapes()}
    for name in network.populations:
        found |= {f"parameter.{name}.{key}" for key in image.group(name).parameters[name]}
    for name, c in network.connections.items():
        found |= set() if c.drawn else {f"weights.{name}"}
        if c.learning is not None:
            found.add(f"delays.{name}")
            found |= set() if c.tags is None else {f"tags.{name}"}
    for name, node in network.inputs.items():
        found |= {f"input.{name}.{key}" for key in INPUT_KEYS if getattr(node, key) is not None}
    return found
