"""Tests of the confrontation of commitments with observations, and of the steps of notebook 08."""

import math
from types import SimpleNamespace

import pandas as pd
import pytest

from derisking.core import paths, tables
from derisking.rooms import n08_closures, n08_rivals


@pytest.fixture(scope="module")
def predictions():
    return tables.load_table("rival_predictions")


@pytest.fixture(scope="module")
def observations():
    return tables.load_table("rival_observations").set_index("observation_id")


# ---------------------------------------------------------------------------------------- evidence


def test_every_rival_commits_itself_to_something(predictions, observations):
    known = set(tables.load_table("rivals")["rival_id"])
    known |= {n08_rivals.THESIS, n08_rivals.EXTENDED}
    assert set(predictions["explanation"]) == known
    assert set(predictions["observation_id"]) == set(observations.index)


def test_every_mark_of_the_thesis_rests_on_a_claim_and_says_whose_it_is(predictions):
    thesis = predictions["explanation"].isin([n08_rivals.THESIS, n08_rivals.EXTENDED])
    assert predictions.loc[thesis, ["claim_id", "notes"]].notna().all().all()
    assert predictions.loc[~thesis, "claim_id"].isna().all()
    whose = predictions.set_index("explanation")["notes"]
    assert whose[[n08_rivals.THESIS]].str.startswith("His words").all()
    assert whose[[n08_rivals.EXTENDED]].str.startswith("Our inference").all()


SAME_FACT = {  # traits that a test judges, and the findings that grade the same fact
    "Post in Africa, without its north": ["T.1-e02"],
    "Any diplomat expelled, 2016-18": ["T.1-e04"],
    "Ambassador expelled in 2017": ["T.1-e03"],
    "Post closed once before": ["T.1-e05"],
    "Host in the EU, Britain, Switzerland": ["Q1.9-e01", "Q4.5-e01"],
    "Votes with China above median": ["Q4.5-e03"],
}


@pytest.mark.parametrize("trait", SAME_FACT)
def test_what_leans_nowhere_leans_nowhere_among_the_findings(trait):
    runs = pd.read_csv(paths.FIGURES / "08-specification-curve.csv")
    mine = runs[runs["trait"].eq(trait)]
    assert n08_rivals.judge_trait(mine, True, "rok_2024_01_30") == "unknown"
    findings = tables.load_table("findings").set_index("finding_id")
    assert findings.loc[SAME_FACT[trait], "bears"].eq("does_not_discriminate").all()


@pytest.mark.parametrize(
    ("key", "finding"),
    [
        ("havana", "T.1-e09"),
        ("havana", "Q1.9-e03"),
        ("berlin", "T.2-e10"),
        ("opened", "T.3-e04"),
        ("back", "T.3-e02"),
        ("back", "Q4.6-e01"),
    ],
)
def test_a_reading_leans_where_its_finding_does(observations, key, finding):
    bears = tables.load_table("findings").set_index("finding_id").loc[finding, "bears"]
    leans = bears in ("supports", "against")
    assert observations.loc[key, "outcome"].startswith("leans_") == leans


def test_what_is_read_is_judged_and_what_is_computed_is_not(observations):
    read = observations["judged_by"].eq("reading")
    assert observations.loc[read, ["outcome", "found"]].notna().all().all()
    assert observations.loc[~read, ["outcome", "found"]].isna().all().all()


def test_readings_agree_with_the_tables(observations):
    """Where a table holds the same fact, the judgement must not contradict it."""
    missions = tables.load_table("missions")
    status = missions[missions["in_rok_53"]].set_index("mission_id")["status_latest"]
    assert status["DEU-berlin-embassy"] == status["CUB-havana-embassy"] == "open"
    assert observations.loc[["berlin", "havana"], "outcome"].eq("leans_no").all()
    openings = tables.load_table("openings")
    later = openings[openings["date_latest"].gt(pd.Timestamp("2023-08-26"))]
    abroad = later[later["direction"].eq("dprk_abroad")]["event_class"]
    assert not abroad.isin(["opened", "reopened"]).any()
    assert observations.loc["opened", "outcome"] == "leans_no"  # nothing was reported, that is all
    assert abroad.isin(["ambassador_appointed", "ambassador_arrived"]).any()
    assert observations.loc["envoys", "outcome"] == "yes"
    heirs = tables.load_table("closures_2023").dropna(subset=["successor_mission"])
    assert heirs["mission_id"].nunique() > 5
    assert observations.loc["handed", "outcome"] == "yes"


# -------------------------------------------------------------------------------------- confronting


def rows(*pairs):
    """One row a list; the first is the one that counts most."""
    frame = pd.DataFrame(pairs, columns=["odds_ratio", "p"])
    return frame.assign(definition=["seoul", "other"])


@pytest.mark.parametrize(
    ("table", "higher", "outcome"),
    [
        (rows((3, 0.01), (2, 0.04)), True, "yes"),
        (rows((3, 0.01), (2, 0.04)), False, "no"),
        (rows((3, 0.01), (2, 0.06)), True, "leans_yes"),
        (rows((0, 0.01), (0.5, 0.9)), True, "leans_no"),
        (rows((0, 0.01), (0.5, 0.9)), False, "leans_yes"),
        (rows((0, 0.31), (0.5, 0.9)), True, "unknown"),
        (rows((3, 0.06), (2, 0.01)), True, "unknown"),
        (rows((0.9, 0.01), (1.1, 0.01)), True, "unknown"),
    ],
)
def test_judging_a_trait(table, higher, outcome):
    assert n08_rivals.judge_trait(table, higher, "seoul") == outcome


@pytest.fixture
def small():
    return pd.DataFrame(
        [("a", "T", "excludes"), ("a", "R1", "expects"), ("b", "T", "expects")],
        columns=["observation_id", "explanation", "sign"],
    )


@pytest.mark.parametrize(
    ("outcome", "bears"),
    [
        ("yes", ["contradicted", "borne out"]),
        ("no", ["borne out", "contradicted"]),
        ("leans_yes", ["leans against", "leans for"]),
        ("leans_no", ["leans for", "leans against"]),
        ("unknown", ["open", "open"]),
    ],
)
def test_confronting(small, outcome, bears):
    table = n08_rivals.confront(small, pd.Series({"a": outcome, "b": "yes"}))
    assert table["bears"].tolist() == [*bears, "borne out"]


@pytest.mark.parametrize("outcomes", [{"a": "yes"}, {"a": "yes", "b": "perhaps"}])
def test_confronting_refuses_what_is_not_judged(small, outcomes):
    with pytest.raises(ValueError, match="b"):
        n08_rivals.confront(small, pd.Series(outcomes))


def test_no_mark_of_the_author_rests_on_our_inference(predictions):
    """Expulsions, new posts, votes and Havana follow from no sentence that he wrote."""
    claim = tables.load_table("claims").set_index("claim_id")
    whose = predictions.set_index("observation_id")["explanation"]
    ours = set(whose[whose.eq(n08_rivals.EXTENDED)].index)
    assert ours >= {"expelled", "opened", "western", "condemned", "china", "havana"}
    his = predictions.loc[predictions["explanation"].eq(n08_rivals.THESIS), "claim_id"]
    assert len(his) and claim.loc[his, "basis"].ne("inferred").all()
    assert claim.loc[his, "quotation"].notna().all()


def test_parting_needs_opposite_signs(small):
    assert n08_rivals.find_opposed(small) == ["a"]


def test_tables_for_readers(small):
    table = n08_rivals.confront(small, pd.Series({"a": "yes", "b": "unknown"}))
    names = pd.Series({"T": "thesis", "R1": "hardship", "R2": "commits itself to nothing"})
    one = n08_rivals.list_explanations(table, names).set_index("explanation")
    assert list(one) == ["predictions", *n08_rivals.BEARS.values()]
    assert one.loc["thesis"].tolist() == [2, 0, 0, 0, 1, 1]
    assert one.loc["hardship", "borne out"] == 1
    assert one.loc["commits itself to nothing"].sum() == 0
    seen = pd.DataFrame(
        {"observation_id": ["a"], "observation": "It rains", "found": "wet", "outcome": "yes"}
    )
    line = n08_rivals.list_observations(seen, small, names).iloc[0]
    assert line.tolist() == ["It rains", "hardship", "thesis", "wet", "seen"]


# ------------------------------------------------------------------------------------------ economy


def test_thresholds_by_hand():
    """Output falls in 2001 and 2005, rounds in 2002 and 2010: a year's delay explains the first."""
    values = pd.Series({2000: 1.0, 2001: -4.0, 2002: 1.0, 2005: -2.0, 2006: 1.0, 2010: 2.0})
    table = n08_closures.try_thresholds(values, [2002, 2010], [-1.0], [0, 1]).set_index("delay")
    columns = ["explained", "bad", "followed", "allowed", "known"]
    assert table.loc[0, columns].tolist() == [0, 2, 0, 2, 6]
    assert table.loc[1, columns].tolist() == [1, 2, 1, 4, 6]


def test_lags_of_a_round():
    """A round of nine in 2000: its year comes last, a year without a figure stays empty."""
    table = n08_closures.list_lags(pd.Series({1999: -1.0, 2000: 2.0}), pd.Series({2000: 9}), 2)
    assert table["year"].tolist() == [1998, 1999, 2000]
    assert table["value"].tolist()[1:] == [-1.0, 2.0]
    assert math.isnan(table["value"][0])
    assert table["closed"].eq(9).all()


# --------------------------------------------------------------------------------------- base rates


def test_rates_are_brought_to_a_year():
    """Over two years 19 in 100 is a tenth a year; intervals of one year come first."""
    row = {"prev_wave": 1970, "wave": 1972, "years_between": 2, "prk_closed_share": 0.19}
    row |= {"p95": 0.36, "max": 0.51}
    short = row | {"prev_wave": 1989, "wave": 1990, "years_between": 1}
    table = n08_closures.convert_rates(pd.DataFrame([row, short]))
    assert table["wave"].tolist() == [1990, 1972]
    yearly = table[["p95_per_year", "max_per_year", "prk_per_year"]].to_numpy()
    assert yearly[0].tolist() == pytest.approx([0.36, 0.51, 0.19])
    assert yearly[1].tolist() == pytest.approx([0.2, 0.3, 0.1])


def test_shares_are_those_of_the_counts_and_a_pooled_row_has_none():
    ratio = SimpleNamespace(odds_ratio=3.0, low=1.0, high=9.0)
    row = n08_closures.describe_shares("a", "1998", ratio, [[1, 3], [2, 18]])
    assert (row["with_all"], row["with_share"], row["without_share"]) == (4, 0.25, 0.1)
    assert row["words"] == "2 of 20 against 1 of 4"  # the smaller share first, as the dots stand
    pooled = n08_closures.describe_shares("a", "pooled", ratio)
    assert pooled["odds_ratio"] == 3 and "with_share" not in pooled


# -------------------------------------------------------------------------------- facts and figures


def test_facts_hold_or_not_or_cannot_tell_and_a_weak_one_only_leans():
    facts = {"a": (True, "x"), "b": (False, "y"), "c": (None, "z"), "d": (False, "w")}
    table = n08_rivals.judge_facts(facts, weak=["c", "d"])
    assert table["outcome"].to_dict() == {"a": "yes", "b": "no", "c": "unknown", "d": "leans_no"}
    assert table["found"].tolist() == ["x", "y", "z", "w"]


def test_a_trait_is_judged_with_its_range_over_the_lists():
    runs = pd.DataFrame(
        {
            "trait": ["T", "T", "other"],
            "definition": ["seoul", "press", "seoul"],
            "odds_ratio": [0.0, 0.25, 9.0],
            "p": [0.004, 0.03, 0.9],
        }
    )
    row = n08_rivals.judge_traits(runs, {"house": ("T", False)}, "seoul").loc["house"]
    assert row["outcome"] == "yes"
    assert row["found"] == "odds ratio 0–0.25, p 0.0040–0.030"
