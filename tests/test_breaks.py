"""Statistics of dated measures: a small example worked by hand, properties, and agreement with
brute force."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from derisking.stats import breaks, growth

BREAKS = pd.Series({"first": pd.Timestamp("2020-01-22"), "second": pd.Timestamp("2022-02-24")})


def frame(*rows):
    """Rows are (earliest, latest, marked)."""
    table = pd.DataFrame(rows, columns=["date_earliest", "date_latest", "marked"])
    return table.assign(
        **{name: pd.to_datetime(table[name]) for name in ("date_earliest", "date_latest")}
    )


# Before 2020-01-22 for sure: one opening. After: two closings, one opening. "2020" and "January
# 2020": on either side.
HAND = frame(
    ("2018-06-12", "2018-06-12", False),
    ("2020-01-01", "2020-12-31", True),
    ("2020-01-01", "2020-01-31", False),
    ("2020-01-22", "2020-01-22", True),
    ("2021-01-01", "2021-12-31", True),
    ("2023-08-26", "2023-08-26", False),
)


@st.composite
def frames(draw):
    number = draw(st.integers(2, 9))
    starts = draw(st.lists(st.integers(0, 2500), min_size=number, max_size=number))
    lengths = draw(st.lists(st.integers(0, 400), min_size=number, max_size=number))
    marked = draw(st.lists(st.booleans(), min_size=number, max_size=number))
    first = pd.Timestamp("2018-01-01") + pd.to_timedelta(starts, unit="D")
    return pd.DataFrame(
        {
            "date_earliest": first,
            "date_latest": first + pd.to_timedelta(lengths, unit="D"),
            "marked": marked,
        }
    )


def test_side_by_hand():
    assert list(breaks.place_sides(HAND, "2020-01-22")) == [
        "before",
        "either",
        "either",
        "after",
        "after",
        "after",
    ]


def test_the_day_of_the_break_is_after_it_and_the_day_before_is_before_it():
    days = frame(
        ("2020-01-22", "2020-01-22", True),
        ("2020-01-21", "2020-01-21", True),
        ("2020-01-21", "2020-01-22", True),
    )
    assert list(breaks.place_sides(days, "2020-01-22")) == ["after", "before", "either"]


def test_an_open_earliest_day_may_lie_before_every_break():
    open_end = frame((None, "2021-05-01", True))
    assert list(breaks.place_sides(open_end, "2020-01-22")) == ["either"]
    assert list(breaks.place_sides(open_end, "2022-02-24")) == ["before"]


def test_shares_by_hand():
    found = breaks.compare_shares(HAND, "2020-01-22")
    # Before: the opening of 2018 with, at most, "2020" (marked) and without "January 2020": 1 of 2.
    # At least 0 of 1.
    assert (found["before_low"], found["before_high"]) == (0, 0.5)
    # After, three or four or five rows: "2020" away and January here 2 of 4; "2020" here and
    # January away 3 of 4.
    assert (found["after_low"], found["after_high"]) == (0.5, 0.75)
    assert (
        found["n_before_low"],
        found["n_before_high"],
        found["n_after_low"],
        found["n_after_high"],
    ) == (1, 3, 3, 5)


def test_every_allowed_table_is_tried_and_totals_stay():
    every = breaks.list_splits(HAND, "2020-01-22")
    assert len(every) == 4
    assert all(table.sum() == 6 and table[:, 0].sum() == 3 for table in every)


def test_a_side_without_rows_has_no_share():
    found = breaks.compare_shares(
        frame(("2021-01-01", "2021-01-01", True), ("2022-01-01", "2022-01-01", False)), "2020-01-22"
    )
    assert np.isnan(found["before_low"]) and found["after_low"] == 0.5 and found["p_low"] == 1


@given(frames())
def test_ranges_hold_what_any_exact_dating_gives(table):
    found = breaks.compare_shares(table, BREAKS["first"])
    for rule in breaks.RULES:
        before = breaks.date_rows(table, rule) < BREAKS["first"]
        for name, mask in (("before", before), ("after", ~before)):
            share = table["marked"][mask].mean()
            if not np.isnan(share) and not np.isnan(found[f"{name}_low"]):
                assert (
                    found[f"{name}_low"] <= share + 1e-12 and share <= found[f"{name}_high"] + 1e-12
                )


def test_cumulative_by_hand():
    found = breaks.count_running(HAND[HAND["marked"]]).set_index("day")
    assert list(found.loc["2020-01-22"]) == [1, 2]
    assert list(found.loc["2021-12-31"]) == [3, 3]


def test_fit_is_the_likelihood_ratio_by_hand():
    # 0 of 2 before, 2 of 2 after, 2 of 4 together: 0 + 0 - 4 ln(1/2).
    marked, before = np.array([False, False, True, True]), np.array([True, True, False, False])
    assert breaks.measure_fit(marked, before) == pytest.approx(4 * np.log(2))
    assert breaks.measure_fit(marked, np.array([True, False, True, False])) == pytest.approx(0)


def dated(kinds, first="2019-01-01", step="180D"):
    """Measures on exact days, one each half year."""
    days = pd.date_range(first, periods=len(kinds), freq=step)
    return pd.DataFrame(
        {"date_earliest": days, "date_latest": days, "marked": [kind == "x" for kind in kinds]}
    )


def test_one_candidate_gives_the_exact_permutation_p():
    table = dated("ooooxxxxxx")
    only = BREAKS[["first"]]
    marked, before = table["marked"].to_numpy(), (table["date_earliest"] < only["first"]).to_numpy()
    observed = breaks.measure_fit(marked, before)
    law = stats.hypergeom(10, 6, int(before.sum()))
    exact = sum(
        law.pmf(hits)
        for hits in range(int(before.sum()) + 1)
        if law.pmf(hits) > 0
        and breaks.measure_fit(
            np.array(
                [True] * hits
                + [False] * (before.sum() - hits)
                + [True] * (6 - hits)
                + [False] * (4 - before.sum() + hits)
            ),
            np.arange(10) < before.sum(),
        )
        >= observed - 1e-9
    )
    found = breaks.find_best_break(table, only, "middle", 9_999, 1)
    assert found["best"] == "first" and found["p"] == pytest.approx(exact, abs=0.015)


def test_a_seed_gives_the_same_p_and_chance_is_not_called_a_break():
    table = dated("oxoxoxoxox")
    one, other = (breaks.find_best_break(table, BREAKS, "middle", 999, 7) for _ in range(2))
    assert one == other and one["p"] > 0.3


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.0002, 0.0009, "<0.001"),
        (0.55, 0.934, "0.55-0.93"),
        (0.004, 0.004, "0.004"),
        (1, 1, "1.00"),
    ],
)
def test_told(low, high, words):
    assert breaks.word_p(low, high) == words


def test_words_for_ranges():
    assert breaks.word_range(14, 15) == "14-15" and breaks.word_range(3, 3) == "3"
    assert (
        breaks.word_percent(0.609, 0.625) == "61-62 %"
        and breaks.word_percent(float("nan"), 1) == "none"
    )


def test_rates_and_their_ratio_by_hand():
    low, high = breaks.estimate_rate(4, 2)
    assert low == pytest.approx(stats.chi2.ppf(0.025, 8) / 4)
    assert high == pytest.approx(stats.chi2.ppf(0.975, 10) / 4)
    assert breaks.estimate_rate(0, 1)[0] == 0
    same = breaks.compare_rates(6, 2, 3, 1)
    assert same["ratio"] == 1 and same["p"] == pytest.approx(1) and same["low"] < 1 < same["high"]
    one = breaks.compare_rates(
        8, 1, 2, 1
    )  # given ten in all, eight or more on one side: 56 of 1024
    assert one["p"] == pytest.approx(2 * 56 / 1024)
    other = breaks.compare_rates(2, 1, 8, 1)
    assert (one["low"], one["high"]) == pytest.approx((1 / other["high"], 1 / other["low"]))
    assert breaks.compare_rates(3, 1, 0, 1)["ratio"] == np.inf


def test_growth_is_chained_and_never_across_a_gap():
    index = growth.chain_growth(pd.Series({1990: 10.0, 1991: -50.0}), 1989)
    assert index.to_dict() == pytest.approx({1989: 100, 1990: 110, 1991: 55})
    with pytest.raises(ValueError, match="1991"):
        growth.chain_growth(pd.Series({1990: 1.0, 1992: 1.0}), 1989)


def test_the_interval_of_a_ratio_leaves_out_two_and_a_half_percent_at_each_end():
    # 3 to 0 in equal times: the share x of the first at which 3 of 3 have a chance of 0.025 is
    # the cube root of 0.025, and the ratio x / (1 - x).
    x = 0.025 ** (1 / 3)
    assert breaks.compare_rates(3, 1, 0, 1)["low"] == pytest.approx(x / (1 - x))


@pytest.mark.parametrize("closings", [3, 5])
def test_a_study_by_hand(closings):
    # Four openings before the first day; three or five closings between the two days; one of each
    # after the second. A row of a third kind and one of 2017 are left out.
    rows = [
        *[("opens", f"2018-0{month}-01") for month in range(1, 5)],
        *[("closes", f"2021-0{month}-01") for month in range(1, closings + 1)],
        *[("closes", "2023-01-01"), ("opens", "2023-02-01")],
        *[("neutral", "2021-07-01"), ("opens", "2017-12-31")],
    ]
    table = pd.DataFrame(rows, columns=["kind", "day"])
    day = pd.to_datetime(table["day"])
    table = table.assign(date_earliest=day, date_latest=day)
    study = breaks.study_breaks(table, ("closes", "opens"), BREAKS, "2018-01-01", "2024-12-31")
    assert len(study.frame) == 6 + closings
    assert (study.number("closes"), study.number("opens")) == (closings + 1, 5)
    # The first of the two kinds is counted: no row before 2020 closes, all but one after it do.
    assert study.shift("first") == f"0 % / {100 * (closings + 1) / (closings + 2):.0f} %"
    assert study.shift("second").endswith("/ 50 %")


def test_bundles_spells_and_the_best_split_by_hand():
    days = pd.Series(pd.to_datetime(["2020-03-01", "2020-01-01", "2020-01-10", "2020-01-20"]))
    assert [str(day.date()) for day in breaks.group_bundles(days, 14)] == [
        "2020-01-01",
        "2020-03-01",
    ]
    assert len(breaks.group_bundles(days, 0)) == 4
    assert len(breaks.group_bundles(days, 9)) == 3  # nine days apart is still within nine days
    spells = breaks.estimate_spells(days, ["2020-01-01", "2020-01-20", "2021-01-01"])
    assert list(spells["number"]) == [2, 2]
    assert spells["rate"][0] == pytest.approx(2 / (19 / 365.25))
    found = breaks.find_best_split(dated("ooxx"), "middle")
    assert found == (pd.Timestamp("2019-06-30"), pd.Timestamp("2019-12-27"))


def plant(seed, before, after, number=60):
    """Measures on random days of 2018 to 2025: the shares that close before and after 22 January
    2020 are those planted."""
    rng = np.random.default_rng(seed)
    days = pd.Timestamp("2018-01-01") + pd.to_timedelta(rng.integers(0, 2922, number), unit="D")
    share = np.where(days < BREAKS["first"], before, after)
    marked = rng.random(number) < share
    return pd.DataFrame({"date_earliest": days, "date_latest": days, "marked": marked})


def test_a_planted_break_is_found():
    best, p, split = [], [], []
    for seed in range(40):
        table = plant(seed, 0.05, 0.8)
        found = breaks.find_best_break(table, BREAKS, "middle", 199, seed)
        best.append(found["best"])
        p.append(found["p"])
        low, high = breaks.find_best_split(table, "middle")
        split.append(low - pd.Timedelta(days=150) < BREAKS["first"] < high + pd.Timedelta(days=150))
    assert best.count("first") >= 38 and np.mean(np.array(p) < 0.05) > 0.9
    assert np.mean(split) > 0.8


def test_where_no_break_is_planted_none_is_found():
    p = [
        breaks.find_best_break(plant(seed, 0.5, 0.5), BREAKS, "middle", 199, seed)["p"]
        for seed in range(100, 200)
    ]
    assert np.mean(np.array(p) < 0.05) < 0.12
    assert 0.3 < np.median(p) < 0.8


@pytest.mark.parametrize(("ratio", "least", "most"), [(1, 0, 0.06), (6, 0.9, 1)])
def test_a_planted_change_of_pace_is_found_and_an_even_pace_is_not(ratio, least, most):
    rng = np.random.default_rng(7)
    tests = [
        breaks.compare_rates(int(rng.poisson(4 * ratio * 4)), 4, int(rng.poisson(4 * 2)), 2)
        for _ in range(150)
    ]
    found = np.mean([test["p"] < 0.05 for test in tests])
    held = np.mean([test["low"] <= ratio <= test["high"] for test in tests])
    assert held >= 0.94 and least <= found <= most


def test_a_pace_is_counted_from_the_first_day_to_the_eve_of_the_next():
    days = pd.Series(pd.to_datetime(["2020-01-21", "2020-01-22", "2022-02-23", "2022-02-24"]))
    spells = breaks.estimate_spells(days, ["2019-02-28", *BREAKS, "2023-01-01"])
    assert list(spells["number"]) == [1, 2, 1]
    assert spells["end"].iloc[0] == pd.Timestamp("2020-01-21")
    # 328 days from 28 February 2019 to 21 January 2020
    assert spells["years"].iloc[0] == pytest.approx(328 / 365.25)


def test_a_candidate_that_cuts_nothing_costs_nothing():
    table = dated("oooxxxxxxx")
    with_idle = pd.concat([BREAKS[["first"]], pd.Series({"idle": pd.Timestamp("2010-01-01")})])
    one, other = (
        breaks.find_best_break(table, days, "middle", 999, 3)
        for days in (BREAKS[["first"]], with_idle)
    )
    assert one == other and one["best"] == "first" and one["p"] < 0.05


def test_a_row_is_dated_at_the_start_the_middle_or_the_end_of_its_days():
    table = frame(("2020-01-01", "2020-01-31", True), (None, "2021-05-01", True))
    dated = {
        rule: [str(day.date()) for day in breaks.date_rows(table, rule)] for rule in breaks.RULES
    }
    assert dated == {
        "earliest": ["2020-01-01", "2021-05-01"],
        "middle": ["2020-01-16", "2021-05-01"],
        "latest": ["2020-01-31", "2021-05-01"],
    }


def test_a_month_known_in_part_is_dated_within_the_days_that_are_possible():
    # The border was closed between 22 and 31 January 2020: on no way of dating before the 22nd.
    border = frame(("2020-01-22", "2020-01-31", True))
    for rule in breaks.RULES:
        assert (breaks.date_rows(border, rule) >= BREAKS["first"]).all()
    assert list(breaks.place_sides(border, BREAKS["first"])) == ["after"]


# --------------------------------------------------------------------------------- one whole study


def date_measures(kind, *days):
    """Measures of one kind: days, or pairs of an earliest and a latest day."""
    pairs = [day if isinstance(day, tuple) else (day, day) for day in days]
    table = pd.DataFrame(pairs, columns=["date_earliest", "date_latest"]).apply(pd.to_datetime)
    return table.assign(kind=kind)


def study(*parts):
    days = pd.Series({"early": pd.Timestamp("2019-01-01"), "late": pd.Timestamp("2021-01-01")})
    table = pd.concat(parts, ignore_index=True)
    return breaks.study_breaks(table, ("closes", "opens"), days, "2010-01-01", "2024-12-31")


def test_a_study_tells_numbers_shares_chances_and_the_best_break():
    opens = date_measures("opens", "2015-01-01", "2016-01-01", "2017-01-01", "2018-01-01")
    closes = date_measures("closes", "2019-06-01", "2020-01-01", "2022-01-01", "2023-01-01")
    aside = (
        date_measures("shock", "2016-05-05"),
        date_measures("opens", "2009-12-31", ("2024-01-01", "2025-01-01")),
    )
    found = study(opens, closes, *aside)
    assert (found.number("closes"), found.number("opens")) == (4, 4)
    assert found.shift("early") == "0 % / 100 %" and found.shift("late") == "33 % / 100 %"
    assert found.chance("early") == "0.03"  # 2 of the 70 ways to deal out four closings
    assert found.chance("late") == "0.43"
    # all 40,320 orders: only those that part the kinds wholly fit as well
    best = found.best(draws=50_000, seed=1)
    assert best.index.tolist() == list(breaks.RULES) and set(best["best"]) == {"early"}
    assert best["p"].tolist() == pytest.approx([2 / 70] * 3)
    assert found.winner(draws=50_000, seed=1) == "early (p = 0.03)"


def test_a_chance_below_a_thousandth_is_told_without_an_equals_sign():
    opens = date_measures("opens", *pd.date_range("2012-01-01", periods=15, freq="90D"))
    closes = date_measures("closes", *pd.date_range("2019-02-01", periods=15, freq="90D"))
    assert study(opens, closes).winner(draws=1500, seed=1) == "early (p <0.001)"


def test_where_the_ways_of_dating_disagree_both_breaks_are_named():
    opens = date_measures(
        "opens", "2016-01-01", "2017-01-01", "2018-01-01", "2020-01-01", "2020-02-01"
    )
    closes = date_measures("closes", *[("2019-02-01", "2022-01-01")] * 4)
    found = study(opens, closes)
    assert found.best(draws=200, seed=1).loc[["earliest", "latest"], "best"].tolist() == [
        "early",
        "late",
    ]
    assert found.winner(draws=200, seed=1).startswith("early or late (p = ")
