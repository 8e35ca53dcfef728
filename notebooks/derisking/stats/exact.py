"""Exact tests for a full list of posts: thin wrappers over scipy.stats and statsmodels.

What the numbers mean here. The posts are a census, not a sample, so a p-value does not speak of a
larger population. It says how often a pattern at least as strong would turn up if the same number
of closures were dealt out to the same posts blindly. It takes the posts as independent; where one
decision closed several at once, it is too small.

Odds ratios are conditional maximum likelihood estimates with exact intervals, which may be 0 or
infinite.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, reduce
from math import isinf

import numpy as np
import pandas as pd
from scipy import optimize, stats
from scipy.stats.contingency import odds_ratio
from statsmodels.stats.contingency_tables import StratifiedTable

ALPHA = 0.05
DRAWS = 20_000
SEED = 2023
SLACK = 1e-7  # two chances that differ by less, relatively, count as equal, as in SciPy


@dataclass(frozen=True)
class Comparison:
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
        """The counts as people write them: "4 of 10 against 5 of 43"."""
        one = f"{self.with_closed} of {self.with_all}"
        return f"{one} against {self.without_closed} of {self.without_all}"

    @property
    def table(self) -> list[list[int]]:
        """The counts as a table: with and without the trait, closed and kept."""
        kept = self.with_all - self.with_closed, self.without_all - self.without_closed
        return [[self.with_closed, kept[0]], [self.without_closed, kept[1]]]


# ------------------------------------------------------------------------------------ one trait


def compare_closures(closed: pd.Series, trait: pd.Series, level: float = 0.95) -> Comparison:
    """Compare closures (True or False a post) between posts with and without a yes/no trait.

    Posts whose trait is unknown are left out and counted in `missing`. p is Fisher's exact test,
    two-sided (Fisher 1935, `scipy.stats.fisher_exact`); the odds ratio is the conditional estimate
    with its exact interval (Cornfield 1956, `scipy.stats.contingency.odds_ratio`). The interval is
    equal-tailed and the test is not, so at the border they may disagree.

    Raises ValueError if a closure is unknown, or if no post or every post has the trait.
    """
    if closed.isna().any():
        unknown = int(closed.isna().sum())
        raise ValueError(f"closure is unknown for {unknown} posts; a definition must be complete")
    known = trait.notna()
    has, shut = trait[known].astype(bool), closed[known].astype(bool)
    if has.nunique() < 2:
        raise ValueError("every post with a known value has the same value; nothing to compare")
    a, b = int((has & shut).sum()), int((~has & shut).sum())
    holders, others = int(has.sum()), int((~has).sum())
    ratio, low, high, p = _test_counts(a, holders - a, b, others - b, level)
    return Comparison(
        with_closed=a,
        with_all=holders,
        without_closed=b,
        without_all=others,
        missing=int((~known).sum()),
        odds_ratio=ratio,
        low=low,
        high=high,
        p=p,
    )


@cache
def _test_counts(a: int, b: int, c: int, d: int, level: float) -> tuple[float, float, float, float]:
    """Return odds ratio, its interval and p of a 2 x 2 table; many sets of posts yield the same."""
    table = np.array([[a, b], [c, d]])
    ratio = odds_ratio(table, kind="conditional")
    interval = ratio.confidence_interval(level)
    p = stats.fisher_exact(table).pvalue
    return float(ratio.statistic), float(interval.low), float(interval.high), float(p)


def compare_within_strata(closed: pd.Series, trait: pd.Series, strata: pd.Series) -> float:
    """Return the two-sided p of a yes/no trait when closures are exchanged within strata only.

    Full enumeration: within a stratum the number of closed posts with the trait is hypergeometric
    (`scipy.stats.hypergeom`), and the strata add up. As in Fisher's test, outcomes no likelier than
    the one seen count (the exact form of Mantel and Haenszel 1959). NaN if no stratum holds both
    kinds of posts and both outcomes.
    """
    known = trait.notna() & strata.notna()
    frame = pd.DataFrame({"has": trait, "shut": closed, "stratum": strata})[known]
    parts, least = [], 0
    for _, group in frame.groupby("stratum"):
        size, held, gone = len(group), int(group["has"].sum()), int(group["shut"].sum())
        first = max(0, gone + held - size)
        least += first
        outcomes = np.arange(first, min(gone, held) + 1)
        parts.append(stats.hypergeom.pmf(outcomes, size, held, gone))
    chance = reduce(np.convolve, parts)
    if len(chance) == 1:
        return float("nan")
    seen = chance[int((frame["has"] & frame["shut"]).sum()) - least]
    return float(min(1.0, chance[chance <= seen * (1 + SLACK)].sum()))


def compare_ranks(
    closed: pd.Series,
    values: pd.Series,
    strata: pd.Series | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
) -> tuple[float, float]:
    """Return the rank difference of closed and kept posts in a number, and its two-sided p.

    The difference is that of the mean ranks as a share of their greatest distance: 1 if every
    closed post lies above every kept one, -1 if below (Cliff's delta). p by exchange of labels,
    within `strata` if given: outcomes at least as far from the mean of all outcomes count (for one
    stratum that is the test of Mann and Whitney). Posts without a value are left out.
    """
    known = values.notna()
    shut = closed[known].to_numpy(bool)
    ranks = stats.rankdata(values[known].to_numpy(float))
    groups = strata[known].to_numpy() if strata is not None else np.zeros(len(shut))
    labels = exchange_labels(shut[:, None], groups, draws, seed)[:, :, 0]
    sums = labels @ ranks
    centre = sum(ranks[groups == name].mean() * shut[groups == name].sum() for name in set(groups))
    far = np.abs(sums - centre) >= abs(sums[0] - centre) - 1e-9
    number, other = shut.sum(), (~shut).sum()
    delta = 2 * (sums[0] - number * (number + 1) / 2) / (number * other) - 1
    return float(delta), float(far.mean())


def exchange_labels(
    labels: np.ndarray, strata: np.ndarray, draws: int, seed: int = SEED
) -> np.ndarray:
    """Return `labels` (posts by lists) as found, then `draws` times with the posts exchanged.

    Whole rows change places, so that lists which agree with each other still do; posts change
    places within their stratum only. Shape: draws + 1, posts, lists.
    """
    return labels[_deal_places(tuple(strata), draws, seed)]


@lru_cache(maxsize=4)
def _deal_places(strata: tuple, draws: int, seed: int) -> np.ndarray:
    """Return the order of posts as found, then `draws` orders at random; draws + 1 by posts."""
    rng = np.random.default_rng(seed)
    order = np.tile(np.arange(len(strata)), (draws + 1, 1))
    for name in sorted(set(strata)):
        places = np.flatnonzero([stratum == name for stratum in strata])
        order[1:, places] = rng.permuted(order[1:, places], axis=1)
    return order


# ------------------------------------------------------------------------------------- many tests


def run_grid(closed: pd.DataFrame, traits: pd.DataFrame, strata: pd.Series) -> pd.DataFrame:
    """Run every definition of closure (columns of `closed`) against every yes/no trait.

    Returns one row a pair, in the order of the columns: definition, trait, the fields of
    `Comparison`, and p_within (exchange within strata).
    """
    rows = [
        {
            "definition": definition,
            "trait": trait,
            **vars(compare_closures(closed[definition], traits[trait])),
            "p_within": compare_within_strata(closed[definition], traits[trait], strata),
        }
        for trait in traits
        for definition in closed
    ]
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class JointTest:
    """What the joint exchange of posts makes of all tests of a grid at once.

    adjusted: one row a definition, one column a trait, the chance that blind dealing brings a
    smallest p as small as this one anywhere in the grid (Westfall and Young 1993, single step).
    low, low_mean, low_p: number of p below 0.05, the mean of that number under blind dealing, and
    the chance of as many.
    """

    adjusted: pd.DataFrame
    low: int
    low_mean: float
    low_p: float


def compare_jointly(
    closed: pd.DataFrame, traits: pd.DataFrame, draws: int = DRAWS, seed: int = SEED
) -> JointTest:
    """Deal the closures out blindly over the posts, all definitions together, and test again.

    Each draw exchanges whole rows of `closed`: five lists that share most of their posts go on
    sharing them, and traits that hang together go on doing so. Every test is Fisher's, on the
    posts whose trait is known.
    """
    shut = exchange_labels(closed.to_numpy(bool), np.zeros(len(closed)), draws, seed)
    shut = shut.transpose(0, 2, 1).astype(np.float32)  # sums of ones below 2**24 are exact
    values = np.empty((draws + 1, len(closed.columns), len(traits.columns)))
    for column, trait in enumerate(traits):
        known = traits[trait].notna().to_numpy()
        has = traits[trait].fillna(False).to_numpy(bool)
        held, gone = (shut @ posts.astype(np.float32) for posts in (has & known, known))
        held, gone = held.astype(int), gone.astype(int)
        chances = _tabulate_fisher(int(has.sum()), int(known.sum()), int(gone.max()))
        values[:, :, column] = chances[gone, held]
    flat = values.reshape(draws + 1, -1)
    least = np.sort(flat.min(axis=1))
    # a p counts as equal when only rounding tells it apart
    passed = np.searchsorted(least, values[0] * (1 + SLACK), side="right") / (draws + 1)
    low = (flat < ALPHA).sum(axis=1)
    return JointTest(
        adjusted=pd.DataFrame(passed, index=closed.columns, columns=traits.columns),
        low=int(low[0]),
        low_mean=float(low[1:].mean()),
        low_p=float((low >= low[0]).mean()),
    )


@cache
def _tabulate_fisher(holders: int, posts: int, most: int) -> np.ndarray:
    """Return p of Fisher's test by number of closed posts (row) and of those with the trait."""
    table = np.ones((most + 1, most + 1))
    for gone in range(most + 1):
        outcomes, chances = _list_outcomes(holders, gone, posts)
        table[gone, outcomes] = chances
    return table


def change_one_post(closed: pd.Series, trait: pd.Series) -> pd.DataFrame:
    """Change one post at a time and test again (Fisher's exact test, two-sided).

    Returns one row a change: post (index of `closed`), change ("dropped" or "reclassified": closed
    counted as kept and the other way round), p after it. Posts whose trait is unknown change
    nothing and are left out.
    """
    known = trait.notna()
    shut, has = closed[known].astype(bool), trait[known].astype(bool)
    rows = []
    for post in shut.index:
        others = shut.index != post
        changed = {"dropped": shut[others], "reclassified": shut.where(others, ~shut)}
        for change, one in changed.items():
            p = compare_closures(one, has[one.index]).p
            rows.append({"post": post, "change": change, "p": p})
    return pd.DataFrame(rows)


def count_recodings(closed: pd.Series, trait: pd.Series) -> int:
    """Return how few posts must be coded otherwise to carry p across 0.05 (Fisher's exact test).

    A post may be coded otherwise as closed or kept, or as having the trait or not; only the counts
    matter, so every choice of posts is tried at once. Posts whose trait is unknown take no part.
    Raises ValueError if no coding carries p across, as where very few posts are compared.
    """
    found = compare_closures(closed, trait)
    below = found.p < ALPHA
    (a, b), (c, d) = found.table
    reached = frontier = {(a, b, c, d)}
    for number in range(1, a + b + c + d + 1):
        step = {cells for old in frontier for cells in _recode_one(*old)}
        frontier = step - reached
        reached = reached | frontier
        p = [stats.fisher_exact([[w, x], [y, z]]).pvalue for w, x, y, z in frontier]
        if any((one < ALPHA) != below for one in p):
            return number
    raise ValueError("no coding of these posts carries p across 0.05; they are too few")


def _recode_one(a: int, b: int, c: int, d: int) -> list[tuple[int, int, int, int]]:
    """Return the 2 x 2 tables in which one post is coded otherwise (no cell falls below zero)."""
    closed_or_kept = [(a - 1, b + 1, c, d), (a + 1, b - 1, c, d)]
    closed_or_kept += [(a, b, c - 1, d + 1), (a, b, c + 1, d - 1)]
    with_or_without = [(a - 1, b, c + 1, d), (a + 1, b, c - 1, d)]
    with_or_without += [(a, b - 1, c, d + 1), (a, b + 1, c, d - 1)]
    return [cells for cells in closed_or_kept + with_or_without if min(cells) >= 0]


# ---------------------------------------------------------------------------------------- rounds


@dataclass(frozen=True)
class PooledRatio:
    """One odds ratio for several tables, and the chance that they share it."""

    odds_ratio: float  # Mantel and Haenszel
    low: float
    high: float
    p_equal: float  # exact test of Zelen: are the odds ratios of the tables equal?


def pool_tables(tables: Sequence[Sequence[Sequence[int]]], level: float = 0.95) -> PooledRatio:
    """Pool 2 x 2 tables (trait by outcome) into one odds ratio, and test whether they share it.

    Ratio and interval are Mantel and Haenszel's with the variance of Robins, Breslow and Greenland
    (`statsmodels.stats.contingency_tables.StratifiedTable`). The test is Zelen's (Biometrika 58,
    1971), by full enumeration: of all ways to share out the cases with the trait over the tables,
    the total fixed, those no likelier than the one found count.
    """
    found = StratifiedTable([np.array(table, dtype=float) for table in tables])
    low, high = found.oddsratio_pooled_confint(1 - level)
    return PooledRatio(float(found.oddsratio_pooled), float(low), float(high), _test_equal(tables))


def _test_equal(tables: Sequence[Sequence[Sequence[int]]]) -> float:
    """Return the p of Zelen's exact test that 2 x 2 tables share one odds ratio."""
    sums, chances, seen = np.zeros(1, dtype=int), np.ones(1), 1.0
    for (a, b), (c, d) in tables:
        outcomes = np.arange(max(0, a + c - (c + d)), min(a + b, a + c) + 1)
        weight = stats.hypergeom.pmf(outcomes, a + b + c + d, a + b, a + c)
        sums = np.add.outer(sums, outcomes).ravel()
        chances = np.multiply.outer(chances, weight).ravel()
        seen *= float(weight[a - outcomes[0]])
    same = chances[sums == sum(table[0][0] for table in tables)]
    return float(same[same <= seen * (1 + SLACK)].sum() / same.sum())


# ----------------------------------------------------------------------------------------- power


def compute_power(
    ratio: float, holders: int, closed: int = 9, posts: int = 53, alpha: float = ALPHA
) -> float:
    """Return the chance that Fisher's exact test finds a true odds ratio, by enumeration.

    With both margins fixed, the number of closed posts with the trait follows Fisher's noncentral
    hypergeometric law (`scipy.stats.nchypergeom_fisher`); the power is the weight of the outcomes
    with p < alpha. holders: posts with the trait.
    """
    outcomes, p = _list_outcomes(holders, closed, posts)
    law = stats.nchypergeom_fisher(posts, holders, closed, ratio)
    return float(law.pmf(outcomes)[p < alpha].sum())


@cache
def _list_outcomes(holders: int, closed: int, posts: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the possible numbers of closed posts with the trait, and the p-value of each."""
    outcomes = np.arange(max(0, closed + holders - posts), min(closed, holders) + 1)
    tables = (
        [[x, holders - x], [closed - x, posts - holders - closed + x]] for x in outcomes.tolist()
    )
    return outcomes, np.array([stats.fisher_exact(table).pvalue for table in tables])


@cache
def find_detectable_ratio(
    holders: int, closed: int = 9, posts: int = 53, wanted: float = 0.8, alpha: float = ALPHA
) -> float:
    """Return the smallest odds ratio above 1 found with the wanted power; infinite if none is.

    Ratios up to 10,000 are tried.
    """

    def lacks(log_ratio: float) -> float:
        return compute_power(np.exp(log_ratio), holders, closed, posts, alpha) - wanted

    top = np.log(10_000)
    if lacks(top) < 0:
        return float("inf")
    return float(np.exp(optimize.brentq(lacks, 0, top, xtol=1e-6)))


# ----------------------------------------------------------------------------------------- words


def word_ratio(value: float) -> str:
    """Write an odds ratio for people: two figures, "0" for zero, "no limit" for infinity."""
    if isinf(value):
        return "no limit"
    return f"{value:#.2g}" if 0 < value < 9.95 else f"{value:.0f}"


def word_chance(p: float) -> str:
    """Write a p-value for people, with two figures: "0.0039", "0.050", "1.0"."""
    return f"{p:#.2g}"


def flag_upper_half(values: pd.Series) -> pd.Series:
    """Say of each post whether its value lies above the median of the posts that have one.

    A missing value stays missing.
    """
    return values.gt(values.median()).astype("boolean").mask(values.isna())
