"""What leads to each layer, and the shape of what it sends: all that is known before anything is built."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from loihi_emu import numeric
from loihi_emu.errors import UnsupportedError, invalid
from loihi_emu.exchange.net.kernels import ConvKernel, kernel_of
from loihi_emu.exchange.net.layers import COMPLEX, Layer
from loihi_emu.exchange.net.neurons import Neurons, neurons_of
from loihi_emu.exchange.net.numbers import LARGEST, Ints, one, shape_of, whole
from loihi_emu.exchange.net.sets import bias_of, delays_of, fitting
from loihi_emu.exchange.notes import Notes

Shape = tuple[int, ...]
OUTSIDE = -1
"""The number of what comes from outside, in the place of a layer's."""
KERNELS = ("conv", "convT", "pool", "unpool")


@dataclass(frozen=True)
class ViewPart:
    """Some of what arrives: all that one layer sends, with its shape in the file's order."""

    source: int
    shape: Shape


@dataclass(frozen=True)
class View:
    """What a layer hands on: parts one after the other along the channels, or as one list of values."""

    parts: tuple[ViewPart, ...]
    shape: Shape


@dataclass(frozen=True, eq=False)
class NeuronLayer:
    """A layer with neurons, and what leads to it.

    Attributes
    ----------
    number : int
        Of the layer in the file.
    layer : Layer
    neurons : Neurons
    before : View
        What arrives.
    shape : tuple of int
        Of what it sends: (channels, rows, columns) or (neurons,).
    weights : dict of array or Kernel
        By port: "" the only one, "real" and "imag" of resonators, "rec" from the layer to itself.
    bias : array, shape (channels,) or (neurons,), or None
    delays : array, shape (neurons,) or (neurons, sources), or None
        Further steps of the synapses to this layer, by target or for each.
    """

    number: int
    layer: Layer
    neurons: Neurons
    before: View
    shape: Shape
    weights: dict[str, Any]
    bias: Ints | None = None
    delays: Ints | None = None

    @property
    def size(self) -> int:
        """How many neurons."""
        return prod(self.shape)


@dataclass(frozen=True)
class Plan:
    """Stages, shapes of what all layers hand on, what comes from outside, and notes."""

    stages: tuple[NeuronLayer, ...]
    shapes: tuple[Shape, ...]
    outside: Shape
    message_bits: int
    notes: Notes


def plan_of(
    layers: Sequence[Layer],
    *,
    num_layers: int | None = None,
    skip_layers: int = 0,
    input_shape: Sequence[int] | None = None,
    input_message_bits: int = 0,
    spike_exp: int = 6,
) -> Plan:
    """Walk over the layers.

    Parameters
    ----------
    layers : sequence of Layer
    num_layers : int, optional
        Read so many layers of the file.
    skip_layers : int
        Leave out the first of them; what they would send comes from outside.
    input_shape : (channels, rows, columns) or (neurons,), optional
        Of what comes from outside, where no layer says it.
    input_message_bits : int
        0: spikes come from outside; otherwise payloads.
    spike_exp : int
        Of sigma-delta neurons.
    """
    where = "net"
    count = len(layers) if num_layers is None else numeric.integer(where, "num_layers", num_layers, 1, 1 << 30)
    skip = numeric.integer(where, "skip_layers", skip_layers, 0, min(count, len(layers)) - 1)
    bits = numeric.integer(where, "input_message_bits", input_message_bits, 0, 32)
    exponent = numeric.integer(where, "spike_exp", spike_exp, 0, 7)
    notes = Notes()
    given = None if input_shape is None else shape_of(where, input_shape, notes)
    return _Walk(list(layers)[:count], skip, given, bits, exponent, notes).plan()


class _Walk:
    """The layers up to one of them."""

    def __init__(
        self, layers: list[Layer], skip: int, given: Shape | None, bits: int, spike_exp: int, notes: Notes
    ) -> None:
        self.layers, self.skip, self.bits, self.spike_exp, self.notes = layers, skip, bits, spike_exp, notes
        self.outside = given
        self.current = None if given is None else View((ViewPart(OUTSIDE, given),), given)
        self.sent: dict[int, View] = {}
        self.shapes: list[Shape] = []
        self.stages: list[NeuronLayer] = []

    def plan(self) -> Plan:
        """All stages."""
        for number, layer in enumerate(self.layers):
            if number == self.skip and number:
                self._begin_here()
            self._take(number, layer)
            assert self.current is not None
            self.sent[number] = self.current
            self.shapes.append(self.current.shape)
        if not self.stages or self.outside is None:
            last = self.layers[-1]
            raise invalid(
                last.place, "", "no layer with neurons", "at least one", advice="Skip fewer layers, or read more."
            )
        return Plan(tuple(self.stages), tuple(self.shapes), self.outside, self.bits, self.notes)

    def _begin_here(self) -> None:
        """What the layers so far would send comes from outside."""
        assert self.current is not None
        if self.stages:
            self.bits = self.stages[-1].neurons.message_bits
        self.stages, self.sent = [], {}
        self._from_outside(self.current.shape)

    def _from_outside(self, shape: Shape) -> None:
        self.outside = shape
        self.current = View((ViewPart(OUTSIDE, shape),), shape)

    def _take(self, number: int, layer: Layer) -> None:
        kind = layer.kind
        if self.stages and self.stages[-1].layer.kind == "average":
            what = f"a {kind} layer after an average, of which no integer is the mean"
            raise UnsupportedError(f"{layer.place}: got {what}, allowed is an average as the last layer.")
        if kind == "input":
            self._input(number, layer)
            return
        if self.current is None:
            self._first(layer)
        assert self.current is not None
        if kind == "concat":
            self._concat(layer)
        elif kind == "flatten":
            self.current = View(self.current.parts, (prod(self.current.shape),))
            self._check_told(layer, self.current.shape)
        elif kind == "average":
            self._average(number, layer)
        elif kind in KERNELS:
            self._kernel(number, layer)
        else:
            self._dense(number, layer)

    def _add(self, stage: NeuronLayer) -> None:
        self.stages.append(stage)
        self.current = View((ViewPart(stage.number, stage.shape),), stage.shape)

    def _input(self, number: int, layer: Layer) -> None:
        if number:
            raise invalid(layer.place, "type", "an input layer", "one as the first layer only")
        shape = shape_of(layer.place, layer.sets["shape"], self.notes)
        shape = (1, *shape) if len(shape) == 2 else shape
        if self.outside not in (None, shape):
            raise invalid("net", "input_shape", str(self.outside), f"{shape}, as {layer.place} has it")
        self._from_outside(shape)
        for name in ("weight", "bias"):
            if name in layer.sets:
                one(layer.place, name, layer.sets[name], -LARGEST, LARGEST, self.notes)
        if layer.neuron is not None:
            assert self.current is not None
            neurons = neurons_of(layer, shape, self.spike_exp, self.notes)
            self._add(NeuronLayer(number, layer, neurons, self.current, shape, {}))

    def _first(self, layer: Layer) -> None:
        """A first layer that is no input: only dense weights tell what leads to them."""
        weight = layer.sets.get("weight")
        if layer.kind in KERNELS or weight is None:
            what = f"a {layer.kind} layer with nothing before it"
            raise invalid(layer.place, "", what, "input_shape=(channels, rows, columns) of what leads to it")
        n = shape_of(layer.place, layer.sets["shape"], self.notes) if "shape" in layer.sets else None
        self._from_outside((_matrix(layer, _parts(layer)[0][1], None if n is None else prod(n), self.notes).shape[1],))

    def _concat(self, layer: Layer) -> None:
        assert self.current is not None
        views = [self.current]
        for number in whole(layer.place, "layers", layer.sets["layers"], self.notes).reshape(-1).tolist():
            if number not in self.sent:
                advice = "dense_rec is the layer that leads to itself."
                raise invalid(
                    layer.place, "layers", number, f"numbers of layers before it: {sorted(self.sent)}", advice=advice
                )
            views.append(self.sent[number])
        shapes = {view.shape[1:] for view in views}
        if len(shapes) > 1:
            given = " and ".join(str(view.shape) for view in views)
            raise invalid(layer.place, "layers", f"shapes {given}", "images of one size, or lists of neurons")
        shape = (sum(view.shape[0] for view in views), *views[0].shape[1:])
        self.current = View(tuple(part for view in views for part in view.parts), shape)
        self._check_told(layer, shape)

    def _check_told(self, layer: Layer, shape: Shape) -> None:
        """Compare with the shape in the file, which flatten layers have in any order."""
        if "shape" in layer.sets:
            told = shape_of(layer.place, layer.sets["shape"], self.notes)
            if prod(told) != prod(shape):
                raise invalid(layer.place, "shape", str(told), f"{prod(shape)} values, which is what leads to it")

    def _average(self, number: int, layer: Layer) -> None:
        assert self.current is not None
        n, arriving = prod(shape_of(layer.place, layer.sets["shape"], self.notes)), prod(self.current.shape)
        if arriving % n:
            raise invalid(layer.place, "shape", f"{n} groups", f"a divisor of the {arriving} values that lead to it")
        before = View(self.current.parts, (arriving,))
        neurons = neurons_of(layer, (n,), self.spike_exp, self.notes)
        size = arriving // n
        self.notes.exact.append(
            f"{layer.place}: each value is the sum of {size} inputs; divided by {size} it is their mean."
        )
        self._add(NeuronLayer(number, layer, neurons, before, (n,), {}))

    def _kernel(self, number: int, layer: Layer) -> None:
        assert self.current is not None
        before = self.current
        if len(before.shape) != 3:
            given = f"shape {before.shape} from the layer before"
            raise invalid(layer.place, "", given, "an image: (channels, rows, columns)")
        kernels = {port: kernel_of(layer, w, before.shape[0], self.notes) for port, w in _parts(layer)}
        found = {k.output_shape(before.shape) for k in kernels.values()}
        shape = found.pop()
        if found:
            raise invalid(layer.place, "weight", "real and imaginary weights of two shapes", "weights of one shape")
        if "shape" in layer.sets:
            told = shape_of(layer.place, layer.sets["shape"], self.notes)
            kernel: ConvKernel = next(iter(kernels.values()))
            may = layer.kind != "conv" and len(told) == 3 and kernel.allows(shape, told)
            if told != shape and not may:
                raise invalid(layer.place, "shape", str(told), f"{shape}, which its weights make of {before.shape}")
            shape = told
        shape = shape_of(layer.place, shape, self.notes)
        self._finish(number, layer, shape, dict(kernels), before)

    def _dense(self, number: int, layer: Layer) -> None:
        assert self.current is not None
        before = View(self.current.parts, (prod(self.current.shape),))
        sets = layer.sets
        n = prod(shape_of(layer.place, sets["shape"], self.notes)) if "shape" in sets else None
        weights = {port: _matrix(layer, w, n, self.notes) for port, w in _parts(layer)}
        size = next(iter(weights.values())).shape[0]
        for name, number_of in (("inFeatures", before.shape[0]), ("outFeatures", size)):
            if name in sets and one(layer.place, name, sets[name], 1, 1 << 28, self.notes) != number_of:
                raise invalid(layer.place, name, sets[name], str(number_of))
        for w in weights.values():
            if w.shape != (size, before.shape[0]):
                allowed = f"({size}, {before.shape[0]}): {before.shape[0]} values lead to it"
                raise invalid(layer.place, "weight", f"shape {w.shape}", allowed)
        if layer.kind == "dense_rec":
            own = whole(layer.place, "weight_rec", sets["weight_rec"], self.notes)
            if own.shape != (size, size):
                raise invalid(layer.place, "weight_rec", f"shape {own.shape}", f"({size}, {size})")
            both = fitting(np.hstack([weights[""], own]), layer.place, self.notes)
            weights = {"": both[:, : before.shape[0]], "rec": both[:, before.shape[0] :]}
        else:
            weights = {port: fitting(w, layer.place, self.notes) for port, w in weights.items()}
        self._finish(number, layer, (size,), weights, before)

    def _finish(self, number: int, layer: Layer, shape: Shape, weights: dict[str, Any], before: View) -> None:
        neurons = neurons_of(layer, shape, self.spike_exp, self.notes)
        resonates = neurons.kind in ("rf", "rf_iz")
        if resonates != layer.is_complex:
            given = "complex weights" if layer.is_complex else "real weights"
            allowed = "weight/real and weight/imag" if resonates else "real weights, or neurons of type RF_PHASE"
            raise invalid(layer.place, "weight", f"{given} to {neurons.kind} neurons", allowed)
        bias = bias_of(layer, shape, self.notes)
        if bias is not None and neurons.kind in ("rf", "rf_iz", "sigma"):
            if bias.any():
                raise UnsupportedError(
                    f"{layer.place}, bias: got one of {neurons.kind} neurons, which have none in Lava."
                )
            bias = None
        delays = delays_of(layer, shape, before.shape, self.notes)
        self._add(NeuronLayer(number, layer, neurons, before, shape, weights, bias, delays))


def _parts(layer: Layer) -> list[tuple[str, Any]]:
    """The weights by port."""
    weight = layer.sets["weight"]
    if not layer.is_complex:
        return [("", weight)]
    if set(weight) != set(COMPLEX):
        raise invalid(
            layer.place, "weight", f"a group of {', '.join(weight) or 'nothing'}", "an array, or real and imag"
        )
    return [(name, weight[name]) for name in COMPLEX]


def _matrix(layer: Layer, weight: Any, n: int | None, notes: Notes) -> Ints:
    """Dense weights (targets, sources); a list of old files is the weights to one neuron, or to `n`."""
    array = whole(layer.place, "weight", weight, notes)
    while array.ndim > 2 and array.shape[-1] == 1:
        array = array[..., 0]
    if array.ndim == 1 and array.size % (n or 1) == 0:
        array = array.reshape(n or 1, -1)
    if array.ndim != 2 or 0 in array.shape or (n is not None and array.shape[0] != n):
        allowed = f"({'targets' if n is None else n}, sources)"
        raise invalid(layer.place, "weight", f"shape {array.shape}", allowed)
    return array
