"""The four charts of notebook 05: missions and measures by year, collapse, openings, two turns."""

import pandas as pd

from derisking.draw import style
from derisking.draw.axes import locate_day, set_rows, set_years, shade_span, to_year
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
from derisking.draw.style import INK, MUTED, PALE, SOFT

YEARS = (1984, 2026)
COLLAPSE_YEARS = (1984, 2010)
OPENING, CLOSING = (style.read_meanings("measure")[key] for key in ("opening", "closing"))
BLOC_LOST = style.read_meanings("phase")["socialist_bloc_lost"].colour
BAND = style.HAIRLINE
CLOSED_GROUND = style.COLOURS["pale_vermilion"]  # of a field in which something was closed
FINDING = {"fontsize": 8, "fontweight": "bold", "color": INK}
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
TURN_WORDS = {"a": "falls after ", "b": "falls after ", "c": "falls after ", "d": "above 100 in "}
TURN_PLACES = {"d": (-7, 9)}  # points from a ring to its words, off other marks


def draw_collapse(shown: pd.DataFrame, bloc_lost: tuple, first_aid, turns: dict):
    """Draw one line a panel of COLLAPSE, under each other: its fall (in d its rise) strong.

    shown: panel, series_id, year, value. bloc_lost: two days. first_aid: a day, drawn in d.
    turns: letter -> the year before the fall, and the last of it; in d of the rise. Series that
    are not in MAIN: grey, those of a as a line.
    """
    heads = {letter: (panel.subject, panel.unit) for letter, panel in COLLAPSE.items()}
    fig, axes = make_panels(heads, 124, (4, 1), 89, sharex=True)
    look = {"marker": "o", "ms": 2.8, "color": INK, "zorder": 3, "clip_on": False}
    for letter, ax in axes.items():
        set_years(ax, *COLLAPSE_YEARS, every=5)
        ax.set_ylim(*COLLAPSE[letter].limits)
        shade_span(ax, *bloc_lost, BLOC_LOST)
        part = shown[shown["panel"].eq(letter)].sort_values("year")
        main = part["series_id"].eq(MAIN[letter])
        others = part[~main]
        if letter == "a":
            ax.plot(others["year"] + 0.5, others["value"], color=MUTED, lw=0.7, zorder=2)
        elif len(others):
            ax.plot(others["year"] + 0.5, others["value"], **look | {"color": MUTED, "ls": "none"})
        for run in find_runs(part[main]["year"]):
            line = part[main].iloc[run]
            ax.plot(line["year"] + 0.5, line["value"], lw=0.7, **look)
        _stress_turn(ax, letter, part[main].set_index("year")["value"], *turns[letter])
    axes["c"].set_yticks([0, 5, 10])
    day = locate_day(axes["d"], first_aid)
    axes["d"].axvline(day, 0, 0.3, color=INK, lw=0.6, ls=(0, (4, 2)), zorder=1)
    write_note(axes["d"], day, 90, "first UN food aid,\nNovember 1995", -3, ha="right", color=INK)
    write_note(axes["a"], 1989.4, 30, "loss of\nthe bloc", ha="right")
    write_note(axes["a"], 2010.6, 62, "grey: Gapminder", ha="right")
    write_note(axes["b"], 2010.6, 0.9, "grey: other sources", ha="right")
    return fig


def _stress_turn(ax, letter: str, values: pd.Series, first: int, last: int) -> None:
    """Draw a line thick from its year `first` to `last`; a ring and words at the year named."""
    part = values.loc[first:last]
    ax.plot(part.index + 0.5, part, color=INK, lw=STRONG, zorder=3)
    named = last if letter == "d" else first
    ring = {"marker": "o", "ms": 8, "mfc": "none", "mec": INK, "mew": 0.9, "zorder": 4}
    ax.plot(named + 0.5, values[named], clip_on=False, **ring)
    words = f"{TURN_WORDS[letter]}{named}"
    dx, dy = TURN_PLACES.get(letter, (8, 5))
    side = {"ha": "right" if dx < 0 else "left"}
    write_note(ax, named + 0.5, values[named], words, dx, dy, **FINDING | side)


def draw_missions_fell(closed: pd.DataFrame, outside: pd.DataFrame, spans: dict[str, tuple]):
    """Draw missions closed and measures outside diplomacy by year, one above the other.

    Columns of `closed` and `outside`: as for `marks.draw_opposed`; the last year of `closed` is by
    Seoul's list. spans: name -> first and last year of a stretch that is shaded and whose sums are
    written into it.
    """
    heads = {
        "a": ("Missions closed", "per year"),
        "b": ("Measures outside diplomacy, selected list", "per year"),
    }
    fig, axes = make_panels(heads, 110, (2, 1), 89, sharex=True, height_ratios=[1, 1.35])
    fig.get_layout_engine().set(rect=(0, 0.045, 1, 0.955))  # room for the key
    for letter, ax in axes.items():
        set_years(ax, 1989, 2026, every=5)
        for name, (first, last) in spans.items():
            shade_span(ax, first, last + 1, BAND, name if letter == "b" else "")
    draw_opposed(axes["a"], closed, OPENING, CLOSING)
    draw_opposed(axes["b"], outside, OPENING, CLOSING)
    axes["a"].set(ylim=(-19.6, 0), yticks=range(-15, 1, 5))
    axes["a"].spines["bottom"].set_visible(False)  # counted down from the line at the top
    axes["a"].tick_params(axis="x", which="both", length=0)
    axes["b"].set_ylim(-10.4, 12.2)
    axes["b"].set_yticks([-6, -3, 0, 3, 6])
    _write_sums(axes, closed, outside, spans)
    bar = {"lw": 5, "ls": "-"}
    entries = [("closed or closing", bar | {"color": CLOSING.colour})]
    entries += [("opening", bar | {"color": OPENING.colour})]
    outline = {"marker": "s", "ms": 5, "mfc": "white", "mec": CLOSING.colour, "mew": 0.6}
    entries += [("disputed, or perhaps counted twice", outline | {"ls": "none"})]
    draw_key(fig, entries, "below", left=0.5, columnspacing=0.8)
    return fig


def _write_sums(axes: dict, closed: pd.DataFrame, outside: pd.DataFrame, spans: dict) -> None:
    """Write into each stretch of years what was closed and opened in it, see the chart above."""
    centred = FINDING | {"ha": "center"}
    last_round = closed.iloc[closed["year"].argmax()]
    words = f"Seoul's\nlist: {last_round['lower']}"
    place = (last_round["year"] + 0.5, -last_round["lower"])
    write_note(axes["a"], *place, words, dy=-10, ha="center", color=INK)
    for first, last in spans.values():
        gone = closed.loc[closed["year"].between(first, last), ["lower", "upper"]].sum()
        words = " to ".join(dict.fromkeys(f"{number}" for number in gone))
        write_note(axes["a"], (first + last + 1) / 2, -17.1, f"{words}\nclosed", **centred)
        inside = outside[outside["year"].between(first, last)]
        sums = inside.groupby("side")["lower"].sum()
        for side, y, meaning in (("up", 9.3, OPENING), ("down", -8.4, CLOSING)):
            words = f"{sums[side]}\n{meaning.label}"
            write_note(axes["b"], (first + last + 1) / 2, y, words, **centred)


def draw_openings(counts: pd.DataFrame, rates: pd.DataFrame, talks: list[int]):
    """Draw openings a year in two rows, and under them openings by year.

    counts: year, lower (without diplomacy), upper (with it). rates: a row a set of openings (its
    index), columns talks and other (openings a year). talks: years, drawn dark in both.
    """
    fig, (dots, bars) = style.make_canvas(89, 86, 2, 1, height_ratios=[1, 1.35])
    write_head(dots, "a", "Openings a year")
    set_rows(dots, rates.index)
    looks = tuple({"marker": "o", "ms": 7, "color": dark, "ls": "none"} for dark in (INK, SOFT))
    draw_dumbbells(dots, rates, "talks", "other", looks)
    for row, (talked, other) in enumerate(zip(rates["talks"], rates["other"], strict=True)):
        for value, far in ((talked, talked > other), (other, other > talked)):
            side = {"ha": "left" if far else "right"}
            write_note(dots, value, row, f"{value:.1f}", 8 if far else -8, **FINDING | side)
    dots.set_xlim(0, 4)
    dots.set_xticks(range(5))
    dots.set_ylim(len(rates) - 0.5, -0.6)
    entries = [("in years of talks", looks[0]), ("in other years", looks[1])]
    draw_key(dots, entries, "above right")
    write_head(bars, "b", "Openings by year, selected list", "number")
    set_years(bars, *YEARS, every=10)
    for dark, some in ((INK, counts["year"].isin(talks)), (SOFT, ~counts["year"].isin(talks))):
        part = counts[some]
        x, more = part["year"] + 0.5, part["upper"] - part["lower"]
        bars.bar(x, part["lower"], 0.72, color=dark, lw=0, zorder=2)
        x, low, more = x[more > 0], part["lower"][more > 0], more[more > 0]
        bars.bar(x, more, 0.72, bottom=low, fc="white", ec=dark, lw=0.8, zorder=2)
    bars.set(ylim=(0, 10), yticks=(0, 3, 6, 9))
    at = counts.set_index("year")["upper"]
    for year in talks:
        lift, side = {1994: (2.6, "center"), 2019: (0, "left")}.get(year, (0, "center"))
        x = year + (0.1 if side == "left" else 0.5)
        write_note(bars, x, at[year] + lift, year, dy=6, ha=side, color=INK)
        bars.plot([x, x], [at[year], at[year] + lift], color=INK, lw=0.5 if lift else 0)
    write_note(bars, 1984.5, 8.4, "full: other fields\nin outline: diplomacy", color=INK)
    return fig


def draw_turns(turns: pd.DataFrame, groups: dict[str, list[str]], spans: dict[str, tuple]):
    """Draw measures by field in two stretches of years side by side: closings above the line.

    Fields in which the state itself closed something are shaded. Columns of `turns`: episode,
    domain, direction, hollow (an act of another state), and the bounds of the date; a mark stands
    at the middle of its possible days. groups: heading -> the fields under it.
    """
    turns = turns.assign(x=find_middle(turns).map(to_year))
    names = pd.DataFrame(
        [(group, field) for group, fields in groups.items() for field in fields],
        columns=["group", "domain"],
    )
    rows, heads = lay_groups(names, "group", None, 1.0, 0.85)
    places = rows.set_index("domain")["y"]
    widths = [last - first + 1 for first, last in spans.values()]
    fig, axes = style.make_canvas(89, 130, 1, 2, sharey=True, width_ratios=widths)
    fig.get_layout_engine().set(rect=(0, 0.045, 1, 0.955))  # room for the key
    for ax, letter, (name, years) in zip(axes, "ab", spans.items(), strict=True):
        write_head(ax, letter, name)
        set_years(ax, *years, every=2)
        ax.set_yticks(places, places.index)
        ax.set_ylim(places.max() + 0.6, -0.5)
        ax.tick_params(axis="y", length=0, labelsize=7)
        ax.spines["left"].set_visible(False)
        ax.hlines(places, *ax.get_xlim(), color=PALE, lw=0.4, zorder=0)
        part = turns[turns["episode"].eq(name)]
        own = part["direction"].eq("closing") & ~part["hollow"]
        for y in places[sorted(set(part[own]["domain"]))]:
            ax.axhspan(y - 0.48, y + 0.48, color=CLOSED_GROUND, lw=0, zorder=-5)
        for (field, direction), some in part.groupby(["domain", "direction"]):
            _draw_acts(ax, some.sort_values("x"), places[field], direction)
    _draw_turns_key(fig)
    for name, y in heads.items():
        place = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points"}
        place |= {"va": "center", "annotation_clip": False}
        axes[0].annotate(name, (0, y), (-50, 0), **place, **FINDING)
    return fig


def _draw_turns_key(fig) -> None:
    entries = [("closing", CLOSING.style(3.4)), ("opening", OPENING.style(3.4))]
    entries += [("closing by Seoul", make_hollow(CLOSING.style(3.4)))]
    ground = {"color": CLOSED_GROUND, "lw": 6, "ls": "-", "solid_capstyle": "butt"}
    entries += [("closed by Pyongyang", ground)]
    draw_key(fig, entries, "below", left=0.5, columnspacing=0.8)


def _draw_acts(ax, acts: pd.DataFrame, y: float, direction: str) -> None:
    """Draw acts of one field and direction beside its line, near ones one above the other."""
    meaning, sign = (CLOSING, -1) if direction == "closing" else (OPENING, 1)
    level = stack_rows(acts["x"], acts["x"], 0.3)
    heights = y + sign * (0.11 + 0.15 * pd.Series(level, index=acts.index))
    look = meaning.style(3.1) | {"zorder": 3, "clip_on": False}
    for hollow, marks in acts.groupby("hollow"):
        ax.plot(marks["x"], heights[marks.index], **make_hollow(look) if hollow else look)
