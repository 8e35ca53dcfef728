"""Days and yearly closings that several charts and counts need: one day, one rule, one place.

    shut = find_event_day("2020-01-border-closure")

Others in use: 2023-08-26-border-reopens, 2022-02-24-ukraine-invasion, 2023-12-13-derisking-article.
"""

import pandas as pd

from derisking.core.tables import load_table


def find_event_day(event_id: str) -> pd.Timestamp:
    """Return the day of one event.

    Raises KeyError for an unknown event, and ValueError for one whose day is not known: use its
    interval instead.
    """
    events = load_table("events").set_index("event_id")
    if event_id not in events.index:
        raise KeyError(f"the table events has no event {event_id!r}")
    event = events.loc[event_id]
    if event["date_earliest"] != event["date_latest"]:
        raise ValueError(f"the day of {event_id} is not known, only {event['date']}")
    return event["date_earliest"]


def count_closings(counts: pd.DataFrame, waves: pd.DataFrame, first: int) -> pd.DataFrame:
    """Count the missions reported closed by year, from year `first` on: year, lower, upper.

    counts, waves: the tables `mission_counts` and `waves`. Seoul's counts by year hold where there
    are any: the lowest and the highest. In the other years it is the single rounds of `waves`, in
    the year in which they began; a disputed one may be counted elsewhere and adds to `upper` only.
    """
    yearly = counts["quantity"].eq("missions_closed") & counts["scope"].eq("world")
    yearly = counts[yearly & counts["series"].eq("rok") & counts["asof_precision"].eq("year")]
    yearly = yearly.groupby(yearly["asof_earliest"].dt.year)["value"].agg(lower="min", upper="max")
    single = waves[waves["type"].eq("closing")]
    single = single[~single["year_start"].between(yearly.index.min(), yearly.index.max())]
    lower = single["reported"].where(single["status"].ne("disputed"), 0)
    single = single.assign(lower=lower, upper=single["reported"])
    single = single.groupby("year_start")[["lower", "upper"]].sum()
    both = pd.concat([yearly, single]).rename_axis("year").reset_index().astype(int)
    return both[both["year"].ge(first)].sort_values("year", ignore_index=True)
