"""The charts of notebook 06, and the tables they need: pace, votes, codings, economy, money,
reasons."""

from itertools import product

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import connected_components

from derisking.core import sources
from derisking.draw import style
from derisking.draw.axes import mark_days, set_rows, set_years, shade_span, to_year
from derisking.draw.marks import (
    draw_key,
    draw_range,
    draw_series,
    make_hollow,
    write_column,
    write_head,
    write_note,
)
from derisking.draw.style import COLOURS, INK, NOTE, PALE, SOFT
from derisking.stats.growth import chain_growth

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
WINDOWS = {
    "panel": "quantity shown",
    "group": "group of meanings that says how the series is drawn",
    "key": "vintage or compiler",
    "value": "value in the unit of the panel",
}
SHARES = {
    "key": "state compared with (ISO 3166 code)",
    "value": "share of identical votes",
    "hollow": "1: second compilation",
}
SPEAKERS = {
    "block": "who speaks, or the year",
    "group": "kind of speaker",
    "name": "speaker, as drawn",
    "aside": "missions spoken of",
    "marked": "reasons given, coded",
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
    "economy": "economic\nhardship",
    "sanctions": "sanctions",
    "low_benefit": "little\nbenefit",
    "priorities": "priorities",
    "efficiency": "efficiency",
    "geopolitics": "changed\nworld",
    "unfriendly_host": "unfriendly\nhost",
    "natural_disaster": "natural\ndisaster",
    "none_given": "none\ngiven",
}
PANELS = {  # panel of the economy: letter, subject, unit, lowest value
    "growth": ("a", "Real growth", "% a year", -9),
    "output": ("b", "Output, chained", "1989 = 100", 60),
    "trade": ("c", "Total trade", "billion US dollars", 0),
    "china": ("d", "Trade with China", "billion US dollars", 0),
}
FIRST_YEAR, LAST_YEAR = 2017, 2026  # of the charts that count measures and events

# ------------------------------------------------------------------------------------------ pace


def draw_pace(running: dict, spells: dict, days: pd.Series):
    """Draw running counts of closings and openings, and below them their yearly rates by spell.

    running: by kind, as from `breaks.count_running`. spells: by kind, as from
    `breaks.estimate_spells`. days: the days between the spells, by name.
    """
    looks = style.read_meanings("measure")
    fig, axes = style.make_canvas(183, 140, 3, 1, sharex=True, height_ratios=[1.6, 1, 1])
    last = max(spell["end"].max() for spell in spells.values())
    for ax in axes:
        set_years(ax, FIRST_YEAR, LAST_YEAR, every=1)
    axes[0].set_ylim(0, 38)
    write_head(axes[0], "a", "Measures so far")
    for kind, counts in running.items():
        _draw_stair(axes[0], counts, looks[kind], last, kind)
    mark_days(axes[0], {name.capitalize(): day for name, day in days.items()}, dates=True)
    for ax, letter, (kind, rates) in zip(axes[1:], "bc", spells.items(), strict=True):
        write_head(
            ax, letter, f"{kind.capitalize()} measures a year, by spell", "band: 95 % interval"
        )
        for day in days:
            ax.axvline(to_year(day), color=INK, lw=0.6, ls=(0, (4, 2)), zorder=1)
        _draw_rates(ax, rates, looks[kind])
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


def _draw_rates(ax, rates: pd.DataFrame, look) -> None:
    """Draw a rate as a line as long as its spell, over its interval, with the count above it."""
    for row in rates.itertuples():
        start, end = to_year(row.start), to_year(row.end)
        ax.fill_between([start, end], row.low, row.high, color=look.colour, alpha=0.18, lw=0)
        ax.plot([start, end], [row.rate] * 2, color=look.colour, lw=2, solid_capstyle="butt")
        words = f"{row.number} in {row.years:.1f} years"
        write_note(ax, (start + end) / 2, row.rate, words, dy=5, ha="center", color=INK)
    ax.set_ylim(0, 1.1 * rates["high"].max())


# ---------------------------------------------------------------------------------------- coding


def draw_codings(studies: dict, days: pd.Series):
    """Draw two studies of the same list under two codings side by side; the keys are the headings.

    Above, running counts; below, the share of the counted kind before (hollow) and after (filled).
    """
    looks = style.read_meanings("direction")
    fig, axes = style.make_canvas(183, 112, 2, 2, height_ratios=[1.3, 1], sharex="row")
    fig.get_layout_engine().set(hspace=0.06)
    highest = max(found.number(kind) for found in studies.values() for kind in found.running)
    days = days.rename(str.capitalize)
    for (top, low), letters, (words, found) in zip(
        axes.T, ["ac", "bd"], studies.items(), strict=True
    ):
        set_years(top, FIRST_YEAR, LAST_YEAR, every=1)
        top.set_ylim(0, 1.06 * highest)
        for kind, counts in found.running.items():
            name = {"closes": "closing", "opens": "opening"}[kind]
            _draw_stair(top, counts, looks[kind], found.frame["date_latest"].max(), name)
        mark_days(top, days, heights=2)
        write_head(top, letters[0], words, rise=22)
        look = looks[next(iter(found.running))]
        write_head(low, letters[1], "Share that closes, before and after")
        _draw_sides(low, found.table, look, list(days.index))
    return fig


def _draw_sides(ax, table: pd.DataFrame, look, names: list[str]) -> None:
    """Draw a share before (hollow) and after (filled) a day, each as a range, one line a row."""
    set_rows(ax, names)
    ax.set_xlim(-0.03, 1.03)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100 %"])
    full = look.style(4.5)
    for y, row in enumerate(table.itertuples()):
        ends = [(row.before_low + row.before_high) / 2, (row.after_low + row.after_high) / 2]
        ax.plot(ends, [y, y], color=SOFT, lw=0.9, zorder=1)
        draw_range(ax, y, row.before_low, row.before_high, make_hollow(full))
        draw_range(ax, y, row.after_low, row.after_high, full)


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


def draw_alignment(values: pd.DataFrame, share: pd.DataFrame, invasion):
    """Draw shares of identical votes by year: all years, and the last ten closer.

    Columns of `values`: key, year, value, hollow (second compilation). share: years by key.
    """
    looks, last = style.read_meanings("partner"), int(share.index.max())
    fig, (left, right) = style.make_canvas(183, 72, 1, 2, width_ratios=[1.45, 1])
    set_years(left, int(share.index.min()), last)
    set_years(right, last - 9, last, every=1)
    shown = range(last - 9, last + 1)
    right.set_xticks(
        [year + 0.5 for year in shown], [str(y) if y % 3 == last % 3 else "" for y in shown]
    )
    right.minorticks_off()
    write_head(left, "a", "All years", "share of identical votes")
    write_head(right, "b", f"{last - 9} to {last}, closer", "share of identical votes")
    left.set_ylim(0, 1)
    right.set_ylim(0.6, 0.92)
    for key, part in values[~values["hollow"]].groupby("key"):
        draw_series(left, part, looks[key], size=2.4)
    near = values[values["year"].gt(last - 10) & values["value"].gt(0.6)]
    for (key, _), part in near.groupby(["key", "hollow"]):
        draw_series(right, part, looks[key], size=3.2)
    for key, rise in {"RUS": 4, "CHN": -4, "USA": 0}.items():
        for ax in (left, right) if key != "USA" else (left,):
            y, dy = share.loc[last, key], rise if ax is left else 0
            words = {"dx": 6, "dy": dy, "color": INK, "annotation_clip": False}
            write_note(ax, last + 0.5, y, looks[key].label, **words)
    right.axvline(to_year(invasion), color=INK, lw=0.6, ls=(0, (4, 2)), zorder=1)
    write_note(right, to_year(invasion), 0.63, "invasion\nof Ukraine", dx=3, halo=True)
    second = values[values["hollow"] & values["key"].eq("CHN") & values["year"].eq(2016)].iloc[0]
    write_note(right, 2016.5, second["value"], "second\ncompilation", dx=-5, ha="right", halo=True)
    return fig


# --------------------------------------------------------------------------------------- economy


def gather_economy(series: pd.DataFrame, plan: dict[str, list[tuple]], base: int) -> pd.DataFrame:
    """Return the series of the panels of the economy, with output chained from growth.

    plan: panel -> tuples of series_id, key, factor; the series written out comes last. Vintages of
    the panel "growth" are chained from `base` = 100 into the panel "output", if without a gap.
    """
    entries = [
        (panel, name, "vintage" if panel == "growth" else "compiler", key, factor, False)
        for panel, lines in plan.items()
        for name, key, factor in lines
    ]
    values = gather_series(series, entries)
    chains = []
    for key, rates in values[values["panel"].eq("growth")].groupby("key", sort=False):
        rates = rates.set_index("year")["value"]
        if rates.index.min() == base + 1 and rates.index.to_series().diff().max() == 1:
            index = chain_growth(rates, base).rename_axis("year").rename("value").reset_index()
            chains.append(index.assign(panel="output", group="vintage", key=key, hollow=False))
    return pd.concat([values, *chains], ignore_index=True)


def draw_windows(values: pd.DataFrame, heads: dict[int, str], before: int, after: int):
    """Draw small windows around years: a row a panel of PANELS, a column a year of `heads`.

    Columns of `values`: panel, group and key of the look, year, value, hollow. The last series of
    a panel is written out in the year of the column, or another where it has no value there.
    """
    last = values.groupby("panel")["key"].transform("last").eq(values["key"])
    values = values.assign(size=last.map({True: 2.8, False: 4.2}))
    fig, axes = style.make_canvas(183, 140, len(PANELS), len(heads), sharey="row", sharex="col")
    for (line, panel), (column, year) in product(enumerate(PANELS), enumerate(heads)):
        ax = axes[line, column]
        near = values[values["panel"].eq(panel)]
        near = near[near["year"].between(year - before, year + after)]
        shown = range(year - before, year + after + 1)
        set_years(ax, shown[0], shown[-1], every=1)
        shade_span(ax, year, year + 1, COLOURS["pale_vermilion"])
        for (group, key), part in near.groupby(["group", "key"], sort=False):
            look = style.read_meanings(group)[key]
            draw_series(ax, part, look, size=part["size"].iloc[0], width=0.8)
        _write_value(ax, near, year)
        names = [str(y) if y in (shown[0], year, shown[-1]) else "" for y in shown]
        ax.set_xticks([y + 0.5 for y in shown], names)
        ax.minorticks_off()
        ax.tick_params(labelbottom=line == len(PANELS) - 1)
    _name_windows(axes, heads, values)
    for ax in axes[0]:
        ax.axhline(0, color=PALE, lw=0.6, zorder=0)
    return fig


def _write_value(ax, near: pd.DataFrame, year: int) -> None:
    """Write the value of the year of the window beside its mark, clear of the line."""
    here = near[near["year"].eq(year)]
    if here.empty:
        middle = ("data", "axes fraction")
        look = {"fontsize": 6, "color": NOTE, "ha": "center", "va": "center"}
        ax.annotate("no figure", (year + 0.5, 0.5), xycoords=middle, **look)
        return
    row = here.iloc[-1]
    later = near[near["key"].eq(row["key"]) & near["year"].eq(year + 1)]["value"]
    rises = bool((later > row["value"]).any())
    below = rises or row["value"] < here["value"].max()
    words = f"{row['value']:.0f}" if row["value"] > 20 else f"{row['value']:.1f}".replace("-", "−")
    place = {"dx": 2 * below * (1 if rises else -1), "dy": -4 if below else 5}
    place |= {"va": "top" if below else "bottom"}
    place |= {"ha": ("left" if rises else "right") if below else "center"}
    write_note(ax, year + 0.5, row["value"], words, color=INK, **place)


def _name_windows(axes, heads: dict[int, str], values: pd.DataFrame) -> None:
    """Name columns and rows of the windows; the key of a row's new series stands above it."""
    for ax, words in zip(axes[0], heads.values(), strict=True):
        look = {"fontsize": 7, "fontweight": "bold", "ha": "center", "va": "bottom"}
        ax.annotate(words, (0.7, 1), (0, 14), "axes fraction", textcoords="offset points", **look)
    known = set()
    for line, (panel, (letter, words, unit, lowest)) in zip(axes, PANELS.items(), strict=True):
        write_head(line[0], letter, words)
        line[0].set_ylabel(unit)
        line[0].set_ylim(lowest, line[0].get_ylim()[1] * 1.15)
        rows = values[values["panel"].eq(panel)]
        looks = set(zip(rows["group"], rows["key"], strict=True))
        for group in sorted({group for group, _ in looks - known}):
            only = [key for other, key in looks if other == group]
            key = draw_key(line[-1], group, "above right", only=only, bbox_to_anchor=(1.02, 1))
            key.set_in_layout(False)
        known |= looks


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
    """Draw ranges of amounts on a logarithmic scale, a line a row, with a note at the right.

    Columns of `table`: label, low, high, quality, aside (unit, period, who says so).
    """
    looks = style.read_meanings("quality")
    fig, ax = style.make_canvas(183, 78)
    set_rows(ax, table["label"], size=6.5)
    ax.set_xscale("log")
    ax.set_xlim(0.3, 200_000)
    ax.set_xlabel("million euro or US dollars, as stated; logarithmic scale")
    ax.grid(axis="x", which="major", lw=0.4)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}" if value >= 1 else f"{value:g}")
    for y, row in enumerate(table.itertuples()):
        draw_range(ax, y, row.low, row.high, looks[row.quality].style(4.4), tick=0.16)
        words = dict.fromkeys(_word_amount(x) for x in (row.low, row.high))
        write_note(ax, row.high, y, "-".join(words), dx=6, halo=True)
    write_column(ax, 1.01, range(len(table)), table["aside"], color=NOTE)
    draw_key(ax, "quality", "above")
    return fig


def _word_amount(amount: float) -> str:
    return f"{amount:,.2f}" if amount < 1 else f"{amount:,.1f}" if amount < 10 else f"{amount:,.0f}"


# --------------------------------------------------------------------------------------- reasons


def gather_speakers(said: pd.DataFrame) -> pd.DataFrame:
    """Gather statements by speaker. Columns returned: those of SPEAKERS; marked is a list.

    said: columns who, reason_class and sources (";" between several), mission_id, date.
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


def count_reasons(table: pd.DataFrame) -> dict[str, list[int]]:
    """Count for each of REASONS the speakers who give it, and the least number of voices."""
    parts = [table[[key in marked for marked in table["marked"]]] for key in REASONS]
    return {
        "speakers, 2023-24": [len(part) for part in parts],
        "independent voices, at least": [count_voices(list(part["sources"])) for part in parts],
    }


def count_voices(listed: list[str]) -> int:
    """Count the independent voices among speakers, each given by its sources: a lower bound.

    Two speakers whose sources pass on, or are published by, one and the same body count as one
    voice (`sources.name_voices`), and so do all who are linked in this way through others.
    """
    heard = [sources.name_voices(entry) for entry in listed]
    linked = np.array([[bool(one & other) for other in heard] for one in heard])
    return int(connected_components(linked, directed=False)[0]) if heard else 0


def draw_reasons(table: pd.DataFrame, sums: dict[str, list]):
    """Draw who gave which reason as dots, grouped by block, with lines of numbers below."""
    looks, width = style.read_meanings("speaker"), len(REASONS) - 0.5
    fig, ax = style.make_canvas(183, 160)
    y = -1.1
    for block, part in table.groupby("block", sort=False):
        y += 1.1
        _write_left(ax, y, block, fontsize=7, fontweight="bold")
        for row in part.itertuples():
            y += 1
            ax.plot([-0.5, width], [y, y], color=PALE, lw=0.4, zorder=0)
            _write_left(ax, y, row.name)
            write_column(ax, 1.01, [y], [row.aside], color=NOTE)
            spots = [list(REASONS).index(key) for key in row.marked]
            ax.plot(spots, [y] * len(spots), zorder=3, **looks[row.group].style(4.2))
        y += 0.4
    for line, (words, values) in enumerate(sums.items()):
        _write_left(ax, y + 0.9 + line, words)
        for x, value in enumerate(values):
            write_note(ax, x, y + 0.9 + line, str(value), ha="center", color=INK)
    ax.set_xlim(-0.5, width)
    ax.set_ylim(y + 0.4 + len(sums), -0.8)
    ax.set_xticks(range(len(REASONS)), REASONS.values())
    ax.tick_params(axis="x", length=0, top=False, labeltop=True, labelbottom=False, labelsize=6)
    ax.set_yticks([])
    for edge in ax.spines.values():
        edge.set_visible(False)
    return fig


def _write_left(ax, y: float, words: str, **look) -> None:
    """Write words at the left of `ax`, at the height of a row."""
    look = {"fontsize": 6, "ha": "right", "va": "center"} | look
    place = ("axes fraction", "data")
    ax.annotate(words, (0, y), (-4, 0), place, textcoords="offset points", **look)
