"""The pipeline: evidence -> notebook 01 -> derived tables -> notebooks -> figures and pages. Run it with `doit`.

Every task compares contents, not times: what has not changed is not run again. `doit list` names the tasks,
`doit run notebook:03_timeline` runs one of them with all it needs.
"""

import ast
import hashlib
import os
import sys
import time
from pathlib import Path

from doit.exceptions import UnmetDependency
from doit.reporter import ConsoleReporter
from doit.tools import config_changed

ROOT = Path(__file__).parent
sys.path.insert(0, str(ROOT / "notebooks"))

from derisking.build import run  # noqa: E402
from derisking.core import paths  # noqa: E402

FIRST = "01_data_ingestion"
PYTHON = [sys.executable, "-m"]
EVIDENCE = [*sorted(paths.EVIDENCE.iterdir()), paths.PACKAGE]
PACKAGE = paths.NOTEBOOKS / "derisking"
CODE = sorted(PACKAGE.rglob("*.py"))
STYLE = sorted([*PACKAGE.rglob("*.csv"), *PACKAGE.rglob("*.mplstyle")])
OTHERS = [*sorted(p for p in paths.BASEMAP.iterdir() if p.is_file()), *sorted(paths.UPSTREAM.glob("*.xlsx"))]

os.environ["PYTHONPATH"] = str(paths.NOTEBOOKS)


class Reporter(ConsoleReporter):
    """One line a task: what was done and how long it took; the fault itself where there is one."""

    def initialize(self, tasks, selected_tasks):
        self.began = {}
        self.outstream.write(f"{len(tasks)} tasks\n")

    def execute_task(self, task):
        self.began[task.name] = time.monotonic()

    def add_success(self, task):
        if task.actions:
            self._line("done", task, f"{time.monotonic() - self.began.get(task.name, time.monotonic()):5.1f} s")

    def skip_uptodate(self, task):
        if task.actions:
            self._line("same", task, "unchanged")

    def add_failure(self, task, fail):
        if isinstance(fail, UnmetDependency):
            return  # what it waits for says why
        self._line("FAIL", task, "")
        self.failures.append({"task": task, "exception": fail})

    def _line(self, word, task, note):
        self.outstream.write(f"  {word}  {task.name:34} {note}\n")
        self.outstream.flush()

    def complete_run(self):
        for failure in self.failures:
            task = failure["task"]
            told = "".join(action.err or "" for action in task.actions).strip()
            self.outstream.write(f"\n{task.name}:\n{told or failure['exception'].get_msg()}\n")
        for text in self.runtime_errors:
            self.outstream.write(f"{text}\n")


DOIT_CONFIG = {
    "default_tasks": ["pages"],
    "reporter": Reporter,
    "verbosity": 0,
    "dep_file": str(ROOT / ".build" / "doit"),
    "backend": "json",
    "num_process": os.cpu_count() or 1,
    "continue": True,
}
(ROOT / ".build").mkdir(exist_ok=True)


def find_imports(code: str) -> set[str]:
    """Modules of the package that a piece of code imports, by dotted name without the package's own."""
    found = set()
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("derisking."):
            continue
        parts = node.module.split(".")[1:]
        found |= {".".join(parts)} if len(parts) == 2 else {f"{parts[0]}.{alias.name}" for alias in node.names}
    return found


def locate_module(name: str) -> Path:
    """File of a module: "core.tables" is core/tables.py."""
    return PACKAGE / f"{name.replace('.', '/')}.py"


def trace_modules(code: str) -> list[Path]:
    """Files of the modules that a piece of code rests on, at first or at further hand; all if it cannot be read."""
    try:
        waiting, known = find_imports(code), set()
    except SyntaxError:
        return CODE
    while waiting:
        known |= waiting
        texts = [locate_module(name).read_text(encoding="utf-8") for name in waiting]
        waiting = set().union(*map(find_imports, texts)) - known
    return sorted(map(locate_module, known))


def digest(*files: Path) -> str:
    """One hash over the contents of files; a missing file changes it."""
    parts = (hashlib.sha256(file.read_bytes() if file.exists() else b"missing").hexdigest() for file in files)
    return hashlib.sha256("".join(parts).encode()).hexdigest()


def unchanged(state):
    """Run again when `state()` differs from what it was after the last run: a result someone changed by hand is made anew."""

    def uptodate(task, values):
        task.value_savers.append(lambda: {"state": state()})
        return values.get("state") == state()

    return uptodate


def task_validate():
    """check every evidence table and the rules between them"""
    return {
        "actions": [[*PYTHON, "derisking.core.checks"]],
        "file_dep": [*EVIDENCE, *trace_modules("from derisking.core import checks")],
    }


def task_notebook():
    """run a notebook; put its tables, figures and outputs in place if all of it ran"""
    for file in run.list_notebooks():
        derived = [] if file.stem == FIRST else sorted(paths.DERIVED.glob("*.csv"))
        nb = run.read_notebook(file)
        code = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "code")

        def state(file=file):
            made = sorted(paths.FIGURES.glob(f"{file.name[:2]}-*.*"))
            tables = sorted(paths.DERIVED.glob("*.csv")) if file.stem == FIRST else []
            return run.read_results(run.read_notebook(file)) + digest(*made, *tables)

        yield {
            "name": file.stem,
            "actions": [[*PYTHON, "derisking.build.run", file.name]],
            "file_dep": [
                *EVIDENCE,
                *STYLE,
                *trace_modules(f"from derisking.build import run\n{code}"),
                *OTHERS,
                *derived,
            ],
            "task_dep": ["validate"] if file.stem == FIRST else [f"notebook:{FIRST}"],
            "uptodate": [config_changed(run.read_author_source(nb)), unchanged(state)],
        }


def task_pages():
    """write the generated pages and blocks: codebook, gallery, navigation, index, front page"""
    return {
        "actions": [[*PYTHON, "derisking.build.pages"]],
        "task_dep": ["notebook"],
        "uptodate": [False],
    }
