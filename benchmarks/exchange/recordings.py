"""``python -m benchmarks.exchange.recordings FOLDER``: NIR's published graphs beside what was recorded of them.

FOLDER is ``paper`` of github.com/neuromorphs/NIR: 01_lif has a graph of one neuron with the recordings of it, 02_cnn
and 03_rnn have trained graphs. Files that are not there are left out.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu import Emulator, LoihiInputWarning
from loihi_emu.exchange import import_nir
from loihi_emu.exchange.nir import reading

ROOT = Path(__file__).resolve().parent.parent.parent
DT = 1e-4
GRAPH = "01_lif/lif_norse.nir"
SINABS = {"method": "exponential_decay", "reset": "subtract"}
FLOATS: dict[str, tuple[dict[str, Any], float, int]] = {
    # recording: options, the threshold that it scales to, steps that it is late
    "nengo": ({"method": "exponential"}, 1.0, 0),
    "lava_cpu_float": ({"single": True}, 0.1, 1),
    "norse": ({}, 0.1, 0),
    "snntorch": ({}, 2.5, 0),
    "rockpool": (SINABS, 0.1, 0),
    "sinabs": (SINABS, 0.1, 0),
    "exact": ({"method": "exponential", "reset": "subtract"}, 0.1, 0),
}
INTEGERS = {"lava_cpu_fixed": ("lava", "state"), "lava_loihi_fixed": ("chip", "chip")}
BRAILLE: dict[str, dict[str, Any]] = {
    "braille_noDelay_bias_zero": {}, "braille_noDelay_noBias_subtract": {"reset": "subtract"},
}  # fmt: skip


read = cache(reading.read)


def main(argv: list[str] | None = None) -> list[str]:
    """Compare and print; the lines."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.exchange.recordings", description=__doc__.splitlines()[0]
    )
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args(argv).folder
    if not folder.is_dir():
        parser.error(f"{folder}: no folder")
    lines = []
    for line in (*_files(folder), *_neuron(folder), *_braille(folder)):
        print(line, flush=True)
        lines.append(line)
    return lines


def _files(folder: Path) -> list[str]:
    """Whether each graph is read, and what is said of it."""
    lines = []
    for path in sorted(folder.glob("*/*.nir")):
        imported = import_nir(read(path), dt=1 if "sinabs" in path.name else DT)
        notes = "; ".join(note.partition(", node")[2] or note for note in imported.report.notes) or "as it is written"
        lines.append(f"{path.parent.name}/{path.name}: {len(imported.report.rows)} populations, read {notes}"[:200])
    return lines


def _played(path: Path, rows: NDArray[Any], late: int, view: str, **options: Any) -> tuple[Any, Any]:
    """Voltages and spikes of the one neuron, with a recording's input."""
    network = import_nir(read(path), dt=DT, **options).network
    [cell], [source] = network.populations, [name for name, x in network.inputs.items() if x.rate is None]
    network.probe(cell, ["spikes", "v"], view=view)
    emulator = Emulator(network)
    times = np.flatnonzero(rows[:, 0]) + late
    emulator.set_input(source, spikes=(times, 0 * times))
    recording = emulator.run(len(rows))
    return recording[f"{cell}.v"][:, 0], recording.spikes(cell).times


def _neuron(folder: Path) -> list[str]:
    """One neuron in floats and in integers."""
    lines = []
    for name, (options, threshold, late) in FLOATS.items():
        path = folder / "01_lif" / f"lif_{name}.csv"
        if path.exists():
            rows = np.loadtxt(path, delimiter=",")
            v, spikes = _played(folder / GRAPH, rows, late, "state", **options)
            same = "the same" if np.array_equal(spikes, np.flatnonzero(rows[:, 2])) else "other"
            error = np.abs(v - rows[:, 1] / (threshold / 0.1)).max()
            way = ", ".join(f"{key}={value}" for key, value in options.items()) or "as it is"
            lines.append(f"{name}: {same} spikes, v differs by up to {error:.2g} ({way})")
    for name, (rules, view) in INTEGERS.items():
        path = folder / "01_lif" / f"lif_{name}.csv"
        if path.exists():
            rows = np.loadtxt(path, delimiter=",")
            v, spikes = _played(folder / GRAPH, rows, 1, view, rules=rules, scale=250.0, decays="lava")
            same = "the same" if np.array_equal(spikes, np.flatnonzero(rows[:, 2])) else "other"
            equal = int((v == rows[:, 1]).sum())
            lines.append(f'{name}: {same} spikes, {equal} of {len(rows)} values of v equal (rules "{rules}", {view})')
    return lines


def _braille(folder: Path) -> list[str]:
    """Recurrent graphs in floats beside a reference in NumPy, and calibrated integers beside the floats."""
    sys.path.insert(0, str(ROOT / "tests" / "support"))
    import nir
    import nir_reference

    from loihi_emu import calibrate

    lines, steps = [], 256
    given = (np.random.default_rng(1).random((40, steps, 12)) < 0.15).astype(int)
    for name, options in BRAILLE.items():
        path = folder / "03_rnn" / f"{name}.nir"
        if not path.exists():
            continue
        graph = nir.read(path)
        resets = dict.fromkeys(graph.nodes, "subtract") if options else {}
        wanted = nir_reference.run(graph, {"input": given[0].astype(float)}, steps, dt=DT, resets=resets)
        network = import_nir(read(path), dt=DT, **options).network
        for cells in network.populations:
            network.probe(cells, "spikes")
        recording = Emulator(network).run_samples(steps + 1, {"input": given[:1]})
        differing = 0
        for late, cells in enumerate(network.populations):
            found = recording.spikes(cells)
            frames = np.zeros((steps + 1, found.size))
            frames[found.times, found.indices] = 1
            differing += int((frames[late : late + steps] != wanted[cells]).sum())
        agreement = calibrate(path, given, dt=DT, **options).report.agreement
        parts = ", ".join(f"{row.same} of {row.floats} in {key}" for key, row in agreement.rows.items())
        lines.append(
            f"{name}: {differing} spikes differ from the reference in floats; calibrated, the same are {parts}"
        )
    return lines


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LoihiInputWarning)
        main()
