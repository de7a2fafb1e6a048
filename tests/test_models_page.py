"""What docs/models.md says of neuron models is what their table declares."""

from pathlib import Path

import pytest

from loihi_emu.rules import find

PAGE = Path(__file__).parents[1] / "docs" / "models.md"
RULES = ("chip", "lava", "float")


def parameter(p):
    return f"`{p.name}`" if p.default is None else f"`{p.name}={p.default:.10g}`"


def row(model):
    """What the page says of a model: what it is, its parameters, its state, its ports."""
    parameters = ", ".join(parameter(p) for p in model.parameters) or "none"
    state = ", ".join(f"`{name}`" for name, _ in model.state)
    ports = ", ".join(f"`{name}`" for name in model.ports) if len(model.ports) > 1 else ""
    what = f"{model.text} Ports: {ports}." if ports else model.text
    return f"| `{model.name}` | {what} | {parameters} | {state or 'none'} |"


@pytest.mark.parametrize("rules", RULES)
def test_rows_are_those_of_the_table(rules):
    section = PAGE.read_text().partition(f"## `{rules}`\n")[2].partition("\n## ")[0]
    found = [line for line in section.splitlines() if line.startswith("| `")]
    rows = [row(model) for model in find(rules).models]
    assert found
    assert [line for line in found if line not in rows] == []
