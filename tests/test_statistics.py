"""Tests of the exact and permutation tests: textbook values, agreement with scipy, and the numbers in the evidence."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from derisking.core import tables
from derisking.stats import exact

LISTS = ["frank_2023_12", "rok_2023_12_05", "rok_2024_01_30", "host_confirmed", "joongang_2023_11_29"]


@pytest.fixture(scope="module")
def posts():
    closed = tables.load_table("closure_matrix").set_index("mission_id")
    traits = tables.load_table("host_traits").set_index("mission_id")
    return closed, traits.reindex(closed.index)


def flags(ones, total):
    return pd.Series([True] * ones + [False] * (total - ones))


def two_by_two(a, b, c, d):
    """Closed and trait for a posts with both, b with the trait only, c closed only, d with neither."""
    trait = pd.Series([True] * (a + b) + [False] * (c + d))
    closed = pd.Series([True] * a + [False] * b + [True] * c + [False] * d)
    return closed, trait


# ------------------------------------------------------------------------------------ one trait, one table


def test_tea_tasting():
    """Fisher 1935: eight cups, three of four told right; two-sided p = 34/70."""
    found = exact.contrast(*two_by_two(3, 1, 1, 3))
    assert found.p == pytest.approx(34 / 70)


def test_odds_ratio_is_conditional():
    """Fisher's twin criminals (2, 15, 10, 3), against fisher.test of R, whose bounds are rounded by its root finder."""
    found = exact.contrast(*two_by_two(2, 15, 10, 3))
    assert found.odds_ratio == pytest.approx(0.04693660, rel=1e-5)
    assert (found.low, found.high) == pytest.approx((0.003325764, 0.363182271), rel=0.01)
    assert found.p == pytest.approx(0.0005367, rel=1e-3)


def test_infinite_odds_ratio():
    found = exact.contrast(*two_by_two(4, 0, 0, 6))
    assert math.isinf(found.odds_ratio)
    assert math.isinf(found.high)
    assert found.low > 1


def test_missing_traits_are_left_out_and_counted():
    closed, trait = two_by_two(3, 1, 1, 3)
    closed, trait = pd.concat([closed, flags(1, 2)]), pd.concat([trait.astype("boolean"), pd.Series([pd.NA, pd.NA])])
    found = exact.contrast(closed.reset_index(drop=True), trait.reset_index(drop=True).astype("boolean"))
    assert found.missing == 2
    assert found.p == pytest.approx(34 / 70)


def test_unknown_closure_is_refused():
    with pytest.raises(ValueError, match="closure is unknown for 1"):
        exact.contrast(pd.Series([True, pd.NA, False], dtype="boolean"), pd.Series([True, False, True]))


def test_constant_trait_is_refused():
    with pytest.raises(ValueError, match="nothing to compare"):
        exact.contrast(flags(2, 5), flags(5, 5))


@pytest.mark.parametrize(
    ("trait", "definition", "words", "p"),
    [
        ("in_africa", "rok_2024_01_30", "4/10 against 5/43", 0.053),
        ("in_africa", "frank_2023_12", "5/10 against 4/43", 0.008),
        ("ambassador_expelled_2017", "rok_2024_01_30", "1/5 against 8/48", 1.00),
        ("any_diplomat_expelled_2016_2018", "rok_2024_01_30", "2/8 against 5/42", 0.31),
    ],
)
def test_numbers_in_the_evidence(posts, trait, definition, words, p):
    closed, traits = posts
    found = exact.contrast(closed[definition], traits[trait])
    assert found.words == words
    assert found.p == pytest.approx(p, abs=0.005)


def test_closed_in_1998_and_open_again(posts):
    """Two of Senegal, Angola and Algeria against seven of fifty: p = 0.07 (evidence T.1-e05)."""
    closed, _ = posts
    again = pd.Series(closed.index.str[:3].isin(["SEN", "AGO", "DZA"]), index=closed.index)
    found = exact.contrast(closed["rok_2024_01_30"], again)
    assert found.words == "2/3 against 7/50"
    assert found.p == pytest.approx(0.07, abs=0.005)


def test_share_of_posts_closed():
    assert exact.share(9, 53) == pytest.approx((0.17, 0.08, 0.30), abs=0.005)


# ------------------------------------------------------------------------------------------ permutations


def test_permutation_enumerates_small_cases():
    """Ten arrangements of two among five; the observed gap is matched or passed in both tails by two of them."""
    values = pd.Series([10.0, 9.0, 1.0, 2.0, 3.0])
    gap, p = exact.permutation(pd.Series([True, True, False, False, False]), values)
    gaps = []
    for pair in itertools.combinations(range(5), 2):
        rest = [i for i in range(5) if i not in pair]
        gaps.append(np.median(values[list(pair)]) - np.median(values[rest]))
    low, high = np.mean(np.array(gaps) <= gap), np.mean(np.array(gaps) >= gap)
    assert gap == pytest.approx(7.5)
    assert p == pytest.approx(min(1, 2 * min(low, high)))


def test_permutation_is_repeatable(posts):
    closed, traits = posts
    one, two = (exact.permutation(closed["rok_2024_01_30"], traits["agree_chn_2022"], draws=2000) for _ in range(2))
    assert one == two


def test_one_stratum_is_the_free_permutation(posts):
    closed, traits = posts
    one = pd.Series("all", index=closed.index)
    free = exact.permutation(closed["frank_2023_12"], traits["gdp_per_head_ppp_2022"], draws=5_000)
    bound = exact.permutation_within(closed["frank_2023_12"], traits["gdp_per_head_ppp_2022"], one, draws=5_000)
    assert bound[0] == pytest.approx(free[0])
    assert bound[1] == pytest.approx(free[1], abs=0.003)


def test_permutation_within_strata_by_brute_force():
    """One of two closed in each of two strata: four arrangements, the one found is the top of them."""
    values, strata = pd.Series([1.0, 5.0, 10.0, 20.0]), pd.Series(list("aabb"))
    gap, p = exact.permutation_within(pd.Series([False, True, False, True]), values, strata, draws=5_000)
    assert gap == pytest.approx(12.5 - 5.5)
    assert p == pytest.approx(2 / 4, abs=0.03)


def test_permutation_leaves_out_missing_values():
    values = pd.Series([10.0, 9.0, 1.0, 2.0, 3.0, np.nan])
    closed = pd.Series([True, True, False, False, False, True])
    assert exact.permutation(closed, values) == exact.permutation(closed[:5], values[:5])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=4, max_size=30))
def test_one_stratum_is_fishers_test(rows):
    closed, trait = (pd.Series(column) for column in zip(*rows, strict=True))
    strata = pd.Series("all", index=closed.index)
    found = exact.within(closed, trait, strata)
    if trait.nunique() < 2 or closed.nunique() < 2:
        assert math.isnan(found)
    else:
        assert found == pytest.approx(exact.contrast(closed, trait).p)


def test_within_strata_by_brute_force():
    closed = pd.Series([1, 0, 0, 1, 1, 0, 0]).astype(bool)
    trait = pd.Series([1, 1, 0, 1, 0, 0, 1]).astype(bool)
    strata = pd.Series(list("aaabbbb"))
    sums = [
        int(trait[[i, j, k]].sum()) for i in range(3) for j, k in itertools.combinations(range(3, 7), 2)
    ]  # one of three in a, two of four in b
    weight = pd.Series(sums).value_counts(normalize=True)
    seen = weight[int((closed & trait).sum())]
    assert exact.within(closed, trait, strata) == pytest.approx(weight[weight <= seen + 1e-12].sum())


def test_region_cannot_be_tested_within_region(posts):
    closed, traits = posts
    assert math.isnan(exact.within(closed["rok_2024_01_30"], traits["in_africa"], traits["region"]))


# -------------------------------------------------------------------------------------------- many tests


def test_holm_and_benjamini_hochberg():
    """Worked by hand: 0.01, 0.02, 0.03 of three tests."""
    p = pd.Series([0.03, 0.01, 0.02])
    assert exact.adjust(p, "holm").tolist() == pytest.approx([0.04, 0.03, 0.04])
    assert exact.adjust(p, "fdr_bh").tolist() == pytest.approx([0.03, 0.03, 0.03])


def test_benjamini_hochberg_agrees_with_scipy():
    p = pd.Series(np.random.default_rng(1).random(40))
    assert exact.adjust(p, "fdr_bh").to_numpy() == pytest.approx(stats.false_discovery_control(p))


def test_grid_runs_every_pair(posts):
    closed, traits = posts
    table = exact.grid(closed[LISTS], traits[["in_africa", "closed_before"]], traits["region"])
    assert len(table) == 10
    assert (table["holm"] >= table["bh"]).all()
    assert (table["bh"] >= table["p"]).all()
    assert table.groupby("trait")["p_within"].count().to_dict() == {"closed_before": 5, "in_africa": 0}


def test_kinshasa_turns_the_result(posts):
    """By Seoul's nine p is 0.053; with Kinshasa counted as closed it is below 0.05."""
    closed, traits = posts
    table = exact.leave_one_out(closed["rok_2024_01_30"], traits["in_africa"])
    assert len(table) == 2 * 53
    flipped = table[table["change"].eq("reclassified")].set_index("post")["p"]
    assert flipped["COD-kinshasa-embassy"] == pytest.approx(0.0138, abs=0.0005)


def test_leave_one_out_is_the_plain_test_on_the_rest(posts):
    closed, traits = posts
    table = exact.leave_one_out(closed["frank_2023_12"], traits["in_africa"]).set_index(["change", "post"])["p"]
    rest = closed.index.drop("COD-kinshasa-embassy")
    plain = exact.contrast(closed.loc[rest, "frank_2023_12"], traits.loc[rest, "in_africa"]).p
    assert table["dropped", "COD-kinshasa-embassy"] == pytest.approx(plain)


def test_leave_one_out_skips_unknown_traits(posts):
    closed, traits = posts
    assert len(exact.leave_one_out(closed["rok_2024_01_30"], traits["opened_after_2010"])) == 2 * 49


# ------------------------------------------------------------------------------------------------- power


def test_power_of_no_effect_is_the_size_of_the_test():
    """At odds ratio 1 the power is what the test rejects by chance: below alpha, as exact tests are."""
    assert 0 < exact.power(1, 20) <= 0.05


def test_power_numbers_in_the_evidence():
    """A trait of 20 posts: 9 percent at odds ratio 2, 34 at 4, and 80 percent at about 10 to 12 (DESIGNS)."""
    assert exact.power(2, 20) == pytest.approx(0.09, abs=0.005)
    assert exact.power(4, 20) == pytest.approx(0.34, abs=0.005)
    assert 10 < exact.detectable(20) < 12


def test_power_by_simulation():
    rng = np.random.default_rng(7)
    draws = stats.nchypergeom_fisher.rvs(53, 10, 9, 5, size=4000, random_state=rng)
    p = {x: stats.fisher_exact([[x, 10 - x], [9 - x, 34 + x]]).pvalue for x in range(10)}
    assert exact.power(5, 10) == pytest.approx(np.mean([p[x] < 0.05 for x in draws]), abs=0.03)


def test_detectable_reaches_its_power():
    assert exact.power(exact.detectable(20), 20) == pytest.approx(0.8, abs=1e-4)


def test_nothing_is_detectable_with_one_holder():
    assert math.isinf(exact.detectable(1))


# ---------------------------------------------------------------------------------------------- survival


def spells(rows):
    columns = ["opened_earliest", "opened_latest", "closed", "closed_earliest", "closed_latest"]
    frame = pd.DataFrame(rows, columns=columns)
    for name in columns:
        if name != "closed":
            frame[name] = pd.to_datetime(frame[name])
    return frame


@pytest.fixture
def three():
    return spells([
        ["1990-01-01", "1990-01-01", "2000", "2000-01-01", "2000-12-31"],
        ["1990-01-01", "1995-01-01", "2005", "2005-01-01", "2005-01-01"],
        [None, "2000-01-01", None, None, None],
    ])  # fmt: skip


def test_ages_under_both_readings(three):
    young = exact.ages(three, "2010-01-01", "latest")
    old = exact.ages(three, "2010-01-01", "earliest")
    assert young["entry"].tolist() == [0, 0, 0]
    assert young["exit"].tolist() == pytest.approx([10, 10, 10], abs=0.02)
    assert old.index.tolist() == [0, 1]
    assert old["entry"].tolist() == pytest.approx([0, 5], abs=0.02)
    assert old["exit"].tolist() == pytest.approx([11, 15], abs=0.02)
    assert young["ended"].tolist() == [True, True, False]


def test_ages_refuses_other_readings(three):
    with pytest.raises(ValueError, match="latest"):
        exact.ages(three, "2010-01-01", "middle")


def test_kaplan_meier_textbook():
    """Four posts: ends at 1 and 3, one lost at 2, one left: 3/4, then 3/4 x 1/2."""
    table = pd.DataFrame({"entry": 0.0, "exit": [1.0, 2.0, 3.0, 4.0], "ended": [True, False, True, False]})
    curve = exact.open_share(table).set_index("age")["alive"]
    assert curve[1.0] == pytest.approx(0.75)
    assert curve[3.0] == pytest.approx(0.375)
    assert exact.median_age(curve.reset_index()) == 3.0


def test_late_entry_leaves_the_unwatched_years_out():
    """A post that enters at 2 is not at risk at 1: the first end is one of two, not one of three."""
    table = pd.DataFrame({"entry": [0.0, 0.0, 2.0], "exit": [1.0, 5.0, 5.0], "ended": [True, False, False]})
    curve = exact.open_share(table).set_index("age")
    assert curve.loc[1.0, "at_risk"] == 2
    assert curve.loc[1.0, "alive"] == pytest.approx(0.5)


def test_without_late_entry_it_agrees_with_scipy():
    rng = np.random.default_rng(3)
    exits, ended = rng.exponential(10, 60).round(2) + 0.01, rng.random(60) < 0.7
    curve = exact.open_share(pd.DataFrame({"entry": 0.0, "exit": exits, "ended": ended})).set_index("age")["alive"]
    data = stats.CensoredData(uncensored=exits[ended], right=exits[~ended])
    assert curve.iloc[-1] == pytest.approx(stats.ecdf(data).sf.evaluate(curve.index[-1]))


def test_median_that_is_never_reached():
    assert math.isinf(exact.median_age(pd.DataFrame({"age": [0.0, 1.0], "alive": [1.0, 0.9]})))


@pytest.mark.parametrize(("value", "words"), [(math.inf, "no limit"), (4.86, "4.9"), (31.2, "31"), (0, "0")])
def test_ratio_words(value, words):
    assert exact.ratio_words(value) == words
