"""The command line: what it prints, and what it says to mistakes."""

import subprocess
import sys

import pytest

import loihi_emu
from loihi_emu import cli


@pytest.mark.parametrize("name", ["loihi1", "loihi2"])
def test_chip(capsys, name):
    assert cli.main(["chip", name]) == 0
    seen = capsys.readouterr()
    assert seen.out.startswith(f"Loihi {name[-1]}") and seen.err == ""


def test_version(capsys):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["--version"])
    assert stopped.value.code == 0 and capsys.readouterr().out == f"loihi_emu {loihi_emu.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ([], "required: COMMAND"),
        (["dem"], "invalid choice: 'dem'"),
        (["chip", "loihi3"], "invalid choice: 'loihi3'"),
        (["demo", "--images", "many"], "invalid int value: 'many'"),
        (["demo", "--image"], "--image"),
    ],
)
def test_mistakes_in_the_arguments(capsys, arguments, text):
    with pytest.raises(SystemExit) as stopped:
        cli.main(arguments)
    assert stopped.value.code == 2
    seen = capsys.readouterr()
    assert text in seen.err and "usage: loihi_emu" in seen.err and seen.out == ""


@pytest.mark.parametrize(
    ("arguments", "texts"),
    [
        (["demo", "--images", "0"], ["demo, images", "got 0", "1.."]),
        (["demo", "--images", "100000"], ["demo, images", "got 100000"]),
        (["validate", "--golden", "no-such-folder"], ["no-such-folder", "brian2_loihi, nengo_loihi"]),
    ],
)
def test_errors_are_one_line_and_no_traceback(capsys, arguments, texts):
    assert cli.main(arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith("loihi_emu: ") and error.count("\n") == 1
    for text in texts:
        assert text in error


def test_ctrl_c_ends_with_the_usual_status(capsys, monkeypatch):
    def interrupted(options):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_chip", interrupted)
    assert cli.main(["chip"]) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_demo(capsys, tmp_path):
    assert cli.main(["demo", "--images", "20", "--out", str(tmp_path / "pictures")]) == 0
    seen = capsys.readouterr().out
    for text in ("held-out images              20, ", "accuracy, chip integers", "time per image"):
        assert text in seen
    assert sorted(p.name for p in (tmp_path / "pictures").iterdir()) == ["confusion.png", "raster.png", "traces.png"]


def test_the_module_runs():
    done = subprocess.run(
        [sys.executable, "-m", "loihi_emu", "chip"], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.startswith("Loihi 1") and done.stderr == ""


def test_learning_demo_learns_without_labels(capsys, tmp_path):
    assert cli.main(["demo", "learning", "--out", str(tmp_path)]) == 0
    seen = capsys.readouterr().out
    accuracy = float(seen.split("accuracy ")[1].split("%")[0])
    assert accuracy > 85
    assert float(seen.split("with the random weights")[1].split("%")[0]) < 40
    assert sorted(p.name for p in tmp_path.iterdir()) == ["fields.png", "learning-confusion.png", "learning.png"]
    assert cli.main(["demo", "learning", "--images", "0"]) == 2
