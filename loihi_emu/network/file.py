"""Networks in files: everything that a network was made of, in one npz with a JSON header."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np

from loihi_emu._version import __version__
from loihi_emu.chips.chip import LOIHI1, LOIHI2, Chip
from loihi_emu.chips.facts import Fact
from loihi_emu.errors import invalid, unknown
from loihi_emu.files.archive import naming, open_archive, write_archive
from loihi_emu.files.npz import Arrays
from loihi_emu.learning.checks import checked_tags
from loihi_emu.learning.rule import LearningRule
from loihi_emu.network.conv2d import Conv2D
from loihi_emu.network.elements import Connection, Input, Noise, Population, Probe, Source
from loihi_emu.network.file_checks import check_arrays, check_header, check_values
from loihi_emu.network.members import Members
from loihi_emu.network.payloads import with_zeros
from loihi_emu.network.recipe_file import recipe_arguments, recipe_settings
from loihi_emu.network.slices import Slice
from loihi_emu.network.synapse_order import unpacked
from loihi_emu.rules import RuleSet
from loihi_emu.user_warnings import heard

SCHEMA = 1
KIND = "loihi_emu network"
CHIPS = (LOIHI1, LOIHI2)
EVENTS = ("times", "indices", "payloads", "rate")
CONNECTED = ("sign_mode", "weight_bits", "weight_exp", "graded", "scaled")
CONVOLVED = ("stride", "padding", "dilation", "groups")


class Extensible(Protocol):
    """A network as it is read: elements are added to it, and checked as any others."""

    @property
    def rule_set(self) -> RuleSet:
        """How it counts."""

    def population(self, *args: Any, **kwargs: Any) -> Population:
        """Add neurons."""

    def input(self, *args: Any, **kwargs: Any) -> Input:
        """Add a source of spikes."""

    def connect(self, *args: Any, **kwargs: Any) -> Connection:
        """Add synapses."""

    def probe(self, *args: Any, **kwargs: Any) -> Probe:
        """Add a probe."""

    def replace(self, element: Input | Connection) -> None:
        """Put an element in the place of the one of its name."""

    def __getitem__(self, name: str) -> Source: ...


N = TypeVar("N", bound=Extensible)


def save(network: Members, path: str | Path) -> Path:
    """Write a network. See :meth:`loihi_emu.Network.save`."""
    arrays: Arrays = {}
    nodes: list[Population | Input] = [*network.populations.values(), *network.inputs.values()]
    nodes.sort(key=lambda node: node.stream)  # as they were created
    header = {
        "version": __version__,
        "name": network.name,
        "rules": network.rules,
        "seed": network.seed,
        "chip": _chip_settings(network.chip),
        "nodes": [_node_settings(node, f"node{k}", arrays) for k, node in enumerate(nodes)],
        "connections": [
            _connection_settings(c, f"connection{k}", arrays) for k, c in enumerate(network.connections.values())
        ],
        "probes": [
            {"target": p.target.name, "variables": p.variables, "every": p.every, "neurons": p.neurons, "view": p.view}
            for p in network.probes
        ],
    }
    return write_archive(path, KIND, SCHEMA, header, arrays)


def load(kind: Callable[..., N], path: str | Path) -> N:
    """Read a network. See :meth:`loihi_emu.Network.load`."""
    with open_archive(path, KIND, SCHEMA) as archive:
        with naming(path):
            check_header(archive)
            check_arrays(archive)
        arrays, header = archive.arrays(), archive.header
        with naming(path):
            check_values(archive)
    with naming(path):
        network = kind(header["name"], chip=_chip(header["chip"]), rules=header["rules"], seed=header["seed"])
        for k, settings in enumerate(header["nodes"]):
            _add_node(network, settings, f"node{k}", arrays)
        for k, settings in enumerate(header["connections"]):
            _add_connection(network, settings, f"connection{k}", arrays)
        for p in header["probes"]:
            network.probe(p["target"], p["variables"], every=p["every"], neurons=p["neurons"], view=p["view"])
    return network


# ------------------------------------------------------------ chips
def _chip_settings(chip: Chip) -> dict[str, Any]:
    """The chip it is like, and what differs from that one."""
    like, changed = min(((known, _differing(chip, known)) for known in CHIPS), key=lambda found: len(found[1]))
    sources = None if chip.sources == like.sources else [asdict(fact) for fact in chip.sources]
    return {"like": like.name, "changed": changed, "sources": sources}


def _differing(chip: Chip, known: Chip) -> dict[str, Any]:
    names = [f.name for f in fields(Chip) if f.name != "sources"]
    return {name: getattr(chip, name) for name in names if getattr(chip, name) != getattr(known, name)}


def _chip(settings: Mapping[str, Any]) -> Chip:
    names = {known.name: known for known in CHIPS}
    if settings["like"] not in names:
        raise unknown("chip", settings["like"], names)
    like = names[settings["like"]]
    changed = dict(settings["changed"])
    if settings["sources"] is not None:
        changed["sources"] = tuple(Fact(**fact) for fact in settings["sources"])
    return replace(like, **changed) if changed else like


# ------------------------------------------------------------ populations and inputs
def _node_settings(node: Population | Input, key: str, arrays: Arrays) -> dict[str, Any]:
    common = {"name": node.name, "shape": node.shape}
    if isinstance(node, Input):
        for name, value in zip(EVENTS, (*with_zeros(node), node.rate), strict=True):
            if value is not None:
                arrays[f"{key}.{name}"] = value
        return {"is": "input", **common}
    for name, value in node.parameters.items():
        arrays[f"{key}.{name}"] = value
    noise = None if node.noise is None else {f.name: getattr(node.noise, f.name) for f in fields(Noise) if f.init}
    return {"is": "population", **common, "model": node.model, "parameters": list(node.parameters), "noise": noise}


def _add_node(network: Extensible, settings: Mapping[str, Any], key: str, arrays: Arrays) -> None:
    name, shape = settings["name"], settings["shape"]
    if settings["is"] == "input":
        times, indices, payloads, rate = (arrays.get(f"{key}.{part}") for part in EVENTS)
        spikes = (times, indices) if rate is None else None
        network.input(name, shape, spikes=spikes, payloads=payloads, rate=rate)
        return
    parameters = {part: arrays[f"{key}.{part}"] for part in settings["parameters"]}
    noise = None if settings["noise"] is None else Noise(**settings["noise"])
    network.population(name, shape, model=settings["model"], noise=noise, **parameters)


# ------------------------------------------------------------ connections
def _connection_settings(c: Connection, key: str, arrays: Arrays) -> dict[str, Any]:
    c = c if c.drawn else unpacked(c)
    for name in () if c.drawn else ("values", "delays", "indptr", "indices", "order", "tags"):
        if getattr(c, name) is not None:
            arrays[f"{key}.{name}"] = getattr(c, name)
    settings: dict[str, Any] = {name: getattr(c, name) for name in ("name", "kind", *CONNECTED)}
    settings |= {side: _part(getattr(c, side)) for side in ("pre", "post")}
    if c.has_choice_of_ports:
        settings["port"] = c.port
    if c.drawn:
        settings["recipe"] = recipe_settings(c.recipe)
    if not c.ordered:
        settings["ordered"] = False
    if c.conv is not None:
        settings["conv"] = {name: getattr(c.conv, name) for name in CONVOLVED}
    if c.learning is not None:
        rule, factors = c.learning.rule.settings(), dict(c.learning.factors)
        settings["learning"] = {"rule": rule, "factors": factors, "enabled": c.learning.enabled}
    return settings


def _part(part: Slice) -> list[Any]:
    return [part.target.name, part.start, part.stop, part.step]


def _add_connection(network: Extensible, settings: Mapping[str, Any], key: str, arrays: Arrays) -> None:
    more: dict[str, Any] = {}
    if "recipe" in settings:
        more = recipe_arguments(settings["recipe"])
        weights, delays = more.pop("weights"), more.pop("delays")
    else:
        weights, delays = arrays[f"{key}.values"], arrays[f"{key}.delays"]
    if settings["kind"] == "sparse" and not more:
        indptr, indices = arrays[f"{key}.indptr"], arrays[f"{key}.indices"]
        weights = (np.repeat(np.arange(len(indptr) - 1, dtype=np.int32), np.diff(indptr)), indices, weights)
        more = {"order": "sorted"}
        if f"{key}.order" in arrays:  # back into the order in which they were given
            more = {"order": "given"}
            back = np.argsort(arrays[f"{key}.order"])
            weights = tuple(part[back] for part in weights)
            delays = delays[back] if delays.ndim else delays
    elif settings["kind"] == "conv":
        weights = Conv2D(weights, **settings["conv"])
    options = {name: settings[name] for name in ("name", "kind", *CONNECTED)} | {"port": settings.get("port"), **more}
    learning = settings.get("learning")
    if learning is not None:
        options |= {"learning": LearningRule.from_settings(learning["rule"]), "factors": learning["factors"]}
    pre, post = (network[name][start:stop:step] for name, start, stop, step in (settings["pre"], settings["post"]))
    with heard():  # what the weights lose was told when the network was made
        made = network.connect(pre, post, weights, delays=delays, **options)
    for name in CONNECTED:
        if getattr(made, name) != settings[name]:  # rule sets fix what has no effect under them
            raise invalid(f'connection "{made.name}"', name, settings[name], f"{getattr(made, name)} in a file")
    if settings.get("ordered") is False:
        made = replace(made, ordered=False)
        network.replace(made)
    if learning is not None:
        how = replace(made.learning, enabled=learning["enabled"])
        network.replace(
            replace(made, learning=how, tags=checked_tags(made, arrays.get(f"{key}.tags"), network.rule_set))
        )
