"""Plots, sparse matrices, and asking for hardware that is not there."""

import sys

import numpy as np
import pytest
from scipy.sparse import coo_matrix, csr_matrix

from lava_api.utils import slurm
from lava_api.utils.plots import raster_plot
from lava_api.utils.sparse import find
from lava_api.utils.system import Loihi2

SINFO = ["PARTITION AVAIL TIMELIMIT NODES STATE NODELIST", "east up 30:00 1 idle n1", "west up 30:00 1 down n2", ""]
SINFO_N = ["NODELIST NODES PARTITION STATE", "n1 1 east idle", "n2 1 west down", ""]


@pytest.fixture
def cluster(monkeypatch):
    """A cluster of two boards, one of them down."""
    monkeypatch.setattr(slurm, "try_run_command", lambda command: SINFO_N if "-N" in command else SINFO)
    for name in ("SLURM", "NOSLURM", "BOARD", "PARTITION", "LOIHI_GEN"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


def test_raster_plot_draws_every_so_many_neurons():
    pyplot = pytest.importorskip("matplotlib.pyplot")
    spikes = np.zeros((7, 9), int)
    spikes[3, [2, 5]] = 1
    figure = raster_plot(spikes, stride=3, figsize=(4, 3), xlabel="t")
    axes = figure.gca()
    assert [line.get_xdata().tolist() for line in axes.lines] == [[], [2, 5], []]
    assert axes.lines[1].get_ydata().tolist() == [3, 3]
    assert (axes.get_xlabel(), axes.get_xlim()) == ("t", (-1, 9))
    assert raster_plot(spikes, fig=figure) is figure
    pyplot.close(figure)


@pytest.mark.parametrize(
    ("spikes", "options", "text"),
    [
        (np.zeros(3), {}, "exactly two dimensions"),
        (np.zeros((0, 3)), {}, "non-empty"),
        (np.full((7, 2), 2), {}, "either 0 or 1"),
        (np.zeros((3, 3)), {}, "greater than the number of neurons"),
        (np.zeros((3, 3)), {"stride": 0}, "at least 1"),
        (np.zeros((3, 3)), {"stride": 1, "fig": 1, "figsize": (1, 1)}, "at most one"),
    ],
)
def test_raster_plot_refuses(spikes, options, text):
    with pytest.raises(ValueError, match=text):
        raster_plot(spikes, **options)


def test_stored_zeros_are_found_when_asked_for():
    matrix = csr_matrix((np.array([5, 0, 7]), (np.array([0, 1, 2]), np.array([1, 1, 0]))), shape=(3, 2))
    rows, columns, values = find(matrix, explicit_zeros=True)
    assert sorted(zip(rows.tolist(), columns.tolist(), values.tolist(), strict=True)) == [
        (0, 1, 5),
        (1, 1, 0),
        (2, 0, 7),
    ]
    assert [v for v in values.tolist() if v] == find(matrix)[2].tolist()
    assert matrix.nnz == 3
    twice = coo_matrix((np.array([1, 2]), (np.array([0, 0]), np.array([0, 0]))), shape=(1, 1))
    assert [part.tolist() for part in find(twice, True)] == [[0], [0], [3]]


def test_boards_and_partitions(cluster):
    assert [(p.name, p.state, p.nodelist) for p in slurm.get_partitions()] == [
        ("east", "idle", "n1"),
        ("west", "down", "n2"),
    ]
    assert slurm.get_boards() == [slurm.BoardInfo("n1", "east", "idle"), slurm.BoardInfo("n2", "west", "down")]
    assert slurm.get_board_info("n3") is None
    assert slurm.partition() == Loihi2.partition == "Unspecified"
    slurm.set_partition("east")
    slurm.set_board("n1", "east")
    assert slurm.partition() == Loihi2.partition == "east"
    with pytest.raises(ValueError, match="does not exist or is down"):
        slurm.set_partition("west")
    with pytest.raises(ValueError, match="does not exist or is down"):
        slurm.set_board("n2")
    with pytest.raises(ValueError, match="is in partition 'east', not in 'west'"):
        slurm.set_board("n1", "west")
    slurm.set_board(None)
    slurm.set_partition(None)
    assert slurm.partition() == "Unspecified"


def test_commands_that_fail_give_nothing():
    assert slurm.try_run_command([sys.executable, "-c", "print(1); print(2)"])[:2] == ["1", "2"]
    assert slurm.try_run_command([sys.executable, "-c", "raise SystemExit(1)"]) == []
    assert slurm.try_run_command(["no-such-command-anywhere"]) == []
