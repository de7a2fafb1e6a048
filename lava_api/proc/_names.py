"""Unknown keyword arguments of library processes: kept, as Lava does, but no longer in silence."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from loihi_emu.user_warnings import warn

PACKAGE = __name__.partition(".")[0]


def warn_unknown(process: object, given: Mapping[str, Any], extra: Iterable[str] = ()) -> None:
    """Warn about keyword arguments that no model of a library process reads.

    Processes of users may pass on what they like: only exact library classes are checked.

    Parameters
    ----------
    process : AbstractProcess
        The process under construction.
    given : mapping
        What arrived in ``**kwargs``.
    extra : iterable of str
        Names that the process's models read from ``proc_params`` beside the named arguments; a class adds its own in
        ``OPTIONS``.
    """
    cls = type(process)
    if not given or cls.__module__.partition(".")[0] != PACKAGE:
        return
    known = [name for name in inspect.signature(cls.__init__).parameters if name not in ("self", "kwargs")]
    known += [*extra, *getattr(cls, "OPTIONS", ())]
    for name in given:
        if name in known:
            continue
        near = get_close_matches(name, known, n=2, cutoff=0.6)
        hint = f" Did you mean {' or '.join(repr(n) for n in near)}?" if near else f" Known are {', '.join(known)}."
        text = f"{cls.__name__}: no model of the library reads the argument {name!r}; it is only kept in proc_params."
        warn(text + hint, UserWarning)
