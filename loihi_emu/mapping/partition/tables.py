"""What the kernels of the partition read and change, by name."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loihi_emu.mapping.arrays import Index, Integers, Numbers


class Graph(NamedTuple):
    """A symmetric matrix without diagonal, row by row; columns ascend."""

    indptr: Index
    indices: Index
    weights: Numbers


class Chips(NamedTuple):
    """Chips while cores are moved between them."""

    part: Index  # chip of each core
    sizes: Numbers  # (cores, resources): what each takes
    capacity: float  # of every resource
    load: Numbers  # (chips, resources)
    ties: Numbers  # (cores, chips): how strongly each core is tied to each
    members: Index  # (chips, cores): cores of each chip,
    where: Index  # where each core stands among those,
    held: Integers  # and how many there are


class Cores(NamedTuple):
    """Cores while neurons are moved between them."""

    core: Index  # of each neuron
    counts: NDArray[np.int16]  # (lists, cores): targets of each list on each core
    total: Index  # cores on which each list has targets
    reach: NDArray[np.int16]  # (lists, chips): how many of them are on each chip
    chip: Index  # of each core
    use: Integers  # (resources, cores)
    limits: Integers  # of each resource
    already: Integers  # output axons that each core may use: its limit, or what it used at the beginning
    use_away: Integers  # of each resource before a move: of the core that the neuron leaves,
    use_to: Integers  # and of the one it goes to
    members: Index  # (cores, neurons): neurons of each core,
    where: Index  # where each neuron stands among those,
    held: Integers  # and how many there are
    present: Index  # (cores, groups): neurons of each group
    waiting: Index  # (cores, cores): a neuron that would go from one to the other if there were room, or -1
    change: Numbers  # of the messages' cost if a neuron went to each core
    price: Numbers  # (chips, cores): what a message from a chip to a core costs
    by_chip: Numbers  # of the messages that a list's source sends, if it went to each chip
