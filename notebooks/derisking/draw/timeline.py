"""Chart forms with a time axis: lanes of labelled events, intervals, spells, stocks. They take tidy frames and know nothing
of what is plotted. A date known only in part is drawn as the days it allows, never as a point alone."""

import textwrap

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.textpath import TextToPath
from matplotlib.transforms import ScaledTranslation

from derisking.draw import style
from derisking.draw.style import INK, MM, NOTE, PALE

POINT = 25.4 / 72  # mm
AIR = 0.25  # lines between two labels


def interval(
    ax, y: float, earliest, latest, colour: str = INK, tick: float = 0.18, width: float = 0.9, fade: float = 0
) -> None:
    """Draw the days an event may have fallen on as a line with small end ticks at height `y`.

    A missing bound is an open end: the line runs `fade` days past the known one, dotted, without a tick.
    """
    left = pd.Timestamp(earliest) if pd.notna(earliest) else pd.Timestamp(latest) - pd.Timedelta(days=fade)
    right = pd.Timestamp(latest) if pd.notna(latest) else pd.Timestamp(earliest) + pd.Timedelta(days=fade)
    known = pd.notna(earliest) and pd.notna(latest)
    ax.plot([left, right], [y, y], color=colour, lw=width, ls="-" if known else ":", solid_capstyle="butt", zorder=2)
    for end, given in ((left, earliest), (right, latest)):
        if pd.notna(given):
            ax.plot([end, end], [y - tick, y + tick], color=colour, lw=width, zorder=2)


def years(ax, first: int, last: int, every: int = 5) -> None:
    """Give `ax` the common year scale: from 1 January of `first` to the end of `last`, a tick each `every` years."""
    ax.set_xlim(pd.Timestamp(first, 1, 1), pd.Timestamp(last, 12, 31))
    ax.xaxis.set_major_locator(mdates.YearLocator(every))
    ax.xaxis.set_major_formatter(mdates.DateFormatter("%Y"))
    ax.xaxis.set_minor_locator(mdates.YearLocator(1))


# ------------------------------------------------------------------------------------------ page and scale


def place(ax, left: float, top: float, width: float, height: float) -> None:
    """Put `ax` on the page: millimetres from the left and upper edge. For figures without a layout engine."""
    page_width, page_height = (inch / MM for inch in ax.figure.get_size_inches())
    ax.set_position([left / page_width, 1 - (top + height) / page_height, width / page_width, height / page_height])


def position(days, first, last, width: float) -> pd.Series:
    """Return days as millimetres from the left end of an axis that shows `first` to `last` on `width` mm."""
    first, last = pd.Timestamp(first), pd.Timestamp(last)
    return (pd.to_datetime(pd.Series(days)) - first) / (last - first) * width


def text_width(words: str, size: float) -> float:
    """Return the width in mm of the longest line of `words` at `size` points in the font of the style."""
    font = FontProperties(size=size)
    return max(TextToPath().get_text_width_height_descent(line, font, False)[0] for line in words.split("\n")) * POINT


def wrap(words: str, chars: int) -> str:
    """Break `words` into as few lines of at most about `chars` letters as possible, of nearly equal length."""
    lines = len(textwrap.wrap(words, chars, break_long_words=False))
    for narrow in range(max(1, len(words) // lines), chars + 1):
        parts = textwrap.wrap(words, narrow, break_long_words=False)
        if len(parts) <= lines:
            return "\n".join(parts)
    return "\n".join(textwrap.wrap(words, chars, break_long_words=False))


def bands(axes, frame: pd.DataFrame) -> None:
    """Shade spans of time behind every one of `axes`. `frame`: start, end (days), colour."""
    for ax in axes:
        for row in frame.itertuples():
            ax.axvspan(row.start, row.end, color=row.colour, lw=0, zorder=-5)


def band_names(ax, frame: pd.DataFrame, rise: float = 1.0, size: float = 6) -> None:
    """Name the spans once, `rise` mm above `ax`. `frame`: start, end (days) and label, which may hold line breaks."""
    left, right = (mdates.num2date(end).replace(tzinfo=None) for end in ax.get_xlim())
    shift = ScaledTranslation(0, rise * MM, ax.figure.dpi_scale_trans)
    for row in frame.itertuples():
        start, end = max(row.start, left), min(row.end, right)
        if start < end:
            ax.text(start + (end - start) / 2, 1, row.label, transform=ax.get_xaxis_transform() + shift, fontsize=size,
                    color=NOTE, ha="center", va="bottom", linespacing=1.0)  # fmt: skip


# ------------------------------------------------------------------------------------------- labelled events


def arrange(frame: pd.DataFrame, width: float, size: float, gap: float = 1.6, tries: int = 40,
            leaders: bool = True) -> pd.DataFrame:  # fmt: skip
    """Give each label a row and a side of its mark, so that no label lies on another, on a mark or on a leader.

    frame: x0, x, x1 (mm from the left: ends of the date interval and the mark) and label. The leader of a mark runs
    from row 0 straight down to it; without `leaders` labels only keep clear of each other, and need fewer rows. Returns the frame with side (1: label right of the mark, -1: left), row (first
    line of the label, 0 at the top) and lines. Sides are improved one by one from a fixed set of starts, fewest rows
    first: the same frame always gives the same layout. Rows of 1000 mean that the labels do not fit.
    """
    items = [
        (row.x0, row.x, row.x1, text_width(row.label, size), row.label.count("\n") + 1) for row in frame.itertuples()
    ]
    generator = np.random.default_rng(0)
    starts = [np.ones(len(items)), *(generator.choice([1, -1], len(items)) for _ in range(tries))]
    best = None
    for start in starts:
        sides = _inside(items, [int(side) for side in start], width, gap)
        rows, improving = _rows(items, sides, gap, leaders), True
        while improving:
            improving = False
            for place in range(len(items)):
                other = _inside(items, [-side if k == place else side for k, side in enumerate(sides)], width, gap)
                found = _rows(items, other, gap, leaders)
                if _cost(items, found) < _cost(items, rows):
                    sides, rows, improving = other, found, True
        if best is None or _cost(items, rows) < _cost(items, best[1]):
            best = (sides, rows)
    return frame.assign(side=best[0], row=best[1], lines=[item[4] for item in items])


def _ends(item, side: int, gap: float) -> tuple[float, float]:
    """Return the ends in mm of mark and label together."""
    x0, _, x1, wide, _ = item
    return (x0 - gap / 2, x1 + gap + wide) if side == 1 else (x0 - gap - wide, x1 + gap / 2)


def _inside(items, sides: list[int], width: float, gap: float) -> list[int]:
    """Turn the labels that would leave the axis to its other side."""
    fits = [[item[2] + gap + item[3] <= width, item[0] - gap - item[3] >= 0] for item in items]
    return [side if fits[k][side == -1] or not fits[k][side == 1] else -side for k, side in enumerate(sides)]


def _rows(items, sides: list[int], gap: float, leaders: bool, room: float = 0.8) -> list:
    """Return the row of each label for given sides; 1000 stands in it if some leaders would have to cross.

    A label that a leader would cross must lie below the label of that leader; each goes to the first row free for it.
    """
    number = range(len(items))
    ends = [_ends(item, side, gap) for item, side in zip(items, sides, strict=True)]
    words = [
        (items[k][2] + 0.5, ends[k][1] + 0.3) if sides[k] == 1 else (ends[k][0] - 0.3, items[k][0] - 0.5)
        for k in number
    ]
    above = [{j for j in number if leaders and j != k and words[k][0] < items[j][1] < words[k][1]} for k in number]
    rows = {}
    while len(rows) < len(items):
        ready = [k for k in number if k not in rows and above[k] <= rows.keys()]
        if not ready:  # two leaders would have to cross: a bad choice of sides, and the worse the more labels it stops
            return [rows.get(k, 1000) for k in number]
        k = max(ready, key=lambda place: items[place][1] * sides[place])
        row = max((rows[j] + items[j][4] + AIR for j in above[k]), default=0)
        while any(
            row < rows[j] + items[j][4] + AIR and rows[j] < row + items[k][4] + AIR
            and ends[k][0] < ends[j][1] + room and ends[j][0] < ends[k][1] + room
            for j in rows
        ):  # fmt: skip
            row += 0.25
        rows[k] = row
    return [rows[k] for k in number]


def _cost(items, rows) -> tuple:
    if 1000 in rows:
        return (1000, sum(row == 1000 for row in rows))
    return (max((row + item[4] for row, item in zip(rows, items, strict=True)), default=0), sum(rows))


def lay_lanes(frame: pd.DataFrame, lanes: dict, first, last, width: float, size: float = 6,
              chars: tuple = (60, 40, 26), room: float = 1.4, leaders: bool = True) -> pd.DataFrame:  # fmt: skip
    """Lay out dated, labelled events in lanes, from the top down, before the figure exists.

    frame: lane, title, date_earliest, date_latest. lanes: key -> name, in order. width: mm of the time axis.
    A lane takes the line length of `chars` that needs the fewest rows.
    Returns the frame with x (day drawn: the middle of the interval), label (the title in lines),
    side, leader, top (first row of its lane on the page), row (row of the label on the page), lines. `room`: rows of air
    between lanes. The last row used is the largest row + lines.
    """
    parts, top = [], 0.0
    for lane in lanes:
        part = frame[frame["lane"].eq(lane)].sort_values(["date_earliest", "date_latest", "title"]).copy()
        part["x"] = part["date_earliest"] + (part["date_latest"] - part["date_earliest"]) / 2
        spans = {name: position(part[day], first, last, width).clip(0, width)
                 for name, day in (("x0", "date_earliest"), ("x", "x"), ("x1", "date_latest"))}  # fmt: skip
        tried = [
            arrange(
                part.assign(label=[wrap(title, n) for title in part["title"]], **spans), width, size, leaders=leaders
            )
            for n in chars
        ]
        spots = min(tried, key=lambda spot: ((spot["row"] + spot["lines"]).max(), spot["row"].sum()))
        if spots["row"].max() >= 1000:
            raise ValueError(f"the labels of lane {lane!r} do not fit; break them into more lines or show fewer events")
        part["label"], part["leader"] = spots["label"], leaders
        part["side"], part["lines"] = spots["side"], spots["lines"]
        part["top"], part["row"] = top, top + 0.8 + spots["row"]
        parts.append(part)
        top = (part["row"] + part["lines"]).max() + room if len(part) else top + 2 + room
    return pd.concat(parts)


def draw_lanes(ax, laid: pd.DataFrame, lanes: dict, meanings: dict, by: str, other: str = "", size: float = 6,
               strong=None) -> None:  # fmt: skip
    """Draw what `lay_lanes` laid out: lane lines, leaders, date intervals, marks by column `by`, labels.

    `other`: a second coding; where it is given and differs, the mark gets an outline in its form and colour.
    `strong`: a boolean column; its events are larger and darker. Sets the y axis to rows, 0 at the top.
    """
    last = (laid["row"] + laid["lines"]).max()
    ax.set_ylim(last + 0.6, -0.6)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    for lane, name in lanes.items():
        part = laid[laid["lane"].eq(lane)]
        top = part["top"].iloc[0]
        ax.axhline(top, color="#B3B3B3", lw=0.5, zorder=1)
        ax.annotate(name, (0, top), xycoords=ax.get_yaxis_transform(), xytext=(-3, 2.5), textcoords="offset points",
                    ha="right", va="top", fontsize=7, linespacing=1.05)  # fmt: skip
    for row in laid.itertuples():
        heavy = strong is None or getattr(row, strong)
        y, grade = row.row + row.lines / 2, 1.0 if heavy else 0.8
        ax.plot([row.x, row.x], [row.top, y if row.leader else row.top + 0.5], color="#B3B3B3", lw=0.4, zorder=1)
        if row.date_latest > row.date_earliest:
            interval(ax, y, row.date_earliest, row.date_latest, meanings[getattr(row, by)].colour, tick=0.25, width=0.6)
        second = getattr(row, other) if other else None
        if pd.notna(second) and second:
            outer = meanings[second]
            ax.plot(row.x, y, zorder=3, marker="s" if outer.marker == "." else outer.marker, ms=5.6 * grade, mfc="white",
                    mec=outer.colour, mew=0.7, ls="none", clip_on=False)  # fmt: skip
        first = meanings[getattr(row, by)]
        inner = {
            **first.style(3.6 * grade * (1.6 if first.marker == "." else 1)),
            "markeredgewidth": 0,
            "clip_on": False,
        }
        ax.plot(row.x, y, zorder=4, **inner)
        edge = row.date_latest if row.side == 1 else row.date_earliest
        ax.annotate(row.label, (edge, y), xytext=(row.side * 1.5 / POINT, 0), textcoords="offset points", va="center",
                    ha="left" if row.side == 1 else "right", fontsize=size, color=INK if heavy else NOTE,
                    linespacing=1.0, annotation_clip=False)  # fmt: skip


# ------------------------------------------------------------------------------------------ stocks and spells


def ranges(ax, frame: pd.DataFrame, colour: str = PALE, width: float = 4.5) -> None:
    """Draw what a number may have been as upright bars. `frame`: day, lower, upper. `width` in points."""
    ax.vlines(frame["day"], frame["lower"], frame["upper"], color=colour, lw=width, zorder=1)


def range_key(wide: str, thin: str) -> list:
    """Return the entries of a key for two kinds of `ranges`: pale bars and thin lines."""
    return [Line2D([], [], color=PALE, lw=4.5, solid_capstyle="butt", label=wide),
            Line2D([], [], color="#BDBDBD", lw=0.6, label=thin)]  # fmt: skip


def counts(ax, frame: pd.DataFrame, meanings: dict, by: str, size: float = 4.2, small: str = "") -> None:
    """Draw single published counts, never joined. `frame`: day, value, `by`; `small`: boolean column for small marks."""
    for row in frame.itertuples():
        scale = 0.62 if small and getattr(row, small) else 1
        meaning = meanings[getattr(row, by)]
        style = meaning.style(size * scale * (1.7 if meaning.marker in "*." else 1))
        ax.plot(row.day, row.value, zorder=3, **{**style, "markeredgewidth": 0.7})


def aside(ax, frame: pd.DataFrame, x, apart: float, size: float = 6) -> None:
    """Write labels in a column at day `x`, each joined to its mark by a thin leader, at least `apart` units apart.

    frame: day, value (where the mark is) and label. Labels keep the order of their values.
    """
    placed = frame.sort_values("value")
    heights = placed["value"].to_list()
    for _ in range(200):
        for low in range(len(heights) - 1):
            lack = apart - (heights[low + 1] - heights[low])
            if lack > 1e-6:
                heights[low], heights[low + 1] = heights[low] - lack / 2, heights[low + 1] + lack / 2
    for row, height in zip(placed.itertuples(), heights, strict=True):
        ax.annotate(row.label, (row.day, row.value), xytext=(pd.Timestamp(x), height), fontsize=size, va="center",
                    annotation_clip=False, arrowprops={"arrowstyle": "-", "lw": 0.4, "color": NOTE, "shrinkA": 0.5,
                                                       "shrinkB": 2.5, "relpos": (0, 0.5)})  # fmt: skip


def spells(ax, frame: pd.DataFrame, end, colour: str = "#595959", close: str = "#D55E00", faint: str = "#BDBDBD",
           height: float = 2.4) -> None:  # fmt: skip
    """Draw spells as bars on rows: thick where certain, thin with end ticks where only bounds are known.

    frame: y (row), opened_earliest, opened_latest, closed_earliest, closed_latest, ended (boolean), seen (day of the
    last sight of a spell without an end), sure (boolean; the rest is drawn faint). An opening without a first bound runs
    dotted for three years; where the earliest closing is unknown, all days since the opening are dotted. Without an end
    the bar is solid to `seen` and dotted on to `end`. `height` in points.
    """
    for row in frame.itertuples():
        body, mark = (colour, close) if row.sure else (faint, faint)
        stop = row.closed_earliest if row.ended else row.seen
        if pd.isna(stop):
            stop = row.opened_latest
        if row.opened_latest < stop:
            ax.plot([row.opened_latest, stop], [row.y, row.y], color=body, lw=height, solid_capstyle="butt", zorder=2)
        if row.opened_earliest != row.opened_latest:
            interval(ax, row.y, row.opened_earliest, row.opened_latest, body, tick=0.26, width=0.6, fade=1100)
        if row.ended and pd.isna(row.closed_earliest):
            ax.plot(
                [row.opened_latest, row.closed_latest], [row.y, row.y], color=body, lw=0.7, ls=(0, (1, 1)), zorder=2
            )
        if not row.ended:
            ax.plot([max(stop, row.opened_latest), end], [row.y, row.y], color=body, lw=0.7, ls=(0, (1, 1)), zorder=2)
            continue
        start = row.closed_earliest if pd.notna(row.closed_earliest) else row.closed_latest
        interval(ax, row.y, start, row.closed_latest, mark, tick=0.36, width=0.8)


def tiles(ax, frame: pd.DataFrame, meanings: dict, by: str, columns: int, rows: int, size: float = 4.6) -> None:
    """Draw one small square a unit, `columns` to a line, from the upper left. `frame`: one row a unit, column `by`.

    A category with a hollow marker is drawn as an outline. The panel has room for `rows` lines.
    """
    ax.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5))
    ax.axis("off")
    for place, row in enumerate(frame.itertuples()):
        meaning = meanings[getattr(row, by)]
        hollow = meaning.fill == "none"
        ax.plot(place % columns, place // columns, marker="s", ms=size, mfc="white" if hollow else meaning.colour,
                mec=meaning.colour, mew=0.6, ls="none", zorder=3)  # fmt: skip


def handle(meaning, label: str = "", size: float = 4, **change):
    """Return the entry of a key for one meaning."""
    return Line2D([], [], label=label or meaning.label, **{**meaning.style(size), **change})


# ------------------------------------------------------------------------------------------------ whole charts


def lane_chart(laid: pd.DataFrame, lanes: dict, phases: pd.DataFrame, first: int, last: int, heads=(), every: int = 5,
               left: float = 23, width: float = 157, row: float = 2.4):  # fmt: skip
    """Return a figure and its axes for events laid out on `width` mm: panels of `heads` mm on top, the lanes below.

    All share the years `first` to `last`; `phases` (start, end, label, colour) are shaded through and named once on top.
    """
    left_end, right_end = pd.Timestamp(first, 1, 1), pd.Timestamp(last, 12, 31)
    seen = phases[phases["start"].lt(right_end) & phases["end"].gt(left_end)]
    ends = [position(seen[name], left_end, right_end, width).clip(0, width) for name in ("start", "end")]
    named = seen.assign(wide=ends[1] - ends[0])
    named["label"] = [wrap(row.label, max(8, int(row.wide / 1.35))) for row in named.itertuples()]
    named = named[named["wide"].gt(named["label"].map(lambda label: text_width(label, 6)) + 0.5)]
    above = 1.5 + 2.3 * (named["label"].str.count("\n").max() + 1)
    lane_height = ((laid["row"] + laid["lines"]).max() + 1.2) * row
    height = above + sum(heads) + 2 * len(heads) + lane_height + 10
    fig, axes = style.make_canvas(left + width + 3, height, nrows=len(heads) + 1, squeeze=False)
    fig.set_layout_engine("none")
    axes, top = axes[:, 0], above
    for ax, tall in zip(axes, [*heads, lane_height], strict=True):
        place(ax, left, top, width, tall)
        top += tall + 2
        years(ax, first, last, every)
        if ax is not axes[-1]:
            ax.tick_params(axis="x", which="both", length=0, labelbottom=False)
            ax.spines["bottom"].set_visible(False)
    bands(axes, phases)
    band_names(axes[0], named)
    return fig, axes


def key_below(fig, handles: list, left: float = 23, columns: int = 0) -> None:
    """Draw a key along the lower edge of the page, beginning `left` mm from its left edge."""
    width, _ = fig.get_size_inches() / MM
    fig.legend(handles=handles, loc="lower left", bbox_to_anchor=(left / width, 0), ncols=columns or len(handles),
               handletextpad=0.3, columnspacing=1.4, borderaxespad=0.2, borderpad=0)  # fmt: skip


def direction_key(meanings: dict, outline: str = "") -> list:
    """Return the entries of a key: every meaning, and an outline for a second coding if `outline` names it."""
    entries = [
        handle(meaning, size=6 if meaning.marker == "." else 4, markeredgewidth=0) for meaning in meanings.values()
    ]
    ring = Line2D([], [], label=outline, marker="s", ms=5.6, mfc="white", mec=NOTE, mew=0.7, ls="none")
    return [*entries, ring] if outline else entries


def stack(frame: pd.DataFrame, lanes: list[str], apart: float, air: float = 1.0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put dated marks on rows so that no two marks of a row lie on each other.

    frame: lane, date_earliest, date_latest; marks closer than `apart` days stand one above the other. Returns the frame
    with y, and the rows with lane, top, bottom, y (middle). The y axis counts levels from the top down; `air` levels
    lie between rows.
    """
    marks, rows, top = [], [], 0.0
    for lane in lanes:
        part = frame[frame["lane"].eq(lane)].sort_values(["date_latest", "date_earliest"], kind="stable").copy()
        ends, levels = [], []
        for row in part.itertuples():
            start = row.date_earliest if pd.notna(row.date_earliest) else row.date_latest
            free = [place for place, end in enumerate(ends) if (start - end).days >= apart]
            level = free[0] if free else len(ends)
            ends[level : level + 1] = [row.date_latest]
            levels.append(level)
        tall = max(len(ends), 1)
        part["y"] = [top + level + 0.5 for level in levels]
        marks.append(part)
        rows.append({"lane": lane, "top": top, "bottom": top + tall, "y": top + tall / 2})
        top += tall + air
    return pd.concat(marks), pd.DataFrame(rows)


def range_words(low, high) -> str:
    """Write a range of numbers: "9", "2-4"."""
    return str(low) if low == high else f"{low}–{high}"


def span_words(earliest, latest) -> str:
    """Write bounds as years: "2013", "1999-2005", "by 2009"."""
    if pd.isna(earliest):
        return f"by {latest.year}"
    return str(earliest.year) if earliest.year == latest.year else f"{earliest.year}–{latest.year}"


def return_words(name: str, earliest, latest, closed_again) -> str:
    """Write what became of a closed post: its name alone, or when it came back and, if so, when it closed again."""
    if pd.isna(latest):
        return name
    again = f", closed {closed_again[:4]}" if pd.notna(closed_again) else ""
    return f"{name}: back {span_words(earliest, latest)}{again}"


def roll(ax, frame: pd.DataFrame, meanings: dict, by: str, above: str = "", chars: int = 34, top: float = 0,
         size: float = 6, step: float = 3.0) -> None:  # fmt: skip
    """Write a list under headings from the upper left of `ax`: one mark and one name a line.

    frame: group, label, `by` (the mark), in the order to be shown. `above`: paragraphs of about `chars` letters a line
    before the list, which begins `top` mm down at the least. A row without a mark (None) is a note. `step`: mm a line.
    """
    height = ax.get_position().height * ax.figure.get_size_inches()[1] / MM
    ax.set(xlim=(0, 1), ylim=(height, 0))
    ax.axis("off")
    y = 0.0
    for part in above.split("\n"):
        lines = textwrap.wrap(part, chars)
        for line in lines:
            ax.text(0, y, line, fontsize=size, va="center")
            y += 2.6
        y += 1.2
    before, y = None, max(y, top)
    for row in frame.itertuples():
        if row.group != before:
            y += 1.0 if before else 0
            before = row.group
            if row.group:
                ax.text(0, y, row.group, fontsize=size, color=NOTE, va="center")
                y += step
        if mark := getattr(row, by):
            ax.plot(0.03, y, zorder=3, clip_on=False, **meanings[mark].style(3.6))
        ax.text(0.07 if mark else 0, y, row.label, fontsize=size, va="center", color=INK if mark else NOTE)
        y += step


def day_words(days) -> str:
    """Write a set of days shortly: "24, 25, 27 Oct, 1 Nov"."""
    months = {}
    for day in sorted(pd.to_datetime(days)):
        months.setdefault((day.year, day.month), []).append(day)
    return ", ".join(f"{', '.join(str(day.day) for day in group)} {group[0]:%b}" for group in months.values())


def _day_and_year(value, place) -> str:
    """Write a tick as day and month, with the year under the first of each year."""
    day = mdates.num2date(value)
    new = place == 0 or day.timetuple().tm_yday <= 14
    return f"{day:%-d %b}" + (f"\n{day:%Y}" if new else "")


def statement_chart(marks, windows, names: dict, meanings: dict, by: str, first, last, spots=None, left: float = 23,
                    width: float = 126, level: float = 2.0):  # fmt: skip
    """Draw dated statements as marks on rows, over the days within which the thing stated lies; weeks are ruled.

    marks and windows come from `stack`; marks has column `by`, windows also closed_earliest and closed_latest. `spots`: events
    laid out by `lay_lanes` on the same days, for which an empty panel is added below. Returns the figure and its axes.
    """
    tall = windows["bottom"].max() * level
    extra = ((spots["row"] + spots["lines"]).max() + 1.2) * 2.4 if spots is not None else 0
    fig, axes = style.make_canvas(183, 7 + tall + 2 + extra + 14.5, nrows=2)
    fig.set_layout_engine("none")
    ax, below = axes
    place(ax, left, 7, width, tall)
    place(below, left, 7 + tall + 2, width, extra)
    for panel in axes:
        panel.set_xlim(first, last)
        for monday in pd.date_range(first, last, freq="W-MON"):
            panel.axvline(monday, color="#EEEEEE", lw=0.5, zorder=-3)
        panel.xaxis.set_major_locator(mdates.WeekdayLocator(mdates.MO, interval=2))
        panel.xaxis.set_minor_locator(mdates.WeekdayLocator(mdates.MO))
        panel.xaxis.set_major_formatter(_day_and_year)
    ax.tick_params(axis="x", which="both", length=0, labelbottom=False)
    ax.spines[["bottom", "left"]].set_visible(False)
    ax.set_ylim(windows["bottom"].max() + 0.3, -0.3)
    ax.set_yticks(windows["y"], [names[lane] for lane in windows["lane"]], fontsize=7)
    ax.tick_params(axis="y", length=0)
    for row in windows.itertuples():
        if pd.notna(row.closed_latest):
            ax.fill_between([row.closed_earliest, min(row.closed_latest, last)], row.top - 0.15, row.bottom + 0.15,
                            color="#E4E4E4", lw=0, zorder=-2)  # fmt: skip
            for day in (row.closed_earliest, row.closed_latest):
                if day <= last:
                    ax.plot([day, day], [row.top - 0.15, row.bottom + 0.15], color=NOTE, lw=0.6, zorder=-1)
    for row in marks.itertuples():
        meaning = meanings[getattr(row, by)]
        start = row.date_earliest if pd.notna(row.date_earliest) else row.date_latest
        if row.date_latest != row.date_earliest:
            interval(ax, row.y, row.date_earliest, row.date_latest, meaning.colour, tick=0.2, width=0.6, fade=6)
        middle = start + (row.date_latest - start) / 2
        ax.plot(middle, row.y, zorder=4, clip_on=False, **meaning.style(3.6))
    handles = [handle(meaning) for meaning in meanings.values()]
    handles.append(
        Line2D([], [], color="#E4E4E4", lw=5, solid_capstyle="butt", label="days on which it may have closed")
    )
    key_below(fig, handles, 3, 5)
    return fig, axes


def spell_chart(frame: pd.DataFrame, group: str, columns: dict, name: str, shade, first: int, last: int, height: float = 168,
                left: float = 18, width: float = 71, size: float = 5.2):  # fmt: skip
    """Draw spells as bars, one row a unit, under headings and in two columns of the page.

    frame: as for `spells` without y, with mission_id, `group`, `name`. columns: group -> 0 or 1, in order. shade: pairs of
    days, shaded. Units stand in order of their first opening; those with a second sure spell are named in bold.
    Returns the figure and its axes.
    """
    fig, axes = style.make_canvas(183, height, ncols=2)
    fig.set_layout_engine("none")
    order = []
    for part in columns:
        units = frame[frame[group].eq(part)].sort_values(["opened_latest", name]).drop_duplicates("mission_id")
        order.append((part, units))
    lengths = [sum(len(units) + 1.6 for part, units in order if columns[part] == side) for side in (0, 1)]
    end = pd.Timestamp(last, 12, 31)
    for side, ax in enumerate(axes):
        place(ax, left + side * (width + left + 2.5), 2, width, height - 11)
        years(ax, first, last, 10)
        ax.set_ylim(max(lengths) - 0.5, -1)
        ax.spines["left"].set_visible(False)
        ax.set_yticks([])
        for pair in shade:
            ax.axvspan(*pair, color="#FBEDE4", lw=0, zorder=-5)
        y = 0.0
        for part, units in order:
            if columns[part] != side:
                continue
            ax.annotate(part, (0, y), xycoords=ax.get_yaxis_transform(), xytext=(-3, 0), textcoords="offset points",
                        ha="right", va="center", fontsize=7)  # fmt: skip
            y += 1
            for unit in units.itertuples():
                rows = frame[frame["mission_id"].eq(unit.mission_id)].assign(y=y)
                again = rows["sure"].sum() > 1
                ax.annotate(getattr(unit, name), (0, y), xycoords=ax.get_yaxis_transform(), xytext=(-3, 0),
                            textcoords="offset points", ha="right", va="center", fontsize=size,
                            color=INK if rows["sure"].any() else NOTE, fontweight="bold" if again else "normal")  # fmt: skip
                spells(ax, rows, end)
                y += 1
            y += 0.6
        _spell_key(ax, y + 1, max(lengths) - 0.5)
    return fig, axes


def _spell_key(ax, top: float, bottom: float) -> None:
    """Explain the parts of a spell in the free space of a column, if there is any."""
    parts = [("opened in this time", [(0, 1, "#595959", 0.7, "-", True)]),
             ("open for certain", [(0, 1, "#595959", 2.4, "-", False)]),
             ("closed in this time", [(0, 1, "#D55E00", 0.8, "-", True)]),
             ("not named since", [(0, 1, "#595959", 0.7, (0, (1, 1)), False)]),
             ("residence not verified", [(0, 1, "#BDBDBD", 2.4, "-", False)]),
             ("years of a wave of closures", [(0, 1, "#FBEDE4", 6, "-", False)]),
             ("bold: more than one sure spell", [])]  # fmt: skip
    if bottom - top < 1.6 * len(parts):
        return
    for place, (words, lines) in enumerate(parts):
        y = top + 1 + 1.6 * place
        for x0, x1, colour, width, dash, ticks in lines:
            x0, x1 = 0.1 + 0.12 * x0, 0.1 + 0.12 * x1
            ax.plot([x0, x1], [y, y], color=colour, lw=width, ls=dash, transform=ax.get_yaxis_transform(),
                    solid_capstyle="butt")  # fmt: skip
            for x in (x0, x1) if ticks else ():
                ax.plot([x, x], [y - 0.36, y + 0.36], color=colour, lw=width, transform=ax.get_yaxis_transform())
        ax.text(0.25, y, words, transform=ax.get_yaxis_transform(), fontsize=6, va="center")


def lane_figure(events: pd.DataFrame, lanes: dict, phases: pd.DataFrame, meanings: dict, first: int, last: int, heads=(),
                leaders: bool = True, every: int = 1):  # fmt: skip
    """Draw events in lanes under empty panels of `heads` mm; return the figure, its axes and the events as laid out.

    events: as for `lay_lanes`, with direction, direction_alt (a second coding, outlined) and turning (boolean).
    """
    chosen = events[events["date_earliest"].dt.year.between(first, last)]
    laid = lay_lanes(chosen, lanes, f"{first}-01-01", f"{last}-12-31", 157, leaders=leaders)
    fig, axes = lane_chart(laid, lanes, phases, first, last, heads, every)
    draw_lanes(axes[-1], laid, lanes, meanings, "direction", "direction_alt", strong="turning")
    key_below(fig, direction_key(meanings, "outline: the other defensible coding"))
    return fig, axes, laid


def numbered_bars(ax, frame: pd.DataFrame, name: str, colour: str = "#D55E00") -> None:
    """Draw spans of time as bars with a label above each. `frame`: start, end, label, strong (boolean: thick and dark)."""
    ax.set(ylim=(0, 1), yticks=[])
    ax.spines["left"].set_visible(False)
    ax.set_ylabel(name, rotation=0, ha="right", va="center", linespacing=1.0)
    left, right = (pd.Timestamp(mdates.num2date(end)).tz_localize(None) for end in ax.get_xlim())
    air = (right - left) / 500  # between bars that follow each other
    for row in frame[frame["start"].between(left, right)].itertuples():
        end = row.end - air if (frame["start"] - row.end).abs().lt(air).any() else row.end
        ax.plot([row.start, end], [0.25, 0.25], color=colour, lw=4 if row.strong else 1.5, solid_capstyle="butt")
        ax.text(row.start + (row.end - row.start) / 2, 0.5, row.label, fontsize=7 if row.strong else 6, ha="center",
                color=INK if row.strong else NOTE, fontweight="bold" if row.strong else "normal")  # fmt: skip


def middle(frame: pd.DataFrame, name: str) -> pd.Series:
    """Return the middle of the days `name`_earliest to `name`_latest; without an earliest day the latest."""
    start = frame[f"{name}_earliest"].fillna(frame[f"{name}_latest"])
    return start + (frame[f"{name}_latest"] - start) / 2


def column_chart(columns: list[dict], tiles_by: dict, marks_by: dict, handles: list, height: float, units: int = 10,
                 top: float = 29):  # fmt: skip
    """Draw one column a case: a heading, one tile a unit, paragraphs, a list.

    columns: dicts with title, tiles (list of keys of `tiles_by`), words (paragraphs) and list (frame for `roll`, column
    kind). The lists begin on one line, `top` mm below the tiles. Returns the figure.
    """
    fig, axes = style.make_canvas(183, height, nrows=2, ncols=len(columns))
    fig.set_layout_engine("none")
    step = 180 / len(columns)
    lines = max(-(-len(column["tiles"]) // units) for column in columns)
    for place_, column in enumerate(columns):
        upper, lower = axes[:, place_]
        place(upper, 3 + step * place_, 6, 3.1 * units, 3.1 * lines)
        place(lower, 3 + step * place_, 6 + 3.1 * lines + 3, step - 3, height - 3.1 * lines - 14)
        tiles(upper, pd.DataFrame({"kind": column["tiles"]}), tiles_by, "kind", units, lines)
        upper.text(-0.5, -1.1, column["title"], fontsize=8, fontweight="bold", va="bottom")
        roll(lower, column["list"], marks_by, "kind", above=column["words"], top=top)
    key_below(fig, handles, 3)
    return fig


def side_notes(ax, rows: pd.DataFrame, notes: dict, head: str, last) -> None:
    """Write a note to the right of each row, and say where an interval runs on after `last`. `rows`: lane, y, closed_latest."""
    where = ax.get_yaxis_transform()
    ax.text(1.01, -0.6, head, linespacing=1.0, transform=where, fontsize=6, va="bottom")
    for row in rows.itertuples():
        after = f"\ninterval to {row.closed_latest:%-d %b %Y}" if row.closed_latest > last else ""
        ax.text(1.01, row.y, notes.get(row.lane, "none") + after, transform=where, fontsize=6, va="center")


def joined(**parts: pd.DataFrame) -> pd.DataFrame:
    """Put the frames behind the panels of one figure into one, with the name of the part in column panel."""
    return pd.concat([frame.assign(panel=name) for name, frame in parts.items()])


def key_inside(ax, handles: list, columns: int, **settings) -> None:
    """Draw a key into the upper right corner of `ax`, and apply `settings` such as limits and label to it."""
    ax.set(**settings)
    ax.legend(handles=handles, loc="upper right", ncols=columns, columnspacing=1.2, borderaxespad=0.3)
