"""The programs of the Lava benchmark, for any package that has Lava's names; also a script for another Python.

``python lava_programs.py lava chain-3 fixed_pt 200`` prints seconds to compile and start, and seconds per step.
Nothing but NumPy and the measured package is imported.
"""

import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

FIXED, FLOAT = "fixed_pt", "floating_pt"
ACTIVITY = 0.02
STDP = "STDP, 100 x 100, t_epoch 4"


class Lava:
    """The names of a package.

    Parameters
    ----------
    root : str
        ``lava`` or ``lava_api``.
    """

    def __init__(self, root: str) -> None:
        self.root = root

    def __getattr__(self, path: str) -> Any:
        module, name = PLACES[path]
        return getattr(import_module(f"{self.root}.{module}"), name)


PLACES = {
    "LearningDense": ("proc.dense.process", "LearningDense"),
    "STDPLoihi": ("proc.learning_rules.stdp_learning_rule", "STDPLoihi"),
    "LIF": ("proc.lif.process", "LIF"),
    "Dense": ("proc.dense.process", "Dense"),
    "Sparse": ("proc.sparse.process", "Sparse"),
    "Conv": ("proc.conv.process", "Conv"),
    "Source": ("proc.io.source", "RingBuffer"),
    "RunSteps": ("magma.core.run_conditions", "RunSteps"),
    "Config": ("magma.core.run_configs", "Loihi2SimCfg"),
}


def chain(lava: Lava, tag: str, processes: int, n: int = 10) -> Any:
    """LIF, Dense, LIF, ... of n neurons, the first with a bias."""
    rng = np.random.default_rng(1)
    first = last = lava.LIF(shape=(n,), bias_mant=2, vth=10, **decays(tag))
    for _ in range(processes // 2):
        dense = lava.Dense(weights=rng.integers(-10, 11, (n, n)) // 2 * 2)
        following = lava.LIF(shape=(n,), vth=10, **decays(tag))
        last.s_out.connect(dense.s_in)
        dense.a_out.connect(following.a_in)
        last = following
    return first


def decays(tag: str) -> dict[str, Any]:
    """Currents that are gone after a step, in either number format."""
    return {"du": 4095 if tag == FIXED else 1, "dv": 0}


def active(lava: Lava, tag: str, n: int) -> Any:
    """Neurons of which the share ACTIVITY spikes in each step: one threshold, and as many phases as steps between."""
    period = round(1 / ACTIVITY)
    unit = 64 if tag == FIXED else 1
    start = np.arange(n) % period * unit
    return lava.LIF(shape=(n,), v=start, vth=period - 1, bias_mant=unit, **decays(tag))


def layers(lava: Lava, tag: str, n: int) -> Any:
    """LIF, Dense, LIF."""
    rng = np.random.default_rng(2)
    first, second = active(lava, tag, n), lava.LIF(shape=(n,), vth=50, **decays(tag))
    dense = lava.Dense(weights=rng.integers(-100, 101, (n, n)) // 2 * 2)
    first.s_out.connect(dense.s_in)
    dense.a_out.connect(second.a_in)
    return first


def recurrent(lava: Lava, tag: str, n: int) -> Any:
    """LIF and Dense in a loop."""
    rng = np.random.default_rng(3)
    cells = active(lava, tag, n)
    dense = lava.Dense(weights=rng.integers(-1, 2, (n, n)) * 2)
    cells.s_out.connect(dense.s_in)
    dense.a_out.connect(cells.a_in)
    return cells


def convolution(lava: Lava, tag: str) -> Any:
    """32 x 32 x 3 inputs, 10 % active, 16 channels of 3 x 3, LIF."""
    rng = np.random.default_rng(4)
    source = lava.Source(data=(rng.random((32, 32, 3, 40)) < 0.1).astype(int))
    weight = rng.integers(-10, 11, (16, 3, 3, 3))
    conv = lava.Conv(weight=weight, input_shape=(32, 32, 3), padding=(1, 1))
    cells = lava.LIF(shape=conv.a_out.shape, vth=50, **decays(tag))
    source.s_out.connect(conv.s_in)
    conv.a_out.connect(cells.a_in)
    return source


def stdp(lava: Lava, tag: str, n: int = 100) -> Any:
    """Pair STDP between two sources of which 5 % spike in each step; epochs of 4 steps."""
    rng = np.random.default_rng(5)
    rule = lava.STDPLoihi(learning_rate=1, A_plus=1, A_minus=-1, tau_plus=10, tau_minus=10, t_epoch=4, rng_seed=7)
    pre, post = (lava.Source(data=(rng.random((n, 100)) < 0.05).astype(int)) for _ in range(2))
    dense = lava.LearningDense(weights=rng.integers(0, 100, (n, n)) // 2 * 2, learning_rule=rule)
    cells = lava.LIF(shape=(n,), vth=50, **decays(tag))
    pre.s_out.connect(dense.s_in)
    post.s_out.connect(dense.s_in_bap)
    dense.a_out.connect(cells.a_in)
    return pre


PROGRAMS: dict[str, Callable[[Lava, str], Any]] = {
    "chain of 3": lambda lava, tag: chain(lava, tag, 3),
    "chain of 11": lambda lava, tag: chain(lava, tag, 11),
    "chain of 31": lambda lava, tag: chain(lava, tag, 31),
    "LIF-Dense-LIF, 100": lambda lava, tag: layers(lava, tag, 100),
    "LIF-Dense-LIF, 1000": lambda lava, tag: layers(lava, tag, 1000),
    "recurrent, 1000": lambda lava, tag: recurrent(lava, tag, 1000),
    "Conv 32x32x3 -> 16, LIF": convolution,
    STDP: stdp,
}
"""Each makes a program and returns its leading process."""


def start(lava: Lava, program: str, tag: str) -> tuple[Any, float]:
    """Make a program and run its first step; returns the leading process and the seconds from run() to its return."""
    lead = PROGRAMS[program](lava, tag)
    begin = time.perf_counter()
    lead.run(condition=lava.RunSteps(num_steps=1), run_cfg=lava.Config(select_tag=tag))
    return lead, time.perf_counter() - begin


if __name__ == "__main__":
    package = Lava(sys.argv[1])
    leader, started = start(package, sys.argv[2], sys.argv[3])
    steps = int(sys.argv[4])
    begun = time.perf_counter()
    leader.run(condition=package.RunSteps(num_steps=steps))
    took = time.perf_counter() - begun
    leader.stop()
    print(started, took / steps)
