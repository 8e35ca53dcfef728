"""The charts of notebook 06, and the tables they need: pace, votes, codings, money, reasons."""

import re

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import connected_components

from derisking.core import sources
from derisking.draw import style
from derisking.draw.axes import set_rows, set_years, to_year
from derisking.draw.marks import draw_series, write_head, write_note
from derisking.draw.style import INK, MUTED, NOTE

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
BEFORE = {"closing": "before", "opening": "while closed"}  # the spell before the turn of each
UNCERTAIN = "pale: the day\nis not certain"
FIRST_YEAR, LAST_YEAR = 2017, 2026  # of the charts that count measures and events
SESSION = 0.2  # of a year, added to its middle: a session of the Assembly opens in September

# ------------------------------------------------------------------------------------------ pace


def draw_pace(running: dict, paces: dict, days: pd.Series):
    """Draw running counts of closings and openings, and the pace of each around its turn.

    running: by kind, as from `breaks.count_running`. paces: by kind, as from
    `breaks.estimate_spells`, one spell before the turn and one after. days: all days to compare, by
    name; those that are no turn stand back.
    """
    looks = style.read_meanings("measure")
    fig, ax = style.make_canvas(89, 84)
    set_years(ax, FIRST_YEAR, LAST_YEAR, every=2)
    ax.set_ylim(0, 1.03 * max(counts["high"].max() for counts in running.values()))
    write_head(ax, "", "Measures that close or open, selected list, running count", rise=25)
    turns = {kind: spells["start"].iloc[1] for kind, spells in paces.items()}
    for (kind, counts), y in zip(running.items(), (25, 5.5), strict=True):
        before, after = paces[kind].itertuples()
        _draw_stair(ax, counts, looks[kind], after.end, kind, turns[kind])
        place, beside = (to_year(turns[kind]), y), {"dx": 4, "halo": True}
        bold = {"fontsize": 8, "fontweight": "bold"}
        write_note(ax, *place, f"{after.rate:.1f}\n{kind}s\na year", **beside, **bold)
        write_note(ax, *place, f"{BEFORE[kind]}: {before.rate:.1f}", **beside, dy=-19, color=NOTE)
    write_note(ax, FIRST_YEAR + 0.2, 33.5, UNCERTAIN)
    _flag_days(ax, days, turns=list(turns.values()))
    return fig


def _flag_days(ax, days: pd.Series, flags: bool = True, turns: list | None = None) -> None:
    """Draw days as upright lines and write each name beside the upper end of its own line.

    The first name stands left of its line, the others right. turns: of the days, those that stand
    out, if some do.
    """
    for number, (name, day) in enumerate(days.items()):
        x = to_year(day)
        turn = turns is not None and day in turns
        line = {"color": INK, "lw": 1.2} if turn else {"color": INK, "lw": 0.6, "ls": (0, (4, 2))}
        if turns and not turn:
            line["color"] = MUTED
        ax.axvline(x, zorder=1, **line)
        if not flags:
            continue
        spots = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
        arrow = {"arrowstyle": "-", "shrinkA": 0, "shrinkB": 0} | line | {"ls": "-"}
        ax.annotate("", (x, 1), (0, FLAGS), arrowprops=arrow, **spots)
        side = {"ha": "left" if number else "right", "va": "top", "fontsize": 6}
        side |= {"fontweight": "bold"} if turn else {"color": NOTE} if turns else {}
        ax.annotate(DAY_NAMES[name], (x, 1), (2 if number else -2, FLAGS), **side, **spots)


def _draw_stair(ax, counts: pd.DataFrame, look, last, kind: str, turn=None, **text) -> None:
    """Draw a running count as a stair, and as a band the range that uncertain dates leave.

    The stair begins with its first measure: before it nothing is drawn. turn: day from which on it
    is thick.
    """
    start = counts.iloc[[0]].assign(low=0, high=0)
    counts = pd.concat([start, counts, counts.iloc[[-1]].assign(day=last)])
    x, band = to_year(counts["day"]), {"color": look.colour, "alpha": 0.28, "lw": 0, "zorder": 2}
    ax.fill_between(x, counts["low"], counts["high"], step="post", **band)
    ax.step(x, counts["low"], where="post", color=look.colour, lw=1.1, zorder=3)
    if turn is not None:
        since = counts["day"].ge(turn)
        since |= since.shift(-1, fill_value=False)  # from the height that the turn finds
        thick = {"color": look.colour, "lw": 2.2, "solid_capstyle": "butt", "zorder": 3}
        ax.step(x[since].clip(to_year(turn)), counts["low"][since], where="post", **thick)
    number = counts["high"].iloc[-1]
    ax.plot(x.iloc[-1], number, **look.style(4), zorder=4, clip_on=False)
    text = {"color": INK, "annotation_clip": False} | text
    write_note(ax, x.iloc[-1], number, f"{number} {kind}", dx=6, **text)


# ---------------------------------------------------------------------------------------- coding


def draw_codings(studies: dict, days: pd.Series):
    """Draw running counts of the same list under two codings, one above the other.

    studies: by heading, as from `breaks.study_breaks`; the last word of a heading is set in bold.
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
        ax.tick_params(labelbottom=True)
        if letter == "a":
            write_note(ax, LAST_YEAR + 0.9, 7, UNCERTAIN, ha="right")
        _flag_days(ax, days, flags=letter == "a")
        head, coded = words.rsplit(" ", 1)
        rise = 25 if letter == "a" else 5
        write_head(ax, letter, head, rise=rise)
        place = {"xycoords": (ax.texts[-1], "axes fraction"), "textcoords": "offset points"}
        ax.annotate(coded, (1, 1), (2.5, rise), fontsize=7, fontweight="bold", **place)
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
    write_head(ax, "", "Votes identical with North Korea's in the General Assembly, %")
    ax.set_ylim(50, 101)
    ax.axvline(to_year(invasion), color=INK, lw=0.6, ls=(0, (4, 2)), zorder=1)
    write_note(ax, to_year(invasion), 52.5, "invasion\nof Ukraine", dx=-3, ha="right", color=INK)
    lowest = values[values["hollow"] & values["key"].eq("RUS")]
    lowest = lowest.loc[lowest["value"].idxmin()]
    place = (lowest["year"] + 0.5 + SESSION, lowest["value"])
    write_note(ax, *place, "faint: a second data set", dx=4, dy=-2)
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

    Columns of `plan`: series (list of series_id), first, last (years), factor, and others, which
    are kept. Columns added: low, high, amount (both as words).
    """
    found = []
    for row in plan.itertuples():
        some = series[series["series_id"].isin(row.series)]
        values = some.loc[some["year"].between(row.first, row.last), "value"] * row.factor
        words = dict.fromkeys(_word_amount(value) for value in (values.min(), values.max()))
        found.append([values.min(), values.max(), "-".join(words)])
    return plan.join(pd.DataFrame(found, columns=["low", "high", "amount"]))


def _word_amount(amount: float) -> str:
    return f"{amount:,.2f}" if amount < 1 else f"{amount:,.0f}"


def read_percents(note: str) -> tuple[int, int]:
    """Return the two numbers of "4 to 20 percent" in a note."""
    low, high = re.search(r"(\d+) to (\d+) percent", note).groups()
    return int(low), int(high)


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
    """Draw a square a speaker, a line a reason: North Korea at the left, all others at the right.

    Columns of `marks`: key (of REASONS), group; in the order of `list_marks`. heard: speakers in
    all at the "left" and the "right". The reason `first` stands out, and the first of each side.
    """
    shown = list(marks["key"].drop_duplicates())
    fig, ax = style.make_canvas(89, 70)
    set_rows(ax, [REASONS[key] for key in shown], "none")
    ax.axvline(0, color=INK, lw=0.6)
    ax.set_xlim(-10, 22)
    ax.set_xticks([])
    ax.spines["bottom"].set_visible(False)
    own = marks["group"].eq("dprk")
    head = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points", "fontsize": 7}
    heads = {  # place: two lines, each written by itself so that all stand on one height
        (-10, -3, "right"): ("reason given,", "several possible"),
        (0, -5, "right"): ("North Korea,", f"{heard['left']} speakers"),
        (0, 5, "left"): ("others,", f"{heard['right']} speakers"),
    }
    for (x, dx, side), lines in heads.items():
        for line, rise in zip(lines, (14, 5), strict=True):
            ax.annotate(line, (x, 1), (dx, rise), ha=side, **head)
    for side, total, some in ((-1, heard["left"], marks[own]), (1, heard["right"], marks[~own])):
        named = some["key"].value_counts()
        for key, number in named.items():
            strong, y = key == first or number == named.max(), shown.index(key)
            look = {"marker": "s", "ms": 4, "ls": "none", "color": INK if strong else MUTED}
            ax.plot(side * (np.arange(number) + 0.8), [y] * number, **look)
            if strong:
                ax.get_yticklabels()[y].set_fontweight("bold")
            words = f"{number} of {total}" if strong else f"{number}"
            text = {"fontsize": 8, "fontweight": "bold", "color": INK} if strong else {}
            text |= {"ha": "right" if side < 0 else "left", "va": "center_baseline"}
            write_note(ax, side * (number + 0.5), y, words, 2 * side, 0.8, **text)
    return fig
