"""From a placement and a recording to an estimate of energy and time."""

from __future__ import annotations

from typing import Any

import numpy as np

from loihi_emu.errors import invalid, unknown
from loihi_emu.mapping.estimate.counting import UNITS, Counter, Work
from loihi_emu.mapping.estimate.pricing import FIGURES, Board, Davies
from loihi_emu.mapping.estimate.result import Estimate, SlowestCore, SlowestStep
from loihi_emu.mapping.estimate.unrecorded import Unrecorded
from loihi_emu.mapping.placed_network import PlacedNetwork
from loihi_emu.numeric import finite, ranged

Bounds = dict[str, tuple[float, float]]
Parts = dict[str, "float | None"]


def estimate_of(placement: PlacedNetwork, recording: Any, figures: Any, step_ns: Any) -> Estimate:
    """Estimate energy and time. See :meth:`loihi_emu.mapping.Placement.estimate`."""
    if not isinstance(figures, str) or figures not in FIGURES:
        raise unknown("figures", figures, FIGURES, where="estimate")
    least = 0.0 if step_ns is None else _duration(step_ns)
    return _Estimating(placement, Counter(placement, recording), figures, least).result()


def _duration(step_ns: Any) -> float:
    """A duration of a step, checked."""
    array = ranged("estimate", "step_ns", finite("estimate", "step_ns", step_ns), 0, np.inf, "Nanoseconds.")
    if array.ndim:
        raise invalid("estimate", "step_ns", f"an array of shape {array.shape}", "one number of nanoseconds")
    return float(array)


class _Estimating:
    """Sums over all steps, and what they cost: each as value, least and most."""

    def __init__(self, placement: PlacedNetwork, counter: Counter, figures: str, step_ns: float) -> None:
        self.placement, self.counter, self.figures, self.step_ns = placement, counter, figures, step_ns
        self.prices: Davies | Board = FIGURES[figures](placement.chip)
        self.hidden = Unrecorded(counter)
        self.barrier = self.prices.barrier(counter.tiles, placement.chips)
        self.step_energy, self.step_time = np.zeros(counter.recorded.steps), np.zeros(counter.recorded.steps)
        self.core_time = np.zeros(counter.cores)
        self.cores, self.routers, self.whole = np.zeros(3), np.zeros(3), np.zeros(3)
        self.timed = self.priced = True
        self.counts: dict[str, tuple[float, float, float]] = {}
        self._sum()

    # ------------------------------------------------------------ sums
    def _sum(self) -> None:
        sums: tuple[dict[str, int], dict[str, int]] = ({}, {})
        for first, low, high in self.counter.chunks():
            for found, work in zip(sums, (low, high), strict=True):
                for name, values in work.counts().items():
                    found[name] = found.get(name, 0) + int(values.sum())
            middle = _middle(low, high) + self.hidden.expected
            self._add_energy(first, middle)
            for number, work in enumerate((middle, low, high)):
                self._add_time(first, number, work)
        for name, fewest in sums[0].items():
            expected, least, most = self.hidden.count(name)
            self.counts[name] = ((fewest + sums[1][name]) / 2 + expected, fewest + least, sums[1][name] + most)
        if self.timed:
            more = self.hidden.most_time(self.prices)
            self.cores[2] += more[0]
            self.whole[2] += sum(more)
            if self.counter.recorded.totals:  # the slowest core may be slower, and routers then delay less
                self.routers[1:] = 0, self.routers.max() + more[1]

    def _add_energy(self, first: int, work: Work) -> None:
        counts = work.counts() | {"barriers": np.ones(len(work.fired))}
        parts = list(self.prices.energies(counts).values())
        if any(part is None for part in parts):
            self.priced = False
        else:
            self.step_energy[first : first + len(work.fired)] = sum(parts)

    def _add_time(self, first: int, number: int, work: Work) -> None:
        """Add times of some steps: `number` 0 for the value, 1 and 2 for the bounds."""
        cores = self.prices.core_times(work)
        if cores is None:
            self.timed = False
            return
        slowest, routers = cores.max(axis=1), self.prices.router_times(work)
        late = np.zeros(len(slowest)) if routers is None else np.maximum(0.0, routers.max(axis=1) - slowest)
        barrier = 0.0 if self.barrier is None else self.barrier[number]
        step = np.maximum(slowest + late + barrier, self.step_ns)
        self.cores[number] += slowest.sum()
        self.routers[number] += late.sum()
        self.whole[number] += step.sum()
        if number == 0:
            self.core_time += cores.sum(axis=0)
            self.step_time[first : first + len(slowest)] = step

    # ------------------------------------------------------------ results
    def _energies(self, bounds: Bounds) -> Parts:
        value, low, high = (
            self.prices.energies({name: three[k] for name, three in self.counts.items()}) for k in range(3)
        )
        found: Parts = {}
        for kind, part in value.items():
            found[kind] = None if part is None else float(part)
            if part is not None and low[kind] is not None and high[kind] is not None:
                first, last = sorted((float(low[kind]), float(high[kind])))
                bounds[f"energy.{kind}"] = (first, last)
        if all(f"energy.{kind}" in bounds for kind in found):
            rows = [bounds[f"energy.{kind}"] for kind in found]
            bounds["energy"] = (sum(a for a, _ in rows), sum(b for _, b in rows))
        return found

    def _times(self, bounds: Bounds) -> Parts:
        found: Parts = {"cores": None, "routers": None, "barrier": None}
        if self.timed:
            for kind, three in (("cores", self.cores), ("routers", self.routers)):
                found[kind] = float(three[0])
                bounds[f"time.{kind}"] = (float(three.min()), float(three.max()))
        if self.barrier is not None:
            found["barrier"], *ends = (self.counter.recorded.steps * x for x in self.barrier)
            bounds["time.barrier"] = (ends[0], ends[1])
        if self.timed and self.barrier is not None:
            if self.step_ns:
                found["waiting"] = max(0.0, float(self.whole[0] - sum(x for x in found.values() if x is not None)))
            bounds["time"] = (float(self.whole[1]), float(self.whole[2]))
        if self.figures == "board":
            del found["routers"]
        return found

    def _reasons(self, energy: Parts, time: Parts, static: float | None) -> dict[str, str]:
        """Why what is None is unknown."""
        missing = self.prices.missing()
        found = {f"energy.{kind}": missing[kind] for kind, value in energy.items() if value is None}
        for kind, value in time.items():
            if value is None:
                found[f"time.{kind}"] = missing["barrier" if kind == "barrier" else "time"]
        if static is None:
            found["static_energy"] = missing.get("static", "the time is unknown")
        return found

    def result(self) -> Estimate:
        """The estimate."""
        placement, recording = self.placement, self.counter.recorded.recording
        bounds: Bounds = {f"counts.{name}": (low, high) for name, (_, low, high) in self.counts.items()}
        counts = self._counts(bounds)
        self.counts["barriers"] = (self.counter.recorded.steps,) * 3
        energy, time = self._energies(bounds), self._times(bounds)
        power, known = self.prices.static_mw(), self.timed and self.barrier is not None
        static = power * placement.chips * float(self.whole[0]) if known and power is not None else None
        if static is not None and power is not None:
            low, high = bounds["time"]
            bounds["static_energy"] = (power * placement.chips * low, power * placement.chips * high)
        complete = not self.counter.recorded.totals
        slowest = int(self.core_time.argmax())
        core = SlowestCore(
            int(placement.layout.chip[slowest]), int(placement.layout.core[slowest]),
            float(self.core_time[slowest]) / recording.steps,
        )  # fmt: skip
        late = int(self.step_time.argmax())
        memory = {name: int(placement.budgets[name].sum()) for name in ("synaptic_bits", "axons_in", "axons_out")}
        return Estimate(
            figures=self.figures, title=self.prices.title, network=placement.problem.name, chip=placement.chip.name,
            cores=placement.cores, tiles=self.counter.tiles, chips=placement.chips, steps=recording.steps,
            samples=recording.samples, counts=counts, memory=memory, energy=energy, static_energy=static, time=time,
            bounds={key: (a, b) for key, (a, b) in bounds.items() if a != b},
            step_energy=self.step_energy if complete and self.priced else None,
            step_time=self.step_time if complete and known else None,
            slowest_core=core if self.timed else None,
            slowest_step=SlowestStep(late, float(self.step_time[late])) if complete and known else None,
            reasons=self._reasons(energy, time, static), notes=(*self.prices.notes, *self._notes()),
        )  # fmt: skip

    def _counts(self, bounds: Bounds) -> dict[str, float]:
        """Counts as they are shown, with sums."""
        value = {name: three[0] for name, three in self.counts.items()}
        units = [f"synaptic_events_{unit}" for unit in UNITS]
        ends = [bounds[f"counts.{unit}"] for unit in units]
        bounds["counts.synaptic_events"] = (sum(a for a, _ in ends), sum(b for _, b in ends))
        host = sum(
            self.counter.recorded.totals.get(name, len(self.counter.recorded.spikes.get(name, ((),))[0]))
            for name in self.counter.problem.inputs
        )
        found = {"spikes": value.pop("spikes"), "host_spikes": float(host)}
        found |= {name: value.pop(name) for name in ("neuron_updates", "active_updates")}
        found["synaptic_events"] = sum(value[unit] for unit in units)
        if self.counter.tiles is None:
            for axis in ("hops_x", "hops_y"):
                del value[axis]
                del bounds[f"counts.{axis}"]
        return found | value | {"barriers": float(self.counter.recorded.steps)}

    def _notes(self) -> list[str]:
        """What this recording leaves open."""
        counter, found = self.counter, []
        if counter.recorded.totals:
            names = ", ".join(f'"{name}"' for name in counter.recorded.totals)
            found.append(
                f"Spikes of {names} were not recorded neuron by neuron: means of the whole population and of all steps "
                "are used. A probe of their spikes makes the counts exact; times of single steps are then known too."
            )
        open_ended = [name for name, activity in counter.activity.items() if not activity.exact]
        if open_ended and self.counts["active_updates"][1] != self.counts["active_updates"][2]:
            names = ", ".join(f'"{name}"' for name in open_ended)
            found.append(
                f"Whether idle neurons of {names} still have current or voltage is unknown: halfway between the fewest "
                "and the most active ones is taken. Probes of u and v in every step make it exact."
            )
        if self.counts["learning_updates"][2]:
            found.append(
                "Learning: at most every synapse that learns is updated at the end of every epoch, at least those "
                "whose presynaptic neuron spiked in it; halfway is taken."
            )
        found.append(
            "Active are neurons with a bias, noise, an event that arrives, a spike, a voltage that is not 0, or a "
            "current that outlasts the step; the sources do not say more exactly what they mean."
        )
        found.append(
            "Messages: one for each spike, connection and core. Zeros that dense lists store are not counted as "
            "synaptic events."
        )
        length = counter.recorded.recording.sample_steps
        if length is not None and counter.recorded.steps % length:
            found.append("The last sample is unfinished and counts as one inference.")
        return found


def _middle(low: Work, high: Work) -> Work:
    """Halfway between two that differ in activity and learning."""
    active, learned = (low.active + high.active) / 2, (low.learned + high.learned) / 2
    parts = (low.synapses, low.received, low.sent)
    return Work(low.neurons, low.fired, active, *parts, learned, low.crossed, low.network)
