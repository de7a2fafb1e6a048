"""A network as a NIR graph: populations become primitives, connections Linear nodes, delays Delay nodes.

In integers a weight is the effective one and a threshold its mantissa, both in units of 64 of u and v, so that from_nir
with scale 1 has the same integers again. What NIR has no field for (that populations are a step apart and delays stand
as they are, digits that a time constant loses, voltages at the start) is metadata, which from_nir reads and other tools
leave alone. What neither holds is refused.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu import numeric
from loihi_emu.errors import FileError, UnsupportedError, extra, invalid
from loihi_emu.exchange.nir.dynamics import OWN
from loihi_emu.exchange.nir.lowering import SUBTRACTS
from loihi_emu.exchange.nir.numbers import Floats
from loihi_emu.exchange.unwritable import unwritable
from loihi_emu.network.elements import Connection, Input, Population
from loihi_emu.network.members import Members
from loihi_emu.user_warnings import warn
from loihi_emu.widths import DECAY_UNITY, STATE_MAX, VTH_MAX, WEIGHT_SHIFT, WEIGHT_UNIT


def to_nir(network: Members, path: str | Path | None, dt: float) -> Any:
    """The graph; see :meth:`loihi_emu.Network.to_nir`."""
    try:
        import nir
    except ImportError as problem:
        raise extra("nir", "nir") from problem
    step = numeric.finite("to_nir", "dt", dt)
    if step.ndim or step <= 0:
        raise invalid("to_nir", "dt", repr(dt), "one number above 0: what a step is in seconds")
    graph = _Export(network, nir, float(step)).graph()
    if path is not None:
        try:
            nir.write(Path(path), graph)
        except OSError as problem:
            raise FileError(problem.errno or 0, problem.strerror or str(problem), str(path)) from None
    return graph


class _Export:
    """One network on its way to a graph."""

    def __init__(self, network: Members, nir: Any, dt: float) -> None:
        self.network, self.nir, self.dt = network, nir, dt
        self.rules = network.rule_set
        self.nodes: dict[str, Any] = {}
        self.edges: list[tuple[str, str]] = []
        self.constants = {
            x.name for x in network.inputs.values() if x.rate is not None and x.size == 1 and float(x.rate.max()) == 1.0
        }

    def graph(self) -> Any:
        """All nodes and edges."""
        if not self.network.populations or not set(self.network.inputs) - self.constants:
            given = f"{len(self.network.populations)} populations and {len(self.network.inputs)} inputs"
            raise invalid(f'network "{self.network.name}"', "to_nir", given, "at least one of each")
        for x in self.network.inputs.values():
            if x.name not in self.constants:
                self._input(x)
        for p in self.network.populations.values():
            self.nodes[p.name] = self._neurons(p)
        for c in self.network.connections.values():
            self._connection(c)
        pre = {c.pre.target.name for c in self.network.connections.values()}
        ends = [p for p in self.network.populations.values() if p.name not in pre] or self.network.populations.values()
        for p in ends:
            name = self._new("output" if len(ends) == 1 else f"{p.name}.output")
            self.nodes[name] = self.nir.Output(np.array(p.shape))
            self.edges.append((p.name, name))
        metadata = {OWN: {"written_by": self.network.rules, "dt": self.dt, "scale": 1.0, "align": 0}}
        subtracting = [f'"{p.name}"' for p in self.network.populations.values() if p.model == SUBTRACTS]
        if subtracting:
            what = "take the threshold off v, for which NIR has no field: metadata tells from_nir, and no other tool."
            warn(f"to_nir: spikes of {', '.join(subtracting[:8])} {what}")
        return self.nir.NIRGraph(self.nodes, self.edges, metadata, type_check=False)

    def _new(self, name: str) -> str:
        while name in self.nodes or name in self.network.nodes:
            name += "_"
        return name

    def _input(self, x: Input) -> None:
        if x.rate is not None or len(x.times):
            what = "rate" if x.rate is not None else "spikes"
            warn(f'to_nir, input "{x.name}": its {what} are not in the graph, which has none.')
        self.nodes[x.name] = self.nir.Input(np.array(x.shape))

    # ------------------------------------------------------------ populations
    def _neurons(self, p: Population) -> Any:
        """The primitive of a population."""
        where = f'to_nir, population "{p.name}"'
        value = {name: np.broadcast_to(v, (p.size,)).astype(np.float64) for name, v in p.parameters.items()}
        floats = self.rules.floats
        known = ("lif", SUBTRACTS, "li") if floats else ("lif", SUBTRACTS)
        if p.model not in known:
            allowed = f"a population of model {', '.join(known)}"
            raise unwritable(where, f'model "{p.model}", allowed is {allowed}')
        self._check(p, value, where)
        unit = 1.0 if floats else float(WEIGHT_UNIT)
        du, dv = value["du"], value["dv"]
        if not floats:
            du, dv = (du + ("bias_mant" in value)) / DECAY_UNITY, dv / DECAY_UNITY
        mantissa = value.get("bias", value.get("bias_mant"))
        assert mantissa is not None
        bias = mantissa * 2.0 ** value.get("bias_exp", 0.0) / unit
        if not floats:
            bias = np.floor(bias * unit) / unit
        silent = p.model == "li" or (not floats and bool((value["vth"] == VTH_MAX).all()))
        filters, leaks = bool((du != 1.0).any()), bool((dv != 0.0).any())
        if bias.any() and not filters:
            self._bias(p, bias)
            bias = np.zeros(p.size)
        elif (bias[dv == 0.0] != 0.0).any():
            given = "a bias of a current-based neuron without a leak (dv=0)"
            raise unwritable(where, f"{given}, which NIR cannot have")
        # Where nothing decays: so slowly that it is 0 in 12 bits; metadata has the 0 for float64.
        a, a_syn = np.where(dv == 0.0, 1e-15, dv), np.where(du == 0.0, 1e-15, du)
        exact = {"a_syn": du, "a_mem": dv, "leak": bias, "v": value["v"] / unit, "subtracts": int(p.model == SUBTRACTS)}
        tau, leak = self.dt / a, np.where(dv == 0.0, 0.0, bias / a)
        fields = {k: x.reshape(p.shape) for k, x in {"tau": tau, "r": 1 / a, "v_leak": leak}.items()}
        if not silent:
            fields |= {k: x.reshape(p.shape) for k, x in {"v_threshold": value["vth"], "v_reset": 0.0 * a}.items()}
        metadata = {OWN: exact}
        if filters:
            fields["tau_mem"], fields["tau_syn"] = fields.pop("tau"), (self.dt / a_syn).reshape(p.shape)
            fields["w_in"] = (1 / a_syn).reshape(p.shape)
            return (self.nir.CubaLI if silent else self.nir.CubaLIF)(**fields, metadata=metadata)
        if leaks:
            return (self.nir.LI if silent else self.nir.LIF)(**fields, metadata=metadata)
        fields = {k: x for k, x in fields.items() if k not in ("tau", "v_leak")}
        fields["r"] = np.full(p.shape, 1 / self.dt)
        return (self.nir.I if silent else self.nir.IF)(**fields, metadata=metadata)

    def _bias(self, p: Population, bias: Floats) -> None:
        """A bias as the constant of an Affine node, whose weights are 0."""
        source = next(x for x in self.network.inputs.values() if x.name not in self.constants)
        name = self._new(f"{p.name}.bias")
        self.nodes[name] = self.nir.Affine(np.zeros((p.size, source.size)), bias)
        self._chain(source.name, name, p, 0, after=True)

    def _check(self, p: Population, value: dict[str, Floats], where: str) -> None:
        """Raise of what a primitive cannot have."""
        high = VTH_MAX << WEIGHT_SHIFT
        for name, allowed in (
            ("refractory", (1,)), ("vmin", (-STATE_MAX,)), ("vmax", (STATE_MAX, high)), ("u", (0,)),
        ):  # fmt: skip
            if name in value and not np.isin(value[name], allowed).all():
                raise unwritable(where, f"{name} other than {allowed[0]}, which NIR does not have")
        if p.noise is not None:
            raise unwritable(where, "noise, which NIR does not have")

    # ------------------------------------------------------------ connections
    def _connection(self, c: Connection) -> None:
        """A Linear node for each delay of a connection, and a Delay before it."""
        where = f'to_nir, connection "{c.name}"'
        if c.learning is not None or c.kind == "conv" or c.has_choice_of_ports:
            what = "learns" if c.learning is not None else "is a convolution" if c.kind == "conv" else "has a port"
            raise unwritable(where, f"one that {what}; allowed are matrices and lists")
        carries = getattr(c.pre.target, "model", None) == "li"
        if c.graded != carries and not (c.graded and isinstance(c.pre.target, Input)):
            raise UnsupportedError(
                f"{where}: got graded={c.graded}, where NIR {'sends' if carries else 'has no'} values."
            )
        rows, columns, weights, delays = _synapses(self.rules.weights.stored(c).values, c)
        exponent = self.rules.weights.sums(c).exponent
        if exponent:
            scaled = weights * 2.0**exponent
            if (scaled != np.floor(scaled)).any():
                raise unwritable(where, f"weight_exp={c.weight_exp}, which rounds its sums")
            weights = scaled
        pre, post = c.pre.target, c.post.target
        for delay in np.unique(delays) if delays.size else []:
            at = delays == delay
            matrix = np.zeros((post.size, pre.size))
            np.add.at(matrix, (rows[at], columns[at]), weights[at])
            self._linear(c, pre, post, matrix, int(delay))

    def _linear(self, c: Connection, pre: Any, post: Any, matrix: Floats, delay: int) -> None:
        name = self._new(c.name if delay == 0 else f"{c.name}, {delay} later")
        if pre.name in self.constants:
            source = next(x for x in self.network.inputs.values() if x.name not in self.constants)
            self.nodes[name] = self.nir.Affine(np.zeros((post.size, source.size)), matrix[:, 0])
            self._chain(source.name, name, post, delay, after=True)
            return
        self.nodes[name] = self.nir.Linear(matrix)
        self._chain(pre.name, name, post, delay, after=False)

    def _chain(self, source: str, name: str, post: Any, delay: int, after: bool) -> None:
        """The edges through a node, with a Delay after or before it."""
        if not delay:
            self.edges += [(source, name), (name, post.name)]
            return
        wait, n = self._new(f"{name}.delay"), post.size if after else self.network.nodes[source].size
        self.nodes[wait] = self.nir.Delay(np.full(n, delay * self.dt))
        path = (source, name, wait, post.name) if after else (source, wait, name, post.name)
        self.edges += list(pairwise(path))


def _synapses(
    values: NDArray[Any], c: Connection
) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats, NDArray[np.int64]]:
    """Target, source, weight and delay of each synapse, counted in the whole populations."""
    if c.kind == "dense":
        rows, columns = np.indices(values.shape).reshape(2, -1)
    else:
        assert c.indptr is not None and c.indices is not None
        rows, columns = np.asarray(c.indices, np.int64), np.repeat(np.arange(c.pre.size), np.diff(c.indptr))
    weights = np.asarray(values, np.float64).ravel()
    delays = np.broadcast_to(np.asarray(c.delays, np.int64).ravel(), weights.shape)
    acts = weights != 0
    of_post, of_pre = (np.arange(k.target.size)[k.start : k.stop : k.step] for k in (c.post, c.pre))
    return of_post[rows[acts]], of_pre[columns[acts]], weights[acts], delays[acts]
