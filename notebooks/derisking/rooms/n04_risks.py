"""The two charts of notebook 04: what can be counted of exposures, and when risks were reduced."""

import numpy as np
import pandas as pd

from derisking.draw import style
from derisking.draw.axes import mark_days, place_axes, set_years, to_year
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
        if letter != "b":
            _draw_stretch(ax, shut, "border closed", "left")
        part = shown[shown["panel"].eq(letter)]
        if letter == "c":
            _draw_trade(ax, part, pressed)
        else:
            colours = np.where(part["year"].ge(shut[0].year), INK, SOFT)
            ax.bar(part["year"] + MIDDLE, part["value"], WIDE, color=colours, lw=0, zorder=2)
        _write_values(ax, part.set_index("year"), *named[letter])
    axes["b"].yaxis.set_major_formatter("{x:,.0f}")
    write_note(axes["b"], YEARS[1], 2600, f"black: since {shut[0].year}", ha="right")
    return fig


def _draw_trade(ax, part: pd.DataFrame, pressed: tuple) -> None:
    """Draw the trade with China and with others, and over the bars the time of the sanctions."""
    known = part[part["china"].notna()]
    china = known["value"] * known["china"] / 100
    x = known["year"] + MIDDLE
    ax.bar(x, china, WIDE, color=CHINA, lw=0, zorder=2)
    ax.bar(x, known["value"] - china, WIDE, bottom=china, color=SOFT, lw=0, zorder=2)
    dashes = (0, (2, 1.2))
    for line, guessed in (("-", False), (dashes, True)):
        rest = part[part["china"].isna() & part["hollow"].eq(guessed)]
        outline = {"fc": "white", "ec": MUTED, "lw": 0.6, "ls": line}
        ax.bar(rest["year"] + MIDDLE, rest["value"], WIDE, zorder=2, **outline)
    _draw_stretch(ax, pressed, "UN sanctions", "right")
    write_note(ax, 1994, 3.1, "no data", ha="center")
    square = {"marker": "s", "ms": 5, "ls": "none", "mew": 0}
    entries = [("with China", square | {"color": CHINA}), ("with others", square | {"color": SOFT})]
    entries += [("partners not told apart", square | {"mfc": "white", "mec": MUTED, "mew": 0.6})]
    entries += [("dashed: estimate", {"color": MUTED, "lw": 0.6, "ls": dashes})]
    draw_key(ax, entries, "upper left", handlelength=1)


def _draw_stretch(ax, days: tuple, words: str, side: str) -> None:
    """Draw a stretch of time as a bar over the chart, with its name above that side of it."""
    place = {"transform": ax.get_xaxis_transform(), "color": INK, "solid_capstyle": "butt"}
    ax.plot([to_year(day) for day in days], [0.82, 0.82], lw=2, **place)
    y = ax.get_ylim()[1] * 0.82
    write_note(ax, days[0 if side == "left" else 1], y, words, dy=6, ha=side)


def _write_values(ax, values: pd.DataFrame, first: int, last: int) -> None:
    """Write two values over their bars with their years, the later bold; of trade China's share."""
    for year, end, side in ((first, WIDE / 2, "right"), (last, -WIDE / 2, "left")):
        row = values.loc[year]
        split = pd.notna(row["china"])
        number = f"{row['china']:.0f} %" if split else f"{row['value']:,.0f}"
        place = {"ha": "center" if split and year == last else side, "va": "baseline"}
        x = year + MIDDLE + (0 if place["ha"] == "center" else end)
        look = BOLD if year == last else {"color": INK}
        words = f"China, {year}" if split else f"in {year}"
        near = values.loc[year - 3 : year] if side == "right" else values.loc[year : year + 3]
        top = near["value"].max()  # of the bars that the words stand over
        write_note(ax, x, top, words, dy=4, **place)
        write_note(ax, x, top, number, dy=12, **place, **look)


# ------------------------------------------------------------------------------ the register

REGISTER_YEARS = (2019, 2024)
EARLIER, NEVER = 2018, 2026  # where risks stand that were reduced earlier, or never
GROUPS = {  # codes of the column group
    "before": "first reduced before the invasion of Ukraine",
    "after": "first reduced after it",
    "never": "never reduced",
}
BAND = 0.86  # of the height of the chart: the time of the closed border, below the numbers
SQUARE = 8  # points
ROOM = 0.18  # years from the middle of a square to the ground of its neighbour
STEPS = {  # how a risk is drawn, by the words of the key
    "lower since": CLOSING.style(SQUARE),
    "reduced once, but not lower since": make_hollow(CLOSING.style(SQUARE)),
    "grew": {"marker": "^", "ms": SQUARE, "color": INK, "ls": "none"},
}
YEAR_ONLY = {"only the year is known": {"color": CLOSING.colour, "lw": 0.9, "ls": "-"}}


def draw_register(risks: pd.DataFrame, shut: tuple, invasion):
    """Draw one mark a risk at its first reduction, near ones one above the other.

    risks: group (before or after the invasion, or never), down (filled mark), reduced_earliest and
    reduced_latest (both empty: never). shut: two days.
    """
    fig, ax = style.make_canvas(89, 74)
    place_axes(ax, 1.5, 10.5, 86, 48)
    ax.set(xlim=(EARLIER - 0.5, NEVER + 0.8), ylim=(-0.8, 9.4), yticks=[])
    words = f"{len(risks)} risks to the leadership, by the day each was first reduced"
    write_head(ax, "", words, rise=15)
    ax.axvspan(*map(to_year, shut), ymax=BAND, color=SHUT, lw=0, zorder=-5)
    mark_days(ax, {"invasion of Ukraine": invasion})
    line, opened = to_year(invasion), to_year(shut[1])
    write_note(ax, (line + opened) / 2, 1.5, "border\nclosed", ha="center")
    _draw_risks(ax, risks)
    sizes = risks["group"].value_counts()
    sides = {
        "before": (line, -4, "right"),
        "after": (line, 4, "left"),
        "never": (NEVER, 0, "center"),
    }
    for group, (x, dx, side) in sides.items():
        write_note(ax, x, 8.7, f"{sizes[group]} {group}", dx, ha=side, **BOLD)
    draw_key(fig, list((STEPS | YEAR_ONLY).items()), "below", columns=2, left=2)
    return fig


def _draw_risks(ax, risks: pd.DataFrame) -> None:
    """Draw the marks of risks, their possible days where they make up a year, and the axis."""
    years = range(REGISTER_YEARS[0], REGISTER_YEARS[1] + 2)
    start, end = (to_year(risks[f"reduced_{bound}"]) for bound in ("earliest", "latest"))
    old, never = end.lt(years[0]), end.isna()
    sooner = "earlier\n({})".format(", ".join(f"{x:.0f}" for x in sorted(set(np.floor(end[old])))))
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
