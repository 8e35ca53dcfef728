"""The two charts of notebook 05: missions and measures in two stretches of years, and collapse."""

import numpy as np
import pandas as pd

from derisking.draw import style
from derisking.draw.axes import fill_page, locate_day, set_years, shade_span
from derisking.draw.marks import (
    MIDDLE,
    Panel,
    draw_key,
    find_runs,
    make_hollow,
    make_panels,
    write_note,
)
from derisking.draw.style import INK, MUTED, PALE

OPENING, CLOSING = (style.read_meanings("measure")[key] for key in ("opening", "closing"))
FINDING = {"fontsize": 8, "fontweight": "bold", "color": INK}

# ------------------------------------------------------------------------- missions and measures

MARKS = 10  # in a row
PITCH, SIZE = 3.9, 8.6  # mm from one mark to the next; points
LEFT = (4, 47.5)  # mm from the edge of the page to the first mark of each stretch of years
KINDS = {  # how they are drawn, and the word for one and for several
    "missions": (CLOSING, "mission closed", "missions closed"),
    "opening": (OPENING, "opening", "openings"),
    "closing": (CLOSING, "closing", "closings"),
}


def draw_missions_fell(counts: pd.DataFrame):
    """Draw one mark for each mission closed and for each measure, in two stretches of years.

    counts: span (in words), kind (a key of KINDS), lower, upper (what is certain, and possible:
    drawn in outline).
    """
    fig, ax = style.make_canvas(89, 82)
    fill_page(ax)
    parts = list(counts.groupby("span", sort=False))
    for left, (span, _) in zip(LEFT, parts, strict=True):
        ax.text(left - 1.5, 3.5, span, va="center", fontsize=7)
    y = 9.0
    for kind, (meaning, one, several) in KINDS.items():
        if kind == "opening":
            words = "Measures outside diplomacy, from a selected list"
            ax.text(LEFT[0] - 1.5, y + 2, words, va="center", fontsize=7)
            ax.axhline(y - 1.5, 0.02, 0.98, color=PALE, lw=0.8)
            y += 8
        for left, (_, part) in zip(LEFT, parts, strict=True):
            row = part.set_index("kind").loc[kind]
            _draw_marks(ax, left, y, row["lower"], row["upper"], meaning.style(SIZE))
            number = " to ".join(dict.fromkeys(f"{row[bound]}" for bound in ("lower", "upper")))
            words = f"{number} {one if row['upper'] == 1 else several}"
            look = {"fontsize": 7} if kind == "opening" else FINDING
            ax.text(left - 1.5, y, words, va="center", **look)
        most = counts.loc[counts["kind"].eq(kind), "upper"].max()
        y += 7.5 + PITCH * -(-most // MARKS)
    unsure = {"disputed, or perhaps counted twice": make_hollow(CLOSING.style(6))}
    draw_key(fig, list(unsure.items()), "below", left=2.5)
    return fig


def _draw_marks(ax, left: float, top: float, certain: int, possible: int, look: dict) -> None:
    """Draw marks in rows below the words at `top`: the certain ones full, the others hollow."""
    places = np.arange(possible)
    x, y = left + 0.5 + PITCH * (places % MARKS), top + 4.3 + PITCH * (places // MARKS)
    ax.plot(x[:certain], y[:certain], **look)
    ax.plot(x[certain:], y[certain:], **make_hollow(look))


# --------------------------------------------------------------------------------- the collapse

COLLAPSE_YEARS = (1985, 2002)
BLOC_LOST = style.read_meanings("phase")["socialist_bloc_lost"].colour
STRONG = 2.6  # points: the width of the part of a line that the caption speaks of

MAIN = {  # the one line of each panel; what else there is stands back
    "a": "gdp_growth_bok_first",
    "b": "trade_russia_total_wikipedia_usd_m",
    "c": "cereals_production_fao_mt",
    "d": "oda_received_usd_m_constant",
}
COLLAPSE = {
    "a": Panel("Output", "1989 = 100", (0, 118), {}),
    "b": Panel(
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
    "c": Panel("Cereal harvest", "million tonnes", (0, 10.8), {"cereals_production_fao_mt": "fao"}),
    "d": Panel(
        "OECD aid", "million constant dollars", (0, 470), {"oda_received_usd_m_constant": "dac"}
    ),
}
FALLS = "falls after {}"
TURN_WORDS = {"a": FALLS, "b": FALLS, "c": FALLS, "d": "above 100\nin {}"}
# By panel: a year beside the band, points from there and the height of the turn, and the side
TURN_PLACES = {
    "a": (1992.2, 0, 1, "left"),
    "b": (1992.2, 0, 1, "left"),
    "c": (1993.5, 6, 6, "left"),
    "d": (1997.6, 0, 10, "right"),
}


def draw_collapse(shown: pd.DataFrame, bloc_lost: tuple, first_aid, turns: dict):
    """Draw one line a panel of COLLAPSE, under each other: its fall (in d its rise) strong.

    shown: panel, series_id, year, value. bloc_lost: two days. first_aid: a day, drawn in d.
    turns: letter -> the year before the fall, and the last of it; in d of the rise. Series that
    are not in MAIN: grey, those of a as a line.
    """
    heads = {letter: (panel.subject, panel.unit) for letter, panel in COLLAPSE.items()}
    fig, axes = make_panels(heads, 132, (4, 1), 89)
    look = {"marker": "o", "ms": 2.8, "color": INK, "zorder": 3, "clip_on": False}
    for letter, ax in axes.items():
        set_years(ax, *COLLAPSE_YEARS)
        ax.set_ylim(*COLLAPSE[letter].limits)
        shade_span(ax, *bloc_lost, BLOC_LOST)
        part = shown[shown["panel"].eq(letter)].sort_values("year")
        main = part["series_id"].eq(MAIN[letter])
        others = part[~main]
        if letter == "a":
            ax.plot(others["year"] + MIDDLE, others["value"], color=MUTED, lw=0.7, zorder=2)
        elif len(others):
            grey = look | {"color": MUTED, "ls": "none"}
            ax.plot(others["year"] + MIDDLE, others["value"], **grey)
        for run in find_runs(part[main]["year"]):
            line = part[main].iloc[run]
            ax.plot(line["year"] + MIDDLE, line["value"], lw=0.7, **look)
        _stress_turn(ax, letter, part[main].set_index("year")["value"], *turns[letter])
    write_note(axes["a"], np.mean(bloc_lost), 30, "Soviet\nbloc lost", ha="center")
    axes["c"].set_yticks([0, 5, 10])
    day = locate_day(axes["d"], first_aid)
    axes["d"].axvline(day, 0, 0.38, color=INK, lw=0.6, ls=(0, (4, 2)), zorder=1)
    write_note(axes["d"], day, 112, "first UN\nfood aid,\nNov 1995", -3, ha="right", color=INK)
    write_note(axes["a"], 2002.8, 54, "grey: Gapminder", ha="right")
    write_note(axes["b"], 1992.2, 1.42, "grey: other sources")
    write_note(axes["b"], 1995, 0.25, "no data", ha="center")
    return fig


def _stress_turn(ax, letter: str, values: pd.Series, first: int, last: int) -> None:
    """Draw a line thick from its year `first` to `last`, with words at the year named."""
    part = values.loc[first:last]
    ax.plot(part.index + MIDDLE, part, color=INK, lw=STRONG, zorder=3)
    named = last if letter == "d" else first
    x, dx, dy, side = TURN_PLACES[letter]
    place = {"dx": dx, "dy": dy, "ha": side, "va": "bottom" if letter == "d" else "center"}
    write_note(ax, x, values[named], TURN_WORDS[letter].format(named), **place, **FINDING)
