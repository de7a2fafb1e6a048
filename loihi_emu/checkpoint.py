"""Checkpoints of an emulator: everything that decides how it goes on, in one npz file with a JSON header."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.archive import Arrays, read_archive, write_archive
from loihi_emu.elements import Connection, Input
from loihi_emu.errors import invalid
from loihi_emu.learning.rule import LearningRule

if TYPE_CHECKING:
    from loihi_emu.emulator import Emulator
    from loihi_emu.image.build import Image

SCHEMA = 1
KIND = "loihi_emu checkpoint"
LEARNED = "learn."
INPUT_KEYS = ("times", "indices", "payloads", "rate")


def structure(emulator: Emulator) -> str:
    """Digest of what a checkpoint cannot change: rules, seed, populations, which synapses there are, and the memory."""
    network, image = emulator.network, emulator.image
    digest = hashlib.sha256(f"{network.rules} {network.seed}".encode())
    digest.update(repr([[p.name for p in group.populations] for group in image.groups]).encode())
    fixed = [name for name in image.arena.names if not name.startswith(LEARNED)]  # epochs can be set
    digest.update(repr([(name, image.arena[name].shape) for name in fixed]).encode())
    for p in network.populations.values():
        digest.update(f"{p.name} {p.shape} {p.model} {p.noise!r}".encode())
    for i in network.inputs.values():
        digest.update(f"{i.name} {i.shape} {i.rate is None}".encode())
    for c in network.connections.values():
        digest.update(f"{c.name} {c.pre.name} {c.post.name} {c.kind} {c.values.shape}".encode())
        digest.update(f"{c.weight_exp} {c.weight_bits} {c.sign_mode} {c.graded} {c.scaled}".encode())
        if c.learning is not None:
            digest.update(f"{c.learning.factors} {image.learners[c.name].has_delays}".encode())
            digest.update(f"{image.learners[c.name].has_tags}".encode())
        learns_delays = c.learning is not None and image.learners[c.name].has_delays
        for array in (None if learns_delays else c.delays, c.indptr, c.indices):
            if array is not None:
                digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def save(emulator: Emulator, path: str | Path) -> Path:
    """Write a checkpoint."""
    network, image = emulator.network, emulator.image
    rules: dict[str, Any] = {}
    header = {"step": emulator.step, "network": network.name, "structure": structure(emulator), "learning": rules}
    arrays: dict[str, NDArray[Any]] = {f"state.{k}": image.arena[k] for k in image.arena.names}
    for name in network.populations:
        for key, value in image.group(name).parameters[name].items():
            arrays[f"parameter.{name}.{key}"] = value
    for name, c in network.connections.items():
        arrays[f"weights.{name}"] = c.values
        if c.learning is not None:
            rules[name] = {"rule": c.learning.rule.settings(), "enabled": c.learning.enabled}
            arrays[f"delays.{name}"] = c.delays
            if c.tags is not None:
                arrays[f"tags.{name}"] = c.tags
    for name, node in network.inputs.items():
        for key in INPUT_KEYS:
            value = getattr(node, key)
            if value is not None:
                arrays[f"input.{name}.{key}"] = value
    return write_archive(path, KIND, SCHEMA, header, arrays)


def restore(emulator: Emulator, path: str | Path) -> None:
    """Check a checkpoint whole, then take it over."""
    header, arrays = read_archive(path, KIND, SCHEMA)
    network = emulator.network
    if header.get("structure") != structure(emulator):
        given = f'a checkpoint of another network (its name is "{header.get("network")}")'
        advice = "Seed, populations, connections and delays must be those of the network that was saved."
        raise invalid(str(path), "", given, f'one of network "{network.name}"', advice)
    changed: list[Connection | Input] = []
    for name, c in network.connections.items():
        values = arrays[f"weights.{name}"]
        conv = None if c.conv is None else replace(c.conv, kernel=values)
        c = replace(c, values=values, conv=conv)
        if c.learning is not None:
            learned = header["learning"][name]
            rule = LearningRule.from_settings(learned["rule"])
            c = replace(c, learning=replace(c.learning, rule=rule, enabled=learned["enabled"]))
            c = replace(c, delays=arrays[f"delays.{name}"], tags=arrays.get(f"tags.{name}"))
        changed.append(c)
    for name, node in network.inputs.items():
        kept: dict[str, Any] = {key: arrays.get(f"input.{name}.{key}") for key in INPUT_KEYS}
        changed.append(replace(node, **{k: v for k, v in kept.items() if v is not None or k == "payloads"}))
    emulator._rebuild(changed, partial(_fill, arrays))


def _fill(arrays: Arrays, image: Image) -> None:
    """Take over parameters and state."""
    network = image.network
    for name in network.populations:
        parameters = image.group(name).parameters[name]
        image.group(name).parameters[name] = {key: arrays[f"parameter.{name}.{key}"] for key in parameters}
    for key in image.arena.names:
        image.arena[key][...] = arrays[f"state.{key}"]
    for group in image.groups:
        image.refresh(group)
