"""Two sets of figures, each a way from counts to energies and times. They are never mixed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.chips.chip import LOIHI1, Chip
from loihi_emu.mapping.estimate.costs import BOARD, CHIP_BARRIERS, board_barrier
from loihi_emu.mapping.estimate.counting import UNITS, Work
from loihi_emu.numeric import finite, ranged

Quantity = Any
"""A number, or an array with one for each step; None where a figure that is needed is unknown."""
Three = NDArray[np.float64]
"""A number as value, least and most."""


class Figures(ABC):
    """A set of figures for one chip.

    Attributes
    ----------
    title : str
        The set in words.
    notes : tuple of str
        What it rests on and leaves out.
    """

    title: str
    notes: tuple[str, ...]

    def __init__(self, chip: Chip) -> None:
        self.chip = chip

    @abstractmethod
    def energies(self, counts: dict[str, Quantity]) -> dict[str, Quantity]:
        """Energy in pJ by kind, from counts by name."""

    @abstractmethod
    def core_times(self, work: Work) -> Quantity:
        """Time in ns that each core needs for each step."""

    def router_times(self, work: Work) -> Quantity:
        """Time in ns that each tile's router needs for each step; None if it is not counted."""
        return None

    @abstractmethod
    def barrier(self, tiles: int | None, chips: int) -> Three | None:
        """The barrier at the end of a step, in ns."""

    def static_mw(self) -> float | None:
        """Static power of a chip."""
        return None

    @abstractmethod
    def missing(self) -> dict[str, str]:
        """Reasons for what is unknown, by kind: those of `energies`, "static", "time" and "barrier"."""


def _cost(figure: float | None, amount: Quantity) -> Quantity:
    """Figure times amount; None if the figure is unknown, unless there is nothing to pay for."""
    if figure is None:
        return None if np.any(amount) else amount * 0.0
    return figure * amount


def _sum(*parts: Quantity) -> Quantity:
    return None if any(part is None for part in parts) else sum(parts)


def _check_figures(chip: Chip) -> None:
    """Raise if an energy, a time, a power or a rate of a chip is no number, or negative."""
    for f in fields(chip):
        value, unit = getattr(chip, f.name), f.metadata.get("unit")
        if unit in ("pJ", "ns", "mW", "Gspike/s") and value is not None:
            ranged(chip.name, f.name, finite(chip.name, f.name, value), 0, np.inf, f"In {unit}; None if unknown.")


class Davies(Figures):
    """Table 2 of Davies 2018, from the attributes of the chip; static power from Frady 2020."""

    title = "Davies 2018 Table 2 (static power and barriers between chips: Frady 2020)"

    def __init__(self, chip: Chip) -> None:
        super().__init__(chip)
        _check_figures(chip)
        self.notes = (
            "Figures: 0.75 V, simulated before silicon, said to be consistent with early silicon. A synaptic "
            "operation's energy is a minimum (the true one may be higher), its time a maximum (it may be shorter).",
            "A core's neuron updates, synaptic operations and learning updates are taken one after the other; messages "
            "travel meanwhile, and delay a step only where a router passes fewer than arrive.",
            "Every message costs a spike within a tile, and its hops. Links between chips and the host's interface "
            "have no published energy and are left out. Static power is that of the chips that hold neurons.",
        )
        self.notes += (
            "Barrier: published for 1 tile and for all; between them taken in proportion, bounded by both. Across "
            "chips: measured on 256 and 768; the next larger is taken, bounded by the next smaller.",
        )
        if chip.barrier_pj is None:
            self.notes += (f"The barrier's energy is left out: {chip.fact('barrier_pj').source}.",)

    def energies(self, counts: dict[str, Quantity]) -> dict[str, Quantity]:
        c, active = self.chip, counts["active_updates"]
        synapses = sum(counts[f"synaptic_events_{unit}"] for unit in UNITS)
        found = {
            "synapse": _cost(c.synop_pj, synapses),
            "neuron": _sum(_cost(c.active_pj, active), _cost(c.inactive_pj, counts["neuron_updates"] - active)),
            "learning": _cost(c.learn_pj, counts["learning_updates"]),
            "spike": _cost(c.tile_spike_pj, counts["messages"]),
            "hop": self._hops(counts),
        }
        if c.barrier_pj is not None:
            found["barrier"] = _cost(c.barrier_pj, counts["barriers"])
        return found

    def _hops(self, counts: dict[str, Quantity]) -> Quantity:
        if self.chip.tiles is None or self.chip.cores_per_tile is None:  # no hops are counted
            inside = counts["messages_between_cores"] - counts["messages_between_chips"]
            return None if np.any(inside) else inside * 0.0
        return _sum(_cost(self.chip.hop_x_pj, counts["hops_x"]), _cost(self.chip.hop_y_pj, counts["hops_y"]))

    def core_times(self, work: Work) -> Quantity:
        c = self.chip
        return _sum(
            _cost(c.active_ns, work.active), _cost(c.inactive_ns, work.neurons - work.active),
            _cost(c.synop_ns, work.synapses), _cost(c.learn_ns, work.learned),
        )  # fmt: skip

    def router_times(self, work: Work) -> Quantity:
        return None if self.chip.tile_gspikes is None else work.crossed / self.chip.tile_gspikes

    def barrier(self, tiles: int | None, chips: int) -> Three | None:
        c = self.chip
        if c.barrier_min_ns is None or c.barrier_max_ns is None or c.tiles is None or tiles is None:
            return None
        low, high = c.barrier_min_ns, c.barrier_max_ns
        if chips > 1:
            return self._between_chips(chips, high)
        if tiles <= 1 or tiles >= c.tiles:
            exact = low if tiles <= 1 else high
            return np.full(3, exact)
        return np.asarray([low + (high - low) * (tiles - 1) / (c.tiles - 1), low, high])

    def _between_chips(self, chips: int, one: float) -> Three | None:
        least = one
        for most, fact in CHIP_BARRIERS:
            assert isinstance(fact.value, float)
            if chips <= most:
                return np.asarray([fact.value, fact.value if chips == most else least, fact.value])
            least = fact.value
        return None

    def static_mw(self) -> float | None:
        return self.chip.static_mw

    def missing(self) -> dict[str, str]:
        kinds = {
            "synapse": ("synop_pj",), "neuron": ("active_pj", "inactive_pj"), "learning": ("learn_pj",),
            "spike": ("tile_spike_pj",), "hop": ("hop_x_pj", "hop_y_pj", "tiles", "cores_per_tile"),
            "static": ("static_mw",), "time": ("active_ns", "inactive_ns", "synop_ns", "learn_ns"),
            "barrier": ("barrier_min_ns", "barrier_max_ns", "tiles"),
        }  # fmt: skip
        found = {}
        for kind, names in kinds.items():
            facts = [self.chip.fact(name) for name in names]
            reasons = [f"{f.name}: {f.source}" for f in facts if f.value is None]
            if reasons:
                found[kind] = reasons[0]
        found.setdefault("barrier", "measured on 768 chips at most")
        return found


class Board(Figures):
    """SANA-FE's figures for Loihi, fitted to a board, in its way of counting ("simple" time)."""

    title = "SANA-FE 2.2.9's Loihi (fitted to a Nahuku board)"
    notes = (
        "Figures: loihi.yaml of SANA-FE, which credits Davies 2018 but differs from it: tuned to measurements of a "
        "board (Boyle et al.). Errors of up to 11.7 % (energy) and 24.3 % (latency) are quoted for it second-hand; not "
        "verified here.",
        "Time: the slower of a core's neurons and of its arriving messages, then the barrier; the network's own delays "
        "are left out, so that the true time is longer.",
        "Learning, static power, links between chips and the host's side of its messages are not in this set.",
    )

    def __init__(self, chip: Chip) -> None:
        super().__init__(chip)
        self.fits = chip.name == LOIHI1.name

    def _figure(self, name: str) -> float:
        value = BOARD[name].value
        assert isinstance(value, float)
        return value

    def energies(self, counts: dict[str, Quantity]) -> dict[str, Quantity]:
        # SANA-FE's categories; its dendrites cost nothing
        if not self.fits:
            return {"synapse": None, "soma": None, "network": None}
        f = self._figure
        sent = counts["messages"] - counts["host_messages"]
        return {
            "synapse": sum(f(f"synapse_{unit}_pj") * counts[f"synaptic_events_{unit}"] for unit in UNITS),
            "soma": f("soma_access_pj") * counts["neuron_updates"]
            + f("soma_update_pj") * counts["active_updates"]
            + f("soma_spike_pj") * counts["spikes"],
            "network": f("axon_out_pj") * sent
            + f("hop_x_pj") * counts["hops_x"]
            + f("hop_y_pj") * counts["hops_y"],
        }  # fmt: skip

    def core_times(self, work: Work) -> Quantity:
        if not self.fits:
            return None
        f = self._figure
        neurons = (
            f("soma_access_ns") * work.neurons
            + f("soma_update_ns") * work.active
            + f("soma_spike_ns") * work.of("fired")
            + f("axon_out_ns") * work.of("sent")
        )
        arriving = f("axon_in_ns") * work.of("received")
        for unit in UNITS:
            arriving = arriving + f(f"synapse_{unit}_ns") * work.of(unit)
        return np.maximum(neurons, arriving)

    def barrier(self, tiles: int | None, chips: int) -> Three | None:
        if not self.fits or chips > 1 or tiles is None:
            return None
        return np.full(3, board_barrier(tiles))

    def missing(self) -> dict[str, str]:
        found = {"static": "SANA-FE's Loihi has no static power", "barrier": "SANA-FE's Loihi is a single chip"}
        if not self.fits:
            reason = f"SANA-FE's figures are of Loihi 1, not of {self.chip.name}"
            found |= dict.fromkeys(("synapse", "soma", "network", "time", "barrier"), reason)
        return found


FIGURES: dict[str, type[Figures]] = {"davies2018": Davies, "board": Board}
"""The sets by name."""
