"""A ledger of claims: findings for and against, verdicts by the rule of `claims`, and how firm those verdicts are.

Tidy frames in, tidy frames out. Verdicts are always `claims.verdict`, the project's one rule; who speaks in a finding
is always `sources.name_voices`. The charts at the end take the frames of the functions above them; they are laid out in
millimetres, because a table of marks is set like type.
"""

import pandas as pd
from matplotlib.textpath import TextPath

from derisking.core import claims as rule
from derisking.core import sources
from derisking.draw import style
from derisking.draw.style import INK, NOTE, PALE

# What a verdict comes to, in the order in which it is told.
LANES = {
    "Holds": ("supported", "leans for"),
    "Contested": ("contested",),
    "Not borne out": ("not supported", "leans against"),
    "Cannot be decided": ("open, leaning for", "cannot tell", "open, leaning against", "not testable"),
}
SCORE = {
    "supported": 2,
    "leans for": 1,
    "open, leaning for": 0,
    "contested": 0,
    "cannot tell": 0,
    "open, leaning against": 0,
    "not testable": 0,
    "leans against": -1,
    "not supported": -2,
}
IN_PART = ", even in part"
OWN = ("full", "short")  # bases that are the author's own words

# Interested parties, by how the names of their voices begin (no matter whether in capitals). The wider meaning of Seoul
# adds the bank, the trade agency, the statistical office and the research institutes of the South Korean state.
MINISTRIES = ("rok_", "rok ministry", "korea.net")
STATE = (
    "bank_of_korea",
    "kotra",
    "statistics_korea",
    "kinu",
    "kdi",
    "krei",
    "rda",
    "inss",
    "institute for national security",
)
PARTIES = {
    "Seoul, ministries": MINISTRIES,
    "Seoul, all state bodies": MINISTRIES + STATE,
    "Pyongyang": ("kcna", "dprk_", "dprk ministry"),
    "anonymous sources": ("daily_nk", "daily nk", "asiapress"),
}


# What the columns that the functions here add hold, for the data behind a figure.
COLUMNS = {
    "name": "Short name of the claim; the wording that counts stands in the table claims.",
    "verdict": "Verdict by the rule.",
    "lane": "What the verdict comes to.",
    "neither": "Findings that are mixed or do not discriminate.",
    "findings": "Sourced findings on the claim.",
    "voices": "Independent voices behind the findings.",
    "place": "Place of a finding beside the centre line: against negative, for positive, strong ones nearest.",
    "drop": "Findings left out; all findings: none.",
}


# ---------------------------------------------------------------------------------------------- ledger


def ledger(claims: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """Return one row a claim, in the order of `claims`.

    Columns: claim_id, question, name, basis, testable; against, supports (findings that carry: moderate or strong);
    neither (mixed, or does not discriminate); findings; voices (independent ones behind all findings); verdict; lane.
    """
    table = claims[["claim_id", "question", "basis", "testable"]].copy()
    table.insert(2, "name", table["claim_id"].map(rule.name_claims()))
    carries = findings[findings["strength"].ne("weak")]

    def number(rows):
        return table["claim_id"].map(rows.groupby("claim_id").size()).fillna(0).astype(int)

    for side in ("against", "supports"):
        table[side] = number(carries[carries["bears"].eq(side)])
    table["neither"] = number(findings[findings["bears"].isin(["mixed", "does_not_discriminate"])])
    table["findings"] = number(findings)
    heard = findings.groupby("claim_id")["sources"].agg(lambda rows: len(sources.name_voices(";".join(rows))))
    table["voices"] = table["claim_id"].map(heard).fillna(0).astype(int)
    table["verdict"] = rule.reach_verdicts(claims, findings).to_numpy()
    table["lane"] = table["verdict"].map(lane)
    return table


def lane(verdict: str) -> str:
    """Return what a verdict comes to: a key of LANES."""
    return next(name for name, verdicts in LANES.items() if verdict in verdicts)


def tally(table: pd.DataFrame) -> str:
    """Write how many claims of a ledger stand in each lane: "18 hold, 9 are contested, ..."; leanings count."""
    words = (("holds", "hold"), ("is contested", "are contested"), ("is not borne out", "are not borne out"))
    words += (("cannot be decided",) * 2,)
    number = table["lane"].value_counts().reindex(LANES, fill_value=0)
    *most, last = (f"{count} {word[count != 1]}" for word, count in zip(words, number, strict=True))
    return f"{', '.join(most)} and {last}"


def by_basis(table: pd.DataFrame) -> pd.DataFrame:
    """Count the claims of a ledger by whose words they are (rows) and by lane (columns)."""
    count = pd.crosstab(table["basis"].map(rule.BASIS).rename("whose words"), table["lane"])
    return count.reindex(index=list(rule.BASIS.values()), columns=list(LANES), fill_value=0)


def never(firmness: pd.DataFrame) -> str:
    """Write the claims whose verdict no drop changes, by verdict. `firmness` as of `sensitivity`."""
    kept = firmness.nunique(axis=1).eq(1)
    ids = {verdict: rows.index for verdict, rows in firmness[kept].groupby("all findings")}
    return "; ".join(f"**{verdict}** {', '.join(ids[verdict])}" for verdict in rule.VERDICTS if verdict in ids)


def marks(findings: pd.DataFrame) -> pd.DataFrame:
    """Return the findings for and against with their place beside a centre line: strong ones nearest to it.

    Columns: claim_id, finding_id, bears, strength, place (-1, -2, ... against; 1, 2, ... for).
    """
    rows = findings[findings["bears"].isin(["against", "supports"])].copy()
    rows["strength"] = pd.Categorical(rows["strength"], ["strong", "moderate", "weak"], ordered=True)
    rows = rows.sort_values(["claim_id", "bears", "strength", "finding_id"])
    place = rows.groupby(["claim_id", "bears"]).cumcount() + 1
    rows["place"] = place.where(rows["bears"].eq("supports"), -place)
    return rows[["claim_id", "finding_id", "bears", "strength", "place"]].astype({"strength": "str"})


def balance(verdicts: pd.Series) -> str:
    """Return what several verdicts on one point come to, in words. A claim that is open pulls neither way.

    "rather" marks a point on which no verdict is firmer than a leaning.
    """
    score = verdicts.map(SCORE)
    open_ones = "contested" if verdicts.eq("contested").any() else "open"
    if score.eq(0).all():
        return open_ones
    if score.gt(0).any() and score.lt(0).any():
        return f"divided, {score.gt(0).sum()} for and {score.lt(0).sum()} against"
    word = ("borne out" if score.gt(0).any() else "not borne out") + (
        f", in part {open_ones}" if score.eq(0).any() else ""
    )
    return word if score.abs().eq(2).any() else f"rather {word}"


def rule_grid() -> pd.DataFrame:
    """Return the verdict for each rank against (rows) and for (columns) a claim, as the rule itself gives it."""
    ranks = {
        "nothing": [],
        "one moderate": ["moderate"],
        "two moderate or more": ["moderate"] * 2,
        "a strong one": ["strong"],
        "a strong one and more": ["strong", "moderate"],
    }
    grid = {
        f"{one} for": {
            f"{other} against": rule.reach_verdict(
                pd.DataFrame(
                    [("supports", grade) for grade in for_it] + [("against", grade) for grade in against],
                    columns=["bears", "strength"],
                )
            )
            for other, against in ranks.items()
        }
        for one, for_it in ranks.items()
    }
    return pd.DataFrame(grid)


def spell(verdicts: pd.Series) -> str:
    """Write verdicts as "T.1 leans against, Q1.4 contested"."""
    return ", ".join(f"{claim_id} {verdict}" for claim_id, verdict in verdicts.items())


def points(table: pd.DataFrame, on: dict[str, list[str]]) -> pd.DataFrame:
    """Return what the verdicts on several claims come to, point by point, the author's own words apart from the rest.

    `table` as of `ledger`; `on` maps a point to the claims it concerns. Columns: point; comes_to (his own claims only,
    all of them if none is his own); claims (those meant); with_ours (all claims; None if no others are left); ours.
    """
    verdicts, basis = (table.set_index("claim_id")[name] for name in ("verdict", "basis"))
    rows = []
    for point, ids in on.items():
        his = [i for i in ids if basis[i] in OWN] or ids
        ours = [i for i in ids if i not in his]
        wider = balance(verdicts[ids]) if ours else None
        rows.append((point, balance(verdicts[his]), spell(verdicts[his]), wider, spell(verdicts[ours])))
    return pd.DataFrame(rows, columns=["point", "comes_to", "claims", "with_ours", "ours"])


# What a point comes to, as a heading; by the first words of `balance`, in the order in which it is told.
OUTCOMES = {
    "borne out": "Borne out",
    "rather borne out": "The evidence leans towards",
    "rather not borne out": "The evidence leans against",
    "not borne out": "Not borne out",
    "contested": "Contested",
    "divided": "Contested",
    "open": "Cannot be decided",
}


def outcomes(points: pd.DataFrame) -> str:
    """Write points (columns point, comes_to) as a list with one line an outcome, points in their order."""
    first, _, rest = points["comes_to"].str.partition(",").T.to_numpy()
    said = points["point"] + [f" ({words.strip()})" if words else "" for words in rest]
    heads = pd.Series(first, index=points.index).map(OUTCOMES)
    lines = {head: "; ".join(said[heads.eq(head)]) for head in dict.fromkeys(OUTCOMES.values())}
    return "\n".join(f"- **{head}:** {line}." for head, line in lines.items() if line)


def weightiest(findings: pd.DataFrame, claim_ids: list[str], bears: str, most: int = 2) -> pd.DataFrame:
    """Return the strongest findings that point one way on some claims, of different claims first; weak ones never."""
    rows = findings[
        findings["claim_id"].isin(claim_ids) & findings["bears"].eq(bears) & findings["strength"].ne("weak")
    ]
    rows = rows.assign(grade=rows["strength"].map({"strong": 0, "moderate": 1}))
    rows = rows.sort_values("grade", kind="stable")
    turn = rows.groupby("claim_id").cumcount()
    return (
        rows.assign(turn=turn).sort_values(["turn", "grade"], kind="stable").head(most).drop(columns=["turn", "grade"])
    )


def told(findings: pd.DataFrame, claim_ids: list[str]) -> str:
    """Write the weightiest findings for and against some claims, each with id and strength."""
    parts = []
    for word, bears in (("For", "supports"), ("Against", "against")):
        rows = weightiest(findings, claim_ids, bears)
        said = [f"{row.finding.rstrip('.')} ({row.finding_id}, {row.strength})." for row in rows.itertuples()]
        parts.append(f"*{word}:* {' '.join(said) or 'nothing that carries.'}")
    return " ".join(parts)


def plainly(findings: pd.DataFrame, points: pd.DataFrame, on: dict[str, list[str]]) -> str:
    """Write the points of `points` as a list: what each comes to, and the weightiest finding for and against."""
    lines = []
    for row in points.itertuples():
        ours = f" With what we infer: {row.with_ours} ({row.ours})." if row.ours else ""
        said = told(findings, on[row.point])
        lines.append(f"- **{row.point[0].upper()}{row.point[1:]}: {row.comes_to}** ({row.claims}).{ours} {said}")
    return "\n".join(lines)


# ----------------------------------------------------------------------------------------- sensitivity


def belongs(voice: str, party: str) -> bool:
    """Say whether a voice belongs to a party: a key of PARTIES, "any of them", or "our own counts"."""
    known = PARTIES | {"any of them": sum(PARTIES.values(), ()), "our own counts": ("this data set",)}
    wanted = known[party]
    return voice.casefold().startswith(wanted)


def rests_on(findings: pd.DataFrame, party: str, every: bool = True) -> pd.Series:
    """Say of each finding whether every voice behind it belongs to the party (or, with `every=False`, any voice)."""
    test = all if every else any
    return findings["sources"].map(lambda ids: test(belongs(voice, party) for voice in sources.name_voices(ids)))


def drops(findings: pd.DataFrame) -> dict[str, pd.Series]:
    """Return what to leave out, one mask of `findings` a way of dropping, in the order in which they are shown."""
    masks = {"low confidence": findings["confidence"].eq("low")}
    for party in ["our own counts", *PARTIES, "any of them"]:
        masks[party] = rests_on(findings, party)
    for party in ["Seoul, all state bodies", "Pyongyang", "anonymous sources", "any of them"]:
        masks[party + IN_PART] = rests_on(findings, party, every=False)
    return masks


def sensitivity(claims: pd.DataFrame, findings: pd.DataFrame, masks: dict[str, pd.Series]) -> pd.DataFrame:
    """Return the verdict on each claim (rows, by claim_id) with all findings and under each drop (columns)."""
    columns = {"all findings": rule.reach_verdicts(claims, findings)}
    columns |= {name: rule.reach_verdicts(claims, findings[~mask]) for name, mask in masks.items()}
    return pd.DataFrame(columns)


def changes(table: pd.DataFrame) -> pd.DataFrame:
    """Return one row a changed verdict: claim_id, drop, before, after, crosses (from one side to the other)."""
    drops = table.columns.drop("all findings")
    long = table.reset_index().melt("claim_id", drops, var_name="drop", value_name="after")
    long.insert(2, "before", long["claim_id"].map(table["all findings"]))
    long = long[long["before"].ne(long["after"])].reset_index(drop=True)
    long["crosses"] = (long["before"].map(SCORE) * long["after"].map(SCORE)).lt(0)
    return long


def leave_one_out(claims: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """Return the findings whose loss alone changes a verdict.

    Columns: claim_id, finding_id, bears, strength, before, after, crosses.
    """
    before = rule.reach_verdicts(claims, findings)
    testable = claims.set_index("claim_id")["testable"]
    rows = findings[["claim_id", "finding_id", "bears", "strength"]].copy()
    rows["before"] = rows["claim_id"].map(before)
    rows["after"] = [
        rule.reach_verdict(findings[findings["claim_id"].eq(row.claim_id)].drop(row.Index), testable[row.claim_id])
        for row in rows.itertuples()
    ]
    rows = rows[rows["before"].ne(rows["after"])].reset_index(drop=True)
    rows["crosses"] = (rows["before"].map(SCORE) * rows["after"].map(SCORE)).lt(0)
    return rows


def regraded(findings: pd.DataFrame, grades: dict[str, str]) -> pd.DataFrame:
    """Return the findings with strengths replaced, to see what the grading decides."""
    return findings.assign(strength=findings["strength"].replace(grades))


def shake(claims: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """Return how many verdicts change, and how many change sides, when single findings go or grades count otherwise."""
    variants = {
        "weak findings count as moderate": regraded(findings, {"weak": "moderate"}),
        "strong findings count as moderate": regraded(findings, {"strong": "moderate"}),
        "only strong findings count": findings[findings["strength"].eq("strong")],
    }
    table = sensitivity(claims, findings, {})
    for name, variant in variants.items():
        table[name] = rule.reach_verdicts(claims, variant)
    parts = {"any one finding is taken out": leave_one_out(claims, findings)}
    parts |= {name: changes(table[["all findings", name]]) for name in variants}
    rows = [(name, part["claim_id"].nunique(), int(part["crosses"].sum())) for name, part in parts.items()]
    return pd.DataFrame(rows, columns=["what is changed", "verdicts that change", "that change sides"])


# ---------------------------------------------------------------------------------------------- charts


def _page(ax) -> None:
    """Let the axes fill the figure, with millimetres from the top left corner as coordinates."""
    width, height = ax.figure.get_size_inches() / style.MM
    ax.figure.set_layout_engine("none")
    ax.set_position([0, 0, 1, 1])
    ax.set_xlim(0, width)
    ax.set_ylim(height, 0)
    ax.axis("off")


GRADES = {"strong": (4.6, True), "moderate": (3.4, True), "weak": (2.6, False)}  # size in points, filled


def _grade(ax, x: float, y: float, bears: str, strength: str) -> None:
    size, filled = GRADES[strength]
    look = style.read_meanings("bears")[bears].style(size)
    if not filled:
        look |= {"markerfacecolor": "white", "markeredgewidth": 0.6}
    ax.plot(x, y, zorder=3, **look)


def ledger_chart(ax, table: pd.DataFrame, placed: pd.DataFrame, groups: dict[str, str], pitch: float = 2.85) -> None:
    """Draw one line a claim: id, name, findings against and for beside a centre line, neither, voices, verdict.

    `table` as of `ledger`, `placed` as of `marks`; `groups` maps a question to its heading. Names in grey italics are
    claims that are not the author's own words.
    """
    _page(ax)
    centre, step, x_neither, x_voices, x_verdict = 102, 2.75, 138, 150, 156.5
    y = 3.2
    heads = [(centre - 3, "against", "right"), (centre + 3, "for", "left"), (x_neither, "neither", "right"),
             (x_voices, "voices", "right"), (x_verdict - 0.9, "verdict by the rule", "left")]  # fmt: skip
    for x, words, align in heads:
        ax.text(x, y, words, ha=align, va="center", fontsize=6, color=NOTE)
    by_claim = dict(list(placed.groupby("claim_id")))
    top = y + 1.9
    for question, heading in groups.items():
        y += 4.0
        ax.text(1.5, y, heading, fontsize=7, fontweight="bold", va="center")
        ax.plot([1.5, 181.5], [y + 1.75, y + 1.75], color=PALE, lw=0.5, zorder=0)
        y += 0.35
        for number, row in enumerate(table[table["question"].eq(question)].itertuples()):
            y += pitch
            if number % 2:
                ax.fill_between([1, 182], y - pitch / 2, y + pitch / 2, color="#F6F6F6", lw=0, zorder=0)
            quoted = row.basis == "quoted_by_institute"
            words = (
                {"color": INK} if row.basis in OWN else {"color": NOTE, "fontstyle": "normal" if quoted else "italic"}
            )
            ax.text(1.5, y, row.claim_id, fontsize=6, va="center", color=words["color"])
            ax.text(10.5, y, row.name + (" [institute]" if quoted else ""), fontsize=6.2, va="center", **words)
            for mark in by_claim.get(row.claim_id, placed.iloc[:0]).itertuples():
                offset = mark.place * step - (0.9 if mark.place > 0 else -0.9)
                _grade(ax, centre + offset, y, mark.bears, mark.strength)
            for x, value in ((x_neither, row.neither), (x_voices, row.voices)):
                ax.text(x, y, str(value) if value else "–", fontsize=6, va="center", ha="right", color=NOTE)
            ax.plot(x_verdict, y, zorder=3, **style.read_meanings("verdict")[row.verdict].style(3.6))
            ax.text(x_verdict + 2.4, y, row.verdict, fontsize=6.2, va="center")
    ax.plot([centre, centre], [top, y + 1.4], color=INK, lw=0.5, zorder=1)
    _ledger_key(ax, y + 4.6, centre)


def _ledger_key(ax, y: float, centre: float) -> None:
    ax.text(1.5, y, "Ink: the author's own words.", fontsize=6, va="center")
    ax.text(36, y, "Grey italics: inferred by us.", fontsize=6, va="center", color=NOTE, fontstyle="italic")
    x = centre - 30
    for strength in GRADES:
        _grade(ax, x, y, "against", strength)
        _grade(ax, x + 2.6, y, "supports", strength)
        words = {"strong": "strong", "moderate": "moderate", "weak": "weak, moves no verdict"}[strength]
        ax.text(x + 4.8, y, words, fontsize=6, va="center", color=NOTE)
        x += {"strong": 16, "moderate": 19.5, "weak": 0}[strength]


def lanes_chart(ax, table: pd.DataFrame, size: float = 7.8) -> None:
    """Draw the claims in lanes by what their verdicts come to: the author's in large type, the inferred below in small.

    `table` as of `ledger`. The first lane is two columns wide. Claims quoted by the author's institute stand with his
    words.
    """
    _page(ax)
    width, height = ax.get_xlim()[1], ax.get_ylim()[0]
    grounds = dict(zip(LANES, ("#E3F3EE", "#F4EFE0", "#F8EBF2", "#EFEFEF"), strict=True))
    gap, unit, left = 3.2, width / (len(LANES) + 1), 1.6
    for name, verdicts in LANES.items():
        columns = 2 if name == "Holds" else 1
        right = left + columns * unit - gap
        rows = table[table["lane"].eq(name)]
        rows = rows.sort_values("verdict", key=lambda column: column.map(verdicts.index), kind="stable")
        ax.fill_between([left, right], 1.5, 15.5, color=grounds[name], lw=0)
        ax.text(left + 2, 6.1, str(len(rows)), fontsize=14, fontweight="bold", va="center")
        ax.text(left + 2, 12.2, name, fontsize=7.8, fontweight="bold", va="center")
        number = [f"{rows['verdict'].eq(verdict).sum()} {verdict}" for verdict in verdicts if len(verdicts) > 1]
        ax.text(left + 13, 6.1, "\n".join(number), fontsize=6, va="center", color=NOTE, linespacing=1.35)
        inferred = rows["basis"].eq("inferred")
        y = _items(ax, rows[~inferred], left, unit, columns, 20.5, size)
        if inferred.any():
            ax.text(
                left, y + 1.5, f"{inferred.sum()} inferred by us, not his words", fontsize=6, color=NOTE, va="center"
            )
            ax.plot([left, right], [y - 1, y - 1], color=PALE, lw=0.6)
            _items(ax, rows[inferred], left, unit, columns, y + 5.6, 6)
        left = right + gap
    _verdict_key(ax, 3.2, height - 3.5)


def _width(words: str, size: float) -> float:
    return TextPath((0, 0), words, size=size).get_extents().width / 72 / style.MM


def _break(words: str, width: float, size: float) -> list[str]:
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        lines = [*lines[:-1], longer] if not lines[-1] or _width(longer, size) <= width else [*lines, word]
    return lines


def _wrap(words: str, width: float, size: float) -> list[str]:
    """Break words into as few lines as fit into `width` mm at `size` points, all about equally long."""
    lines = _break(words, width, size)
    while (
        len(closer := _break(words, width - 0.5, size)) == len(lines)
        and max(_width(line, size) for line in closer) <= width - 0.5
    ):
        lines, width = closer, width - 0.5
    return lines


def _items(ax, rows: pd.DataFrame, left: float, unit: float, columns: int, top: float, size: float) -> float:
    """Set short names in columns from `top` down, each with the mark of its verdict; return where the longest ends."""
    each, lowest, line = -(-len(rows) // columns), top, size * 0.47
    for column in range(columns):
        x, y = left + column * unit, top
        for row in rows.iloc[column * each : (column + 1) * each].itertuples():
            lines = _wrap(row.name, unit - 7.9, size)
            ax.plot(x + 1.6, y, zorder=3, **style.read_meanings("verdict")[row.verdict].style(size * 0.6))
            for number, words in enumerate(lines):
                ax.text(x + 4.4, y + number * line, words, fontsize=size, va="center", color=INK if size > 6 else NOTE)
            y += line * len(lines) + size * 0.22
        lowest = max(lowest, y)
    return lowest


def _verdict_key(ax, x: float, y: float, only: set[str] | None = None, size: float = 6.5) -> None:
    """Name the marks of the verdicts (those in `only`, if given) in one line from `x`, at height `y`."""
    for verdict, meaning in style.read_meanings("verdict").items():
        if only and verdict not in only:
            continue
        ax.plot(x, y, zorder=3, **meaning.style(4))
        ax.text(x + 2.2, y, verdict, fontsize=size, va="center", color=NOTE)
        x += 8.5 + _width(verdict, size)


TOP, PITCH = 17.5, 5.2  # mm: first line and distance of lines in `changes_chart`
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
BLOCKS = {"rests on it alone": (2, 6), "rests on it even in part": (7, 10)}  # first and last drop of each


def changes_chart(ax, table: pd.DataFrame) -> None:
    """Draw the claims whose verdict changes (rows) under each drop (columns): a mark where it does, else a dot.

    `table` as of `sensitivity`, only rows to be shown, with the columns of `drops`. `changes_height`
    is the height that fits.
    """
    _page(ax)
    first, step, x_now, top, pitch = 95.5, 7.7, 71, TOP, PITCH
    heads, blocks = HEADS, BLOCKS
    known = style.read_meanings("verdict")
    xs = [first + place * step for place in range(len(heads))]
    for start in sorted(low for low, _ in blocks.values()):
        xs = [x + (2.5 if number >= start else 0) for number, x in enumerate(xs)]
    xs[:2] = [xs[0] - 0.9, xs[1] + 0.9]
    for x, words, align in [*((x, words, "center") for x, words in zip(xs, heads.values(), strict=True)),
                            (x_now - 1.2, "as it\nstands", "left")]:  # fmt: skip
        for line, word in enumerate(words.split("\n")):
            ax.text(x, top - 6.8 + 2.6 * line, word, fontsize=6, ha=align)
    for words, (low, high) in blocks.items():
        ax.text((xs[low] + xs[high]) / 2, 3.2, words, fontsize=6.5, ha="center", va="center")
        ax.plot([xs[low] - 0.42 * step, xs[high] + 0.42 * step], [5.6, 5.6], color=INK, lw=0.6)
    for place, (claim_id, row) in enumerate(table.iterrows()):
        y = top + place * pitch
        if place % 2 == 0:
            ax.fill_between([1, 182], y - pitch / 2, y + pitch / 2, color="#F6F6F6", lw=0, zorder=0)
        ax.text(1.8, y, claim_id, fontsize=6.2, va="center")
        ax.text(10.5, y, rule.name_claims()[claim_id], fontsize=6.2, va="center")
        ax.plot(x_now, y, zorder=3, **known[row["all findings"]].style(4.4))
        ax.text(x_now + 2.4, y, row["all findings"], fontsize=6.2, va="center")
        for x, name in zip(xs, heads, strict=True):
            if row[name] == row["all findings"]:
                ax.plot(x, y, marker=".", ms=2.2, color="#BBBBBB", ls="none")
            else:
                ax.plot(x, y, zorder=3, **known[row[name]].style(5))
    _verdict_key(ax, 3, top + pitch * len(table) + 1.8, set(table.to_numpy().ravel()))


def changes_height(table: pd.DataFrame) -> float:
    """Return the height in mm that `changes_chart` takes."""
    return TOP + PITCH * len(table) + 5.5
