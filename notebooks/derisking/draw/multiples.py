"""Small multiples over years: panels that keep bases apart, leave gaps open, and draw estimates hollow.

A value for a calendar year stands at the middle of that year, so that panels share the scale of dated charts: the tick
of a year is its first of January. Everything takes tidy frames and knows nothing of what is plotted.
"""

from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd

from derisking.draw import style
from derisking.draw.style import INK, NOTE, PALE

MIDDLE = 0.5  # of a year, from its first of January
HALO = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
ESTIMATED = ("estimate", "derived", "model", "survey")  # codes of the column `basis` that are drawn hollow


def number(day) -> float:
    """Return a day as a number of years: 1 July 2020 is about 2020.5."""
    day = pd.Timestamp(day)
    return day.year + (day.day_of_year - 1) / (366 if day.is_leap_year else 365)


def axis(ax, first: int, last: int, every: int = 10, minor: int = 1) -> None:
    """Give `ax` years from 1 January of `first` to the end of `last`, a labelled tick each `every` years."""
    ax.set_xlim(first, last + 1)
    ax.xaxis.set_major_locator(mpl.ticker.MultipleLocator(every))
    ax.xaxis.set_minor_locator(mpl.ticker.MultipleLocator(minor))
    ax.xaxis.set_major_formatter("{x:.0f}")


def head(ax, letter: str, words: str, unit: str = "") -> None:
    """Write the letter, the subject and the unit of a panel above it, flush with its left edge."""
    ax.set_title(f"{letter}  ", fontsize=8, loc="left", pad=4)
    ax.annotate(words, (0, 1), (11, 4), "axes fraction", textcoords="offset points", fontsize=7, va="bottom")
    if unit:
        ax.annotate(unit, (1, 1), (0, 4), "axes fraction", textcoords="offset points", fontsize=6, color=NOTE,
                    va="bottom", ha="right")  # fmt: skip


def phase(ax, first, last, colour: str, words: str = "") -> None:
    """Shade the years from `first` to `last` (numbers or days) and name them at the top of the panel if asked."""
    start, end = (x if isinstance(x, (int, float)) else number(x) for x in (first, last))
    ax.axvspan(start, end, color=colour, lw=0, zorder=0)
    if words:
        ax.annotate(words, ((start + end) / 2, 1), (0, -2), ("data", "axes fraction"), textcoords="offset points",
                    fontsize=6, color=NOTE, ha="center", va="top")  # fmt: skip


def runs(years: pd.Series) -> list[np.ndarray]:
    """Return the positions of each unbroken run of consecutive years, in order."""
    years = years.to_numpy()
    return np.split(np.arange(len(years)), np.flatnonzero(np.diff(years) != 1) + 1)


def estimated(frame: pd.DataFrame) -> pd.Series:
    """Say which rows are estimates by their column `basis`."""
    return frame["basis"].isin(ESTIMATED)


def line(ax, frame: pd.DataFrame, meaning, size: float = 2.6, width: float = 0.9) -> None:
    """Draw one series on one basis: marks for its years, a line only through consecutive ones.

    Columns of `frame`: year, value, hollow (an estimate or a part of a year: drawn hollow).
    """
    frame = frame.sort_values("year")
    x, y = frame["year"].to_numpy(float) + MIDDLE, frame["value"].to_numpy(float)
    for run in runs(frame["year"]):
        if len(run) > 1:
            ax.plot(x[run], y[run], color=meaning.colour, lw=width, zorder=2)
    look = meaning.style(size) | {"zorder": 3, "markeredgewidth": 0.7}
    for hollow in (False, True):
        some = frame["hollow"].to_numpy(bool) == hollow
        if some.any():
            ax.plot(x[some], y[some], **look | ({"markerfacecolor": "white"} if hollow else {}))


def say(ax, x: float, y: float, words: str, dx: float = 4, dy: float = 0, **options):
    """Write a small label `dx`, `dy` points from a point in data coordinates, on a white ground."""
    look = {"fontsize": 6, "color": INK, "va": "center", "bbox": HALO, "zorder": 5}
    return ax.annotate(words, (x, y), (dx, dy), textcoords="offset points", **(look | options))


def by_year(
    frame: pd.DataFrame, group: str, first: int, last: int, sides: dict[str, str] | None = None
) -> pd.DataFrame:
    """Count dated rows by year and group; the true number lies between lower and upper.

    Columns of `frame`: date_earliest, date_latest; the group. Columns returned: year; the group; lower, upper (rows
    whose interval of possible days lies in, touches the year); side, if `sides` says which groups go "up" and "down":
    others are left out.
    """
    counted = []
    for key, part in frame.groupby(group):
        begin, end = part["date_earliest"].dt.year, part["date_latest"].dt.year
        for year in range(first, last + 1):
            lower, upper = (begin.eq(year) & end.eq(year)).sum(), (begin.le(year) & end.ge(year)).sum()
            counted.append({"year": year, group: key, "lower": int(lower), "upper": int(upper)})
    counted = pd.DataFrame(counted)
    return counted.assign(side=counted[group].map(sides)).dropna(subset="side") if sides else counted


def within(frame: pd.DataFrame, spans: dict[str, tuple[int, int]]) -> pd.DataFrame:
    """Return the rows that certainly fall into one of several spans of years, with its name as column `episode`."""
    begin, end = frame["date_earliest"].dt.year, frame["date_latest"].dt.year
    parts = [frame[begin.ge(a) & end.le(b)].assign(episode=name) for name, (a, b) in spans.items()]
    return pd.concat(parts)


def diverging(ax, counts: pd.DataFrame, up, down, width: float = 0.72) -> None:
    """Draw counts by year against each other: `up` above the line, `down` below it.

    Columns of `counts`: year, side ("up" or "down"), lower, upper. The solid bar is certain; what date uncertainty may
    add stands on it in outline. `up` and `down` are meanings.
    """
    for side, meaning, sign in (("up", up, 1), ("down", down, -1)):
        rows = counts[counts["side"].eq(side)]
        x = rows["year"].to_numpy(float) + MIDDLE
        low, more = rows["lower"].to_numpy(float), (rows["upper"] - rows["lower"]).to_numpy(float)
        ax.bar(x, sign * low, width, color=meaning.colour, lw=0, zorder=2)
        x, low, more = (values[more > 0] for values in (x, low, more))
        ax.bar(x, sign * more, width, bottom=sign * low, fc="white", ec=meaning.colour, lw=0.6, zorder=2)
    ax.axhline(0, color=INK, lw=0.5, zorder=3)
    ax.yaxis.set_major_locator(mpl.ticker.MaxNLocator(5, integer=True))
    ax.yaxis.set_major_formatter(lambda value, _: f"{abs(value):.0f}")


def chain(rates: pd.Series, base: int) -> pd.Series:
    """Chain yearly growth rates in percent to an index with `base` = 100; `rates` is indexed by year without gaps.

    Raises ValueError if a year after `base` is missing.
    """
    years = range(base + 1, int(rates.index.max()) + 1)
    if missing := [year for year in years if year not in rates.index]:
        raise ValueError(f"no growth rate for {missing}; an index cannot be chained across a gap")
    factors = 1 + rates.loc[list(years)].astype(float) / 100
    return pd.concat([pd.Series({base: 100.0}), 100 * factors.cumprod()])


def guide(ax, y: float) -> None:
    """Draw a level to compare with."""
    ax.axhline(y, color=PALE, lw=0.6, zorder=0)


def rows(ax, names: list[str]) -> None:
    """Prepare `ax` for named rows from the top down, with a thin line for each."""
    ax.set_ylim(len(names) - 0.25, -0.6)
    ax.set_yticks(range(len(names)), names)
    ax.tick_params(axis="y", length=0, labelsize=7)
    ax.spines["left"].set_visible(False)
    for y in range(len(names)):
        guide(ax, y)


def spread(
    frame: pd.DataFrame, row: str, names: list[str], parts: list[str], up: str, near: float = 0.16
) -> pd.DataFrame:
    """Give every mark a height: its row, `up` marks above the line, the others below, close ones stacked outwards.

    Columns of `frame`: x; `row`, one of `names`; `parts`, whose last one holds `up` or something else. Adds `y`.
    """
    pieces = []
    for key, group in frame.groupby([row, *parts]):
        sign, level, last = (-1 if key[-1] == up else 1), 0, -np.inf
        group, heights = group.sort_values("x"), []
        for x in group["x"]:
            level = level + 1 if x - last < near else 0
            last = x
            heights.append(names.index(key[0]) + sign * (0.14 + 0.2 * level))
        pieces.append(group.assign(y=heights))
    return pd.concat(pieces).sort_index()


def handles(meanings: dict, names: list[str], size: float = 4) -> list:
    """Return the handles of a key for some meanings, in the order of `names`."""
    return [mpl.lines.Line2D([], [], label=meanings[name].label, **meanings[name].style(size)) for name in names]


# ----------------------------------------------------------------------------------------- whole figures


def plan(figure: str) -> pd.DataFrame:
    """Return the panels of one figure of multiples.csv, indexed by letter.

    Columns: words, unit; scale (factor on the values); low, high (limits of the axis); series ("series_id:mark" parted
    by spaces); labels ("year|value|words" parted by semicolons, "~" for a new line); hollow (a query on the values
    that names estimates which the column `basis` does not mark).
    """
    panels = pd.read_csv(Path(__file__).with_name("multiples.csv"), keep_default_na=False)
    return panels[panels["figure"].eq(figure)].drop(columns="figure").set_index("panel")


def gather(series: pd.DataFrame, panels: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """Return the values that the panels show, in their units.

    Columns: panel, series_id, mark, year, value; hollow (estimate or derived, or a part of a year or of several years).
    """
    pairs = [(p, *item.split(":")) for p, text in panels["series"].items() for item in text.split()]
    shown = series.merge(pd.DataFrame(pairs, columns=["panel", "series_id", "mark"]), on="series_id")
    shown = shown[shown["year"].between(first, last)]
    shown = shown.assign(value=shown["value"] * shown["panel"].map(panels["scale"]).astype(float))
    shown["hollow"] = estimated(shown) | shown["period"].str.contains("/")
    for panel, query in panels["hollow"][panels["hollow"].ne("")].items():
        shown.loc[shown[shown["panel"].eq(panel)].query(query).index, "hollow"] = True
    return shown[["panel", "series_id", "mark", "year", "value", "hollow"]]


def small(panels: pd.DataFrame, shown: pd.DataFrame, shape, height: float, years, shade, colour: str):
    """Draw small multiples; return the figure and its axes by letter.

    `panels` as from `plan`, `shown` as from `gather`; `shape` rows and columns; `years` first, last; `shade` a phase.
    """
    keys = {key: m for group in ("partner", "vintage", "compiler") for key, m in style.read_meanings(group).items()}
    fig, axes = style.make_canvas(183, height, *shape, sharex=True)
    named = dict(zip(panels.index, axes.flat, strict=True))
    for letter, ax in named.items():
        row = panels.loc[letter]
        head(ax, letter, row["words"], row["unit"])
        phase(ax, *shade, colour)
        for (_, mark), values in shown[shown["panel"].eq(letter)].groupby(["series_id", "mark"]):
            line(ax, values, keys[mark])
        for drawn in ax.lines:
            drawn.set_clip_on(False)  # a mark at zero stays whole
        axis(ax, *years)
        ax.set_ylim(row["low"], row["high"])
        for label in filter(None, row["labels"].split(";")):
            x, y, words = label.split("|")
            say(ax, float(x), float(y), words.replace("~", "\n"), dx=0, ha="center")
    return fig, named


def chains(series: pd.DataFrame, names: dict[str, str], base: int, last: int) -> pd.DataFrame:
    """Chain several vintages of growth rates; `names` gives the series of each mark.

    Columns: series_id, mark, year, value (`base` = 100), hollow.
    """
    pieces = []
    for mark, name in names.items():
        rates = series[series["series_id"].eq(name)].set_index("year")["value"]
        index = chain(rates, base).loc[:last].rename_axis("year").rename("value").reset_index()
        pieces.append(index.assign(series_id=name, mark=mark, hollow=False))
    return pd.concat(pieces, ignore_index=True)


def mirrored(
    bars: pd.DataFrame, heads: dict, height: float, years, shades, colour: str, words: str = "", lift=3, **options
):
    """Draw counts up and down by year, one panel above the other; return figure and axes by letter.

    Columns of `bars`: panel, year, side, lower, upper. `heads`: letter -> subject, unit, group of meanings, key of what
    goes up, key of what goes down. `shades`: phases, named `words` in the first panel. `lift`: points between the line
    and the words beside it.
    """
    fig, axes = style.make_canvas(183, height, len(heads), 1, sharex=True, **options)
    named = dict(zip(heads, axes, strict=True))
    for letter, ax in named.items():
        subject, unit, group, up, down = heads[letter]
        head(ax, letter, subject, unit)
        for shade in shades:
            phase(ax, *shade, colour, words if ax is axes[0] else "")
        rows_ = bars[bars["panel"].eq(letter)]
        if len(rows_):
            up, down = style.read_meanings(group)[up], style.read_meanings(group)[down]
            diverging(ax, rows_, up, down)
            if rows_["side"].eq("up").any():
                ax.annotate(
                    up.label, (0.035, 0), (0, lift), ("axes fraction", "data"), textcoords="offset points", fontsize=6
                )
                ax.annotate(down.label, (0.035, 0), (0, -lift), ("axes fraction", "data"), textcoords="offset points",
                            fontsize=6, va="top")  # fmt: skip
        axis(ax, *years, every=5)
    return fig, named


def stock(ax, frame: pd.DataFrame, meaning, markers: dict[str, str], places: dict, near: float = 1.1) -> None:
    """Draw counts at their dates with their numbers; a line joins counts of one kind at most `near` years apart.

    Columns of `frame`: count_id, kind, asof_latest, value. `markers` by kind; `places`: offsets of the number in points
    by count_id, None for no number.
    """
    for kind, part in frame.sort_values("asof_latest").groupby("kind"):
        x = part["asof_latest"].map(number)
        ax.plot(x, part["value"], zorder=3, **meaning.style(4.4) | {"marker": markers[kind]})
        for _, run in part.groupby((x.diff() > near).cumsum()):
            ax.plot(x[run.index], run["value"], color=meaning.colour, lw=0.9, zorder=2)
        for row, at in zip(part.itertuples(), x, strict=True):
            if (offset := places.get(row.count_id, (0, 7))) is not None:
                say(ax, at, row.value, str(row.value), *offset, ha="center", bbox=None)


def episodes(frame: pd.DataFrame, names: list[str], spans: dict, meanings: dict, height: float, up: str):
    """Draw dated marks by row in several stretches of years side by side; return figure and axes by episode.

    Columns of `frame`: episode, domain (a row of `names`), direction (key of `meanings`), date_earliest, date_latest;
    hollow. A mark stands at the middle of its possible days; those of direction `up` above the line, others below.
    """
    middle = frame["date_earliest"] + (frame["date_latest"] - frame["date_earliest"]) / 2
    frame = spread(frame.assign(x=middle.map(number)), "domain", names, ["episode", "direction"], up)
    widths = [end - start + 1 for start, end in spans.values()]
    fig, axes = style.make_canvas(183, height, 1, len(spans), sharey=True, width_ratios=widths)
    named = dict(zip(spans, axes, strict=True))
    for letter, (name, ax) in zip("abc", named.items(), strict=False):
        part = frame[frame["episode"].eq(name)]
        tally = [f"{int(part['direction'].eq(key).sum())} {meanings[key].label}" for key in part["direction"].unique()]
        head(ax, letter, name, ", ".join(sorted(tally, key=lambda words: words.split()[1])))
        rows(ax, names)
        for (key, hollow), marks in part.groupby(["direction", "hollow"]):
            look = meanings[key].style(4) | ({"markerfacecolor": "white"} if hollow else {})
            ax.plot(marks["x"], marks["y"], zorder=3, **look)
        axis(ax, *spans[name], every=1)
    key = handles(meanings, sorted(frame["direction"].unique()))
    axes[-1].legend(handles=key, loc="lower left", bbox_to_anchor=(0.3, 1.0), ncols=2, borderpad=0, borderaxespad=0.35)
    return fig, named
