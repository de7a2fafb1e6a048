"""Recordings of Lava 0.10.0's own process models, replayed here: integers exactly, floats within a case's tolerance."""

import importlib
import json
from pathlib import Path

import numpy as np
import pytest
from messages import UNHEEDED
from scipy.sparse import csr_matrix

pytestmark = UNHEEDED

FOLDER = Path(__file__).resolve().parents[2] / "validation" / "golden" / "lava"
CASES = sorted(path.stem for path in FOLDER.glob("*.json"))


def symbol(path):
    """What "proc.lif.process:LIF" stands for."""
    module, _, names = path.partition(":")
    found = importlib.import_module(f"lava_api.{module}")
    for name in names.split("."):
        found = getattr(found, name)
    return found


class Replay:
    """The processes of a case, connected."""

    def __init__(self, case, arrays):
        self.case, self.arrays, self.made, self.taps = case, arrays, {}, []
        for p in case["processes"]:
            self.made[p["id"]] = self.new(p)
        for wire in case["wiring"]:
            self.wire(wire)
        for record in case["record"]:
            self.taps += [(record, self.tap(record))]

    def value(self, v):
        """A value as the file writes it: plain, or an object that says how it is built."""
        if isinstance(v, list):
            return [self.value(x) for x in v]
        if not isinstance(v, dict):
            return v
        ((kind, what),) = [(k, x) for k, x in v.items() if k != "kwargs"]
        if kind == "csr":
            parts = [self.arrays[what[k]] for k in ("data", "indices", "indptr")]
            return csr_matrix(tuple(parts), shape=tuple(what["shape"]))
        kinds = {
            "npz": lambda: np.array(self.arrays[what]),
            "tuple": lambda: tuple(self.value(x) for x in what),
            "enum": lambda: symbol(what),
            "class": lambda: self.new(v) if "kwargs" in v else symbol(what),
            "new": lambda: self.new({"class": what, **v}),
            "map": lambda: {self.value(k): self.value(x) for k, x in what},
        }
        return kinds[kind]()

    def new(self, made):
        return symbol(made["class"])(**{k: self.value(v) for k, v in made.get("kwargs", {}).items()})

    def at(self, path):
        first, *rest = path.split(".")
        found = self.made[first]
        for name in rest:
            found = getattr(found, name)
        return found

    def wire(self, wire):
        if "connect_var" in wire:
            source, var = wire["connect_var"]
            self.made[source].connect_var(self.at(var))
        elif "connect" in wire:
            source, target = map(self.at, wire["connect"])
            for name, *args in wire.get("via", []):
                source = getattr(source, name)(*map(tuple, args))
            source.connect(target)
        else:
            first, *rest = [self.made[name] for name in wire["args"]]
            for other in rest:
                operator = {"lshift": "__lshift__", "matmul": "__matmul__", "add": "__add__", "mul": "__mul__"}
                first = getattr(first, operator[wire["algebra"]])(other)
            self.made[wire.get("as")] = first

    def tap(self, record):
        """A process that records, connected, or None."""
        if record["how"] not in ("monitor", "sink"):
            return None
        target = self.at(record["target"])
        if record["how"] == "monitor":
            monitor = symbol("proc.monitor.process:Monitor")()
            monitor.probe(target, self.case["steps"])
            return monitor
        sink = symbol("proc.io.sink:RingBuffer")(shape=target.shape, buffer=self.case["steps"])
        target.connect(sink.a_in)
        return sink

    def run(self):
        """Run all steps of the plan; what was recorded, by key."""
        run, got = self.case["run"], {}
        config, lead = self.new(run["config"]), self.at(run["lead"])
        steps = symbol("magma.core.run_conditions:RunSteps")
        for step in run["plan"]:
            if "run" in step:
                lead.run(steps(step["run"]), config)
            elif "set" in step:
                self.at(step["set"][0]).set(self.value(step["set"][1]))
            else:
                got[step["key"]] = self.at(step["get"]).get()
        for record, process in self.taps:
            target = self.at(record["target"]) if record["how"] != "plan" else None
            if record["how"] == "monitor":
                got[record["key"]] = process.get_data()[target.process.name][target.name]
            elif record["how"] == "sink":
                got[record["key"]] = np.moveaxis(process.data.get(), -1, 0)
            elif record["how"] == "get":
                got[record["key"]] = target.get()
        lead.stop()
        return got


def test_there_are_cases():
    assert len(CASES) >= 64


@pytest.mark.filterwarnings("ignore:.*numbers become 0")
@pytest.mark.parametrize("name", CASES)
def test_recording(name):
    case = json.loads((FOLDER / f"{name}.json").read_text())
    with np.load(FOLDER / case["npz"]) as file:
        arrays = dict(file)
    got = Replay(case, arrays).run()
    tolerance = case["tolerance"]
    for record in case["record"]:
        value, want = got[record["key"]], arrays[record["npz"]]
        value = value.toarray() if hasattr(value, "toarray") else np.asarray(value)
        assert value.shape == want.shape, record["key"]
        if tolerance != "exact" and record["dtype"].startswith("float"):
            np.testing.assert_allclose(value, want, **tolerance, err_msg=record["key"])
        else:
            np.testing.assert_array_equal(value, want, err_msg=record["key"])
