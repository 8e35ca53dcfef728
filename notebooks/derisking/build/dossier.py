"""The dossier: for every claim his sentence, our wording, each finding with its sources, the
verdict, and what moves it.

A verdict hangs on a finding if it would be another one without it. The page is `data/claims.md`.
"""

from functools import cache

import pandas as pd

from derisking.core import claims, sources, tables

QUESTIONS = {
    "T": "The thesis",
    "Q1": "Question 1: what are the risks, as the leadership sees them?",
    "Q2": "Question 2: why were they ever taken?",
    "Q3": "Question 3: why reconsider them now?",
    "Q4": "Question 4: what follows?",
}
WORDS = {
    "full": "his",
    "short": "his",
    "quoted_by_institute": "his institute's",
    "inferred": "ours",
}


def anchor_claim(claim_id: str) -> str:
    """Return the anchor of a claim on its page: Q2.1 is q21."""
    return claim_id.lower().replace(".", "")


@cache
def list_claims() -> list[dict]:
    """Return all claims with their findings, sources, voices and verdict, in the order of the
    table."""
    table, findings = tables.load_table("claims"), tables.load_table("findings")
    return [
        describe_claim(row, findings[findings["claim_id"].eq(row["claim_id"])])
        for _, row in table.iterrows()
    ]


def describe_claim(claim: pd.Series, findings: pd.DataFrame) -> dict:
    """Return one claim as the page tells it: its cells, and anchor, name, whose words, findings,
    verdict and why."""
    cells = {name: value if pd.notna(value) else "" for name, value in claim.items()}
    verdict = claims.reach_verdict(findings, claim["testable"])
    order = {name: place for place, name in enumerate(claims.BEARS)}
    findings = findings.sort_values("bears", key=lambda column: column.map(order), kind="stable")
    return cells | {
        "anchor": anchor_claim(claim["claim_id"]),
        "parts": list_parts(cells["indicator"], cells["no_result"]),
        "name": claims.name_claims()[claim["claim_id"]],
        "words": WORDS[claim["basis"]],
        "basis": claims.BASIS[claim["basis"]],
        "testable": claims.TESTABLE[claim["testable"]],
        "sources": sources.link_sources(claim.to_frame().T, limit=0),
        "verdict": verdict,
        "why": explain_verdict(findings, claim["testable"]),
        "findings": [
            describe_finding(row, findings, claim["testable"], verdict)
            for _, row in findings.iterrows()
        ],
    }


def list_parts(indicator: str, no_result: str) -> list[dict]:
    """Return the parts of an indicator in their order: `text`, and in `lacking` why there is no
    result, empty where a finding answers the part."""
    lacking = dict(text.split(": ", 1) for text in no_result.split(";") if text)
    named = [part for part in indicator.split(";") if part]
    return [
        {"text": text, "lacking": lacking.get(str(number), "")}
        for number, text in enumerate(named, start=1)
    ]


def describe_finding(
    finding: pd.Series, findings: pd.DataFrame, testable: str, verdict: str
) -> dict:
    """Return one finding as the page tells it; `without` is the verdict without it, empty if it is
    the same."""
    rest = findings[findings["finding_id"].ne(finding["finding_id"])]
    without = claims.reach_verdict(rest, testable)
    return {
        "bears": claims.BEARS[finding["bears"]],
        "strength": finding["strength"],
        "answers": "" if pd.isna(finding["answers"]) else finding["answers"].replace(";", ", "),
        "finding": finding["finding"],
        "strength_reason": finding["strength_reason"],
        "sources": sources.link_sources(finding.to_frame().T, limit=0),
        "without": "" if without == verdict else without,
    }


def explain_verdict(findings: pd.DataFrame, testable: str) -> str:
    """Say in a sentence or two what the verdict rests on: findings that count on either side, and
    independent voices."""
    if testable == "no":
        return "The rule gives no verdict on a claim that cannot be tested."
    if findings.empty:
        return "No sourced finding bears on it."
    sides = [_count_side(findings, "supports", "for"), _count_side(findings, "against", "against")]
    voices = len(sources.name_voices(";".join(findings["sources"])))
    behind = "stands 1 independent voice" if voices == 1 else f"stand {voices} independent voices"
    return f"What counts: {' and '.join(sides)}. Behind all findings {behind}."


def _count_side(findings: pd.DataFrame, bears: str, word: str) -> str:
    """Say how many findings of which strength count on one side."""
    strength = findings.loc[findings["bears"].eq(bears), "strength"]
    parts = [
        f"{number} {name}"
        for name in ("strong", "moderate")
        if (number := int(strength.eq(name).sum()))
    ]
    return f"{' and '.join(parts) or 'nothing'} {word}"
