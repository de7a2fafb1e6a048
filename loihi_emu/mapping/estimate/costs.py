"""Published figures of what a step costs: those of SANA-FE's Loihi, and barriers across chips.

Davies 2018's Table 2 stands in the facts of the chip (:mod:`loihi_emu.chips.data`).
"""

from __future__ import annotations

from loihi_emu.chips.facts import Fact, code, paper

_FILE = "SANA-FE 2.2.9 (Boyle et al.), loihi.yaml"
_FITTED = "the file credits Davies 2018, whose values differ; tuned to measurements of a Nahuku board"
_SAME = "as Davies 2018 Table 2 has it"
_FRADY = "Frady 2020"


def _fact(name: str, value: float, unit: str, what: str, doubt: str = _FITTED) -> Fact:
    return code(value, _FILE, doubt).named(name, what, unit)


BOARD: dict[str, Fact] = {
    f.name: f
    for f in (
        _fact("soma_access_pj", 51.2, "pJ", "energy of a neuron in a step, idle or not"),
        _fact("soma_update_pj", 21.6, "pJ", "further energy of a neuron that is updated"),
        _fact("soma_spike_pj", 69.3, "pJ", "further energy of a neuron that spikes"),
        _fact("synapse_dense_pj", 35.5, "pJ", "energy of a synaptic event of a dense list"),
        _fact("synapse_sparse_pj", 33.6, "pJ", "energy of a synaptic event of a sparse list"),
        _fact("synapse_conv_pj", 24.0, "pJ", "energy of a synaptic event of a convolution"),
        _fact("axon_out_pj", 111.0, "pJ", "energy of a message: one for each spike and core it goes to"),
        _fact("hop_x_pj", 3.0, "pJ", "energy of a tile hop, east-west", _SAME),
        _fact("hop_y_pj", 4.2, "pJ", "energy of a tile hop, north-south"),
        _fact("soma_access_ns", 6.0, "ns", "time of a neuron in a step, idle or not"),
        _fact("soma_update_ns", 3.7, "ns", "further time of a neuron that is updated"),
        _fact("soma_spike_ns", 30.0, "ns", "further time of a neuron that spikes"),
        _fact("synapse_dense_ns", 3.8, "ns", "time of a synaptic event of a dense list"),
        _fact("synapse_sparse_ns", 4.7, "ns", "time of a synaptic event of a sparse list"),
        _fact("synapse_conv_ns", 3.1, "ns", "time of a synaptic event of a convolution"),
        _fact("axon_out_ns", 5.1, "ns", "time of a message at the core that sends it"),
        _fact("axon_in_ns", 16.0, "ns", "time of a message at the core that receives it"),
        _fact("sync_1_ns", 600.0, "ns", "barrier of 1 tile"),
        _fact("sync_2_ns", 1000.0, "ns", "barrier of 2 or 3 tiles"),
        _fact("sync_4_ns", 1400.0, "ns", "barrier of 4..28 tiles"),
        _fact("sync_29_ns", 1800.0, "ns", "barrier of 29 or more tiles"),
    )
}
"""What SANA-FE takes for Loihi, by name."""

CHIP_BARRIERS: tuple[tuple[int, Fact], ...] = (
    (256, paper(14_300.0, f"{_FRADY}: 4 x 64 chips").named("barrier_256_ns", "barrier of 256 chips", "ns")),
    (768, paper(16_200.0, f"{_FRADY}: 768 chips").named("barrier_768_ns", "barrier of 768 chips", "ns")),
)
"""Numbers of chips and the barrier measured on so many."""


def board_barrier(tiles: int) -> float:
    """SANA-FE's barrier of so many tiles that hold neurons, in ns: a step function.

    Examples
    --------
    >>> [board_barrier(n) for n in (1, 3, 4, 32)]
    [600.0, 1000.0, 1400.0, 1800.0]
    """
    least = max((n for n in (1, 2, 4, 29) if n <= tiles), default=1)
    value = BOARD[f"sync_{least}_ns"].value
    assert isinstance(value, float)
    return value
