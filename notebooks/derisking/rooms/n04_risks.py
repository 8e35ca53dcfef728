"""The two charts of notebook 04: what can be counted of exposures, and when risks were reduced."""

import numpy as np
import pandas as pd

from derisking.draw import style
from derisking.draw.axes import mark_days, place_axes, set_years, shade_span, to_year
from derisking.draw.marks import (
    MIDDLE,
    Panel,
    draw_interval,
    draw_key,
    make_hollow,
    make_panels,
    stack_rows,
    write_head,
    write_note,
)
from derisking.draw.style import INK, MUTED, SOFT

YEARS = (1989, 2026)
SHUT = style.read_meanings("phase")["pandemic"].colour
CHINA = style.read_meanings("partner")["CHN"].colour
CLOSING = style.read_meanings("measure")["closing"]
BOLD = {"fontsize": 8, "fontweight": "bold", "color": INK}

EXPOSURES = {
    "a": Panel(
        "OECD aid",
        "million constant dollars",
        (0, 470),
        {"oda_received_usd_m_constant": "dac"},
    ),
    "b": Panel(
        "Defectors who reached the South",
        "arrivals a year",
        (0, 3150),
        {"defectors_arrivals_south_korea": "rok"},
    ),
    "c": Panel(
        "Trade without South Korea",
        "billion dollars",
        (0, 9.9),
        {"trade_total_kotra_usd_m": "kotra", "trade_total_jetro_usd_m": "jetro"},
        0.001,
    ),
}
WIDE = 0.8  # of a year: a bar


def draw_exposures(shown: pd.DataFrame, shut: tuple, pressed: tuple, named: dict[str, tuple]):
    """Draw bars by year under each other: aid, arrivals, and trade by partner.

    shown: as from `marks.gather_panels`, and china (its share in c, percent; missing: not known).
    shut, pressed: two days each, of the closed border and of the sanctions. named: letter -> the
    two years whose numbers are written, the later one bold.
    """
    heads = {letter: (panel.subject, panel.unit) for letter, panel in EXPOSURES.items()}
    fig, axes = make_panels(heads, 118, (3, 1), 89, height_ratios=[1, 1, 1.7])
    for letter, ax in axes.items():
        set_years(ax, *YEARS)
        ax.set_ylim(*EXPOSURES[letter].limits)
        shade_span(ax, *shut, SHUT, "border\nclosed" if letter == "a" else "")
        part = shown[shown["panel"].eq(letter)]
        if letter == "c":
            _draw_trade(ax, part, pressed)
        else:
            colours = np.where(part["year"].ge(shut[0].year), INK, SOFT)
            ax.bar(part["year"] + MIDDLE, part["value"], WIDE, color=colours, lw=0, zorder=2)
        _write_values(ax, part.set_index("year"), *named[letter])
    axes["b"].yaxis.set_major_formatter("{x:,.0f}")
    return fig


def _draw_trade(ax, part: pd.DataFrame, pressed: tuple) -> None:
    """Draw the trade with China and with others, and over the bars the days of the sanctions."""
    known = part[part["china"].notna()]
    china = known["value"] * known["china"] / 100
    x = known["year"] + MIDDLE
    ax.bar(x, china, WIDE, color=CHINA, lw=0, zorder=2)
    ax.bar(x, known["value"] - china, WIDE, bottom=china, color=SOFT, lw=0, zorder=2)
    rest = part[part["china"].isna()]
    outline = {"fc": "white", "ec": MUTED, "lw": 0.6}
    ax.bar(rest["year"] + MIDDLE, rest["value"], WIDE, zorder=2, **outline)
    ax.plot([to_year(day) for day in pressed], [8.1, 8.1], color=INK, lw=2, solid_capstyle="butt")
    write_note(ax, pressed[1], 8.75, "UN sanctions", ha="right")
    square = {"marker": "s", "ms": 5, "ls": "none", "mew": 0}
    entries = [("with China", square | {"color": CHINA}), ("with others", square | {"color": SOFT})]
    entries += [("partners not told apart", square | {"mfc": "white", "mec": MUTED, "mew": 0.6})]
    draw_key(ax, entries, "upper left")


def _write_values(ax, values: pd.DataFrame, first: int, last: int) -> None:
    """Write two values over their bars, the later one bold; of trade China's share."""
    for year, look in ((first, {"color": INK}), (last, BOLD)):
        row, end = values.loc[year], WIDE / 2 if year == first else -WIDE / 2
        if pd.notna(row["china"]):
            words, end = f"China\n{row['china']:.0f} %", 0
            place = {"dx": -5 if year == first else 0, "dy": 4, "ha": "center", "va": "bottom"}
        else:
            words = f"{row['value']:,.0f}"
            place = {"dy": 5, "ha": "right" if year == first else "left", "va": "bottom"}
        write_note(ax, year + MIDDLE + end, row["value"], words, **place, **look)


# ------------------------------------------------------------------------------ the register

REGISTER_YEARS = (2019, 2026)
EARLIER, NEVER = 2018, 2028  # where risks stand that were reduced earlier, or never
GROUPS = {  # codes of the column group
    "before": "first reduced before the invasion of Ukraine",
    "after": "first reduced after it",
    "never": "never reduced",
}
SQUARE = 8  # points
ROOM = 0.21  # years from the middle of a square to the ground of its neighbour
STEPS = {  # how a risk is drawn, by the words of the key
    "lower since": CLOSING.style(SQUARE),
    "a step, not lower since": make_hollow(CLOSING.style(SQUARE)),
    "grew": {"marker": "^", "ms": SQUARE, "color": INK, "ls": "none"},
}


def draw_register(risks: pd.DataFrame, shut: tuple, invasion):
    """Draw one mark a risk at its first reduction, near ones one above the other.

    risks: group (before or after the invasion, or never), down (filled mark), reduced_earliest and
    reduced_latest (both empty: never). shut: two days.
    """
    fig, ax = style.make_canvas(89, 69)
    place_axes(ax, 1.5, 10.5, 86, 46)
    ax.set(xlim=(EARLIER - 0.6, NEVER + 1), ylim=(-0.8, 10.6), yticks=[])
    write_head(ax, "", f"{len(risks)} risks, each at its first reduction", rise=15)
    shade_span(ax, *shut, SHUT)
    mark_days(ax, {"invasion of Ukraine": invasion})
    line, opened = to_year(invasion), to_year(shut[1])
    write_note(ax, (line + opened) / 2, 1.5, "border\nclosed", ha="center")
    _draw_risks(ax, risks)
    sizes = risks["group"].value_counts()
    heads = {
        "before": (line, -4, "right"),
        "after": (line, 4, "left"),
        "never": (NEVER, 0, "center"),
    }
    for group, (x, dx, side) in heads.items():
        write_note(ax, x, 9.7, f"{sizes[group]} {group}", dx, ha=side, **BOLD)
    draw_key(fig, list(STEPS.items()), "below", left=2)
    return fig


def _draw_risks(ax, risks: pd.DataFrame) -> None:
    """Draw the marks of risks, their possible days where they make up a year, and the axis."""
    years = range(REGISTER_YEARS[0], REGISTER_YEARS[1] + 2)
    start, end = (to_year(risks[f"reduced_{bound}"]) for bound in ("earliest", "latest"))
    old, never = end.lt(years[0]), end.isna()
    sooner = ", ".join(f"{year:.0f}" for year in sorted(set(np.floor(end[old]))))
    ax.set_xticks([EARLIER, *years, NEVER], [sooner, *map(str, years), "never"])
    ax.spines["bottom"].set_bounds(years[0], years[-1])
    ax.spines["left"].set_visible(False)
    start, end = (days.mask(old, EARLIER).mask(never, NEVER) for days in (start, end))
    wide = end - start > 0.7  # years: a shorter interval hides behind its mark
    middle = (start + end) / 2
    level = stack_rows(start.where(wide, middle) - ROOM, end.where(wide, middle) + ROOM)
    lower, step, grew = STEPS
    kinds = np.where(never, grew, np.where(risks["down"], lower, step))
    for kind, look in STEPS.items():
        ax.plot(middle[kinds == kind], level[kinds == kind], **look, zorder=4)
    for low, high, y in zip(start[wide], end[wide], level[wide], strict=True):
        draw_interval(ax, y, low, high, CLOSING.colour, tick=0.3)
