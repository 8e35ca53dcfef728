"""The tables for other programs: an archive of the data package, SQLite, Stata and Parquet.

    python -m derisking.build.export        writes to dist/

- `derisking-evidence.zip`: the package with datapackage.json at its root, pages, references and a
  reader for R. Only files that the package knows go in.
- `derisking-evidence.sqlite`: every table with types, keys and comments (`.schema missions` says
  what a column means); `posts` with one row a post, which spells, lists and statements refer to;
  `row_sources`, the sources of each row one by one; the views `closures` and `open_october_2023`;
  and `search`, a full-text index without regard to accents.
- `stata/` and `parquet/`: a file a table. Stata shows what each column is; dates are dates.

All are the same bytes each time they are made, and all appear together or not at all.
"""

import csv
import re
import shutil
import sqlite3
import sys
import tempfile
import zipfile
from pathlib import Path

import duckdb
import pandas as pd

from derisking.build import find
from derisking.core import paths, tables
from derisking.core.citation import Citation, read_citation

NAME = "derisking-evidence"
TYPES = {
    "string": ("TEXT", "VARCHAR"),
    "integer": ("INTEGER", "BIGINT"),
    "number": ("REAL", "DOUBLE"),
    "boolean": ("INTEGER", "BOOLEAN"),
    "date": ("TEXT", "DATE"),
}
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip archive can hold
# what the archive holds besides the resources of the package; the front page is not the codebook
PAGES = ["README.md", "claims.md", "countries.md", "read.R", "references"]
ABOUT = ["LICENSE-DATA", "CITATION.cff", "CHANGELOG.md"]
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\((?!https?://|mailto:|#)([^)\s]+)\)")
POST = ["iso3", "host", "city", "lat", "lon", "region", "mission_type"]
STATA_LABEL, STATA_NAME, STATA_TEXT = 80, 32, 2045  # longest label, name and plain text

VIEWS = """
CREATE VIEW open_october_2023 AS -- the 53 posts of October 2023, with the spell open then
  SELECT * FROM missions WHERE in_rok_53 = 1;
CREATE VIEW closures AS -- posts of October 2023 that a list seen in full names as closed, and when
  SELECT m.*, s.closed, s.closed_precision, s.closed_earliest, s.closed_latest
  FROM closure_matrix m JOIN open_october_2023 s USING (mission_id)
  WHERE m.lists_naming > 0;
"""


# ------------------------------------------------------------------------------------------- SQLite


def write_sqlite(file: Path) -> None:
    """Write every table of the package to an SQLite file. Raises sqlite3.IntegrityError if a key
    does not hold."""
    found_tables = tables.list_tables()
    connection = sqlite3.connect(file)
    try:
        # tables come in the order of the package; keys are checked below
        connection.execute("PRAGMA foreign_keys = OFF")
        _write_posts(connection)
        for name, resource in found_tables.items():
            connection.execute(_create(name, resource, found_tables))
            connection.executemany(*_insert(name, resource))
        connection.execute(
            "CREATE TABLE row_sources (\n  table_name TEXT NOT NULL, -- table of the row\n"
            "  row_id INTEGER NOT NULL, -- its rowid there\n"
            "  source_id TEXT NOT NULL REFERENCES sources (source_id),\n"
            "  PRIMARY KEY (table_name, row_id, source_id)\n) WITHOUT ROWID"
        )
        for name, resource in found_tables.items():
            if any(field["name"] == "sources" for field in resource["schema"]["fields"]):
                _link_sources(connection, name)
        connection.executescript(VIEWS)
        find.write_index(connection, list(tables.list_tables("evidence")))
        broken = connection.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise sqlite3.IntegrityError(f"rows that refer to nothing: {broken[:5]}")
        connection.commit()
    finally:
        connection.close()


def _write_posts(connection: sqlite3.Connection) -> None:
    """Write one row a post: what its last spell says of place and kind."""
    fields = {field["name"]: field for field in tables.read_schema("missions")["fields"]}
    lines = ["  mission_id TEXT NOT NULL PRIMARY KEY /* stable key of a post, all spells */"]
    lines += [
        f"  {name} {TYPES[fields[name]['type']][0]} /* {_flatten(fields[name])} */" for name in POST
    ]
    body = ",\n".join(lines)
    connection.execute(f"CREATE TABLE posts ( /* Posts, as their last spell has them */\n{body}\n)")
    spells = tables.load_table("missions", unsourced=True).sort_values("spell", kind="stable")
    last = spells.drop_duplicates("mission_id", keep="last").sort_values("mission_id")
    rows = last[["mission_id", *POST]].astype(object).where(last.notna(), None).to_numpy().tolist()
    connection.executemany(f"INSERT INTO posts VALUES (?{', ?' * len(POST)})", rows)


def _link_sources(connection: sqlite3.Connection, name: str) -> None:
    rows = connection.execute(f'SELECT rowid, sources FROM "{name}" WHERE sources IS NOT NULL')
    links = {(name, row, source): None for row, cell in rows for source in cell.split(";")}
    connection.executemany("INSERT INTO row_sources VALUES (?, ?, ?)", list(links))


def _primary_key(resource: dict) -> list[str]:
    key = resource["schema"]["primaryKey"]
    return [key] if isinstance(key, str) else key


def _flatten(field: dict) -> str:
    """Return description and unit of a column as one line of comment."""
    unit = f" [{field['unit']}]" if field.get("unit") else ""
    return f"{' '.join(field['description'].split())}{unit}".replace("*/", "")


def _create(name: str, resource: dict, found_tables: dict) -> str:
    """Return the CREATE TABLE statement of one table, with a comment a column."""
    lines = []
    for field in resource["schema"]["fields"]:
        required = " NOT NULL" if field.get("constraints", {}).get("required") else ""
        lines.append((f'"{field["name"]}" {TYPES[field["type"]][0]}{required}', _flatten(field)))
    lines.append((f"PRIMARY KEY ({', '.join(_primary_key(resource))})", "key"))
    links = resource["schema"].get("foreignKeys", [])
    if name == "missions":
        links = [*links, {"fields": "mission_id", "reference": {"resource": "posts"}}]
    for link in links:
        target = link["reference"]["resource"] or name
        columns, keys = (
            [part] if isinstance(part, str) else part
            for part in (link["fields"], link["reference"].get("fields", ["mission_id"]))
        )
        if target == "missions" and keys == ["mission_id"]:
            target = "posts"  # SQLite wants a whole key, and a post may have several spells
        if target == "posts" or keys == _primary_key(found_tables[target]):
            code = f'FOREIGN KEY ({", ".join(columns)}) REFERENCES "{target}" ({", ".join(keys)})'
            lines.append((code, "reference"))
    body = ",\n".join(f"  {code} /* {about} */" for code, about in lines)
    return f'CREATE TABLE "{name}" ( /* {resource["title"]} */\n{body}\n)'


def _insert(name: str, resource: dict) -> tuple[str, list]:
    cast = {"integer": int, "number": float, "boolean": int}
    fields = resource["schema"]["fields"]
    with (paths.DATA / resource["path"]).open(encoding="utf-8-sig", newline="") as file:
        rows = [
            tuple(
                None if cell == "" else cast.get(field["type"], str)(cell)
                for field, cell in zip(fields, row, strict=True)
            )
            for row in list(csv.reader(file))[1:]
        ]
    return f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(fields))})', rows


# ------------------------------------------------------------------------------------------ archive


def write_archive(file: Path) -> None:
    """Write the data package with its pages, licence and citation to a zip archive.

    A link to a page that stays outside leads to the address of the repository, or, while there is
    none, becomes plain text.
    """
    told = read_citation()
    members = list_members()
    with zipfile.ZipFile(file, "w") as bundle:
        for inside, member in members.items():
            content = member.read_bytes()
            if member.suffix == ".md":
                content = _mend_links(content.decode(), member, members, told).encode()
            entry = zipfile.ZipInfo(inside, LONG_AGO)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            bundle.writestr(entry, content)


def list_members() -> dict[str, Path]:
    """Return the files of the archive by their name in it: those that the package knows."""
    data = [
        "datapackage.json",
        *(resource["path"] for resource in tables.read_package()["resources"]),
    ]
    for name in PAGES:
        page = paths.DATA / name
        inner = sorted(page.iterdir()) if page.is_dir() else [page] if page.exists() else []
        data += [part.relative_to(paths.DATA).as_posix() for part in inner]
    members = {name: paths.DATA / name for name in data}
    return members | {name: paths.ROOT / name for name in ABOUT}


def _mend_links(text: str, page: Path, members: dict[str, Path], told: Citation) -> str:
    inside = {member.resolve(): name for name, member in members.items()}

    def mend(match: re.Match) -> str:
        path, mark, anchor = match[3].partition("#")
        target = (page.parent / path).resolve()
        if target in inside:  # all pages lie at the root
            return f"{match[1]}[{match[2]}]({inside[target]}{mark}{anchor})"
        if not told.has_address:
            return match[2]
        view = "raw" if match[1] else "blob"
        outside = target.relative_to(paths.ROOT).as_posix()
        return (
            f"{match[1]}[{match[2]}]({told.address}/{view}/v{told.version}/{outside}{mark}{anchor})"
        )

    return LINK.sub(mend, text)


# -------------------------------------------------------------------------------- Stata and Parquet


def write_stata(folder: Path) -> None:
    """Write every table as a .dta file: labels say what a column is, flags are 0 and 1, dates are
    dates. Names longer than Stata allows are cut."""
    folder.mkdir()
    released = pd.Timestamp(read_citation().released).to_pydatetime()
    for name, resource in tables.list_tables().items():
        fields = resource["schema"]["fields"]
        frame = pd.DataFrame(
            {
                field["name"][:STATA_NAME]: _for_stata(column, field["type"])
                for field, (_, column) in zip(
                    fields, tables.load_table(name, unsourced=True).items(), strict=True
                )
            }
        )
        texts = frame.select_dtypes(object)
        frame.to_stata(
            folder / f"{name}.dta",
            write_index=False,
            version=118,
            time_stamp=released,
            data_label=resource["title"][:STATA_LABEL],
            variable_labels={
                field["name"][:STATA_NAME]: _cut_label(field["title"]) for field in fields
            },
            convert_dates={
                field["name"][:STATA_NAME]: "td" for field in fields if field["type"] == "date"
            },
            convert_strl=[
                column
                for column in texts
                if max(len(text.encode()) for text in texts[column]) > STATA_TEXT
            ],
        )


def _for_stata(column: pd.Series, kind: str) -> pd.Series:
    if kind == "string":
        return column.astype(object).where(column.notna(), "")
    return column if kind == "date" else column.astype("float64")


def _cut_label(text: str) -> str:
    return text if len(text) <= STATA_LABEL else f"{text[: STATA_LABEL - 1]}…"


def write_parquet(folder: Path) -> None:
    """Write every table as a Parquet file with the types of its schema."""
    folder.mkdir()
    with duckdb.connect() as connection:
        for name, resource in tables.list_tables().items():
            fields = resource["schema"]["fields"]
            columns = ", ".join(
                f"'{field['name']}': '{TYPES[field['type']][1]}'" for field in fields
            )
            connection.execute(
                f"COPY (SELECT * FROM read_csv(?, header = true, nullstr = '', "
                f"columns = {{{columns}}})) TO '{(folder / f'{name}.parquet').as_posix()}' "
                "(FORMAT parquet)",
                [(paths.DATA / resource["path"]).as_posix()],
            )


MAKERS = {
    f"{NAME}.zip": write_archive,
    f"{NAME}.sqlite": write_sqlite,
    "stata": write_stata,
    "parquet": write_parquet,
}


def write_all(folder: Path) -> list[Path]:
    """Write everything aside, then put it into `folder`, in place of what was there."""
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".") as aside:
        for name, make in MAKERS.items():
            make(Path(aside) / name)
        for name in MAKERS:
            if (folder / name).is_dir():
                shutil.rmtree(folder / name)
            (Path(aside) / name).replace(folder / name)
    return [folder / name for name in MAKERS]


def main() -> int:
    """Write all to dist/ and say what is there."""
    for made in write_all(paths.ROOT / "dist"):
        files = sorted(made.iterdir()) if made.is_dir() else [made]
        size = sum(file.stat().st_size for file in files) / 1e6
        what = f"{len(files)} files, " if made.is_dir() else ""
        print(f"dist/{made.name}: {what}{size:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
