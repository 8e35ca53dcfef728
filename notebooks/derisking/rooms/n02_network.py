"""The network of missions as tidy tables, and the chart forms that show a whole roster of posts or states.

No chart's message and no number lives here. Every function says which columns it takes and which it returns.
"""

import numpy as np
import pandas as pd

from derisking.core import dates
from derisking.draw.style import INK, MM, NOTE, PALE, read_meanings

DELEGATIONS = ["permanent_mission", "representation"]


# ------------------------------------------------------------------------------------- what became of a post


def status(posts: pd.DataFrame, lists: pd.DataFrame) -> pd.DataFrame:
    """Say what became of each post by a rule over full lists of closed posts.

    A post named by no list keeps its own latest status: dormant, evacuated, else kept. A named post is closed if lists
    of two bodies or more name it and, from the first that does, no list leaves it out; otherwise it is disputed.

    posts: mission_id, status_latest. lists: list_id, list_body, list_date_earliest, mission_id; full lists only.
    Returns one row a post: mission_id; first_named (day); bodies (that name it); left_out_by (lists of the same day or
    later that do not, separated by ";"); status.
    """
    issued = lists.groupby("list_id")["list_date_earliest"].min().sort_values(kind="stable")
    rows = []
    for post in posts.itertuples():
        named = lists[lists["mission_id"].eq(post.mission_id)]
        first = named["list_date_earliest"].min()
        omitted = [name for name, day in issued.items() if day >= first and name not in set(named["list_id"])]
        bodies = named["list_body"].nunique()
        if named.empty:
            kind = post.status_latest if post.status_latest in ("dormant", "evacuated") else "kept"
        else:
            kind = "closed" if bodies > 1 and not omitted else "disputed"
        rows.append((post.mission_id, first, bodies, ";".join(omitted), kind))
    return pd.DataFrame(rows, columns=["mission_id", "first_named", "bodies", "left_out_by", "status"])


def fates(missions: pd.DataFrame, matrix: pd.DataFrame, lists: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Return the posts of `matrix` with what became of each by `status`, how it is drawn, and how it is labelled.

    names: the full lists that count, columns of `matrix` and list_id in `lists`. Adds first_named, bodies, left_out_by,
    status; kind (embassy, consulate_general, delegation); ground (the part of the world it lies in); text, size (points)
    and colour of its label.
    """
    posts = missions[missions["in_rok_53"]].merge(matrix[["mission_id", *names]], on="mission_id")
    posts = posts.merge(status(posts, lists[lists["list_id"].isin(names)]), on="mission_id")
    kept = posts["status"].eq("kept")
    ground = posts["region"].replace(dict.fromkeys(["Africa", "Middle East"], "Africa and the Middle East"))
    return posts.assign(
        ground=ground.mask(posts["lon"].gt(120), "Asia"),
        kind=posts["mission_type"].replace(dict.fromkeys(DELEGATIONS, "delegation")),
        text=posts["city"],
        size=kept.map({True: 6, False: 7}),
        colour=kept.map({True: NOTE, False: INK}),
    )


def named(names) -> str:
    """Write names as words, in the order of the alphabet: "A, B and C"."""
    *first, last = sorted(names) or ["none"]
    return f"{', '.join(first)} and {last}" if first else last


def decisions(posts: pd.DataFrame, names: dict[str, str], listed: str) -> pd.DataFrame:
    """Return, for reading, the posts that are not kept and what decided: a row a post, in the order of the statuses.

    listed: a boolean column of `posts`, whether Seoul's list of open posts of December 2023 still has it.
    """
    order = {name: place for place, name in enumerate(read_meanings("status"))}
    rows = posts[posts["status"].ne("kept")].assign(order=posts["status"].map(order))
    rows = rows.sort_values(["order", "first_named", "city"])
    omitted = rows["left_out_by"].map(lambda text: "; ".join(names[name] for name in text.split(";") if name))
    return pd.DataFrame(
        {
            "post": rows["city"],
            "status": rows["status"],
            "first on a list": rows["first_named"].dt.strftime("%-d %b").fillna(""),
            "bodies": rows["bodies"],
            "left out later by": omitted,
            "open by Seoul's list": rows[listed].astype(bool).map({True: "yes", False: "no"}),
        }
    )


def successors(statements: pd.DataFrame) -> pd.DataFrame:
    """Return who is said to have taken over from a closed post, the most often named first.

    statements: mission_id, successor_mission (empty where none is named). Returns mission_id, successor_mission,
    statements (how many name it) and main (True for the one most often named).
    """
    named = statements.dropna(subset=["mission_id", "successor_mission"])
    table = named.groupby(["mission_id", "successor_mission"]).size().rename("statements").reset_index()
    table = table.sort_values(["mission_id", "statements"], ascending=[True, False], kind="stable")
    table["main"] = ~table.duplicated("mission_id")
    return table.reset_index(drop=True)


def routes(heirs: pd.DataFrame, posts: pd.DataFrame) -> pd.DataFrame:
    """Return `heirs` (from `successors`) as arrows for a map, with city, lon, lat, ground of both ends (0, 1), sure, bend, words.

    An arrow is sure if its successor is the one most often named. Two arrows to one successor bend apart.
    """
    ends = posts.set_index("mission_id")[["city", "lon", "lat", "region", "ground"]]
    joined = heirs.join(ends.add_suffix("0"), on="mission_id").join(ends.add_suffix("1"), on="successor_mission")
    bend = joined.groupby("successor_mission").cumcount().map({0: -0.15, 1: 0.15})
    words = joined["main"].map({True: "", False: "dotted, "}) + joined["city0"] + " to " + joined["city1"]
    return joined.rename(columns={"main": "sure"}).assign(bend=bend, words=words)


def on(ground: str, posts: pd.DataFrame, heirs: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the posts of one part of the world, and the arrows that start from them."""
    return posts[posts["ground"].eq(ground)], heirs[heirs["ground0"].eq(ground)]


def last_signs(posts: pd.DataFrame, openings: pd.DataFrame, since: str) -> pd.Series:
    """Return by mission_id the last day a post is heard of from `since` on, in its own row or in `openings`.

    posts: mission_id, status_latest_asof. openings: direction, event_class, mission_id, date; plans do not count.
    """
    alive = openings[openings["direction"].eq("dprk_abroad") & ~openings["event_class"].str.contains("planned")]
    days = pd.concat([posts.set_index("mission_id")["status_latest_asof"], alive.set_index("mission_id")["date"]])
    return days[(days >= since) & days.index.isin(posts["mission_id"])].groupby(level=0).max()


def roster_rows(posts: pd.DataFrame, heirs: pd.DataFrame, seen: pd.Series, until: float) -> pd.DataFrame:
    """Return posts as `roster` wants them: group, name, remark, earliest, latest and end (years with a fraction).

    A star after the name marks a post that had closed before. The remark is the successor ("unknown" if none is named),
    or for a kept post the month in which it was last `seen`.
    """
    city = posts.set_index("mission_id")["city"]
    heir = heirs[heirs["sure"]].set_index("mission_id")["successor_mission"].map(city)
    month = seen.str[:7].map(lambda text: pd.Timestamp(text).strftime("%b %Y"))
    plain = posts["status"].map({"kept": "", "dormant": "dormant", "evacuated": "evacuated"}).fillna("unknown")
    remark = posts["mission_id"].map("\u2192 " + heir)
    remark = remark.fillna(posts["mission_id"].map(month).where(posts["status"].eq("kept"))).fillna(plain)
    host = posts["host"].str.split(" / ").str[-1].str.replace(r".*\(United Nations\)", "UN", regex=True)
    name = (posts["city"] + ", " + host).where(posts["city"] != host, posts["city"])
    return posts.assign(
        group=posts["region"],
        name=name + posts["spell"].gt(1).map({True: " *", False: ""}),
        remark=remark,
        earliest=year(posts["opened_earliest"]),
        latest=year(posts["opened_latest"]),
        end=year(posts["closed_latest"]).fillna(until),
    ).sort_values(["region", "city"])


# ------------------------------------------------------------------------------------------- both directions


def at_work(missions: pd.DataFrame, day) -> pd.Series:
    """Say for each spell of a mission whether it was at work on `day`: "yes", "no" or "maybe".

    missions: opened_*, closed*, status_latest_asof (when it was last heard of), and where they exist suspended*, returned*,
    each with its bounds. A mission whose staff had left by that day, and had not come back for certain, is "no"; one
    without an end that was not heard of on that day or later is at most "maybe".
    """
    day = pd.Timestamp(day)
    certain, possible = dates.open_masks(missions, day)
    certain &= missions["closed"].notna() | (
        missions["status_latest_asof"].fillna("").str[:10] >= f"{day:%Y-%m-%d}"[:7]
    )
    answer = pd.Series(np.where(certain, "yes", np.where(possible, "maybe", "no")), index=missions.index)
    if "suspended" not in missions:
        return answer
    gone = missions["suspended"].notna() & (missions["suspended_latest"] <= day)
    back = missions["returned"].notna() & (missions["returned_latest"] <= day)
    return answer.mask(gone & ~back, "no")


def latest(missions: pd.DataFrame, seen_since) -> pd.Series:
    """Say for each spell of a mission whether it was at work when last heard of: "yes", "no" or "maybe".

    "maybe" if its return is not known, or if it was at work but last seen before the year or day `seen_since`.
    """
    state, seen = missions["status_latest"], missions["status_latest_asof"].fillna("")
    answer = pd.Series("no", index=missions.index)
    answer = answer.mask(state.eq("return_not_known"), "maybe")
    return answer.mask(state.isin(["working", "open"]), "maybe").mask(
        state.isin(["working", "open"]) & (seen >= seen_since), "yes"
    )


def reciprocity(
    ours: pd.DataFrame, theirs: pd.DataFrame, fate: pd.DataFrame, days: dict[str, str], seen_since: str
) -> pd.DataFrame:
    """Return a row a state: is a North Korean mission there, and its own at work in Pyongyang, on some days and at last.

    ours, theirs: missions abroad and in Pyongyang, a spell a row. fate: mission_id, spell, status for those known last.
    days: name of a column and the day. Columns `{name} left` (ours) and `{name} right` (theirs) for every day and for
    "last", each "yes", "maybe" or "no"; name of the state; group: "stayed" (never known to be away), "back" (at work at
    last), "gone" (at work once) or "none". Indexed by iso3. A dormant post is "maybe" throughout.
    """
    ours = ours.merge(fate[["mission_id", "spell", "status"]], on=["mission_id", "spell"], how="left")
    left = pd.DataFrame({f"{name} left": at_work(ours, day) for name, day in days.items()})
    left[ours["status"].eq("dormant")] = "maybe"
    final = ours["status"].map({"kept": "yes", "closed": "no"}).fillna("maybe")
    left["last left"] = final.where(ours["status"].notna(), "no")
    right = pd.DataFrame({f"{name} right": at_work(theirs, day) for name, day in days.items()})
    right["last right"] = latest(theirs, seen_since)
    table = _by_state(left, ours["iso3"]).join(_by_state(right, theirs["iso3"]), how="outer").fillna("no")
    table = table[table.ne("no").any(axis=1)]
    names = pd.concat([theirs.set_index("iso3")["sending_state"], ours.set_index("iso3")["host"]])
    there = table[list(right)]
    group = pd.Series("gone", index=table.index).mask(there["last right"].eq("yes"), "back")
    group = group.mask(there.ne("no").all(axis=1) & there.iloc[:, 0].eq("yes"), "stayed").mask(
        there.eq("no").all(axis=1), "none"
    )
    return table.assign(name=names.str.split(" / ").str[-1].groupby(level=0).last(), group=group).sort_values("name")


def tally(table: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """Count the states of `reciprocity` that are "yes" left, right and on both sides; a column for each of `names`."""
    columns = {}
    for name, words in names.items():
        left, right = (table[f"{name} {side}"].eq("yes") for side in ("left", "right"))
        columns[words] = [left.sum(), right.sum(), (left & right).sum()]
    return pd.DataFrame(columns, index=["North Korean mission there", "mission at work in Pyongyang", "both"])


def halves(table: pd.DataFrame, group: str) -> pd.DataFrame:
    """Return `table` with one group of names cut in two of like length, `{group} 1` and `{group} 2`."""
    rows = table.index[table["group"].eq(group)]
    cut = -(-len(rows) // 2)
    part = pd.Series([f"{group} {1 + (place >= cut)}" for place in range(len(rows))], index=rows)
    return table.assign(group=part.reindex(table.index).fillna(table["group"]))


def _by_state(answers: pd.DataFrame, states: pd.Series) -> pd.DataFrame:
    """Return for each state the best answer of its missions."""
    words = ["no", "maybe", "yes"]
    best = answers.apply(lambda column: column.map(words.index)).groupby(states).max()
    return best.apply(lambda column: column.map(dict(enumerate(words))))


# --------------------------------------------------------------------------------------- stocks and counts


def published(counts: pd.DataFrame, quantity: str, series: list[str]) -> pd.DataFrame:
    """Return the published counts of one quantity, for the world and in use, from some series.

    counts: as the table mission_counts. The days a count may refer to become the columns earliest and latest.
    """
    rows = counts[counts["scope"].eq("world") & counts["status"].eq("used") & counts["quantity"].eq(quantity)]
    names = {"asof_earliest": "earliest", "asof_latest": "latest"}
    return rows[rows["series"].isin(series)].rename(columns=names).sort_values("asof", kind="stable")


def bands(ax, stock: pd.DataFrame, words: dict[str, str]) -> None:
    """Draw the bounds of a count as bands, the widest first and palest; stock: year, evidence, lower, upper."""
    for (evidence, counted), colour in zip(words.items(), ("#EBEBEB", "#CDCDCD", "#B0B0B0"), strict=False):
        rows = stock[stock["evidence"].eq(evidence)]
        day = pd.to_datetime(rows["year"].astype(str) + "-12-31")
        ax.fill_between(day, rows["lower"], rows["upper"], color=colour, lw=0, label=counted)


def tidy(counts: pd.DataFrame, stock: pd.DataFrame) -> pd.DataFrame:
    """Return published counts and the bounds of an own count as one table, a row a mark: as drawn by the functions here."""
    bounds = stock.assign(latest=pd.to_datetime(stock["year"].astype(str) + "-12-31"), series="own_count")
    bounds = bounds.melt(["series", "latest", "evidence"], ["lower", "upper"], "bound").astype({"value": float})
    columns = ["series", "quantity", "evidence", "bound", "earliest", "latest", "value"]
    return pd.concat([counts, bounds])[columns]


def dress(ax, top: float, title: str, unit: str, mark: tuple[int, int], **key) -> None:
    """Give a panel its height, title, unit and key, and a pale band over the years of `mark`, first and last."""
    ax.axvspan(pd.Timestamp(mark[0], 1, 1), pd.Timestamp(mark[1], 12, 31), color="#F0F0F0", lw=0, zorder=0)
    ax.set_ylim(0, top)
    ax.set_title(title, fontsize=7)
    ax.set_ylabel(unit)
    ax.legend(**{"handlelength": 1.2, "handletextpad": 0.5, "columnspacing": 1.2, **key})


def by_year(ax, values: pd.Series, body: str, words: str) -> None:
    """Draw a count of whole years (index: year as text) as a step line in the colour of its `body`."""
    last = str(int(values.index[-1]) + 1)  # the line runs to the end of the last year
    steps = pd.concat([values, pd.Series({last: values.iloc[-1]})])
    days = pd.to_datetime(steps.index + "-01-01")
    ax.step(days, steps, where="post", color=read_meanings("body")[body].colour, lw=1.4, label=words)


def series_marks(ax, frame: pd.DataFrame, words: dict[str, str], size: float = 4) -> None:
    """Draw published counts as marks, never joined, with a bar over the days a count may refer to.

    frame: earliest, latest (days), value, series (a key of the meanings "body"). words: what each series counts, for
    the key.
    """
    for name, counted in words.items():
        rows = frame[frame["series"].eq(name)]
        style = read_meanings("body")[name].style(size)
        start = rows["earliest"].fillna(rows["latest"])
        ax.hlines(rows["value"], start, rows["latest"], color=style["markeredgecolor"], lw=0.8, zorder=3)
        ax.plot(start + (rows["latest"] - start) / 2, rows["value"], zorder=4, label=counted, **style)


# ------------------------------------------------------------------------------------------------- marks


def post_style(row, size: float | None = None) -> dict:
    """Return the style of a post: fill and colour by `row.status`, shape by `row.kind`; changed posts are larger."""
    size = size or (4.6 if row.status == "kept" else 6)
    style = read_meanings("status")[row.status].style(size)
    shape = read_meanings("post_type")[row.kind].marker
    return style if row.kind == "embassy" else {**style, "marker": shape, "markersize": size * 0.92}


def legend(posts: pd.DataFrame, kinds: dict[str, str]) -> list[tuple[str, dict]]:
    """Return the entries of `key` for the statuses that occur in `posts`, with their numbers, and for some kinds."""
    number = posts["status"].value_counts()
    found = {name: meaning for name, meaning in read_meanings("status").items() if name in number}
    entries = [(f"{number[name]} {name}", m.style(4.6 if name == "kept" else 6)) for name, m in found.items()]
    gap = [("", {})] if kinds else []
    return entries + gap + [(words, read_meanings("post_type")[name].style(4.4)) for name, words in kinds.items()]


def key(fig, ax, at: tuple[float, float], entries: list[tuple[str, dict]], step: float = 3.6, split: int = 0) -> None:
    """Write a key: one (words, style) a line, `step` mm apart, downwards from `at` (mm from the lower left corner).

    An entry without words leaves a gap.

    split: from this entry on they stand in a second column, 26 mm to the right.
    """
    high = step * (split or len(entries))
    across, up = fig.get_size_inches() / MM
    ax.set_position([at[0] / across, (at[1] - high) / up, 80 / across, high / up])
    ax.set(xlim=(0, 80), ylim=(high, 0))
    ax.set_axis_off()
    for place, (words, style) in enumerate(entries):
        second = bool(split) and place >= split
        x, y = (26 if second else 0), step * (place - (split if second else 0) + 0.5)
        if words:
            ax.plot(x + 1.5, y, **style)
            ax.text(x + 3.6, y, words, fontsize=6, va="center", color=INK)


# ------------------------------------------------------------------------------------------------ roster

# Left edges in mm of the parts of a roster column: mark, name, years, lists, remark.
MARK, NAME, YEARS, LISTS, REMARK = 1.5, 4.2, (36.5, 57.5), (61, 2.9), 74.6
HEAD, STEP = 16.0, 4.5  # mm: height of the head; distance of rows
SCALE = (1948, 2024)
REMARK_HEAD = "successor,\nor last sign"


def _year_at(value: float) -> float:
    return YEARS[0] + (value - SCALE[0]) / (SCALE[1] - SCALE[0]) * (YEARS[1] - YEARS[0])


def roster(ax, frame: pd.DataFrame, groups: list[str], lists: dict[str, str], remark: str) -> None:
    """Draw posts one a row under headings: what became of it, name, opening as interval, lists that name it, a remark.

    frame: group, name, status, kind, earliest, latest, end (years with a fraction; earliest may be missing), remark,
    and one boolean column for each key of `lists` (values: heads of those columns). `ax` has its place on the page.
    """
    area = ax.get_window_extent()
    wide, high = (side / ax.get_figure().dpi * 25.4 for side in (area.width, area.height))
    ax.set(xlim=(0, wide), ylim=(high, 0))
    ax.set_axis_off()
    _roster_head(ax, lists, remark)
    y = HEAD + STEP * 0.5
    for group in groups:
        rows = frame[frame["group"].eq(group)]
        ax.text(0, y, f"{group} ({len(rows)})", fontsize=7, weight="bold", va="center")
        top = y + STEP * 0.5
        for row in rows.itertuples():
            y += STEP
            _roster_row(ax, y, row, [bool(getattr(row, name)) for name in lists], wide)
        for tick in (1950, 1975, 2000):
            ax.plot([_year_at(tick)] * 2, [top, y + STEP * 0.4], color=PALE, lw=0.4, zorder=0)
        y += STEP * 1.35


def rosters(
    axes, frame: pd.DataFrame, groups: list[list[str]], lists: dict[str, str], remark: str = REMARK_HEAD
) -> None:
    """Draw a roster in several columns, one for each list of groups, into axes that have their place."""
    for ax, shown in zip(axes, groups, strict=False):
        roster(ax, frame, shown, lists, remark)


def _roster_head(ax, lists: dict[str, str], remark: str) -> None:
    for tick in (1950, 1975, 2000):
        ax.text(_year_at(tick), HEAD - 0.8, tick, fontsize=6, ha="center", va="bottom", color=NOTE)
    ax.text(YEARS[0], HEAD - 4.2, "opened", fontsize=6, va="bottom", color=NOTE)
    for place, words in enumerate(lists.values()):
        ax.text(
            LISTS[0] + place * LISTS[1],
            HEAD - 0.6,
            words,
            fontsize=5.5,
            rotation=90,
            ha="center",
            va="bottom",
            color=NOTE,
        )
    ax.text(REMARK, HEAD - 0.8, remark, fontsize=6, va="bottom", color=NOTE, linespacing=1.05)


def _roster_row(ax, y: float, row, named: list[bool], wide: float) -> None:
    changed = row.status != "kept"
    ax.plot([NAME, wide], [y + STEP / 2] * 2, color="#EEEEEE", lw=0.35, zorder=0)
    ax.plot(MARK, y, zorder=3, **post_style(row, 5.4 if changed else 4.2))
    ax.text(NAME, y, row.name, fontsize=6.5, va="center", color=INK if changed else NOTE)
    ax.plot([_year_at(row.latest), _year_at(row.end)], [y, y], color="#D0D0D0", lw=0.8, zorder=1, solid_capstyle="butt")
    _opening(ax, y, row.earliest, row.latest)
    for place, is_named in enumerate(named):
        look = {"ms": 3.6, "color": INK} if is_named else {"ms": 1.3, "color": "#C4C4C4"}
        ax.plot(LISTS[0] + place * LISTS[1], y, marker="o", mew=0, **look)
    ax.text(REMARK, y, row.remark, fontsize=6, va="center", color=INK if changed else NOTE)


def _opening(ax, y: float, earliest: float, latest: float, tick: float = 0.75) -> None:
    """Draw the years an opening may fall in: a dot for a year or less, a bar with end ticks, dotted to an open past."""
    if np.isnan(earliest):
        ax.plot([_year_at(latest) - 5, _year_at(latest)], [y, y], color=INK, lw=0.9, ls=(0, (1, 1)))
        ends = [latest]
    elif latest - earliest < 1.01:
        ax.plot(_year_at((earliest + latest) / 2), y, marker="o", ms=2.6, color=INK, mew=0, zorder=3)
        return
    else:
        ax.plot([_year_at(earliest), _year_at(latest)], [y, y], color=INK, lw=0.9, solid_capstyle="butt", zorder=2)
        ends = [earliest, latest]
    for end in ends:
        ax.plot([_year_at(end)] * 2, [y - tick, y + tick], color=INK, lw=0.8, zorder=2)


def year(day: pd.Series) -> pd.Series:
    """Return days as years with a fraction; missing days stay missing."""
    return (day.dt.year + (day.dt.day_of_year - 1) / 365.25).astype(float)


# ------------------------------------------------------------------------------------------------- pairs

UNSURE = {"left": "#B5B5B5", "right": "#A9CFE6"}


def half_style(left: str, right: str, size: float = 6.4) -> dict:
    """Return the style of a disc of two halves, each "yes" (dark), "maybe" (pale) or "no" (empty)."""
    sides = read_meanings("presence")
    sure = {"left": sides["abroad"].colour, "right": sides["in_pyongyang"].colour}
    shade = {"no": {"left": "white", "right": "white"}, "maybe": UNSURE, "yes": sure}
    return {
        "marker": "o",
        "markersize": size,
        "fillstyle": "left",
        "markerfacecolor": shade[left]["left"],
        "markerfacecoloralt": shade[right]["right"],
        "markeredgecolor": "#8C8C8C",
        "markeredgewidth": 0.5,
        "linestyle": "none",
    }


def pairs(
    ax, frame: pd.DataFrame, groups: dict[str, str], columns: dict[str, str], at=(25, 7.6), step: float = 3.95
) -> None:
    """Draw states one a row under headings, with one disc of two halves for each of `columns` (name to words).

    frame: group, name, and for every column c the columns `c left` and `c right` ("yes", "maybe", "no"). `at`: place of
    the first column of discs and distance between them, in mm; `ax` has its place on the page.
    """
    area = ax.get_window_extent()
    wide, high = (side / ax.get_figure().dpi * 25.4 for side in (area.width, area.height))
    ax.set(xlim=(0, wide), ylim=(high, 0))
    ax.set_axis_off()
    for place, words in enumerate(columns.values()):
        ax.text(at[0] + place * at[1], 5, words, fontsize=6, ha="center", va="bottom", color=NOTE, linespacing=1.05)
    y = 8.0
    for group, heading in groups.items():
        rows = frame[frame["group"].eq(group)]
        ax.text(0, y, heading, fontsize=7, weight="bold", va="center")
        for row in rows.to_dict("records"):
            y += step
            ax.text(0, y, row["name"], fontsize=6.5, va="center")
            ax.plot([0, wide - 2], [y + step / 2] * 2, color="#EEEEEE", lw=0.35, zorder=0)
            for place, name in enumerate(columns):
                ax.plot(at[0] + place * at[1], y, **half_style(row[f"{name} left"], row[f"{name} right"]))
        y += step * 1.6


def half_legend() -> list[tuple[str, dict]]:
    """Return the entries of `key` for discs of two halves."""
    sides = read_meanings("presence")
    return [
        (f"{sides['abroad'].label}, none in Pyongyang", half_style("yes", "no")),
        ("both", half_style("yes", "yes")),
        (f"{sides['in_pyongyang'].label}, no North Korean one there", half_style("no", "yes")),
        ("pale half: not certain", half_style("maybe", "maybe")),
    ]


def reciprocity_grid(axes, table: pd.DataFrame) -> None:
    """Draw the table of `reciprocity` with the days 2019 and 2022 into four axes that have their place."""
    cut = halves(table, "none")
    days = {"2019": "end\n2019", "2022": "end\n2022", "last": "last\nknown"}
    blocks = [
        {"stayed": "Stayed in Pyongyang", "back": "Came back, or came new"},
        {"gone": "No return known"},
        {"none 1": "None in Pyongyang"},
        {"none 2": "None in Pyongyang, continued"},
    ]
    for ax, groups in zip(axes, blocks, strict=False):
        pairs(ax, cut, groups, days)
