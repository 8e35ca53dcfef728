"""Charts of notebook 08: who was closed, in which rounds, how unusual, in which years.

The tests stand in stats/exact.py and are run in the notebook. Frames are tidy, one row a mark.
"""

import numpy as np
import pandas as pd
from matplotlib.ticker import MultipleLocator, PercentFormatter

from derisking.draw import style
from derisking.draw.axes import place_axes
from derisking.draw.marks import draw_key, write_column, write_head, write_note
from derisking.draw.style import INK, MUTED, NOTE, SOFT
from derisking.stats import exact, rates

COLUMNS = {  # what the columns of the figures' data mean
    "definition": "Definition of closed (list_id)",
    "trait": "Trait, yes or no",
    "with_closed": "Closed posts with the trait",
    "with_all": "Posts with the trait",
    "without_closed": "Closed posts without it",
    "without_all": "Posts without it",
    "missing": "Posts left out, trait unknown",
    "odds_ratio": "Odds ratio (conditional estimate; pooled rows: Mantel and Haenszel)",
    "low": "Lower bound of the odds ratio, 95 percent",
    "high": "Upper bound of the odds ratio, 95 percent",
    "p": "p of Fisher's exact test, two-sided",
    "p_within": "p of the exact test within regions",
    "adjusted": "p adjusted for all tests at once by joint exchange of the posts",
    "with_share": "Share closed of the posts with the trait, 0 to 1",
    "without_share": "Share closed of the posts without it, 0 to 1",
    "share": "Share of posts closed by South Korean counts, 0 to 1",
    "p95_per_year": "95th percentile over senders, share of posts a year, 0 to 1",
    "max_per_year": "Largest sender, share of posts a year, 0 to 1",
    "wave": "Year of the later count, or of the round of North Korea",
    "value": "Change of output in percent, Bank of Korea, as first published",
    "closed": "Missions closed in the round, by South Korean counts",
    "lag": "Years before the round",
    "round": "Year of the round of closures",
    "year": "Calendar year",
}


# ------------------------------------------------------------------------------------ odds ratios

LIMITS = (0.002, 100)  # odds ratios on the axis; 0 and infinity stand beyond a break
NONE, ENDLESS = 0.0007, 280  # where 0 and infinity stand
OTHER_LISTS = {"marker": "|", "ms": 4.5, "mec": MUTED, "mew": 0.9, "ls": "none"}


def _locate_ratio(value: float) -> float:
    """Return where an odds ratio stands: 0 and infinity beyond the breaks of the axis."""
    if value == 0 or np.isinf(value):
        return NONE if value == 0 else ENDLESS
    return float(np.clip(value, *LIMITS))


def _draw_ratio_axis(ax) -> None:
    """Give `ax` odds ratios, with places for 0 and infinity past breaks."""
    ax.set(xscale="log", xlim=(NONE / 1.3, ENDLESS * 1.3))
    ticks = (0.01, 0.1, 1, 10)
    ax.set_xticks([NONE, *ticks, ENDLESS], ["0", *(f"{tick:g}" for tick in ticks), "infinite"])
    ax.minorticks_off()
    ax.spines["left"].set_visible(False)
    for middle in (np.sqrt(NONE * LIMITS[0]), np.sqrt(LIMITS[1] * ENDLESS)):
        ax.axvspan(middle / 1.06, middle * 1.06, color="white", lw=0, zorder=2.6)
        for edge in (middle / 1.06, middle * 1.06):
            mark = {"marker": [(-0.5, -1), (0.5, 1)], "ms": 6, "mec": INK, "mew": 0.6}
            place = ax.get_xaxis_transform()
            ax.plot(edge, 0, transform=place, clip_on=False, zorder=4, **mark)
    ax.spines["bottom"].set_zorder(2.5)


def draw_traits(runs: pd.DataFrame, primary: str):
    """Return the figure of all traits: the odds ratio under one list strong, the others faint.

    runs: one row a trait and definition, with definition, trait, odds_ratio, low, high, p,
    adjusted and the four counts. A trait whose p under `primary` is below 0.05 is black and bold.
    """
    main = runs[runs["definition"].eq(primary)].sort_values(["odds_ratio", "p"], kind="stable")
    left, across, top, pitch = 2.5, 41, 13, 6.9
    fig, ax = style.make_canvas(89, top + pitch * len(main) + 10)
    place_axes(ax, left, top, across, pitch * len(main))
    _draw_ratio_axis(ax)
    ax.set(ylim=(len(main) - 0.5, -0.5), yticks=[])
    ax.set_xlabel("Odds ratio of being closed", loc="left")
    heads = {"closed,\nif yes": 55, "closed,\nif no": 67, "p": 77.5, "adjusted\np": 87.5}
    edges = [(edge - left) / across for edge in heads.values()]  # the right edge of each, in mm
    for y, row in enumerate(main.itertuples()):
        others = runs[runs["trait"].eq(row.trait) & runs["definition"].ne(primary)]
        _draw_trait(ax, y, row, others["odds_ratio"], edges)
    for edge, head in zip(edges, heads, strict=True):
        for line, words in enumerate(reversed(head.split("\n"))):  # one by one: on one baseline
            write_column(ax, edge, [], [], words, rise=4 + 8 * line, ha="right")
    for words, x, side in (("closed less often", 0.8, "right"), ("more often", 1.25, "left")):
        above = {"fontsize": 6, "color": NOTE, "ha": side, "textcoords": "offset points"}
        ax.annotate(words, (x, 1), (0, 4), ("data", "axes fraction"), va="baseline", **above)
    diamond = {"marker": "D", "ms": 4.2, "mec": "none", "color": MUTED, "lw": 0.9}
    entries = [("Seoul's list of January 2024, 95% interval", diamond)]
    draw_key(fig, [*entries, ("four other lists", OTHER_LISTS)], (left, 1))
    return fig


def _draw_trait(ax, y: int, row, others: pd.Series, edges: list[float]) -> None:
    """Draw a trait: its name, below it the odds ratios, at `edges` its counts and its two p."""
    found = row.p < exact.ALPHA
    text = {"color": INK, "fontsize": 7, "fontweight": "bold"} if found else {"color": NOTE}
    line, mark = ({"color": INK, "lw": 1.6}, 6.5) if found else ({"color": SOFT, "lw": 0.9}, 4.2)
    low = y + 0.2  # marks stand lower than the name
    ax.plot([1, 1], [low - 0.2, low + 0.2], color=MUTED, lw=0.6, zorder=0)  # as often as the rest
    ax.plot([_locate_ratio(end) for end in (row.low, row.high)], [low, low], zorder=2, **line)
    shown = [_locate_ratio(value) for value in others]
    ax.plot(shown, [low] * len(shown), clip_on=False, zorder=3, **OTHER_LISTS)
    look = {"color": INK if found else MUTED, "mec": "white", "mew": 0.4, "zorder": 4}
    look["clip_on"] = False
    ax.plot(_locate_ratio(row.odds_ratio), low, "D", ms=mark, **look)
    name = {"transform": ax.get_yaxis_transform(), "va": "center"}
    ax.text(0, y - 0.24, row.trait, **({"fontsize": 6} | text | name))
    counts = [f"{row.with_closed} of {row.with_all}", f"{row.without_closed} of {row.without_all}"]
    for edge, words in zip(edges, counts, strict=False):
        write_column(ax, edge, [low], [words], ha="right", **text)
    for edge, chance in zip(edges[2:], (row.p, row.adjusted), strict=True):
        write_column(ax, edge, [low], [exact.word_chance(chance)], ha="right", color=NOTE)


# ----------------------------------------------------------------------------------------- rounds


def describe_shares(panel: str, label: str, found, table=None, words: str = "") -> dict:
    """Return one row of `draw_shares`: closed posts with and without a trait, and the odds ratio.

    found: with odds_ratio, low and high. table: [[closed, kept] with the trait, [closed, kept]
    without it]; a row that pools others has none. words: below the label; the counts if not given,
    the smaller share first.
    """
    row = {"panel": panel, "label": label, "words": words}
    for side, pair in zip(("with", "without"), table or [(), ()], strict=True):
        row |= {f"{side}_closed": pair[0], f"{side}_all": sum(pair)} if pair else {}
        row |= {f"{side}_share": pair[0] / sum(pair)} if pair else {}
    if table and not words:
        pairs = sorted((pair[0] / sum(pair), f"{pair[0]} of {sum(pair)}") for pair in table)
        row["words"] = " against ".join(counts for _, counts in pairs)
    return row | {name: getattr(found, name) for name in ("odds_ratio", "low", "high")}


HEADS = {"a": "North Korea, four rounds", "b": "North Korea and others"}
KEYS = {  # the two dots of each panel: the smaller share, the larger one
    "a": ("elsewhere", "post in Africa"),
    "b": ("host keeps a mission", "none"),
}
RATIOS = {"a": "Africa to others", "b": "mission to none"}  # whose odds to whose

SHARE = {"marker": "o", "ms": 5, "mec": "none", "ls": "none"}


def draw_shares(table: pd.DataFrame, strong: str):
    """Return the figure of shares closed with and without a trait, a row a pair, in two panels.

    table: as from `describe_shares`. strong: the label of the row that is the finding. In each row
    the larger share is dark. Years 2023-24 are taken for those of Seoul's list.
    """
    left, across, pitch, top, air = 31.5, 38.5, 6.4, 8.5, 12
    fig, axes = style.make_canvas(89, top + pitch * len(table) + air + 9.5, 2, 1)
    for ax, letter in zip(axes, HEADS, strict=True):
        rows = table[table["panel"].eq(letter)]
        place_axes(ax, left, top, across, pitch * len(rows))
        top += pitch * len(rows) + air
        ax.set(xlim=(-0.14, 0.65), ylim=(len(rows) - 0.5, -0.5), yticks=[])
        for y, row in enumerate(rows.itertuples()):
            _draw_pair(ax, y, row, row.label == strong)
            _label_pair(ax, y, row, row.label == strong)
        looks = [{"color": colour} | SHARE for colour in (MUTED, INK)]
        draw_key(ax, list(zip(KEYS[letter], looks, strict=True)))
        write_head(ax, letter, HEADS[letter], rise=15)
        write_column(ax, 1.01, [], [], f"odds ratio (95%)\n{RATIOS[letter]}")
        ax.spines["left"].set_visible(False)
    axes[0].xaxis.set_visible(False)
    axes[0].spines["bottom"].set_visible(False)
    axes[-1].spines["bottom"].set_bounds(0, 0.5)
    axes[-1].set_xticks([0, 0.25, 0.5])
    axes[-1].xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes[-1].set_xlabel("Share of posts closed or gone")
    note = {"fontsize": 6, "color": NOTE, "textcoords": "offset points", "ha": "right"}
    words = "2023-24: closed on\nSeoul's list, Jan 2024"
    axes[-1].annotate(words, (-0.035, 0), (0, -4), "axes fraction", va="top", **note)
    return fig


def _draw_pair(ax, y: float, row, strong: bool) -> None:
    """Draw the two shares of a row with their percentages outside; nothing if they are missing."""
    if np.isnan(row.with_share):
        return
    smaller, larger = sorted((row.with_share, row.without_share))
    ax.plot([smaller, larger], [y, y], color=SOFT, lw=2.4 if strong else 1.6, zorder=2)
    size = {"ms": 6.5} if strong else {}
    look = {"color": INK, "fontweight": "bold"} if strong else {"color": NOTE}
    for share, colour in ((smaller, MUTED), (larger, INK)):
        ax.plot(share, y, zorder=3, clip_on=False, color=colour, **SHARE | size)
    write_note(ax, smaller, y, f"{smaller:.0%}", -4.5, ha="right", **look)
    write_note(ax, larger, y, f"{larger:.0%}", 4.5, ha="left", **look)


def _label_pair(ax, y: float, row, strong: bool) -> None:
    """Write the label of a row with its words below, and at the right its odds ratio."""
    text = {"ha": "right", "va": "center", "fontsize": 6, "transform": ax.get_yaxis_transform()}
    bold = {"color": INK, "fontweight": "bold"}
    ax.text(-0.035, y - 0.2 * bool(row.words), row.label, **text)
    ax.text(-0.035, y + 0.22, row.words, **(bold if strong else {"color": NOTE}), **text)
    ratio, low, high = (exact.word_ratio(value) for value in (row.odds_ratio, row.low, row.high))
    look = bold if np.isnan(row.with_share) else {"color": NOTE}
    write_column(ax, 1.01, [y], [f"{ratio} ({low}–{high})"], **look)


# ------------------------------------------------------------------------------------- base rates


def convert_rates(table: pd.DataFrame) -> pd.DataFrame:
    """Return base rates of one minimum size as shares a year, a row an interval, short ones first.

    Columns: prev_wave, wave, years_between, and per year the 95th percentile and the largest share
    over senders, and that of North Korea.
    """
    shares = {"p95": "p95", "max": "max", "prk": "prk_closed_share"}
    years = table["years_between"].astype(float)
    yearly = {
        f"{name}_per_year": rates.convert_to_yearly(table[share].astype(float), years)
        for name, share in shares.items()
    }
    table = table[["prev_wave", "wave", "years_between"]].assign(**yearly, longer=years.gt(1))
    return table.sort_values(["longer", "prev_wave"], ignore_index=True).drop(columns="longer")


def draw_base_rates(table: pd.DataFrame, own: pd.DataFrame):
    """Return the figure of base rates: North Korea's cuts above the bars of all states.

    table: as from `convert_rates`. own: wave, share and words (counts, and whose) of North Korea,
    the one that is compared first.
    """
    left, across, pitch = 22, 50, 4.3
    longer = table["years_between"].gt(1)
    lines = np.arange(len(table)) + len(own) + 2.4 + 1.1 * longer
    low, high = lines.iloc[-1] + 0.7, -0.8
    fig, ax = style.make_canvas(89, 1 + pitch * (low - high) + 9.5)
    place_axes(ax, left, 1, across, pitch * (low - high))
    closes = style.read_meanings("direction")["closes"].colour
    ax.barh(range(len(own)), own["share"], height=0.74, color=closes)
    ax.barh(lines, table["p95_per_year"], height=0.6, color=SOFT)
    first = own["share"].iloc[0]
    ax.plot([first, first], [0.37, low], color=closes, lw=0.9, ls=":", zorder=0)
    for y, row in enumerate(own.itertuples()):
        look = {"color": NOTE} if y else {"color": INK, "fontsize": 8, "fontweight": "bold"}
        write_note(ax, row.share, y, f"{row.share:.0%}", dx=3, **look)
        write_note(ax, row.share, y, row.words, dx=22 if y else 28)
    names = [f"North Korea, {year}" for year in own["wave"]]
    names += [f"{row.prev_wave}–{row.wave}" for row in table.itertuples()]
    ax.set_yticks([*range(len(own)), *lines], names, fontsize=6, va="center")
    _write_rates(ax, table, lines, len(own) + 0.5)
    ax.set(xlim=(0, 0.24), ylim=(low, high), xlabel="Share of posts closed in a year")
    ax.xaxis.set_major_locator(MultipleLocator(0.05))
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    return fig


def _write_rates(ax, table: pd.DataFrame, lines: pd.Series, y: float) -> None:
    """Write what the grey bars are at height `y`, and a column of largest shares."""
    place = {"transform": ax.get_yaxis_transform(), "va": "center", "fontsize": 6}
    ax.text(0, y, "grey bar: the share that 19 of\n20 states did not exceed", **place)
    ax.text(1.3, y, "largest share\nof a state", ha="right", color=NOTE, **place)
    longer = table["years_between"].gt(1)
    for some, words in ((~longer, "in one year"), (longer, "average a year")):
        ax.text(-0.03, lines[some].iloc[0] - 0.9, words, ha="right", color=NOTE, **place)
    largest = table["max_per_year"].map("{:.0%}".format)
    write_column(ax, 1.3, lines, largest, ha="right", color=NOTE)


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
    """Return the figure of output in and before each round, a panel a round. table: `list_lags`.

    The year of the last round is the strongest mark.
    """
    rounds = table["round"].unique()
    fig, axes = style.make_canvas(89, 96, 2, len(rounds) // 2, sharey=True)
    most = table["lag"].max()
    closed = style.read_meanings("status")["closed"]
    before = {"marker": "o", "ms": 4, "mec": "none", "color": MUTED, "ls": "none"}
    for ax, letter, year in zip(axes.flat, "abcd", rounds, strict=True):
        rows = table[table["round"].eq(year)]
        last = year == rounds[-1]
        ax.vlines(-rows["lag"], 0, rows["value"], color=MUTED, lw=0.8, zorder=1)
        for row in rows.itertuples():
            look = before if row.lag else closed.style(8 if last else 4)
            ax.plot(-row.lag, row.value, zorder=3, **look)
            found = {"color": INK, "fontsize": 8, "fontweight": "bold"} if last else {"color": INK}
            known = pd.notna(row.value)
            words = f"{row.value:+.1f}".replace("-", "−") if known else "no\ndata"
            rise = -8 if known and row.value < 0 else 8 + 3 * (last and not row.lag)
            shown = {"color": NOTE} if row.lag else found
            write_note(
                ax, -row.lag, row.value if known else 0, words, dy=rise, ha="center", **shown
            )
        ax.axhline(0, color=INK, lw=0.6, zorder=0)
        ax.set(xlim=(-most - 0.5, 0.5), ylim=(-9.6, 5.6))
        ax.yaxis.set_major_locator(MultipleLocator(4))
        places = range(-most, 1)
        ax.set_xticks(places, [str(year + place) for place in places])
        ax.spines["bottom"].set_visible(False)
        ax.tick_params(axis="x", length=0)
        write_head(ax, letter, f"{year}: {rows['closed'].iloc[0]} missions closed")
    fig.get_layout_engine().set(hspace=0.08)
    fig.supylabel("Change of output in percent", fontsize=7)
    words = "Orange: year of the closures, by Seoul's counts. Output: Bank of Korea."
    fig.supxlabel(words, fontsize=6, color=NOTE)
    return fig
