"""Statistics of dated measures: what share falls before and after a day, and how often they come.

Frames have one row a measure with the columns `date_earliest` and `date_latest` (first and last day
it may have happened on; an empty earliest day means "by then") and `marked` (True for the kind that
is counted, False for its opposite). A measure on the break day itself counts as after it. A measure
whose interval holds the break may lie on either side: every result is a range over all ways to
place those measures, or over three ways to date them.

Method: for one break, Fisher's exact test of the 2 x 2 table side x kind (R. A. Fisher, Statistical
Methods for Research Workers, 1934), which is the permutation test of dates over measures. For
several candidate breaks, the greatest likelihood ratio and its permutation distribution (maximally
selected statistics: R. Miller and D. Siegmund, Biometrics 38, 1982)."""

from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
import pandas as pd
from scipy import stats
from scipy.special import xlogy
from statsmodels.stats.rates import confint_poisson

SIDES = ("before", "after", "either")
RULES = ("earliest", "middle", "latest")  # where in its interval a measure may be dated


def keep_within(frame: pd.DataFrame, first, last) -> pd.DataFrame:
    """Return the rows that certainly fall on the days from `first` to `last`."""
    inside = (frame["date_earliest"] >= pd.Timestamp(first)) & (
        frame["date_latest"] <= pd.Timestamp(last)
    )
    return frame[inside].reset_index(drop=True)


def place_sides(frame: pd.DataFrame, day) -> pd.Series:
    """Say for each row whether it lies "before" `day`, "after" it (that day included), or may be on
    "either" side."""
    day = pd.Timestamp(day)
    found = pd.Series("either", index=frame.index)
    found[frame["date_latest"] < day] = "before"
    found[frame["date_earliest"] >= day] = "after"
    return found


def list_splits(frame: pd.DataFrame, day) -> list[np.ndarray]:
    """Return every 2 x 2 table the dates allow: rows before and after, columns marked and not
    marked."""
    count = pd.crosstab(place_sides(frame, day), frame["marked"]).reindex(
        index=SIDES, columns=[True, False], fill_value=0
    )
    before, after, either = (count.loc[name].to_numpy() for name in SIDES)
    moves = product(*(range(number + 1) for number in either))
    return [np.array([before + move, after + either - move]) for move in map(np.array, moves)]


def compare_shares(frame: pd.DataFrame, day) -> dict[str, float]:
    """Return the share of marked rows before and after `day`, each as a range, and the exact p of
    their difference.

    Keys: n_before_low, n_before_high, n_after_low, n_after_high (rows a side); before_low,
    before_high, after_low, after_high (share marked; NaN for a side that may be empty); p_low,
    p_high (two-sided Fisher test). Null of p: the measures and the dates are what they are, and
    which kind fell on which date is chance."""
    every = list_splits(frame, day)
    rows = np.array([table.sum(axis=1) for table in every])
    with np.errstate(invalid="ignore"):
        parts = np.array([table[:, 0] for table in every]) / rows
    p = [stats.fisher_exact(table).pvalue for table in every]
    result: dict[str, float] = {}
    for number, name in enumerate(SIDES[:2]):
        result |= {
            f"n_{name}_low": int(rows[:, number].min()),
            f"n_{name}_high": int(rows[:, number].max()),
        }
        result |= {
            f"{name}_low": float(parts[:, number].min()),
            f"{name}_high": float(parts[:, number].max()),
        }
    return result | {"p_low": float(min(p)), "p_high": float(max(p))}


def compare_breaks(frame: pd.DataFrame, breaks: pd.Series) -> pd.DataFrame:
    """Return `compare_shares` for each break.

    breaks: days, indexed by the name of the break. Columns: break, day, and those of
    `compare_shares`."""
    rows = [
        {"break": name, "day": day, **compare_shares(frame, day)} for name, day in breaks.items()
    ]
    return pd.DataFrame(rows)


def date_rows(frame: pd.DataFrame, rule: str) -> pd.Series:
    """Return one day a row: "earliest", "latest", or the "middle" of the two; a lacking bound is
    the other one."""
    first = frame["date_earliest"].fillna(frame["date_latest"])
    last = frame["date_latest"].fillna(first)
    return {"earliest": first, "middle": first + (last - first) / 2, "latest": last}[rule]


def measure_fit(marked: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Return the log likelihood ratio of two binomial shares (before, after) against one common
    share.

    marked: True and False, measures along the last axis. before: the same for "lies before the
    break"."""
    marked, before = np.asarray(marked, float), np.asarray(before, bool)
    hits, number = (marked * before).sum(axis=-1), before.sum(axis=-1)
    return _ratio(hits, number, marked.sum(axis=-1), marked.shape[-1])


def _ratio(hits, number, all_hits, total):
    """Log likelihood ratio from the marked and all rows before the break, and the marked and all
    rows together."""
    return _log(hits, number) + _log(all_hits - hits, total - number) - _log(all_hits, total)


def _log(hits, number):
    """Binomial log likelihood at the observed share, without the constant."""
    number = np.asarray(number, float)
    return xlogy(hits, hits) + xlogy(number - hits, number - hits) - xlogy(number, number)


def find_best_break(
    frame: pd.DataFrame, breaks: pd.Series, rule: str, draws: int, seed: int
) -> dict[str, float]:
    """Test whether the best of the candidate breaks fits better than chance, allowing for the
    choice among them.

    Null: kinds are exchangeable over the dates. Statistic: the greatest `measure_fit` of the
    candidates. The p is that of `scipy.stats.permutation_test` with `draws` random permutations
    from `seed`, the observed order included. Keys: best (name of the break), fit, p."""
    days = date_rows(frame, rule).to_numpy()
    before = np.array([days < np.datetime64(pd.Timestamp(day)) for day in breaks])

    def best(marked, axis=-1):
        return np.max([measure_fit(marked, mask) for mask in before], axis=0)

    marked = frame["marked"].to_numpy()
    test = stats.permutation_test(
        (marked,),
        best,
        permutation_type="pairings",
        vectorized=True,
        n_resamples=draws,
        alternative="greater",
        rng=np.random.default_rng(seed),
    )
    fits = [float(measure_fit(marked, mask)) for mask in before]
    return {"best": breaks.index[int(np.argmax(fits))], "fit": max(fits), "p": float(test.pvalue)}


def count_running(frame: pd.DataFrame) -> pd.DataFrame:
    """Count rows along time. Columns: day, low (certainly happened by then), high (possibly
    happened by then)."""
    first = frame["date_earliest"].fillna(frame["date_latest"])
    days = pd.Index(sorted({*first, *frame["date_latest"]}), name="day")
    low = [int((frame["date_latest"] <= day).sum()) for day in days]
    high = [int((first <= day).sum()) for day in days]
    return pd.DataFrame({"day": days, "low": low, "high": high})


@dataclass(frozen=True)
class Study:
    """All that is asked of one list of measures and one set of breaks.

    frame: the measures. days: the breaks by name. running: `count_running` by kind. table:
    `compare_breaks`, indexed by break."""

    frame: pd.DataFrame
    days: pd.Series
    running: dict[str, pd.DataFrame]
    table: pd.DataFrame

    def number(self, kind: str) -> int:
        """Return how many measures of a kind there are."""
        return int(self.running[kind]["high"].iloc[-1])

    def shift(self, name: str) -> str:
        """Return the shares before and after a break as words."""
        return word_shift(self.table.loc[name])

    def chance(self, name: str) -> str:
        """Return the range of the exact p of the difference at a break as words."""
        return word_p(*self.table.loc[name, ["p_low", "p_high"]])

    def best(self, draws: int, seed: int) -> pd.DataFrame:
        """Return `find_best_break` for each way of dating: columns best, fit, p."""
        return pd.DataFrame(
            [find_best_break(self.frame, self.days, rule, draws, seed) for rule in RULES],
            index=RULES,
        )

    def winner(self, draws: int, seed: int) -> str:
        """Return the best break and its range of p as words; several names where the ways of dating
        disagree."""
        found = self.best(draws, seed)
        chance = word_p(found["p"].min(), found["p"].max())
        best = " or ".join(sorted(set(found["best"])))
        return f"{best} (p {'' if chance.startswith('<') else '= '}{chance})"


def study_breaks(
    frame: pd.DataFrame, kinds: tuple[str, str], days: pd.Series, first, last
) -> Study:
    """Study the rows of a frame dated from `first` to `last`; column `kind` holds the counted kind
    and its opposite."""
    frame = keep_within(
        frame[frame["kind"].isin(kinds)].assign(marked=frame["kind"].eq(kinds[0])), first, last
    )
    table = compare_breaks(frame, days).set_index("break", drop=False)
    running = {kind: count_running(frame[frame["kind"].eq(kind)]) for kind in kinds}
    return Study(frame, days, running, table)


def group_bundles(days: pd.Series, gap: int) -> pd.Series:
    """Return the first day of each bundle; a day at most `gap` days after the one before joins its
    bundle."""
    days = days.sort_values()
    return days[~(days.diff().dt.days <= gap)] if gap else days


def estimate_spells(days: pd.Series, edges: list) -> pd.DataFrame:
    """Count days in the spells between `edges`, each from one edge to the eve of the next, and
    their yearly rates.

    Columns: start, end, years (length), number, rate (a year), low, high (95 %, see
    `estimate_rate`)."""
    rows = []
    for start, end in pairwise(map(pd.Timestamp, edges)):
        number, years = int(((days >= start) & (days < end)).sum()), (end - start).days / 365.25
        low, high = estimate_rate(number, years)
        rows.append([start, end - pd.Timedelta(days=1), years, number, number / years, low, high])
    return pd.DataFrame(rows, columns=["start", "end", "years", "number", "rate", "low", "high"])


def find_best_split(frame: pd.DataFrame, rule: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the last day before and the first day after the one break that fits best among all
    days."""
    days, marked = date_rows(frame, rule).to_numpy(), frame["marked"].to_numpy()
    dates = np.unique(days)
    best = int(np.argmax([measure_fit(marked, days < day) for day in dates[1:]]))
    return pd.Timestamp(dates[best]), pd.Timestamp(dates[best + 1])


def estimate_rate(count: int, years: float) -> tuple[float, float]:
    """Return the exact 95 % Poisson interval of a yearly rate (F. Garwood, Biometrika 28, 1936)."""
    low, high = confint_poisson(count, years, method="exact-c")
    return float(low), float(high)


def compare_rates(count: int, years: float, other: int, other_years: float) -> dict[str, float]:
    """Compare a yearly rate with another one.

    Given the sum of the two counts, the first is binomial: the interval of the ratio and the p that
    both rates are equal are exact (J. Przyborowski and H. Wilenski, Biometrika 31, 1940).
    Keys: ratio (first to other; infinite if the other count is zero), low, high (95 %), p.
    """
    test = stats.binomtest(count, count + other, years / (years + other_years))
    span = test.proportion_ci(0.95, method="exact")
    low, high = (
        np.inf if x == 1 else x / (1 - x) * other_years / years for x in (span.low, span.high)
    )
    ratio = np.inf if other == 0 else count / years / (other / other_years)
    return {"ratio": ratio, "low": low, "high": high, "p": float(test.pvalue)}


def word_p(low: float, high: float) -> str:
    """Write a range of p-values: "0.55-0.93", "0.001", "<0.001"."""
    least, most = (
        "<0.001" if p < 0.001 else f"{p:.3f}" if p < 0.0095 else f"{p:.2f}" for p in (low, high)
    )
    return least if least == most else f"{least}-{most}"


def word_range(low: float, high: float) -> str:
    """Write a range of whole numbers: "14-15", or "14" where there is no doubt."""
    return f"{low:.0f}" if low == high else f"{low:.0f}-{high:.0f}"


def word_percent(low: float, high: float) -> str:
    """Write a range of shares in percent: "48-49 %", "none" for a side without any row."""
    if pd.isna(low) or pd.isna(high):
        return "none"
    return f"{word_range(round(100 * low), round(100 * high))} %"


def word_shift(row: pd.Series) -> str:
    """Write the shares before and after of a row of `compare_breaks`: "61-62 % / 48-49 %"."""
    before = word_percent(row["before_low"], row["before_high"])
    return f"{before} / {word_percent(row['after_low'], row['after_high'])}"
