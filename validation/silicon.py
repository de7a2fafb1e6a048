"""A chip's recording of one neuron, replayed: which spikes and voltages are equal."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from warnings import catch_warnings, simplefilter

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import invalid
from loihi_emu.files import foreign
from loihi_emu.network.network import Network
from loihi_emu.numeric import ranged, whole
from loihi_emu.run.emulator import Emulator
from loihi_emu.widths import STATE_MAX

COLUMNS = ("input", "v", "spike")
LATE = 1
"""Steps from a row's input to the row that shows its effect, in recordings through Lava."""
STATE = (-STATE_MAX - 1, STATE_MAX)
SHOWN = 5
"""So many rows that differ are listed."""


def read_recording(path: str | Path) -> NDArray[np.int64]:
    """Read a CSV with the columns input, v and spike: one row a step, no header, whole numbers.

    Parameters
    ----------
    path : path
        Counted from the current folder.

    Returns
    -------
    int64 array (steps, 3)

    Raises
    ------
    ValidationError
        No such file, one of another form, or numbers that a chip does not give.
    """
    where = str(path)
    what, advice = foreign.describe(Path(path))
    if what != "a text file":
        raise invalid(where, "", what, "a CSV of input, v and spike", advice=advice)
    try:
        with catch_warnings():
            simplefilter("ignore", UserWarning)  # of an empty file, which is an error below
            found: Any = np.loadtxt(path, delimiter=",", ndmin=2)
    except OSError as problem:
        raise invalid(where, "", f"no file ({problem})", "a CSV of input, v and spike") from problem
    except (ValueError, UnicodeDecodeError) as problem:
        raise invalid(where, "", f"{problem}", "a CSV of whole numbers: input, v and spike, no header") from problem
    if found.ndim != 2 or found.shape[1] != len(COLUMNS) or not len(found):
        raise invalid(where, "", f"a table of shape {found.shape}", "(steps, 3): input, v and spike, no header")
    rows = whole(where, "rows", found)
    for column, (low, high) in enumerate((STATE, STATE, (0, 1))):
        ranged(where, COLUMNS[column], rows[:, column], low, high)
    return rows


def replay_silicon(
    path: str | Path, *, du: int = 4096, dv: int = 163, vth: int = 25, weight: int = 10, refractory: int = 1
) -> int:
    """Run the neuron of a chip's recording by the rules "chip" and "lava", print what is equal, and count.

    Parameters
    ----------
    path : path
        See :func:`read_recording`.
    du, dv, vth, weight, refractory : int
        The neuron and its synapse, in the units of ``Network(rules="chip")``.

    Returns
    -------
    int
        0 if all spikes and voltages are equal, else 1.

    Examples
    --------
    >>> replay_silicon("lif_lava_loihi_fixed.csv")  # doctest: +SKIP
    """
    rows = read_recording(path)
    steps = len(rows)
    print(f"{path}: {steps} steps, {int(rows[:, 2].sum())} spikes on the chip")
    print(f"  neuron: du {du}, dv {dv}, vth {vth}, weight {weight}, refractory {refractory}")
    different = 0
    neurons: dict[str, dict[str, Any]] = {"chip": {"du": du, "dv": dv, "vth": vth, "refractory": refractory}}
    if refractory == 1:  # Lava has no other; its du is the decay less 1
        neurons["lava"] = {"du": du - 1, "dv": dv, "vth": vth}
    for rules, parameters in neurons.items():
        v, spikes = _replayed(rows, rules, parameters, weight)
        voltages, fired = v == rows[:, 1], spikes == rows[:, 2]
        print(f'  rules "{rules}": {fired.sum()} of {steps} spikes equal, {voltages.sum()} of {steps} voltages equal')
        for row in np.flatnonzero(~(voltages & fired))[:SHOWN]:
            chip, here = (f"v {a}, spike {b}" for a, b in ((rows[row, 1], rows[row, 2]), (v[row], spikes[row])))
            print(f"    row {row}: {chip} on the chip; {here} here")
        different += int(np.count_nonzero(~(voltages & fired)))
    return 1 if different else 0


def _replayed(
    rows: NDArray[np.int64], rules: str, parameters: dict[str, Any], weight: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Voltages as a chip's probe reads them, and spikes, by one rule set."""
    net = Network("silicon", rules=rules)
    times = np.flatnonzero(rows[:, 0])
    payloads = rows[times, 0]
    source = net.input("input", 1, spikes=(times + LATE, np.zeros(len(times), np.int64)), payloads=payloads)
    cell = net.population("cell", 1, **parameters)
    net.connect(source, cell, [[weight]], graded=True)
    net.probe(cell, ["spikes", "v"], view="chip")
    recording = Emulator(net).run(len(rows))
    spikes = np.zeros(len(rows), np.int64)
    spikes[recording.spikes("cell").times] = 1
    return recording["cell.v"][:, 0].astype(np.int64), spikes
