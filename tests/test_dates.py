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
ends = st.one_of(st.none(), days)


@st.composite
def spans(draw, open_ends=True):
    earliest, latest = draw(ends if open_ends else days), draw(ends if open_ends else days)
    if earliest and latest and earliest > latest:
        earliest, latest = latest, earliest
    return Span(earliest, latest)


def inside(draw, span):
    low, high = span.earliest or date(1890, 1, 1), span.latest or date(2110, 12, 31)
    return draw(st.dates(low, max(low, high)))


@given(spans(), spans(), st.data())
def test_before_is_certain_only_if_every_pair_of_days_agrees(a, b, data):
    verdict = a.before(b)
    one, other = inside(data.draw, a), inside(data.draw, b)
    if verdict is True:
        assert one < other
    if verdict is False:
        assert not one < other


@given(spans(open_ends=False), spans(open_ends=False))
def test_before_cannot_tell_exactly_if_both_orders_are_possible(a, b):
    possible, refutable = a.earliest < b.latest, a.latest >= b.earliest
    assert (a.before(b) is None) == (possible and refutable)


@given(spans(), spans())
def test_before_is_antisymmetric(a, b):
    assert not (a.before(b) is True and b.before(a) is True)


@given(spans(), spans())
def test_intersection_commutes_and_lies_in_both(a, b):
    both = a.intersect(b)
    assert both == b.intersect(a)
    if both and both.earliest:
        assert both.earliest in a and both.earliest in b
    if both is None:
        assert a.before(b) is True or b.before(a) is True


@given(spans(), spans(), days)
def test_hull_holds_what_either_holds(a, b, day):
    if day in a or day in b:
        assert day in a.hull(b)
    assert a.hull(b) == b.hull(a)
    assert a.hull(a) == a


@given(days)
def test_parse_reads_every_precision_of_a_day(day):
    exact, month, year = (dates.parse(day.strftime(form)) for form in ("%Y-%m-%d", "%Y-%m", "%Y"))
    assert exact == Span(day, day) and exact.days == 1
    assert day in month and day in year
    assert month.intersect(year) == month
    assert (month.latest + timedelta(days=1)).month != day.month
    assert year.days in (365, 366)


@given(days, st.sampled_from(dates.PRECISIONS))
def test_the_widest_interval_holds_the_date_itself(day, precision):
    assert day in dates.widest(day.isoformat(), precision)


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


def frame(**columns):
    return pd.DataFrame(
        {name: pd.to_datetime(pd.Series(values)) for name, values in columns.items()}
    )


def test_count_before_gives_the_range_the_dates_allow():
    rows = frame(
        date_earliest=["2021-01-01", "2022-02-01", "2023-01-01", None],
        date_latest=["2021-12-31", "2022-02-28", "2023-12-31", "2022-12-31"],
    )
    assert dates.count_before(rows, "2022-02-24") == (1, 3)


@given(st.lists(spans(), min_size=1, max_size=8), days, days)
def test_count_before_never_falls_as_the_day_moves_on(found, one, other):
    rows = frame(date_earliest=[s.earliest for s in found], date_latest=[s.latest for s in found])
    first, second = (dates.count_before(rows, day) for day in sorted((one, other)))
    assert first[0] <= first[1] <= len(found)
    assert first[0] <= second[0] and first[1] <= second[1]


def spell(opened, closed):
    rows = frame(
        opened_earliest=[opened[0]],
        opened_latest=[opened[1]],
        closed_earliest=[closed[0]],
        closed_latest=[closed[1]],
    )
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
def test_count_open_of_one_spell(opened, closed, day, expected):
    assert dates.count_open(spell(opened, closed), day) == expected


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
