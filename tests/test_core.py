"""The lowest floor: a table as text, files put in place, sources named, closings counted; on cases
made by hand."""

import json
import os
from types import SimpleNamespace

import pandas as pd
import pytest

from derisking.core import cells, checks, citation, events, faults, paths, rules, sources, tables
from derisking.core.faults import Fault


def resource(*fields, key="key", **more):
    """A table with a key and these columns."""
    schema = {"fields": [{"name": "key", "type": "string"}, *fields], "primaryKey": key}
    return {"name": "x", "path": "evidence/x.csv", "schema": schema, **more}


def check(table, *rows):
    """The faults of a table whose header is right: row, column, found, expected."""
    header = ",".join(field["name"] for field in table["schema"]["fields"])
    found = cells.check_text("\n".join([header, *rows, ""]), table)
    assert {fault.file for fault in found} <= {"data/evidence/x.csv"}
    return [(fault.row, fault.column, fault.found, fault.expected) for fault in found]


# -------------------------------------------------------------------------------- cells of a table


@pytest.mark.parametrize(
    ("field", "good", "bad", "expected"),
    [
        ({"type": "date"}, "2023-10-24", "24 Oct", "a date as YYYY-MM-DD"),
        ({"type": "integer"}, "7", "7.5", "a whole number"),
        (
            {"type": "boolean", "trueValues": ["1"], "falseValues": ["0"]},
            "1",
            "yes",
            "1 or 0",
        ),
        ({"type": "number"}, "1.5", "1;5", "a number with a decimal point and no other mark"),
        ({"type": "year"}, "2023", "soon", "a year"),
        (
            {"type": "string", "constraints": {"required": True}},
            "a",
            "",
            "a value; this column may not be empty",
        ),
        ({"type": "string", "constraints": {"enum": ["a", "b"]}}, "a", "c", "one of a, b"),
        (
            {"type": "string", "constraints": {"required": True, "enum": ["a", "b"]}},
            "b",
            "c",
            "one of a, b",
        ),
        (
            {"type": "string", "partialDate": True, "constraints": {"pattern": r"\d{4}.*"}},
            "2023",
            "soon",
            "a date as YYYY, YYYY-MM or YYYY-MM-DD",
        ),
        ({"type": "integer", "constraints": {"minimum": 1}}, "1", "0", "at least 1"),
        (
            {"type": "integer", "constraints": {"minimum": 1, "maximum": 9}},
            "9",
            "10",
            "at least 1 and at most 9",
        ),
        (
            {"type": "string", "iso3166": True, "constraints": {"pattern": "[A-Z]{3}"}},
            "AGO",
            "Angola",  # what is no code at all is told by the pattern alone
            "the pattern [A-Z]{3}",
        ),
    ],
)
def test_a_cell_that_its_column_cannot_hold_is_told_with_what_it_can(field, good, bad, expected):
    table = resource({"name": "cell", **field})
    assert check(table, f"a,{good}") == []
    ((row, column, found, told),) = check(table, f"a,{good}", f"b,{bad}")
    assert (row, column, found) == (3, "cell", repr(bad)) and told.startswith(expected)


def test_a_constraint_without_words_of_its_own_is_told_in_those_of_the_library():
    table = resource({"name": "cell", "type": "string", "constraints": {"maxLength": 2}})
    ((row, column, found, told),) = check(table, "a,abc")
    assert (row, column, found) == (2, "cell", "'abc'") and "maxLength" in told


def test_a_key_of_several_columns_may_stand_once():
    table = resource({"name": "spell", "type": "integer"}, key=["key", "spell"])
    assert check(table, "a,1", "a,2", "b,1") == []
    ((row, column, found, told),) = check(table, "a,1", "a,2", "a,1")
    assert (row, column, told) == (4, "key, spell", "each key once")
    assert found == "key 'a', spell '1' a second time"


def test_a_row_of_nothing_but_commas_is_no_row():
    table = resource({"name": "n", "type": "integer"})
    assert check(table, "a,1", ",", "b,2", ",") == [
        (row, None, "a row of empty cells", "none") for row in (3, 5)
    ]


def test_no_separator_is_guessed_from_what_stands_in_the_cells():
    table = resource({"name": "n", "type": "integer"}, {"name": "text", "type": "string"})
    assert check(table, *(f"k{row},1,a;b;c|d|e" for row in range(20))) == []
    assert check(table, *(f"k{row},1,a;'x';b" for row in range(20))) == []
    told = check(table, "a,1,x", 'b,2,"say ""no"", then"', 'c,3, "x"')
    assert [(row, column) for row, column, _, _ in told] == [(4, "text")]  # the blank at its edge


def test_what_the_library_finds_besides_is_passed_on(monkeypatch):
    odd = [SimpleNamespace(type="odd", note="an odd thing", row_number=2)]
    odd.append(SimpleNamespace(type="odder", note="", row_number=3))
    odd.append(SimpleNamespace(type="oddest", note="of no row"))
    monkeypatch.setattr(cells, "_report", lambda schema, rows: odd)
    assert check(resource(), "a", "=b") == [
        (None, None, "of no row", "a row like the others"),
        (2, None, "an odd thing", "a row like the others"),
        (3, None, "odder", "a row like the others"),
        (3, "key", "'=b', the beginning of a formula", "plain text"),
    ]


def test_a_date_that_a_spreadsheet_has_turned_round_is_told_so():
    for field in ({"type": "date"}, {"type": "string", "partialDate": True}):
        pattern = {} if field["type"] == "date" else {"constraints": {"pattern": r"\d{4}.*"}}
        table = resource({"name": "day", **field, **pattern})
        (fault,) = cells.check_text("key,day\na,05/12/2023\n", table)
        assert fault.mend == (
            "A spreadsheet has rewritten the date; day and month cannot be told apart, "
            "so take it from the source."
        )
        (fault,) = cells.check_text("key,day\na,5 Dec\n", table)
        assert fault.mend == ""
    table = resource({"name": "day", "type": "integer"})
    (fault,) = cells.check_text("key,day\na,05/12\n", table)
    assert fault.mend == ""


def test_what_looks_like_a_date_or_a_list_is_text_where_the_schema_says_nothing_else():
    table = resource({"name": "number", "type": "string"})
    assert check(table, "a,2023-99", "b,x;x") == []


def test_a_key_that_refers_to_another_table_is_not_looked_up_here():
    keys = [{"fields": ["key"], "reference": {"resource": "y", "fields": ["key"]}}]
    table = resource()
    table["schema"]["foreignKeys"] = keys
    assert check(table, "a") == []


def test_codes_of_countries_and_items_of_lists():
    table = resource(
        {"name": "iso3", "type": "string", "iso3166": True},
        {"name": "tags", "type": "string", "itemEnum": ["a", "b"], "listOf": "tag"},
    )
    assert check(table, "a,AGO;XKX;DDR,a;b", "b,,", "c,VDR,", "d,ATF,") == []
    expected = "an ISO 3166-1 alpha-3 code, current or withdrawn"
    assert check(table, "a,AGO;AGX,a;c", "b,,a;b;a") == [
        (2, "iso3", "'AGX'", expected),
        (2, "tags", "'c'", "items out of a, b"),
        (3, "tags", "'a' twice", "each item once"),
    ]


DATED = resource(
    {"name": "day", "type": "string", "partialDate": True},
    {"name": "day_precision", "type": "string"},
    {"name": "day_earliest", "type": "string"},
    {"name": "day_latest", "type": "string"},
)


@pytest.mark.parametrize(
    ("row", "column", "found", "expected"),
    [
        (",,,", None, None, None),
        ("2023-10,month,2023-10-05,2023-10-31", None, None, None),
        ("2023-10,by_month,,2023-10-31", None, None, None),
        ("2023-10-05,not_before,2023-10-05,", None, None, None),
        ("2023,approx_year,,", None, None, None),
        ("2023,no_such_code,,", None, None, None),  # the list of codes tells that
        ("soon,day,,", None, None, None),  # the pattern of the column tells that
        ("2023-13-01T00:00,day,,", None, None, None),
        ("2023-10,,,", "day", "date '2023-10' with precision ''", "both or neither"),
        (",month,,", "day", "date '' with precision 'month'", "both or neither"),
        (",month,2023-10-01,", "day", "date '' with precision 'month'", "both or neither"),
        (",,2023-10-01,", "day", "bounds 2023-10-01 to open", "none without a date"),
        (",,,2023-10-31", "day", "bounds open to 2023-10-31", "none without a date"),
        (
            "2023-13,month,,",
            "day",
            "'2023-13'",
            "a day of the calendar ('2023-13' has month 13; a year has months 01 to 12)",
        ),
        ("2023-10,day,,", "day_precision", "'day' for '2023-10'", "a date as YYYY-MM-DD beside"),
        ("2023,by_month,,", "day_precision", "'by_month' for '2023'", "a date as YYYY-MM beside"),
        ("2023-10,approx_year,,", "day_precision", "'approx_year' for", "a date as YYYY beside"),
        (
            "2023-10,month,2023-09-30,2023-10-31",
            "day_earliest",
            "bounds 2023-09-30 to 2023-10-31",
            "bounds within 2023-10 (month)",
        ),
        ("2023-10,month,2023-10-01,2023-11-01", "day_earliest", "bounds", "bounds within"),
        ("2023-10,month,,2023-10-31", "day_earliest", "bounds open to 2023-10-31", "bounds within"),
        ("2023-10,month,2023-10-01,", "day_earliest", "bounds 2023-10-01 to open", "bounds within"),
        ("2023-10,by_month,,", "day_earliest", "bounds open to open", "bounds within"),
        ("2023-10,not_before,,", "day_earliest", "bounds open to open", "bounds within"),
        (
            "2023-10,month,2023-10-31,2023-10-01",
            "day_earliest",
            "an interval cannot begin on 2023-10-31",
            "the earliest day first",
        ),
    ],
)
def test_a_partial_date_its_precision_and_its_bounds_agree(row, column, found, expected):
    told = check(DATED, f"a,{row}")
    if column is None:
        assert told == []
        return
    ((line, where, what, wanted),) = told
    assert (line, where) == (2, column)
    assert what.startswith(found) and wanted.startswith(expected)


@pytest.mark.parametrize(
    ("precision", "text", "form"),
    [
        ("day", "2023-10-05", "YYYY-MM-DD"),
        ("by_day", "2023-10-05", "YYYY-MM-DD"),
        ("month", "2023-10", "YYYY-MM"),
        ("by_month", "2023-10", "YYYY-MM"),
        ("year", "2023", "YYYY"),
        ("by_year", "2023", "YYYY"),
        ("approx_year", "2023", "YYYY"),
    ],
)
def test_a_date_is_written_as_exactly_as_its_precision(precision, text, form):
    bounds = {"by": ",{}", "approx": ","}.get(precision.split("_")[0], "{},{}")
    days = {10: ("2023-10-05", "2023-10-05"), 7: ("2023-10-01", "2023-10-31")}
    first, last = days.get(len(text), ("2023-01-01", "2023-12-31"))
    bounds = bounds.format(last) if "by" in precision else bounds.format(first, last)
    assert check(DATED, f"a,{text},{precision},{bounds}") == []
    for other in {"2023-10-05", "2023-10", "2023"} - {text}:
        assert check(DATED, f"a,{other},{precision},{bounds}") == [
            (2, "day_precision", f"{precision!r} for {other!r}", f"a date as {form} beside it")
        ]


def test_a_partial_date_alone_is_held_against_the_calendar_only():
    table = resource({"name": "day", "type": "string", "partialDate": True})
    assert check(table, "a,2024-02-29", "b,2024", "c,") == []
    ((row, column, found, _),) = check(table, "a,2023-02-28", "b,2023-02-29")
    assert (row, column, found) == (3, "day", "'2023-02-29'")


def test_no_faulty_date_hides_another_in_a_later_row():
    bounds = "day_earliest"
    rows = {
        "2023-13,month,,": "day",
        ",,,": None,
        "2023-10,,,": "day",
        "2023-10,day,,": "day_precision",
        "2023-10,month,2023-10-31,2023-10-01": bounds,
        "2023-10,month,2023-09-30,2023-10-31": bounds,
        "2023-11,month,2023-11-01,": bounds,
    }
    told = check(DATED, *(f"k{number},{row}" for number, row in enumerate(rows)))
    assert [(row, column) for row, column, _, _ in told] == [
        (row, column) for row, column in enumerate(rows.values(), 2) if column
    ]


def test_a_bound_that_is_no_day_is_told_once_in_its_own_column():
    fields = DATED["schema"]["fields"][1:]
    table = resource(*fields[:2], *({**field, "type": "date"} for field in fields[2:]))
    rows = ["a,2023-10,month,2023-10-01,31 Oct", "b,2023-10,month,2023-10-00,2023-10-31"]
    rows.append("c,2023-10,month,2023-10-01,2023-11-01")
    assert check(table, *rows) == [
        (2, "day_latest", "'31 Oct'", "a date as YYYY-MM-DD"),
        (3, "day_earliest", "'2023-10-00'", "a date as YYYY-MM-DD"),
        (
            4,
            "day_earliest",
            "bounds 2023-10-01 to 2023-11-01",
            "bounds within 2023-10 (month)",
        ),
    ]


def test_a_row_is_unsourced_exactly_where_no_source_stands():
    table = resource(
        {"name": "confidence", "type": "string"}, {"name": "sources", "type": "string"}
    )
    assert check(table, "a,high,s", "b,unsourced,") == []
    expected = "confidence unsourced exactly where there is no source"
    assert check(table, "a,high,", "b,unsourced,s") == [
        (2, "confidence", "confidence 'high' with sources ''", expected),
        (3, "confidence", "confidence 'unsourced' with sources 's'", expected),
    ]


@pytest.mark.parametrize(
    ("cell", "what"),
    [
        ("plain words; a dash – and 콩고, N'Djamena", None),
        ("https://example.org/?q=a?b", None),
        ("-5.5", None),
        ("why? because", None),
        ("two\u200bwords", "a character that is not seen"),
        ("lost \ufffd letter", "a character that a program could not read"),
        (" edge", "a blank at the edge"),
        ("edge ", "a blank at the edge"),
        ("NaN", "a sign for an empty cell"),
        ("#DIV/0!", "a failed formula"),
        ("7.4E+02", "a number that a program has shortened"),
        ("=A1", "the beginning of a formula"),
        ("+1", "the beginning of a formula"),
        ("-x", "the beginning of a formula"),
        ("a <b>c", "a tag of HTML"),
        ("[a](b)", "a link"),
        ("JavaScript:alert(1)", "a link"),
        ("cÃ©lÃ¨bre", "characters read in the wrong encoding"),
        ("Corée, cÃ©lÃ¨bre", "characters read in the wrong encoding"),
        ("Koreaâ€™s", "characters read in the wrong encoding"),
        ("=Hung?ry", "the beginning of a formula"),
        ("=cÃ©lÃ¨bre", "the beginning of a formula"),
        ("Ã\x90", "a character that is not seen"),
        ("Hung?ry", "a question mark inside a word"),
    ],
)
def test_a_cell_is_plain_whole_text(cell, what):
    told = check(resource({"name": "text", "type": "string"}), f'a,"{cell}"')
    expected = [(2, "text", f"{cell!r}, {what}", "plain text")] if what else []
    assert told == expected


@pytest.mark.parametrize(
    ("cell", "mend"),
    [
        ("7.4E+02", "A spreadsheet shortened the number; format the column as text or number"),
        ("a <b>c", "Take the cell from git, or write it as plain text."),
    ],
)
def test_how_to_mend_a_cell_depends_on_what_befell_it(cell, mend):
    table = resource({"name": "text", "type": "string"})
    (fault,) = cells.check_text(f"key,text\na,{cell}\n", table)
    assert fault.mend.startswith(mend)


def test_a_long_cell_is_shown_by_its_beginning():
    table = resource({"name": "text", "type": "string"})
    ((_, _, found, _),) = check(table, f"a,={'x' * 58}yz")
    assert found == f"'={'x' * 58}y', the beginning of a formula"  # 60 characters


def test_items_that_stand_twice_are_told_in_their_order():
    table = resource({"name": "sources", "type": "string", "listOf": "source"})
    told = [found for _, _, found, _ in check(table, "a,d;d;c;c;b;b;a;a;e")]
    assert told == ["'a' twice", "'b' twice", "'c' twice", "'d' twice"]


def test_a_cell_is_told_once_and_faults_come_in_the_order_of_rows_and_columns():
    table = resource({"name": "a", "type": "integer"}, {"name": "b", "type": "integer"})
    assert [place[:2] for place in check(table, "x,1,NaN", "y,7.4E+02,=1", "z,1,1")] == [
        (2, "b"),
        (3, "a"),
        (3, "b"),
    ]
    table = resource({"name": "b", "type": "integer"}, {"name": "a", "type": "string"})
    assert [place[:2] for place in check(table, "x,one,=1")] == [(2, "a"), (2, "b")]


def test_faults_of_every_kind_are_told_together_in_the_order_of_the_file():
    table = resource(
        {"name": "text", "type": "string"},
        {"name": "day", "type": "string", "partialDate": True},
        {"name": "confidence", "type": "string"},
        {"name": "sources", "type": "string", "listOf": "source"},
        {"name": "iso3", "type": "string", "iso3166": True},
        {"name": "tags", "type": "string", "itemEnum": ["a"]},
        {"name": "n", "type": "integer"},
    )
    right = {"text": "text", "day": "2023", "confidence": "high", "sources": "s"}
    right |= {"iso3": "AGO", "tags": "a", "n": "1"}
    wrong = {"text": "=1", "day": "2023-13", "confidence": "unsourced", "sources": "s;s"}
    wrong |= {"iso3": "AGX", "tags": "b", "n": "x"}
    rows = [
        [f"k{row}", *{**right, column: cell}.values()]
        for row, (column, cell) in enumerate(wrong.items(), 2)
    ]
    rows.append(["k2", *right.values()])
    found = check(table, *map(",".join, rows))
    assert [(row, column) for row, column, _, _ in found] == [
        *enumerate(wrong, 2),
        (9, "key"),
    ]


def test_one_cell_at_fault_hides_no_other_of_its_row_or_column():
    table = resource({"name": "a", "type": "integer"}, {"name": "b", "type": "integer"})
    found = check(table, "k,one,two", "l,three,4", "m,5,6")
    assert [place[:2] for place in found] == [(2, "a"), (2, "b"), (3, "a")]


def test_a_table_that_has_lost_rows_or_columns_is_not_read_cell_by_cell():
    assert check(resource({"name": "n", "type": "integer"})) == []  # it need not have any
    table = resource({"name": "n", "type": "integer"}, fewestRows=3)
    ((row, column, found, expected),) = check(table, "a,x", "b,1")
    assert (row, column, found, expected) == (None, None, "2 rows", "at least 3")
    ((row, column, found, expected),) = check(resource({"name": "n", "type": "integer"}), "a,x,1")
    assert (row, column, found, expected) == (2, None, "3 cells", "2")


# --------------------------------------------------------------------------- files and references


def test_a_package_that_cannot_be_read_is_one_fault(tmp_path):
    for number, text in enumerate(("{", "[]", '{"resources": [{"type": "table"}]}')):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "datapackage.json").write_text(text, encoding="utf-8")
        (fault,) = checks.validate_files(folder)
        assert fault.file == "data/datapackage.json"
        assert fault.mend == "`git checkout -- data/datapackage.json` brings it back."
    (fault,) = checks.validate_files(tmp_path / "nowhere")
    assert fault.expected == "a readable JSON file"


def test_each_table_is_read_checked_and_held_against_the_others(tmp_path):
    refers = {"name": "one", "type": "string", "refersTo": ["a.key"]}
    package = [
        {**resource(), "name": "a", "path": "evidence/a.csv", "type": "table"},
        {**resource(refers), "name": "b", "path": "evidence/b.csv", "type": "table"},
        {**resource(), "name": "c", "path": "evidence/c.csv", "type": "table"},
        {"name": "map", "path": "basemap/map.json"},
    ]
    (tmp_path / "evidence").mkdir()
    (tmp_path / "datapackage.json").write_text(json.dumps({"resources": package}))
    (tmp_path / "evidence" / "a.csv").write_text("key\nx\n")
    (tmp_path / "evidence" / "b.csv").write_text("key,one\np,x\nq,y\n")
    assert [
        (f.file, f.row, f.column, f.found, f.expected) for f in checks.validate_files(tmp_path)
    ] == [
        ("data/evidence/c.csv", None, None, "no file", "the table"),
        ("data/evidence/b.csv", 3, "one", "'y'", "a key of data/evidence/a.csv"),
    ]
    # a file that is cut off is told as such, and not cell by cell
    (tmp_path / "evidence" / "c.csv").write_text("key\nx\n,")
    told = [(f.file, f.row, f.column, f.expected) for f in checks.validate_files(tmp_path)]
    assert told[0] == ("data/evidence/c.csv", 3, None, "whole lines") and len(told) == 2
    (tmp_path / "evidence" / "c.csv").unlink()
    # a table at fault is left out: what refers to it is not blamed
    (tmp_path / "evidence" / "a.csv").write_text("key\nx\nx\n")
    assert [fault.file for fault in checks.validate_files(tmp_path)] == [
        "data/evidence/a.csv",
        "data/evidence/c.csv",
    ]


def test_keys_are_looked_up_wherever_the_schema_says(monkeypatch):
    def links(*fields, **schema):
        return {"path": "evidence/b.csv", "schema": {"fields": list(fields), **schema}}

    texts = {"a": "key\nx\n", "b": "key,one,many,names\np,x,x;p,a\nq,z,x;y,a;no\nr,,,\n"}
    own = [
        {"fields": ["one"], "reference": {"resource": "a", "fields": ["key"]}},
        {"fields": "many", "reference": {"resource": "", "fields": "key"}},
    ]
    by_key = links(foreignKeys=own)
    assert checks._links("b", by_key["schema"]) == [("one", ["a.key"]), ("many", ["b.key"])]
    by_column = links(
        {"name": "key"},
        {"name": "one", "refersTo": ["a.key", "b.key"]},
        {"name": "many", "listOf": "a.key"},
        {"name": "names", "listOf": "table"},
    )
    monkeypatch.setattr(checks, "list_tables", lambda kind: {"evidence": ["a", "b"]}[kind])
    resources = {"a": {"path": "evidence/a.csv", "schema": {"fields": []}}, "b": by_column}
    found = checks._check_references(resources, texts)
    assert [(f.file, f.row, f.column, f.found, f.expected) for f in found] == [
        (
            "data/evidence/b.csv",
            3,
            "one",
            "'z'",
            "a key of data/evidence/a.csv or a key of data/evidence/b.csv",
        ),
        ("data/evidence/b.csv", 2, "many", "'p'", "a key of data/evidence/a.csv"),
        ("data/evidence/b.csv", 3, "many", "'y'", "a key of data/evidence/a.csv"),
        ("data/evidence/b.csv", 3, "names", "'no'", "the name of a table"),
    ]


def test_a_column_that_cannot_be_looked_up_does_not_hide_the_next():
    fields = [{"name": "one", "refersTo": ["lost.key"]}, {"name": "two", "refersTo": ["a.key"]}]
    resources = {
        "a": {"path": "evidence/a.csv", "schema": {"fields": []}},
        "b": {"path": "evidence/b.csv", "schema": {"fields": fields}},
    }
    texts = {"a": "key\nx\n", "b": "key,one,two\np,z,z\n"}
    (fault,) = checks._check_references(resources, texts)
    assert (fault.row, fault.column, fault.found) == (2, "two", "'z'")


def test_a_key_is_a_text_whatever_it_looks_like():
    # neither is 07 the same as 7, nor NA an empty cell
    texts = {"a": "key\n07\n8\n", "b": "key,one\np,07\nq,7\nr,8\ns,NA\n"}
    fields = [{"name": "one", "refersTo": ["a.key"]}]
    resources = {
        "a": {"path": "evidence/a.csv", "schema": {"fields": []}},
        "b": {"path": "evidence/b.csv", "schema": {"fields": fields}},
    }
    found = checks._check_references(resources, texts)
    assert [(f.row, f.column, f.found) for f in found] == [(3, "one", "'7'"), (5, "one", "'NA'")]


def test_rules_are_worked_out_only_over_tables_that_are_sound(monkeypatch, capsys):
    bad, worse = Fault("a.csv", "x", "y"), Fault("b.csv", "x", "y", 2, "c", "Mend it.")
    results = [rules.Result("one", "1", "1"), rules.Result("two", "2", "1", [worse])]
    monkeypatch.setattr(checks, "check_rules", lambda data: results)
    monkeypatch.setattr(checks, "validate_files", lambda data: [bad])
    assert checks.list_faults() == [bad]
    monkeypatch.setattr(checks, "validate_files", lambda data: [])
    assert checks.list_faults() == [worse]
    assert checks.main() == 1
    told = "b.csv, row 2, column c: found x; expected y. Mend it.\n"
    assert capsys.readouterr().err == told
    results.pop()
    assert checks.main() == 0 and capsys.readouterr().err == ""


@pytest.fixture
def small(monkeypatch):
    """Tables of one row each, and how often each was read from where."""
    read = []

    def load(name, unsourced, data):
        read.append((name, unsourced, data))
        return pd.DataFrame({"name": [name, "more"]})

    monkeypatch.setattr(rules, "load_table", load)
    return read


def test_a_table_is_read_once_with_all_rows_numbered_as_in_its_file(small, tmp_path):
    known = rules.Tables(tmp_path)
    assert known.last == "" and small == []
    assert known["events"].index.tolist() == [2, 3]
    assert known["waves"]["name"].tolist() == ["waves", "more"] and known.last == "waves"
    assert known["events"] is known["events"] and known.last == "events"
    assert small == [("events", True, tmp_path), ("waves", True, tmp_path)]


@pytest.mark.parametrize(
    ("expected", "found", "told", "ok"),
    [
        ("1", "1", [], True),
        ("2", "1", [], False),
        ("1", "1", [Fault("a.csv", "x", "y")], False),
        ("2", "1", [Fault("a.csv", "x", "y")], False),
    ],
)
def test_a_rule_holds_if_its_figures_agree_and_nothing_is_at_fault(expected, found, told, ok):
    assert rules.Result("one", expected, found, told).ok is ok


def test_every_rule_that_was_registered_is_worked_out_in_its_order(small, monkeypatch, tmp_path):
    monkeypatch.setattr(rules, "RULES", [])

    @rules.rule("one")
    def count(known):
        return "2", str(len(known["events"])), []

    @rules.rule("two")
    def blame(known):
        row = known["events"].index[-1]
        return "0", "1", [rules.find_fault("events", row, "name", "more", "less")]

    assert count.__name__ == "count"  # a rule stays a function that may be called
    fault = Fault("data/evidence/events.csv", "more", "less", 3, "name")
    assert rules.check_rules(tmp_path) == [
        rules.Result("one", "2", "2"),
        rules.Result("two", "0", "1", [fault]),
    ]
    assert small == [("events", True, tmp_path)]


@pytest.mark.parametrize("error", [KeyError, IndexError, ValueError, TypeError, AttributeError])
def test_a_rule_that_lacks_rows_is_told_with_the_table_it_asked_for_last(small, tmp_path, error):
    def fail(known):
        raise error(f"no {known['events']['name'].iloc[0]} in {known['waves']['name'].iloc[0]}")

    result = rules._work_out("rounds", fail, rules.Tables(tmp_path))
    assert (result.rule, result.ok) == ("rounds", False) and result.expected == result.found == ""
    (fault,) = result.faults
    told = str(fault)
    begin = (
        "data/evidence/waves.csv: found rows with which the rule “rounds” cannot be worked out ("
    )
    assert told.startswith(begin) and "no events in waves" in told
    end = (
        "); expected all that it needs. "
        "A row or a code is lost: `git diff -- data/evidence` shows which."
    )
    assert told.endswith(end)


def test_a_fault_of_the_code_is_not_blamed_on_the_tables(small, tmp_path):
    def fail(known):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        rules._work_out("rounds", fail, rules.Tables(tmp_path))


def test_rules_are_shown_with_what_was_expected_and_found():
    results = [
        rules.Result("one", "1", "1"),
        rules.Result("two", "2", "1"),
        rules.Result("three", "3", "3", [Fault("a.csv", "x", "y")]),
    ]
    shown = checks.tabulate_rules(results)
    assert shown.to_dict("list") == {
        "rule": ["one", "two", "three"],
        "expected": ["1", "2", "3"],
        "found": ["1", "1", "3"],
        "holds": ["yes", "NO", "NO"],
    }


def test_many_faults_of_a_file_as_a_whole_are_one_line():
    many = [Fault("x.csv", f"{row} cells", "3", row, None, "Mend it.") for row in range(9, 2, -1)]
    (told,) = faults.summarise_faults(many)
    assert str(told) == (
        "x.csv, row 3: found 3 cells, and 6 more rows like it; expected 3. Mend it."
    )
    bare = [Fault("x.csv", "'y'", "a number", row, "n") for row in range(2, 9)]
    (told,) = faults.summarise_faults(bare)
    assert str(told) == (
        "x.csv, row 2, column n: found 'y', and 6 more rows at fault in this column; "
        "expected a number."
    )
    five = many[:5]
    assert faults.summarise_faults(five) == five


# ----------------------------------------------------------------------------------------- tables


def test_a_table_that_is_no_longer_as_its_schema_says_is_refused_in_words(tmp_path):
    (tmp_path / "evidence").mkdir()
    file = tmp_path / "evidence" / "lowy_networks.csv"
    with pytest.raises(tables.EvidenceError, match=r"lowy_networks.csv is missing. `git checkout"):
        tables.load_table("lowy_networks", data=tmp_path)
    whole = (paths.EVIDENCE / file.name).read_text(encoding="utf-8")
    header, first = whole.splitlines()[:2]
    file.write_text(f"{header},mood\n{first},good\n", encoding="utf-8")
    with pytest.raises(tables.EvidenceError, match="other columns than its schema"):
        tables.load_table("lowy_networks", data=tmp_path)
    place = header.split(",").index("posts")
    broken = first.split(",")
    broken[place] = "many"
    file.write_text(f"{header}\n{','.join(broken)}\n", encoding="utf-8")
    with pytest.raises(tables.EvidenceError, match=r"lowy_networks.csv, column posts: .*many"):
        tables.load_table("lowy_networks", data=tmp_path)


def test_only_rows_with_a_source_are_kept():
    frame = pd.DataFrame({"sources": ["s", None, "t"], "confidence": ["low", "high", "unsourced"]})
    assert tables.keep_sourced(frame).index.tolist() == [0]
    assert tables.keep_sourced(frame[["sources"]]).index.tolist() == [0, 2]
    assert tables.keep_sourced(frame[["confidence"]]).index.tolist() == [0, 1, 2]


def test_a_table_is_written_with_plain_dates_flags_and_numbers():
    frame = pd.DataFrame(
        {
            "day": pd.to_datetime(["2023-10-24", None]),
            "flag": pd.array([True, None], dtype="boolean"),
            "plain": [True, False],
            "share": [1 / 3, None],
            "text": ["a, b", None],
        }
    )
    before = frame.copy()
    assert tables.format_csv(frame) == (
        'day,flag,plain,share,text\n2023-10-24,1,1,0.3333333333,"a, b"\n,,0,,\n'
    )
    pd.testing.assert_frame_equal(frame, before)


def test_results_go_to_the_staging_folder_of_a_build_and_else_into_place(monkeypatch, tmp_path):
    monkeypatch.setenv(paths.STAGE_VARIABLE, str(tmp_path / "stage"))
    assert paths.output(paths.DERIVED) == tmp_path / "stage" / "data" / "derived"
    assert (tmp_path / "stage" / "data" / "derived").is_dir()
    monkeypatch.delenv(paths.STAGE_VARIABLE)
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    assert paths.output(tmp_path / "figures") == tmp_path / "figures"
    paths.replace(tmp_path / "figures" / "x.csv", "a – b\n")
    paths.replace(tmp_path / "figures" / "y.png", b"\x89")
    assert (tmp_path / "figures" / "x.csv").read_text(encoding="utf-8") == "a – b\n"
    assert sorted(file.name for file in (tmp_path / "figures").iterdir()) == ["x.csv", "y.png"]


def test_a_process_that_cannot_be_asked_counts_as_running(monkeypatch):
    assert paths._is_running(os.getpid())
    assert not paths._is_running(2**22 + 1)  # beyond the last that Linux gives
    assert paths._is_running(10**30)

    def refuse(process, signal):
        raise PermissionError

    monkeypatch.setattr(paths.os, "kill", refuse)
    assert paths._is_running(1)
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(paths.os, "kill", None)
        elsewhere.setattr(paths.os, "name", "nt")
        running = paths._is_running(1)
    assert running


def test_litter_that_cannot_be_removed_is_left_and_not_told(monkeypatch, tmp_path):
    monkeypatch.setattr(paths.tempfile, "gettempdir", lambda: str(tmp_path))
    for name in ("ROOT", "DATA", "DERIVED", "FIGURES", "NOTEBOOKS"):
        monkeypatch.setattr(paths, name, tmp_path / "here")
    (tmp_path / "here").mkdir()
    gone = 2**22 + 1
    folder, file = tmp_path / f"derisking-{gone}-abc", tmp_path / "here" / f".x.csv.{gone}"
    ours = tmp_path / f"derisking-{os.getpid()}-abc"
    for made in (folder, ours, tmp_path / "derisking-other"):
        made.mkdir()
    file.write_text("half")

    def refuse(path):
        raise OSError

    with monkeypatch.context() as held:
        held.setattr(paths.shutil, "rmtree", refuse)
        assert paths.sweep_litter() == [file]
    assert paths.sweep_litter() == [folder] and ours.is_dir()


# --------------------------------------------------------------------------- sources and closings


@pytest.fixture
def known(monkeypatch):
    """Four sources made by hand."""
    frame = pd.DataFrame(
        [
            ("a", "NK News (A. Writer)", "2023-10-05", "https://a.example/(x)", None),
            ("b", "Paper [online]", "2023-10", None, None),
            ("c", "Radio Free Asia", None, "https://c.example", None),
            ("d", "Agency", "2022", "https://d.example", "nk_news;rfa"),
        ],
        columns=["source_id", "publisher", "date_published", "url", "relays"],
    ).set_index("source_id")
    monkeypatch.setattr(sources, "_known_sources", lambda: frame)
    monkeypatch.setattr(sources, "_speakers", sources._speakers.__wrapped__)


def test_sources_are_linked_oldest_first_and_the_undated_last(known):
    rows = pd.DataFrame({"sources": ["c;a", "b", None, "a;d"]})
    assert list(sources.list_references(rows).index) == ["d", "b", "a", "c"]
    links = [
        "[Agency 2022](https://d.example)",
        "Paper (online) 2023 (b)",
        "[NK News (A. Writer) 2023](https://a.example/(x%29)",
        "[Radio Free Asia, undated](https://c.example)",
    ]
    assert sources.link_sources(rows, limit=0) == sources.link_sources(rows) == "; ".join(links)
    two = f"{links[0]}; {links[1]}; and 2 more (`sources.csv`)"
    assert sources.link_sources(rows, limit=2) == two
    assert sources.cite_rows(rows, limit=2).data == f"Sources: {two}."


def test_voices_are_bodies_whoever_passes_on_their_words(known):
    assert sources.name_voices("a") == {"nk_news"}
    assert sources.name_voices("a;c;d") == {"nk_news", "rfa"}
    assert sources.name_voices("b") == {"Paper [online]"}


def test_closings_by_year_are_seouls_counts_and_else_the_single_rounds():
    count = {"quantity": "missions_closed", "scope": "world", "series": "rok"}
    days = [("2000", "year", 3), ("2000", "year", 5), ("2002", "year", 1), ("2001", "day", 9)]
    counts = [
        {**count, "asof_precision": precision, "value": number, "asof_earliest": f"{year}-01-01"}
        for year, precision, number in days
    ]
    year = {"asof_precision": "year", "value": 99, "asof_earliest": "2002-01-01"}
    others = [("quantity", "missions_abroad"), ("scope", "africa"), ("series", "press")]
    counts += [{**count, **year, column: other} for column, other in others]
    counts = pd.DataFrame(counts).astype({"asof_earliest": "datetime64[s]"})
    waves = pd.DataFrame(
        [
            ("closing", 1990, 2, "used"),
            ("closing", 1998, 14, "used"),
            ("closing", 1998, 2, "disputed"),
            ("closing", 2001, 7, "used"),  # within the years that Seoul counted
            ("opening", 2023, 3, "used"),
            ("closing", 2023, 9, "used"),
        ],
        columns=["type", "year_start", "reported", "status"],
    )
    found = events.count_closings(counts, waves, 1995)
    assert found.to_dict("list") == {
        "year": [1998, 2000, 2002, 2023],
        "lower": [14, 3, 1, 9],
        "upper": [16, 5, 1, 9],
    }


def test_the_citation_file_is_read_and_a_placeholder_is_no_address(tmp_path):
    file = tmp_path / "CITATION.cff"
    file.write_text(
        "authors:\n- name: We\ntitle: T\nabstract: A\nversion: 1.10\ndate-released: 2026-08-20\n"
        "repository-code: https://example.org/x/\nkeywords: [a, b]\n"
    )
    told = citation.read_citation(file)
    assert (told.year, told.address, told.keywords) == ("2026", "https://example.org/x", ("a", "b"))
    assert not told.has_address
    file = tmp_path / "other.cff"
    file.write_text((tmp_path / "CITATION.cff").read_text().replace("example.org", "code.example"))
    assert citation.read_citation(file).has_address
