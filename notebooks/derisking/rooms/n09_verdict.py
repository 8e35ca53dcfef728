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
# How far a verdict stands on one side, for (above nought) or against (below), by order alone
SIDES = {"supported": 3, "leans for": 2, "open, leaning for": 1}
SIDES |= {"open, leaning against": -1, "leans against": -2, "not supported": -3}
SIDES |= {"contested": 0, "cannot tell": 0, "not testable": 0}
SHIFTS = ("less firm", "firmer", "other side")
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
    "voice": "Whose words the claim is drawn from: his own text, his institute, or ours.",
    "verdict": "Verdict by the rule.",
    "lane": "What the verdict comes to.",
    "neither": "Findings that are mixed or do not discriminate.",
    "findings": "Sourced findings on the claim.",
    "voices": "Independent voices behind the findings.",
    "place": "Place of a finding beside the centre line: against negative, for positive, strong "
    "ones nearest.",
    "drop": "Findings left out; all findings: none.",
    "shift": "How the verdict changes: less firm, firmer, to the other side, or none.",
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


def name_shifts(before: pd.Series, after: pd.Series) -> pd.Series:
    """Return how verdicts change: one of SHIFTS, or "none".

    Other side: from for to against or back, be it as a leaning. Firmer: further on its side, or a
    contested claim with one side only left. Less firm: every other change.
    """
    old, new = before.map(SIDES), after.map(SIDES)
    shift = new.abs().gt(old.abs()).map({True: "firmer", False: "less firm"})
    shift = shift.mask((old * new).lt(0), "other side")
    return shift.where(before.ne(after), "none")


def list_changes(table: pd.DataFrame) -> pd.DataFrame:
    """Return one row a changed verdict.

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
        (name, part["claim_id"].nunique(), count_crossing(part)) for name, part in parts.items()
    ]
    heads = ["what is changed", "verdicts that change", "of these, from for to against or back"]
    return pd.DataFrame(rows, columns=heads)


def count_crossing(changes: pd.DataFrame) -> int:
    """Return how many claims change to the other side in rows of `list_changes`."""
    return changes.loc[changes["shift"].eq("other side"), "claim_id"].nunique()


# ------------------------------------------------------------------------------- charts

GRADES = {"strong": (4.6, True), "moderate": (3.4, True), "weak": (2.6, False)}  # points, filled


def _stripe(ax, y: float, pitch: float) -> None:
    ax.fill_between([1, 182], y - pitch / 2, y + pitch / 2, color=WASH, lw=0, zorder=0)


FIELDS = {"Holds": 3, "Contested": 23.5, "Not borne out": 44, "Open": 67}  # mm from the left
ROWS = {"his own text": (8, 25), "his institute": (33, 18.5), "ours": (51.5, 31.5)}  # top, height
SUMMARY_KEY = {
    "leans for": "leans",
    "open, leaning for": "for, by one finding",
    "open, leaning against": "against, by one",
    "cannot tell": "cannot tell",
    "not testable": "not testable",
}


def draw_summary(table: pd.DataFrame):
    """Draw one mark a claim in three rows (whose words) by what the verdict comes to.

    `table` as of `build_ledger`. Within a field the marks stand in the order of the verdicts.
    His own text comes first and largest; what is not his is grey.
    """
    fig, ax = style.make_canvas(89, 93)
    fill_page(ax)
    order = list(style.read_meanings("verdict"))
    for lane, left in FIELDS.items():
        ax.text(left, 5, lane, fontsize=7)
    for voice, (top, height) in ROWS.items():
        rows = table[table["voice"].eq(voice)]
        rows = rows.sort_values(
            "verdict", key=lambda column: column.map(order.index), kind="stable"
        )
        his = voice == "his own text"
        if his:
            ax.fill_between([1, 88], top, top + height, color=WASH, lw=0, zorder=0)
        else:
            ax.plot([1, 88], [top + height, top + height], color=PALE, lw=0.6)
        look = {"fontsize": 8, "weight": "bold"} if his else {"fontsize": 7, "color": NOTE}
        words = f"{voice[0].upper()}{voice[1:]}: {len(rows)} claims"
        ax.text(3, top + 4, words, va="center", **look)
        for lane, left in FIELDS.items():
            _draw_field(ax, rows[rows["lane"].eq(lane)], left, top + 10.5, his)
    known = style.read_meanings("verdict")
    ink = {"markeredgecolor": INK}  # the key tells forms; colour is his
    entries = [(words, known[verdict].style(4.4) | ink) for verdict, words in SUMMARY_KEY.items()]
    draw_key(fig, entries, (2, 84.5), columns=3)
    return fig


def _draw_field(ax, rows: pd.DataFrame, left: float, y: float, his: bool) -> None:
    """Draw how many claims a field holds, and below it a mark for each in lines of four."""
    known = style.read_meanings("verdict")
    look = {"weight": "bold", "color": INK} if his else {"color": NOTE}
    ax.text(left, y, str(len(rows)), fontsize=8, va="center", **look)
    for number, row in enumerate(rows.itertuples()):
        x, line = left + 1 + number % 4 * 4.6, y + 4.6 + number // 4 * 4.3
        mark = known[row.verdict].style(6.2 if his else 4.4)
        mark["markersize"] *= 0.8 if mark["marker"] == "D" else 1  # else larger than the others
        if not his:
            filled = known[row.verdict].fill != "none"
            mark |= {"markeredgecolor": MUTED, "markerfacecolor": MUTED if filled else "white"}
        ax.plot(x, line, zorder=3, **mark)


def draw_ledger(table: pd.DataFrame, placed: pd.DataFrame, groups: dict[str, str], sides: dict):
    """Draw one line a claim: findings against and for beside a centre line, voices, verdict.

    `table` as of `build_ledger`, `placed` as of `place_marks`; `groups` maps a question to its
    heading. `sides`: how many claims have weighty findings only for them, for and against, only
    against, on neither side, in this order. Grey: not drawn from his own text.
    """
    fig, ax = style.make_canvas(183, 170)
    fill_page(ax)
    _draw_strip(ax, sides)
    centre, step, pitch = 102, 2.75, 125 / len(table)  # the lines fill the page
    heads = {"against": (centre - 3, "right"), "for": (centre + 3, "left")}
    heads |= {"neither": (138, "right"), "voices": (150, "right"), "verdict": (155.5, "left")}
    y = 15.2
    for words, (x, align) in heads.items():
        ax.text(x, y, words, ha=align, va="center", fontsize=6, color=NOTE)
    by_claim = dict(list(placed.groupby("claim_id")))
    for question, heading in groups.items():
        y += 4
        ax.text(1.5, y, heading, fontsize=7, fontweight="bold", va="center")
        ax.plot([1.5, 181.5], [y + 1.75, y + 1.75], color=PALE, lw=0.5, zorder=0)
        y += 0.35
        for number, row in enumerate(table[table["question"].eq(question)].itertuples()):
            y += pitch
            if number % 2:
                _stripe(ax, y, pitch)
            _draw_ledger_line(ax, y, row, pitch)
            for mark in by_claim.get(row.claim_id, placed.iloc[:0]).itertuples():
                x = centre + mark.place * step + (-0.9 if mark.place > 0 else 0.9)
                _draw_grade(ax, x, y, mark.bears, mark.strength)
    ax.plot([centre, centre], [17.1, y + 1.4], color=INK, lw=0.5, zorder=1)
    _draw_ledger_key(ax, y + 4.6)
    return fig


def _draw_strip(ax, sides: dict[str, int]) -> None:
    """Draw along the top how many claims have weighty findings on which side."""
    known, left, whole = style.read_meanings("bears"), 1.5, sum(sides.values())
    colours = [known["supports"].colour, known["mixed"].colour, known["against"].colour, PALE]
    for (words, count), colour in zip(sides.items(), colours, strict=True):
        width = 180 * count / whole
        ax.fill_between([left + 0.3, left + width - 0.3], 6, 9.4, color=colour, lw=0)
        from_right = words == "neither"  # the few only against need the room to its left
        x = left + width - 0.3 if from_right else left + 0.3
        align = "right" if from_right else "left"
        claims = " claims: weighty findings " if words == "only for" else " "
        ax.text(x, 4.5, f"{count}{claims}{words}", fontsize=8, weight="bold", ha=align)
        left += width


def _draw_ledger_line(ax, y: float, row, pitch: float) -> None:
    colour = INK if row.voice == "his own text" else NOTE
    slant = "italic" if row.voice == "ours" else "normal"
    words = row.name + (" [institute]" if row.voice == "his institute" else "")
    ax.text(1.5, y, row.claim_id, fontsize=6, va="center", color=colour)
    ax.text(10.5, y, words, fontsize=6, va="center", color=colour, fontstyle=slant)
    for x, value in ((138, row.neither), (150, row.voices)):
        ax.text(x, y, str(value or "–"), fontsize=6, va="center", ha="right", color=NOTE)
    if row.lane != "Open":  # a bar, no mark: circles and squares are findings here
        colour = style.read_meanings("verdict")[row.verdict].colour
        ax.fill_between([153, 154.2], y - pitch / 2, y + pitch / 2, color=colour, lw=0, zorder=2)
    shade = NOTE if row.lane == "Open" else INK
    ax.text(155.5, y, row.verdict, fontsize=6, va="center", color=shade)


def _draw_grade(ax, x: float, y: float, bears: str, strength: str) -> None:
    size, filled = GRADES[strength]
    look = style.read_meanings("bears")[bears].style(size)
    ax.plot(x, y, zorder=3, **(look if filled else make_hollow(look)))


def _draw_ledger_key(ax, y: float) -> None:
    ax.text(1.5, y, "Ink: from his own text.", fontsize=6, va="center")
    ax.text(29, y, "Grey: his institute.", fontsize=6, va="center", color=NOTE)
    ax.text(52, y, "Grey italics: ours.", fontsize=6, va="center", color=NOTE, fontstyle="italic")
    for x, strength in zip((84, 100, 119.5), GRADES, strict=True):
        _draw_grade(ax, x, y, "against", strength)
        _draw_grade(ax, x + 2.6, y, "supports", strength)
        words = strength if strength != "weak" else "weak: not weighty, moves no verdict"
        ax.text(x + 4.8, y, words, fontsize=6, va="center", color=NOTE)


TOP, PITCH = 49, 4.6  # mm: first line and distance of lines in `draw_sensitivity`
HEADS = {
    "low confidence": "facts graded low",
    "our own counts": "our own counts",
    "Seoul, ministries": "Seoul's ministries",
    "Seoul, all state bodies": "all of Seoul's bodies",
    "Pyongyang": "Pyongyang",
    "anonymous sources": "unnamed sources",
    "any of them": "any of these parties",
}
HEADS |= {f"{name}{IN_PART}": HEADS[name] for name in list(HEADS)[3:]}
# First and last drop of each group of columns
BLOCKS = {"alone": (1, 6), "in part": (7, 10)}
CELLS = {
    "less firm": (PALE, INK, "–"),
    "firmer": (NOTE, "white", "+"),
    "other side": (INK, "white", "×"),
}


def draw_sensitivity(table: pd.DataFrame):
    """Draw how verdicts change (cells) for each claim shown (rows) under each drop (columns).

    `table` as of `apply_drops`, only rows to be shown, with the columns of `list_drops`. Above
    the cells stands how many verdicts each drop makes less firm, firmer, or turns round.
    """
    fig, ax = style.make_canvas(183, TOP + PITCH * len(table) + 1)
    fill_page(ax)
    xs = [97 + place * 7.3 + 2.5 * ((place >= 1) + (place >= 7)) for place in range(len(HEADS))]
    before = table["all findings"]
    shifts = {name: name_shifts(before, table[name]) for name in HEADS}
    _draw_change_heads(ax, xs)
    _draw_shift_counts(ax, xs, shifts)
    for place, (claim_id, verdict) in enumerate(before.items()):
        y = TOP + place * PITCH
        if place % 2 == 0:
            _stripe(ax, y, PITCH)
        ax.text(1.8, y, claim_id, fontsize=6, va="center")
        ax.text(10.5, y, rule.name_claims()[claim_id], fontsize=6, va="center")
        ax.text(66, y, verdict, fontsize=6, va="center")
        for x, name in zip(xs, HEADS, strict=True):
            if (shift := shifts[name][claim_id]) == "none":
                ax.plot(x, y, marker=".", ms=2.2, color=MUTED, ls="none")
            else:
                _draw_cell(ax, x, y, shift)
    return fig


def _draw_cell(ax, x: float, y: float, shift: str) -> None:
    ground, ink, sign = CELLS[shift]
    ax.fill_between([x - 3, x + 3], y - 1.9, y + 1.9, color=ground, lw=0, zorder=1)
    ax.text(x, y, sign, fontsize=7, ha="center", va="center", color=ink, weight="bold")


def _draw_shift_counts(ax, xs: list[float], shifts: dict[str, pd.Series]) -> None:
    """Draw three lines of counts above the cells; they are the key of the cells as well."""
    names = {
        "other side": "change from for to against, or back",
        "less firm": "become less firm",
        "firmer": "become firmer",
    }
    for y, (shift, words) in zip((32.6, 37.8, 42.8), names.items(), strict=True):
        bold = shift == "other side"
        look = {"fontsize": 8 if bold else 7, "weight": "bold" if bold else "normal"}
        ax.text(84, y, f"verdicts that {words}", ha="right", va="center", **look)
        _draw_cell(ax, 89, y, shift)
        for x, name in zip(xs, HEADS, strict=True):
            count = str(int(shifts[name].eq(shift).sum()))
            ax.text(x, y, count, ha="center", va="center", **look)
    ax.plot([1, 182], [45.6, 45.6], color=PALE, lw=0.6)


def _draw_change_heads(ax, xs: list[float]) -> None:
    ax.text(1.8, 27.5, "Findings left out:", fontsize=7, weight="bold", va="center")
    for x, words in zip(xs, HEADS.values(), strict=True):
        ax.text(x, 29, words, fontsize=6, rotation=90, ha="center", va="bottom")
    for words, (low, high) in BLOCKS.items():
        middle = (xs[low] + xs[high]) / 2
        words = f"that rest {words} on"
        ax.text(middle, 2.4, words, fontsize=7, ha="center", va="center")
        ax.plot([xs[low] - 3, xs[high] + 3], [4.6, 4.6], color=INK, lw=0.6)
