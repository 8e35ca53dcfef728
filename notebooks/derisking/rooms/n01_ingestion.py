"""Notebook 01: what the tables say about themselves, and charts of lists, totals and voices."""

import pandas as pd
from matplotlib.patches import Rectangle

from derisking.core import dates
from derisking.core.cells import split_items
from derisking.core.sources import name_voices
from derisking.core.tables import keep_sourced
from derisking.draw.axes import fill_page, place_axes, set_rows, set_years
from derisking.draw.marks import (
    draw_dated,
    draw_dumbbells,
    draw_key,
    find_middle,
    write_column,
    write_head,
    write_note,
)
from derisking.draw.style import INK, MUTED, NOTE, PALE, WASH, make_canvas, read_meanings

# What the columns of this frame mean, for the figure drawn from it.
VOICES = {
    "subject": "Group of tables or rows.",
    "papers": "Number of different sources named.",
    "voices": "Number of different bodies whose statements the sources carry.",
    "rows": "Number of rows of the subject.",
    "one_voice": "Number of rows that rest on one voice.",
}

# The full lists of closed posts by day, as a chart names them.
FULL_LISTS = {
    "host_confirmed": "hosts,\nour collection\n28 Nov",
    "joongang_2023_11_29": "JoongAng\n29 Nov",
    "rok_2023_12_05": "Seoul\n5 Dec",
    "frank_2023_12": "article\n13 Dec",
    "rok_2024_01_30": "Seoul\n30 Jan",
}
LATE = ["frank_2023_12", "rok_2024_01_30"]
# How far the lists agree on a post.
AGREEMENT = {
    "all_five": "on all five lists",
    "both_late": "more on both late lists",
    "one_late": "on one late list only",
}

# -------------------------------------------------------------------------------------- bookkeeping


def unite_sources(cells) -> str:
    """Unite several ";"-separated lists of sources into one, each source once and sorted."""
    return ";".join(sorted({item for cell in cells for item in cell.split(";")}))


def count_posts(spells: pd.DataFrame, day: str) -> list[int]:
    """Count the posts certainly and possibly open on a day; one with several spells counts once."""
    return [spells[mask]["mission_id"].nunique() for mask in dates.open_masks(spells, day)]


def tabulate_rounds(ids: dict[int, tuple], counts: pd.DataFrame, nine: pd.DataFrame):
    """Put rounds of closures side by side from published counts, for the table `wave_table`.

    ids: year -> count_id of the closures, those in Africa, the stock before and after (None where
    none was published). nine: the posts of 2023 (region, iso3), for which the ministry gave no
    total in Africa: counted by its regions of the day, and with the North, as it counted before.
    A share is given only where closures and stock count all missions.
    """
    parts = pd.DataFrame(ids.values(), columns=["closed", "africa", "before", "after"])
    known = counts.set_index("count_id")
    african = nine["region"].eq("Africa")
    northern = nine["iso3"].isin(["DZA", "EGY", "LBY", "TUN"])
    told = parts["africa"].map(known["value"])
    waves = pd.DataFrame({"year": list(ids), "closed": parts["closed"].map(known["value"])})
    waves["closed_africa"] = told.fillna(african.sum())
    waves["closed_africa_north"] = told.fillna((african | northern).sum())
    for part in ("before", "after"):
        waves[f"stock_{part}"] = parts[part].map(known["value"])
        waves[f"stock_{part}_asof"] = parts[part].map(known["asof"])
    waves["stock_counts"] = parts["before"].map(known["quantity"])
    alike = waves["stock_counts"].eq("missions_abroad")
    waves["share"] = (waves["closed"] / waves["stock_before"]).where(alike)
    cited = parts.apply(lambda row: row.dropna().map(known["sources"]), axis=1)
    waves["sources"] = [unite_sources(row.dropna()) for _, row in cited.iterrows()]
    return waves


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


def tabulate_hosts(missions, theirs, states, resident: list[str], years: range) -> pd.DataFrame:
    """Count posts on both sides, a row a state and year, least and most, for the table `host_year`.

    missions, theirs: spells of North Korean posts abroad and of foreign ones in Pyongyang.
    resident: codes of `resident_evidence` that count as certain. `presence` is missing where a
    post is possible only.
    """
    counted = {}
    for owner, spells in {"": missions, "their_": theirs}.items():
        sure, kind = spells["resident_evidence"].isin(resident), spells["mission_type"]
        for name, rows in {
            "posts": kind.notna(),
            "embassies": kind.str.startswith("embassy"),
        }.items():
            bounds = dates.bound_open(spells[rows], sure[rows], years)
            counted |= {f"{owner}{name}_{end}": bounds[end] for end in bounds}
    codes = list_state_years(states, years).set_index(["iso3", "year"])
    # A few posts are older than their host in the lists of states: rows without codes.
    hosts = codes.join(pd.DataFrame(counted), how="outer").reset_index()
    hosts[list(counted)] = hosts[list(counted)].fillna(0).astype("Int64")
    for owner in ("", "their_"):
        least, most = hosts[f"{owner}posts_lower"], hosts[f"{owner}posts_upper"]
        hosts[f"{owner}presence"] = least.ge(1).mask(least.lt(1) & most.ge(1))
    return hosts


def tabulate_pairs(hosts: pd.DataFrame, states: pd.DataFrame) -> pd.DataFrame:
    """Turn the rows of `tabulate_hosts` into sender, receiver and year, pairs without posts left
    out, for the table `dyad_year`."""
    korea = states.set_index("iso3").loc["PRK", ["cow", "gw"]]
    abroad = {"iso3": "receiver"} | {code: f"receiver_{code}" for code in korea.index}
    home = {"iso3": "sender"} | {code: f"sender_{code}" for code in korea.index}
    sent = hosts.filter(regex="^(?!their_)").rename(columns=abroad)
    sent = sent.assign(sender="PRK", sender_cow=korea["cow"], sender_gw=korea["gw"])
    received = hosts.filter(regex="^(iso3|year|cow|gw|their_.*)$").rename(columns=home)
    received = received.rename(columns=lambda name: name.removeprefix("their_"))
    received = received.assign(receiver="PRK", receiver_cow=korea["cow"], receiver_gw=korea["gw"])
    both = pd.concat([sent, received])
    return both[both["posts_upper"].ge(1)]


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


# ------------------------------------------------------------------------------------------- charts

LIST_PLACES = (37, 51, 62, 72.5, 83)  # mm: the columns of marks
LIST_STEP = 5  # mm, a row


def draw_lists(named: pd.DataFrame, stock: int, printed: dict[str, int]):
    """Draw which list names which post, and below what each list leaves of `stock` posts.

    named: a row a post, sorted, with city, host, agreement (key of AGREEMENT) and a flag a list: a
    disc for yes, a small dot for no. printed: what a list itself says is left, where that is
    another number. Places are in mm.
    """
    groups = named.groupby("agreement", sort=False)
    top, bottom = 13, 14 + len(groups) * 7.5 + len(named) * LIST_STEP
    fig, ax = make_canvas(89, bottom + 21)
    fill_page(ax)
    left = LIST_PLACES[-2] - 5.5
    ax.add_patch(Rectangle((left, 0.5), 88.5 - left, bottom + 14.5, fc=WASH, lw=0, zorder=-5))
    _head_lists(ax, top)
    closed = read_meanings("status")["closed"].colour
    y = top
    for key, rows in groups:
        ax.text(1, y + 4.5, f"{len(rows)} {AGREEMENT[key]}", fontsize=7, weight="bold", va="center")
        if key == "all_five":
            frame = Rectangle((1, y + 6.7), 87.5, len(rows) * LIST_STEP, fc="none", ec=closed, lw=1)
            ax.add_patch(frame)
        y += 4.2
        for row in rows.to_dict("records"):
            y += LIST_STEP
            where = row["city"] if row["city"] == row["host"] else f"{row['city']}, {row['host']}"
            ax.text(2.5, y, where, fontsize=7, va="center_baseline")
            for x, name in zip(LIST_PLACES, FULL_LISTS, strict=True):
                marker, size, colour = ("o", 6.5, closed) if row[name] else (".", 4, MUTED)
                ax.plot(x, y, marker, ms=size, color=colour, mew=0)
        y += 3.3
    _sum_lists(ax, bottom, named, stock, printed)
    look = {"marker": "o", "ls": "none", "mew": 0}
    yes = ("named as closed", look | {"ms": 6, "color": closed})
    no = ("not named", look | {"ms": 2.2, "color": MUTED})
    draw_key(fig, [yes, no], "below", left=1)
    return fig


def _head_lists(ax, top: float) -> None:
    """Write the names of the lists, line by line so that all stand on one height."""
    head = {"fontsize": 6, "ha": "center", "va": "baseline"}
    for x, words in zip(LIST_PLACES, FULL_LISTS.values(), strict=True):
        for line, word in enumerate(reversed(words.split("\n"))):
            ax.text(x, top - 1.5 - 2.5 * line, word, **head)
    ax.text(sum(LIST_PLACES[-2:]) / 2, 3.6, "late lists", color=NOTE, **head)
    span = "lists of closed posts,\nNov 2023 to Jan 2024"
    ax.text(1, 2, span, fontsize=6, color=NOTE, va="top")


def _sum_lists(ax, bottom: float, named: pd.DataFrame, stock: int, printed: dict) -> None:
    """Write below the posts how many each list names, and how many that leaves."""
    ax.plot([1, 88.5], [bottom + 0.5] * 2, color=PALE, lw=0.8)
    number = {"ha": "center", "va": "center"}
    ax.text(2.5, bottom + 3.5, "posts named", fontsize=7, va="center")
    ax.text(2.5, bottom + 8, f"left of {stock}", fontsize=7, va="center", weight="bold")
    for x, name in zip(LIST_PLACES, FULL_LISTS, strict=True):
        count = int(named[name].sum())
        ax.text(x, bottom + 3.5, count, fontsize=7, **number)
        ax.text(x, bottom + 8, stock - count, fontsize=8, weight="bold", **number)
        if name in printed:
            ax.text(x, bottom + 12, f"(prints {printed[name]})", fontsize=6, color=NOTE, **number)


# Where the number of a count stands: points to the right, points up. Else above its mark.
NUMBER_PLACES = {
    "C004": (10, 0),
    "C011": (0, -8),
    "C229": (0, -8),
    "C045": (0, -8),
    "C037": (-10, 0),
    "C039": (10, -2),
}


def draw_totals(published: pd.DataFrame, bases: dict[str, str]):
    """Draw the published totals of each counting base into a panel of its own.

    published: count_id, quantity, series, value, asof_earliest, asof_latest, numbered (is the
    number written beside it?). bases: quantity -> heading. One mark is one published count, its
    bar the days it may refer to; no line joins two.
    """
    fig, axes = make_canvas(89, 38 * len(bases) - 1, len(bases), 1)
    looks = read_meanings("body")
    for place, (quantity, label) in enumerate(bases.items()):
        ax, rows = axes[place], published[published["quantity"].eq(quantity)]
        place_axes(ax, 7, 38 * place + 5.5, 80.5, 26)
        set_years(ax, 1970, 2026, every=10, minor=2, dated=True)
        ax.set(ylim=(0, 90), yticks=range(0, 81, 20))
        write_head(ax, "abc"[place], label, "number")
        size = 5 if rows["series"].eq("rok").all() else 3.4
        draw_dated(ax, rows, "value", "series", looks, name="asof", size=size, tick=0)
        rows = rows.assign(day=find_middle(rows, "asof"))
        for row in rows[rows["numbered"]].itertuples():
            dx, dy = NUMBER_PLACES.get(row.count_id, (0, 8))
            text = {"fontsize": 8, "weight": "bold", "color": INK, "ha": "center"}
            write_note(ax, row.day, row.value, f"{row.value:.0f}", dx, dy, **text)
    draw_key(axes[-1], looks, "lower right", only={"cow", "dipcon"})
    return fig


def draw_voices(heard: pd.DataFrame):
    """Draw sources (hollow) and the voices behind them (filled), one line a subject, with the share
    of rows that rest on one voice."""
    fig, ax = make_canvas(89, 7 * len(heard) + 19)
    place_axes(ax, 30.5, 8, 35.5, 7 * len(heard))
    set_rows(ax, heard["subject"], guides="none")
    draw_dumbbells(ax, heard, "voices", "papers")
    ax.set_xlim(0, 285)
    ax.set_xlabel("number")
    first = heard.iloc[0]
    look = {"ha": "center", "color": INK}
    write_note(ax, first["voices"], 0, "voices", dy=8, weight="bold", **look)
    write_note(ax, first["papers"], 0, "sources", dy=8, **look)
    shares = heard["one_voice"] / heard["rows"]
    write_column(
        ax, 1.25, range(len(heard)), shares.map("{:.0%}".format), ha="right", weight="bold"
    )
    of = heard["rows"].map("of {:,}".format)
    write_column(ax, 1.29, range(len(heard)), of, color=NOTE)
    head = {"xycoords": "axes fraction", "textcoords": "offset points", "fontsize": 6}
    ax.annotate("rows that rest\non one voice", (1.08, 1), (0, 4), color=NOTE, va="bottom", **head)
    return fig
