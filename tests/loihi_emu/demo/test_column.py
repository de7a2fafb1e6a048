"""The cortical column of the demo."""

import numpy as np
import pytest

from loihi_emu import ValidationError
from loihi_emu.cli import commands as cli
from loihi_emu.demo import column_run
from loihi_emu.demo.column import NAMES, SIZES, column, column_network


def test_the_whole_column_has_its_published_size():
    whole = column()
    assert (whole.sizes == SIZES).all() and whole.sizes.sum() == 77_169
    assert 298_000_000 < whole.synapses.sum() < 300_000_000
    # A current of 87.8 pA that decays in 0.5 ms carries 43.9 fC: 0.1756 mV into 250 pF without a leak. So much is the
    # sum of u, the mantissa 32 at first, over steps of 0.1 ms, but for the leak within a step.
    summed = 32 / (1 - np.exp(-0.2)) / whole.vth * 15
    assert summed == pytest.approx(0.1756, rel=0.006)


def test_a_smaller_column_keeps_the_mean_input():
    """What the weights of a tenth of the synapses lack at the rates of the whole column is in its drive."""
    whole, tenth = column(), column(0.1)
    for part, stronger in ((whole, 1), (tenth, np.sqrt(10))):
        degree = part.synapses / part.sizes[:, None]
        rates = np.array([0.971, 2.868, 4.746, 5.396, 8.142, 9.078, 0.991, 7.523])
        part_mean = part.drive + 87.8 * 0.0005 * stronger * (degree * part.strength) @ rates
        if part is whole:
            wanted = part_mean
    assert np.allclose(part_mean, wanted, rtol=0.01)


def test_the_network_has_what_the_numbers_say():
    numbers, net = column(0.02), column_network(0.02, seed=3)
    assert [p.size for p in net.populations.values()] == numbers.sizes.tolist()
    assert sum(c.synapses for c in net.connections.values()) == numbers.synapses.sum()
    exciting, inhibiting = net.connections["L4e->L4e"], net.connections["L4i->L4e"]
    assert exciting.values.min() >= 1 and inhibiting.values.max() <= -1
    assert exciting.values.mean() == pytest.approx(32, rel=0.02)
    assert inhibiting.values.mean() == pytest.approx(-128, rel=0.02)
    assert net.connections["L4e->L2/3e"].values.mean() == pytest.approx(64, rel=0.02)
    assert exciting.delays.min() >= 1 and exciting.delays.max() <= 62


@pytest.mark.parametrize("scale", [0, -1, 1.5, float("nan")])
def test_scales_that_are_none(scale):
    with pytest.raises(ValidationError, match="scale"):
        column(scale)


def test_the_scale_follows_free_memory(monkeypatch):
    class Free:
        bytes = 200_000_000

    monkeypatch.setattr(column_run, "free_memory", lambda: Free)
    assert column_run.scale_of_machine() == 0.1
    Free.bytes = 100_000_000_000
    assert column_run.scale_of_machine() == 0.3
    monkeypatch.setattr(column_run, "free_memory", lambda: None)
    assert column_run.scale_of_machine() == 0.3


def test_the_command(capsys, tmp_path):
    assert cli.main(["demo", "column", "--scale", "0.05", "--ms", "50", "--threads", "2", "--out", str(tmp_path)]) == 0
    seen = capsys.readouterr().out
    for text in ("times real time", "with 2 threads", *NAMES):
        assert text in seen
    assert [p.name for p in tmp_path.iterdir()] == ["column.png"]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--scale", "2"], "scale"),
        (["--ms", "-1"], "ms"),
        (["--threads", "many"], "threads"),
        (["--threads", "0"], "threads"),
        (["--images", "5"], "--images is an option of digits"),
    ],
)
def test_wrong_options(capsys, tmp_path, arguments, text):
    assert cli.main(["demo", "column", "--out", str(tmp_path), *arguments]) == 2
    assert text in capsys.readouterr().err
