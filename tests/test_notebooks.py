"""The notebooks as committed: run, whole, glued, linked, legible without running anything.

That their outputs, figures and tables are what their code yields is checked where pytest collects
the notebooks themselves: see `notebook_runs`.
"""

import re
import subprocess
import sys

import pytest

from derisking.build import blocks, filling, run, trace
from derisking.core import paths, tables
from derisking.core.glue import MARK

FILES = run.list_notebooks()
each_notebook = pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
LABELS = ["Question.", "Short answer."]
CLOSING = [r"not show", r"would change", r"^Reuse$"]
GLUED = [file for file in FILES if trace.has_written_answer(trace.read_cells(file))]
each_glued = pytest.mark.parametrize("file", GLUED, ids=[file.stem for file in GLUED])


def markdown(nb):
    return [cell.source for cell in nb.cells if cell.cell_type == "markdown"]


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
    assert [file.stem[:2] for file in FILES] == [
        f"{number:02d}" for number in range(1, len(FILES) + 1)
    ]


def test_sentences_are_written_by_hand_in_all_notebooks():
    assert GLUED == FILES


@each_notebook
def test_it_opens_as_every_notebook_does(file):
    nb = run.read_notebook(file)
    assert re.fullmatch(rf"# {file.stem[:2]} · .+\?", nb.cells[0].source)
    assert [label for label in LABELS if f"**{label}**" in nb.cells[1].source] == LABELS
    after = nb.cells[1].source.partition("<!-- end answer -->")[2]
    assert re.search("data", after, re.IGNORECASE) and "](../data/" in after
    assert re.search(r"limit|not ", after, re.IGNORECASE)
    assert blocks.names(nb.cells[2].source) == ["nav"]
    imports = [
        cell
        for cell in nb.cells
        if cell.cell_type == "code" and re.search(r"^(from|import) ", cell.source, re.MULTILINE)
    ]
    assert imports == [nb.cells[3]], "all imports in one cell, the fourth"


@each_notebook
def test_it_closes_as_every_notebook_does(file):
    closing = "\n".join(headings(run.read_notebook(file))[-4:])
    assert all(re.search(words, closing, re.MULTILINE) for words in CLOSING), closing


@each_notebook
def test_sections_ask_plain_questions(file):
    nb = run.read_notebook(file)
    body = [head for head in headings(nb) if not any(re.search(words, head) for words in CLOSING)]
    asking = [heading for heading in body if heading.endswith("?")]
    assert len(asking) >= 0.7 * len(body), [heading for heading in body if heading not in asking]


@each_notebook
def test_the_short_answer_is_the_computed_one(file):
    nb = run.read_notebook(file)
    told = blocks.read(nb.cells[1].source, "answer")
    if file in GLUED:
        words = re.findall(r"[^\W\d_][\w'’-]*", MARK.sub(lambda mark: mark[2], told))
        assert 8 <= len(words) <= 80
        return
    computed = [
        out.data["text/markdown"]
        for cell in nb.cells
        if run.ANSWER in cell.metadata.get("tags", [])
        for out in cell.outputs
    ]
    assert len(computed) == 1
    assert told == computed[0].strip()
    answer = next(cell for cell in nb.cells if run.ANSWER in cell.metadata.get("tags", []))
    assert re.search(r'f"|f\'', answer.source), "the short answer is computed, not typed"


@each_glued
def test_the_figure_that_answers_comes_first(file):
    cells = run.read_notebook(file).cells
    shown = [
        number
        for number, cell in enumerate(cells, 1)
        if any("image/png" in out.get("data", {}) for out in cell.get("outputs", []))
    ]
    assert shown[0] <= 6, f"the first figure stands in cell {shown[0]}"


@each_glued
def test_every_mark_holds_the_value_of_the_last_run(file):
    assert filling.find_stale_marks(run.read_notebook(file), file.name) == []


MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
EXEMPT = [
    r"<!-- begin nav -->.*?<!-- end nav -->",
    r"```.*?```|`[^`]*`",
    r"\[[^\]]*\]\([^)]*\)|https?://\S+",
    r"“[^”]*”|\"[^\"\n]*\"",
    r"\{[a-z][a-z0-9_]*\}",  # a value in an alternative text
    rf"\b\d{{1,2}}(?: (?:and|to|or) \d{{1,2}})? (?:{MONTHS})\b|\b(?:{MONTHS}) \d{{1,2}}\b",
    r"\bthe \d{1,2}(?:st|nd|rd|th)\b",
    r"\b(?:1[89]|20)\d\d(?:[-–/]\d\d(?:\d\d)?)?s?\b",
    r"\b(?:T|Q[1-4]|R|E)\.?\d+(?:-e\d+)?\b|\bQ[1-4]\b",  # claims, rivals, findings, questions
    r"\b\d\d-[a-z][a-z0-9-]*\b|^# \d\d",  # figures, titles
    r"\b[Nn]otebooks? \d\d(?:(?:, | and | to )\d\d)*",
    r"\bCC BY 4\.0|\b38 North|\bROK[- ]53|\b95 percent (?:confidence )?interval",
]
# Numbers that a sentence defines or quotes and no run could change. Say here why each is one.
PUBLISHED = {
    "53",
    "46",
    "44",
    "43",
}  # the four totals of 2023 and 2024 whose puzzle notebook 01 solves
DEFINED = {"01": PUBLISHED, "05": {"100"}, "09": PUBLISHED}


def find_typed_numbers(text):
    """Return the numbers of a Markdown cell that stand outside marks, each with the words around
    it."""
    text = MARK.sub(" ", text)
    for pattern in EXEMPT:
        text = re.sub(pattern, " ", text, flags=re.DOTALL | re.MULTILINE)
    return [
        (found[0], " ".join(text[max(0, found.start() - 30) : found.end() + 20].split()))
        for found in re.finditer(r"\d(?:[\d.,]*\d)?", text)
    ]


@each_glued
def test_no_number_is_typed_into_a_sentence(file):
    typed = [
        f"notebooks/{file.name}, cell {place}: ... {words} ..."
        for place, cell in enumerate(run.read_notebook(file).cells, 1)
        if cell.cell_type == "markdown"
        for number, words in find_typed_numbers(cell.source)
        if number not in DEFINED.get(file.name[:2], set())
    ]
    assert not typed, "\n".join(
        ["These numbers are typed; glue each in a code cell (see CONTRIBUTING):", *typed]
    )


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("It closed 9 of 53 posts.", ["9", "53"]),
        ("Output fell by 33.5 percent, to 12,345.", ["33.5", "12,345"]),
        ("It closed <!--=n-->9<!--/--> posts in 1998 and 2019-20, on 5 March 2023.", []),
        ("See [9 posts](x.csv), `tail(5)`, Q2.1, T.1-e03, 05-collapse and notebook 09.", []),
        ("He says “46 missions”. <!-- alt: {n} posts. -->", []),
        ("<!-- alt: 9 posts. -->", ["9"]),
    ],
)
def test_typed_numbers_are_told_from_years_names_and_quotations(text, numbers):
    assert [number for number, _ in find_typed_numbers(text)] == numbers


@each_glued
def test_its_code_is_formatted_and_no_line_is_long(file):
    ruff = [sys.executable, "-m", "ruff"]
    told = subprocess.run([*ruff, "format", "--check", file], capture_output=True, text=True)
    assert told.returncode == 0, f"ruff format notebooks/{file.name}"
    code = trace.join_code(trace.read_cells(file))
    assert "fmt: skip" not in code and "fmt: off" not in code
    assert not [line for line in code.splitlines() if len(line) > 100]


@each_notebook
def test_it_ran_from_top_to_bottom_without_a_word_on_stderr(file):
    nb = run.read_notebook(file)
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert not [out for out in outputs(nb) if out.output_type == "error"]
    assert not [
        out.text for out in outputs(nb) if out.output_type == "stream" and out.name == "stderr"
    ]
    assert not re.search(r"\b\w*Warning\b", "".join(out.get("text", "") for out in outputs(nb)))


@each_notebook
def test_every_image_has_its_alternative_text(file):
    images = [out for out in outputs(run.read_notebook(file)) if "image/png" in out.get("data", {})]
    assert len(images) == len(run.list_drawn_figures(run.read_notebook(file)))
    for out in images:
        alt = out.metadata["image/png"]["alt"]
        assert len(alt.split()) >= 8 and out.data["text/plain"] == f"Alt text: {alt}"


@each_notebook
def test_it_reads_plainly_on_github(file):
    nb = run.read_notebook(file)
    kinds = {kind for out in outputs(nb) for kind in out.get("data", {})}
    assert not kinds & {
        "application/javascript",
        "application/vnd.jupyter.widget-view+json",
        "image/svg+xml",
    }
    source = "\n".join(cell.source for cell in nb.cells)
    assert not re.search(r"""["'](/home/|/Users/|/mnt/|/tmp/|[A-Za-z]:\\\\)""", source)
    assert not re.search(
        r"https?://[^\s)\"']+\.(csv|json|xlsx)",
        "\n".join(c.source for c in nb.cells if c.cell_type == "code"),
    )


@each_notebook
def test_every_name_of_a_figure_is_one_it_draws_or_one_that_exists(file):
    named = set(
        re.findall(r"figures/(\d\d-[a-z0-9-]+)\.", "\n".join(shown(run.read_notebook(file))))
    )
    assert all((paths.FIGURES / f"{name}.pdf").exists() for name in named)


# 05 and 04 hold the claims of the other questions of the article as well where they bear on them.
HOMES = {"T": "09", "Q1": "04", "Q2": "05", "Q3": "06", "Q4": "07"}


@each_glued
def test_each_claim_of_its_question_is_named_with_a_link_to_the_dossier(file):
    claims = tables.load_table("claims")
    own = claims[claims["question"].map(HOMES).eq(file.name[:2])]["claim_id"]
    text = "\n".join(shown(run.read_notebook(file)))
    missing = [name for name in own if f"claims.md#{name.lower().replace('.', '')})" not in text]
    assert not missing
