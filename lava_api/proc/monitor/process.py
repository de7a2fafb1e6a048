"""Record variables and messages of other processes."""

from __future__ import annotations

from typing import Any

import numpy as np

from lava_api.proc._checks import LONGEST
from lava_api.proc._process import AbstractProcess, InPort, OutPort, RefPort, Var
from loihi_emu.errors import SimulationError, invalid
from loihi_emu.numeric import integer


class Monitor(AbstractProcess):
    """Record variables after each step, and what ports send.

    One monitor takes any number of targets (Lava's takes one variable and one port).

    Examples
    --------
    >>> from lava_api.proc.lif.process import LIF
    >>> neurons, monitor = LIF(shape=(2,), bias_mant=3, name="neurons"), Monitor()
    >>> monitor.probe(neurons.v, 10)

    After a run, ``monitor.get_data()["neurons"]["v"]`` is an array of shape (10, 2).
    """

    def __init__(self) -> None:
        super().__init__(RefPorts=[], VarsData1=[], InPorts=[], VarsData2=[], n_ref_ports=0, n_in_ports=0)
        self.data: dict[str, dict[str, Any]] = {}
        self.target_names: dict[str, list[str]] = {}
        self._records: list[tuple[Any, str]] = []
        self._built_before = 0

    def probe(self, target: Any, num_steps: int) -> None:
        """Record a target in every step.

        Parameters
        ----------
        target : Var or OutPort
            What to record.
        num_steps : int
            Steps to record, counted from the first step of the program; the program must not run longer.

        Raises
        ------
        TypeError
            When the target is something else, or a string.
        ValueError
            When steps are no whole number from 0, or another process of the same name has a target of the same name:
            records are found by names.
        """
        self._check(target)
        num_steps = integer("Monitor", "num_steps", num_steps, 0, LONGEST)
        if isinstance(target, Var):
            port = self._add("RefPorts", "ref_port", RefPort(target.shape))
            name = self._add("VarsData1", "var_read", Var(shape=(num_steps, *target.shape)))
            self.proc_params.overwrite("n_ref_ports", len(self.proc_params["RefPorts"]))
            self._post_init()
            getattr(self, port).connect_var(target)
        else:
            port = self._add("InPorts", "in_port", InPort(target.shape))
            name = self._add("VarsData2", "out_read", Var(shape=(num_steps, *target.shape)))
            self.proc_params.overwrite("n_in_ports", len(self.proc_params["InPorts"]))
            self._post_init()
            target.connect(getattr(self, port))
        self._records.append((target, name))
        self.target_names[name] = names = [target.process.name, target.name]
        self.data.setdefault(names[0], {})[names[1]] = getattr(self, name).get()
        self._built_before = AbstractProcess.programs_built

    def _check(self, target: Any) -> None:
        """Raise for targets that have no record of their own."""
        if not isinstance(target, Var | OutPort):
            raise TypeError(f"target: a Monitor records a Var or an OutPort, got {type(target).__name__}")
        if isinstance(getattr(target, "init", None), str):
            raise TypeError(f'target: a Monitor records numbers, Var "{target.name}" is a string')
        for other, name in self._records:
            if other is not target and self.target_names[name] == [target.process.name, target.name]:
                given = f'"{target.name}" of a second process named "{target.process.name}"'
                advice = "Give the processes names of their own, or each its own Monitor."
                raise invalid("Monitor", "target", given, "one record of each name", advice=advice)

    def _add(self, kind: str, prefix: str, member: Any) -> str:
        """Store a numbered port or variable and list it for the model."""
        names = self.proc_params[kind]
        names.append(f"{prefix}_{len(names)}")
        setattr(self, names[-1], member)
        return str(names[-1])

    def get_data(self) -> dict[str, dict[str, Any]]:
        """Return what was recorded.

        Returns
        -------
        dict of dict of ndarray
            By the name that the process had when it was probed, then of the variable or port: float64, shape
            (num_steps, ...). Steps that have not run are 0; before the first run there is one 0 for all.

        Raises
        ------
        RuntimeError
            When a program was run since the last ``probe()``, but none with the monitor: what was run is not connected
            to its targets.
        """
        if self.runtime is None and self._records and AbstractProcess.programs_built > self._built_before:
            probed = self._records[0][0].process.name
            raise SimulationError(
                f'"{self.name}" has recorded nothing: no program with "{probed}", which it probes, was run.'
                " run() runs the processes that are connected to the one it is called of."
            )
        for name, (process, member) in self.target_names.items():
            self.data[process][member] = getattr(self, name).get()
        return self.data

    def plot(self, ax: Any, target: Any, *args: Any, **kwargs: Any) -> None:
        """Plot a record over time.

        Parameters
        ----------
        ax : matplotlib.axes.Axes
            Where to draw.
        target : Var or OutPort
            A target that was probed.
        *args, **kwargs
            For ``ax.plot``.
        """
        data = np.asarray(self._data_of(target))
        ax.set_title(target.process.name)
        ax.set_xlabel("Time step")
        ax.set_ylabel(target.name)
        ax.plot(data.reshape(len(data), -1), *args, **kwargs)

    def _data_of(self, target: Any) -> Any:
        """Return the record of a target, rows of 0 before the first run."""
        data = self.get_data()
        for other, name in self._records:
            if other is target:
                process, member = self.target_names[name]
                return np.broadcast_to(data[process][member], getattr(self, name).shape)
        return data[target.process.name][target.name]
