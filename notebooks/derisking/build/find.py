"""Who says what about a word? Search all evidence for it and print the rows with their sources.

python -m derisking.build.find Kathmandu
python -m derisking.build.find "hard currency" --table closures_2023
"""

import argparse
import sys
import textwrap

import pandas as pd

from derisking.core import sources, tables

SKIPPED = {"sources", "notes", "confidence"}
WIDTH = 110


def search(words: str, table: str | None = None) -> dict[str, pd.DataFrame]:
    """Return by table the rows in which every one of the `words` occurs, in any column and in
    either case.

    Unsourced rows are found too, and their `confidence` says so. Raises EvidenceError for a table
    that does not exist.
    """
    found = {}
    for name in [table] if table else tables.list_tables("evidence"):
        rows = tables.load_table(name, unsourced=True)
        text = rows.astype("str").fillna("").agg(" ".join, axis=1).str.casefold()
        hit = pd.Series(True, index=rows.index)
        for word in words.casefold().split():
            hit &= text.str.contains(word, regex=False)
        if hit.any():
            found[name] = rows[hit]
    return found


def _word_source(source: pd.Series) -> str:
    day = source["date_published"] if pd.notna(source["date_published"]) else "undated"
    url = source["url"] if pd.notna(source["url"]) else ""
    return f"  - {source['publisher']}, {day}: {source['title']} {url}".rstrip()


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
    head = f"{name}: {' '.join(str(said.pop(part)) for part in key)}"
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
    """Print what was found; return 1 for a table that does not exist."""
    parser = argparse.ArgumentParser(
        prog="python -m derisking.build.find", description=__doc__.splitlines()[0]
    )
    parser.add_argument("words", nargs="+", help="words that a row must all contain")
    parser.add_argument("--table", help="search this table only")
    chosen = parser.parse_args(arguments)
    try:
        found = search(" ".join(chosen.words), chosen.table)
    except tables.EvidenceError as error:
        print(error, file=sys.stderr)
        return 1
    for name, rows in found.items():
        for _, row in rows.iterrows():
            print(describe_row(name, row), end="\n\n")
    number = sum(map(len, found.values()))
    print(
        f"{number} rows in {len(found)} tables"
        if number
        else "Nothing found; try fewer or other words."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
