"""The command that compares with recordings: on a folder of its form, equal and different ones."""

import nir
import numpy as np
import pytest

from benchmarks.exchange.recordings import main


def recorded(path, change=0.0):
    """One neuron as Norse, and as Lava in integers, would record it."""
    rng = np.random.default_rng(0)
    x = (rng.random(1000) < 0.1).astype(int)
    (path / "01_lif").mkdir()
    one = np.ones(1, np.float32)
    cell = nir.LIF(tau=np.float32(0.0025) * one, r=one, v_leak=0 * one, v_threshold=np.float32(0.1) * one)
    nir.write(path / "01_lif" / "lif_norse.nir", nir.NIRGraph.from_list(nir.Affine(np.ones((1, 1)), 0 * one), cell))
    v, w, rows, fixed = 0.0, 0, [], []
    for t in range(1000):
        v = 0.96 * v + 0.04 * x[t]
        w = w * (4096 - 163) // 4096 + 640 * (x[t - 1] if t else 0)
        spike, fixed_spike = v > 0.1, w > 1600
        v, w = (0.0 if spike else v), (0 if fixed_spike else w)
        rows.append((x[t], v + change, spike))
        fixed.append((x[t], w, fixed_spike))
    np.savetxt(path / "01_lif" / "lif_norse.csv", rows, delimiter=",")
    np.savetxt(path / "01_lif" / "lif_lava_cpu_fixed.csv", fixed, delimiter=",")


@pytest.mark.slow
def test_equal_and_different_recordings_are_told_apart(tmp_path, capsys):
    recorded(tmp_path)
    lines = main([str(tmp_path)])
    assert lines[0] == "01_lif/lif_norse.nir: 1 populations, read as it is written"
    assert lines[1].startswith("norse: the same spikes, v differs by up to") and "e-0" in lines[1]
    assert lines[2] == 'lava_cpu_fixed: the same spikes, 1000 of 1000 values of v equal (rules "lava", state)'
    assert capsys.readouterr().out.splitlines() == lines
    other = tmp_path / "other"
    other.mkdir()
    recorded(other, change=0.25)
    assert "v differs by up to 0.25" in main([str(other)])[1]


def test_no_folder_is_an_error(tmp_path):
    with pytest.raises(SystemExit):
        main([str(tmp_path / "nowhere")])
