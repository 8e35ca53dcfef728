"""The charts of notebook 03: waves as columns, statements by week, lanes of events, spells.

They take tidy frames. A date known only in part is drawn as the days it allows, never as a point
alone. Places on the page are in millimetres.
"""

import matplotlib.dates as mdates
import pandas as pd

from derisking.draw import style
from derisking.draw.axes import measure_axes, name_phases, place_axes, set_years, shade_phases
from derisking.draw.labels import (
    draw_lanes,
    lay_lanes,
    measure_text,
    wrap_words,
    write_beside,
)
from derisking.draw.marks import draw_interval, draw_key, find_middle, stack_rows, write_column
from derisking.draw.style import COLOURS, HAIRLINE, INK, NOTE, PALE, SOFT

LINE = 2.4  # mm, a line of 6 pt text in the lanes
CLOSE = style.read_meanings("measure")["closing"].colour
WARM = COLOURS["pale_vermilion"]
LANES = {
    "diplomacy": "diplomacy",
    "economy": "economy",
    "military sanctions": "military and\nsanctions",
    "ideology information": "ideology and\ninformation",
    "pandemic humanitarian": "pandemic and\nhumanitarian",
}
OTHER = {"events": "other\nevents"}
WEEKS_WIDTH = 126  # mm
LANE_OF = {domain: lane for lane in LANES for domain in lane.split()}


# ------------------------------------------------------------------------------------- waves


def draw_waves(waves: pd.DataFrame, named: pd.DataFrame, height: float = 95):
    """Draw one column a wave: one square a mission, then the closed posts known by name.

    waves: year, closed, closed_africa, stock_before, share. named: year, region, label, kind.
    Open squares are drawn only where closures and stock count the same thing.
    """
    fig, axes = style.make_canvas(183, height, nrows=2, ncols=len(waves))
    step, tile = 180 / len(waves), 3.1
    lines = -(-int(waves["stock_before"].where(waves["share"].notna()).max()) // 10)
    for column, wave in enumerate(waves.itertuples()):
        upper, lower = axes[:, column]
        place_axes(upper, 3 + step * column, 6, tile * 10, tile * lines)
        place_axes(lower, 3 + step * column, 9 + tile * lines, step - 3, height - tile * lines - 14)
        stock = int(wave.stock_before) if pd.notna(wave.share) else wave.closed
        of = f" of {stock}" if pd.notna(wave.share) else ""
        _draw_tiles(upper, wave.closed, stock, lines)
        title = f"{wave.year}: {wave.closed}{of} closed"
        upper.text(-0.5, -1.1, title, fontsize=8, fontweight="bold", va="bottom")
        found = named[named["year"].eq(wave.year)]
        words = f"In Africa: {wave.closed_africa} of {wave.closed}"
        _draw_names(lower, found, words, wave.closed - len(found))
    measure, kept = style.read_meanings("measure"), style.read_meanings("status")["kept"]
    entries = [
        ("closed", measure["closing"]),
        ("closed, came back later", measure["opening"]),
        ("one mission that stayed open", kept.style() | {"marker": "s"}),
    ]
    draw_key(fig, entries, "below")
    return fig


def _draw_tiles(ax, closed: int, stock: int, lines: int) -> None:
    ax.set(xlim=(-0.5, 9.5), ylim=(lines - 0.5, -0.5))
    ax.axis("off")
    kept = style.read_meanings("status")["kept"].colour
    for place in range(stock):
        colour = CLOSE if place < closed else kept
        face = CLOSE if place < closed else "white"
        look = {"marker": "s", "ms": 4.6, "mfc": face, "mec": colour, "mew": 0.6, "ls": "none"}
        ax.plot(place % 10, place // 10, zorder=3, **look)


def _draw_names(ax, named: pd.DataFrame, words: str, unnamed: int, step: float = 3.0) -> None:
    ax.set(xlim=(0, 1), ylim=(measure_axes(ax)[1], 0))
    ax.axis("off")
    ax.text(0, 0, words, fontsize=6, va="center")
    meanings, y = style.read_meanings("measure"), 5.0
    for region, posts in named.groupby("region", sort=False):
        ax.text(0, y, region, fontsize=6, color=NOTE, va="center")
        for post in posts.itertuples():
            y += step
            ax.plot(0.03, y, zorder=3, clip_on=False, **meanings[post.kind].style(3.6))
            ax.text(0.07, y, post.label, fontsize=6, va="center")
        y += step + 1
    if unnamed:
        ax.text(0, y, f"{unnamed} not named", fontsize=6, color=NOTE, va="center")


# ------------------------------------------------------------------------ statements by week


def stack_statements(frame: pd.DataFrame, lanes: list[str], air: float = 0.8):
    """Put dated marks on rows so that none lies on another: near ones are stacked.

    frame: lane, date_earliest, date_latest. Returns it with y, and the rows with lane, top,
    bottom, y. The axis counts levels from the top down; `air` levels lie between rows.
    """
    marks, rows, top = [], [], 0.0
    for lane in lanes:
        part = frame[frame["lane"].eq(lane)]
        part = part.sort_values(["date_latest", "date_earliest"], kind="stable")
        start = part["date_earliest"].fillna(part["date_latest"])
        levels = stack_rows(start, part["date_latest"], pd.Timedelta(days=2))
        tall = max(levels, default=0) + 1
        marks.append(part.assign(y=top + levels + 0.5))
        rows.append({"lane": lane, "top": top, "bottom": top + tall, "y": top + tall / 2})
        top += tall + air
    return pd.concat(marks), pd.DataFrame(rows)


def lay_out_below(events: pd.DataFrame, first, last) -> pd.DataFrame:
    """Lay out the events to be drawn below the statements, in one lane."""
    events = events.assign(lane="events")
    return lay_lanes(events, OTHER, first, last, WEEKS_WIDTH, leaders=False)


def draw_statements(marks, windows, names: dict, first, last, spots):
    """Draw dated statements on rows, over the days within which each closing lies.

    marks, windows: from `stack_statements`; marks has speaker, windows has closed_earliest,
    closed_latest. spots: from `lay_out_below`. Returns figure and axes.
    """
    left, width, level = 23, WEEKS_WIDTH, 2.0
    tall = windows["bottom"].max() * level
    extra = ((spots["row"] + spots["lines"]).max() + 1.2) * LINE
    fig, axes = style.make_canvas(183, tall + extra + 23.5, nrows=2)
    place_axes(axes[0], left, 7, width, tall)
    place_axes(axes[1], left, tall + 9, width, extra)
    for panel in axes:
        _rule_weeks(panel, first, last)
    ax = axes[0]
    ax.tick_params(axis="x", which="both", length=0, labelbottom=False)
    ax.spines[["bottom", "left"]].set_visible(False)
    ax.set_ylim(windows["bottom"].max() + 0.3, -0.3)
    ax.set_yticks(windows["y"], [names[lane] for lane in windows["lane"]], fontsize=7)
    ax.tick_params(axis="y", length=0)
    for row in windows.dropna(subset="closed_latest").itertuples():
        _draw_window(ax, row, last)
    meanings = style.read_meanings("statement")
    for row in marks.assign(middle=find_middle(marks)).itertuples():
        _draw_statement(ax, row, meanings[row.speaker])
    draw_events(axes[1], spots, OTHER)
    words = "days on which it may have closed"
    window = {"color": PALE, "lw": 5, "marker": ""}
    draw_key(fig, [*meanings.values(), (words, window)], "below", columns=5, size=4)
    return fig, axes


def _rule_weeks(ax, first, last) -> None:
    ax.set_xlim(first, last)
    for monday in pd.date_range(first, last, freq="W-MON"):
        ax.axvline(monday, color=HAIRLINE, lw=0.5, zorder=-3)
    ax.xaxis.set_major_locator(mdates.WeekdayLocator(mdates.MO, interval=2))
    ax.xaxis.set_minor_locator(mdates.WeekdayLocator(mdates.MO))
    ax.xaxis.set_major_formatter(_write_day)


def _write_day(value, place) -> str:
    """Write a tick as day and month, with the year under the first of each year."""
    day = mdates.num2date(value)
    new = place == 0 or day.timetuple().tm_yday <= 14
    return f"{day:%-d %b}" + (f"\n{day:%Y}" if new else "")


def _draw_window(ax, row, last) -> None:
    """Shade the days on which one post may have closed, as far as the chart goes."""
    ends = [row.top - 0.15, row.bottom + 0.15]
    stop = min(row.closed_latest, last)
    ax.fill_between([row.closed_earliest, stop], *ends, color=PALE, lw=0, zorder=-2)
    for day in (row.closed_earliest, row.closed_latest):
        if day <= last:
            ax.plot([day, day], ends, color=NOTE, lw=0.6, zorder=-1)


def _draw_statement(ax, row, meaning) -> None:
    if row.date_latest != row.date_earliest:
        days = row.date_earliest, row.date_latest
        draw_interval(ax, row.y, *days, meaning.colour, tick=0.2, width=0.6, fade=6)
    ax.plot(row.middle, row.y, zorder=4, clip_on=False, **meaning.style(3.6))


def write_side_notes(ax, rows: pd.DataFrame, notes: dict, head: str, last) -> None:
    """Write a note right of each row, and where its interval ends if after `last`."""
    words = [
        notes.get(row.lane, "none") + _write_end(row.closed_latest, last)
        for row in rows.itertuples()
    ]
    write_column(ax, 1.01, rows["y"], words)
    where = ax.get_yaxis_transform()
    ax.text(1.01, -0.6, head, linespacing=1.0, transform=where, fontsize=6, va="bottom")


def _write_end(day, last) -> str:
    return f"\ninterval to {day:%-d %b %Y}" if day > last else ""


# --------------------------------------------------------------------------- lanes of events


def draw_timeline(events, phases, first: int, last: int, heads=(), leaders=True):
    """Draw events in lanes under empty panels of `heads` mm; return figure, axes, events laid out.

    events: lane, title, date_earliest, date_latest, direction, direction_alt and turning (boolean).
    """
    start, end = pd.Timestamp(first, 1, 1), pd.Timestamp(last, 12, 31)
    left, width, every = 23, 157, 5 if last - first > 10 else 1
    chosen = events[events["date_earliest"].dt.year.between(first, last)]
    laid = lay_lanes(chosen, LANES, start, end, width, leaders=leaders)
    named = _wrap_phases(phases, start, end, width)
    top = 3.8 + 2.3 * named["label"].str.count("\n").max()
    tall = [*heads, ((laid["row"] + laid["lines"]).max() + 1.2) * LINE]
    fig, axes = style.make_canvas(
        183, top + sum(tall) + 2 * len(heads) + 10, len(tall), squeeze=False
    )
    axes = axes[:, 0]
    for ax, height in zip(axes, tall, strict=True):
        place_axes(ax, left, top, width, height)
        top += height + 2
        set_years(ax, first, last, every, dated=True)
    for ax in axes[:-1]:
        ax.tick_params(axis="x", which="both", length=0, labelbottom=False)
        ax.spines["bottom"].set_visible(False)
    shade_phases(axes, phases)
    name_phases(axes[0], named)
    draw_events(axes[-1], laid, LANES)
    _draw_direction_key(fig)
    return fig, axes, laid


def _wrap_phases(phases: pd.DataFrame, start, end, width: float) -> pd.DataFrame:
    """Return the phases in sight whose names fit above them, wrapped to their width."""
    seen = phases[phases["start"].lt(end) & phases["end"].gt(start)]
    seen = seen.assign(start=seen["start"].clip(lower=start), end=seen["end"].clip(upper=end))
    wide = (seen["end"] - seen["start"]) / (end - start) * width
    label = [wrap_words(*pair) for pair in zip(seen["label"], wide, strict=True)]
    seen = seen.assign(label=label)
    return seen[wide.gt(seen["label"].map(measure_text) + 0.5)]


def _draw_direction_key(fig) -> None:
    entries = [
        (meaning.label, meaning.style(6 if meaning.marker == "." else 4) | {"markeredgewidth": 0})
        for meaning in style.read_meanings("direction").values()
    ]
    ring = {"marker": "s", "ms": 5.6, "mfc": "white", "mec": NOTE, "mew": 0.7, "ls": "none"}
    entries.append(("outline: the other defensible coding", ring))
    draw_key(fig, entries, "below", left=23)


def draw_events(ax, laid: pd.DataFrame, lanes: dict) -> None:
    """Draw events laid out in lanes: direction as mark, the other coding as outline."""
    meanings = style.read_meanings("direction")
    draw_lanes(ax, laid, lanes, meanings, "direction", "direction_alt", strong="turning")


def draw_rounds(ax, rounds: pd.DataFrame) -> None:
    """Draw rounds of closings as bars with their number: start, end, label, strong (dark)."""
    ax.set(ylim=(0, 1), yticks=[])
    ax.spines["left"].set_visible(False)
    ax.set_ylabel("missions\nclosed", rotation=0, ha="right", va="center", linespacing=1.0)
    left, right = (pd.Timestamp(mdates.num2date(end)).tz_localize(None) for end in ax.get_xlim())
    air = (right - left) / 500  # between bars that follow each other
    for row in rounds[rounds["start"].between(left, right)].itertuples():
        end = row.end - air if (rounds["start"] - row.end).abs().lt(air).any() else row.end
        width = 4 if row.strong else 1.5
        ax.plot([row.start, end], [0.25, 0.25], color=CLOSE, lw=width, solid_capstyle="butt")
        look = (
            {"fontsize": 7, "fontweight": "bold"} if row.strong else {"fontsize": 6, "color": NOTE}
        )
        ax.text(row.start + (row.end - row.start) / 2, 0.5, row.label, ha="center", **look)


def draw_stock(ax, likely, listed, published, beside) -> None:
    """Draw what the number of missions may have been, and every published count, never joined.

    likely, listed: day, lower, upper. published: day, value, series, narrower (a small mark).
    beside: published counts that are also written beside the chart.
    """
    ax.vlines(likely["day"], likely["lower"], likely["upper"], color=PALE, lw=4.5, zorder=1)
    ax.vlines(listed["day"], listed["lower"], listed["upper"], color=SOFT, lw=0.6, zorder=1)
    bodies = style.read_meanings("body")
    for row in published.itertuples():
        size = (4.2 if not row.narrower else 2.6) * (
            1.7 if bodies[row.series].marker in "*." else 1
        )
        look = bodies[row.series].style(size) | {"markeredgewidth": 0.7}
        ax.plot(row.day, row.value, zorder=3, **look)
    beside = beside.assign(label=beside["value"].astype(str))
    write_beside(ax, beside, "2025-03-01", 3.4)
    seen = [bodies[body] for body in bodies if body in set(published["series"])]
    entries = [
        ("bounds, residence confirmed or likely", {"color": PALE, "lw": 4.5}),
        ("bounds, every listing", {"color": SOFT, "lw": 0.6}),
        ("small mark: embassies or host states only", bodies["rok"].style(2.6)),
        *seen,
    ]
    ax.set(ylim=(34, 98), ylabel="missions abroad")
    draw_key(ax, entries, "upper right", columns=3, size=4)


# ------------------------------------------------------------------------------------ spells


def draw_spells(spells: pd.DataFrame, waves: list, first: int, last: int):
    """Draw spells as bars, one row a post, by region in two columns of the page.

    spells: mission_id, region, name, opened_*, closed_*, ended, seen, sure. waves: pairs of days,
    shaded. Posts stand in order of their first opening; those with two sure spells are bold.
    """
    fig, axes = style.make_canvas(183, 168, ncols=2)
    sides = (("Africa", "Middle East", "Americas"), ("Asia", "Europe"))
    spells = spells.sort_values(["opened_latest", "name"])
    posts = spells.drop_duplicates("mission_id")
    lengths = [posts["region"].isin(side).sum() + 1.6 * len(side) for side in sides]
    for place, (ax, regions) in enumerate(zip(axes, sides, strict=True)):
        place_axes(ax, 18 + place * 93, 2, 70, 157)
        set_years(ax, first, last, 10, dated=True)
        ax.set_ylim(max(lengths) - 0.5, -1)
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
        for pair in waves:
            ax.axvspan(*pair, color=WARM, lw=0, zorder=-5)
        y = 0.0
        for region in regions:
            y = _draw_region(ax, spells[spells["region"].eq(region)], region, y, last)
        if max(lengths) - y > 13:
            _draw_spell_key(ax, y + 2)
    return fig


def _draw_region(ax, spells: pd.DataFrame, region: str, y: float, last: int) -> float:
    """Draw the posts of one region from row `y` on; return the row after them."""
    look = {"xycoords": ax.get_yaxis_transform(), "xytext": (-3, 0), "textcoords": "offset points"}
    look |= {"ha": "right", "va": "center"}
    ax.annotate(region, (0, y), fontsize=7, **look)
    for _, rows in spells.groupby("mission_id", sort=False):
        y += 1
        colour = INK if rows["sure"].any() else NOTE
        weight = "bold" if rows["sure"].sum() > 1 else "normal"
        name = rows["name"].iloc[0]
        ax.annotate(name, (0, y), fontsize=6, color=colour, fontweight=weight, **look)
        for row in rows.itertuples():
            _draw_spell(ax, row, y, pd.Timestamp(last, 12, 31))
    return y + 1.6


def _draw_spell(ax, row, y: float, end: pd.Timestamp) -> None:
    """Draw one spell: thick where certain, thin with end ticks where only bounds are known.

    An opening without a first bound runs dotted for three years; where the earliest closing is
    unknown, all days since the opening are dotted. Without an end the bar is solid to the last
    sight and dotted on to `end`. Spells that are not sure are faint.
    """
    body, mark = (NOTE, CLOSE) if row.sure else (SOFT, SOFT)
    dots = {"color": body, "lw": 0.7, "ls": (0, (1, 1)), "zorder": 2}
    stop = row.closed_earliest if row.ended else row.seen
    stop = row.opened_latest if pd.isna(stop) else stop
    if row.opened_latest < stop:
        days = [row.opened_latest, stop]
        ax.plot(days, [y, y], color=body, lw=2.4, solid_capstyle="butt", zorder=2)
    if row.opened_earliest != row.opened_latest:
        days = row.opened_earliest, row.opened_latest
        draw_interval(ax, y, *days, body, tick=0.26, width=0.6, fade=1100)
    if not row.ended:
        ax.plot([max(stop, row.opened_latest), end], [y, y], **dots)
        return
    start = row.closed_earliest
    if pd.isna(start):
        ax.plot([row.opened_latest, row.closed_latest], [y, y], **dots)
        start = row.closed_latest
    draw_interval(ax, y, start, row.closed_latest, mark, tick=0.36, width=0.8)


def _draw_spell_key(ax, top: float) -> None:
    """Explain the parts of a spell in the free space of a column."""
    where = ax.get_yaxis_transform()
    parts = [
        ("opened in this time", NOTE, 0.7, "-", True),
        ("open for certain", NOTE, 2.4, "-", False),
        ("closed in this time", CLOSE, 0.8, "-", True),
        ("not named since", NOTE, 0.7, (0, (1, 1)), False),
        ("residence not verified", SOFT, 2.4, "-", False),
        ("years of a wave of closures", WARM, 6, "-", False),
    ]
    for place, (words, colour, width, dash, ticks) in enumerate(parts):
        y = top + 1.6 * place
        look = {"color": colour, "transform": where, "solid_capstyle": "butt"}
        ax.plot([0.1, 0.22], [y, y], lw=width, ls=dash, **look)
        for x in (0.1, 0.22) if ticks else ():
            ax.plot([x, x], [y - 0.36, y + 0.36], lw=width, **look)
        ax.text(0.25, y, words, transform=where, fontsize=6, va="center")
    y = top + 1.6 * len(parts)
    ax.text(0.25, y, "bold: more than one sure spell", transform=where, fontsize=6, va="center")


def write_days(days) -> str:
    """Write a set of days shortly: "24, 25, 27 Oct, 1 Nov"."""
    months = {}
    for day in sorted(pd.to_datetime(days)):
        months.setdefault((day.year, day.month), []).append(day)
    groups = months.values()
    return ", ".join(f"{', '.join(str(day.day) for day in g)} {g[0]:%b}" for g in groups)


def join_panels(**panels: pd.DataFrame) -> pd.DataFrame:
    """Put the frames behind the panels of a figure into one, with the name in column panel."""
    return pd.concat([frame.assign(panel=name) for name, frame in panels.items()])
