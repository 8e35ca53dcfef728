"""The two charts of notebook 04: what can be counted of exposures, and the register of risks."""

from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

from derisking.draw import style
from derisking.draw.axes import set_years, shade_span, to_year
from derisking.draw.labels import wrap_words
from derisking.draw.marks import (
    draw_interval,
    draw_key,
    draw_opposed,
    draw_series,
    lay_groups,
    make_hollow,
    make_panels,
    write_column,
    write_note,
)
from derisking.draw.style import INK, NOTE, PALE

YEARS = (1989, 2026)
ESTIMATED = ("estimate", "derived", "model", "survey")  # codes of `basis` that are drawn hollow
SHADE = style.read_meanings("phase")["pandemic"].colour
OPENING, CLOSING = (style.read_meanings("measure")[key] for key in ("opening", "closing"))


class Exposure(NamedTuple):
    """One small chart: what it shows, from which series, and what is written into it."""

    subject: str
    unit: str
    limits: tuple[float, float]
    scale: float = 1  # factor from the unit of the series to that of the chart
    series: dict[str, str] = {}  # noqa: RUF012 - series_id -> key of its look; never changed
    labels: tuple[tuple[float, float, str], ...] = ()  # year, value, words
    hollow: Callable | None = None  # further values that are no counts of a whole year


def _find_rounded(values: pd.DataFrame) -> pd.Series:
    """Subscriptions rounded to 100,000: the chart counts millions."""
    return (values["value"] * 10).round(6) % 1 == 0


def _find_partial(values: pd.DataFrame) -> pd.Series:
    """Guesses of tour operators, and Russian trips of the years when the border was closed."""
    return values["mark"].eq("operators") | values["year"].le(2022)


# First the fields that the author names, then those that we add.
EXPOSURES = {
    "a": Exposure(
        "Official markets",
        "number",
        (0, 490),
        series={
            "markets_official_kinu": "kinu",
            "markets_official_nis": "rok",
            "markets_official_melvin": "melvin",
            "markets_official_press": "press",
        },
        labels=(
            (2022.5, 360, "KINU"),
            (2012, 392, "Melvin"),
            (2014.8, 440, "NIS"),
            (2003.5, 300, "press"),
            (2014, 300, "NIS"),
        ),
    ),
    "b": Exposure(
        "Trade without South Korea",
        "billion dollars",
        (0, 8.2),
        0.001,
        {"trade_total_kotra_usd_m": "kotra", "trade_total_jetro_usd_m": "jetro"},
        ((2004, 3.9, "KOTRA"), (1993.8, 5.2, "JETRO")),
    ),
    "c": Exposure(
        "Missions abroad",
        "number",
        (0, 105),
        labels=((2011, 38, "South Korean ministries"), (2010, 84, "range of our own dating")),
    ),
    "d": Exposure(
        "Zone measures, selected list",
        "per year",
        (-3.4, 3.4),
        labels=((1996, 2.5, "opening"), (1996, -2.5, "closing")),
    ),
    "e": Exposure(
        "Resident foreign aid staff",
        "persons",
        (0, 51),
        series={"aid_workers_foreign_wfp": "wfp", "aid_workers_foreign_un": "un"},
        labels=((2011.5, 44, "World Food\nProgramme"), (2016, 8, "UN system")),
    ),
    "f": Exposure(
        "OECD aid",
        "million constant dollars",
        (0, 470),
        series={"oda_received_usd_m_constant": "dac"},
    ),
    "g": Exposure(
        "China's share of the trade in b",
        "percent",
        (0, 104),
        series={
            "trade_china_share_kotra_pct": "kotra",
            "trade_china_share_jetro_pct": "jetro",
            "trade_china_share_itc_pct": "itc",
        },
        labels=(
            (2002, 60, "KOTRA"),
            (1993.5, 8, "JETRO"),
            (2014.6, 60, "ITC, 2016:\nnearly equal"),
        ),
    ),
    "h": Exposure(
        "South Korean aid",
        "billion won",
        (0, 470),
        series={"aid_south_korea_total_krw_bn": "rok"},
    ),
    "i": Exposure(
        "Mobile subscriptions",
        "million",
        (0, 6.8),
        0.000001,
        {"mobile_subscriptions": "itu"},
        hollow=_find_rounded,
    ),
    "j": Exposure(
        "Visitors, large groups",
        "thousand persons",
        (0, 375),
        0.001,
        {"tourists_chinese": "CHN", "tourists_kumgang_south_korean": "KOR"},
        ((2015, 300, "Chinese"), (1997.5, 275, "South Koreans\nat Kumgang")),
    ),
    "k": Exposure(
        "Visitors, small groups",
        "thousand",
        (0, 10.8),
        0.001,
        {"tourists_western": "operators", "visitors_russian_all": "RUS"},
        ((2009, 5, "Western\ntourists"), (2015.9, 9, "Russians,\nall trips")),
        _find_partial,
    ),
    "l": Exposure(
        "Defectors in the South",
        "thousand arrivals",
        (0, 3.15),
        0.001,
        {"defectors_arrivals_south_korea": "rok"},
    ),
}


def gather_exposures(series: pd.DataFrame) -> pd.DataFrame:
    """Return the values that the panels show, in their units.

    Columns: panel, series_id, mark, year, value; hollow (an estimate, or not one whole year).
    """
    parts = []
    for letter, panel in EXPOSURES.items():
        shown = series[series["series_id"].isin(panel.series)]
        shown = shown[shown["year"].between(*YEARS)]
        mark = shown["series_id"].map(panel.series)
        shown = shown.assign(panel=letter, mark=mark, value=shown["value"] * panel.scale)
        hollow = shown["basis"].isin(ESTIMATED) | shown["period"].str.contains("/")
        if panel.hollow:
            hollow = hollow | panel.hollow(shown)
        parts.append(shown.assign(hollow=hollow))
    columns = ["panel", "series_id", "mark", "year", "value", "hollow"]
    return pd.concat(parts, ignore_index=True)[columns]


def count_zone_acts(acts: pd.DataFrame) -> pd.DataFrame:
    """Count dated acts by year and direction; the true number lies between lower and upper."""
    counted = []
    for direction, side in (("opening", "up"), ("closing", "down")):
        part = acts[acts["direction"].eq(direction)]
        begin, end = part["date_earliest"].dt.year, part["date_latest"].dt.year
        for year in range(YEARS[0], YEARS[1] + 1):
            lower = int((begin.eq(year) & end.eq(year)).sum())
            upper = int((begin.le(year) & end.ge(year)).sum())
            counted.append((year, direction, side, lower, upper))
    return pd.DataFrame(counted, columns=["year", "mark", "side", "lower", "upper"])


def draw_exposures(shown: pd.DataFrame, zones: pd.DataFrame, posts: pd.DataFrame, shut: tuple):
    """Draw the twelve panels of EXPOSURES, those the author names first.

    shown: as from `gather_exposures`. zones: as from `count_zone_acts`. posts: published counts
    of missions (year, value) and the range of our dating (year, lower, upper). shut: two days.
    """
    groups = ("partner", "compiler")
    looks = {key: look for group in groups for key, look in style.read_meanings(group).items()}
    heads = {letter: (panel.subject, panel.unit) for letter, panel in EXPOSURES.items()}
    fig, axes = make_panels(heads, 170, (4, 3), sharex=True)
    for letter, ax in axes.items():
        panel = EXPOSURES[letter]
        set_years(ax, *YEARS, every=10)
        shade_span(ax, *shut, SHADE)
        for (_, mark), values in shown[shown["panel"].eq(letter)].groupby(["series_id", "mark"]):
            draw_series(ax, values, looks[mark])
        for line in ax.lines:
            line.set_clip_on(False)  # a mark at zero stays whole
        ax.set_ylim(*panel.limits)
        for x, y, words in panel.labels:
            write_note(ax, x, y, words, halo=True, ha="center")
    _draw_posts(axes["c"], posts)
    draw_opposed(axes["d"], zones, OPENING, CLOSING)
    axes["d"].set_ylim(*EXPOSURES["d"].limits)
    _name_rows(axes["a"], "Fields that the author names")
    _name_rows(axes["g"], "Fields that we add")
    return fig


def _draw_posts(ax, posts: pd.DataFrame) -> None:
    dated = posts.dropna(subset="lower")
    low, high = dated["lower"].astype(float), dated["upper"].astype(float)
    ax.fill_between(dated["year"] + 1, low, high, color=PALE, lw=0)
    seoul = posts.dropna(subset="value")
    look = style.read_meanings("body")["rok"].style(3)
    ax.plot(to_year(seoul["asof_latest"]), seoul["value"], **look)


def _name_rows(ax, words: str) -> None:
    look = {"fontsize": 7, "fontweight": "bold", "color": NOTE, "va": "bottom"}
    ax.annotate(words, (0, 1), (0, 16), "axes fraction", textcoords="offset points", **look)


# ------------------------------------------------------------------------------ the register


def draw_register(risks: pd.DataFrame, order: list[str], shut: tuple, invasion):
    """Draw each risk from the day it was taken on to the day it was first reduced.

    risks: domain, risk, trend, instrument_of_reduction, estimate (start drawn hollow), aside (row
    in grey), taken_on_*, reduced_* (both empty: an arrow). order: of domains. shut: two days.
    """
    risks = risks.assign(
        name=[wrap_words(words, 33) for words in risks["risk"]],
        tool=[wrap_words(words, 54) for words in risks["instrument_of_reduction"]],
        result=[wrap_words(words, 12) for words in risks["trend"]],
    )
    lines = risks[["name", "tool", "result"]].apply(lambda column: column.str.count("\n") + 1)
    risks = risks.assign(height=lines.max(axis=1).clip(lower=2) + 0.55)
    rows, heads = lay_groups(risks, "domain", order, air=0.55, head=0, heights="height")
    fig, ax = style.make_canvas(183, 170)
    fig.set_layout_engine("none")
    ax.set_position((0.275, 0.035, 0.335, 0.93))
    set_years(ax, 1968, 2026, every=10)
    shade_span(ax, *shut, SHADE)
    ax.axvline(to_year(invasion), color=NOTE, lw=0.6, ls=(0, (3, 2)), zorder=2)
    ax.set_ylim(rows["y"].iloc[-1] + rows["height"].iloc[-1] / 2 + 0.4, rows["y"].iloc[0] - 2)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    for row in rows.itertuples():
        _draw_risk(ax, row)
    _name_domains(ax, rows, heads)
    for colour, part in ((INK, rows[~rows["aside"]]), (NOTE, rows[rows["aside"]])):
        write_column(ax, -0.545, part["y"], part["name"], fontsize=6, color=colour)
        write_column(ax, 1.035, part["y"], part["result"], fontsize=6, color=colour)
        write_column(ax, 1.27, part["y"], part["tool"], fontsize=6, color=colour)
    for x, words in ((-0.545, "Risk"), (1.035, "Trend"), (1.27, "Reduced by what")):
        look = {"fontsize": 7, "weight": "bold", "va": "bottom", "textcoords": "offset points"}
        ax.annotate(words, (x, 1), (0, 4), "axes fraction", **look)
    marks = [
        ("taken on", OPENING.style(4)),
        ("taken on, estimate", make_hollow(OPENING.style(4))),
        ("first reduced", CLOSING.style(3.6)),
    ]
    draw_key(ax, marks, "above", columnspacing=0.7)
    return fig


def _draw_risk(ax, row) -> None:
    start = to_year(row.taken_on_earliest), to_year(row.taken_on_latest)
    kept = pd.isna(row.reduced_latest)
    end = (2027, 2027) if kept else (to_year(row.reduced_earliest), to_year(row.reduced_latest))
    middle = sum(start) / 2, sum(end) / 2
    look = {"color": PALE, "lw": 3.2, "solid_capstyle": "butt", "zorder": 1}
    ax.plot(middle, [row.y, row.y], **look)
    for ends, colour in ((start, OPENING.colour), (end, CLOSING.colour)):
        if ends[1] - ends[0] > 0.6:  # years: a shorter interval hides behind its mark
            draw_interval(ax, row.y, *ends, colour, tick=0.45, zorder=3)
    mark = OPENING.style(4)
    ax.plot(middle[0], row.y, **(make_hollow(mark) if row.estimate else mark) | {"zorder": 4})
    if kept:
        arrow = {"marker": ">", "ms": 5, "color": INK, "ls": "none", "clip_on": False}
        ax.plot(2027, row.y, zorder=4, **arrow)
    else:
        ax.plot(middle[1], row.y, **CLOSING.style(3.6) | {"zorder": 4})


def _name_domains(ax, rows: pd.DataFrame, heads: dict[str, float]) -> None:
    """Name each group beside its first row, under a thin line."""
    where = ax.get_yaxis_transform()
    for name, y in heads.items():
        first = rows[rows["domain"].eq(name)].iloc[0]
        top = y - first["height"] / 2 - 0.27
        ax.plot([-0.81, 2.15], [top, top], transform=where, color=PALE, lw=0.5, clip_on=False)
        look = {"fontsize": 6, "weight": "bold", "color": NOTE, "va": "center"}
        ax.text(-0.81, y, name.capitalize(), transform=where, **look)
