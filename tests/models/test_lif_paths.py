"""Blocks of the chip's LIF near the ends of their fields: fast, checked and counted steps, beside the oracle."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import UNHEEDED
from recipes import assert_equals_oracle

from loihi_emu import Emulator, Network, Noise
from loihi_emu.models import layout
from loihi_emu.models.neurons import lif_chip
from loihi_emu.widths import STATE_MAX

pytestmark = UNHEEDED

N = 9
EDGES = (0, lif_chip.FREE - lif_chip.Q_MAX, lif_chip.FREE, STATE_MAX - 524160, STATE_MAX)
"""Magnitudes around which a block changes its path, or a field ends."""
VOLTAGES = st.builds(
    lambda edge, off, sign: int(np.clip(sign * (edge + off), -STATE_MAX, STATE_MAX)),
    st.sampled_from(EDGES), st.integers(-3, 3) | st.integers(-70000, 70000), st.sampled_from([-1, 1]),
)  # fmt: skip
CELLS = st.fixed_dictionaries(
    {
        "vth": st.sampled_from([0, 100, 32767, 32768, 98000, 131071]),
        "du": st.sampled_from([0, 1, 4096]),
        "dv": st.sampled_from([0, 1, 41, 4096]),
        "bias": st.sampled_from([-4095, -1, 0, 7, 4095]),
        "bias_exp": st.sampled_from([0, 7]),
        "refractory": st.sampled_from([1, 3]),
        "u": st.lists(VOLTAGES, min_size=N, max_size=N).map(np.array),
        "v": st.lists(VOLTAGES, min_size=N, max_size=N).map(np.array),
    },
    optional={
        "vmin": st.sampled_from([0, -1000, -(1 << 22), 1 - STATE_MAX]),
        "vmax": st.sampled_from([511, 8191, 1 << 22, STATE_MAX - 1]),
    },
)


def network(cells: dict[str, Any], weight: int, noise: Noise | None) -> Network:
    """Neurons that some inputs drive, or none, with probes on all that they do."""
    net = Network("edges", seed=3)
    net.population("cells", N, noise=noise, **cells)
    if weight:
        source = net.input("source", N, spikes=([0, 1, 1, 3, 3, 3], [0, 0, 4, 0, 4, 8]))
        net.probe("source", "spikes")
        net.connect(source, net["cells"], np.full((N, N), 2 * weight), weight_exp=6, sign_mode="mixed")
    net.probe("cells", ["spikes", "u", "v"])
    return net


@given(
    CELLS, st.sampled_from([0, 3, -127, 127]), st.sampled_from([None, Noise("u", 9), Noise("v", 12), Noise("u", 17)])
)
def test_every_path_gives_the_oracles_numbers(cells: dict[str, Any], weight: int, noise: Noise | None) -> None:
    cells |= {"v": np.clip(cells["v"], cells.get("vmin"), cells.get("vmax"))}
    net = network(cells, weight, noise)
    assert_equals_oracle(net, Emulator(net).run(8))


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"vth": 131071, "v": lif_chip.FREE - 4}, lif_chip.FAST),
        ({"vth": 131071, "v": lif_chip.FREE + 4}, lif_chip.CHECKED),
        ({"vth": 100, "v": lif_chip.FREE + 4}, lif_chip.FAST),  # it spikes, and begins anew
        ({"vth": 131071, "v": STATE_MAX, "bias": 4095, "bias_exp": 7}, lif_chip.COUNTED),
        ({"vth": 100, "vmin": -1000, "vmax": 8191}, lif_chip.FAST),
    ],
)
def test_the_path_of_the_next_step(changed: dict[str, Any], path: int) -> None:
    net = Network("path")
    net.population("cells", N, du=0, dv=0, **changed)
    emulator = Emulator(net)
    emulator.run(1, progress=False)
    (group,) = emulator.image.groups
    assert group.parts[0].description.flags & layout.CHECKED_ONLY == 0
    assert emulator.image.arena[f"{group.key}.paths"][0] == path
