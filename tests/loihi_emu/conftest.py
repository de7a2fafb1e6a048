"""An emulator with a checkpoint beside it; a recording in memory, and how often a file of one is written."""

import pytest
from emulator_calls import network as small_network
from recorded import network

from loihi_emu import Emulator
from loihi_emu.run import stream_writer


@pytest.fixture(scope="module")
def whole():
    return Emulator(network()).run(300)


@pytest.fixture(params=[1, 3000, 1 << 23])
def often(request, monkeypatch):
    """How many bytes are collected before they are written."""
    monkeypatch.setattr(stream_writer, "FLUSH_BYTES", request.param)
    return request.param


@pytest.fixture
def every_step(monkeypatch):
    """Many small blocks: the time loop comes back after each step, and rows are written at once."""
    monkeypatch.setattr(stream_writer, "FLUSH_BYTES", 1)
    monkeypatch.setattr("loihi_emu.run.control.Pacer._length", lambda self: 7)


@pytest.fixture
def emulator(tmp_path):
    made = Emulator(small_network())
    made.run(10)
    made.save(tmp_path / "good.npz")
    return made
