"""The two charts of notebook 04: what can be counted of exposures, and the register of risks."""

import pandas as pd

from derisking.draw import style
from derisking.draw.axes import mark_days, place_axes, set_years, shade_span, to_year
from derisking.draw.labels import wrap_words
from derisking.draw.marks import (
    Panel,
    draw_interval,
    draw_key,
    draw_opposed,
    draw_panels,
    lay_groups,
    make_hollow,
    write_column,
    write_note,
)
from derisking.draw.style import INK, NOTE, PALE

YEARS = (1989, 2026)
SANCTIONS = style.COLOURS["hairline"]
SHUT = style.read_meanings("phase")["pandemic"].colour
BLOCK = {"lw": 6, "ls": "-", "solid_capstyle": "butt"}  # of a shading, in a key
OPENING, CLOSING = (style.read_meanings("measure")[key] for key in ("opening", "closing"))


def _find_rounded(values: pd.DataFrame) -> pd.Series:
    """Subscriptions rounded to 100,000: the chart counts millions."""
    return (values["value"] * 10).round(6) % 1 == 0


def _find_partial(values: pd.DataFrame) -> pd.Series:
    """Guesses of tour operators, and Russian trips of the years when the border was closed."""
    return values["mark"].eq("operators") | values["year"].le(2022)


# Three a row, by what became of them; a star: in a field that the author names.
ROWS = {
    "a": "Fell in 2020-21 and stayed low",
    "d": "Fell before 2020 already",
    "g": "Did not fall by the last count",
    "j": "Too few or broken counts to say",
}
EXPOSURES = {
    "a": Panel(
        "OECD aid *",
        "million constant dollars",
        (0, 470),
        {"oda_received_usd_m_constant": "dac"},
    ),
    "b": Panel(
        "Resident foreign aid staff *",
        "persons",
        (0, 51),
        {"aid_workers_foreign_wfp": "wfp", "aid_workers_foreign_un": "un"},
        labels=((2012, 44, "World Food\nProgramme"), (2012, 6, "UN system")),
    ),
    "c": Panel(
        "Defectors in the South",
        "thousand arrivals",
        (0, 3.15),
        {"defectors_arrivals_south_korea": "rok"},
        0.001,
    ),
    "d": Panel(
        "Trade without South Korea *",
        "billion dollars",
        (0, 8.2),
        {"trade_total_kotra_usd_m": "kotra", "trade_total_jetro_usd_m": "jetro"},
        0.001,
        ((2004, 3.9, "KOTRA"), (1993.8, 5.2, "JETRO")),
    ),
    "e": Panel(
        "Missions abroad *",
        "number",
        (0, 105),
        {},
        labels=((2003, 34, "South Korean ministries"), (2005, 88, "range of our own dating")),
    ),
    "f": Panel(
        "South Korean aid",
        "billion won",
        (0, 470),
        {"aid_south_korea_total_krw_bn": "rok"},
    ),
    "g": Panel(
        "Official markets *",
        "number",
        (0, 490),
        {
            "markets_official_kinu": "kinu",
            "markets_official_nis": "rok",
            "markets_official_melvin": "melvin",
            "markets_official_press": "press",
        },
        labels=(
            (2022.5, 360, "KINU"),
            (2012, 392, "Melvin"),
            (2013.8, 440, "NIS"),
            (2003.5, 300, "press"),
            (2013.4, 300, "NIS"),
        ),
    ),
    "h": Panel(
        "Mobile subscriptions",
        "million",
        (0, 6.8),
        {"mobile_subscriptions": "itu"},
        0.000001,
        hollow=_find_rounded,
    ),
    "i": Panel(
        "China's share of that trade",
        "percent",
        (0, 104),
        {
            "trade_china_share_kotra_pct": "kotra",
            "trade_china_share_jetro_pct": "jetro",
            "trade_china_share_itc_pct": "itc",
        },
        labels=((2002, 62, "KOTRA"), (1993.5, 8, "JETRO"), (2015.5, 66, "ITC, 2016:\nnear equal")),
    ),
    "j": Panel(
        "Zone measures, selected list *",
        "per year",
        (-3.4, 3.4),
        {},
        labels=((1996, 2.5, "opening"), (1996, -2.5, "closing")),
    ),
    "k": Panel(
        "Visitors, large groups",
        "thousand persons",
        (0, 375),
        {"tourists_chinese": "CHN", "tourists_kumgang_south_korean": "KOR"},
        0.001,
        ((2012.5, 300, "Chinese"), (1997.5, 275, "South Koreans\nat Kumgang")),
    ),
    "l": Panel(
        "Visitors, small groups",
        "thousand",
        (0, 10.8),
        {"tourists_western": "operators", "visitors_russian_all": "RUS"},
        0.001,
        ((2007, 5, "Western\ntourists"), (2010, 9, "Russians,\nall trips")),
        _find_partial,
    ),
}


def draw_exposures(shown: pd.DataFrame, zones: pd.DataFrame, posts: pd.DataFrame, shut, pressed):
    """Draw the twelve panels of EXPOSURES in the four rows of ROWS.

    shown: as from `marks.gather_panels`. zones: as from `marks.count_opposed`. posts: published
    counts of missions (asof_latest, value) and the range of our dating (year, lower, upper).
    shut, pressed: two days each, of the closed border and of the sanctions.
    """
    groups = ("partner", "compiler")
    fig, axes = draw_panels(EXPOSURES, shown, YEARS, groups, height=170, shape=(4, 3))
    for ax in axes.values():
        shade_span(ax, *shut, SHUT)
        shade_span(ax, *pressed, SANCTIONS)
    dated, seoul = posts.dropna(subset="lower"), posts.dropna(subset="value")
    low, high = dated["lower"].astype(float), dated["upper"].astype(float)
    axes["e"].fill_between(dated["year"] + 1, low, high, color=PALE, lw=0)
    look = style.read_meanings("body")["rok"].style(3)
    axes["e"].plot(to_year(seoul["asof_latest"]), seoul["value"], **look)
    draw_opposed(axes["j"], zones, OPENING, CLOSING)
    axes["j"].set_ylim(*EXPOSURES["j"].limits)
    for letter, words in ROWS.items():
        look = {"fontsize": 8, "fontweight": "bold", "color": INK, "va": "baseline"}
        place = {"xycoords": "axes fraction", "textcoords": "offset points"}
        axes[letter].annotate(words, (0, 1), (0, 17), **place, **look)
    entries = [("* field that the author names", {"ls": "none"})]
    entries += [("UN sanctions of 2016-17", {"color": SANCTIONS} | BLOCK)]
    entries += [("border closed", {"color": SHUT} | BLOCK)]
    draw_key(fig, entries, (82, 0.4), handlelength=1)
    return fig


# ------------------------------------------------------------------------------ the register

REGISTER_YEARS = (2019, 2026)


def draw_register(risks: pd.DataFrame, order: list[str], shut: tuple, invasion):
    """Draw the day on which each risk was first reduced, in groups, and when it was taken on.

    risks: group, risk, since (words), down (filled mark), reduced_earliest and reduced_latest
    (both empty: an arrow). order: of the groups. shut: two days.
    """
    risks = risks.assign(name=[wrap_words(words, 36) for words in risks["risk"]])
    risks = risks.assign(height=0.45 + 0.6 * (risks["name"].str.count("\n") + 1))
    rows, heads = lay_groups(risks, "group", order, 1.8, 1.2, "height")
    fig, ax = style.make_canvas(89, 128)
    place_axes(ax, 52, 9, 35, 109)
    set_years(ax, *REGISTER_YEARS, every=2)
    ax.set_xlim(left=REGISTER_YEARS[0] - 0.5)
    ax.set_ylim(rows["y"].iloc[-1] + 1, -0.7)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    shade_span(ax, *shut, SHUT)
    mark_days(ax, {"invasion\nof Ukraine": invasion})
    ax.hlines(rows["y"], *ax.get_xlim(), color=PALE, lw=0.4, zorder=0)
    for row in rows.itertuples():
        _draw_step(ax, row)
    for name, y in heads.items():
        head = {"fontsize": 8, "weight": "bold", "color": INK, "va": "center"}
        ax.text(-1.47, y, name, transform=ax.get_yaxis_transform(), **head)
    write_column(ax, -1.47, rows["y"], rows["name"], color=INK)
    write_column(ax, -0.06, rows["y"], rows["since"], "taken on", color=NOTE, ha="right")
    step = CLOSING.style(4.4)
    marks = [("lower after 2020", step), ("level, mixed or unclear", make_hollow(step))]
    marks += [("border closed", {"color": SHUT} | BLOCK)]
    draw_key(fig, marks, "below", left=0.5, columnspacing=0.9)
    return fig


def _draw_step(ax, row) -> None:
    """Draw the first reduction of one risk: its possible days, or an arrow to where it lies."""
    look = CLOSING.style(4.4) if row.down else make_hollow(CLOSING.style(4.4))
    arrow = {"ms": 5, "color": INK, "ls": "none", "clip_on": False}
    if pd.isna(row.reduced_latest):
        ax.plot(REGISTER_YEARS[1] + 1, row.y, marker=">", **arrow)
        return
    start, end = to_year(row.reduced_earliest), to_year(row.reduced_latest)
    if end < REGISTER_YEARS[0]:
        ax.plot(ax.get_xlim()[0], row.y, **look | {"marker": "<", "clip_on": False})
        write_note(ax, ax.get_xlim()[0], row.y, str(row.reduced_latest.year), 5)
        return
    if end - start > 0.4:  # years: a shorter interval hides behind its mark
        draw_interval(ax, row.y, start, end, CLOSING.colour, tick=0.25)
    ax.plot((start + end) / 2, row.y, **look | {"zorder": 4})
