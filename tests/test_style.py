"""One style for code in modules, tests and notebooks."""

import subprocess
import sys
from pathlib import Path

import pytest
from dodo import imports

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("command", [["check"], ["format", "--check", "--exclude", "*.ipynb"]], ids=["lint", "format"])
def test_ruff_has_nothing_to_say(command):
    told = subprocess.run([sys.executable, "-m", "ruff", *command, "."], cwd=ROOT, capture_output=True, text=True)
    assert told.returncode == 0, told.stdout + told.stderr


def test_the_project_speaks_of_itself_alone_and_holds_no_address_of_a_machine():
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    texts = [name for name in listed if name.endswith((".py", ".md", ".ipynb", ".toml", ".yml", ".cff", ".json"))]
    for name in texts:
        content = (ROOT / name).read_text(encoding="utf-8")
        for mark in ("/home/" + "runner", "/wo" + "rk/", "/ro" + "ot/", "127.0" + ".0.1", "local" + "host"):
            assert mark not in content, f"{name} holds {mark}"


# Each module imports only from its own layer's left: what the docstring of the package promises.
LAYERS = [
    {"paths", "dates", "blocks", "survival", "breaks"},
    {"evidence"},
    {"controls", "derive", "provenance", "figures", "upstream", "export", "find", "statistics"},
    {"claims", "panels", "timeline", "maps", "multiples", "execute"},
    {"ranges", "pages", "site"},
    {"network", "chronology", "exposure", "outcomes", "rivals", "ledger"},
    {"robustness"},
]


MODULES = sorted((ROOT / "notebooks" / "derisking").glob("[a-z]*.py"))


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_modules_import_one_way_only(module):
    (layer,) = [number for number, names in enumerate(LAYERS) if module.stem in names]
    below = set().union(*LAYERS[:layer])
    found = imports(module.read_text(encoding="utf-8"))
    assert found <= below, f"{module.stem} imports {sorted(found - below)}"


def test_maps_alone_draw_on_geopandas():
    using = {module.stem for module in MODULES if "geopandas" in module.read_text(encoding="utf-8")}
    assert using == {"maps"}


def test_the_package_tells_of_every_module():
    told = (ROOT / "notebooks" / "derisking" / "__init__.py").read_text(encoding="utf-8")
    assert all(module.stem in told for module in MODULES)
