"""The page on every country: its posts, what became of them and who says so, for readers who run
nothing.

Every word on the page is a cell of a table or the meaning of a code in data/datapackage.json; what
became of a post in 2023 is the status that notebook 02 drew on its map. The page is
`data/countries.md`.
"""

from functools import cache

import pandas as pd

from derisking.core import dates, paths, sources, tables

MAP = "02-map-2023"
# What the statuses of the map mean for a reader of one country; notebook 02 holds the rule.
STATUS = {
    "closed": "closed, named both by the article and by Seoul's list of 30 January 2024",
    "disputed": "disputed, on one only of the two last lists, R. Frank's and Seoul's",
    "dormant": "kept, but without staff",
    "evacuated": "kept, staff flown out",
    "kept": "kept, on neither of the two last lists of closures, R. Frank's and Seoul's",
}


def list_countries() -> list[dict]:
    """Return every state with a post in either direction as the page tells it, by name."""
    found = {*_load("missions")["iso3"], *_load("pyongyang_missions")["iso3"]}
    return sorted((describe_country(iso3) for iso3 in found), key=lambda country: country["name"])


def list_ties_only() -> list[dict]:
    """Return the states with relations but without a known post in either direction, by name."""
    housed = {*_load("missions")["iso3"], *_load("pyongyang_missions")["iso3"]}
    found = set(_load("relations")["iso3"]) - housed
    told = ({"name": _name(iso3), "relations": describe_relations(iso3)} for iso3 in found)
    return sorted(told, key=lambda country: country["name"])


def describe_country(iso3: str) -> dict:
    """Return one country: name, anchor, codes, periods, posts, theirs, statements, changes,
    expulsions, relations, and in_short, theirs_in_short for the index."""
    posts = [describe_post(row) for row in _of("missions", iso3)]
    theirs = [describe_their_post(row) for row in _of("pyongyang_missions", iso3)]
    own = {row["mission_id"] for row in _of("missions", iso3)}
    told = _load("closures_2023")
    told = told[told["mission_id"].isin(own)].sort_values("date_latest", kind="stable")
    return {
        "name": _name(iso3),
        "anchor": iso3.lower(),
        "iso3": iso3,
        "periods": [describe_period(row) for row in _of("states", iso3)],
        "posts": posts,
        "in_short": "; ".join(post["in_short"] for post in posts),
        "theirs": theirs,
        "theirs_in_short": "; ".join(post["in_short"] for post in theirs),
        "statements": [describe_statement(row) for row in told.to_dict("records")],
        "changes": [describe_change(row) for row in _of("openings", iso3)],
        "expulsions": [describe_expulsion(row) for row in _of("expulsions", iso3)],
        "relations": describe_relations(iso3),
    }


def describe_period(row: dict) -> dict:
    """Return name and codes of a state in one period; end is empty while it lasts."""
    lists = {"cow": "COW", "gw": "Gleditsch-Ward", "vdem": "V-Dem"}
    numbers = [f"{name} {row[code]}" for code, name in lists.items() if pd.notna(row[code])]
    end = f" to {row['valid_to'].year}" if pd.notna(row["valid_to"]) else ""
    return {"name": f"{row['name']}{end}", "numbers": numbers, "wikidata": row["wikidata"]}


def describe_post(row: dict) -> dict:
    """Return one spell of a North Korean post, with the lists of closures that name it."""
    status = _read_map().get(row["mission_id"]) if row["in_rok_53"] else None
    state = _mean("missions", "status_latest", row["status_latest"])
    end = _end(row, "closed") or state
    return {
        "title": _title(row),
        "opened": _date(row, "opened"),
        "opened_basis": _doubt("missions", "opened_basis", row["opened_basis"]),
        "closed": _date(row, "closed"),
        "closed_basis": _doubt("missions", "closed_basis", row["closed_basis"]),
        "state": state,
        "state_asof": _day(row["status_latest_asof"]),
        "residence": _doubt("missions", "resident_evidence", row["resident_evidence"]),
        "causes": _list_causes(row),
        "staff": _text(row["staffed_note"]),
        "status": STATUS[status] if status else "",
        **(_list_lists(row["mission_id"]) if status else {"naming": [], "silent": []}),
        "notes": _text(row["notes"]),
        "sources": _cite(row),
        "in_short": f"{row['city']}: {status or end}",
    }


def describe_their_post(row: dict) -> dict:
    """Return one spell of a mission in North Korea."""
    table = "pyongyang_missions"
    state = _mean(table, "status_latest", row["status_latest"])
    asof = f" ({row['status_latest_asof'][:4]})" if pd.notna(row["status_latest_asof"]) else ""
    end = _end(row, "ended") or f"{state}{asof}"
    return {
        "title": _title(row),
        "opened": _date(row, "opened"),
        "opened_basis": _doubt(table, "opened_basis", row["opened_basis"]),
        "suspended": _date(row, "suspended"),
        "returned": _date(row, "returned"),
        "closed": _date(row, "closed"),
        "state": state,
        "state_asof": _day(row["status_latest_asof"]),
        "notes": _text(row["notes"]),
        "sources": _cite(row),
        "in_short": f"{row['city']}: {end}",
    }


def describe_statement(row: dict) -> dict:
    """Return one dated statement on a closure, with who made it."""
    return {
        "date": _date(row, "date") or "undated",
        "who": row["who"],
        "what": _mean("closures_2023", "observation", row["observation"]),
        "reason": _text(row["stated_reason"]),
        "heir": _name_post(row["successor_mission"]),
        "notes": _text(row["notes"]),
        "sources": _cite(row),
    }


def describe_change(row: dict) -> dict:
    """Return one opening, reopening or change of a head of mission."""
    return {
        "date": _date(row, "date"),
        "what": _mean("openings", "event_class", row["event_class"]),
        "side": _mean("openings", "direction", row["direction"]),
        "said": _text(row["status_at_source"]),
        "who": _text(row["who"]),
        "sources": _cite(row),
    }


def describe_expulsion(row: dict) -> dict:
    """Return one act of a host against diplomats, 2016 to 2018."""
    return {
        "date": _date(row, "date"),
        "rank": _mean("expulsions", "rank", row["rank"]),
        "act": _mean("expulsions", "act", row["act"]),
        "status": row["status"],
        "notes": _text(row["notes"]),
        "sources": _cite(row),
    }


def describe_relations(iso3: str) -> list[dict]:
    """Return the periods of diplomatic relations with a state."""
    return [
        {
            "began": _date(row, "established"),
            "ended": _date(row, "severed"),
            "by": _mean("relations", "severed_by", row["severed_by"]),
            "state": _doubt("relations", "status_latest", row["status_latest"]),
            "notes": _text(row["notes"]),
            "sources": _cite(row),
        }
        for row in _of("relations", iso3)
    ]


@cache
def _load(table: str) -> pd.DataFrame:
    return tables.load_table(table)


def _of(table: str, iso3: str) -> list[dict]:
    """Return every row of a table that names the state."""
    return _index_states(table).get(iso3, [])


@cache
def _index_states(table: str) -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = {}
    for row in _load(table).to_dict("records"):
        for iso3 in str(row["iso3"]).split(";"):
            found.setdefault(iso3, []).append(row)
    return found


@cache
def _read_map() -> dict[str, str]:
    """Return what became of each of the 53 posts, as the map of notebook 02 shows it."""
    drawn = pd.read_csv(paths.FIGURES / f"{MAP}.csv")
    return drawn.drop_duplicates("mission_id").set_index("mission_id")["status"].to_dict()


def _list_lists(mission_id: str) -> dict[str, list[str]]:
    """Return the lists that name a post as closed, and those seen in full that do not."""
    row = _load("closure_matrix").set_index("mission_id").loc[mission_id]
    day = _load("closure_lists").drop_duplicates("list_id").set_index("list_id")["list_date"]
    codes = _codes("closure_lists", "list_id")
    names = {code: f"{words} ({dates.label(day[code])})" for code, words in codes.items()}
    flags = row[list(names)].astype("boolean")
    return {
        "naming": [names[code] for code in flags.index[flags.eq(True).fillna(False)]],
        "silent": [names[code] for code in flags.index[flags.eq(False).fillna(False)]],
    }


def _list_causes(row: dict) -> list[str]:
    pairs = (("closing_cause", "cause_given_by"), ("closing_cause_alt", "cause_alt_given_by"))
    return [
        f"{_mean('missions', cause, row[cause])}" + (f" ({row[by]})" if pd.notna(row[by]) else "")
        for cause, by in pairs
        if pd.notna(row[cause]) and row[cause] != "unknown"
    ]


@cache
def _codes(table: str, column: str) -> dict[str, str]:
    fields = tables.read_schema(table)["fields"]
    return next(field["codes"] for field in fields if field["name"] == column)


def _mean(table: str, column: str, code) -> str:
    """Return the meaning of a code in the schema, empty for an empty cell."""
    return _codes(table, column)[code] if pd.notna(code) else ""


def _doubt(table: str, column: str, code) -> str:
    """Return the meaning of a code that leaves something open, empty for one that does not."""
    return "" if code in ("stated", "confirmed", "ties") else _mean(table, column, code)


def _title(row: dict) -> str:
    return f"{row['city']}, {row['mission_type'].replace('_', ' ')}"


def _name(iso3: str) -> str:
    """Return the name of a state in its last period."""
    return _of("states", iso3)[-1]["name"]


def _name_post(mission_id) -> str:
    if pd.isna(mission_id):
        return ""
    cities = {row["mission_id"]: row["city"] for row in _of("missions", mission_id[:3])}
    return cities[mission_id]


def _date(row: dict, name: str) -> str:
    """Write a date of a row for people, with its other bound where it is a bound itself."""
    if pd.isna(row[name]):
        return ""
    code, words = row[f"{name}_precision"], dates.label(row[name], row[f"{name}_precision"])
    first, last = row[f"{name}_earliest"], row[f"{name}_latest"]
    if code.startswith("by_") and pd.notna(first):
        words += f", not before {dates.label(f'{first:%Y-%m-%d}')}"
    if code == "not_before" and pd.notna(last):
        words += f", by {dates.label(f'{last:%Y-%m-%d}')}"
    return words


def _day(text) -> str:
    return dates.label(text) if pd.notna(text) else ""


def _end(row: dict, word: str) -> str:
    """Say in two words when a spell ended, empty for one that did not."""
    if pd.isna(row["closed"]):
        return ""
    return f"{'gone by' if row['closed_precision'].startswith('by_') else word} {row['closed'][:4]}"


def _text(cell) -> str:
    return "" if pd.isna(cell) else str(cell).replace("|", "/")


def _cite(row: dict) -> str:
    return _link(row["sources"]) if pd.notna(row["sources"]) else ""


@cache
def _link(source_ids: str) -> str:
    rows = pd.DataFrame({"sources": [source_ids]})
    return sources.link_sources(rows, limit=0).replace("|", "/")
