"""What is tracked over commits runs."""

import pytest

from benchmarks.tracked import steps

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("network", steps.NETWORKS)
def test_tracked_benchmarks_run(network):
    for kind in (steps.Steps, steps.Building):
        made = kind()
        made.setup(network)
        for name in dir(made):
            if name.startswith("time_"):
                getattr(made, name)(network)
    assert steps.Steps.track_bytes.unit == "bytes"


def test_the_import_is_tracked():
    steps.time_import()
