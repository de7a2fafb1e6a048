"""A network as layers of a .net file: a chain of populations, each with what leads to it."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from loihi_emu.errors import invalid, is_known
from loihi_emu.exchange.net.importing import RULES, order_of
from loihi_emu.exchange.net.layers import Layer
from loihi_emu.exchange.net.neurons import BIAS_EXP, OUT_OF_REACH, STATE_EXP, described
from loihi_emu.exchange.notes import Notes
from loihi_emu.exchange.unwritable import ADVICE, unwritable
from loihi_emu.network.elements import Connection, Population
from loihi_emu.network.members import Members
from loihi_emu.numeric import sine_and_cosine
from loihi_emu.user_warnings import warn
from loihi_emu.widths import DECAY_UNITY, STATE_MAX, VTH_MAX, WEIGHT_SHIFT

MODELS = {"atrlif": "ALIF", "rf": "RF_PHASE", "rf_iz": "RF_IZHIKEVICH"}
SENDS_PAYLOADS = ("delta", "sigma_delta", "sigma")
LARGEST_MATRIX = 1 << 28
START = ("u", "v", "i", "r", "real", "imag")
"""State at the start, which files do not have."""


def layers_of_network(network: Members) -> list[Layer]:
    """The layers of a network that is a chain; see :meth:`loihi_emu.Network.to_net`."""
    return _Export(network).layers()


class _Export:
    """One network on its way to layers."""

    def __init__(self, network: Members) -> None:
        self.network, self.rules = network, network.rule_set
        if not is_known(network.rules, RULES):
            raise unwritable("to_net", f'rules "{network.rules}", allowed are "lava" and "chip"')
        self.where = f'to_net, network "{network.name}"'

    def layers(self) -> list[Layer]:
        """All of them, from the input on."""
        if len(self.network.inputs) != 1 or not self.network.populations:
            given = f"{len(self.network.inputs)} inputs and {len(self.network.populations)} populations"
            raise invalid(self.where, "", given, "one input, and populations in a chain behind it", advice=ADVICE)
        source: Any = next(iter(self.network.inputs.values()))
        made: list[Layer] = []
        left = dict(self.network.populations)
        while left:
            following = {
                c.post.target.name for c in self.network.connections.values()
                if c.pre.target.name == source.name and c.post.target.name != source.name
            }  # fmt: skip
            if len(following) != 1 or next(iter(following)) not in left:
                given = f'"{source.name}", which leads to {", ".join(sorted(following)) or "nothing"}'
                raise unwritable(self.where, f"{given}, allowed is one population after the other")
            target = left.pop(next(iter(following)))
            leading = [c for c in self.network.connections.values() if c.post.target.name == target.name]
            for c in leading:
                self._check(c, source.name, target.name)
            first = not made
            if first and self._is_input(leading, source):
                made.append(self._layer("input", target, shape=_there(target.shape)))
            else:
                if first:
                    made.append(Layer("input", shape=_there(source.shape), place="input"))
                made += self._synapses(leading, source, target)
            source = target
        return made

    # ------------------------------------------------------------ synapses
    def _check(self, c: Connection, source: str, target: str) -> None:
        where = f'{self.where}, connection "{c.name}"'
        if c.pre.target.name not in (source, target):
            raise unwritable(where, "one that passes over a population")
        if c.learning is not None:
            raise unwritable(where, "one that learns, and .net files have no rules")
        if c.pre.size != c.pre.target.size or c.post.size != c.post.target.size:
            raise unwritable(where, "one between some of the neurons, allowed are whole populations")
        if c.pre.target.name in self.network.populations:
            payloads = self.network.populations[c.pre.target.name].model in SENDS_PAYLOADS
            if payloads and not c.graded:
                raise unwritable(where, "graded=False after neurons that send payloads")

    def _is_input(self, leading: list[Connection], source: Any) -> bool:
        """Whether each value of the input goes to its own neuron with weight 1, as of an input layer."""
        for c in leading:
            if c.kind != "sparse" or c.pre.target.name != source.name or not c.graded or c.longest_delay:
                return False
            n = c.pre.size
            rows, columns, values = _listed(c, self._effective(c))
            if c.post.size != n or not np.array_equal(rows, np.arange(n)) or not np.array_equal(columns, rows):
                return False
            if np.any(values != 1):
                return False
        return bool(leading)

    def _effective(self, c: Connection) -> Any:
        """Weights in units of 64, or an error where they are no integers."""
        values = (
            np.asarray(self.rules.weights.stored(c).values, np.float64) * 2.0 ** self.rules.weights.sums(c).exponent
        )
        if np.any(values != np.trunc(values)):
            where = f'{self.where}, connection "{c.name}"'
            raise unwritable(where, "weights that are no multiples of 64, the unit of .net files")
        return values.astype(np.int64)

    def _synapses(self, leading: list[Connection], source: Any, target: Population) -> list[Layer]:
        own = [c for c in leading if c.pre.target.name == target.name]
        others = [c for c in leading if c.pre.target.name != target.name]
        ports = sorted(c.port for c in others)
        resonates = target.model in ("rf", "rf_iz")
        wanted = ["a_imag_in", "a_real_in"] if resonates else [ports[0]] if ports else []
        where = f'{self.where}, population "{target.name}"'
        if ports != wanted or len(own) > 1 or (own and resonates):
            raise unwritable(where, f"{len(leading)} connections to it, allowed is one for each port")
        by_port = {"real" if c.port == "a_real_in" else "imag" if c.port == "a_imag_in" else "": c for c in others}
        sets: dict[str, Any] = {}
        if all(c.conv is not None for c in others) and not own:
            return [self._convolution(by_port, target, where)]
        if any(c.conv is not None for c in leading) or len(target.shape) == 3:
            raise unwritable(where, "synapses that are no Conv2D onto an image")
        matrices = {port: self._matrix(c, source) for port, c in by_port.items()}
        sets["weight"] = matrices if resonates else matrices[""]
        delays = self._delays(others, own, source)
        if delays is not None:
            sets["delay"] = delays
        if own:
            sets["weight_rec"] = self._matrix(own[0], target)
        made = [] if len(source.shape) < 3 else [Layer("flatten")]
        return [*made, self._layer("dense_rec" if own else "dense", target, shape=(target.size,), **sets)]

    def _convolution(self, by_port: dict[str, Connection], target: Population, where: str) -> Layer:
        kernels, forms = {}, set()
        for port, c in by_port.items():
            assert c.conv is not None
            kernels[port] = self._effective(c).transpose(0, 3, 1, 2)
            forms.add((c.conv.stride, c.conv.padding, c.conv.dilation, c.conv.groups))
            if c.longest_delay:
                raise unwritable(where, "a convolution with delays, which lava-dl leaves out")
        if len(forms) > 1:
            raise unwritable(where, "two convolutions of different forms")
        stride, padding, dilation, groups = forms.pop()
        weight = kernels if set(kernels) == {"real", "imag"} else kernels[""]
        placed = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
        return self._layer("conv", target, weight=weight, shape=_there(target.shape), **placed)

    def _matrix(self, c: Connection, source: Any) -> Any:
        """(targets, sources) with the sources in the order of files."""
        if c.pre.size * c.post.size > LARGEST_MATRIX:
            given = f"{c.post.size} x {c.pre.size} weights"
            raise invalid(
                f'{self.where}, connection "{c.name}"', "weights", given, f"at most {LARGEST_MATRIX}", advice=ADVICE
            )
        rows, columns, values = _listed(c, self._effective(c))
        matrix = np.zeros((c.post.size, c.pre.size), np.int64)
        np.add.at(matrix, (rows, columns), values)
        return matrix[:, order_of(_there(source.shape))]

    def _delays(self, others: list[Connection], own: list[Connection], source: Any) -> Any:
        """Delays of all synapses, by target or by source."""
        found = []
        for c in others:
            rows, columns, _ = _listed(c, c.values)
            delays = np.broadcast_to(np.asarray(c.delays, np.int64).reshape(-1), rows.shape)
            found.append((c, rows, columns, delays))
        if any(c.longest_delay for c in own):
            raise unwritable(self.where, "delays from a population to itself, which files do not have")
        if not any(d.any() for *_, d in found):
            return None
        n, m = others[0].post.size, others[0].pre.size
        for axis, size in ((0, n), (1, m)):
            made = np.zeros(size, np.int64)
            for _, rows, columns, delays in found:
                made[(rows, columns)[axis]] = delays
            same = all(np.array_equal(made[(rows, columns)[axis]], delays) for _, rows, columns, delays in found)
            if same and (axis == 0 or n != m):
                return made if axis == 0 else made[order_of(_there(source.shape))]
        given = "delays that are neither one for each target nor one for each source"
        raise unwritable(f'{self.where}, connection "{others[0].name}"', given)

    # ------------------------------------------------------------ neurons
    def _layer(self, kind: str, p: Population, **sets: Any) -> Layer:
        where = f'{self.where}, population "{p.name}"'
        values = {name: np.asarray(v) for name, v in p.parameters.items()}
        if p.noise is not None or any(np.any(values[name] != 0) for name in START if name in values):
            raise unwritable(where, "noise, or state at the start, which .net files do not have")
        value = _Values(values, where)
        neuron: dict[str, Any] | None
        bias = None
        if p.model in ("lif", "lif_reset"):
            neuron, bias = self._lif(p, value), value.bias()
        elif p.model == "atrlif":
            decays = {"iDecay": "delta_i", "vDecay": "delta_v", "thDecay": "delta_theta", "refDecay": "delta_r"}
            neuron = {key: value.whole(name, DECAY_UNITY, key == "iDecay") for key, name in decays.items()}
            neuron |= {"vThMant": value.whole("theta_0"), "vThStep": value.whole("theta_step")}
            bias = value.bias()
        elif p.model in SENDS_PAYLOADS:
            neuron, bias = self._sigma_delta(p, kind, value)
        elif p.model in ("rf", "rf_iz"):
            neuron = value.resonator(MODELS[p.model])
        else:
            known = ("lif", "lif_reset", "atrlif", *SENDS_PAYLOADS, "rf", "rf_iz")
            raise unwritable(where, f'model "{p.model}", allowed are {", ".join(known)}')
        if neuron is not None and "type" not in neuron:
            neuron = {"type": MODELS.get(p.model, "CUBA"), **neuron}
        if bias is not None and np.any(bias):
            if kind == "input":
                raise unwritable(where, "a bias of an input layer, which files do not have")
            sets["bias"] = _bias(bias, p)
        return Layer(kind, neuron, place=where, **sets)

    def _lif(self, p: Population, value: _Values) -> dict[str, Any] | None:
        chip = "refractory" in value.values  # whose du is what acts
        if p.model == "lif_reset":
            warn(f"{value.where}: resets are no part of .net files: from_net(reset_interval=...) has them.")
        threshold, du = value.whole("vth"), value.whole("du") + (not chip)
        limits = {name: value.whole(name) for name in ("vmin", "vmax") if name in value.values}
        limit = VTH_MAX << WEIGHT_SHIFT
        silent = threshold >= OUT_OF_REACH or (chip and threshold == VTH_MAX and limits.get("vmax") == limit)
        if silent and (du, value.whole("dv")) == (0, DECAY_UNITY) and p.model == "lif":
            return None
        if chip and (limits["vmin"], limits["vmax"]) != (-STATE_MAX, STATE_MAX):
            raise unwritable(value.where, "limits of v, which .net files do not have")
        made = {"iDecay": du, "vDecay": value.whole("dv"), "vThMant": threshold}
        return {**made, "refDelay": value.whole("refractory") if chip else 1, "gradedSpike": False}

    def _sigma_delta(self, p: Population, kind: str, value: _Values) -> tuple[dict[str, Any], Any]:
        if p.model == "sigma":
            return {"type": "SDNN", "activation": "relu", "sigma_output": True}, None
        same = {"spike_exp": STATE_EXP, "state_exp": STATE_EXP, "cum_error": 0}
        same |= {"act_mode": 1} if p.model == "sigma_delta" else {}
        for name, wanted in same.items():
            if value.whole(name) != wanted:
                given = f"{name} = {value.whole(name)}"
                raise unwritable(value.where, f"{given}, allowed is {wanted}, as lava-dl has it")
        if (p.model == "delta") != (kind == "input"):
            raise unwritable(value.where, f"{p.model} neurons of a {kind} layer: delta is of inputs alone")
        neuron = {"type": "SDNN", "activation": "relu", "vThMant": value.whole("vth")}
        return neuron, value.values["bias"] if p.model == "sigma_delta" else None


class _Values:
    """The parameters of a population, one number each."""

    def __init__(self, values: dict[str, Any], where: str) -> None:
        self.values, self.where = values, where

    def number(self, name: str) -> float:
        """One number for all neurons."""
        found = np.unique(self.values[name])
        if found.size != 1:
            raise unwritable(f"{self.where}, {name}", f"{found.size} values, allowed is one for all")
        return float(found[0])

    def whole(self, name: str, unit: int = 1, more: bool = False) -> int:
        """The same as an integer, in parts of `unit`; `more`: and one."""
        found = self.number(name) * unit + more
        if found != int(found):
            raise unwritable(f"{self.where}, {name}", f"{self.number(name)}, allowed are multiples of 1/{unit}")
        return int(found)

    def bias(self) -> Any:
        """In units of 64."""
        mantissa = self.values.get("bias", self.values.get("bias_mant"))
        assert mantissa is not None
        full = np.floor(mantissa * 2.0 ** self.values["bias_exp"].astype(float)) / (1 << BIAS_EXP)
        if np.any(full != np.trunc(full)):
            raise unwritable(f"{self.where}, bias", "one that is no multiple of 64, the unit of .net files")
        return full.astype(np.int64)

    def resonator(self, kind: str) -> dict[str, Any]:
        """Integers from which the same coefficients are made again."""
        same = {"state_exp": STATE_EXP, "decay_bits": 12}
        for name, wanted in same.items():
            if self.whole(name) != wanted:
                raise unwritable(self.where, f"{name} = {self.whole(name)}, allowed is {wanted}")
        size, angle = 1 - self.number("alpha"), 2 * np.pi / self.number("period")
        acts = [int(size * x * DECAY_UNITY) for x in sine_and_cosine(angle)]
        for more in ((0, 0), (1, 0), (0, 1), (1, 1), (0, -1), (1, -1)):
            neuron: dict[str, Any] = {"type": kind, "sinDecay": acts[0] + more[0], "cosDecay": acts[1] + more[1]}
            neuron |= {"vThMant": self.whole("vth"), "gradedSpike": False}
            if neuron["sinDecay"] < 1:
                continue
            again = described(neuron, self.where, False, STATE_EXP, Notes()).values
            size, angle = 1 - again["alpha"], 2 * np.pi / again["period"]
            if [int(size * x * DECAY_UNITY) for x in sine_and_cosine(angle)] == acts:
                return neuron
        raise unwritable(self.where, "a period and a decay that no integers of a .net file have")


def _bias(bias: Any, p: Population) -> Any:
    """One for each channel where that is all, or one for each neuron in the order of files."""
    full = np.broadcast_to(bias, (p.size,))
    if len(p.shape) < 3:
        return full
    by_channel = full.reshape(-1, p.shape[2])
    return by_channel[0] if np.all(by_channel == by_channel[0]) else full[order_of(_there(p.shape))]


def _there(shape: tuple[int, ...]) -> tuple[int, ...]:
    """(rows, columns, channels) as (channels, rows, columns)."""
    return (shape[2], shape[0], shape[1]) if len(shape) == 3 else (prod(shape),)


def _listed(c: Connection, values: Any) -> tuple[Any, Any, Any]:
    """Target, source and value of each synapse."""
    if c.kind == "dense":
        rows, columns = np.indices(c.values.shape).reshape(2, -1)
    else:
        assert c.indptr is not None and c.indices is not None
        rows = np.asarray(c.indices, np.int64)
        columns = np.repeat(np.arange(c.pre.size), np.diff(c.indptr))
    return rows, columns, np.asarray(values).reshape(-1)
