"""Biases and delays of a layer, and weights that no synapse of the chip can hold."""

from __future__ import annotations

from math import prod

import numpy as np

from loihi_emu import numeric
from loihi_emu.errors import UnsupportedError, invalid
from loihi_emu.exchange.net.layers import Layer
from loihi_emu.exchange.net.numbers import Ints, whole
from loihi_emu.exchange.notes import Notes

LONGEST_DELAY = 62
"""Of a synapse; lava-dl cuts longer ones."""
LOWEST, HIGHEST, HIGHEST_MIXED = -256, 255, 254
"""Weights of dense layers; lava-dl cuts those beyond, where both signs are among them."""


def bias_of(layer: Layer, shape: tuple[int, ...], notes: Notes) -> Ints | None:
    """The bias of each channel or neuron, in units of 64."""
    if "bias" not in layer.sets:
        return None
    bias = whole(layer.place, "bias", layer.sets["bias"], notes).reshape(-1)
    if bias.size not in (1, shape[0], prod(shape)):
        allowed = f"{shape[0]} values" if len(shape) == 1 else f"{shape[0]} values, one a channel, or {prod(shape)}"
        raise invalid(layer.place, "bias", f"{bias.size} values", allowed)
    numeric.ranged(layer.place, "bias", bias, -(1 << 15), (1 << 15) - 1)
    return np.repeat(bias, shape[0]) if bias.size == 1 else bias


def delays_of(layer: Layer, shape: tuple[int, ...], before: tuple[int, ...], notes: Notes) -> Ints | None:
    """Delays by target (as one number, one a channel or neuron), or by target and source."""
    if "delay" not in layer.sets:
        return None
    place = layer.place
    delays = whole(place, "delay", layer.sets["delay"], notes)
    if delays.size and delays.min() < 0:
        raise invalid(place, "delay", int(delays.min()), f"0 to {LONGEST_DELAY}")
    if delays.size and delays.max() > LONGEST_DELAY:
        count = int(np.count_nonzero(delays > LONGEST_DELAY))
        notes.inexact.append(
            f"{place}, delay: {count} delays up to {delays.max()} are cut to {LONGEST_DELAY}, as lava-dl does."
        )
        delays = np.minimum(delays, LONGEST_DELAY)
    n, sources, channels = prod(shape), prod(before), shape[0]
    if delays.size == 1:
        made = np.full(n, delays.reshape(-1)[0])
    elif delays.ndim == 1 and delays.size == n:
        made = delays
    elif delays.ndim == 1 and len(shape) == 3 and delays.size == channels:
        made = np.repeat(delays, n // channels)
    elif delays.ndim == 1 and len(shape) == 1 and delays.size == sources:
        made = np.broadcast_to(delays, (n, sources))
    elif delays.shape == (n, sources) and len(shape) == 1:
        made = delays
    else:
        allowed = f"1, {channels} or {sources} values" if len(shape) == 1 else f"1, {channels} or {n} values"
        raise invalid(place, "delay", f"shape {delays.shape}", allowed)
    if layer.kind == "dense_rec" and made.size and np.unique(made).size > 1:
        raise UnsupportedError(
            f"{place}, delay: got delays of {made.min()} to {made.max()} steps in a layer that leads to itself, whose "
            "own spikes have none: no delays of synapses equal that. Allowed is one delay for all its neurons."
        )
    return made if made.any() else None


def shift_of(weights: Ints) -> int:
    """By how many bits lava-dl shifts the weights of a dense layer to the left, and their sums back to the right."""
    low, high = (int(weights.min()), int(weights.max())) if weights.size else (0, 0)
    mixed = low < 0 <= high
    room = [(127 if mixed else 255) / high] if high > 0 else []
    room += [(128 if mixed else 256) / -low] if low < 0 else []
    return int(np.floor(np.log2(min(room)))) + mixed if room else 0


def fitting(weights: Ints, place: str, notes: Notes) -> Ints:
    """Weights of a dense layer within what lava-dl leaves of them."""
    mixed = bool(weights.size) and weights.min() < 0 < weights.max()
    high = HIGHEST_MIXED if mixed else HIGHEST
    cut = np.clip(weights, LOWEST, high)
    if np.any(cut != weights):
        count, far = int(np.count_nonzero(cut != weights)), int(weights.flat[int(np.abs(weights).argmax())])
        what = f"{count} of {weights.size} weights, up to {far}, are cut to {LOWEST}..{high}, as lava-dl does"
        notes.inexact.append(f"{place}, weight: {what}.")
    return cut
