"""Charts of notebook 08: who was closed, how firm that is, how unusual, in which years.

The tests stand in stats/exact.py and are run in the notebook. Frames are tidy, one row a mark.
"""

import numpy as np
import pandas as pd
from matplotlib.ticker import PercentFormatter

from derisking.draw import style
from derisking.draw.axes import place_axes
from derisking.draw.labels import wrap_words
from derisking.draw.marks import HALO, draw_key, lay_groups, write_column, write_head, write_note
from derisking.draw.style import INK, MUTED, NOTE, PALE, WASH
from derisking.stats import exact, rates

RING = {"marker": "o", "ms": 3, "mfc": "white", "mec": MUTED, "mew": 0.7, "ls": "none"}
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
    "low": "Lower bound of the odds ratio, 95 percent",
    "high": "Upper bound of the odds ratio, 95 percent",
    "p": "p of Fisher's exact test, two-sided",
    "p_within": "p of the exact test within regions",
    "adjusted": "p adjusted for all tests at once by joint exchange of the posts",
    "change": "dropped or reclassified",
    "least": "Smallest p after a change to one post",
    "most": "Largest p after a change to one post",
    "turned": "Posts whose change moves p across 0.05",
    "cities": "Cities of these posts",
    "p_found": "p without any change",
    "panel": "Panel or kind of mark",
    "holders": "Posts with the trait",
    "more": "Smallest odds ratio above 1 found with 80 percent power",
    "less": "Largest odds ratio below 1 found with 80 percent power (0: none)",
    "label": "Name as drawn",
    "closed": "Missions closed in the round, by South Korean counts",
    "share": "Share of posts closed by South Korean counts, 0 to 1",
    "words": "Posts closed, of those there were",
    "median_per_year": "Median over senders, share of posts a year, 0 to 1",
    "p95_per_year": "95th percentile over senders, share of posts a year, 0 to 1",
    "max_per_year": "Largest sender, share of posts a year, 0 to 1",
    "prk_per_year": "North Korea in the same data, share of posts a year, 0 to 1",
    "value": "Change of output in percent, Bank of Korea, as first published",
    "year": "Calendar year",
    "lag": "Years before the round",
    "round": "Year of the round of closures",
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
    left, across, top, pitch, lift = 2, 42, 17, 7.4, 0.2  # marks stand lower than the names
    fig, ax = style.make_canvas(89, top + pitch * len(main) + 10)
    place_axes(ax, left, top, across, pitch * len(main))
    rows = np.arange(len(main)) + lift
    for y, row in zip(rows, main.itertuples(), strict=True):
        others = runs[runs["trait"].eq(row.trait) & runs["definition"].ne(primary)]
        shown = [_locate_ratio(value) for value in others["odds_ratio"]]
        ax.plot(shown, [y] * len(others), zorder=3, clip_on=False, **RING)
        _draw_ratio(ax, row, y, INK if row.p < exact.ALPHA else MUTED, 4.6)
        look = {"fontsize": 6, "fontweight": "bold" if row.p < exact.ALPHA else "normal"}
        look |= {"transform": ax.get_yaxis_transform(), "va": "center", "bbox": HALO}
        ax.text(0, y - 2.1 * lift, row.trait, zorder=3, **look)
    ax.hlines(rows, 0, 1, transform=ax.get_yaxis_transform(), color=PALE, lw=0.4, zorder=0)
    _draw_ratio_axis(ax, endless=bool(np.isinf(runs["odds_ratio"]).any()))
    ax.set_ylim(len(main) - 0.5, -0.5)
    ax.set_yticks([])
    ax.set_xlabel("Odds ratio of being closed", loc="left")
    columns = {  # the right edge of each, in mm
        54: ("closed\nwith", _word_counts(main, "with")),
        65: ("closed\nwithout", _word_counts(main, "without")),
        76.5: ("p", main["p"].map(exact.word_chance)),
        87.5: ("adjusted\np", main["adjusted"].map(exact.word_chance)),
    }
    for edge, (head, words) in columns.items():
        bold = {"fontweight": "bold"} if head.startswith("adjusted") else {}
        write_column(ax, (edge - left) / across, rows, words, head, ha="right", **bold)
    draw_key(fig, _list_ratios(), (left, 1), columns=2)
    return fig


def _list_ratios() -> list:
    """Return the key of `draw_traits`."""
    diamond = {"marker": "D", "ms": 4.2, "mec": "none", "ls": "none"}
    return [
        ("Seoul, p below 0.05", diamond | {"color": INK}),
        ("Seoul, other p", diamond | {"color": MUTED}),
        ("four other lists", RING),
        ("interval goes on", {"marker": "<", "ms": 3.4, "color": MUTED, "mec": "none"}),
    ]


def _word_counts(table: pd.DataFrame, side: str) -> pd.Series:
    return table[f"{side}_closed"].astype(str) + " of " + table[f"{side}_all"].astype(str)


def describe_ratio(found, panel: str, label: str, counts: str = "", names: str = "") -> dict:
    """Return one row of `draw_ratios`: a comparison of closures, or a pooled odds ratio."""
    row = {"panel": panel, "label": label, "counts": counts, "names": names}
    row |= {name: getattr(found, name) for name in ("odds_ratio", "low", "high")}
    table = getattr(found, "table", None)
    flat = [number for line in table for number in line] if table else [None] * 4
    return row | dict(zip(rates.CELLS, flat, strict=True))


def describe_counts(row: pd.Series, panel: str, label: str) -> dict:
    """Return one row of `draw_ratios` from a row of the table reciprocity_rates."""
    shares = [
        row[f"{kind}_gone"] / (row[f"{kind}_gone"] + row[f"{kind}_kept"])
        for kind in ("returned", "onesided")
    ]
    words = {"panel": panel, "label": label, "names": ""}
    words["counts"] = f"{shares[0]:.0%} against {shares[1]:.0%}"
    return words | row[["odds_ratio", "low", "high", *rates.CELLS]].to_dict()


def name_sides(cities: pd.Series, trait: pd.Series, first: str, second: str) -> str:
    """Write cities with and without a trait: "Africa: Accra, Lome; elsewhere: Kyiv"."""
    sides = [", ".join(sorted(cities[trait[cities.index] == side])) for side in (True, False)]
    return f"{first}: {sides[0]}; {second}: {sides[1]}"


def draw_ratios(table: pd.DataFrame, heads: dict[str, str], narrow: bool = False):
    """Return the figure of odds ratios on one axis, in groups, with what they pool to.

    table: panel (group), label, counts, names (in a column at the right), odds_ratio, low, high,
    pooled (1: its interval is a band behind its group), strong (1: the label in bold). heads:
    words over each group. narrow: 89 mm wide, counts under the labels, without the names.
    """
    left, across, pitch = (29, 37, 7.2) if narrow else (35, 40, 8.4)
    laid, tops = lay_groups(table, "panel", order=list(heads), air=1.3, head=1.0)
    low, high = laid["y"].max() + 0.95, min(tops.values()) - 0.45
    fig, ax = style.make_canvas(89 if narrow else 183, 6 + pitch * (low - high) + 10)
    place_axes(ax, left, 6, across, pitch * (low - high))
    _draw_pooled(ax, laid, (LIMITS[0], 50))
    ax.set_ylim(low, high)
    ax.set_yticks([])
    ax.set_xlabel("Odds ratio of being closed or gone")
    _label_ratios(ax, laid, left, narrow)
    for letter, (group, y) in zip("ab", tops.items(), strict=True):
        ax.axhspan(y - 0.5, y + 0.42, color="white", lw=0, zorder=0.4)
        place = {"transform": ax.get_yaxis_transform(), "va": "center"}
        ax.text((1.5 - left) / across, y, letter, fontsize=8, fontweight="bold", **place)
        ax.text((6 - left) / across, y, heads[group], fontsize=7, **place)
    ratios = laid[["odds_ratio", "low", "high"]].map(exact.word_ratio)
    ratios = ratios["odds_ratio"] + " (" + ratios["low"] + " to " + ratios["high"] + ")"
    columns = {68 if narrow else 104: ("odds ratio\n(95% interval)", ratios)}
    if not narrow:
        names = [wrap_words(words, 54, 6) for words in laid["names"]]
        columns |= {77: ("closed or gone", laid["counts"])}
        columns |= {127: ("which posts were closed", names)}
    for start, (head, words) in columns.items():
        write_column(ax, (start - left) / across, laid["y"], words, head, rise=-2)
    return fig


def _draw_pooled(ax, laid: pd.DataFrame, limits: tuple[float, float]) -> None:
    """Draw odds ratios with their intervals, and the pooled one as a band behind its group."""
    for row in laid.itertuples():
        if row.pooled:
            mine = laid[laid["panel"].eq(row.panel)]["y"]
            ends = [mine.min() - 0.45, mine.max() + 0.45]
            ax.fill_betweenx(ends, row.low, row.high, color=PALE, lw=0, zorder=0.2)
            name, end, side = ("pooled", row.low, "left")
            if row.odds_ratio < 1:
                name, end, side = ("all states", row.high, "right")
            write_note(ax, end, mine.max() + 0.68, name, ha=side)
        tight = row.high < 1.25 * row.low  # an interval that a full mark would hide
        _draw_ratio(ax, row, row.y, INK, 2.8 if tight else 5.4 if row.pooled else 4, limits)
    _draw_ratio_axis(ax, limits)


def _label_ratios(ax, laid: pd.DataFrame, left: float, narrow: bool) -> None:
    """Write the labels at the left of `ax`, `left` mm wide; if `narrow`, the counts below them."""
    text = {"ha": "right", "va": "center", "fontsize": 6, "transform": ax.get_yaxis_transform()}
    for row in laid.itertuples():
        label = wrap_words(row.label, left - 3, 6)
        two = bool(narrow and row.counts)
        weight = "bold" if row.strong else "normal"
        ax.text(-0.05, row.y - 0.19 * two, label, fontweight=weight, **text)
        if two:
            ax.text(-0.05, row.y + 0.21, row.counts, color=NOTE, **text)


def gather_changes(changed: pd.DataFrame) -> pd.DataFrame:
    """Return how far p moves if any one post is changed, one row a bar of `draw_changes`.

    changed: trait, definition, p_found, change, p, turns, place (the post's city). Columns added:
    least, most (p after a change), turned (posts that move p across 0.05), cities (theirs).
    """
    rows = []
    for keys, group in changed.groupby(["trait", "definition", "p_found", "change"], sort=False):
        turning = group.loc[group["turns"], "place"]
        row = dict(zip(("trait", "definition", "p_found", "change"), keys, strict=True))
        row |= {"least": group["p"].min(), "most": group["p"].max(), "turned": len(turning)}
        rows.append(row | {"cities": "; ".join(sorted(turning))})
    return pd.DataFrame(rows)


def draw_changes(table: pd.DataFrame, found: pd.DataFrame, names: dict[str, str]):
    """Return the figure of p after a change to one post, a row a trait and definition.

    table: as from `gather_changes`. found: trait, definition, p. names: definitions in words.
    """
    laid, tops = lay_groups(found, "trait", air=1.15, head=0.8)
    low, high = laid["y"].max() + 0.55, min(tops.values()) - 0.45
    pitch, left, across, top = 6.6, 29, 39, 26
    fig, ax = style.make_canvas(89, top + pitch * (low - high) + 10)
    place_axes(ax, left, top, across, pitch * (low - high))
    ax.set(xscale="log", xlim=(0.0008, 0.6), ylim=(low, high))
    for row in laid.itertuples():
        same = table["trait"].eq(row.trait) & table["definition"].eq(row.definition)
        for bar in table[same].itertuples():
            lift, width = (-0.2, 3) if bar.change == "dropped" else (0.2, 1.2)
            look = {"color": INK if bar.turned else MUTED, "lw": width, "solid_capstyle": "butt"}
            ax.plot([bar.least, bar.most], [row.y + lift] * 2, zorder=3, **look)
        ax.plot([row.p], [row.y], **style.read_meanings("change")["found"].style(4), zorder=4)
    for trait, y in tops.items():
        place = {"transform": ax.get_yaxis_transform(), "va": "center"}
        ax.text((2 - left) / across, y, trait, fontsize=7, weight="bold", **place)
    ax.axvspan(0.0008, exact.ALPHA, color=WASH, lw=0, zorder=-2)
    ax.axvline(exact.ALPHA, color=INK, lw=0.6, zorder=0)
    ax.set_xlabel("p of Fisher's exact test (logarithmic)")
    ax.set_xticks([0.001, 0.01, 0.05, 0.5], ["0.001", "0.01", "0.05", "0.5"])
    ax.set_yticks(laid["y"], laid["definition"].map(names))
    ax.minorticks_off()
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    _write_changes(ax, table, laid, [(edge - left) / across for edge in (76, 87)])
    draw_key(fig, _list_changes(), (1.5, 1), columns=2)
    return fig


def _write_changes(ax, table: pd.DataFrame, laid: pd.DataFrame, edges: list[float]) -> None:
    """Write at the right how many posts turn each result, and over the band what it is."""
    turned = table.set_index(["trait", "definition", "change"])["turned"]
    heads = {"dropped": "left\nout", "reclassified": "other\nway"}
    for edge, (kind, head) in zip(edges, heads.items(), strict=True):
        for row in laid.itertuples():
            number = turned[row.trait, row.definition, kind]
            look = {"ha": "right", "fontweight": "bold" if number else "normal"}
            write_column(ax, edge, [row.y], [str(number)], **look)
        write_column(ax, edge, [], [], head, ha="right")
    above = {"textcoords": "offset points", "fontsize": 6, "va": "baseline"}
    words = "posts that move\np across 0.05:"
    ax.annotate(words, (edges[-1], 1), (0, 20), "axes fraction", ha="right", color=NOTE, **above)
    ax.annotate("p below 0.05", (0, 1), (2, 4), "axes fraction", **above)


def _list_changes() -> list:
    """Return the key of `draw_changes`."""
    return [
        style.read_meanings("change")["found"],
        ("any one post left out", {"color": MUTED, "lw": 3}),
        ("any one counted the other way", {"color": MUTED, "lw": 1.2}),
        ("black: some post moves it across", {"color": INK, "lw": 3}),
    ]


# ------------------------------------------------------------------------------------------ power


def find_reach(posts: int = 53) -> pd.DataFrame:
    """Return the odds ratios that nine closures among the posts bring within reach.

    Columns: holders (posts with the trait), more, less (the nearest odds ratio above and below 1
    that is found with 80 percent power; infinite and 0 if none is).
    """
    sizes = pd.DataFrame({"holders": range(1, posts)})
    sizes["more"] = [exact.find_detectable_ratio(number) for number in sizes["holders"]]
    return sizes.assign(less=1 / sizes["more"].to_numpy()[::-1])


def draw_power(sizes: pd.DataFrame, points: pd.DataFrame, limits=(0.01, 100)):
    """Return the figure of what is within reach, and of the odds ratios found.

    sizes: as from `find_reach`. points: holders, odds_ratio, label of each trait; those with a
    label are named, the one beyond reach in bold.
    """
    fig, ax = style.make_canvas(89, 84)
    ax.set(yscale="log", xlim=(1, sizes["holders"].max()))
    low, high = sizes["less"].clip(lower=limits[0]), sizes["more"].clip(upper=limits[1])
    ax.fill_between(sizes["holders"], low, high, step="mid", color=PALE, lw=0)
    ax.axhline(1, color=INK, lw=0.6, zorder=1)
    none = limits[0] / 2.4  # an odds ratio of 0 stands below a break
    beyond = ~points["odds_ratio"].between(points["less"], points["more"])
    shown = points["odds_ratio"].where(points["odds_ratio"].gt(0), none)
    for some, size in ((~beyond, 3.6), (beyond, 6)):
        ax.plot(points["holders"][some], shown[some], "o", ms=size, color=INK, mec="none", zorder=3)
    for row, height, far in zip(points.itertuples(), shown, beyond, strict=True):
        if isinstance(row.label, str):
            look = {"color": INK, "fontweight": "bold" if far else "normal"}
            edge = (
                not far and height < 1.5 * row.less
            )  # at the right, its name would leave the grey
            aside = {"dx": -4, "ha": "right"} if edge else {"dx": 6 if far else 4}
            write_note(ax, row.holders, height, row.label, **aside, **look)
    ax.set(xlabel="Posts with the trait, of 53", ylabel="Odds ratio")
    ax.set_ylim(none / 1.7, limits[1])
    ax.set_yticks([none, 0.01, 0.1, 1, 10, 100], ["0", "0.01", "0.1", "1", "10", "100"])
    ax.minorticks_off()
    ax.axhspan(none * 1.4, none * 1.62, color="white", lw=0, zorder=2.6)
    for edge in (none * 1.4, none * 1.62):
        mark = {"marker": [(-1, -0.5), (1, 0.5)], "ms": 6, "mec": INK, "mew": 0.6}
        ax.plot(0, edge, transform=ax.get_yaxis_transform(), clip_on=False, zorder=4, **mark)
    ax.spines["left"].set_zorder(2.5)
    for x, height in ((26, 62), (28, 0.0145)):
        write_note(ax, x, height, "would be found four times in five", ha="center")
    write_note(ax, 40, 8, "grey: would\nmostly be missed", ha="center")
    return fig


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


def draw_base_rates(table: pd.DataFrame, own: pd.DataFrame, narrow: bool = False):
    """Return the figure of base rates.

    table: as from `convert_rates`. own: panel, wave, share and words (the counts) of North Korea by
    South Korean counts. narrow: 89 mm wide, the panels one above the other.
    """
    shape, size, foot = ((2, 1), (89, 166), 0.075) if narrow else ((1, 2), (183, 92), 0.06)
    fig, axes = style.make_canvas(*size, *shape, sharey=True, sharex=True)
    fig.get_layout_engine().set(rect=(0, foot, 1, 1 - foot))
    first = table[table["panel"].eq("closed")]
    short = first["years_between"].eq(1)
    waves = sorted(set(own["wave"]))
    lines = np.array([*range(len(waves)), *(np.arange(len(first)) + len(waves) + 1 + 1.0 * ~short)])
    names = [f"North Korea, {wave}" for wave in waves]
    names += [f"{row.prev_wave}–{row.wave}" for row in first.itertuples()]
    longer = lines[len(waves) + int(short.sum())]
    heads = {
        lines[len(waves)] - 0.85: "one-year intervals",
        longer - 0.85: "longer, yearly average",
    }
    titles = {"closed": "Closed", "not back": "Closed and not back"}
    for ax, letter, (panel, title) in zip(axes, "ab", titles.items(), strict=True):
        _draw_rates(ax, table[table["panel"].eq(panel)], lines[len(waves) :])
        _draw_own(ax, own[own["panel"].eq(panel)], waves, own["share"].iloc[-1])
        write_head(ax, letter, title)
        ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        ax.tick_params(labelbottom=True)
        if not narrow or letter == "b":
            ax.set_xlabel("Share of the network in a year")
        if narrow or letter == "a":
            ax.set_yticks(lines, names)
            for height, words in heads.items():
                place = {"ha": "right", "va": "center", "transform": ax.get_yaxis_transform()}
                ax.text(-0.015, height, words, fontsize=6, color=NOTE, **place)
    axes[0].set_ylim(lines[-1] + 0.7, -0.8)
    draw_key(fig, _list_rates(), "below", columns=2 if narrow else 5)
    return fig


def _list_rates() -> list:
    """Return the key of `draw_base_rates`."""
    return [
        ("South Korean counts", style.read_meanings("body")["rok"]),
        ("North Korea in the same data", _look_of_north_korea()),
        ("median to 95th percentile of senders", {"color": MUTED, "lw": 3.6}),
        ("95th percentile", {"marker": "|", "ms": 7, "mew": 1.6, "color": INK, "ls": "none"}),
        ("up to the largest", {"color": MUTED, "lw": 0.6}),
    ]


def _draw_own(ax, shown: pd.DataFrame, waves: list[int], line: float) -> None:
    """Draw North Korea's own shares at the top, and a dotted line at the share `line`."""
    seoul = style.read_meanings("body")["rok"]
    rows = shown["wave"].map(waves.index)
    ax.plot(shown["share"], rows, zorder=4, **seoul.style(6))
    ax.axvline(line, color=seoul.colour, lw=0.9, ls=":", zorder=0)
    for y, row in zip(rows, shown.itertuples(), strict=True):
        words = f"{row.share:.0%} ({row.words})"
        write_note(ax, row.share, y, words, dx=6, color=INK, fontweight="bold")
    for y in set(range(len(waves))) - set(rows):
        write_note(ax, 0.365, y, "not known", ha="right")


def _look_of_north_korea() -> dict:
    return style.read_meanings("body")["dipcon"].style(4.4) | {"markeredgecolor": INK}


def _draw_rates(ax, table: pd.DataFrame, heights, most: float = 0.32) -> None:
    """Draw the shares of other senders, a row an interval: median, 95th percentile, largest.

    Intervals of more than a year, whose shares are yearly averages, are thinner.
    """
    for y, row in zip(heights, table.itertuples(), strict=True):
        if np.isnan(row.median_per_year):
            write_note(ax, 0.365, y, "no later count", ha="right")
            continue
        (bar, tick), top = (3.6, 8) if row.years_between == 1 else (1.8, 5), row.max_per_year
        middle, high = row.median_per_year, row.p95_per_year
        ax.plot([high, min(top, most)], [y, y], color=MUTED, lw=0.6, zorder=1)
        ax.plot([middle, high], [y, y], color=MUTED, lw=bar, solid_capstyle="butt", zorder=2)
        ax.plot(high, y, "|", ms=tick, mew=1.6, color=INK, zorder=3)
        if top > most:
            ax.plot(most, y, ">", color=MUTED, ms=3.5, mec="none")
            write_note(ax, most + 0.007, y, f"{top:.0%}")
        if not np.isnan(row.prk_per_year):
            ax.plot(row.prk_per_year, y, zorder=4, **_look_of_north_korea())
    ax.set_xlim(0, 0.37)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


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
    fig, axes = style.make_canvas(89, 92, 2, len(rounds) // 2, sharey=True)
    most = table["lag"].max()
    look = style.read_meanings("status")["closed"].style(6)
    for ax, letter, year in zip(axes.flat, "abcd", rounds, strict=True):
        rows = table[table["round"].eq(year)]
        before, itself = rows[rows["lag"].gt(0)], rows[rows["lag"].eq(0)]
        ax.vlines(-rows["lag"], 0, rows["value"], color=MUTED, lw=0.8, zorder=1)
        ax.plot(-before["lag"], before["value"], "o", ms=4, color=MUTED, mec="none", zorder=2)
        ax.plot(-itself["lag"], itself["value"], zorder=3, **look)
        for row in rows.itertuples():
            known = pd.notna(row.value)
            words = f"{row.value:+.1f}".replace("-", "−") if known else "no\ndata"
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
    fig.supylabel("Change of output in percent", fontsize=7)
    return fig
