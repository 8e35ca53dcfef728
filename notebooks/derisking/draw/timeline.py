"""Chart forms with a time axis: lanes of labelled events, intervals, spells, stocks. They take tidy frames and know nothing
of what is plotted. A date known only in part is drawn as the days it allows, never as a point alone."""

import textwrap

import matplotlib.dates as mdates
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.transforms import ScaledTranslation

from derisking.draw import style
from derisking.draw.labels import draw_lanes, lay_lanes, write_beside
from derisking.draw.labels import measure_text as text_width
from derisking.draw.labels import wrap_letters as wrap
from derisking.draw.style import COLOURS, HAIRLINE, INK, MM, NOTE, PALE, SOFT

aside = write_beside


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


# ------------------------------------------------------------------------------------------ stocks and spells


def ranges(ax, frame: pd.DataFrame, colour: str = PALE, width: float = 4.5) -> None:
    """Draw what a number may have been as upright bars. `frame`: day, lower, upper. `width` in points."""
    ax.vlines(frame["day"], frame["lower"], frame["upper"], color=colour, lw=width, zorder=1)


def range_key(wide: str, thin: str) -> list:
    """Return the entries of a key for two kinds of `ranges`: pale bars and thin lines."""
    return [Line2D([], [], color=PALE, lw=4.5, solid_capstyle="butt", label=wide),
            Line2D([], [], color=SOFT, lw=0.6, label=thin)]  # fmt: skip


def counts(ax, frame: pd.DataFrame, meanings: dict, by: str, size: float = 4.2, small: str = "") -> None:
    """Draw single published counts, never joined. `frame`: day, value, `by`; `small`: boolean column for small marks."""
    for row in frame.itertuples():
        scale = 0.62 if small and getattr(row, small) else 1
        meaning = meanings[getattr(row, by)]
        style = meaning.style(size * scale * (1.7 if meaning.marker in "*." else 1))
        ax.plot(row.day, row.value, zorder=3, **{**style, "markeredgewidth": 0.7})


def spells(ax, frame: pd.DataFrame, end, colour: str = NOTE, close: str = COLOURS["vermilion"], faint: str = SOFT,
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
            panel.axvline(monday, color=HAIRLINE, lw=0.5, zorder=-3)
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
                            color=PALE, lw=0, zorder=-2)  # fmt: skip
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
        Line2D([], [], color=PALE, lw=5, solid_capstyle="butt", label="days on which it may have closed")
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
            ax.axvspan(*pair, color=COLOURS["pale_vermilion"], lw=0, zorder=-5)
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
    parts = [("opened in this time", [(0, 1, NOTE, 0.7, "-", True)]),
             ("open for certain", [(0, 1, NOTE, 2.4, "-", False)]),
             ("closed in this time", [(0, 1, COLOURS["vermilion"], 0.8, "-", True)]),
             ("not named since", [(0, 1, NOTE, 0.7, (0, (1, 1)), False)]),
             ("residence not verified", [(0, 1, SOFT, 2.4, "-", False)]),
             ("years of a wave of closures", [(0, 1, COLOURS["pale_vermilion"], 6, "-", False)]),
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


def numbered_bars(ax, frame: pd.DataFrame, name: str, colour: str = COLOURS["vermilion"]) -> None:
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
