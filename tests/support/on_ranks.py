"""Programs that tests start under mpiexec, and what starts them.

As a script: ``mpiexec -n 2 python on_ranks.py NAME FOLDER`` runs the program of a name; it prints "well" on every rank.
"""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

SECONDS = 100
"""After so long a program that hangs is ended."""


# ------------------------------------------------------------ starting
def launcher() -> list[str]:
    """The command that starts several ranks, of the MPI that is installed with this Python."""
    beside = Path(sys.executable).parent / "mpiexec"
    found = str(beside) if beside.exists() else shutil.which("mpiexec")
    assert found, "no mpiexec: pip install mpi4py mpich"
    said = subprocess.run([found, "--version"], capture_output=True, text=True, timeout=SECONDS)
    is_open = "Open MPI" in said.stdout or "prte" in said.stdout.lower()
    return [found, *(["--allow-run-as-root", "--oversubscribe"] if is_open else [])]


def start(ranks: int, program: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a program of this file on so many ranks."""
    return start_python(ranks, [__file__, program, str(folder)], **variables)


def start_python(ranks: int, arguments: list[str], **variables: str) -> subprocess.CompletedProcess[str]:
    """Run Python with some arguments on so many ranks; 0: without mpiexec."""
    before = [*launcher(), "-n", str(ranks)] if ranks else []
    command = [*before, sys.executable, "-W", "ignore", *arguments]
    return subprocess.run(
        command, env=os.environ | variables, capture_output=True, text=True, timeout=SECONDS, stdin=subprocess.DEVNULL
    )


# ------------------------------------------------------------ programs
def networks(folder: Path, ranks: Any) -> None:
    """Random networks in plain Python, in blocks of few neurons, in one and in two shares a rank.

    Where delays let ranks exchange spikes after several steps, they do, and also after each.
    """
    from sharing import recorded, small_blocks

    from loihi_emu.run.built import Built

    small_blocks()
    cut = late = shared = 0
    learning = set()
    for network, steps in pickle.loads((folder / "networks").read_bytes()):
        alone = recorded(network, steps, 1) if ranks.rank == 0 else None
        for shares in (1, 2):
            image = Built(network.copy(), shares, ranks).image
            parts, every = [len(group.parts) for group in image.groups], image.exchange.every
            cut += max(parts, default=0) > 1
            late += every > 1
            shared += any(one.connection.conv and len(set(one.division.ranks)) > 1 for one in image.learners.values())
            learning |= {network.rules for one in image.learners.values() if len(set(one.division.ranks)) > 1}
            for interval in dict.fromkeys((every, 1 + shares % every)):
                found = recorded(network, steps, shares, shares == 2, ranks, interval)
                everybody = ranks.comm.gather(found)
                if alone is not None:
                    told = f"{shares} shares a rank of {network!r}, parts {parts}, every {interval} of {every} steps"
                    assert all(one == alone for one in everybody), told
    assert cut, "no group was cut"
    assert learning == {"chip", "lava", "float"}, f"ranks divided connections that learn under {learning}"
    assert shared, "ranks divided no convolution that learns"
    assert late, "spikes were exchanged in every step"


def column(least: int = 0, seed: int = 3) -> Any:
    """A network with a group of several blocks, small ones, delays, noise, both kinds of inputs, probes.

    Delays are at least so long; if they may be 0, a connection learns and a population is seen as on a chip.
    """
    import numpy as np

    from loihi_emu import LearningRule, Network, Noise, Trace, fixed_in_degree, normal, uniform

    rng = np.random.default_rng(seed)
    net, n = Network(seed=seed), 2100
    cells = net.population("cells", n, du=900, dv=300, vth=120, bias=rng.integers(0, 90, n), refractory=2)
    few = net.population("few", 60, dv=100, vth=90, noise=Noise("v", 9))
    taught = net.population("taught", 40, dv=200, vth=60)
    drive, events = net.input("drive", 500, rate=0.05), net.input("events", 20, spikes=([2, 9, 30], [0, 7, 19]))
    k = 5 * n
    loop = (rng.integers(0, n, k), rng.integers(0, n, k), rng.integers(-60, 70, k) // 2 * 2)
    net.connect(cells, cells, loop, delays=least + rng.integers(0, 7, k), name="loop")
    net.connect(drive, cells, (rng.integers(0, 500, k), rng.integers(0, n, k), rng.integers(0, 90, k)))
    net.connect(cells, few, rng.integers(0, 3, (60, n)), delays=least + 2, name="dense")
    net.connect(few, cells, (rng.integers(0, 60, k), rng.integers(0, n, k), rng.integers(0, 90, k)), delays=least)
    net.connect(few, few, rng.integers(-40, 40, (60, 60)) // 2 * 2, name="near")
    net.connect(
        cells, cells, weights=normal(20, 9, low=1, high=90), synapses=fixed_in_degree(8),
        delays=uniform(least, 5 + least), name="drawn",
    )  # fmt: skip
    net.connect(events, few, rng.integers(0, 200, (60, 20)))
    rule = LearningRule("2^-4*x1*y0 - 2^-4*y1*x0", x1=Trace(16, 10), y1=Trace(16, 10), t_epoch=3)
    learning = {} if least else {"learning": rule}
    net.connect(few, taught, rng.integers(20, 80, (40, 60)), delays=least, name="learns", **learning)
    net.probe(cells, "spikes")
    net.probe(cells, ["u", "v"], every=4, neurons=[0, 5, 1500, 2099])
    net.probe(few, ["spikes", "u"])
    net.probe(taught, ["spikes", "u"])
    if not least:
        net.probe(few, "v", view="chip")
        net.probe("learns", ["weights", "x1"], every=5)
    net.probe(drive)
    return net


def everything(emulator: Any) -> dict[str, Any]:
    """All that can be seen of an emulator, as plain values."""
    from sharing import plain

    recording = emulator.recording
    found = {name: plain(recording[name]) for name in recording.names}
    found |= {"stats": recording.stats, "step": emulator.step + 0, "start": recording.start}
    for node in ("cells", "few", "taught"):
        found |= {f"{node} {name}": emulator.get(node, name).tolist() for name in ("u", "v", "vth")}
    kept = ("weights",) if emulator.network.connections["learns"].learning is None else ("weights", "x1", "y1")
    return found | {f"learns {name}": emulator.get("learns", name).tolist() for name in kept}


def use(emulator: Any, folder: Path, name: str) -> list[Any]:
    """All that an emulator can do, and what is seen of it in between."""
    import numpy as np

    seen = []
    for steps in (0, 1, 16, 8):
        emulator.run(steps)
    for events in ([3, 9], []):
        step = emulator.step({"events": events})
        seen.append({name: values.tolist() for name, values in step.items()})
    seen.append(everything(emulator))
    emulator.set("cells", "v", np.arange(2100) % 100)
    emulator.set("few", "vth", np.arange(60) + 60)
    emulator.set("loop", "weights", emulator.get("loop", "weights") // 2)
    emulator.set("learns", "weights", np.full((40, 60), 64))
    emulator.set_input("drive", rate=np.linspace(0, 0.1, 500))
    emulator.set_input("events", spikes=([27, 28, 40], [3, 4, 5]), payloads=[1, 2, 3])
    seen.append(everything(emulator))
    state = emulator.save(folder / f"{name}.npz")
    emulator.run(20)
    seen.append(everything(emulator))
    emulator.restore(state)
    emulator.run(20)
    seen.append(everything(emulator))
    samples = emulator.run_samples(9, {"events": [([0, 3], [1, 2]), ([5], [6])], "drive": np.full((2, 500), 0.1)})
    seen += [samples.spike_counts("cells").tolist(), samples.sample(1).stats["spikes"], everything(emulator)]
    emulator.run(7, to=folder / f"{name}.rec")
    emulator.run(5, to=folder / f"{name}.rec")
    seen.append(everything(emulator))
    emulator.forget()
    emulator.reset()
    return [*seen, everything(emulator)]


def calls(folder: Path, ranks: Any, least: int = 0, every: int | None = None) -> None:
    """Everything that an emulator can do; and checkpoints and files of one process and of several."""
    from loihi_emu import Emulator, Recording

    alone = use(Emulator(column(least)), folder, f"{ranks.size} alone, {ranks.rank}")
    emulator = Emulator(column(least), comm="world", exchange_every=every)
    assert emulator.exchange_every == (every or least + 1)
    found = use(emulator, folder, f"{ranks.size} ranks")
    for k, (one, other) in enumerate(zip(alone, found, strict=True)):
        if isinstance(one, dict):
            assert {name: value == other[name] for name, value in one.items()} == dict.fromkeys(one, True), k
        assert one == other, k
    of_one, of_all = folder / f"{ranks.size} alone, 0.npz", folder / f"{ranks.size} ranks.npz"
    one, other = (Recording.load(path.with_suffix(".rec")) for path in (of_one, of_all))
    assert one.spikes("cells").times.tolist() == other.spikes("cells").times.tolist() and one.steps == 12
    several = Emulator(column(least), comm="world")
    several.restore(of_one)
    single = Emulator(column(least))
    single.restore(of_all)
    third = Emulator(column(least), comm="world", threads=2)
    third.restore(folder / "2 ranks.npz")  # also on another number of ranks
    for emulator in (several, single, third):
        emulator.run(20)
    assert everything(several) == everything(single) == everything(third)


def calls_later(folder: Path, ranks: Any) -> None:
    """The same where delays let ranks exchange spikes after four steps, or after three."""
    calls(folder, ranks, 3, 3 if ranks.size == 2 else None)


def small(seed: int = 1, weight: int = 20, degree: int = 3) -> Any:
    """A network of a few neurons."""
    from loihi_emu import Network, fixed_in_degree

    net = Network("small", seed=seed)
    cells = net.population("cells", 50, dv=100, vth=30, bias=20)
    net.connect(net.input("drive", 4, rate=0.3), cells, [[weight] * 4] * 50, name="w")
    net.connect(cells, cells, weights=9, synapses=fixed_in_degree(degree), name="drawn")
    net.probe(cells)
    return net


def raised(action: Any) -> str:
    """What an action raises, as text."""
    try:
        action()
    except (Exception, KeyboardInterrupt) as problem:
        return f"{type(problem).__name__}: {problem}"
    return "nothing"


def wrong(folder: Path, ranks: Any) -> None:
    """Ranks that do different things, or of which one fails: each raises an error, and all can go on."""
    import signal

    import numpy as np

    from loihi_emu import Emulator
    from loihi_emu.image import sizes
    from loihi_emu.memory import room
    from loihi_emu.memory.free import Free

    me = ranks.rank
    told = raised(lambda: Emulator(small(seed=1 + (me == 1)), comm="world"))
    assert told.startswith('SimulationError: Emulator(network "small"): other on rank 1 than on rank 0: network'), told
    told = raised(lambda: Emulator(small(weight=20 + (me == 1)), comm="world"))
    assert 'than on rank 0: connection "w"' in told, told
    told = raised(lambda: Emulator(small(degree=3 + (me == 1)), comm="world"))
    assert 'than on rank 0: connection "drawn"' in told, told
    told = raised(lambda: Emulator(small(), comm="world", overflow=("chip", "warn")[me % 2]))
    assert "than on rank 0: overflow=" in told, told
    told = raised(lambda: Emulator(column(2), comm="world", exchange_every=4))
    begin = "ValidationError: Emulator, exchange_every: got 4, allowed is up to 3 steps with this network. Connection "
    assert told.startswith(begin) and "has delays of 2" in told, told

    sizes.LARGE = room.LARGE = 1  # so small a network is looked at
    free_memory = room.free_memory
    room.free_memory = lambda: Free(10**4 if me == 1 else 10**15, "a test")
    told = raised(lambda: Emulator(small(), comm="world"))
    assert told.startswith("OutOfMemoryError" if me == 1 else "SimulationError: Emulator(): rank 1 failed with Out"), (
        told
    )
    assert "other ranks on this machine" in told, told
    sizes.LARGE = room.LARGE = 1 << 26
    room.free_memory = free_memory

    emulator = Emulator(small(), comm="world")
    told = raised(lambda: emulator.run(10 + (me == 1)))
    assert told.startswith("SimulationError: the ranks do different things: rank") and "run(11)" in told, told
    told = raised(lambda: emulator.run(5) if me else emulator.get("cells", "v"))
    assert "run(5)" in told and "get('cells', 'v')" in told, told
    told = raised(lambda: emulator.set("cells", "v", np.full(50, me)))
    assert told.startswith("SimulationError: set('cells', 'v', <array (50,)>): given other values"), told
    told = raised(lambda: emulator.run(3, to=folder / "nowhere" / "run.rec"))
    assert told.startswith("SimulationError: " if me else "ValidationError: ") and "no folder" in told, told
    told = raised(lambda: emulator.save(folder / "nowhere" / "state"))
    assert told.startswith("SimulationError: save(" if me else "ValidationError: "), told
    told = raised(lambda: emulator.run(-1))
    assert told.startswith("ValidationError"), told

    if me == 1:
        signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGINT))
        signal.setitimer(signal.ITIMER_REAL, 0.3)
    told = raised(lambda: emulator.run(10**9))
    assert told == "KeyboardInterrupt: ", told
    steps = ranks.comm.allgather(emulator.step + 0)
    assert steps == steps[:1] * len(steps) and steps[0] > 0

    found = []

    def inside(*_: Any) -> None:
        if ranks.busy:
            found.append(raised(lambda: emulator.get("cells", "v")))
        else:  # between two calls, where it would be one that this rank makes alone
            signal.setitimer(signal.ITIMER_REAL, 0.003)

    if me == 1:
        signal.signal(signal.SIGALRM, inside)
        signal.setitimer(signal.ITIMER_REAL, 0.1)
    emulator.reset()
    while emulator.step < 1000 or not ranks.comm.bcast(bool(found), 1):
        emulator.run(1000)
    assert me != 1 or "called from inside another call" in found[0], found
    one = Emulator(small())
    one.run(emulator.step + 0)
    assert one.recording.spikes("cells").times.tolist() == emulator.recording.spikes("cells").times.tolist()


def ends_early(folder: Path, ranks: Any) -> None:
    """One rank ends its program where the others run on."""
    from loihi_emu import Emulator

    emulator = Emulator(small(), comm="world")
    if ranks.rank != 1:
        emulator.run(10)


def raises(folder: Path, ranks: Any) -> None:
    """An error on one rank that nobody catches, while the others run."""
    from loihi_emu import Emulator

    emulator = Emulator(small(), comm="world")
    if ranks.rank == 1:
        raise ValueError("bad luck on one rank")
    emulator.run(10**9)


def raises_alone(folder: Path, ranks: Any) -> None:
    """An error on one rank, while the others are busy with something else for long."""
    import time

    if ranks.rank == 1:
        raise ValueError("bad luck on one rank")
    time.sleep(60)


def is_killed(folder: Path, ranks: Any) -> None:
    """One rank is killed in the middle of a run that is written to a file."""
    import signal

    from loihi_emu import Emulator

    emulator = Emulator(small(), comm="world")
    emulator.run(100)
    emulator.save(folder / "state")
    if ranks.rank == 1:
        signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        signal.setitimer(signal.ITIMER_REAL, 1.6)
    emulator.run(10**9, to=folder / "run.rec")


_ALL = (networks, calls, calls_later, wrong, ends_early, raises, raises_alone, is_killed)
PROGRAMS = {one.__name__: one for one in _ALL}


def main(program: str, folder: str) -> None:
    from loihi_emu.ranks.ending import ranks_of

    ranks = ranks_of("test", "world")
    PROGRAMS[program](Path(folder), ranks)
    os.write(1, b"well\n")  # in one piece


if __name__ == "__main__":
    sys.path.append(str(Path(__file__).resolve().parents[2]))  # a checkout
    main(*sys.argv[1:])
