"""Tables and figures for papers: complete, readable by LaTeX and HTML, and told as in the data."""

import html.parser
import re

import pytest

from derisking.build import pages, papers
from derisking.core import paths, tables
from derisking.core.citation import read_citation

TABLES = {table.name: table for table in papers.list_paper_tables()}
each_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)


def test_what_is_committed_is_what_the_build_knows():
    known = {file.name for file in papers.write_tables()}
    assert {file.name for file in (paths.FIGURES / "tables").iterdir()} == known


@each_table
def test_latex_has_one_cell_a_column_and_escapes_its_signs(table):
    text = papers.format_latex(table)
    begin = "\\endlastfoot" if "longtable" in text else "\\midrule"
    body = text.split(begin)[-1].split("\\bottomrule")[0]
    rows = [line for line in body.splitlines() if line.strip().endswith(r"\\")]
    assert len(rows) == len(table.frame)
    for row in rows:
        assert len(re.findall(r"(?<!\\)&", row)) == table.frame.shape[1] - 1, row
        assert not re.search(r"(?<!\\)[%$#_]", row.replace(r"$\infty$", "")), row
    assert "\\caption{" in text and f"\\label{{tab:{table.name}}}" in text


class Cells(html.parser.HTMLParser):
    """Collects the cells of a table and the tags left open."""

    def __init__(self):
        super().__init__()
        self.open, self.cells = [], {"td": 0, "th": 0, "tr": 0}

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        if tag in self.cells:
            self.cells[tag] += 1

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@each_table
def test_html_is_whole(table):
    found = Cells()
    found.feed(papers.format_html(table))
    height, width = table.frame.shape
    assert found.open == []
    assert found.cells == {"td": height * width, "th": width, "tr": height + 1}


def test_tables_tell_what_the_data_tell():
    matrix = tables.load_table("closure_matrix")
    lists = TABLES["closure-lists"].frame.set_index("post")
    told = lists.filter(like="R. Frank").iloc[:, 0].eq("closed")
    assert told.sum() == matrix["frank_2023_12"].sum() == 9
    hosts = TABLES["reciprocity"].frame.set_index("became of it")
    assert list(hosts.loc["all"].iloc[:2]) == [23, 24]
    verdicts = TABLES["verdicts"].frame
    assert list(verdicts["claim"]) == list(tables.load_table("claims")["claim_id"])


def test_a_figure_is_placed_with_caption_alternative_text_and_credit():
    figure = {
        "name": "09-x",
        "alt": "A [bar] of 5% & more.",
        "description": "Five.",
        "width_mm": 89.0,
    }
    lines = papers.place_figure(figure)
    told = read_citation()
    assert all(told.author in text and told.address in text for text in lines.values())
    assert r"width=89mm, alt={A [bar] of 5\% \& more.}]{09-x.pdf}" in lines["latex"]
    assert lines["markdown"].startswith("![A (bar) of 5% & more.](09-x.png)")
    assert 'alt="A [bar] of 5% &amp; more."' in lines["html"]


def test_the_gallery_has_lines_for_every_figure():
    assert (
        pages.gallery().count("```latex")
        == len(pages._records())
        == len(list(paths.FIGURES.glob("*.svg")))
    )


@pytest.mark.parametrize(
    ("ratio", "words"),
    [
        (float("nan"), "–"),
        (float("inf"), "∞"),
        (0.0, "0"),
        (0.123, "0.12"),
        (9.96, "10"),
        (12.4, "12"),
    ],
)
def test_a_ratio_is_told_in_two_figures_and_one_that_is_unknown_by_a_dash(ratio, words):
    assert papers._word_ratio(ratio) == words
