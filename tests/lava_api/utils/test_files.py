"""Processes and data sets in files."""

import gzip
import pickle
import tracemalloc

import numpy as np
import pytest
from messages import complains

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


DAMAGED = {
    "empty": lambda data: b"",
    "cut early": lambda data: data[: len(data) // 3],
    "cut late": lambda data: data[:-5],
    "zeros": lambda data: bytes(len(data)),
    "a text": lambda data: b"hello " * 99,
    "an HDF5 file": lambda data: b"\x89HDF\r\n\x1a\n" + data,
    "a folder of another tool": lambda data: b"PK\x03\x04" + data,
    "longer": lambda data: data + data,
}


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("case", DAMAGED)
@pytest.mark.parametrize("number", [0, 3])
def test_damaged_files_of_digits_are_told(tmp_path, packed, case, number):
    folder = tmp_path / "data"
    idx_files(folder, packed)
    name = MnistDataset.files[number]
    path = folder / (name if packed else name.removesuffix(".gz"))
    path.write_bytes(DAMAGED[case](path.read_bytes()))
    complains(lambda: MnistDataset(str(folder)), [path.name])


@pytest.mark.parametrize("case", [case for case in DAMAGED if case != "longer"])
def test_damaged_arrays_of_digits_are_told(tmp_path, case):
    idx_files(tmp_path / "temp", True)
    path = tmp_path / "mnist.npy"
    assert len(MnistDataset(str(path)).train_labels) == 3
    path.write_bytes(DAMAGED[case](path.read_bytes()))
    complains(lambda: MnistDataset(str(path)), [path.name])


@pytest.mark.slow
def test_a_packed_file_that_inflates_is_not_unpacked(tmp_path):
    folder = tmp_path / "data"
    idx_files(folder, True)
    path = folder / MnistDataset.files[0]
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()) + bytes(1 << 27)))
    tracemalloc.start()
    complains(lambda: MnistDataset(str(folder)), [path.name, "2353 or more bytes"])
    assert tracemalloc.get_traced_memory()[1] < 1 << 24
    tracemalloc.stop()


class Evil:
    """Runs code when it is unpickled."""

    def __reduce__(self):
        return (open, ("opened", "w"))


@pytest.mark.parametrize(
    "content",
    [
        np.array([Evil()], object), np.array([[1, 2], [3, 4]], object), np.array([["a", "b"], ["c", "d"]], object),
        np.array([{"a": 1}], object), np.zeros((2, 2)), np.array([None], object), np.array([[np.zeros(3)]], object),
        np.array([b"\x80\x04", 1 << 99], object), np.zeros(3, "i4,i4"),
    ],
)  # fmt: skip
def test_arrays_of_anything_else_run_nothing(tmp_path, monkeypatch, content):
    monkeypatch.chdir(tmp_path)
    np.save(tmp_path / "x.npy", content)
    complains(lambda: MnistDataset(str(tmp_path / "x.npy")), ["x.npy", "[[train images, train labels]"])
    assert [path.name for path in tmp_path.iterdir()] == ["x.npy"]


def test_places_in_a_pickles_memory_size_nothing(tmp_path):
    np.save(tmp_path / "x.npy", np.array([1], object))
    path = tmp_path / "x.npy"
    head = path.read_bytes().index(b"\n") + 1
    path.write_bytes(path.read_bytes()[:head] + b"\x80\x04Nr\xff\xff\xff\x7f.")
    complains(lambda: MnistDataset(str(path)), ["x.npy", "more than arrays of integers"])


@pytest.mark.parametrize("case", [case for case in DAMAGED if case != "longer"])
def test_damaged_processes_are_told(tmp_path, case):
    path = tmp_path / "net.pickle"
    save(list(network()), str(path))
    path.write_bytes(DAMAGED[case](path.read_bytes()))
    complains(lambda: load(str(path)), [str(path), "a whole file written by save()"])
