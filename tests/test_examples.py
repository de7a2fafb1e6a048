"""Every example runs, and prints what it should."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted((ROOT / "examples").glob("*.py"))
PRINTED = {
    "composition": r"spikes of .*: \[49 42 51\]\nvoltages of the first: \[   0 6599    0    0    0 2176\]",
    "extension": r"\.\.\|\.\.\.\|\.\.\.\|\.\n\.\|\.\.\.\|\.\.\.\|\.\.\n\.\.\.\|\.\.\.\|\.\.\.\|",
    "fitting": r"neuron 3 .*=503\)\n.*: 510 of 1024\n.*: 564 of 4096\n.*: 350720 of 1048576\nprocess .*4941 .*",
    "learning": r"weights from 50: early (?:[89]\d|1[0-3]\d), late (?:-?1?\d), silent 50",
    "messages": r"received 5 messages, the last one \[24\. 26\.\]",
    "platforms": r"spikes .*: \[64 65 65 65\]\n.*voltages: \[916   0 448 916\]\n800 neuron updates, 259 spikes",
    "refinement": r"floating_pt.*100\.    75\.59  57\.13  93\.18  70\.43\]\nfixed_pt.*100\.  75\.  56\.  92\.  69\.\]",
    "short": r"\[\[  0   3   6   9\]\n \[  0  -4  -8 -12\]\]",
    "spikes": r"spikes of each neuron: \[ 66 484 179 368 137   1   1 145   0  45\]",
}
"""What examples print, as regular expressions. All but ``fitting`` and ``platforms``, which need a chip, print the
same on Lava 0.10; ``learning`` rounds at random."""


def test_every_example_is_run():
    assert [file.stem for file in FILES] == sorted(PRINTED)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_example(file):
    command = [sys.executable, "-W", "error", "-m", "lava_api", str(file)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert re.fullmatch(PRINTED[file.stem], done.stdout.strip()), done.stdout


def test_the_readme_shows_an_example_as_it_is():
    assert (ROOT / "examples" / "spikes.py").read_text() in (ROOT / "README.md").read_text()
