"""The validation table: every golden case replayed, values compared, differences."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from loihi_emu import Emulator
from loihi_emu.arithmetic import decay, wrap
from loihi_emu.errors import LoihiEmuError, invalid
from loihi_emu.numeric import integer
from loihi_emu.quantization.integers import bias_mantissa_exponent
from loihi_emu.quantization.nengo import nengo_weights
from loihi_emu.rules import find
from loihi_emu.validation import (
    golden,
    golden_brian2,
    golden_lava,
    golden_nengo,
    golden_tables,
    oracle_arithmetic,
    oracle_synapses,
)
from loihi_emu.validation.oracle import Oracle
from loihi_emu.validation.peers.nengo_loihi import oracle as nengo_oracle
from loihi_emu.widths import DECAY_UNITY

Comparison = golden.Comparison
BUILDERS: dict[str, Callable[[Any, Any], golden.Replay]] = {
    "brian2_loihi": golden_brian2.brian2_network,
    "nengo_loihi": golden_nengo.nengo_network,
    "lava_lif": golden_lava.lava_network,
}
TABLES = ("weight_table", "tables")
MOST_STEPS = 1_000_000
"""Steps of a case, at most."""


def validate(folder: Path | None = None, *, oracle: bool = False) -> int:
    """Print the table; returns 0 when no value differs.

    Parameters
    ----------
    folder : Path, optional
        With some of the subfolders brian2_loihi, nengo_loihi and lava_lif; left out: the cases of the package.
    oracle : bool
        Run the plain-Python oracle instead of the emulator.

    Examples
    --------
    >>> validate()  # doctest: +SKIP
    """
    print(f"{'peer':14s} {'case':24s} {'values':>9s} {'differ':>7s} {'seconds':>8s}")
    compared = different = cases = 0
    begin = time.perf_counter()
    for peer, result in comparisons(folder, oracle=oracle):
        now = time.perf_counter()
        numbers = f"{result.compared:9d} {result.different:7d} {now - begin:8.2f}"
        print(f"{peer:14s} {result.name:24s} {numbers}  {result.first}".rstrip())
        cases, compared, different = cases + 1, compared + result.compared, different + result.different
        begin = time.perf_counter()
    who = "the oracle" if oracle else "the emulator"
    print(f"{cases} cases, {compared} values compared with {who}, {different} differ")
    return 1 if different or not cases else 0


def comparisons(folder: Path | None = None, *, oracle: bool = False) -> Iterator[tuple[str, Comparison]]:
    """Replay case by case. Statistical cases are left out."""
    root = golden.GOLDEN if folder is None else Path(folder).resolve()  # cases are looked up beside the package
    if not any((root / peer).is_dir() for peer in BUILDERS):
        raise invalid(str(root), "golden", "a folder without cases", f"one with subfolders {', '.join(BUILDERS)}")
    for peer, build in BUILDERS.items():
        for file in sorted((root / peer).glob("*.json")):
            case, arrays = golden.load(str(root / peer), file.stem)
            with _naming(file):
                results = list(_results(file.stem, build, case, arrays, oracle=oracle))
            for result in results:
                yield peer, result


def _results(
    name: str, build: Callable[[Any, Any], golden.Replay], case: Any, arrays: Any, *, oracle: bool
) -> Iterator[Comparison]:
    """The comparisons of one case."""
    if name in TABLES:
        yield from tables(name, arrays, oracle=oracle)
    elif replayable(case):
        yield replay(build(case, arrays), oracle=oracle)


@contextmanager
def _naming(file: Path) -> Iterator[None]:
    """Whatever a case of somebody else's lacks is one error that names its file."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, LoihiEmuError) as problem:
        given = f"a case that cannot be rebuilt ({type(problem).__name__}: {problem})"
        raise invalid(str(file), "", given, "a case as those of the package") from problem


def replayable(case: Any) -> bool:
    """Whether a case is recorded value by value."""
    return bool(case.get("kind") != "statistical")


def replay(case: golden.Replay, *, oracle: bool = False) -> Comparison:
    """Run one network and compare."""
    integer(case.name, "steps", case.steps, 0, MOST_STEPS)
    for key, rows in case.expected.items():
        if not key.endswith(".spikes") and len(rows) != case.steps:
            raise invalid(case.name, key, f"{len(rows)} rows", f"{case.steps}, one a step")
    if oracle:
        slow = Oracle(case.network)
        slow.run(case.steps)
        return golden.compare(case, golden.from_oracle(slow))
    return golden.compare(case, golden.from_recording(Emulator(case.network).run(case.steps)))


def tables(name: str, arrays: Any, *, oracle: bool = False) -> Iterator[Comparison]:
    """Compare single rules over their domain."""
    if name == "weight_table":
        yield golden_tables.weight_table(arrays, oracle_synapses.chip_weight if oracle else package_weight)
        return
    if oracle:
        yield golden_tables.decay_table(arrays, oracle_arithmetic.decay)
        yield golden_tables.wrap_table(arrays, oracle_arithmetic.wrap)
        yield golden_tables.discretize_table(arrays, nengo_oracle.nengo_weight)
        yield golden_tables.bias_table(arrays, nengo_oracle.nengo_bias)
    else:
        yield golden_tables.decay_table(arrays, lambda x, d: int(decay(np.int32(x), np.int16(DECAY_UNITY - d))))
        yield golden_tables.wrap_table(arrays, lambda x, bits: int(wrap(np.int32(x), np.int32(bits))))
        yield golden_tables.discretize_table(arrays, package_nengo_weight(arrays["w_float"]))
        yield golden_tables.bias_table(arrays, package_nengo_bias)


@cache
def _weights_of(bits: int, exp: int, sign_mode: str) -> dict[int, int]:
    mantissas = np.arange(-256, 256, dtype=np.int64)
    values = find("brian2_loihi").weights.effective(mantissas, sign_mode, bits, exp).values
    return dict(zip(mantissas.tolist(), (64 * values).tolist(), strict=True))


def package_weight(mantissa: int, bits: int, exp: int, sign_mode: str) -> int:
    """The package's effective weight, in units of u (all mantissas of a format are computed at once)."""
    return _weights_of(bits, exp, sign_mode)[mantissa]


def package_nengo_weight(weights: Any) -> Callable[[float, int, int, str], int]:
    """The package's version of nengo-loihi's rounding, in units of u, for these weights (computed at once)."""

    @cache
    def table(register: int, exp: int, sign_mode: Any) -> dict[float, int]:
        bits = (0, 1, 2, 3, 4, 5, 6, 8)[register]
        values = nengo_weights(weights, weight_bits=bits, weight_exp=exp, sign_mode=sign_mode)
        return dict(zip(weights.tolist(), np.asarray(values).tolist(), strict=True))

    return lambda weight, register, exp, sign_mode: table(register, exp, sign_mode)[weight]


def package_nengo_bias(bias: int) -> tuple[int, int]:
    """The package's version of nengo-loihi's bias."""
    mantissa, exponent = bias_mantissa_exponent(bias)
    return int(mantissa), int(exponent)
