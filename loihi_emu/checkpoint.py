"""Checkpoints of an emulator: everything that decides how it goes on, in one npz file with a JSON header."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import invalid
from loihi_emu.network import Network
from loihi_emu.recording import read_archive

if TYPE_CHECKING:
    from loihi_emu.emulator import Emulator

SCHEMA = 1
KIND = "loihi_emu checkpoint"


def structure(network: Network) -> str:
    """Digest of what a checkpoint cannot change: rules, seed, populations, and which synapses there are."""
    digest = hashlib.sha256(f"{network.rules} {network.seed}".encode())
    for p in network.populations.values():
        digest.update(f"{p.name} {p.shape} {p.model} {p.noise!r}".encode())
    for i in network.inputs.values():
        digest.update(f"{i.name} {i.shape} {i.rate is None}".encode())
    for c in network.connections.values():
        digest.update(f"{c.name} {c.pre.name} {c.post.name} {c.kind} {c.values.shape}".encode())
        digest.update(f"{c.weight_exp} {c.weight_bits} {c.sign_mode} {c.graded} {c.scaled}".encode())
        for array in (c.delays, c.indptr, c.indices):
            if array is not None:
                digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def save(emulator: Emulator, path: str | Path) -> Path:
    """Write a checkpoint."""
    target = Path(path)
    if target.suffix != ".npz":
        target = target.with_name(target.name + ".npz")
    network, image = emulator.network, emulator.image
    header = {
        "kind": KIND, "schema": SCHEMA, "step": emulator.step, "network": network.name,
        "structure": structure(network), "arena": list(image.arena.names),
    }  # fmt: skip
    arrays: dict[str, NDArray[Any]] = {f"state.{k}": image.arena[k] for k in image.arena.names}
    for name in network.populations:
        for key, value in image.group(name).parameters[name].items():
            arrays[f"parameter.{name}.{key}"] = value
    for name, c in network.connections.items():
        arrays[f"weights.{name}"] = c.values
    for name, node in network.inputs.items():
        for key in ("times", "indices", "payloads", "rate"):
            value = getattr(node, key)
            if value is not None:
                arrays[f"input.{name}.{key}"] = value
    header["sum"] = _checksum(arrays)
    text = np.frombuffer(json.dumps(header).encode(), np.uint8)
    np.savez_compressed(target, **{"header": text}, **{f"array.{k}": a for k, a in arrays.items()})  # type: ignore[arg-type]
    return target


def restore(emulator: Emulator, path: str | Path) -> None:
    """Check a checkpoint whole, then take it over."""
    header, arrays = read_archive(path, KIND, SCHEMA)
    network = emulator.network
    if header.get("structure") != structure(network):
        other = header.get("network")
        raise invalid(str(path), "", f'a checkpoint of another network ("{other}")', f'one of network "{network.name}"')
    if header.get("sum") != _checksum(arrays) or set(header["arena"]) != set(emulator.image.arena.names):
        raise invalid(str(path), "", "damaged contents", "a file written by Emulator.save, whole")
    for name, c in network.connections.items():
        values = arrays[f"weights.{name}"]
        conv = None if c.conv is None else replace(c.conv, kernel=values)
        network.replace(replace(c, values=values, conv=conv))
    for name, node in network.inputs.items():
        prefix = f"input.{name}."
        changed: dict[str, Any] = {"payloads": None}
        changed |= {k[len(prefix) :]: a for k, a in arrays.items() if k.startswith(prefix)}
        network.replace(replace(node, **changed))
    emulator._rebuild()
    image = emulator.image
    for name in network.populations:
        prefix = f"parameter.{name}."
        image.group(name).parameters[name] = {k[len(prefix) :]: a for k, a in arrays.items() if k.startswith(prefix)}
    for key in header["arena"]:
        image.arena[key][...] = arrays[f"state.{key}"]
    for group in image.groups:
        image.refresh(group)


def _checksum(arrays: dict[str, NDArray[Any]]) -> str:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(arrays[name]).tobytes())
    return digest.hexdigest()
