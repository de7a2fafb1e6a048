"""Programs that do not fit on a chip, and boards by name."""

import numpy as np
import pytest
from lava_chain import chain

from lava_api.magma.compiler.place import place_process
from lava_api.magma.core.resources import KapohoBay
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi1HwCfg, Loihi1SimCfg, Loihi2HwCfg, Loihi2SimCfg
from lava_api.proc.dense.process import DelayDense, Dense
from lava_api.proc.lif.process import LIF
from loihi_emu import LOIHI1
from loihi_emu.errors import MappingError, UnknownNameError, ValidationError


# ------------------------------------------------------------ not fitting
def test_a_neuron_with_too_many_sources_names_its_process():
    cells = LIF(shape=(1,), name="sum of all")
    dense = Dense(weights=np.ones((1, 5000), int))
    LIF(shape=(5000,), name="many").s_out.connect(dense.s_in)
    dense.a_out.connect(cells.a_in)
    text = r'process "sum of all", neuron 0: needs 5000 input axons alone, .* Loihi 1 has 4096\. .*Loihi1SimCfg'
    with pytest.raises(MappingError, match=text):
        cells.run(RunSteps(1), Loihi1HwCfg())
    cells.run(RunSteps(1), Loihi1SimCfg(select_tag="fixed_pt"))  # nothing was touched
    cells.stop()


def test_too_large_for_a_board():
    cells = LIF(shape=(1024 * 257,), name="all")
    with pytest.raises(MappingError, match=r'process "all": needs 3 chips \(257 cores\), Kapoho Bay has 2'):
        cells.compile(Loihi1HwCfg(boards="kapoho_bay"))
    assert cells.compile(Loihi1HwCfg(boards=["Kapoho Bay", KapohoBay])).placement.chips == 3


@pytest.mark.parametrize(
    ("config", "neuron", "text"),
    [
        (Loihi1HwCfg, {"bias_mant": 5000}, r'process "cells", bias_mant: got 5000, Loihi 1 has -4096\.\.4095'),
        (Loihi1HwCfg, {"bias_exp": 9}, r"bias_exp: got 9, Loihi 1 has 0\.\.7"),
        (Loihi2HwCfg, {"vth": 1 << 17}, r"vth: got 131072, Loihi 2 has 0\.\.131071"),
        (Loihi2HwCfg, {"vth": -1}, r"vth: got -1"),
        (Loihi2HwCfg, {"du": 5000}, r"du: got 5000, Loihi 2 has -1\.\.4095"),
        (Loihi2HwCfg, {"dv": 4097}, r"dv: got 4097, Loihi 2 has 0\.\.4096"),
    ],
)
def test_values_beyond_a_field(config, neuron, text):
    with pytest.raises(MappingError, match=text):
        chain(2, 2, **neuron).compile(config())
    chain(2, 2, **neuron).compile(Loihi2SimCfg(select_tag="fixed_pt"))


def test_synapses_beyond_a_field():
    dense = Dense(weights=np.ones((2, 2), int), weight_exp=8, name="strong")
    with pytest.raises(MappingError, match=r'process "strong", weight_exp: got 8, Loihi 1 has -8\.\.7'):
        chain(2, 2, connection=dense).compile(Loihi1HwCfg())
    late = DelayDense(weights=np.ones((2, 2), int), delays=63, name="late")
    with pytest.raises(MappingError, match=r'process "late", delays: got 63, Loihi 1 has 0\.\.62'):
        chain(2, 2, connection=late).compile(Loihi1HwCfg())


def test_values_in_floating_point_are_no_fields():
    cells = chain(2, 2, du=0.5, dv=0.1, vth=-1, bias_mant=1e6)
    assert place_process(cells, run_cfg=Loihi2SimCfg()).budgets["compartments"].tolist() == [2]


# ------------------------------------------------------------ boards
def test_boards_that_are_none():
    with pytest.raises(UnknownNameError, match=r'"Nahuko": did you mean "Nahuku"'):
        Loihi1HwCfg(boards="Nahuko")
    with pytest.raises(ValidationError, match=r"Loihi2HwCfg, boards: got Nahuku, which carries Loihi 1.*Hala Point"):
        Loihi2HwCfg(boards="Nahuku")
    with pytest.raises(ValidationError, match="Nahuku"):
        Loihi1HwCfg(boards=3)
    with pytest.raises(ValidationError, match="one board or more"):
        Loihi1HwCfg(boards=[])
    with pytest.raises(ValidationError, match="boards of Loihi 1"):
        place_process(LIF(shape=(1,)), chip=LOIHI1, boards="Oheo Gulch")


@pytest.mark.parametrize(
    ("variables", "board", "chips"),
    [
        ({"BOARD": "kapohobay"}, "Kapoho Bay", 2),
        ({"BOARD": "ncl-12", "PARTITION": "nahuku08"}, "Nahuku", 8),
        ({"PARTITION": "nahuku99"}, "Nahuku", 32),
        ({"PARTITION": "pohoiki_springs"}, "Pohoiki Springs", 768),
        ({"BOARD": "oheogulch"}, None, None),
        ({"BOARD": "kapohobay", "NOSLURM": "1"}, None, None),
    ],
)
def test_the_environment_names_a_board(monkeypatch, variables, board, chips):
    for name in ("BOARD", "PARTITION", "NOSLURM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    placement = LIF(shape=(2,)).compile(Loihi1HwCfg()).placement
    if board is None:
        assert placement.boards is None
    else:
        assert [(b.name, b.most) for b in placement.boards] == [(board, chips)]
    given = LIF(shape=(2,)).compile(Loihi1HwCfg(boards="Nahuku")).placement
    assert [b.most for b in given.boards] == [32]


def test_the_chip_follows_boards_and_configurations():
    def chip(**options):
        return place_process(LIF(shape=(2,)), **options).chip.name

    assert chip() == "Loihi 2"
    assert chip(boards="Nahuku") == chip(run_cfg=Loihi1HwCfg()) == chip(run_cfg=Loihi1SimCfg()) == "Loihi 1"
    assert chip(run_cfg=Loihi2SimCfg()) == chip(boards="Hala Point") == "Loihi 2"
    with pytest.raises(ValidationError, match="LOIHI1 or LOIHI2"):
        chip(chip="loihi1")
