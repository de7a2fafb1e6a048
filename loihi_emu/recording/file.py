"""Recordings in files: everything is checked, before arrays are unpacked and after, so that a recording can be used."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import invalid
from loihi_emu.files.archive import Archive, open_archive, write_archive
from loihi_emu.recording import stream_form, stream_reader
from loihi_emu.recording.columns import Column
from loihi_emu.recording.contents import Contents
from loihi_emu.recording.form import HEADER, MORE_STATS, PAYLOADS, ROWS, SPIKES, check_index, rows_of
from loihi_emu.recording.sample_counts import FIELDS, PREFIX, SampleCounts

SCHEMA = 1
KIND = "loihi_emu recording"


def save(contents: Contents, path: str | Path) -> Path:
    """What ``Recording.save`` does."""
    accounts, counts = contents.accounts, contents.counts
    populations, stats, info = accounts() if callable(accounts) else accounts
    header = {
        "start": contents.start, "steps": contents.steps, "sample_steps": contents.sample_steps,
        "index": contents.index, "populations": populations, "stats": stats, "info": info,
    }  # fmt: skip
    counts = counts() if callable(counts) else counts
    counted = {} if counts is None else {name: Column.of(array) for name, array in counts.arrays().items()}
    return write_archive(path, KIND, SCHEMA, header, {**contents.arrays, **counted})


def load(path: str | Path) -> Contents:
    """What ``Recording.load`` reads, checked."""
    if isinstance(path, (str, Path)) and stream_form.is_stream(Path(path)):
        return stream_reader.load_stream(path)
    with open_archive(path, KIND, SCHEMA) as archive:
        HEADER(archive.path, "", archive.header)
        _check_header(archive)
        _check_forms(archive)
        arrays, header = archive.arrays(), dict(archive.header)
        _check_values(archive, header)
        counts = _counts(archive, arrays, header)
    accounts = (header.pop("populations"), header.pop("stats"), header.pop("info"))
    return Contents(arrays=arrays, accounts=accounts, counts=counts, **header)


# ------------------------------------------------------------ header
def _check_header(archive: Archive) -> None:
    """What entries of the header say about each other."""
    path, header = archive.path, archive.header
    for name, p in header["populations"].items():
        if prod(p["shape"]) != p["size"]:
            raise invalid(path, f"populations.{name}.shape", str(p["shape"]), f"{p['size']} neurons")
        if isinstance(p["vth"], list) and len(p["vth"]) != p["size"]:
            raise invalid(path, f"populations.{name}.vth", f"{len(p['vth'])} values", f"{p['size']}")
    if header["sample_steps"] is not None and header["start"] != 0:
        raise invalid(path, "start", header["start"], "0 for samples")
    check_index(path, header["index"], header["populations"])
    for part in ("spikes", "overflow"):
        for name in header["stats"].get(part, ()):
            if name not in header["populations"]:
                raise invalid(path, f"stats.{part}.{name}", "an unknown population", "one of the populations")


# ------------------------------------------------------------ arrays
def _check_forms(archive: Archive) -> None:
    """Whether the arrays are those that the header implies, each of its type and shape."""
    known = set()
    for name, row in archive.header["index"].items():
        if not name.endswith(SPIKES):
            columns = _columns(archive, name, row)
            archive.expect(name, (rows_of(archive.header, row["every"]), *columns), *ROWS)
            known.add(name)
            continue
        counts, index, payload = (f"{name}.{part}" for part in ("counts", "index", "payload"))
        archive.expect(counts, (archive.header["steps"],), np.int32)
        spikes = archive.expect(index, None, np.int32).shape
        known |= {counts, index}
        if payload in archive.forms:
            archive.expect(payload, spikes, *PAYLOADS)
            known.add(payload)
    archive.only(known | _counted_forms(archive))


def _counted_forms(archive: Archive) -> set[str]:
    """Names of the counters of samples, if there are any, each of its type and shape."""
    header = archive.header
    if not any(name.startswith(PREFIX) for name in archive.forms):
        return set()
    if header["sample_steps"] is None or any(part not in header["stats"] for part in MORE_STATS):
        raise invalid(archive.path, f"arrays {PREFIX}*", "counters of samples", "those of all samples beside them")
    samples, nodes = -(-header["steps"] // header["sample_steps"]), len(header["populations"])
    shapes = {"spikes": (samples, nodes), "overflow": (samples, len(header["stats"]["overflow"]), len(FIELDS))}
    for part, shape in (shapes | dict.fromkeys(("events", "wraps"), (samples,))).items():
        archive.expect(PREFIX + part, shape, np.int64)
    archive.expect(f"{PREFIX}wall_s", (samples,), np.float64)
    return {PREFIX + part for part in ("spikes", "overflow", "events", "wraps", "wall_s")}


def _counts(archive: Archive, arrays: dict[str, NDArray[Any]], header: Mapping[str, Any]) -> SampleCounts | None:
    """The counters of samples, taken out of the arrays, if they add up to those of all."""
    taken: dict[str, Any] = {name: arrays.pop(name) for name in list(arrays) if name.startswith(PREFIX)}
    if not taken:
        return None
    parts = {name.removeprefix(PREFIX): array for name, array in taken.items()}
    made = SampleCounts(list(header["populations"]), list(header["stats"]["overflow"]), **parts)
    wall, numbers = made.wall_s, (made.spikes, made.overflow, made.events, made.wraps)
    if any(a.size and int(a.min()) < 0 for a in numbers) or not np.all(np.isfinite(wall) & (wall >= 0)):
        raise invalid(archive.path, f"arrays {PREFIX}*", "numbers below 0", "0 or more")
    lost = [_exact_sums(made.overflow[:, k]) for k in range(len(made.neurons))]
    sums = {
        "spikes": dict(zip(made.nodes, _exact_sums(made.spikes), strict=True)),
        "overflow": {name: dict(zip(FIELDS, row, strict=True)) for name, row in zip(made.neurons, lost, strict=True)},
        "synaptic_events": _exact_sums(made.events[:, None])[0],
        "convolution_wraps": _exact_sums(made.wraps[:, None])[0],
    }
    for part, total in sums.items():
        if total != header["stats"][part]:
            raise invalid(archive.path, f"arrays {PREFIX}*", f"others than stats.{part} in all", "the same")
    return made


def _exact_sums(rows: NDArray[np.int64]) -> list[int]:
    """Sums of columns, whatever their size."""
    return [sum(rows[:, k].tolist()) for k in range(rows.shape[1])]


def _columns(archive: Archive, name: str, row: Mapping[str, Any]) -> tuple[int, ...]:
    """Shape of a row: one value for each neuron, or for each synapse in the connection's own form."""
    form = archive.forms.get(name)
    size = row["size"] if row["neurons"] is None else len(row["neurons"])
    if form is not None and row["neurons"] is None and len(form.shape) > 2 and prod(form.shape[1:]) == size:
        return form.shape[1:]
    return (size,)


def _check_values(archive: Archive, header: Mapping[str, Any]) -> None:
    """Whether the numbers of spikes fit: their sum, their neurons, their order."""
    for name, row in header["index"].items():
        if not name.endswith(SPIKES):
            continue
        counts, index = archive[f"{name}.counts"], archive[f"{name}.index"]
        total = int(counts.sum(dtype=np.int64)) if counts.size else 0
        if (counts.size and counts.min() < 0) or total != len(index):
            given = f"{total} spikes in all"
            raise invalid(archive.path, f"array {name}.counts", given, f"counts of 0 or more, {len(index)} in all")
        if not index.size:
            continue
        if index.min() < 0 or index.max() >= row["size"] or not _chosen(index, row["neurons"]):
            wrong = f"neurons {index.min()}..{index.max()}"
            raise invalid(archive.path, f"array {name}.index", wrong, f"the recorded ones of 0..{row['size'] - 1}")
        inside = np.ones(len(index), bool)  # whether the spike before is one of the same step
        starts = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)[:-1]])
        inside[starts[counts > 0]] = False
        if np.any(inside[1:] & (index[1:] < index[:-1])):
            raise invalid(archive.path, f"array {name}.index", "neurons out of order", "rising neurons in each step")


def _chosen(index: NDArray[Any], neurons: list[int] | None) -> bool:
    """Whether all spikes are of neurons that were recorded."""
    return neurons is None or bool(np.isin(index, neurons).all())
