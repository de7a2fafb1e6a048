"""Hypothesis settings of all tests: HYPOTHESIS_PROFILE=default|quick|thorough; derandomised where CI=true.

Kernels are compiled before the first test, once for all processes of a session: no test's time limit counts it.
"""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

sys.path.append(str(Path(__file__).resolve().parent.parent))
"""Last, so that an installed package comes first: benchmarks and examples are not installed."""

collect_ignore = ["torch"]
"""``make test-torch`` names this folder, which pytest then collects all the same."""

_COMMON = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
    "derandomize": os.environ.get("CI", "").lower() == "true",
    "print_blob": True,
}
_THOROUGH = _COMMON | {"derandomize": False}

settings.register_profile("default", max_examples=60, **_COMMON)
settings.register_profile("quick", max_examples=10, **_COMMON)
settings.register_profile("thorough", max_examples=3000, **_THOROUGH)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.hookimpl(tryfirst=True)  # before other processes start
def pytest_sessionstart(session):
    if hasattr(session.config, "workerinput") or session.config.option.collectonly:
        return
    from loihi_emu.cli.compile import compile_all

    compile_all()


def pytest_runtest_teardown():
    """Close what a test has drawn: documents and notebooks leave figures open, and too many of them warn."""
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
