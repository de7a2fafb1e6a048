"""What a Loihi chip is: its capacities, field widths, energies and times, each with its source.

Quantities are plain attributes (``LOIHI1.cores``); :meth:`Chip.fact` gives the evidence of one, :meth:`Chip.describe`
that of all. What no public source tells is None, and the fact says why. To try a chip that does not exist, use
``dataclasses.replace(LOIHI1, cores=4)``: what was changed is then marked so in the facts.

The short names in the sources: Davies 2018 (IEEE Micro 38(1):82), Davies 2021 (Proc. IEEE 109(5):911), Dey 2022,
Frady 2020; NL is nengo-loihi 1.1.0, B2L brian2-loihi 0.5.2, Fugu Sandia's, Lava 0.10.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from loihi_emu import errors, numeric
from loihi_emu.chips.data import LOIHI1_FACTS, LOIHI2_FACTS
from loihi_emu.chips.facts import Fact, table
from loihi_emu.keywords import known_keywords_of
from loihi_emu.read_only import read_only


def _q(what: str, unit: str = "") -> Any:
    """Declare a quantity: its meaning and unit."""
    return field(metadata={"what": what, "unit": unit})


@known_keywords_of
@read_only()
@dataclass(frozen=True, kw_only=True, repr=False)
class Chip:
    """A frozen description of one kind of chip.

    Attributes are whole numbers unless said otherwise; None is unknown. Widths of signed fields count magnitude bits:
    ``u_bits = 23`` is 23 bits and a sign. Each attribute's meaning, unit, grade and source: :meth:`fact`.

    Examples
    --------
    >>> LOIHI1.cores, LOIHI1.max_delay
    (128, 62)
    >>> print(LOIHI1.fact("cores"))
    cores: 128 [paper] Davies 2018 p.86; NL allocators.py
    """

    name: str

    process: str = _q("semiconductor process")
    die_mm2: float = _q("die area", "mm2")
    transistors: int = _q("transistors per chip")
    sram_mb: int | None = _q("all SRAM on the chip", "MB")
    cores: int = _q("neuromorphic cores per chip")
    usable_cores: int = _q("cores that software can place on")
    x86_cores: int = _q("embedded x86 cores per chip")
    tiles: int | None = _q("groups of cores that share a router")
    cores_per_tile: int | None = _q("cores per tile")
    max_mesh_cores: int | None = _q("cores of a chip that the mesh can address")
    max_chips: int | None = _q("chips that the mesh can address")

    compartments_per_core: int = _q("compartments (neurons) per core")
    compartments: int = _q("compartments per chip")
    synapses: int | None = _q("synapses per chip")
    axons_in: int | None = _q("input axons (lists of synapses) per core")
    axons_out: int | None = _q("output axons (core-to-core edges) per core")
    learning_axon_slots: int | None = _q("input axon slots that a learning list takes")
    pop32_axon_slots: int | None = _q("axon slots that a pop32 axon takes")
    core_memory: int | None = _q("all memory of a core", "bytes")
    synaptic_memory: int | None = _q("synaptic memory of a core", "bytes")
    synaptic_word_bits: int | None = _q("word that a block of synapses is rounded up to", "bits")
    synapse_block: int | None = _q("synapses per block, at most")
    block_header_bits: int | None = _q("header of a block of synapses", "bits")
    index_bits_min: int = _q("narrowest compartment index of a sparse list; 0: indices take no memory", "bits")
    routing_memory: int | None = _q("routing tables per core", "bytes")
    accumulators: int | None = _q("dendritic accumulators per core: delay slots x compartments")
    compartment_profiles: int | None = _q("compartment parameter profiles per core")
    threshold_profiles: int | None = _q("threshold profiles per core")
    synapse_formats: int | None = _q("synapse formats per core")
    trace_profiles: int | None = _q("presynaptic trace configurations per core")
    learning_rules: int | None = _q("different learning rules per core")
    epochs_per_core: int | None = _q("lengths of a learning epoch per core")
    decay_offsets_per_core: int | None = _q("whether decays count one more: settings per core, for u and for v")
    update_group: int | None = _q("compartments updated as one group")
    host_spikes: int | None = _q("stimulus spikes from the host per step and chip")

    u_bits: int = _q("current u, magnitude", "bits")
    v_bits: int = _q("voltage v, magnitude", "bits")
    q_bits: int = _q("sum of arriving weights, magnitude", "bits")
    decay_bits: int = _q("decay fields", "bits")
    decay_max: int = _q("largest effective decay: all is lost in a step")
    vth_bits: int = _q("threshold mantissa, unsigned", "bits")
    vth_max: int = _q("largest threshold mantissa")
    vth_shift: int = _q("left shift from threshold mantissa to v", "bits")
    bias_bits: int = _q("bias mantissa, magnitude", "bits")
    bias_max: int = _q("largest size of a bias mantissa")
    bias_exp_max: int = _q("largest bias exponent; the least is 0")
    weight_bits_max: int = _q("widest weight, magnitude, or with sign if mixed", "bits")
    weight_exp_min: int = _q("least weight exponent")
    weight_exp_max: int = _q("largest weight exponent")
    weight_shift: int = _q("left shift from scaled weight to u", "bits")
    weight_limit: int = _q("largest size of a weight after its exponent, before the shift")
    delay_bits: int = _q("synaptic delay field", "bits")
    max_delay: int = _q("longest synaptic delay that works", "steps")
    refractory_min: int = _q("shortest refractory setting; 1 spikes again in the next step", "steps")
    refractory_max: int = _q("longest refractory setting", "steps")
    vmin_exp_max: int = _q("largest e of the lower limit of v, -(2^e) + 1; the least is 0")
    vmax_exp_max: int = _q("largest e of the upper limit of v, 2^(9+2e) - 1; the least is 0")
    noise_min: int = _q("least value of the noise generator")
    noise_max: int = _q("largest value of the noise generator")
    noise_exp_max: int | None = _q("largest noise exponent")
    payload_bits: int | None = _q("graded spike payload; 0 if spikes carry none", "bits")
    spike_message_bits: int | None = _q("spike message on the mesh", "bits")
    trace_bits: int | None = _q("spike trace, unsigned", "bits")
    impulse_bits: int | None = _q("trace impulse, whole part", "bits")
    tag_bits: int | None = _q("synaptic tag, with sign", "bits")
    learning_bits: int | None = _q("learning accumulator, magnitude", "bits")
    epoch_max: int | None = _q("longest learning epoch", "steps")

    synop_pj: float | None = _q("energy of a synaptic operation", "pJ")
    learn_pj: float | None = _q("energy of a learning (STDP) update", "pJ")
    active_pj: float | None = _q("energy of the update of an active neuron", "pJ")
    inactive_pj: float | None = _q("energy of the update of an inactive neuron", "pJ")
    tile_spike_pj: float | None = _q("energy of a spike within a tile", "pJ")
    hop_x_pj: float | None = _q("energy of a tile hop, east-west", "pJ")
    hop_y_pj: float | None = _q("energy of a tile hop, north-south", "pJ")
    barrier_pj: float | None = _q("energy of the barrier at the end of a step", "pJ")
    static_mw: float | None = _q("static power per chip", "mW")
    synop_ns: float | None = _q("time of a synaptic operation", "ns")
    learn_ns: float | None = _q("time of a learning (STDP) update", "ns")
    active_ns: float | None = _q("time of the update of an active neuron", "ns")
    inactive_ns: float | None = _q("time of the update of an inactive neuron", "ns")
    tile_spike_ns: float | None = _q("time of a spike within a tile", "ns")
    hop_x_ns: float | None = _q("time of a tile hop, east-west", "ns")
    hop_y_ns: float | None = _q("time of a tile hop, north-south", "ns")
    barrier_min_ns: float | None = _q("barrier of one tile", "ns")
    barrier_max_ns: float | None = _q("barrier of all tiles of a chip", "ns")
    tile_gspikes: float | None = _q("spikes that a tile passes on", "Gspike/s")

    sources: tuple[Fact, ...] = field(repr=False, compare=False, default=())

    def __post_init__(self) -> None:
        """Where cores were changed and the usable ones were not, there are no more usable ones than cores."""
        usable = [f.value for f in self.sources if f.name == "usable_cores"]
        if self.usable_cores in usable and self.cores < self.usable_cores:
            object.__setattr__(self, "usable_cores", self.cores)

    def facts(self) -> tuple[Fact, ...]:
        """Return all facts in order, each with value, unit, grade, source and doubt."""
        known = {f.name: f for f in self.sources}
        found = []
        for f in fields(self):
            if "what" not in f.metadata:
                continue
            value = getattr(self, f.name)
            fact = known.get(f.name)
            if fact is None or fact.value != value:
                was = "" if fact is None else f"; {self.name} has {fact.shown}"
                fact = Fact(value=value, grade="changed", source=f"set by the user{was}")
            found.append(fact.named(f.name, f.metadata["what"], f.metadata["unit"]))
        return tuple(found)

    def fact(self, name: str) -> Fact:
        """Return one fact by attribute name; an unknown name raises UnknownNameError with near names."""
        by_name = {f.name: f for f in self.facts()}
        if name not in by_name:
            raise errors.unknown(f"quantity of {self.name}", name, by_name)
        return by_name[name]

    def delay_limit(self, compartments: int) -> int | None:
        """Return the longest delay into a core that holds so many compartments.

        A core's dendritic accumulators are shared: each compartment has ``accumulators // compartments`` slots (8 at
        1024 compartments, 64 at 128) and the longest delay is the number of slots less 2, at most ``max_delay``.
        Source: Fugu's Loihi backend; Davies 2018 p.92 gives the ends, 8 and 62. None if the chip's number is unknown.

        Examples
        --------
        >>> [LOIHI1.delay_limit(n) for n in (1, 128, 256, 1024)]
        [62, 62, 30, 6]
        """
        numeric.ranged(self.name, "compartments", compartments, 1, self.compartments_per_core, "Use more cores.")
        if self.accumulators is None:
            return None
        return min(self.max_delay, self.accumulators // compartments - DELAY_SLOTS_LOST)

    def describe(self) -> str:
        """Return all facts as a text table; a ``?`` after the grade marks weak evidence."""
        return table(self.name, self.facts())

    def __repr__(self) -> str:
        weak = sum(f.weak and f.value is not None for f in self.facts())
        missing = sum(f.value is None for f in self.facts())
        return (
            f"<Chip {self.name}: {self.cores} cores of {self.compartments_per_core} compartments; "
            f"{len(self.facts())} facts, {weak} weakly sourced, {missing} unknown; describe() lists them>"
        )


DELAY_SLOTS_LOST = 2
"""Slots of the delay ring that cannot serve as delays: Fugu's Loihi backend allows the number of slots less 2."""


def _chip(name: str, evidence: dict[str, Fact]) -> Chip:
    """Build a chip from its facts, each under the name of its attribute."""
    values: dict[str, Any] = {key: fact.value for key, fact in evidence.items()}
    named = tuple(fact.named(key, "", "") for key, fact in evidence.items())
    return Chip(name=name, sources=named, **values)


LOIHI1 = _chip("Loihi 1", LOIHI1_FACTS)
"""Intel's first Loihi (2018)."""

LOIHI2 = _chip("Loihi 2", LOIHI2_FACTS)
"""Loihi 2 (2021). Its public sources are thin: ask ``LOIHI2.describe()`` before leaning on a number."""
