"""Walk through a claim: what it says, what would show it, what was found, and what the rule makes
of that.

The rule is ordinal and has no weights. Only findings graded moderate or strong carry. A side ranks
3 with a strong finding, 2 with two moderate ones, 1 with one, 0 with none. The side of higher rank
leads:

- both have rank and their ranks differ by less than two: "contested";
- one finding alone carries the leading side: "open, leaning for" or "open, leaning against";
- two or more carry it: "supported" or "not supported" if nothing carries on the other side, else
  "leans for" or
  "leans against";
- neither has: "cannot tell"; a normative or untestable claim: "not testable".

Mixed findings and those that do not discriminate are shown and move nothing.
"""

from functools import cache
from pathlib import Path

import pandas as pd

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
BEARS = {
    "supports": "for",
    "against": "against",
    "mixed": "mixed",
    "does_not_discriminate": "cannot tell",
}
# What the thesis stands on. T.2 says what does not suffice, T.6 how many were left; T.7 is ours.
CARRIES_THESIS = ("T.1", "T.3", "T.4", "T.5")
TESTABLE = {"yes": "testable", "partly": "testable in part", "no": "not testable"}


@cache
def name_claims() -> pd.Series:
    """Return the short name of each claim, by claim_id. The wording that counts stands in the table
    `claims`."""
    table = pd.read_csv(Path(__file__).parent / "claim_names.csv", dtype=str)
    return table.set_index("claim_id")["name"]


def rank_findings(findings: pd.DataFrame, bears: str) -> int:
    """Return how much one side ("supports" or "against") carries: 3 strong, 2 two moderate, 1 one
    moderate, 0 none."""
    strength = _list_strengths(findings, bears)
    return 3 if "strong" in strength else min(2, strength.count("moderate"))


def _list_strengths(findings: pd.DataFrame, bears: str) -> list[str]:
    """Return the strengths of one side; a plain list, for verdicts are reached thousands of
    times."""
    pairs = zip(findings["bears"], findings["strength"], strict=True)
    return [strength for side, strength in pairs if side == bears]


def reach_verdict(findings: pd.DataFrame, testable: str = "yes") -> str:
    """Return the verdict on one claim from its findings (columns bears, strength) by the rule
    above."""
    if testable == "no":
        return "not testable"
    supports, against = rank_findings(findings, "supports"), rank_findings(findings, "against")
    if not supports and not against:
        return "cannot tell"
    if supports and against and abs(supports - against) < 2:
        return "contested"
    side, word, end = (
        ("supports", "for", "supported")
        if supports > against
        else ("against", "against", "not supported")
    )
    if sum(strength != "weak" for strength in _list_strengths(findings, side)) == 1:
        return f"open, leaning {word}"
    return f"leans {word}" if supports and against else end


def reach_verdicts(claims: pd.DataFrame, findings: pd.DataFrame) -> pd.Series:
    """Return the verdict on every claim, indexed by claim_id in the order of `claims`."""
    groups = dict(list(findings.groupby("claim_id")))
    none = findings.iloc[:0]
    return pd.Series(
        [
            reach_verdict(groups.get(row.claim_id, none), row.testable)
            for row in claims.itertuples()
        ],
        index=pd.Index(claims["claim_id"], name="claim_id"),
        name="verdict",
    )
