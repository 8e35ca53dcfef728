"""Damaged evidence: harmless damage is read, any other stops the build, says where and what, and
changes nothing."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from tests import mutations

from derisking.core import checks, faults, paths, rules, tables

ROOT = Path(__file__).parents[1]


def edit(old: str, new: str, count: int = 1):
    """A damage that replaces text which must be there."""

    def apply(raw: bytes) -> bytes:
        assert old.encode() in raw, f"{old!r} is not in the table: the test damages nothing"
        return raw.replace(old.encode(), new.encode(), count)

    return apply


def line(number: int, change):
    """A damage to one line of the file, the header being line 1."""

    def apply(raw: bytes) -> bytes:
        lines = raw.decode().splitlines(keepends=True)
        changed = change(lines[number - 1])
        assert changed != lines[number - 1]
        lines[number - 1] = changed
        return "".join(lines).encode()

    return apply


def columns(change):
    """A damage to the table as a whole, cell for cell."""

    def apply(raw: bytes) -> bytes:
        import io

        frame = pd.read_csv(io.BytesIO(raw), dtype=str, keep_default_na=False)
        return change(frame).to_csv(index=False, lineterminator="\n").encode()

    return apply


MISSIONS, LISTS, SERIES = "missions.csv", "closure_lists.csv", "series.csv"
CLOSURES, SOURCES, EVENTS = "closures_2023.csv", "sources.csv", "events.csv"

# name: (file, damage, what the message must say besides the file)
FATAL = {
    "missing column": (
        MISSIONS,
        columns(lambda t: t.drop(columns="iso3")),
        ["column iso3", "no such column"],
    ),
    "extra column": (
        MISSIONS,
        columns(lambda t: t.assign(mood="good")),
        ["column mood", "does not know"],
    ),
    "columns swapped": (
        LISTS,
        columns(lambda t: t[[*t.columns[:2][::-1], *t.columns[2:]]]),
        ["the order mission_id,list_id"],
    ),
    "duplicate key": (
        MISSIONS,
        line(3, lambda row: row + row),
        ["row 4", "mission_id 'AGO-luanda-embassy'", "a second time"],
    ),
    "unknown source": (
        LISTS,
        edit("stimson-2023-12-13-frank", "nowhere-1999"),
        ["row 2", "column sources", "'nowhere-1999'", "source_id"],
    ),
    "unknown mission": (
        LISTS,
        edit("AGO-luanda-embassy", "AGO-lubango-embassy"),
        ["row 2", "column mission_id", "'AGO-lubango-embassy'"],
    ),
    "bad ISO code": (
        MISSIONS,
        edit(",AGO,", ",AGX,"),
        ["row 3", "column iso3", "'AGX'", "ISO 3166"],
    ),
    "malformed ISO code": (
        MISSIONS,
        edit(",AGO,", ",Angola,"),
        ["row 3", "column iso3", "'Angola'"],
    ),
    "31 February": (
        CLOSURES,
        edit("2023-10-24,day,2023-10-24,2023-10-24", "2023-02-31,day,2023-02-31,2023-02-31"),
        ["row 2", "column date", "'2023-02-31'", "days 01 to 28"],
    ),
    "spreadsheet dates": (
        CLOSURES,
        edit("2023-10-24,day,2023-10-24,2023-10-24", "05/12/2023,day,05/12/2023,05/12/2023"),
        ["row 2", "column date", "'05/12/2023'", "YYYY-MM-DD", "spreadsheet"],
    ),
    "bounds outside the date": (
        EVENTS,
        edit("1989-02-01,day,1989-02-01,1989-02-01", "1989-02-01,day,1989-01-01,1989-02-01"),
        ["row 2", "column date_earliest", "within 1989-02-01"],
    ),
    "closed before opened": (
        MISSIONS,
        edit(
            "1998,year,1998-01-01,1998-12-31,stated,financial,DPRK foreign ministry (general",
            "1968,year,1968-01-01,1968-12-31,stated,financial,DPRK foreign ministry (general",
        ),
        ["row 3", "column closed", "1968 (closed)", "1980 (opened)"],
    ),
    "overlapping spells": (
        MISSIONS,
        edit("2013,year,2013-01-01,2013-12-31,stated", "1990,year,1990-01-01,1990-12-31,stated"),
        ["row 4", "column opened", "spell 2", "end of spell 1"],
    ),
    "number with a comma": (
        SERIES,
        edit(",185.4,", ',"1,185.4",'),
        ["row 2", "column value", "'1,185.4'", "number", "thousands"],
    ),
    "word for a number": (
        SERIES,
        edit(",185.4,", ",n/a,"),
        ["row 2", "column value", "'n/a'", "number"],
    ),
    "wrong enum": (
        EVENTS,
        edit(",shock,", ",schock,"),
        ["row 2", "column direction", "'schock'", "closes"],
    ),
    "required cell empty": (
        EVENTS,
        edit("Hungary recognises South Korea", ""),
        ["row 2", "column title", "may not be empty"],
    ),
    "source without confidence": (
        EVENTS,
        line(2, lambda row: row.replace(",high,", ",unsourced,")),
        ["row 2", "column confidence", "unsourced"],
    ),
    "unused source": (
        SOURCES,
        line(2, lambda row: row + row.replace("38north-2012-hwanggumpyong", "38north-2012-idle")),
        ["row 3", "'38north-2012-idle'", "some row names"],
    ),
    "a post dropped from the list": (
        MISSIONS,
        line(4, lambda row: row.replace(",1,0,open,", ",0,0,open,")),
        ["in_rok_53", "52", "53"],
    ),
    "empty file": (MISSIONS, lambda raw: b"", ["an empty file"]),
    "UTF-16": (SOURCES, lambda raw: raw.decode().encode("utf-16"), ["UTF-16", "UTF-8"]),
    "Latin-1": (
        SOURCES,
        lambda raw: raw.replace(b"Korea", "Corée".encode("latin-1"), 1),
        ["byte 0xe9", "UTF-8"],
    ),
    "semicolons": (LISTS, lambda raw: raw.replace(b",", b";"), ["row 1", "semicolons", "commas"]),
    "truncated file": (
        MISSIONS,
        lambda raw: raw[: len(raw) // 2 + 7],
        ["an end without a line break", "cut off"],
    ),
    "cut within a row": (MISSIONS, line(9, lambda row: row[:40] + "\n"), ["row 9", "cells"]),
    "missing file": (MISSIONS, None, ["no file", "git checkout"]),
    "last line break missing": (
        EVENTS,
        lambda raw: raw[:-1],
        ["an end without a line break", "cut off", "add one"],
    ),
    "old Mac line ends": (EVENTS, lambda raw: raw.replace(b"\n", b"\r"), ["old Macs", "LF"]),
    "carriage return in a row": (
        EVENTS,
        edit("Hungary recognises", "Hungary\rrecognises"),
        ["row 2", "carriage return"],
    ),
    "line break in a cell": (
        EVENTS,
        edit(",Hungary recognises South Korea,", ',"Hungary\nrecognises South Korea",'),
        ["row 2", "column title", "line break"],
    ),
    "NUL": (EVENTS, edit("Hungary rec", "Hung\0ary rec"), ["row 2", "NUL", "git checkout"]),
    "quote left open": (
        EVENTS,
        edit(",Hungary recognises", ',"Hungary recognises'),
        ["no CSV", "A quote"],
    ),
    "no-break space after a number": (
        SERIES,
        edit(",185.4,", ",185.4\u00a0,"),
        ["row 2", "column value", "a blank at the edge"],
    ),
    "cell of blanks": (
        EVENTS,
        edit(",Hungary recognises South Korea,", ",  ,"),
        ["row 2", "title"],
    ),
    "failed formula": (
        EVENTS,
        edit("Hungary recognises South Korea", "#REF!"),
        ["row 2", "formula"],
    ),
    "formula": (
        EVENTS,
        edit("Hungary recognises", "=1+1 recognises"),
        ["row 2", "title", "formula"],
    ),
    "script": (
        SOURCES,
        edit("38 North (copy on a blog)", "38 North <script>alert(1)</script>"),
        ["row 2", "column publisher", "a tag of HTML"],
    ),
    "link to a script": (
        "claims.csv",
        edit("The 2023 mission closures", "[The](javascript:alert(1)) closures"),
        ["row 2", "column claim", "a link"],
    ),
    "wrong encoding": (
        EVENTS,
        edit("Hungary recognises", "Hongrie cÃ©lÃ¨bre"),
        ["row 2", "column title", "wrong encoding"],
    ),
    "letters lost": (
        EVENTS,
        edit("Hungary recog", "Hung?ry recog"),
        ["row 2", "title", "inside a word"],
    ),
    "source twice in one cell": (
        EVENTS,
        edit(
            "koreaherald-2023-china-ties;",
            "koreaherald-2023-china-ties;koreaherald-2023-china-ties;",
        ),
        ["row 2", "column sources", "'koreaherald-2023-china-ties' twice"],
    ),
    "R writes NA": (
        EVENTS,
        columns(lambda t: t.replace("", "NA")),
        ["column notes", "more rows", "write.csv", 'na = ""'],
    ),
    "pandas writes decimals": (
        "expulsions.csv",
        columns(
            lambda t: t.assign(number=t["number"].where(t["number"].eq(""), t["number"] + ".0"))
        ),
        ["column number", "more rows", "Int64"],
    ),
    "row numbers of pandas": (
        EVENTS,
        columns(lambda t: t.reset_index()),
        ["a first column 'index'", "index=False"],
    ),
    "decimal commas": (
        SERIES,
        columns(lambda t: t.assign(value=t["value"].str.replace(".", ","))),
        ["column value", "more rows", "English locale"],
    ),
    "century": (
        "waves.csv",
        edit("1948-01-01,1950-12-31", "1948-01-01,2203-12-31"),
        ["row 2", "column date_latest", "2203"],
    ),
    "precision against the date": (
        CLOSURES,
        edit("2023-10-24,day,2023-10-24,2023-10-24", "2023-10-24,year,2023-01-01,2023-12-31"),
        ["row 2", "column date_precision", "'year' for '2023-10-24'", "YYYY"],
    ),
    "a number shortened by a spreadsheet": (
        "findings.csv",
        line(6, lambda row: row.replace(",741,", ",7.4E+02,")),
        ["row 6", "column interval_high", "7.4E+02", "shortened"],
    ),
    "latitude and longitude swapped": (
        MISSIONS,
        edit("35.694,51.422", "51.422,35.694"),
        ["column lat", "Tehran", "swapped"],
    ),
    "country against the post": (
        MISSIONS,
        line(3, lambda row: row.replace(",AGO,", ",BEN,")),
        ["row 3", "column iso3", "BEN for AGO-luanda-embassy"],
    ),
    "a thousand times": (
        SERIES,
        edit(",185.4,", ",185400,"),
        ["row 2", "column value", "of the others"],
    ),
    "sign turned": (SERIES, edit(",185.4,", ",-185.4,"), ["row 2", "column value", "0 to inf"]),
    "a share that is not its counts'": (
        "base_rates.csv",
        edit(",0.1285,", ",0.2185,"),
        ["row 2", "column pooled_closed_share", "0.1285"],
    ),
    "a row lost": (EVENTS, line(9, lambda row: ""), ["rows", "at least", "git checkout"]),
    "all rows lost": (
        "base_rates.csv",
        lambda raw: raw[: raw.index(b"\n") + 1],
        ["0 rows", "Rows are lost", "git checkout"],
    ),
}

HARMLESS = {
    "byte order mark": lambda raw: b"\xef\xbb\xbf" + raw,
    "CRLF": lambda raw: raw.replace(b"\n", b"\r\n"),
    "byte order mark and CRLF": lambda raw: b"\xef\xbb\xbf" + raw.replace(b"\n", b"\r\n"),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the data in which evidence may be damaged."""
    target = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "data", target / "data")
    return target


@pytest.fixture
def damaged(copy):
    """Apply a damage to one table of the copy and undo it afterwards."""
    kept = {}

    def apply(name, change):
        file = copy / "data" / "evidence" / name
        kept[file] = file.read_bytes()
        if change is None:
            file.unlink()
        else:
            file.write_bytes(change(kept[file]))
        return copy

    yield apply
    for file, raw in kept.items():
        file.write_bytes(raw)


@pytest.fixture(scope="module")
def judge(tmp_path_factory):
    """Says what the checks make of one damaged table, reading the others once."""
    return mutations.Judge(tmp_path_factory.mktemp("judge"))


@pytest.mark.parametrize("name", FATAL)
def test_damage_is_refused_and_told_with_its_place(name, judge):
    table, change, words = FATAL[name]
    raw = (ROOT / "data" / "evidence" / table).read_bytes()
    damage = mutations.Damage(name, table.removesuffix(".csv"), change and change(raw))
    told = list(map(str, judge.list_faults(damage)))
    fault = [
        text
        for text in told
        if text.startswith(f"data/evidence/{table}") and all(word in text for word in words)
    ]
    assert fault, f"no message names {table} and {words}:\n" + "\n".join(told)
    assert "expected" in fault[0] and "found" in fault[0]
    assert len(told) < 10, "one fault, one message:\n" + "\n".join(told)


def results(root: Path) -> dict[str, str]:
    files = [
        file
        for folder in ("data/derived", "figures", "notebooks")
        for file in sorted((root / folder).rglob("*"))
    ]
    return {
        str(file.relative_to(root)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
        if file.is_file() and "__pycache__" not in file.parts
    }


def test_damage_stops_the_build_before_anything_is_changed(tmp_path):
    root = tmp_path / "repository"
    skip = shutil.ignore_patterns(
        ".git", ".venv", ".build", "__pycache__", ".*_cache", ".hypothesis"
    )
    shutil.copytree(ROOT, root, ignore=skip)
    events, package = root / "data" / "evidence" / EVENTS, root / "data" / "datapackage.json"
    before = results(root)
    environment = {key: value for key, value in os.environ.items() if key != paths.STAGE_VARIABLE}
    for file, raw, words in (
        (events, edit(",shock,", ",schock,")(events.read_bytes()), "row 2, column direction"),
        (package, b"{", "data/datapackage.json: found"),
    ):
        kept = file.read_bytes()
        file.write_bytes(raw)
        build = subprocess.run(
            [sys.executable, "-m", "doit"],
            cwd=root,
            env=environment,
            capture_output=True,
            text=True,
        )
        told = build.stdout + build.stderr
        assert build.returncode != 0 and words in told and "Traceback" not in told, told
        assert results(root) == before
        file.write_bytes(kept)


@pytest.mark.parametrize("name", HARMLESS)
@pytest.mark.parametrize("table", [MISSIONS, SOURCES])
def test_harmless_damage_is_read(name, table, damaged, judge):
    stem = table.removesuffix(".csv")
    raw = HARMLESS[name]((ROOT / "data" / "evidence" / table).read_bytes())
    assert judge.list_faults(mutations.Damage(name, stem, raw)) == []
    root = damaged(table, HARMLESS[name])
    pd.testing.assert_frame_equal(
        tables.load_table(stem, data=root / "data"), tables.load_table(stem)
    )


def test_every_fault_of_a_table_is_told_at_once(damaged):
    def both(raw):
        return edit(",shock,", ",schock,")(edit("Hungary recognises South Korea", "")(raw))

    root = damaged(EVENTS, both)
    faults = checks.validate_files(root / "data")
    assert [(fault.row, fault.column) for fault in faults] == [(2, "direction"), (2, "title")]


def test_a_column_at_fault_is_told_in_one_line_with_its_likely_cause():
    many = [
        faults.Fault("data/evidence/x.csv", "'NA'", "a number", row, "value", "R writes NA.")
        for row in range(2, 900)
    ]
    few = [faults.Fault("data/evidence/x.csv", "'y'", "a number", row, "other") for row in (3, 4)]
    told = faults.summarise_faults([*many, *few])
    assert len(told) == 3
    assert (
        "row 2" in str(told[0]) and "897 more rows" in str(told[0]) and "R writes" in str(told[0])
    )


def test_a_rule_that_cannot_be_worked_out_is_a_fault_not_a_traceback():
    def broken(tables):
        return tables["events"].iloc[10**6], "", []

    result = rules._work_out("x", broken, rules.Tables())
    assert not result.ok and str(result.faults[0]).startswith("data/evidence/events.csv: found")


def test_damages_at_random_are_refused_or_harmless_or_of_a_kind_that_no_rule_can_know(capsys):
    """The first of the thousands that tests/mutations.py makes."""
    assert mutations.run(40) == 0, capsys.readouterr().out
