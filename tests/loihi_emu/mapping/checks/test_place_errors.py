"""Networks that do not fit, and what the errors say."""

from dataclasses import replace

import numpy as np
import pytest
from messages import UNHEEDED
from placements import cells

from loihi_emu import LOIHI1, LOIHI2, Conv2D, LearningRule, Network, Trace
from loihi_emu.errors import MappingError, UnknownNameError, UnsupportedError, ValidationError

pytestmark = UNHEEDED


def test_a_core_with_too_many_compartments_is_named():
    with pytest.raises(MappingError, match=r'population "p1": needs 1100 compartments, has 1024.*Move 76 of'):
        cells(100, 1000).place(strategy={"p0": 2, "p1": 2})


def test_what_to_move_is_enough():
    # not one neuron of "p1" can stay beside 1200 others
    net = cells(300, 1500, 900)
    with pytest.raises(
        MappingError, match=r"Move 1500 of the 1500 .*\"p1\" and 176 of the 900 .*\"p2\" to other cores"
    ):
        net.place(strategy={"p0": 0, "p1": 0, "p2": 0})
    kept = {"p0": 0, "p1": 1 + np.arange(1500) // 1024, "p2": np.where(np.arange(900) < 900 - 176, 0, 3)}
    assert net.place(strategy=kept).budgets["compartments"][0] == 1024


def test_where_nothing_fits_greedy_is_not_advised():
    net = cells(5000, 10)
    net.connect("p0", "p1", np.ones((10, 5000), int), name="c")
    with pytest.raises(MappingError, match=r'"c": needs 5000 input axons, .* Not even strategy="greedy" .*5000 input'):
        net.place(strategy={"p0": np.arange(5000) // 1000, "p1": 9})


def test_the_connection_that_needs_most_memory_is_named():
    net = cells(200, 1000)
    net.connect("p0", "p1", np.ones((1000, 200), int), name="big")
    with pytest.raises(MappingError, match=r'connection "big": needs 1804800 bits of synaptic memory, has 1048576'):
        net.place(strategy={"p0": 0, "p1": 1})


def test_a_neuron_with_too_many_sources_fits_nowhere():
    net = cells(5000, 1)
    net.connect("p0", "p1", np.ones((1, 5000), int))
    with pytest.raises(MappingError, match=r'"p1", neuron 0: needs 5000 input axons alone.*has 4096\. Fewer sources'):
        net.place()


def test_delays_that_learn_need_room_whatever_they_are():
    net = cells(3, 3)
    rule = LearningRule(dd="x0*y1", x1=Trace(16, 10), y1=Trace(16, 10))
    net.connect("p0", "p1", np.ones((3, 3), int), sign_mode="mixed", learning=rule)
    with pytest.raises(MappingError, match=r'"p1", neuron 0: needs 64 dendritic .* has 20\. Learning rules without dd'):
        net.place(chip=replace(LOIHI1, accumulators=20))


def test_a_neuron_with_two_ports_needs_accumulators_for_both():
    net = Network(rules="lava")
    net.population("p0", 3, model="prod_neuron")
    net.connect("p0", "p0", np.ones((3, 3), int), delays=9)
    with pytest.raises(MappingError, match=r"needs 22 dendritic .* alone, .* has 21\. Delays of at most 8\."):
        net.place(chip=replace(LOIHI1, accumulators=21))


def test_weight_bits_with_which_a_single_neuron_fits_are_named():
    net = Network(chip=LOIHI2)
    source, cell = net.input("source", 300), net.population("cell", 1, vth=100)
    net.connect(source, cell, np.full((1, 300), 64), name="c")
    chip = replace(LOIHI2, core_memory=300 * 7 // 8)  # 2096 bits for 300 synapses; there is no width of 7
    with pytest.raises(MappingError, match=r'"cell", neuron 0: needs 2400 bits .* has 2096\. Use weight_bits=6, short'):
        net.place(chip=chip)
    fewer = Network(chip=LOIHI2)
    source, cell = fewer.input("source", 300), fewer.population("cell", 1, vth=100)
    fewer.connect(source, cell, np.full((1, 300), 64), weight_bits=6, name="c")
    assert fewer.place(chip=chip).budgets["synaptic_bits"].tolist() == [1800]


@pytest.mark.parametrize("size", [1, 2, 5])
def test_a_neuron_that_needs_the_memory_of_several_cores_fits_nowhere(size):
    net = cells(100, size)
    net.connect("p0", "p1", np.ones((size, 100), int))
    # a list each, of 8 bits and a header: a word of 64
    with pytest.raises(MappingError, match=r'"p1", neuron 0: needs 6400 bits of synaptic memory alone, .* has 64\.'):
        net.place(chip=replace(LOIHI1, synaptic_memory=8))


@pytest.mark.parametrize(
    ("chip", "options", "text"),
    [
        ({"accumulators": 21}, {"delays": 20}, r"needs 22 dendritic acc.* alone, .* has 21\. Delays of at most 19\."),
        ({"accumulators": 5}, {"delays": 20}, r"needs 22 dendritic acc.* alone, .* has 5\. Delays of at most 3\."),
        ({"synaptic_memory": 100}, {}, r"needs 1280 bits of synaptic memory alone, .* has 800\. Fewer sources"),
        ({"synapse_formats": 1}, {"weight_exp": 1}, r"needs 2 synapse formats alone, .* has 1\. Fewer kinds"),
    ],
)
def test_what_a_single_neuron_needs_is_named(chip, options, text):
    net = cells(10, 1)
    for k in range(2):
        net.connect("p0", "p1", np.ones((1, 10), int), **(options if k else {}))
    with pytest.raises(MappingError, match=f'population "p1", neuron 0: {text}'):
        net.place(chip=replace(LOIHI1, **chip))


@pytest.mark.parametrize(
    ("quantity", "value"),
    [("compartments_per_core", 0), ("usable_cores", 0), ("axons_in", 0), ("accumulators", 1), ("synapse_block", 0),
     ("tiles", 0), ("cores_per_tile", 0)],
)  # fmt: skip
def test_chips_on_which_nothing_can_be(quantity, value):
    with pytest.raises(ValidationError, match=f"Loihi 1, {quantity}: got {value}, allowed is {value + 1} or more"):
        cells(10).place(chip=replace(LOIHI1, **{quantity: value}))


@pytest.mark.parametrize(
    ("quantity", "value"), [("compartments_per_core", 1.5), ("usable_cores", "4"), ("index_bits_min", None)]
)
def test_chips_have_whole_numbers(quantity, value):
    with pytest.raises(ValidationError, match=f"Loihi 1, {quantity}: got {value!r}, allowed is a whole number, "):
        cells(10).place(chip=replace(LOIHI1, **{quantity: value}))


def test_too_few_chips_and_a_board_that_would_do():
    with pytest.raises(MappingError, match=r'needs 3 chips \(258 cores\), Kapoho Bay has 2 .*boards="Nahuku"'):
        cells(1024 * 258).place(boards="Kapoho Bay")
    assert cells(1024 * 258).place(boards=["Kapoho Bay", "Kapoho Bay"]).chips == 3


def test_the_longest_delays_that_would_do_are_named():
    net = cells(1000)
    net.connect("p0", "p0", (np.arange(1000), np.arange(1000), 5), delays=np.arange(1000) % 60, name="c")
    chip = replace(LOIHI1, usable_cores=4, max_chips=1)
    # 250 neurons on each of 4 cores: 32 slots each
    with pytest.raises(MappingError, match=r"needs 2 chips \(8 cores\).* Use delays of at most 30, or use boards"):
        net.place(chip=chip)


def test_synapses_that_pixels_share_count_once_on_a_chip():
    net = Network(chip=LOIHI2)
    image, maps = net.population("image", (32, 32, 1), vth=100), net.population("maps", (32, 32, 4), vth=100)
    net.connect(image, maps, Conv2D(np.ones((4, 3, 3, 1), int), padding=1), name="c")
    placement = net.place()
    (row,) = placement.formats("c")
    # pixels reach 2, 3, 3, .., 3, 2 places along each side: three different lists of 2, 3 and 2
    assert (row.synapses, row.stored) == (4 * 94**2, 4 * 7**2)
    assert net.place(chip=replace(LOIHI2, synapses=row.stored)).cores == 1
    with pytest.raises(MappingError, match=f"needs {row.stored} synapses, Loihi 2 has {row.stored - 1}"):
        net.place(chip=replace(LOIHI2, synapses=row.stored - 1))


def test_the_whole_mesh_has_an_end():
    with pytest.raises(MappingError, match=r"needs 5 chips \(5 cores\), .* has 4 \(4 cores\)"):
        cells(1024 * 5).place(chip=replace(LOIHI1, usable_cores=1, max_chips=4))


def test_what_a_core_has_once_is_checked_for_ones_own_cores():
    net = Network()
    net.population("a", 10, vth=100, vmin=0)
    net.population("b", 10, vth=100)
    with pytest.raises(MappingError, match='"a" and "b" differ in vmin or vmax'):
        net.place(strategy={"a": 0, "b": 0})


def test_too_many_pretrace_profiles():
    net = cells(10, 10)
    for k in range(4):
        rule = LearningRule(dw="x1*y0", x1=Trace(16, 10 + k), y1=Trace(16, 10))
        net.connect("p0", "p1", np.ones((10, 10), int), sign_mode="mixed", learning=rule)
    with pytest.raises(MappingError, match="p1"):
        net.place()


@pytest.mark.parametrize(
    ("strategy", "error", "text"),
    [
        ("greddy", UnknownNameError, 'did you mean "greedy"'),
        ("own", UnknownNameError, 'unknown strategy "own"'),
        (5, ValidationError, "a dict of cores by population"),
        ({"p0": 0}, MappingError, "no cores for 'p1'"),
        ({"p0": 0, "p1": 0, "x": 1}, UnknownNameError, 'population "x"'),
        ({"p0": [0, 1], "p1": 0}, ValidationError, "one for each of 10 neurons"),
        ({"p0": -1, "p1": 0}, ValidationError, "-1"),
        ({"p0": 0.5, "p1": 0}, ValidationError, "whole numbers"),
    ],
)
def test_strategies_that_are_none(strategy, error, text):
    with pytest.raises(error, match=text):
        cells(10, 10).place(strategy=strategy)


def test_a_population_has_its_cores_once():
    net = cells(10)
    with pytest.raises(ValidationError, match='population "p0", cores: got two entries'):
        net.place(strategy={"p0": 0, net.populations["p0"]: 1})


def test_boards_and_chips_that_are_none():
    with pytest.raises(UnknownNameError, match="Nahuku"):
        cells(10).place(boards="Nahuk")
    with pytest.raises(ValidationError, match="one kind of chip"):
        cells(10).place(boards=["Nahuku", "Oheo Gulch"])
    with pytest.raises(ValidationError, match="got Nahuku, which carries Loihi 1, allowed is boards of Loihi 2"):
        cells(10).place(boards="Nahuku", chip=LOIHI2)
    with pytest.raises(ValidationError, match="LOIHI1 or LOIHI2"):
        cells(10).place(chip="loihi1")


def test_networks_that_chips_cannot_hold():
    net = Network(rules="float")
    net.population("a", 3, vth=1.0)
    with pytest.raises(UnsupportedError, match="quantize"):
        net.place()
    with pytest.raises(MappingError, match="no populations"):
        Network().place()
    net = Network(rules="lava")
    net.population("a", 3, bias_mant=5000)
    with pytest.raises(MappingError, match=r'"a", bias_mant: got 5000, Loihi 1 has -4096\.\.4095'):
        net.place()
    net = Network()
    net.population("a", 3, vth=1, vmin=-100)
    with pytest.raises(MappingError, match="nearest are -127 and -63"):
        net.place()
    net = Network(chip=LOIHI2)
    a = net.population("a", 3, vth=1)
    net.connect(a, a, 1, delays=63)
    with pytest.raises(MappingError, match=r"got 63, Loihi 1 has 0\.\.62"):
        net.place(chip=LOIHI1)
