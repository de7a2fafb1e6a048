"""Running a network: steps in any pieces, reset, state and parameters, samples, checkpoints."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from loihi_emu.errors import UnsupportedError, invalid, is_known, unknown
from loihi_emu.keywords import known_keywords_of, missing_attribute
from loihi_emu.network.elements import Connection, Input, Population
from loihi_emu.network.network import Network
from loihi_emu.ranks.ending import ranks_of
from loihi_emu.ranks.ranks import Ranks
from loihi_emu.read_only import read_only
from loihi_emu.recording.recording import Recording
from loihi_emu.recording.steps import steps_of
from loihi_emu.run import access, checkpoint
from loihi_emu.run.accounts import Counters
from loihi_emu.run.closed_loop import Step
from loihi_emu.run.executors import Executor
from loihi_emu.run.guard import Guard, changes, glances, reads, runs
from loihi_emu.run.progress import Progress
from loihi_emu.run.run_records import RunRecords
from loihi_emu.run.sample_runs import run_samples
from loihi_emu.run.threads import AUTO, threads_of
from loihi_emu.run.together import RanksGuard, check_cores, check_same, interval_of

OVERFLOW = ("chip", "warn", "raise")


@known_keywords_of
@read_only("network", "overflow", "threads", "exchange_every")
class Emulator(RunRecords):
    """Runs a network bit for bit.

    A run may be cut into pieces in any way: results are the same. The network is taken as it is now; what is added to
    it later is not seen.

    All methods may be called from any thread. While a run is under way, what reads (``step``, ``recording``, ``get``,
    ``save``, ``memory``) waits up to 0.2 s for the end of a chunk of steps and sees the state of one step; what changes
    (``set``, ``set_input``, ``restore``, ``reset``, ``forget``) or runs raises a SimulationError at once. The same
    holds for signal handlers and callbacks in the thread that runs; while recordings are written to a file (``to=``)
    they get an error.

    Parameters
    ----------
    network : Network
    overflow : {"chip", "warn", "raise"}
        What to do when an integer leaves its field: wrap or saturate as the chip does and count it; also warn once per
        run; or stop with an error (within 0.1 s of it). All three count in ``recording.stats["overflow"]``.
    threads : int or "auto"
        How many threads run it, each with neurons of its own and the synapses onto them; "auto": as many as make it
        faster on this machine's cores. Results are the same for every number. Fewer run it where it cannot be cut into
        so many pieces: the attribute says how many.
    comm : mpi4py.MPI.Intracomm or "world", optional
        Run on all processes (ranks) of an MPI communicator, ``MPI.COMM_WORLD`` (or "world") for all that
        ``mpiexec -n 4 python program.py`` starts. All ranks make the same calls with the same values: each updates some
        of the neurons and holds the synapses onto these. Results are those of one process, and every rank has them:
        recordings and what ``get`` returns are whole on each. ``step``, ``recording`` and ``memory`` (of this rank) may
        be read by one rank alone, all else is called by all. Where ranks differ, or one fails, all raise an error.
    exchange_every : int, optional
        With `comm`: after so many steps ranks exchange their spikes at the latest; by default after as many as the
        shortest delay between ranks allows (a delay of d steps: d + 1). The attribute says after how many.

    Raises
    ------
    ValidationError
        Something else than a network, or than a communicator; delays between ranks that are too short for
        `exchange_every`.
    MissingExtraError
        A communicator is asked for, and mpi4py is not installed.
    OutOfMemoryError
        It does not fit into the memory that is free.
    SimulationError
        Ranks have different networks or settings, or another rank failed.

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

    def __init__(
        self,
        network: Network,
        *,
        overflow: str = "chip",
        threads: int | str = 1,
        comm: Any = None,
        exchange_every: int | None = None,
    ) -> None:
        if not isinstance(network, Network):
            raise invalid("Emulator", "network", repr(network), "a loihi_emu.Network")
        if not is_known(overflow, OVERFLOW):
            raise unknown("overflow mode", overflow, OVERFLOW)
        if not network.populations and not network.inputs:
            raise invalid(f'network "{network.name}"', "", "nothing to run", "at least one population or input")
        self.overflow = overflow
        every = interval_of(exchange_every, comm)
        ranks = ranks_of("Emulator", comm)
        self._guard = Guard() if ranks is None else RanksGuard(ranks)
        count = threads_of(threads, network)
        if ranks is not None and threads == AUTO:
            count = max(min(count, ranks.cores // len(ranks.here)), 1)
        if ranks is None:
            super().__init__(network.copy(), count)
        else:
            ranks.together("Emulator()", (), self._build, ranks, network.copy(), count, every)
        exchange = self.image.exchange
        self.exchange_every = 1 if exchange is None else exchange.every
        self._forget()

    # ------------------------------------------------------------ running
    @property
    @glances
    def step(self) -> Step:
        """The number of the step that runs next, of those since the start or the last reset; called, it runs that step.

        ``seen = emulator.step({"camera": [3, 17]})`` closes a loop: the input sends these events in this step, and
        what probes saw in it comes back, ``seen["motor"]`` as indices of the neurons that spiked, ``seen["motor.v"]``
        as a row of state, ``seen.payloads["motor"]`` as values of graded spikes. Results are those of the same events
        listed beforehand, and recordings go on as in a run: :meth:`forget` drops them.

        Parameters
        ----------
        events : dict, optional
            Input (or its name) to what it sends in this step, in place of what is listed for it: indices of neurons (a
            list, an array, one integer; each once), booleans of the input's shape, or a tuple (indices, payloads).
            Inputs that are not named go on with their events or rates.

        Returns
        -------
        Seen
            A dict.

        Raises
        ------
        ValidationError
            Before the step: an unknown or a Poisson input; neurons out of range or named twice; what is no form of
            events.
        SimulationError
            A run is under way; an overflow under ``overflow="raise"``.

        Examples
        --------
        >>> from loihi_emu import Network, Emulator
        >>> net = Network()
        >>> camera, motor = net.input("camera", 20), net.population("motor", 2, vth=9)
        >>> wiring = net.connect(camera, motor, ([3, 17], [0, 1], [10, 10]))
        >>> probe = net.probe(motor)
        >>> emulator = Emulator(net)
        >>> emulator.step({"camera": [17]})["motor"].tolist(), emulator.step()["motor"].tolist(), emulator.step + 0
        ([1], [], 2)
        """
        made = Step(self._pacer.clock[0])
        made.emulator = self
        return made

    @runs
    def run(self, steps: int, *, progress: bool | None = None, to: str | Path | None = None) -> Recording:
        """Run so many steps and return what the probes saw in them.

        Ctrl-C stops between two steps, within 0.2 s; what was recorded until then is in :attr:`recording`.

        With `to`, recordings go to a file while running, and take no more memory than a few buffers, however long the
        run is. The file can be read at any moment, also while it grows and after the process was killed: all but about
        the last second, or the last 8 MB, is in it. ``Recording.load(path)`` and the Recording returned read from it
        what is asked for; ``part(start, stop)`` is for what does not fit into memory.

        Parameters
        ----------
        steps : int
            0 or more.
        progress : bool, optional
            Show a progress bar on stderr; by default on a terminal and in notebooks, for runs longer than about 2 s.
        to : str or Path, optional
            A new file, such as "run.rec"; or one that an earlier run of the same network wrote up to this step: then
            it goes on. Compared is what can never be changed: name, chip, rules, seed, populations, connections with
            their synapses and delays, probes; not weights, thresholds and inputs, which may have been set between the
            runs. Any other file is left as it is.

        Raises
        ------
        ValidationError
            A negative or fractional number of steps; a file that cannot be written, or is of something else.
        SimulationError
            An overflow under ``overflow="raise"``; a run that is under way already; a disk that is full: what is in the
            file stays whole, the rest is in :attr:`recording`, and a run to the same file goes on with it.
        OutOfMemoryError
            No memory for more rows: what was recorded can be read, saved and dropped (:meth:`forget`).
        """
        count, progress = steps_of("run", steps, 0), self._wanted("run", progress)
        own = vars(self)  # quicker than the attributes of what users only read
        guard: Guard = own["_guard"]
        if own["_sample_steps"] is not None:  # recordings of samples do not go on in those of a run
            guard.setup(self._forget)
        counters: Counters = own["_counters"]
        before, begin, earlier = counters.snapshot(), perf_counter(), own["_wall"]
        file = None if to is None else guard.setup(partial(self._file, to, before))

        def after_chunk() -> None:
            own["_wall"] = earlier + perf_counter() - begin
            if file is not None:
                guard.setup(file.after_chunk)
            self._check_overflow(before)

        try:
            with Progress(count, progress) as shown:
                own["_pacer"].run(count, shown, after_chunk, guard.part)
        finally:
            own["_wall"] = earlier + perf_counter() - begin
            if file is not None:
                guard.setup(file.finish)
        self._warn_overflow(before)
        return counters.recording(before, own["_wall"] - earlier)

    @runs
    def run_samples(
        self,
        steps: int,
        inputs: Mapping[Any, Any],
        *,
        progress: bool | None = None,
        to: str | Path | None = None,
        workers: int | str = 1,
        executor: Executor | None = None,
    ) -> Recording:
        """Run many samples, each from the initial state, without building anything anew.

        Sample k gives what ``reset()``, ``set_input(name, inputs[name][k])`` and ``run(steps)`` give; Poisson inputs
        and noise draw other numbers in each sample, by its number k. So results do not depend on who runs which.
        Afterwards the emulator is reset and has its own inputs again.

        Parameters
        ----------
        steps : int
            Steps of each sample.
        inputs : dict
            Input (or its name) to samples: an array (samples, steps, size), or a list of spikes in any form that
            ``Network.input`` takes; for a Poisson input an array (samples, size) of rates.
        progress : bool, optional
        to : str or Path, optional
            A new file that recordings go to while running, as for :meth:`run`.
        workers : int or "auto"
            Processes that run samples side by side; "auto": as many as there are processors. Where it is safe (Linux,
            no other threads) they share this emulator's image, elsewhere each makes it once.
        executor : object, optional
            What runs samples instead, here or on a cluster: an executor of ``concurrent.futures``, ``mpi4py.futures``
            or dask (``client.get_executor()``). It stays open.

        Returns
        -------
        Recording
            Of all samples, one after the other; ``spike_counts(name)`` has shape (samples, size), ``sample(k)`` is the
            Recording of one.

        Raises
        ------
        ValidationError
            Samples that do not fit the inputs, before the first is run.
        SimulationError
            An overflow under ``overflow="raise"``, with the sample; a worker that was killed. Samples before are in
            :attr:`recording`, as they are after Ctrl-C.
        """
        return run_samples(self, steps, inputs, progress, to, workers, executor)

    @changes
    def reset(self) -> None:
        """Go back to step 0 and the initial state, and forget recordings.

        Parameters, weights and inputs that were set stay.
        """
        self.image.arena.reset()
        self._forget()

    @changes
    def forget(self) -> None:
        """Drop what was recorded and begin counters anew, and go on: nothing else changes, not the step either.

        The memory is given back, but for small buffers, and for what Recordings hold that are still in use.

        Examples
        --------
        >>> from loihi_emu import Network, Emulator
        >>> net = Network()
        >>> probe = net.probe(net.population("cells", 2, vth=1, bias=30), ["spikes", "v"])
        >>> emulator = Emulator(net)
        >>> first = emulator.run(4)
        >>> emulator.forget()
        >>> second = emulator.run(2)
        >>> emulator.recording.start, emulator.recording.steps, emulator.recording["cells.v"][:, 0].tolist()
        (4, 2, [60, 0])
        """
        self._forget(keep_blocks=False)

    @property
    @reads
    def recording(self) -> Recording:
        """Everything recorded since the start, the last reset, forget or samples, whatever the pieces."""
        return self._counters.recording(self._first, self._wall, self._sample_steps, self._sample_ends)

    # ------------------------------------------------------------ state and parameters
    @reads
    def get(self, name: str | Population | Connection, variable: str, *, view: str = "state") -> Any:
        """A copy of a state variable or parameter of a population, or of the weights of a connection.

        Parameters
        ----------
        name : population, connection, or its name
        variable : str
            State ("u", "v", "rest": steps until it integrates again), a parameter, or "weights" (as they act: the
            mantissas without what bits, sign mode and exponent take from them), "given" (as given) or "delays". Of a
            sparse connection these are one value per synapse: of a list or a scipy.sparse matrix in the order in which
            it was given, of an array by pre, then post (``Connection.pre_indices`` and ``post_indices`` name the
            neurons). Of a connection that learns also "tags", traces ("x1" ...), and of its rule "learning", "rule",
            "dw", "dd", "dt", "t_epoch", "tau_x1", "impulse_x1" ...
        view : {"state", "chip"}
            "chip": v as a probe on a chip reads it, as for ``Network.probe``; where a probe with that view is on the
            population, which makes the emulator keep what it takes.
        """
        return access.get(self, name, variable, view)

    @changes
    def set(self, name: str | Population | Connection, variable: str, value: Any) -> None:
        """Set a state variable or parameter of a population, or the weights of a connection, from the next step on.

        The value is checked as at construction. Weights of a dense connection are an array (n_post, n_pre); those of a
        sparse one a matrix of that shape, sparse or not, or one value per synapse in the order of :meth:`get`; a
        convolution's a kernel.
        Of a connection that learns all can be set that :meth:`get` names; ``set(c, "learning", False)`` stops it.
        A new t_epoch also holds for other connections that learn onto the same neurons, and forgets which neurons
        spiked in the unfinished epoch; traces that only a new rule has begin at 0. All else goes on.
        """
        access.change(self, name, variable, value)

    @changes
    def set_input(
        self, name: str | Input, *, spikes: Any = None, payloads: ArrayLike | None = None, rate: ArrayLike | None = None
    ) -> None:
        """Give an input other events (times count from step 0) or another rate, as for ``Network.input``."""
        access.change_input(self, name, spikes, payloads, rate)

    # ------------------------------------------------------------ checkpoints and accounts
    @reads
    def save(self, path: str | Path) -> Path:
        """Write a checkpoint: state, pending events, parameters, weights and inputs that were set, and the step."""
        return checkpoint.save(self, path)

    @changes
    def restore(self, path: str | Path) -> None:
        """Take over a checkpoint of the same network: what follows is bit-identical. Forgets recordings.

        Raises
        ------
        ValidationError
            A damaged file, or a checkpoint of another network.
        """
        checkpoint.restore(self, path)
        self._parameters_changed()
        self._forget()

    @reads
    def memory(self) -> dict[str, int]:
        """Bytes held, by purpose, with the numbers of neurons and of stored synapses."""
        return self.image.memory()

    def __reduce__(self) -> Any:
        raise UnsupportedError(
            "an Emulator cannot be pickled or copied, since it holds addresses of machine code. Pickle its network and "
            "make another, or write a checkpoint with save() and restore() it."
        )

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            raise missing_attribute(self, name)

    def __repr__(self) -> str:
        return f"<Emulator of {self.network!r} at step {self.image.step}>"

    # ------------------------------------------------------------ inside
    def _build(self, ranks: Ranks, network: Network, threads: int, every: int | None) -> None:
        """Build what belongs to this rank, where all have the same network."""
        check_same(ranks, network, {"overflow": self.overflow, "exchange_every": every})
        threads = min(ranks.meet("threads", number=threads))  # "auto" may see other cores elsewhere
        check_cores(ranks, threads)
        super().__init__(network, threads, ranks, every)
