"""Counters of an image: where they and the recorders stand, and the Recording of what came after.

A recording costs a few microseconds: counters are copied as one row of integers, and turned into dicts only when
somebody looks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

import numpy as np

from loihi_emu.image.build import Image
from loihi_emu.models import layout as at
from loihi_emu.models.memory import Array
from loihi_emu.recording.contents import Accounts
from loihi_emu.recording.counters import LOST_WORDS, CounterFields, Snapshot, accounts_of, overflow, sample_counts
from loihi_emu.recording.recording import Recording


class Counters:
    """The counters of an image, read together, and what recordings repeat about it."""

    def __init__(self, image: Image) -> None:
        self.image = image
        projections, partial_sums = image.projections, image.partial_sums
        arrays, self._fold = live(image)
        self._arrays = [array.data for array in arrays]
        self._fields = CounterFields(
            tuple(p.name for g in image.groups for p in g.populations), tuple(image.inputs),
            len(projections) + (image.exchange is not None),
            image.events - sum(int(p.events[0]) for p in projections) - int(image.elsewhere[0]),
            image.convolution_wraps - sum(int(sums.lost[0]) for sums in partial_sums) - int(image.elsewhere[1]),
        )  # fmt: skip
        self._about = about(image.network)
        self.index = {
            r.name: {"size": r.size, "neurons": None if r.neurons is None else r.neurons.tolist(), "every": r.every}
            for r in image.recorded
        }
        counts = {
            name: {"truncated": image.truncated.get(name, 0), "clipped": image.clipped.get(name, 0)}
            for name in image.network.connections
        }
        lost = {name: asdict(loss) for name, loss in image.lost.items() if loss is not None}
        self._weights = {"weights": counts} | ({"lost_weights": lost} if lost else {})
        self._populations: dict[str, Any] | None = None
        self._buffers = [(*named, one.recorder.decode) for one in image.recorded for named in one.named]
        self._now: Any = image.arena["clock"].data, image.levels.total.data
        self._at: tuple[int, int] | None = None

    def parameters_changed(self) -> None:
        """Look at thresholds again before the next recording."""
        self._populations = None

    def values(self) -> Array:
        """The clocks and counters of now, as in :attr:`Snapshot.values`."""
        values = np.frombuffer(b"".join(self._arrays), np.int64)
        return values if self._fold is None else self._fold(values)

    def summed(self) -> Array:
        """The same in a form that does not depend on how the image is made (:meth:`Snapshot.summed`)."""
        return Snapshot(self.values(), [], self._fields).summed().values

    def add(self, counted: Array) -> None:
        """Add what was counted elsewhere: a difference of two :meth:`summed`. The clock stays."""
        image, first = self.image, 2
        image.levels.total += counted[1]
        for group in image.groups:
            counters = group.parts[0].counters if len(group.parts) == 1 else group.counted
            counters += counted[first : first + counters.size].reshape(counters.shape)
            first += counters.size
        for source in image.inputs.values():
            source.parts[0].counter += counted[first]
            first += 1
        for projection in image.projections[:1]:
            projection.events[0] += counted[-2]
        for sums in image.partial_sums[:1]:
            sums.lost[0] += counted[-1]

    def spread(self, counted: Array) -> Array:
        """Such a difference in the form of :meth:`values`."""
        events = self._fields.events
        found = np.zeros_like(self.values())
        middle = len(counted) - 2
        found[:middle] = counted[:middle]
        found[middle : middle + min(events, 1)] = counted[-2]
        found[middle + events : middle + events + 1] = counted[-1]
        return found

    def snapshot(self) -> Snapshot:
        """Where everything stands now; that of the call before where no step was run since, nor the clock set."""
        clock, total = self._now
        at = clock[0], total[0]
        if at != self._at:
            self._last = Snapshot(self.values(), self.image.levels.filled.tolist(), self._fields)
            self._at = at
        return self._last

    def recording(
        self, since: Snapshot, wall: float, sample_steps: int | None = None, ends: Sequence[tuple[Array, float]] = ()
    ) -> Recording:
        """The Recording of everything after `since`.

        Of samples, `ends` has the counters (:attr:`Snapshot.values`) and the wall time at the end of each whole one.
        """
        now = self.snapshot()
        before, after = since.filled, now.filled
        arrays = {name: blocks.column(before[limit], after[limit], how) for name, blocks, limit, how in self._buffers}
        steps = now.total - since.total
        populations = self._populations or self.populations()
        accounts: Callable[[], Accounts] = partial(
            accounts_of, populations, self._weights, self._about, since, now, wall
        )
        counts = None
        if sample_steps is not None:
            rows = [(since.values, 0.0), *ends]
            if steps > len(ends) * sample_steps:  # an unfinished one
                rows.append((now.values, wall))
            counts = partial(sample_counts, now.fields, list(self.populations()), rows)
        return Recording._of({
            "start": since.step, "steps": steps, "sample_steps": sample_steps,
            "_taken": arrays, "_index": self.index, "_accounts": accounts, "_counts": counts,
        })  # fmt: skip

    def accounts(self, since: Snapshot, now: Snapshot, wall: float) -> Accounts:
        """Populations, stats and info of what lies between two moments."""
        return accounts_of(self.populations(), self._weights, self._about, since, now, wall)

    def populations(self) -> dict[str, Any]:
        """Size, shape, model and threshold of populations and inputs."""
        if self._populations is None:
            self._populations = _populations(self.image)
        return self._populations

    def lost_text(self, since: Snapshot) -> str:
        """What overflowed since, as text; empty when nothing did."""
        now = self.snapshot()
        if not np.any((now.counters() != since.counters())[:, at.Q_OVERFLOW :]):
            return ""
        found = {name: row for name, row in overflow(since, now).items() if any(row.values())}
        words = {name: LOST_WORDS | dict(self.image.group(name).model.lost or {}) for name in found}
        return "; ".join(
            f'population "{name}": ' + ", ".join(f"{words[name][k]} {n} times" for k, n in row.items() if n)
            for name, row in found.items()
        )


def live(image: Image) -> tuple[list[Array], Callable[[Array], Array] | None]:
    """All counters, as arrays that change while running; and what adds up those that several shares count apart."""
    alone = image.exchange is None
    tallies: list[list[tuple[Array, Any]]] = [[(array, 0)] for array in (image.arena["clock"], image.levels.total)]
    for group in image.groups:
        rows = np.arange(group.counted.size).reshape(group.counted.shape)
        parts = [(part.counters.reshape(-1), rows[part.populations].reshape(-1)) for part in group.parts]
        tallies.append(parts if len(parts) == 1 and alone else [(group.counted.reshape(-1), rows.reshape(-1)), *parts])
    tallies += [[(part.counter, 0) for part in source.parts] for source in image.inputs.values()]
    events, lost = [p.events for p in image.projections], [sums.lost for sums in image.partial_sums]
    if not alone:
        events, lost = [*events, image.elsewhere[:1]], [*lost, image.elsewhere[1:]]
    tallies += [[(one, 0)] for one in (*events, *lost)]
    arrays = [array for tally in tallies for array, _ in tally]
    if all(len(tally) == 1 for tally in tallies):
        return arrays, None
    places, first = [], 0
    for tally in tallies:
        places += [np.broadcast_to(first + np.asarray(where), array.shape) for array, where in tally]
        first = 1 + int(max(place.max() for place in places[-len(tally) :]))
    order = np.argsort(np.concatenate(places), kind="stable")
    starts = np.flatnonzero(np.diff(np.concatenate(places)[order], prepend=-1))
    return arrays, lambda values: np.add.reduceat(values[order], starts)


def _populations(image: Image) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for group in image.groups:
        for p in group.populations:
            vth = group.threshold(p.name)
            found[p.name] = {"size": p.size, "shape": list(p.shape), "model": p.model, "vth": vth}
    for name, source in image.inputs.items():
        found[name] = {"size": source.node.size, "shape": list(source.node.shape), "model": "input", "vth": None}
    return {name: found[name] for name in [*image.network.inputs, *image.network.populations]}


def about(network: Any) -> dict[str, Any]:
    """What a recording tells about its network."""
    return {"network": network.name, "chip": network.chip.name, "rules": network.rules, "seed": network.seed}
