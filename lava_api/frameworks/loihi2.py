"""Everything for networks of graded spikes: ``import lava.frameworks.loihi2 as lv``."""

from lava_api.magma.core.run_conditions import RunContinuous, RunSteps
from lava_api.magma.core.run_configs import Loihi2HwCfg, Loihi2SimCfg
from lava_api.networks.gradedvecnetwork import (
    GradedDense,
    GradedSparse,
    GradedVec,
    InputVec,
    LIFVec,
    NormalizeNet,
    OutputVec,
    ProductVec,
)
from lava_api.networks.resfire import ResFireVec

__all__ = [
    "GradedDense",
    "GradedSparse",
    "GradedVec",
    "InputVec",
    "LIFVec",
    "Loihi2HwCfg",
    "Loihi2SimCfg",
    "NormalizeNet",
    "OutputVec",
    "ProductVec",
    "ResFireVec",
    "RunContinuous",
    "RunSteps",
]
