"""There is nothing to measure, and that is said."""

import pytest

from lava_api.magma.core.run_configs import Loihi2HwCfg, Loihi2SimCfg
from lava_api.utils.profiler import Profiler


@pytest.mark.parametrize("config", [Loihi2SimCfg(), Loihi2HwCfg()])
def test_a_profiler_needs_a_board(config):
    with pytest.raises(NotImplementedError, match=f"no Profiler for {type(config).__name__}"):
        Profiler.init(config)


def test_a_profiler_takes_run_configurations():
    with pytest.raises(TypeError, match="allowed is an instance of RunConfig"):
        Profiler.init("Loihi2SimCfg")
