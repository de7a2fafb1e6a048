"""The command line: what it prints, and what it says to mistakes."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import loihi_emu
from loihi_emu import Emulator, Network
from loihi_emu.cli import commands as cli


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


@pytest.mark.slow
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


@pytest.mark.slow
def test_learning_demo_learns_without_labels(capsys, tmp_path):
    assert cli.main(["demo", "learning", "--out", str(tmp_path)]) == 0
    seen = capsys.readouterr().out
    accuracy = float(seen.split("accuracy ")[1].split("%")[0])
    assert accuracy > 85
    assert float(seen.split("with the random weights")[1].split("%")[0]) < 40
    assert sorted(p.name for p in tmp_path.iterdir()) == ["fields.png", "learning-confusion.png", "learning.png"]
    assert cli.main(["demo", "learning", "--images", "0"]) == 2


# ------------------------------------------------------------ map
@pytest.fixture
def saved(tmp_path):
    """A network and a recording of it."""
    net = Network("mapped", seed=1)
    source, cells = net.input("source", 20, rate=0.3), net.population("cells", 1500, vth=60)
    net.connect(source, cells, np.full((1500, 20), 20))
    net.connect(cells[:40], cells[1200:1300], np.full((100, 40), 20))
    net.probe(source)
    net.probe(cells)
    Emulator(net).run(50).save(tmp_path / "rec")
    return net.save(tmp_path / "net")


def test_map_prints_the_report_of_a_saved_network(capsys, saved):
    for name in (saved, saved.with_suffix("")):
        assert cli.main(["map", str(name), "--boards", "Kapoho Bay", "Nahuku"]) == 0
        seen = capsys.readouterr()
        expected = Network.load(saved).place(boards=["Kapoho Bay", "Nahuku"]).report()
        assert seen.out == expected + "\n" and seen.err == ""


@pytest.mark.slow
def test_map_with_a_recording_and_a_picture(capsys, saved, tmp_path):
    picture = tmp_path / "map.png"
    options = ["--recording", str(tmp_path / "rec.npz"), "--picture", str(picture), "--chip", "loihi1", "--rows", "1"]
    assert cli.main(["map", str(saved), *options]) == 0
    seen = capsys.readouterr().out
    assert "messages per step, at the rates given" in seen and 'Estimate of "mapped" on Loihi 1: 50 steps' in seen
    assert "... and 1 more cores" in seen
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_map_places_the_programs_of_a_lava_script(capsys, tmp_path):
    script = tmp_path / "program.py"
    script.write_text(
        "from lava.magma.core.run_conditions import RunSteps\n"
        "from lava.magma.core.run_configs import Loihi1SimCfg\n"
        "from lava.proc.lif.process import LIF\n"
        "for size in (5, 2000):\n"
        "    cells = LIF(shape=(size,), name=f'cells{size}')\n"
        "    cells.run(condition=RunSteps(num_steps=1), run_cfg=Loihi1SimCfg(select_tag='fixed_pt'))\n"
        "    cells.stop()\n"
    )
    code = "import sys; from loihi_emu import cli; sys.exit(cli.main(sys.argv[1:]))"
    arguments = ["map", str(script), "--picture", str(tmp_path / "map.png")]
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert 'Network "cells5" on Loihi 1' in done.stdout and "2,000 neurons and 0 synapses on 2 cores" in done.stdout
    assert done.stdout.startswith("program 1 (cells5, Loihi1SimCfg)\n====")
    assert (tmp_path / "map.png").is_file()


def test_map_of_what_does_not_fit_is_one_line_and_status_2(capsys, tmp_path):
    net = Network("large")
    net.population("cells", 1024 * 128 * 3, vth=1)
    path = net.save(tmp_path / "net")
    assert cli.main(["map", str(path), "--boards", "Kapoho Bay"]) == 2
    seen = capsys.readouterr()
    assert seen.out == "" and seen.err.count("\n") == 1
    assert seen.err.startswith("loihi_emu: ") and "needs 3 chips (384 cores), Kapoho Bay has 2" in seen.err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "texts"),
    [
        (["none.npz"], ["none.npz", "no file", "Network.save"]),
        (["none.py"], ["none.py", "no file"]),
        ([""], ["a folder", "Network.save"]),
        (["rec.npz"], ["a file of kind 'loihi_emu recording'", "loihi_emu network"]),
        (["net.npz", "--boards", "Nahuk"], ['did you mean "Nahuku"']),
        (["net.npz", "--strategy", "greddy"], ['did you mean "greedy"']),
        (["net.npz", "--recording", "net.npz"], ["a file of kind 'loihi_emu network'"]),
        (["net.npz", "--rows", "0"], ["rows", "got 0"]),
        (["net.npz", "--picture", "no/map.png"], ["--picture", "no/map.png"]),
        (["net.npz", "--picture", "map.xyz"], ["--picture", "map.xyz"]),
        (["empty.py"], ["empty.py", "no Lava program with neurons", "net.save"]),
        (["empty.py", "--recording", "rec.npz"], ["--recording", "Lava script"]),
    ],
)
def test_mistakes_of_map(capsys, saved, monkeypatch, arguments, texts):
    monkeypatch.chdir(saved.parent)
    (saved.parent / "empty.py").write_text("x = 1\n")
    assert cli.main(["map", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("loihi_emu: ") and error.count("\n") == 1
    for text in texts:
        assert text in error


@pytest.mark.slow
def test_a_reader_that_stops_is_no_error():
    command = [sys.executable, "-m", "loihi_emu", "chip", "loihi1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


@pytest.mark.parametrize(
    ("name", "data", "texts"),
    [
        ("x.net", b"\x89HDF\r\n\x1a\n", ["an HDF5 file", "Network.from_net reads it"]),
        ("x.nir", b"\x89HDF\r\n\x1a\n", ["an HDF5 file", "Network.from_nir reads .nir files"]),
        ("x.py", b"\x89HDF\r\n\x1a\n", ["an HDF5 file", "a Lava script"]),
        ("x.npz", b"", ["an empty file"]),
        ("x.txt", b"hello", ["a text file"]),
    ],
)
def test_map_names_foreign_files(capsys, tmp_path, name, data, texts):
    (tmp_path / name).write_bytes(data)
    assert cli.main(["map", str(tmp_path / name)]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and all(text in told for text in [name, *texts])


def test_bench_is_found_in_a_clone_alone(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(Path(__file__).resolve().parents[3])
    with pytest.raises(SystemExit) as stopped:
        cli.main(["bench", "--help"])
    assert stopped.value.code == 0 and "--workload" in capsys.readouterr().out
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cli, "__file__", str(tmp_path / "loihi_emu" / "cli.py"))
    assert cli.main(["bench", "--quick"]) == 2
    assert "benchmarks are not installed; run this in a clone" in capsys.readouterr().err
