"""The charts of notebook 06, and the tables they need: pace, votes, codings, economy, money,
reasons."""

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import connected_components

from derisking.core import sources
from derisking.draw import style
from derisking.draw.axes import mark_days, set_rows, set_years, to_year
from derisking.draw.marks import (
    draw_key,
    draw_range,
    draw_series,
    write_head,
    write_note,
)
from derisking.draw.style import HAIRLINE, INK, MUTED, NOTE, SOFT

RUNNING = {
    "part": "running count, or rate in a spell",
    "kind": "kind of measure",
    "day": "day up to which is counted, or first day of the spell",
    "end": "last day of the spell",
    "low": "least value that the dates allow, or lower end of the 95 % interval of the rate",
    "high": "greatest value that the dates allow, or upper end of the 95 % interval of the rate",
    "number": "measures in the spell, each dated at the middle of its possible days",
    "rate": "measures a year in the spell",
}
AMOUNTS = {
    "label": "what the amount is",
    "low": "lowest value, million, in the currency of `aside`",
    "high": "highest value, million, in the currency of `aside`",
    "quality": "price or official figure, outside estimate, or our arithmetic",
    "aside": "currency, period and who says so",
    "confidence": "weakest confidence of the rows behind it",
}
ROUNDS = {
    "round": "year in which a round of missions closed",
    "lag": "years before the closing year; 0: the closing year",
    "value": "real growth in percent, as first published by the Bank of Korea",
}
SHARES = {
    "key": "state compared with (ISO 3166 code)",
    "value": "share of identical votes",
    "hollow": "1: second compilation",
}
MARKS = {
    "key": "reason given, coded as in `reason_class`",
    "group": "kind of speaker",
    "name": "speaker",
    "aside": "missions spoken of",
    "sources": "sources of the statements (source_id)",
}
KINDS = {  # kind of speaker -> how the names of such speakers begin in the table
    "dprk": "DPRK",
    "rok": "ROK",
    "host": r".*(?:ministry|presidency|President of|officials?\b|adviser)",
}
SHORT = {  # parts of the names of speakers as written in the table, and as they are drawn
    "^DPRK": "North Korean",
    "^ROK": "South Korean",
    "^sources of the ": "",
    "^magazine article copied by ": "",
    " ministry official$": " ministry",
    "^President of Uganda": "Ugandan presidency",
    "^PCPE$|^Communist Party of.*": "Spanish Communist party (PCPE)",
    "^Ryu Hyun Woo$": "Ryu Hyun Woo, former envoy of the North",
    "^J. Everard$": "J. Everard, former British ambassador",
}
BLOCKS = {
    "dprk": "2023-24: North Korea",
    "rok": "South Korea",
    "host": "Host governments",
    "other": "Press, analysts, others",
}
REASONS = {
    "economy": "economic hardship",
    "sanctions": "sanctions",
    "efficiency": "efficiency",
    "geopolitics": "changed world",
    "low_benefit": "little benefit",
    "priorities": "priorities",
    "unfriendly_host": "unfriendly host",
    "natural_disaster": "natural disaster",
    "none_given": "none given",
}
DAY_NAMES = {
    "Hanoi": "Hanoi summit fails",
    "border": "border closed",
    "Ukraine": "invasion of Ukraine",
    "reopening": "border reopened",
}
FIRST_YEAR, LAST_YEAR = 2017, 2026  # of the charts that count measures and events
SESSION = 0.2  # of a year, added to its middle: a session of the Assembly opens in September

# ------------------------------------------------------------------------------------------ pace


def draw_pace(running: dict, spells: pd.DataFrame, days: pd.Series):
    """Draw running counts of closings and openings, and above them the pace of closing by spell.

    running: by kind, as from `breaks.count_running`. spells: of the closings, as from
    `breaks.estimate_spells`. days: the days between the spells, by name.
    """
    looks = style.read_meanings("measure")
    fig, ax = style.make_canvas(89, 82)
    set_years(ax, FIRST_YEAR, LAST_YEAR, every=2)
    top = max(counts["high"].max() for counts in running.values())
    ax.set_ylim(0, 1.28 * top)
    write_head(ax, "", "Measures so far", rise=20)
    for kind, counts in running.items():
        _draw_stair(ax, counts, looks[kind], spells["end"].max(), kind)
    mark_days(ax, days.rename(DAY_NAMES), heights=2)
    write_note(ax, FIRST_YEAR + 0.1, 1.17 * top, "closings\na year:", color=INK)
    for row in spells.itertuples():
        start, end = to_year(row.start), to_year(row.end)
        middle = (max(start, FIRST_YEAR + 1.5) + end) / 2  # clear of the words at the left
        words = f"{row.rate:.1f}" if row.number else "0"
        write_note(ax, middle, 1.17 * top, words, ha="center", color=INK, fontsize=8)
    return fig


def _draw_stair(ax, counts: pd.DataFrame, look, last, kind: str) -> None:
    """Draw a running count as a stair, and as a band the range that uncertain dates leave."""
    start = pd.DataFrame({"day": [pd.Timestamp(FIRST_YEAR, 1, 1)], "low": [0], "high": [0]})
    counts = pd.concat([start, counts, counts.iloc[[-1]].assign(day=last)])
    x, band = to_year(counts["day"]), {"color": look.colour, "alpha": 0.28, "lw": 0, "zorder": 2}
    ax.fill_between(x, counts["low"], counts["high"], step="post", **band)
    ax.step(x, counts["low"], where="post", color=look.colour, lw=1.1, zorder=3)
    number = counts["high"].iloc[-1]
    ax.plot(x.iloc[-1], number, **look.style(4), zorder=4, clip_on=False)
    write_note(ax, x.iloc[-1], number, f"{number} {kind}", dx=6, color=INK, annotation_clip=False)


# ---------------------------------------------------------------------------------------- coding


def draw_codings(studies: dict, days: pd.Series):
    """Draw running counts of the same list under two codings, one above the other.

    studies: by heading, as from `breaks.study_breaks`.
    """
    looks = style.read_meanings("direction")
    fig, axes = style.make_canvas(89, 118, 2, 1, sharex=True)
    highest = max(found.number(kind) for found in studies.values() for kind in found.running)
    days = days.rename(DAY_NAMES)
    for ax, letter, (words, found) in zip(axes, "ab", studies.items(), strict=True):
        set_years(ax, FIRST_YEAR, LAST_YEAR, every=2)
        ax.set_ylim(0, 1.06 * highest)
        for kind, counts in found.running.items():
            name = {"closes": "closing", "opens": "opening"}[kind]
            _draw_stair(ax, counts, looks[kind], found.frame["date_latest"].max(), name)
        mark_days(ax, days, heights=2)
        write_head(ax, letter, words, rise=20)
    return fig


# ----------------------------------------------------------------------------------------- votes


def gather_series(series: pd.DataFrame, plan: list[tuple]) -> pd.DataFrame:
    """Return series as one table, each value times a factor.

    plan: tuples of panel, series_id, group and key of its look, factor, and whether it is hollow.
    Columns: panel, group, key, year, value, hollow.
    """
    found = []
    for panel, name, group, key, factor, hollow in plan:
        part = series.loc[series["series_id"].eq(name), ["year", "value"]]
        looks = {"panel": panel, "group": group, "key": key, "hollow": hollow}
        found.append(part.assign(value=part["value"] * factor, **looks))
    found = pd.concat(found, ignore_index=True)
    return found[["panel", "group", "key", "year", "value", "hollow"]]


def compare_compilations(values: pd.DataFrame) -> tuple[pd.DataFrame, float]:
    """Return the first compilation as a table year by key, and its greatest gap to the second.

    Columns of `values`: key, year, value, hollow (False: first compilation).
    """
    pair = values.pivot_table(index=["key", "year"], columns="hollow", values="value")
    return pair[False].unstack("key"), float((pair[False] - pair[True]).abs().max())


def draw_alignment(values: pd.DataFrame, invasion):
    """Draw shares of identical votes by session of the Assembly, a mark in its first month.

    Columns of `values`: key, year, value, hollow (second compilation).
    """
    looks = style.read_meanings("partner")
    fig, ax = style.make_canvas(89, 68)
    last = int(values["year"].max())
    set_years(ax, int(values["year"].min()), last + 1)
    write_head(ax, "", "Share of identical votes")
    ax.set_ylim(0.25, 1.02)
    ax.axvline(to_year(invasion), color=INK, lw=0.6, ls=(0, (4, 2)), zorder=1)
    write_note(ax, to_year(invasion), 0.3, "invasion\nof Ukraine", dx=-3, ha="right", color=INK)
    second = values[values["hollow"] & values["key"].eq("RUS") & values["year"].eq(2002)].iloc[0]
    place = (second["year"] + 0.5 + SESSION, second["value"])
    write_note(ax, *place, "thin: second compilation", dx=5, color=INK)
    for (key, hollow), part in reversed(list(values.groupby(["key", "hollow"]))):
        part = part.assign(year=part["year"] + SESSION)
        draw_series(ax, part, looks[key], size=2.6, width=0.5 if hollow else 1.1)
        if not hollow:
            end = part.loc[part["year"].idxmax(), "value"]
            rise = 3 if key == "RUS" else -3
            words = {"dx": 6, "dy": rise, "color": INK, "annotation_clip": False}
            write_note(ax, last + 0.5 + SESSION, end, looks[key].label, **words)
    return fig


# --------------------------------------------------------------------------------------- economy


def gather_rounds(growth: pd.Series, years: list[int], before: int) -> pd.DataFrame:
    """Return growth in closing years and in the years before them, where there is a figure.

    growth: percent by year. Columns: round (the closing year), lag, year, value.
    """
    rows = [
        (year, lag, year - lag, growth[year - lag])
        for year in years
        for lag in range(before, -1, -1)
        if year - lag in growth
    ]
    return pd.DataFrame(rows, columns=["round", "lag", "year", "value"])


def draw_growth(table: pd.DataFrame, closed: dict[int, int]):
    """Draw growth in the closing year of each round (filled) and in the years before (hollow).

    Columns of `table`: round, lag, value. closed: missions closed, by round.
    """
    look = style.read_meanings("status")["closed"].style(6.5)
    plain = {"marker": "o", "markersize": 3.4, "linestyle": "none", "markeredgewidth": 0.8}
    plain |= {"markerfacecolor": "white", "markeredgecolor": MUTED}
    fig, ax = style.make_canvas(89, 66)
    step = 2 * table["lag"].max() + 1
    ax.axhline(0, color=INK, lw=0.6, zorder=1)
    write_head(ax, "", "Growth, % a year")
    for place, (_, part) in enumerate(table.groupby("round")):
        x = place * step - part["lag"]
        ax.plot(x, part["value"], color=SOFT, lw=0.8, zorder=2)
        here = part["lag"].eq(0)
        ax.plot(x[~here], part["value"][~here], zorder=3, **plain)
        ax.plot(x[here], part["value"][here], zorder=4, **look)
        value = part["value"][here].iloc[0]
        words = f"{value:+.1f}".replace("-", "−")
        write_note(ax, place * step, value, words, dx=6, color=INK, fontsize=8)
    draw_key(ax, [("closing year", look), ("three years before", plain)], "above right")
    places = [place * step for place in range(table["round"].nunique())]
    names = [f"{year}\n{closed[year]} closed" for year in sorted(closed)]
    ax.set_xticks(places, names)
    ax.tick_params(axis="x", length=0)
    ax.spines["bottom"].set_visible(False)
    ax.set_xlim(-table["lag"].max() - 0.7, places[-1] + 2.1)
    ax.set_ylim(-9, 5)
    return fig


# ----------------------------------------------------------------------------------------- money


def gather_amounts(series: pd.DataFrame, plan: pd.DataFrame) -> pd.DataFrame:
    """Turn a plan of lines into ranges: the least and the greatest value of some series.

    Columns of `plan`: label, series (list of series_id), first, last (years), factor, and others,
    which are kept. Columns added: low, high, confidence (the weakest), sources.
    """
    order = ["low", "medium", "high"]
    found = []
    for row in plan.itertuples():
        some = series[series["series_id"].isin(row.series)]
        some = some[some["year"].between(row.first, row.last)]
        weakest = min(some["confidence"], key=order.index)
        cited = ";".join(sorted(set(";".join(some["sources"]).split(";"))))
        low, high = some["value"].min() * row.factor, some["value"].max() * row.factor
        found.append([low, high, weakest, cited])
    columns = ["low", "high", "confidence", "sources"]
    return pd.concat([plan, pd.DataFrame(found, columns=columns)], axis=1)


def add_part(table: pd.DataFrame, label: str, part: dict, low: float, high: float):
    """Add to a table of amounts a line `part` that is between two shares of the line `label`."""
    row = table[table["label"].eq(label)].iloc[0]
    line = {**row, **part, "low": row["low"] * low, "high": row["high"] * high}
    return pd.concat([table, pd.DataFrame([line])], ignore_index=True)


def draw_amounts(table: pd.DataFrame):
    """Draw ranges of amounts on a logarithmic scale, what they are written above each line.

    Columns of `table`: label, low, high, quality, aside (unit, period, who says so).
    """
    looks = style.read_meanings("quality")
    fig, ax = style.make_canvas(89, 104)
    set_rows(ax, [""] * len(table), "none")
    ax.set_xscale("log")
    ax.set_xlim(0.3, 60_000)
    ax.set_xlabel("million euro or US dollars, as stated; log scale")
    ax.grid(axis="x", which="major", lw=0.4)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}" if value >= 1 else f"{value:g}")
    for y, row in enumerate(table.itertuples()):
        draw_range(ax, y + 0.2, row.low, row.high, looks[row.quality].style(4.4), tick=0.1)
        words = dict.fromkeys(_word_amount(x) for x in (row.low, row.high))
        write_note(ax, row.high, y + 0.2, "-".join(words), dx=6, halo=True)
        place = {"xycoords": ax.get_yaxis_transform(), "textcoords": "offset points"}
        place |= {"va": "center", "zorder": 5, "fontsize": 6}
        halo = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
        label = ax.annotate(row.label, (0, y - 0.22), (2, 0), color=INK, bbox=halo, **place)
        place["xycoords"] = label
        ax.annotate(row.aside, (1, 0.5), (5, 0), color=NOTE, bbox=halo, **place)
    draw_key(ax, "quality", "above")
    return fig


def _word_amount(amount: float) -> str:
    return f"{amount:,.2f}" if amount < 1 else f"{amount:,.1f}" if amount < 10 else f"{amount:,.0f}"


# --------------------------------------------------------------------------------------- reasons


def gather_speakers(said: pd.DataFrame) -> pd.DataFrame:
    """Gather statements by speaker.

    said: columns who, reason_class and sources (";" between several), mission_id, date. Columns
    returned: block (who speaks, or the year before 2023), group (kind of speaker), name, aside
    (missions spoken of), marked (list of the reasons given), sources.
    """
    group = pd.Series("other", index=said.index)
    for key, pattern in reversed(KINDS.items()):
        group[said["who"].str.match(pattern)] = key
    name = said["who"].str.replace(r", as relayed by.*", "", regex=True)
    name = name.str.replace(r"\s*\(.*\)", "", regex=True)
    for old, new in SHORT.items():
        name = name.str.replace(old, new, regex=True)
    place = said["mission_id"].str.extract(r"^[A-Z]+-(.*)-[a-z]+$")[0]
    place = place.str.replace("-", " ").str.title().fillna("all closures")
    year = said["date"].str[:4]
    frame = said.assign(group=group, name=name.str[0].str.upper() + name.str[1:], place=place)
    frame["block"] = frame["group"].map(BLOCKS).where(year.ge("2023"), year)
    table = frame.groupby(["block", "group", "name"], sort=False).agg(
        aside=("place", lambda x: ", ".join(sorted(set(x)))),
        marked=("reason_class", lambda x: sorted(set(";".join(x).split(";")))),
        sources=("sources", lambda x: ";".join(sorted(set(";".join(x).split(";"))))),
    )
    order = [*sorted(set(frame["block"]) - set(BLOCKS.values())), *BLOCKS.values()]
    place_of = {block: number for number, block in enumerate(order)}
    table = table.reset_index()
    table = table.assign(place=table["block"].map(place_of))
    return table.sort_values(["place", "name"], ignore_index=True).drop(columns="place")


def count_voices(listed: list[str]) -> int:
    """Count the independent voices among speakers, each given by its sources: a lower bound.

    Two speakers whose sources pass on, or are published by, one and the same body count as one
    voice (`sources.name_voices`), and so do all who are linked in this way through others.
    """
    heard = [sources.name_voices(entry) for entry in listed]
    linked = np.array([[bool(one & other) for other in heard] for one in heard])
    return int(connected_components(linked, directed=False)[0]) if heard else 0


def list_marks(table: pd.DataFrame) -> pd.DataFrame:
    """Return one row a speaker and reason, by reason and kind of speaker. Columns: as in MARKS."""
    rows = table.explode("marked").rename(columns={"marked": "key"})
    order = {"key": list(REASONS), "group": [*KINDS, "other"]}
    rows = rows.sort_values(
        ["key", "group", "name"],
        key=lambda column: column.map(order[column.name].index) if column.name in order else column,
    )
    return rows[list(MARKS)].reset_index(drop=True)


def draw_reasons(marks: pd.DataFrame):
    """Draw a mark a speaker, a line a reason: North Korea at the left, all others at the right.

    Columns of `marks`: key (of REASONS), group; in the order of `list_marks`.
    """
    looks = style.read_meanings("speaker")
    shown = list(marks["key"].drop_duplicates())
    fig, ax = style.make_canvas(89, 74)
    set_rows(ax, [REASONS[key] for key in shown], colour=HAIRLINE)
    own = marks["group"].eq("dprk")
    for some, side, size in ((own, -1, 5.5), (~own, 1, 3.8)):
        part = marks[some]
        places = side * (part.groupby("key").cumcount() + 1)
        for group, spots in places.groupby(part["group"]):
            y = marks.loc[spots.index, "key"].map(shown.index)
            ax.plot(spots, y, zorder=3, **looks[group].style(size))
    ax.axvline(0, color=INK, lw=0.6)
    ax.set_xlim(-4.6, 17)
    ax.set_xticks([])
    ax.spines["bottom"].set_visible(False)
    head = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points", "fontsize": 7}
    ax.annotate("North Korea", (0, 1), (-4, 12), ha="right", **head)
    ax.annotate("others", (0, 1), (4, 12), **head)
    others = {key: looks[key] for key in ("rok", "host", "other")}
    draw_key(ax, others, "above right", size=3.8)
    return fig
