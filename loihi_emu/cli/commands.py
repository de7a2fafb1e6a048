"""The command line: demo, validate, bench, chip, run, map, compile."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from loihi_emu._version import __version__
from loihi_emu.cli import compile as cli_compile
from loihi_emu.cli import map as cli_map
from loihi_emu.cli import run as cli_run
from loihi_emu.errors import LoihiEmuError, UnsupportedError

INTERRUPTED = 130
"""Exit status after Ctrl-C: a shell's."""
SILICON = (
    ("du", 4096, "decay of u in 1/4096; Lava's du is one less"),
    ("dv", 163, "decay of v in 1/4096"),
    ("vth", 25, "mantissa of the threshold"),
    ("weight", 10, "mantissa of the weight"),
    ("refractory", 1, "refractory period in steps"),
)
"""The neuron of a chip's recording: those of neuromorphs/NIR, paper/01_lif, unless they are given."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status.

    Examples
    --------
    >>> main(["chip", "loihi1"])  # doctest: +ELLIPSIS
    Loihi 1...
    0
    """
    parser = _parser()
    options, others = parser.parse_known_args(arguments)
    if options.command is _bench:
        options.arguments = others  # which the benchmarks know
    elif others:
        parser.error(f"unrecognized arguments: {' '.join(others)}")
    try:
        return int(options.command(options))
    except LoihiEmuError as problem:
        print(f"loihi_emu: {problem}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="loihi_emu", description="An emulator of Intel's Loihi chips.")
    parser.add_argument("--version", action="version", version=f"loihi_emu {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", help="handwritten digits on the emulated chip, or a cortical column")
    demo.add_argument(
        "what", nargs="?", default="digits", choices=("digits", "learning", "column"),
        help="digits: a trained network (default); learning: STDP from random weights, without labels; column: the "
        "cortical microcircuit of Potjans and Diesmann, scaled to this machine",
    )  # fmt: skip
    demo.add_argument("--out", type=Path, default=Path("demo-output"), help="folder for the pictures")
    demo.add_argument("--images", type=int, default=None, help="only the first so many test images")
    size = demo.add_mutually_exclusive_group()
    size.add_argument("--full", action="store_true", help="column: all 77 169 neurons and 299 million synapses")
    size.add_argument("--scale", type=float, default=None, help="column: this part of its neurons (0.01 .. 1)")
    demo.add_argument("--ms", type=float, default=None, help="column: biological time (default 1000)")
    demo.add_argument("--threads", default=None, help='column: a number, or "auto" (default)')
    demo.set_defaults(command=_demo)

    validate = commands.add_parser("validate", help="replay recordings of other emulators and count differences")
    validate.add_argument("--golden", type=Path, default=None, help="folder with brian2_loihi/ and nengo_loihi/")
    validate.add_argument("--oracle", action="store_true", help="check the slow plain-Python oracle instead")
    validate.add_argument(
        "--silicon", type=Path, default=None, metavar="FILE",
        help="replay a chip's recording of one neuron: a CSV of input, v and spike of each step",
    )  # fmt: skip
    for name, value, text in SILICON:
        validate.add_argument(f"--{name}", type=int, default=value, help=f"with --silicon: {text} (default {value})")
    validate.set_defaults(command=_validate)

    bench = commands.add_parser("bench", help="measure speed beside hand-written C, in a clone", add_help=False)
    bench.set_defaults(command=_bench)

    chip = commands.add_parser("chip", help="describe a chip, every fact with its source")
    chip.add_argument("name", nargs="?", default="loihi1", choices=("loihi1", "loihi2"))
    chip.set_defaults(command=_chip)

    ran = commands.add_parser("run", help="run a saved network; under mpiexec on all ranks together")
    cli_run.add_arguments(ran)
    ran.set_defaults(command=cli_run.run)

    mapped = commands.add_parser("map", help="place a saved network or a Lava script on virtual chips and cores")
    cli_map.add_arguments(mapped)
    mapped.set_defaults(command=cli_map.run)

    compiled = commands.add_parser("compile", help="make the machine code of kernels beforehand, on all cores")
    cli_compile.add_arguments(compiled)
    compiled.set_defaults(command=cli_compile.run)
    return parser


def _demo(options: argparse.Namespace) -> int:
    of_columns = {"--full": options.full or None, "--scale": options.scale, "--ms": options.ms}
    others = {"--images": options.images} if options.what == "column" else of_columns | {"--threads": options.threads}
    for name, value in others.items():
        if value is not None:
            what = "digits and learning" if options.what == "column" else "column"
            raise UnsupportedError(f"demo {options.what}: {name} is an option of {what}")
    if options.what == "learning":
        from loihi_emu.demo.learning_run import run_learning

        run_learning(options.out, images=options.images)
        return 0
    if options.what == "column":
        from loihi_emu.demo.column_run import run_column

        threads = "auto" if options.threads is None else options.threads
        ms = 1000.0 if options.ms is None else options.ms
        scale = 1.0 if options.full else options.scale
        run_column(options.out, scale, ms, int(threads) if threads.isdecimal() else threads)
        return 0
    from loihi_emu.demo.run import run_demo

    run_demo(options.out, images=options.images)
    return 0


def _validate(options: argparse.Namespace) -> int:
    if options.silicon is not None:
        from loihi_emu.validation.silicon import replay_silicon

        return replay_silicon(options.silicon, **{name: getattr(options, name) for name, _, _ in SILICON})
    from loihi_emu.validation.report import validate

    return validate(options.golden, oracle=options.oracle)


def _bench(options: argparse.Namespace) -> int:
    """Hand over to the benchmarks, which are part of the source and not of what is installed."""
    for folder in (Path.cwd(), Path(__file__).resolve().parent.parent):
        if (folder / "benchmarks" / "command.py").is_file():
            sys.path.append(str(folder))
            return int(import_module("benchmarks.command").main(options.arguments))
    raise UnsupportedError("bench: the benchmarks are not installed; run this in a clone of the source (benchmarks/)")


def _chip(options: argparse.Namespace) -> int:
    from loihi_emu.chips.chip import LOIHI1, LOIHI2

    print((LOIHI1 if options.name == "loihi1" else LOIHI2).describe())
    return 0
