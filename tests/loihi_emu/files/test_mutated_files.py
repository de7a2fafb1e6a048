"""A file in which any one field is another, with a right sum, is refused in words or means what it says; nothing else.

A checkpoint that is refused leaves the emulator as it was; one that is taken is taken as it stands, and what a run
makes of it is a legal checkpoint again, in whatever pieces it runs. A network that is taken is one that ``Network``'s
methods made. Of a recording that is taken all can be asked. Files are tried in a process of their own, so that a crash
is seen.
"""

import subprocess
import sys

import pytest
from mutated_networks import NETWORKS
from mutations import KINDS
from mutations import __file__ as program

pytestmark = pytest.mark.slow

TRIED = 9
"""Mutations of each network's file."""


@pytest.mark.parametrize("kind", KINDS)
def test_any_changed_field_is_refused_or_means_what_it_says(tmp_path, kind):
    names = [make.__name__ for make in NETWORKS]
    command = [sys.executable, "-X", "faulthandler", program, kind, ",".join(names), "0", str(TRIED), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True)
    lines = done.stdout.splitlines()
    assert done.returncode == 0, f"{lines[-1:]}\n{done.stderr[-3000:]}"
    answers = [line for line in lines if line.startswith("  ")]
    assert len(answers) == TRIED * len(NETWORKS)
    assert 0 < answers.count("  taken") < len(answers)
