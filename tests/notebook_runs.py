"""The notebooks as checks: one run of each serves all that is asked of a run.

nbval runs the cells, and compares what each prints with what is committed. In the same run the
notebook draws its figures and writes its tables into a folder of its own, and a witness in its
kernel notes what it opens and what it draws. The checks after the last cell compare all that:
outputs with their pictures, every file byte for byte with the versions of requirements.lock and by
contents with others, the tables read, the values drawn.
"""

import copy
import shutil
from pathlib import Path

import numpy as np
import pytest
from nbval.plugin import IPyNbFile
from tests import contents, witness
from tests.test_plotted import DRAWN, count_names, find_missing

from derisking.build import run, trace
from derisking.core import paths


class NotebookRun(IPyNbFile):
    """A notebook whose cells nbval runs in a folder of their own, and what is asked afterwards."""

    def setup(self):
        """Start the kernel as the build does, with a witness that notes what the cells do."""
        self.made, self.noted = paths.make_stage("tests-"), paths.make_stage("tests-")
        set_up = {**run.QUIET, paths.STAGE_VARIABLE: str(self.made)}
        with pytest.MonkeyPatch.context() as patch:
            for name, value in set_up.items():
                patch.setenv(name, value)
            super().setup()
        before = witness.PRELUDE.format(root=str(paths.ROOT), noted=str(self.noted))
        told = self.kernel.kc.execute(before, silent=True, reply=True, timeout=60)
        assert told["content"]["status"] == "ok", told["content"].get("evalue")
        self.watch = run.Watch(self.nb, self.path.name)

    def collect(self):
        """Yield the cells as nbval does, then the checks of what they made."""
        self.cells = list(super().collect())
        yield from self.cells
        asked = {"what it shows is what is committed": compare_cells}
        asked["what it makes is what is committed"] = compare_files
        asked["what it reads is known to the build"] = compare_tables
        for name in DRAWN:
            if name.startswith(self.path.name[:2]):
                asked[f"every value of {name} is drawn"] = _find_values(name)
        if self.path.name.startswith("01"):
            asked["each disc of 01-closure-lists is one name"] = count_discs
        for name, check in asked.items():
            yield AfterRun.from_parent(self, name=name, check=check)

    def finish(self):
        """Run the cells that were not chosen: what comes after the last rests on all of them."""
        for cell in self.cells:
            if cell.test_outputs is None:
                cell.runtest()

    def teardown(self):
        """Stop the kernel and remove what the run made."""
        super().teardown()
        for folder in (self.made, self.noted):
            shutil.rmtree(folder, ignore_errors=True)


class AfterRun(pytest.Item):
    """One thing that is asked of a notebook when all its cells have run."""

    def __init__(self, *, check, **rest):
        super().__init__(**rest)
        self.check = check

    def runtest(self):
        """Ask it."""
        self.parent.finish()
        self.check(self.parent)

    def reportinfo(self):
        """Say where, as nbval does for cells."""
        return self.path, 0, f"{self.path.name}: {self.name}"


def compare_cells(book):
    """Every output is the committed one, pictures too, and every mark holds the value glued."""
    committed = run.normalise_notebook(run.read_notebook(book.path), book.path.name[:2])
    nb = copy.deepcopy(committed)
    for count, (cell, ran) in enumerate(
        zip((cell for cell in nb.cells if cell.cell_type == "code"), book.cells, strict=True), 1
    ):
        cell.outputs, cell.execution_count = copy.deepcopy(ran.test_outputs), count
    nb = run.fill_answer(run.normalise_notebook(nb, book.path.name[:2]), book.path)
    changed = contents.list_changed_cells(nb, committed)
    assert not changed, (
        f"notebooks/{book.path.name} is not what its code makes: {'; '.join(changed)}. "
        "`make` runs it anew; look at what changes with `git diff`."
    )
    outputs = [out for cell in book.cells for out in cell.test_outputs]
    told = [out.text for out in outputs if out.get("name") == "stderr"]
    assert not told, f"it writes to stderr, which readers would see: {told[0]}"


def list_made(book) -> list[Path]:
    """The files that a run made: tables and figures, without the records of all figures."""
    files = (path for path in sorted(book.made.rglob("*")) if path.is_file())
    return [path for path in files if path.name not in (*run.RECORDS, ".lock")]


def compare_files(book):
    """Every file is the committed one, none is missing, and nothing else was written."""
    made = list_made(book)
    assert made, "a notebook that makes nothing"
    for path in made:
        target = paths.ROOT / path.relative_to(book.made)
        assert not contents.differ(path, target), (
            f"{target.relative_to(paths.ROOT)} differs from what its notebook makes. "
            f"{contents.say_what_is_compared()}"
        )
    kept = {path.name for path in paths.FIGURES.glob(f"{book.path.name[:2]}-*.*")}
    assert kept == {path.name for path in made if path.parent.name == "figures"}
    book.watch.check_stock()


def compare_tables(book):
    """Every table that was opened is one for which the build runs the notebook again."""
    cells = trace.read_cells(book.path)
    told = {*trace.trace_tables(trace.join_code(cells)), *trace.trace_marks(cells)}
    opened = set(map(Path, (book.noted / witness.OPENED).read_text().splitlines()))
    read = opened & set(trace.list_table_files().values())
    assert read, "the witness saw nothing"
    assert read <= told, f"make would not run it again for {sorted(read - told)}"


def _find_values(name: str):
    def find_values(book):
        """Every value of the CSV is found among the coordinates drawn."""
        missing = find_missing(np.load(book.noted / f"{name}.npz"), DRAWN[name])
        assert not missing, f"{name}: not drawn {missing}"

    return find_values


def count_discs(book):
    """Each disc of the closure matrix is one name on one list."""
    discs, names = count_names(np.load(book.noted / "01-closure-lists.npz"))
    assert discs == names
