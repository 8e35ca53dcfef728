"""Named rules between tables: how one is written and kept, and what is said where one breaks or
cannot be worked out."""

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field as default
from pathlib import Path

import pandas as pd

from derisking.core import paths
from derisking.core.faults import Fault
from derisking.core.tables import load_table

RULES: list[tuple[str, Callable]] = []


@dataclass(frozen=True)
class Result:
    """What one rule found: two figures that should agree, or faults that should not be there."""

    rule: str
    expected: str
    found: str
    faults: list[Fault] = default(default_factory=list)

    @property
    def ok(self) -> bool:
        """Say whether the rule holds."""
        return self.expected == self.found and not self.faults


def rule(text: str):
    """Register a function that takes the tables and returns (expected, found, faults)."""

    def register(function):
        RULES.append((text, function))
        return function

    return register


class Tables:
    """The tables of one data folder, each read once, with the row of the file kept for messages."""

    def __init__(self, data: Path = paths.DATA):
        """Read from `data`, the folder that holds datapackage.json."""
        self._data = data
        self._read: dict[str, pd.DataFrame] = {}
        self.last = ""  # the table asked for last, for a rule that cannot be worked out

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Return a table with all its rows, unsourced ones too; the index is the row number in the
        file."""
        self.last = name
        if name not in self._read:
            frame = load_table(name, unsourced=True, data=self._data)
            self._read[name] = frame.set_axis(frame.index + 2)
        return self._read[name]


def check_rules(data: Path = paths.DATA) -> list[Result]:
    """Run every rule over the tables of `data`, which must have passed `validate_files`."""
    tables = Tables(data)
    return [_work_out(text, function, tables) for text, function in RULES]


def _work_out(text: str, function: Callable, tables: Tables) -> Result:
    """Apply one rule; if rows that it needs are not there, that is its fault to tell."""
    try:
        return Result(text, *function(tables))
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        mend = "A row or a code is lost: `git diff -- data/evidence` shows which."
        file = f"data/evidence/{tables.last}.csv"
        found = f"rows with which the rule “{text}” cannot be worked out ({error})"
        return Result(text, "", "", [Fault(file, found, "all that it needs", mend=mend)])


def find_fault(name: str, row: int, column: str, found: str, expected: str) -> Fault:
    """Return a fault in one cell of an evidence table."""
    return Fault(f"data/evidence/{name}.csv", found, expected, row, column)
