"""Notebook 01: what the tables say about themselves, and charts of lists, totals, voices, years."""

import itertools

import pandas as pd
from matplotlib.colors import LogNorm
from matplotlib.patches import Rectangle

from derisking.core import dates
from derisking.core.cells import split_items
from derisking.core.sources import name_voices
from derisking.core.tables import keep_sourced, load_table
from derisking.draw.axes import set_grid, set_months, set_rows, set_years
from derisking.draw.labels import wrap_letters
from derisking.draw.marks import (
    draw_dated,
    draw_dumbbells,
    draw_key,
    find_middle,
    write_column,
    write_head,
    write_note,
)
from derisking.draw.style import INK, MUTED, SEQUENTIAL, read_meanings

# What the columns of these frames mean, for the figures drawn from them.
VOICES = {
    "subject": "Group of tables or rows.",
    "papers": "Number of different sources named.",
    "voices": "Number of different bodies whose statements the sources carry.",
    "rows": "Number of rows of the subject.",
    "one_voice": "Number of rows that rest on one voice.",
}
COVERAGE = {
    "subject": "Kind of evidence.",
    "year": "Year of the latest possible day.",
    "rows": "Sourced rows with that year.",
}

# The published lists of closed posts, as a chart names them: seen in full, then the others.
FULL_LISTS = {
    "joongang_2023_11_29": "JoongAng\n29 Nov 2023",
    "rok_2023_12_05": "Seoul\n5 Dec 2023",
    "frank_2023_12": "Article\n13 Dec 2023",
    "rok_2024_01_30": "Seoul\n30 Jan 2024",
    "host_confirmed": "Host\ngovernments",
}
OTHER_LISTS = {
    "nknews_2023_12": "NK News\n(in part)",
    "rfa_2024_07_31": "RFA\n(in part)",
    "ryu_2023_11_01_predicted": "Prediction\n1 Nov 2023",
}

# -------------------------------------------------------------------------------------- bookkeeping


def unite_sources(cells) -> str:
    """Unite several ";"-separated lists of sources into one, each source once and sorted."""
    return ";".join(sorted({item for cell in cells for item in cell.split(";")}))


def count_posts(spells: pd.DataFrame, day: str) -> list[int]:
    """Count the posts certainly and possibly open on a day; one with several spells counts once."""
    return [spells[mask]["mission_id"].nunique() for mask in dates.open_masks(spells, day)]


def list_state_years(states: pd.DataFrame, years: range) -> pd.DataFrame:
    """List every state with its codes for each year of which it saw a day, a row a state and year.

    Where one period follows another within the year, the later one gives the codes. Returns iso3,
    year, cow, gw. North Korea itself is left out.
    """
    first = states["valid_from"].dt.year.fillna(min(years))
    last = states["valid_to"].dt.year.fillna(max(years))
    abroad = states["iso3"].ne("PRK")
    parts = [states[abroad & first.le(year) & last.ge(year)].assign(year=year) for year in years]
    rows = pd.concat(parts).sort_values("valid_from").drop_duplicates(["iso3", "year"], keep="last")
    return rows[["iso3", "year", "cow", "gw"]].sort_values(["iso3", "year"], ignore_index=True)


def count_voices(subjects: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Compare sources with the independent voices behind them, a row a subject (see VOICES)."""
    return pd.DataFrame(
        {
            "subject": name,
            "papers": split_items(rows["sources"]).nunique(),
            "voices": len(name_voices(unite_sources(rows["sources"]))),
            "rows": len(rows),
            "one_voice": int(rows["sources"].map(name_voices).map(len).eq(1).sum()),
        }
        for name, rows in subjects.items()
    )


def keep_sole_voice(rows: pd.DataFrame, voice: str) -> pd.DataFrame:
    """Return the sourced rows that have `voice` as their only voice; none without sources."""
    rows = keep_sourced(rows)
    if "sources" not in rows:
        return rows.iloc[:0]
    return rows[rows["sources"].map(name_voices).eq({voice})]


def count_rows_by_year(names: dict[str, str], years: range) -> pd.DataFrame:
    """Count sourced rows by year of their latest possible day, one line a table of `names`."""
    found = {
        label: load_table(table)["date_latest"].dt.year.value_counts()
        for label, table in names.items()
    }
    return pd.DataFrame(found).reindex(years).fillna(0).astype(int).T


def melt_counts(counts: pd.DataFrame) -> pd.DataFrame:
    """Turn counts by row and year into one row a cell. Columns: subject, year, rows."""
    wide = counts.rename_axis("subject").reset_index()
    tall = wide.melt("subject", var_name="year", value_name="rows")
    return tall.astype({"year": int, "rows": int})


# ------------------------------------------------------------------------------------------- charts


def draw_lists(
    ax, named: pd.DataFrame, totals: pd.Series, stock: int, printed: dict[str, int]
) -> None:
    """Draw which list names which post, and below what each list leaves of `stock` posts.

    named: a row a post, with city, host and a flag a list: a disc for yes, a small dot for no,
    nothing where a list seen in part does not name the post. totals: posts that each list counts
    as closed. printed: what a list itself says is left, where that is another number. The posts on
    all full lists, which come first, are boxed.
    """
    hosts = zip(named["city"], named["host"], strict=True)
    labels = [city if city == host else f"{city}, {host}" for city, host in hosts]
    set_grid(ax, labels, [*FULL_LISTS.values(), "", *OTHER_LISTS.values()])
    ax.set_ylim(len(named) + 1.5, -0.5)
    place = {name: x for x, name in enumerate([*FULL_LISTS, "", *OTHER_LISTS]) if name}
    closed = read_meanings("status")["closed"].colour
    for name, x in place.items():
        flags = named[name].astype("boolean")
        colour = MUTED if name.endswith("predicted") else closed
        yes, no = (flags.eq(value).fillna(False).to_numpy().nonzero()[0] for value in (True, False))
        ax.plot([x] * len(yes), yes, "o", ms=6, color=colour, zorder=3)
        ax.plot([x] * len(no), no, ".", ms=2.5, color=MUTED, zorder=3)
        total = totals[name]
        count, left = ("?", "?") if pd.isna(total) else (total, stock - total)
        if name in OTHER_LISTS and not pd.isna(total) and total > len(yes):
            count = f"{total}, {len(yes)} seen"
        ax.text(x, len(named), count, ha="center", va="center", fontsize=7)
        if name in printed:
            write_note(ax, x, len(named) + 0.95, f"(prints {printed[name]})", dx=8, ha="left")
        ax.text(x, len(named) + 0.95, left, ha="center", va="center", weight="bold", fontsize=8)
    everywhere = named["lists_naming"].eq(len(FULL_LISTS)).sum()
    corner, sides = (-0.4, -0.45), (len(FULL_LISTS) - 0.2, everywhere - 0.1)
    ax.add_patch(Rectangle(corner, *sides, fc="none", ec=closed, lw=0.8))
    note = {"ha": "right", "va": "center", "color": INK, "fontsize": 6}
    ax.text(-0.68, len(named), "closed by its count", **note)
    words = f"left of the {stock}"
    ax.text(-0.68, len(named) + 0.95, words, weight="bold", **note)


def draw_totals(axes: dict, published: pd.DataFrame, bases: dict[str, str]) -> None:
    """Draw the published totals of each counting basis into a panel of its own, with their key.

    One mark is one published count, its bar the days it may refer to; what is not in use is pale.
    Seoul's counts bear their numbers.
    """
    for letter, (quantity, label) in zip("abc", bases.items(), strict=True):
        ax, rows = axes[quantity], published[published["quantity"].eq(quantity)]
        set_years(ax, 1968, 2027, every=10, minor=2, dated=True)
        ax.set(ylim=(0, 95), yticks=range(0, 81, 20))
        write_head(ax, letter, label)
        _draw_counts(ax, rows)
        used = rows["series"].eq("rok") & rows["status"].eq("used")
        _number_marks(ax, rows[used].assign(day=find_middle(rows, "asof")).sort_values("day"))
    axes["key"].axis("off")
    present, look = set(published["series"]), {"title": "Who counts", "alignment": "left"}
    draw_key(axes["key"], "body", "center left", only=present, **look)


def _number_marks(ax, rows: pd.DataFrame, near: int = 3) -> None:
    """Write the value beside marks in order of `day`; over it, and in a cluster left and right too.

    A mark within `near` years of the last one numbered, and nearly as high, has no number.
    """
    kept = []
    for row in rows.dropna(subset="value").itertuples():
        close = bool(kept) and (row.day - kept[-1].day).days < near * 365
        if not close or abs(row.value - kept[-1].value) > 1:
            kept.append(row)
    gaps = [(b.day - a.day).days < near * 365 for a, b in itertools.pairwise(kept)]
    for row, after, before in zip(kept, [False, *gaps], [*gaps, False], strict=False):
        side = {"dx": 8, "ha": "left"} if after else {"dy": 7, "ha": "center"}
        side = {"dx": -5, "ha": "right"} if before and after else side
        look = {"fontsize": 7, "weight": "bold", "color": INK}
        write_note(ax, row.day, row.value, f"{row.value}", **look, **side)


def draw_late_totals(ax, late: pd.DataFrame, words: dict[str, str]) -> None:
    """Draw the totals of 2023 and 2024 enlarged; words: a note for some counts, by count_id."""
    set_months(ax, "2023-04-01", "2024-09-01", form="%b %Y")
    ax.set(ylim=(41, 55))
    write_head(ax, "d", "All missions, 2023 and 2024")
    _draw_counts(ax, late)
    for name, who in words.items():
        value = late.set_index("count_id").loc[name, "value"]
        note = {"color": INK} if who.startswith("Seoul") else {}
        write_note(ax, "2024-01-20", value, wrap_letters(f"{value} {who}", 22), **note)


def _draw_counts(ax, counts: pd.DataFrame) -> None:
    counts = counts.assign(faint=counts["status"].ne("used"))
    seoul, look = counts["series"].eq("rok"), {"name": "asof", "tick": 0, "faint": "faint"}
    for rows, size in ((counts[~seoul], 3.2), (counts[seoul], 5)):
        draw_dated(ax, rows, "value", "series", read_meanings("body"), size=size, **look)


def draw_voices(ax, heard: pd.DataFrame) -> None:
    """Draw sources (hollow) and the voices behind them (filled), one line a subject."""
    set_rows(ax, heard["subject"], guides="none")
    draw_dumbbells(ax, heard, "voices", "papers")
    ax.set_xlim(0, 280)
    ax.set_xlabel("Different sources (hollow) and independent voices behind them (filled)")
    words = [f"{row.one_voice:,} of {row.rows:,}" for row in heard.itertuples()]
    write_column(ax, 1.02, range(len(heard)), words, "rows that rest on one voice")


def draw_coverage(fig, ax, table: pd.DataFrame) -> None:
    """Draw counts by year as a heat map on a logarithmic scale; no row leaves a cell white."""
    top = table.to_numpy().max()
    image = ax.imshow(
        table.where(table > 0).to_numpy(dtype=float),
        aspect="auto",
        cmap=SEQUENTIAL,
        norm=LogNorm(1, top),
        interpolation="nearest",
    )
    ax.set_yticks(range(len(table)), table.index)
    fifths = [place for place, year in enumerate(table.columns) if year % 5 == 0]
    ax.set_xticks(fifths, table.columns[fifths])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    bar = fig.colorbar(image, ax=ax, pad=0.01, aspect=18)
    bar.set_label("Rows with that year", fontsize=7)
    bar.outline.set_visible(False)
    bar.set_ticks([tick for tick in (1, 3, 10, 30, 100, 300) if tick <= top])
    bar.ax.yaxis.set_major_formatter("{x:.0f}")
    bar.ax.minorticks_off()
