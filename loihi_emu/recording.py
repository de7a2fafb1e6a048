"""What happened in a run: spikes as events, state as rows, counters, provenance; saved as one npz file."""

from __future__ import annotations

import html
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import ValidationError, invalid, unknown

SCHEMA = 1
KIND = "loihi_emu recording"


@dataclass(frozen=True, eq=False)
class Spikes:
    """Spikes of one population or input, in order of (time, index).

    Attributes
    ----------
    times : int64 array
        Steps.
    indices : int32 array
        Neurons.
    payloads : int32 array or None
        Values of graded spikes.
    size : int
        Neurons of the population.
    """

    times: NDArray[np.int64]
    indices: NDArray[np.int32]
    payloads: NDArray[np.int32] | None
    size: int

    def __len__(self) -> int:
        return len(self.times)

    def __repr__(self) -> str:
        return f"<Spikes: {len(self)} of {self.size} neurons>"


class Recording:
    """Spikes, state, counters and provenance of a run.

    Attributes
    ----------
    start, steps : int
        First recorded step and number of steps.
    samples : int
        Samples, for :meth:`loihi_emu.Emulator.run_samples`; 1 otherwise. Sample k covers steps
        ``k * steps // samples`` and following.
    populations : dict
        Population or input name to its size, model, parameters and threshold ("vth", in units of v).
    stats : dict
        Counters: "spikes" per population and input, "synaptic_events", "overflow" per population (q, u, x: wraps;
        v: saturations), "weights" per connection (truncated, clipped).
    info : dict
        Provenance: versions, chip, rules, seed, wall time, steps per second.

    Examples
    --------
    >>> from loihi_emu import Network, Emulator
    >>> net = Network()
    >>> cell = net.population("cell", 1, vth=1, bias=30)
    >>> probe = net.probe(cell, ["spikes", "v"])
    >>> rec = Emulator(net).run(7)
    >>> rec.spikes("cell").times.tolist(), rec["cell.v"].ravel().tolist()
    ([2, 5], [30, 60, 0, 30, 60, 0, 30])
    """

    def __init__(
        self,
        *,
        start: int,
        steps: int,
        arrays: Mapping[str, NDArray[Any]],
        index: Mapping[str, Mapping[str, Any]],
        populations: Mapping[str, Mapping[str, Any]],
        stats: Mapping[str, Any],
        info: Mapping[str, Any],
        samples: int = 1,
    ) -> None:
        self.start, self.steps, self.samples = start, steps, samples
        self._arrays, self._index = dict(arrays), {k: dict(v) for k, v in index.items()}
        self.populations = {k: dict(v) for k, v in populations.items()}
        self.stats, self.info = dict(stats), dict(info)

    # ------------------------------------------------------------ reading
    @property
    def names(self) -> list[str]:
        """Names of what was recorded, such as "hidden.spikes" and "hidden.v"."""
        return list(self._index)

    def __contains__(self, name: object) -> bool:
        return name in self._index

    def __getitem__(self, name: str) -> Any:
        """Rows of a state variable, shape (rows, neurons); :class:`Spikes` for "name.spikes"."""
        if name not in self._index:
            raise unknown("recorded array", name, self._index)
        if name.endswith(".spikes"):
            return self.spikes(name[: -len(".spikes")])
        return self._arrays[name]

    def spikes(self, name: str) -> Spikes:
        """The spikes of a population or input that has a spike probe."""
        key = f"{name}.spikes"
        if key not in self._index:
            recorded = [k[: -len(".spikes")] for k in self._index if k.endswith(".spikes")]
            raise unknown("population with a spike probe", name, recorded)
        times = self.start + np.repeat(np.arange(self.steps, dtype=np.int64), self._arrays[f"{key}.counts"])
        payloads = self._arrays.get(f"{key}.payload")
        return Spikes(times, self._arrays[f"{key}.index"], payloads, int(self._index[key]["size"]))

    def spike_counts(self, name: str) -> NDArray[np.int64]:
        """Number of spikes of each neuron: shape (size,), or (samples, size) when there are several samples."""
        spikes = self.spikes(name)
        n = spikes.size
        if self.samples == 1:
            return np.bincount(spikes.indices, minlength=n)
        sample = (spikes.times - self.start) // (self.steps // self.samples)
        flat = np.bincount(sample * n + spikes.indices, minlength=self.samples * n)
        return flat.reshape(self.samples, n)

    def times(self, name: str) -> NDArray[np.int64]:
        """Step of each row of a state variable."""
        if name not in self._index or name.endswith(".spikes"):
            raise unknown("recorded state", name, [k for k in self._index if not k.endswith(".spikes")])
        every = int(self._index[name]["every"])
        length = self.steps // self.samples
        if self.samples == 1:
            return np.arange(-(-self.start // every) * every, self.start + self.steps, every, dtype=np.int64)
        one = np.arange(0, length, every, dtype=np.int64)
        return np.asarray((np.arange(self.samples)[:, None] * length + one).reshape(-1), np.int64)

    def neurons(self, name: str) -> NDArray[np.int64]:
        """Neuron index of each column of a state variable, or the neurons whose spikes were recorded."""
        if name not in self._index:
            raise unknown("recorded array", name, self._index)
        chosen = self._index[name]["neurons"]
        return np.arange(self._index[name]["size"]) if chosen is None else np.asarray(chosen, np.int64)

    # ------------------------------------------------------------ files
    def save(self, path: str | Path) -> Path:
        """Write everything to one npz file (compressed) with a JSON header."""
        target = Path(path)
        if target.suffix != ".npz":
            target = target.with_name(target.name + ".npz")
        header = {
            "kind": KIND, "schema": SCHEMA, "start": self.start, "steps": self.steps, "samples": self.samples,
            "index": self._index, "populations": self.populations, "stats": self.stats, "info": self.info,
        }  # fmt: skip
        text = np.frombuffer(json.dumps(header, default=_plain).encode(), np.uint8)
        np.savez_compressed(target, **{"header": text}, **{f"array.{k}": a for k, a in self._arrays.items()})  # type: ignore[arg-type]
        return target

    @classmethod
    def load(cls, path: str | Path) -> Recording:
        """Read a file written by :meth:`save`.

        Raises
        ------
        ValidationError
            Not such a file, a damaged one, or one of a newer schema.
        """
        header, arrays = read_archive(path, KIND, SCHEMA)
        del header["kind"], header["schema"]
        try:
            return cls(arrays=arrays, **header)
        except TypeError as problem:
            raise invalid(str(path), "", "a damaged header", "a file written by Recording.save") from problem

    # ------------------------------------------------------------ showing
    def _rows(self) -> list[tuple[str, str]]:
        samples = f", {self.samples} samples" if self.samples > 1 else ""
        rows = [("steps", f"{self.steps} from {self.start}{samples}")]
        rows += [("spikes", ", ".join(f"{k} {v}" for k, v in self.stats.get("spikes", {}).items()) or "none")]
        rows += [("synaptic events", str(self.stats.get("synaptic_events", 0)))]
        lost = [
            f"{name}: " + ", ".join(f"{field} {n}" for field, n in fields.items() if n)
            for name, fields in self.stats.get("overflow", {}).items()
            if any(fields.values())
        ]
        rows += [("overflow", "; ".join(lost) or "none")]
        rows += [("recorded", ", ".join(self.names) or "nothing (add probes)")]
        shown = ("network", "chip", "rules", "seed", "wall_s", "steps_per_s")
        rows += [(k, str(v)) for k, v in self.info.items() if k in shown]
        return rows

    def __repr__(self) -> str:
        return "\n".join(["<Recording>", *(f"  {k:16s} {v}" for k, v in self._rows())])

    def _repr_html_(self) -> str:
        """A table for notebooks."""
        rows = "".join(f"<tr><th>{html.escape(k)}</th><td>{html.escape(v)}</td></tr>" for k, v in self._rows())
        return f"<table><caption>Recording</caption>{rows}</table>"


def _plain(value: Any) -> Any:
    """What json cannot write as it is."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"cannot save {type(value).__name__}")


def read_archive(path: str | Path, kind: str, schema: int) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Read an npz file with a JSON header and check that it is of the kind and not newer than `schema`."""
    what = f"a file written as {kind}, whole"
    if not Path(path).exists():
        raise invalid(str(path), "", "no file", what)
    try:
        with np.load(path, allow_pickle=False) as archive:
            header = json.loads(bytes(archive["header"]).decode())
            arrays = {k[len("array.") :]: archive[k] for k in archive.files if k.startswith("array.")}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zipfile.LargeZipFile) as problem:
        raise ValidationError(f"{path}: cannot be read ({problem}); allowed is {what}.", where=str(path)) from problem
    except Exception as problem:  # zlib.error and struct.error of damaged archives have no common base
        raise ValidationError(f"{path}: is damaged ({problem}); allowed is {what}.", where=str(path)) from problem
    if not isinstance(header, dict) or header.get("kind") != kind:
        found = header.get("kind") if isinstance(header, dict) else header
        raise invalid(str(path), "", f"a file of kind {found!r}", what)
    if header.get("schema", 0) > schema:
        raise invalid(str(path), "schema", header["schema"], f"at most {schema}", "Update loihi_emu to read it.")
    return header, arrays
