"""The charts of notebook 06, and the tables they need: pace, votes, codings, money, reasons."""

import re

import numpy as np
import pandas as pd
from matplotlib.transforms import offset_copy
from scipy.sparse.csgraph import connected_components

from derisking.core import sources
from derisking.draw import style
from derisking.draw.axes import set_rows, set_years, to_year
from derisking.draw.marks import HALO, draw_key, draw_series, write_head, write_note
from derisking.draw.style import HAIRLINE, INK, MUTED, NOTE, SOFT, WASH

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
SHARES = {
    "key": "state compared with (ISO 3166 code)",
    "value": "identical votes, percent of the votes in which both states took part",
    "hollow": "1: second compilation",
}
MARKS = {
    "key": "reason given, coded as in `reason_class`",
    "group": "kind of speaker",
    "name": "who speaks",
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
DAY_NAMES = {  # in two lines: each must fit between its day and the next
    "Hanoi": "Hanoi\nsummit fails",
    "border": "border\nclosed",
    "Ukraine": "Ukraine\ninvaded",
    "reopening": "border\nreopened",
}
FLAGS = 19  # points: the height of two lines of a name
LEFT = {  # of words at the left edge of a row of amounts
    "textcoords": "offset points",
    "va": "baseline",
    "zorder": 5,
    "annotation_clip": False,
    "bbox": HALO,
}
GROUNDS = {"closing": "pale_vermilion", "opening": "pale_blue"}
UNCERTAIN = "pale: the day\nis not certain"
FIRST_YEAR, LAST_YEAR = 2017, 2026  # of the charts that count measures and events
SESSION = 0.2  # of a year, added to its middle: a session of the Assembly opens in September

# ------------------------------------------------------------------------------------------ pace


def draw_pace(running: dict, spells: dict, days: pd.Series, breaks: dict[str, int]):
    """Draw running counts of closings and openings, and above them the pace of both by spell.

    running: by kind, as from `breaks.count_running`. spells: by kind, as from
    `breaks.estimate_spells`. days: the days between the spells, by name. breaks: by kind, the
    number of the spell (from 0) with which its pace changes most; it is set in bold.
    """
    looks = style.read_meanings("measure")
    fig, ax = style.make_canvas(89, 88)
    set_years(ax, FIRST_YEAR, LAST_YEAR, every=2)
    ax.set_ylim(0, 1.03 * max(counts["high"].max() for counts in running.values()))
    write_head(ax, "", "Measures that close or open, selected list, running count", rise=57)
    above = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
    above |= {"va": "baseline", "color": INK, "annotation_clip": False}
    for rise, (kind, counts) in zip((19, 6), running.items(), strict=True):
        last = spells[kind]["end"].max()
        _draw_stair(ax, counts, looks[kind], last, kind)
        ax.annotate(kind, (FIRST_YEAR, 1), (-3, rise), ha="right", fontsize=6, **above)
        spot = offset_copy(ax.transAxes, fig, -33, rise + 2.2, units="points")
        ax.plot(0, 1, transform=spot, clip_on=False, **looks[kind].style(3.6))
        for number, row in enumerate(spells[kind].itertuples()):
            middle = (max(to_year(row.start), FIRST_YEAR) + to_year(row.end)) / 2
            words = f"{row.rate:.1f}" if row.number else "0"
            look = {"ha": "center", "fontsize": 8, **above}
            if number == breaks[kind]:
                ground = {"facecolor": style.COLOURS[GROUNDS[kind]], "edgecolor": "none"}
                look |= {"fontweight": "bold", "bbox": ground | {"pad": 1.6}}
            ax.annotate(words, (middle, 1), (0, rise), **look)
    ax.annotate("a year", (FIRST_YEAR, 1), (-3, 32), ha="right", fontsize=6, **above)
    write_note(ax, LAST_YEAR + 0.9, 2.4, UNCERTAIN, ha="right")
    _flag_days(ax, days, rise=32)
    return fig


def _flag_days(ax, days: pd.Series, rise: float = 0, flags: bool = True) -> None:
    """Draw days as upright lines and write each name beside the upper end of its own line.

    The names stand `rise` points above the axes, the first left of its line, the others right.
    """
    for number, (name, day) in enumerate(days.items()):
        x, end = to_year(day), rise + FLAGS if flags else 0
        ax.axvline(x, color=INK, lw=0.6, ls=(0, (4, 2)), zorder=1)
        if not flags:
            continue
        spots = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
        line = {"arrowstyle": "-", "color": INK, "lw": 0.6, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", (x, 1), (0, end), arrowprops=line, **spots)
        side = {"ha": "left" if number else "right", "va": "top", "fontsize": 6}
        ax.annotate(DAY_NAMES[name], (x, 1), (2 if number else -2, rise + FLAGS), **side, **spots)


def _draw_stair(ax, counts: pd.DataFrame, look, last, kind: str, **text) -> None:
    """Draw a running count as a stair, and as a band the range that uncertain dates leave.

    The stair begins with its first measure: before it nothing is drawn.
    """
    start = counts.iloc[[0]].assign(low=0, high=0)
    counts = pd.concat([start, counts, counts.iloc[[-1]].assign(day=last)])
    x, band = to_year(counts["day"]), {"color": look.colour, "alpha": 0.28, "lw": 0, "zorder": 2}
    ax.fill_between(x, counts["low"], counts["high"], step="post", **band)
    ax.step(x, counts["low"], where="post", color=look.colour, lw=1.1, zorder=3)
    number = counts["high"].iloc[-1]
    ax.plot(x.iloc[-1], number, **look.style(4), zorder=4, clip_on=False)
    text = {"color": INK, "annotation_clip": False} | text
    write_note(ax, x.iloc[-1], number, f"{number} {kind}", dx=6, **text)


# ---------------------------------------------------------------------------------------- coding


def draw_codings(studies: dict, days: pd.Series):
    """Draw running counts of the same list under two codings, one above the other.

    studies: by heading, as from `breaks.study_breaks`.
    """
    looks = style.read_meanings("direction")
    fig, axes = style.make_canvas(89, 114, 2, 1, sharex=True)
    highest = max(found.number(kind) for found in studies.values() for kind in found.running)
    for ax, letter, (words, found) in zip(axes, "ab", studies.items(), strict=True):
        set_years(ax, FIRST_YEAR, LAST_YEAR, every=2)
        ax.set_ylim(0, 1.06 * highest)
        for kind, counts in found.running.items():
            name = {"closes": "closing", "opens": "opening"}[kind]
            last = found.frame["date_latest"].max()
            _draw_stair(ax, counts, looks[kind], last, name, fontsize=8, fontweight="bold")
        write_note(ax, FIRST_YEAR + 0.15, highest, "events")
        if letter == "a":
            write_note(ax, LAST_YEAR + 0.9, 7, UNCERTAIN, ha="right")
        _flag_days(ax, days, flags=letter == "a")
        write_head(ax, letter, words, rise=25 if letter == "a" else 5)
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


def draw_alignment(values: pd.DataFrame, invasion, before: int):
    """Draw percent of identical votes by session of the Assembly, a mark in its first month.

    Columns of `values`: key, year, value, hollow (second compilation: a faint line without marks).
    before: the last session before the invasion; from it on the lines are thick, with numbers.
    """
    looks = style.read_meanings("partner")
    fig, ax = style.make_canvas(89, 74)
    last = int(values["year"].max())
    set_years(ax, int(values["year"].min()), last + 1)
    write_head(ax, "", "Identical votes in the General Assembly, %")
    ax.set_ylim(50, 101)
    ax.axvline(to_year(invasion), color=INK, lw=0.6, ls=(0, (4, 2)), zorder=1)
    write_note(ax, to_year(invasion), 52.5, "invasion\nof Ukraine", dx=-3, ha="right", color=INK)
    lowest = values[values["hollow"] & values["key"].eq("RUS")]
    lowest = lowest.loc[lowest["value"].idxmin()]
    place = (lowest["year"] + 0.5 + SESSION, lowest["value"])
    write_note(ax, *place, "faint: second compilation", dx=4, dy=-2)
    for (key, hollow), part in reversed(list(values.groupby(["key", "hollow"]))):
        at = part.set_index(part["year"] + 0.5 + SESSION)["value"].sort_index()
        if hollow:
            ax.plot(at.index, at, color=looks[key].colour, lw=0.6, alpha=0.5, zorder=2)
            continue
        draw_series(ax, part.assign(year=part["year"] + SESSION), looks[key], size=2.2, width=0.9)
        since = at[at.index > before]
        ax.plot(since.index, since, color=looks[key].colour, lw=2.6, zorder=4)
        ax.plot(since.index, since, **looks[key].style(4.5), zorder=5)
        bold = {"color": INK, "fontsize": 8, "fontweight": "bold", "annotation_clip": False}
        rise = 9 if key == "CHN" else -9
        first = f"{since.iloc[0]:.0f}"
        write_note(ax, since.index[0], since.iloc[0], first, -1, rise * 1.2, ha="right", **bold)
        words = f"{looks[key].label} {since.iloc[-1]:.0f}"
        write_note(ax, since.index[-1], since.iloc[-1], words, 6, -rise / 3, **bold)
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


def read_percents(note: str) -> tuple[int, int]:
    """Return the two numbers of "4 to 20 percent" in a note."""
    low, high = re.search(r"(\d+) to (\d+) percent", note).groups()
    return int(low), int(high)


def draw_amounts(table: pd.DataFrame, compared: tuple[str, str], times: str):
    """Draw ranges of amounts on a logarithmic scale, what they are written above each line.

    Columns of `table`: label, low, high (both empty: not known), quality, aside (unit, period).
    compared: the labels of a small and a large amount, which stand out; times: what is written on
    the arrow from the one to the other.
    """
    looks = style.read_meanings("quality")
    rows = table.assign(y=range(len(table)))
    fig, ax = style.make_canvas(89, 80)
    set_rows(ax, [""] * len(rows), "none")
    ax.set_xscale("log")
    ax.set_xlim(0.3, 30_000)
    ax.set_xlabel("million euro or US dollars in one year, log scale", fontsize=7)
    ax.grid(axis="x", which="major", lw=0.4)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}" if value >= 1 else f"{value:g}")
    for row in rows.itertuples():
        _draw_income(ax, row, row.label in compared, looks)
    _draw_times(ax, *(rows[rows["label"].eq(name)].iloc[0] for name in compared), times)
    draw_key(ax, "quality", "above")
    return fig


def _draw_income(ax, row, strong: bool, looks: dict) -> None:
    """Draw one amount of `draw_amounts` and write over it what it is; a dotted line if unknown."""
    if strong:
        ax.axhspan(row.y - 0.48, row.y + 0.48, color=HAIRLINE, lw=0, zorder=-5)
    label = {"fontsize": 6, "color": INK, "fontweight": "bold" if strong else "normal"}
    at = {"xy": (0, row.y - 0.1), "xycoords": ax.get_yaxis_transform(), "xytext": (2, 0)}
    label = ax.annotate(row.label, **at, **LEFT, **label)
    at = {"xy": (1, row.y - 0.1), "xycoords": (label, ax.transData), "xytext": (4, 0)}
    ax.annotate(row.aside, color=NOTE, fontsize=6, **at, **LEFT)
    if pd.isna(row.low):
        ax.axhline(row.y + 0.22, color=SOFT, lw=0.9, ls=(0, (1, 2)), zorder=1)
        return
    look = looks[row.quality].style(6 if strong else 3.4)
    _draw_amount(ax, row.y + 0.22, row.low, row.high, look, 3 if strong else 0.9)
    words = "-".join(dict.fromkeys(_word_amount(x) for x in (row.low, row.high)))
    size = {"fontsize": 8, "fontweight": "bold"} if strong else {}
    write_note(ax, row.high, row.y + 0.22, words, dx=7 if strong else 5, halo=True, **size)


def _draw_times(ax, small: pd.Series, large: pd.Series, words: str) -> None:
    """Draw an arrow from the small amount to the large one, in the row of the large one."""
    y, start = large["y"] + 0.22, small["high"]
    ax.plot([start, start], [small["y"] + 0.4, y], color=INK, lw=0.7, zorder=2)
    arrow = {"arrowstyle": "-|>", "color": INK, "lw": 0.9, "shrinkA": 0, "shrinkB": 4}
    ax.annotate("", (large["low"], y), (start, y), arrowprops=arrow, zorder=2)
    write_note(ax, start, y, words, 4, 9, color=INK, fontsize=8, fontweight="bold")


def _draw_amount(ax, y: float, low: float, high: float, look: dict, width: float) -> None:
    """Draw a range as a line of some width with a mark at both ends, one value as one mark."""
    ax.plot([low, high], [y, y], color=look["markeredgecolor"], lw=width, zorder=3)
    ax.plot([low, high] if high > low else [low], [y, y] if high > low else [y], zorder=4, **look)


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


def count_independent_voices(listed: list[str]) -> int:
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


def draw_reasons(marks: pd.DataFrame, heard: dict[str, int], first: str = "economy"):
    """Draw a mark a speaker, a line a reason: North Korea at the left, all others at the right.

    Columns of `marks`: key (of REASONS), group; in the order of `list_marks`. heard: speakers in
    all at the "left" and the "right". The reason `first` stands out; others stand back.
    """
    looks = style.read_meanings("speaker")
    shown = list(marks["key"].drop_duplicates())
    fig, ax = style.make_canvas(89, 76)
    fig.get_layout_engine().set(rect=(0, 0.07, 1, 0.93))  # room for the key
    set_rows(ax, [REASONS[key] for key in shown], colour=HAIRLINE)
    line = shown.index(first)
    ax.get_yticklabels()[line].set_fontweight("bold")
    ax.axhspan(line - 0.42, line + 0.42, color=WASH, lw=0, zorder=-5)
    own = marks["group"].eq("dprk")
    rows = marks.assign(y=marks["key"].map(shown.index))
    _draw_side(ax, rows[own], -1, heard["left"], line)
    _draw_side(ax, rows[~own], 1, heard["right"], line)
    ax.axvline(0, color=INK, lw=0.6)
    ax.set_xlim(-8.8, 25.4)
    ax.set_xticks([])
    ax.spines["bottom"].set_visible(False)
    head = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points", "fontsize": 7}
    ax.annotate(f"North Korea, {heard['left']} speakers", (0, 1), (-4, 5), ha="right", **head)
    ax.annotate(f"others, {heard['right']} speakers", (0, 1), (4, 5), **head)
    keys = ("rok", "host", "other")  # the squares of the North have their side
    entries = [(looks[key].label, _paint(looks[key].style(3.8), MUTED)) for key in keys]
    draw_key(fig, entries, "below")
    return fig


def _draw_side(ax, marks: pd.DataFrame, side: int, total: int, line: int) -> None:
    """Draw one side of `draw_reasons` (-1: left, 1: right) with the number of marks a row.

    Columns of `marks`: y, key, group. total: speakers; it stands in the row `line`, which is dark.
    """
    looks = style.read_meanings("speaker")
    spots = side * (marks.groupby("key").cumcount() + 1)
    for (group, first), some in marks.groupby(["group", marks["y"].eq(line)]):
        look = _paint(looks[group].style(3.5), INK if first else MUTED)
        ax.plot(spots[some.index], some["y"], zorder=3, **look)
    for row, number in marks["y"].value_counts().items():
        look = {"fontsize": 8, "fontweight": "bold", "color": INK} if row == line else {}
        words = f"{number} of {total}" if row == line else f"{number}"
        look |= {"ha": "right" if side < 0 else "left"}
        write_note(ax, side * (number + 0.6), row, words, 2 * side, **look)


def _paint(look: dict, colour: str) -> dict:
    """Return the look of a mark, as from `Meaning.style`, in one colour."""
    return look | {"color": colour, "markerfacecolor": colour, "markeredgecolor": colour}
