"""Time of 1000 steps of small fixed networks, of placing them, and of the first import."""

import subprocess
import sys

import numpy as np

from loihi_emu import Emulator, LearningRule, Network, Trace


def recurrent(neurons=4000, fan_out=80):
    """Neurons that drive themselves through sparse synapses."""
    rng = np.random.default_rng(1)
    net = Network(seed=1)
    cells = net.population("cells", neurons, du=400, dv=100, vth=500, bias=rng.integers(0, 300, neurons))
    pre = np.repeat(np.arange(neurons), fan_out)
    net.connect(cells, cells, (pre, rng.integers(0, neurons, len(pre)), rng.integers(-20, 16, len(pre)) * 2))
    return net


def layers():
    """Inputs, and two layers with dense synapses."""
    rng = np.random.default_rng(2)
    net = Network(seed=2)
    layer = net.input("inputs", 1000, rate=0.02)
    for name in ("first", "second"):
        cells = net.population(name, 1000, du=400, dv=100, vth=800)
        net.connect(layer, cells, rng.integers(-30, 30, (1000, 1000)) * 2)
        layer = cells
    return net


def learning():
    """Pair STDP on dense synapses."""
    rng = np.random.default_rng(3)
    rule = LearningRule(dw="2^-2*x1*y0 - 2^-2*y1*x0", x1=Trace(16, 10), y1=Trace(16, 10), t_epoch=1)
    net = Network(seed=3)
    inputs = net.input("inputs", 500, rate=0.02)
    cells = net.population("cells", 500, du=400, dv=100, vth=3000)
    net.connect(inputs, cells, rng.integers(50, 150, (500, 500)), learning=rule, sign_mode="excitatory")
    return net


NETWORKS = {"recurrent": recurrent, "layers": layers, "learning": learning}


class Steps:
    """1000 steps, and the memory that the emulator takes."""

    params = tuple(NETWORKS)
    param_names = ("network",)

    def setup(self, network):
        """Build and warm up."""
        self.emulator = Emulator(NETWORKS[network]())
        self.emulator.run(100)

    def time_steps(self, network):
        """1000 steps."""
        self.emulator.run(1000)

    def track_bytes(self, network):
        """Bytes of the emulator."""
        return sum(self.emulator.memory().values())

    track_bytes.unit = "bytes"


class Building:
    """From a network to an emulator, and to a placement."""

    params = tuple(NETWORKS)
    param_names = ("network",)

    def setup(self, network):
        """The network."""
        self.network = NETWORKS[network]()
        Emulator(self.network)
        self.network.place()

    def time_emulator(self, network):
        """An emulator."""
        Emulator(self.network)

    def time_place(self, network):
        """A placement."""
        self.network.place()


def time_import():
    """A process that imports the package."""
    subprocess.run([sys.executable, "-c", "import loihi_emu"], check=True)
