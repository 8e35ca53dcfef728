"""One style for code in modules, tests and notebooks."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from derisking.build import trace

ROOT = Path(__file__).parents[1]


def run_ruff(*arguments):
    command = [sys.executable, "-m", "ruff", *arguments]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return told.returncode, told.stdout + told.stderr


def test_ruff_finds_no_fault():
    code, told = run_ruff("check", ".")
    assert code == 0, told


def test_code_is_formatted():
    code, told = run_ruff("format", "--check", ".")
    assert code == 0, told


def test_types_of_core_and_stats_fit():
    command = [sys.executable, "-m", "mypy"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert told.returncode == 0, told.stdout + told.stderr


def list_files():
    """The files of the project: those git has, or all but what programs make, in a copy without
    git."""
    if (ROOT / ".git").exists():
        git = ["git", "ls-files"]
        told = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=True)
        return told.stdout.splitlines()
    made = {"site", "dist", "__pycache__"}
    files = (file.relative_to(ROOT) for file in ROOT.rglob("*") if file.is_file())
    return [
        file.as_posix()
        for file in files
        if not any(part in made or part.startswith(".") for part in file.parts)
    ]


def test_the_project_speaks_of_itself_alone_and_holds_no_address_of_a_machine():
    texts = [
        name
        for name in list_files()
        if name.endswith((".py", ".md", ".ipynb", ".toml", ".yml", ".cff", ".json"))
    ]
    assert "README.md" in texts and "dodo.py" in texts
    for name in texts:
        content = (ROOT / name).read_text(encoding="utf-8")
        for mark in (
            "/home/" + "runner",
            "/wo" + "rk/",
            "/ro" + "ot/",
            "127.0" + ".0.1",
            "local" + "host",
        ):
            assert mark not in content, f"{name} holds {mark}"


# Which floors a floor may stand on, besides itself; a room is used by its notebook alone.
BELOW = {
    "core": set(),
    "stats": {"core"},
    "draw": {"core"},
    "rooms": {"core", "stats", "draw"},
    "build": {"core", "stats", "draw"},
}
MODULES = {
    trace.name_module(file): file for file in trace.list_modules() if file.stem != "__init__"
}


def imports(module):
    return trace.find_imports(MODULES[module].read_text(encoding="utf-8"))


def test_every_module_stands_on_a_floor_and_every_room_has_its_notebook():
    assert {module.split(".")[0] for module in MODULES} == set(BELOW)
    numbers = {file.name[:2] for file in trace.list_notebooks()}
    rooms = [module.split(".")[1] for module in MODULES if module.startswith("rooms.")]
    assert all(room[0] == "n" and room[3] == "_" and room[1:3] in numbers for room in rooms), rooms


@pytest.mark.parametrize("module", MODULES)
def test_floors_import_downwards_and_rooms_not_each_other(module):
    floor = module.split(".")[0]
    for other in imports(module):
        below = other.split(".")[0]
        # one notebook, one room
        neighbours = below == floor and (floor != "rooms" or other[:9] == module[:9])
        assert below in BELOW[floor] or neighbours, f"{module} imports {other}"


def test_no_module_imports_itself_by_a_circle():
    waiting = {module: imports(module) for module in MODULES}
    while free := {module for module, needs in waiting.items() if not needs & set(waiting)}:
        waiting = {module: needs for module, needs in waiting.items() if module not in free}
    assert not waiting, f"a circle within {sorted(waiting)}"


@pytest.mark.parametrize("file", trace.list_notebooks(), ids=lambda file: file.stem)
def test_a_notebook_uses_no_room_but_its_own(file):
    found = trace.find_imports(trace.join_code(trace.read_cells(file)))
    others = [name for name in found if name.startswith("rooms.") and name[7:9] != file.name[:2]]
    assert others == []


def test_maps_alone_draw_on_geopandas():
    using = {
        module
        for module, file in MODULES.items()
        if "geopandas" in file.read_text(encoding="utf-8")
    }
    assert using == {"draw.maps"}


def test_what_the_build_asks_each_time_imports_nothing_but_the_standard_library():
    code = "import sys; from derisking.build import trace; print(*sys.modules)"
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "notebooks", capture_output=True, text=True
    )
    assert not {"pandas", "numpy", "matplotlib", "IPython", "nbformat"} & set(told.stdout.split())


def test_the_package_draws_its_floors():
    told = (ROOT / "notebooks" / "derisking" / "__init__.py").read_text(encoding="utf-8")
    assert all(f"\n    {floor} " in told for floor in BELOW)
    named = {word.rstrip(",:") for word in told.split()}
    whole = [
        module.split(".")[1]
        for module in MODULES
        if module.split(".")[0] in ("core", "stats", "draw", "build")
    ]
    assert set(whole) <= named, sorted(set(whole) - named)


def test_colours_have_names_and_no_hex_code_stands_outside_the_palette():
    found = []
    for file in sorted((ROOT / "notebooks").rglob("*")):
        if file.suffix not in (".py", ".ipynb", ".csv", ".mplstyle") or file.name == "palette.csv":
            continue
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".ipynb":
            cells = json.loads(text)["cells"]
            text = "\n".join(
                "".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"
            )
        found += [f"{file.name}: {code}" for code in re.findall(r"[\"']#[0-9A-Fa-f]{6}[\"']", text)]
    assert not found


def test_a_key_is_drawn_by_one_function():
    modules = (ROOT / "notebooks" / "derisking").rglob("*.py")
    drawing = {file.stem for file in modules if ".legend(" in file.read_text(encoding="utf-8")}
    notebooks = (ROOT / "notebooks").glob("*.ipynb")
    drawing |= {file.stem for file in notebooks if ".legend(" in file.read_text(encoding="utf-8")}
    assert drawing == {"marks"}
