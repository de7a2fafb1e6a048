"""What a program is made of, as a table: which model runs each process, and what its variables take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import issparse

from lava_api.magma.compiler.options import CompilerOptions
from loihi_emu.text_tables import aligned

if TYPE_CHECKING:
    from lava_api.magma.compiler.assembly import Assembly
    from lava_api.magma.compiler.port_building import Models
    from lava_api.magma.core.model.py.base import AbstractPyProcessModel
    from lava_api.magma.core.process.process import AbstractProcess
    from loihi_emu.mapping import Placement

HEAD = ("process", "class", "model", "runs", "values", "memory")


def print_reports(assembly: Assembly, placement: Placement | None) -> None:
    """Print what :class:`CompilerOptions` ask for."""
    models = assembly.models
    compiled = {process for subgraph in assembly.subgraphs for process in subgraph.kernels}
    if CompilerOptions.verbose:
        if placement is not None:
            print(placement.report())
        print(report(models, compiled, CompilerOptions.show_resource_count))
    if CompilerOptions.log_memory_info:
        print(total_line(models))


def report(models: Models, compiled: set[Any], in_bytes: bool = False) -> str:
    """Return a table with a line for each process, with its memory in bytes or as a share of all."""
    sizes = {process: _sizes(process, model) for process, model in models.items()}
    total = sum(size for _, size in sizes.values())
    rows = [HEAD]
    for process, model in models.items():
        values, size = sizes[process]
        memory = str(size) if in_bytes else f"{100 * size / max(total, 1):.1f} %"
        way = "compiled" if process in compiled else "Python"
        rows.append((process.name, type(process).__name__, type(model).__name__, way, str(values), memory))
    return "\n".join(aligned(rows))


def total_line(models: Models) -> str:
    """Return what the variables of all processes take, as a sentence."""
    values, size = np.sum([_sizes(process, model) for process, model in models.items()], axis=0, dtype=int)
    return f"{len(models)} processes, {values} values in {size} bytes"


def _sizes(process: AbstractProcess, model: AbstractPyProcessModel) -> tuple[int, int]:
    """Return numbers and bytes in the variables of a model."""
    values = size = 0
    for var in process.vars:
        held = getattr(model, var.name)
        parts = (held.data, held.indices, held.indptr) if issparse(held) else (np.asarray(held),)
        values += parts[0].size
        size += sum(part.nbytes for part in parts)
    return values, size
