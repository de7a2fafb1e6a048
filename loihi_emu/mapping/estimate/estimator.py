"""From a placement and a recording to an estimate of energy and time."""

from __future__ import annotations

from typing import Any

import numpy as np

from loihi_emu.errors import invalid, unknown
from loihi_emu.mapping.estimate.counting import UNITS, Counter, Work
from loihi_emu.mapping.estimate.pricing import FIGURES, Figures, Three, sum_of
from loihi_emu.mapping.estimate.result import Estimate, SlowestCore, SlowestStep
from loihi_emu.mapping.estimate.unrecorded import Unrecorded
from loihi_emu.mapping.placed_network import PlacedNetwork
from loihi_emu.numeric import finite, ranged


def estimate_of(placement: PlacedNetwork, recording: Any, figures: Any, step_ns: Any) -> Estimate:
    """Estimate energy and time. See :meth:`loihi_emu.mapping.Placement.estimate`."""
    if not isinstance(figures, str) or figures not in FIGURES:
        raise unknown("figures", figures, FIGURES, where="estimate")
    least = 0.0 if step_ns is None else step_ns
    least = ranged("estimate", "step_ns", finite("estimate", "step_ns", least), 0, np.inf, "Nanoseconds.")
    if least.ndim:
        raise invalid("estimate", "step_ns", f"an array of shape {least.shape}", "one number of nanoseconds")
    return _Estimating(placement, Counter(placement, recording), figures, float(least)).result()


class _Estimating:
    """Sums over all steps, and what they cost: each three numbers, the value, the least and the most."""

    def __init__(self, placement: PlacedNetwork, counter: Counter, figures: str, step_ns: float) -> None:
        self.placement, self.counter, self.figures, self.step_ns = placement, counter, figures, step_ns
        self.prices: Figures = FIGURES[figures](placement.chip)
        self.hidden = Unrecorded(counter)
        self.barrier = self.prices.barrier(counter.tiles, placement.chips)
        self.steps = counter.recorded.steps
        self.step_energy, self.step_time = np.zeros(self.steps), np.zeros(self.steps)
        self.core_time = np.zeros(counter.cores)
        self.cores, self.routers, self.whole = np.zeros(3), np.zeros(3), np.zeros(3)
        self.timed = self.priced = True
        self.counts: dict[str, Three] = {}
        self._sum()

    # ------------------------------------------------------------ sums
    def _sum(self) -> None:
        sums: dict[str, Three] = {}
        for first, low, high in self.counter.chunks():
            for column, work in enumerate((low, high), 1):
                for name, values in work.counts().items():
                    sums.setdefault(name, np.zeros(3))[column] += int(values.sum())
            middle = Work(low.neurons, (low.table + high.table) / 2 + self.hidden.expected.table)
            self._add_energy(first, middle)
            for column, work in enumerate((middle, low, high)):
                self._add_time(first, column, work)
        for name, three in sums.items():
            three[0] = three[1:].sum() / 2
            self.counts[name] = three + self.hidden.count(name)
        if self.timed:
            more = self.hidden.most_time(self.prices)
            self.cores[2] += more[0]
            self.whole[2] += sum(more)
            if self.counter.recorded.totals:  # the slowest core may be slower, and routers then delay less
                self.routers[1:] = 0, self.routers.max() + more[1]

    def _add_energy(self, first: int, work: Work) -> None:
        counts = work.counts() | {"barriers": np.ones(len(work.table))}
        energy = sum_of(*self.prices.energies(counts).values())
        self.priced &= energy is not None
        self.step_energy[first : first + len(work.table)] = 0.0 if energy is None else energy

    def _add_time(self, first: int, column: int, work: Work) -> None:
        """Add times of some steps: `column` 0 for the value, 1 and 2 for the bounds."""
        cores = self.prices.core_times(work)
        if cores is None:
            self.timed = False
            return
        slowest, routers = cores.max(axis=1), self.prices.router_times(work)
        late = np.zeros(len(slowest)) if routers is None else np.maximum(0.0, routers.max(axis=1) - slowest)
        barrier = 0.0 if self.barrier is None else self.barrier[column]
        step = np.maximum(slowest + late + barrier, self.step_ns)
        self.cores[column] += slowest.sum()
        self.routers[column] += late.sum()
        self.whole[column] += step.sum()
        if column == 0:
            self.core_time += cores.sum(axis=0)
            self.step_time[first : first + len(slowest)] = step

    # ------------------------------------------------------------ results
    def _counts(self) -> dict[str, Three]:
        """Counts in the order in which they are shown, with sums."""
        counts, recorded = dict(self.counts), self.counter.recorded
        if self.counter.tiles is None:
            del counts["hops_x"], counts["hops_y"]
        host = sum(
            recorded.totals.get(name, len(recorded.spikes.get(name, ((),))[0])) for name in self.counter.problem.inputs
        )
        shown = {"spikes": counts.pop("spikes"), "host_spikes": np.full(3, float(host))}
        shown |= {name: counts.pop(name) for name in ("neuron_updates", "active_updates")}
        shown["synaptic_events"] = np.sum([counts[f"synaptic_events_{unit}"] for unit in UNITS], axis=0)
        return shown | counts | {"barriers": np.full(3, float(self.steps))}

    def _times(self) -> dict[str, Three | None]:
        times: dict[str, Three | None] = {
            "cores": self.cores if self.timed else None,
            "routers": self.routers if self.timed else None,
            "barrier": None if self.barrier is None else self.steps * self.barrier,
        }
        if self.timed and self.barrier is not None and self.step_ns:
            rest = float(self.whole[0] - sum(three[0] for three in times.values() if three is not None))
            times["waiting"] = np.full(3, max(0.0, rest))
        if self.figures == "board":
            del times["routers"]
        return times

    def result(self) -> Estimate:
        """The estimate."""
        placement, recording = self.placement, self.counter.recorded.recording
        counts = self._counts()
        energy = self.prices.energies(self.counts | {"barriers": counts["barriers"]})
        time, power, known = self._times(), self.prices.static_mw(), self.timed and self.barrier is not None
        static = power * placement.chips * self.whole if known and power is not None else None
        kinds: dict[str, dict[str, Any]] = {"counts": counts, "energy": energy, "time": time}
        every = {f"{kind}.{part}": three for kind, parts in kinds.items() for part, three in parts.items()}
        missing = self.prices.missing()
        reasons = {f"energy.{kind}": missing[kind] for kind, three in energy.items() if three is None}
        for kind in (kind for kind, three in time.items() if three is None):
            reasons[f"time.{kind}"] = missing["barrier" if kind == "barrier" else "time"]
        if static is None:
            reasons["static_energy"] = missing.get("static", "the time is unknown")
        parts = list(energy.values())
        every |= {
            "energy": None if any(part is None for part in parts) else _ends(parts),
            "static_energy": static,
            "time": self.whole if known else None,
        }
        complete = not self.counter.recorded.totals
        slowest, late = int(self.core_time.argmax()), int(self.step_time.argmax())
        where = (int(placement.layout.chip[slowest]), int(placement.layout.core[slowest]))
        core = SlowestCore(*where, float(self.core_time[slowest]) / self.steps)
        memory = {name: int(placement.budgets[name].sum()) for name in ("synaptic_bits", "axons_in", "axons_out")}
        return Estimate(
            figures=self.figures, title=self.prices.title, network=placement.problem.name, chip=placement.chip.name,
            cores=placement.cores, tiles=self.counter.tiles, chips=placement.chips, steps=self.steps,
            samples=recording.samples, counts={name: float(three[0]) for name, three in counts.items()}, memory=memory,
            energy=_values(energy), static_energy=None if static is None else float(static[0]), time=_values(time),
            bounds={key: (float(x.min()), float(x.max())) for key, x in every.items() if x is not None and np.ptp(x)},
            step_energy=self.step_energy if complete and self.priced else None,
            step_time=self.step_time if complete and known else None,
            slowest_core=core if self.timed else None,
            slowest_step=SlowestStep(late, float(self.step_time[late])) if complete and known else None,
            reasons=reasons, notes=(*self.prices.notes, *self._notes()),
        )  # fmt: skip

    def _notes(self) -> list[str]:
        """What this recording leaves open."""
        counter, notes = self.counter, []
        if counter.recorded.totals:
            names = ", ".join(f'"{name}"' for name in counter.recorded.totals)
            notes.append(
                f"Spikes of {names} were not recorded neuron by neuron: means of the whole population and of all steps "
                "are used. A probe of their spikes makes the counts exact; times of single steps are then known too."
            )
        open_ended = [name for name, activity in counter.activity.items() if not activity.exact]
        if open_ended and self.counts["active_updates"][1] != self.counts["active_updates"][2]:
            names = ", ".join(f'"{name}"' for name in open_ended)
            notes.append(
                f"Whether idle neurons of {names} still have current or voltage is unknown: halfway between the fewest "
                "and the most active ones is taken. Probes of u and v in every step make it exact."
            )
        if self.counts["learning_updates"][2]:
            notes.append(
                "Learning: at most every synapse that learns is updated at the end of every epoch, at least those "
                "whose presynaptic neuron spiked in it; halfway is taken."
            )
        notes += [
            "Active are neurons with a bias, noise, an event that arrives, a spike, a voltage that is not 0, or a "
            "current that outlasts the step; the sources do not say more exactly what they mean.",
            "Messages: one for each spike, connection and core. Zeros that dense lists store are not counted as "
            "synaptic events.",
        ]
        length = counter.recorded.recording.sample_steps
        if length is not None and counter.recorded.steps % length:
            notes.append("The last sample is unfinished and counts as one inference.")
        return notes


def _ends(parts: list[Three]) -> Three:
    """The sum of several, each at its least and at its most."""
    return np.asarray([sum(part[0] for part in parts), sum(map(np.min, parts)), sum(map(np.max, parts))])


def _values(parts: dict[str, Three | None]) -> dict[str, float | None]:
    return {kind: None if three is None else float(three[0]) for kind, three in parts.items()}
