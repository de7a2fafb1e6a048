"""Machine code from the disk: verified, loaded without what only compiling needs, and made anew when that fails."""

import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from loihi_emu.jit import COMPILED, store
from loihi_emu.jit.digest import digest

pytestmark = pytest.mark.slow

USE = """
import sys
import numpy as np
from loihi_emu.mapping.lists.transpose_kernels import transpose
starts, synapses = np.zeros(5, np.int64), np.zeros(2, np.int32)
transpose(np.array([0, 2]), np.array([1, 3], np.int32), starts, synapses, np.zeros(1, np.uint8))
print(np.diff(starts).tolist(), "numba.np.linalg" in sys.modules)
"""
MORE = """
import numba
print(numba.njit(lambda a: a @ a + np.sin(a))(np.zeros((2, 2))).tolist())
"""
PARTIAL_SUMS = """
import sys
import numpy as np
import loihi_emu.models.synapses.partial_sums as at
from loihi_emu.models.memory import Description
d, q = Description(at.PARTIAL_SUMS), np.zeros(2, np.int32)
d.sums, d.ring, d.lost = np.array([8, -3], np.int32), q, np.zeros(1, np.int64)
d.rows, d.width, d.slots, d.n, d.exponent = 1, 2, 1, 2, 1
import ctypes
ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_int64)(at.step.address)(d.address, 0)
print(q.tolist(), "numba.np.linalg" in sys.modules)
"""
compiled_only = pytest.mark.skipif(not COMPILED, reason="nothing is compiled")


def run(code, folder, status=0):
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False,
        env=os.environ | {"LOIHI_EMU_CACHE_DIR": str(folder)},
    )  # fmt: skip
    assert done.returncode == status, done.stderr
    return done.stdout.split("\n")[:-1]


@compiled_only
def test_machine_code_is_loaded_without_what_compiling_needs(tmp_path):
    assert run(USE, tmp_path) == ["[0, 1, 0, 1] True"]  # compiled
    assert run(USE, tmp_path) == ["[0, 1, 0, 1] False"]  # loaded
    assert run(USE + MORE, tmp_path) == ["[0, 1, 0, 1] False", "[[0.0, 0.0], [0.0, 0.0]]"]  # and others compile then


@compiled_only
@pytest.mark.parametrize(("code", "right"), [(USE, "[0, 1, 0, 1]"), (PARTIAL_SUMS, "[16, -6]")])
def test_a_damaged_file_is_compiled_anew_and_replaced(tmp_path, code, right):
    assert run(code, tmp_path) == [f"{right} True"]
    (file,) = tmp_path.rglob("*.code")
    whole = file.read_bytes()
    for damaged in (whole[:100], flipped(whole, len(whole) * 3 // 4)):
        file.write_bytes(damaged)
        assert run(code, tmp_path) == [f"{right} True"]
        assert run(code, tmp_path) == [f"{right} False"]


def flipped(data, at, bit=1):
    return data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]


def test_any_one_bit_that_is_flipped_is_found(tmp_path):
    contents = bytes(range(97))
    assert store.write("one", contents, tmp_path)
    file = tmp_path / f"one{store.SUFFIX}"
    whole = file.read_bytes()
    for at in range(len(whole)):
        for bit in range(8):
            file.write_bytes(flipped(whole, at, 1 << bit))
            assert store.read("one", tmp_path) is None
            assert not file.exists()
    assert store.write("one", contents, tmp_path)
    assert store.read("one", tmp_path) == contents


def test_nothing_is_kept_where_nothing_can_be_written(tmp_path):
    file = tmp_path / "file"
    file.write_text("in the way")
    assert not store.write("one", b"contents", file / "folder")
    assert store.read("one", file / "folder") is None


@compiled_only
def test_a_folder_that_cannot_be_made_means_that_nothing_is_kept(tmp_path):
    (tmp_path / "file").write_text("in the way")
    for _ in range(2):
        assert run(PARTIAL_SUMS, tmp_path / "file" / "folder") == ["[16, -6] True"]


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="files have no owner and mode of that kind")
def test_files_that_others_may_have_written_are_not_used(tmp_path):
    assert store.write("one", b"contents", tmp_path)
    file = tmp_path / f"one{store.SUFFIX}"
    file.chmod(0o666)
    assert store.read("one", tmp_path) is None
    file.chmod(0o644)
    assert store.read("one", tmp_path) == b"contents"


def test_a_full_disk_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.os, "replace", full)
    assert not store.write("one", b"contents", tmp_path)
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- clearing away
def test_what_nobody_used_for_long_is_cleared_away(tmp_path):
    now, day = time.time(), 86400
    for name, age in (("a-1", 0), ("a-2", store.KEPT_DAYS + 1), ("b-1", store.KEPT_DAYS - 1)):
        store.write(name, b"x", tmp_path)
        os.utime(tmp_path / f"{name}{store.SUFFIX}", (now - age * day,) * 2)
    (tmp_path / f"c{store.PARTIAL}").write_text("left by a killed process")
    (tmp_path / f"d{store.PARTIAL}").write_text("being written")
    os.utime(tmp_path / f"c{store.PARTIAL}", (now - day,) * 2)
    (tmp_path / "notes.txt").write_text("a user's own")
    os.utime(tmp_path / "notes.txt", (now - 400 * day,) * 2)
    store.prune(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"a-1.code", "b-1.code", "d.partial", "notes.txt"}


def test_of_many_versions_of_a_kernel_the_last_used_ones_stay(tmp_path):
    now = time.time()
    for k in range(store.KEPT_VERSIONS + 3):
        store.write(f"a-{k}", b"x", tmp_path)
        os.utime(tmp_path / f"a-{k}{store.SUFFIX}", (now - k, now - k))
    store.write("b-1", b"x", tmp_path)
    gone = {path.stem for path in store.prune(tmp_path)}
    assert gone == {f"a-{k}" for k in range(store.KEPT_VERSIONS, store.KEPT_VERSIONS + 3)}


def test_folders_of_former_versions_are_cleared_away_when_unused(tmp_path):
    old, young, other = (tmp_path / name for name in ("0123456789abcdef", "f" * 16, "0123456789abcdee"))
    for folder in (old, young, other):
        folder.mkdir()
        (folder / "dense.step-135.py311.nbi").write_text("x")
    (other / "thesis.txt").write_text("a user's own")
    past = time.time() - (store.KEPT_DAYS + 1) * 86400
    for path in (*old.iterdir(), *other.iterdir(), old, other):
        os.utime(path, (past, past))
    store.prune(tmp_path)
    assert not old.exists()
    assert young.exists() and (other / "thesis.txt").exists()


def test_using_a_file_keeps_it(tmp_path):
    store.write("a-1", b"x", tmp_path)
    past = time.time() - (store.KEPT_DAYS + 1) * 86400
    os.utime(tmp_path / f"a-1{store.SUFFIX}", (past, past))
    assert store.read("a-1", tmp_path) == b"x"
    assert store.prune(tmp_path) == []


# ---------------------------------------------------------------- what machine code is made from
def module(tmp_path, **sources):
    """Modules beside each other under names of their own."""
    for name, source in sources.items():
        (tmp_path / f"{name}.py").write_text(textwrap.dedent(source))


DIGESTS = "import leaves; from loihi_emu.jit.digest import digest; print(digest(leaves.one), digest(leaves.two))"
CONSTANTS = "STEP = 3\nOTHER = 4\n"
HELPERS = '''
    from loihi_emu.jit import disjoint, kernel
    import constants as at

    @kernel
    def helper(x):
        """Help."""
        return x + at.STEP

    @kernel
    def unused(x):
        return x
'''
LEAVES = """
    from helpers import helper
    LIMIT = (1, 2.5)

    def one(address, step):
        helper(address)

    def two(address, step):
        return LIMIT[0]
"""


@pytest.mark.parametrize(
    ("what", "old", "new", "changed"),
    [
        ("helpers", "Help.", "Help, in other words.", (False, False)),
        ("helpers", "return x + at", "# a comment\n        return x + at", (False, False)),
        ("helpers", "return x\n", "return x + 1\n", (False, False)),
        ("helpers", "return x + at", "return x - at", (True, False)),
        ("helpers", "@kernel\n    def helper", "@disjoint\n    def helper", (True, False)),
        ("constants", "OTHER = 4", "OTHER = 5", (False, False)),
        ("constants", "STEP = 3", "STEP = 5", (True, False)),
        ("constants", "STEP = 3", "STEP = 3.0", (True, False)),
        ("leaves", "2.5", "2.25", (False, True)),
        ("leaves", "LIMIT[0]", "LIMIT[1]", (False, True)),
    ],
)
def test_a_digest_covers_code_and_constants_that_are_used(tmp_path, what, old, new, changed):
    sources = {"constants": CONSTANTS, "helpers": HELPERS, "leaves": LEAVES}

    def digests():
        module(tmp_path, **sources)
        done = subprocess.run(
            [sys.executable, "-B", "-c", DIGESTS], capture_output=True, text=True, check=False,
            env=os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(Path(store.__file__).parents[2])])},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    before = digests()
    assert old in sources[what]
    sources[what] = sources[what].replace(old, new)
    if not COMPILED and "disjoint" in new:
        return
    assert tuple(a != b for a, b in zip(before, digests(), strict=True)) == changed


def test_leaves_differ_by_what_they_are_made_from():
    from loihi_emu.models import probes
    from loihi_emu.models.synapses import dense, sparse

    functions = [dense.step.function, dense.step_float.function, sparse.step.function, probes.state.function]
    assert len({digest(f) for f in functions}) == len(functions)
