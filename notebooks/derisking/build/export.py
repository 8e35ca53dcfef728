"""One file for SQL users and one archive of the data package.

    python -m derisking.build.export        writes derisking-evidence.sqlite and .zip to dist/

The database has every table with its types, keys and comments (`.schema missions` shows what each
column means), and a table `row_sources` that gives each row's sources one by one. Both files are
the same bytes each time they are made.
"""

import csv
import sqlite3
import sys
import zipfile
from pathlib import Path

from derisking.core import paths, tables

NAME = "derisking-evidence"
TYPES = {
    "string": "TEXT",
    "integer": "INTEGER",
    "number": "REAL",
    "boolean": "INTEGER",
    "date": "TEXT",
}
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip archive can hold


def database(file: Path) -> None:
    """Write every table of the package to an SQLite file. Raises sqlite3.IntegrityError if a key
    does not hold."""
    file.unlink(missing_ok=True)
    found_tables = tables.list_tables()
    with sqlite3.connect(file) as connection:
        connection.execute(
            "PRAGMA foreign_keys = OFF"
        )  # tables come in alphabetical order; checked below
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
                rows = connection.execute(
                    f'SELECT rowid, sources FROM "{name}" WHERE sources IS NOT NULL'
                ).fetchall()
                links = [(name, row, source) for row, cell in rows for source in cell.split(";")]
                connection.executemany("INSERT INTO row_sources VALUES (?, ?, ?)", links)
        broken = connection.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise sqlite3.IntegrityError(f"rows that refer to nothing: {broken[:5]}")
    connection.close()


def _primary_key(resource: dict) -> list[str]:
    key = resource["schema"]["primaryKey"]
    return [key] if isinstance(key, str) else key


def _create(name: str, resource: dict, found_tables: dict) -> str:
    """Return the CREATE TABLE statement of one table, with a comment a column."""
    lines = []
    for field in resource["schema"]["fields"]:
        required = " NOT NULL" if field.get("constraints", {}).get("required") else ""
        unit = f" [{field['unit']}]" if field.get("unit") else ""
        about = " ".join(field["description"].split())
        lines.append((f'"{field["name"]}" {TYPES[field["type"]]}{required}', f"{about}{unit}"))
    lines.append((f"PRIMARY KEY ({', '.join(_primary_key(resource))})", "key"))
    for link in resource["schema"].get("foreignKeys", []):
        target = link["reference"]["resource"] or name
        columns, keys = (
            [part] if isinstance(part, str) else part
            for part in (link["fields"], link["reference"]["fields"])
        )
        if keys == _primary_key(
            found_tables[target]
        ):  # SQLite wants a whole key; missions, for one, has several spells a post
            lines.append(
                (
                    f'FOREIGN KEY ({", ".join(columns)}) REFERENCES "{target}" ({", ".join(keys)})',
                    "reference",
                )
            )
    body = ",\n".join(f"  {code} /* {about.replace('*/', '')} */" for code, about in lines)
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


def archive(file: Path) -> None:
    """Write the data package, its codebook, licence and citation to a zip archive."""
    members = [
        paths.PACKAGE,
        paths.DATA / "README.md",
        paths.DATA / "claims.md",
        paths.ROOT / "LICENSE-DATA",
        paths.ROOT / "CITATION.cff",
        paths.ROOT / "CHANGELOG.md",
        *sorted(paths.EVIDENCE.iterdir()),
        *sorted(paths.DERIVED.iterdir()),
    ]
    with zipfile.ZipFile(file, "w") as bundle:
        for member in members:
            inside = (
                member.relative_to(paths.DATA)
                if member.is_relative_to(paths.DATA)
                else Path(member.name)
            )
            entry = zipfile.ZipInfo(f"{NAME}/{inside.as_posix()}", LONG_AGO)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            bundle.writestr(entry, member.read_bytes())


def main() -> int:
    """Write both files to dist/."""
    folder = paths.ROOT / "dist"
    folder.mkdir(exist_ok=True)
    for make, suffix in ((database, "sqlite"), (archive, "zip")):
        target = folder / f"{NAME}.{suffix}"
        aside = target.with_suffix(f".{suffix}.part")
        make(aside)
        aside.replace(target)
        print(f"dist/{target.name}: {target.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
