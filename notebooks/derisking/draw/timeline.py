"""Older names of intervals and axes, until every room uses `axes`, `marks` and `labels`."""

import matplotlib.dates as mdates
import pandas as pd

from derisking.draw.style import INK


def interval(
    ax,
    y: float,
    earliest,
    latest,
    colour: str = INK,
    tick: float = 0.18,
    width: float = 0.9,
    fade: float = 0,
) -> None:
    """Draw the days an event may have fallen on as a line with small end ticks at height `y`.

    A missing bound is an open end: the line runs `fade` days past the known one, dotted, without a tick.
    """
    left = (
        pd.Timestamp(earliest)
        if pd.notna(earliest)
        else pd.Timestamp(latest) - pd.Timedelta(days=fade)
    )
    right = (
        pd.Timestamp(latest)
        if pd.notna(latest)
        else pd.Timestamp(earliest) + pd.Timedelta(days=fade)
    )
    known = pd.notna(earliest) and pd.notna(latest)
    ax.plot(
        [left, right],
        [y, y],
        color=colour,
        lw=width,
        ls="-" if known else ":",
        solid_capstyle="butt",
        zorder=2,
    )
    for end, given in ((left, earliest), (right, latest)):
        if pd.notna(given):
            ax.plot([end, end], [y - tick, y + tick], color=colour, lw=width, zorder=2)


def years(ax, first: int, last: int, every: int = 5) -> None:
    """Give `ax` the common year scale: from 1 January of `first` to the end of `last`, a tick each `every` years."""
    ax.set_xlim(pd.Timestamp(first, 1, 1), pd.Timestamp(last, 12, 31))
    ax.xaxis.set_major_locator(mdates.YearLocator(every))
    ax.xaxis.set_major_formatter(mdates.DateFormatter("%Y"))
    ax.xaxis.set_minor_locator(mdates.YearLocator(1))
