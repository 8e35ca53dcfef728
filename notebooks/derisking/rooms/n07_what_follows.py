"""Charts of notebook 07: dated findings by claim, missions away and back, visitors, meetings.

Which rows are in, which mission counts as back and which test decides stands in the notebook;
what is drawn of it stands here. Everything takes tidy frames.
"""

import numpy as np
import pandas as pd

from derisking.core import dates, tables
from derisking.draw import style
from derisking.draw.axes import set_months, set_rows, set_years, shade_span
from derisking.draw.labels import wrap_letters
from derisking.draw.marks import (
    centre_rows,
    draw_dated,
    draw_interval,
    draw_key,
    find_middle,
    find_runs,
    lay_groups,
    make_hollow,
    stack_rows,
    write_column,
    write_head,
    write_note,
)
from derisking.draw.style import HAIRLINE, INK, NOTE, PALE, SOFT, WASH
from derisking.stats import survival

SIZES = {"strong": 6.6, "moderate": 4.4, "weak": 3.8}  # points; weak marks are hollow besides
MONTH = 365.25 / 12  # days
NO_SEAT = ["PSE", "HKG"]  # no members of the United Nations: no vote


# -------------------------------------------------------------------------- scoreboard


def date_texts(claims: pd.DataFrame) -> pd.DataFrame:
    """Return when the text behind each claim came out: written_earliest, written_latest.

    Indexed by claim_id. With several texts the last one counts: only then was the claim complete.
    """
    known = tables.load_table("sources").set_index("source_id")["date_published"]
    rows = {}
    for row in claims.itertuples():
        spans = [dates.parse(known[name]) for name in row.sources.split(";")]
        rows[row.claim_id] = {
            "written_earliest": max(span.earliest for span in spans),
            "written_latest": max(span.latest for span in spans),
        }
    table = pd.DataFrame.from_dict(rows, orient="index").apply(pd.to_datetime)
    return table.rename_axis("claim_id")


BOARD_COLUMNS = {
    "later": "1 if certainly later than the text behind the claim",
    "verdict": "verdict by the rule, all findings",
    "verdict_later": "verdict by the rule, later findings only",
}


def draw_scoreboard(marks: pd.DataFrame, rows: pd.DataFrame, first: str, last: str):
    """Draw findings as marks in one lane a claim, and the verdicts beside them.

    marks: claim_id, date_earliest, date_latest, bears, strength. rows: indexed by claim_id in the
    order of the lanes, with name, written_earliest, written_latest, verdict, verdict_later. Grey
    ground: the text behind the claim was not yet out (paler: perhaps not).
    """
    start, kinds = pd.Timestamp(first), style.read_meanings("bears")
    fig, ax = style.make_canvas(183, 144)
    fig.set_layout_engine("none")
    ax.set_position((0.275, 0.105, 0.425, 0.845))
    set_months(ax, first, last)
    set_rows(ax, [""] * len(rows), "none")
    for y, row in enumerate(rows.itertuples()):
        for until, shade in ((row.written_latest, WASH), (row.written_earliest, HAIRLINE)):
            heights = (y - 0.46, y + 0.46)
            ax.fill_between([start, until], *heights, color=shade, lw=0, zorder=0)
    drawn = marks[marks["date_latest"].ge(start)].copy()
    drawn["date_earliest"] = drawn["date_earliest"].clip(lower=start)
    drawn["y"] = _dodge(drawn, list(rows.index), "claim_id", 34, 0.17)
    for (bears, strength), part in drawn.groupby(["bears", "strength"], sort=False):
        _draw_weighed(ax, part, kinds[bears], strength)
    _write_early(ax, marks[marks["date_latest"].lt(start)], rows, start)
    _write_board(ax, rows)
    entries = list(kinds.values()) + [
        (name, make_hollow(look) if name == "weak" else look)
        for name, size in SIZES.items()
        for look in [style.Meaning("", NOTE, "o", "full").style(size)]
    ]
    draw_key(fig, entries, "below", left=51)
    words = "text behind the\nclaim not yet out"
    write_note(ax, start + pd.Timedelta(days=20), 0, words)
    return fig


def _dodge(frame: pd.DataFrame, order: list, lane: str, gap: int, step: float) -> pd.Series:
    """Return the height of each row: its place in `order`, moved so that near marks keep clear."""
    heights = pd.Series(0.0, index=frame.index)
    room = pd.Timedelta(days=gap)
    for name, part in frame.groupby(lane, sort=False):
        rows = stack_rows(part["date_earliest"], part["date_latest"], room)
        heights[part.index] = order.index(name) + centre_rows(rows) * step
    return heights


def _draw_weighed(ax, part: pd.DataFrame, meaning, strength: str) -> None:
    """Draw dated marks of one kind; their size and filling give their strength."""
    look = meaning.style(SIZES[strength])
    look = make_hollow(look) if strength == "weak" else look
    for row, day in zip(part.itertuples(), find_middle(part), strict=True):
        if row.date_earliest != row.date_latest:
            span = (row.date_earliest, row.date_latest)
            draw_interval(ax, row.y, *span, meaning.colour, tick=0.07, width=0.6)
        ax.plot([day], [row.y], zorder=4, **look)


def _write_early(ax, early: pd.DataFrame, rows: pd.DataFrame, start: pd.Timestamp) -> None:
    """Draw findings from before the axis at its left end, with their year."""
    kinds = style.read_meanings("bears")
    for row in early.itertuples():
        y, day = list(rows.index).index(row.claim_id), start + pd.Timedelta(days=18)
        look = kinds[row.bears].style(SIZES[row.strength])
        ax.plot([day], [y], zorder=4, **(make_hollow(look) if row.strength == "weak" else look))
        write_note(ax, day, y, f"{row.date_latest:%Y}", dx=5)


def _write_board(ax, rows: pd.DataFrame) -> None:
    """Write the claims left of the lanes and the two verdicts right of them."""
    lanes, known = range(len(rows)), style.read_meanings("verdict")
    write_column(ax, -0.64, lanes, rows.index, fontsize=7, fontweight="bold")
    names = [wrap_letters(name, 28) for name in rows["name"]]
    write_column(ax, -0.525, lanes, names, fontsize=7)
    heads = {"verdict": (1.05, "all findings"), "verdict_later": (1.39, "later ones only")}
    for column, (x, head) in heads.items():
        words = [word.replace("open, ", "open,\n") for word in rows[column]]
        write_column(ax, x, lanes, words, head, fontsize=6)
        for y, word in enumerate(rows[column]):
            look = known[word].style(4.2)
            place = ax.get_yaxis_transform()
            ax.plot([x - 0.025], [y], transform=place, clip_on=False, **look)


# ----------------------------------------------------------------- missions away and back

GROUPS = ["Never stopped work", "New", "Back", "Away at the last report"]
GROUPS += ["No report since the border opened"]


def tell_report(row) -> str:
    """Say in words when a mission came back, or when it was last reported on."""
    if pd.notna(row.returned):
        return f"back {dates.label(row.returned, row.returned_precision)}"
    return f"last report {dates.label(row.status_latest_asof)}"


def draw_roll_call(table: pd.DataFrame, last: str, opened: pd.Timestamp):
    """Draw one line a mission, in groups: at work, away, back, with what is known of the days.

    table: columns group (one of GROUPS), vote, told (note on the right), seen (last report) and
    the bounds opened_latest, suspended_*, returned_*.
    """
    began = table["opened_latest"].where(table["group"].eq("New"))
    rows, heads = lay_groups(table.assign(began=began), "group", GROUPS)
    fig, ax = style.make_canvas(183, 156)
    set_years(ax, 2020, 2026, 1, dated=True)
    ax.set_xlim(pd.Timestamp("2020-01-01"), pd.Timestamp(last))
    ax.set_ylim(rows["y"].max() + 0.8, -1.4)
    ax.set_yticks(rows["y"], rows["sending_state"].str.replace("Soviet Union / ", ""))
    ax.tick_params(axis="y", length=0, pad=12)
    ax.spines["left"].set_visible(False)
    ax.axvline(opened, color=PALE, lw=0.8, zorder=0)
    words = f"border opens, {opened:%B %Y}"
    write_note(ax, opened, -0.75, words, halo=True, ha="center", color=NOTE)
    for row in rows.itertuples():
        _draw_presence(ax, row, pd.Timestamp("2020-01-01"))
    place = ax.get_yaxis_transform()
    for name, y in heads.items():
        ax.text(-0.165, y, name, transform=place, fontsize=7, fontweight="bold", va="center")
    for row in rows.itertuples():
        key = "none" if pd.isna(row.vote) else "distant" if row.vote == "yes" else "close"
        look = style.read_meanings("closeness")[key].style(4.2)
        ax.plot([-0.016], [row.y], transform=place, clip_on=False, **look)
    unknown = np.where(rows["iso3"].isin(NO_SEAT), "none", "unknown")
    votes = rows["vote"].fillna(pd.Series(unknown, rows.index))
    write_column(ax, 1.015, rows["y"], votes, "vote")
    write_column(ax, 1.115, rows["y"], rows["told"], "what is known")
    return fig


def _draw_presence(ax, row, first: pd.Timestamp) -> None:
    """Draw one mission: thick at work, dotted known to be away, thin some day in between.

    After the last report nothing is drawn.
    """
    at_work = {"color": INK, "lw": 2.2, "solid_capstyle": "butt", "zorder": 2}
    if pd.isna(row.suspended_latest):
        start = row.began if pd.notna(row.began) else first
        ax.plot([start, row.seen], [row.y, row.y], **at_work)
        return
    if pd.notna(row.suspended_earliest):
        ax.plot([first, row.suspended_earliest], [row.y, row.y], **at_work)
    if row.suspended_earliest != row.suspended_latest:
        fade = (row.suspended_latest - first).days
        bounds = (row.suspended_earliest, row.suspended_latest)
        draw_interval(ax, row.y, *bounds, tick=0.25, fade=fade)
    back = row.returned_earliest if pd.notna(row.returned_earliest) else row.seen
    if back > row.suspended_latest:
        dots = {"color": NOTE, "lw": 0.8, "ls": (0, (1, 2)), "zorder": 1}
        ax.plot([row.suspended_latest, back], [row.y, row.y], **dots)
    if pd.notna(row.returned_latest):
        draw_interval(ax, row.y, row.returned_earliest, row.returned_latest, tick=0.25)
        ax.plot([row.returned_latest, max(row.seen, row.returned_latest)], [row.y] * 2, **at_work)


NAME_COLUMNS = {
    "group": "what became of the mission",
    "vote": "vote of the sending state on ES-11/1, 2 March 2022; empty: none or unknown",
    "told": "note at the right",
}
RETURN_COLUMNS = {
    "part": "curve (a) or test (b)",
    "group": "group of states (a) or definition of closeness (b)",
    "reading": "how open dates are read",
    "day": "days since the border opened",
    "at_risk": "missions not yet back",
    "events": "missions that came back",
    "share": "share of missions back (0 to 1)",
    "varies": "what differs from the primary test",
    "handling": "how missions without a report, and Germany, are counted",
    "cases": "missions in the test",
    "in_group": "of them close",
    "observed": "close missions back",
    "expected": "close missions back if labels did not matter",
    "p": "two-sided p by permutation",
}


def draw_return(days: pd.DataFrame, close: pd.Series, tests: pd.DataFrame, end: int):
    """Draw the curves of close and distant states (a) and the p-values of all tests (b).

    days: as from `survival.time_events`; close: nullable flag on its index; tests: columns varies
    (in the order of its rows), p. end: last day. Returns the figure and what is drawn.
    """
    fig, (left, right) = style.make_canvas(183, 72, 1, 2, width_ratios=[1, 1.1])
    write_head(left, "a", "Missions back, by vote on ES-11/1")
    left.set(xlim=(0, 25), xticks=range(0, 25, 6), ylim=(0, 1))
    left.set(xlabel="months since the border opened", ylabel="share of missions back")
    left.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    parts, entries = [], []
    for flag, key in ((True, "close"), (False, "distant")):
        table, meaning = days[close.eq(flag).fillna(False)], style.read_meanings("closeness")[key]
        lines = survival.bound_curve(table)
        _draw_envelope(left, survival.align_curves(lines, end), meaning.colour)
        words = "did not vote for" if flag else "voted for"
        back = f"{words}: {table['late_event'].sum()} of {len(table)} back"
        entries.append((back, meaning))
        parts.append(lines.assign(group=words, part="curve"))
    draw_key(left, entries, "upper left")
    write_head(right, "b", "p of the test, when one thing differs or all do")
    _draw_strip(right, tests)
    return fig, pd.concat([*parts, tests.assign(part="test")], ignore_index=True)


def _draw_envelope(ax, wide: pd.DataFrame, colour: str) -> None:
    """Draw the band between two step curves; the latest reading is the heavier line."""
    x = wide["day"] / MONTH
    ax.fill_between(x, wide["late"], wide["early"], step="post", color=colour, alpha=0.2, lw=0)
    for name, width in (("early", 0.5), ("late", 1.3)):
        ax.step(x, wide[name], where="post", color=colour, lw=width, zorder=2)


def _draw_strip(ax, tests: pd.DataFrame) -> None:
    """Draw each p on a log scale, one row for what differs from the primary test."""
    names = list(tests["varies"].drop_duplicates())
    set_rows(ax, [wrap_letters(name, 14) for name in names], "none")
    primary = tests.loc[tests["varies"].eq(names[0]), "p"].iloc[0]
    for y, name in enumerate(names):
        values = tests.loc[tests["varies"].eq(name), "p"]
        span = {"color": PALE, "lw": 3, "solid_capstyle": "round", "zorder": 1}
        ax.plot([values.min(), values.max()], [y, y], **span)
        dot = style.Meaning("", INK, "o", "full").style(3.6)
        ax.plot(values, [y] * len(values), zorder=3, **make_hollow(dot))
        ax.plot([primary], [y], zorder=4, **dot)
        words = f"{values.min():.2f} to {values.max():.2f}" if y else f"{primary:.2f}"
        write_note(ax, float(values.min()), y - 0.28, words, ha="left")
    ax.set_xscale("log")
    ax.set_xlim(0.01, 1.15)
    ticks = [0.01, 0.05, 0.1, 0.2, 0.5, 1]
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.minorticks_off()
    ax.axvline(0.05, color=SOFT, lw=0.6, ls=(0, (3, 2)), zorder=0)
    ax.set_xlabel("p, log-rank test by permutation of labels")


# ------------------------------------------------------------------------ steps in lanes

STEP_COLUMNS = {
    "id": "measure, event, summit or series",
    "lane": "lane in the figure",
    "part": "panel of the figure",
    "direction": "opening, closing or neutral; for bodies part taken, kept out, offer",
    "title": "short name",
    "origin": "where visitors or partners come from",
    "words": "words beside the mark",
    "short": "1 if only a short talk in a third country",
}


def pick_steps(lanes: dict[str, list[str]], measures: pd.DataFrame, events: pd.DataFrame):
    """Return the measures and events named in each lane, lane by lane, by day.

    Columns: id, lane, date, date_earliest, date_latest, direction (opening, closing, neutral),
    title, sources, reversed_by. Raises KeyError for an id that is in neither table.
    """
    sides = {"opens": "opening", "closes": "closing"}
    acts = events.rename(columns={"event_id": "id"})
    acts["direction"] = acts["direction"].map(sides).fillna("neutral")
    own = measures.rename(columns={"measure_id": "id"})
    known = pd.concat([own, acts]).drop_duplicates("id").set_index("id")
    columns = ["date", "date_earliest", "date_latest", "direction", "title", "sources"]
    parts = [
        known.loc[ids, [*columns, "reversed_by"]].sort_values("date_earliest").assign(lane=lane)
        for lane, ids in lanes.items()
    ]
    return pd.concat(parts).rename_axis("id").reset_index()


def count_days_open(steps: pd.DataFrame) -> pd.Series:
    """Return the days from each step to the step that undid it, at most, by id."""
    dated = steps.set_index("id")
    undone = dated[dated["reversed_by"].isin(dated.index)]
    ends = dated.loc[undone["reversed_by"], "date_latest"].to_numpy()
    return (pd.Series(ends, index=undone.index) - undone["date_earliest"]).dt.days


def draw_visitors(visitors: pd.DataFrame, labels: list, steps: pd.DataFrame, lasting, last: str):
    """Draw yearly visitors (a) and steps of opening and shutting (b).

    visitors: series_id, origin, year, period, value, unit, basis. labels: words, year, height and
    alignment. steps: as from `pick_steps`. lasting: lanes in which an opening lasts. Returns the
    figure and what is drawn.
    """
    fig, (top, below) = style.make_canvas(183, 160, 2, 1, height_ratios=[72, 88])
    write_head(top, "a", "Visitors by origin")
    _draw_origins(top, visitors)
    for words, year, height, align in labels:
        write_note(top, year, height, words, ha=align, color=INK)
    write_head(below, "b", "Openings and shuttings of tourism, and links")
    places = list(dict.fromkeys(steps["lane"]))
    turn = steps.groupby("lane").cumcount() % 2 * 2 - 1
    alone = steps.groupby("lane")["lane"].transform("size").eq(1)
    shift = (turn * 0.22).mask(alone, 0.0)
    placed = steps.assign(y=steps["lane"].map(places.index) + shift)
    set_months(below, "2024-01-01", last)
    set_rows(below, places, "between")
    _draw_steps(below, placed, lasting)
    kinds = style.read_meanings("measure")
    words = {"opening": "opening", "closing": "shutting", "neutral": "announced, did not happen"}
    draw_key(below, [(words[key], kinds[key]) for key in words], "above right")
    columns = ["series_id", "origin", "year", "period", "value", "unit", "basis"]
    above = visitors[columns].assign(part="series")
    columns = ["id", "lane", "date_earliest", "date_latest", "direction", "title"]
    return fig, pd.concat([above, steps[columns].assign(part="steps")], ignore_index=True)


def _draw_origins(ax, visitors: pd.DataFrame) -> None:
    """Draw yearly series on a log scale; an estimate hollow, a mean over years as a level line."""
    kinds = style.read_meanings("origin")
    span = visitors["period"].str.fullmatch(r"\d{4}/\d{4}")
    for origin, rows in visitors[~span].groupby("origin", sort=False):
        rows = rows.sort_values("year", kind="stable")
        for run in find_runs(rows["year"]):
            part = rows.iloc[run]
            ax.plot(part["year"] + 0.5, part["value"], color=kinds[origin].colour, lw=0.9)
        for guess, part in rows.groupby(rows["basis"].eq("estimate")):
            look = kinds[origin].style(4)
            ax.plot(part["year"] + 0.5, part["value"], **(make_hollow(look) if guess else look))
    for row in visitors[span].itertuples():
        start, end = (int(year) for year in row.period.split("/"))
        dashes = {"color": kinds[row.origin].colour, "lw": 0.9, "ls": (0, (3, 2))}
        ax.plot([start, end + 1], [row.value] * 2, **dashes)
    set_years(ax, 1996, 2028, 5)
    ax.set(yscale="log", ylim=(30, 1e6), ylabel="persons or journeys a year (log scale)")
    ax.yaxis.set_minor_locator(style.mpl.ticker.NullLocator())
    ax.yaxis.set_major_formatter("{x:,.0f}")
    ax.yaxis.grid(True)


def _draw_steps(ax, steps: pd.DataFrame, lasting) -> None:
    """Draw dated steps with their words; in the lanes `lasting` a line runs on from an opening.

    It ends at the step that undid the opening, or runs dotted to the edge if none is known.
    """
    kinds = style.read_meanings("measure")
    draw_dated(ax, steps, "y", "direction", kinds, size=4.6, tick=0.1)
    ends = steps.set_index("id")["date_latest"]
    first, last = (pd.Timestamp(style.mpl.dates.num2date(x)) for x in ax.get_xlim())
    first, last = first.tz_localize(None), last.tz_localize(None)
    steps = steps.assign(day=find_middle(steps))
    for row in steps.itertuples():
        undone = row.lane in lasting and pd.notna(row.reversed_by)
        if row.lane in lasting and row.direction == "opening":
            until = ends[row.reversed_by] if undone else last
            dash = {"ls": "-", "lw": 1.6} if undone else {"ls": (0, (1, 2)), "lw": 1.0}
            ax.plot([row.day, until], [row.y] * 2, color=kinds["opening"].colour, zorder=1, **dash)
        gaps = steps.loc[steps["y"].eq(row.y), "day"] - row.day
        near = gaps.between(pd.Timedelta(days=1), (last - first) * 0.2).any()
        right = not near and not undone and row.day < first + (last - first) * 0.8
        words = wrap_letters(row.title, 52)
        side = {"dx": 5, "ha": "left"} if right else {"dx": -5, "ha": "right"}
        write_note(ax, row.day, row.y, words, halo=True, **side)


# -------------------------------------------------------------------- bodies and meetings


def draw_acts(acts: pd.DataFrame, order: list[str], first: str, last: str, shut: tuple):
    """Draw acts in international bodies, one a row with its words, in groups by who leads them.

    acts: lane, date_earliest, date_latest, direction, title. A group without acts says so.
    shut: first and last day of the closed border.
    """
    empty = [name for name in order if name not in set(acts["lane"])]
    filler = pd.DataFrame({"lane": empty, "title": "no entry in the tables"})
    listed = pd.concat([acts.sort_values("date_earliest", kind="stable"), filler])
    rows, heads = lay_groups(listed, "lane", order)
    fig, ax = style.make_canvas(183, 78)
    set_years(ax, int(first[:4]), int(last[:4]), 1, dated=True)
    ax.set_ylim(rows["y"].max() + 0.6, -0.8)
    ax.set_yticks(rows["y"], rows["title"])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    for name, y in heads.items():
        place = ax.get_yaxis_transform()
        ax.text(-0.0085, y, name, transform=place, ha="right", va="center", fontweight="bold")
    ax.hlines(rows["y"], *ax.get_xlim(), color=PALE, lw=0.4, zorder=1)
    kinds = style.read_meanings("measure")
    known = rows[rows["date_earliest"].notna()]
    draw_dated(ax, known, "y", "direction", kinds, size=5, tick=0.25)
    shade_span(ax, *shut, words="closed border")
    words = {"opening": "takes part", "closing": "foreign staff kept out or gone"}
    words["neutral"] = "offer"
    draw_key(ax, [(words[key], kinds[key]) for key in words], "above right")
    return fig


def draw_meetings(met: pd.DataFrame, partners: dict, first: str, last: str, shut: tuple):
    """Draw meetings of the leader in one lane a partner; other states are named beneath.

    met: origin (a key of `partners` and of meanings "origin"), counterpart_country, date_earliest,
    date_latest, short (a talk in passing, drawn pale). shut: days of the closed border.
    """
    fig, ax = style.make_canvas(183, 66)
    order = list(partners)
    set_years(ax, int(first[:4]), int(last[:4]), 1, dated=True)
    set_rows(ax, partners.values(), "between")
    ax.set_ylim(len(order) + 0.25, -0.5)  # room for the names of other states
    met = met.assign(y=_dodge(met, order, "origin", 35, 0.14))
    kinds = style.read_meanings("origin")
    draw_dated(ax, met, "y", "origin", kinds, size=4.6, tick=0.08, faint="short")
    others = met[met["origin"].eq("other")].assign(day=find_middle(met)).sort_values("day")
    for _, rows in others.groupby(others["day"].diff().gt(pd.Timedelta(days=400)).cumsum()):
        words = wrap_letters(", ".join(dict.fromkeys(rows["counterpart_country"])), 34)
        write_note(ax, rows["day"].mean(), len(order) - 0.1, words, ha="center", color=INK)
    shade_span(ax, *shut, words="closed border")
    return fig
