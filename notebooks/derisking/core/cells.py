"""Check the text of one table, cell by cell, against its schema: every fault with file, row, column
and cure."""

import re
from contextlib import suppress
from functools import cache

import pandas as pd
import pycountry
from frictionless import Resource, Schema

from derisking.core import dates
from derisking.core.faults import Fault, guess_cause
from derisking.core.files import check_number_of_rows, split_rows

EXTRA_ISO3 = {"XKX"}  # Kosovo, which ISO 3166 does not list


@cache
def _iso3() -> frozenset[str]:
    listed = [*pycountry.countries, *pycountry.historic_countries]
    return frozenset({c.alpha_3 for c in listed} | EXTRA_ISO3)


def check_text(text: str, resource: dict) -> list[Fault]:
    """Check one table, given as CSV text, against its resource: header, rows, cells, key, partial
    dates, lists, codes."""
    name, spec = f"data/{resource['path']}", resource["schema"]
    header = [field["name"] for field in spec["fields"]]
    rows, faults = split_rows(name, text, header)
    if faults := faults or check_number_of_rows(name, len(rows) - 1, resource.get("fewestRows", 0)):
        return faults
    faults = _check_cells(name, rows, resource)
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
    at_fault = {(fault.row, fault.column) for fault in faults}
    faults += [
        fault
        for field in spec["fields"]
        for fault in [*_check_plain(name, frame[field["name"]]), *_check_twice(name, frame, field)]
        if (fault.row, fault.column) not in at_fault
    ]
    return sorted(faults, key=lambda fault: (fault.row or 0, fault.column or ""))


def _check_cells(name: str, rows: list[list[str]], resource: dict) -> list[Fault]:
    """Types, constraints and primary key of one table, by frictionless."""
    fields = {field["name"]: field for field in resource["schema"]["fields"]}
    alone = {key: value for key, value in resource["schema"].items() if key != "foreignKeys"}
    faults: dict[tuple, Fault] = {}
    for error in _report(alone, rows):
        column, row = getattr(error, "field_name", None), getattr(error, "row_number", None)
        if column:
            found, expected = repr(error.cell), _expected(fields[column], error)
            faults.setdefault(
                (row, column),
                Fault(name, found, expected, row, column, _mend(fields[column], error.cell)),
            )
        elif error.type == "primary-key":
            key = resource["schema"]["primaryKey"]
            key = [key] if isinstance(key, str) else key
            values = dict(zip(fields, rows[error.row_number - 1], strict=True))
            found = ", ".join(f"{part} {values[part]!r}" for part in key) + " a second time"
            faults[row, tuple(key)] = Fault(name, found, "each key once", row, ", ".join(key))
        else:
            faults[row, error.type] = Fault(
                name, error.note or error.type, "a row like the others", row
            )
    return list(faults.values())


def _report(schema: dict, rows: list[list[str]]) -> list:
    # Rows, not text: of a text it would guess the separator.
    table = Resource(data=rows, schema=Schema.from_descriptor(schema))
    return [error for task in table.validate().tasks for error in task.errors]


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
    if not error.cell:  # a cell that may be empty is held against nothing else
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


def _mend(field: dict, cell: str) -> str:
    if "/" in cell and (field["type"] == "date" or field.get("partialDate")):
        return (
            "A spreadsheet has rewritten the date; day and month cannot be told apart, "
            "so take it from the source."
        )
    return guess_cause(cell)


# What no cell holds, and what it is called. Text is text: nothing in it is computed by a
# spreadsheet, marked up, or run by a page.
ODD = {
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060\ufeff]": "a character that is not seen",
    r"\ufffd": "a character that a program could not read",
    r"^\s|\s$": "a blank at the edge",
    r"^(?:NA|NaN|nan|None|NULL|null|<NA>|NaT)$": "a sign for an empty cell",
    r"^(?:#(?:REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|N/A)|Err:\d+)": "a failed formula",
    r"^-?\d+(?:\.\d+)?[eE][-+]?\d+$": "a number that a program has shortened",
    r"^[=+@]|^-[^\d]": "the beginning of a formula",
    r"<\s*[A-Za-z/!?]": "a tag of HTML",
    r"\]\(|(?i:javascript:|vbscript:|data:text)": "a link",
}
ANY_ODD = re.compile("|".join(ODD) + r"|[^\x00-\x7f]|[A-Za-z]\?[A-Za-z]")
LOST = re.compile(r"[A-Za-z]\?[A-Za-z]")  # an address may hold a question mark, a word may not


def _check_plain(name: str, cells: pd.Series) -> list[Fault]:
    """Check that cells are plain, whole text: nothing unseen, no markup, no broken characters."""
    faults = []
    for row, cell in cells[cells.str.contains(ANY_ODD)].items():
        what = next((word for form, word in ODD.items() if re.search(form, cell)), "")
        if not what and _is_garbled(cell):
            what = "characters read in the wrong encoding"
        if not what and LOST.search(cell) and "://" not in cell:
            what = "a question mark inside a word"
        if what:
            mend = guess_cause(cell) or "Take the cell from git, or write it as plain text."
            found = f"{cell[:60]!r}, {what}"
            faults.append(Fault(name, found, "plain text", row + 2, str(cells.name), mend))
    return faults


def _is_garbled(cell: str) -> bool:
    """Say whether a part of a cell is UTF-8 that was read as another encoding (Ã© for é)."""
    for part in re.findall(r"[^\x00-\x7f]+", cell):
        with suppress(UnicodeError):
            part.encode("cp1252").decode("utf-8")
            return True
    return False


def _check_twice(name: str, frame: pd.DataFrame, field: dict) -> list[Fault]:
    """Check that no list names an item twice."""
    if "listOf" not in field:
        return []
    cells = frame[field["name"]]
    return [
        Fault(name, f"{item!r} twice", "each item once", row + 2, field["name"])
        for row, cell in cells[cells.str.contains(";")].items()
        for item in sorted({i for i in cell.split(";") if cell.split(";").count(i) > 1})
    ]


# How exactly a date of each precision is written; not_before may be any.
FORMS = {
    "day": 10,
    "by_day": 10,
    "month": 7,
    "by_month": 7,
    "year": 4,
    "by_year": 4,
    "approx_year": 4,
}
PARTS = {10: "YYYY-MM-DD", 7: "YYYY-MM", 4: "YYYY"}


def _check_dates(name: str, frame: pd.DataFrame, column: str) -> list[Fault]:
    """Check partial dates against the calendar, and their bounds against their precision."""
    faults = []
    precise = f"{column}_precision" in frame
    for row, text in frame[column].items():
        try:
            if text:
                dates.parse(text)
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
        bounds = " to ".join(end or "open" for end in ends)
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
        elif any(ends) and not text:
            faults.append(Fault(name, f"bounds {bounds}", "none without a date", row + 2, column))
        if text and len(text) != FORMS.get(code, len(text)):
            found, expected = f"{code!r} for {text!r}", f"a date as {PARTS[FORMS[code]]} beside it"
            faults.append(Fault(name, found, expected, row + 2, f"{column}_precision"))
            continue
        allowed = dates.widest(text, code) if text and code in dates.PRECISIONS else None
        if allowed is None:
            continue
        try:
            days = [dates.parse(end).earliest if end else None for end in ends]
        except ValueError:
            continue  # their own columns tell that
        try:
            span = dates.Span(*days)
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
                    f"bounds {bounds}",
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
