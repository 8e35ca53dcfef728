"""Charts of notebook 07: missions away and back, tourism, meetings of the leader.

Which rows are in, which mission counts as back and which test decides stands in the notebook;
what is drawn of it stands here. Everything takes tidy frames.
"""

import pandas as pd
from matplotlib.transforms import offset_copy

from derisking.core import dates, tables
from derisking.draw import style
from derisking.draw.axes import place_axes, set_months, set_rows, set_years, shade_span
from derisking.draw.labels import wrap_letters, wrap_words
from derisking.draw.marks import (
    centre_rows,
    draw_dated,
    draw_interval,
    draw_key,
    find_middle,
    lay_groups,
    make_hollow,
    stack_rows,
    write_note,
)
from derisking.draw.style import INK, NOTE

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
RETURN_COLUMNS = {
    "block": "block of rows: friendly or distant, stayed or left; its head counts what is back",
    "group": "what became of the mission",
    "close": "friendly; 1: the state did not vote for ES-11/1, 2 March 2022; empty: no vote known",
}
KEYS = {"close": "friendly", "distant": "distant", "none": "other"}


def name_blocks(table: pd.DataFrame) -> pd.Series:
    """Return the head of the block each mission is drawn in, with what it counts, in order.

    table: columns group (one of GROUPS), close (friendly; missing: not compared). Ordered
    categories: those that stayed, those that left, those without a place in the comparison.
    """
    heads, blocks = [], pd.Series("", index=table.index)
    kinds = {"Friendly states": True, "Distant states": False}
    compared = table["close"].notna() & table["group"].ne(GROUPS[1])
    stayed = table["group"].eq(GROUPS[0])
    for stays in (True, False):
        for kind, flag in kinds.items():
            rows = compared & stayed.eq(stays) & table["close"].eq(flag).fillna(False)
            back = (table["group"].eq(GROUPS[2]) & rows).sum()
            told = "stayed" if stays else f"of {rows.sum()} that left are back"
            heads.append(f"{kind}: {rows.sum() if stays else back} {told}")
            blocks[rows] = heads[-1]
    heads.append("Not compared: no vote, or new")
    blocks[~compared] = heads[-1]
    return blocks.astype(pd.CategoricalDtype(heads, ordered=True))


def draw_return(table: pd.DataFrame, last: str, opened: pd.Timestamp):
    """Draw one line a mission since the border opened: at work, away, back on some day between.

    table: a row a mission, in the order drawn, with columns block (as of `name_blocks`), group,
    close, seen (last report), opened_latest and the bounds returned_earliest, returned_latest.
    Returns the figure and what is drawn.
    """
    table = table.assign(block=name_blocks(table))
    rows, heads = lay_groups(table, "block", table["block"].cat.categories, air=1.5)
    high = rows["y"].max() + 0.8
    tall = 4.0 * (high + 0.6)
    fig, ax = style.make_canvas(89, tall + 18.5)
    place_axes(ax, 20, 1.5, 66, tall)
    set_years(ax, 2023, 2026, 1, dated=True)
    ax.set_xlim(opened, pd.Timestamp(last))
    ax.set_ylim(high, -0.6)
    ax.set_yticks(rows["y"], rows["sending_state"].str.replace("Soviet Union / ", ""))
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(f"from the opening of the border, {opened:%-d %B %Y}")
    place = ax.get_yaxis_transform()
    for words, y in heads.items():
        look = {"fontsize": 7, "fontweight": "bold", "va": "center"}
        ax.text(-0.29, y, words, transform=place, **look)
    looks = style.read_meanings("closeness")
    keys = rows["close"].map({True: "close", False: "distant"}).fillna("none")
    for row, key in zip(rows.itertuples(), keys, strict=True):
        _draw_presence(ax, row, opened, pd.Timestamp(last), looks[key].colour)
    thick, ink = {"lw": 4.5}, {"color": INK}
    entries = [(f"at work: {KEYS[key]}", {"color": looks[key].colour} | thick) for key in KEYS]
    entries += [("no later report", ink | TAIL), ("back some day on it", ink | SPAN)]
    draw_key(fig, [*entries, ("away", DOTS)], "below", left=1.5, columns=3)
    shown = table.assign(close=table["close"].astype("boolean"), block=table["block"].astype(str))
    return fig, shown[[*KNOWN_DAYS, *RETURN_COLUMNS]]


NO_REPORT = {"dx": 1, "ha": "left", "va": "center_baseline"}
DOTS = {"color": NOTE, "lw": 0.9, "ls": (0, (1, 1.6))}
TAIL = {"lw": 0.8, "ls": (0, (5, 2.5))}  # what no later report confirms
SPAN = {"lw": 1.2, "marker": "|", "ms": 5}


def _draw_presence(ax, row, first: pd.Timestamp, last: pd.Timestamp, colour: str) -> None:
    """Draw one mission: thick at work, dashed after its last report, dotted known to be away.

    A line covers the days one of which was that of the return, as far as they are in sight.
    """
    if row.group == GROUPS[4]:
        write_note(ax, first, row.y, f"no report since {row.seen:%B %Y}", **NO_REPORT)
        return
    began = {GROUPS[0]: first, GROUPS[1]: row.opened_latest}.get(row.group, row.returned_latest)
    if pd.isna(began):
        ax.plot([first, row.seen], [row.y] * 2, zorder=1, **DOTS)
        return
    if row.group == GROUPS[2]:
        early = max(row.returned_earliest, first)
        if early > first:
            ax.plot([first, early], [row.y] * 2, zorder=1, **DOTS)
        bounds = (pd.NaT if early == first else early, began)
        draw_interval(ax, row.y, *bounds, colour, tick=0.3, width=1.2, zorder=3)
        if early == first:  # it may have come back before the border opened: no tick at the edge
            ax.plot([first, began], [row.y] * 2, color=colour, lw=1.2, zorder=3)
    bar = {"color": colour, "lw": 4.5, "solid_capstyle": "butt", "zorder": 2}
    seen = min(max(row.seen, began), last)
    ax.plot([began, seen], [row.y] * 2, **bar)
    ax.plot([seen, last], [row.y] * 2, color=colour, zorder=1, **TAIL)


KNOWN_DAYS = [
    "sending_state",
    "iso3",
    "returned_earliest",
    "returned_latest",
    "status_latest_asof",
]


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


KEPT = "no shutting known"


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
    told = {"opening": KEPT, "closing": "", "neutral": "did not happen"}
    words = rows["direction"].map(told).where(~rows["id"].isin(single), "one day")
    lasted = rows["id"].map(days).astype("Int64").astype("string") + " days"
    return rows.assign(words=lasted.fillna(words))


def draw_tourism(steps: pd.DataFrame, first: str, last: str):
    """Draw a bar from each opening to its end, pale to the edge if no end is known.

    steps: as from `pair_steps`. first, last: days of the axis. Returns the figure and what is
    drawn.
    """
    kinds = style.read_meanings("measure")
    rows, heads = lay_groups(steps, "lane", air=1.3)
    high = rows["y"].max() + 0.6
    tall = 6.4 * (high + 0.6)
    fig, ax = style.make_canvas(89, tall + 14)
    place_axes(ax, 33, 2, 54, tall)
    set_months(ax, first, last)
    ax.set_ylim(high, -0.6)
    ax.set_yticks(rows["y"], [wrap_words(words, 31) for words in rows["title"]])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    for name, y in heads.items():
        look = {"fontsize": 7, "fontweight": "bold", "va": "center"}
        ax.text(-0.6, y, name, transform=ax.get_yaxis_transform(), **look)
    rows = rows.assign(day=find_middle(rows))
    edge = pd.Timestamp(last)
    for row in rows.itertuples():
        kept = row.words == KEPT
        if kept or pd.notna(row.until):
            bar = {"color": kinds["opening"].colour, "lw": 6, "solid_capstyle": "butt"}
            days = [row.day, edge if kept else row.until]
            ax.plot(days, [row.y] * 2, zorder=1, alpha=0.35 if kept else 1, **bar)
        if pd.notna(row.until):  # the inner sides mark the days: no mark hides a short bar
            for day, side, kind in ((row.day, -2.2, "opening"), (row.until, 2.2, "closing")):
                beside = offset_copy(ax.transData, fig, side, units="points")
                ax.plot(day, row.y, zorder=3, transform=beside, **kinds[kind].style(4.4))
        if not kept:
            end = row.until if pd.notna(row.until) else row.day
            bold = {"fontweight": "bold", "color": INK} if pd.notna(row.until) else {}
            write_note(ax, end, row.y, row.words, dx=7, ha="left", **bold)
    draw_dated(ax, rows[rows["until"].isna()], "y", "direction", kinds, size=4.4, tick=0.2)
    pale = {"color": kinds["opening"].colour, "lw": 6, "alpha": 0.35}
    words = {"opening": "opened", "closing": "shut", "neutral": "announced"}
    entries = [(words[key], kinds[key]) for key in words] + [("no shutting known", pale)]
    draw_key(fig, entries, "below", left=1.5)
    columns = ["id", "lane", "date_earliest", "date_latest", "until", "direction", "title", "words"]
    return fig, steps[columns]


# ------------------------------------------------------------------------------- meetings


def list_acts(acts: pd.DataFrame) -> pd.DataFrame:
    """Return acts in international bodies as a table for readers: who leads, date, act, kind."""
    kinds = {"opening": "takes part", "closing": "foreign staff kept out or gone"}
    kinds["neutral"] = "offer"
    heads = {"lane": "who leads", "date": "date", "title": "act", "direction": "kind"}
    return acts.assign(direction=acts["direction"].map(kinds))[list(heads)].rename(columns=heads)


def draw_meetings(met: pd.DataFrame, order: list[str], years: tuple, shut: tuple, article):
    """Draw meetings of the leader in one lane a partner, and how many were held since the article.

    order: the partners, keys of meanings "origin". met: summit_id, origin (one of them),
    counterpart_country, date_earliest, date_latest, short (a talk in passing: drawn hollow, those
    of a day as one mark with their number, not counted). years: first, last. shut: days of the
    closed border. article: the day it appeared. Returns the figure and what is drawn.
    """
    fig, ax = style.make_canvas(89, 78)
    place_axes(ax, 18.5, 10, 52, 57)
    set_years(ax, *years, 2, dated=True)
    kinds = style.read_meanings("origin")
    labels = [kinds[name].label for name in order]
    set_rows(ax, [wrap_letters(label[0].upper() + label[1:], 8) for label in labels], "between")
    ax.set_ylim(len(order) + 0.3, -0.5)  # room for the names of other states
    formal = met[~met["short"]]
    formal = formal.assign(y=_dodge(formal, order, "origin", 110, 0.22), day=find_middle(formal))
    draw_dated(ax, formal, "y", "origin", kinds, size=4.6, tick=0.1)
    for (origin, day), rows in met[met["short"]].groupby(["origin", "date_latest"]):
        y = order.index(origin) - 0.3
        ax.plot(day, y, **make_hollow(kinds[origin].style(4.6)))
        words = f"{len(rows)} short\ntalks"
        write_note(ax, day, y, words, dx=-5, ha="right", color=INK)
    others = formal[formal["origin"].eq("other")].sort_values("day")
    for _, rows in others.groupby(others["day"].diff().gt(pd.Timedelta(days=400)).cumsum()):
        words = wrap_letters(", ".join(dict.fromkeys(rows["counterpart_country"])), 10)
        look = {"ha": "center", "va": "top", "color": INK}
        write_note(ax, rows["day"].mean(), len(order) - 0.62, words, **look)
    apart = met[met["date_latest"].gt(shut[0]) & met["date_earliest"].lt(shut[1])]
    shade_span(ax, *shut)
    words = f"border closed:\n{len(apart) or 'no'} meetings"
    write_note(ax, shut[0] + (shut[1] - shut[0]) / 2, 3, words, ha="center")
    ax.axvline(article, color=NOTE, lw=0.7, zorder=0)
    write_note(ax, article, -0.5, f"article\n{article:%-d %b %Y}", dy=9, ha="center", color=INK)
    since = formal.loc[formal["date_earliest"].gt(article), "origin"].value_counts()
    for y, name in enumerate(order):
        look = {"fontsize": 8, "fontweight": "bold", "color": INK if name in since else NOTE}
        words = str(since.get(name, "none"))
        ax.text(
            1.13, y, words, transform=ax.get_yaxis_transform(), **look, ha="center", va="center"
        )
    words = "since the\narticle"
    write_note(ax, ax.get_xlim()[1], -0.5, words, dx=20, dy=9, ha="center", color=INK)
    entries = [
        ("short talks in a third country, not counted", make_hollow(kinds["other"].style(4.6)))
    ]
    if formal["date_earliest"].ne(formal["date_latest"]).any():
        entries += [("only month or year known", {"color": INK, "lw": 0.7, "marker": "|", "ms": 4})]
    draw_key(fig, entries, "below", left=1.5)
    columns = ["summit_id", "origin", "short", "counterpart_country"]
    return fig, met[[*columns, "date_earliest", "date_latest"]]
