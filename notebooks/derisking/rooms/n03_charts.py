"""The charts of notebook 03: rounds as squares, posts by week, closings and counts by year.

They take tidy frames. A date known only in part is drawn as the days it allows, never as a point
alone. Places on the page are in millimetres.
"""

import pandas as pd

from derisking.draw import style
from derisking.draw.axes import place_axes, set_months, set_years
from derisking.draw.marks import draw_key, find_middle, stack_rows, write_head
from derisking.draw.style import COLOURS, HAIRLINE, INK, NOTE, PALE, SOFT

CLOSE = style.read_meanings("measure")["closing"].colour
FADED = COLOURS["pale_vermilion"]
LINES = 2  # squares stand in so many lines
ROUND = 16.5  # mm, one round with its words
NOON = pd.Timedelta(hours=12)  # a mark stands in the middle of its day
LEVEL = 1.7  # mm, one row of marks under a bar
BAR = 2.6  # mm


# ------------------------------------------------------------------------------------- rounds


def draw_waves(waves: pd.DataFrame):
    """Draw one row of squares a round: filled for a closed mission, open for one that stayed.

    Columns of `waves`: year, closed, stock_before, share, closed_africa_north, named, returned,
    reason. Squares of missions that stayed are drawn only where there is a share: there closures
    and stock count the same thing. Of the `named` posts, those that `returned` are pale.
    """
    fig, ax = style.make_canvas(89, ROUND * len(waves) + 4)
    place_axes(ax, 0, 0, 89, ROUND * len(waves))
    ax.set(xlim=(0, 89), ylim=(ROUND * len(waves), 0))
    ax.axis("off")
    step = 86 / -(-waves["stock_before"].max() // LINES)
    for place, wave in enumerate(waves.itertuples()):
        top = ROUND * place + 4.5
        words = f"{wave.closed} closed"
        if pd.notna(wave.share):
            words = f"{wave.closed} of {wave.stock_before} closed: {wave.share:.0%}"
        look = {"fontsize": 8, "va": "baseline"}
        ax.text(1.5, top, wave.year, color=NOTE, **look)
        ax.text(11, top, words, fontweight="bold", **look)
        ax.text(
            87.5, top, f"Africa: {wave.closed_africa_north} of {wave.closed}", ha="right", **look
        )
        _draw_squares(ax, wave, top + 1 + step / 2, step)
        look |= {"fontsize": 7, "color": NOTE}
        ax.text(1.5, top + 3.8 + LINES * step, wave.reason, **look)
        words = f"back: {wave.returned} of {wave.named} named"
        ax.text(87.5, top + 3.8 + LINES * step, words, ha="right", **look)
    kept = style.read_meanings("status")["kept"].colour
    entries = [
        (words, {"marker": "s", "ms": 4.4, "mfc": face, "mec": edge, "mew": 0.6, "ls": "none"})
        for words, face, edge in (
            ("closed", CLOSE, CLOSE),
            ("closed, back later", FADED, CLOSE),
            ("stayed open", "white", kept),
        )
    ]
    draw_key(fig, entries, "below", left=1)
    return fig


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


# -------------------------------------------------------------------------------- posts by week


def draw_closings(posts: pd.DataFrame, statements: pd.DataFrame, counts: dict, article, window):
    """Draw one row a post: the days on which it may have closed as a bar, statements below it.

    posts: mission_id, city, status (key of the meaning "status"), closed_earliest, closed_latest.
    statements: mission_id, speaker, date_earliest, date_latest. counts: number -> day on which
    Seoul gave it. article: the day of the article.
    """
    statements = statements.assign(day=find_middle(statements))
    start = statements["date_earliest"].fillna(statements["date_latest"])
    for _, part in statements.groupby("mission_id"):
        levels = stack_rows(start[part.index], part["date_latest"], pd.Timedelta(days=2))
        statements.loc[part.index, "level"] = levels
    row = BAR + LEVEL * (statements["level"].max() + 1) + 1.4
    fig, ax = style.make_canvas(183, row * len(posts) + 22)
    place_axes(ax, 20, 10, 122, row * len(posts))
    set_months(ax, *window, every=1, form="%-d %b\n%Y")
    ax.set(ylim=(row * len(posts), 0))
    ax.spines["left"].set_visible(False)
    ax.set_yticks(
        [row * place + BAR / 2 + 0.7 for place in range(len(posts))], posts["city"], fontsize=8
    )
    ax.tick_params(axis="y", length=0)
    _mark_counts(ax, counts, article)
    statuses, meanings = style.read_meanings("status"), style.read_meanings("statement")
    for place, post in enumerate(posts.itertuples()):
        top = row * place
        if place:
            ax.axhline(top, color=HAIRLINE, lw=0.6, zorder=0)
        end = min(post.closed_latest, window[1])
        days = [(post.closed_earliest, end - post.closed_earliest + pd.Timedelta(days=1))]
        colour = statuses[post.status].colour
        ax.broken_barh(days, (top + 0.7, BAR), color=colour, lw=0, zorder=2)
        _write_days(ax, top + BAR / 2 + 0.7, post)
        said = statements[statements["mission_id"].eq(post.mission_id)]
        for mark in said.itertuples():
            _draw_statement(ax, mark, top + BAR + LEVEL * (mark.level + 0.9), meanings)
    head = {"xycoords": "axes fraction", "textcoords": "offset points", "fontsize": 7}
    words = "days on which it\nmay have closed"
    ax.annotate(words, (1.03, 1), (0, 3), va="bottom", **head)
    entries = [
        ("closed by Seoul's list", {"color": statuses["closed"].colour, "lw": 6}),
        ("still on Seoul's list", {"color": statuses["disputed"].colour, "lw": 6}),
        *meanings.values(),
    ]
    draw_key(fig, entries, "below", size=3.6)
    return fig


def _mark_counts(ax, counts: dict, article) -> None:
    green = style.read_meanings("body")["rok"].colour
    lines = [(day, f"Seoul counts {number} left", green) for number, day in counts.items()]
    for day, words, colour in [*lines, (article, "the article", INK)]:
        ax.axvline(day + NOON, color=colour, lw=1 if colour == green else 0.6, zorder=1)
        side, shift = ("left", -2) if words == "the article" else ("right", 2)
        ax.annotate(
            f"{words}\n{day:%-d %b}", (day + NOON, 1), (shift, 3), ("data", "axes fraction"),
            textcoords="offset points", fontsize=7, ha=side, va="bottom",
        )  # fmt: skip


def _write_days(ax, y: float, post) -> None:
    """Write how many days a bar covers, and which, right of it."""
    where = {"transform": ax.get_yaxis_transform(), "va": "center"}
    days = (post.closed_latest - post.closed_earliest).days + 1
    year = "" if post.closed_latest < pd.Timestamp(2024, 2, 1) else f" {post.closed_latest:%Y}"
    words = f"{post.closed_earliest:%-d %b} to {post.closed_latest:%-d %b}{year}"
    ax.text(1.08, y, days, fontsize=8, fontweight="bold", ha="right", **where)
    ax.text(1.095, y, words, fontsize=7, **where)


def _draw_statement(ax, mark, y: float, meanings: dict) -> None:
    meaning = meanings[mark.speaker]
    if pd.notna(mark.date_earliest) and mark.date_earliest < mark.date_latest:
        ax.plot([mark.date_earliest, mark.date_latest], [y, y], color=meaning.colour, lw=0.7)
    size = 5 if meaning.marker == "*" else 3.4
    ax.plot(mark.day + NOON, y, zorder=4, **meaning.style(size))


# ------------------------------------------------------------------------- closings and counts


def draw_overview(rounds: pd.DataFrame, counts: pd.DataFrame, bounds: pd.DataFrame, years: tuple):
    """Draw closings as bars over Seoul's counts on our bounds, on one scale of years.

    rounds: from `list_rounds`. counts: asof_earliest, asof_latest, value, by date. bounds: year,
    lower, upper on its last day. years: first, last.
    """
    fig, axes = style.make_canvas(89, 99, nrows=2)
    for ax, top in zip(axes, (6, 56), strict=True):
        place_axes(ax, 7, top, 80, 38)
        set_years(ax, *years, dated=True)
    write_head(axes[0], "a", "Missions closed, as reported")
    write_head(axes[1], "b", "Missions abroad: Seoul's counts, our bounds (grey)")
    _draw_rounds(axes[0], rounds)
    ends = pd.to_datetime(bounds["year"].astype(str) + "-12-31")
    axes[1].fill_between(ends, bounds["lower"], bounds["upper"], color=PALE, lw=0)
    _draw_counts(axes[1], counts.assign(day=find_middle(counts, "asof")))
    return fig


def _draw_counts(ax, counts: pd.DataFrame) -> None:
    """Draw counts with their numbers, in turns above and below where they stand within two years.

    Of equal counts within a year the last one carries the number.
    """
    ax.plot(counts["day"], counts["value"], **style.read_meanings("body")["rok"].style(5))
    ax.set(ylim=(0, 80), yticks=range(0, 81, 20))
    apart, below = counts["day"].diff().dt.days, False
    same = counts["value"].eq(counts["value"].shift(-1)) & apart.shift(-1).lt(366)
    for row, gap in zip(counts[~same].itertuples(), apart[~same], strict=True):
        below = gap < 2 * 366 and not below
        ax.annotate(
            row.value, (row.day, row.value), (0, -10 if below else 5), fontsize=8,
            textcoords="offset points", fontweight="bold", ha="center",
        )  # fmt: skip


def _draw_rounds(ax, rounds: pd.DataFrame) -> None:
    """Draw closings as bars as wide as their years; palest: what only some report."""
    start = pd.to_datetime(rounds["year_start"].astype(str) + "-01-01")
    width = pd.to_datetime(rounds["year_end"].astype(str) + "-12-31") - start
    look = {"width": width, "align": "edge", "edgecolor": "white", "lw": 0.5}
    colours = rounds["strong"].map({True: CLOSE, False: SOFT})
    ax.bar(start, rounds["low"], color=colours, **look)
    ax.bar(start, rounds["high"] - rounds["low"], bottom=rounds["low"], color=PALE, **look)
    ax.set(ylim=(0, 16), yticks=range(0, 16, 5))
    for row, day in zip(rounds.itertuples(), start + width / 2, strict=True):
        if row.strong:
            ax.annotate(
                row.low, (day, row.high), (0, 2), textcoords="offset points", ha="center",
                fontsize=8, fontweight="bold",
            )  # fmt: skip


def join_panels(**panels: pd.DataFrame) -> pd.DataFrame:
    """Put the frames behind the panels of a figure into one, with the name in column panel."""
    return pd.concat([frame.assign(panel=name) for name, frame in panels.items()])
