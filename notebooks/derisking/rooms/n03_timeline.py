"""Notebook 03: frames of statements and later spells, and its charts: rounds as squares, posts by
week, closings and counts by year.

Rules and choices come from the notebook as arguments; charts take tidy frames. A date known only in
part is drawn as the days it allows, never as a point alone. Places on the page are in millimetres.
"""

import pandas as pd

from derisking.draw import style
from derisking.draw.axes import place_axes, set_months, set_years, to_year
from derisking.draw.marks import draw_key, find_middle, stack_rows, write_head, write_note
from derisking.draw.style import COLOURS, HAIRLINE, INK, NOTE, PALE, SOFT

CLOSE = style.read_meanings("measure")["closing"].colour
FADED = COLOURS["pale_vermilion"]
LINES = 2  # squares stand in so many lines
ROUND = 19.5  # mm, one round with its words
NOON = pd.Timedelta(hours=12)  # a mark stands in the middle of its day
LEVEL = 1.5  # mm, one row of marks under a bar
BAR = 2.6  # mm
APART = 5  # mm, above a post that is not closed by Seoul's list
NUMBER = {"fontsize": 8, "fontweight": "bold"}


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


def gather_statements(
    closures: pd.DataFrame, lists: pd.DataFrame, speakers: dict, host: str, window: tuple
) -> pd.DataFrame:
    """Return one row for each post, speaker and date of the statements that end in `window`.

    speakers: observation, or list_id -> speaker. All else is "press", unless the one who speaks is
    a body of either Korea ("seoul", "dprk") or, by the pattern `host`, of the host state ("host").
    Columns: mission_id, speaker, date, date_earliest, date_latest, who, sources.
    """
    lists = lists.rename(columns=lambda name: name.replace("list_date", "date"))
    said = pd.concat([closures, lists.assign(who=lists["list_body"], observation=lists["list_id"])])
    speaker = said["observation"].map(speakers)
    named = (("host", host), ("seoul", "^ROK"), ("dprk", "^(?:DPRK|KCNA)"))
    for key, pattern in named:
        speaker = speaker.mask(speaker.isna() & said["who"].str.contains(pattern), key)
    said = said.assign(speaker=speaker.fillna("press"))
    said = said[said["date_latest"].between(*window)].sort_values("who")
    key = ["mission_id", "speaker", "date", "date_earliest", "date_latest"]
    both = said.groupby(key, dropna=False)[["who", "sources"]]
    return both.agg(lambda texts: ";".join(texts.drop_duplicates())).reset_index()


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
        if pd.isna(wave.share):
            words = "stayed open: no total known"
            if pd.notna(wave.stock_before):
                words = f"stayed open: only embassies counted, {wave.stock_before} before"
            ax.text(3.5 + step * -(-wave.closed // LINES), top + 1 + step * 1.2, words, **look)
        ax.text(1.5, top + 3.8 + LINES * step, wave.reason, **look)
        words = f"came back so far: {wave.returned} of the {wave.named} known by name"
        ax.text(1.5, top + 6.9 + LINES * step, words, **look)
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
    Disputed posts come last, set apart; a bar that goes on past the window ends in an arrow.
    statements: mission_id, speaker, date_earliest, date_latest. counts: number -> day on which
    Seoul gave it. article: the day of the article.
    """
    statements = statements.assign(day=find_middle(statements))
    start = statements["date_earliest"].fillna(statements["date_latest"])
    for _, part in statements.groupby("mission_id"):
        levels = stack_rows(start[part.index], part["date_latest"], pd.Timedelta(days=2))
        statements.loc[part.index, "level"] = levels
    row = BAR + LEVEL * (statements["level"].max() + 1) + 1.4
    tops = [
        row * place + APART * (status == "disputed") for place, status in enumerate(posts["status"])
    ]
    height = tops[-1] + row
    fig, ax = style.make_canvas(183, height + 22)
    place_axes(ax, 20, 10, 122, height)
    set_months(ax, *window, every=1, form="%-d %b\n%Y")
    ax.set(ylim=(height, 0))
    ax.spines["left"].set_visible(False)
    ax.set_yticks([top + BAR / 2 + 0.7 for top in tops], posts["city"], fontsize=8)
    ax.tick_params(axis="y", length=0)
    _mark_counts(ax, counts, article)
    statuses, meanings = style.read_meanings("status"), style.read_meanings("statement")
    for top, post in zip(tops, posts.itertuples(), strict=True):
        if post.status == "disputed":
            ax.axhline(top - APART, color=SOFT, lw=0.8, zorder=0)
            words = "Closing announced, but still on Seoul's list:"
            ax.text(-0.16, top - APART / 2, words, transform=ax.get_yaxis_transform(), va="center")
        elif top:
            ax.axhline(top, color=HAIRLINE, lw=0.6, zorder=0)
        end = min(post.closed_latest, window[1])
        days = [(post.closed_earliest, end - post.closed_earliest + pd.Timedelta(days=1))]
        colour = statuses[post.status].colour
        ax.broken_barh(days, (top + 0.7, BAR), color=colour, lw=0, zorder=2)
        if post.closed_latest > window[1]:
            look = {"marker": ">", "ms": 8, "color": colour, "mew": 0, "clip_on": False}
            ax.plot(window[1] + NOON, top + BAR / 2 + 0.7, **look)
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
        *(look for speaker, look in meanings.items() if speaker in set(statements["speaker"])),
    ]
    draw_key(fig, entries, "below", size=3.6)
    return fig


def _mark_counts(ax, counts: dict, article) -> None:
    green = style.read_meanings("body")["rok"].colour
    lines = [(day, f"Seoul counts {number} left", green) for number, day in counts.items()]
    for day, words, colour in [*lines, (article, "38 North article", INK)]:
        ax.axvline(day + NOON, color=colour, lw=1 if colour == green else 0.6, zorder=1)
        side, shift = ("left", -2) if day == article else ("right", 2)
        ax.annotate(
            f"{words}\n{day:%-d %b}",
            (day + NOON, 1),
            (shift, 3),
            ("data", "axes fraction"),
            textcoords="offset points",
            fontsize=7,
            ha=side,
            va="bottom",
        )


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
    ax.plot(mark.day + NOON, y, zorder=4, **meaning.style(2.8))


# ------------------------------------------------------------------------- closings and counts


# Points from a count to its number; above it where none is given, and none beside an equal one
OFFSETS = {"C004": (5, 0), "C011": (0, -7), "C229": (0, -7)}


def draw_overview(closed: pd.DataFrame, counts: pd.DataFrame, bounds: pd.DataFrame, years: tuple):
    """Draw closings as bars over Seoul's counts on our bounds, on one scale of years.

    closed: year, lower, upper, strong (one of the four rounds). counts: count_id, asof_earliest,
    asof_latest, value. bounds: year, lower, upper on its last day. years: first, last.
    """
    fig, axes = style.make_canvas(89, 96, nrows=2)
    for ax, top, height in zip(axes, (6, 58), (40, 33), strict=True):
        place_axes(ax, 7, top, 80, height)
        set_years(ax, *years)
    write_head(axes[0], "a", "Missions closed", "per year")
    write_head(axes[1], "b", "Missions abroad", "number")
    _draw_closed(axes[0], closed)
    ax = axes[1]
    ax.fill_between(bounds["year"] + 1, bounds["lower"], bounds["upper"], color=PALE, lw=0)
    ax.set(ylim=(0, 82), yticks=range(0, 81, 20))
    look = style.read_meanings("body")["rok"].style(3.8)
    days = find_middle(counts, "asof").map(to_year)
    ax.plot(days, counts["value"], **look)
    edge = bounds.set_index("year")["upper"]
    for row, day in zip(counts.itertuples(), days, strict=True):
        if row.number:
            dx, dy = OFFSETS.get(row.count_id, (0, 6))
            y = row.value if dy < 6 else max(row.value, edge.get(int(day) - 1, 0))
            side = "left" if dx else "center"
            write_note(ax, day, y, row.value, dx, dy, ha=side, color=INK, **NUMBER)
    write_note(ax, 2003.5, 75, "green: Seoul's counts", fontsize=7)
    write_note(ax, 2003.5, 20, "grey: what our table of missions allows", fontsize=7)
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
    write_note(ax, 2000.4, 1.9, "in outline: disputed or counted twice", fontsize=7)


def join_panels(by: str = "panel", **panels: pd.DataFrame) -> pd.DataFrame:
    """Put the frames behind the parts of a figure into one, with their names in column `by`."""
    return pd.concat([frame.assign(**{by: name}) for name, frame in panels.items()])
