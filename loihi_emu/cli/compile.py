"""The command ``compile``: machine code made beforehand, on all cores, for every network or for one."""

from __future__ import annotations

import argparse
import hashlib
import time
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import TYPE_CHECKING, Any

from loihi_emu.errors import invalid

if TYPE_CHECKING:
    from loihi_emu.jit import Leaf
    from loihi_emu.jit.helpers import Task


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("file", type=Path, nargs="?", help="a network written by Network.save; default: all kernels")


def run(options: argparse.Namespace) -> int:
    """Compile what is not in the cache, say what was done, and return the exit status.

    Raises
    ------
    ValidationError
        No such file, or one that holds no network.
    """
    from loihi_emu.jit import COMPILED, beforehand, cache_folder

    tasks = everything() if options.file is None else of_network(options.file)
    if not COMPILED:
        print("NUMBA_DISABLE_JIT is set: kernels run as plain Python, and nothing is compiled.")
        return 0
    begin = time.monotonic()
    compiled, there = beforehand(tasks, tell=True)
    took = f" in {time.monotonic() - begin:.0f} s" if compiled else ""
    print(f"{compiled} kernels compiled{took}, {there} were there; in {cache_folder()}")
    return 0


def everything() -> list[Task]:
    """All leaves, what Python calls to run them, and what places networks."""
    return [*leaves(), LOOP, TAKES, PLACING]


def leaves() -> list[Leaf]:
    """All leaves, of the emulator, of all rule sets and of Lava programs.

    Examples
    --------
    >>> "dense.step" in {leaf.name for leaf in leaves()}
    True
    """
    from loihi_emu import models, rules
    from loihi_emu.jit import Leaf

    found_in = [info.name for info in walk_packages(models.__path__, f"{models.__name__}.")]
    found_in += [module for name in rules.names() for module in rules.find(name).leaves]
    modules = [import_module(name) for name in found_in]
    found = [value for module in modules for value in vars(module).values() if isinstance(value, Leaf)]
    return list(dict.fromkeys(found))


def of_network(path: Path) -> list[Task]:
    """What a saved network runs on."""
    from loihi_emu.image.build import Image
    from loihi_emu.jit import named
    from loihi_emu.network.network import Network

    if path.suffix == ".py":
        allowed = "a network written by Network.save; without a file all kernels are compiled, a script's too"
        raise invalid("compile", "file", f"the script {path}", allowed)
    network = Network.load(path)
    with named() as found:
        Image(network)
    sends = [TAKES] if any(node.rate is None for node in network.inputs.values()) else []
    return [*dict.fromkeys(found), LOOP, *sends]


class _Entry:
    """A function that Python calls with the address of a record and a number."""

    size = 1000

    def __init__(self, module: str, function: str, task: str) -> None:
        self.name, self.full_name = f"{module}.{function}", f"{__name__}:{task}"

    def there(self) -> bool:
        from loihi_emu.jit import cache
        from loihi_emu.jit.leaves import TWO_NUMBERS

        return cache.exists(self._function().py_func, TWO_NUMBERS)

    def compile(self) -> None:
        from loihi_emu.jit import directly

        directly(self._function())

    def _function(self) -> Any:
        module, _, function = self.name.partition(".")
        return getattr(import_module(f"loihi_emu.models.{module}"), function)


class _Placing:
    """What places networks: compiled by placing small ones with each kind of synapses."""

    name = "placing"
    full_name = f"{__name__}:PLACING"
    size = 40_000

    def there(self) -> bool:
        from loihi_emu.jit import store

        return store.exists(self._mark())

    def compile(self) -> None:
        from loihi_emu.jit import store

        for kind in ("sparse", "dense"):
            for strategy in ("greedy", "traffic"):
                _small(kind).place(strategy=strategy)
        store.write(self._mark(), b"")

    def _mark(self) -> str:
        """Name of an empty file that says that it was done, for these kernels."""
        from loihi_emu import mapping
        from loihi_emu.jit import cache

        words = hashlib.sha256()
        for info in walk_packages(mapping.__path__, f"{mapping.__name__}."):
            if info.name.endswith("kernels"):
                for value in vars(import_module(info.name)).values():
                    if hasattr(value, "py_func"):
                        words.update(cache.file_name(value.py_func, "").encode())
        return f"{self.name}-{words.hexdigest()[:32]}"


def _small(kind: str) -> Any:
    """A network with two populations too large for one core."""
    import numpy as np

    from loihi_emu.network.network import Network

    net, rng = Network("small"), np.random.default_rng(0)
    source = net.input("source", 40, rate=0.1)
    cells, others = net.population("cells", 1100, vth=9), net.population("others", 90, vth=9)
    for pre, post in ((source, cells), (cells, others), (others, cells)):
        weights = rng.integers(1, 9, (post.size, pre.size)) * (rng.random((post.size, pre.size)) < 0.2)
        net.connect(pre, post, weights, kind=kind)
    return net


LOOP, TAKES, PLACING = _Entry("loop", "run", "LOOP"), _Entry("inputs", "takes", "TAKES"), _Placing()


def compile_all() -> None:
    """Compile everything that is not in the cache, without a word."""
    from loihi_emu.jit import COMPILED, beforehand

    if COMPILED:
        beforehand(everything(), tell=False)
