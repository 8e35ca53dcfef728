"""Notebook 01: what the tables say about themselves, and charts of lists and of voices."""

import pandas as pd
from matplotlib.patches import Rectangle

from derisking.core import dates
from derisking.core.cells import split_items
from derisking.core.sources import name_voices
from derisking.core.tables import keep_sourced
from derisking.draw.axes import fill_page, place_axes, set_rows
from derisking.draw.marks import draw_key, write_note
from derisking.draw.style import INK, MUTED, NOTE, PALE, WASH, make_canvas, read_meanings

# What the columns of this frame mean, for the figure drawn from it.
VOICES = {
    "subject": "Group of tables or rows.",
    "papers": "Number of different sources named.",
    "voices": "Number of different bodies whose statements the sources carry.",
}
# Words for the two codes of `quantity` whose totals are set side by side.
TOTALS = {"missions_abroad": "all missions", "embassies_abroad": "embassies only"}

# The full lists of closed posts by day, as a chart names them.
FULL_LISTS = {
    "host_confirmed": "host\ngovernments\n28 Nov",
    "joongang_2023_11_29": "JoongAng\n29 Nov",
    "rok_2023_12_05": "Seoul\n5 Dec",
    "frank_2023_12": "R. Frank\n13 Dec",
    "rok_2024_01_30": "Seoul\n30 Jan",
}
LATE = ["frank_2023_12", "rok_2024_01_30"]
# How far the lists agree on a post.
AGREEMENT = {
    "all_five": "on all five lists",
    "both_late": "more on both of the last two",
    "one_late": "on one of the last two only",
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
    """Compare sources with the independent voices behind them, a row a subject.

    Columns as in VOICES; besides rows, and one_voice: how many of them rest on a single voice.
    """
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
    disc for yes, a small dot for no. printed: the number of missions left that was published with a
    list, where there is one. Places are in mm.
    """
    groups = named.groupby("agreement", sort=False)
    top, bottom = 13, 14 + len(groups) * 7.5 + len(named) * LIST_STEP
    fig, ax = make_canvas(89, bottom + 21)
    fill_page(ax)
    left = LIST_PLACES[-2] - 5.5
    ax.add_patch(Rectangle((left, 0.5), 88.5 - left, bottom + 15.5, fc=WASH, lw=0, zorder=-5))
    _head_lists(ax, top)
    closed = read_meanings("status")["closed"].colour
    y = top
    for key, rows in groups:
        look = {"fontsize": 7, "va": "center"}
        if key == "all_five":
            look |= {"fontsize": 8, "weight": "bold"}
            high = len(rows) * LIST_STEP
            ax.add_patch(Rectangle((1, y + 6.7), 87.5, high, fc="none", ec=closed, lw=1.4))
        ax.text(1, y + 4.5, f"{len(rows)} {AGREEMENT[key]}", **look)
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
    ax.text(sum(LIST_PLACES[-2:]) / 2, 3.6, "last two lists", color=NOTE, **head)
    span = "lists of closed posts,\nNov 2023 to Jan 2024"
    ax.text(1, 2, span, fontsize=6, color=NOTE, va="top")


def _sum_lists(ax, bottom: float, named: pd.DataFrame, stock: int, printed: dict) -> None:
    """Write below the posts how many each list names, and how many that leaves."""
    ax.plot([1, 88.5], [bottom + 0.5] * 2, color=PALE, lw=0.8)
    count = {name: int(named[name].sum()) for name in FULL_LISTS}
    sums = {
        "posts named": count,
        f"{stock} less those": {name: stock - number for name, number in count.items()},
        "left, as published": printed,
    }
    look = {"fontsize": 7, "va": "baseline"}
    for line, (words, numbers) in enumerate(sums.items()):
        y = bottom + 4.5 + 4.5 * line
        ax.text(2.5, y, words, **look)
        for x, name in zip(LIST_PLACES, FULL_LISTS, strict=True):
            ax.text(x, y, numbers.get(name, "none"), ha="center", **look)


def draw_voices(heard: pd.DataFrame):
    """Draw a pale bar for the sources of each subject and in it a dark one for the voices behind.

    heard: subject, papers, voices; the first subject stands out, the others stand back.
    """
    fig, ax = make_canvas(89, 7.5 * len(heard) + 7)
    place_axes(ax, 33, 1, 34, 7.5 * len(heard))
    set_rows(ax, heard["subject"], guides="none")
    ax.set(xlim=(0, heard["papers"].max()), xticks=[])
    ax.spines["bottom"].set_visible(False)
    first, *others = ax.get_yticklabels()
    first.set_weight("bold")
    for place, row in enumerate(heard.itertuples()):
        ax.barh(place, row.papers, 0.62, color=PALE)
        ax.barh(place, row.voices, 0.62, color=MUTED if place else INK)
        words, look = f"{row.voices} behind {row.papers}", {"fontsize": 7, "color": NOTE}
        if not place:
            words = f"{row.voices} voices behind\n{row.papers} sources"
            look = {"fontsize": 8, "color": INK, "weight": "bold"}
        write_note(ax, row.papers, place, words, dx=4, **look)
    for label in others:
        label.set_color(NOTE)
    bar = {"marker": "s", "ms": 5, "ls": "none", "mew": 0}
    words = "dark: separate voices, the rest repeat them"
    keys = [("sources", bar | {"color": PALE}), (words, bar | {"color": MUTED})]
    draw_key(fig, keys, "below", left=20)
    return fig
