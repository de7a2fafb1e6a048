"""A .net file to a network: read, walked over, checked; only then is anything built."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from loihi_emu import numeric
from loihi_emu.chips.chip import LOIHI2, Chip
from loihi_emu.errors import UnsupportedError, invalid, is_known, unknown
from loihi_emu.exchange.net.kernels import ConvKernel
from loihi_emu.exchange.net.layers import Layer
from loihi_emu.exchange.net.neurons import BIAS_EXP, OUT_OF_REACH
from loihi_emu.exchange.net.plan import OUTSIDE, NeuronLayer, Plan, ViewPart, plan_of
from loihi_emu.exchange.net.reading import read_net
from loihi_emu.exchange.net.report import LayerRow, NetReport
from loihi_emu.exchange.net.sets import shift_of
from loihi_emu.network.builders.one_to_one import one_to_one
from loihi_emu.network.conv2d import Conv2D
from loihi_emu.user_warnings import heard
from loihi_emu.widths import VTH_MAX, WEIGHT_SHIFT

WHERE = "from_net"
RULES = ("lava", "chip")
"""Rule sets with the units of .net files."""
MODELS = {"lif": "lif", "alif": "atrlif", "sum": "graded_vec"}
"""Models of rules "lava" by kinds of neurons, where the names differ or are to be seen."""
INPUT = "input"
RESET = "lif_reset"
BIASES = ("bias", "bias_mant")
"""What a bias is called, by models."""
PORTS = {"real": "a_real_in", "imag": "a_imag_in"}


def build(
    make: Callable[..., Any],
    file: Any,
    *,
    rules: str = "lava",
    num_layers: int | None = None,
    skip_layers: int = 0,
    input_shape: Sequence[int] | None = None,
    input_message_bits: int = 0,
    reset_interval: int | None = None,
    reset_offset: int = 0,
    spike_exp: int = 6,
    image: Any = None,
    chip: Chip = LOIHI2,
    name: str = "net",
) -> tuple[Any, NetReport, Plan]:
    """The network that `make` (the class Network) makes of a file; options are ``import_net``'s."""
    if not is_known(rules, RULES):
        raise unknown("rules", rules, RULES, where=WHERE)
    layers = layers_of(file)
    plan = plan_of(
        layers, num_layers=num_layers, skip_layers=skip_layers, input_shape=input_shape,
        input_message_bits=input_message_bits, spike_exp=spike_exp,
    )  # fmt: skip
    empty = make(name, chip=chip, rules=rules)
    built = _Build(empty, plan, rules, reset_interval, reset_offset, image)
    return built.network(), built.report(), plan


def layers_of(file: Any) -> tuple[Layer, ...]:
    """The layers of a file, or those that are given."""
    if isinstance(file, (str, Path)):
        return read_net(file)
    if isinstance(file, Sequence) and file and all(isinstance(layer, Layer) for layer in file):
        return tuple(file)
    given = f"a {type(file).__name__}" if not isinstance(file, Sequence) else "a list of other things, or of nothing"
    raise invalid(WHERE, "file", given, "the path of a .net file, or a list of loihi_emu.exchange.Layer")


def order_of(shape: tuple[int, ...]) -> Any:
    """For each value in the file's order (channel, row, column) its number here (row, column, channel)."""
    if len(shape) != 3:
        return np.arange(prod(shape))
    return np.arange(prod(shape)).reshape(shape[1], shape[2], shape[0]).transpose(2, 0, 1).reshape(-1)


def shape_here(shape: tuple[int, ...]) -> tuple[int, ...]:
    """(channels, rows, columns) of a file as (rows, columns, channels)."""
    return (shape[1], shape[2], shape[0]) if len(shape) == 3 else shape


class _Build:
    """One plan on its way to a network."""

    def __init__(self, empty: Any, plan: Plan, rules: str, reset_interval: Any, reset_offset: Any, image: Any) -> None:
        self.empty, self.plan, self.rules, self.image = empty, plan, rules, image
        self.notes = plan.notes
        self.models = {m.name: [p.name for p in m.parameters] for m in empty.rule_set.models}
        self.names = {stage.number: f"{stage.layer.kind}{stage.number}" for stage in plan.stages}
        self.stages = {stage.number: stage for stage in plan.stages}
        self.reset: dict[str, int] | None = None
        if reset_interval is not None:
            offset = numeric.integer(WHERE, "reset_offset", reset_offset, 0, 1 << 30)
            interval = numeric.integer(WHERE, "reset_interval", reset_interval, 1, (1 << 31) - 1)
            self.reset = {"reset_interval": interval, "reset_offset": offset + 1}  # Lava's steps begin with 1
        self.rows: list[LayerRow] = []

    def network(self) -> Any:
        """The network; everything that can be refused is refused before anything is added."""
        parameters = [self._parameters(k, stage) for k, stage in enumerate(self.plan.stages)]
        connections = [self._connections(stage) for stage in self.plan.stages]
        net = self.empty
        net.input(INPUT, shape_here(self.plan.outside))
        for stage, (model, values) in zip(self.plan.stages, parameters, strict=True):
            with heard():  # that an exponent has no effect: the bias of an input layer is set later
                net.population(self.names[stage.number], shape_here(stage.shape), model=model, **values)
        for stage, found in zip(self.plan.stages, connections, strict=True):
            for source, weights, options in found:
                net.connect(source, self.names[stage.number], weights, **options)
        for stage, (model, _), found in zip(self.plan.stages, parameters, connections, strict=True):
            count = sum(_count(weights, stage) for _, weights, _ in found)
            kind = "none" if stage.layer.neuron is None else str(stage.layer.neuron["type"])
            row = LayerRow(stage.number, stage.layer.kind, kind, self.names[stage.number], model,
                           shape_here(stage.shape), count)  # fmt: skip
            self.rows.append(row)
        self.notes.warn(f"{WHERE}: approximated")
        return net

    def report(self) -> NetReport:
        """What became of the file."""
        last, notes = self.plan.stages[-1], self.notes
        reads = last.neurons.reads
        return NetReport(
            self.rules, tuple(self.rows), self.names[last.number], reads, tuple(notes.exact), tuple(notes.inexact)
        )

    # ------------------------------------------------------------ neurons
    def _parameters(self, position: int, stage: NeuronLayer) -> tuple[str, dict[str, Any]]:
        neurons, place = stage.neurons, stage.layer.place
        values = {k: self._values(stage, k, v) for k, v in neurons.values.items()}
        bias = self._bias(stage)
        model = MODELS.get(neurons.kind, neurons.kind)
        if self.reset is not None:
            if neurons.kind != "lif" or RESET not in self.models:
                what = f'{neurons.kind} neurons under rules "{self.rules}"'
                raise UnsupportedError(f'{place}: got reset_interval for {what}, allowed are LIF under rules="lava".')
            model = RESET
            values |= {**self.reset, "reset_offset": self.reset["reset_offset"] + position}
        if model not in self.models:
            what = f'{neurons.kind} neurons under rules "{self.rules}", which have {", ".join(self.models)}'
            raise UnsupportedError(f'{place}: got {what}. Take rules="lava".')
        known = self.models[model]
        if bias is not None:
            values[next(name for name in BIASES if name in known)] = bias
        if "bias_exp" in known and (bias is not None or stage.layer.kind == "input"):
            values["bias_exp"] = BIAS_EXP
        if "refractory" in known:  # the chip's, whose du is what acts, and whose threshold has a bit less
            values |= {"du": values["du"] + 1, "refractory": max(neurons.refractory, 1)}
            if np.all(np.asarray(values["vth"]) == OUT_OF_REACH):
                values |= {"vth": VTH_MAX, "vmax": VTH_MAX << WEIGHT_SHIFT}
        elif neurons.refractory > 1:
            self.notes.inexact.append(
                f'{place}, refDelay: it acts by rules "chip" alone; Lava\'s neurons have no rest.'
            )
        return model, values

    def _values(self, stage: NeuronLayer, name: str, value: Any) -> Any:
        """A parameter: one number, or one a neuron in our order."""
        array = np.asarray(value)
        if not array.ndim:
            return value
        return self._ours(stage, np.repeat(array, stage.size // array.size))

    @staticmethod
    def _ours(stage: NeuronLayer, values: Any) -> Any:
        """Values in the file's order in the order of the population."""
        made = np.empty_like(values)
        made[order_of(stage.shape)] = values
        return made.reshape(shape_here(stage.shape))

    def _bias(self, stage: NeuronLayer) -> Any:
        if stage.layer.kind == "input" and self.image is not None:
            if stage.neurons.kind not in ("lif", "alif"):
                kind = stage.neurons.kind
                advice = 'Give it as payloads: Emulator.set_input("input", ...).'
                raise invalid(
                    stage.layer.place,
                    "image",
                    f"an image for {kind} neurons",
                    "LIF neurons, which have a bias",
                    advice=advice,
                )
            return transformed(stage, self.image)
        if stage.bias is None:
            return None
        return self._ours(stage, np.repeat(stage.bias, stage.size // stage.bias.size))

    # ------------------------------------------------------------ synapses
    def _connections(self, stage: NeuronLayer) -> list[tuple[str, Any, dict[str, Any]]]:
        """What leads to a stage: source, weights and options of ``connect``."""
        if stage.layer.kind == "input":
            ports = tuple(PORTS) if stage.neurons.kind in ("rf", "rf_iz") else ("",)
            return [(INPUT, 1, {"synapses": one_to_one(), "graded": True, **self._port(p)}) for p in ports]
        made = []
        first = 0
        for part in stage.before.parts:
            size = prod(part.shape)
            for port, weights in stage.weights.items():
                if port != "rec":
                    made.append(self._connection(stage, part, first, port, weights))
            if stage.layer.kind == "average":
                made.append(self._connection(stage, part, first, "", _groups(stage)))
            first += size
        if "rec" in stage.weights:
            options = self._graded(stage.number)
            own, form = _held(stage.weights["rec"], options, _together(stage, "rec"))
            made.append((self.names[stage.number], own, {**options, **form}))
        return made

    def _connection(
        self, stage: NeuronLayer, part: ViewPart, first: int, port: str, weights: Any
    ) -> tuple[str, Any, dict[str, Any]]:
        source = INPUT if part.source == OUTSIDE else self.names[part.source]
        options = {**self._graded(part.source), **self._port(port)}
        alone = len(stage.before.parts) == 1
        if isinstance(weights, ConvKernel):
            plain = not weights.transposed and weights.output_shape(stage.before.shape) == stage.shape
            if alone and plain and stage.delays is None:
                kernel = weights.weight.transpose(0, 2, 3, 1)
                conv = Conv2D(kernel, weights.stride, weights.padding, weights.dilation, weights.groups)
                return source, conv, {**options, **_form(kernel)}
            weights = weights.matrix(stage.before.shape, stage.shape, stage.layer.place)
        size = prod(part.shape)
        columns, rows = order_of(part.shape), order_of(stage.shape)
        delays = stage.delays
        if delays is not None and delays.ndim == 1:
            delays = np.broadcast_to(
                delays[:, None], (stage.size, stage.before.shape[0] if len(stage.shape) == 1 else 1)
            )
        if sparse.issparse(weights):
            listed = weights[:, first : first + size].tocoo()
            values = listed.data
            if delays is not None:
                options["delays"] = (
                    delays[listed.row, 0] if delays.shape[1] == 1 else delays[listed.row, listed.col + first]
                )
            post, pre = rows[listed.row], columns[listed.col]
            return source, (pre, post, values), {**options, **_form(values)}
        made = np.empty((stage.size, size), np.int64)
        made[:, columns] = weights[:, first : first + size]
        if delays is not None:
            shifted = np.empty_like(made)
            shifted[:, columns] = delays[:, first : first + size]
            options["delays"] = shifted
        made, form = _held(made, options, _together(stage, port))
        return source, made, {**options, **form}

    def _graded(self, number: int) -> dict[str, Any]:
        bits = self.plan.message_bits if number == OUTSIDE else self.stages[number].neurons.message_bits
        return {"graded": True} if bits else {}

    @staticmethod
    def _port(port: str) -> dict[str, Any]:
        return {"port": PORTS[port]} if port in PORTS else {}


def _together(stage: NeuronLayer, port: str) -> Any:
    """The dense weights that have one exponent: those to a port, and from a layer to itself as well."""
    parts = [w for name, w in stage.weights.items() if name == port or "rec" in stage.weights]
    return np.hstack(parts)


def _held(weights: Any, options: Mapping[str, Any], together: Any) -> tuple[Any, dict[str, Any]]:
    """Dense weights and how they are given; with payloads as large as lava-dl has them, as their sums can wrap."""
    if options.get("graded"):
        shift = shift_of(together)
        if not _form(weights << shift):
            return weights << shift, {"weight_exp": -shift}
    return weights, _form(weights)


def _form(weights: Any) -> dict[str, Any]:
    """How weights are given so that none loses a bit: mantissas of 8 bits, or effective weights."""
    low, high = (int(weights.min()), int(weights.max())) if np.size(weights) else (0, 0)
    mixed = low < 0 < high
    fits = low >= -256 and high <= 254 if mixed else low >= -255 and high <= 255
    if fits and (not mixed or not np.any(np.asarray(weights) & 1)):
        return {}
    return {"scaled": True}


def transformed(stage: NeuronLayer, image: Any) -> Any:
    """The bias of an input layer for an image of values 0 to 1, (rows, columns, channels)."""
    sets, place = stage.layer.sets, stage.layer.place
    values = np.asarray(numeric.finite(place, "image", image), np.float64)
    shape = shape_here(stage.shape)
    if values.shape != shape and values.shape != shape[:2] + shape[2:] * (shape[2:] != (1,)):
        raise invalid(place, "image", f"shape {values.shape}", f"{shape}: rows, columns, channels")
    weight, bias = (int(np.asarray(sets.get(k, d)).reshape(-1)[0]) for k, d in (("weight", 64), ("bias", 0)))
    return np.trunc(2 * weight * values.reshape(shape) - weight + bias).astype(np.int64)


def _groups(stage: NeuronLayer) -> Any:
    """The synapses of an average: neighbours to one, each with weight 1."""
    n = stage.before.shape[0]
    return sparse.csr_matrix((np.ones(n, np.int64), (np.arange(n) // (n // stage.size), np.arange(n))))


def _count(weights: Any, stage: NeuronLayer) -> int:
    if isinstance(weights, Conv2D):
        return int(weights.kernel.size) * stage.shape[1] * stage.shape[2]
    return len(weights[2]) if isinstance(weights, tuple) else stage.size if np.ndim(weights) == 0 else int(weights.size)
