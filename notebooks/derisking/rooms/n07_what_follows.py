"""Chart forms for dated outcomes: marks in lanes on a time axis, and spells with known and unknown ends.

They take tidy frames and mean nothing by themselves: what a lane or a mark stands for is said by the notebook.
"""

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.lines import Line2D

from derisking.core import claims as rule
from derisking.core import dates, tables
from derisking.draw import style, timeline
from derisking.draw.style import INK, NOTE, PALE
from derisking.stats import survival

SIZES = {"strong": 6.6, "moderate": 4.4, "weak": 3.8}  # points; weak marks are hollow besides


def middle(frame: pd.DataFrame, name: str = "date", first=None) -> pd.Series:
    """Return the day of a mark: halfway between `{name}_earliest` and `{name}_latest`, or the one known."""
    early = frame[f"{name}_earliest"].fillna(frame[f"{name}_latest"])
    late = frame[f"{name}_latest"].fillna(early)
    day = early + (late - early) / 2
    return day if first is None else day.clip(lower=pd.Timestamp(first))


def dodge(frame: pd.DataFrame, lane: str, gap: int, step: float, name: str = "date") -> pd.Series:
    """Return an offset for each row so that marks of one lane closer than `gap` days, or their intervals, do not touch.

    frame: columns `lane`, `{name}_earliest`, `{name}_latest`. Rows go to the level, of height `step`, that is free and
    nearest the middle of the lane; intervals are laid first-come from the left.
    """
    offset, room = pd.Series(0.0, index=frame.index), pd.Timedelta(days=gap)
    start = frame[f"{name}_earliest"].fillna(frame[f"{name}_latest"])
    end = frame[f"{name}_latest"].fillna(start)
    ordered = frame.assign(start=start, end=end).sort_values(["start", "end"], kind="stable")
    for _, rows in ordered.groupby(lane, sort=False):
        taken: dict[int, pd.Timestamp] = {}
        for index, first, last in zip(rows.index, rows["start"], rows["end"], strict=True):
            level = 0
            while level in taken and first < taken[level] + room:
                level = -level if level > 0 else 1 - level
            taken[level] = last
            offset[index] = level * step
    return offset


def weighed(ax, frame: pd.DataFrame, x: str, y: str, kind: str, strength: str, meanings: dict) -> None:
    """Draw one mark a row at columns `x`, `y`: form and colour by `kind`, size and filling by `strength` (SIZES)."""
    for (name, weight), rows in frame.groupby([kind, strength], sort=False):
        look = meanings[name].style(SIZES[weight]) | {"markeredgewidth": 0.8}
        if weight == "weak":
            look |= {"fillstyle": "full", "markerfacecolor": "white"}
        ax.plot(rows[x], rows[y], zorder=4, **look)


def weighed_key(ax, x: float, y: float, meanings: dict, width: float) -> None:
    """Write a key of `weighed`: kinds, then strengths, on one line from `x`, `y` on (axes coordinates).

    width: of one letter of 6 pt in axes coordinates.
    """
    options = {"transform": ax.transAxes, "clip_on": False}
    entries = [(meaning.style(SIZES["moderate"]), meaning.label) for meaning in meanings.values()]
    for name, size in SIZES.items():
        face = "white" if name == "weak" else NOTE
        entries.append(({"ls": "none", "marker": "o", "ms": size, "mfc": face, "mec": NOTE, "mew": 0.8}, name))
    for look, word in entries:
        ax.plot([x], [y], **look, **options)
        ax.text(x + 1.6 * width, y, word, va="center", fontsize=6, transform=ax.transAxes)
        x += width * (len(word) + 4.2)


def months(ax, first: str, last: str, every: int = 6, form: str = "%b\n%Y") -> None:
    """Give `ax` a scale of months from `first` to `last`: a tick each `every` months, the year under each January."""
    ax.set_xlim(pd.Timestamp(first), pd.Timestamp(last))
    ax.xaxis.set_major_locator(mdates.MonthLocator(bymonth=range(1, 13, every)))
    ax.xaxis.set_major_formatter(mdates.DateFormatter(form))


def lanes(ax, names: list[str], rule: bool = True) -> None:
    """Prepare `ax` for lanes named on the left, from the top down, with a pale line between them if `rule`."""
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.set_yticks(range(len(names)), names)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    if rule:
        for y in range(1, len(names)):
            ax.axhline(y - 0.5, color=PALE, lw=0.4, zorder=0)


def table_column(ax, x: float, words: pd.Series, head: str = "", **options) -> None:
    """Write one word or line a lane to the right of `ax`, at `x` in axes coordinates; `head` stands above them."""
    place = ax.get_yaxis_transform()
    for y, word in enumerate(words):
        ax.text(x, y, word, transform=place, va="center", **{"fontsize": 6.5, "color": INK, **options})
    ax.text(x, -0.62, head, transform=place, va="bottom", fontsize=6, color=NOTE)


def presence(ax, frame: pd.DataFrame, first, colour: str = INK) -> None:
    """Draw spells of presence and absence, one row a line at column `y`.

    frame: columns left_earliest, left_latest (empty: never left), back_earliest, back_latest (empty: not back), began
    (first day, empty: before the axis), seen (day of the last report). A thick line is presence, a dotted line known
    absence; between two bounds of a departure or a return runs a thin line with end ticks (from `first` on if no lower
    bound is known); after the last report nothing is drawn.
    """
    first = pd.Timestamp(first)
    for row in frame.itertuples():
        start = row.began if pd.notna(row.began) else first
        if pd.isna(row.left_latest):
            ax.plot([start, row.seen], [row.y, row.y], color=colour, lw=2.2, solid_capstyle="butt", zorder=2)
            continue
        if pd.notna(row.left_earliest):
            ax.plot([first, row.left_earliest], [row.y, row.y], color=colour, lw=2.2, solid_capstyle="butt", zorder=2)
            if row.left_earliest != row.left_latest:
                timeline.interval(ax, row.y, row.left_earliest, row.left_latest, colour, tick=0.25)
        else:
            ax.plot([first, row.left_latest], [row.y, row.y], color=colour, lw=0.9, zorder=2)
            ax.plot([row.left_latest] * 2, [row.y - 0.25, row.y + 0.25], color=colour, lw=0.9, zorder=2)
        end = row.back_earliest if pd.notna(row.back_earliest) else row.seen
        if end > row.left_latest:
            ax.plot([row.left_latest, end], [row.y, row.y], color=NOTE, lw=0.8, ls=(0, (1, 2)), zorder=1)
        if pd.notna(row.back_latest):
            timeline.interval(ax, row.y, row.back_earliest, row.back_latest, colour, tick=0.25)
            ax.plot([row.back_latest, max(row.seen, row.back_latest)], [row.y, row.y], color=colour, lw=2.2,
                    solid_capstyle="butt", zorder=2)  # fmt: skip


def runs(frame: pd.DataFrame, x: str = "year") -> list[pd.DataFrame]:
    """Cut a yearly series wherever a year is missing, so that no line crosses a gap."""
    frame = frame.sort_values(x, kind="stable")
    return [rows for _, rows in frame.groupby(np.cumsum(frame[x].diff().fillna(1).ne(1)))]


def grouped(frame: pd.DataFrame, by: str, order: list[str], air: float = 1.4) -> tuple[pd.DataFrame, dict[str, float]]:
    """Lay rows out in groups from the top down: column `y` for each row, and the height of each group's heading."""
    parts, heads, y = [], {}, 0.0
    for name in order:
        rows = frame[frame[by].eq(name)]
        if rows.empty:
            continue
        heads[name] = y
        parts.append(rows.assign(y=y + 1 + np.arange(len(rows))))
        y += len(rows) + air
    return pd.concat(parts), heads


def written(claims: pd.DataFrame) -> pd.DataFrame:
    """Return when the text behind each claim was published: written_earliest, written_latest, indexed by claim_id.

    With several texts the last one counts: only then was the claim complete.
    """
    known = tables.load_table("sources").set_index("source_id")["date_published"]
    rows = {}
    for row in claims.itertuples():
        spans = [dates.parse(known[name]) for name in row.sources.split(";")]
        rows[row.claim_id] = {
            "written_earliest": max(s.earliest for s in spans),
            "written_latest": max(s.latest for s in spans),
        }
    return pd.DataFrame(rows).T.apply(pd.to_datetime)


def later(findings: pd.DataFrame, texts: pd.DataFrame) -> pd.Series:
    """Say for each finding whether it is certainly later than the text behind its claim (see `written`)."""
    return findings["date_earliest"] > findings["claim_id"].map(texts["written_latest"])


def board(claims: pd.DataFrame, findings: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the lanes and the marks of a scoreboard of the claims that can be tested.

    Lanes, indexed by claim_id: name, written_earliest, written_latest, verdict (all findings), verdict_later (only
    those certainly later than the text behind the claim). Marks: the findings with column later.
    """
    known = claims[claims["testable"].ne("no")]
    texts = written(known)
    marks = findings[findings["claim_id"].isin(known["claim_id"])].copy()
    marks["later"] = later(marks, texts)
    rows = texts.assign(name=rule.name_claims().loc[texts.index])
    rows["verdict"] = rule.reach_verdicts(known, marks)
    rows["verdict_later"] = rule.reach_verdicts(known, marks[marks["later"]])
    return rows, marks


BOARD_COLUMNS = {
    "later": "1 if certainly later than the text behind the claim",
    "verdict": "verdict by the rule, all findings",
    "verdict_later": "verdict by the rule, later findings only",
}


def scoreboard(marks: pd.DataFrame, rows: pd.DataFrame, first: str, last: str, size=(183, 144)):
    """Draw findings as marks in one lane a claim, and the verdicts beside them; return the figure and what is drawn.

    marks: claim_id, date_earliest, date_latest, bears, strength. rows: indexed by claim_id in the order of the lanes,
    with name, written_earliest, written_latest, verdict, verdict_later. Grey ground: the text behind the claim was not
    yet published (paler: perhaps not).
    """
    fig, ax = style.make_canvas(*size)
    fig.set_layout_engine("none")
    ax.set_position((0.285, 0.075, 0.465, 0.855))
    months(ax, first, last)
    lanes(ax, [""] * len(rows), rule=False)
    place = ax.get_yaxis_transform()
    for y, (claim, name) in enumerate(rows["name"].items()):
        ax.text(-0.605, y, claim, transform=place, va="center", fontweight="bold")
        ax.text(-0.485, y, timeline.wrap(name, 32), transform=place, va="center", linespacing=1.1)
    for y, row in enumerate(rows.itertuples()):
        for until, shade in ((row.written_latest, "#F7F7F7"), (row.written_earliest, "#EDEDED")):
            ax.fill_between([pd.Timestamp(first), until], y - 0.46, y + 0.46, color=shade, lw=0, zorder=0)
    lane = {claim: y for y, claim in enumerate(rows.index)}
    drawn = marks.assign(day=middle(marks, first=pd.Timestamp(first) + pd.Timedelta(days=16)))
    drawn["y"] = drawn["claim_id"].map(lane) + dodge(drawn, "claim_id", 34, 0.18)
    kinds = style.read_meanings("bears")
    for row in drawn.itertuples():
        if row.date_earliest != row.date_latest and row.date_latest > pd.Timestamp(first):
            start = max(row.date_earliest, pd.Timestamp(first))
            timeline.interval(ax, row.y, start, row.date_latest, kinds[row.bears].colour, tick=0.07, width=0.6)
    weighed(ax, drawn, "day", "y", "bears", "strength", kinds)
    for row in drawn[drawn["date_latest"] < pd.Timestamp(first)].itertuples():
        ax.text(row.day + pd.Timedelta(days=30), row.y, f"{row.date_latest:%Y}", va="center", fontsize=6, color=NOTE)
    heads = {"verdict": (1.06, "verdict,\nall findings"), "verdict_later": (1.31, "verdict,\nlater ones only")}
    for column, (x, head) in heads.items():
        table_column(ax, x, rows[column], head)
        for y, word in enumerate(rows[column]):
            look = style.read_meanings("verdict")[word].style(4.2)
            ax.plot([x - 0.02], [y], transform=place, clip_on=False, **look)
    weighed_key(ax, 0.015, 1.035, kinds, 0.0135)
    words = "text behind the\nclaim not yet out"
    ax.text(pd.Timestamp(first) + pd.Timedelta(days=20), 0, words, va="center", fontsize=6, color=NOTE)
    drawn = ["finding_id", "claim_id", "date_earliest", "date_latest", "bears", "strength", "later"]
    return fig, marks[drawn].merge(rows[["verdict", "verdict_later"]], left_on="claim_id", right_index=True)


# ------------------------------------------------------------------------------- missions away and back

GROUPS = ["Never stopped work", "New", "Back", "Away at the last report", "No report since the border opened"]
MONTH = 365.25 / 12  # days
NO_SEAT = {"PSE", "HKG"}  # no members of the United Nations: no vote


def roster(posts: pd.DataFrame, votes: pd.Series, opened: str) -> pd.DataFrame:
    """Return the resident missions that were at work in 2020 or later, with what became of each.

    posts: table pyongyang_missions. votes: vote by iso3. Columns added: vote; seen (last day of the last report);
    group, one of GROUPS: a mission counts as away only if a report after `opened` says so. Consulates are left out.
    """
    kept = posts["status_latest"].isin(["working", "not_returned", "return_not_known"])
    table = posts[kept & posts["mission_type"].ne("consulate_general")].copy()
    table["vote"] = table["iso3"].map(votes)
    table["seen"] = pd.to_datetime([dates.parse(text).latest for text in table["status_latest_asof"]])
    new, stayed = table["opened_latest"].gt(opened), table["suspended"].isna()
    cases = [new, stayed, table["returned"].notna(), table["seen"].gt(opened)]
    table["group"] = np.select(cases, [GROUPS[1], GROUPS[0], GROUPS[2], GROUPS[3]], GROUPS[4])
    return table.sort_values(["returned_latest", "sending_state"], na_position="last", kind="stable")


def report(row) -> str:
    """Say in words when a mission came back, or when it was last reported on."""
    if pd.notna(row.returned):
        return f"back {dates.label(row.returned, row.returned_precision)}"
    return f"last report {dates.label(row.status_latest_asof)}"


def closeness(vote) -> str:
    """Return the category of meanings "closeness" for a vote on ES-11/1: close, distant, or none without a vote."""
    return "none" if pd.isna(vote) else "distant" if vote == "yes" else "close"


def roll_call(table: pd.DataFrame, first: str, last: str, opened: str, size=(183, 160)):
    """Draw one line a mission, in groups: at work, away, back, with what is known of the days (see `presence`).

    table: as from `roster`, with column told (note on the right). Returns the figure and what is drawn.
    """
    rows, heads = grouped(table.assign(began=table["opened_latest"].where(table["group"].eq("New"))), "group", GROUPS)
    fig, ax = style.make_canvas(*size)
    ax.set_xlim(pd.Timestamp(first), pd.Timestamp(last))
    ax.xaxis.set_major_locator(mdates.YearLocator())
    ax.xaxis.set_major_formatter(mdates.DateFormatter("%Y"))
    ax.set_ylim(rows["y"].max() + 0.8, -1.4)
    ax.set_yticks(rows["y"], rows["sending_state"].str.replace("Soviet Union / ", ""))
    ax.tick_params(axis="y", length=0, pad=12)
    ax.spines["left"].set_visible(False)
    ax.axvline(pd.Timestamp(opened), color=PALE, lw=0.8, zorder=0)
    ax.text(pd.Timestamp(opened), -0.75, f"border opens, {pd.Timestamp(opened):%B %Y}", ha="center", fontsize=6, color=NOTE,
            bbox={"fc": "white", "ec": "none", "pad": 0.8})  # fmt: skip
    names = {"left_earliest": "suspended_earliest", "left_latest": "suspended_latest",
             "back_earliest": "returned_earliest", "back_latest": "returned_latest"}  # fmt: skip
    presence(ax, rows.assign(**{new: rows[old] for new, old in names.items()}), first)
    place = ax.get_yaxis_transform()
    for name, y in heads.items():
        ax.text(-0.165, y, name, transform=place, fontsize=7, fontweight="bold", va="center")
    for row in rows.itertuples():
        look = style.read_meanings("closeness")[closeness(row.vote)].style(4.2)
        ax.plot([-0.016], [row.y], transform=place, clip_on=False, **look)
        vote = row.vote if pd.notna(row.vote) else "none" if row.iso3 in NO_SEAT else "unknown"
        ax.text(1.015, row.y, vote, transform=place, va="center", fontsize=6)
        ax.text(1.105, row.y, row.told, transform=place, va="center", fontsize=6)
    ax.text(1.015, -0.75, "vote", transform=place, fontsize=6, color=NOTE)
    ax.text(1.105, -0.75, "what is known", transform=place, fontsize=6, color=NOTE)
    drawn = ["sending_state", "iso3", "group", "vote", "suspended_earliest", "suspended_latest", "returned_earliest"]
    return fig, rows[[*drawn, "returned_latest", "status_latest_asof", "told"]]


def return_chart(days: pd.DataFrame, groups: pd.DataFrame, heads: dict, words: dict, tests: pd.DataFrame, end: int):
    """Draw the curves of close and distant states, one panel a definition, and the strip of p-values below.

    days: as from `survival.times`; groups: one nullable flag a definition, on the same index; heads, words: title and
    names of the two groups of each definition; tests: as from `survival.specifications`; end: last day. Returns the
    figure and what is drawn (columns: RETURN_COLUMNS).
    """
    fig, axes = style.make_canvas(183, 112, 2, 3, height_ratios=[1.55, 1], sharey="row")
    grid = axes[1, 0].get_gridspec()
    drawn = []
    for ax, (name, head) in zip(axes[0], heads.items(), strict=True):
        ax.set_title(head)
        ax.set_xlim(0, 25)
        ax.set_xticks(range(0, 25, 6))
        ax.set_ylim(0, 1)
        ax.set_xlabel("months since the border opened")
        ax.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        drawn.append(compare(ax, days, groups[name], words[name], end).assign(closeness=name, part="curve"))
    axes[0, 0].set_ylabel("share of missions back")
    return_key(axes[0, 0])
    for ax in axes[1]:
        ax.remove()
    p_strip(fig.add_subplot(grid[1, :]), tests, heads)
    told = tests.rename(columns={"group": "closeness"}).assign(part="test")
    return fig, pd.concat([*drawn, told], ignore_index=True)


def curve_key(ax, meaning, words: str, line: int) -> None:
    """Name a curve at the top left of `ax`: its mark and its words, on line 0 or 1."""
    y = 0.95 - 0.1 * line
    ax.plot([0.05], [y], transform=ax.transAxes, clip_on=False, **meaning.style(4.4))
    ax.text(0.09, y, words, transform=ax.transAxes, va="center", fontsize=6.5)


def compare(ax, days: pd.DataFrame, close: pd.Series, words: tuple[str, str], end: int) -> pd.DataFrame:
    """Draw the return of close and of distant states as two envelopes and name them; return what was drawn.

    days: as from `survival.times`. close: nullable flag on its index. Columns returned: those of `survival.envelope`
    and group.
    """
    drawn = []
    for line, (flag, key) in enumerate(((True, "close"), (False, "distant"))):
        table, meaning = days[close.eq(flag).fillna(False)], style.read_meanings("closeness")[key]
        lines = survival.envelope(table)
        survival.band(ax, lines, end, meaning.colour, MONTH)
        curve_key(ax, meaning, f"{words[line]}: {int(table['late_event'].sum())} of {len(table)} back", line)
        drawn.append(lines.assign(group=words[line]))
    return pd.concat(drawn, ignore_index=True)


def tally(days: pd.DataFrame, groups: pd.DataFrame) -> dict[str, str]:
    """Say for each definition how many close missions are back, against how many distant ones."""
    back = days["late_event"]
    sides = {name: [flag.eq(side).fillna(False) for side in (True, False)] for name, flag in groups.items()}
    return {
        name: " against ".join(f"{back[rows].sum()} of {rows.sum()}" for rows in both) for name, both in sides.items()
    }


def p_strip(ax, tests: pd.DataFrame, names: dict[str, str]) -> None:
    """Draw each p-value of `survival.specifications` on a log scale: one row a definition and handling of the cases.

    names: label of each definition, in order. Filled: all dates late (the last day that the sources allow).
    """
    place, labels, y = ax.get_yaxis_transform(), [], 0.0
    for definition, label in names.items():
        ax.text(-0.27, y, label, transform=place, va="center", fontweight="bold")
        for handling, rows in tests[tests["group"].eq(definition)].groupby("handling", sort=False):
            y += 1
            ax.plot(rows["p"].agg(["min", "max"]), [y, y], color=PALE, lw=2.5, solid_capstyle="round", zorder=1)
            for row in rows.itertuples():
                face = INK if row.reading == "all late" else "white"
                ax.plot([row.p], [y], marker="o", ms=3.4, mfc=face, mec=INK, mew=0.7, ls="none", zorder=3)
            labels.append((y, handling))
        y += 1.3
    ax.set_xscale("log")
    ax.set_xlim(0.01, 1.15)
    ax.set_xticks([0.01, 0.05, 0.1, 0.2, 0.5, 1], ["0.01", "0.05", "0.1", "0.2", "0.5", "1"])
    ax.minorticks_off()
    ax.set_yticks([at for at, _ in labels], [name for _, name in labels])
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(y - 0.6, -0.7)
    ax.axvline(0.05, color=PALE, lw=0.6, zorder=0)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel("p, log-rank test by permutation of labels (filled: every return as late as the sources allow)")


def return_key(ax, x: float = -0.98) -> None:
    """Explain the curves of `compare` beside the first panel, from `x` on in its axes coordinates."""
    for y, key in ((0.95, "close"), (0.85, "distant")):
        meaning = style.read_meanings("closeness")[key]
        ax.plot([x + 0.04], [y], transform=ax.transAxes, clip_on=False, **meaning.style(4.4))
        ax.text(x + 0.11, y, f"{meaning.label} states", transform=ax.transAxes, va="center", fontsize=6.5)
    for y, width, words in ((0.7, 1.3, "as late as the\nsources allow"), (0.53, 0.5, "as early")):
        ax.plot([x, x + 0.08], [y, y], transform=ax.transAxes, clip_on=False, color=NOTE, lw=width)
        ax.text(x + 0.11, y, words, transform=ax.transAxes, va="center", fontsize=6, color=NOTE)


RETURN_COLUMNS = {
    "part": "curve (upper panels) or test (strip)", "closeness": "definition of closeness",
    "group": "group of states", "reading": "how open dates are read", "day": "days since 26 August 2023",
    "at_risk": "missions not yet back", "events": "missions that came back", "share": "share of missions back (0 to 1)",
    "handling": "how missions without a report, and Germany, are counted", "cases": "missions in the test",
    "in_group": "of them close", "observed": "close missions back",
    "expected": "close missions back if labels did not matter",
    "p": "two-sided p by permutation", "permutations": "labellings looked at",
    "exact": "1 if all labellings were enumerated",
}  # fmt: skip


# ---------------------------------------------------------------------------------- dated steps in lanes


def pick(lanes_by_pattern: dict[str, str], measures: pd.DataFrame, events: pd.DataFrame, since: str) -> pd.DataFrame:
    """Return the measures and events since a day whose id matches the pattern of a lane.

    A matter that stands in both tables is taken from `measures`. Columns: id, lane, date, date_earliest, date_latest,
    direction (opening, closing, neutral), title, sources, reversed_by (id of the measure that undid it).
    """
    turned = {"opens": "opening", "closes": "closing"}
    columns = ["date", "date_earliest", "date_latest", "direction", "title", "sources"]
    one = measures.rename(columns={"measure_id": "id"})[["id", "event_id", "reversed_by", *columns]]
    two = events.rename(columns={"event_id": "id"})[["id", *columns]]
    two = two.assign(direction=two["direction"].map(turned).fillna("neutral"))
    found = []
    for lane, pattern in lanes_by_pattern.items():
        own = one[one["id"].str.contains(pattern) & one["date_earliest"].ge(since)]
        other = two[two["id"].str.contains(pattern) & two["date_earliest"].ge(since) & ~two["id"].isin(own["event_id"])]
        other = other[~other["id"].isin(own["id"])]
        found.append(pd.concat([own.drop(columns="event_id"), other]).assign(lane=lane))
    return pd.concat(found, ignore_index=True).sort_values(["lane", "date_earliest"], kind="stable")


def lasted(steps: pd.DataFrame) -> pd.Series:
    """Return the days from each step to the step that undid it, at most, by id; steps not undone are left out."""
    dated = steps.set_index("id")
    undone = dated[dated["reversed_by"].isin(dated.index)]
    ends = dated.loc[undone["reversed_by"], "date_latest"].to_numpy()
    return (pd.Series(ends, index=undone.index) - undone["date_earliest"]).dt.days


def step_lanes(ax, steps: pd.DataFrame, names: list[str], first: str, last: str, lasting=(), wrap: int = 24) -> None:
    """Draw dated steps of opening and closing in lanes, each with its words beside it.

    steps: as from `pick`, with columns shift (offset in the lane) and words. In the lanes `lasting` a line runs from an
    opening to the step that undid it, or dotted to the edge if the tables know of none.
    """
    lanes(ax, names)
    ax.set_xlim(pd.Timestamp(first), pd.Timestamp(last))
    whole, kinds, dated = (
        pd.Timestamp(last) - pd.Timestamp(first),
        style.read_meanings("measure"),
        steps.set_index("id"),
    )
    drawn = steps.assign(day=middle(steps), y=steps["lane"].map(names.index) + steps["shift"])
    for row in drawn.itertuples():
        if row.date_earliest != row.date_latest:
            timeline.interval(ax, row.y, row.date_earliest, row.date_latest, kinds[row.direction].colour, tick=0.1)
        ax.plot([row.day], [row.y], zorder=4, **kinds[row.direction].style(4.6))
        if row.lane in lasting and row.direction == "opening":
            known = pd.notna(row.reversed_by)
            until = dated.loc[row.reversed_by, "date_latest"] if known else pd.Timestamp(last)
            look = {"ls": "-", "lw": 1.6} if known else {"ls": (0, (1, 2)), "lw": 1.0}
            ax.plot([row.day, until], [row.y, row.y], color=kinds["opening"].colour, zorder=1, **look)
        near = drawn[drawn["y"].eq(row.y) & drawn["day"].gt(row.day) & drawn["day"].lt(row.day + whole * 0.2)]
        undone = row.lane in lasting and pd.notna(row.reversed_by)
        right = near.empty and not undone and row.day < pd.Timestamp(first) + whole * 0.8
        ax.text(row.day + whole * (0.01 if right else -0.01), row.y, timeline.wrap(row.words, wrap), va="center",
                ha="left" if right else "right", fontsize=6, linespacing=0.95, zorder=5,
                bbox={"fc": "white", "ec": "none", "pad": 0.5})  # fmt: skip


def stagger(steps: pd.DataFrame, height: float = 0.22) -> pd.Series:
    """Return an offset for each step: up and down in turn within its lane, none where a lane has one step."""
    turn = steps.groupby("lane").cumcount() % 2
    alone = steps.groupby("lane")["lane"].transform("size").eq(1)
    return (turn * 2 - 1).mul(height).mask(alone, 0.0)


def by_origin(ax, frame: pd.DataFrame, labels: list[tuple], first: int, last: int) -> None:
    """Draw yearly series on a log scale, one mark a year, joined only between years that follow each other.

    frame: origin (key of meanings "origin"), year, period, value, basis (an estimate is drawn hollow). A value for a
    span of years is a level line. labels:
    origin, words, year and height of the words, and their alignment.
    """
    kinds = style.read_meanings("origin")
    span = frame["period"].str.fullmatch(r"\d{4}/\d{4}")
    for origin, rows in frame[~span].groupby("origin", sort=False):
        for run in runs(rows):
            ax.plot(run["year"], run["value"], color=kinds[origin].colour, lw=0.9, zorder=2)
        for guess, part in rows.groupby(rows["basis"].eq("estimate")):
            look = kinds[origin].style(4) | ({"markerfacecolor": "white"} if guess else {})
            ax.plot(part["year"], part["value"], zorder=3, **look)
    for row in frame[span].itertuples():
        start, end = (int(year) for year in row.period.split("/"))
        ax.plot([start, end], [row.value] * 2, color=kinds[row.origin].colour, lw=0.9, ls=(0, (3, 2)), zorder=2)
    for _, words, year, height, align in labels:
        ax.text(year, height, words, ha=align, va="center", fontsize=6.5)
    ax.set_yscale("log")
    ax.minorticks_off()
    ax.set_xlim(first, last)
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    ax.yaxis.grid(True)


def visitors_chart(
    visitors: pd.DataFrame, labels: list, steps: pd.DataFrame, places: list, lasting, first: str, last: str
):
    """Draw yearly visitors above (see `by_origin`) and steps of opening and shutting below (see `step_lanes`).

    Returns the figure and what is drawn: columns of both frames and part.
    """
    fig, (top, below) = style.make_canvas(183, 160, 2, 1, height_ratios=[72, 88])
    top.set_title("Visitors by origin")
    by_origin(top, visitors, labels, 1996, 2028)
    top.set_ylabel("persons or journeys a year (log scale)")
    top.set_ylim(30, 1e6)
    below.set_title("Openings and shuttings of tourism")
    steps = steps.assign(shift=stagger(steps), words=steps["title"])
    step_lanes(below, steps, places, first, last, lasting, 34)
    months(below, first, last)
    step_key(below, {"opening": "opening", "closing": "shutting", "neutral": "announced, did not happen"})
    above = visitors[["series_id", "origin", "year", "period", "value", "unit", "basis"]].assign(part="series")
    under = steps[["id", "lane", "date_earliest", "date_latest", "direction", "title"]].assign(part="steps")
    return fig, pd.concat([above, under], ignore_index=True)


def bodies_chart(acts: pd.DataFrame, order: list[str], met: pd.DataFrame, partners: dict, first: str, last: str, band):
    """Draw acts in international bodies above (see `act_rows`) and meetings below (see `meetings`), on one time axis.

    band: first and last day of a pale band, and its name. Returns the figure and what is drawn, with column part.
    """
    fig, (top, below) = style.make_canvas(183, 138, 2, 1, height_ratios=[76, 62], sharex=True)
    act_rows(top, acts, order, "no entry in the tables", first, last)
    meetings(below, met, partners, first, last)
    shut((top, below), *band)
    top.set_title("International bodies")
    below.set_title("Meetings of the leader")
    step_key(top, {"opening": "takes part", "closing": "foreign staff kept out or gone", "neutral": "offer"})
    columns = ["part", "id", "lane", "date_earliest", "date_latest", "direction", "origin", "counterpart", "words"]
    return fig, pd.concat([acts.assign(part="bodies"), met.assign(part="meetings")], ignore_index=True)[columns]


def act_rows(ax, acts: pd.DataFrame, order: list[str], none: str, first: str, last: str) -> None:
    """Draw acts one a row, in groups by `lane`, with their words on the left; a group without acts says `none`.

    acts: lane, date_earliest, date_latest, direction (key of meanings "measure"), words.
    """
    empty = [name for name in order if not acts["lane"].eq(name).any()]
    filler = pd.DataFrame({"lane": empty, "words": none})
    rows, heads = grouped(pd.concat([acts.sort_values("date_earliest", kind="stable"), filler]), "lane", order, 1.5)
    ax.set_ylim(rows["y"].max() + 0.6, -0.8)
    ax.set_yticks(rows["y"], rows["words"])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_xlim(pd.Timestamp(first), pd.Timestamp(last))
    for name, y in heads.items():
        ax.text(-0.0085, y, name, transform=ax.get_yaxis_transform(), ha="right", va="center", fontweight="bold")
    kinds = style.read_meanings("measure")
    ax.hlines(rows["y"], *ax.get_xlim(), color=PALE, lw=0.4, zorder=1)
    for row in rows[rows["date_earliest"].notna()].itertuples():
        if row.date_earliest != row.date_latest:
            timeline.interval(ax, row.y, row.date_earliest, row.date_latest, kinds[row.direction].colour, tick=0.25)
        ax.plot([row.date_earliest + (row.date_latest - row.date_earliest) / 2], [row.y], zorder=4,
                **kinds[row.direction].style(5))  # fmt: skip


def meetings(ax, met: pd.DataFrame, names: dict[str, str], first: str, last: str) -> None:
    """Draw meetings in one lane a partner; the states of the lane "other" are named under their marks.

    met: origin (a key of `names` and of meanings "origin"), counterpart_country, date_earliest, date_latest.
    """
    order, kinds = list(names), style.read_meanings("origin")
    lanes(ax, list(names.values()))
    ax.set_xlim(pd.Timestamp(first), pd.Timestamp(last))
    drawn = met.assign(day=middle(met), y=met["origin"].map(order.index) + dodge(met, "origin", 45, 0.14) - 0.12)
    for row in drawn.itertuples():
        if row.date_earliest != row.date_latest:
            timeline.interval(ax, row.y, row.date_earliest, row.date_latest, kinds[row.origin].colour, 0.08, 0.7)
        ax.plot([row.day], [row.y], zorder=4, **kinds[row.origin].style(4.6))
    others = drawn[drawn["origin"].eq("other")].sort_values("day")
    for _, rows in others.groupby(np.cumsum(others["day"].diff() > pd.Timedelta(days=400))):
        ax.text(rows["day"].mean(), len(order) - 0.63, ", ".join(dict.fromkeys(rows["counterpart_country"])),
                ha="center", va="center", fontsize=6)  # fmt: skip


def shut(axes, first: str, last: str, words: str) -> None:
    """Put the pale band of the closed border behind `axes`, named once at the top of the first."""
    colour = style.read_meanings("phase")["pandemic"].colour
    for ax in axes:
        ax.axvspan(pd.Timestamp(first), pd.Timestamp(last), color=colour, lw=0, zorder=0)
    middle_day = pd.Timestamp(first) + (pd.Timestamp(last) - pd.Timestamp(first)) / 2
    axes[0].text(middle_day, 0.985, words, transform=axes[0].get_xaxis_transform(), ha="center", va="top", fontsize=6,
                 color=NOTE)  # fmt: skip


def step_key(ax, words: dict[str, str]) -> None:
    """Name kinds of steps (keys of meanings "measure") in one line at the top right of `ax`, outside it."""
    kinds = style.read_meanings("measure")
    handles = [Line2D([], [], label=word, **kinds[key].style(4.6)) for key, word in words.items()]
    ax.legend(handles=handles, loc="lower right", bbox_to_anchor=(1, 1), ncols=len(words), handletextpad=0.1,
              columnspacing=1.2, borderaxespad=0.2)  # fmt: skip


NAME_COLUMNS = {
    "group": "what became of the mission",
    "vote": "vote of the sending state on ES-11/1, 2 March 2022; empty: none, or not in host_traits",
    "told": "note at the right",
}
STEP_COLUMNS = {
    "id": "measure, event, summit or series", "lane": "lane in the figure", "part": "panel of the figure",
    "direction": "opening, closing or neutral; for bodies part taken, kept out, offer", "title": "short name",
    "origin": "where visitors or partners come from", "words": "words beside the mark",
}  # fmt: skip
