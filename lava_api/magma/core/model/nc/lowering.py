"""From the nodes that a neurocore model allocates to processes of the library, which run as compiled kernels."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from lava_api.magma.core.model.model import AbstractProcessModel
from lava_api.magma.core.model.nc.model import AbstractNcProcessModel
from lava_api.magma.core.model.nc.net import End, Net, NetL1, NetL2, kind_of, whole
from lava_api.magma.core.model.nc.ports import NcInPort, NcOutPort
from lava_api.magma.core.model.nc.registers import Registers, RegistersModel, TextRegistersModel
from lava_api.magma.core.model.nc.tables import Nodes, NodesPart
from lava_api.magma.core.model.nc.ucode import Programmed, ProgrammedModel
from lava_api.magma.core.model.nc.var import NcVar
from lava_api.magma.core.process.ports.abstract import AbstractPort
from lava_api.magma.core.process.process import AbstractProcess
from lava_api.magma.core.process.variable import Var
from lava_api.magma.core.resources import Loihi1NeuroCore
from loihi_emu.chips.chip import LOIHI1
from loihi_emu.errors import ValidationError, invalid
from loihi_emu.numeric import integer, ranged
from loihi_emu.numeric import whole as whole_numbers
from loihi_emu.rules.weights import MANTISSA_BITS
from loihi_emu.widths import DECAY_UNITY, STATE_MAX

Models = dict[AbstractProcess, type[AbstractProcessModel]]

DECAY_MAX = DECAY_UNITY - 1
LIMITS = {
    "du": (0, DECAY_MAX),
    "dv": (0, DECAY_MAX),
    "vth": (0, LOIHI1.vth_max),
    "bias_mant": (-(1 << 12), (1 << 12) - 1),
    "bias_exp": (0, LOIHI1.bias_exp_max),
}
"""Ranges of columns."""
ALLOCATED_BITS = "allocated_weight_bits"
"""Parameter of synapses made here: the bits that each was allocated with; the weights are scaled to all bits."""


def lower(
    process: AbstractProcess, model_class: type[AbstractNcProcessModel]
) -> tuple[dict[str, AbstractProcess], Models]:
    """Build the processes that stand for one with a neurocore model; a ValidationError where nodes make no network.

    Returns processes by name, connected to the ports of `process`, and the model class of each.
    """
    return _Lowering(process, model_class).run()


class _Lowering:
    """One process on its way."""

    def __init__(self, process: AbstractProcess, model_class: type[AbstractNcProcessModel]) -> None:
        self.process = process
        self.where = f'process "{process.name}" ({model_class.__name__}.allocate)'
        self.net: Net = NetL1() if Loihi1NeuroCore in model_class.required_resources else NetL2()
        self.model = model_class(process.proc_params)
        self.ports: dict[str, NcInPort | NcOutPort] = {}
        for port in process.in_ports:
            self.ports[port.name] = NcInPort(port, self.net)
        for port in process.out_ports:
            self.ports[port.name] = NcOutPort(port, self.net)
        for name, made in self.ports.items():
            setattr(self.model, name, made)
        for var in process.vars:
            setattr(self.model, var.name, NcVar(var))
        self.parts: dict[str, AbstractProcess] = {}
        self.models: Models = {}
        self.cells: dict[int, AbstractProcess] = {}  # of nodes that are neurons, by their ids
        self.ends: dict[int, list[AbstractPort]] = {}  # ports that stand for axons and accumulators
        self.bound: set[str] = set()

    def run(self) -> tuple[dict[str, AbstractProcess], Models]:
        """Allocate, build, connect."""
        self.model.allocate(self.net)
        for nodes in self.net.nodes:
            if nodes.table == "neurons":
                self._neurons(nodes)
            elif nodes.table == "syn":
                self._synapses(nodes)
        for nodes in self.net.nodes:  # when both ends of all connections are made
            self._connect(nodes)
        for name, port in self.ports.items():
            if not any(port in edge for edge in self.net.edges):
                raise ValidationError(f"{self.where}: nothing is connected to the port {name!r}.")
        for name, model, is_text in (("registers", RegistersModel, False), ("texts", TextRegistersModel, True)):
            left = [v for v in self.process.vars if v.name not in self.bound and isinstance(v.init, str) is is_text]
            if left:
                keeper = Registers(left, f"{self.process.name}.{name}")
                self._add(name, keeper, model)
                for var in left:
                    self._alias(var, getattr(keeper, var.name))
        return self.parts, self.models

    def _add(self, name: str, part: AbstractProcess, model: type[AbstractProcessModel]) -> None:
        self.parts[name] = part
        self.models[part] = model

    # ------------------------------------------------------------ neurons
    def _neurons(self, nodes: Nodes) -> None:
        columns = dict(nodes.columns)
        program = None
        for config in self.net.following(nodes, "neurons_cfg"):
            columns |= {name: value for name, value in whole(config).columns.items() if name != "ucode"}
            program = whole(config).columns.get("ucode", program)
        shape = self._shape(nodes)
        name = f"neurons{len(self.parts)}"
        if program is not None:
            found = {key: (shape if key in nodes.columns else (1,), self._value(v)) for key, v in columns.items()}
            cells: Any = Programmed(shape, program, found, f"{self.process.name}.{name}")
            self._add(name, cells, ProgrammedModel)
        else:
            cells = self._lif(shape, columns, name)
        self.cells[id(nodes)] = cells
        for column, value in columns.items():
            if isinstance(value, NcVar):
                self._alias(value.var, getattr(cells, "bias_mant" if column == "bias" and program is None else column))

    def _lif(self, shape: tuple[int, ...], columns: dict[str, Any], name: str) -> AbstractProcess:
        from lava_api.proc.lif.models import PyLifModelBitAcc
        from lava_api.proc.lif.process import LIF

        values = {key: self._value(value) for key, value in columns.items()}
        if "bias" in values:
            if "bias_mant" in values:
                raise invalid(self.where, "bias", "bias and bias_mant", "one of them")
            values |= self._bias(values.pop("bias"), isinstance(columns["bias"], NcVar))
        for key, value in values.items():
            limits = LIMITS.get(key, (-STATE_MAX - 1, STATE_MAX))
            ranged(self.where, key, whole_numbers(self.where, key, value), *limits)
        cells = LIF(shape=shape, name=f"{self.process.name}.{name}", **values)
        self._add(name, cells, PyLifModelBitAcc)
        return cells

    def _bias(self, bias: Any, is_variable: bool) -> dict[str, Any]:
        """Split a bias into mantissa and exponent."""
        array = whole_numbers(self.where, "bias", bias)
        low, high = LIMITS["bias_mant"]
        exponent = 0
        while not is_variable and exponent < LIMITS["bias_exp"][1] and not (low <= array.min() and array.max() <= high):
            if (array % 2).any():
                break
            array, exponent = array // 2, exponent + 1
        return {"bias_mant": array if array.ndim else int(array), "bias_exp": exponent}

    def _shape(self, nodes: Nodes) -> tuple[int, ...]:
        """Return the shape of neurons: that of a variable or port of as many elements, or flat."""
        shapes = [value.shape for value in nodes.columns.values() if isinstance(value, NcVar)]
        shapes += [port.shape for port in self.ports.values()]
        return next((tuple(shape) for shape in shapes if prod(shape) == nodes.size), nodes.shape)

    @staticmethod
    def _value(value: Any) -> Any:
        return value.var.init if isinstance(value, NcVar) else value

    def _alias(self, var: Var, target: Var) -> None:
        """Let a variable of the process stand for one of a part."""
        if var.shape != target.shape:
            raise invalid(
                self.where, var.name, f"a variable of shape {var.shape} for nodes of shape {target.shape}",
                "equal shapes",
                advice=f"Pass numbers instead (self.{var.name}.var.get()), or change the variable's shape.",
            )  # fmt: skip
        if var.name in self.bound:
            raise invalid(self.where, var.name, "a variable given to two kinds of nodes", "one")
        target.shareable = var.shareable
        var.alias(target)
        self.bound.add(var.name)

    # ------------------------------------------------------------ synapses
    def _synapses(self, syn: Nodes) -> None:
        from lava_api.proc.sparse.models import PyDelaySparseModelBitAcc, PySparseModelBitAcc
        from lava_api.proc.sparse.process import DelaySparse, Sparse
        from lava_api.utils.weightutils import SignMode

        axons = self._side(self.net.leading_to(syn), "ax_in", syn)
        targets = self._side(self.net.following(syn, "dend_acc"), "dend_acc", syn)
        config = self._config(syn, "syn_cfg")
        bits = integer(self.where, "num_weight_bits", config.get("num_weight_bits", MANTISSA_BITS), 1, MANTISSA_BITS)
        signed = integer(self.where, "is_signed", config.get("is_signed", 0), 0, 1)
        weights = np.broadcast_to(
            whole_numbers(self.where, "weights", self._value(syn.columns.get("weights", 0))), syn.size
        )
        scaled = weights.astype(np.int64) << (MANTISSA_BITS - bits + signed)
        edge = 1 << MANTISSA_BITS
        lowest, highest = (-edge, edge - 2) if signed else (1 - edge if scaled.min(initial=0) < 0 else 0, edge - 1)
        ranged(self.where, f"weights of {bits} bits (scaled by {edge >> bits << signed})", scaled, lowest, highest)
        if not signed and scaled.min(initial=0) < 0 < scaled.max(initial=0):
            raise invalid(self.where, "is_signed", "0 for weights of both signs", "1")
        shape = (targets.nodes.size, axons.nodes.size)
        # Places are numbered first: a matrix that is made of values sums up those of one place.
        matrix = csr_matrix((scaled, (targets.index, axons.index)), shape=shape, dtype=np.int64)
        if matrix.nnz != syn.size:
            raise invalid(self.where, "syn", "two synapses between the same axon and accumulator", "one")
        mode = SignMode.MIXED if signed else SignMode.INHIBITORY if scaled.min(initial=0) < 0 else SignMode.EXCITATORY
        message_bits = self._config(axons.nodes, "ax_in_cfg").get("num_message_bits", 0)
        options: dict[str, Any] = {
            "weights": matrix,
            "weight_exp": int(config.get("weights_exp", 0)),
            "sign_mode": mode,
            "num_message_bits": int(np.asarray(message_bits).item()),
            "name": f"{self.process.name}.synapses{len(self.parts)}",
        }
        delays = np.broadcast_to(np.asarray(self._value(syn.columns.get("delays", 0))), syn.size)
        if delays.any():
            options["delays"] = csr_matrix((delays, (targets.index, axons.index)), shape=shape, dtype=np.int64)
            options["max_delay"] = int(delays.max())
            made: Any = DelaySparse(**options)
        else:
            made = Sparse(**options)
        made.proc_params[ALLOCATED_BITS] = bits
        self._add(f"synapses{len(self.parts)}", made, PyDelaySparseModelBitAcc if delays.any() else PySparseModelBitAcc)
        for nodes, port in ((axons.nodes, made.s_in), (targets.nodes, made.a_out)):
            self.ends.setdefault(id(nodes), []).append(port)

    def _side(self, ends: list[Any], table: str, syn: Nodes) -> NodesPart:
        """Return the axons or accumulators of synapses."""
        ends = [end for end in ends if kind_of(end) == table]
        if len(ends) != 1:
            raise invalid(self.where, repr(syn), f"{len(ends)} connections with {table}", "one")
        return ends[0] if isinstance(ends[0], NodesPart) else ends[0][:]

    def _config(self, nodes: Nodes, table: str) -> dict[str, Any]:
        """Return the columns of the configuration of nodes."""
        columns: dict[str, Any] = {}
        for config in self.net.following(nodes, table):
            columns |= {name: self._value(value) for name, value in whole(config).columns.items()}
        return columns

    # ------------------------------------------------------------ connections
    def _connect(self, nodes: Nodes) -> None:
        if nodes.table == "neurons":
            made: Any = self.cells[id(nodes)]
            for source in self.net.leading_to(nodes):
                self._join(source, made.a_in)
            for axons in self.net.following(nodes, "ax_out"):
                for kind in ("out port", "ax_in"):
                    for target in self.net.following(whole(axons), kind):
                        self._join(made.s_out, target)
        elif nodes.table == "ax_in":
            for source in self.net.leading_to(nodes):
                if isinstance(source, NcInPort):
                    self._join(source, nodes)
        elif nodes.table == "dend_acc":
            for target in self.net.following(nodes, "out port"):
                self._join(nodes, target)

    def _join(self, source: End | AbstractPort, target: End | AbstractPort) -> None:
        """Connect two ends, each a port of the process, a port of a part, or nodes with ports of parts."""
        for start in self._port_of(source, outwards=True):
            for end in self._port_of(target, outwards=False):
                (start if start.shape == end.shape else start.reshape(end.shape)).connect(end)

    def _port_of(self, end: Any, *, outwards: bool) -> list[Any]:
        """Return the ports that an end stands for."""
        if isinstance(end, NodesPart):
            raise invalid(self.where, "connect", repr(end), "all nodes at once, but for synapses")
        if isinstance(end, NcInPort | NcOutPort):
            return [end.port]
        if not isinstance(end, Nodes):
            return [end]
        if end.table == "dend_acc" and outwards:  # an older spelling: port -> accumulators -> neurons
            direct = [source.port for source in self.net.leading_to(end) if isinstance(source, NcInPort)]
            return [*self.ends.get(id(end), []), *direct]
        return self.ends.get(id(end), [])
