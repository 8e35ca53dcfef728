"""The two charts of notebook 04: what can be counted of exposures, and the register of risks."""

import pandas as pd

from derisking.draw import style
from derisking.draw.axes import locate_day, mark_days, place_axes, set_years, shade_span, to_year
from derisking.draw.labels import wrap_words
from derisking.draw.marks import (
    MIDDLE,
    Panel,
    draw_interval,
    draw_key,
    draw_panels,
    find_runs,
    lay_groups,
    make_hollow,
    write_column,
    write_note,
)
from derisking.draw.style import INK, NOTE, PALE

YEARS = (1989, 2026)
SHUT = style.read_meanings("phase")["pandemic"].colour
BLOCK = {"lw": 6, "ls": "-", "solid_capstyle": "butt"}  # of a shading, in a key
CLOSING = style.read_meanings("measure")["closing"]
STRONG = 2.6  # points: the width of the part of a line that the caption speaks of

# What became of them, with the letter of the first panel of each group
ROWS = {
    "a": "Contact fell in 2020-21 and stayed low",
    "c": "Trade fell in 2018, and again in 2020-21",
    "d": "Dependence rose",
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
        "arrivals",
        (0, 3150),
        {"defectors_arrivals_south_korea": "rok"},
    ),
    "c": Panel(
        "Trade without South Korea",
        "billion dollars",
        (0, 9),
        {"trade_total_kotra_usd_m": "kotra", "trade_total_jetro_usd_m": "jetro"},
        0.001,
        ((2003, 3.9, "KOTRA"), (1993.2, 4.8, "JETRO"), (1996.6, 3.3, "hollow: estimate")),
    ),
    "d": Panel(
        "China's share of that trade",
        "percent",
        (0, 117),
        {"trade_china_share_kotra_pct": "kotra", "trade_china_share_jetro_pct": "jetro"},
        labels=((2001, 62, "KOTRA"), (1992.2, 12, "JETRO")),
    ),
}
# By panel: points from the first and the last mark of its strong part to their numbers
OFFSETS = {
    "a": ((0, 7), (8, 8)),
    "b": ((2, 8), (4, 8)),
    "c": ((13, 2), (-13, -3)),
    "d": ((9, -6), (0, 7)),
}


def draw_exposures(shown: pd.DataFrame, shut: tuple, pressed: tuple, strong: dict[str, tuple]):
    """Draw the panels of EXPOSURES under each other, in the groups of ROWS.

    shown: as from `marks.gather_panels`. shut, pressed: two days each, of the closed border and of
    the sanctions. strong: letter -> series_id, first and last year of the part that is drawn thick
    and has its numbers at both ends.
    """
    canvas = {"width": 89, "height": 138, "shape": (4, 1)}
    fig, axes = draw_panels(EXPOSURES, shown, YEARS, ("compiler",), every=5, **canvas)
    axes["b"].yaxis.set_major_formatter("{x:,.0f}")
    looks = style.read_meanings("compiler")
    for letter, ax in axes.items():
        shade_span(ax, *shut, SHUT, "border\nclosed" if letter == "a" else "")
        name, first, last = strong[letter]
        part = shown[shown["series_id"].eq(name) & shown["year"].between(first, last)]
        part = part.sort_values("year")
        look = looks[part["mark"].iloc[0]]
        for run in find_runs(part["year"]):
            line = part.iloc[run]
            ax.plot(line["year"] + MIDDLE, line["value"], color=look.colour, lw=STRONG, zorder=3)
        for row, offset in zip((part.iloc[0], part.iloc[-1]), OFFSETS[letter], strict=True):
            words = f"{row['value']:,.0f}" if row["value"] >= 10 else f"{row['value']:.2f}"
            bold = {"fontsize": 8, "fontweight": "bold", "color": INK, "ha": "center"}
            write_note(ax, row["year"] + MIDDLE, row["value"], words, *offset, **bold)
    shade_span(axes["c"], *pressed, style.WASH)
    write_note(axes["c"], locate_day(axes["c"], pressed[0]), 8.5, "UN sanctions", -2, ha="right")
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
    write_column(ax, -0.06, rows["y"], rows["since"], "risk taken on", color=NOTE, ha="right")
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
    if end - start > 0.7:  # years: a shorter interval hides behind its mark
        draw_interval(ax, row.y, start, end, CLOSING.colour, tick=0.25)
    ax.plot((start + end) / 2, row.y, **look | {"zorder": 4})
