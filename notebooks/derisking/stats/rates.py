"""Recompute the base rates from a reader's own copy of the original data.

Two data sets list which state had a diplomatic post in which other state. Neither states an open
licence, so neither is passed on here; the table base_rates holds only what was counted in the
first. Whoever has a copy puts the workbook into data/upstream (its README.md says which, from
where, and how to cite it), and `load_base_rates` counts anew, row by row.

Between two counts a post is "closed" if it was listed at the first and not at the second, in a host
that both list. It is "back" if the next count lists it again. A vacant post looks like a closed
one.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from statsmodels.stats.contingency_tables import StratifiedTable

from derisking.core import paths, tables
from derisking.core.faults import Fault
from derisking.core.tables import EvidenceError

README = "data/upstream/README.md"
MINIMA = (10, 20, 40)  # senders counted: those with at least so many posts at the first count
PEERS = 70  # posts at most: with 40 as the least, the senders about as large as North Korea
GROSS, NET = 9 / 53, 7 / 53  # shares of the network: nine and seven posts of 53
MISSING = "."  # a state that the workbook lists in a year for which it knows nothing
NORTH_KOREA = {
    "731",
    "North Korea",
    "Korea, North",
    "Korea (North)",
    "Korea, Democratic People's Republic of",
}


@dataclass(frozen=True)
class DataSet:
    """One original data set: how its file is called, where it is found, how it is cited."""

    name: str
    pattern: str
    where: str
    cite: str


DIPCON = DataSet(
    "DIPCON 3.0",
    r"dipcon.*3.*\.xlsx",
    "http://www.u.arizona.edu/~volgy/data.html, or the copy data/DIPCON_3.0.xlsx in "
    "https://github.com/sallyi/social-network-analysis at commit "
    "02d2f74f2cf4f94d721b7d3e4a226a416ccf74ae",
    "Diplomatic Contacts (DIPCON) database, version 3.0. University of Arizona",
)
DIPLOMETRICS = DataSet(
    "Diplometrics Diplomatic Representation, 1960-2024",
    r"diplometrics.*representation.*\.xlsx",
    "Harvard Dataverse and https://korbel.du.edu/pardee/content/diplomatic-representation",
    "Moyer, Turner and Meisel, What are the drivers of diplomacy? Journal of Peace Research 2021, "
    "doi 10.1177/0022343320929740",
)


class UpstreamError(EvidenceError):
    """The workbook cannot be read as the data set it is taken for; the message says what, where,
    and how to mend it."""


def _describe_fault(file: Path, found: str, expected: str, of: DataSet, **place) -> UpstreamError:
    mend = f"Take {of.name} from {of.where}; {README} says more."
    return UpstreamError(
        str(Fault(f"data/upstream/{file.name}", found, expected, mend=mend, **place))
    )


# -------------------------------------------------------------------------------------------- files


def find_workbook(of: DataSet, folder: Path = paths.UPSTREAM) -> Path | None:
    """Return the workbook of a data set in `folder`, or None. Raises UpstreamError if there are
    several."""
    known = sorted(folder.glob("*")) if folder.is_dir() else []
    files = [file for file in known if re.fullmatch(of.pattern, file.name, re.IGNORECASE)]
    if len(files) > 1:
        raise _describe_fault(
            files[0], f"{len(files)} workbooks: {', '.join(f.name for f in files)}", "one", of
        )
    return files[0] if files else None


def _open_workbook(file: Path, of: DataSet) -> dict[str, pd.DataFrame]:
    """Return every sheet of a workbook as it is, without header."""
    try:
        return pd.read_excel(file, sheet_name=None, header=None)
    except ImportError as error:
        raise UpstreamError(
            f"Reading data/upstream/{file.name} needs openpyxl: `pip install openpyxl`."
        ) from error
    except Exception as error:  # openpyxl, zipfile and xml each raise their own
        raise _describe_fault(
            file, f"no readable workbook ({error})", "an Excel workbook (.xlsx)", of
        ) from None


# ------------------------------------------------------------------------------------------- DIPCON


def read_dipcon(file: Path) -> dict[int, pd.DataFrame]:
    """Return one matrix a count from the DIPCON workbook: True where the row state has a post in
    the column state.

    Each sheet is named after its year. A row that begins with "ccode" holds the Correlates of War
    codes of the hosts; below it, each row begins with the code of a sender and holds 0 or 1 a host.
    Index and columns are codes as text.

    Raises UpstreamError, with sheet, row and column, for a workbook that is laid out otherwise.
    """
    counts = {}
    for name, sheet in _open_workbook(file, DIPCON).items():
        year = re.search(r"(19|20)\d\d", str(name))
        if year:
            counts[int(year[0])] = _read_matrix(sheet, str(name), file)
    if len(counts) < 2:
        raise _describe_fault(
            file,
            f"{len(counts)} sheets named after a year",
            "at least two, as 1970 or 1975",
            DIPCON,
        )
    return dict(sorted(counts.items()))


def _read_matrix(sheet: pd.DataFrame, name: str, file: Path) -> pd.DataFrame:
    first = sheet[0].astype(str).str.strip().str.casefold()
    if not first.eq("ccode").any():
        raise _describe_fault(
            file, f"no row that begins with ccode in sheet {name}", "a row of country codes", DIPCON
        )
    top = int(first[first.eq("ccode")].index[0])
    hosts = pd.to_numeric(sheet.loc[top].iloc[1:], errors="coerce").dropna()
    senders = pd.to_numeric(sheet[0].iloc[top + 1 :], errors="coerce").dropna()
    cells = sheet.loc[senders.index, hosts.index]
    # A state that was absent at a count is marked so against most others, if not against itself
    # (1975: both Vietnams); it drops out of that count on both sides.
    unknown = cells.map(lambda cell: isinstance(cell, str) and cell.strip() == MISSING)
    absent = {*senders[unknown.mean(axis=1).gt(0.5)], *hosts[unknown.mean().gt(0.5)]}
    senders, hosts = senders[~senders.isin(absent)], hosts[~hosts.isin(absent)]
    cells = cells.loc[senders.index, hosts.index].apply(pd.to_numeric, errors="coerce")
    wrong = ~cells.isin([0, 1])
    if wrong.to_numpy().any():
        row = wrong.any(axis=1).idxmax()
        column = wrong.loc[row].idxmax()
        raise _describe_fault(
            file,
            repr(sheet.loc[row, column]),
            "0 or 1",
            DIPCON,
            row=row + 1,
            column=f"{column + 1} of {name}",
        )
    matrix = cells.astype(bool)
    matrix.index, matrix.columns = (codes.astype(int).astype(str) for codes in (senders, hosts))
    for axis, labels in (("senders", matrix.index), ("hosts", matrix.columns)):
        if twice := sorted(labels[labels.duplicated()]):
            raise _describe_fault(
                file, f"code {twice[0]} twice among the {axis} of sheet {name}", "each once", DIPCON
            )
    return matrix


# ------------------------------------------------------------------------------------- Diplometrics


def read_diplometrics(file: Path, least: float = 0.0) -> dict[int, pd.DataFrame]:
    """Return one matrix a year from the Diplometrics workbook: True where the sender is represented
    in the host.

    The first sheet has one row a sender, host and year, with columns SendingCountry, Destination,
    Year and LOR, the level of representation. A pair counts if LOR is above `least`; at 0, posts
    accredited to several states count too. Index and columns are the names of the states that occur
    in the year.

    Raises UpstreamError for a workbook with other columns, no number as year or level, or a pair
    twice in a year.
    """
    sheet = next(iter(_open_workbook(file, DIPLOMETRICS).values()))
    rows = sheet.iloc[1:].set_axis(
        sheet.iloc[0].astype(str).str.replace(" ", "").str.strip(), axis=1
    )
    wanted = ["SendingCountry", "Destination", "Year", "LOR"]
    if missing := [name for name in wanted if name not in rows]:
        raise _describe_fault(
            file,
            f"no column {', '.join(missing)}",
            f"columns {', '.join(wanted)}",
            DIPLOMETRICS,
            row=1,
        )
    rows = rows[wanted].dropna(how="all")
    for name in ("Year", "LOR"):
        number = pd.to_numeric(rows[name], errors="coerce")
        if (wrong := number.isna() & rows[name].notna()).any():
            place = {"row": int(wrong.idxmax()) + 1, "column": name}
            raise _describe_fault(
                file, repr(rows.loc[wrong.idxmax(), name]), "a number", DIPLOMETRICS, **place
            )
        rows[name] = number
    rows = rows.dropna(subset=wanted[:3]).assign(tie=rows["LOR"].fillna(0).gt(least))
    if (twice := rows.duplicated(wanted[:3])).any():
        pair = rows.loc[twice.idxmax(), wanted[:3]].tolist()
        raise _describe_fault(
            file,
            f"{pair} twice",
            "one row a pair and year",
            DIPLOMETRICS,
            row=int(twice.idxmax()) + 1,
        )
    return {int(year): _pivot_ties(group) for year, group in rows.groupby("Year")}


def _pivot_ties(rows: pd.DataFrame) -> pd.DataFrame:
    states = sorted(set(rows["SendingCountry"]) | set(rows["Destination"]))
    ties = rows[rows["tie"]]
    return (
        pd.crosstab(ties["SendingCountry"], ties["Destination"])
        .reindex(index=states, columns=states)
        .gt(0)
    )


# -------------------------------------------------------------------------------------------- rates


def compare_counts(counts: dict[int, pd.DataFrame]) -> pd.DataFrame:
    """Compare each count with the next, sender by sender, in the hosts that both list.

    Returns one row a sender and interval: prev_wave, wave, years_between, sender, before (posts at
    the first count), closed, opened, back (closed posts that the count after lists again; missing
    in the last interval), and the shares of `before`: closed_share, per_year (the yearly share that
    gives closed_share over the interval), net_loss, and lasting_share (closed and not back).
    """
    years = sorted(counts)
    rows = []
    for first, second, third in zip(years, years[1:], [*years[2:], None], strict=False):
        old, new = counts[first], counts[second]
        senders, hosts = old.index.intersection(new.index), old.columns.intersection(new.columns)
        old, new = old.loc[senders, hosts].copy(), new.loc[senders, hosts].copy()
        for state in senders.intersection(hosts):
            old.loc[state, state] = new.loc[state, state] = False
        gone = old & ~new
        frame = pd.DataFrame(
            {
                "before": old.sum(axis=1),
                "closed": gone.sum(axis=1),
                "opened": (new & ~old).sum(axis=1),
            }
        )
        later = counts[third].reindex(index=senders, columns=hosts).eq(True) if third else None
        frame["back"] = (gone & later).sum(axis=1).astype(float) if third else float("nan")
        frame.insert(0, "years_between", second - first)
        rows.append(frame.rename_axis("sender").reset_index().assign(prev_wave=first, wave=second))
    table = pd.concat(rows, ignore_index=True)
    table = table[table["before"].gt(0)].reset_index(drop=True)
    table["closed_share"] = table["closed"] / table["before"]
    table["per_year"] = convert_to_yearly(table["closed_share"], table["years_between"])
    table["net_loss"] = (table["closed"] - table["opened"]) / table["before"]
    table["lasting_share"] = (table["closed"] - table["back"]) / table["before"]
    return table


def convert_to_yearly(share, years):
    """Return the yearly share that adds up to `share` over `years`: 1 - (1 - share) ** (1 /
    years)."""
    return 1 - (1 - share) ** (1 / years)


def summarise_senders(senders: pd.DataFrame, source: str, notes: str) -> pd.DataFrame:
    """Summarise `compare_counts` over senders, one row an interval and minimum size, in the columns
    of base_rates."""
    rows = []
    for (first, second), interval in senders.groupby(["prev_wave", "wave"]):
        for least in MINIMA:
            group = interval[interval["before"].ge(least)]
            if len(group):
                head = {
                    "prev_wave": first,
                    "wave": second,
                    "min_missions": least,
                    "sources": source,
                    "notes": notes,
                }
                rows.append(head | _summarise(group))
    if not rows:
        raise UpstreamError(
            f"No sender has {MINIMA[0]} posts at any count; nothing can be summarised."
        )
    return pd.DataFrame(rows)[
        [field["name"] for field in tables.read_schema("base_rates")["fields"]]
    ]


def _summarise(group: pd.DataFrame) -> dict:
    prk = group[group["sender"].isin(NORTH_KOREA)]
    share, number = group["closed_share"], len(group)
    peers = group["before"].le(PEERS)
    above = {
        "senders_ge_17pct": share.ge(GROSS),
        "senders_ge_17pct_per_year": group["per_year"].ge(GROSS),
        "senders_net_loss_ge_13pct": group["net_loss"].ge(NET),
        "senders_lasting_ge_17pct": group["lasting_share"].ge(GROSS),
    }
    total = group["before"].sum()
    table = {
        "years_between": int(group["years_between"].iloc[0]),
        "senders": number,
        "ties_prev": int(total),
        "ties_closed": int(group["closed"].sum()),
        "ties_opened": int(group["opened"].sum()),
        "ties_back": group["back"].sum(min_count=1),
        "pooled_closed_share": group["closed"].sum() / total,
        "pooled_lasting_share": (group["closed"] - group["back"]).sum(min_count=1) / total,
        "median": share.median(),
        **{f"p{q}": share.quantile(q / 100) for q in (75, 90, 95)},
        "max": share.max(),
        "lasting_median": group["lasting_share"].median(),
        "lasting_p95": group["lasting_share"].quantile(0.95),
        "lasting_max": group["lasting_share"].max(),
        **{name: int(hit.sum()) for name, hit in above.items()},
        **{f"share_{name}": hit.mean() for name, hit in above.items()},
        "senders_to_70": int(peers.sum()),
        "senders_to_70_ge_17pct": int((peers & above["senders_ge_17pct"]).sum()),
        "senders_to_70_ge_17pct_per_year": int((peers & above["senders_ge_17pct_per_year"]).sum()),
        "prk_closed_share": prk["closed_share"].iloc[0] if len(prk) else float("nan"),
        "prk_lasting_share": prk["lasting_share"].iloc[0] if len(prk) else float("nan"),
    }
    if group["back"].isna().all():  # the last interval: whether a post came back is not known
        unknown = ("senders_lasting_ge_17pct", "share_senders_lasting_ge_17pct")
        table |= dict.fromkeys(unknown, float("nan"))
    return {
        name: round(value, 4) if isinstance(value, float) else value
        for name, value in table.items()
    }


def load_base_rates(folder: Path = paths.UPSTREAM) -> tuple[pd.DataFrame, str]:
    """Return the base rates and where they come from: from a reader's workbook, else as committed.

    Raises UpstreamError if a workbook is there and cannot be used: a file that a reader put there
    is never passed over in silence.
    """
    counts, name, file = _read_counts(folder)
    if not counts:
        return tables.load_table("base_rates"), name
    rates = compare_counts(counts)
    return summarise_senders(rates, "reader's copy", f"Counted from {file}."), name


def load_reciprocity(folder: Path = paths.UPSTREAM) -> pd.DataFrame:
    """Return the table reciprocity_rates, counted anew if `folder` holds a workbook."""
    counts, _, _ = _read_counts(folder)
    if not counts:
        return tables.load_table("reciprocity_rates")
    return summarise_reciprocity(compare_reciprocity(counts), "reader's copy")


def _read_counts(folder: Path) -> tuple[dict[int, pd.DataFrame], str, str]:
    """Return the counts of a reader's workbook, empty if there is none, and what they are called.

    Diplometrics, which is yearly and reaches 2024, comes before DIPCON.
    """
    for of, read in ((DIPLOMETRICS, read_diplometrics), (DIPCON, read_dipcon)):
        if file := find_workbook(of, folder):
            return read(file), f"{of.name}, counted from data/upstream/{file.name}", file.name
    return {}, "DIPCON 3.0, as counted in the table base_rates", ""


# ------------------------------------------------------------------------------------- reciprocity


def compare_reciprocity(counts: dict[int, pd.DataFrame], least: int = 20) -> pd.DataFrame:
    """Count missions gone at the next count, apart for hosts that keep one in return and others.

    Returns one row a sender and interval, for North Korea and for senders with `least` missions:
    prev_wave, wave, sender, large (enough missions), outcome ("gone": not listed at the next
    count; "lasting": nor at the one after), returned_gone, returned_kept, onesided_gone,
    onesided_kept. Only hosts listed at both counts.
    """
    years, rows = sorted(counts), []
    for first, second, third in zip(years, years[1:], [*years[2:], None], strict=False):
        old, new = counts[first], counts[second]
        senders, hosts = old.index.intersection(new.index), old.columns.intersection(new.columns)
        sent = old.loc[senders, hosts].copy()
        for state in senders.intersection(hosts):
            sent.loc[state, state] = False
        back = old.T.reindex(index=senders, columns=hosts).eq(True)  # the host's mission in return
        gone = {"gone": sent & ~new.loc[senders, hosts]}
        if third:
            later = counts[third].reindex(index=senders, columns=hosts).eq(True)
            gone["lasting"] = gone["gone"] & ~later
        for outcome, lost in gone.items():
            frame = pd.DataFrame(
                {
                    "returned_gone": (lost & back).sum(axis=1),
                    "returned_kept": (sent & ~lost & back).sum(axis=1),
                    "onesided_gone": (lost & ~back).sum(axis=1),
                    "onesided_kept": (sent & ~lost & ~back).sum(axis=1),
                }
            )
            frame = frame.rename_axis("sender").reset_index()
            frame.insert(1, "large", sent.sum(axis=1).ge(least).to_numpy())
            rows.append(frame.assign(prev_wave=first, wave=second, outcome=outcome))
    table = pd.concat(rows, ignore_index=True)
    return table[table["large"] | table["sender"].isin(NORTH_KOREA)].reset_index(drop=True)


CELLS = ["returned_gone", "returned_kept", "onesided_gone", "onesided_kept"]


def summarise_reciprocity(rows: pd.DataFrame, source: str) -> pd.DataFrame:
    """Pool `compare_reciprocity` over senders, one row an interval and one for all intervals.

    In the columns of the table reciprocity_rates, for all senders, for North Korea, and for those
    about as large. Odds ratios are Mantel and Haenszel's, each
    sender and interval a table of its own (`statsmodels.stats.contingency_tables`).
    """
    sent = rows[CELLS].sum(axis=1)
    groups = {
        "all_20": rows[rows["large"]],
        "north_korea": rows[rows["sender"].isin(NORTH_KOREA)],
        "to_70": rows[sent.between(MINIMA[-1], PEERS)],
    }
    table = []
    for senders, group in groups.items():
        for outcome, chosen in group.groupby("outcome", sort=False):
            parts = [*chosen.groupby(["prev_wave", "wave"])]
            if len(parts) > 1:
                parts.append(((chosen["prev_wave"].min(), chosen["wave"].max()), chosen))
            for (first, second), part in parts:
                head = {"senders": senders, "outcome": outcome, "prev_wave": first, "wave": second}
                table.append(head | dict(part[CELLS].sum()) | _pool_senders(part))
    frame = pd.DataFrame(table).assign(sources=source)
    return frame[[field["name"] for field in tables.read_schema("reciprocity_rates")["fields"]]]


def _pool_senders(part: pd.DataFrame) -> dict[str, float]:
    """Return the pooled odds ratio of some senders with its interval, rounded; NaN if undefined."""
    cubes = [
        np.array(row, dtype=float).reshape(2, 2) for row in part[CELLS].itertuples(index=False)
    ]
    cubes = [cube for cube in cubes if cube.sum(axis=1).all() and cube.sum(axis=0).all()]
    wide = sum(cubes, np.zeros((2, 2)))
    if not cubes or not wide.all():
        return {"odds_ratio": float("nan"), "low": float("nan"), "high": float("nan")}
    found = StratifiedTable(cubes)
    low, high = found.oddsratio_pooled_confint()
    values = {"odds_ratio": found.oddsratio_pooled, "low": low, "high": high}
    return {name: round(float(value), 4) for name, value in values.items()}
