"""Charts of notebook 08: who was closed, how firm that is, how unusual, in which years, how old.

The tests stand in stats/exact.py and are run in the notebook. Frames are tidy, one row a mark.
"""

import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle
from matplotlib.ticker import PercentFormatter

from derisking.draw import style
from derisking.draw.axes import set_grid, set_rows
from derisking.draw.marks import (
    draw_interval,
    draw_key,
    lay_groups,
    write_column,
    write_head,
    write_note,
)
from derisking.draw.style import HAIRLINE, INK, MUTED, NOTE, PALE, SOFT
from derisking.stats import exact, rates, survival

DAY, YEAR = pd.Timedelta(days=1), pd.Timedelta(days=365.25)
RING = {"ms": 3, "mfc": "white", "mec": MUTED, "mew": 0.7}
LIMITS = (0.03, 100)  # of the axis of odds ratios
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
    "before": "Posts before",
    "closed": "Posts closed (South Korean count)",
    "share": "Share of posts closed by South Korean counts, 0 to 1",
    "median_per_year": "Median over senders, share of posts a year, 0 to 1",
    "p95_per_year": "95th percentile over senders, share of posts a year, 0 to 1",
    "max_per_year": "Largest sender, share of posts a year, 0 to 1",
    "prk_per_year": "North Korea in the same data, share of posts a year, 0 to 1",
    "value": "Change in percent",
    "year": "Calendar year",
    "lag": "Years before the round",
    "reported": "Missions closed",
    "year_start": "First year",
    "year_end": "Last year",
    "status": "used or disputed",
    "age": "Age in years",
    "alive": "Share of posts still open",
    "at_risk": "Posts watched at that age",
    "reading": "Reading of the dates",
    "city": "City of the post",
    "round": "Round of closures",
    "wave": "Year of the later count, or of the round of North Korea",
    "returned_gone": "Posts with the trait that were closed or gone",
    "returned_kept": "Posts with the trait that were kept",
    "onesided_gone": "Posts without the trait that were closed or gone",
    "onesided_kept": "Posts without the trait that were kept",
}


# ------------------------------------------------------------------------------------ odds ratios


def _draw_ratio_axis(ax, limits: tuple[float, float] = LIMITS) -> None:
    ax.set(xscale="log", xlim=limits)
    ticks = [tick for tick in (0.01, 0.1, 1, 10, 100) if limits[0] <= tick <= limits[1]]
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.minorticks_off()
    ax.axvline(1, color=INK, lw=0.6, zorder=0)
    ax.spines["left"].set_visible(False)


def _draw_ratio(ax, row, y: float, colour: str, size: float, limits=LIMITS) -> None:
    """Draw an odds ratio with its interval; what lies beyond `limits` ends in an arrow head."""
    low, high = np.clip([row.low, row.high], *limits)
    ax.plot([low, high], [y, y], color=colour, lw=1.0, solid_capstyle="butt", zorder=2)
    for end, beyond, mark in ((low, row.low < limits[0], "<"), (high, row.high > limits[1], ">")):
        if beyond:
            ax.plot(end, y, mark, ms=3, color=colour, mec="none", clip_on=False, zorder=3)
    if row.odds_ratio >= limits[0]:
        ax.plot(row.odds_ratio, y, "D", ms=size, color=colour, mec="white", mew=0.4, zorder=4)


def draw_traits(runs: pd.DataFrame, primary: str):
    """Return the figure of all traits: the odds ratio under one list strong, the others faint.

    runs: one row a trait and definition, with definition, trait, odds_ratio, low, high, p,
    adjusted and the four counts.
    """
    main = runs[runs["definition"].eq(primary)].sort_values(["odds_ratio", "p"], kind="stable")
    fig, ax = style.make_canvas(183, 96)
    set_rows(ax, main["trait"], "lines", 6.5)
    for y, row in enumerate(main.itertuples()):
        others = runs[runs["trait"].eq(row.trait) & runs["definition"].ne(primary)]
        shown = others["odds_ratio"].clip(*LIMITS)
        ax.plot(shown, [y] * len(others), "o", zorder=3, clip_on=False, **RING)
        _draw_ratio(ax, row, y, INK if row.p < 0.05 else MUTED, 4.6)
        if row.odds_ratio == 0:
            write_note(ax, LIMITS[0], y, "0: none was closed", dx=8, dy=6, color=INK)
    _draw_ratio_axis(ax)
    ax.set_xlabel("Odds ratio: how many times higher the odds of being closed were with the trait")
    counts = [
        f"{row.with_closed} of {row.with_all} / {row.without_closed} of {row.without_all}"
        for row in main.itertuples()
    ]
    write_column(ax, 1.02, range(len(main)), counts, "closed with\n/ without")
    write_column(ax, 1.23, range(len(main)), [f"{p:.3f}" for p in main["p"]], "p")
    write_column(ax, 1.31, range(len(main)), [f"{p:.2f}" for p in main["adjusted"]], "adjusted\np")
    fig.get_layout_engine().set(rect=(0, 0, 0.97, 1))
    return fig


def draw_ratios(table: pd.DataFrame, heads: dict[str, str]):
    """Return the figure of odds ratios on one axis, in groups; pooled rows are strong.

    table: panel (group), label, odds_ratio, low, high. heads: words over each group.
    """
    fig, ax = style.make_canvas(183, 78)
    laid, tops = lay_groups(table, "panel", order=list(heads), air=1.6, head=1.0)
    for row in laid.itertuples():
        pooled = "pooled" in row.label or row.label.startswith("all states")
        _draw_ratio(ax, row, row.y, INK, 5.6 if pooled else 4)
    _draw_ratio_axis(ax, (0.03, 40))
    ax.set_ylim(laid["y"].max() + 0.8, min(tops.values()) - 0.6)
    ax.set_yticks(laid["y"], laid["label"])
    ax.tick_params(axis="y", length=0)
    for group, y in tops.items():
        place = {"transform": ax.get_yaxis_transform(), "va": "center"}
        ground = {"fc": "white", "ec": "none", "pad": 1}
        ax.text(0.0, y, heads[group], fontsize=7, weight="bold", bbox=ground, **place)
    ax.set_xlabel("Odds ratio, 95 percent interval (logarithmic)")
    words = [
        f"{exact.word_ratio(row.odds_ratio)} ({exact.word_ratio(row.low)} to "
        f"{exact.word_ratio(row.high)})"
        for row in laid.itertuples()
    ]
    write_column(ax, 1.02, laid["y"], words, "")
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
    ax.set(xscale="log", xlim=(0.0003, 1.3), xlabel="p of Fisher's exact test (logarithmic)")
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


def _draw_reach(ax, sizes: pd.DataFrame, points: pd.DataFrame, limits=(0.004, 300)) -> None:
    low, high = sizes["less"].clip(lower=limits[0]), sizes["more"].clip(upper=limits[1])
    ax.fill_between(sizes["holders"], low, high, color=HAIRLINE, lw=0)
    for edge in (low, high):
        ax.plot(sizes["holders"], edge, color=NOTE, lw=0.7)
    ax.axhline(1, color=INK, lw=0.6, zorder=1)
    shown = points["odds_ratio"].clip(*limits)
    ax.plot(points["holders"], shown, "o", ms=3.4, color=INK, mec="none", zorder=3, clip_on=False)
    for row in points.dropna(subset=["label"]).itertuples():
        height = max(row.odds_ratio, limits[0])
        write_note(ax, row.holders, height, row.label, dx=4, dy=5 if height == limits[0] else 0)
    ax.set(yscale="log", ylim=limits, xlim=(0, 54), xlabel="Posts with the trait, of 53")
    ax.set_ylabel("Odds ratio")
    ax.set_yticks([0.01, 0.1, 1, 10, 100], ["0.01", "0.1", "1", "10", "100"])
    ax.minorticks_off()
    for height in (120, 0.011):
        write_note(ax, 27, height, "would be found four times in five", ha="center")
    write_note(ax, 32, 8, "would mostly be missed")


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
    """Return the figure of base rates. table: as from `convert_rates`; own: wave, share."""
    fig, axes = style.make_canvas(183, 92, 1, 2, sharey=True)
    first = table[table["panel"].eq("closed")]
    short = first["years_between"].eq(1)
    lines = np.array([*range(len(own)), *(np.arange(len(first)) + len(own) + 1 + 1.0 * ~short)])
    seoul, titles = style.read_meanings("body")["rok"], ["Closed", "Closed and not back"]
    for ax, letter, panel, title in zip(axes, "ab", ("closed", "not back"), titles, strict=True):
        _draw_rates(ax, table[table["panel"].eq(panel)], lines[len(own) :])
        shown = own if panel == "closed" else own.iloc[-1:]
        heights = lines[: len(own)] if panel == "closed" else lines[len(own) - 1 : len(own)]
        ax.plot(shown["share"], heights, zorder=4, **seoul.style(5.5))
        ax.axvline(own["share"].iloc[-1], color=seoul.colour, lw=0.7, ls=":", zorder=0)
        write_head(ax, letter, title)
        ax.set_xlabel("Share of the network in a year")
        ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    write_note(axes[1], 0.005, lines[0], "not known")
    names = [f"North Korea, {wave}" for wave in own["wave"]]
    names += [f"{row.prev_wave}–{row.wave}" for row in first.itertuples()]
    axes[0].set_yticks(lines, names)
    axes[0].set_ylim(lines[-1] + 0.7, -1)
    longer = lines[len(own) + int(short.sum())]
    heads = {-0.8: "South Korean counts", lines[len(own)] - 0.75: "one-year intervals"}
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
        _draw_spread(ax, row.median_per_year, row.p95_per_year, min(row.max_per_year, most), y)
        if row.max_per_year > most:
            ax.plot(most, y, ">", color=MUTED, ms=3.5, mec="none")
            write_note(ax, most + 0.007, y, f"{row.max_per_year:.0%}")
        if not np.isnan(row.prk_per_year):
            look = style.read_meanings("body")["dipcon"].style(5) | {"markeredgecolor": INK}
            ax.plot(row.prk_per_year, y, zorder=4, **look)
    ax.set_xlim(0, most + 0.04)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def _draw_spread(ax, middle: float, high: float, top: float, y: float) -> None:
    ax.plot([middle, high], [y, y], color=MUTED, lw=3.2, solid_capstyle="butt")
    ax.plot([high, top], [y, y], color=MUTED, lw=0.8)
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


def draw_economy(cuts: pd.DataFrame, growth: pd.Series, trade: pd.Series, large: list[int]):
    """Return the figure of closures beside output and trade, and the values in the small tables.

    cuts: rounds of closures (year_start, year_end, reported, status). large: years of the rounds
    whose values are written out.
    """
    layout = [["closures", "growth lags"]] * 2 + [["growth", "growth lags"]]
    layout += [["growth", "trade lags"]] + [["trade", "trade lags"]] * 2
    fig, axes = style.make_canvas(183, 112, mosaic=layout, width_ratios=[2.1, 1])
    _draw_rounds(axes["closures"], cuts)
    _draw_bars(axes["growth"], growth)
    _draw_bars(axes["trade"], trade)
    lags = []
    for name, values, form in (("growth", growth, "{:+.1f}"), ("trade", trade, "{:+.0f}")):
        table = _write_lags(axes[f"{name} lags"], values, large, form)
        lags.append(table.assign(panel=f"{name} lags"))
    titles = {
        "closures": ("a", "Missions closed, by round"),
        "growth": ("b", "Output, change in percent"),
        "trade": ("c", "Trade, change in percent"),
        "growth lags": ("d", "Output, percent"),
        "trade lags": ("e", "Trade, percent"),
    }
    for name, (letter, words) in titles.items():
        write_head(axes[name], letter, words, rise=14 if "lags" in name else 4)
    for name in ("closures", "growth", "trade"):
        axes[name].set_xlim(1989.5, 2025.5)
        axes[name].set_xticks(range(1990, 2026, 5))
        axes[name].tick_params(axis="x", labelbottom=name == "trade")
        axes[name].spines["bottom"].set_visible(name == "closures")
    write_note(axes["trade"], 1990.5, 62, "?  no figure for this year or the one before")
    return fig, pd.concat(lags)


def _draw_rounds(ax, frame: pd.DataFrame) -> None:
    """Draw closures as stems over the years they are reported for; hollow if disputed."""
    looks = style.read_meanings("status")
    for row in frame.itertuples():
        middle = (row.year_start + row.year_end + 1) / 2
        ax.plot([middle, middle], [0, row.reported], color=INK, lw=0.9, zorder=1)
        if row.year_end > row.year_start:
            ends = [row.year_start + 0.1, row.year_end + 0.9]
            ax.plot(ends, [row.reported] * 2, color=INK, lw=0.9, zorder=2)
        look = looks["closed" if row.status == "used" else "dormant"]
        ax.plot(middle, row.reported, zorder=3, **look.style(4.2))
        if row.reported >= 9:
            write_note(ax, middle, row.reported + 1.7, str(row.reported), ha="center", color=INK)
    ax.set_ylim(0, 17)
    write_note(ax, 2001, 11.5, "hollow: disputed between reports")


def _draw_bars(ax, values: pd.Series) -> None:
    """Draw a yearly series as bars, grey below zero; a missing year shows a question mark."""
    for year, value in values.items():
        if np.isnan(value):
            write_note(ax, year + 0.5, 0, "?", dy=6, ha="center")
            continue
        fill = SOFT if value < 0 else "white"
        ax.bar(year + 0.5, value, 0.72, color=fill, edgecolor=INK, lw=0.5)
    ax.axhline(0, color=INK, lw=0.5)


def _write_lags(ax, values: pd.Series, years: list[int], form: str, most: int = 3) -> pd.DataFrame:
    """Write a yearly series in and before each of some years; negative values stand on grey."""
    set_grid(ax, years, ["same year"] + [f"{lag} before" for lag in range(1, most + 1)])
    rows = []
    for y, year in enumerate(years):
        for lag in range(most + 1):
            value = values.get(year - lag, np.nan)
            rows.append({"year": year, "lag": lag, "value": value})
            fill = PALE if value < 0 else "white"
            ax.add_patch(Rectangle((lag - 0.46, y - 0.44), 0.92, 0.88, fc=fill, ec=PALE, lw=0.5))
            words = "?" if np.isnan(value) else form.format(value).replace("-", "−")
            ax.text(lag, y, words, ha="center", va="center", fontsize=6)
    ax.set(xlim=(-0.5, most + 0.5), ylim=(len(years) - 0.5, -0.5))
    return pd.DataFrame(rows)


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
    colours = {False: NOTE, True: style.read_meanings("status")["closed"].colour}
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
