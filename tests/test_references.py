"""References: every source once in each format, our titles in brackets, nothing that breaks a
reader."""

import json
import re
import shutil
import subprocess

import pytest

from derisking.build import pages, references
from derisking.core import tables
from derisking.core.citation import Citation, read_citation

KNOWN = tables.load_table("sources").set_index("source_id")
FILES = {
    kind: (references.FOLDER / f"sources.{kind}").read_text(encoding="utf-8")
    for kind in ("bib", "ris", "json")
}


def test_every_source_is_in_every_format_once():
    wanted = sorted(KNOWN.index)
    assert sorted(item["id"] for item in json.loads(FILES["json"])) == wanted
    assert sorted(re.findall(r"^@misc\{(.+),$", FILES["bib"], re.MULTILINE)) == wanted
    assert sorted(re.findall(r"^ID  - (.+)$", FILES["ris"], re.MULTILINE)) == wanted


def test_our_descriptions_stand_in_brackets_and_titles_do_not():
    for item in json.loads(FILES["json"]):
        ours = KNOWN.loc[item["id"], "title_is_ours"]
        assert item["title"].endswith(f"[{KNOWN.loc[item['id'], 'title']}]") == ours


def test_braces_of_bibtex_match_and_specials_are_escaped():
    assert FILES["bib"].count("{") == FILES["bib"].count("}")
    for line in re.findall(r"^  (?:title|howpublished|author) = .*$", FILES["bib"], re.MULTILINE):
        assert not re.search(r"(?<!\\)[&%$#_]", line), line


SOURCE = {
    "source_id": "x-2024",
    "publisher": "Daily & Co",
    "title": "On 50%",
    "title_is_ours": True,
    "kind": "press",
    "language": "ko",
}


def test_a_partial_date_stays_partial_and_a_missing_one_is_left_out():
    assert "issued" not in references.describe_source(SOURCE)
    item = references.describe_source(SOURCE | {"date_published": "2024-03"})
    assert item["issued"] == {"date-parts": [[2024, 3]]}
    assert "month = mar," in references.format_bibtex(item)
    assert "day" not in references.format_bibtex(item)
    assert "DA  - 2024/03\n" in references.format_ris(item)


def test_authors_are_told_from_other_brackets():
    for publisher, people in {
        "38 North (A. Abrahamian, C. Melvin)": ["Abrahamian", "Melvin"],
        "Institute (R. W. van der Berg)": ["van der Berg"],
        "KBS World (Spanish)": [],
        "Nippon.com (Kyodo)": [],
    }.items():
        item = references.describe_source(SOURCE | {"publisher": publisher})
        assert [name["family"] for name in item.get("author", [])] == people
        assert item["container-title"] == (publisher.split(" (")[0] if people else publisher)


FULL = SOURCE | {
    "author": "Kim, Yong;홍길동",
    "original_title": "제목",
    "accessed": "2026-08-01",
    "archived": "https://web.archive.org/web/1/https://x.test/",
}


def test_own_title_author_day_of_reading_and_archive_reach_every_format():
    item = references.describe_source(FULL)
    assert item["title"] == "제목 [On 50%]"
    assert item["author"] == [{"family": "Kim", "given": "Yong"}, {"literal": "홍길동"}]
    assert item["accessed"] == {"date-parts": [[2026, 8, 1]]}
    assert item["archive"] == "Internet Archive" and item["archive_location"] == FULL["archived"]
    bibtex, ris = references.format_bibtex(item), references.format_ris(item)
    assert "title = {{제목 [On 50\\%]}}" in bibtex and "urldate = {2026-08-01}" in bibtex
    assert "author = {Kim, Yong and {홍길동}}" in bibtex and "key =" not in bibtex
    assert f"note = {{Internet Archive: \\url{{{FULL['archived']}}}}}" in bibtex
    for line in (
        "AU  - Kim, Yong",
        "AU  - 홍길동",
        "Y2  - 2026/08/01",
        f"AV  - {FULL['archived']}",
    ):
        assert f"\n{line}\n" in ris


def test_a_reference_without_author_can_be_sorted_and_straight_quotes_open():
    item = references.describe_source(SOURCE | {"title": 'He said "no"', "title_is_ours": False})
    bibtex = references.format_bibtex(item)
    assert "key = {Daily \\& Co}" in bibtex and "{{He said ``no''}}" in bibtex


def test_the_codebook_tells_how_far_the_references_are_filled():
    filled = references.count_filled()
    behind = filled.loc["the closures of 2023"]
    assert 90 <= behind["sources"] < filled.loc["all tables", "sources"] == len(KNOWN)
    assert behind["own title"] >= 44 and behind["day of reading"] >= 66  # no row loses one unseen
    own = KNOWN["original_title"].notna() | ~KNOWN["title_is_ours"]
    assert filled.loc["all tables", "own title"] == own.sum()
    page = pages.codebook()
    cells = " | ".join(str(number) for number in behind)
    assert f"| the closures of 2023 | {cells} |" in page


@pytest.mark.skipif(not shutil.which("pandoc"), reason="pandoc is not installed")
@pytest.mark.parametrize(
    "kind, reader", [("bib", "bibtex"), ("bib", "biblatex"), ("json", "csljson")]
)
def test_pandoc_reads_every_reference_without_a_warning(kind, reader):
    file = references.FOLDER / f"sources.{kind}"
    told = subprocess.run(
        ["pandoc", "--from", reader, "--to", "csljson", file], capture_output=True, check=True
    )
    assert not told.stderr
    read = json.loads(told.stdout)
    assert {item["id"] for item in read} == set(KNOWN.index) and len(read) == len(KNOWN)


@pytest.mark.parametrize("address", ["https://example.org/x", "https://code.test/a/b"])
def test_zenodo_learns_the_address_only_when_there_is_one(address):
    told = read_citation()
    told = Citation(**{**told.__dict__, "address": address})
    assert (address in references.write_zenodo(told)) == told.has_address
