"""How a run is driven: Ctrl-C at any moment, and the progress bar."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from loihi_emu import Emulator, Network

pytestmark = [
    pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="runs millions of steps"),
    pytest.mark.slow,
]

SLACK = 1.5
"""Seconds allowed on a loaded machine for what takes 0.2 s on a quiet one."""

COMMON = """
import sys, time
import numpy as np
from loihi_emu import Conv2D, Emulator, Network, Noise

def small():
    net = Network(seed=1)
    source = net.input("source", 50, rate=0.05)
    cells = net.population("cells", 100, vth=200, dv=100)
    net.connect(source, cells, np.arange(5000).reshape(100, 50) % 90)
    net.connect(cells, cells, -(np.arange(10000).reshape(100, 100) % 7 == 0).astype(int) * 9, delays=3)
    net.probe(cells)
    net.probe(cells[:3], "v", every=100)
    return Emulator(net)

def large():
    net = Network(seed=1)
    net.input("image", (64, 64, 8), rate=1)
    net.population("cells", (64, 64, 32), vth=100_000, dv=100, noise=Noise("v", 12))
    net.connect("image", "cells", Conv2D(np.arange(32 * 49 * 8).reshape(32, 7, 7, 8) % 9, padding=3))
    net.probe("cells", ["spikes", "v"], neurons=[5, 9])
    return Emulator(net)

def surging():
    net = Network()
    source = net.input("source", 1500, rate=0)
    cells = net.population("cells", 1500, vth=10)
    net.connect(source, cells, np.full((1500, 1500), 9))
    net.connect(cells, cells, np.full((1500, 1500), 9))
    net.probe(cells[:3])
    emulator = Emulator(net)
    emulator.run(300_000)
    emulator.set("cells", "bias", 4000)
    return emulator

emulator, other = {make}(), {make}()
"""

INTERRUPTED = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it else
emulator.run(1)
print("ready", flush=True)
begin = time.monotonic()
try:
    emulator.run(10**12)
except KeyboardInterrupt:
    print(time.monotonic(), flush=True)
before = emulator.recording
assert before.steps == emulator.step - before.start > 1, (before.steps, emulator.step)
spent = time.monotonic() - begin
emulator.run(7)
n = emulator.step
other.run(n - other.step)
whole, want = emulator.recording, other.recording
assert whole.steps == want.steps, (whole.steps, want.steps)
assert whole.stats == want.stats, (whole.stats, want.stats)
for name in want.names:
    if name.endswith(".spikes"):
        a, b = whole[name], want[name]
        assert np.array_equal(a.times, b.times) and np.array_equal(a.indices, b.indices)
    else:
        assert np.array_equal(whole[name], want[name]), name
assert np.array_equal(emulator.get("cells", "v"), other.get("cells", "v"))
print(n, spent / n, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent in another way")
@pytest.mark.parametrize("make", ["small", "large", "surging"])
def test_ctrl_c(make):
    script = COMMON.replace("{make}", make) + INTERRUPTED
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", script], **pipes) as p:
        try:
            assert p.stdout.readline().strip() == "ready", p.stderr.read()
            time.sleep(0.3 if make == "surging" else 1)
            sent = time.monotonic()
            p.send_signal(signal.SIGINT)
            heard = float(p.stdout.readline() or "inf")
            out, errors = p.communicate(timeout=60)
        finally:
            p.kill()
    print(f"{make}: stopped after {heard - sent:.3f} s; steps and seconds per step: {out.strip()}")
    assert p.returncode == 0, errors
    assert heard - sent < SLACK


# ---------------------------------------------------------------- progress
def emulator():
    net = Network()
    net.population("cells", 10, vth=100, bias=3)
    return Emulator(net)


@pytest.mark.parametrize("steps", [3, 3000])
def test_a_bar_is_drawn_on_request(capsys, steps):
    emulator().run(steps, progress=True)
    seen = capsys.readouterr()
    assert seen.out == "" and "step" in seen.err and "100%" in seen.err


def test_samples_draw_one_too(capsys):
    net = Network()
    source = net.input("source", 2)
    Emulator(net).run_samples(5, {source: np.ones((3, 5, 2), int)}, progress=True)
    seen = capsys.readouterr()
    assert seen.out == "" and "100%" in seen.err and seen.err.count("0%|") == 2  # one bar for all: begin and 100%


@pytest.mark.parametrize("progress", [None, False])
def test_nothing_is_written_otherwise(capfd, monkeypatch, progress):
    monkeypatch.setattr("loihi_emu.run.progress.BAR_AFTER_SECONDS", 0.0)
    monkeypatch.setattr("loihi_emu.run.progress.SETTLED_SECONDS", 0.0)
    emulator().run(200_000, progress=progress)
    assert tuple(capfd.readouterr()) == ("", "")


def test_a_terminal_gets_one_for_long_runs(capsys, monkeypatch):
    monkeypatch.setattr("loihi_emu.run.progress.BAR_AFTER_SECONDS", 0.0)
    monkeypatch.setattr("loihi_emu.run.progress.SETTLED_SECONDS", 0.0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    emulator().run(500_000)
    assert "step" in capsys.readouterr().err
