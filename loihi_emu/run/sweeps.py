"""Whole experiments for many parameters: one function call each, side by side, with the results in order."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import product
from typing import Any

import numpy as np

from loihi_emu.errors import SimulationError, ValidationError, brief, invalid, is_known, shown_of, unknown
from loihi_emu.keywords import known_keywords, known_keywords_of
from loihi_emu.numeric import integer
from loihi_emu.read_only import read_only
from loihi_emu.run.executors import Executor, check_executor, in_executor
from loihi_emu.run.progress import Progress, wanted
from loihi_emu.run.tasks import Failure, sendable, with_cause
from loihi_emu.run.workers import in_processes, may_fork, workers_of

WAYS = ("raise", "keep")
SEED_BITS = 63
"""Seeds of networks are below 2^63."""
Call = tuple[tuple[Any, ...], dict[str, Any]]


@known_keywords_of
@read_only("parameters", "results", "errors", "shape")
class Sweep:
    """What :func:`sweep` found: parameters and results, one after the other.

    ``for parameters, result in found`` takes both; ``found[k]`` is one result.

    Attributes
    ----------
    parameters : list
        Of each run: a dict, or what stood in the list that was given.
    results : list
        What the function returned; None where it failed.
    errors : dict
        Number of a run to the error that it raised, under ``errors="keep"``.
    shape : tuple of int
        Of the grid, an axis for each parameter: ``np.reshape(found.results, found.shape)``; of a list its length.
    """

    def __init__(
        self, parameters: list[Any], results: list[Any], errors: dict[int, BaseException], shape: tuple[int, ...]
    ) -> None:
        self.parameters, self.results, self.errors, self.shape = parameters, results, errors, shape

    def __len__(self) -> int:
        return len(self.results)

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        return iter(zip(self.parameters, self.results, strict=True))

    def __getitem__(self, k: int) -> Any:
        return self.results[k]

    def table(self) -> dict[str, list[Any]]:
        """Columns by name: parameters, then what the results are (of dicts their entries, else "result").

        ``pandas.DataFrame(found.table())`` makes a data frame of it. What a run does not have is None.

        Examples
        --------
        >>> from loihi_emu import sweep
        >>> sweep(lambda a, b: {"sum": a + b}, {"a": [1, 2], "b": [10, 20]}).table()
        {'a': [1, 1, 2, 2], 'b': [10, 20, 10, 20], 'sum': [11, 21, 12, 22]}
        """
        rows = [
            _named(given, "parameter") | ({} if k in self.errors else _named(result, "result"))
            for k, (given, result) in enumerate(self)
        ]
        names = dict.fromkeys(name for row in rows for name in row)
        return {name: [row.get(name) for row in rows] for name in names}

    def __repr__(self) -> str:
        failed = f", {len(self.errors)} failed" if self.errors else ""
        return f"<Sweep: {len(self)} runs{failed}>"


@known_keywords
def sweep(
    function: Callable[..., Any],
    parameters: Mapping[str, Any] | Iterable[Any],
    *,
    workers: int | str = 1,
    executor: Executor | None = None,
    seed: int | None = None,
    errors: str = "raise",
    progress: bool | None = None,
) -> Sweep:
    """Call a function for many parameters, in several processes, and return all results in order.

    Parameters
    ----------
    function : callable
        Makes, runs and evaluates an experiment, and returns something small: numbers, a dict of them, an array.
    parameters : dict or list
        A dict of lists is a grid: all combinations, of which the last name varies fastest. A list has one entry for
        each run: a dict is given as keywords (``function(**entry)``; whole to a function of one argument of another
        name), anything else as it is (``function(entry)``).
    workers : int or "auto"
        Processes; "auto": as many as there are processors. 1 calls the function in this process. Where it is safe
        (Linux, no other threads) workers are copies of this process, and the function may be anything; elsewhere it
        comes from a module, or ``cloudpickle`` is installed.
    executor : object, optional
        What calls the function instead: an executor of ``concurrent.futures``, ``mpi4py.futures`` or dask
        (``client.get_executor()``). It stays open.
    seed : int, optional
        0 or more. Gives each run a seed of its own, as the keyword "seed": run k has the first 63 bits of
        ``numpy.random.SeedSequence(seed, spawn_key=(k,))``, whoever runs it.
    errors : {"raise", "keep"}
        What to do when the function fails: stop all and raise, or go on and keep the error.
    progress : bool, optional
        Show a progress bar on stderr; by default on a terminal and in notebooks, when it takes longer than about 2 s.

    Returns
    -------
    Sweep

    Raises
    ------
    ValidationError
        Parameters that the function does not take, before the first run.
    SimulationError
        A run failed: the text has its parameters, ``__cause__`` the error. Or a worker was killed.

    Examples
    --------
    >>> from loihi_emu import Emulator, Network, sweep
    >>> def spikes(vth, seed):
    ...     net = Network(seed=seed)
    ...     cells = net.population("cells", 10, vth=vth, bias=100)
    ...     net.probe(cells)
    ...     return len(Emulator(net).run(20).spikes(cells))
    >>> sweep(spikes, {"vth": [5, 20, 80]}, seed=7).results
    [50, 10, 0]
    """
    where = "sweep"
    if not callable(function):
        raise invalid(where, "function", repr(function), "something that can be called with the parameters")
    if not is_known(errors, WAYS):
        raise unknown("way to treat errors", errors, WAYS, where=where)
    crew, shown = workers_of(where, workers), wanted(where, progress)
    if executor is not None:
        check_executor(where, executor)
    entries, shape = _entries(parameters)
    if seed is not None:
        start = integer(where, "seed", seed, 0, 1 << 256)
        entries = [_seeded(entry, seed_of(start, k)) for k, entry in enumerate(entries)]
    calls = _calls(function, entries, whole=seed is None and not isinstance(parameters, Mapping))
    run = _Run(function, keep=errors == "keep")
    if executor is not None:
        found = in_executor(run, calls, executor, where)
    elif min(crew, len(calls)) > 1:
        found = in_processes(run, calls, crew, where, may_fork(), _failure if run.keep else None)
    else:
        found = _here(run, calls)
    results, failed, begin = [], {}, time.monotonic()
    with closing(found), Progress(len(calls), shown, "run") as bar:
        try:
            for k, (result, error) in enumerate(found):
                results.append(result)
                if error is not None:
                    failed[k] = with_cause(error)
                bar.advance(1, (time.monotonic() - begin) / (k + 1))
        except Failure as failure:
            k, error = failure.number, failure.error
            told = f"{error}" if isinstance(error, SimulationError) else f"{type(error).__name__}: {error}"
            text = f"sweep, run {k} of {len(calls)}, {_shown(entries[k])}: {told}"
            raise SimulationError(text) from error
    return Sweep([_plain(entry) for entry in entries], results, failed, shape)


def seed_of(seed: int, k: int) -> int:
    """The seed of run k.

    Examples
    --------
    >>> seed_of(7, 0) != seed_of(7, 1), seed_of(7, 1) == seed_of(7, 1)
    (True, True)
    """
    word = np.random.SeedSequence(seed, spawn_key=(k,)).generate_state(1, np.uint64)[0]
    return int(word) >> (64 - SEED_BITS)


class _Seeded(tuple[Any, int]):
    """An entry that is no dict, with the seed of its run."""

    __slots__ = ()


class _Run:
    """One call of the function; errors are kept where that is wanted."""

    def __init__(self, function: Callable[..., Any], keep: bool) -> None:
        self.function = self.__wrapped__ = function
        self.keep = keep

    def __call__(self, call: Call) -> tuple[Any, BaseException | None]:
        arguments, keywords = call
        if not self.keep:
            return self.function(*arguments, **keywords), None
        try:
            return self.function(*arguments, **keywords), None
        except (Exception, SystemExit) as error:
            return None, sendable(error)


def _failure(error: BaseException) -> tuple[Any, BaseException | None]:
    """What a run gives that failed where its function cannot tell: its worker ended, or nothing can be sent back."""
    return None, error


def _here(run: _Run, calls: Sequence[Call]) -> Generator[Any, None, None]:
    for k, call in enumerate(calls):
        try:
            result = run(call)
        except Exception as error:
            raise Failure(k, error) from None
        yield result


def _entries(parameters: Any) -> tuple[list[Any], tuple[int, ...]]:
    """One entry for each run, and the shape of the grid."""
    if hasattr(parameters, "columns") and hasattr(parameters, "to_dict"):  # a data frame
        parameters = parameters.to_dict("records")
    if isinstance(parameters, Mapping):
        axes = {_name(name): _values(name, values) for name, values in parameters.items()}
        if not axes:
            raise invalid("sweep", "parameters", "none", 'a dict of lists such as {"vth": [100, 200]}, or a list')
        entries = [dict(zip(axes, values, strict=True)) for values in product(*axes.values())]
        return entries, tuple(len(values) for values in axes.values())
    if isinstance(parameters, (str, bytes)) or not isinstance(parameters, Iterable):
        raise invalid("sweep", "parameters", repr(parameters), 'a dict of lists such as {"vth": [100, 200]}, or a list')
    entries = [dict(entry) if isinstance(entry, Mapping) else entry for entry in parameters]
    if not entries:
        raise invalid("sweep", "parameters", "an empty list", "an entry for each run")
    return entries, (len(entries),)


def _name(name: Any) -> str:
    if not isinstance(name, str):
        raise invalid("sweep", "parameters", f"the key {name!r}", "names of the function's arguments")
    return name


def _values(name: str, values: Any) -> list[Any]:
    """The values of an axis of a grid; what is no list is one value."""
    if isinstance(values, np.ndarray) and values.ndim:
        values = values.tolist() if values.ndim == 1 else list(values)
    if not isinstance(values, (list, tuple, range)):
        return [values]
    if not values:
        raise invalid("sweep", f"parameters, {name}", "no value", "a value for each run, or one for all")
    return list(values)


def _seeded(entry: Any, seed: int) -> Any:
    if not isinstance(entry, dict):
        return _Seeded((entry, seed))
    if "seed" in entry:
        advice = "Without seed= the function gets those of the parameters."
        raise invalid("sweep", "seed", "a seed beside parameters that have some", "one of them", advice=advice)
    return entry | {"seed": seed}


def _plain(entry: Any) -> Any:
    return entry[0] if isinstance(entry, _Seeded) else entry


def _calls(function: Callable[..., Any], entries: list[Any], whole: bool) -> list[Call]:
    """Arguments of each run; an error if the function does not take them. `whole`: perhaps one dict."""
    try:
        signature: inspect.Signature | None = inspect.signature(function)
    except (TypeError, ValueError):  # of something compiled
        signature = None
    calls: list[Call] = []
    for k, entry in enumerate(entries):
        call: Call = ((), entry) if isinstance(entry, dict) else ((entry,), {})
        if isinstance(entry, _Seeded):
            call = (entry[0],), {"seed": entry[1]}
        problem = _misfit(signature, call)
        if problem and whole and isinstance(entry, dict) and signature is not None and len(signature.parameters) == 1:
            call = (entry,), {}  # a function of one dict
            problem = _misfit(signature, call)
        if problem:
            raise ValidationError(
                f"sweep, run {k}, {_shown(entry)}: the function, {_called(function)}{signature}, does not take that: "
                f"{problem}.",
                where="sweep", name="parameters",
            )  # fmt: skip
        calls.append(call)
    return calls


def _misfit(signature: inspect.Signature | None, call: Call) -> str:
    try:
        if signature is not None:
            signature.bind(*call[0], **call[1])
    except TypeError as problem:
        return str(problem)
    return ""


def _called(function: Callable[..., Any]) -> str:
    return str(getattr(function, "__name__", type(function).__name__))


def _shown(entry: Any) -> str:
    if isinstance(entry, dict):
        return ", ".join(f"{name}={brief(shown_of(value))}" for name, value in entry.items()) or "no parameters"
    if isinstance(entry, _Seeded):
        return f"{brief(shown_of(entry[0]))}, seed={entry[1]}"
    return brief(shown_of(entry))


def _named(value: Any, name: str) -> dict[str, Any]:
    return {str(key): entry for key, entry in value.items()} if isinstance(value, Mapping) else {name: value}
