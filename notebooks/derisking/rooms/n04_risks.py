"""The two charts of notebook 04: what can be counted of exposures, and the register of risks."""

import pandas as pd

from derisking.draw import style
from derisking.draw.axes import mark_days, place_axes, set_years, shade_span, to_year
from derisking.draw.labels import wrap_words
from derisking.draw.marks import (
    Panel,
    draw_interval,
    draw_key,
    draw_panels,
    lay_groups,
    make_hollow,
    write_column,
    write_note,
)
from derisking.draw.style import INK, NOTE, PALE

YEARS = (1989, 2026)
SANCTIONS = style.COLOURS["wash"]
SHUT = style.read_meanings("phase")["pandemic"].colour
BLOCK = {"lw": 6, "ls": "-", "solid_capstyle": "butt"}  # of a shading, in a key
CLOSING = style.read_meanings("measure")["closing"]


def _find_rounded(values: pd.DataFrame) -> pd.Series:
    """Subscriptions rounded to 100,000: the chart counts millions."""
    return (values["value"] * 10).round(6) % 1 == 0


# By what became of them, with the letter of the first panel of each group
ROWS = {
    "a": "Fell in 2020-21 and stayed low",
    "c": "Fell before 2020 already",
    "d": "Rose",
}
EXPOSURES = {
    "a": Panel(
        "OECD aid",
        "million constant dollars",
        (0, 470),
        {"oda_received_usd_m_constant": "dac"},
    ),
    "b": Panel(
        "Defectors in the South",
        "thousand arrivals",
        (0, 3.15),
        {"defectors_arrivals_south_korea": "rok"},
        0.001,
    ),
    "c": Panel(
        "Trade without South Korea",
        "billion dollars",
        (0, 8.2),
        {"trade_total_kotra_usd_m": "kotra", "trade_total_jetro_usd_m": "jetro"},
        0.001,
        ((2003, 3.9, "KOTRA"), (1993.6, 5.2, "JETRO")),
    ),
    "d": Panel(
        "China's share of that trade",
        "percent",
        (0, 104),
        {"trade_china_share_kotra_pct": "kotra", "trade_china_share_jetro_pct": "jetro"},
        labels=((2002, 62, "KOTRA"), (1993, 8, "JETRO")),
    ),
    "e": Panel(
        "Mobile subscriptions",
        "million",
        (0, 6.8),
        {"mobile_subscriptions": "itu"},
        0.000001,
        hollow=_find_rounded,
    ),
}


def draw_exposures(shown: pd.DataFrame, shut: tuple, pressed: tuple):
    """Draw the panels of EXPOSURES under each other, in the groups of ROWS.

    shown: as from `marks.gather_panels`. shut, pressed: two days each, of the closed border and of
    the sanctions.
    """
    canvas = {"width": 89, "height": 164, "shape": (5, 1)}
    fig, axes = draw_panels(EXPOSURES, shown, YEARS, ("compiler",), every=5, **canvas)
    for letter, ax in axes.items():
        named = letter == "a"
        shade_span(ax, *shut, SHUT, "border\nclosed" if named else "")
        shade_span(ax, *pressed, SANCTIONS, "sanctions" if named else "")
    for letter, words in ROWS.items():
        look = {"fontsize": 8, "fontweight": "bold", "color": INK, "va": "baseline"}
        place = {"xycoords": "axes fraction", "textcoords": "offset points"}
        axes[letter].annotate(words, (0, 1), (0, 17), **place, **look)
    return fig


# ------------------------------------------------------------------------------ the register

REGISTER_YEARS = (2019, 2026)


def draw_register(risks: pd.DataFrame, order: list[str], shut: tuple, invasion):
    """Draw the day on which each risk was first reduced, in groups, and when it was taken on.

    risks: group, risk, since (words), down (filled mark), reduced_earliest and reduced_latest
    (both empty: no mark). order: of the groups. shut: two days.
    """
    risks = risks.assign(name=[wrap_words(words, 36) for words in risks["risk"]])
    risks = risks.assign(height=0.45 + 0.6 * (risks["name"].str.count("\n") + 1))
    rows, heads = lay_groups(risks, "group", order, 1.8, 1.2, "height")
    fig, ax = style.make_canvas(89, 126)
    place_axes(ax, 52, 7, 35, 109)
    set_years(ax, *REGISTER_YEARS, every=2)
    ax.set_xlim(left=REGISTER_YEARS[0] - 1.2)
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
    step = CLOSING.style(3.8)
    marks = [("lower since", step), ("a step, not lower since", make_hollow(step))]
    marks += [("border closed", {"color": SHUT} | BLOCK)]
    draw_key(fig, marks, "below", left=0.5, columnspacing=0.9)
    return fig


def _draw_step(ax, row) -> None:
    """Draw the first reduction of one risk: its possible days, or where it lies if out of sight."""
    look = CLOSING.style(3.8) if row.down else make_hollow(CLOSING.style(3.8))
    if pd.isna(row.reduced_latest):
        write_note(ax, REGISTER_YEARS[1] + 0.9, row.y, "none", halo=True, ha="right")
        return
    start, end = to_year(row.reduced_earliest), to_year(row.reduced_latest)
    if end < REGISTER_YEARS[0]:
        left = ax.get_xlim()[0] + 0.4
        ax.plot(left, row.y, **look | {"marker": "<"})
        write_note(ax, left, row.y, str(row.reduced_latest.year), 4, halo=True)
        return
    if end - start > 0.4:  # years: a shorter interval hides behind its mark
        draw_interval(ax, row.y, start, end, CLOSING.colour, tick=0.25)
    ax.plot((start + end) / 2, row.y, **look | {"zorder": 4})
