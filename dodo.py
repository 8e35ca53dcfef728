"""The pipeline: evidence -> notebook 01 -> derived tables -> notebooks -> figures and pages. Run it
with `doit`.

Every task compares contents, not times: what has not changed is not run again. `doit list` names
the tasks, `doit run notebook:03_timeline` runs one of them with all it needs.
"""

import hashlib
import importlib
import os
import signal
import sys
import time
from pathlib import Path

from doit.dependency import JsonDB
from doit.exceptions import UnmetDependency
from doit.reporter import ConsoleReporter
from doit.tools import config_changed

ROOT = Path(__file__).parent
sys.path.insert(0, str(ROOT / "notebooks"))

from derisking.build import lock, trace  # noqa: E402
from derisking.core import paths  # noqa: E402

try:
    import fcntl
except ImportError:
    fcntl = None

FIRST = "01_data_ingestion"
TURN = []  # the open file that holds the lock of this build
EVIDENCE = trace.list_evidence()
STYLE = [
    *sorted(p for p in trace.PACKAGE.rglob("*") if p.suffix in (".csv", ".mplstyle")),
    *sorted(p for p in paths.BASEMAP.iterdir() if p.is_file()),
    *sorted(paths.UPSTREAM.glob("*.xlsx")),
]
RUNNER = "from derisking.build import run"
WRITER = "from derisking.build import pages"
TEMPLATES = sorted(trace.PACKAGE.rglob("*.j2"))
WRITTEN = [paths.DATA / "claims.md", paths.DATA / "countries.md"]
WRITTEN += [paths.ROOT / ".zenodo.json", paths.ROOT / "README.ko.md"]
WRITTEN += [paths.DATA / "references" / f"sources.{kind}" for kind in ("bib", "json", "ris")]
WRITTEN += [
    paths.FIGURES / "tables" / f"{name}.{kind}"
    for name in ("closure-lists", "reciprocity", "rounds", "traits", "verdicts")
    for kind in ("html", "tex")
]
WRITTEN += [
    folder / "README.md" for folder in (paths.ROOT, paths.DATA, paths.FIGURES, paths.NOTEBOOKS)
]

os.environ["PYTHONPATH"] = str(paths.NOTEBOOKS)
# A build that is told to end takes the processes it works in with it.
signal.signal(signal.SIGTERM, lambda *told: sys.exit(143))


def remember_at_once(kept, task, name, value, keep=JsonDB.set):
    """Write down what doit learns as it learns it: a build that is killed goes on where it
    stopped. (doit itself writes once, at its end, and over the old file.)"""
    keep(kept, task, name, value)
    kept.dump()


def wait_for_other_builds(say):
    """Let one build at a time work in this folder: what another writes would be taken for what a
    notebook wrote.

    The lock is a record lock: it ends with the process, however that ends, and the processes that
    work for it do not inherit it, as they would a lock on the open file. Windows has none.
    """
    if fcntl is None:
        return
    TURN.append((ROOT / ".build" / "turn").open("w"))
    try:
        fcntl.lockf(TURN[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        say("another build works in this folder; this one begins when it has ended\n")
        fcntl.lockf(TURN[-1], fcntl.LOCK_EX)


JsonDB.dump = lambda kept: paths.replace(Path(kept.name), kept.codec.encode(kept._db))
JsonDB.set = remember_at_once


class Reporter(ConsoleReporter):
    """One line a task: what was done and how long it took; the fault itself where there is one."""

    def initialize(self, tasks, selected_tasks):
        self.began = {}
        self.drew = False
        wait_for_other_builds(self._say)
        for path in paths.sweep_litter():
            self.outstream.write(f"  swept {path}, left by a run that was killed\n")
        self.outstream.write(f"{len(tasks)} tasks\n")

    def execute_task(self, task):
        self.began[task.name] = time.monotonic()

    def add_success(self, task):
        if task.actions:
            self.drew |= task.name.startswith("notebook:")
            self._line(
                "done",
                task,
                f"{time.monotonic() - self.began.get(task.name, time.monotonic()):5.1f} s",
            )

    def skip_uptodate(self, task):
        if task.actions:
            self._line("same", task, "unchanged")

    def add_failure(self, task, fail):
        if isinstance(fail, UnmetDependency):
            return  # what it waits for says why
        self._line("FAIL", task, "")
        self.failures.append({"task": task, "exception": fail})

    def _line(self, word, task, note):
        self._say(f"  {word}  {task.name:34} {note}\n")

    def _say(self, text):
        self.outstream.write(text)
        self.outstream.flush()

    def complete_run(self):
        for failure in self.failures:
            task = failure["task"]
            told = "".join(action.err or "" for action in task.actions).strip()
            self.outstream.write(f"\n{task.name}:\n{told or failure['exception'].get_msg()}\n")
        for text in self.runtime_errors:
            self.outstream.write(f"{text}\n")
        if self.drew and (departures := lock.list_departures()):
            self.outstream.write(
                "\nOther versions than in requirements.lock: "
                f"{lock.describe_departures(departures)}.\n"
                "Numbers and texts must be the same; the bytes of figures may differ.\n"
            )


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


def unchanged(state):
    """Run again when `state()` differs from what it was after the last run: a result someone
    changed by hand is made anew."""

    def uptodate(task, values):
        def summarise():
            return hashlib.sha256(state().encode()).hexdigest()

        task.value_savers.append(lambda: {"state": summarise()})
        return values.get("state") == summarise()

    return uptodate


def run_main(module, *arguments):
    """Call the main function of a module in the process that doit works in: each such process
    imports pandas and matplotlib once, whatever number of notebooks it runs."""
    return importlib.import_module(f"derisking.{module}").main(*arguments) == 0


def task_validate():
    """check every evidence table and the rules between them"""
    return {
        "actions": [(run_main, ["core.checks"])],
        "file_dep": [*EVIDENCE, *trace.trace_modules("from derisking.core import checks")],
    }


def task_notebook():
    """run a notebook; put its tables, figures and outputs in place if all of it ran"""
    for file in trace.list_notebooks():
        cells = trace.read_cells(file)
        code = trace.join_code(cells)
        made = [paths.DERIVED] if file.stem == FIRST else []
        asked = {*trace.trace_tables(code), *trace.trace_marks(cells)}
        read = sorted(table for table in asked if table.parent not in made)

        def state(file=file, made=made):
            figures = sorted(paths.FIGURES.glob(f"{file.name[:2]}-*.*"))
            tables = [table for folder in made for table in sorted(folder.glob("*.csv"))]
            return trace.read_results(trace.read_cells(file)) + trace.hash_files(*figures, *tables)

        yield {
            "name": file.stem,
            "actions": [(run_main, ["build.run", [file.name]])],
            "file_dep": [*read, paths.PACKAGE, *STYLE, *trace.trace_modules(f"{RUNNER}\n{code}")],
            "task_dep": ["validate"] if file.stem == FIRST else [f"notebook:{FIRST}"],
            "uptodate": [config_changed(trace.read_author_source(cells)), unchanged(state)],
        }


def task_pages():
    """write the generated pages and blocks: codebook, claims, gallery, navigation, index, front
    page"""

    def state():
        read = [
            *trace.list_notebooks(),
            *EVIDENCE,
            *sorted(paths.DERIVED.glob("*.csv")),
            paths.FIGURES / "datapackage.json",
            paths.ROOT / "CITATION.cff",
        ]
        return trace.hash_files(*read, *WRITTEN, *TEMPLATES, *trace.trace_modules(WRITER))

    return {
        "actions": [(run_main, ["build.pages", []])],
        "task_dep": ["notebook"],
        "uptodate": [unchanged(state)],
    }
