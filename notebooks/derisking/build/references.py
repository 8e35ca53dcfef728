"""References for other people's programs: this work, and every source of its tables.

BibTeX and RIS are read by every reference manager, CSL-JSON by Zotero and pandoc. A title in square
brackets is our description of a source, not its own title.
"""

import json
import re
from pathlib import Path

import pandas as pd

from derisking.core import paths, tables
from derisking.core.cells import split_items
from derisking.core.citation import Citation, read_citation

ARTICLE = "https://www.38north.org/2023/12/north-koreas-de-risking-strategy-and-its-implications/"
FOLDER = paths.DATA / "references"
# Kind of source: type in CSL, type in RIS. What is not listed is a web page.
TYPES = {
    "press": ("article-newspaper", "NEWS"),
    "news_agency": ("article-newspaper", "NEWS"),
    "blog": ("post-weblog", "BLOG"),
    "database": ("dataset", "DATA"),
    "encyclopedia": ("entry-encyclopedia", "ENCYC"),
}
# "38 North (A. Abrahamian, C. Melvin)": a bracket names authors where every name has initials
PERSON = r"(?:[A-Z]\.[ -]?)+ ?(?:(?:de|van|von|der) )*[A-Z][\w’'-]+"
AUTHORS = re.compile(rf" \(({PERSON}(?:(?:, | and ){PERSON})*)\)$")
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
BIBTEX_SPECIAL = re.compile(r"([&%$#_])")
QUOTED = re.compile(r'"([^"]*)"')


def write_zenodo(told: Citation) -> str:
    """Return `.zenodo.json`, which Zenodo reads at a release, before CITATION.cff.

    Its importer wants one licence, under its key in lower case, and takes a comma in a name for
    family name and given name; an address goes in only when there is one.
    """
    related = [{"identifier": ARTICLE, "relation": "cites", "resource_type": "publication-article"}]
    if told.has_address:
        related.append({"identifier": told.address, "relation": "isSupplementTo"})
    record = {
        "title": told.title,
        "description": f"<p>{told.abstract}</p>",
        "notes": "Data, text and figures: CC BY 4.0. Code: MIT.",
        "upload_type": "dataset",
        "access_right": "open",
        "license": "cc-by-4.0",
        "creators": [{"name": told.author}],
        "version": told.version,
        "publication_date": told.released,
        "language": "eng",
        "keywords": list(told.keywords),
        "related_identifiers": related,
    }
    return _format_json(record)


def cite_this(told: Citation) -> dict:
    """Return this work as a reference of CSL-JSON."""
    return {
        "id": f"derisking{told.year}",
        "type": "dataset",
        "title": told.title,
        "author": [{"literal": told.author}],
        "version": told.version,
        "issued": {"date-parts": [_split_date(told.released)]},
        "URL": told.address,
    }


def convert_sources() -> list[dict]:
    """Return every source of the tables as a reference of CSL-JSON, in order of keys."""
    known = tables.load_table("sources").to_dict("records")
    return [describe_source({k: v for k, v in row.items() if pd.notna(v)}) for row in known]


def describe_source(source: dict) -> dict:
    """Return one row of `sources` without its empty cells as a reference of CSL-JSON."""
    publisher, authors = source["publisher"], source.get("author", "")
    if named := AUTHORS.search(publisher):
        publisher = publisher[: named.start()]
        authors = authors or re.sub(", | and ", ";", named[1])
    title = f"[{source['title']}]" if source["title_is_ours"] else source["title"]
    if own := source.get("original_title"):
        title = f"{own} {title}" if source["title_is_ours"] else own
    date, seen = source.get("date_published"), source.get("accessed")
    archived = source.get("archived", "")
    kind = TYPES.get(source["kind"], ("webpage", ""))[0]
    item = {
        "id": source["source_id"],
        "type": kind,
        "title": title,
        "author": [_name_person(name) for name in authors.split(";") if name],
        "container-title": publisher if kind != "dataset" else "",
        "publisher": publisher if kind == "dataset" else "",
        "issued": {"date-parts": [_split_date(date)]} if date else "",
        "accessed": {"date-parts": [_split_date(seen)]} if seen else "",
        "URL": source.get("url", ""),
        "archive": _name_archive(archived) if archived else "",
        "archive_location": archived,
        "language": source["language"],
    }
    return {key: value for key, value in item.items() if value}


def _split_date(date: str) -> list[int]:
    return [int(part) for part in str(date)[:10].split("-")]


def _name_archive(address: str) -> str:
    host = address.split("/")[2]
    return "Internet Archive" if host == "web.archive.org" else host


def _find_date(item: dict, which: str) -> list[int]:
    return item.get(which, {}).get("date-parts", [[]])[0]


def _name_person(name: str) -> dict:
    """Split "C. Melvin" or "Melvin, Curtis"; any other name stays whole."""
    name = name.strip()
    if "," in name:
        family, given = (part.strip() for part in name.split(",", 1))
        return {"family": family, "given": given}
    if parts := re.fullmatch(r"((?:[A-Z]\.[ -]?)+) ?(.+)", name):
        return {"family": parts[2], "given": parts[1].strip()}
    return {"literal": name}


def _format_json(content) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def format_bibtex(item: dict) -> str:
    """Return a reference as an entry of BibTeX. Braces keep capitals, and organisations whole."""
    people = [
        f"{{{name['literal']}}}" if "literal" in name else f"{name['family']}, {name['given']}"
        for name in item.get("author", [])
    ]
    date, read = _find_date(item, "issued"), _find_date(item, "accessed")
    archived = item.get("archive_location")
    publisher = _escape(item.get("container-title", item.get("publisher", "")))
    cells = {
        "author": _escape(" and ".join(people)),
        "key": None if people else publisher,  # by which old styles sort what has no author
        "title": f"{{{_escape(item['title'])}}}",
        "howpublished": publisher,
        "version": item.get("version"),
        "year": date[0] if date else None,
        "month": MONTHS[date[1] - 1] if len(date) > 1 else None,
        "day": date[2] if len(date) > 2 else None,
        "url": item.get("URL"),
        "urldate": "-".join(f"{part:02d}" for part in read),
        "note": f"{item['archive']}: \\url{{{archived}}}" if archived else None,
        "language": item.get("language"),
    }
    lines = [
        f"  {key} = {value}," if key == "month" else f"  {key} = {{{value}}},"
        for key, value in cells.items()
        if value
    ]
    return "\n".join([f"@misc{{{item['id']},", *lines, "}"])


def _escape(text: str) -> str:
    """Escape what LaTeX reads as a command, and open straight quotes, which it would all close."""
    return QUOTED.sub(r"``\1''", BIBTEX_SPECIAL.sub(r"\\\1", text))


def format_ris(item: dict) -> str:
    """Return a reference as a record of RIS."""
    kinds = dict(TYPES.values())
    date, read = _find_date(item, "issued"), _find_date(item, "accessed")
    place = "PB" if item["type"] == "dataset" else "T2"
    lines = [
        ("TY", kinds.get(item["type"], "ELEC")),
        ("ID", item["id"]),
        *(
            ("AU", name.get("literal") or f"{name['family']}, {name['given']}")
            for name in item.get("author", [])
        ),
        ("TI", item["title"]),
        (place, item.get("container-title", item.get("publisher"))),
        ("ET", item.get("version")),
        ("PY", date[0] if date else None),
        ("DA", "/".join(f"{part:02d}" for part in date)),
        ("UR", item.get("URL")),
        ("Y2", "/".join(f"{part:02d}" for part in read)),
        ("DB", item.get("archive")),
        ("AV", item.get("archive_location")),
        ("LA", item.get("language")),
    ]
    return "\n".join([*(f"{tag}  - {value}" for tag, value in lines if value), "ER  - "])


def format_apa(told: Citation) -> str:
    """Return this work as a line of an APA list of references, in Markdown."""
    return (
        f"{told.author}. ({told.year}). *{told.title}* (Version {told.version}) [Data set]. "
        f"{told.address}"
    )


def write_references() -> dict[Path, str]:
    """Return the files of data/references, each with all sources."""
    items = convert_sources()
    return {
        FOLDER / "sources.bib": "\n\n".join(map(format_bibtex, items)) + "\n",
        FOLDER / "sources.ris": "\n\n".join(map(format_ris, items)) + "\n",
        FOLDER / "sources.json": _format_json(items),
    }


def count_filled() -> pd.DataFrame:
    """Count sources by what they are used for, and how many of them carry what a list of references
    wants.

    Rows: the closures, findings graded strong or moderate, all. Columns: sources, own title,
    author, day of reading, archived copy, in Korean, own title in Hangul.
    """
    known = tables.load_table("sources").set_index("source_id")
    findings = tables.load_table("findings")
    behind = {
        "the closures of 2023": [
            tables.load_table("closures_2023"),
            tables.load_table("closure_lists"),
        ],
        "findings graded strong or moderate": [
            findings[findings["strength"].isin(["strong", "moderate"])]
        ],
    }
    korean = known["language"].eq("ko")
    marks = pd.DataFrame(
        {
            "sources": True,
            "own title": ~known["title_is_ours"] | known["original_title"].notna(),
            "author": known["author"].notna(),
            "day of reading": known["accessed"].notna(),
            "archived copy": known["archived"].notna(),
            "in Korean": korean,
            "own title in Hangul": korean & known["original_title"].notna(),
        },
        index=known.index,
    )
    counts = {
        use: marks.loc[sorted({s for rows in used for s in split_items(rows["sources"])})].sum()
        for use, used in behind.items()
    }
    return pd.DataFrame({**counts, "all tables": marks.sum()}).T


def tell_state() -> dict[str, str]:
    """Return what pages say of the state of the data, by mark: version, day, last source, how many
    events have no single day, how many posts there were and how many Seoul's last list closes."""
    told, dates = read_citation(), tables.load_table("events")["date"]
    posts = tables.load_table("closure_matrix")
    days = tables.load_table("sources")["date_published"].dropna()
    last = max(days[days.str.len().eq(10)])
    return {
        "data.version": told.version,
        "data.asof": _word_day(told.released),
        "data.asof_iso": told.released,
        "data.last_source": _word_day(last),
        "data.posts": str(len(posts)),
        "data.closed": str(int(posts["rok_2024_01_30"].sum())),
        "data.events": str(len(dates)),
        "data.events_partial": str(int(dates.str.len().lt(10).sum())),
    }


def _word_day(day: str) -> str:
    when = pd.Timestamp(day)
    return f"{when.day} {when:%B %Y}"
