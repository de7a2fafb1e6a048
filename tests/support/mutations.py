"""Files with a right sum in which one field is another: of the header, or an array, its type, shape or numbers.

Run as a program it tries many and prints each before it is tried, so that whoever started it sees at which one it died:
``python tests/support/mutations.py KIND NETWORKS FIRST END FOLDER``.
"""

from __future__ import annotations

import copy
import json
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
KINDS = ("checkpoint", "network", "recording")
BEFORE, AFTER = 11, 9
"""Steps before a file is written, and after it is read."""
MANY = 100_000
"""Neurons of a network that is not run."""
DEEP: Any = json.loads("[" * 90 + "]" * 90)
VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 7, 63, 64, 1 << 31, (1 << 31) - 1, 1 << 63, -(1 << 63), 10**30, 0.5, -0.0, 1e300,
    float("nan"), float("inf"), "", "x", "source", "cells", "\x00", "\ud800", "x" * 3000, [], [1], [[1]], {},
    {"a": 1}, DEEP,
)  # fmt: skip
TYPES = ("int8", "uint8", "int16", "int32", "uint32", "int64", "uint64", "float32", "float64", ">i8", "bool", "complex")

Content = dict[str, Any]


# ------------------------------------------------------------ files as a header and arrays
def read(path: Path) -> Content:
    """The header as a table, and the arrays."""
    with np.load(path) as archive:
        content = dict(archive)
    del content["sum"]
    return content | {"header": json.loads(content["header"].tobytes())}


def write(path: Path, content: Content) -> None:
    """A whole file with a right sum."""
    from loihi_emu.files.archive import _digest

    body = json.dumps(content["header"]).encode()
    raw = content | {"header": np.frombuffer(body, np.uint8)}
    raw["sum"] = np.frombuffer(_digest(raw), np.uint8)
    np.savez(path, **raw)


# ------------------------------------------------------------ one field changed
def mutated(content: Content, rng: np.random.Generator) -> tuple[str, Content]:
    """The same with one field changed, and what was changed in words."""
    made = dict(content)
    arrays = [name for name in content if name != "header"]
    if not arrays or rng.random() < 0.35:
        header = copy.deepcopy(content["header"])
        label = mutate_entry(header, rng)
        return label, made | {"header": header}
    name = arrays[rng.integers(len(arrays))]
    how = rng.integers(8)
    if how == 0:
        del made[name]
        return f"{name} left out", made
    if how == 1:
        other = arrays[rng.integers(len(arrays))]
        made[name] = content[other]
        return f"{name} as {other}", made
    if how == 2:
        made[f"{name}x"] = content[name]
        return f"{name} twice", made
    label, made[name] = (_mutate_form if how < 5 else _mutate_numbers)(content[name], rng)
    return f"{name} {label}", made


def _places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of all entries of a header."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield (*at, key)
        yield from _places(part, (*at, key))


def mutate_entry(header: Any, rng: np.random.Generator) -> str:
    """Change one entry of a table, anywhere inside; returns what was changed."""
    places = list(_places(header))
    place = places[rng.integers(len(places))]
    inside = header
    for key in place[:-1]:
        inside = inside[key]
    old, how = inside[place[-1]], rng.integers(6)
    if how == 0:
        del inside[place[-1]]
        return f"header {place} left out"
    if how == 1 and isinstance(inside, dict):
        inside[f"{place[-1]}x"] = old
        return f"header {place} twice"
    if how == 2 and isinstance(inside, list):
        inside.insert(int(rng.integers(len(inside) + 1)), old)
        return f"header {place} inserted again"
    if how <= 3 and type(old) in (int, float):
        inside[place[-1]] = old + int(rng.integers(-3, 4))
    elif how <= 4:
        inside[place[-1]] = VALUES[rng.integers(len(VALUES))]
    else:
        other = header
        for key in places[rng.integers(len(places))]:
            other = other[key]
        inside[place[-1]] = copy.deepcopy(other)
    return f"header {place} is {repr(inside[place[-1]])[:60]}"


def _mutate_form(array: Any, rng: np.random.Generator) -> tuple[str, Any]:
    how = rng.integers(7)
    if how == 0:
        kind = TYPES[rng.integers(len(TYPES))]
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return f"as {kind}", array.astype(kind)
    flat = array.reshape(-1)
    shapes: list[tuple[str, Callable[[], Any]]] = [
        ("shorter", lambda: flat[:-1] if array.ndim < 2 else array[:-1]),
        ("longer", lambda: np.concatenate([flat, flat[:1]]) if array.ndim < 2 else np.concatenate([array, array[:1]])),
        ("flat", lambda: flat),
        ("with an axis more", lambda: array[None]),
        ("empty", lambda: flat[:0]),
        ("transposed", lambda: array.T),
    ]
    label, make = shapes[how - 1]
    return label, make()


def _mutate_numbers(array: Any, rng: np.random.Generator) -> tuple[str, Any]:
    changed = np.array(array)
    flat = changed.reshape(-1)
    if not flat.size:
        return "one more", np.zeros(1, array.dtype)
    if array.dtype.kind == "f":
        special: list[Any] = [0, -1, 1, 0.5, 2, 1e300, -1e300, np.nan, np.inf, -np.inf, 5e-324]
    else:
        limits = np.iinfo(array.dtype)
        special = [0, 1, limits.min, limits.max, limits.max - 1, 2, 3, 127, 128, 255, 100, 1 << 15, 1 << 20]
        special += [-1, -2, -(1 << 15)] if limits.min < 0 else []
        special = [min(max(value, limits.min), limits.max) for value in special]
    how = rng.integers(6)
    value = special[rng.integers(len(special))]
    with np.errstate(all="ignore"):
        if how == 0:
            flat[:] = value
            return f"all {value}", changed
        if how == 1:
            rng.shuffle(flat)
            return "shuffled", changed
        if how == 2:
            return "reversed", flat[::-1].reshape(changed.shape).copy()
        place = rng.integers(flat.size)
        flat[place] = value if how < 5 else flat[place] + array.dtype.type(1)
    return f"[{place}] is {flat[place]}", changed


# ------------------------------------------------------------ what must hold of a changed file
def start(kind: str, net: Any, path: Path) -> Path:
    """Write a valid file."""
    from loihi_emu import Emulator

    if kind == "network":
        return net.save(path)
    emulator = Emulator(net)
    recording = emulator.run(BEFORE)
    return emulator.save(path) if kind == "checkpoint" else recording.save(path)


class Checkpoints:
    """A checkpoint is refused and the emulator is as it was, or it is taken over as it stands and goes on."""

    def __init__(self, net: Any, good: Path, folder: Path) -> None:
        from loihi_emu import Emulator

        self.net, self.good, self.folder = net, good, folder
        self.emulator = Emulator(net)
        self.emulator.run(4)
        self.before = read(self.emulator.save(folder / "before.npz"))

    def __call__(self, path: Path, content: Content) -> str:
        from loihi_emu import Emulator, ValidationError

        try:
            self.emulator.restore(path)
        except ValidationError as problem:
            self.same(self.before, read(self.emulator.save(self.folder / "after.npz")))
            return str(problem)
        taken = read(self.emulator.save(self.folder / "taken.npz"))
        self.same(content, taken)
        self.emulator.run(AFTER)
        other = Emulator(self.net)  # what a run makes of it is a legal checkpoint again, and the same on another way
        other.restore(self.emulator.save(self.folder / "later.npz"))
        other.restore(path)
        other.run(AFTER - 2)
        other.run(2)
        self.same(read(self.folder / "later.npz"), read(other.save(self.folder / "other.npz")))
        self.emulator = Emulator(self.net)
        self.emulator.run(4)
        return ""

    @staticmethod
    def same(one: Content, other: Content) -> None:
        """Equal in everything but flags that only choose between two ways of equal results."""
        assert one.keys() == other.keys(), set(one) ^ set(other)
        headers = (content["header"] | {"network": ""} for content in (one, other))  # the network's name is a remark
        assert json.dumps(next(headers)) == json.dumps(next(headers))
        for name in one.keys() - {"header"}:
            if not name.endswith(".paths"):
                a, b = one[name], other[name]
                assert a.shape == b.shape and np.array_equal(a, b, equal_nan=a.dtype.kind == "f"), name


class Networks:
    """A network is refused, or it is one that Network's own methods made, and its file says the same again."""

    def __init__(self, net: Any, good: Path, folder: Path) -> None:
        self.folder = folder

    def __call__(self, path: Path, content: Content) -> str:
        from loihi_emu import Emulator, Network, ValidationError

        try:
            net = Network.load(path)
        except ValidationError as problem:
            return str(problem)
        net.describe()
        again = Network.load(net.save(self.folder / "again.npz"))
        assert repr(again) == repr(net)
        written = self.plain(content)
        Checkpoints.same(written, self.plain(read(self.folder / "again.npz")))
        Checkpoints.same(written, self.plain(read(again.save(self.folder / "third.npz"))))
        nodes = [*net.populations.values(), *net.inputs.values()]
        if nodes and sum(node.size for node in nodes) < MANY:
            Emulator(net).run(AFTER)
        return ""

    @staticmethod
    def plain(content: Content) -> Content:
        """Without who wrote it, and without payloads that are all 1, which say what none say."""
        header = content["header"] | {"version": ""}
        ones = {name for name, array in content.items() if name.endswith(".payloads") and np.all(array == 1)}
        return {name: content[name] for name in content.keys() - ones} | {"header": header}


class Recordings:
    """A recording is refused, or all that one can ask of it is answered."""

    def __init__(self, net: Any, good: Path, folder: Path) -> None:
        self.folder = folder

    def __call__(self, path: Path, content: Content) -> str:
        from loihi_emu import Recording, ValidationError

        try:
            recording = Recording.load(path)
        except ValidationError as problem:
            return str(problem)
        for made in (recording, recording.sample(0), recording.sample(-1)):
            repr(made), made._repr_html_(), made.samples, made.populations, made.stats, made.info
            for name in made.names:
                made.neurons(name)
                if name.endswith(".spikes"):
                    spikes = made.spikes(name[: -len(".spikes")])
                    assert len(spikes.times) == len(spikes.indices) == made.spike_counts(name[: -len(".spikes")]).sum()
                else:
                    assert len(made[name]) == len(made.times(name))
        Checkpoints.same(content, read(recording.save(self.folder / "again.npz")))
        return ""


PROPERTIES = {"checkpoint": Checkpoints, "network": Networks, "recording": Recordings}


def main(kind: str, networks: str, first: str, end: str, folder: str) -> int:
    """Try some mutations of valid files, one of each network; prints what was changed, then what came of it."""
    sys.path[:0] = [str(ROOT)]
    from mutated_networks import NETWORKS

    warnings.simplefilter("ignore")
    for make in NETWORKS:
        if make.__name__ in networks.split(","):
            _try(kind, make(), range(int(first), int(end)), Path(folder))
    return 0


def _try(kind: str, net: Any, numbers: range, folder: Path) -> None:
    good = start(kind, net, folder / "good.npz")
    content = read(good)
    check = PROPERTIES[kind](net, good, folder)
    assert check(good, content) == ""
    for number in numbers:
        label, changed = mutated(content, np.random.default_rng(number))
        print(f"{number} {net.name} {label!r}", flush=True)
        path = folder / "bad.npz"
        write(path, changed)
        refused = check(path, changed)
        assert not refused or (str(path) in refused and len(refused) < 600), refused
        print(f"  {refused or 'taken'}".encode("ascii", "backslashreplace").decode(), flush=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
