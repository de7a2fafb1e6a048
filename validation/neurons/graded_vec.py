"""GradedVec and GradedReluVec, by Lava's rules."""

from __future__ import annotations

from loihi_emu.validation.oracle_arithmetic import wrap
from loihi_emu.validation.oracle_neuron import Arrival, Counts, Neuron, NeuronRule


def lava_graded_vec(n: Neuron, a: Arrival, counts: Counts) -> int:
    """Advance Lava's GradedVec: what arrived, in 32 bits, is the payload where its magnitude exceeds the threshold.

    Examples
    --------
    >>> n = Neuron(p={"vth": 2})
    >>> lava_graded_vec(n, Arrival(step=0, q=-3), {}), lava_graded_vec(n, Arrival(step=1, q=2), {})
    (-3, 0)
    """
    value, n.v = wrap(int(n.v) + int(a.q), 31), 0
    return value if wrap(abs(value), 31) > n.p["vth"] else 0


def lava_graded_relu_vec(n: Neuron, a: Arrival, counts: Counts) -> int:
    """Advance Lava's GradedReluVec: as GradedVec, where what arrived is positive.

    Examples
    --------
    >>> lava_graded_relu_vec(Neuron(p={"vth": 2}), Arrival(step=0, q=-3), {})
    0
    """
    value, n.v = wrap(int(n.v) + int(a.q), 31), 0
    return value if value > n.p["vth"] else 0


MODELS: dict[str, dict[str, NeuronRule]] = {
    "lava": {"graded_vec": lava_graded_vec, "graded_relu_vec": lava_graded_relu_vec},
}
