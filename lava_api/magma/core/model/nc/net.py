"""Net: the tables of neuromorphic cores, in which a process model allocates nodes.

What can be built, in any number and combination::

    in port -> neurons -> ax_out -> out port
    in port -> ax_in[i] -> syn -> dend_acc[j] -> out port or neurons
    ax_out -> ax_in

=============  ====================================================================================================
table          columns
=============  ====================================================================================================
neurons        u, v, bias (or bias_mant, bias_exp): initial state, a number, an array, or a variable of the process
neurons_cfg    du, dv, vth, one for all neurons connected to it; du counts one more than is given, vth in units of 64
ax_out         num_message_bits
ax_in          none; ax_in_cfg: num_message_bits (0: a spike counts 1, else its value counts)
syn            weights, delays, one for each synapse
syn_cfg        num_weight_bits, is_signed, weights_exp, num_delay_bits:
               a spike adds ``weight * 2^(8 - num_weight_bits + is_signed + weights_exp)``
dend_acc       none; dend_acc_cfg: num_delay_bits
=============  ====================================================================================================

Neurons are leaky integrate-and-fire compartments. ``allocate_ucode`` makes programmable ones: the program is a Python
function (:mod:`.ucode`), since the assembler for the chip's microcode is not public.

``cx``, ``cx_cfg``, ``da``, ``da_cfg``, ``out_ax``, ``in_ax`` with ``alloc(size=...)`` are an older spelling of the same
(``b_mant``, ``b_exp`` and ``cfg=`` there).
"""

from __future__ import annotations

from math import prod
from typing import Any, TypeAlias

import numpy as np

from lava_api.magma.core.model.nc.ports import AbstractNcPort, NcInPort, NcOutPort
from lava_api.magma.core.model.nc.tables import Nodes, NodesPart
from lava_api.magma.core.model.nc.var import NcVar
from loihi_emu.errors import UnsupportedError, invalid, unknown

COLUMNS: dict[str, tuple[str, ...]] = {
    "neurons": ("u", "v", "bias", "bias_mant", "bias_exp"),
    "neurons_cfg": ("du", "dv", "vth"),
    "ax_out": ("num_message_bits",),
    "ax_in": (),
    "ax_in_cfg": ("num_message_bits",),
    "syn": ("weights", "delays"),
    "syn_cfg": ("num_weight_bits", "is_signed", "weights_exp", "num_delay_bits"),
    "dend_acc": (),
    "dend_acc_cfg": ("num_delay_bits",),
}
OLDER = {
    "cx": "neurons",
    "cx_cfg": "neurons_cfg",
    "out_ax": "ax_out",
    "in_ax": "ax_in",
    "in_ax_cfg": "ax_in_cfg",
    "da": "dend_acc",
    "da_cfg": "dend_acc_cfg",
}
"""Older names of tables."""
OLDER_COLUMNS = {"b_mant": "bias_mant", "b_exp": "bias_exp"}
ALLOWED = {
    "in port": ("neurons", "dend_acc", "ax_in"),
    "neurons": ("neurons_cfg", "ax_out"),
    "ax_out": ("out port", "ax_in"),
    "ax_in": ("ax_in_cfg", "syn"),
    "syn": ("syn_cfg", "dend_acc"),
    "dend_acc": ("dend_acc_cfg", "neurons", "out port"),
}
"""What may follow what."""


End: TypeAlias = "Nodes | NodesPart | AbstractNcPort"
"""What may be connected."""


class Table:
    """Allocates nodes of one kind."""

    def __init__(self, net: Net, name: str) -> None:
        self.net = net
        self.name = name

    def allocate(self, shape: Any = (1,), **columns: Any) -> Nodes:
        """Allocate so many nodes.

        Values of columns are a number for all, an array, or a variable of the process. A column that the table does not
        have is an UnknownNameError.
        """
        for name in columns:
            if name not in COLUMNS[self.name]:
                raise unknown("column", name, COLUMNS[self.name], where=f"net.{self.name}")
        return self._add(shape, columns)

    def alloc(self, size: Any = 1, **columns: Any) -> Nodes:
        """Allocate nodes in the older spelling."""
        cfg = columns.pop("cfg", None)
        made = self.allocate(size, **{OLDER_COLUMNS.get(name, name): value for name, value in columns.items()})
        if cfg is not None:
            made.connect(cfg)
        return made

    def allocate_ucode(self, shape: Any = (1,), ucode: Any = None, **columns: Any) -> Nodes:
        """Allocate programmable neurons with the state they need, or their program with its constants.

        Parameters
        ----------
        shape : int or tuple of int
            How many.
        ucode : callable
            For ``neurons_cfg``: the program, see :mod:`lava_api.magma.core.model.nc.ucode`; no file of microcode.
        **columns
            State of each neuron, or constants of all.
        """
        if self.name not in ("neurons", "neurons_cfg"):
            raise invalid(f"net.{self.name}", "", "allocate_ucode()", "net.neurons or net.neurons_cfg")
        if self.name == "neurons":
            return self._add(shape, columns)
        if not callable(ucode):
            raise UnsupportedError(
                f"net.neurons_cfg, ucode: got {ucode!r}. Microcode of the chip (.dasm) cannot be assembled here: give a"
                " function ucode(cell, a_in) that computes a step of all neurons and returns what they send."
            )
        made = self._add(shape, columns)
        made.columns["ucode"] = ucode
        return made

    def _add(self, shape: Any, columns: dict[str, Any]) -> Nodes:
        sizes = np.atleast_1d(shape)
        if sizes.dtype.kind not in "iu" or sizes.size == 0 or (sizes < 1).any():
            raise invalid(f"net.{self.name}", "shape", shape, "integers from 1")
        made = Nodes(self.net, self.name, prod(int(size) for size in sizes), dict(columns))
        for name, value in columns.items():
            size = prod(value.shape) if isinstance(value, NcVar) else np.size(value)
            if size not in (1, made.size):
                raise invalid(f"net.{self.name}", name, f"{size} values", f"1 or {made.size}")
        self.net.nodes.append(made)
        return made


class Net:
    """The tables of the cores that one process model uses, and the connections between its nodes."""

    neurons: Table
    neurons_cfg: Table
    ax_out: Table
    ax_in: Table
    ax_in_cfg: Table
    syn: Table
    syn_cfg: Table
    dend_acc: Table
    dend_acc_cfg: Table

    def __init__(self) -> None:
        self.nodes: list[Nodes] = []
        self.edges: list[tuple[End, End]] = []
        for name in COLUMNS:
            setattr(self, name, Table(self, name))
        for name, other in OLDER.items():
            setattr(self, name, getattr(self, other))

    def connect(self, source: End, target: End) -> None:
        """Connect a port or nodes with nodes or a port that may follow on the chip, and has as many elements."""
        if isinstance(source, NcOutPort):  # the older spelling names the port first
            source, target = target, source
        before, after = kind_of(source), kind_of(target)
        if after not in ALLOWED.get(before, ()):
            allowed = ", ".join(ALLOWED.get(before, ())) or "nothing"
            raise invalid("connect", before, f"{source!r} -> {target!r}", f"{before} -> {allowed}")
        sizes = count(source), count(target)
        if sizes[0] != sizes[1] and not after.endswith("_cfg"):
            raise invalid("connect", before, f"{source!r} -> {target!r}", "as many on both sides")
        self.edges.append((source, target))

    def leading_to(self, node: End) -> list[End]:
        """Return what is connected to a port or to nodes."""
        return [source for source, target in self.edges if whole(target) is node]

    def following(self, node: End, kind: str) -> list[Any]:
        """Return what of one kind a port or nodes are connected to."""
        return [target for source, target in self.edges if whole(source) is node and kind_of(target) == kind]


class NetL1(Net):
    """A net on Loihi 1."""


class NetL2(Net):
    """A net on Loihi 2."""


def whole(end: Any) -> Any:
    """Return the nodes that a part belongs to, or what is no part."""
    return end.nodes if isinstance(end, NodesPart) else end


def kind_of(end: End) -> str:
    """Return ``in port``, ``out port`` or the name of a table."""
    end = whole(end)
    if isinstance(end, Nodes):
        return end.table
    if isinstance(end, NcInPort):
        return "in port"
    if isinstance(end, NcOutPort):
        return "out port"
    raise invalid("connect", "", end, "ports of the model and nodes of its net")


def count(end: End) -> int:
    """Return the number of elements of an end of a connection."""
    return prod(end.shape) if isinstance(end, AbstractNcPort) else len(end)
