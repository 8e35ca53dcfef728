"""Axes and where they stand: places in millimetres, common year scales, named rows, pale bands.

An axis of years is either *numeric* (2020.5 is the middle of 2020) or *dated* (days). On both the
tick of a year is its first of January. Give an axis its years first: then every function of
`axes`, `marks` and `labels` draws a day where it belongs, on either kind. A day is a Timestamp, a
date, an ISO text, or a year as a number.
"""

from collections.abc import Iterable
from numbers import Real

import matplotlib as mpl
import matplotlib.dates as mdates
import numpy as np
import pandas as pd

from derisking.draw.style import HAIRLINE, INK, MM, NOTE, PALE

# ------------------------------------------------------------------------------------------ days


def to_year(day):
    """Return a day as a number of years: 2 July 2020 is 2020.5. A Series gives a Series.

    A number is taken for a year already; a missing day stays missing (NaN).
    """
    if isinstance(day, Real):
        return float(day)
    if isinstance(day, pd.Series):
        return pd.Series([to_year(one) for one in day], day.index, float)
    day = pd.Timestamp(day)
    if pd.isna(day):
        return np.nan
    return day.year + (day.day_of_year - 1) / (366 if day.is_leap_year else 365)


def locate_day(ax, day) -> float:
    """Return the place of a day on the horizontal axis of `ax`, dated or numeric; NaN for none."""
    if not is_dated(ax):
        return to_year(day)
    if isinstance(day, Real):
        start = pd.Timestamp(int(day), 1, 1)
        day = start + (day - int(day)) * (pd.Timestamp(int(day) + 1, 1, 1) - start)
    return np.nan if pd.isna(day) else float(mdates.date2num(pd.Timestamp(day)))


def is_dated(ax) -> bool:
    """Say whether the horizontal axis of `ax`, or one it is shared with, counts days, not years."""
    near = ax.get_shared_x_axes().get_siblings(ax)
    return any(other.xaxis.get_converter() is not None for other in near)


# ---------------------------------------------------------------------------------------- scales


def set_years(
    ax, first: int, last: int, every: int = 5, minor: int = 1, dated: bool = False
) -> None:
    """Give `ax` the years from 1 January of `first` to the end of `last`, ticks at their start.

    every, minor: years from one labelled tick to the next, and from one small tick to the next.
    """
    if dated:
        ax.set_xlim(pd.Timestamp(first, 1, 1), pd.Timestamp(last, 12, 31))
        ax.xaxis.set_major_locator(mdates.YearLocator(every))
        ax.xaxis.set_minor_locator(mdates.YearLocator(minor))
        ax.xaxis.set_major_formatter(mdates.DateFormatter("%Y"))
        return
    ax.set_xlim(first, last + 1)
    ax.xaxis.set_major_locator(mpl.ticker.MultipleLocator(every))
    ax.xaxis.set_minor_locator(mpl.ticker.MultipleLocator(minor))
    ax.xaxis.set_major_formatter("{x:.0f}")


def set_months(ax, first, last, every: int = 6, form: str = "%b\n%Y") -> None:
    """Give `ax` the days from `first` to `last`, a tick each `every` months, written in `form`."""
    ax.set_xlim(pd.Timestamp(first), pd.Timestamp(last))
    ax.xaxis.set_major_locator(mdates.MonthLocator(bymonth=range(1, 13, every)))
    ax.xaxis.set_major_formatter(mdates.DateFormatter(form))


def set_rows(ax, names, guides: str = "lines", size: float = 7, colour: str = PALE) -> None:
    """Prepare `ax` for one line a name, from the top down, without a frame at the left.

    guides: "lines" (a thin one along each row), "between" (one between rows) or "none".
    """
    names = list(names)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.set_yticks(range(len(names)), names)
    ax.tick_params(axis="y", length=0, labelsize=size)
    ax.spines["left"].set_visible(False)
    heights = {
        "lines": np.arange(len(names)),
        "between": np.arange(1, len(names)) - 0.5,
        "none": (),
    }
    for y in heights[guides]:
        ax.axhline(y, color=colour, lw=0.4, zorder=0)


# ---------------------------------------------------------------------------------------- places


def place_axes(ax, left: float, top: float, width: float, height: float) -> None:
    """Put `ax` on its page: all in mm, from the left and the upper edge. Ends automatic layout."""
    fig = ax.figure
    fig.set_layout_engine("none")
    across, down = (inch / MM for inch in fig.get_size_inches())
    ax.set_position([left / across, 1 - (top + height) / down, width / across, height / down])


def fill_page(ax) -> tuple[float, float]:
    """Let `ax` fill its page, mm from the upper left as coordinates; return the page's size."""
    width, height = (inch / MM for inch in ax.figure.get_size_inches())
    place_axes(ax, 0, 0, width, height)
    ax.set(xlim=(0, width), ylim=(height, 0))
    ax.axis("off")
    return width, height


# ----------------------------------------------------------------------------------------- bands


def _list_axes(axes) -> list:
    return list(np.ravel(axes)) if isinstance(axes, Iterable) else [axes]


def shade_span(axes, first, last, colour: str = HAIRLINE, words: str = "") -> None:
    """Lay a pale band from day `first` to day `last` behind `axes` (one or several).

    words: its name, written at the upper edge of the first of them.
    """
    axes = _list_axes(axes)
    for ax in axes:
        ax.axvspan(locate_day(ax, first), locate_day(ax, last), color=colour, lw=0, zorder=-5)
    if words:
        x = np.mean(_clip(axes[0], first, last))
        axes[0].annotate(
            words,
            (x, 1),
            (0, -2),
            ("data", "axes fraction"),
            textcoords="offset points",
            fontsize=6,
            color=NOTE,
            ha="center",
            va="top",
        )


def _clip(ax, first, last) -> tuple[float, float]:
    """Return the ends of a span on `ax` as far as they lie in sight."""
    low, high = sorted(ax.get_xlim())
    return max(locate_day(ax, first), low), min(locate_day(ax, last), high)


def mark_days(ax, days: dict, heights: int = 1, dates: bool = False) -> None:
    """Draw days as thin upright lines with their names above the panel.

    days: name -> day. heights: names stand in so many heights by turns, so that near ones do not
    touch. dates: write the day under its name.
    """
    for number, (name, day) in enumerate(dict(days).items()):
        x, stamp = locate_day(ax, day), pd.Timestamp(day)
        ax.axvline(x, color=INK, lw=0.6, ls=(0, (4, 2)), zorder=1)
        words = f"{name}\n{stamp.day} {stamp:%b %Y}" if dates else name
        ax.annotate(
            words,
            (x, 1),
            (0, 2 + 8 * (number % heights)),
            ("data", "axes fraction"),
            textcoords="offset points",
            fontsize=6,
            ha="center",
            va="bottom",
        )
