"""Exact and permutation tests for a full list of posts: thin wrappers over scipy.stats and statsmodels.

What the numbers mean here. The posts are a census, not a sample, so a p-value does not speak of a larger population.
It says how often a pattern at least as strong would turn up if the same number of closures were dealt out to the same
posts blindly. It takes the posts as independent; where one decision closed several at once, it is too small.

Odds ratios are conditional maximum likelihood estimates with exact intervals, which may be 0 or infinite.
"""

from dataclasses import dataclass
from functools import cache
from math import isinf

import numpy as np
import pandas as pd
from scipy import optimize, stats
from scipy.stats.contingency import odds_ratio
from statsmodels.stats.multitest import multipletests

from derisking.stats import survival

ALPHA = 0.05
DRAWS = 100_000
SEED = 2023
DAY, YEAR = pd.Timedelta(days=1), pd.Timedelta(days=365.25)


@dataclass(frozen=True)
class Contrast:
    """Closures among posts with and without a trait, and what an exact test makes of them."""

    with_closed: int
    with_all: int
    without_closed: int
    without_all: int
    missing: int
    odds_ratio: float
    low: float
    high: float
    p: float

    @property
    def words(self) -> str:
        """The counts as people write them: "4/10 against 5/43"."""
        return f"{self.with_closed}/{self.with_all} against {self.without_closed}/{self.without_all}"


def contrast(closed: pd.Series, trait: pd.Series, level: float = 0.95) -> Contrast:
    """Compare closures (True or False a post) between posts with and without a yes/no trait.

    Posts whose trait is unknown are left out and counted in `missing`. p is Fisher's exact test, two-sided
    (Fisher 1935, `scipy.stats.fisher_exact`); the odds ratio is the conditional estimate with its exact interval
    (Cornfield 1956, `scipy.stats.contingency.odds_ratio`). The interval is equal-tailed and the test is not, so at the
    border they may disagree.

    Raises ValueError if a closure is unknown, or if no post or every post has the trait.
    """
    if closed.isna().any():
        raise ValueError(f"closure is unknown for {int(closed.isna().sum())} posts; a definition must be complete")
    known = trait.notna()
    has, shut = trait[known].astype(bool), closed[known].astype(bool)
    if has.nunique() < 2:
        raise ValueError("every post with a known value has the same value of the trait; there is nothing to compare")
    a, b = int((has & shut).sum()), int((~has & shut).sum())
    table = [[a, int(has.sum()) - a], [b, int((~has).sum()) - b]]
    return Contrast(a, int(has.sum()), b, int((~has).sum()), int((~known).sum()), *_odds(table, level))


def _odds(table: list[list[int]], level: float) -> tuple[float, float, float, float]:
    """Return odds ratio, lower and upper bound, and the p-value of Fisher's exact test."""
    found = odds_ratio(np.array(table), kind="conditional")
    interval = found.confidence_interval(level)
    p = stats.fisher_exact(table, alternative="two-sided").pvalue
    return float(found.statistic), float(interval.low), float(interval.high), float(p)


def share(closed: int, total: int, level: float = 0.95) -> tuple[float, float, float]:
    """Return a share with its exact interval (Clopper and Pearson 1934, `scipy.stats.binomtest`)."""
    interval = stats.binomtest(closed, total).proportion_ci(level, method="exact")
    return closed / total, float(interval.low), float(interval.high)


# ------------------------------------------------------------------------------------------ permutations


def permutation(closed: pd.Series, values: pd.Series, draws: int = DRAWS, seed: int = SEED) -> tuple[float, float]:
    """Return the difference in medians (closed less kept) and its two-sided permutation p-value.

    Labels are exchanged `draws` times with a fixed seed, or through all arrangements if there are no more than that
    (`scipy.stats.permutation_test`). Posts without a value are left out.
    """
    known = values.notna()
    shut, numbers = closed[known].astype(bool), values[known].astype(float)
    result = stats.permutation_test(
        (numbers[shut].to_numpy(), numbers[~shut].to_numpy()),
        lambda one, other, axis: np.median(one, axis=axis) - np.median(other, axis=axis),
        permutation_type="independent", n_resamples=draws, vectorized=True, rng=np.random.default_rng(seed),
    )  # fmt: skip
    return float(result.statistic), float(result.pvalue)


def permutation_within(
    closed: pd.Series, values: pd.Series, strata: pd.Series, draws: int = DRAWS, seed: int = SEED
) -> tuple[float, float]:
    """Return the difference in medians and its p-value when closures are exchanged within strata only.

    As `permutation`, which SciPy offers for free exchange only: labels are shuffled stratum by stratum (numpy), the
    p-value is twice the smaller tail, the arrangement found counted in, as in `scipy.stats.permutation_test`.
    """
    known = values.notna()
    shut, numbers, group = closed[known].to_numpy(bool), values[known].to_numpy(float), strata[known].to_numpy()
    rng, labels = np.random.default_rng(seed), np.tile(shut, (draws + 1, 1))
    for name in sorted(set(group)):
        columns = np.flatnonzero(group == name)
        labels[1:, columns] = rng.permuted(labels[1:, columns], axis=1)
    shape = (draws + 1, -1)
    wide = np.broadcast_to(numbers, labels.shape)
    gap = np.median(wide[labels].reshape(shape), axis=1) - np.median(wide[~labels].reshape(shape), axis=1)
    tails = (gap <= gap[0] + 1e-12).mean(), (gap >= gap[0] - 1e-12).mean()
    return float(gap[0]), float(min(1.0, 2 * min(tails)))


def within(closed: pd.Series, trait: pd.Series, strata: pd.Series) -> float:
    """Return the two-sided p-value of a yes/no trait when closures are exchanged within strata only.

    Full enumeration: within a stratum the number of closed posts with the trait is hypergeometric
    (`scipy.stats.hypergeom`), and the strata add up. As in Fisher's test, outcomes no likelier than the one seen count
    (the exact form of Mantel and Haenszel 1959). NaN if no stratum holds both kinds of posts and both outcomes.
    """
    known = trait.notna()
    has, shut, group = trait[known].astype(bool), closed[known].astype(bool), strata[known]
    total, low = np.ones(1), 0
    for name in sorted(group.unique()):
        held, gone, size = int(has[group.eq(name)].sum()), int(shut[group.eq(name)].sum()), int(group.eq(name).sum())
        low += (first := max(0, gone + held - size))
        total = np.convolve(total, stats.hypergeom.pmf(np.arange(first, min(gone, held) + 1), size, held, gone))
    if len(total) == 1:
        return float("nan")
    seen = total[int((has & shut).sum()) - low]
    return float(min(1.0, total[total <= seen * (1 + 1e-7)].sum()))


# ------------------------------------------------------------------------------------------ many tests


def adjust(p: pd.Series, method: str) -> pd.Series:
    """Return p-values adjusted for their number: "holm" (Holm 1979) or "fdr_bh" (Benjamini and Hochberg 1995).

    `statsmodels.stats.multitest.multipletests`. Holm bounds the chance of one false alarm or more, however the tests
    hang together; Benjamini and Hochberg bound the expected share of false alarms among those reported.
    """
    return pd.Series(multipletests(p.to_numpy(), method=method)[1], index=p.index)


def grid(closed: pd.DataFrame, traits: pd.DataFrame, strata: pd.Series) -> pd.DataFrame:
    """Run every definition of closure (columns of `closed`) against every yes/no trait (columns of `traits`).

    Returns one row a pair: definition, trait, the fields of `Contrast`, p_within (exchange within strata), holm and bh
    (p adjusted over all rows), in the order of the columns.
    """
    rows = [
        {"definition": definition, "trait": trait, **vars(contrast(closed[definition], traits[trait])),
         "p_within": within(closed[definition], traits[trait], strata)}
        for trait in traits for definition in closed
    ]  # fmt: skip
    table = pd.DataFrame(rows)
    return table.assign(holm=adjust(table["p"], "holm"), bh=adjust(table["p"], "fdr_bh"))


def leave_one_out(closed: pd.Series, trait: pd.Series) -> pd.DataFrame:
    """Change one post at a time and test again (Fisher's exact test, two-sided).

    Returns one row a change: post (index of `closed`), change ("dropped" or "reclassified": closed counted as kept and
    the other way round), p after it. Posts whose trait is unknown change nothing and are left out.
    """
    known = trait.notna()
    shut, has, rows = closed[known].astype(bool), trait[known].astype(bool), []
    for post in shut.index:
        others = shut.index != post
        for change, one in (("dropped", shut[others]), ("reclassified", shut.where(others, ~shut))):
            table = pd.crosstab(has[one.index], one).reindex(index=[True, False], columns=[True, False], fill_value=0)
            rows.append({"post": post, "change": change, "p": float(stats.fisher_exact(table).pvalue)})
    return pd.DataFrame(rows)


# ------------------------------------------------------------------------------------------------ power


def power(ratio: float, holders: int, closed: int = 9, posts: int = 53, alpha: float = ALPHA) -> float:
    """Return the chance that Fisher's exact test finds a true odds ratio, by enumeration.

    With both margins fixed, the number of closed posts with the trait follows Fisher's noncentral hypergeometric law
    (`scipy.stats.nchypergeom_fisher`); the power is the weight of the outcomes with p < alpha. holders: posts with the
    trait.
    """
    outcomes, p = _outcomes(holders, closed, posts)
    return float(stats.nchypergeom_fisher.pmf(outcomes, posts, holders, closed, ratio)[p < alpha].sum())


@cache
def _outcomes(holders: int, closed: int, posts: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the possible numbers of closed posts with the trait, and the p-value of each."""
    outcomes = np.arange(max(0, closed + holders - posts), min(closed, holders) + 1)
    tables = ([[x, holders - x], [closed - x, posts - holders - closed + x]] for x in outcomes)
    return outcomes, np.array([stats.fisher_exact(table).pvalue for table in tables])


def detectable(holders: int, closed: int = 9, posts: int = 53, wanted: float = 0.8, alpha: float = ALPHA) -> float:
    """Return the smallest odds ratio above 1 that is found with the wanted power; infinite if none up to 10,000 is."""

    def short(log_ratio: float) -> float:
        return power(np.exp(log_ratio), holders, closed, posts, alpha) - wanted

    top = np.log(10_000)
    return float("inf") if short(top) < 0 else float(np.exp(optimize.brentq(short, 0, top, xtol=1e-6)))


# --------------------------------------------------------------------------------------------- survival


def ages(spells: pd.DataFrame, until, opened: str) -> pd.DataFrame:
    """Return entry and exit age in years and whether the post ended, one row a spell of a post.

    Where the opening is known only as an interval, the post was watched from the last day of it on: it enters the
    count at the age it had then (left truncation), so that posts which came and went unseen bias nothing.
    opened: "latest" takes the post as young as its dates allow (entry at age 0), "earliest" as old as they allow, and
    leaves out posts without any earliest date. Spells without a closing date are censored on the day `until`. A post
    that may have ended before it was first seen is given one day.

    Columns: entry, exit (years), ended (bool); the index is that of `spells`. Raises ValueError for another `opened`.
    """
    if opened not in ("latest", "earliest"):
        raise ValueError(f"opened is {opened!r}; it must be 'latest' or 'earliest'")
    ended = spells["closed"].notna()
    last = spells["closed_earliest" if opened == "latest" else "closed_latest"].fillna(spells["closed_latest"])
    last = last.where(ended, pd.Timestamp(until))
    birth, seen = spells[f"opened_{opened}"], spells["opened_latest"]
    table = pd.DataFrame({"entry": (seen - birth) / YEAR, "exit": (last - birth) / YEAR, "ended": ended})
    table["exit"] = table["exit"].clip(lower=table["entry"] + DAY / YEAR)
    return table[birth.notna() & seen.notna()]


def open_share(table: pd.DataFrame) -> pd.DataFrame:
    """Return the share of posts still open by age: Kaplan and Meier 1958 with late entry (see `survival.curve`).

    table: entry, exit, ended as from `ages`. Columns: age (years), alive (share still open), at_risk (posts watched at
    that age). The first row is age 0. No confidence band: the posts are a census, and their dates are the larger doubt.
    """
    curve = survival.curve(table["exit"], table["ended"], table["entry"])
    return pd.DataFrame({"age": curve["day"], "alive": 1 - curve["share"], "at_risk": curve["at_risk"]})


def median_age(curve: pd.DataFrame) -> float:
    """Return the first age at which no more than half are left; infinite if that is never reached."""
    past = curve[curve["alive"].le(0.5)]
    return float(past["age"].iloc[0]) if len(past) else float("inf")


def ratio_words(value: float) -> str:
    """Write an odds ratio for people: two figures, "no limit" for infinity."""
    return "no limit" if isinf(value) else f"{value:.2g}" if value < 10 else f"{value:.0f}"


def upper_half(values: pd.Series) -> pd.Series:
    """Say of each post whether its value lies above the median of the posts that have one; missing stays missing."""
    return values.gt(values.median()).astype("boolean").mask(values.isna())
