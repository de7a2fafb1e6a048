"""How large the workloads are: as they are defined, the same with fewer rounds, and tiny ones for tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

from benchmarks.workloads import Lif, Workload, delayed, layers, plain, recurrent
from loihi_emu.errors import unknown

TAU_5, TAU_20 = 819, 205  # 4096 / tau: decays for time constants of 5 and 20 steps
ACTIVITIES = {"W2 2 %": (0.02, 1000), "W2 10 %": (0.10, 2200), "W2 50 %": (0.50, 4000)}
"""Inputs that spike per step, and a threshold of the first layer at which about 4 % of its neurons do, at W2's size."""
SECOND_VTH = 1500


@dataclass(frozen=True)
class Size:
    """Sizes of everything that is measured.

    Attributes
    ----------
    name : str
    rounds : int
        Rounds of a race.
    repeats : int
        Repetitions of what is measured alone, of which the best counts.
    share : float
        Steps of a round as a fraction of their number in a full run.
    recurrent, large : (int, int)
        Neurons and synapses per neuron of W1 and W1b.
    column : (int, int)
        Neurons and synapses per neuron of W5.
    layer, plain : int
        Neurons of W2's layers and of W3.
    small : (int, int)
        Number and size of the small populations.
    cliff : int
        Neurons of each population with a seldom used constant.
    samples, spikes : int
        Samples of ``run_samples``; spikes of the raster plot.
    cold : bool
        Whether to compile into an empty cache.
    listed : (int, int)
        Neurons of a network of lists, and synapses per neuron.
    place : (int, int)
        Neurons of the large network that is placed, and synapses per neuron.
    """

    name: str
    rounds: int
    repeats: int
    share: float
    recurrent: tuple[int, int] = (4000, 80)
    large: tuple[int, int] = (20_000, 1000)
    column: tuple[int, int] = (77_000, 1000)
    layer: int = 1000
    plain: int = 1_000_000
    small: tuple[int, int] = (64, 64)
    cliff: int = 77_169
    samples: int = 10_000
    spikes: int = 1_000_000
    cold: bool = True
    listed: tuple[int, int] = (50_000, 100)
    place: tuple[int, int] = (1_000_000, 100)

    def steps(self, full: int) -> int:
        """Steps of a round that has `full` steps in a full run."""
        return max(1, round(self.share * full))


FULL = Size("full", rounds=31, repeats=5, share=1.0)
QUICK = Size("quick", rounds=7, repeats=2, share=0.5, cold=False, place=(100_000, 100))
TINY = Size(
    "tiny", rounds=2, repeats=1, share=0.02, recurrent=(300, 20), large=(500, 100), column=(600, 100), layer=40,
    plain=3000, small=(5, 8), cliff=3000, samples=20, spikes=60_000, cold=False, listed=(300, 20),
    place=(2000, 10),
)  # fmt: skip


def _w1(size: Size) -> list[Workload]:
    cell = Lif(TAU_5, TAU_20, vth=1000, bias=2150, bias_exp=1, refractory=2)
    return [recurrent("W1", *size.recurrent, cell, size.steps(3000))]


def _w1b(size: Size) -> list[Workload]:
    cell = Lif(TAU_5, TAU_20, vth=4000, bias=2800, bias_exp=4, refractory=2)
    return [recurrent("W1b", *size.large, cell, size.steps(120))]


def _w2(size: Size) -> list[Workload]:
    found = []
    for (name, (activity, vth)), full in zip(ACTIVITIES.items(), (4000, 2500, 1000), strict=True):
        first, second = (Lif(2048, 1024, round(x * sqrt(size.layer / 1000))) for x in (vth, SECOND_VTH))
        steps = size.steps(full)
        found.append(layers(name, size.layer, activity, (first, second), steps, steps * (size.rounds + 1)))
    return found


def _w3(size: Size) -> list[Workload]:
    return [plain("W3", size.plain, Lif(TAU_5, TAU_20, vth=310, bias=1000), size.steps(30))]


def _w5(size: Size) -> list[Workload]:
    cell = Lif(TAU_5, TAU_20, vth=4000, bias=2800, bias_exp=4, refractory=2)
    return [delayed("W5", *size.column, cell, size.steps(60), longest=48)]


_MAKE: dict[str, Callable[[Size], list[Workload]]] = {"W1": _w1, "W1b": _w1b, "W2": _w2, "W3": _w3, "W5": _w5}
NAMES = tuple(_MAKE)


def workloads(name: str, size: Size) -> list[Workload]:
    """The workloads of that name: W2 is three, one for each activity of the input.

    Examples
    --------
    >>> [w.text for w in workloads("W1", FULL)]
    ['recurrent, 4000 LIF, 0.32M sparse synapses']
    """
    if name not in _MAKE:
        raise unknown("workload", name, _MAKE)
    return _MAKE[name](size)
