"""docs/models.md has every neuron model of every rule set, as its table declares it."""

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
def test_the_page_has_every_model(rules):
    section = PAGE.read_text().partition(f"## `{rules}`\n")[2].partition("\n## ")[0]
    found = [line for line in section.splitlines() if line.startswith("| `")]
    assert found == [row(model) for model in find(rules).models]
