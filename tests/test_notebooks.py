"""The notebooks as committed: run, whole, within the bars, linked, legible without running anything.

That their outputs are what their code yields is checked twice: by nbval, cell by cell (pytest collects the notebooks
themselves), and here by a plain run whose figures and tables must be the committed ones byte for byte.
"""

import re
import statistics

import pytest

from derisking.build import blocks, run
from derisking.core import paths, tables
from derisking.draw import save

FILES = run.list_notebooks()
each_notebook = pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
LABELS = ["Question.", "Short answer.", "Data.", "Limits."]
CLOSING = ["What this shows", "What it does not show", "What would change the answer", "Reuse"]


def code_lines(cell):
    return [line for line in cell.source.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def prose(cell):
    text = re.sub(r"```.*?```|https?://\S+|\]\([^)]*\)", " ", cell.source, flags=re.DOTALL)
    return re.findall(r"[^\W\d_][\w'’-]*", text)


def outputs(nb):
    return [out for cell in nb.cells if cell.cell_type == "code" for out in cell.outputs]


def shown(nb):
    return [cell.source for cell in nb.cells if cell.cell_type == "markdown"] + [
        out.data["text/markdown"] for out in outputs(nb) if "text/markdown" in out.get("data", {})
    ]


def headings(nb):
    return [
        line[3:]
        for cell in nb.cells
        if cell.cell_type == "markdown"
        for line in cell.source.splitlines()
        if line.startswith("## ")
    ]


def test_the_argument_is_complete():
    assert [file.stem[:2] for file in FILES] == [f"{number:02d}" for number in range(1, len(FILES) + 1)]


@each_notebook
def test_it_opens_as_every_notebook_does(file):
    nb = run.read_notebook(file)
    assert re.fullmatch(rf"# {file.stem[:2]} · .+\?", nb.cells[0].source)
    assert [label for label in LABELS if f"**{label}**" in nb.cells[1].source] == LABELS
    assert blocks.names(nb.cells[2].source) == ["nav"]
    imports = [
        cell
        for cell in nb.cells
        if cell.cell_type == "code" and re.search(r"^(from|import) ", cell.source, re.MULTILINE)
    ]
    assert imports == [nb.cells[3]], "all imports in one cell, the fourth"


@each_notebook
def test_it_closes_as_every_notebook_does(file):
    assert [heading for heading in headings(run.read_notebook(file)) if heading in CLOSING] == CLOSING


@each_notebook
def test_sections_ask_plain_questions(file):
    body = [heading for heading in headings(run.read_notebook(file)) if heading not in CLOSING]
    asking = [heading for heading in body if heading.endswith("?")]
    assert len(asking) >= 0.7 * len(body), [heading for heading in body if heading not in asking]


@each_notebook
def test_the_short_answer_is_the_computed_one(file):
    nb = run.read_notebook(file)
    computed = [
        out.data["text/markdown"]
        for cell in nb.cells
        if run.ANSWER in cell.metadata.get("tags", [])
        for out in cell.outputs
    ]
    assert len(computed) == 1
    assert blocks.read(nb.cells[1].source, "answer") == computed[0].strip()
    answer = next(cell for cell in nb.cells if run.ANSWER in cell.metadata.get("tags", []))
    assert re.search(r'f"|f\'', answer.source), "the short answer is computed, not typed"


@each_notebook
def test_it_ran_from_top_to_bottom_without_a_word_on_stderr(file):
    nb = run.read_notebook(file)
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert not [out for out in outputs(nb) if out.output_type == "error"]
    assert not [out.text for out in outputs(nb) if out.output_type == "stream" and out.name == "stderr"]
    assert not re.search(r"\b\w*Warning\b", "".join(out.get("text", "") for out in outputs(nb)))


@each_notebook
def test_every_image_has_its_alternative_text(file):
    images = [out for out in outputs(run.read_notebook(file)) if "image/png" in out.get("data", {})]
    assert len(images) == len(run.list_drawn_figures(run.read_notebook(file)))
    for out in images:
        alt = out.metadata["image/png"]["alt"]
        assert len(alt.split()) >= 8 and out.data["text/plain"] == f"Alt text: {alt}"


@each_notebook
def test_every_figure_is_read_for_the_reader(file):
    nb = run.read_notebook(file)
    read = sum(text.count("**Reading it:**") for text in shown(nb))
    assert read >= min(3, len(run.list_drawn_figures(nb)))


@each_notebook
def test_it_keeps_the_bars(file):
    nb = run.read_notebook(file)
    cells = [cell for cell in nb.cells if cell.cell_type != "raw"]
    lines = sorted(len(code_lines(cell)) for cell in cells if cell.cell_type == "code")
    words = sum(len(prose(cell)) for cell in cells if cell.cell_type == "markdown")
    share = sum(cell.cell_type == "markdown" for cell in cells) / len(cells)
    assert len(cells) <= 60
    assert file.stat().st_size < 800_000
    assert 0.45 <= share <= 0.65, f"{share:.0%} of the cells are markdown"
    assert max(lines) <= 25
    assert words / sum(lines) >= 8, f"{words / sum(lines):.1f} words of prose a line of code"


def test_code_cells_are_short_over_the_whole():
    lines = sorted(
        len(code_lines(cell)) for file in FILES for cell in run.read_notebook(file).cells if cell.cell_type == "code"
    )
    assert statistics.median(lines) <= 5
    assert lines[int(0.9 * len(lines))] <= 13


def test_markdown_makes_half_of_the_whole():
    kinds = [cell.cell_type for file in FILES for cell in run.read_notebook(file).cells]
    assert 0.50 <= kinds.count("markdown") / len(kinds) <= 0.65


@each_notebook
def test_it_reads_plainly_on_github(file):
    nb = run.read_notebook(file)
    kinds = {kind for out in outputs(nb) for kind in out.get("data", {})}
    assert not kinds & {"application/javascript", "application/vnd.jupyter.widget-view+json", "image/svg+xml"}
    source = "\n".join(cell.source for cell in nb.cells)
    assert not re.search(r"""["'](/home/|/Users/|/mnt/|/tmp/|[A-Za-z]:\\\\)""", source)
    assert not re.search(
        r"https?://[^\s)\"']+\.(csv|json|xlsx)", "\n".join(c.source for c in nb.cells if c.cell_type == "code")
    )
    assert nb.metadata.kernelspec.name == "python3" and set(nb.metadata) == {"kernelspec", "language_info"}


@each_notebook
def test_every_name_of_a_figure_is_one_it_draws_or_one_that_exists(file):
    named = set(re.findall(r"figures/(\d\d-[a-z0-9-]+)\.", "\n".join(shown(run.read_notebook(file)))))
    assert all((paths.FIGURES / f"{name}.pdf").exists() for name in named)


@each_notebook
def test_a_plain_run_yields_the_committed_files(file, tmp_path):
    committed = run.read_notebook(file)
    nb = run.fill_answer(
        run.normalise_notebook(run.execute_notebook(run.read_notebook(file), tmp_path, file.name), file.stem[:2]), file
    )
    assert run.format_notebook(nb) == run.format_notebook(committed)
    made = [
        path
        for path in sorted(tmp_path.rglob("*"))
        if path.is_file() and path.suffix != ".lock" and path.name != ".lock"
    ]
    own = [path for path in made if path.name not in ("manifest.csv", save.PACKAGE)]
    assert own, "a notebook that makes nothing"
    for path in own:
        target = paths.ROOT / path.relative_to(tmp_path)
        assert path.read_bytes() == target.read_bytes(), (
            f"{target.relative_to(paths.ROOT)} differs from what its notebook makes"
        )
    kept = {path.name for path in paths.FIGURES.glob(f"{file.name[:2]}-*.*")}
    assert kept == {path.name for path in own if path.parent.name == "figures"}


HOMES = {"T": "09", "Q1": "04", "Q2": "05", "Q3": "06", "Q4": "07"}


@pytest.mark.parametrize("claim", list(tables.load_table("claims").itertuples()), ids=lambda claim: claim.claim_id)
def test_each_claim_is_walked_through_once_in_its_own_notebook_card_before_verdict(claim):
    cards, verdicts = [], []
    for file in [file for file in FILES if file.stem[:2] in HOMES.values()]:  # 08 may come back to a claim
        told = [
            out.data["text/markdown"]
            for out in outputs(run.read_notebook(file))
            if "text/markdown" in out.get("data", {})
        ]
        for place, text in enumerate(told):
            cards += [(file.stem[:2], place)] * len(
                re.findall(rf"^\*\*{re.escape(claim.claim_id)}\*\* · ", text, re.MULTILINE)
            )
            verdicts += [(file.stem[:2], place)] * text.count(f"**{claim.claim_id} by the rule: ")
    assert [home for home, _ in cards] == [home for home, _ in verdicts] == [HOMES[claim.question]]
    assert cards[0][1] <= verdicts[0][1]
