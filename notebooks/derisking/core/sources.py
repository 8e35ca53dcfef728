"""Name the sources behind any rows, and the independent voices behind the sources."""

import re
from functools import cache

import pandas as pd
from IPython.display import Markdown

from derisking.core.cells import split_items
from derisking.core.tables import load_table

# Publishers whose code in `relays` is not made of the letters of their name.
ALIASES = {
    "dprkministryofforeignaffairs": "dprkmfa",
    "koreancentralnewsagency": "kcna",
    "radiofreeasia": "rfa",
    "rokministryofunification": "rokunificationministry",
    "lowyinstitute": "lowy",
    "unitednations": "un",
    "voiceofamerica": "voa",
}


@cache
def _known_sources() -> pd.DataFrame:
    return load_table("sources").set_index("source_id")


def list_references(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the table `sources` that stand behind these rows, in order of
    publication."""
    return _find_sources(_list_used(rows))


def _list_used(rows: pd.DataFrame) -> tuple[str, ...]:
    return tuple(sorted(split_items(rows["sources"]).unique()))


def _find_sources(used: tuple[str, ...]) -> pd.DataFrame:
    found = _known_sources().loc[list(used)]
    return found.sort_values("date_published", na_position="last", kind="stable")


def name_voices(source_ids: str) -> frozenset[str]:
    """Return the independent voices behind a ";"-separated list of sources.

    A source that passes on another body's statement (`relays`) counts as that body; any other
    counts as its publisher, under the body's code if the publisher is itself one whose statements
    others pass on (NK News is nk_news).
    """
    return frozenset(
        voice for source_id in source_ids.split(";") for voice in _speakers()[source_id]
    )


@cache
def _speakers() -> dict[str, list[str]]:
    """Return the voices of every source."""
    known = _known_sources()
    codes = {_letters(code): code for code in split_items(known["relays"])}
    publisher = known["publisher"].map(lambda name: codes.get(_letters(name), name))
    return known["relays"].fillna(publisher).str.split(";").to_dict()


def _letters(name: str) -> str:
    """Reduce a name to the letters and digits before any bracket, comma or "via": "NK News (N. Z.)"
    and nk_news are one."""
    letters = re.sub(r"[^a-z0-9]", "", re.split(r"[(,/]| via ", name)[0].lower())
    return ALIASES.get(letters, letters)


def link_sources(rows: pd.DataFrame, limit: int = 8) -> str:
    """Return the sources of some rows as one line of Markdown links, oldest first; `limit` names
    and a count of the rest.

    Link texts are publisher and year. Give `limit=0` for all.
    """
    return _link_used(_list_used(rows), limit)


@cache
def _link_used(used: tuple[str, ...], limit: int) -> str:
    """Return the links of some sources; many rows rest on the same ones."""
    found = _find_sources(used)
    shown = found if not limit else found.head(limit)
    links = []
    for source_id, row in shown.iterrows():
        year = f" {row['date_published'][:4]}" if pd.notna(row["date_published"]) else ", undated"
        text = f"{row['publisher']}{year}".replace("[", "(").replace("]", ")")
        links.append(
            f"[{text}]({row['url'].replace(')', '%29')})"
            if pd.notna(row["url"])
            else f"{text} ({source_id})"
        )
    rest = len(found) - len(shown)
    return "; ".join(links) + (f"; and {rest} more (`sources.csv`)" if rest else "")


def cite_rows(rows: pd.DataFrame, limit: int = 8) -> Markdown:
    """Show the sources of some rows under a figure or a claim."""
    return Markdown(f"Sources: {link_sources(rows, limit)}.")
