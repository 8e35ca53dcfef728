"""Walk through a claim: what it says, what would show it, what was found, and what the rule makes of that.

The rule is ordinal and has no weights. Only findings graded moderate or strong carry. A side ranks 3 with a strong
finding, 2 with two moderate ones, 1 with one, 0 with none. The side of higher rank leads:

- both have rank and their ranks differ by less than two: "contested";
- one finding alone carries the leading side: "open, leaning for" or "open, leaning against";
- two or more carry it: "supported" or "not supported" if nothing carries on the other side, else "leans for" or
  "leans against";
- neither has: "cannot tell"; a normative or untestable claim: "not testable".

Mixed findings and those that do not discriminate are shown and move nothing.
"""

from functools import cache
from pathlib import Path

import pandas as pd
from IPython.display import Markdown

from derisking.core import sources, tables

VERDICTS = [
    "supported",
    "leans for",
    "open, leaning for",
    "contested",
    "cannot tell",
    "open, leaning against",
    "leans against",
    "not supported",
    "not testable",
]
BASIS = {
    "full": "taken from the opening of the full article",
    "short": "taken from the short version",
    "quoted_by_institute": "quoted or summarised by the author's institute",
    "inferred": "inferred by us from other writing",
}
BEARS = {"supports": "for", "against": "against", "mixed": "mixed", "does_not_discriminate": "cannot tell"}
TESTABLE = {"yes": "testable", "partly": "testable in part", "no": "not testable"}


@cache
def name_claims() -> pd.Series:
    """Return the short name of each claim, by claim_id. The wording that counts stands in the table `claims`."""
    table = pd.read_csv(Path(__file__).parent / "claim_names.csv", dtype=str)
    return table.set_index("claim_id")["name"]


def rank_findings(findings: pd.DataFrame, bears: str) -> int:
    """Return how much one side ("supports" or "against") carries: 3 strong, 2 two moderate, 1 one moderate, 0 none."""
    strength = findings[findings["bears"].eq(bears)]["strength"]
    return 3 if strength.eq("strong").any() else min(2, int(strength.eq("moderate").sum()))


def reach_verdict(findings: pd.DataFrame, testable: str = "yes") -> str:
    """Return the verdict on one claim from its findings (columns bears, strength) by the rule above."""
    if testable == "no":
        return "not testable"
    supports, against = rank_findings(findings, "supports"), rank_findings(findings, "against")
    if not supports and not against:
        return "cannot tell"
    if supports and against and abs(supports - against) < 2:
        return "contested"
    side, word, end = (
        ("supports", "for", "supported") if supports > against else ("against", "against", "not supported")
    )
    if (findings["bears"].eq(side) & findings["strength"].ne("weak")).sum() == 1:
        return f"open, leaning {word}"
    return f"leans {word}" if supports and against else end


def reach_verdicts(claims: pd.DataFrame, findings: pd.DataFrame) -> pd.Series:
    """Return the verdict on every claim, indexed by claim_id in the order of `claims`."""
    groups = dict(list(findings.groupby("claim_id")))
    none = findings.iloc[:0]
    return pd.Series(
        [reach_verdict(groups.get(row.claim_id, none), row.testable) for row in claims.itertuples()],
        index=pd.Index(claims["claim_id"], name="claim_id"), name="verdict",
    )  # fmt: skip


def show_card(claim_id: str) -> Markdown:
    """Show one claim before any data: whose words it is, whether it can be tested, and what each outcome would mean."""
    claim = tables.load_table("claims").set_index("claim_id").loc[claim_id]
    lines = [f"**{claim_id}** · {claim['type']} · {TESTABLE[claim['testable']]} · basis: {BASIS[claim['basis']]}\n",
             f"> {claim['claim']}\n"]  # fmt: skip
    if pd.notna(claim["quotation"]):
        lines.append(f'- In his own words: "{claim["quotation"]}"')
    for name, word in (
        ("indicator", "Indicator"),
        ("expected_if_true", "If it holds"),
        ("expected_if_false", "If it does not"),
    ):
        if pd.notna(claim[name]):
            lines.append(f"- {word}: {claim[name]}.".replace("..", ".").replace("?.", "?"))
    if pd.notna(claim["notes"]):
        lines.append(f"- Note: {claim['notes']}")
    return Markdown("\n".join(lines))


def show_reading(claim_id: str, limit: int = 4) -> Markdown:
    """Show the findings on one claim, each with strength and sources, and the verdict by the rule."""
    claim = tables.load_table("claims").set_index("claim_id").loc[claim_id]
    found = tables.load_table("findings")
    found = found[found["claim_id"].eq(claim_id)]
    words = BEARS
    order = {name: place for place, name in enumerate(words)}
    found = found.sort_values("bears", key=lambda column: column.map(order), kind="stable")
    lines = [
        f"- **{words[row.bears].capitalize()}, {row.strength}.** {row.finding} "
        f"*{row.strength_reason}.* ({sources.link_sources(found.loc[[row.Index]], limit)})"
        for row in found.itertuples()
    ]
    if not lines:
        lines = ["No sourced finding bears on it."]
    lines.append(f"\n**{claim_id} by the rule: {reach_verdict(found, claim['testable'])}.**")
    return Markdown("\n".join(lines))
