"""A register of things taken on and laid down again as a chart of intervals, and cases told by name."""

import textwrap

import matplotlib as mpl
import pandas as pd

from derisking.draw import multiples, style
from derisking.draw.style import INK, NOTE, PALE


def place(frame: pd.DataFrame, group: str, order: list[str], wrap: dict[str, int], gap: float = 0.55) -> pd.DataFrame:
    """Lay rows out from the top down, grouped in `order`, each as high as its longest wrapped text.

    `wrap` gives the columns to wrap and their width in characters. Columns added: `y` (centre), `height` (lines).
    """
    frame = frame.copy()
    frame[group] = pd.Categorical(frame[group], order, ordered=True)
    frame = frame.sort_values([group, "taken_on_earliest", "taken_on_latest"], kind="stable").reset_index(drop=True)
    for column, width in wrap.items():
        frame[column] = [textwrap.fill(words, width) if pd.notna(words) else "" for words in frame[column]]
    frame["height"] = [max(2, *(row[column].count("\n") + 1 for column in wrap)) + 0.55 for _, row in frame.iterrows()]
    new = frame[group].ne(frame[group].shift())
    top = (frame["height"] + new * gap).cumsum()
    frame["y"] = top - frame["height"] / 2
    frame[group] = frame[group].astype("str")
    return frame


def register(ax, frame: pd.DataFrame, taken, reduced, first: int, last: int) -> None:
    """Draw each row from where it was taken on to where it was first reduced; an open one runs on to the right edge.

    Columns of `frame`: y; taken_on_earliest, taken_on_latest, estimate (drawn hollow); reduced_earliest,
    reduced_latest (both empty if never reduced). `taken` and `reduced` are meanings.
    """
    for row in frame.itertuples():
        start = [multiples.number(day) for day in (row.taken_on_earliest, row.taken_on_latest)]
        kept, days = pd.isna(row.reduced_latest), (row.reduced_earliest, row.reduced_latest)
        end = [last + 1.0] * 2 if kept else [multiples.number(day) for day in days]
        middle = sum(start) / 2, sum(end) / 2
        ax.plot([middle[0], middle[1]], [row.y, row.y], color=PALE, lw=3.2, solid_capstyle="butt", zorder=1)
        _span(ax, row.y, start, taken.colour)
        ax.plot(middle[0], row.y, zorder=4, **taken.style(4) | ({"markerfacecolor": "white"} if row.estimate else {}))
        if kept:
            ax.plot(last + 1, row.y, marker=">", ms=4, color=INK, zorder=4, ls="none", clip_on=False)
        else:
            _span(ax, row.y, end, reduced.colour)
            ax.plot(middle[1], row.y, zorder=4, **reduced.style(3.6))
    multiples.axis(ax, first, last)


def _span(ax, y: float, ends: list[float], colour: str, tick: float = 0.45) -> None:
    if ends[1] - ends[0] > 0.6:
        ax.plot(ends, [y, y], color=colour, lw=0.9, zorder=3)
        for x in ends:
            ax.plot([x, x], [y - tick, y + tick], color=colour, lw=0.9, zorder=3)


def column(ax, frame: pd.DataFrame, words: str, x: float, size: float = 5.4, **options) -> None:
    """Write the texts of one column of `frame` at the heights `y`, at `x` in fractions of the axes' width."""
    for row in frame.itertuples():
        ax.text(x, row.y, getattr(row, words), transform=ax.get_yaxis_transform(), va="center", linespacing=1.05,
                **{"fontsize": size, "color": INK, **options})  # fmt: skip


def groups(ax, frame: pd.DataFrame, group: str, x: float, right: float) -> None:
    """Write the name of each group beside its first row, and a thin line above the group."""
    for name, rows in frame.groupby(group, sort=False):
        top = (rows["y"] - rows["height"] / 2).min()
        ax.plot([x, right], [top, top], transform=ax.get_yaxis_transform(), color=PALE, lw=0.5, clip_on=False, zorder=0)
        ax.text(x, rows["y"].iloc[0], name.capitalize(), transform=ax.get_yaxis_transform(), fontsize=6, weight="bold",
                color=NOTE, va="center")  # fmt: skip


def frame(ax, rows: pd.DataFrame) -> None:
    """Fit `ax` to the rows laid out by `place`: first row on top, no vertical axis, years above and below."""
    bottom = (rows["y"] + rows["height"] / 2).max()
    ax.set_ylim(bottom + 0.4, 0)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)


def heads(ax, words: dict[float, str]) -> None:
    """Write column heads above `ax`; keys are places in fractions of its width."""
    for x, text in words.items():
        ax.annotate(
            text, (x, 1), (0, 4), "axes fraction", textcoords="offset points", fontsize=7, weight="bold", va="bottom"
        )


def key(ax, taken, reduced, x: float) -> None:
    """Write the key of `register` above the axes, from `x` in fractions of the width."""
    marks = [
        ("taken on", taken.style(4)),
        ("taken on, estimate", taken.style(4) | {"markerfacecolor": "white"}),
        ("first reduced", reduced.style(3.6)),
    ]
    handles = [mpl.lines.Line2D([], [], label=words, **style) for words, style in marks]
    ax.legend(handles=handles, loc="lower left", bbox_to_anchor=(x, 1.0), ncols=3, borderpad=0, borderaxespad=0.35,
              handletextpad=0, columnspacing=0.7)  # fmt: skip


def chart(rows: pd.DataFrame, taken, reduced, years, shade, colour: str, mark):
    """Draw the whole register, 183 x 170 mm: groups, names, intervals, trend and instrument; return figure and axes.

    `rows` as from `place` with columns domain, risk, trend, instrument_of_reduction; `shade` a phase, `mark` a day.
    """
    fig, ax = style.make_canvas(183, 170)
    fig.set_layout_engine("none")
    ax.set_position((0.275, 0.035, 0.335, 0.93))
    multiples.phase(ax, *shade, colour)
    ax.axvline(multiples.number(mark), color=NOTE, lw=0.6, ls=(0, (3, 2)), zorder=2)
    register(ax, rows, taken, reduced, *years)
    frame(ax, rows)
    groups(ax, rows, "domain", -0.81, 2.15)
    column(ax, rows, "risk", -0.545)
    column(ax, rows, "trend", 1.035)
    column(ax, rows, "instrument_of_reduction", 1.27, size=5.2)
    key(ax, taken, reduced, -0.02)
    heads(ax, {-0.545: "Risk", 1.035: "Trend", 1.27: "Reduced by what"})
    return fig, ax


def by_name(posts: pd.DataFrame, closed: pd.Series, cases: dict[str, pd.Series]) -> pd.DataFrame:
    """Tell cases by name: one row a case with the cities closed and kept, in alphabetical order.

    `posts` has a column city; `closed` and the values of `cases` are flags by post.
    """
    name = lambda held: ", ".join(sorted(posts.loc[held, "city"])) or "none"  # noqa: E731
    told = [(case, name(held & closed), name(held & ~closed)) for case, held in cases.items()]
    return pd.DataFrame(told, columns=["exposure", "closed", "kept"])


def closed_by_year(counts: pd.DataFrame, waves: pd.DataFrame, first: int) -> pd.DataFrame:
    """Count missions closed by year from yearly counts of the South Korean ministry and, elsewhere, single waves.

    A wave counts in the year it began. Columns: year; lower, upper (differing counts and disputed waves give a range).
    """
    yearly = counts["quantity"].eq("missions_closed") & counts["scope"].eq("world") & counts["series"].eq("rok")
    flow = counts[yearly & counts["asof_precision"].eq("year")]
    flow = flow.assign(year=flow["asof_earliest"].dt.year).groupby("year")["value"].agg(lower="min", upper="max")
    rest = waves[waves["type"].eq("closing") & waves["year_start"].ge(first)]
    rest = rest[~rest["year_start"].between(flow.index.min(), flow.index.max())]
    lower = rest["reported"].where(~(rest["status"].eq("disputed")), 0)
    rest = pd.DataFrame({"year": rest["year_start"], "lower": lower, "upper": rest["reported"]})
    return pd.concat([flow.reset_index(), rest]).astype(int).sort_values("year", ignore_index=True)


def counted(counts: pd.DataFrame, series: str, kinds: dict[tuple[str, str], str], first: int) -> pd.DataFrame:
    """Return the published counts of one series that are in use, from the year `first` on.

    `kinds` names the pairs of quantity and scope to keep. Columns added: kind, year.
    """
    rows = counts[counts["series"].eq(series) & counts["status"].eq("used") & counts["asof_earliest"].dt.year.ge(first)]
    pairs = zip(rows["quantity"], rows["scope"], strict=True)
    rows = rows.assign(kind=[kinds.get(pair) for pair in pairs], year=rows["asof_latest"].dt.year)
    return rows.dropna(subset="kind")


def with_end(measures: pd.DataFrame, direction: str) -> pd.DataFrame:
    """Return the measures of one direction with what undid them.

    Columns added: decade; date_earliest_end (of the measure named in `reversed_by`); years (from one to the other).
    """
    ends = measures[["measure_id", "date_earliest"]].rename(columns={"measure_id": "reversed_by"})
    rows = measures[measures["direction"].eq(direction)].merge(ends, "left", "reversed_by", suffixes=("", "_end"))
    decade = (rows["date_earliest"].dt.year // 10 * 10).astype(str) + "s"
    return rows.assign(decade=decade, years=(rows["date_earliest_end"] - rows["date_earliest"]).dt.days / 365.25)
