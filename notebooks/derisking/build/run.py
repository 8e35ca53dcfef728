"""Run a notebook from top to bottom, and put its results in place only if all of it ran.

    python -m derisking.build.run 01_data_ingestion.ipynb

The notebook runs with a staging folder for its figures and tables. If a cell fails, or writes to
stderr, nothing that is committed changes, and the message names file, cell, source line and error.
If all cells run, the notebook is normalised (no timings, stable ids, short metadata), its short
answer is filled in, and everything moves into place.
"""

import argparse
import asyncio
import json
import os
import re
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path

import nbclient
import nbformat

from derisking.build import blocks, filling
from derisking.build.trace import ANSWER, empty_generated, has_written_answer, list_notebooks
from derisking.core import paths
from derisking.core.glue import GlueError
from derisking.draw import save, style

TIMEOUT = 300  # seconds a cell may take
OF_A_NOTEBOOK = re.compile(r"\d\d[-_]")  # begins the name of a notebook, and of its figures
RECORDS = ("manifest.csv", save.PACKAGE)  # of all figures, written by every notebook
MOST_OUTPUT = 5_000_000  # characters a cell may show; the largest picture takes a tenth
WORDS_PER_MINUTE = 200
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
QUIET = {
    "LC_ALL": "C",  # under some locales GDAL complains on stderr
    "PYTHONUTF8": "1",
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}


class NotebookError(Exception):
    """A notebook did not run; the message says where and why."""


def read_notebook(file: Path) -> nbformat.NotebookNode:
    """Read a notebook. Raises NotebookError with the file's name if it is none."""
    try:
        return nbformat.read(file, as_version=4)
    except Exception as error:
        raise NotebookError(
            f"notebooks/{file.name} cannot be read as a notebook: {error}"
        ) from None


def read_title(nb) -> str:
    """Return the heading of a notebook without its number: the question it asks."""
    return re.sub(r"^#\s*(\d+\s*·\s*)?", "", nb.cells[0].source.splitlines()[0]).strip()


def execute_notebook(nb, stage: Path, name: str, **variables: str):
    """Run all cells with `stage` as output folder and `variables` in the environment; return the
    notebook with outputs.

    Raises NotebookError at the first cell that fails, and for any cell that writes to stderr.
    """
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    environment = {**os.environ, **QUIET, paths.STAGE_VARIABLE: str(stage), **variables}
    watch = Watch(nb, name)
    client = nbclient.NotebookClient(
        nb,
        timeout=TIMEOUT,
        kernel_name="python3",
        resources={"metadata": {"path": str(paths.NOTEBOOKS)}},
        record_timing=False,
        extra_arguments=["--IPKernelApp.log_level=40"],
        on_notebook_start=leave_signals,
        on_cell_start=watch.start_cell,
        on_cell_executed=watch.end_cell,
    )
    try:
        client.execute(env=environment, cleanup_kc=True)
    except nbclient.exceptions.CellExecutionError:
        raise NotebookError(_told(nb, name)) from None
    except nbclient.exceptions.CellTimeoutError:
        raise NotebookError(
            f"{watch.where} ran for more than {TIMEOUT} seconds. Let it do less, or raise TIMEOUT "
            "in notebooks/derisking/build/run.py."
        ) from None
    except nbclient.exceptions.DeadKernelError:
        raise NotebookError(
            f"{watch.where} ended the kernel: out of memory, or a call that ends Python?"
        ) from None
    for number, cell in enumerate(nb.cells, 1):
        for out in cell.get("outputs", []):
            if out.output_type == "stream" and out.name == "stderr":
                raise NotebookError(
                    f"notebooks/{name}, cell {number}: wrote to stderr, which readers would see:\n"
                    f"{out.text.strip()}"
                )
    return nb


def leave_signals(notebook) -> None:
    """Let a signal end this process, as it ends others: nbclient would only stop the kernel."""
    loop = asyncio.get_running_loop()
    with suppress(NotImplementedError, RuntimeError):  # Windows has no such handlers
        loop.remove_signal_handler(signal.SIGINT)
        loop.remove_signal_handler(signal.SIGTERM)


class Watch:
    """Knows which cell of a notebook runs, and refuses one that shows too much or writes where it
    should not."""

    def __init__(self, nb, name: str):
        """Take stock before the first cell."""
        self.cells, self.name = nb.cells, name
        self.where = f"notebooks/{name}: no cell"
        self.stock = self._take_stock()

    def start_cell(self, cell, cell_index: int) -> None:
        """Note which cell runs."""
        lines = [line for line in cell.source.splitlines() if line.strip()]
        first = lines[0].strip() if lines else ""
        self.where = f"notebooks/{self.name}, cell {cell_index + 1}, {first!r},"

    def end_cell(self, cell, cell_index: int, **reply) -> None:
        """Raise NotebookError for a cell with too much output, and for one that wrote past the
        staging folder."""
        shown = sum(len(str(out)) for out in cell.get("outputs", []))
        if shown > MOST_OUTPUT:
            raise NotebookError(
                f"{self.where} shows {shown / 1e6:.0f} million characters; "
                f"at most {MOST_OUTPUT / 1e6:.0f} million may stand in a notebook."
            )
        self.check_stock()

    def check_stock(self) -> None:
        """Raise NotebookError, naming the cell that ran last, if a file or folder is new, changed
        or gone."""
        now = self._take_stock()
        if changed := sorted(now.items() ^ self.stock.items()):
            path = changed[0][0]
            told = path.relative_to(paths.ROOT)
            back = f"`git checkout -- {told}` takes it back" if path in self.stock else "delete it"
            raise NotebookError(
                f"{self.where} wrote {told}, or somebody did while it ran. A notebook writes "
                "tables with write_table and figures with save_figure alone. `git status` shows "
                f"what changed; {back}."
            )

    def _take_stock(self) -> dict[Path, tuple[int, int]]:
        """Return size and time of the files that no notebook may touch while it runs; of a folder
        only that it is there.

        Other notebooks may put their own figures and themselves in place meanwhile.
        """
        found = [*paths.ROOT.glob("[!.]*"), *paths.DATA.rglob("[!.]*")]
        for path in (*paths.NOTEBOOKS.glob("[!.]*"), *paths.FIGURES.glob("[!.]*")):
            others = OF_A_NOTEBOOK.match(path.name) and path.name[:2] != self.name[:2]
            if not others and path.name not in RECORDS:
                found.append(path)
        stock = {}
        for path in found:
            if path.name != "__pycache__":
                with suppress(FileNotFoundError):
                    about = path.stat()
                    whole = path.is_file()
                    stock[path] = (about.st_size, about.st_mtime_ns) if whole else (0, 0)
        return stock


def _told(nb, name: str) -> str:
    """Say which cell failed, at which of its lines, and with what error."""
    for number, cell in enumerate(nb.cells, 1):
        for out in cell.get("outputs", []):
            if out.output_type == "error":
                trace = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(out.traceback))
                lines = cell.source.splitlines()
                found = re.findall(
                    r"Cell In\[\d+\](?:, line |:)(\d+)|<ipython[^>]*>[^\n]*\n-+> (\d+)", trace
                )
                at = [int(a or b) for a, b in found if (a or b) and int(a or b) <= len(lines)]
                where = f"line {at[0]}: {lines[at[0] - 1].strip()}" if at else lines[0].strip()
                return f"notebooks/{name}, cell {number}, {where}\n{out.ename}: {out.evalue}"
    return f"notebooks/{name}: a cell failed without an error message."


def normalise_notebook(nb, number: str):
    """Strip what differs from run to run, from machine to machine or with the program that saved
    the notebook (JupyterLab, VS Code, nbconvert), and give every cell a stable id."""
    nb.metadata = nbformat.from_dict(METADATA)
    nb.nbformat, nb.nbformat_minor = 4, 5
    for position, cell in enumerate(nb.cells, 1):
        cell.id = f"{number}-{position:02d}"
        cell.metadata = nbformat.from_dict(
            {k: v for k, v in sorted(cell.metadata.items()) if k == "tags"}
        )
        cell.pop("attachments", None)
        if cell.cell_type == "code":
            cell.outputs = _joined(cell.outputs)
            for out in cell.outputs:
                if out.output_type == "execute_result":
                    out.execution_count = cell.execution_count
    return nb


def _joined(outputs: list) -> list:
    """Join stdout written in pieces: how it is cut up depends on timing."""
    joined = []
    for out in outputs:
        if (
            joined
            and out.output_type == "stream" == joined[-1].output_type
            and out.name == joined[-1].name
        ):
            joined[-1].text += out.text
        else:
            joined.append(out)
    return joined


def fill_answer(nb, file: Path):
    """Write the short answer, computed in the cell tagged "answer", into its block in the
    opening."""
    if has_written_answer(nb.cells):
        return filling.fill_notebook(nb, file.name)
    answers = [
        cell
        for cell in nb.cells
        if ANSWER in cell.metadata.get("tags", []) and cell.cell_type == "code"
    ]
    shown = [
        out.data["text/markdown"]
        for cell in answers
        for out in cell.outputs
        if "text/markdown" in out.get("data", {})
    ]
    if len(shown) != 1:
        raise NotebookError(
            f"notebooks/{file.name}: found {len(shown)} short answers; expected one code cell with "
            f'the tag "{ANSWER}" that ends in Markdown(...).'
        )
    return fill_block(nb, file, "answer", shown[0])


def fill_block(nb, file: Path, name: str, content: str):
    """Fill the one block of that name in a notebook. Raises NotebookError unless exactly one
    markdown cell has it."""
    holders = [
        cell
        for cell in nb.cells
        if cell.cell_type == "markdown" and name in blocks.names(cell.source)
    ]
    if len(holders) != 1:
        raise NotebookError(
            f"notebooks/{file.name}: expected one markdown cell with the block {name!r}."
        )
    holders[0].source = blocks.fill(holders[0].source, name, content, f"notebooks/{file.name}")
    return nb


def estimate_minutes(nb) -> int:
    """Estimate the minutes it takes to read a notebook: its words at 200 a minute, and half a
    minute a figure."""
    texts = [
        empty_generated(cell.source, True) for cell in nb.cells if cell.cell_type == "markdown"
    ]
    texts += [
        out.data["text/markdown"]
        for cell in nb.cells
        for out in cell.get("outputs", [])
        if "text/markdown" in out.get("data", {})
    ]
    plain = re.sub(
        r"\]\([^)]*\)|<!--.*?-->", "]", "\n".join(texts), flags=re.DOTALL
    )  # not read: addresses, marks
    words = len(re.findall(r"[^\W\d_][\w'’-]*", plain))
    return max(1, round(words / WORDS_PER_MINUTE + len(list_drawn_figures(nb)) / 2))


def list_drawn_figures(nb) -> list[str]:
    """Return the names of the figures a notebook shows, in order."""
    shown = [
        re.match(r"\*\*Figure (\S+)\.\*\*", text)
        for cell in nb.cells
        for text in (
            [cell.source]
            if cell.cell_type == "markdown"
            else [
                out.data["text/markdown"]
                for out in cell.outputs
                if "text/markdown" in out.get("data", {})
            ]
        )
    ]
    return [match[1] for match in shown if match]


def publish_results(nb, file: Path, stage: Path) -> None:
    """Move the results of a full run into place: tables, figures, records, and last the notebook
    itself."""
    for made in sorted((stage / "data" / "derived").glob("*.csv")):
        paths.replace(paths.DERIVED / made.name, made.read_bytes())
    staged = stage / "figures"
    records = []
    if (staged / save.PACKAGE).exists():
        records = json.loads((staged / save.PACKAGE).read_text(encoding="utf-8"))["resources"]
    made = [name for record in records for name in save.list_files(record)]
    for old in paths.FIGURES.glob(f"{file.name[:2]}-*.*"):
        if old.name not in made:
            old.unlink()
    for name in made:
        paths.replace(paths.FIGURES / name, (staged / name).read_bytes())
    paths.FIGURES.mkdir(exist_ok=True)
    save.record_figures(
        paths.FIGURES, records, drop=lambda record: record["name"].startswith(f"{file.name[:2]}-")
    )
    paths.replace(file, format_notebook(nb))


def format_notebook(nb) -> str:
    """Return a notebook as the text of its file."""
    return nbformat.writes(nb).rstrip("\n") + "\n"


def run_notebook(file: Path) -> None:
    """Execute, normalise, fill and publish one notebook. Raises NotebookError, and changes nothing,
    if it fails."""
    stage = paths.make_stage()
    try:
        nb = execute_notebook(read_notebook(file), stage, file.name)
        nb = fill_answer(normalise_notebook(nb, file.name[:2]), file)
        nbformat.validate(nb)
        publish_results(nb, file, stage)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def redraw_figures(folder: Path, look: Path | None = None) -> None:
    """Run every notebook and leave its figures in `folder`; nothing committed changes.

    look: a matplotlib style file laid over ours; a CSV of the same name beside it replaces colours,
    see `style`.
    """
    variables = {style.STYLE_VARIABLE: str(look.resolve())} if look else {}
    for file in list_notebooks():
        execute_notebook(read_notebook(file), folder.resolve(), file.name, **variables)


def main(arguments: list[str] | None = None) -> int:
    """Run the notebooks named, or redraw all figures elsewhere; print the fault and return 1 at the
    first that fails."""
    parser = argparse.ArgumentParser(
        prog="python -m derisking.build.run", description=__doc__.splitlines()[0]
    )
    parser.add_argument("notebooks", nargs="*", help="notebooks to run and put in place")
    parser.add_argument(
        "--to",
        type=Path,
        metavar="FOLDER",
        help="redraw the figures of all notebooks into FOLDER instead",
    )
    parser.add_argument(
        "--style",
        type=Path,
        metavar="FILE",
        help="with --to: a matplotlib style file laid over ours",
    )
    chosen = parser.parse_args(arguments)
    try:
        if chosen.to:
            redraw_figures(chosen.to, chosen.style)
        for name in chosen.notebooks:
            run_notebook(paths.NOTEBOOKS / Path(name).name)
    except (NotebookError, blocks.BlockError, GlueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
