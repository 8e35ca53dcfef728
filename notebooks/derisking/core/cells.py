"""Check the text of one table, cell by cell, against its schema: every fault with file, row, column
and cure."""

import csv
import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd
import pycountry
from frictionless import Package, system

from derisking.core import dates

# Codes that ISO 3166 does not list: the Republic of Vietnam (withdrawn before part 3 began as
# DRV/VDR) and Kosovo.
EXTRA_ISO3 = {"VDR", "XKX"}


@dataclass(frozen=True)
class Fault:
    """One thing wrong in one place, told so that a person can mend it."""

    file: str
    found: str
    expected: str
    row: int | None = None
    column: str | None = None
    mend: str = ""

    def __str__(self) -> str:
        """Return the message: place, what was found, what was expected, how to mend."""
        place = ", ".join(
            [self.file]
            + ([f"row {self.row}"] if self.row else [])
            + ([f"column {self.column}"] if self.column else [])
        )
        return f"{place}: found {self.found}; expected {self.expected}." + (
            f" {self.mend}" if self.mend else ""
        )


@cache
def _iso3() -> frozenset[str]:
    listed = {c.alpha_3 for c in pycountry.countries} | {
        c.alpha_3 for c in pycountry.historic_countries
    }
    return frozenset(listed | EXTRA_ISO3)


def read_text(file: Path) -> tuple[str | None, list[Fault]]:
    """Return the text of a table file and what is wrong with the file as a file."""
    name = f"data/evidence/{file.name}"
    if not file.exists():
        return None, [
            Fault(
                name, "no file", "the table", mend="`git checkout -- data/evidence` brings it back."
            )
        ]
    raw = file.read_bytes()
    if not raw.strip():
        return None, [Fault(name, "an empty file", "a header line and rows")]
    save = "Save it as UTF-8 (in a spreadsheet: CSV UTF-8)."
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return None, [Fault(name, "UTF-16 text", "UTF-8 text", mend=save)]
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = raw[: error.start].count(b"\n") + 1
        return None, [
            Fault(
                name,
                f"byte 0x{raw[error.start]:02x}, which is not UTF-8",
                "UTF-8 text",
                row,
                mend=save,
            )
        ]
    text = text.replace("\r\n", "\n")
    if not text.endswith("\n"):
        row = text.count("\n") + 1
        return text, [
            Fault(
                name,
                f"an end without a line break, after {text[-30:]!r}",
                "whole lines",
                row,
                mend="The file may be cut off: compare its end with git.",
            )
        ]
    return text, []


def check_text(text: str, resource: dict) -> list[Fault]:
    """Check one table, given as CSV text, against its resource: header, cells, key, partial dates,
    lists, codes."""
    name, spec = f"data/{resource['path']}", resource["schema"]
    rows = list(csv.reader(io.StringIO(text)))
    header, wanted = rows[0], [field["name"] for field in spec["fields"]]
    if faults := _check_header(name, header, wanted):
        return faults
    if faults := [
        Fault(
            name,
            f"{len(row)} cells",
            f"{len(wanted)}",
            number,
            mend="A quote or a comma is missing or too many.",
        )
        for number, row in enumerate(rows, 1)
        if len(row) != len(wanted)
    ]:
        return faults
    faults = _check_cells(name, text, resource)
    frame = pd.DataFrame(rows[1:], columns=header, dtype=str)
    for field in spec["fields"]:
        column = frame[field["name"]]
        if field.get("partialDate"):
            faults += _check_dates(name, frame, field["name"])
        if field.get("iso3166"):
            faults += [
                Fault(
                    name,
                    repr(code),
                    "an ISO 3166-1 alpha-3 code, current or withdrawn",
                    row + 2,
                    field["name"],
                )
                for row, code in split_items(column[column.ne("")]).items()
                if len(code) == 3 and code not in _iso3()
            ]
        if allowed := field.get("itemEnum"):
            faults += [
                Fault(
                    name, repr(code), f"items out of {', '.join(allowed)}", row + 2, field["name"]
                )
                for row, code in split_items(column[column.ne("")]).items()
                if code not in allowed
            ]
    if "confidence" in header:
        faults += _check_confidence(name, frame)
    return sorted(faults, key=lambda fault: (fault.row or 0, fault.column or ""))


def _check_header(name: str, header: list[str], wanted: list[str]) -> list[Fault]:
    if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
        mark = "semicolons" if ";" in header[0] else "tabs"
        return [
            Fault(
                name,
                f"columns parted by {mark}",
                "columns parted by commas",
                1,
                mend="Save it as comma-separated.",
            )
        ]
    faults = [
        Fault(
            name,
            "no such column",
            "this column",
            1,
            column,
            f"The header must read: {','.join(wanted)}",
        )
        for column in wanted
        if column not in header
    ]
    faults += [
        Fault(
            name,
            "a column the schema does not know",
            f"only {', '.join(wanted)}",
            1,
            column,
            "Take it out, or describe it in data/datapackage.json.",
        )
        for column in header
        if column not in wanted
    ]
    if not faults and header != wanted:
        faults = [Fault(name, f"the order {','.join(header)}", ",".join(wanted), 1)]
    return faults


def _check_cells(name: str, text: str, resource: dict) -> list[Fault]:
    """Types, constraints and primary key of one table, by frictionless."""
    fields = {field["name"]: field for field in resource["schema"]["fields"]}
    keep = ("name", "type", "schema", "format", "mediatype", "encoding", "scheme", "dialect")
    alone = {key: resource[key] for key in keep if key in resource}
    alone["schema"] = {key: value for key, value in alone["schema"].items() if key != "foreignKeys"}
    faults: dict[tuple, Fault] = {}
    for error in _report(alone, text):
        column, row = getattr(error, "field_name", None), getattr(error, "row_number", 0)
        if column:
            found, expected = repr(error.cell), _expected(fields[column], error)
            faults.setdefault(
                (row, column),
                Fault(name, found, expected, row, column, _mend(fields[column], error.cell)),
            )
        elif error.type == "primary-key":
            key = resource["schema"]["primaryKey"]
            key = [key] if isinstance(key, str) else key
            values = next(
                csv.DictReader(io.StringIO(",".join(fields) + "\n" + text.split("\n")[row - 1]))
            )
            found = ", ".join(f"{part} {values[part]!r}" for part in key) + " a second time"
            faults[row, tuple(key)] = Fault(name, found, "each key once", row, ", ".join(key))
        else:
            faults[row, error.type] = Fault(
                name, error.note or error.type, "a row like the others", row
            )
    return list(faults.values())


def _report(resource: dict, text: str) -> list:
    with system.use_context(trusted=True):
        package = Package.from_descriptor(
            {"name": "one", "resources": [{**resource, "path": "table.csv"}]}
        )
        package.resources[0].path = None
        package.resources[0].data = text.encode()
        package.resources[0].scheme = "buffer"
        package.resources[0].format = "csv"
        return [error for task in package.validate().tasks for error in task.errors]


def _expected(field: dict, error) -> str:
    limits = field.get("constraints", {})
    if error.type == "type-error":
        form = {
            "date": "a date as YYYY-MM-DD",
            "integer": "a whole number",
            "boolean": "1 or 0",
            "number": "a number with a decimal point and no other mark",
        }
        return form.get(field["type"], f"a {field['type']}")
    if limits.get("required") and error.cell in ("", None):
        return "a value; this column may not be empty"
    if "enum" in limits:
        return f"one of {', '.join(map(str, limits['enum']))}"
    if field.get("partialDate"):
        return "a date as YYYY, YYYY-MM or YYYY-MM-DD"
    bounds = [
        f"at least {limits['minimum']}" if "minimum" in limits else "",
        f"at most {limits['maximum']}" if "maximum" in limits else "",
        f"the pattern {limits['pattern']}" if "pattern" in limits else "",
    ]
    return " and ".join(filter(None, bounds)) or error.note


def _mend(field: dict, cell) -> str:
    cell = str(cell or "")
    if "/" in cell and (field["type"] == "date" or field.get("partialDate")):
        return (
            "A spreadsheet has rewritten the date; day and month cannot be told apart, "
            "so take it from the source."
        )
    if "," in cell and field["type"] in ("number", "integer"):
        return "Write it without thousands separators and with a point before the decimals."
    return ""


def _check_dates(name: str, frame: pd.DataFrame, column: str) -> list[Fault]:
    """Check partial dates against the calendar, and their bounds against their precision."""
    faults = []
    precise = f"{column}_precision" in frame
    for row, text in frame[column].items():
        try:
            allowed = dates.parse(text) if text else None
        except ValueError as error:
            if dates.PARTIAL.fullmatch(text):
                faults.append(
                    Fault(name, repr(text), f"a day of the calendar ({error})", row + 2, column)
                )
            continue
        if not precise:
            continue
        code, ends = (
            frame.loc[row, f"{column}_precision"],
            [frame.loc[row, f"{column}_{end}"] for end in ("earliest", "latest")],
        )
        if bool(text) != bool(code):
            faults.append(
                Fault(
                    name,
                    f"date {text!r} with precision {code!r}",
                    "both or neither",
                    row + 2,
                    column,
                )
            )
        allowed = dates.widest(text, code) if text and code in dates.PRECISIONS else None
        if allowed is None:
            continue
        try:
            span = dates.Span(*(dates.parse(end).earliest if end else None for end in ends))
        except ValueError as error:
            faults.append(
                Fault(name, str(error), "the earliest day first", row + 2, f"{column}_earliest")
            )
            continue
        if (allowed.latest and (span.latest is None or span.latest > allowed.latest)) or (
            allowed.earliest and (span.earliest is None or span.earliest < allowed.earliest)
        ):
            faults.append(
                Fault(
                    name,
                    f"bounds {' to '.join(end or 'open' for end in ends)}",
                    f"bounds within {text} ({code})",
                    row + 2,
                    f"{column}_earliest",
                )
            )
    return faults


def _check_confidence(name: str, frame: pd.DataFrame) -> list[Fault]:
    bare = frame["sources"].eq("")
    wrong = frame[bare != frame["confidence"].eq("unsourced")]
    return [
        Fault(
            name,
            f"confidence {row.confidence!r} with sources {row.sources!r}",
            "confidence unsourced exactly where there is no source",
            row.Index + 2,
            "confidence",
        )
        for row in wrong.itertuples()
    ]


def split_items(column: pd.Series) -> pd.Series:
    """Split a column of ";"-separated lists into one item a row, with the index of the row it came
    from."""
    return column.dropna().str.split(";").explode()
