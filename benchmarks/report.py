"""The report: what it ran on, a table for people, JSON for programs."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import ceiling
from benchmarks.rows import Row
from loihi_emu._version import __version__

SCHEMA = 1
_WIDTH = 40
_VERSIONS = {"Python": "python", "NumPy": "numpy", "Numba": "numba", "LLVM": "llvm"}


def facts(size: str) -> dict[str, Any]:
    """What the numbers depend on: machine, versions, compiler and flags."""
    import llvmlite.binding as llvm
    import numba

    return {
        "size": size, "loihi_emu": __version__, "python": platform.python_version(), "numpy": np.__version__,
        "numba": numba.__version__, "llvm": ".".join(map(str, llvm.llvm_version_info)),
        "processor": _processor(), "host": llvm.get_host_cpu_name(), "cores": os.cpu_count(),
        "target": numba.config.CPU_NAME or llvm.get_host_cpu_name(),
        "system": platform.platform(), "compiler": ceiling.compiler_version() or None, "flags": ceiling.flags(),
        "clock": "CPU time of the process, or wall time where it says so; ratios within a round, contestants in turn",
    }  # fmt: skip


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def as_json(about: dict[str, Any], rows: Sequence[Row]) -> str:
    """Everything as one JSON object: "schema", "about", "rows", "passed"."""
    found = {"schema": SCHEMA, "about": about, "rows": [row.as_dict() for row in rows], "passed": passed(rows)}
    return json.dumps(found, indent=1)


def passed(rows: Sequence[Row]) -> bool:
    """Whether every gate holds."""
    return all(row.passed is not False for row in rows)


def heading(about: dict[str, Any]) -> str:
    """The lines above the table."""
    if about["compiler"]:
        compiler = f"C: {about['compiler']}, {' '.join(about['flags'])}"
    else:
        compiler = "no C compiler on PATH (cc, gcc, clang): times only, no ratios to C"
    versions = ", ".join(f"{name} {about[key]}" for name, key in _VERSIONS.items())
    processor = f"{about['processor']} ({about['host']}), {about['cores']} cores; machine code for {about['target']}"
    return "\n".join(
        [
            f"loihi_emu {about['loihi_emu']}, {about['size']} run; {processor}; {versions}",
            f"{compiler}.",
            f"Times: {about['clock']}.",
        ]
    )


def lines(row: Row, before: Row | None) -> str:
    """One row of the table, with its group's name and note above when they are new."""
    found = []
    if before is None or before.group != row.group:
        found.append(f"\n{row.group}" + (f": {row.note}" if row.unit in ("x", "us/step") and row.note else ""))
    found.append(f"  {row.what:<{_WIDTH}}{_value(row):<34}{_gate(row):<18}{_speeds(row)}".rstrip())
    return "\n".join(found)


def _value(row: Row) -> str:
    shown = f"{row.value:.4g} {row.unit}" if row.unit != "x" else f"{row.value:.3f}"
    if row.low is not None and row.high is not None:
        shown += f" ({row.low:.3g}..{row.high:.3g})"
    return shown


def _gate(row: Row) -> str:
    if row.limit is None:
        return ""
    return f"<= {row.limit:<5.4g} {'pass' if row.passed else 'FAIL'}"


def _speeds(row: Row) -> str:
    if row.us is None or row.reference_us is None:
        return "" if row.unit in ("x", "us/step") else row.note
    return f"{row.us:.4g} us a step beside {row.reference_us:.4g}"


def summary(rows: Sequence[Row]) -> str:
    """The last line."""
    gates = [row for row in rows if row.limit is not None]
    failed = [f"{row.group}, {row.what}" for row in gates if not row.passed]
    text = f"{len(gates) - len(failed)} of {len(gates)} gates hold"
    return text + (f"; not: {'; '.join(failed)}" if failed else "") + "."
