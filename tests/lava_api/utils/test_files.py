"""Processes and data sets in files."""

import gzip
import pickle

import numpy as np
import pytest

from lava_api.magma.core.process.process import AbstractProcess
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.proc.dense.process import Dense
from lava_api.proc.io.source import RingBuffer
from lava_api.proc.lif.process import LIF
from lava_api.utils.dataloader.mnist import MnistDataset
from lava_api.utils.serialization import load, save
from loihi_emu.errors import SimulationError, ValidationError

CONFIG = Loihi2SimCfg(select_tag="fixed_pt")


def network():
    source, dense, lif = RingBuffer(data=np.eye(2)), Dense(weights=np.array([[90, 20]])), LIF(shape=(1,), vth=10_000)
    source.s_out.connect(dense.s_in)
    dense.a_out.connect(lif.a_in)
    return source, dense, lif


def voltages(lif):
    with lif:
        lif.run(RunSteps(7), run_cfg=CONFIG)
        return lif.v.get().tolist()


def test_processes_run_on_after_loading(tmp_path):
    save(list(network()), str(tmp_path / "net"))
    (_, dense, lif), executable = load(str(tmp_path / "net.pickle"))
    assert executable is None
    assert dense.weights.init.tolist() == [[90, 20]]
    assert voltages(lif) == voltages(network()[2]) != [0]


def test_an_executable_runs_after_loading(tmp_path):
    lif = network()[2]
    save(lif, str(tmp_path / "net.bin"), lif.compile(CONFIG))
    again, executable = load(str(tmp_path / "net.bin"))
    again.create_runtime(executable=executable)
    assert voltages(again) == voltages(network()[2])


def test_saving_says_what_is_wrong(tmp_path):
    class Local(AbstractProcess):
        pass

    with pytest.raises(TypeError, match=r"processes: .* found 3"):
        save([3], "x")
    with pytest.raises(TypeError, match="filename"):
        save([], 1)
    with pytest.raises(TypeError, match="executable"):
        save([], "x", executable=1)
    with pytest.raises(SimulationError, match=r"cannot be saved: .*Local"):
        save(Local(), str(tmp_path / "x"))
    assert not list(tmp_path.iterdir())


def test_loading_says_what_is_wrong(tmp_path):
    (tmp_path / "other.pickle").write_bytes(pickle.dumps([1]))
    with pytest.raises(TypeError, match="filename"):
        load(1)
    with pytest.raises(OSError, match=r"there is a .*other\.pickle"):
        load(str(tmp_path / "other"))
    with pytest.raises(AssertionError, match="holds list"):
        load(str(tmp_path / "other.pickle"))


def idx_files(folder, packed):
    """Write three training digits and two for testing in MNIST's format."""
    folder.mkdir()
    for name in MnistDataset.files:
        count = 3 if "train" in name else 2
        head = bytes([0, 0, 8, 3 if "images" in name else 1]) + count.to_bytes(4, "big")
        if "images" in name:
            head += (28).to_bytes(4, "big") * 2
        data = head + bytes(k % 10 for k in range(count * (784 if "images" in name else 1)))
        if packed:
            (folder / name).write_bytes(gzip.compress(data))
        else:
            (folder / name.removesuffix(".gz")).write_bytes(data)


@pytest.mark.parametrize("packed", [True, False])
def test_digits_from_a_folder(tmp_path, packed):
    idx_files(tmp_path / "digits", packed)
    found = MnistDataset(str(tmp_path / "digits"))
    assert found.train_images.shape == (3, 784)
    assert found.images.shape == (5, 784)
    assert found.test_images[0, :3].tolist() == [0, 1, 2]
    assert found.labels.tolist() == [0, 1, 2, 0, 1]


def test_digits_in_one_file(tmp_path):
    idx_files(tmp_path / "temp", True)
    found = MnistDataset(str(tmp_path / "mnist.npy"))
    again = MnistDataset(str(tmp_path / "mnist.npy"))
    assert (tmp_path / "mnist.npy").exists()
    assert np.array_equal(found.images, again.images)
    assert again.train_labels.tolist() == [0, 1, 2]


def test_digits_come_from_the_first_mirror_that_has_them(tmp_path, monkeypatch):
    idx_files(tmp_path / "there", True)
    monkeypatch.setattr(MnistDataset, "mirrors", [f"{(tmp_path / name).as_uri()}/" for name in ("nowhere", "there")])
    found = MnistDataset(str(tmp_path / "here" / "mnist.npy"))
    assert found.labels.tolist() == [0, 1, 2, 0, 1]
    names = sorted(file.name for file in (tmp_path / "here" / "temp").iterdir())
    assert names == sorted(MnistDataset.files)


def test_digits_that_are_not_there(tmp_path, monkeypatch):
    monkeypatch.setattr(MnistDataset, "mirrors", ["no address/", f"{(tmp_path / 'nowhere').as_uri()}/"])
    with pytest.raises(FileNotFoundError, match=r"downloaded \(no address/train.*; file:.*nowhere.*\). Put the four"):
        MnistDataset(str(tmp_path / "mnist.npy"))
    with pytest.raises(FileNotFoundError, match=r"train-images-idx3-ubyte.gz.* not found .* Put the four"):
        MnistDataset.decompress_convert_save(str(tmp_path))
    idx_files(tmp_path / "digits", False)
    (tmp_path / "digits" / "t10k-labels-idx1-ubyte").write_bytes(b"12345678123")
    with pytest.raises(ValidationError, match=r"t10k-labels-idx1-ubyte is not an IDX file of labels"):
        MnistDataset(str(tmp_path / "digits"))
    np.save(tmp_path / "odd.npy", np.zeros(3))
    with pytest.raises(ValidationError, match=r"an array of shape \(3,\)"):
        MnistDataset(str(tmp_path / "odd.npy"))
