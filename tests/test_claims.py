"""The rule of verdicts: every verdict can be reached, and what is added on one side never helps the
other."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derisking.core import claims
from derisking.core.tables import load_table

BEARS = ["supports", "against", "mixed", "does_not_discriminate"]
STRENGTHS = ["strong", "moderate", "weak"]
ORDER = {
    "not supported": -3,
    "leans against": -2,
    "open, leaning against": -1,
    "contested": 0,
    "cannot tell": 0,
    "open, leaning for": 1,
    "leans for": 2,
    "supported": 3,
}
MIRROR = {"supports": "against", "against": "supports"}

one = st.tuples(st.sampled_from(BEARS), st.sampled_from(STRENGTHS))
several = st.lists(one, max_size=9)


def frame(findings):
    return pd.DataFrame(findings, columns=["bears", "strength"], dtype="str")


def verdict(findings, testable="yes"):
    return claims.reach_verdict(frame(findings), testable)


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ([], "cannot tell"),
        ([("supports", "weak")] * 9, "cannot tell"),
        ([("mixed", "strong"), ("does_not_discriminate", "strong")], "cannot tell"),
        ([("supports", "moderate")], "open, leaning for"),
        ([("supports", "moderate")] * 2, "supported"),
        ([("supports", "strong")], "open, leaning for"),
        ([("supports", "strong"), ("supports", "moderate")], "supported"),
        ([("against", "moderate")], "open, leaning against"),
        ([("against", "moderate")] * 2, "not supported"),
        ([("against", "strong")], "open, leaning against"),
        ([("against", "strong"), ("against", "moderate")], "not supported"),
        ([("supports", "moderate"), ("against", "moderate")], "contested"),
        ([("supports", "strong"), ("against", "strong")], "contested"),
        ([("supports", "strong"), ("against", "moderate"), ("against", "moderate")], "contested"),
        ([("supports", "moderate")] * 3 + [("against", "moderate")], "contested"),
        ([("supports", "strong"), ("against", "moderate")], "open, leaning for"),
        ([("supports", "strong"), ("supports", "moderate"), ("against", "moderate")], "leans for"),
        ([("supports", "moderate"), ("against", "strong")], "open, leaning against"),
    ],
)
def test_verdicts_worked_out_by_hand(findings, expected):
    assert verdict(findings) == expected


def test_every_verdict_can_be_reached():
    sides = [[], ["moderate"], ["moderate"] * 2, ["strong"], ["strong", "moderate"]]
    reached = {
        verdict([("supports", s) for s in up] + [("against", s) for s in down], testable)
        for up in sides
        for down in sides
        for testable in ("yes", "partly", "no")
    }
    assert reached == set(claims.VERDICTS)


@given(several, one)
def test_what_cannot_be_tested_gets_no_other_verdict(findings, extra):
    assert verdict(findings, "no") == verdict([*findings, extra], "no") == "not testable"


@given(several)
def test_testable_in_part_is_judged_like_testable(findings):
    assert verdict(findings, "partly") == verdict(findings, "yes") != "not testable"


@given(several, st.sampled_from(STRENGTHS))
def test_more_support_never_moves_a_verdict_down(findings, strength):
    assert ORDER[verdict([*findings, ("supports", strength)])] >= ORDER[verdict(findings)]


@given(several, st.sampled_from(STRENGTHS))
def test_more_against_never_moves_a_verdict_up(findings, strength):
    assert ORDER[verdict([*findings, ("against", strength)])] <= ORDER[verdict(findings)]


@given(several, st.sampled_from([("weak", "moderate"), ("moderate", "strong"), ("weak", "strong")]))
def test_a_better_grade_never_helps_the_other_side(findings, grades):
    worse, better = grades
    for side, sign in (("supports", 1), ("against", -1)):
        change = (
            ORDER[verdict([*findings, (side, better)])] - ORDER[verdict([*findings, (side, worse)])]
        )
        assert sign * change >= 0


@given(
    several,
    st.sampled_from(BEARS),
    st.sampled_from(["mixed", "does_not_discriminate"]),
    st.sampled_from(STRENGTHS),
)
def test_weak_and_undecided_findings_move_nothing(findings, bears, undecided, strength):
    assert verdict([*findings, (bears, "weak"), (undecided, strength)]) == verdict(findings)


@given(several, st.sampled_from(["supports", "against"]), st.integers(1, 6))
def test_more_than_two_moderate_findings_weigh_no_more_than_two(findings, side, more):
    two = [*findings, *[(side, "moderate")] * 2]
    assert verdict([*two, *[(side, "moderate")] * more]) == verdict(two)


@given(several)
def test_the_rule_treats_both_sides_alike(findings):
    mirrored = [(MIRROR.get(bears, bears), strength) for bears, strength in findings]
    assert ORDER[verdict(mirrored)] == -ORDER[verdict(findings)]


@given(st.data(), several)
def test_the_order_of_findings_does_not_matter(data, findings):
    assert verdict(data.draw(st.permutations(findings))) == verdict(findings)


@given(several)
def test_repeating_all_findings_never_changes_sides(findings):
    assert ORDER[verdict(findings * 2)] * ORDER[verdict(findings)] >= 0


@given(several)
def test_a_strong_finding_keeps_a_claim_from_the_opposite_end(findings):
    assert verdict([*findings, ("supports", "strong")]) not in (
        "not supported",
        "cannot tell",
        "leans against",
        "open, leaning against",
    )


def test_verdicts_keep_the_order_of_claims_and_judge_claims_without_findings():
    table = pd.DataFrame({"claim_id": ["T.2", "T.1", "Q1.1"], "testable": ["yes", "no", "partly"]})
    findings = frame([("supports", "strong"), ("against", "strong")]).assign(
        claim_id=["T.2", "T.1"]
    )
    found = claims.reach_verdicts(table, findings)
    assert (found.name, found.index.name) == ("verdict", "claim_id")
    assert list(found.items()) == [
        ("T.2", "open, leaning for"),
        ("T.1", "not testable"),
        ("Q1.1", "cannot tell"),
    ]


def test_every_claim_has_a_short_name_of_its_own():
    names = claims.name_claims()
    assert sorted(names.index) == sorted(load_table("claims")["claim_id"])
    assert names.is_unique and names.str.len().between(1, 60).all()


def test_every_code_of_a_claim_or_finding_has_a_word():
    table, findings = load_table("claims"), load_table("findings")
    assert set(table["basis"]) <= set(claims.BASIS)
    assert set(table["testable"]) <= set(claims.TESTABLE)
    assert set(findings["bears"]) <= set(claims.BEARS) == set(BEARS)
    assert list(claims.BEARS.values()) == ["for", "against", "mixed", "cannot tell"]


def test_the_thesis_stands_on_its_claims_but_those_on_what_does_not_suffice_and_ours():
    thesis = {name for name in load_table("claims")["claim_id"] if name.startswith("T.")}
    assert set(claims.CARRIES_THESIS) == thesis - {"T.2", "T.6", "T.7"}
    assert len(set(claims.CARRIES_THESIS)) == len(claims.CARRIES_THESIS)
