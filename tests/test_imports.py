"""Imports go one way, and importing the package loads nothing heavy."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = {"loihi_emu": "loihi_emu", "models": "loihi_emu.models", "plots": "loihi_emu.plots",
           "validation": "loihi_emu.validation", "lava_api": "lava_api"}  # fmt: skip
BELOW = ("chip", "chip_data", "facts", "errors", "jit", "keywords", "keywords_elsewhere", "arithmetic", "philox")
BELOW += ("_version", "user_warnings", "free", "numeric", "room", "units")
"""Modules of loihi_emu that models may import: what stands below them."""
FRONTS = ("loihi_emu.cli", "loihi_emu.cli_map", "loihi_emu.demo", "lava_api.utils")
"""What may import plots and validation: the command line with its programs, and Lava's utilities."""


def modules():
    """Every module of the project with its file; the folders inside loihi_emu at the top are mapped into it."""
    found = {}
    for folder, package in FOLDERS.items():
        for file in sorted((ROOT / folder).rglob("*.py")):
            parts = [package, *file.relative_to(ROOT / folder).with_suffix("").parts]
            found[".".join(parts).removesuffix(".__init__")] = file
    return found


MODULES = modules()


def imported(name, file):
    """Dotted names that a module imports anywhere, also for type checking and inside functions."""
    return {target for node in ast.walk(ast.parse(file.read_text())) for target in targets(node, name, file)}


def targets(node, name, file):
    """The modules that one statement or call imports."""
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            up = node.level - (file.name == "__init__.py")
            base = ".".join([*name.split(".")[: name.count(".") + 1 - up], *filter(None, [base])])
        return {full if (full := f"{base}.{alias.name}") in MODULES else base for alias in node.names}
    if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "import_module":
        return {a.value for a in node.args[:1] if isinstance(a, ast.Constant)}
    return set()


def under(name, *packages):
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def layer(name):
    """Height of a module: it may import its own layer and lower ones."""
    if under(name, "lava_api"):
        return 4
    if under(name, *FRONTS) or name == "loihi_emu.__main__":
        return 5
    if under(name, "loihi_emu.plots", "loihi_emu.validation"):
        return 3
    if under(name, "loihi_emu.models"):
        return 1
    if name.removeprefix("loihi_emu.").partition(".")[0] in BELOW:
        return 0
    return 2


@pytest.fixture(scope="module")
def imports():
    return {name: imported(name, file) for name, file in MODULES.items()}


def test_the_folders_are_all_there():
    assert {"loihi_emu.network", "loihi_emu.models.loop", "loihi_emu.image.build", "lava_api"} <= set(MODULES)
    assert {"loihi_emu.plots.raster", "loihi_emu.validation.oracle"} <= set(MODULES)


def test_imports_go_one_way(imports):
    wrong = [
        f"{name} imports {other}"
        for name, others in imports.items()
        for other in others
        if under(other, "loihi_emu", "lava_api") and other != "loihi_emu" and layer(other) > layer(name)
    ]
    assert wrong == []


def test_inner_modules_do_not_import_the_whole_package(imports):
    inner = [name for name in MODULES if layer(name) <= 2 and name != "loihi_emu"]
    assert [name for name in inner if "loihi_emu" in imports[name]] == []


def test_only_fronts_import_plots_and_validation(imports):
    for package in ("loihi_emu.plots", "loihi_emu.validation"):
        importers = {name for name, others in imports.items() if any(under(other, package) for other in others)}
        strangers = {name for name in importers if not under(name, package, *FRONTS)}
        assert strangers == set(), package


def test_nothing_imports_lava_api(imports):
    importers = {name for name, others in imports.items() if any(under(other, "lava_api") for other in others)}
    assert {name for name in importers if not under(name, "lava_api", *FRONTS)} == set()


def test_nothing_imports_tests(imports):
    helpers = {file.stem for file in (ROOT / "tests" / "support").glob("*.py")}
    assert helpers
    for name, others in imports.items():
        assert not {other.partition(".")[0] for other in others} & (helpers | {"tests", "hypothesis", "pytest"}), name


def test_there_are_no_circles_at_import(imports):
    """Modules that import each other while they load; imports inside functions and for type checking do not count."""
    graph = {name: (at_load(name, file) & set(MODULES)) - {name} for name, file in MODULES.items()}
    done, path = set(), []

    def visit(name):
        if name in path:
            pytest.fail(" -> ".join([*path[path.index(name) :], name]))
        if name not in done:
            path.append(name)
            for other in sorted(graph[name]):
                visit(other)
            path.pop()
            done.add(name)

    for name in sorted(graph):
        visit(name)


def at_load(name, file):
    """What the statements at the top of a module import."""
    return {target for node in ast.parse(file.read_text()).body for target in targets(node, name, file)}


@pytest.mark.parametrize("module", ["loihi_emu", "loihi_emu.network", "lava_api"])
def test_importing_loads_nothing_heavy(module):
    code = f"import sys, {module}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    heavy = {"numba", "llvmlite", "matplotlib", "scipy", "tqdm", "greenlet", "hypothesis", "pytest"}
    assert set(done.stdout.split()) & heavy == set()
    assert "numpy" in done.stdout.split() or module == "lava_api"
