"""Two sets of figures, each a way from counts to energies and times. They are never mixed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from loihi_emu.chips.chip import LOIHI1, Chip
from loihi_emu.mapping.arrays import Numbers
from loihi_emu.mapping.estimate.costs import BOARD, CHIP_BARRIERS, board_barrier
from loihi_emu.mapping.estimate.counting import UNITS, Work
from loihi_emu.numeric import finite, ranged

Quantity = Any
"""A number, or an array with one for each step; None where a figure that is needed is unknown."""
Three = Numbers
"""A number as value, least and most."""


class Figures(ABC):
    """A set of figures for one chip.

    Attributes
    ----------
    title : str
        The set in words.
    notes : tuple of str
        What it rests on and leaves out.
    terms : dict
        Kind of energy to the figures that it is the sum of, and what each is paid for.
    """

    title: str
    notes: tuple[str, ...]
    terms: Mapping[str, Mapping[str, str]]

    def __init__(self, chip: Chip) -> None:
        self.chip = chip

    @abstractmethod
    def figure(self, name: str) -> float | None:
        """A figure; None where it is unknown."""

    def energies(self, counts: dict[str, Quantity]) -> dict[str, Quantity]:
        """Energy in pJ by kind, from counts by name."""
        counts = counts | {
            "synaptic_events": sum(counts[f"synaptic_events_{unit}"] for unit in UNITS),
            "inactive_updates": counts["neuron_updates"] - counts["active_updates"],
            "sent_messages": counts["messages"] - counts["host_messages"],
        }
        return {
            kind: sum_of(*(_cost(self.figure(name), counts[amount]) for name, amount in terms.items()))
            for kind, terms in self.terms.items()
        }

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


def sum_of(*parts: Quantity) -> Quantity:
    """The sum; None if a part is unknown."""
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
            "Barrier: published for 1 tile and for all; between them taken in proportion, bounded by both. Across "
            "chips: measured on 256 and 768; the next larger is taken, bounded by the next smaller.",
        )
        if chip.barrier_pj is None:
            self.notes += (f"The barrier's energy is left out: {chip.fact('barrier_pj').source}.",)
        self.terms = {
            "synapse": {"synop_pj": "synaptic_events"},
            "neuron": {"active_pj": "active_updates", "inactive_pj": "inactive_updates"},
            "learning": {"learn_pj": "learning_updates"},
            "spike": {"tile_spike_pj": "messages"},
            "hop": {"hop_x_pj": "hops_x", "hop_y_pj": "hops_y"},
            **({} if chip.barrier_pj is None else {"barrier": {"barrier_pj": "barriers"}}),
        }

    def figure(self, name: str) -> float | None:
        value: float | None = getattr(self.chip, name)
        return value

    def energies(self, counts: dict[str, Quantity]) -> dict[str, Quantity]:
        energies = super().energies(counts)
        if self.chip.tiles is None or self.chip.cores_per_tile is None:  # no hops are counted
            inside = counts["messages_between_cores"] - counts["messages_between_chips"]
            energies["hop"] = None if np.any(inside) else inside * 0.0
        return energies

    def core_times(self, work: Work) -> Quantity:
        c, active = self.chip, work.of("active")
        return sum_of(
            _cost(c.active_ns, active), _cost(c.inactive_ns, work.neurons - active),
            _cost(c.synop_ns, work.synapses), _cost(c.learn_ns, work.of("learned")),
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
        kinds: dict[str, tuple[str, ...]] = {kind: tuple(terms) for kind, terms in self.terms.items()} | {
            "hop": (*self.terms["hop"], "tiles", "cores_per_tile"), "static": ("static_mw",),
            "time": ("active_ns", "inactive_ns", "synop_ns", "learn_ns"),
            "barrier": ("barrier_min_ns", "barrier_max_ns", "tiles"),
        }  # fmt: skip
        unknown = {}
        for kind, names in kinds.items():
            facts = [self.chip.fact(name) for name in names]
            reasons = [f"{f.name}: {f.source}" for f in facts if f.value is None]
            if reasons:
                unknown[kind] = reasons[0]
        unknown.setdefault("barrier", "measured on 768 chips at most")
        return unknown


class BoardFigures(Figures):
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
        self.terms = {  # SANA-FE's categories; its dendrites cost nothing
            "synapse": {f"synapse_{unit}_pj": f"synaptic_events_{unit}" for unit in UNITS},
            "soma": {"soma_access_pj": "neuron_updates", "soma_update_pj": "active_updates", "soma_spike_pj": "spikes"},
            "network": {"axon_out_pj": "sent_messages", "hop_x_pj": "hops_x", "hop_y_pj": "hops_y"},
        }

    def figure(self, name: str) -> float:
        value = BOARD[name].value
        assert isinstance(value, float)
        return value

    def energies(self, counts: dict[str, Quantity]) -> dict[str, Quantity]:
        return super().energies(counts) if self.fits else dict.fromkeys(self.terms)

    def core_times(self, work: Work) -> Quantity:
        if not self.fits:
            return None
        updates = (("soma_update_ns", "active"), ("soma_spike_ns", "fired"), ("axon_out_ns", "sent"))
        events = (("axon_in_ns", "received"), *((f"synapse_{unit}_ns", unit) for unit in UNITS))
        neurons = sum((self.figure(f) * work.of(of) for f, of in updates), self.figure("soma_access_ns") * work.neurons)
        return np.maximum(neurons, sum(self.figure(f) * work.of(of) for f, of in events))

    def barrier(self, tiles: int | None, chips: int) -> Three | None:
        if not self.fits or chips > 1 or tiles is None:
            return None
        return np.full(3, board_barrier(tiles))

    def missing(self) -> dict[str, str]:
        unknown = {"static": "SANA-FE's Loihi has no static power", "barrier": "SANA-FE's Loihi is a single chip"}
        if not self.fits:
            reason = f"SANA-FE's figures are of Loihi 1, not of {self.chip.name}"
            unknown |= dict.fromkeys(("synapse", "soma", "network", "time", "barrier"), reason)
        return unknown


FIGURES: dict[str, type[Figures]] = {"davies2018": Davies, "board": BoardFigures}
"""The sets by name."""
