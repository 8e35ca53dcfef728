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


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("98", "'98' is no date of the form YYYY, YYYY-MM or YYYY-MM-DD"),
        ("1998-13", "'1998-13' has month 13; a year has months 01 to 12"),
        ("1998-00", "'1998-00' has month 00; a year has months 01 to 12"),
        ("2023-02-29", "'2023-02-29' has day 29; February 2023 has days 01 to 28"),
        ("2024-04-00", "'2024-04-00' has day 00; April 2024 has days 01 to 30"),
    ],
)
def test_what_is_wrong_with_a_date_is_told(text, told):
    with pytest.raises(ValueError) as error:
        dates.parse(text)
    assert str(error.value) == told


def test_an_interval_cannot_end_before_it_begins():
    with pytest.raises(ValueError, match="cannot begin on 2024"):
        Span(date(2024, 1, 1), date(2023, 1, 1))
    one = Span(date(2024, 1, 1), date(2024, 1, 1))
    assert one == dates.parse("2024-01-01") and len({one, dates.parse("2024-01-01")}) == 1


@pytest.mark.parametrize(
    ("text", "precision", "expected"),
    [
        ("2024-02-03", "day", Span(date(2024, 2, 3), date(2024, 2, 3))),
        ("2024-01-01", "day", Span(date(2024, 1, 1), date(2024, 1, 1))),
        ("2024-12-31", "day", Span(date(2024, 12, 31), date(2024, 12, 31))),
        ("2024-01", "month", Span(date(2024, 1, 1), date(2024, 1, 31))),
        ("2024-02", "month", Span(date(2024, 2, 1), date(2024, 2, 29))),
        ("2024-12", "month", Span(date(2024, 12, 1), date(2024, 12, 31))),
        ("2024", "year", Span(date(2024, 1, 1), date(2024, 12, 31))),
        ("2024-02-03", "by_day", Span(None, date(2024, 2, 3))),
        ("2024-02", "by_month", Span(None, date(2024, 2, 29))),
        ("2024", "by_year", Span(None, date(2024, 12, 31))),
        ("2024-02", "not_before", Span(date(2024, 2, 1), None)),
        ("2024", "approx_year", Span(None, None)),
    ],
)
def test_a_precision_says_on_which_side_a_date_is_a_bound(text, precision, expected):
    assert dates.widest(text, precision) == expected


def test_an_unknown_precision_is_answered_with_the_known_ones():
    told = "'about' is no precision; use one of day, month, year, by_day, by_month, by_year, "
    with pytest.raises(ValueError, match=f"^{told}not_before, approx_year$"):
        dates.widest("1998", "about")
    with pytest.raises(ValueError, match="is no date"):
        dates.widest("about 1998", "approx_year")


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
        # the first day on which it may be open, the first on which it must, and the eve of both
        (("1970-01-01", "1975-12-31"), (None, None), "1969-12-31", (0, 0)),
        (("1970-01-01", "1975-12-31"), (None, None), "1970-01-01", (0, 1)),
        (("1970-01-01", "1975-12-31"), (None, None), "1975-12-30", (0, 1)),
        (("1970-01-01", "1975-12-31"), (None, None), "1975-12-31", (1, 1)),
        # the eve of the first day on which it may have closed, that day, and the last one
        (("1970-01-01", "1975-12-31"), ("1998-01-01", "1998-12-31"), "1997-12-31", (1, 1)),
        (("1970-01-01", "1975-12-31"), ("1998-01-01", "1998-12-31"), "1998-01-01", (0, 1)),
        (("1970-01-01", "1975-12-31"), ("1998-01-01", "1998-12-31"), "1998-12-31", (0, 1)),
        # closed at some time not before 1998, opened at some time not after 1975
        (("1970-01-01", "1975-12-31"), ("1998-01-01", None), "2026-01-01", (0, 1)),
        ((None, "1975-12-31"), (None, None), "1900-01-01", (0, 1)),
        # opened at some time not before 1970
        (("1970-01-01", None), (None, None), "2026-01-01", (0, 1)),
        # the last day
        (("1970-01-01", "1975-12-31"), ("1998-03-14", "1998-03-14"), "1998-03-14", (0, 1)),
    ],
)
def test_whether_a_spell_is_open_certainly_and_possibly(opened, closed, day, expected):
    masks = dates.open_masks(spell(opened, closed), day)
    assert tuple(int(mask.sum()) for mask in masks) == expected


def test_posts_of_a_state_are_counted_at_the_end_of_each_year_between_two_bounds():
    parts = [
        ("A", spell(("1970-01-01", "1970-01-01"), (None, None))),
        ("A", spell(("1972-01-01", "1975-12-31"), (None, None))),  # a second spell, perhaps
        ("B", spell(("1970-06-01", "1970-06-01"), (None, None))),
        ("C", spell(("1971-01-01", "1971-01-01"), ("1971-12-31", "1971-12-31"))),
    ]
    rows = [part.assign(mission_id=post, iso3="Y" if post == "C" else "X") for post, part in parts]
    sure = pd.Series([True, True, False, True])
    found = dates.bound_open(pd.concat(rows, ignore_index=True), sure, range(1969, 1973))
    # B is not sure, so it may only raise the upper bound; C closed on the day that is counted
    assert found.reset_index().to_numpy().tolist() == [
        ["X", 1970, 1, 2],
        ["X", 1971, 1, 2],
        ["X", 1972, 1, 2],
        ["Y", 1971, 0, 1],
    ]


@pytest.mark.parametrize(
    ("text", "precision", "words"),
    [
        ("2023-12-05", "day", "5 December 2023"),
        ("2023-10", "by_month", "by October 2023"),
        ("1998", "approx_year", "about 1998"),
        ("1998-03", "not_before", "not before March 1998"),
        ("1998", "year", "1998"),
    ],
)
def test_labels_for_people(text, precision, words):
    assert dates.label(text, precision) == words


def test_a_label_is_written_for_a_date_alone():
    assert dates.label("2023-12-05") == "5 December 2023"
    told = "'Juche 112' is no date of the form YYYY, YYYY-MM or YYYY-MM-DD"
    with pytest.raises(ValueError, match=f"^{told}$"):
        dates.label("Juche 112")


def test_the_day_of_a_known_event_comes_from_the_table():
    assert find_event_day("2023-08-26-border-reopens") == pd.Timestamp("2023-08-26")
    with pytest.raises(KeyError, match="no-such-event"):
        find_event_day("no-such-event")
    with pytest.raises(ValueError, match="only 2005-09"):
        find_event_day("2005-09-aid-agencies-leave")
