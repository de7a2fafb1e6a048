"""What a recording shows of itself, a row each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

UNKNOWN = "not counted for a part of a recording"


def rows_of(
    span: tuple[int, int], samples: int, stats: Mapping[str, Any], info: Mapping[str, Any], names: list[str]
) -> list[tuple[str, str]]:
    """Names and texts: steps (the first, and how many), counters, provenance, and what was recorded."""
    rows = [("steps", f"{span[1]} from {span[0]}" + (f", {samples} samples" if samples > 1 else ""))]
    rows += [("spikes", ", ".join(f"{k} {v}" for k, v in stats.get("spikes", {}).items()) or "none")]
    rows += [("synaptic events", str(stats.get("synaptic_events", UNKNOWN)))]
    lost = [
        f"{name}: " + ", ".join(f"{field} {n}" for field, n in fields.items() if n)
        for name, fields in stats.get("overflow", {}).items()
        if any(fields.values())
    ]
    rows += [("overflow", "; ".join(lost) or ("none" if "overflow" in stats else UNKNOWN))]
    weights = [f"{name}: {_lost_text(w)}" for name, w in stats.get("lost_weights", {}).items()]
    rows += [("weights", "; ".join(weights))] if weights else []
    rows += [("recorded", ", ".join(names) or "nothing (add probes)")]
    rows += [(k, str(info[k])) for k in ("network", "chip", "rules", "seed") if k in info]
    rows += [(k, info[k]) for k in ("part", "file") if k in info]
    took = f"{info['wall_s']:.3g} s, {info['steps_per_s']:,.0f} steps per second" if "wall_s" in info else UNKNOWN
    rows += [("wall time", took)]
    return rows


def _lost_text(w: Mapping[str, Any]) -> str:
    """What the weights of a connection lose."""
    zeroed = f", {w['zeroed']} act as 0" if w["zeroed"] else ""
    return f"{w['count']} of {w['total']} lose up to {w['most']}{zeroed}"
