"""Which process models run as kernels, and which of those run together without a look at Python."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from lava_api.magma.compiler.process_graph import KERNELS, ProcessGraph
from lava_api.magma.core.model.py.base import attach
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava_api.magma.kernels.base import Kernel
from lava_api.magma.kernels.binding import kernel_class
from lava_api.magma.kernels.later_phases import Managing
from lava_api.magma.kernels.message_types import arriving, is_int16, links_by_target
from lava_api.magma.kernels.wanted import PythonFallback

if TYPE_CHECKING:
    from lava_api.magma.core.model.py.base import AbstractPyProcessModel
    from lava_api.magma.core.process.process import AbstractProcess
    from lava_api.magma.kernels.referable import Referable


@dataclass
class KernelPlan:
    """Kernels by process, and groups of processes that run in one go, those that wait for fewer Python models first."""

    kernels: dict[AbstractProcess, Kernel] = field(default_factory=dict)
    groups: list[tuple[int, list[AbstractProcess]]] = field(default_factory=list)


def make_plan(program: ProcessGraph, models: dict[AbstractProcess, AbstractPyProcessModel]) -> KernelPlan:
    """Choose the processes that run as kernels, given the model of each with its variables, and group them."""
    plan = KernelPlan()
    if not program.options[KERNELS]:
        return plan
    incoming = links_by_target(program.links)
    in_step = {p for domain in program.domains if isinstance(domain.protocol, LoihiProtocol) for p in domain.processes}
    for leaf in program.leaves:
        kind = kernel_class(leaf.model_class)
        if kind is None or leaf.process not in in_step:
            continue
        try:
            if any(port.size == 0 for port in (*leaf.process.in_ports, *leaf.process.out_ports)):
                raise PythonFallback("nothing to compute")
            made = kind(models[leaf.process], leaf.process)
            for port in leaf.process.in_ports:
                d_type = arriving(port, incoming.get(port, ()))
                made.wants(port.name, d_type)
                if is_int16(port, d_type, incoming.get(port, ())) and not made.int16_bits:
                    raise PythonFallback(f"{port.name}: what models compute with 16 bits wraps at them")
        except PythonFallback:
            continue
        plan.kernels[leaf.process] = made
    _drop_deadlocks(program, plan)
    _leave_unreadable_to_python(program, plan)
    for process, kernel in plan.kernels.items():
        attach(kernel, models[process])
    for domain in program.domains:
        inside = set(domain.processes)
        members = [leaf.process for leaf in program.leaves if leaf.process in inside]
        plan.groups += _groups(members, program, plan)
    return plan


def _leave_unreadable_to_python(program: ProcessGraph, plan: KernelPlan) -> None:
    """Leave to Python what kernels do with a variable that no kernel keeps in an array."""
    for reference in program.references:
        kernel, target = plan.kernels.get(reference.port.process), plan.kernels.get(reference.var.process)
        if isinstance(kernel, Managing) and kernel.due(1) is None:
            kernel.post_mgmt_in_python = not _refers(kernel, target, reference.var.name)


def _refers(kernel: Managing, target: Referable | None, name: str) -> bool:
    """Return whether a kernel can refer to a variable of another."""
    array = None if target is None else target.variable(name)
    if target is None or array is None or not kernel.reads(array):
        return False
    return not kernel.alters or target.writes(name)


def _drop_deadlocks(program: ProcessGraph, plan: KernelPlan) -> None:
    """Leave loops of processes that all receive before they send to Python, which names them when they are stuck."""
    members = list(plan.kernels)
    labels = _loops(members, program, plan)
    crowded = {label for label, members_of in Counter(labels).items() if members_of > 1}
    own = {link.source.process for link in program.links if link.source.process is link.target.process}
    for process, label in zip(members, labels, strict=True):
        if label in crowded or (process in own and not plan.kernels[process].sends_first):
            del plan.kernels[process]


def _edges(members: list[AbstractProcess], program: ProcessGraph, plan: KernelPlan) -> tuple[list[int], list[int]]:
    """Return pairs of members of which the second cannot finish a step before the first has sent."""
    number = {process: k for k, process in enumerate(members)}
    before, after = [], []
    for link in program.links:
        source, target = link.source.process, link.target.process
        sends_first = source in plan.kernels and plan.kernels[source].sends_first
        if source in number and target in number and not sends_first and source is not target:
            before.append(number[source])
            after.append(number[target])
    return before, after


def _loops(members: list[AbstractProcess], program: ProcessGraph, plan: KernelPlan) -> list[int]:
    """Return for each member the number of the loop that it is in (one of its own when it is in none)."""
    if not members:
        return []
    before, after = _edges(members, program, plan)
    graph = csr_matrix((np.ones(len(before)), (before, after)), shape=(len(members), len(members)))
    return [int(label) for label in connected_components(graph, directed=True, connection="strong")[1]]


def _groups(
    members: list[AbstractProcess], program: ProcessGraph, plan: KernelPlan
) -> list[tuple[int, list[AbstractProcess]]]:
    """Group the kernels of a domain by the number of Python models that they have to wait for in a step.

    Between two kernels of one group there is no way through a Python model. A kernel in a loop with Python models is
    on its own.
    """
    before, after = _edges(members, program, plan)
    labels = _loops(members, program, plan)
    in_loop = {label for label, members_of in Counter(labels).items() if members_of > 1}
    waits = dict.fromkeys(labels, 0)
    order = sorted({(labels[b], labels[a]) for b, a in zip(before, after, strict=True) if labels[b] != labels[a]})
    slow = {label for label, process in zip(labels, members, strict=True) if process not in plan.kernels}
    changed = True
    while changed:  # until each label waits for the longest way through Python models that ends at it
        changed = False
        for b, a in order:
            least = waits[b] + (b in slow)
            if waits[a] < least:
                waits[a], changed = least, True
    groups: dict[object, tuple[int, list[AbstractProcess]]] = {}
    for label, process in zip(labels, members, strict=True):
        if process in plan.kernels:
            key = ("loop", process.id) if label in in_loop else waits[label]
            groups.setdefault(key, (waits[label], []))[1].append(process)
    return sorted(groups.values(), key=lambda group: group[0])
