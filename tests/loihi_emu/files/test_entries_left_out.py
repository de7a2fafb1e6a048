"""Of a file in which any one entry of the header or any one array is missing, none is filled in: it is refused.

The same for entries that would be put into another order or form when written again.
"""

import copy

import mutated_networks
import numpy as np
import pytest
from messages import complains
from mutations import PROPERTIES, read, start, write

from loihi_emu import Network, Recording

pytestmark = [pytest.mark.filterwarnings("ignore::loihi_emu.LoihiInputWarning"), pytest.mark.slow]


def places(table, at=()):
    """Paths of all entries of tables; of lists of tables the first of every form."""
    seen = set()
    for key, value in table.items() if isinstance(table, dict) else enumerate(table):
        if isinstance(table, dict):
            yield (*at, key)
        if isinstance(value, dict) and (isinstance(table, dict) or tuple(value) not in seen):
            seen.add(tuple(value))
            yield from places(value, (*at, key))
        elif isinstance(value, list) and all(isinstance(entry, dict) for entry in value):
            yield from places(value, (*at, key))


def without(header, place):
    made = copy.deepcopy(header)
    inside = made
    for key in place[:-1]:
        inside = inside[key]
    del inside[place[-1]]
    return made


@pytest.mark.parametrize("make", [mutated_networks.plain, mutated_networks.learning], ids=["plain", "learning"])
@pytest.mark.parametrize("kind", PROPERTIES)
def test_what_is_left_out_is_refused_or_was_not_needed(tmp_path, kind, make):
    net = make()
    good = start(kind, net, tmp_path / "good.npz")
    content, refused = read(good), 0
    check = PROPERTIES[kind](net, good, tmp_path)
    for place in places(content["header"]):
        write(good, content | {"header": without(content["header"], place)})
        refused += bool(check(good, read(good)))
    arrays = {name.rpartition(".")[2]: name for name in content.keys() - {"header"}}  # one of each meaning
    for name in arrays.values():
        write(good, {key: value for key, value in content.items() if key != name})
        refused += bool(check(good, read(good)))
    assert refused > 30


def network_file(path, change):
    """The file of a network with a change in it."""
    good = mutated_networks.plain().save(path)
    content = read(good)
    change(content)
    write(good, content)
    return lambda: Network.load(good)


def named(content, part, name):
    """The number of a node, a connection or a probe."""
    key = "target" if part == "probes" else "name"
    return next(k for k, entry in enumerate(content["header"][part]) if entry[key] == name)


def twice(content):
    node = content["header"]["nodes"][named(content, "nodes", "cells")]
    node["parameters"].append(node["parameters"][0])


def fewer(content):
    k = named(content, "nodes", "cells")
    content["header"]["nodes"][k]["parameters"].remove("bias")
    del content[f"array.node{k}.bias"]


def late_first(content):
    key = f"array.node{named(content, 'nodes', 'late')}.times"
    content[key] = content[key][::-1].copy()


def rows_backwards(content):
    key = f"array.connection{named(content, 'connections', 'list')}.indices"
    content[key][-2:] = content[key][-2:][::-1].copy()


def order_of_nothing(content):
    key = f"array.connection{named(content, 'connections', 'list')}.order"
    content[key] = np.arange(len(content[key]), dtype=np.int32)


def probed_backwards(content):
    probe = content["header"]["probes"][named(content, "probes", "other")]
    probe["neurons"] = probe["neurons"][::-1]


@pytest.mark.parametrize(
    ("change", "texts"),
    [
        (twice, ['parameters of population "cells"', "others than those of lif"]),
        (fewer, ['parameters of population "cells"', "others than those of lif"]),
        (late_first, ['input "late"', "events out of order"]),
        (rows_backwards, [".indices", "neurons out of order"]),
        (order_of_nothing, [".order", "an order in which no list was given"]),
        (probed_backwards, ["probes[2].neurons", "neurons out of order"]),
    ],
)
def test_another_order_than_that_of_writing_is_refused(tmp_path, change, texts):
    complains(network_file(tmp_path / "net.npz", change), [str(tmp_path / "net.npz"), *texts])


@pytest.mark.parametrize(
    ("part", "entry"),
    [("info", "wall_s"), ("info", "steps_per_s"), ("stats", "overflow"), ("stats", "synaptic_events")],
)
def test_counters_of_a_recording_are_there_together(tmp_path, part, entry):
    path = start("recording", mutated_networks.plain(), tmp_path / "run.npz")
    content = read(path)
    write(path, content | {"header": without(content["header"], (part, entry))})
    complains(lambda: Recording.load(path), [str(path), f"{part}.{entry}", "got nothing"])


def test_what_a_library_says_of_a_damaged_file_is_cut(tmp_path):
    path = mutated_networks.plain().save(tmp_path / "net.npz")
    raw = bytearray(path.read_bytes())
    at = raw.index(b"header.npy")
    raw[at - 4 : at] = b"\xff\x7f\x00\x00"  # its name seems to be 32 KB long
    path.write_bytes(raw)
    complains(lambda: Network.load(path), [str(path), "cannot be read"])
