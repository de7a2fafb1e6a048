"""The demo network, built from trained weights with the public API."""

from __future__ import annotations

from typing import Any

from loihi_emu.demo.digits import PIXELS
from loihi_emu.demo.weights import DigitsLayer, DigitsWeights, load_weights
from loihi_emu.errors import invalid
from loihi_emu.network.network import Network
from loihi_emu.rules import find
from loihi_emu.widths import DECAY_UNITY


def digits_network(weights: DigitsWeights | None = None, *, spikes: Any = None, rules: str = "chip") -> Network:
    """Build the network that reads digits: 64 pixels, a hidden layer, 10 output neurons.

    Population "output" is read by `loihi_emu.demo.readout.decide`: its spike counts over `weights.steps` steps, and its
    voltages after the last one. Probes record the spikes of "hidden" and "output" and the voltage of "output".

    Parameters
    ----------
    weights : DigitsWeights, optional
        The weights that come with the package when left out.
    spikes : (times, indices) or array of shape (steps, 64), optional
        Spikes of the input "pixels", as `loihi_emu.demo.encode.encode` makes them; none when left out.
    rules : str
        "chip": the integers, on the chip's arithmetic. "float": the weights from before rounding. Or another rule set
        whose LIF has the parameters of one of these.

    Returns
    -------
    Network
        Input "pixels", populations "hidden" and "output", connected in this order.

    Raises
    ------
    ValidationError
        For other rules.

    Examples
    --------
    >>> net = digits_network()
    >>> [population.size for population in net.populations.values()]
    [128, 10]
    """
    counts = find(rules)
    known = {p.name for p in counts.model("lif").parameters}
    if not {"du", "dv", "vth", "bias"} <= known:
        raise invalid("digits network", "rules", rules, '"chip" or "float", or rules whose LIF has their parameters')
    trained = load_weights() if weights is None else weights
    net = Network("digits", rules=rules)
    previous: Any = net.input("pixels", PIXELS, spikes=spikes)
    for name, layer in (("hidden", trained.hidden), ("output", trained.output)):
        population = net.population(name, layer.mantissas.shape[0], **_parameters(layer, counts.floats))
        if counts.floats:
            net.connect(previous, population, layer.float_weights)
        else:
            net.connect(previous, population, layer.mantissas, weight_exp=layer.weight_exp, sign_mode="mixed")
        previous = population
    net.probe("hidden", "spikes")
    net.probe("output", ["spikes", "v"])
    return net


def _parameters(layer: DigitsLayer, floats: bool) -> dict[str, Any]:
    """Neuron parameters of a layer, as integers or as from before rounding."""
    if floats:
        return {"du": layer.du / DECAY_UNITY, "dv": layer.dv / DECAY_UNITY, "vth": 1.0, "bias": layer.float_bias}
    return {"du": layer.du, "dv": layer.dv, "vth": layer.vth, "bias": layer.bias, "bias_exp": layer.bias_exp}
