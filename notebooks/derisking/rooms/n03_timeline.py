"""Bring the tables into the frames that the charts of notebook 03 draw.

Rules and choices come from the notebook as arguments.
"""

import pandas as pd


def find_later_spells(posts: pd.DataFrame, missions: pd.DataFrame) -> pd.DataFrame:
    """Return closed posts with what became of them: did the post open once more, and close again?

    Adds opened_earliest_again, opened_latest_again, closed_again and returned (boolean).
    """
    later = missions[["mission_id", "spell", "opened_earliest", "opened_latest", "closed"]]
    later = later.assign(spell=later["spell"] - 1)
    posts = posts.merge(later, "left", ["mission_id", "spell"], suffixes=("", "_again"))
    posts["returned"] = posts["opened_latest_again"].notna()
    return posts


def write_years(earliest: pd.Series, latest: pd.Series) -> list[str]:
    """Write pairs of days as the years they allow: "1998", or "1999–2005"."""
    pairs = zip(earliest.dt.year, latest.dt.year, strict=True)
    return [f"{first}" if first == last else f"{first}–{last}" for first, last in pairs]


def gather_statements(
    closures: pd.DataFrame, lists: pd.DataFrame, speakers: dict, host: str, window: tuple
) -> pd.DataFrame:
    """Return one row for each post, speaker and date of the statements that end in `window`.

    speakers: observation, or list_id -> speaker. All else is "press", unless the one who speaks is
    a body of either Korea ("seoul", "dprk") or, by the pattern `host`, of the host state ("host").
    Columns: mission_id, speaker, date, date_earliest, date_latest, who, sources.
    """
    lists = lists.rename(columns=lambda name: name.replace("list_date", "date"))
    said = pd.concat([closures, lists.assign(who=lists["list_body"], observation=lists["list_id"])])
    speaker = said["observation"].map(speakers)
    named = (("host", host), ("seoul", "^ROK"), ("dprk", "^(?:DPRK|KCNA)"))
    for key, pattern in named:
        speaker = speaker.mask(speaker.isna() & said["who"].str.contains(pattern), key)
    said = said.assign(speaker=speaker.fillna("press"))
    said = said[said["date_latest"].between(*window)].sort_values("who")
    key = ["mission_id", "speaker", "date", "date_earliest", "date_latest"]
    both = said.groupby(key, dropna=False)[["who", "sources"]]
    return both.agg(lambda texts: ";".join(texts.drop_duplicates())).reset_index()
