"""What the file of a network must be: every entry of its header, and every array's form before one is unpacked."""

from __future__ import annotations

import types
from dataclasses import fields
from itertools import pairwise
from math import prod
from typing import Any, get_args, get_type_hints

import numpy as np

from loihi_emu.chips.chip import Chip
from loihi_emu.errors import invalid, unknown
from loihi_emu.files import entries
from loihi_emu.files.archive import Archive
from loihi_emu.network.checks import MAX_NEURONS, OFTEN
from loihi_emu.network.listed import index_type
from loihi_emu.network.payloads import listed_events, payload_types
from loihi_emu.network.recipe_file import RECIPE, check_recipe
from loihi_emu.rules import RuleSet, find, model_of, names
from loihi_emu.rules.weights import SIGN_MODES

WIDE = 1 << 62
COUNT = entries.whole(0, WIDE)

RULE = entries.record(
    {
        **dict.fromkeys(("dw", "dd", "dt"), entries.perhaps(entries.text)),
        **dict.fromkeys(("x1", "x2", "y1", "y2", "y3"), entries.perhaps(entries.listed(entries.number, 2))),
        "t_epoch": COUNT,
        "random": entries.perhaps(entries.number),
        "needs": entries.listed(entries.text),
    }
)
"""Settings of a learning rule."""

_INPUT = entries.record(
    {"name": entries.text, "shape": entries.listed(entries.whole(1, MAX_NEURONS)), "is": entries.text}
)
_NOISE = entries.record(
    {
        "target": entries.text,
        "exp": COUNT,
        "offset": entries.whole(-WIDE, WIDE),
        "enabled": entries.either(entries.listed(entries.flag), entries.flag),
    }
)
_POPULATION = entries.record(
    {
        "name": entries.text,
        "shape": entries.listed(entries.whole(1, MAX_NEURONS)),
        "is": entries.text,
        "model": entries.text,
        "parameters": entries.listed(entries.text),
        "noise": entries.perhaps(_NOISE),
    }
)
_PAIR = entries.listed(COUNT, 2)
_CONNECTION = entries.record(
    {
        "name": entries.text,
        "kind": entries.one_of(("dense", "sparse", "conv")),
        "sign_mode": entries.one_of(SIGN_MODES),
        "weight_bits": COUNT,
        "weight_exp": entries.whole(-WIDE, WIDE),
        "graded": entries.flag,
        "scaled": entries.flag,
        "pre": entries.listed(entries.either(COUNT, entries.text), 4),
        "post": entries.listed(entries.either(COUNT, entries.text), 4),
    },
    {
        "conv": entries.record({"stride": _PAIR, "padding": _PAIR, "dilation": _PAIR, "groups": COUNT}),
        "learning": entries.record({"rule": RULE, "factors": entries.table(entries.text), "enabled": entries.flag}),
        "port": entries.text,
        "ordered": entries.flag,
        "recipe": RECIPE,
    },
)
_PROBE = entries.record(
    {
        "target": entries.text,
        "variables": entries.listed(entries.text),
        "every": entries.whole(1, OFTEN),
        "neurons": entries.perhaps(entries.listed(entries.whole(0, MAX_NEURONS))),
        "view": entries.text,
    }
)
_FACT = entries.record(
    {
        "value": entries.perhaps(entries.either(entries.number, entries.text)),
        **dict.fromkeys(("grade", "source", "doubt", "name", "what", "unit"), entries.text),
    }
)


def _node(where: str, name: str, value: Any) -> None:
    entries.table(lambda *_: None)(where, name, value)
    entries.one_of(("input", "population"))(where, f"{name}.is", value.get("is"))
    (_INPUT if value["is"] == "input" else _POPULATION)(where, name, value)


def _quantity(hint: Any) -> entries.Check:
    """What a quantity of a chip may be, from the type that the class declares."""
    kinds = get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    found: entries.Check = {str: entries.text, int: COUNT, float: entries.number}[kinds[0]]
    return entries.perhaps(found) if type(None) in kinds else found


def _quantities() -> dict[str, entries.Check]:
    hints = get_type_hints(Chip)
    return {f.name: _quantity(hints[f.name]) for f in fields(Chip) if f.name != "sources"}


def check_header(archive: Archive) -> None:
    """Check every entry of the header by itself.

    Raises
    ------
    ValidationError
        Names the file and the entry.
    """
    chip = entries.record(
        {
            "like": entries.text,
            "changed": entries.record({}, _quantities()),
            "sources": entries.perhaps(entries.listed(_FACT)),
        }
    )
    entries.record(
        {
            "version": entries.text,
            "name": entries.text,
            "rules": entries.text,
            "seed": entries.whole(0, (1 << 63) - 1),
            "chip": chip,
            "nodes": entries.listed(_node),
            "connections": entries.listed(_CONNECTION),
            "probes": entries.listed(_PROBE),
        }
    )(archive.path, "", archive.header)
    if archive.header["rules"] not in names():
        raise unknown("rule set", archive.header["rules"], names(), where=archive.path)
    for k, c in enumerate(archive.header["connections"]):
        if ("conv" in c) != (c["kind"] == "conv"):
            raise invalid(archive.path, f"connections[{k}].conv", "one entry of two", "conv with kind conv alone")


def check_arrays(archive: Archive) -> None:
    """Check that all arrays are there, no others, each of the type and shape that the header implies."""
    rules, known = find(archive.header["rules"]), set()
    sizes: dict[str, int] = {}
    for k, node in enumerate(archive.header["nodes"]):
        size = sizes[node["name"]] = prod(node["shape"])
        if size > MAX_NEURONS:
            raise invalid(archive.path, f"nodes[{k}].shape", str(node["shape"]), "fewer than 2^31 neurons")
        parts = _input_arrays if node["is"] == "input" else _population_arrays
        known |= parts(archive, f"node{k}", node, size, rules)
    models = {node["name"]: node["model"] for node in archive.header["nodes"] if node["is"] == "population"}
    for k, c in enumerate(archive.header["connections"]):
        pre, post = (_slice_size(archive, f"connections[{k}].{side}", c[side], sizes) for side in ("pre", "post"))
        known |= _connection_arrays(archive, f"connection{k}", c, pre, post, rules)
        if c["post"][0] in models:
            _check_port(archive, f"connections[{k}].port", c, model_of(rules, models[c["post"][0]]).ports)
    archive.only(known)


def _check_port(archive: Archive, name: str, c: Any, ports: tuple[str, ...]) -> None:
    """Raise unless a connection says where it arrives in neurons that have several ports, and only there."""
    if len(ports) == 1 and "port" in c:
        raise invalid(archive.path, name, "one at neurons that have one port", "none")
    if len(ports) > 1:
        entries.one_of(ports)(archive.path, name, c.get("port"))


def _one_or_each(archive: Archive, name: str, size: int, dtype: Any) -> str:
    """An array of one number, or of one for each neuron."""
    form = archive.forms.get(name)
    archive.expect(name, () if form is not None and form.shape == () else (size,), dtype)
    return name


def _input_arrays(archive: Archive, key: str, node: Any, size: int, rules: RuleSet) -> set[str]:
    times, rate, payloads = f"{key}.times", f"{key}.rate", f"{key}.payloads"
    found = {times, f"{key}.indices"}
    events: tuple[int, ...] = (0,)
    if rate in archive.forms:
        found.add(_one_or_each(archive, rate, size, np.float64))
    else:
        events = archive.expect(times, None, np.int64).shape
        if payloads in archive.forms:
            archive.expect(payloads, events, *payload_types(rules.floats))
            found.add(payloads)
    for name in (times, f"{key}.indices"):
        archive.expect(name, events, np.int64)
    return found


def _population_arrays(archive: Archive, key: str, node: Any, size: int, rules: RuleSet) -> set[str]:
    parameters = model_of(rules, node["model"]).parameters
    known = [p.name for p in parameters]
    if node["parameters"] != known:
        given = f"others than those of {node['model']}"
        raise invalid(archive.path, f'parameters of population "{node["name"]}"', given, ", ".join(known))
    types_of = {f"{key}.{p.name}": np.int64 if p.whole else np.float64 for p in parameters}
    return {_one_or_each(archive, name, size, dtype) for name, dtype in types_of.items()}


def _slice_size(archive: Archive, name: str, part: Any, sizes: dict[str, int]) -> int:
    """Number of neurons of one side of a connection."""
    node, start, stop, step = part
    for at, entry in ((0, node), (1, start), (2, stop), (3, step)):
        (entries.text if at == 0 else COUNT)(archive.path, f"{name}[{at}]", entry)
    if node not in sizes:
        raise unknown("population or input", node, sizes, where=f"{archive.path}, {name}")
    if not (start <= stop <= sizes[node] and step >= 1):
        given = f"neurons {start}:{stop}:{step}"
        raise invalid(archive.path, name, given, f"a part of the {sizes[node]} neurons with a step of 1 or more")
    return len(range(start, stop, step))


def _connection_arrays(archive: Archive, key: str, c: Any, pre: int, post: int, rules: RuleSet) -> set[str]:
    if "recipe" in c:
        check_recipe(archive.path, key, c)
        return set()
    values, delays = f"{key}.values", f"{key}.delays"
    types_of = rules.weights.dtypes
    found = {values, delays}
    if c["kind"] == "dense":
        shape = archive.expect(values, (post, pre), *types_of).shape
    elif c["kind"] == "sparse":
        shape = archive.expect(values, None, *types_of).shape
        archive.expect(f"{key}.indptr", (pre + 1,), np.int64)
        archive.expect(f"{key}.indices", shape, index_type(post))
        found |= {f"{key}.indptr", f"{key}.indices"}
        if f"{key}.order" in archive.forms:
            archive.expect(f"{key}.order", shape, np.int32)
            found.add(f"{key}.order")
    else:
        form = archive.forms.get(values)
        shape = form.shape if form is not None and len(form.shape) == 4 else (1, 1, 1, 1)
        archive.expect(values, shape, *types_of)
    if "ordered" in c and (c["ordered"] or c["kind"] != "sparse" or f"{key}.order" in archive.forms):
        raise invalid(archive.path, f"{key}.ordered", "an entry", "False for a list whose order was not kept")
    one = archive.forms.get(delays)
    if one is not None and one.shape == ():
        archive.expect(delays, (), np.int64)
    else:
        archive.expect(delays, shape, np.uint8)
    if "learning" in c and f"{key}.tags" in archive.forms:
        archive.expect(f"{key}.tags", shape, np.int16 if rules.learning is None else rules.learning.tag_type)
        found.add(f"{key}.tags")
    return found


def check_values(archive: Archive) -> None:
    """Check, after unpacking, what the network's own checks do not see: orders, and where rows of synapses begin."""
    for k, node in enumerate(archive.header["nodes"]):
        if node["is"] == "input":
            key = f"node{k}"
            payloads = archive[f"{key}.payloads"] if f"{key}.payloads" in archive.forms else None
            where = f'input "{node["name"]}"'
            listed_events(archive[f"{key}.times"], archive[f"{key}.indices"], payloads, prod(node["shape"]), where)
    for k, c in enumerate(archive.header["connections"]):
        if c["kind"] == "sparse" and "recipe" not in c:
            _check_synapses(archive, f"connection{k}")
    for k, p in enumerate(archive.header["probes"]):
        if len(set(p["variables"])) < len(p["variables"]):
            raise invalid(archive.path, f"probes[{k}].variables", "a variable twice", "each once")
        if p["neurons"] is not None and any(a >= b for a, b in pairwise(p["neurons"])):
            raise invalid(archive.path, f"probes[{k}].neurons", "neurons out of order", "rising neurons")


def _check_synapses(archive: Archive, key: str) -> None:
    """Whether synapses stand by pre, then post, then as given, which is the order in which they are written."""
    starts, after, name = archive[f"{key}.indptr"], archive[f"{key}.indices"], f"{key}.order"
    count = len(after)
    if starts[0] != 0 or starts[-1] != count or np.any(starts[1:] < starts[:-1]):
        given = "row starts that do not rise from 0 to the number of synapses"
        raise invalid(archive.path, f"array {key}.indptr", given, f"0 to {count}, rising")
    inside = np.ones(count, bool)  # whether the synapse before is one of the same neuron
    inside[starts[:-1][starts[:-1] < count]] = False
    inside = inside[1:]
    if np.any(inside & (after[1:] < after[:-1])):
        raise invalid(archive.path, f"array {key}.indices", "neurons out of order", "rising neurons in each row")
    if name not in archive.forms:
        return
    order = archive[name]
    if not np.array_equal(np.sort(order), np.arange(count)):
        raise invalid(archive.path, f"array {name}", "some number twice", f"each of 0..{count - 1} once")
    if np.any(inside & (after[1:] == after[:-1]) & (order[1:] < order[:-1])) or np.all(order[1:] > order[:-1]):
        allowed = "another order than the rows', which keeps that of synapses between the same two"
        raise invalid(archive.path, f"array {name}", "an order in which no list was given", allowed)
