"""What a core and a chip have, and what of it is only an estimate."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral

from loihi_emu.chips.chip import DELAY_SLOTS_LOST, Chip
from loihi_emu.errors import invalid, shown_of


@dataclass(frozen=True)
class Resource:
    """One thing that cores have a limited number of.

    Attributes
    ----------
    name : str
        Key of :attr:`loihi_emu.mapping.Placement.budgets`.
    text, short : str
        What it is, in words; and for the head of a column.
    limit : int or None
        How much a core has; None where no public source tells, and nothing is checked.
    weak : bool
        Whether the limit's evidence is weak.
    fact : str
        The attribute of the chip that the limit is from.
    """

    name: str
    text: str
    short: str
    limit: int | None
    weak: bool
    fact: str


_CORE = (
    ("compartments", "compartments", "compart.", "compartments_per_core", 1),
    ("axons_in", "input axons", "axons in", "axons_in", 1),
    ("axons_out", "output axons", "axons out", "axons_out", 1),
    ("synaptic_bits", "bits of synaptic memory", "memory", "synaptic_memory", 8),
    ("accumulators", "dendritic accumulators (compartments x delay slots)", "accum.", "accumulators", 1),
    ("compartment_profiles", "compartment profiles", "profiles", "compartment_profiles", 1),
    ("threshold_profiles", "threshold profiles", "thresh.", "threshold_profiles", 1),
    ("synapse_formats", "synapse formats", "formats", "synapse_formats", 1),
    ("trace_profiles", "pre-trace profiles", "traces", "trace_profiles", 1),
    ("learning_rules", "learning rules", "rules", "learning_rules", 1),
)
SCARCE = ("compartments", "axons_in", "axons_out", "synaptic_bits")
"""What neurons and synapses take the most of; kernels of the refinement number them in this order."""
_LEAST = dict.fromkeys((row[3] for row in _CORE), 1) | {
    "accumulators": DELAY_SLOTS_LOST, "core_memory": 1, "usable_cores": 1, "max_chips": 1, "synaptic_word_bits": 1,
    "synapse_block": 1, "block_header_bits": 0, "index_bits_min": 0, "learning_axon_slots": 1, "pop32_axon_slots": 1,
    "tiles": 1, "cores_per_tile": 1,
}  # fmt: skip
"""The least of each quantity with which anything can be placed."""
_KNOWN = ("compartments_per_core", "usable_cores", "index_bits_min")
"""Quantities that cannot be unknown."""
_ONCE = ("epochs_per_core", "decay_offsets_per_core")
"""Settings that a core has once, or of which it is not known how often."""


def resources(chip: Chip) -> dict[str, Resource]:
    """The resources of a chip's cores by name.

    Where the synaptic memory is unknown (Loihi 2 divides a core's memory as the network needs), all memory of the core
    is taken as its limit: a bound that a network which fits must keep.

    Raises
    ------
    ValidationError
        A chip on which nothing can be placed.

    Examples
    --------
    >>> from loihi_emu import LOIHI1
    >>> resources(LOIHI1)["synaptic_bits"].limit
    1048576
    """
    for fact, least in _LEAST.items():
        value = getattr(chip, fact)
        if value is None and fact not in _KNOWN:
            continue
        if not isinstance(value, Integral):
            raise invalid(chip.name, fact, shown_of(value), f"a whole number, {least} or more")
        if value < least:
            raise invalid(chip.name, fact, value, f"{least} or more")
    for fact in _ONCE:
        if getattr(chip, fact) not in (1, None):
            raise invalid(chip.name, fact, getattr(chip, fact), "1, or None where it is unknown and nothing is checked")
    by_name, facts = {}, {f.name: f for f in chip.facts()}
    for name, text, short, fact, scale in _CORE:
        if fact == "synaptic_memory" and chip.synaptic_memory is None:
            fact = "core_memory"
        value = getattr(chip, fact)
        limit = None if value is None else int(value) * scale
        by_name[name] = Resource(name, text, short, limit, facts[fact].weak, fact)
    return by_name
