"""Growth rates chained to an index."""

import pandas as pd


def chain_growth(rates: pd.Series, base: int) -> pd.Series:
    """Chain yearly growth rates in percent, indexed by year, to an index with `base` = 100.

    Raises ValueError if a year after `base` is missing.
    """
    years = range(base + 1, int(rates.index.max()) + 1)
    if missing := [year for year in years if year not in rates.index]:
        raise ValueError(f"no growth rate for {missing}; no index can be chained across a gap")
    factors = 1 + rates.loc[list(years)].astype(float) / 100
    return pd.concat([pd.Series({base: 100.0}), 100 * factors.cumprod()])
