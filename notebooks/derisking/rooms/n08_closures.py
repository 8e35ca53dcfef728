"""Charts of notebook 08: who was closed, how firm that is, how unusual, in which years, how old.

The tests stand in stats/exact.py and are run in the notebook. Frames are tidy, one row a mark.
"""

import numpy as np
import pandas as pd
from matplotlib.ticker import PercentFormatter

from derisking.draw import style
from derisking.draw.axes import place_axes, set_rows
from derisking.draw.marks import (
    draw_interval,
    draw_key,
    lay_groups,
    write_column,
    write_head,
    write_note,
)
from derisking.draw.style import HAIRLINE, INK, MUTED, NOTE, PALE
from derisking.stats import exact, rates, survival

DAY, YEAR = pd.Timedelta(days=1), pd.Timedelta(days=365.25)
RING = {"ms": 3, "mfc": "white", "mec": MUTED, "mew": 0.7}
LIMITS = (0.03, 100)  # odds ratios on the axis; none and no limit stand beyond a break
NONE, ENDLESS = 0.0155, 200  # where these two stand
COLUMNS = {  # what the columns of the figures' data mean
    "definition": "Definition of closed (list_id)",
    "trait": "Trait, yes or no",
    "with_closed": "Closed posts with the trait",
    "with_all": "Posts with the trait",
    "without_closed": "Closed posts without it",
    "without_all": "Posts without it",
    "missing": "Posts left out, trait unknown",
    "odds_ratio": "Odds ratio (conditional estimate; pooled rows: Mantel and Haenszel)",
    "low": "Lower bound (odds ratio: 95 percent; age: youngest, years)",
    "high": "Upper bound (odds ratio: 95 percent; age: oldest, years)",
    "p": "p of Fisher's exact test, two-sided",
    "p_within": "p of the exact test within regions",
    "adjusted": "p adjusted for all tests at once by joint exchange of the posts",
    "post": "Post changed (mission_id)",
    "change": "dropped or reclassified",
    "place": "City of the post changed",
    "p_found": "p without any change",
    "turns": "1 if the change moves p across 0.05",
    "panel": "Panel or kind of mark",
    "holders": "Posts with the trait",
    "power": "Chance of p below 0.05",
    "more": "Smallest odds ratio above 1 found with 80 percent power",
    "less": "Largest odds ratio below 1 found with 80 percent power (0: none)",
    "label": "Name as drawn",
    "closed": "Missions closed in the round, by South Korean counts",
    "share": "Share of posts closed by South Korean counts, 0 to 1",
    "median_per_year": "Median over senders, share of posts a year, 0 to 1",
    "p95_per_year": "95th percentile over senders, share of posts a year, 0 to 1",
    "max_per_year": "Largest sender, share of posts a year, 0 to 1",
    "prk_per_year": "North Korea in the same data, share of posts a year, 0 to 1",
    "value": "Change of output in percent, Bank of Korea, as first published",
    "year": "Calendar year",
    "lag": "Years before the round",
    "age": "Age in years",
    "alive": "Share of posts still open",
    "at_risk": "Posts watched at that age",
    "reading": "Reading of the dates",
    "city": "City of the post",
    "round": "Round of closures",
    "counts": "Posts closed in Africa and elsewhere, or with and without the trait, in words",
    "names": "Cities of the posts that were closed",
    "pooled": "1 if the row pools the others of its panel",
    "wave": "Year of the later count, or of the round of North Korea",
    "returned_gone": "Posts with the trait that were closed or gone",
    "returned_kept": "Posts with the trait that were kept",
    "onesided_gone": "Posts without the trait that were closed or gone",
    "onesided_kept": "Posts without the trait that were kept",
}


# ------------------------------------------------------------------------------------ odds ratios


def _locate_ratio(value: float, limits: tuple[float, float] = LIMITS) -> float:
    """Return where an odds ratio stands: 0 and infinity beyond the breaks of the axis."""
    if value == 0 or np.isinf(value):
        return NONE if value == 0 else ENDLESS
    return float(np.clip(value, *limits))


def _draw_ratio_axis(ax, limits: tuple[float, float] = LIMITS, endless: bool = False) -> None:
    """Give `ax` odds ratios, with a place for 0, and for no limit if `endless`, past a break."""
    last = ENDLESS * 1.25 if endless else limits[1]
    ax.set(xscale="log", xlim=(NONE / 1.25, last))
    ticks = [tick for tick in (0.1, 1, 10) if limits[0] <= tick <= limits[1]]
    names = [f"{tick:g}" for tick in ticks]
    places = [NONE, *ticks, *([ENDLESS] if endless else [])]
    ax.set_xticks(places, ["0", *names, *(["no limit"] if endless else [])])
    ax.minorticks_off()
    ax.axvline(1, color=INK, lw=0.6, zorder=0)
    ax.spines["left"].set_visible(False)
    for middle in [np.sqrt(NONE * limits[0]), np.sqrt(limits[1] * ENDLESS)][: 1 + endless]:
        ax.axvspan(middle / 1.05, middle * 1.05, color="white", lw=0, zorder=2.6)
        for edge in (middle / 1.05, middle * 1.05):
            mark = {"marker": [(-0.5, -1), (0.5, 1)], "ms": 6, "mec": INK, "mew": 0.6}
            place = ax.get_xaxis_transform()
            ax.plot(edge, 0, transform=place, clip_on=False, zorder=4, **mark)
    ax.spines["bottom"].set_zorder(2.5)


def _draw_ratio(ax, row, y: float, colour: str, size: float, limits=LIMITS) -> None:
    """Draw an odds ratio with its interval; an end beyond `limits` and short of 0 is an arrow."""
    low, high = (_locate_ratio(value, limits) for value in (row.low, row.high))
    ax.plot([low, high], [y, y], color=colour, lw=1.0, solid_capstyle="butt", zorder=2)
    cut = {"<": (low, 0 < row.low < limits[0]), ">": (high, limits[1] < row.high < np.inf)}
    for mark, (end, beyond) in cut.items():
        if beyond:
            ax.plot(end, y, mark, ms=3, color=colour, mec="none", clip_on=False, zorder=3)
    point = _locate_ratio(row.odds_ratio, limits)
    ax.plot(point, y, "D", ms=size, color=colour, mec="white", mew=0.4, zorder=4)


def draw_traits(runs: pd.DataFrame, primary: str):
    """Return the figure of all traits: the odds ratio under one list strong, the others faint.

    runs: one row a trait and definition, with definition, trait, odds_ratio, low, high, p,
    adjusted and the four counts.
    """
    main = runs[runs["definition"].eq(primary)].sort_values(["odds_ratio", "p"], kind="stable")
    fig, ax = style.make_canvas(183, 98)
    set_rows(ax, main["trait"], "lines", 6)
    for y, row in enumerate(main.itertuples()):
        others = runs[runs["trait"].eq(row.trait) & runs["definition"].ne(primary)]
        shown = [_locate_ratio(value) for value in others["odds_ratio"]]
        ax.plot(shown, [y] * len(others), "o", zorder=3, clip_on=False, **RING)
        _draw_ratio(ax, row, y, INK if row.p < 0.05 else MUTED, 4.6)
    _draw_ratio_axis(ax, endless=bool(np.isinf(runs["odds_ratio"]).any()))
    ax.set_xlabel("Odds ratio of being closed: with against without the trait")
    counts = {
        "closed\nwith": [f"{row.with_closed} of {row.with_all}" for row in main.itertuples()],
        "closed\nwithout": [
            f"{row.without_closed} of {row.without_all}" for row in main.itertuples()
        ],
        "p": main["p"].map(exact.word_chance),
        "adjusted\np": main["adjusted"].map(exact.word_chance),
    }
    for x, (head, words) in zip((1.1, 1.22, 1.31, 1.41), counts.items(), strict=True):
        write_column(ax, x, range(len(main)), words, head, ha="right")
    fig.get_layout_engine().set(rect=(0, 0, 0.925, 1))
    return fig


def draw_ratios(table: pd.DataFrame, heads: dict[str, str]):
    """Return the figure of odds ratios on one axis, in groups, with what they pool to.

    table: panel (group), label, counts, names (under the row), odds_ratio, low, high, pooled (1:
    drawn strong, its interval a band behind its group). heads: words over each group.
    """
    tall = np.where(table["names"].ne(""), 1.55, 1.0)
    fig, ax = style.make_canvas(183, 101)
    laid, tops = lay_groups(
        table.assign(tall=tall), "panel", order=list(heads), air=1.4, head=1.1, heights="tall"
    )
    laid["line"] = laid["y"].where(laid["names"].eq(""), laid["y"] - 0.27)
    place_axes(ax, 32, 1, 97, 90)
    limits, beside = (LIMITS[0], 50), ax.get_yaxis_transform()
    for row in laid.itertuples():
        if row.pooled:
            mine = laid[laid["panel"].eq(row.panel)]["line"]
            ends = [mine.min() - 0.42, mine.max() + 0.42]
            ax.fill_betweenx(ends, row.low, row.high, color=PALE, lw=0, zorder=0.2)
        _draw_ratio(ax, row, row.line, INK, 6.4 if row.pooled else 4, limits)
        if row.names:
            ax.axhspan(row.line + 0.4, row.line + 0.9, color="white", lw=0, zorder=0.4)
            ax.text(
                0, row.line + 0.62, row.names, fontsize=6, color=NOTE, va="center", transform=beside
            )
    _draw_ratio_axis(ax, limits)
    ax.set_ylim(laid["line"].max() + 0.8, min(tops.values()) - 0.5)
    ax.set_yticks(laid["line"], laid["label"])
    ax.tick_params(axis="y", length=0)
    for letter, (group, y) in zip("ab", tops.items(), strict=True):
        ax.axhspan(y - 0.6, y + 0.55, color="white", lw=0, zorder=0.4)
        for x, words, weight, size in ((-0.04, letter, "bold", 8), (0, heads[group], "normal", 7)):
            place = {"transform": beside, "va": "center", "fontweight": weight}
            ax.text(x, y, words, fontsize=size, **place)
    ax.set_xlabel("Odds ratio of being closed or gone, with 95 percent interval")
    words = [
        f"{exact.word_ratio(row.odds_ratio)} ({exact.word_ratio(row.low)} to "
        f"{exact.word_ratio(row.high)})"
        for row in laid.itertuples()
    ]
    write_column(ax, 1.03, laid["line"], laid["counts"], "closed or gone", rise=-6)
    write_column(ax, 1.31, laid["line"], words, "odds ratio", rise=-6)
    return fig


def draw_changes(table: pd.DataFrame, found: pd.DataFrame, names: dict[str, str]):
    """Return the figure of p after a change to one post, a row a trait and definition.

    table: trait, definition, change, place (name of the post), p, turns. found: trait, definition,
    p. names: definitions in words.
    """
    fig, ax = style.make_canvas(183, 24 + 4.3 * len(found))
    laid, tops = lay_groups(found, "trait", air=1.5, head=0.95)
    look = style.read_meanings("change")
    for row in laid.itertuples():
        same = table["trait"].eq(row.trait) & table["definition"].eq(row.definition)
        for kind, lift, size in (("dropped", -0.17, 4.2), ("reclassified", 0.17, 3.2)):
            mine = table[same & table["change"].eq(kind)]
            ax.plot(mine["p"], [row.y + lift] * len(mine), zorder=2, **look[kind].style(size))
        ax.plot([row.p], [row.y], zorder=4, **look["found"].style(4.4))
    for kind, x in (("dropped", 1.03), ("reclassified", 1.12)):
        turned = table[table["change"].eq(kind)].groupby(["trait", "definition"])["turns"].sum()
        number = [str(turned[row.trait, row.definition]) for row in laid.itertuples()]
        head = {"dropped": "left\nout", "reclassified": "counted\nthe other way"}[kind]
        write_column(ax, x, laid["y"], number, head)
    for trait, y in tops.items():
        place = {"transform": ax.get_yaxis_transform(), "va": "center"}
        ax.text(0, y, trait, fontsize=7, weight="bold", **place)
    ax.axvline(0.05, color=INK, lw=0.6, zorder=0)
    ax.set(xscale="log", xlim=(0.0008, 1.1), xlabel="p of Fisher's exact test (logarithmic)")
    ax.set_ylim(laid["y"].max() + 0.7, min(tops.values()) - 0.8)
    ax.set_xticks([0.001, 0.01, 0.05, 0.1, 1], ["0.001", "0.01", "0.05", "0.1", "1"])
    ax.set_yticks(laid["y"], laid["definition"].map(names))
    ax.minorticks_off()
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    draw_key(ax, "change", "above")
    return fig


# ------------------------------------------------------------------------------------------ power


def find_reach(posts: int = 53) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what nine closures among the posts could show.

    First the curves of power: holders, odds_ratio, power. Second the odds ratios within reach:
    holders, more, less (the nearest above and below 1 that are found with 80 percent power).
    """
    ratios = np.geomspace(1, 60, 40)
    curves = [
        {"holders": holders, "odds_ratio": ratio, "power": exact.compute_power(ratio, holders)}
        for holders in (5, 10, 20, 26)
        for ratio in ratios
    ]
    sizes = pd.DataFrame({"holders": range(3, posts - 2)})
    sizes["more"] = [exact.find_detectable_ratio(number) for number in sizes["holders"]]
    sizes["less"] = [1 / exact.find_detectable_ratio(posts - n) for n in sizes["holders"]]
    return pd.DataFrame(curves), sizes


def draw_power(curves: pd.DataFrame, sizes: pd.DataFrame, points: pd.DataFrame):
    """Return the figure of power and of what is within reach.

    curves, sizes: as from `find_reach`. points: holders, odds_ratio, label of each trait; only
    those with a label are named.
    """
    fig, (left, right) = style.make_canvas(183, 78, 1, 2, width_ratios=[1, 1.5])
    _draw_power_curves(left, curves)
    _draw_reach(right, sizes, points)
    write_head(left, "a", "Chance that the test finds it")
    write_head(right, "b", "Odds ratios within reach, and those found")
    return fig


def _draw_power_curves(ax, table: pd.DataFrame) -> None:
    looks, entries = (":", "-.", "--", "-"), []
    for (holders, rows), look in zip(table.groupby("holders"), looks, strict=False):
        line = {"color": INK, "lw": 0.9, "ls": look}
        ax.plot(rows["odds_ratio"], rows["power"], **line)
        entries.append((str(holders), line))
    title = {"title": "Posts with\nthe trait, of 53", "title_fontsize": 6, "alignment": "left"}
    draw_key(ax, entries, "lower right", handlelength=2.4, handletextpad=0.8, **title)
    ax.set(xscale="log", xlim=(1, 60), ylim=(0, 1.02), xlabel="True odds ratio")
    ax.set_ylabel("Chance that p < 0.05")
    ticks = [1, 2, 5, 10, 20, 50]
    ax.set_xticks(ticks, [str(tick) for tick in ticks])
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.axhline(0.8, color=NOTE, lw=0.5, ls=":", zorder=0)
    ax.minorticks_off()
    write_note(ax, 1.06, 0.83, "80 percent, the usual demand")


def _draw_reach(ax, sizes: pd.DataFrame, points: pd.DataFrame, limits=(0.01, 100)) -> None:
    low, high = sizes["less"].clip(lower=limits[0]), sizes["more"].clip(upper=limits[1])
    ax.fill_between(sizes["holders"], low, high, color=HAIRLINE, lw=0)
    for edge in (sizes["less"].where(low.gt(limits[0])), sizes["more"].where(high.lt(limits[1]))):
        ax.plot(sizes["holders"], edge, color=NOTE, lw=0.7)
    ax.axhline(1, color=INK, lw=0.6, zorder=1)
    none = limits[0] / 2.2  # an odds ratio of 0 stands below a break
    shown = points["odds_ratio"].where(points["odds_ratio"].gt(0), none)
    ax.plot(points["holders"], shown, "o", ms=3.4, color=INK, mec="none", zorder=3)
    for row, height in zip(points.itertuples(), shown, strict=True):
        if isinstance(row.label, str):
            write_note(ax, row.holders, height, row.label, dx=4, color=INK)
    ax.set(yscale="log", ylim=(none / 1.7, limits[1]), xlim=(0, 54))
    ax.set(xlabel="Posts with the trait, of 53", ylabel="Odds ratio")
    ax.set_yticks([none, 0.01, 0.1, 1, 10, 100], ["0", "0.01", "0.1", "1", "10", "100"])
    ax.minorticks_off()
    ax.axhspan(none * 1.38, none * 1.58, color="white", lw=0, zorder=2.6)
    for edge in (none * 1.38, none * 1.58):
        mark = {"marker": [(-1, -0.5), (1, 0.5)], "ms": 6, "mec": INK, "mew": 0.6}
        ax.plot(0, edge, transform=ax.get_yaxis_transform(), clip_on=False, zorder=4, **mark)
    ax.spines["left"].set_zorder(2.5)
    for height in (60, 0.017):
        write_note(ax, 28, height, "would be found four times in five", ha="center")
    write_note(ax, 33, 5, "would mostly be missed")


# ------------------------------------------------------------------------------------- base rates

SHARES = ("median", "p95", "max", "prk")


def convert_rates(table: pd.DataFrame) -> pd.DataFrame:
    """Return base rates of one minimum size as shares a year, a row an interval and panel.

    Columns: panel ("closed" or "not back"), prev_wave, wave, years_between, and per year the
    median, the 95th percentile and the largest share over senders, and that of North Korea.
    """
    longer = table["years_between"].gt(1)
    table = table.assign(longer=longer).sort_values(["longer", "prev_wave"], ignore_index=True)
    parts = {
        "closed": ["median", "p95", "max", "prk_closed_share"],
        "not back": ["lasting_median", "lasting_p95", "lasting_max", "prk_lasting_share"],
    }
    rows = []
    for panel, names in parts.items():
        part = table[["prev_wave", "wave", "years_between"]].assign(panel=panel)
        for name, share in zip(SHARES, names, strict=True):
            years = table["years_between"].astype(float)
            part[f"{name}_per_year"] = rates.convert_to_yearly(table[share].astype(float), years)
        rows.append(part)
    return pd.concat(rows, ignore_index=True)


def draw_base_rates(table: pd.DataFrame, own: pd.DataFrame):
    """Return the figure of base rates.

    table: as from `convert_rates`. own: panel, wave, share of North Korea by South Korean counts.
    """
    fig, axes = style.make_canvas(183, 92, 1, 2, sharey=True)
    first = table[table["panel"].eq("closed")]
    short = first["years_between"].eq(1)
    waves = sorted(set(own["wave"]))
    lines = np.array([*range(len(waves)), *(np.arange(len(first)) + len(waves) + 1 + 1.0 * ~short)])
    seoul, titles = style.read_meanings("body")["rok"], ["Closed", "Closed and not back"]
    for ax, letter, panel, title in zip(axes, "ab", ("closed", "not back"), titles, strict=True):
        _draw_rates(ax, table[table["panel"].eq(panel)], lines[len(waves) :])
        shown = own[own["panel"].eq(panel)]
        ax.plot(shown["share"], shown["wave"].map(waves.index), zorder=4, **seoul.style(5.5))
        ax.axvline(own["share"].iloc[-1], color=seoul.colour, lw=0.7, ls=":", zorder=0)
        write_head(ax, letter, title)
        ax.set_xlabel("Share of the network in a year")
        ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    write_note(axes[1], 0.005, lines[0], "not known")
    names = [f"North Korea, {wave}" for wave in waves]
    names += [f"{row.prev_wave}–{row.wave}" for row in first.itertuples()]
    axes[0].set_yticks(lines, names)
    axes[0].set_ylim(lines[-1] + 0.7, -1)
    longer = lines[len(waves) + int(short.sum())]
    heads = {-0.8: "South Korean counts", lines[len(waves)] - 0.75: "one-year intervals"}
    for height, words in (heads | {longer - 0.75: "longer, per year"}).items():
        place = {"ha": "right", "va": "center", "transform": axes[0].get_yaxis_transform()}
        axes[0].text(-0.015, height, words, fontsize=6, color=NOTE, **place)
    _draw_rates_key(axes[0], 0.2, 9.5)
    return fig


def _draw_rates(ax, table: pd.DataFrame, heights, most: float = 0.32) -> None:
    """Draw the shares of other senders, a row an interval: median, 95th percentile, largest."""
    for y, row in zip(heights, table.itertuples(), strict=True):
        if np.isnan(row.median_per_year):
            write_note(ax, 0.005, y, "no later count")
            continue
        top = row.max_per_year
        _draw_spread(ax, row.median_per_year, row.p95_per_year, min(top, most), y, top <= most)
        if top > most:
            ax.plot(most, y, ">", color=MUTED, ms=3.5, mec="none")
            write_note(ax, most + 0.007, y, f"{top:.0%}")
        if not np.isnan(row.prk_per_year):
            look = style.read_meanings("body")["dipcon"].style(5) | {"markeredgecolor": INK}
            ax.plot(row.prk_per_year, y, zorder=4, **look)
    ax.set_xlim(0, most + 0.04)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def _draw_spread(ax, middle: float, high: float, top: float, y: float, tick=True) -> None:
    ax.plot([middle, high], [y, y], color=MUTED, lw=3.2, solid_capstyle="butt")
    ax.plot([high, top], [y, y], color=MUTED, lw=0.8)
    if tick:
        ax.plot([top] * 2, [y - 0.22, y + 0.22], color=MUTED, lw=0.8)


def _draw_rates_key(ax, x: float, y: float) -> None:
    _draw_spread(ax, x, x + 0.03, x + 0.06, y)
    write_note(ax, x + 0.068, y, "median to 95th percentile,\nand largest, of all senders")
    look = style.read_meanings("body")["dipcon"].style(5) | {"markeredgecolor": INK}
    ax.plot(x + 0.045, y + 1.6, **look)
    write_note(ax, x + 0.068, y + 1.6, "North Korea in the same data")


# ---------------------------------------------------------------------------------------- economy


def try_thresholds(
    values: pd.Series, rounds: list[int], bars: list[float], delays: list[int]
) -> pd.DataFrame:
    """Try the rule "closures come at most `delay` years after a year at or below `bar`".

    values: a yearly series (missing years leave gaps). Columns: bar, delay; explained (of `rounds`,
    those with such a year no more than `delay` before); bad (years at or below the bar, early
    enough for `delay` to have passed); followed (of those, the ones after which a round came in
    time); allowed (years in which the rule would let closures come), known (years with a value).
    """
    known, rows = values.dropna(), []
    last = int(known.index.max())
    for bar in bars:
        low = [int(year) for year in known.index[known.le(bar)]]
        for delay in delays:
            reached = {year + lag for year in low for lag in range(delay + 1)}
            due = [year for year in low if year + delay <= last]
            followed = [year for year in due if {*range(year, year + delay + 1)} & {*rounds}]
            row = {"bar": bar, "delay": delay, "explained": len(reached & {*rounds})}
            row |= {"bad": len(due), "followed": len(followed)}
            rows.append(row | {"allowed": len(reached & {*known.index}), "known": len(known)})
    return pd.DataFrame(rows)


def list_lags(values: pd.Series, rounds: pd.Series, most: int = 3) -> pd.DataFrame:
    """Return a yearly series in and before each round, one row a round and delay.

    rounds: missions closed by year. Columns: round (year), closed, lag (0: the year itself, to
    `most`), year, value (missing if the series has none).
    """
    rows = [
        {"round": year, "closed": number, "lag": lag, "year": year - lag}
        for year, number in rounds.items()
        for lag in range(most, -1, -1)
    ]
    table = pd.DataFrame(rows)
    return table.assign(value=table["year"].map(values))


def draw_economy(table: pd.DataFrame):
    """Return the figure of output in and before each round, a panel a round. table: `list_lags`."""
    rounds = table["round"].unique()
    fig, axes = style.make_canvas(183, 62, 1, len(rounds), sharey=True)
    most = table["lag"].max()
    look = style.read_meanings("status")["closed"].style(5.5)
    for ax, letter, year in zip(axes, "abcd", rounds, strict=True):
        rows = table[table["round"].eq(year)]
        before, itself = rows[rows["lag"].gt(0)], rows[rows["lag"].eq(0)]
        ax.vlines(-rows["lag"], 0, rows["value"], color=MUTED, lw=0.8, zorder=1)
        ax.plot(-before["lag"], before["value"], "o", ms=4.4, color=MUTED, mec="none", zorder=2)
        ax.plot(-itself["lag"], itself["value"], zorder=3, **look)
        for row in rows.itertuples():
            known = pd.notna(row.value)
            words = f"{row.value:+.1f}".replace("-", "−") if known else "?"
            shown = {"ha": "center", "color": NOTE if row.lag else INK}
            shown |= {"fontweight": "normal" if row.lag else "bold"}
            rise = -8 if known and row.value < 0 else 8
            write_note(ax, -row.lag, row.value if known else 0, words, dy=rise, **shown)
        ax.axhline(0, color=INK, lw=0.6, zorder=0)
        ax.set(xlim=(-most - 0.5, 0.5), ylim=(-9, 5))
        places = range(-most, 1)
        ax.set_xticks(places, [str(year + place) for place in places])
        ax.spines["bottom"].set_visible(False)
        ax.tick_params(axis="x", length=0)
        write_head(ax, letter, f"{year}: {itself['closed'].item()} closed")
    axes[0].set_ylabel("Change of output in percent")
    return fig


# ------------------------------------------------------------------------------------------- ages


def measure_ages(spells: pd.DataFrame, until, opened: str) -> pd.DataFrame:
    """Return entry and exit age in years and whether the post ended, one row a spell of a post.

    Where the opening is known only as an interval, the post was watched from the last day of it on:
    it enters the count at the age it had then (left truncation), so that posts which came and went
    unseen bias nothing. opened: "latest" takes the post as young as its dates allow (entry at age
    0), "earliest" as old as they allow, and leaves out posts without any earliest date. Spells
    without a closing date are censored on the day `until`. A post that may have ended before it was
    first seen is given one day.

    Columns: entry, exit (years), ended (bool); the index is that of `spells`. Raises ValueError for
    another `opened`.
    """
    if opened not in ("latest", "earliest"):
        raise ValueError(f"opened is {opened!r}; it must be 'latest' or 'earliest'")
    ended = spells["closed"].notna()
    last = spells["closed_earliest" if opened == "latest" else "closed_latest"]
    last = last.fillna(spells["closed_latest"]).where(ended, pd.Timestamp(until))
    birth, seen = spells[f"opened_{opened}"], spells["opened_latest"]
    table = pd.DataFrame({"entry": (seen - birth) / YEAR, "exit": (last - birth) / YEAR})
    table["exit"] = table["exit"].clip(lower=table["entry"] + DAY / YEAR)
    return table.assign(ended=ended)[birth.notna() & seen.notna()]


def estimate_open_share(table: pd.DataFrame) -> pd.DataFrame:
    """Return the share of posts still open by age: Kaplan and Meier with late entry.

    table: as from `measure_ages`. Columns: age (years), alive (share still open), at_risk (posts
    watched at that age). The first row is age 0. No confidence band: the posts are a census, and
    their dates are the larger doubt.
    """
    curve = survival.curve(table["exit"], table["ended"], table["entry"])
    share = {"age": curve["day"], "alive": 1 - curve["share"], "at_risk": curve["at_risk"]}
    return pd.DataFrame(share)


def find_median_age(curve: pd.DataFrame) -> float:
    """Return the first age at which no more than half are left; infinite if never reached."""
    past = curve[curve["alive"].le(0.5)]
    return float(past["age"].iloc[0]) if len(past) else float("inf")


def draw_ages(curves: dict[str, pd.DataFrame], chosen: pd.DataFrame):
    """Return the figure of the share of posts still open by age, over the ages at closing.

    curves: "youngest" and "oldest" reading, as from `estimate_open_share`. chosen: city, round
    ("1990s" or another), low, high (age at closing), in the order to draw.
    """
    fig, (ax, rug) = style.make_canvas(183, 118, 2, 1, sharex=True, height_ratios=[1, 1.2])
    _draw_open_share(ax, curves)
    late = chosen["round"].ne("1990s").to_numpy()
    heights = np.cumsum(np.where(late, 1.5, 0.6)) + 2.0 * late
    colours = {False: MUTED, True: style.read_meanings("status")["closed"].colour}
    for y, row, new in zip(heights, chosen.itertuples(), late, strict=True):
        colour = colours[bool(new)]
        draw_interval(rug, y, row.low, row.high, colour, 0.25, 1.1)
        if new:
            write_note(rug, row.high + 0.6, y, row.city)
    for name, rows in chosen.assign(y=heights).groupby("round", sort=False):
        spell = "the 1990s" if name == "1990s" else name
        words = f"closed in {spell}: {len(rows)} posts"
        write_note(rug, -0.5, rows["y"].iloc[0] - 1.5, words, color=INK)
    ax.set(ylim=(0, 1.03), xlim=(-1, 72))
    ax.yaxis.set_major_formatter(PercentFormatter(1))
    rug.set(ylim=(heights[-1] + 1, -2.4), xlabel="Age of the post, years")
    rug.set_yticks([])
    rug.spines["left"].set_visible(False)
    write_head(ax, "a", "Share of posts still open")
    write_head(rug, "b", "Age at closing")
    return fig


def _draw_open_share(ax, curves: dict[str, pd.DataFrame]) -> None:
    young, old = curves["youngest"], curves["oldest"]
    grid = np.unique(np.concatenate([young["age"], old["age"]]))
    heights = [
        np.asarray(table["alive"])[np.searchsorted(table["age"], grid, side="right") - 1]
        for table in (young, old)
    ]
    inside = grid <= min(young["age"].max(), old["age"].max())
    ax.fill_between(grid[inside], *(h[inside] for h in heights), step="post", color=PALE, lw=0)
    for table, look in ((young, "-"), (old, "--")):
        ax.step(table["age"], table["alive"], where="post", color=INK, lw=1.0, ls=look)
    ax.axhline(0.5, color=NOTE, lw=0.5, ls=":", zorder=0)
    write_note(ax, 0.3, 0.53, "half of all posts")
    write_note(ax, 41, 0.66, "solid: youngest reading of the dates")
    write_note(ax, 41, 0.60, "dashed: oldest reading")
