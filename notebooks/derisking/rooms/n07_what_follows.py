"""Charts of notebook 07: missions away and back, tourism, meetings of the leader.

Which rows are in, which mission counts as back and which test decides stands in the notebook;
what is drawn of it stands here. Everything takes tidy frames.
"""

import pandas as pd
from matplotlib.patches import Rectangle

from derisking.core import dates, tables
from derisking.draw import style
from derisking.draw.axes import fill_page, place_axes, set_months, set_rows, set_years, shade_span
from derisking.draw.labels import wrap_letters, wrap_words
from derisking.draw.marks import (
    centre_rows,
    draw_dated,
    find_middle,
    lay_groups,
    stack_rows,
    write_note,
)
from derisking.draw.style import INK, MUTED, NOTE, Meaning

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
STAGES = {  # what a heading says -> the groups under it
    "{n} of {all} stayed": GROUPS[:1],
    "{n} of {left} are back": GROUPS[2:3],
    "{n} not known to be back": GROUPS[3:],
}
SIDES = {  # friendly or not -> key of the look, name, what it means
    True: (
        "close",
        "Friendly states",
        "did not vote for the UN resolution\non Ukraine, 2 March 2022",
    ),
    False: ("distant", "Distant states", "voted for it"),
}
SUBJECT = "Foreign missions in Pyongyang since the border closed in 2020"
RETURN_COLUMNS = {
    "heading": "heading the mission stands under: what became of it, and of how many like it",
    "group": "what became of the mission",
    "close": "friendly; 1: the state did not vote for ES-11/1, 2 March 2022",
}
LEFT = "Of those that left in 2020-21, in order of return, row by row:"
TILE, HEAD, GAP = 4.6, 5.2, 3.6  # mm: height of a tile, of a heading, between two blocks


def name_blocks(table: pd.DataFrame) -> pd.Series:
    """Return the heading each mission stands under, with its counts.

    table: columns group (one of GROUPS, but not a new mission), close (a friendly state).
    """
    words = pd.Series("", index=table.index)
    for _, side in table.groupby("close"):
        left = side["group"].ne(GROUPS[0]).sum()
        for text, groups in STAGES.items():
            rows = side.index[side["group"].isin(groups)]
            words[rows] = text.format(n=len(rows), all=len(side), left=left)
    return words


def draw_return(table: pd.DataFrame, opened: pd.Timestamp):
    """Draw a tile a mission, friendly states left, distant ones right: who stayed, who is back.

    table: a row a mission, in the order drawn, with columns group, close, sending_state and seen
    (last report; where it is older than `opened`, the picture says so of a mission that stayed).
    Returns the figure and what is drawn.
    """
    names = table["sending_state"].str.removeprefix("Soviet Union / ")
    table = table.assign(heading=name_blocks(table), sending_state=names)
    fig, ax = style.make_canvas(89, 94.5)
    width, _ = fill_page(ax)
    middle = 0.43 * width  # the longer names are at the right
    ax.text(1, 3, SUBJECT, fontsize=7, va="baseline")
    for close, (_, name, meaning) in SIDES.items():
        left = 1 if close else middle + 1
        ax.text(left, 9, name, fontsize=8, va="baseline")
        ax.text(left, 10, meaning, fontsize=6, color=NOTE, va="top")
    top = 17.0
    for groups in STAGES.values():
        some = table[table["group"].isin(groups)]
        if groups == GROUPS[2:3]:
            ax.text(1, top + 1.3, LEFT, fontsize=7, color=NOTE, va="baseline")
            top += 3
        for close, rows in some.groupby("close"):
            place = (1, top, middle - 3) if close else (middle + 1, top, width - middle - 2)
            _draw_block(ax, *place, rows, opened)
        deepest = (some["close"].value_counts().max() + 1) // 2
        top += HEAD + deepest * TILE + GAP
    columns = ["sending_state", "iso3", "returned_earliest", "returned_latest"]
    return fig, table[[*columns, "status_latest_asof", *RETURN_COLUMNS]]


def _draw_block(ax, left: float, top: float, wide: float, rows: pd.DataFrame, opened) -> None:
    """Draw missions with one fate as tiles in two columns, filled if at work, under a heading."""
    group, close = rows[["group", "close"]].iloc[0]
    away = group in GROUPS[3:]
    colour = MUTED if away else style.read_meanings("closeness")[SIDES[close][0]].colour
    strong = {"fontsize": 7, "color": NOTE} if away else {"fontsize": 8, "weight": "bold"}
    ax.text(left, top + 3, rows["heading"].iloc[0], va="baseline", **strong)
    ax.plot([left, left + wide], [top + 4.4] * 2, color=colour, lw=0.6 if away else 1.6)
    for number, row in enumerate(rows.itertuples()):
        x, y = left + number % 2 * wide / 2, top + HEAD + number // 2 * TILE
        box = {"facecolor": "none" if away else colour, "edgecolor": colour, "lw": 0.6}
        ax.add_patch(Rectangle((x + 0.2, y + 0.9), 2.4, TILE - 1.8, **box))
        look = {"fontsize": 7, "color": NOTE if away else INK, "va": "center_baseline"}
        ax.text(x + 3.9, y + TILE / 2, row.sending_state, **look)
        if group == GROUPS[0] and row.seen < opened:
            words = f"last heard of in {row.seen:%B %Y}"
            ax.text(x + 3.9, y + 1.3 * TILE, words, fontsize=6, color=NOTE, va="center_baseline")


# ------------------------------------------------------------------------ steps in lanes

STEP_COLUMNS = {
    "id": "measure or event",
    "direction": "opening, closing or neutral",
    "title": "short name",
    "lane": "group of rows",
    "until": "last possible day of the step that undid it, or of an opening for one day",
    "words": "words beside the bar",
}
MEETING_COLUMNS = {"origin": "partner, or other states"}
KEPT, DROPPED = "no end known", "did not happen"  # words beside an opening; beside a plan
TIMES = {"before": MUTED, "since": INK}  # meetings before the article and since


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
    """Return openings with the day they ended, each on one row with its words, and dropped plans.

    single: ids of openings for one day, which nothing ends. Adds until (the day of the step that
    undid an opening; missing if none is known) and words; a step that undid another has no row.
    """
    brief = steps["id"].isin(single)
    undone = steps["reversed_by"].mask(brief)
    ends = undone.map(steps.set_index("id")["date_latest"])
    words = steps["direction"].map({"opening": KEPT}).fillna(DROPPED).mask(brief, "one day")
    lasted = steps["id"].map(count_days_open(steps)).mask(brief).astype("Int64").astype("string")
    words = (lasted + " days").fillna(words)
    rows = steps.assign(until=ends.mask(brief, steps["date_latest"]), words=words)
    return rows[~rows["id"].isin(undone)]


def draw_tourism(steps: pd.DataFrame, first: str, last: pd.Timestamp):
    """Draw a bar from each opening to its end, a cross for each one called off.

    steps: as from `pair_steps`. first, last: days of the axis; a bar whose end is not known runs to
    `last`. Returns the figure and what is drawn.
    """
    rows, heads = lay_groups(steps, "lane", air=1.3)
    high = rows["y"].max() + 0.6
    tall = 6.6 * (high + 0.6)
    fig, ax = style.make_canvas(89, tall + 8)
    place_axes(ax, 33, 0.5, 40.5, tall)
    set_months(ax, first, last)
    ax.set_ylim(high, -0.6)
    ax.set_yticks(rows["y"], [wrap_words(words, 31) for words in rows["title"]])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    for name, y in heads.items():
        look = {"fontsize": 7, "va": "center"}
        ax.text(-0.79, y, name, transform=ax.get_yaxis_transform(), **look)
    colour = style.read_meanings("measure")["opening"].colour
    for row in rows.itertuples():
        if row.words == DROPPED:
            ax.plot(row.date_latest, row.y, color=NOTE, marker="x", ms=4, mew=0.9)
            continue
        kept = pd.isna(row.until)
        end = last if kept else row.until
        bar = {"height": 0.5, "color": colour, "edgecolor": colour, "lw": 0.8}  # a day is a stroke
        ax.barh(row.y, end - row.date_latest, left=row.date_latest, **bar)
        if kept:  # an arrow: it goes on beyond the axis
            head = {"marker": [(0, -1), (1, 0), (0, 1)], "ms": 13, "mew": 0}
            ax.plot(end, row.y, color=colour, clip_on=False, **head)
        bold = {"fontweight": "bold", "fontsize": 8} if kept else {}
        words = wrap_letters(row.words, 6) if kept else row.words
        write_note(ax, end, row.y, words, dx=9 if kept else 4, ha="left", color=INK, **bold)
    columns = ["id", "lane", "date_earliest", "date_latest", "until", "direction", "title", "words"]
    return fig, steps[columns]


# ------------------------------------------------------------------------------- meetings


def draw_meetings(met: pd.DataFrame, blocks: list[list[str]], years: tuple, shut: tuple, article):
    """Draw meetings of the leader in one lane a partner, and how many a block has since `article`.

    blocks: the partners, keys of meanings "origin", those counted together in one list. met:
    summit_id, origin (one of them), counterpart_country, date_earliest, date_latest. years: first,
    last. shut: days of the closed border. article: the day it appeared. Returns the figure and what
    is drawn.
    """
    order = [name for block in blocks for name in block]
    fig, ax = style.make_canvas(89, 77)
    place_axes(ax, 18.5, 13, 50, 57)
    set_years(ax, *years, 2, dated=True)
    labels = [style.read_meanings("origin")[name].label for name in order]
    set_rows(ax, [wrap_letters(label[0].upper() + label[1:], 8) for label in labels], "between")
    ax.set_ylim(len(order) + 0.3, -0.5)  # room for the names of other states
    head = "Kim Jong Un's formal meetings with heads of state or government"
    write_note(ax, ax.get_xlim()[0], -0.5, head, -50, 31, color=INK, fontsize=7)
    met = met.assign(y=_dodge(met, order, "origin", 110, 0.22), day=find_middle(met))
    met["time"] = met["date_earliest"].gt(article).map({True: "since", False: "before"})
    looks = {name: Meaning("", colour, "o", "full") for name, colour in TIMES.items()}
    draw_dated(ax, met, "y", "time", looks, size=4.4, tick=0.1)
    others = met[met["origin"].eq("other")].sort_values("day")
    for _, rows in others.groupby(others["day"].diff().gt(pd.Timedelta(days=400)).cumsum()):
        words = wrap_letters(", ".join(dict.fromkeys(rows["counterpart_country"])), 10)
        look = {
            "ha": "center",
            "va": "top",
            "color": INK if rows["time"].eq("since").all() else NOTE,
        }
        write_note(ax, rows["day"].mean(), len(order) - 0.62, words, **look)
    apart = met[met["date_latest"].gt(shut[0]) & met["date_earliest"].lt(shut[1])]
    shade_span(ax, *shut)
    words = f"border closed:\n{len(apart) or 'no'} meetings"
    write_note(ax, shut[0] + (shut[1] - shut[0]) / 2, 3, words, ha="center")
    ax.axvline(article, color=NOTE, lw=0.7, zorder=0)
    write_note(
        ax, article, -0.5, f"Frank's article\n{article:%-d %b %Y}", dy=9, ha="center", color=INK
    )
    since = met[met["time"].eq("since")]["origin"]
    beside = {"transform": ax.get_yaxis_transform(), "clip_on": False}
    for block in blocks:
        low, high = order.index(block[0]), order.index(block[-1])
        ax.plot([1.04] * 2, [low - 0.3, high + 0.3], color=INK, lw=0.8, **beside)
        number, few = since.isin(block).sum(), len(block) == 1
        look = {"fontsize": 7} if few else {"fontsize": 8, "fontweight": "bold"}
        words = f"{number} of {len(since)}" if number else "none"
        ax.text(1.08, (low + high) / 2, words, va="center", **look, **beside)
    words = f"since\n{article:%-d %b %Y}"
    write_note(ax, ax.get_xlim()[1], -0.5, words, dx=6, dy=9, ha="left", color=INK)
    return fig, met[["summit_id", "origin", "counterpart_country", "date_earliest", "date_latest"]]
