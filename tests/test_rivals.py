"""Tests of the confrontation of predictions with observations, and of the enumerations of notebook 08."""

import pandas as pd
import pytest

from derisking.core import tables
from derisking.rooms import n08_rivals, n08_robustness


@pytest.fixture(scope="module")
def coding():
    return n08_rivals.predictions()


def test_every_rival_has_a_column_and_a_prediction(coding):
    known = tables.load_table("rivals")["rival_id"].tolist()
    assert list(n08_rivals.NAMES) == ["T", *known]
    assert coding[list(n08_rivals.NAMES)].ne(".").any().all()
    assert coding[list(n08_rivals.NAMES)].ne(".").any(axis=1).all()


def test_every_sign_of_the_thesis_rests_on_a_claim(coding):
    table = n08_rivals.bases(coding)
    assert table["basis"].notna().all()


def rows(*pairs):
    return pd.DataFrame(pairs, columns=["odds_ratio", "p"])


@pytest.mark.parametrize(
    ("table", "higher", "outcome"),
    [
        (rows((3, 0.01), (2, 0.04)), True, "seen"),
        (rows((3, 0.01), (2, 0.04)), False, "not seen"),
        (rows((3, 0.01), (2, 0.06)), True, "leans to yes"),
        (rows((0, 0.3), (0.5, 0.9)), True, "leans to no"),
        (rows((0, 0.3), (0.5, 0.9)), False, "leans to yes"),
        (rows((0.9, 0.01), (1.1, 0.01)), True, "cannot tell"),
    ],
)
def test_judging_a_trait(table, higher, outcome):
    assert n08_rivals.from_lists(table, higher) == outcome


def test_confronting(coding):
    observed = pd.DataFrame({"outcome": "cannot tell", "words": ""}, index=coding.index)
    observed.loc["badyear", "outcome"] = "not seen"
    observed.loc["africa", "outcome"] = "leans to yes"
    table = n08_rivals.cells(coding, observed).set_index(["key", "explanation"])
    assert table.loc[("badyear", "R1"), ["bears", "firm"]].tolist() == ["against", True]
    assert table.loc[("badyear", "T"), ["bears", "firm"]].tolist() == ["supports", True]
    assert table.loc[("africa", "R12"), ["bears", "firm"]].tolist() == ["supports", False]
    assert table.loc[("africa", "R3"), "bears"] == "against"
    assert table.loc[("back", "R1"), "bears"] == "does_not_discriminate"


def test_confronting_refuses_what_is_not_judged(coding):
    observed = pd.DataFrame({"outcome": "seen", "words": ""}, index=coding.index)
    with pytest.raises(ValueError, match="one outcome"):
        n08_rivals.cells(coding, observed.drop(index="africa"))
    with pytest.raises(ValueError, match="one outcome"):
        n08_rivals.cells(coding, observed.assign(outcome="perhaps"))


def test_parting_needs_opposite_signs(coding):
    parted = n08_rivals.opposed(coding)
    assert parted["pact"]
    assert not parted["havana"]


def test_thresholds_by_hand():
    """Output falls in 2001 and 2005; rounds in 2002 and 2010; a delay of one year explains the first only."""
    values = pd.Series({2000: 1.0, 2001: -4.0, 2002: 1.0, 2005: -2.0, 2006: 1.0, 2010: 2.0})
    table = n08_robustness.thresholds(values, [2002, 2010], [-1.0], [0, 1]).set_index("delay")
    columns = ["explained", "bad", "followed", "allowed", "known"]
    assert table.loc[0, columns].tolist() == [0, 2, 0, 2, 6]
    assert table.loc[1, columns].tolist() == [1, 2, 1, 4, 6]


def test_traits_are_thirteen_and_keep_their_gaps():
    traits = n08_robustness.traits(tables.load_table("host_traits").set_index("mission_id"))
    assert traits.shape == (53, 13)
    assert traits.loc["HKG-hong-kong-cg", "Votes with China above median"] is pd.NA
    assert traits["Post in Africa"].sum() == 10
