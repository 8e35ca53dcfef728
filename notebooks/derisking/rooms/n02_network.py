"""Notebook 02: posts as they are drawn, who took over, who is at work in Pyongyang; its charts.

What became of a post is decided in the notebook; here it is only drawn.
"""

import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle

from derisking.core import dates
from derisking.draw import maps
from derisking.draw.axes import fill_page, measure_axes, set_years, to_year
from derisking.draw.labels import wrap_words
from derisking.draw.marks import draw_dated, draw_key, write_head, write_note
from derisking.draw.style import (
    COLOURS,
    HAIRLINE,
    INK,
    MUTED,
    NOTE,
    PALE,
    SOFT,
    make_canvas,
    read_meanings,
)

DELEGATIONS = ["permanent_mission", "representation"]

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


def trace_successors(statements: pd.DataFrame, posts: pd.DataFrame) -> pd.DataFrame:
    """Return who is said to take over from a post, as arrows for a map.

    statements: mission_id, successor_mission. Returns both, statements (how many name it), sure
    (named more often than any other), and city, lon, lat, region, ground of both ends (0, 1),
    bend, words.
    """
    named = statements.dropna(subset=["mission_id", "successor_mission"])
    pairs = named.groupby(["mission_id", "successor_mission"]).size().rename("statements")
    order = {"by": ["mission_id", "statements"], "ascending": [True, False], "kind": "stable"}
    pairs = pairs.reset_index().sort_values(**order, ignore_index=True)
    pairs["sure"] = ~pairs.duplicated("mission_id")
    ends = posts.set_index("mission_id")[["city", "lon", "lat", "region", "ground"]]
    pairs = pairs.join(ends.add_suffix("0"), on="mission_id")
    pairs = pairs.join(ends.add_suffix("1"), on="successor_mission")
    bend = pairs.groupby("successor_mission").cumcount().map({0: -0.15, 1: 0.15})
    dotted = pairs["sure"].map({True: "", False: "dotted, "})
    return pairs.assign(bend=bend, words=dotted + pairs["city0"] + " to " + pairs["city1"])


def find_last_signs(posts: pd.DataFrame, openings: pd.DataFrame, since: str) -> pd.Series:
    """Return by mission_id the last day a post is heard of from `since` on; plans do not count."""
    abroad = openings["direction"].eq("dprk_abroad")
    alive = openings[abroad & ~openings["event_class"].str.contains("planned")]
    own = posts.set_index("mission_id")["status_latest_asof"]
    days = pd.concat([own, alive.set_index("mission_id")["date"]])
    days = days[(days >= since) & days.index.isin(posts["mission_id"])]
    return days.groupby(level=0).max()


def list_posts(posts: pd.DataFrame, heirs: pd.DataFrame, seen: pd.Series, until: float):
    """Return posts as `draw_roster` wants them, sorted by region and city.

    Adds group, name (a star: it had closed before), earliest, latest, end (years with a
    fraction), and a remark: the successor ("unknown" if none is named), or the month a kept post
    was last `seen`.
    """
    city = posts.set_index("mission_id")["city"]
    heir = heirs[heirs["sure"]].set_index("mission_id")["successor_mission"].map(city)
    month = pd.to_datetime(seen.str[:7]).dt.strftime("%b %Y")
    plain = {"kept": "", "dormant": "dormant", "evacuated": "evacuated"}
    remark = posts["mission_id"].map("\u2192 " + heir)
    remark = remark.fillna(posts["mission_id"].map(month).where(posts["status"].eq("kept")))
    remark = remark.fillna(posts["status"].map(plain).fillna("unknown"))
    host = posts["host"].str.split(" / ").str[-1]
    host = host.str.replace(r".*\(United Nations\)", "UN", regex=True)
    name = (posts["city"] + ", " + host).where(posts["city"] != host, posts["city"])
    return posts.assign(
        group=posts["region"],
        name=name + posts["spell"].gt(1).map({True: " *", False: ""}),
        remark=remark,
        earliest=to_year(posts["opened_earliest"]),
        latest=to_year(posts["opened_latest"]),
        end=to_year(posts["closed_latest"]).fillna(until),
    ).sort_values(["region", "city"])


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


def stack_counts(counts: pd.DataFrame, stock: pd.DataFrame) -> pd.DataFrame:
    """Return published counts and the bounds of an own count as one table, a row a mark."""
    last_day = pd.to_datetime(stock["year"].astype(str) + "-12-31")
    bounds = stock.assign(latest=last_day, series="own_count")
    bounds = bounds.melt(["series", "latest", "evidence"], ["lower", "upper"], "bound")
    columns = ["series", "quantity", "evidence", "bound", "earliest", "latest", "value"]
    counts = counts.rename(columns={"asof_earliest": "earliest", "asof_latest": "latest"})
    return pd.concat([counts, bounds.astype({"value": float})])[columns]


# ----------------------------------------------------------------------------------- marks and keys


def style_post(row, size: float | None = None) -> dict:
    """Return the style of a post: colour and fill by `row.status`, shape by `row.kind`."""
    size = size or (4.6 if row.status == "kept" else 6)
    style = read_meanings("status")[row.status].style(size)
    if row.kind == "embassy":
        return style
    marker = read_meanings("post_type")[row.kind].marker
    return style | {"marker": marker, "markersize": size * 0.92}


def list_statuses(posts: pd.DataFrame, kinds: dict[str, str]) -> list[tuple[str, dict]]:
    """Return the key of the statuses found in `posts`, with their numbers, and of some kinds."""
    number, looks = posts["status"].value_counts(), read_meanings("status")
    entries = [
        (f"{number[name]} {name}", looks[name].style(4.6 if name == "kept" else 6))
        for name in ORDER
        if name in number
    ]
    shapes = [(words, read_meanings("post_type")[name].style(4.4)) for name, words in kinds.items()]
    return [*entries, ("", {"linestyle": "none"}), *shapes] if kinds else entries


# --------------------------------------------------------------------------------------------- maps

ORDER = ["closed", "disputed", "dormant", "evacuated", "kept"]  # as keys and lists name them
HOME = maps.View(maps.project_region(55, 20), (-60, -50, 179.9, 84), (55, 14.5), 14700)


def draw_world(posts: pd.DataFrame, shapes: dict[str, str]):
    """Draw the world and three continents with every post; return the figure and what it shows.

    posts: as from `dress_posts`. shapes: words for the kinds of post, see `list_statuses`.
    """
    fig, axes = make_canvas(183, 155, 1, 4)
    named = posts["status"].ne("kept") | posts["region"].eq("Americas")
    drawn = maps.draw_atlas(axes, posts, style_post, named)
    draw_key(fig, list_statuses(posts, shapes), (1.5, 42), columns=1)
    return fig, drawn


def draw_narrow_world(posts: pd.DataFrame):
    """Draw the same posts 89 mm wide: the world, and Africa, Europe and Asia enlarged.

    Only posts that changed are named.
    """
    fig, (world, near) = make_canvas(89, 118, 2, 1)
    changed = posts["status"].ne("kept")
    far = changed & posts["region"].eq("Americas")
    maps.draw_panel(world, maps.WORLD, (0.5, 9, 88, 40), posts, style_post, far)
    maps.draw_panel(near, HOME, (0.5, 51, 88, 66.5), posts, style_post, changed)
    draw_key(fig, list_statuses(posts, {}), (1.5, 1), columns=3)
    return fig


def draw_takeovers(posts: pd.DataFrame, heirs: pd.DataFrame):
    """Draw an arrow from each post to the one said to take over its work.

    posts: as from `dress_posts`. heirs: as from `trace_successors`. Posts with no part in it are
    not named. Returns the figure and the places shown.
    """
    fig, ax = make_canvas(183, 112)
    ends = {*heirs["mission_id"], *heirs["successor_mission"]}
    gone = posts["status"].isin(["closed", "disputed"])
    bare = gone & ~posts["mission_id"].isin(ends)
    posts = posts.assign(text=posts["text"].mask(bare, posts["text"] + ": no one named"))
    named = posts["mission_id"].isin(ends) | gone | posts["status"].eq("evacuated")
    drawn = maps.draw_panel(ax, HOME, (0.5, 0.5, 182, 111), posts, style_post, named, heirs)
    solid, dotted = {"color": INK, "lw": 0.8}, {"color": INK, "lw": 0.8, "ls": (0, (1.5, 1.5))}
    arrows = [("said to take over", solid), ("said by a minority", dotted)]
    marks = [(words.partition(" ")[2], look) for words, look in list_statuses(drawn, {})]
    draw_key(fig, [*marks, *arrows], (3, 76), columns=1)
    return fig, drawn


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
    fig, ax = make_canvas(89 if narrow else 183, top + rows * step + 6.5)
    width, _ = fill_page(ax)
    wide = (width - 4) / 2
    for house, left in ((True, 1), (False, width / 2 + 1)):
        half = hosts[hosts["has_house"].eq(house)]
        lost, unsure = (half["status"].eq(name).sum() for name in ("closed", "disputed"))
        subject = wrap_words(HALVES[house], wide, 7)
        ax.text(left, 1, subject, fontsize=7, va="top")
        words = f"{lost} of {len(half)} closed" + (f", {unsure} disputed" if unsure else "")
        colour = read_meanings("status")["closed"].colour if lost else INK
        ax.text(left, top - 1.4, words, fontsize=8, weight="bold", color=INK, va="bottom")
        ax.plot(
            [left, left + wide - 0.8], [top - 0.6] * 2, color=colour, lw=1.6, solid_capstyle="butt"
        )
        order = half["status"].map(ORDER.index)
        half = half.assign(order=order).sort_values(["order", "name"], kind="stable")
        tile = wide / columns
        for number, row in enumerate(half.itertuples()):
            place = left + number // rows * tile, top + number % rows * step
            _draw_tile(ax, *place, tile - 0.8, step - 0.7, row)
    draw_key(fig, list_statuses(hosts, {}), "below", left=1, columns=3 if narrow else 0)
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
    ax.text(x + 4.6, middle, row.name, fontsize=7, va="center_baseline", zorder=3, **look)


# ------------------------------------------------------------------------------------------- roster

# Left edges in mm of the parts of a roster column: mark, name, years, lists, remark.
PLACE_MARK, PLACE_NAME, PLACE_YEARS, PLACE_LISTS, PLACE_REMARK = 1.5, 4.2, (36.5, 57.5), 61, 74.6
LIST_STEP = 2.9
HEAD, STEP = 16.0, 4.5  # mm: height of the head; distance of rows
SCALE = (1948, 2024)
TICKS = (1950, 1975, 2000)


def draw_rosters(axes, frame: pd.DataFrame, groups: list[list[str]], lists: dict[str, str]) -> None:
    """Draw posts one a row under headings, in several columns, into axes that have their place.

    frame: group, name, status, kind, earliest, latest, end (years; earliest may be missing),
    remark, and a boolean column for each key of `lists` (values: heads of those columns).
    """
    for ax, shown in zip(axes, groups, strict=False):
        wide, high = measure_axes(ax)
        ax.set(xlim=(0, wide), ylim=(high, 0))
        ax.set_axis_off()
        _write_roster_head(ax, lists)
        y = HEAD + STEP * 0.5
        for group in shown:
            rows = frame[frame["group"].eq(group)]
            ax.text(0, y, f"{group} ({len(rows)})", fontsize=7, weight="bold", va="center")
            top = y + STEP * 0.5
            for row in rows.itertuples():
                y += STEP
                _draw_roster_row(ax, y, row, [bool(getattr(row, name)) for name in lists], wide)
            for tick in TICKS:
                ends = [top, y + STEP * 0.4]
                ax.plot([_place_year(tick)] * 2, ends, color=PALE, lw=0.4, zorder=0)
            y += STEP * 1.35


def _place_year(value: float) -> float:
    left, right = PLACE_YEARS
    return left + (value - SCALE[0]) / (SCALE[1] - SCALE[0]) * (right - left)


def _write_roster_head(ax, lists: dict[str, str]) -> None:
    note = {"fontsize": 6, "va": "bottom", "color": NOTE}
    for tick in TICKS:
        ax.text(_place_year(tick), HEAD - 0.8, tick, ha="center", **note)
    ax.text(PLACE_YEARS[0], HEAD - 4.2, "opened", **note)
    for place, words in enumerate(lists.values()):
        x = PLACE_LISTS + place * LIST_STEP
        ax.text(x, HEAD - 0.6, words, rotation=90, ha="center", **note)
    remark = "successor,\nor last sign"
    ax.text(PLACE_REMARK, HEAD - 0.8, remark, **note)


def _draw_roster_row(ax, y: float, row, named: list[bool], wide: float) -> None:
    changed = row.status != "kept"
    colour = INK if changed else NOTE
    ax.plot([PLACE_NAME, wide], [y + STEP / 2] * 2, color=PALE, lw=0.3, zorder=0)
    ax.plot(PLACE_MARK, y, zorder=3, **style_post(row, 5.4 if changed else 4.2))
    ax.text(PLACE_NAME, y, row.name, fontsize=6, va="center", color=colour)
    span = [_place_year(row.latest), _place_year(row.end)]
    ax.plot(span, [y, y], color=PALE, lw=0.8, zorder=1, solid_capstyle="butt")
    _draw_opening(ax, y, row.earliest, row.latest)
    for place, is_named in enumerate(named):
        look = {"ms": 3.6, "color": INK} if is_named else {"ms": 1.3, "color": MUTED}
        ax.plot(PLACE_LISTS + place * LIST_STEP, y, marker="o", mew=0, **look)
    ax.text(PLACE_REMARK, y, row.remark, fontsize=6, va="center", color=colour)


def _draw_opening(ax, y: float, earliest: float, latest: float) -> None:
    """Draw the years an opening may fall in: a dot for a year, a bar, dotted to an open past."""
    if not np.isnan(earliest) and latest - earliest < 1.01:
        middle = _place_year((earliest + latest) / 2)
        ax.plot(middle, y, marker="o", ms=2.6, color=INK, mew=0, zorder=3)
        return
    right, open_past = _place_year(latest), np.isnan(earliest)
    left = right - 5 if open_past else _place_year(earliest)
    look = {"color": INK, "lw": 0.9, "zorder": 2, "solid_capstyle": "butt"}
    ax.plot([left, right], [y, y], ls=(0, (1, 1)) if open_past else "-", **look)
    for end in [right] if open_past else [left, right]:
        ax.plot([end] * 2, [y - 0.75, y + 0.75], **look | {"lw": 0.8})


# ----------------------------------------------------------------------------------- ties and posts

# The counts that bear their number, and how many points above (or below) the mark.
NUMBERED = {
    "kdiplo": {"1999": 8, "2001": 8, "2013": 8},
    "rok": {"1998-01": 9, "2013-12-31": -13},
}
SHADES = {"any_listing": HAIRLINE, "likely": SOFT}


def draw_ties(axes, ties, abroad, stock, words: dict[str, str]) -> None:
    """Draw states with relations above, missions or hosts of missions below, on one scale.

    ties, abroad: as from `pick_counts`. stock: year, evidence, lower, upper. words: what each
    series or kind of evidence counts.
    """
    above, below = axes
    set_years(below, 1948, 2026, every=10, dated=True)
    above.set(ylim=(0, 170), ylabel="states")
    below.set(ylim=(0, 105), ylabel="missions, or hosts")
    write_head(above, "a", "States with diplomatic relations")
    write_head(below, "b", "Missions abroad, or states that host one")
    body = read_meanings("body")

    yearly = ties[ties["series"].eq("kdiplo")].set_index("asof")["value"]
    yearly[str(int(yearly.index[-1]) + 1)] = yearly.iloc[-1]  # to the end of the last year
    line = {"color": body["kdiplo"].colour, "lw": 1.4}
    above.step(pd.to_datetime(yearly.index + "-01-01"), yearly, where="post", **line)
    seoul = ties[ties["series"].eq("rok")]
    draw_dated(above, seoul, "value", "series", body, name="asof", size=4)
    for year, rise in NUMBERED["kdiplo"].items():
        _number(above, f"{year}-07-01", yearly[year], rise)
    entries = [(words["kdiplo"], line), (words["rok_ties"], body["rok"])]
    draw_key(above, entries, "upper left")

    shades = []
    for evidence, colour in SHADES.items():
        rows = stock[stock["evidence"].eq(evidence)]
        day = pd.to_datetime(rows["year"].astype(str) + "-12-31")
        below.fill_between(day, rows["lower"], rows["upper"], color=colour, lw=0)
        shades.append((words[evidence], {"color": colour, "lw": 5}))
    draw_dated(below, abroad, "value", "series", body, name="asof", size=4)
    for asof, rise in NUMBERED["rok"].items():
        row = abroad[abroad["series"].eq("rok") & abroad["asof"].eq(asof)].iloc[0]
        _number(below, row["asof_latest"], row["value"], rise)
    marks = [(words[name], body[name]) for name in ("rok", "lowy", "cow", "dipcon")]
    draw_key(below, shades + marks, "lower right", columns=2)


def _number(ax, day, value: float, rise: float) -> None:
    look = {"fontsize": 8, "weight": "bold", "ha": "center", "color": INK}
    write_note(ax, pd.Timestamp(day), value, f"{value:.0f}", dy=rise, **look)
