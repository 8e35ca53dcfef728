"""What a notebook can do wrong while it runs: each is told with notebook and cell, and nothing that
is committed changes. And what a run that was killed leaves behind goes with the next."""

import os
import subprocess
import sys

import nbformat
import pytest

from derisking.build import run
from derisking.core import paths


@pytest.fixture
def folder(folder):
    """The same with a table."""
    (folder / "data" / "evidence").mkdir()
    (folder / "data" / "evidence" / "events.csv").write_text("event_id\n")
    return folder


FAULTS = {
    "an error": ("1 / 0", ["line 1: 1 / 0", "ZeroDivisionError"]),
    "a cell without end": ("import time\ntime.sleep(60)", ["'import time'", "more than 4 seconds"]),
    "a dying kernel": ("import os\nos._exit(3)", ["'import os'", "ended the kernel"]),
    "a flood of output": ("print('x' * 6_000_000)", ["shows 6 million characters", "at most"]),
    "a table changed": (
        "open('{root}/data/evidence/events.csv', 'a').write('x')",
        ["wrote data/evidence/events.csv", "git checkout"],
    ),
}
BESIDE = {
    "a file in the root": ("open('{root}/notes.txt', 'w').write('x')", ["wrote notes.txt"]),
    "a folder in the root": (
        "import os\nos.mkdir('{root}/out')",
        ["'import os'", "wrote out,", "delete it"],
    ),
    "a file beside the notebooks": (
        "open('notes.txt', 'w').write('x')",
        ["wrote notebooks/notes.txt", "delete it"],
    ),
    "a folder of figures": (
        "import os\nos.mkdir('{root}/figures/draft')",
        ["wrote figures/draft"],
    ),
    "a figure past save_figure": (
        "open('{root}/figures/09-x.png', 'w').write('x')",
        ["wrote figures/09-x.png"],
    ),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_is_told_with_notebook_and_cell(kind, folder, tmp_path_factory, monkeypatch):
    code, words = FAULTS[kind]
    monkeypatch.setattr(run, "TIMEOUT", 4 if "end" in kind else 120)
    cells = [
        nbformat.v4.new_markdown_cell("# 09 · How many?"),
        nbformat.v4.new_code_cell("n = 1"),
        nbformat.v4.new_code_cell(code.replace("{root}", str(folder))),
    ]
    nb = nbformat.v4.new_notebook(cells=cells, metadata=run.METADATA)
    with pytest.raises(run.NotebookError) as error:
        run.execute_notebook(nb, tmp_path_factory.mktemp("stage"), "09_trial.ipynb")
    assert str(error.value).startswith("notebooks/09_trial.ipynb, cell 3")
    assert all(word in str(error.value) for word in words), error.value


@pytest.mark.parametrize("kind", BESIDE)
def test_what_a_cell_writes_beside_its_results_is_told(kind, folder, monkeypatch):
    """As it is asked after each cell, without a kernel; a table changed is tried with one above."""
    code, words = BESIDE[kind]
    cell = nbformat.v4.new_code_cell(code.replace("{root}", str(folder)))
    watch = run.Watch(nbformat.v4.new_notebook(cells=[cell]), "09_trial.ipynb")
    watch.start_cell(cell, 2)
    monkeypatch.chdir(paths.NOTEBOOKS)
    exec(cell.source, {})
    with pytest.raises(run.NotebookError) as error:
        watch.end_cell(cell, 2)
    assert str(error.value).startswith("notebooks/09_trial.ipynb, cell 3")
    assert all(word in str(error.value) for word in words), error.value


def test_a_notebook_does_not_depend_on_the_language_of_its_reader(tmp_path, monkeypatch):
    monkeypatch.setenv("LC_ALL", "tr_TR.UTF-8")
    nb = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell("import os, sys\nos.environ['LC_ALL'], sys.flags.utf8_mode")
        ]
    )
    nb = run.execute_notebook(nb, tmp_path, "09_trial.ipynb")
    assert nb.cells[0].outputs[0].data["text/plain"] == "('C', 1)"


def test_what_a_killed_run_left_behind_goes_and_what_runs_stays(folder, monkeypatch):
    monkeypatch.setattr(paths.tempfile, "gettempdir", lambda: str(folder))
    monkeypatch.setattr(paths.tempfile, "tempdir", str(folder))
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    litter = [
        folder / "figures" / f".09-x.png.{ended.pid}",
        folder / "data" / "derived" / f".waves.csv.{ended.pid}",
        folder / f"derisking-{ended.pid}-abc",
        folder / f"derisking-tests-{ended.pid}-abc",
        folder / f"derisking-tests-{os.getpid()}-of_yesterday",  # its number is another's by now
    ]
    kept = [
        folder / "figures" / f".09-x.png.{os.getpid()}",
        folder / "figures" / "09-x.png",
        folder / "figures" / ".lock",
        folder / "derisking-book",
        paths.make_stage("tests-"),
    ]
    for path in [*litter, *kept]:
        if path.name.startswith("derisking"):
            path.mkdir(exist_ok=True)
        else:
            path.write_text("x")
    os.utime(litter[-1], (0, 0))
    assert sorted(paths.sweep_litter()) == sorted(litter)
    assert not any(path.exists() for path in litter) and all(path.exists() for path in kept)
