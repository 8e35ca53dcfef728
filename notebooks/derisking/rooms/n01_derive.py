"""What notebook 01 builds from the evidence: each function returns one derived table, described in datapackage.json."""

import pandas as pd

from derisking.core import dates, sources

# Cumulative: each kind of evidence includes the surer ones before it.
KINDS = {
    "confirmed": ["confirmed"],
    "likely": ["confirmed", "likely"],
    "any_listing": ["confirmed", "likely", "unverified", "non_resident_likely"],
}


def missions_by_year(missions: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """Count posts abroad open on 31 December of each year.

    Columns: year; evidence (how sure residence is, cumulative); lower, upper (posts certainly and possibly open).
    A post counts once, however many of its spells may include the day.
    """
    rows = []
    for year in range(first, last + 1):
        for kind, included in KINDS.items():
            posts = missions[missions["resident_evidence"].isin(included)]
            certain, possible = dates.open_masks(posts, f"{year}-12-31")
            lower, upper = (posts[mask]["mission_id"].nunique() for mask in (certain, possible))
            rows.append({"year": year, "evidence": kind, "lower": lower, "upper": upper})
    return pd.DataFrame(rows)


def closure_matrix(missions: pd.DataFrame, lists: pd.DataFrame) -> pd.DataFrame:
    """Say for each of the 53 posts of October 2023 which published list names it as closed.

    Columns: mission_id, host, city, region, mission_type, one flag a list (empty where a list was not seen in full and
    does not name the post), lists_naming (number of full lists that name it) and sources.
    """
    posts = missions[missions["in_rok_53"]].set_index("mission_id")
    matrix = posts[["host", "city", "region", "mission_type"]].copy()
    for name, rows in lists.groupby("list_id"):
        named = matrix.index.isin(rows["mission_id"])
        matrix[name] = pd.array(named, dtype="boolean")
        if not rows["list_complete"].all():
            matrix.loc[~named, name] = pd.NA
    full = [name for name, rows in lists.groupby("list_id") if rows["list_complete"].all() and "predicted" not in name]
    matrix["lists_naming"] = matrix[full].sum(axis=1).astype("Int64")
    behind = pd.concat([posts["sources"], lists.set_index("mission_id")["sources"]])
    matrix["sources"] = _union(behind)
    return matrix.reset_index()


def wave_table(counts: pd.DataFrame, matrix: pd.DataFrame) -> pd.DataFrame:
    """Put the waves of closures of 1991, 1995, 1998 and 2023 side by side, each from counts of the South Korean ministry.

    For 2023 the African closures are counted in the closure matrix, from the ministry's list of January 2024.

    Columns: year; closed, closed_africa (missions); stock_before, stock_after (missions, or embassies in 1995) with their
    dates and what they count; share (closed over stock_before, empty where the two are not counted alike); sources.
    """
    pick = counts.set_index("count_id")
    plan = {  # year: closed, of them in Africa, stock before, stock after
        1991: ("C088", "C103", None, None),
        1995: ("C094", "C105", "C036", "C039"),
        1998: ("C095", "C106", "C003", "C004"),
        2023: ("C102", None, "C017", "C025"),
    }
    african_2023 = int((matrix["rok_2024_01_30"] & matrix["region"].eq("Africa")).sum())
    rows = []
    for year, ids in plan.items():
        closed, africa, before, after = (pick.loc[i] if i else None for i in ids)
        alike = before is not None and before["quantity"] == "missions_abroad"
        rows.append(
            {
                "year": year,
                "closed": closed["value"],
                "closed_africa": africa["value"] if africa is not None else african_2023,
                "stock_before": before["value"] if before is not None else None,
                "stock_before_asof": before["asof"] if before is not None else None,
                "stock_after": after["value"] if after is not None else None,
                "stock_after_asof": after["asof"] if after is not None else None,
                "stock_counts": before["quantity"] if before is not None else None,
                "share": closed["value"] / before["value"] if alike else None,
                "sources": _join(row["sources"] for row in (closed, africa, before, after) if row is not None),
            }
        )
    table = pd.DataFrame(rows)
    whole = ["closed", "closed_africa", "stock_before", "stock_after"]
    return table.astype(dict.fromkeys(whole, "Int64") | {"share": "Float64"})


def measures_by_year(measures: pd.DataFrame) -> pd.DataFrame:
    """Count the listed measures by year and direction.

    Columns: year, direction; lower, upper (measures certainly, possibly dated in the year). The list is a selection.
    """
    first, last = measures["date_earliest"].min().year, measures["date_latest"].max().year
    rows = []
    for direction, group in measures.groupby("direction"):
        for year in range(first, last + 1):
            start, end = pd.Timestamp(year, 1, 1), pd.Timestamp(year, 12, 31)
            certain = (group["date_earliest"] >= start) & (group["date_latest"] <= end)
            possible = (group["date_earliest"].isna() | (group["date_earliest"] <= end)) & (
                group["date_latest"] >= start
            )
            rows.append(
                {"year": year, "direction": direction, "lower": int(certain.sum()), "upper": int(possible.sum())}
            )
    return pd.DataFrame(rows)


def indicators(series: pd.DataFrame, index: pd.DataFrame) -> pd.DataFrame:
    """Put the preferred series of each concept, sourced values only, into one long table.

    Columns: concept, series_id, label, year, period, value, unit, basis, status, partner_iso3, sources.
    """
    preferred = index[index["preferred"]][["series_id", "concept", "label"]]
    return series.merge(preferred, on="series_id", how="inner").drop(columns=["confidence", "notes"])


def claims_evidence(claims: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """Count the findings for and against each claim.

    Columns: claim_id, question, type, testable, basis; supports, against, mixed, does_not_discriminate (findings);
    supports_strong, against_strong (of them strong); voices (independent voices behind them); sources.
    """
    kinds = ["supports", "against", "mixed", "does_not_discriminate"]
    number = findings.groupby(["claim_id", "bears"]).size().unstack(fill_value=0)
    strong = findings[findings["strength"].eq("strong")].groupby(["claim_id", "bears"]).size().unstack(fill_value=0)
    table = claims.set_index("claim_id")[["question", "type", "testable", "basis"]]
    for kind in kinds:
        table[kind] = number.get(kind, pd.Series(dtype=int)).reindex(table.index, fill_value=0)
    for kind in kinds[:2]:
        table[f"{kind}_strong"] = strong.get(kind, pd.Series(dtype=int)).reindex(table.index, fill_value=0)
    table["sources"] = _union(
        pd.concat([claims.set_index("claim_id")["sources"], findings.set_index("claim_id")["sources"]])
    )
    heard = findings.groupby("claim_id")["sources"].agg(lambda rows: len(sources.name_voices(_join(rows))))
    table["voices"] = heard.reindex(table.index, fill_value=0)
    return table.reset_index()


def _join(lists) -> str:
    """Unite several ";"-separated lists of sources into one, each once and sorted."""
    return ";".join(sorted({item for entry in lists for item in entry.split(";")}))


def _union(sources: pd.Series) -> pd.Series:
    return sources.dropna().groupby(level=0).agg(_join)
