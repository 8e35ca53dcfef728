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

from derisking.core import checks, paths, tables

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
}

HARMLESS = {
    "byte order mark": lambda raw: b"\xef\xbb\xbf" + raw,
    "CRLF": lambda raw: raw.replace(b"\n", b"\r\n"),
    "byte order mark and CRLF": lambda raw: b"\xef\xbb\xbf" + raw.replace(b"\n", b"\r\n"),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the repository in which evidence may be damaged."""
    target = tmp_path_factory.mktemp("copy") / "repository"
    skip = shutil.ignore_patterns(
        ".git", ".venv", ".build", "__pycache__", ".*_cache", ".hypothesis"
    )
    shutil.copytree(ROOT, target, ignore=skip)
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


@pytest.mark.parametrize("name", FATAL)
def test_damage_stops_the_build_and_says_where(name, damaged):
    table, change, words = FATAL[name]
    root = damaged(table, change)
    before = results(root)
    environment = {key: value for key, value in os.environ.items() if key != paths.STAGE_VARIABLE}
    build = subprocess.run(
        [sys.executable, "-m", "doit"], cwd=root, env=environment, capture_output=True, text=True
    )
    told = build.stdout + build.stderr
    assert build.returncode != 0, told
    fault = [
        text
        for text in told.splitlines()
        if text.startswith(f"data/evidence/{table}") and all(w in text for w in words)
    ]
    assert fault, f"no message names {table} and {words}:\n{told}"
    assert "expected" in fault[0] and "found" in fault[0]
    assert len([text for text in told.splitlines() if text.startswith("data/")]) < 10, (
        f"one fault, one message:\n{told}"
    )
    assert "Traceback" not in told
    assert results(root) == before


@pytest.mark.parametrize("name", HARMLESS)
@pytest.mark.parametrize("table", [MISSIONS, SOURCES])
def test_harmless_damage_is_read(name, table, damaged):
    root = damaged(table, HARMLESS[name])
    assert checks.validate_files(root / "data") == []
    stem = table.removesuffix(".csv")
    pd.testing.assert_frame_equal(
        tables.load_table(stem, data=root / "data"), tables.load_table(stem)
    )


def test_every_fault_of_a_table_is_told_at_once(damaged):
    def both(raw):
        return edit(",shock,", ",schock,")(edit("Hungary recognises South Korea", "")(raw))

    root = damaged(EVENTS, both)
    faults = checks.validate_files(root / "data")
    assert [(fault.row, fault.column) for fault in faults] == [(2, "direction"), (2, "title")]
