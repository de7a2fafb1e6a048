"""Running a network: steps in any pieces, reset, state and parameters, samples, checkpoints."""

from __future__ import annotations

import time
import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from loihi_emu import checkpoint
from loihi_emu import synapses as synapse_checks
from loihi_emu.accounts import Marks, lost_text, make_recording
from loihi_emu.control import Pacer
from loihi_emu.elements import Connection, Population
from loihi_emu.errors import LoihiOverflowWarning, SimulationError, finite, invalid, ranged, unknown, whole
from loihi_emu.events import event_rate, sorted_events
from loihi_emu.image.build import Image
from loihi_emu.image.sources import most_at_once, thresholds
from loihi_emu.network import Network, check_parameter
from loihi_emu.recording import Recording
from loihi_emu.samples import prepare_samples

OVERFLOW = ("chip", "warn", "raise")


class Emulator:
    """Runs a network bit for bit.

    A run may be cut into pieces in any way: results are the same. The network is taken as it is now; what is added to
    it later is not seen.

    Parameters
    ----------
    network : Network
    overflow : {"chip", "warn", "raise"}
        What to do when an integer leaves its field: wrap or saturate as the chip does and count it; also warn once per
        run; or stop with an error (within 0.1 s of it). All three count in ``recording.stats["overflow"]``.

    Examples
    --------
    >>> from loihi_emu import Network, Emulator
    >>> net = Network()
    >>> cells = net.population("cells", 2, dv=0, vth=2, bias=[50, 100])
    >>> probe = net.probe(cells)
    >>> emulator = Emulator(net)
    >>> first, second = emulator.run(2), emulator.run(3)
    >>> second.spikes("cells").times.tolist(), emulator.get("cells", "v").tolist()
    ([2, 3], [100, 100])
    >>> len(emulator.recording.spikes("cells"))
    3
    """

    def __init__(self, network: Network, *, overflow: str = "chip") -> None:
        if not isinstance(network, Network):
            raise invalid("Emulator", "network", network, "a loihi_emu.Network")
        if overflow not in OVERFLOW:
            raise unknown("overflow mode", overflow, OVERFLOW)
        if not network.populations and not network.inputs:
            raise invalid(f'network "{network.name}"', "", "nothing to run", "at least one population or input")
        self.network = network.copy()
        self.overflow = overflow
        self.image = Image(self.network)
        self._pacer = Pacer(self.image)
        self._forget()

    # ------------------------------------------------------------ running
    @property
    def step(self) -> int:
        """The step that runs next; the number of steps since the start or the last reset."""
        return int(self.image.arena["clock"][0])

    def run(self, steps: int, *, progress: bool | None = None) -> Recording:
        """Run so many steps and return what the probes saw in them.

        Ctrl-C stops between two steps, within 0.2 s; what was recorded until then is in :attr:`recording`.

        Parameters
        ----------
        steps : int
            0 or more.
        progress : bool, optional
            Show a progress bar; by default on a terminal, for runs longer than about 2 s.

        Raises
        ------
        ValidationError
            A negative or fractional number of steps.
        SimulationError
            An overflow under ``overflow="raise"``.
        """
        count = int(ranged("run", "steps", whole("run", "steps", steps), 0, 1 << 62))
        before, begin = Marks(self.image), time.perf_counter()
        try:
            self._pacer.run(count, progress, self._check_overflow)
        finally:
            wall = time.perf_counter() - begin
            self._wall += wall
        self._warn_overflow(before)
        return make_recording(self.image, before, wall)

    def run_samples(self, steps: int, inputs: Mapping[str, Any], *, progress: bool | None = None) -> Recording:
        """Run many samples, each from the initial state, without building anything anew.

        Sample k gives what ``reset()``, ``set_input(name, inputs[name][k])`` and ``run(steps)`` give; Poisson inputs
        and noise draw other numbers in each sample. Afterwards the emulator is reset and has its own inputs again.

        Parameters
        ----------
        steps : int
            Steps of each sample.
        inputs : dict
            Input name to samples: an array (samples, steps, size), a list of (times, indices) or of dense arrays; for
            a Poisson input an array (samples, size) of rates.

        Returns
        -------
        Recording
            Of all samples, one after the other; ``spike_counts(name)`` has shape (samples, size).
        """
        count = int(ranged("run_samples", "steps", whole("run_samples", "steps", steps), 1, 1 << 62))
        samples, prepared = prepare_samples(self.image, inputs)
        self.reset()
        before, begin = Marks(self.image), time.perf_counter()
        arena = self.image.arena
        sample_number = arena["sample"]
        ran = 0
        try:
            for k in range(samples):
                arena.reset()
                sample_number[0] = k
                for choose in prepared:
                    choose(k)
                self._pacer.run(count, progress, self._check_overflow)
                ran += 1
        finally:
            self._wall = time.perf_counter() - begin
            self._samples = samples if ran == samples else 1
            self._restore_inputs()
            if ran == samples:
                arena.reset()
        self._warn_overflow(before)
        return make_recording(self.image, before, self._wall, samples)

    def reset(self) -> None:
        """Go back to step 0 and the initial state, and forget recordings.

        Parameters, weights and inputs that were set stay.
        """
        self.image.arena.reset()
        self._forget()

    @property
    def recording(self) -> Recording:
        """Everything recorded since the start or the last reset, whatever the pieces."""
        return make_recording(self.image, self._first, self._wall, self._samples)

    # ------------------------------------------------------------ state and parameters
    def get(self, name: str, variable: str) -> NDArray[Any]:
        """A copy of a state variable or parameter of a population, or of the weights of a connection.

        Parameters
        ----------
        name : str
            Of a population or a connection.
        variable : str
            State ("u", "v", "rest": steps until it integrates again), a parameter, or "weights" or "delays".
        """
        if name in self.network.connections:
            connection = self.network.connections[name]
            if variable not in ("weights", "delays"):
                raise unknown(f'variable of connection "{name}"', variable, ("weights", "delays"))
            return np.array(connection.values if variable == "weights" else connection.delays)
        node, group = self._population(name), self.image.group(name)
        states = [state for state, _ in group.model.state]
        if variable in states:
            return np.array(self.image.state(name, variable))
        if variable in group.parameters[name]:
            return np.array(group.parameters[name][variable])
        raise unknown(f'variable of population "{name}"', variable, [*states, *node.parameters])

    def set(self, name: str, variable: str, value: ArrayLike) -> None:
        """Set a state variable or parameter of a population, or the weights of a connection, from the next step on.

        The value is checked as at construction. Weights have the form they had when the connection was made: an array
        (n_post, n_pre), or one value per stored synapse.
        """
        if name in self.network.connections:
            if variable != "weights":
                raise unknown(f'variable of connection "{name}" that can be set', variable, ("weights",))
            self._set_weights(self.network.connections[name], value)
            return
        node, group = self._population(name), self.image.group(name)
        where = f'population "{name}"'
        states = [state for state, _ in group.model.state]
        if variable in states:
            limits = dict(group.model.limits or {}).get(variable)
            floating = group.model.accumulator == "float64" and variable != "rest"
            array = finite(where, variable, value) if floating else whole(where, variable, value)
            if limits is not None:
                ranged(where, variable, array, *limits)
            if array.ndim and array.size != node.size:
                raise invalid(where, variable, f"shape {array.shape}", f"a scalar or {node.size} values")
            self.image.state(name, variable)[...] = array.reshape(node.size) if array.ndim else array
        else:
            parameter = group.model.parameter(variable)
            if parameter is None:
                raise unknown(f"variable of {where}", variable, [*states, *node.parameters])
            group.parameters[name][variable] = check_parameter(parameter, value, node.size, where)
        self.image.refresh(group)

    def set_input(
        self, name: str, *, spikes: Any = None, payloads: ArrayLike | None = None, rate: ArrayLike | None = None
    ) -> None:
        """Give an input other events (times count from step 0) or another rate, as for ``Network.input``."""
        if name not in self.network.inputs:
            raise unknown("input", name, self.network.inputs)
        node, source = self.network.inputs[name], self.image.inputs[name]
        where = f'input "{name}"'
        if (rate is not None) != (node.rate is not None):
            raise invalid(where, "rate", rate, "a rate for a Poisson input, spikes for any other")
        if rate is not None:
            changed = replace(node, rate=event_rate(rate, node.size, where))
        else:
            times, indices, values = sorted_events(spikes, payloads, node.size, where)
            if values is None and source.lists.payload is not None:
                values = np.ones(len(times), np.int64)  # an input that had payloads keeps them, and its recordings
            changed = replace(node, times=times, indices=indices, payloads=values)
            self.image.arena[f"{source.key}.cursor"][0] = 0
        fits = source.poisson or (
            most_at_once(changed.times) <= source.most and (changed.payloads is None) == (source.lists.payload is None)
        )
        self.network.replace(changed)
        if not fits:
            self._rebuild()
            return
        source.node = changed
        self._restore_inputs()

    # ------------------------------------------------------------ checkpoints and accounts
    def save(self, path: str | Path) -> Path:
        """Write a checkpoint: state, pending events, parameters, weights and inputs that were set, and the step."""
        return checkpoint.save(self, path)

    def restore(self, path: str | Path) -> None:
        """Take over a checkpoint of the same network: what follows is bit-identical. Forgets recordings.

        Raises
        ------
        ValidationError
            A damaged file, or a checkpoint of another network.
        """
        checkpoint.restore(self, path)
        self._forget()

    def memory(self) -> dict[str, int]:
        """Bytes held, by purpose, with the numbers of neurons and of stored synapses."""
        return self.image.memory()

    def __repr__(self) -> str:
        return f"<Emulator of {self.network!r} at step {self.step}>"

    # ------------------------------------------------------------ inside
    def _forget(self) -> None:
        """Begin recordings and accounts anew at this step."""
        self.image.fills.filled[:] = 0
        self._first = Marks(self.image)
        self._wall, self._samples = 0.0, 1

    def _check_overflow(self) -> None:
        if self.overflow == "raise":
            lost = lost_text(self.image, self._first)
            if lost:
                raise SimulationError(
                    f"integers left their fields before step {self.step}: {lost}. Scale weights, biases or thresholds "
                    'down (loihi_emu.quantize), or use overflow="chip" to wrap and saturate as the chip does.'
                )

    def _warn_overflow(self, before: Marks) -> None:
        if self.overflow == "warn":
            lost = lost_text(self.image, before)
            if lost:
                warnings.warn(f"integers left their fields: {lost}", LoihiOverflowWarning, stacklevel=3)

    def _population(self, name: str) -> Population:
        if name not in self.network.populations:
            raise unknown("population or connection", name, [*self.network.populations, *self.network.connections])
        return self.network.populations[name]

    def _set_weights(self, old: Connection, value: Any) -> None:
        where = f'connection "{old.name}"'
        weights = np.asarray(value)
        if old.kind == "sparse" and weights.shape != old.values.shape:
            raise invalid(where, "weights", f"shape {weights.shape}", f"{old.values.shape}, one per stored synapse")
        new = synapse_checks.with_values(old, weights, self.network.rules)
        self.network.replace(new)
        self._rebuild()

    def _rebuild(self) -> None:
        """Make the image anew after a change of structure; state, parameters and recordings go on as they were."""
        old, self.image = self.image, Image(self.network)
        self.image.adopt(old)
        self._pacer = Pacer(self.image)

    def _restore_inputs(self) -> None:
        for source in self.image.inputs.values():
            if source.poisson:
                source.point_rate(thresholds(source.node.rate, source.node.size))
            else:
                payloads = None if source.node.payloads is None else source.node.payloads.astype(np.int32)
                source.point_events(source.node.times, source.node.indices.astype(np.int32), payloads)
