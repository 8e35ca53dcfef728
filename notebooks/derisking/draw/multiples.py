"""Older names of marks and axes, until every room uses `axes` and `marks`."""

import matplotlib as mpl
import numpy as np
import pandas as pd

from derisking.draw.style import INK, NOTE, PALE

MIDDLE = 0.5  # of a year, from its first of January
HALO = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}


def number(day) -> float:
    """Return a day as a number of years: 1 July 2020 is about 2020.5."""
    day = pd.Timestamp(day)
    return day.year + (day.day_of_year - 1) / (366 if day.is_leap_year else 365)


def axis(ax, first: int, last: int, every: int = 10, minor: int = 1) -> None:
    """Give `ax` years from 1 January of `first` to the end of `last`, a labelled tick each `every` years."""
    ax.set_xlim(first, last + 1)
    ax.xaxis.set_major_locator(mpl.ticker.MultipleLocator(every))
    ax.xaxis.set_minor_locator(mpl.ticker.MultipleLocator(minor))
    ax.xaxis.set_major_formatter("{x:.0f}")


def head(ax, letter: str, words: str, unit: str = "") -> None:
    """Write the letter, the subject and the unit of a panel above it, flush with its left edge."""
    ax.set_title(f"{letter}  ", fontsize=8, loc="left", pad=4)
    ax.annotate(
        words, (0, 1), (11, 4), "axes fraction", textcoords="offset points", fontsize=7, va="bottom"
    )
    if unit:
        ax.annotate(unit, (1, 1), (0, 4), "axes fraction", textcoords="offset points", fontsize=6, color=NOTE,
                    va="bottom", ha="right")  # fmt: skip


def phase(ax, first, last, colour: str, words: str = "") -> None:
    """Shade the years from `first` to `last` (numbers or days) and name them at the top of the panel if asked."""
    start, end = (x if isinstance(x, (int, float)) else number(x) for x in (first, last))
    ax.axvspan(start, end, color=colour, lw=0, zorder=0)
    if words:
        ax.annotate(words, ((start + end) / 2, 1), (0, -2), ("data", "axes fraction"), textcoords="offset points",
                    fontsize=6, color=NOTE, ha="center", va="top")  # fmt: skip


def runs(years: pd.Series) -> list[np.ndarray]:
    """Return the positions of each unbroken run of consecutive years, in order."""
    years = years.to_numpy()
    return np.split(np.arange(len(years)), np.flatnonzero(np.diff(years) != 1) + 1)


def line(ax, frame: pd.DataFrame, meaning, size: float = 2.6, width: float = 0.9) -> None:
    """Draw one series on one basis: marks for its years, a line only through consecutive ones.

    Columns of `frame`: year, value, hollow (an estimate or a part of a year: drawn hollow).
    """
    frame = frame.sort_values("year")
    x, y = frame["year"].to_numpy(float) + MIDDLE, frame["value"].to_numpy(float)
    for run in runs(frame["year"]):
        if len(run) > 1:
            ax.plot(x[run], y[run], color=meaning.colour, lw=width, zorder=2)
    look = meaning.style(size) | {"zorder": 3, "markeredgewidth": 0.7}
    for hollow in (False, True):
        some = frame["hollow"].to_numpy(bool) == hollow
        if some.any():
            ax.plot(x[some], y[some], **look | ({"markerfacecolor": "white"} if hollow else {}))


def say(ax, x: float, y: float, words: str, dx: float = 4, dy: float = 0, **options):
    """Write a small label `dx`, `dy` points from a point in data coordinates, on a white ground."""
    look = {"fontsize": 6, "color": INK, "va": "center", "bbox": HALO, "zorder": 5}
    return ax.annotate(words, (x, y), (dx, dy), textcoords="offset points", **(look | options))


def diverging(ax, counts: pd.DataFrame, up, down, width: float = 0.72) -> None:
    """Draw counts by year against each other: `up` above the line, `down` below it.

    Columns of `counts`: year, side ("up" or "down"), lower, upper. The solid bar is certain; what date uncertainty may
    add stands on it in outline. `up` and `down` are meanings.
    """
    for side, meaning, sign in (("up", up, 1), ("down", down, -1)):
        rows = counts[counts["side"].eq(side)]
        x = rows["year"].to_numpy(float) + MIDDLE
        low, more = rows["lower"].to_numpy(float), (rows["upper"] - rows["lower"]).to_numpy(float)
        ax.bar(x, sign * low, width, color=meaning.colour, lw=0, zorder=2)
        x, low, more = (values[more > 0] for values in (x, low, more))
        ax.bar(
            x,
            sign * more,
            width,
            bottom=sign * low,
            fc="white",
            ec=meaning.colour,
            lw=0.6,
            zorder=2,
        )
    ax.axhline(0, color=INK, lw=0.5, zorder=3)
    ax.yaxis.set_major_locator(mpl.ticker.MaxNLocator(5, integer=True))
    ax.yaxis.set_major_formatter(lambda value, _: f"{abs(value):.0f}")


def chain(rates: pd.Series, base: int) -> pd.Series:
    """Chain yearly growth rates in percent to an index with `base` = 100; `rates` is indexed by year without gaps.

    Raises ValueError if a year after `base` is missing.
    """
    years = range(base + 1, int(rates.index.max()) + 1)
    if missing := [year for year in years if year not in rates.index]:
        raise ValueError(f"no growth rate for {missing}; an index cannot be chained across a gap")
    factors = 1 + rates.loc[list(years)].astype(float) / 100
    return pd.concat([pd.Series({base: 100.0}), 100 * factors.cumprod()])


def guide(ax, y: float) -> None:
    """Draw a level to compare with."""
    ax.axhline(y, color=PALE, lw=0.6, zorder=0)


def rows(ax, names: list[str]) -> None:
    """Prepare `ax` for named rows from the top down, with a thin line for each."""
    ax.set_ylim(len(names) - 0.25, -0.6)
    ax.set_yticks(range(len(names)), names)
    ax.tick_params(axis="y", length=0, labelsize=7)
    ax.spines["left"].set_visible(False)
    for y in range(len(names)):
        guide(ax, y)
