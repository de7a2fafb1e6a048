"""Profiler: what a run on the emulated chip did, and how long this computer took for it."""

from __future__ import annotations

import time
from math import prod
from typing import Any

import numpy as np

from lava_api.magma.core.callback_fx import Board, NxSdkCallbackFx
from lava_api.magma.core.run_configs import AbstractLoihiHWRunCfg, RunConfig
from lava_api.utils._spike_counter import SpikeCounter, fanout
from loihi_emu.errors import SimulationError, UnsupportedError
from loihi_emu.files.writing import write_figure


class Profiler:
    """Gives the profiler of a run configuration."""

    @staticmethod
    def init(run_cfg: RunConfig) -> EmulatorProfiler:
        """Return a profiler for the runs with a configuration.

        Parameters
        ----------
        run_cfg : Loihi1HwCfg or Loihi2HwCfg
            Before it compiles a program.

        Raises
        ------
        TypeError
            When `run_cfg` is no run configuration.
        NotImplementedError
            For configurations other than those of the chip, as in Lava.
        """
        if not isinstance(run_cfg, RunConfig):
            raise TypeError(f"Profiler.init: got {run_cfg!r}, allowed is an instance of RunConfig.")
        if not isinstance(run_cfg, AbstractLoihiHWRunCfg):
            raise NotImplementedError(
                f"There is no Profiler for {type(run_cfg).__name__}: use Loihi1HwCfg or Loihi2HwCfg, which run on the"
                " emulated chip."
            )
        return EmulatorProfiler(run_cfg)


class EmulatorProfiler(NxSdkCallbackFx):
    """Counts of the emulated chip, times of this computer, of the program of a configuration.

    Ask for probes before the first run and read the results after it; `num_steps` are those of all runs.
    """

    def __init__(self, run_cfg: Any) -> None:
        super().__init__()
        self.num_steps = 0
        self._counts = self._sizes = False
        self._runs: list[tuple[int, float]] = []
        self._counters: dict[tuple[str, str], SpikeCounter] = {}
        self._neurons: dict[str, int] = {}
        self._bytes: dict[str, int] = {}
        self._clock: Any = None
        self._began: tuple[int, float] = (0, 0.0)
        run_cfg.callback_fxs.append(self)

    # ------------------------------------------------------------ what to measure
    def execution_time_probe(
        self, num_steps: int = 0, t_start: int = 1, t_end: int = 0, dt: int = 1, buffer_size: int = 1024
    ) -> None:
        """Measure times; all steps are covered, whatever the arguments."""

    def activity_probe(self) -> None:
        """Count spikes and synaptic operations; every port is looked at in every step."""
        self._counts = True

    def memory_probe(self) -> None:
        """Note the sizes of variables."""
        self._sizes = True

    def energy_probe(self, num_steps: int = 0) -> None:
        """Refuse: an emulator takes no energy of the chip.

        Raises
        ------
        UnsupportedError
            Always.
        """
        raise UnsupportedError(
            "energy_probe: the energy of a chip cannot be measured without one. activity_probe() counts what it depends"
            " on; loihi_emu's chip data has the energies that were published, for Loihi 1."
        )

    # ------------------------------------------------------------ callbacks
    def prepare(self, processes: list[Any]) -> None:
        self._clock = SpikeCounter((), None)
        if processes:
            self._clock.follow(processes[0])
        for process in processes:
            if "v" in process.vars.member_names or "u" in process.vars.member_names:
                name = "v" if "v" in process.vars.member_names else "u"
                self._neurons[process.name] = prod(getattr(process, name).shape)
            if self._sizes:
                self._bytes[process.name] = sum(8 * prod(var.shape) for var in process.vars)
            for port in process.out_ports if self._counts else ():
                counter = SpikeCounter(port.shape, fanout(port))
                port.connect(counter.a_in)
                self._counters[process.name, port.name] = counter

    def pre_run_callback(
        self, board: Board | None = None, var_id_to_var_model_map: dict[int, Any] | None = None
    ) -> None:
        self._began = (self._clock.steps, time.perf_counter())

    def post_run_callback(
        self, board: Board | None = None, var_id_to_var_model_map: dict[int, Any] | None = None
    ) -> None:
        steps = self._clock.steps - self._began[0]
        self.num_steps += steps
        self._runs.append((steps, time.perf_counter() - self._began[1]))

    # ------------------------------------------------------------ results
    @property
    def execution_time(self) -> Any:
        """Seconds of this computer, one value a step: the mean of the step's run."""
        parts = [np.full(steps, seconds / steps) for steps, seconds in self._runs if steps]
        return np.concatenate(parts) if parts else np.zeros(0)

    @property
    def spikes(self) -> dict[str, int]:
        """Messages other than 0 that each port sent, by ``process.port``."""
        self._need(self._counts, "activity_probe")
        return {f"{process}.{port}": counter.spikes for (process, port), counter in self._counters.items()}

    @property
    def synaptic_operations(self) -> int:
        """Synapses that a spike reached, over all steps."""
        self._need(self._counts, "activity_probe")
        return sum(counter.operations for counter in self._counters.values())

    @property
    def neuron_updates(self) -> int:
        """Updates of neurons (of all processes with a state u or v), over all steps."""
        return self.num_steps * sum(self._neurons.values())

    @property
    def memory(self) -> dict[str, int]:
        """Bytes of the variables of each process, as 64-bit numbers."""
        self._need(self._sizes, "memory_probe")
        return dict(self._bytes)

    @property
    def energy(self) -> Any:
        """Refuse, see :meth:`energy_probe`."""
        return self.energy_probe()

    power = static_energy = dynamic_energy = static_power = dynamic_power = energy

    def __str__(self) -> str:
        lines = [f"{self.num_steps} steps in {self.execution_time.sum():.3g} s, {self.neuron_updates} neuron updates"]
        if self._counts:
            lines.append(f"{self.synaptic_operations} synaptic operations; spikes:")
            lines += [f"  {name}: {count}" for name, count in self.spikes.items()]
        return "\n".join(lines)

    def plot_execution_time(self, file: str | None = None) -> Any:
        """Plot the time of each step; write it to `file` if given, and return the axes."""
        return self._plot(self.execution_time * 1e6, "step", "time of this computer (us)", file)

    def plot_activity(self, file: str | None = None) -> Any:
        """Plot the spikes of each port; write it to `file` if given, and return the axes."""
        return self._plot(self.spikes, "", "spikes", file)

    def plot_memory_util(self, file: str | None = None) -> Any:
        """Plot the memory of each process; write it to `file` if given, and return the axes."""
        return self._plot(self.memory, "", "bytes", file)

    @staticmethod
    def _plot(values: Any, xlabel: str, ylabel: str, file: str | None) -> Any:
        from matplotlib.figure import Figure

        figure = Figure(layout="constrained")
        axes = figure.subplots()
        if isinstance(values, dict):
            axes.barh(list(values), list(values.values()))
            axes.set_xlabel(ylabel)
        else:
            axes.plot(np.arange(1, len(values) + 1), values)
            axes.set(xlabel=xlabel, ylabel=ylabel)
        if file is not None:
            write_figure(figure, file)
        return axes

    @staticmethod
    def _need(asked: bool, probe: str) -> None:
        if not asked:
            raise SimulationError(f"nothing was counted: call {probe}() before the first run.")
