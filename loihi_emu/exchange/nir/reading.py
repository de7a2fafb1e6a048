"""NIR files: graphs read from HDF5 with the checks of :mod:`loihi_emu.exchange.hdf5`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from loihi_emu.errors import invalid
from loihi_emu.exchange.hdf5 import Form, Reader, read_apart, read_with
from loihi_emu.exchange.nir.primitives import DEEPEST, GRAPH, KINDS, Graph, Node, made

FORM = Form("NIR file", "a NIR file (HDF5) as nir.write makes it", "nir", __name__)


def read(path: str | Path) -> Graph:
    """The graph of a file, or an error that says what in it is wrong."""
    found: Graph = read_apart(FORM, path)
    return found


def read_here(path: str | Path) -> Graph:
    """The same in this process."""
    found: Graph = read_with(FORM, path, _graph)
    return found


def _graph(opened: Any, reader: Reader) -> Graph:
    top = reader.top(opened, "node", "a NIR file as nir.write makes it")
    return _File(reader).graph(top, "node", 0)


class _File:
    """The graph of one file."""

    def __init__(self, reader: Reader) -> None:
        self.reader, self.where = reader, reader.where

    def graph(self, group: Any, path: str, depth: int) -> Graph:
        """The graph in a group."""
        place = f"{self.where}, {path}"
        kind = self.reader.text(self.reader.member(group, "type", place), place, "type")
        if kind != GRAPH:
            raise invalid(place, "type", kind, GRAPH, advice="The first node of a NIR file is its graph.")
        if depth > DEEPEST:
            raise invalid(place, "nodes", f"graphs within graphs deeper than {DEEPEST}", f"at most {DEEPEST}")
        edges = self.edges(self.reader.member(group, "edges", place), place)
        inner = self.reader.member(group, "nodes", place)
        if not self.reader.is_group(inner):
            raise invalid(place, "nodes", "an array", "a group of nodes")
        nodes: dict[str, Graph | Node] = {}
        for name in inner:
            self.reader.count(place, "nodes")
            below = f"{path}/nodes/{name}"
            node = self.reader.member(inner, name, place)
            if not self.reader.is_group(node):
                raise invalid(f"{self.where}, {below}", "", "an array", "a group with a type and fields")
            nodes[name] = self.node(node, below, depth)
        return Graph(nodes, edges, place, self.metadata(group, place, 0))

    def node(self, group: Any, path: str, depth: int) -> Graph | Node:
        """A primitive, or the graph that stands in its place."""
        place = f"{self.where}, {path}"
        kind = self.reader.text(self.reader.member(group, "type", place), place, "type")
        if kind == GRAPH:
            return self.graph(group, path, depth + 1)
        fields = KINDS.get(kind)
        wanted = () if fields is None else (*fields.needed, *fields.optional)
        values = {
            name: self.reader.value(self.reader.member(group, name, place), place, name)
            for name in wanted
            if name in group
        }
        return made(kind, place, values, self.metadata(group, place, 0))

    def edges(self, data: Any, place: str) -> tuple[tuple[str, str], ...]:
        """Pairs of names."""
        if not isinstance(data, self.reader.h5py.Dataset) or (data.size and (data.ndim != 2 or data.shape[1] != 2)):
            given = f"shape {data.shape}" if isinstance(data, self.reader.h5py.Dataset) else "a group"
            raise invalid(place, "edges", given, "pairs of names of nodes")
        if not data.size:
            return ()
        if data.dtype.kind not in "OSU":
            raise invalid(place, "edges", f"values of type {data.dtype}", "pairs of names of nodes")
        self.reader.check_size(data, place, "edges")
        texts = [[k.decode("utf8") if isinstance(k, bytes) else str(k) for k in pair] for pair in data[()]]
        return tuple((pre, post) for pre, post in texts)

    def metadata(self, group: Any, place: str, depth: int) -> dict[str, Any]:
        """Numbers and texts beside the fields; what is neither is left out."""
        if "metadata" not in group:
            return {}
        return self._metadata(self.reader.member(group, "metadata", place), f"{place}/metadata", 0)

    def _metadata(self, group: Any, place: str, depth: int) -> dict[str, Any]:
        if not self.reader.is_group(group) or depth > DEEPEST:
            return {}
        found: dict[str, Any] = {}
        for name in group:
            self.reader.count(place, "metadata")
            entry = self.reader.member(group, name, place)
            if self.reader.is_group(entry):
                found[name] = self._metadata(entry, f"{place}/{name}", depth + 1)
            elif entry.dtype.kind in "iufb" or (entry.dtype.kind in "OSU" and entry.size == 1):
                found[name] = self.reader.value(entry, place, name)
        return found
