"""Names of rule sets decide nothing outside the files that describe one: what differs is asked of the object."""

import ast
import re
from pathlib import Path

from loihi_emu.rules import names

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("loihi_emu", "models", "plots", "validation", "lava_api", "examples", "benchmarks")
HOMES = ("loihi_emu/rules/", "validation/peers/")
"""Where a rule set is described, and may say its own name."""
CALLED = r"(\b|_)rule(s|_sets?)(\b|_)"
"""What is compared is called so."""


def compared(text):
    """Lines of a file where names of rule sets decide: comparisons, tests with `in`, tables, cases."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Compare):
            parts = [node.left, *node.comparators]
            if any(is_rules(part) for part in parts) and any(holds_name(part) for part in parts):
                yield node.lineno
        elif isinstance(node, ast.Subscript):
            if not isinstance(node.slice, ast.Constant) and is_rules(node.slice) and not is_known_table(node.value):
                yield node.lineno
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("get", "startswith", "endswith"):
            asked = node.args[:1] if node.func.attr == "get" else [node.func.value]
            if any(is_rules(part) for part in asked) and not is_known_table(node.func.value):
                yield node.lineno
        elif isinstance(node, ast.Match) and is_rules(node.subject):
            yield node.lineno


def is_rules(node):
    """Whether an expression is called rules, or a part of something so called."""
    words = [getattr(n, "id", getattr(n, "attr", "")) for n in ast.walk(node)]
    return any(re.search(CALLED, word) for word in words) or "rules" in texts_of(node)


def texts_of(node):
    return {n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def holds_name(node):
    """Whether an expression has the name of a rule set in it, or of a constant that may hold names."""
    constants = [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and n.id.isupper() and not is_known_table(n)]
    return bool(texts_of(node) & set(names())) or bool(constants)


def is_known_table(node):
    """Whether it is the oracle's table that is looked into, or that of the models that a file declares."""
    return ast.unparse(node) in ("RULES", "file.MODELS")


def test_the_search_finds_comparisons():
    found = [
        'if network.rules == "lava": pass', 'x = rules in ("chip", "float")', 'x = rules not in WIDTHLESS',
        'low, high = RANGES[rules]', 'x = {"chip": 1}.get(rules, 2)', 'x = rules.startswith("brian2")',
        'x = "chip" != self.rules', 'x = header["rules"] == "float"', 'match net.rules:\n    case "chip": pass',
    ]  # fmt: skip
    assert [list(compared(text)) for text in found] == [[1]] * len(found)
    passed = ['Network(rules="lava")', "x = rule.t_epoch == 1", "x = self.rules == other.rules", 'y = view == "chip"']
    assert [list(compared(text)) for text in passed] == [[]] * len(passed)


def test_no_other_file_compares_names_of_rule_sets():
    files = [file for folder in PACKAGES for file in sorted((ROOT / folder).rglob("*.py"))]
    assert len(files) > 300
    wrong = []
    for file in files:
        place = file.relative_to(ROOT).as_posix()
        if not place.startswith(HOMES):
            text = file.read_text()
            wrong += [f"{place}:{line}" for line in (compared(text) if re.search(CALLED, text) else ())]
    assert wrong == []


def test_one_table_of_the_core_names_modules_of_validation():
    """The core imports nothing of validation; that its table of rule sets names two modules there is the exception."""
    files = [file for folder in ("loihi_emu", "models") for file in sorted((ROOT / folder).rglob("*.py"))]
    found = set()
    for file in files:
        text = file.read_text()
        texts = texts_of(ast.parse(text)) if "validation." in text else ()
        if any(re.match(r"(loihi_emu\.)?validation\.[\w.:]+$", text) for text in texts):
            found.add(file.relative_to(ROOT).as_posix())
    assert found == {"loihi_emu/rules/table.py"}
