"""Reports of placements: the numbers are those of the budgets, tables end, names are escaped, doubts are told."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from placements import cells
from profiles import at_most

from loihi_emu import LOIHI1, LOIHI2, Conv2D, Emulator, Network, plots
from loihi_emu.errors import ValidationError
from loihi_emu.mapping.report.contents import ReportContents
from loihi_emu.mapping.strategies import LowTraffic
from loihi_emu.mapping.traffic.host_io import HostBudget, host_budgets


def small(chip=LOIHI1, **options):
    net = Network("small")
    source = net.input("source", 4, spikes=([0, 5, 5, 7], [0, 1, 2, 3]))
    cells, out = net.population("cells", 1500, vth=100), net.population("out", 10, vth=100)
    net.connect(source, cells, np.ones((1500, 4), int), name="in")
    net.connect(cells[:40], out, np.ones((10, 40), int), delays=3)
    return net.place(chip=chip, **options)


def line(text, start):
    """The first line that begins so."""
    return next(row for row in text.splitlines() if row.strip().startswith(start))


# ------------------------------------------------------------ text
def test_print_shows_the_report_and_repr_one_line():
    placement = small()
    assert str(placement) == placement.report()
    assert repr(placement).count("\n") == 0
    assert placement.report().startswith('Network "small" on Loihi 1, strategy "greedy"\n')


@pytest.mark.parametrize(
    ("resource", "start"),
    [
        ("compartments", "compartments "),
        ("axons_in", "input axons"),
        ("axons_out", "output axons"),
        ("synaptic_bits", "bits of synaptic"),
        ("accumulators", "dendritic"),
        ("threshold_profiles", "threshold profiles"),
    ],
)
def test_the_fullest_core_of_each_resource_is_told(resource, start):
    placement = small()
    needs, limit = placement.budgets[resource], placement.limits[resource]
    row = line(placement.report(), start)
    assert f" {needs.max():,} " in row and f" {limit:,} " in row
    assert f"core {needs.argmax()}" in row
    assert f"{100 * needs.max() / limit:.0f} %" in row
    assert row.count("#") == round(20 * needs.max() / limit)


def test_one_is_not_many():
    assert "takes                 1 neuron and 0 synapses on 1 core (" in cells(1).place().report()


def test_cores_connections_boards_and_messages():
    text = small(strategy={"cells": np.arange(1500) // 1000, "out": 2}).report()
    assert "1,510 neurons and 6,400 synapses on 3 cores (2.34 % of 1 chip)" in text
    assert re.search(r"^ +0 +1 .* 500 of cells$", text, re.MULTILINE)
    assert re.search(r"in +6,000 +[\d,]+ +\d+\.\d +8 +2 +weight 8 +8 dense", text)
    assert "weight 8, delay 2" in text
    assert "Wolf Mountain, Kapoho Bay, Nahuku, Pohoiki Beach, Pohoiki Springs" in text
    assert "Oheo Gulch" not in text
    assert re.search(r"messages per step, if every neuron spikes in every step\n +between cores +40\n", text)
    given = small(rates={"cells": 0.5}, strategy={"cells": np.arange(1500) // 1000, "out": 2}).report()
    assert re.search(r"messages per step, at the rates given\n +between cores +20\n", given)


def test_weak_limits_are_marked_with_their_evidence():
    text = small().report()
    assert " ?" in line(text, "compartment profiles") and " ?" not in line(text, "input axons")
    assert str(LOIHI1.fact("compartment_profiles")) in text
    assert "axons_in:" not in text


def test_unknown_limits_are_told_as_such():
    text = small(LOIHI2).report()
    row = line(text, "input axons ?")
    assert "unknown" in row and "%" not in row and "#" not in row
    assert str(LOIHI2.fact("axons_in")) in text and "numbers without % have no known limit" in text
    assert "Oheo Gulch" in text and "Nahuku" not in text
    assert "nengo-loihi" not in text.split("? limits")[0]


def test_tables_end_and_say_so():
    net = Network("wide")
    cells = net.population("cells", 64 * 100, vth=100)
    for k in range(30):
        net.connect(cells[k : k + 1], cells[k + 1 : k + 2], 5)
    placement = net.place(chip=replace(LOIHI1, compartments_per_core=64, usable_cores=5))
    text = placement.report(rows=4)
    for more in ("16 more chips", "85 more cores", "26 more connections"):
        assert f"  ... and {more}\n" in text
    assert "more chips" not in placement.report(rows=1000)
    assert "no board that is known" in text  # a chip of one's own is on no board
    with pytest.raises(ValidationError, match="rows"):
        placement.report(rows=0)


def test_cores_that_follow_each_other_and_show_the_same_share_a_line():
    text = cells_on([7] * 30 + [8] + [7] * 3).report()
    assert re.findall(r"^ +(\d+) +([\d-]+) .* (\d) of cells$", text, re.MULTILINE) == [
        ("0", "0-29", "7"), ("0", "30", "8"), ("0", "31-33", "7"),
    ]  # fmt: skip
    text = cells_on([7, 7, 0, 7]).report()
    assert re.findall(r"^ +0 +([\d-]+) .* 7 of cells$", text, re.MULTILINE) == ["0-1", "3"]


@pytest.mark.slow
def test_cores_are_in_order_of_chip_and_number_wherever_the_strategy_put_them():
    net = Network("ring")
    cells = net.population("cells", 5000, vth=100)
    rng = np.random.default_rng(1)
    pre, post = rng.integers(0, 5000, 20_000), rng.integers(0, 5000, 20_000)
    net.connect(cells, cells, (pre, post, 5))
    placement = net.place(strategy="traffic", rates={"cells": rng.random(5000)})
    lines = next(t.lines for t in ReportContents(placement).tables(10**6) if t.title.startswith("cores"))
    spans = [(int(chip.text), *map(int, core.text.split("-")), last.text) for chip, core, *_, last in lines]
    places = [(chip, core, held) for chip, *ends, held in spans for core in range(ends[0], ends[-1] + 1)]
    assert places == sorted(places) and len(places) == placement.cores
    for chip, core, held in places:
        at = (placement.chip_of("cells") == chip) & (placement.layout.core[placement.core_of("cells")] == core)
        assert held == f"{np.count_nonzero(at):,} of cells"


def cells_on(counts):
    """So many neurons on each core."""
    net = Network()
    net.population("cells", sum(counts), vth=100)
    return net.place(strategy={"cells": np.repeat(np.arange(len(counts)), counts)})


def test_boards_that_were_built_in_several_sizes():
    net = Network()
    net.population("cells", 1024 * 128 * 9, vth=100)
    assert "Nahuku (if it has 9 of 8 to 32 chips), Pohoiki Beach" in net.place().report()


def test_what_limits_most_cores_comes_first():
    text = small(strategy={"cells": np.arange(1500) // 1000, "out": 2}).report()
    first, *others = re.findall(r"([\w ]+?) on (\d) core", line(text, "nearest to its limit"))
    assert first[0].endswith("compartments") and first[1] == "2"
    assert [n for _, n in others] == ["1"]


# ------------------------------------------------------------ html
def test_html_escapes_names_and_has_the_numbers():
    net = Network("<script>")
    net.connect(net.population("a<b>", 2000, vth=100)[:5], net.population("c&d", 3, vth=100), 5, name="<i>x</i>")
    page = net.place(strategy={"a<b>": np.arange(2000) // 1000, "c&d": 2})._repr_html_()
    for bad in ("<script>", "a<b>", "c&d<", "<i>"):
        assert bad not in page
    for good in ("&lt;script&gt;", "a&lt;b&gt;", "c&amp;d", "&lt;i&gt;x&lt;/i&gt;", "width:97.7%", "1,024"):
        assert good in page
    for tag in ("table", "tr", "td", "th", "span", "div", "details", "ul"):
        assert len(re.findall(rf"<{tag}[ >]", page)) == page.count(f"</{tag}>"), tag


@pytest.mark.slow
def test_html_of_large_placements_is_short():
    net = Network()
    net.population("cells", 1024 * 128 * 20, vth=100)
    page = net.place()._repr_html_()
    assert "and 4 more chips" in page and "and 512 more cores" in page and len(page) < 150_000


# ------------------------------------------------------------ messages from inputs
def test_the_busiest_step_is_counted_exactly():
    (host,) = ReportContents(small()).host
    # two events in step 5, each to two cores
    assert host == HostBudget(chip=0, mean=0.0, busiest=4, step=5, most=4, unlisted=0)
    text = small().report()
    assert "4 messages in step 5" in text and "at most 50 per step and chip: a limit of that software" in text
    assert "exceeded" not in text


def test_more_than_the_software_sends_is_a_note():
    net = Network()
    source = net.input("source", 60, rate=0.1)
    net.connect(source, net.population("cells", 10, vth=1), np.ones((10, 60), int))
    text = net.place().report()
    assert "6 messages per step on average" in text and "60 in a step to chip 0" in text
    assert "could be exceeded on 1 chip" in text


def test_inputs_without_events_are_told_apart():
    net = Network()
    later, cells = net.input("later", 7), net.population("cells", 10, vth=1)
    net.connect(later, cells, np.ones((10, 7), int))
    placement = net.place(strategy={"cells": np.arange(10) // 5})
    (host,) = ReportContents(placement).host
    assert (host.most, host.unlisted, host.step) == (0, 14, None)
    text = placement.report()
    assert "14 messages to chip 0 in a step in which each of their neurons spikes" in text and "at most  " not in text


@at_most(40)
@given(st.integers(0, 2**32 - 1))
def test_host_messages_are_those_of_a_count_one_by_one(seed):
    rng = np.random.default_rng(seed)
    net = Network()
    for k in range(int(rng.integers(1, 4))):
        net.population(f"p{k}", int(rng.integers(1, 30)), vth=100)
    expected = {}
    cores = {name: rng.integers(0, 4, p.size) * 100 for name, p in net.populations.items()}
    poisson, most = np.zeros(4), np.zeros(4, int)
    for k in range(int(rng.integers(1, 4))):
        size = int(rng.integers(1, 6))
        events = (rng.integers(0, 4, 12), rng.integers(0, size, 12))
        rate = rng.random(size) * (rng.random(size) < 0.7) if rng.random() < 0.4 else None
        source = net.input(f"i{k}", size, **({"spikes": events} if rate is None else {"rate": rate}))
        name = f"p{rng.integers(len(cores))}"
        weights = rng.integers(0, 2, (net[name].size, size)) * (rng.random((net[name].size, size)) < 0.4)
        net.connect(source, name, weights, kind="sparse")
        for i in range(size):
            for core in {int(c) for c in cores[name][np.flatnonzero(weights[:, i])]}:
                if rate is None:
                    for t in events[0][events[1] == i]:
                        expected[core // 128, int(t)] = expected.get((core // 128, int(t)), 0) + 1
                else:
                    poisson[core // 128] += rate[i]
                    most[core // 128] += rate[i] > 0
    placement = net.place(strategy=cores)
    found = {h.chip: h for h in host_budgets(placement.problem, placement.assignment, placement.layout)}
    for chip in range(4):
        steps = {t: n for (c, t), n in expected.items() if c == chip}
        host = found.get(chip)
        if host is None:
            assert not steps and not poisson[chip]
            continue
        assert host.busiest == max(steps.values(), default=0)
        assert host.step is None or not steps or steps[host.step] == host.busiest
        assert host.mean == pytest.approx(poisson[chip]) and host.most == most[chip] + host.busiest


def test_convolutions_are_told_with_their_formats():
    net = Network()
    image, maps = net.population("image", (8, 8, 2), vth=100), net.population("maps", (6, 6, 4), vth=100)
    net.connect(image, maps, Conv2D(np.ones((4, 3, 3, 2), int)), name="conv")
    assert re.search(r"conv +2,592 .* pop16$", net.place().report(), re.MULTILINE)


@pytest.mark.slow
def test_the_guide_shows_what_is_printed(tmp_path, monkeypatch, capsys):
    page = (Path(__file__).parents[4] / "docs" / "guides" / "mapping.md").read_text()
    begins = page.split("The report begins:")[1].split("![")[0]
    shown = [row[4:] for row in begins.splitlines() if row.startswith("    ")]
    monkeypatch.chdir(tmp_path)
    block = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)[0]
    names = {"np": np, "Network": Network, "Emulator": Emulator, "plots": plots, "Figure": Figure}
    exec(block, names)
    printed = [row for row in capsys.readouterr().out.splitlines() if row]
    assert printed[: len(shown)] == shown
    own = LowTraffic(partitioner=False)  # what the guide says is without it
    best = names["net"].place(boards="Kapoho Bay", rates=names["recording"], strategy=own).traffic()
    usual = names["placement"].traffic()
    both = [(round(t.between_cores), round(t.hops_x + t.hops_y)) for t in (best, usual)]
    said = re.search(r"here (\d+) instead of (\d+) messages.*?pass\s+(\d+) tiles instead of (\d+)", page, re.DOTALL)
    assert tuple(map(int, said.groups())) == (both[0][0], both[1][0], both[0][1], both[1][1])
