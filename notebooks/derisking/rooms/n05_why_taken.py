"""The four charts of notebook 05: missions and measures by year, collapse, openings, two turns."""

import pandas as pd

from derisking.draw import style
from derisking.draw.axes import mark_days, set_rows, set_years, shade_span, to_year
from derisking.draw.marks import (
    Panel,
    draw_dumbbells,
    draw_key,
    draw_opposed,
    find_middle,
    find_runs,
    lay_groups,
    make_hollow,
    make_panels,
    stack_rows,
    write_head,
    write_note,
)
from derisking.draw.style import INK, MUTED, SOFT

YEARS = (1984, 2026)
COLLAPSE_YEARS = (1984, 2010)
OPENING, CLOSING = (style.read_meanings("measure")[key] for key in ("opening", "closing"))
RISK_TAKEN, BLOC_LOST, SHUT = (
    style.read_meanings("phase")[key].colour
    for key in ("risk_taken", "socialist_bloc_lost", "pandemic")
)
NINETIES = (1990, 2000)
BAND = style.HAIRLINE
FINDING = {"fontsize": 8, "fontweight": "bold", "color": INK}
# Points from a count to its number, where above would hit another mark; None: no number
OFFSETS = {"C004": (8, 0), "C010": (-4, 7), "C011": (3, 7), "C025": None, "C229": (8, 0)}

MAIN = {  # the one line of each panel; what else there is stands back
    "a": "trade_russia_total_wikipedia_usd_m",
    "b": "gdp_growth_bok_first",
    "c": "cereals_production_fao_mt",
    "d": "oda_received_usd_m_constant",
}
COLLAPSE = {
    "a": Panel(
        "Trade with Moscow",
        "billion dollars",
        (0, 3.1),
        {
            "trade_russia_total_jetro_usd_m": "jetro",
            "trade_russia_total_rok_mfa_usd_m": "rok",
            "trade_russia_total_kotra_usd_m": "kotra",
            "trade_russia_total_compilation_usd_m": "compilation",
            "trade_russia_total_wikipedia_usd_m": "compilation",
        },
        0.001,
    ),
    "b": Panel("Output", "1989 = 100", (0, 118), {}),
    "c": Panel("Cereal harvest", "million tonnes", (0, 10.8), {"cereals_production_fao_mt": "fao"}),
    "d": Panel(
        "OECD aid", "million constant dollars", (0, 470), {"oda_received_usd_m_constant": "dac"}
    ),
}


def draw_collapse(shown: pd.DataFrame, bloc_lost: tuple, first_aid, turns: dict):
    """Draw one line a panel of COLLAPSE, under each other, with a ring at the year of its turn.

    shown: panel, series_id, year, value. bloc_lost: two days. first_aid: a day, drawn through all
    panels. turns: letter -> year. Series that are not in MAIN: grey, those of b as a line.
    """
    heads = {letter: (panel.subject, panel.unit) for letter, panel in COLLAPSE.items()}
    fig, axes = make_panels(heads, 126, (4, 1), 89, sharex=True)
    look = {"marker": "o", "ms": 2.8, "color": INK, "zorder": 3, "clip_on": False}
    for letter, ax in axes.items():
        set_years(ax, *COLLAPSE_YEARS, every=5)
        ax.set_ylim(*COLLAPSE[letter].limits)
        shade_span(ax, *bloc_lost, BLOC_LOST)
        mark_days(ax, {"": first_aid})
        part = shown[shown["panel"].eq(letter)].sort_values("year")
        main = part["series_id"].eq(MAIN[letter])
        others = part[~main]
        if letter == "b":
            ax.plot(others["year"] + 0.5, others["value"], color=MUTED, lw=0.7, zorder=2)
        elif len(others):
            ax.plot(others["year"] + 0.5, others["value"], **look | {"color": MUTED, "ls": "none"})
        for run in find_runs(part[main]["year"]):
            line = part[main].iloc[run]
            ax.plot(line["year"] + 0.5, line["value"], lw=0.9, **look)
        at = part[main].set_index("year")["value"][turns[letter]]
        ring = {"marker": "o", "ms": 8, "mfc": "none", "mec": INK, "mew": 0.9, "zorder": 4}
        ax.plot(turns[letter] + 0.5, at, **ring)
        dx, dy = {"c": (-7, 4), "d": (7, -7)}.get(letter, (7, 6))  # off the line of the first aid
        side = {"ha": "right" if dx < 0 else "left"}
        write_note(ax, turns[letter] + 0.5, at, turns[letter], dx, dy, **FINDING | side)
    write_note(axes["a"], 1996.3, 2.7, "first UN food aid, 1995")
    write_note(axes["a"], 1996.3, 1.1, "grey: other sources")
    write_note(axes["b"], 2000.5, 48, "grey: Gapminder's rates")
    return fig


def draw_missions_fell(stock: pd.DataFrame, closed: pd.DataFrame, outside: pd.DataFrame, shut):
    """Draw missions abroad, missions closed and measures outside diplomacy, aligned by year.

    Columns of `stock`: count_id, asof_latest, value. Columns of `closed` and `outside`: as for
    `marks.draw_opposed`. shut: two days.
    """
    heads = {
        "a": ("Missions abroad", "number"),
        "b": ("Missions closed", "per year"),
        "c": ("Measures outside diplomacy, selected list", "per year"),
    }
    ratios = {"height_ratios": [0.55, 1.15, 1.3]}
    fig, axes = make_panels(heads, 118, (3, 1), 89, sharex=True, **ratios)
    for letter, ax in axes.items():
        set_years(ax, 1989, 2026, every=5)
        names = ("the 1990s", "border\nclosed") if letter == "b" else ("", "")
        shade_span(ax, *NINETIES, BAND)
        shade_span(ax, *shut, BAND)
        for (start, end), name in zip((NINETIES, map(to_year, shut)), names, strict=True):
            write_note(ax, (start + end) / 2, -20.6, name, ha="center", va="bottom")
    _draw_stock(axes["a"], stock)
    draw_opposed(axes["b"], closed, OPENING, CLOSING)
    draw_opposed(axes["c"], outside, OPENING, CLOSING)
    axes["b"].set(ylim=(-21, 0), yticks=range(-15, 1, 5))
    axes["b"].spines["bottom"].set_visible(False)  # counted down from the line at the top
    axes["b"].tick_params(axis="x", which="both", length=0)
    axes["c"].set_ylim(-6.6, 8.4)
    for y, meaning in ((3.2, OPENING), (-3.2, CLOSING)):
        write_note(axes["c"], 2015, y, meaning.label, color=INK, fontsize=7)
    lost = closed.loc[closed["year"].between(1990, 1999), ["lower", "upper"]].sum()
    sums = outside[outside["year"].between(1990, 1999)].groupby("side")["lower"].sum()
    words = f"{lost['lower']} to {lost['upper']}\nclosed"
    write_note(axes["b"], 1995, -16.4, words, **FINDING | {"ha": "center"})
    words = f"{sums['up']} openings\n{sums['down']} closing"
    write_note(axes["c"], 1995, 6.4, words, **FINDING | {"ha": "center"})
    return fig


def _draw_stock(ax, stock: pd.DataFrame) -> None:
    """Draw counts at their dates with their numbers; a line joins counts at most a year apart."""
    look = style.read_meanings("body")["rok"]
    stock = stock.sort_values("asof_latest")
    x = stock["asof_latest"].map(to_year)
    ax.plot(x, stock["value"], zorder=3, **look.style(3.4))
    for _, run in stock.groupby((x.diff() > 1.1).cumsum()):
        ax.plot(x[run.index], run["value"], color=look.colour, lw=0.9, zorder=2)
    for row, at in zip(stock.itertuples(), x, strict=True):
        if (offset := OFFSETS.get(row.count_id, (0, 7))) is not None:
            write_note(ax, at, row.value, row.value, *offset, ha="center", color=INK)
    ax.set(ylim=(30, 82), yticks=(40, 60, 80))


def draw_openings(counts: pd.DataFrame, rates: pd.DataFrame, talks: list[int]):
    """Draw openings by year, those in diplomacy in outline, and openings a year in two rows.

    counts: as for `marks.draw_opposed`; lower without diplomacy, upper with it. rates: a row a
    set of openings (its index), columns talks and other (openings a year). talks: years, shaded.
    """
    fig, (bars, dots) = style.make_canvas(89, 82, 2, 1, height_ratios=[1.5, 1])
    write_head(bars, "a", "Openings, selected list", "per year")
    set_years(bars, *YEARS, every=10)
    for year in talks:
        shade_span(bars, year, year + 1, BAND)
    draw_opposed(bars, counts, OPENING, CLOSING)
    bars.set_ylim(0, 11)
    for year, words in ((1994.5, "1994"), (2000.5, "2000"), (2007.5, "2007"), (2019, "2018-19")):
        write_note(bars, year, 10.3, words, ha="center")
    write_note(bars, 1992.4, 10.3, "talks:", ha="right")
    write_note(bars, 2017.7, 5.4, "in outline:\ndiplomacy", color=INK, ha="right")
    write_note(bars, 2013.5, 3.6, "other fields", color=INK, ha="center")
    write_head(dots, "b", "Openings a year")
    set_rows(dots, rates.index)
    looks = tuple({"marker": "o", "ms": 6, "color": dark, "ls": "none"} for dark in (INK, SOFT))
    draw_dumbbells(dots, rates, "talks", "other", looks)
    for row, (talked, other) in enumerate(zip(rates["talks"], rates["other"], strict=True)):
        for value, far in ((talked, talked > other), (other, other > talked)):
            write_note(
                dots,
                value,
                row,
                f"{value:.1f}",
                7 if far else -7,
                ha="left" if far else "right",
                **FINDING,
            )
    dots.set_xlim(0, 4)
    dots.spines["bottom"].set_visible(False)
    dots.tick_params(axis="x", length=0, labelbottom=False)
    dots.set_ylim(len(rates) - 0.4, -0.6)
    entries = [("in years of talks", looks[0]), ("in other years", looks[1])]
    draw_key(dots, entries, "above right")
    return fig


def draw_turns(turns: pd.DataFrame, groups: dict[str, list[str]], spans: dict[str, tuple], shut):
    """Draw measures by field in two stretches of years side by side: closings above the line.

    Columns of `turns`: episode, domain, direction, hollow (an act of another state), and the
    bounds of the date; a mark stands at the middle of its possible days. groups: heading -> the
    fields under it.
    """
    turns = turns.assign(x=find_middle(turns).map(to_year))
    names = pd.DataFrame(
        [(group, field) for group, fields in groups.items() for field in fields],
        columns=["group", "domain"],
    )
    rows, heads = lay_groups(names, "group", None, 1.3, 1.0)
    places = rows.set_index("domain")["y"]
    widths = [last - first + 1 for first, last in spans.values()]
    fig, axes = style.make_canvas(89, 132, 1, 2, sharey=True, width_ratios=widths)
    for ax, letter, (name, years) in zip(axes, "ab", spans.items(), strict=True):
        write_head(ax, letter, name)
        set_years(ax, *years, every=2)
        ax.set_yticks(places, places.index)
        ax.set_ylim(places.max() + 0.9, -0.7)
        ax.tick_params(axis="y", length=0, labelsize=7)
        ax.spines["left"].set_visible(False)
        ax.hlines(places, *ax.get_xlim(), color=style.PALE, lw=0.4, zorder=0)
        part = turns[turns["episode"].eq(name)]
        for (field, direction), some in part.groupby(["domain", "direction"]):
            some = some.sort_values("x")
            meaning, sign = (CLOSING, -1) if direction == "closing" else (OPENING, 1)
            level = stack_rows(some["x"], some["x"], 0.27)
            y = places[field] + sign * (0.12 + 0.15 * pd.Series(level, index=some.index))
            for hollow, marks in some.groupby("hollow"):
                look = meaning.style(3.2) if direction == "closing" else meaning.style(3.4)
                look = make_hollow(look) if hollow else look
                ax.plot(marks["x"], y[marks.index], zorder=3, **look)
    shade_span(axes[1], *shut, BAND, "border closed")
    axes[0].set_xlim(right=2010.3)  # a mark of December 2009 stays whole
    for y, meaning, words in ((-0.35, CLOSING, "closing"), (-0.05, OPENING, "opening")):
        axes[0].plot(2008.2, y, **meaning.style(3.3))
        write_note(axes[0], 2008.2, y, words, 5)
    for name, y in heads.items():
        axes[0].annotate(
            name,
            (0, y),
            (-50, 0),
            ("axes fraction", "data"),
            va="center",
            textcoords="offset points",
            annotation_clip=False,
            **FINDING,
        )
    return fig
