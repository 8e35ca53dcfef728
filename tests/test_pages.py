"""Generated pages are up to date, their links lead somewhere, and the examples on the front page
run."""

import json
import re
import urllib.parse
from pathlib import Path

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_markdown_cell, new_notebook

from derisking.build import blocks, dossier, pages, run
from derisking.core import paths, tables

ROOT = Path(__file__).parents[1]
PAGES = [
    ROOT / name
    for name in (
        "README.md",
        "README.ko.md",
        "CONTRIBUTING.md",
        ".github/CODE_OF_CONDUCT.md",
        "CHANGELOG.md",
        "data/README.md",
        "data/claims.md",
        "data/countries.md",
        "figures/README.md",
        "notebooks/README.md",
        "data/basemap/README.md",
        "data/upstream/README.md",
    )
]
LINK = re.compile(r"\]\((?!https?://|mailto:)([^)\s]+)\)")


def test_every_generated_page_and_block_is_up_to_date():
    assert pages.write_pages(check=True) == [], "run make"


def anchors(text):
    """The anchors GitHub gives to headings, and those set by hand."""
    heads = re.findall(
        r"^#{1,6} (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE
    )
    plain = (re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", head).lower()) for head in heads)
    return {words.strip().replace(" ", "-") for words in plain} | set(
        re.findall(r'<a id="([^"]+)">', text)
    )


def check_links(text, folder, where):
    for target in LINK.findall(text):
        path, _, anchor = urllib.parse.unquote(target).partition("#")
        file = (folder / path).resolve() if path else None
        assert file is None or file.exists(), f"{where}: {target} leads nowhere"
        if anchor and file and file.suffix == ".md":
            assert anchor in anchors(file.read_text(encoding="utf-8")), (
                f"{where}: {target} has no such heading"
            )


@pytest.mark.parametrize("file", PAGES, ids=lambda file: str(file.relative_to(ROOT)))
def test_links_in_pages_lead_somewhere(file):
    check_links(file.read_text(encoding="utf-8"), file.parent, file.name)


@pytest.mark.parametrize("file", run.list_notebooks(), ids=lambda file: file.stem)
def test_links_in_notebooks_lead_somewhere(file):
    nb = run.read_notebook(file)
    texts = [cell.source for cell in nb.cells if cell.cell_type == "markdown"]
    texts += [
        out.data.get("text/markdown", "")
        for cell in nb.cells
        for out in cell.get("outputs", [])
        if "data" in out
    ]
    check_links("\n".join(texts), file.parent, file.name)


@pytest.mark.parametrize("file", run.list_notebooks(), ids=lambda file: file.stem)
def test_navigation_leads_to_the_neighbours(file):
    known = run.list_notebooks()
    place = known.index(file)
    (nav,) = [
        cell.source for cell in run.read_notebook(file).cells if "nav" in blocks.names(cell.source)
    ]
    for neighbour in known[max(0, place - 1) : place] + known[place + 1 : place + 2]:
        assert f"({neighbour.name})" in nav
    assert "Reading time" in nav


def test_the_front_page_gives_every_answer_in_a_computed_sentence():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for file in run.list_notebooks():
        nb = run.read_notebook(file)
        sentence = pages.in_a_sentence(nb)
        assert 8 <= len(sentence.split()) <= 70, f"{file.name}: {sentence}"
        assert text.count(sentence) == 1 + (file.stem[:2] in pages.QUESTIONS)


def test_a_tenth_notebook_does_not_take_over_the_front_page(monkeypatch, tmp_path):
    before = pages.front()
    tenth = tmp_path / "10_more.ipynb"
    nb = run.read_notebook(run.list_notebooks()[0])
    nb.cells[0].source = "# 10 · What else?"
    nb.cells[1].source = blocks.fill(nb.cells[1].source, "answer", "Nothing else is known.")
    tenth.write_text(run.format_notebook(nb), encoding="utf-8")
    known = [*run.list_notebooks(), tenth]
    monkeypatch.setattr(run, "list_notebooks", lambda: known)
    after = pages.front()
    assert blocks.read(after, "verdict") == blocks.read(before, "verdict")
    assert "What else?" in blocks.read(after, "notebooks")


def test_the_front_page_shows_its_key_figures_with_alternative_text():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    pictures = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", text)
    pictures += re.findall(r'<img alt="([^"]*)" src="([^"]+)"[^>]*>', text)
    assert len(pictures) == 1 + len(pages.FRONT) == 4
    assert all(len(alt.split()) >= 8 for alt, _ in pictures)


def test_a_figure_of_one_column_is_not_blown_up_to_the_width_of_a_page():
    for text, folder in ((pages.front(), "figures/"), (pages.gallery(), "")):
        for record in pages._records():
            shown = re.search(rf'src="{folder}{record["name"]}\.png" width="(\d+)"', text)
            if f"{folder}{record['name']}.png" in text and "phone" not in record:
                assert bool(shown) == (record["width_mm"] == 89), record["name"]
                assert not shown or int(shown[1]) == 413


def example(language):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.search(rf"```{language}\n(.*?)```", text, re.DOTALL)[1]


def test_the_pandas_example_runs(monkeypatch):
    monkeypatch.chdir(ROOT)
    *setup, last = example("python").strip().splitlines()
    space = {}
    exec("\n".join(setup), space)
    found = eval(last, space)
    assert found.sum() == 53 and found["Europe"] == 16


def test_the_duckdb_example_runs(monkeypatch):
    import duckdb

    monkeypatch.chdir(ROOT)
    found = duckdb.sql(example("sql")).fetchall()
    assert dict(found)["Europe"] == 16 and sum(number for _, number in found) == 53


def test_the_codebook_shows_every_table_and_column():
    from derisking.core import paths

    text = (paths.DATA / "README.md").read_text(encoding="utf-8")
    for name, resource in tables.list_tables().items():
        section = text.split(f"\n## {name}\n")[1].split("\n## ")[0]
        for field in resource["schema"]["fields"]:
            assert f"| `{field['name']}` |" in section, f"{name}.{field['name']}"


def test_the_dossier_tells_every_claim_with_all_its_findings_and_sources():
    text = (paths.DATA / "claims.md").read_text(encoding="utf-8")
    claims, findings = tables.load_table("claims"), tables.load_table("findings")
    known = tables.load_table("sources").set_index("source_id")["url"].dropna()
    parts = dict(re.findall(r'<a id="(\w+)"></a>(.*?)(?=\n##|\Z)', text, re.DOTALL))
    assert len(parts) == len(claims)
    for claim in claims.itertuples():
        part = parts[claim.claim_id.lower().replace(".", "")]
        assert claim.claim in part and "**Verdict: " in part
        assert (
            (f"“{claim.quotation}”" in part)
            if isinstance(claim.quotation, str)
            else "Not in what we could read of the article" in part
        )
        for finding in findings[findings["claim_id"].eq(claim.claim_id)].itertuples():
            assert finding.finding in part and finding.strength_reason in part
            urls = known.reindex(finding.sources.split(";")).dropna().str.replace(")", "%29")
            assert all(url in part for url in urls)


def test_the_dossier_says_which_finding_a_verdict_hangs_on():
    claim = pd.Series(
        {
            "claim_id": "T.1",
            "testable": "yes",
            "basis": "full",
            "indicator": "Trade volume;number of licensed traders",
            "no_result": "2: no count was found",
            "sources": "stimson-2023-12-13-frank",
        }
    )
    rows = [("supports", "moderate"), ("supports", "weak"), ("against", "moderate")]
    findings = pd.DataFrame(rows, columns=["bears", "strength"]).assign(
        finding_id=["a", "b", "c"],
        finding="f",
        answers=["1", None, None],
        strength_reason="r",
        sources="stimson-2023-12-13-frank",
    )
    told = dossier.describe_claim(claim, findings)
    assert told["verdict"] == "contested"
    assert [found["without"] for found in told["findings"]] == [
        "open, leaning against",
        "",
        "open, leaning for",
    ]
    assert told["why"].startswith("What counts: 1 moderate for and 1 moderate against.")
    assert [part["lacking"] for part in told["parts"]] == ["", "no count was found"]
    assert [found["answers"] for found in told["findings"]] == ["1", "", ""]


@pytest.mark.parametrize(
    ("rows", "testable", "why"),
    [
        ([], "no", "The rule gives no verdict on a claim that cannot be tested."),
        ([], "yes", "No sourced finding bears on it."),
        (
            [("supports", "weak", "a;b")],
            "partly",
            "What counts: nothing for and nothing against. "
            "Behind all findings stand 2 independent voices.",
        ),
        (
            [("supports", "strong", "a"), ("supports", "moderate", "a"), ("mixed", "strong", "a")],
            "yes",
            "What counts: 1 strong and 1 moderate for and nothing against. "
            "Behind all findings stands 1 independent voice.",
        ),
    ],
)
def test_what_a_verdict_rests_on_is_said_in_a_sentence(monkeypatch, rows, testable, why):
    monkeypatch.setattr(dossier.sources, "name_voices", lambda told: set(told.split(";")))
    findings = pd.DataFrame(rows, columns=["bears", "strength", "sources"])
    assert dossier.explain_verdict(findings, testable) == why


# ------------------------------------------------------------------------------ writing the pages


def test_a_page_is_written_if_it_is_new_or_other_than_before(folder, monkeypatch):
    made = {paths.ROOT / "README.md": "new\n", paths.DATA / "README.md": "as before\n"}
    monkeypatch.setattr(pages, "notebook_pages", lambda: made | {paths.ROOT / "x.md": "x\n"})
    for maker in ("gallery", "codebook", "claims_page", "countries_page", "index", "front"):
        monkeypatch.setattr(pages, maker, lambda: "made\n")
    monkeypatch.setattr(pages, "front_in_korean", lambda: "made\n")
    monkeypatch.setattr(pages, "read_citation", lambda: None)
    monkeypatch.setattr(pages.references, "write_zenodo", lambda told: "{}\n")
    monkeypatch.setattr(pages.references, "write_references", lambda: {})
    monkeypatch.setattr(pages.papers, "write_tables", lambda: {})
    (paths.DATA / "README.md").write_text("made\n", encoding="utf-8")
    (paths.ROOT / "README.md").write_text("old\n", encoding="utf-8")
    others = ["README.md", "x.md", "figures/README.md", "data/claims.md", "data/countries.md"]
    others += ["notebooks/README.md", "README.ko.md", ".zenodo.json"]
    assert sorted(pages.write_pages(check=True)) == sorted(others)
    assert (paths.ROOT / "README.md").read_text(encoding="utf-8") == "old\n"
    assert not (paths.ROOT / "x.md").exists()
    assert sorted(pages.write_pages()) == sorted(others)
    assert (paths.ROOT / "README.md").read_text(encoding="utf-8") == "made\n"
    assert (paths.ROOT / "x.md").read_text(encoding="utf-8") == "x\n"
    assert pages.write_pages() == pages.write_pages(check=True) == []


@pytest.mark.parametrize(
    ("arguments", "changed", "told", "code"),
    [
        ([], ["README.md"], "written: README.md\n", 0),
        ([], [], "", 0),
        (["--check"], ["README.md", "x.md"], "out of date: README.md\nout of date: x.md\n", 1),
        (["--check"], [], "", 0),
    ],
)
def test_what_was_written_or_is_out_of_date_is_told(
    monkeypatch, capsys, arguments, changed, told, code
):
    asked = []
    monkeypatch.setattr(pages, "write_pages", lambda check: asked.append(check) or changed)
    assert pages.main(arguments) == code and asked == [bool(arguments)]
    assert capsys.readouterr() == (told, "")


@pytest.mark.parametrize(
    "error", [blocks.BlockError, run.NotebookError, tables.EvidenceError, pages.GlueError]
)
def test_a_page_that_cannot_be_made_is_told_in_a_line(monkeypatch, capsys, error):
    def fail(check):
        raise error("README.md: what is wrong")

    monkeypatch.setattr(pages, "write_pages", fail)
    assert pages.main([]) == 1
    assert capsys.readouterr() == ("", "README.md: what is wrong\n")


def test_a_block_that_nobody_fills_is_told_with_those_that_are_known(folder):
    text = "<!-- begin mood -->\n<!-- end mood -->\n"
    (paths.ROOT / "README.md").write_text(text, encoding="utf-8")
    with pytest.raises(blocks.BlockError, match=r"README.md: no block 'mood' is known; known are"):
        pages.front()


def test_a_notebook_without_an_answer_has_an_empty_one():
    assert pages.short_answer(new_notebook(cells=[new_markdown_cell("# 09 · How many?")])) == ""


def described(name):
    """Read the CSV of a figure as figures/datapackage.json describes it, and with nothing else."""
    package = json.loads((paths.FIGURES / "datapackage.json").read_text(encoding="utf-8"))
    (resource,) = [resource for resource in package["resources"] if resource["name"] == name]
    fields = resource["schema"]["fields"]
    dates = [field["name"] for field in fields if field["type"] == "date"]
    return pd.read_csv(paths.FIGURES / resource["path"], parse_dates=dates), {
        f["name"]: f["description"] for f in fields
    }


def test_a_scatter_is_redrawn_from_its_csv_alone():
    counts, meaning = described("03-overview")
    fig, ax = plt.subplots()
    counts = counts.dropna(subset="value")
    seoul = ax.scatter(counts["asof_latest"], counts["value"])
    ax.set_ylabel(meaning["value"])
    fig.canvas.draw()
    drawn = {
        (pd.Timestamp(mdates.num2date(x)).strftime("%Y-%m"), int(y)) for x, y in seoul.get_offsets()
    }
    plt.close(fig)
    assert drawn >= {("1998-01", 68), ("1999-01", 54), ("2023-10", 53), ("2023-12", 44)}


def test_a_matrix_is_redrawn_from_its_csv_alone():
    matrix, meaning = described("01-closure-lists")
    lists = [name for name in matrix if "list" in meaning[name].lower() or "Named" in meaning[name]]
    full = [
        name
        for name in lists
        if matrix[name].dropna().isin([0, 1]).all() and name != "lists_naming"
    ]
    fig, ax = plt.subplots()
    image = ax.imshow(matrix[full].to_numpy(dtype=float))
    ax.set_yticks(range(len(matrix)), matrix["city"])
    fig.canvas.draw()
    shown = np.ma.filled(image.get_array(), np.nan)
    plt.close(fig)
    assert dict(zip(full, np.nansum(shown, axis=0), strict=True))["frank_2023_12"] == 9


# ------------------------------------------------------------------------------------------- blocks

words = st.text(
    st.characters(blacklist_characters="<>\r", blacklist_categories=["Cs", "Cc"]), max_size=40
).map(str.strip)


@given(words, words, words, words)
def test_filling_a_block_changes_the_block_alone_and_twice_is_once(before, old, new, after):
    page = f"{before}\n<!-- begin x -->\n{old}\n<!-- end x -->\n{after}"
    filled = blocks.fill(page, "x", new)
    assert blocks.read(filled, "x") == new
    assert filled.startswith(f"{before}\n") and filled.endswith(f"\n{after}")
    assert blocks.fill(filled, "x", new) == filled
    bare = f"{before}\n<!-- begin x -->\n<!-- end x -->\n{after}"
    assert blocks.empty(filled) == blocks.empty(page) == blocks.empty(bare) == bare


@pytest.mark.parametrize(
    "page",
    ["no block", "<!-- begin x -->\n<!-- end y -->", "<!-- begin x -->\n<!-- end x -->\n" * 2],
)
def test_a_page_without_exactly_one_block_is_told(page):
    with pytest.raises(blocks.BlockError, match="README.md: found block 'x'"):
        blocks.fill(page, "x", "new", "README.md")
