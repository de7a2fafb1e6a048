"""Recordings of a chip are replayed: a CSV of input, v and spike."""

import os

import numpy as np
import pytest

from loihi_emu import ValidationError
from loihi_emu.cli import main
from loihi_emu.validation.silicon import read_recording, replay_silicon


def recording(path, steps=300, seed=0, dv=163, vth=25, weight=10):
    """What a chip records of one LIF whose u keeps nothing, in plain Python; v reads 128 in the step of a spike."""
    rng = np.random.default_rng(seed)
    given, v, rows = 0, 0, []
    for _ in range(steps):
        now = int(rng.random() < 0.35)
        v = (abs(v) * (4096 - dv) // 4096) * (1 if v >= 0 else -1) + 64 * weight * given
        spike = int(v > 64 * vth)
        rows.append((now, 128 if spike else v, spike))
        v = 0 if spike else v
        given = now
    np.savetxt(path, rows, delimiter=",", fmt=["%d", "%d", "%.1f"])
    return np.array(rows)


def test_an_equal_recording_is_said_to_be_equal(tmp_path, capsys):
    rows = recording(tmp_path / "chip.csv")
    assert rows[:, 2].sum() > 5
    assert main(["validate", "--silicon", str(tmp_path / "chip.csv")]) == 0
    said = capsys.readouterr().out
    assert said.count("300 of 300 spikes equal, 300 of 300 voltages equal") == 2
    assert 'rules "chip"' in said
    assert 'rules "lava"' in said


def test_a_difference_is_found_and_shown(tmp_path, capsys):
    rows = recording(tmp_path / "chip.csv")
    row = int(np.flatnonzero(rows[:, 2])[2])
    rows[row, 1] = 0
    np.savetxt(tmp_path / "other.csv", rows, delimiter=",", fmt="%d")
    assert replay_silicon(tmp_path / "other.csv") == 1
    said = capsys.readouterr().out
    assert "300 of 300 spikes equal, 299 of 300 voltages equal" in said
    assert f"row {row}: v 0, spike 1 on the chip; v 128, spike 1 here" in said


def test_other_neurons_are_given_by_their_numbers(tmp_path, capsys):
    recording(tmp_path / "chip.csv", dv=400, vth=40, weight=33)
    given = ["--dv", "400", "--vth", "40", "--weight", "33"]
    assert main(["validate", "--silicon", str(tmp_path / "chip.csv"), *given]) == 0
    assert main(["validate", "--silicon", str(tmp_path / "chip.csv")]) == 1
    capsys.readouterr()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "an empty file"),
        ("\x89HDF\r\n\x1a\n", "an HDF5 file"),
        ("[1, 2]", "a JSON text"),
        ("1,2\n3,4\n", r"a table of shape \(2, 2\)"),
        ("in,v,spike\n0,0,0\n", "no header"),
        ("0,0.5,0\n", "whole numbers"),
        ("0,0,2\n", r"spike: got 2.*0\.\.1"),
        ("0,99999999,0\n", "v: got 99999999"),
        ("0,nan,0\n", "finite"),
        ("0,0,0\n0,0\n", "a CSV of whole numbers"),
    ],
)
def test_files_of_another_form_are_errors(tmp_path, text, said):
    (tmp_path / "x.csv").write_text(text, encoding="latin-1", newline="")
    with pytest.raises(ValidationError, match=said) as caught:
        read_recording(tmp_path / "x.csv")
    assert "x.csv" in str(caught.value)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_a_pipe_is_not_waited_for(tmp_path, capsys):
    os.mkfifo(tmp_path / "pipe")
    assert main(["validate", "--silicon", str(tmp_path / "pipe")]) == 2
    assert "pipe: got something that is no file" in capsys.readouterr().err


def test_paths_are_counted_from_the_current_folder(tmp_path, monkeypatch, capsys):
    (tmp_path / "sub").mkdir()
    recording(tmp_path / "sub" / "chip.csv")
    monkeypatch.chdir(tmp_path)
    assert main(["validate", "--silicon", "sub/chip.csv"]) == 0
    assert main(["validate", "--silicon", "chip.csv"]) == 2
    assert "chip.csv: got no file" in capsys.readouterr().err
