"""Notebook 02: posts as they are drawn, who took over, who is at work in Pyongyang; its charts.

What became of a post is decided in the notebook; here it is only drawn.
"""

import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle

from derisking.core import dates
from derisking.draw import maps
from derisking.draw.axes import fill_page, place_axes, set_years
from derisking.draw.labels import wrap_words
from derisking.draw.marks import draw_dated, draw_key, find_middle, write_head, write_note
from derisking.draw.style import (
    COLOURS,
    INK,
    MUTED,
    NOTE,
    make_canvas,
    read_meanings,
)

DELEGATIONS = ["permanent_mission", "representation"]
# Words for the kinds of post, and what columns of the figures mean.
SHAPES = {
    "embassy": "embassy",
    "consulate_general": "consulate general",
    "delegation": "UN mission, Paris office",
}
COLUMNS = {
    "status": "what became of the post, by the rule of notebook 02",
    "kind": "kind of post",
    "name": "state that hosts the embassy",
    "has_house": "its own embassy in Pyongyang at the end of January 2020, residence confirmed",
    "lower": "fewest posts open on the last day of the year, by our own count",
    "upper": "most posts open on the last day of the year, by our own count",
}

# ------------------------------------------------------------------------------------------- tables


def join_names(names) -> str:
    """Write names as words, in the order of the alphabet: "A, B and C"."""
    *first, last = sorted(names) or ["none"]
    return f"{', '.join(first)} and {last}" if first else last


def dress_posts(posts: pd.DataFrame) -> pd.DataFrame:
    """Add how posts are drawn: kind, ground (part of the world); text, size, colour of labels."""
    kept = posts["status"].eq("kept")
    merged = dict.fromkeys(["Africa", "Middle East"], "Africa and the Middle East")
    return posts.assign(
        ground=posts["region"].replace(merged).mask(posts["lon"].gt(120), "Asia"),
        kind=posts["mission_type"].replace(dict.fromkeys(DELEGATIONS, "delegation")),
        text=posts["city"],
        size=kept.map({True: 6, False: 7}),
        colour=kept.map({True: NOTE, False: INK}),
    )


def judge_work(missions: pd.DataFrame, day) -> pd.Series:
    """Say for each spell of a mission whether it was at work on `day`: "yes", "no" or "maybe".

    A mission whose staff had left by that day, and had not come back for certain, is "no". One
    without an end that was not heard of on that day or later is at most "maybe".
    """
    day = pd.Timestamp(day)
    certain, possible = dates.open_masks(missions, day)
    heard = missions["status_latest_asof"].fillna("").str[:10] >= f"{day:%Y-%m}"
    certain &= missions["closed"].notna() | heard
    answer = np.where(certain, "yes", np.where(possible, "maybe", "no"))
    gone = missions["suspended"].notna() & (missions["suspended_latest"] <= day)
    back = missions["returned"].notna() & (missions["returned_latest"] <= day)
    return pd.Series(answer, index=missions.index).mask(gone & ~back, "no")


def judge_last(missions: pd.DataFrame, seen_since: str) -> pd.Series:
    """Say for each spell of a mission whether it was at work when last heard of.

    "maybe" if its return is not known, or if it was last seen at work before `seen_since`.
    """
    state, seen = missions["status_latest"], missions["status_latest_asof"].fillna("")
    working = state.isin(["working", "open"])
    answer = pd.Series("no", index=missions.index)
    answer = answer.mask(working | state.eq("return_not_known"), "maybe")
    return answer.mask(working & (seen >= seen_since), "yes")


def pick_counts(counts: pd.DataFrame, quantity: str, series: list[str]) -> pd.DataFrame:
    """Return the published counts of one quantity, for the world and in use, from some series."""
    rows = counts[counts["scope"].eq("world") & counts["status"].eq("used")]
    rows = rows[rows["quantity"].eq(quantity) & rows["series"].isin(series)]
    return rows.sort_values("asof", kind="stable")


# ----------------------------------------------------------------------------------- marks and keys


def style_post(row, size: float | None = None) -> dict:
    """Return the style of a post: colour and fill by `row.status`, shape by `row.kind`."""
    size = size or (4.6 if row.status == "kept" else 6)
    style = read_meanings("status")[row.status].style(size)
    if row.kind == "embassy":
        return style
    marker = read_meanings("post_type")[row.kind].marker
    return style | {"marker": marker, "markersize": size * 0.92}


def list_statuses(posts: pd.DataFrame, rule: dict[str, str]) -> list[tuple[str, dict]]:
    """Return the key of the statuses found in `posts`, with their numbers.

    rule: longer words for some of them.
    """
    number, looks = posts["status"].value_counts(), read_meanings("status")
    return [
        (f"{number[name]} {rule.get(name, name)}", looks[name].style(4.6 if name == "kept" else 6))
        for name in ORDER
        if name in number
    ]


def list_kinds() -> list[tuple[str, dict]]:
    """Return the key of the kinds of post: shapes filled in grey, since a ring is a kept post."""
    look = {"ls": "none", "ms": 4, "mew": 0, "color": MUTED}
    shapes = read_meanings("post_type")
    return [(words, look | {"marker": shapes[name].marker}) for name, words in SHAPES.items()]


# --------------------------------------------------------------------------------------------- maps

ORDER = ["closed", "disputed", "dormant", "evacuated", "kept"]  # as keys and lists name them
RULE = {"closed": "closed, say R. Frank and Seoul", "disputed": "disputed: only one says so"}
# Panels of the wide map: view, and place on the page (left, top, width, height in mm).
PANELS = {
    "Africa and the Middle East": (maps.AFRICA, (0.6, 5, 90.4, 78)),
    "Asia": (maps.ASIA, (92.2, 5, 90.4, 78)),
    "Europe": (maps.EUROPE, (0.6, 90, 112, 58)),
    "Americas": (maps.AMERICAS, (114, 90, 68.6, 58)),
}
# Places in the narrow map of what became of each part of the world: mm from the left, from the top.
SHARES = {
    "Europe": (1.5, 18.5),
    "Africa and the Middle East": (1.5, 90),
    "Asia": (47, 55),
    "Americas": (53, 67.5),
}
# Two marks of the narrow map touch: on which side of each its name stands (points to the right).
APART = {"Kinshasa": -4.5, "Luanda": 4.5}
BOLD = {"fontsize": 8, "weight": "bold"}
HOME = maps.View(maps.project_region(55, 20), (-60, -50, 179.9, 84), (53, 11), 15300)


def word_share(posts: pd.DataFrame) -> str:
    """Count what became of some posts, in words: "4 of 16 closed, 2 disputed"."""
    number = posts["status"].value_counts()
    unsure = f", {number['disputed']} disputed" if "disputed" in number else ""
    return f"{number.get('closed', 0)} of {len(posts)} closed{unsure}"


def draw_world(posts: pd.DataFrame):
    """Draw every post with its name on four maps; return the figure and what it shows.

    posts: as from `dress_posts`.
    """
    fig, axes = make_canvas(183, 158, 1, 4)
    drawn = []
    for letter, ax, (ground, (view, place)) in zip("abcd", axes, PANELS.items(), strict=True):
        rows = posts[posts["ground"].eq(ground)]
        shown = maps.draw_panel(ax, view, place, rows, style_post)
        drawn.append(shown.assign(panel=letter))
        write_head(ax, letter, ground, rise=3)
        share = {"xycoords": "axes fraction", "textcoords": "offset points", "ha": "right"}
        ax.annotate(word_share(rows), (1, 1), (-6, 3), fontsize=8, weight="bold", **share)
    draw_key(fig, list_statuses(posts, RULE), (1, 149.5))
    draw_key(fig, list_kinds(), (1, 153.5))
    return fig, pd.concat(drawn)


def draw_narrow_world(posts: pd.DataFrame):
    """Draw the same posts 89 mm wide: Africa, Europe and Asia, and the Americas beside them.

    Only posts that changed are named.
    """
    high = 101
    fig, (near, far) = make_canvas(89, high, 2, 1)
    changed = posts["status"].ne("kept") & ~posts["city"].isin(APART)
    americas = posts["ground"].eq("Americas")
    place = 0.5, 14.5, 88, 81
    shown = maps.draw_panel(near, HOME, place, posts[~americas], style_post, changed)
    for row in shown[shown["city"].isin(APART)].itertuples():
        right = APART[row.city]
        look = {"ha": "left" if right > 0 else "right", "fontsize": row.size, "color": row.colour}
        write_note(near, row.x, row.y, row.text, right, 0, **look)
    maps.draw_panel(far, maps.AMERICAS, (53, 72, 35.5, 28.5), posts[americas], style_post)
    # No ground under the words above the Americas.
    near.add_patch(Rectangle((0.59, 0), 0.41, 0.39, transform=near.transAxes, fc="white", lw=0))
    for ground, (left, top) in SHARES.items():
        share = word_share(posts[posts["ground"].eq(ground)])
        for words, y, look in ((ground, top, {"fontsize": 7}), (share, top + 3.6, BOLD)):
            fig.text(left / 89, 1 - y / high, words, va="baseline", zorder=9, **look)
    entries = list_statuses(posts, RULE)
    draw_key(fig, entries[:2], (1.5, 1), columns=2)
    draw_key(fig, entries[2:], (1.5, 5.5), columns=3)
    draw_key(fig, list_kinds(), (1.5, 10), columns=3)
    return fig


# ------------------------------------------------------------------------------------- two capitals

HALVES = {
    True: "North Korea's embassies in states that had one in Pyongyang",
    False: "North Korea's embassies in states that had none in Pyongyang",
}
GROUNDS = {"closed": "pale_vermilion", "disputed": "wash", "dormant": "wash"}


def draw_capitals(hosts: pd.DataFrame, narrow: bool = False):
    """Draw all hosts as tiles: those with an embassy in Pyongyang left, those without right.

    hosts: name, status, kind, has_house. narrow: 89 mm wide, one column of tiles a half.
    """
    columns, rows = (1, 24) if narrow else (3, 8)
    step, top = (4.7, 13.5) if narrow else (6.6, 9.5)
    fig, ax = make_canvas(89 if narrow else 183, top + rows * step + (11.5 if narrow else 6.5))
    width, _ = fill_page(ax)
    wide = (width - 4) / 2
    for house, left in ((True, 1), (False, width / 2 + 1)):
        half = hosts[hosts["has_house"].eq(house)]
        lost = half["status"].eq("closed").any()
        subject = wrap_words(HALVES[house], wide, 7)
        ax.text(left, 1, subject, fontsize=7, va="top")
        colour = read_meanings("status")["closed"].colour if lost else INK
        ax.text(left, top - 2, word_share(half), fontsize=8, weight="bold", va="baseline")
        ax.plot(
            [left, left + wide - 0.8], [top - 0.6] * 2, color=colour, lw=1.6, solid_capstyle="butt"
        )
        order = half["status"].map(ORDER.index)
        half = half.assign(order=order).sort_values(["order", "name"], kind="stable")
        tile = wide / columns
        for number, row in enumerate(half.itertuples()):
            place = left + number // rows * tile, top + number % rows * step
            _draw_tile(ax, *place, tile - 0.8, step - 0.7, row)
    draw_key(fig, list_statuses(hosts, RULE), "below", left=1, columns=2 if narrow else 0)
    return fig


def _draw_tile(ax, x: float, y: float, wide: float, high: float, row) -> None:
    """Draw one host: a ground, the mark of what became of the embassy there, and the name."""
    ground = COLOURS[GROUNDS.get(row.status, "wash")]
    edge = read_meanings("status")[row.status].colour if row.status in GROUNDS else "none"
    ax.add_patch(Rectangle((x, y + 0.35), wide, high, fc=ground, ec=edge, lw=0.6, zorder=1))
    middle, changed = y + 0.35 + high / 2, row.status != "kept"
    ax.plot(x + 2.2, middle, zorder=3, **style_post(row, 6.4 if changed else 4.2))
    look = {"weight": "bold"} if row.status == "closed" else {}
    look |= {"color": INK if changed else NOTE}
    ax.text(x + 4.6, middle + 0.9, row.name, fontsize=7, va="baseline", zorder=3, **look)


# ----------------------------------------------------------------------------------- ties and posts

# Where the pairs of counts are compared that bear their numbers: of a year (text, as counts name
# it) those of the posts, and where the two numbers stand beside their marks: points right, up.
PAIRS = {"1976": ("1976", (-5, 4), (6, 2)), "2024": ("2024-07", (6, 0), (6, 0))}


def draw_ties(ties: pd.Series, posts: pd.DataFrame, stock: pd.DataFrame):
    """Draw states with relations above missions abroad, on one scale of number and of years.

    ties: states by year (text). posts: asof, asof_earliest, asof_latest, value, series. stock:
    year, lower, upper (our bounds on its last day). Dotted lines join the two in the years of
    PAIRS.
    """
    fig, ax = make_canvas(89, 76)
    place_axes(ax, 8, 2, 70, 67)
    set_years(ax, 1948, 2026, every=10, dated=True)
    ax.set(ylim=(0, 172), yticks=range(0, 161, 40))
    write_note(ax, "1948-06-01", 169, "number", fontsize=6, ha="left")
    bounds, body = COLOURS["pale"], read_meanings("body")
    day = pd.to_datetime(stock["year"].astype(str) + "-12-31")
    ax.fill_between(day, stock["lower"], stock["upper"], color=bounds, lw=0, zorder=0)
    yearly = ties.copy()
    yearly[str(int(yearly.index[-1]) + 1)] = yearly.iloc[-1]  # to the end of the last year
    look = {"color": INK, "lw": 1.8, "where": "post"}
    ax.step(pd.to_datetime(yearly.index + "-01-01"), yearly, **look)
    draw_dated(ax, posts, "value", "series", body, name="asof", size=4.2, tick=0)
    counted = posts.assign(day=find_middle(posts, "asof")).set_index("asof")
    for year, (asof, above, below) in PAIRS.items():
        day, ends = counted["day"][asof], (counted["value"][asof], ties[year])
        ax.plot([day, day], ends, color=NOTE, lw=1.2, ls=(0, (1.5, 1.5)), zorder=2)
        ax.plot(day, ends[1], "o", ms=4, color=INK, zorder=4)
        for value, (dx, dy) in zip(ends, (below, above), strict=True):
            text = {"ha": "left" if dx > 0 else "right", "color": INK, **BOLD}
            write_note(ax, day, value, f"{value:.0f}", dx, dy, **text)
    words = {"fontsize": 7, "color": INK}
    write_note(ax, "1990-01-01", 124, "states with\ndiplomatic relations", ha="right", **words)
    write_note(ax, "1991-01-01", 26, "missions abroad", **words)
    write_note(ax, "1991-01-01", 19, "green: by Seoul's counts")
    write_note(ax, "1991-01-01", 13, "grey: ours, fewest and most possible")
    return fig
