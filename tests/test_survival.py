"""Survival curves and the log-rank test: examples worked by hand, and agreement with statsmodels
and SciPy."""

import itertools

import numpy as np
import pandas as pd
import pytest
from statsmodels.duration.survfunc import survdiff

from derisking.stats import survival

# Two groups of a textbook kind: days to the event, True if it happened, and the group.
TIME = np.array([6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8])
EVENT = np.array([1] * 9 + [0] * 4 + [1] * 11, dtype=bool)
GROUP = np.array([1] * 13 + [0] * 11, dtype=bool)


def cases(returned, earliest, latest):
    frame = pd.DataFrame({"returned": pd.Series(returned, dtype="str")})
    frame["returned_earliest"], frame["returned_latest"] = (
        pd.to_datetime(earliest),
        pd.to_datetime(latest),
    )
    return frame


def test_times_give_the_earliest_and_the_latest_day():
    frame = cases(
        ["2024-09-13", "2024-12", None, "2023", "2026"],
        ["2024-09-13", None, None, "2021-01-01", "2025-01-01"],
        ["2024-09-13", "2024-12-31", None, "2023-12-31", "2026-12-31"],
    )
    found = survival.time_events(frame, "2023-08-26", "2025-08-31", "returned")
    assert found["early"].tolist() == [
        384,
        0,
        736,
        0,
        494,
    ]  # no lower bound and before the first day: on it
    assert found["late"].tolist() == [384, 493, 736, 127, 736]
    assert found["early_event"].tolist() == [True, True, False, True, True]
    assert found["late_event"].tolist() == [
        True,
        True,
        False,
        True,
        False,
    ]  # may lie after the last day
    assert (found["early"] <= found["late"]).all()


def test_times_refuse_an_end_before_the_origin():
    with pytest.raises(ValueError, match="must lie after"):
        survival.time_events(cases([None], [None], [None]), "2025-01-01", "2024-01-01", "returned")


def test_scores_sum_to_nothing_and_to_observed_less_expected():
    score = survival.score_cases(TIME, EVENT)
    assert score.sum() == pytest.approx(0)
    observed_less_expected, variance = 0.0, 0.0
    for day in np.unique(TIME[EVENT]):
        at_or_after, on_day = day <= TIME, day == TIME
        risk, deaths = at_or_after, EVENT & on_day
        n, k, d = risk.sum(), (risk & GROUP).sum(), deaths.sum()
        observed_less_expected += (deaths & GROUP).sum() - d * k / n
        variance += d * (k / n) * (1 - k / n) * (n - d) / (n - 1) if n > 1 else 0
    assert score[GROUP].sum() == pytest.approx(observed_less_expected)
    chisq, _ = survdiff(TIME, EVENT.astype(int), GROUP.astype(int))
    assert score[GROUP].sum() ** 2 / variance == pytest.approx(chisq)


def test_permutation_p_of_complete_separation():
    # Three against three, without overlap: 2 of the 20 labellings are as extreme.
    found = survival.run_logrank([1, 2, 3, 4, 5, 6], [True] * 6, [True] * 3 + [False] * 3)
    assert found.exact and found.permutations == 20
    assert found.p == pytest.approx(2 / 20)
    assert found.observed == 3 and found.expected < 3


def test_permutation_p_by_enumeration():
    time, event = np.array([2, 3, 5, 8, 9, 9, 9]), np.array([1, 1, 1, 1, 0, 0, 0], dtype=bool)
    group = np.array([1, 0, 1, 0, 0, 1, 0], dtype=bool)
    score = survival.score_cases(time, event)
    sums = np.array([score[list(chosen)].sum() for chosen in itertools.combinations(range(7), 3)])
    seen = score[group].sum()
    by_hand = 2 * min((sums >= seen - 1e-9).mean(), (sums <= seen + 1e-9).mean())
    assert survival.run_logrank(time, event, group).p == pytest.approx(min(1, by_hand))


def test_drawn_permutations_repeat_and_come_near_the_enumeration():
    exact = survival.run_logrank(TIME[:16], EVENT[:16], GROUP[:16])
    drawn = [survival.run_logrank(TIME[:16], EVENT[:16], GROUP[:16], limit=500) for _ in range(2)]
    assert exact.exact and not drawn[0].exact
    assert drawn[0] == drawn[1]
    assert drawn[0].p == pytest.approx(exact.p, abs=0.05)


def test_a_test_without_events_or_groups():
    assert survival.run_logrank([5] * 4, [False] * 4, [True, True, False, False]).p == 1
    with pytest.raises(ValueError, match="both groups"):
        survival.run_logrank([1, 2, 3], [True] * 3, [True, False, False])


def test_readings_span_the_extremes():
    table = pd.DataFrame(
        {"early": [0, 0, 0, 0], "late": [9, 9, 9, 9], "early_event": True, "late_event": True}
    )
    found = survival.run_readings(table, [True, True, False, False]).set_index("reading")
    assert found.loc["all late", "p"] == 1 and found.loc["all early", "p"] == 1
    assert found.loc["group early, others late", "p"] == pytest.approx(2 / 6)
    assert (
        found.loc["group early, others late", "expected"]
        < 2
        < found.loc["group late, others early", "expected"]
    )


def test_difference_of_separated_groups():
    # 2 of the 20 labellings of three against three are as extreme.
    assert survival.permute_difference([1, 2, 3], [4, 5, 6]) == pytest.approx(2 / 20)
    assert survival.permute_difference([1, 4], [1, 4]) == 1


def test_each_definition_of_the_group_is_tested_under_each_handling_of_the_cases():
    days = ["2024-01-10", "2024-02-10", "2024-03-10", "2024-05-10", "2024-06-10", None]
    table = survival.time_events(cases(days, days, days), "2024-01-01", "2024-12-31", "returned")
    groups = pd.DataFrame(
        {
            "friend": pd.array([True, True, True, False, False, False], dtype="boolean"),
            "near": pd.array([True, False, True, False, None, True], dtype="boolean"),
        }
    )
    handlings = {"all": table, "first five": table.iloc[:5]}
    found = survival.run_specifications(handlings, groups)
    assert list(found.columns) == [
        *("group", "handling", "cases", "in_group"),
        *survival.READINGS_COLUMNS,
    ]
    runs = found.drop_duplicates(["group", "handling"])
    assert runs[["group", "handling", "cases", "in_group"]].to_numpy().tolist() == [
        ["friend", "all", 6, 3],
        ["friend", "first five", 5, 3],
        ["near", "all", 5, 3],  # the case about which nothing is known takes no part
        ["near", "first five", 4, 2],
    ]
    assert found["reading"].tolist() == [*survival.READINGS] * 4
    alone = survival.run_readings(table.loc[[0, 1, 2, 3]], [True, False, True, False])
    own = found.query("group == 'near' and handling == 'first five'").reset_index(drop=True)
    pd.testing.assert_frame_equal(own[alone.columns], alone)
