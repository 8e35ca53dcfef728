"""Tests of the exact and permutation tests: textbook values, agreement with scipy, and the numbers
in the evidence."""

import itertools
import math
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from derisking.core import paths, tables
from derisking.stats import exact

LISTS = [
    "frank_2023_12",
    "rok_2023_12_05",
    "rok_2024_01_30",
    "host_confirmed",
    "joongang_2023_11_29",
]


@pytest.fixture(scope="module")
def posts():
    closed = tables.load_table("closure_matrix").set_index("mission_id")
    traits = tables.load_table("host_traits").set_index("mission_id")
    return closed, traits.reindex(closed.index)


def flags(ones, total):
    return pd.Series([True] * ones + [False] * (total - ones))


def two_by_two(a, b, c, d):
    """Closed and trait for a posts with both, b with the trait only, c closed only, d with
    neither."""
    trait = pd.Series([True] * (a + b) + [False] * (c + d))
    closed = pd.Series([True] * a + [False] * b + [True] * c + [False] * d)
    return closed, trait


# ----------------------------------------------------------------------------- one trait, one table


def test_tea_tasting():
    """Fisher 1935: eight cups, three of four told right; two-sided p = 34/70."""
    found = exact.compare_closures(*two_by_two(3, 1, 1, 3))
    assert found.p == pytest.approx(34 / 70)


def test_odds_ratio_is_conditional():
    """Fisher's twin criminals (2, 15, 10, 3), against fisher.test of R, whose bounds are rounded by
    its root finder."""
    found = exact.compare_closures(*two_by_two(2, 15, 10, 3))
    assert found.odds_ratio == pytest.approx(0.04693660, rel=1e-5)
    assert (found.low, found.high) == pytest.approx((0.003325764, 0.363182271), rel=0.01)
    assert found.p == pytest.approx(0.0005367, rel=1e-3)


def test_infinite_odds_ratio():
    found = exact.compare_closures(*two_by_two(4, 0, 0, 6))
    assert math.isinf(found.odds_ratio)
    assert math.isinf(found.high)
    assert found.low > 1


def test_missing_traits_are_left_out_and_counted():
    closed, trait = two_by_two(3, 1, 1, 3)
    closed, trait = (
        pd.concat([closed, flags(1, 2)]),
        pd.concat([trait.astype("boolean"), pd.Series([pd.NA, pd.NA])]),
    )
    found = exact.compare_closures(
        closed.reset_index(drop=True), trait.reset_index(drop=True).astype("boolean")
    )
    assert found.missing == 2
    assert found.p == pytest.approx(34 / 70)


def test_unknown_closure_is_refused():
    with pytest.raises(ValueError, match="closure is unknown for 1"):
        exact.compare_closures(
            pd.Series([True, pd.NA, False], dtype="boolean"), pd.Series([True, False, True])
        )


def test_constant_trait_is_refused():
    with pytest.raises(ValueError, match="nothing to compare"):
        exact.compare_closures(flags(2, 5), flags(5, 5))


@pytest.mark.parametrize(
    ("trait", "definition", "words", "p"),
    [
        ("in_africa", "rok_2024_01_30", "4 of 10 against 5 of 43", 0.053),
        ("in_africa", "frank_2023_12", "5 of 10 against 4 of 43", 0.008),
        ("ambassador_expelled_2017", "rok_2024_01_30", "1 of 5 against 8 of 48", 1.00),
    ],
)
def test_numbers_in_the_evidence(posts, trait, definition, words, p):
    closed, traits = posts
    found = exact.compare_closures(closed[definition], traits[trait])
    assert found.words == words
    assert found.p == pytest.approx(p, abs=0.005)


def test_closed_in_1998_and_open_again(posts):
    """Two of Senegal, Angola and Algeria against seven of fifty: p = 0.07 (evidence T.1-e05)."""
    closed, _ = posts
    again = pd.Series(closed.index.str[:3].isin(["SEN", "AGO", "DZA"]), index=closed.index)
    found = exact.compare_closures(closed["rok_2024_01_30"], again)
    assert found.words == "2 of 3 against 7 of 50"
    assert found.p == pytest.approx(0.07, abs=0.005)


# ------------------------------------------------------------------------------------------- ranks


def test_ranks_enumerated_by_hand():
    """Two of five closed, and they hold the two highest numbers: both tails are 1 of 10."""
    values = pd.Series([10.0, 9.0, 1.0, 2.0, 3.0])
    delta, p = exact.compare_ranks(pd.Series([True, True, False, False, False]), values)
    assert delta == 1
    assert p == pytest.approx(2 / 10, abs=0.01)


def test_ranks_agree_with_mann_and_whitney():
    rng = np.random.default_rng(5)
    values, closed = pd.Series(rng.normal(size=40)), flags(9, 40)
    delta, p = exact.compare_ranks(closed, values)
    found = stats.mannwhitneyu(values[closed], values[~closed], method="exact")
    assert p == pytest.approx(found.pvalue, abs=0.015)
    assert delta == pytest.approx(2 * found.statistic / (9 * 31) - 1)


def test_ranks_are_repeatable_and_leave_out_missing_values():
    values = pd.Series([10.0, 9.0, 1.0, 2.0, 3.0, np.nan])
    closed = pd.Series([True, True, False, False, False, True])
    assert exact.compare_ranks(closed, values) == exact.compare_ranks(closed[:5], values[:5])


def test_ranks_within_strata_by_hand():
    """One of two closed in each of two strata: of four dealings, two lie as far out as this one."""
    values, strata = pd.Series([1.0, 5.0, 10.0, 20.0]), pd.Series(list("aabb"))
    _, p = exact.compare_ranks(pd.Series([False, True, False, True]), values, strata)
    assert p == pytest.approx(2 / 4, abs=0.02)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=4, max_size=30))
def test_one_stratum_is_fishers_test(rows):
    closed, trait = (pd.Series(column) for column in zip(*rows, strict=True))
    strata = pd.Series("all", index=closed.index)
    found = exact.compare_within_strata(closed, trait, strata)
    if trait.nunique() < 2 or closed.nunique() < 2:
        assert math.isnan(found)
    else:
        assert found == pytest.approx(exact.compare_closures(closed, trait).p)


def test_within_strata_by_brute_force():
    closed = pd.Series([1, 0, 0, 1, 1, 0, 0]).astype(bool)
    trait = pd.Series([1, 1, 0, 1, 0, 0, 1]).astype(bool)
    strata = pd.Series(list("aaabbbb"))
    sums = [
        int(trait[[i, j, k]].sum())
        for i in range(3)
        for j, k in itertools.combinations(range(3, 7), 2)
    ]  # one of three in a, two of four in b
    weight = pd.Series(sums).value_counts(normalize=True)
    seen = weight[int((closed & trait).sum())]
    assert exact.compare_within_strata(closed, trait, strata) == pytest.approx(
        weight[weight <= seen + 1e-12].sum()
    )


def test_region_cannot_be_tested_within_region(posts):
    closed, traits = posts
    assert math.isnan(
        exact.compare_within_strata(closed["rok_2024_01_30"], traits["in_africa"], traits["region"])
    )


# --------------------------------------------------------------------------------------- many tests


def test_exchange_keeps_lists_together():
    """Whole rows move: two equal lists stay equal, and each stratum keeps its number of
    closures."""
    labels = np.array([[1, 1], [0, 0], [0, 0], [1, 1], [1, 1]]).astype(bool)
    strata = np.array(list("aaabb"))
    drawn = exact.exchange_labels(labels, strata, 50)
    assert drawn.shape == (51, 5, 2)
    assert (drawn[0] == labels).all()
    assert (drawn[:, :, 0] == drawn[:, :, 1]).all()
    assert (drawn[:, :3, 0].sum(axis=1) == 1).all()
    assert drawn[:, 3:].all()


def planted(rng, posts=40, lists=3, traits=5):
    """Lists that share most closures, and traits of which none has to do with them."""
    core = rng.permutation(posts) < 9
    closed = pd.DataFrame({f"list {i}": core ^ (rng.random(posts) < 0.03) for i in range(lists)})
    return closed, pd.DataFrame({f"trait {i}": rng.random(posts) < 0.4 for i in range(traits)})


def test_joint_test_of_one_pair_is_fishers():
    closed, trait = two_by_two(5, 5, 4, 39)
    found = exact.compare_jointly(closed.to_frame("list"), trait.to_frame("trait"))
    assert found.adjusted.loc["list", "trait"] == pytest.approx(0.0078, abs=0.002)


def test_joint_test_by_full_enumeration():
    """Six posts, two closed, two traits: the smallest p of all fifteen dealings by hand."""
    closed = pd.DataFrame({"list": [True, True, False, False, False, False]})
    traits = pd.DataFrame({"a": [1, 1, 0, 0, 0, 0], "b": [1, 0, 1, 1, 0, 0]}).astype(bool)
    least = []
    for pair in itertools.combinations(range(6), 2):
        dealt = pd.Series([post in pair for post in range(6)])
        least.append(min(exact.compare_closures(dealt, traits[name]).p for name in traits))
    found = exact.compare_jointly(closed, traits)
    for name in traits:
        p = exact.compare_closures(closed["list"], traits[name]).p
        wanted = np.mean(np.array(least) <= p + 1e-9)
        assert found.adjusted.loc["list", name] == pytest.approx(wanted, abs=0.015)


def test_joint_test_finds_what_was_planted():
    closed, traits = planted(np.random.default_rng(11))
    traits["planted"] = closed["list 0"] ^ (np.arange(40) == 0)
    found = exact.compare_jointly(closed, traits, draws=2_000)
    assert found.adjusted["planted"].min() < 0.01
    assert found.adjusted.drop(columns="planted").min().min() > 0.05


def test_joint_test_keeps_its_level():
    """Without anything to find, a smallest adjusted p below 0.05 turns up in about 1 of 20."""
    rng, least, number = np.random.default_rng(3), [], 200
    for run in range(number):
        closed, traits = planted(rng)
        found = exact.compare_jointly(closed, traits, draws=400, seed=run)
        least.append(found.adjusted.min().min())
    assert np.mean(np.array(least) < 0.05) < 0.05 + 2 * math.sqrt(0.05 * 0.95 / number)
    assert 0.3 < np.mean(np.array(least) < 0.5) < 0.6


def plant_reciprocity(rng, with_rate, without_rate, posts=60):
    """Closures by chance among embassies the host returns and others; some posts are neither."""
    house = pd.Series(rng.random(posts) < 0.5, dtype="boolean")
    house[: posts // 10] = pd.NA
    chance = house.map({True: with_rate, False: without_rate}).fillna(without_rate).astype(float)
    closed = pd.Series(rng.random(posts) < chance)
    lists = pd.DataFrame({"one": closed, "other": closed ^ (rng.random(posts) < 0.02)})
    noise = pd.DataFrame({f"trait {i}": rng.permutation(posts) < 24 for i in range(6)})
    return lists, noise.astype("boolean").assign(house=house)


def test_planted_reciprocity_is_found_and_a_null_is_not():
    """Among six idle traits, by the same joint test, with posts that have no counterpart."""
    found = {}
    for name, rates in {"planted": (0.0, 0.5), "null": (0.25, 0.25)}.items():
        least = []
        for run in range(40):
            closed, traits = plant_reciprocity(np.random.default_rng(run), *rates)
            joint = exact.compare_jointly(closed, traits, draws=400, seed=run)
            least.append(joint.adjusted["house"].min() < 0.05)
        found[name] = np.mean(least)
    assert found["planted"] > 0.9
    assert found["null"] < 0.05 + 2 * math.sqrt(0.05 * 0.95 / 40)


def test_few_recodings_by_hand():
    """None of 23 against 8 of 24: one post moved leaves p at 0.02, two lift it above 0.05."""
    assert exact.count_recodings(*two_by_two(0, 23, 8, 16)) == 2
    assert stats.fisher_exact([[1, 22], [8, 16]]).pvalue < 0.05
    assert stats.fisher_exact([[2, 22], [7, 16]]).pvalue > 0.05  # one closed, one returned


def test_recodings_by_trying_every_change():
    """The fewest posts over all subsets of posts and both kinds of change, on nine posts."""
    closed, trait = two_by_two(4, 1, 0, 4)
    assert exact.compare_closures(closed, trait).p < 0.05
    tries = [
        number
        for number in (1, 2, 3)
        for posts in itertools.combinations(range(9), number)
        for kinds in itertools.product("ct", repeat=number)
        if _p_after(closed, trait, posts, kinds) >= 0.05
    ]
    assert exact.count_recodings(closed, trait) == min(tries)


def _p_after(closed, trait, posts, kinds):
    shut, has = closed.to_numpy(copy=True), trait.to_numpy(copy=True)
    for post, kind in zip(posts, kinds, strict=True):
        (shut if kind == "c" else has)[post] ^= True
    return _test_fisher((has & shut).sum(), (has & ~shut).sum(), (~has & shut).sum(), len(has))


@cache
def _test_fisher(a, b, c, total):
    return stats.fisher_exact([[a, b], [c, total - a - b - c]]).pvalue


def test_recodings_of_too_few_posts_are_refused():
    with pytest.raises(ValueError, match="too few"):
        exact.count_recodings(*two_by_two(1, 1, 0, 1))


def test_joint_test_leaves_out_unknown_traits(posts):
    closed, traits = posts
    trait = traits[["opened_after_2010"]].astype("boolean")
    found = exact.compare_jointly(closed[["rok_2024_01_30"]].astype(bool), trait, draws=5_000)
    plain = exact.compare_closures(closed["rok_2024_01_30"], trait["opened_after_2010"]).p
    assert found.adjusted.iloc[0, 0] == pytest.approx(plain, abs=0.1)


def test_grid_runs_every_pair(posts):
    closed, traits = posts
    table = exact.run_grid(closed[LISTS], traits[["in_africa", "closed_before"]], traits["region"])
    assert len(table) == 10
    assert table["p"].between(0, 1).all()
    assert table.groupby("trait")["p_within"].count().to_dict() == {
        "closed_before": 5,
        "in_africa": 0,
    }


def test_kinshasa_turns_the_result(posts):
    """By Seoul's nine p is 0.053; with Kinshasa counted as closed it is below 0.05."""
    closed, traits = posts
    table = exact.change_one_post(closed["rok_2024_01_30"], traits["in_africa"])
    assert len(table) == 2 * 53
    flipped = table[table["change"].eq("reclassified")].set_index("post")["p"]
    assert flipped["COD-kinshasa-embassy"] == pytest.approx(0.0138, abs=0.0005)


def test_leave_one_out_is_the_plain_test_on_the_rest(posts):
    closed, traits = posts
    table = exact.change_one_post(closed["frank_2023_12"], traits["in_africa"]).set_index(
        ["change", "post"]
    )["p"]
    rest = closed.index.drop("COD-kinshasa-embassy")
    plain = exact.compare_closures(
        closed.loc[rest, "frank_2023_12"], traits.loc[rest, "in_africa"]
    ).p
    assert table["dropped", "COD-kinshasa-embassy"] == pytest.approx(plain)


def test_leave_one_out_skips_unknown_traits(posts):
    closed, traits = posts
    assert (
        len(exact.change_one_post(closed["rok_2024_01_30"], traits["opened_after_2010"])) == 2 * 49
    )


# -------------------------------------------------------------------------------------------- power


def test_power_of_no_effect_is_the_size_of_the_test():
    """At odds ratio 1 the power is what the test rejects by chance: below alpha, as exact tests
    are."""
    assert 0 < exact.compute_power(1, 20) <= 0.05


def test_power_numbers_in_the_evidence():
    """A trait of 20 posts: 9 percent at odds ratio 2, 34 at 4, and 80 percent at about 10 to 12
    (DESIGNS)."""
    assert exact.compute_power(2, 20) == pytest.approx(0.09, abs=0.005)
    assert exact.compute_power(4, 20) == pytest.approx(0.34, abs=0.005)
    assert 10 < exact.find_detectable_ratio(20) < 12


def test_power_by_simulation():
    rng = np.random.default_rng(7)
    draws = stats.nchypergeom_fisher.rvs(53, 10, 9, 5, size=4000, random_state=rng)
    p = {x: stats.fisher_exact([[x, 10 - x], [9 - x, 34 + x]]).pvalue for x in range(10)}
    assert exact.compute_power(5, 10) == pytest.approx(
        np.mean([p[x] < 0.05 for x in draws]), abs=0.03
    )


def test_detectable_reaches_its_power():
    assert exact.compute_power(exact.find_detectable_ratio(20), 20) == pytest.approx(0.8, abs=1e-4)


def test_nothing_is_detectable_with_one_holder():
    assert math.isinf(exact.find_detectable_ratio(1))


# ------------------------------------------------------------------------------------------ rounds


def test_pooled_ratio_of_one_table_is_its_own():
    found = exact.pool_tables([[[5, 5], [4, 39]]])
    assert found.odds_ratio == pytest.approx(5 * 39 / (5 * 4))
    assert found.low < found.odds_ratio < found.high


def test_equal_tables_share_their_ratio():
    found = exact.pool_tables([[[5, 5], [4, 39]], [[10, 10], [8, 78]]])
    assert found.odds_ratio == pytest.approx(9.75)
    assert found.p_equal > 0.9


def test_opposite_tables_do_not():
    assert exact.pool_tables([[[9, 1], [1, 9]], [[1, 9], [9, 1]]]).p_equal < 0.001


def test_equality_by_full_enumeration():
    """Two tables of four posts each: every way to share out the cases, weighed by hand."""
    tables = [[[2, 0], [0, 2]], [[1, 1], [1, 1]]]
    chance = {
        (x, 3 - x): math.comb(2, x)
        * math.comb(2, 2 - x)
        * math.comb(2, 3 - x)
        * math.comb(2, 2 - (3 - x))
        for x in (1, 2)
    }
    seen = chance[2, 1]
    wanted = sum(value for value in chance.values() if value <= seen) / sum(chance.values())
    assert exact.pool_tables(tables).p_equal == pytest.approx(wanted)


# ------------------------------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("value", "words"), [(math.inf, "no limit"), (4.86, "4.9"), (31.2, "31"), (0, "0")]
)
def test_ratio_words(value, words):
    assert exact.word_ratio(value) == words


@pytest.mark.parametrize(
    ("p", "words"), [(0.00388, "0.0039"), (0.0496, "0.050"), (0.3097, "0.31"), (1.0, "1.0")]
)
def test_p_has_two_figures(p, words):
    assert exact.word_chance(p) == words


# ----------------------------------------------------------------------- the data of every figure

RISING = [  # columns of which the later may never lie below the earlier
    ("low", "high"),
    ("lower", "upper"),
    ("low", "odds_ratio", "high"),
    ("odds_ratio_low", "odds_ratio_high"),
    ("median", "p75", "p90", "p95", "max"),
    ("median_per_year", "p95_per_year", "max_per_year"),
    ("early", "late"),
    ("earliest", "latest"),
]
BOUNDS = ("_earliest", "_latest"), ("_low", "_high"), ("_lower", "_upper")


def list_rising(columns) -> list[list[str]]:
    """The groups of columns of a table that must rise from left to right."""
    named = [[name for name in group if name in columns] for group in RISING]
    paired = [
        [name, name.removesuffix(low) + high]
        for low, high in BOUNDS
        for name in columns
        if name.endswith(low) and name.removesuffix(low) + high in columns
    ]
    return [group for group in named + paired if len(group) > 1]


def find_falls(frame: pd.DataFrame) -> list[str]:
    """Say in which rows of a table a lower bound or percentile lies above a higher one."""
    return [
        f"row {row + 2}: {first} {frame.loc[row, first]} > {second} {frame.loc[row, second]}"
        for group in list_rising(frame.columns)
        for first, second in itertools.pairwise(group)
        for row in frame.index[frame[first].gt(frame[second])]
    ]


@pytest.mark.parametrize("file", sorted(paths.FIGURES.glob("*.csv")), ids=lambda file: file.stem)
def test_bounds_and_percentiles_rise_in_every_figure(file):
    assert not find_falls(pd.read_csv(file)), file.name


def test_a_falling_percentile_is_seen():
    frame = pd.DataFrame({"median": [0.1, 0.3], "p95": [0.2, 0.2], "date_earliest": ["2020"] * 2})
    frame["date_latest"] = ["2019", "2021"]
    assert [words.split(":")[0] for words in find_falls(frame)] == ["row 3", "row 2"]
    assert len(list_rising(pd.read_csv(paths.FIGURES / "08-base-rates.csv").columns)) == 1


def test_a_post_lies_in_the_upper_half_above_the_median_of_those_that_are_known():
    found = exact.flag_upper_half(pd.Series([1.0, 2.0, 3.0, None, 4.0, 2.0]))
    assert found.astype(object).where(found.notna(), None).tolist() == [
        *(False, False, True),
        *(None, True, False),
    ]
