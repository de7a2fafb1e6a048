"""Machine code from the disk: loaded without what only compiling needs, and made anew where a file is damaged."""

import os
import subprocess
import sys

import pytest

from loihi_emu.jit import COMPILED

USE = """
import sys
import numpy as np
from loihi_emu.mapping.table_kernels import count_targets
counts = np.zeros(4, np.int64)
count_targets(np.array([0, 2]), np.array([1, 3], np.int32), 0, 1, counts, 0, 1)
print(counts.tolist(), "numba.np.linalg" in sys.modules)
"""
MORE = """
import numba
print(numba.njit(lambda a: a @ a + np.sin(a))(np.zeros((2, 2))).tolist())
"""


@pytest.mark.skipif(not COMPILED, reason="nothing is compiled")
def test_machine_code_is_loaded_without_what_compiling_needs(tmp_path):
    def run(code):
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False,
            env=os.environ | {"LOIHI_EMU_CACHE_DIR": str(tmp_path)},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.split("\n")[:-1]

    assert run(USE) == ["[0, 1, 0, 1] True"]  # compiled
    assert run(USE) == ["[0, 1, 0, 1] False"]  # loaded
    assert run(USE + MORE) == ["[0, 1, 0, 1] False", "[[0.0, 0.0], [0.0, 0.0]]"]  # and others compile afterwards
    for file in tmp_path.rglob("*.nbc"):
        file.write_bytes(file.read_bytes()[:100])
    assert run(USE) == ["[0, 1, 0, 1] True"]  # damaged: compiled anew
    assert run(USE) == ["[0, 1, 0, 1] False"]
