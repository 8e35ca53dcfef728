"""The build: nothing unchanged runs again, a failure tells where, and what is committed stays as it
was."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import nbformat
import pytest
from tests import contents as compared

from derisking.build import filling, run, trace
from derisking.core import paths
from derisking.core.glue import MARK

ROOT = Path(__file__).parents[1]
FIRST, SECOND = "01_data_ingestion.ipynb", "09_second.ipynb"
TASKS = ("validate", "notebook:01_data_ingestion", "notebook:09_second", "pages")
FIGURE, TABLE = "01-closure-lists", paths.DERIVED / "closure_matrix.csv"  # the first that 01 makes


def cells(code="n = len(tables.load_table('closure_matrix'))"):
    opening = (
        "Short: <!-- begin answer -->\nThere were <!--=n--><!--/--> posts.\n<!-- end answer -->"
    )
    return nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("# 09 · How many?"),
            nbformat.v4.new_markdown_cell(opening),
            nbformat.v4.new_markdown_cell("<!-- begin nav -->\n<!-- end nav -->"),
            nbformat.v4.new_markdown_cell("<!-- begin verdict -->\nYes.\n<!-- end verdict -->"),
            nbformat.v4.new_code_cell(
                "from derisking.core import tables\nfrom derisking.core.glue import glue"
            ),
            nbformat.v4.new_code_cell(code),
            nbformat.v4.new_code_cell("glue(n=n)"),
        ],
        metadata=run.METADATA,
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the repository with notebook 01, cut after its first figure, and a small second
    one, built once. What the two make was taken out before."""
    target = tmp_path_factory.mktemp("build") / "repository"
    others = ["0[2-9]_*.ipynb", *(f"0[2-9]-*.{kind}" for kind in ("pdf", "png", "svg"))]
    skip = shutil.ignore_patterns(
        ".git", ".venv", ".build", "__pycache__", ".*_cache", TABLE.name, f"{FIGURE}*", *others
    )  # pages read the CSVs of figures
    shutil.copytree(ROOT, target, ignore=skip)
    (target / "notebooks" / SECOND).write_text(nbformat.writes(cells()))
    cut_short(target / "notebooks" / FIRST)
    first = doit(target)
    assert first.returncode == 0, first.stdout + first.stderr
    return target


def cut_short(file):
    """Keep of a notebook what stands up to the words of its first figure."""
    nb = nbformat.read(file, as_version=4)
    nb.cells = nb.cells[: find_drawing(nb) + 2]
    glued = filling.read_glued(nb)
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            cell.source = MARK.sub(lambda mark: mark[0 if mark[1] in glued else 2], cell.source)
    marks = ", ".join(f"<!--={name}--><!--/-->" for name in glued)
    nb.cells.append(nbformat.v4.new_markdown_cell(f"Values: {marks}."))
    file.write_text(nbformat.writes(nb))


def find_drawing(nb):
    """The place of the cell that saves the first figure."""
    return next(i for i, cell in enumerate(nb.cells) if "save_figure" in cell.source)


def doit(root, *arguments):
    environment = {key: value for key, value in os.environ.items() if key != paths.STAGE_VARIABLE}
    return subprocess.run(
        [sys.executable, "-m", "doit", *arguments],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
    )


def told(run) -> dict[str, str]:
    """What the build says of each task: {task: done | same | FAIL}."""
    lines = (line.split() for line in run.stdout.splitlines())
    return {line[1]: line[0] for line in lines if line and line[0] in ("done", "same", "FAIL")}


def list_outdated(root):
    """The tasks that a build would run, as `doit list` has them."""
    lines = doit(root, "list", "--all", "--quiet", "--status").stdout.splitlines()
    return {task for word, task in map(str.split, lines) if word == "R" and task in TASKS}


def contents(root):
    files = [
        file
        for folder in ("data", "figures", "notebooks")
        for file in sorted((root / folder).rglob("*"))
    ]
    return {
        str(file.relative_to(root)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in [*files, root / "README.md"]
        if file.is_file() and "__pycache__" not in file.parts
    }


def test_the_build_leaves_the_files_of_the_first_notebook_as_committed(copy):
    figure = [paths.FIGURES / f"{FIGURE}.{kind}" for kind in ("pdf", "svg", "png", "csv")]
    for file in (TABLE, *figure):
        assert not compared.differ(copy / file.relative_to(ROOT), file), file.name


def test_a_second_build_runs_nothing_and_changes_nothing_whatever_lies_beside_the_evidence(copy):
    folder = copy / "data" / "evidence" / ".ipynb_checkpoints"
    folder.mkdir()
    (folder / "events-checkpoint.csv").write_text("x")
    (copy / "data" / "evidence" / "events short.csv").write_text("x")
    before = contents(copy)
    run = doit(copy)
    assert run.returncode == 0, run.stdout + run.stderr
    assert told(run) == dict.fromkeys(TASKS, "same")
    assert contents(copy) == before
    shutil.rmtree(folder)
    (copy / "data" / "evidence" / "events short.csv").unlink()


def test_a_line_a_task_tells_the_time_it_took(copy):
    file = copy / "notebooks" / SECOND
    nb = nbformat.read(file, as_version=4)
    nb.cells[5].source += "\nn = n + 0"
    file.write_text(nbformat.writes(nb))
    run = doit(copy)
    assert told(run) == dict(zip(TASKS, ("same", "same", "done", "done"), strict=True))
    (line,) = [line for line in run.stdout.splitlines() if "09_second" in line]
    assert line.rstrip().endswith(" s")


def test_a_new_event_does_not_run_a_notebook_that_reads_no_events(copy):
    file = copy / "data" / "evidence" / "events.csv"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text(
        "".join([*lines, "2026-08-20-a-test" + lines[-1][lines[-1].index(",") :]]), encoding="utf-8"
    )
    assert told(doit(copy)) == dict(zip(TASKS, ("done", "done", "same", "done"), strict=True))


def test_a_page_changed_by_hand_is_made_anew(copy):
    page = copy / "figures" / "README.md"
    before = page.read_bytes()
    page.write_text("changed by hand\n")
    words = told(doit(copy))
    assert words["pages"] == "done" and words["notebook:09_second"] == "same"
    assert page.read_bytes() == before


# What programs write around the work of a notebook's author when they save it: metadata of the
# notebook and of each cell.
PYTHON = {
    "name": "python",
    "version": "3.12.1",
    "mimetype": "text/x-python",
    "file_extension": ".py",
}
MODE = {"codemirror_mode": {"name": "ipython", "version": 3}, "pygments_lexer": "ipython3"}
DAY = "2026-01-01T00:00:00.000000Z"
PROGRAMS = {
    "JupyterLab": (
        {
            "kernelspec": {"display_name": "derisking", "language": "python", "name": "derisking"},
            "language_info": {**PYTHON, **MODE, "nbconvert_exporter": "python"},
            "widgets": {"application/vnd.jupyter.widget-state+json": {"state": {}}},
        },
        {"execution": {"iopub.execute_input": DAY}, "scrolled": True, "editable": True},
    ),
    "VS Code": (
        {
            "kernelspec": {"display_name": ".venv (3.12.1)", "language": "python", "name": "venv"},
            "language_info": {**PYTHON, **MODE, "nbconvert_exporter": "python"},
            "orig_nbformat": 4,
            "vscode": {"interpreter": {"hash": "31f2aee4e71d21fbe5cf8b01ff0e069b"}},
        },
        {"vscode": {"languageId": "python"}, "collapsed": False},
    ),
    "Polyglot in VS Code": (
        {
            "kernelspec": {"display_name": ".NET (C#)", "language": "C#", "name": ".net-csharp"},
            "language_info": {"name": "polyglot-notebook"},
            "polyglot_notebook": {"kernelInfo": {"defaultKernelName": "csharp", "items": []}},
        },
        {
            "polyglot_notebook": {"kernelName": "csharp"},
            "dotnet_interactive": {"language": "csharp"},
        },
    ),
    "nbconvert": (
        {"language_info": {**PYTHON, **MODE}},
        {"execution": {"iopub.status.busy": DAY, "shell.execute_reply": DAY}},
    ),
}


def save_as(program, file):
    """Save a notebook as a program does after a run: other metadata, ids, indents, line ends."""
    nb = json.loads(file.read_text(encoding="utf-8"))
    nb["metadata"], about = PROGRAMS[program]
    for cell in nb["cells"]:
        cell["id"] = os.urandom(4).hex()
        cell["metadata"] = {**cell["metadata"], **about}
    ends = "\r\n" if "VS Code" in program else "\n"
    text = json.dumps(nb, indent=4 if "VS Code" in program else 1)
    file.write_bytes(text.replace("\n", ends).encode())


def test_what_a_program_adds_when_it_saves_a_notebook_goes_without_a_run(copy):
    """And a module that no notebook uses, changed besides, does not run one again."""
    file, module = (
        copy / "notebooks" / SECOND,
        copy / "notebooks" / "derisking" / "draw" / "maps.py",
    )
    before = file.read_bytes()
    save_as("VS Code", file)
    assert file.read_bytes() != before
    module.write_text(module.read_text() + "\n# a remark\n")
    assert told(doit(copy)) == dict(zip(TASKS, ("same", "same", "same", "done"), strict=True))
    assert file.read_bytes() == before


@pytest.mark.parametrize("program", PROGRAMS)
def test_no_program_leaves_a_trace_in_a_notebook_that_it_saves(program, tmp_path):
    committed = run.list_notebooks()[4]
    saved = tmp_path / committed.name
    saved.write_bytes(committed.read_bytes())
    save_as(program, saved)
    kept, added = trace.read_cells(committed), trace.read_cells(saved)
    assert trace.read_author_source(added) == trace.read_author_source(kept)
    assert trace.read_results(added) == trace.read_results(kept)
    nb = run.normalise_notebook(run.read_notebook(saved), committed.name[:2])
    assert run.format_notebook(nb) == committed.read_text(encoding="utf-8")


def files_of(code):
    return {file.stem for file in trace.trace_tables(code)}


def test_a_sentence_that_names_a_claim_rests_on_its_tables():
    claim = {"cell_type": "markdown", "source": "| <!--=q21.claim--><!--/--> |"}
    glued = {"cell_type": "markdown", "source": "In <!--=year--><!--/-->."}
    assert [file.stem for file in trace.trace_marks([glued, claim])] == ["claims", "findings"]
    assert trace.trace_marks([glued]) == []


READ = "from derisking.core.tables import load_table\n"


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("load_table('events')", {"events"}),
        ("a, b = (load_table(name) for name in ('events', 'waves'))", {"events", "waves"}),
        ("NAMES = ['events', 'waves']\na, b = map(load_table, NAMES)", {"events", "waves"}),
        ("frames = {k: load_table(v) for k, v in {'x': 'events'}.items()}", {"events"}),
        ("save_figure(fig, 'x', tables=['rivals'])", {"rivals"}),
        ("from derisking.core import sources", {"sources"}),
    ],
    ids=["one", "loop", "map", "items", "figure", "module"],
)
def test_the_tables_that_a_notebook_reads_are_found(code, found):
    assert files_of(READ + code) == found


@pytest.mark.parametrize(
    "code",
    [
        "load_table(f'{kind}s')",
        "load_table('ev' + 'ents')",
        "[load_table(name) for name in list_tables('evidence')]",
        "[load_table(name) for name in frame['table']]",
        "map(load_table, list_tables())",
        "pd.read_csv(paths.EVIDENCE / name)",
        "from derisking.core import checks",
        "load_table('events'",
    ],
)
def test_where_the_tables_cannot_be_told_all_count(code):
    assert files_of(READ + code) == set(trace.list_table_files())


def test_a_module_changed_runs_the_notebooks_that_use_it(copy):
    file = copy / "notebooks" / "derisking" / "rooms" / "n01_ingestion.py"
    kept = file.read_text()
    file.write_text(kept + "\n# a remark\n")
    assert list_outdated(copy) == {TASKS[1]}
    file.write_text(kept)
    assert list_outdated(copy) == set()


def test_a_result_changed_by_hand_is_made_anew(copy):
    figure = copy / "figures" / f"{FIGURE}.csv"
    before = figure.read_bytes()
    figure.write_bytes(b"changed by hand\n")
    assert told(doit(copy))["notebook:01_data_ingestion"] == "done"
    assert figure.read_bytes() == before


FAULTS = {
    "10_wrong.ipynb": (
        "n = 53\nn / (n - 53)",
        ["cell 6, line 2: n / (n - 53)", "ZeroDivisionError"],
    ),
    "11_loud.ipynb": ("import sys\nn = 53\nprint('beware', file=sys.stderr)", ["stderr", "beware"]),
    "12_lost.ipynb": (
        "n = tables.load_table('embassies')",
        ["cell 6, line 1: n = tables.load_table('embassies')", "EvidenceError", "missions"],
    ),
}


def test_a_failing_notebook_says_where_and_changes_nothing(copy):
    for name, (code, _) in FAULTS.items():
        (copy / "notebooks" / name).write_text(nbformat.writes(cells(code)))
    before = contents(copy)
    run = doit(copy)
    for name, (_, words) in FAULTS.items():
        _, _, rest = run.stdout.partition(f"\nnotebook:{name.removesuffix('.ipynb')}:\n")
        fault = rest.partition("\n\n")[0]
        assert fault.startswith(f"notebooks/{name}, cell 6"), run.stdout
        assert all(word in fault for word in words), run.stdout
    assert run.returncode != 0 and contents(copy) == before
    for name in FAULTS:
        (copy / "notebooks" / name).unlink()


def test_a_build_that_is_told_to_end_leaves_no_process(copy, tmp_path):
    file = copy / "notebooks" / SECOND
    kept, started = file.read_bytes(), tmp_path / "started"
    nb = nbformat.read(file, as_version=4)
    nb.cells[5].source = f"import time\nopen({str(started)!r}, 'w').close()\ntime.sleep(120)"
    file.write_text(nbformat.writes(nb))
    try:
        build = subprocess.Popen(
            [sys.executable, "-m", "doit", "notebook:09_second"],
            cwd=copy,
            env={key: value for key, value in os.environ.items() if key != paths.STAGE_VARIABLE},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_for(started.exists, 90)
        build.terminate()
        assert build.wait(timeout=60) != 0
        wait_for(lambda: not is_alive(build.pid), 30)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(build.pid, signal.SIGKILL)
        file.write_bytes(kept)


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such lock")
def test_a_second_build_waits_for_the_first(copy):
    import fcntl

    with (copy / ".build" / "turn").open("w") as turn:
        fcntl.lockf(turn, fcntl.LOCK_EX)
        build = subprocess.Popen(
            [sys.executable, "-m", "doit", "validate"],
            cwd=copy,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert "another build works in this folder" in build.stdout.readline()
        assert build.poll() is None
    told_then = build.communicate(timeout=120)[0]
    assert build.returncode == 0 and "validate" in told_then


def wait_for(happens, seconds):
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, f"not within {seconds} seconds"
        time.sleep(0.2)


def is_alive(group):
    """Say whether a process of a group still runs."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_notebook_that_breaks_after_its_figure_leaves_the_old_figure(copy):
    file = copy / "notebooks" / FIRST
    kept = file.read_bytes()
    nb = nbformat.read(file, as_version=4)
    drawing = nb.cells[find_drawing(nb)]
    before = "import matplotlib as mpl\nmpl.rcParams['lines.linewidth'] = 9"
    after = "raise ValueError('after the figure')"
    drawing.source = f"{before}\n{drawing.source}\n{after}"
    file.write_text(nbformat.writes(nb))
    before = contents(copy)
    try:
        run = doit(copy)
        assert run.returncode != 0 and "ValueError: after the figure" in run.stdout
        assert contents(copy) == before
    finally:
        file.write_bytes(kept)
