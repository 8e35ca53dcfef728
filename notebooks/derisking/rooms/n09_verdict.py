"""A ledger of claims: findings for and against, verdicts by the one rule, how firm they are.

Tidy frames in, tidy frames out. The rule itself is `core.claims.reach_verdict`; who speaks in a
finding is `core.sources.name_voices`. The charts at the end are set in millimetres, because a
table of marks is set like type.
"""

import pandas as pd

from derisking.core import claims as rule
from derisking.core import sources
from derisking.draw import style
from derisking.draw.axes import fill_page
from derisking.draw.marks import draw_key, make_hollow
from derisking.draw.style import INK, MUTED, NOTE, PALE, WASH

# What a verdict comes to, in the order in which it is told. Every other verdict is open.
LANES = {
    "Holds": ("supported", "leans for"),
    "Contested": ("contested",),
    "Not borne out": ("not supported", "leans against"),
    "Open": (),
}
SIDE = {"Holds": 1, "Contested": 0, "Not borne out": -1, "Open": 0}
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
    "Pyongyang": ("kcna", "dprk_", "dprk ministry"),
    "anonymous sources": ("daily_nk", "daily nk", "asiapress"),
}
IN_PART = ", even in part"

COLUMNS = {
    "name": "Short name of the claim; the wording that counts stands in the table claims.",
    "voice": "Whose words the claim is drawn from: his own text, his institute, or ours.",
    "verdict": "Verdict by the rule.",
    "lane": "What the verdict comes to.",
    "neither": "Findings that are mixed or do not discriminate.",
    "findings": "Sourced findings on the claim.",
    "voices": "Independent voices behind the findings.",
    "place": "Place of a finding beside the centre line: against negative, for positive, strong "
    "ones nearest.",
    "drop": "Findings left out; all findings: none.",
}


# ------------------------------------------------------------------------------- ledger


def build_ledger(claims: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """Return one row a claim, in the order of `claims`.

    Columns: claim_id, question, name, basis, voice, testable; against, supports (findings that
    carry: moderate or strong); neither (mixed, or does not discriminate); findings; voices
    (independent ones behind all findings); verdict; lane.
    """
    table = claims[["claim_id", "question", "basis", "testable"]].copy()
    table.insert(2, "name", table["claim_id"].map(rule.name_claims()))
    table.insert(4, "voice", table["basis"].map(VOICES))
    carries = findings[findings["strength"].ne("weak")]

    def count_rows(rows):
        return table["claim_id"].map(rows.groupby("claim_id").size()).fillna(0).astype(int)

    for side in ("against", "supports"):
        table[side] = count_rows(carries[carries["bears"].eq(side)])
    neither = findings["bears"].isin(["mixed", "does_not_discriminate"])
    table["neither"] = count_rows(findings[neither])
    table["findings"] = count_rows(findings)
    heard = {
        claim_id: len(sources.name_voices(";".join(rows)))
        for claim_id, rows in findings.groupby("claim_id")["sources"]
    }
    table["voices"] = table["claim_id"].map(heard).fillna(0).astype(int)
    table["verdict"] = rule.reach_verdicts(claims, findings).to_numpy()
    table["lane"] = table["verdict"].map(find_lane)
    return table


def find_lane(verdict: str) -> str:
    """Return what a verdict comes to: a key of LANES. What is not named there is open."""
    found = [lane for lane, verdicts in LANES.items() if verdict in verdicts]
    return found[0] if found else "Open"


def place_marks(findings: pd.DataFrame) -> pd.DataFrame:
    """Return findings for and against with their place beside a centre line, strong ones nearest.

    Columns: claim_id, finding_id, bears, strength, place (-1, -2, ... against; 1, 2, ... for).
    """
    rows = findings[findings["bears"].isin(["against", "supports"])].copy()
    grades = ["strong", "moderate", "weak"]
    rows["strength"] = pd.Categorical(rows["strength"], grades, ordered=True)
    rows = rows.sort_values(["claim_id", "bears", "strength", "finding_id"])
    place = rows.groupby(["claim_id", "bears"]).cumcount() + 1
    rows["place"] = place.where(rows["bears"].eq("supports"), -place)
    columns = ["claim_id", "finding_id", "bears", "strength", "place"]
    return rows[columns].astype({"strength": "str"})


def tabulate_rule() -> pd.DataFrame:
    """Return the verdict for each rank against (rows) and for (columns), as the rule gives it."""
    ranks = {
        "nothing": [],
        "one moderate": ["moderate"],
        "two moderate or more": ["moderate", "moderate"],
        "a strong one": ["strong"],
        "a strong one and more": ["strong", "moderate"],
    }
    grid = pd.DataFrame()
    for one, carrying in ranks.items():
        for other, opposing in ranks.items():
            rows = [("supports", grade) for grade in carrying]
            rows += [("against", grade) for grade in opposing]
            verdict = rule.reach_verdict(pd.DataFrame(rows, columns=["bears", "strength"]))
            grid.loc[f"{other} against", f"{one} for"] = verdict
    return grid


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


def list_drops(findings: pd.DataFrame) -> dict[str, pd.Series]:
    """Return what to leave out, one mask of `findings` a way of dropping, as they are shown."""
    masks = {"low confidence": findings["confidence"].eq("low")}
    for party in ["our own counts", *PARTIES, "any of them"]:
        masks[party] = rests_on(findings, party)
    for party in [*list(PARTIES)[1:], "any of them"]:
        masks[party + IN_PART] = rests_on(findings, party, every=False)
    return masks


def apply_drops(claims: pd.DataFrame, findings: pd.DataFrame, masks: dict) -> pd.DataFrame:
    """Return the verdict on each claim (rows, by claim_id) with all findings and without each."""
    columns = {"all findings": rule.reach_verdicts(claims, findings)}
    for name, mask in masks.items():
        columns[name] = rule.reach_verdicts(claims, findings[~mask])
    return pd.DataFrame(columns)


def changes_sides(before: pd.Series, after: pd.Series) -> pd.Series:
    """Say whether a verdict turns from one side to the other."""
    sides = [column.map(find_lane).map(SIDE) for column in (before, after)]
    return (sides[0] * sides[1]).lt(0)


def list_changes(table: pd.DataFrame) -> pd.DataFrame:
    """Return one row a changed verdict: claim_id, drop, before, after, crosses (changes sides)."""
    names = table.columns.drop("all findings")
    long = table.reset_index().melt("claim_id", names, var_name="drop", value_name="after")
    long.insert(2, "before", long["claim_id"].map(table["all findings"]))
    long = long[long["before"].ne(long["after"])].reset_index(drop=True)
    long["crosses"] = changes_sides(long["before"], long["after"])
    return long


def drop_each_finding(claims: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """Return the findings whose loss alone changes a verdict.

    Columns: claim_id, finding_id, bears, strength, before, after, crosses.
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
    rows["crosses"] = changes_sides(rows["before"], rows["after"])
    return rows


def regrade(findings: pd.DataFrame, grades: dict[str, str]) -> pd.DataFrame:
    """Return the findings with strengths replaced, to see what the grading decides."""
    return findings.assign(strength=findings["strength"].replace(grades))


def shake_verdicts(claims: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """Return how many verdicts change when single findings go or grades count otherwise."""
    variants = {
        "weak findings count as moderate": regrade(findings, {"weak": "moderate"}),
        "strong findings count as moderate": regrade(findings, {"strong": "moderate"}),
        "only strong findings count": findings[findings["strength"].eq("strong")],
    }
    parts = {"any one finding is taken out": drop_each_finding(claims, findings)}
    whole = rule.reach_verdicts(claims, findings)
    for name, variant in variants.items():
        both = {"all findings": whole, name: rule.reach_verdicts(claims, variant)}
        parts[name] = list_changes(pd.DataFrame(both))
    rows = [
        (name, part["claim_id"].nunique(), part.loc[part["crosses"], "claim_id"].nunique())
        for name, part in parts.items()
    ]
    heads = ["what is changed", "verdicts that change", "that change sides"]
    return pd.DataFrame(rows, columns=heads)


# ------------------------------------------------------------------------------- charts

GRADES = {"strong": (4.6, True), "moderate": (3.4, True), "weak": (2.6, False)}  # points, filled


def _stripe(ax, y: float, pitch: float) -> None:
    ax.fill_between([1, 182], y - pitch / 2, y + pitch / 2, color=WASH, lw=0, zorder=0)


def _draw_verdict_key(ax, only: set[str]) -> None:
    """Name the marks of the verdicts in `only` at the foot of the page, in one line or two."""
    columns = len(only) if len(only) < 8 else 5
    draw_key(ax, "verdict", "lower center", only, columns=columns)


ROWS = {"his own text": (9, 23), "his institute": (32, 9), "ours": (41, 24)}  # mm: top, height
FIELDS = {"Holds": (27, 3), "Contested": (67, 2), "Not borne out": (97, 2), "Open": (127, 4)}


def draw_summary(table: pd.DataFrame):
    """Draw one mark a claim in three rows (whose words) by what the verdict comes to.

    `table` as of `build_ledger`. Within a field the marks stand in the order of the verdicts.
    """
    fig, ax = style.make_canvas(183, 77)
    fill_page(ax)
    order = list(style.read_meanings("verdict"))
    for lane, (left, _) in FIELDS.items():
        ax.text(left, 5, lane, fontsize=8, fontweight="bold", va="center")
    for voice, (top, height) in ROWS.items():
        rows = table[table["voice"].eq(voice)]
        rows = rows.sort_values(
            "verdict", key=lambda column: column.map(order.index), kind="stable"
        )
        ax.plot([1.5, 181.5], [top, top], color=PALE, lw=0.6)
        words = f"{voice[0].upper()}{voice[1:]}\n{len(rows)} claims"
        ax.text(1.5, top + height / 2, words, fontsize=8, va="center", linespacing=1.15)
        for lane, (left, columns) in FIELDS.items():
            _draw_field(ax, rows[rows["lane"].eq(lane)], left, columns, top + height / 2)
    _draw_verdict_key(ax, set(table["verdict"]))
    return fig


def _draw_field(ax, rows: pd.DataFrame, left: float, columns: int, middle: float) -> None:
    """Draw how many claims a field holds, and a mark for each in lines of `columns`."""
    known = style.read_meanings("verdict")
    ax.text(left + 6.5, middle, str(len(rows)), fontsize=8, weight="bold", ha="right", va="center")
    lines = -(-len(rows) // columns)
    for number, row in enumerate(rows.itertuples()):
        x = left + 9 + number % columns * 10.3
        y = middle + (number // columns - (lines - 1) / 2) * 4.5
        ax.plot(x, y, **known[row.verdict].style(5))
        ax.text(x + 1.9, y, row.claim_id, fontsize=6, va="center", color=NOTE)


def draw_ledger(table: pd.DataFrame, placed: pd.DataFrame, groups: dict[str, str]):
    """Draw one line a claim: findings against and for beside a centre line, voices, verdict.

    `table` as of `build_ledger`, `placed` as of `place_marks`; `groups` maps a question to its
    heading. Grey: not drawn from his own text.
    """
    fig, ax = style.make_canvas(183, 170)
    fill_page(ax)
    centre, step, pitch = 102, 2.75, 137 / len(table)  # the lines fill the page
    heads = {"against": (centre - 3, "right"), "for": (centre + 3, "left")}
    heads |= {"neither": (138, "right"), "voices": (150, "right"), "verdict": (154.1, "left")}
    for words, (x, align) in heads.items():
        ax.text(x, 3.2, words, ha=align, va="center", fontsize=6, color=NOTE)
    by_claim = dict(list(placed.groupby("claim_id")))
    y = 3.2
    for question, heading in groups.items():
        y += 4
        ax.text(1.5, y, heading, fontsize=7, fontweight="bold", va="center")
        ax.plot([1.5, 181.5], [y + 1.75, y + 1.75], color=PALE, lw=0.5, zorder=0)
        y += 0.35
        for number, row in enumerate(table[table["question"].eq(question)].itertuples()):
            y += pitch
            if number % 2:
                _stripe(ax, y, pitch)
            _draw_ledger_line(ax, y, row, centre)
            for mark in by_claim.get(row.claim_id, placed.iloc[:0]).itertuples():
                x = centre + mark.place * step + (-0.9 if mark.place > 0 else 0.9)
                _draw_grade(ax, x, y, mark.bears, mark.strength)
    ax.plot([centre, centre], [5.1, y + 1.4], color=INK, lw=0.5, zorder=1)
    _draw_ledger_key(ax, y + 4.6)
    return fig


def _draw_ledger_line(ax, y: float, row, centre: float) -> None:
    colour = INK if row.voice == "his own text" else NOTE
    slant = "italic" if row.voice == "ours" else "normal"
    words = row.name + (" [institute]" if row.voice == "his institute" else "")
    ax.text(1.5, y, row.claim_id, fontsize=6, va="center", color=colour)
    ax.text(10.5, y, words, fontsize=6, va="center", color=colour, fontstyle=slant)
    for x, value in ((138, row.neither), (150, row.voices)):
        ax.text(x, y, str(value or "–"), fontsize=6, va="center", ha="right", color=NOTE)
    ax.plot(155, y, zorder=3, **style.read_meanings("verdict")[row.verdict].style(3.6))
    ax.text(157.2, y, row.verdict, fontsize=6, va="center")


def _draw_grade(ax, x: float, y: float, bears: str, strength: str) -> None:
    size, filled = GRADES[strength]
    look = style.read_meanings("bears")[bears].style(size)
    ax.plot(x, y, zorder=3, **(look if filled else make_hollow(look)))


def _draw_ledger_key(ax, y: float) -> None:
    ax.text(1.5, y, "Ink: from his own text.", fontsize=6, va="center")
    ax.text(36, y, "Grey italics: ours.", fontsize=6, va="center", color=NOTE, fontstyle="italic")
    for x, strength in zip((72, 88, 107.5), GRADES, strict=True):
        _draw_grade(ax, x, y, "against", strength)
        _draw_grade(ax, x + 2.6, y, "supports", strength)
        words = strength if strength != "weak" else "weak, moves no verdict"
        ax.text(x + 4.8, y, words, fontsize=6, va="center", color=NOTE)


TOP, PITCH = 17.5, 5.2  # mm: first line and distance of lines in `draw_sensitivity`
HEADS = {
    "low confidence": "low con-\nfidence",
    "our own counts": "own\ncounts",
    "Seoul, ministries": "Seoul,\nnarrow",
    "Seoul, all state bodies": "Seoul,\nwide",
    "Pyongyang": "Pyong-\nyang",
    "anonymous sources": "un-\nnamed",
    "any of them": "any of\nthese",
}
HEADS |= {f"{name}{IN_PART}": HEADS[name] for name in list(HEADS)[3:]}
BLOCKS = {"rests on it alone": (2, 6), "rests on it even in part": (7, 10)}  # first, last drop


def draw_sensitivity(table: pd.DataFrame):
    """Draw the claims whose verdict changes (rows) under each drop (columns): a mark, else a dot.

    `table` as of `apply_drops`, only rows to be shown, with the columns of `list_drops`.
    """
    fig, ax = style.make_canvas(183, TOP + PITCH * len(table) + 9)
    fill_page(ax)
    known, step = style.read_meanings("verdict"), 7.4
    xs = [98.5 + place * step + 2.5 * ((place >= 2) + (place >= 7)) for place in range(len(HEADS))]
    xs[:2] = [xs[0] - 0.7, xs[1] + 0.9]  # their headings are wide
    _draw_change_heads(ax, xs, step)
    for place, (claim_id, row) in enumerate(table.iterrows()):
        y = TOP + place * PITCH
        if place % 2 == 0:
            _stripe(ax, y, PITCH)
        ax.text(1.8, y, claim_id, fontsize=6, va="center")
        ax.text(10.5, y, rule.name_claims()[claim_id], fontsize=6, va="center")
        ax.plot(70, y, zorder=3, **known[row["all findings"]].style(4.4))
        ax.text(72, y, row["all findings"], fontsize=6, va="center")
        for x, name in zip(xs, HEADS, strict=True):
            if row[name] == row["all findings"]:
                ax.plot(x, y, marker=".", ms=2.2, color=MUTED, ls="none")
            else:
                ax.plot(x, y, zorder=3, **known[row[name]].style(5))
    _draw_verdict_key(ax, set(table.to_numpy().ravel()))
    return fig


def _draw_change_heads(ax, xs: list[float], step: float) -> None:
    options = {"fontsize": 6, "va": "bottom", "linespacing": 1.15}
    ax.text(69, TOP - 3.4, "as it\nstands", **options)
    for x, words in zip(xs, HEADS.values(), strict=True):
        ax.text(x, TOP - 3.4, words, ha="center", **options)
    for words, (low, high) in BLOCKS.items():
        ax.text((xs[low] + xs[high]) / 2, 3.2, words, fontsize=6, ha="center", va="center")
        ends = [xs[low] - 0.42 * step, xs[high] + 0.42 * step]
        ax.plot(ends, [5.6, 5.6], color=INK, lw=0.6)
