"""Charts of notebook 07: missions away and back, visitors, meetings of the leader.

Which rows are in, which mission counts as back and which test decides stands in the notebook;
what is drawn of it stands here. Everything takes tidy frames.
"""

import pandas as pd

from derisking.core import dates, tables
from derisking.draw import style
from derisking.draw.axes import locate_day, set_months, set_rows, set_years, shade_span
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
from derisking.draw.style import INK, NOTE, PALE
from derisking.stats import survival

MONTH = 365.25 / 12  # days


# ------------------------------------------------------------------------------ texts


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


def _dodge(frame: pd.DataFrame, order: list, lane: str, gap: int, step: float) -> pd.Series:
    """Return the height of each row: its place in `order`, moved so that near marks keep clear."""
    heights = pd.Series(0.0, index=frame.index)
    room = pd.Timedelta(days=gap)
    for name, part in frame.groupby(lane, sort=False):
        rows = stack_rows(part["date_earliest"], part["date_latest"], room)
        heights[part.index] = order.index(name) + centre_rows(rows) * step
    return heights


# ----------------------------------------------------------------- missions away and back

GROUPS = ["Not known to have stopped work", "New", "Back", "Away at the last report"]
GROUPS += ["No report since the border opened"]
KEYS = {"close": "friendly", "distant": "distant", "none": "without a vote"}


def tell_report(row) -> str:
    """Say in words when a mission came back, or when it was last reported on."""
    if pd.notna(row.returned):
        return f"back {dates.label(row.returned, row.returned_precision)}"
    return f"last report {dates.label(row.status_latest_asof)}"


def draw_roll_call(table: pd.DataFrame, last: str, opened: pd.Timestamp):
    """Draw one line a mission, in groups: at work, away, back, with what is known of the days.

    table: columns group (one of GROUPS), close (true, false or missing: the colour), told (note on
    the right), seen (last report) and the bounds opened_latest, suspended_*, returned_*. Returns
    the figure and what is drawn.
    """
    began = table["opened_latest"].where(table["group"].eq("New"))
    key = table["close"].map({True: "close", False: "distant"}).fillna("none")
    rows, heads = lay_groups(table.assign(began=began, key=key), "group", GROUPS)
    fig, ax = style.make_canvas(183, 150)
    set_years(ax, 2020, 2026, 1, dated=True)
    ax.set_xlim(pd.Timestamp("2020-01-01"), pd.Timestamp(last))
    ax.set_ylim(rows["y"].max() + 0.8, -1.4)
    ax.set_yticks(rows["y"], rows["sending_state"].str.replace("Soviet Union / ", ""))
    ax.tick_params(axis="y", length=0, pad=12)
    ax.spines["left"].set_visible(False)
    ax.plot([opened] * 2, [-0.5, rows["y"].max() + 0.8], color=PALE, lw=0.8, zorder=0)
    write_note(ax, opened, -0.85, f"border opens, {opened:%B %Y}", ha="center")
    looks, place = style.read_meanings("closeness"), ax.get_yaxis_transform()
    for row in rows.itertuples():
        _draw_presence(ax, row, pd.Timestamp("2020-01-01"), looks[row.key].colour)
        look = looks[row.key].style(4.2)
        ax.plot([-0.016], [row.y], transform=place, clip_on=False, **look)
    for name, y in heads.items():
        number = rows.loc[rows["group"].eq(name), "key"].value_counts()
        parts = [f"{number[key]} {words}" for key, words in KEYS.items() if key in number]
        words = f"{name} ({number.sum()}): {', '.join(parts)}"
        ax.text(-0.165, y, words, transform=place, fontsize=7, fontweight="bold", va="center")
    write_column(ax, 1.015, rows["y"], rows["told"], "what is known")
    told = {
        "close": "friendly: did not vote for the resolution",
        "distant": "distant: voted for it",
    }
    draw_key(ax, [(told.get(name, look.label), look) for name, look in looks.items()], "above")
    shown = table.assign(close=table["close"].astype("boolean"))
    return fig, shown[[*KNOWN_DAYS, *NAME_COLUMNS]]


def _draw_presence(ax, row, first: pd.Timestamp, colour: str) -> None:
    """Draw one mission: thick at work, dotted known to be away, thin some day in between.

    After the last report nothing is drawn; of a mission not known to have stopped, the line fades.
    """
    at_work = {"color": colour, "lw": 3.2, "solid_capstyle": "butt", "zorder": 2}
    if pd.isna(row.suspended_latest):
        start = row.began if pd.notna(row.began) else first
        ax.plot([start, row.seen], [row.y, row.y], **at_work)
        draw_interval(ax, row.y, row.seen, pd.NaT, colour, tick=0, width=3.2, fade=60)
        return
    if pd.notna(row.suspended_earliest):
        ax.plot([first, row.suspended_earliest], [row.y, row.y], **at_work)
    if row.suspended_earliest != row.suspended_latest:
        fade = (row.suspended_latest - first).days
        bounds = (row.suspended_earliest, row.suspended_latest)
        draw_interval(ax, row.y, *bounds, NOTE, tick=0.25, fade=fade)
    back = row.returned_earliest if pd.notna(row.returned_earliest) else row.seen
    if back > row.suspended_latest:
        dots = {"color": NOTE, "lw": 0.8, "ls": (0, (1, 2)), "zorder": 1}
        ax.plot([row.suspended_latest, back], [row.y, row.y], **dots)
    if pd.notna(row.returned_latest):
        draw_interval(ax, row.y, row.returned_earliest, row.returned_latest, NOTE, tick=0.25)
        ax.plot([row.returned_latest, max(row.seen, row.returned_latest)], [row.y] * 2, **at_work)


KNOWN_DAYS = [
    "sending_state",
    "iso3",
    "suspended_earliest",
    "suspended_latest",
    "returned_earliest",
    "returned_latest",
    "status_latest_asof",
]
NAME_COLUMNS = {
    "group": "what became of the mission",
    "close": "friendly; 1: the state did not vote for ES-11/1, 2 March 2022; empty: no vote known",
    "told": "note at the right",
}
RETURN_COLUMNS = {
    "group": "close or distant state",
    "reading": "how open dates are read",
    "day": "days since the border opened",
    "share": "share of missions back (0 to 1)",
}
READINGS = {
    "early": "every mission back on the earliest day allowed",
    "late": "every mission back on the latest day allowed",
}


def draw_return(days: pd.DataFrame, close: pd.Series, end: int):
    """Draw the share of missions back, for close and distant states, as bands.

    days: as from `survival.time_events`; close: nullable flag on its index; end: last day. Returns
    the figure and what is drawn.
    """
    fig, ax = style.make_canvas(89, 66)
    ax.set(xlim=(0, 25), xticks=range(0, 25, 6), ylim=(0, 0.6))
    ax.set(xlabel="months since the border opened", ylabel="share of missions back")
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    parts, entries = [], []
    for flag, key in ((True, "close"), (False, "distant")):
        table, meaning = days[close.eq(flag).fillna(False)], style.read_meanings("closeness")[key]
        lines = survival.bound_curve(table)
        _draw_envelope(ax, survival.align_curves(lines, end), meaning.colour)
        back = f"{KEYS[key]}: {table['late_event'].sum()} of {len(table)} back"
        entries.append((back, {"color": meaning.colour, "lw": 1.3}))
        parts.append(lines.assign(group=key))
    draw_key(ax, entries, "upper left")
    return fig, pd.concat(parts, ignore_index=True)[list(RETURN_COLUMNS)]


def _draw_envelope(ax, wide: pd.DataFrame, colour: str) -> None:
    """Draw the band between two step curves; the latest reading is the heavier line."""
    x = wide["day"] / MONTH
    ax.fill_between(x, wide["late"], wide["early"], step="post", color=colour, alpha=0.1, lw=0)
    for name, width in (("early", 0.5), ("late", 1.3)):
        ax.step(x, wide[name], where="post", color=colour, lw=width, zorder=2)


# ------------------------------------------------------------------------ steps in lanes

STEP_COLUMNS = {
    "panel": "panel of the figure",
    "id": "measure or event",
    "direction": "opening, closing or neutral",
    "title": "short name",
    "lane": "group of rows",
    "until": "last possible day of the step that undid it",
    "origin": "where visitors or partners come from",
    "words": "words beside the bar",
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


def pair_steps(steps: pd.DataFrame, single: list[str]) -> pd.DataFrame:
    """Return openings with the day they ended, each on one row with its words.

    single: ids of openings for one day, which nothing ends. Adds until (the day of the step that
    undid an opening; missing if none is known) and words; a step that undid another has no row.
    """
    days = count_days_open(steps[~steps["id"].isin(single)])
    ends = steps.set_index("id")["date_latest"]
    rows = steps.assign(until=steps["reversed_by"].map(ends).where(steps["id"].isin(days.index)))
    rows = rows[~rows["id"].isin(steps.set_index("id").loc[days.index, "reversed_by"])]
    told = {"opening": "no shutting known", "closing": "", "neutral": "did not happen"}
    words = rows["direction"].map(told).where(~rows["id"].isin(single), "for one day")
    lasted = rows["id"].map(days).astype("Int64").astype("string") + " days"
    return rows.assign(words=lasted.fillna(words))


LABELS = [  # of the series of visitors: words, year, height, alignment
    ("Chinese visitors", 2013.1, 237e3, "left"),
    ("Western tourists", 2010.9, 3500, "right"),
    ("South Koreans at Kumgang", 1997.9, 5.5e5, "left"),
    ("South Koreans elsewhere", 2004.2, 13500, "left"),
    ("Russians, 2010-19", 2011.4, 2000, "left"),
    ("Russians, all journeys", 2025.1, 20e3, "center"),
    ("Russian tourists", 2024.3, 1250, "left"),
]


def draw_visitors(visitors: pd.DataFrame, steps: pd.DataFrame, last: str):
    """Draw how long tourism and links were open (a) and yearly visitors by origin (b).

    visitors: series_id, origin, year, period, value, unit, basis. steps: as from `pair_steps`.
    Returns the figure and what is drawn.
    """
    fig, (top, below) = style.make_canvas(183, 158, 2, 1, height_ratios=[88, 66])
    write_head(top, "a", "What was opened, and for how long")
    set_months(top, "2024-01-01", last)
    _draw_openings(top, steps)
    write_head(below, "b", "Visitors by origin, a year")
    _draw_origins(below, visitors)
    for words, year, height, align in LABELS:
        write_note(below, year, height, words, ha=align, color=INK)
    columns = ["series_id", "origin", "year", "period", "value", "unit", "basis"]
    series = visitors[columns].assign(panel="b")
    columns = ["id", "lane", "date_earliest", "date_latest", "until", "direction", "title", "words"]
    return fig, pd.concat([steps[columns].assign(panel="a"), series], ignore_index=True)


def _draw_openings(ax, steps: pd.DataFrame) -> None:
    """Draw a bar from each opening to its end, pale to the edge if no end is known."""
    kinds, edge = style.read_meanings("measure"), ax.get_xlim()[1]
    rows, heads = lay_groups(steps, "lane")
    ax.set_ylim(rows["y"].max() + 0.6, -0.7)
    ax.set_yticks(rows["y"], rows["title"])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    place = ax.get_yaxis_transform()
    for name, y in heads.items():
        look = {"fontsize": 7, "fontweight": "bold", "ha": "right", "va": "center"}
        ax.text(-0.0085, y, name, transform=place, **look)
    ax.hlines(rows["y"], *ax.get_xlim(), color=PALE, lw=0.4, zorder=0)
    rows = rows.assign(day=find_middle(rows))
    for row in rows.itertuples():
        start, kept = locate_day(ax, row.day), row.words == "no shutting known"
        if kept or pd.notna(row.until):
            end = edge if kept else locate_day(ax, row.until)
            bar = {"color": kinds["opening"].colour, "alpha": 0.4 if kept else 1.0, "lw": 5}
            ax.plot([start, end], [row.y] * 2, solid_capstyle="butt", zorder=1, **bar)
        if pd.notna(row.until):
            ax.plot(end, row.y, zorder=3, **kinds["closing"].style(5))
    draw_dated(ax, rows, "y", "direction", kinds, size=5, tick=0.2)
    write_column(ax, 1.01, rows["y"], rows["words"])
    words = {"opening": "opening", "closing": "shutting", "neutral": "announced"}
    draw_key(ax, [(words[key], kinds[key]) for key in words], "above right")


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
    set_years(ax, 1996, 2029, 5)
    ax.set(yscale="log", ylim=(30, 1e6), ylabel="persons or journeys a year (log scale)")
    ax.yaxis.set_minor_locator(style.mpl.ticker.NullLocator())
    ax.yaxis.set_major_formatter("{x:,.0f}")
    ax.yaxis.grid(True)


# ------------------------------------------------------------------------------- meetings


def list_acts(acts: pd.DataFrame) -> pd.DataFrame:
    """Return acts in international bodies as a table for readers: who leads, date, act, kind."""
    kinds = {"opening": "takes part", "closing": "foreign staff kept out or gone"}
    kinds["neutral"] = "offer"
    heads = {"lane": "who leads", "date": "date", "title": "act", "direction": "kind"}
    return acts.assign(direction=acts["direction"].map(kinds))[list(heads)].rename(columns=heads)


def draw_meetings(met: pd.DataFrame, order: list[str], first: str, last: str, shut: tuple, article):
    """Draw meetings of the leader in one lane a partner; other states are named beneath.

    order: the partners, keys of meanings "origin". met: summit_id, origin (one of them),
    counterpart_country, date_earliest, date_latest, short (a talk in passing, drawn pale). shut:
    days of the closed border. article: the day it appeared. Returns the figure and what is drawn.
    """
    fig, ax = style.make_canvas(183, 66)
    set_years(ax, int(first[:4]), int(last[:4]), 1, dated=True)
    kinds = style.read_meanings("origin")
    labels = [kinds[name].label for name in order]
    set_rows(ax, [label[0].upper() + label[1:] for label in labels], "between")
    ax.set_ylim(len(order) + 0.25, -0.5)  # room for the names of other states
    met = met.assign(y=_dodge(met, order, "origin", 35, 0.14))
    draw_dated(ax, met, "y", "origin", kinds, size=4.6, tick=0.08, faint="short")
    others = met[met["origin"].eq("other")].assign(day=find_middle(met)).sort_values("day")
    for _, rows in others.groupby(others["day"].diff().gt(pd.Timedelta(days=400)).cumsum()):
        words = wrap_letters(", ".join(dict.fromkeys(rows["counterpart_country"])), 34)
        write_note(ax, rows["day"].mean(), len(order) - 0.1, words, ha="center", color=INK)
    apart = met[met["date_latest"].gt(shut[0]) & met["date_earliest"].lt(shut[1])]
    shade_span(ax, *shut, words=f"closed border:\n{len(apart) or 'no'} meetings")
    ax.axvline(article, color=NOTE, lw=0.7, zorder=0)
    write_note(ax, article, len(order) - 0.1, "the article", dx=3, ha="left")
    columns = ["summit_id", "origin", "short", "counterpart_country"]
    return fig, met[[*columns, "date_earliest", "date_latest"]]
