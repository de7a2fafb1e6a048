"""Which kind of learner a connection gets under the network's rules."""

from __future__ import annotations

from typing import TypeAlias

from loihi_emu.elements import Connection
from loihi_emu.image.plasticity import Plastic
from loihi_emu.image.plasticity_brian2 import PlasticBrian2
from loihi_emu.image.plasticity_conv import PlasticConv
from loihi_emu.image.plasticity_nengo import PlasticNengo
from loihi_emu.image.projections import Origin
from loihi_emu.image.sinks import Sink
from loihi_emu.network import Network

Learner: TypeAlias = "Plastic | PlasticBrian2 | PlasticNengo"


def make_learner(
    c: Connection, number: int, origin: Origin, first: int, sink: Sink, target: int, network: Network
) -> Learner:
    """The learner of a connection.

    Parameters
    ----------
    c : Connection
    number : int
        Its number in order of creation: selects the stream of random numbers.
    origin, first
        Source of spikes, and the source population's first neuron there.
    sink, target
        Where weights add up, and the target population's first accumulator there.
    network : Network
    """
    if network.rules == "brian2_loihi":
        return PlasticBrian2(c, number, origin, first, sink, target, network.seed)
    if network.rules == "nengo_loihi":
        return PlasticNengo(c, origin, first, sink, target, network)
    sizes = {name: node.size for name, node in [*network.populations.items(), *network.inputs.items()]}
    made = PlasticConv if c.kind == "conv" else Plastic
    return made(c, number, origin, first, sink, target, network.seed, network.max_delay, sizes)
