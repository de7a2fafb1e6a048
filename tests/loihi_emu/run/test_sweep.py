"""Sweeps: a function for many parameters, by as many workers as one likes."""

import os
import pickle
import signal
import sys
import warnings
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest

from loihi_emu import Emulator, Network, SimulationError, UnsupportedError, ValidationError, sweep
from loihi_emu.run import sweeps, tasks, workers


def spikes(vth, seed, steps=40):
    net = Network(seed=seed)
    cells = net.population("cells", 10, vth=vth, bias=100)
    net.connect(net.input("noise", 10, rate=0.2), cells, np.eye(10, dtype=int) * 40)
    net.probe(cells)
    return len(Emulator(net).run(steps).spikes(cells))


def total(a, b=100):
    return a + b


def of_a_dict(settings):
    return sorted(settings)


def failing(k):
    if k == 3:
        raise KeyError("no such thing")
    return k


class Odd(Exception):
    """An error that cannot be sent."""

    def __init__(self, one, two):
        super().__init__(one)

    def __reduce__(self):
        raise TypeError("not to be sent")


def odd(k):
    raise Odd(k, 2)


def unsendable(k):
    return lambda: k


def killed(k):
    if k == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return k


def twice_wide(k):
    return sweep(failing, [k, k + 10], workers=2).results


class Immediate:
    """An executor that does what it is given at once."""

    def submit(self, function, *arguments):
        future = Future()
        future.set_result(function(*arguments))
        return future


EXECUTORS = {
    "processes": lambda: ProcessPoolExecutor(2, mp_context=get_context("fork" if sys.platform == "linux" else "spawn")),
    "threads": lambda: ThreadPoolExecutor(2),
    "one's own": Immediate,
}


@pytest.fixture
def fresh(monkeypatch):
    """Workers are fresh processes."""
    monkeypatch.setattr(sweeps, "may_fork", lambda: False)


def test_results_do_not_depend_on_the_workers():
    grid = {"vth": [20, 30, 60], "steps": (20, 40)}
    found = [sweep(spikes, grid, seed=5, workers=number) for number in (1, 2, 9)]
    assert found[0].results == found[1].results == found[2].results and len(set(found[0].results)) > 2
    assert found[0].shape == (3, 2) and [p["vth"] for p in found[0].parameters] == [20, 20, 30, 30, 60, 60]
    seeds = [p["seed"] for p in found[1].parameters]
    assert seeds == [sweeps.seed_of(5, k) for k in range(6)] and len(set(seeds)) == 6
    assert found[0].results[3] == spikes(30, seeds[3], 40)  # one of them by hand


def test_seeds_are_those_of_numpy():
    want = [int(np.random.SeedSequence(9, spawn_key=(k,)).generate_state(1, np.uint64)[0]) >> 1 for k in range(3)]
    assert [sweeps.seed_of(9, k) for k in range(3)] == want
    assert sweep(lambda x, seed: (x, seed), ["a", "b", "c"], seed=9).results == list(zip("abc", want, strict=True))


@pytest.mark.parametrize("number", [1, 2])
def test_forms_of_parameters(number):
    many = {"workers": number}
    assert sweep(total, {"a": range(3), "b": np.array([10, 20])}, **many).results == [10, 20, 11, 21, 12, 22]
    assert sweep(total, {"a": [1, 2], "b": 5}, **many).results == [6, 7]
    assert sweep(total, [{"a": 1}, {"a": 2, "b": 3}], **many).results == [101, 5]
    assert sweep(total, (k for k in (1, 2)), **many).results == [101, 102]
    assert sweep(of_a_dict, [{"x": 1, "y": 2}, {"z": 3}], **many).results == [["x", "y"], ["z"]]
    assert sweep(np.sqrt, [4.0, 9.0], **many).results == [2, 3]


def test_data_frames_go_in_and_come_out():
    pandas = pytest.importorskip("pandas") if "pandas" in sys.modules else None

    class Frame:  # of pandas, what is used
        columns = ("a", "b")

        def to_dict(self, orient):
            assert orient == "records"
            return [{"a": 1, "b": 2}, {"a": 3, "b": 4}]

    found = sweep(total, Frame() if pandas is None else pandas.DataFrame({"a": [1, 3], "b": [2, 4]}))
    assert found.table() == {"a": [1, 3], "b": [2, 4], "result": [3, 7]}


def test_tables():
    found = sweep(lambda a: {"half": a / 2} if a else {"none": True}, {"a": [2, 0]})
    assert found.table() == {"a": [2, 0], "half": [1.0, None], "none": [None, True]}
    assert sweep(str, [1, 2]).table() == {"parameter": [1, 2], "result": ["1", "2"]}
    assert list(found) == [({"a": 2}, {"half": 1.0}), ({"a": 0}, {"none": True})]
    assert len(found) == 2 and found[1] == {"none": True} and repr(found) == "<Sweep: 2 runs>"


@pytest.mark.parametrize("number", [1, 2])
def test_an_error_names_the_parameters(number):
    with pytest.raises(SimulationError, match=r"sweep, run 3 of 6, 3: KeyError: 'no such thing'") as caught:
        sweep(failing, range(6), workers=number)
    assert isinstance(caught.value.__cause__, KeyError)
    if number > 1:
        assert "in failing" in str(caught.value.__cause__.__cause__)  # the traceback of there
    with pytest.raises(SimulationError, match=r"run 1 of 2, k=3: KeyError"):
        sweep(failing, {"k": [1, 3]}, workers=number)


@pytest.mark.parametrize("number", [1, 2])
def test_errors_that_are_kept(number):
    found = sweep(failing, range(5), workers=number, errors="keep")
    assert found.results == [0, 1, 2, None, 4] and list(found.errors) == [3]
    assert isinstance(found.errors[3], KeyError) and repr(found) == "<Sweep: 5 runs, 1 failed>"
    assert found.table()["result"] == [0, 1, 2, None, 4]


def test_errors_and_results_that_cannot_be_sent():
    with pytest.raises(SimulationError, match="run 0 of 2, 7: Odd: 7"):
        sweep(odd, [7, 8], workers=2)
    with pytest.raises(SimulationError, match=r"run 0 of 2, 7:.*the result cannot be sent back"):
        sweep(unsendable, [7, 8], workers=2)


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
@pytest.mark.parametrize("fork", [pytest.param(False, marks=pytest.mark.slow), True])
def test_a_worker_that_is_killed(monkeypatch, fork):
    monkeypatch.setattr(sweeps, "may_fork", lambda: fork)
    with pytest.raises(SimulationError, match=r"sweep, run 2 of 4, 2: a worker process was killed by signal 9"):
        sweep(killed, range(4), workers=2)


@pytest.mark.parametrize("make", EXECUTORS.values(), ids=EXECUTORS)
def test_executors(make):
    executor = make()
    assert sweep(total, range(300), executor=executor).results == list(range(100, 400))
    with pytest.raises(SimulationError, match="run 3 of 6, 3: KeyError"):
        sweep(failing, range(6), executor=executor)
    assert executor.submit(total, 1).result() == 101
    if hasattr(executor, "shutdown"):
        executor.shutdown()
        with pytest.raises(RuntimeError, match="after shutdown"):
            sweep(total, range(3), executor=executor)


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_an_executor_whose_worker_is_killed():
    with ProcessPoolExecutor(1) as executor, warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        with pytest.raises(SimulationError, match="a worker of the executor has ended"):
            sweep(killed, range(4), executor=executor)


def test_lambdas_and_functions_of_a_notebook(fresh, monkeypatch):
    monkeypatch.setattr(tasks, "_has_cloudpickle", lambda: False)
    with pytest.raises(UnsupportedError, match=r"lambda.*cannot be sent to other processes.*pip install cloudpickle"):
        sweep(lambda k: k, range(3), workers=2)
    assert sweep(lambda k: k, range(3), executor=ThreadPoolExecutor(2)).results == [0, 1, 2]


def test_lambdas_in_copies_of_this_process():
    if workers.may_fork():
        assert sweep(lambda k: k + 1, range(3), workers=2).results == [1, 2, 3]


@pytest.mark.slow
def test_fresh_processes(fresh):
    assert sweep(total, range(5), workers=2).results == [100, 101, 102, 103, 104]


@pytest.mark.slow
def test_scripts_that_come_through_a_pipe(fresh, monkeypatch):
    main = sys.modules["__main__"]
    monkeypatch.setattr(main, "__file__", "<stdin>", raising=False)
    assert sweep(total, range(3), workers=2).results == [100, 101, 102]
    assert main.__file__ == "<stdin>"
    monkeypatch.setattr(tasks, "_has_cloudpickle", lambda: False)
    monkeypatch.setattr(total, "__module__", "__main__")
    with pytest.raises(UnsupportedError, match=r"total.*no script in a file.*put it into a module"):
        sweep(total, range(3), workers=2)


def test_parameters_that_cannot_be_sent():
    with pytest.raises(SimulationError, match=r"run 1 of 2.*parameters cannot be sent to another process"):
        sweep(failing, [1, lambda: 0], workers=2)


def stopping(k):
    raise (KeyboardInterrupt, GeneratorExit)[k]("enough")


def test_what_is_no_exception_ends_the_call_by_its_name():
    with pytest.raises(SimulationError, match="run 0 of 2, 0: KeyboardInterrupt: enough"):
        sweep(stopping, [0, 1], workers=2)


def test_a_sweep_within_a_sweep():
    assert sweep(twice_wide, [5, 7], workers=2).results == [[5, 15], [7, 17]]


BAD = {
    "no function": (lambda: sweep(3, [1]), ["function", "3"]),
    "no parameters": (lambda: sweep(total, []), ["an empty list"]),
    "an empty grid": (lambda: sweep(total, {}), ["got none"]),
    "an empty axis": (lambda: sweep(total, {"a": []}), ["parameters, a", "no value"]),
    "a number": (lambda: sweep(total, 3), ["parameters", "got 3"]),
    "a text": (lambda: sweep(total, "abc"), ["'abc'"]),
    "a key": (lambda: sweep(total, {1: [2]}), ["the key 1"]),
    "unknown names": (lambda: sweep(total, {"c": [2]}), ["run 0, c=2", "total(a, b=100)", "missing a required"]),
    "too much": (lambda: sweep(lambda: 0, [1]), ["<lambda>()", "too many positional"]),
    "two seeds": (lambda: sweep(spikes, {"vth": 1, "seed": [1]}, seed=3), ["seed", "one of them"]),
    "no seed wanted": (lambda: sweep(total, {"a": 1}, seed=3), ["'seed'"]),
    "a negative seed": (lambda: sweep(spikes, {"vth": 1}, seed=-1), ["seed", "-1"]),
    "errors": (lambda: sweep(total, [1], errors="ignore"), ['"ignore"', '"keep"']),
    "workers": (lambda: sweep(total, [1], workers=0), ["workers"]),
    "an executor": (lambda: sweep(total, [1], executor="dask"), ["executor", "submit"]),
    "a progress": (lambda: sweep(total, [1], progress="yes"), ["progress"]),
    "a keyword": (lambda: sweep(total, [1], worker=2), ['"worker"', '"workers"']),
}


@pytest.mark.parametrize(("call", "texts"), BAD.values(), ids=BAD)
def test_what_is_wrong_is_said_before_the_first_run(call, texts):
    with pytest.raises(ValidationError) as caught:
        call()
    assert all(text in str(caught.value) for text in texts), str(caught.value)


def test_the_bar_counts_runs(capsys):
    assert sweep(total, range(3), progress=True).results == [100, 101, 102]
    assert "3/3" in capsys.readouterr().err


def test_what_was_found_can_be_kept():
    again = pickle.loads(pickle.dumps(sweep(total, {"a": [1, 2]})))
    assert again.results == [101, 102] and again.shape == (2,)


def lost(value):
    """Ends its process, gives what cannot be sent, or wants to end the program."""
    if value == 1:
        os._exit(7)
    if value == 4:
        sys.exit("enough")
    return (lambda: value) if value == 2 else value


def test_kept_errors_of_lost_workers_and_results():
    found = sweep(lost, range(7), workers=2, errors="keep")
    assert found.results == [0, None, None, 3, None, 5, 6] and sorted(found.errors) == [1, 2, 4]
    assert "ended with status 7" in str(found.errors[1]) and "cannot be sent back" in str(found.errors[2])
    assert isinstance(found.errors[4], SystemExit) or "enough" in str(found.errors[4])
    alone = sweep(lost, [4, 3], errors="keep")
    assert alone.results == [None, 3] and list(alone.errors) == [0]
