"""A ledger of claims: findings for and against, verdicts by the one rule, how firm they are.

Tidy frames in, tidy frames out. The rule itself is `core.claims.reach_verdict`; who speaks in a
finding is `core.sources.name_voices`. The charts at the end are set in millimetres, because rows
of marks are set like type.
"""

import numpy as np
import pandas as pd

from derisking.core import claims as rule
from derisking.core import sources
from derisking.draw import style
from derisking.draw.axes import fill_page
from derisking.draw.marks import draw_key, make_hollow
from derisking.draw.style import INK, NOTE, PALE, SOFT, WASH

# What a verdict comes to, in the order in which it is told. Every other verdict is open.
LANES = {
    "Holds": ("supported", "leans for"),
    "Contested": ("contested",),
    "Not borne out": ("not supported", "leans against"),
    "Undecided": (),
}
# How far a verdict stands on one side, for (above nought) or against (below), by order alone
SIDES = {"supported": 3, "leans for": 2, "open, leaning for": 1}
SIDES |= {"open, leaning against": -1, "leans against": -2, "not supported": -3}
SIDES |= {"contested": 0, "cannot tell": 0, "not testable": 0}
VOICES = {
    "full": "his own text",
    "short": "his own text",
    "quoted_by_institute": "his institute",
    "inferred": "ours",
}

# Interested parties, by how the names of their voices begin (no matter whether in capitals). The
# wider meaning of Seoul adds the bank, the trade agency, the statistical office and the research
# institutes of the South Korean state.
MINISTRIES = ("rok_", "rok ministry", "korea.net")
STATE = ("bank_of_korea", "kotra", "statistics_korea", "kinu", "kdi", "krei", "rda", "inss")
STATE += ("institute for national security",)
PARTIES = {
    "Seoul, ministries": MINISTRIES,
    "Seoul, all state bodies": MINISTRIES + STATE,
    "Pyongyang": ("kcna", "korean central news", "dprk_", "dprk ministry"),
    "anonymous sources": ("daily_nk", "daily nk", "asiapress"),
}
IN_PART = ", even in part"

COLUMNS = {
    "name": "Short name of the claim; the wording that counts stands in the table claims.",
    "verdict": "Verdict by the rule.",
    "group": "Group of rows: what carries the thesis, else what the verdict comes to.",
    "place": "Place of a weighty finding beside the centre line: against negative, for positive, "
    "strong ones nearest.",
    "drop": "Findings left out.",
    "before": "Verdict with all findings.",
    "after": "Verdict without them.",
    "shift": "How the verdict changes: less firm, firmer, or to the other side.",
}


# ------------------------------------------------------------------------------- ledger


def build_ledger(claims: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """Return one row a claim, in the order of `claims`.

    Columns: claim_id, name, voice (whose words), verdict, lane (what the verdict comes to).
    """
    table = claims[["claim_id"]].copy()
    table["name"] = table["claim_id"].map(rule.name_claims())
    table["voice"] = claims["basis"].map(VOICES)
    table["verdict"] = rule.reach_verdicts(claims, findings).to_numpy()
    table["lane"] = table["verdict"].map(find_lane)
    return table


def find_lane(verdict: str) -> str:
    """Return what a verdict comes to: a key of LANES. What is not named there is open."""
    found = [lane for lane, verdicts in LANES.items() if verdict in verdicts]
    return found[0] if found else "Undecided"


def place_marks(findings: pd.DataFrame) -> pd.DataFrame:
    """Return the weighty findings with their place beside a centre line, strong ones nearest.

    Columns: claim_id, finding_id, bears, strength, place (-1, -2, ... against; 1, 2, ... for).
    """
    carries = findings["strength"].isin(GRADES) & findings["bears"].isin(["against", "supports"])
    order = ["claim_id", "bears", "strength", "finding_id"]  # "strong" comes after "moderate"
    rows = findings[carries].sort_values(order, ascending=[True, True, False, True])
    place = rows.groupby(["claim_id", "bears"]).cumcount() + 1
    rows["place"] = place.where(rows["bears"].eq("supports"), -place)
    return rows[["claim_id", "finding_id", "bears", "strength", "place"]]


# -------------------------------------------------------------------------- sensitivity


def belongs_to(voice: str, party: str) -> bool:
    """Say whether a voice belongs to a party: a key of PARTIES, "any of them", "our own counts"."""
    known = PARTIES | {
        "any of them": sum(PARTIES.values(), ()),
        "our own counts": ("this data set",),
    }
    return voice.casefold().startswith(known[party])


def rests_on(findings: pd.DataFrame, party: str, every: bool = True) -> pd.Series:
    """Say of each finding whether every voice behind it is of the party (else: any voice)."""
    test = all if every else any

    def speaks(ids):
        return test(belongs_to(voice, party) for voice in sources.name_voices(ids))

    return findings["sources"].map(speaks)


def list_drops(findings: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the findings that are left, by what is left out."""
    masks = {"low confidence": findings["confidence"].eq("low")}
    for party in ["our own counts", *PARTIES, "any of them"]:
        masks[party] = rests_on(findings, party)
    for party in [*list(PARTIES)[1:], "any of them"]:
        masks[party + IN_PART] = rests_on(findings, party, every=False)
    return {name: findings[~mask] for name, mask in masks.items()}


def compare_verdicts(claims: pd.DataFrame, findings: pd.DataFrame, others: dict) -> pd.DataFrame:
    """Return the verdict on each claim (rows, by claim_id) with all findings and with each of
    `others`, findings by name."""
    frames = {"all findings": findings, **others}
    verdicts = {name: rule.reach_verdicts(claims, frame) for name, frame in frames.items()}
    return pd.DataFrame(verdicts)


def name_shifts(before: pd.Series, after: pd.Series) -> pd.Series:
    """Return how verdicts change: "other side", "firmer", "less firm", or "none".

    Other side: from for to against or back, be it as a leaning. Firmer: further on its side, or a
    contested claim with one side only left. Less firm: every other change.
    """
    old, new = before.map(SIDES), after.map(SIDES)
    shift = new.abs().gt(old.abs()).map({True: "firmer", False: "less firm"})
    shift = shift.mask((old * new).lt(0), "other side")
    return shift.where(before.ne(after), "none")


def list_changes(table: pd.DataFrame) -> pd.DataFrame:
    """Return one row a changed verdict in a table of `compare_verdicts`.

    Columns: claim_id, drop, before, after, shift (see `name_shifts`).
    """
    names = table.columns.drop("all findings")
    long = table.reset_index().melt("claim_id", names, var_name="drop", value_name="after")
    long.insert(2, "before", long["claim_id"].map(table["all findings"]))
    long = long[long["before"].ne(long["after"])].reset_index(drop=True)
    long["shift"] = name_shifts(long["before"], long["after"])
    return long


def drop_each_finding(claims: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """Return the findings whose loss alone changes a verdict.

    Columns: claim_id, finding_id, bears, strength, before, after, shift (see `name_shifts`).
    """
    testable = claims.set_index("claim_id")["testable"]
    rows = findings[["claim_id", "finding_id", "bears", "strength"]].copy()
    rows["before"] = rows["claim_id"].map(rule.reach_verdicts(claims, findings))
    by_claim = dict(list(findings.groupby("claim_id")))
    rows["after"] = [
        rule.reach_verdict(by_claim[row.claim_id].drop(row.Index), testable[row.claim_id])
        for row in rows.itertuples()
    ]
    rows = rows[rows["before"].ne(rows["after"])].reset_index(drop=True)
    rows["shift"] = name_shifts(rows["before"], rows["after"])
    return rows


def shake_verdicts(claims: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """Return how many verdicts change when single findings go or grades count otherwise."""
    strength = findings["strength"]
    others = {
        f"{grade} findings count as moderate": findings.assign(
            strength=strength.replace(grade, "moderate")
        )
        for grade in ("weak", "strong")
    }
    others["only strong findings count"] = findings[strength.eq("strong")]
    single = drop_each_finding(claims, findings).assign(drop="any one finding is taken out")
    changes = pd.concat([single, list_changes(compare_verdicts(claims, findings, others))])
    found = changes.groupby("drop", sort=False).apply(
        lambda rows: pd.Series([rows["claim_id"].nunique(), count_crossing(rows)])
    )
    found.columns = ["verdicts that change", "of these, from for to against or back"]
    return found.rename_axis("what is changed").reset_index()


def count_crossing(changes: pd.DataFrame) -> int:
    """Return how many claims change to the other side in rows of `list_changes`."""
    return changes.loc[changes["shift"].eq("other side"), "claim_id"].nunique()


# ------------------------------------------------------------------------------- charts

ROW, CENTRE = 4, 72  # mm: from one claim to the next; place of the line between for and against
MARK, STEP = 2.5, 4.6  # mm: from one finding, from one verdict, to the next
BASE = 0.8  # mm: from the baseline of a name to the middle of its small letters
GRADES = {"strong": 5.8, "moderate": 4}  # points
THESIS = "Thesis"
GROUPS = {
    THESIS: "{} claims carry the thesis",
    "Holds": "{} others hold",
    "Contested": "{} are contested",
    "Not borne out": "{} are not borne out",
    "Undecided": "{} are undecided",
}


def draw_ledger(table: pd.DataFrame, marks: pd.DataFrame):
    """Draw one line a claim: weighty findings against and for beside a centre line.

    `table`: claim_id, name, group (a key of GROUPS); `marks` as of `place_marks`. Within a group
    the claims with most marks come first.
    """
    marks = marks[marks["claim_id"].isin(table["claim_id"])]
    weight = table["claim_id"].map(marks["claim_id"].value_counts()).fillna(0)
    table = table.assign(weight=weight).sort_values("weight", ascending=False, kind="stable")
    fig, ax = style.make_canvas(89, 13 + ROW * len(table) + 7 * table["group"].nunique())
    fill_page(ax)
    _write_heads(ax, f"{len(table)} claims taken from R. Frank's text", 5.5, 2.5)
    y, heights = 7.0, {}
    for group, words in GROUPS.items():
        rows, top = table[table["group"].eq(group)], y
        if rows.empty:
            continue
        y += 4.8
        look = {"fontsize": 8, "weight": "bold"} if group == THESIS else {"fontsize": 7}
        ax.text(1.5, y, words.format(len(rows)), **look)
        for row in rows.itertuples():
            y += ROW
            heights[row.claim_id] = y - BASE
            ax.text(1.5, y, row.name, fontsize=7)
        y += 2.2
        if group == THESIS:
            ax.fill_between([0.5, 88.5], top, y, color=WASH, lw=0, zorder=0)
            if not rows["weight"].any():
                _write_gap(ax, y - 2 * ROW, ["no strong", "or moderate", "finding"])
    ax.plot([CENTRE] * 2, [7, y], color=INK, lw=0.6, zorder=1)
    meanings = style.read_meanings("bears")
    for mark in marks.itertuples():
        look = meanings[mark.bears].style(GRADES[mark.strength])
        ax.plot(CENTRE + MARK * mark.place, heights[mark.claim_id], zorder=3, **look)
    kinds = marks.drop_duplicates(["bears", "strength"]).sort_values(
        ["bears", "strength"], ascending=False
    )
    entries = [
        (
            f"{kind.strength}, {meanings[kind.bears].label}",
            meanings[kind.bears].style(GRADES[kind.strength]),
        )
        for kind in kinds.itertuples()
    ]
    ax.text(1.5, y + 4.3, "One mark a finding:", fontsize=6)
    draw_key(fig, entries, (24, y + 1.9))
    return fig


def _write_heads(ax, words: str, y: float, away: float) -> None:
    """Write what the lines are, and over the two sides of the centre line, `away` mm from it, what
    they are."""
    ax.text(1.5, y, words, fontsize=7)
    ax.text(CENTRE - away, y, "against", fontsize=7, ha="right")
    ax.text(CENTRE + away, y, "for", fontsize=7)


def _write_gap(ax, y: float, lines: list[str]) -> None:
    """Write the finding where nothing stands, in place of the centre line."""
    ax.fill_between([CENTRE - 1, CENTRE + 1], y - 6, y + 5.4, color=WASH, lw=0, zorder=2)
    for number, words in enumerate(lines):
        look = {"fontsize": 8, "weight": "bold", "ha": "center"}
        ax.text(CENTRE, y - 2.4 + 3.4 * number, words, **look)


DEGREES = {"neither": 0, "slight": 1, "leaning": 2, "firm": 3}  # distance from the middle in SIDES


def draw_shifts(changes: pd.DataFrame, book: pd.DataFrame):
    """Draw one line a claim whose verdict changes: where it stands, and where it may come to stand.

    `changes` as of `list_changes`; `book` of all claims as of `build_ledger`. From left to right
    the scale of SIDES; the band in its middle belongs to neither side. Italics: claims of ours.
    """
    claims = changes.drop_duplicates("claim_id").merge(book[["claim_id", "name", "voice"]])
    claims["place"] = claims["before"].map(SIDES)
    claims = claims.sort_values("place", ascending=False, kind="stable")
    top = 14
    bottom = top + ROW * len(claims) + 2.2
    fig, ax = style.make_canvas(89, bottom + 16)
    fill_page(ax)
    words = f"{count_crossing(changes)} of {len(book)} verdicts\nchange sides"
    ax.text(CENTRE, 7.5, words, fontsize=8, weight="bold", ha="center")
    _write_heads(ax, f"{len(claims)} change when sources are left out", top - 1.5, 3)
    ax.fill_between([CENTRE - 2, CENTRE + 2], top, bottom, color=PALE, lw=0, zorder=0)
    for word, degree in DEGREES.items():
        for place in {-degree, degree}:
            x, low = CENTRE + STEP * place, bottom + (2.6 if degree % 2 else 5.4)
            ax.plot([x, x], [bottom - 1, low - 2.2], color=SOFT, lw=0.6, zorder=-1)
            ax.text(x, low, word, fontsize=6, ha="center", color=NOTE)
    known = style.read_meanings("bears")
    sides = {1: known["supports"], 0: known["mixed"], -1: known["against"]}
    discs = {side: meaning.style(4.6) | {"marker": "o"} for side, meaning in sides.items()}
    for number, row in enumerate(claims.itertuples(), 1):
        y = top + ROW * number
        look = {"fontstyle": "italic"} if row.voice == "ours" else {}
        ax.text(1.5, y, row.name, fontsize=7, **look)
        after = changes.loc[changes["claim_id"].eq(row.claim_id), "after"].map(SIDES)
        ends = CENTRE + STEP * min(row.place, *after), CENTRE + STEP * max(row.place, *after)
        ax.plot(ends, [y - BASE] * 2, color=SOFT, lw=1.2, zorder=1)
        for place in after.unique():
            disc = make_hollow(discs[np.sign(place)])
            ax.plot(CENTRE + STEP * place, y - BASE, zorder=3, **disc)
        disc = discs[np.sign(row.place)]
        ax.plot(CENTRE + STEP * row.place, y - BASE, zorder=4, **disc)
    disc = discs[0] | {"markeredgecolor": INK, "markerfacecolor": INK}
    entries = [
        ("with all findings", disc),
        ("without some sources (one ring or two)", make_hollow(disc)),
    ]
    draw_key(fig, entries, (1.5, bottom + 7.4))
    ax.text(1.5, bottom + 13.8, "Italics: claims of ours, not in the article", fontsize=6)
    return fig
