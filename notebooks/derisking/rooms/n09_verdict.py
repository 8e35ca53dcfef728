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
from derisking.draw.style import HAIRLINE, INK, MUTED, NOTE, PALE, WASH

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
    "row": "Row: what carries the thesis, the rest of his text, his institute, or ours.",
    "place": "Place of a finding beside the centre line: against negative, for positive, strong "
    "ones nearest.",
    "drop": "Findings left out.",
    "before": "Verdict with all findings.",
    "after": "Verdict without them.",
    "shift": "How the verdict changes: less firm, firmer, or to the other side.",
}


# ------------------------------------------------------------------------------- ledger


def build_ledger(claims: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """Return one row a claim, in the order of `claims`.

    Columns: claim_id, question, name, basis, voice, testable; against, supports (findings that
    carry: moderate or strong); verdict; lane.
    """
    table = claims[["claim_id", "question", "basis", "testable"]].copy()
    table.insert(2, "name", table["claim_id"].map(rule.name_claims()))
    table.insert(4, "voice", table["basis"].map(VOICES))
    carries = findings[findings["strength"].ne("weak")]
    for side in ("against", "supports"):
        number = carries[carries["bears"].eq(side)].groupby("claim_id").size()
        table[side] = table["claim_id"].map(number).fillna(0).astype(int)
    table["verdict"] = rule.reach_verdicts(claims, findings).to_numpy()
    table["lane"] = table["verdict"].map(find_lane)
    return table


def find_lane(verdict: str) -> str:
    """Return what a verdict comes to: a key of LANES. What is not named there is open."""
    found = [lane for lane, verdicts in LANES.items() if verdict in verdicts]
    return found[0] if found else "Undecided"


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


FIELDS = {"Holds": 3, "Contested": 23.5, "Not borne out": 44, "Undecided": 67}  # mm from the left
SUMMARY_ROWS = {
    "thesis": "What carries R. Frank's thesis",
    "his own text": "The rest of his text",
    "his institute": "Known through his institute",
    "ours": "Ours, not his",
}
SUMMARY_KEY = {
    "supported": "supported",
    "leans for": "leans for",
    "contested": "contested",
    "not supported": "not supported",
    "leans against": "leans against",
    "cannot tell": "cannot tell",
    "open, leaning for": "for, by one finding",
    "open, leaning against": "against, by one finding",
    "not testable": "not testable",
}


def tell_row(table: pd.DataFrame) -> pd.Series:
    """Return the row of the summary each claim stands in: a key of SUMMARY_ROWS."""
    return table["voice"].mask(table["claim_id"].isin(rule.CARRIES_THESIS), "thesis")


def draw_summary(table: pd.DataFrame):
    """Draw one mark a claim by its verdict, in rows: thesis, rest of his text, institute, ours.

    `table` as of `build_ledger`. Within a field the marks stand in the order of the verdicts. What
    is taken from his text stands on a ground and is larger.
    """
    order = list(style.read_meanings("verdict"))
    place = {verdict: number for number, verdict in enumerate(order)}
    table = table.assign(row=tell_row(table), place=table["verdict"].map(place))
    table = table.sort_values("place", kind="stable")
    tops, y = {}, 7.0
    for key in SUMMARY_ROWS:
        most = table.loc[table["row"].eq(key), "lane"].value_counts().max()
        tops[key] = (y, 13.4 + 4.3 * -(-most // 4))  # marks in lines of four
        y += tops[key][1]
    fig, ax = style.make_canvas(89, y + 12)
    fill_page(ax)
    for lane, left in FIELDS.items():
        ax.text(left, 5, lane, fontsize=7)
    for key, (top, height) in tops.items():
        rows, his = table[table["row"].eq(key)], key in ("thesis", "his own text")
        if his:
            ax.fill_between([1, 88], top, top + height, color=WASH, lw=0, zorder=0)
        ax.plot([1, 88], [top + height] * 2, color=PALE, lw=0.6)
        look = {"fontsize": 8, "weight": "bold"} if his else {"fontsize": 7, "color": NOTE}
        ax.text(3, top + 4, f"{SUMMARY_ROWS[key]}: {len(rows)} claims", va="center", **look)
        for lane, left in FIELDS.items():
            _draw_field(ax, rows[rows["lane"].eq(lane)], left, top + 9.5, his, key == "thesis")
    known = style.read_meanings("verdict")
    entries = [(words, known[verdict].style(4.4)) for verdict, words in SUMMARY_KEY.items()]
    draw_key(fig, entries, (2, y + 1.2), columns=3)
    return fig


def _draw_field(ax, rows: pd.DataFrame, left: float, y: float, his: bool, thesis: bool) -> None:
    """Draw how many claims a field holds, and below it a mark for each in lines of four.

    What carries the thesis is drawn in ink where it is grey elsewhere.
    """
    known = style.read_meanings("verdict")
    look = {"weight": "bold", "color": INK} if his else {"color": NOTE}
    ax.text(left, y, str(len(rows)), fontsize=8, va="center", **look)
    for number, row in enumerate(rows.itertuples()):
        x, line = left + 1 + number % 4 * 4.6, y + 4.4 + number // 4 * 4.3
        mark = known[row.verdict].style(6.2 if his else 4.8)
        mark["markersize"] *= 0.8 if mark["marker"] == "D" else 1  # else larger than the others
        if thesis and mark["markeredgecolor"] == MUTED:
            mark |= {"markeredgecolor": INK, "markeredgewidth": 1.3}
        ax.plot(x, line, zorder=3, **mark)


def draw_ledger(table: pd.DataFrame, placed: pd.DataFrame, groups: dict[str, str]):
    """Draw one line a claim: findings against and for beside a centre line, and the verdict.

    `table` as of `build_ledger`, `placed` as of `place_marks`; `groups` maps a question to its
    heading. Grey: not drawn from his own text.
    """
    fig, ax = style.make_canvas(183, 170)
    fill_page(ax)
    _draw_strip(ax, count_sides(table), 1.5, 180)
    centre, step, pitch = 112, 3, 125 / len(table)  # the lines fill the page
    heads = {"against": (centre - 3, "right"), "for": (centre + 3, "left")}
    heads |= {"verdict": (147.5, "left")}
    y = 15.2
    for words, (x, align) in heads.items():
        ax.text(x, y, words, ha=align, va="center", fontsize=6, color=NOTE)
    by_claim = dict(list(placed.groupby("claim_id")))
    for question, heading in groups.items():
        y += 4
        ax.text(1.5, y, heading, fontsize=7, fontweight="bold", va="center")
        found = table.loc[table["question"].eq(question), "lane"].value_counts()
        told = [f"{found[lane]} {words}" for lane, words in LANES_TOLD.items() if lane in found]
        ax.text(181.5, y, ", ".join(told), fontsize=6, ha="right", va="center")
        ax.plot([1.5, 181.5], [y + 1.75, y + 1.75], color=PALE, lw=0.5, zorder=0)
        y += 0.35
        for number, row in enumerate(table[table["question"].eq(question)].itertuples()):
            y += pitch
            if number % 2:
                ax.fill_between([1, 182], y - pitch / 2, y + pitch / 2, color=WASH, lw=0, zorder=0)
            _draw_ledger_line(ax, y, row)
            for mark in by_claim.get(row.claim_id, placed.iloc[:0]).itertuples():
                x = centre + mark.place * step + (-0.9 if mark.place > 0 else 0.9)
                _draw_grade(ax, x, y, mark.bears, mark.strength)
    ax.plot([centre, centre], [17.1, y + 1.4], color=INK, lw=0.5, zorder=1)
    _draw_ledger_key(ax, y + 4.6)
    return fig


LANES_TOLD = {"Holds": "hold", "Contested": "contested"}
LANES_TOLD |= {"Not borne out": "not borne out", "Undecided": "undecided"}
SIDES_TOLD = {
    (True, False): "only for",
    (True, True): "for and against",
    (False, True): "only against",
    (False, False): "neither",
}


def tell_side(table: pd.DataFrame) -> pd.Series:
    """Return on which side each claim has weighty findings: a value of SIDES_TOLD.

    `table` as of `build_ledger`.
    """
    pairs = zip(table["supports"].gt(0), table["against"].gt(0), strict=True)
    return pd.Series([SIDES_TOLD[pair] for pair in pairs], index=table.index)


def count_sides(table: pd.DataFrame) -> dict[str, int]:
    """Return how many claims have weighty findings on which side, in the order of SIDES_TOLD."""
    number = tell_side(table).value_counts()
    return {side: int(number.get(side, 0)) for side in SIDES_TOLD.values()}


def _fill_side(ax, side: str, x0: float, x1: float, y0: float, y1: float) -> None:
    """Fill a box in the colour of a side; for and against: half and half."""
    known = style.read_meanings("bears")
    pro, con, middle = known["supports"].colour, known["against"].colour, (y0 + y1) / 2
    upper, lower = {
        "only for": (pro, pro),
        "for and against": (pro, con),
        "only against": (con, con),
        "neither": (PALE, PALE),
    }[side]
    ax.fill_between([x0, x1], y0, middle, color=upper, lw=0)
    ax.fill_between([x0, x1], middle, y1, color=lower, lw=0)


def _draw_strip(ax, sides: dict[str, int], left: float, wide: float) -> None:
    """Draw along the top how many claims have weighty findings on which side."""
    whole = sum(sides.values())
    for words, count in sides.items():
        width = wide * count / whole
        _fill_side(ax, words, left + 0.3, left + width - 0.3, 6, 9.4)
        from_right = words == "neither"  # the few only against need the room to its left
        x = left + width - 0.3 if from_right else left + 0.3
        align = "right" if from_right else "left"
        claims = " claims: weighty findings " if words == "only for" else " "
        told = {"for and against": "both"}.get(words, words)  # the room of a small block
        ax.text(x, 4.5, f"{count}{claims}{told}", fontsize=8, weight="bold", ha=align)
        left += width


def _style_voice(voice: str) -> dict:
    """Return how a claim is written: ink for his own text, grey otherwise, italics for ours."""
    colour = INK if voice == "his own text" else NOTE
    return {"fontsize": 6, "color": colour, "fontstyle": "italic" if voice == "ours" else "normal"}


def _write_voices(ax, y: float) -> None:
    told = {"his own text": "Ink: from his own text.", "his institute": "Grey: his institute."}
    told |= {"ours": "Grey italics: ours."}
    for x, (voice, words) in zip((1.5, 29, 52), told.items(), strict=True):
        ax.text(x, y, words, va="center", **_style_voice(voice))


def _draw_ledger_line(ax, y: float, row) -> None:
    look = {"va": "center", **_style_voice(row.voice)}
    words = row.name + (" [institute]" if row.voice == "his institute" else "")
    ax.text(1.5, y, row.claim_id, **look)
    ax.text(11.5, y, words, **look)
    if row.lane != "Undecided":
        look = style.read_meanings("verdict")[row.verdict].style(4.2)
        ax.plot(144.6, y, zorder=2, **look)
    shade = NOTE if row.lane == "Undecided" else INK
    ax.text(147.5, y, row.verdict, fontsize=6, va="center", color=shade)


TILE, TILES = (10.6, 5.4), 8  # mm: width and pitch of tiles; tiles on a line


def draw_ledger_tiles(table: pd.DataFrame, groups: dict[str, str]):
    """Draw the ledger for a narrow page: a tile a claim, in the colour of the side its weighty
    findings stand on.

    `table` as of `build_ledger`; `groups` maps a question to its heading.
    """
    table = table.assign(side=tell_side(table))
    sides, order = count_sides(table), list(SIDES_TOLD.values())
    lines = sum(-(-table["question"].eq(question).sum() // TILES) for question in groups)
    fig, ax = style.make_canvas(89, 19 + len(groups) * 6.4 + lines * TILE[1])
    fill_page(ax)
    ax.text(1.5, 4, f"{len(table)} claims: weighty findings stand", fontsize=7, va="center")
    for number, (side, count) in enumerate(sides.items()):
        x, y = (1.5, 47)[number % 2], (8.2, 13)[number // 2]
        _fill_side(ax, side, x, x + 4.5, y - 1.6, y + 1.6)
        ax.text(x + 6, y, f"{count} {side}", fontsize=8, weight="bold", va="center")
    y = 14.5
    for question, heading in groups.items():
        y += 6.4
        ax.text(1.5, y - 2.2, heading, fontsize=7, va="center")
        rows = table[table["question"].eq(question)]
        rows = rows.sort_values("side", key=lambda column: column.map(order.index), kind="stable")
        for number, row in enumerate(rows.itertuples()):
            x = 1.5 + number % TILES * (TILE[0] + 0.2)
            top = y + number // TILES * TILE[1]
            _fill_side(ax, row.side, x, x + TILE[0] - 0.6, top, top + 1.5)
            ax.text(x, top + 3.2, row.claim_id, va="center", **_style_voice(row.voice))
        y += -(-len(rows) // TILES) * TILE[1]
    _write_voices(ax, y + 2)
    return fig


def _draw_grade(ax, x: float, y: float, bears: str, strength: str) -> None:
    size, filled = GRADES[strength]
    look = style.read_meanings("bears")[bears].style(size)
    ax.plot(x, y, zorder=3, **(look if filled else make_hollow(look)))


def _draw_ledger_key(ax, y: float) -> None:
    _write_voices(ax, y)
    for x, strength in zip((84, 100, 119.5), GRADES, strict=True):
        _draw_grade(ax, x, y, "against", strength)
        _draw_grade(ax, x + 2.6, y, "supports", strength)
        words = strength if strength != "weak" else "weak: not weighty, moves no verdict"
        ax.text(x + 4.8, y, words, fontsize=6, va="center", color=NOTE)


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
# Heads of the groups of rows, and the number of rows in each
BLOCKS = {"Without": 1, "Without what rests alone on": 6, "Without what rests even in part on": 4}


def count_shifts(changes: pd.DataFrame) -> pd.DataFrame:
    """Return how many verdicts change in which way (columns SHIFTS) under each drop (rows).

    `changes` as of `list_changes`. Rows in the order of `list_drops`.
    """
    number = changes.groupby(["drop", "shift"]).size().unstack(fill_value=0)
    return number.reindex(index=list(HEADS), columns=list(SHIFTS), fill_value=0)


UNIT = 2.2  # mm from one square to the next


def draw_sensitivity(counts: pd.DataFrame, total: int):
    """Draw how verdicts change when findings are left out: a number and a square a verdict.

    `counts` as of `count_shifts`; total: of all verdicts. In rows the ways of leaving out; none
    changes sides: a nought.
    """
    fig, ax = style.make_canvas(89, 11 + 4.6 * len(counts) + 6 * len(BLOCKS))
    fill_page(ax)
    most = counts["less firm"].max()
    columns = {"other side": 31, "less firm": 43, "firmer": 48.5 + UNIT * most}
    told = {"other side": "change\nsides", "less firm": "become\nless firm"}
    told |= {"firmer": "become\nfirmer"}
    for shift, x in columns.items():
        bold = {"weight": "bold"} if shift == "other side" else {}
        ax.text(x - 1.8, 8.5, told[shift], fontsize=7, va="bottom", linespacing=1.15, **bold)
    ax.text(1.5, 8.5, f"Of {total} verdicts", fontsize=7, va="bottom", weight="bold")
    y, names = 7.0, iter(counts.index)
    for head, number in BLOCKS.items():
        y += 6
        ax.text(1.5, y, head, fontsize=7, va="center")
        for name in (next(names) for _ in range(number)):
            y += 4.6
            ax.text(3.5, y, HEADS[name], fontsize=6, va="center_baseline")
            ax.plot([3.5, 87.5], [y + 2.3, y + 2.3], color=HAIRLINE, lw=0.6, zorder=0)
            for shift, x in columns.items():
                _draw_units(ax, x, y, int(counts.loc[name, shift]), shift)
    return fig


def _draw_units(ax, x: float, y: float, count: int, shift: str) -> None:
    """Write a number and draw so many squares beside it, hollow for what becomes firmer."""
    look = {"fontsize": 7, "ha": "right", "va": "center_baseline"}
    look |= {"fontsize": 8, "weight": "bold"} if shift == "other side" else {}
    ax.text(x + 1.4, y, str(count), color=INK if count or shift == "other side" else NOTE, **look)
    square = {"marker": "s", "ms": 4.6, "color": INK, "ls": "none", "mew": 0.8}
    square = make_hollow(square) if shift == "firmer" else square
    ax.plot([x + 3.2 + UNIT * place for place in range(count)], [y] * count, zorder=2, **square)
