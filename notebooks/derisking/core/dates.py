"""Dates that are known only in part.

A partial date is an interval of days. Three sources may say "1998", "by 5 December 2023" and
"October 2023"; none of them names a day, and each still rules something out. Whether a post was
open on a day therefore has three answers: certainly, certainly not, and perhaps; what is counted is
given as the range they allow."""

import calendar
import re
from dataclasses import dataclass
from datetime import date

import pandas as pd

PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
PRECISIONS = ("day", "month", "year", "by_day", "by_month", "by_year", "not_before", "approx_year")


@dataclass(frozen=True)
class Span:
    """An interval of days, both ends included; None means that no bound is known on that side."""

    earliest: date | None = None
    latest: date | None = None

    def __post_init__(self):
        """Refuse an interval that ends before it begins."""
        if self.earliest and self.latest and self.earliest > self.latest:
            raise ValueError(
                f"an interval cannot begin on {self.earliest} and end on {self.latest}"
            )


def parse(text: str) -> Span:
    """Read "1998", "1998-03" or "1998-03-14" as the days it covers.

    Raises ValueError for any other form and for days the calendar does not have.
    """
    match = PARTIAL.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is no date of the form YYYY, YYYY-MM or YYYY-MM-DD")
    year = int(match[1])
    month, day = (int(part) if part else None for part in match.groups()[1:])
    if month is None:
        return Span(date(year, 1, 1), date(year, 12, 31))
    if not 1 <= month <= 12:
        raise ValueError(f"{text!r} has month {month:02d}; a year has months 01 to 12")
    last = calendar.monthrange(year, month)[1]
    if day is None:
        return Span(date(year, month, 1), date(year, month, last))
    if not 1 <= day <= last:
        raise ValueError(
            f"{text!r} has day {day:02d}; {calendar.month_name[month]} {year} has days 01 to {last}"
        )
    return Span(date(year, month, day), date(year, month, day))


def widest(text: str, precision: str) -> Span:
    """Return the widest interval that a date with its precision allows; a table may give a narrower
    one.

    `by_*` is open to the past, `not_before` to the future, and `approx_year` sets no bound at all.
    """
    if precision not in PRECISIONS:
        raise ValueError(f"{precision!r} is no precision; use one of {', '.join(PRECISIONS)}")
    named = parse(text)
    if precision == "approx_year":
        return Span()
    if precision.startswith("by_"):
        return Span(None, named.latest)
    if precision == "not_before":
        return Span(named.earliest, None)
    return named


def open_masks(frame: pd.DataFrame, day) -> tuple[pd.Series, pd.Series]:
    """Return two boolean columns for spells on `day`: certainly open, possibly open.

    frame: opened_* and closed_*, a row a spell. A spell without a closing date is right-censored:
    it counts as open. A spell without any opening bound is possibly, never certainly, open before
    its first sure day.
    """
    day = pd.Timestamp(day)
    ended = frame["closed"].notna()
    possible = frame["opened_earliest"].isna() | (frame["opened_earliest"] <= day)
    possible &= ~ended | frame["closed_latest"].isna() | (frame["closed_latest"] >= day)
    certain = frame["opened_latest"].notna() & (frame["opened_latest"] <= day)
    certain &= ~ended | (frame["closed_earliest"].notna() & (frame["closed_earliest"] > day))
    return certain, possible


def bound_open(spells: pd.DataFrame, sure: pd.Series, years: range) -> pd.DataFrame:
    """Count the posts of each state open on 31 December of each year, as lower and upper bound.

    spells: mission_id, iso3, opened_* and closed_*, a row a spell. A spell counts towards `lower`
    if it is `sure` and open under every date its sources allow, towards `upper` if it is open
    under some. Returns lower and upper by iso3 and year, where upper is at least 1; a post with
    several spells counts once.
    """
    columns = ["iso3", "year", "mission_id", "lower", "upper"]
    parts = []
    for year in years:
        certain, possible = open_masks(spells, f"{year}-12-31")
        part = spells.assign(year=year, lower=certain & sure, upper=possible)
        parts.append(part.loc[possible, columns])
    posts = pd.concat(parts).groupby(columns[:3])[["lower", "upper"]].any()
    return posts.groupby(["iso3", "year"]).sum()


def label(text: str, precision: str = "day") -> str:
    """Write a partial date for people: "5 December 2023", "by October 2023", "about 1998"."""
    match = PARTIAL.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is no date of the form YYYY, YYYY-MM or YYYY-MM-DD")
    year, month, day = match.groups()
    words = " ".join(
        part
        for part in (str(int(day)) if day else "", calendar.month_name[int(month or 0)], year)
        if part
    )
    lead = {"by": "by ", "not": "not before ", "approx": "about "}.get(precision.split("_")[0], "")
    return lead + words
