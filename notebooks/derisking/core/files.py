"""Check a table as a file: encoding, line ends, separators, whole rows. What befell the file as a
whole is told once, with its likely cause."""

import csv
import io
from pathlib import Path

from derisking.core.faults import Fault

SAVE = "Save it as UTF-8 (in a spreadsheet: CSV UTF-8)."


def read_text(file: Path) -> tuple[str | None, list[Fault]]:
    """Return the text of a table file and what is wrong with the file as a file.

    A byte order mark and Windows line ends do no harm and are read.
    """
    name = f"data/evidence/{file.name}"
    back = f"`git checkout -- {name}` brings it back."
    if not file.is_file():
        return None, [Fault(name, "no file", "the table", mend=back)]
    raw = file.read_bytes()
    if not raw.strip():
        return None, [Fault(name, "an empty file", "a header line and rows", mend=back)]
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or raw[:4].count(0) > 1 or raw[1:2] == b"\0":
        return None, [Fault(name, "UTF-16 text", "UTF-8 text", mend=SAVE)]
    if b"\0" in raw:
        row = raw[: raw.index(b"\0")].count(b"\n") + 1
        damaged = "The file is damaged, by a full disk or a broken copy. " + back
        return None, [Fault(name, "a NUL character", "text", row, mend=damaged)]
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = raw[: error.start].count(b"\n") + 1
        found = f"byte 0x{raw[error.start]:02x}, which is not UTF-8"
        return None, [Fault(name, found, "UTF-8 text", row, mend=SAVE)]
    text = text.replace("\r\n", "\n")
    if "\r" in text:
        return None, [_tell_return(name, text)]
    if not text.endswith("\n"):
        row = text.count("\n") + 1
        found = f"an end without a line break, after {text[-30:]!r}"
        mend = (
            "Either the file is cut off: compare its end with `git diff`; or a program left the "
            "last line break out: add one."
        )
        return text, [Fault(name, found, "whole lines", row, mend=mend)]
    return text, []


def _tell_return(name: str, text: str) -> Fault:
    """Say where a carriage return stands that ends no line."""
    if "\n" not in text:
        found, mend = "the line ends of old Macs", "Save it with Unix (LF) or Windows line ends."
        return Fault(name, found, "line ends LF or CRLF", 1, mend=mend)
    row = text[: text.index("\r")].count("\n") + 1
    return Fault(
        name, "a carriage return inside the row", "one line a row", row, mend="Take it out."
    )


def split_rows(name: str, text: str, wanted: list[str]) -> tuple[list[list[str]], list[Fault]]:
    """Return the rows of a CSV text, its header first, and what is wrong with header and rows as
    such: separators, quotes, columns, cells too many or too few, line breaks in cells."""
    reader = csv.reader(io.StringIO(text), strict=True)
    quote = "A quote or a comma is missing or too many."
    try:
        rows = list(reader)
    except csv.Error as error:
        return [], [Fault(name, f"no CSV ({error})", "whole cells", reader.line_num, mend=quote)]
    if faults := _check_header(name, rows[0], wanted):
        return [], faults
    faults = [
        Fault(
            name,
            "an empty line" if not row else f"{len(row)} cells",
            f"{len(wanted)}",
            n,
            None,
            quote,
        )
        for n, row in enumerate(rows, 1)
        if len(row) != len(wanted)
    ]
    faults += [  # a spreadsheet leaves such rows at the end
        Fault(name, "a row of empty cells", "none", n, mend="Take it out.")
        for n, row in enumerate(rows, 1)
        if len(row) == len(wanted) and not any(row)
    ]
    faults += [
        Fault(name, "a line break in a cell", "one line a row", n, column, "Write a blank instead.")
        for n, row in enumerate(rows, 1)
        for column, cell in zip(wanted, row, strict=False)
        if "\n" in cell
    ]
    return rows, faults


def _check_header(name: str, header: list[str], wanted: list[str]) -> list[Fault]:
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
        marks = {";": "semicolons", "\t": "tabs", "|": "bars"}
        mark = next(word for sign, word in marks.items() if sign in header[0])
        found, mend = f"columns parted by {mark}", "Save it as comma-separated."
        return [Fault(name, found, "columns parted by commas", 1, mend=mend)]
    if header[1:] == wanted:
        mend = "In pandas: to_csv(..., index=False); in R: write.csv(..., row.names = FALSE)."
        return [Fault(name, f"a first column {header[0]!r} of row numbers", "none", 1, mend=mend)]
    read = f"The header must read: {','.join(wanted)}"
    faults = [
        Fault(name, "no such column", "this column", 1, column, read)
        for column in wanted
        if column not in header
    ]
    known = f"only {', '.join(wanted)}"
    describe = "Take it out, or describe it in data/datapackage.json."
    faults += [
        Fault(name, "a column the schema does not know", known, 1, column, describe)
        for column in header
        if column not in wanted
    ]
    if not faults and header != wanted:
        faults = [Fault(name, f"the order {','.join(header)}", ",".join(wanted), 1)]
    return faults


def check_number_of_rows(name: str, number: int, fewest: int) -> list[Fault]:
    """Check that a table has not shrunk: rows are marked, never deleted (`fewestRows` in the
    package)."""
    if number >= fewest:
        return []
    mend = (
        f"Rows are lost: `git diff -- {name}` shows which, `git checkout -- {name}` brings them "
        "back. To take a row out on purpose, lower fewestRows in data/datapackage.json as well."
    )
    return [Fault(name, f"{number} rows", f"at least {fewest}", mend=mend)]
