"""Words and where they go: widths, line breaks, and labels that keep clear of each other.

Layouts sort once and sweep once: each label takes the first row that is free. Widths are measured
once a text. The same frame always gives the same layout.
"""

from functools import cache
from itertools import accumulate
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath
from scipy.optimize import isotonic_regression

from derisking.draw.axes import locate_day
from derisking.draw.marks import draw_interval, find_middle
from derisking.draw.style import INK, NOTE, SOFT

POINT = 25.4 / 72  # mm
AIR = 0.25  # lines between two labels
ROOM = 0.8  # mm between two labels on one row
BASE = 100  # points at which widths are measured; they grow in proportion to the size

# ----------------------------------------------------------------------------------------- words


@cache
def _measure_line(line: str, weight: str) -> float:
    font = FontProperties(size=BASE, weight=weight)
    return (
        TextToPath().get_text_width_height_descent(line, font, False)[0] * POINT / BASE
        if line
        else 0.0
    )


def measure_text(words: str, size: float = 6, weight: str = "normal") -> float:
    """Return the width in mm of the longest line of `words` at `size` points in our font."""
    return max(_measure_line(line, weight) for line in words.split("\n")) * size


def _break_evenly(widths: list[float], space: float, limit: float) -> list[int]:
    """Return how many words stand on each line: fewest lines within `limit`, then the narrowest."""
    ends = list(accumulate(widths, lambda total, wide: total + space + wide))
    starts = [end - wide for end, wide in zip(ends, widths, strict=True)]

    def fill(most: float) -> list[int]:
        lines, first = [], 0
        for place, end in enumerate(ends):
            if place > first and end - starts[first] > most + 1e-9:
                lines.append(place - first)
                first = place
        return [*lines, len(ends) - first]

    most = fill(limit)
    spans = sorted({end - start for place, end in enumerate(ends) for start in starts[: place + 1]})
    spans = [span for span in spans if span < limit]
    low, high = (
        0,
        len(spans),
    )  # the narrowest span that needs no more lines lies in spans[low:high + 1]
    while low < high:
        middle = (low + high) // 2
        if len(fill(spans[middle])) <= len(most):
            high = middle
        else:
            low = middle + 1
    return fill(spans[low]) if low < len(spans) else most


def _join_lines(words: list[str], counts: list[int]) -> str:
    ends = list(accumulate(counts))
    return "\n".join(
        " ".join(words[end - count : end]) for end, count in zip(ends, counts, strict=True)
    )


@cache
def wrap_words(words: str, width: float, size: float = 6, weight: str = "normal") -> str:
    """Break `words` into the fewest lines of at most `width` mm, all about equally long.

    A word wider than that stays whole.
    """
    parts = words.split()
    widths = [measure_text(part, size, weight) for part in parts]
    space = measure_text("n n", size, weight) - measure_text("nn", size, weight)
    return _join_lines(parts, _break_evenly(widths, space, width)) if parts else ""


@cache
def wrap_letters(words: str, letters: int) -> str:
    """Break `words` into the fewest lines of at most so many letters, all about equally long."""
    parts = words.split()
    return (
        _join_lines(parts, _break_evenly([len(part) for part in parts], 1, letters))
        if parts
        else ""
    )


# ------------------------------------------------------------------------------------ one column


def spread_values(values, apart: float) -> np.ndarray:
    """Return heights at least `apart` from each other, in the order of `values` as near as can be.

    The sum of squared moves is the least possible. For labels at the ends of lines.
    """
    values = np.asarray(values, float)
    if not len(values):
        return values
    order = np.argsort(values, kind="stable")
    steps = apart * np.arange(len(values))
    placed = np.empty_like(values)
    placed[order] = isotonic_regression(values[order] - steps).x + steps
    return placed


def write_beside(ax, frame: pd.DataFrame, x, apart: float, size: float = 6) -> None:
    """Write labels in a column at day `x`, each joined to its mark by a thin leader.

    Columns of `frame`: day, value (where the mark is), label. apart: the least distance of labels
    in units of the vertical axis.
    """
    heights = spread_values(frame["value"], apart)
    leader = {"arrowstyle": "-", "lw": 0.4, "color": NOTE, "shrinkA": 0.5, "shrinkB": 2.5}
    for row, height in zip(frame.itertuples(), heights, strict=True):
        at = locate_day(ax, row.day), row.value
        ax.annotate(
            row.label,
            at,
            (locate_day(ax, x), height),
            fontsize=size,
            va="center",
            annotation_clip=False,
            arrowprops={**leader, "relpos": (0, 0.5)},
        )


# ----------------------------------------------------------------------------------- many labels


def lay_labels(
    frame: pd.DataFrame, width: float, size: float = 6, gap: float = 1.6, leaders: bool = False
) -> pd.DataFrame:
    """Give each label a side of its mark and a row, so that no label lies on another or a mark.

    Columns of `frame`: x0, x, x1 (mm from the left: ends of the date interval, and the mark) and
    label. A label stands right or left of its mark, `gap` mm off, within the axis of `width` mm.
    One sweep in the order of the marks, each label to the first free row: at the left, where the
    sweep has been and no mark is still to come, unless the right makes the layout less high. If
    `leaders` run from row 0 straight down to the marks, the sweep goes from the right, a label
    stands left only if the right has no room, and below every mark whose leader would cross it.

    Columns added: side (1 right, -1 left), row (first line of the label, 0 on top), lines, left
    and right (ends of the label in mm).
    """
    placed = []
    ordered = frame.reset_index(drop=True).sort_values("x", kind="stable", ascending=not leaders)
    for row in ordered.itertuples():
        wide, lines = measure_text(row.label, size), row.label.count("\n") + 1
        spots = []
        for side in (1, -1):
            left = row.x1 + gap if side == 1 else row.x0 - gap - wide
            inside = left >= 0 and left + wide <= width
            start, end = (row.x0 - gap / 2, left + wide) if side == 1 else (left, row.x1 + gap / 2)
            taken = [
                (o.row, o.row + o.lines + AIR)
                for o in placed
                if o.start < end + ROOM and start < o.end + ROOM
            ]
            least = max(
                (o.row + o.lines + AIR for o in placed if leaders and left < o.x < left + wide),
                default=0,
            )
            top = _find_room(taken, lines + AIR, least)
            grown = 0 if leaders else max([top + lines, *(o.row + o.lines for o in placed)])
            order = (not inside, grown, side == 1 if not leaders else side != 1)
            spots.append(
                (order, _Spot(row.Index, side, top, lines, left, left + wide, row.x, start, end))
            )
        placed.append(min(spots, key=lambda spot: spot[0])[1])
    placed.sort(key=lambda spot: spot.place)
    columns = ("side", "row", "lines", "left", "right")
    return frame.assign(**{name: [getattr(spot, name) for spot in placed] for name in columns})


class _Spot(NamedTuple):
    """Where one label stands; start and end: of label, mark and interval together, in mm."""

    place: int
    side: int
    row: float
    lines: int
    left: float
    right: float
    x: float
    start: float
    end: float


def _find_room(taken: list[tuple[float, float]], height: float, least: float = 0) -> float:
    """Return the first place, from `least` on, where `height` fits between the spans taken."""
    place = least
    for low, high in sorted(taken):
        if low >= place + height:
            break
        place = max(place, high)
    return place


def lay_lanes(
    frame: pd.DataFrame,
    lanes: dict[str, str],
    first,
    last,
    width: float,
    size: float = 6,
    chars: tuple[int, ...] = (60, 40, 26),
    room: float = 1.4,
    leaders: bool = True,
) -> pd.DataFrame:
    """Lay out dated, labelled events in lanes, from the top down, before the figure exists.

    Columns of `frame`: lane, title, date_earliest, date_latest. lanes: key -> name, in order. The
    time axis shows the days `first` to `last` on `width` mm. A lane takes the line length of
    `chars` that needs the fewest rows; `room`: rows of air between lanes. leaders: as in
    `lay_labels`.

    Columns added: day (drawn: the middle of the interval), label (the title in lines), x0, x, x1
    and those of `lay_labels`; row counts from the top of the page; top (first row of the lane),
    leader. The last row used is the largest row + lines.
    """
    first, last = pd.Timestamp(first), pd.Timestamp(last)
    parts, top = [], 0.0
    for lane in lanes:
        part = frame[frame["lane"].eq(lane)]
        part = part.sort_values(["date_earliest", "date_latest", "title"], kind="stable")
        part = part.assign(day=find_middle(part), leader=leaders)
        for name, day in (("x0", "date_earliest"), ("x", "day"), ("x1", "date_latest")):
            part[name] = ((part[day] - first) / (last - first) * width).clip(0, width)
        tried = [
            lay_labels(
                part.assign(label=[wrap_letters(title, n) for title in part["title"]]),
                width,
                size,
                leaders=leaders,
            )
            for n in chars
        ]
        best = min(tried, key=lambda laid: ((laid["row"] + laid["lines"]).max(), laid["row"].sum()))
        best = best.assign(top=top, row=top + 0.8 + best["row"])
        parts.append(best)
        top = (best["row"] + best["lines"]).max() + room if len(best) else top + 2 + room
    return pd.concat(parts)


def _cut_leader(lane: pd.DataFrame, row, bottom: float) -> list[tuple[float, float]]:
    """Return the pieces of a leader from the lane's top down to `bottom`, but what labels cover."""
    over = lane[
        lane["left"].sub(0.4).lt(row.x) & lane["right"].add(0.4).gt(row.x) & lane["row"].lt(bottom)
    ]
    over = over.drop(row.Index, errors="ignore").sort_values("row")
    pieces, y = [], row.top
    for other in over.itertuples():
        if other.row > y:
            pieces.append((y, other.row))
        y = max(y, other.row + other.lines)
    return [*pieces, (y, bottom)] if y < bottom else pieces


def draw_lanes(
    ax,
    laid: pd.DataFrame,
    lanes: dict[str, str],
    meanings: dict,
    by: str,
    other: str = "",
    size: float = 6,
    strong: str | None = None,
) -> None:
    """Draw what `lay_lanes` laid out: lane lines, leaders, date intervals, marks, labels.

    other: a second coding; where it is given and differs, the mark gets an outline in its form
    and colour. strong: a boolean column; its events are larger and darker. Sets the y axis to
    rows, 0 on top.
    """
    ax.set_ylim((laid["row"] + laid["lines"]).max() + 0.6, -0.6)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    for lane, name in lanes.items():
        part = laid[laid["lane"].eq(lane)]
        if part.empty:
            continue
        top = part["top"].iloc[0]
        ax.axhline(top, color=SOFT, lw=0.5, zorder=1)
        ax.annotate(
            name,
            (0, top),
            (-3, 2.5),
            ax.get_yaxis_transform(),
            textcoords="offset points",
            ha="right",
            va="top",
            fontsize=7,
        )
        for row in part.itertuples():
            heavy = strong is None or getattr(row, strong)
            _draw_event(
                ax,
                part,
                row,
                meanings,
                getattr(row, by),
                getattr(row, other) if other else None,
                size,
                heavy,
            )


def _draw_event(
    ax, lane: pd.DataFrame, row, meanings: dict, key: str, second, size: float, heavy: bool
) -> None:
    x, y, grade = locate_day(ax, row.day), row.row + row.lines / 2, 1.0 if heavy else 0.8
    pieces = _cut_leader(lane, row, y) if row.leader else [(row.top, row.top + 0.5)]
    for low, high in pieces:
        ax.plot([x, x], [low, high], color=SOFT, lw=0.4, zorder=1)
    meaning = meanings[key]
    if row.date_latest > row.date_earliest:
        draw_interval(
            ax, y, row.date_earliest, row.date_latest, meaning.colour, tick=0.25, width=0.6
        )
    if isinstance(second, str) and second:
        outer = meanings[second]
        ax.plot(
            x,
            y,
            zorder=3,
            marker="s" if outer.marker == "." else outer.marker,
            ms=5.6 * grade,
            mfc="white",
            mec=outer.colour,
            mew=0.7,
            ls="none",
            clip_on=False,
        )
    inner = meaning.style(3.6 * grade * (1.6 if meaning.marker == "." else 1))
    ax.plot(x, y, **{**inner, "markeredgewidth": 0, "clip_on": False, "zorder": 4})
    edge = row.date_latest if row.side == 1 else row.date_earliest
    ax.annotate(
        row.label,
        (locate_day(ax, edge), y),
        (row.side * 1.5 / POINT, 0),
        textcoords="offset points",
        ha="left" if row.side == 1 else "right",
        va="center",
        fontsize=size,
        color=INK if heavy else NOTE,
        annotation_clip=False,
    )
