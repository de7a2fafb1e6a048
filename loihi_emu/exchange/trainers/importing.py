"""A PyTorch module to a network: its graph, and what became of it. PyTorch is imported when it is called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from loihi_emu import numeric
from loihi_emu.errors import extra
from loihi_emu.exchange.nir import importing
from loihi_emu.exchange.nir.report import Report
from loihi_emu.user_warnings import warn


def build(
    make: Callable[..., Any], module: Any, sample: Any, *, rules: str = "float", percentile: float = 99.9,
    name: str = "torch", **options: Any,
) -> tuple[Any, Report]:  # fmt: skip
    """The network that `make` (the class Network) makes of a module, and the report; options are ``import_torch``'s."""
    try:
        from loihi_emu.exchange.trainers.graphs import read_module
    except ModuleNotFoundError as problem:
        if problem.name != "torch":
            raise
        raise extra("torch", "torch") from problem
    share = numeric.finite("from_torch", "percentile", percentile)
    numeric.ranged("from_torch", "percentile", share, 50, 100)
    found = read_module(module, sample, float(share))
    network, report = importing.build(make, found.graph, dt=1.0, rules=rules, reset=found.resets, name=name, **options)
    if found.notes:
        report = replace(report, approximations=(*report.approximations, *found.notes))
        warn(f"from_torch: {' '.join(found.notes)}")
    if found.scales:
        shown = ", ".join(f'"{name}" {value:.4g}' for name, value in found.scales.items())
        report = replace(report, notes=(*report.notes, f"a rate of 1 stands for: {shown}"))
    return network, report
