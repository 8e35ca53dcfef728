"""The exports: complete, explained, the same bytes each time, and never left half made."""

import shutil
import sqlite3
import subprocess
import zipfile

import duckdb
import pandas as pd
import pytest
from frictionless import Package

from derisking.build import export
from derisking.core import paths, tables


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("export")
    for number in (1, 2):
        for name, make in export.MAKERS.items():
            make(folder / f"{number}-{name}")
    return folder


SQLITE, ZIP = f"1-{export.NAME}.sqlite", f"1-{export.NAME}.zip"


@pytest.mark.parametrize("name", export.MAKERS)
def test_twice_the_same_bytes(made, name):
    one, two = made / f"1-{name}", made / f"2-{name}"
    files = sorted(one.iterdir()) if one.is_dir() else [one]
    for file in files:
        again = two / file.name if one.is_dir() else two
        assert file.read_bytes() == again.read_bytes(), file.name
    assert len(files) == (len(tables.list_tables()) if one.is_dir() else 1)


@pytest.mark.parametrize("table", tables.list_tables())
def test_every_table_is_whole_and_every_column_explained(made, table):
    with sqlite3.connect(made / SQLITE) as connection:
        (number,) = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()
        (create,) = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = ?", (table,)
        ).fetchone()
    assert number == len(tables.load_table(table, unsourced=True))
    for field in tables.read_schema(table)["fields"]:
        assert " ".join(field["description"].split())[:40] in create


def test_keys_are_enforced(made, tmp_path):
    copy = tmp_path / "copy.sqlite"
    copy.write_bytes((made / SQLITE).read_bytes())
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
    with sqlite3.connect(made / SQLITE) as connection:
        assert connection.execute(query).fetchone() == (9,)


def test_lists_statements_and_traits_refer_to_posts(made):
    with sqlite3.connect(made / SQLITE) as connection:
        for table in ("missions", "closure_lists", "closures_2023", "host_traits"):
            links = connection.execute(f"PRAGMA foreign_key_list({table})").fetchall()
            assert ("posts", "mission_id", "mission_id") in {link[2:5] for link in links}
        posts = connection.execute("SELECT count(*) FROM posts").fetchone()
    assert posts == (tables.load_table("missions", unsourced=True)["mission_id"].nunique(),)


def test_the_views_give_what_most_people_come_for(made):
    matrix = tables.load_table("closure_matrix")
    with sqlite3.connect(made / SQLITE) as connection:
        closed = connection.execute("SELECT mission_id, closed_latest FROM closures").fetchall()
        still = connection.execute("SELECT count(*) FROM open_october_2023").fetchone()
    assert {post for post, _ in closed} == set(
        matrix.loc[matrix["lists_naming"].gt(0), "mission_id"]
    )
    assert still == (53,)


def test_full_text_search_folds_accents(made):
    query = "SELECT count(*) FROM search WHERE search MATCH ?"
    with sqlite3.connect(made / SQLITE) as connection:
        found = [connection.execute(query, (word,)).fetchone() for word in ("conakry", "Cónakry")]
    assert found[0] == found[1] > (0,)


def test_a_source_named_twice_in_a_cell_counts_once(made, monkeypatch, tmp_path):
    evidence = tmp_path / "data"
    shutil.copytree(paths.DATA, evidence, ignore=shutil.ignore_patterns("*.xlsx"))
    file = evidence / "evidence" / "closures_2023.csv"
    text = file.read_text(encoding="utf-8")
    once = "angop-2023-10-25-luanda-closure;cmjornal"
    assert once in text
    twice = f"angop-2023-10-25-luanda-closure;{once}"
    file.write_text(text.replace(once, twice, 1), encoding="utf-8")
    monkeypatch.setattr(paths, "DATA", evidence)
    export.write_sqlite(tmp_path / "x.sqlite")
    count = "SELECT count(*) FROM row_sources"
    with sqlite3.connect(tmp_path / "x.sqlite") as mine, sqlite3.connect(made / SQLITE) as theirs:
        assert mine.execute(count).fetchone() == theirs.execute(count).fetchone()


def test_a_file_that_the_package_does_not_know_stays_out(monkeypatch, tmp_path):
    for name in ("evidence", "derived"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "stray.csv").touch()
    monkeypatch.setattr(paths, "DATA", tmp_path)
    monkeypatch.setattr(paths, "EVIDENCE", tmp_path / "evidence")
    monkeypatch.setattr(paths, "DERIVED", tmp_path / "derived")
    assert not [name for name in export.list_members() if "stray" in name]


def test_the_archive_is_a_valid_package_and_holds_it_whole(made):
    report = Package(str(made / ZIP)).validate()
    assert report.valid, report.flatten(["title", "fieldName", "note"])[:5]
    with zipfile.ZipFile(made / ZIP) as bundle:
        names = set(bundle.namelist())
        assert {resource["path"] for resource in tables.read_package()["resources"]} < names
        assert {"datapackage.json", "README.md", "claims.md", "read.R"} < names
        assert bundle.read("datapackage.json") == paths.PACKAGE.read_bytes()


def test_links_within_the_archive_lead_somewhere(made):
    with zipfile.ZipFile(made / ZIP) as bundle:
        names = set(bundle.namelist())
        for page in (name for name in names if name.endswith(".md")):
            text = bundle.read(page).decode()
            for _, _, target in export.LINK.findall(text):
                assert target.partition("#")[0] in names, f"{page}: {target}"


def test_links_that_leave_the_archive_go_to_the_address_once_there_is_one():
    members = export.list_members()
    page, text = paths.DATA / "README.md", "[a](evidence/claims.csv) [b](../figures/x.png#y)"
    told = export.read_citation()
    assert export._mend_links(text, page, members, told) == "[a](evidence/claims.csv) b"
    told = type(told)(**{**told.__dict__, "address": "https://code.test/x"})
    assert export._mend_links(text, page, members, told).endswith(
        f"[b](https://code.test/x/blob/v{told.version}/figures/x.png#y)"
    )


@pytest.mark.parametrize("table", tables.list_tables())
def test_stata_and_parquet_hold_the_same_cells(made, table):
    whole = tables.load_table(table, unsourced=True)
    with pd.io.stata.StataReader(made / "1-stata" / f"{table}.dta") as reader:
        labels, stata = reader.variable_labels(), reader.read()
    assert all(labels.values()) and len(labels) == whole.shape[1]
    where = (made / "1-parquet" / f"{table}.parquet").as_posix()
    parquet = duckdb.sql(f"SELECT * FROM '{where}'").fetchall()
    assert len(stata) == len(parquet) == len(whole)
    for place, field in enumerate(tables.read_schema(table)["fields"]):
        ours = whole.iloc[:, place]
        empty = ours.isna().to_numpy()
        theirs = stata.iloc[:, place]
        assert [row[place] is None for row in parquet] == empty.tolist(), field["name"]
        if field["type"] == "string":
            assert theirs.where(theirs.ne("")).dropna().tolist() == ours.dropna().tolist()
        elif field["type"] == "date":
            assert theirs.dropna().dt.date.tolist() == ours.dropna().dt.date.tolist()
            assert [row[place] for row in parquet if row[place]] == ours.dropna().dt.date.tolist()
        else:
            assert theirs.dropna().astype(float).tolist() == ours.dropna().astype(float).tolist()


def test_what_fails_leaves_nothing_behind(monkeypatch, tmp_path):
    (tmp_path / f"{export.NAME}.zip").write_text("old")

    def fail(file):
        file.write_text("half")
        raise OSError("no space")

    monkeypatch.setattr(export, "MAKERS", {f"{export.NAME}.zip": fail})
    with pytest.raises(OSError, match="no space"):
        export.write_all(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == [f"{export.NAME}.zip"]
    assert (tmp_path / f"{export.NAME}.zip").read_text() == "old"


def test_everything_takes_the_place_of_what_was_there_and_is_told(monkeypatch, tmp_path, capsys):
    def make_folder(folder):
        folder.mkdir()
        for name in ("a.dta", "b.dta"):
            (folder / name).write_bytes(b"x" * 300_000)

    makers = {"x.zip": lambda file: file.write_bytes(b"x" * 1_200_000), "stata": make_folder}
    monkeypatch.setattr(export, "MAKERS", makers)
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    (tmp_path / "dist" / "stata").mkdir(parents=True)
    (tmp_path / "dist" / "stata" / "old.dta").write_text("old")
    (tmp_path / "dist" / "mine.txt").write_text("mine")
    assert export.main() == 0
    told = "dist/x.zip: 1.2 MB\ndist/stata: 2 files, 0.6 MB\n"
    assert capsys.readouterr().out == told
    found = {file.relative_to(tmp_path / "dist").as_posix() for file in tmp_path.rglob("*.*")}
    assert found == {"x.zip", "stata/a.dta", "stata/b.dta", "mine.txt"}


def test_a_row_that_refers_to_nothing_is_refused(monkeypatch, tmp_path):
    insert = export._insert

    def change(name, resource):
        code, rows = insert(name, resource)
        if name == "closure_lists":
            rows[0] = (rows[0][0], "AGO-nowhere", *rows[0][2:])
        return code, rows

    monkeypatch.setattr(export, "_insert", change)
    monkeypatch.setattr(export.find, "write_index", lambda connection, names: None)
    with pytest.raises(sqlite3.IntegrityError, match="refer to nothing: .*closure_lists.*posts"):
        export.write_sqlite(tmp_path / "x.sqlite")


def test_a_reference_to_a_part_of_a_key_is_left_out_for_sqlite_wants_a_whole_one():
    def describe(*key):
        fields = [{"name": name, "type": "string", "description": "x"} for name in ("k", "n")]
        return {"title": "T", "schema": {"fields": fields, "primaryKey": list(key)}}

    known = {"whole": describe("k"), "part": describe("k", "n")}
    own = describe("n")
    own["schema"]["foreignKeys"] = [
        {"fields": "k", "reference": {"resource": name, "fields": "k"}} for name in known
    ]
    code = export._create("own", own, known)
    assert 'FOREIGN KEY (k) REFERENCES "whole" (k)' in code and '"part"' not in code


def has_r():
    if not shutil.which("Rscript"):
        return False
    asked = subprocess.run(["Rscript", "-e", "library(jsonlite)"], capture_output=True)
    return asked.returncode == 0


@pytest.mark.skipif(not has_r(), reason="R with jsonlite is not installed")
def test_r_reads_every_table_as_python_does():
    names = list(tables.list_tables())
    code = (
        'source("data/read.R"); for (name in commandArgs(TRUE)) {'
        "t <- read_evidence(name); cat(name, nrow(t), sum(is.na(t)), "
        'sum(sapply(t, inherits, "Date")), sum(lengths(lapply(t, attr, "label"))), "\n") }'
    )
    told = subprocess.run(
        ["Rscript", "-e", code, *names], cwd=paths.ROOT, capture_output=True, text=True
    )
    assert told.returncode == 0, told.stderr
    for line in told.stdout.splitlines():
        name, rows, empty, dates, labels = line.split()
        frame = tables.load_table(name)
        days = [kind.startswith("datetime") for kind in frame.dtypes.astype(str)]
        assert (int(rows), int(empty), int(dates), int(labels)) == (
            len(frame),
            int(frame.isna().sum().sum()),
            sum(days),
            frame.shape[1],
        ), name
    assert len(told.stdout.splitlines()) == len(names)
