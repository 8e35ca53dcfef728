"""Time until an event that has not happened to everyone yet, when its day is known only as an
interval.

Thin wrappers: the hazard is that of statsmodels' estimator, the test is SciPy's permutation test on
log-rank scores. Frames have one row a case; a case without the event by the last day is
right-censored there. Nothing here knows what the cases are.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.duration.survfunc import SurvfuncRight

SEED = 20231213
READINGS = {  # how the open dates of a group and of the others may be read: (group, others)
    "all late": ("late", "late"),
    "all early": ("early", "early"),
    "group early, others late": ("early", "late"),
    "group late, others early": ("late", "early"),
}
READINGS_COLUMNS = ["reading", "observed", "expected", "p", "permutations", "exact"]


def time_events(frame: pd.DataFrame, origin, end, name: str) -> pd.DataFrame:
    """Return the days from `origin` to the event of each row, read as early and as late as its
    dates allow.

    frame: columns `{name}` (empty: not happened), `{name}_earliest` and `{name}_latest` (either may
    be empty). Columns returned, on the index of `frame`: early, late (days, whole), early_event,
    late_event (False: censored on the day `end`). An event that may have fallen before `origin` is
    placed on it. Raises ValueError if `end` is not after `origin`.
    """
    origin, end = pd.Timestamp(origin), pd.Timestamp(end)
    if end <= origin:
        raise ValueError(
            f"the last day ({end:%Y-%m-%d}) must lie after the first ({origin:%Y-%m-%d})"
        )
    happened = frame[name].notna()
    days = {
        "early": frame[f"{name}_earliest"].fillna(origin).clip(lower=origin),
        "late": frame[f"{name}_latest"].fillna(end + pd.Timedelta(days=1)).clip(lower=origin),
    }
    table = pd.DataFrame(index=frame.index)
    for reading, day in days.items():
        table[f"{reading}_event"] = (happened & (day <= end)).astype(bool)
        table[reading] = (day.where(table[f"{reading}_event"], end) - origin).dt.days
    return table[["early", "late", "early_event", "late_event"]]


def score_cases(time, event) -> np.ndarray:
    """Return the log-rank score of each case: its event (1 or 0) less the pooled cumulative hazard
    at its time.

    Summed over a group they give observed less expected events, the numerator of the log-rank test.
    """
    time, event = np.asarray(time, dtype=float), np.asarray(event, dtype=bool)
    if not event.any():
        return np.zeros(len(time))
    fit = SurvfuncRight(time, event.astype(int))
    hazard = np.append(0.0, np.cumsum(np.asarray(fit.n_events) / np.asarray(fit.n_risk)))
    return event - hazard[np.searchsorted(fit.surv_times, time, side="right")]


@dataclass(frozen=True)
class LogRank:
    """What the log-rank test by permutation of labels found for one group against the others."""

    observed: int  # events in the group
    expected: float  # events in the group if labels did not matter
    p: float  # two-sided, by permutation
    permutations: int  # labellings looked at
    exact: bool  # True: all of them


def run_logrank(time, event, group, limit: int = 100_000, seed: int = SEED) -> LogRank:
    """Test whether one group has its events earlier or later than the others: log-rank, by
    permutation of labels.

    group: True for the cases of the group. If there are at most `limit` labellings all are
    enumerated, else `limit` are drawn with a fixed seed. Raises ValueError unless both groups have
    two cases.
    """
    time, event, group = _arrays(time, event, group)
    score, size = score_cases(time, event), int(group.sum())
    labellings = math.comb(len(group), size)
    exact = labellings <= limit
    found = stats.permutation_test(
        (score[group], score[~group]),
        lambda one, other, axis: one.sum(axis=axis),
        vectorized=True,
        n_resamples=np.inf if exact else limit,
        rng=np.random.default_rng(seed),
    )
    observed = int(event[group].sum())
    expected = observed - float(score[group].sum())
    return LogRank(observed, expected, float(found.pvalue), labellings if exact else limit, exact)


def permute_difference(one, other, resamples: int = 20_000, seed: int = SEED) -> float:
    """Return the two-sided p of a difference in means between two groups of values, by permutation
    of labels."""
    found = stats.permutation_test(
        (np.asarray(one, dtype=float), np.asarray(other, dtype=float)),
        lambda a, b, axis: a.mean(axis) - b.mean(axis),
        n_resamples=resamples,
        vectorized=True,
        rng=np.random.default_rng(seed),
    )
    return float(found.pvalue)


def _arrays(time, event, group) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    group = np.asarray(group, dtype=bool)
    if min(group.sum(), (~group).sum()) < 2:
        raise ValueError("a log-rank test needs at least two cases in both groups")
    return np.asarray(time, dtype=float), np.asarray(event, dtype=bool), group


def run_readings(table: pd.DataFrame, group, **options) -> pd.DataFrame:
    """Run the test under the four extreme readings of the dates (see READINGS), for the range that
    they allow.

    table: as from `time_events`. Columns returned: reading, observed, expected, p, permutations,
    exact.
    """
    group = np.asarray(group, dtype=bool)
    rows = []
    for name, (own, others) in READINGS.items():
        time = np.where(group, table[own], table[others])
        event = np.where(group, table[f"{own}_event"], table[f"{others}_event"])
        rows.append({"reading": name, **vars(run_logrank(time, event, group, **options))})
    return pd.DataFrame(rows)


def run_specifications(
    handlings: dict[str, pd.DataFrame], groups: pd.DataFrame, **options
) -> pd.DataFrame:
    """Run the test under every handling of the cases, definition of the group and reading of the
    dates.

    handlings: name -> table as from `time_events`. groups: one nullable flag a definition, on the
    same index; a case without a value takes no part. Columns returned: group, handling, cases,
    in_group and those of `run_readings`.
    """
    rows = []
    for definition in groups:
        for handling, table in handlings.items():
            member = groups.loc[table.index, definition].dropna().astype(bool)
            found = run_readings(table.loc[member.index], member, **options)
            rows.append(
                found.assign(
                    group=definition,
                    handling=handling,
                    cases=len(member),
                    in_group=int(member.sum()),
                )
            )
    table = pd.concat(rows, ignore_index=True)
    return table[
        ["group", "handling", "cases", "in_group", *(c for c in found if c in READINGS_COLUMNS)]
    ]
