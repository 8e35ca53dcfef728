"""Notebook 03: later spells, and its charts: rounds as squares, the days on which posts may have
closed, closings and counts by year.

Rules and choices come from the notebook as arguments; charts take tidy frames. A date known only in
part is drawn as the days it allows, never as a point alone. Places on the page are in millimetres.
"""

import pandas as pd

from derisking.draw import style
from derisking.draw.axes import place_axes, set_months, set_years, to_year
from derisking.draw.marks import draw_key, find_middle, write_head, write_note
from derisking.draw.style import COLOURS, INK, NOTE, PALE, SOFT

CLOSE = style.read_meanings("measure")["closing"].colour
FADED = COLOURS["pale_vermilion"]
SEOUL = style.read_meanings("body")["rok"]
LINES = 2  # squares stand in so many lines
ROUND = 14.5  # mm, one round with its words
NOON = pd.Timedelta(hours=12)  # a mark stands in the middle of its day
ROW, HEAD = 4.6, 6.2  # mm: a post; the heading of a group of posts
LEFT, RIGHT = -0.43, 1.06  # widths of the axes: where headings begin, and days in words
NUMBER = {"fontsize": 8, "fontweight": "bold"}
# What columns of the figures mean, and words for their codes.
COLUMNS = {
    "named": "closed posts known by name",
    "returned": "of these, posts that opened again later",
    "status": "closed by both lists (R. Frank, Dec 2023; Seoul, Jan 2024), or by one: disputed",
    "group": "what the last possible day is",
    "lower": "lowest number: of closings reported, or of missions our table allows",
    "upper": "highest number: of closings reported, or of missions our table allows",
    "strong": "1 for the four rounds",
    "number": "1 where the figure prints the count",
}
GROUPS = {
    "count": "end on the day when Seoul counted",
    "other": "end on other days",
    "disputed": "disputed",
}
PANELS = {"a": "missions closed", "b": "missions abroad: counts, or bounds by year"}


# ------------------------------------------------------------------------------------- frames


def find_later_spells(posts: pd.DataFrame, missions: pd.DataFrame) -> pd.DataFrame:
    """Return closed posts with what became of them: did the post open once more, and close again?

    Adds opened_earliest_again, opened_latest_again, closed_again and returned (boolean).
    """
    later = missions[["mission_id", "spell", "opened_earliest", "opened_latest", "closed"]]
    later = later.assign(spell=later["spell"] - 1)
    posts = posts.merge(later, "left", ["mission_id", "spell"], suffixes=("", "_again"))
    posts["returned"] = posts["opened_latest_again"].notna()
    return posts


def write_years(earliest: pd.Series, latest: pd.Series) -> list[str]:
    """Write pairs of days as the years they allow: "1998", or "1999–2005"."""
    pairs = zip(earliest.dt.year, latest.dt.year, strict=True)
    return [f"{first}" if first == last else f"{first}–{last}" for first, last in pairs]


# ------------------------------------------------------------------------------------- rounds


def draw_waves(waves: pd.DataFrame):
    """Draw one row of squares a round: filled for a closed mission, open for one that stayed.

    Columns of `waves`: year, closed, stock_before, share, closed_africa_north, named, returned.
    Squares of missions that stayed are drawn only where there is a share: there closures and stock
    count the same thing; elsewhere a dashed frame of unknown length. Of the `named` posts, those
    that `returned` are pale.
    """
    fig, ax = style.make_canvas(89, ROUND * len(waves) + 6.5)
    place_axes(ax, 0, 0, 89, ROUND * len(waves))
    ax.set(xlim=(0, 89), ylim=(ROUND * len(waves), 0))
    ax.axis("off")
    step = 86 / -(-waves["stock_before"].max() // LINES)
    for place, wave in enumerate(waves.itertuples()):
        top = ROUND * place + 5
        known = pd.notna(wave.share)
        words = f"{wave.closed} of {wave.stock_before} closed" if known else f"{wave.closed} closed"
        ax.text(1.5, top, wave.year, fontsize=8, color=NOTE)
        ax.text(11, top, words, fontsize=8, fontweight="bold")
        if known:
            ax.text(41, top, f"{wave.share:.0%}", fontsize=8, fontweight="bold", color=INK)
        where = f"{wave.closed_africa_north} of the {wave.closed} in Africa"
        ax.text(87.5, top, where, fontsize=7, ha="right", color=NOTE)
        _draw_squares(ax, wave, top + 1.6 + step / 2, step)
        if not known:
            _frame_unknown(ax, wave, top + 1.6, step)
    kept = style.read_meanings("status")["kept"].colour
    entries = [
        (words, {"marker": "s", "ms": 4.4, "mfc": face, "mec": edge, "mew": 0.6, "ls": "none"})
        for words, face, edge in (
            ("closed, by Seoul's count", CLOSE, CLOSE),
            ("closed, back later", FADED, CLOSE),
            ("stayed open", "white", kept),
        )
    ]
    draw_key(fig, entries, "below", left=1)
    return fig


def _frame_unknown(ax, wave, top: float, step: float) -> None:
    """Draw a dashed frame, open to the right, for missions that stayed and were not counted."""
    left, high = 2.2 + step * -(-wave.closed // LINES), LINES * step - 0.4
    look = {"color": SOFT, "lw": 0.8, "ls": (0, (3, 2))}
    ax.plot([87.5, left, left, 87.5], [top, top, top + high, top + high], **look)
    words = "stayed open: total not known"
    if pd.notna(wave.stock_before):
        words = f"stayed open: total not known (embassies before: {wave.stock_before})"
    note = {"fontsize": 6, "color": NOTE, "va": "center"}
    ax.text(left + 2, top + high / 2, words, **note)


def _draw_squares(ax, wave, top: float, step: float) -> None:
    """Draw the squares of one round from left to right, column by column."""
    kept = style.read_meanings("status")["kept"].colour
    total = wave.stock_before if pd.notna(wave.share) else wave.closed
    for place in range(int(total)):
        gone = place < wave.closed
        face = CLOSE if gone else "white"
        if gone and place >= wave.closed - wave.returned:
            face = FADED
        x, y = 1.5 + step * (place // LINES + 0.5), top + step * (place % LINES)
        look = {"mfc": face, "mec": CLOSE if gone else kept, "mew": 0.6, "ms": 5.4}
        ax.plot(x, y, marker="s", ls="none", **look)


# ---------------------------------------------------------------------- days on which posts closed


def draw_closings(posts: pd.DataFrame, counted: pd.Timestamp, window: tuple):
    """Draw one line a post for the days on which it may have closed, in groups.

    posts: city, status (key of the meaning "status"), group (key of GROUPS), closed_earliest,
    closed_latest. Posts of the first group, whose last day is `counted`, the day on which Seoul
    counted, are drawn heavily; the others stand back. A line that goes on past the window ends in
    an arrow.
    """
    height = HEAD * (len(GROUPS) - 1) + ROW * len(posts) + 1
    fig, ax = style.make_canvas(89, height + 22)
    place_axes(ax, 19, 9, 42, height)
    set_months(ax, *window, every=1, form="%-d %b")
    ax.set(ylim=(height, 0), yticks=[])
    ax.tick_params(axis="x", pad=9)
    for label in ax.get_xticklabels():
        label.set_va("baseline")
    ax.set_xlabel("2023 to 2024", labelpad=3)
    ax.spines["left"].set_visible(False)
    ax.axvline(counted + NOON, color=SEOUL.colour, lw=1.2, zorder=1)
    above = {"xycoords": "axes fraction", "textcoords": "offset points", "va": "bottom"}
    words = f"{posts['group'].eq('count').sum()} posts: last possible day is"
    words = f"{words}\n{counted:%-d %B}, when Seoul counted"
    ax.annotate(words, (LEFT, 1), (0, 3), **above, **NUMBER)
    ax.annotate("may have closed", (RIGHT, 1), (0, 3), fontsize=6, color=NOTE, **above)
    place = {"transform": ax.get_yaxis_transform(), "va": "center_baseline"}
    box, y = {"fc": "white", "ec": "none", "pad": 0.8}, 0.0
    for key, head in GROUPS.items():
        rows, strong = posts[posts["group"].eq(key)], key == "count"
        if not strong:
            words = f"{len(rows)} {head}"
            ax.text(LEFT, y + HEAD - 2, words, bbox=box, fontsize=7, color=NOTE, zorder=5, **place)
            y += HEAD
        for middle, post in enumerate(rows.itertuples()):
            _draw_days(ax, y + ROW * (middle + 0.5) + 0.6, post, window, strong)
        y += ROW * len(rows)
    bars = {"closed": "may have closed on these days", "disputed": "disputed"}
    meanings = style.read_meanings("status")
    lines = [(words, {"color": meanings[key].colour, "lw": 3}) for key, words in bars.items()]
    draw_key(fig, [*lines, ("Seoul's count", SEOUL)], "below", left=1)
    return fig


def _draw_days(ax, y: float, post, window: tuple, strong: bool) -> None:
    """Draw the days of one post between its name and the days in words."""
    colour = style.read_meanings("status")[post.status].colour
    first, last = post.closed_earliest, min(post.closed_latest, window[1])
    look = {"color": colour, "lw": 3.4 if strong else 1.6, "solid_capstyle": "butt"}
    ax.plot([first, last + 2 * NOON], [y, y], zorder=2, **look)
    if strong:
        ax.plot(last + NOON, y, zorder=4, **SEOUL.style(5.5))
    if post.closed_latest > window[1]:
        ax.plot(last + NOON, y, marker=">", ms=5, color=colour, mew=0, clip_on=False)
    year = "" if post.closed_latest < pd.Timestamp(2024, 2, 1) else f" {post.closed_latest:%Y}"
    span = f"{post.closed_earliest:%-d %b} to {post.closed_latest:%-d %b}{year}"
    beside = {"transform": ax.get_yaxis_transform(), "va": "center_baseline"}
    name = {"fontsize": 7, "ha": "right", "color": INK if strong else NOTE}
    ax.text(-0.03, y, post.city, **name, **beside)
    ax.text(RIGHT, y, span, fontsize=6, color=NOTE, **beside)


# ------------------------------------------------------------------------- closings and counts


# Points from a count to its number; above it where none is given
OFFSETS = {"C004": (5, 0), "C025": (0, -7)}


def draw_overview(closed: pd.DataFrame, counts: pd.DataFrame, bounds: pd.DataFrame, years: tuple):
    """Draw closings as bars over Seoul's counts on our bounds, on one scale of years.

    closed: year, lower, upper, strong (one of the four rounds). counts: count_id, asof_earliest,
    asof_latest, value. bounds: year, lower, upper on its last day. years: first, last.
    """
    fig, axes = style.make_canvas(89, 96, nrows=2)
    for ax, top, height in zip(axes, (6, 58), (40, 33), strict=True):
        place_axes(ax, 7, top, 80, height)
        set_years(ax, *years)
    write_head(axes[0], "a", "Missions closed, as reported", "per year")
    write_head(axes[1], "b", "Missions abroad", "number")
    _draw_closed(axes[0], closed)
    ax = axes[1]
    ax.fill_between(bounds["year"] + 1, bounds["lower"], bounds["upper"], color=PALE, lw=0)
    ax.set(ylim=(0, 82), yticks=range(0, 81, 20))
    look = SEOUL.style(3.8)
    days = find_middle(counts, "asof").map(to_year)
    ax.plot(days, counts["value"], **look)
    edge = bounds.set_index("year")["upper"]
    for row, day in zip(counts.itertuples(), days, strict=True):
        if row.number:
            dx, dy = OFFSETS.get(row.count_id, (0, 6))
            y = row.value if dy < 6 else max(row.value, edge.get(int(day) - 1, 0))
            side = "left" if dx else "center"
            write_note(ax, day, y, row.value, dx, dy, ha=side, fontsize=7, color=INK)
    entries = [
        ("Seoul's counts", look),
        ("our own count, fewest and most", {"color": PALE, "lw": 6}),
    ]
    draw_key(ax, entries, (8, 83), columns=1)
    return fig


def _draw_closed(ax, closed: pd.DataFrame) -> None:
    """Draw closings by year: the rounds in colour, the rest pale; outline: what is disputed."""
    rounds, colour = closed[closed["strong"]], closed["strong"].map({True: CLOSE, False: SOFT})
    x, look = closed["year"] + 0.5, {"width": 0.8, "lw": 0.6}
    ax.bar(x, closed["lower"], color=colour, edgecolor=colour, **look)
    more = closed["upper"] - closed["lower"]
    ax.bar(
        x[more > 0],
        more[more > 0],
        bottom=closed["lower"][more > 0],
        color="white",
        edgecolor=SOFT,
        **look,
    )
    ax.set(ylim=(0, 16), yticks=range(0, 16, 5))
    for row in rounds.itertuples():
        write_note(ax, row.year + 0.5, row.upper, row.upper, 0, 6, ha="center", color=INK, **NUMBER)
    square = {"marker": "s", "ms": 5, "ls": "none", "mew": 0.6}
    entries = [
        ("the four rounds, by Seoul's counts", square | {"mfc": CLOSE, "mec": CLOSE}),
        ("other closings", square | {"mfc": SOFT, "mec": SOFT}),
        ("disputed, or perhaps counted twice", square | {"mfc": "white", "mec": SOFT}),
    ]
    draw_key(ax, entries, (33, 12), columns=1)


def join_panels(by: str = "panel", **panels: pd.DataFrame) -> pd.DataFrame:
    """Put the frames behind the parts of a figure into one, with their names in column `by`."""
    return pd.concat([frame.assign(**{by: name}) for name, frame in panels.items()])
