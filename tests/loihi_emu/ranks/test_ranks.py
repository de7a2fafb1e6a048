"""Several ranks give what one process gives, whatever is done; where one fails, all stop with an error."""

import pickle
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from messages import UNHEEDED
from on_ranks import small, start, start_python
from plastic_convolutions import convolutions
from plastic_lava_networks import networks as lava_networks
from plastic_networks import networks
from project_files import ROOT
from strategies import RULES, recipes

from loihi_emu import Emulator, MissingExtraError, Network, Recording, ValidationError, uniform
from loihi_emu.cli.commands import main
from loihi_emu.network.builders.distributions import Distribution
from loihi_emu.ranks.digests import digest_of
from loihi_emu.ranks.world import launched
from loihi_emu.rules import find
from loihi_emu.validation.golden import load
from loihi_emu.validation.golden_nengo import nengo_network

pytestmark = UNHEEDED
FIXED = settings(
    max_examples=5, derandomize=True, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)


def run_well(ranks, program, folder, **variables):
    """Run a program of which every rank must say that all was well."""
    done = start(ranks, program, folder, **variables)
    assert (done.returncode, done.stdout.split()) == (0, ["well"] * ranks), done.stderr[-3000:]


def examples(*strategies, count=2):
    """The same few random examples in every run; Hypothesis begins with the smallest: these are the last of some."""
    found = []

    @FIXED
    @given(st.tuples(*strategies))
    def collect(made):
        found.append(made)

    collect()
    return [one for made in found[-count:] for one in made]


def random_networks():
    """The same few random networks of every model in every run, and networks that learn."""
    models = [(rules, model.name) for rules in RULES for model in find(rules).models]
    made = [
        one for rules, name in models for one in examples(recipes(rules=st.just(rules), model=name, most=40, steps=8))
    ]
    made += [later(recipe) for recipe in made[::3] if not find(recipe.rules).weights.floats]
    learning = examples(networks(), convolutions(), lava_networks("lava"), lava_networks("float"), count=3)
    learning += examples(networks(simple=True))
    found = [(nengo_network(*load("nengo_loihi", "pes_two_noise")).network, 8)]
    return [*found, *((recipe.network(), recipe.steps) for recipe in made), *((net, 8) for net in learning)]


def later(recipe):
    """The same network with longer delays."""
    longest = find(recipe.rules).max_delay or 8

    def raised(delays):
        return uniform(2, 5) if isinstance(delays, Distribution) else np.minimum(np.asarray(delays) + 2, longest)

    links = [replace(link, options=link.options | {"delays": raised(link.options["delays"])}) for link in recipe.links]
    return recipe.with_links(links)


@pytest.mark.slow
@pytest.mark.parametrize("ranks", [2, 3])
def test_random_networks_of_every_model_in_small_blocks(ranks, tmp_path):
    (tmp_path / "networks").write_bytes(pickle.dumps(random_networks()))
    run_well(ranks, "networks", tmp_path, NUMBA_DISABLE_JIT="1")


@pytest.mark.slow
@pytest.mark.parametrize(("program", "numbers"), [("calls", (2, 3)), ("calls_later", (2, 4))])
def test_all_that_an_emulator_can_do_and_checkpoints_of_other_numbers_of_ranks(program, numbers, tmp_path):
    for ranks in numbers:
        run_well(ranks, program, tmp_path)


@pytest.mark.parametrize("ranks", [2, pytest.param(3, marks=pytest.mark.slow)])
def test_ranks_that_do_different_things_or_fail_all_raise_and_can_go_on(ranks, tmp_path):
    run_well(ranks, "wrong", tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("program", "told"),
    [
        ("ends_early", "SimulationError: run(10): rank 1 has ended its program. All ranks stop there."),
        ("raises", "rank 1 has ended its program with ValueError: bad luck on one rank"),
        ("raises_alone", "rank 1 ends all 2 ranks: the other ranks did not hear of it"),
    ],
)
def test_no_rank_waits_for_one_that_has_ended(program, told, tmp_path):
    done = start(2, program, tmp_path)
    assert done.returncode and told in done.stderr


@pytest.mark.slow
def test_what_was_written_before_a_rank_is_killed_is_whole(tmp_path):
    done = start(2, "is_killed", tmp_path)
    assert done.returncode
    recording = Recording.load(tmp_path / "run.rec")
    assert recording.start == 100 and recording.steps > 0 and len(recording.spikes("cells"))
    emulator = Emulator(small())
    emulator.restore(tmp_path / "state.npz")
    again = emulator.run(min(recording.steps, 1000))
    part = recording.part(100, 100 + again.steps)
    assert np.array_equal(again.spikes("cells").times, part.spikes("cells").times)
    assert np.array_equal(again.spikes("cells").indices, part.spikes("cells").indices)


@pytest.mark.parametrize("ranks", [0, pytest.param(2, marks=pytest.mark.slow)])
def test_the_command_runs_a_saved_network_and_goes_on(ranks, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    path, record, state = (str(tmp_path / name) for name in ("net.npz", "run.rec", "state.npz"))
    small().save(path)
    command = ["-m", "loihi_emu", "run", path, "--to", record, "--checkpoint", state]
    first = start_python(ranks, [*command, "--steps", "50", "--every", "20"])
    second = start_python(ranks, [*command, "--steps", "30", "--restore", state])
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    emulator = Emulator(small())
    emulator.run(80)
    recording, found = emulator.recording, Recording.load(record)
    assert np.array_equal(found.spikes("cells").times, recording.spikes("cells").times) and found.steps == 80
    assert second.stdout.splitlines()[0].endswith("up to step 80") and first.stdout.count("network") == 1
    assert f"cells: {recording.stats['spikes']['cells'] - first_spikes(first):,} spikes" in second.stdout


def first_spikes(done):
    """How many spikes of "cells" a command told of."""
    return int(next(line for line in done.stdout.splitlines() if "cells:" in line).split()[1].replace(",", ""))


def test_the_command_tells_what_it_cannot_run(tmp_path, capsys):
    assert main(["run", str(tmp_path / "none.npz"), "--steps", "3"]) == 2
    small().save(tmp_path / "net.npz")
    assert main(["run", str(tmp_path / "net.npz"), "--steps", "-3"]) == 2
    assert main(["run", str(tmp_path / "net.npz"), "--steps", "3", "--every", "2"]) == 2
    told = capsys.readouterr().err
    assert "a network written by Network.save" in told and "--steps: got -3" in told and "--checkpoint FILE" in told


# ------------------------------------------------------------ without mpiexec
def net():
    made = Network()
    made.population("cells", 3, vth=1, bias=30)
    return made


def test_mpi4py_is_asked_for_by_its_pip_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "mpi4py", None)
    with pytest.raises(MissingExtraError, match=r'pip install "loihi_emu\[mpi\]"'):
        Emulator(net(), comm="world")


@pytest.mark.parametrize("comm", ["everybody", 4, object()])
def test_what_is_no_communicator(comm):
    with pytest.raises(ValidationError, match=r"Emulator, comm: got .*MPI.COMM_WORLD"):
        Emulator(net(), comm=comm)


def test_launchers_tell_how_many_ranks_there_are(monkeypatch):
    for name in ("PMI_SIZE", "OMPI_COMM_WORLD_SIZE", "PMIX_SIZE"):
        monkeypatch.delenv(name, raising=False)
    assert launched() == 1
    monkeypatch.setenv("PMI_SIZE", "4")
    assert launched() == 4


def test_digests_tell_values_apart_and_nothing_else():
    made = net()
    same = [
        (10, np.int64(10)), ([1, 2], np.array([1, 2], np.uint8)), ((1.5, 2), np.array([1.5, 2])),
        ({"a": [1]}, {"a": (1,)}), (made["cells"], net()["cells"]), (None, None),
    ]  # fmt: skip
    assert all(digest_of(a) == digest_of(b) for a, b in same)
    values = [10, 11, "10", [10], [[10]], [10, 0], None, True, 10.5, {"a": 1}, {"b": 1}, made["cells"], b"10", "world"]
    assert len({digest_of(v) for v in values}) == len(values)
