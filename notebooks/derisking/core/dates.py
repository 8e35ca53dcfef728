"""Dates that are known only in part.

A partial date is an interval of days. Three sources may say "1998", "by 5 December 2023" and
"October 2023"; none of them names a day, and each still rules something out. Every comparison here
therefore has three answers: certainly yes (True), certainly no (False), and cannot tell (None).
Results are given as the range they allow."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

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

    def __contains__(self, day: date) -> bool:
        """Say whether the event may have fallen on `day`."""
        return (self.earliest is None or self.earliest <= day) and (
            self.latest is None or day <= self.latest
        )

    @property
    def days(self) -> int | None:
        """Number of days the event may have fallen on; None if one side is open."""
        return (self.latest - self.earliest).days + 1 if self.earliest and self.latest else None

    def before(self, other: "Span") -> bool | None:
        """Did this happen on an earlier day than `other`? True, False, or None if the dates cannot
        tell."""
        if self.latest and other.earliest and self.latest < other.earliest:
            return True
        if self.earliest and other.latest and self.earliest >= other.latest:
            return False
        return None

    def intersect(self, other: "Span") -> "Span | None":
        """Return the days both allow; None if they contradict each other."""
        earliest = max((d for d in (self.earliest, other.earliest) if d), default=None)
        latest = min((d for d in (self.latest, other.latest) if d), default=None)
        return None if earliest and latest and earliest > latest else Span(earliest, latest)

    def hull(self, other: "Span") -> "Span":
        """Return the shortest interval that holds both."""
        earliest = min(self.earliest, other.earliest) if self.earliest and other.earliest else None
        latest = max(self.latest, other.latest) if self.latest and other.latest else None
        return Span(earliest, latest)


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


def spans(frame: pd.DataFrame, name: str = "date") -> list[Span]:
    """Return one Span per row from the columns `{name}_earliest` and `{name}_latest`."""
    day = [
        [None if pd.isna(value) else pd.Timestamp(value).date() for value in frame[f"{name}_{end}"]]
        for end in ("earliest", "latest")
    ]
    return [Span(*ends) for ends in zip(*day, strict=True)]


def count_before(frame: pd.DataFrame, day, name: str = "date") -> tuple[int, int]:
    """Count rows dated before `day`: (certainly, possibly). The true number lies between the two.

    A row without any bound counts as possible only.
    """
    day = pd.Timestamp(day)
    certain = int((frame[f"{name}_latest"] < day).sum())
    possible = int((frame[f"{name}_earliest"].isna() | (frame[f"{name}_earliest"] < day)).sum())
    return certain, possible


def count_open(frame: pd.DataFrame, day) -> tuple[int, int]:
    """Count spells open on `day`: (certainly, possibly), from the columns opened_* and closed_*.

    A spell without a closing date (`closed_latest` and `closed_earliest` empty) is right-censored:
    it counts as open. A spell without any opening bound is possibly, never certainly, open before
    its first sure day."""
    certain, possible = open_masks(frame, day)
    return int(certain.sum()), int(possible.sum())


def open_masks(frame: pd.DataFrame, day) -> tuple[pd.Series, pd.Series]:
    """Return two boolean columns for spells on `day`: certainly open, possibly open."""
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


def weeks(first, last) -> pd.DatetimeIndex:
    """Return the Mondays from the week of `first` to the week of `last`."""
    start = pd.Timestamp(first)
    return pd.date_range(start - timedelta(days=start.weekday()), last, freq="7D")
