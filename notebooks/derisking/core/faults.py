"""What is wrong in a table, told so that a person can mend it: one line a fault, and one line a
column where a program has spoilt them all."""

import re
from collections import defaultdict
from dataclasses import dataclass, replace

FEW = 5  # faults of one column that are told one by one

# What programs write into cells, how to know it, and how to make them leave it.
CAUSES = {
    r"NA": 'R writes NA for an empty cell: write.csv(..., na = "", row.names = FALSE).',
    r"nan|NaN|<NA>|NaT|None|NULL|null": (
        'A program wrote its sign for an empty cell; in pandas: to_csv(..., na_rep="").'
    ),
    r"-?\d+\.0": (
        "pandas reads whole numbers with gaps as decimals; "
        'read the table with dtype=str, or the column as "Int64".'
    ),
    r"(?i:true|false)": "Write 1 or 0; in pandas: column.astype('Int64').",
    r"#(?:REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|N/A)|Err:\d+": (
        "A formula of a spreadsheet failed; take the value from git or from the source."
    ),
    r"-?\d+(?:\.\d+)?[eE][+-]?\d+": (
        "A spreadsheet shortened the number; format the column as text or number first."
    ),
    r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+,\d+": (
        "Write it without thousands separators and with a point before the decimals: "
        "export with an English locale."
    ),
}


@dataclass(frozen=True)
class Fault:
    """One thing wrong in one place, told so that a person can mend it."""

    file: str
    found: str
    expected: str
    row: int | None = None
    column: str | None = None
    mend: str = ""

    def __str__(self) -> str:
        """Return the message: place, what was found, what was expected, how to mend."""
        place = ", ".join(
            [self.file]
            + ([f"row {self.row}"] if self.row else [])
            + ([f"column {self.column}"] if self.column else [])
        )
        return f"{place}: found {self.found}; expected {self.expected}." + (
            f" {self.mend}" if self.mend else ""
        )


def guess_cause(cell: str) -> str:
    """Return the likely cause of a cell that a program has rewritten, with its cure; or nothing."""
    return next((cure for form, cure in CAUSES.items() if re.fullmatch(form, cell)), "")


def summarise_faults(faults: list[Fault]) -> list[Fault]:
    """Return the faults for reading: where a column has more than a few, its first with a count of
    the others."""
    columns = defaultdict(list)
    for fault in faults:
        columns[fault.file, fault.column].append(fault)
    told = []
    for group in columns.values():
        if len(group) <= FEW:
            told += group
            continue
        first = min(group, key=lambda fault: fault.row or 0)
        rows = f"{first.found}, and {len(group) - 1:,} more rows at fault in this column"
        cures = [fault.mend for fault in group if fault.mend]
        mend = max(cures, key=cures.count) if cures else ""
        if not first.column:
            rows = f"{first.found}, and {len(group) - 1:,} more rows like it"
        told.append(replace(first, found=rows, mend=mend))
    return told
