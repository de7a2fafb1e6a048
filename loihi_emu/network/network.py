"""A network as a description: populations, inputs, connections and probes, each checked when it is added."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from loihi_emu.chips.chip import LOIHI1, Chip
from loihi_emu.errors import invalid
from loihi_emu.keywords import known_keywords_of, missing_attribute
from loihi_emu.learning.rule import LearningRule
from loihi_emu.network import checks, connect, probing, spike_forms, unused
from loihi_emu.network.builders.builder import Builder
from loihi_emu.network.connect import Target
from loihi_emu.network.elements import Connection, Input, Noise, Population, Probe
from loihi_emu.network.events import event_rate, sorted_events
from loihi_emu.network.other_tools import OtherTools
from loihi_emu.network.payloads import zeros_of
from loihi_emu.read_only import read_only
from loihi_emu.rules import model_of

if TYPE_CHECKING:
    from loihi_emu.mapping.placement import Placement


@known_keywords_of
@read_only("name", "chip", "rules", "seed")
class Network(OtherTools):
    """Populations of neurons, inputs, connections and probes, to be run by :class:`loihi_emu.Emulator`.

    What is added is checked at once and never changed afterwards. An event of an input at time t reaches its targets
    in step t, a neuron's spike of step t reaches them in step t + 1; a synaptic delay of d adds d steps to both.

    Parameters
    ----------
    name : str
    chip : Chip
        Whose limits of width and delay hold: LOIHI1 (default) or LOIHI2.
    rules : {"chip", "lava", "float", "brian2_loihi", "nengo_loihi"}
        The arithmetic: the chip's; Lava 0.10's fixed point; float64; or that of a peer, quirks included, to replay it.
    seed : int
        Seed of noise and Poisson inputs, 64 bits.

    Examples
    --------
    >>> from loihi_emu import Network, Emulator
    >>> net = Network("tiny")
    >>> source = net.input("source", 2, spikes=([0, 0, 1], [0, 1, 0]))
    >>> cells = net.population("cells", 3, du=4096, dv=0, vth=100)
    >>> synapses = net.connect(source, cells, [[60, 50], [20, 10], [0, 0]])
    >>> probe = net.probe(cells, ["spikes", "v"])
    >>> Emulator(net).run(3)["cells.v"].tolist()
    [[0, 1920, 0], [3840, 3200, 0], [3840, 3200, 0]]
    """

    def __init__(self, name: str = "network", *, chip: Chip = LOIHI1, rules: str = "chip", seed: int = 0) -> None:
        super().__init__(name, chip, rules, seed)

    if not TYPE_CHECKING:  # type checkers know the attributes

        def __getattr__(self, name: str) -> Any:
            raise missing_attribute(self, name)

    # ------------------------------------------------------------ adding
    def population(
        self,
        name: str,
        shape: int | Sequence[int],
        *,
        model: str = "lif",
        noise: Noise | None = None,
        **parameters: ArrayLike,
    ) -> Population:
        """Add neurons.

        Parameters
        ----------
        name : str
            New in this network.
        shape : int or tuple of int
            Number of neurons, or (height, width, channels) for convolutions; the last index runs fastest.
        model : str
            Neuron model of the network's rules: "lif", and under "lava" and "float" those of Lava's library
            (docs/models.md).
        noise : Noise, optional
        **parameters : scalar or one value per neuron
            Those of the model; unknown names are errors. chip "lif": du (0..4096, default 4096), dv (0..4096,
            default 0), vth (mantissa 0..131071, required), bias (+-4095), bias_exp (0..7), refractory (1..63),
            vmin, vmax, and the initial u and v. docs/models.md lists those of all models.

        Raises
        ------
        ValidationError
            A value out of range, a wrong shape, an unknown or a missing parameter.
        """
        where = f'population "{checks.new_name(name, "population", {**self._nodes, **self._connections})}"'
        size = checks.shape_of(shape, where)
        found = model_of(self.rule_set, model)
        checked = checks.parameters_of(found, parameters, size, where)
        checks.check_noise(noise, found, self.rules, size, where)
        made = Population(name, size, len(self._nodes), model, checked, noise)
        unused.warn_of_parameters(made, found, parameters)
        self._nodes[name] = made
        return made

    def input(
        self,
        name: str,
        shape: int | Sequence[int],
        *,
        spikes: Any = None,
        payloads: ArrayLike | None = None,
        rate: ArrayLike | None = None,
    ) -> Input:
        """Add a source of spikes from outside.

        Parameters
        ----------
        name : str
        shape : int or tuple of int
        spikes : (times, indices), list, dict, array or another form, optional
            A tuple ``(times, indices)``; a list with the times of each neuron; ``{neuron: times}``; an array or a
            scipy.sparse matrix of frames (steps, size), whose entries other than 0 and 1 are payloads; what
            ``Recording.spikes`` gives; events with named fields (a structured array, a dict, a data frame): t with i,
            or t with x, y and p onto shape (height, width), (height, width, 2) or (2, height, width). Times are whole
            steps, in any order; one event listed twice counts twice. What could mean two things is refused. Can be
            changed later with ``Emulator.set_input``.
        payloads : array of int, optional
            One per event of a form without payloads, 32 bits signed (under "float" any numbers), read by connections
            with ``graded=True`` and by third factors. An event with payload 0 is none, but for a factor's values,
            which it sets to 0.
        rate : scalar or array, optional
            Instead of `spikes`: probability per step of a seeded Poisson (Bernoulli) source, 0..1.
        """
        where = f'input "{checks.new_name(name, "input", {**self._nodes, **self._connections})}"'
        size = checks.shape_of(shape, where)
        if rate is not None:
            if spikes is not None or payloads is not None:
                raise invalid(where, "rate", "a rate together with spikes or payloads", "one of them")
            made = Input(name, size, len(self._nodes), rate=event_rate(rate, size, where))
        else:
            given = spike_forms.read(((), ()) if spikes is None else spikes, where, size, self.rule_set.floats)
            events = sorted_events(given, payloads, size, where, floats=self.rule_set.floats)
            made = Input(name, size, len(self._nodes), *events, zeros=zeros_of(given, payloads))
        self._nodes[name] = made
        return made

    def connect(
        self,
        pre: Target,
        post: Target,
        weights: Any,
        *,
        name: str | None = None,
        weight_exp: int = 0,
        weight_bits: int = 8,
        sign_mode: str = "auto",
        delays: Any = 0,
        synapses: Builder | None = None,
        graded: bool = False,
        kind: str = "auto",
        scaled: bool = False,
        order: str = "auto",
        learning: LearningRule | None = None,
        factors: Mapping[str, Any] | None = None,
        port: str | None = None,
    ) -> Connection:
        """Add synapses.

        Parameters
        ----------
        pre, post : population, input, their name, or some of its neurons
            ``population[10:20]``, ``population[[9, 0]]`` (in this order, each once), ``population[mask]`` (booleans).
            From or to neurons that are chosen one by one a list remains, between the whole populations.
        weights : array (n_post, n_pre), scipy.sparse matrix, (pre indices, post indices, values), or Conv2D
            Integer mantissas: 0..255 excitatory, -255..0 inhibitory, -256..254 mixed (floats under rules="float").
            A spike adds ``w * 2**(6 + weight_exp)`` to u; what weights lose on the way is a warning. Explicit entries
            of lists and scipy.sparse matrices are synapses, zeros too, and stay in the order in which they are given.
        name : str, optional
            Default "pre->post", numbered when taken.
        weight_exp, weight_bits : int
            -8..7; 1..8: 8 - bits low bits are dropped, one more under mixed signs.
        sign_mode : {"auto", "mixed", "excitatory", "inhibitory"}
        delays : int or array like the weights
            Further steps until arrival, 0 to the chip's limit.
        synapses : builder, optional
            Which synapses there are: ``one_to_one()``, ``all_to_all()``, ``fixed_probability(p)``,
            ``fixed_in_degree(k)``, ``fixed_out_degree(k)``, ``fixed_total_number(n)`` or ``by_distance(...)``. Weights
            and delays are then a number, one for each synapse (by source, then target), or a distribution:
            ``normal(...)``, ``lognormal(...)``, ``uniform(...)``. What is drawn depends on the network's seed and the
            number of the connection.
        graded : bool
            Payloads multiply the weights; otherwise every event counts 1, and a warning tells of payloads.
        kind : {"auto", "dense", "sparse", "conv"}
            How synapses are stored; "auto" stores arrays with less than a quarter non-zero weights sparsely,
            without their zeros, unless the connection learns.
        scaled : bool
            The values are effective weights (units of 64, 16 bits signed), as other tools report them.
        order : {"auto", "given", "sorted"}
            In which order ``Emulator.get``, ``set`` and probes have the synapses of lists: as they were given, which
            takes 4 bytes a synapse, or sorted by source, then target. "auto": as given up to 4 194 304 synapses; to
            ask for the order of a longer list is an error.
        learning : LearningRule, optional
            How these synapses change; rule sets differ in what they have of it. Every entry of an array is a synapse,
            which can grow from 0 (lists and scipy.sparse matrices have only those they name). Weights begin with their
            low bits dropped; give a `sign_mode`, which also limits what they can become.
        factors : dict, optional
            Third factors: "y1", "y2" or "y3" to a population or input (or its name) of 1 neuron or one per
            postsynaptic neuron. If the rule gives that trace, the node's spikes drive it instead of the neuron's own,
            whatever their payloads (other than 1 are warned about, negative ones refused); if not, the trace takes the
            values (payloads) of the node's events, -128..127, until the next. A listed payload of 0, or the end of a
            stretch of values in a dense array, sets it to 0. Under rules "lava" and "float" a value holds for its step.
        port : str, optional
            Where the synapses arrive in neurons that have several ports: "a_real_in" (default) or "a_imag_in" of model
            "rf". Default: the model's first.

        Raises
        ------
        ValidationError
            Wrong shape, float or too large weights, a delay beyond the limit, an unknown target; a rule that does not
            fit the rule set, or lacks a trace or the third factor that it needs.

        Warns
        -----
        LoihiInputWarning
            Of payloads, traces, factors and time constants that are given and do not act.
        """
        made = connect.connection(
            self, pre, post, weights, name=name, weight_exp=weight_exp, weight_bits=weight_bits, sign_mode=sign_mode,
            delays=delays, synapses=synapses, graded=graded, kind=kind, scaled=scaled, order=order,
            learning=learning, factors=factors, port=port,
        )  # fmt: skip
        self._connections[made.name] = made
        return made

    def probe(
        self,
        target: Target | Connection,
        variables: str | Iterable[str] = "spikes",
        *,
        every: int = 1,
        neurons: ArrayLike | slice | None = None,
        view: str = "state",
    ) -> Probe:
        """Record variables of a population ("spikes", "u", "v", ...), an input, or a connection that learns.

        Of an input there are "spikes", of a connection "weights", "delays", "tags" and traces. A row of weights,
        delays or tags is in the order of ``Emulator.get``: synapses of a list as they were given.

        Parameters
        ----------
        target : population, input, connection that learns, their name, or a slice
        variables : str or list of str
        every : int
            State is recorded in steps 0, every, 2 * every, ...
        neurons : array of int, slice, or array of bool, optional
            A subset of the neurons (counted within the slice when `target` is one), recorded in rising order.
        view : {"state", "chip"}
            How v is read. "chip": as a probe on a chip reads it, where the word that holds v counts the refractory
            steps after a spike, 128 for each that is left; v is 0 there in the rules' own state. Evidence:
            :mod:`loihi_emu.models.chip_view`. Spikes, u and all that follows are the same.
        """
        made = probing.probe(self, target, variables, every, neurons, view)
        probing.check_once(made, self._probes)
        unused.warn_of_probe(made)
        self._probes.append(made)
        return made

    def place(
        self, *, chip: Chip | None = None, boards: Any = None, strategy: Any = "greedy", rates: Any = None
    ) -> Placement:
        """Place the network on virtual chips and cores: whether it fits, where it goes, what it takes.

        Results of runs never depend on it.

        Parameters
        ----------
        chip : Chip, optional
            LOIHI1, LOIHI2 or one of your own (``dataclasses.replace(LOIHI1, cores=4)``). Default: the boards' kind of
            chip, or else the network's.
        boards : str, Board or list of them, optional
            "Kapoho Bay", "Nahuku", ...: as many chips as they have at most. Default: as many as are needed.
        strategy : {"greedy", "traffic"}, dict or function
            "greedy": populations in order of creation, cores filled one after the other, in the fewest cores.
            "traffic": neurons that send each other many spikes come together; with ``pip install
            "loihi_emu[mapping]"`` Mt-KaHyPar is asked too. A dict: population (or its name) to a
            core or one for each neuron, ``chip * chip.usable_cores + core``. A function: of the network, returns such
            a dict.
        rates : Recording or dict, optional
            For "traffic": spikes per step of each neuron, measured or given (by name, a number or one per neuron).

        Raises
        ------
        MappingError
            It does not fit: names what, the resource, have and need, and what would fit.

        Examples
        --------
        >>> net = Network()
        >>> cells = net.population("cells", 3000, vth=100)
        >>> net.place()
        <Placement of "network" on Loihi 1: 3000 neurons on 3 cores of 1 chip, strategy 'greedy'>
        """
        from loihi_emu.mapping.placing import place

        return place(self, chip=chip, boards=boards, strategy=strategy, rates=rates)

    def save(self, path: str | Path) -> Path:
        """Write everything to one npz file (compressed) with a JSON header; ".npz" is added where it is missing.

        What a run changed (state, learned weights) is in a checkpoint: ``Emulator.save``.
        """
        from loihi_emu.network.file import save

        return save(self, path)

    @classmethod
    def load(cls, path: str | Path) -> Network:
        """Read a file written by :meth:`save`; the network gives the same results, random inputs and noise included.

        Raises
        ------
        ValidationError
            Not such a file, a damaged one, or one of a newer schema.
        """
        from loihi_emu.network.file import load

        return load(cls, path)

    def copy(self) -> Network:
        """A network of the same elements, to which more can be added without changing this one."""
        other = Network(self.name, chip=self.chip, rules=self.rules, seed=self.seed)
        other._hold(self)
        return other

    def describe(self) -> str:
        """Every element, one a line."""
        shown = [self, *self._nodes.values(), *self._connections.values(), *self._probes]
        return "\n  ".join(map(repr, shown))
