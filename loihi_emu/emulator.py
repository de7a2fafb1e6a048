"""Running a network: steps in any pieces, reset, state and parameters, samples, checkpoints."""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from loihi_emu import checkpoint, plastic
from loihi_emu import synapses as synapse_checks
from loihi_emu.accounts import Books, Marks
from loihi_emu.checks import check_parameter, check_state
from loihi_emu.control import Pacer
from loihi_emu.elements import Connection, Input, Population, name_of
from loihi_emu.errors import (
    LoihiOverflowWarning,
    SimulationError,
    UnsupportedError,
    integer,
    invalid,
    unknown,
)
from loihi_emu.events import event_rate, sorted_events, warn_of_past
from loihi_emu.image.build import Image
from loihi_emu.image.sources import most_at_once
from loihi_emu.network import Network
from loihi_emu.progress import Progress
from loihi_emu.recording import Recording
from loihi_emu.samples import prepare_samples, with_payloads

OVERFLOW = ("chip", "warn", "raise")
MAX_STEPS = 1 << 62


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
            raise invalid("Emulator", "network", repr(network), "a loihi_emu.Network")
        if overflow not in OVERFLOW:
            raise unknown("overflow mode", overflow, OVERFLOW)
        if not network.populations and not network.inputs:
            raise invalid(f'network "{network.name}"', "", "nothing to run", "at least one population or input")
        self.network = network.copy()
        self.overflow = overflow
        self._busy = threading.Lock()
        self.image = Image(self.network)
        self._pacer, self._books = Pacer(self.image), Books(self.image)
        self._sample_steps: int | None = None
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
            Show a progress bar on stderr; by default on a terminal only, for runs longer than about 2 s.

        Raises
        ------
        ValidationError
            A negative or fractional number of steps.
        SimulationError
            An overflow under ``overflow="raise"``.
        """
        count = integer("run", "steps", steps, 0, MAX_STEPS)
        with self._alone():
            if self._sample_steps is not None:  # recordings of samples do not go on in those of a run
                self._forget()
            before, begin = self._books.marks(), time.perf_counter()
            try:
                with Progress(count, progress) as shown:
                    self._pacer.run(count, shown, partial(self._check_overflow, before))
            finally:
                wall = time.perf_counter() - begin
                self._wall += wall
            self._warn_overflow(before)
            return self._books.recording(before, wall)

    def run_samples(self, steps: int, inputs: Mapping[Any, Any], *, progress: bool | None = None) -> Recording:
        """Run many samples, each from the initial state, without building anything anew.

        Sample k gives what ``reset()``, ``set_input(name, inputs[name][k])`` and ``run(steps)`` give; Poisson inputs
        and noise draw other numbers in each sample. Afterwards the emulator is reset and has its own inputs again.

        Parameters
        ----------
        steps : int
            Steps of each sample.
        inputs : dict
            Input (or its name) to samples: an array (samples, steps, size), a list of (times, indices) or of dense
            arrays; for a Poisson input an array (samples, size) of rates.

        Returns
        -------
        Recording
            Of all samples, one after the other; ``spike_counts(name)`` has shape (samples, size), ``sample(k)`` is the
            Recording of one.
        """
        count = integer("run_samples", "steps", steps, 1, MAX_STEPS)
        samples, prepared, graded = prepare_samples(self.image, inputs, count)
        if graded:
            self._rebuild(with_payloads(self.network, graded))
            samples, prepared, _ = prepare_samples(self.image, inputs, count)
        arena = self.image.arena
        with self._alone():
            arena.reset()
            self._forget()
            self._sample_steps = count
            before, begin = self._books.marks(), time.perf_counter()
            try:
                chosen = [start() for start in prepared]
                with Progress(count * samples, progress) as shown:
                    for k in range(samples):
                        arena.reset()
                        arena["sample"][0] = k
                        for choose in chosen:
                            choose(k)
                        self._pacer.run(count, shown, partial(self._check_overflow, before, f"sample {k}, "))
            finally:
                self._wall = time.perf_counter() - begin
                for source in self.image.inputs.values():
                    source.point_own()
                arena.reset()
            self._warn_overflow(before)
            return self._books.recording(before, self._wall, count)

    def reset(self) -> None:
        """Go back to step 0 and the initial state, and forget recordings.

        Parameters, weights and inputs that were set stay.
        """
        with self._alone():
            self.image.arena.reset()
            self._forget()

    @property
    def recording(self) -> Recording:
        """Everything recorded since the start, the last reset or the last samples, whatever the pieces."""
        return self._books.recording(self._first, self._wall, self._sample_steps)

    # ------------------------------------------------------------ state and parameters
    def get(self, name: str | Population | Connection, variable: str) -> Any:
        """A copy of a state variable or parameter of a population, or of the weights of a connection.

        Parameters
        ----------
        name : population, connection, or its name
        variable : str
            State ("u", "v", "rest": steps until it integrates again), a parameter, or "weights" or "delays" (one
            value per stored synapse for sparse connections, in the order of ``Connection.indices``). Of a connection
            that learns also "tags", traces ("x1" ...), and of its rule "learning", "rule", "dw", "dd", "dt", "t_epoch",
            "tau_x1", "impulse_x1" ...
        """
        key: str = name_of(name)
        if key in self.network.connections:
            connection = self.network.connections[key]
            if connection.learning is not None:
                return plastic.get(self.image, connection, variable)
            if variable not in ("weights", "delays"):
                raise unknown("variable", variable, ("weights", "delays"), where=f'connection "{key}"')
            values = connection.values if variable == "weights" else connection.delays
            return values.astype(np.int64) if values.dtype.kind == "i" else np.array(values)
        node, group = self._population(key), self.image.group(key)
        states = [state for state, _ in group.model.state]
        if variable in states:
            return np.array(self.image.state(key, variable))
        if variable in group.parameters[key]:
            return np.array(group.parameters[key][variable])
        known = dict.fromkeys([*states, *node.parameters])
        raise unknown("variable", variable, known, where=f'population "{key}"')

    def set(self, name: str | Population | Connection, variable: str, value: Any) -> None:
        """Set a state variable or parameter of a population, or the weights of a connection, from the next step on.

        The value is checked as at construction. Weights of a dense connection are an array (n_post, n_pre); those of a
        sparse one a matrix of that shape, sparse or not, or one value per stored synapse; a convolution's a kernel.
        Of a connection that learns all can be set that :meth:`get` names; ``set(c, "learning", False)`` stops it.
        A new t_epoch also holds for other connections that learn onto the same neurons, and forgets which neurons
        spiked in the unfinished epoch.
        """
        key: str = name_of(name)
        if key in self.network.connections and self.network.connections[key].learning is not None:
            self._set_plastic(self.network.connections[key], variable, value)
            return
        if key in self.network.connections:
            if variable != "weights":
                advice = "Delays belong to the structure: make another network." if variable == "delays" else ""
                where = f'connection "{key}"'
                raise unknown("variable that can be set", variable, ("weights",), where=where, advice=advice)
            self._set_weights(self.network.connections[key], value)
            return
        node, group = self._population(key), self.image.group(key)
        where = f'population "{key}"'
        states = [state for state, _ in group.model.state]
        if variable in states:
            values = check_state(group.model, group.parameters[key], variable, value, node.shape, where)
            self.image.state(key, variable)[...] = values
            if variable != "rest":
                self.image.arena[f"{group.key}.hot"][:] = 1  # the next step looks at every neuron
                return
        else:
            parameter = group.model.parameter(variable)
            if parameter is None:
                raise unknown("variable", variable, dict.fromkeys([*states, *node.parameters]), where=where)
            group.parameters[key][variable] = check_parameter(parameter, value, node.shape, where)
        self.image.refresh(group)
        self._books.parameters_changed()

    def set_input(
        self, name: str | Input, *, spikes: Any = None, payloads: ArrayLike | None = None, rate: ArrayLike | None = None
    ) -> None:
        """Give an input other events (times count from step 0) or another rate, as for ``Network.input``."""
        name = name_of(name)
        if name not in self.network.inputs:
            raise unknown("input", name, self.network.inputs)
        node, source = self.network.inputs[name], self.image.inputs[name]
        where = f'input "{name}"'
        allowed, other = ("rate", spikes) if source.poisson else ("spikes", rate)
        if other is not None or (source.poisson and payloads is not None):
            kind = "Poisson inputs" if source.poisson else "inputs of listed events"
            raise invalid(where, "", "rate" if other is rate else "spikes or payloads", f"{allowed} for {kind}")
        if source.poisson:
            changed = replace(node, rate=event_rate(rate, node.shape, where))
        else:
            times, indices, values = sorted_events(spikes, payloads, node.shape, where)
            if values is None and source.lists.payload is not None:
                values = np.ones(len(times), np.int64)  # an input that had payloads keeps them, and its recordings
            changed = replace(node, times=times, indices=indices, payloads=values)
            warn_of_past(times, self.step, where)
        fits = source.poisson or (
            most_at_once(changed.times) <= source.most and (changed.payloads is None) == (source.lists.payload is None)
        )
        if fits:
            self.network.replace(changed)
            source.node = changed
            source.point_own()
        else:
            self._rebuild([changed])
        if not source.poisson:
            self.image.arena[f"{source.key}.cursor"][0] = 0

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
        self._books.parameters_changed()
        self._forget()

    def memory(self) -> dict[str, int]:
        """Bytes held, by purpose, with the numbers of neurons and of stored synapses."""
        return self.image.memory()

    def __reduce__(self) -> Any:
        raise UnsupportedError(
            "an Emulator cannot be pickled or copied, since it holds addresses of machine code. Pickle its network and "
            "make another, or write a checkpoint with save() and restore() it."
        )

    def __repr__(self) -> str:
        return f"<Emulator of {self.network!r} at step {self.step}>"

    # ------------------------------------------------------------ inside
    def _forget(self) -> None:
        """Begin recordings and accounts anew at this step."""
        self.image.fills.filled[:] = 0
        self._first: Marks = self._books.marks()
        self._wall = 0.0
        self._sample_steps = None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One thread at a time: a second one gets an error instead of torn memory."""
        if not self._busy.acquire(blocking=False):
            raise SimulationError(
                "this emulator is running in another thread. One emulator runs in one thread at a time; make an "
                "Emulator per thread (they can share a Network)."
            )
        try:
            yield
        finally:
            self._busy.release()

    def _check_overflow(self, since: Marks, where: str = "") -> None:
        if self.overflow == "raise":
            lost = self._books.lost_text(since)
            if lost:
                raise SimulationError(
                    f"{where}integers left their fields before step {self.step}: {lost}. Scale weights, biases or "
                    'thresholds down (loihi_emu.quantize), or use overflow="chip" to wrap and saturate as on the chip.'
                )

    def _warn_overflow(self, before: Marks) -> None:
        if self.overflow == "warn":
            lost = self._books.lost_text(before)
            if lost:
                warnings.warn(f"integers left their fields: {lost}", LoihiOverflowWarning, stacklevel=3)

    def _population(self, name: str) -> Population:
        if name in self.network.inputs:
            raise invalid(f'input "{name}"', "", "an input", "a population or connection", "set_input() is for inputs")
        if name not in self.network.populations:
            raise unknown("population or connection", name, [*self.network.populations, *self.network.connections])
        return self.network.populations[name]

    def _set_plastic(self, c: Connection, variable: str, value: Any) -> None:
        found = plastic.get(self.image, c, variable)  # raises for unknown names
        if variable == "learning":
            plastic.set_enabled(self.image, self.network, c, value)
        elif variable in plastic.parameters(c):
            rules = plastic.changed_rules(self.network, c, variable, value)
            self._rebuild([replace(self.network.connections[name], learning=new) for name, new in rules.items()])
        elif variable == "delays" and not self.image.learners[c.name].has_delays:
            where = f'connection "{c.name}"'
            raise invalid(where, "delays", value, f"{found}", "Delays belong to the structure: make another network.")
        else:
            plastic.set_state(self.image, self.network, c, variable, value)

    def _set_weights(self, old: Connection, value: Any) -> None:
        self._rebuild([synapse_checks.with_values(old, value, self.network.rules)])

    def _rebuild(
        self, changed: Sequence[Input | Connection], fill: Callable[[Image], None] = lambda image: None
    ) -> None:
        """Make the image anew with changed elements; state, parameters and recordings go on as they were, then `fill`.

        If that fails or is interrupted, everything is as before.
        """
        known = self.network.connections | self.network.inputs
        before = [known[element.name] for element in changed]
        try:
            for element in changed:
                self.network.replace(element)
            image = Image(self.network)
            image.adopt(self.image)
            image.forget_epochs(self.image)
            fill(image)
            self.image, self._pacer, self._books = image, Pacer(image), Books(image)
        except BaseException:
            for element in before:
                self.network.replace(element)
            raise
