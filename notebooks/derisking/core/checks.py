"""Check the tables as files and against each other: schema, references, and named rules between
tables.

Each rule compares what the tables yield with what is expected, and says which rows break it.
`check` runs them all: the build stops at a rule that is broken, and notebook 01 shows every rule
with its result.
"""

import io
import sys
from itertools import pairwise
from pathlib import Path

import pandas as pd

from derisking.core import paths
from derisking.core.cells import check_text, split_items
from derisking.core.faults import Fault, summarise_faults
from derisking.core.files import read_text
from derisking.core.plausible import tell_value
from derisking.core.rules import RULES as RULES
from derisking.core.rules import Result, Tables, check_rules, find_fault, rule
from derisking.core.sources import name_voices
from derisking.core.tables import keep_sourced, list_tables


def tabulate_rules(results: list[Result]) -> pd.DataFrame:
    """Return results for reading: columns rule, expected, found, holds."""
    return pd.DataFrame(
        {"rule": r.rule, "expected": r.expected, "found": r.found, "holds": "yes" if r.ok else "NO"}
        for r in results
    )


# ----------------------------------------------------------------------------- the published counts


def _published(tables: Tables, **match) -> int:
    counts = tables["mission_counts"]
    for column, value in match.items():
        counts = counts[counts[column].eq(value)]
    # Exactly one: Seoul's count of one thing on one day stands once, or there is no telling which.
    return int(counts[counts["series"].eq("rok") & counts["status"].eq("used")]["value"].item())


def _totals(
    text: str, listed: str, kinds: list[str] | None = None, region: str | None = None, **match
) -> None:
    """Register the rule that the posts named in missions.csv add up to a published count."""

    @rule(text)
    def compare(tables: Tables):
        posts = tables["missions"]
        posts = posts[posts[listed]]
        if kinds:
            posts = posts[posts["mission_type"].isin(kinds)]
        if region:
            posts = posts[posts["region"].eq(region)]
        expected, found = _published(tables, **match), len(posts)
        if expected == found:
            return str(expected), str(found), []
        mend = "The published figure stands in mission_counts.csv; see reconciliation.csv."
        fault = Fault(  # no single row can be blamed
            "data/evidence/missions.csv", f"{found} posts named", f"{expected}", None, listed, mend
        )
        return str(expected), str(found), [fault]


_BEFORE, _AFTER = "2023-10", "2023-12"
_totals(
    "53 posts in October 2023: names against Seoul's total",
    "in_rok_53",
    quantity="missions_abroad",
    asof=_BEFORE,
)
_totals("of them 47 embassies", "in_rok_53", ["embassy"], quantity="embassies_abroad", asof=_BEFORE)
_totals(
    "of them 3 consulates general",
    "in_rok_53",
    ["consulate_general"],
    quantity="consulates_abroad",
    asof=_BEFORE,
)
_totals(
    "of them 3 representations",
    "in_rok_53",
    ["permanent_mission", "representation"],
    quantity="representations_abroad",
    asof=_BEFORE,
)
_totals(
    "44 posts at the end of 2023: names against Seoul's total",
    "in_rok_44",
    quantity="missions_abroad",
    asof=_AFTER,
    scope="world",
)
for _region in ("Asia", "Americas", "Europe", "Middle East", "Africa"):
    _totals(
        f"end of 2023, {_region}",
        "in_rok_44",
        region=_region,
        quantity="missions_abroad",
        asof=_AFTER,
        scope=_region.lower().replace(" ", "_"),
    )


@rule("names gone between the 53 and the 44 are those on Seoul's list of 30 January 2024")
def _nine(tables):
    posts, lists = tables["missions"], tables["closure_lists"]
    gone = set(posts[posts["in_rok_53"] & ~posts["in_rok_44"]]["mission_id"])
    named = set(lists[lists["list_id"].eq("rok_2024_01_30")]["mission_id"])
    wrong = posts[posts["mission_id"].isin(gone ^ named)].drop_duplicates("mission_id", keep="last")
    faults = [
        find_fault(
            "missions",
            row,
            "in_rok_44",
            f"{r['mission_id']} on one of the two only",
            "the same names",
        )
        for row, r in wrong.iterrows()
    ]
    return str(len(named)), str(len(gone)), faults


@rule("lists of closures seen in full name as many posts as their body counts")
def _complete(tables):
    lists = tables["closure_lists"]
    whole = lists[lists["list_complete"]]
    named = whole.groupby("list_id")["named"].transform("sum")
    wrong = whole[whole["list_total"].ne(named)]
    faults = [
        find_fault(
            "closure_lists",
            row,
            "list_total",
            f"{named[row]} names under {r['list_id']}",
            str(r["list_total"]),
        )
        for row, r in wrong.iterrows()
    ]
    number = whole["list_id"].nunique()
    return f"{number} lists", f"{number - wrong['list_id'].nunique()} lists", faults


@rule("checks R01 to R17 of reconciliation.csv, worked out again from the tables")
def _reconciliation(tables):
    posts, lists = tables["missions"], tables["closure_lists"]
    before, after = posts[posts["in_rok_53"]], posts[posts["in_rok_44"]]
    named = {name: set(rows) for name, rows in lists.groupby("list_id")["mission_id"]}
    frank, press = named["frank_2023_12"], named["joongang_2023_11_29"]
    seven, nine = named["rok_2023_12_05"], named["rok_2024_01_30"]
    kind, region = before["mission_type"].value_counts(), after["region"].value_counts()
    again = {
        "R01": len(before),
        "R02": kind["embassy"],
        "R03": kind["consulate_general"],
        "R04": kind["permanent_mission"] + kind["representation"],
        "R05": len(after),
        "R06": region["Asia"],
        "R07": region["Americas"],
        "R08": region["Europe"],
        "R09": region["Middle East"],
        "R10": region["Africa"],
        "R11": after["mission_type"].eq("embassy").sum(),
        "R12": len(before) - len(nine),
        "R13": len(nine & set(before["mission_id"]) - set(after["mission_id"])),
        "R14": len(before) - len(seven),
        "R15": len(frank & nine),
        "R16": len(press & seven),
        "R17": len((press | seven) & frank),
    }
    told = tables["reconciliation"].reset_index().set_index("control_id")
    faults = [
        find_fault(
            "reconciliation",
            told.loc[name, "index"],
            "observed",
            repr(told.loc[name, "observed"]),
            f"{value}, as the tables yield",
        )
        for name, value in again.items()
        if told.loc[name, "observed"] != str(value)
    ]
    return f"{len(again)} checks", f"{len(again) - len(faults)} checks", faults


# ------------------------------------------------------------------------------------------- spells


def _ordered(name: str, first: str, second: str) -> None:
    @rule(f"{name}: {second} not before {first}")
    def compare(tables: Tables):
        rows = tables[name]
        both = rows[rows[f"{second}_latest"].notna() & rows[f"{first}_earliest"].notna()]
        wrong = both[both[f"{second}_latest"] < both[f"{first}_earliest"]]
        faults = [
            find_fault(
                name, row, second, f"{r[second]} ({second})", f"a day after {r[first]} ({first})"
            )
            for row, r in wrong.iterrows()
        ]
        return f"{len(both)} rows", f"{len(both) - len(wrong)} rows", faults


for _name, _first, _second in (
    ("missions", "opened", "closed"),
    ("pyongyang_missions", "opened", "closed"),
    ("pyongyang_missions", "suspended", "returned"),
    ("relations", "established", "severed"),
    ("risks", "taken_on", "reduced"),
):
    _ordered(_name, _first, _second)


def _apart(name: str, key: str, first: str, second: str) -> None:
    @rule(f"{name}: spells of one {key.removesuffix('_id')} do not overlap")
    def compare(tables: Tables):
        rows = tables[name].sort_values([key, "spell"])
        earlier = rows.groupby(key).shift()
        later = rows[earlier[second].notna() | earlier["spell"].notna()]
        before = earlier.loc[later.index]
        wrong = later[
            before[second].isna() | (later[f"{first}_latest"] < before[f"{second}_earliest"])
        ]
        faults = [
            find_fault(
                name,
                row,
                first,
                f"{r[key]} spell {r['spell']} {first} {r[first]}",
                f"a day after the end of spell {r['spell'] - 1} ({before.loc[row, second]})",
            )
            for row, r in wrong.iterrows()
        ]
        return f"{len(later)} repeats", f"{len(later) - len(wrong)} repeats", faults


_apart("missions", "mission_id", "opened", "closed")
_apart("pyongyang_missions", "mission_id", "opened", "closed")
_apart("relations", "iso3", "established", "severed")


@rule(
    "missions: a post has a closing date exactly if its latest status is closed or no longer listed"
)
def _status(tables):
    posts = tables["missions"]
    wrong = posts[posts["closed"].notna() != posts["status_latest"].isin(["closed", "not_listed"])]
    faults = [
        find_fault(
            "missions",
            row,
            "status_latest",
            f"{r['status_latest']} with closing date {r['closed']}",
            "one that fits",
        )
        for row, r in wrong.iterrows()
    ]
    return f"{len(posts)} spells", f"{len(posts) - len(wrong)} spells", faults


# ------------------------------------------------------------------------------- sources and series


@rule("sources: every source is used by some row")
def _used(tables):
    known = tables["sources"]
    used = set(split_items(tables["missions"]["coord_source"])) | set(
        split_items(tables["pyongyang_missions"]["coord_source"])
    )
    for name in list_tables("evidence"):
        if "sources" in tables[name]:
            used |= set(split_items(tables[name]["sources"]))
    idle = known[~known["source_id"].isin(used)]
    faults = [
        find_fault(
            "sources",
            row,
            "source_id",
            repr(r["source_id"]),
            "a source that some row names. The row that named it may be lost: `git diff -- "
            "data/evidence` shows what is; else use the source or take it out",
        )
        for row, r in idle.iterrows()
    ]
    return f"{len(known)} sources", f"{len(known) - len(idle)} sources", faults


@rule("sources: a second title only beside our description, and nothing read before it appeared")
def _titles(tables):
    known = tables["sources"]
    twice = known[~known["title_is_ours"] & known["original_title"].notna()]
    published = pd.to_datetime(known["date_published"], format="ISO8601")
    early = known[known["accessed"].lt(published)]
    faults = [
        find_fault(
            "sources",
            row,
            "original_title",
            r["original_title"],
            "an empty cell, or 1 in title_is_ours",
        )
        for row, r in twice.iterrows()
    ]
    faults += [
        find_fault(
            "sources",
            row,
            "accessed",
            str(r["accessed"].date()),
            f"a day from {r['date_published']} on",
        )
        for row, r in early.iterrows()
    ]
    return f"{len(known)} sources", f"{len(known) - len(faults)} sources", faults


def _tell_gaps(years: pd.Series) -> str:
    """Return the years between the first and the last that are missing: 1990;1995-1997."""
    known = sorted(years)
    spans = [(a + 1, b - 1) for a, b in pairwise(known) if b - a > 1]
    return ";".join(f"{a}" if a == b else f"{a}-{b}" for a, b in spans)


@rule("series: the index agrees with the series on unit, number, years and gaps")
def _series(tables):
    rows = tables["series"]
    by = rows[rows["sources"].notna()].groupby("series_id")["year"]
    again = by.agg(first_year="min", last_year="max", gaps=_tell_gaps)
    again["n"] = rows.groupby("series_id").size()
    again["n_unsourced"] = again["n"] - by.size()
    told = tables["series_index"].reset_index().fillna({"gaps": ""}).set_index("series_id")
    faults = [
        find_fault("series_index", row, "series_id", name, "a series with a sourced value")
        for name, row in told["index"].items()
        if name not in again.index
    ]
    faults += [
        find_fault("series_index", at["index"], column, str(at[column]), str(row[column]))
        for name, row in again.iterrows()
        for at in [told.loc[name]]
        for column in again
        if at[column] != row[column]
    ]
    unit = rows["series_id"].map(told["unit"])
    faults += [
        find_fault("series", row, "unit", f"{r['series_id']} in {r['unit']}", unit[row])
        for row, r in rows[rows["unit"].ne(unit)].iterrows()
    ]
    return f"{len(rows)} values", f"{len(rows) - len(faults)} values", faults


@rule("findings: the number of independent voices is that of the sources")
def _voices(tables):
    rows = tables["findings"]
    found = rows["sources"].map(lambda text: len(name_voices(text)) if pd.notna(text) else 0)
    wrong = rows[rows["voices"].ne(found)]
    faults = [
        find_fault("findings", row, "voices", str(r["voices"]), str(found[row]))
        for row, r in wrong.iterrows()
    ]
    return f"{len(rows)} findings", f"{len(rows) - len(faults)} findings", faults


@rule("findings: one voice is moderate at most, and an interval that holds 1 speaks for nobody")
def _grades(tables):
    rows = tables["findings"]
    alone = rows["strength"].eq("strong") & rows["voices"].lt(2)
    null = (
        rows["interval_low"].le(1)
        & rows["interval_high"].ge(1)
        & rows["bears"].isin(["supports", "against"])
    )
    faults = [
        find_fault("findings", row, "strength", r["finding_id"], "moderate or weak, on one voice")
        for row, r in rows[alone].iterrows()
    ]
    faults += [
        find_fault("findings", row, "bears", r["finding_id"], "does_not_discriminate or mixed")
        for row, r in rows[null].iterrows()
    ]
    return f"{len(rows)} findings", f"{len(rows) - len(faults)} findings", faults


@rule("claims: what is taken from his text has his sentence beside it, what is inferred has none")
def _quotations(tables):
    rows = tables["claims"]
    his = rows["basis"].isin(["full", "short"])
    wrong = rows[
        (his & rows["quotation"].isna())
        | (rows["basis"].eq("inferred") & rows["quotation"].notna())
    ]
    faults = [
        find_fault("claims", row, "quotation", r["claim_id"], "a quotation exactly if it is his")
        for row, r in wrong.iterrows()
    ]
    return f"{len(rows)} claims", f"{len(rows) - len(faults)} claims", faults


@rule("host_traits: diplomats sent home and staff cut are those of expulsions")
def _expulsions(tables):
    acts, traits = tables["expulsions"], tables["host_traits"]
    known = acts[acts["status"].eq("known")]
    home = set(known[known["act"].isin(["expelled", "told_to_leave"])]["mission_id"])
    cut = set(known[known["act"].eq("staff_cut")]["mission_id"])
    doubt = set(acts[acts["status"].eq("unclear")]["mission_id"]) - home
    faults = []
    for row, r in traits.iterrows():
        post = r["mission_id"]
        expected = pd.NA if post in doubt else post in home
        told = r["any_diplomat_expelled_2016_2018"]
        if pd.isna(told) != pd.isna(expected) or (pd.notna(told) and told != expected):
            faults.append(
                find_fault(
                    "host_traits", row, "any_diplomat_expelled_2016_2018", str(told), str(expected)
                )
            )
        if r["staff_cut_2016_2018"] != (post in cut):
            faults.append(
                find_fault(
                    "host_traits",
                    row,
                    "staff_cut_2016_2018",
                    str(r["staff_cut_2016_2018"]),
                    str(post in cut),
                )
            )
    return (
        f"{len(traits)} posts",
        f"{len(traits) - len({fault.row for fault in faults})} posts",
        faults,
    )


# Series of meetings -> which rows of summits it counts.
_MEETINGS = {
    "leader_summits": lambda met: met["iso3"].notna(),
    "leader_summits_abroad": lambda met: met["format"].isin(["visit_abroad", "third_country"]),
    "leader_summits_received": lambda met: met["format"].eq("received"),
    "leader_summits_china": lambda met: met["iso3"].eq("CHN"),
    "leader_summits_russia": lambda met: met["iso3"].eq("RUS"),
    "leader_summits_other": lambda met: ~met["iso3"].isin(["CHN", "RUS"]),
}


@rule(
    "series: meetings of the leader by year are those of summits, without short talks on the margin"
)
def _meetings(tables):
    met, told = tables["summits"], tables["series"]
    met = met[met["format"].ne("third_country_informal") & met["sources"].notna()]
    told = told[told["series_id"].isin(_MEETINGS)]
    faults = []
    for name, rows in told.groupby("series_id"):
        number = met[_MEETINGS[name](met)]["date"].str[:4].astype(int).value_counts()
        wrong = rows[rows["value"].ne(rows["year"].map(number).fillna(0))]
        faults += [
            find_fault("series", row, "value", tell_value(r), str(number.get(r["year"], 0)))
            for row, r in wrong.iterrows()
        ]
    return f"{len(told)} values", f"{len(told) - len(faults)} values", faults


@rule("closures_2023: a note of the DPRK is its own word, whoever tells of it")
def _notes(tables):
    rows = tables["closures_2023"]
    notes = rows[rows["observation"].isin(["note_to_host", "confirmed_dprk"])]
    wrong = notes[~notes["who"].str.match("DPRK|KCNA")]
    faults = [
        find_fault(
            "closures_2023", row, "who", r["who"], "DPRK ..., and in brackets who told of it"
        )
        for row, r in wrong.iterrows()
    ]
    return f"{len(notes)} statements", f"{len(notes) - len(faults)} statements", faults


@rule("lowy_networks: the posts of a state are the sum of their kinds")
def _networks(tables):
    rows = tables["lowy_networks"]
    total = rows[["embassies", "consulates", "permanent_missions", "other_posts"]].sum(axis=1)
    faults = [
        find_fault("lowy_networks", row, "posts", str(r["posts"]), str(total[row]))
        for row, r in rows[rows["posts"].ne(total)].iterrows()
    ]
    return f"{len(rows)} rows", f"{len(rows) - len(faults)} rows", faults


@rule("what rests on encyclopedias and their mirrors alone is graded low")
def _mirrors(tables):
    known = tables["sources"].set_index("source_id")["kind"]
    faults, number = [], 0
    for name in list_tables("evidence"):
        rows = tables[name]
        if "confidence" not in rows:
            continue
        weak = split_items(rows["sources"]).map(known).eq("encyclopedia").groupby(level=0).all()
        alone = rows.loc[weak.index[weak]]
        number += len(alone)
        faults += [
            find_fault(name, row, "confidence", r["confidence"], "low, or a better source")
            for row, r in alone[alone["confidence"].ne("low")].iterrows()
        ]
    return f"{number} rows", f"{number - len(faults)} rows", faults


@rule("series_index: one preferred series a concept")
def _preferred(tables):
    index = tables["series_index"]
    number = index.groupby("concept")["preferred"].transform("sum")
    wrong = index[number.ne(1)].drop_duplicates("concept")
    faults = [
        find_fault(
            "series_index",
            row,
            "preferred",
            f"{number[row]} preferred series for {r['concept']}",
            "1",
        )
        for row, r in wrong.iterrows()
    ]
    concepts = index["concept"].nunique()
    return f"{concepts} concepts", f"{concepts - len(faults)} concepts", faults


@rule("claims: each part of an indicator has a sourced finding, or says why there is no result")
def _indicators(tables):
    claims, findings = tables["claims"], tables["findings"]
    testable = claims[claims["testable"].ne("no")]
    faults, parts = [], 0
    for row, claim in testable.iterrows():
        own = findings[findings["claim_id"].eq(claim["claim_id"])]
        named = claim["indicator"].split(";")
        told = claim["no_result"].split(";") if pd.notna(claim["no_result"]) else []
        told = {text[:1] for text in told}
        known = {str(number) for number in range(1, len(named) + 1)}
        all_parts = f"1 to {len(named)}, the parts of the indicator of {claim['claim_id']}"
        if told - known:
            faults.append(find_fault("claims", row, "no_result", claim["no_result"], all_parts))
        answered = set(split_items(keep_sourced(own)["answers"]))
        parts += len(named)
        for number, part in enumerate(named, start=1):
            if (str(number) in answered) == (str(number) in told):
                found = "answered and without a result" if str(number) in told else "no finding"
                faults.append(
                    find_fault(
                        "claims",
                        row,
                        "no_result",
                        f"{claim['claim_id']}, part {number} of its indicator ({part}): {found}",
                        "a finding with a source whose `answers` names the part, or the reason why "
                        "there is none",
                    )
                )
        for place, text in own["answers"].dropna().items():
            if set(text.split(";")) - known:
                faults.append(find_fault("findings", place, "answers", text, all_parts))
    return f"{parts} parts", f"{parts - len(faults)} parts", faults


@rule("findings: what carries a verdict answers a part of the claim's indicator")
def _carriers(tables):
    rows, claims = tables["findings"], tables["claims"]
    judged = claims.loc[claims["testable"].ne("no"), "claim_id"]
    carries = (
        rows["claim_id"].isin(judged)
        & rows["bears"].isin(["supports", "against"])
        & rows["strength"].ne("weak")
    )
    wrong = rows[carries & rows["answers"].isna()]
    expected = "the part of the indicator that it answers, or a weak grade"
    faults = [
        find_fault("findings", row, "answers", r["finding_id"], expected)
        for row, r in wrong.iterrows()
    ]
    return f"{carries.sum()} findings", f"{carries.sum() - len(faults)} findings", faults


@rule("predictions: written down before the day they look to, decided only by a source")
def _predictions(tables):
    rows = tables["predictions_registered"]
    known = {*tables["claims"]["claim_id"], *tables["rivals"]["rival_id"]}
    still_open = rows["status"].eq("open")
    decided = rows["decided_on"].notna() & rows["decided_by"].notna()
    bare = rows["decided_on"].isna() & rows["decided_by"].isna()
    late = rows[rows["look_by"].le(rows["registered_on"])]
    wrong = rows[(still_open & ~bare) | (~still_open & ~decided)]
    stray = rows[~rows["concerns"].isin(known)]
    name = "predictions_registered"
    faults = [
        find_fault(name, row, "look_by", str(r["look_by"].date()), "a day after registered_on")
        for row, r in late.iterrows()
    ]
    faults += [
        find_fault(
            name, row, "status", r["status"], "open, or decided_on and decided_by both filled in"
        )
        for row, r in wrong.iterrows()
    ]
    faults += [
        find_fault(name, row, "concerns", r["concerns"], "a key of claims or rivals")
        for row, r in stray.iterrows()
    ]
    return f"{len(rows)} marks", f"{len(rows) - len(faults)} marks", faults


@rule("no unsourced row can enter a result: `load` leaves out every row without a source")
def _sourced(tables):
    faults, number = [], 0
    for name in list_tables("evidence"):
        rows = tables[name]
        if "confidence" not in rows:
            continue
        sourced = rows.index[rows["sources"].notna()]
        number += len(sourced)
        faults += [
            find_fault(
                name,
                row,
                "sources",
                "left out with a source" if row in sourced else "loaded without a source",
                "a row that is loaded exactly if it has a source",
            )
            for row in sourced.symmetric_difference(keep_sourced(rows).index)
        ]
    return f"{number} sourced rows", f"{number - len(faults)} sourced rows", faults


def validate_files(data: Path = paths.DATA) -> list[Fault]:
    """Check every evidence table under `data` against the schema; return the faults, none if all is
    well.

    First the files (there, not empty, UTF-8, comma, whole), then headers, cells, keys, and
    references between tables. A byte order mark and CRLF line ends do no harm and are read.
    """
    try:
        tables = list_tables("evidence", data / "datapackage.json")
    except (OSError, ValueError, KeyError, TypeError) as error:
        back = "`git checkout -- data/datapackage.json` brings it back."
        return [Fault("data/datapackage.json", str(error), "a readable JSON file", mend=back)]
    faults, texts = [], {}
    for name, resource in tables.items():
        file = data / resource["path"]
        text, found = read_text(file)
        if text is not None and not found:
            found = check_text(text, resource)
            if not found:
                texts[name] = text
        faults += found
    return faults + _check_references({name: tables[name] for name in texts}, texts)


def _check_references(tables: dict[str, dict], texts: dict[str, str]) -> list[Fault]:
    """Check that every key a table refers to exists where it should; tables already at fault are
    left out."""
    frames = {
        name: pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
        for name, text in texts.items()
    }
    faults = []
    for name, resource in tables.items():
        for column, keys in _links(name, resource["schema"]):
            targets = [key.split(".") for key in keys]
            if any(target not in frames for target, _ in targets):
                continue
            known = {value for target, key in targets for value in frames[target][key]}
            where = " or ".join(
                f"a {key} of data/{tables[target]['path']}" for target, key in targets
            )
            faults += _unknown(resource, frames[name][column], known, where)
        for field in resource["schema"]["fields"]:
            if field.get("listOf") == "table":
                faults += _unknown(
                    resource,
                    frames[name][field["name"]],
                    set(list_tables("evidence")),
                    "the name of a table",
                )
    return faults


def _links(name: str, spec: dict) -> list[tuple[str, list[str]]]:
    """Return each column that refers to other tables with the columns, as table.column, it may
    refer to."""
    links = []
    for key in spec.get("foreignKeys", []):
        column, target = (
            part[0] if isinstance(part, list) else part
            for part in (key["fields"], key["reference"]["fields"])
        )
        links.append((column, [f"{key['reference']['resource'] or name}.{target}"]))
    for field in spec["fields"]:
        if "." in field.get("listOf", ""):
            links.append((field["name"], [field["listOf"]]))
        if "refersTo" in field:
            links.append((field["name"], field["refersTo"]))
    return links


def _unknown(resource: dict, cells: pd.Series, known: set, expected: str) -> list[Fault]:
    found = split_items(cells[cells.ne("")]).items()
    return [
        Fault(f"data/{resource['path']}", repr(item), expected, row + 2, cells.name)
        for row, item in found
        if item not in known
    ]


def list_faults(data: Path = paths.DATA) -> list[Fault]:
    """Check every table under `data` and then, if each is sound by itself, the rules between them;
    return the faults for reading, one line a column where there are many."""
    faults = validate_files(data)
    if not faults:
        faults = [fault for result in check_rules(data) for fault in result.faults]
    return summarise_faults(faults)


def main() -> int:
    """Print one line a fault and return 1 if there is any."""
    faults = list_faults()
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
