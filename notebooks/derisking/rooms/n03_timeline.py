"""Bring the tables into the frames that the charts of notebook 03 draw.

Rules and choices come from the notebook as arguments.
"""

import pandas as pd

from derisking.draw import style
from derisking.draw.marks import find_middle

KINDS = {"permanent_mission": " (UN)", "consulate": " (cons.)", "consulate_general": " (cons.)"}


def find_later_spells(posts: pd.DataFrame, missions: pd.DataFrame) -> pd.DataFrame:
    """Return closed posts with what became of them: did the post open once more, and close again?

    Adds opened_earliest_again, opened_latest_again, closed_again, returned, kind (closing, or
    opening if it came back) and label.
    """
    later = missions[["mission_id", "spell", "opened_earliest", "opened_latest", "closed"]]
    later = later.assign(spell=later["spell"] - 1)
    posts = posts.merge(later, "left", ["mission_id", "spell"], suffixes=("", "_again"))
    posts["returned"] = posts["opened_latest_again"].notna()
    posts["kind"] = posts["returned"].map({True: "opening", False: "closing"})
    posts["label"] = [_write_return(post) for post in posts.itertuples()]
    return posts.sort_values(["year", "region", "city"]).reset_index(drop=True)


def _write_return(post) -> str:
    if not post.returned:
        return post.city
    first, last = post.opened_earliest_again, post.opened_latest_again
    years = f"by {last.year}" if pd.isna(first) else f"{first.year}–{last.year}"
    if pd.notna(first) and first.year == last.year:
        years = str(last.year)
    closed = f", closed {post.closed_again[:4]}" if pd.notna(post.closed_again) else ""
    return f"{post.city}: back {years}{closed}"


def begin_phases(events: pd.DataFrame, begins: dict[str, str], first: int, last: int):
    """Return phases that each last until the next begins: label, colour, start, end, begins_with.

    begins: key of the meaning "phase" -> event_id of the event it begins with, "" for the first
    day shown.
    """
    meanings = style.read_meanings("phase")
    found = events.set_index("event_id").reindex(begins.values())
    start = found["date_earliest"].fillna(pd.Timestamp(first, 1, 1)).reset_index(drop=True)
    return pd.DataFrame(
        {
            "label": [meanings[key].label for key in begins],
            "colour": [meanings[key].colour for key in begins],
            "start": start,
            "end": start.shift(-1).fillna(pd.Timestamp(last, 12, 31)),
            "begins_with": found["title"].fillna("first day shown").to_list(),
        }
    )


def list_rounds(waves: pd.DataFrame, strong: list[int], newest: tuple, first: int) -> pd.DataFrame:
    """Return the rounds of closings since `first`: year_start, year_end, low, high, label, ...

    low, high: numbers reported. strong: years of the rounds drawn dark; the last of them lasted
    from the first to the last day of `newest`. Others are known by their year.
    """
    closings = waves[waves["type"].eq("closing") & waves["year_start"].ge(first)]
    rounds = closings.groupby(["year_start", "year_end"])["reported"].agg(low="min", high="max")
    rounds = rounds.reset_index()
    low, high = rounds["low"].astype(str), rounds["high"].astype(str)
    rounds["label"] = low.where(rounds["low"].eq(rounds["high"]), low + "–" + high)
    rounds["strong"] = rounds["year_start"].isin(strong)
    rounds["start"] = pd.to_datetime(rounds["year_start"].astype(str) + "-01-01")
    rounds["end"] = pd.to_datetime(rounds["year_end"].astype(str) + "-12-31")
    rounds.loc[rounds["year_start"].eq(strong[-1]), ["start", "end"]] = list(newest)
    return rounds


def prepare_counts(counts: pd.DataFrame, first: int) -> pd.DataFrame:
    """Return the published counts of the world since `first`.

    Adds day (middle of the days they may be of) and narrower (they count less than all missions).
    """
    kinds = ["missions_abroad", "embassies_abroad", "countries_with_mission"]
    chosen = counts["quantity"].isin(kinds) & counts["scope"].eq("world")
    chosen = counts[chosen & counts["asof_latest"].dt.year.ge(first)]
    narrower = chosen["quantity"].ne("missions_abroad")
    return chosen.assign(day=find_middle(chosen, "asof"), narrower=narrower)


def gather_statements(closures: pd.DataFrame, lists: pd.DataFrame, speakers: dict, window: tuple):
    """Return the dated statements that end in `window`, with speaker and lane (post or "whole").

    speakers: observation -> speaker; the rest is "press", or "seoul" and "dprk" where a body of
    that state says it. Where the same body speaks of a post on the day of its list, the list is
    left out.
    """
    said = closures.assign(speaker=closures["observation"].map(speakers).fillna("press"))
    for start, speaker in (("ROK", "seoul"), ("DPRK", "dprk")):
        theirs = said["speaker"].eq("press") & said["who"].str.startswith(start)
        said.loc[theirs, "speaker"] = speaker
    lists = lists.rename(columns=lambda name: name.replace("list_date", "date"))
    lists = lists.assign(speaker="list", who=lists["list_body"], observation=lists["list_id"])
    key = ["mission_id", "who", "date"]
    known = pd.MultiIndex.from_frame(lists[key]).isin(pd.MultiIndex.from_frame(said[key]))
    both = pd.concat([said, lists[~known]])
    return both[both["date_latest"].between(*window)].assign(
        lane=lambda frame: frame["mission_id"].fillna("whole")
    )


def list_spells(missions: pd.DataFrame, closures: pd.DataFrame) -> pd.DataFrame:
    """Return the spells of resident posts with sure, ended, name and seen (last day at work).

    Spells that were probably accreditations from elsewhere are left out. Posts that lost their
    staff without being closed are seen until the staff left.
    """
    spells = missions[missions["resident_evidence"].ne("non_resident_likely")].copy()
    spells["sure"] = spells["resident_evidence"].isin(["confirmed", "likely"])
    spells["ended"] = spells["closed"].notna()
    spells["name"] = spells["city"] + spells["mission_type"].map(KINDS).fillna("")
    left = closures["event_class"].isin(["dormant", "evacuated"])
    left = closures[left & closures["observation"].eq("effective")]
    left = left.groupby("mission_id")["date_earliest"].min()
    sight = pd.to_datetime(spells["status_latest_asof"].str.slice(0, 7))
    sight = sight.fillna(spells["opened_latest"])
    spells["seen"] = spells["mission_id"].map(left).fillna(sight)
    return spells
