"""Damage the evidence at random, thousands of times from one seed, and see what the checks say.

    python tests/mutations.py 2000          2,000 damages; prints what passed changed, by kind

Each damage must be refused with its file, and its row and column where it has one, or load as if
nothing had happened. What loads changed is listed by kind, with the reason why no rule can know.
"""

import csv
import io
import random
import re
import shutil
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1] / "notebooks"))

from derisking.core import cells, checks, files, paths, rules, tables

SEED = 20231213
NAMES = sorted(tables.list_tables("evidence"))

# Kinds of damage that may load changed, and why no rule can know.
PASSING = {
    "a digit": "Another number or day of the same form and size: only the source knows.",
    "a letter": "Another word: only a reader knows.",
    "ten times": "A value may be ten times another of its series, or has no others.",
    "a hundred times": "As for ten times; most are refused by the size of the others.",
    "a thousand times": "A series with fewer than four values has no size of its own.",
    "sign turned": "Growth may be negative.",
    "a day later": "Another day within the same bounds and order.",
    "a year later": "Another year within the same bounds and order.",
    "a century later": "A state may be older than all else in the base.",
    "another code": "Another valid code: totals exist for missions, closure_lists and findings.",
    "two cells swapped": "Two words of free text, or two numbers of one kind.",
    "two rows' cells swapped": "Each value is one that the column has.",
    "a cell emptied": "The column may be empty.",
    "a column times 1000": "A table without totals and with one scale for the whole column.",
    "a column moved down": "Free text against its row.",
    "a row twice": "With a new key it is a new row.",
}


@dataclass
class Damage:
    """One damaged table: what was done, where, and the bytes of the file."""

    kind: str
    table: str
    raw: bytes | None  # None: the file is gone
    row: int | None = None
    column: str | None = None


class Grid:
    """A table as a header and rows of text, and how to pick a place in it."""

    def __init__(self, name: str, chance: random.Random):
        """Read a table of the evidence."""
        self.name, self.chance = name, chance
        self.file = paths.DATA / tables.list_tables()[name]["path"]
        with self.file.open(encoding="utf-8", newline="") as opened:
            self.header, *self.rows = list(csv.reader(opened))
        self.fields = {f["name"]: f for f in tables.read_schema(name)["fields"]}

    def find(self, *types: str, form: str = ".+") -> tuple[int, int] | None:
        """Return a random cell of one of these types whose text has the form."""
        places = [
            (row, place)
            for place, column in enumerate(self.header)
            if not types or self.fields[column]["type"] in types
            for row in range(len(self.rows))
            if re.fullmatch(form, self.rows[row][place], re.DOTALL)
        ]
        return self.chance.choice(places) if places else None

    def write(self, delimiter: str = ",", quoting: int = csv.QUOTE_MINIMAL) -> bytes:
        """Return the table as the bytes of a CSV file."""
        text = io.StringIO()
        out = csv.writer(text, delimiter=delimiter, lineterminator="\n", quoting=quoting)
        out.writerows([self.header, *self.rows])
        return text.getvalue().encode()


# ------------------------------------------------------------------------------------- one cell

DAY = r"\d{4}-\d\d-\d\d"
NUMBER = r"-?\d+(\.\d+)?"


def change_digit(cell: str, chance: random.Random) -> str:
    """Change one digit."""
    place = chance.choice([n for n, sign in enumerate(cell) if sign.isdigit()])
    digit = chance.choice([d for d in "0123456789" if d != cell[place]])
    return cell[:place] + digit + cell[place + 1 :]


def change_letter(cell: str, chance: random.Random) -> str:
    """Change one letter."""
    place = chance.choice([n for n, sign in enumerate(cell) if sign.isalpha()])
    letter = chance.choice("abcdefghijklmnopqrstuvwxyz")
    return cell[:place] + letter + cell[place + 1 :]


def multiply(factor: int) -> Callable:
    """Return a damage that multiplies a number and keeps its form."""
    return lambda cell, chance: f"{float(cell) * factor:.10g}"


def move_day(days: int) -> Callable:
    """Return a damage that moves a day."""
    return lambda cell, chance: str(date.fromisoformat(cell) + timedelta(days=days))


# kind: (types of the column, form of the cell, damage)
CELLS: dict[str, tuple[tuple, str, Callable]] = {
    "a digit": ((), r".*\d.*", change_digit),
    "a letter": (("string",), r".*[A-Za-z].*", change_letter),
    "ten times": (("integer", "number"), NUMBER, multiply(10)),
    "a hundred times": (("integer", "number"), NUMBER, multiply(100)),
    "a thousand times": (("integer", "number"), NUMBER, multiply(1000)),
    "sign turned": (("integer", "number"), NUMBER, multiply(-1)),
    "a day later": ((), DAY, move_day(1)),
    "a year later": ((), DAY, move_day(365)),
    "a century later": ((), DAY, move_day(36525)),
    "a day of a spreadsheet": ((), DAY, lambda c, _: f"{c[8:]}/{c[5:7]}/{c[:4]}"),
    "a day as a number": (
        (),
        DAY,
        lambda c, _: str((date.fromisoformat(c) - date(1899, 12, 30)).days),
    ),
    "a cell emptied": ((), ".+", lambda c, _: ""),
    "a cell of blanks": ((), ".+", lambda c, _: "  "),
    "a blank after it": ((), ".+", lambda c, _: c + " "),
    "a no-break space after it": ((), ".+", lambda c, _: c + "\xa0"),
    "a NUL": ((), ".+", lambda c, _: c[:1] + "\0" + c[1:]),
    "an unseen character": ((), ".+", lambda c, r: c + r.choice("\x07\u200b\ufeff\x85")),
    "a carriage return": ((), ".+", lambda c, _: c[:1] + "\r" + c[1:]),
    "a line break": ((), ".+", lambda c, _: c[:1] + "\n" + c[1:]),
    "a failed formula": ((), ".+", lambda c, r: r.choice(["#REF!", "#N/A", "#VALUE!", "Err:502"])),
    "NA": ((), ".*", lambda c, r: r.choice(["NA", "NaN", "NULL", "None"])),
    "a formula": (("string",), ".+", lambda c, _: f'=HYPERLINK("x","{c}")'),
    "a script": (("string",), ".+", lambda c, _: f"{c}<script>alert(1)</script>"),
    "a link": (("string",), ".+", lambda c, _: f"[{c}](javascript:alert(1))"),
    "a comma for the point": (("number",), r"-?\d+\.\d+", lambda c, _: c.replace(".", ",")),
    "a comma for thousands": (("integer", "number"), r"\d{4,}", lambda c, _: f"{int(c):,}"),
    "a whole number as a decimal": (("integer",), NUMBER, lambda c, _: f"{c}.0"),
    "a number shortened": (("integer", "number"), r"\d{3,}", lambda c, _: f"{float(c):.1E}"),
    "garbled": (("string",), r".*[^\x00-\x7f].*", lambda c, _: c.encode().decode("latin-1")),
    "letters lost": (
        ("string",),
        r".*[A-Za-z]{3}.*",
        lambda c, _: re.sub(r"([A-Za-z])[A-Za-z]([A-Za-z])", "\\1\ufffd\\2", c, count=1),
    ),
    "an item twice": (("string",), r"[^;]+;[^ ].*", lambda c, _: f"{c};{c.split(';')[0]}"),
}


def damage_cell(grid: Grid, kind: str) -> Damage | None:
    """Damage one cell at random."""
    types, form, change = CELLS[kind]
    place = grid.find(*types, form=form)
    if not place:
        return None
    row, column = place
    name = grid.header[column]
    if kind == "an item twice" and "listOf" not in grid.fields[name]:
        return None
    grid.rows[row][column] = change(grid.rows[row][column], grid.chance)
    return Damage(kind, grid.name, grid.write(), row + 2, name)


def swap_code(grid: Grid) -> Damage | None:
    """Put another valid code in place of one."""
    coded = [n for n, f in grid.fields.items() if len(f.get("constraints", {}).get("enum", [])) > 1]
    if not coded:
        return None
    name = grid.chance.choice(coded)
    row, column = grid.chance.randrange(len(grid.rows)), grid.header.index(name)
    grid.rows[row][column] = str(grid.chance.choice(grid.fields[name]["constraints"]["enum"]))
    return Damage("another code", grid.name, grid.write(), row + 2, name)


def swap_cells(grid: Grid) -> Damage:
    """Swap two neighbours in a row."""
    row, column = grid.chance.randrange(len(grid.rows)), grid.chance.randrange(len(grid.header) - 1)
    cells_ = grid.rows[row]
    cells_[column], cells_[column + 1] = cells_[column + 1], cells_[column]
    return Damage("two cells swapped", grid.name, grid.write(), row + 2, grid.header[column])


def swap_rows_cells(grid: Grid) -> Damage:
    """Swap the cells of one column between two rows."""
    one, two = grid.chance.sample(range(len(grid.rows)), 2)
    column = grid.chance.randrange(len(grid.header))
    rows = grid.rows
    rows[one][column], rows[two][column] = rows[two][column], rows[one][column]
    name = grid.header[column]
    return Damage("two rows' cells swapped", grid.name, grid.write(), one + 2, name)


# ---------------------------------------------------------------------------------- rows, columns


def lose_rows(grid: Grid) -> Damage:
    """Lose one row, or several."""
    for _ in range(grid.chance.choice([1, 1, 5])):
        if len(grid.rows) > 1:
            grid.rows.pop(grid.chance.randrange(len(grid.rows)))
    return Damage("rows lost", grid.name, grid.write())


def empty_table(grid: Grid) -> Damage:
    """Leave the header alone."""
    grid.rows = []
    return Damage("all rows lost", grid.name, grid.write())


def repeat_row(grid: Grid) -> Damage:
    """Have a row twice."""
    row = grid.chance.randrange(len(grid.rows))
    grid.rows.insert(row, list(grid.rows[row]))
    return Damage("a row twice", grid.name, grid.write(), row + 3)


def swap_rows(grid: Grid) -> Damage:
    """Swap two rows: harmless."""
    one, two = grid.chance.sample(range(len(grid.rows)), 2)
    grid.rows[one], grid.rows[two] = grid.rows[two], grid.rows[one]
    return Damage("two rows swapped", grid.name, grid.write())


def lose_column(grid: Grid) -> Damage:
    """Lose a column."""
    place = grid.chance.randrange(len(grid.header))
    name = grid.header.pop(place)
    grid.rows = [row[:place] + row[place + 1 :] for row in grid.rows]
    return Damage("a column lost", grid.name, grid.write(), 1, name)


def rename_column(grid: Grid) -> Damage:
    """Rename a column."""
    place = grid.chance.randrange(len(grid.header))
    name = grid.header[place]
    grid.header[place] = grid.chance.choice([name.upper(), f" {name}", f"{name}.1"])
    return Damage("a column renamed", grid.name, grid.write(), 1, name)


def multiply_column(grid: Grid) -> Damage | None:
    """Multiply a column of numbers by a thousand."""
    places = [
        n for n, c in enumerate(grid.header) if grid.fields[c]["type"] in ("integer", "number")
    ]
    if not places:
        return None
    place = grid.chance.choice(places)
    for row in grid.rows:
        row[place] = f"{float(row[place]) * 1000:.10g}" if row[place] else ""
    return Damage("a column times 1000", grid.name, grid.write(), None, grid.header[place])


def move_column(grid: Grid) -> Damage:
    """Move the cells of a column down by one: a sort or a paste gone wrong."""
    place = grid.chance.randrange(len(grid.header))
    column = [row[place] for row in grid.rows]
    for row, cell in zip(grid.rows, [column[-1], *column[:-1]], strict=True):
        row[place] = cell
    return Damage("a column moved down", grid.name, grid.write(), None, grid.header[place])


# ------------------------------------------------------------------------------------ whole files


def save_anew(grid: Grid) -> Damage:
    """Save the table as pandas, R or a spreadsheet does if left alone, or break the file."""
    raw = grid.write()
    frame = pd.read_csv(io.BytesIO(raw))
    kind, changed = grid.chance.choice(
        [
            ("saved by pandas", lambda: frame.to_csv(index=False).encode()),
            ("saved by pandas with an index", lambda: frame.to_csv().encode()),
            ("saved by R", lambda: frame.to_csv(na_rep="NA", index=False).encode()),
            ("decimal commas", lambda: frame.to_csv(index=False, decimal=",").encode()),
            ("semicolons", lambda: grid.write(";")),
            ("tabs", lambda: grid.write("\t")),
            ("all quoted", lambda: grid.write(quoting=csv.QUOTE_ALL)),
            ("UTF-16", lambda: raw.decode().encode("utf-16")),
            ("UTF-16 without a mark", lambda: raw.decode().encode("utf-16-le")),
            ("Latin-1", lambda: raw.decode().encode("latin-1", "replace")),
            ("garbled twice", lambda: raw.decode("latin-1").encode()),
            ("a byte order mark", lambda: b"\xef\xbb\xbf" + raw),
            ("Windows line ends", lambda: raw.replace(b"\n", b"\r\n")),
            ("old Mac line ends", lambda: raw.replace(b"\n", b"\r")),
            ("no last line break", lambda: raw[:-1]),
            ("empty lines", lambda: raw.replace(b"\n", b"\n\n")),
            ("cut off", lambda: raw[: grid.chance.randrange(1, len(raw) - 1)]),
            ("cut off at a line", lambda: b"".join(raw.splitlines(True)[:-2])),
            ("twice in one file", lambda: raw + raw),
            ("a quote too many", lambda: raw.replace(b",", b',"', 9)),
            (
                "all days of a spreadsheet",
                lambda: re.sub(rb"(\d{4})-(\d\d)-(\d\d)(?=,)", rb"\3.\2.\1", raw),
            ),
            ("zeros at the end", lambda: raw + bytes(64)),
        ]
    )
    return Damage(kind, grid.name, changed())


WHOLE = [
    swap_code,
    swap_cells,
    swap_rows_cells,
    lose_rows,
    empty_table,
    repeat_row,
    swap_rows,
    lose_column,
    rename_column,
    multiply_column,
    move_column,
    *[save_anew] * 6,
]


def make_damages(number: int, seed: int = SEED):
    """Yield damages to tables at random, always the same ones for a seed."""
    chance = random.Random(seed)
    made = 0
    while made < number:
        grid = Grid(chance.choice(NAMES), chance)
        if chance.random() < 0.7:
            damage = damage_cell(grid, chance.choice(list(CELLS)))
        else:
            damage = chance.choice(WHOLE)(grid)
        if damage:
            made += 1
            yield damage


# --------------------------------------------------------------------------------------- judging


class Noting(rules.Tables):
    """Tables that note which of them a rule asks for."""

    def __init__(self, data: Path, frames: dict):
        """Take the frames that were read before."""
        super().__init__(data)
        self._read, self.asked = frames, set()

    def __getitem__(self, name: str):
        """Return a table."""
        self.asked.add(name)
        return super().__getitem__(name)


class Judge:
    """Says what the checks make of a damaged table, the others being sound and read once."""

    def __init__(self, folder: Path):
        """Copy the data to `folder` and read it."""
        self.data = folder / "data"
        shutil.copytree(paths.DATA, self.data, ignore=shutil.ignore_patterns(".*"))
        self.resources = tables.list_tables("evidence")
        self.texts = {
            name: files.read_text(self.data / r["path"])[0] for name, r in self.resources.items()
        }
        self.frames = {name: rules.Tables(self.data)[name] for name in NAMES}
        self.rules = {name: [] for name in NAMES}  # a rule that does not read a table still holds
        for rule in rules.RULES:
            noting = Noting(self.data, self.frames)
            assert rules._work_out(*rule, noting).ok
            for name in noting.asked:
                self.rules[name].append(rule)

    def list_faults(self, damage: Damage) -> list:
        """Return what `checks.list_faults` would say, reading no table twice."""
        resource = self.resources[damage.table]
        file = self.data / resource["path"]
        kept = file.read_bytes()
        if damage.raw is None:
            file.unlink()
        else:
            file.write_bytes(damage.raw)
        try:
            text, faults = files.read_text(file)
            faults = faults or cells.check_text(text, resource)
            if not faults:
                texts = self.texts | {damage.table: text}
                faults = checks._check_references(self.resources, texts)
            if not faults:
                read = rules.Tables(self.data)
                read._read = {n: f for n, f in self.frames.items() if n != damage.table}
                results = [rules._work_out(*rule, read) for rule in self.rules[damage.table]]
                faults = [fault for result in results for fault in result.faults]
            return checks.summarise_faults(faults)
        finally:
            file.write_bytes(kept)

    def loads_equal(self, damage: Damage) -> bool:
        """Say whether a damaged table has the same rows as before, in whatever order."""
        resource = self.resources[damage.table]
        file = self.data / resource["path"]
        kept = file.read_bytes()
        file.write_bytes(damage.raw)
        try:
            new = tables.load_table(damage.table, unsourced=True, data=self.data)
        finally:
            file.write_bytes(kept)
        old = self.frames[damage.table].reset_index(drop=True)
        key = resource["schema"]["primaryKey"]
        return new.sort_values(key, ignore_index=True).equals(
            old.sort_values(key, ignore_index=True)
        )


def run(number: int, seed: int = SEED) -> int:
    """Judge damages and print the account; return 1 for a traceback, a flood, a fault that names no
    file, or a kind that should never pass."""
    count, passed, wrong = Counter(), defaultdict(list), []
    with tempfile.TemporaryDirectory() as folder:
        judge = Judge(Path(folder))
        for damage in make_damages(number, seed):
            where = f"{damage.kind}: {damage.table}, row {damage.row}, column {damage.column}"
            try:
                faults = judge.list_faults(damage)
                if faults:
                    count["refused"] += 1
                    if damage.row and damage.column:
                        same = any(f.row == damage.row or f.column == damage.column for f in faults)
                        count["refused, place named"] += same
                        count["refused, with a place"] += 1
                    if not all(fault.file for fault in faults) or len(faults) > 60:
                        wrong.append(f"{where}: {len(faults)} lines")
                elif judge.loads_equal(damage):
                    count["equal"] += 1
                else:
                    count["changed"] += 1
                    passed[damage.kind].append(where)
            except Exception as error:
                wrong.append(f"{where}: {type(error).__name__}: {error}")
    print(f"{number} damages from seed {seed}: " + ", ".join(f"{n} {k}" for k, n in count.items()))
    for kind, places in sorted(passed.items(), key=lambda item: -len(item[1])):
        why = PASSING.get(kind, "??? a rule is missing")
        print(f"  {len(places):4} passed changed: {kind}. {why}")
        among = Counter(place.split(": ")[1].split(", row")[0] for place in places)
        print(
            f"         in {', '.join(f'{name} ({often})' for name, often in among.most_common(6))}"
        )
    wrong += [place for kind, places in passed.items() if kind not in PASSING for place in places]
    for line in wrong:
        print(f"  WRONG {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(run(int(sys.argv[1]) if len(sys.argv) > 1 else 2000, *map(int, sys.argv[2:3])))
