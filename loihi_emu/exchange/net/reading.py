""".net files: HDF5 of lava-dl, read as groups within groups with the checks of :mod:`loihi_emu.exchange.hdf5`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from loihi_emu.errors import invalid
from loihi_emu.exchange.hdf5 import Form, Reader, read_apart, read_with
from loihi_emu.exchange.net.layers import Layer, layer_of

FORM = Form(".net file", "a .net file (HDF5) as lava-dl writes it", "netx", __name__)
LAYERS = "layer"
BESIDE = "simulation"
"""A group of old files, which says how it was trained."""
DEEPEST = 4
"""Groups within groups: layer, its number, neuron or weight, real."""

Tree = dict[str, Any]
"""Groups as dicts, arrays and texts."""


def read_tree(path: str | Path) -> Tree:
    """All that a file says, or an error that says what in it is wrong."""
    found: Tree = read_apart(FORM, path)
    return found


def read_here(path: str | Path) -> Tree:
    """The same in this process."""
    found: Tree = read_with(FORM, path, _tree)
    return found


def read_net(path: str | Path) -> tuple[Layer, ...]:
    """The layers of a .net file, checked one by one.

    Parameters
    ----------
    path : str or Path

    Raises
    ------
    ValidationError
        A file that is damaged, or no .net file; a layer of an unknown type, or without what it needs.
    """
    return layers_of(read_tree(path), FORM.where(path))


def layers_of(tree: Mapping[str, Any], where: str) -> tuple[Layer, ...]:
    """The layers of what was read, in the order of their numbers."""
    found = tree.get(LAYERS)
    if not isinstance(found, Mapping):
        raise invalid(where, LAYERS, "nothing of this name", "a group of layers", advice=FORM.allowed)
    numbers = range(len(found))
    for name in found:
        if not name.isascii() or not name.isdigit() or int(name) not in numbers or name != str(int(name)):
            allowed = f"layers named 0 to {len(found) - 1}"
            raise invalid(
                where, LAYERS, f'a layer "{name}" among {len(found)}', allowed, advice="Write the file again."
            )
    if not found:
        raise invalid(where, LAYERS, "no layers", "at least one")
    layers = []
    for k in numbers:
        entry, place = found[str(k)], f"{where}, {LAYERS}/{k}"
        if not isinstance(entry, Mapping):
            raise invalid(place, "", "an array", "a group with a type and data sets")
        layers.append(layer_of(entry, place))
    return tuple(layers)


def _tree(opened: Any, reader: Reader) -> Tree:
    found = {LAYERS: _group(reader.top(opened, LAYERS, FORM.allowed), reader, LAYERS, 1)}
    if BESIDE in opened:
        found[BESIDE] = _group(reader.top(opened, BESIDE, FORM.allowed), reader, BESIDE, 1)
    return found


def _group(group: Any, reader: Reader, path: str, depth: int) -> Tree:
    place = f"{reader.where}, {path}"
    if depth > DEEPEST:
        raise invalid(place, "", f"groups within groups deeper than {DEEPEST}", f"at most {DEEPEST}")
    found: Tree = {}
    for name in group:
        reader.count(place, "entries")
        entry = reader.member(group, name, place)
        if reader.is_group(entry):
            found[name] = _group(entry, reader, f"{path}/{name}", depth + 1)
        else:
            found[name] = reader.value(entry, place, name)
    return found
