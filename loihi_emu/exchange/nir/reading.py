"""NIR files: HDF5 read with h5py alone, and nothing of what a file could ask for but numbers and short texts.

A file can be damaged, or made to harm: links out of it, groups that contain themselves, arrays that are said to be
larger than any bytes in it can hold. Each is an error before anything of that size is allocated. Of some damaged files
the HDF5 library never returns, or it takes the process down. So a process of its own reads a file, which has a time.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from loihi_emu.errors import LoihiEmuError, extra, invalid
from loihi_emu.exchange.nir.primitives import DEEPEST, GRAPH, KINDS, Graph, Node, made
from loihi_emu.files.foreign import describe

MOST_BYTES = 1 << 31
"""Of all arrays of a file together."""
MOST_ADDRESSES = 1 << 35
"""Of the process that reads; libraries with many threads reserve much that they never use."""
MOST_NODES = 1 << 16
SECONDS, BYTES_PER_SECOND = 15.0, 1e6
"""What reading a file may take, and as much more for its bytes: a hundred times what it takes."""
PROGRAM = "import sys; from loihi_emu.exchange.nir.reading import answer; answer(sys.argv[1])"
PACKED = 1100
"""No filter of HDF5 that NIR uses packs numbers more tightly than this."""
LONGEST_TEXT = 1000
TEXTS = ("type", "padding")
"""Fields that may hold a text."""
PROBLEMS = (
    OSError, RuntimeError, KeyError, ValueError, TypeError, AttributeError, OverflowError, MemoryError, SystemError,
)  # fmt: skip
"""What h5py raises of damaged files."""


def read(path: str | Path) -> Graph:
    """The graph of a file, or an error that says what in it is wrong."""
    file = Path(path).absolute()
    if not file.is_file():
        what, advice = describe(file)
        raise invalid(f'NIR file "{file.name}"', "", what, "a NIR file (HDF5) as nir.write makes it", advice)
    seconds = SECONDS + file.stat().st_size / BYTES_PER_SECOND
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", PROGRAM, str(file)]
    given = f"a file that h5py does not finish reading in {seconds:.0f} s"
    try:
        done = subprocess.run(command, env=environment, capture_output=True, timeout=seconds, check=False)
        if done.returncode == 0:
            found = pickle.loads(done.stdout)  # from the same program, not from the file
            if isinstance(found, Graph):
                return found
            raise found
        given = f"a file at which h5py ends with code {done.returncode}"
    except subprocess.TimeoutExpired:
        pass
    allowed = "a NIR file that is whole"
    raise invalid(f'NIR file "{file.name}"', "", given, allowed, "Copy or write the file again.") from None


def answer(path: str) -> None:
    """Write what is read of a file to the standard output; what the reading process does."""
    found: Graph | LoihiEmuError
    with suppress(ImportError, ValueError, OSError):  # where a process has limits
        resource = import_module("resource")
        resource.setrlimit(resource.RLIMIT_AS, (MOST_ADDRESSES, resource.getrlimit(resource.RLIMIT_AS)[1]))
    try:
        found = read_here(path)
    except LoihiEmuError as problem:
        found = problem
    sys.stdout.buffer.write(pickle.dumps(found))


def read_here(path: str | Path) -> Graph:
    """The same in this process."""
    try:
        import h5py
    except ImportError as problem:
        raise extra("h5py", "nir") from problem
    file = Path(path)
    where = f'NIR file "{file.name}"'
    try:
        with h5py.File(file, "r") as opened:
            return _File(where, h5py).graph(_group(opened, "node", where), "node", 0)
    except LoihiEmuError:
        raise
    except PROBLEMS as problem:
        what, advice = describe(file)
        if what == "an HDF5 file":
            what, advice = f"a file that h5py cannot read ({_first_line(problem)})", "Copy or write the file again."
        raise invalid(where, "", what, "a NIR file (HDF5) as nir.write makes it", advice) from None


class _File:
    """What was read of a file so far."""

    def __init__(self, where: str, h5py: Any) -> None:
        self.where, self.h5py = where, h5py
        self.bytes = self.nodes = 0

    def graph(self, group: Any, path: str, depth: int) -> Graph:
        """The graph in a group."""
        place = f"{self.where}, {path}"
        kind = self.text(self.member(group, "type", place), place, "type")
        if kind != GRAPH:
            raise invalid(place, "type", kind, GRAPH, "The first node of a NIR file is its graph.")
        if depth > DEEPEST:
            raise invalid(place, "nodes", f"graphs within graphs deeper than {DEEPEST}", f"at most {DEEPEST}")
        edges = self.edges(self.member(group, "edges", place), place)
        inner = self.member(group, "nodes", place)
        if not isinstance(inner, self.h5py.Group):
            raise invalid(place, "nodes", "an array", "a group of nodes")
        nodes: dict[str, Graph | Node] = {}
        for name in inner:
            self.nodes += 1
            if self.nodes > MOST_NODES:
                raise invalid(place, "nodes", f"more than {MOST_NODES}", f"at most {MOST_NODES}")
            below = f"{path}/nodes/{name}"
            node = self.member(inner, name, place)
            if not isinstance(node, self.h5py.Group):
                raise invalid(f"{self.where}, {below}", "", "an array", "a group with a type and fields")
            nodes[name] = self.node(node, below, depth)
        return Graph(nodes, edges, place, self.metadata(group, place, 0))

    def node(self, group: Any, path: str, depth: int) -> Graph | Node:
        """A primitive, or the graph that stands in its place."""
        place = f"{self.where}, {path}"
        kind = self.text(self.member(group, "type", place), place, "type")
        if kind == GRAPH:
            return self.graph(group, path, depth + 1)
        fields = KINDS.get(kind)
        wanted = () if fields is None else (*fields.needed, *fields.optional)
        values = {name: self.value(self.member(group, name, place), place, name) for name in wanted if name in group}
        return made(kind, place, values, self.metadata(group, place, 0))

    def member(self, group: Any, name: str, place: str) -> Any:
        """What stands in a group under a name; links that lead elsewhere are refused."""
        link = group.get(name, getlink=True)
        if link is None:
            raise invalid(place, name, "nothing of this name", f'a group with "{name}"', "Write the file again.")
        if not isinstance(link, self.h5py.HardLink):
            raise invalid(place, name, "a link to elsewhere", "what is in the file itself")
        return group[name]

    def value(self, data: Any, place: str, name: str) -> Any:
        """An array, a number or a short text."""
        if not isinstance(data, self.h5py.Dataset):
            raise invalid(place, name, "a group", "an array")
        if data.dtype.kind in "OSU":
            return self.text(data, place, name)
        if data.dtype.kind not in "iufb":
            raise invalid(place, name, f"values of type {data.dtype}", "real numbers")
        self.check_size(data, place, name)
        return data[()]

    def text(self, data: Any, place: str, name: str) -> str:
        """A short text."""
        if not isinstance(data, self.h5py.Dataset) or data.dtype.kind not in "OSU" or data.size != 1:
            raise invalid(place, name, "something else", "one text")
        self.check_size(data, place, name)
        found = np.asarray(data[()]).reshape(-1)[0]
        text = found.decode("utf8") if isinstance(found, bytes) else str(found)
        if len(text) > LONGEST_TEXT:
            raise invalid(place, name, f"{len(text)} characters", f"at most {LONGEST_TEXT}")
        return text

    def edges(self, data: Any, place: str) -> tuple[tuple[str, str], ...]:
        """Pairs of names."""
        if not isinstance(data, self.h5py.Dataset) or (data.size and (data.ndim != 2 or data.shape[1] != 2)):
            given = f"shape {data.shape}" if isinstance(data, self.h5py.Dataset) else "a group"
            raise invalid(place, "edges", given, "pairs of names of nodes")
        if not data.size:
            return ()
        if data.dtype.kind not in "OSU":
            raise invalid(place, "edges", f"values of type {data.dtype}", "pairs of names of nodes")
        self.check_size(data, place, "edges")
        texts = [[k.decode("utf8") if isinstance(k, bytes) else str(k) for k in pair] for pair in data[()]]
        return tuple((pre, post) for pre, post in texts)

    def metadata(self, group: Any, place: str, depth: int) -> dict[str, Any]:
        """Numbers and texts beside the fields; what is neither is left out."""
        if "metadata" not in group:
            return {}
        return self._metadata(self.member(group, "metadata", place), f"{place}/metadata", 0)

    def _metadata(self, group: Any, place: str, depth: int) -> dict[str, Any]:
        if not isinstance(group, self.h5py.Group) or depth > DEEPEST:
            return {}
        found: dict[str, Any] = {}
        for name in group:
            self.nodes += 1
            if self.nodes > MOST_NODES:
                raise invalid(place, "metadata", f"more than {MOST_NODES} entries", f"at most {MOST_NODES}")
            entry = self.member(group, name, place)
            if isinstance(entry, self.h5py.Group):
                found[name] = self._metadata(entry, f"{place}/{name}", depth + 1)
            elif entry.dtype.kind in "iufb" or (entry.dtype.kind in "OSU" and entry.size == 1):
                found[name] = self.value(entry, place, name)
        return found

    def check_size(self, data: Any, place: str, name: str) -> None:
        """Raise of arrays that are larger than their bytes can hold, or that stand elsewhere."""
        if data.is_virtual or data.external:
            raise invalid(place, name, "an array that stands in other files", "what is in the file itself")
        size = int(data.size) * int(data.dtype.itemsize)
        stored = int(data.id.get_storage_size())
        if size > PACKED * stored + 4096:
            given = f"shape {data.shape}, of which {stored} bytes are there"
            raise invalid(place, name, given, "an array that is whole", "Copy or write the file again.")
        self.bytes += size
        if self.bytes > MOST_BYTES:
            raise invalid(place, name, f"{self.bytes} bytes up to here", f"arrays of at most {MOST_BYTES} bytes")


def _group(opened: Any, name: str, where: str) -> Any:
    found = opened.get(name, getlink=True)
    if found is None or type(found).__name__ != "HardLink" or not hasattr(opened[name], "keys"):
        raise invalid(where, "", f'an HDF5 file without a group "{name}"', "a NIR file as nir.write makes it")
    return opened[name]


def _first_line(problem: BaseException) -> str:
    return (str(problem).splitlines() or [type(problem).__name__])[0][:200]
