"""What a file says of itself is checked before it is believed: sizes, members, kinds; foreign files are named."""

import gzip
import os
import pickle
import struct
import tracemalloc
import warnings
import zipfile

import numpy as np
import pytest
from messages import UNHEEDED, complains
from mutated_networks import learning, plain
from mutations import read, write

from loihi_emu import Emulator, Network, Recording
from loihi_emu.files.npz import read_npz

pytestmark = [UNHEEDED, pytest.mark.slow]

MEGABYTE = 1 << 20
BOMB = 64 * MEGABYTE


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """A checkpoint, a network and a recording, with what reads each."""
    folder, net = tmp_path_factory.mktemp("good"), plain()
    emulator = Emulator(net)
    recording = emulator.run(20)
    return {
        "checkpoint": (emulator.save(folder / "checkpoint"), lambda path: Emulator(plain()).restore(path)),
        "network": (net.save(folder / "network"), Network.load),
        "recording": (recording.save(folder / "recording"), Recording.load),
    }


def copied(path, folder):
    target = folder / "file.npz"
    target.write_bytes(path.read_bytes())
    return target


def head(shape, dtype="<i8", size=None):
    """The first bytes of an array's file."""
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape!r}, }}".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text) + 1 if size is None else size) + text + b"\n"


def append(path, name, data, compression=zipfile.ZIP_DEFLATED):
    with warnings.catch_warnings(), zipfile.ZipFile(path, "a", compression) as archive:
        warnings.simplefilter("ignore")  # zipfile's, of names that are there
        archive.writestr(name, data)


def resized(path, name, pack):
    """Change how large a member says it is, in the list of members."""
    data = bytearray(path.read_bytes())
    at = data.rindex(name.encode()) - 46
    assert data[at : at + 4] == b"PK\x01\x02"
    data[at + 24 : at + 28] = pack(struct.unpack("<I", data[at + 24 : at + 28])[0])
    path.write_bytes(data)


def moved(path, name):
    """Let a member begin where the first one does."""
    data = bytearray(path.read_bytes())
    at = data.rindex(name.encode()) - 46
    data[at + 42 : at + 46] = bytes(4)
    path.write_bytes(data)


ARCHIVES = {
    "a member that is no array": (lambda p: append(p, "x.txt", b"x"), ["'x.txt' is no array"]),
    "a member twice": (lambda p: append(p, "header.npy", head((0,))), ["'header.npy' twice"]),
    "an array that no such file has": (lambda p: append(p, "array.x.npy", head((0,))), ["array x"]),
    "another member that no such file has": (lambda p: append(p, "x.npy", head((0,))), ["x", "no such file has"]),
    "a member that inflates": (lambda p: append(p, "array.x.npy", head((BOMB // 8,)) + bytes(BOMB)), ["array x"]),
    "no array's head": (lambda p: append(p, "array.x.npy", b"hello"), ["'array.x' is no array"]),
    "objects": (lambda p: append(p, "array.x.npy", head((1,), "|O") + b"x" * 8), ["not one of plain numbers"]),
    "texts": (lambda p: append(p, "array.x.npy", head((1,), "<U2") + b"x" * 8), ["not one of plain numbers"]),
    "a record": (lambda p: append(p, "array.x.npy", head((1,), "<i8,<i8")), ["not one of plain numbers"]),
    "a shape of its own": (lambda p: append(p, "array.x.npy", head((1 << 40, 1 << 40))), ["its file has"]),
    "a shape below 0": (lambda p: append(p, "array.x.npy", head((-1,))), ["not one of plain numbers"]),
    "a deep shape": (lambda p: append(p, "array.x.npy", head((1,) * 99) + b"x" * 8), ["its file has"]),
    "code for a shape": (lambda p: append(p, "array.x.npy", head("(" * 500)), ["not one of plain numbers"]),
    "a long head": (lambda p: append(p, "array.x.npy", head((1,), size=65535) + b" " * 65535), ["a head of 65535"]),
    "more than its bytes can hold": (lambda p: resized(p, "header.npy", lambda n: b"\xff\xff\xff\x7f"), ["header"]),
    "one byte more": (lambda p: resized(p, "header.npy", lambda n: struct.pack("<I", n + 1)), ["header"]),
    "a size below": (lambda p: resized(p, "header.npy", lambda n: struct.pack("<I", n - 1)), ["header"]),
    "members on top of each other": (lambda p: moved(p, "sum.npy"), ["overlaps"]),
    "packed in another way": (lambda p: append(p, "array.x.npy", head((0,)), zipfile.ZIP_LZMA), ["another way"]),
}


@pytest.mark.parametrize("kind", ["checkpoint", "network", "recording"])
@pytest.mark.parametrize("case", ARCHIVES)
def test_archives_that_lie_are_refused_before_they_are_unpacked(good, tmp_path, kind, case):
    path, load = good[kind]
    path = copied(path, tmp_path)
    spoil, texts = ARCHIVES[case]
    spoil(path)
    tracemalloc.start()
    complains(lambda: load(path), [str(path), *texts])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < BOMB / 2


def test_the_extra_member_of_a_good_archive_is_the_only_fault(good, tmp_path):
    for path, load in good.values():
        load(copied(path, tmp_path))


HEADERS = {
    "steps beyond the arrays": ("recording", {"steps": 10**11}, {}, ["array source.spikes.counts", "100000000000"]),
    "statistics that are none": ("recording", {"stats": 5}, {}, ["stats", "got 5", "a table"]),
    "a spike of no neuron": ("recording", {}, {"source.spikes.index": -1}, ["array source.spikes.index", "0..5"]),
    "a spike of neuron 2^31 - 1": ("recording", {}, {"source.spikes.index": (1 << 31) - 1}, ["source.spikes.index"]),
    "counts below 0": ("recording", {}, {"source.spikes.counts": -1}, ["array source.spikes.counts"]),
    "samples before 0": ("recording", {"sample_steps": 5, "start": 3}, {}, ["start", "0 for samples"]),
    "rows of synapses beyond the list": ("network", {}, {"connection2.indptr": 10**11}, ["array connection2.indptr"]),
    "a synapse onto no neuron": ("network", {}, {"connection2.indices": 99}, ['"list"', "99", "0..3"]),
    "a seed that is true": ("network", {"seed": True}, {}, ["seed", "got True", "a whole number"]),
    "an event of no neuron": ("checkpoint", {}, {"input.late.indices": -1}, ['"late"', "-1", "0..2"]),
    "a position beyond the list": ("checkpoint", {}, {"state.input.late.cursor": 27}, ["input.late.cursor", "27"]),
    "a position that skips events": ("checkpoint", {}, {"state.input.late.cursor": 20}, ["state.input.late.cursor"]),
    "a clock before 0": ("checkpoint", {}, {"state.clock": -7}, ["array state.clock", "-7"]),
    "a clock beyond all steps": ("checkpoint", {}, {"state.clock": (1 << 63) - 1}, ["array state.clock"]),
    "another step than the clock's": ("checkpoint", {"step": 3}, {}, ["step", "got 3", "as the clock says"]),
    "a threshold beyond its field": ("checkpoint", {}, {"parameter.other.vth": 10**15}, ["vth", "0..131071"]),
    "weights beyond their field": ("checkpoint", {}, {"weights.graded": 30_000}, ['"graded"', "0..255"]),
    "a voltage beyond its field": ("checkpoint", {}, {"state.group0.v": 1 << 30}, ["array state.group0.v"]),
}  # fmt: skip


@pytest.mark.parametrize("case", HEADERS)
def test_numbers_that_say_more_than_there_is_are_refused(good, tmp_path, case):
    kind, header, arrays, texts = HEADERS[case]
    path, load = good[kind]
    content = read(path)
    content["header"] |= header
    for name, number in arrays.items():
        array = np.array(content[f"array.{name}"])
        array.reshape(-1)[-1] = number
        content[f"array.{name}"] = array
    path = tmp_path / "file.npz"
    write(path, content)
    complains(lambda: load(path), [str(path), *texts])


LEARNED = {
    "delays beyond the ring": ("learn.matrix.delays", 200, "0..62"),
    "a stamp beyond the epoch": ("learn.matrix.x0", 3, "0..2"),
    "a stamp of a step to come": ("learn.matrix.y0", 60, "0..2"),
    "a trace below 0": ("learn.list.x1", -1, "0..127"),
    "a tag beyond its field": ("learn.matrix.tags", 256, "-256..255"),
    "a code that is no weight": ("learn.list.codes", 1, "multiples of 8"),
    "more spikes than neurons": ("group0.spiked", 6, "0..5"),
    "a spike of no neuron": ("group0.spikes", -1, "0..4"),
}


@pytest.mark.parametrize("case", LEARNED)
def test_what_learning_remembers_is_within_its_arrays(tmp_path, case):
    name, number, allowed = LEARNED[case]
    emulator = Emulator(learning())
    emulator.run(11)  # two steps into an epoch of three
    path = emulator.save(tmp_path / "file")
    before = read(path)
    array = np.array(before[f"array.state.{name}"])
    array.reshape(-1)[0] = number
    write(path, before | {f"array.state.{name}": array})
    complains(lambda: emulator.restore(path), [str(path), f"array state.{name}", allowed])
    emulator.save(path)
    after = read(path)
    assert before.keys() == after.keys() and all(
        np.array_equal(before[key], after[key]) for key in before if key != "header"
    )


FOREIGN = {
    "x.nir": (b"\x89HDF\r\n\x1a\n" + bytes(99), ["an HDF5 file", "Network.from_nir reads .nir files"]),
    "x.net": (bytes(512) + b"\x89HDF\r\n\x1a\n" + bytes(99), ["an HDF5 file", "Network.from_net reads it"]),
    "x.h5": (b"\x89HDF\r\n\x1a\n", ["an HDF5 file"]),
    "x.pkl": (pickle.dumps({"a": np.arange(3)}), ["a pickle", "never opened"]),
    "x.png": (b"\x89PNG\r\n\x1a\n", ["a PNG picture"]),
    "x.gz": (gzip.compress(b"x"), ["a gzip file"]),
    "x.npz": (b"", ["an empty file"]),
    "x.npy": (head((0,)), ["a single NumPy array"]),
    "x.txt": ("häßlich".encode() * 999, ["a text file"]),
    "x.json": (b'{"a": 1}', ["a JSON text"]),
    "x.py": (b"print(1)\n", ["a Python script"]),
    "x.bin": (bytes(range(256)), ["a file of unknown form"]),
    "zeros": (bytes(5000), ["a file of zeros"]),
    "lfs": (b"version https://git-lfs.github.com/spec/v1\n", ["a Git LFS pointer"]),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_foreign_files_are_named_for_what_they_are(good, tmp_path, name):
    data, texts = FOREIGN[name]
    (tmp_path / name).write_bytes(data)
    for kind, (_, load) in good.items():
        complains(lambda load=load: load(tmp_path / name), [name, *texts, f"a whole file of kind 'loihi_emu {kind}'"])


def test_other_kinds_of_our_own_files_say_what_reads_them(good):
    readers = {
        "checkpoint": "Emulator(network).restore()",
        "network": "Network.load()",
        "recording": "Recording.load()",
    }
    for kind, (path, _) in good.items():
        for other, (_, load) in good.items():
            if other != kind:
                complains(
                    lambda load=load, path=path: load(path), [f"a file of kind 'loihi_emu {kind}'", readers[kind]]
                )


def test_what_is_no_file_is_told(good, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    archive = tmp_path / "archive.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("data.pkl", b"x")
    cases = [
        (tmp_path, "a folder"), (tmp_path / "none", "no file"), (tmp_path / "pipe", "no file"), ("", "no name"),
        ("a\x00b", "no name"), (None, "got None"), (5, "got 5"), (archive, "a PyTorch file"),
    ]  # fmt: skip
    for _, load in good.values():
        for path, text in cases:
            complains(lambda load=load, path=path: load(path), [text])


def test_arrays_of_others_are_read_as_they_are(tmp_path):
    arrays = {
        "a": np.arange(6).reshape(2, 3).T,
        "b": np.array([True, False]),
        "c": np.float32(2.5),
        "d": np.zeros((0, 3)),
    }
    np.savez_compressed(tmp_path / "x.npz", **arrays)
    found = read_npz(tmp_path / "x.npz", "arrays", ("a",))
    assert list(found) == list(arrays)
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype and np.array_equal(found[name], array)
    complains(lambda: read_npz(tmp_path / "x.npz", "arrays", ("e",)), ["x.npz", "e", "no such array"])


def test_a_recording_written_while_running_is_named_where_another_file_is_wanted(tmp_path):
    net = Network()
    net.probe(net.population("c", 2, vth=1))
    Emulator(net).run(3, to=tmp_path / "s.rec")
    for load in (Network.load, Emulator(net).restore):
        with pytest.raises(ValueError, match=r"s\.rec: got a recording that run\(to=...\) wrote.*Recording\.load"):
            load(tmp_path / "s.rec")
