"""Run pickled recipes and networks that learn, and write down everything they recorded, and which leaves were called.

As a script: ``NUMBA_DISABLE_JIT=1 python plain.py recipes.pickle results.pickle``.
"""

from __future__ import annotations

import pickle
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

from recipes import Recipe, events

from loihi_emu import Emulator, models, rules
from loihi_emu.image import held_lists, rows, stores, watch
from loihi_emu.jit import COMPILED, Leaf
from loihi_emu.network.synapse_order import unpacked
from loihi_emu.recording.recording import Recording


def all_leaves() -> dict[str, Leaf]:
    """Every leaf of networks, by name: all but those of Lava programs alone, which have tests there."""
    found = [m.name for m in walk_packages(models.__path__, "loihi_emu.models.")]
    names = [name for name in found if not name.startswith("loihi_emu.models.lava")]
    names += [module for name in rules.names() for module in rules.find(name).leaves]
    modules = [import_module(name) for name in names]
    leaves = [leaf for module in modules for leaf in vars(module).values() if isinstance(leaf, Leaf)]
    return {leaf.name: leaf for leaf in leaves if not leaf.name.endswith("_wide")}  # messages of 64 bits


def run(recipe: Recipe, anew: bool) -> Recording:
    """Run it; `anew`: with synapses that are delivered when due, packed and held as many are, and anew in between."""
    if not anew:
        return recipe.run()
    before, rows.FEW = rows.FEW, -1
    least, held_lists.LEAST = held_lists.LEAST, 1
    short, watch.SHORT_SECONDS = watch.SHORT_SECONDS, float("inf")
    try:
        with stores.chosen(stores.DUE):
            emulator = Emulator(recipe.network())
            emulator.run(recipe.steps // 2)
            emulator._rebuild([replace(unpacked(c)) for c in emulator.network.connections.values() if not c.drawn])
            emulator.run(recipe.steps - recipe.steps // 2)
    finally:
        rows.FEW, held_lists.LEAST, watch.SHORT_SECONDS = before, least, short
    return emulator.recording


def results(recipe: Recipe, anew: bool = False) -> dict[str, Any]:
    """Spikes, state and counters as plain lists."""
    recording = run(recipe, anew)
    found: dict[str, Any] = {key: recording.stats[key] for key in ("spikes", "synaptic_events", "overflow")}
    for node in recipe.nodes:
        found[f"{node.name}.events"] = events(recording, node.name)
    for node in recipe.populations:
        for variable in recipe.states(node):
            found[f"{node.name}.{variable}"] = recording[f"{node.name}.{variable}"].tolist()
    return found


def learned(network: Any, steps: int = 8) -> dict[str, list[Any]]:
    """Everything that a network in which connections learn records, and its weights at the end."""
    emulator = Emulator(network)
    recording = emulator.run(steps)
    found = {name: recording[name].tolist() for name in recording.names if not name.endswith(".spikes")}
    return found | {name: emulator.get(name, "weights").tolist() for name in network.connections}


def counted(name: str, leaf: Leaf, calls: dict[str, int]) -> None:
    """Count the calls of a leaf from now on."""
    function = leaf.function

    def count(description: int, step: int) -> None:
        calls[name] = calls.get(name, 0) + 1
        function(description, step)

    leaf.function = count


def main(source: str, target: str) -> None:
    assert not COMPILED, "set NUMBA_DISABLE_JIT=1"
    calls: dict[str, int] = {}
    for name, leaf in all_leaves().items():
        counted(name, leaf, calls)
    recipes, networks = pickle.loads(Path(source).read_bytes())
    found = (
        [results(recipe, anew=k % 2 == 1) for k, recipe in enumerate(recipes)],
        [learned(network) for network in networks],
    )
    Path(target).write_bytes(pickle.dumps((*found, calls)))


if __name__ == "__main__":
    main(*sys.argv[1:])
