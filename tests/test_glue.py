"""Numbers in sentences come from the run, and from nowhere else."""

import nbformat
import pytest

from derisking.build import filling
from derisking.core import glue
from derisking.core.tables import load_table


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """A notebook that has glued nothing yet."""
    monkeypatch.setattr(glue, "_values", {})


def notebook(markdown: str, **values):
    """A notebook that has run: one Markdown cell, and one code cell that glued `values`."""
    cell = nbformat.v4.new_code_cell("glue(...)")
    cell.outputs = [
        nbformat.v4.new_output("display_data", {glue.MIME: values, "text/plain": "shown"})
    ]
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(markdown), cell])


def test_a_mark_is_filled_and_filled_again():
    nb = notebook("In <!--=year--><!--/--> it was lowest.", year="1998")
    assert (
        filling.fill_notebook(nb, "05_x.ipynb").cells[0].source
        == "In <!--=year-->1998<!--/--> it was lowest."
    )
    nb.cells[1].outputs[0].data[glue.MIME] = {"year": "1999"}
    assert "<!--=year-->1999<!--/-->" in filling.fill_notebook(nb, "05_x.ipynb").cells[0].source
    assert filling.empty_marks(nb.cells[0].source) == "In <!--=year--><!--/--> it was lowest."
    assert glue.strip_marks(nb.cells[0].source) == "In 1999 it was lowest."


@pytest.mark.parametrize(
    "markdown, values, told",
    [
        (
            "In <!--=yaer--><!--/-->.",
            {"year": "1998"},
            "cell 1: no value 'yaer' is glued. Glued are: year",
        ),
        ("No number.", {"year": "1998"}, "no sentence uses year"),
        ("<!--=year--><!--/--> was bad.", {"year": "1998"}, "cell 1: a mark begins a line"),
    ],
    ids=["unknown", "unused", "line start"],
)
def test_what_does_not_fit_names_notebook_and_cell(markdown, values, told):
    with pytest.raises(glue.GlueError) as error:
        filling.fill_notebook(notebook(markdown, **values), "05_x.ipynb")
    assert "notebooks/05_x.ipynb" in str(error.value) and told in str(error.value)


def test_a_mark_filled_by_hand_is_found():
    nb = notebook("In <!--=year-->1997<!--/-->.", year="1998")
    (line,) = filling.find_stale_marks(nb, "05_x.ipynb")
    assert "cell 1" in line and "'1997'" in line and "'1998'" in line


def test_an_alternative_text_uses_a_value():
    nb = notebook("**Figure 05-x.** Low.\n\n<!-- alt: Lowest in {year}. -->", year="1998")
    assert filling.fill_notebook(nb, "05_x.ipynb")
    assert glue.fill_braces("Lowest in {year}.", {"year": "1998"}, "here") == "Lowest in 1998."
    with pytest.raises(glue.GlueError, match="here: no value 'yaer'"):
        glue.fill_braces("Lowest in {yaer}.", {"year": "1998"}, "here")


@pytest.mark.parametrize(
    "value, word",
    [
        (1998, "1998"),
        (12345, "12,345"),
        (0.5, "0.5"),
        (0.25, "0.25"),
        ("a third", "a third"),
        (float("3.0"), "3"),
    ],
)
def test_values_are_worded(value, word, capsys):
    glue.glue(value=value)
    assert glue.known_values() == {"value": word}


@pytest.mark.parametrize("value", [1 / 3, 0.125, True, None, "", "-->", [1]])
def test_other_values_are_refused(value):
    with pytest.raises(glue.GlueError) as error:
        glue.glue(value=value)
    between = "which cannot stand between marks."
    wanted = "glue a whole number, one of at most two decimals, or text."
    told, mark = (between, ",") if isinstance(value, str) else (wanted, ";")
    assert str(error.value) == f"'value' is {value!r}{mark} {told}"


@pytest.mark.parametrize(
    "number, word", [(-9999, "-9999"), (10_000, "10,000"), (-12345, "-12,345")]
)
def test_thousands_get_a_comma_from_ten_thousand_on(number, word):
    glue.glue(value=number)
    assert glue.known_values() == {"value": word}


@pytest.mark.parametrize("name", ["Year", "worst-year", "1st", "_year", "worst year"])
def test_a_name_that_a_mark_cannot_hold_is_refused(name):
    told = "is no name for a glued value: small letters, digits and underscores."
    with pytest.raises(glue.GlueError, match=f"^'{name}' {told}$"):
        glue.glue(**{name: 1998})


def test_what_is_glued_is_shown_in_lines_and_as_data_for_the_build(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append((data, raw)))
    glue.glue(year=1998, growth=" a third ")
    words = {"year": "1998", "growth": "a third"}
    lines = "year    1998\ngrowth  a third"
    assert shown == [({"text/plain": lines, glue.MIME: words}, True)]


@pytest.mark.parametrize("fill", [glue.fill_marks, glue.fill_braces])
def test_an_unknown_name_is_answered_with_the_known_ones(fill):
    text = "<!--=yaer--><!--/--> {yaer}"
    with pytest.raises(glue.GlueError, match="^here: no value 'yaer' is glued. Glued are: a, b.$"):
        fill(text, {"b": "1", "a": "2"}, "here")
    with pytest.raises(glue.GlueError, match="Glued are: none.$"):
        fill(text, {}, "here")


def test_marks_may_run_over_lines_and_stand_side_by_side():
    text = "a <!--=x-->one\ntwo<!--/-->, <!--=y--><!--/--> {not_this}"
    assert glue.strip_marks(text) == "a one\ntwo,  {not_this}"
    filled = glue.fill_marks(text, {"x": "1", "y": "2"}, "here")
    assert filled == "a <!--=x-->1<!--/-->, <!--=y-->2<!--/--> {not_this}"


def test_one_name_has_one_value():
    glue.glue(year=1998)
    glue.glue(year=1998)
    told = "'year' is already glued to '1998'; glue '1999' under another name."
    with pytest.raises(glue.GlueError, match=f"^{told}$"):
        glue.glue(year=1999)


def test_what_the_tables_say_of_a_claim_needs_no_glue():
    nb = filling.fill_notebook(
        notebook("| <!--=q21.claim--><!--/--> | <!--=q21.verdict--><!--/--> |"), "05_x.ipynb"
    )
    table = load_table("claims").set_index("claim_id")
    assert f">{table.loc['Q2.1', 'claim']}<" in nb.cells[0].source
    assert not filling.find_stale_marks(nb, "05_x.ipynb")
    with pytest.raises(glue.GlueError, match="no value 'q99.claim' is glued. Glued are: none"):
        filling.fill_notebook(notebook("A claim: <!--=q99.claim--><!--/-->."), "05_x.ipynb")


@pytest.mark.parametrize(
    "text, first",
    [
        (
            "Both R. Frank's list and Seoul's say so. More.",
            "Both R. Frank's list and Seoul's say so.",
        ),
        ("Most closed (4.5, 2.1 to 10). a: posts. b: hosts.", "Most closed (4.5, 2.1 to 10)."),
        ("Was he right? Mostly.", "Was he right?"),
        ("One sentence, no more", "One sentence, no more"),
    ],
)
def test_an_initial_ends_no_sentence(text, first):
    assert glue.split_sentence(text) == (first, text[len(first) + 1 :])
