"""NIR files: what h5py reads is what nir has in memory; damaged and hostile ones are one error each."""

import h5py
import nir
import numpy as np
import pytest
from hostile_hdf5 import changed_files, replaced
from hypothesis import given
from hypothesis import strategies as st
from nir_graphs import DT, GRAPHS, chain, lif
from profiles import at_most

from loihi_emu import LoihiEmuError, ValidationError
from loihi_emu.exchange import hdf5, import_nir
from loihi_emu.exchange.nir import reading


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "graph.nir"
    nir.write(file, chain(nir.Affine(np.ones((2, 3)), np.zeros(2)), lif(2)))
    return file


@pytest.mark.parametrize("name", GRAPHS)
def test_a_file_is_its_graph(name, tmp_path):
    graph = GRAPHS[name](np.random.default_rng(1))
    nir.write(tmp_path / "g.nir", graph)
    of_file, of_graph = (import_nir(g, dt=DT).network for g in (reading.read_here(tmp_path / "g.nir"), graph))
    for k, c in of_graph.connections.items():
        assert np.array_equal(of_file.connections[k].values, c.values)
    for k, p in of_graph.populations.items():
        assert all(np.array_equal(of_file.populations[k].parameters[n], v) for n, v in p.parameters.items())


def test_a_file_without_v_reset_and_w_in_has_their_defaults(tmp_path, path):
    with h5py.File(path, "a") as file:
        del file["node/nodes/lif/v_reset"]
    assert import_nir(path, dt=DT).report.rows["lif"].shift.tolist() == [0, 0]


def endless(file):
    file["node/nodes/lif/type"][()] = b"NIRGraph"
    file["node/nodes/lif/nodes"] = file["node/nodes"]
    file["node/nodes/lif/edges"] = file["node/edges"]


HOSTILE = changed_files("node/nodes/lif", "tau", "/node/nodes/lif/r") | {
    "a graph that contains itself": (endless, ["deeper than 16"]),
    "no node": (replaced("node", None), ['without a group "node"']),
    "a field missing": (replaced("node/nodes/lif/tau", None), ["node/nodes/lif", "tau", "LIF without it"]),
    "no type": (replaced("node/nodes/lif/type", None), ["node/nodes/lif", "type"]),
    "an unknown type": (replaced("node/nodes/lif/type", "LIFF"), ["node/nodes/lif", "LIFF", 'did you mean "LIF"']),
    "a text for a number": (replaced("node/nodes/lif/tau", "much"), ["node/nodes/lif", "tau", "much"]),
    "a group for a number": (
        lambda f: (f.pop("node/nodes/lif/tau"), f.create_group("node/nodes/lif/tau")), ["tau", "a group"],
    ),
    "numbers for edges": (replaced("node/edges", np.ones((2, 2))), ["edges", "float64"]),
    "single names for edges": (replaced("node/edges", np.array([b"a", b"b"])), ["edges", "(2,)"]),
    "no graph": (replaced("node/type", "LIF"), ["LIF", "NIRGraph"]),
    "an endless image": (replaced("node/nodes/input/shape", np.array([1 << 30, 1 << 30])), ["node/nodes/affine"]),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_are_one_error_that_says_where(case, path):
    change, texts = HOSTILE[case]
    with h5py.File(path, "a") as file:
        change(file)
    with pytest.raises(LoihiEmuError) as caught:
        import_nir(reading.read_here(path), dt=DT)
    assert all(text in str(caught.value) for text in ["graph.nir", *texts]), str(caught.value)


@pytest.mark.parametrize(("content", "text"), [(b"", "an empty file"), (b"{}", "a JSON text"), (b"\x00" * 99, "zeros")])
def test_other_files_are_named(content, text, tmp_path):
    (tmp_path / "x.nir").write_bytes(content)
    with pytest.raises(ValidationError, match=text):
        import_nir(tmp_path / "x.nir", dt=DT)
    with pytest.raises(ValidationError, match="no file"):
        import_nir(tmp_path / "y.nir", dt=DT)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    file = tmp_path_factory.mktemp("nir") / "whole.nir"
    nir.write(file, chain(nir.Affine(np.ones((2, 3)), np.zeros(2)), lif(2)))
    return file.read_bytes()


@pytest.mark.slow
@given(data=st.data())
@at_most(6)
def test_damaged_files_are_read_or_one_error(data, whole, tmp_path_factory):
    content = bytearray(whole)
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=8)):
        content[at] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content))) :]
    file = tmp_path_factory.mktemp("damaged") / "damaged.nir"
    file.write_bytes(content)
    try:
        said = import_nir(file, dt=DT).network.describe()
    except LoihiEmuError as error:
        said = str(error)
    assert "damaged.nir" in said or "populations" in said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("program", "text"),
    [("import time; time.sleep(60)", "does not finish reading"), ("import os; os.abort()", "ends with code")],
)
def test_a_file_at_which_the_library_hangs_or_dies_is_one_error(program, text, path, monkeypatch):
    monkeypatch.setattr(hdf5, "PROGRAM", program)
    monkeypatch.setattr(hdf5, "SECONDS", 1.0)
    monkeypatch.setattr(hdf5, "PATIENCE", 1.0)
    with pytest.raises(ValidationError, match=text):
        import_nir(path, dt=DT)


@pytest.mark.slow
def test_a_file_from_which_hdf5_never_returns_is_one_error(whole, tmp_path, monkeypatch):
    """Its heap of texts has a free space of size 0, over which the library steps for ever."""
    content = bytearray(whole)
    at = content.index(b"GCOL")
    end = content.index(bytes(8), content.index(b"NIRGraph", at)) + 8
    assert content[end : end + 8] != bytes(8)
    content[end : end + 8] = bytes(8)
    (tmp_path / "endless.nir").write_bytes(content)
    monkeypatch.setattr(hdf5, "SECONDS", 1.5)
    with pytest.raises(ValidationError, match=r'NIR file "endless\.nir"'):
        import_nir(tmp_path / "endless.nir", dt=DT)
