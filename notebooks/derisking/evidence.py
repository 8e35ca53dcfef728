"""Read the tables, check them against their schema, and name the sources behind any rows.

data/datapackage.json is the one schema: what a column is called, holds, and may hold stands there and nowhere else.
`load` types a table by it, `validate` checks the files by it, `write` refuses a derived table that departs from it.
"""

import csv
import io
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd
import pycountry
from frictionless import Package, system
from IPython.display import Markdown

from derisking import dates, paths

DTYPES = {"integer": "Int64", "number": "float64", "boolean": "boolean", "date": "datetime64[s]", "string": "str"}

# Codes that ISO 3166 does not list: the Republic of Vietnam (withdrawn before part 3 began as DRV/VDR) and Kosovo.
EXTRA_ISO3 = {"VDR", "XKX"}

# Publishers whose code in `relays` is not made of the letters of their name.
ALIASES = {
    "dprkministryofforeignaffairs": "dprkmfa",
    "radiofreeasia": "rfa",
    "rokministryofunification": "rokunificationministry",
    "lowyinstitute": "lowy",
    "unitednations": "un",
    "voiceofamerica": "voa",
}


class EvidenceError(Exception):
    """A table cannot be used as it is; the message lists every fault, one a line."""


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
            [self.file] + ([f"row {self.row}"] if self.row else []) + ([f"column {self.column}"] if self.column else [])
        )
        return f"{place}: found {self.found}; expected {self.expected}." + (f" {self.mend}" if self.mend else "")


# ---------------------------------------------------------------------------------------------- schema


@cache
def package(file: Path = paths.PACKAGE) -> dict:
    """Return the data package descriptor as a dictionary."""
    return json.loads(file.read_text(encoding="utf-8"))


def resources(kind: str = "", file: Path = paths.PACKAGE) -> dict[str, dict]:
    """Return the tables of the package by name, those of one folder ("evidence", "derived") if asked."""
    tables = (r for r in package(file)["resources"] if r.get("type") == "table")
    return {r["name"]: r for r in tables if r["path"].startswith(kind)}


def schema(table: str) -> dict:
    """Return the table's schema. Raises EvidenceError for a name the package does not have."""
    try:
        return resources()[table]["schema"]
    except KeyError:
        raise EvidenceError(f"There is no table {table!r}. Tables are: {', '.join(resources())}.") from None


# ------------------------------------------------------------------------------------------------ load


def load(table: str, unsourced: bool = False, data: Path = paths.DATA) -> pd.DataFrame:
    """Return a table with the types of its schema.

    Text is str, whole numbers are Int64, flags are boolean, and every `*_earliest` and `*_latest` is a datetime.
    The partial dates themselves stay text: the two bounds are what may be compared. Rows without a source are left
    out unless `unsourced` is set: they must not enter a result.

    Raises EvidenceError if the file is missing or a column or value is not what the schema says.
    """
    fields = schema(table)["fields"]
    resource = resources()[table]
    file = data / resource["path"]
    if not file.exists():
        raise EvidenceError(f"data/{resource['path']} is missing. `git checkout -- data` brings it back.")
    frame = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    names = [field["name"] for field in fields]
    if list(frame.columns) != names:
        raise EvidenceError(
            f"data/{resource['path']} has other columns than its schema; run `doit validate` to see which."
        )
    for field in fields:
        try:
            frame[field["name"]] = _typed(frame[field["name"]], field)
        except (ValueError, TypeError) as error:
            raise EvidenceError(f"data/{resource['path']}, column {field['name']}: {error}") from None
    return (frame if unsourced else sourced(frame)).reset_index(drop=True)


def sourced(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that name a source; a frame without a column `sources` is returned whole."""
    if "sources" not in frame:
        return frame
    kept = frame["sources"].notna()
    return frame[kept & frame["confidence"].ne("unsourced")] if "confidence" in frame else frame[kept]


def _typed(column: pd.Series, field: dict) -> pd.Series:
    empty = column.eq("")
    dtype = DTYPES[field["type"]]
    if field["type"] == "string":
        return column.mask(empty).astype(dtype)
    if field["type"] == "boolean":
        values = {"1": True, "0": False}
        return column.mask(empty).map(values).astype(dtype)
    if field["type"] == "date":
        return pd.to_datetime(column.mask(empty), format="%Y-%m-%d").astype(dtype)
    return pd.to_numeric(column.mask(empty)).astype(dtype)


def items(column: pd.Series) -> pd.Series:
    """Split a column of ";"-separated lists into one item a row, with the index of the row it came from."""
    return column.dropna().str.split(";").explode()


def write(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Write a derived table once it agrees with its schema, and return it as it will be read.

    Rows come sorted by the primary key. Raises EvidenceError, and writes nothing, if a column is missing or unknown,
    a key occurs twice, or a row names no source.
    """
    resource = resources("derived").get(table)
    if resource is None:
        raise EvidenceError(f"{table!r} is no derived table. Derived are: {', '.join(resources('derived'))}.")
    names = [field["name"] for field in resource["schema"]["fields"]]
    if set(frame.columns) != set(names):
        missing, extra = set(names) - set(frame.columns), set(frame.columns) - set(names)
        raise EvidenceError(f"{table}: columns missing {sorted(missing)}, columns unknown {sorted(extra)}.")
    frame = frame[names].sort_values(resource["schema"]["primaryKey"], kind="stable")
    content = to_csv(frame)
    faults = check_text(content, resource)
    if faults:
        raise EvidenceError("\n".join(map(str, faults)))
    paths.replace(paths.output(paths.DERIVED) / Path(resource["path"]).name, content)
    return frame.reset_index(drop=True)


def to_csv(frame: pd.DataFrame) -> str:
    """Return a frame as the CSV text of this repository: LF, ISO dates, flags 1 and 0, empty for unknown."""
    frame = frame.copy()
    for name in frame.columns:
        if pd.api.types.is_datetime64_any_dtype(frame[name]):
            frame[name] = frame[name].dt.strftime("%Y-%m-%d")
        elif pd.api.types.is_bool_dtype(frame[name]):
            frame[name] = frame[name].astype("Int64")
    return frame.to_csv(index=False, lineterminator="\n", float_format=lambda value: f"{value:.10g}")


# --------------------------------------------------------------------------------------------- sources


@cache
def _known_sources() -> pd.DataFrame:
    return load("sources").set_index("source_id")


def references(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the table `sources` that stand behind these rows, in order of publication."""
    known = _known_sources()
    used = items(rows["sources"]).unique()
    return known.loc[sorted(used)].sort_values("date_published", na_position="last", kind="stable")


def voices(source_ids: str) -> frozenset[str]:
    """Return the independent voices behind a ";"-separated list of sources.

    A source that passes on another body's statement (`relays`) counts as that body; any other counts as its publisher,
    under the body's code if the publisher is itself one whose statements others pass on (NK News is nk_news).
    """
    return frozenset(voice for source_id in source_ids.split(";") for voice in _speakers()[source_id])


@cache
def _speakers() -> dict[str, list[str]]:
    """Return the voices of every source."""
    known = _known_sources()
    codes = {_letters(code): code for code in items(known["relays"])}
    publisher = known["publisher"].map(lambda name: codes.get(_letters(name), name))
    return known["relays"].fillna(publisher).str.split(";").to_dict()


def _letters(name: str) -> str:
    """Reduce a name to the letters and digits before any bracket, comma or "via": "NK News (N. Z.)" and nk_news are one."""
    letters = re.sub(r"[^a-z0-9]", "", re.split(r"[(,/]| via ", name)[0].lower())
    return ALIASES.get(letters, letters)


def sources(rows: pd.DataFrame, limit: int = 8) -> str:
    """Return the sources of some rows as one line of Markdown links, oldest first; `limit` names and a count of the rest.

    Link texts are publisher and year. Give `limit=0` for all.
    """
    found = references(rows)
    shown = found if not limit else found.head(limit)
    links = []
    for source_id, row in shown.iterrows():
        year = f" {row['date_published'][:4]}" if pd.notna(row["date_published"]) else ", undated"
        text = f"{row['publisher']}{year}".replace("[", "(").replace("]", ")")
        links.append(f"[{text}]({row['url'].replace(')', '%29')})" if pd.notna(row["url"]) else f"{text} ({source_id})")
    rest = len(found) - len(shown)
    return "; ".join(links) + (f"; and {rest} more (`sources.csv`)" if rest else "")


def cite(rows: pd.DataFrame, limit: int = 8) -> Markdown:
    """Show the sources of some rows under a figure or a claim."""
    return Markdown(f"Sources: {sources(rows, limit)}.")


# -------------------------------------------------------------------------------------------- validate


@cache
def _iso3() -> frozenset[str]:
    listed = {c.alpha_3 for c in pycountry.countries} | {c.alpha_3 for c in pycountry.historic_countries}
    return frozenset(listed | EXTRA_ISO3)


def validate(data: Path = paths.DATA) -> list[Fault]:
    """Check every evidence table under `data` against the schema; return the faults, none if all is well.

    First the files (there, not empty, UTF-8, comma, whole), then headers, cells, keys, and references between tables.
    A byte order mark and CRLF line ends do no harm and are read.
    """
    try:
        tables = resources("evidence", data / "datapackage.json")
    except (OSError, ValueError) as error:
        return [Fault("data/datapackage.json", str(error), "a readable JSON file", mend="Take it from git.")]
    faults, texts = [], {}
    for name, resource in tables.items():
        file = data / resource["path"]
        text, found = read_text(file)
        found += check_text(text, resource) if text is not None and not found else []
        faults += found
        if not found:
            texts[name] = text
    return faults + _check_references({name: tables[name] for name in texts}, texts)


def read_text(file: Path) -> tuple[str | None, list[Fault]]:
    """Return the text of a table file and what is wrong with the file as a file."""
    name = f"data/evidence/{file.name}"
    if not file.exists():
        return None, [Fault(name, "no file", "the table", mend="`git checkout -- data/evidence` brings it back.")]
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
        return None, [Fault(name, f"byte 0x{raw[error.start]:02x}, which is not UTF-8", "UTF-8 text", row, mend=save)]
    text = text.replace("\r\n", "\n")
    if not text.endswith("\n"):
        row = text.count("\n") + 1
        return text, [Fault(name, f"an end without a line break, after {text[-30:]!r}", "whole lines", row,
                            mend="The file may be cut off: compare its end with git.")]  # fmt: skip
    return text, []


def check_text(text: str, resource: dict) -> list[Fault]:
    """Check one table, given as CSV text, against its resource: header, cells, key, partial dates, lists, codes."""
    name, spec = f"data/{resource['path']}", resource["schema"]
    rows = list(csv.reader(io.StringIO(text)))
    header, wanted = rows[0], [field["name"] for field in spec["fields"]]
    if faults := _check_header(name, header, wanted):
        return faults
    if faults := [
        Fault(name, f"{len(row)} cells", f"{len(wanted)}", number, mend="A quote or a comma is missing or too many.")
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
                Fault(name, repr(code), "an ISO 3166-1 alpha-3 code, current or withdrawn", row + 2, field["name"])
                for row, code in items(column[column.ne("")]).items()
                if len(code) == 3 and code not in _iso3()
            ]
        if allowed := field.get("itemEnum"):
            faults += [
                Fault(name, repr(code), f"items out of {', '.join(allowed)}", row + 2, field["name"])
                for row, code in items(column[column.ne("")]).items()
                if code not in allowed
            ]
    if "confidence" in header:
        faults += _check_confidence(name, frame)
    return sorted(faults, key=lambda fault: (fault.row or 0, fault.column or ""))


def _check_header(name: str, header: list[str], wanted: list[str]) -> list[Fault]:
    if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
        mark = "semicolons" if ";" in header[0] else "tabs"
        return [Fault(name, f"columns parted by {mark}", "columns parted by commas", 1,
                      mend="Save it as comma-separated.")]  # fmt: skip
    faults = [
        Fault(name, "no such column", "this column", 1, column, f"The header must read: {','.join(wanted)}")
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
    faults = {}
    for error in _report(alone, text):
        column, row = getattr(error, "field_name", None), getattr(error, "row_number", None)
        if column:
            found, expected = repr(error.cell), _expected(fields[column], error)
            faults.setdefault(
                (row, column), Fault(name, found, expected, row, column, _mend(fields[column], error.cell))
            )
        elif error.type == "primary-key":
            key = resource["schema"]["primaryKey"]
            key = [key] if isinstance(key, str) else key
            values = next(csv.DictReader(io.StringIO(",".join(fields) + "\n" + text.split("\n")[row - 1])))
            found = ", ".join(f"{part} {values[part]!r}" for part in key) + " a second time"
            faults[row, tuple(key)] = Fault(name, found, "each key once", row, ", ".join(key))
        else:
            faults[row, error.type] = Fault(name, error.note or error.type, "a row like the others", row)
    return list(faults.values())


def _report(resource: dict, text: str) -> list:
    with system.use_context(trusted=True):
        package = Package.from_descriptor({"name": "one", "resources": [{**resource, "path": "table.csv"}]})
        package.resources[0].path = None
        package.resources[0].data = text.encode()
        package.resources[0].scheme = "buffer"
        package.resources[0].format = "csv"
        return [error for task in package.validate().tasks for error in task.errors]


def _expected(field: dict, error) -> str:
    limits = field.get("constraints", {})
    if error.type == "type-error":
        form = {"date": "a date as YYYY-MM-DD", "integer": "a whole number", "boolean": "1 or 0",
                "number": "a number with a decimal point and no other mark"}  # fmt: skip
        return form.get(field["type"], f"a {field['type']}")
    if limits.get("required") and error.cell in ("", None):
        return "a value; this column may not be empty"
    if "enum" in limits:
        return f"one of {', '.join(map(str, limits['enum']))}"
    if field.get("partialDate"):
        return "a date as YYYY, YYYY-MM or YYYY-MM-DD"
    bounds = [f"at least {limits['minimum']}" if "minimum" in limits else "",
              f"at most {limits['maximum']}" if "maximum" in limits else "",
              f"the pattern {limits['pattern']}" if "pattern" in limits else ""]  # fmt: skip
    return " and ".join(filter(None, bounds)) or error.note


def _mend(field: dict, cell) -> str:
    cell = str(cell or "")
    if "/" in cell and (field["type"] == "date" or field.get("partialDate")):
        return "A spreadsheet has rewritten the date; day and month cannot be told apart, so take it from the source."
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
                faults.append(Fault(name, repr(text), f"a day of the calendar ({error})", row + 2, column))
            continue
        if not precise:
            continue
        code, ends = (
            frame.loc[row, f"{column}_precision"],
            [frame.loc[row, f"{column}_{end}"] for end in ("earliest", "latest")],
        )
        if bool(text) != bool(code):
            faults.append(Fault(name, f"date {text!r} with precision {code!r}", "both or neither", row + 2, column))
        if not text or code not in dates.PRECISIONS:
            continue
        try:
            span = dates.Span(*(dates.parse(end).earliest if end else None for end in ends))
        except ValueError as error:
            faults.append(Fault(name, str(error), "the earliest day first", row + 2, f"{column}_earliest"))
            continue
        allowed = dates.widest(text, code)
        if (allowed.latest and (span.latest is None or span.latest > allowed.latest)) or (
            allowed.earliest and (span.earliest is None or span.earliest < allowed.earliest)
        ):
            faults.append(Fault(name, f"bounds {' to '.join(end or 'open' for end in ends)}",
                                f"bounds within {text} ({code})", row + 2, f"{column}_earliest"))  # fmt: skip
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


def _check_references(tables: dict[str, dict], texts: dict[str, str]) -> list[Fault]:
    """Check that every key a table refers to exists where it should; tables already at fault are left out."""
    frames = {name: pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False) for name, text in texts.items()}
    faults = []
    for name, resource in tables.items():
        for column, targets in _links(name, resource["schema"]):
            targets = [target.split(".") for target in targets]
            if any(target not in frames for target, _ in targets):
                continue
            known = {value for target, key in targets for value in frames[target][key]}
            where = " or ".join(f"a {key} of data/{tables[target]['path']}" for target, key in targets)
            faults += _unknown(resource, frames[name][column], known, where)
        for field in resource["schema"]["fields"]:
            if field.get("listOf") == "table":
                faults += _unknown(
                    resource, frames[name][field["name"]], set(resources("evidence")), "the name of a table"
                )
    return faults


def _links(name: str, spec: dict) -> list[tuple[str, list[str]]]:
    """Return each column that refers to other tables with the columns, as table.column, it may refer to."""
    links = []
    for key in spec.get("foreignKeys", []):
        column, target = (
            part[0] if isinstance(part, list) else part for part in (key["fields"], key["reference"]["fields"])
        )
        links.append((column, [f"{key['reference']['resource'] or name}.{target}"]))
    for field in spec["fields"]:
        if "." in field.get("listOf", ""):
            links.append((field["name"], [field["listOf"]]))
        if "refersTo" in field:
            links.append((field["name"], field["refersTo"]))
    return links


def _unknown(resource: dict, cells: pd.Series, known: set, expected: str) -> list[Fault]:
    found = items(cells[cells.ne("")]).items()
    return [
        Fault(f"data/{resource['path']}", repr(item), expected, row + 2, cells.name)
        for row, item in found
        if item not in known
    ]
