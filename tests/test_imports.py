"""Imports go one way, and importing the package loads nothing heavy."""

import ast
import subprocess
import sys

import pytest
from project_files import MODULES, ROOT

LAYERS = {
    "ground": """
        _checkout _version arithmetic chips decay errors files jit keywords keywords_elsewhere lazy memory numeric
        philox ranks read_only recording.columns script_errors text_tables units user_warnings widths
    """,
    "models": "models",
    "elements": """
        network.conv2d network.elements network.shapes network.slices network.synapse_order
        learning.constants learning.elsewhere learning.grammar learning.lava_table learning.rule learning.table
    """,
    "rules": "rules",
    "network": "network learning quantization",
    "recording": "recording",
    "image": "image",
    "mapping": "mapping",
    "run": "run calibration learning.ready learning.window exchange.nir.comparison",
    "views": "plots validation",
    "lava_api": "",
    "programs": "__main__ cli demo",
}
"""Modules of loihi_emu by layer, from the bottom; what is not named describes networks."""
HEIGHTS = {name: height for height, name in enumerate(LAYERS)}
HOMES = {f"loihi_emu.{module}": name for name, modules in LAYERS.items() for module in modules.split()}
ASIDE = {("image", "mapping"), ("mapping", "image")}
"""Layers beside each other: neither imports the other."""
DOORS = {("loihi_emu.network.network", f"loihi_emu.mapping.{module}") for module in ("placing", "placement")}
"""A method that calls what is built on its class, ``Network.place``, and the type of what it returns."""
HANDED_ON = ("loihi_emu", "loihi_emu.exchange", "loihi_emu.learning")
"""Packages that hand on what users may use, from all layers; modules below do not import them."""
FRONTS = ("loihi_emu.cli", "loihi_emu.cli.map", "loihi_emu.demo", "lava_api.utils")
"""What may import plots and validation: the command line with its programs, and Lava's utilities."""


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
    """The layer of a module: it may import its own and lower ones."""
    if under(name, "lava_api"):
        return "lava_api"
    parts = name.split(".")
    homes = (HOMES.get(".".join(parts[:length])) for length in range(len(parts), 1, -1))
    return next(filter(None, homes), "network")


def may_import(name, other):
    """Whether a module may import another one."""
    if (name, other) in DOORS or name in HANDED_ON:
        return True
    mine, its = layer(name), layer(other)
    return HEIGHTS[its] <= HEIGHTS[mine] and (mine, its) not in ASIDE


@pytest.fixture(scope="module")
def imports():
    return {name: imported(name, file) for name, file in MODULES.items()}


def test_the_folders_are_all_there():
    assert {"loihi_emu.network.network", "loihi_emu.models.loop", "loihi_emu.image.build", "lava_api"} <= set(MODULES)
    assert {"loihi_emu.plots._raster", "loihi_emu.validation.oracle"} <= set(MODULES)


def test_imports_go_one_way(imports):
    wrong = [
        f"{name} ({layer(name)}) imports {other} ({layer(other)})"
        for name, others in imports.items()
        for other in others
        if under(other, "loihi_emu", "lava_api") and other not in HANDED_ON and not may_import(name, other)
    ]
    assert wrong == []


def test_every_layer_and_every_door_is_there(imports):
    assert [module for module in HOMES if module not in MODULES] == []
    assert {name for name, height in HEIGHTS.items() if height} <= {layer(name) for name in MODULES}
    assert [door for door in sorted(DOORS) if door[1] not in imports[door[0]]] == []


def test_inner_modules_do_not_import_the_whole_package(imports):
    inner = [name for name in MODULES if HEIGHTS[layer(name)] <= HEIGHTS["run"] and name not in HANDED_ON]
    assert [name for name in inner if imports[name] & set(HANDED_ON)] == []


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


def test_there_are_no_circles(imports):
    """All imports count, wherever they stand: at the top, inside functions, and for type checkers alone."""
    graph = {name: (others & set(MODULES)) - {name} for name, others in imports.items()}
    assert any(graph.values())
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


@pytest.mark.parametrize("module", ["loihi_emu", "loihi_emu.network.network", "lava_api"])
def test_importing_loads_nothing_heavy(module):
    code = f"import sys, {module}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    heavy = {"numba", "llvmlite", "matplotlib", "scipy", "tqdm", "greenlet", "hypothesis", "pytest"}
    assert set(done.stdout.split()) & heavy == set()
    assert "numpy" in done.stdout.split() or module == "lava_api"
