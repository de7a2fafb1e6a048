"""Networks cut into shares that one thread runs phase by phase, also with blocks so small that few neurons are cut.

As a script, in plain Python: ``NUMBA_DISABLE_JIT=1 python sharing.py recipes.pickle``.
"""

from __future__ import annotations

import pickle
import sys
from pathlib import Path
from typing import Any

from loihi_emu.models import layout

BLOCK, SMALL = layout.BLOCK, 8


def small_blocks() -> None:
    """Let blocks be of a few neurons, in plain Python: wherever the name stands for that. Scratch stays as large.

    Where connections learn, a part may have a single neuron.
    """
    for name, module in list(sys.modules.items()):
        if name.startswith("loihi_emu") and vars(module).get("BLOCK") == BLOCK:
            module.BLOCK = SMALL  # type: ignore[attr-defined]
    from loihi_emu.image import learner, shares

    learner.APART = SMALL
    shares._each = lambda c: float(SMALL) if c.learning else shares.SYNAPSE  # so that its targets are cut one by one


def recorded(
    network: Any, steps: int, shares: int, anew: bool = False, ranks: Any = None, every: int | None = None
) -> dict[str, Any]:
    """Everything that a network records and learns in so many shares (a rank), and what was counted.

    Ranks exchange EVERY steps. `anew`: with synapses that are delivered when due, and an image made anew in between.
    """
    from loihi_emu.image.stores import DUE, RING, chosen
    from loihi_emu.run.built import Built
    from loihi_emu.run.progress import Progress

    with chosen(DUE if anew else RING):
        built = Built(network.copy(), shares, ranks, every)
        before = built._counters.snapshot()
        with Progress(steps, False) as shown:
            for part in (steps // 2, steps - steps // 2):
                built._pacer.run(part, shown, lambda: None, lambda action: action())
                if anew:
                    built._rebuild([])
    recording = built._counters.recording(before, 0.0)
    found = {key: recording.stats[key] for key in ("spikes", "synaptic_events", "overflow")}
    found |= {name: plain(recording[name]) for name in recording.names}
    whole = built.image.whole_state()
    learned = {name: values for name, values in whole.items() if name.startswith("learn.")}
    return found | {name: values.tolist() for name, values in learned.items()}


def plain(values: Any) -> Any:
    """What was recorded under a name, as lists."""
    if not hasattr(values, "times"):
        return values.tolist()
    return [None if v is None else v.tolist() for v in (values.times, values.indices, values.payloads)]


def main(source: str) -> None:
    from loihi_emu.run.built import Built

    small_blocks()
    cut, learning, shared = 0, set(), 0
    for network, steps in pickle.loads(Path(source).read_bytes()):
        alone = recorded(network, steps, 1)
        for shares in (2, 3, 5):
            image = Built(network.copy(), shares).image
            parts = [len(group.parts) for group in image.groups]
            cut += max(parts, default=0) > 1
            shared += any(one.connection.conv and len(one.parts) > 1 for one in image.learners.values())
            learning |= {network.rules for learner in image.learners.values() if len(learner.parts) > 1}
            same = recorded(network, steps, shares, anew=shares == 3) == alone
            assert same, f"{shares} shares of {network!r}, parts {parts}"
    assert cut, "no group was cut"
    assert learning == {"chip", "lava", "float"}, f"connections that learn were cut under {learning}"
    assert shared, "no convolution that learns was cut"


if __name__ == "__main__":
    main(*sys.argv[1:])
