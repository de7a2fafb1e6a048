"""What happened in a run: spikes as events, state as rows, counters, provenance; saved as one npz file."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import NotAFunctionError, invalid, is_known, unknown
from loihi_emu.keywords import known_keywords_of, missing_attribute
from loihi_emu.memory.free import free_memory
from loihi_emu.memory.room import LARGE, room_for, too_large
from loihi_emu.network.elements import Source, name_of
from loihi_emu.numeric import integer
from loihi_emu.read_only import read_only
from loihi_emu.recording.account_rows import rows_of
from loihi_emu.recording.columns import Column
from loihi_emu.recording.contents import Accounts, Contents, accounts_of_part
from loihi_emu.recording.sample_counts import SampleCounts
from loihi_emu.recording.spikes import Spikes
from loihi_emu.recording.steps import SampleCount

STATES = ("u", "v", "rest", "weights", "delays", "tags", "x1", "x2", "y1", "y2", "y3")
"""What attributes are asked for that are recorded only with a probe."""
MANY_NAMES = 8
"""So many ways of reading are listed at most."""
PROBE_FIRST = "Call network.probe() before the Emulator is made."
IN_PARTS = "recording.part(start, stop) reads some of its steps."


@known_keywords_of
@read_only("start", "steps", "sample_steps")
class Recording:
    """Spikes, state, counters and provenance of a run.

    Attributes
    ----------
    start, steps : int
        First recorded step and number of steps.
    sample_steps : int or None
        Steps of a sample, for :meth:`loihi_emu.Emulator.run_samples`: sample k covers steps ``k * sample_steps`` and
        following. None for a run.
    populations : dict
        Population or input name to its size, shape, model and threshold ("vth", in units of v).
    stats : dict
        Counters: "spikes" per population and input, "synaptic_events", "overflow" per population (q, u, x: wraps;
        v: saturations), "weights" per connection (truncated, clipped); "lost_weights" per connection some of whose
        weights do not act as given (count, total, zeroed, and the most that one loses).
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

    start: int
    steps: int
    sample_steps: int | None
    _taken: Mapping[str, NDArray[Any] | Column]
    _index: Mapping[str, Mapping[str, Any]]
    _accounts: Accounts | Callable[[], Accounts]
    _counts: SampleCounts | Callable[[], SampleCounts] | None

    def __init__(
        self,
        *,
        start: int,
        steps: int,
        arrays: Mapping[str, NDArray[Any] | Column],
        index: Mapping[str, Mapping[str, Any]],
        accounts: Accounts | Callable[[], Accounts],
        sample_steps: int | None = None,
        counts: SampleCounts | Callable[[], SampleCounts] | None = None,
    ) -> None:
        vars(self).update(
            start=start, steps=steps, sample_steps=sample_steps,
            _taken=arrays, _index=index, _accounts=accounts, _counts=counts,
        )  # fmt: skip

    @classmethod
    def _of(cls, attributes: dict[str, Any]) -> Recording:
        """The recording with these attributes: each run makes one, so nothing is looked at."""
        made = cls.__new__(cls)
        vars(made).update(attributes)
        return made

    @cached_property
    def _columns(self) -> dict[str, Column]:
        """What was recorded, by name."""
        return {name: Column.of(rows) for name, rows in self._taken.items()}

    @property
    def samples(self) -> int:
        """Number of samples, an unfinished last one included; 1 for a run."""
        return SampleCount(1 if self.sample_steps is None else -(-self.steps // self.sample_steps))

    # ------------------------------------------------------------ accounts
    def _looked(self) -> Accounts:
        """The accounts, made when first asked for."""
        if callable(self._accounts):
            self._accounts = self._accounts()
        return self._accounts

    @property
    def populations(self) -> dict[str, dict[str, Any]]:
        """Population or input name to its size, shape, model and threshold ("vth", in units of v)."""
        return self._looked()[0]

    @property
    def stats(self) -> dict[str, Any]:
        """Counters."""
        return self._looked()[1]

    @property
    def info(self) -> dict[str, Any]:
        """Provenance."""
        return self._looked()[2]

    def _sample_counts(self) -> SampleCounts | None:
        """What was counted in each sample, made when first asked for; None where that is not known."""
        if callable(self._counts):
            self._counts = self._counts()
        return self._counts

    def __getstate__(self) -> dict[str, Any]:
        whole = {name: Column.of(self._joined(name)) for name in self._columns}
        return self.__dict__ | {
            "_accounts": self._looked(), "_counts": self._sample_counts(), "_taken": whole, "_columns": whole,
        }  # fmt: skip

    # ------------------------------------------------------------ reading
    @property
    def names(self) -> list[str]:
        """Names of what was recorded, such as "hidden.spikes" and "hidden.v"."""
        return list(self._index)

    def __contains__(self, name: object) -> bool:
        return name in self._index

    if not TYPE_CHECKING:  # type checkers know the attributes

        def __getattr__(self, name: str) -> Any:
            raise missing_attribute(self, name, {} if name.startswith("_") else self._written(name))

    def _written(self, name: str) -> dict[str, str]:
        """How something recorded is read that was asked for as an attribute: of a population, or a variable."""
        asked = name.casefold()
        found = [k for k in self.names if asked in (part.casefold() for part in (k, *k.rpartition(".")[::2]))]
        ways = [f'.spikes("{k[: -len(".spikes")]}")' if k.endswith(".spikes") else f'["{k}"]' for k in found]
        text = ", ".join(f"recording{way}" for way in ways[:MANY_NAMES])
        if ways:
            return {name: f"What was recorded is read by its name: {text}."}
        if asked in STATES:
            return {name: f"No {name} was recorded; recorded are {', '.join(self.names) or 'none'}. {PROBE_FIRST}"}
        return {}

    def __call__(self, *arguments: Any, **keywords: Any) -> NoReturn:
        """Raise an error: a recording is a value."""
        raise NotAFunctionError(
            "a Recording is not a function: emulator.recording and what run() returns are read without parentheses, "
            'recording["name.variable"], recording.spikes("name").'
        )

    def __getitem__(self, name: str) -> Any:
        """Rows of a state variable, shape (rows, neurons), read only; :class:`Spikes` for "name.spikes"."""
        if not is_known(name, self._index):
            raise unknown("recorded array", name, self._index, advice=PROBE_FIRST)
        if name.endswith(".spikes"):
            return self.spikes(name[: -len(".spikes")])
        return self._joined(name)

    def _joined(self, name: str) -> NDArray[Any]:
        """One of the arrays, made of its pieces when first asked for."""
        column = self._columns[name]
        if column.is_joined or column.nbytes < LARGE:
            return column.joined()
        parts = {f"an array of {column.shape}": column.nbytes}
        room_for(f'recording, "{name}"', parts, IN_PARTS)
        try:
            return column.joined()
        except MemoryError as problem:
            raise too_large(f'recording, "{name}"', parts, free_memory(), IN_PARTS) from problem

    def spikes(self, name: str | Source) -> Spikes:
        """The spikes of a population or input (or of the one of that name) that has a spike probe."""
        key = self._spike_key(name)
        counts, index = self._columns[f"{key}.counts"], self._columns[f"{key}.index"]
        if 12 * len(index) + 16 * self.steps >= LARGE:
            parts = {f"{len(index):,} spikes": 12 * len(index), f"counts of {self.steps:,} steps": 16 * self.steps}
            room_for(f'recording, "{key}"', parts, IN_PARTS)
        payloads = self._joined(f"{key}.payload") if f"{key}.payload" in self._columns else None
        times = self.start + np.repeat(np.arange(len(counts), dtype=np.int64), self._joined(f"{key}.counts"))
        return Spikes(times, self._joined(f"{key}.index"), payloads, int(self._index[key]["size"]))

    def _spike_key(self, name: str | Source) -> str:
        name = name_of(name)
        key = f"{name}.spikes"
        if key not in self._index:
            recorded = [k[: -len(".spikes")] for k in self._index if k.endswith(".spikes")]
            raise unknown("population with a spike probe", name, recorded, advice=PROBE_FIRST)
        return key

    def spike_counts(self, name: str | Source) -> NDArray[np.int64]:
        """Number of spikes of each neuron: shape (size,); for samples (samples, size)."""
        if self.sample_steps is None:
            return self._counted(name)
        spikes = self.spikes(name)
        n = spikes.size
        sample = (spikes.times - self.start) // self.sample_steps
        flat = np.bincount(sample * n + spikes.indices, minlength=self.samples * n)
        return flat.reshape(self.samples, n)

    def _counted(self, name: str | Source) -> NDArray[np.int64]:
        """Number of spikes of each neuron, piece by piece."""
        key = self._spike_key(name)
        found = np.zeros(int(self._index[key]["size"]), np.int64)
        for indices in self._columns[f"{key}.index"].arrays():
            found += np.bincount(indices, minlength=len(found))
        return found

    def times(self, name: str) -> NDArray[np.int64]:
        """Step of each row of a state variable; samples follow one another."""
        if not is_known(name, self._index) or name.endswith(".spikes"):
            raise unknown("recorded state", name, [k for k in self._index if not k.endswith(".spikes")])
        every = int(self._index[name]["every"])
        if self.sample_steps is None:
            return np.arange(-(-self.start // every) * every, self.start + self.steps, every, dtype=np.int64)
        rows = np.arange(0, self.sample_steps, every, dtype=np.int64)
        begins = np.arange(self.samples, dtype=np.int64) * self.sample_steps
        at = (begins[:, None] + rows).reshape(-1)
        return self.start + at[at < self.steps]

    def _span(self, k: int) -> tuple[int, int]:
        """First step and end of sample k."""
        length = self.sample_steps or self.steps
        return k * length, min((k + 1) * length, self.steps)

    def sample(self, k: int) -> Recording:
        """The Recording of one sample, its steps counted from 0, with its own counters and wall time.

        Where samples were not counted apart (in files of older versions) there are the spikes alone, as for
        :meth:`part`.

        Parameters
        ----------
        k : int
            Which; from the end if negative. A run is one sample, 0.
        """
        if not self.samples:
            raise invalid("Recording.sample", "k", k, "nothing", advice="There are no samples in it: no step was run.")
        k = integer("Recording.sample", "k", k, -self.samples, self.samples - 1) % self.samples
        if self.sample_steps is None:
            return self
        first, end = self._span(k)
        columns = self._cut(first, end)
        accounts: Callable[[], Accounts] = partial(self._accounts_of_sample, k, end - first, columns)
        return Recording(start=0, steps=end - first, arrays=columns, index=self._index, accounts=accounts)

    def _accounts_of_sample(self, k: int, steps: int, columns: Mapping[str, Column]) -> Accounts:
        counts = self._sample_counts()
        if counts is None:
            return accounts_of_part(self._looked(), self._spikes_in(columns), f"sample {k} of {self.samples}")
        populations, stats, info = self._looked()
        wall = float(counts.wall_s[k])
        told = {"wall_s": wall, "steps_per_s": steps / wall if wall > 0 else 0.0}
        return populations, stats | counts.stats(k), info | told

    def _spikes_in(self, columns: Mapping[str, Column]) -> dict[str, int]:
        """Numbers of spikes of those populations that were recorded whole."""
        return {
            name.removesuffix(".spikes"): len(columns[f"{name}.index"])
            for name, about in self._index.items()
            if name.endswith(".spikes") and about["neurons"] is None
        }

    def part(self, start: int, stop: int) -> Recording:
        """The Recording of steps start..stop - 1; nothing is copied, and of a file nothing else is read.

        So a recording that is larger than the memory can be gone through in parts. Of a part there are the spikes
        counted ("spikes" in ``stats``, of populations that were recorded whole), but no other counters.

        Parameters
        ----------
        start, stop : int
            Steps, as :meth:`times` counts them; those of samples go on from one to the next.

        Examples
        --------
        >>> from loihi_emu import Network, Emulator
        >>> net = Network()
        >>> probe = net.probe(net.population("cell", 1, vth=1, bias=30), ["spikes", "v"])
        >>> part = Emulator(net).run(7).part(2, 5)
        >>> part.spikes("cell").times.tolist(), part["cell.v"].ravel().tolist()
        ([2], [0, 30, 60])
        """
        end = self.start + self.steps
        start = integer("Recording.part", "start", start, self.start, end)
        stop = integer("Recording.part", "stop", stop, start, end)
        if self.sample_steps is not None and start % self.sample_steps:
            allowed = f"a multiple of the {self.sample_steps} steps of a sample"
            raise invalid(
                "Recording.part", "start", start, allowed, advice="Recording.sample(k).part() cuts one sample."
            )
        columns = self._cut(start - self.start, stop - self.start)
        text = f"steps {start} to {stop - 1} of {self.start} to {end - 1}"
        return Recording(
            start=start, steps=stop - start, arrays=columns, index=self._index, sample_steps=self.sample_steps,
            accounts=partial(accounts_of_part, self._accounts, self._spikes_in(columns), text),
        )  # fmt: skip

    def _cut(self, first: int, end: int) -> dict[str, Column]:
        """The columns of some steps, counted from the first."""
        columns: dict[str, Column] = {}
        for name in self._index:
            if name.endswith(".spikes"):
                counts = self._columns[f"{name}.counts"]
                columns[f"{name}.counts"] = counts.part(first, end)
                before = counts.total(first)
                after = before + columns[f"{name}.counts"].total(end - first)
                for part in ("index", "payload"):
                    if f"{name}.{part}" in self._columns:
                        columns[f"{name}.{part}"] = self._columns[f"{name}.{part}"].part(before, after)
            else:
                columns[name] = self._columns[name].part(self._rows_before(name, first), self._rows_before(name, end))
        return columns

    def _rows_before(self, name: str, step: int) -> int:
        """Rows of a state variable before a step, counted from the first."""
        every = int(self._index[name]["every"])
        if self.sample_steps is None:
            return -(-(self.start + step) // every) - -(-self.start // every)
        samples, left = divmod(step, self.sample_steps)
        return samples * -(-self.sample_steps // every) + -(-left // every)

    def neurons(self, name: str) -> NDArray[np.int64]:
        """Neuron index of each column of a state variable, or the neurons whose spikes were recorded; they rise.

        Of a connection: the number of each synapse along a row of weights, delays or tags; the neurons of a trace.
        """
        if not is_known(name, self._index):
            raise unknown("recorded array", name, self._index)
        chosen = self._index[name]["neurons"]
        return np.arange(self._index[name]["size"]) if chosen is None else np.asarray(chosen, np.int64)

    # ------------------------------------------------------------ files
    def save(self, path: str | Path) -> Path:
        """Write everything to one npz file (compressed) with a JSON header."""
        from loihi_emu.recording.file import save

        parts = self._columns, self._index, self._looked(), self.sample_steps, self._sample_counts()
        return save(Contents(self.start, self.steps, *parts), path)

    @classmethod
    def load(cls, path: str | Path) -> Recording:
        """Read a file written by :meth:`save`.

        Raises
        ------
        ValidationError
            Not such a file, a damaged one, or one of a newer schema.
        """
        from loihi_emu.recording.file import load

        return cls(**vars(load(path)))

    # ------------------------------------------------------------ showing
    def _rows(self) -> list[tuple[str, str]]:
        return rows_of((self.start, self.steps), self.samples, self.stats, self.info, self.names)

    def __repr__(self) -> str:
        return "\n".join(["<Recording>", *(f"  {k:16s} {v}" for k, v in self._rows())])

    def _repr_html_(self) -> str:
        """A table for notebooks."""
        rows = "".join(f"<tr><th>{html.escape(k)}</th><td>{html.escape(v)}</td></tr>" for k, v in self._rows())
        return f"<table><caption>Recording</caption>{rows}</table>"
