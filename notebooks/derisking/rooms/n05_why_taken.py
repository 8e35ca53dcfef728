"""The four charts of notebook 05: missions and measures by year, collapse, openings, two turns."""

import pandas as pd

from derisking.draw import style
from derisking.draw.axes import mark_days, set_rows, set_years, shade_span, to_year
from derisking.draw.marks import (
    Panel,
    draw_dumbbells,
    draw_key,
    draw_opposed,
    draw_panels,
    find_middle,
    lay_groups,
    make_hollow,
    make_panels,
    stack_rows,
    write_head,
    write_note,
)
from derisking.draw.style import INK

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
        (
            (1987.4, 2.38, "JETRO"),
            (1998.6, 2.7, "squares: reference works, which disagree"),
            (1994.1, 1.42, "South Korea"),
            (2004.5, 0.6, "KOTRA"),
        ),
    ),
    "b": Panel(
        "Output",
        "1989 = 100",
        (0, 112),
        {},
        labels=((2003.4, 93, "first published"), (2003, 62, "Gapminder")),
        level=100,
    ),
    "c": Panel(
        "Cereal harvest",
        "million tonnes",
        (0, 10.4),
        {"cereals_production_fao_mt": "fao"},
        labels=((1992.7, 10.1, "1991-94: doubted"),),
    ),
    "d": Panel(
        "OECD aid",
        "million constant dollars",
        (0, 460),
        {"oda_received_usd_m_constant": "dac"},
    ),
}


def draw_collapse(shown: pd.DataFrame, bloc_lost: tuple, first_aid, notes: dict):
    """Draw the panels of COLLAPSE under each other.

    shown: as from `marks.gather_panels`. bloc_lost: two days. first_aid: a day, drawn through all
    panels. notes: letter -> (year, value, words), what the panel shows first.
    """
    groups = ("partner", "vintage", "compiler")
    canvas = {"width": 89, "height": 132, "shape": (4, 1)}
    fig, axes = draw_panels(COLLAPSE, shown, COLLAPSE_YEARS, groups, every=5, **canvas)
    for letter, ax in axes.items():
        shade_span(ax, *bloc_lost, BLOC_LOST)
        mark_days(ax, {"first UN\nfood aid": first_aid} if letter == "a" else {"": first_aid})
        x, y, words = notes[letter]
        write_note(ax, x, y, words, **FINDING)
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
        shade_span(bars, year, year + 1, RISK_TAKEN)
    draw_opposed(bars, counts, OPENING, CLOSING)
    bars.set_ylim(0, 11)
    for year, words in ((1994.5, "1994"), (2000.5, "2000"), (2007.5, "2007"), (2019, "2018-19")):
        write_note(bars, year, 10.3, words, ha="center")
    shown = [("in diplomacy", make_hollow(OPENING.style(4.4)) | {"marker": "s"})]
    shown += [("in other fields", OPENING.style(4.4) | {"marker": "s"})]
    draw_key(bars, shown, (16, 15), columns=1)
    write_head(dots, "b", "Openings a year")
    set_rows(dots, rates.index)
    looks = OPENING.style(6), make_hollow(OPENING.style(6))
    draw_dumbbells(dots, rates, "talks", "other", looks)
    for row, (talked, other) in enumerate(zip(rates["talks"], rates["other"], strict=True)):
        for value, far in ((talked, talked > other), (other, other > talked)):
            write_note(
                dots, value, row, f"{value:.1f}", 7 if far else -7, ha="left" if far else "right",
                **FINDING,
            )  # fmt: skip
    dots.set_xlim(0, 4)
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
    rows, heads = lay_groups(names, "group", None, 1.6, 1.2)
    places = rows.set_index("domain")["y"]
    widths = [last - first + 1 for first, last in spans.values()]
    fig, axes = style.make_canvas(89, 108, 1, 2, sharey=True, width_ratios=widths)
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
            y = places[field] + sign * (0.17 + 0.25 * pd.Series(level, index=some.index))
            if letter == "a" and field == places.index[0]:
                write_note(ax, some["x"].iloc[0], y.iloc[0], meaning.label, 5)
            for hollow, marks in some.groupby("hollow"):
                look = meaning.style(4) if direction == "closing" else meaning.style(2.6)
                look = make_hollow(look) if hollow else look
                ax.plot(marks["x"], y[marks.index], zorder=3, **look)
    shade_span(axes[1], *shut, SHUT)
    for name, y in heads.items():
        axes[0].annotate(name, (0, y), (-50, 0), ("axes fraction", "data"), va="center",
                         textcoords="offset points", annotation_clip=False, **FINDING)  # fmt: skip
    return fig
