"""Chart forms that show a range or a comparison across a day: running counts, before and after, spans, named dots.

They take tidy frames and know nothing of what is plotted.
"""

from itertools import product

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import connected_components

from derisking.core import sources
from derisking.draw import multiples, style
from derisking.draw.style import INK, NOTE, PALE

BOLD, PLAIN = "bold", "normal"
AMOUNTS = {
    "label": "what the amount is",
    "low": "lowest value, million, in the currency of `aside`",
    "high": "highest value, million, in the currency of `aside`",
    "quality": "price or official figure, outside estimate, or our arithmetic",
    "aside": "currency, period and who says so",
    "confidence": "weakest confidence of the rows behind it",
}
WINDOWS = {
    "panel": "quantity shown",
    "group": "group of meanings that says how the series is drawn",
    "key": "vintage or compiler",
    "value": "value in the unit of the panel",
}
SHARES = {
    "key": "state compared with (ISO 3166 code)",
    "value": "share of identical votes",
    "hollow": "1: second compilation",
}
KINDS = {"dprk": "DPRK", "rok": "ROK", "host": r".*(?:ministry|presidency|President of|officials?\b|adviser)"}
SHORT = {  # parts of the names of speakers as written in the table, and as they are drawn
    "^DPRK": "North Korean",
    "^ROK": "South Korean",
    "^sources of the ": "",
    "^magazine article copied by ": "",
    " ministry official$": " ministry",
    "^President of Uganda": "Ugandan presidency",
    "^PCPE$|^Communist Party of.*": "Spanish Communist party (PCPE)",
    "^Ryu Hyun Woo$": "Ryu Hyun Woo, former envoy of the North",
    "^J. Everard$": "J. Everard, former British ambassador",
}
SPEAKERS = {
    "block": "who speaks, or the year",
    "group": "kind of speaker",
    "name": "speaker, as drawn",
    "aside": "missions spoken of",
    "marked": "reasons given, coded",
    "sources": "sources of the statements (source_id)",
}


def over(fig, axes):
    """Put one wide axes in place of the top row of a grid of axes; return it and the rows below."""
    grid = axes[0, 0].get_gridspec()
    for ax in axes[0]:
        ax.remove()
    return fig.add_subplot(grid[0, :]), axes[1:]


def running(ax, counts: pd.DataFrame, meaning, first, last, words: str) -> None:
    """Draw a running count as a stair, the range that date uncertainty leaves as a band, and its name at the end.

    Columns of `counts`: day, low (happened for sure), high (possibly). It is drawn from `first` to `last`.
    """
    start = pd.DataFrame({"day": [pd.Timestamp(first)], "low": [0], "high": [0]})
    counts = pd.concat([start, counts, counts.iloc[[-1]].assign(day=pd.Timestamp(last))])
    x = [multiples.number(day) for day in counts["day"]]
    ax.fill_between(x, counts["low"], counts["high"], step="post", color=meaning.colour, alpha=0.28, lw=0, zorder=2)
    ax.step(x, counts["low"], where="post", color=meaning.colour, lw=1.1, zorder=3)
    ax.plot(x[-1], counts["high"].iloc[-1], **meaning.style(4), zorder=4, clip_on=False)
    multiples.say(ax, x[-1], counts["high"].iloc[-1], words, dx=6, annotation_clip=False)


def cuts(ax, days: pd.Series, dates: bool = True) -> None:
    """Draw days as thin upright lines with their names (the index) above the panel, with `dates` or in two heights."""
    for number, (name, day) in enumerate(days.items()):
        x = multiples.number(day)
        ax.axvline(x, color=INK, lw=0.6, ls=(0, (4, 2)), zorder=1)
        name = name.capitalize()
        words, rise = (f"{name}\n{day.day} {day:%b %Y}", 2) if dates else (name, 2 + 8 * (number % 2))
        ax.annotate(words, (x, 1), (0, rise), ("data", "axes fraction"), textcoords="offset points", fontsize=6,
                    ha="center", va="bottom", linespacing=1.15)  # fmt: skip


def rows(ax, names: list[str], labels: bool = True, guides: bool = True) -> None:
    """Prepare `ax` for one line a name from the top down, with pale guides and no frame."""
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.set_yticks(range(len(names)), names if labels else [""] * len(names))
    ax.tick_params(axis="y", length=0, labelsize=7)
    ax.spines["left"].set_visible(False)
    for y in range(len(names) if guides else 0):
        ax.axhline(y, color=PALE, lw=0.4, zorder=0)


def percent(ax) -> None:
    """Give `ax` a scale of shares from 0 to 100 percent."""
    ax.set_xlim(-0.03, 1.03)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100 %"])


def span(ax, y: float, low: float, high: float, style: dict, tick: float = 0.13) -> None:
    """Draw a range as a line with end ticks and a mark at each end; a single value as one mark."""
    colour = style["markeredgecolor"]
    if high > low:
        ax.plot([low, high], [y, y], color=colour, lw=1.2, zorder=3, solid_capstyle="butt")
        for x in (low, high):
            ax.plot([x, x], [y - tick, y + tick], color=colour, lw=0.7, zorder=3)
    ax.plot([low, high], [y, y], zorder=4, **style)


def sides(ax, table: pd.DataFrame, meaning, size: float = 4.5) -> None:
    """Draw a share before (hollow) and after (filled) a cut, each as a range, one line a row of `table`.

    Columns: before_low, before_high, after_low, after_high. A grey stroke joins the two.
    """
    full = meaning.style(size)
    hollow = full | {"markerfacecolor": "white"}
    for y, row in enumerate(table.itertuples()):
        ends = [(row.before_low + row.before_high) / 2, (row.after_low + row.after_high) / 2]
        ax.plot(ends, [y, y], color="#B3B3B3", lw=0.9, zorder=1)
        span(ax, y, row.before_low, row.before_high, hollow)
        span(ax, y, row.after_low, row.after_high, full)


def grid(ax, names: list[str], cells: pd.DataFrame, shade: str) -> None:
    """Write a square table of short texts; the cells of `strong` rows are bold on a ground of colour `shade`.

    Columns of `cells`: row, column (positions), text, strong.
    """
    ax.set_xlim(-0.5, len(names) - 0.5)
    ax.set_xticks(range(len(names)), names)
    ax.tick_params(axis="x", length=0)
    ax.spines["bottom"].set_visible(False)
    for cell in cells.itertuples():
        if cell.strong:
            ax.fill_between([cell.column - 0.46, cell.column + 0.46], cell.row - 0.4, cell.row + 0.4, color=shade, lw=0)
        weight = BOLD if cell.strong else PLAIN
        ax.text(
            cell.column, cell.row, cell.text, fontsize=6, ha="center", va="center", fontweight=weight, linespacing=1.1
        )


def windows(axes, values: pd.DataFrame, panels: list[str], years: list[int], before: int, after: int) -> None:
    """Draw small windows around years: one row of axes a panel, one column a year, that year on a pale band.

    Columns of `values`: panel, year, value, meaning (how the series is drawn), hollow, size (of its marks). One series
    a meaning and panel: a line joins its consecutive years. The last series of a panel is written out in the year of
    the column; where it has no value there, another one is; where there is none, "no figure" is written.
    """
    for (line, panel), (column, year) in product(enumerate(panels), enumerate(years)):
        ax = axes[line, column]
        near = values[values["panel"].eq(panel) & values["year"].between(year - before, year + after)]
        ax.axvspan(year, year + 1, color="#FBEDE4", lw=0, zorder=0)
        for _, series in near.groupby(near["meaning"].map(lambda item: item.label), sort=False):
            multiples.line(ax, series, series["meaning"].iloc[0], size=series["size"].iloc[0], width=0.8)
        here = near[near["year"].eq(year)]
        if here.empty:
            ax.annotate("no figure", (year + 0.5, 0.5), (0, 0), ("data", "axes fraction"), textcoords="offset points",
                        fontsize=6, color=NOTE, ha="center", va="center")  # fmt: skip
        else:
            value = here["value"].iloc[-1]
            later = series_after(near, here.iloc[-1])
            rises = later is not None and later > value
            below = rises or value < here["value"].max()
            words = (f"{value:.0f}" if value > 20 else f"{value:.1f}").replace("-", "−")
            ax.annotate(words, (year + 0.5, value), (2 * below * (1 if rises else -1), -4 if below else 5),
                        textcoords="offset points", fontsize=6, va="top" if below else "bottom",
                        ha=("left" if rises else "right") if below else "center")  # fmt: skip
        shown = range(year - before, year + after + 1)
        multiples.axis(ax, year - before, year + after, every=1)
        ax.set_xticks([y + 0.5 for y in shown], [str(y) if y in (shown[0], year, shown[-1]) else "" for y in shown])
        ax.minorticks_off()
        ax.tick_params(labelbottom=line == len(panels) - 1)


def series_after(near: pd.DataFrame, row: pd.Series) -> float | None:
    """Return the value of the series of `row` in the next year; None where it has none."""
    same = near["meaning"].map(lambda item: item.label == row["meaning"].label) & near["year"].eq(row["year"] + 1)
    return near.loc[same, "value"].iloc[0] if same.any() else None


def named(ax, table: pd.DataFrame, columns: dict[str, str], meanings: dict, gap: float = 1.1) -> float:
    """Draw a coded table as dots: one line a row of `table`, one column a key of `columns`, grouped by `block`.

    Columns of `table`: block, group (a key of `meanings`), name (label of the line), aside (note at its right end),
    marked (list of the columns with a dot). Returns the height below the last line; blocks stand `gap` lines apart.
    """
    y = -gap
    for block, part in table.groupby("block", sort=False):
        y += gap
        ax.annotate(block, (0, y), (-4, 0), ("axes fraction", "data"), textcoords="offset points", fontsize=7,
                    fontweight=BOLD, ha="right", va="center")  # fmt: skip
        for row in part.itertuples():
            y += 1
            ax.plot([-0.5, len(columns) - 0.5], [y, y], color=PALE, lw=0.4, zorder=0)
            ax.annotate(row.name, (0, y), (-4, 0), ("axes fraction", "data"), textcoords="offset points", fontsize=6,
                        ha="right", va="center")  # fmt: skip
            ax.annotate(row.aside, (1, y), (4, 0), ("axes fraction", "data"), textcoords="offset points", fontsize=6,
                        ha="left", va="center", color=NOTE)  # fmt: skip
            spots = [list(columns).index(key) for key in row.marked]
            ax.plot(spots, [y] * len(spots), zorder=3, **meanings[row.group].style(4.2))
        y += 0.4
    ax.set_xlim(-0.5, len(columns) - 0.5)
    ax.set_ylim(y + 0.5, -0.8)
    ax.set_xticks(range(len(columns)), columns.values())
    ax.tick_params(axis="x", length=0, top=False, labeltop=True, labelbottom=False, labelsize=6)
    ax.set_yticks([])
    for side in ax.spines.values():
        side.set_visible(False)
    return y


def totals(ax, y: float, words: str, values: list) -> None:
    """Write a line of numbers under a coded table, one a column, with its name at the left."""
    ax.annotate(words, (0, y), (-4, 0), ("axes fraction", "data"), textcoords="offset points", fontsize=6, ha="right",
                va="center")  # fmt: skip
    for x, value in enumerate(values):
        ax.text(x, y, str(value), fontsize=6, ha="center", va="center")


def gather(series: pd.DataFrame, plan: pd.DataFrame) -> pd.DataFrame:
    """Turn a plan of lines into ranges of values: the least and the greatest of the series named, times a factor.

    Columns of `plan`: label, series (regular expression for series_id), first, last (years), factor_low, factor_high,
    and any others, which are kept. Columns added: low, high, confidence (the weakest), sources.
    """
    order = ["low", "medium", "high"]
    found = []
    for row in plan.itertuples():
        some = series[series["series_id"].str.fullmatch(row.series) & series["year"].between(row.first, row.last)]
        weakest = min(some["confidence"], key=order.index)
        found.append([some["value"].min() * row.factor_low, some["value"].max() * row.factor_high, weakest,
                      ";".join(sorted(set(";".join(some["sources"]).split(";"))))])  # fmt: skip
    return pd.concat([plan, pd.DataFrame(found, columns=["low", "high", "confidence", "sources"])], axis=1)


def amounts(ax, table: pd.DataFrame, meanings: dict) -> None:
    """Draw ranges of amounts on a logarithmic scale, one line a row, with a note at the right end of the panel.

    Columns of `table`: label, low, high, quality (a key of `meanings`), aside (unit, period, who says so).
    """
    rows(ax, list(table["label"]))
    ax.set_xscale("log")
    for y, row in enumerate(table.itertuples()):
        span(ax, y, row.low, row.high, meanings[row.quality].style(4.4), tick=0.16)
        words = [f"{x:,.2f}" if x < 1 else f"{x:,.1f}" if x < 10 else f"{x:,.0f}" for x in (row.low, row.high)]
        multiples.say(ax, row.high, y, "-".join(dict.fromkeys(words)), dx=6)
        ax.annotate(row.aside, (1, y), (5, 0), ("axes fraction", "data"), textcoords="offset points", fontsize=6,
                    color=NOTE, va="center")  # fmt: skip
    ax.tick_params(axis="y", labelsize=6.5)
    ax.grid(axis="x", which="major", lw=0.4)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}" if value >= 1 else f"{value:g}")


def frame_lines(left, right, names: dict[str, str], share: pd.DataFrame, days: pd.Series) -> None:
    """Finish a pair of panels of shares by year: all years on the left, the last ten of them closer on the right.

    names: label of each column of `share` (indexed by year) to write at the end of its line. days: lines on the right.
    """
    last = int(share.index.max())
    multiples.head(left, "a", "All years", "share of identical votes")
    multiples.head(right, "b", f"{last - 9} to {last}, closer", "share of identical votes")
    multiples.axis(left, int(share.index.min()), last, every=5)
    multiples.axis(right, last - 9, last, every=1)
    right.set_xticks([year + 0.5 for year in range(last - 9, last + 1)])
    right.set_xticklabels([str(year) if year % 3 == last % 3 else "" for year in range(last - 9, last + 1)])
    right.minorticks_off()
    left.set_ylim(0, 1)
    right.set_ylim(0.6, 0.92)
    for key, name in names.items():
        dy = 4 if share.loc[last, key] > share.loc[last].median() else -4 if share.loc[last, key] > 0.5 else 0
        for ax in (left, right):
            if share.loc[last, key] > ax.get_ylim()[0]:
                multiples.say(ax, last + 0.5, share.loc[last, key], name, dx=6, dy=dy if ax is left else 0,
                              annotation_clip=False)  # fmt: skip
    for name, day in days.items():
        x = multiples.number(day)
        right.axvline(x, color=INK, lw=0.6, ls=(0, (4, 2)), zorder=1)
        multiples.say(right, x, 0.63, name, dx=3)


def frame_breaks(top, before, mix, told, days: pd.Series, table: pd.DataFrame, cells: pd.DataFrame, meaning) -> None:
    """Finish a chart of running counts over three panels with one line a break: share before, mix, and pairs.

    days: the breaks by name. table: `breaks.compare`, with a column `words` to write beside the marks of the first
    panel. cells: see `grid`. meaning: of the kind that is counted.
    """
    names, kind = [name.capitalize() for name in days.index], meaning.label
    stair(top, days)
    multiples.head(top, "a", "Measures so far")
    for ax in (before, mix):
        rows(ax, names, labels=ax is before)
        percent(ax)
    multiples.head(before, "b", f"{kind.capitalize()} measures before")
    for y, row in enumerate(table.itertuples()):
        span(before, y, row.marked_before_low, row.marked_before_high, meaning.style(3.6))
        multiples.say(before, row.marked_before_high, y, row.words, dx=7)
    multiples.head(mix, "c", f"Share {kind}: before, after")
    sides(mix, table, meaning, 3.8)
    rows(told, names, guides=False)
    multiples.head(told, "d", "Row the only break: chance of the column")
    grid(told, names, cells, "#FBEDE4")


def stair(ax, days: pd.Series, dates: bool = True) -> None:
    """Give a panel of running counts its years, its zero and its cuts."""
    multiples.axis(ax, 2017, 2026, every=1)
    ax.set_ylim(0)
    cuts(ax, days, dates)


def frame_coding(axes, letters: str, words: str, days: pd.Series, table: pd.DataFrame, meaning, top_count: int) -> None:
    """Finish one column of a comparison of two codings: running counts above, shares before and after below.

    letters: of the two panels. words: the coding. top_count: the highest count of all columns.
    """
    top, low = axes
    stair(top, days, dates=False)
    top.set_ylim(0, 1.06 * top_count)
    top.set_title(f"{letters[0]}  ", fontsize=8, loc="left", pad=22)
    top.annotate(words, (0, 1), (11, 22), "axes fraction", textcoords="offset points", fontsize=7, va="bottom")
    rows(low, [name.capitalize() for name in days.index])
    percent(low)
    multiples.head(low, letters[1], f"Share {meaning.label}, before and after")
    sides(low, table, meaning)


def assemble(series: pd.DataFrame, plan: list[tuple]) -> pd.DataFrame:
    """Return the series of a plan (panel, series_id, group and key of its look, factor, hollow if it is) as one table.

    Columns: panel, group, key, year, value, hollow.
    """
    found = []
    for panel, name, group, key, factor, *hollow in plan:
        rows_of = series[series["series_id"].eq(name)][["year", "value"]]
        looks = {"panel": panel, "group": group, "key": key, "hollow": bool(hollow and hollow[0])}
        found.append(rows_of.assign(value=rows_of["value"] * factor, **looks))
    return pd.concat(found, ignore_index=True)[["panel", "group", "key", "year", "value", "hollow"]]


def frame_windows(axes, heads: list[str], panels: dict[str, tuple], values: pd.DataFrame) -> None:
    """Name the columns (`heads`) and the rows (`panels`: letter, words, unit, lowest value) of a grid of windows.

    The key of each row that brings a new group of `values` stands above its last window.
    """
    for ax, words in zip(axes[0], heads, strict=True):
        ax.annotate(words, (0.7, 1), (0, 14), "axes fraction", textcoords="offset points", fontsize=7, fontweight=BOLD,
                    ha="center", va="bottom")  # fmt: skip
    known = set()
    for line, (panel, (letter, words, unit, lowest)) in zip(axes, panels.items(), strict=True):
        multiples.head(line[0], letter, words)
        line[0].set_ylabel(unit)
        line[0].set_ylim(lowest, line[0].get_ylim()[1] * 1.15)
        looks = set(zip(*(values.loc[values["panel"].eq(panel), name] for name in ("group", "key")), strict=True))
        for group in sorted({group for group, key in looks - known}):
            style.draw_key(line[-1], group, [key for other, key in looks if other == group], loc="lower right",
                        bbox_to_anchor=(1.02, 1.0), ncols=6)  # fmt: skip
            line[-1].get_legend().set_in_layout(False)
        known |= looks


def speakers(said: pd.DataFrame, blocks: dict[str, str], kinds: dict = KINDS, names: dict = SHORT) -> pd.DataFrame:
    """Gather statements by speaker. Columns returned: block, group, name, aside, marked (see `named`), sources.

    said: columns who, reason_class and sources (";" between several), mission_id, date. kinds: regular expression a
    group, the first that fits the beginning of `who`; else "other". blocks: heading a group. names: parts of names to
    replace.
    """
    frame = said.copy()
    group = pd.Series("other", index=frame.index)
    for key, pattern in reversed(kinds.items()):
        group[frame["who"].str.match(pattern)] = key
    name = frame["who"].str.replace(r", as relayed by.*", "", regex=True)
    name = name.str.replace(r"\s*\(.*\)", "", regex=True)
    for old, new in names.items():
        name = name.str.replace(old, new, regex=True)
    place = frame["mission_id"].str.extract(r"^[A-Z]+-(.*)-[a-z]+$")[0].str.replace("-", " ").str.title()
    frame = frame.assign(group=group, name=name.str[0].str.upper() + name.str[1:], place=place.fillna("all closures"))
    frame["block"] = frame["group"].map(blocks).where(frame["date"].str[:4].ge("2023"), frame["date"].str[:4])
    table = frame.groupby(["block", "group", "name"], sort=False).agg(
        aside=("place", lambda x: ", ".join(sorted(set(x)))),
        marked=("reason_class", lambda x: sorted(set(";".join(x).split(";")))),
        sources=("sources", lambda x: ";".join(sorted(set(";".join(x).split(";"))))),
    )
    order = [*sorted(set(frame["block"]) - set(blocks.values())), *blocks.values()]
    table = table.reset_index()
    return table.sort_values(
        ["block", "name"], key=lambda c: c.map(order.index) if c.name == "block" else c, ignore_index=True
    )


def giving(table: pd.DataFrame, reasons: list[str]) -> dict[str, list[int]]:
    """Count for each reason the speakers who give it, and at least how many independent voices they are.

    Columns of `table`: marked, sources (see `speakers`).
    """
    rows_of = [table[[key in marked for marked in table["marked"]]] for key in reasons]
    return {
        "speakers, 2023-24": [len(part) for part in rows_of],
        "independent voices, at least": [independent(list(part["sources"])) for part in rows_of],
    }


def part_of(table: pd.DataFrame, label: str, name: str, low: float, high: float, aside: str) -> pd.DataFrame:
    """Add to a table of amounts a line `name` under `label`: a part of it between the shares `low` and `high`."""
    row = table[table["label"].eq(label)].iloc[0]
    part = {**row, "label": name, "low": row["low"] * low, "high": row["high"] * high, "aside": aside}
    return pd.concat([table, pd.DataFrame([part | {"quality": "arithmetic"}])], ignore_index=True)


def independent(listed: list[str]) -> int:
    """Count the independent voices among speakers, each given by its ";"-separated sources: a lower bound.

    Two speakers whose sources pass on, or are published by, one and the same body count as one voice
    (`sources.name_voices`), and so do all who are linked in this way through others.
    """
    heard = [sources.name_voices(entry) for entry in listed]
    linked = np.array([[bool(one & other) for other in heard] for one in heard])
    return int(connected_components(linked, directed=False)[0]) if heard else 0


def figure_shares(values: pd.DataFrame, share: pd.DataFrame, looks: dict, days: pd.Series, second: tuple):
    """Draw shares by year with some partners: all years, and the last ten closer with a second compilation (hollow).

    Columns of `values`: key, year, value, hollow. share: years by key, first compilation. second: key and year of the
    mark beside which the second compilation is named.
    """
    fig, (left, right) = style.make_canvas(183, 72, 1, 2, width_ratios=[1.45, 1])
    near = values[values["year"].ge(share.index.max() - 9) & values["value"].gt(0.6)]
    for key, part in values[~values["hollow"]].groupby("key"):
        multiples.line(left, part, looks[key], size=2.4)
    for (key, _), part in near.groupby(["key", "hollow"]):
        multiples.line(right, part, looks[key], size=3.2)
    mark = values[values["hollow"] & values["key"].eq(second[0]) & values["year"].eq(second[1])].iloc[0]
    multiples.say(right, mark["year"] + 0.5, mark["value"], "second\ncompilation", dx=-5, ha="right")
    frame_lines(left, right, {key: looks[key].label for key in share}, share, days)
    return fig


def compilations(values: pd.DataFrame) -> tuple[pd.DataFrame, float]:
    """Return the first compilation as a table year by key, and the greatest difference between the two compilations.

    Columns of `values`: key, year, value, hollow (False: first compilation).
    """
    pair = values.pivot_table(index=["key", "year"], columns="hollow", values="value")
    return pair[False].unstack("key"), float((pair[False] - pair[True]).abs().max())


def figure_breaks(found, looks: dict, first):
    """Draw a `breaks.Study`: running counts over the shares before, the mix before and after, and the pairs."""
    fig, axes = style.make_canvas(183, 126, 2, 3, height_ratios=[1.55, 1], width_ratios=[0.75, 0.9, 1.6])
    fig.get_layout_engine().set(hspace=0.06)
    top, (before, mix, told) = over(fig, axes)[0], axes[1]
    for kind, counts in found.running.items():
        running(top, counts, looks[kind], first, found.frame["date_latest"].max(), f"{found.number(kind)} {kind}")
    place = {name: number for number, name in enumerate(found.days.index)}
    cells = found.pairs.assign(row=found.pairs["true"].map(place), column=found.pairs["rival"].map(place))
    frame_breaks(top, before, mix, told, found.days, found.table, cells, looks[next(iter(found.running))])
    return fig


def figure_codings(studies: dict, looks: dict, first):
    """Draw two `breaks.Study` of the same list under two codings side by side; the keys are the headings."""
    fig, axes = style.make_canvas(183, 112, 2, 2, height_ratios=[1.3, 1], sharex="row")
    fig.get_layout_engine().set(hspace=0.06)
    highest = max(found.number(kind) for found in studies.values() for kind in found.running)
    for column, (words, found) in enumerate(studies.items()):
        for kind, counts in found.running.items():
            label = f"{found.number(kind)} {looks[kind].label.split()[-1]}"
            running(axes[0, column], counts, looks[kind], first, found.frame["date_latest"].max(), label)
        look = looks[next(iter(found.running))]
        frame_coding(axes[:, column], ["ac", "bd"][column], words, found.days, found.table, look, highest)
    return fig


def economy(series: pd.DataFrame, plan: dict[str, str], base: int) -> pd.DataFrame:
    """Return the series of a plan with chained output, ready for `windows`.

    plan: a line "series_id key factor; ..." a panel, the series that is written out last. Growth rates of the panel
    "growth" are of the group "vintage" and are chained from `base` = 100 into the panel "output" if without a gap.
    """
    entries = [(panel, *entry.split()) for panel, line in plan.items() for entry in line.split(";")]
    groups = {"growth": "vintage"}
    values = assemble(series, [(p, name, groups.get(p, "compiler"), key, float(f)) for p, name, key, f in entries])
    chains = []
    for key, rates in values[values["panel"].eq("growth")].groupby("key", sort=False):
        rates = rates.set_index("year")["value"]
        if rates.index.min() == base + 1 and rates.index.to_series().diff().max() == 1:
            chain = multiples.chain(rates, base).rename_axis("year").rename("value").reset_index()
            chains.append(chain.assign(panel="output", group="vintage", key=key, hollow=False))
    return pd.concat([values, *chains], ignore_index=True)


def figure_windows(values: pd.DataFrame, panels: dict[str, tuple], years: dict[int, str], before: int, after: int):
    """Draw windows around years (`years` by heading) for panels (letter, words, unit, lowest value): see `windows`."""
    last = values.groupby("panel")["key"].transform("last").eq(values["key"])
    looks = [style.read_meanings(group)[key] for group, key in zip(values["group"], values["key"], strict=True)]
    values = values.assign(meaning=looks, size=last.map({True: 2.8, False: 4.2}))
    fig, axes = style.make_canvas(183, 140, len(panels), len(years), sharey="row", sharex="col")
    windows(axes, values, list(panels), list(years), before, after)
    frame_windows(axes, list(years.values()), panels, values)
    for ax in axes[0]:
        multiples.guide(ax, 0)
    return fig


def figure_amounts(table: pd.DataFrame, words: str, high: float):
    """Draw amounts (see `amounts`) with the key of their quality; `words` labels the scale, which ends at `high`."""
    fig, ax = style.make_canvas(183, 78)
    amounts(ax, table, style.read_meanings("quality"))
    ax.set_xlim(0.3, high)
    ax.set_xlabel(words)
    style.draw_key(ax, "quality", loc="lower left", bbox_to_anchor=(0, 1.01), ncols=3)
    return fig


def figure_named(table: pd.DataFrame, columns: dict[str, str], sums: dict[str, list]):
    """Draw a coded table of speakers (see `named`) with lines of numbers under it, by their names."""
    fig, ax = style.make_canvas(183, 160)
    foot = named(ax, table, columns, style.read_meanings("speaker"))
    for line, (words, values) in enumerate(sums.items()):
        totals(ax, foot + 0.9 + line, words, values)
    ax.set_ylim(foot + 0.4 + len(sums), -0.8)
    return fig
