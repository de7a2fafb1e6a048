"""Records of messages and variables."""

from __future__ import annotations

from typing import Any

from lava_api.magma.compiler.routes import routes
from lava_api.magma.core.process.ports.ports import VarPort
from loihi_emu.models.lava import messages as at
from loihi_emu.models.memory import WordRow as Description


def record(
    source: Any, kind: int, out: Any, *, stride: int, pitch: int, length: int, counter: Any = None
) -> tuple[str, Description]:
    """Return the call that writes a record in every step.

    Parameters
    ----------
    source : ndarray
        What is recorded.
    kind : int
        Kind of its elements.
    out : ndarray
        Where to, float64 or int32.
    stride, pitch : int
        Elements between neighbours of a record, and between records.
    length : int
        Records that there is room for.
    counter : ndarray, optional
        Number of records so far; without it, the number of steps.
    """
    d = Description(at.RECORD_WORDS)
    d.point(at.R_SOURCE, source)
    d.point(at.R_OUT, out)
    d.point(at.R_COUNTER, counter)
    numbers = {
        at.R_KIND: kind, at.R_N: source.size, at.R_OUT_KIND: at.F64 if out.dtype.kind == "f" else at.I32,
        at.R_STRIDE: stride, at.R_PITCH: pitch, at.R_LENGTH: length, at.R_INTERVAL: 1, at.R_OFFSET: 0,
    }  # fmt: skip
    for word, number in numbers.items():
        d.words[word] = number
    return "messages:record", d


def referred(port: Any) -> Any:
    """Return the variable that a RefPort leads to in its own order of elements; None when there is none."""
    ends = [(end, index) for end, index in routes(port, lambda p: isinstance(p, VarPort)) if isinstance(end, VarPort)]
    if len(ends) != 1 or ends[0][1] is not None:
        return None
    var = ends[0][0].var
    while var.aliased_var is not None:
        var = var.aliased_var
    return var
