"""Interval arithmetic on partial dates: properties that hold for every date, and cases checked by
hand."""

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derisking.core import dates
from derisking.core.dates import Span
from derisking.core.events import find_event_day

days = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@given(days)
def test_parse_reads_every_precision_of_a_day(day):
    exact, month, year = (dates.parse(day.strftime(form)) for form in ("%Y-%m-%d", "%Y-%m", "%Y"))
    assert exact == Span(day, day)
    assert year.earliest <= month.earliest <= day <= month.latest <= year.latest
    assert (month.latest + timedelta(days=1)).month != day.month
    assert (year.latest - year.earliest).days in (364, 365)


@given(days, st.sampled_from(dates.PRECISIONS))
def test_the_widest_interval_holds_the_date_itself(day, precision):
    widest = dates.widest(day.isoformat(), precision)
    assert (widest.earliest or day) <= day <= (widest.latest or day)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "98",
        "1998-13",
        "1998-00",
        "2023-02-30",
        "2023-02-31",
        "05/12/2023",
        "2023-1-5",
        "2023-11-31x",
    ],
)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError):
        dates.parse(text)


def test_an_interval_cannot_end_before_it_begins():
    with pytest.raises(ValueError, match="cannot begin on 2024"):
        Span(date(2024, 1, 1), date(2023, 1, 1))


def spell(opened, closed):
    names = [f"{what}_{end}" for what in ("opened", "closed") for end in ("earliest", "latest")]
    ends = zip(names, [*opened, *closed], strict=True)
    rows = pd.DataFrame({name: pd.to_datetime(pd.Series([day])) for name, day in ends})
    rows["closed"] = pd.Series(["given" if any(closed) else None], dtype="str")
    return rows


@pytest.mark.parametrize(
    ("opened", "closed", "day", "expected"),
    [
        (("1970-01-01", "1975-12-31"), (None, None), "1972-01-01", (0, 1)),
        (("1970-01-01", "1975-12-31"), (None, None), "2026-01-01", (1, 1)),  # right-censored
        (("1970-01-01", "1975-12-31"), ("1998-01-01", "1998-12-31"), "1998-06-01", (0, 1)),
        (("1970-01-01", "1975-12-31"), ("1998-01-01", "1998-12-31"), "1999-01-01", (0, 0)),
        # closed by 1998, perhaps long before
        ((None, "1975-12-31"), (None, "1998-12-31"), "1980-01-01", (0, 1)),
        # the last day
        (("1970-01-01", "1975-12-31"), ("1998-03-14", "1998-03-14"), "1998-03-14", (0, 1)),
    ],
)
def test_whether_a_spell_is_open_certainly_and_possibly(opened, closed, day, expected):
    masks = dates.open_masks(spell(opened, closed), day)
    assert tuple(int(mask.sum()) for mask in masks) == expected


@pytest.mark.parametrize(
    ("text", "precision", "words"),
    [
        ("2023-12-05", "day", "5 December 2023"),
        ("2023-10", "by_month", "by October 2023"),
        ("1998", "approx_year", "about 1998"),
    ],
)
def test_labels_for_people(text, precision, words):
    assert dates.label(text, precision) == words


def test_the_day_of_a_known_event_comes_from_the_table():
    assert find_event_day("2023-08-26-border-reopens") == pd.Timestamp("2023-08-26")
    with pytest.raises(KeyError, match="no-such-event"):
        find_event_day("no-such-event")
    with pytest.raises(ValueError, match="only 2005-09"):
        find_event_day("2005-09-aid-agencies-leave")
