"""Which models hardware configurations choose."""

import os

import numpy as np
import pytest

from lava_api.magma.core.decorator import requires, tag
from lava_api.magma.core.model.c.model import CLoihiProcessModel
from lava_api.magma.core.model.c.ports import CInPort
from lava_api.magma.core.model.c.type import LavaCDataType, LavaCType
from lava_api.magma.core.model.nc.model import NcProcessModel
from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.magma.core.model.py.ports import PyInPort
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.magma.core.process.ports.ports import InPort
from lava_api.magma.core.process.process import AbstractProcess
from lava_api.magma.core.resources import CPU, LMT, Loihi1NeuroCore, Loihi2NeuroCore
from lava_api.magma.core.run_configs import Loihi1HwCfg, Loihi2HwCfg, Loihi2SimCfg
from lava_api.proc.dense.models import PyDenseModelBitAcc, PyDenseModelFloat
from lava_api.proc.dense.process import Dense
from lava_api.proc.lif.models import PyLifModelBitAcc
from lava_api.proc.lif.ncmodels import NcL1ModelLif, NcL2ModelLif, NcModelLif
from lava_api.proc.lif.process import LIF
from loihi_emu.errors import UnsupportedError


class NcNothing(NcProcessModel):
    def allocate(self, net):
        pass


class Both(AbstractProcess):
    def __init__(self):
        super().__init__()
        self.inp = InPort((1,))


def both(*tags, base=PyLoihiProcessModel):
    """A Python model of a process with one port."""
    members = {"inp": LavaPyType(PyInPort.VEC_DENSE, int), "run_spk": lambda self: self.inp.recv() and None}
    model = type("Py" + "".join(tags), (base,), members)
    return requires(CPU)(tag(*tags)(model)) if tags else requires(CPU)(model)


def test_hardware_prefers_cores_then_integers():
    nc1, nc2 = (
        requires(Loihi1NeuroCore)(type("Nc1", (NcNothing,), {})),
        requires(Loihi2NeuroCore)(type("Nc2", (NcNothing,), {})),
    )
    plain, floating, fixed = both(), both("floating_pt"), both("fixed_pt")
    process = Both()
    assert Loihi2HwCfg().select(process, [floating, plain, fixed, nc1, nc2]) is nc2
    assert Loihi1HwCfg().select(process, [floating, plain, fixed, nc1, nc2]) is nc1
    assert Loihi1HwCfg().select(process, [floating, plain, fixed, nc2]) is fixed
    assert Loihi2HwCfg().select(process, [floating, plain]) is floating
    assert Loihi2HwCfg(select_tag="floating_pt").select(process, [fixed, floating, nc2]) is floating
    assert Loihi2SimCfg().select(process, [nc2, floating, fixed]) is floating
    with pytest.raises(NotImplementedError, match="none of those that run here"):
        Loihi2SimCfg().select(process, [nc2])
    with pytest.raises(NotImplementedError, match="neuromorphic cores"):
        Loihi1HwCfg().select(process, [nc2])


def test_hardware_runs_the_library_in_integers():
    dense, lif = Dense(weights=np.eye(2)), LIF(shape=(2,))
    dense.a_out.connect(lif.a_in)
    executable = lif.compile(Loihi2HwCfg())
    assert {leaf.model_class for leaf in executable.program.leaves} == {PyDenseModelBitAcc, PyLifModelBitAcc}
    dense, lif = Dense(weights=np.eye(2)), LIF(shape=(2,))
    dense.a_out.connect(lif.a_in)
    chosen = {LIF: NcL2ModelLif, Dense: PyDenseModelFloat}
    executable = lif.compile(Loihi2HwCfg(exception_proc_model_map=chosen))
    assert {leaf.model_class for leaf in executable.program.leaves} == {PyDenseModelFloat, PyLifModelBitAcc}


def test_names_of_models_for_one_generation():
    found = [NcModelLif, NcL2ModelLif, NcL1ModelLif]
    assert [Loihi1HwCfg()._has_core(model) for model in found] == [True, False, True]
    assert [Loihi2HwCfg()._has_core(model) for model in found] == [True, True, False]


class InC(CLoihiProcessModel):
    inp: CInPort = LavaCType(cls=CInPort, d_type=LavaCDataType.INT32)

    @property
    def source_file_name(self):
        return os.path.join("somewhere", "receiver.c")


def test_models_in_c_are_passed_over():
    model = requires(LMT)(InC)
    fixed = both("fixed_pt")
    assert Loihi2HwCfg().select(Both(), [model, fixed]) is fixed
    with pytest.raises(UnsupportedError, match=r"InC is a model in C .* Give the process a Python model"):
        Both().compile(Loihi2HwCfg(exception_proc_model_map={Both: model}))
