"""What the tables say about themselves: how many rows, from how many sources and voices, for which years."""

import pandas as pd

from derisking.core import sources
from derisking.core.cells import split_items
from derisking.core.tables import keep_sourced, list_tables, load_table

# What the columns of these frames mean, for the figures drawn from them.
VOICES = {
    "subject": "Group of tables or rows.",
    "papers": "Number of different sources named.",
    "voices": "Number of different bodies whose statements the sources carry.",
    "rows": "Number of rows of the subject.",
    "one_voice": "Number of rows that rest on one voice.",
}
COVERAGE = {
    "subject": "Kind of evidence.",
    "year": "Year of the latest possible day.",
    "rows": "Sourced rows with that year.",
}


def overview(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """List the tables. Columns: table, what a row is, rows, without source (rows)."""
    return pd.DataFrame(
        {
            "table": name,
            "what a row is": list_tables()[name]["title"],
            "rows": len(rows),
            "without source": int(rows["sources"].isna().sum()) if "sources" in rows else 0,
        }
        for name, rows in tables.items()
    )


def shares(column: pd.Series, name: str) -> pd.DataFrame:
    """Count the values of a column. Columns: `name`, rows, share (percent of all, as text)."""
    number = column.str.replace("_", " ").value_counts().rename_axis(name).reset_index(name="rows")
    number["share"] = (number["rows"] / number["rows"].sum()).map("{:.1%}".format)
    return number


def voices(subjects: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Compare sources with the independent voices behind them.

    Columns: subject; papers (different sources), voices (different bodies behind them), rows, one_voice (rows that
    rest on one body).
    """
    return pd.DataFrame(
        {
            "subject": name,
            "papers": split_items(rows["sources"]).nunique(),
            "voices": len(sources.name_voices(";".join(rows["sources"].unique()))),
            "rows": len(rows),
            "one_voice": int(rows["sources"].map(sources.name_voices).map(len).eq(1).sum()),
        }
        for name, rows in subjects.items()
    )


def only(rows: pd.DataFrame, voice: str) -> pd.DataFrame:
    """Return the sourced rows that have `voice` as their only voice; none from a frame without sources."""
    rows = keep_sourced(rows)
    return rows[rows["sources"].map(sources.name_voices).eq({voice})] if "sources" in rows else rows.iloc[:0]


def sole_voice(tables: dict[str, pd.DataFrame], voice: str) -> pd.DataFrame:
    """Count by table the rows that have `voice` as their only voice. Columns: table, rows, of, examples (keys)."""
    found = {name: only(rows, voice) for name, rows in tables.items()}
    return pd.DataFrame(
        {
            "table": name,
            "rows": len(rows),
            "of": len(keep_sourced(tables[name])),
            "examples": ", ".join(rows.iloc[:, 0].astype(str).unique()[:3]),
        }
        for name, rows in found.items()
        if len(rows)
    )


def coverage(names: dict[str, str], years: range) -> pd.DataFrame:
    """Count sourced rows by year of their latest possible day: one line a table of `names` (label: table), one column a year."""
    found = {label: load_table(table)["date_latest"].dt.year.value_counts() for label, table in names.items()}
    return pd.DataFrame(found).reindex(years).fillna(0).astype(int).T


def long(counts: pd.DataFrame) -> pd.DataFrame:
    """Turn a table of counts by row and year into one row a cell. Columns: subject, year, rows."""
    tall = counts.rename_axis("subject").reset_index().melt("subject", var_name="year", value_name="rows")
    return tall.astype({"year": int, "rows": int})
