"""Read the tables and their schema, and write derived ones.

data/datapackage.json is the one schema: what a column is called, holds, and may hold stands there
and nowhere else. `load_table` types a table by it, `write_table` refuses a derived table that
departs from it.
"""

import json
from functools import cache
from pathlib import Path

import pandas as pd

from derisking.core import paths
from derisking.core.cells import check_text

DTYPES = {
    "integer": "Int64",
    "number": "float64",
    "boolean": "boolean",
    "date": "datetime64[s]",
    "string": "str",
}


class EvidenceError(Exception):
    """A table cannot be used as it is; the message lists every fault, one a line."""


@cache
def read_package(file: Path = paths.PACKAGE) -> dict:
    """Return the data package descriptor as a dictionary."""
    return json.loads(file.read_text(encoding="utf-8"))


def list_tables(kind: str = "", file: Path = paths.PACKAGE) -> dict[str, dict]:
    """Return the tables of the package by name, those of one folder ("evidence", "derived") if
    asked."""
    tables = (r for r in read_package(file)["resources"] if r.get("type") == "table")
    return {r["name"]: r for r in tables if r["path"].startswith(kind)}


def read_schema(table: str) -> dict:
    """Return the table's schema. Raises EvidenceError for a name the package does not have."""
    try:
        return list_tables()[table]["schema"]
    except KeyError:
        raise EvidenceError(
            f"There is no table {table!r}. Tables are: {', '.join(list_tables())}."
        ) from None


def load_table(table: str, unsourced: bool = False, data: Path = paths.DATA) -> pd.DataFrame:
    """Return a table with the types of its schema.

    Text is str, whole numbers are Int64, flags are boolean, and every `*_earliest` and `*_latest`
    is a datetime. The partial dates themselves stay text: the two bounds are what may be compared.
    Rows without a source are left out unless `unsourced` is set: they must not enter a result.

    Raises EvidenceError if the file is missing or a column or value is not what the schema says.
    """
    fields = read_schema(table)["fields"]
    resource = list_tables()[table]
    file = data / resource["path"]
    if not file.exists():
        raise EvidenceError(
            f"data/{resource['path']} is missing. `git checkout -- data` brings it back."
        )
    frame = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    names = [field["name"] for field in fields]
    if list(frame.columns) != names:
        raise EvidenceError(
            f"data/{resource['path']} has other columns than its schema; "
            "run `doit validate` to see which."
        )
    for field in fields:
        try:
            frame[field["name"]] = _typed(frame[field["name"]], field)
        except (ValueError, TypeError) as error:
            raise EvidenceError(
                f"data/{resource['path']}, column {field['name']}: {error}"
            ) from None
    return (frame if unsourced else keep_sourced(frame)).reset_index(drop=True)


def keep_sourced(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that name a source; a frame without a column `sources` is returned whole."""
    if "sources" not in frame:
        return frame
    kept = frame["sources"].notna()
    return (
        frame[kept & frame["confidence"].ne("unsourced")] if "confidence" in frame else frame[kept]
    )


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


def write_table(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Write a derived table once it agrees with its schema, and return it as it will be read.

    Rows come sorted by the primary key. Raises EvidenceError, and writes nothing, if a column is
    missing or unknown, a key occurs twice, or a row names no source.
    """
    resource = list_tables("derived").get(table)
    if resource is None:
        raise EvidenceError(
            f"{table!r} is no derived table. Derived are: {', '.join(list_tables('derived'))}."
        )
    names = [field["name"] for field in resource["schema"]["fields"]]
    if set(frame.columns) != set(names):
        missing, extra = set(names) - set(frame.columns), set(frame.columns) - set(names)
        raise EvidenceError(
            f"{table}: columns missing {sorted(missing)}, columns unknown {sorted(extra)}."
        )
    frame = frame[names].sort_values(resource["schema"]["primaryKey"], kind="stable")
    content = format_csv(frame)
    faults = check_text(content, resource)
    if faults:
        raise EvidenceError("\n".join(map(str, faults)))
    paths.replace(paths.output(paths.DERIVED) / Path(resource["path"]).name, content)
    return frame.reset_index(drop=True)


def format_csv(frame: pd.DataFrame) -> str:
    """Return a frame as the CSV text of this repository: LF, ISO dates, flags 1 and 0, empty for
    unknown."""
    frame = frame.copy()
    for name in frame.columns:
        if pd.api.types.is_datetime64_any_dtype(frame[name]):
            frame[name] = frame[name].dt.strftime("%Y-%m-%d")
        elif pd.api.types.is_bool_dtype(frame[name]):
            frame[name] = frame[name].astype("Int64")
    return frame.to_csv(
        index=False, lineterminator="\n", float_format=lambda value: f"{value:.10g}"
    )
