"""Who says what about a word? Search all evidence for it and print the rows with their sources.

    make find WORDS="Kathmandu farewell"
    python -m derisking.build.find Kathmandu
    python -m derisking.build.find "hard currency" --table closures_2023

Accents and apostrophes do not matter, and a state or its only city may go by another name (Kongo,
Kinshasa, 네팔). Rows about the state come before rows that only name it. A name that two states
bear is answered state by state.
"""

import argparse
import sqlite3
import sys
import textwrap
from functools import cache

import pandas as pd

from derisking.build import places
from derisking.core import sources, tables

SKIPPED = {"sources", "notes", "confidence"}
WIDTH = 110
USAGE = 'Say what to look for: make find WORDS="Kathmandu", or WORDS="Nepal farewell".'


def write_index(connection: sqlite3.Connection, names: list[str]) -> None:
    """Write a full-text index `search` of all rows of these tables, without regard to accents.

    Columns: table_name and row_number (from 1); own, the codes of the states that the row is about;
    states, the codes of those it names; words, all its cells.
    """
    connection.execute(
        "CREATE VIRTUAL TABLE search USING fts5(table_name UNINDEXED, row_number UNINDEXED, "
        "own, states, words, tokenize = 'unicode61 remove_diacritics 2')"
    )
    for name in names:
        connection.executemany("INSERT INTO search VALUES (?, ?, ?, ?, ?)", _list_entries(name))


@cache
def _list_entries(name: str) -> list[tuple]:
    rows = tables.load_table(name, unsourced=True)
    coded = [field["name"] for field in tables.read_schema(name)["fields"] if field.get("iso3166")]
    entries = []
    for number, row in enumerate(rows.astype("str").where(rows.notna(), "").to_dict("records"), 1):
        own = {code for column in coded for code in row[column].split(";") if code}
        own |= {post[:3] for post in [row.get("mission_id", "")] if post}
        words = " ".join(cell for cell in row.values() if cell)
        states = places.find_states(words, frozenset(own)) | own
        entries.append((name, number, " ".join(sorted(own)), " ".join(sorted(states)), words))
    return entries


def _ask(pieces: list[tuple[str, frozenset[str] | None]], state: str) -> str:
    """Return the query of the full-text index: all pieces, a name of several states as `state`."""
    asked = []
    for text, codes in pieces:
        if not codes:
            asked.append(f'words : "{text}" *')
            continue
        chosen = " OR ".join(sorted({state} & codes or codes))
        asked.append(f"({{own states}} : ({chosen}))")
    return " AND ".join(asked)


def search(words: str, table: str | None = None) -> dict[str, list[tuple[str, pd.Series]]]:
    """Return the rows that hold all the words, best first, each with its table; by state where a
    name stands for several, else under "".

    Unsourced rows are found too, and their `confidence` says so. Raises EvidenceError for a table
    that does not exist.
    """
    names = [table] if table else list(tables.list_tables("evidence"))
    frames = {name: tables.load_table(name, unsourced=True) for name in names}
    pieces = _split_words(words)
    shared = sorted({code for _, codes in pieces if codes and len(codes) > 1 for code in codes})
    found = {}
    with sqlite3.connect(":memory:") as connection:
        write_index(connection, names)
        for state in shared or [""]:
            hits = connection.execute(
                "SELECT table_name, row_number, own FROM search WHERE search MATCH ? "
                "ORDER BY rank, rowid",
                (_ask(pieces, state),),
            ).fetchall()
            asked = {state} if state else {code for _, codes in pieces for code in codes or ()}
            hits.sort(key=lambda hit: asked.isdisjoint(hit[2].split()))  # stable: rank within
            found[state] = [(name, frames[name].iloc[number - 1]) for name, number, _ in hits]
    return found


def _split_words(words: str) -> list[tuple[str, frozenset[str] | None]]:
    """Return what is asked for: names of states, other words, and keys such as AGO-01 as they
    stand."""
    pieces: list[tuple[str, frozenset[str] | None]] = []
    plain: list[str] = []

    def close() -> None:
        pieces.extend(places.split_names(" ".join(plain), translated=True))
        plain.clear()

    for word in words.replace('"', " ").split():
        if any(sign.isdigit() for sign in word) or word.count("-") > 1:
            close()
            pieces.append((word, None))
        else:
            plain.append(word)
    close()
    return pieces


def _word_source(source: pd.Series) -> str:
    day = source["date_published"] if pd.notna(source["date_published"]) else "undated"
    url = source["url"] if pd.notna(source["url"]) else ""
    own = f" ({source['original_title']})" if pd.notna(source["original_title"]) else ""
    return f"  - {source['publisher']}, {day}: {source['title']}{own} {url}".rstrip()


def describe_row(name: str, row: pd.Series) -> str:
    """Write one row for people: its key, what it says, how sure that is, and who says so."""
    key = tables.read_schema(name)["primaryKey"]
    key = [key] if isinstance(key, str) else key
    said = {
        k: v
        for k, v in row.items()
        if pd.notna(v)
        and k not in SKIPPED
        and not k.endswith(("_precision", "_earliest", "_latest"))
    }
    said = {k: f"{v:%Y-%m-%d}" if isinstance(v, pd.Timestamp) else v for k, v in said.items()}
    head = f"{name}: {' '.join(str(said.pop(part)) for part in key if part in said)}"
    body = "; ".join(f"{k} {v}" for k, v in said.items())
    lines = [head, *textwrap.wrap(body, WIDTH, initial_indent="  ", subsequent_indent="  ")]
    if pd.notna(row.get("notes")):
        lines += textwrap.wrap(
            f"note: {row['notes']}", WIDTH, initial_indent="  ", subsequent_indent="  "
        )
    if pd.notna(row.get("sources")):
        behind = sources.list_references(pd.DataFrame({"sources": [row["sources"]]}))
        lines += [_word_source(source) for _, source in behind.iterrows()]
    elif "sources" in row:
        lines.append("  no source: takes no part in any result")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Print what was found; return 1 for a table that does not exist, 2 if no words were given."""
    parser = argparse.ArgumentParser(
        prog="python -m derisking.build.find", description=__doc__.splitlines()[0]
    )
    parser.add_argument("words", nargs="*", help="words that a row must all contain")
    parser.add_argument("--table", help="search this table only")
    chosen = parser.parse_args(arguments)
    words = " ".join(chosen.words)
    if not places.fold(words):
        print(USAGE, file=sys.stderr)
        return 2
    try:
        found = search(words, chosen.table)
    except tables.EvidenceError as error:
        print(error, file=sys.stderr)
        return 1
    if len(found) > 1:
        named = " and ".join(f"{places.name_state(code)} ({code})" for code in found)
        print(f"More than one state goes by this name: {named}. One after the other.\n")
    for state, hits in found.items():
        if state:
            print(f"=== {places.name_state(state)} ({state})\n")
        for name, row in hits:
            print(describe_row(name, row), end="\n\n")
    number, where = sum(map(len, found.values())), {n for hits in found.values() for n, _ in hits}
    print(
        f"{number} rows in {len(where)} tables"
        if number
        else "Nothing found; try fewer or other words."
    )
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:  # the reader has seen enough, as in `make find | head`
        sys.stderr.close()
