"""Marks that many charts share: intervals, ranges, series, bars, keys, heads, notes, and rows.

Everything takes tidy frames and knows nothing of what is plotted. A date known only in part is
drawn as the days it allows, never as a point alone; a bound that nobody knows fades out. How a
category looks comes from `style.read_meanings`.
"""

import heapq
import itertools
from typing import NamedTuple

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D

from derisking.draw import style
from derisking.draw.axes import is_dated, locate_day
from derisking.draw.style import INK, MM, NOTE, Meaning

MIDDLE = 0.5  # of a year, from its first of January: where a value for the whole year stands
HALO = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
FADING = 8  # pieces of an open end, each fainter than the one before
DAYS = 365.25  # a year, for open ends on a numeric axis
ESTIMATED = ("estimate", "derived", "model", "survey")  # codes of `basis` that are drawn hollow

# ------------------------------------------------------------------------------------- intervals


def find_middle(frame: pd.DataFrame, name: str = "date", first=None) -> pd.Series:
    """Return the day halfway between `{name}_earliest` and `{name}_latest`, or the one known.

    first: no day before it is returned, so that a mark stays on its axis.
    """
    early = frame[f"{name}_earliest"].fillna(frame[f"{name}_latest"])
    late = frame[f"{name}_latest"].fillna(early)
    middle = early + (late - early) / 2
    return middle if first is None else middle.clip(lower=first)


def draw_interval(
    ax,
    y: float,
    earliest,
    latest,
    colour: str = INK,
    tick: float = 0.18,
    width: float = 0.9,
    fade: float = 0,
    **options,
) -> None:
    """Draw the days (or numbers) a thing may have happened on, as a line with end ticks.

    A missing bound is an open end: the line goes on `fade` days past the bound that is known and
    fades out, without a tick. Where `earliest` and `latest` are the same, only a tick is drawn.
    tick: half its height in units of the vertical axis. Raises ValueError if both bounds are
    missing.
    """
    known = [locate_day(ax, day) for day in (earliest, latest) if pd.notna(day)]
    if not known:
        raise ValueError("an interval without any bound cannot be drawn")
    gap, ends = [np.nan], {"color": colour, "lw": width, "zorder": 2, **options}
    x = [known[0], known[-1]] + [part for end in known for part in (np.nan, end, end)]
    heights = [y, y] + [part for _ in known for part in (*gap, y - tick, y + tick)]
    ax.plot(x, heights, solid_capstyle="butt", **ends)
    if len(known) == 1 and fade:
        _fade_out(ax, y, known[0], -fade if pd.isna(earliest) else fade, **ends)


def _fade_out(ax, y: float, start: float, days: float, color: str, lw: float, **options) -> None:
    """Draw a line from `start` over some days (to the left if negative), fainter at each piece."""
    reach = days if is_dated(ax) else days / DAYS
    x = start + np.linspace(0, reach, FADING + 1)
    pieces = [[(left, y), (right, y)] for left, right in itertools.pairwise(x)]
    shades = [mpl.colors.to_rgba(color, 1 - step / FADING) for step in range(FADING)]
    ax.add_collection(
        LineCollection(pieces, colors=shades, linewidths=lw, **options), autolim=False
    )


def draw_dated(
    ax,
    frame: pd.DataFrame,
    y: str,
    by: str,
    meanings: dict[str, Meaning],
    name: str = "date",
    size: float = 4.4,
    tick: float = 0.2,
    width: float = 0.7,
    fade: float = 60,
    faint: str = "",
) -> None:
    """Draw one mark a row in the middle of its possible days, with a bar over them; never joined.

    Columns of `frame`: `y` (its name); `by` (a key of `meanings`); `{name}_earliest`,
    `{name}_latest` (one may be missing: the bar fades out over `fade` days); `faint`, if named, a
    boolean for pale rows.
    """
    for row, middle in zip(frame.to_dict("records"), find_middle(frame, name), strict=True):
        look, early, late = (
            meanings[row[by]].style(size),
            row[f"{name}_earliest"],
            row[f"{name}_latest"],
        )
        shown = {"alpha": 0.35} if faint and row[faint] else {}
        if early != late:
            draw_interval(
                ax, row[y], early, late, look["markeredgecolor"], tick, width, fade, **shown
            )
        ax.plot(locate_day(ax, middle), row[y], zorder=3, **look, **shown)


# ---------------------------------------------------------------------------------------- series


def find_runs(years) -> list[np.ndarray]:
    """Return the positions of each unbroken run of consecutive years, in order; sorted years."""
    years = np.asarray(years)
    return np.split(np.arange(len(years)), np.flatnonzero(np.diff(years) != 1) + 1)


def draw_series(
    ax, frame: pd.DataFrame, meaning: Meaning, size: float = 2.6, width: float = 0.9
) -> None:
    """Draw one yearly series: marks at the middle of its years, a line only through unbroken runs.

    Columns of `frame`: year, value, and perhaps hollow (an estimate, or only a part of a year).
    """
    frame = frame.sort_values("year", kind="stable")
    x, y = frame["year"].to_numpy(float) + MIDDLE, frame["value"].to_numpy(float)
    for run in find_runs(frame["year"]):
        if len(run) > 1:
            ax.plot(x[run], y[run], color=meaning.colour, lw=width, zorder=2)
    open_ = frame["hollow"].to_numpy(bool) if "hollow" in frame else np.zeros(len(frame), bool)
    look = meaning.style(size) | {"zorder": 3, "markeredgewidth": 0.7}
    for some, shown in ((~open_, look), (open_, make_hollow(look))):
        if some.any():
            ax.plot(x[some], y[some], **shown)


class Panel(NamedTuple):
    """One small chart of yearly series."""

    subject: str
    unit: str
    limits: tuple[float, float]
    series: dict[str, str]  # series_id -> key of its look
    scale: float = 1  # factor from the unit of the series to that of the panel


def gather_panels(panels: dict[str, Panel], series: pd.DataFrame, years) -> pd.DataFrame:
    """Return the values that panels (by letter) show of `series`, in their units.

    years: the first and the last. Columns: panel, series_id, mark (key of the look), year, value;
    hollow (an estimate, or not one whole year).
    """
    parts = []
    for letter, panel in panels.items():
        shown = series[series["series_id"].isin(panel.series) & series["year"].between(*years)]
        hollow = shown["basis"].isin(ESTIMATED) | shown["period"].str.contains("/")
        mark, value = shown["series_id"].map(panel.series), shown["value"] * panel.scale
        parts.append(shown.assign(panel=letter, mark=mark, value=value, hollow=hollow))
    columns = ["panel", "series_id", "mark", "year", "value", "hollow"]
    return pd.concat(parts, ignore_index=True)[columns]


# ------------------------------------------------------------------------------------------ rows


def stack_rows(starts, ends, gap=0) -> np.ndarray:
    """Return for each span the first row, from 0, on which it lies `gap` after the one before.

    starts, ends: days or numbers of equal length; `gap` in their unit (a Timedelta for days).
    Spans are taken by their start, in one sweep; the order of the input breaks ties.
    """
    starts, ends = pd.Series(starts).array, pd.Series(ends).array
    rows = np.zeros(len(starts), int)
    used, free = [], []  # heaps: (end, row) of rows in use; numbers of rows that are free again
    for place in sorted(range(len(starts)), key=lambda i: (starts[i], ends[i])):
        while used and used[0][0] + gap <= starts[place]:
            heapq.heappush(free, heapq.heappop(used)[1])
        rows[place] = heapq.heappop(free) if free else len(used)
        heapq.heappush(used, (ends[place], rows[place]))
    return rows


def centre_rows(rows) -> np.ndarray:
    """Turn rows 0, 1, 2, 3 ... into 0, 1, -1, 2 ...: offsets for marks that dodge about a line."""
    rows = np.asarray(rows)
    return (rows + 1) // 2 * np.where(rows % 2, 1, -1)


def lay_groups(
    frame: pd.DataFrame, by: str, order=None, air: float = 1.4, head: float = 1.0, heights: str = ""
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Lay rows out in groups from the top down, with room for a heading over each group.

    by: the column that groups; order: of the groups, by first appearance if not given (rows of
    groups not in it are left out). air: rows between groups; head: rows a heading takes (0:
    none). heights: a column with the height of each row, else 1. Returns the frame with y (the
    middle of each row), and the y of each heading; without headings that of the first row.
    """
    parts, heads, y = [], {}, 0.0
    for name in order if order is not None else frame[by].drop_duplicates():
        rows = frame[frame[by].eq(name)]
        if rows.empty:
            continue
        tall = rows[heights].to_numpy(float) if heights else np.ones(len(rows))
        bottoms = y + head - 0.5 + tall.cumsum()
        parts.append(rows.assign(y=bottoms - tall / 2))
        heads[name] = y if head else float(bottoms[0] - tall[0] / 2)
        y = bottoms[-1] + 0.5 - head + air
    return pd.concat(parts), heads


# ----------------------------------------------------------------------------- heads, notes, keys


def write_head(
    ax, letter: str, words: str, unit: str = "", rise: float = 4, size: float = 7
) -> None:
    """Write letter, subject and unit of a panel above it on one line, `rise` points up."""
    place = {"xycoords": "axes fraction", "textcoords": "offset points", "va": "baseline"}
    ax.set_label(f"{letter} {words}")  # for the codes of column panel, see `save.find_panels`
    if letter:
        ax.annotate(letter, (0, 1), (0, rise), fontsize=8, fontweight="bold", **place)
    ax.annotate(words, (0, 1), (11 if letter else 0, rise), fontsize=size, **place)
    if unit:
        ax.annotate(unit, (1, 1), (0, rise), fontsize=6, color=NOTE, ha="right", **place)


def make_panels(
    heads: dict[str, tuple], height: float, shape: tuple[int, int], width: float = 183, **options
):
    """Return a figure and its axes by letter, each with its head.

    heads: letter -> (subject, unit). height, width: in mm. shape: rows and columns. options: as
    for `style.make_canvas`.
    """
    fig, axes = style.make_canvas(width, height, *shape, squeeze=False, **options)
    panels = dict(zip(heads, axes.flat, strict=True))
    for letter, ax in panels.items():
        write_head(ax, letter, *heads[letter])
    return fig, panels


def write_note(
    ax, x, y: float, words: str, dx: float = 0, dy: float = 0, halo: bool = False, **text
):
    """Write a small note `dx`, `dy` points from a point on the chart, centred on it in height.

    halo: on a piece of plain ground, for a note among marks (then in ink); `save` gives it the
    colour of the band it lies on. text: changes to the look.
    """
    look = {"fontsize": 6, "color": INK if halo else NOTE, "va": "center", "zorder": 5}
    look |= {"bbox": HALO} if halo else {}
    x = x if isinstance(x, (int, float, np.number)) else locate_day(ax, x)
    return ax.annotate(words, (x, y), (dx, dy), textcoords="offset points", **(look | text))


def write_column(ax, x: float, heights, words, head: str = "", rise: float = 4, **text) -> None:
    """Write one text a row beside `ax`: `x` in fractions of its width, `heights` in rows.

    head: the heading of the column, `rise` points above the axes. text: changes to the look.
    """
    place = ax.get_yaxis_transform()
    for y, word in zip(heights, words, strict=True):
        ax.text(
            x,
            y,
            word,
            transform=place,
            **{"fontsize": 6, "va": "center", **text},
        )
    if head:
        ax.annotate(
            head,
            (x, 1),
            (0, rise),
            "axes fraction",
            textcoords="offset points",
            fontsize=6,
            color=NOTE,
            ha=text.get("ha", "left"),
            va="baseline",
        )


def make_hollow(look: dict) -> dict:
    """Return a look (keywords of `Axes.plot`) with its mark in outline."""
    edge = look.get("markeredgecolor", look.get("color", INK))
    return {**look, "fillstyle": "full", "markerfacecolor": "white", "markeredgecolor": edge}


def list_entries(entries, only=None, size: float = 4.4) -> list[tuple[str, dict]]:
    """Return the entries of a key as (words, look).

    entries: the name of a group of meanings.csv, a dict of meanings, or a list of meanings and of
    pairs (words, Meaning or look). only: the keys that occur, for a group or a dict.
    """
    if isinstance(entries, str):
        entries = style.read_meanings(entries)
    if isinstance(entries, dict):
        entries = [meaning for key, meaning in entries.items() if only is None or key in set(only)]
    pairs = [(entry.label, entry) if isinstance(entry, Meaning) else entry for entry in entries]
    return [
        (words, look.style(size) if isinstance(look, Meaning) else look) for words, look in pairs
    ]


def draw_key(
    where,
    entries,
    place="above",
    only=None,
    size: float = 4.4,
    columns: int = 0,
    left: float = 3,
    **options,
):
    """Draw a key and return it. For charts too full to label.

    where: axes, or a figure. entries, only, size: as in `list_entries`. place: "above" or "above
    right" of the axes; "below" (along the lower edge of the page, `left` mm from its left edge);
    a pair (mm from the left, mm from the top of the page); or any `loc` of a matplotlib legend.
    columns: all entries on one line if not given, or one below the other inside axes. options: as
    for a legend.
    """
    shown = list_entries(entries, only, size)
    handles = [
        Line2D([], [], label=words, **{"solid_capstyle": "butt", **look}) for words, look in shown
    ]
    lines = any(handle.get_linestyle() not in ("None", "none") for handle in handles)
    fig = where if hasattr(where, "savefig") else where.figure
    wide, high = (inch / MM for inch in fig.get_size_inches())
    on_page = {"below": ("lower left", (left / wide, 0))}
    if not isinstance(place, str):
        on_page, place = {"at": ("upper left", (place[0] / wide, 1 - place[1] / high))}, "at"
    beside = {"above": ("lower left", (0, 1)), "above right": ("lower right", (1, 1))}
    loc, anchor = {**on_page, **beside}.get(place, (place, None))
    look = {
        "loc": loc,
        "ncols": columns or (len(handles) if anchor else 1),
        "handletextpad": 0.4,
        "handlelength": 1.6 if lines else 1.0,
        "columnspacing": 1.2,
        "borderpad": 0,
        "borderaxespad": 0.4 if place not in ("at", "below") else 0.2,
    }
    look |= {"bbox_to_anchor": anchor} if anchor else {}
    holder = fig if place in on_page else where
    return holder.legend(handles=handles, **(look | options))
