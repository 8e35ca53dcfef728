"""The SQL file and the archive: complete, commented, and the same bytes each time."""

import sqlite3
import zipfile

import pytest

from derisking.build import export
from derisking.core import paths, tables


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("export")
    for number in (1, 2):
        export.database(folder / f"{number}.sqlite")
        export.archive(folder / f"{number}.zip")
    return folder


@pytest.mark.parametrize("kind", ["sqlite", "zip"])
def test_twice_the_same_bytes(made, kind):
    assert (made / f"1.{kind}").read_bytes() == (made / f"2.{kind}").read_bytes()


@pytest.mark.parametrize("table", tables.list_tables())
def test_every_table_is_whole_and_every_column_explained(made, table):
    with sqlite3.connect(made / "1.sqlite") as connection:
        (number,) = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()
        (create,) = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = ?", (table,)
        ).fetchone()
    assert number == len(tables.load_table(table, unsourced=True))
    for field in tables.read_schema(table)["fields"]:
        assert " ".join(field["description"].split())[:40] in create


def test_keys_are_enforced(made, tmp_path):
    copy = tmp_path / "copy.sqlite"
    copy.write_bytes((made / "1.sqlite").read_bytes())
    with sqlite3.connect(copy) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute("INSERT INTO claims SELECT * FROM claims LIMIT 1")
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute("INSERT INTO row_sources VALUES ('claims', 1, 'nowhere-1999')")


def test_a_question_across_tables_is_answered(made):
    """How many posts in the list of January 2024 rest on the ministry alone?"""
    query = """SELECT count(DISTINCT l.mission_id) FROM closure_lists l
               JOIN row_sources r ON r.table_name = 'closure_lists' AND r.row_id = l.rowid
               JOIN sources s USING (source_id)
               WHERE l.list_id = 'rok_2024_01_30' AND s.relays = 'rok_mofa'"""
    with sqlite3.connect(made / "1.sqlite") as connection:
        assert connection.execute(query).fetchone() == (9,)


def test_the_archive_holds_the_package_whole(made):
    with zipfile.ZipFile(made / "1.zip") as bundle:
        names = {name.removeprefix(f"{export.NAME}/") for name in bundle.namelist()}
        assert {resource["path"] for resource in tables.read_package()["resources"]} | {
            "datapackage.json",
            "README.md",
            "claims.md",
        } <= names
        assert bundle.read(f"{export.NAME}/datapackage.json") == paths.PACKAGE.read_bytes()
