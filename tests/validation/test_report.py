"""The validation table: what it prints, counts and refuses."""

import copy
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from messages import complains
from mutations import mutate_entry

from loihi_emu import ValidationError
from loihi_emu.validation import golden, report

PEER = "brian2_loihi"
ROOT = Path(__file__).resolve().parent.parent.parent


def last_line(capsys):
    return capsys.readouterr().out.splitlines()[-1]


@pytest.fixture
def folder(tmp_path):
    """A folder with the smallest case of one peer."""
    cases = [f for f in (golden.GOLDEN / PEER).glob("*.json") if f.stem not in report.TABLES]
    smallest = min(cases, key=lambda file: file.with_suffix(".npz").stat().st_size)
    (tmp_path / PEER).mkdir()
    for file in (smallest, smallest.with_suffix(".npz")):
        shutil.copy(file, tmp_path / PEER)
    return tmp_path


@pytest.mark.parametrize("oracle", [False, True])
def test_a_case_that_agrees(folder, capsys, oracle):
    assert report.validate(folder, oracle=oracle) == 0
    head, row, total = capsys.readouterr().out.splitlines()
    assert head.split() == ["peer", "case", "values", "differ", "seconds"]
    assert row.split()[0] == PEER and int(row.split()[2]) > 0 and int(row.split()[3]) == 0
    assert total.startswith("1 cases, ") and total.endswith(", 0 differ")
    assert ("the oracle" if oracle else "the emulator") in total


def test_a_case_that_differs_is_named(folder, capsys, monkeypatch):
    def spoiled(recording, kept=golden.from_recording):
        values = kept(recording)
        return lambda *what: np.asarray(values(*what)) + 1

    monkeypatch.setattr(golden, "from_recording", spoiled)
    assert report.validate(folder) == 1
    _, row, total = capsys.readouterr().out.splitlines()
    assert int(row.split()[3]) > 0 and not total.endswith(" 0 differ")


def test_folders_without_cases(tmp_path, capsys):
    texts = [str(tmp_path), "a folder without cases", "brian2_loihi, nengo_loihi"]
    complains(lambda: report.validate(tmp_path), texts)
    complains(lambda: report.validate(tmp_path / "none"), ["none", "a folder without cases"])
    (tmp_path / PEER).mkdir()
    assert report.validate(tmp_path) == 1  # nothing was compared
    assert last_line(capsys).startswith("0 cases, 0 values")


@pytest.mark.slow
def test_pages_have_the_numbers_that_are_printed(capsys):
    assert report.validate() == 0
    found = re.match(r"(\d+) cases, (\d+) values compared with the emulator, 0 differ", last_line(capsys))
    assert found
    spaced = f"{int(found[2]):,}".replace(",", " ")
    texts = {"README.md": spaced, "docs/comparison.md": spaced, "docs/evidence.md": found[0]}
    assert {page: text in (ROOT / page).read_text() for page, text in texts.items()} == dict.fromkeys(texts, True)


def test_cases_that_cannot_be_replayed_are_left_out():
    assert not report.replayable({"kind": "statistical", "synapses": []})
    assert report.replayable({"synapses": [{}, {"learning": {"lr_int": 1}}]})
    assert report.replayable({"synapses": [{"dw": "x1*y0"}]}) and report.replayable({})


@pytest.mark.parametrize("damage", [b"", b"hello", b"[1]", b"{", b"[" * 9999, b"\xff\xfe", b'{"duration": 5}'])
@pytest.mark.parametrize("ending", [".json", ".npz"])
def test_damaged_cases_name_their_file(folder, damage, ending):
    file = next((folder / PEER).glob(f"*{ending}"))
    file.write_bytes(damage)
    complains(lambda: report.validate(folder), [file.stem])


def test_any_changed_entry_of_a_case_is_told_or_compared(folder, capsys):
    file = next((folder / PEER).glob("*.json"))
    good = json.loads(file.read_text())
    for seed in range(60):
        case = copy.deepcopy(good)
        mutate_entry(case, np.random.default_rng(seed))
        file.write_text(json.dumps(case))
        told = ""
        try:
            report.validate(folder)
        except ValidationError as problem:
            told = str(problem)
        assert not told or file.stem in told
