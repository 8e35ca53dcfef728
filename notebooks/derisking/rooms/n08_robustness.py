"""Tables and charts of notebook 08: who was closed, how firm that is, how unusual, how old, and in which years.

Tests stand in exact.py; here they are run over the posts, and drawn. Frames are tidy, one row a mark.
"""

import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle
from matplotlib.ticker import PercentFormatter

from derisking.draw import panels, style
from derisking.draw.style import INK, NOTE, PALE
from derisking.rooms.n08_rivals import spaced
from derisking.stats import exact
from derisking.stats import rates as upstream

DEFINITIONS = {  # list_id: label; the lists that were seen in full and are no prediction
    "frank_2023_12": "article, nine",
    "rok_2023_12_05": "Seoul, Dec 2023, seven",
    "rok_2024_01_30": "Seoul, Jan 2024, nine",
    "host_confirmed": "confirmed by host, six",
    "joongang_2023_11_29": "press, Nov 2023, seven",
}
FLAGS = {  # trait: column of host_traits
    "Post in Africa": "in_africa",
    "Host in the EU, Britain, Switzerland": "eu_or_uk_or_swiss_host",
    "Ambassador expelled in 2017": "ambassador_expelled_2017",
    "Any diplomat expelled, 2016-18": "any_diplomat_expelled_2016_2018",
    "Post closed once before": "closed_before",
    "Post opened after 2010": "opened_after_2010",
}
NUMBERS = {  # trait: column; as a flag it is "above the median of the posts that have a value"
    "Votes with Russia": "agree_rus_2022",
    "Votes with China": "agree_chn_2022",
    "Votes with the US": "agree_usa_2022",
    "Income per head": "gdp_per_head_ppp_2022",
    "Trade 2010-14": "prk_trade_avg_2010_14_musd",
}
SHORT = {
    "Post in Africa": "Africa", "Host in the EU, Britain, Switzerland": "EU, GB, CH", "Post is an embassy": "embassy",
    "Ambassador expelled in 2017": "ambassador expelled", "Any diplomat expelled, 2016-18": "any expelled",
    "Post closed once before": "closed before", "Post opened after 2010": "opened after 2010",
    "Host voted against Russia, March 2022": "voted against Russia", "Votes with Russia above median": "votes: Russia",
    "Votes with China above median": "votes: China", "Votes with the US above median": "votes: US",
    "Income per head above median": "income", "Trade 2010-14 above median": "trade",
}  # fmt: skip
COLUMNS = {  # what the columns of the figures' data mean
    "definition": "Definition of closed (list_id)", "trait": "Trait, yes or no", "with_closed": "Closed posts with the trait",
    "with_all": "Posts with the trait", "without_closed": "Closed posts without it", "without_all": "Posts without it",
    "missing": "Posts left out, trait unknown", "odds_ratio": "Conditional odds ratio", "low": "Lower bound (odds ratio: exact "
    "95 percent; age: youngest, years)", "high": "Upper bound (odds ratio: exact 95 percent; age: oldest, years)",
    "p": "p of Fisher's exact test, two-sided", "p_within": "p of the exact test within regions",
    "holm": "p adjusted by Holm over all rows", "bh": "p adjusted by Benjamini-Hochberg over all rows",
    "post": "Post changed (mission_id)", "change": "dropped or reclassified", "place": "City of the post changed", "p_found": "p without any change",
    "turns": "1 if the change moves p across 0.05", "panel": "Panel or kind of mark", "holders": "Posts with the trait",
    "power": "Chance of p below 0.05", "more": "Smallest odds ratio above 1 found with 80 percent power",
    "less": "Largest odds ratio below 1 found with 80 percent power (0: none)", "label": "Name of the trait as drawn", "side": "Side of the label",
    "before": "Posts before", "closed": "Posts closed (South Korean count)", "share": "Share closed", "value": "Change in percent",
    "year": "Calendar year", "lag": "Years before the round", "reported": "Missions closed", "year_start": "First year", "year_end": "Last year",
    "status": "used or disputed", "age": "Age in years", "alive": "Share of posts still open", "at_risk": "Posts watched at that age",
    "reading": "Reading of the dates", "city": "City of the post", "round": "Round of closures", "line": "Height of the line",
    "wave": "Year of the later count, or of the DPRK round",
}  # fmt: skip


WHO = {"tables": ["closure_matrix", "host_traits"], "columns": COLUMNS}  # what `save.save_figure` records with a figure
RATES = {"tables": ["base_rates", "mission_counts"], "columns": COLUMNS}
YEARS = {"tables": ["waves", "series"], "columns": COLUMNS}
LIVES = {"tables": ["missions"], "columns": COLUMNS}


# ------------------------------------------------------------------------------------------------- who


def traits(host_traits: pd.DataFrame) -> pd.DataFrame:
    """Return the thirteen traits as flags (True, False or missing), one column a trait, on the index of `host_traits`."""
    vote = host_traits["vote_es_11_1"]
    table = {name: host_traits[column] for name, column in FLAGS.items()}
    table["Post is an embassy"] = host_traits["mission_type"].eq("embassy").astype("boolean")
    table["Host voted against Russia, March 2022"] = vote.eq("yes").astype("boolean").mask(vote.isna())
    table |= {f"{name} above median": exact.upper_half(host_traits[column]) for name, column in NUMBERS.items()}
    return pd.DataFrame(table)


def listed(tested: pd.DataFrame, city: pd.Series) -> str:
    """Write the traits as a Markdown table: posts that have it, and the posts whose value is not known."""
    rows = [
        {"trait": name, "posts with it": int(tested[name].sum()), "of": int(tested[name].notna().sum()),
         "not known": ", ".join(city[tested[name].isna()]) or "none"}
        for name in tested
    ]  # fmt: skip
    return pd.DataFrame(rows).to_markdown(index=False)


def side_by_side(runs: pd.DataFrame, definitions: list[str]) -> str:
    """Write the tests under some definitions as a Markdown table: counts, p, and p within regions."""
    table = {}
    for name in definitions:
        rows = runs[runs["definition"].eq(name)].set_index("trait")
        pairs = zip(
            rows["with_closed"], rows["with_all"], rows["without_closed"], rows["without_all"], rows["p"], strict=True
        )
        table[DEFINITIONS[name]] = pd.Series(
            [f"{a}/{b} against {c}/{d}; p {p:.2g}" for a, b, c, d, p in pairs], rows.index
        )
        table[f"{DEFINITIONS[name]}: p within regions"] = rows["p_within"].map("{:.2f}".format).replace("nan", "none")
    return pd.DataFrame(table).rename_axis("trait").reset_index().to_markdown(index=False)


def medians(closed: pd.DataFrame, host_traits: pd.DataFrame) -> pd.DataFrame:
    """Compare the numbers themselves: one row a trait and definition with the difference of medians and permutation p.

    Columns: trait, definition, gap (closed less kept), p.
    """
    rows = []
    for trait, column in NUMBERS.items():
        for definition in closed:
            gap, p = exact.permutation(closed[definition], host_traits[column])
            rows.append({"trait": trait, "definition": definition, "gap": gap, "p": p})
    return pd.DataFrame(rows)


def printed(table: pd.DataFrame) -> str:
    """Write `medians` as a Markdown table, traits by definitions; the larger the numbers, the fewer decimals."""
    most = table.groupby("trait")["gap"].transform(lambda gap: gap.abs().max())
    forms = ["+,.0f" if top > 100 else "+.1f" if top > 1 else "+.2f" for top in most]
    rows = zip(table["gap"], table["p"], forms, strict=True)
    text = [f"{gap:{form}}; p {p:.3f}".replace("-", "−") for gap, p, form in rows]
    wide = table.assign(text=text).pivot_table("text", "trait", "definition", aggfunc="first", sort=False)
    return wide.rename(columns=DEFINITIONS).reset_index().to_markdown(index=False)


def fragile(runs: pd.DataFrame, closed: pd.DataFrame, tested: pd.DataFrame, city: pd.Series) -> pd.DataFrame:
    """Change one post at a time in every test of `runs`.

    Columns: trait, definition, post, place (its city), change, p, p_found, turns (p crosses 0.05).
    """
    tables = [
        exact.leave_one_out(closed[row.definition], tested[row.trait]).assign(
            trait=row.trait, definition=row.definition, p_found=row.p)
        for row in runs.itertuples()
    ]  # fmt: skip
    table = pd.concat(tables, ignore_index=True)
    table = table.sort_values(["trait", "definition", "change"], kind="stable", ignore_index=True)
    return table.assign(place=table["post"].map(city), turns=table["p"].lt(0.05).ne(table["p_found"].lt(0.05)))


def reach(posts: int = 53) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what nine closures among the posts could show: curves of power, and the odds ratios within reach.

    First: holders, odds_ratio, power. Second: holders, more, less (see `within_reach`).
    """
    ratios = np.geomspace(1, 60, 40)
    curves = [{"holders": n, "odds_ratio": x, "power": exact.power(x, n)} for n in (5, 10, 20, 26) for x in ratios]
    sizes = pd.DataFrame({"holders": range(3, posts - 2)})
    sizes["more"] = [exact.detectable(n) for n in sizes["holders"]]
    sizes["less"] = [1 / exact.detectable(posts - n) for n in sizes["holders"]]
    return pd.DataFrame(curves), sizes


# ------------------------------------------------------------------------------------------------ charts


def specification(axes, table: pd.DataFrame, definitions: dict[str, str], limits=(0.04, 250)) -> None:
    """Draw a specification curve: odds ratios with exact intervals in order of size, their p-values, and what was run.

    axes: three axes that share x, from the top: odds ratio, p, grid of definitions and traits. table: one row a
    specification with definition, trait, odds_ratio, low, high, p. definitions: labels by key. What lies beyond
    `limits` ends in an arrow head.
    """
    table = table.sort_values(["odds_ratio", "low", "trait"], kind="stable").reset_index(drop=True)
    test, low = style.read_meanings("test"), table["p"].lt(0.05)
    shown = table[["odds_ratio", "low", "high"]].clip(*limits)
    for name, rows in (("high", table[~low]), ("low", table[low])):
        colour = test[name].colour
        axes[0].vlines(rows.index, shown.loc[rows.index, "low"], shown.loc[rows.index, "high"], color=colour, lw=0.8)
        axes[0].plot(rows.index, shown.loc[rows.index, "odds_ratio"], zorder=3, **test[name].style(3.4))
        axes[1].plot(rows.index, rows["p"], zorder=3, **test[name].style(3.4))
        for side, mark in (("low", "v"), ("high", "^")):
            out = rows.index[rows[side].lt(limits[0]) if side == "low" else rows[side].gt(limits[1])]
            if len(out):  # an empty artist that is not clipped would upset the layout
                axes[0].plot(out, shown.loc[out, side], mark, ms=2.6, color=colour, mec="none", clip_on=False)
    axes[0].axhline(1, color=INK, lw=0.6, zorder=0)
    words = "Odds ratio\n(above 1: closed posts\nhave it more often)"
    axes[0].set(yscale="log", ylim=(limits[0] * 0.75, limits[1] * 1.4), ylabel=words, xlim=(-1, len(table)))
    axes[0].set_yticks([0.1, 1, 10, 100], ["0.1", "1", "10", "100"])
    axes[1].set(yscale="log", ylim=(0.0004, 1.6), ylabel="p")
    axes[1].set_yticks([0.001, 0.01, 0.1, 1], ["0.001", "0.01", "0.1", "1"])
    _what_was_run(axes[2], table, definitions)
    for ax in axes:
        ax.minorticks_off()
        ax.tick_params(axis="x", length=0, labelbottom=False)
        ax.spines["bottom"].set_visible(False)


def _what_was_run(ax, table: pd.DataFrame, definitions: dict[str, str]) -> None:
    traits = table.groupby("trait")["odds_ratio"].median().sort_values(ascending=False).index
    lines = [*definitions, *traits]
    place = {name: y + 0.8 * (y >= len(definitions)) for y, name in enumerate(lines)}
    for y in place.values():
        ax.axhline(y, color=PALE, lw=0.4, zorder=0)
    for row in table.itertuples():
        size = 3.0 if row.p < 0.05 else 2.2
        look = {"marker": "s", "ls": "none", "ms": size, "mec": "none", "color": INK if row.p < 0.05 else "#8C8C8C"}
        ax.plot([row.Index] * 2, [place[row.definition], place[row.trait]], **look)
    ax.set_ylim(max(place.values()) + 0.6, -0.6)
    ax.set_yticks(list(place.values()), [definitions.get(name, name) for name in lines])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def fragility(ax, table: pd.DataFrame, found: pd.DataFrame, names: dict[str, str]) -> None:
    """Draw the p-values after one change, one row a pair of trait and definition, with the p found and who turns it.

    table: trait, definition, change, place (name of the post), p. found: trait, definition, p. names: definitions.
    """
    heights = spaced(found["trait"], 1.0)
    change = style.read_meanings("change")
    for y, row in zip(heights, found.itertuples(), strict=True):
        mine = table[table["trait"].eq(row.trait) & table["definition"].eq(row.definition)]
        for kind, lift in (("dropped", -0.17), ("reclassified", 0.17)):
            rows = mine[mine["change"].eq(kind)]
            ax.plot(
                rows["p"], [y + lift] * len(rows), zorder=2, **change[kind].style(4.2 if kind == "dropped" else 3.2)
            )
        ax.plot([row.p], [y], zorder=4, **change["found"].style(4.4))
        turned = mine[mine["p"].lt(0.05) != (row.p < 0.05)]
        number = turned.groupby("change")["place"].nunique()
        for kind, x in (("dropped", 1.06), ("reclassified", 1.16)):
            ax.text(
                x, y, str(number.get(kind, 0)), ha="center", va="center", fontsize=6, transform=ax.get_yaxis_transform()
            )
    for trait, rows in found.assign(y=heights).groupby("trait", sort=False):
        ax.text(
            0,
            rows["y"].iloc[0] - 0.95,
            trait,
            fontsize=7,
            weight="bold",
            va="center",
            transform=ax.get_yaxis_transform(),
        )
    ax.axvline(0.05, color=INK, lw=0.6, zorder=0)
    ax.set(xscale="log", xlim=(0.0006, 1.3), ylim=(heights[-1] + 0.7, -1.5))
    ax.set_xticks([0.001, 0.01, 0.05, 0.1, 1], ["0.001", "0.01", "0.05", "0.1", "1"])
    ax.set_yticks(heights, [names[name] for name in found["definition"]])
    ax.minorticks_off()
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def rates(
    ax, table: pd.DataFrame, heights, prefix: str = "", prk: str = "prk_closed_share", most: float = 0.32
) -> None:
    """Draw the yearly share of posts closed by other senders, one row an interval: median, 95th percentile, largest.

    table: yearly shares in columns {prefix}median, {prefix}p95, {prefix}max and `prk`; a row without a value says so. A
    largest share beyond `most` ends in an arrow with its value.
    """
    grey = "#8C8C8C"
    for y, (_, row) in zip(heights, table.iterrows(), strict=True):
        middle, high, top = (row[f"{prefix}{name}"] for name in ("median", "p95", "max"))
        if np.isnan(middle):
            panels.note(ax, 0.005, y, "no later count")
            continue
        ax.plot([middle, high], [y, y], color=grey, lw=3.2, solid_capstyle="butt")
        ax.plot([high, min(top, most)], [y, y], color=grey, lw=0.8)
        if top > most:
            ax.plot(most, y, ">", color=grey, ms=3.5, mec="none")
            panels.note(ax, most + 0.007, y, f"{top:.0%}")
        else:
            ax.plot([top] * 2, [y - 0.22, y + 0.22], color=grey, lw=0.8)
        if not np.isnan(row[prk]):
            ax.plot(row[prk], y, zorder=4, **style.read_meanings("body")["dipcon"].style(5) | {"markeredgecolor": INK})
    ax.set_xlim(0, most + 0.04)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def rates_key(ax, y: float, x: float = 0.2) -> None:
    """Explain the marks of `rates` in free space of the axes, from height `y` down."""
    grey = "#8C8C8C"
    ax.plot([x, x + 0.03], [y, y], color=grey, lw=3.2, solid_capstyle="butt")
    ax.plot([x + 0.03, x + 0.06], [y, y], color=grey, lw=0.8)
    ax.plot([x + 0.06] * 2, [y - 0.22, y + 0.22], color=grey, lw=0.8)
    panels.note(ax, x + 0.068, y, "median to 95th percentile,\nand largest, of all senders")
    ax.plot(x + 0.045, y + 1.6, **style.read_meanings("body")["dipcon"].style(5) | {"markeredgecolor": INK})
    panels.note(ax, x + 0.068, y + 1.6, "the DPRK in the same data")


def lags(ax, values: pd.Series, years: list[int], most: int, form: str) -> pd.DataFrame:
    """Write the values of a yearly series in and before each of some years, one row a year, one column a year of lag.

    Negative values stand on grey. Returns what is shown: year, lag, value (missing where the series has none).
    """
    rows = [
        {"year": year, "lag": lag, "value": values.get(year - lag, np.nan)} for year in years for lag in range(most + 1)
    ]
    for row in rows:
        x, y = row["lag"], years.index(row["year"])
        fill = "#D9D9D9" if row["value"] < 0 else "white"
        ax.add_patch(Rectangle((x - 0.46, y - 0.44), 0.92, 0.88, fc=fill, ec=PALE, lw=0.5))
        words = "no figure" if np.isnan(row["value"]) else form.format(row["value"]).replace("-", "−")
        ax.text(x, y, words, ha="center", va="center", fontsize=5 if np.isnan(row["value"]) else 6.5)
    panels.grid(ax, [str(year) for year in years], ["same year"] + [f"{lag} before" for lag in range(1, most + 1)])
    ax.set(xlim=(-0.5, most + 0.5), ylim=(len(years) - 0.5, -0.5))
    return pd.DataFrame(rows)


def steps(axes, young: pd.DataFrame, old: pd.DataFrame) -> None:
    """Draw the share of posts still open by age as the band between two readings of their dates.

    young, old: columns age (years), alive, as from `exact.open_share`.
    """
    grid = np.unique(np.concatenate([young["age"], old["age"]]))
    one, two = (np.asarray(t["alive"])[np.searchsorted(t["age"], grid, side="right") - 1] for t in (young, old))
    inside = grid <= min(young["age"].max(), old["age"].max())
    axes.fill_between(grid[inside], one[inside], two[inside], step="post", color="#D9D9D9", lw=0)
    for table, look in ((young, "-"), (old, "--")):
        axes.step(table["age"], table["alive"], where="post", color=INK, lw=1.0, ls=look)


def spans(ax, table: pd.DataFrame, heights, colour: str) -> None:
    """Draw one line a row from the youngest to the oldest age its dates allow (columns low, high), small end ticks."""
    for y, row in zip(heights, table.itertuples(), strict=True):
        ax.plot([row.low, row.high], [y, y], color=colour, lw=1.1, solid_capstyle="butt")
        for end in (row.low, row.high):
            ax.plot([end, end], [y - 0.28, y + 0.28], color=colour, lw=0.8)


def power_curves(ax, table: pd.DataFrame, most: float = 60) -> None:
    """Draw the power of the exact test against the true odds ratio, one line a number of posts with the trait.

    table: holders, odds_ratio, power (0 to 1); up to four numbers of holders.
    """
    for (holders, rows), look in zip(table.groupby("holders"), (":", "-.", "--", "-"), strict=False):
        ax.plot(rows["odds_ratio"], rows["power"], color=INK, lw=0.9, ls=look, label=str(holders))
    ax.legend(
        title="Posts with\nthe trait, of 53", title_fontsize=6, loc="lower right", handlelength=2.4, alignment="left"
    )
    ax.set(xscale="log", xlim=(1, most), ylim=(0, 1.02), xlabel="True odds ratio", ylabel="Chance that p < 0.05")
    ticks = [1, 2, 5, 10, 20, 50]
    ax.set_xticks(ticks, [str(tick) for tick in ticks])
    ax.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1], ["0", "20%", "40%", "60%", "80%", "100%"])
    ax.axhline(0.8, color=NOTE, lw=0.5, ls=":", zorder=0)
    ax.minorticks_off()


def within_reach(ax, sizes: pd.DataFrame, points: pd.DataFrame, limits=(0.004, 300)) -> None:
    """Draw which odds ratios a test could find, by number of posts with the trait, and those that were observed.

    sizes: holders, more and less (the nearest odds ratios above and below 1 found with the wanted power). points:
    holders, odds_ratio, label, side ("left", "right", "above", "over left" or "below").
    """
    low, high = sizes["less"].clip(lower=limits[0]), sizes["more"].clip(upper=limits[1])
    ax.fill_between(sizes["holders"], low, high, color="#EFEFEF", lw=0)
    for edge in (low, high):
        ax.plot(sizes["holders"], edge, color=NOTE, lw=0.7)
    ax.axhline(1, color=INK, lw=0.6, zorder=1)
    ax.plot(points["holders"], points["odds_ratio"], zorder=3, **style.read_meanings("test")["low"].style(3.4))
    places = {
        "left": ((-4, 0), "right"),
        "right": ((4, 0), "left"),
        "over left": ((5, 6.5), "right"),
        "above": ((-2, 6.5), "left"),
        "below": ((4, -4.5), "left"),
    }
    for row in points.itertuples():
        offset, ha = places[row.side]
        ax.annotate(
            row.label, (row.holders, row.odds_ratio), offset, textcoords="offset points", ha=ha, va="center", fontsize=6
        )
    ax.set(yscale="log", ylim=limits, xlim=(0, 54), xlabel="Posts with the trait, of 53", ylabel="Odds ratio")
    ax.set_yticks([0.01, 0.1, 1, 10, 100], ["0.01", "0.1", "1", "10", "100"])
    ax.minorticks_off()


def stems(ax, frame: pd.DataFrame, colour: str) -> None:
    """Draw closures as stems over the years they are reported for: filled if undisputed, hollow if disputed.

    frame: year_start, year_end, reported (number), status.
    """
    for row in frame.itertuples():
        middle = (row.year_start + row.year_end + 1) / 2
        look = style.read_meanings("status")["closed" if row.status == "used" else "dormant"].style(4.2)
        ax.plot([middle, middle], [0, row.reported], color=colour, lw=0.9, zorder=1)
        if row.year_end > row.year_start:
            ax.plot([row.year_start + 0.1, row.year_end + 0.9], [row.reported] * 2, color=colour, lw=0.9, zorder=2)
        ax.plot(middle, row.reported, zorder=3, **look)


def bars(ax, values: pd.Series) -> None:
    """Draw a yearly series as bars from zero, grey below it and white above; a missing year shows a question mark."""
    for year, value in values.items():
        if np.isnan(value):
            ax.annotate(
                "?",
                (year + 0.5, 0),
                (0, 6),
                textcoords="offset points",
                ha="center",
                va="center",
                fontsize=6,
                color=NOTE,
            )
        else:
            ax.bar(year + 0.5, value, 0.72, color="#BFBFBF" if value < 0 else "white", edgecolor=INK, lw=0.5)
    ax.axhline(0, color=INK, lw=0.5)


def thresholds(values: pd.Series, years: list[int], bars_: list[float], delays: list[int]) -> pd.DataFrame:
    """Enumerate a rule "closures come at most `delay` years after a year at or below `bar`".

    values: a yearly series (missing years leave gaps). Columns: bar, delay; explained (of `years`, those with such a
    year no more than `delay` before); bad (years at or below the bar, early enough for `delay` to have passed);
    followed (of those, the ones after which one of `years` came in time); allowed (years in which the rule would let
    closures come), known (years with a value).
    """
    known, rows = values.dropna(), []
    for bar in bars_:
        low = [int(year) for year in known.index[known.le(bar)]]
        for delay in delays:

            def fits(year: int, low=low, delay=delay) -> bool:
                return any(0 <= year - other <= delay for other in low)

            due = [year for year in low if year + delay <= known.index.max()]
            followed = [year for year in due if any(0 <= other - year <= delay for other in years)]
            row = {"bar": bar, "delay": delay, "explained": sum(map(fits, years)), "bad": len(due)}
            rows.append(row | {"followed": len(followed), "allowed": sum(map(fits, known.index)), "known": len(known)})
    return pd.DataFrame(rows)


# ------------------------------------------------------------------------------------------------- pages


def specification_page(runs: pd.DataFrame):
    """Return the figure of a specification curve over `DEFINITIONS`, with the bars that corrections ask for."""
    fig, axes = style.make_canvas(183, 150, 3, 1, sharex=True, height_ratios=[4.6, 2, 7])
    specification(axes, runs, DEFINITIONS)
    asked = f"0.05 / {len(runs)}: asked of the smallest p by Holm and by Benjamini-Hochberg"
    for bar, words in ((0.05, "0.05"), (0.05 / len(runs), asked)):
        axes[1].axhline(bar, color=INK, lw=0.5, ls=":", zorder=0)
        axes[1].text(len(runs) - 0.5, bar * 1.12, words, ha="right", va="bottom", fontsize=6, color=NOTE)
    style.draw_key(axes[0], "test", loc="upper left")
    return fig


def fragility_page(table: pd.DataFrame, found: pd.DataFrame, note: tuple[float, float, str]):
    """Return the figure of `fragility` with its heads; note: p, row and words of one remark left of a mark."""
    fig, ax = style.make_canvas(183, 100)
    fragility(ax, table, found, DEFINITIONS)
    ax.set_xlabel("p of Fisher's exact test (logarithmic)")
    for x, words in ((1.06, "left\nout"), (1.16, "counted\nthe other way")):
        ax.text(x, 1.02, words, ha="center", va="bottom", fontsize=6, transform=ax.transAxes)
    head = {"ha": "center", "va": "bottom", "fontsize": 6, "weight": "bold", "transform": ax.transAxes}
    ax.text(1.11, 1.1, "Posts that turn the result", **head)
    ax.text(0.05, -1.45, "0.05", ha="center", va="center", fontsize=6, bbox={"fc": "white", "ec": "none", "pad": 0.6})
    style.draw_key(ax, "change", loc="lower left", bbox_to_anchor=(0, 1.02), ncols=3)
    panels.note(ax, note[0] * 0.93, note[1], note[2], ha="right")
    return fig


def power_page(runs: pd.DataFrame):
    """Return the figure of power and reach, its data, and the observed points with their reach.

    runs: rows of `exact.grid` for one definition.
    """
    curves, sizes = reach()
    points = runs[["trait", "with_all", "odds_ratio"]].rename(columns={"with_all": "holders"})
    points["label"] = points["trait"].map(SHORT)
    sides = {"income": "left", "embassy": "above", "votes: US": "below", "any expelled": "over left"}
    points["side"] = points["label"].map(sides).fillna("right")
    fig, (left, right) = style.make_canvas(183, 82, 1, 2, width_ratios=[1, 1.5])
    power_curves(left, curves)
    within_reach(right, sizes, points)
    panels.note(left, 1.06, 0.83, "80 percent, the usual demand")
    for height in (120, 0.0065):
        panels.note(right, 27, height, "would be found four times in five", ha="center")
    panels.note(right, 32, 9, "would mostly be missed")
    parts = {"power": curves, "within reach": sizes, "observed": points}
    data = pd.concat([table.assign(panel=name) for name, table in parts.items()])
    return fig, data, points.merge(sizes, on="holders", how="left")


def yearly(rates: pd.DataFrame) -> pd.DataFrame:
    """Return base rates of one minimum size with every share of a network brought to a year, one-year intervals first."""
    longer = rates["years_between"].gt(1)
    rates = (
        rates.assign(longer=longer).sort_values(["longer", "prev_wave"]).drop(columns="longer").reset_index(drop=True)
    )
    names = [name for name in ("median", "p95", "max", "prk_closed_share", "lasting_median", "lasting_p95", "lasting_max",
                               "prk_lasting_share") if name in rates]  # fmt: skip
    years = rates["years_between"].astype(float)
    return rates.assign(**{name: upstream.per_year(rates[name], years) for name in names})


def own_rounds(counts: pd.Series) -> pd.DataFrame:
    """Return the rounds of 1998 and 2023 by South Korean counts: wave, closed, before, share.

    counts: values of mission_counts by count_id.
    """
    table = pd.DataFrame({"wave": [1998, 2023], "closed": counts[["C095", "C102"]].array})
    table["before"] = counts[["C003", "C017"]].array
    return table.assign(share=table["closed"] / table["before"])


def rates_page(table: pd.DataFrame, own: pd.DataFrame):
    """Return the figure of base rates and its data. table: `yearly`. own: wave, share of the sender by another count."""
    fig, (ax, net) = style.make_canvas(183, 92, 1, 2, sharey=True, width_ratios=[1, 1])
    short = table["years_between"].eq(1)
    lines = [*range(len(own)), *(np.arange(len(table)) + len(own) + 1 + 1.0 * ~short)]
    rates(ax, table, lines[len(own) :])
    rates(net, table, lines[len(own) :], "lasting_", "prk_lasting_share")
    net.set_title("b  Closed and not back at the next count", fontsize=7)
    net.set_xlabel("Share of the network closed in a year, less posts back")
    body = style.read_meanings("body")["rok"]
    ax.plot(own["share"], lines[: len(own)], zorder=4, **body.style(5.5))
    net.plot(own["share"].iloc[-1:], lines[len(own) - 1 : len(own)], zorder=4, **body.style(5.5))
    panels.note(net, 0.005, lines[0], "not known")
    for panel in (ax, net):
        panel.axvline(own["share"].iloc[-1], color=body.colour, lw=0.7, ls=":", zorder=0)
    names = [f"DPRK, {wave}" for wave in own["wave"]]
    names += [f"{a}–{b}" for a, b in zip(table["prev_wave"], table["wave"], strict=True)]
    ax.set_yticks(lines, names)
    ax.set_ylim(lines[-1] + 0.7, -1)
    rates_key(ax, 9.5, 0.2)
    ax.set_title("a  Closed", fontsize=7)
    ax.set_xlabel("Share of the network closed in a year")
    heads = {-0.75: "South Korean counts", lines[len(own)] - 0.75: "One-year intervals"}
    heads[lines[len(own) + int(short.sum())] - 0.75] = "Longer, per year"
    for height, words in heads.items():
        place = {"ha": "right", "va": "center", "transform": ax.get_yaxis_transform()}
        ax.text(-0.015, height, words, fontsize=6, color=NOTE, **place)
    for panel in (ax, net):
        panel.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        panel.tick_params(axis="y", length=0)
        panel.spines["left"].set_visible(False)
    return fig, pd.concat([table.drop(columns=["sources", "notes"]), own])


def economy(waves: pd.DataFrame, series: pd.DataFrame, first: int = 1989, most: int = 2024):
    """Return rounds of closures since `first`, output growth, trade by KOTRA and by the Bank of Korea, large rounds.

    Series are by year, with gaps as missing; large: years of the rounds of nine closures or more.
    """
    cuts = waves[waves["type"].eq("closing") & waves["year_start"].ge(first)].sort_values("year_start")
    names = ("gdp_growth_bok_first", "trade_total_kotra_usd_m", "trade_total_bok_usd_m")
    values = (series[series["series_id"].eq(name)].set_index("year")["value"] for name in names)
    large = cuts[cuts["reported"].ge(9)]["year_start"].tolist()
    return cuts, *(value.reindex(range(first + 1, most + 1)) for value in values), large


def economy_page(cuts: pd.DataFrame, growth: pd.Series, trade: pd.Series, large: list[int]):
    """Return the figure of closures beside output and trade, and the values in and before the large rounds."""
    layout = [["closures", "growth lags"]] * 2 + [["growth", "growth lags"], ["growth", "trade lags"]]
    fig, axes = style.make_canvas(183, 112, mosaic=layout + [["trade", "trade lags"]] * 2, width_ratios=[2.1, 1])
    stems(axes["closures"], cuts, INK)
    bars(axes["growth"], growth)
    bars(axes["trade"], trade)
    before = [
        lags(axes[f"{name} lags"], values, large, 3, form).assign(panel=f"{name} lags")
        for name, values, form in (("growth", growth, "{:+.1f}"), ("trade", trade, "{:+.0f}"))
    ]
    titles = {
        "closures": "a  Missions closed, by round", "growth": "b  Output, change in percent", "trade": "c  Trade, change in percent",
        "growth lags": "d  Output in the year of a large round\n    and in the years before, percent",
        "trade lags": "e  Trade in the year of a large round\n    and in the years before, percent",
    }  # fmt: skip
    for name, words in titles.items():
        axes[name].set_title(words, fontsize=7)
    for name in ("closures", "growth", "trade"):
        axes[name].set_xlim(1989.5, 2025.5)
        axes[name].set_xticks(range(1990, 2026, 5))
        axes[name].tick_params(labelbottom=name == "trade", length=2.5 if name == "trade" else 0, axis="x")
        axes[name].spines["bottom"].set_visible(name == "closures")
    for row in cuts[cuts["reported"].ge(9)].itertuples():
        middle = (row.year_start + row.year_end + 1) / 2
        axes["closures"].text(middle, row.reported + 1.7, str(row.reported), fontsize=6, ha="center", va="center")
    axes["closures"].set_ylim(0, 17)
    panels.note(axes["closures"], 2001, 11.5, "hollow: disputed between reports")
    panels.note(axes["trade"], 1990.5, 62, "?  no figure for this year or the one before")
    shown = [values.rename("value").rename_axis("year").reset_index() for values in (growth, trade)]
    series = [table.assign(panel=name) for table, name in zip(shown, ("growth", "trade"), strict=True)]
    rounds = cuts[["year_start", "year_end", "reported", "status"]].assign(panel="closures")
    return fig, pd.concat([rounds, *series, *before])


def rules_table(rules: pd.DataFrame, rounds: int) -> str:
    """Write `thresholds` as a Markdown table, one row a bar, one column a delay."""
    text = [f"{r.explained} of {rounds}; {r.followed} of {r.bad}; {r.allowed}" for r in rules.itertuples()]
    wide = rules.assign(text=text).pivot_table("text", "bar", "delay", aggfunc="first").sort_index(ascending=False)
    wide.index = pd.Index([f"{bar:.1f}%".replace("-", "−") for bar in wide.index], name="output at or below")
    return (
        wide.rename(columns=lambda n: f"delay up to {n}" if n else "same year").reset_index().to_markdown(index=False)
    )


def closing_ages(spells: pd.DataFrame, young: pd.DataFrame, old: pd.DataFrame) -> pd.DataFrame:
    """Return the posts given up in the 1990s by decision, and in 2023-24, with their age at closing as an interval.

    Columns: city, year, round, low, high (years), line (height to draw it at).
    """
    table = pd.DataFrame({"city": spells["city"], "year": spells["closed_latest"].dt.year})
    table = table.assign(low=young["exit"], high=old["exit"].combine_first(young["exit"]))
    decided = spells["closing_cause"].isin(["financial", "dprk_reorganisation"])
    rounds = {
        "1990s": table["year"].between(1990, 1999) & decided,
        "2023-24": table["year"].ge(2023) & spells["in_rok_53"],
    }
    chosen = pd.concat([table[mask].sort_values(["low", "city"]).assign(round=name) for name, mask in rounds.items()])
    late = chosen["round"].ne("1990s").to_numpy()
    return chosen.assign(line=np.cumsum(np.where(late, 1.5, 0.6)) + 2.0 * late)


def lives(missions: pd.DataFrame, until: str):
    """Follow the spells of resident posts to the day `until`.

    Returns the younger reading of their ages, the two curves (younger, older), the two ages at which half are gone,
    and the ages at closing.
    """
    spells = missions[missions["resident_evidence"].isin(["confirmed", "likely"])]
    young, old = (exact.ages(spells, until, reading) for reading in ("latest", "earliest"))
    curves = exact.open_share(young), exact.open_share(old)
    return young, curves, sorted(map(exact.median_age, curves)), closing_ages(spells, young, old)


def survival_page(curves: tuple[pd.DataFrame, pd.DataFrame], chosen: pd.DataFrame):
    """Return the figure of the share of posts still open by age (two readings) over the ages at closing, and its data."""
    young, old = curves
    fig, (ax, rug) = style.make_canvas(183, 125, 2, 1, sharex=True, height_ratios=[1, 1.15])
    steps(ax, young, old)
    for name, rows in chosen.groupby("round", sort=False):
        early = name == "1990s"
        spans(rug, rows, rows["line"], NOTE if early else style.read_meanings("status")["closed"].colour)
        words = f"closed in {'the ' if early else ''}{name}: {len(rows)} posts"
        rug.text(-0.5, rows["line"].iloc[0] - 1.3, words, fontsize=6, ha="left", va="center")
        for row in rows.itertuples() if not early else ():
            panels.note(rug, row.high + 0.6, row.line, row.city)
    ax.axhline(0.5, color=NOTE, lw=0.5, ls=":", zorder=0)
    panels.note(ax, 0.3, 0.53, "half of all posts")
    panels.note(ax, 41, 0.66, "solid: youngest reading of the dates")
    panels.note(ax, 41, 0.60, "dashed: oldest reading")
    ax.set(ylim=(0, 1.03), ylabel="Share of posts still open", xlim=(-1, 72))
    ax.yaxis.set_major_formatter(PercentFormatter(1))
    rug.set(ylim=(chosen["line"].max() + 1, -2), xlabel="Age of the post, years")
    rug.set_yticks([])
    rug.spines["left"].set_visible(False)
    readings = [table.assign(reading=name) for table, name in zip(curves, ("youngest", "oldest"), strict=True)]
    return fig, pd.concat([*readings, chosen])
