"""Small NIR graphs of every primitive, with weights drawn from a seed."""

import nir
import numpy as np

DT = 1e-3


def ones(n, value=1.0):
    return np.full(n, float(value))


def lif(n, tau=0.01, vth=0.4, leak=0.0, reset=0.0, r=10.0):
    return nir.LIF(
        tau=ones(n, tau), r=ones(n, r), v_leak=ones(n, leak), v_threshold=ones(n, vth), v_reset=ones(n, reset)
    )


def cuba(n, vth=0.6, leak=0.0):
    return nir.CubaLIF(
        tau_mem=np.linspace(0.004, 0.02, n), tau_syn=ones(n, 0.003), r=ones(n, 5), v_leak=ones(n, leak),
        v_threshold=ones(n, vth), w_in=ones(n, 2),
    )  # fmt: skip


def chain(*nodes):
    """Nodes one after the other; nir's own check knows nothing of groups."""
    return nir.NIRGraph.from_list(*nodes, type_check=False)


def spread(rng, *shape):
    return rng.normal(0.3, 0.6, shape)


def layers(rng):
    """Biases at two depths, a reset that is not 0, a leak."""
    return chain(
        nir.Affine(spread(rng, 6, 4), rng.normal(0, 0.1, 6)), lif(6, reset=-0.1),
        nir.Affine(spread(rng, 5, 6), rng.normal(0, 0.1, 5)), lif(5, leak=0.05, reset=0.02),
    )  # fmt: skip


def recurrent(rng):
    """A layer with a loop, with biases in all three matrices, and a layer after it."""
    nodes = {
        "input": nir.Input(np.array([4])), "fc": nir.Affine(spread(rng, 6, 4), rng.normal(0, 0.1, 6)),
        "lif.1": cuba(6), "rec": nir.Affine(rng.normal(0, 0.5, (6, 6)), rng.normal(0, 0.1, 6)),
        "fc2": nir.Affine(spread(rng, 3, 6), rng.normal(0, 0.1, 3)), "lif2": cuba(3),
        "output": nir.Output(np.array([3])),
    }  # fmt: skip
    edges = [
        ("input", "fc"), ("fc", "lif.1"), ("lif.1", "rec"), ("rec", "lif.1"), ("lif.1", "fc2"), ("fc2", "lif2"),
        ("lif2", "output"),
    ]  # fmt: skip
    return nir.NIRGraph(nodes, edges)


def images(rng):
    """Convolutions with strides, padding, groups and dilation, both pools, Flatten."""
    return chain(
        nir.Input(np.array([2, 8, 8])),
        nir.Conv2d((8, 8), spread(rng, 4, 1, 3, 3), 1, (1, 1), 1, 2, rng.normal(0, 0.1, 4)), _if((4, 8, 8)),
        nir.SumPool2d(np.array([2, 2]), np.array([2, 2]), np.array([0, 0])),
        nir.Conv2d((4, 4), spread(rng, 3, 4, 2, 2), (1, 2), (0, 1), (2, 1), 1, rng.normal(0, 0.1, 3)),
        _if((3, 2, 3)),
        nir.AvgPool2d(np.array([2, 2]), np.array([1, 1]), np.array([1, 1])),
        nir.Flatten({"input": np.array([3, 3, 4])}, 0, -1), nir.Linear(spread(rng, 4, 36)), _if((4,)),
    )  # fmt: skip


def _if(shape):
    return nir.IF(r=np.full(shape, 1 / DT), v_threshold=np.full(shape, 1.0))


def signals(rng):
    """Conv1d, Scale, Threshold."""
    return chain(
        nir.Input(np.array([2, 9])), nir.Conv1d(9, spread(rng, 3, 2, 4), 2, 1, 1, 1, rng.normal(0, 0.1, 3)),
        nir.Scale(rng.random((3, 4)) + 0.5), nir.Threshold(np.full((3, 4), 0.8)),
        nir.Flatten({"input": np.array([3, 4])}, 0), nir.Linear(spread(rng, 4, 12)), lif(4),
    )  # fmt: skip


def skipping(rng):
    """A path that is shorter than another to the same neurons, delays of their own."""
    nodes = {
        "input": nir.Input(np.array([4])), "a": nir.Linear(spread(rng, 5, 4)), "l1": lif(5),
        "b": nir.Linear(spread(rng, 5, 5)), "l2": lif(5), "wait": nir.Delay(np.array([0, 1, 2, 5, 1]) * DT),
        "c": nir.Affine(spread(rng, 5, 5), ones(5, 0.05)), "l3": lif(5), "skip": nir.Linear(spread(rng, 5, 4)),
        "output": nir.Output(np.array([5])),
    }  # fmt: skip
    edges = [
        ("input", "a"), ("a", "l1"), ("l1", "b"), ("b", "l2"), ("l2", "wait"), ("wait", "c"), ("c", "l3"), ("l1", "l3"),
        ("input", "skip"), ("skip", "l3"), ("l3", "output"),
    ]  # fmt: skip
    return nir.NIRGraph(nodes, edges)


def voltages(rng):
    """Integrators of all kinds that hand on their voltage."""
    n = 4
    return chain(
        nir.Linear(spread(rng, n, 4)), nir.LI(tau=ones(n, 0.01), r=ones(n, 2), v_leak=ones(n, 0.1)),
        nir.Linear(spread(rng, n, n)), nir.I(r=ones(n, 100)),
        nir.Affine(spread(rng, n, n), ones(n, 0.02)),
        nir.CubaLI(tau_mem=ones(n, 0.01), tau_syn=ones(n, 0.004), r=ones(n), v_leak=ones(n, 0.0), w_in=ones(n)),
        nir.Affine(spread(rng, 3, n), ones(3, 0.5)),
    )  # fmt: skip


def readout(rng):
    """A voltage at the end."""
    return chain(
        nir.Linear(spread(rng, 6, 4)), lif(6), nir.Linear(spread(rng, 3, 6)),
        nir.LI(tau=ones(3, 0.01), r=ones(3), v_leak=ones(3, 0.0)),
    )  # fmt: skip


GRAPHS = {f.__name__: f for f in (layers, recurrent, images, signals, skipping, voltages, readout)}
