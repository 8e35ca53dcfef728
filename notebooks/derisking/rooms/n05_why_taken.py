"""The four charts of notebook 05: missions and measures by year, collapse, openings, two turns."""

from typing import NamedTuple

import pandas as pd

from derisking.draw import style
from derisking.draw.axes import set_rows, set_years, shade_span, to_year
from derisking.draw.marks import (
    draw_key,
    draw_opposed,
    draw_series,
    find_middle,
    make_hollow,
    stack_rows,
    write_head,
    write_note,
)
from derisking.draw.style import INK, PALE

UP, DOWN = "opening", "closing"  # directions of a measure
ESTIMATED = ("estimate", "derived", "model", "survey")  # codes of `basis` that are drawn hollow
COLLAPSE_YEARS = (1984, 2010)
# Points from a count to its number, where above would hit another mark; None: no number.
OFFSETS = {
    "C036": (-8, 2),
    "C037": (-8, -2),
    "C039": (8, 0),
    "C041": (0, -8),
    "C042": (-8, 0),
    "C045": (-8, 0),
    "C229": (9, 0),
    "C004": (9, 0),
    "C025": None,
}


class Panel(NamedTuple):
    """One small chart of yearly series: how each is marked, and what is written into it."""

    subject: str
    unit: str
    scale: float  # factor from the unit of the series to that of the panel
    limits: tuple[float, float]
    series: dict[str, str]  # series_id -> key of its look
    labels: list[tuple[float, float, str]]  # year, value, words


COLLAPSE = {
    "a": Panel(
        "Trade with Moscow",
        "billion dollars",
        0.001,
        (0, 3.1),
        {
            "trade_russia_total_jetro_usd_m": "jetro",
            "trade_russia_total_rok_mfa_usd_m": "rok",
            "trade_russia_total_kotra_usd_m": "kotra",
            "trade_russia_total_compilation_usd_m": "compilation",
            "trade_russia_total_wikipedia_usd_m": "compilation",
        },
        [
            (1986.6, 2.38, "JETRO"),
            (1998.4, 2.7, "squares: reference\nworks, which disagree"),
            (1996.3, 1.42, "South Korea"),
            (2004.5, 0.37, "KOTRA"),
        ],
    ),
    "b": Panel(
        "All trade, by compiler",
        "billion dollars",
        0.001,
        (0, 5.4),
        {
            "trade_total_jetro_usd_m": "jetro",
            "trade_total_bok_usd_m": "bank_of_korea",
            "trade_total_imf_usd_m": "imf",
            "trade_total_kotra_usd_m": "kotra",
            "trade_total_nub_usd_m": "rok",
            "trade_total_rok_mfa_usd_m": "rok",
            "trade_total_rok_mou_usd_m": "rok",
        },
        [
            (1986.3, 4.9, "JETRO"),
            (1998.6, 4.64, "Seoul ministries, BoK"),
            (1996.6, 3.5, "Seoul ministry"),
            (1995.2, 2.43, "IMF"),
            (2006.6, 2.5, "KOTRA"),
        ],
    ),
    "c": Panel(
        "Output",
        "1989 = 100",
        1,
        (0, 112),
        {},
        [
            (2001.3, 106.5, "June 1996 series: nearly the same"),
            (2003.6, 92, "first published"),
            (2003, 62, "Gapminder"),
        ],
    ),
    "d": Panel(
        "Growth of output",
        "percent a year",
        1,
        (-8.5, 7),
        {
            "gdp_growth_bok_first": "first",
            "gdp_growth_bok_1996": "june_1996",
            "gdp_growth_bok_revised": "revised",
        },
        [
            (1995.2, 4.4, "black: first\npublished"),
            (2005, -5, "green: June 1996,\nrevised later"),
        ],
    ),
    "e": Panel(
        "Cereal harvest",
        "million tonnes",
        1,
        (0, 10.4),
        {"cereals_production_fao_mt": "fao"},
        [(1999.5, 9.6, "1991-94: doubted")],
    ),
    "f": Panel(
        "OECD aid",
        "million constant dollars",
        1,
        (0, 460),
        {"oda_received_usd_m_constant": "dac"},
        [],
    ),
}
LEVELS = {"c": 100, "d": 0}  # lines to compare with


def count_by_year(frame: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """Count dated measures by year and direction; the true number lies between two bounds.

    Columns: year; direction; lower, upper (rows whose possible days lie in, touch the year);
    side ("up" for openings, "down" for closings; other directions are left out).
    """
    counted = []
    for direction, side in {DOWN: "down", UP: "up"}.items():
        part = frame[frame["direction"].eq(direction)]
        begin, end = part["date_earliest"].dt.year, part["date_latest"].dt.year
        for year in range(first, last + 1):
            inside = int((begin.eq(year) & end.eq(year)).sum())
            touched = int((begin.le(year) & end.ge(year)).sum())
            counted.append((year, direction, inside, touched, side))
    return pd.DataFrame(counted, columns=["year", "direction", "lower", "upper", "side"])


def gather_collapse(series: pd.DataFrame) -> pd.DataFrame:
    """Return the values of the panels of COLLAPSE in their units.

    Columns: panel, series_id, mark, year, value; hollow (estimated, or not one whole year).
    """
    pairs = [
        (letter, series_id, mark, panel.scale)
        for letter, panel in COLLAPSE.items()
        for series_id, mark in panel.series.items()
    ]
    pairs = pd.DataFrame(pairs, columns=["panel", "series_id", "mark", "scale"])
    shown = series.merge(pairs, on="series_id")
    shown = shown[shown["year"].between(*COLLAPSE_YEARS)]
    hollow = shown["basis"].isin(ESTIMATED) | shown["period"].str.contains("/")
    shown = shown.assign(value=shown["value"] * shown["scale"], hollow=hollow)
    return shown[["panel", "series_id", "mark", "year", "value", "hollow"]]


def draw_collapse(shown: pd.DataFrame, bloc_lost: tuple[float, float]):
    """Draw the six panels of COLLAPSE; `shown` has the columns of `gather_collapse`."""
    groups = ("partner", "vintage", "compiler")
    looks = {key: look for group in groups for key, look in style.read_meanings(group).items()}
    shade = style.read_meanings("phase")["socialist_bloc_lost"].colour
    fig, axes = style.make_canvas(183, 112, 2, 3, sharex=True)
    for ax, (letter, panel) in zip(axes.flat, COLLAPSE.items(), strict=True):
        write_head(ax, letter, panel.subject, panel.unit)
        set_years(ax, *COLLAPSE_YEARS, every=10)
        shade_span(ax, *bloc_lost, shade)
        values = shown[shown["panel"].eq(letter)]
        for (_, mark), one in values.groupby(["series_id", "mark"]):
            draw_series(ax, one, looks[mark])
        for drawn in ax.lines:
            drawn.set_clip_on(False)  # a mark at zero stays whole
        ax.set_ylim(*panel.limits)
        for x, y, words in panel.labels:
            write_note(ax, x, y, words, halo=True, ha="center")
        if letter in LEVELS:
            ax.axhline(LEVELS[letter], color=PALE, lw=0.6, zorder=0)
    return fig


def draw_missions_fell(stock: pd.DataFrame, closed: pd.DataFrame, outside: pd.DataFrame, shut):
    """Draw missions abroad, missions closed, and measures outside diplomacy on one scale of years.

    stock: count_id, kind, asof_latest, value. closed, outside: year, side, lower, upper.
    shut: first and last day of the closed border.
    """
    phases = style.read_meanings("phase")
    fig, axes = style.make_canvas(183, 125, 3, 1, sharex=True, height_ratios=[1.7, 1.1, 1.3])
    heads = ["Missions abroad", "Missions closed", "Measures outside diplomacy, selected list"]
    units = ["number", "per year", "per year"]
    opening, closing = (style.read_meanings("measure")[key] for key in (UP, DOWN))
    for ax, letter, words, unit in zip(axes, "abc", heads, units, strict=True):
        write_head(ax, letter, words, unit)
        set_years(ax, 1989, 2026, every=5)
        shade_span(
            ax, 1990, 2000, phases["risk_taken"].colour, "the 1990s" if ax is axes[0] else ""
        )
        shade_span(ax, *shut, phases["pandemic"].colour, "border closed" if ax is axes[0] else "")
    _draw_stock(axes[0], stock)
    draw_opposed(axes[1], closed, opening, closing)
    draw_opposed(axes[2], outside, opening, closing)
    axes[1].set_ylim(-15.5, 0)
    axes[2].set_ylim(-6.6, 8.4)
    for y, meaning in ((1.1, opening), (-1.1, closing)):
        write_note(axes[2], 1989.2, y, meaning.label, color=INK)
    _write_decade(axes, closed, outside)
    return fig


def _write_decade(axes, closed: pd.DataFrame, outside: pd.DataFrame) -> None:
    """Write the sums of the 1990s beside the bars of that decade."""
    lost = closed.loc[closed["year"].between(1990, 1999), ["lower", "upper"]].sum()
    sums = outside[outside["year"].between(1990, 1999)].groupby("side")["lower"].sum()
    look = {"fontsize": 7, "fontweight": "bold", "color": INK}
    write_note(
        axes[1],
        2000.3,
        -9,
        f"{lost['lower']} to {lost['upper']} missions closed in the 1990s",
        **look,
    )
    write_note(axes[2], 1990.2, 6.7, f"{sums['up']} openings, {sums['down']} closing", **look)


def _draw_stock(ax, stock: pd.DataFrame) -> None:
    """Draw counts at their dates with their numbers; a line joins counts of one kind a year
    apart."""
    look = style.read_meanings("body")["rok"]
    markers = {"all missions": "D", "embassies": "s", "missions in Africa": "o"}
    for kind, part in stock.sort_values("asof_latest").groupby("kind"):
        x = part["asof_latest"].map(to_year)
        ax.plot(x, part["value"], zorder=3, **look.style(4.4) | {"marker": markers[kind]})
        for _, run in part.groupby((x.diff() > 1.1).cumsum()):
            ax.plot(x[run.index], run["value"], color=look.colour, lw=0.9, zorder=2)
        for row, at in zip(part.itertuples(), x, strict=True):
            if (offset := OFFSETS.get(row.count_id, (0, 7))) is not None:
                write_note(ax, at, row.value, str(row.value), *offset, ha="center", color=INK)
    names = [(2000.3, 68, "all missions"), (1992.6, 57, "embassies"), (1991.6, 34, "in Africa")]
    for x, y, words in names:
        write_note(ax, x, y, words, fontsize=7, ha="left" if y != 57 else "center", color=INK)
    ax.set_ylim(0, 80)


def draw_openings(counts: pd.DataFrame, heads: dict[str, str], talks: list[int]):
    """Draw openings above closings by year, a panel a letter of `heads`, years of talks shaded.

    Columns of `counts`: panel, year, side, lower, upper.
    """
    opening, closing = (style.read_meanings("measure")[key] for key in (UP, DOWN))
    shade = style.read_meanings("phase")["risk_taken"].colour
    fig, axes = style.make_canvas(183, 88, len(heads), 1, sharex=True)
    for ax, (letter, words) in zip(axes, heads.items(), strict=True):
        write_head(ax, letter, words, "per year")
        set_years(ax, 1984, 2026, every=5)
        for year in talks:
            shade_span(ax, year, year + 1, shade)
        draw_opposed(ax, counts[counts["panel"].eq(letter)], opening, closing)
        ax.set_ylim(-8.5, 10.5)
        for y, meaning in ((1.2, opening), (-1.4, closing)):
            write_note(ax, 1986, y, meaning.label, color=INK)
    for year in talks:
        if year != 2019:
            words = "talks\n2018-19" if year == 2018 else f"talks\n{year}"
            x = 2019 if year == 2018 else year + 0.5
            write_note(axes[0], x, 10.2, words, ha="center", va="top")
    return fig


def draw_turns(turns: pd.DataFrame, fields: list[str], spans: dict[str, tuple[int, int]], shut):
    """Draw measures by field in two stretches of years side by side: closings above the line.

    Columns of `turns`: episode, domain, direction, hollow (an act of another state), and the
    bounds of the date; a mark stands at the middle of its possible days.
    """
    looks = style.read_meanings("measure")
    turns = turns.assign(x=find_middle(turns).map(to_year))
    widths = [last - first + 1 for first, last in spans.values()]
    fig, axes = style.make_canvas(183, 106, 1, len(spans), sharey=True, width_ratios=widths)
    for ax, letter, (name, years) in zip(axes, "ab", spans.items(), strict=True):
        part = turns[turns["episode"].eq(name)]
        number = part["direction"].value_counts()
        write_head(ax, letter, name, f"{number[DOWN]} closing, {number[UP]} opening")
        set_rows(ax, fields)
        ax.set_ylim(len(fields) - 0.2, -1.1)  # room for stacked marks and the name of the band
        set_years(ax, *years, every=1)
        for (field, direction), some in part.groupby(["domain", "direction"]):
            some = some.sort_values("x")
            sign = -1 if direction == DOWN else 1
            level = stack_rows(some["x"], some["x"], 0.16)
            y = fields.index(field) + sign * (0.14 + 0.2 * pd.Series(level, index=some.index))
            for hollow, marks in some.groupby("hollow"):
                look = looks[direction].style(4)
                look = make_hollow(look) if hollow else look
                ax.plot(marks["x"], y[marks.index], zorder=3, **look)
    shade = style.read_meanings("phase")["pandemic"].colour
    shade_span(axes[1], *shut, shade, "border closed")
    draw_key(axes[1], "measure", only=[DOWN, UP], loc="lower left", bbox_to_anchor=(0.3, 1.0))
    return fig
