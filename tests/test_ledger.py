"""The ledger: no claim lost, parties told apart, and what a drop or a lost finding does to a
verdict."""

import pandas as pd
import pytest

from derisking.core import checks, claims, sources, tables
from derisking.draw import save, style
from derisking.rooms import n09_verdict


@pytest.fixture(scope="module")
def table():
    return tables.load_table("claims")


@pytest.fixture(scope="module")
def findings():
    return tables.load_table("findings")


def made(rows):
    """Findings as (claim_id, bears, strength), numbered."""
    frame = pd.DataFrame(rows, columns=["claim_id", "bears", "strength"])
    return frame.assign(
        finding_id=[f"{row.claim_id}-e{row.Index:02}" for row in frame.itertuples()]
    )


def test_names_are_those_of_the_claims_in_order_and_short(table):
    assert list(claims.name_claims().index) == list(table["claim_id"])
    assert claims.name_claims().is_unique and claims.name_claims().str.len().between(15, 52).all()


def test_every_verdict_has_its_lane_and_its_mark():
    assert n09_verdict.find_lane("leans for") == "Holds"
    assert n09_verdict.find_lane("not supported") == "Not borne out"
    assert {n09_verdict.find_lane(verdict) for verdict in claims.VERDICTS} == set(n09_verdict.LANES)
    assert set(n09_verdict.SIDES) == set(claims.VERDICTS)
    named = {verdict for verdicts in n09_verdict.LANES.values() for verdict in verdicts}
    assert named <= set(claims.VERDICTS)
    assert set(style.read_meanings("verdict")) == set(claims.VERDICTS)


@pytest.mark.parametrize(
    "verdict", [v for v in claims.VERDICTS if v.startswith("open") or v == "not testable"]
)
def test_a_verdict_that_is_open_or_cannot_be_tested_is_open(verdict):
    assert n09_verdict.find_lane(verdict) == "Undecided"


def test_every_claim_has_a_voice(table):
    assert set(n09_verdict.VOICES) == set(claims.BASIS)
    assert set(n09_verdict.GROUPS) == {n09_verdict.THESIS, *n09_verdict.LANES}


def test_ledger_has_every_claim_once(table, findings):
    book = n09_verdict.build_ledger(table, findings).set_index("claim_id")
    assert list(book.index) == list(table["claim_id"])
    assert book["verdict"].equals(claims.reach_verdicts(table, findings).rename("verdict"))
    assert book.loc[list(claims.CARRIES_THESIS), "voice"].eq("his own text").all()


def gather_his(table, findings):
    """The claims taken from his text, as notebook 09 draws them."""
    book = n09_verdict.build_ledger(table, findings)
    his = book[book["voice"].eq("his own text")]
    carries = his["claim_id"].isin(claims.CARRIES_THESIS)
    return his.assign(group=his["lane"].mask(carries, n09_verdict.THESIS))


@pytest.mark.parametrize("planted", [False, True])
def test_the_drawn_ledger_has_a_mark_a_weighty_finding_and_says_where_there_is_none(
    table, findings, planted
):
    if planted:
        row = {"claim_id": "T.1", "finding_id": "x", "bears": "against", "strength": "strong"}
        findings = pd.concat([findings, pd.DataFrame([row])], ignore_index=True)
    his, marks = gather_his(table, findings), n09_verdict.place_marks(findings)
    ax = n09_verdict.draw_ledger(his, marks).axes[0]
    drawn = [line for line in ax.lines if line.get_marker() not in ("", "None")]
    right = sum(line.get_xdata()[0] > n09_verdict.CENTRE for line in drawn)
    shown = marks[marks["claim_id"].isin(his["claim_id"])]
    assert (right, len(drawn)) == (shown["bears"].eq("supports").sum(), len(shown))
    told = [text.get_text() for text in ax.texts]
    assert ("or moderate" in told) == (not planted)
    assert set(his["name"]) <= set(told) and "4 claims carry the thesis" in told


def test_marks_stand_strongest_next_to_the_line_without_gaps(findings):
    marks = n09_verdict.place_marks(findings)
    weighty = findings[findings["strength"].ne("weak")]
    assert len(marks) == weighty["bears"].isin(["supports", "against"]).sum()
    assert ((marks["place"] > 0) == marks["bears"].eq("supports")).all()
    grade = marks["strength"].map({"strong": 0, "moderate": 1})
    for _, rows in marks.assign(grade=grade, far=marks["place"].abs()).groupby(
        ["claim_id", "bears"]
    ):
        rows = rows.sort_values("far")
        assert (
            list(rows["far"]) == list(range(1, len(rows) + 1))
            and rows["grade"].is_monotonic_increasing
        )


@pytest.mark.parametrize(
    ("voice", "parties"),
    [
        ("rok_mofa", {"Seoul, ministries", "Seoul, all state bodies"}),
        ("ROK Ministry of Unification", {"Seoul, ministries", "Seoul, all state bodies"}),
        ("bank_of_korea", {"Seoul, all state bodies"}),
        ("kotra", {"Seoul, all state bodies"}),
        ("kcna", {"Pyongyang"}),
        ("dprk_mfa", {"Pyongyang"}),
        ("Daily NK", {"anonymous sources"}),
        ("daily_nk", {"anonymous sources"}),
        ("reuters", set()),
        ("yonhap", set()),
        ("NK News", set()),
        ("KBS World", set()),
        ("This data set", set()),
    ],
)
def test_voices_belong_to_the_right_party(voice, parties):
    assert {
        party for party in n09_verdict.PARTIES if n09_verdict.belongs_to(voice, party)
    } == parties
    assert n09_verdict.belongs_to(voice, "any of them") == bool(parties)


def test_every_official_source_of_a_party_that_speaks_for_itself_belongs_to_it():
    sources = tables.load_table("sources")
    for kind, party in (("official_rok", "Seoul, ministries"), ("official_dprk", "Pyongyang")):
        own = sources[sources["kind"].eq(kind) & sources["relays"].isna()]["publisher"]
        strangers = [name for name in own if not n09_verdict.belongs_to(name, party)]
        assert strangers == []


def test_all_voices_is_the_milder_and_any_voice_the_harsher_test(findings):
    for party in [*n09_verdict.PARTIES, "any of them"]:
        alone, part = (
            n09_verdict.rests_on(findings, party),
            n09_verdict.rests_on(findings, party, every=False),
        )
        assert not (alone & ~part).any()
    narrow, wide = (n09_verdict.rests_on(findings, name) for name in list(n09_verdict.PARTIES)[:2])
    assert not (narrow & ~wide).any()


def test_a_drop_looks_at_every_voice(monkeypatch):
    voices = {"a": {"kcna"}, "b": {"kcna", "reuters"}, "c": {"reuters"}}
    monkeypatch.setattr(sources, "name_voices", lambda ids: frozenset(voices[ids]))
    findings = pd.DataFrame({"sources": ["a", "b", "c"]})
    assert list(n09_verdict.rests_on(findings, "Pyongyang")) == [True, False, False]
    assert list(n09_verdict.rests_on(findings, "Pyongyang", every=False)) == [True, True, False]


def test_sensitivity_with_nothing_dropped_changes_nothing(table, findings):
    same = n09_verdict.compare_verdicts(table, findings, {"none": findings})
    assert (
        same["none"].equals(same["all findings"].rename("none"))
        and n09_verdict.list_changes(same).empty
    )


def test_sensitivity_with_everything_dropped_leaves_nothing_known(table, findings):
    verdicts = n09_verdict.compare_verdicts(table, findings, {"all": findings.iloc[:0]})["all"]
    assert set(verdicts) == {"cannot tell", "not testable"}


def test_the_drops_are_independent_of_row_order(table, findings):
    mixed = findings.sample(frac=1, random_state=7)
    one, other = (
        n09_verdict.compare_verdicts(table, rows, n09_verdict.list_drops(rows))
        for rows in (findings, mixed)
    )
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize(
    ("before", "after", "shift"),
    [
        ("supported", "leans against", "other side"),
        ("open, leaning against", "open, leaning for", "other side"),
        ("leans for", "supported", "firmer"),
        ("contested", "open, leaning against", "firmer"),
        ("not supported", "open, leaning against", "less firm"),
        ("contested", "cannot tell", "less firm"),
        ("supported", "contested", "less firm"),
        ("contested", "contested", "none"),
    ],
)
def test_a_change_of_sides_is_told_from_a_change_of_degree(before, after, shift):
    index = pd.Index(["T.1"], name="claim_id")
    firmness = pd.DataFrame({"all findings": [before], "x": [after]}, index=index)
    assert n09_verdict.name_shifts(firmness["all findings"], firmness["x"]).item() == shift
    found = n09_verdict.list_changes(firmness)
    assert list(found["shift"]) == [shift] * (shift != "none")
    assert n09_verdict.count_crossing(found) == (shift == "other side")


def test_verdicts_stand_on_their_side_and_a_crossing_one_is_counted(table, findings):
    rows = [
        ("T.1", "x", "supported", "cannot tell"),
        ("T.1", "y", "supported", "open, leaning for"),
        ("T.2", "x", "open, leaning against", "open, leaning for"),
    ]
    changes = pd.DataFrame(rows, columns=["claim_id", "drop", "before", "after"])
    changes["shift"] = n09_verdict.name_shifts(changes["before"], changes["after"])
    ax = n09_verdict.draw_shifts(changes, n09_verdict.build_ledger(table, findings)).axes[0]
    marks = [line for line in ax.lines if line.get_marker() == "o"]
    away = [line.get_xdata()[0] - n09_verdict.CENTRE for line in marks]
    assert sorted(round(distance / n09_verdict.STEP) for distance in away) == [-1, 0, 1, 1, 3]
    assert f"1 of {len(table)} verdicts\nchange sides" in [text.get_text() for text in ax.texts]


def test_leave_one_out_finds_the_one_finding_a_verdict_hangs_on():
    table = pd.DataFrame({"claim_id": ["T.1", "T.2"], "testable": ["yes", "yes"]})
    rows = [
        ("T.1", "supports", "strong"),
        ("T.1", "supports", "weak"),
        ("T.2", "against", "strong"),
        ("T.2", "against", "strong"),
        ("T.2", "against", "strong"),
    ]
    lost = n09_verdict.drop_each_finding(table, made(rows))
    assert list(lost["finding_id"]) == ["T.1-e00"] and lost["after"].item() == "cannot tell"


def test_shaking_counts_agree_with_leave_one_out(table, findings):
    shaken = n09_verdict.shake_verdicts(table, findings)
    assert (
        shaken["verdicts that change"].iloc[0]
        == n09_verdict.drop_each_finding(table, findings)["claim_id"].nunique()
    )


def test_charts_have_no_fault_of_text(table, findings):
    his, marks = gather_his(table, findings), n09_verdict.place_marks(findings)
    firmness = n09_verdict.compare_verdicts(table, findings, n09_verdict.list_drops(findings))
    changes = n09_verdict.list_changes(firmness)
    figures = [
        n09_verdict.draw_ledger(his, marks),
        n09_verdict.draw_shifts(changes, n09_verdict.build_ledger(table, findings)),
    ]
    assert [save.find_text_faults(fig) for fig in figures] == [[], []]


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"look_by": pd.Timestamp("2026-11-25")}, "look_by"),
        ({"status": "seen"}, "status"),
        ({"decided_on": pd.Timestamp("2027-01-31")}, "status"),
        ({"concerns": "Q9.1"}, "concerns"),
    ],
)
def test_a_prediction_made_late_or_decided_without_a_source_is_refused(cells, column):
    given = checks.Tables()
    rows = given["predictions_registered"].copy()
    for name, value in cells.items():
        rows.loc[2, name] = value
    check = next(function for text, function in checks.RULES if text.startswith("predictions"))
    kept = {name: given[name] for name in ("claims", "rivals")}
    expected, found, faults = check(kept | {"predictions_registered": rows})
    assert expected != found and [(fault.row, fault.column) for fault in faults] == [(2, column)]
    sound = check(kept | {"predictions_registered": given["predictions_registered"]})
    assert sound[0] == sound[1] and not sound[2]
