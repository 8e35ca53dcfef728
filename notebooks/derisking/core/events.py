"""Days that many charts and counts need, read from the table `events`: one day, one place.

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
