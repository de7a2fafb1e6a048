"""A progress bar: one line in a notebook, few lines in a file, none where nobody asked for one."""

import io
import sys
import types

import pytest

from loihi_emu.run import progress
from loihi_emu.run.progress import OneLine, Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def shown(monkeypatch):
    """A notebook's kernel without widgets, which keeps what each display was made with and changed to."""
    displays = []

    class Handle:
        def __init__(self, data):
            self.states = [data]

        def update(self, data, raw):
            assert raw
            self.states.append(data)

    def display(data, raw, display_id):
        assert raw
        assert display_id
        displays.append(Handle(data))
        return displays[-1]

    shell = types.SimpleNamespace(kernel=object())
    python = types.ModuleType("IPython")
    python.get_ipython = lambda: shell
    python.display = types.ModuleType("IPython.display")
    python.display.display = display
    monkeypatch.setitem(sys.modules, "IPython", python)
    monkeypatch.setitem(sys.modules, "IPython.display", python.display)
    monkeypatch.setattr(progress, "find_spec", lambda name: None)
    return displays


@pytest.fixture(autouse=True)
def settled(monkeypatch):
    """No test waits until a run has settled."""
    monkeypatch.setattr(progress, "SETTLED_SECONDS", 0.0)


def test_a_slow_first_step_shows_no_bar(shown, monkeypatch):
    monkeypatch.setattr(progress, "SETTLED_SECONDS", 60.0)
    with Progress(100, None) as bar:
        bar.advance(1, 9.0)
    assert shown == []


def test_a_notebook_without_widgets_shows_one_line_that_changes(shown, capsys):
    with Progress(100, True) as bar:
        for _ in range(10):
            bar.advance(10, 1e-6)
    assert len(shown) == 1
    last = shown[0].states[-1]["text/plain"]
    assert "100%" in last
    assert "\n" not in last
    assert capsys.readouterr() == ("", "")


def test_a_bar_that_came_by_itself_is_gone_at_the_end(shown, capsys):
    with Progress(100, None) as bar:
        bar.advance(1, 1.0)
        assert len(shown) == 1
        bar.advance(99, 1.0)
    assert shown[0].states[-1]["text/plain"] == ""
    assert capsys.readouterr() == ("", "")


def test_a_short_run_shows_nothing(shown):
    with Progress(100, None) as bar:
        bar.advance(1, 1e-6)
    with Progress(100, False) as bar:
        bar.advance(1, 9.0)
    assert shown == []


def test_lines_replace_each_other(shown):
    line = OneLine()
    for text in ("\rone", "\rtwo  ", "\n"):
        line.write(text)
        line.flush()
    assert [state["text/plain"] for state in shown[0].states] == ["", "one", "two"]


def test_a_terminal_shows_a_bar_by_itself_for_long_runs(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    with Progress(100, None) as bar:
        bar.advance(1, 1.0)
    assert "1.00/100" in sys.stderr.getvalue()


def test_a_file_gets_few_lines(monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with Progress(1000, True) as bar:
        for _ in range(1000):
            bar.advance(1, 1e-6)
    assert sys.stderr.getvalue().count("\r") <= 4
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with Progress(1000, None) as bar:
        bar.advance(1, 9.0)
    assert sys.stderr.getvalue() == ""


def test_a_process_without_stderr_runs(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    for wanted in (None, True):
        with Progress(10, wanted) as bar:
            bar.advance(10, 1.0)
        assert bar.done == 10
